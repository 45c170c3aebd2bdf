"""In which hours each hotspot is burgled, as far as its own burglaries tell."""

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd

from hotspot.dates import resolution
from hotspot.density.hours_of_week import (
    PEAK_HOURS,
    Hours,
    aoristic_hours,
    aoristic_hours_of,
    peak_hours,
)
from hotspot.english import hour_span
from hotspot.patrol.patrolled_places import Places

#: As many burglaries of the whole ground stand beside those of a hotspot: hours of fewer than these
#: are mostly chance, and the hotspot's own hours are shrunk to those of the ground.
PRIOR_BURGLARIES = 10
_EVENLY = np.full(24, 1 / 24)


@dataclass(frozen=True)
class PlaceHours:
    """The hours of hotspots.

    Attributes
    ----------
    table : DataFrame
        A row per place: ``place``, ``burglaries`` in it whose hours are known, ``first_hour`` of
        its busiest `PEAK_HOURS` in a row with their ``share``, ``hours`` in words, and ``basis``:
        "own", "mostly the whole ground" or "evenly".
    weights : ndarray of float64, shape (n, 24)
        The share of each hour of the day.
    ground : int
        Burglaries of the whole ground whose hours are known.
    """

    table: pd.DataFrame
    weights: npt.NDArray[np.float64]
    ground: int


def place_hours(places: Places, incidents: gpd.GeoDataFrame) -> PlaceHours:
    """Compute in which hours of the day places are burgled.

    Parameters
    ----------
    places : Places
        In the CRS of the incidents.
    incidents : GeoDataFrame
        As `read_incidents` returns them, without what is on a stop list.

    Returns
    -------
    PlaceHours

    Notes
    -----
    Aoristic: each burglary counts in the hours between which it happened (Ratcliffe 2000). Those of
    a place are added to `PRIOR_BURGLARIES` that are spread as all of the ground are, so that a
    place with none has the hours of the ground, and one with many its own.

    References
    ----------
    Ratcliffe, J. H. (2000). Aoristic analysis: the spatial interpretation of unspecific temporal
    events. International Journal of Geographical Information Science 14(7), 669-679.
    """
    timed = incidents if resolution(incidents) == "day" else incidents.iloc[:0]
    ground = aoristic_hours(timed)
    by_hour = ground.weights.sum(axis=0)
    prior = by_hour / by_hour.sum() if ground.counted else _EVENLY
    at = places.position(timed.geometry.to_numpy())
    rows, weights = [], []
    parts = [np.flatnonzero(at == number) for number in range(len(places.names))]
    for name, own in zip(places.names, aoristic_hours_of(timed, parts), strict=True):
        added = own.weights.sum(axis=0) + PRIOR_BURGLARIES * prior
        weight = added / added.sum()
        first, share = peak_hours(Hours(weight[None, :], 1, 0, 0))
        basis = "own" if own.counted >= PRIOR_BURGLARIES else "mostly the whole ground"
        rows.append(
            {
                "place": name, "burglaries": own.counted, "first_hour": first, "share": share,
                "hours": hour_span(first, PEAK_HOURS),
                "basis": basis if ground.counted else "evenly",
            }
        )  # fmt: skip
        weights.append(weight)
    table = pd.DataFrame(rows, columns=["place", "burglaries", "first_hour", "share", "hours",
                                        "basis"])  # fmt: skip
    return PlaceHours(table, np.array(weights).reshape(-1, 24), ground.counted)
