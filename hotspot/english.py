"""Counts, shares, days and times in words, the same whatever the locale of the machine."""

from collections.abc import Sequence
from typing import Any

import pandas as pd

DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December",
)  # fmt: skip
_NUMBERS = ("", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
_WEEK_DAYS = 7
# Hour, minute, second, microsecond and nanosecond of what stands for a day.
_WHOLE_DAY = ((0, 0, 0, 0, 0), (23, 59, 59, 999_999, 0))


def count(number: int, noun: str, plural: str | None = None) -> str:
    """Return a number and a noun that agree.

    Examples
    --------
    >>> count(1, "row"), count(1200, "row"), count(2, "address", "addresses")
    ('1 row', '1,200 rows', '2 addresses')
    """
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


def name_rows(labels: Sequence[Any] | pd.Index, most: int = 5) -> str:
    """Return which rows, the first few by name.

    Examples
    --------
    >>> name_rows([3])
    'row 3'
    >>> name_rows([3, 9, 14])
    'rows 3, 9 and 14'
    >>> name_rows(list(range(10)), most=2)
    'rows 0, 1 and 8 more'
    """
    names = [str(label) for label in labels[:most]]
    rest = len(labels) - len(names)
    if rest:
        names.append(f"{rest:,} more")
    return f"{'row' if len(labels) == 1 else 'rows'} {and_list(names)}"


def and_list(names: Sequence[str]) -> str:
    """Return one name or more as they stand in a sentence.

    Examples
    --------
    >>> and_list(["Kelp Lane"]), and_list(["Kelp Lane", "High Street", "Quay"])
    ('Kelp Lane', 'Kelp Lane, High Street and Quay')
    """
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def some_of(names: Sequence[str], most: int = 6) -> str:
    """Return the first few of many names.

    Examples
    --------
    >>> some_of(["Kelp Lane", "High Street", "Quay"], most=2)
    'Kelp Lane, High Street and 1 more'
    """
    rest = len(names) - most
    shown = ", ".join(name for name in names[:most] if name)
    return f"{shown} and {rest:,} more" if rest > 0 else shown


def percent(share: float) -> str:
    """Return a share as a percentage, small ones to two digits; nothing where it is unknown.

    Examples
    --------
    >>> percent(0.123), percent(0.0123), percent(0.01), percent(3.123), percent(float("nan"))
    ('12 %', '1.2 %', '1 %', '312 %', '')
    """
    if pd.isna(share):
        return ""
    return f"{share * 100:,.0f} %" if share >= 0.1 else f"{share * 100:.2g} %"


def percent_interval(low: float, high: float) -> str:
    """Return the ends of an interval of shares, in whole per cent; nothing where unknown.

    Examples
    --------
    >>> percent_interval(0.158, 0.322)
    '16 to 32 %'
    """
    if pd.isna(low) or pd.isna(high):
        return ""
    return f"{100 * low:.0f} to {100 * high:.0f} %"


def days_long(days: int) -> str:
    """Return a length in days, in weeks where it is whole ones.

    Examples
    --------
    >>> days_long(42), days_long(21), days_long(7), days_long(10), days_long(84)
    ('six weeks', 'three weeks', 'one week', '10 days', '12 weeks')
    """
    weeks, rest = divmod(int(days), _WEEK_DAYS)
    if rest or not weeks:
        return count(int(days), "day")
    if weeks < len(_NUMBERS):
        return f"{_NUMBERS[weeks]} week{'s' * (weeks > 1)}"
    return count(weeks, "week")


def early_words(days: int) -> str:
    """Return when a lag of up to so many days is.

    Examples
    --------
    >>> early_words(14), early_words(1), early_words(0)
    ('in the first 14 days', 'by the next day', 'on the same day')
    """
    names = {0: "on the same day", 1: "by the next day"}
    return names.get(days, f"in the first {days} days")


def rule_words(distance_m: float, window_days: int) -> str:
    """Return what a near-repeat rule is called in a sentence.

    Examples
    --------
    >>> rule_words(400, 42), rule_words(244, 14), rule_words(1500, 10)
    ('400 m and six weeks', '244 m and two weeks', '1,500 m and 10 days')
    """
    return f"{distance_m:,.10g} m and {days_long(window_days)}"


def long_day(time: pd.Timestamp, *, year: bool = True) -> str:
    """Return a day in full.

    Examples
    --------
    >>> long_day(pd.Timestamp("2026-03-02 06:00"))
    'Monday 2 March 2026'
    >>> long_day(pd.Timestamp("2026-02-26"), year=False)
    'Thursday 26 February'
    """
    named = f"{DAYS[time.weekday()]} {time.day} {MONTHS[time.month - 1]}"
    return f"{named} {time.year}" if year else named


def plain_day(time: pd.Timestamp) -> str:
    """Return a day without its weekday.

    Examples
    --------
    >>> plain_day(pd.Timestamp("2026-03-02"))
    '2 March 2026'
    """
    return f"{time.day} {MONTHS[time.month - 1]} {time.year}"


def short_day(time: pd.Timestamp, *, year: bool = False) -> str:
    """Return a day of these weeks; with the year where it may be of another.

    Examples
    --------
    >>> short_day(pd.Timestamp("2026-03-02")), short_day(pd.Timestamp("2026-03-02"), year=True)
    ('Mon 2 Mar', 'Mon 2 Mar 2026')
    """
    named = f"{DAYS[time.weekday()][:3]} {time.day} {MONTHS[time.month - 1][:3]}"
    return f"{named} {time.year}" if year else named


def day_of_year(time: pd.Timestamp) -> str:
    """Return a short day without its weekday.

    Examples
    --------
    >>> day_of_year(pd.Timestamp("2025-12-13 08:35"))
    '13 Dec 2025'
    """
    return f"{time.day} {MONTHS[time.month - 1][:3]} {time.year}"


def month(time: pd.Timestamp) -> str:
    """Return a month.

    Examples
    --------
    >>> month(pd.Timestamp("2026-03-01"))
    'March 2026'
    """
    return f"{MONTHS[time.month - 1]} {time.year}"


def week_days(last: pd.Timestamp) -> str:
    """Return the 7 days that end with a cut-off, and the time where it ends the last early.

    Examples
    --------
    >>> week_days(pd.Timestamp("2026-03-02 23:59:59.999999"))
    'Tue 24 Feb to Mon 2 Mar 2026'
    >>> week_days(pd.Timestamp("2026-03-02 06:00"))
    'Tue 24 Feb to Mon 2 Mar 2026 06:00'
    """
    first = last - pd.Timedelta(days=_WEEK_DAYS - 1)
    return f"{short_day(first)} to {moment(last, year=True)}"


def moment(time: pd.Timestamp, *, year: bool = False) -> str:
    """Return a short day, with the time where one is known.

    Examples
    --------
    >>> moment(pd.Timestamp("2026-03-02 06:00")), moment(pd.Timestamp("2026-03-02"))
    ('Mon 2 Mar 06:00', 'Mon 2 Mar')
    """
    day = short_day(time, year=year)
    return f"{day} {_clock(time)}" if _has_time(time) else day


def long_moment(time: pd.Timestamp, *, year: bool = True) -> str:
    """Return a day in full, with the time where one is known.

    Examples
    --------
    >>> long_moment(pd.Timestamp("2026-03-02 06:00"), year=False)
    'Monday 2 March at 06:00'
    """
    day = long_day(time, year=year)
    return f"{day} at {_clock(time)}" if _has_time(time) else day


def window(start: pd.Timestamp, end: pd.Timestamp, *, year: bool = False) -> str:
    """Return from when to when, no longer than it must be.

    Examples
    --------
    >>> window(pd.Timestamp("2026-03-01 09:00"), pd.Timestamp("2026-03-01 17:30"))
    'Sun 1 Mar 09:00 to 17:30'
    >>> window(pd.Timestamp("2026-02-27 18:00"), pd.Timestamp("2026-03-01 07:00"), year=True)
    'Fri 27 Feb 2026 18:00 to Sun 1 Mar 2026 07:00'
    >>> window(pd.Timestamp("2026-03-01"), pd.Timestamp("2026-03-01"))
    'Sun 1 Mar'
    >>> window(pd.Timestamp("2026-03-01 09:00"), pd.Timestamp("2026-03-01 23:59:59.999999"))
    'Sun 1 Mar from 09:00'
    """
    if start == end:
        return moment(start, year=year)
    if start.date() == end.date():
        if not _has_time(end):
            return f"{short_day(start, year=year)} from {_clock(start)}"
        return f"{short_day(start, year=year)} {_clock(start)} to {_clock(end)}"
    return f"{moment(start, year=year)} to {moment(end, year=year)}"


def cut_off(last: pd.Timestamp) -> str:
    """Return the last moment that counts: the end of a day, or a time.

    Examples
    --------
    >>> cut_off(pd.Timestamp("2026-03-02 23:59:59.999999"))
    'the end of Monday 2 March 2026'
    >>> cut_off(pd.Timestamp("2026-03-02 06:00"))
    'Monday 2 March 2026, 06:00'
    """
    if not _has_time(last):
        return f"the end of {long_day(last)}"
    return f"{long_day(last)}, {_clock(last)}"


def list_day(last: pd.Timestamp) -> str:
    """Return which list or state a cut-off is: that of a day, or of a time.

    Examples
    --------
    >>> list_day(pd.Timestamp("2026-03-02 23:59:59.999999"))
    'Monday 2 March 2026'
    >>> list_day(pd.Timestamp("2026-03-02 06:00"))
    'Monday 2 March 2026, 06:00'
    """
    return cut_off(last).removeprefix("the end of ")


def hour_span(first_hour: int, span: int) -> str:
    """Return hours in a row.

    Examples
    --------
    >>> hour_span(22, 6)
    '22:00 to 04:00'
    """
    return f"{first_hour:02d}:00 to {(first_hour + span) % 24:02d}:00"


def _clock(time: pd.Timestamp) -> str:
    # Some ten thousand are written for a map: strftime would take most of the time.
    return f"{time.hour:02d}:{time.minute:02d}"


def _has_time(time: pd.Timestamp) -> bool:
    """Test for a time of day: midnight and the end of a day are that day."""
    of_day = time.hour, time.minute, time.second, time.microsecond, time.nanosecond
    return of_day not in _WHOLE_DAY
