"""Sources with types of their own: frames, geographic files and Parquet."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pyogrio
import shapely
from pyogrio.errors import DataSourceError
from pyproj import CRS

from hotspot._errors import DataError
from hotspot.english import name_rows
from hotspot.reading.chunks import ROWS_PER_CHUNK, Chunk, Source


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
    if not frame.index.is_unique:
        twice = frame.index[frame.index.duplicated()].unique()
        raise DataError(
            f"The index of {name} is not unique ({name_rows(twice)} more than once): "
            "call .reset_index(drop=True) first."
        )
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


def open_layer(path: Path, layer: str | None) -> Source:
    """Open a layer of a GeoPackage, GeoJSON or other geographic file.

    Parameters
    ----------
    path : pathlib.Path
        The file.
    layer : str or None
        Name of the layer; the only one or the first by default.

    Returns
    -------
    Source

    Raises
    ------
    DataError
        If it cannot be opened or has no such layer.
    """
    try:
        layers = [str(name) for name in pyogrio.list_layers(path)[:, 0]]
        if layer is not None and layer not in layers:
            raise DataError(f"{path.name} has no layer {layer!r}; it has {', '.join(layers)}.")
        info = pyogrio.read_info(
            path, layer=layer or layers[0], force_feature_count=True, **_options(path)
        )
    except (DataSourceError, IndexError) as error:
        raise DataError(f"{path.name} is no geographic file that can be read: {error}.") from error
    chosen = layer or layers[0]
    skippable = path.suffix.lower() == ".gpkg"

    def open_chunks(wanted: list[str]) -> Iterator[Chunk]:
        rows = int(info["features"])
        # Other drivers read from the start of the file for every chunk.
        step = ROWS_PER_CHUNK if skippable else max(rows, 1)
        for first in range(0, max(rows, 1), step):
            yield _layer_chunk(path, chosen, wanted, first, step, info["geometry_type"] is not None)

    notes: tuple[str, ...] = ()
    if len(layers) > 1:
        others = ", ".join(repr(name) for name in layers if name != chosen)
        notes = (f"Read the layer {chosen!r} of {path.name}; not read: {others}.",)
    has_geometry = info["geometry_type"] is not None
    crs = CRS.from_user_input(info["crs"]) if has_geometry and info["crs"] else None
    return Source(path.name, tuple(info["fields"].tolist()), open_chunks, has_geometry, crs, notes)


def _options(path: Path) -> dict[str, str]:
    """Keep GDAL from reading text of a GeoJSON file as times, which few versions can hand over."""
    return {"DATE_AS_STRING": "YES"} if path.suffix.lower() in (".geojson", ".json") else {}


def _layer_chunk(
    path: Path, layer: str, wanted: list[str], first: int, rows: int, has_geometry: bool
) -> Chunk:
    """Read some features; dates stay text, so that one reading of dates serves all formats."""
    meta, _, wkb, values = pyogrio.raw.read(
        path,
        layer=layer,
        columns=wanted,
        read_geometry=has_geometry,
        force_2d=True,
        skip_features=first,
        max_features=rows,
        datetime_as_string=True,
        **_options(path),
    )
    found = dict(zip(meta["fields"].tolist(), values, strict=True))
    length = len(wkb) if wkb is not None else len(values[0]) if values else 0
    data = {name: found[name] for name in wanted}
    index = pd.RangeIndex(first + 1, first + length + 1, name="row")
    geometry = None if wkb is None else shapely.from_wkb(wkb)
    return Chunk(frame=pd.DataFrame(data, index=index), geometry=geometry)


def open_parquet(path: Path) -> Source:
    """Open a Parquet file, plain or with geometry.

    Parameters
    ----------
    path : pathlib.Path
        The file.

    Returns
    -------
    Source

    Raises
    ------
    DataError
        If it cannot be opened.
    """
    try:
        schema = pq.read_schema(path)
    except (pa.ArrowInvalid, OSError) as error:
        raise DataError(f"{path.name} is no Parquet file that can be read: {error}.") from error
    metadata: Mapping[bytes, Any] = schema.metadata or {}
    if b"geo" in metadata:
        frame = gpd.read_parquet(path).reset_index(drop=True)
        return _numbered(open_frame(frame, path.name))
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


def _numbered(source: Source) -> Source:
    """Give the rows of an opened frame numbers from 1, as those of a file have."""

    def open_chunks(wanted: list[str]) -> Iterator[Chunk]:
        for chunk in source.chunks(wanted):
            index = pd.RangeIndex(1, len(chunk.frame) + 1, name="row")
            yield Chunk(frame=chunk.frame.set_axis(index), geometry=chunk.geometry)

    return Source(source.name, source.columns, open_chunks, source.has_geometry, source.crs)
