"""Exact kernel sums on a grid: a block owns its rows of cells, so no two threads share a sum."""

import numpy as np
import numpy.typing as npt
from numba import njit

from hotspot._kernels.threads import run_blocks

Floats = npt.NDArray[np.float64]

# Rows of cells in a block: enough to share out among threads.
_ROWS = 16


@njit(cache=True, nogil=True)
def _quartic_rows(x, y, weight, xmin, ymin, cell, bandwidth, start, stop, out):
    ncols = out.shape[1]
    bandwidth_sq = bandwidth * bandwidth
    scale = 3.0 / (np.pi * bandwidth_sq)
    for row in range(start, stop):
        centre_y = ymin + (row + 0.5) * cell
        first = np.searchsorted(y, centre_y - bandwidth)
        last = np.searchsorted(y, centre_y + bandwidth, side="right")
        for i in range(first, last):
            dy = y[i] - centre_y
            left = bandwidth_sq - dy * dy
            if left <= 0.0:
                continue
            reach = np.sqrt(left)
            low = max(int(np.floor((x[i] - reach - xmin) / cell - 0.5)), 0)
            high = min(int(np.ceil((x[i] + reach - xmin) / cell - 0.5)), ncols - 1)
            for col in range(low, high + 1):
                dx = x[i] - (xmin + (col + 0.5) * cell)
                rest = max(left - dx * dx, 0.0) / bandwidth_sq
                out[row, col] += weight[i] * scale * rest * rest


def quartic_sums(
    x: Floats,
    y: Floats,
    weight: Floats,
    corner: tuple[float, float],
    cell_m: float,
    shape: tuple[int, int],
    bandwidth_m: float,
    threads: int | None = None,
) -> Floats:
    """Sum quartic kernels at the centres of cells.

    Parameters
    ----------
    x, y, weight : ndarray of float64, shape (n,)
        Points in metres and what each counts.
    corner : tuple of float
        South-west corner of the grid, in metres.
    cell_m : float
        Side of a cell in metres.
    shape : tuple of int
        Rows (south to north) and columns (west to east).
    bandwidth_m : float
        Radius beyond which the kernel is 0, in metres.
    threads : int, optional
        The sums are the same on any number.

    Returns
    -------
    ndarray of float64, shape `shape`
        Weight per square metre.
    """
    # In one order whatever the caller's, so that rounding falls alike.
    order = np.lexsort((weight, x, y))
    x, y, weight = x[order], y[order], weight[order]
    out = np.zeros(shape)
    run_blocks(
        lambda start, stop: _quartic_rows(
            x, y, weight, corner[0], corner[1], cell_m, bandwidth_m, start, stop, out
        ),
        shape[0],
        _ROWS,
        threads,
    )
    return out
