"""Containers of old workbooks whose sectors go round in a circle are refused, not read."""

import struct
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest

from hotspot._errors import DataError
from hotspot.reading.old_containers import _has_circle, read_container
from hotspot.reading.old_workbooks import scan_old_workbook
from hotspot.reading.workbook_bounds import check_bounds
from tests.naive import has_circle

_END, _TABLE = 0xFFFFFFFE, 0xFFFFFFFD


def _container(following: list[int], more: int = _END) -> bytes:
    """Return a container of one table of sectors."""
    head = bytearray(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504))
    struct.pack_into("<H", head, 30, 9)
    struct.pack_into("<I", head, 68, more)
    struct.pack_into("<109I", head, 76, 0, *[0xFFFFFFFF] * 108)
    table = [*following, *[0xFFFFFFFF] * (128 - len(following))]
    return bytes(head) + struct.pack("<128I", *table) + bytes(512 * 3)


@pytest.mark.parametrize(
    ("following", "right"),
    [
        ([_TABLE, 2, 3, _END], True),
        ([_TABLE, 2, 3, 1], False),
        ([_TABLE, 1, _END], False),
        ([0, 0, 0], False),
    ],
)
def test_a_chain_must_end(tmp_path: Path, following: list[int], right: bool):
    path = tmp_path / "crimes.xls"
    path.write_bytes(_container(following))
    if right:
        assert read_container(path, "Workbook") == b""
        return
    with pytest.raises(DataError, match=r"crimes\.xls is damaged"):
        read_container(path, "Workbook")


def test_a_list_of_tables_that_names_itself_is_refused(tmp_path: Path):
    path = tmp_path / "crimes.xls"
    path.write_bytes(_container([_TABLE, *[1] * 127], more=0))
    with pytest.raises(DataError, match="damaged"):
        read_container(path, "Workbook")


def test_circles_are_found_as_by_walking():
    dice = np.random.default_rng(1)
    for _ in range(300):
        following = dice.integers(0, 14, size=dice.integers(1, 12))
        assert _has_circle(following) == has_circle(following.tolist())


def _record(kind: int, content: bytes) -> bytes:
    return struct.pack("<HH", kind, len(content)) + content


def _old_workbook(length: int, date1904: int = 1) -> bytes:
    """Return the part of a workbook with two sheets of errors, at least so long."""
    errors = [
        _record(0x205, struct.pack("<HHHBB", 4, 1, 0, 0x2A, 1)),  # #N/A
        _record(0x205, struct.pack("<HHHBB", 5, 1, 0, 1, 0)),  # true
        _record(0x06, struct.pack("<HHHBxBxxxHI", 6, 2, 0, 2, 7, 0xFFFF, 0)),  # #DIV/0!
        _record(0x06, struct.pack("<HHHdI", 7, 2, 0, 1.5, 0)),  # a number
        _record(0x06, struct.pack("<HHHBxBxxxHI", 8, 2, 0, 2, 99, 0xFFFF, 0)),
    ]
    sheet = _record(0x809, bytes(16)) + b"".join(errors) + _record(0x0A, b"")
    names = [b"\x04\x00Jan.", b"\x03\x01M\x00\xe4\x00r\x00"]
    calendar = _record(0x22, struct.pack("<H", date1904))
    start = 20 + len(calendar) + sum(4 + 6 + len(name) for name in names) + 4
    listed = [
        _record(0x85, struct.pack("<IH", start + turn * len(sheet), 0) + name)
        for turn, name in enumerate(names)
    ]
    head = _record(0x809, bytes(16)) + calendar + b"".join(listed) + _record(0x0A, b"")
    return (head + sheet * 2).ljust(length, b"\0")


def _container_of(stream: bytes) -> bytes:
    """Return a container with one part, in small sectors where it is short."""
    held = -(-len(stream) // 512)
    # The table of sectors, the list of parts, the table of small sectors, then the part.
    chain = [*range(4, 3 + held), _END]
    head = bytearray(_container([_TABLE, _END, _END, *chain])[:1024])
    struct.pack_into("<I", head, 48, 1)
    struct.pack_into("<I", head, 60, 2)

    def entry(name: str, start: int, length: int) -> bytes:
        return name.encode("utf-16-le").ljust(116, b"\0") + struct.pack("<IQ", start, length)

    start = 0 if len(stream) < 4096 else 3
    parts = entry("Root Entry", 3, held * 512) + entry("Workbook", start, len(stream))
    small = struct.pack("<128I", *range(1, 128), _END)
    return bytes(head) + parts.ljust(512, b"\0") + small + stream.ljust(held * 512, b"\0")


@pytest.mark.parametrize("length", [0, 4096, 9000])
def test_cells_of_errors_and_the_calendar_of_an_old_workbook_are_found(tmp_path: Path, length: int):
    stream = _old_workbook(length)
    path = tmp_path / "crimes.xls"
    path.write_bytes(_container_of(stream))
    assert read_container(path, "Workbook") == stream
    assert read_container(path, "Book") == b""
    looked_at = check_bounds(path)
    errors = {(4, 1): "#N/A", (6, 2): "#DIV/0!", (8, 2): "#ERROR!"}
    assert looked_at.errors == {"jan.": errors, "mär": errors}
    assert looked_at.date1904
    assert not scan_old_workbook(_old_workbook(length, date1904=0)).date1904
    # Under a cipher nothing can be told; of what is cut, what stands before.
    assert scan_old_workbook(_record(0x2F, bytes(6)) + stream) == ({}, False)
    for kept in range(0, len(_old_workbook(0)), 7):
        scan_old_workbook(stream[:kept])


def test_an_old_workbook_with_changed_bytes_is_looked_at_or_refused_in_words(tmp_path: Path):
    good = _container_of(_old_workbook(0))
    path = tmp_path / "crimes.xls"
    dice = np.random.default_rng(2)
    for _ in range(200):
        changed = bytearray(good)
        for at in dice.integers(8, len(good), 6):
            changed[at] = dice.choice([0, 1, 2, 255, dice.integers(256)])
        path.write_bytes(changed[: dice.integers(600, len(good) + 1)])
        with suppress(DataError):
            check_bounds(path)
