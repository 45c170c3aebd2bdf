"""The plan of a patrol: which hotspot in which hours, its times drawn at random with a seed."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple, TypeAlias

import geopandas as gpd
import numpy as np
import pandas as pd

from hotspot._checks import (
    chosen_seed,
    incident_problems,
    integer_problems,
    raise_problems,
    seed_problems,
    warn_if_empty,
)
from hotspot._errors import ConfigError
from hotspot.dates import moment_of
from hotspot.english import count
from hotspot.output.page_parts import ResultPage
from hotspot.output.results import Result
from hotspot.patrol.busiest_hours import PlaceHours, place_hours
from hotspot.patrol.patrolled_places import Places, place_problems

if TYPE_CHECKING:
    from matplotlib.figure import Figure

#: Minutes a visit after which a further minute added nothing more (Koper 1995).
KOPER_MINUTES = (11, 15)
#: Between two visits of one place, and on the way from one to another.
_APART_MIN, _TRAVEL_MIN = 120, 5
# Starts stand on a grid of minutes, as officers note them.
_GRID_MIN = 5
_LONGEST_SHIFT_H = 24
_MOST_DAYS = 366
_MOST_LINES = 5
Shifts: TypeAlias = pd.DataFrame | Iterable[tuple[Any, Any]]


@dataclass(frozen=True, repr=False)
class PatrolPlan(Result):
    """Result of `patrol_plan`.

    Parameters
    ----------
    table : DataFrame
        A row per visit in order of time: ``day``, ``start``, ``end``, ``place``, ``shift`` and
        ``visit`` (which of that day at the place).
    hours : PlaceHours
        In which hours each place is burgled.
    places : GeoDataFrame
        ``place`` and ``geometry``.
    unplaced : DataFrame
        ``day``, ``place`` and ``visits`` for which the shifts left no room.
    settings : mapping
        What it was made with, its seed too.
    notes : tuple of str
    """

    product: ClassVar[str] = "patrol-plan"
    table: pd.DataFrame
    hours: PlaceHours
    places: gpd.GeoDataFrame = field(repr=False)
    unplaced: pd.DataFrame
    settings: Mapping[str, Any]
    notes: tuple[str, ...]

    def __getitem__(self, name: Any) -> Any:
        return self.table[name]

    def __len__(self) -> int:
        return len(self.table)

    def summary(self) -> str:
        """Return how many visits are planned, where and when, and on what that rests.

        Returns
        -------
        str
            One sentence a line.
        """
        from hotspot.patrol.plan_page import plan_sentences

        return "\n".join(plan_sentences(self))

    def plot(self) -> "Figure":
        """Draw the hours of each place, with the visits in them.

        Returns
        -------
        matplotlib.figure.Figure
        """
        from hotspot.patrol.plan_page import draw_plan

        return draw_plan(self)

    def page(self) -> ResultPage:
        """Return what the page says: a sheet of visits for each day.

        Returns
        -------
        ResultPage
        """
        from hotspot.patrol.plan_page import plan_page

        return plan_page(self)

    def tables(self) -> dict[str, pd.DataFrame]:
        """Return the visits and the hours.

        Returns
        -------
        dict of str to DataFrame
        """
        from hotspot.patrol.plan_page import visit_rows

        return {"visits": visit_rows(self.table), "hours": self.hours.table}

    def content(self) -> dict[str, Any]:
        """Return settings, words and rows as JSON can hold them.

        Returns
        -------
        dict
        """
        rows = self.table.assign(
            day=self.table["day"].dt.strftime("%Y-%m-%d"),
            start=self.table["start"].dt.strftime("%Y-%m-%d %H:%M"),
            end=self.table["end"].dt.strftime("%Y-%m-%d %H:%M"),
        )
        return {
            **self.settings,
            "summary": self.summary().splitlines(),
            "notes": list(self.notes),
            "hours": json.loads(self.hours.table.to_json(orient="records", double_precision=6)),
            "rows": json.loads(rows.to_json(orient="records")),
        }

    def __repr__(self) -> str:
        return f"<PatrolPlan of {count(len(self.table), 'visit')}>"


def patrol_plan(
    places: gpd.GeoDataFrame,
    incidents: gpd.GeoDataFrame,
    shifts: Shifts,
    visits_per_day: int = 1,
    minutes: int = 15,
    seed: int | None = None,
) -> PatrolPlan:
    """Plan visits of hotspots in the hours in which each is burgled, at times drawn at random.

    Parameters
    ----------
    places : GeoDataFrame
        Polygons or lines as of `patrol_dosage`.
    incidents : GeoDataFrame
        As `read_incidents` returns them.
    shifts : DataFrame or iterable of (start, end)
        When officers are there, in local time: ``start`` and ``end``, optionally ``shift`` (what it
        is called) and ``units`` (how many patrols it has; 1).
    visits_per_day : int
        For each place on each day on which there is a shift.
    minutes : int
        How long a visit is. 11 to 15 is what Koper found to last longest.
    seed : int, optional
        One seed gives one plan, whatever the order of the rows. Default: drawn, and kept.

    Returns
    -------
    PatrolPlan

    Raises
    ------
    DataError
        If places or incidents cannot be used.
    ConfigError
        If only an argument is wrong: everything that is wrong with the shifts.

    Notes
    -----
    A start is drawn among the minutes of the shifts by the share of burglaries of its hour, so that
    most visits are in the hours that matter and none can be foretold. Two visits of a place are two
    hours apart, a patrol is in one place at a time with five minutes between, and what finds no
    room is told. Koper watched disorder hotspots in Minneapolis, bars and shops with people about:
    that 15 minutes are best against burglary has not been shown.

    References
    ----------
    Koper, C. S. (1995). Just enough police presence: reducing crime and disorderly behavior by
    optimizing patrol time in crime hot spots. Justice Quarterly 12(4), 649-672.

    Examples
    --------
    >>> from shapely import box
    >>> day = pd.to_datetime(["2026-02-02 19:00"] * 12)
    >>> frame = pd.DataFrame({"crime_ref": list("ABCDEFGHIJKL"), "occurred_from": day,
    ...                       "occurred_to": day + pd.Timedelta(hours=2)})
    >>> at = gpd.points_from_xy([5] * 12, [5] * 12)
    >>> incidents = gpd.GeoDataFrame(frame, geometry=at, crs=27700)
    >>> places = gpd.GeoDataFrame({"place": ["Quay"]}, geometry=[box(0, 0, 9, 9)], crs=27700)
    >>> plan = patrol_plan(places, incidents, [("2026-03-02 14:00", "2026-03-02 22:00")], seed=1)
    >>> plan.table["start"].dt.hour.item() in (19, 20)
    True
    """
    problems = integer_problems(1, visits_per_day=visits_per_day, minutes=minutes)
    if not problems and not minutes <= 120:
        problems.append(f"minutes must be 120 or less, not {minutes!r}.")
    problems += seed_problems(seed) if seed is not None else []
    read, more = _read_shifts(shifts)
    raise_problems([*place_problems(places), *incident_problems(incidents)], [*problems, *more])
    warn_if_empty(incidents)
    found = Places(places, incidents.crs)
    hours = place_hours(found, incidents)
    seed = chosen_seed(seed)
    visits, unplaced = _drawn(found.names, hours, read, (visits_per_day, minutes), seed)
    notes = []
    if not KOPER_MINUTES[0] <= minutes <= KOPER_MINUTES[1]:
        notes.append(
            f"Visits of {minutes} minutes: Koper found 11 to 15 to last longest, and more to add "
            "nothing."
        )
    if len(unplaced):
        notes.append(
            f"The shifts have no room for {count(int(unplaced['visits'].sum()), 'visit')}: ask "
            "for fewer, or give more patrols or longer shifts."
        )
    settings = {"visits_per_day": visits_per_day, "minutes": minutes, "seed": seed}
    return PatrolPlan(visits, hours, found.frame, unplaced, settings, tuple(notes))


class _Shift(NamedTuple):
    """Officers on duty: from when to when, what it is called, how many patrols."""

    start: pd.Timestamp
    end: pd.Timestamp
    name: str
    units: int


def _read_shifts(shifts: Shifts) -> tuple[list[_Shift], list[str]]:
    """Read shifts in order, and what is wrong with them."""
    problems: list[str] = []
    try:
        if isinstance(shifts, pd.DataFrame):
            missing = [name for name in ("start", "end") if name not in shifts.columns]
            if missing:
                return [], [f"The shifts lack the column {name}." for name in missing]
            rows = [
                (row["start"], row["end"], {str(name): row[name] for name in row})
                for row in shifts.to_dict("records")
            ]
        else:
            rows = [(start, end, {}) for start, end in shifts]
    except (TypeError, ValueError):
        return [], ["shifts must be a DataFrame with start and end, or pairs of both."]
    read = []
    for number, (start, end, row) in enumerate(rows, 1):
        shift, wrong = _shift(f"shift {number}", start, end, row)
        problems += wrong
        read += [shift] if shift is not None else []
    if len(problems) > _MOST_LINES:
        more = count(len(problems) - _MOST_LINES, "more fault")
        problems[_MOST_LINES:] = [
            f"{more} of shifts. Dates as text are year first: pd.to_datetime(..., dayfirst=True) "
            "reads others."
        ]
    if not rows:
        problems.append("There is no shift: give the start and the end of each.")
    if read and (max(one.end for one in read) - min(one.start for one in read)).days > _MOST_DAYS:
        problems.append(f"The shifts span over {_MOST_DAYS} days: plan a shorter time.")
    return sorted(read), problems


def _shift(name: str, start: Any, end: Any, row: Mapping[str, Any]) -> tuple[Any, list[str]]:
    """Read one shift, and what is wrong with it."""
    problems, times = [], []
    for which, value in (("start", start), ("end", end)):
        try:
            times.append(moment_of(value, f"The {which} of {name}"))
        except ConfigError as error:
            problems += error.problems
    units = row.get("units", 1)
    units = 1 if pd.isna(units) else units
    if not (isinstance(units, int | float | np.number) and units >= 1 and units == int(units)):
        problems.append(f"The units of {name} must be a whole number, 1 or more, not {units!r}.")
    if len(times) == 2 and times[1] <= times[0]:
        problems.append(f"The end of {name} ({times[1]}) is not after its start ({times[0]}).")
    elif len(times) == 2 and times[1] - times[0] > pd.Timedelta(hours=_LONGEST_SHIFT_H):
        problems.append(f"{name.capitalize()} is longer than {_LONGEST_SHIFT_H} hours.")
    if problems:
        return None, problems
    called = row.get("shift")
    called = f"{times[0]:%H:%M} to {times[1]:%H:%M}" if pd.isna(called) else str(called)
    return _Shift(times[0], times[1], called, int(units)), []


def _drawn(
    names: list[str], hours: PlaceHours, shifts: list[_Shift], what: tuple[int, int], seed: int
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Draw the visits of every day; return them, and what found no room."""
    visits_per_day, minutes = what
    by_day: dict[pd.Timestamp, list[_Start]] = {}
    for number, shift in enumerate(shifts):
        for one in _starts(shift, number, minutes):
            by_day.setdefault(one.time.normalize(), []).append(one)
    # By name, so that the order of the rows decides nothing.
    order = np.argsort(np.array(names, dtype=object), kind="stable")
    visits, unplaced = [], []
    days = pd.date_range(min(s.start for s in shifts).normalize(),
                         max(s.end for s in shifts).normalize(), freq="D")  # fmt: skip
    for day in days:
        starts = by_day.get(day, [])
        if not starts and not any(s.start < day + pd.Timedelta(days=1) and s.end > day
                                  for s in shifts):  # fmt: skip
            continue
        random = np.random.default_rng([seed, day.toordinal()])
        room = _Room(starts, [shift.units for shift in shifts], minutes)
        missed: dict[str, int] = {}
        for visit in range(1, visits_per_day + 1):
            for at in order[random.permutation(len(names))]:
                start = room.draw(names[at], hours.weights[at], random)
                if start is None:
                    missed[names[at]] = missed.get(names[at], 0) + 1
                    continue
                end = start.time + pd.Timedelta(minutes=minutes)
                visits.append((day, start.time, end, names[at], shifts[start.shift].name, visit))
        unplaced += [(day, name, number) for name, number in sorted(missed.items())]
    table = pd.DataFrame(visits, columns=["day", "start", "end", "place", "shift", "visit"])
    table = table.sort_values(["start", "place"], kind="stable", ignore_index=True)
    turn = table.groupby(["day", "place"], sort=False).cumcount() + 1
    none = pd.DataFrame(unplaced, columns=["day", "place", "visits"])
    return table.assign(visit=turn), none


class _Start(NamedTuple):
    """A minute at which a visit may begin, and in which shift."""

    time: pd.Timestamp
    shift: int


def _starts(shift: _Shift, number: int, minutes: int) -> list[_Start]:
    """Return the starts of visits that end within a shift."""
    last = shift.end - pd.Timedelta(minutes=minutes)
    times = pd.date_range(shift.start.ceil(f"{_GRID_MIN}min"), last, freq=f"{_GRID_MIN}min")
    return [_Start(time, number) for time in times]


class _Room:
    """What is left of the shifts of a day."""

    def __init__(self, starts: list[_Start], units: list[int], minutes: int) -> None:
        self._starts = starts
        self._minute = np.array([one.time.value // 60_000_000_000 for one in starts], dtype=int)
        self._hour = np.array([one.time.hour for one in starts], dtype=int)
        self._shift = np.array([one.shift for one in starts], dtype=int)
        self._units = np.array(units, dtype=int)
        self._minutes = minutes
        self._taken: list[tuple[int, int, str]] = []

    def draw(self, name: str, weights: Any, random: np.random.Generator) -> _Start | None:
        """Draw a start by the weights of its hour; None where there is no room."""
        free = np.ones(len(self._starts), dtype=bool)
        busy = np.zeros(len(self._starts), dtype=int)
        for minute, shift, place in self._taken:
            near = np.abs(self._minute - minute)
            busy += (near < self._minutes + _TRAVEL_MIN) & (self._shift == shift)
            if place == name:
                free &= near >= _APART_MIN
        if len(free):
            free &= busy < self._units[self._shift]
        if not free.any():
            return None
        chance = np.where(free, weights[self._hour], 0.0)
        # Where no burglary is known of in all of these hours, each is as good.
        chance = chance if chance.sum() > 0 else free.astype(float)
        at = int(random.choice(len(chance), p=chance / chance.sum()))
        self._taken.append((int(self._minute[at]), int(self._shift[at]), name))
        return self._starts[at]
