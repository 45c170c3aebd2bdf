"""What the reader of old workbooks (.xls) does not tell: cells of errors, and which calendar."""

import struct
from collections.abc import Iterator
from typing import NamedTuple

from hotspot.reading.sheet_cells import ERROR_CODES, SOME_ERROR

# Records of [MS-XLS] 2.4: the calendar, a sheet, an error or a truth, a formula, an end, a cipher.
_CALENDAR, _SHEET, _BOOL_OR_ERROR, _FORMULA, _END, _CIPHER = 0x22, 0x85, 0x205, 0x06, 0x0A, 0x2F


class OldWorkbook(NamedTuple):
    """What stands in the cells of errors, by sheet in small letters; and the calendar."""

    errors: dict[str, dict[tuple[int, int], str]]
    date1904: bool


def scan_old_workbook(stream: bytes) -> OldWorkbook:
    """Find the cells of errors and the calendar of a workbook of Excel 97 to 2003.

    Parameters
    ----------
    stream : bytes
        The part "Workbook" of its container.

    Returns
    -------
    OldWorkbook
        Nothing where it is under a cipher; of a stream that is cut, what stands before.
    """
    starts: dict[str, int] = {}
    date1904 = False
    for kind, content in _records(stream, 0):
        if kind == _CIPHER:
            return OldWorkbook({}, False)
        if kind == _CALENDAR:
            date1904 = content[:2] == b"\x01\x00"
        elif kind == _SHEET and len(content) > 8:
            length, wide = content[6], content[7] & 1
            text = content[8 : 8 + length * (1 + wide)]
            name = text.decode("utf-16-le" if wide else "latin-1", "replace")
            starts[name.lower()] = int.from_bytes(content[:4], "little")
    found = {name: dict(_errors(stream, start)) for name, start in starts.items()}
    return OldWorkbook(found, date1904)


def _errors(stream: bytes, start: int) -> Iterator[tuple[tuple[int, int], str]]:
    """Iterate over the cells of errors of the sheet that begins at a place."""
    for kind, content in _records(stream, start):
        if kind not in (_BOOL_OR_ERROR, _FORMULA) or len(content) < 8:
            continue
        row, column = struct.unpack_from("<HH", content)
        code = None
        if kind == _BOOL_OR_ERROR:
            code = content[6] if content[7] == 1 else None
        elif len(content) >= 14 and content[6] == 2 and content[12:14] == b"\xff\xff":
            code = content[8]
        if code is not None:
            yield (row, column), ERROR_CODES.get(code, SOME_ERROR)


def _records(stream: bytes, at: int) -> Iterator[tuple[int, bytes]]:
    """Iterate over records from a place to the end of what begins there."""
    while at + 4 <= len(stream):
        kind, length = struct.unpack_from("<HH", stream, at)
        if kind == _END:
            return
        yield kind, stream[at + 4 : at + 4 + length]
        at += 4 + length
