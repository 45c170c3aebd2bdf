"""When units were in places: steps between fixes, cut at their middle, each of one kind."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd
from pandas.api.indexers import BaseIndexer

from hotspot.patrol.fix_faults import MOST_SPEED_MPS

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

#: A unit that stays within so many metres for so long stands still: a radio left in the station, a
#: parked vehicle, a scene that is guarded.
STILL_M, STILL_HOURS = 50.0, 2.0
#: Without a fix for so long a unit is off duty, as a rule: unknown, and told apart.
SILENT_HOURS = 4.0
#: Kinds of time in a place.
PATROL, DRIVING, STILL, UNKNOWN, SILENT = range(5)
SECOND = 1_000_000
_NOWHERE = -1


class Tracks(NamedTuple):
    """Fixes in order of unit and time.

    Attributes
    ----------
    unit : ndarray of int64, shape (n,)
        Numbers of units, by their names.
    time : ndarray of int64
        In microseconds, from whenever.
    x, y : ndarray of float64
        In metres.
    accuracy_m : ndarray of float64
        0 where it is not told.
    place : ndarray of int64
        The place that each fix lies in; -1 where in none.
    """

    unit: Ints
    time: Ints
    x: Floats
    y: Floats
    accuracy_m: Floats
    place: Ints


@dataclass(frozen=True)
class Rules:
    """What makes a step known, and what makes it driving; see `patrol_dosage`."""

    max_gap_s: float = 300.0
    min_visit_s: float = 60.0
    merge_s: float = 120.0
    max_speed_mps: float = 3.0


class Stays(NamedTuple):
    """Stretches of time of one unit in one place, of one kind, in order of unit and time.

    Attributes
    ----------
    unit, place, start, end, kind : ndarray of int64, shape (n,)
        Times in microseconds.
    """

    unit: Ints
    place: Ints
    start: Ints
    end: Ints
    kind: Ints

    def where(self, mask: Flags) -> "Stays":
        """Choose some of them."""
        return Stays(*(values[mask] for values in self))


class _Steps(NamedTuple):
    """What lies between each fix and the next: whether of one unit, known, of which kind."""

    same: Flags
    known: Flags
    fast: Flags
    kind: Ints


def find_stays(tracks: Tracks, rules: Rules) -> Stays:
    """Find when units were in places, and what they did there as far as fixes tell.

    Parameters
    ----------
    tracks : Tracks
    rules : Rules

    Returns
    -------
    Stays
        In places only.

    Notes
    -----
    A step belongs by halves to the places of its two ends, so that it counts in a place by the
    share of its ends inside: 0, one half or 1. A step over ``max_gap_s``, or faster than any
    vehicle, is unknown. One that is faster than ``max_speed_mps``, even if both fixes were off by
    all of their accuracy, is driving; half a step at the edge of a place is of the kind of the step
    beside it that lies in the place as a whole, lest the way there decide. A unit with a single fix
    in a place drove through where all known steps beside it were fast.
    """
    if len(tracks.unit) < 2:
        return Stays(*(np.zeros(0, dtype=np.int64) for _ in range(5)))
    steps = _steps(tracks, rules)
    whole = steps.same & (tracks.place[1:] == tracks.place[:-1])
    after, before = _halves(steps, whole)
    middle = tracks.time[:-1] + (tracks.time[1:] - tracks.time[:-1]) // 2
    same = steps.same
    pairs = Stays(
        np.repeat(tracks.unit[:-1][same], 2),
        np.column_stack([tracks.place[:-1][same], tracks.place[1:][same]]).ravel(),
        np.column_stack([tracks.time[:-1][same], middle[same]]).ravel(),
        np.column_stack([middle[same], tracks.time[1:][same]]).ravel(),
        np.column_stack([after[same], before[same]]).ravel(),
    )
    pairs = pairs.where(pairs.place != _NOWHERE)
    return _joined(pairs)


def _steps(tracks: Tracks, rules: Rules) -> _Steps:
    """Judge every step."""
    same = tracks.unit[1:] == tracks.unit[:-1]
    seconds = (tracks.time[1:] - tracks.time[:-1]) / SECOND
    metres = np.hypot(np.diff(tracks.x), np.diff(tracks.y))
    sure = np.maximum(metres - tracks.accuracy_m[1:] - tracks.accuracy_m[:-1], 0.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        known = same & (seconds <= rules.max_gap_s) & ~(metres / seconds > MOST_SPEED_MPS)
        fast = known & (sure / seconds > rules.max_speed_mps)
    kind = np.where(fast, DRIVING, PATROL)
    kind[_still_steps(tracks)] = STILL
    kind[~known] = UNKNOWN
    kind[seconds > max(SILENT_HOURS * 3600, rules.max_gap_s)] = SILENT
    return _Steps(same, known, fast, kind)


def _halves(steps: _Steps, whole: Flags) -> tuple[Ints, Ints]:
    """Return of which kind the half after the first end and before the last end of each step is."""
    n = len(steps.kind)
    # Beside each step: the one before it, and the one after it, of the same unit.
    earlier = np.concatenate([[False], steps.same[:-1]])
    later = np.concatenate([steps.same[1:], [False]])
    kinds = []
    for other, there in ((-1, earlier), (1, later)):
        at = np.clip(np.arange(n) + other, 0, n - 1)
        beside = there & steps.known[at]
        inside = beside & whole[at]
        # All that is known of a single fix: how fast the unit came and went.
        through = steps.fast & (~beside | steps.fast[at])
        alone = np.where(through, DRIVING, PATROL)
        kind = np.where(inside, steps.kind[at], alone)
        kind = np.where(steps.known, kind, steps.kind)
        kinds.append(np.where(whole, steps.kind, kind))
    return kinds[0], kinds[1]


class _Windows(BaseIndexer):
    """Rows from one to another, as pandas asks for them."""

    first: Ints
    last: Ints

    def get_window_bounds(
        self,
        num_values: int = 0,
        min_periods: int | None = None,
        center: bool | None = None,
        closed: str | None = None,
        step: int | None = None,
    ) -> tuple[Ints, Ints]:
        """Return where windows begin and end."""
        return self.first, self.last


def _still_steps(tracks: Tracks) -> Flags:
    """Test which steps are of a stretch of hours in which a unit never left a small square."""
    n = len(tracks.unit)
    hours = int(STILL_HOURS * 3600 * SECOND)
    since = tracks.time - tracks.time.min()
    unit = np.unique(tracks.unit, return_inverse=True)[1].astype(np.int64)
    # One unit after the other on one line of time, farther apart than any stretch is looked for.
    key = unit * (int(since.max()) + 3 * hours) + since
    rows = np.arange(n, dtype=np.int64)
    still = np.zeros(n + 1, dtype=np.int64)
    # The shortest stretches that are long enough and end, or begin, with each fix: any other is
    # made up of these.
    ends = np.searchsorted(key, key - hours, side="right") - 1, rows
    begins = rows, np.minimum(np.searchsorted(key, key + hours, side="left"), n - 1)
    for first, last in (ends, begins):
        held = (first >= 0) & (unit[first] == unit[last]) & (key[last] - key[first] >= hours)
        # Both ends only ever move on, as pandas asks: those of another unit are not held.
        windows = _Windows(first=np.maximum(first, 0), last=last + 1)
        for values in (tracks.x, tracks.y):
            rolled = pd.Series(values).rolling(windows, min_periods=1)
            held &= (rolled.max() - rolled.min()).to_numpy() <= STILL_M
        np.add.at(still, first[held], 1)
        np.add.at(still, last[held], -1)
    return np.asarray(np.cumsum(still)[: n - 1] > 0)


def _joined(stays: Stays) -> Stays:
    """Join what follows without a gap in one place and of one kind."""
    if not len(stays.unit):
        return stays
    new = np.ones(len(stays.unit), dtype=bool)
    new[1:] = stays.start[1:] != stays.end[:-1]
    for values in (stays.unit, stays.place, stays.kind):
        new[1:] |= values[1:] != values[:-1]
    at = np.flatnonzero(new)
    last = np.append(at[1:], len(new)) - 1
    return Stays(stays.unit[at], stays.place[at], stays.start[at], stays.end[last], stays.kind[at])


class Covered(NamedTuple):
    """Time in which any unit was in a place: stretches that do not touch each other."""

    place: Ints
    start: Ints
    end: Ints


def union_of(stays: Stays) -> Covered:
    """Return the time in which any unit was in each place, in order of place and time.

    Parameters
    ----------
    stays : Stays

    Returns
    -------
    Covered
    """
    if not len(stays.unit):
        return Covered(stays.place, stays.start, stays.end)
    order = np.lexsort((stays.end, stays.start, stays.place))
    place, start, end = stays.place[order], stays.start[order], stays.end[order]
    least, length = int(start.min()), int(end.max() - start.min()) + 1
    # One place after the other on one line of time, so that one pass finds how far time is covered.
    shift = np.unique(place, return_inverse=True)[1].astype(np.int64) * length - least
    reached = np.maximum.accumulate(end + shift)
    new = np.ones(len(place), dtype=bool)
    new[1:] = (start + shift)[1:] > reached[:-1]
    at = np.flatnonzero(new)
    last = np.append(at[1:], len(new)) - 1
    return Covered(place[at], start[at], reached[last] - shift[at])


def visits_of(covered: Covered, rules: Rules) -> Covered:
    """Return the visits: stretches joined over short absences, but for those that are too short.

    Parameters
    ----------
    covered : Covered
    rules : Rules

    Returns
    -------
    Covered
        A visit is long enough by the time within the place alone.
    """
    if not len(covered.place):
        return covered
    new = np.ones(len(covered.place), dtype=bool)
    gap = (covered.start[1:] - covered.end[:-1]) / SECOND
    new[1:] = (covered.place[1:] != covered.place[:-1]) | (gap > rules.merge_s)
    visit = np.cumsum(new) - 1
    inside = np.bincount(visit, covered.end - covered.start) / SECOND
    at = np.flatnonzero(new)
    last = np.append(at[1:], len(new)) - 1
    long_enough = inside >= rules.min_visit_s
    made = Covered(covered.place[at], covered.start[at], covered.end[last])
    return Covered(*(values[long_enough] for values in made))


def by_day(start: Ints, end: Ints, days: Ints) -> tuple[npt.NDArray[np.intp], Ints, Floats]:
    """Cut stretches of time at the ends of days, and cut off what lies in none.

    Parameters
    ----------
    start, end : ndarray of int64, shape (n,)
    days : ndarray of int64, shape (d + 1,)
        When days begin, and the last one ends.

    Returns
    -------
    at : ndarray of int, shape (m,)
        Which stretch each part is of.
    day : ndarray of int64
    minutes : ndarray of float64
    """
    start, end = np.clip(start, days[0], days[-1]), np.clip(end, days[0], days[-1])
    first = np.searchsorted(days, start, side="right") - 1
    last = np.searchsorted(days, end, side="left") - 1
    parts = np.where(end > start, last - first + 1, 0)
    at = np.repeat(np.arange(len(start)), parts)
    offset = np.cumsum(parts) - parts
    day = first[at] + np.arange(len(at)) - offset[at]
    length = np.minimum(end[at], days[day + 1]) - np.maximum(start[at], days[day])
    return at, day, length / (60.0 * SECOND)
