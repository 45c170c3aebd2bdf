"""Exact kernel sums on a grid: a block owns its rows of cells, so no two threads share a sum.

Points stand sorted by row of cells, then coordinates and weight: one order whatever the caller's
or the threads', so that rounding falls alike, and points of one place side by side, so that they
are summed as one. What a point adds to a row of cells is a branch-free sum over as many cells as
the kernel is wide, rounded up to whole vectors and padded at both ends; cells beyond the radius
get exactly 0. One compiled kernel of each kind serves every bandwidth.
"""

import functools
import math
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numba.extending import register_jitable

from hotspot._kernels.arrays import Floats, Ints
from hotspot._kernels.compiled import compiled
from hotspot._kernels.threads import run_blocks

# Mass of the Gaussian beyond the radius at which it is cut off.
GAUSSIAN_TAIL = 1e-12

# Rows of cells in a block: enough to share out among threads.
_ROWS = 32
# Cells that the compiled loop adds to at a time.
_LANES = 16
# Points in a block: enough to make up for the start of a thread.
_POINTS = 1 << 16
# Terms below which starting threads costs more than it saves.
_FEW_TERMS = 8_000_000
# Lets in by a hair what rounding might shut out, where an exact test follows.
_HAIR = 1e-6
# What rounding may add to a number of cells.
_ROUNDING = 1e-12


# What each kernel is worth at a cell. `rest` is the square of the radius less that of the
# distance, so below 0 out of reach; a value may leave out any power of the bandwidth. They stand
# in this file with the loop that takes them in: the cache of compiled code looks at its file only.
@register_jitable
def _step(rest, apart_sq, bandwidth):
    # Exactly at the end counts: rest is 0 there, and points and cells on whole metres often tie.
    return 1.0 if rest >= 0.0 else 0.0


@register_jitable
def _cone(rest, apart_sq, bandwidth):
    return max(1.0 - math.sqrt(apart_sq) / bandwidth, 0.0)


@register_jitable
def _bowl(rest, apart_sq, bandwidth):
    return max(rest, 0.0)


@register_jitable
def _biweight(rest, apart_sq, bandwidth):
    # No branch: what is out of reach adds 0, so that the compiler can take many cells at a time.
    inside = max(rest, 0.0)
    return inside * inside


@register_jitable
def _triweight(rest, apart_sq, bandwidth):
    inside = max(rest, 0.0)
    return inside * inside * inside


@register_jitable
def _bell(rest, apart_sq, bandwidth):
    return math.exp(-0.5 * apart_sq / (bandwidth * bandwidth))


class Kernel(NamedTuple):
    """All that is said of a kernel in the plane, of a distance d and a bandwidth h.

    Attributes
    ----------
    profile : callable
        Its value at a cell, as of `_step`, up to a constant.
    peak : float
        Its value at distance 0, times the square of the bandwidth.
    power : int
        Power of h by which `profile` is too large.
    polynomial : tuple of float or None
        Coefficients of the powers of (d / h)^2, where it is such a polynomial: what a bandwidth
        is selected by. None where no bandwidth can be selected by it.
    radius : float
        Distance from which on it is 0, in bandwidths.
    stepped : bool
        Whether it ends in a step, so that a cell exactly at the end counts.
    separable : bool
        Whether it is the product of what it is along x and along y: then one row of values does
        for all rows of cells.
    """

    profile: Callable[[float, float, float], float]
    peak: float
    power: int = 0
    polynomial: tuple[float, ...] | None = None
    radius: float = 1.0
    stepped: bool = False
    separable: bool = False

    @property
    def equivalent_radius(self) -> float:
        """Bandwidth that smooths as much as a Gaussian of standard deviation 1.

        The sixth root of the ratio of R(K) / mu(K)^2 in two dimensions, R being the integral of
        the square and mu the variance along an axis (Wand and Jones 1995, section 4.5); to four
        places, as tables print it.
        """
        if self.polynomial is None:
            raise ValueError("only a polynomial has its equivalent radius worked out")
        shape = np.polynomial.Polynomial(self.polynomial) * self.peak
        # Over the disc, with t = (d / h)^2: the area element is pi dt.
        square, spread = (np.pi * of.integ()(1.0) for of in (shape**2, shape * [0.0, 0.5]))
        return round(float((square / spread**2 * 4 * np.pi) ** (1 / 6)), 4)


_GAUSSIAN_RADIUS = math.sqrt(-2 * math.log(GAUSSIAN_TAIL))

#: By name. A kernel is added here, as one record, and nowhere else; what has none is refused.
KERNELS = {
    "quartic": Kernel(_biweight, 3 / math.pi, 4, (1.0, -2.0, 1.0)),
    "epanechnikov": Kernel(_bowl, 2 / math.pi, 2, (1.0, -1.0)),
    "triweight": Kernel(_triweight, 4 / math.pi, 6, (1.0, -3.0, 3.0, -1.0)),
    "uniform": Kernel(_step, 1 / math.pi, 0, (1.0,), stepped=True),
    "triangular": Kernel(_cone, 3 / math.pi),
    "gaussian": Kernel(_bell, 0.5 / math.pi, radius=_GAUSSIAN_RADIUS, separable=True),
}
KERNELS["cone"] = KERNELS["triangular"]


@functools.cache
def _row_sums(profile, separable):
    """Compile the loop of one kernel: its profile is constant, so that no cell costs a branch.

    On first use, for most runs need one or two; a profile is no compiled function, for one held
    in a closure would never be found in the cache.
    """

    @compiled(fastmath={"contract"})
    def rows(points, row_start, row_stop, ground, bandwidth, peak, start, stop, out):
        """Add to rows [start, stop) of `out` what the points in reach of them add."""
        cell, radius, width, ncols = ground.cell, ground.radius, ground.width, ground.ncols
        wide = ncols + 2 * width
        sums = np.zeros((stop - start) * wide)
        dx_sq = np.empty(width)
        side = np.empty(width)
        limit = radius * radius
        # Rows of points count from `reach` below the grid: these are all that a cell of ours can
        # feel.
        for source in range(start, stop + 2 * ground.reach):
            for i in range(row_start[source], row_stop[source]):
                x, y, weight = points[i, 0], points[i, 1], points[i, 2] * peak
                first = int(np.floor(x / cell - ground.shift))
                # Columns count from the padding on, so that no cell of the run has to be tested for
                # the edge.
                nearest = x - (first - width + 0.5) * cell
                for k in range(width):
                    dx = nearest - k * cell
                    dx_sq[k] = dx * dx
                    # A product takes its exponentials once a row and once a column, not at every
                    # cell.
                    if separable:
                        side[k] = profile(limit - dx * dx, dx * dx, bandwidth)
                # Rows beyond the block belong to another thread, which meets this point too.
                low = max(int(np.floor((y - radius) / cell)) - ground.row, start)
                high = min(int(np.ceil((y + radius) / cell)) - ground.row, stop)
                for row in range(low, high):
                    dy = y - (row + ground.row + 0.5) * cell
                    left = limit - dy * dy
                    height = weight
                    if separable:
                        height *= profile(left, dy * dy, bandwidth)
                    # Unsigned, or the compiler would have to provide for counting from the end.
                    at = (row - start) * wide + first - ground.col
                    for k in range(width):
                        rest = left - dx_sq[k]
                        if separable:
                            sums[np.uintp(at + k)] += height * side[k] if rest > 0.0 else 0.0
                        else:
                            value = profile(rest, dy * dy + dx_sq[k], bandwidth)
                            sums[np.uintp(at + k)] += height * value
        for row in range(start, stop):
            # What fell into the padding lies beside the grid.
            at = (row - start) * wide + width
            for col in range(ncols):
                out[row, col] = sums[at + col]

    return rows


class _Ground(NamedTuple):
    """The cells, as the loops see them.

    `width` cells are summed at a time, as many pad each end of a row. `shift` takes a column to
    the first one in reach, counted from the padding's start; `reach` counts the rows in reach.
    `row` and `col` are where the cells begin that are summed; west and south are the corner of
    all, from which coordinates count, or a part would round in another way than the whole.
    """

    west: float
    south: float
    cell: float
    radius: float
    shift: float
    nrows: int
    ncols: int
    reach: int
    width: int
    row: int
    col: int


@compiled
def _find_rows(x, y, weight, ground, start, stop, row, counts):
    """Find the row of points [start, stop), -1 of those that add to no cell, and count them.

    Rows count from as far below the grid as the kernel reaches.
    """
    for i in range(start, stop):
        right = np.floor((x[i] - ground.west) / ground.cell - ground.shift) - ground.col
        up = np.floor((y[i] - ground.south) / ground.cell) + ground.reach - ground.row
        # Strictly above 0: a point whose first cell in reach is the padding's own adds to none.
        inside = 0 < right < ground.ncols + ground.width and 0 <= up < counts.shape[0]
        row[i] = int(up) if inside and weight[i] > 0 else -1
        if row[i] >= 0:
            counts[row[i]] += 1


@compiled
def _place(x, y, weight, ground, start, stop, row, at, points):
    """Copy points [start, stop), from the grid's corner, to where those of their row stand."""
    for i in range(start, stop):
        # Each block has places of its own in every row, so threads write without asking one
        # another.
        if row[i] >= 0:
            j = at[row[i]]
            at[row[i]] = j + 1
            points[j, 0] = x[i] - ground.west
            points[j, 1] = y[i] - ground.south
            points[j, 2] = weight[i]


@compiled
def _sort_few(points):
    """Sort points in place by x, y and weight (Shell 1959): mostly a few, never slow for many."""
    gap = 1
    # Gaps 1, 4, 13, 40, ... (Knuth 1998): few steps even where one stretch holds most points.
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


@compiled
def _sort_row(points, west, scale, copies, at):
    """Copy the points of a row in the order of x, y and weight: by stretches of x first.

    `scale` takes an x from `west` on to one of as many stretches as there are points.
    """
    last = points.shape[0] - 1
    # A counting sort into as many stretches as points leaves about one in each.
    at[: last + 2] = 0
    for i in range(points.shape[0]):
        at[min(int((points[i, 0] - west) * scale), last) + 1] += 1
    for stretch in range(1, last + 1):
        at[stretch] += at[stretch - 1]
    for i in range(points.shape[0]):
        stretch = min(int((points[i, 0] - west) * scale), last)
        for k in range(3):
            copies[at[stretch], k] = points[i, k]
        at[stretch] += 1
    left = 0
    # `at` has moved on to where each stretch ends.
    for stretch in range(last + 1):
        if at[stretch] - left > 1:
            _sort_few(copies[left : at[stretch]])
        left = at[stretch]


@compiled
def _sort_rows(points, row_start, row_stop, ground, start, stop):
    """Sort the points of rows [start, stop), and join those of one place."""
    longest = 0
    for row in range(start, stop):
        longest = max(longest, row_stop[row] - row_start[row])
    copies = np.empty((longest, 3))
    at = np.empty(longest + 1, dtype=np.int64)
    west = (ground.shift + ground.col) * ground.cell
    breadth = (ground.ncols + ground.width) * ground.cell
    for row in range(start, stop):
        count = row_stop[row] - row_start[row]
        _sort_row(points[row_start[row] : row_stop[row]], west, count / breadth, copies, at)
        new = row_start[row] - 1
        for i in range(count):
            # Repeats at one door are one point of more weight: exact, and one sum instead of many.
            if i and copies[i, 0] == copies[i - 1, 0] and copies[i, 1] == copies[i - 1, 1]:
                points[new, 2] += copies[i, 2]
            else:
                new += 1
                for k in range(3):
                    points[new, k] = copies[i, k]
        row_stop[row] = new + 1


def _arrange(
    x: Floats, y: Floats, weight: Floats, ground: _Ground, threads: int | None
) -> tuple[Floats, Ints, Ints]:
    """Sort points into the order of the sums, whoever places them: by row, x, y and weight.

    Returns the points (x, y, weight), and where those of each row begin and end.
    """
    total, rows = len(x), ground.nrows + 2 * ground.reach
    row = np.empty(total, dtype=np.int32)
    counts = np.zeros((max(math.ceil(total / _POINTS), 1), rows), dtype=np.int64)

    def find_rows(start: int, stop: int) -> None:
        _find_rows(x, y, weight, ground, start, stop, row, counts[start // _POINTS])

    run_blocks(find_rows, total, _POINTS, threads)
    # Row by row, and in each the blocks in turn.
    ends = np.cumsum(counts.T).reshape(rows, -1)
    at = np.ascontiguousarray((ends - counts.T).T)
    row_stop = ends[:, -1].copy()
    row_start = np.r_[0, row_stop[:-1]]
    points = np.empty((int(row_stop[-1]), 3))

    def place(start: int, stop: int) -> None:
        _place(x, y, weight, ground, start, stop, row, at[start // _POINTS], points)

    def sort_rows(start: int, stop: int) -> None:
        _sort_rows(points, row_start, row_stop, ground, start, stop)

    run_blocks(place, total, _POINTS, threads)
    run_blocks(sort_rows, rows, _ROWS, threads if len(points) > _POINTS else 1)
    return points, row_start, row_stop


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
    first: tuple[int, int] = (0, 0),
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
    first : tuple of int
        Row and column at which the cells that are summed begin, counted from the corner: the sums
        of a part of a grid are those of the whole to the last bit, of the points in reach of it.

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
    slack = _HAIR if form.stepped else 0.0
    span = 2 * radius / cell_m
    cells = math.floor(span + 3 * slack) + 1 if slack else math.ceil(span * (1 - _ROUNDING))
    width = math.ceil(cells / _LANES) * _LANES
    nrows, ncols = shape
    ground = _Ground(
        west, south, cell_m, radius,
        # From the first cell whose centre is in reach.
        shift=radius / cell_m - 0.5 + slack - width,
        nrows=nrows, ncols=ncols, reach=math.ceil(radius / cell_m), width=width,
        row=first[0], col=first[1],
    )  # fmt: skip
    points, row_start, row_stop = _arrange(x, y, weight, ground, threads)
    # The power of the bandwidth that a profile leaves out is made up for here, not at every cell.
    peak = form.peak / bandwidth_m ** (2 + form.power)
    out = np.empty(shape)
    # About how many cells are added to: points, times cells along, times rows across.
    terms = float((row_stop - row_start).sum()) * width * 2 * radius / cell_m
    rows = _row_sums(form.profile, form.separable)

    def work(start: int, stop: int) -> None:
        rows(points, row_start, row_stop, ground, bandwidth_m, peak, start, stop, out)

    run_blocks(work, nrows, _ROWS, 1 if terms < _FEW_TERMS else threads)
    return out
