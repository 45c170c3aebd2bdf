"""The pieces of an address in a line: what names a flat, what is a number, and words."""

import re
from collections.abc import Sequence
from typing import NamedTuple

from hotspot.addresses.address_words import word_set
from hotspot.addresses.house_numbers import parse_houses

UNIT, NUMBER, WORDS = "unit", "number", "words"

# Words for a home within a building: those that stand alone, and those that need a name of theirs.
_ALONE = word_set("""
    flat flats fflat apartment apartments apt apts studio maisonette bedsit penthouse annexe annex
    houseboat
""")
_NAMED = word_set("""
    unit units room rooms rm bedroom suite shop office block level bay bays pitch plot lot berth
    mooring garage hangar arch caravan chalet stall workshop wing pod stair staircase floor ste
""")
# Of a park or a farm, where nothing else stands between the commas.
_LODGES = word_set("lodge cabin villa bungalow cottage")
# Where in the building.
_WHERE = word_set("""
    ground first second third fourth fifth sixth 1st 2nd 3rd 4th 5th 6th 7th 8th 9th top garden
    upper lower rear front left right middle floor flr attic loft mezzanine hall main side
    basement
""")
_OVER = word_set("""
    above over at behind
""")
_ID = re.compile(
    r"(?:[A-Za-z]{0,2}[0-9]{1,4}[A-Za-z]{0,2}|[A-Za-z])(?:[-/&][A-Za-z]?[0-9]*[A-Za-z]?)*"
)
# Scottish positions: 2/1, 0/1, G/1, 2F1, PF1, GF, TFL, 1FR.
_POSITION = re.compile(
    r"(?:[GB]/[0-9]{1,2}|[0-9]{1,2}/[LRFMGlrfmg]|[0-9]{1,2}F[0-9]{1,2}|[0-9]{1,2}F[LRM]"
    r"|[PGBT]F[0-9]{0,2}|[GBTFS]F[LRFM]|LGF[FLR]?|UGF[FLR]?)(?![\w/])",
    re.IGNORECASE,
)
_SLASHED = re.compile(r"([0-9]{1,4}[A-Za-z]?)/([0-9]{1,3})(?![\w/½])")
# "12 B Street" is a house of B Street.
_END = r" (?:street|st|avenue|ave|road|rd)\.?$"
_ONE = rf"[0-9]{{1,5}}(?:½|[A-Za-z](?![\w'])| (?![Yy]\b)[A-Za-z](?![\w'.]|{_END}))?"
_NUMBER = re.compile(
    r"(?:(?:house )?(?:nos?\b\.? ?|number )|#)?"
    rf"(?P<houses>{_ONE}(?:(?: ?[-&+/] ?| and | to )(?:{_ONE}|(?<=[-/])[A-Za-z](?![\w'])))*)"
    r"(?![\w'½/.])",
    re.IGNORECASE,
)
_COMPASS = re.compile(r"[0-9]{3,} [NSEWnsew]$")
_BEHIND = re.compile(
    r"(?:(?:land|garages?|site|premises) )?(?:(?:at|to) )?(?:the )?"
    r"(?:(?:rear|back) of|r/o|above|over|behind)(?= (?:the )?(?:no\.? ?)?[0-9])",
    re.IGNORECASE,
)
# Not at the number but near it: the number is no part of where it is.
_NEAR = re.compile(
    r"(?:land )?(?:opposite|opp\b\.?|outside|o/s|p\.?o\.? ?box|near(?: to)?|nr\b\.?|"
    r"adjacent(?: to)?|adj\b\.?(?: to)?|next (?:door )?to|beside|between|side of|front of|"
    r"in front of|junction of|jct|corner of) "
    r"(?:no\.? ?)?[0-9]+\w*(?: ?[-&/] ?[0-9]+\w*| and [0-9]+\w*)*",
    re.IGNORECASE,
)


class Piece(NamedTuple):
    """A piece of an address: its kind and its text."""

    kind: str
    text: str


def pieces_of(segments: Sequence[str]) -> list[Piece]:
    """Split what stands between the commas of an address into its pieces.

    Examples
    --------
    >>> [tuple(piece) for piece in pieces_of(["Flat 3", "The Old Mill 12 A Mill Lane"])]
    [('unit', 'Flat 3'), ('words', 'The Old Mill'), ('number', '12A'), ('words', 'Mill Lane')]
    """
    pieces: list[Piece] = []
    for nth, segment in enumerate(segments):
        after = segments[nth + 1] if nth + 1 < len(segments) else ""
        _split(segment, after, pieces)
    return pieces


def _split(segment: str, after: str, pieces: list[Piece]) -> None:
    """Append the pieces of one segment; `after` is the next one."""
    words: list[str] = []
    at = 0
    while at < len(segment):
        found, end = _piece_at(segment, at, after, pieces, inside=bool(words))
        if found:
            if words:
                pieces.append(Piece(WORDS, " ".join(words)))
                words = []
            pieces += found
            at = end
        else:
            end = segment.find(" ", at)
            end = len(segment) if end < 0 else end
            words.append(segment[at:end])
            at = end
        while at < len(segment) and segment[at] in " .-":
            at += 1
    if words:
        pieces.append(Piece(WORDS, " ".join(words)))


def _piece_at(
    segment: str, at: int, after: str, pieces: list[Piece], *, inside: bool
) -> tuple[list[Piece], int]:
    """Find the unit or number that begins at a place; none where it is a word."""
    if not inside:
        near = _NEAR.match(segment, at)
        if near:
            return [Piece(WORDS, near[0])], near.end()
        behind = _BEHIND.match(segment, at)
        if behind:
            return [Piece(UNIT, behind[0])], behind.end()
    end = _unit_end(segment, at, after, inside=inside)
    if end > at:
        return [Piece(UNIT, segment[at:end])], end
    if inside and segment[at] == "#" and _is_name(segment[at + 1 :]):
        return [Piece(UNIT, segment[at:])], len(segment)
    if segment[at] not in "0123456789#NnHhGgPpTtBbFfSsLlUu":
        return [], at
    position = _POSITION.match(segment, at)
    if position and (not inside or position.end() == len(segment)):
        rest = segment[position.end() :].strip() or after
        ended = pieces and not segment[position.end() :].strip()
        numbered = pieces and pieces[-1].kind == NUMBER
        if inside or rest[:1].isdigit() or ended or numbered:
            return [Piece(UNIT, position[0])], position.end()
    slashed = _SLASHED.match(segment, at)
    if slashed:
        return _slashed(slashed, segment, after, pieces), slashed.end()
    return _number(segment, at, inside=inside)


def _number(segment: str, at: int, *, inside: bool) -> tuple[list[Piece], int]:
    number = _NUMBER.match(segment, at)
    houses = parse_houses(number["houses"]) if number else None
    if number is None or houses is None:
        return [], at
    rest = segment[number.end() :].strip()
    # "1200 W Peach St" is in the west of a town; a suffix of its own comes after fewer houses.
    west = _COMPASS.search(number["houses"])
    if west and houses.first == houses.last:
        return [Piece(NUMBER, str(houses.first.number))], number.end() - 1
    # Within words "Route 66" and "Phase 2 Estate" are names.
    if inside and not rest[:1].isalpha() and rest:
        return [], at
    return [Piece(NUMBER, houses.text)], number.end()


def _slashed(slashed: re.Match[str], segment: str, after: str, pieces: list[Piece]) -> list[Piece]:
    """Read "2/1": the position of a flat, a house with its flat, or two houses next door."""
    house, flat = slashed.groups()
    rest = segment[slashed.end() :].strip() or after
    numbered = any(piece.kind == NUMBER for piece in pieces)
    bare = int(re.sub(r"\D", "", house))
    if rest[:1].isdigit() or numbered or bare == 0 or not rest:
        return [Piece(UNIT, slashed[0])]
    if int(flat) - bare in (1, 2):
        return [Piece(NUMBER, f"{house.upper()}-{flat}")]
    return [Piece(NUMBER, house.upper()), Piece(UNIT, flat)]


def _unit_end(segment: str, at: int, after: str, *, inside: bool) -> int:
    """Find where the name of a flat ends that begins at a place; there, where none does."""
    words = segment[at:].split(" ")
    keys = [word.casefold().strip(".") for word in words]
    nth = int(keys[0] == "the" and len(keys) > 1 and keys[1] in _ALONE | _WHERE and not inside)
    sure, where = False, bool(nth)
    if not inside and len(words) == 2 and keys[0] in _LODGES and keys[1][:1].isdigit():
        return len(segment)
    while nth < len(words):
        key = keys[nth]
        if key in _ALONE or key in _NAMED:
            length = _name_length(words, keys, nth, where=where)
            if length == 0 and inside and not where:
                break
            if length == 0 and key in _NAMED and not (key == "floor" and where):
                break
            stands_alone = nth + 1 == len(words) or keys[nth + 1][:1].isdigit() or where
            follows = keys[nth + 1] if nth + 1 < len(words) else ""
            if length == 0 and not stands_alone and follows not in _OVER | _WHERE | {"the", "no"}:
                break
            sure, nth = True, nth + 1 + length
            if nth + 1 < len(words) and keys[nth] in _OVER and keys[nth + 1][:1].isdigit():
                nth += 1
        elif key in _WHERE:
            where, nth = True, nth + 1
        else:
            break
    only_where = where and not inside and nth == len(words) and after[:1].isdigit()
    if not sure and not only_where:
        return at
    return at + len(" ".join(words[:nth]))


def _name_length(words: Sequence[str], keys: Sequence[str], nth: int, *, where: bool) -> int:
    """Count the words that name a flat behind its word: "3A", "No 3", "1 to 6"."""
    at = nth + 1
    if at < len(words) and keys[at] in ("no", "number", "nos"):
        at += 1
    if at >= len(words) or not _is_name(words[at].strip(".")):
        return 0
    ended = at + 1 == len(words)
    next_number = not ended and keys[at + 1][:1].isdigit()
    # "Ground Floor Flat 12 High Street": its floor is its name, 12 is the house.
    if (
        (where or keys[nth] in ("annexe", "annex", "penthouse", "houseboat"))
        and keys[at][:1].isdigit()
        and not (ended or next_number)
    ):
        return 0
    if keys[at] in ("a", "y") and not ended and not next_number and keys[nth] not in _ALONE:
        return 0
    # "Flat 2 - 12 High Street" is flat 2 of number 12; "Flats 2 - 12" are eleven.
    joins = ("to", "&", "and", "-") if keys[nth].endswith("s") else ("to", "&", "and")
    if at + 2 < len(words) and keys[at + 1] in joins and _is_name(words[at + 2]):
        at += 2
    return at - nth


def _is_name(word: str) -> bool:
    """Test whether a word can name a flat: "3A", "B", "2/1", "2F2"."""
    return bool(_ID.fullmatch(word) or _POSITION.fullmatch(word))
