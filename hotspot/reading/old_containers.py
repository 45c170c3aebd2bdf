"""The container of old workbooks (.xls), a file system of sectors, each of which names the next."""

import struct
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from hotspot._errors import DataError

_HEAD_BYTES, _IN_HEAD = 512, 109
_SECTOR_BYTES = (512, 4096)
# Above it stand signs: of the end of a chain, of sectors that are free or of the table itself.
_LAST_SECTOR = 0xFFFFFFFA


def refuse_circles(path: Path) -> None:
    """Refuse a container whose sectors name each other in a circle: its reader would never end.

    Parameters
    ----------
    path : pathlib.Path
        A file in the container of Excel 97 (MS-CFB of Microsoft, sections 2.2 and 2.3).

    Raises
    ------
    DataError
        If a chain of sectors comes back to itself, or the list of their table is cut.
    """
    whole = path.read_bytes()
    damaged = DataError(f"{path.name} is damaged: open it in a spreadsheet and save it again.")
    if len(whole) < _HEAD_BYTES:
        return  # its reader sees that for itself
    size = 1 << min(struct.unpack_from("<H", whole, 30)[0], 16)
    if size not in _SECTOR_BYTES:
        return
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
    if parts and _has_circle(np.concatenate(parts).astype(np.int64)):
        raise damaged


def _has_circle(following: NDArray[np.int64]) -> bool:
    """Test whether any chain comes back to itself: after as many steps as there are, all end."""
    count = len(following)
    end = count
    # The last entry stands for the end, which is followed by itself.
    jumps = np.append(np.where(following < count, following, end), end)
    for _ in range(count.bit_length()):
        jumps = jumps[jumps]
    return bool((jumps != end).any())
