"""Exact kernel sums on a grid: a block owns its rows of cells, so no two threads share a sum.

Points stand sorted by row of cells, then column, then coordinates and weight: one order whatever
the caller's, so that rounding falls alike, and points of one place side by side, so that they are
summed as one. What a point adds to a row of cells is a branch-free sum over as many cells as the
kernel is wide, rounded up to whole vectors and padded at both ends; cells beyond the radius get
exactly 0. One compiled kernel of each kind serves every bandwidth.
"""

import math
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from numba import njit

from hotspot._kernels.threads import run_blocks

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

# Mass of the Gaussian beyond the radius at which it is cut off.
GAUSSIAN_TAIL = 1e-12

# Rows of cells in a block: enough to share out among threads.
_ROWS = 32
# Cells that the compiled loop adds to at a time.
_LANES = 16
# Terms below which starting threads costs more than it saves.
_FEW_TERMS = 16_000_000
# Lets in by a hair what rounding might shut out, where an exact test follows.
_HAIR = 1e-6
# What rounding may add to a number of cells.
_ROUNDING = 1e-12

_UNIFORM, _TRIANGULAR, _EPANECHNIKOV, _QUARTIC, _TRIWEIGHT, _GAUSSIAN = range(6)


class Kernel(NamedTuple):
    """A kernel in the plane, of a distance d and a bandwidth h.

    Attributes
    ----------
    code : int
        Which loop sums it.
    peak : float
        Its value at distance 0, times the square of the bandwidth.
    radius : float
        Distance from which on it is 0, in bandwidths.
    power : int
        Power of h by which the loop's terms are too large.
    """

    code: int
    peak: float
    radius: float = 1.0
    power: int = 0


KERNELS = {
    "quartic": Kernel(_QUARTIC, 3 / math.pi, power=4),
    "epanechnikov": Kernel(_EPANECHNIKOV, 2 / math.pi, power=2),
    "triweight": Kernel(_TRIWEIGHT, 4 / math.pi, power=6),
    "uniform": Kernel(_UNIFORM, 1 / math.pi),
    "triangular": Kernel(_TRIANGULAR, 3 / math.pi),
    "gaussian": Kernel(_GAUSSIAN, 0.5 / math.pi, radius=math.sqrt(-2 * math.log(GAUSSIAN_TAIL))),
}
KERNELS["cone"] = KERNELS["triangular"]


def _summer(code):
    """Make the loop of one kind of kernel: constant, so that no cell costs a branch."""

    @njit(cache=True, nogil=True, fastmath={"contract"})
    def rows(points, first, row_start, cell, bandwidth, radius, vectors, start, stop, out):
        """Add to rows [start, stop) of `out` what the points in reach of them add.

        The first cell in reach of point i is ``first[i]``, counted from the padding's start.
        """
        width = _LANES * vectors
        ncols = out.shape[1]
        wide = ncols + 2 * width
        sums = np.zeros((stop - start) * wide)
        dx_sq = np.empty(width)
        side = np.empty(width)
        reach = (row_start.shape[0] - 1 - out.shape[0]) // 2
        limit = radius * radius
        for i in range(row_start[start], row_start[stop + 2 * reach]):
            x, y, weight = points[i, 0], points[i, 1], points[i, 2]
            nearest = x - (first[i] - width + 0.5) * cell
            for k in range(width):
                dx = nearest - k * cell
                dx_sq[k] = dx * dx
                if code == _GAUSSIAN:
                    side[k] = math.exp(-0.5 * dx * dx / (bandwidth * bandwidth))
            low = max(int(np.floor((y - radius) / cell)), start)
            high = min(int(np.ceil((y + radius) / cell)), stop)
            for row in range(low, high):
                dy = y - (row + 0.5) * cell
                left = limit - dy * dy
                height = weight
                if code == _GAUSSIAN:
                    height *= math.exp(-0.5 * dy * dy / (bandwidth * bandwidth))
                # Unsigned, or the compiler would have to provide for counting from the end.
                at = (row - start) * wide + first[i]
                for k in range(width):
                    rest = max(left - dx_sq[k], 0.0)
                    if code == _EPANECHNIKOV:
                        sums[np.uintp(at + k)] += height * rest
                    elif code == _QUARTIC:
                        sums[np.uintp(at + k)] += height * (rest * rest)
                    elif code == _TRIWEIGHT:
                        sums[np.uintp(at + k)] += height * (rest * rest * rest)
                    elif code == _UNIFORM:
                        sums[np.uintp(at + k)] += height if left >= dx_sq[k] else 0.0
                    elif code == _TRIANGULAR:
                        distance = math.sqrt(dy * dy + dx_sq[k])
                        sums[np.uintp(at + k)] += height * max(1.0 - distance / radius, 0.0)
                    else:
                        sums[np.uintp(at + k)] += height * side[k] if rest > 0.0 else 0.0
        for row in range(start, stop):
            at = (row - start) * wide + width
            for col in range(ncols):
                out[row, col] = sums[at + col]

    return rows


_ROW_SUMS = {kernel.code: _summer(kernel.code) for kernel in KERNELS.values()}


@njit(cache=True, nogil=True)
def _sort_cell(points):
    """Sort points in place by x, y and weight (Shell 1959): mostly a few, never slow for many."""
    gap = 1
    while gap < points.shape[0] // 3:
        gap = 3 * gap + 1
    while gap >= 1:
        for i in range(gap, points.shape[0]):
            x, y, weight = points[i, 0], points[i, 1], points[i, 2]
            j = i - gap
            while j >= 0 and (
                points[j, 0] > x
                or (points[j, 0] == x and points[j, 1] > y)
                or (points[j, 0] == x and points[j, 1] == y and points[j, 2] > weight)
            ):
                for k in range(3):
                    points[j + gap, k] = points[j, k]
                j -= gap
            points[j + gap, 0], points[j + gap, 1], points[j + gap, 2] = x, y, weight
        gap //= 3


@njit(cache=True, nogil=True)
def _counting_sort(key, points, size):
    """Copy points in the order of their key, equal keys as they stood, negative ones left out.

    Returns the copies and, for each key from 0 to `size`, where its points begin.
    """
    start = np.zeros(size + 1, dtype=np.int64)
    for k in key:
        if k >= 0:
            start[k + 1] += 1
    start = np.cumsum(start)
    at = start.copy()
    copies = np.empty((start[size], 3))
    for i in range(key.shape[0]):
        if key[i] >= 0:
            j = at[key[i]]
            at[key[i]] = j + 1
            for k in range(3):
                copies[j, k] = points[i, k]
    return copies, start


@njit(cache=True, nogil=True)
def _arrange(x, y, weight, west, south, cell, radius, slack, nrows, ncols, width):
    """Put points in the order of the sums, those of one place as one, from the grid's corner.

    Returns the points (x, y, weight), the first column in reach of each, counted from the
    padding's start, and where the points of each row begin, from as far below the grid as the
    kernel reaches.
    """
    reach = int(np.ceil(radius / cell))
    # From the first cell whose centre is in reach.
    shift = radius / cell - 0.5 + slack - width
    points = np.empty((x.shape[0], 3))
    key = np.empty(x.shape[0], dtype=np.int32)
    for i in range(x.shape[0]):
        points[i, 0], points[i, 1], points[i, 2] = x[i] - west, y[i] - south, weight[i]
        right = np.floor(points[i, 0] / cell - shift)
        up = np.floor(points[i, 1] / cell)
        inside = 0 < right < ncols + width and -reach <= up < nrows + reach and weight[i] > 0
        key[i] = int(right) if inside else -1
    points, _ = _counting_sort(key, points, ncols + width)
    for i in range(points.shape[0]):
        key[i] = int(np.floor(points[i, 1] / cell)) + reach
    points, start = _counting_sort(key[: points.shape[0]], points, nrows + 2 * reach)
    first = key[: points.shape[0]]
    for i in range(points.shape[0]):
        first[i] = int(np.floor(points[i, 0] / cell - shift))
    left = 0
    for row in range(start.shape[0] - 1):
        i, end = start[row], start[row + 1]
        start[row] = left
        while i < end:
            stop = i + 1
            while stop < end and first[stop] == first[i]:
                stop += 1
            if stop - i > 1:
                _sort_cell(points[i:stop])
            for j in range(i, stop):
                new = j == i or points[j, 0] != points[left - 1, 0]
                if new or points[j, 1] != points[left - 1, 1]:
                    for k in range(3):
                        points[left, k] = points[j, k]
                    first[left] = first[i]
                    left += 1
                else:
                    points[left - 1, 2] += points[j, 2]
            i = stop
    start[-1] = left
    return points[:left], first[:left], start


def kernel_sums(
    x: Floats,
    y: Floats,
    weight: Floats,
    corner: tuple[float, float],
    cell_m: float,
    shape: tuple[int, int],
    bandwidth_m: float,
    kernel: str = "quartic",
    threads: int | None = None,
) -> Floats:
    """Sum kernels at the centres of cells.

    Parameters
    ----------
    x, y, weight : ndarray of float64, shape (n,)
        Points in metres and what each counts, 0 or more.
    corner : tuple of float
        South-west corner of the grid, in metres.
    cell_m : float
        Side of a cell in metres.
    shape : tuple of int
        Rows (south to north) and columns (west to east).
    bandwidth_m : float
        Radius beyond which the kernel is 0; of the Gaussian, its standard deviation. In metres.
    kernel : str
        One of `KERNELS`.
    threads : int, optional
        The sums are the same on any number.

    Returns
    -------
    ndarray of float64, shape `shape`
        Weight per square metre.
    """
    form = KERNELS[kernel]
    west, south = map(float, corner)
    cell_m, bandwidth_m = float(cell_m), float(bandwidth_m)
    radius = form.radius * bandwidth_m
    # A kernel that ends in a step counts where a cell is exactly at the end, and at both ends at
    # once; of the others such cells get 0 anyway.
    slack = _HAIR if form.code == _UNIFORM else 0.0
    span = 2 * radius / cell_m
    cells = math.floor(span + 3 * slack) + 1 if slack else math.ceil(span * (1 - _ROUNDING))
    vectors = math.ceil(cells / _LANES)
    points, first, row_start = _arrange(
        x, y, weight, west, south, cell_m, radius, slack, *shape, vectors * _LANES
    )
    points[:, 2] *= form.peak / bandwidth_m ** (2 + form.power)
    out = np.empty(shape)
    terms = len(points) * vectors * _LANES * 2 * radius / cell_m
    run_blocks(
        lambda start, stop: _ROW_SUMS[form.code](
            points, first, row_start, cell_m, bandwidth_m, radius, vectors,
            start, stop, out,
        ),
        shape[0], _ROWS, 1 if terms < _FEW_TERMS else threads,
    )  # fmt: skip
    return out
