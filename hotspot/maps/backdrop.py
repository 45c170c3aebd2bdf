"""Streets, buildings and water for the ground of a map, from open data as it is handed out.

Recognised are the layers of Ordnance Survey's Open Roads, Open Zoomstack and OpenMap Local, and
OpenStreetMap's as Geofabrik's shapefiles, as GDAL reads ``.osm.pbf``, and as GeoJSON of its tags.
"""

import os
import re
import warnings
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from pyproj import CRS

from hotspot._checks import crs_problems, empty_words, positive_problems, raise_problems
from hotspot._errors import DataError, DataWarning
from hotspot.reading.cells import normalise_name, to_text
from hotspot.reading.chunks import Source, left_out_words
from hotspot.reading.columns import known_columns
from hotspot.reading.crs import Extent, read_crs
from hotspot.reading.settled_crs import ask_for_crs, settle_layer
from hotspot.reading.sources import endings, open_source

# What a layer holds by its name, with capitals and signs taken out; the first that fits counts.
_BY_NAME = (
    (None, r"node|junction|roundabout|rail|tunnel|boundar|foreshore|names|transport|tidalbound"),
    ("streets", r"road|street|highway"),
    ("buildings", r"building"),
    ("water", r"water"),
)
# And by the tags of OpenStreetMap, where a layer holds all kinds.
_TAGS = ("highway", "building", "natural", "waterway", "landuse")
# A name along a footpath or a track would be no address that anybody can be sent to.
_NO_STREETS = (
    "footway", "path", "steps", "cycleway", "track", "corridor", "platform", "bridleway",
    "proposed", "construction", "raceway",
)  # fmt: skip
_AREAS = (shapely.GeometryType.POLYGON, shapely.GeometryType.MULTIPOLYGON)
_LINES = (shapely.GeometryType.LINESTRING, shapely.GeometryType.MULTILINESTRING)
_SHAPES = {"streets": _LINES, "buildings": _AREAS, "water": (*_AREAS, *_LINES)}


@dataclass(frozen=True)
class Backdrop:
    """What lies under a map; None where the files hold none of it.

    Parameters
    ----------
    streets : GeoDataFrame or None
        ``street`` (None where a line has no name) and lines.
    buildings, water : GeoDataFrame or None
        Polygons; of water lines too.
    """

    streets: gpd.GeoDataFrame | None
    buildings: gpd.GeoDataFrame | None
    water: gpd.GeoDataFrame | None


def read_backdrop(
    path: str | os.PathLike[str],
    within: gpd.GeoDataFrame | gpd.GeoSeries,
    margin_m: float = 500.0,
    *,
    crs: Any = None,
) -> Backdrop:
    """Read streets, buildings and water around a place, and nothing else of a file.

    Parameters
    ----------
    path : path
        A GeoPackage, Shapefile, GeoJSON, GeoParquet, ``.osm.pbf`` or a zipped one, or a folder of
        them.
    within : GeoDataFrame or GeoSeries
        What the map shows, in a projected CRS in metres: what lies in its extent is read, and its
        CRS is that of the result.
    margin_m : float
        How far beyond it.
    crs : CRS, optional
        What those files are in that do not say so themselves.

    Returns
    -------
    Backdrop

    Raises
    ------
    DataError
        If there is no such file, it cannot be read, no layer is recognised, or nothing lies there;
        if `within` is empty or not in metres.
    ConfigError
        If the margin is no distance, or `crs` none.

    Examples
    --------
    >>> import tempfile
    >>> lines = gpd.GeoSeries.from_wkt(["LINESTRING (0 0, 90 0)", "LINESTRING (0 9, 9 9)"])
    >>> roads = gpd.GeoDataFrame(
    ...     {"highway": ["residential", "footway"], "name": ["High Street", None]},
    ...     geometry=lines, crs="EPSG:27700")
    >>> file = Path(tempfile.mkdtemp()) / "osm.gpkg"
    >>> roads.to_file(file, layer="lines")
    >>> read_backdrop(file, roads).streets["street"].tolist()
    ['High Street']
    """
    path = Path(path).expanduser()
    data = crs_problems(within.crs, "places to read around")
    if not len(within):
        nothing = "The backdrop is read around what the map shows, which is nothing."
        data.append(f"{nothing} {empty_words()}")
    raise_problems(data, positive_problems(margin_m=margin_m) if margin_m else [])
    west, south, east, north = within.total_bounds
    box = (west - margin_m, south - margin_m, east + margin_m, north + margin_m)
    extent = Extent(box, CRS.from_user_input(within.crs), read_crs(crs, "crs"))
    frames: dict[str, list[gpd.GeoDataFrame]] = {kind: [] for kind in _SHAPES}
    seen: set[str] = set()
    for layer, source in _layers(path, extent):
        seen.add(layer)
        for kind, frame in _read(layer, source, extent):
            frames[kind].append(frame)
    if not any(frames.values()):
        listed = ", ".join(sorted(seen)) or "none"
        raise DataError(f"{path.name} has no layer of streets, buildings or water: {listed}.")
    joined = {kind: _joined(parts) for kind, parts in frames.items()}
    if all(frame is None for frame in joined.values()):
        raise DataError(f"Nothing in {path.name} lies where the map is: is it of there?")
    return Backdrop(**joined)


def _layers(path: Path, extent: Extent) -> Iterator[tuple[str, Source]]:
    """Open every layer of a file or of a folder's files."""
    files = [path]
    if path.is_dir():
        suffixes = endings(of_maps=True)
        files = sorted(
            file
            for file in path.rglob("*")
            if file.name.lower().endswith(suffixes) and file.is_file()
        )
        if not files:
            raise DataError(f"The folder {path} holds no GeoPackage, Shapefile or GeoJSON.")
    for file in files:
        first = open_source(file, extent=extent)
        if not first.sheets:
            yield file.stem, first
        for layer in first.sheets:
            yield layer, open_source(file, sheet=layer, extent=extent)


def _read(layer: str, source: Source, extent: Extent) -> Iterator[tuple[str, gpd.GeoDataFrame]]:
    """Read what a layer has of each kind."""
    fields = {normalise_name(field): field for field in source.columns}
    tags = [fields[tag] for tag in _TAGS if tag in fields]
    kind = _kind_by_name(layer)
    if not source.has_geometry or (kind is None and not tags):
        return
    known = known_columns("streets")
    names = [fields[name] for name in (*known["street"], *known["number"]) if name in fields]
    # Geofabrik says in its column "fclass" what a road is.
    classes = [fields["fclass"]] if "fclass" in fields else []
    chunk = source.read([*names, *tags, *classes])
    shapes = np.asarray(chunk.geometry, dtype=object)
    name = f"{source.name} ({layer})"
    shapes, settled = settle_layer(shapes, source.crs or extent.of_files, None, name)
    if settled is None:
        raise DataError(ask_for_crs(shapes, name))
    for told in (*chunk.warnings, *left_out_words(chunk.not_records, name)):
        warnings.warn(told, DataWarning, stacklevel=3)
    frame = gpd.GeoDataFrame(chunk.frame, geometry=shapes, crs=settled)
    frame = frame[frame.geometry.notna()].to_crs(extent.crs)
    # By its name a layer holds one kind; a mixed one is asked for each, tag by tag.
    for each in _SHAPES if kind is None else [kind]:
        chosen = frame[_of_kind(frame, each, fields, by_tags=kind is None)]
        columns = {"street": _street_names(chosen, names)} if each == "streets" else {}
        yield each, gpd.GeoDataFrame(columns, geometry=chosen.geometry.to_numpy(), crs=extent.crs)


def _kind_by_name(name: str) -> str | None:
    # "roads_local", "TG_Road" and "gis_osm_roads_free_1" all hold "road".
    plain = re.sub(r"[^a-z]", "", name.lower())
    return next((kind for kind, words in _BY_NAME if re.search(words, plain)), None)


def _of_kind(
    frame: gpd.GeoDataFrame, kind: str, fields: dict[str, str], by_tags: bool
) -> pd.Series:
    """Choose rows by shape and, where the layer's name says too little, by tag."""
    shapes = pd.Series(shapely.get_type_id(frame.geometry.to_numpy()), index=frame.index)
    right = shapes.isin(_SHAPES[kind])

    def tag(name: str) -> pd.Series:
        given = frame[fields[name]] if name in fields else None
        # Shapefiles have no missing text: an empty one is none.
        values = pd.Series(given, index=frame.index, dtype=object)
        return values.where(values != "", None)

    if kind == "streets":
        classes = tag("highway") if by_tags else tag("fclass")
        right &= ~classes.isin(_NO_STREETS)
        return right & classes.notna() if by_tags else right
    if not by_tags:
        return right
    if kind == "buildings":
        return right & tag("building").notna() & (tag("building") != "no")
    wet = tag("natural").eq("water") | tag("waterway").notna()
    return right & (wet | tag("landuse").isin(["reservoir", "basin"]))


def _street_names(frame: gpd.GeoDataFrame, names: Iterable[str]) -> pd.Series:
    """Return the first name that a line has, or else the number of the road."""
    first = pd.Series(None, index=frame.index, dtype=object)
    for name in names:
        first = first.where(first.notna(), to_text(frame[name]).astype(object))
    return pd.Series([None if pd.isna(name) else name for name in first], dtype=object)


def _joined(frames: list[gpd.GeoDataFrame]) -> gpd.GeoDataFrame | None:
    frames = [frame for frame in frames if len(frame)]
    if not frames:
        return None
    return gpd.GeoDataFrame(pd.concat(frames, ignore_index=True), crs=frames[0].crs)
