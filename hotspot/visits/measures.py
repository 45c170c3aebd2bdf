"""Counting visits honestly: every share with its denominator and its interval."""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hotspot.geo import NO_AREA
from hotspot.visits.result_words import (
    EMPTY,
    FACE_TO_FACE,
    LANGUAGE,
    LEAFLET,
    NO_REPLY,
    NOT_FOUND,
    REFUSED,
)

GROUPINGS = ("area", "ring", "week")
COLUMNS = ("by", "group", "measure", "count", "of", "out_of", "share", "low", "high")
_Z_95 = 1.959963984540054
# What a visit says of a home that nobody lives in, or that is not there.
_NO_HOME = (EMPTY, NOT_FOUND)


class Measure(NamedTuple):
    """A count of doors, and the doors that it is a share of."""

    name: str
    of: str
    counted: str
    among: str


# `counted` and `among` are columns of what `door_states` gives.
MEASURES = (
    Measure("asked", "asked", "asked", "asked"),
    Measure("not yet due", "asked", "not_yet_due", "asked"),
    Measure("due", "asked", "due", "asked"),
    Measure("attempted", "due", "attempted", "due"),
    Measure("not attempted", "due", "not_attempted", "due"),
    Measure("overdue", "due", "overdue", "due"),
    Measure("before start", "due", "open_before_start", "due"),
    Measure("empty or not found", "due", "no_home", "due"),
    Measure("found occupied", "due", "occupied", "due"),
    Measure("reached", "found occupied", "reached", "occupied"),
    Measure("face to face", "found occupied", "face_to_face", "occupied"),
    Measure("leaflet only", "found occupied", "leaflet_only", "occupied"),
    Measure("refused", "found occupied", "refused", "occupied"),
    Measure("language or access", "found occupied", "language", "occupied"),
    Measure("no reply", "found occupied", "no_reply", "occupied"),
    Measure("attempted within 24 h", "due since start", "attempted_24", "since_start"),
    Measure("attempted within 48 h", "due since start", "attempted_48", "since_start"),
    Measure("attempted in time", "due since start", "attempted_in_time", "since_start"),
    Measure("reached within 24 h", "occupied since start", "reached_24", "occupied_since_start"),
    Measure("reached within 48 h", "occupied since start", "reached_48", "occupied_since_start"),
    Measure("reached in time", "occupied since start", "reached_in_time", "occupied_since_start"),
)


def door_states(
    asked: pd.DataFrame, visits: pd.DataFrame, as_of: pd.Timestamp, started: pd.Timestamp
) -> pd.DataFrame:
    """Say of each door asked for what became of it by a moment.

    Parameters
    ----------
    asked, visits : DataFrame
        As `VisitLedger.asked` and `VisitLedger.visits` give them.
    as_of : Timestamp
        Visits and lists after it do not count.
    started : Timestamp
        Cut-off of the first list.

    Returns
    -------
    DataFrame
        A row per visit asked for, with ``area``, ``ring``, ``week`` and a column of bool for each
        thing that `MEASURES` counts.
    """
    doors = _doors(asked[asked["first_as_of"] <= as_of])
    counted = counted_visits(doors, visits, as_of)
    by_door = counted.groupby("visit_id")
    told = {
        result: doors.index.isin(counted.loc[counted["result"] == result, "visit_id"])
        for result in (FACE_TO_FACE, LEAFLET, REFUSED, LANGUAGE, NO_REPLY)
    }
    leaflet = counted["leaflet_left"] | (counted["result"] == LEAFLET)
    contact = leaflet | (counted["result"] == FACE_TO_FACE)
    reached_at = counted[contact].groupby("visit_id")["by"].min().reindex(doors.index)
    attempted_at = by_door["by"].min().reindex(doors.index)
    homes = counted.loc[~counted["result"].isin(_NO_HOME), "visit_id"]
    attempted = attempted_at.notna().to_numpy()
    reached = reached_at.notna().to_numpy()
    face = told[FACE_TO_FACE]
    past = (doors["act_by"] <= as_of).to_numpy()
    before = (doors["act_by"] < started).to_numpy()
    due = attempted | past
    occupied = due & (~attempted | doors.index.isin(homes))
    refused = occupied & ~reached & told[REFUSED]
    language = occupied & ~reached & ~refused & told[LANGUAGE]
    states = {
        "asked": np.ones(len(doors), dtype=bool),
        "not_yet_due": ~due,
        "due": due,
        "attempted": attempted,
        "not_attempted": due & ~attempted,
        "overdue": due & ~attempted & ~before,
        "open_before_start": due & ~attempted & before,
        "no_home": due & ~occupied,
        "occupied": occupied,
        "reached": occupied & reached,
        "face_to_face": occupied & face,
        "leaflet_only": occupied & reached & ~face,
        "refused": refused,
        "language": language,
        "no_reply": occupied & attempted & ~reached & ~refused & ~language,
        "since_start": due & ~before,
        "occupied_since_start": occupied & ~before,
        **_in_time("attempted", attempted_at, doors, due & ~before),
        **_in_time("reached", reached_at, doors, occupied & ~before),
    }
    return doors[["area", "ring", "week"]].assign(**states)


def counted_visits(doors: pd.DataFrame, visits: pd.DataFrame, as_of: pd.Timestamp) -> pd.DataFrame:
    """Give the visits of these doors that count, with the moment by which each had been.

    A visit before the burglary was found is none for it. One without a time of day was made by
    the end of its day: nothing is in time that may not have been.
    """
    known = visits[visits["visit_id"].isin(doors.index) & (visits["visited_at"] <= as_of)]
    day_end = known["visited_at"].dt.normalize() + pd.Timedelta(days=1) - pd.Timedelta(seconds=1)
    by = known["visited_at"].where(known["time_known"], day_end)
    found = doors["newest"].reindex(known["visit_id"]).to_numpy()
    return known.assign(by=by)[~(by.to_numpy() < found)]


def _doors(asked: pd.DataFrame) -> pd.DataFrame:
    """Give each visit asked for, as first asked."""
    first = asked.sort_values(["visit_id", "attempt"]).drop_duplicates("visit_id")
    monday = first["first_as_of"].dt.normalize()
    monday = monday - pd.to_timedelta(monday.dt.day_of_week, unit="D")
    area = first["area"].where(first["area"].notna(), NO_AREA)
    return first.assign(area=area, week=monday).set_index("visit_id")


def _in_time(
    what: str, moments: pd.Series, doors: pd.DataFrame, among: NDArray[np.bool_]
) -> dict[str, NDArray[np.bool_]]:
    """Tell what was done within 24 and 48 hours of the record, and by the time asked for."""
    since = doors["act_by"] - pd.to_timedelta(doors["act_within_hours"], unit="h")
    limits = {
        "24": since + pd.Timedelta(hours=24),
        "48": since + pd.Timedelta(hours=48),
        "in_time": doors["act_by"],
    }
    return {
        f"{what}_{name}": among & (moments <= limit).to_numpy() for name, limit in limits.items()
    }


def table_of(states: pd.DataFrame, by: Sequence[str]) -> pd.DataFrame:
    """Count every measure, over all and by group.

    Parameters
    ----------
    states : DataFrame
        As `door_states` gives them.
    by : sequence of str
        Of `GROUPINGS`.

    Returns
    -------
    DataFrame
        `COLUMNS`.
    """
    rows = _rows("all", "all", states)
    name_of: dict[str, Callable[[Any], str]] = {
        "area": str,
        "ring": lambda ring: str(int(ring)),
        "week": lambda monday: f"{monday:%Y-%m-%d}",
    }
    for name in by:
        for key, group in states.groupby(name, sort=True):
            rows += _rows(name, name_of[name](key), group)
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _rows(by: str, group: str, states: pd.DataFrame) -> list[tuple[Any, ...]]:
    found = []
    for measure in MEASURES:
        number, among = int(states[measure.counted].sum()), int(states[measure.among].sum())
        share = number / among if among else float("nan")
        low, high = wilson(number, among)
        found.append((by, group, measure.name, number, measure.of, among, share, low, high))
    return found


def wilson(number: int, among: int) -> tuple[float, float]:
    """Give the 95 % interval of a share.

    Parameters
    ----------
    number, among : int

    Returns
    -------
    tuple of float
        NaN where there is nothing to take a share of.

    References
    ----------
    Wilson, E. B. (1927). Probable inference, the law of succession, and statistical inference.
    Journal of the American Statistical Association 22, 209-212.

    Examples
    --------
    >>> [round(bound, 3) for bound in wilson(23, 100)]
    [0.158, 0.322]
    """
    if not among:
        return float("nan"), float("nan")
    share, z2 = number / among, _Z_95**2
    middle = (share + z2 / (2 * among)) / (1 + z2 / among)
    spread = share * (1 - share) / among + z2 / (4 * among**2)
    half = _Z_95 * float(np.sqrt(spread)) / (1 + z2 / among)
    # Exact at the ends, where rounding would leave a hair beyond 0 and 1.
    low = 0.0 if number == 0 else middle - half
    high = 1.0 if number == among else middle + half
    return low, high
