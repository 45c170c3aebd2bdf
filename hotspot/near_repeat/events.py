"""What counts as one event, in which order events happened, and what the rule asks of its data."""

from collections.abc import Sequence
from typing import Any, get_args

import geopandas as gpd
import numpy as np
import pandas as pd

from hotspot._checks import (
    check_incidents_frame,
    choice_problems,
    integer_problems,
    positive_problems,
)
from hotspot._kernels.arrays import Bools, Ints
from hotspot.dates import EventDate
from hotspot.incidents.content_order import content_order
from hotspot.reading.cells import reference_keys


def distinct_events(incidents: gpd.GeoDataFrame) -> Bools:
    """Return which rows count as events, where one event has several references.

    Different references at one UPRN whose windows overlap are one event (a shared house is
    burgled once and reported by each household). The row that began first stands for it.

    Parameters
    ----------
    incidents : GeoDataFrame
        With ``occurred_from``, ``occurred_to`` and, optionally, ``uprn``.

    Returns
    -------
    ndarray of bool, shape (n,)
        False for every further row of an event.
    """
    return np.asarray(standing_rows(incidents) == np.arange(len(incidents)), dtype=bool)


def split_events(incidents: gpd.GeoDataFrame) -> tuple[gpd.GeoDataFrame, Ints, Bools]:
    """Return the rows that stand for an event, and of each row its event and whether it stands.

    Returns
    -------
    events : GeoDataFrame, m rows
    event : ndarray of int64, shape (n,)
        Position in `events` of the row that stands for the event of each.
    counted : ndarray of bool, shape (n,)
        As of `distinct_events`.
    """
    stands = standing_rows(incidents)
    counted = stands == np.arange(len(incidents))
    return incidents[counted], (np.cumsum(counted) - 1)[stands], counted


def standing_rows(incidents: gpd.GeoDataFrame) -> Ints:
    """Return for each row the position of the row that stands for its event, often itself."""
    stands = np.arange(len(incidents))
    if "uprn" not in incidents.columns:
        return stands
    order = content_order(incidents)
    place = order[incidents["uprn"].notna().to_numpy()[order]]
    rows = incidents[["uprn", "occurred_from", "occurred_to", "crime_ref"]].iloc[place]
    rows["uprn"] = reference_keys(rows["uprn"])
    rows = rows.reset_index(drop=True).sort_values(["uprn", "occurred_from"], kind="stable")
    opens = opens_event(rows["uprn"], rows["occurred_from"], rows["occurred_to"])
    sorted_rows = place[rows.index]
    stands[sorted_rows] = sorted_rows[opens][np.cumsum(opens) - 1]
    return stands


def opens_event(home: Any, begun: Any, ended: Any) -> Bools:
    """Return which rows open an event, of rows in order of home and beginning.

    Parameters
    ----------
    home : array, shape (n,)
        What is the same for the rows of one home. A row at -1 is an event of its own.
    begun, ended : array of datetime64, shape (n,)
        Their windows.

    Returns
    -------
    ndarray of bool, shape (n,)
    """
    home, begun, ended = (pd.Series(np.asarray(values)) for values in (home, begun, ended))
    # Windows that overlap a chain of others are one event with them, so each row is held against
    # the latest end of all before it at its address.
    latest = ended.groupby(home).cummax()
    before = latest.groupby(home).shift()
    # The first at an address has none before it: NaT compares as False, and so it opens an event.
    return np.asarray(~(begun <= before) | (home == -1), dtype=bool)


def time_rank(events: gpd.GeoDataFrame, times: pd.Series) -> Ints:
    """Rank by time, then by what the rows say: their order cannot change it."""
    rank = np.empty(len(events), dtype=np.int64)
    rank[content_order(events, times)] = np.arange(len(events))
    return rank


def rule_problems(distance_m: float, window_days: int, same_place_m: float = 0.0) -> list[str]:
    """Return what is wrong with the numbers of a rule."""
    problems = positive_problems(distance_m=distance_m)
    problems += integer_problems(0, window_days=window_days)
    if not (np.isfinite(same_place_m) and same_place_m >= 0):
        problems.append(f"same_place_m must be a finite number, 0 or more, not {same_place_m!r}.")
    return problems


def check_rule(
    incidents: gpd.GeoDataFrame,
    distance_m: float,
    window_days: int,
    *more: str,
    date: str = "midpoint",
    dates: Sequence[str] = get_args(EventDate),
    same_place_m: float = 0.0,
) -> None:
    """Raise what is wrong with the incidents and the rule, and then if the dates are months.

    Parameters
    ----------
    incidents : GeoDataFrame
    distance_m, window_days, date, same_place_m
        The rule, as of `near_repeat_pairs`.
    *more : str
        Problems of further arguments.
    dates : sequence of str
        What `date` may be.
    """
    problems = rule_problems(distance_m, window_days, same_place_m)
    problems += [*choice_problems("date", date, dates), *more]
    check_incidents_frame(incidents, arguments=problems, needs_days="The near-repeat rule")
