"""Areas by name: the beats, wards or districts that a force tasks by."""

import re
import warnings
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from pyproj import CRS

from hotspot._checks import crs_problems
from hotspot._errors import DataError, DataWarning
from hotspot.english import count, name_rows
from hotspot.reading.cells import normalise_name, to_text
from hotspot.reading.coordinates import read_crs
from hotspot.reading.sources import Readable, open_source
from hotspot.reading.stray_points import BRITISH_GRID, in_great_britain

# Names that the column of an area's name has in public boundary files, best first.
_NAMES = ("area", "beat", "beatname", "neighbourhood", "ward", "wardname", "district",
          "districtname", "lsoaname", "sector", "division", "name")  # fmt: skip
_CODED_NAME = re.compile(r"(bt|wd|lad|lsoa|msoa|pfa|csp|par)\d{0,2}nm")


def read_areas(
    source: Readable, name: str | None = None, *, crs: Any = None, to_crs: Any = None
) -> gpd.GeoDataFrame:
    """Read areas: a unique name and a valid polygon each.

    Parameters
    ----------
    source : path, URL or GeoDataFrame
        GeoPackage, GeoJSON, Shapefile, GeoParquet or a frame.
    name : str, optional
        Column with the names. Default: the first that is known to hold them ("beat", "ward",
        "LSOA11NM", ...), else the only column of text in which no value stands twice.
    crs : CRS, optional
        What the source is in, where it does not say so.
    to_crs : CRS, optional
        What to turn them into. Default: a projected CRS in metres is kept; else EPSG:27700 in
        Great Britain, the local UTM zone elsewhere.

    Returns
    -------
    GeoDataFrame
        ``area`` and ``geometry``. Polygons of one name are one area.

    Raises
    ------
    DataError
        If there are no polygons, no CRS, no column of names, or a name or a polygon is missing;
        every fault is told.

    Warns
    -----
    DataWarning
        Where an invalid polygon was mended, or several rows were joined under one name.

    Examples
    --------
    >>> beats = gpd.GeoDataFrame(
    ...     {"beat": ["Harbour"]}, geometry=[shapely.box(0, 0, 9, 9)], crs="EPSG:27700")
    >>> read_areas(beats)["area"].tolist()
    ['Harbour']
    """
    opened = open_source(source)
    if not opened.has_geometry:
        raise DataError(f"{opened.name} holds no polygons: areas come as GeoPackage or GeoJSON.")
    chunk = opened.read(opened.columns)
    column = _name_column(chunk.frame, name, opened.name)
    names = to_text(chunk.frame[column])
    shapes = np.asarray(chunk.geometry, dtype=object)
    source_crs = read_crs(crs, "crs") or opened.crs
    _refuse_faults(names, shapes, source_crs, opened.name)
    areas = gpd.GeoDataFrame(
        {"area": names.to_numpy(dtype=object)}, geometry=_mended(shapes, names), crs=source_crs
    )
    twice = sorted(set(areas["area"][areas["area"].duplicated()]))
    if twice:
        warnings.warn(
            f"Rows of {opened.name} that share a name count as one area: {', '.join(twice)}.",
            DataWarning,
            stacklevel=2,
        )
        areas = areas.dissolve("area", sort=False).reset_index()
    return areas.to_crs(read_crs(to_crs, "to_crs") or metric_crs(areas))


def read_outline(source: Readable, to_crs: Any = None) -> gpd.GeoSeries:
    """Read polygons that need no names.

    Parameters
    ----------
    source : path or GeoDataFrame
        GeoPackage, GeoJSON, Shapefile, GeoParquet or a frame.
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
    opened = open_source(source)
    geometry = opened.read([]).geometry if opened.has_geometry else None
    if geometry is None or opened.crs is None:
        raise DataError(f"{opened.name} holds no polygons with a CRS: it cannot be a study area.")
    outline = gpd.GeoSeries(shapely.make_valid(geometry), crs=opened.crs)
    outline = outline[outline.geom_type.isin(["Polygon", "MultiPolygon", "GeometryCollection"])]
    if outline.area.sum() == 0:
        raise DataError(f"{opened.name} holds no polygon: it cannot be a study area.")
    return outline if to_crs is None else outline.to_crs(to_crs)


def metric_crs(frame: gpd.GeoDataFrame) -> CRS:
    """Choose the CRS in metres for a layer, by the rule that incidents follow.

    Parameters
    ----------
    frame : GeoDataFrame
        With a CRS.

    Returns
    -------
    CRS
        Its own where that is in metres, else EPSG:27700 in Great Britain, else the local UTM zone.
    """
    own = CRS.from_user_input(frame.crs)
    # Web Mercator calls its units metres, but they are a third of one in the far north.
    if not crs_problems(own, "layer") and own.to_epsg() != 3857:
        return own
    west, south, east, north = frame.to_crs("EPSG:4326").total_bounds
    if in_great_britain((west + east) / 2, (south + north) / 2):
        return BRITISH_GRID
    return CRS.from_user_input(frame.estimate_utm_crs())


def _name_column(frame: pd.DataFrame, name: str | None, source: str) -> str:
    listed = ", ".join(repr(column) for column in frame.columns)
    by_name = {normalise_name(column): column for column in reversed(frame.columns)}
    if name is not None:
        column = name if name in frame.columns else by_name.get(normalise_name(name))
        if column is None:
            raise DataError(f"{source} has no column {name!r}; it has {listed}.")
        return str(column)
    known = [known for known in _NAMES if known in by_name]
    coded = [found for found in by_name if _CODED_NAME.fullmatch(found)]
    if known or coded:
        return str(by_name[(known or coded)[0]])
    unique = [
        column
        for column in frame.columns
        if pd.api.types.infer_dtype(frame[column], skipna=True) == "string"
        and frame[column].is_unique
    ]
    if len(unique) == 1:
        return str(unique[0])
    raise DataError(f"Which column of {source} holds the names? Give name=; it has {listed}.")


def _refuse_faults(
    names: pd.Series, shapes: npt.NDArray[np.object_], crs: CRS | None, source: str
) -> None:
    problems = []
    if not len(names):
        problems.append(f"{source} holds no area.")
    if crs is None:
        problems.append(f"{source} does not say what its coordinates are in: give crs=.")
    polygonal = np.isin(
        shapely.get_type_id(shapes),
        [shapely.GeometryType.POLYGON, shapely.GeometryType.MULTIPOLYGON],
    )
    for faulty, what in (
        (names.isna().to_numpy(), "without a name"),
        (~polygonal | shapely.is_empty(shapes), "without a polygon"),
    ):
        if faulty.any():
            rows = names.index[faulty]
            problems.append(f"{count(len(rows), 'row')} of {source} {what} ({name_rows(rows)}).")
    if problems:
        raise DataError(problems)


def _mended(shapes: npt.NDArray[np.object_], names: pd.Series) -> npt.NDArray[np.object_]:
    """Make every polygon valid and say which were not."""
    invalid = ~shapely.is_valid(shapes)
    if not invalid.any():
        return shapes
    mended = shapes.copy()
    # Mending can leave a line where a polygon touches itself; what has no area is no part of it.
    mended[invalid] = [
        shapely.union_all([part for part in shapely.get_parts(shape) if part.area > 0])
        for shape in shapely.make_valid(shapes[invalid])
    ]
    listed = ", ".join(names[invalid].head(5)) + (", ..." if invalid.sum() > 5 else "")
    warnings.warn(
        f"The outlines of {count(int(invalid.sum()), 'area')} cross themselves and were mended: "
        f"{listed}.",
        DataWarning,
        stacklevel=3,
    )
    return mended
