"""Which area or street a point lies in, and how many cells are the top share: decided once."""

import math
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

#: What lists and reports call the place of whatever lies in no area.
NO_AREA = "No area"


def area_positions(
    points: npt.NDArray[np.object_],
    areas: gpd.GeoDataFrame | npt.NDArray[np.object_],
    name: str | None = "area",
) -> npt.NDArray[np.int64]:
    """Return the position of the area that each point lies in, borders counted once.

    Parameters
    ----------
    points : ndarray of Point, shape (n,)
    areas : GeoDataFrame or ndarray of Polygon
        In the CRS of `points`.
    name : str, optional
        The column by whose order a point on a border, or where areas overlap, goes to the first.
        None, or polygons alone: the order of the rows.

    Returns
    -------
    ndarray of int, shape (n,)
        -1 where no area holds the point.

    Examples
    --------
    >>> halves = np.array([shapely.box(0, 0, 5, 9), shapely.box(5, 0, 9, 9)])
    >>> area_positions(shapely.points([1, 5, 7, 10], [1, 1, 1, 1]), halves)
    array([ 0,  0,  1, -1])
    """
    positions = np.full(len(points), -1, dtype=np.int64)
    if not len(points) or not len(areas):
        return positions
    order = np.arange(len(areas))
    if isinstance(areas, gpd.GeoDataFrame):
        if name is not None:
            # Rank by name, then position, so that the order of the rows decides nothing.
            named = areas[name].reset_index(drop=True)
            order = named.sort_values(kind="stable").index.to_numpy()
        areas = areas.geometry.to_numpy()
    rank = np.empty(len(order), dtype=np.int64)
    rank[order] = np.arange(len(order))
    point, area = shapely.STRtree(areas).query(points)
    # Areas are prepared: asked from the side of the points, each of their vertices is looked at.
    shapely.prepare(areas)
    x, y = shapely.get_x(points), shapely.get_y(points)
    inside = shapely.intersects_xy(areas[area], x[point], y[point])
    point, area = point[inside], area[inside]
    best = np.full(len(points), len(order), dtype=np.int64)
    np.minimum.at(best, point, rank[area])
    held = best < len(order)
    positions[held] = order[best[held]]
    return positions


def nearest_positions(
    points: npt.NDArray[np.object_], shapes: npt.NDArray[np.object_], distance_m: float
) -> npt.NDArray[np.int64]:
    """Return the position of the shape nearest to each point, the first of several as near.

    Parameters
    ----------
    points : ndarray of Point, shape (n,)
    shapes : ndarray of Geometry
        Lines or points, in the CRS of `points`.
    distance_m : float
        Largest distance, included.

    Returns
    -------
    ndarray of int, shape (n,)
        -1 where none is near enough.

    Examples
    --------
    >>> nearest_positions(shapely.points([0, 5, 70], [0] * 3), shapely.points([10, 0], [0] * 2), 50)
    array([ 1,  0, -1])
    """
    positions = np.full(len(points), -1, dtype=np.int64)
    point, shape = shapely.STRtree(shapes).query_nearest(
        points, max_distance=distance_m, all_matches=True
    )
    # Of several writes to one place the last one stands, so the first shape is written last.
    order = np.lexsort((-shape, point))
    positions[point[order]] = shape[order]
    return positions


def area_names(points: gpd.GeoDataFrame | gpd.GeoSeries, areas: gpd.GeoDataFrame) -> pd.Series:
    """Return the name of the area that each point lies in; on a border the first by name.

    Parameters
    ----------
    points : GeoDataFrame or GeoSeries, n rows
    areas : GeoDataFrame
        With ``area`` and polygons.

    Returns
    -------
    Series of object, on the index of `points`
        None where no area holds the point.
    """
    at = area_positions(points.geometry.to_numpy(), areas)
    names: list[Any] = [*areas["area"], None]
    return pd.Series([names[one] for one in at], index=points.index, name="area", dtype=object)


def cells_in_share(area_share: float, cells: int) -> int:
    """Return how many of `cells` make up a share of the area: share x cells, half rounded up.

    Examples
    --------
    >>> cells_in_share(0.01, 8811), cells_in_share(0.05, 50), cells_in_share(0.001, 10)
    (88, 3, 0)
    """
    # Up to floating-point noise: 0.15 x 10 is a hair under 1.5 in binary and means 1.5.
    return math.floor(area_share * cells + 0.5 + 1e-9)
