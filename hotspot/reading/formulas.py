"""What the parts of a workbook tell beside its cells: its sheets, formulas and calendar."""

import posixpath
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO
from xml.etree import ElementTree

from hotspot.reading.sheet_cells import column_number, records

# Where a sheet is linked to its part, by the id that its entry bears in any of the two namespaces.
_RELATIONS = {"xlsx": "xl/_rels/workbook.xml.rels", "xlsb": "xl/_rels/workbook.bin.rels"}
_WORKBOOK_RECORD, _SHEET_RECORD = 153, 156
_CALENDAR_OF_ODS = re.compile(rb"<table:null-date\b[^>]*table:date-value=[\"']1904-01-01")
_UNREADABLE = (
    zipfile.BadZipFile, KeyError, ElementTree.ParseError, OSError, UnicodeDecodeError, ValueError,
)  # fmt: skip


@dataclass(frozen=True)
class BookParts:
    """The parts of a workbook: which is each sheet's, and whether its calendar begins in 1904.

    Attributes
    ----------
    sheets : dict of str to str
        Name of a sheet to its part of the file; nothing where that is not known.
    date1904 : bool
        As old workbooks of a Mac have it; of an ``.xls`` file `check_bounds` tells.
    """

    sheets: dict[str, str] = field(default_factory=dict)
    date1904: bool = False


def book_parts(path: Path, form: str) -> BookParts:
    """Read which part of a workbook each sheet is, and in which calendar its numbers are days.

    Parameters
    ----------
    path : Path
    form : {"xlsx", "xlsb", "ods", "xls"}
        What it is, whatever its name ends with.

    Returns
    -------
    BookParts
        Nothing where the file's parts are not where they should be.
    """
    if form == "xls":
        return BookParts()
    try:
        with zipfile.ZipFile(path) as book:
            if form == "ods":
                with book.open("content.xml") as content:
                    blocks = iter(lambda: content.read(1 << 20), b"")
                    old = any(map(_CALENDAR_OF_ODS.search, blocks))
                return BookParts(date1904=old)
            links, old = (_of_xlsb if form == "xlsb" else _of_xlsx)(book)
            root = ElementTree.fromstring(book.read(_RELATIONS[form]))
    except _UNREADABLE:
        return BookParts()
    targets = {
        element.get("Id"): posixpath.normpath(posixpath.join("xl", element.get("Target", "")))
        for element in root.iter()
        if _local(element) == "Relationship"
    }
    sheets = {name: targets[link].lstrip("/") for name, link in links.items() if link in targets}
    return BookParts(sheets, old)


def _of_xlsx(book: zipfile.ZipFile) -> tuple[dict[str, str], bool]:
    """Read the link of each sheet, and whether the calendar begins in 1904."""
    root = ElementTree.fromstring(book.read("xl/workbook.xml"))
    links = {
        element.get("name", ""): link
        for element in root.iter()
        for key, link in element.items()
        if _local(element) == "sheet" and key.endswith("}id")
    }
    settings = (element for element in root.iter() if _local(element) == "workbookPr")
    return links, any(element.get("date1904") in ("1", "true", "on") for element in settings)


def _of_xlsb(book: zipfile.ZipFile) -> tuple[dict[str, str], bool]:
    """Read the link of each sheet, and whether the calendar begins in 1904."""
    links, old = {}, False
    for kind, content in records([book.read("xl/workbook.bin")], 4096):
        if kind == _WORKBOOK_RECORD:
            old = bool(content[:1] and content[0] & 1)
        elif kind == _SHEET_RECORD:
            # Whether it is hidden and its number, then two texts, each after its length.
            link, at = _wide_text(content, 8)
            name, _ = _wide_text(content, at)
            links[name] = link
    return links, old


def _wide_text(content: bytes, at: int) -> tuple[str, int]:
    size = 2 * int.from_bytes(content[at : at + 4], "little")
    return content[at + 4 : at + 4 + size].decode("utf-16-le"), at + 4 + size


def _local(element: ElementTree.Element) -> str:
    """Return the name of an element without its namespace: strict workbooks have another."""
    return str(element.tag).rpartition("}")[2]


def formula_cells(path: Path, part: str) -> list[tuple[int, int]]:
    """Find the cells of a sheet that hold a formula.

    Parameters
    ----------
    path : Path
        An ``.xlsx`` or ``.xlsm`` file. No formula of it is run.
    part : str
        Which part of it the sheet is.

    Returns
    -------
    list of tuple of int
        Row and column, from 1 on; nothing where the file's parts are not where they should be.
    """
    try:
        with zipfile.ZipFile(path) as book, book.open(part) as content:
            return list(_cells_with_formula(content))
    except _UNREADABLE:
        return []


def _cells_with_formula(content: IO[bytes]) -> Iterator[tuple[int, int]]:
    for _, element in ElementTree.iterparse(content, events=("end",)):
        if _local(element) == "c":
            place = re.fullmatch(r"([A-Z]+)([0-9]+)", element.get("r", ""))
            if place and any(_local(child) == "f" for child in element):
                yield int(place[2]), column_number(place[1])
        elif _local(element) == "row":
            # A sheet of a million rows must not stand in memory as a tree.
            element.clear()
