"""GeoPackages, read as the SQLite databases they are: nothing in one is run, nothing is written."""

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from pyproj import CRS
from pyproj.exceptions import CRSError

from hotspot._errors import DataError
from hotspot.english import count
from hotspot.output.text import clean_text
from hotspot.reading.chunks import ROWS_PER_CHUNK, Chunk, Request, Source
from hotspot.reading.layer_files import (
    LayerFile,
    Layers,
    bounds_of,
    crs_of_definition,
    features_chunk,
    plain_columns,
    said_of,
    text_of_bytes,
)
from hotspot.reading.shapes import shapes_of_binary

_MAGIC = b"SQLite format 3\x00"
_OF_THE_SYSTEM = re.compile(r"(gpkg|rtree|sqlite|idx)_", re.IGNORECASE)
# Bytes of the envelope after the eight of the header, by its code; others are reserved.
_ENVELOPES = {0: 0, 1: 32, 2: 48, 3: 48, 4: 64}
_FIDS = ("fid", "ogc_fid")
# Of the versions of the file format for reading and writing: rollback journal, and not its log.
_JOURNAL = b"\x01\x01"
# A view may multiply tables without end: so many steps take half a minute.
_STEPS_AT_A_TIME, _MOST_TURNS = 10_000_000, 300
_READS = (sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ)


@dataclass(frozen=True)
class _Table:
    """A table, or a view, of a GeoPackage."""

    name: str
    is_view: bool
    columns: dict[str, str]
    geometry: str | None
    crs: CRS | None
    expected: int | None
    of_points: bool


def geopackage_layers(file: LayerFile, request: Request) -> Layers:
    """Open the layers of a GeoPackage, those with shapes first, and its other tables.

    Parameters
    ----------
    file : LayerFile
    request : Request

    Returns
    -------
    Layers

    Raises
    ------
    DataError
        If it is no GeoPackage, is damaged, or is open in another program.

    Notes
    -----
    OGC 12-128, the GeoPackage Encoding Standard. The file is opened as one that never changes, so
    that SQLite writes nothing beside it; of its SQL only plain reading is allowed, and what a file
    declares in its schema is not trusted.
    """
    if not file.start(16).startswith(_MAGIC):
        raise DataError(
            f"{file.name} is no geographic file that can be read: a GeoPackage begins otherwise."
        )
    _refuse_unsaved(file)
    with _reading(file) as connection:
        names = _table_names(connection)
    return {clean_text(name): partial(_source, file, name, request) for name in names}


def _refuse_unsaved(file: LayerFile) -> None:
    """Refuse a database of which a part still lies in the log beside it."""
    for ending in ("-wal", "-journal"):
        beside = None if file.path is None else file.path.with_name(file.path.name + ending)
        if beside is not None and _is_filled(beside):
            raise DataError(
                f"{file.name} is open in another program, or was not closed: a part of it still "
                f"lies in {beside.name}. Close it there, e.g. in QGIS, or save it as a new file."
            )


def _is_filled(beside: Path) -> bool:
    """Test whether a log holds anything: of one that a kill cut short the start is not written."""
    if not beside.is_file():
        return False
    with beside.open("rb") as file:
        return file.read(1) not in b"\0"


@contextmanager
def _reading(file: LayerFile) -> Iterator[sqlite3.Connection]:
    """Open a database for reading alone, with whatever SQLite says of it in words."""
    try:
        with closing(_connected(file)) as connection:
            connection.text_factory = partial(str, encoding="utf-8", errors="replace")
            connection.execute("PRAGMA trusted_schema = OFF")
            connection.execute("PRAGMA cell_size_check = ON")
            yield connection
    except (sqlite3.Error, OverflowError, UnicodeError) as error:
        said = said_of(error)
        if "interrupted" in said or "not authorized" in said:
            said = "one of its views does more than read a table: save the layer as a table"
        raise DataError(f"{file.name} is no geographic file that can be read: {said}.") from None


def _connected(file: LayerFile) -> sqlite3.Connection:
    # Chunks may be read in another thread than the one that opened the file.
    if file.path is not None:
        uri = f"{file.path.absolute().as_uri()}?mode=ro&immutable=1"
        return sqlite3.connect(uri, uri=True, check_same_thread=False)
    connection = sqlite3.connect(":memory:", check_same_thread=False)
    content = file.content()
    connection.deserialize(content[:18] + _JOURNAL + content[20:])
    return connection


def _table_names(connection: sqlite3.Connection) -> list[str]:
    """List the tables that are registered as layers, and the others that are not of the system."""
    kinds = dict(
        connection.execute("SELECT name, type FROM sqlite_master WHERE type IN ('table', 'view')")
    )
    if "gpkg_contents" not in kinds:
        raise sqlite3.DatabaseError("it is a database, but no GeoPackage")
    registered = dict(connection.execute("SELECT table_name, data_type FROM gpkg_contents"))
    of_shapes = [name for name in registered if registered[name] == "features"]
    plain = [name for name in registered if registered[name] in ("attributes", "aspatial")]
    others = [
        name for name in kinds if name not in registered and not _OF_THE_SYSTEM.match(str(name))
    ]
    missing = [name for name in of_shapes if name not in kinds]
    if missing:
        raise sqlite3.DatabaseError(f"it has no table {clean_text(str(missing[0]))[:60]!r}")
    return [*of_shapes, *(name for name in plain if name in kinds), *others]


def _source(file: LayerFile, name: str, request: Request) -> Source:
    """Open one table."""
    with _reading(file) as connection:
        table = _table(connection, name, file.name)
        if request.extent is None:
            _refuse_damaged(connection, table)

    def open_chunks(wanted: list[str]) -> Iterator[Chunk]:
        with _reading(file) as connection:
            yield from _chunks(connection, table, wanted, request, file.name)

    fields = tuple(table.columns)
    placed = table.geometry is not None
    return Source(file.name, fields, open_chunks, placed, table.crs, of_points=table.of_points)


def _table(connection: sqlite3.Connection, name: str, file: str) -> _Table:
    """Read what is known of a table."""
    is_view = connection.execute(
        "SELECT type = 'view' FROM sqlite_master WHERE name = ?", (name,)
    ).fetchone()[0]
    shape = connection.execute(
        "SELECT column_name, geometry_type_name, srs_id FROM gpkg_geometry_columns"
        " WHERE lower(table_name) = lower(?)",
        (name,),
    ).fetchone() if _has(connection, "gpkg_geometry_columns") else None  # fmt: skip
    described = connection.execute(f"PRAGMA table_info({_quoted(name)})").fetchall()
    keys = [column for _, column, _, _, _, key in described if key]
    columns = {
        str(column): str(kind).upper()
        for _, column, kind, _, _, key in described
        if (shape is None or str(column).lower() != str(shape[0]).lower())
        and not (key and len(keys) == 1 and str(kind).upper() == "INTEGER")
        and not (is_view and str(column).lower() in _FIDS)
    }
    if shape is None:
        return _Table(name, bool(is_view), columns, None, None, None, False)
    expected = None
    if _has(connection, "gpkg_ogr_contents"):
        counted = connection.execute(
            "SELECT feature_count FROM gpkg_ogr_contents WHERE lower(table_name) = lower(?)",
            (name,),
        ).fetchone()
        expected = counted[0] if counted and isinstance(counted[0], int) else None
    of_points = str(shape[1]).upper() in ("POINT", "MULTIPOINT")
    crs = _crs(connection, shape[2], file)
    return _Table(name, bool(is_view), columns, str(shape[0]), crs, expected, of_points)


def _has(connection: sqlite3.Connection, table: str) -> bool:
    found = connection.execute("SELECT 1 FROM sqlite_master WHERE name = ?", (table,))
    return found.fetchone() is not None


def _crs(connection: sqlite3.Connection, srs_id: Any, file: str) -> CRS | None:
    """Read the CRS of a layer: by its code, else by its definition; 0 and -1 are none."""
    if srs_id in (0, -1, None):
        return None
    row = connection.execute(
        "SELECT srs_name, organization, organization_coordsys_id, definition"
        " FROM gpkg_spatial_ref_sys"
        " WHERE srs_id = ?",
        (srs_id,),
    ).fetchone()
    if row is None:
        return None
    name, organization, code, definition = row
    if str(organization).upper() == "EPSG":
        try:
            return CRS.from_epsg(code)
        except (CRSError, TypeError, ValueError):
            pass
    # GDAL has a third that is none beside the two of the standard.
    if str(name).lower().startswith("undefined") or definition in (None, "", "undefined"):
        return None
    return crs_of_definition(str(definition), file)


def _refuse_damaged(connection: sqlite3.Connection, table: _Table) -> None:
    """Refuse a table whose pages contradict each other: rows would be lost or made up."""
    if table.is_view:
        return
    found = connection.execute(f"PRAGMA quick_check({_quoted(table.name)})").fetchone()
    if found and str(found[0]).lower() != "ok":
        # What a column is declared to hold is no matter of pages.
        said = str(found[0])
        if not re.search(r"non-|value in|NULL value|CHECK constraint", said):
            raise sqlite3.DatabaseError(f"it is damaged ({said_of(sqlite3.DatabaseError(said))})")


def _chunks(
    connection: sqlite3.Connection, table: _Table, wanted: list[str], request: Request, file: str
) -> Iterator[Chunk]:
    """Read the rows of a table, some at a time."""
    bounds = bounds_of(file, request.extent, table.crs) if table.geometry else None
    names = [*wanted, *([table.geometry] if table.geometry else [])]
    query = f"SELECT {', '.join(map(_quoted, names)) or '1'} FROM {_quoted(table.name)}"
    values: tuple[float, ...] = ()
    index = f"rtree_{table.name}_{table.geometry}"
    if bounds is not None and not table.is_view and _has(connection, index):
        # Once it is opened, an index writes what it needs of its own; later that is forbidden.
        connection.execute(f"PRAGMA table_info({_quoted(index)})")
        query += (
            f" WHERE rowid IN (SELECT id FROM {_quoted(index)} WHERE maxx >= ? AND maxy >= ?"
            " AND minx <= ? AND miny <= ?)"
        )
        values = bounds
    _restrict(connection, table)
    rows = connection.execute(query, values)
    first = 1
    while True:
        read = rows.fetchmany(ROWS_PER_CHUNK)
        if not read and first > 1:
            return
        last = len(read) < ROWS_PER_CHUNK
        told = _lost_words(table, first - 1 + len(read), file) if last and bounds is None else ()
        yield _chunk(read, table, wanted, first, bounds, told)
        if last:
            return
        first += len(read)


def _restrict(connection: sqlite3.Connection, table: _Table) -> None:
    """Allow reading and nothing else, and a view no function, no loop and no endless work."""

    def authorise(action: int, _one: Any, _two: Any, _base: Any, source: Any) -> int:
        plain = action in _READS or (action == sqlite3.SQLITE_FUNCTION and source is None)
        return sqlite3.SQLITE_OK if plain else sqlite3.SQLITE_DENY

    connection.set_authorizer(authorise)
    if table.is_view:
        turns = iter(range(_MOST_TURNS))
        connection.set_progress_handler(lambda: next(turns, None) is None, _STEPS_AT_A_TIME)


def _lost_words(table: _Table, rows: int, file: str) -> tuple[str, ...]:
    """Return that a table holds other than its own count of features says."""
    if table.expected in (None, rows) or table.is_view:
        return ()
    return (
        f"{file} holds {count(rows, 'row')} and says of itself that it has {table.expected:,}: is "
        "it whole? Save it again from where it came.",
    )


def _chunk(
    rows: list[tuple[Any, ...]],
    table: _Table,
    wanted: list[str],
    first: int,
    bounds: tuple[float, float, float, float] | None,
    told: tuple[str, ...],
) -> Chunk:
    """Build a chunk of rows."""
    index = pd.RangeIndex(first, first + len(rows), name="row")
    cells: list[tuple[Any, ...]] = list(zip(*rows, strict=True)) or [()] * (len(wanted) + 1)
    columns = {name: _plain(cells[at], table.columns[name]) for at, name in enumerate(wanted)}
    frame = plain_columns(columns, index)
    if table.geometry is None:
        return Chunk(frame)
    binary, damaged = _binaries(cells[len(wanted)])
    shapes, unread = shapes_of_binary(binary)
    return features_chunk(frame, shapes, {**damaged, **unread}, bounds=bounds, warnings=told)


def _plain(cells: tuple[Any, ...], kind: str) -> list[object]:
    """Return values as a table shows them: truth as such, and bytes as text."""
    if kind.startswith("BOOL"):
        return [bool(cell) if cell in (0, 1) else cell for cell in cells]
    if any(isinstance(cell, bytes) for cell in cells):
        return [text_of_bytes(cell) if isinstance(cell, bytes) else cell for cell in cells]
    return list(cells)


def _binaries(cells: tuple[Any, ...]) -> tuple[np.ndarray[Any, Any], dict[int, str]]:
    """Return each shape without the header of a GeoPackage."""
    binary = np.empty(len(cells), dtype=object)
    damaged = {}
    for at, cell in enumerate(cells):
        if cell is None:
            continue
        well = isinstance(cell, bytes) and len(cell) >= 8 and cell[:2] == b"GP"
        envelope = _ENVELOPES.get(cell[3] >> 1 & 7) if well and not cell[3] & 0x20 else None
        if envelope is None:
            damaged[at] = "a shape that is none of a GeoPackage"
        else:
            binary[at] = cell[8 + envelope :]
    return binary, damaged


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
