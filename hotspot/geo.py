"""Which area a point lies in, and which cells are the top share: each decided here, once."""

import math
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely


def area_positions(
    points: npt.NDArray[np.object_], areas: gpd.GeoDataFrame, name: str = "area"
) -> npt.NDArray[np.int64]:
    """Return the position of the area that each point lies in, borders counted once.

    Parameters
    ----------
    points : ndarray of Point, shape (n,)
    areas : GeoDataFrame
        Polygons in the CRS of `points`.
    name : str
        The column by whose order a point on a border, or where areas overlap, goes to the first.

    Returns
    -------
    ndarray of int, shape (n,)
        -1 where no area holds the point.
    """
    found = np.full(len(points), -1, dtype=np.int64)
    if not len(points) or not len(areas):
        return found
    # Rank by name, then position, so that the order of the rows decides nothing.
    order = areas[name].reset_index(drop=True).sort_values(kind="stable").index.to_numpy()
    rank = np.empty(len(areas), dtype=np.int64)
    rank[order] = np.arange(len(areas))
    point, area = shapely.STRtree(areas.geometry.to_numpy()).query(points, predicate="intersects")
    best = np.full(len(points), len(areas), dtype=np.int64)
    np.minimum.at(best, point, rank[area])
    inside = best < len(areas)
    found[inside] = order[best[inside]]
    return found


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
