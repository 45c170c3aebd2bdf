"""Sums of kernels over weighted events: in the cells of a grid, and at any points.

Events are put into one order by place and weight before anything is added, and each row of cells
or block of points is summed by one thread, so neither the order of the rows nor the number of
threads can change an answer.
"""

import math
from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from hotspot._kernels.arrays import Floats, Ints
from hotspot._kernels.buckets import (
    by_place,
    events_beside,
    events_near,
    into_buckets,
    into_strips,
)
from hotspot._kernels.compiled import compiled
from hotspot._kernels.taylor import erf
from hotspot._kernels.threads import run_blocks


class Shape(NamedTuple):
    """A density in the plane with an integral of 1, of which `sums_at` adds up many.

    Attributes
    ----------
    code : int
        Which branch of the compiled kernel computes it.
    reach : float
        Distance, in scales, beyond which it counts nothing.
    """

    code: int
    reach: float


#: Beyond their reach lie 4 in 100,000 of a Gaussian and 8 in 100,000 of an exponential.
QUARTIC, GAUSSIAN, EXPONENTIAL = Shape(0, 1.0), Shape(1, 4.5), Shape(2, 12.0)
# Compiled code reads numbers of the module, not fields of its records.
_QUARTIC, _GAUSSIAN, _EXPONENTIAL = QUARTIC.code, GAUSSIAN.code, EXPONENTIAL.code
_GAUSSIAN_REACH = GAUSSIAN.reach
_TABLE = -1
# What a shape or a table does not ask for.
_NO_WEIGHT, _NO_KIND, _NO_TABLE = np.empty(0), np.empty(0, np.int64), np.empty((0, 0))

_ROWS = 8
_POINTS = 512
# Rows of a mesh that a thread adds to at a time.
_MESH_ROWS = 64
# Cells that the compiled loop adds to at a time.
_LANES = 8


class _Worth(NamedTuple):
    """What an event counts at a distance: its weight times a density, or what a table says.

    Attributes
    ----------
    code : int
        That of a `Shape`, or `_TABLE`.
    scale : float
        Of the shape.
    weight : ndarray of float64, shape (n,)
        Of each event under a shape.
    kind : ndarray of int64, shape (n,)
        Row of the table for each event.
    limit : ndarray of float64, shape (rings,)
        Squared outer edges of the rings; beyond the last an event counts nothing.
    table : ndarray of float64, shape (kinds, rings)
    """

    code: int
    scale: float
    weight: Floats
    kind: Ints
    limit: Floats
    table: Floats


@compiled
def _density(code, squared, scale):
    """Return the density at a squared distance; of a code without a branch, no number."""
    if code == _QUARTIC:
        rest = 1.0 - squared / (scale * scale)
        return 3.0 / (np.pi * scale * scale) * rest * rest if rest > 0.0 else 0.0
    if code == _GAUSSIAN:
        return math.exp(-0.5 * squared / (scale * scale)) / (2.0 * np.pi * scale * scale)
    if code == _EXPONENTIAL:
        return math.exp(-math.sqrt(squared) / scale) / (2.0 * np.pi * scale * scale)
    return np.nan


@compiled
def _worth(i, squared, by):
    """Return what event `i` counts at a squared distance within the last limit."""
    if by.code != _TABLE:
        return by.weight[i] * _density(by.code, squared, by.scale)
    # Rings are few, and most events are met in the first: a walk beats a search by halves.
    ring = 0
    while squared > by.limit[ring]:
        ring += 1
    return by.table[by.kind[i], ring]


@compiled
def _at_points(px, py, buckets, by, first, stop, out):
    x, y = buckets.x, buckets.y
    farthest = by.limit[by.limit.shape[0] - 1]
    for p in range(first, stop):
        total = 0.0
        # A bucket is as wide as the reach, so all that counts is in its own row and the two beside
        # it.
        for step in range(-1, 2):
            low, high = events_near(buckets, px[p], py[p], step)
            for i in range(low, high):
                dx, dy = x[i] - px[p], y[i] - py[p]
                squared = dx * dx + dy * dy
                # Buckets are square and the reach is round: their corners hold what is too far.
                if squared <= farthest:
                    total += _worth(i, squared, by)
        out[p] = total


@compiled
def _over_mesh(px, py, strips, by, first, stop, out):
    """Add each event to the points of a mesh that it reaches: most of a country lies near none.

    Events come in the order in which `_at_points` meets them, so that both round alike.
    """
    x, y = strips.x, strips.y
    farthest = by.limit[by.limit.shape[0] - 1]
    reach = math.sqrt(farthest)
    low, high = events_beside(strips, py[first], py[stop - 1])
    for i in range(low, high):
        # One more on each side, for what rounding may cut off: the distance itself decides.
        south = max(np.searchsorted(py, y[i] - reach) - 1, first)
        north = min(np.searchsorted(py, y[i] + reach) + 1, stop)
        west = max(np.searchsorted(px, x[i] - reach) - 1, 0)
        east = min(np.searchsorted(px, x[i] + reach) + 1, px.shape[0])
        for row in range(south, north):
            dy = y[i] - py[row]
            for col in range(west, east):
                dx = x[i] - px[col]
                squared = dx * dx + dy * dy
                if squared <= farthest:
                    out[row, col] += _worth(i, squared, by)


def _summed(
    px: Floats,
    py: Floats,
    events: tuple[Floats, Floats, Floats],
    reach: float,
    worth: Callable[[Ints], _Worth],
    threads: int | None,
) -> Floats:
    """Sum what events count, which `worth` tells in the order in which they are added."""
    out = np.zeros(np.broadcast_shapes(px.shape, py.shape))
    if out.ndim == 2:
        strips = into_strips(*events, reach)
        along, up, of_strips = px[0].copy(), py[:, 0].copy(), worth(strips.order)

        def rows(first: int, stop: int) -> None:
            _over_mesh(along, up, strips, of_strips, first, stop, out)

        run_blocks(rows, len(up), _MESH_ROWS, threads)
        return out
    buckets = into_buckets(*events, reach)
    of_buckets = worth(buckets.order)

    def points(first: int, stop: int) -> None:
        _at_points(px, py, buckets, of_buckets, first, stop, out)

    run_blocks(points, len(px), _POINTS, threads)
    return out


def sums_at(
    px: Floats,
    py: Floats,
    x: Floats,
    y: Floats,
    weight: Floats,
    shape: Shape,
    scale_m: float,
    threads: int | None = None,
) -> Floats:
    """Sum kernels at points, or over a mesh.

    Parameters
    ----------
    px, py : ndarray of float64, shapes (p,) and (p,) or (1, cols) and (rows, 1)
        Where the sums are wanted; of a mesh both rise.
    x, y, weight : ndarray of float64, shape (n,)
        Events in metres and what each counts.
    shape : Shape
        How the density of an event falls with distance.
    scale_m : float
        Bandwidth of a quartic, standard deviation of a Gaussian; of an exponential, the distance
        in which it falls to 1 / e.
    threads : int, optional
        The sums are the same on any number.

    Returns
    -------
    ndarray of float64, shape (p,) or (rows, cols)
        Weight per square metre; that of a mesh is to the bit what its points are given.
    """
    reach = shape.reach * scale_m
    scale_m, limit = float(scale_m), np.array([reach * reach])

    def worth(order: Ints) -> _Worth:
        return _Worth(shape.code, scale_m, weight[order], _NO_KIND, limit, _NO_TABLE)

    return _summed(px, py, (x, y, weight), reach, worth, threads)


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
    """Sum, at points or over a mesh, what a table gives for each event's kind and ring.

    Parameters
    ----------
    px, py : ndarray of float64, shapes (p,) and (p,) or (1, cols) and (rows, 1)
        Where the sums are wanted; of a mesh both rise.
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
    ndarray of float64, shape (p,) or (rows, cols)
    """
    # Squares are compared, so that whole metres make exact ties; the next smaller float keeps
    # an event exactly at an edge out.
    squares = edges_m * edges_m
    limit = squares if closed_right else np.nextafter(squares, -np.inf)

    def worth(order: Ints) -> _Worth:
        return _Worth(_TABLE, 0.0, _NO_WEIGHT, kind[order], limit, table)

    events = x, y, kind.astype(np.float64)
    return _summed(px, py, events, float(edges_m[-1]), worth, threads)


@compiled(fastmath={"contract"})
def _gaussian_rows(x, y, weight, corner, cell, sd, width, start, stop, out):
    """Add the integrals of Gaussians, sorted by y, over the cells of rows `start` to `stop`.

    A Gaussian in the plane is one in x times one in y, so its integral over a cell is the product
    of two differences of the error function: a row of them serves every column. `width` cells are
    added to at a time: as many as can be in reach, rounded up to whole vectors.
    """
    xmin, ymin = corner
    reach = _GAUSSIAN_REACH * sd
    ncols = out.shape[1]
    first = np.searchsorted(y, ymin + start * cell - reach)
    last = np.searchsorted(y, ymin + stop * cell + reach, side="right")
    if first >= last:
        return
    # Each row with room beside it, so that no vector has to be tested for the edge.
    wide = ncols + width
    sums = np.zeros((stop - start) * wide)
    # The normal distribution function is half the error function of z / sqrt(2), plus a half that
    # cancels in differences.
    narrow = 1.0 / (sd * math.sqrt(2.0))
    across = np.zeros(width)
    for i in range(first, last):
        left = int(np.floor((x[i] - reach - xmin) / cell))
        right = int(np.floor((x[i] + reach - xmin) / cell))
        left, right = max(left, 0), min(right, ncols - 1)
        if left > right:
            continue
        # Each edge between cells is worked out once and serves both.
        west = 0.5 * erf((xmin + left * cell - x[i]) * narrow)
        for k in range(right + 1 - left):
            east = 0.5 * erf((xmin + (left + k + 1) * cell - x[i]) * narrow)
            # Never a hair below nothing, by rounding far out.
            across[k] = max(east - west, 0.0) * weight[i]
            west = east
        for k in range(right + 1 - left, width):
            across[k] = 0.0
        low = max(int(np.floor((y[i] - reach - ymin) / cell)), start)
        high = min(int(np.floor((y[i] + reach - ymin) / cell)), stop - 1)
        below = 0.5 * erf((ymin + low * cell - y[i]) * narrow)
        for row in range(low, high + 1):
            above = 0.5 * erf((ymin + (row + 1) * cell - y[i]) * narrow)
            share = max(above - below, 0.0)
            below = above
            # Unsigned, or the compiler would have to provide for counting from the end.
            at = (row - start) * wide + left
            for k in range(width):
                sums[np.uintp(at + k)] += share * across[k]
    for row in range(start, stop):
        at = (row - start) * wide
        for col in range(ncols):
            out[row, col] += sums[at + col]


def gaussian_in_cells(
    x: Floats,
    y: Floats,
    weight: Floats,
    corner: tuple[float, float],
    cell_m: float,
    shape: tuple[int, int],
    sd_m: float,
    threads: int | None = None,
    onto: Floats | None = None,
) -> Floats:
    """Integrate Gaussians around events, times their weights, over each cell.

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
    onto : ndarray of float64, shape `shape`, optional
        What they are added to. Default: nothing.

    Returns
    -------
    ndarray of float64, shape `shape`
    """
    # An event of no weight could still change the order in which the others are rounded.
    counted = weight > 0
    x, y, weight = x[counted], y[counted], weight[counted]
    order = by_place(x, y, weight)
    x, y, weight = x[order], y[order], weight[order]
    out = np.zeros(shape) if onto is None else onto
    # Blocks of rows repeat the work on events near their edges, so wide kernels get tall ones.
    cell_m, sd_m = float(cell_m), float(sd_m)
    reach = GAUSSIAN.reach * sd_m
    rows = max(_ROWS, 4 * math.ceil(reach / cell_m))
    corner = float(corner[0]), float(corner[1])
    # One more than lie within twice the reach, for where its ends fall.
    width = math.ceil(min(2 * reach / cell_m + 2, shape[1]) / _LANES) * _LANES

    def work(start: int, stop: int) -> None:
        _gaussian_rows(x, y, weight, corner, cell_m, sd_m, width, start, stop, out)

    run_blocks(work, shape[0], rows, threads)
    return out
