"""Triggers by which one incident raises the risk of others: kernels in time and space."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize_scalar

from hotspot._kernels.arrays import Floats
from hotspot._kernels.hawkes import STEPS_PER_M

# At a mean lag of 1 day all offspring comes on the next one, and the decay divides by 0.
SHORTEST_DAYS = 1.2
# Of logarithms: a hundredth of a per cent.
_TOLERANCE = 1e-4


@dataclass(frozen=True)
class Trigger:
    """Offspring of one incident, by distance and lag.

    Attributes
    ----------
    offspring : float
        Expected number that one incident triggers directly.
    mean_days : float
        Mean of the lag, before it is cut off at the reach.
    scale_m : float
        Standard deviation along each axis of a Gaussian; of an exponential, the distance in which
        the density falls to 1 / e.
    shape : {"gaussian", "exponential"}
        How the density falls with distance.
    reach_m : float
        Distance beyond which nothing is triggered.
    reach_days : int
        Lag beyond which nothing is triggered.
    """

    offspring: float
    mean_days: float
    scale_m: float
    shape: str
    reach_m: float
    reach_days: int

    def by_lag(self) -> Floats:
        """Return the probability of each lag in days, shape (reach_days + 1,); 0 of lag 0."""
        return lag_table(self.mean_days, self.reach_days)

    def by_away(self) -> Floats:
        """Return the density per square metre at each distance in decimetres."""
        return away_table(self.scale_m, self.shape, self.reach_m)

    def cumulative(self) -> Floats:
        """Sum the probabilities of lags up to each number of days, shape (reach_days + 1,)."""
        return np.cumsum(self.by_lag())


def lag_table(mean_days: float, reach_days: int) -> Floats:
    """Return geometric probabilities of lags from 1 to the reach.

    The exponential decay of Mohler and others (2011) in whole days: reports know no more.
    """
    days = np.arange(reach_days + 1)
    table = np.exp(-(days - 1.0) / memory_days(mean_days))
    table[0] = 0.0
    return np.asarray(table / table.sum())


def memory_days(mean_days: float) -> float:
    """Compute the decay of a geometric distribution on 1, 2, ... with a mean."""
    return float(-1.0 / np.log1p(-1.0 / mean_days))


def away_table(scale_m: float, shape: str, reach_m: float) -> Floats:
    """Return the density at each decimetre, with an integral of 1 over the disc within reach.

    What lies beyond the reach is divided out, or a wide kernel would seem to trigger less.
    """
    away = np.arange(round(reach_m * STEPS_PER_M) + 1) / STEPS_PER_M / scale_m
    falling = np.exp(-0.5 * away**2) if shape == "gaussian" else np.exp(-away)
    # Both shapes have 2 pi scale^2 as their integral over the whole plane.
    return np.asarray(falling / (2 * np.pi * scale_m**2 * _mass_within(reach_m / scale_m, shape)))


def _mass_within(scales: float, shape: str) -> float:
    """Compute the share of a density within a distance in scales, in closed form."""
    if shape == "gaussian":
        return float(-np.expm1(-0.5 * scales**2))
    return float(1.0 - (1.0 + scales) * np.exp(-scales))


def best_mean_days(lags: Floats, left_days: Floats, reach_days: int) -> float:
    """Find the mean lag that makes shared-out lags most likely.

    Parameters
    ----------
    lags : ndarray of float64, shape (reach_days + 1,)
        How many are shared out to each lag.
    left_days : ndarray of float64, shape (reach_days + 1,)
        How many events had each number of days left to be followed in, the last holding all that
        had more.
    reach_days : int
        Longest lag.
    """

    # Of offspring with geometric lags some are still to come. With the number of offspring put in
    # at its best, lags / exposure, what is left of the likelihood turns on the mean alone.
    def loss(log_mean: float) -> float:
        table = lag_table(float(np.exp(log_mean)), reach_days)
        exposure = (left_days * np.cumsum(table)).sum()
        likely = (lags[1:] * np.log(table[1:] + 1e-300)).sum()
        return float(lags.sum() * np.log(exposure) - likely)

    return _lowest(loss, SHORTEST_DAYS, 2.0 * reach_days)


def best_scale_m(powers: Floats, shape: str, reach_m: float, lowest_m: float) -> float:
    """Find the scale, not below a floor, that makes shared-out distances most likely."""
    # Sums of powers of the distances are all that the likelihood takes of them: a Gaussian the
    # second, an exponential the first.
    total, moment, second = map(float, powers)

    def loss(log_scale: float) -> float:
        scale = float(np.exp(log_scale))
        power = 0.5 * second / scale**2 if shape == "gaussian" else moment / scale
        inside = _mass_within(reach_m / scale, shape)
        return float(power + total * (2.0 * log_scale + np.log(inside)))

    return _lowest(loss, lowest_m, max(reach_m, 2 * lowest_m))


def _lowest(loss: Callable[[float], float], least: float, most: float) -> float:
    """Find the value between two bounds at whose logarithm a loss is lowest."""
    # In logarithms: lags and scales are positive, and as far off by half as by double.
    bounds, options = (np.log(least), np.log(most)), {"xatol": _TOLERANCE}
    return float(np.exp(minimize_scalar(loss, bounds=bounds, method="bounded", options=options).x))
