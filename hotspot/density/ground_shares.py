"""Shares of the ground that people live on: of homes, else of built-up blocks."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely

from hotspot._kernels.arrays import Floats
from hotspot.addresses.distinct_homes import homes_of
from hotspot.english import some_of
from hotspot.grid import Grid

# Some 700 m across: what can be walked through once in the ten to sixteen minutes that a stay in
# a hotspot takes (Koper 1995). A larger one is a district, whatever its density.
MOST_KM2 = 0.5
# A block with a burglary or a street in it is built up: smaller ones would cut gardens out.
_BLOCK_M = 250.0


@dataclass(frozen=True)
class Ground:
    """What shares are counted in, so that fields and moors make no share small.

    Five per cent of a county may be all of its towns: a share of its area promises a sharpness
    that no patrol would find.

    Attributes
    ----------
    points : ndarray of Point
        The homes, or the centres of the cells in built-up blocks.
    words : str
        What they are, as in "3 % of the homes".
    """

    points: npt.NDArray[np.object_]
    words: str

    def share(self, shape: shapely.Geometry) -> float:
        """Return which share of the ground lies in a shape; its border is in it."""
        if not len(self.points):
            return float("nan")
        # A hotspot is a small part of a force: few homes need more than its box to be told apart.
        (x, y), (west, south, east, north) = self._xy, shapely.bounds(shape)
        near = (x >= west) & (x <= east) & (y >= south) & (y <= north)
        shapely.prepare(shape)
        return float(shapely.intersects(shape, self.points[near]).sum() / len(self.points))

    @cached_property
    def _xy(self) -> tuple[Floats, Floats]:
        return shapely.get_x(self.points), shapely.get_y(self.points)

    def shares(self, shapes: gpd.GeoDataFrame | gpd.GeoSeries) -> list[float]:
        """Return which share of the ground lies in each of some shapes."""
        return [self.share(shape) for shape in shapes.geometry]


def ground_of(
    grid: Grid,
    within: shapely.Geometry | npt.NDArray[np.bool_] | None,
    homes: gpd.GeoDataFrame | None,
    *signs: gpd.GeoDataFrame | gpd.GeoSeries | None,
) -> Ground:
    """Choose what shares of the ground are counted in.

    Parameters
    ----------
    grid : Grid
    within : Geometry or ndarray of bool, optional
        The study area, or its cells. Default: the whole grid.
    homes : GeoDataFrame, optional
        Addresses, in the CRS of the grid. Those in the study area that are homes are counted.
    *signs : GeoDataFrame or GeoSeries, optional
        Where none are given: what tells that a block of 250 m is built up, burglaries and streets.

    Returns
    -------
    Ground

    Examples
    --------
    >>> grid = Grid(0, 0, 125, ncols=20, nrows=2, crs="EPSG:27700")
    >>> crimes = gpd.GeoSeries.from_xy([50, 60, 350], [50, 50, 50])
    >>> ground = ground_of(grid, None, None, crimes)
    >>> ground.share(shapely.box(0, 0, 250, 250)), ground.words
    (0.5, 'of built-up ground')
    """
    if homes is not None and len(homes):
        places = homes_of(homes)
        points: Any = places[grid.cells_of(places).to_numpy() >= 0].to_numpy()
        if isinstance(within, shapely.Geometry):
            shapely.prepare(within)
            points = points[shapely.intersects(within, points)]
        if len(points):
            return Ground(points, "of the homes")
    inside = within
    if isinstance(within, shapely.Geometry):
        inside = grid.centres_within(within)
    blocks = Grid.over(shapely.box(*grid.bounds), _BLOCK_M, crs=grid.crs)
    x, y = (axis.ravel() for axis in np.meshgrid(grid.x, grid.y))
    centres = gpd.GeoSeries.from_xy(x, y)
    built = blocks.cells_with(*signs).ravel()[blocks.cells_of(centres).to_numpy()]
    if inside is not None:
        built &= np.asarray(inside).ravel()
    return Ground(centres[built].to_numpy(), "of built-up ground")


def too_large(spots: gpd.GeoDataFrame) -> list[str]:
    """Return in a sentence which hotspots are too large to patrol, if any is.

    Parameters
    ----------
    spots : GeoDataFrame
        As `hotspots` returns them.

    Returns
    -------
    list of str
    """
    large = spots[spots["area_km2"] > MOST_KM2]
    if large.empty:
        return []
    sizes = [
        f"{rank} ({100 * area_km2:,.0f} ha)"
        for rank, area_km2 in zip(large["rank"], large["area_km2"], strict=True)
    ]
    which = f"Hotspot {sizes[0]} is" if len(large) == 1 else f"Hotspots {some_of(sizes)} are"
    return [
        f"{which} too large to patrol: more than {100 * MOST_KM2:.0f} ha. Choose a smaller share "
        "of the area (area_share) or a narrower bandwidth."
    ]
