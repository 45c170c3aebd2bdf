"""How much patrol places got: by place and day, with what nobody knows told apart."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

import geopandas as gpd
import numpy as np
import pandas as pd

from hotspot._checks import is_number, raise_problems
from hotspot._errors import ConfigError
from hotspot.dates import AsOf, moment_of
from hotspot.english import count
from hotspot.output.page_parts import ResultPage
from hotspot.output.results import Result
from hotspot.patrol.fix_tracks import fix_problems, tracks_of, utc_of, zone_name
from hotspot.patrol.patrolled_places import STREET_M, Places, names_of, place_problems
from hotspot.patrol.presence import (
    DRIVING,
    PATROL,
    SECOND,
    SILENT,
    STILL,
    UNKNOWN,
    Ints,
    Rules,
    Stays,
    Tracks,
    by_day,
    find_stays,
    union_of,
    visits_of,
)
from hotspot.reading.clock_changes import day_starts, zone_of

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from hotspot.patrol.patrol_times import PatrolPlan

#: What is added up over days or weeks.
MEASURES = (
    "visits", "patrol_minutes", "officer_minutes", "unknown_minutes", "driving_minutes",
    "still_minutes", "silent_minutes",
)  # fmt: skip
_MOST_CELLS = 5_000_000


@dataclass(frozen=True, repr=False)
class PatrolDosage(Result):
    """Result of `patrol_dosage`. ``dosage["visits"]`` is that column of its table.

    Parameters
    ----------
    table : DataFrame
        A row per place and day: ``place``, ``day``; ``visits`` (counted on the day on which they
        begin); ``patrol_minutes``, in which any unit was there, and ``officer_minutes``, those of
        all units added up; ``unknown_minutes``, between two fixes too far apart to tell;
        ``driving_minutes`` and ``still_minutes``, which are in none of those before;
        ``silent_minutes``, those of the unknown that lie between fixes over four hours apart, as
        of units off duty; ``asked``, visits asked for, and ``share``, how many of them were made
        (NaN where none was asked).
    places : GeoDataFrame
        ``place`` and ``geometry``, in the CRS of the fixes.
    units, fixes : int
        How many.
    known_hours : float
        Of all units together, in a place or not.
    days_without_fix : int
        Days of the period on which no unit has a fix: their noughts are not known.
    settings : mapping
        What it was made with.
    """

    product: ClassVar[str] = "patrol"
    table: pd.DataFrame
    places: gpd.GeoDataFrame = field(repr=False)
    units: int
    fixes: int
    known_hours: float
    days_without_fix: int
    settings: Mapping[str, Any]

    def __getitem__(self, name: Any) -> Any:
        return self.table[name]

    def __len__(self) -> int:
        return len(self.table)

    @property
    def by_place(self) -> pd.DataFrame:
        """The table added up over days, in the order of the places."""
        return self._summed(["place"])

    @property
    def by_week(self) -> pd.DataFrame:
        """The table added up over the weeks that begin on a Monday, by place and ``week``.

        A week that the period cuts has the ``days`` that it has. ``made`` is how many of the visits
        ``asked`` for were made: ``hs.impact.by_dose(..., dosage.by_week, reached="made")``.
        """
        day = self.table["day"]
        weekly = self.table.assign(week=day - pd.to_timedelta(day.dt.day_of_week, unit="D"), days=1)
        return self._summed(["place", "week"], weekly, ("days",))

    def _summed(
        self, by: list[str], table: pd.DataFrame | None = None, more: tuple[str, ...] = ()
    ) -> pd.DataFrame:
        table = self.table if table is None else table
        # Of visits over those asked for: more on one day make up for none on another.
        met = np.minimum(table["visits"], table["asked"])
        grouped = table.assign(met=met).groupby(by, sort=False)
        summed = grouped[[*more, *MEASURES]].sum()
        summed["asked"] = grouped["asked"].sum(min_count=1)
        met = grouped["met"].sum(min_count=1)
        summed["made"] = met
        summed["share"] = (met / summed["asked"]).where(summed["asked"] > 0)
        return summed.reset_index()

    def summary(self) -> str:
        """Return how much patrol the places got, what is not known of it first.

        Returns
        -------
        str
            One sentence a line.
        """
        from hotspot.patrol.dosage_page import sentences

        return "\n".join(sentences(self))

    def plot(self) -> "Figure":
        """Draw the hours of each place by what is known of them.

        Returns
        -------
        matplotlib.figure.Figure
        """
        from hotspot.patrol.dosage_page import draw

        return draw(self)

    def page(self) -> ResultPage:
        """Return what the page says.

        Returns
        -------
        ResultPage
        """
        from hotspot.patrol.dosage_page import dosage_page

        return dosage_page(self)

    def tables(self) -> dict[str, pd.DataFrame]:
        """Return the places, their weeks and their days; nothing by unit.

        Returns
        -------
        dict of str to DataFrame
        """
        return {"places": self.by_place, "weeks": self.by_week, "days": self.table}

    def content(self) -> dict[str, Any]:
        """Return settings, words and rows as JSON can hold them.

        Returns
        -------
        dict
        """
        days = self.table.assign(day=self.table["day"].dt.strftime("%Y-%m-%d"))
        return {
            **self.settings,
            "units": self.units,
            "fixes": self.fixes,
            "days_without_fix": self.days_without_fix,
            "summary": self.summary().splitlines(),
            "places": json.loads(self.by_place.to_json(orient="records", double_precision=6)),
            "rows": json.loads(days.to_json(orient="records", double_precision=6)),
        }

    def __repr__(self) -> str:
        return f"<PatrolDosage of {count(len(self.places), 'place')}: {self.summary()}>"


def patrol_dosage(
    fixes: gpd.GeoDataFrame,
    places: gpd.GeoDataFrame,
    start: AsOf,
    end: AsOf,
    max_gap_s: float = 300,
    min_visit_s: float = 60,
    merge_s: float = 120,
    max_speed_mps: float = 3.0,
    *,
    plan: "PatrolPlan | None" = None,
    timezone: str | None = None,
) -> PatrolDosage:
    """Compute how much patrol each place got on each day, and how much is not known.

    Parameters
    ----------
    fixes : GeoDataFrame
        As `read_patrols` returns them: ``unit``, ``time`` (local; with a zone it is heeded),
        ``geometry`` in metres and, optionally, ``accuracy_m``.
    places : GeoDataFrame
        Polygons, such as hotspots or beats, that do not lie on one another; or lines, such as
        streets: a fix is on the nearest within 25 m. Named by ``place``, ``area``, ``street``,
        ``name`` or ``rank``. In any CRS that they name. ``asked``, where they have it, is how many
        visits were asked for a day.
    start, end : date
        First and last day, both included: local days, of 23 and 25 hours as they come.
    max_gap_s : float
        Between fixes farther apart nobody knows where a unit was: unknown, never inside.
    min_visit_s : float
        A shorter visit is none; its minutes count.
    merge_s : float
        A shorter absence does not end a visit.
    max_speed_mps : float
        A faster step is driving, no patrol, in metres a second.
    plan : PatrolPlan, optional
        As `patrol_plan` returns it: ``asked`` is how many visits it has.
    timezone : str, optional
        What the times are of. Default: what `read_patrols` kept with them, else Europe/London.

    Returns
    -------
    PatrolDosage
        ``dosage.table`` has a row per place and day. No result has a row per unit.

    Raises
    ------
    DataError
        If fixes or places cannot be used, naming everything that is wrong with them.
    ConfigError
        If only an argument is wrong: `end` before `start`, a zone that is not known.

    Notes
    -----
    A step between two fixes counts in a place by the share of its ends inside: 0, one half or 1.
    Patrol minutes are those in which any unit was there; visits are told from these, so that two
    units that come together are one visit. A unit that for two hours never left a square of 50 m
    stood still: a radio in a drawer, or officers who guard a scene. Nothing is dropped: each minute
    of a unit is patrol, driving, still or unknown.

    References
    ----------
    Ariel, B., Weinborn, C. and Sherman, L. W. (2016). "Soft" policing at hot spots: do police
    community support officers work? A randomized controlled trial. Journal of Experimental
    Criminology 12, 277-317 (dosage from radios).

    Examples
    --------
    >>> seconds = [0, 60, 120, 180, 1080, 1140, 1200]
    >>> time = pd.Timestamp("2026-03-02 10:00") + pd.to_timedelta(seconds, unit="s")
    >>> at = gpd.points_from_xy([150, 50, 50, 50, 50, 50, 150], [50] * 7)
    >>> fixes = gpd.GeoDataFrame({"unit": "U1", "time": time}, geometry=at, crs=27700)
    >>> from shapely import box
    >>> place = gpd.GeoDataFrame({"place": ["Quay"]}, geometry=[box(0, 0, 100, 100)], crs=27700)
    >>> dosage = patrol_dosage(fixes, place, "2026-03-02", "2026-03-02")
    >>> dosage.table[["visits", "patrol_minutes", "unknown_minutes"]]
       visits  patrol_minutes  unknown_minutes
    0       2             4.0             15.0
    """
    rules = Rules(max_gap_s, min_visit_s, merge_s, max_speed_mps)
    first, last, problems = _period(start, end)
    problems += _rule_problems(rules)
    zone, more = zone_name(fixes, timezone)
    raise_problems([*fix_problems(fixes), *place_problems(places)], [*problems, *more])
    found = Places(places, fixes.crs)
    days = (last - first).days + 1
    if days * len(found.names) > _MOST_CELLS:
        raise ConfigError(
            f"{count(len(found.names), 'place')} on {count(days, 'day')} are too many for one "
            "table: ask for fewer."
        )
    utc = utc_of(fixes, zone)
    tracks = tracks_of(fixes, utc, found)
    begins = day_starts(first, days, zone_of(zone)).astype("datetime64[us]").astype(np.int64)
    stays = find_stays(tracks, rules)
    table = _table(stays, found.names, first, begins, rules)
    asked = _asked(places, found, plan, table)
    share = (asked.clip(upper=table["visits"]) / asked).where(asked > 0)
    seen = np.bincount(np.clip(np.searchsorted(begins, tracks.time, side="right"), 0, days + 1),
                       minlength=days + 2)[1:-1]  # fmt: skip
    settings = {
        "start": f"{first:%Y-%m-%d}", "end": f"{last:%Y-%m-%d}", "max_gap_s": float(max_gap_s),
        "min_visit_s": float(min_visit_s), "merge_s": float(merge_s),
        "max_speed_mps": float(max_speed_mps), "timezone": zone,
        "street_m": STREET_M if found.are_lines else None,
    }  # fmt: skip
    return PatrolDosage(
        table.assign(asked=asked, share=share), found.frame, int(fixes["unit"].nunique()),
        len(fixes), _known_hours(tracks, rules, begins), int((seen == 0).sum()), settings,
    )  # fmt: skip


def _period(start: AsOf, end: AsOf) -> tuple[pd.Timestamp, pd.Timestamp, list[str]]:
    """Read the first and the last day, and what is wrong with them."""
    problems, days = [], []
    for name, value in (("start", start), ("end", end)):
        try:
            day = moment_of(value, name)
            if day != day.normalize():
                problems.append(f"{name} must be a day without a time of day, not {day}.")
            days.append(day.normalize())
        except ConfigError as error:
            problems += error.problems
    if len(days) < 2:
        return pd.Timestamp(0), pd.Timestamp(0), problems
    if days[1] < days[0]:
        problems.append(f"end ({days[1]:%Y-%m-%d}) is before start ({days[0]:%Y-%m-%d}).")
    return days[0], days[1], problems


def _rule_problems(rules: Rules) -> list[str]:
    """Return which of the rules are no numbers above 0; merging and least visits may be 0."""
    problems = []
    for name, value in vars(rules).items():
        least = "0 or more" if name in ("min_visit_s", "merge_s") else "more than 0"
        fits = is_number(value) and (value >= 0 if least == "0 or more" else value > 0)
        if not fits:
            problems.append(f"{name} must be a number, {least}, not {value!r}.")
    return problems


def _table(
    stays: Stays,
    names: list[str],
    first: pd.Timestamp,
    begins: Ints,
    rules: Rules,
) -> pd.DataFrame:
    """Add up minutes and visits by place and day."""
    days = len(begins) - 1
    cells = len(names) * days

    def minutes(place: Ints, start: Ints, end: Ints) -> Any:
        at, day, long = by_day(start, end, begins)
        return np.bincount(place[at] * days + day, long, minlength=cells).astype(np.float64)

    kinds = {}
    for kind in (PATROL, DRIVING, STILL, UNKNOWN, SILENT):
        some = stays.where(stays.kind == kind)
        kinds[kind] = minutes(some.place, some.start, some.end)
    covered = union_of(stays.where(stays.kind == PATROL))
    visits = visits_of(covered, rules)
    day = np.searchsorted(begins, visits.start, side="right") - 1
    within = (visits.start >= begins[0]) & (visits.start < begins[-1])
    counted = np.bincount((visits.place * days + day)[within], minlength=cells)
    return pd.DataFrame(
        {
            "place": np.repeat(np.array(names, dtype=object), days),
            "day": np.tile(pd.date_range(first, periods=days, freq="D"), len(names)),
            "visits": counted.astype(np.int64),
            "patrol_minutes": minutes(*covered),
            "officer_minutes": kinds[PATROL],
            "unknown_minutes": kinds[UNKNOWN] + kinds[SILENT],
            "driving_minutes": kinds[DRIVING],
            "still_minutes": kinds[STILL],
            "silent_minutes": kinds[SILENT],
        }
    )


def _asked(
    places: gpd.GeoDataFrame, found: Places, plan: "PatrolPlan | None", table: pd.DataFrame
) -> "pd.Series[float]":
    """Return how many visits were asked for, by place and day; NaN where nothing tells."""
    if plan is not None:
        asked = plan.table.groupby(["place", "day"]).size()
        at = pd.MultiIndex.from_frame(table[["place", "day"]])
        return pd.Series(asked.reindex(at).fillna(0).to_numpy(dtype=np.float64))
    if "asked" not in places.columns:
        return pd.Series(np.full(len(table), np.nan))
    told = pd.to_numeric(places["asked"], errors="coerce").to_numpy(dtype=np.float64)
    by_name = pd.Series(told, index=names_of(places).to_numpy()).groupby(level=0).max()
    return table["place"].map(by_name).astype(np.float64)


def _known_hours(tracks: Tracks, rules: Rules, begins: Ints) -> float:
    """Add up the hours of all units in which their fixes tell where they were."""
    same = tracks.unit[1:] == tracks.unit[:-1]
    start, end = tracks.time[:-1][same], tracks.time[1:][same]
    known = (end - start) <= rules.max_gap_s * SECOND
    inside = np.clip(end, begins[0], begins[-1]) - np.clip(start, begins[0], begins[-1])
    return float(inside[known].sum() / SECOND / 3600)
