"""The container of old workbooks (.xls), a file system of sectors, each of which names the next."""

import struct
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from hotspot._errors import DataError

_HEAD_BYTES, _IN_HEAD = 512, 109
_SECTOR_BYTES = (512, 4096)
# An entry of the list of parts; and what is shorter lies elsewhere.
_ENTRY_BYTES, _SHORTEST_BYTES, _SMALL_BYTES = 128, 4096, 64
# Above it stand signs: of the end of a chain, of sectors that are free or of the table itself.
_LAST_SECTOR = 0xFFFFFFFA


def read_container(path: Path, part: str) -> bytes:
    """Read a part of a container; refuse one whose sectors name each other in a circle.

    Parameters
    ----------
    path : pathlib.Path
        A file in the container of Excel 97 (MS-CFB of Microsoft, sections 2.2, 2.3 and 2.6).
    part : str
        Its name, such as "Workbook".

    Returns
    -------
    bytes
        Nothing where there is no such part.

    Raises
    ------
    DataError
        If a chain of sectors comes back to itself, as its reader would never end, or the list of
        their table is cut.
    """
    whole = path.read_bytes()
    damaged = DataError(f"{path.name} is damaged: open it in a spreadsheet and save it again.")
    if len(whole) < _HEAD_BYTES:
        return b""  # its reader sees that for itself
    size = 1 << min(struct.unpack_from("<H", whole, 30)[0], 16)
    if size not in _SECTOR_BYTES:
        return b""
    listed = list(struct.unpack_from(f"<{_IN_HEAD}I", whole, 76))
    more = struct.unpack_from("<I", whole, 68)[0]
    seen: set[int] = set()
    while more < _LAST_SECTOR:
        start = (more + 1) * size
        if more in seen or start + size > len(whole):
            raise damaged
        seen.add(more)
        *table, more = struct.unpack_from(f"<{size // 4}I", whole, start)
        listed += table
    sectors = [one for one in listed if one < _LAST_SECTOR and (one + 2) * size <= len(whole)]
    parts = [np.frombuffer(whole, "<u4", size // 4, (one + 1) * size) for one in sectors]
    if not parts:
        return b""
    following = np.concatenate(parts).astype(np.int64)
    if _has_circle(following):
        raise damaged
    return _part_of(whole, part, following, size, damaged)


def _part_of(
    whole: bytes, part: str, following: NDArray[np.int64], size: int, damaged: DataError
) -> bytes:
    """Return a part by its name, of sectors of a size of which it is known which follows which."""
    # The first sector stands behind the head, which takes the room of one.
    body = whole[size:]
    listing = _chain(body, following, struct.unpack_from("<I", whole, 48)[0], size)
    for at in range(0, len(listing) - _ENTRY_BYTES + 1, _ENTRY_BYTES):
        name = listing[at : at + 64].decode("utf-16-le", "replace").partition("\0")[0]
        start, length = struct.unpack_from("<II", listing, at + 116)
        if name != part:
            continue
        if length >= _SHORTEST_BYTES:
            return _chain(body, following, start, size)[:length]
        # What is short shares the part of the first entry, in small sectors with a table of theirs.
        shared = _chain(body, following, struct.unpack_from("<I", listing, 116)[0], size)
        told = _chain(body, following, struct.unpack_from("<I", whole, 60)[0], size)
        small = np.frombuffer(told[: len(told) // 4 * 4], "<u4").astype(np.int64)
        if _has_circle(small):
            raise damaged
        return _chain(shared, small, start, _SMALL_BYTES)[:length]
    return b""


def _chain(body: bytes, following: NDArray[np.int64], sector: int, size: int) -> bytes:
    """Return what stands in a chain of sectors, which ends."""
    pieces = []
    while sector < len(following):
        pieces.append(body[sector * size : (sector + 1) * size])
        sector = int(following[sector])
    return b"".join(pieces)


def _has_circle(following: NDArray[np.int64]) -> bool:
    """Test whether any chain comes back to itself: after as many steps as there are, all end."""
    count = len(following)
    end = count
    # The last entry stands for the end, which is followed by itself.
    jumps = np.append(np.where(following < count, following, end), end)
    for _ in range(count.bit_length()):
        jumps = jumps[jumps]
    return bool((jumps != end).any())
