"""Whole days: what "42 days" and "as of" mean here.

Dates are local civil time without a zone. Lags and ages are counted in whole calendar days, so
that an offence at 23:00 and one at 01:00 the next morning lie one day apart.
"""

import re
from datetime import date as Date
from datetime import datetime
from typing import Literal, NamedTuple, TypeVar

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd

from hotspot._errors import ConfigError, quoted

EventDate = Literal["midpoint", "from", "to"]
PairDate = Literal["midpoint", "from", "to", "aoristic"]
Resolution = Literal["day", "month"]
Moments = TypeVar("Moments", pd.Timestamp, "pd.Series[pd.Timestamp]")
AsOf = str | Date | datetime | pd.Timestamp | np.datetime64

#: Periods that products count burglaries by; see `found_within`.
WEEK_DAYS = 7
YEAR_DAYS = 365

# Fewer firsts of a month than these may be chance, and data of one day are never "month".
_MONTHS_TO_TELL = 3
_ROWS_TO_TELL = 10
_DAY_S = 86_400
# Recorded crime is of these years, and so is every day that is asked for.
_YEARS = range(1900, 2200)

_YEAR_FIRST = re.compile(
    r"(?=\d{8}(?!\d)|\d{4}\D)"
    r"(?P<year>\d{4})(?P<sign>[-/.]?)(?P<month>\d{1,2})(?P=sign)(?P<day>\d{1,2})"
    r"(?:[ T]+(?P<time>\d{1,2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?)"
    r"(?P<zone>\s*(?:Z|[+-]\d{2}(?::?\d{2})?))?)?"
)
_YEAR_LAST = re.compile(
    r"(?P<one>\d{1,2})[-/. ](?P<two>\d{1,2})[-/. ](?P<year>\d{4}|\d{2})(?P<rest>[ T]+\d.*)?"
)


def looks_monthly(dates: pd.Series) -> bool:
    """Return whether dates that read like days are months in disguise.

    Parameters
    ----------
    dates : Series of datetime64, shape (n,)
        Missing dates are passed over.

    Returns
    -------
    bool
        True where every date is midnight on the first of a month, and the dates are of three
        months or more, or of two months in ten rows or more.

    Examples
    --------
    >>> looks_monthly(pd.Series(pd.to_datetime(["2022-01-01", "2022-02-01", "2022-03-01"])))
    True
    >>> looks_monthly(pd.Series(pd.to_datetime(["2022-01-01"] * 100)))
    False
    """
    known = dates.dropna()
    if known.empty:
        return False
    times = known.to_numpy()
    # Most dates that are days show it at the ends: it spares a large table 2 ms a call.
    for some in (times[[0, -1]], times):
        if (some != some.astype("datetime64[M]")).any():
            return False
    months = known.nunique()
    return months >= _MONTHS_TO_TELL or (months >= 2 and len(known) >= _ROWS_TO_TELL)


def resolution(incidents: gpd.GeoDataFrame) -> Resolution:
    """Return how exact the dates of incidents are: known to the day, or to the month only.

    Parameters
    ----------
    incidents : GeoDataFrame
        Incidents as `read_incidents` gives them. What the reader found is kept in
        ``incidents.attrs["resolution"]``; where that was lost it is worked out again.

    Returns
    -------
    {"day", "month"}
    """
    kept = incidents.attrs.get("resolution")
    if kept == "month":
        return "month"
    if kept == "day":
        return "day"
    return "month" if looks_monthly(incidents["occurred_from"]) else "day"


def month_only_problems(incidents: gpd.GeoDataFrame, what: str) -> list[str]:
    """Return why `what` cannot be had where the dates are months; nothing where they are days."""
    if resolution(incidents) == "day":
        return []
    return [
        f"{what} needs the day of each burglary, and these dates are months only (every one is "
        "the first of its month, or the column holds no day). Ask for an export with full dates; "
        "density works with months."
    ]


def event_times(incidents: gpd.GeoDataFrame, date: EventDate = "midpoint") -> pd.Series:
    """Return the one moment at which each incident is counted.

    Parameters
    ----------
    incidents : GeoDataFrame
        With ``occurred_from`` and ``occurred_to``.
    date : {"midpoint", "from", "to"}
        The middle of the window in which it happened, its start or its end.

    Returns
    -------
    Series of datetime64, on the index of `incidents`

    Raises
    ------
    ConfigError
        If `date` is none of these.
    """
    start: pd.Series = incidents["occurred_from"]
    end: pd.Series = incidents["occurred_to"]
    if date == "midpoint":
        return start + (end - start) / 2
    if date == "from":
        return start
    if date == "to":
        return end
    raise ConfigError(f"date must be 'midpoint', 'from' or 'to', not {date!r}.")


def day_numbers(times: pd.Series) -> npt.NDArray[np.int64]:
    """Count whole calendar days since 1970-01-01.

    Examples
    --------
    >>> day_numbers(pd.Series(pd.to_datetime(["1970-01-02 23:59", "1970-01-03 00:00"])))
    array([1, 2])
    """
    return times.to_numpy().astype("datetime64[D]").astype(np.int64)


def event_days(incidents: gpd.GeoDataFrame, date: EventDate = "midpoint") -> npt.NDArray[np.int64]:
    """Return the calendar day of each incident, as days since 1970-01-01."""
    return day_numbers(event_times(incidents, date))


class DayShares(NamedTuple):
    """For each event, how its window is spread over calendar days.

    Attributes
    ----------
    first_day : ndarray of int64, shape (n,)
        First day of each window, as days since 1970-01-01.
    offset : ndarray of int64, shape (n + 1,)
        The days of event i stand at ``offset[i]:offset[i + 1]`` of `cumulative`.
    cumulative : ndarray of int64
        Share of the window that has passed by the end of each day, out of `SHARE_SCALE`.
    """

    first_day: npt.NDArray[np.int64]
    offset: npt.NDArray[np.int64]
    cumulative: npt.NDArray[np.int64]

    @property
    def last_day(self) -> npt.NDArray[np.int64]:
        """Last day that has a share, shape (n,)."""
        return self.first_day + np.diff(self.offset) - 1


# Shares are whole numbers out of this, so that sums of them are exact and ties stay ties.
SHARE_SCALE = 1 << 20


def day_shares(incidents: gpd.GeoDataFrame) -> DayShares:
    """Spread each incident over the days of its window, by the share of its hours on each.

    Parameters
    ----------
    incidents : GeoDataFrame
        With ``occurred_from`` and ``occurred_to``.

    Returns
    -------
    DayShares

    References
    ----------
    Ratcliffe, J. H. (2000). Aoristic analysis: the spatial interpretation of unspecific temporal
    events. International Journal of Geographical Information Science 14(7), 669-679.
    """
    start = incidents["occurred_from"].to_numpy().astype("datetime64[s]").astype(np.int64)
    end = incidents["occurred_to"].to_numpy().astype("datetime64[s]").astype(np.int64)
    length = np.maximum(end - start, 1)
    first_day = start // _DAY_S
    # A window that ends at midnight has no hour on the day that begins there.
    days = (np.maximum(end - 1, start) // _DAY_S) - first_day + 1
    offset = np.concatenate([[0], np.cumsum(days)]).astype(np.int64)
    event = np.repeat(np.arange(len(start)), days)
    nth = np.arange(offset[-1]) - offset[event]
    passed = np.minimum((first_day[event] + nth + 1) * _DAY_S - start[event], length[event])
    return DayShares(first_day, offset, passed * SHARE_SCALE // length[event])


def moment_of(value: AsOf, name: str = "as_of") -> pd.Timestamp:
    """Read a day or a local time that was given; as text only year first, which all read alike.

    Parameters
    ----------
    value : date, time or text
    name : str
        What it is called where it is wrong.

    Returns
    -------
    Timestamp
        Of a day, its beginning.

    Raises
    ------
    ConfigError
        If it is no date, is text that is not year first, or carries a time zone.

    Examples
    --------
    >>> moment_of("2026-03-01"), moment_of("2026-03-01 08:00")
    (Timestamp('2026-03-01 00:00:00'), Timestamp('2026-03-01 08:00:00'))
    >>> moment_of("03/01/2026", "before")
    Traceback (most recent call last):
    ...
    hotspot._errors.ConfigError: before must be a date year first: for '03/01/2026' write
    2026-01-03 or 2026-03-01, whichever is meant.
    """
    if isinstance(value, str):
        return _written_moment(value.strip(), name)
    given = isinstance(value, Date | np.datetime64) or value is None or value is pd.NaT
    if not given:
        raise ConfigError(
            f"{name} must be a date or a time, such as 2026-03-02, not {quoted(value)}."
        )
    try:
        moment = pd.Timestamp(value)
    except (ValueError, OverflowError):  # so far from our time that pandas cannot count to it
        raise ConfigError(_far_words(value, name)) from None
    if pd.isna(moment):
        raise ConfigError(f"{name} is missing: give a date, such as 2026-03-02.")
    if moment.tzinfo is not None:
        raise ConfigError(
            f"{name} must be local time without a zone, such as 2026-03-02 08:00, not {value}."
        )
    if moment.year not in _YEARS:
        raise ConfigError(_far_words(value, name))
    return moment


def _far_words(value: object, name: str) -> str:
    return f"{name} must be a date from {_YEARS[0]} to {_YEARS[-1]}, not {value}."


def _written_moment(text: str, name: str) -> pd.Timestamp:
    """Read a moment written year first; see `moment_of`."""
    found = _YEAR_FIRST.fullmatch(text)
    if found is None:
        raise ConfigError(f"{name} must be a date {_year_first(text)}")
    if int(found["year"]) not in _YEARS:
        raise ConfigError(_far_words(text, name))
    try:
        day = Date(*map(int, found.group("year", "month", "day")))
        moment = pd.Timestamp(f"{day} {found['time'] or ''}".strip())
    except ValueError:
        raise ConfigError(
            f"{name} must be a date or a time, such as 2026-03-02: there is no {quoted(text)}."
        ) from None
    if found["zone"]:
        raise ConfigError(
            f"{name} must be local time without a zone, such as 2026-03-02 08:00, not {text}."
        )
    return moment


def _year_first(text: str) -> str:
    """Return how to write a date year first that is not, both ways where both are days."""
    found = _YEAR_LAST.fullmatch(text)
    if found is None:
        return f"or a time, year first, such as 2026-03-02, not {quoted(text)}."
    one, two, year = map(int, found.group("one", "two", "year"))
    year += 2000 if len(found["year"]) == 2 else 0
    ways = []
    for day, month in dict.fromkeys([(one, two), (two, one)]):
        try:
            ways.append(f"{Date(year, month, day)}{found['rest'] or ''}")
        except ValueError:  # there is no such day
            continue
    if not ways:
        return f"or a time, year first, such as 2026-03-02: there is no {quoted(text)}."
    meant = ", whichever is meant" if len(ways) > 1 else ""
    return f"year first: for {quoted(text)} write {' or '.join(ways)}{meant}."


def cutoff(as_of: AsOf, name: str = "as_of") -> pd.Timestamp:
    """Return the last moment that counts for a cut-off.

    Parameters
    ----------
    as_of : date, time or text
        A day counts to its end; a time counts to that moment. Midnight is taken for a day. Text
        is year first, see `moment_of`.
    name : str
        What it is called where it is wrong.

    Returns
    -------
    Timestamp

    Raises
    ------
    ConfigError
        If it is no date, or carries a time zone.

    Examples
    --------
    >>> cutoff("2026-03-02")
    Timestamp('2026-03-02 23:59:59.999999')
    >>> cutoff("2026-03-02 08:00")
    Timestamp('2026-03-02 08:00:00')
    """
    moment = moment_of(as_of, name)
    return end_of_day(moment) if moment == moment.normalize() else moment


def as_of_problems(as_of: AsOf) -> list[str]:
    """Return what keeps a cut-off from being one, to be raised with other problems.

    Examples
    --------
    >>> as_of_problems("2026-03-02")
    []
    >>> as_of_problems("soon")
    ["as_of must be a date or a time, year first, such as 2026-03-02, not 'soon'."]
    """
    try:
        cutoff(as_of)
    except ConfigError as error:
        return error.problems
    return []


def end_of_day(times: Moments) -> Moments:
    """Return the last moment of the day of each time: what happened on it counts.

    Parameters
    ----------
    times : Timestamp or Series of datetime64

    Returns
    -------
    Timestamp or Series of datetime64

    Examples
    --------
    >>> end_of_day(pd.Timestamp("2026-03-02 08:00"))
    Timestamp('2026-03-02 23:59:59.999999')
    """
    day = times.dt.normalize() if isinstance(times, pd.Series) else times.normalize()
    return day + (pd.Timedelta(days=1) - pd.Timedelta(microseconds=1))


def is_end_of_day(last: pd.Timestamp) -> bool:
    """Return whether a cut-off is a whole day, as `cutoff` returns it for one."""
    return bool(last == end_of_day(last))


def day_after(last: pd.Timestamp) -> pd.Timestamp:
    """Return the first day that is whole and not counted yet at a cut-off.

    Examples
    --------
    >>> day_after(cutoff("2026-03-02")), day_after(cutoff("2026-03-02 08:00"))
    (Timestamp('2026-03-03 00:00:00'), Timestamp('2026-03-03 00:00:00'))
    """
    return last.normalize() + pd.Timedelta(days=1)


def known_by(incidents: gpd.GeoDataFrame, as_of: AsOf) -> npt.NDArray[np.bool_]:
    """Return which incidents were known at a cut-off: ended, and recorded where that is told.

    Parameters
    ----------
    incidents : GeoDataFrame
        With ``occurred_from``, ``occurred_to`` and, optionally, ``recorded_at``.
    as_of : date or time
        See `cutoff`.

    Returns
    -------
    ndarray of bool, shape (n,)
    """
    last = cutoff(as_of)
    ended: pd.Series = incidents["occurred_to"]
    if not is_end_of_day(last):
        # An end at the end of its day is a day without a time: known on that day, as a midnight is.
        begun = ended.dt.normalize().clip(lower=incidents["occurred_from"])
        ended = ended.where(ended != end_of_day(ended), begun)
    known = (ended <= last).to_numpy()
    if "recorded_at" in incidents.columns:
        known = known & ~(incidents["recorded_at"] > last).to_numpy()
    return np.asarray(known, dtype=bool)


def ages_days(incidents: gpd.GeoDataFrame, as_of: AsOf) -> npt.NDArray[np.int64]:
    """Count whole calendar days from the end of each incident's window to the cut-off."""
    today = int(day_numbers(pd.Series([cutoff(as_of)]))[0])
    return today - day_numbers(incidents["occurred_to"])


def found_within(incidents: gpd.GeoDataFrame, as_of: AsOf, days: int) -> npt.NDArray[np.bool_]:
    """Test which incidents were found in the whole days that end with the cut-off.

    A product that counts a period counts it so, whether on its page, in a legend or on a slider.

    Parameters
    ----------
    incidents : GeoDataFrame
        With ``occurred_to``, the end of the time in which it happened: then it was found.
    as_of : date or time
        See `cutoff`. Its day is the last of them, also where it ends the day early.
    days : int
        How many.

    Returns
    -------
    ndarray of bool, shape (n,)

    Examples
    --------
    >>> frame = pd.DataFrame({"occurred_to": pd.to_datetime(["2026-02-23", "2026-02-24"])})
    >>> found_within(frame, "2026-03-02", WEEK_DAYS)
    array([False,  True])
    """
    ages = ages_days(incidents, as_of)
    return (ages >= 0) & (ages < days)


def years_between(first: pd.Timestamp, last: pd.Timestamp) -> float:
    """Return the length of a period of whole days, both ends included, in years of 365.25 days.

    Raises
    ------
    ConfigError
        If the period ends before it begins.

    Examples
    --------
    >>> round(years_between(pd.Timestamp("2025-01-01"), pd.Timestamp("2025-12-31")), 5)
    0.99932
    """
    days = (last.normalize() - first.normalize()).days + 1
    if days < 1:
        raise ConfigError(f"The period ends ({last:%Y-%m-%d}) before it begins ({first:%Y-%m-%d}).")
    return days / 365.25
