"""Counting visits honestly: every share with its denominator and its interval."""

from collections.abc import Callable, Collection, Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hotspot import rule
from hotspot.cocooning.waking_hours import WAKING, WakingHours
from hotspot.dates import end_of_day
from hotspot.geo import NO_AREA
from hotspot.rule import ResultWord
from hotspot.trends.rate_intervals import wilson

GROUPINGS = ("area", "ring", "week", "attempt")
COLUMNS = (
    "by", "group", "measure", "count", "of", "out_of", "share", "low", "high", "homes",
    "homes_out_of",
)  # fmt: skip
# The hours within which the rings are asked for: 24 and 48.
HOURS = tuple(sorted(set(rule.ACT_WITHIN_HOURS)))
#: The team's clock runs from the list in waking hours, the force's from the record by the clock.
#: No measure is of both.
TEAM_TIME = "in the team's time"
# A pack that was given where no list names one.
NO_TIER = "of no tier on a list"


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
    Measure("late for the force when listed", "asked", "late_when_listed", "asked"),
    Measure("expired, nobody went", "asked", "expired", "asked"),
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
    in_time = [
        Measure(f"{done} {limit}", f"{kind}{over}", f"{done} {limit}", f"{kind}{over}")
        for done, kind in (("attempted", ""), ("reached", "occupied, "))
        for limit, over in _limits().items()
    ]
    return (*_FUNNEL, *results, *in_time)


def of_the_record(hours: int) -> str:
    """Return how a measure of the force's clock is called."""
    return f"within {hours} h of the record"


def reached_otherwise() -> list[str]:
    """Return the measures of homes reached, though not face to face."""
    words = rule.result_words().values()
    return list(dict.fromkeys(w.measure for w in words if w.reached and not w.face_to_face))


def _column(result: str) -> str:
    return f"result {result}"


def _limits() -> dict[str, str]:
    """Return each limit, and which doors it is counted of: those whose time is over."""
    force = {of_the_record(hours): f"{hours} h over since start" for hours in HOURS}
    return force | {TEAM_TIME: "team's time over"}


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
    asked: pd.DataFrame,
    visits: pd.DataFrame,
    as_of: pd.Timestamp,
    started: pd.Timestamp,
    expired: Collection[str] = (),
    waking: WakingHours = WAKING,
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
    expired : collection of str
        The visits whose time ended and to which nobody went.
    waking : WakingHours
        They tell when a list of a whole day went out.

    Returns
    -------
    DataFrame
        A row per visit asked for, with ``area``, ``ring``, ``week``, ``homes`` and a column of
        bool for each thing that `measures` counts.

    Raises
    ------
    DataError
        If a visit has a result that is not known.
    """
    doors = _doors(asked[asked["first_as_of"] <= as_of])
    counted = counted_visits(doors, visits, as_of)
    states = _states(doors, counted.assign(door=counted["visit_id"]), as_of, started, waking)
    return states.assign(expired=doors.index.isin(list(expired)))


def attempt_states(
    asked: pd.DataFrame,
    visits: pd.DataFrame,
    as_of: pd.Timestamp,
    started: pd.Timestamp,
    expired: Collection[tuple[str, int]] = (),
    waking: WakingHours = WAKING,
) -> pd.DataFrame:
    """Return what became of each attempt asked for by a moment, as `door_states` of each door.

    A visit is of the attempt that the last list before it asked for. The force's clock ends with
    the first attempt: the others are in none of its shares.
    """
    askings = asked[asked["first_as_of"] <= as_of].sort_values(["visit_id", "attempt"])
    attempts = _described(askings).set_index(pd.Index(range(len(askings)), name="door"))
    counted = counted_visits(_doors(askings), visits, as_of)
    made = counted.assign(door=_asked_last(attempts, counted))
    states = _states(attempts, made, as_of, started, waking)
    again = (attempts["attempt"] > 1).to_numpy()
    for over in (f"{kind}{hours} h over since start" for kind in ("", "occupied, ")
                 for hours in HOURS):  # fmt: skip
        states[over] &= ~again
    for done in ("attempted", "reached"):
        for hours in HOURS:
            states[f"{done} {of_the_record(hours)}"] &= ~again
    states["late_when_listed"] &= ~again
    keys = zip(attempts["visit_id"], attempts["attempt"], strict=True)
    left = frozenset(expired)
    return states.assign(
        attempt=attempts["attempt"], expired=[(visit, int(nth)) in left for visit, nth in keys]
    )


def _asked_last(attempts: pd.DataFrame, counted: pd.DataFrame) -> NDArray[np.int64]:
    """Return for each visit the row of the attempt that had been asked for last before it."""
    asked: dict[str, list[tuple[pd.Timestamp, int]]] = {}
    for door, visit, first in zip(
        attempts.index, attempts["visit_id"], attempts["first_as_of"], strict=True
    ):
        asked.setdefault(visit, []).append((first, door))
    found = []
    for visit, by in zip(counted["visit_id"], counted["by"], strict=True):
        before = [door for first, door in asked[visit] if first < by]
        found.append(before[-1] if before else asked[visit][0][1])
    return np.array(found, dtype=np.int64)


def _states(
    doors: pd.DataFrame,
    counted: pd.DataFrame,
    as_of: pd.Timestamp,
    started: pd.Timestamp,
    waking: WakingHours,
) -> pd.DataFrame:
    """Return what became of what was asked, each with the visits whose ``door`` is its index."""
    words = [rule.result_word(label) for label in counted["result"]]

    def those(flag: str) -> NDArray[np.bool_]:
        return np.array([getattr(word, flag) for word in words], dtype=bool)

    def at_doors(some: NDArray[np.bool_]) -> NDArray[np.bool_]:
        return np.asarray(doors.index.isin(counted.loc[some, "door"]))

    leaflet = counted["leaflet_left"].to_numpy() | those("leaflet")
    contact = counted[leaflet | those("reached")]
    reached_at = contact.groupby("door")["by"].min().reindex(doors.index)
    attempted_at = counted.groupby("door")["by"].min().reindex(doors.index)
    attempted = attempted_at.notna().to_numpy()
    face = at_doors(those("face_to_face"))
    due = attempted | (doors["act_by"] <= as_of).to_numpy()
    # One visit that found somebody living there is worth more than several that found nobody; a
    # door where nobody called yet stays in, so that no share rises by leaving doors out.
    a_home = ~attempted | at_doors(those("lives_there"))
    occupied = due & a_home
    # A list of hotspot 0.1 could ask for what was over when it went out: no team was late for it.
    fair = (doors["act_by"] > doors["first_as_of"]).to_numpy()
    issued = doors["first_as_of"].map(waking.issue_of)
    force_by = doors["recorded"] + pd.to_timedelta(doors["act_within_hours"], unit="h")
    states = {
        "asked": np.ones(len(doors), dtype=bool),
        "not_yet_due": ~due,
        "due": due,
        "attempted": attempted,
        "not_attempted": due & ~attempted,
        "overdue": due & ~attempted & fair,
        "late_when_listed": (force_by <= issued).to_numpy(),
        "no_home": due & ~occupied,
        "occupied": occupied,
        "reached": occupied & reached_at.notna().to_numpy(),
        "face_to_face": occupied & face,
        **_by_result(words, leaflet, occupied, at_doors),
    }
    limits = _ends(doors, as_of, started, fair)
    for done, kind, moments, some in (
        ("attempted", "", attempted_at, np.ones(len(doors), dtype=bool)),
        ("reached", "occupied, ", reached_at, a_home),
    ):
        for (limit, over), (end, among) in zip(_limits().items(), limits, strict=True):
            states[f"{kind}{over}"] = among & some
            states[f"{done} {limit}"] = among & some & (moments <= end).to_numpy()
    return doors[["area", "ring", "week", "homes"]].assign(**states)


def _ends(
    doors: pd.DataFrame, as_of: pd.Timestamp, started: pd.Timestamp, fair: NDArray[np.bool_]
) -> list[tuple["pd.Series[pd.Timestamp]", NDArray[np.bool_]]]:
    """Return when each limit ends for each door, and where it has ended so that it counts.

    Every door is looked at for as long: one that was called at early counts no sooner than one
    that nobody called at. What was over before the first list was kept nowhere.
    """
    recorded = doors["recorded"]
    ends = [recorded + pd.Timedelta(hours=hours) for hours in HOURS]
    force = [(end, ((end <= as_of) & (end > started)).to_numpy()) for end in ends]
    return [*force, (doors["act_by"], (doors["act_by"] <= as_of).to_numpy() & fair)]


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
    return _described(first).set_index("visit_id")


def _described(asked: pd.DataFrame) -> pd.DataFrame:
    """Add the team's name, the week of the list and the homes of each door."""
    monday = asked["first_as_of"].dt.normalize()
    monday = monday - pd.to_timedelta(monday.dt.day_of_week, unit="D")
    area = asked["area"].where(asked["area"].notna(), NO_AREA)
    return asked.assign(area=area, week=monday, homes=_homes(asked))


def _homes(asked: pd.DataFrame) -> "pd.Series[Any]":
    """Return the homes of each door: all flats of a building; where none is known the visit."""
    columns = zip(asked["uprns"], asked["uprn"], asked["visit_id"], strict=True)
    known = (next(text for text in texts if not pd.isna(text)) for texts in columns)
    homes = [tuple(home.strip() for home in text.split(";")) for text in known]
    return pd.Series(homes, index=asked.index, dtype=object)


def table_of(
    states: pd.DataFrame, by: Sequence[str], attempts: pd.DataFrame | None = None
) -> pd.DataFrame:
    """Count every measure, over all and by group: doors, and the homes that they are.

    Parameters
    ----------
    states : DataFrame
        As `door_states` returns them.
    by : sequence of str
        Of `GROUPINGS`.
    attempts : DataFrame, optional
        As `attempt_states` returns them, where `by` asks for attempts.

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
        "attempt": lambda attempt: str(int(attempt)),
    }
    for name in by:
        grouped = attempts if name == "attempt" and attempts is not None else states
        for key, group in grouped.groupby(name, sort=True):
            rows += _rows(name, name_of[name](key), group)
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _rows(by: str, group: str, states: pd.DataFrame) -> list[tuple[Any, ...]]:
    rows = []
    for measure in measures():
        counted, whole = (states[name].to_numpy(dtype=bool) for name in measure[2:])
        number, among = int((counted & whole).sum()), int(whole.sum())
        share = number / among if among else float("nan")
        low, high = (float(bound) for bound in wilson(number, among))
        homes = [len(set().union(*states["homes"][some])) for some in (counted & whole, whole)]
        rows.append((by, group, measure.name, number, measure.of, among, share, low, high, *homes))
    return rows


def dose_of(states: pd.DataFrame) -> pd.DataFrame:
    """Count what each team's ground got in each week, of the doors whose time has come.

    Parameters
    ----------
    states : DataFrame
        As `door_states` returns them.

    Returns
    -------
    DataFrame
        ``place`` (the area) and ``week`` (its Monday), of the list that first asked; ``asked``,
        ``made`` (attempted), ``in_time`` (reached in the team's time), ``reached`` and
        ``face_to_face``: doors.
    """
    due = states[states["due"].to_numpy(dtype=bool)]
    columns = {
        "asked": "due", "made": "attempted", "in_time": f"reached {TEAM_TIME}",
        "reached": "reached", "face_to_face": "face_to_face",
    }  # fmt: skip
    counted = due[list(columns.values())].astype(int).set_axis(list(columns), axis=1)
    places = [due["area"].astype(str).rename("place"), due["week"]]
    return counted.groupby(places, sort=True).sum().reset_index()


def packs_given(asked: pd.DataFrame, counted: pd.DataFrame) -> pd.DataFrame:
    """Count by tier the doors asked for with a pack, and the packs that were given.

    Parameters
    ----------
    asked, counted : DataFrame
        What was asked, and the visits that count.

    Returns
    -------
    DataFrame
        ``tier``, ``doors``, ``given``; in the order of the tiers' names. A pack given at a door
        that was asked for without one is of the tier that the visit tells.
    """
    tiers = asked.dropna(subset="tier").groupby("tier")["visit_id"].nunique()
    packs = counted["pack"] if "pack" in counted else pd.Series([], dtype=object)
    given = packs[packs.notna() & (packs != "no")].value_counts()
    given = given.rename({"yes": NO_TIER})
    names = sorted({*tiers.index, *given.index})
    numbers = [[int(counts.get(name, 0)) for name in names] for counts in (tiers, given)]
    return pd.DataFrame({"tier": names, "doors": numbers[0], "given": numbers[1]})
