"""Delimited text: encoding and delimiter found out, rows read with the csv module."""

import codecs
import csv
import gzip
import io
import zlib
from collections import Counter
from collections.abc import Collection, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import BinaryIO, cast

from hotspot._errors import DataError
from hotspot.reading.chunks import FEWEST_KNOWN, Chunk, Request, Source
from hotspot.reading.group_headings import Row
from hotspot.reading.headings import (
    HEAD_ROWS,
    chunks_of_rows,
    find_header,
    known_names_in,
    no_header,
)
from hotspot.reading.open_quotes import TextRows, stray_marks

# In the order in which they win where two part the text equally well.
DELIMITERS = (",", ";", "\t", "|")
_BLOCK_BYTES = 1 << 20
_SAMPLE_CHARACTERS = 1 << 16


def open_text_file(path: Path, request: Request) -> Source:
    """Open a delimited text file, gzipped or not.

    Parameters
    ----------
    path : pathlib.Path
        The file.
    request : Request
        The names that mark a header.

    Returns
    -------
    Source

    Raises
    ------
    DataError
        If it is empty, is no text, or has no header.
    """
    request.refuse_sheet(path)
    encoding, notes = _encoding(path)
    with _text(path, encoding) as file:
        sample = file.read(_SAMPLE_CHARACTERS)
    if not sample.strip():
        raise DataError(f"{path.name} is empty.")
    delimiter, width = _layout(sample, request.known)
    sampled = TextRows(io.StringIO(sample, newline=""), delimiter, width, path.name)
    head = list(islice(sampled, HEAD_ROWS))
    header = find_header(head, request.known)
    if header is None:
        raise no_header(path.name, head)

    def open_chunks(wanted: list[str]) -> Iterator[Chunk]:
        with _text(path, encoding) as file:
            rows = TextRows(file, delimiter, width, path.name)
            warned = 0
            for chunk in chunks_of_rows(iter(rows), header, wanted, strict_width=True):
                new = rows.stray[warned:]
                warned += len(new)
                yield replace(chunk, warnings=(stray_marks(new),)) if new else chunk

    notes = [*notes, *header.notes]
    return Source(path.name, header.names, open_chunks, notes=tuple(notes))


def read_text_rows(path: Path, delimiter: str) -> list[Row]:
    """Read all rows of a delimited text file that may have no header, gzipped or not.

    Parameters
    ----------
    path : pathlib.Path
        The file.
    delimiter : str
        What parts the cells.

    Returns
    -------
    list of list of str
        Blank rows too, so that the place of a row is its number.

    Raises
    ------
    DataError
        If it is no text, or cannot be read with certainty: a quotation mark is never closed, or a
        character is none of its encoding.
    """
    encoding, _ = _encoding(path)
    with _text(path, encoding) as file:
        text_rows = TextRows(file, delimiter, 1, path.name)
        rows = list(text_rows)
    if text_rows.stray:
        raise DataError(f"{path.name}: {stray_marks(text_rows.stray)}")
    for number, row in enumerate(rows, 1):
        if any("\ufffd" in cell for cell in row):
            raise DataError(f"Row {number} of {path.name} holds a character that cannot be read.")
    return rows


@contextmanager
def _bytes(path: Path) -> Iterator[BinaryIO]:
    """Open the file, unzipped where its first bytes say that it is gzipped; refuse damage."""
    # Not by the ending: a portal's download may be gzipped under the name .csv.
    with path.open("rb") as file:
        zipped = file.read(2) == b"\x1f\x8b"
    try:
        with path.open("rb") as raw, gzip.open(raw) if zipped else nullcontext(raw) as opened:
            yield cast("BinaryIO", opened)
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        # Met while reading, often in the last rows: a download that broke off.
        raise DataError(f"{path.name} is a damaged gzip file: {error}.") from error


@contextmanager
def _text(path: Path, encoding: str) -> Iterator[io.TextIOWrapper]:
    with _bytes(path) as file:
        yield io.TextIOWrapper(file, encoding=encoding, errors="replace", newline="")


def _encoding(path: Path) -> tuple[str, list[str]]:
    """Find the encoding: by its mark, else UTF-8 if every byte fits, else Windows-1252."""
    try:
        with _bytes(path) as file:
            block = file.read(_BLOCK_BYTES)
            if block.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
                return "utf-16", []
            if block.startswith(codecs.BOM_UTF8):
                return "utf-8-sig", []
            _refuse_binary(path, block)
            # All of the file, not its head alone: the first accent may stand in the last row.
            decoder = codecs.getincrementaldecoder("utf-8")()
            while block:
                decoder.decode(block)
                block = file.read(_BLOCK_BYTES)
            decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        # Latin text is hardly ever UTF-8 by chance, and what is not comes from Windows.
        return "cp1252", [f"{path.name} is not UTF-8; read as Windows-1252."]
    return "utf-8", []


def _refuse_binary(path: Path, block: bytes) -> None:
    """Refuse a file whose first bytes cannot be text, instead of reading noise."""
    # Text has tabs, line ends and, from old systems, a form feed or two; other controls are rare.
    controls = sum(block[:4096].count(bytes([code])) for code in (*range(9), *range(14, 32)))
    if controls > 0.05 * len(block[:4096]):
        raise DataError(f"{path.name} is not a text file. Export it as CSV or XLSX.")


def _layout(sample: str, known: Collection[str]) -> tuple[str, int]:
    """Choose the delimiter that parts off the most known names in one line, and its usual width.

    Where none parts off two of them it is the one that parts most rows into the same number of
    cells. Cells may hold lists with signs of their own, but headings do not.
    """
    head = list(islice(io.StringIO(sample, newline=""), HEAD_ROWS))

    layouts = []
    for delimiter in DELIMITERS:
        lines = (next(csv.reader([line], delimiter=delimiter), []) for line in head)
        hits = max(known_names_in(line, known) for line in lines)
        parted, width = _evenness(sample, delimiter)
        layouts.append((hits if hits >= FEWEST_KNOWN else 0, parted, delimiter, width))
    _, _, delimiter, width = max(layouts, key=lambda layout: layout[:2])
    return delimiter, width


def _evenness(sample: str, delimiter: str) -> tuple[int, int]:
    """Count the cells parted off in rows of the commonest width; give that width too.

    The lines count once as rows, where a cell may have several lines, and once each by itself,
    where a stray quotation mark does no harm.
    """
    rows = csv.reader(io.StringIO(sample, newline=""), delimiter=delimiter)
    lines = (
        next(csv.reader([line], delimiter=delimiter), [])
        for line in io.StringIO(sample, newline="")
    )
    widths = Counter(len(row) for row in (*islice(rows, 200), *islice(lines, 200)))
    return max(((width - 1) * rows, width) for width, rows in widths.items())
