"""The interval of a bootstrap: the middle of what was drawn."""

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

_LIMITS = (0.025, 0.975)


def middle_of(drawn: Floats) -> tuple[Floats, Floats]:
    """Return the middle 95 % of each column, NaN where it is never known.

    Parameters
    ----------
    drawn : ndarray, shape (draws, n)
        NaN where a draw had nothing to count.

    Returns
    -------
    low, high : ndarray, shape (n,)

    Examples
    --------
    >>> [limit.round(3).tolist() for limit in middle_of(np.arange(101.0)[:, None])]
    [[2.5], [97.5]]
    """
    limits = np.full((2, drawn.shape[1]), np.nan)
    known = ~np.isnan(drawn).all(axis=0)
    if known.any():
        limits[:, known] = np.nanquantile(drawn[:, known], _LIMITS, axis=0)
    return limits[0], limits[1]
