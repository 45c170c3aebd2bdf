"""Sources with types of their own, read without guesses: frames, geographic files and Parquet."""

from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any

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


def open_layer(path: Path, request: Request) -> Source:
    """Open a layer of a GeoPackage, GeoJSON or other geographic file.

    Parameters
    ----------
    path : pathlib.Path
        The file.
    request : Request
        The layer, the only one or the first by default, and the extent.

    Returns
    -------
    Source

    Raises
    ------
    DataError
        If it cannot be opened or has no such layer.
    """
    # Only GeoPackage counts and skips features without reading them; other drivers read from the
    # start of the file for every chunk.
    skippable = path.suffix.lower() == ".gpkg" and request.extent is None
    try:
        layers = [str(name) for name in pyogrio.list_layers(path)[:, 0]]
        chosen = request.sheet or layers[0]
        if chosen not in layers:
            raise DataError(f"{path.name} has no layer {chosen!r}; it has {', '.join(layers)}.")
        info = pyogrio.read_info(
            path, layer=chosen, force_feature_count=skippable, **_options(path)
        )
    except (DataSourceError, DataLayerError, IndexError) as error:
        raise DataError(f"{path.name} is no geographic file that can be read: {error}.") from error
    has_geometry = info["geometry_type"] is not None
    crs = CRS.from_user_input(info["crs"]) if has_geometry and info["crs"] else None

    def open_chunks(wanted: list[str]) -> Iterator[Chunk]:
        read = partial(
            pyogrio.raw.read,
            path,
            layer=chosen,
            columns=wanted,
            read_geometry=has_geometry,
            force_2d=True,
            bbox=_bounds(path, request.extent, crs),
            # Dates stay text, so that one reading of dates serves all formats.
            datetime_as_string=True,
            **_options(path),
        )
        if not skippable:
            yield _chunk(read(), wanted, 0)
            return
        for first in range(0, max(int(info["features"]), 1), ROWS_PER_CHUNK):
            yield _chunk(read(skip_features=first, max_features=ROWS_PER_CHUNK), wanted, first)

    notes: tuple[str, ...] = ()
    if len(layers) > 1:
        others = ", ".join(repr(name) for name in layers if name != chosen)
        notes = (f"Read the layer {chosen!r} of {path.name}; not read: {others}.",)
    fields = tuple(info["fields"].tolist())
    return Source(path.name, fields, open_chunks, has_geometry, crs, notes, tuple(layers))


def _bounds(
    path: Path, extent: Extent | None, crs: CRS | None
) -> tuple[float, float, float, float] | None:
    """Return the bounds of an extent in the CRS of a layer."""
    if extent is None:
        return None
    if crs is None:
        raise DataError(f"{path.name} does not say what its coordinates are in.")
    return extent.bounds_in(crs)


def _chunk(read: tuple[Any, ...], wanted: list[str], first: int) -> Chunk:
    """Build a chunk of what the driver read from feature `first` on."""
    meta, _, wkb, values = read
    columns = dict(zip(meta["fields"].tolist(), values, strict=True))
    length = len(wkb) if wkb is not None else len(values[0]) if values else 0
    index = pd.RangeIndex(first + 1, first + length + 1, name="row")
    frame = pd.DataFrame({name: columns[name] for name in wanted}, index=index)
    return Chunk(frame=frame, geometry=None if wkb is None else shapely.from_wkb(wkb))


def _options(path: Path) -> dict[str, str]:
    """Keep GDAL from reading text of a GeoJSON file as times, which few versions can hand over."""
    return {"DATE_AS_STRING": "YES"} if path.suffix.lower() in (".geojson", ".json") else {}


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
