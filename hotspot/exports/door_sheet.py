"""The sheet that goes to the doors: no reference, and no other home's address."""

from itertools import groupby
from operator import attrgetter
from pathlib import Path
from typing import Any

import pandas as pd
from jinja2 import Environment, PackageLoader, StrictUndefined

from hotspot._checks import count
from hotspot.exports.about import SHOWS, About
from hotspot.exports.files import replacing_file

# Result, date and time, and the rest of what the officer writes by hand.
_TO_FILL_IN = (
    "Result", "Date and time", "Collar number", "Leaflet", "Camera or doorbell",
    "Information for the officer in the case", "Referral",
)  # fmt: skip
_COUNTED = (
    ("burgled home", "burgled homes"),
    ("next door", "next door"),
    ("opposite or behind", "opposite or behind"),
    ("nearby", "nearby"),
)


def write_door_sheet(rows: pd.DataFrame, path: Path, title: str, about: About) -> Path:
    """Write one area's doors as a page to print: A4, self-contained, without a script.

    Parameters
    ----------
    rows : DataFrame
        As `printable_rows` gives them.
    path : Path
    title : str
    about : About

    Returns
    -------
    Path
    """
    environment = Environment(
        loader=PackageLoader("hotspot", "_assets"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    page = environment.get_template("sheet_doors.html.j2").render(
        title=title,
        about=about,
        shows=SHOWS,
        summary=_summary(rows),
        to_fill_in=_TO_FILL_IN,
        streets=_streets(rows, about),
    )
    with replacing_file(path) as temporary:
        temporary.write_text(page, encoding="utf-8", newline="\n")
    return path


def _summary(rows: pd.DataFrame) -> str:
    rings = rows["ring"].value_counts()
    told = [
        count(int(rings[ring]), *words)
        for ring, words in enumerate(_COUNTED)
        if ring in rings.index
    ]
    return f"{count(len(rows), 'door')}: {', '.join(told)}." if told else "No door to visit."


def _streets(rows: pd.DataFrame, about: About) -> list[dict[str, Any]]:
    """Group the rows, which are in house order, by street."""
    lines: list[Any] = list(rows.itertuples(index=False))
    return [
        {
            "name": street or "Street not known",
            "doors": [_door(row, about.last_moment) for row in doors],
        }
        for street, doors in groupby(lines, key=attrgetter("street"))
    ]


def _door(row: Any, last_moment: pd.Timestamp | None) -> dict[str, Any]:
    """Choose what may be on the sheet. `reason` and `crime_refs` may not."""
    note = row.door_note or ("burgled home" if row.ring == 0 else "a burglary nearby")
    # The note of a burgled home says itself what it is.
    note = f"{note[0].upper()}{note[1:]}" if row.ring == 0 else f"{row.door}: {note}"
    return {
        "address": row.address,
        "burgled": row.ring == 0,
        "note": note,
        # A visit that is past its time is still due.
        "due": "was due" if last_moment is not None and row.act_by <= last_moment else "by",
        "act_by": _short(row.act_by),
        "before": _before(row),
        "visit_id": row.visit_id,
    }


def _short(moment: pd.Timestamp) -> str:
    if pd.isna(moment):
        return ""
    return f"{moment.day_name()[:3]} {moment.day} {moment.month_name()[:3]} {moment:%H:%M}"


def _before(row: Any) -> str:
    """Say how often the home itself was burgled, beyond the burglary that lists it."""
    if row.burglaries_12m is None or pd.isna(row.burglaries_12m):
        return ""
    times = int(row.burglaries_12m)
    if times <= (1 if row.ring == 0 else 0):
        return ""
    return f"{count(times, 'burglary', 'burglaries')} here in 12 months"
