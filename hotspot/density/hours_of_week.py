"""When crimes happen: aoristic hours of the week, and the busiest hours in a row."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd

from hotspot._checks import check_incidents_frame
from hotspot.density.weights import hours_held_by, windows_of

# A window longer than this says nothing about the hour and hardly more about the weekday.
LONGEST_WINDOW_DAYS = 7
PEAK_HOURS = 6
_DAY_S = 24 * 3_600


@dataclass(frozen=True)
class Hours:
    """When burglaries happen, in the hours of the week.

    Attributes
    ----------
    weights : ndarray of float64, shape (7, 24)
        Burglaries by weekday (Monday first) and hour; sums to `counted`.
    counted : int
        Burglaries that were spread over their windows.
    without_time : int
        Left out, because all that is known of the time is midnight.
    too_long : int
        Left out, because the window is longer than `LONGEST_WINDOW_DAYS`.
    """

    weights: npt.NDArray[np.float64]
    counted: int
    without_time: int
    too_long: int


def aoristic_hours(incidents: gpd.GeoDataFrame) -> Hours:
    """Compute how many burglaries fall in each hour of the week, each spread over its window.

    Parameters
    ----------
    incidents : GeoDataFrame
        Canonical.

    Returns
    -------
    Hours
        Exact to the second. A burglary of one known moment counts wholly in its hour. Those
        with midnight sharp at both ends (dates without times) and those with windows of over
        `LONGEST_WINDOW_DAYS` are left out and counted.

    References
    ----------
    Ratcliffe, J. H. (2000). Aoristic analysis: the spatial interpretation of unspecific temporal
    events. International Journal of Geographical Information Science 14(7), 669-679.
    """
    return aoristic_hours_of(incidents, [np.arange(len(incidents))])[0]


def aoristic_hours_of(
    incidents: gpd.GeoDataFrame, parts: Sequence[npt.NDArray[np.integer[Any]]]
) -> list[Hours]:
    """Compute the hours of parts of the incidents, each as `aoristic_hours` does.

    Parameters
    ----------
    incidents : GeoDataFrame
        Canonical.
    parts : sequence of ndarray of int
        The positions of the rows of each.
    """
    start = _seconds(incidents["occurred_from"])
    end = _seconds(incidents["occurred_to"])
    without_time = (start % _DAY_S == 0) & (end % _DAY_S == 0)
    too_long = ~without_time & (end - start > LONGEST_WINDOW_DAYS * _DAY_S)
    used = ~(without_time | too_long)
    if used.any():
        check_incidents_frame(incidents[used], needs_days="A calendar of offences")
    # Frames are cut and checked once for all the parts, of which a force has hundreds.
    start, end = windows_of(incidents)
    held = [rows[used[rows]] for rows in parts]
    return [
        Hours(weights, len(own), int(without_time[rows].sum()), int(too_long[rows].sum()))
        for rows, own, weights in zip(parts, held, hours_held_by(start, end, held), strict=True)
    ]


def _seconds(times: pd.Series) -> npt.NDArray[np.int64]:
    return times.to_numpy().astype("datetime64[s]").astype(np.int64)


def peak_hours(hours: Hours, span: int = PEAK_HOURS) -> tuple[int, float]:
    """Find the hours in a row, over midnight too, that hold the most.

    Parameters
    ----------
    hours : Hours
    span : int
        How many hours in a row.

    Returns
    -------
    first_hour : int
        The earliest, where several spans hold as much.
    share : float
        Of all that was counted; NaN where nothing was.
    """
    by_hour = hours.weights.sum(axis=0)
    if hours.counted == 0:
        return 0, float("nan")
    twice = np.concatenate([by_hour, by_hour])
    sums = np.array([twice[first : first + span].sum() for first in range(24)])
    # Rounded, so that equal spans tie whatever the order of the sums was.
    best = int(np.argmax(np.round(sums, 9)))
    return best, float(sums[best] / by_hour.sum())
