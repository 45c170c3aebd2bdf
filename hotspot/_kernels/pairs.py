"""Pairs of events that are near in space and time, by a sweep over uniform rows.

Points stand in rows as high as the farthest distance, sorted by x within a row. A partner lies in
the same row or the next one up, within that distance in x, so a window that slides along each row
meets every pair once and tests about two candidates for each pair it keeps.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from hotspot._kernels.arrays import Bools, Floats, Ints
from hotspot._kernels.compiled import compiled
from hotspot._kernels.threads import run_blocks

# Big enough that starting a thread costs nothing beside it, small enough to share out evenly.
_BLOCK = 4096
#: Events at one place from which on their pairs are counted from their days and not listed: there
#: the sum over the days takes less than half the time of the list.
PILE = 256
_NO_PILES = np.empty((0, 2), dtype=np.int64)
# Lets in by a hair what rounding might shut out, where an exact test follows.
_HAIR = 1 + 1e-9


class Neighbours(NamedTuple):
    """For each event, its partners by band of distance; each pair stands once.

    Attributes
    ----------
    order : ndarray of int64, shape (n,)
        Position in the caller's arrays of each event, in the order in which they stand here.
    start : ndarray of int64, shape (n * bands + 1,)
        The partners of event i in band b stand at ``start[i * bands + b]`` to the next start.
    other : ndarray of int32, shape (pairs,)
        The partners, as positions in `order`.
    bands : int
        How many bands there are.
    piles : ndarray of int64, shape (piles, 2)
        The positions in `order`, first and one past the last, of events that share a place and of
        which no pair with one another is listed: all of them are in the first band.
    """

    order: Ints
    start: Ints
    other: npt.NDArray[np.int32]
    bands: int
    piles: Ints = _NO_PILES


class _Rows(NamedTuple):
    """Points in rows of equal height, sorted by x; where each one's row ends and the next lies.

    The candidates of a point's own row begin at `after`.
    """

    order: Ints
    x: Floats
    y: Floats
    after: Ints
    end: Ints
    above: Ints


def _into_rows(x: Floats, y: Floats, height: float) -> _Rows:
    # A hair higher than asked, so that rounding in the division cannot part points exactly that
    # far apart in y by two rows.
    row = np.floor(y / (height * _HAIR)).astype(np.int64)
    # By x within a row, as the sweep needs it, and by y so that ties in x do not fall as rows came.
    order = np.lexsort((y, x, row))
    row = row[order]
    end = np.searchsorted(row, row, side="right")
    above = np.stack(
        [np.searchsorted(row, row + 1, side="left"), np.searchsorted(row, row + 1, side="right")],
        axis=1,
    )
    after = np.arange(1, len(x) + 1)
    return _Rows(order, x[order], y[order], after, end.astype(np.int64), above.astype(np.int64))


def places_of(x: Floats, y: Floats, least: int) -> Ints:
    """Find the places that hold so many events or more, shape (places, 2): the first, and the stop.

    The events are sorted so that those of a place stand together.

    Examples
    --------
    >>> places_of(np.array([1.0, 1, 2]), np.zeros(3), 2).tolist()
    [[0, 2]]
    """
    new = np.ones(len(x) + 1, dtype=bool)
    new[1:-1] = (x[1:] != x[:-1]) | (y[1:] != y[:-1])
    ends = np.flatnonzero(new) if len(x) else np.zeros(1, dtype=np.int64)
    runs = np.stack([ends[:-1], ends[1:]], axis=1)
    return runs[np.diff(runs)[:, 0] >= least]


def sweep_order(x: Floats, y: Floats, edges_m: Floats) -> Ints:
    """Compute the order in which `neighbours` within `edges_m` has events stand.

    Any of them, in this order, stand in it again: a tile's neighbours are in the order of all.
    """
    return _into_rows(x, y, _height(float(edges_m[-1]))).order


def _height(reach: float) -> float:
    # Where only one place counts, at reach 0, the rows may have any height.
    return reach or 1.0


class _Nearness(NamedTuple):
    """What makes two events partners, as the sweep compares it.

    Attributes
    ----------
    first_day, last_day : ndarray of int64, shape (n,)
        Days of the events, in the order of their rows.
    window_days : int
        Largest gap between the two, included.
    limit : ndarray of float64, shape (bands,)
        Largest distance in each band: of straight ones the square, for no root is exact.
    manhattan : bool
        Whether the two coordinates' differences are added.
    reach : float
        How far apart partners may be in x, a hair more than the last band.
    """

    first_day: Ints
    last_day: Ints
    window_days: int
    limit: Floats
    manhattan: bool
    reach: float


@compiled
def _sweep(rows, near, start, stop, at, other):
    """Count the partners of each event in [start, stop) by band, or write them to `other`.

    `at` holds the counts, or in the second pass where the partners of each event and band go.
    """
    x, y, after, end, above = rows.x, rows.y, rows.after, rows.end, rows.above
    first_day, last_day, window = near.first_day, near.last_day, near.window_days
    limit, manhattan, reach = near.limit, near.manhattan, near.reach
    bands = limit.shape[0]
    write = other.shape[0] > 0
    low = 0
    for i in range(start, stop):
        for part in range(2):
            if part == 0:
                # In the own row only what stands to the right: what is to the left has met this
                # point already.
                first, last = after[i], end[i]
            else:
                first, last = max(low, above[i, 0]), above[i, 1]
                # Points of a row come in the order of x, so the window over the row above only
                # moves right.
                while first < last and x[first] < x[i] - reach:
                    first += 1
                low = first
            for j in range(first, last):
                dx = x[j] - x[i]
                if dx > reach:
                    break
                dy = y[j] - y[i]
                distance = abs(dx) + abs(dy) if manhattan else dx * dx + dy * dy
                # Space before time: most candidates of the sweep are too far by a corner of their
                # rows.
                if distance > limit[bands - 1]:
                    continue
                # Windows of days that overlap have no gap: both differences are then below 0.
                if first_day[j] - last_day[i] > window or first_day[i] - last_day[j] > window:
                    continue
                # Bands are few: a walk from the nearest beats a search by halves.
                band = 0
                while distance > limit[band]:
                    band += 1
                if write:
                    # In the second pass `at` says where the next partner of this event and band
                    # goes.
                    other[at[i * bands + band]] = j
                at[i * bands + band] += 1


def neighbours(
    x: Floats,
    y: Floats,
    first_day: Ints,
    last_day: Ints,
    window_days: int,
    edges_m: Floats,
    closed_right: Bools,
    manhattan: bool = False,
    threads: int | None = None,
    before: Callable[[int], object] | None = None,
    piles_from: int | None = None,
) -> Neighbours:
    """Find every pair within the last edge and the days, sorted into bands of distance.

    Parameters
    ----------
    x, y : ndarray of float64, shape (n,)
        Coordinates in metres.
    first_day, last_day : ndarray of int64, shape (n,)
        First and last day on which each event may lie; equal where it is known.
    window_days : int
        Largest gap between the two in days, included.
    edges_m : ndarray of float64, shape (bands,)
        Upper edges of the bands, rising.
    closed_right : ndarray of bool, shape (bands,)
        Whether a pair exactly at the edge is in the band. Squares are compared, so that whole
        metres make exact ties.
    manhattan : bool
        Add the two coordinates' differences instead of measuring straight.
    threads : int, optional
        The pairs and their order are the same on any number.
    before : callable, optional
        Told how many pairs are to be listed before memory is taken for them.
    piles_from : int, optional
        Places of so many events or more are `Neighbours.piles`: their own pairs are not looked for,
        whatever their days. Default: all pairs are listed.

    Returns
    -------
    Neighbours
    """
    reach = float(edges_m[-1])
    edge = edges_m if manhattan else edges_m * edges_m
    # The largest number below an open edge, so that one comparison serves open and closed bands.
    limit = np.where(closed_right, edge, np.nextafter(edge, -np.inf))
    rows = _into_rows(x, y, _height(reach))
    piles = _NO_PILES if piles_from is None else places_of(rows.x, rows.y, piles_from)
    for first, stop in piles:
        rows.after[first:stop] = stop
    near = _Nearness(
        first_day[rows.order], last_day[rows.order], int(window_days), limit, bool(manhattan),
        reach * _HAIR,
    )  # fmt: skip
    start = np.zeros(len(x) * len(limit) + 1, dtype=np.int64)

    def sweep(at: Ints, other: npt.NDArray[np.int32]) -> None:
        run_blocks(
            lambda first, stop: _sweep(rows, near, first, stop, at, other), len(x), _BLOCK, threads
        )

    # Two passes, the first to count: partners then stand side by side without a list for each.
    sweep(start[1:], np.empty(0, dtype=np.int32))
    np.cumsum(start, out=start)
    if before is not None:
        # The caller can refuse before memory is taken, with the number of pairs in hand.
        before(int(start[-1]))
    other = np.empty(int(start[-1]), dtype=np.int32)
    if len(other):
        sweep(start[:-1].copy(), other)
    return Neighbours(rows.order, start, other, len(limit), piles)


def neighbours_in_space(
    x: Floats,
    y: Floats,
    edges_m: Floats,
    closed_right: Bools,
    manhattan: bool = False,
    before: Callable[[int], object] | None = None,
    piles_from: int | None = None,
) -> Neighbours:
    """Find every pair within the last edge, whatever the days; as of `neighbours`."""
    any_day = np.zeros(len(x), dtype=np.int64)
    return neighbours(x, y, any_day, any_day, 0, edges_m, closed_right, manhattan, before=before,
                      piles_from=piles_from)  # fmt: skip


@compiled
def _add_degrees(start, other, out):
    for i in range(out.shape[1]):
        for band in range(out.shape[0]):
            for pair in range(start[i * out.shape[0] + band], start[i * out.shape[0] + band + 1]):
                out[band, i] += 1
                out[band, other[pair]] += 1


def degrees(near: Neighbours) -> Ints:
    """Count the partners of each event in each band, shape (bands, n), in the order of `near`."""
    out = np.zeros((near.bands, len(near.order)), dtype=np.int64)
    _add_degrees(near.start, near.other, out)
    for first, stop in near.piles:
        out[0, first:stop] += stop - first - 1
    return out


def near_pairs(
    x: Floats,
    y: Floats,
    first_day: Ints,
    last_day: Ints,
    distance_m: float,
    window_days: int,
    threads: int | None = None,
    piles_from: int | None = None,
    before: Callable[[int], object] | None = None,
) -> Ints:
    """Find every pair within a distance and a number of days.

    Parameters
    ----------
    x, y, first_day, last_day, window_days, threads, before
        As of `neighbours`.
    piles_from : int, optional
        Of places of so many events or more no pair with one another is returned.
    distance_m : float
        Largest distance, included.

    Returns
    -------
    ndarray of int64, shape (pairs, 2)
        Positions in the arrays given, each pair once.
    """
    near = neighbours(
        x, y, first_day, last_day, window_days,
        np.array([distance_m]), np.array([True]), threads=threads, piles_from=piles_from,
        before=before,
    )  # fmt: skip
    pairs = np.empty((len(near.other), 2), dtype=np.int64)
    # The first of each pair, once for each of its partners.
    pairs[:, 0] = np.repeat(near.order, np.diff(near.start))
    np.take(near.order, near.other, out=pairs[:, 1])
    return pairs


@compiled
def lag_share(a, b, first_day, offset, cumulative, window):
    """Compute the weight of two windows' lags of at most `window` days, out of the scale squared.

    For each day of one, what of the other lies within the window of it, from its running shares. In
    whole numbers: 2^20 squared leaves room for sums in 64 bits.
    """
    days_b = offset[b + 1] - offset[b]
    total = 0
    before = 0
    for k in range(offset[a + 1] - offset[a]):
        share = cumulative[offset[a] + k] - before
        before = cumulative[offset[a] + k]
        day = first_day[a] + k - first_day[b]
        high = min(day + window, days_b - 1)
        low = day - window - 1
        # A difference of two running shares is what lies on the days between.
        within = cumulative[offset[b] + high] if high >= 0 else 0
        if low >= 0:
            within -= cumulative[offset[b] + min(low, days_b - 1)]
        total += share * within
    return total


@compiled
def _lag_probability(pairs, first_day, offset, cumulative, window, scale, start, stop, out):
    for pair in range(start, stop):
        a, b = pairs[pair, 0], pairs[pair, 1]
        out[pair] = lag_share(a, b, first_day, offset, cumulative, window) / (scale * scale)


def lag_probability(
    pairs: Ints,
    first_day: Ints,
    offset: Ints,
    cumulative: Ints,
    window_days: int,
    scale: int,
    threads: int | None = None,
) -> Floats:
    """Compute for each pair the probability that its lag in whole days is within a window.

    Parameters
    ----------
    pairs : ndarray of int64, shape (m, 2)
        Positions of events.
    first_day : ndarray of int64, shape (n,)
        First day of each event's window.
    offset : ndarray of int64, shape (n + 1,)
        Where the days of each event begin in `cumulative`.
    cumulative : ndarray of int64
        Share of the window up to the end of each of its days, out of `scale`.
    window_days : int
        Largest lag, included.
    scale : int
        What a whole window counts.
    threads : int, optional
        The answer is the same on any number.

    Returns
    -------
    ndarray of float64, shape (m,)
    """
    out = np.empty(len(pairs))

    def work(start: int, stop: int) -> None:
        _lag_probability(pairs, first_day, offset, cumulative, window_days, scale, start, stop, out)

    run_blocks(work, len(pairs), _BLOCK, threads)
    return out
