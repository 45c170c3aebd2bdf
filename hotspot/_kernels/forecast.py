"""Sums of kernels over weighted events: in the cells of a grid, and at any points.

Events are put into one order by place and weight before anything is added, and each row of cells
or block of points is summed by one thread, so neither the order of the rows nor the number of
threads can change an answer.
"""

import math
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from numba import njit

from hotspot._kernels.threads import run_blocks

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

#: Codes of the kernels that `sums_at` knows: densities per square metre with an integral of 1.
QUARTIC, GAUSSIAN, EXPONENTIAL = 0, 1, 2
#: Beyond this many scales a Gaussian (4 in 100,000 lie farther) or an exponential (8 in 100,000)
#: counts nothing.
GAUSSIAN_REACH, EXPONENTIAL_REACH = 4.5, 12.0

_ROWS = 8
_POINTS = 512


class Buckets(NamedTuple):
    """Events sorted into square buckets as wide as the farthest distance that counts.

    Attributes
    ----------
    order : ndarray of int64, shape (n,)
        Position in the caller's arrays of each event.
    x, y : ndarray of float64, shape (n,)
        Coordinates in that order.
    start : ndarray of int64, shape (rows * cols + 1,)
        Where each bucket begins.
    corner : tuple of float
        South-west corner of the first bucket.
    size_m : float
        Side of a bucket.
    shape : tuple of int
        Rows and columns of buckets.
    """

    order: Ints
    x: Floats
    y: Floats
    start: Ints
    corner: tuple[float, float]
    size_m: float
    shape: tuple[int, int]


def into_buckets(x: Floats, y: Floats, weight: Floats, reach_m: float) -> Buckets:
    """Sort events into buckets in which, and around which, all that is within reach lies."""
    west, south = (float(x.min()), float(y.min())) if len(x) else (0.0, 0.0)
    # A small reach over a wide country must not make more buckets than memory holds.
    span = max(float(np.ptp(x)), float(np.ptp(y))) if len(x) else 0.0
    size = max(reach_m, span / 2000, 1e-6)
    col = np.floor((x - west) / size).astype(np.int64)
    row = np.floor((y - south) / size).astype(np.int64)
    cols, rows = (int(col.max()) + 1, int(row.max()) + 1) if len(x) else (1, 1)
    bucket = row * cols + col
    order = np.lexsort((weight, y, x, bucket))
    start = np.searchsorted(bucket[order], np.arange(rows * cols + 1))
    return Buckets(
        order, x[order], y[order], start.astype(np.int64), (west, south), size, (rows, cols)
    )


@njit(cache=True, nogil=True)
def _kernel(code, squared, scale):
    """Density at a squared distance."""
    if code == QUARTIC:
        rest = 1.0 - squared / (scale * scale)
        return 3.0 / (np.pi * scale * scale) * rest * rest if rest > 0.0 else 0.0
    if code == GAUSSIAN:
        return math.exp(-0.5 * squared / (scale * scale)) / (2.0 * np.pi * scale * scale)
    return math.exp(-math.sqrt(squared) / scale) / (2.0 * np.pi * scale * scale)


@njit(cache=True, nogil=True)
def _sums_at(px, py, x, y, weight, bucket_start, west, south, size, rows, cols, code, scale,
             reach_sq, first, stop, out):  # fmt: skip
    for p in range(first, stop):
        row = int(np.floor((py[p] - south) / size))
        col = int(np.floor((px[p] - west) / size))
        total = 0.0
        for r in range(max(row - 1, 0), min(row + 2, rows)):
            low, high = max(col - 1, 0), min(col + 2, cols)
            if low >= high:
                continue
            for i in range(bucket_start[r * cols + low], bucket_start[r * cols + high]):
                dx, dy = x[i] - px[p], y[i] - py[p]
                squared = dx * dx + dy * dy
                if squared <= reach_sq:
                    total += weight[i] * _kernel(code, squared, scale)
        out[p] = total


def reach_of(code: int, scale_m: float) -> float:
    """Give the distance beyond which a kernel counts nothing."""
    return scale_m * {QUARTIC: 1.0, GAUSSIAN: GAUSSIAN_REACH, EXPONENTIAL: EXPONENTIAL_REACH}[code]


def sums_at(
    px: Floats,
    py: Floats,
    x: Floats,
    y: Floats,
    weight: Floats,
    code: int,
    scale_m: float,
    threads: int | None = None,
) -> Floats:
    """Sum kernels at points.

    Parameters
    ----------
    px, py : ndarray of float64, shape (p,)
        Where to give the sums.
    x, y, weight : ndarray of float64, shape (n,)
        Events in metres and what each counts.
    code : int
        Which kernel.
    scale_m : float
        Bandwidth of a quartic, standard deviation of a Gaussian, mean of an exponential's decay.
    threads : int, optional
        The sums are the same on any number.

    Returns
    -------
    ndarray of float64, shape (p,)
        Weight per square metre.
    """
    reach = reach_of(code, scale_m)
    held = into_buckets(x, y, weight, reach)
    heavy = weight[held.order]
    out = np.zeros(len(px))
    run_blocks(
        lambda first, stop: _sums_at(
            px, py, held.x, held.y, heavy, held.start, *held.corner, held.size_m, *held.shape,
            code, scale_m, reach * reach, first, stop, out,
        ),
        len(px), _POINTS, threads,
    )  # fmt: skip
    return out


@njit(cache=True, nogil=True)
def _table_sums_at(px, py, x, y, kind, bucket_start, west, south, size, rows, cols, limit, table,
                   first, stop, out):  # fmt: skip
    rings = limit.shape[0]
    for p in range(first, stop):
        row = int(np.floor((py[p] - south) / size))
        col = int(np.floor((px[p] - west) / size))
        total = 0.0
        for r in range(max(row - 1, 0), min(row + 2, rows)):
            low, high = max(col - 1, 0), min(col + 2, cols)
            if low >= high:
                continue
            for i in range(bucket_start[r * cols + low], bucket_start[r * cols + high]):
                dx, dy = x[i] - px[p], y[i] - py[p]
                squared = dx * dx + dy * dy
                if squared > limit[rings - 1]:
                    continue
                ring = 0
                while squared > limit[ring]:
                    ring += 1
                total += table[kind[i], ring]
        out[p] = total


def table_sums_at(
    px: Floats,
    py: Floats,
    x: Floats,
    y: Floats,
    kind: Ints,
    edges_m: Floats,
    closed_right: bool,
    table: Floats,
    threads: int | None = None,
) -> Floats:
    """Sum, at points, what a table gives for each event's kind and the ring it stands in.

    Parameters
    ----------
    px, py : ndarray of float64, shape (p,)
        Where to give the sums.
    x, y : ndarray of float64, shape (n,)
        Events in metres.
    kind : ndarray of int64, shape (n,)
        Row of the table for each event.
    edges_m : ndarray of float64, shape (rings,)
        Outer edges of the rings, rising.
    closed_right : bool
        Whether an event exactly at an edge is in the ring inside it.
    table : ndarray of float64, shape (kinds, rings)
        What an event counts.
    threads : int, optional
        The sums are the same on any number.

    Returns
    -------
    ndarray of float64, shape (p,)
    """
    held = into_buckets(x, y, kind.astype(np.float64), float(edges_m[-1]))
    squares = edges_m * edges_m
    limit = squares if closed_right else np.nextafter(squares, -np.inf)
    kinds = kind[held.order]
    out = np.zeros(len(px))
    run_blocks(
        lambda first, stop: _table_sums_at(
            px, py, held.x, held.y, kinds, held.start, *held.corner, held.size_m, *held.shape,
            limit, table, first, stop, out,
        ),
        len(px), _POINTS, threads,
    )  # fmt: skip
    return out


@njit(cache=True, nogil=True)
def _gaussian_rows(x, y, weight, xmin, ymin, cell, sd, reach, start, stop, out):
    """Add the integrals of Gaussians, sorted by y, over the cells of rows `start` to `stop`."""
    ncols = out.shape[1]
    narrow = 1.0 / (sd * math.sqrt(2.0))
    first = np.searchsorted(y, ymin + start * cell - reach)
    last = np.searchsorted(y, ymin + stop * cell + reach, side="right")
    across = np.empty(ncols)
    for i in range(first, last):
        left = int(np.floor((x[i] - reach - xmin) / cell))
        right = int(np.floor((x[i] + reach - xmin) / cell))
        left, right = max(left, 0), min(right, ncols - 1)
        if left > right:
            continue
        west = 0.5 * math.erf((xmin + left * cell - x[i]) * narrow)
        for col in range(left, right + 1):
            east = 0.5 * math.erf((xmin + (col + 1) * cell - x[i]) * narrow)
            across[col] = east - west
            west = east
        low = max(int(np.floor((y[i] - reach - ymin) / cell)), start)
        high = min(int(np.floor((y[i] + reach - ymin) / cell)), stop - 1)
        below = 0.5 * math.erf((ymin + low * cell - y[i]) * narrow)
        for row in range(low, high + 1):
            above = 0.5 * math.erf((ymin + (row + 1) * cell - y[i]) * narrow)
            share = weight[i] * (above - below)
            below = above
            line = out[row, left : right + 1]
            for k in range(right + 1 - left):
                line[k] += share * across[left + k]


def gaussian_in_cells(
    x: Floats,
    y: Floats,
    weight: Floats,
    corner: tuple[float, float],
    cell_m: float,
    shape: tuple[int, int],
    sd_m: float,
    threads: int | None = None,
) -> Floats:
    """Give the weight that Gaussians around events put into each cell, integrated exactly.

    Parameters
    ----------
    x, y, weight : ndarray of float64, shape (n,)
        Events in metres and what each counts.
    corner : tuple of float
        South-west corner of the grid, in metres.
    cell_m : float
        Side of a cell in metres.
    shape : tuple of int
        Rows (south to north) and columns (west to east).
    sd_m : float
        Standard deviation of the Gaussian along each axis, in metres.
    threads : int, optional
        The sums are the same on any number.

    Returns
    -------
    ndarray of float64, shape `shape`
    """
    counted = weight > 0
    x, y, weight = x[counted], y[counted], weight[counted]
    order = np.lexsort((weight, x, y))
    x, y, weight = x[order], y[order], weight[order]
    out = np.zeros(shape)
    # Blocks of rows repeat the work on events near their edges, so wide kernels get tall ones.
    rows = max(_ROWS, 4 * math.ceil(GAUSSIAN_REACH * sd_m / cell_m))
    run_blocks(
        lambda start, stop: _gaussian_rows(
            x, y, weight, *corner, cell_m, sd_m, GAUSSIAN_REACH * sd_m, start, stop, out
        ),
        shape[0], rows, threads,
    )  # fmt: skip
    return out
