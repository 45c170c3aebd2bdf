"""Where the cells of a sheet stand that hold anything, read as its part of the file streams."""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from xml.parsers import expat

# A cell and its place; a program may leave the place out, where it is the next.
_CELL = re.compile(rb"<(?:\w+:)?c(?=[\s/>])(?:[^>]*?\sr=[\"']([A-Za-z]{1,9})([0-9]{1,18})[\"'])?")
_ERROR = re.compile(
    rb"<(?:\w+:)?c(?=\s)(?=[^>]*?\st=[\"']e[\"'])[^>]*?\sr=[\"']([A-Za-z]{1,9})([0-9]{1,18})[\"'][^>]*>"
    rb"(?:(?:(?!</(?:\w+:)?c>).){0,9000}?<(?:\w+:)?v>([^<]{1,20})<)?",
    re.DOTALL,
)
_ERROR_MARKS = (b't="e"', b"t='e'")
_PLACE = re.compile(r"([A-Za-z]{1,9})([0-9]{1,18})")
#: What is shown of an error that does not tell its name.
SOME_ERROR = "#ERROR!"
#: Errors of a binary sheet by their number.
ERROR_CODES = {
    0: "#NULL!", 7: "#DIV/0!", 15: "#VALUE!", 23: "#REF!", 29: "#NAME?", 36: "#NUM!", 42: "#N/A",
}  # fmt: skip
_ROW_RECORD, _CELL_RECORDS, _ERROR_RECORDS = 0, range(2, 12), (3, 11)
_LONGEST_CELL = 1 << 20


@dataclass
class Extent:
    """How far the cells of a sheet reach, how many there are, and which hold an error.

    Attributes
    ----------
    rows, columns : int
        From the first of the sheet.
    cells : int
    errors : dict
        What stands in the cells of errors, by row and column from 0.
    placed : bool
        Whether every cell told its place.
    """

    rows: int = 0
    columns: int = 0
    cells: int = 0
    errors: dict[tuple[int, int], str] = field(default_factory=dict)
    placed: bool = True

    @property
    def area(self) -> int:
        """Number of cells of the rectangle that is set up for them."""
        return self.rows * self.columns

    def add(self, rows: int, columns: int, cells: int = 1) -> None:
        """Add cells that end in a row and a column, counted from 1."""
        self.rows, self.columns = max(self.rows, rows), max(self.columns, columns)
        self.cells += cells


def column_number(letters: str) -> int:
    """Read a column's letters.

    Examples
    --------
    >>> column_number("A"), column_number("Z"), column_number("AA")
    (1, 26, 27)
    """
    number = 0
    for letter in letters.upper():
        number = 26 * number + ord(letter) - ord("A") + 1
    return number


def search_sheet(blocks: Iterable[bytes]) -> Extent:
    """Find how far a sheet of an ``.xlsx`` file reaches, cells included that hold only a format.

    Parameters
    ----------
    blocks : iterable of bytes
        The XML, some at a time.

    Returns
    -------
    Extent

    Notes
    -----
    A search by expression, for it takes a tenth of the time in which the sheet is read, and a
    parser of XML more than all of it.

    Examples
    --------
    >>> sheet = b'<row r="2"><c r="B2" t="e"><v>#N/A</v></c><c r="C2"><v>1</v></c></row>'
    >>> extent = search_sheet([sheet])
    >>> extent.rows, extent.columns, extent.cells, extent.errors
    (2, 3, 2, {(1, 1): '#N/A'})
    """
    extent = Extent()
    for text in _whole_cells(blocks):
        found = _CELL.findall(text)
        if not found:
            continue
        letters, digits = {each for each, _ in found}, {each for _, each in found}
        extent.placed &= b"" not in letters
        columns = max(column_number(each.decode()) for each in letters)
        extent.add(max(int(each or 0) for each in digits), columns, len(found))
        if any(mark in text for mark in _ERROR_MARKS):
            for letter, row, word in _ERROR.findall(text):
                at = int(row) - 1, column_number(letter.decode()) - 1
                extent.errors[at] = word.decode("utf-8", "replace") or SOME_ERROR
    return extent


def _whole_cells(blocks: Iterable[bytes]) -> Iterator[bytes]:
    """Iterate over text of about a block, cut where a cell begins, or at least a tag."""
    before = b""
    for block in blocks:
        text = before + block
        cut = text.rfind(b"<c ")
        cut = max(text.rfind(b"<"), 0) if cut < 0 else cut
        # One text without an end needs no second look.
        if len(text) - cut > _LONGEST_CELL:
            cut = len(text)
        before = text[cut:]
        yield text[:cut]
    yield before


def parse_sheet(blocks: Iterable[bytes]) -> Extent:
    """Find how far the cells of a sheet of an ``.xlsx`` file reach that hold anything.

    Parameters
    ----------
    blocks : iterable of bytes

    Returns
    -------
    Extent

    Raises
    ------
    xml.parsers.expat.ExpatError
        If the XML is damaged.

    Examples
    --------
    >>> sheet = b'<s><row><c><v>1</v></c><c t="e"><v>#REF!</v></c></row><row r="9"><c/></row></s>'
    >>> extent = parse_sheet([sheet])
    >>> extent.rows, extent.columns, extent.errors
    (1, 2, {(0, 1): '#REF!'})
    """
    extent = Extent()
    row = column = 0
    is_error = False
    word: str | None = None

    def begin(tag: str, told: dict[str, str]) -> None:
        nonlocal row, column, is_error, word
        tag = tag.rpartition(":")[2]
        if tag == "row":
            row, column = int(told.get("r", row + 1)), 0
        elif tag == "c":
            place = _PLACE.fullmatch(told.get("r", ""))
            row, column = (int(place[2]), column_number(place[1])) if place else (row, column + 1)
            is_error = told.get("t") == "e"
        elif tag in ("v", "is") and column:
            extent.add(row, column)
            word = "" if tag == "v" and is_error else None

    def text_of(text: str) -> None:
        nonlocal word
        if word is not None:
            word += text
            extent.errors[row - 1, column - 1] = word.strip() or SOME_ERROR

    _parse(blocks, begin, text_of)
    return extent


def _parse(
    blocks: Iterable[bytes],
    begin: Callable[[str, dict[str, str]], None],
    text: Callable[[str], None] | None = None,
) -> None:
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler = begin
    parser.CharacterDataHandler = text
    for block in blocks:
        parser.Parse(block, False)
    parser.Parse(b"", True)


def parse_ods(blocks: Iterable[bytes]) -> dict[str, Extent]:
    """Find how far the sheets of an ``.ods`` file reach, with cells and rows that are repeated.

    Parameters
    ----------
    blocks : iterable of bytes

    Returns
    -------
    dict of str to Extent
        By the name of the sheet.

    Raises
    ------
    xml.parsers.expat.ExpatError
        If the XML is damaged.

    Examples
    --------
    >>> table = ('<t><table:table table:name="S"><table:table-row table:number-rows-repeated="5">'
    ...          '<table:table-cell table:number-columns-repeated="3" office:value-type="float"/>'
    ...          '<table:table-cell table:number-columns-repeated="16000"/>'
    ...          '</table:table-row></table:table></t>')
    >>> [(extent.rows, extent.columns) for extent in parse_ods([table.encode()]).values()]
    [(5, 3)]
    """
    sheets: dict[str, Extent] = {}
    extent = Extent()
    row = height = column = 0
    word: str | None = None

    def begin(tag: str, told: dict[str, str]) -> None:
        nonlocal extent, row, height, column, word
        tag = tag.rpartition(":")[2]
        own = {name.rpartition(":")[2]: value for name, value in told.items()}
        if tag == "table":
            extent = sheets.setdefault(own.get("name", ""), Extent())
            row = height = column = 0
        elif tag == "table-row":
            row, column = row + height, 0
            height = int(own.get("number-rows-repeated", 1))
        elif tag in ("table-cell", "covered-table-cell"):
            times = int(own.get("number-columns-repeated", 1))
            column += times
            # Of the two that say the type the second is LibreOffice's own, and knows errors.
            word = "" if own.get("value-type") == "error" else None
            if "value-type" in own:
                extent.add(row + height, column, times * height)

    def text_of(text: str) -> None:
        nonlocal word
        if word is not None:
            word += text
            extent.errors[row, column - 1] = word.strip() or SOME_ERROR

    _parse(blocks, begin, text_of)
    return sheets


def scan_binary_sheet(blocks: Iterable[bytes]) -> Extent:
    """Find how far the cells of a sheet of an ``.xlsb`` file reach.

    Parameters
    ----------
    blocks : iterable of bytes

    Returns
    -------
    Extent

    Notes
    -----
    Records of a number, a length (both seven bits a byte) and their content; that of a cell begins
    with its column, that of a row with its number ([MS-XLSB] 2.1.4, 2.4).
    """
    extent = Extent()
    row = 0
    for kind, content in records(blocks, 16):
        if kind == _ROW_RECORD and len(content) >= 4:
            row = int.from_bytes(content[:4], "little")
        elif kind in _CELL_RECORDS and len(content) >= 4:
            column = int.from_bytes(content[:4], "little")
            extent.add(row + 1, column + 1)
            if kind in _ERROR_RECORDS and len(content) > 8:
                extent.errors[row, column] = ERROR_CODES.get(content[8], SOME_ERROR)
    return extent


def records(blocks: Iterable[bytes], most: int) -> Iterator[tuple[int, bytes]]:
    """Iterate over the records of a binary part; one that is cut off ends it.

    Parameters
    ----------
    blocks : iterable of bytes
    most : int
        How many bytes of a record are wanted.

    Yields
    ------
    kind : int
    content : bytes
    """
    text, at = b"", 0
    for block in blocks:
        text, at = text[at:] + block, 0
        while True:
            kind, start = _varying(text, at, 2)
            size, start = _varying(text, start, 4)
            if start < 0 or start + size > len(text):
                break
            yield kind, text[start : start + min(size, most)]
            at = start + size


def _varying(text: bytes, at: int, most: int) -> tuple[int, int]:
    """Read a number of seven bits a byte, and where it ends; -1 where it is cut off."""
    number = 0
    for turn in range(most if at >= 0 else 0):
        if at >= len(text):
            return 0, -1
        number |= (text[at] & 0x7F) << (7 * turn)
        at += 1
        if text[at - 1] < 0x80:
            break
    return number, at
