"""Notes for the officer in the case: handed to the supervisor, acknowledged, then deleted."""

import base64
import hashlib
import json
import os
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import pandas as pd
import sqlalchemy as sa

from hotspot import __version__
from hotspot._checks import choice_problems, raise_problems
from hotspot._errors import DataError
from hotspot.english import count, long_moment, some_of
from hotspot.incidents.stop_list import Exclude
from hotspot.output.files import replacing_files
from hotspot.output.handling import shown_marking
from hotspot.output.page_parts import Cell, PageSection, PageTable, ResultPage
from hotspot.output.pages import make_page, write_page
from hotspot.output.results import Shown, shown_html
from hotspot.output.tables import write_table
from hotspot.output.workbook_files import Stamp, write_tables
from hotspot.visits.access_log import log_access
from hotspot.visits.home_finding import doors_by_visit
from hotspot.visits.schema import frame_of, made
from hotspot.visits.stopped_doors import names_any, of_ledger
from hotspot.visits.store import Store

COLUMNS = (
    "note_ref", "crime_refs", "address", "area", "visited_at", "collar_number", "note", "visit_id",
)  # fmt: skip
FORMATS = ("html", "csv", "xlsx")
_TITLE = "Notes for the officer in the case"
_HEADS = {
    "note_ref": "Note", "crime_refs": "Crime references", "address": "Door", "area": "Area",
    "visited_at": "Visited", "collar_number": "Officer", "note": "What was said or seen",
}  # fmt: skip
_WHAT_TO_DO = (
    "Put each note into its crime record, or find that it belongs in none; then acknowledge it "
    "(hotspot visits notes --acknowledge REF). The ledger deletes it then, and no sheet brings it "
    "back.",
    "A note is what one person said or saw at one door. It is checked by nobody yet.",
    "This digest is the only copy outside the ledger: keep it as the crime record is kept, and "
    "delete it when the notes are in there.",
)


@dataclass(frozen=True)
class OfficerNotes:
    """Result of `VisitLedger.notes`: what teams wrote for the officer in the case.

    Parameters
    ----------
    table : DataFrame
        A row per note that nobody acknowledged: ``note_ref`` (made of its text, the same on every
        run), ``crime_refs`` (all that reach the door, the leading one first), ``address``,
        ``area``, ``visited_at``, ``collar_number``, ``note``, ``visit_id``; the oldest first.
    withheld : int
        How many more wait that are of a door or a burglary on the stop list.
    """

    product: ClassVar[str] = "officer_notes"
    table: pd.DataFrame
    withheld: int = 0

    def summary(self) -> str:
        """Return the notes in plain sentences, for the supervisor: they are in it word for word.

        Returns
        -------
        str
        """
        notes, last = self.table, self._withheld_words()
        if notes.empty:
            return "\n".join(["No note for an officer in the case is waiting.", *last])
        waiting = "is waiting" if len(notes) == 1 else "are waiting"
        head = f"{count(len(notes), 'note')} for the officer in the case {waiting}."
        lines = [_line(note) for note in notes.itertuples()]
        return "\n".join([head, *lines, *last, _WHAT_TO_DO[0]])

    def _withheld_words(self) -> list[str]:
        """Return how many notes are not here, where any are."""
        if not self.withheld:
            return []
        other = "other note" if len(self.table) else "note"
        are = "is" if self.withheld == 1 else "are"
        return [
            f"{count(self.withheld, other)} {are} of what is on the stop list and stands in no "
            "digest: ask the supervisor."
        ]

    def to_dict(self) -> dict[str, Any]:
        """Return what JSON can hold.

        Returns
        -------
        dict
        """
        notes = json.loads(self.table.to_json(orient="records", date_format="iso"))
        return {"notes": notes, "withheld": self.withheld}

    def write(
        self,
        folder: str | os.PathLike[str],
        *,
        marking: str | None = None,
        formats: Iterable[str] = FORMATS,
    ) -> list[Path]:
        """Write the digest as page, table and workbook, all of them or none.

        Parameters
        ----------
        folder : path
            It is made where it is missing, and an older digest there is replaced.
        marking : str, optional
            Protective marking. Without one the files say that none was given.
        formats : iterable of {"html", "csv", "xlsx"}

        Returns
        -------
        list of Path

        Raises
        ------
        ConfigError
            If a format is unknown.
        OutputError
            If a file cannot be written.
        """
        formats = [formats] if isinstance(formats, str) else list(formats)
        raise_problems(
            arguments=[p for one in formats for p in choice_problems("formats", one, FORMATS)]
        )
        paths = {kind: Path(folder) / f"{self.product}.{kind}" for kind in formats}
        shown = shown_marking(marking)
        with replacing_files(paths.values()) as places:
            for kind, path in paths.items():
                getattr(self, f"_write_{kind}")(places[path], shown)
        return list(paths.values())

    def _write_html(self, path: Path, marking: str) -> None:
        notes: list[Any] = list(self.table.itertuples())
        rows = [
            (
                note.note_ref,
                _text(note.crime_refs),
                Cell(note.address or note.visit_id, "ref", _visited(note)),
                note.note,
            )
            for note in notes
        ]
        columns = [
            ("Note", "day"), ("Crime references", "ref"), ("Door", "ref"), (_HEADS["note"], ""),
        ]  # fmt: skip
        page = ResultPage(
            title=_TITLE,
            scope=f"{count(len(rows), 'note')} that nobody has acknowledged yet.",
            sentences=(),
            picture_text="",
            limits=_WHAT_TO_DO[1:],
            sections=[
                PageSection("What to do", [_WHAT_TO_DO[0], *self._withheld_words()]),
                PageSection("The notes", tables=[PageTable.of(columns, rows)]),
            ],
        )
        text = make_page(
            "result_page.html.j2",
            page=page,
            title=_TITLE,
            marking=marking,
            picture="",
            settings=PageTable.of([("", "head"), ("", "")], ()),
            inputs=PageTable.of([("", "head"), ("", "")], ()),
            version=f"Made with hotspot {__version__}.",
        )
        write_page(text, path)

    def _write_csv(self, path: Path, marking: str) -> None:
        write_table(self.table.assign(marking=marking), path)

    def _write_xlsx(self, path: Path, marking: str) -> None:
        to_know = [*self._withheld_words(), *_WHAT_TO_DO]
        about = [("Marking", marking), *(("To know", text) for text in to_know)]
        table = self.table[list(_HEADS)].rename(columns=_HEADS)
        table["Visited"] = [_text(moment) for moment in self.table["visited_at"]]
        write_tables({"Notes": table}, path, Stamp(_TITLE, marking), about)

    def _repr_html_(self) -> str:
        return shown_html(self.summary())


@dataclass(frozen=True)
class Acknowledged(Shown):
    """Result of `VisitLedger.acknowledge_notes`.

    Parameters
    ----------
    refs : tuple of str
        The notes that were deleted.
    rebuilt : bool
        Whether the file was rebuilt without them; not where another program had it open.
    """

    refs: tuple[str, ...]
    rebuilt: bool = True

    def summary(self) -> str:
        """Return in a sentence what went.

        Returns
        -------
        str
        """
        went = f"{count(len(self.refs), 'note')} acknowledged and deleted: {some_of(self.refs)}."
        waiting = (
            " The file could not be rebuilt, because another program has it open: run the same "
            "again later, or hotspot visits purge."
        )
        return went if self.rebuilt else went + waiting


def notes_to_hand_over(connection: sa.Connection, exclude: Exclude) -> OfficerNotes:
    """Read the notes that wait, without those of a stop list. See `VisitLedger.notes`."""
    notes = waiting_notes(connection)
    stop = of_ledger(connection, exclude)
    if not stop:
        return OfficerNotes(notes)
    doors = doors_by_visit(connection).reindex(notes["visit_id"])
    own = sa.select(made.c.visit_id, made.c.uprn).where(made.c.uprn.is_not(None))
    told = frame_of(connection, own).groupby("visit_id")["uprn"].agg("; ".join)
    named = doors[["crime_refs", "uprns", "uprn"]].assign(told=told.reindex(doors.index))
    shown = notes[~names_any(named, stop)].reset_index(drop=True)
    return OfficerNotes(shown, len(notes) - len(shown))


def waiting_notes(connection: sa.Connection) -> pd.DataFrame:
    """Read the notes that nobody acknowledged. See `VisitLedger.notes`."""
    names = ("visit_id", "visited_at", "collar_number", "for_the_officer")
    query = sa.select(*(made.c[name] for name in names)).where(made.c.for_the_officer.is_not(None))
    notes = frame_of(connection, query).rename(columns={"for_the_officer": "note"})
    doors = doors_by_visit(connection).reindex(notes["visit_id"])
    for name in ("crime_refs", "address", "area"):
        # A visit that no list holds has no door here.
        known = [None if pd.isna(text) else text for text in doors[name]]
        notes[name] = pd.Series(known, index=notes.index, dtype=object)
    refs = [note_ref(*pair) for pair in zip(notes["visit_id"], notes["note"], strict=True)]
    notes["note_ref"] = pd.Series(refs, index=notes.index, dtype=object)
    ordered = notes.sort_values(["visited_at", "visit_id", "note_ref"], ignore_index=True)
    return ordered[list(COLUMNS)]


def note_ref(visit_id: str, note: str) -> str:
    """Build the reference of a note from what it says at which door.

    Examples
    --------
    >>> note_ref("V-A", "saw a grey van") == note_ref("V-A", "saw a grey van")
    True
    >>> note_ref("V-A", "saw a grey van").startswith("N-")
    True
    """
    digest = hashlib.sha256(f"{visit_id}|{note}".encode()).digest()
    return "N-" + base64.b32encode(digest).decode()[:10]


def acknowledge(store: Store, refs: Collection[str], who: str | None) -> Acknowledged:
    """Delete notes that were handed over. See `VisitLedger.acknowledge_notes`."""
    wanted = {"".join(str(ref).split()).upper() for ref in refs}
    now = pd.Timestamp.now().floor("s").to_pydatetime()
    with store.writing() as connection:
        waiting = waiting_notes(connection)
        unknown = sorted(wanted - set(waiting["note_ref"]))
        if unknown:
            raise DataError(
                f"No note {some_of(unknown)} is waiting: nothing was deleted. It may be "
                "acknowledged already; see hotspot visits notes."
            )
        gone = waiting[waiting["note_ref"].isin(wanted)]
        for visit_id, note in set(zip(gone["visit_id"], gone["note"], strict=True)):
            same = (made.c.visit_id == visit_id) & (made.c.for_the_officer == note)
            said = sa.update(made).where(same)
            connection.execute(said.values(for_the_officer=None, acknowledged_at=now))
        if len(gone):
            log_access(connection, "acknowledgement", who, count=len(gone))
    return Acknowledged(tuple(sorted(wanted)), rebuilt=not wanted or store.rebuilt())


def _visited(note: Any) -> str:
    """Return where else, when and by whom, in small print below the door."""
    who = f"officer {note.collar_number}" if note.collar_number else ""
    return ", ".join(filter(None, (_text(note.area), long_moment(note.visited_at), who)))


def _line(note: Any) -> str:
    where = note.address or f"visit {note.visit_id}"
    who = f", officer {note.collar_number}" if note.collar_number else ""
    about = f" ({note.crime_refs})" if note.crime_refs else ""
    return f"- {note.note_ref}: {where}{about}, {long_moment(note.visited_at)}{who}: {note.note}"


def _text(value: Any) -> str:
    if isinstance(value, pd.Timestamp):
        return long_moment(value)
    return "" if value is None or pd.isna(value) else str(value)
