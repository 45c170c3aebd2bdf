"""What registers of cameras write in a cell: directions, angles, ranges, how long footage is kept.

What can be read in two ways is not read at all: `UNCLEAR` is returned, and the reader of the
register asks about the row.
"""

import calendar
import re
from collections.abc import Callable
from functools import cache
from typing import Literal, TypeAlias

#: What stands for a cell that cannot be read with certainty.
UNCLEAR: Literal["unclear"] = "unclear"
Unclear: TypeAlias = Literal["unclear"]
#: A number, None where nothing is known, or what cannot be read with certainty.
Number: TypeAlias = float | Literal["unclear"] | None

#: The points of the compass, clockwise from north.
POINTS = (
    "N", "NNE", "NE", "ENE", "E", "ESE", "SE", "SSE",
    "S", "SSW", "SW", "WSW", "W", "WNW", "NW", "NNW",
)  # fmt: skip
_DEGREES = {point.casefold(): 22.5 * number for number, point in enumerate(POINTS)}
_WORDS = {"north": "n", "east": "e", "south": "s", "west": "w"}
_SIDES = re.compile(r"\b(north|south)[ -]?(east|west)(?:erly)?\b")
_ALL_ROUND = re.compile(
    r"all[ -](?:a?round|directions)|omni(?:[ -]?directional)?|panoramic|"
    r"360 ?(?:degrees?|deg)? (?:view|coverage|camera|all[ -]round)"
)
# What stands beside a direction and says nothing more of it.
_AROUND = re.compile(r"\b(?:facing|faces|looking|looks|pointing|points|towards?|to the|due|the)\b")
_NUMBER = r"\d{1,4}(?:\.\d+)?"
_ANGLE = re.compile(rf"({_NUMBER}) ?(?:degrees?|degs?)?")
_ARC = re.compile(rf"({_NUMBER}) ?(?:-|to) ?({_NUMBER})(?: ?(?:degrees?|degs?))?")
_POINTS_ARC = re.compile(r"([nesw]{1,3}) ?- ?([nesw]{1,3})")
_LENGTH = re.compile(rf"({_NUMBER}) ?(m|mtrs?|met(?:re|er)s?|ft|feet|foot|yds?|yards?)?")
_METRES = {"f": 0.3048, "y": 0.9144}
_COUNTS = {
    "a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7,
    "eight": 8, "ten": 10, "twelve": 12, "fourteen": 14,
}  # fmt: skip
_LASTS = re.compile(
    rf"(?:({_NUMBER})|({'|'.join(_COUNTS)}) )? ?(?:(calendar )?"
    r"(hours?|hrs?|h|days?|d|weeks?|wks?|w|fortnights?|months?|mths?|years?|yrs?))?"
)
_DAYS = {"h": 1 / 24, "d": 1.0, "w": 7.0, "f": 14.0, "y": 365.0}
# Nobody keeps footage for longer: it is a date or a number of something else.
_MOST_DAYS = 3650.0
_MOST_RANGE_M = 10_000.0
_LONGEST = 80


def read_direction(text: str, arcs_of_points: bool = False) -> tuple[float, float | None] | Unclear:
    """Read where a camera looks.

    Parameters
    ----------
    text : str
        Degrees clockwise from north, a point of the compass, or an arc of degrees, clockwise.
    arcs_of_points : bool
        Whether ``N-E`` is an arc from north to east, as in OpenStreetMap; elsewhere it may be
        north-east as well.

    Returns
    -------
    (float, float or None) or "unclear"
        The middle in degrees from north, 0 to 360, and how wide an arc is told, if any is.

    Examples
    --------
    >>> [read_direction(text) for text in ("NNE", "north-west facing", "045°", "0-360", "90-180")]
    [(22.5, None), (315.0, None), (45.0, None), (0.0, 360.0), (135.0, 90.0)]
    >>> [read_direction(text) for text in ("360", "N-E", "north and south", "High Street")]
    ['unclear', 'unclear', 'unclear', 'unclear']
    """
    plain = _plain(text)
    if _ALL_ROUND.fullmatch(plain):
        return 0.0, 360.0
    plain = " ".join(_AROUND.sub(" ", plain).split()) if not _ARC.fullmatch(plain) else plain
    plain = plain.removesuffix("-").strip()
    if found := _ANGLE.fullmatch(plain):
        # 360 is north in one register and all round in the next.
        degrees = float(found[1])
        return (degrees, None) if degrees < 360 else UNCLEAR
    if found := _ARC.fullmatch(plain):
        return _arc(float(found[1]), float(found[2]))
    if (found := _POINTS_ARC.fullmatch(plain)) and arcs_of_points:
        ends = [_DEGREES.get(found[number]) for number in (1, 2)]
        return UNCLEAR if ends[0] is None or ends[1] is None else _arc(ends[0], ends[1])
    point = _point(plain)
    return UNCLEAR if point is None else (point, None)


def read_angle(text: str) -> Number:
    """Read how wide a camera sees, in degrees; 0 is what systems write where they know none.

    Examples
    --------
    >>> read_angle("90 degrees"), read_angle("0"), read_angle("wide"), read_angle("400")
    (90.0, None, 'unclear', 'unclear')
    """
    found = _ANGLE.fullmatch(_plain(text))
    if not found or float(found[1]) > 360:
        return UNCLEAR
    return float(found[1]) or None


def read_range(text: str) -> Number:
    """Read how far a camera sees, in metres; 0 is what systems write where they know none.

    Examples
    --------
    >>> read_range("30m"), read_range("100 ft"), read_range("0"), read_range("to the gate")
    (30.0, 30.48, None, 'unclear')
    """
    found = _LENGTH.fullmatch(_plain(text))
    if not found or float(found[1]) > _MOST_RANGE_M:
        return UNCLEAR
    return float(found[1]) * _METRES.get((found[2] or "m")[0], 1.0) or None


def read_retention(text: str) -> Number:
    """Read for how many days footage is kept; 0 is what systems write where they know none.

    A month is the shortest there is: who asks by then does not come too late.

    Examples
    --------
    >>> [read_retention(text) for text in ("31", "28 days", "1 month", "two weeks", "72 hours")]
    [31.0, 28.0, 28.0, 14.0, 3.0]
    >>> [read_retention(text) for text in ("0", "until full", "3-4 weeks")]
    [None, 'unclear', 'unclear']
    """
    plain = _plain(text)
    found = _LASTS.fullmatch(plain)
    # A word without its unit, and a unit without its number, tell nothing.
    if found is None or not (found[1] or (found[2] and found[4])):
        return UNCLEAR
    number = float(found[1] or _COUNTS[found[2]])
    unit = found[4] or "days"
    if unit.startswith("m"):
        if number and (not number.is_integer() or number > 120):
            return UNCLEAR
        days = float(_shortest_months(int(number)))
    else:
        days = number * _DAYS[unit[0]]
    return UNCLEAR if days > _MOST_DAYS else days or None


def names_months(text: str) -> bool:
    """Test whether a retention is told in months, whose days are not told."""
    return bool(re.search(r"\bm(?:on)?th", _plain(text)))


def point_of(degrees: float) -> str:
    """Return the point of the compass next to a direction.

    Examples
    --------
    >>> point_of(0), point_of(350), point_of(200)
    ('N', 'N', 'SSW')
    """
    return POINTS[round(degrees / 22.5) % len(POINTS)]


@cache
def _shortest_months(number: int) -> int:
    """Return of how many days so many months in a row are at least."""
    lengths = [calendar.monthrange(2023, month)[1] for month in range(1, 13)]
    years, rest = divmod(number, 12)
    turns = [sum((lengths * 2)[first : first + rest]) for first in range(12)]
    return 365 * years + min(turns)


def _plain(text: str) -> str:
    """Return a text in small letters, with one kind of dash and no sign of degrees."""
    if len(text) > _LONGEST:
        return "too long to be read"
    plain = text.casefold().replace("°", " degrees ").replace("º", " degrees ")
    plain = re.sub("[‐‑‒–—−]", "-", plain)
    return re.sub(r" ?- ?", "-", " ".join(plain.split())).strip(" .")


def _arc(first: float, last: float) -> tuple[float, float] | Unclear:
    """Return the middle and the width of an arc, which runs clockwise."""
    if first > 360 or last > 360:
        return UNCLEAR
    if first == 0 and last in (359, 360):
        return 0.0, 360.0
    width = (last - first) % 360
    return ((first + width / 2) % 360, width) if width else UNCLEAR


def _point(plain: str) -> float | None:
    """Return the degrees of a point of the compass in letters or in words."""
    letters = plain.replace(".", "")
    if letters in _DEGREES:
        return _DEGREES[letters]
    joined = _SIDES.sub(lambda found: f"{_WORDS[found[1]][0]}{_WORDS[found[2]][0]}", plain)
    words = [_WORDS.get(word.removesuffix("erly").removesuffix("wards").removesuffix("ward"), word)
             for word in re.split(r"[ -]", joined)]  # fmt: skip
    # Letters parted by a dash or a blank may be two directions, or the ends of an arc.
    if len(words) > 1 and not any(word in plain for word in _WORDS):
        return None
    if (len(words) == 2 and {*words} & {"n", "s"} and {*words} & {"e", "w"}) or len(words) == 1:
        return _DEGREES.get("".join(words))
    return _DEGREES.get("".join(words)) if len(words) == 2 and len(words[1]) == 2 else None


def read_cells(
    texts: list[str | None], read: Callable[[str], object]
) -> tuple[list[object], list[bool]]:
    """Read each cell, and flag which of those that hold something are unclear.

    Examples
    --------
    >>> read_cells(["30m", None, "far"], read_range)
    ([30.0, None, None], [False, False, True])
    """
    read_once = {text: read(text) for text in {*texts} if text is not None}
    values = [None if text is None else read_once[text] for text in texts]
    unclear = [value == UNCLEAR if isinstance(value, str) else False for value in values]
    return [None if bad else one for one, bad in zip(values, unclear, strict=True)], unclear
