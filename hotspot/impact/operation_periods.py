"""The days before and after an operation, and what keeps them from being compared."""

from typing import Any

import pandas as pd

from hotspot._errors import ConfigError
from hotspot.dates import AsOf, cutoff, moment_of, years_between
from hotspot.density.surface import Period
from hotspot.english import count, plain_day

Days = tuple[AsOf, AsOf]


def read_period(value: Any, name: str) -> tuple[Period | None, list[str]]:
    """Read the first and the last day of a period, both included.

    Parameters
    ----------
    value : (date, date)
    name : str
        What it is called where it is wrong.

    Returns
    -------
    Period or None
    problems : list of str

    Examples
    --------
    >>> read_period(("2025-03-01", "2025-02-01"), "after")[1]
    ['after ends on 1 February 2025, before it begins on 1 March 2025.']
    """
    wanted = f"{name} must be (first day, last day), such as (2024-03-01, 2025-02-28), not "
    if isinstance(value, str) or not hasattr(value, "__len__") or len(value) != 2:
        return None, [f"{wanted}{value!r}."]
    problems, ends = [], []
    for end, moment in zip(("first", "last"), value, strict=True):
        try:
            ends.append(moment_of(moment, f"the {end} day of {name}").normalize())
        except ConfigError as error:
            problems += error.problems
    if problems:
        return None, problems
    first, last = ends
    if last < first:
        return None, [f"{name} ends on {plain_day(last)}, before it begins on {plain_day(first)}."]
    return Period(first, cutoff(last), years_in(first, last)), []


def years_in(first: pd.Timestamp, last: pd.Timestamp) -> float:
    """Return the length of a period in years: whole months count alike, and twelve are a year.

    Parameters
    ----------
    first, last : Timestamp
        Days, both included.

    Returns
    -------
    float
        Of whole months twelfths, so that a leap day makes no period longer than another; of other
        periods years of 365.25 days.

    Examples
    --------
    >>> years_in(pd.Timestamp("2024-03-01"), pd.Timestamp("2025-02-28"))
    1.0
    """
    end = last.normalize() + pd.Timedelta(days=1)
    months = 12 * (end.year - first.year) + end.month - first.month
    whole = months > 0 and first + pd.DateOffset(months=months) == end
    return months / 12 if whole else years_between(first, last)


def days_in(period: Period) -> int:
    """Return how many days a period has.

    Examples
    --------
    >>> days_in(read_period(("2025-03-01", "2025-03-31"), "after")[0])
    31
    """
    return (period.last.normalize() - period.first).days + 1


def months_in(period: Period) -> pd.PeriodIndex:
    """Return the months of which a period holds any day.

    Examples
    --------
    >>> len(months_in(read_period(("2024-03-01", "2025-02-28"), "before")[0]))
    12
    """
    return pd.period_range(period.first, period.last, freq="M")


def part_problems(before: Period, after: Period) -> list[str]:
    """Find whether two periods overlap or stand the wrong way round.

    Examples
    --------
    >>> early = read_period(("2024-03-01", "2025-02-28"), "before")[0]
    >>> part_problems(early, read_period(("2025-02-01", "2025-12-31"), "after")[0])
    ['before and after overlap: 28 days (1 February 2025 to 28 February 2025) are in both.']
    """
    if after.last < before.first:
        return [
            f"after ({plain_day(after.first)} to {plain_day(after.last)}) lies before before "
            f"({plain_day(before.first)} to {plain_day(before.last)}): are the two exchanged?"
        ]
    first, last = max(before.first, after.first), min(before.last, after.last)
    if last < first:
        return []
    days = (last.normalize() - first).days + 1
    return [
        f"before and after overlap: {count(days, 'day')} ({plain_day(first)} to "
        f"{plain_day(last)}) are in both."
    ]


def month_problems(**periods: Period | None) -> list[str]:
    """Find which periods begin or end within a month, where dates are known by month only."""
    problems = []
    for name, period in periods.items():
        if period is None:
            continue
        last = period.last.normalize()
        for day, verb, whole in (
            (period.first, "begins", period.first.day == 1),
            (last, "ends", last == last + pd.offsets.MonthEnd(0)),
        ):
            if not whole:
                problems.append(
                    f"The dates are known by month only, and {name} {verb} on {plain_day(day)}, "
                    "within a month: its burglaries cannot be parted. Begin and end with whole "
                    "months, and leave the month of the start out as transition=."
                )
    return problems


def without_transition(
    before: Period, after: Period, transition: Period
) -> tuple[Period, Period, list[str]]:
    """Cut the days of a transition off the end of before and the beginning of after.

    Returns
    -------
    before, after : Period
    problems : list of str
    """
    if transition.first <= before.first or transition.last >= after.last:
        return before, after, ["transition leaves no day of before or of after."]
    if transition.last < before.last.normalize() or transition.first > after.first:
        return before, after, [
            f"transition ({plain_day(transition.first)} to {plain_day(transition.last)}) must lie "
            "between before and after, or be the beginning of after."
        ]  # fmt: skip
    if transition.first <= before.last:
        last = transition.first - pd.Timedelta(days=1)
        before = Period(before.first, cutoff(last), years_in(before.first, last))
    if transition.last >= after.first:
        first = transition.last.normalize() + pd.Timedelta(days=1)
        after = Period(first, after.last, years_in(first, after.last))
    return before, after, []
