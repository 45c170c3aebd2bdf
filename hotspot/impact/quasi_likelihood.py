"""Generalised linear models of counts and of shares, with the variance that the data show."""

from typing import Literal, NamedTuple

import numpy as np

from hotspot._kernels.arrays import Floats

_STEPS = 100
_CLOSE = 1e-12
# Beyond this a rate ratio is without end: e^30 to one.
_ENDLESS = 30.0


class Fitted(NamedTuple):
    """A model fitted by iteratively reweighted least squares.

    Attributes
    ----------
    coefficients, se : ndarray, shape (terms,)
        On the scale of the link, `se` with the dispersion.
    fitted : ndarray, shape (rows,)
    residuals : ndarray, shape (rows,)
        Pearson's, over the root of the dispersion.
    dispersion : float
        Pearson's chi square over the degrees of freedom left.
    free : int
    """

    coefficients: Floats
    se: Floats
    fitted: Floats
    residuals: Floats
    dispersion: float
    free: int


def fit_quasi(
    counts: Floats,
    design: Floats,
    offset: Floats,
    of: Floats | None = None,
    family: Literal["poisson", "binomial"] = "poisson",
) -> Fitted | None:
    """Fit counts by their logarithm, or shares of a total by their log odds.

    Parameters
    ----------
    counts : ndarray, shape (rows,)
    design : ndarray, shape (rows, terms)
        Of full rank.
    offset : ndarray, shape (rows,)
    of : ndarray, shape (rows,), optional
        The totals of which counts are the shares, for "binomial".
    family : {"poisson", "binomial"}

    Returns
    -------
    Fitted or None
        None where a coefficient has no end: all counts of one side are nought.

    References
    ----------
    McCullagh, P. and Nelder, J. A. (1989). Generalized linear models, 2nd ed. Chapman and Hall.

    Examples
    --------
    >>> design = np.column_stack([np.ones(4), [0, 0, 1, 1]])
    >>> found = fit_quasi(np.array([8.0, 12.0, 5.0, 3.0]), design, np.zeros(4))
    >>> np.exp(found.coefficients).round(2).tolist(), round(found.dispersion, 2)
    ([10.0, 0.4], 0.65)
    """
    totals = np.ones_like(counts) if of is None else of
    start = counts + 0.1 if family == "poisson" else totals * (counts + 0.5) / (totals + 1)
    mean: Floats = np.asarray(start, dtype=np.float64)
    coefficients: Floats = np.zeros(design.shape[1])
    gram = np.eye(design.shape[1])
    for _ in range(_STEPS):
        variance = mean if family == "poisson" else mean * (1 - mean / totals)
        linked = np.log(mean) if family == "poisson" else np.log(mean / (totals - mean))
        working = linked - offset + (counts - mean) / variance
        weighted = design * variance[:, None]
        gram = design.T @ weighted
        newer: Floats = np.asarray(np.linalg.solve(gram, weighted.T @ working), dtype=np.float64)
        predictor = design @ newer + offset
        if not np.isfinite(predictor).all() or np.abs(newer - coefficients).max() > 1e6:
            return None
        mean = np.asarray(np.exp(np.clip(predictor, -_ENDLESS, _ENDLESS)), np.float64)
        if family == "binomial":
            mean = totals * mean / (1 + mean)
        done = np.abs(newer - coefficients).max() <= _CLOSE * (1 + np.abs(newer).max())
        coefficients = newer
        if done:
            break
    else:
        return None
    variance = mean if family == "poisson" else mean * (1 - mean / totals)
    free = len(counts) - design.shape[1]
    pearson = (counts - mean) / np.sqrt(variance)
    dispersion = float((pearson**2).sum() / free)
    se = np.sqrt(dispersion * np.diag(np.linalg.inv(gram)))
    scale = np.sqrt(dispersion) if dispersion > 0 else 1.0
    return Fitted(coefficients, se, mean, pearson / scale, dispersion, free)
