"""Delimited text: encoding and delimiter found out, rows read with the csv module."""

import csv
import io
import re
import sys
from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from itertools import islice
from pathlib import Path

import pandas as pd

from hotspot._errors import DataError
from hotspot.reading.chunks import FEWEST_KNOWN, Chunk, Request, Source, not_records
from hotspot.reading.group_headings import Row
from hotspot.reading.headings import (
    HEAD_ROWS,
    Header,
    chunks_of_rows,
    find_header,
    known_names_in,
    no_header,
)
from hotspot.reading.open_quotes import TextRows, stray_marks
from hotspot.reading.row_stretches import RowFeed, Stretch, rows_of, shortest_text, split
from hotspot.reading.text_encoding import ONE_EACH, TextFile, look_through, opened_bytes
from hotspot.reading.text_tables import TextTable, numbered_lines

# In the order in which they win where two part the text equally well.
DELIMITERS = (",", ";", "\t", "|")
# What stands where a character could not be read, by whom the file was written or by us.
_UNKNOWN = re.compile("[\ufffd\x80-\x9f]")
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
    text = look_through(path)
    with _text(path, text) as file:
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
        with _text(path, text) as file:
            table = TextTable(file, path.name, (delimiter, width), header)
            whole = _WholeRows(table, header, text.unended)
            rows = RowFeed(whole)
            warned = 0
            for chunk in chunks_of_rows(rows, header, wanted, strict_width=True):
                # What was read ahead is told with the chunk in which it stands.
                stray = [mark for mark in table.stray if rows.ended or mark[0] <= rows.taken]
                new, warned = stray[warned:], len(stray)
                told = (stray_marks(new),) if new else ()
                yield whole.completed(replace(chunk, warnings=told), path.name)

    notes = [*text.notes, *header.notes]
    if text.unended:
        notes.append(
            f"The last line of {path.name} has no end: where the file was cut off, its last row is "
            "not whole."
        )
    return Source(path.name, header.names, open_chunks, notes=tuple(notes))


class _WholeRows:
    """The rows of a text, without the last where the file was cut off in the middle of it.

    Parameters
    ----------
    rows : iterable of Stretch
        All of the file.
    header : Header
    unended : bool
        Whether the last line has no end.
    """

    def __init__(self, rows: Iterable[Stretch], header: Header, unended: bool) -> None:
        self._rows = rows
        self._header = header
        self._unended = unended
        self._cut: tuple[int, str, str, str] | None = None
        self._short: tuple[int, str] | None = None

    def __iter__(self) -> Iterator[Stretch]:
        if not self._unended:
            yield from self._rows
            return
        # The fewest cells of a record above the last, and the shortest text that one ends with.
        fewest = shortest = sys.maxsize
        number = 0
        held: Stretch = []
        for stretch in self._rows:
            fewest, shortest = self._least(held, number, fewest, shortest)
            number += len(held)
            if len(held):
                yield held
            held = stretch
        rows, ends = split(held, len(held) - 1)
        fewest, shortest = self._least(rows, number, fewest, shortest)
        number += len(held)
        if len(rows):
            yield rows
        last = next(iter(rows_of(ends)), [])
        fewest = 0 if fewest == sys.maxsize else fewest
        if not last:
            return
        if len(last) < fewest:
            reason = (
                f"the file ends in the middle of this row, in cell {len(last)} of {fewest} or more"
            )
            self._cut = (number, self._header.names[len(last) - 1], last[-1], reason)
            return
        if fewest and len(last[-1]) < shortest:
            self._short = (number, last[-1])
        yield [last]

    def _least(self, rows: Stretch, above: int, fewest: int, shortest: int) -> tuple[int, int]:
        """Return the fewest cells of records and the shortest last cell, these rows included."""
        records = split(rows, max(self._header.number - above, 0))[1]
        if isinstance(records, list):
            filled = [row for row in records if row]
            cells = [len(row) for row in filled]
            lengths = [len(row[-1]) for row in filled]
        else:
            cells, lengths = [records.num_columns], [shortest_text(records.columns[-1])]
        return min([fewest, *cells]), min([shortest, *lengths])

    def completed(self, chunk: Chunk, name: str) -> Chunk:
        """Add what was found in the last row to the chunk in which it stands."""
        if self._cut is not None:
            cut, self._cut = not_records([self._cut]), None
            others = pd.concat([chunk.not_records, cut], ignore_index=True)
            return replace(chunk, not_records=others)
        if self._short is not None:
            (number, cell), self._short = self._short, None
            told = (
                f"Row {number:,}, the last of {name}, has no line end and ends with "
                f"{cell[-40:]!r}, shorter than any other: if the file was cut off there, it is not "
                "whole. Compare it with its source."
            )
            return replace(chunk, warnings=(*chunk.warnings, told))
        return chunk


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
    with _text(path, look_through(path)) as file:
        text_rows = TextRows(numbered_lines(file, path.name), delimiter, 1, path.name)
        rows = list(text_rows)
    if text_rows.stray:
        raise DataError(f"{path.name}: {stray_marks(text_rows.stray)}")
    for number, row in enumerate(rows, 1):
        if any(map(_UNKNOWN.search, row)):
            raise DataError(f"Row {number} of {path.name} holds a character that cannot be read.")
    return rows


@contextmanager
def _text(path: Path, text: TextFile) -> Iterator[io.TextIOWrapper]:
    with opened_bytes(path) as file:
        file.read(text.mark_bytes)
        yield io.TextIOWrapper(file, encoding=text.encoding, errors=ONE_EACH, newline="")


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
