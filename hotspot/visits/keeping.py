"""What a ledger writes, each within a transaction that the caller has begun."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import pandas as pd
import sqlalchemy as sa

from hotspot.visits import asking
from hotspot.visits.schema import asked, burglaries, frame_of, lists, marks, meta

_STARTED = "started"
_PURGED = "purged_before"
# Databases take only so many values in one question.
_AT_ONCE = 500


def started(connection: sa.Connection) -> pd.Timestamp | None:
    """Give the cut-off of the first list."""
    value = connection.execute(sa.select(meta.c.value).where(meta.c.name == _STARTED)).scalar()
    return None if value is None else pd.Timestamp(str(value))


def keep_start(connection: sa.Connection, as_of: pd.Timestamp) -> None:
    """Remember the cut-off of the first list, which outlives what `purge` deletes."""
    before = started(connection)
    row = {"name": _STARTED, "value": as_of.isoformat()}
    if before is None:
        connection.execute(sa.insert(meta).values(row))
    elif as_of < before:
        connection.execute(sa.update(meta).where(meta.c.name == _STARTED).values(row))


def purged(connection: sa.Connection) -> pd.Timestamp | None:
    """Give the limit of the latest day before which anything was deleted."""
    value = connection.execute(sa.select(meta.c.value).where(meta.c.name == _PURGED)).scalar()
    return None if value is None else pd.Timestamp(str(value))


def keep_purge(connection: sa.Connection, limit: pd.Timestamp) -> None:
    """Remember what is deleted, so that no report takes the rest for the whole."""
    before = purged(connection)
    row = {"name": _PURGED, "value": limit.isoformat()}
    if before is None:
        connection.execute(sa.insert(meta).values(row))
    elif limit > before:
        connection.execute(sa.update(meta).where(meta.c.name == _PURGED).values(row))


def keep_list(connection: sa.Connection, listed: Mapping[str, Any]) -> None:
    """Keep that a list was issued, and by which rule."""
    same = (lists.c.as_of == listed["as_of"]) & (
        lists.c.parameters_digest == listed["parameters_digest"]
    )
    old = connection.execute(sa.select(lists.c.doors, lists.c.messages).where(same)).one_or_none()
    if old is None:
        connection.execute(sa.insert(lists).values(listed))
    elif tuple(old) != (listed["doors"], listed["messages"]):
        connection.execute(sa.update(lists).where(same).values(listed))


def keep_askings(connection: sa.Connection, rows: list[dict[str, Any]]) -> int:
    """Add askings that are new, join those that are not, and say how many were added."""
    old = {
        (row["visit_id"], row["attempt"]): row
        for row in rows_with(connection, asked.c.visit_id, [row["visit_id"] for row in rows])
    }
    new = [row for row in rows if (row["visit_id"], row["attempt"]) not in old]
    known = [(old.get((row["visit_id"], row["attempt"])), row) for row in rows]
    again = [asking.merged(before, row) for before, row in known if before]
    if new:
        connection.execute(sa.insert(asked), new)
    replace_rows(connection, asked, [row for row in again if row])
    return len(new)


def keep_burglaries(connection: sa.Connection, rows: list[dict[str, Any]]) -> None:
    """Keep the burglaries that reach the doors of a list."""
    old = {
        (row["visit_id"], row["crime_ref"]): row
        for row in rows_with(connection, burglaries.c.visit_id, [row["visit_id"] for row in rows])
    }
    new = [row for row in rows if (row["visit_id"], row["crime_ref"]) not in old]
    again = []
    for row in rows:
        before = old.get((row["visit_id"], row["crime_ref"]))
        # What an older list says adds nothing, and what one says without details takes none away.
        if before and before != row and row["as_of"] >= before["as_of"]:
            again.append({name: before[name] if row[name] is None else row[name] for name in row})
    if new:
        connection.execute(sa.insert(burglaries), new)
    replace_rows(connection, burglaries, again)


def replace_rows(
    connection: sa.Connection, table: sa.Table, rows: Sequence[dict[str, Any]]
) -> None:
    """Write rows over those of the same keys."""
    if not rows:
        return
    keys = [column.name for column in table.primary_key]
    same = sa.and_(*(table.c[name] == sa.bindparam(f"key_{name}") for name in keys))
    renamed = [
        {f"key_{name}" if name in keys else name: value for name, value in row.items()}
        for row in rows
    ]
    connection.execute(sa.update(table).where(same), renamed)


def rows_with(
    connection: sa.Connection, column: sa.Column[Any], values: Iterable[Any]
) -> Iterator[dict[str, Any]]:
    """Give the rows of a table that have one of some values in a column."""
    wanted = list(dict.fromkeys(values))
    for first in range(0, len(wanted), _AT_ONCE):
        query = sa.select(column.table).where(column.in_(wanted[first : first + _AT_ONCE]))
        yield from map(dict, connection.execute(query).mappings().all())


def doors(connection: sa.Connection) -> pd.DataFrame:
    """Give each visit that was asked for, as its last attempt describes it."""
    wanted = (asked.c.visit_id, asked.c.uprn, asked.c.uprns, asked.c.ring, asked.c.crime_refs)
    rows = frame_of(connection, sa.select(*wanted).order_by(asked.c.visit_id, asked.c.attempt))
    return rows.drop_duplicates("visit_id", keep="last", ignore_index=True)


def keep_marks(connection: sa.Connection, homes: pd.DataFrame) -> int:
    """Mark homes, by UPRN or else by visit, and say how many were not marked before."""
    rows = {}
    for visit_id, uprn in zip(homes["visit_id"], homes["uprn"], strict=True):
        named = uprn is not None and not pd.isna(uprn)
        rows[f"uprn:{uprn}" if named else f"visit:{visit_id}"] = {
            "uprn": uprn if named else None,
            "visit_id": visit_id,
        }
    old = {row["marked"] for row in rows_with(connection, marks.c.marked, rows)}
    now = pd.Timestamp.now().floor("s").to_pydatetime()
    new = [{"marked": key, "marked_at": now, **row} for key, row in rows.items() if key not in old]
    if new:
        connection.execute(sa.insert(marks), new)
    return len(new)


def delete_rows(connection: sa.Connection, column: sa.Column[Any], values: Sequence[Any]) -> int:
    """Delete the rows of a table that have one of some values in a column."""
    deleted = 0
    for first in range(0, len(values), _AT_ONCE):
        wanted = sa.delete(column.table).where(column.in_(values[first : first + _AT_ONCE]))
        deleted += int(connection.execute(wanted).rowcount)
    return deleted
