"""The sheet that goes to the doors: no reference, and no other home's address."""

from collections.abc import Iterator
from dataclasses import dataclass
from math import ceil
from typing import Any

import geopandas as gpd
import pandas as pd

from hotspot.english import count, short_day
from hotspot.output.pages import make_page
from hotspot.rule import RINGS
from hotspot.sheets.about import SHOWS, About
from hotspot.sheets.asked_back import ASKED, words_for
from hotspot.sheets.strip_map import draw_map

STREET_NOT_KNOWN = "Street not known"
# What a page of the sheet holds, in millimetres, once marking, title and map are on it. Measured
# in print, since the browser breaks pages by itself and would part a door from its map.
_PAGE_MM = 197.0
_STREET_MM = 7.0
_DOOR_MM = 30.3
_LINE_MM = 5.0
_ADDRESS_CHARACTERS, _NOTE_CHARACTERS = 48, 60
_TEXT_CHARACTERS = 92


@dataclass(frozen=True)
class _Page:
    """The doors of one page, each with the street where that is named anew."""

    doors: pd.DataFrame
    headings: tuple[str | None, ...]


def door_sheet(
    rows: pd.DataFrame, title: str, about: About, streets: gpd.GeoDataFrame | None = None
) -> str:
    """Return one area's doors as a page to print: A4, self-contained, without a script.

    Parameters
    ----------
    rows : DataFrame
        As `with_ages` returns them.
    title : str
    about : About
    streets : GeoDataFrame, optional
        For the map of each page.

    Returns
    -------
    str
        HTML.
    """
    pages = [
        {
            "doors": [
                {**door(row, about.last_moment), "heading": heading}
                for row, heading in zip(
                    page.doors.itertuples(index=False), page.headings, strict=True
                )
            ],
            "map": draw_map(page.doors, rows.drop(page.doors.index), streets),
        }
        for page in _pages(rows, about)
    ]
    return make_page(
        "sheet_doors.html.j2",
        title=title,
        about=about,
        shows=SHOWS,
        summary=summary(rows),
        results=words_for("result"),
        boxes=[asked.heading for asked in ASKED if asked.kind == "yes or no"],
        pages=pages,
    )


def summary(rows: pd.DataFrame) -> str:
    """Return how many doors there are, and of what kind."""
    sizes = rows["ring"].value_counts()
    counts = [
        count(int(sizes[ring.number]), ring.label.lower(), ring.plural)
        for ring in RINGS
        if ring.number in sizes.index
    ]
    return f"{count(len(rows), 'door')}: {', '.join(counts)}." if counts else "No door to visit."


def door(row: Any, last_moment: pd.Timestamp | None) -> dict[str, Any]:
    """Return what may be on a sheet for the doors: `reason` and `crime_refs` may not."""
    note = row.door_note or ("burgled home" if row.ring == 0 else "a burglary nearby")
    # The note of a burgled home says itself what it is.
    note = f"{note[0].upper()}{note[1:]}" if row.ring == 0 else f"{row.door}: {note}"
    return {
        "number": row.stop,
        "address": row.address,
        "street": row.street or STREET_NOT_KNOWN,
        "burgled": row.ring == 0,
        "note": note,
        "task": _task(row),
        # A visit that is past its time is still due.
        "due": "was due" if last_moment is not None and row.act_by <= last_moment else "by",
        "act_by": _short(row.act_by),
        "overdue": row.overdue == "overdue",
        "before": _before(row),
        "age": row.age,
        "age_band": row.age_band,
        "visit_id": row.visit_id,
    }


def _task(row: Any) -> str:
    """Return what to do where it is not the usual, and with what pack."""
    parts: list[str] = []
    if row.task and row.task != "visit":
        parts.append(f"{row.task[0].upper()}{row.task[1:]} (attempt {int(row.attempt)})")
    if row.tier:
        parts.append(f"{row.tier[0].upper()}{row.tier[1:]} pack")
    return ", ".join(parts)


def _short(moment: pd.Timestamp) -> str:
    # Midnight is a time to act by like any other, so that it is always written.
    return "" if pd.isna(moment) else f"{short_day(moment)} {moment:%H:%M}"


def _before(row: Any) -> str:
    """Return how often the home itself was burgled, beyond the burglary that lists it."""
    if row.burglaries_12m is None or pd.isna(row.burglaries_12m):
        return ""
    times = int(row.burglaries_12m)
    if times <= (1 if row.ring == 0 else 0):
        return ""
    return f"{count(times, 'burglary', 'burglaries')} here in 12 months"


def _pages(rows: pd.DataFrame, about: About) -> Iterator[_Page]:
    """Split the doors into pages that surely hold them, so that each map shows just its own."""
    start, headings, street = 0, list[str | None](), None
    warned = sum(ceil(len(text) / _TEXT_CHARACTERS) for text in about.warnings)
    left = _PAGE_MM - warned * _LINE_MM
    lines: list[Any] = list(rows.itertuples(index=False))
    for position, row in enumerate(lines):
        name = row.street or STREET_NOT_KNOWN
        needed = _height_mm(row, about)
        if headings and left < needed + (0 if name == street else _STREET_MM):
            yield _Page(rows.iloc[start:position], tuple(headings))
            start, headings, street, left = position, [], None, _PAGE_MM
        if name != street:
            left -= _STREET_MM
        headings.append(None if name == street else name)
        left -= needed
        street = name
    yield _Page(rows.iloc[start:], tuple(headings))
    if left < _limits_mm(about):
        # Only for what the list does not show: it would run over the page.
        yield _Page(rows.iloc[:0], ())


def _limits_mm(about: About) -> float:
    """Return how high what the last page says of the list is."""
    texts = [*SHOWS, *about.notes, *([""] * 3)]
    lines = sum(max(1, ceil(len(text) / _TEXT_CHARACTERS)) for text in texts)
    small = sum(len(name) + len(value) + 4 for name, value in about.parameters)
    small += sum(len(name) + 28 for name, _ in about.inputs)
    return 7 + _LINE_MM * (lines + ceil((small + 30) / _TEXT_CHARACTERS))


def _height_mm(row: Any, about: About) -> float:
    shown = door(row, about.last_moment)
    note = " ".join([shown["note"], shown["before"], shown["task"]])
    lines = ceil(len(row.address or "") / _ADDRESS_CHARACTERS)
    lines += ceil(len(note) / _NOTE_CHARACTERS)
    return _DOOR_MM + max(lines - 2, 0) * _LINE_MM
