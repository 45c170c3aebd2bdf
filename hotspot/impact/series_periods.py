"""A series of counts read for a model: periods in a row, exposure, control and what is known."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from hotspot._checks import integer_problems, raise_problems, share_problems
from hotspot._errors import ConfigError
from hotspot._kernels.arrays import Bools, Floats
from hotspot.dates import AsOf, moment_of
from hotspot.english import count, plain_day, some_of

# Fewer than these tell no trend, no level after, and no scatter.
_BEFORE, _AFTER, _FREE = 8, 3, 8
_YEAR_DAYS = 365.25


@dataclass(frozen=True)
class ReadSeries:
    """A series that a model can be fitted to.

    Attributes
    ----------
    index : PeriodIndex
    counts : ndarray
    offset : ndarray
        Log of the exposure.
    of : ndarray or None
        Counts and those of the control together.
    after, known : ndarray of bool
    started : Timestamp
    partial : bool
        Whether the start lies within a period, which is then not among the known ones.
    """

    index: pd.PeriodIndex
    counts: Floats
    offset: Floats
    of: Floats | None
    after: Bools
    known: Bools
    started: pd.Timestamp
    partial: bool


def read_series(
    counts: Any, started: AsOf, exposure: Any, control: Any, harmonics: int, confidence: float
) -> ReadSeries:
    """Read what `interrupted_series` was given.

    Raises
    ------
    DataError, ConfigError
        With every problem.
    """
    arguments = integer_problems(0, harmonics=harmonics) + share_problems(confidence=confidence)
    start = pd.Timestamp(0)
    if isinstance(started, pd.Period):
        started = started.start_time
    try:
        start = moment_of(started, "started").normalize()
    except ConfigError as error:
        arguments += error.problems
    index, data = _periods(counts)
    columns: dict[str, Floats] = {}
    for name, given in (("counts", counts), ("exposure", exposure), ("control", control)):
        if given is not None and not (data and index is None):
            columns[name], wrong = _numbers(given, name, counts, above=name == "exposure")
            data += wrong
    raise_problems(data, arguments)
    assert index is not None
    partial = bool(((index.start_time < start) & (index.end_time >= start)).any())
    after = np.asarray(index.start_time >= start)
    known = np.isfinite(np.sum(list(columns.values()), axis=0))
    known &= ~np.asarray((index.start_time < start) & (index.end_time >= start))
    # A period with nothing in either series tells nothing of their ratio.
    of = columns["counts"] + columns["control"] if "control" in columns else None
    if of is not None:
        known &= ~(of == 0)
    offset = np.log(columns.get("exposure", np.ones(len(index))))
    read = ReadSeries(index, columns["counts"], offset, of, after, known, start, partial)
    raise_problems(_too_few(read, harmonics))
    return read


def _periods(counts: Any) -> tuple[pd.PeriodIndex | None, list[str]]:
    """Return the periods of a series, all in a row."""
    if not isinstance(counts, pd.Series):
        return None, [
            "counts must be a pandas Series by month or week (a PeriodIndex, or dates of their "
            f"beginnings), not {type(counts).__name__}."
        ]
    index = counts.index
    if isinstance(index, pd.DatetimeIndex):
        try:
            index = index.to_period("M" if (index.day == 1).all() else None)
        except ValueError:
            return None, ["The dates of counts are of no regular period: give a PeriodIndex."]
    if not isinstance(index, pd.PeriodIndex):
        return None, [
            "The index of counts must be periods or dates, such as "
            "pd.period_range('2019-01', '2025-12', freq='M')."
        ]
    twice = index[index.duplicated()]
    if len(twice):
        return None, [f"counts has a period more than once: {some_of(list(map(str, twice)))}."]
    whole = pd.period_range(index.min(), index.max(), freq=index.freq)
    gaps = whole.difference(index)
    if len(gaps):
        return None, [
            f"counts lacks {count(len(gaps), 'period')}: {some_of(list(map(str, gaps)))}. A gap is "
            "not nought: leave it out as a missing number, or give 0."
        ]
    if not index.is_monotonic_increasing:
        return None, ["counts must be in the order of time: call .sort_index()."]
    return index, []


def _numbers(given: Any, name: str, counts: Any, above: bool) -> tuple[Floats, list[str]]:
    """Return numbers on the index of the counts, missing ones as such."""
    size = len(counts) if isinstance(counts, pd.Series) else 1
    if np.isscalar(given):
        given = np.full(size, given)
    elif isinstance(given, pd.Series) and given is not counts and isinstance(counts, pd.Series):
        if set(given.index) != set(counts.index):
            return np.full(size, np.nan), [f"{name} must have the periods of counts, each of them."]
        given = given.reindex(counts.index)
    try:
        numbers = np.asarray(given, dtype=float)
    except (TypeError, ValueError):
        return np.full(size, np.nan), [f"{name} must be numbers, not text."]
    if numbers.shape != (size,):
        return np.full(size, np.nan), [f"{name} has {numbers.size} numbers for {size} periods."]
    wrong = (numbers <= 0) if above else (numbers < 0)
    wrong |= np.isinf(numbers)
    if wrong.any():
        least = "above 0" if above else "0 or more"
        return numbers, [f"{count(int(wrong.sum()), 'number')} of {name} not {least}."]
    return numbers, []


def _too_few(read: ReadSeries, harmonics: int) -> list[str]:
    before = int((read.known & ~read.after).sum())
    after = int((read.known & read.after).sum())
    problems = []
    if before < _BEFORE or after < _AFTER:
        problems.append(
            f"{count(before, 'period')} before and {after} after {plain_day(read.started)} are too "
            f"few: {_BEFORE} before and {_AFTER} after are the least."
        )
    terms = 4 + 2 * harmonics
    if before + after - terms < _FREE:
        problems.append(
            f"{count(before + after, 'period')} are too few for {terms} terms: take fewer "
            "harmonics, or more of the past."
        )
    for words, which in (("before", ~read.after), ("after", read.after)):
        if not problems and not read.counts[read.known & which].sum():
            problems.append(
                f"There is nothing in any period {words}: does the export reach there? A step to "
                "or from nought has no end."
            )
    return problems


def design_of(read: ReadSeries, harmonics: int, slope: bool) -> tuple[list[str], Floats]:
    """Return the terms of a model and a column of each, a row a period."""
    time = np.arange(1.0, len(read.index) + 1)
    step = read.after.astype(float)
    columns = {"intercept": np.ones(len(time)), "trend": time, "step": step}
    if slope:
        columns["slope change"] = step * (time - time[read.after][0])
    if read.index.freqstr.startswith("M"):
        phase = np.asarray(read.index.month) / 12
    else:
        middle = read.index.start_time + (read.index.end_time - read.index.start_time) / 2
        phase = np.asarray(middle.dayofyear) / _YEAR_DAYS
    for number in range(1, harmonics + 1):
        columns[f"sin {number}"] = np.sin(2 * np.pi * number * phase)
        columns[f"cos {number}"] = np.cos(2 * np.pi * number * phase)
    return list(columns), np.column_stack(list(columns.values()))
