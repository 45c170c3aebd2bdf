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
from hotspot.reading.clocks import NO_TIME, clock_warnings, read_clocks
from hotspot.reading.date_order import days_of, decide_order, exchange_back
from hotspot.reading.date_parts import Parts, parse
from hotspot.reading.single_dates import FIXED, MISSING, MONTH, NO_ZONE, OPEN

Flags: TypeAlias = NDArray[np.bool_]
Moments: TypeAlias = NDArray[np.datetime64]


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
    parsed = {field_name: parse(frame[names[0]]) for field_name, names in columns.items()}
    day_first, notes, warnings = decide_order(parsed.values(), dayfirst)
    by_name = {columns[field_name][0]: parts for field_name, parts in parsed.items()}
    warnings += exchange_back(by_name, day_first, frame.index)
    times = {}
    for field_name, names in columns.items():
        parts = parsed[field_name]
        if len(names) > 1:
            noted, warned = _add_clock(parts, frame[names[1]], meant)
            notes += noted
            warnings += warned
        times[field_name], zoned = _times(parts, day_first, zone, frame[names[0]])
        warnings += _zone_warning(zoned & meant, frame[names[0]], zone)
    return Reading(times, notes, warnings)


def _zone(timezone: str | None) -> ZoneInfo | None:
    if timezone is None:
        return None
    try:
        return ZoneInfo(timezone)
    except (ZoneInfoNotFoundError, ValueError, TypeError, OSError) as error:
        raise ConfigError(
            f"timezone={timezone!r} is not known; write e.g. 'Europe/London'."
        ) from error


def _add_clock(parts: Parts, cells: pd.Series, meant: Flags) -> tuple[list[str], list[str]]:
    """Add times of day from a column of their own, where the date brings none."""
    seconds, notes = read_clocks(cells)
    # Midnight counts as none: a spreadsheet writes it beside every date.
    use = (parts.seconds <= 0) & (seconds >= 0)
    parts.seconds[use] = seconds[use]
    dated = meant & np.isin(parts.kind, (FIXED, OPEN))
    return notes, clock_warnings(seconds[dated], cells[dated])


def _times(
    parts: Parts, day_first: bool, zone: ZoneInfo | None, cells: pd.Series
) -> tuple[Times, Flags]:
    """Build moments out of parts."""
    days, known = days_of(parts, day_first)
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
