"""Limits within which rates of areas lie by chance, given how many each is of."""

from typing import NamedTuple

import numpy as np
from scipy import special, stats

from hotspot._kernels.arrays import Floats

#: The two limits of a funnel, by the name of their columns.
LEVELS = {"95": 0.95, "998": 0.998}
_WINSOR = 0.1
# The mean square of a standard normal whose outer tenths are pulled in: without it areas that
# differ by chance alone would seem to differ less than that, and limits be too narrow.
_PULLED_IN = 0.6787
# From here on the shares of a beta-binomial are those of the beta.
_MANY = 100_000


class BetweenAreas(NamedTuple):
    """How much more areas differ than chance makes them.

    Attributes
    ----------
    factor : float
        The mean of the squared z-scores, worked out with the outer tenths pulled in: about 1 where
        only chance is at work.
    variance : float
        Of the true rates between areas (Spiegelhalter's tau squared); 0 where nothing is left.
    """

    factor: float
    variance: float


def between_areas(rates: Floats, of: Floats, benchmark: float, kind: str) -> BetweenAreas:
    """Estimate the variance of true rates between areas, to be added to that of chance.

    Parameters
    ----------
    rates, of : ndarray, shape (areas,)
    benchmark : float
    kind : {"proportion", "rate"}

    Returns
    -------
    BetweenAreas

    References
    ----------
    Spiegelhalter, D. J. (2005). Funnel plots for comparing institutional performance. Statistics
    in Medicine 24, 1185-1202; the additive model and its moment estimate (DerSimonian and Laird).
    """
    chance = benchmark * (1 - benchmark) if kind == "proportion" else benchmark
    areas = len(rates)
    if chance <= 0 or areas < 2:
        return BetweenAreas(1.0, 0.0)
    weight = of / chance
    z = (rates - benchmark) * np.sqrt(weight)
    # The areas to be found must not widen the limits that are to find them.
    z = np.clip(z, *np.quantile(z, (_WINSOR, 1 - _WINSOR)))
    factor = float(np.mean(z**2)) / _PULLED_IN
    excess = areas * factor - (areas - 1)
    spread = weight.sum() - (weight**2).sum() / weight.sum()
    return BetweenAreas(factor, max(float(excess / spread), 0.0) if spread > 0 else 0.0)


def funnel_limits(
    of: Floats, benchmark: float, variance: float, kind: str, level: float
) -> tuple[Floats, Floats]:
    """Compute the rates beyond which an area that is as the benchmark lies in 1 - `level` of cases.

    Parameters
    ----------
    of : ndarray, shape (n,)
        How many each rate is of: whole numbers for proportions.
    benchmark, variance : float
        Mean of the true rates, and their variance between areas.
    kind : {"proportion", "rate"}
    level : float

    Returns
    -------
    low, high : ndarray, shape (n,)
        Counts that can be had, over `of`: at most half of 1 - `level` lies beyond either, at every
        n. Of what varies between areas, too: beta-binomial or negative binomial counts.
    """
    tails = (1 - level) / 2, (1 + level) / 2
    if kind == "proportion":
        number = np.round(of)
        binary = benchmark * (1 - benchmark)
        if binary <= 0:
            return np.full(len(of), benchmark), np.full(len(of), benchmark)
        if variance > 0:
            return _beta_binomial(number, benchmark, variance, tails)
        law = stats.binom(number, benchmark)
    elif variance > 0:
        shape = benchmark**2 / variance
        law = stats.nbinom(shape, shape / (shape + benchmark * of))
    else:
        law = stats.poisson(benchmark * of)
    low, high = (np.asarray(law.ppf(tail), dtype=float) / of for tail in tails)
    return low, high


def _beta_binomial(
    number: Floats, benchmark: float, variance: float, tails: tuple[float, float]
) -> tuple[Floats, Floats]:
    """Compute quantiles of shares whose mean varies between areas by `variance`."""
    binary = benchmark * (1 - benchmark)
    # No rates of areas differ by more than all or nothing.
    weight = binary / min(variance, 0.99 * binary) - 1
    first, second = benchmark * weight, (1 - benchmark) * weight
    ends = np.empty((2, len(number)))
    for at, n in enumerate(number):
        if n > _MANY:
            # So many that chance adds nothing to what varies between areas.
            ends[:, at] = stats.beta.ppf(tails, first, second)
            continue
        k = np.arange(n + 1)
        choices = special.gammaln(n + 1) - special.gammaln(k + 1) - special.gammaln(n - k + 1)
        logs = choices + special.betaln(k + first, n - k + second)
        chances = np.exp(logs - logs.max())
        upto = np.cumsum(chances) / chances.sum()
        ends[:, at] = np.searchsorted(upto, tails) / n
    return ends[0], ends[1]
