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
from hotspot.output.staging import clear_stages
from hotspot.reading.databases import connect_arguments, shown_url
from hotspot.visits.ledger_file import (
    APPLICATION_ID,
    check_file,
    make_file,
    sentence_of,
    state_of,
)
from hotspot.visits.migration import migrate
from hotspot.visits.schema import SCHEMA_VERSION, VERSION, meta, metadata

_FILE_ENDINGS = (".db", ".sqlite", ".sqlite3")
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
    dry_run : bool
        Whether each piece of work is taken back when it is done. A file that is missing is not
        made then.
    """

    def __init__(
        self,
        url: str | os.PathLike[str],
        *,
        must_exist: bool,
        wait_s: float,
        dry_run: bool = False,
    ) -> None:
        self.url = parsed_url(url)
        self.shown = shown_url(self.url)
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        self._wait_s = wait_s
        self._dry_run = False
        self._file = self._place(must_exist) if self.is_sqlite else None
        if dry_run and self._file is not None and not self._file.exists():
            self.url, self._file = sa.make_url("sqlite://"), None
        self._state: tuple[int, ...] = ()
        if self._file is not None:
            if not self._file.exists():
                make_file(self._file, self._make_file_tables)
            else:
                # Of a run that was killed when the ledger had its name and the stage was left.
                clear_stages(self._file)
            self._check_file(self._file)
        self.engine = self._engine(self.url)
        # A ledger in memory is one open connection, which would else outlive its ledger: one that
        # nobody closed, or that could not be opened to the end.
        weakref.finalize(self, self.engine.dispose)
        self._prepare(must_exist)
        # From here on: an older ledger is brought to this version by whatever opens it.
        self._dry_run = dry_run

    @contextmanager
    def reading(self) -> Iterator[sa.Connection]:
        """Open a connection that sees one state of the ledger."""
        self._refuse_gone()
        with self._in_words(), self.engine.connect() as connection, connection.begin():
            yield connection

    @contextmanager
    def writing(self) -> Iterator[sa.Connection]:
        """Open a connection on which all is written, on disk, or nothing; one writer at a time."""
        self._refuse_gone()
        if self._file is not None and state_of(self._file) != self._state:
            # Others may have written to it since, or something else happened to it.
            self._check_file(self._file)
        with self._in_words(), self.engine.connect() as connection:
            connection = connection.execution_options(**{_WRITES: True})
            with connection.begin() as work:
                # SQLite has begun by locking the file; other databases lock this row.
                connection.execute(
                    sa.select(meta.c.value).where(meta.c.name == VERSION).with_for_update()
                )
                yield connection
                if self._dry_run:
                    work.rollback()
        self._seen()

    def _refuse_gone(self) -> None:
        """Keep SQLite from making an empty database where the ledger was."""
        if self._file is not None and not self._file.exists():
            raise DataError(f"The ledger {self._file} is gone: it was moved or deleted.")

    def compact(self) -> None:
        """Remove the space of deleted rows, so that their bytes are gone from the file."""
        if self.url.get_backend_name() not in ("sqlite", "postgresql"):
            return
        with self._in_words(), self.engine.connect() as connection:
            alone = connection.execution_options(isolation_level="AUTOCOMMIT")
            if self.is_sqlite:
                alone.exec_driver_sql("VACUUM")
                self._seen()
                return
            alone.exec_driver_sql(f"VACUUM FULL {', '.join(metadata.tables)}")

    def rebuilt(self) -> bool:
        """Remove the space of deleted rows where no other program stands in the way.

        What was deleted is gone from the ledger even where that must wait.
        """
        if self._dry_run:
            return True
        try:
            self.compact()
        except OutputError:
            return False
        return True

    def close(self) -> None:
        """Close what is open: the connection that a ledger in memory is."""
        self.engine.dispose()

    def _engine(self, url: sa.URL) -> sa.Engine:
        in_memory = self.is_sqlite and url.database in (None, "", ":memory:")
        # A connection lives as long as one piece of work: none is left open or found dead.
        pool: type[Pool] = StaticPool if in_memory else NullPool
        try:
            engine = sa.create_engine(url, poolclass=pool, connect_args=self._connect_arguments())
        except (sa.exc.ArgumentError, ImportError) as error:
            raise ConfigError(_no_driver(url, error)) from None
        if self.is_sqlite:
            sa.event.listen(engine, "connect", _set_up_sqlite)
            sa.event.listen(engine, "begin", _begin_sqlite)
        return engine

    def _connect_arguments(self) -> dict[str, Any]:
        arguments = connect_arguments(self.url.get_backend_name(), self._wait_s)
        return {**arguments, "check_same_thread": False} if self.is_sqlite else arguments

    def _place(self, must_exist: bool) -> Path | None:
        """Check the folder and the file before SQLite does in its own words; None in memory."""
        name = self.url.database
        if name in (None, "", ":memory:") or str(name).startswith("file:"):
            return None
        path = Path(str(name))
        if must_exist and not path.exists():
            raise DataError(f"There is no ledger {path}.")
        if path.is_dir():
            raise DataError(f"{path} is a folder: name the ledger's file in it, such as visits.db.")
        if not path.parent.is_dir():
            raise DataError(f"There is no folder {path.parent} for the ledger {path.name}.")
        return path

    def _check_file(self, path: Path) -> None:
        """Check the file of a ledger on SQLite, and keep in mind in which state it is."""
        check_file(path, self._wait_s)
        self._seen()

    def _seen(self) -> None:
        """Keep in mind the state of the file: what we write ourselves needs no check."""
        if self._file is not None:
            self._state = state_of(self._file)

    def _make_file_tables(self, url: sa.URL) -> None:
        """Create the tables in a new file."""
        engine = self._engine(url)
        try:
            with self._in_words():
                self._make_tables(engine)
        finally:
            engine.dispose()

    def _prepare(self, must_exist: bool) -> None:
        """Create the tables, or check that those there are ours; another may do so right now."""
        with self.reading() as connection:
            version = self._version(connection)
        if version is None and must_exist:
            raise DataError(f"{self.shown} holds no ledger of visits.")
        if version is None:
            version = self._make_tables(self.engine)
        if version.isdecimal() and len(version) < 9 and 1 <= int(version) < SCHEMA_VERSION:
            version = self._migrate(version)
        if version != str(SCHEMA_VERSION):
            newer = version.isdecimal() and len(version) < 9 and int(version) > SCHEMA_VERSION
            raise DataError(
                f"The ledger {self.shown} is of version {version[:20]}, and this hotspot keeps "
                f"version {SCHEMA_VERSION}: "
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
                        sa.update(meta).where(meta.c.name == VERSION).values(value=now)
                    )
        except OutputError as error:
            raise OutputError(
                [
                    f"The ledger {self.shown} is of version {version} and must be brought to "
                    f"version {SCHEMA_VERSION} once, for which it must be written to.",
                    *error.problems,
                ]
            ) from None
        return str(now)

    def _version(self, connection: sa.Connection) -> str | None:
        if not sa.inspect(connection).has_table(meta.name):
            return None
        query = sa.select(meta.c.value).where(meta.c.name == VERSION)
        value = connection.execute(query).scalar()
        return None if value is None else str(value)

    def _make_tables(self, engine: sa.Engine) -> str:
        """Create the tables and return their version.

        Of two that make them at once, one may fail, and finds them made when it looks again.
        """
        for attempt in range(1, _OPENING_ATTEMPTS + 1):
            try:
                with engine.connect() as connection:
                    connection = connection.execution_options(**{_WRITES: True})
                    with connection.begin():
                        if version := self._version(connection):
                            return version
                        metadata.create_all(connection)
                        if self.is_sqlite:
                            alone = f"PRAGMA application_id = {APPLICATION_ID}"
                            connection.exec_driver_sql(alone)
                        row = {"name": VERSION, "value": str(SCHEMA_VERSION)}
                        connection.execute(sa.insert(meta).values(row))
                return str(SCHEMA_VERSION)
            except sa.exc.DBAPIError as error:
                if attempt == _OPENING_ATTEMPTS or self.is_sqlite:
                    raise _sentence(self.shown, error) from None
        raise AssertionError("the last attempt returns or raises")

    @contextmanager
    def _in_words(self) -> Iterator[None]:
        """Raise what a database says as a sentence for people."""
        try:
            yield
        except sa.exc.DBAPIError as error:
            raise _sentence(self.shown, error) from None


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
    except (sa.exc.ArgumentError, ValueError):
        # The text itself is not told: it may hold a password.
        raise ConfigError(
            "The ledger's database URL cannot be read: write such as sqlite:///visits.db or "
            "postgresql://user@host/name."
        ) from None
    if "\0" in text or "\0" in (parsed.database or ""):
        raise ConfigError("The ledger's database URL holds a character that no name has (NUL).")
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
    return sentence_of(shown, str(error.orig), type(error.orig).__name__)
