"""Local counts of pairs near in space and time, and what chance makes of them."""

import math

import numpy as np

from hotspot._kernels.arrays import Floats, Ints
from hotspot._kernels.compiled import compiled
from hotspot._kernels.knox import Step, _shuffle
from hotspot._kernels.pairs import Neighbours
from hotspot._kernels.threads import run_blocks

# Permutations in a block: each is slow enough to be shared out by the few.
_FEW = 8


@compiled
def _count_partners(start, other, days, window, out):
    for i in range(days.shape[0]):
        for pair in range(start[i], start[i + 1]):
            if abs(days[other[pair]] - days[i]) <= window:
                out[i] += 1
                out[other[pair]] += 1


def count_partners(near: Neighbours, days: Ints, window_days: int) -> Ints:
    """Count the neighbours of each event that are near in time too, in the caller's order.

    Parameters
    ----------
    near : Neighbours
        The pairs, in one band.
    days : ndarray of int64, shape (n,)
        Day of each event, in the caller's order.
    window_days : int
        Longest lag, included.

    Returns
    -------
    ndarray of int64, shape (n,)
    """
    counted = np.zeros(len(days), dtype=np.int64)
    _count_partners(near.start, near.other, days[near.order], window_days, counted)
    out = np.empty_like(counted)
    out[near.order] = counted
    return out


@compiled
def _log_choose(n, k):
    return math.lgamma(n + 1.0) - math.lgamma(k + 1.0) - math.lgamma(n - k + 1.0)


@compiled
def _tail(k, draws, good, total):
    """Compute the chance of `k` or more good ones.

    The first term in logarithms, the others each from the one before; summed away from the mode,
    where terms only fall, so that it may stop when they no longer count. Below the mode the chance
    is 1 less the other tail; above, a difference from 1 would lose what is small.
    """
    # More drawn than there are bad ones: some good ones are certain.
    lowest, highest = max(0, draws + good - total), min(draws, good)
    if k <= lowest:
        return 1.0
    if k > highest:
        return 0.0
    bad = total - good
    # Whether k is at or below the mean, compared without a division.
    down = k * total <= draws * good
    x = k - 1 if down else k
    term = math.exp(_log_choose(good, x) + _log_choose(bad, draws - x) - _log_choose(total, draws))
    chance = 0.0
    # Away from the mode terms fall ever faster: what is left is below the rounding of a double.
    while term > chance * 1e-17:
        chance += term
        if down:
            if x == lowest:
                break
            term *= x * (bad - draws + x) / ((good - x + 1.0) * (draws - x + 1.0))
            x -= 1
        else:
            if x == highest:
                break
            term *= (good - x) * (draws - x) / ((x + 1.0) * (bad - draws + x + 1.0))
            x += 1
    return min(max(1.0 - chance if down else chance, 0.0), 1.0)


@compiled
def _tails(counts, draws, good, total, out):
    for i in range(counts.shape[0]):
        out[i] = _tail(counts[i], draws[i], good[i], total)


def hypergeometric_tail(counts: Ints, draws: Ints, good: Ints, total: int) -> Floats:
    """Compute the chance of so many good ones or more, in draws without putting back.

    Parameters
    ----------
    counts, draws, good : ndarray of int64, shape (n,)
        Good ones seen, things drawn, and good ones in all.
    total : int
        Things in all.

    Returns
    -------
    ndarray of float64, shape (n,)

    Examples
    --------
    Of four things two are good, and two are drawn: both good in one of six ways.

    >>> hypergeometric_tail(np.array([2]), np.array([2]), np.array([2]), 4).round(6)
    array([0.166667])
    """
    out = np.empty(len(counts))
    _tails(counts, draws, good, total, out)
    return out


@compiled
def _root(parent, i):
    while parent[i] != i:
        # Halve the path on the way: later look-ups are short without a second pass.
        parent[i] = parent[parent[i]]
        i = parent[i]
    return i


@compiled
def _tally(start, other, days, window, group, linked, close):
    """Count, in each group of events, the pairs near in both, and all pairs near in space."""
    for i in range(days.shape[0]):
        # An event in no chain has no pairs of a chain.
        if group[i] < 0:
            continue
        for pair in range(start[i], start[i + 1]):
            if group[other[pair]] == group[i]:
                close[group[i]] += 1
                linked[group[i]] += abs(days[other[pair]] - days[i]) <= window


@compiled
def _excess(linked, close, share):
    """Compute the log likelihood ratio of a chain: its pairs against those expected by chance.

    Of a Poisson count, as in the space-time permutation scan (Kulldorff et al. 2005); 0 where there
    are fewer than expected.
    """
    expected = close * share
    if linked <= expected:
        return 0.0
    return linked * math.log(linked / expected) - (linked - expected)


@compiled
def _highest_excess(start, other, days, window, share):
    n = days.shape[0]
    # Chains are linked anew under each permutation, or the observed ones would be judged by links
    # that the permuted dates do not have.
    # Union-find (Tarjan 1975): each chain is known by one of its events.
    parent = np.arange(n).astype(np.int32)
    for i in range(n):
        for pair in range(start[i], start[i + 1]):
            if abs(days[other[pair]] - days[i]) <= window:
                one, two = _root(parent, i), _root(parent, other[pair])
                # The lower one leads, so that a root does not depend on the order of the pairs.
                parent[max(one, two)] = min(one, two)
    for i in range(n):
        parent[i] = _root(parent, i)
    linked, close = np.zeros(n, dtype=np.int64), np.zeros(n, dtype=np.int64)
    _tally(start, other, days, window, parent, linked, close)
    highest = 0.0
    for i in range(n):
        highest = max(highest, _excess(linked[i], close[i], share))
    return highest


@compiled
def _permuted_excess(start, other, days, window, share, seed, before, first, stop, out):
    for number in range(first, stop):
        # Numbered from 1, as by count_lags: of one seed both tests see the same permutations.
        dealt = days.copy()
        _shuffle(dealt, seed, before + number + 1)
        out[number] = _highest_excess(start, other, dealt, window, share)


def permuted_excess(
    near: Neighbours,
    days: Ints,
    window_days: int,
    share: float,
    permutations: int,
    seed: int,
    threads: int | None = None,
    step: Step | None = None,
    before: int = 0,
) -> Floats:
    """Permute the days, and compute the highest excess of any chain that comes of it.

    Parameters
    ----------
    near : Neighbours
        The pairs, in one band.
    days : ndarray of int64, shape (n,)
        Day of each event, in the caller's order.
    window_days : int
        Longest lag of a link, included.
    share : float
        Share of all pairs that are near in time.
    permutations, seed, threads, step
        As of `hotspot._kernels.knox.count_lags`.
    before : int
        Permutations that are worked out elsewhere, before the first one here.

    Returns
    -------
    ndarray of float64, shape (permutations,)
    """
    out = np.zeros(permutations)
    # Narrow integers: more of them stay in the cache.
    ordered = (days - days.min(initial=0))[near.order].astype(np.int32)

    def work(first: int, stop: int) -> None:
        _permuted_excess(near.start, near.other, ordered, window_days, share, np.uint64(seed),
                         before, first, stop, out)  # fmt: skip

    run_blocks(work, permutations, _FEW, threads, step)
    return out


@compiled
def _excesses(linked, close, share, out):
    for i in range(linked.shape[0]):
        out[i] = _excess(linked[i], close[i], share)


def chain_excess(
    near: Neighbours, days: Ints, window_days: int, share: float, chain: Ints
) -> tuple[Ints, Ints, Floats]:
    """Count the pairs of each chain, and give its excess as `permuted_excess` does.

    Parameters
    ----------
    near, days, window_days, share
        As of `permuted_excess`.
    chain : ndarray of int64, shape (n,)
        Number of the chain of each event, in the caller's order; -1 for none.

    Returns
    -------
    linked, close : ndarray of int64, shape (chains,)
        Pairs near in space and time, and all that are near in space.
    excess : ndarray of float64, shape (chains,)
    """
    chains = int(chain.max(initial=-1)) + 1
    linked, close = np.zeros(chains, dtype=np.int64), np.zeros(chains, dtype=np.int64)
    _tally(near.start, near.other, days[near.order], window_days, chain[near.order], linked, close)
    excess = np.zeros(chains)
    _excesses(linked, close, share, excess)
    return linked, close, excess
