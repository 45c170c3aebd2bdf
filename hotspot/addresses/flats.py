"""Flats as people name them, and a building named by the flats in it."""

import re
from collections.abc import Sequence
from typing import NamedTuple

from hotspot.addresses.address_words import text_key
from hotspot.english import and_list

_UNIT = re.compile(
    r"(?P<word>flat|apartment|apt|unit|room|studio|suite|maisonette)s?\b\.?\s*(?:no\.?\s*)?"
    r"(?P<name>[\w/-]+)\s*,?\s+(?P<rest>.+)",
    re.IGNORECASE,
)
_DIGITS = re.compile(r"([0-9]+)")
# Two are "1 and 2"; a run of three or more is "1 to 3".
_A_RUN = 3


class Flat(NamedTuple):
    """An address taken apart: the word for the flat, its name, and the building."""

    word: str
    name: str
    building: str


def natural_key(text: str) -> tuple[tuple[int, int, str], ...]:
    """Return the key by which people count: Flat 2 before Flat 10, and 2 before 2A.

    Examples
    --------
    >>> sorted(["Flat 10", "Flat 2A", "Flat 2"], key=natural_key)
    ['Flat 2', 'Flat 2A', 'Flat 10']
    """
    pieces = [piece.strip() for piece in _DIGITS.split(text_key(text))]
    # Digits without zeros before them stand in order by their number first; thousands of them are
    # more than Python makes a number of.
    bare = [piece.lstrip("0") for piece in pieces]
    return tuple(
        (0, len(digits), digits) if piece.isdecimal() else (1, 0, piece)
        for piece, digits in zip(pieces, bare, strict=True)
        if piece
    )


def name_flats(addresses: Sequence[str]) -> str:
    """Return the name of several homes of one building in a line.

    Parameters
    ----------
    addresses : sequence of str
        One or more, in any order.

    Returns
    -------
    str
        The flats in their natural order, runs drawn together, then what they share. Where they
        share nothing, the first address and how many more there are.

    Examples
    --------
    >>> name_flats(["Flat 2, 12 Mill Lane", "Flat 1, 12 Mill Lane", "Flat 3, 12 Mill Lane"])
    'Flats 1 to 3, 12 Mill Lane'
    >>> name_flats(["Ground Floor Flat, 9 Quay", "Top Flat, 9 Quay"])
    'Ground Floor Flat and Top Flat, 9 Quay'
    >>> name_flats(["12 Mill Lane"])
    '12 Mill Lane'
    """
    if len(addresses) == 1:
        return addresses[0]
    ordered = sorted(dict.fromkeys(addresses), key=lambda text: (natural_key(text), text))
    if len(ordered) == 1:
        return f"{ordered[0]} ({len(addresses)} homes)"
    units = [_flat(text) for text in ordered]
    flats = [unit for unit in units if unit is not None]
    words = {text_key(flat.word) for flat in flats}
    buildings = {text_key(flat.building) for flat in flats}
    if len(flats) == len(ordered) and len(words) == len(buildings) == 1:
        names = _runs([flat.name for flat in flats])
        return f"{flats[0].word.capitalize()}s {and_list(names)}, {flats[0].building}"
    heads, shared = _shared_end(ordered)
    if heads:
        return f"{and_list(heads)}, {shared}"
    more = len(ordered) - 1
    return f"{ordered[0]} and {more} more home{'s' * (more > 1)} in the building"


def _flat(text: str) -> Flat | None:
    match = _UNIT.fullmatch(text.strip())
    return Flat(match["word"], match["name"], match["rest"].strip()) if match else None


def _runs(names: list[str]) -> list[str]:
    """Draw runs of whole numbers together: 1, 2, 3, 5 are "1 to 3" and "5"."""
    drawn: list[list[str]] = []
    for name in names:
        last = drawn[-1][-1] if drawn else ""
        follows = name.isdecimal() and last.isdecimal() and int(name) == int(last) + 1
        if follows:
            drawn[-1].append(name)
        else:
            drawn.append([name])
    return [
        name
        for run in drawn
        for name in ([f"{run[0]} to {run[-1]}"] if len(run) >= _A_RUN else run)
    ]


def _shared_end(addresses: Sequence[str]) -> tuple[list[str], str]:
    """Split addresses into what each has of its own and the end they share, at commas."""
    parts = [[part.strip() for part in text.split(",")] for text in addresses]
    turned = [[text_key(part) for part in reversed(pieces)] for pieces in parts]
    shared = 0
    for column in zip(*turned, strict=False):
        if len(set(column)) > 1:
            break
        shared += 1
    if not shared or any(len(pieces) == shared for pieces in parts):
        return [], ""
    heads = [", ".join(pieces[:-shared]) for pieces in parts]
    return heads, ", ".join(parts[0][-shared:])
