"""Bytes of good and of bad files, made by code: rows, gzip of any size, zip files."""

import io
import warnings
import zipfile
import zlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

HEADINGS = ("Crime Ref", "Date From", "Easting", "Northing")
X, Y = 451_000, 340_000


def row(number: int, **cells: str) -> list[str]:
    """Return a good row; cells replace those of their heading (ref, date, x, y)."""
    good = {
        "ref": f"A{number:04d}",
        "date": f"{1 + number % 28:02d}/02/2026",
        "x": str(X + 10 * (number % 100)),
        "y": str(Y + 10 * (number // 100)),
    }
    return list((good | cells).values())


def lines(
    count: int = 20,
    bad: Mapping[int, Mapping[str, str]] | None = None,
    *,
    headings: Sequence[str] = HEADINGS,
    delimiter: str = ",",
    end: str = "\n",
) -> str:
    """Return the text of a good file, but for the cells of the rows that are told."""
    rows = [list(headings), *(row(n, **(bad or {}).get(n, {})) for n in range(count))]
    return "".join(delimiter.join(cells) + end for cells in rows)


def text(
    content: str | Callable[[], str], name: str = "crimes.csv", encoding: str = "utf-8"
) -> Callable[[Path], object]:
    """Return what writes a text; one that takes time is made when it is written."""

    def write(folder: Path) -> None:
        told = content() if callable(content) else content
        (folder / name).write_bytes(told.encode(encoding, "surrogatepass"))

    return write


def data(
    content: bytes | Callable[[], bytes], name: str = "crimes.csv"
) -> Callable[[Path], object]:
    """Return what writes bytes; those that take time are made when they are written."""
    return lambda folder: (folder / name).write_bytes(content() if callable(content) else content)


def files(contents: Mapping[str, bytes | str]) -> Callable[[Path], object]:
    """Return what writes several files."""

    def write(folder: Path) -> None:
        for name, content in contents.items():
            place = folder / name
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(content.encode() if isinstance(content, str) else content)

    return write


def both(*writers: Callable[[Path], object]) -> Callable[[Path], object]:
    """Return what writes what several write."""
    return lambda folder: [write(folder) for write in writers]


def repeated_deflate(
    head: bytes, block: bytes, times: int, tail: bytes = b""
) -> tuple[bytes, int, int]:
    """Return raw deflate of head, a block many times and tail, its CRC and its length.

    A block that is flushed in full is the same bytes wherever it stands, so that gigabytes are
    written in no time.
    """
    flushed = [_flushed(head), _flushed(block) * times, _flushed(tail, last=True)]
    crc, length = zlib.crc32(head), len(head)
    one, size, left = zlib.crc32(block), len(block), times
    while left:  # the CRC of twice as much from that of one half
        if left & 1:
            crc = _crc_of_both(crc, one, size)
        one, size, left = _crc_of_both(one, one, size), 2 * size, left >> 1
    crc = _crc_of_both(crc, zlib.crc32(tail), len(tail))
    return b"".join(flushed), crc, length + len(block) * times + len(tail)


def _flushed(content: bytes, *, last: bool = False) -> bytes:
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    return packer.compress(content) + packer.flush(zlib.Z_FINISH if last else zlib.Z_FULL_FLUSH)


def _crc_of_both(first: int, second: int, length: int) -> int:
    """Return the CRC of two texts from theirs and the length of the second, as zlib combines them."""

    def times(matrix: Sequence[int], vector: int) -> int:
        total = 0
        for column in matrix:
            if vector & 1:
                total ^= column
            vector >>= 1
        return total

    # The operator of one zero bit, squared again and again.
    matrix: Sequence[int] = [0xEDB88320, *(1 << n for n in range(31))]
    matrix = [times(matrix, column) for column in matrix]
    matrix = [times(matrix, column) for column in matrix]
    while length:
        matrix = [times(matrix, column) for column in matrix]
        if length & 1:
            first = times(matrix, first)
        length >>= 1
    return first ^ second


def gzip_of(packed: tuple[bytes, int, int], flags: int = 0, extra: bytes = b"") -> bytes:
    """Return a gzip file of raw deflate."""
    deflate, crc, length = packed
    head = b"\x1f\x8b\x08" + bytes([flags]) + bytes(6) + extra
    return head + deflate + crc.to_bytes(4, "little") + (length % 2**32).to_bytes(4, "little")


def zip_of(
    members: Mapping[str, bytes | str] | Iterable[tuple[str | zipfile.ZipInfo, bytes | str]],
) -> bytes:
    """Return a zip file of some members."""
    made = io.BytesIO()
    pairs = members.items() if isinstance(members, Mapping) else members
    with warnings.catch_warnings(), zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as zipped:
        warnings.simplefilter("ignore")  # a name twice is what is wanted
        for name, content in pairs:
            zipped.writestr(name, content)
    return made.getvalue()


def zip_with(name: str, packed: tuple[bytes, int, int], others: Mapping[str, bytes | str]) -> bytes:
    """Return a zip file with a member of raw deflate, of whatever length that unpacks to."""
    deflate, crc, length = packed
    base = zip_of({**others, name: deflate})
    # Stored as it is, then said to be deflated: the numbers of its entry are put right.
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(base)) as old, zipfile.ZipFile(made, "w") as zipped:
        for entry in old.infolist():
            method = zipfile.ZIP_STORED if entry.filename == name else zipfile.ZIP_DEFLATED
            zipped.writestr(entry.filename, old.read(entry), method)
    whole = bytearray(made.getvalue())
    size = min(length, 2**32 - 2)
    told = name.encode()
    for signature, at_method, at_crc, at_size, at_name in (
        (b"PK\x03\x04", 8, 14, 22, 30),
        (b"PK\x01\x02", 10, 16, 24, 46),
    ):
        start = whole.find(signature)
        while start >= 0:
            if whole[start + at_name : start + at_name + len(told)] == told:
                whole[start + at_method : start + at_method + 2] = (8).to_bytes(2, "little")
                whole[start + at_crc : start + at_crc + 4] = crc.to_bytes(4, "little")
                whole[start + at_size : start + at_size + 4] = size.to_bytes(4, "little")
            start = whole.find(signature, start + 4)
    return bytes(whole)
