"""Intervals of shares and of counts that hold where few were counted, too."""

import numpy as np
import numpy.typing as npt
from scipy import stats

from hotspot._kernels.arrays import Floats

# Byar's approximation is used from here on in public health; below it the exact limits are.
_BYAR_FROM = 10


def wilson(
    number: npt.ArrayLike, among: npt.ArrayLike, confidence: float = 0.95
) -> tuple[Floats, Floats]:
    """Compute the interval of shares.

    Parameters
    ----------
    number, among : array_like, shape (n,), or numbers
    confidence : float

    Returns
    -------
    low, high : ndarray, shape (n,)
        NaN where there is nothing to take a share of.

    References
    ----------
    Wilson, E. B. (1927). Probable inference, the law of succession, and statistical inference.
    Journal of the American Statistical Association 22, 209-212.

    Examples
    --------
    >>> low, high = wilson([23, 2, 0], [100, 2, 0])
    >>> low.round(3).tolist(), high.round(3).tolist()
    ([0.158, 0.342, nan], [0.322, 1.0, nan])
    """
    number, among = np.asarray(number, dtype=float), np.asarray(among, dtype=float)
    z = float(stats.norm.ppf((1 + confidence) / 2))
    # Not the normal interval around the share, which is too narrow with few and of no width where
    # none or all were counted: a week of one team is both.
    with np.errstate(divide="ignore", invalid="ignore"):
        share = number / among
        middle = (share + z**2 / (2 * among)) / (1 + z**2 / among)
        spread = share * (1 - share) / among + z**2 / (4 * among**2)
        half = z * np.sqrt(spread) / (1 + z**2 / among)
    # Exact at the ends, where rounding would leave a hair beyond 0 and 1.
    some = among > 0
    low = np.where(some & (number == 0), 0.0, np.where(some, middle - half, np.nan))
    high = np.where(some & (number == among), 1.0, np.where(some, middle + half, np.nan))
    return low, high


def byar(events: npt.ArrayLike, confidence: float = 0.95) -> tuple[Floats, Floats]:
    """Compute the interval of the mean of which counts were drawn.

    Parameters
    ----------
    events : array_like of int, shape (n,), or a number
    confidence : float

    Returns
    -------
    low, high : ndarray, shape (n,)
        Byar's approximation from 10 events, the exact limits (Garwood) below.

    References
    ----------
    Breslow, N. E. and Day, N. E. (1987). Statistical methods in cancer research, volume II. IARC,
    table 2.10 and page 69.
    Garwood, F. (1936). Fiducial limits for the Poisson distribution. Biometrika 28, 437-442.

    Examples
    --------
    >>> low, high = byar([65, 0])
    >>> low.round(6).tolist(), high.round(6).tolist()
    ([50.163188, 0.0], [82.849139, 3.688879])
    """
    events = np.asarray(events, dtype=float)
    tail = (1 - confidence) / 2
    z = float(stats.norm.ppf(1 - tail))
    counted = np.maximum(events, 1.0)
    low = counted * (1 - 1 / (9 * counted) - z / (3 * np.sqrt(counted))) ** 3
    more = events + 1
    high = more * (1 - 1 / (9 * more) + z / (3 * np.sqrt(more))) ** 3
    least = np.where(events > 0, stats.gamma.ppf(tail, counted), 0.0)
    few = events < _BYAR_FROM
    return np.where(few, least, low), np.where(few, stats.gamma.ppf(1 - tail, more), high)


def apart(
    value: float | Floats,
    low: float | Floats,
    high: float | Floats,
    others: Floats,
    other_low: Floats,
    other_high: Floats,
) -> tuple[Floats, Floats]:
    """Return intervals of differences of values that have intervals of their own.

    References
    ----------
    Newcombe, R. G. (1998). Interval estimation for the difference between independent proportions.
    Statistics in Medicine 17, 873-890, method 10.
    """
    difference = value - others
    below = np.hypot(value - low, other_high - others)
    above = np.hypot(high - value, others - other_low)
    return difference - below, difference + above
