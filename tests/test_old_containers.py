"""Containers of old workbooks whose sectors go round in a circle are refused, not read."""

import struct
from pathlib import Path

import numpy as np
import pytest

from hotspot._errors import DataError
from hotspot.reading.old_containers import _has_circle, refuse_circles
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
        refuse_circles(path)
        return
    with pytest.raises(DataError, match=r"crimes\.xls is damaged"):
        refuse_circles(path)


def test_a_list_of_tables_that_names_itself_is_refused(tmp_path: Path):
    path = tmp_path / "crimes.xls"
    path.write_bytes(_container([_TABLE, *[1] * 127], more=0))
    with pytest.raises(DataError, match="damaged"):
        refuse_circles(path)


def test_circles_are_found_as_by_walking():
    dice = np.random.default_rng(1)
    for _ in range(300):
        following = dice.integers(0, 14, size=dice.integers(1, 12))
        assert _has_circle(following) == has_circle(following.tolist())
