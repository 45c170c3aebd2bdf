"""House numbers as people write them, and the order that a street has."""

import re
from functools import cache
from typing import NamedTuple

# What names a flat, not a house: "Flat 3, 12 High Street" stands at number 12.
_WITHIN_A_HOUSE = re.compile(
    r"\b(?:flat|apartment|apt|unit|room|studio|suite|maisonette)s?\b\.?\s*(?:no\.?\s*)?[\w/-]*",
    re.IGNORECASE,
)
_ONE = r"[0-9]{1,5}(?:½|[ ]?[A-Za-z](?![\w'.]))?"
# "12", "12A", "12 A", "12½", and several: "12-14", "12 & 14", "22, 24", "12A-C", "7/7a".
_HOUSES = re.compile(
    rf"(?<![\w½.])(?P<first>{_ONE})(?![\w½])"
    rf"(?P<more>(?:\s*(?:[-&+/,]|\band\b|\bto\b)\s*(?:{_ONE}|[A-Za-z])(?![\w'½]))*)",
    re.IGNORECASE,
)
_PARTS = re.compile(rf"([-&+/,]|and|to)\s*({_ONE}|[A-Za-z])", re.IGNORECASE)
_HOUSE = re.compile(r"([0-9]+) ?(½|[A-Za-z])?")


class House(NamedTuple):
    """Place of a house along its street; the suffix comes after the bare number."""

    number: int
    suffix: str


class Houses(NamedTuple):
    """The houses that a number stands for: the first and the last of them, often the same."""

    first: House
    last: House

    @property
    def text(self) -> str:
        """The number as it is written on an envelope: "12A", "12-14"."""
        first, last = (f"{house.number}{house.suffix}" for house in self)
        return first if first == last else f"{first}-{last}"


@cache
def parse_house(text: str) -> House | None:
    """Read the number of the house out of what a file says.

    Parameters
    ----------
    text : str
        Such as "12", "12A", "12-14" (stands at 12), "Flat 3, 12", "12.0".

    Returns
    -------
    House or None
        None where it holds no number of a house: a name, or a flat alone.

    Examples
    --------
    >>> parse_house("12a"), parse_house("Flat 3, 12-14"), parse_house("Rose Cottage")
    (House(number=12, suffix='A'), House(number=12, suffix=''), None)
    """
    houses = parse_houses(text)
    return houses.first if houses else None


@cache
def parse_houses(text: str) -> Houses | None:
    """Read the numbers of a house that has several: "12-14", "12 & 14", "23A-B".

    Examples
    --------
    >>> [parse_houses(text).text for text in ("12 & 14", "12 a", "7/7a", "23A-B")]
    ['12-14', '12A', '7-7A', '23A-23B']
    """
    match = _HOUSES.search(_WITHIN_A_HOUSE.sub(" ", text))
    first = _house(match["first"], 0) if match else House(0, "")
    if match is None or first.number == 0:
        return None
    last = first
    for _, more in _PARTS.findall(match["more"]):
        house = _house(more, last.number)
        last = max(last, house)
    return Houses(first, last)


def _house(text: str, of: int) -> House:
    """Read one number; a letter alone is a suffix of the number before it."""
    match = _HOUSE.match(text)
    return House(int(match[1]), (match[2] or "").upper()) if match else House(of, text.upper())


def same_houses(told: Houses, known: Houses) -> bool:
    """Test whether two numbers may mean one house: the same, or one of those of the other.

    4, 4A and 4B are three houses; 14 is one of 12-14, 13 is across the road.

    Examples
    --------
    >>> known = parse_houses("12-14")
    >>> [same_houses(parse_houses(text), known) for text in ("14", "13", "12A")]
    [True, False, False]
    """
    narrow, wide = sorted(
        (told, known), key=lambda houses: houses.last.number - houses.first.number
    )
    # A difference that is odd counts both sides of the street: 13-16.
    step = 1 + (wide.first.number % 2 == wide.last.number % 2)
    lettered = wide.first.number == wide.last.number
    return all(
        house in wide
        or (
            wide.first < house < wide.last
            and (house.number - wide.first.number) % step == 0
            and (lettered or not house.suffix)
        )
        for house in narrow
    )
