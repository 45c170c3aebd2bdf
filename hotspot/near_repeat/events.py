"""What counts as one event, in which order events happened, and what the rule asks of its data."""

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd

from hotspot._checks import check_incidents_frame, positive_problems, raise_problems
from hotspot.dates import month_only_problems


def distinct_events(incidents: gpd.GeoDataFrame) -> npt.NDArray[np.bool_]:
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


def standing_rows(incidents: gpd.GeoDataFrame) -> npt.NDArray[np.int64]:
    """Return for each row the position of the row that stands for its event, often itself."""
    stands = np.arange(len(incidents))
    if "uprn" not in incidents.columns:
        return stands
    place = np.flatnonzero(incidents["uprn"].notna().to_numpy())
    rows = incidents[["uprn", "occurred_from", "occurred_to", "crime_ref"]].iloc[place]
    rows = rows.reset_index(drop=True).sort_values(["uprn", "occurred_from", "crime_ref"])
    # Windows that overlap a chain of others are one event with them, so each row is held against
    # the latest end of all before it at its address.
    latest = rows.groupby("uprn")["occurred_to"].cummax()
    begun = latest.groupby(rows["uprn"]).shift()
    # The first at an address has none before it: NaT compares as False, and so it opens an event.
    opens = ~(rows["occurred_from"] <= begun).to_numpy()
    sorted_rows = place[rows.index]
    stands[sorted_rows] = sorted_rows[opens][np.cumsum(opens) - 1]
    return stands


def time_rank(events: gpd.GeoDataFrame, times: pd.Series) -> npt.NDArray[np.int64]:
    """Rank by time, then reference, then place: the order of the rows cannot change it."""
    refs = pd.factorize(events["crime_ref"], sort=True)[0]
    points = events.geometry
    order = np.lexsort((points.y.to_numpy(), points.x.to_numpy(), refs, times.to_numpy()))
    rank = np.empty(len(events), dtype=np.int64)
    rank[order] = np.arange(len(events))
    return rank


def rule_problems(distance_m: float, window_days: int, same_place_m: float = 0.0) -> list[str]:
    """Return what is wrong with the numbers of a rule."""
    problems = positive_problems(distance_m=distance_m)
    if (
        isinstance(window_days, bool)
        or not isinstance(window_days, (int, np.integer))
        or window_days < 0
    ):
        problems.append(f"window_days must be a whole number, 0 or more, not {window_days!r}.")
    if not (np.isfinite(same_place_m) and same_place_m >= 0):
        problems.append(f"same_place_m must be a finite number, 0 or more, not {same_place_m!r}.")
    return problems


def check_rule(incidents: gpd.GeoDataFrame, *arguments: str) -> None:
    """Raise what is wrong with the incidents and the rule, and then if the dates are months."""
    check_incidents_frame(incidents, arguments=arguments)
    raise_problems(month_only_problems(incidents, "The near-repeat rule"))
