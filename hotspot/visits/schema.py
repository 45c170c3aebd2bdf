"""The tables of a ledger, the same on every database, and how their rows are read and written.

What changes here changes the ledgers that are kept already: `SCHEMA_VERSION` goes up by one, and
`migration` brings older ones to it. New columns may be empty, so that they can be added.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

import numpy as np
import pandas as pd
import sqlalchemy as sa

from hotspot._errors import DataError

SCHEMA_VERSION = 3
# Under which name it stands among what a ledger remembers.
VERSION = "schema_version"
# Names of the times that `read_time` reads: the cut-off of the first list, and the latest day
# before which anything was deleted.
STARTED = "started"
PURGED = "purged_before"
# Databases take only so many values in one question: SQLite 999 where it is old.
_AT_ONCE = 500


def _optional(kind: type[sa.types.TypeEngine[Any]], *names: str) -> list[sa.Column[Any]]:
    """Return columns of one type in which nothing need stand."""
    return [sa.Column(name, kind) for name in names]


metadata = sa.MetaData()
# In a database that others use too, our tables keep to themselves by their names.
meta = sa.Table(
    "visits_meta",
    metadata,
    sa.Column("name", sa.String(40), primary_key=True),
    sa.Column("value", sa.Text, nullable=False),
)
lists = sa.Table(
    "visits_lists",
    metadata,
    sa.Column("as_of", sa.DateTime, primary_key=True),
    sa.Column("parameters_digest", sa.String(16), primary_key=True),
    sa.Column("parameters", sa.Text, nullable=False),
    sa.Column("doors", sa.Integer, nullable=False),
    sa.Column("messages", sa.Integer),
    sa.Column("version", sa.String(60), nullable=False),
    sa.Column("issued_at", sa.DateTime, nullable=False),
)
asked = sa.Table(
    "visits_asked",
    metadata,
    sa.Column("visit_id", sa.String(100), primary_key=True),
    sa.Column("attempt", sa.Integer, primary_key=True),
    sa.Column("task", sa.String(40), nullable=False),
    sa.Column("ring", sa.Integer, nullable=False),
    sa.Column("uprn", sa.String(100)),
    *_optional(sa.Text, "uprns", "address", "area", "reason", "tier", "crime_refs"),
    # What lists of 0.1 said at the door: nothing is written here any more.
    sa.Column("door_note", sa.Text),
    sa.Column("distance_m", sa.Float),
    *_optional(sa.DateTime, "newest", "act_by"),
    sa.Column("act_within_hours", sa.Float),
    sa.Column("expires", sa.DateTime),
    sa.Column("first_as_of", sa.DateTime, nullable=False),
    sa.Column("last_as_of", sa.DateTime, nullable=False),
    sa.Column("last_parameters", sa.String(16), nullable=False),
    # When the leading burglary was recorded, from where the force's clock runs; `act_by` is the
    # team's, which runs from the list.
    sa.Column("recorded", sa.DateTime),
    # The door's number on its last list.
    sa.Column("number", sa.Integer),
    sa.ForeignKeyConstraint(
        ["last_as_of", "last_parameters"],
        ["visits_lists.as_of", "visits_lists.parameters_digest"],
    ),
)
# What each list asked, as it stood then: `asked` has what was first asked, and the last words.
listed = sa.Table(
    "visits_listed",
    metadata,
    sa.Column("as_of", sa.DateTime, primary_key=True),
    sa.Column("parameters_digest", sa.String(16), primary_key=True),
    sa.Column("visit_id", sa.String(100), primary_key=True, index=True),
    sa.Column("attempt", sa.Integer, primary_key=True),
    sa.Column("number", sa.Integer),
    sa.Column("ring", sa.Integer, nullable=False),
    sa.Column("task", sa.String(40), nullable=False),
    *_optional(sa.Text, "reason", "at_the_door", "tier", "crime_refs"),
    sa.Column("distance_m", sa.Float),
    *_optional(sa.DateTime, "newest", "recorded", "act_by"),
    sa.Column("area", sa.Text),
    sa.ForeignKeyConstraint(
        ["as_of", "parameters_digest"],
        ["visits_lists.as_of", "visits_lists.parameters_digest"],
    ),
)
# No reference to `asked`: a burglary is the reason of all askings of its visit.
burglaries = sa.Table(
    "visits_burglaries",
    metadata,
    sa.Column("visit_id", sa.String(100), primary_key=True),
    sa.Column("crime_ref", sa.String(200), primary_key=True),
    sa.Column("place", sa.Integer, nullable=False),
    sa.Column("link", sa.Text),
    sa.Column("distance_m", sa.Float),
    *_optional(sa.DateTime, "found", "recorded"),
    sa.Column("as_of", sa.DateTime, nullable=False),
)
# No reference to `asked` either: a visit is kept even where no list holds its id.
made = sa.Table(
    "visits_made",
    metadata,
    sa.Column("visit_id", sa.String(100), primary_key=True),
    sa.Column("visited_at", sa.DateTime, primary_key=True),
    sa.Column("result", sa.String(40), primary_key=True),
    sa.Column("uprn", sa.String(100)),
    sa.Column("time_known", sa.Boolean, nullable=False),
    sa.Column("collar_number", sa.Text),
    sa.Column("leaflet_left", sa.Boolean, nullable=False),
    *_optional(sa.Text, "camera_or_doorbell", "referral"),
    sa.Column("do_not_contact", sa.Boolean, nullable=False),
    *_optional(sa.Text, "for_the_officer", "note", "source"),
    sa.Column("recorded_at", sa.DateTime, nullable=False),
    # When the note for the officer was handed over and deleted here: the same sheet read again
    # does not bring it back.
    sa.Column("acknowledged_at", sa.DateTime),
    # The tier of the pack that was given, "yes" where no list names one, or "no".
    sa.Column("pack", sa.Text),
)
corrections = sa.Table(
    "visits_corrections",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    # The key of the visit that stood, which a sheet may bring again.
    sa.Column("visit_id", sa.String(100), nullable=False, index=True),
    sa.Column("visited_at", sa.DateTime, nullable=False),
    sa.Column("result", sa.String(40), nullable=False),
    # The visit as JSON, before and after; none after where it was withdrawn.
    sa.Column("old", sa.Text, nullable=False),
    sa.Column("new", sa.Text),
    sa.Column("corrected_by", sa.Text, nullable=False),
    sa.Column("corrected_at", sa.DateTime, nullable=False),
    sa.Column("why", sa.Text, nullable=False),
)
marks = sa.Table(
    "visits_do_not_contact",
    metadata,
    # "uprn:" or "visit:" and what is marked: a visit where no UPRN is known.
    sa.Column("marked", sa.String(110), primary_key=True),
    sa.Column("uprn", sa.String(100)),
    sa.Column("visit_id", sa.String(100)),
    sa.Column("marked_at", sa.DateTime, nullable=False),
    # A mark that was lifted stands for nothing, and no visit before then brings it back.
    sa.Column("lifted_at", sa.DateTime),
    *_optional(sa.Text, "lifted_by", "lifted_why"),
)
# Which cameras were asked for the footage of which crime, by their ids alone.
camera_requests = sa.Table(
    "visits_cameras",
    metadata,
    sa.Column("camera_id", sa.String(200), primary_key=True),
    sa.Column("crime_ref", sa.String(200), primary_key=True),
    sa.Column("asked_at", sa.DateTime, primary_key=True),
    sa.Column("asked_by", sa.Text, nullable=False),
    sa.Column("recorded_at", sa.DateTime, nullable=False),
    # A request that was withdrawn stands for nothing, and is kept with who said so.
    sa.Column("withdrawn_at", sa.DateTime),
    *_optional(sa.Text, "withdrawn_by", "withdrawn_why"),
)
# Who looked, changed or deleted: never what. It outlives what is deleted.
log = sa.Table(
    "visits_log",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("at", sa.DateTime, nullable=False),
    sa.Column("who", sa.Text, nullable=False),
    sa.Column("what", sa.String(40), nullable=False),
    sa.Column("to_whom", sa.Text),
    sa.Column("count", sa.Integer),
)


def frame_of(
    connection: sa.Connection, query: sa.Select[Any], names: tuple[str, ...] | None = None
) -> pd.DataFrame:
    """Read a query as a frame whose columns have their types even where no row is.

    Parameters
    ----------
    connection : sqlalchemy.Connection
    query : sqlalchemy.Select
    names : tuple of str, optional
        Names for the columns, where not those of the query.

    Returns
    -------
    DataFrame
    """
    rows = connection.execute(query).all()
    columns = list(query.selected_columns)
    named = names or tuple(str(column.key) for column in columns)
    return pd.DataFrame(
        {
            name: _column([row[place] for row in rows], column.type)
            for place, (name, column) in enumerate(zip(named, columns, strict=True))
        }
    )


def rows_with(
    connection: sa.Connection, column: sa.Column[Any], values: Iterable[Any]
) -> Iterator[dict[str, Any]]:
    """Read the rows of a table that have one of some values in a column."""
    for some in _some_at_once(values):
        query = sa.select(column.table).where(column.in_(some))
        yield from map(dict, connection.execute(query).mappings().all())


def _some_at_once(values: Iterable[Any]) -> Iterator[list[Any]]:
    wanted = list(dict.fromkeys(values))
    for first in range(0, len(wanted), _AT_ONCE):
        yield wanted[first : first + _AT_ONCE]


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


def keep_rows(
    connection: sa.Connection,
    table: sa.Table,
    rows: Sequence[dict[str, Any]],
    join: Callable[[dict[str, Any], dict[str, Any]], dict[str, Any] | None] | None = None,
) -> int:
    """Insert the rows whose keys are new, and return how many those are.

    `join` gets the row that is there and the one with its key, and returns what to write in their
    place, None to leave the old one. Without it the old ones stay.
    """
    keys = list(table.primary_key)
    old = {
        tuple(row[key.name] for key in keys): row
        for row in rows_with(connection, keys[0], [row[keys[0].name] for row in rows])
    }
    known = [(old.get(tuple(row[key.name] for key in keys)), row) for row in rows]
    new = [row for there, row in known if there is None]
    if new:
        connection.execute(sa.insert(table), new)
    if join is not None:
        joined = [join(there, row) for there, row in known if there is not None]
        replace_rows(connection, table, [row for row in joined if row])
    return len(new)


def delete_rows(connection: sa.Connection, column: sa.Column[Any], values: Iterable[Any]) -> int:
    """Delete the rows of a table that have one of some values in a column."""
    wanted = [sa.delete(column.table).where(column.in_(some)) for some in _some_at_once(values)]
    return sum(int(connection.execute(one).rowcount) for one in wanted)


def count_rows(connection: sa.Connection, column: sa.Column[Any], values: Iterable[Any]) -> int:
    """Count the rows of a table that have one of some values in a column."""
    query = sa.select(sa.func.count()).select_from(column.table)
    some = [query.where(column.in_(some)) for some in _some_at_once(values)]
    return sum(int(connection.execute(one).scalar_one()) for one in some)


def read_time(connection: sa.Connection, name: str) -> pd.Timestamp | None:
    """Read a time that a ledger remembers beside its tables."""
    value = connection.execute(sa.select(meta.c.value).where(meta.c.name == name)).scalar()
    try:
        return None if value is None else pd.Timestamp(str(value))
    except ValueError:
        raise DataError(
            f"The ledger is damaged: {name!r} in it is no time. Bring back the last copy that was "
            "kept of it, and record the sheets since then again."
        ) from None


def write_time(connection: sa.Connection, name: str, time: pd.Timestamp) -> None:
    """Write a time beside the tables, which outlives what `purge` deletes."""
    connection.execute(sa.delete(meta).where(meta.c.name == name))
    connection.execute(sa.insert(meta).values(name=name, value=time.isoformat()))


def _column(values: list[Any], kind: Any) -> pd.Series:
    if isinstance(kind, sa.DateTime):
        return pd.Series(pd.to_datetime(pd.Series(values, dtype=object))).astype("datetime64[us]")
    if isinstance(kind, sa.Float):
        return pd.Series(values, dtype=float)
    if isinstance(kind, sa.Integer):
        return pd.Series(values, dtype=np.int64 if None not in values else float)
    if isinstance(kind, sa.Boolean):
        return pd.Series(values, dtype=bool)
    return pd.Series(values, dtype=object)
