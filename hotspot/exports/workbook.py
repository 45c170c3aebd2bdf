"""Target lists as a workbook for the supervisor."""

from math import ceil
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd
import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from hotspot.exports.about import SHOWS, About
from hotspot.exports.files import replacing_file

_MOST_CELL_CHARACTERS = 32767
_A4 = 9
_LINE_HEIGHT = 14.5
_MOST_LINES = 25
# No text is ever taken for anything but text.
_OPTIONS = {
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}


class _Column(NamedTuple):
    heading: str
    field: str
    width: float
    kind: str


_COLUMNS = (
    _Column("Visit", "visit_id", 14, "reference"),
    _Column("Area", "area", 15, "text"),
    _Column("Ring", "ring", 6, "number"),
    _Column("Door", "door", 12, "text"),
    _Column("Address", "address", 32, "text"),
    _Column("UPRN", "uprn", 14.5, "reference"),
    _Column("Why this door", "reason", 54, "text"),
    _Column("Act by", "act_by", 17, "time"),
    _Column("Listed until", "expires", 12, "day"),
    _Column("References", "crime_refs", 16, "reference"),
    _Column("Burglaries here in 12 months", "burglaries_12m", 12, "number"),
    _Column("Metres away", "distance_m", 8, "number"),
)
_FORMATS: dict[str, dict[str, Any]] = {
    "text": {},
    "reference": {"num_format": "@"},
    "number": {"num_format": "0", "align": "center"},
    "time": {"num_format": "ddd d mmm hh:mm", "align": "left"},
    "day": {"num_format": "ddd d mmm", "align": "left"},
}


def write_workbook(
    rows: pd.DataFrame, path: Path, title: str, about: About, *, whole: bool
) -> Path:
    """Write rows in their order, with a second sheet that says what they are.

    Parameters
    ----------
    rows : DataFrame
        As `printable_rows` gives them.
    path : Path
    title : str
    about : About
    whole : bool
        Whether rows of several areas are in it, so that the area is told.

    Returns
    -------
    Path
    """
    columns = [column for column in _COLUMNS if whole or column.field != "area"]
    with replacing_file(path) as temporary, xlsxwriter.Workbook(temporary, _OPTIONS) as book:
        book.set_properties({"title": title, "comments": about.marking, "created": _made(about)})
        _write_doors(book, rows, columns, title, about)
        _write_about(book, title, about)
    return path


def _made(about: About) -> Any:
    """Date the file by its cut-off, so that equal lists are equal files."""
    moment = about.last_moment or pd.Timestamp("2000-01-01")
    return moment.floor("s").to_pydatetime()


def _write_doors(
    book: xlsxwriter.Workbook,
    rows: pd.DataFrame,
    columns: list[_Column],
    title: str,
    about: About,
) -> None:
    sheet = book.add_worksheet("Doors")
    edged = {"valign": "top", "text_wrap": True, "border": 1, "border_color": "#BBBBBB"}
    plain = {kind: book.add_format({**edged, **style}) for kind, style in _FORMATS.items()}
    burgled = {
        kind: book.add_format({**edged, **style, "bold": True, "bg_color": "#FCE8D8"})
        for kind, style in _FORMATS.items()
    }
    heading = book.add_format({**edged, "bold": True, "bg_color": "#1F3A5F", "font_color": "white"})
    for number, column in enumerate(columns):
        sheet.set_column(number, number, column.width)
        sheet.write_string(0, number, column.heading, heading)
    sheet.set_row(0, 45)
    for line, row in enumerate(rows.itertuples(index=False), start=1):
        styles = burgled if row.ring == 0 else plain
        sheet.set_row(line, _height(row, columns))
        for number, column in enumerate(columns):
            value = getattr(row, column.field)
            _write_cell(sheet, line, number, value, column.kind, styles[column.kind])
    sheet.freeze_panes(1, 0)
    sheet.autofilter(0, 0, max(len(rows), 1), len(columns) - 1)
    sheet.repeat_rows(0)
    _set_page(sheet, title, about)


def _height(row: Any, columns: list[_Column]) -> float:
    """Make a row high enough for its longest cell: LibreOffice does not do it by itself."""
    lines = max(
        ceil(len(str(getattr(row, column.field) or "")) * 1.15 / column.width)
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
        sheet.write_string(line, number, str(value)[:_MOST_CELL_CHARACTERS], style)


def _set_page(sheet: Worksheet, title: str, about: About) -> None:
    marking, title, cut_off = (_print_text(t) for t in (about.marking, title, about.cut_off))
    sheet.set_landscape()
    sheet.set_paper(_A4)
    sheet.fit_to_pages(1, 0)
    sheet.set_margins(left=0.4, right=0.4, top=0.75, bottom=0.75)
    sheet.set_header(f"&L{title}&C&B{marking}&RCut-off: {cut_off}")
    sheet.set_footer(f"&Lhotspot {_print_text(about.version)}&C&B{marking}&RPage &P of &N")


def _print_text(text: str) -> str:
    """Keep a header within the 255 characters that a page has for it, and its & a sign."""
    return text[:60].replace("&", "&&")


def _write_about(book: xlsxwriter.Workbook, title: str, about: About) -> None:
    sheet = book.add_worksheet("About")
    strong = book.add_format({"bold": True, "font_size": 14})
    label = book.add_format({"bold": True, "valign": "top", "text_wrap": True})
    text = book.add_format({"valign": "top", "text_wrap": True})
    sheet.set_column(0, 0, 44)
    sheet.set_column(1, 1, 80)
    sheet.write_string(0, 0, title, strong)
    pairs = [
        ("Marking", about.marking),
        ("Cut-off", about.cut_off),
        *((("What it shows", SHOWS[0])), ("What it does not show", SHOWS[1]), ("", SHOWS[2])),
        *(("To know", note) for note in (*about.warnings, *about.notes)),
        *about.parameters,
        *((f"SHA-256 of {name}", digest) for name, digest in about.inputs),
        ("Made by", f"hotspot {about.version}"),
    ]
    for line, (name, value) in enumerate(pairs, start=2):
        sheet.write_string(line, 0, name, label)
        sheet.write_string(line, 1, value, text)
    _set_page(sheet, title, about)
