"""Rows of a file that people lay out, with banner, header, records and footer.

Delimited text and worksheets share this: both are a sequence of rows of cells in which the table
begins somewhere and ends somewhere.
"""

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any, NamedTuple, TypeAlias

import numpy as np
import pandas as pd
import pyarrow as pa

from hotspot._errors import DataError
from hotspot.english import count
from hotspot.reading.cells import normalise_name
from hotspot.reading.chunks import FEWEST_KNOWN, ROWS_PER_CHUNK, Chunk, not_records
from hotspot.reading.group_headings import Merge, Row, filled, join_headings
from hotspot.reading.row_stretches import (
    RowFeed,
    Stretch,
    filled_rows,
    last_rows,
    rows_of,
)
from hotspot.reading.single_dates import FIXED, MONTH, OPEN, read_moment
from hotspot.reading.text_bytes import text_series

HEAD_ROWS = 30
_FOOTER_ROWS = 12
_FOOTER = re.compile(
    r"(grand |sub ?)?totals?\b|end of |\*+"
    r"|(no\.? of |number of )?(rows?|records?|crimes?|count)\s*[:=]"
    r"|\(?[\d,]+ (rows?|records?|crimes?)\b|page \d|printed |generated |report (run|produced|end)"
    r"|produced |run (by|on|at)\b|source\s*:|copyright|©|official\b|restricted\b|-{3,}|={3,}",
    re.IGNORECASE,
)
# Rows above a footer that show what a record looks like.
_ROWS_ABOVE = 50
_LIKE_DATA = re.compile(
    r"[-+]?[\d.,]+(e[-+]?\d+)?%?|\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}\b.*", re.IGNORECASE
)
_LONGEST_HEADING = 60
# What a line of a banner has and a heading has not: "Force: Kent", a year, a long number.
_TITLE = re.compile(r":|[0-9]{3}")


@dataclass(frozen=True)
class Header:
    """Where the headings stand, the names in them made unique, and what stands above them.

    Attributes
    ----------
    number : int
        The row, from 1, below which the records begin.
    cells : tuple of tuple
        What stands in its rows, each as wide as the table; most headers have one.
    names : tuple of str
    banner : tuple of str
    """

    number: int
    cells: tuple[tuple[Any, ...], ...]
    names: tuple[str, ...]
    banner: tuple[str, ...]

    @property
    def notes(self) -> tuple[str, ...]:
        notes = []
        first = self.number - len(self.cells) + 1
        if self.banner:
            texts = "; ".join(repr(text[:60]) for text in self.banner[:3])
            notes.append(
                f"The header is row {first}; above it {count(len(self.banner), 'banner row')} "
                f"passed over ({texts})."
            )
        if len(self.cells) > 1:
            notes.append(
                f"The headings stand in rows {first} to {self.number} and were joined: "
                f"{', '.join(map(repr, self.names))}."
            )
        return tuple(notes)


def _filled_cells(row: Row) -> list[Any]:
    return [cell for cell in row if filled(cell)]


def find_header(
    rows: Sequence[Row], known: Collection[str], merges: Sequence[Merge] = ()
) -> Header | None:
    """Find the header among the first rows of a table.

    The row with the most names that are known wins, where there are two or more. Otherwise it is
    the first row that is all text, mostly different, and about as wide as the rows below it.
    Headings that stand in several rows are joined.

    Parameters
    ----------
    rows : sequence of list
        The first rows of the file, blank ones included.
    known : collection of str
        Names as `normalise_name` returns them.
    merges : sequence of Merge, optional
        Cells that were merged.

    Returns
    -------
    Header or None
        None where no row looks like one.
    """
    hits = [known_names_in(row, known) for row in rows]
    best = max(range(len(rows)), key=lambda at: (hits[at], -at), default=None)
    if best is not None and hits[best] < FEWEST_KNOWN:
        shaped = (at for at in range(len(rows)) if _shaped_like_header(rows, at))
        best = next(shaped, None)
    if best is None:
        return None
    found = join_headings(rows, best, known, merges, _like_heading)
    banner = [
        " ".join(str(cell).strip() for cell in _filled_cells(row)) for row in rows[: found.top]
    ]
    width = len(found.names)
    return Header(
        number=1 + found.bottom,
        cells=tuple(_padded(row, width) for row in rows[found.top : found.bottom + 1]),
        names=_unique_names(found.names),
        banner=tuple(text for text in banner if text),
    )


def _padded(row: Row, width: int) -> tuple[Any, ...]:
    return tuple((row + [""] * (width - len(row)))[:width])


def _like_heading(cell: Any) -> bool:
    """Test whether a cell could be a heading by what it holds."""
    if not isinstance(cell, str) or len(cell) > _LONGEST_HEADING:
        return False
    text = cell.strip().removesuffix(":")
    return not (_LIKE_DATA.fullmatch(text) or _FOOTER.match(text) or _TITLE.search(text))


def known_names_in(row: Row, known: Collection[str]) -> int:
    """Count the different known names in a row."""
    names = {normalise_name(cell) for cell in row if isinstance(cell, str)}
    # Name by name: there are thousands of known ones, and a copy of them for every row is slow.
    return sum(name in known for name in names)


def _shaped_like_header(rows: Sequence[Row], at: int) -> bool:
    """Test whether a row could be a header by its shape alone."""
    cells = _filled_cells(rows[at])
    below = [len(_filled_cells(row)) for row in rows[at + 1 :]]
    below = [width for width in below if width]
    if len(cells) < 2 or (below and len(cells) < 0.5 * float(np.median(below))):
        return False
    names = [cell.strip() for cell in cells if isinstance(cell, str)]
    if len(names) < len(cells) or any(_LIKE_DATA.fullmatch(name) for name in names):
        return False
    return len({name.casefold() for name in names}) > len(names) / 2


def _unique_names(row: Sequence[Any]) -> tuple[str, ...]:
    """Return a name for every column: a blank one by its place, a repeated one by its turn."""
    names: dict[str, None] = {}
    turns: Counter[str] = Counter()
    for place, cell in enumerate(row, 1):
        name = " ".join(str(cell).replace("\x00", "").split()) or f"column {place}"
        unique = name
        # From its last turn on, for thousands of columns may bear one name.
        while unique in names:
            turns[name] += 1
            unique = f"{name} ({turns[name] + 1})"
        names[unique] = None
    return tuple(names)


def no_header(name: str, rows: Sequence[Row]) -> DataError:
    """Return the error that a file has no header, with what stands at its top."""
    first = next((cells for cells in map(_filled_cells, rows) if cells), [])
    shown = ", ".join(repr(str(cell)[:30]) for cell in first[:6])
    return DataError(
        f"{name} has no row of column names in its first {HEAD_ROWS} rows (it begins with "
        f"{shown or 'blank rows'}): put one above the data."
    )


def chunks_of_rows(
    rows: RowFeed, header: Header, wanted: Sequence[str], strict_width: bool
) -> Iterator[Chunk]:
    """Cut the rows of a table, from its header on, into chunks of the columns wanted.

    Parameters
    ----------
    rows : RowFeed
        All rows of the file, banner and header included.
    header : Header
        Where the header is.
    wanted : sequence of str
        Columns to keep, names as in `header`.
    strict_width : bool
        Whether cells beyond the header are a fault, as in delimited text, where they mean that
        the row has slipped. In a worksheet they are remarks beside the table.

    Yields
    ------
    Chunk
        At least one, however few the rows.
    """
    table = _Table(header, wanted, strict_width)
    rows.take(header.number)
    number = header.number + 1
    block = rows.take(ROWS_PER_CHUNK)
    while True:
        following = rows.take(ROWS_PER_CHUNK)
        # A footer must not fall into two blocks, of which neither would know it as one.
        if 0 < sum(map(len, following)) <= _FOOTER_ROWS:
            block, following = block + following, []
        yield table.chunk(block, number, last=not following)
        if not following:
            return
        number += sum(map(len, block))
        block = following


#: Records, what is no record, and how many rows are blank.
_Sorted: TypeAlias = tuple[pd.DataFrame, list[tuple[Any, str, str, str]], int]


class _Table:
    """What is wanted of a table, and how its rows are sorted into records and others."""

    def __init__(self, header: Header, wanted: Sequence[str], strict_width: bool) -> None:
        self._header = header
        self._wanted = wanted
        self._places = [header.names.index(name) for name in wanted]
        self._strict_width = strict_width
        self._headings = [cells[0] for cells in header.cells]

    def chunk(self, block: list[Stretch], number: int, last: bool) -> Chunk:
        """Sort the rows of a block, of which `number` is the first, into a chunk."""
        footers: frozenset[int] = frozenset()
        if last:
            end = last_rows(block, _FOOTER_ROWS + _ROWS_ABOVE)
            before = number + sum(map(len, block)) - len(end)
            footers = frozenset(before + at for at in _footers(end, len(self._header.names)))
        frames: list[pd.DataFrame] = []
        others: list[tuple[Any, str, str, str]] = []
        blank = 0
        for stretch in block:
            if isinstance(stretch, list):
                numbers = range(number, number + len(stretch))
                frame, no_records, blank_rows = self._of_rows(stretch, numbers, footers)
            else:
                frame, no_records, blank_rows = self._of_plain(stretch, number, footers)
            frames += [frame] if len(frame) else []
            others += no_records
            blank += blank_rows
            number += len(stretch)
        frames = frames or [self._of_rows([], (), footers)[0]]
        frame = frames[0] if len(frames) == 1 else pd.concat(frames)
        return Chunk(frame=frame, not_records=not_records(others), blank_rows=blank)

    def _of_rows(
        self, rows: Sequence[Row], numbers: Iterable[int], footers: Collection[int]
    ) -> _Sorted:
        """Sort rows one by one."""
        width = len(self._header.names)
        kept: list[int] = []
        records: list[Row] = []
        others: list[tuple[Any, str, str, str]] = []
        blank = 0
        for number, row in zip(numbers, rows, strict=True):
            first = row[0] if row else None
            # The usual row is known at a glance, which spares many of them the tests below.
            stands = first.strip() if isinstance(first, str) else first is not None
            plain = len(row) == width and stands and first not in self._headings
            if not plain or number in footers:
                if not any(map(filled, row)):
                    blank += 1
                    continue
                footer = number in footers
                reason = _why_no_record(row, footer, self._header, self._strict_width)
                if reason:
                    others.append((number, *reason))
                    continue
                row = row + [""] * (width - len(row))
            kept.append(number)
            records.append(row)
        cells = ([row[place] for row in records] for place in self._places)
        columns = zip(self._wanted, cells, strict=True)
        frame = pd.DataFrame({name: pd.Series(column) for name, column in columns})
        frame = frame.reindex(range(len(records)))
        frame.index = pd.Index(kept, dtype="int64", name="row")
        return frame, others, blank

    def _of_plain(self, table: pa.Table, number: int, footers: Collection[int]) -> _Sorted:
        """Sort the rows of a table of text, of which the odd ones alone are looked at."""
        others: list[tuple[Any, str, str, str]] = []
        blank = 0
        numbers = np.arange(number, number + len(table))
        usual = filled_rows(table, self._headings) & ~np.isin(numbers, list(footers))
        if not usual.all():
            odd = np.flatnonzero(~usual)
            rows = rows_of(table.take(odd))
            frame, others, blank = self._of_rows(rows, numbers[odd].tolist(), footers)
            usual |= np.isin(numbers, frame.index)
            table, numbers = table.filter(usual), numbers[usual]
        columns = zip(self._wanted, self._places, strict=True)
        frame = pd.DataFrame({name: text_series(table.column(at)) for name, at in columns})
        frame = frame.reindex(range(len(table)))
        frame.index = pd.Index(numbers, dtype="int64", name="row")
        return frame, others, blank


def _why_no_record(
    row: Row, footer: bool, header: Header, strict_width: bool
) -> tuple[str, str, str] | None:
    """Return column, value and reason where a row is no record."""
    width = len(header.names)
    if footer:
        shown = " ".join(str(cell).strip() for cell in _filled_cells(row))
        return header.names[0], shown, "not a record: looks like a footer"
    if _padded(row, width) in header.cells:
        return header.names[0], str(row[0]), "not a record: the header again"
    extra = _filled_cells(row[width:])
    if strict_width and extra:
        shown = ", ".join(str(cell) for cell in extra)
        reason = f"more cells than the header has columns ({len(row)}, not {width})"
        return header.names[-1], shown, reason
    return None


def _footers(block: Sequence[Row], width: int) -> frozenset[int]:
    """Find the rows at the end that close a report rather than record a crime."""
    footers: list[int] = []
    kinds: list[list[_Kind]] = []
    for at in range(len(block) - 1, max(-1, len(block) - 1 - _FOOTER_ROWS), -1):
        cells = _filled_cells(block[at])
        if not cells:
            continue
        worded = _FOOTER.match(str(cells[0]).strip()) is not None
        # In a table of two columns a row with one cell filled may well be a record.
        alone = len(cells) == 1 and width >= 3
        if not alone and not (worded and len(cells) <= max(2, width // 3)):
            break
        if not alone:
            kinds = kinds or _kinds_above(block)
            if _like_a_record(block[at], kinds):
                break
        footers.append(at)
    return frozenset(footers)


class _Kind(NamedTuple):
    """What a cell looks like: a date, or a number of so many digits before its point."""

    is_date: bool
    digits: int


def _kind(cell: Any) -> _Kind:
    text = str(cell).strip() if filled(cell) else ""
    digits = re.fullmatch(r"[-+]?(\d+)(?:\.\d*)?", text)
    is_date = bool(text) and read_moment(cell).kind in (FIXED, OPEN, MONTH)
    return _Kind(is_date, len(digits[1]) if digits else 0)


def _kinds_above(block: Sequence[Row]) -> list[list[_Kind]]:
    """Return what the cells of each column look like in the rows above the end of a table."""
    above = block[max(0, len(block) - _FOOTER_ROWS - _ROWS_ABOVE) : len(block) - 1]
    return [[_kind(cell) for cell in column] for column in zip_longest(*above)]


def _like_a_record(row: Row, kinds: Sequence[Sequence[_Kind]]) -> bool:
    """Test whether a row has what records have, whatever word it begins with.

    What is accepted anywhere else in a file has a date where the others have theirs, or, where
    there are no dates, two numbers as long as the others: a sum is longer.
    """
    dates = [sum(kind.is_date for kind in column) > len(column) / 2 for column in kinds]
    own = [_kind(cell) for cell in row[1 : len(kinds)]]
    if any(dates[1:]):
        return any(kind.is_date and of for kind, of in zip(own, dates[1:], strict=False))
    alike = [
        bool(kind.digits) and kind.digits in {each.digits for each in column}
        for kind, column in zip(own, kinds[1:], strict=False)
    ]
    return sum(alike) >= 2
