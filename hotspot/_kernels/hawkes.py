"""Sums over pairs of earlier and later events for a self-exciting process, in tables.

Lags are whole days and distances whole decimetres, so that a kernel is a table: nothing but
additions is left in the inner loop, and what an M-step needs of the pairs is two histograms.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from hotspot._kernels.arrays import Floats, Ints
from hotspot._kernels.buckets import events_near, into_buckets
from hotspot._kernels.compiled import compiled
from hotspot._kernels.pairs import near_pairs
from hotspot._kernels.taylor import falling
from hotspot._kernels.threads import blocks, run_blocks

#: Steps to the metre in which distances are held.
STEPS_PER_M = 10
_BLOCK = 2048
# Standard deviations beyond which a Gaussian of the background counts nothing (1 in 3,000).
_REACH = 4.0


class Windows(NamedTuple):
    """The days on which each event may have happened, as of `hotspot.forecast.history.History`.

    Attributes
    ----------
    offset : ndarray of int64, shape (n + 1,)
        The days of event i stand at ``offset[i]:offset[i + 1]`` of `day` and `share`.
    day : ndarray of int64
        Rising within an event.
    share : ndarray of float64
        Share of the event on each of its days.
    """

    offset: Ints
    day: Ints
    share: Floats


class Links(NamedTuple):
    """What each event may have been triggered by; its links stand together.

    Attributes
    ----------
    start : ndarray of int64, shape (n + 1,)
        The links of event j stand at ``start[j]:start[j + 1]``.
    lag : ndarray of int32, shape (links,)
        Days from the earlier event to this one, 1 or more.
    away : ndarray of int32, shape (links,)
        Distance in decimetres.
    weight : ndarray of float32, shape (links,)
        Probability of the lag, where a window is all that is known.
    """

    start: Ints
    lag: npt.NDArray[np.int32]
    away: npt.NDArray[np.int32]
    weight: npt.NDArray[np.float32]


@compiled
def _link(pairs, x, y, windows, longest_days, at, linked):
    """Count the links of each event, or write them where `at` says: one for each possible lag.

    Two passes over the pairs, and memory is taken once between them for just as many.
    """
    offset, day, share = windows.offset, windows.day, windows.share
    write = linked.lag.shape[0] > 0
    chance = np.zeros(longest_days + 1)
    for p in range(pairs.shape[0]):
        a, b = pairs[p, 0], pairs[p, 1]
        dx, dy = x[a] - x[b], y[a] - y[b]
        # Half up: Python's round goes to the even neighbour, and a table would be uneven by it.
        decimetres = int(np.floor(np.sqrt(dx * dx + dy * dy) * STEPS_PER_M + 0.5))
        # Where windows overlap either may have been first.
        for turn in range(2):
            child, parent = (b, a) if turn == 0 else (a, b)
            # An event does not trigger one of the same day: which of the two came first is not
            # known.
            shortest = max(day[offset[child]] - day[offset[parent + 1] - 1], 1)
            longest = min(day[offset[child + 1] - 1] - day[offset[parent]], longest_days)
            if longest < shortest:
                continue
            if not write:
                at[child] += longest - shortest + 1
                continue
            # One array for all pairs, cleared only where this pair writes.
            chance[shortest : longest + 1] = 0.0
            for k in range(offset[child], offset[child + 1]):
                for s in range(offset[parent], offset[parent + 1]):
                    lag = day[k] - day[s]
                    if 1 <= lag <= longest_days:
                        chance[lag] += share[k] * share[s]
            for lag in range(shortest, longest + 1):
                linked.lag[at[child]] = lag
                linked.away[at[child]] = decimetres
                linked.weight[at[child]] = chance[lag]
                at[child] += 1


def links(x: Floats, y: Floats, windows: Windows, distance_m: float, window_days: int) -> Links:
    """Link each event to the earlier ones within a distance and a number of days.

    Parameters
    ----------
    x, y : ndarray of float64, shape (n,)
        Coordinates in metres.
    windows : Windows
        When each event may have happened.
    distance_m : float
        Largest distance, included.
    window_days : int
        Longest lag, included.

    Returns
    -------
    Links
    """
    offset, day = windows.offset, windows.day
    first, last = day[offset[:-1]], day[offset[1:] - 1]
    pairs = near_pairs(x, y, first, last, distance_m, window_days)
    start = np.zeros(len(x) + 1, dtype=np.int64)
    # No room yet: the first pass only counts.
    _link(pairs, x, y, windows, window_days, start[1:], _room(start, 0))
    np.cumsum(start, out=start)
    linked = _room(start, int(start[-1]))
    if len(linked.lag):
        _link(pairs, x, y, windows, window_days, start[:-1].copy(), linked)
    return linked


def _room(start: Ints, total: int) -> Links:
    """Return links that are not written yet."""
    # Half as wide as numpy's usual numbers: the links take most of the memory of a fit.
    lag, away = np.empty(total, dtype=np.int32), np.empty(total, dtype=np.int32)
    return Links(start, lag, away, np.empty(total, dtype=np.float32))


@compiled
def _raised(linked, by_lag, by_away, first, stop, out):
    lag, away, weight = linked.lag, linked.away, linked.weight
    for j in range(first, stop):
        total = 0.0
        for e in range(linked.start[j], linked.start[j + 1]):
            total += weight[e] * by_lag[lag[e]] * by_away[away[e]]
        out[j] = total


def raised(linked: Links, by_lag: Floats, by_away: Floats, threads: int | None = None) -> Floats:
    """Sum, for each event, the kernels of the earlier ones.

    Parameters
    ----------
    linked : Links
        What each event may have been triggered by.
    by_lag : ndarray of float64
        Kernel in time for each lag in days; entry 0 is not used.
    by_away : ndarray of float64
        Kernel in space for each distance in decimetres.
    threads : int, optional
        The sums are the same on any number.

    Returns
    -------
    ndarray of float64, shape (n,)
    """
    n = len(linked.start) - 1
    out = np.zeros(n)
    run_blocks(
        lambda first, stop: _raised(linked, by_lag, by_away, first, stop, out), n, _BLOCK, threads
    )
    return out


@compiled
def _shared(linked, by_lag, by_away, per, first, stop, lags, powers):
    lag, away, weight = linked.lag, linked.away, linked.weight
    total, moment, second = 0.0, 0.0, 0.0
    for j in range(first, stop):
        for e in range(linked.start[j], linked.start[j + 1]):
            part = weight[e] * by_lag[lag[e]] * by_away[away[e]] * per[j]
            far = away[e] / STEPS_PER_M
            # A histogram and three sums are all that the M-step asks of the pairs, however many
            # there are.
            lags[lag[e]] += part
            total += part
            moment += part * far
            second += part * far * far
    powers[0], powers[1], powers[2] = total, moment, second


def shared(
    linked: Links, by_lag: Floats, by_away: Floats, per: Floats, threads: int | None = None
) -> tuple[Floats, Floats]:
    """Share each event out among the earlier ones, and add the parts up by lag and by distance.

    Parameters
    ----------
    linked, by_lag, by_away, threads
        As of `raised`.
    per : ndarray of float64, shape (n,)
        What the kernels of an event's links are multiplied by.

    Returns
    -------
    lags : ndarray of float64, shape of `by_lag`
    powers : ndarray of float64, shape (3,)
        The sum of the parts, of the parts times their distances in metres, and times the squares of
        these.
    """
    n = len(linked.start) - 1
    runs = blocks(n, _BLOCK)
    # A row for each block, added in their order, so that rounding falls alike on any number of
    # threads.
    lags, powers = np.zeros((len(runs), len(by_lag))), np.zeros((len(runs), 3))

    def share_block(first: int, stop: int) -> None:
        row = first // _BLOCK
        _shared(linked, by_lag, by_away, per, first, stop, lags[row], powers[row])

    run_blocks(share_block, n, _BLOCK, threads)
    return lags.sum(axis=0), powers.sum(axis=0)


@compiled
def _persistent(buckets, day, weight, scale, reach, apart, first, stop, out):
    x, y = buckets.x, buckets.y
    # Constants of the Gaussian, out of the loop.
    per = 1.0 / (2.0 * np.pi * scale * scale)
    half = 0.5 / (scale * scale)
    for p in range(first, stop):
        total = 0.0
        for step in range(-1, 2):
            low, high = events_near(buckets, x[p], y[p], step)
            # Buckets stand from west to east, and what is in them too.
            low += np.searchsorted(x[low:high], x[p] - reach)
            for i in range(low, high):
                if x[i] - x[p] > reach:
                    break
                # What is near in time may have been triggered: it would be counted as background,
                # twice over.
                if abs(day[i] - day[p]) <= apart:
                    continue
                dx, dy = x[i] - x[p], y[i] - y[p]
                squared = dx * dx + dy * dy
                if squared <= reach * reach:
                    total += weight[i] * falling(half * squared)
        out[p] = total * per


def persistent_density(
    x: Floats,
    y: Floats,
    day: Ints,
    weight: Floats,
    scale_m: float,
    apart_days: int,
    threads: int | None = None,
) -> Floats:
    """Smooth, at each event, the events that are far from it in time.

    Parameters
    ----------
    x, y : ndarray of float64, shape (n,)
        Coordinates in metres.
    day : ndarray of int64, shape (n,)
        The one day of each event.
    weight : ndarray of float64, shape (n,)
        What each event counts.
    scale_m : float
        Standard deviation of the Gaussian.
    apart_days : int
        Events up to this many days before or after count nothing.
    threads : int, optional
        The sums are the same on any number.

    Returns
    -------
    ndarray of float64, shape (n,)
        Density per square metre: weight around the event over all that is far in time.
    """
    reach = _REACH * scale_m
    buckets = into_buckets(x, y, weight, reach)
    days, heavy = day[buckets.order], weight[buckets.order]
    sums = np.zeros(len(x))

    def work(first: int, stop: int) -> None:
        _persistent(buckets, days, heavy, scale_m, reach, apart_days, first, stop, sums)

    run_blocks(work, len(x), _BLOCK, threads)
    by_day = np.argsort(days, kind="stable")
    # The weight near in time by two look-ups in a running sum, instead of a walk over all pairs.
    passed = np.concatenate([[0.0], np.cumsum(heavy[by_day])])
    low = np.searchsorted(days[by_day], days - apart_days, side="left")
    high = np.searchsorted(days[by_day], days + apart_days, side="right")
    far = passed[-1] - (passed[high] - passed[low])
    out = np.empty(len(x))
    # Where no event is far in time there is no density: the floor is against 0 / 0.
    out[buckets.order] = sums / np.maximum(far, 1e-9)
    return out
