"""How wide text is on paper at most, so that a page surely holds what is put on it."""

from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

_MM_PER_POINT = 25.4 / 72
# fmt: off
# Of the characters of DejaVu Sans in hundredths of its size, rounded up: no font that a Linux, a
# Mac or Windows puts in for Arial is wider.
_REGULAR = {
    28: "'ijl", 30: 'IJ', 32: ' ,.', 34: '/:;\\|', 37: '-f', 41: '!()[]t', 42: 'r', 46: '"',
    50: '*_`', 54: '?sz', 56: 'Lc', 58: 'Fk', 61: 'Pvxy', 62: 'TYaeo',
    64: '$0123456789ESbdghnpqu{}', 66: 'K', 70: 'ABCRVXZ', 75: 'NU', 76: 'H', 79: '&DGOQ',
    82: 'w', 84: '#+<=>^~', 87: 'M', 96: '%', 99: 'Wm', 100: '@',
}
_BOLD = {
    31: "'", 35: ' ijl', 38: ',./IJ\\|', 40: ':;', 42: '-', 44: 'f', 46: '!()[]', 48: 't',
    50: '_`r', 53: '"*', 60: '?csz', 65: 'Lx', 67: 'kvy', 69: 'EFTaeo', 70: '$0123456789',
    73: 'SYZbdghnpqu{}', 74: 'CP', 78: 'ABKRVX', 83: 'GU', 84: '#+<=>DHN^~', 86: 'OQ', 88: '&',
    93: 'w', 101: '%@M', 105: 'm', 111: 'W',
}
# fmt: on
_HUNDREDTHS = tuple(
    {character: width for width, those in widths.items() for character in those}
    for widths in (_REGULAR, _BOLD)
)
# Of what is not among them, such as a letter of another script.
_WIDEST = 105


class Part(NamedTuple):
    """A text of one size and weight."""

    text: str
    points: float
    bold: bool = False


@lru_cache(maxsize=4096)
def width_mm(text: str, points: float, *, bold: bool = False) -> float:
    """Return how wide a text is at most, in millimetres.

    Examples
    --------
    >>> round(width_mm("12 Mill Lane", 9), 1)
    19.3
    """
    widths = _HUNDREDTHS[bold]
    hundredths = sum(widths.get(character, _WIDEST) for character in text)
    return hundredths / 100 * points * _MM_PER_POINT


def lines_of(parts: Iterable[Part], room_mm: float) -> int:
    """Return on how many lines a text of several parts stands at most where it has some width.

    Examples
    --------
    >>> lines_of([Part("12 Mill Lane", 10.5, bold=True), Part("A burglary", 9)], 40)
    2
    >>> lines_of([], 40)
    0
    """
    lines, left = 0, 0.0
    for part in parts:
        space = width_mm(" ", part.points, bold=part.bold)
        for word in part.text.split():
            wide = width_mm(word, part.points, bold=part.bold)
            if lines == 0 or wide > left:
                # A word that is wider than all the room is broken.
                more = int(wide // room_mm)
                lines += 1 + more
                left = room_mm - (wide - more * room_mm)
            else:
                left -= wide
            left -= space
    return lines
