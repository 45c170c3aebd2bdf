"""Footage: from when to when it is wanted, what of it is gone, and when the rest goes."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from hotspot.dates import cutoff, day_numbers
from hotspot.english import cut_off, moment

#: Footage is wanted from so long before the window of a crime to so long after it.
MARGIN = pd.Timedelta(minutes=30)
ALL, PART, GONE, UNTOLD = "all", "part", "gone", "not known"


class Footage(NamedTuple):
    """What of the wanted footage is left at a cut-off, a row for each pair of crime and camera.

    Attributes
    ----------
    wanted_from, wanted_to : Series of datetime64
        The window and half an hour each side.
    gone_from, last_gone : Series of datetime64
        When the first and the last of it goes; NaT where retention is not known.
    days_left : Series of Int64
        Whole calendar days to `gone_from`; 0 where it goes today or has begun to go.
    state : ndarray of {"all", "part", "gone", "not known"}
    words : list of str
    """

    wanted_from: pd.Series
    wanted_to: pd.Series
    gone_from: pd.Series
    last_gone: pd.Series
    days_left: pd.Series
    state: npt.NDArray[np.object_]
    words: list[str]


def footage_left(
    occurred_from: pd.Series, occurred_to: pd.Series, retention_days: pd.Series, as_of: pd.Timestamp
) -> Footage:
    """Return what of the wanted footage is left.

    Parameters
    ----------
    occurred_from, occurred_to : Series of datetime64, shape (n,)
        The windows, local civil time.
    retention_days : Series of float, shape (n,)
        For how long footage is kept; NaN where that is not known.
    as_of : Timestamp
        The cut-off. Of a day, its end: what goes on it counts as gone by then.

    Returns
    -------
    Footage

    Notes
    -----
    A recorder writes over what is oldest: footage of a moment is gone so many days after that
    moment, so that of a long absence the beginning goes first. Times are those of the clock on the
    wall: where clocks change in between, a recorder that counts hours is an hour off.
    """
    last = cutoff(as_of)
    begin, end = occurred_from - MARGIN, occurred_to + MARGIN
    kept = pd.to_timedelta(retention_days * 86_400.0, unit="s")
    gone_from, last_gone = begin + kept, end + kept
    lost_to = last - kept
    known = retention_days.notna().to_numpy()
    state = np.full(len(begin), UNTOLD, dtype=object)
    state[known] = ALL
    state[known & (gone_from <= last).to_numpy()] = PART
    state[known & (last_gone <= last).to_numpy()] = GONE
    today = int(day_numbers(pd.Series([last]))[0])
    days = np.full(len(begin), -1, dtype=np.int64)
    days[known] = np.maximum(day_numbers(gone_from[known]) - today, 0)
    days_left = pd.Series(days, index=begin.index, dtype="Int64").mask(~known)
    words = [_words(*row) for row in zip(state, gone_from, last_gone, lost_to, strict=True)]
    return Footage(begin, end, gone_from, last_gone, days_left, state, words)


def _words(
    state: str, gone_from: pd.Timestamp, last_gone: pd.Timestamp, lost_to: pd.Timestamp
) -> str:
    """Return in words what is left."""
    if state == UNTOLD:
        return "how long it is kept is not known: ask now"
    if state == ALL:
        return f"all kept until {moment(gone_from, year=True)}"
    if state == GONE:
        return f"gone since {moment(last_gone, year=True)}"
    return (
        f"gone up to {cut_off(lost_to)}; left from then, "
        f"the last of it until {moment(last_gone, year=True)}"
    )
