"""From burglaries and addresses to the doors of a visit list, and to those a message reaches."""

from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from hotspot.cocooning.doors import (
    ROUNDING_M,
    Bools,
    Doors,
    Ints,
    Near,
    Texts,
    prepare_doors,
    texts,
)
from hotspot.cocooning.listed_visits import Made, make_visits
from hotspot.cocooning.matching import (
    BY_BUILDING,
    BY_PLACE,
    SAME_TEXT_WITHIN_M,
    events_of,
    repeated_references,
)
from hotspot.cocooning.presets import Reach
from hotspot.cocooning.ranking import Forecaster, modelled_risk, usual_risk
from hotspot.cocooning.rings import BURGLED, BY_DISTANCE, Neighbours, homes_around
from hotspot.cocooning.tiers import Tier, tiers_of
from hotspot.cocooning.visit_history import Ledger, count_expired, read_history
from hotspot.dates import known_by

_YEAR_DAYS = 366
_RANK_ORDER = {
    "later": True, "expected": False, "ring": True, "newest": False, "distance_m": True,
    "street_rank": True, "house_rank": True, "uprn": True, "visit_id": True,
}  # fmt: skip
_LIST_ORDER = {"ring": True, **{name: up for name, up in _RANK_ORDER.items() if name != "ring"}}


@dataclass(frozen=True)
class Rule:
    """What makes a burglary live, a home near and a list full; `as_of` is the last moment."""

    as_of: pd.Timestamp
    visit_days: int
    distance_m: float
    window_days: int
    revisit_days: int
    max_visits: int | None
    exclude: frozenset[str]
    reach: Reach
    preset: str
    age_bands_days: tuple[int, ...]
    tiers: tuple[Tier, ...] = ()
    model: Forecaster | None = None


@dataclass(frozen=True)
class Plan:
    """All that both lists are made of.

    `live` are the burglaries within the window in order of time; `visits` has a row per door of
    rings 0 to 2, the most urgent first, and `scheduled` tells those within `max_visits`;
    `crimes` and `newest` say for each home of ring 3 how many burglaries reach it, and which of
    `live` is the newest of them. `unmatched_stops` counts entries of the stop list that match
    nothing, `repeated` rows of incidents whose reference came before.
    """

    doors: Doors
    live: pd.DataFrame
    visits: pd.DataFrame
    scheduled: Bools
    crimes: Ints
    newest: Ints
    counts: dict[str, int]
    unmatched_stops: int
    repeated: int


def make_plan(
    incidents: gpd.GeoDataFrame,
    addresses: gpd.GeoDataFrame,
    areas: gpd.GeoDataFrame | None,
    rule: Rule,
    ledger: Ledger | None = None,
) -> Plan:
    """Work out who is visited and who is within the rule."""
    doors = prepare_doors(addresses, _near(incidents, rule))
    barred = among(doors.uprn, rule.exclude) | among(doors.parent, rule.exclude)
    past, excluded = _past_events(incidents, doors, barred, rule)
    live = _live(past, rule)
    to_visit = (live["age_days"] <= rule.visit_days).to_numpy()
    known = live["door"].to_numpy() >= 0
    no_home = known & ~np.append(doors.lived_in, True)[live["door"]]
    history = read_history(ledger, rule.as_of, rule.revisit_days, rule.visit_days)
    # Whose door a visit without an address was to can be told by the burglary that made it.
    told_by = np.ones_like(to_visit) if history.by_id else to_visit
    links = _links(live[told_by & ~no_home], doors, barred, rule)
    in_a_year = _burglaries_in_a_year(past, doors, rule)
    made = make_visits(links, live, to_visit, doors, barred, in_a_year, history)
    usual = usual_risk(past, doors.addresses, rule.as_of)
    started = None if ledger is None else ledger.started or rule.as_of
    visits = _ranked(made.visits, areas, rule, doors, usual, incidents.crs, started)
    scheduled = _scheduled(visits, rule)
    in_window = live["age_days"] <= rule.window_days
    crimes, newest = _within_rule(live[in_window], doors, rule.distance_m)
    crimes[barred | _not_to_tell(made, doors)] = 0
    by_distance = to_visit[links["event"]] & links["link"].isin(BY_DISTANCE)
    listed = {doors.uprn[home] for homes in visits["doors"] for home in homes}
    counts = {
        "live": int(to_visit.sum()),
        "live_within_window": int(in_window.sum()),
        "excluded": excluded,
        "unmatched": int((to_visit & ~known).sum()),
        "non_residential": int((to_visit & no_home).sum()),
        "by_distance": int(links.loc[by_distance, "event"].nunique()),
        "ring3": int(np.count_nonzero(crimes)),
        "not_scheduled": int((~scheduled).sum()),
        "burgled_not_scheduled": int((visits["ring"][~scheduled] == 0).sum()),
        "left_out": len(made.left_out),
        "overdue": int((visits["overdue"][scheduled] == "overdue").sum()),
        "before_start": int((visits["overdue"][scheduled] == "before start").sum()),
        "expired": count_expired(ledger, made.history, listed),
    }
    stops = _unmatched_stops(incidents, addresses, rule.exclude)
    points = incidents.geometry
    repeated = int(repeated_references(incidents, points.x, points.y).sum())
    return Plan(doors, live, visits, scheduled, crimes, newest, counts, stops, repeated)


def _near(incidents: gpd.GeoDataFrame, rule: Rule) -> Near:
    """Say which addresses can matter: around live burglaries, and any that a burglary names.

    Doors lie within the rule's distance of a live burglary; whether the text of a burglary
    names one of them alone turns on what else lies near.
    """
    age_days = (rule.as_of.normalize() - incidents["occurred_to"].dt.normalize()).dt.days
    known = known_by(incidents, rule.as_of)
    live = known & (age_days <= max(rule.visit_days, rule.window_days)).to_numpy()
    year = known & (age_days <= max(_YEAR_DAYS, rule.window_days)).to_numpy()
    uprn = texts(incidents, "uprn")
    points = np.column_stack([incidents.geometry.x, incidents.geometry.y])
    named = ~pd.isna(uprn)
    return Near(
        points=points[live],
        within_m=rule.distance_m + ROUNDING_M,
        read_around=points[year & ~named],
        read_within_m=SAME_TEXT_WITHIN_M + ROUNDING_M,
        at=uprn[live & named],
        others=uprn[year & named],
    )


def _live(past: pd.DataFrame, rule: Rule) -> pd.DataFrame:
    """Keep the burglaries that make visits or messages, in order of time."""
    live = past[past["age_days"] <= max(rule.visit_days, rule.window_days)]
    return live.assign(
        visits_end=_last_moments(live["ended"], rule.visit_days),
        rule_ends=_last_moments(live["ended"], rule.window_days),
        rank=np.arange(len(live)),
    ).reset_index(drop=True)


def _ranked(
    visits: pd.DataFrame,
    areas: gpd.GeoDataFrame | None,
    rule: Rule,
    doors: Doors,
    usual: float,
    crs: Any,
    started: pd.Timestamp | None,
) -> pd.DataFrame:
    """Add area, expected burglaries, tier and what is overdue, and sort: most urgent first."""
    homes = visits["doors"].map(len).clip(lower=1).to_numpy(dtype=float)
    if rule.model is None or visits.empty:
        each = usual * (1.0 + visits["raised"].to_numpy(dtype=float))
    else:
        each = modelled_risk(rule.model, visits, doors, crs)
    late = visits["act_by"] <= rule.as_of
    overdue = np.full(len(visits), "", dtype=object)
    if started is not None:
        overdue[late] = "overdue"
        overdue[late & (visits["act_by"] <= started)] = "before start"
    ranked = visits.assign(
        area=areas_of(visits, areas),
        # The last digits of a sum decide nothing.
        expected=np.round(homes * each, 12),
        tier=tiers_of(visits, rule.tiers),
        overdue=overdue,
        later=visits["ring"] > 0,
    )
    return ranked.sort_values(
        list(_LIST_ORDER), ascending=list(_LIST_ORDER.values()), ignore_index=True
    )


def _scheduled(visits: pd.DataFrame, rule: Rule) -> Bools:
    """Tell the visits that fit: burgled homes first, then where most is to be expected."""
    if rule.max_visits is None:
        return np.ones(len(visits), dtype=bool)
    in_turn = visits.sort_values(list(_RANK_ORDER), ascending=list(_RANK_ORDER.values()))
    turn = in_turn.groupby("area", dropna=False, sort=False).cumcount()
    return np.asarray((turn < rule.max_visits).reindex(visits.index), dtype=bool)


def _not_to_tell(made: Made, doors: Doors) -> Bools:
    """Tell the homes that get no message: those visited, those told, those who refused."""
    kept_back = np.zeros(len(doors.uprn), dtype=bool)
    kept_back[made.told] = True
    for listed in made.visits["doors"]:
        kept_back[list(listed)] = True
    barred = [home for home in made.history.by_home if made.history.bars(home)]
    found = doors.find(np.array(barred, dtype=object))
    kept_back[found[found >= 0]] = True
    return kept_back


def _unmatched_stops(
    incidents: gpd.GeoDataFrame, addresses: gpd.GeoDataFrame, exclude: frozenset[str]
) -> int:
    """Count the entries of the stop list that match no reference and no address."""
    if not exclude:
        return 0
    columns = [texts(incidents, "crime_ref"), texts(incidents, "uprn")]
    columns += [texts(addresses, name) for name in ("uprn", "parent_uprn")]
    return len(exclude.difference(*columns))


def among(values: Texts, chosen: frozenset[str]) -> Bools:
    """Tell which texts are on the stop list, letter for letter."""
    return np.asarray(pd.Series(values, dtype=object).isin(chosen))


def areas_of(rows: pd.DataFrame, areas: gpd.GeoDataFrame | None) -> Texts:
    """Name the area of each row by its point; on a border the first by name, outside all None.

    Without areas it is what the address or the incident says.
    """
    if areas is None:
        return rows["own_area"].to_numpy(dtype=object)
    row, area = areas.sindex.query(
        shapely.points(rows[["x", "y"]].to_numpy(dtype=float)), predicate="intersects"
    )
    names = texts(areas, "area")[area]
    found = pd.DataFrame({"row": row, "area": names}).sort_values("area")
    first = found.drop_duplicates("row").set_index("row")["area"]
    named = first.reindex(range(len(rows))).astype(object)
    return np.asarray(named.where(named.notna(), None), dtype=object)


def _last_moments(ended: "pd.Series[pd.Timestamp]", days: int) -> "pd.Series[pd.Timestamp]":
    """Give the end of the last day of windows that begin when burglaries end."""
    return ended.dt.normalize() + pd.Timedelta(days=days + 1) - pd.Timedelta(microseconds=1)


def _past_events(
    incidents: gpd.GeoDataFrame, doors: Doors, barred: Bools, rule: Rule
) -> tuple[pd.DataFrame, int]:
    """Give the events of a year or of the window, and how many live references are left out."""
    today = rule.as_of.normalize()
    age_days = (today - incidents["occurred_to"].dt.normalize()).dt.days
    in_time = (age_days <= max(_YEAR_DAYS, rule.window_days)).to_numpy()
    recent = known_by(incidents, rule.as_of) & in_time
    stopped = among(texts(incidents, "crime_ref"), rule.exclude) | among(
        texts(incidents, "uprn"), rule.exclude
    )
    excluded = int((recent & stopped & (age_days <= rule.window_days).to_numpy()).sum())
    events = events_of(incidents[recent & ~stopped], doors)
    events["age_days"] = (today - events["ended"].dt.normalize()).dt.days
    at_barred = np.append(barred, False)[events["door"]]
    left_out = events[at_barred & (events["age_days"] <= rule.window_days).to_numpy()]
    excluded += int(left_out["refs"].map(len).sum())
    return events[~at_barred].reset_index(drop=True), excluded


def _burglaries_in_a_year(past: pd.DataFrame, doors: Doors, rule: Rule) -> Ints:
    """Count the burglaries of the past 12 months at each address; one more entry for none.

    A match by place is a guess: good enough to check before a visit, too weak for a history.
    """
    since = rule.as_of - pd.DateOffset(years=1)
    sure = (past["how"] != BY_PLACE) | (past["age_days"] <= rule.visit_days)
    at = past.loc[(past["ended"] > since) & (past["door"] >= 0) & sure, "door"].to_numpy()
    return np.append(np.bincount(at, minlength=len(doors.uprn)), 1)


def _links(starts: pd.DataFrame, doors: Doors, barred: Bools, rule: Rule) -> pd.DataFrame:
    """Join burglaries to the doors of rings 0 to 2; an unmatched victim has a door below -1."""
    event, door = starts.index.to_numpy(), starts["door"].to_numpy()
    x = np.where(door >= 0, np.append(doors.x, 0.0)[door], starts["x"])
    y = np.where(door >= 0, np.append(doors.y, 0.0)[door], starts["y"])
    # One without entries, so that there is something to join where nothing is live.
    parts, reached = [_ring_0(np.array([], dtype=np.int64))], np.array([], dtype=np.int64)
    for nth, how in enumerate(starts["how"]):
        at = int(door[nth])
        burgled = _burgled(doors, at, int(event[nth])) if how != BY_BUILDING else _flats(doors, at)
        around = homes_around(doors, x[nth], y[nth], at, rule.distance_m, rule.reach)
        parts += [burgled, _without(around, burgled.door)]
        counts = len(parts[-2].door) + len(parts[-1].door)
        reached = np.append(reached, np.full(counts, event[nth]))
    columns = {
        name: np.concatenate(values)
        for name, values in zip(Neighbours._fields, zip(*parts, strict=True), strict=True)
    }
    links = pd.DataFrame({"event": reached, **columns})
    return links[~np.append(barred, False)[np.maximum(links["door"], -1)]]


def _burgled(doors: Doors, door: int, event: int) -> Neighbours:
    """Give the burgled home itself; a victim without an address is known by the burglary."""
    return _ring_0(np.array([door if door >= 0 else -2 - event]))


def _flats(doors: Doors, building: int) -> Neighbours:
    """Give every home of a building in which one is burgled; where none is known the building."""
    place = doors.place[building]
    homes = doors.homes[doors.place[doors.homes] == place]
    return _ring_0(homes if len(homes) else np.array([building]))


def _ring_0(door: Ints) -> Neighbours:
    none = np.zeros(len(door), dtype=np.int64)
    return Neighbours(
        door, none, np.full(len(door), BURGLED, dtype=object), none, none.astype(float)
    )


def _without(around: Neighbours, burgled: Ints) -> Neighbours:
    kept = ~np.isin(around.door, burgled)
    return Neighbours(
        around.door[kept],
        around.ring[kept],
        around.link[kept],
        around.steps[kept],
        around.apart_m[kept],
    )


def _within_rule(live: pd.DataFrame, doors: Doors, distance_m: float) -> tuple[Ints, Ints]:
    """Count for each door the live burglaries within the distance, and find the newest."""
    crimes = np.zeros(len(doors.uprn), dtype=np.int64)
    newest = np.full(len(doors.uprn), -1, dtype=np.int64)
    points = live[["x", "y"]].to_numpy(dtype=float)
    # At the edge of the rule squared distances are compared, exactly as for pairs.
    around = doors.tree.query_ball_point(points, distance_m + ROUNDING_M)
    for event, (x, y), homes in zip(live.index, points, around, strict=True):
        near = doors.homes[homes]
        dx, dy = doors.x[near] - x, doors.y[near] - y
        near = near[dx * dx + dy * dy <= distance_m * distance_m]
        crimes[near] += 1
        newest[near] = event
    return crimes, newest
