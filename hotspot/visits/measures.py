"""Counting visits honestly: every share with its denominator and its interval."""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hotspot import rule
from hotspot.dates import end_of_day
from hotspot.geo import NO_AREA
from hotspot.rule import ResultWord, due_before_start

GROUPINGS = ("area", "ring", "week")
COLUMNS = ("by", "group", "measure", "count", "of", "out_of", "share", "low", "high")
# The hours within which the rings are asked for: 24 and 48.
HOURS = tuple(sorted(set(rule.ACT_WITHIN_HOURS)))
# Two-sided: the normal quantile of 0.975.
_Z_95 = 1.959963984540054


class Measure(NamedTuple):
    """A count of doors, and the doors that it is a share of."""

    name: str
    of: str
    counted: str
    among: str


# `counted` and `among` are columns of what `door_states` returns.
_FUNNEL = (
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
)


def measures() -> tuple[Measure, ...]:
    """Return all that a report counts: the way from asked to reached, each result, the hours.

    A result has a measure of its own unless the way counts it already: every door that was
    attempted and is occupied is counted under one result, so that those add up.
    """
    counted = {measure.name for measure in _FUNNEL}
    results = [
        Measure(name, of, _column(name), among)
        for name, lives_there in _outcomes().items()
        for of, among in [("found occupied", "occupied") if lives_there else ("due", "due")]
        if name not in counted
    ]
    hours = [
        Measure(f"{done} {limit}", of, f"{done} {limit}", among)
        for done, of, among in (
            ("attempted", "due since start", "since_start"),
            ("reached", "occupied since start", "occupied_since_start"),
        )
        for limit in _limits()
    ]
    return (*_FUNNEL, *results, *hours)


def reached_otherwise() -> list[str]:
    """Return the measures of homes reached, though not face to face."""
    words = rule.result_words().values()
    return list(dict.fromkeys(w.measure for w in words if w.reached and not w.face_to_face))


def _column(result: str) -> str:
    return f"result {result}"


def _limits() -> list[str]:
    return [*(f"within {hours} h" for hours in HOURS), "in time"]


def _outcomes() -> dict[str, bool]:
    """Return the measure of each result, and whether somebody lives there, what counts most first.

    A home is counted by the best that a visit brought: who was reached is not "refused", and who
    refused is not "no reply".
    """
    ranked = sorted(
        rule.result_words().values(),
        key=lambda w: (
            not w.lives_there,
            not w.face_to_face,
            not w.reached,
            not w.bars,
            not w.answered,
        ),
    )
    return {word.measure: word.lives_there for word in ranked}


def door_states(
    asked: pd.DataFrame, visits: pd.DataFrame, as_of: pd.Timestamp, started: pd.Timestamp
) -> pd.DataFrame:
    """Return what became of each door asked for by a moment.

    Parameters
    ----------
    asked, visits : DataFrame
        As `VisitLedger.asked` and `VisitLedger.visits` return them.
    as_of : Timestamp
        Visits and lists after it do not count.
    started : Timestamp
        Cut-off of the first list.

    Returns
    -------
    DataFrame
        A row per visit asked for, with ``area``, ``ring``, ``week`` and a column of bool for each
        thing that `measures` counts.

    Raises
    ------
    DataError
        If a visit has a result that is not known.
    """
    doors = _doors(asked[asked["first_as_of"] <= as_of])
    counted = counted_visits(doors, visits, as_of)
    words = [rule.result_word(label) for label in counted["result"]]

    def those(flag: str) -> NDArray[np.bool_]:
        return np.array([getattr(word, flag) for word in words], dtype=bool)

    def at_doors(some: NDArray[np.bool_]) -> NDArray[np.bool_]:
        return np.asarray(doors.index.isin(counted.loc[some, "visit_id"]))

    leaflet = counted["leaflet_left"].to_numpy() | those("leaflet")
    contact = counted[leaflet | those("reached")]
    reached_at = contact.groupby("visit_id")["by"].min().reindex(doors.index)
    attempted_at = counted.groupby("visit_id")["by"].min().reindex(doors.index)
    attempted = attempted_at.notna().to_numpy()
    reached = reached_at.notna().to_numpy()
    face = at_doors(those("face_to_face"))
    past = (doors["act_by"] <= as_of).to_numpy()
    before = due_before_start(doors["act_by"], started).to_numpy()
    due = attempted | past
    # One visit that found somebody living there is worth more than several that found nobody; a
    # door where nobody called yet stays in, so that no share rises by leaving doors out.
    occupied = due & (~attempted | at_doors(those("lives_there")))
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
        "since_start": due & ~before,
        "occupied_since_start": occupied & ~before,
        **_by_result(words, leaflet, occupied, at_doors),
        **_in_time("attempted", attempted_at, doors, due & ~before),
        **_in_time("reached", reached_at, doors, occupied & ~before),
    }
    return doors[["area", "ring", "week"]].assign(**states)


def _by_result(
    words: Sequence[ResultWord],
    leaflet: NDArray[np.bool_],
    occupied: NDArray[np.bool_],
    at_doors: Callable[[NDArray[np.bool_]], NDArray[np.bool_]],
) -> dict[str, NDArray[np.bool_]]:
    """Return the doors counted under each result: every one attempted under what counts most."""
    measure = np.array([word.measure for word in words], dtype=object)
    left = {word.measure for word in rule.result_words().values() if word.leaflet}
    # A door leaves with the first measure that counts it, so that the measures add up.
    open_doors = np.ones(len(occupied), dtype=bool)
    states = {}
    for name, lives_there in _outcomes().items():
        with_it = at_doors((measure == name) | (leaflet & (name in left)))
        states[_column(name)] = open_doors & with_it & (occupied == lives_there)
        open_doors &= ~states[_column(name)]
    return states


def counted_visits(doors: pd.DataFrame, visits: pd.DataFrame, as_of: pd.Timestamp) -> pd.DataFrame:
    """Return the visits of these doors that count, with the moment by which each had been.

    A visit before the burglary was found is none for it. One without a time of day was made by
    the end of its day: nothing is in time that may not have been.
    """
    known = visits[visits["visit_id"].isin(doors.index) & (visits["visited_at"] <= as_of)]
    by = known["visited_at"].where(known["time_known"], end_of_day(known["visited_at"]))
    burgled = doors["newest"].reindex(known["visit_id"]).to_numpy()
    return known.assign(by=by)[~(by.to_numpy() < burgled)]


def _doors(asked: pd.DataFrame) -> pd.DataFrame:
    """Return each visit asked for, as first asked."""
    first = asked.sort_values(["visit_id", "attempt"]).drop_duplicates("visit_id")
    monday = first["first_as_of"].dt.normalize()
    monday = monday - pd.to_timedelta(monday.dt.day_of_week, unit="D")
    area = first["area"].where(first["area"].notna(), NO_AREA)
    return first.assign(area=area, week=monday).set_index("visit_id")


def _in_time(
    done: str, moments: pd.Series, doors: pd.DataFrame, among: NDArray[np.bool_]
) -> dict[str, NDArray[np.bool_]]:
    """Return what was done within so many hours of the record, and by the time asked for."""
    # A list counts `act_by` from the record and keeps the sum: the hours beside it lead back.
    recorded = doors["act_by"] - pd.to_timedelta(doors["act_within_hours"], unit="h")
    limits = [*(recorded + pd.Timedelta(hours=hours) for hours in HOURS), doors["act_by"]]
    return {
        f"{done} {name}": among & (moments <= limit).to_numpy()
        for name, limit in zip(_limits(), limits, strict=True)
    }


def table_of(states: pd.DataFrame, by: Sequence[str]) -> pd.DataFrame:
    """Count every measure, over all and by group.

    Parameters
    ----------
    states : DataFrame
        As `door_states` returns them.
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
    rows = []
    for measure in measures():
        number, among = int(states[measure.counted].sum()), int(states[measure.among].sum())
        share = number / among if among else float("nan")
        low, high = wilson(number, among)
        rows.append((by, group, measure.name, number, measure.of, among, share, low, high))
    return rows


def wilson(number: int, among: int) -> tuple[float, float]:
    """Compute the 95 % interval of a share.

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
    # Not the normal interval around the share, which is too narrow with few doors and of no width
    # where none or all were reached: a week of one team is both.
    share, z2 = number / among, _Z_95**2
    middle = (share + z2 / (2 * among)) / (1 + z2 / among)
    spread = share * (1 - share) / among + z2 / (4 * among**2)
    half = _Z_95 * float(np.sqrt(spread)) / (1 + z2 / among)
    # Exact at the ends, where rounding would leave a hair beyond 0 and 1.
    low = 0.0 if number == 0 else middle - half
    high = 1.0 if number == among else middle + half
    return low, high
