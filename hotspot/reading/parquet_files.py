"""Parquet files, plain or with geometry, a row group at a time."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray
from pyproj import CRS

from hotspot._errors import DataError
from hotspot.english import some_of
from hotspot.output.text import clean_text
from hotspot.reading.chunks import ROWS_PER_CHUNK, Chunk, Request, Source
from hotspot.reading.crs import WGS84
from hotspot.reading.layer_files import (
    bounds_of,
    crs_of_definition,
    features_chunk,
    in_words,
    text_of_bytes,
)
from hotspot.reading.shapes import shapes_of_binary

_WHAT = "Parquet file"


def open_parquet(path: Path, request: Request) -> Source:
    """Open a Parquet file, plain or with geometry.

    Parameters
    ----------
    path : pathlib.Path
        The file. Its geometry is read by the metadata of GeoParquet 1.
    request : Request
        The extent.

    Returns
    -------
    Source

    Raises
    ------
    DataError
        If it cannot be opened, is encrypted or damaged, or two columns have one name.
    """
    request.refuse_sheet(path)
    with in_words(path.name, _WHAT):
        schema = pq.read_schema(path)
    twice = sorted({name for name in schema.names if schema.names.count(name) > 1})
    if twice:
        raise DataError(
            f"Two columns of {path.name} have one name: {clean_text(some_of(twice))}. Rename one."
        )
    metadata: Mapping[bytes, Any] = schema.metadata or {}
    columns = tuple(name for name in schema.names if not name.startswith("__index_level_"))
    if b"geo" in metadata:
        return _open_geometry(path, request, metadata[b"geo"], schema, columns)

    def open_chunks(wanted: list[str]) -> Iterator[Chunk]:
        for first, batch in _batches(path, wanted, list(columns)):
            with in_words(path.name, _WHAT):
                frame = _frame(batch, wanted, first)
            yield Chunk(frame=frame)

    return Source(path.name, columns, open_chunks)


def _batches(
    path: Path, wanted: list[str], columns: list[str]
) -> Iterator[tuple[int, pa.RecordBatch]]:
    """Read some rows at a time, with the number of the first; at least one batch of them."""
    first = 1
    with in_words(path.name, _WHAT), pq.ParquetFile(path) as file:
        # Rows without a column have no number; any column has it.
        asked = wanted or columns[:1]
        for batch in file.iter_batches(batch_size=ROWS_PER_CHUNK, columns=asked):
            # Text that is none, on a damaged page, would be found out far from here.
            batch.validate(full=True)
            yield first, batch
            first += batch.num_rows
        if first == 1:
            yield first, pa.RecordBatch.from_pylist([], schema=file.schema_arrow)
        if first - 1 != file.metadata.num_rows:
            raise DataError(
                f"{path.name} says of itself that it has {file.metadata.num_rows:,} rows, and "
                f"{first - 1:,} could be read: save it again from where it came."
            )


def _frame(batch: pa.RecordBatch, wanted: list[str], first: int) -> pd.DataFrame:
    """Return a batch as a frame; what is itself a list or a record as its text."""
    index = pd.RangeIndex(first, first + batch.num_rows, name="row")
    texts = {}
    for name in wanted:
        column = batch.column(batch.schema.get_field_index(name))
        if pa.types.is_nested(column.type):
            texts[name] = [_text_of(cell) for cell in column.to_pylist()]
        elif pa.types.is_binary(column.type) or pa.types.is_large_binary(column.type):
            texts[name] = [cell and text_of_bytes(cell) for cell in column.to_pylist()]
    plain = [name for name in wanted if name not in texts]
    frame = pd.DataFrame(index=index)
    if plain:
        # As whole numbers beside gaps: as fractions two references of 16 digits become one.
        frame = batch.select(plain).to_pandas(ignore_metadata=True, integer_object_nulls=True)
        frame = frame.set_axis(index)
    for name, cells in texts.items():
        frame[name] = pd.Series(cells, index=index, dtype=object)
    return frame[wanted]


def _text_of(cell: object) -> str | None:
    return None if cell is None else json.dumps(cell, default=str)


def _open_geometry(
    path: Path, request: Request, told: bytes, schema: pa.Schema, columns: tuple[str, ...]
) -> Source:
    """Open a GeoParquet file."""
    name, encoding, crs = _geometry_column(path, told, schema)
    fields = tuple(column for column in columns if column != name)

    def open_chunks(wanted: list[str]) -> Iterator[Chunk]:
        bounds = bounds_of(path.name, request.extent, crs)
        for first, batch in _batches(path, [*wanted, name], list(columns)):
            with in_words(path.name, _WHAT):
                shapes, damaged = _shapes(batch.column(name), encoding)
                frame = _frame(batch, wanted, first)
            yield features_chunk(frame, shapes, damaged, bounds=bounds)

    return Source(path.name, fields, open_chunks, True, crs)


def _geometry_column(path: Path, told: bytes, schema: pa.Schema) -> tuple[str, str, CRS | None]:
    """Return which column holds the geometry, how, and in which CRS, as the metadata say."""
    fault = f"{path.name} is no Parquet file that can be read: what it says of its geometry is"
    try:
        said = json.loads(told)
        name = said["primary_column"]
        column = said["columns"][name]
        encoding = str(column["encoding"])
    except (ValueError, KeyError, TypeError, RecursionError):
        raise DataError(f"{fault} damaged. Save it again as GeoParquet.") from None
    if not isinstance(name, str) or name not in schema.names:
        shown = clean_text(str(name))[:60]
        raise DataError(f"{fault} that it stands in {shown!r}, and there is no such column.")
    crs = column.get("crs", WGS84)
    if crs is None or isinstance(crs, CRS):
        return name, encoding, crs
    return name, encoding, crs_of_definition(json.dumps(crs), path.name)


def _shapes(column: pa.Array, encoding: str) -> tuple[NDArray[np.object_], dict[int, str]]:
    """Read the shapes of a column."""
    if encoding.upper() == "WKB":
        return shapes_of_binary(column.to_pylist())
    kind = f"geoarrow.{encoding}".encode()
    field = pa.field("geometry", column.type, metadata={b"ARROW:extension:name": kind})
    table = pa.table([column], schema=pa.schema([field]))
    shapes = gpd.GeoDataFrame.from_arrow(table).geometry.array
    return np.asarray(shapes, dtype=object), {}
