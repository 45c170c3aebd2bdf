"""How well a map of risk put what happened into few cells."""

import math
from collections.abc import Sequence

import numpy as np
from scipy import stats

from hotspot._kernels.arrays import Floats, Ints
from hotspot._kernels.percentiles import tails
from hotspot.geo import cells_in_share

#: Shares of the area at which curves are drawn, and between which calibration is shown.
CURVE_SHARES = (0.005, 0.01, 0.02, 0.03, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.5, 1.0)
# Digits to which risks are compared: beyond them rounding would break ties.
_DIGITS = 12


def top_cells(cells: int, area_shares: Sequence[float]) -> Ints:
    """Return the number of cells in each share of the area: round half up, at least one.

    Examples
    --------
    >>> top_cells(250, (0.01, 0.05, 0.0001))
    array([ 3, 13,  1])
    """
    return np.array([max(cells_in_share(share, cells), 1) for share in area_shares])


def top_sums(risk: Floats, values: Floats, numbers: Ints) -> Floats:
    """Sum values over the cells of highest risk, cells of equal risk in expectation.

    Parameters
    ----------
    risk : ndarray of float64, shape (cells,)
        What the cells are ranked by.
    values : ndarray of float64, shape (cells,) or (several, cells)
        What is summed, several at once for one ranking.
    numbers : ndarray of int64, shape (m,)
        How many cells are taken.

    Returns
    -------
    ndarray of float64, shape (m,) or (several, m)
        Where the last places fall on cells of equal risk, each of these counts with the
        probability of being drawn.

    Examples
    --------
    >>> top_sums(np.array([3.0, 1, 1, 0]), np.array([5.0, 2, 4, 0]), np.array([1, 2, 3]))
    array([ 5.,  8., 11.])
    """
    # Relative to the highest, for models may count per cell, per square kilometre or in no unit.
    highest = np.nanmax(risk) if len(risk) and np.isfinite(risk).any() else 0.0
    level = np.nan_to_num(risk / highest if highest > 0 else risk * 0.0, nan=-1.0)
    level = -np.round(level, _DIGITS)
    order = np.argsort(level, kind="stable")
    level = level[order]
    passed = np.zeros((*values.shape[:-1], len(order) + 1))
    np.cumsum(values[..., order], axis=-1, out=passed[..., 1:])
    last = level[numbers - 1]
    first, stop = np.searchsorted(level, last, "left"), np.searchsorted(level, last, "right")
    # Of m places left among k cells of equal risk each cell is taken with probability m / k, so
    # that neither the order of the cells nor a draw decides what a map has found.
    share = (numbers - first) / (stop - first)
    below = passed[..., first]
    return np.asarray(below + (passed[..., stop] - below) * share)


#: With fewer windows no interval is given: none that was tried held what it promised.
FEWEST_WINDOWS = 8


def prediction_accuracy(hit_rate: float, area_share: float) -> float:
    """Return the prediction accuracy index: share of crime over share of area.

    References
    ----------
    Chainey, S., Tompson, L. and Uhlig, S. (2008). The utility of hotspot mapping for predicting
    spatial patterns of crime. Security Journal 21, 4-28.

    Examples
    --------
    >>> prediction_accuracy(6 / 9, 1 / 3)
    2.0
    """
    return hit_rate / area_share


def prediction_efficiency(hits: float, best_hits: float) -> float:
    """Return the prediction efficiency index: accuracy over the best that the area allowed.

    References
    ----------
    Hunt, J. M. (2016). Do crime hot spots move? Exploring the effects of the modifiable areal unit
    problem and modifiable temporal unit problem on crime hot spot stability. Dissertation,
    American University.

    Examples
    --------
    >>> prediction_efficiency(6, 6)
    1.0
    """
    return hits / best_hits if best_hits else float("nan")


def bootstrap_weights(windows: int, resamples: int, seed: int) -> Floats:
    """Draw how often each window counts in each resample, shape (resamples, windows).

    Whole windows are drawn, not incidents: those of one week are found or missed together, and
    intervals over incidents would be too narrow (Efron and Tibshirani 1993, chapter 8).
    """
    random = np.random.default_rng(seed)
    return random.multinomial(windows, np.full(windows, 1 / windows), resamples).astype(float)


def ratio_interval(top: Floats, bottom: Floats, weights: Floats) -> tuple[float, float]:
    """Return the 95 % interval of a ratio of sums over windows, that holds for few of them too.

    Parameters
    ----------
    top, bottom : ndarray of float64, shape (windows,)
    weights : ndarray of float64, shape (resamples, windows)
        As of `bootstrap_weights`.

    Returns
    -------
    low, high : float
        The wider on either side of two intervals: percentiles of the resamples, taken as much
        farther out as few windows need, and a t interval by the jackknife. Plain percentiles held
        the truth in 81 to 89 of 100 simulations of 8 windows. NaN for fewer than
        `FEWEST_WINDOWS`.

    References
    ----------
    Hesterberg, T. C. (2015). What teachers should know about the bootstrap. The American
    Statistician 69(4), 371-386, section 5.3: expanded percentiles.
    Efron, B. and Tibshirani, R. J. (1993). An introduction to the bootstrap, chapter 11.
    """
    windows = len(top)
    if windows < FEWEST_WINDOWS or not bottom.any():
        return math.nan, math.nan
    below, above = (np.einsum("rw,w->r", weights, sums) for sums in (bottom, top))
    # A resample in which nothing happened has no rate.
    drawn = above[below > 0] / below[below > 0]
    spread = float(stats.t.ppf(0.975, windows - 1))
    low, high = np.quantile(drawn, tails(windows)) if len(drawn) else (np.nan, np.nan)
    # Few windows with few incidents each make resamples of two or three values: there the spread
    # of the ratio as each window in turn is left out is the safer guide.
    rest = bottom.sum() - bottom
    told = rest > 0
    without = (top.sum() - top)[told] / rest[told]
    error = math.sqrt((windows - 1) / windows * ((without - without.mean()) ** 2).sum())
    ratio = top.sum() / bottom.sum()
    return float(min(low, ratio - spread * error)), float(max(high, ratio + spread * error))
