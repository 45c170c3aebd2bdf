"""The sheet that goes to the doors: no reference, and no other home's address."""

from collections.abc import Iterator
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
    shown = [door(row, about.last_moment) for row in rows.itertuples(index=False)]
    pages = [
        {
            "doors": shown[start:end],
            "map": draw_map(rows.iloc[start:end], rows.drop(rows.index[start:end]), streets),
        }
        for start, end in _pages(shown, about)
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
    # Another maker's list may not say it: then nothing of the burglary is told at all.
    note = row.at_the_door or "A visit about burglary"
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
    task = f"{row.task} (attempt {int(row.attempt)})" if row.task not in (None, "visit") else ""
    parts = [task, f"{row.tier} pack" if row.tier else ""]
    return ", ".join(f"{part[0].upper()}{part[1:]}" for part in parts if part)


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


def _pages(doors: list[dict[str, Any]], about: About) -> Iterator[tuple[int, int]]:
    """Split the doors into pages that surely hold them, so that each map shows just its own.

    Where a street is named anew, above its first door and at the top of a page, the door gets it
    as its ``heading``.
    """
    start, street = 0, None
    warned = sum(ceil(len(text) / _TEXT_CHARACTERS) for text in about.warnings)
    left = _PAGE_MM - warned * _LINE_MM
    for position, shown in enumerate(doors):
        needed = _height_mm(shown)
        if position > start and left < needed + (0 if shown["street"] == street else _STREET_MM):
            yield start, position
            start, street, left = position, None, _PAGE_MM
        shown["heading"] = None if shown["street"] == street else shown["street"]
        left -= needed + (_STREET_MM if shown["heading"] else 0)
        street = shown["street"]
    yield start, len(doors)
    if left < _limits_mm(about):
        # Only for what the list does not show: it would run over the page.
        yield len(doors), len(doors)


def _limits_mm(about: About) -> float:
    """Return how high what the last page says of the list is."""
    texts = [*SHOWS, *about.notes, *([""] * 3)]
    lines = sum(max(1, ceil(len(text) / _TEXT_CHARACTERS)) for text in texts)
    small = sum(len(name) + len(value) + 4 for name, value in about.parameters)
    small += sum(len(name) + 28 for name, _ in about.inputs)
    return 7 + _LINE_MM * (lines + ceil((small + 30) / _TEXT_CHARACTERS))


def _height_mm(shown: dict[str, Any]) -> float:
    """Return how high one door of a page is."""
    note = " ".join([shown["note"], shown["before"], shown["task"]])
    lines = ceil(len(shown["address"] or "") / _ADDRESS_CHARACTERS)
    lines += ceil(len(note) / _NOTE_CHARACTERS)
    return _DOOR_MM + max(lines - 2, 0) * _LINE_MM
