"""The retention rule: what is older than a day is deleted, and counted."""

from dataclasses import asdict, dataclass
from typing import Any

import pandas as pd
import sqlalchemy as sa

from hotspot._errors import ConfigError, OutputError
from hotspot.dates import AsOf, cutoff
from hotspot.english import count, plain_day
from hotspot.visits import schema
from hotspot.visits.schema import asked, burglaries, corrections, listed, made
from hotspot.visits.store import Store


@dataclass(frozen=True)
class Purged:
    """Result of `VisitLedger.purge`: what went.

    Parameters
    ----------
    before : Timestamp
        The limit.
    doors, asked, visits, burglaries, marks : int
        Doors whose last listing and visit were before the limit; what was asked of them, visits
        made there, and references of burglaries kept for them; marks.
    first, last : Timestamp or None
        The oldest and the newest listing or visit that went.
    rebuilt : bool
        Whether the file was rebuilt without what went; not where another program had it open.
    """

    before: pd.Timestamp
    doors: int
    asked: int
    visits: int
    burglaries: int
    marks: int
    first: pd.Timestamp | None
    last: pd.Timestamp | None
    rebuilt: bool = True

    def summary(self) -> str:
        """Return in a sentence what went.

        Returns
        -------
        str
        """
        marks = f" {count(self.marks, 'do-not-contact mark')} deleted." if self.marks else ""
        waiting = (
            " The file could not be rebuilt, because another program has it open: what was "
            "deleted is gone from the ledger, and its space is given back by the next purge."
        )
        if self.first is None or self.last is None:
            return f"Nothing is older than {plain_day(self.before)}: nothing was deleted.{marks}"
        return (
            f"Deleted what ended before {plain_day(self.before)}: {count(self.doors, 'door')} with "
            f"{count(self.asked, 'row')} of what was asked, {count(self.visits, 'visit')} and "
            f"{count(self.burglaries, 'reference')} of burglaries, from {plain_day(self.first)} to "
            f"{plain_day(self.last)}.{marks}{'' if self.rebuilt else waiting}"
        )

    def to_dict(self) -> dict[str, Any]:
        """Return what JSON can hold.

        Returns
        -------
        dict
        """
        return {
            name: value.isoformat() if isinstance(value, pd.Timestamp) else value
            for name, value in asdict(self).items()
        }


def purge(store: Store, before: AsOf, marks: bool) -> Purged:
    """Delete what is old, and its bytes. See `VisitLedger.purge`."""
    try:
        cutoff(before)
    except ConfigError as error:
        raise ConfigError([text.replace("as_of", "before") for text in error.problems]) from error
    # From the beginning of the day, where `cutoff` goes to its end: that day itself is kept.
    limit = pd.Timestamp(before)
    with store.writing() as connection:
        old, first, last = _old_doors(connection, limit)
        gone = {
            table.name: schema.delete_rows(connection, table.c.visit_id, old)
            for table in (made, corrections, burglaries, listed, asked)
        }
        purged = schema.read_time(connection, schema.PURGED)
        if old and (purged is None or limit > purged):
            schema.write_time(connection, schema.PURGED, limit)
        unmarked = 0
        if marks:
            old_mark = schema.marks.c.marked_at < limit.to_pydatetime()
            unmarked = connection.execute(sa.delete(schema.marks).where(old_mark)).rowcount
    return Purged(
        before=limit,
        doors=len(old),
        asked=gone[asked.name],
        visits=gone[made.name],
        burglaries=gone[burglaries.name],
        marks=unmarked,
        first=first,
        last=last,
        rebuilt=not (old or unmarked) or _rebuilt(store),
    )


def _rebuilt(store: Store) -> bool:
    """Write the file anew of what stays; what was deleted is gone even where that must wait."""
    try:
        store.compact()
    except OutputError:
        return False
    return True


def _old_doors(
    connection: sa.Connection, limit: pd.Timestamp
) -> tuple[list[str], pd.Timestamp | None, pd.Timestamp | None]:
    """Find the visits of which nothing was listed or done since, and when those were."""
    moments = (
        (asked.c.visit_id, asked.c.first_as_of),
        (asked.c.visit_id, asked.c.last_as_of),
        (made.c.visit_id, made.c.visited_at),
    )
    known = pd.concat(
        [schema.frame_of(connection, sa.select(*pair), ("visit_id", "at")) for pair in moments]
    )
    ends = known.groupby("visit_id")["at"].max()
    old = set(ends.index[ends < limit])
    if not old:
        return [], None, None
    gone = known.loc[known["visit_id"].isin(old), "at"]
    return sorted(old), gone.min(), gone.max()
