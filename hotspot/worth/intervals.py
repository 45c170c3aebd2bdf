"""Intervals of shares that hold where few were counted, too."""

import numpy as np
import numpy.typing as npt
from scipy import stats

Floats = npt.NDArray[np.float64]

_CONFIDENCE = 0.95
# Waves fitted to a series: with fewer its variance is a guess; shorter ones are within a run.
_FEWEST_WAVES, _RUNS_TO_A_WAVE = 3, 1.25
# With fewer counted what was drawn takes two or three values: 0 of 54 would be 0 to 0.
FEW = 5


def at_least_exact(low: Floats, high: Floats, counted: Floats, of: Floats) -> tuple[Floats, Floats]:
    """Widen intervals of shares of which few are counted to those of independent ones.

    Parameters
    ----------
    low, high : ndarray, shape (n,)
    counted, of : ndarray, shape (n,)
        Not whole where part of one counts.

    Returns
    -------
    low, high : ndarray, shape (n,)

    References
    ----------
    Clopper, C. J. and Pearson, E. S. (1934). The use of confidence or fiducial limits illustrated
    in the case of the binomial. Biometrika 26, 404-413.

    Examples
    --------
    >>> nothing = np.zeros(1)
    >>> [limit.round(3).tolist() for limit in
    ...  at_least_exact(nothing, nothing, nothing, np.array([54.0]))]
    [[0.0], [0.066]]
    """
    tail = (1 - _CONFIDENCE) / 2
    rest = of - counted
    least = np.where(counted > 0, stats.beta.ppf(tail, counted, rest + 1), 0.0)
    most = np.where(rest > 0, stats.beta.ppf(1 - tail, counted + 1, rest), 1.0)
    few = (np.minimum(counted, rest) < FEW) & (of > 0)
    return np.where(few, np.fmin(low, least), low), np.where(few, np.fmax(high, most), high)


def reach_over_runs(apart_by_list: Floats, run: int) -> Floats:
    """Compute how far 95 % intervals reach to either side of a sum over lists that share weeks.

    Parameters
    ----------
    apart_by_list : ndarray, shape (lists, n)
        What each list adds to the sum, less what it was expected to add; each column sums to 0.
    run : int
        How many neighbouring lists share a week of burglaries.

    Returns
    -------
    ndarray, shape (n,)
        NaN where there are fewer than 3.75 runs: no interval that was tried held the truth there.

    Notes
    -----
    Lists of one run share their burglaries, so that the sum varies more than single lists tell. The
    slowest cosine waves of the series show how much, with a degree of freedom each. Waves that
    are hardly longer than a run are lower than those that are far longer, by the square of the
    Dirichlet kernel where all that varies is the weeks: by so much they are raised.

    References
    ----------
    Lazarus, E., Lewis, D. J., Stock, J. H. and Watson, M. W. (2018). HAR inference: recommendations
    for practice. Journal of Business and Economic Statistics 36(4), 541-559 (equal-weighted
    cosines).
    """
    lists = len(apart_by_list)
    waves = int(lists / (_RUNS_TO_A_WAVE * run))
    if waves < _FEWEST_WAVES:
        return np.full(apart_by_list.shape[1], np.nan)
    turn = np.pi * np.arange(1, waves + 1) / lists
    heights = np.cos(turn[:, None] * (np.arange(lists) + 0.5)) @ apart_by_list * np.sqrt(2 / lists)
    left = (np.sin(turn * run / 2) / (run * np.sin(turn / 2))) ** 2
    variance = lists * (heights**2).mean(axis=0) / left.mean()
    return np.asarray(stats.t.ppf(0.5 + _CONFIDENCE / 2, waves) * np.sqrt(variance))
