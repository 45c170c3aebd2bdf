"""The one model of an address, and its parser: from a line of text to its parts."""

import re
from collections import Counter
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from hotspot.addresses.address_pieces import NUMBER, UNIT, WORDS, Piece, pieces_of
from hotspot.addresses.address_words import (
    BUILDING_WORDS,
    HOLDS_FLATS,
    WEAK_WORDS,
    is_one_word_street,
    street_end,
    street_forms,
    text_key,
    word_set,
)
from hotspot.addresses.house_numbers import House, Houses, parse_houses

_POSTCODE = re.compile(
    r"(?:^|[\s.])(([A-Z]{1,2}[0-9][A-Z0-9]?) *([0-9][A-Z]{2}))\.?$", re.IGNORECASE
)
# Half a postcode, or a ZIP code after its state; A38 and B4100 are roads.
_OUTWARD = re.compile(
    r"(?:^|\s)((?![ABM][0-9]{1,4}$)[A-Z]{1,2}[0-9][A-Z0-9]?)$|\b[A-Z]{2} ([0-9]{5}(?:-[0-9]{4})?)$"
)
_COUNTRY = re.compile(
    r"[\s,]*\b(?:UK|U\.K\.|United Kingdom|Great Britain|GB|USA)\.?\s*$", re.IGNORECASE
)
_DASHES = str.maketrans(
    {
        **dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2212", "-"),
        **dict.fromkeys("\u2019\u2018`\u00b4", "'"),
        "\xa0": " ",
        ";": ",",
        "|": ",",
        "\n": ",",
        "\r": ",",
        "\t": " ",
    }
)
_HALF = re.compile(r"(?<=\d)(?: ?½| 1/2(?=$| +[^\W\d]{2}))")
# "Rose Cottage - 12 Mill Lane", "12.High Street".
_DASH = re.compile(r"(?<!\d) - | - (?!\d)")
_SIGN_BEHIND = re.compile(r"^ *([0-9]+[A-Za-z]?)[./](?= ?[^\W\d]{2})")
_NAME_WITHIN = re.compile(r"^ *([0-9]+[A-Za-z]?) \(([^\W\d][^\d()]+)\) *")
# "12A High Street, Anytown, AB1 2CD" and "Flat 3, 12 ...": a million of these share few tails.
_BARE = re.compile(r"[0-9]{1,5}[A-Za-z]?")
_BARE_FLAT = re.compile(r"[A-Za-z]+ [0-9]{1,4}[A-Za-z]?")
_FLAT_WORDS = ("Flat ", "FLAT ", "Apartment ", "APARTMENT ")
# What is read alike behind any number: words without another.
_PLAIN = re.compile(r"(?=[^\W\d]{2})[^0-9(;|/\n½#]*[^0-9(;|/\n½#\s]")
_CODE = re.compile(r"[A-Z]{1,2}[0-9][A-Z0-9]? [0-9][A-Z]{2}")
_CAN_BE_OF_FLATS = BUILDING_WORDS | HOLDS_FLATS


Texts = npt.NDArray[np.object_]


# Behind so many streets a name is that of a town.
_TOWN_OF = 3
# These stand before the name of a street, and are not that of a house.
_OF_STREETS = word_set(
    "old new upper lower higher middle great little long short north south east west the st"
)


class Address(NamedTuple):
    """An address by its parts; what it does not tell is empty.

    ``number`` has its suffix and range ("12A", "12-14"); it counts on ``street``. Where that
    street depends on another (2 Mill Mews, High Street), ``dependent_street`` is the other.
    """

    unit: str = ""
    building: str = ""
    number: str = ""
    street: str = ""
    dependent_street: str = ""
    locality: str = ""
    postcode: str = ""


def parse_addresses(texts: pd.Series) -> pd.DataFrame:
    """Read a column of addresses, each in a line, with or without commas.

    Parameters
    ----------
    texts : Series of str

    Returns
    -------
    DataFrame
        On the same index the fields of `Address`: ``unit``, ``building``, ``number``, ``street``,
        ``dependent_street``, ``locality``, ``postcode``; None where an address tells nothing.

    Examples
    --------
    >>> lines = pd.Series(["Flat 3, 12A High Street, Anytown", "2 A HIGH STREET BARWELL LE9 8DQ"])
    >>> parse_addresses(lines)[["number", "street"]].values.tolist()
    [['12A', 'High Street'], ['2A', 'HIGH STREET']]
    """
    # Most addresses are a number and what a whole street shares: that is read once. What is of
    # the row alone is kept in lists, so that a million rows cost little more than their columns.
    rests: dict[str, int] = {}
    distinct = [Address()]
    at: list[int] = []
    numbers: list[str | None] = []
    codes: list[str | None] = []
    units: dict[int, str] = {}
    open_lines: set[int] = set()
    for row, text in enumerate(texts.to_numpy(dtype=object)):
        number = code = None
        nth = 0
        if isinstance(text, str):
            unit, line = "", text
            if text.startswith(_FLAT_WORDS):
                unit, _, line = text.partition(", ")
            number, _, line = line.partition(" ")
            rest, code = _code_parted(line)
            if _BARE.fullmatch(number) and (not unit or _BARE_FLAT.fullmatch(unit)):
                nth = rests.get(rest, -1)
                if nth < 0:
                    nth = rests[rest] = _read_behind_number(rest, distinct)
            if nth:
                number = number.upper()
                if unit:
                    units[row] = unit
            else:
                number = code = None
                nth = len(distinct)
                distinct.append(parse_address(text))
            if "," not in text:
                open_lines.add(nth)
        at.append(nth)
        numbers.append(number)
        codes.append(code)
    columns = _columns(_settled(distinct, open_lines), at)
    for field, own in (("number", numbers), ("postcode", codes)):
        mine = np.array(own, dtype=object)
        columns[field] = np.where(pd.isna(mine), columns[field], mine)
    columns["unit"][list(units)] = list(units.values())
    return pd.DataFrame(columns, index=texts.index)


def _code_parted(line: str) -> tuple[str, str | None]:
    """Split a postcode off the end of a line: far quicker than a search, and as strict."""
    if line[-3:-2].isdecimal():
        head, _, first = line[:-3].rstrip(" ").rpartition(" ")
        code = f"{first} {line[-3:]}".upper()
        if head and _CODE.fullmatch(code):
            return head, code
    return line, None


def _read_behind_number(rest: str, distinct: list[Address]) -> int:
    """Read what stands behind a number, and return where it is kept; 0 if not read by itself."""
    address = parse_address(f"1 {rest}") if _PLAIN.fullmatch(rest) else Address()
    if address.number != "1" or address.unit:
        return 0
    distinct.append(address)
    return len(distinct) - 1


def _settled(distinct: list[Address], open_lines: set[int]) -> list[Address]:
    """Split towns and names of houses off streets whose own words do not tell where they end.

    In a column of lines the towns are what stands behind several streets that do tell, and the
    streets those with numbers. Where nothing like that is known the addresses stay as they are.
    """
    behind = Counter(text_key(one.locality) for one in distinct if one.locality)
    towns = {town for town, count in behind.items() if count >= _TOWN_OF}
    streets = {text_key(one.street) for one in distinct if one.number}
    return [
        _parted(one, towns if nth in open_lines else set(), streets)
        for nth, one in enumerate(distinct)
    ]


def _parted(address: Address, towns: set[str], streets: set[str]) -> Address:
    if not address.street or address.building:
        return address
    words = address.street.split()
    if not address.number and text_key(address.street) not in streets:
        for at in range(1, len(words) - 1):
            named = text_key(" ".join(words[at:])) in streets
            before = text_key(" ".join(words[:at]))
            # "Old Mill Lane" is no house called Old, and "19BA" is no name.
            is_name = before.replace(" ", "").isalpha()
            if named and is_name and not _OF_STREETS.issuperset(before.split()):
                building, street = " ".join(words[:at]), " ".join(words[at:])
                return address._replace(building=building, street=street)
    words += address.locality.split()
    told = street_end(street_forms(words), whole=False) or is_one_word_street(words[0])
    if not towns or told or address.dependent_street:
        return address
    ends = (at for at in range(1, len(words)) if text_key(" ".join(words[at:])) in towns)
    end = next(ends, len(words))
    return address._replace(street=" ".join(words[:end]), locality=" ".join(words[end:]))


def _columns(distinct: list[Address], at: list[int]) -> dict[str, Texts]:
    """Return a column for each field, with the address of each row; None where it is empty."""
    rows = np.array(at, dtype=np.int64)
    columns = {}
    for field, values in zip(Address._fields, zip(*distinct, strict=True), strict=True):
        columns[field] = np.array([value or None for value in values], dtype=object)[rows]
    return columns


@lru_cache(maxsize=100_000)
def parse_address(text: str) -> Address:
    """Read an address in a line.

    Parameters
    ----------
    text : str

    Returns
    -------
    Address

    Examples
    --------
    >>> parse_address("Apartment 12 Kings Court 8-10 Queen Street Anytown")[:4]
    ('Apartment 12', 'Kings Court', '8-10', 'Queen Street')
    >>> parse_address("12 High Street, Flat 3")[:4]
    ('Flat 3', '', '12', 'High Street')
    """
    segments, postcode = _without_postcode(_segments(text))
    pieces = _numbers_joined(pieces_of(segments))
    return _resolve(pieces, commas="," in text)._replace(postcode=postcode)


def pieces_of_line(text: str) -> list[Piece]:
    """Split a text into its pieces, however it is written.

    Examples
    --------
    >>> [piece.text for piece in pieces_of_line("Rose House 12 1/2")]
    ['Rose House', '12½']
    """
    return _numbers_joined(pieces_of(_segments(text)))


def _segments(text: str) -> list[str]:
    """Split a line at its commas, its signs brought to one form."""
    line = _DASH.sub(",", _COUNTRY.sub("", text.translate(_DASHES)))
    line = _SIGN_BEHIND.sub(r"\1 ", line)
    # "12 (Rose Cottage) Mill Lane": the number is that of the lane.
    line = _NAME_WITHIN.sub(r"\2, \1 ", line).replace("(", ",").replace(")", ",")
    segments = (" ".join(part.split()).strip(" .") for part in _HALF.sub("½", line).split(","))
    return [part for part in segments if part]


def _without_postcode(segments: list[str]) -> tuple[list[str], str]:
    """Remove the postcode from wherever it stands behind the first words."""
    for nth in range(len(segments) - 1, -1, -1):
        match = _POSTCODE.search(segments[nth])
        if match:
            code = f"{match[2]} {match[3]}".upper()
            left = segments[nth][: match.start()].strip(" .")
            return [*segments[:nth], *([left] if left else []), *segments[nth + 1 :]], code
    if len(segments) > 1 or (segments and len(segments[0].split()) > 3):
        match = _OUTWARD.search(segments[-1])
        if match:
            left = segments[-1][: match.start(1 if match[1] else 2)].strip()
            return [*segments[:-1], *([left] if left else [])], match[1] or match[2]
    return segments, ""


def _numbers_joined(pieces: list[Piece]) -> list[Piece]:
    """Join "22, 24" to one number; the first of two others is that of a flat."""
    joined: list[Piece] = []
    for piece in pieces:
        before = joined[-1] if joined else None
        if before is None or piece.kind != NUMBER or before.kind != NUMBER:
            joined.append(piece)
            continue
        first, last = parse_houses(before.text), parse_houses(piece.text)
        if first and last and _follows(first.last, last.first):
            joined[-1] = before._replace(text=Houses(first.first, last.last).text)
        else:
            joined[-1:] = [before._replace(kind=UNIT), piece]
    return joined


def _follows(house: House, after: House) -> bool:
    """Test whether a house stands next to another on its side: 24 to 22, 4A to 4."""
    step = after.number - house.number
    return step == 2 or (step == 0 and after.suffix > house.suffix)


def _resolve(pieces: list[Piece], *, commas: bool) -> Address:
    """Decide which number is the house's, and which words are building, street and locality."""
    units = [piece.text for piece in pieces if piece.kind == UNIT]
    others = [piece for piece in pieces if piece.kind != UNIT]
    numbers = [nth for nth, piece in enumerate(others) if piece.kind == NUMBER]
    house = _house_at(others, numbers)
    if house is None:
        return _without_number([piece.text for piece in others], units, commas=commas)
    before = others[:house]
    after = [piece.text for piece in others[house + 1 :]]
    if not after:
        # "High Street, 12": whoever writes so puts the number last.
        after, before = [piece.text for piece in before], []
    while before and before[0].kind == NUMBER:
        units.append(before.pop(0).text)
    # "Acme 2000 Ltd, 12 High Street": a number among words is part of a name.
    numbered = any(piece.kind == NUMBER for piece in before)
    building = (" " if numbered else ", ").join(piece.text for piece in before)
    number = others[house].text
    if not after:
        return Address(", ".join(units), building, number)
    street, main, locality = _streets(after, commas=commas)
    if not building and _names_flats(street) and (main or _last(street) in BUILDING_WORDS):
        # "12 Albert House, High Street": 12 is a flat, and a flat is no house of the street.
        return Address(", ".join([*units, number]), street, "", main, "", locality)
    return Address(", ".join(units), building, number, street, main, locality)


def _house_at(others: Sequence[Piece], numbers: Sequence[int]) -> int | None:
    """Find the number of the house: of several the last that a street follows."""
    if not numbers:
        return None
    followed = [at for at in numbers if at + 1 < len(others) and others[at + 1].kind == WORDS]
    on_street = [at for at in followed if _rank(others[at + 1].text)]
    first = (on_street or followed or list(numbers))[0]
    for at in on_street:
        # Behind a street no second one is numbered, behind a block of flats one is.
        if at > first and not _names_flats(others[first + 1].text):
            break
        first = at
    return first


def _without_number(words: list[str], units: list[str], *, commas: bool) -> Address:
    """Read an address without a number of a house: a street, or a building by its name."""
    unit = ", ".join(units)
    if not words:
        return Address(unit)
    building, words = _building_ahead(words)
    if not words:
        return Address(unit, building)
    ranks = [_rank(text) for text in words]
    first = next((at for at, rank in enumerate(ranks) if rank == 2), None)
    if first is None:
        # "Rose Cottage, The Green": of a name and a lesser word of streets, the second.
        first = next((at for at, rank in enumerate(ranks) if rank and (at or not commas)), None)
    if first is None and ranks[0] and not units and not _names_flats(words[0]):
        first = 0
    if first is None:
        if building:
            return Address(unit, building, "", "", "", ", ".join(words))
        return Address(unit, words[0], "", "", "", ", ".join(words[1:]))
    street, main, locality = _streets(words[first:], commas=commas)
    if main and _names_flats(street):
        building, street, main = ", ".join(filter(None, (building, street))), main, ""
    building = ", ".join(filter(None, (building, *words[:first])))
    if not main and _names_flats(street) and units and not building:
        building, street = street, ""
    return Address(unit, building, "", street, main, locality)


def _building_ahead(words: list[str]) -> tuple[str, list[str]]:
    """Split "Rose Cottage Mill Lane Anytown" behind the word that ends the name of a building."""
    parts = words[0].split()
    forms = street_forms(parts)
    is_end = [form in BUILDING_WORDS or form.endswith("house") for form in forms]
    for at in range(1, len(parts)):
        if is_end[at] and forms[at + 1 : at + 2] != ["house"]:
            rest = " ".join(parts[at + 1 :])
            # "Mill House Lane" is a street.
            if rest and street_end(forms[at:], whole=False) == 2:
                break
            return " ".join(parts[: at + 1]), [*([rest] if rest else []), *words[1:]]
    return "", words


def _streets(words: list[str], *, commas: bool) -> tuple[str, str, str]:
    """Split what is behind the number into street, the street that it depends on, and the rest."""
    street, rest = _first_street(words[0], commas=commas)
    main, others = "", [*([rest] if rest else []), *words[1:]]
    if others and _rank_strict_ahead(others[0]):
        main, rest = _first_street(others[0], commas=commas)
        others = [*([rest] if rest else []), *others[1:]]
    return street, main, ", ".join(others)


def _first_street(text: str, *, commas: bool) -> tuple[str, str]:
    words = text.split()
    end = street_end(street_forms(words), whole=commas)
    if not end and not commas and len(words) > 1:
        # No word tells where the street ends: a line that is whole ends with a town.
        end = (
            1 if is_one_word_street(words[0]) else len(words) - 1 if len(words) < 3 else len(words)
        )
    end = end or len(words)
    return " ".join(words[:end]), " ".join(words[end:])


def _rank_strict_ahead(text: str) -> bool:
    """Test whether text begins with a street of a word that no village is named by."""
    forms = street_forms(text.split())
    end = street_end(forms, whole=False)
    return (
        bool(end)
        and end <= 4
        and forms[end - 1] not in WEAK_WORDS
        and _rank(" ".join(forms[:end])) == 2
    )


def _rank(text: str) -> int:
    """Return how surely text holds a street: 2 by its word, 1 by one that villages have, too."""
    forms = street_forms(text.split())
    end = street_end(forms, whole=False)
    if end:
        return 1 if forms[end - 1] in WEAK_WORDS else 2
    return int(bool(forms) and is_one_word_street(forms[0]))


def _last(text: str) -> str:
    forms = street_forms(text.split())
    return forms[-1] if forms else ""


def _names_flats(text: str) -> bool:
    """Test whether text is the name of a building that can hold flats."""
    return _last(text) in _CAN_BE_OF_FLATS
