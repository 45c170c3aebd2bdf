"""Pairs of events that are near in space and time, by a sweep over uniform rows.

Points stand in rows as high as the distance, sorted by x within a row. A partner lies in the same
row or the next one up, within the distance in x, so a window that slides along each row meets
every pair once and tests about two candidates for each pair it keeps.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from numba import njit

from hotspot._kernels.threads import run_blocks

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

# Big enough that starting a thread costs nothing beside it, small enough to share out evenly.
_BLOCK = 4096


class Rows(NamedTuple):
    """Points in rows of equal height, sorted by x within each.

    Attributes
    ----------
    order : ndarray of int64, shape (n,)
        Position in the caller's arrays of each sorted point.
    x, y : ndarray of float64, shape (n,)
        Sorted coordinates in metres.
    end : ndarray of int64, shape (n,)
        Where the row of each sorted point ends.
    above : ndarray of int64, shape (n, 2)
        Where the next row up begins and ends; an empty range where it holds no point.
    """

    order: Ints
    x: Floats
    y: Floats
    end: Ints
    above: Ints


def into_rows(x: Floats, y: Floats, height_m: float) -> Rows:
    """Sort points into rows.

    Parameters
    ----------
    x, y : ndarray of float64, shape (n,)
        Coordinates in metres.
    height_m : float
        Height of a row; pairs no farther apart than this can be found.

    Returns
    -------
    Rows
    """
    # A hair higher than asked: rounding in the division must not part points exactly that far
    # apart in y by two rows.
    row = np.floor(y / (height_m * (1 + 1e-9))).astype(np.int64)
    order = np.lexsort((y, x, row))
    row = row[order]
    end = np.searchsorted(row, row, side="right")
    above = np.stack(
        [np.searchsorted(row, row + 1, side=side) for side in ("left", "right")], axis=1
    )
    return Rows(order, x[order], y[order], end.astype(np.int64), above.astype(np.int64))


@njit(cache=True, nogil=True)
def _sweep(x, y, end, above, start_day, end_day, distance_sq, reach, window, start, stop, at, out):
    """Count the pairs of each point in [start, stop), or write them where `out` has room.

    `at` holds the counts, or in the second pass where the pairs of each point begin.
    """
    write = out.shape[0] > 0
    low = -1
    for i in range(start, stop):
        found = at[i] if write else 0
        for part in range(2):
            if part == 0:
                first, last = i + 1, end[i]
            else:
                first, last = above[i, 0], above[i, 1]
                low = max(low, first)
                while low < last and x[low] < x[i] - reach:
                    low += 1
                first = low
            for j in range(first, last):
                dx = x[j] - x[i]
                if dx > reach:
                    break
                dy = y[j] - y[i]
                if dx * dx + dy * dy > distance_sq:
                    continue
                if start_day[j] - end_day[i] > window or start_day[i] - end_day[j] > window:
                    continue
                if write:
                    out[found, 0] = i
                    out[found, 1] = j
                found += 1
        if not write:
            at[i] = found


def near_pairs(
    x: Floats,
    y: Floats,
    start_day: Ints,
    end_day: Ints,
    distance_m: float,
    window_days: int,
    threads: int | None = None,
) -> Ints:
    """Find every pair within a distance and a number of days.

    Parameters
    ----------
    x, y : ndarray of float64, shape (n,)
        Coordinates in metres.
    start_day, end_day : ndarray of int64, shape (n,)
        First and last day on which each event may lie; equal where it is known.
    distance_m : float
        Largest distance, included; squares are compared, so an exact tie is within.
    window_days : int
        Largest gap between the two in days, included.
    threads : int, optional
        The pairs and their order are the same on any number.

    Returns
    -------
    ndarray of int64, shape (pairs, 2)
        Positions in the arrays given, each pair once.
    """
    rows = into_rows(x, y, distance_m)
    start, end = start_day[rows.order], end_day[rows.order]
    # The product rounds, so a candidate is let in by a hair and the exact squares decide.
    reach = distance_m * (1 + 1e-9)
    starts = np.zeros(len(x) + 1, dtype=np.int64)
    nothing = np.empty((0, 2), dtype=np.int64)

    def sweep(at: Ints, out: Ints) -> None:
        run_blocks(
            lambda first, stop: _sweep(
                rows.x, rows.y, rows.end, rows.above, start, end,
                distance_m * distance_m, reach, window_days, first, stop, at, out,
            ),
            len(x),
            _BLOCK,
            threads,
        )  # fmt: skip

    sweep(starts[1:], nothing)
    np.cumsum(starts, out=starts)
    pairs = np.empty((int(starts[-1]), 2), dtype=np.int64)
    if len(pairs):
        sweep(starts[:-1], pairs)
    return rows.order[pairs]


@njit(cache=True, nogil=True)
def _lag_probability(pairs, first_day, offset, cumulative, window, scale, start, stop, out):
    for pair in range(start, stop):
        a, b = pairs[pair, 0], pairs[pair, 1]
        days_a = offset[a + 1] - offset[a]
        days_b = offset[b + 1] - offset[b]
        total = 0
        before = 0
        for k in range(days_a):
            share = cumulative[offset[a] + k] - before
            before = cumulative[offset[a] + k]
            day = first_day[a] + k - first_day[b]
            high = min(day + window, days_b - 1)
            low = day - window - 1
            within = cumulative[offset[b] + high] if high >= 0 else 0
            if low >= 0:
                within -= cumulative[offset[b] + min(low, days_b - 1)]
            total += share * within
        out[pair] = total / (scale * scale)


def lag_probability(
    pairs: Ints,
    first_day: Ints,
    offset: Ints,
    cumulative: Ints,
    window_days: int,
    scale: int,
    threads: int | None = None,
) -> Floats:
    """Give each pair the probability that its lag in whole days is within a window.

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

    Returns
    -------
    ndarray of float64, shape (m,)
    """
    out = np.empty(len(pairs))
    run_blocks(
        lambda start, stop: _lag_probability(
            pairs, first_day, offset, cumulative, window_days, scale, start, stop, out
        ),
        len(pairs),
        _BLOCK,
        threads,
    )
    return out
