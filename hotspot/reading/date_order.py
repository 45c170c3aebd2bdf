"""The order of day and month, decided by all dates of a source together.

A spreadsheet of another locale exchanges day and month of the cells that it takes for dates, which
are those up to the 12th, and leaves the others as text.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
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
# Early days are real dates and late ones text, as many as there are: in standard deviations.
_MOST_SPREADS = 3.5
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
    if not suspects:
        return []
    signs = _Signs.of(suspects, day_first)
    if not signs.texts or not (signs.sure or signs.closer):
        return []
    real = [parts.kind == FIXED for parts in suspects]
    rows = index[np.logical_or.reduce(real)]
    every = "nearly all" if signs.exceptions else "all"
    pattern = (
        f"In {and_list(list(names))} the dates that are text ({signs.texts:,}) {every} have a day "
        f"over 12, and the real dates ({signs.reals:,}) {every} have one of 12 or less, as where a "
        "spreadsheet of another locale has exchanged day and month"
    )
    fix = "To be sure, export dates as text with the year first, such as 2026-03-25."
    if not signs.sure:
        return [
            f"{pattern}. That is not certain of so few: they were left ({name_rows(rows)}). {fix}"
        ]
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
    early_text = np.count_nonzero(text & _early_text(parts))
    reals, texts = np.count_nonzero(real), np.count_nonzero(text)
    return bool(reals and late_real <= _EXCEPTIONS * reals and early_text <= _EXCEPTIONS * texts)


@dataclass(frozen=True)
class _Signs:
    """What speaks for an exchange, of columns that look like one.

    Attributes
    ----------
    reals, texts, exceptions : int
        Real dates, dates that are text, and those of either that break the pattern.
    before, after : float
        How far a real date lies from the nearest that is text, in days: as it stands, exchanged.
    share : float
        Of the days that the dates then span, how many are early in their month.
    """

    reals: int
    texts: int
    exceptions: int
    before: float
    after: float
    share: float

    @classmethod
    def of(cls, columns: Sequence[Parts], day_first: bool) -> "_Signs":
        """Gather the signs."""
        text_days, same, stands, back = [], [], [], []
        exceptions = 0
        for parts in columns:
            days, known = days_of(parts, day_first)
            real, text = parts.kind == FIXED, parts.kind == OPEN
            exceptions += int(np.count_nonzero(real & (parts.second > 12)))
            exceptions += int(np.count_nonzero(text & _early_text(parts)))
            text_days.append(days[known & text])
            # 5 May is the same either way.
            both = real & (parts.first != parts.second) & (parts.second <= 12)
            same.append(days[real & ~both])
            stands.append(days[both])
            back.append(_days(parts.year[both], parts.second[both], parts.first[both]))
        texts, stand, exchanged = map(np.concatenate, (text_days, stands, back))
        texts.sort()
        before, after = (_median_gap(days, texts) for days in (stand, exchanged))
        every = np.concatenate([texts, *same, exchanged])
        reals = len(every) - len(texts)
        return cls(reals, len(texts), exceptions, before, after, _early_share(every))

    @property
    def closer(self) -> bool:
        """Whether the dates lie far closer together when they are exchanged back."""
        return self.after * _FAR_CLOSER < self.before

    @property
    def sure(self) -> bool:
        """Whether it is no chance, the dates join up, and as many are real as would be."""
        chance = _SHARE_EARLY**self.reals * _SHARE_LATE**self.texts
        dates = self.reals + self.texts
        spread = (dates * self.share * (1 - self.share)) ** 0.5
        usual = abs(self.reals - dates * self.share) <= _MOST_SPREADS * spread + 1
        joins = self.after <= 2 * self.before + 7
        return usual and joins and (chance < _SURE or (chance < _LIKELY and self.closer))


def _early_text(parts: Parts) -> Flags:
    return np.asarray(np.maximum(parts.first, parts.second) <= 12)


def _early_share(days: Days) -> float:
    """Return how many of the days that dates span are the 12th or before; strays do not count."""
    numbers = np.sort(days.astype(np.int64))
    stray = len(numbers) // 50
    span = np.arange(numbers[stray], numbers[len(numbers) - 1 - stray] + 1).astype("datetime64[D]")
    return float(((span - span.astype("datetime64[M]")).astype(np.int64) < 12).mean())


def _median_gap(days: Days, near: Days) -> float:
    """Return the median distance of days from the nearest of others, which are sorted."""
    if not len(near) or not len(days):
        return 0.0
    at = np.searchsorted(near, days)
    left, right = near[np.maximum(at - 1, 0)], near[np.minimum(at, len(near) - 1)]
    gaps = np.minimum(np.abs(days - left), np.abs(right - days))
    return float(np.median(gaps.astype(np.int64)))
