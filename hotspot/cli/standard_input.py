"""Where a command reads a file, ``-`` is what stands on standard input."""

import argparse
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from hotspot.cli.options import OUTPUTS

# The first bytes of what may come, and the ending by which its opener is found.
_KINDS = (
    (b"PK\x03\x04", ".xlsx"),
    (b"PAR1", ".parquet"),
    (b"SQLite format 3\x00", ".gpkg"),
    (b"\xd0\xcf\x11\xe0", ".xls"),
    (b"\x1f\x8b", ".csv.gz"),
)
#: Options of texts, in which a dash is a dash.
_TEXTS = frozenset(("why", "who", "to", "title", "marking", "sheet", "source"))

# Commands that write beside their data where nothing is said, by an option that no other has: what
# is written there would go with what stood on standard input.
_BESIDE = {"replace": "folder", "source": "rejected"}


@contextmanager
def standard_input(options: argparse.Namespace) -> Iterator[None]:
    """Keep standard input in a file for as long as a command runs, where one is read from it.

    Parameters
    ----------
    options : Namespace
        Each ``-`` in the place of a file becomes the path of that file.
    """
    places = [
        name
        for name, value in vars(options).items()
        if name not in _TEXTS.union(OUTPUTS)
        and ("-" in value if isinstance(value, list) else value == "-")
    ]
    if not places:
        yield
        return
    asked = sum(
        value.count("-") if isinstance(value := getattr(options, name), list) else 1
        for name in places
    )
    if asked > 1:
        options.parser.error("standard input (-) can be read as one file only")
    for sign, place in _BESIDE.items():
        if hasattr(options, sign) and getattr(options, place) is None:
            options.parser.error(f"with standard input (-) --{place} must say where to write")
    content = sys.stdin.buffer.read()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, f"standard input{_ending(content)}")
        path.write_bytes(content)
        value = getattr(options, places[0])
        several = isinstance(value, list)
        kept = [str(path) if one == "-" else one for one in value] if several else str(path)
        setattr(options, places[0], kept)
        yield


def _ending(content: bytes) -> str:
    """Return the ending of a file with such a beginning."""
    for begins, ending in _KINDS:
        if content.startswith(begins):
            return ending
    return ".geojson" if content.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in (b"{", b"[") else ".csv"
