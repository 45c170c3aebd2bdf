"""The file of a ledger on SQLite: whole, and a ledger of ours, before anything is written to it."""

import json
import os
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from hotspot._errors import DataError, HotspotError, OutputError
from hotspot.english import some_of
from hotspot.output.staging import staged_beside
from hotspot.output.text import clean_text
from hotspot.visits.schema import SCHEMA_VERSION, VERSION, lists, meta, metadata

#: Stands in the head of the file (``PRAGMA application_id``): "HOTS".
APPLICATION_ID = 0x484F5453
_HEAD = b"SQLite format 3\0"


def check_file(path: Path, wait_s: float) -> None:
    """Check that a file is a whole ledger, and ours.

    Parameters
    ----------
    path : Path
        It is there.
    wait_s : float
        How long to wait for another program that is writing, in seconds.

    Raises
    ------
    DataError
        If it is no file, no SQLite database, damaged, or of another program.
    OutputError
        If it is locked.

    Notes
    -----
    SQLite keeps no checksums, and acknowledges what it writes into a file that is damaged
    elsewhere. Its own check of structure and indices is asked, every text is read, and every
    table and column must be there. A damaged word that still reads as a word cannot be told
    from the right one.
    """
    if not path.is_file():
        raise DataError(
            f"{path} is no file (a folder, a pipe or a device): name the ledger's file."
        )
    try:
        with path.open("rb") as file:
            head = file.read(len(_HEAD))
    except OSError as error:
        raise OutputError(f"The ledger {path} cannot be read: {error.strerror}.") from None
    if not head:
        raise DataError(
            f"{path} is empty, 0 bytes, as a copy that broke off leaves it. If it held visits, "
            f"{_RESTORE} If it never held any, delete it: a new ledger is made in its place."
        )
    if head != _HEAD:
        raise DataError(f"{path} is no SQLite database: is it the right file? {_restored(path)}")
    try:
        with closing(sqlite3.connect(path, timeout=wait_s)) as connection:
            fault = _fault(connection, path)
    except sqlite3.Error as error:
        raise sentence_of(str(path), str(error), type(error).__name__) from None
    except UnicodeDecodeError:
        # Of a statement or a name that is damaged itself.
        fault = f"is damaged (names in it cannot be read): nothing was written. {_restored(path)}"
    if fault:
        raise DataError(f"{path} {fault}")


def _fault(connection: sqlite3.Connection, path: Path) -> str:
    """Return what is wrong with what a file holds, and what to do; nothing where it is sound."""
    tables = [
        str(name)
        for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        if not str(name).startswith("sqlite_")
    ]
    (number,) = connection.execute("PRAGMA application_id").fetchone()
    if meta.name not in tables and number != APPLICATION_ID:
        held = (
            f"tables of another program ({some_of(sorted(tables), 5)})" if tables else "empty pages"
        )
        return (
            f"holds no ledger but {held}: nothing was written to it. "
            "Name a file that is not there, in which a ledger is made, or the ledger's own."
        )
    found = _damage(connection, tables)
    return f"is damaged ({found}): nothing was written to it. {_restored(path)}" if found else ""


def _damage(connection: sqlite3.Connection, tables: list[str]) -> str:
    """Return the first sign of damage, or of what somebody put in who is not hotspot."""
    # Either would do work of its own, without end if it likes, when it is read or written to.
    query = "SELECT type, name, tbl_name FROM sqlite_master WHERE type IN ('view', 'trigger')"
    for kind, name, of in connection.execute(f"{query} ORDER BY name"):
        if of in metadata.tables:
            return f"it holds the {kind} {clean_text(name)[:60]}, which hotspot did not make"
    (said,) = connection.execute("PRAGMA integrity_check(1)").fetchone()
    if said != "ok":
        return str(said).splitlines()[-1].strip("* .")
    if meta.name not in tables:
        return "its tables are gone"
    query = f"SELECT value FROM {meta.name} WHERE name = ?"
    version = connection.execute(query, (VERSION,)).fetchone()
    if version is None:
        return "it does not tell its version"
    if version[0] == str(SCHEMA_VERSION):
        for table in metadata.sorted_tables:
            rows = connection.execute(f"PRAGMA table_info({table.name})")
            if lost := {column.name for column in table.columns} - {row[1] for row in rows}:
                return f"{table.name} lacks {some_of(sorted(lost), 3)}"
            if wrong := _wrong_values(connection, table):
                return wrong
    # In a file that other programs use too, theirs are no business of ours.
    for name in sorted(set(tables) & metadata.tables.keys()):
        try:
            # Every text is decoded: random bytes are hardly ever UTF-8.
            for _ in connection.execute(f"SELECT * FROM {name}"):
                pass
        except sqlite3.OperationalError as error:
            if "decode" in str(error).lower():
                return f"text in {name} cannot be read"
            raise
    return ""


def _wrong_values(connection: sqlite3.Connection, table: sa.Table) -> str:
    """Return a column with values that no ledger is given: SQLite takes any in any column."""
    for column in table.columns:
        kind = next(words for types, words in _KINDS if isinstance(column.type, types))
        query = f"SELECT 1 FROM {table.name} WHERE {column.name} IS NOT NULL AND NOT ({kind})"
        if connection.execute(query.format(c=column.name)).fetchone():
            return f"{column.name} of {table.name} holds what hotspot never wrote"
    if table is lists:
        for (text,) in connection.execute(f"SELECT parameters FROM {table.name}"):
            try:
                json.loads(text or "{}")
            except ValueError:
                return f"parameters of {table.name} cannot be read"
    return ""


#: What values of a column are, as SQLite is asked.
_KINDS: tuple[tuple[type[Any] | tuple[type[Any], ...], str], ...] = (
    (
        sa.DateTime,
        "typeof({c}) = 'text' AND {c} GLOB '[1-2][0-9][0-9][0-9]-[0-1][0-9]-[0-3][0-9] *' "
        "AND julianday({c}) IS NOT NULL",
    ),
    ((sa.Boolean, sa.Integer), "typeof({c}) = 'integer'"),
    (sa.Float, "typeof({c}) IN ('real', 'integer')"),
    (object, "typeof({c}) = 'text'"),
)
_RESTORE = (
    "bring back the last copy that was kept of it, and record the sheets since then again: what it "
    "holds already is not counted twice."
)


def _restored(path: Path) -> str:
    """Return what to do about a damaged ledger."""
    return (
        f"Move it aside, {_RESTORE} Without a copy, what can still be read is saved by: sqlite3 "
        f'"{path.name}" .recover | sqlite3 recovered.db'
    )


def state_of(path: Path) -> tuple[int, ...]:
    """Return by what it shows that somebody changed a file."""
    there = path.stat()
    return there.st_ino, there.st_size, there.st_mtime_ns


def make_file(path: Path, make_tables: Callable[[sa.URL], None]) -> None:
    """Write a new ledger beside its place, and give it its name when it is whole.

    A file without tables is so never seen, and of two runs that make it one is first.

    Parameters
    ----------
    path : Path
        Where nothing is. What another run made there meanwhile stays.
    make_tables : callable
        Writes the tables into the database of a URL.
    """
    try:
        with staged_beside(path) as new:
            make_tables(sa.URL.create("sqlite", database=str(new)))
            try:
                # It takes no place that is taken, as a rename would.
                os.link(new, path)
            except FileExistsError:
                return
            except OSError:
                # Some network drives and memory sticks know no second names.
                if not path.exists():
                    new.rename(path)
    except OSError as error:
        raise OutputError(f"The ledger {path} cannot be made: {error.strerror}.") from None


def sentence_of(shown: str, message: str, kind: str) -> HotspotError:
    """Return what is wrong with a database, and what to do.

    Parameters
    ----------
    shown : str
        The ledger, as people name it.
    message : str
        What the database says.
    kind : str
        The name of its error, where it says nothing.

    Returns
    -------
    HotspotError
    """
    first = message.strip().splitlines()[0].rstrip(".") if message.strip() else kind
    low = message.lower()
    if "locked" in low or "busy" in low:
        return OutputError(
            f"The ledger {shown} is locked by another program: close whatever has it open (on a "
            "network share perhaps on another computer) and run again. Nothing was changed."
        )
    if any(word in low for word in ("readonly", "read-only", "permission denied", "must be owner")):
        return OutputError(f"The ledger {shown} may not be written to: {first}.")
    if "not a database" in low or "malformed" in low or "decode to utf-8" in low:
        where = Path(shown.removeprefix("sqlite:///"))
        return DataError(
            f"{shown} is no SQLite database, or it is damaged: {first}. {_restored(where)}"
        )
    if "full" in low and "disk" in low:
        return OutputError(f"The disk of the ledger {shown} is full. Nothing was changed.")
    return DataError(f"The ledger {shown} cannot be used: {first}.")
