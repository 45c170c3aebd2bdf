"""The rate ratio of treated to control places, its variance by place, and relabelled places."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from scipy import special

from hotspot._kernels.arrays import Bools, Floats

# Two relabellings that differ by rounding alone are equal.
_ROUNDING = 1e-9
# Of two places one of which has next to all the crimes nothing is known: e^300 is no end.
_ENDLESS = 300.0
# Draws at a time: 999 draws of 5,000 places are 40 MB.
_DRAWS_AT_ONCE = 250


class RatioByPlace(NamedTuple):
    """Relative incident rate ratio of treated to control.

    Parameters
    ----------
    value, low, high : float
    log_se : float
        Of its logarithm: sandwich over places, n/(n - 1); Poisson in a group of one place.
    half_width : float
        Of the interval of the logarithm.
    p_interval : float
        Two-sided, of the interval: the level at which it would just hold 1.
    added : bool
        Whether half a crime was added to each count because a group has none in one period.
    """

    value: float
    low: float
    high: float
    log_se: float
    half_width: float
    p_interval: float
    added: bool

    def prevented(self, after: float) -> tuple[float, float, float]:
        """Compute how many crimes fewer there were than the control leads one to expect.

        Parameters
        ----------
        after : float
            Crimes of the treated places after.

        Returns
        -------
        value, low, high : float
            Below 0 where there were more. With no crime after, no more than is expected.
        """
        held = after + 0.5 * self.added
        if after:
            value, low, high = (held / one - held for one in (self.value, self.high, self.low))
        else:
            expected = held / self.value
            value, low, high = (expected * (1 - one) for one in (self.value, self.high, self.low))
        return value, low, high


class _Group(NamedTuple):
    """Log of after over before of some places, its variance and what that rests on, by draw."""

    log: Floats
    variance: Floats
    free: Floats
    none: Bools


class _Sums(NamedTuple):
    """What ratio and variance of a group of places follow from, by draw."""

    before: Floats
    after: Floats
    before_squared: Floats
    after_squared: Floats
    product: Floats
    places: Floats


def ratio_by_place(
    treated: tuple[Floats, Floats], control: tuple[Floats, Floats], confidence: float = 0.95
) -> RatioByPlace:
    """Compute the rate ratio of treated to control places with an interval by place.

    Parameters
    ----------
    treated, control : (before, after), each an ndarray of shape (places,)
        Counts of each place.
    confidence : float

    Returns
    -------
    RatioByPlace

    Notes
    -----
    Of the log of a group's ratio the influence of place i is a_i / A - b_i / B; n / (n - 1) times
    their sum of squares is its variance. So few places know it badly: the squared half width is
    the sum over both groups of the variance times the squared quantile of a t distribution
    (Banerjee 1961), which holds the truth at least as often as it says, with one less than the
    effective number of places, 1 / sum of squared shares of the crimes (Kish), as its degrees of
    freedom. A group of one place, or whose places show no spread, has the variance of Poisson
    counts, 1/A + 1/B.

    References
    ----------
    Wilson, D. B. (2022). The relative incident rate ratio effect size for count-based impact
    evaluations. Journal of Quantitative Criminology 38, 323-341.
    Banerjee, S. K. (1961). On confidence interval for two-means problem based on separate
    estimates of variances and tabulated values of t-table. Sankhya A 23, 359-378.

    Examples
    --------
    >>> import numpy as np
    >>> one = ratio_by_place((np.array([207.0]), np.array([110.0])),
    ...                      (np.array([308.0]), np.array([318.0])))
    >>> round(one.value, 6), round(one.log_se, 6)
    (0.51469, 0.142525)
    """
    sums = [
        _sums(_as_floats(early), _as_floats(late), np.ones((1, len(early)), bool))
        for early, late in (treated, control)
    ]
    groups, added = _groups(sums)
    log = float(groups[0].log[0] - groups[1].log[0])
    variances = np.array([group.variance[0] for group in groups])
    free = np.array([group.free[0] for group in groups])
    half = float(half_width_of(variances, free, confidence))
    low, high = np.exp([max(log - half, -_ENDLESS), min(log + half, _ENDLESS)]).tolist()
    se = float(np.sqrt(variances.sum()))
    level = level_of(abs(log), variances, free)
    return RatioByPlace(float(np.exp(log)), low, high, se, half, level, bool(added[0]))


def relabelled_p_value(
    before: Floats,
    after: Floats,
    treated: Bools,
    permutations: int,
    seed: int,
    sets: "np.ndarray | None" = None,
) -> float | None:
    """Compute how often places that are drawn at random seem as different as those treated.

    Parameters
    ----------
    before, after : ndarray, shape (places,)
    treated : ndarray of bool, shape (places,)
    permutations : int
    seed : int
    sets : ndarray of int, shape (places,), optional
        The matched set of each place, -1 for none: labels are then drawn within sets.

    Returns
    -------
    float or None
        ``(1 + #{as far from 1}) / (1 + permutations)`` of the log of the rate ratio over its
        standard error by place (studentised, so that it holds where treated and control places
        vary differently; Janssen 1997). None where `smallest_p_value` says that none could be
        below one in twenty.

    References
    ----------
    Janssen, A. (1997). Studentized permutation tests for non-i.i.d. hypotheses and the generalized
    Behrens-Fisher problem. Statistics and Probability Letters 36, 9-21.
    """
    observed = abs(_studentised(before, after, treated[None])[0])
    random = np.random.default_rng(seed)
    as_far = 0
    for start in range(0, permutations, _DRAWS_AT_ONCE):
        draws = min(_DRAWS_AT_ONCE, permutations - start)
        labels = _drawn(treated, sets, draws, random)
        as_far += int((np.abs(_studentised(before, after, labels)) >= observed - _ROUNDING).sum())
    return (1 + as_far) / (1 + permutations)


def relabelled_ratios(
    before: Floats, after: Floats, treated: int, draws: int, seed: int, confidence: float
) -> tuple[Floats, Floats, Floats]:
    """Evaluate operations that never were: places drawn at random against the rest of them.

    Parameters
    ----------
    before, after : ndarray, shape (places,)
        Of places where nothing was done.
    treated : int
        How many are drawn.
    draws : int
    seed : int
    confidence : float

    Returns
    -------
    ratio, low, high : ndarray, shape (draws,)
    """
    random = np.random.default_rng(seed)
    first = np.arange(len(before)) < treated
    labels = _drawn(first, None, draws, random)
    groups, _ = _groups([_sums(before, after, chosen) for chosen in (labels, ~labels)])
    log = groups[0].log - groups[1].log
    half = half_width_of(
        np.stack([group.variance for group in groups]),
        np.stack([group.free for group in groups]),
        confidence,
    )
    ends = np.maximum(log - half, -_ENDLESS), np.minimum(log + half, _ENDLESS)
    return np.exp(log), np.exp(ends[0]), np.exp(ends[1])


def smallest_p_value(treated: Bools, sets: "np.ndarray | None" = None) -> float:
    """Return the smallest p-value that relabelling places could give: one over the relabellings.

    Examples
    --------
    >>> import numpy as np
    >>> [round(smallest_p_value(np.arange(places) < 3), 4) for places in (4, 12)]
    [0.25, 0.0045]
    """
    groups = [np.ones(len(treated), bool)] if sets is None else [sets == one for one in set(sets)]
    log = sum(_log_ways(int(one.sum()), int((one & treated).sum())) for one in groups)
    return float(np.exp(-log))


def _log_ways(places: int, treated: int) -> float:
    ends = special.gammaln([treated + 1, places - treated + 1]).sum()
    # Exactly nought where all or none is treated.
    return float(special.gammaln(places + 1) - ends) if 0 < treated < places else 0.0


def _drawn(
    treated: Bools, sets: "np.ndarray | None", draws: int, random: np.random.Generator
) -> Bools:
    """Draw labels at random, as many treated as there are, within each matched set."""
    labels = np.empty((draws, len(treated)), dtype=bool)
    for one in [None] if sets is None else np.unique(sets):
        at = np.arange(len(treated)) if one is None else np.flatnonzero(sets == one)
        ranks = random.random((draws, len(at))).argsort(axis=1).argsort(axis=1)
        labels[:, at] = ranks < int(treated[at].sum())
    return labels


def _studentised(before: Floats, after: Floats, labels: Bools) -> Floats:
    """Return log ratio over its standard error, a row of `labels` each."""
    groups, _ = _groups([_sums(before, after, chosen) for chosen in (labels, ~labels)])
    log = groups[0].log - groups[1].log
    return np.asarray(log / np.sqrt(groups[0].variance + groups[1].variance))


def _as_floats(counts: Floats) -> Floats:
    return np.asarray(counts, dtype=float)


def _sums(before: Floats, after: Floats, chosen: Bools) -> _Sums:
    """Add up over chosen places, a row of `chosen` each."""
    columns = np.column_stack([before, after, before**2, after**2, before * after])
    sums = (chosen.astype(float) @ columns).T
    places = chosen.sum(axis=1).astype(float)
    return _Sums(sums[0], sums[1], sums[2], sums[3], sums[4], places)


def _groups(sums: Sequence[_Sums]) -> tuple[list[_Group], Bools]:
    """Return treated and control, and in which draws half a crime was added to each count."""
    groups = [_of_sums(one, 0.0) for one in sums]
    added = groups[0].none | groups[1].none
    if added.any():
        # The ratio would be 0 or without an end.
        groups = [_of_sums(one, np.where(added, 0.5, 0.0)) for one in sums]
    return groups, added


def _of_sums(sums: _Sums, more: Floats | float) -> _Group:
    before, after, places = sums.before, sums.after, sums.places
    none = (before == 0) | (after == 0)
    with np.errstate(divide="ignore", invalid="ignore"):
        early, late = sums.before_squared / before**2, sums.after_squared / after**2
        both = sums.product / (before * after)
        between = places / (places - 1) * (late - 2 * both + early)
        poisson = 1 / (before + more) + 1 / (after + more)
        log = np.log((after + more) / (before + more))
        effective = 2 / (early + late)
    # One place, none with a crime, or places that changed alike to the last crime.
    plain = (places < 2) | none | ~(between > _ROUNDING)
    variance = np.where(plain, poisson, between)
    free = np.where(plain, np.inf, np.maximum(effective - 1, 0.5))
    return _Group(log, variance, free, none)


def half_width_of(variances: Floats, free: Floats, confidence: float) -> Floats:
    """Return how far an interval reaches to each side (Banerjee 1961).

    Parameters
    ----------
    variances, free : ndarray, shape (groups, ...)
        Variance of what each group adds, and the degrees of freedom that it rests on.
    confidence : float

    Returns
    -------
    ndarray, shape (...)
    """
    share = (1 + confidence) / 2
    endless = np.isinf(free)
    # Of a variance that is known the normal quantile.
    student = special.stdtrit(np.where(endless, 1.0, free), share)
    quantile = np.where(endless, special.ndtri(share), student)
    return np.asarray(np.sqrt((variances * quantile**2).sum(axis=0)))


def level_of(distance: float, variances: Floats, free: Floats) -> float:
    """Return the level at which an interval would just reach so far: its p-value.

    Parameters
    ----------
    distance : float
    variances, free : ndarray, shape (groups,)
        As of `half_width_of`.

    Returns
    -------
    float
    """
    low, high = 0.0, 1.0
    if distance == 0:
        return 1.0
    # By halving: wider for more confidence. Forty halvings are some 1e-12.
    for _ in range(40):
        middle = (low + high) / 2
        if half_width_of(variances, free, 1 - middle) > distance:
            low = middle
        else:
            high = middle
    return high
