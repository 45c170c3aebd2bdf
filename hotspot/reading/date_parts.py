"""Columns of dates, read as far as each cell can be by itself."""

import datetime as dt
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from hotspot.reading.cells import by_unique, is_text, unique_table
from hotspot.reading.clocks import NO_TIME
from hotspot.reading.single_dates import (
    FIRST_YEAR,
    FIXED,
    LAST_YEAR,
    MISSING,
    NO_ZONE,
    OPEN,
    SENTINELS,
    UNREADABLE,
    Moment,
    read_moment,
)
from hotspot.reading.text_bytes import TextBytes, text_series

Integers: TypeAlias = NDArray[np.int64]


@dataclass
class Parts:
    """A column of cells read as far as each can be by itself; see `single_dates.Moment`."""

    kind: Integers
    year: Integers
    first: Integers
    second: Integers
    seconds: Integers
    zone_minutes: Integers

    @classmethod
    def unknown(cls, number: int) -> "Parts":
        """Return as many rows of which nothing is known."""
        return cls(*np.tile(np.array(Moment(MISSING)), (number, 1)).T.copy())

    def put(self, rows: NDArray[np.bool_], table: Integers) -> None:
        """Replace rows by a table of a line for each field."""
        for name, values in zip(Moment._fields, table, strict=True):
            getattr(self, name)[rows] = values

    def among(self, rows: NDArray[np.bool_]) -> Integers:
        """Return rows as a table of a line for each field."""
        return np.array([getattr(self, name)[rows] for name in Moment._fields])


def parse(cells: pd.Series, date1904: bool = False) -> Parts:
    """Read a column of dates of any kind.

    Parameters
    ----------
    cells : pandas.Series
        As they stand in the source.
    date1904 : bool, default False
        Whether plain numbers are days of a calendar that begins in 1904.

    Returns
    -------
    Parts
    """
    if pd.api.types.is_datetime64_any_dtype(cells.dtype):
        return _parts_of_datetimes(pd.DatetimeIndex(cells))
    if is_text(cells):
        return _parts_of_text(cells, date1904)
    return Parts(*by_unique(cells, lambda cell: read_moment(cell, date1904)).T.copy())


def _parts_of_text(cells: pd.Series, date1904: bool) -> Parts:
    """Read dates and times of day apart, of which far fewer differ than of the two together."""
    days, times = _halves(cells)
    table, codes = unique_table(days, lambda text: read_moment(text, date1904))
    parts = Parts(*(column.copy()[codes] for column in table.T))
    if times is None:
        return parts
    timed = (times != "").to_numpy(dtype=bool)
    table, codes = unique_table(
        times, lambda text: read_moment(f"2000-01-01 {text}" if text else None)
    )
    clocks = Parts(*(column.copy()[codes] for column in table.T))
    simple = np.isin(parts.kind, (FIXED, OPEN)) & (clocks.kind == FIXED)
    # "22:00-06:00" is an offset after a date that begins with its year only.
    simple &= (parts.kind == FIXED) | (clocks.zone_minutes >= 0)
    both = timed & simple
    parts.seconds[both], parts.zone_minutes[both] = clocks.seconds[both], clocks.zone_minutes[both]
    # What the halves cannot say, such as "5 March 2026" parted at its first space, is read whole.
    whole = timed & ~simple
    if whole.any():
        parts.put(whole, by_unique(cells[whole], read_moment).T)
    return parts


def _halves(cells: pd.Series) -> tuple[pd.Series, pd.Series | None]:
    """Part each cell of a column of text at its first space, or at a T before it.

    Nothing stands for the second halves where no cell has two.
    """
    held = TextBytes.of(cells)
    if held is None:
        halves = [
            cell.replace("T", " ", 1).partition(" ") if isinstance(cell, str) else ("", "", "")
            for cell in cells.to_numpy(dtype=object)
        ]
        first, second = ([half[at] for half in halves] for at in (0, 2))
        return pd.Series(first, dtype=object), pd.Series(second, dtype=object)
    text = cells.fillna("")
    if not ((held.data == ord(" ")) | (held.data == ord("T"))).any():
        return text, None
    parted = pc.replace_substring(pa.array(text), "T", " ", max_replacements=1)
    lists = pa.chunked_array(parted).combine_chunks()
    lists = pc.split_pattern(lists, " ", max_splits=1)
    starts, counts = lists.offsets.to_numpy()[:-1], pc.list_value_length(lists).to_numpy()
    ends = np.where(counts > 1, starts + 1, -1)
    first = lists.values.take(pa.array(starts))
    second = lists.values.take(pa.array(ends, mask=ends < 0)).fill_null("")
    return text_series(first), text_series(second)


def _parts_of_datetimes(moments: pd.DatetimeIndex) -> Parts:
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
    year, month, day = (np.array(part, np.int64) for part in (naive.year, naive.month, naive.day))
    return Parts(kind, year, month, day, seconds, zone)
