"""House numbers and street names as people write them, and the order that a street has."""

import re
import unicodedata
from typing import NamedTuple

# What names a flat, not a house: "Flat 3, 12 High Street" stands at number 12.
_WITHIN_A_HOUSE = re.compile(
    r"\b(?:flat|apartment|apt|unit|room|studio|suite|maisonette)s?\b\.?\s*(?:no\.?\s*)?[\w/-]*",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"\b([0-9]{1,5})\s?([a-z])?\b", re.IGNORECASE)
_NOT_OF_A_WORD = re.compile(r"[\W_]+")


class House(NamedTuple):
    """Place of a house along its street; the suffix comes after the bare number."""

    number: int
    suffix: str


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
    match = _NUMBER.search(_WITHIN_A_HOUSE.sub(" ", text))
    if match is None or int(match[1]) == 0:
        return None
    return House(int(match[1]), (match[2] or "").upper())


def text_key(text: str) -> str:
    """Reduce text to what two spellings of one address or street share.

    Examples
    --------
    >>> text_key("12, HIGH ST.") == text_key(" 12 High St")
    True
    """
    folded = unicodedata.normalize("NFKC", text).casefold()
    return _NOT_OF_A_WORD.sub(" ", folded).strip()
