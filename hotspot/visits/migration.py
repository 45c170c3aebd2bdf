"""Ledgers of older versions, brought to the tables of this one with all that they hold."""

from collections.abc import Callable

import pandas as pd
import sqlalchemy as sa

from hotspot.visits.schema import asked, metadata, replace_rows


def migrate(connection: sa.Connection, version: int) -> None:
    """Write the tables of an older version anew, as `schema` has them now.

    Parameters
    ----------
    connection : sqlalchemy.Connection
        On which nobody else writes; the caller commits it, and writes the version.
    version : int
        The version that is there.

    Notes
    -----
    Tables and columns are only ever added, by what is missing: a step that was cut short on a
    database that commits each change of its tables by itself is finished by the next. SQLite and
    PostgreSQL take all of it or none, so that no copy is made beforehand: one that lies beside
    the ledger would keep what `purge` deletes.
    """
    _add_what_is_missing(connection)
    for older in range(version, max(STEPS) + 1):
        STEPS[older](connection)


def _add_what_is_missing(connection: sa.Connection) -> None:
    """Create the tables and columns that are not there."""
    there = sa.inspect(connection)
    prepare = connection.dialect.identifier_preparer
    for table in metadata.sorted_tables:
        if not there.has_table(table.name):
            table.create(connection)
            continue
        known = {column["name"] for column in there.get_columns(table.name)}
        for column in table.columns:
            if column.name not in known:
                kind = column.type.compile(dialect=connection.dialect)
                connection.exec_driver_sql(
                    f"ALTER TABLE {prepare.format_table(table)} "
                    f"ADD COLUMN {prepare.format_column(column)} {kind}"
                )


def _tell_when_recorded(connection: sa.Connection) -> None:
    """Write when the leading burglary was recorded: `act_by` had counted its hours from there."""
    columns = (asked.c.visit_id, asked.c.attempt, asked.c.act_by, asked.c.act_within_hours)
    query = sa.select(*columns).where(
        asked.c.recorded.is_(None),
        asked.c.act_by.is_not(None),
        asked.c.act_within_hours.is_not(None),
    )
    rows = [
        {
            "visit_id": visit_id,
            "attempt": attempt,
            "recorded": (pd.Timestamp(act_by) - pd.Timedelta(hours=hours)).to_pydatetime(),
        }
        for visit_id, attempt, act_by, hours in connection.execute(query)
    ]
    replace_rows(connection, asked, rows)


def _new_tables_alone(_: sa.Connection) -> None:
    """Write nothing: the tables that are new hold nothing of before."""


# What to write into the tables of a version so that it is the next one.
STEPS: dict[int, Callable[[sa.Connection], None]] = {1: _tell_when_recorded, 2: _new_tables_alone}
