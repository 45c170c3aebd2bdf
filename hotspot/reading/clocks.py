"""Times of day: of single cells, and of a column of its own, whose numbers it decides together."""

import datetime as dt
import math
import re
from enum import Enum
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hotspot.english import count, name_rows
from hotspot.reading.cells import MISSING_WORDS, normalise_name

NO_TIME = -1
NO_CLOCK, BAD_CLOCK, UNCLEAR_CLOCK = -1, -2, -3
DAY_S = 86_400
TIME = (
    r"(?P<hour>\d{1,2})(?:[:.h](?P<minute>\d{2})(?:[:.](?P<second>\d{2})(?:[.,]\d+)?)?)?"
    r"\s*(?P<half>[ap]\.?m\.?)?(?:\s*(?:uhr|h(?:rs?|ours?)?\.?))?"
)
DIGITS = r"(?P<digits>\d{3,4}|\d{6})(?: ?(?:h(?:rs?|ours?)?\.?|uhr))?"
_CLOCK = re.compile(rf"(?:{DIGITS}|{TIME})")
# A spreadsheet writes the first day of its calendar, or its own, before a time of day.
_AFTER_A_DAY = re.compile(rf"\d{{4}}-\d{{2}}-\d{{2}}[t ]\s*(?:{DIGITS}|{TIME})")
_NUMBER = re.compile(r"-?\d{1,6}(?:\.0)?|0?\.\d+")
_DOTTED = re.compile(r"\d{1,2}\.\d{2}")
_UNKNOWN = frozenset({-1.0, 9999.0, 999999.0})
_UNKNOWN_HOUR = 99.0
_UNKNOWN_TEXTS = frozenset({"99:99", "99:99:99"})
# Burglaries in so many different of the first 24 minutes after midnight, and at no other time of
# the day, are hours.
_FEWEST_HOURS = 4


class _Form(Enum):
    """What the bare numbers of a column are."""

    HHMM = "hours and minutes"
    HHMMSS = "hours, minutes and seconds"
    HOURS = "whole hours"
    UNCLEAR = "unclear"


def read_clock(cell: Any) -> int:
    """Read a time of day by itself.

    Parameters
    ----------
    cell : object
        Text, a time, or a number: a part of a day, or hours and minutes as in 930.

    Returns
    -------
    int
        Seconds since midnight, `NO_CLOCK` where none is given, `BAD_CLOCK` where it cannot be
        read.

    Examples
    --------
    >>> read_clock("0930"), read_clock("9.30am"), read_clock(0.5), read_clock("unknown")
    (34200, 34200, 43200, -1)
    """
    number = _bare_number(cell)
    return _of_text(cell) if number is None else _of_number(number, _Form.HHMM)


def read_clocks(cells: pd.Series) -> tuple[NDArray[np.int64], list[str]]:
    """Read a column of times of day; what its bare numbers are, all of them decide together.

    Parameters
    ----------
    cells : pandas.Series
        Text, times or numbers, as they stand in the source. A 5 is five past midnight beside a
        2230, and five o'clock in a column of the hours 0 to 23.

    Returns
    -------
    seconds : numpy.ndarray of int64
        As `read_clock` returns them; `UNCLEAR_CLOCK` where the column does not tell.
    notes : list of str
        How numbers were read.

    Examples
    --------
    >>> seconds, notes = read_clocks(pd.Series(["2230", "5", "930"], name="Time"))
    >>> seconds.tolist(), notes
    ([81000, 300, 34200], ["Times in 'Time' were read as hours and minutes: 5 is 00:05."])
    """
    codes, different = pd.factorize(cells)
    numbers = {cell: number for cell in different if (number := _bare_number(cell)) is not None}
    # "0.30" is a part of a day, but half past midnight beside "22.30".
    dotted = [text for text in different if isinstance(text, str) and _DOTTED.fullmatch(text)]
    if any(text not in numbers for text in dotted):
        numbers = {cell: number for cell, number in numbers.items() if cell not in dotted}
    form = _form(numbers, str(cells.name))

    read = [
        _of_number(numbers[cell], form) if cell in numbers else _of_text(cell) for cell in different
    ]
    # A missing cell has the code -1.
    seconds = np.array([*read, NO_CLOCK], dtype=np.int64)[codes]
    return seconds, _notes(numbers, form, cells)


def clock_warnings(seconds: NDArray[np.int64], cells: pd.Series) -> list[str]:
    """Return which cells are no times of day, and which may be one or the other.

    Parameters
    ----------
    seconds : numpy.ndarray of int64
        As `read_clocks` returns them.
    cells : pandas.Series
        What was read.

    Returns
    -------
    list of str
    """
    told = []
    for kind, what, fix in (
        (BAD_CLOCK, "cannot be read", ""),
        (
            UNCLEAR_CLOCK,
            "may be hours or minutes after midnight",
            " Write such times as 09:00, or call the column Hour.",
        ),
    ):
        rows = cells.index[seconds == kind]
        if len(rows):
            times = f"{count(len(rows), 'time')} of day in {cells.name!r}"
            told.append(f"{times} {what} ({name_rows(rows)}); the date alone was used.{fix}")
    return told


def seconds_of(match: re.Match[str]) -> int:
    """Compute seconds since midnight; 24:00 is the end of the day, 12am its beginning.

    Parameters
    ----------
    match : re.Match
        Of a pattern that holds `DIGITS` and `TIME`.

    Returns
    -------
    int
        `NO_TIME` where neither was there, `BAD_CLOCK` where it is no time of day.
    """
    parts = match.groupdict()
    if parts["digits"]:
        digits = parts["digits"].zfill(4).ljust(6, "0")
        hour, minute, second = int(digits[:2]), int(digits[2:4]), int(digits[4:])
    elif parts["hour"]:
        hour = int(parts["hour"])
        minute, second = int(parts["minute"] or 0), int(parts["second"] or 0)
    else:
        return NO_TIME
    if parts["half"]:
        if not 1 <= hour <= 12:
            return BAD_CLOCK
        hour = hour % 12 + (12 if parts["half"].startswith("p") else 0)
    return _seconds(hour, minute, second)


def _seconds(hour: int, minute: int, second: int = 0) -> int:
    seconds = hour * 3600 + minute * 60 + second
    return seconds if minute < 60 and second < 60 and seconds <= DAY_S else BAD_CLOCK


def _bare_number(cell: Any) -> float | None:
    """Return the number that a cell is, whether text or not; None where it is none."""
    if isinstance(cell, bool | np.bool_):
        return None
    if isinstance(cell, int | float | np.integer | np.floating):
        return None if math.isnan(cell) else float(cell)
    if isinstance(cell, str) and _NUMBER.fullmatch(cell.strip()):
        return float(cell)
    return None


def _form(numbers: dict[Any, float], name: str) -> _Form:
    """Decide what the numbers of a column are."""
    # 0 is midnight in each form, a part of a day in none of them.
    told = {n for n in numbers.values() if n.is_integer() and n > 0 and n not in _UNKNOWN}
    hours = told - {_UNKNOWN_HOUR}
    texts = (cell.strip() for cell in numbers if isinstance(cell, str))
    padded = {len(text) for text in texts if text.isdigit() and text[0] == "0"}
    if any(n > 2400 for n in told):
        clocks = [_of_number(n, _Form.HHMMSS) for n in told]
        return _Form.HHMMSS if BAD_CLOCK not in clocks else _Form.HHMM
    if max(hours, default=0) > 24 or padded & {3, 4}:
        return _Form.HHMM
    named = re.search("hour|hr", normalise_name(name)) is not None
    if named or 2 in padded or len(hours) >= _FEWEST_HOURS or not hours:
        return _Form.HOURS
    return _Form.UNCLEAR


def _of_number(number: float, form: _Form) -> int:
    """Read 0.5 as noon, as spreadsheets do, and whole numbers in the form of their column."""
    if number in _UNKNOWN or (number == _UNKNOWN_HOUR and form is _Form.HOURS):
        return NO_CLOCK
    if 0 <= number < 1:
        return round(number * DAY_S)
    if not number.is_integer() or number < 0:
        return BAD_CLOCK
    whole = int(number)
    if form is _Form.UNCLEAR:
        return UNCLEAR_CLOCK
    if form is _Form.HOURS:
        return _seconds(whole, 0)
    if form is _Form.HHMM:
        return _seconds(whole // 100, whole % 100)
    return _seconds(whole // 10_000, whole // 100 % 100, whole % 100)


def _of_text(cell: Any) -> int:
    """Read a time of day that is no bare number."""
    if cell is None or cell is pd.NaT or cell is pd.NA:
        return NO_CLOCK
    if isinstance(cell, dt.datetime | dt.time):
        return cell.hour * 3600 + cell.minute * 60 + cell.second
    if isinstance(cell, dt.timedelta):
        seconds = round(cell.total_seconds())
        return seconds if 0 <= seconds <= DAY_S else BAD_CLOCK
    if isinstance(cell, float | np.floating) and math.isnan(cell):
        return NO_CLOCK
    text = " ".join(str(cell).casefold().split())
    if text in MISSING_WORDS or text in _UNKNOWN_TEXTS:
        return NO_CLOCK
    match = _CLOCK.fullmatch(text) or _AFTER_A_DAY.fullmatch(text)
    return BAD_CLOCK if match is None else seconds_of(match)


def _notes(numbers: dict[Any, float], form: _Form, cells: pd.Series) -> list[str]:
    """Write how numbers were read that could be something else, by the least of them."""
    least = min((n for n in numbers.values() if n.is_integer() and 0 < n < 60), default=None)
    if least is None or form is _Form.UNCLEAR:
        return []
    minutes = _of_number(least, form) // 60
    if minutes < 0:
        return []
    clock = f"{minutes // 60:02d}:{minutes % 60:02d}"
    return [f"Times in {cells.name!r} were read as {form.value}: {int(least)} is {clock}."]
