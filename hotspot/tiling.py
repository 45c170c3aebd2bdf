"""Cuts the plane into tiles, each with the points around it that its own points can reach."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from hotspot._checks import positive_problems
from hotspot._kernels.arrays import Bools, Floats, Ints

# What rounding might leave out is let in: what is too far is told by the work on a tile.
_HAIR = 1 + 1e-9


class Tile(NamedTuple):
    """The points of a tile and of its halo.

    Attributes
    ----------
    at : ndarray of int64, shape (m,)
        Their positions among all, rising.
    own : ndarray of bool, shape (m,)
        Which lie in the tile itself: each point in one tile.
    """

    at: Ints
    own: Bools


def tile_problems(tile_m: object, executor: object = None, alone: bool = True) -> list[str]:
    """Return what is wrong with the side of a tile.

    Parameters
    ----------
    tile_m : object
        As it was given; None where there are no tiles.
    executor : object
        What the tiles are run on.
    alone : bool
        Whether an executor has nothing else to run than tiles.

    Returns
    -------
    list of str
    """
    if tile_m is not None:
        return positive_problems(tile_m=tile_m)  # type: ignore[arg-type]
    if executor is None or not alone:
        return []
    return ["executor= runs tiles: give tile_m=, their side in metres, too."]


class PointIndex:
    """Points sorted by tile, so that those of a box are found without a look at all of them.

    Parameters
    ----------
    x, y : ndarray of float64, shape (n,)
    side_m : float
        Side of a tile; tiles lie at its multiples.
    """

    def __init__(self, x: Floats, y: Floats, side_m: float) -> None:
        self.x, self.y, self.side_m = x, y, side_m
        self.col, self.row = self._numbers(x), self._numbers(y)
        self.order = np.lexsort((self.col, self.row))
        rows = self.row[self.order]
        # Where each row of tiles begins among the sorted.
        self.rows, self.begins = np.unique(rows, return_index=True)
        self.ends = np.append(self.begins[1:], len(x))
        self.cols = self.col[self.order]

    def _numbers(self, at: Floats) -> Ints:
        return np.floor(at / self.side_m).astype(np.int64)

    def box(self, west: float, south: float, east: float, north: float) -> Ints:
        """Return the positions, rising, of the points in a box, its edges included."""
        low, high = self._numbers(np.array([south, north]))
        first, last = self._numbers(np.array([west, east]))
        runs = []
        for line in range(*np.searchsorted(self.rows, [low, high + 1])):
            begin, end = self.begins[line], self.ends[line]
            inside = np.searchsorted(self.cols[begin:end], [first, last + 1]) + begin
            runs.append(self.order[slice(*inside)])
        at = np.sort(np.concatenate([np.empty(0, dtype=np.int64), *runs]))
        x, y = self.x[at], self.y[at]
        return np.asarray(at[(x >= west) & (x <= east) & (y >= south) & (y <= north)])


def tiles(x: Floats, y: Floats, tile_m: float, halo_m: float) -> Iterator[Tile]:
    """Yield the tiles that hold a point, each with its halo.

    Parameters
    ----------
    x, y : ndarray of float64, shape (n,)
    tile_m : float
        Side of a tile; tiles lie at its multiples, from the origin of the coordinates.
    halo_m : float
        How far around a tile points are taken along, included.

    Yields
    ------
    Tile

    Examples
    --------
    >>> x = np.array([10.0, 90.0, 130.0, 900.0])
    >>> [(tile.at.tolist(), tile.own.tolist()) for tile in tiles(x, np.zeros(4), 100, 50)]
    [([0, 1, 2], [True, True, False]), ([1, 2], [False, True]), ([3], [True])]
    """
    index = PointIndex(x, y, float(tile_m))
    halo = halo_m * _HAIR
    for col, row in np.unique(np.column_stack([index.col, index.row]), axis=0):
        west, south = col * index.side_m, row * index.side_m
        at = index.box(
            west - halo, south - halo, west + index.side_m + halo, south + index.side_m + halo
        )
        yield Tile(at, (index.col[at] == col) & (index.row[at] == row))
