"""Target lists as workbooks: one for the team to fill in and return, one for the supervisor."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from math import ceil, floor
from pathlib import Path
from typing import Any

import pandas as pd
import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from hotspot.output.workbook_files import (
    FONT,
    GRID,
    HEADING,
    Stamp,
    new_workbook,
    set_page,
    write_about,
)
from hotspot.sheets.about import SHOWS, About
from hotspot.sheets.asked_back import CALLS, OF_A_CALL, Asked, asked_back, words_for
from hotspot.sheets.workbook_cells import DOOR, EXPIRED, PACK, SUPERVISOR, TEAM, Cells, Column

_LINE_HEIGHT = 14.5
_MOST_LINES = 25
# A row to be filled in by hand has room for a hand.
_FEWEST_LINES_BY_HAND = 2
# How much wider than the digits that a column's width counts is the text in it.
_PLAIN_WIDTH, _TEXT_WIDTH, _BOLD_WIDTH = 1.0, 1.15, 1.3
# A visit may be written down for a list of some weeks ago, and for one that is carried forward.
_DAYS_BEFORE, _DAYS_AFTER = 62, 366
# A4 on its side within our margins, and what a column takes of it, in units of 1/96 inch.
_PAGE_WIDTH = 1044.0
_DIGIT_WIDTH, _COLUMN_MARGIN = 7.4, 5.0
# Type of 10 points is printed no smaller than 8: what does not fit goes to a page beside.
_SMALLEST_SCALE = 0.80
# Excel and LibreOffice differ in the last pixels of a column.
_SLACK = 0.97

_FOR_THE_TEAM = "The team: it tells of no burglary in which home or on which day it was."
FOR_THE_SUPERVISOR = "Analyst and supervisor only: it tells which homes were burgled"
_TO_FILL_IN = (
    "The yellow columns: save the workbook and send it back as it is.",
    "A second and a third call at a door have columns of their own.",
)


_WIDTHS = {"result": 15, "time": 17, "text": 10, "yes or no": 9}
_FIELD_WIDTHS = {"for_the_officer": 30}
# From the newest; the date in the cell says the same to those who see no colours.
_AGE_COLOURS = (
    {"bg_color": "#A63603", "font_color": "white"},
    {"bg_color": "#FDAE6B"},
    {"bg_color": "#FEE6CE"},
)
_FORMATS: dict[str, dict[str, Any]] = {
    "text": {},
    "yes": {},
    "reference": {"num_format": "@"},
    "number": {"num_format": "0", "align": "center"},
    "time": {"num_format": "ddd d mmm hh:mm", "align": "left"},
    "day": {"num_format": "ddd d mmm", "align": "left"},
    "to fill in": {"num_format": "@", "bg_color": "#FFFBE6"},
    "time to fill in": {"num_format": "dd/mm/yyyy hh:mm", "align": "left", "bg_color": "#FFFBE6"},
}


_BURGLED = {"bg_color": "#FCE8D8", "bold": True}


def write_team_workbook(cells: Cells, path: Path, title: str, about: About) -> Path:
    """Write the workbook that a team fills in and returns: of its doors what may be said there.

    After what is known of a door come the columns of `ASKED`, empty, with drop-downs and checks,
    when and with what result for three calls: the workbook can be read back as it is.

    Parameters
    ----------
    cells : Cells
        Of the doors.
    path : Path
    title : str
    about : About

    Returns
    -------
    Path
    """
    columns, doors = cells.shown(TEAM), cells.doors
    asked = asked_back(packs=PACK in columns)
    calls = [(one, one.of_call(nth)) for nth in range(len(CALLS)) for one in OF_A_CALL]
    others = [(one, one.heading) for one in asked if one not in OF_A_CALL]
    stamp = Stamp(title, about.marking, about.cut_off, about.last_moment)
    with new_workbook(path, stamp) as book:
        styles = _styles(book)
        sheet = _write_rows(book, "Doors", cells, columns, [styles] * doors)
        letters = [_PLAIN_WIDTH] * doors
        for line, lines in enumerate(_lines(cells, columns, letters), start=1):
            sheet.set_row(line, _LINE_HEIGHT * max(lines, _FEWEST_LINES_BY_HAND))
        _ask_back(sheet, doors, len(columns), [*calls, *others], styles, about)
        widths = [column.width for column in columns[len(DOOR) :]]
        groups = [
            *([width] for width in widths),
            *([_width(one) for one in OF_A_CALL] for _ in CALLS),
            *([_width(one)] for one, _ in others),
        ]
        _set_pages(sheet, doors, groups, stamp)
        write_about(book, stamp, [("For", _FOR_THE_TEAM), *_about_pairs(about, _TO_FILL_IN)])
    return path


def write_supervisor_workbook(
    cells: Cells,
    path: Path,
    title: str,
    about: About,
    expired: Cells,
    *,
    whole: bool,
) -> Path:
    """Write the workbook that says why each door is listed, and which nobody went to in time.

    Parameters
    ----------
    cells : Cells
        Of the doors.
    path : Path
    title : str
    about : About
    expired : Cells
        Of the doors that left the list unvisited.
    whole : bool
        Whether it is the list of all areas, so that each row names its own.

    Returns
    -------
    Path
    """
    columns = cells.shown(SUPERVISOR, ["area"] if whole else [])
    stamp = Stamp(title, about.marking, about.cut_off, about.last_moment)
    with new_workbook(path, stamp) as book:
        plain, burgled = _styles(book), _styles(book, _BURGLED)
        looks = [burgled if ring == 0 else plain for ring in cells["ring"]]
        sheet = _write_rows(book, "Doors", cells, columns, looks)
        _colour_ages(book, sheet, cells, columns)
        groups = [[column.width] for column in columns[len(DOOR) :]]
        _set_pages(sheet, cells.doors, groups, stamp)
        if expired.doors:
            looks = [plain] * expired.doors
            gone = _write_rows(book, "Not visited in time", expired, EXPIRED, looks)
            gone.repeat_rows(0)
            set_page(gone, stamp)
        write_about(book, stamp, [("For", f"{FOR_THE_SUPERVISOR}."), *_about_pairs(about)])
    return path


def _styles(book: xlsxwriter.Workbook, look: dict[str, Any] | None = None) -> dict[str, Format]:
    """Return a format for each kind of cell, and one for headings."""
    edged = {**FONT, **GRID, **(look or {})}
    styles = {kind: book.add_format({**edged, **style}) for kind, style in _FORMATS.items()}
    return {**styles, "heading": book.add_format(HEADING)}


def _write_rows(
    book: xlsxwriter.Workbook,
    name: str,
    cells: Cells,
    columns: Sequence[Column],
    looks: Sequence[dict[str, Format]],
) -> Worksheet:
    """Write a sheet of rows under headings that stay in sight, each row in its look."""
    sheet = book.add_worksheet(name)
    heading = book.add_format(HEADING)
    for number, column in enumerate(columns):
        sheet.set_column(number, number, column.width)
        sheet.write_string(0, number, column.heading, heading)
    sheet.set_row(0, 45)
    letters = [_BOLD_WIDTH if ring == 0 else _TEXT_WIDTH for ring in cells["ring"]]
    heights = _lines(cells, columns, letters)
    # Row by row, in which order the workbook numbers its texts.
    rows = zip(*(cells[column.field] for column in columns), strict=True)
    for line, (row, styles) in enumerate(zip(rows, looks, strict=True), start=1):
        sheet.set_row(line, _LINE_HEIGHT * heights[line - 1])
        for number, (value, column) in enumerate(zip(row, columns, strict=True)):
            _write_cell(sheet, line, number, value, styles[column.kind])
    # Who looks at the last columns still sees which door it is.
    sheet.freeze_panes(1, 1 + [column.field for column in columns].index("address"))
    sheet.autofilter(0, 0, max(cells.doors, 1), len(columns) - 1)
    return sheet


def _colour_ages(
    book: xlsxwriter.Workbook, sheet: Worksheet, cells: Cells, columns: Sequence[Column]
) -> None:
    """Write again, in the colours of the ages, when the burglaries that lead were found."""
    fields = [column.field for column in columns]
    if "newest" not in fields:
        return
    edged = {**FONT, **GRID, **_FORMATS["day"]}
    ages = [book.add_format({**edged, **colours}) for colours in _AGE_COLOURS]
    at = fields.index("newest")
    dated = zip(cells["newest"], cells["age_band"], strict=True)
    for line, (newest, band) in enumerate(dated, 1):
        if band >= 0:
            _write_cell(sheet, line, at, newest, ages[min(band, len(ages) - 1)])


def _width(asked: Asked) -> float:
    return _FIELD_WIDTHS.get(asked.field, _WIDTHS[asked.kind])


def _ask_back(
    sheet: Worksheet,
    doors: int,
    first: int,
    asked_columns: list[tuple[Asked, str]],
    styles: dict[str, Format],
    about: About,
) -> None:
    """Add the columns that the team fills in, with what may stand in them."""
    for column, (asked, heading) in enumerate(asked_columns, start=first):
        sheet.set_column(column, column, _width(asked))
        sheet.write_string(0, column, heading, styles["heading"])
        style = styles["time to fill in" if asked.kind == "time" else "to fill in"]
        for line in range(1, doors + 1):
            sheet.write_blank(line, column, None, style)
        allowed = _allowed(asked.kind, about)
        if doors and allowed is not None:
            sheet.data_validation(1, column, doors, column, allowed)
    sheet.autofilter(0, 0, max(doors, 1), first + len(asked_columns) - 1)


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


def _set_pages(sheet: Worksheet, doors: int, groups: list[list[float]], stamp: Stamp) -> None:
    """Print a sheet in legible type: columns that do not fit go to a page beside.

    Parameters
    ----------
    sheet : Worksheet
    doors : int
    groups : list of list of float
        Widths of the columns after those that name the door, columns that belong together as one.
    stamp : Stamp
    """
    set_page(sheet, stamp)
    named = _on_paper([column.width for column in DOOR])
    breaks, widest, used, at = [], named, named, len(DOOR)
    for widths in groups:
        wide = _on_paper(widths)
        if used + wide > _PAGE_WIDTH / _SMALLEST_SCALE and used > named:
            breaks.append(at)
            used = named
        used, at = used + wide, at + len(widths)
        widest = max(widest, used)
    # In place of a scale that shrinks all columns to one page, whatever is left of the type.
    fits = floor(_SLACK * 100 * _PAGE_WIDTH / widest)
    sheet.set_print_scale(min(100, max(fits, round(100 * _SMALLEST_SCALE))))
    sheet.set_v_pagebreaks(breaks)
    # The pages of the same doors follow each other.
    sheet.print_across()
    sheet.repeat_rows(0)
    sheet.repeat_columns(0, len(DOOR) - 1)
    sheet.print_area(0, 0, max(doors, 1), at - 1)


def _on_paper(widths: Sequence[float]) -> float:
    return sum(width * _DIGIT_WIDTH + _COLUMN_MARGIN for width in widths)


def _lines(cells: Cells, columns: Sequence[Column], letters: Sequence[float]) -> list[int]:
    """Return the lines of each row's longest cell: LibreOffice does not count them by itself."""
    lines = [1] * cells.doors
    for column in columns:
        if column.kind in ("text", "reference"):
            for row, value in enumerate(cells[column.field]):
                needed = ceil(len(value or "") * letters[row] / column.width)
                lines[row] = max(lines[row], needed)
    return [min(needed, _MOST_LINES) for needed in lines]


def _write_cell(sheet: Worksheet, line: int, number: int, value: Any, style: Format) -> None:
    """Write text as text, whatever it looks like; a missing value stays blank."""
    if value is None:
        sheet.write_blank(line, number, None, style)
    elif isinstance(value, str):
        sheet.write_string(line, number, value, style)
    elif isinstance(value, datetime):
        sheet.write_datetime(line, number, value, style)
    else:
        sheet.write_number(line, number, value, style)


def _about_pairs(about: About, to_fill_in: Iterable[str] = ()) -> list[tuple[str, str]]:
    """Return what the second sheet says, each with its name."""
    return [
        ("Marking", about.marking),
        ("Cut-off", about.cut_off),
        *zip(("What it shows", "What it does not show", ""), SHOWS, strict=True),
        *(("To know", note) for note in (*about.warnings, *about.notes)),
        *(("To fill in", line) for line in to_fill_in),
        *about.parameters,
        *((f"SHA-256 of {name}", digest) for name, digest in about.inputs),
        ("Made by", f"hotspot {about.version}"),
    ]
