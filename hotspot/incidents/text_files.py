"""Delimited text: encoding and delimiter found out, rows read with the csv module."""

import codecs
import csv
import gzip
import io
import zlib
from collections import Counter
from collections.abc import Collection, Iterator
from itertools import islice
from pathlib import Path
from typing import BinaryIO, cast

from hotspot._errors import DataError
from hotspot.incidents.chunks import Chunk, Source
from hotspot.incidents.rows import HEAD_ROWS, Row, chunks_of_rows, find_header, no_header

_DELIMITERS = (",", ";", "\t", "|")
_BLOCK_BYTES = 1 << 20
_SAMPLE_CHARACTERS = 1 << 16
_MOST_LINES_IN_A_ROW = 100


def open_text_file(path: Path, known: Collection[str]) -> Source:
    """Open a delimited text file, gzipped or not.

    Parameters
    ----------
    path : pathlib.Path
        The file.
    known : collection of str
        Names that mark a header, as `normalise_name` gives them.

    Returns
    -------
    Source

    Raises
    ------
    DataError
        If it is empty, is no text, or has no header.
    """
    encoding, notes = _encoding(path)
    with _text(path, encoding) as file:
        sample = file.read(_SAMPLE_CHARACTERS)
    if not sample.strip():
        raise DataError(f"{path.name} is empty.")
    delimiter = _delimiter(sample)
    head = list(islice(csv.reader(io.StringIO(sample, newline=""), delimiter=delimiter), HEAD_ROWS))
    header = find_header(head, known)
    if header is None:
        raise no_header(path.name, head)

    def open_chunks(wanted: list[str]) -> Iterator[Chunk]:
        rows = _rows(path, encoding, delimiter)
        return chunks_of_rows(rows, header, wanted, strict_width=True)

    notes = [*notes, *header.notes]
    return Source(path.name, header.names, open_chunks, notes=tuple(notes))


def _rows(path: Path, encoding: str, delimiter: str) -> Iterator[Row]:
    """Give every row of the file; a quotation mark left open is said, not swallowed."""
    line = 0
    with _text(path, encoding) as file:
        reader = csv.reader(file, delimiter=delimiter)
        try:
            for row in reader:
                if reader.line_num - line > _MOST_LINES_IN_A_ROW:
                    raise csv.Error(f"one row would fill {reader.line_num - line:,} lines")
                line = reader.line_num
                yield row
        except csv.Error as error:
            raise DataError(
                f"{path.name} cannot be read on from line {line + 1:,}: {error}. "
                "Is a quotation mark opened there and never closed?"
            ) from error
        except (gzip.BadGzipFile, EOFError, zlib.error) as error:
            raise _damaged(path, error) from error


def _bytes(path: Path) -> BinaryIO:
    """Open the file, unzipped where its first bytes say that it is gzipped."""
    with path.open("rb") as file:
        zipped = file.read(2) == b"\x1f\x8b"
    return cast("BinaryIO", gzip.open(path, "rb")) if zipped else path.open("rb")


def _text(path: Path, encoding: str) -> io.TextIOWrapper:
    return io.TextIOWrapper(_bytes(path), encoding=encoding, errors="replace", newline="")


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
            decoder = codecs.getincrementaldecoder("utf-8")()
            while block:
                decoder.decode(block)
                block = file.read(_BLOCK_BYTES)
            decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return "cp1252", [f"{path.name} is not UTF-8; read as Windows-1252."]
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise _damaged(path, error) from error
    return "utf-8", []


def _damaged(path: Path, error: Exception) -> DataError:
    return DataError(f"{path.name} is a damaged gzip file: {error}.")


def _refuse_binary(path: Path, block: bytes) -> None:
    """Say so where the first bytes cannot be text, instead of reading noise."""
    controls = sum(block[:4096].count(bytes([code])) for code in (*range(9), *range(14, 32)))
    if controls > 0.05 * len(block[:4096]):
        raise DataError(f"{path.name} is not a text file. Export it as CSV or XLSX.")


def _delimiter(sample: str) -> str:
    """Choose the delimiter that parts most rows into the same number of cells."""
    return max(_DELIMITERS, key=lambda delimiter: _evenness(sample, delimiter))


def _evenness(sample: str, delimiter: str) -> int:
    """Count the cells parted off in rows of the commonest width."""
    reader = csv.reader(io.StringIO(sample, newline=""), delimiter=delimiter)
    widths = Counter(len(row) for row in islice(reader, 200))
    return max((width - 1) * rows for width, rows in widths.items())
