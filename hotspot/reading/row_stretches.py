"""Rows of a table in stretches: lists of cells, or Arrow tables of plain text where they can be."""

import sys
from collections.abc import Iterable, Iterator, Sequence
from csv import Error, reader
from itertools import groupby, islice
from typing import TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray
from pyarrow import csv

from hotspot.reading.group_headings import Row

#: Rows as lists of cells, or as a table of a column of text for each cell, all of one width.
Stretch: TypeAlias = list[Row] | pa.Table
Flags: TypeAlias = NDArray[np.bool_]

# What the csv module takes for one cell; a longer one is looked at by itself.
_LONGEST_CELL = 131_072
# In characters, of which one may have four bytes.
_PART_OF_LONG_LINE = _LONGEST_CELL // 8
_ROWS_AT_ONCE = 1_000
_BYTE_ORDER_MARK = "\ufeff"


def plain_table(text: str, delimiter: str, width: int) -> pa.Table | None:
    r"""Read lines of delimited text as a table, where every line is a row of one width.

    Parameters
    ----------
    text : str
        Whole lines with their ends.
    delimiter : str
    width : int
        How many cells a row has.

    Returns
    -------
    pyarrow.Table or None
        What the csv module reads, a column of text for each cell. None where a line is blank or of
        another width, a row goes over several lines, or lines end in a bare return: such text is
        to be read line by line.

    Examples
    --------
    >>> plain_table('A1,"Flat 2, Mill Lane"\n', ",", 2).to_pylist()
    [{'0': 'A1', '1': 'Flat 2, Mill Lane'}]
    >>> plain_table('A1,"Flat 2\nMill Lane"\n', ",", 2) is None
    True
    """
    bare = text.count("\r") != text.count("\r\n") if "\r" in text else False
    if width < 2 or bare or text.startswith(("\n", "\r", _BYTE_ORDER_MARK)):
        return None
    # A quotation mark may be open where the text ends, and be closed in what follows.
    end = text.rfind("\n", 0, len(text) - 1) + 1
    try:
        next(reader([text[end:]], delimiter=delimiter, strict=True), None)
    except Error:
        return None
    names = [str(place) for place in range(width)]
    try:
        content = text.encode()
        table = csv.read_csv(
            pa.py_buffer(content),
            # By this thread alone: memory that others take is taken anew for each block.
            read_options=csv.ReadOptions(
                column_names=names, block_size=len(content) + 1, use_threads=False
            ),
            parse_options=csv.ParseOptions(delimiter=delimiter, ignore_empty_lines=False),
            convert_options=csv.ConvertOptions(
                check_utf8=False,
                column_types=dict.fromkeys(names, pa.large_string()),
                strings_can_be_null=False,
            ),
        )
    except (pa.ArrowInvalid, UnicodeEncodeError):
        return None
    whole = len(table) == text.count("\n") + (not text.endswith("\n"))
    odd = not whole or _holds_blank_line(text, table) or _holds_long_cell(text, table)
    return None if odd else table


def _holds_blank_line(text: str, table: pa.Table) -> bool:
    # Asked of the text last: a column that is filled throughout tells it in a tenth of the time.
    shortest = (pc.min(pc.binary_length(column)).as_py() for column in table.columns)
    return all(length == 0 for length in shortest) and ("\n\n" in text or "\n\r\n" in text)


def _holds_long_cell(text: str, table: pa.Table) -> bool:
    # Within so long a line lies one of these parts from end to end; few blocks have any.
    parts = range(0, len(text) - _PART_OF_LONG_LINE + 1, _PART_OF_LONG_LINE)
    if all(text.find("\n", at, at + _PART_OF_LONG_LINE) >= 0 for at in parts):
        return False
    lengths = (pc.max(pc.binary_length(column)).as_py() for column in table.columns)
    return max(lengths, default=0) >= _LONGEST_CELL


def shortest_text(column: pa.ChunkedArray) -> int:
    """Return how many characters the shortest text of a column has; many where there is none."""
    shortest = pc.min(pc.utf8_length(column)).as_py()
    return sys.maxsize if shortest is None else int(shortest)


def rows_of(stretch: Stretch) -> list[Row]:
    r"""Return a stretch as lists of cells.

    Examples
    --------
    >>> rows_of(plain_table("A1,5\nA2,6\n", ",", 2))
    [['A1', '5'], ['A2', '6']]
    """
    if isinstance(stretch, list):
        return stretch
    columns = [column.to_pylist() for column in stretch.columns]
    return [list(row) for row in zip(*columns, strict=True)]


def filled_rows(table: pa.Table, headings: Sequence[str]) -> Flags:
    r"""Test which rows of a table surely hold something and do not begin as a heading does.

    Examples
    --------
    >>> filled_rows(plain_table("A1,5\n ,\nRef,E\n", ",", 2), ["Ref"]).tolist()
    [True, False, False]
    """
    first, *others = table.columns
    told = _tells(first)
    for column in others:
        if pc.all(told).as_py():
            break
        told = pc.or_(told, _tells(column))
    headed = pc.is_in(first, pa.array(headings, pa.large_string()))
    return np.asarray(pc.and_not(told, headed).to_numpy(), dtype=bool)


def _tells(column: pa.ChunkedArray) -> pa.ChunkedArray:
    # What space is beyond ASCII, the libraries do not agree about.
    return pc.match_substring_regex(column, "[!-~]")


class RowFeed:
    """Stretches of rows, from which any number of rows can be taken.

    Parameters
    ----------
    stretches : iterable of Stretch

    Attributes
    ----------
    taken : int
        How many rows were taken.
    ended : bool
        Whether there were no more.

    Examples
    --------
    >>> feed = RowFeed([[["A"], ["B"]], [["C"]]])
    >>> feed.take(1), feed.take(5), feed.taken
    ([[['A']]], [[['B'], ['C']]], 3)
    """

    def __init__(self, stretches: Iterable[Stretch]) -> None:
        self._stretches = iter(stretches)
        self._held: Stretch = []
        self.taken = 0
        self.ended = False

    @classmethod
    def of_rows(cls, rows: Iterator[Row]) -> "RowFeed":
        """Return the feed of rows that come one by one."""
        return cls(iter(lambda: list(islice(rows, _ROWS_AT_ONCE)), []))

    def take(self, number: int) -> list[Stretch]:
        """Return the next rows, at most so many; fewer where there are no more."""
        parts: list[Stretch] = []
        while number > 0:
            if not len(self._held):
                held = next(self._stretches, None)
                if held is None:
                    self.ended = True
                    break
                self._held = held
            part, self._held = split(self._held, number)
            number -= len(part)
            self.taken += len(part)
            # Of rows that come one after the other all tell the kind of a column.
            if parts and isinstance(part, list) and isinstance(parts[-1], list):
                parts[-1].extend(part)
            else:
                parts.append(part)
        return [
            joined
            for of_text, alike in groupby(parts, lambda part: not isinstance(part, list))
            for joined in ([pa.concat_tables(alike)] if of_text else alike)
        ]


def last_rows(stretches: Sequence[Stretch], number: int) -> list[Row]:
    """Return the last rows of stretches, at most so many.

    Examples
    --------
    >>> last_rows([[["A"], ["B"]], [["C"]]], 2)
    [['B'], ['C']]
    """
    rows: list[Row] = []
    for stretch in reversed(stretches):
        missing = number - len(rows)
        if missing <= 0:
            break
        rows = rows_of(split(stretch, len(stretch) - missing)[1]) + rows
    return rows


def split(stretch: Stretch, at: int) -> tuple[Stretch, Stretch]:
    """Split a stretch before one of its rows.

    Examples
    --------
    >>> split([["A"], ["B"]], 1)
    ([['A']], [['B']])
    """
    at = max(at, 0)
    if isinstance(stretch, list):
        return stretch[:at], stretch[at:]
    return stretch.slice(0, at), stretch.slice(at)
