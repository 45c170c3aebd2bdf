"""Which of many points lie near each of a few: sorted once into square cells, then looked up."""

from typing import NamedTuple

import numpy as np

from hotspot._kernels.arrays import Bools, Floats, Ints
from hotspot._kernels.compiled import compiled

_HAIR_M = 1e-3


class Cells(NamedTuple):
    """Points sorted by the square cell in which they lie.

    Attributes
    ----------
    order : ndarray of int64, shape (n,)
        Position in the caller's arrays of each point.
    x, y : ndarray of float64, shape (n,)
        Coordinates in that order.
    key : ndarray of int64, shape (n,)
        The cell of each, ascending: cells of a row follow each other.
    west, south, size_m : float
        Corner of the first cell, and the side of each.
    rows, cols : int
    """

    order: Ints
    x: Floats
    y: Floats
    key: Ints
    west: float
    south: float
    size_m: float
    rows: int
    cols: int


def into_cells(x: Floats, y: Floats, size_m: float) -> Cells:
    """Sort points into cells; within one they stand as the caller has them.

    A point that is nowhere is near nothing.
    """
    somewhere = np.flatnonzero(np.isfinite(x) & np.isfinite(y))
    x, y = x[somewhere], y[somewhere]
    west, south = (float(x.min()), float(y.min())) if len(x) else (0.0, 0.0)
    col = np.floor((x - west) / size_m).astype(np.int64)
    row = np.floor((y - south) / size_m).astype(np.int64)
    cols, rows = int(col.max(initial=0)) + 1, int(row.max(initial=0)) + 1
    key = row * cols + col
    order = np.argsort(key, kind="stable")
    return Cells(somewhere[order], x[order], y[order], key[order], west, south, size_m, rows, cols)


@compiled
def _runs(cells, x, y, reach_m, run):
    """Write where the points begin and end that may be within reach, a row of cells each."""
    size = cells.size_m
    # What lies at the very edge is not lost by the last digit of a sum.
    reach_m += _HAIR_M
    low = max(int(np.floor((y - reach_m - cells.south) / size)), 0)
    high = min(int(np.floor((y + reach_m - cells.south) / size)), cells.rows - 1)
    left = max(int(np.floor((x - reach_m - cells.west) / size)), 0)
    right = min(int(np.floor((x + reach_m - cells.west) / size)), cells.cols - 1)
    found = 0
    if left <= right:
        for row in range(low, high + 1):
            base = row * cells.cols
            run[found, 0] = np.searchsorted(cells.key, base + left, side="left")
            run[found, 1] = np.searchsorted(cells.key, base + right, side="right")
            found += 1
    return found


def _most_runs(cells: Cells, reach_m: float) -> Ints:
    return np.empty((min(int(2 * reach_m / cells.size_m) + 3, cells.rows), 2), dtype=np.int64)


@compiled
def _listed(cells, counted, x, y, reach_m, run, start, found):
    """Count the points near each place into `start`; with room in `found` write them, too."""
    limit, total = reach_m * reach_m, 0
    for place in range(len(x)):
        start[place] = total
        for nth in range(_runs(cells, x[place], y[place], reach_m, run)):
            for at in range(run[nth, 0], run[nth, 1]):
                dx, dy = cells.x[at] - x[place], cells.y[at] - y[place]
                if counted[cells.order[at]] and dx * dx + dy * dy <= limit:
                    if len(found):
                        found[total] = cells.order[at]
                    total += 1
    start[len(x)] = total


def points_near(
    cells: Cells, counted: Bools, x: Floats, y: Floats, reach_m: float
) -> tuple[Ints, Ints]:
    """List the points within a distance of each of some places.

    Parameters
    ----------
    cells : Cells
    counted : ndarray of bool, shape (n,)
        Which points count, in the order of the caller's arrays.
    x, y : ndarray of float64, shape (m,)
    reach_m : float
        Squares are compared.

    Returns
    -------
    start : ndarray of int64, shape (m + 1,)
        Where those of each place begin.
    found : ndarray of int64
        Positions in the caller's arrays.
    """
    run, start = _most_runs(cells, reach_m), np.zeros(len(x) + 1, dtype=np.int64)
    _listed(cells, counted, x, y, reach_m, run, start, np.empty(0, dtype=np.int64))
    found = np.empty(start[-1], dtype=np.int64)
    if len(found):
        _listed(cells, counted, x, y, reach_m, run, start, found)
    return start, found


@compiled
def _counted(cells, counted, x, y, reach_m, run, number, last):
    limit = reach_m * reach_m
    for place in range(len(x)):
        for nth in range(_runs(cells, x[place], y[place], reach_m, run)):
            for at in range(run[nth, 0], run[nth, 1]):
                dx, dy = cells.x[at] - x[place], cells.y[at] - y[place]
                point = cells.order[at]
                if counted[point] and dx * dx + dy * dy <= limit:
                    number[point] += 1
                    last[point] = place


def places_near(
    cells: Cells, counted: Bools, x: Floats, y: Floats, reach_m: float
) -> tuple[Ints, Ints]:
    """Count for each point the places within a distance, and find the last of them, -1 for none.

    Parameters
    ----------
    cells, counted, x, y, reach_m
        As of `points_near`.

    Returns
    -------
    number, last : ndarray of int64, shape (n,)
    """
    number = np.zeros(len(counted), dtype=np.int64)
    last = np.full(len(counted), -1, dtype=np.int64)
    _counted(cells, counted, x, y, reach_m, _most_runs(cells, reach_m), number, last)
    return number, last


@compiled
def _grouped(cells, counted, group, street, place, reach_m, near_m, run, mark, found):
    """Do what `groups_near` says: write positions, and return how many."""
    x, y, of_street, of_group = place
    limit, near, total = reach_m * reach_m, near_m * near_m, 0
    runs = _runs(cells, x, y, reach_m, run)
    if of_group >= 0:
        mark[of_group] = True
    for second in range(2):
        for nth in range(runs):
            for at in range(run[nth, 0], run[nth, 1]):
                point = cells.order[at]
                dx, dy = cells.x[at] - x, cells.y[at] - y
                away = dx * dx + dy * dy
                if not (counted[point] and away <= limit):
                    continue
                if second:
                    if mark[group[point]]:
                        found[total] = point
                        total += 1
                elif away <= near or (of_street >= 0 and street[point] == of_street):
                    mark[group[point]] = True
    return total


def groups_near(
    cells: Cells,
    counted: Bools,
    group: Ints,
    street: Ints,
    place: tuple[float, float, int, int],
    reach_m: float,
    near_m: float,
    groups: int,
) -> Ints:
    """List the points within reach of a place whose group has one that is near, or of its street.

    Parameters
    ----------
    cells, counted
        As of `points_near`.
    group, street : ndarray of int64, shape (n,)
        Of each point; a street of -1 is none.
    place : tuple of float, float, int, int
        Where it is, its street and its own group, of which all are listed; -1 for none.
    reach_m, near_m : float
    groups : int
        How many there are, from 0.

    Returns
    -------
    ndarray of int64
        Positions in the caller's arrays.
    """
    # Of these hardly a page is touched: they cost next to nothing, and threads share none.
    mark, found = np.zeros(groups, dtype=bool), np.empty(len(counted), dtype=np.int64)
    run = _most_runs(cells, reach_m)
    number = _grouped(cells, counted, group, street, place, reach_m, near_m, run, mark, found)
    return np.asarray(found[:number].copy())
