"""The outline of a study area."""

from pathlib import Path
from typing import Any

import geopandas as gpd
import shapely

from hotspot._errors import DataError
from hotspot.incidents.sources import open_source


def read_outline(path: str | Path, to_crs: Any = None) -> gpd.GeoSeries:
    """Read polygons that need no names.

    Parameters
    ----------
    path : path
        GeoPackage, GeoJSON, Shapefile or GeoParquet.
    to_crs : CRS, optional
        What to turn them into.

    Returns
    -------
    GeoSeries

    Raises
    ------
    DataError
        If the file cannot be read, or holds no polygon or no CRS.
    """
    opened = open_source(path)
    geometry = opened.read([]).geometry if opened.has_geometry else None
    if geometry is None or opened.crs is None:
        raise DataError(f"{opened.name} holds no polygons with a CRS: it cannot be a study area.")
    outline = gpd.GeoSeries(shapely.make_valid(geometry), crs=opened.crs)
    outline = outline[outline.geom_type.isin(["Polygon", "MultiPolygon", "GeometryCollection"])]
    if outline.area.sum() == 0:
        raise DataError(f"{opened.name} holds no polygon: it cannot be a study area.")
    return outline if to_crs is None else outline.to_crs(to_crs)
