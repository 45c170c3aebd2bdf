"""Tables of a database, read through SQLAlchemy."""

import sqlite3
import warnings
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import pandas as pd
from pyproj import CRS
from pyproj.exceptions import CRSError

from hotspot._errors import DataError
from hotspot.output.text import clean_text
from hotspot.reading.chunks import ROWS_PER_CHUNK, Chunk, Source
from hotspot.reading.layer_files import features_chunk, said_of
from hotspot.reading.shapes import shapes_of_binary

if TYPE_CHECKING:
    import sqlalchemy as sa

# How long a server may take to answer, in seconds.
_WAIT_S = 15.0
# What a file of SQLite says of itself that is written through a log beside it.
_WITH_LOG = b"\x02\x02"
# Where a file of SQLite says what program's it is, and what a GeoPackage says there (OGC 12-128).
_GEOPACKAGE_AT, _GEOPACKAGES = 68, (b"GPKG", b"GP10", b"GP11")
# A view of a file may never end: its work is counted, as many steps of SQLite as the joins of a
# nation's tables take. No table that is read at once has more rows.
_STEPS_AT_A_TIME, _MOST_TURNS = 10_000_000, 100
_MOST_ROWS = 10_000_000


def open_database(url_text: str, table: str | None) -> Source:
    """Open one table or view of a database.

    Parameters
    ----------
    url_text : str
        A SQLAlchemy URL that names the table, e.g. ``"sqlite:///crimes.db?table=burglaries"``.
    table : str or None
        The table, where the URL does not name it, with its schema or not
        (``"crime.burglaries"``); views and materialised views are as good. The only one by default.

    Returns
    -------
    Source

    Raises
    ------
    DataError
        If the database or the table cannot be read, or its driver is not installed.
    """
    import sqlalchemy as sa

    engine, reflected, chosen, placed, shown = _opened(url_text, table)
    sqlite = engine.dialect.name == "sqlite"

    def open_chunks(wanted: list[str]) -> Iterator[Chunk]:
        # In the order of the key, so that a row has the same number every time.
        cells: list[Any] = [reflected.c[name] for name in wanted]
        if placed is not None:
            cells.append(sa.cast(sa.func.ST_AsBinary(reflected.c[placed.column]), sa.LargeBinary))
        if sqlite:
            # A column of SQLite holds what it likes, whatever date its type promises.
            cells = [sa.type_coerce(cell, sa.types.NullType()) for cell in cells]
        query = sa.select(*cells).order_by(*reflected.primary_key)
        first = 1
        try:
            with engine.connect() as connection:
                if placed is not None:
                    reach_postgis(connection)
                for rows in _pieces(connection, query):
                    index = pd.RangeIndex(first, first + len(rows), name="row")
                    first += len(rows)
                    if first > _MOST_ROWS + 1:
                        raise DataError(
                            f"{shown} has more than {_MOST_ROWS:,} rows, more than can be read at "
                            "once: read it in parts."
                        )
                    yield _chunk(rows, index, wanted, placed)
        except DataError:
            raise
        except (sa.exc.SQLAlchemyError, sqlite3.Error, ValueError, OverflowError) as error:
            said = said_of(error)
            if sqlite and any(word in said for word in ("interrupted", "not authorized")):
                said = "a view in it takes work without end: save what it shows as a table"
            raise DataError(f"{shown} broke off after row {first - 1:,}: {said}.") from None
        if first == 1:
            yield _chunk([], pd.RangeIndex(1, 1, name="row"), wanted, placed)

    columns = tuple(column.name for column in reflected.columns)
    if placed is None:
        return Source(f"{shown}, table {chosen}", columns, open_chunks)
    columns = tuple(name for name in columns if name != placed.column)
    return Source(
        f"{shown}, table {chosen}", columns, open_chunks, True, placed.crs,
        of_points=placed.of_points,
    )  # fmt: skip


def _pieces(
    connection: "sa.Connection", query: "sa.Select[Any]"
) -> Iterator[list[tuple[Any, ...]]]:
    """Return rows, some at a time, and let go of them on the server wherever reading stops."""
    # Of this query alone: others of the connection are answered at once.
    piecewise = {"yield_per": ROWS_PER_CHUNK}
    with connection.execute(query, execution_options=piecewise) as answer:
        for rows in answer.partitions():
            yield [tuple(row) for row in rows]


def _opened(
    url_text: str, table: str | None
) -> "tuple[sa.Engine, sa.Table, _Table, _Placed | None, str]":
    """Return a database, its chosen table, that one's geometry, and what to call the database."""
    # Here and below: most sources are files, and to load it takes as long as to read one.
    import sqlalchemy as sa

    try:
        url, asked = url_and_table(url_text)
        named = asked or table
        shown = shown_url(url)
        # A pool would keep a connection open for as long as anybody holds the source.
        engine = sa.create_engine(url, poolclass=sa.NullPool, **_for_reading(url))
        inspector = sa.inspect(engine)
        chosen = _choose_table(inspector, named, shown)
        with warnings.catch_warnings():
            # What SQLAlchemy does not know, such as geometry, is read as it comes.
            warnings.simplefilter("ignore", sa.exc.SAWarning)
            reflected = sa.Table(
                chosen.name, sa.MetaData(), schema=chosen.schema, autoload_with=engine
            )
        placed = _geometry_of(engine, inspector, chosen)
    except (sa.exc.SQLAlchemyError, ImportError) as error:
        raise DataError(f"The database cannot be read: {said_of(error)}.") from None
    except ValueError as error:
        if isinstance(error, DataError):
            raise
        # The text itself is not told: it may hold a password.
        raise DataError(
            "The database's URL cannot be read (is its port a number?): write such as "
            "sqlite:///crimes.db?table=burglaries or postgresql://user@host:5432/name."
        ) from None
    return engine, reflected, chosen, placed, shown


class _Table(NamedTuple):
    """A table or view, and its schema where it is not that of the database."""

    name: str
    schema: str | None

    def __str__(self) -> str:
        return self.name if self.schema is None else f"{self.schema}.{self.name}"


class _Placed(NamedTuple):
    """The geometry of a table of PostGIS."""

    column: str
    crs: CRS | None
    of_points: bool


def _geometry_of(engine: "sa.Engine", inspector: "sa.Inspector", table: _Table) -> _Placed | None:
    """Return the first geometry column of a table of PostGIS, and its CRS by its SRID."""
    import sqlalchemy as sa

    if engine.dialect.name != "postgresql":
        return None
    schema = table.schema or inspector.default_schema_name
    with engine.connect() as connection:
        if not reach_postgis(connection):
            return None
        found = connection.execute(
            sa.text(
                "SELECT f_geometry_column, srid, type FROM geometry_columns WHERE "
                "f_table_schema = :schema AND f_table_name = :name ORDER BY f_geometry_column"
            ),
            {"schema": schema, "name": table.name},
        ).first()
        if found is None:
            return None
        column, srid, kind = found
        if not srid:
            # A view is not asked for its SRID, and its shapes have one each.
            quote = engine.dialect.identifier_preparer.quote
            srid = connection.scalar(
                sa.text(
                    f"SELECT ST_SRID({quote(column)}) FROM {quote(str(schema))}."
                    f"{quote(table.name)} WHERE {quote(column)} IS NOT NULL LIMIT 1"
                )
            )
    try:
        crs = CRS.from_epsg(srid) if srid else None
    except CRSError:
        crs = None
    return _Placed(column, crs, str(kind).upper() in ("POINT", "MULTIPOINT"))


def reach_postgis(connection: "sa.Connection") -> bool:
    """Find PostGIS in whatever schema it stands, so that its types and functions are reached.

    Parameters
    ----------
    connection : sqlalchemy.Connection
        Of PostgreSQL. The search path is changed until its transaction ends.

    Returns
    -------
    bool
        Whether there is PostGIS.
    """
    import sqlalchemy as sa

    schema = connection.scalar(
        sa.text(
            "SELECT nspname FROM pg_extension JOIN pg_namespace n ON n.oid = extnamespace"
            " WHERE extname = 'postgis'"
        )
    )
    if schema is None:
        return False
    path = "concat_ws(', ', current_setting('search_path'), quote_ident(:schema))"
    connection.execute(
        sa.text(f"SELECT set_config('search_path', {path}, true)").bindparams(schema=schema)
    )
    return True


def _chunk(
    rows: list[tuple[Any, ...]], index: pd.Index, wanted: list[str], placed: _Placed | None
) -> Chunk:
    """Build a chunk of rows, the shapes last in each."""
    if placed is None:
        return Chunk(frame=pd.DataFrame(rows, index=index, columns=wanted))
    frame = pd.DataFrame([row[:-1] for row in rows], index=index, columns=wanted)
    shapes, damaged = shapes_of_binary([row[-1] for row in rows])
    return features_chunk(frame, shapes, damaged)


def _for_reading(url: "sa.URL") -> dict[str, Any]:
    """Return how a database is opened; a file of SQLite with nothing made or left beside it."""
    backend = url.get_backend_name()
    if backend != "sqlite" or not url.database:
        return {"connect_args": connect_arguments(backend, _WAIT_S)}
    path = Path(url.database)
    # SQLite would make an empty database where a name is misspelt.
    if not path.exists():
        raise DataError(f"There is no file {clean_text(url.database)}.")
    if not path.is_file():
        raise DataError(f"{clean_text(url.database)} is no file: name the database's file.")
    uri = f"{path.absolute().as_uri()}?mode=ro"
    with path.open("rb") as file:
        logged = file.read(20)[18:] == _WITH_LOG
    # Where nobody writes, there is no log to be heeded, and none is to be made.
    if logged and not path.with_name(f"{path.name}-wal").exists():
        uri += "&immutable=1"

    def connect() -> sqlite3.Connection:
        connection = sqlite3.connect(uri, timeout=_WAIT_S, uri=True, check_same_thread=False)
        connection.execute("PRAGMA trusted_schema = OFF")
        connection.set_authorizer(_without_loops)
        turns = iter(range(_MOST_TURNS))
        connection.set_progress_handler(lambda: next(turns, None) is None, _STEPS_AT_A_TIME)
        connection.text_factory = partial(str, encoding="utf-8", errors="replace")
        return connection

    return {"creator": connect}


def _without_loops(action: int, *_: Any) -> int:
    """Allow all that a view may do but to call itself."""
    loops = action == sqlite3.SQLITE_RECURSIVE
    return sqlite3.SQLITE_DENY if loops else sqlite3.SQLITE_OK


def url_and_table(url_text: str) -> "tuple[sa.URL, str | None]":
    """Return a database's URL without the table that it names, and that table.

    PostgreSQL is spoken to by psycopg, unless the URL names another driver.

    Raises
    ------
    sqlalchemy.exc.ArgumentError, ValueError
        If it is no URL.
    """
    import sqlalchemy as sa

    asked = sa.make_url(url_text)
    named = asked.query.get("table")
    url = asked.difference_update_query(["table"])
    if url.drivername in ("postgresql", "postgres"):
        url = url.set(drivername="postgresql+psycopg")
    return url, named if isinstance(named, str) else None


def shown_url(url: "sa.URL") -> str:
    """Return a database's URL without its passwords: its options, too, may be one."""
    plain = url.set(drivername=url.get_backend_name(), query={})
    return plain.render_as_string(hide_password=True)


def geopackage_of_url(url_text: str) -> tuple[Path, str | None] | None:
    """Return the GeoPackage that a URL of SQLite names, and the layer; None of another database."""
    path = file_of_url(url_text)
    if path is None or not path.is_file():
        return None
    with path.open("rb") as file:
        start = file.read(_GEOPACKAGE_AT + 4)
    if path.suffix.lower() != ".gpkg" and start[_GEOPACKAGE_AT:] not in _GEOPACKAGES:
        return None
    return path, url_and_table(url_text)[1]


def file_of_url(url_text: str) -> Path | None:
    """Return the file that a SQLite URL or a path names; None of another database."""
    if "://" not in url_text:
        return Path(url_text)
    import sqlalchemy as sa

    try:
        url = sa.make_url(url_text)
    except (sa.exc.ArgumentError, ValueError):
        return None
    named = url.get_backend_name() == "sqlite" and url.database not in (None, "", ":memory:")
    return Path(str(url.database)) if named else None


def connect_arguments(backend: str, wait_s: float) -> dict[str, Any]:
    """Return what keeps a database that does not answer from being waited for without end."""
    if backend == "sqlite":
        return {"timeout": wait_s}
    if backend in ("postgresql", "mysql", "mariadb"):
        return {"connect_timeout": max(2, round(wait_s))}
    return {}


def _choose_table(inspector: "sa.Inspector", named: str | None, shown: str) -> _Table:
    """Check the table against those there are; its name never becomes text of a query."""
    tables = _tables_of(inspector, None)
    if named is not None and named in tables:
        return _Table(named, None)
    schema, _, name = (named or "").partition(".")
    if name and schema in inspector.get_schema_names():
        tables = _tables_of(inspector, schema)
        if name in tables:
            return _Table(name, schema)
        tables = [f"{schema}.{one}" for one in tables]
    if named is None and len(tables) == 1:
        return _Table(tables[0], None)
    listed = ", ".join(repr(name) for name in tables) or "none"
    asked = f"has no table {named!r}" if named is not None else "needs a table: add ?table=NAME"
    raise DataError(f"{shown} {asked}. Tables there: {listed}.")


# What PostGIS keeps for itself in the schema that it stands in.
_OF_POSTGIS = frozenset(
    ["spatial_ref_sys", "geometry_columns", "geography_columns", "raster_columns",
     "raster_overviews"]
)  # fmt: skip


def _tables_of(inspector: "sa.Inspector", schema: str | None) -> list[str]:
    """List tables, views and materialised views, those of PostGIS itself left out."""
    names = [*inspector.get_table_names(schema), *inspector.get_view_names(schema)]
    if inspector.dialect.name == "postgresql":
        names += inspector.get_materialized_view_names(schema)
        names = [name for name in names if name not in _OF_POSTGIS]
    return sorted(names)
