"""Two dates in one cell: from when to when."""

import re
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hotspot.reading.cells import by_unique
from hotspot.reading.clocks import DAY_S, NO_TIME, read_clock
from hotspot.reading.date_parts import Integers, Parts
from hotspot.reading.single_dates import FIXED, MISSING, OPEN, UNREADABLE, Moment, read_moment

_BEFORE = re.compile(r"^(?:between|from|zwischen|vom|von|entre|du|tussen|van)\b\s*")
_BETWEEN = re.compile(
    r"\s*(?:\b(?:to|and|until|till|thru|through|bis zum|bis|und|au|et|tot|en)\b|\.{2,3}|[-/–—])\s*"
)
# "21-27/03/2024": the first date has its month and year from the second.
_PART = re.compile(r"[-/. ]")
_CLOCK = re.compile(r"\d{1,2}[:.h]?\d{2}|\d{1,2}\s*(?:[ap]\.?m|h|uhr)")
# Two dates with times and words are no longer; of other text so many different cells are tried.
_LONGEST = 80
_SAMPLE = 500


def split_spans(cells: pd.Series, parts: Parts) -> tuple[NDArray[np.bool_], Integers, Integers]:
    """Split the cells that hold two dates.

    Parameters
    ----------
    cells : pandas.Series
        A column of dates.
    parts : Parts
        The column as read; only what is no one date is looked at.

    Returns
    -------
    spans : numpy.ndarray of bool
        The rows that hold two.
    starts, ends : numpy.ndarray of int64
        The two dates of these rows, a line for each field, as `Parts.put` takes them.
    """
    spans: NDArray[np.bool_] = parts.kind == UNREADABLE
    width = len(Moment._fields)
    if not _may_hold_spans(cells[spans]):
        spans[:] = False
        return spans, np.empty((width, 0), np.int64), np.empty((width, 0), np.int64)
    table = by_unique(cells[spans], _both)
    split = table[:, 0] != UNREADABLE
    spans[spans] = split
    return spans, table[split, :width].T, table[split, width:].T


def _may_hold_spans(cells: pd.Series) -> bool:
    """Test a sample of what is no date: a column of text mapped by mistake is not read whole."""
    different = pd.unique(cells)
    sample = different[:: max(len(different) // _SAMPLE, 1)]
    return any(_both(cell)[0] != UNREADABLE for cell in sample)


def read_span(text: str) -> tuple[Moment, Moment] | None:
    """Read a cell of two dates.

    Parameters
    ----------
    text : str

    Returns
    -------
    tuple of Moment or None
        The first may lack what the second says; the second may be a time of day only, of the next
        day where it is earlier, or be unknown. None where there are not two dates.

    Examples
    --------
    >>> [moment.second for moment in read_span("2024-03-21 bis 2024-03-27")]
    [21, 27]
    >>> [(moment.first, moment.second) for moment in read_span("21-27/03/2024")]
    [(21, 3), (27, 3)]
    """
    text = _BEFORE.sub("", " ".join(text.casefold().split()))
    if len(text) > _LONGEST:
        return None
    for separator in _BETWEEN.finditer(text):
        left, right = text[: separator.start()], text[separator.end() :]
        first, last = read_moment(left), read_moment(right)
        if _is_day(last):
            if not _is_day(first) and separator[0] != "/":
                first = _completed(left, right)
        elif _is_day(first) and first.seconds != NO_TIME and _CLOCK.search(right):
            clock = read_clock(right)
            # From 22:00 to 06:00 ends in the morning after.
            last = first._replace(seconds=clock + DAY_S * (clock < first.seconds))
            if clock < 0:
                continue
        if _is_day(first) and (_is_day(last) or last.kind == MISSING):
            return first, last
    return None


def _is_day(moment: Moment) -> bool:
    return moment.kind in (FIXED, OPEN)


def _completed(left: str, right: str) -> Moment:
    """Read a date that lacks its year, or its month too, with those of the date after it."""
    day, _, clock = left.partition(" ")
    if not _CLOCK.fullmatch(clock):
        day, clock = left, ""
    for part in _PART.finditer(right):
        moment = read_moment(day.rstrip("/-. ") + right[part.start() :])
        if _is_day(moment):
            return moment._replace(seconds=read_clock(clock) if clock else NO_TIME)
    return Moment(UNREADABLE)


def _both(cell: Any) -> tuple[int, ...]:
    nothing = Moment(UNREADABLE)
    first, last = (read_span(cell) if isinstance(cell, str) else None) or (nothing, nothing)
    return (*first, *last)
