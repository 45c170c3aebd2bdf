"""How much more counts vary than Poisson counts: burglaries come in series."""

from functools import cache

from scipy import stats

from hotspot._kernels.arrays import Floats, Ints

_ENOUGH_PAIRS = 12


def dispersion_of_pairs(
    earlier: Ints | Floats, later: Ints | Floats, overlap: int = 1
) -> float | None:
    """Estimate from pairs of counts how many times more they vary than Poisson counts, 1 or more.

    Parameters
    ----------
    earlier, later : ndarray, shape (pairs,)
        Counts that would have one mean, pair by pair, if nothing changed.
    overlap : int
        How many pairs in a row share what they count: sums of 6 months, a new one each month,
        tell as much as a sixth of them.

    Returns
    -------
    float or None
        None where too few pairs hold anything to tell.

    Examples
    --------
    >>> import numpy as np
    >>> round(dispersion_of_pairs(np.array([1, 9] * 20), np.array([9, 1] * 20)), 1)
    6.8
    """
    total = earlier + later
    counted = int((total > 0).sum()) + overlap - 1
    if counted < _ENOUGH_PAIRS or not total.any():
        return None
    # The difference of two Poisson counts of one mean has their sum as its variance.
    return widened(((later - earlier) ** 2).sum() / total.sum(), counted / overlap)


def widened(ratio: float, free: float) -> float:
    """Return a dispersion that allows for having been estimated with so much freedom, 1 or more."""
    return max(float(ratio * _wider(float(free)) ** 2), 1.0)


@cache
def _wider(free: float) -> float:
    # The bounds of a t distribution rather than of a normal one.
    wider: float = stats.t.ppf(0.975, free) / stats.norm.ppf(0.975)
    return wider
