"""The sheet that goes to the doors: no reference, and no other home's address."""

from typing import Any, NamedTuple

import pandas as pd

from hotspot.english import and_list, count, short_day
from hotspot.output.pages import make_page
from hotspot.rule import RINGS
from hotspot.sheets.about import SHOWS, About
from hotspot.sheets.asked_back import asked_back, words_for
from hotspot.sheets.list_formats import SheetLayout
from hotspot.sheets.paper_map import Streets
from hotspot.sheets.sheet_pages import Text, sheet_pages, supervisor_pages
from hotspot.sheets.strip_map import Doors

STREET_NOT_KNOWN = "Street not known"
_KEY = (
    "Each number is a door to visit, the same on the sheet, its maps, the phone and the workbook; "
    "numbers follow each street in house order, and then the street that is nearest. On the map "
    "of a page, small dots are doors of other pages."
)
_FOR_THE_SUPERVISOR = (
    "For the supervisor, not for the team: black squares are burgled homes, which no page of the "
    "team's marks."
)


def door_sheet(
    rows: pd.DataFrame,
    title: str,
    about: About,
    streets: Streets | None = None,
    layout: SheetLayout = "boxes",
    *,
    for_supervisor: bool = False,
) -> str:
    """Return one area's doors as pages to print: A4, self-contained, without a script.

    Parameters
    ----------
    rows : DataFrame
        As `with_ages` returns them.
    title : str
    about : About
    streets : Streets, optional
        For the map of each page.
    layout : {"boxes", "lines"}
        Boxes to tick for two visits of each door, or one line a door.
    for_supervisor : bool
        Only the map of the whole beat, with the burgled homes marked, which the team's never are.

    Returns
    -------
    str
        HTML.
    """
    shown = doors_to_show(rows, about.last_moment)
    texts = _texts(rows, about)
    if for_supervisor:
        texts.insert(0, Text(_FOR_THE_SUPERVISOR, "warning"))
    pages_of = supervisor_pages if for_supervisor else sheet_pages
    return make_page(
        "sheet_doors.html.j2",
        title=title,
        about=about,
        summary=_summary(rows, by_ring=for_supervisor),
        results=words_for("result"),
        also=[
            asked.heading
            for asked in asked_back(packs=bool(rows["tier"].notna().any()))
            if asked.kind == "yes or no"
        ],
        layout=layout,
        pages=pages_of(rows, shown, texts, streets, layout),
    )


def _texts(rows: pd.DataFrame, about: About) -> list[Text]:
    """Return what is said of the list, in the order in which it is read."""
    settings = [f"{name}: {value}." for name, value in about.parameters]
    settings += [f"{name}: SHA-256 {digest[:12]}." for name, digest in about.inputs]
    doors = Doors.of(rows)
    unplaced = [str(stop) for stop in doors.stops[~doors.is_placed].tolist()]
    if unplaced:
        key = f"{_KEY} On no map, as the place is not known: {and_list(unplaced)}."
    else:
        key = _KEY
    return [
        *(Text(warning, "warning") for warning in about.warnings),
        Text(key, "key"),
        *(Text(line, "limit") for line in (*SHOWS, *about.notes)),
        Text(" ".join([*settings, f"Made by hotspot {about.version}."]), "parameters"),
    ]


def _summary(rows: pd.DataFrame, *, by_ring: bool) -> str:
    """Return how many doors there are; for the supervisor also of what kind."""
    if not by_ring and len(rows):
        # How many homes were burgled is a hint on a short list.
        return f"{count(len(rows), 'door')}."
    sizes = rows["ring"].value_counts()
    counts = [
        count(int(sizes[ring.number]), ring.label.lower(), ring.plural)
        for ring in RINGS
        if ring.number in sizes.index
    ]
    return f"{count(len(rows), 'door')}: {', '.join(counts)}." if counts else "No door to visit."


class _Row(NamedTuple):
    """What is read of a row of the list: `reason` and `crime_refs` are not."""

    stop: int
    address: str | None
    street: str | None
    at_the_door: str | None
    task: str | None
    attempt: float
    tier: str | None
    visit_by: pd.Timestamp
    visit_overdue: bool
    visit_id: str | None


def doors_to_show(rows: pd.DataFrame, last_moment: pd.Timestamp | None) -> list[dict[str, Any]]:
    """Return what may be on a sheet for the doors of each of some rows."""
    columns = (rows[field].tolist() for field in _Row._fields)
    return [_door(_Row(*values), last_moment) for values in zip(*columns, strict=True)]


def _door(row: _Row, last_moment: pd.Timestamp | None) -> dict[str, Any]:
    # Another maker's list may not say it: then nothing of the burglary is told at all.
    note = row.at_the_door or "A visit about burglary"
    return {
        "number": row.stop,
        "address": row.address,
        "street": row.street or STREET_NOT_KNOWN,
        "note": note,
        "task": _task(row),
        # A visit that is past its time is still due.
        "due": "was due" if last_moment is not None and row.visit_by <= last_moment else "by",
        "act_by": _short(row.visit_by),
        # Without the day of the week, where a door is one line.
        "act_by_date": _short(row.visit_by).partition(" ")[2],
        "overdue": bool(row.visit_overdue),
        "visit_id": row.visit_id,
    }


def _task(row: _Row) -> str:
    """Return what to do where it is not the usual, and with what pack."""
    task = f"{row.task} (attempt {int(row.attempt)})" if row.task not in (None, "visit") else ""
    parts = [task, f"{row.tier} pack" if row.tier else ""]
    return ", ".join(f"{part[0].upper()}{part[1:]}" for part in parts if part)


def _short(moment: pd.Timestamp) -> str:
    # Midnight is a time to act by like any other, so that it is always written.
    return "" if pd.isna(moment) else f"{short_day(moment)} {moment:%H:%M}"
