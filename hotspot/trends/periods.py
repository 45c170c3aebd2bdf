"""Counts by complete month or week and by area: nothing unfinished, and no gap taken for nought."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd

from hotspot._checks import choice_problems, empty_words, incident_problems, raise_problems
from hotspot._errors import ConfigError, DataError
from hotspot._kernels.arrays import Floats
from hotspot.dates import AsOf, cutoff, event_times, is_end_of_day, known_by, moment_of, resolution
from hotspot.english import count, month, plain_day, some_of
from hotspot.geo import NO_AREA, area_names
from hotspot.incidents.offence_counts import of_homes
from hotspot.trends.area_numbers import spelled_alike

CountedBy = Literal["recorded", "found", "from", "midpoint"]
Every = Literal["month", "week"]
DATES = ("recorded", "found", "from", "midpoint")
_FREQUENCY = {"month": "M", "week": "W-SUN"}
_BASIS = {
    "recorded": "the day it was recorded",
    "found": "the day it was found, the end of the time in which it happened",
    "from": "the start of the time in which it happened",
    "midpoint": "the middle of the time in which it happened",
}
_EVENT_DATE: dict[str, Literal["midpoint", "from", "to"]] = {
    "found": "to", "from": "from", "midpoint": "midpoint",
}  # fmt: skip
_MONTH = re.compile(r"(\d{4})-(\d{1,2})")
# Rarer than this a period without a burglary is a question, not a count.
_TOO_RARE = 0.01


def read_month(value: object, name: str = "month") -> pd.Period:
    """Read a month: year first, as text, or any day of it.

    Raises
    ------
    ConfigError

    Examples
    --------
    >>> str(read_month("2026-02"))
    '2026-02'
    >>> read_month("02/2026", "baseline")
    Traceback (most recent call last):
    ...
    hotspot._errors.ConfigError: baseline must be a month, year first, such as 2026-02, not
    '02/2026'.
    """
    if isinstance(value, pd.Period):
        return value.asfreq("M")
    if isinstance(value, str):
        found = _MONTH.fullmatch(value.strip())
        if found is not None and 1 <= int(found[2]) <= 12:
            return pd.Period(f"{found[1]}-{int(found[2]):02d}", freq="M")
    try:
        return moment_of(value, name).to_period("M")  # type: ignore[arg-type]
    except ConfigError:
        wanted = f"{name} must be a month, year first, such as 2026-02, not {value!r}."
        raise ConfigError(wanted) from None


def read_span(value: object, name: str = "baseline") -> pd.PeriodIndex:
    """Read one month, or first and last month parted by a stroke.

    Raises
    ------
    ConfigError

    Examples
    --------
    >>> len(read_span("2019-04/2020-03")), len(read_span("2020-03"))
    (12, 1)
    """
    ends = value.split("/") if isinstance(value, str) else [value]
    if len(ends) > 2:
        raise ConfigError(f"{name} must be months such as 2019-04/2020-03, not {value!r}.")
    first, last = (read_month(end, name) for end in (ends[0], ends[-1]))
    if last < first:
        raise ConfigError(f"{name} ends ({last}) before it begins ({first}).")
    return pd.period_range(first, last, freq="M")


def read_spans(values: str | Iterable[object], name: str) -> pd.PeriodIndex:
    """Read several spans of months as one set of months, in order."""
    spans = [values] if isinstance(values, str) else list(values)
    months = [one for span in spans for one in read_span(span, name)]
    return pd.PeriodIndex(sorted(set(months)), freq="M")


def span_words(months: pd.PeriodIndex) -> str:
    """Return months in words, those in a row by the first and the last.

    Examples
    --------
    >>> span_words(pd.period_range("2025-03", "2026-02", freq="M"))
    'March 2025 to February 2026'
    >>> span_words(pd.PeriodIndex(["2020-03", "2020-04", "2021-07"], freq="M"))
    'March 2020 to April 2020 and July 2021'
    """
    runs: list[list[pd.Period]] = []
    for one in months.sort_values():
        if runs and runs[-1][-1] + 1 == one:
            runs[-1].append(one)
        else:
            runs.append([one])
    words = [
        " to ".join(dict.fromkeys(month(end.start_time) for end in (run[0], run[-1])))
        for run in runs
    ]
    return some_of(words, 12) if len(words) != 2 else " and ".join(words)


@dataclass(frozen=True)
class PeriodCounts:
    """Burglaries by area and complete period.

    Attributes
    ----------
    table : DataFrame of int
        A row per area, by name, and a column per period, in a row from the first that is whole.
    left_out : PeriodIndex
        Those of them that the user leaves out.
    gaps : PeriodIndex
        Those without a burglary where that is too rare to be believed unasked.
    every : {"month", "week"}
    basis : str
        What a burglary was counted by, as a sentence.
    notes : tuple of str
        What was left out, and what is unfinished.
    last_day : Timestamp
        To which day the data tell of burglaries.
    period : Series of Period
        That in which each burglary counts, on the index of the incidents.
    date : str
        By which day, as of `complete_counts`.
    """

    table: pd.DataFrame
    left_out: pd.PeriodIndex
    gaps: pd.PeriodIndex
    every: Every
    basis: str
    notes: tuple[str, ...]
    last_day: pd.Timestamp
    period: "pd.Series[pd.Period]" = field(repr=False)
    date: CountedBy

    def period_of(self, incidents: gpd.GeoDataFrame) -> "pd.Series[pd.Period]":
        """Return the period in which each of any incidents counts."""
        times, _ = _counted_times(incidents, self.date)
        return times.dt.to_period(_FREQUENCY[self.every])

    @property
    def periods(self) -> pd.PeriodIndex:
        """All complete periods, in a row."""
        return pd.PeriodIndex(self.table.columns)

    @cached_property
    def known(self) -> Floats:
        """Counts, shape (areas, periods), NaN where the user leaves a period out."""
        counts = self.table.to_numpy(dtype=np.float64, copy=True)
        counts[:, self.periods.isin(self.left_out)] = np.nan
        return counts

    def at(self, periods: pd.PeriodIndex) -> npt.NDArray[np.int64]:
        """Return where periods stand, -1 where they are not in the data."""
        return self.periods.get_indexer(periods)

    def ask_of_gaps(self, among: pd.PeriodIndex | None = None) -> None:
        """Raise the question which periods without a burglary are missing.

        Raises
        ------
        DataError
            If there are any, among those that are used.
        """
        gaps = self.gaps if among is None else self.gaps.intersection(among)
        if len(gaps):
            told = span_words(gaps) if self.every == "month" else f"{len(gaps):,} weeks"
            usual = np.median(self.table.sum().to_numpy())
            raise DataError(
                f"No burglary in {told}, where a {self.every} has {usual:,.0f}: is it missing in "
                f"the file? A gap is not nought. If so, leave it out, without=[{_as_written(gaps)}]"
                f"; if there was none, say so, nought=[{_as_written(gaps)}]."
            )


def _as_written(periods: pd.PeriodIndex) -> str:
    """Return periods as an argument takes them, the first few."""
    written = [f'"{one.start_time:%Y-%m}"' for one in periods[:3]]
    return ", ".join([*dict.fromkeys(written), *["..."] * (len(periods) > 3)])


def complete_counts(
    incidents: gpd.GeoDataFrame,
    every: Every = "month",
    by: "str | pd.Series[str] | gpd.GeoDataFrame | None" = None,
    date: CountedBy = "recorded",
    *,
    as_of: AsOf | None = None,
    without: Iterable[str] = (),
    nought: Iterable[str] = (),
) -> pd.DataFrame:
    """Count burglaries by complete month or week.

    Parameters
    ----------
    incidents : GeoDataFrame
        As `read_incidents` returns them; burglaries of homes, where other kinds stand beside them
        and were not chosen.
    every : {"month", "week"}
        Weeks run from Monday to Sunday.
    by : str, Series or GeoDataFrame, optional
        A column of the incidents, names on their index, or areas. Default: all together.
    date : {"recorded", "found", "from", "midpoint"}
        By which day a burglary counts; what has no record of when it was recorded counts when it
        was found.
    as_of : date or time, optional
        The cut-off. Default: the last day that the data tell of.
    without : iterable of str
        Months to leave out: "2020-03", or "2020-03/2021-07".
    nought : iterable of str
        Months in which there was no burglary, so that none is asked for.

    Returns
    -------
    DataFrame
        A row per complete period, in a row, and a column per area, "All" without any; missing where
        a period is left out. ``attrs`` has ``basis``, by what they count, and ``notes``.

    Raises
    ------
    DataError
        If there is no burglary or no complete period, a period is without a burglary where that
        is too rare to be believed, or names of areas differ only by case.
    ConfigError
        If an argument is wrong.

    Examples
    --------
    >>> days = pd.to_datetime(["2026-01-03", "2026-01-31", "2026-02-04", "2026-02-28"])
    >>> frame = pd.DataFrame({"crime_ref": list("abcd"), "occurred_from": days,
    ...                       "occurred_to": days})
    >>> incidents = gpd.GeoDataFrame(frame, geometry=gpd.points_from_xy([5] * 4, [5] * 4),
    ...                              crs=27700)
    >>> complete_counts(incidents)["All"].tolist()
    [2.0, 2.0]
    """
    counted = count_periods(incidents, every, by, date, as_of, without, nought)
    counted.ask_of_gaps()
    counts = pd.DataFrame(counted.known.T, index=counted.periods, columns=counted.table.index)
    counts.attrs |= {"basis": counted.basis, "notes": list(counted.notes)}
    return counts


def count_periods(
    incidents: gpd.GeoDataFrame,
    every: Every,
    by: "str | pd.Series[str] | gpd.GeoDataFrame | None",
    date: CountedBy,
    as_of: AsOf | None,
    without: Iterable[str],
    nought: Iterable[str],
) -> PeriodCounts:
    """Count burglaries by area and complete period; see `complete_counts`."""
    raise_problems(
        incident_problems(incidents),
        [*choice_problems("every", every, list(_FREQUENCY)), *choice_problems("date", date, DATES)],
    )
    left_out, empty = read_spans(without, "without"), read_spans(nought, "nought")
    if as_of is not None:
        incidents = incidents[known_by(incidents, as_of)]
    incidents = of_homes(incidents, stacklevel=4)
    if incidents.empty:
        raise DataError(empty_words())
    times, basis = _counted_times(incidents, date)
    end = last_day(incidents, as_of)
    period = times.dt.to_period(_FREQUENCY[every])
    first, late_start = _first_whole(times, period)
    last = end.to_period(_FREQUENCY[every])
    last = last if last.end_time.normalize() <= end else last - 1
    if last < first:
        raise DataError(
            f"There is no complete {every}: the data tell of {plain_day(times.min())} to "
            f"{plain_day(end)}."
        )
    periods = pd.period_range(first, last, freq=_FREQUENCY[every])
    names = _area_of(incidents, by)
    table = pd.crosstab(names, period).reindex(columns=periods, fill_value=0)
    table = table.reindex(_rows_of(names, by), fill_value=0)
    table.index.name, table.columns.name = "area", every
    # A week is left out where any of its days is.
    gone = periods[periods.start_time.to_period("M").isin(left_out)
                   | periods.end_time.to_period("M").isin(left_out)]  # fmt: skip
    notes = [*late_start, *_unfinished(period, last, end, every), *_left_out(table, gone, every)]
    gaps = _gaps(table, gone, empty, every)
    return PeriodCounts(table, gone, gaps, every, basis, tuple(notes), end, period, date)


def last_day(incidents: gpd.GeoDataFrame, as_of: AsOf | None = None) -> pd.Timestamp:
    """Return the last whole day that the data tell of: that of a cut-off, else of the newest."""
    if as_of is not None:
        last = cutoff(as_of)
        # The day of a cut-off before its end is not whole.
        return last.normalize() - pd.Timedelta(days=0 if is_end_of_day(last) else 1)
    newest = pd.Timestamp(incidents["occurred_to"].max())
    if resolution(incidents) == "month":
        newest = newest.to_period("M").end_time
    if "recorded_at" in incidents.columns and incidents["recorded_at"].notna().any():
        newest = max(newest, pd.Timestamp(incidents["recorded_at"].max()))
    return newest.normalize()


def last_complete_month(incidents: gpd.GeoDataFrame, as_of: AsOf | None = None) -> pd.Period:
    """Return the newest month that the data hold to its end."""
    end = last_day(incidents, as_of)
    newest = end.to_period("M")
    return newest if newest.end_time.normalize() <= end else newest - 1


def _counted_times(incidents: gpd.GeoDataFrame, date: str) -> tuple["pd.Series[pd.Timestamp]", str]:
    """Return the moment by which each burglary counts, and a sentence on it."""
    if date != "recorded":
        return event_times(incidents, _EVENT_DATE[date]), f"Counted by {_BASIS[date]}."
    found = event_times(incidents, "to")
    recorded = incidents["recorded_at"] if "recorded_at" in incidents.columns else None
    if recorded is None or recorded.isna().all():
        return found, f"Counted by {_BASIS['found']}: nothing says when it was recorded."
    missing = int(recorded.isna().sum())
    some = f"; {count(missing, 'row')} without that by the day found" if missing else ""
    return recorded.fillna(found), f"Counted by {_BASIS['recorded']}{some}."


def _first_whole(
    times: "pd.Series[pd.Timestamp]", period: "pd.Series[pd.Period]"
) -> tuple[pd.Period, list[str]]:
    """Return the first period that the data hold whole, and a note where they begin within one."""
    first, begun = period.min(), times.min().normalize()
    gap = (begun - first.start_time.normalize()).days
    if gap == 0 or np.exp(-gap * _daily(times)) >= _TOO_RARE:
        return first, []
    return first + 1, [
        f"The data begin within {_name(first)}, on {plain_day(begun)}: it is not whole and is "
        "left out."
    ]


def _daily(times: "pd.Series[pd.Timestamp]") -> float:
    """Return how many burglaries a day has, of those days that are told of."""
    return len(times) / max((times.max() - times.min()).days + 1, 1)


def is_quiet(times: "pd.Series[pd.Period]", days: int) -> bool:
    """Test whether so many days without a burglary are nothing unusual."""
    span = (times.max().end_time - times.min().start_time).days + 1
    return bool(np.exp(-days * len(times) / span) >= _TOO_RARE)


def _name(period: pd.Period) -> str:
    """Return a month, or a week by its first day."""
    if period.freqstr.startswith("M"):
        return month(period.start_time)
    return f"the week from {plain_day(period.start_time)}"


def _unfinished(
    period: "pd.Series[pd.Period]", last: pd.Period, end: pd.Timestamp, every: str
) -> list[str]:
    """Write what is left out because its month or week is not at its end."""
    late = int((period > last).sum())
    if not late and end.normalize() <= last.end_time.normalize():
        return []
    name = _name(last + 1)
    return [
        f"{name[0].upper()}{name[1:]} is not complete (the data reach to {plain_day(end)}): "
        f"{count(late, 'burglary', 'burglaries')} left out."
    ]


def _left_out(table: pd.DataFrame, gone: pd.PeriodIndex, every: str) -> list[str]:
    """Write which periods the user leaves out, and what was in them."""
    if gone.empty:
        return []
    held = int(table[gone].to_numpy().sum())
    named = span_words(gone) if every == "month" else count(len(gone), "week")
    return [f"Left out, as asked: {named} ({count(held, 'burglary', 'burglaries')})."]


def _gaps(
    table: pd.DataFrame, gone: pd.PeriodIndex, nought: pd.PeriodIndex, every: str
) -> pd.PeriodIndex:
    """Find periods without a burglary where that is too rare to be believed unasked."""
    totals = table.sum()
    told = pd.PeriodIndex(totals.index).asfreq("M").isin(nought)
    wrong = totals[told & (totals > 0).to_numpy()]
    if len(wrong) and every == "month":
        raise ConfigError(
            f"nought names {span_words(pd.PeriodIndex(wrong.index))}, with "
            f"{count(int(wrong.sum()), 'burglary', 'burglaries')}."
        )
    counts = totals[(totals > 0).to_numpy()]
    mean = float(counts.median())
    spread = float(counts.var(ddof=1) / counts.mean()) if len(counts) > 2 else 1.0
    # A negative binomial of that spread; a Poisson where there is none.
    none = np.exp(-mean) if spread <= 1 else spread ** (-mean / (spread - 1))
    empty = (totals == 0).to_numpy() & ~totals.index.isin(gone) & ~told
    return pd.PeriodIndex(totals.index[empty & bool(none < _TOO_RARE)])


def _area_of(
    incidents: gpd.GeoDataFrame, by: "str | pd.Series[str] | gpd.GeoDataFrame | None"
) -> "pd.Series[str]":
    """Return the area in which each burglary counts."""
    if by is None:
        return pd.Series("All", index=incidents.index, dtype=object)
    if isinstance(by, gpd.GeoDataFrame):
        if "area" not in by.columns or by.crs != incidents.crs:
            raise DataError(
                "The areas must have a column area and the CRS of the incidents: read them with "
                "read_areas(..., to_crs=incidents.crs)."
            )
        names = area_names(incidents, by)
    elif isinstance(by, pd.Series):
        names = by.reindex(incidents.index)
    elif by in incidents.columns:
        names = incidents[by]
    else:
        raise ConfigError(
            f"by names {by!r}, which is no column: there are "
            f"{some_of([repr(name) for name in incidents.columns if name != 'geometry'], 12)}."
        )
    names = names.astype(object).where(names.notna(), NO_AREA).map(str)
    _check_names(names)
    return names


def _check_names(names: "pd.Series[str]") -> None:
    """Refuse names that differ only by case or blanks: an area in two rows falls in both."""
    rows = names.value_counts()
    twice = [
        " and ".join(f"{name!r} ({rows[name]:,})" for name in alike)
        for alike in spelled_alike(rows.index)
    ]
    if twice:
        raise DataError(
            f"Names of areas that differ only by case or blanks: {some_of(twice)}. Write them "
            "alike: counted apart, each would seem to fall."
        )


def _rows_of(
    names: "pd.Series[str]", by: "str | pd.Series[str] | gpd.GeoDataFrame | None"
) -> list[str]:
    """Return the areas in order, those without a burglary too, and last what is in none."""
    known = set(names) | (set(by["area"]) if isinstance(by, gpd.GeoDataFrame) else set())
    return [*sorted(known - {NO_AREA}), *([NO_AREA] if NO_AREA in known else [])]
