"""The rows of a delimited text: as tables where its lines are plain, else one by one."""

import io
from collections.abc import Iterator
from functools import partial
from itertools import accumulate, islice

from hotspot._errors import DataError
from hotspot.reading.group_headings import Row
from hotspot.reading.headings import Header
from hotspot.reading.open_quotes import TextRows
from hotspot.reading.row_stretches import Stretch, plain_table

#: Two thousand columns of a few kilobytes each; a spreadsheet holds 32,767 characters a cell.
MOST_OF_A_LINE = 1 << 24
# What lies in the cache of a processor is read several times at the cost of once.
_BLOCK = 1 << 20
_READ_ON = 1 << 23
# Below so many characters the lines of an odd block are read one by one, some at a time.
_SMALL_BLOCK = 1 << 16
_LINES_ONE_BY_ONE = 1_000


def numbered_lines(file: io.TextIOBase, name: str, before: int = 0) -> Iterator[str]:
    """Iterate over lines, of which none fills memory; `before` of the file stand before them."""
    lines = iter(partial(file.readline, MOST_OF_A_LINE), "")
    for number, line in enumerate(lines, before + 1):
        if len(line) == MOST_OF_A_LINE:
            raise DataError(
                f"Line {number:,} of {name} has {MOST_OF_A_LINE:,} characters or more: that is no "
                "table with a row a line. Export it again."
            )
        yield line


class TextTable:
    """The rows of a delimited text, in stretches.

    A block of lines that are all plain rows is read at once. One that is not is halved until what
    is odd stands in a small block, which is read line by line; the next block is larger again.

    Parameters
    ----------
    file : text file
        Opened with its line ends as they are.
    name : str
        What to call it in a message.
    layout : tuple of str and int
        What parts the cells, and how many of them most rows have, as `TextRows` takes them.
    header : Header

    Attributes
    ----------
    stray : list of (int, int)
        Row and line, from 1, of each stray quotation mark met so far.
    """

    def __init__(
        self, file: io.TextIOBase, name: str, layout: tuple[str, int], header: Header
    ) -> None:
        self.stray: list[tuple[int, int]] = []
        self._file = file
        self._name = name
        self._layout = layout
        self._header = header
        # What was read and is not yet rows: the text from `_at` on.
        self._text, self._at = "", 0
        self._rows = self._lines = 0

    def __iter__(self) -> Iterator[Stretch]:
        delimiter, width = self._layout[0], len(self._header.names)
        size = _BLOCK
        while self._read_ahead(size):
            end = self._end_of(size)
            block = self._text[self._at : end]
            # What stands above the records is of any width.
            within = self._rows >= self._header.number and len(block) < MOST_OF_A_LINE
            table = plain_table(block, delimiter, width) if within else None
            if table is not None:
                self._at = end
                self._rows, self._lines = self._rows + len(table), self._lines + len(table)
                size = min(2 * size, _BLOCK)
                yield table
            elif within and size > _SMALL_BLOCK and len(block) > _SMALL_BLOCK:
                size = max(min(size, len(block)) // 2, _SMALL_BLOCK)
            else:
                yield self._one_by_one()

    def _read_ahead(self, size: int) -> bool:
        """Read on where less than `size` is left; tell whether anything is."""
        if len(self._text) - self._at < size:
            read = self._file.read(_BLOCK) + self._file.readline(MOST_OF_A_LINE)
            self._text, self._at = self._text[self._at :] + read, 0
        return self._at < len(self._text)

    def _end_of(self, size: int) -> int:
        """Return where the line ends in which a block of some size would end."""
        found = self._text.find("\n", self._at + size - 1)
        return len(self._text) if found < 0 else found + 1

    def _one_by_one(self) -> list[Row]:
        """Read some rows line by line, as far as the header at first."""
        lengths: list[int] = []
        lines = self._counted(lengths)
        rows = TextRows(lines, *self._layout, self._name, (self._rows, self._lines))
        most = self._header.number - self._rows
        most = most if most > 0 else _LINES_ONE_BY_ONE
        part = list(islice(rows, most))
        taken = rows.line - self._lines
        self._at += next(islice(accumulate(lengths), taken - 1, None), 0) if taken else 0
        self._rows, self._lines = rows.row, rows.line
        self.stray += rows.stray
        return part

    def _counted(self, lengths: list[int]) -> Iterator[str]:
        """Iterate over lines from here on, to the end of the file, and note how long each is."""
        at = self._at
        while True:
            found = self._text.find("\n", at + _SMALL_BLOCK)
            end = len(self._text) if found < 0 else found + 1
            window = io.StringIO(self._text[at:end], newline="")
            for line in numbered_lines(window, self._name, self._lines + len(lengths)):
                lengths.append(len(line))
                yield line
            at = end
            if at == len(self._text):
                self._text += self._file.read(_READ_ON) + self._file.readline(MOST_OF_A_LINE)
                if at == len(self._text):
                    return
