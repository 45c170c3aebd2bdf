"""Tables of PostGIS, and of SQLite without shapes, written in one transaction."""

import datetime as dt
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pandas as pd
import shapely
import sqlalchemy as sa

from hotspot._errors import DataError, OutputError, quoted
from hotspot.english import some_of
from hotspot.reading.databases import connect_arguments, reach_postgis, shown_url
from hotspot.reading.layer_files import said_of
from hotspot.sharing.column_kinds import ColumnKind, plain_values
from hotspot.sharing.layer_tables import ROW, LayerTable
from hotspot.visits.schema import metadata as of_the_ledger

# How long a server, or whoever has a table open, is waited for, in seconds.
_WAIT_S = 15.0
_ROWS_AT_ONCE = 5_000
#: What to do where a table is there already.
HOW_TO_REPLACE = (
    "Nothing was written. Put this in its place with replace=True (--replace-table on the command "
    "line), or name another table (?table=NAME)."
)


class _Shape(sa.types.UserDefinedType[bytes]):
    """A geometry column of PostGIS, filled from well-known binary."""

    cache_ok = True

    def __init__(self, kind: str, srid: int) -> None:
        self.kind, self.srid = kind, srid

    def get_col_spec(self, **_: Any) -> str:
        """Return the type as a table declares it."""
        return f"geometry({self.kind},{self.srid})"

    def bind_expression(self, bindvalue: sa.BindParameter[bytes]) -> sa.ColumnElement[bytes]:
        """Return what makes a geometry of a value."""
        return sa.func.ST_GeomFromWKB(bindvalue, self.srid, type_=self)


def write_server_tables(url: sa.URL, tables: Sequence[LayerTable], *, replace: bool) -> list[str]:
    """Write tables to PostgreSQL or SQLite: all, or none.

    Parameters
    ----------
    url : sqlalchemy.URL
    tables : sequence of LayerTable
    replace : bool
        Whether a table there may be replaced; a view never is.

    Returns
    -------
    list of str
        What each table is called, with its schema where one was named.

    Raises
    ------
    DataError
        If the CRS of shapes has no EPSG code.
    OutputError
        If there is no driver, no PostGIS or no schema, a table is there already, or the database
        refuses. Whatever stood there then stands there as it was.
    """
    shown = shown_url(url)
    file = Path(str(url.database)) if url.get_backend_name() == "sqlite" else None
    new = file is not None and not file.exists()
    try:
        with _engine(url).begin() as connection:
            if any(table.place is not None for table in tables):
                _find_postgis(connection, shown)
            return [_write(connection, table, shown, replace) for table in tables]
    except (sa.exc.SQLAlchemyError, ImportError) as error:
        said = said_of(error)
        if url.password:
            said = said.replace(str(url.password), "***")
        if "DependentObjects" in said:
            said += "; a view stands on it: write to another table"
        raise OutputError(f"{shown} was not written to: {said}.") from None
    finally:
        if file is not None and new and file.exists() and not file.stat().st_size:
            file.unlink()


def _engine(url: sa.URL) -> sa.Engine:
    backend = url.get_backend_name()
    engine = sa.create_engine(
        url,
        poolclass=sa.NullPool,
        hide_parameters=True,
        connect_args=connect_arguments(backend, _WAIT_S),
    )
    if backend == "sqlite":
        # Python's driver would begin after the tables are made, and leave them where rows fail.
        sa.event.listen(engine, "connect", lambda one, _: setattr(one, "isolation_level", None))
        sa.event.listen(engine, "begin", lambda one: one.exec_driver_sql("BEGIN IMMEDIATE"))
    return engine


def _find_postgis(connection: sa.Connection, shown: str) -> None:
    if not reach_postgis(connection):
        raise OutputError(
            f"{shown} has no PostGIS, which holds shapes: have CREATE EXTENSION postgis run there, "
            "or write to a GeoPackage. Nothing was written."
        )


def _write(connection: sa.Connection, table: LayerTable, shown: str, replace: bool) -> str:
    """Write one table."""
    schema, name = _schema_and_name(connection, table.name, shown)
    called = name if schema is None else f"{schema}.{name}"
    made = _declared(table, schema, name)
    if connection.dialect.name == "postgresql":
        # Who has the table open may keep it for hours.
        connection.execute(sa.text(f"SET LOCAL lock_timeout = '{_WAIT_S:g}s'"))
    inspector = sa.inspect(connection)
    if inspector.has_table(name, schema):
        if name not in inspector.get_table_names(schema):
            raise OutputError(
                f"{shown} has a view {called} already. Nothing was written: name another table."
            )
        refuse_ledger(name, shown)
        if not replace:
            raise OutputError(f"{shown} has a table {called} already. {HOW_TO_REPLACE}")
        made.drop(connection)
    made.create(connection)
    for rows in _batches(table):
        connection.execute(sa.insert(made), rows)
    return called


def refuse_ledger(name: str, shown: str) -> None:
    """Raise where a table is one of a visit ledger, which is never replaced."""
    if name in of_the_ledger.tables:
        raise OutputError(
            f"{shown} has a table {name}, as the ledger of visits has: nothing was written. Name "
            "another table or database."
        )


def _schema_and_name(
    connection: sa.Connection, named: str, shown: str
) -> tuple[str | None, str]:  # fmt: skip
    schema, _, name = named.partition(".")
    if not name or connection.dialect.name == "sqlite":
        return None, named
    there = sa.inspect(connection).get_schema_names()
    if schema not in there:
        raise OutputError(
            f"{shown} has no schema {quoted(schema)}; it has {some_of(there)}. Nothing was "
            "written: have it made (CREATE SCHEMA), or name another."
        )
    return schema, name


def _declared(table: LayerTable, schema: str | None, name: str) -> sa.Table:
    """Declare a table, its rows numbered and its shapes with an index."""
    columns: list[sa.schema.SchemaItem] = [
        sa.Column(ROW, sa.BigInteger, primary_key=True, autoincrement=False)
    ]
    columns += [sa.Column(each, _type(of)) for each, of in table.columns.items()]
    if table.place is not None and table.crs is not None:
        srid = table.crs.to_epsg()
        if srid is None:
            raise DataError(
                f"The CRS {table.crs.name} has no EPSG code, and PostGIS needs one: turn the frame "
                "with .to_crs(...) first."
            )
        place: sa.Column[bytes] = sa.Column(table.place, _Shape(table.kind, srid))
        columns += [place, sa.Index(None, place, postgresql_using="gist")]
    return sa.Table(name, sa.MetaData(), *columns, schema=schema, comment=table.about)


def _type(of: ColumnKind) -> sa.types.TypeEngine[Any]:
    zoned = "," in of.dtype
    types: dict[str, sa.types.TypeEngine[Any]] = {
        "text": sa.Text(),
        "truth": sa.Boolean(),
        "whole number": sa.BigInteger(),
        "number": sa.Double(),
        "moment": sa.DateTime(timezone=zoned),
    }
    return types[of.kind]


def _batches(table: LayerTable) -> Iterator[list[dict[str, Any]]]:
    """Return the rows of a table, some at a time."""
    names = [ROW, *table.columns, *([table.place] if table.place is not None else [])]
    for start in range(0, len(table.data), _ROWS_AT_ONCE):
        part = table.data.iloc[start : start + _ROWS_AT_ONCE]
        cells: list[Sequence[Any]] = [range(start + 1, start + len(part) + 1)]
        cells += [_values(part[name], of) for name, of in table.columns.items()]
        if table.place is not None:
            shapes = table.shapes[start : start + _ROWS_AT_ONCE]
            cells.append(shapely.to_wkb(shapes, include_srid=False).tolist())
        yield [dict(zip(names, row, strict=True)) for row in zip(*cells, strict=True)]


def _values(column: pd.Series, of: ColumnKind) -> list[Any]:
    if of.kind != "moment":
        return plain_values(column, of)
    times: list[dt.datetime | None] = [
        None if time is pd.NaT else time.to_pydatetime() for time in column.dt.floor("us")
    ]
    return times
