"""A month of cocooning as it truly was: who called at which door, and what a report must say of it.

Nothing here reads a ledger or counts with the code that is tested: lists are read from the files
that were handed out, calls are drawn with a seed, and every number is counted by its definition.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

DAY = pd.Timedelta(days=1)
# What comes of a call, as often as the simulation has it; what of it counts most comes first.
OUTCOMES = {
    "face to face": 0.33,
    "leaflet": 0.09,
    "refused": 0.08,
    "language or access": 0.05,
    "no reply": 0.35,
    "empty": 0.06,
    "address not found": 0.04,
}
COUNTED_AS = {
    "leaflet": "leaflet only",
    "empty": "empty or not found",
    "address not found": "empty or not found",
}
# After these somebody comes again.
NOBODY_TOLD = ("no reply", "language or access")
NO_HOME = ("empty", "address not found")
FIRST_CALLS = ("09:35", "11:10", "14:25", "17:40", "19:05")


@dataclass(frozen=True)
class Call:
    """One call at a door; without a time of day where nobody wrote one down."""

    at: pd.Timestamp
    result: str
    leaflet: bool = False
    pack: str | None = None
    timed: bool = True

    @property
    def by(self) -> pd.Timestamp:
        """Return when it had been made at the latest."""
        return self.at if self.timed else self.at.normalize() + DAY - pd.Timedelta(1, "us")

    @property
    def told(self) -> bool:
        return self.leaflet or self.result in ("face to face", "leaflet")


@dataclass
class Month:
    """The lists as they were handed out, by day and visit, and the calls that were made."""

    lists: dict[str, dict[str, dict[str, str]]] = field(default_factory=dict)
    calls: dict[str, list[Call]] = field(default_factory=dict)
    marked: set[str] = field(default_factory=set)

    def asked(self) -> list[str]:
        return list(dict.fromkeys(visit for rows in self.lists.values() for visit in rows))

    def rows(self, visit: str) -> list[tuple[str, dict[str, str]]]:
        """Return the day and the row of each list that a door was on."""
        return [(day, rows[visit]) for day, rows in self.lists.items() if visit in rows]

    def attempts(self, visit: str) -> dict[int, list[tuple[str, dict[str, str]]]]:
        """Return the rows of a door by attempt."""
        attempts: dict[int, list[tuple[str, dict[str, str]]]] = {}
        for day, row in self.rows(visit):
            attempts.setdefault(int(row["attempt"]), []).append((day, row))
        return attempts

    def homes(self, visit: str) -> set[str]:
        return homes_of(self.rows(visit)[-1][1])

    def calls_at(self, homes: set[str]) -> Iterator[tuple[str, Call]]:
        for visit, calls in self.calls.items():
            if self.homes(visit) & homes:
                yield from ((visit, call) for call in calls)

    def without(self, gone: Iterable[str]) -> "Month":
        """Return what is left when doors were erased or purged."""
        out = set(gone)
        lists = {
            day: {visit: row for visit, row in rows.items() if visit not in out}
            for day, rows in self.lists.items()
        }
        calls = {visit: calls for visit, calls in self.calls.items() if visit not in out}
        return Month(lists, calls, set(self.marked))

    def until(self, day: str) -> "Month":
        """Return what was listed and done by the end of a day; who is marked is marked for ever."""
        lists = {one: rows for one, rows in self.lists.items() if one <= day}
        end = pd.Timestamp(day) + DAY
        calls = {
            visit: [call for call in calls if call.by < end] for visit, calls in self.calls.items()
        }
        return Month(lists, {v: own for v, own in calls.items() if own}, set(self.marked))

    def ended_before(self, day: str) -> set[str]:
        """Return the doors that no list and no call is of since a day."""
        limit = pd.Timestamp(day)
        return {
            visit
            for visit in self.asked()
            if pd.Timestamp(self.rows(visit)[-1][0]) + DAY <= limit
            and all(call.at < limit for call in self.calls.get(visit, []))
        }


def homes_of(row: dict[str, str]) -> set[str]:
    return {uprn.strip() for uprn in row["uprns"].split(";")}


def issued(day: str) -> pd.Timestamp:
    """Say when a list of a day goes out: the next morning, when people may be called at."""
    return pd.Timestamp(day) + DAY + pd.Timedelta(hours=8)


def team_time(day: str, ring: int) -> pd.Timestamp:
    """Add 24 or 48 hours to the issue, thirteen a day, from 08:00 to 21:00."""
    whole, left = divmod(24 if ring == 0 else 48, 13)
    return issued(day) + whole * DAY + pd.Timedelta(hours=left)


def drawn_calls(
    day: str, row: dict[str, str], random: np.random.Generator, skipped: float
) -> list[Call]:
    """Draw what happens at a door in the week after its list: up to three calls."""
    if random.random() < skipped:
        return []
    hour = pd.Timedelta(f"{random.choice(FIRST_CALLS)}:00")
    at = pd.Timestamp(day) + int(random.integers(1, 6)) * DAY + hour
    calls = [_drawn(at, row, random)]
    while calls[-1].result in NOBODY_TOLD and len(calls) < 3 and random.random() < 0.45:
        # The same day an hour and a half later, or the next.
        wait = pd.Timedelta(minutes=95) if random.random() < 0.6 else DAY
        calls.append(_drawn(calls[-1].at + wait, row, random, again=True))
    if len(calls) == 1 and random.random() < 0.06:
        calls = [Call(at.normalize(), calls[0].result, calls[0].leaflet, calls[0].pack, False)]
    return calls


def _drawn(
    at: pd.Timestamp, row: dict[str, str], random: np.random.Generator, *, again: bool = False
) -> Call:
    result = str(random.choice(list(OUTCOMES), p=list(OUTCOMES.values())))
    # A row of a workbook has one box for the leaflet, and it is of the first call.
    leaflet = not again and (
        result == "leaflet" or (result == "no reply" and random.random() < 0.2)
    )
    pack = row["tier"] if not again and result == "face to face" and random.random() < 0.7 else None
    return Call(at, result, leaflet, pack or None)


def expected_counts(month: Month, end: str) -> dict[tuple[str, str, str], tuple[int, ...]]:
    """Count what a report must say: number and whole, of doors (or attempts) and of homes."""
    left = expired(month, end)
    doors = [_door(month, visit, end, left) for visit in month.asked()]
    attempts = [one for visit in month.asked() for one in _attempts(month, visit, end, left)]
    groups = {("all", "all"): doors}
    for key in ("area", "ring", "week"):
        for value in {door[key] for door in doors}:
            groups[key, value] = [door for door in doors if door[key] == value]
    for nth in {one["attempt"] for one in attempts}:
        groups["attempt", str(nth)] = [one for one in attempts if one["attempt"] == nth]
    return {
        (*group, measure): _numbers(*both)
        for group, own in groups.items()
        for measure, both in _measures(own).items()
    }


def _door(month: Month, visit: str, end: str, left: dict[str, int]) -> dict[str, object]:
    """Say of a door what came of it, whatever attempt it was."""
    first = min(month.attempts(visit).items())[1]
    return _state(first, month.calls.get(visit, []), end, month.homes(visit), visit in left)


def _attempts(
    month: Month, visit: str, end: str, left: dict[str, int]
) -> Iterator[dict[str, object]]:
    """Say of each attempt that was asked of a door what was done between it and the next."""
    asked = sorted(month.attempts(visit).items())
    for place, (nth, rows) in enumerate(asked):
        starts = issued(rows[0][0]) if place else pd.Timestamp.min
        later = [issued(after[0][0]) for _, after in asked[place + 1 :]]
        ends = min(later, default=pd.Timestamp.max)
        calls = [call for call in month.calls.get(visit, []) if starts <= call.by < ends]
        state = _state(rows, calls, end, homes_of(rows[-1][1]), left.get(visit) == nth)
        yield {**state, "attempt": nth}


def _state(
    rows: list[tuple[str, dict[str, str]]],
    calls: list[Call],
    end: str,
    homes: set[str],
    left: bool,
) -> dict[str, object]:
    """Put together what is known of a door, or of one attempt at it."""
    day, first = rows[0]
    last, until = rows[-1][1], pd.Timestamp(end) + DAY
    recorded, ring, again = (
        pd.Timestamp(first["recorded"]),
        int(first["ring"]),
        first["attempt"] != "1",
    )
    limits = {f"within {h} h of the record": recorded + pd.Timedelta(hours=h) for h in (24, 48)}
    over = {name: not again and STARTED <= limit < until for name, limit in limits.items()}
    limits["in the team's time"] = team_time(day, ring)
    over["in the team's time"] = team_time(day, ring) < until
    lived_in = not calls or any(call.result not in NO_HOME for call in calls)
    told = [call for call in calls if call.told]
    return {
        "area": last["area"],
        "ring": last["ring"],
        "week": f"{pd.Timestamp(day):%Y-%m-%d}",
        "homes": homes,
        "late": not again and recorded + pd.Timedelta(hours=24 if ring == 0 else 48) <= issued(day),
        "due": bool(calls) or over["in the team's time"],
        "called": bool(calls),
        "lived in": lived_in,
        "told": lived_in and bool(told),
        "outcome": _outcome(calls, lived_in),
        "left": left,
        "over": over,
        "called in": {name: any(c.by <= limit for c in calls) for name, limit in limits.items()},
        "told in": {name: any(c.by <= limit for c in told) for name, limit in limits.items()},
    }


STARTED = pd.Timestamp("2026-02-10")


def _outcome(calls: list[Call], lived_in: bool) -> str | None:
    """Return the best that the calls at a door brought, by its name in the report."""
    if not calls:
        return None
    results = {call.result for call in calls}
    if any(call.leaflet for call in calls) and lived_in:
        results.add("leaflet")
    best = next(result for result in OUTCOMES if result in results)
    return COUNTED_AS.get(best, best)


def _measures(doors: list[dict[str, object]]) -> dict[str, tuple[list, list]]:
    """Return each measure's doors, and those that it is a share of."""

    def some(test: Callable[[dict], object], among: list) -> tuple[list, list]:
        return [door for door in among if test(door)], among

    due = [door for door in doors if door["due"]]
    homes = [door for door in due if door["lived in"]]
    counted = {
        "asked": (doors, doors),
        "not yet due": some(lambda d: not d["due"], doors),
        "due": (due, doors),
        "attempted": some(lambda d: d["called"], due),
        "not attempted": some(lambda d: not d["called"], due),
        "overdue": some(lambda d: not d["called"], due),
        "late for the force when listed": some(lambda d: d["late"], doors),
        "expired, nobody went": some(lambda d: d["left"], doors),
        "empty or not found": some(lambda d: not d["lived in"], due),
        "found occupied": (homes, due),
        "reached": some(lambda d: d["told"], homes),
    }
    for name in ("face to face", "leaflet only", "refused", "language or access", "no reply"):
        counted[name] = some(lambda d, name=name: d["outcome"] == name, homes)
    for limit in doors[0]["over"] if doors else ():
        over = [door for door in doors if door["over"][limit]]
        lived_in = [door for door in over if door["lived in"]]
        counted[f"attempted {limit}"] = some(lambda d, n=limit: d["called in"][n], over)
        counted[f"reached {limit}"] = some(lambda d, n=limit: d["told in"][n], lived_in)
    return counted


def _numbers(some: list, among: list) -> tuple[int, ...]:
    homes = [len(set().union(*(door["homes"] for door in each))) for each in (some, among)]
    return len(some), len(among), *homes


def expired(month: Month, end: str) -> dict[str, int]:
    """Return the doors whose time ended and to which nobody went, with the attempt."""
    until = pd.Timestamp(end) + DAY
    open_homes: set[str] = set()
    for visit in month.asked():
        for rows in month.attempts(visit).values():
            if pd.Timestamp(rows[-1][1]["expires"]) + pd.Timedelta(seconds=59) >= until:
                open_homes |= homes_of(rows[-1][1])
    left = {}
    for visit in month.asked():
        nth, rows = max(month.attempts(visit).items())
        homes = homes_of(rows[-1][1])
        over = pd.Timestamp(rows[-1][1]["expires"]) + pd.Timedelta(minutes=1) <= until
        if not over or homes & (open_homes | month.marked):
            continue
        # A first visit is made by whoever calls once the burglary is found, at any of the home's
        # doors; a second one by whoever comes after it was asked for.
        since = pd.Timestamp(rows[0][1]["newest"]) if nth == 1 else pd.Timestamp(rows[0][0]) + DAY
        calls = list(month.calls_at(homes))
        refused = any(call.result == "refused" for _, call in calls)
        if not refused and not any(call.by >= since for _, call in calls):
            left[visit] = nth
    return left


def expected_packs(month: Month) -> dict[str, tuple[int, int]]:
    """Count by tier the doors asked for with a pack, and the packs given."""
    tiers = {
        visit: {rows[-1][1]["tier"] for rows in month.attempts(visit).values()}
        for visit in month.asked()
    }
    given = [call.pack for calls in month.calls.values() for call in calls if call.pack]
    return {
        tier: (sum(tier in own for own in tiers.values()), given.count(tier))
        for tier in sorted({*given, *(tier for own in tiers.values() for tier in own)} - {""})
    }
