"""How a text file is encoded, and that it can be read: found by reading it once from end to end."""

import codecs
import gzip
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, cast

from hotspot._errors import DataError

#: Memory goes with both: a row takes about a kilobyte while it is checked.
MOST_BYTES = 1 << 30
MOST_LINES = 10_000_000
#: How bytes are read that Windows-1252 leaves open: each as a character of its own.
ONE_EACH = "hotspot-one-each"
_BLOCK_BYTES = 1 << 20
_DAMAGED = (gzip.BadGzipFile, EOFError, zlib.error, zipfile.BadZipFile, NotImplementedError)
_MARKS = (
    # Before UTF-16, for the mark of one begins as that of the other.
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
    (codecs.BOM_UTF8, "utf-8"),
)
# Where the zeros lie in each four bytes of Latin text; a tenth of it may be other.
_ZEROS = {
    "utf-32-le": (0, 1, 1, 1),
    "utf-32-be": (1, 1, 1, 0),
    "utf-16-le": (0, 1, 0, 1),
    "utf-16-be": (1, 0, 1, 0),
}
_MOSTLY = 0.9


def _one_each(error: UnicodeError) -> tuple[str, int]:
    """Return bytes that an encoding leaves open as control characters, as browsers do."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return error.object[error.start : error.end].decode("latin-1"), error.end


# With one character for all of them different references would be one.
codecs.register_error(ONE_EACH, _one_each)


@dataclass(frozen=True)
class TextFile:
    """What is known of a text file once it was read to its end.

    Attributes
    ----------
    encoding : str
    mark_bytes : int
        How many bytes before the text say its encoding.
    unended : bool
        Whether the last line has no end, as where a file was cut off.
    notes : tuple of str
    """

    encoding: str
    mark_bytes: int = 0
    unended: bool = False
    notes: tuple[str, ...] = ()


@contextmanager
def opened_bytes(path: Path) -> Iterator[BinaryIO]:
    """Open a file, unzipped where its first bytes say that it is gzipped.

    Parameters
    ----------
    path : pathlib.Path

    Yields
    ------
    file

    Raises
    ------
    DataError
        If it is gzipped, or of a zip file, and damaged.
    """
    try:
        # Not by the ending: a portal's download may be gzipped under the name .csv.
        with path.open("rb") as file:
            zipped = file.read(2) == b"\x1f\x8b"
        with path.open("rb") as raw, gzip.open(raw) if zipped else nullcontext(raw) as opened:
            yield cast("BinaryIO", opened)
    except _DAMAGED as error:
        # Met while reading, often in the last rows: a download that broke off.
        kind = "gzip" if isinstance(error, gzip.BadGzipFile | EOFError) else "zipped"
        raise DataError(
            f"{path.name} is a damaged {kind} file: {str(error).rstrip('.')}. Fetch it again, or "
            "unpack it and look at its last rows."
        ) from None


def look_through(path: Path) -> TextFile:
    """Read a text file from end to end for its encoding, and that it can be read at all.

    Parameters
    ----------
    path : pathlib.Path

    Returns
    -------
    TextFile
        By its mark, UTF-16 and UTF-32 without one by their zeros, else UTF-8 if every byte fits,
        else Windows-1252.

    Raises
    ------
    DataError
        If it is no text, not of the encoding that its mark says, or more than can be read at once.

    Notes
    -----
    A gigabyte and ten million lines are the most, whatever the file is packed to: the rows stand
    in memory while they are checked.
    """
    with opened_bytes(path) as file:
        block = file.read(_BLOCK_BYTES)
        encoding, mark_bytes = _encoding(block)
        wide = encoding.startswith(("utf-16", "utf-32"))
        if not wide:
            _refuse_binary(path, block[mark_bytes:])
        decoder = codecs.getincrementaldecoder(encoding)()
        fits, size, returns, feeds, last = True, 0, 0, 0, b""
        # All of the file, not its head alone: the first accent may stand in the last row.
        while block:
            last = (last + block)[-4:]
            size, returns = size + len(block), returns + block.count(b"\r")
            feeds += block.count(b"\n")
            _refuse_large(path, size, max(returns, feeds))
            text = block[mark_bytes * (size == len(block)) :]
            fits = fits and ((not wide and _is_ascii(decoder, text)) or _fits(decoder, text))
            block = file.read(_BLOCK_BYTES)
        fits = fits and _fits(decoder, b"", final=True)
    notes = []
    if not fits and wide:
        raise DataError(
            f"{path.name} is damaged or cut off: it begins as {encoding[:6].upper()} and does not "
            "go on so. Export it again, best as UTF-8."
        )
    if not fits:
        # Latin text is hardly ever UTF-8 by chance, and what is not comes from Windows.
        begins = "begins with the mark of UTF-8 and" if mark_bytes else "is not UTF-8;"
        rest = "is not: read as Windows-1252" if mark_bytes else "read as Windows-1252"
        notes.append(f"{path.name} {begins} {rest}.")
        encoding = "cp1252"
    elif wide and not mark_bytes:
        notes.append(f"{path.name} is {encoding[:6].upper()} without a mark that says so.")
    unended = not last.rstrip(b"\0").endswith((b"\n", b"\r"))
    return TextFile(encoding, mark_bytes, unended, tuple(notes))


def _encoding(block: bytes) -> tuple[str, int]:
    """Find the encoding by its mark, else by where zeros lie; and the length of the mark."""
    for mark, encoding in _MARKS:
        if block.startswith(mark):
            return encoding, len(mark)
    head = block[: min(len(block), 4096) // 4 * 4]
    quarter = len(head) // 4
    for encoding, zeros in _ZEROS.items():
        shares = [head[at::4].count(0) / quarter if quarter else 0 for at in range(4)]
        if quarter and all(
            share >= _MOSTLY if zero else share <= 1 - _MOSTLY
            for share, zero in zip(shares, zeros, strict=True)
        ):
            return encoding, 0
    return "utf-8", 0


def _is_ascii(decoder: codecs.IncrementalDecoder, block: bytes) -> bool:
    """Test for plain ASCII, which need not be decoded where no half of a character waits."""
    return block.isascii() and decoder.getstate() == (b"", 0)


def _fits(decoder: codecs.IncrementalDecoder, block: bytes, final: bool = False) -> bool:
    try:
        decoder.decode(block, final)
    except UnicodeDecodeError:
        return False
    return True


def _refuse_large(path: Path, size: int, lines: int) -> None:
    """Refuse what would fill memory, packed to however little."""
    if size > MOST_BYTES or lines > MOST_LINES:
        most = f"{MOST_LINES:,} lines" if lines > MOST_LINES else f"{MOST_BYTES >> 20:,} MB of text"
        raise DataError(
            f"{path.name} holds more than {most}, more than can be read at once. Take out blank "
            "lines below the table, or split it by year or area and read the parts."
        )


def _refuse_binary(path: Path, block: bytes) -> None:
    """Refuse a file whose first bytes cannot be text, instead of reading noise."""
    # Text has tabs, line ends and, from old systems, a form feed or two; other controls are rare.
    controls = sum(block[:4096].count(bytes([code])) for code in (*range(9), *range(14, 32)))
    if controls > 0.05 * len(block[:4096]):
        raise DataError(f"{path.name} is not a text file. Export it as CSV or XLSX.")
