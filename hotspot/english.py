"""Dates, shares and names as people write them."""

from collections.abc import Sequence

import pandas as pd

_MIDNIGHT = pd.Timedelta(0)


def long_day(time: pd.Timestamp) -> str:
    """Write a day in full.

    Examples
    --------
    >>> long_day(pd.Timestamp("2026-03-02 06:00"))
    'Monday 2 March 2026'
    """
    return f"{time:%A} {time.day} {time:%B} {time.year}"


def short_day(time: pd.Timestamp) -> str:
    """Write a day of these weeks.

    Examples
    --------
    >>> short_day(pd.Timestamp("2026-03-02"))
    'Mon 2 Mar'
    """
    return f"{time:%a} {time.day} {time:%b}"


def day_of_year(time: pd.Timestamp) -> str:
    """Write a day that may be of another year.

    Examples
    --------
    >>> day_of_year(pd.Timestamp("2025-12-13 08:35"))
    '13 Dec 2025'
    """
    return f"{time.day} {time:%b} {time.year}"


def week_days(last: pd.Timestamp) -> str:
    """Write the 7 days that end at a moment: as days where it is the end of one.

    Examples
    --------
    >>> week_days(pd.Timestamp("2026-03-02 23:59:59.999999"))
    'Tue 24 Feb to Mon 2 Mar 2026'
    >>> week_days(pd.Timestamp("2026-03-02 06:00"))
    'Mon 23 Feb 06:00 to Mon 2 Mar 06:00 2026'
    """
    first = last - pd.Timedelta(days=7)
    after = last + pd.Timedelta(microseconds=1)
    if _has_time(after):
        return f"{moment(first)} to {moment(last)} {last.year}"
    return f"{short_day(first + pd.Timedelta(microseconds=1))} to {short_day(last)} {last.year}"


def moment(time: pd.Timestamp) -> str:
    """Write a day, with the time where one is known.

    Examples
    --------
    >>> moment(pd.Timestamp("2026-03-02 06:00")), moment(pd.Timestamp("2026-03-02"))
    ('Mon 2 Mar 06:00', 'Mon 2 Mar')
    """
    return f"{short_day(time)} {time:%H:%M}" if _has_time(time) else short_day(time)


def window(start: pd.Timestamp, end: pd.Timestamp) -> str:
    """Write from when to when, no longer than it must be.

    Examples
    --------
    >>> window(pd.Timestamp("2026-03-01 09:00"), pd.Timestamp("2026-03-01 17:30"))
    'Sun 1 Mar 09:00 to 17:30'
    >>> window(pd.Timestamp("2026-02-27 18:00"), pd.Timestamp("2026-03-01 07:00"))
    'Fri 27 Feb 18:00 to Sun 1 Mar 07:00'
    >>> window(pd.Timestamp("2026-03-01"), pd.Timestamp("2026-03-01"))
    'Sun 1 Mar'
    """
    if start == end:
        return moment(start)
    if start.normalize() == end.normalize():
        return f"{short_day(start)} {start:%H:%M} to {end:%H:%M}"
    return f"{moment(start)} to {moment(end)}"


def cut_off(last: pd.Timestamp) -> str:
    """Write the last moment that counts: the end of a day, or a time.

    Examples
    --------
    >>> cut_off(pd.Timestamp("2026-03-02 23:59:59.999999"))
    'the end of Monday 2 March 2026'
    >>> cut_off(pd.Timestamp("2026-03-02 06:00"))
    'Monday 2 March 2026, 06:00'
    """
    if not _has_time(last + pd.Timedelta(microseconds=1)):
        return f"the end of {long_day(last)}"
    return f"{long_day(last)}, {last:%H:%M}"


def percent(share: float) -> str:
    """Write a share, small ones to two digits.

    Examples
    --------
    >>> percent(0.123), percent(0.0123), percent(0.01), percent(1.0)
    ('12 %', '1.2 %', '1 %', '100 %')
    """
    return f"{share * 100:.0f} %" if share >= 0.1 else f"{share * 100:.2g} %"


def hour_span(first_hour: int, span: int) -> str:
    """Write hours in a row.

    Examples
    --------
    >>> hour_span(22, 6)
    '22:00 to 04:00'
    """
    return f"{first_hour:02d}:00 to {(first_hour + span) % 24:02d}:00"


def some_of(names: Sequence[str], most: int = 6) -> str:
    """Write the first few of many names.

    Examples
    --------
    >>> some_of(["Kelp Lane", "High Street", "Quay"], most=2)
    'Kelp Lane, High Street and 1 more'
    """
    rest = len(names) - most
    shown = ", ".join(name for name in names[:most] if name)
    return f"{shown} and {rest:,} more" if rest > 0 else shown


def _has_time(time: pd.Timestamp) -> bool:
    return bool(time - time.normalize() != _MIDNIGHT)
