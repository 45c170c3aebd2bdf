"""Tables of a database, read through SQLAlchemy."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import sqlalchemy as sa

from hotspot._errors import DataError
from hotspot.reading.chunks import ROWS_PER_CHUNK, Chunk, Source

# How long a server may take to answer, in seconds.
_WAIT_S = 15.0


def open_database(url_text: str, table: str | None) -> Source:
    """Open one table or view of a database.

    Parameters
    ----------
    url_text : str
        A SQLAlchemy URL that names the table, e.g. ``"sqlite:///crimes.db?table=burglaries"``.
    table : str or None
        The table, where the URL does not name it. The only one by default.

    Returns
    -------
    Source

    Raises
    ------
    DataError
        If the database or the table cannot be read, or its driver is not installed.
    """
    try:
        asked = sa.make_url(url_text)
        named = asked.query.get("table", table)
        url = asked.difference_update_query(["table"])
        shown = url.render_as_string(hide_password=True)
        _refuse_missing_file(url)
        # A pool would keep a connection open for as long as anybody holds the source.
        arguments = connect_arguments(url.get_backend_name(), _WAIT_S)
        engine = sa.create_engine(url, poolclass=sa.NullPool, connect_args=arguments)
        chosen = _choose_table(sa.inspect(engine), named if isinstance(named, str) else None, shown)
        reflected = sa.Table(chosen, sa.MetaData(), autoload_with=engine)
    except (sa.exc.SQLAlchemyError, ImportError) as error:
        raise DataError(f"The database cannot be read: {_first_line(error)}.") from error
    except ValueError as error:
        if isinstance(error, DataError):
            raise
        # The text itself is not told: it may hold a password.
        raise DataError(
            "The database's URL cannot be read (is its port a number?): write such as "
            "sqlite:///crimes.db?table=burglaries or postgresql://user@host:5432/name."
        ) from None

    def open_chunks(wanted: list[str]) -> Iterator[Chunk]:
        # In the order of the key, so that a row has the same number every time.
        query = sa.select(*(reflected.c[name] for name in wanted)).order_by(*reflected.primary_key)
        first = 1
        try:
            with engine.connect().execution_options(yield_per=ROWS_PER_CHUNK) as connection:
                for rows in connection.execute(query).partitions():
                    index = pd.RangeIndex(first, first + len(rows), name="row")
                    frame = pd.DataFrame([tuple(row) for row in rows], index=index, columns=wanted)
                    first += len(rows)
                    yield Chunk(frame=frame)
        except (sa.exc.DBAPIError, sa.exc.DataError) as error:
            raise DataError(
                f"{shown} broke off after row {first - 1:,}: {_first_line(error)}."
            ) from error

    columns = tuple(column.name for column in reflected.columns)
    return Source(f"{shown}, table {chosen}", columns, open_chunks)


def _refuse_missing_file(url: sa.URL) -> None:
    """Keep SQLite from making an empty database where a name is misspelt."""
    if url.get_backend_name() != "sqlite" or not url.database:
        return
    if not Path(url.database).exists():
        raise DataError(f"There is no file {url.database}.")
    if not Path(url.database).is_file():
        raise DataError(f"{url.database} is no file: name the database's file.")


def connect_arguments(backend: str, wait_s: float) -> dict[str, Any]:
    """Return what keeps a database that does not answer from being waited for without end."""
    if backend == "sqlite":
        return {"timeout": wait_s}
    if backend in ("postgresql", "mysql", "mariadb"):
        return {"connect_timeout": max(2, round(wait_s))}
    return {}


def _choose_table(inspector: sa.Inspector, named: str | None, shown: str) -> str:
    """Check the table against those there are; its name never becomes text of a query."""
    tables = sorted([*inspector.get_table_names(), *inspector.get_view_names()])
    listed = ", ".join(repr(name) for name in tables) or "none"
    if named is not None and named in tables:
        return named
    if named is None and len(tables) == 1:
        return tables[0]
    asked = f"has no table {named!r}" if named is not None else "needs a table: add ?table=NAME"
    raise DataError(f"{shown} {asked}. Tables there: {listed}.")


def _first_line(error: Exception) -> str:
    return str(error).splitlines()[0].rstrip(".") if str(error) else type(error).__name__
