"""Knox counts under permutation: a pair of neighbours is read once for many permutations.

The days of a batch of permutations stand side by side, a row per event, so that one pair of
neighbours serves them all from a few cache lines, and lags are compared in the smallest integers
that hold them. Every permutation has a generator of its own, seeded by its number, so neither
the batch nor the number of threads can change a count.
"""

import numpy as np
import numpy.typing as npt
from numba import njit

from hotspot._kernels.pairs import Ints, Neighbours
from hotspot._kernels.threads import run_blocks

# Permutations side by side. More of them share the cost of reading a pair; with many events fewer
# keep memory in bounds (two bytes for each event and permutation, on each thread).
_WIDE, _SLIM = 256, 64
_MANY_EVENTS = 400_000
_TILE = 64
_LOW_HALF = np.uint64(0xFFFFFFFF)


@njit(cache=True, nogil=True)
def _next(state):
    """Step of splitmix64 (Steele, Lea and Flood 2014): new state and a well-mixed value of it."""
    state += np.uint64(0x9E3779B97F4A7C15)
    z = state
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return state, z ^ (z >> np.uint64(31))


@njit(cache=True, nogil=True)
def _shuffle(values, seed, number):
    """Shuffle in place (Fisher-Yates), by the permutation's own generator."""
    _, state = _next(np.uint64(seed))
    _, state = _next(state ^ np.uint64(number))
    for i in range(values.shape[0] - 1, 0, -1):
        bound = np.uint64(i + 1)
        # Lemire (2019): a fair draw below `bound` from 32 bits, with a division only when the
        # low half leaves room for bias.
        state, z = _next(state)
        product = (z >> np.uint64(32)) * bound
        if (product & _LOW_HALF) < bound:
            fair = np.uint64(2**32) % bound
            while (product & _LOW_HALF) < fair:
                state, z = _next(state)
                product = (z >> np.uint64(32)) * bound
        j = np.int64(product >> np.uint64(32))
        values[i], values[j] = values[j], values[i]


@njit(cache=True, nogil=True)
def _deal(days, seed, first, stop, side_by_side):
    """Write the days under permutations `first` to `stop` side by side, (events, lanes)."""
    n = days.shape[0]
    shuffled = np.empty((_TILE, n), dtype=days.dtype)
    for begin in range(first, stop, _TILE):
        width = min(_TILE, stop - begin)
        for k in range(width):
            shuffled[k] = days
            _shuffle(shuffled[k], seed, begin + k)
        # Written in tiles, or each value would pull in a cache line of its own.
        for top in range(0, n, _TILE):
            for k in range(width):
                for i in range(top, min(top + _TILE, n)):
                    side_by_side[i, begin - first + k] = shuffled[k, i]


def _counter(lanes):
    """Make the kernel for a number of lanes: constant, so that the inner loops become vectors."""

    @njit(cache=True, nogil=True)
    def flush(counted, out):
        for t in range(counted.shape[0]):
            for k in range(out.shape[0]):
                out[k, t] += counted[t, k]
            for k in range(lanes):
                counted[t, k] = 0

    @njit(cache=True, nogil=True)
    def count(start, other, days, longest, lag, counted, most, out):
        """Add to `out` (permutations, bands, times) the pairs with a lag up to each of `longest`.

        `days` is (events, lanes). Lags are cut off at `most`, and compared and counted in the
        type of `longest`, `lag` (lanes,) and `counted` (bands, times, lanes); a count is flushed
        before it can overflow.
        """
        bands, times = counted.shape[0], counted.shape[1]
        room = np.full(bands, np.int64(most))
        for i in range(days.shape[0]):
            for band in range(bands):
                at, end = start[i * bands + band], start[i * bands + band + 1]
                while at < end:
                    if room[band] == 0:
                        flush(counted[band], out[:, band])
                        room[band] = np.int64(most)
                    stop = min(end, at + room[band])
                    room[band] -= stop - at
                    for pair in range(at, stop):
                        j = other[pair]
                        for k in range(lanes):
                            lag[k] = min(abs(np.int16(days[j, k] - days[i, k])), most)
                        for t in range(times):
                            last = longest[t]
                            for k in range(lanes):
                                counted[band, t, k] += np.uint8(lag[k] <= last)
                    at = stop
        for band in range(bands):
            flush(counted[band], out[:, band])

    return count


_count_wide = _counter(_WIDE)
_count_slim = _counter(_SLIM)


@njit(cache=True, nogil=True)
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


def count_lags(
    near: Neighbours,
    days: Ints,
    longest_days: Ints,
    permutations: int = 0,
    seed: int = 0,
    threads: int | None = None,
) -> npt.NDArray[np.int64]:
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

    Returns
    -------
    ndarray of int64, shape (1 + permutations, bands, times)
        The observed counts, then those of each permutation.
    """
    n = len(days)
    out = np.zeros((1 + permutations, near.bands, len(longest_days)), dtype=np.int64)
    if n == 0:
        return out
    ordered = (days - days.min())[near.order]
    _observed(near.start, near.other, ordered, longest_days, out[0])
    span = int(ordered.max())
    if span > np.iinfo(np.int16).max:
        raise ValueError("days span more than a 16-bit integer holds")
    # No lag is longer than the span, so longer bounds need no wider type.
    bounds = np.minimum(longest_days, span)
    narrow, most = _narrowest(bounds)
    short_days, longest = ordered.astype(np.int16), bounds.astype(narrow)
    lanes, kernel = (_SLIM, _count_slim) if n > _MANY_EVENTS else (_WIDE, _count_wide)

    def count(first: int, stop: int) -> None:
        side_by_side = np.zeros((n, lanes), dtype=np.int16)
        _deal(short_days, np.uint64(seed), 1 + first, 1 + stop, side_by_side)
        lag = np.empty(lanes, dtype=narrow)
        counted = np.zeros((near.bands, len(longest), lanes), dtype=narrow)
        kernel(near.start, near.other, side_by_side, longest, lag, counted, np.int16(most),
               out[1 + first : 1 + stop])  # fmt: skip

    run_blocks(count, permutations, lanes, threads)
    return out
