"""The database behind a ledger: opened, locked and read so that nothing is lost."""

import os
import re
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.pool import NullPool, Pool, StaticPool

from hotspot._checks import given_path
from hotspot._errors import ConfigError, DataError, HotspotError, OutputError, quoted
from hotspot.reading.databases import connect_arguments
from hotspot.visits.migration import migrate
from hotspot.visits.schema import SCHEMA_VERSION, meta, metadata

_FILE_ENDINGS = (".db", ".sqlite", ".sqlite3")
_VERSION = "schema_version"
_OPENING_ATTEMPTS = 5
_WRITES = "hotspot_writes"


class Store:
    """A database with the tables of a ledger in it.

    Parameters
    ----------
    url : str or path
        A SQLAlchemy URL, or the path of a SQLite file that ends in ``.db``, ``.sqlite`` or
        ``.sqlite3``.
    must_exist : bool
        Whether a missing ledger is an error; else it is made.
    wait_s : float
        How long to wait for another program that is writing.
    """

    def __init__(self, url: str | os.PathLike[str], *, must_exist: bool, wait_s: float) -> None:
        self.url = parsed_url(url)
        self.shown = self.url.render_as_string(hide_password=True)
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        if self.is_sqlite:
            self._check_place(must_exist)
        self.engine = self._engine(wait_s)
        # A ledger in memory is one open connection, which would else outlive its ledger: one that
        # nobody closed, or that could not be opened to the end.
        weakref.finalize(self, self.engine.dispose)
        self._prepare(must_exist)

    @contextmanager
    def reading(self) -> Iterator[sa.Connection]:
        """Open a connection that sees one state of the ledger."""
        with self._in_words(), self.engine.connect() as connection, connection.begin():
            yield connection

    @contextmanager
    def writing(self) -> Iterator[sa.Connection]:
        """Open a connection on which all is written, on disk, or nothing; one writer at a time."""
        with self._in_words(), self.engine.connect() as connection:
            connection = connection.execution_options(**{_WRITES: True})
            with connection.begin():
                # SQLite has begun by locking the file; other databases lock this row.
                connection.execute(
                    sa.select(meta.c.value).where(meta.c.name == _VERSION).with_for_update()
                )
                yield connection

    def compact(self) -> None:
        """Remove the space of deleted rows, so that their bytes are gone from the file."""
        if self.url.get_backend_name() not in ("sqlite", "postgresql"):
            return
        with self._in_words(), self.engine.connect() as connection:
            alone = connection.execution_options(isolation_level="AUTOCOMMIT")
            if self.is_sqlite:
                alone.exec_driver_sql("VACUUM")
                return
            alone.exec_driver_sql(f"VACUUM FULL {', '.join(metadata.tables)}")

    def rebuilt(self) -> bool:
        """Remove the space of deleted rows where no other program stands in the way.

        What was deleted is gone from the ledger even where that must wait.
        """
        try:
            self.compact()
        except OutputError:
            return False
        return True

    def close(self) -> None:
        """Close what is open: the connection that a ledger in memory is."""
        self.engine.dispose()

    def _engine(self, wait_s: float) -> sa.Engine:
        in_memory = self.is_sqlite and self.url.database in (None, "", ":memory:")
        # A connection lives as long as one piece of work: none is left open or found dead.
        pool: type[Pool] = StaticPool if in_memory else NullPool
        try:
            engine = sa.create_engine(
                self.url,
                poolclass=pool,
                connect_args=self._connect_arguments(wait_s),
            )
        except (sa.exc.ArgumentError, ImportError) as error:
            raise ConfigError(_no_driver(self.url, error)) from error
        if self.is_sqlite:
            sa.event.listen(engine, "connect", _set_up_sqlite)
            sa.event.listen(engine, "begin", _begin_sqlite)
        return engine

    def _connect_arguments(self, wait_s: float) -> dict[str, Any]:
        arguments = connect_arguments(self.url.get_backend_name(), wait_s)
        return {**arguments, "check_same_thread": False} if self.is_sqlite else arguments

    def _check_place(self, must_exist: bool) -> None:
        """Check the folder and the file before SQLite does in its own words."""
        name = self.url.database
        if name in (None, "", ":memory:") or str(name).startswith("file:"):
            return
        path = Path(str(name))
        if must_exist and not path.exists():
            raise DataError(f"There is no ledger {path}.")
        if path.is_dir():
            raise DataError(f"{path} is a folder: name the ledger's file in it, such as visits.db.")
        if not path.parent.is_dir():
            raise DataError(f"There is no folder {path.parent} for the ledger {path.name}.")

    def _prepare(self, must_exist: bool) -> None:
        """Create the tables, or check that those there are ours; another may do so right now."""
        with self.reading() as connection:
            version = self._version(connection)
        if version is None and must_exist:
            raise DataError(f"{self.shown} holds no ledger of visits.")
        if version is None:
            version = self._make_tables()
        if version.isdecimal() and 1 <= int(version) < SCHEMA_VERSION:
            version = self._migrate(version)
        if version != str(SCHEMA_VERSION):
            newer = version.isdecimal() and int(version) > SCHEMA_VERSION
            raise DataError(
                f"The ledger {self.shown} is of version {version}, and this hotspot keeps version "
                f"{SCHEMA_VERSION}: "
                + ("install a newer hotspot." if newer else "no hotspot has made such a ledger.")
            )

    def _migrate(self, version: str) -> str:
        """Migrate an older ledger, whole or not at all; return its version."""
        try:
            with self.writing() as connection:
                # Another may have done it while this one waited.
                now = self._version(connection)
                if now == version:
                    migrate(connection, int(version))
                    now = str(SCHEMA_VERSION)
                    connection.execute(
                        sa.update(meta).where(meta.c.name == _VERSION).values(value=now)
                    )
        except OutputError as error:
            raise OutputError(
                [
                    f"The ledger {self.shown} is of version {version} and must be brought to "
                    f"version {SCHEMA_VERSION} once, for which it must be written to.",
                    *error.problems,
                ]
            ) from error
        return str(now)

    def _version(self, connection: sa.Connection) -> str | None:
        if not sa.inspect(connection).has_table(meta.name):
            return None
        query = sa.select(meta.c.value).where(meta.c.name == _VERSION)
        value = connection.execute(query).scalar()
        return None if value is None else str(value)

    def _make_tables(self) -> str:
        """Create the tables and return their version.

        Of two that make them at once, one may fail, and finds them made when it looks again.
        """
        for attempt in range(1, _OPENING_ATTEMPTS + 1):
            try:
                with self.engine.connect() as connection:
                    connection = connection.execution_options(**{_WRITES: True})
                    with connection.begin():
                        if version := self._version(connection):
                            return version
                        metadata.create_all(connection)
                        row = {"name": _VERSION, "value": str(SCHEMA_VERSION)}
                        connection.execute(sa.insert(meta).values(row))
                return str(SCHEMA_VERSION)
            except sa.exc.DBAPIError as error:
                if attempt == _OPENING_ATTEMPTS or self.is_sqlite:
                    raise _sentence(self.shown, error) from error
        raise AssertionError("the last attempt returns or raises")

    @contextmanager
    def _in_words(self) -> Iterator[None]:
        """Raise what a database says as a sentence for people."""
        try:
            yield
        except sa.exc.DBAPIError as error:
            raise _sentence(self.shown, error) from error


def parsed_url(url: str | os.PathLike[str]) -> sa.URL:
    """Read where a ledger is.

    Raises
    ------
    ConfigError
        If it is neither a URL nor the path of a SQLite file.

    Examples
    --------
    >>> parsed_url("visits.db").render_as_string()
    'sqlite:///visits.db'
    >>> parsed_url("visits")
    Traceback (most recent call last):
    ...
    hotspot._errors.ConfigError: 'visits' is no database URL: write sqlite:///visits.db, the path of
    a file that ends in .db, .sqlite or .sqlite3, or such as postgresql://user@host/name.
    """
    text = os.fspath(url)
    if not re.match(r"[A-Za-z][A-Za-z0-9+_]*://", text):
        # One letter and a colon is a drive of Windows, more are a URL that was mistyped.
        if re.match(r"[A-Za-z][A-Za-z0-9+_]+:", text) or not text.lower().endswith(_FILE_ENDINGS):
            raise ConfigError(
                f"{quoted(text)} is no database URL: write sqlite:///visits.db, the path of a file "
                "that ends in .db, .sqlite or .sqlite3, or such as postgresql://user@host/name."
            )
        return sa.URL.create("sqlite", database=str(given_path(text)))
    try:
        parsed = sa.make_url(text)
    except (sa.exc.ArgumentError, ValueError) as error:
        # The text itself is not told: it may hold a password.
        raise ConfigError(
            "The ledger's database URL cannot be read: write such as sqlite:///visits.db or "
            "postgresql://user@host/name."
        ) from error
    if parsed.drivername in ("postgresql", "postgres"):
        return parsed.set(drivername="postgresql+psycopg")
    return parsed


def _set_up_sqlite(connection: Any, _record: Any) -> None:
    """Set SQLite to keep what it acknowledges and to forget what it deletes.

    A rollback journal, not a write-ahead log: that one works on no network share and keeps
    deleted rows in a second file.
    """
    connection.isolation_level = None
    try:
        for pragma in (
            "PRAGMA foreign_keys = ON",
            "PRAGMA journal_mode = DELETE",
            "PRAGMA synchronous = EXTRA",
            "PRAGMA secure_delete = ON",
        ):
            connection.execute(pragma)
    except Exception:
        # The pool does not know the connection yet, and so would leave it open.
        connection.close()
        raise


def _begin_sqlite(connection: sa.Connection) -> None:
    """Lock the file at the start of a writing transaction: waiting later could end in deadlock."""
    options = connection.get_execution_options()
    if options.get("isolation_level") == "AUTOCOMMIT":
        return
    writes = options.get(_WRITES, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _no_driver(url: sa.URL, error: Exception) -> str:
    backend = url.get_backend_name()
    if backend == "postgresql":
        return "A ledger on PostgreSQL needs psycopg: pip install hotspot-cocoon[postgresql]."
    reason = str(error).splitlines()[0].rstrip(".")
    return f"A ledger cannot be kept on {url.drivername}: {reason}."


def _sentence(shown: str, error: sa.exc.DBAPIError) -> HotspotError:
    """Return what is wrong with a database, and what to do."""
    message = str(error.orig).strip()
    first = message.splitlines()[0].rstrip(".") if message else type(error.orig).__name__
    low = message.lower()
    if "locked" in low or "busy" in low:
        return OutputError(
            f"The ledger {shown} is locked by another program: close whatever has it open (on a "
            "network share perhaps on another computer) and run again. Nothing was changed."
        )
    if any(word in low for word in ("readonly", "read-only", "permission denied", "must be owner")):
        return OutputError(f"The ledger {shown} may not be written to: {first}.")
    if "not a database" in low or "malformed" in low:
        return DataError(f"{shown} is no SQLite database, or it is damaged: {first}.")
    if "full" in low and "disk" in low:
        return OutputError(f"The disk of the ledger {shown} is full. Nothing was changed.")
    return DataError(f"The ledger {shown} cannot be used: {first}.")
