"""Workbooks that print well and in which no text is ever taken for anything but text."""

import textwrap
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import accumulate
from math import ceil
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from hotspot import __version__
from hotspot.output.files import replacing_file
from hotspot.output.text import clean_text

# Every machine has it, or one as wide: what fits here fits there.
FONT = {"font_name": "Arial", "font_size": 10}
GRID = {"valign": "top", "text_wrap": True, "border": 1, "border_color": "#BBBBBB"}
HEADING = {**FONT, **GRID, "bold": True, "bg_color": "#1F3A5F", "font_color": "white"}
#: What Excel holds in a cell, and in a header or footer of a page with room for the other parts.
MOST_CELL_CHARACTERS, _MOST_HEADER_CHARACTERS, _MOST_MARKING_CHARACTERS = 32767, 60, 110
# Without these a text that looks like one becomes a formula, a link or a number.
_OPTIONS = {
    "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False,
}  # fmt: skip
_A4 = 9
_NARROWEST, _WIDEST, _HEADING_WIDTH = 9, 42, 12
_LABEL_WIDTH, _ABOUT_WIDTH = 44, 80
# How much wider than the digits that a column's width counts is the text in it.
_TEXT_WIDTH, _LINE_HEIGHT, _MOST_LINES = 1.15, 14.5, 25


@dataclass(frozen=True)
class Stamp:
    """What each sheet of a workbook carries in its header and footer.

    Attributes
    ----------
    title, marking : str
    cut_off : str
        Nothing where the title or the tables tell it.
    made : Timestamp or None
        Date of the file: the cut-off, so that equal lists are equal files.
    """

    title: str
    marking: str
    cut_off: str = ""
    made: pd.Timestamp | None = None


@contextmanager
def new_workbook(path: Path, stamp: Stamp) -> Iterator[xlsxwriter.Workbook]:
    """Write a workbook whole or not at all, dated by its cut-off."""
    # A file without a date would carry the minute of the run.
    made = pd.Timestamp("2000-01-01") if stamp.made is None else stamp.made.floor("s")
    # Widths of columns count digits of this font: by another they are a third wider on a machine
    # that has it not, and what fitted a page does not. A copy, for the writer adds to it: the first
    # workbook of a run differed from all others.
    # In memory: else each sheet stands as plain text in a folder for all, and stays after a kill.
    options = {**_OPTIONS, "in_memory": True, "default_format_properties": FONT.copy()}
    with replacing_file(path) as temporary, xlsxwriter.Workbook(temporary, options) as book:
        book.set_properties(
            {"title": stamp.title, "comments": stamp.marking, "created": made.to_pydatetime()}
        )
        yield book


def set_page(sheet: Worksheet, stamp: Stamp) -> None:
    """Print a sheet on A4, its marking above and below."""
    title, cut_off = map(_print_text, (stamp.title, stamp.cut_off))
    marking = _print_text(stamp.marking, _MOST_MARKING_CHARACTERS)
    sheet.set_landscape()
    sheet.set_paper(_A4)
    # One page wide and as many long as it takes.
    sheet.fit_to_pages(1, 0)
    sheet.set_margins(left=0.4, right=0.4, top=0.75, bottom=0.75)
    right = f"&RCut-off: {cut_off}" if cut_off else ""
    sheet.set_header(f"&L{title}&C&B{marking}{right}")
    sheet.set_footer(f"&Lhotspot {_print_text(__version__)}&C&B{marking}&RPage &P of &N")


def write_about(book: xlsxwriter.Workbook, stamp: Stamp, pairs: Iterable[tuple[str, str]]) -> None:
    """Write the sheet that says what the workbook is: a name and a text a row."""
    sheet = book.add_worksheet("About")
    strong = book.add_format({**FONT, "bold": True, "font_size": 14})
    label = book.add_format({**FONT, "bold": True, "valign": "top", "text_wrap": True})
    text = book.add_format({**FONT, "valign": "top", "text_wrap": True})
    sheet.set_column(0, 0, _LABEL_WIDTH)
    sheet.set_column(1, 1, _ABOUT_WIDTH)
    sheet.write_string(0, 0, stamp.title, strong)
    for line, (name, value) in enumerate(pairs, start=2):
        sheet.write_string(line, 0, name, label)
        sheet.write_string(line, 1, value[:MOST_CELL_CHARACTERS], text)
        _fit_row(sheet, line, len(value), _ABOUT_WIDTH)
    set_page(sheet, stamp)


def write_tables(
    tables: Mapping[str, pd.DataFrame],
    path: Path,
    stamp: Stamp,
    about: Iterable[tuple[str, str]],
) -> Path:
    """Write a sheet per table, and last what they are.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        By the names of their sheets.
    path : Path
    stamp : Stamp
    about : iterable of (str, str)

    Returns
    -------
    Path
    """
    with new_workbook(path, stamp) as book:
        styles = {
            "text": book.add_format({**FONT, **GRID}),
            "day": book.add_format({**FONT, **GRID, "num_format": "dd/mm/yyyy", "align": "left"}),
            "heading": book.add_format(HEADING),
        }
        for name, table in tables.items():
            sheet = book.add_worksheet(name)
            longest = [0] * (len(table) + 1)
            for column, (heading, values) in enumerate(table.items()):
                sheet.write_string(0, column, str(heading), styles["heading"])
                widths = [_NARROWEST, _heading_width(str(heading))]
                for line, value in enumerate(values, start=1):
                    widths.append(_write_cell(sheet, line, column, value, styles))
                    longest[line] = max(longest[line], widths[-1])
                sheet.set_column(column, column, min(max(widths) + 2, _WIDEST))
            lines = max((_heading_lines(str(heading)) for heading in table), default=1)
            if lines > 1:
                sheet.set_row(0, _LINE_HEIGHT * lines)
            for line, width in enumerate(longest):
                _fit_row(sheet, line, width, _WIDEST)
            sheet.freeze_panes(1, 1)
            sheet.autofilter(0, 0, max(len(table), 1), max(len(table.columns) - 1, 0))
            sheet.repeat_rows(0)
            set_page(sheet, stamp)
        write_about(book, stamp, about)
    return path


def _write_cell(
    sheet: Worksheet, line: int, column: int, value: Any, styles: dict[str, Format]
) -> int:
    """Write a value as what it is, and return how wide it is."""
    if isinstance(value, (bool, np.bool_)):
        sheet.write_boolean(line, column, bool(value), styles["text"])
    elif value is None or pd.isna(value) or value in (np.inf, -np.inf):
        # A spreadsheet has no cell for infinity either.
        sheet.write_blank(line, column, None, styles["text"])
    elif isinstance(value, pd.Timestamp):
        sheet.write_datetime(line, column, value.floor("s").to_pydatetime(), styles["day"])
    elif isinstance(value, (int, float, np.integer, np.floating)):
        sheet.write_number(line, column, float(value), styles["text"])
    else:
        text = clean_text(str(value))[:MOST_CELL_CHARACTERS]
        sheet.write_string(line, column, text, styles["text"])
        return len(text)
    return _NARROWEST


def _fit_row(sheet: Worksheet, line: int, characters: int, width: int) -> None:
    """Set a row as high as its longest text, to which LibreOffice gives no second line."""
    if characters > width:
        lines = min(ceil(characters * _TEXT_WIDTH / width), _MOST_LINES)
        sheet.set_row(line, _LINE_HEIGHT * lines)


def _heading_width(heading: str) -> int:
    """Return how wide a heading is, which goes on on a second line where it has words."""
    if len(heading) <= _HEADING_WIDTH:
        return len(heading)
    return max(_HEADING_WIDTH, *map(len, heading.split()))


def _heading_lines(heading: str) -> int:
    """Return over how many lines a heading goes."""
    return len(textwrap.wrap(heading, _heading_width(heading) + 2, break_long_words=False)) or 1


def _print_text(text: str, most: int = _MOST_HEADER_CHARACTERS) -> str:
    """Return text for a header, in which an ampersand is doubled and room is short."""
    letters = [letter.replace("&", "&&") for letter in text]
    ends = accumulate(map(len, letters))
    # Half a pair would be a code; and of a header of more than 255 characters, its marking with
    # it, nothing is printed.
    return "".join(letter for letter, end in zip(letters, ends, strict=True) if end <= most)
