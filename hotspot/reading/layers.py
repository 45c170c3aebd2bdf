"""Sources with types of their own, read without guesses: frames, geographic files and Parquet."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pyogrio
import shapely
from pyogrio.errors import DataLayerError, DataSourceError
from pyproj import CRS

from hotspot._checks import index_problems, raise_problems
from hotspot._errors import DataError
from hotspot.reading.chunks import ROWS_PER_CHUNK, Chunk, Request, Source
from hotspot.reading.crs import Extent
from hotspot.reading.joined_sources import join_sources, tables_alike, which_read
from hotspot.reading.text_files import open_text_file

_EXTENSION = b"ARROW:extension:name"
_KML_STYLE = frozenset(
    {"id", "altitudeMode", "tessellate", "extrude", "visibility", "drawOrder", "icon", "snippet"}
)


def open_frame(frame: pd.DataFrame, name: str = "the frame") -> Source:
    """Open a frame; its own index names the rows.

    Parameters
    ----------
    frame : pandas.DataFrame or geopandas.GeoDataFrame
        It is not changed.
    name : str
        What to call it in messages.

    Returns
    -------
    Source

    Raises
    ------
    DataError
        If the index is not unique, or two columns have one name.
    """
    raise_problems(index_problems(frame, name))
    geometry_name, crs = None, None
    if isinstance(frame, gpd.GeoDataFrame) and frame.active_geometry_name is not None:
        geometry_name, crs = frame.active_geometry_name, frame.crs
    labels = {str(label): label for label in frame.columns if label != geometry_name}
    if len(labels) < len(frame.columns) - (geometry_name is not None):
        raise DataError(f"Two columns of {name} have the same name.")

    def open_chunks(wanted: list[str]) -> Iterator[Chunk]:
        chosen = pd.DataFrame(frame)[[labels[name] for name in wanted]]
        chosen.columns = pd.Index(wanted, dtype=object)
        geometry = None if geometry_name is None else np.asarray(frame.geometry.array, dtype=object)
        yield Chunk(frame=chosen, geometry=geometry)

    return Source(name, tuple(labels), open_chunks, geometry_name is not None, crs)


@runtime_checkable
class ArrowTable(Protocol):
    """A table of polars, DuckDB, pyarrow or whatever else hands itself over through Arrow."""

    def __arrow_c_stream__(self, requested_schema: object = None) -> object: ...


def open_arrow(table: ArrowTable) -> Source:
    """Open a table that hands itself over through the Arrow interface.

    Parameters
    ----------
    table : object with ``__arrow_c_stream__``
        It is not changed. Its rows are named by their place, from 0, as those of a frame are.

    Returns
    -------
    Source

    Raises
    ------
    DataError
        If it is no table.
    """
    kind = type(table)
    name = f"the {kind.__name__} of {kind.__module__.partition('.')[0].lstrip('_')}"
    try:
        read = pa.table(table)
        own = (field.metadata or {} for field in read.schema)
        with_geometry = any(b"geoarrow" in of.get(_EXTENSION, b"") for of in own) or any(
            "geoarrow" in getattr(field.type, "extension_name", "") for field in read.schema
        )
        frame = gpd.GeoDataFrame.from_arrow(read) if with_geometry else read.to_pandas()
    except (pa.ArrowException, TypeError, ValueError) as error:
        raise DataError(
            f"{name[0].upper()}{name[1:]} cannot be read as a table: {error}. Give a pandas frame "
            "or write it to Parquet."
        ) from error
    return open_frame(frame, name)


def open_layer(path: Path, request: Request) -> Source:
    """Open a layer of a GeoPackage, GeoJSON, Shapefile, KML or other geographic file.

    Parameters
    ----------
    path : pathlib.Path
        The file.
    request : Request
        The layer, and the extent; by default the first layer with known names, with those of its
        layout where all hold points only: the areas of two layers would lie on one another.

    Returns
    -------
    Source

    Raises
    ------
    DataError
        If it cannot be opened or has no such layer.
    """
    return open_layers(path, {path.stem: str(path)}, request)


def open_tab(path: Path, request: Request) -> Source:
    """Open a table of MapInfo, or text parted by tabs that has the same ending.

    Parameters
    ----------
    path : pathlib.Path
        The file.
    request : Request

    Returns
    -------
    Source

    Raises
    ------
    DataError
        If it cannot be opened.
    """
    with path.open("rb") as file:
        of_mapinfo = file.read(64).lstrip().lower().startswith(b"!table")
    return open_layer(path, request) if of_mapinfo else open_text_file(path, request)


def open_layers(path: Path, files: Mapping[str, str], request: Request) -> Source:
    """Open the layers of one file, or of the files in it where it is a zip.

    Parameters
    ----------
    path : pathlib.Path
        What to call it.
    files : mapping of str to str
        What GDAL opens, by the name that tells its layers apart.
    request : Request

    Returns
    -------
    Source
    """
    tables: dict[str, Source] = {}
    points = set()
    try:
        found = [
            (name, file, str(layer))
            for name, file in files.items()
            for layer in pyogrio.list_layers(file)[:, 0]
        ]
        turns = Counter(layer for _, _, layer in found)
        labels = [layer if turns[layer] == 1 else f"{name}/{layer}" for name, _, layer in found]
        for label, (_, file, layer) in zip(labels, found, strict=True):
            if request.sheet in (None, label):
                tables[label], kind = _layer(path, file, layer, request)
                points |= {label} if kind in ("Point", "MultiPoint") else set()
    except (DataSourceError, DataLayerError) as error:
        _refuse_missing_parts(path)
        raise DataError(f"{path.name} is no geographic file that can be read: {error}.") from error
    if not any(source.columns for source in tables.values()):
        _refuse_missing_parts(path)
    if not tables:
        listed = f"has no layer {request.sheet!r}; it has {', '.join(labels)}"
        raise DataError(f"{path.name} {listed if labels else 'holds no layer'}.")
    alike = tables_alike(tables, request.known, points)
    opened = join_sources(f"{path.name}, {len(alike)} layers", alike, "layer")
    others = [label for label in labels if label not in alike]
    notes = which_read(path.name, "layer", list(alike), others)
    return replace(opened, notes=(*notes, *opened.notes), sheets=tuple(labels))


def _refuse_missing_parts(path: Path) -> None:
    """Raise which of the files that make a Shapefile or a table of MapInfo is not beside it."""
    parts = {".shp": (".shx", ".dbf"), ".tab": (".dat", ".map", ".id"), ".mif": (".mid",)}
    there = {other.name.lower() for other in path.parent.iterdir()}
    names = [path.stem + part for part in parts.get(path.suffix.lower(), ())]
    missing = [name for name in names if name.lower() not in there]
    if missing:
        raise DataError(
            f"{path.name} cannot be read without {' and '.join(missing)}, part of it: copy all "
            "files of that name together."
        )


def _layer(path: Path, file: str, layer: str, request: Request) -> tuple[Source, str | None]:
    """Open one layer, and return the type of its geometry with it."""
    # Only GeoPackage counts and skips features without reading them; other drivers read from the
    # start of the file for every chunk.
    skippable = path.suffix.lower() == ".gpkg" and request.extent is None
    info = pyogrio.read_info(file, layer=layer, force_feature_count=skippable, **_options(file))
    has_geometry = info["geometry_type"] is not None
    crs = CRS.from_user_input(info["crs"]) if has_geometry and info["crs"] else None
    read = partial(
        pyogrio.raw.read,
        file,
        layer=layer,
        read_geometry=has_geometry,
        force_2d=True,
        # Dates stay text, so that one reading of dates serves all formats.
        datetime_as_string=True,
        **_options(file),
    )

    def open_chunks(wanted: list[str]) -> Iterator[Chunk]:
        part = partial(read, columns=wanted, bbox=_bounds(path, request.extent, crs))
        if not skippable:
            yield _chunk(part(), wanted, 0)
            return
        for first in range(0, max(int(info["features"]), 1), ROWS_PER_CHUNK):
            yield _chunk(part(skip_features=first, max_features=ROWS_PER_CHUNK), wanted, first)

    fields, kind = tuple(info["fields"].tolist()), info["geometry_type"]
    if file.lower().endswith((".kml", ".kmz")):
        whole = _chunk(read(), list(fields), 0)
        # The driver adds how a mark looks, and times that few files have.
        fields = tuple(
            name for name in fields if name not in _KML_STYLE and whole.frame[name].notna().any()
        )
        shapes = () if whole.geometry is None else whole.geometry
        kinds = {shape.geom_type for shape in shapes if shape is not None}
        kind = kinds.pop() if len(kinds) == 1 else None
    return Source(path.name, fields, open_chunks, has_geometry, crs), kind


def _bounds(
    path: Path, extent: Extent | None, crs: CRS | None
) -> tuple[float, float, float, float] | None:
    """Return the bounds of an extent in the CRS of a layer."""
    if extent is None:
        return None
    crs = crs or extent.of_files
    if crs is None:
        raise DataError(f"{path.name} does not say what its coordinates are in: give crs=.")
    return extent.bounds_in(crs)


def _chunk(read: tuple[Any, ...], wanted: list[str], first: int) -> Chunk:
    """Build a chunk of what the driver read from feature `first` on."""
    meta, _, wkb, values = read
    columns = dict(zip(meta["fields"].tolist(), values, strict=True))
    length = len(wkb) if wkb is not None else len(values[0]) if values else 0
    index = pd.RangeIndex(first + 1, first + length + 1, name="row")
    frame = pd.DataFrame({name: columns[name] for name in wanted}, index=index)
    return Chunk(frame=frame, geometry=None if wkb is None else shapely.from_wkb(wkb))


def _options(file: str) -> dict[str, str]:
    """Keep GDAL from reading text of a GeoJSON file as times, which few versions can hand over."""
    return {"DATE_AS_STRING": "YES"} if file.lower().endswith((".geojson", ".json")) else {}


def open_parquet(path: Path, request: Request) -> Source:
    """Open a Parquet file, plain or with geometry.

    Parameters
    ----------
    path : pathlib.Path
        The file.
    request : Request
        The extent.

    Returns
    -------
    Source

    Raises
    ------
    DataError
        If it cannot be opened.
    """
    request.refuse_sheet(path)
    try:
        schema = pq.read_schema(path)
    except (pa.ArrowInvalid, OSError) as error:
        raise DataError(f"{path.name} is no Parquet file that can be read: {error}.") from error
    metadata: Mapping[bytes, Any] = schema.metadata or {}
    if b"geo" in metadata:
        frame = gpd.read_parquet(path)
        bounds = _bounds(path, request.extent, frame.crs)
        if bounds is not None:
            frame = frame.cx[bounds[0] : bounds[2], bounds[1] : bounds[3]]
        frame.index = pd.RangeIndex(1, len(frame) + 1, name="row")
        return open_frame(frame, path.name)
    columns = tuple(name for name in schema.names if not name.startswith("__index_level_"))

    def open_chunks(wanted: list[str]) -> Iterator[Chunk]:
        with pq.ParquetFile(path) as file:
            first = 1
            for batch in file.iter_batches(batch_size=ROWS_PER_CHUNK, columns=wanted):
                frame = batch.to_pandas(ignore_metadata=True)
                frame.index = pd.RangeIndex(first, first + len(frame), name="row")
                first += len(frame)
                yield Chunk(frame=frame)

    return Source(path.name, columns, open_chunks)
