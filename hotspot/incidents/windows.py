"""Windows of time in which incidents happened, and dates that cannot be."""

from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hotspot.dates import Resolution, looks_monthly
from hotspot.english import count, name_rows
from hotspot.reading.cells import normalise_name
from hotspot.reading.datetimes import Flags, Moments, Reading, Times
from hotspot.reading.faults import Faults

_DAY = np.timedelta64(1, "D")
_YEAR = np.timedelta64(365, "D")
_HOUR_S = 3_600
_DAY_S = 86_400
# Burglaries at 00:00 exactly are some even without defaults, as at every full hour of the night:
# only what is five more than three times as many is a system's default.
_FEWEST_MIDNIGHTS = 5
_MIDNIGHT_EXCESS = 3.0


@dataclass(frozen=True)
class Windows:
    """When each incident happened.

    Attributes
    ----------
    start, end : numpy.ndarray of datetime64[ns]
        Equal where one time is known; NaT where the row has a fault.
    recorded : numpy.ndarray of datetime64[ns] or None
        When it was recorded, where a column says so.
    faults : Faults
        Rows whose dates cannot be used, and why.
    """

    start: Moments
    end: Moments
    recorded: Moments | None
    faults: Faults
    warnings: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def read_windows(
    reading: Reading, index: pd.Index, resolution: Resolution, last_moment: pd.Timestamp
) -> Windows:
    """Build windows of the dates of a source, and find those that cannot be.

    Parameters
    ----------
    reading : Reading
        The date columns, one of ``occurred_from`` and ``occurred_to`` at least.
    index : pandas.Index
        Labels of the rows.
    resolution : {"day", "month"}
        How exact the dates are; see `resolution_of`.
    last_moment : pandas.Timestamp
        The last moment that is not in the future.

    Returns
    -------
    Windows

    Notes
    -----
    A missing end is the beginning and the reverse. After a beginning with a time of day an end that
    is a day only is the end of that day, or the moment on it when the crime was recorded: nobody
    came home when they left. So is the midnight with which the day of the beginning begins. A
    midnight that is written as a time is one, and so is that of the day after the beginning where a
    spreadsheet holds times in the column; neither, where another row of them ends before it begins
    on its day and so shows that midnights are days there. Where neither end has a time both are
    held as midnights. A window cannot end after the crime was recorded:
    where it does by more than a day, and begins before, the recording is its end.
    """
    faults = Faults(index)
    columns = [reading.times[name] for name in _WINDOW if name in reading.times]
    for times in columns:
        faults.add(times.unreadable, times.name, times.cells, "unreadable date")
        if resolution == "day":
            faults.add(times.month_only, times.name, times.cells, "only a month, no day")
    first, last = columns[0], columns[-1]
    start, end = first.moments.copy(), last.moments.copy()
    none_known = np.isnat(start) & np.isnat(end) & ~first.unreadable & ~last.unreadable
    faults.add(none_known, first.name, first.cells, "no date")
    start = np.where(np.isnat(start), end, start)
    end = np.where(np.isnat(end), start, end)
    limit = last_moment.to_datetime64()
    default = last.has_time & (end < start) & (end == _days(start))
    whole = default | (first.has_time & ~last.has_time & ~np.isnat(last.moments))
    exact = _midnights_meant(start, end, first, last)
    whole &= (end >= _days(start)) & ~faults.faulty & ~exact
    told = reading.times.get("recorded_at")
    end = np.where(whole, _end_of_days(start, end, told, limit), end)
    warnings = _midnight_warnings(default & whole, last)
    backwards = end < start
    faults.add(backwards, last.name, last.cells, _backwards(start[backwards], end[backwards]))
    for times, moments in zip(columns, (start, end), strict=False):
        faults.add(moments > limit, times.name, times.cells, "date in the future")
    recorded, warned = _recorded(reading.times.get("recorded_at"), limit)
    warnings += warned
    if recorded is not None and resolution == "day":
        times = reading.times["recorded_at"]
        end, warned = _ended_when_recorded(start, end, recorded, times, ~faults.faulty)
        warnings += warned
    start[faults.faulty] = np.datetime64("NaT", "ns")
    end[faults.faulty] = np.datetime64("NaT", "ns")
    notes = _whole_day_notes(whole & ~default & ~faults.faulty, last)
    notes += _midnight_notes(exact & ~faults.faulty, last)
    return Windows(start, end, recorded, faults, warnings, notes)


_WINDOW = ("occurred_from", "occurred_to")


def _end_of_days(
    start: Moments, end: Moments, recorded: Times | None, limit: np.datetime64
) -> Moments:
    """Return the last moments of the days of `end` at which they may have ended."""
    last = (_days(end) + _DAY).astype("datetime64[ns]") - np.timedelta64(1, "us")
    ends = np.where(_days(end) == limit.astype("datetime64[D]"), np.minimum(last, limit), last)
    if recorded is not None:
        same_day = recorded.has_time & (_days(recorded.moments) == _days(end))
        ends = np.where(same_day, recorded.moments, ends)
    return np.maximum(ends, start)


def _midnights_meant(start: Moments, end: Moments, first: Times, last: Times) -> Flags:
    """Find the ends that are midnights, not days, though either may stand so in the source."""
    either = first.has_time & (last.midnight_told | last.midnight_held)
    if (either & (end < start) & (end == _days(start))).any():
        return np.zeros(len(either), dtype=bool)
    next_day: Flags = end == _days(start) + _DAY
    meant: Flags = either & (last.midnight_told | next_day)
    return meant


def _days(moments: Moments) -> Moments:
    return moments.astype("datetime64[D]")


def _backwards(start: Moments, end: Moments) -> list[str]:
    """Describe of each window that ends before it begins when it does either."""
    moments = zip(pd.DatetimeIndex(start), pd.DatetimeIndex(end), strict=True)
    return [
        f"to before from (from {begun:%Y-%m-%d %H:%M} to {ended:%Y-%m-%d %H:%M})"
        for begun, ended in moments
    ]


def _midnight_warnings(rows: Flags, last: Times) -> list[str]:
    """Warn of ends that were midnights by default."""
    if not rows.any():
        return []
    labels = last.cells.index[rows]
    return [
        f"{count(len(labels), 'row')} end at midnight exactly, before they begin on that day: "
        "probably a default where no time was known, so they are taken to end with that day "
        f"({name_rows(labels)})."
    ]


def _whole_day_notes(rows: Flags, last: Times) -> list[str]:
    """Count the ends that are days only."""
    if not rows.any():
        return []
    number = int(np.count_nonzero(rows))
    return [
        f"{count(number, 'end')} in {last.name!r} {'is a day' if number == 1 else 'are days'} "
        "without a time: taken as the end of that day, or as the moment on it of the record."
    ]


def _midnight_notes(rows: Flags, last: Times) -> list[str]:
    """Count the ends that were taken as midnights and may be days."""
    if not rows.any():
        return []
    ends = count(int(np.count_nonzero(rows)), "end")
    return [
        f"{ends} in {last.name!r} at midnight: taken as 00:00, when that day begins. "
        "Leave the time out, or write the day as text, where none is known."
    ]


def _ended_when_recorded(
    start: Moments, end: Moments, recorded: Moments, times: Times, usable: Flags
) -> tuple[Moments, list[str]]:
    """Cut windows at the recording where they end long after it, most often by a wrong year."""
    same_day = ~times.has_time & (_days(start) == _days(recorded))
    before = usable & (recorded < start) & ~same_day
    # A day of grace: the report may be entered the morning after, or the clock be an hour off.
    late = usable & ~before & (end > recorded + _DAY)
    warnings = []
    if late.any():
        labels = times.cells.index[late]
        warnings.append(
            f"{count(len(labels), 'window')} that would end more than a day after the crime was "
            f"recorded, {'a wrong year' if len(labels) == 1 else 'wrong years'} perhaps: taken to "
            f"end when it was recorded ({name_rows(labels)})."
        )
    if before.any():
        labels = times.cells.index[before]
        warnings.append(
            f"{count(len(labels), 'row')} recorded before the crime began ({name_rows(labels)}): "
            "used as they stand. Look at their dates."
        )
    return np.where(late, np.maximum(start, recorded), end), warnings


def resolution_of(reading: Reading) -> Resolution:
    """Infer whether the dates of a source are days or months, even where months look like days.

    Parameters
    ----------
    reading : Reading
        All rows of the source.

    Returns
    -------
    {"day", "month"}
    """
    columns = [reading.times[name] for name in _WINDOW if name in reading.times]
    months = np.concatenate([times.month_only for times in columns])
    known = np.concatenate([~np.isnat(times.moments) for times in columns])
    # A few months among days are faults of their rows; days among months are months written so.
    if np.count_nonzero(months) > 0.5 * np.count_nonzero(known):
        return "month"
    moments = np.concatenate([times.moments for times in columns])
    moments = moments[~np.isnat(moments)]
    # A column that is called a month is one, even where the file holds a single month.
    called_month = all("month" in normalise_name(times.name) for times in columns)
    firsts = bool((moments == moments.astype("datetime64[M]")).all()) and len(moments) > 0
    return "month" if looks_monthly(pd.Series(moments)) or (called_month and firsts) else "day"


def _recorded(times: Times | None, limit: np.datetime64) -> tuple[Moments | None, list[str]]:
    """Return the recording dates; one that cannot be is left out with a warning, not the row."""
    if times is None:
        return None, []
    recorded = times.moments.copy()
    future = recorded > limit
    recorded[future] = np.datetime64("NaT", "ns")
    warnings = []
    for rows, what in ((times.unreadable, "cannot be read"), (future, "lie in the future")):
        if rows.any():
            labels = times.cells.index[rows]
            warnings.append(
                f"{count(len(labels), 'date')} in {times.name!r} {what} ({name_rows(labels)}); "
                "the rows are used without."
            )
    return recorded, warnings


def window_warnings(start: pd.Series, end: pd.Series, resolution: Resolution) -> list[str]:
    """Warn of what may be wrong with windows that can be used.

    Parameters
    ----------
    start, end : pandas.Series of datetime64
        Windows of the rows that are accepted, on their labels.
    resolution : {"day", "month"}
        How exact they are.

    Returns
    -------
    list of str

    Examples
    --------
    >>> start, end = pd.to_datetime(["2024-01-01"]), pd.to_datetime(["2025-06-01"])
    >>> window_warnings(pd.Series(start, index=[7]), pd.Series(end, index=[7]), "day")
    ['1 window of over a year (row 7).']
    """
    if resolution == "month":
        return [
            "The dates are months only. Whatever needs days (the near-repeat rule, zones, target "
            "lists) is refused; density works, with that caveat."
        ]
    warnings = []
    long = (end - start).to_numpy() > _YEAR
    if long.any():
        rows = start.index[long]
        warnings.append(f"{count(len(rows), 'window')} of over a year ({name_rows(rows)}).")
    begin, finish = _midnights(start), _midnights(end)
    same = begin.equals(finish)
    kinds = {"begin and end": begin} if same else {"begin": begin, "end": finish}
    for what, rows in kinds.items():
        if len(rows):
            warnings.append(
                f"{count(len(rows), 'row')} {what} at midnight exactly, far more than at other "
                f"hours: probably a default where no time was known ({name_rows(rows)})."
            )
    return warnings


def _midnights(moments: pd.Series) -> pd.Index:
    """Find the rows at midnight where they are too many to be burglaries at that minute."""
    seconds = moments.to_numpy().astype("datetime64[s]").astype(np.int64) % _DAY_S
    at_midnight: NDArray[np.bool_] = seconds == 0
    # Dates that mostly have no time at all are held as midnights, and none of them is a default.
    if np.count_nonzero(~at_midnight) < 0.5 * len(seconds):
        return moments.index[:0]
    hours = [np.count_nonzero(seconds == hour * _HOUR_S) for hour in (1, 2, 3, 21, 22, 23)]
    expected = _FEWEST_MIDNIGHTS + _MIDNIGHT_EXCESS * float(np.mean(hours))
    return moments.index[at_midnight] if at_midnight.sum() >= expected else moments.index[:0]
