"""Which door first: expected burglaries at its homes in the next two weeks, never its people."""

from functools import cache
from typing import Any, Protocol

import geopandas as gpd
import numpy as np
import pandas as pd

from hotspot.cocooning.doors import Doors, Floats

AHEAD_DAYS = 14
# Polvi et al. (1991): over twelve times the usual risk in the month after a burglary.
_RAISED = 11.0
# Bowers et al. (2004): risk falls with every 25 m and every week as 1 / (1 + steps).
_STEP_M, _STEP_DAYS = 25.0, 7
# Bowers and Johnson (2005): same side of the street before the other. The sizes are ours.
_BY_RING = (1.0, 0.5, 0.25)
# Homes within this of a door tell how many homes share the risk around it.
_AROUND_M = 100.0
_YEAR_DAYS = 365


class Forecaster(Protocol):
    """A fitted model; those of `hotspot.forecast` are such."""

    def predict_points(self, points: Any, days: int = 7) -> "pd.Series[float]": ...


def usual_risk(past: pd.DataFrame, addresses: int, today: pd.Timestamp) -> float:
    """Estimate the burglaries to expect at a home in two weeks if the past year went on evenly."""
    if past.empty:
        return 0.0
    days = min(_YEAR_DAYS, (today.normalize() - past["ended"].min().normalize()).days + 1)
    known = int((past["age_days"] < _YEAR_DAYS).sum())
    return float(known / max(addresses, 1) * AHEAD_DAYS / days)


def raised_risk(ring: Any, apart_m: Any, age_days: Any) -> Any:
    """Compute how far one burglary raises the risk of a home, as a share of the usual risk.

    Parameters
    ----------
    ring : int or ndarray of int
        0 burgled, 1 same side, 2 opposite or behind, 3 elsewhere.
    apart_m : float or ndarray of float
    age_days : int or ndarray of int
        Whole days since it was found.

    Notes
    -----
    Twelve times the usual risk at a home just burgled [1]_, falling with distance and weeks as in
    prospective mapping [2]_, averaged over the next 14 days; half of that on the same side of the
    street and a quarter elsewhere, for the order that was found [3]_. It ranks doors; as an
    estimate of risk a fitted model is better.

    References
    ----------
    .. [1] Polvi, N., Looman, T., Humphries, C. and Pease, K. (1991). The time course of repeat
       burglary victimization. British Journal of Criminology 31(4), 411-414.
    .. [2] Bowers, K. J., Johnson, S. D. and Pease, K. (2004). Prospective hot-spotting: the
       future of crime mapping? British Journal of Criminology 44(5), 641-658.
    .. [3] Bowers, K. J. and Johnson, S. D. (2005). Domestic burglary repeats and space-time
       clusters: the dimensions of risk. European Journal of Criminology 2(1), 67-92.

    Examples
    --------
    >>> raised_risk(np.array([0, 1]), np.array([0.0, 30.0]), np.array([0, 0])).round(2).tolist()
    [7.73, 1.93]
    """
    by_ring = np.array(_BY_RING)[np.minimum(ring, len(_BY_RING) - 1)]
    ages, nth = np.unique(age_days, return_inverse=True)
    in_time = np.array([_in_time(age) for age in ages.tolist()])[nth].reshape(np.shape(age_days))
    return _RAISED * by_ring * in_time / (1.0 + np.floor_divide(apart_m, _STEP_M))


@cache
def _in_time(age_days: int) -> float:
    """Compute the mean of what is left of a burglary's effect over the days ahead."""
    weeks = (age_days + np.arange(1, AHEAD_DAYS + 1)) // _STEP_DAYS
    return float(np.mean(1.0 / (1.0 + weeks)))


def modelled_risk(model: Forecaster, visits: pd.DataFrame, doors: Doors, crs: Any) -> Floats:
    """Return expected burglaries at one home of each visit by a model of risk per square kilometre.

    The homes within 100 m share what the model expects there.
    """
    points = gpd.GeoSeries(gpd.points_from_xy(visits["x"], visits["y"]), crs=crs)
    per_km2 = np.asarray(model.predict_points(points, AHEAD_DAYS), dtype=float)
    x, y = (visits[name].to_numpy(dtype=float) for name in ("x", "y"))
    around = np.diff(doors.near.homes(x, y, _AROUND_M)[0])
    around_km2 = np.pi * (_AROUND_M / 1000.0) ** 2
    return np.asarray(per_km2 * around_km2 / np.maximum(around, 1))
