"""Percentiles of a bootstrap that are taken as far out as few blocks need."""

import math

import numpy as np
from scipy import stats

from hotspot._kernels.arrays import Floats


def tails(blocks: int, confidence: float = 0.95) -> tuple[float, float]:
    """Return which quantiles of resamples bound an interval, by how many blocks were drawn from.

    Resamples vary as n - 1 does to n too little, and the tail of a normal distribution is too
    short for few blocks (Hesterberg 2015, The American Statistician 69, 371-386, section 5.3:
    expanded percentiles). Of many blocks they are the plain ones, such as 0.025 and 0.975.
    """
    spread = float(stats.t.ppf(0.5 + confidence / 2, blocks - 1))
    outer = float(stats.norm.cdf(-spread * math.sqrt(blocks / (blocks - 1))))
    return outer, 1 - outer


def middle_of(drawn: Floats, blocks: int) -> tuple[Floats, Floats]:
    """Return the middle 95 % of each column, NaN where nothing was drawn or of a single block.

    Parameters
    ----------
    drawn : ndarray of float64, shape (draws, n)
        NaN where a draw had nothing to count.
    blocks : int
        How many blocks were drawn from.

    Returns
    -------
    low, high : ndarray of float64, shape (n,)

    Examples
    --------
    >>> [limit.round(1).tolist() for limit in middle_of(np.arange(101.0)[:, None], 10_000)]
    [[2.5], [97.5]]
    >>> [limit.round(1).tolist() for limit in middle_of(np.arange(101.0)[:, None], 8)]
    [[0.6], [99.4]]
    """
    limits = np.full((2, drawn.shape[1]), np.nan)
    known = ~np.isnan(drawn).all(axis=0) if len(drawn) else np.zeros(drawn.shape[1], dtype=bool)
    if known.any() and blocks > 1:
        limits[:, known] = np.nanquantile(drawn[:, known], tails(blocks), axis=0)
    return limits[0], limits[1]
