"""From burglaries and addresses to the doors of a visit list, and to those a message reaches."""

from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter
from typing import Any, NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from hotspot.cocooning.doors import ROUNDING_M, Bools, Doors, Ints, Texts, prepare_doors, texts
from hotspot.cocooning.events import BY_PLACE, events_of
from hotspot.cocooning.rings import BURGLED, NEARBY, Neighbours, homes_around
from hotspot.cocooning.wording import NO_ADDRESS, Link, door_note, reason, visit_id
from hotspot.dates import known_by

ACT_WITHIN_HOURS = (24, 48, 48)
_VISIT_ORDER = ["ring", "newest", "distance_m", "street_rank", "house_rank", "uprn", "visit_id"]


@dataclass(frozen=True)
class Rule:
    """What makes a burglary live, a home near and a list full; `as_of` is the last moment."""

    as_of: pd.Timestamp
    visit_days: int
    distance_m: float
    window_days: int
    max_visits: int | None
    exclude: frozenset[str]


class Visit(NamedTuple):
    """A door to knock on; `door` is -1 where the victim's address is not known."""

    visit_id: str
    uprn: str | None
    address: str
    number: str | None
    street: str | None
    ring: int
    reason: str
    door_note: str
    act_by: pd.Timestamp
    expires: pd.Timestamp
    crime_refs: str
    burglaries_12m: int
    distance_m: float
    newest: pd.Timestamp
    x: float
    y: float
    own_area: str | None
    door: int
    street_rank: int
    house_rank: int


@dataclass(frozen=True)
class Plan:
    """All that both lists are made of.

    `live` are the burglaries within the window in order of time; `visits` has a row per door of
    rings 0 to 2, the most urgent first, and `scheduled` tells those within `max_visits`;
    `crimes` and `newest` say for each home of ring 3 how many burglaries reach it, and which of
    `live` is the newest of them.
    """

    doors: Doors
    live: pd.DataFrame
    visits: pd.DataFrame
    scheduled: Bools
    crimes: Ints
    newest: Ints
    counts: dict[str, int]


def make_plan(
    incidents: gpd.GeoDataFrame,
    addresses: gpd.GeoDataFrame,
    areas: gpd.GeoDataFrame | None,
    rule: Rule,
) -> Plan:
    """Work out who is visited and who is within the rule."""
    doors = prepare_doors(addresses)
    barred = among(doors.uprn, rule.exclude) | among(doors.parent, rule.exclude)
    past, excluded = _past_events(incidents, doors, barred, rule)
    live = past[past["age_days"] <= max(rule.visit_days, rule.window_days)]
    live = live.assign(
        visits_end=_last_moments(live["ended"], rule.visit_days),
        rule_ends=_last_moments(live["ended"], rule.window_days),
    ).reset_index(drop=True)
    to_visit = live["age_days"] <= rule.visit_days
    known = live["door"].to_numpy() >= 0
    no_home = to_visit & known & ~np.append(doors.lived_in, True)[live["door"]]
    links = _links(live[to_visit & ~no_home], doors, barred, rule.distance_m)
    visits = _visits(links, live, doors, _burglaries_in_a_year(past, doors, rule), rule)
    visits["area"] = areas_of(visits, areas)
    scheduled = np.ones(len(visits), dtype=bool)
    if rule.max_visits is not None:
        turn = visits.groupby("area", dropna=False, sort=False).cumcount()
        scheduled = (turn < rule.max_visits).to_numpy()
    in_window = live["age_days"] <= rule.window_days
    crimes, newest = _within_rule(live[in_window], doors, rule.distance_m)
    crimes[barred] = 0
    crimes[visits.loc[visits["door"] >= 0, "door"]] = 0
    counts = {
        "live": int(to_visit.sum()),
        "live_within_window": int(in_window.sum()),
        "excluded": excluded,
        "unmatched": int((to_visit & ~known).sum()),
        "non_residential": int(no_home.sum()),
        "by_distance": int(links.loc[links["link"] == NEARBY, "event"].nunique()),
        "ring3": int(np.count_nonzero(crimes)),
        "not_scheduled": int((~scheduled).sum()),
        "burgled_not_scheduled": int((visits["ring"][~scheduled] == 0).sum()),
    }
    return Plan(doors, live, visits, scheduled, crimes, newest, counts)


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
    recent = known_by(incidents, rule.as_of) & (age_days <= max(366, rule.window_days)).to_numpy()
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


def _links(starts: pd.DataFrame, doors: Doors, barred: Bools, distance_m: float) -> pd.DataFrame:
    """Join burglaries to the doors of rings 0 to 2; an unmatched victim has a door below -1."""
    event, door = starts.index.to_numpy(), starts["door"].to_numpy()
    x = np.where(door >= 0, np.append(doors.x, 0.0)[door], starts["x"])
    y = np.where(door >= 0, np.append(doors.y, 0.0)[door], starts["y"])
    around = [homes_around(doors, x[i], y[i], int(door[i]), distance_m) for i in range(len(starts))]
    burgled = Neighbours(
        door=np.where(door >= 0, door, -2 - event),
        ring=np.zeros(len(starts), dtype=np.int64),
        link=np.full(len(starts), BURGLED, dtype=object),
        steps=np.zeros(len(starts), dtype=np.int64),
        apart_m=np.zeros(len(starts)),
    )
    parts = [burgled, *around]
    columns = {
        name: np.concatenate(values)
        for name, values in zip(Neighbours._fields, zip(*parts, strict=True), strict=True)
    }
    reached = np.concatenate([event, np.repeat(event, [len(part.door) for part in around])])
    links = pd.DataFrame({"event": reached, **columns})
    return links[~np.append(barred, False)[np.maximum(links["door"], -1)]]


def _visits(
    links: pd.DataFrame, live: pd.DataFrame, doors: Doors, in_a_year: Ints, rule: Rule
) -> pd.DataFrame:
    """Make one row per door, led by its lowest ring, then its newest burglary."""
    # Events are in order of time, so that a higher number is a newer one.
    links = links.sort_values(
        ["door", "ring", "event", "apart_m"], ascending=[True, True, False, True]
    )
    events: list[Any] = list(live.itertuples(index=False, name="Event"))
    joined: list[Any] = list(links.itertuples(index=False))
    rows = []
    for door, group in groupby(joined, key=attrgetter("door")):
        reach = [_link(link, events[link.event], doors) for link in group]
        rows.append(_visit(max(door, -1), reach, doors, in_a_year, rule))
    visits = pd.DataFrame(rows, columns=list(Visit._fields))
    ascending = [name != "newest" for name in _VISIT_ORDER]
    return visits.sort_values(_VISIT_ORDER, ascending=ascending, ignore_index=True)


def _link(link: Any, event: Any, doors: Doors) -> Link:
    known = doors.address[event.door] if event.door >= 0 else event.address
    burgled = known or f"the place recorded for {event.refs[0]}"
    return Link(link.link, link.steps, link.apart_m, link.ring, event, burgled)


def _visit(door: int, reach: list[Link], doors: Doors, in_a_year: Ints, rule: Rule) -> Visit:
    """Describe a visit: the first of its burglaries leads, all of them are told."""
    lead = reach[0]
    event = lead.event
    if door >= 0:
        uprn, address, x, y = doors.uprn[door], doors.address[door], doors.x[door], doors.y[door]
        own_area = doors.area[door] or event.area
        number, street = doors.number_text[door], doors.street_text[door]
        street_rank, house_rank = int(doors.street[door]), int(doors.house[door])
    else:
        uprn, address, x, y = None, event.address or NO_ADDRESS, event.x, event.y
        own_area, number, street, street_rank, house_rank = event.area, None, None, -1, -1
    began = event.ended if pd.isna(event.recorded) else event.recorded
    burglaries = int(in_a_year[door])
    return Visit(
        visit_id=visit_id(event.force, event.refs[0], uprn or address),
        uprn=uprn,
        address=address or "",
        number=number,
        street=street,
        ring=lead.ring,
        reason=reason(reach, burglaries),
        door_note=door_note(lead),
        act_by=began + pd.Timedelta(hours=ACT_WITHIN_HOURS[lead.ring]),
        expires=event.visits_end,
        crime_refs="; ".join(ref for link in reach for ref in link.event.refs),
        burglaries_12m=burglaries,
        distance_m=lead.apart_m,
        newest=event.ended,
        x=x,
        y=y,
        own_area=own_area,
        door=door,
        street_rank=street_rank,
        house_rank=house_rank,
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
