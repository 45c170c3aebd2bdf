"""Knox counts under permutation: a pair of neighbours is read once for many permutations.

The days of a batch of permutations stand side by side, a row per event, so that one pair of
neighbours serves them all from a few cache lines, and lags are compared in the smallest integers
that hold them. Every permutation has a generator of its own, seeded by its number, so neither
the batch nor the number of threads can change a count.
"""

import threading
from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from hotspot._kernels.arrays import Bools, Floats, Ints
from hotspot._kernels.compiled import compiled
from hotspot._kernels.pairs import Neighbours, lag_share
from hotspot._kernels.piles import add_pile_lags, mark_pile_followers, pile_lags
from hotspot._kernels.threads import cores, run_blocks

# Told how many permutations are done.
Step = Callable[[int], object]

# Permutations side by side. More of them share the cost of reading a pair; with many events fewer
# keep memory in bounds (two bytes for each event and permutation, on each thread).
_WIDE, _SLIM = 256, 64
_MANY_EVENTS = 400_000
# Permutations of windows in a block: each is slow enough to be shared out by the few.
_FEW = 8
_TILE = 32
_LOW_HALF = np.uint64(0xFFFFFFFF)


class Part(NamedTuple):
    """What is counted here of a test that is cut: some of the ground, some of the permutations.

    Dates are dealt out over all events wherever a part of them is counted, so counts of the parts
    add up to those of the whole.

    Attributes
    ----------
    at : ndarray of int64, shape (events of `near`,), or None
        Where the events of `near`, as they stand in it, are among all; what is told of days is
        then of all events, in the order in which they are dealt (`sweep_order`). None: `near` is
        of all events.
    before : int
        Permutations that are counted elsewhere, before the first one here.
    """

    at: Ints | None = None
    before: int = 0


WHOLE = Part()


@compiled
def _next(state):
    """Compute a step of splitmix64 (Steele, Lea and Flood 2014): new state, and its value.

    A generator of one word, so that each permutation can have its own; its sums overflow on
    purpose, modulo 2^64.
    """
    state += np.uint64(0x9E3779B97F4A7C15)
    z = state
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return state, z ^ (z >> np.uint64(31))


@compiled
def _shuffle(values, seed, number):
    """Shuffle in place (Fisher-Yates), by the permutation's own generator."""
    # Seed and number are both mixed: states a step apart would give shifted copies of one stream.
    _, state = _next(np.uint64(seed))
    _, state = _next(state ^ np.uint64(number))
    for i in range(values.shape[0] - 1, 0, -1):
        bound = np.uint64(i + 1)
        # Lemire (2019): a fair draw below `bound` from 32 bits, with a division only when the
        # low half leaves room for bias.
        state, z = _next(state)
        product = (z >> np.uint64(32)) * bound
        # Only here can a draw be one too many of the 2^32 that do not divide by the bound.
        if (product & _LOW_HALF) < bound:
            fair = np.uint64(2**32) % bound
            while (product & _LOW_HALF) < fair:
                state, z = _next(state)
                product = (z >> np.uint64(32)) * bound
        j = np.int64(product >> np.uint64(32))
        values[i], values[j] = values[j], values[i]


class _Room(threading.local):
    """Room of a thread to deal days in: taken anew for each block, its pages fault each time."""

    def __init__(self, dealt: int, events: int, lanes: int) -> None:
        # Each thread that looks at its fields is given its own, by a call of this.
        self.shuffled = np.empty((_TILE, dealt), dtype=np.int16)
        # Lanes that the last block leaves over hold days too, so that their lags are numbers.
        self.side_by_side = np.zeros((events, lanes), dtype=np.int16)


@compiled
def _deal(days, at, seed, first, stop, shuffled, side_by_side):
    """Write the days of events `at`, under permutations `first` to `stop`, side by side.

    `side_by_side` is (events, lanes); `shuffled` is room for some permutations of all days.
    """
    n, tile = at.shape[0], shuffled.shape[0]
    for begin in range(first, stop, tile):
        width = min(tile, stop - begin)
        for k in range(width):
            # From the days as they stand each time: a permutation does not build on the one before.
            shuffled[k] = days
            _shuffle(shuffled[k], seed, begin + k)
        # Event by event, so that each cache line is written once and whole.
        for i in range(n):
            for k in range(width):
                side_by_side[i, begin - first + k] = shuffled[k, at[i]]


# Not inside the kernel's maker: a compiled function held in a closure is never found in the cache.
@compiled
def _flush(counted, out):
    for t in range(counted.shape[0]):
        for k in range(out.shape[0]):
            out[k, t] += counted[t, k]
        for k in range(counted.shape[1]):
            counted[t, k] = 0


def _counter(lanes):
    """Compile the kernel for a number of lanes: constant, so that inner loops become vectors."""

    @compiled
    def count(start, other, days, longest, lag, counted, most, out):
        """Add to `out` (permutations, bands, times) the pairs with a lag up to each of `longest`.

        `days` is (events, lanes). Lags are cut off at `most`, and compared and counted in the
        type of `longest`, `lag` (lanes,) and `counted` (bands, times, lanes); a count is flushed
        before it can overflow.
        """
        bands, times = counted.shape[0], counted.shape[1]
        # How many more pairs a count of the narrow type is sure to hold.
        room = np.full(bands, np.int64(most))
        for i in range(days.shape[0]):
            for band in range(bands):
                at, end = start[i * bands + band], start[i * bands + band + 1]
                while at < end:
                    if room[band] == 0:
                        _flush(counted[band], out[:, band])
                        room[band] = np.int64(most)
                    stop = min(end, at + room[band])
                    room[band] -= stop - at
                    for pair in range(at, stop):
                        j = other[pair]
                        for k in range(lanes):
                            lag[k] = min(abs(np.int16(days[j, k] - days[i, k])), most)
                        # A count for each bound rather than for the first that fits: no branch in
                        # the inner loop.
                        for t in range(times):
                            last = longest[t]
                            for k in range(lanes):
                                # The comparison itself is added: 1 or 0.
                                counted[band, t, k] += np.uint8(lag[k] <= last)
                    at = stop
        for band in range(bands):
            _flush(counted[band], out[:, band])

    return count


_count_wide = _counter(_WIDE)
_count_slim = _counter(_SLIM)


@compiled
def _observed(start, other, days, longest, out):
    bands = out.shape[0]
    for i in range(days.shape[0]):
        for band in range(bands):
            for pair in range(start[i * bands + band], start[i * bands + band + 1]):
                lag = abs(days[other[pair]] - days[i])
                for t in range(longest.shape[0]):
                    out[band, t] += lag <= longest[t]


def _narrowest(longest: Ints) -> tuple[type[np.unsignedinteger], int]:
    """Choose the type for lags: bytes where they hold the longest that is asked about."""
    if longest[-1] < np.iinfo(np.uint8).max:
        return np.uint8, np.iinfo(np.uint8).max
    return np.uint16, np.iinfo(np.int16).max


def bytes_needed(pairs: int, events: int, bands: int, threads: int | None = None) -> int:
    """Compute how much memory `count_lags` and its neighbours take at most."""
    lanes = _SLIM if events > _MANY_EVENTS else _WIDE
    beside = 2 * events * (lanes + _TILE)
    return 4 * pairs + 8 * events * bands + beside * (threads or cores())


def count_lags(
    near: Neighbours,
    days: Ints,
    longest_days: Ints,
    permutations: int = 0,
    seed: int = 0,
    threads: int | None = None,
    step: Step | None = None,
    part: Part = WHOLE,
) -> Ints:
    """Count the pairs of each band of distance within each lag, as observed and permuted.

    Parameters
    ----------
    near : Neighbours
        The pairs, by band.
    days : ndarray of int64, shape (n,)
        Day of each event, in the caller's order.
    longest_days : ndarray of int64, shape (times,)
        Lags, rising; a pair counts for each that its lag does not exceed.
    permutations : int
        How often the days are dealt out anew over the events.
    seed : int
        Permutation k of a seed is always the same.
    threads : int, optional
        The counts are the same on any number.
    step : callable, optional
        Told how many permutations are done.
    part : Part, optional
        What is counted here of a test that is cut into parts.

    Returns
    -------
    ndarray of int64, shape (1 + permutations, bands, times)
        The observed counts, then those of each permutation.
    """
    n = len(near.order)
    out = np.zeros((1 + permutations, near.bands, len(longest_days)), dtype=np.int64)
    if n == 0:
        return out
    # From 0 on, so that they fit 16 bits: half the memory traffic of 32, which bounds the speed.
    ordered = days - days.min()
    if part.at is None:
        ordered = ordered[near.order]
    at = np.arange(n) if part.at is None else part.at
    _observed(near.start, near.other, ordered[at], longest_days, out[0])
    out[0, 0] += pile_lags(near.piles, ordered[at], longest_days).sum(axis=0)
    span = int(ordered.max())
    if span > np.iinfo(np.int16).max:
        raise ValueError("days span more than a 16-bit integer holds")
    # No lag is longer than the span, so longer bounds need no wider type.
    bounds = np.minimum(longest_days, span)
    narrow, most = _narrowest(bounds)
    short_days, longest = ordered.astype(np.int16), bounds.astype(narrow)
    lanes, kernel = (_SLIM, _count_slim) if n > _MANY_EVENTS else (_WIDE, _count_wide)
    room = _Room(len(short_days), n, lanes)

    def count(first: int, stop: int) -> None:
        side_by_side = room.side_by_side
        number = 1 + part.before + first
        _deal(short_days, at, np.uint64(seed), number, number + stop - first, room.shuffled,
              side_by_side)  # fmt: skip
        lag = np.empty(lanes, dtype=narrow)
        counted = np.zeros((near.bands, len(longest), lanes), dtype=narrow)
        here = out[1 + first : 1 + stop]
        kernel(near.start, near.other, side_by_side, longest, lag, counted, np.int16(most), here)
        add_pile_lags(near.piles, side_by_side, longest, span, here[:, :1])

    run_blocks(count, permutations, lanes, threads, step)
    return out


@compiled
def _mark_followers(start, other, bands, days, longest, follows):
    for i in range(days.shape[0]):
        for pair in range(start[i * bands], start[(i + 1) * bands]):
            j = other[pair]
            if abs(days[j] - days[i]) <= longest:
                # Of one day, the one that stands later counts as following.
                follows[i if days[i] > days[j] else j] = True


def followers(near: Neighbours, days: Ints, longest_days: int) -> Bools:
    """Mark the events that have a neighbour before them, by no more than a number of days.

    Both the days and the marks are in the order of `near`.
    """
    follows = np.zeros(len(days), dtype=np.bool_)
    _mark_followers(near.start, near.other, near.bands, days, longest_days, follows)
    mark_pile_followers(near.piles, days, longest_days, follows)
    return follows


@compiled
def _count_windows(start, other, window, first_day, offset, cumulative, longest, scale, out):
    """Add to `out` (bands, times) the probable pairs, where event i has the window `window[i]`."""
    bands, times = out.shape
    for i in range(window.shape[0]):
        a = window[i]
        for band in range(bands):
            for pair in range(start[i * bands + band], start[i * bands + band + 1]):
                b = window[other[pair]]
                for t in range(times):
                    share = lag_share(a, b, first_day, offset, cumulative, longest[t])
                    # Whole numbers, so that sums do not depend on their order and ties stay ties.
                    out[band, t] += share // scale


def count_window_lags(
    near: Neighbours,
    first_day: Ints,
    offset: Ints,
    cumulative: Ints,
    longest_days: Ints,
    scale: int,
    permutations: int = 0,
    seed: int = 0,
    threads: int | None = None,
    step: Step | None = None,
    part: Part = WHOLE,
) -> Ints:
    """Count as `count_lags` does, each pair by the probability of its lag, out of `scale`.

    Parameters
    ----------
    near : Neighbours
        The pairs, by band.
    first_day, offset, cumulative : ndarray of int64
        Windows of the events, as of `hotspot.dates.DayShares`.
    longest_days, permutations, seed, threads, step, part
        As of `count_lags`; windows are dealt out whole.
    scale : int
        What a whole window counts.

    Returns
    -------
    ndarray of int64, shape (1 + permutations, bands, times)
        Fixed point, out of `scale`: sums are exact, and ties stay ties.
    """
    out = np.zeros((1 + permutations, near.bands, len(longest_days)), dtype=np.int64)
    windows = (first_day, offset, cumulative, longest_days, scale)
    dealt = near.order if part.at is None else np.arange(len(first_day))
    at = np.arange(len(near.order)) if part.at is None else part.at
    _count_windows(near.start, near.other, dealt[at], *windows, out[0])

    def count(first: int, stop: int) -> None:
        for number in range(1 + first, 1 + stop):
            window = dealt.copy()
            _shuffle(window, np.uint64(seed), part.before + number)
            _count_windows(near.start, near.other, window[at], *windows, out[number])

    run_blocks(count, permutations, _FEW, threads, step)
    return out


@compiled
def _window_sums(kind, repeats, first_day, offset, cumulative, longest, scale, reach, sums,
                 squares):  # fmt: skip
    """Sum the probabilities of each kind of window with all others, and all their squares.

    `kind` gives one event of each kind, by first day; no window begins more than `reach` days
    before another that it can still meet.
    """
    times = longest.shape[0]
    # Kinds stand by their first day, so those that are still in reach begin ever later.
    low = 0
    for k in range(kind.shape[0]):
        a = kind[k]
        while first_day[kind[low]] < first_day[a] - reach:
            low += 1
        for m in range(low, k + 1):
            b = kind[m]
            # Windows that are alike are summed once: n kinds instead of n events, and n squared
            # pairs fewer.
            others = repeats[m] - 1 if m == k else repeats[m]
            pairs = repeats[k] * others / 2.0 if m == k else repeats[k] * 1.0 * others
            before = 0
            for t in range(times):
                share = lag_share(a, b, first_day, offset, cumulative, longest[t]) // scale
                sums[t, k] += (share - before) * others
                if m < k:
                    sums[t, m] += (share - before) * repeats[k]
                chance = (share - before) / scale
                squares[t] += pairs * chance * chance
                before = share
            # Every pair was put in the open band with weight 1: correct those that are met here.
            rest = (scale - before) / scale
            squares[times] += pairs * (rest * rest - 1.0)


def window_sums(
    first_day: Ints,
    offset: Ints,
    cumulative: Ints,
    longest_days: Ints,
    scale: int,
    everything: bool,
) -> tuple[Ints, Floats]:
    """Sum up how probably each event's lag to all others lies between the bounds.

    Parameters
    ----------
    first_day, offset, cumulative, longest_days, scale
        As of `count_window_lags`.
    everything : bool
        Whether to add a last band for every longer lag.

    Returns
    -------
    sums : ndarray of int64, shape (times, n)
        For each event the sum over the others, out of `scale`.
    squares : ndarray of float64, shape (times,)
        Sum over all pairs of the squares of their probabilities.
    """
    n = len(first_day)
    days = np.diff(offset)
    # Windows of one day are alike where the day is; the others count as each its own kind.
    key = np.where(days == 1, first_day, -1 - np.arange(n) - abs(int(first_day.min(initial=0))))
    _, kind, of_event, repeats = np.unique(
        key, return_index=True, return_inverse=True, return_counts=True
    )
    by_day = np.argsort(first_day[kind], kind="stable")
    place = np.empty_like(by_day)
    place[by_day] = np.arange(len(by_day))
    sums = np.zeros((len(longest_days), len(kind)), dtype=np.int64)
    squares = np.zeros(len(longest_days) + 1)
    squares[-1] = n * (n - 1) / 2
    reach = int(longest_days[-1]) + int(days.max(initial=0))
    _window_sums(kind[by_day], repeats[by_day], first_day, offset, cumulative, longest_days,
                 scale, reach, sums, squares)  # fmt: skip
    by_event = sums[:, place[of_event]]
    if not everything:
        return by_event, squares[:-1]
    rest = (n - 1) * scale - by_event.sum(axis=0)
    return np.concatenate([by_event, rest[None]]), squares
