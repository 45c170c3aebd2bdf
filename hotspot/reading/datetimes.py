"""Dates and times of raw cells, whatever their form, decided by the whole source.

Whether 05/03 is the fifth of March or the third of May is decided once, jointly, by all date
columns.
"""

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, fields
from typing import Any, TypeAlias
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hotspot._errors import ConfigError
from hotspot.english import count, name_rows
from hotspot.reading.cells import is_text
from hotspot.reading.single_dates import (
    BAD_CLOCK,
    FIRST_YEAR,
    FIXED,
    LAST_YEAR,
    MISSING,
    MONTH,
    NO_TIME,
    NO_ZONE,
    OPEN,
    SENTINELS,
    UNREADABLE,
    read_clock,
    read_moment,
)

Flags: TypeAlias = NDArray[np.bool_]
Integers: TypeAlias = NDArray[np.int64]
Moments: TypeAlias = NDArray[np.datetime64]


# How to have dates read the other way, in Python, on the command line and in a TOML file.
_OTHER_ORDER = {
    True: "dayfirst=False (--month-first on the command line, dayfirst = false in a TOML file)",
    False: "dayfirst=True (no --month-first on the command line, dayfirst = true in a TOML file)",
}


@dataclass(frozen=True)
class Times:
    """One date column of a source, read.

    Attributes
    ----------
    moments : numpy.ndarray of datetime64[ns]
        Local civil time; NaT where missing or unreadable.
    unreadable : numpy.ndarray of bool
        Where something stands that is no date.
    has_time : numpy.ndarray of bool
        Where a time of day is given.
    month_only : numpy.ndarray of bool
        Where only a month is given; the moment is its first day.
    cells : pandas.Series
        What stands in the source.
    """

    moments: Moments
    unreadable: Flags
    has_time: Flags
    month_only: Flags
    cells: pd.Series

    def among(self, rows: Flags) -> "Times":
        """Select some of the rows."""
        return Times(*(getattr(self, part.name)[rows] for part in fields(self)))

    @property
    def name(self) -> str:
        return str(self.cells.name)


@dataclass(frozen=True)
class Reading:
    """All date columns of a source, and what the reader should know of how they were read."""

    times: dict[str, Times]
    notes: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)

    def among(self, rows: Flags) -> "Reading":
        """Select some of the rows."""
        chosen = {name: times.among(rows) for name, times in self.times.items()}
        return Reading(chosen, self.notes, self.warnings)


def read_datetimes(
    frame: pd.DataFrame,
    columns: Mapping[str, tuple[str, ...]],
    dayfirst: bool = True,
    timezone: str | None = None,
    among: Flags | None = None,
) -> Reading:
    """Read the date columns of a source together.

    Parameters
    ----------
    frame : pandas.DataFrame
        The rows, as a `Chunk` holds them.
    columns : mapping
        Field to its column, or to its columns of date and time of day.
    dayfirst : bool, default True
        How to read a date that fits both readings, unless other dates in the same source fit only
        one. Dates that begin with the year are read as they stand.
    timezone : str, optional
        Turn times that carry a zone into this zone's civil time, e.g. ``"Europe/London"``.
        Without it the zone is dropped and the clock time kept, with a warning.
    among : numpy.ndarray of bool, optional
        The rows that warnings are about. All rows decide how the dates are read.

    Returns
    -------
    Reading

    Raises
    ------
    ConfigError
        If `timezone` is not known.

    Examples
    --------
    >>> frame = pd.DataFrame({"Date": ["25/03/2026", "04/03/2026"], "Time": ["0930", "11pm"]})
    >>> reading = read_datetimes(frame, {"occurred_from": ("Date", "Time")})
    >>> [str(moment) for moment in reading.times["occurred_from"].moments.astype("M8[m]")]
    ['2026-03-25T09:30', '2026-03-04T23:00']
    """
    zone = _zone(timezone)
    meant = np.ones(len(frame), dtype=bool) if among is None else among
    parsed = {field: _parse(frame[names[0]]) for field, names in columns.items()}
    day_first, notes, warnings = _decide_order(parsed.values(), dayfirst)
    times = {}
    for field_name, names in columns.items():
        parts = parsed[field_name]
        if len(names) > 1:
            warnings += _add_clock(parts, frame[names[1]], meant)
        times[field_name], zoned = _times(parts, day_first, zone, frame[names[0]])
        warnings += _zone_warning(zoned & meant, frame[names[0]], zone)
    return Reading(times, notes, warnings)


@dataclass
class _Parts:
    """A column of cells read as far as each can be by itself; see `single_dates.Moment`."""

    kind: Integers
    year: Integers
    first: Integers
    second: Integers
    seconds: Integers
    zone_minutes: Integers


def _zone(timezone: str | None) -> ZoneInfo | None:
    if timezone is None:
        return None
    try:
        return ZoneInfo(timezone)
    except (ZoneInfoNotFoundError, ValueError, TypeError, OSError) as error:
        raise ConfigError(
            f"timezone={timezone!r} is not known; write e.g. 'Europe/London'."
        ) from error


def _by_unique(
    cells: pd.Series | NDArray[np.object_], read: Callable[[Any], tuple[int, ...]]
) -> Integers:
    """Read each different cell once, since a column repeats its values; a row for each cell."""
    codes, different = pd.factorize(cells)
    read_once = [read(cell) for cell in different]
    read_once.append(read(None))
    table = np.array(read_once, dtype=np.int64)
    return table[codes]


def _parse(cells: pd.Series) -> _Parts:
    if pd.api.types.is_datetime64_any_dtype(cells.dtype):
        return _parts_of_datetimes(pd.DatetimeIndex(cells))
    if is_text(cells):
        return _parts_of_text(cells)
    return _Parts(*_by_unique(cells, read_moment).T.copy())


def _parts_of_text(cells: pd.Series) -> _Parts:
    """Read dates and times of day apart, of which far fewer differ than of the two together."""
    halves = [
        cell.replace("T", " ", 1).partition(" ") if isinstance(cell, str) else ("", "", "")
        for cell in cells.to_numpy(dtype=object)
    ]
    parts = _by_unique(np.array([half[0] for half in halves], dtype=object), read_moment)
    times = np.array([half[2] for half in halves], dtype=object)
    clocks = _by_unique(times, lambda text: read_moment(f"2000-01-01 {text}" if text else None))
    timed = times != ""
    simple = np.isin(parts[:, 0], (FIXED, OPEN)) & (clocks[:, 0] == FIXED)
    parts[timed & simple, 4:] = clocks[timed & simple, 4:]
    # What the halves cannot say, such as "5 March 2026" parted at its first space, is read whole.
    whole = timed & ~simple
    if whole.any():
        parts[whole] = _by_unique(cells[whole], read_moment)
    return _Parts(*parts.T.copy())


def _parts_of_datetimes(moments: pd.DatetimeIndex) -> _Parts:
    """Split a column of datetimes into parts, as `read_moment` does with one."""
    known = np.asarray(moments.notna())
    filled = moments.where(known, pd.Timestamp(2000, 1, 1, tz=moments.tz))
    naive = filled.tz_localize(None)
    seconds = np.asarray(naive.hour * 3600 + naive.minute * 60 + naive.second, dtype=np.int64)
    zone = np.full(len(moments), NO_ZONE)
    # A date without a time is held as its midnight, as a spreadsheet does.
    if moments.tz is None:
        seconds[seconds == 0] = NO_TIME
    else:
        ahead = naive - filled.tz_convert("UTC").tz_localize(None)
        zone = np.asarray(ahead / pd.Timedelta(minutes=1)).astype(np.int64)
    plausible = (naive.year >= FIRST_YEAR) & (naive.year <= LAST_YEAR)
    kind = np.where(plausible, FIXED, UNREADABLE)
    days = naive.to_numpy().astype("datetime64[D]")
    kind[~known | np.isin(days, [np.datetime64(dt.date(*day)) for day in SENTINELS])] = MISSING
    year, month, day = (np.asarray(part) for part in (naive.year, naive.month, naive.day))
    return _Parts(kind, year, month, day, seconds, zone)


def _add_clock(parts: _Parts, cells: pd.Series, meant: Flags) -> list[str]:
    """Add times of day from a column of their own, where the date brings none."""
    seconds = _by_unique(cells, lambda cell: (read_clock(cell),))[:, 0]
    bad = meant & np.isin(parts.kind, (FIXED, OPEN)) & (seconds == BAD_CLOCK)
    # Midnight counts as none: a spreadsheet writes it beside every date.
    use = (parts.seconds <= 0) & (seconds >= 0)
    parts.seconds[use] = seconds[use]
    if not bad.any():
        return []
    rows = cells.index[bad]
    return [
        f"{count(len(rows), 'time')} of day in {cells.name!r} cannot be read ({name_rows(rows)}); "
        "the date alone was used."
    ]


def _decide_order(columns: Iterable[_Parts], dayfirst: bool) -> tuple[bool, list[str], list[str]]:
    """Infer from all dates together whether the day or the month comes first, and describe how."""
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


def _times(
    parts: _Parts, day_first: bool, zone: ZoneInfo | None, cells: pd.Series
) -> tuple[Times, Flags]:
    """Build moments out of parts."""
    swap = (parts.kind == OPEN) & day_first
    month = np.where(swap, parts.second, parts.first)
    day = np.where(swap, parts.first, parts.second)
    known = np.isin(parts.kind, (FIXED, OPEN, MONTH)) & (month >= 1) & (month <= 12) & (day >= 1)
    months = np.where(known, (parts.year - 1970) * 12 + month - 1, 0)
    days = months.astype("datetime64[M]").astype("datetime64[D]") + (day - 1)
    # The 31st of a month of 30 days has run on into the next: no date.
    known &= days.astype("datetime64[M]").astype(np.int64) == months
    seconds = days.astype("datetime64[s]") + np.maximum(parts.seconds, 0)
    moments = np.where(known, seconds, np.datetime64("NaT", "s")).astype("datetime64[ns]")
    zoned: Flags = known & (parts.zone_minutes != NO_ZONE)
    if zone is not None and zoned.any():
        utc = moments[zoned] - parts.zone_minutes[zoned].astype("timedelta64[m]")
        local = pd.DatetimeIndex(utc).tz_localize("UTC").tz_convert(zone).tz_localize(None)
        moments[zoned] = local.to_numpy().astype("datetime64[ns]")
    times = Times(
        moments=moments,
        unreadable=~known & (parts.kind != MISSING),
        has_time=known & (parts.seconds != NO_TIME),
        month_only=known & (parts.kind == MONTH),
        cells=cells,
    )
    return times, zoned


def _zone_warning(zoned: Flags, cells: pd.Series, zone: ZoneInfo | None) -> list[str]:
    """Warn that zones were dropped; of none where they were used."""
    if zone is not None or not zoned.any():
        return []
    first = cells.to_numpy()[zoned][0]
    return [
        f"{count(int(zoned.sum()), 'time')} in {cells.name!r} carry a time zone (e.g. {first}): it "
        'was dropped and the clock time kept. Say e.g. timezone="Europe/London" to turn them into '
        "that zone's time."
    ]
