"""Areas by name, such as the beats, wards or districts that a force tasks by, and outlines."""

import re
import warnings
from collections.abc import Sequence
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from pyproj import CRS

from hotspot._errors import DataError, DataWarning
from hotspot.english import count, name_rows, some_of
from hotspot.output.text import clean_text
from hotspot.reading.cells import is_text, normalise_name, to_text
from hotspot.reading.chunks import reasons_of
from hotspot.reading.columns import given_columns, known_columns, match_columns
from hotspot.reading.crs import read_target_crs
from hotspot.reading.settled_crs import ask_for_crs, in_metres, settle_layer
from hotspot.reading.sources import Readable, no_rows, open_source

# As the Office for National Statistics heads names: LSOA11NM, WD23NM.
_CODED_NAME = re.compile(r"(bt|wd|lad|lsoa|msoa|pfa|csp|par)\d{0,2}nm")


def read_areas(
    source: Readable, name: str | None = None, *, crs: Any = None, to_crs: Any = None
) -> gpd.GeoDataFrame:
    """Read areas: a unique name and a valid polygon each.

    Parameters
    ----------
    source : path, URL or GeoDataFrame
        GeoPackage, GeoJSON, Shapefile (zipped too), MapInfo TAB, KML, GeoParquet or a frame.
    name : str, optional
        Column with the names. Default: the first that is known to hold them ("beat", "ward",
        "LSOA11NM", ...), else the only column of text in which no value stands twice.
    crs : CRS, optional
        What the source is in, where it does not say so itself.
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
        If there are no rows, no polygons, no CRS, no column of names, or a name or a polygon is
        missing; every fault is named. Or if `crs` contradicts the source.
    ConfigError
        If `crs` is none, or `to_crs` none in metres.

    Warns
    -----
    DataWarning
        Where layers were left out, an invalid polygon was mended, or several rows were joined
        under one name.

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
    if chunk.frame.empty and chunk.not_records.empty:
        raise DataError(no_rows(source, opened, "areas"))
    for told in (*opened.left_out, *chunk.warnings):
        warnings.warn(told, DataWarning, stacklevel=2)
    names = _clean(
        to_text(chunk.frame[name_column(chunk.frame, opened.columns, name, opened.name)])
    )
    shapes = np.asarray(chunk.geometry, dtype=object)
    shapes, source_crs = settle_layer(shapes, opened.crs, crs, opened.name, chunk.frame.index)
    _refuse_faults(names, shapes, source_crs, opened.name, chunk.not_records)
    areas = gpd.GeoDataFrame(
        {"area": names.to_numpy(dtype=object)},
        geometry=_mended(shapes, names, opened.name),
        crs=source_crs,
    )
    twice = sorted(set(areas["area"][areas["area"].duplicated()]))
    if twice:
        warnings.warn(
            f"Rows of {opened.name} that share a name count as one area: {', '.join(twice)}.",
            DataWarning,
            stacklevel=2,
        )
        areas = areas.dissolve("area", sort=False).reset_index()
    return in_metres(areas, to_crs, "areas")


def read_outline(source: Readable, to_crs: Any = None, *, crs: Any = None) -> gpd.GeoSeries:
    """Read polygons that need no names.

    Parameters
    ----------
    source : path or GeoDataFrame
        GeoPackage, GeoJSON, Shapefile (zipped too), MapInfo TAB, KML, GeoParquet or a frame.
    to_crs : CRS, optional
        What to turn them into, in metres. Default: their own.
    crs : CRS, optional
        As in `read_areas`.

    Returns
    -------
    GeoSeries

    Raises
    ------
    DataError
        If the file cannot be read, or holds no polygon or no CRS.
    """
    opened = open_source(source)
    chunk = opened.read([]) if opened.has_geometry else None
    geometry = None if chunk is None else chunk.geometry
    if chunk is not None and len(chunk.not_records):
        raise DataError(_damaged_words(chunk.not_records, opened.name))
    if geometry is not None and not len(geometry):
        raise DataError(no_rows(source, opened, "areas"))
    settled = None
    if chunk is not None and geometry is not None:
        geometry, settled = settle_layer(geometry, opened.crs, crs, opened.name, chunk.frame.index)
    if geometry is None or settled is None:
        raise DataError(f"{opened.name} holds no polygons with a CRS: it cannot be a study area.")
    assert chunk is not None
    outline = gpd.GeoSeries(shapely.make_valid(geometry), index=chunk.frame.index, crs=settled)
    flat = outline.geom_type.isin(["Polygon", "MultiPolygon", "GeometryCollection"])
    flat &= shapely.area(outline.to_numpy()) > 0
    if not flat.any():
        raise DataError(f"{opened.name} holds no polygon: it cannot be a study area.")
    others = _no_polygon_words(outline[~flat], opened.name)
    for told in (*opened.left_out, *chunk.warnings, *others):
        warnings.warn(told, DataWarning, stacklevel=2)
    outline = outline[flat].reset_index(drop=True)
    return outline if to_crs is None else outline.to_crs(read_target_crs(to_crs))


def _no_polygon_words(rows: gpd.GeoSeries, source: str) -> list[str]:
    """Return which rows of a study area are no part of it."""
    if not len(rows):
        return []
    return [
        f"{count(len(rows), 'row')} of {source} without a polygon left out of the study area "
        f"({name_rows(rows.index)})."
    ]


def _damaged_words(rows: pd.DataFrame, source: str) -> str:
    """Return which rows of a file of areas are none."""
    return (
        f"{count(len(rows), 'row')} of {source} cannot be read: {reasons_of(rows)}. Mend the file."
    )


def name_column(frame: pd.DataFrame, columns: Sequence[str], name: str | None, source: str) -> str:
    """Find the column of names: as the user says, by its heading, else by what is in it."""
    if name is not None:
        return given_columns(columns, {"area": name}, ("area",), source)["area"][0]
    coded = (heading for heading in map(normalise_name, columns) if _CODED_NAME.fullmatch(heading))
    by_heading = match_columns(columns, {"area": (*known_columns("areas")["area"], *coded)})
    if by_heading:
        return by_heading["area"]
    # Of a layer with one column of text that never repeats, that is the name whatever its heading.
    unique = [name for name in columns if is_text(frame[name]) and frame[name].is_unique]
    if len(unique) == 1:
        return unique[0]
    listed = ", ".join(map(repr, columns))
    raise DataError(
        f"Which column of {source} holds the names? Give name= (--area-name on the command line, "
        f"name under [areas] in a TOML file); it has {listed}."
    )


def _clean(names: pd.Series) -> pd.Series:
    """Return names as every product prints them, by which files and links are called too."""
    cleaned = [None if pd.isna(name) else clean_text(str(name)).strip() or None for name in names]
    return pd.Series(cleaned, index=names.index, dtype=object)


def _refuse_faults(
    names: pd.Series,
    shapes: npt.NDArray[np.object_],
    crs: CRS | None,
    source: str,
    damaged: pd.DataFrame,
) -> None:
    """Refuse rows without a name or a polygon, and a source without a CRS."""
    problems = [_damaged_words(damaged, source)] if len(damaged) else []
    if crs is None:
        problems.append(ask_for_crs(shapes, source))
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


def _mended(
    shapes: npt.NDArray[np.object_], names: pd.Series, source: str
) -> npt.NDArray[np.object_]:
    """Return every polygon as a valid one, with a warning of those that were not."""
    invalid = ~shapely.is_valid(shapes)
    if not invalid.any():
        return shapes
    mended = shapes.copy()
    # Mending can leave a line where a polygon touches itself; what has no area is no part of it.
    mended[invalid] = [
        shapely.union_all([part for part in shapely.get_parts(shape) if part.area > 0])
        for shape in shapely.make_valid(shapes[invalid])
    ]
    flat = shapely.area(mended) == 0
    if flat.any():
        rows = names.index[flat]
        raise DataError(
            f"{count(len(rows), 'row')} of {source} with an outline that holds no ground "
            f"({name_rows(rows)})."
        )
    warnings.warn(
        f"The outlines of {count(int(invalid.sum()), 'area')} cross themselves and were mended: "
        f"{some_of(names[invalid].tolist(), most=5)}.",
        DataWarning,
        stacklevel=3,
    )
    return mended
