"""The numbers of the page: small frames from incidents, as known at a cut-off."""

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import bdtr, betaincinv

from hotspot.dates import AsOf, cutoff, event_times, known_by
from hotspot.density.weights import aoristic_calendar
from hotspot.geo import NO_AREA
from hotspot.near_repeat import distinct_events

NOT_RECORDED = "not recorded"
HELD_BACK = "held back (free text)"
LONGEST_CODE = 40
DAY_NAMES = (
    "Monday",
    "Tuesday",
    "Wednesday",
    "Thursday",
    "Friday",
    "Saturday",
    "Sunday",
)

# A window longer than this says nothing about the hour and hardly more about the weekday.
LONGEST_WINDOW_DAYS = 7
_DAY_S = 24 * 3_600


def learned_at(incidents: gpd.GeoDataFrame) -> pd.Series:
    """Give the moment at which each burglary came to be known: recorded, else its window's end."""
    ended: pd.Series = incidents["occurred_to"]
    if "recorded_at" not in incidents.columns:
        return ended.rename("learned_at")
    learned: pd.Series = incidents["recorded_at"].fillna(ended)
    return learned.rename("learned_at")


def areas_of(incidents: gpd.GeoDataFrame) -> pd.Series:
    """Give each burglary's area, with a word of its own where it has none."""
    if "area" not in incidents.columns:
        return pd.Series(NO_AREA, index=incidents.index, name="area", dtype=object)
    names: pd.Series = incidents["area"].astype(object)
    return names.where(names.notna(), NO_AREA)


def learned_since(incidents: gpd.GeoDataFrame, as_of: AsOf, days: float) -> npt.NDArray[np.bool_]:
    """Tell which burglaries came to be known in the days that end at the cut-off."""
    learned = learned_at(incidents)
    since = (learned > cutoff(as_of) - pd.Timedelta(days=days)).to_numpy()
    return np.asarray(since & known_by(incidents, as_of), dtype=bool)


def of_last_days(incidents: gpd.GeoDataFrame, as_of: AsOf, days: int) -> npt.NDArray[np.bool_]:
    """Tell which burglaries are of the last whole days, by the middle of their window.

    That is how the density counts, so that one page gives one number for one period.
    """
    first = cutoff(as_of).normalize() - pd.Timedelta(days=days - 1)
    return np.asarray((event_times(incidents) >= first).to_numpy(), dtype=bool)


def recent_counts(incidents: gpd.GeoDataFrame, as_of: AsOf) -> pd.DataFrame:
    """Count what became known in the last 24 hours and 7 days, by area.

    Parameters
    ----------
    incidents : GeoDataFrame
        Canonical; ``area`` and ``recorded_at`` are used where they are.
    as_of : date or time
        The cut-off.

    Returns
    -------
    DataFrame
        A row per area with a burglary in the 7 days, by name: ``last_24_hours``,
        ``last_7_days``.
    """
    names = areas_of(incidents)
    day = learned_since(incidents, as_of, 1)
    week = learned_since(incidents, as_of, 7)
    counts = pd.DataFrame({"area": names, "last_24_hours": day, "last_7_days": week})
    return counts[week].groupby("area", sort=True)[["last_24_hours", "last_7_days"]].sum()


@dataclass(frozen=True)
class WeekChange:
    """The newest week against an earlier one.

    Attributes
    ----------
    label : str
        The earlier week, in words.
    last : Timestamp
        Its last moment.
    count : int or None
        Burglaries in it; None where the data do not reach back that far.
    ratio, low, high : float
        This week's count over that one, with a 95 % interval; NaN where it cannot be told.
    p_value : float
        Probability of a difference at least this large where both weeks share one rate.
    """

    label: str
    last: pd.Timestamp
    count: int | None
    ratio: float = float("nan")
    low: float = float("nan")
    high: float = float("nan")
    p_value: float = float("nan")


def weekly_comparison(
    incidents: gpd.GeoDataFrame, as_of: AsOf
) -> tuple[int, tuple[WeekChange, WeekChange]]:
    """Set the 7 days that end at the cut-off against the 7 before and the same of last year.

    Each burglary counts in the week in which it came to be known, so that late reports do not
    make every newest week look quiet.

    Parameters
    ----------
    incidents : GeoDataFrame
        Canonical; ``recorded_at`` is used where it is.
    as_of : date or time
        The cut-off.

    Returns
    -------
    count : int
        Burglaries of this week.
    changes : tuple of WeekChange
        Against last week, and against the same days of the week 52 weeks ago.

    Notes
    -----
    Given the sum of two Poisson counts of one rate, one of them is binomial with probability
    one half: the test and the Clopper-Pearson interval are exact. Burglaries come in series, so
    real counts vary more than this allows for.

    References
    ----------
    Przyborowski, J. and Wilenski, H. (1940). Homogeneity of results in testing samples from
    Poisson series. Biometrika 31(3-4), 313-323.
    """
    last = cutoff(as_of)
    learned = learned_at(incidents)[known_by(incidents, as_of)]
    now = _count_week(learned, last)
    return now, (
        _week_change("last week", now, learned, last - pd.Timedelta(days=7)),
        _week_change("same week last year", now, learned, last - pd.Timedelta(days=364)),
    )


def _count_week(learned: pd.Series, last: pd.Timestamp) -> int:
    return int(((learned > last - pd.Timedelta(days=7)) & (learned <= last)).sum())


def _week_change(label: str, now: int, learned: pd.Series, last: pd.Timestamp) -> WeekChange:
    """Compare with the week that ends at `last`, where the data reach back to its first day."""
    first_day = (last - pd.Timedelta(days=7) + pd.Timedelta(microseconds=1)).normalize()
    if learned.empty or learned.min().normalize() > first_day:
        return WeekChange(label, last, None)
    then = _count_week(learned, last)
    if now + then == 0:
        return WeekChange(label, last, then)
    low, high = _share_interval(now, then)
    return WeekChange(
        label,
        last,
        then,
        ratio=_odds(now / (now + then)),
        low=_odds(low),
        high=_odds(high),
        # One half is as far from either end: both tails are as long.
        p_value=min(1.0, 2 * float(bdtr(min(now, then), now + then, 0.5))),
    )


def _share_interval(hits: int, misses: int) -> tuple[float, float]:
    """Give the Clopper-Pearson interval of 95 % for the share of hits."""
    low = float(betaincinv(hits, misses + 1, 0.025)) if hits else 0.0
    high = float(betaincinv(hits + 1, misses, 0.975)) if misses else 1.0
    return low, high


def _odds(share: float) -> float:
    return float("inf") if share >= 1 else share / (1 - share)


@dataclass(frozen=True)
class Hours:
    """When burglaries happen, in the hours of the week.

    Attributes
    ----------
    weights : ndarray of float64, shape (7, 24)
        Burglaries by weekday (Monday first) and hour; sums to `counted`.
    counted : int
        Burglaries that were spread over their windows.
    without_time : int
        Left out, because all that is known of the time is midnight.
    too_long : int
        Left out, because the window is longer than `LONGEST_WINDOW_DAYS`.
    """

    weights: npt.NDArray[np.float64]
    counted: int
    without_time: int
    too_long: int


def aoristic_hours(incidents: gpd.GeoDataFrame) -> Hours:
    """Spread each burglary evenly over its window and sum by weekday and hour.

    Parameters
    ----------
    incidents : GeoDataFrame
        Canonical.

    Returns
    -------
    Hours
        Exact to the second. A burglary of one known moment counts wholly in its hour. Those
        with midnight sharp at both ends (dates without times) and those with windows of over
        `LONGEST_WINDOW_DAYS` are left out and counted.

    References
    ----------
    Ratcliffe, J. H. (2000). Aoristic analysis: the spatial interpretation of unspecific temporal
    events. International Journal of Geographical Information Science 14(7), 669-679.
    """
    start = _seconds(incidents["occurred_from"])
    end = _seconds(incidents["occurred_to"])
    without_time = (start % _DAY_S == 0) & (end % _DAY_S == 0)
    too_long = ~without_time & (end - start > LONGEST_WINDOW_DAYS * _DAY_S)
    used = ~(without_time | too_long)
    weights = aoristic_calendar(incidents[used]).to_numpy()
    return Hours(weights, int(used.sum()), int(without_time.sum()), int(too_long.sum()))


def _seconds(times: pd.Series) -> npt.NDArray[np.int64]:
    return times.to_numpy().astype("datetime64[s]").astype(np.int64)


def peak_hours(hours: Hours, span: int = 6) -> tuple[int, float]:
    """Find the hours in a row, over midnight too, that hold the most.

    Parameters
    ----------
    hours : Hours
    span : int
        How many hours in a row.

    Returns
    -------
    first_hour : int
        The earliest, where several spans hold as much.
    share : float
        Of all that was counted; NaN where nothing was.
    """
    by_hour = hours.weights.sum(axis=0)
    if hours.counted == 0:
        return 0, float("nan")
    twice = np.concatenate([by_hour, by_hour])
    sums = np.array([twice[first : first + span].sum() for first in range(24)])
    # Rounded, so that equal spans tie whatever the order of the sums was.
    best = int(np.argmax(np.round(sums, 9)))
    return best, float(sums[best] / by_hour.sum())


def hours_by_area(incidents: gpd.GeoDataFrame, span: int = 6) -> pd.DataFrame:
    """Say for each area when most of its burglaries happen.

    Parameters
    ----------
    incidents : GeoDataFrame
        Canonical, already of the period wanted.
    span : int
        Hours in a row.

    Returns
    -------
    DataFrame
        A row per area, by name: ``counted`` burglaries of known hours, ``first_hour`` of the
        peak span and its ``share``.
    """
    rows = {}
    for area, here in incidents.groupby(areas_of(incidents), sort=True):
        hours = aoristic_hours(here)
        first_hour, share = peak_hours(hours, span)
        rows[area] = {"counted": hours.counted, "first_hour": first_hour, "share": share}
    found = pd.DataFrame.from_dict(rows, orient="index", columns=["counted", "first_hour", "share"])
    return found.rename_axis("area")


def repeat_addresses(incidents: gpd.GeoDataFrame, as_of: AsOf, months: int = 12) -> pd.DataFrame:
    """Find the addresses that were burgled twice or more.

    Parameters
    ----------
    incidents : GeoDataFrame
        Canonical; a home is told by ``home`` (the UPRN of the address that the burglary was
        matched to), else ``uprn``, else by an ``address`` with a number in it and its point.
    as_of : date or time
        The cut-off.
    months : int
        How far back, in calendar months that end at the cut-off, by the end of the window.

    Returns
    -------
    DataFrame
        A row per address, the most burgled and then the latest first: ``address``, ``area``,
        ``burglaries``, ``latest`` (its newest window's end).

    Notes
    -----
    References at one UPRN whose windows overlap are one burglary (a shared house). A burglary
    without UPRN and house number cannot be told from its neighbours' and is not counted: an
    address such as "High Street" is the geocoder's, not a home's.
    """
    columns = ["address", "area", "burglaries", "latest"]
    recent = incidents["occurred_to"] > cutoff(as_of) - pd.DateOffset(months=months)
    events = incidents[known_by(incidents, as_of) & recent.to_numpy()]
    events = events[distinct_events(events)]
    rows = pd.DataFrame(
        {
            "place": _places(events),
            "address": events.get("address", pd.Series(index=events.index, dtype=object)),
            "area": areas_of(events),
            "latest": events["occurred_to"],
        }
    )
    rows = rows[rows["place"].notna()].sort_values("latest", ascending=False, kind="stable")
    by_place = rows.groupby("place", sort=True)
    found = pd.DataFrame(
        {
            "address": by_place["address"].first(),
            "area": by_place["area"].first(),
            "burglaries": by_place.size(),
            "latest": by_place["latest"].first(),
        }
    )
    found = found[found["burglaries"] >= 2].sort_values(
        ["burglaries", "latest"], ascending=False, kind="stable"
    )
    return found[columns].reset_index(drop=True)


def tells_homes(incidents: gpd.GeoDataFrame) -> bool:
    """Tell whether any burglary says which home it was in."""
    return any(
        name in incidents.columns and bool(incidents[name].notna().any())
        for name in ("uprn", "address")
    )


def _places(events: gpd.GeoDataFrame) -> pd.Series:
    """Give each event the key of its home; missing where nothing tells one home from the next."""
    keys = pd.Series(None, index=events.index, dtype=object)
    if "address" in events.columns:
        text = events["address"].astype("string").str.casefold().str.split().str.join(" ")
        x, y = events.geometry.x.round().astype(str), events.geometry.y.round().astype(str)
        numbered = text.str.contains(r"\d", na=False)
        keys = ("text " + text + " " + x + " " + y).astype(object).where(numbered, None)
    for column in ("uprn", "home"):
        if column in events.columns:
            known = events[column].astype(object)
            keys = keys.where(known.isna(), "uprn " + known)
    return keys


def methods_by_area(incidents: gpd.GeoDataFrame, as_of: AsOf, days: int = 365) -> pd.DataFrame:
    """Count the methods (MO codes) by area.

    Parameters
    ----------
    incidents : GeoDataFrame
        Canonical; without ``mo`` every burglary is "not recorded".
    as_of : date or time
        The cut-off.
    days : int
        How many whole days, by the middle of the window.

    Returns
    -------
    DataFrame
        ``area``, ``mo``, ``burglaries``: by area, the most frequent method first. A value of
        over 40 characters is free text and is held back.
    """
    events = incidents[known_by(incidents, as_of) & of_last_days(incidents, as_of, days)]
    rows = pd.DataFrame({"area": areas_of(events), "mo": method_codes(events)})
    counts = rows.groupby(["area", "mo"]).size().rename("burglaries").reset_index()
    return counts.sort_values(
        ["area", "burglaries", "mo"], ascending=[True, False, True], ignore_index=True
    )


def tells_methods(incidents: gpd.GeoDataFrame) -> bool:
    """Tell whether any burglary says how it was done."""
    return "mo" in incidents.columns and bool(incidents["mo"].notna().any())


def method_codes(incidents: gpd.GeoDataFrame) -> pd.Series:
    """Give each burglary's method as a code that may be shown."""
    if "mo" not in incidents.columns:
        return pd.Series(NOT_RECORDED, index=incidents.index, name="mo", dtype=object)
    codes: pd.Series = incidents["mo"].astype("string").fillna(NOT_RECORDED)
    return codes.where(codes.str.len() <= LONGEST_CODE, HELD_BACK).astype(object)
