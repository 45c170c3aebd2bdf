"""Rows of delimited text, in which a quotation mark may have been opened and never closed.

To the csv module such a mark makes one cell of all that follows, up to the next mark or the end
of the file, and the rows in between are gone. Here its line is read by itself instead.
"""

import csv
from collections import deque
from collections.abc import Iterator, Sequence
from itertools import islice

from hotspot._errors import DataError
from hotspot.english import count
from hotspot.reading.group_headings import Row

# A mark that is never closed takes all lines there are, far more than any cell is written on.
_MOST_LINES_IN_A_ROW = 100
# With two columns a line of prose with one comma in it looks like a row.
_FEWEST_COLUMNS = 3
_MOST_NAMED = 5
_MOST_CHARACTERS_IN_A_ROW = 1 << 24
MARK = '"'
# Lines that are looked at together for quotation marks.
_PLAIN_LINES = 1000


class TextRows:
    r"""The rows of a text, cells of several lines included.

    Parameters
    ----------
    lines : iterator of str
        Lines with their ends.
    delimiter : str
        What parts the cells.
    width : int
        How many cells most rows have, by which a line is known as a row of its own.
    name : str
        What to call the text in a message.
    first : tuple of int
        How many rows and lines of the file stand before these.

    Attributes
    ----------
    line : int
        The line that was read last.
    stray : list of (int, int)
        Row and line, from 1, of each stray quotation mark met so far.

    Examples
    --------
    >>> lines = ["A1,The Elms,5", 'A2,"The Cottage,6', 'A3,"Flat 1', '2 Fore St",7']
    >>> rows = TextRows(iter([line + chr(10) for line in lines]), ",", 3, "crimes.csv")
    >>> [row[1] for row in rows], rows.stray
    (['The Elms', 'The Cottage', 'Flat 1\n2 Fore St'], [(2, 2)])
    """

    def __init__(
        self,
        lines: Iterator[str],
        delimiter: str,
        width: int,
        name: str,
        first: tuple[int, int] = (0, 0),
    ) -> None:
        self.stray: list[tuple[int, int]] = []
        self.row, self.line = first
        self._lines = _Lines(lines)
        self._delimiter = delimiter
        self._width = width
        self._name = name

    def __iter__(self) -> Iterator[Row]:
        lines = self._lines
        reader = csv.reader(lines, delimiter=self._delimiter)
        while True:
            # Most lines hold no quotation mark, and are a row each: read at once, they cost half.
            plain = lines.take_plain(self._delimiter)
            for row in plain:
                self.row, self.line = self.row + 1, self.line + 1
                yield row
            try:
                read: Row | None = next(reader)
            except StopIteration:
                return
            except csv.Error:
                # A cell of more than 131,072 characters, which may be one all the same.
                read = self._row_of_long_cells(lines)
            self.row += 1
            taken = lines.take()
            endless = read is None or lines.stopped
            if endless:
                self._refuse_long_cell(taken, self.line)
            if read is None or endless or self._has_stray_mark(read, taken):
                self.stray.append((self.row, self.line + 1))
                lines.give_back(taken[1:])
                taken = taken[:1]
                read = self._alone(taken[0])
            self.line += len(taken)
            yield read

    def _row_of_long_cells(self, lines: "_Lines") -> Row | None:
        """Read on to the line in which the last quotation mark is closed; None without one."""
        text = "".join(lines.taken)
        is_open = text.count(MARK) % 2 == 1
        for line in lines if is_open else ():
            text += line
            if line.count(MARK) % 2 == 1:
                is_open = False
                break
            if len(text) > _MOST_CHARACTERS_IN_A_ROW:
                break
        return None if is_open else split_cells(text, self._delimiter)

    def _has_stray_mark(self, row: Row, taken: Sequence[str]) -> bool:
        """Test for a mark that only one in a later row closes: no cell of several lines."""
        if len(taken) == 1:
            return False
        if not self._well_formed(taken):
            return True
        rows_of_their_own = [self._like_a_row(line) for line in taken]
        if len(row) == self._width:
            return all(rows_of_their_own)
        return any(rows_of_their_own[1:])

    def _refuse_long_cell(self, taken: Sequence[str], before: int) -> None:
        """Refuse a cell without end below which nothing looks like a row."""
        if self._lines.ended or any(map(self._like_a_row, taken[1:])):
            return
        raise DataError(
            f"{self._name} cannot be read: a cell that begins in line {before + 1:,} goes on to "
            f"line {before + len(taken):,} and further. Is a quotation mark opened there and never "
            "closed? Close it or take it out, and read the file again."
        )

    def _well_formed(self, taken: Sequence[str]) -> bool:
        """Test whether every quotation mark stands where the rules of CSV have it."""
        try:
            return len(list(csv.reader(taken, delimiter=self._delimiter, strict=True))) == 1
        except csv.Error:
            # What is wrong of a long cell is only that it is long.
            long = any(len(line) > csv.field_size_limit() for line in taken)
            return long and "".join(taken).count(MARK) % 2 == 0

    def _alone(self, line: str) -> Row:
        """Read one line as a row, whatever marks it holds."""
        if self._well_formed([line]):
            return split_cells(line, self._delimiter)
        return [cell.strip('"') for cell in line.rstrip("\r\n").split(self._delimiter)]

    def _like_a_row(self, line: str) -> bool:
        """Test whether a line could be a row; the commas of prose, a space after, part nothing."""
        if self._width < _FEWEST_COLUMNS:
            return False
        return sum(not cell.startswith(" ") for cell in self._alone(line)) >= self._width


def split_cells(line: str, delimiter: str) -> Row:
    """Split a row into its cells as the csv module does, cells of any length among them.

    Parameters
    ----------
    line : str
        With its end; of several lines where a cell is.
    delimiter : str

    Returns
    -------
    list of str

    Examples
    --------
    >>> split_cells('A1,"Flat 2, Mill Lane",', ",")
    ['A1', 'Flat 2, Mill Lane', '']
    """
    if len(line) <= csv.field_size_limit():
        return next(csv.reader([line], delimiter=delimiter))
    line = line.rstrip("\r\n")
    cells: Row = []
    at = 0
    while True:
        inside = ""
        if line.startswith(MARK, at):
            begin = at + 1
            close = line.find(MARK, begin)
            while close >= 0 and line.startswith(MARK, close + 1):
                close = line.find(MARK, close + 2)
            close = len(line) if close < 0 else close
            inside, at = line[begin:close].replace(2 * MARK, MARK), close + 1
        end = line.find(delimiter, at)
        cells.append(inside + (line[at:] if end < 0 else line[at:end]))
        if end < 0:
            return cells
        at = end + 1


class _Lines:
    """Lines for a csv reader: they can be given back, and no row takes too many.

    Attributes
    ----------
    taken : list of str
        Lines of the row that is being read.
    stopped : bool
        Whether a row wanted more lines than it was given.
    ended : bool
        Whether that was because there are no more.
    """

    def __init__(self, lines: Iterator[str]) -> None:
        self._lines = lines
        self._ahead: deque[str] = deque()
        self.taken: list[str] = []
        self.stopped = False
        self.ended = False

    def __iter__(self) -> "_Lines":
        return self

    def __next__(self) -> str:
        if len(self.taken) == _MOST_LINES_IN_A_ROW:
            self.stopped, self.ended = True, False
            raise StopIteration
        try:
            line = self._ahead.popleft() if self._ahead else next(self._lines)
        except StopIteration:
            self.stopped, self.ended = True, True
            raise
        self.taken.append(line)
        return line

    def take_plain(self, delimiter: str) -> list[Row]:
        """Return the rows of the next lines, as far as none of them holds a quotation mark."""
        if self._ahead:
            return []
        block = list(islice(self._lines, _PLAIN_LINES))
        marked = '"' in "".join(block)
        plain = next((at for at, line in enumerate(block) if '"' in line), 0) if marked else None
        try:
            rows = list(csv.reader(block[:plain], delimiter=delimiter))
        except csv.Error:
            rows, plain = [], 0
        # Read line by line where anything is odd, such as a return within a line.
        if len(rows) < len(block[:plain]):
            rows, plain = [], 0
        self._ahead.extend(block[len(rows) :])
        return rows

    def take(self) -> list[str]:
        """Return the lines of the row that was read last, and begin the next."""
        taken, self.taken = self.taken, []
        return taken

    def give_back(self, lines: Sequence[str]) -> None:
        """Restore lines, to be read again."""
        self.stopped, self.ended = False, False
        self._ahead.extendleft(reversed(lines))


def stray_marks(stray: Sequence[tuple[int, int]]) -> str:
    """Warn of rows and lines with a stray quotation mark.

    Examples
    --------
    >>> print(stray_marks([(8, 8)])[:60])
    1 quotation mark is opened and never closed (row 8, line 8):
    """
    named = "; ".join(f"row {row:,}, line {line:,}" for row, line in stray[:_MOST_NAMED])
    more = f"; and {len(stray) - _MOST_NAMED:,} more" if len(stray) > _MOST_NAMED else ""
    verb = "is" if len(stray) == 1 else "are"
    return (
        f"{count(len(stray), 'quotation mark')} {verb} opened and never closed ({named}{more}): "
        "each such line was read as a row by itself, and so were those below it. Look at it, and "
        "close the mark or take it out."
    )
