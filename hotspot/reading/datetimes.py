"""Dates and times of raw cells, whatever their form, decided by the whole source.

Whether 05/03 is the fifth of March or the third of May is decided once, jointly, by all date
columns.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import TypeAlias
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hotspot._errors import ConfigError
from hotspot.english import count
from hotspot.reading.cells import is_text
from hotspot.reading.clocks import DAY_S, NO_TIME, clock_warnings, read_clocks
from hotspot.reading.date_order import days_of, decide_order, exchange_back
from hotspot.reading.date_parts import Parts, parse
from hotspot.reading.date_spans import split_spans
from hotspot.reading.single_dates import (
    COUNTED,
    DATE_1904,
    FIXED,
    MISSING,
    MONTH,
    NO_ZONE,
    OPEN,
    SERIALS,
)

Flags: TypeAlias = NDArray[np.bool_]
Moments: TypeAlias = NDArray[np.datetime64]


# No export of today reaches back so far, and no count of days from 1970 is of such days.
_FIRST_RECENT = np.datetime64("1990-01-01")
_UNIX_DAY = np.datetime64("1970-01-01")
# The two columns of a window, between which a cell of two dates is parted.
_WINDOW = ("occurred_from", "occurred_to")


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
    midnight_told : numpy.ndarray of bool
        Where midnight is written, in a column of no other times.
    midnight_held : numpy.ndarray of bool
        Where a spreadsheet or a frame holds a day, or its midnight, in a column of other times.
    month_only : numpy.ndarray of bool
        Where only a month is given; the moment is its first day.
    zoned : numpy.ndarray of bool
        Where a zone is told: a suffix, or seconds since 1970.
    cells : pandas.Series
        What stands in the source.
    """

    moments: Moments
    unreadable: Flags
    has_time: Flags
    midnight_told: Flags
    midnight_held: Flags
    month_only: Flags
    zoned: Flags
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
    home_zone: str | None = None,
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
    home_zone : str, optional
        The one zone of the place. Without `timezone` it is that of times which count seconds from
        1970, and so are in UTC for certain.

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
    zones = _Zones(read_zone(timezone), read_zone(home_zone))
    meant = np.ones(len(frame), dtype=bool) if among is None else among
    old = _since_1904(frame)
    read = {
        name: _Column(frame[names[0]], _parse(frame[names[0]], old))
        for name, names in columns.items()
    }
    if len({columns.get(name, (name,))[0] for name in _WINDOW}) == 1:
        # One date with two times: the second may be of the morning after.
        end = read[_WINDOW[1]]
        read[_WINDOW[1]] = _Column(end.cells, Parts.unknown(len(frame)))
    notes = _split_spans(read)
    day_first, noted, warnings = decide_order([column.parts for column in read.values()], dayfirst)
    by_name = [(str(column.cells.name), column.parts) for column in read.values()]
    warnings += exchange_back(by_name, day_first, frame.index)
    times = {}
    for name, column in read.items():
        clocks = columns.get(name, ())[1:]
        if clocks:
            start = read.get(_WINDOW[0]) if name == _WINDOW[1] else None
            more, warned = _add_clock(column.parts, frame[clocks[0]], meant, start)
            noted += more
            warnings += warned
        times[name], more, warned = _times(column, day_first, zones, meant, bool(clocks))
        noted += more
        warnings += warned
    # Of a cell that was parted both halves may have the same to say.
    return Reading(times, notes + noted, list(dict.fromkeys(warnings)))


@dataclass(frozen=True)
class _Column:
    """A column of dates and what was read of it."""

    cells: pd.Series
    parts: Parts


@dataclass(frozen=True)
class _Zones:
    """The zone that a user gives, and that of the place."""

    given: ZoneInfo | None
    home: ZoneInfo | None

    @property
    def of_counted(self) -> ZoneInfo | None:
        """The zone for times that are in UTC for certain."""
        return self.home if self.given is None else self.given


def _since_1904(frame: pd.DataFrame) -> Flags:
    """Find the rows whose plain numbers are days of a calendar that begins in 1904."""
    beginnings = frame.attrs.get(DATE_1904, ())
    if not beginnings or "" in beginnings:
        return np.full(len(frame), bool(beginnings))
    return np.array([str(row).startswith(beginnings) for row in frame.index], dtype=bool)


def _parse(cells: pd.Series, since_1904: Flags) -> Parts:
    """Read a column, each row in the calendar of its file."""
    parts = parse(cells, bool(len(cells) and since_1904.all()))
    if since_1904.any() and not since_1904.all():
        old = parse(cells[since_1904], date1904=True)
        parts.put(since_1904, old.among(np.ones(len(old.kind), dtype=bool)))
    return parts


def read_zone(timezone: str | None) -> ZoneInfo | None:
    """Read the name of a time zone; None is none.

    Raises
    ------
    ConfigError
        If it is not known.
    """
    if timezone is None:
        return None
    try:
        return ZoneInfo(timezone)
    except (ZoneInfoNotFoundError, ValueError, TypeError, OSError):
        raise ConfigError(
            f"timezone={timezone!r} is not known; write e.g. 'Europe/London'."
        ) from None


def _add_clock(
    parts: Parts, cells: pd.Series, meant: Flags, start: _Column | None
) -> tuple[list[str], list[str]]:
    """Add times of day from a column of their own, where the date brings none.

    An end that has a time and no date is of the day of the start, or of the morning after.
    """
    seconds, notes = read_clocks(cells)
    if start is not None:
        dateless = (parts.kind == MISSING) & (seconds > 0)
        dateless &= np.isin(start.parts.kind, (FIXED, OPEN)) & (start.parts.seconds >= 0)
        parts.put(dateless, start.parts.among(dateless))
        parts.seconds[dateless] = NO_TIME
        seconds[dateless & (seconds < start.parts.seconds)] += DAY_S
        if dateless.any():
            notes.append(
                f"{count(int(dateless.sum()), 'time')} in {cells.name!r} without a date: taken as "
                "of the day on which it began, or as the morning after where earlier."
            )
    # Midnight counts as none: a spreadsheet writes it beside every date.
    use = (parts.seconds <= 0) & (seconds >= 0)
    parts.seconds[use] = seconds[use]
    dated = meant & np.isin(parts.kind, (FIXED, OPEN))
    return notes, clock_warnings(seconds[dated], cells[dated])


def _split_spans(read: dict[str, _Column]) -> list[str]:
    """Part the cells that hold two dates into the two columns of a window."""
    notes = []
    for own in [read[name] for name in _WINDOW if name in read]:
        spans, *both = split_spans(own.cells, own.parts)
        if not spans.any():
            continue
        notes.append(
            f"{count(int(spans.sum()), 'cell')} of {own.cells.name!r} with two dates: from when "
            "and to when."
        )
        for name, table in zip(_WINDOW, both, strict=True):
            column = read.setdefault(name, _Column(own.cells, Parts.unknown(len(own.cells))))
            # What another column says itself goes before.
            free = spans if column is own else spans & (column.parts.kind == MISSING)
            column.parts.put(free, table[:, free[spans]])
    return notes


def _times(
    column: _Column, day_first: bool, zones: _Zones, meant: Flags, has_clocks: bool
) -> tuple[Times, list[str], list[str]]:
    """Build moments out of parts; with notes and warnings."""
    parts, cells = column.parts, column.cells
    days, known = days_of(parts, day_first)
    counted: Flags = known & (parts.zone_minutes == COUNTED)
    notes = []
    if counted.any() and not parts.seconds[counted].any():
        # Midnights in Greenwich, all of them, are days that were never times.
        notes.append(f"The numbers in {cells.name!r} count whole days from 1970, without a time.")
        parts.zone_minutes[counted] = NO_ZONE
        parts.seconds[counted] = NO_TIME
        counted[:] = False
    seconds = days.astype("datetime64[s]") + np.maximum(parts.seconds, 0)
    moments = np.where(known, seconds, np.datetime64("NaT", "s")).astype("datetime64[ns]")
    suffixed: Flags = known & (parts.zone_minutes != NO_ZONE) & ~counted
    moments[suffixed] = _local(moments[suffixed], parts.zone_minutes[suffixed], zones.given)
    moments[counted] = _local(moments[counted], 0 * parts.zone_minutes[counted], zones.of_counted)
    noted, warnings = _zone_words(suffixed & meant, counted & meant, cells, zones)
    warnings += _serial_warnings(days, known & meant, cells)
    has_time: Flags = known & (parts.seconds != NO_TIME)
    # A column of nothing but midnights holds days, however they are written.
    timed = parts.seconds > 0
    zoned = counted | suffixed
    timed[zoned] = moments[zoned] != moments[zoned].astype("datetime64[D]")
    times = Times(
        moments=moments,
        unreadable=~known & (parts.kind != MISSING),
        has_time=has_time & timed.any(),
        midnight_told=has_time & ~timed.any(),
        midnight_held=_held_midnights(known & ~has_time & timed.any() & (not has_clocks), cells),
        month_only=known & (parts.kind == MONTH),
        zoned=zoned,
        cells=cells,
    )
    return times, notes + noted, warnings


def _held_midnights(rows: Flags, cells: pd.Series) -> Flags:
    """Find among days without a time those that may be midnights: what is not text."""
    if is_text(cells) or not rows.any():
        return np.zeros(len(rows), dtype=bool)
    held = rows.copy()
    held[rows] = [not isinstance(cell, str) for cell in cells.to_numpy()[rows]]
    return held


def _serial_warnings(days: Moments, known: Flags, cells: pd.Series) -> list[str]:
    """Warn of plain numbers that are old days of a spreadsheet, or recent days since 1970."""
    old = known & (days < _FIRST_RECENT)
    if not old.any():
        return []
    rows = old.copy()
    rows[old] = _are_serials(cells[old])
    if not rows.any() or _are_serials(cells[known & ~old]).any():
        return []
    at = int(np.argmax(rows))
    since = _UNIX_DAY + np.timedelta64(int(float(cells.iloc[at])), "D")
    return [
        f"{count(int(rows.sum()), 'number')} in {cells.name!r} were read as days of a spreadsheet, "
        f"all before 1990: {cells.iloc[at]} as {days[at]}. As days since 1970 it would be {since}. "
        "Write them as dates, e.g. 2026-03-12, if that is meant."
    ]


def _are_serials(cells: pd.Series) -> Flags:
    """Find the plain numbers that may be days of a spreadsheet, whether text or not."""
    codes, different = pd.factorize(cells)
    numbers = pd.to_numeric(pd.Series(different, dtype=object), errors="coerce").to_numpy(float)
    may_be: Flags = (numbers >= SERIALS[0]) & (numbers < SERIALS[1])
    # A missing cell has the code -1.
    return np.append(may_be, False)[codes]


def _local(moments: Moments, minutes: NDArray[np.int64], zone: ZoneInfo | None) -> Moments:
    """Convert times so many minutes ahead of Greenwich into the civil time of a zone."""
    if zone is None or not len(moments):
        return moments
    utc = pd.DatetimeIndex(moments - minutes.astype("timedelta64[m]")).tz_localize("UTC")
    local = utc.tz_convert(zone).tz_localize(None)
    return np.asarray(local.to_numpy(), dtype="datetime64[ns]")


def _zone_words(
    suffixed: Flags, counted: Flags, cells: pd.Series, zones: _Zones
) -> tuple[list[str], list[str]]:
    """Describe what became of zones; nothing where the user's was used."""
    if zones.given is not None:
        return [], []
    notes, warnings = [], []
    say = (
        'Say e.g. timezone="Europe/London" (--timezone on the command line, timezone in a TOML '
        "file) to turn them into that zone's time."
    )
    if suffixed.any():
        first = cells.to_numpy()[suffixed][0]
        warnings.append(
            f"{count(int(suffixed.sum()), 'time')} in {cells.name!r} carry a time zone (e.g. "
            f"{first}): it was dropped and the clock time kept. {say}"
        )
    if counted.any():
        times = f"{count(int(counted.sum()), 'time')} in {cells.name!r} count seconds from 1970"
        if zones.home is not None:
            notes.append(f"{times}, in Greenwich: they were turned into {zones.home.key} time.")
        else:
            warnings.append(f"{times}: they were kept as the time of Greenwich (UTC). {say}")
    return notes, warnings
