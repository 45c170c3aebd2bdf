"""Target lists as a workbook: for the supervisor to read, for the team to fill in and return."""

from collections.abc import Callable
from math import ceil
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd
import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from hotspot.output.workbook_files import (
    FONT,
    GRID,
    HEADING,
    MOST_CELL_CHARACTERS,
    Stamp,
    new_workbook,
    set_page,
    write_about,
)
from hotspot.sheets.about import SHOWS, About
from hotspot.sheets.asked_back import ASKED, words_for

_LINE_HEIGHT = 14.5
_MOST_LINES = 25
# How much wider than the digits that a column's width counts is the text in it.
_TEXT_WIDTH, _BOLD_WIDTH = 1.15, 1.3
# A visit may be written down for a list of some weeks ago, and for one that is carried forward.
_DAYS_BEFORE, _DAYS_AFTER = 62, 366


class _Column(NamedTuple):
    """A column of the list, and, where some lists have nothing for it, whether to show it."""

    heading: str
    field: str
    width: float
    kind: str
    shown: Callable[[pd.DataFrame], bool] | None = None


_COLUMNS = (
    _Column("No.", "stop", 6, "number"),
    _Column("Visit", "visit_id", 18, "reference"),
    _Column("Address", "address", 32, "text"),
    _Column("Area", "area", 15, "text", lambda rows: rows["area"].nunique() != 1),
    _Column("Ring", "ring", 6, "number"),
    _Column("Door", "door", 15, "text"),
    _Column("UPRN", "uprn", 17, "reference"),
    _Column(
        "UPRNs of the building", "uprns", 17, "reference",
        lambda rows: bool((rows["uprns"].notna() & (rows["uprns"] != rows["uprn"])).any()),
    ),
    _Column("Why this door", "reason", 54, "text"),
    _Column(
        "Leading burglary found", "newest", 13, "day",
        lambda rows: bool((rows["age_band"] >= 0).any()),
    ),
    _Column("Task", "task", 13, "text", lambda rows: bool((rows["task"] != "visit").any())),
    _Column("Attempt", "attempt", 9, "number", lambda rows: bool((rows["attempt"] != 1).any())),
    _Column("Pack", "tier", 10, "text", lambda rows: bool(rows["tier"].notna().any())),
    _Column("Act by", "act_by", 18, "time"),
    _Column("Overdue", "overdue", 13, "text", lambda rows: bool(rows["overdue"].any())),
    _Column("Listed until", "expires", 13, "day"),
    _Column("References", "crime_refs", 16, "reference"),
    _Column("Burglaries here in 12 months", "burglaries_12m", 12, "number"),
    _Column("Metres from the nearest burglary", "distance_m", 12, "number"),
)  # fmt: skip
_WIDTHS = {"result": 20, "time": 18, "text": 14, "yes or no": 12}
# From the newest; the date in the cell says the same to those who see no colours.
_AGE_COLOURS = (
    {"bg_color": "#A63603", "font_color": "white"},
    {"bg_color": "#FDAE6B"},
    {"bg_color": "#FEE6CE"},
)
_FORMATS: dict[str, dict[str, Any]] = {
    "text": {},
    "reference": {"num_format": "@"},
    "number": {"num_format": "0", "align": "center"},
    "time": {"num_format": "ddd d mmm hh:mm", "align": "left"},
    "day": {"num_format": "ddd d mmm", "align": "left"},
    "to fill in": {"num_format": "@", "bg_color": "#FFFBE6"},
    "time to fill in": {"num_format": "dd/mm/yyyy hh:mm", "align": "left", "bg_color": "#FFFBE6"},
}


def write_workbook(
    rows: pd.DataFrame, path: Path, title: str, about: About, *, whole: bool
) -> Path:
    """Write rows in their order, with a second sheet that says what they are.

    After what is known of a door come the columns of `ASKED`, empty, with drop-downs and checks:
    the workbook can be filled in and read back as it is.

    Parameters
    ----------
    rows : DataFrame
        As `with_ages` returns them.
    path : Path
    title : str
    about : About
    whole : bool
        Whether it is the list of all areas, so that each row names its own.

    Returns
    -------
    Path
    """
    columns = [
        column
        for column in _COLUMNS
        if column.shown is None or column.shown(rows) or (whole and column.field == "area")
    ]
    stamp = Stamp(title, about.marking, about.cut_off, about.last_moment)
    with new_workbook(path, stamp) as book:
        _write_doors(book, rows, columns, stamp, about)
        write_about(book, stamp, _about_pairs(about))
    return path


def _write_doors(
    book: xlsxwriter.Workbook,
    rows: pd.DataFrame,
    columns: list[_Column],
    stamp: Stamp,
    about: About,
) -> None:
    sheet = book.add_worksheet("Doors")
    edged = {**FONT, **GRID}
    plain = {kind: book.add_format({**edged, **style}) for kind, style in _FORMATS.items()}
    burgled = {
        kind: book.add_format({**edged, "bg_color": "#FCE8D8", **style, "bold": True})
        for kind, style in _FORMATS.items()
    }
    ages = [book.add_format({**edged, **_FORMATS["day"], **colours}) for colours in _AGE_COLOURS]
    heading = book.add_format(HEADING)
    for number, column in enumerate(columns):
        sheet.set_column(number, number, column.width)
        sheet.write_string(0, number, column.heading, heading)
    sheet.set_row(0, 45)
    lines: list[Any] = list(rows.itertuples(index=False))
    for line, row in enumerate(lines, start=1):
        styles = burgled if row.ring == 0 else plain
        sheet.set_row(line, _height(row, columns))
        for number, column in enumerate(columns):
            value = getattr(row, column.field)
            style = styles[column.kind]
            if column.field == "newest" and row.age_band >= 0:
                style = ages[min(row.age_band, len(ages) - 1)]
            _write_cell(sheet, line, number, value, column.kind, style)
    _ask_back(sheet, len(rows), len(columns), heading, plain, about)
    # Who fills in the last columns still sees which door it is.
    sheet.freeze_panes(1, 1 + [column.field for column in columns].index("address"))
    sheet.autofilter(0, 0, max(len(rows), 1), len(columns) + len(ASKED) - 1)
    sheet.repeat_rows(0)
    # What is filled in by hand is on the sheet to print: here it would make the type too small.
    sheet.print_area(0, 0, max(len(rows), 1), len(columns) - 1)
    set_page(sheet, stamp)


def _ask_back(
    sheet: Worksheet,
    doors: int,
    first: int,
    heading: Format,
    styles: dict[str, Format],
    about: About,
) -> None:
    """Add the columns that the team fills in, with what may stand in them."""
    for column, asked in enumerate(ASKED, start=first):
        sheet.set_column(column, column, _WIDTHS[asked.kind])
        sheet.write_string(0, column, asked.heading, heading)
        style = styles["time to fill in" if asked.kind == "time" else "to fill in"]
        for line in range(1, doors + 1):
            sheet.write_blank(line, column, None, style)
        allowed = _allowed(asked.kind, about)
        if doors and allowed is not None:
            sheet.data_validation(1, column, doors, column, allowed)


def _allowed(kind: str, about: About) -> dict[str, Any] | None:
    """Return what a spreadsheet lets people type."""
    if words := words_for(kind):
        return {
            "validate": "list",
            "source": list(words),
            "error_title": "Choose from the list",
            "error_message": f"One of: {', '.join(words)}.",
        }
    if kind != "time":
        return None
    listed = about.last_moment or pd.Timestamp("2020-01-01")
    days = 36525 if about.last_moment is None else _DAYS_AFTER
    return {
        "validate": "date",
        "criteria": "between",
        # A year mistyped in January is the commonest fault in dates filled in by hand.
        "minimum": (listed.normalize() - pd.Timedelta(days=_DAYS_BEFORE)).to_pydatetime(),
        "maximum": (listed.normalize() + pd.Timedelta(days=days)).to_pydatetime(),
        "input_title": "Date and time",
        "input_message": "For example 02/03/2026 18:05",
        "error_title": "No date of this list",
        "error_message": "Type day, month, year and time, for example 02/03/2026 18:05.",
    }


def _height(row: Any, columns: list[_Column]) -> float:
    """Return how high a row is for its longest cell: LibreOffice does not do it by itself."""
    letter = _BOLD_WIDTH if row.ring == 0 else _TEXT_WIDTH
    lines = max(
        ceil(len(str(getattr(row, column.field) or "")) * letter / column.width)
        for column in columns
        if column.kind in ("text", "reference")
    )
    return _LINE_HEIGHT * min(max(lines, 1), _MOST_LINES)


def _write_cell(
    sheet: Worksheet, line: int, number: int, value: Any, kind: str, style: Format
) -> None:
    """Write text as text, whatever it looks like; a missing value stays blank."""
    if value is None or pd.isna(value):
        sheet.write_blank(line, number, None, style)
    elif kind in ("time", "day"):
        sheet.write_datetime(line, number, value.floor("s").to_pydatetime(), style)
    elif kind == "number":
        sheet.write_number(line, number, round(float(value)), style)
    else:
        sheet.write_string(line, number, str(value)[:MOST_CELL_CHARACTERS], style)


def _about_pairs(about: About) -> list[tuple[str, str]]:
    """Return what the second sheet says, each with its name."""
    return [
        ("Marking", about.marking),
        ("Cut-off", about.cut_off),
        *zip(("What it shows", "What it does not show", ""), SHOWS, strict=True),
        *(("To know", note) for note in (*about.warnings, *about.notes)),
        ("To fill in", "The yellow columns: save the workbook and send it back as it is."),
        *about.parameters,
        *((f"SHA-256 of {name}", digest) for name, digest in about.inputs),
        ("Made by", f"hotspot {about.version}"),
    ]
