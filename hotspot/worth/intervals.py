"""Intervals of shares that hold where few were counted, too."""

import numpy as np
import numpy.typing as npt
from scipy import stats

Floats = npt.NDArray[np.float64]

_CONFIDENCE = 0.95
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
