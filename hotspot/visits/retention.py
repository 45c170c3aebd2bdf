"""The retention rule: what is older than a day is shown, deleted, and counted."""

from dataclasses import asdict, dataclass, replace
from typing import Any

import pandas as pd
import sqlalchemy as sa

from hotspot.dates import AsOf, moment_of
from hotspot.english import and_list, count, plain_day
from hotspot.output.results import Shown
from hotspot.rule import result_word
from hotspot.visits import schema
from hotspot.visits.access_log import log_access
from hotspot.visits.queries import all_cut_offs, last_parameters
from hotspot.visits.schema import asked, burglaries, corrections, listed, made
from hotspot.visits.store import Store

# All that is kept of a door, in the order in which it may be deleted.
_OF_A_DOOR = (made, corrections, burglaries, listed, asked)


@dataclass(frozen=True)
class Purged(Shown):
    """Result of `VisitLedger.purge`: what went, or would go.

    Parameters
    ----------
    before : Timestamp
        The limit.
    doors, asked, visits, corrections, burglaries : int
        Doors whose last listing and visit were before the limit; what was asked of them, visits
        made there, corrections of visits, and references of burglaries kept for them.
    lists : int
        Lists on which those doors were.
    notes : int
        Notes for the officer in the case that nobody has taken over yet.
    still_heeded : int
        Visits that the next list would heed: the home was told, or refused, and is left alone for
        so many days. Without them it may be asked for again.
    marks, lifted : int
        Do-not-contact marks, and marks that were lifted before the limit.
    cameras : int
        Requests to cameras that were made before the limit.
    first, last : Timestamp or None
        The oldest and the newest listing or visit that went.
    preview : bool
        Whether nothing was deleted yet.
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
    lists: int = 0
    corrections: int = 0
    notes: int = 0
    lifted: int = 0
    still_heeded: int = 0
    cameras: int = 0
    preview: bool = False
    rebuilt: bool = True

    def __bool__(self) -> bool:
        """Return whether anything went, or would go."""
        return bool(self.doors or self.marks or self.lifted or self.cameras)

    def summary(self) -> str:
        """Return in a sentence what went, or would go.

        Returns
        -------
        str
        """
        day = plain_day(self.before)
        if not self:
            would = "would be" if self.preview else "was"
            return f"Nothing is older than {day}: nothing {would} deleted."
        sentences = [self._doors(), self._marks(), self._notes(), self._heeded()]
        if not self.rebuilt:
            sentences.append(
                "The file could not be rebuilt, because another program has it open: what was "
                "deleted is gone from the ledger, and its space is given back by the next purge."
            )
        return " ".join(filter(None, sentences))

    def _doors(self) -> str:
        if self.first is None or self.last is None:
            return ""
        kept = [
            f"{count(self.asked, 'row')} of what was asked",
            count(self.visits, "visit"),
            *([count(self.corrections, "correction")] if self.corrections else []),
        ]
        return (
            f"{'Would delete' if self.preview else 'Deleted'} what ended before "
            f"{plain_day(self.before)}: {count(self.doors, 'door')} of {count(self.lists, 'list')} "
            f"with {', '.join(kept)} and {count(self.burglaries, 'reference')} of burglaries, from "
            f"{plain_day(self.first)} to {plain_day(self.last)}."
        )

    def _notes(self) -> str:
        if not self.notes:
            return ""
        would = "would go with them" if self.preview else "went with them"
        return (
            f"{count(self.notes, 'note')} for the officer in the case, not handed over yet, {would}"
            f"{': hand over first (hotspot visits notes)' if self.preview else ''}."
        )

    def _heeded(self) -> str:
        if not self.still_heeded:
            return ""
        would = "would be" if self.preview else "are"
        return (
            f"{count(self.still_heeded, 'visit')} that the lists still heed {would} gone: the next "
            "list may send somebody to these homes again, though they were told or refused."
        )

    def _marks(self) -> str:
        kinds = [
            (self.marks, "do-not-contact mark"),
            (self.lifted, "lifted mark"),
            (self.cameras, "request to a camera"),
        ]
        plural = {"request to a camera": "requests to cameras"}
        parts = [count(number, kind, plural.get(kind)) for number, kind in kinds if number]
        would = "would be deleted" if self.preview else "deleted"
        return f"{and_list(parts)} {would}." if parts else ""

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


def preview_purge(store: Store, before: AsOf, marks: bool) -> Purged:
    """Count what a purge would delete. See `VisitLedger.purge`."""
    limit = _limit(before)
    with store.reading() as connection:
        return _planned(connection, limit, marks, _old_doors(connection, limit))


def purge(store: Store, before: AsOf, marks: bool, who: str | None) -> Purged:
    """Delete what is old, and its bytes. See `VisitLedger.purge`."""
    limit = _limit(before)
    with store.writing() as connection:
        old = _old_doors(connection, limit)
        plan = _planned(connection, limit, marks, old)
        for table in _OF_A_DOOR:
            schema.delete_rows(connection, table.c.visit_id, old.index)
        for gone in _old_marks(limit, marks).values():
            connection.execute(sa.delete(schema.marks).where(gone))
        connection.execute(sa.delete(schema.camera_requests).where(_old_requests(limit)))
        purged = schema.read_time(connection, schema.PURGED)
        if plan.doors and (purged is None or limit > purged):
            schema.write_time(connection, schema.PURGED, limit)
        if plan:
            log_access(connection, "purge", who, count=plan.doors + plan.marks + plan.cameras)
    return replace(plan, preview=False, rebuilt=not plan or store.rebuilt())


def _limit(before: AsOf) -> pd.Timestamp:
    """Return the moment before which all goes.

    A day is meant from its beginning, where a cut-off goes to its end: that day itself is kept.
    """
    return moment_of(before, "before")


def _planned(
    connection: sa.Connection, limit: pd.Timestamp, marks: bool, old: pd.DataFrame
) -> Purged:
    """Count what goes."""
    number = {
        table.name: schema.count_rows(connection, table.c.visit_id, old.index)
        for table in _OF_A_DOOR
    }
    going = {
        name: connection.execute(
            sa.select(sa.func.count()).select_from(schema.marks).where(which)
        ).scalar_one()
        for name, which in _old_marks(limit, marks).items()
    }
    visits = list(schema.rows_with(connection, made.c.visit_id, old.index))
    on_lists = [
        (row["as_of"], row["parameters_digest"])
        for row in schema.rows_with(connection, listed.c.visit_id, old.index)
    ]
    # Ledgers of 0.1.0 kept of each door its last list alone.
    on_lists += [
        (row["last_as_of"], row["last_parameters"])
        for row in schema.rows_with(connection, asked.c.visit_id, old.index)
    ]
    return Purged(
        before=limit,
        doors=len(old),
        asked=number[asked.name],
        visits=number[made.name],
        burglaries=number[burglaries.name],
        first=None if old.empty else old["first"].min(),
        last=None if old.empty else old["last"].max(),
        lists=len(set(on_lists)),
        corrections=number[corrections.name],
        notes=sum(bool(row["for_the_officer"]) for row in visits),
        still_heeded=_still_heeded(connection, visits),
        marks=going.get("marks", 0),
        lifted=going["lifted"],
        cameras=connection.execute(
            sa.select(sa.func.count())
            .select_from(schema.camera_requests)
            .where(_old_requests(limit))
        ).scalar_one(),
        preview=True,
    )


def _still_heeded(connection: sa.Connection, visits: list[dict[str, Any]]) -> int:
    """Count the visits for which the newest list leaves a home alone."""
    parameters, cut_offs = last_parameters(connection), all_cut_offs(connection)
    if cut_offs.empty:
        return 0
    days = {
        refused: int(parameters.get(name) or 0)
        for refused, name in ((False, "revisit_days"), (True, "refusal_days"))
    }
    today = cut_offs.max().normalize()
    ending = [
        (word, row["visited_at"])
        for row in visits
        if (word := result_word(row["result"])).ends_visit
    ]
    return sum((today - pd.Timestamp(at).normalize()).days <= days[w.bars] for w, at in ending)


def _old_marks(limit: pd.Timestamp, marks: bool) -> dict[str, sa.ColumnElement[bool]]:
    """Return which marks go: those that were lifted, and the others where that is asked for."""
    moment = limit.to_pydatetime()
    lifted = {"lifted": schema.marks.c.lifted_at < moment}
    if not marks:
        return lifted
    stands = schema.marks.c.lifted_at.is_(None)
    return {**lifted, "marks": stands & (schema.marks.c.marked_at < moment)}


def _old_requests(limit: pd.Timestamp) -> sa.ColumnElement[bool]:
    """Return which requests to cameras go, those that were withdrawn with the others."""
    return schema.camera_requests.c.asked_at < limit.to_pydatetime()


def _old_doors(connection: sa.Connection, limit: pd.Timestamp) -> pd.DataFrame:
    """Find the visits of which nothing was listed or done since: the first and last of each."""
    moments = (
        (asked.c.visit_id, asked.c.first_as_of),
        (asked.c.visit_id, asked.c.last_as_of),
        (made.c.visit_id, made.c.visited_at),
        # A visit that was withdrawn is kept here alone.
        (corrections.c.visit_id, corrections.c.visited_at),
    )
    known = pd.concat(
        [schema.frame_of(connection, sa.select(*pair), ("visit_id", "at")) for pair in moments]
    )
    ends = known.groupby("visit_id")["at"].agg(["min", "max"])
    ends.columns = pd.Index(["first", "last"])
    return ends[ends["last"] < limit]
