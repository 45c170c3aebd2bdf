"""One date or one time of day in a single cell, read without the others."""

import datetime as dt
import math
import re
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from hotspot.reading.cells import MISSING_WORDS
from hotspot.reading.clocks import BAD_CLOCK, DAY_S, DIGITS, NO_TIME, TIME, seconds_of

MISSING, UNREADABLE, FIXED, OPEN, MONTH = range(5)
# No offset in minutes, which go to 840 on the Line Islands; and that of a count of seconds from
# 1970, which is in UTC for certain, whereas a suffix is often written beside local time.
NO_ZONE, COUNTED = 100_000, 100_001
#: In the `attrs` of a frame: how the names of rows begin in which plain numbers are days of a
#: calendar that begins in 1904. Files of either calendar may be read together.
DATE_1904 = "date1904"

# Days of Excel from 1954 to 2201; days before would be hours and minutes, or just numbers.
SERIALS = (20_000, 110_000)
FIRST_YEAR, LAST_YEAR = 1900, 2199
# Days that systems write where they know none.
SENTINELS = frozenset(
    {
        (1, 1, 1),
        (1753, 1, 1),
        (1899, 12, 30),
        (1899, 12, 31),
        (1900, 1, 1),
        (2099, 12, 31),
        (2999, 12, 31),
        (9999, 12, 31),
    }
)
_NOTHING_WRITTEN = re.compile(r"0{1,4}[-/.]0{1,2}[-/.]0{1,4}(?:[t ]0{2}:0{2}(?::0{2})?)?")
_EXCEL_EPOCH = dt.datetime(1899, 12, 30)
_EXCEL_EPOCH_1904 = dt.datetime(1904, 1, 1)
_UNIX_EPOCH = dt.datetime(1970, 1, 1)

# No clock is more than 14 hours before that of Greenwich; what follows a dash may be an end.
_ZONE = (
    r"(?P<zone>z|utc|gmt|bst"
    r"|\+(?:0\d|1[0-4])(?::?[0-5]\d)?|-(?:[01]\d|2[0-4])(?::?[0-5]\d)?)?"
)
_AFTER = rf"(?:(?:[t,]\s*|\s+)(?:(?:at|um|om|à)\s+)?(?:{DIGITS}|{TIME})\s*{_ZONE})?"
_WEEKDAY = r"(?:(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*[ ,]+)?"
_YEAR = r"(?P<year>\d{4}|\d{2})"
_DAY = r"(?P<day>\d{1,2})(?:st|nd|rd|th)?"
_NAME = r"(?P<name>[a-z]{3,9})"
_DATES = tuple(
    re.compile(_WEEKDAY + form + _AFTER)
    for form in (
        r"(?P<year>\d{4})[-/.](?P<month>\d{1,2})[-/.](?P<day>\d{1,2})",
        rf"(?P<one>\d{{1,2}})[-/. ](?P<two>\d{{1,2}})[-/. ]{_YEAR}",
        rf"{_DAY}[-/ ,.]*{_NAME}[-/ ,.]+{_YEAR}",
        rf"{_NAME}[ .]+{_DAY},? +(?P<year>\d{{4}})",
        r"(?P<year>\d{4})(?P<month>\d{2})(?P<day>\d{2})",
    )
)
_MONTHS_ONLY = tuple(
    re.compile(form)
    for form in (
        r"(?P<year>\d{4})[-/. ](?P<month>\d{1,2})",
        r"(?P<month>\d{1,2})[-/. ](?P<year>\d{4})",
        rf"{_NAME}[-/ ,.]*{_YEAR}",
        rf"(?P<year>\d{{4}})[-/ ]{_NAME}",
        r"(?P<year>(?:19|20)\d{2})(?P<month>0[1-9]|1[0-2])",
    )
)
_RUN_TOGETHER = re.compile(r"(\d{8})(\d{4}(?:\d{2})?)")
_NUMBER = re.compile(r"\d+(?:\.\d+)?")
_MONTH_NAMES = (
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
)
_MONTH_NUMBERS = {
    short: number
    for number, name in enumerate(_MONTH_NAMES, 1)
    for short in (name, name[:3], name[:4])
}


class Moment(NamedTuple):
    """What one cell says of a date.

    Of an `OPEN` date, `first` and `second` are day and month in an order that the whole column
    decides; of a `FIXED` one they are month and day.
    """

    kind: int
    year: int = 0
    first: int = 0
    second: int = 0
    seconds: int = NO_TIME
    zone_minutes: int = NO_ZONE


def read_moment(cell: Any, date1904: bool = False) -> Moment:
    """Read a date, with or without a time of day.

    Parameters
    ----------
    cell : object
        Text, a datetime, or a number: an Excel serial date, yyyymmdd with or without hhmm or
        hhmmss, or seconds since 1970, or thousandths to billionths of them.
    date1904 : bool, default False
        Whether serial dates count from 1904, as a workbook may say.

    Returns
    -------
    Moment

    Examples
    --------
    >>> read_moment("5 March 2026 09:30")
    Moment(kind=2, year=2026, first=3, second=5, seconds=34200, zone_minutes=100000)
    >>> read_moment("05/03/26").kind == OPEN, read_moment("2026-03").kind == MONTH
    (True, True)
    >>> read_moment("N/K").kind == MISSING, read_moment("last week").kind == UNREADABLE
    (True, True)
    """
    if isinstance(cell, str):
        return _read_text(" ".join(cell.casefold().split()), date1904)
    if cell is None or cell is pd.NaT or cell is pd.NA:
        return Moment(MISSING)
    if isinstance(cell, dt.datetime):
        return _of_datetime(cell)
    if isinstance(cell, dt.date):
        return _fixed(cell.year, cell.month, cell.day)
    if isinstance(cell, bool | np.bool_):
        return Moment(UNREADABLE)
    if isinstance(cell, int | float | np.integer | np.floating):
        return _of_number(float(cell), date1904)
    return _read_text(str(cell).casefold())


def _read_text(text: str, date1904: bool = False) -> Moment:
    if text in MISSING_WORDS or _NOTHING_WRITTEN.fullmatch(text):
        return Moment(MISSING)
    for form in _DATES:
        match = form.fullmatch(text)
        if match is not None:
            return _of_match(match)
    for form in _MONTHS_ONLY:
        match = form.fullmatch(text)
        if match is not None:
            return _month(match)
    together = _RUN_TOGETHER.fullmatch(text)
    if together is not None:
        return _read_text(" ".join(together.groups()))
    if _NUMBER.fullmatch(text):
        return _of_number(float(text), date1904)
    return Moment(UNREADABLE)


def _of_match(match: re.Match[str]) -> Moment:
    """Convert a date that was recognised to numbers."""
    parts = match.groupdict()
    seconds = seconds_of(match)
    if seconds == BAD_CLOCK:
        return Moment(UNREADABLE)
    # In "21/03/2026 22:00-06:00" stand two times: offsets are written beside seconds, or the year.
    until = (parts["zone"] or "").startswith("-") and ":" in parts["zone"]
    if until and "one" in parts and parts["minute"] and not parts["second"]:
        return Moment(UNREADABLE)
    zone = _zone_minutes(parts["zone"])
    year = _full_year(parts["year"])
    if "one" in parts:
        first, second = int(parts["one"]), int(parts["two"])
        if SENTINELS & {(year, first, second), (year, second, first)}:
            return Moment(MISSING)
        if not FIRST_YEAR <= year <= LAST_YEAR:
            return Moment(UNREADABLE)
        return Moment(OPEN, year, first, second, seconds, zone)
    month = _MONTH_NUMBERS.get(parts["name"], 0) if "name" in parts else int(parts["month"])
    return _fixed(year, month, int(parts["day"]), seconds, zone)


def _month(match: re.Match[str]) -> Moment:
    parts = match.groupdict()
    month = _MONTH_NUMBERS.get(parts["name"], 0) if "name" in parts else int(parts["month"])
    year = _full_year(parts["year"])
    if not FIRST_YEAR <= year <= LAST_YEAR or not 1 <= month <= 12:
        return Moment(UNREADABLE)
    return Moment(MONTH, year, month, 1)


def _fixed(
    year: int, month: int, day: int, seconds: int = NO_TIME, zone_minutes: int = NO_ZONE
) -> Moment:
    if (year, month, day) in SENTINELS:
        return Moment(MISSING)
    if not FIRST_YEAR <= year <= LAST_YEAR:
        return Moment(UNREADABLE)
    return Moment(FIXED, year, month, day, seconds, zone_minutes)


def _full_year(digits: str) -> int:
    year = int(digits)
    if len(digits) > 2:
        return year
    # No export reaches back to before 1970.
    return year + (2000 if year < 70 else 1900)


def _zone_minutes(zone: str | None) -> int:
    if not zone:
        return NO_ZONE
    if zone in ("z", "utc", "gmt"):
        return 0
    if zone == "bst":
        return 60
    digits = zone[1:].replace(":", "").ljust(4, "0")
    minutes = int(digits[:2]) * 60 + int(digits[2:])
    return -minutes if zone.startswith("-") else minutes


def _of_datetime(moment: dt.datetime) -> Moment:
    """Split a datetime; in a spreadsheet or a frame midnight says that no time is known."""
    offset = moment.utcoffset()
    seconds = moment.hour * 3600 + moment.minute * 60 + moment.second
    if offset is not None:
        zone = round(offset.total_seconds() / 60)
        return _fixed(moment.year, moment.month, moment.day, seconds, zone)
    return _fixed(moment.year, moment.month, moment.day, seconds or NO_TIME)


def _of_number(number: float, date1904: bool) -> Moment:
    """Read a number as a date by its size."""
    if math.isnan(number) or number in (0, 1, 2):
        # The first days of Excel's calendar are what empty cells turn into.
        return Moment(MISSING)
    if SERIALS[0] <= number < SERIALS[1]:
        seconds = round(number * DAY_S)
        epoch = _EXCEL_EPOCH_1904 if date1904 else _EXCEL_EPOCH
        return _of_datetime(epoch + dt.timedelta(seconds=seconds))
    # yyyymmdd, with hhmm or hhmmss after it too: of no such size are counts of seconds.
    if number.is_integer() and any(19_000_101 <= number / n < 22_000_000 for n in (1, 1e4, 1e6)):
        return _read_text(str(int(number)))
    # Seconds, or thousandths, millionths or billionths of them, from 2001 to 2128.
    for scale in (1, 1e3, 1e6, 1e9):
        if 1e9 <= number / scale < 5e9:
            moment = _of_datetime(_UNIX_EPOCH + dt.timedelta(seconds=round(number / scale)))
            return moment._replace(seconds=max(moment.seconds, 0), zone_minutes=COUNTED)
    return Moment(UNREADABLE)
