"""How far a workbook reaches, looked at before it is read: calamine ends the process out of memory.

A file of a few kilobytes may unpack to gigabytes, or hold one cell in the last row and column of a
sheet, whose whole rectangle the reader would then set up.
"""

import re
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from xml.parsers import expat

from hotspot._errors import DataError
from hotspot.reading.formulas import book_parts
from hotspot.reading.old_containers import read_container
from hotspot.reading.old_workbooks import scan_old_workbook
from hotspot.reading.sheet_cells import (
    Extent,
    parse_ods,
    parse_sheet,
    scan_binary_sheet,
    search_sheet,
)

# 32 bytes each in calamine: 1.6 GB, for a million rows of 47 columns.
MOST_CELLS = 50_000_000
# Sheets are read as they stream; all else of a workbook stands in memory.
MOST_OF_SHEETS = 2 << 30
MOST_BESIDE = 512 << 20
_MOST_PARTS = 10_000
_BLOCK_BYTES = 1 << 20
_OLE = b"\xd0\xcf\x11\xe0"
_PROTECTED = "EncryptedPackage".encode("utf-16-le")
_ENTITIES = (b"<!DOCTYPE", b"<!ENTITY")
_UTF16 = (b"\xff\xfe", b"\xfe\xff", b"<\x00", b"\x00<")
# Room is made for as many texts as the part of them says it holds.
_TEXTS = re.compile(rb"<(?:\w+:)?sst\b[^>]*?\b(?:uniqueC|c)ount\s*=\s*[\"']\s*(\d+)")
_XML = (".xml", ".rels", ".vml")
_FORMS = {"xl/workbook.xml": "xlsx", "xl/workbook.bin": "xlsb", "content.xml": "ods"}
_DAMAGED = (
    zipfile.BadZipFile, EOFError, NotImplementedError, OSError, OverflowError, RuntimeError,
    ValueError, struct.error, zlib.error, expat.ExpatError,
)  # fmt: skip


@dataclass(frozen=True)
class Workbook:
    """What a workbook is, whatever its name ends with, and which of its cells hold an error.

    Attributes
    ----------
    form : {"xlsx", "xlsb", "ods", "xls"}
    errors : dict of str to dict
        Of each sheet, by the name of its part of the file (of ``.ods`` and ``.xls`` by its own) in
        small letters: what stands in the cells of errors, by row and column from 0.
    date1904 : bool
        Whether the calendar of an ``.xls`` file begins in 1904; of others `book_parts` tells.
    """

    form: str
    errors: dict[str, dict[tuple[int, int], str]] = field(default_factory=dict)
    date1904: bool = False


def check_bounds(path: Path) -> Workbook:
    """Check that a workbook can be read in bounded memory, before anything reads it.

    Parameters
    ----------
    path : pathlib.Path

    Returns
    -------
    Workbook

    Raises
    ------
    DataError
        If it is damaged, protected by a password, no workbook, or more than can be read.
    """
    with path.open("rb") as file:
        if file.read(4) == _OLE:
            return _check_old(path)
    with _damage_in_words(path), zipfile.ZipFile(path) as book:
        members = book.infolist()
        form = _form_of(path, members)
        # What it says of itself comes first, for that costs nothing; then what it is.
        declared, real = _Sizes(path.name), _Sizes(path.name)
        for member in members:
            declared.add(member.filename, member.file_size)
        errors = {}
        for member in members:
            for part, extent in _extents(book, member, form, real).items():
                _refuse_reach(path, form, part, extent)
                errors[part.lower()] = extent.errors
    return Workbook(form, errors)


def _check_old(path: Path) -> Workbook:
    """Check that no protected workbook of today lies in a container of the old kind.

    The sheets of Excel 97 have at most 65,536 rows and 256 columns: they need no bound.
    """
    before = b""
    with path.open("rb") as file:
        while block := file.read(_BLOCK_BYTES):
            if _PROTECTED in before[-64:] + block:
                raise _protected(path)
            before = block
    old = scan_old_workbook(read_container(path, "Workbook"))
    return Workbook("xls", old.errors, old.date1904)


def _protected(path: Path) -> DataError:
    return DataError(f"{path.name} is protected by a password: save a copy without one.")


def _form_of(path: Path, members: list[zipfile.ZipInfo]) -> str:
    """Find what kind of workbook it is, or refuse it."""
    if any(member.flag_bits & 1 for member in members):
        raise _protected(path)
    names = {member.filename.lower() for member in members}
    form = next((form for mark, form in _FORMS.items() if mark in names), None)
    if form is None:
        held = ", ".join(repr(member.filename[:60]) for member in members[:3]) or "nothing"
        raise DataError(
            f"{path.name} is no workbook that can be read: it is a zip file that holds {held}. "
            "Save the table as XLSX or CSV."
        )
    if len(members) > _MOST_PARTS:
        raise DataError(
            f"{path.name} has {len(members):,} parts, more than a workbook of tables needs: save "
            "the sheet that is meant as a workbook of its own."
        )
    return form


@contextmanager
def _damage_in_words(path: Path) -> Iterator[None]:
    try:
        yield
    except DataError:
        raise
    except _DAMAGED as error:
        raise DataError(
            f"{path.name} is no workbook that can be read: it is damaged ({str(error)[:200]}). "
            "Open it in a spreadsheet and save it again, or export it anew."
        ) from None


class _Sizes:
    """What the parts of a workbook unpack to, by which too large a one is refused."""

    def __init__(self, book: str) -> None:
        self._book = book
        self._sizes = {True: 0, False: 0}

    def add(self, part: str, size: int) -> None:
        of_sheet = "sheets/" in part.lower() or part.lower() == "content.xml"
        self._sizes[of_sheet] += size
        most, what = (
            (MOST_OF_SHEETS, "sheets") if of_sheet else (MOST_BESIDE, "parts beside the sheets")
        )
        if self._sizes[of_sheet] > most:
            raise DataError(
                f"{self._book} unpacks to {what} of more than {most >> 20:,} MB, more than can be "
                "read: save the table that is meant as CSV, or as a workbook of its own."
            )


def _extents(
    book: zipfile.ZipFile, member: zipfile.ZipInfo, form: str, sizes: _Sizes
) -> dict[str, Extent]:
    """Read a part to its end and find how far the cells reach of the sheets that it holds."""
    name = member.filename.lower()
    blocks = _blocks(book, member, sizes)
    found: dict[str, Extent] = {}
    if form == "ods" and name == "content.xml":
        found = parse_ods(blocks)
    elif form == "xlsb" and "sheets/" in name and name.endswith(".bin"):
        found = {member.filename: scan_binary_sheet(blocks)}
    elif form == "xlsx" and not name.endswith("/calcchain.xml"):
        # Whatever it is called, for another part says which parts are sheets.
        extent = search_sheet(blocks)
        if extent.cells and (not extent.placed or extent.area > MOST_CELLS):
            extent = parse_sheet(_blocks(book, member, _Sizes(name)))
        found = {member.filename: extent} if extent.cells else {}
    for _ in blocks:
        pass
    return found


def _blocks(book: zipfile.ZipFile, member: zipfile.ZipInfo, sizes: _Sizes) -> Iterator[bytes]:
    """Iterate over what a part unpacks to, as far as it is within bounds."""
    is_xml = member.filename.lower().endswith(_XML)
    before = b""
    with book.open(member) as content:
        while block := content.read(_BLOCK_BYTES):
            sizes.add(member.filename, len(block))
            if is_xml and not before and block.startswith(_UTF16):
                raise DataError(
                    f"{Path(book.filename or '').name} holds XML in UTF-16, which is not read: "
                    "open it in a spreadsheet and save it again."
                )
            # They may stand for each other, ten for one, up to more text than there is memory.
            if is_xml and any(mark in before[-16:] + block for mark in _ENTITIES):
                raise DataError(
                    f"{Path(book.filename or '').name} is not read: {member.filename!r} in it "
                    "declares entities of XML, which no spreadsheet writes. Open it in a "
                    "spreadsheet and save it again."
                )
            told = None if before else _TEXTS.search(block)
            if is_xml and told is not None and int(told[1][:12]) > MOST_CELLS:
                raise DataError(
                    f"{Path(book.filename or '').name} is damaged: {member.filename!r} in it says "
                    f"that it holds {int(told[1][:12]):,} texts. Open it in a spreadsheet and save "
                    "it again."
                )
            before = block
            yield block


def _refuse_reach(path: Path, form: str, part: str, extent: Extent) -> None:
    """Refuse a sheet whose rectangle of cells is more than can be set up."""
    if extent.area > MOST_CELLS:
        sheets = {own: name for name, own in book_parts(path, form).sheets.items()}
        raise DataError(
            f"{path.name} cannot be read: the sheet {sheets.get(part, part)!r} reaches to row "
            f"{extent.rows:,} and column {extent.columns:,}, and holds {extent.cells:,} cells in a "
            f"rectangle of {extent.area:,}, where {MOST_CELLS:,} can be read. Delete the rows and "
            "columns beyond the table (Ctrl+End goes to the last cell), or save the table as CSV."
        )
