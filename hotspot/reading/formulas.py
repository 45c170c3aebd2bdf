"""What the parts of a workbook tell beside its cells: where formulas stand, and its calendar."""

import posixpath
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO
from xml.etree import ElementTree

_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_LINK = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_RELATION = "{http://schemas.openxmlformats.org/package/2006/relationships}Relationship"


def formula_cells(path: Path, sheet: str) -> list[tuple[int, int]]:
    """Find the cells of a sheet that hold a formula.

    Parameters
    ----------
    path : Path
        An ``.xlsx`` or ``.xlsm`` file. No formula of it is run.
    sheet : str
        Name of the sheet.

    Returns
    -------
    list of tuple of int
        Row and column, from 1 on; nothing where the file's parts are not where they should be.
    """
    try:
        with zipfile.ZipFile(path) as book:
            part = _part_of_sheet(book, sheet)
            if part is None:
                return []
            with book.open(part) as content:
                return list(_cells_with_formula(content))
    except (zipfile.BadZipFile, KeyError, ElementTree.ParseError):
        return []


def counts_from_1904(path: Path) -> bool:
    """Return whether the calendar of a workbook begins in 1904, as old ones of a Mac do.

    Parameters
    ----------
    path : Path
        An ``.xlsx`` or ``.xlsm`` file; of other kinds it is not known.

    Returns
    -------
    bool
    """
    try:
        with zipfile.ZipFile(path) as book:
            root = ElementTree.fromstring(book.read("xl/workbook.xml"))
    except (zipfile.BadZipFile, KeyError, ElementTree.ParseError):
        return False
    settings = root.iter(f"{_MAIN}workbookPr")
    return any(element.get("date1904") in ("1", "true") for element in settings)


def _part_of_sheet(book: zipfile.ZipFile, sheet: str) -> str | None:
    """Find the part of the file that a sheet's name stands for."""
    root = ElementTree.fromstring(book.read("xl/workbook.xml"))
    links = [
        value
        for element in root.iter(f"{_MAIN}sheet")
        if element.get("name") == sheet and (value := element.get(_LINK))
    ]
    relations = ElementTree.fromstring(book.read("xl/_rels/workbook.xml.rels"))
    for relation in relations.iter(_RELATION):
        if relation.get("Id") in links:
            return posixpath.normpath(posixpath.join("xl", relation.get("Target", ""))).lstrip("/")
    return None


def _cells_with_formula(content: IO[bytes]) -> Iterator[tuple[int, int]]:
    for _, element in ElementTree.iterparse(content, events=("end",)):
        if element.tag == f"{_MAIN}c":
            place = re.fullmatch(r"([A-Z]+)([0-9]+)", element.get("r", ""))
            if place and element.find(f"{_MAIN}f") is not None:
                yield int(place[2]), _column_number(place[1])
        elif element.tag == f"{_MAIN}row":
            # A sheet of a million rows must not stand in memory as a tree.
            element.clear()


def _column_number(letters: str) -> int:
    """Read a column's letters.

    Examples
    --------
    >>> _column_number("A"), _column_number("Z"), _column_number("AA")
    (1, 26, 27)
    """
    number = 0
    for letter in letters:
        number = 26 * number + ord(letter) - ord("A") + 1
    return number
