"""The order of day and month, decided by all dates of a source together.

A spreadsheet of another locale exchanges day and month of the cells that it takes for dates, which
are those up to the 12th, and leaves the others as text.
"""

from collections.abc import Iterable, Sequence
from typing import TypeAlias

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hotspot.english import and_list, count, name_rows
from hotspot.reading.date_parts import Integers, Parts
from hotspot.reading.single_dates import FIXED, MONTH, OPEN

Flags: TypeAlias = NDArray[np.bool_]
Days: TypeAlias = NDArray[np.datetime64]

# How to have dates read the other way, in Python, on the command line and in a TOML file.
_OTHER_ORDER = {
    True: "dayfirst=False (--month-first on the command line, dayfirst = false in a TOML file)",
    False: "dayfirst=True (no --month-first on the command line, dayfirst = true in a TOML file)",
}
# Days up to the 12th are four of ten, those that are left as text the other six.
_SHARE_EARLY, _SHARE_LATE = 0.4, 0.6
# Dates fall so by chance in fewer than one file of fifty; in one of ten it must show in the dates
# too, which lie far closer together when they are exchanged back.
_SURE, _LIKELY = 0.02, 0.1
_FAR_CLOSER = 3
# A cell typed by hand later may break the pattern.
_EXCEPTIONS = 0.02


def decide_order(columns: Iterable[Parts], dayfirst: bool) -> tuple[bool, list[str], list[str]]:
    """Infer from all dates together whether the day or the month comes first, and describe how.

    Parameters
    ----------
    columns : iterable of Parts
    dayfirst : bool
        The order where the dates do not tell.

    Returns
    -------
    day_first : bool
    notes, warnings : list of str
    """
    only_day, only_month, either = 0, 0, 0
    for parts in columns:
        # 05/05 is the same day either way and decides nothing.
        is_open = (parts.kind == OPEN) & (parts.first != parts.second)
        only_day += int(np.count_nonzero(is_open & (parts.first > 12) & (parts.second <= 12)))
        only_month += int(np.count_nonzero(is_open & (parts.first <= 12) & (parts.second > 12)))
        either += int(np.count_nonzero(is_open & (parts.first <= 12) & (parts.second <= 12)))
    if only_day + only_month + either == 0:
        return dayfirst, [], []
    # Dates of both orders are two exports pasted together, or typing errors: the most decide.
    day_first = dayfirst if only_day == only_month else only_day > only_month
    order, other = ("day", "month") if day_first else ("month", "day")
    read = f"Dates were read {order} first"
    if only_day and only_month:
        few = min(only_day, only_month)
        mixed = f"{read}, as most fit; {count(few, 'date')} can only be {other} first."
        return day_first, [], [mixed]
    if not only_day and not only_month:
        either_way = (
            f"{read}, but every one of them fits {other} first too: if that is wrong, say "
            f"{_OTHER_ORDER[day_first]}."
        )
        return day_first, [], [either_way]
    certain = [f"{read}: {count(max(only_day, only_month), 'date')} can only be that."]
    return (day_first, certain, []) if day_first == dayfirst else (day_first, [], certain)


def days_of(parts: Parts, day_first: bool) -> tuple[Days, Flags]:
    """Build the days of a column.

    Parameters
    ----------
    parts : Parts
    day_first : bool
        The order of those that are open.

    Returns
    -------
    days : numpy.ndarray of datetime64[D]
    known : numpy.ndarray of bool
        Which of them are days.
    """
    swap = (parts.kind == OPEN) & day_first
    month = np.where(swap, parts.second, parts.first)
    day = np.where(swap, parts.first, parts.second)
    known = np.isin(parts.kind, (FIXED, OPEN, MONTH)) & (month >= 1) & (month <= 12) & (day >= 1)
    days = _days(np.where(known, parts.year, 1970), np.where(known, month, 1), day)
    # The 31st of a month of 30 days has run on into the next: no date.
    return days, known & (days.astype("datetime64[M]").astype(np.int64) % 12 == month - 1)


def _days(year: Integers, month: Integers, day: Integers) -> Days:
    months = ((year - 1970) * 12 + month - 1).astype("datetime64[M]")
    return np.asarray(months.astype("datetime64[D]") + (day - 1), dtype="datetime64[D]")


def exchange_back(
    columns: Sequence[tuple[str, Parts]], day_first: bool, index: pd.Index
) -> list[str]:
    """Exchange day and month where a spreadsheet of another locale has exchanged them.

    Parameters
    ----------
    columns : sequence of tuple of str and Parts
        The date columns of a source by their names; changed in place.
    day_first : bool
        The order of the dates that are text.
    index : pandas.Index
        Labels of the rows.

    Returns
    -------
    list of str
        What was done, or what to look at where it is not certain.

    Notes
    -----
    Such a file has real dates of days up to the 12th only, and text of later days only. It is
    exchanged back where that is no chance and the dates then lie no further from each other: the
    1st to 12th of one March as real dates beside the 13th to 31st of it as text stay as they are.
    """
    names = dict.fromkeys(repr(name) for name, parts in columns if _looks_exchanged(parts))
    suspects = [parts for _, parts in columns if _looks_exchanged(parts)]
    real = [parts.kind == FIXED for parts in suspects]
    reals = sum(int(np.count_nonzero(rows)) for rows in real)
    texts = sum(int(np.count_nonzero(parts.kind == OPEN)) for parts in suspects)
    if not reals or not texts:
        return []
    before, after = _gaps(suspects, day_first)
    chance = _SHARE_EARLY**reals * _SHARE_LATE**texts
    closer = after * _FAR_CLOSER < before
    sure = after <= 2 * before + 7 and (chance < _SURE or (chance < _LIKELY and closer))
    if not sure and not closer:
        return []
    rows = index[np.logical_or.reduce(real)]
    pattern = (
        f"In {and_list(list(names))} the dates that are text "
        f"({texts:,}) all have a day over 12, and the real dates ({reals:,}) all have one of 12 or "
        "less, as where a spreadsheet of another locale has exchanged day and month"
    )
    fix = "To be sure, export dates as text with the year first, such as 2026-03-25."
    if not sure:
        return [f"{pattern}. They are too few to tell, and were left ({name_rows(rows)}). {fix}"]
    for parts, rows_of_dates in zip(suspects, real, strict=True):
        back = rows_of_dates & (parts.second <= 12)
        parts.first, parts.second = (
            np.where(back, parts.second, parts.first),
            np.where(back, parts.first, parts.second),
        )
    return [f"{pattern}: these were exchanged back ({name_rows(rows)}). Look at a few. {fix}"]


def _looks_exchanged(parts: Parts) -> bool:
    """Test whether the real dates of a column are early in a month, and those of text are late."""
    real, text = parts.kind == FIXED, parts.kind == OPEN
    late_real = np.count_nonzero(real & (parts.second > 12))
    late_text = np.count_nonzero(text & (np.maximum(parts.first, parts.second) > 12))
    reals, texts = np.count_nonzero(real), np.count_nonzero(text)
    return bool(
        reals and late_real <= _EXCEPTIONS * reals and texts - late_text <= _EXCEPTIONS * texts
    )


def _gaps(columns: Iterable[Parts], day_first: bool) -> tuple[float, float]:
    """Return how far a real date lies from the nearest that is text, in days: before and after."""
    text_days, stands, exchanged = [], [], []
    for parts in columns:
        days, known = days_of(parts, day_first)
        text_days.append(days[known & (parts.kind == OPEN)])
        # 5 May is the same either way.
        real = (parts.kind == FIXED) & (parts.first != parts.second) & (parts.second <= 12)
        stands.append(days[real])
        exchanged.append(_days(parts.year[real], parts.second[real], parts.first[real]))
    near = np.sort(np.concatenate(text_days))
    if not len(near) or not sum(map(len, stands)):
        return 0.0, 0.0
    before, after = (_median_gap(np.concatenate(days), near) for days in (stands, exchanged))
    return before, after


def _median_gap(days: Days, near: Days) -> float:
    """Return the median distance of days from the nearest of others, which are sorted."""
    at = np.searchsorted(near, days)
    left, right = near[np.maximum(at - 1, 0)], near[np.minimum(at, len(near) - 1)]
    gaps = np.minimum(np.abs(days - left), np.abs(right - days))
    return float(np.median(gaps.astype(np.int64)))
