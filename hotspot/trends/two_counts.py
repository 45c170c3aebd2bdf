"""One count against the mean of earlier ones: z, exact tests, and how much such counts vary."""

import math
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from scipy import stats

from hotspot._kernels.arrays import Floats
from hotspot.density.dispersion import dispersion_of_pairs
from hotspot.trends.change import compare_rates, dispersion_within

YEAR_MONTHS = 12
# Sums of half a year: of single months the weather of a whole year is not seen, and of whole years
# there are too few.
_HALF_YEAR, _QUARTER = 6, 3
# Below this many in either, square roots are no longer normal enough.
FEW = 20
# A grid of all pairs of counts that is still quick; with more, `FEW` in one of them is no question.
_MOST_ON_GRID = 2_000
_NEVER = 1e-13

#: How it is known how much counts vary, from the best to none.
FROM_YEARS, FROM_AREAS, FROM_MONTHS, GIVEN, NOT_KNOWN = (
    "earlier years",
    "the earlier years of all areas",
    "the months that are compared",
    "what was given",
    "not known",
)


class Dispersion(NamedTuple):
    """How many times more counts vary than Poisson counts do, and how that is known.

    Attributes
    ----------
    value : float
        1 or more.
    known_from : str
    """

    value: float
    known_from: str


class CountTest(NamedTuple):
    """What a count is worth against the mean of others.

    Attributes
    ----------
    z : float
        Square roots, over-dispersion allowed for.
    p_value : float
        Two-sided, by `test`, over-dispersion allowed for.
    p_exact : float
        Of Poisson counts, given their sum (Przyborowski and Wilenski 1940).
    test : str
        "E-test" of few, "square roots" of more.
    """

    z: float
    p_value: float
    p_exact: float
    test: str


def count_z(current: float, reference: float, years: float = 1.0) -> float:
    """Compute how many standard deviations a Poisson count lies from the mean of others.

    Parameters
    ----------
    current : float
    reference : float
        The mean of the earlier counts.
    years : float
        Of how many counts it is the mean; infinite where it is known for certain.

    Returns
    -------
    float
        ``2 (sqrt x - sqrt m) / sqrt(1 + 1 / k)``: the square root of a Poisson count varies by a
        half whatever its mean (Bartlett 1936).

    References
    ----------
    Bartlett, M. S. (1936). The square root transformation in analysis of variance. Supplement to
    the Journal of the Royal Statistical Society 3, 68-78.

    Examples
    --------
    >>> round(count_z(1393, 2058), 1), round(count_z(1393, 2058, float("inf")), 1)
    (-11.4, -16.1)
    """
    return 2 * (math.sqrt(current) - math.sqrt(reference)) / math.sqrt(1 + 1 / years)


@lru_cache(maxsize=4096)
def e_test(current: float, reference: float, years: float = 1.0) -> float:
    """Compute the two-sided p-value that few events come at the rate of earlier ones.

    Parameters
    ----------
    current, reference, years
        As of `count_z`, `years` finite.

    Returns
    -------
    float
        The probability, at the one rate that both counts together suggest, of two counts whose
        standardised difference is at least as large.

    References
    ----------
    Krishnamoorthy, K. and Thomson, J. (2004). A more powerful test for comparing two Poisson means.
    Journal of Statistical Planning and Inference 119, 23-35.

    Examples
    --------
    >>> [round(e_test(*pair), 4) for pair in ((3, 0), (6, 2), (20, 10))]
    [0.0884, 0.1749, 0.0688]
    """
    earlier = reference * years
    if current + earlier == 0:
        return 1.0
    rate = (current + earlier) / (1 + years)
    ranges = [np.arange(stats.poisson.isf(_NEVER, mean) + 1) for mean in (rate, rate * years)]
    now, then = ranges[0][:, None], ranges[1][None, :]
    with np.errstate(invalid="ignore"):
        apart = np.abs(now - then / years) / np.sqrt(now + then / years**2)
    observed = abs(current - reference) / math.sqrt(current + earlier / years**2)
    # Two counts as far apart as those observed count, whatever the last digit of a division is.
    as_far = np.nan_to_num(apart) >= observed * (1 - 1e-12)
    likely = np.outer(
        stats.poisson.pmf(ranges[0], rate), stats.poisson.pmf(ranges[1], rate * years)
    )
    return min(float(likely[as_far].sum()), 1.0)


def exact_p_value(current: float, reference: float, years: float = 1.0) -> float:
    """Compute the exact p-value of two Poisson counts given their sum.

    Examples
    --------
    >>> round(exact_p_value(56, 98), 4)
    0.0009
    """
    counts = np.array([round(reference * years)]), np.array([round(current)])
    return float(compare_rates(*counts, years, 1.0, 0.95)["p_value"][0])


def weigh_counts(
    current: float, reference: float, years: float = 1.0, dispersion: float = 1.0
) -> CountTest:
    """Test whether a count differs from the mean of earlier ones by more than counts do.

    Parameters
    ----------
    current, reference, years
        As of `count_z`.
    dispersion : float
        How many times more they vary than Poisson counts, 1 or more.

    Returns
    -------
    CountTest

    Examples
    --------
    >>> weigh_counts(6, 2).test, round(weigh_counts(6, 2).p_value, 4)
    ('E-test', 0.1749)
    >>> round(weigh_counts(1393, 2058, dispersion=4).z, 1)
    -5.7
    """
    z = count_z(current, reference, years)
    total = current + (0.0 if math.isinf(years) else reference * years)
    few = min(current, reference) < FEW and total <= _MOST_ON_GRID and not math.isinf(years)
    p_value = e_test(current, reference, years) if few else 2 * stats.norm.sf(abs(z))
    # A p-value stands for so many standard deviations, which over-dispersed counts are spread by.
    p_value = 2 * stats.norm.sf(stats.norm.isf(p_value / 2) / math.sqrt(dispersion))
    exact = math.nan if math.isinf(years) else exact_p_value(current, reference, years)
    return CountTest(
        z / math.sqrt(dispersion), float(p_value), exact, "E-test" if few else "square roots"
    )


def share_z(current: float, reference: float, of: tuple[float, float]) -> float:
    """Compute how many standard deviations two shares of counted cases lie apart.

    Parameters
    ----------
    current, reference : float
        Shares, 0 to 1.
    of : (float, float)
        Of how many cases each is the share.

    Returns
    -------
    float
        By the share of both together (Pearson's test of a table of two by two, its root).

    Examples
    --------
    >>> round(share_z(0.941, 0.926, (50_000, 50_000)), 1)
    9.5
    """
    together = (current * of[0] + reference * of[1]) / (of[0] + of[1])
    spread = math.sqrt(together * (1 - together) * (1 / of[0] + 1 / of[1]))
    return (
        0.0
        if current == reference
        else math.copysign(math.inf, current - reference)
        if spread == 0
        else (current - reference) / spread
    )


def month_dispersion(monthly: Floats, at: int, others: Floats) -> Dispersion:
    """Estimate how much a month varies about the same month of other years.

    Parameters
    ----------
    monthly : ndarray, shape (months,)
        Counts of one area, month by month; NaN where one is not known or left out.
    at : int
        The month that is compared, which tells nothing of how months vary where nothing changed.
    others : ndarray, shape (areas, months)
        Of all areas, for one whose own past is too short or too empty to tell.

    Returns
    -------
    Dispersion

    Notes
    -----
    From pairs of months 12 apart, as `dispersion_of_pairs` estimates it: the season is the same in
    both, and what is left is how much such months differ by themselves.
    """
    own = _of_pairs(monthly[:at][None], 1)
    if own is not None:
        return Dispersion(own, FROM_YEARS)
    pooled = _of_pairs(others[:, :at], 1)
    if pooled is not None:
        return Dispersion(pooled, FROM_AREAS)
    first = max(at + 1 - 2 * YEAR_MONTHS, at % YEAR_MONTHS + 1 - YEAR_MONTHS, 0)
    return _of_compared(monthly[first : at + 1], 1)


def year_dispersion(monthly: Floats, at: int, reference: Floats) -> Dispersion:
    """Estimate how much twelve months vary about twelve others.

    Parameters
    ----------
    monthly : ndarray, shape (months,)
        As of `month_dispersion`.
    at : int
        The last of the twelve months that are compared.
    reference : ndarray, shape (12,)
        What they are compared with, month by month.

    Returns
    -------
    Dispersion

    Notes
    -----
    From half-years against the same half-year of the year before, every one that ends before the
    twelve months. Months alone miss what raises a whole year: in Chicago 2014 to 2017, with years
    in an order drawn at random, a test by months finds a change in a fifth of all places. So many
    overlapping half-years tell as much as those that do not overlap, which widens the estimate as
    of a t distribution with few degrees of freedom. Without two years before the twelve months
    the quarters within what is compared stand for it.
    """
    earlier = monthly[: at + 1 - YEAR_MONTHS][None]
    found = [_of_pairs(earlier, months) for months in (_HALF_YEAR, 1)]
    told = [one for one in found if one is not None]
    # What moves a half-year moves it beside its months: where few half-years seem to vary less
    # than months do, it is by chance.
    if found[0] is not None:
        return Dispersion(max(told), FROM_YEARS)
    compared = np.concatenate([reference, monthly[at + 1 - YEAR_MONTHS : at + 1]])
    both = [_of_compared(compared, months) for months in (_QUARTER, 1)]
    return max(both, key=lambda one: (one.value, one.known_from == FROM_MONTHS))


def _of_pairs(series: Floats, months: int) -> float | None:
    """Estimate dispersion from sums of so many months and those a year before, shape (areas, n)."""
    sums = (
        np.lib.stride_tricks.sliding_window_view(series, months, axis=1).sum(-1)
        if (series.shape[1] >= months + YEAR_MONTHS)
        else np.empty((len(series), 0))
    )
    earlier, later = sums[:, :-YEAR_MONTHS].ravel(), sums[:, YEAR_MONTHS:].ravel()
    known = np.isfinite(earlier + later)
    return dispersion_of_pairs(earlier[known], later[known], months)


def _of_compared(compared: Floats, months: int) -> Dispersion:
    """Estimate dispersion from how differently parts of two years changed, about all of them."""
    before, after = compared[: len(compared) // 2], compared[len(compared) // 2 :]
    size = len(before) // months * months
    pairs = np.stack([part[:size].reshape(-1, months).sum(1) for part in (before, after)])
    found = dispersion_within(pairs[:, np.isfinite(pairs).all(0)])
    return Dispersion(1.0, NOT_KNOWN) if found is None else Dispersion(found, FROM_MONTHS)
