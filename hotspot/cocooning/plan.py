"""From burglaries and addresses to the doors of a visit list, and to those a message reaches."""

from dataclasses import dataclass
from typing import Any, cast

import geopandas as gpd
import numpy as np
import pandas as pd

from hotspot._checks import Coordinates
from hotspot.addresses.address_matching import BY_BUILDING
from hotspot.cocooning.doors import (
    ROUNDING_M,
    Bools,
    Doors,
    Ints,
    Near,
    Texts,
    prepare_doors,
)
from hotspot.cocooning.expired_doors import COLUMNS, expired_doors
from hotspot.cocooning.listed_visits import Made, make_visits
from hotspot.cocooning.matching import (
    BY_PLACE,
    SAME_TEXT_WITHIN_M,
    events_of,
    repeated_references,
    rows_in_order,
)
from hotspot.cocooning.ranking import modelled_risk, usual_risk
from hotspot.cocooning.rings import ALONG_PAST, BURGLED, BY_DISTANCE, Neighbours, homes_around
from hotspot.cocooning.settings import ListSettings
from hotspot.cocooning.text_columns import texts
from hotspot.cocooning.tiers import tiers_of
from hotspot.cocooning.two_clocks import with_clocks
from hotspot.cocooning.visit_history import History, Ledger, read_history
from hotspot.dates import ages_days, end_of_day, known_by
from hotspot.geo import area_names
from hotspot.incidents.offence_counts import of_homes

# The 12 months of a leap year; what is a day too old is left out where they are counted.
_YEAR_DAYS = 366
# Whoever was burgled first, then where most is to be expected; the rest only breaks ties, by when
# and where, so that the order of the files never decides who is visited.
_RANK_ORDER = {
    "later": True, "expected": False, "ring": True, "newest": False, "distance_m": True,
    "street_rank": True, "house_rank": True, "uprn": True, "visit_id": True,
}  # fmt: skip
_LIST_ORDER = {"ring": True, **{name: up for name, up in _RANK_ORDER.items() if name != "ring"}}


@dataclass(frozen=True)
class Visits:
    """The visits of one list, and what they were made from.

    Attributes
    ----------
    past : DataFrame
        The burglaries of a year or of the window, without those of the stop list.
    live : DataFrame
        Those that make visits or messages, in order of time.
    to_visit : ndarray of bool
        Which of `live` are young enough for visits.
    no_home : ndarray of bool
        Which of `live` were at an address that is known and not a home.
    links : DataFrame
        Which burglaries reach which doors.
    made : Made
    rows : DataFrame
        A row per door of rings 0 to 2, the most urgent first.
    scheduled : ndarray of bool
        Which of `rows` are within `max_visits`.
    barred : ndarray of bool
        Which addresses are on the stop list.
    excluded : int
        References within the window that the stop list leaves out.
    """

    past: pd.DataFrame
    live: pd.DataFrame
    to_visit: Bools
    no_home: Bools
    links: pd.DataFrame
    made: Made
    rows: pd.DataFrame
    scheduled: Bools
    barred: Bools
    excluded: int


@dataclass(frozen=True)
class Plan:
    """All that both lists are made of.

    Attributes
    ----------
    doors : Doors
    live : DataFrame
        The burglaries within the window in order of time.
    visits : DataFrame
        A row per door of rings 0 to 2, the most urgent first.
    scheduled : ndarray of bool
        Which of `visits` are within `max_visits`.
    crimes, newest : ndarray of int
        For each home of ring 3 how many burglaries reach it, and which of `live` is the newest.
    counts : dict
    besides : ndarray of int
        Homes of ring 3 on the stop list: on no list, and of a street whose leaflet goes to all.
    expired : DataFrame
        The doors that nobody went to in time, as `expired_doors` returns them.
    unmatched_stops : int
        Entries of the stop list that match nothing.
    repeated : int
        Rows of incidents whose reference came before.
    """

    doors: Doors
    live: pd.DataFrame
    visits: pd.DataFrame
    scheduled: Bools
    crimes: Ints
    newest: Ints
    counts: dict[str, int]
    besides: Ints
    expired: pd.DataFrame
    unmatched_stops: int
    repeated: int


def make_plan(
    incidents: gpd.GeoDataFrame,
    addresses: gpd.GeoDataFrame,
    areas: gpd.GeoDataFrame | None,
    settings: ListSettings,
    ledger: Ledger | None = None,
    doors: Doors | None = None,
    points: Coordinates | None = None,
) -> Plan:
    """Find who is visited and who is within the settings.

    `doors` are all of the addresses where they are made ready; without, those that matter are, by
    their `points`.
    """
    homes = of_homes(incidents, stacklevel=5)
    if doors is None:
        doors = prepare_doors(addresses, _near(homes, settings), points)
    visits = list_visits(homes, doors, areas, settings, ledger)
    in_window = (visits.live["age_days"] <= settings.window_days).to_numpy()
    crimes, newest = _within_rule(visits.live[in_window], doors, settings.distance_m)
    besides = np.flatnonzero((crimes > 0) & visits.barred)
    crimes[visits.barred | _without_message(visits.made, doors)] = 0
    expired = _expired(visits, doors, settings, ledger)
    counts = _counts(visits) | {"expired": len(expired)}
    counts |= {"live_within_window": int(in_window.sum()), "ring3": int(np.count_nonzero(crimes))}
    stop = settings.exclude.refuse_unlike(
        incidents, addresses, may_match_nothing=settings.exclude_may_match_nothing
    )
    stops = len(stop.unmatched_rows(incidents, addresses))
    at = incidents.geometry
    repeated = int(repeated_references(incidents, at.x, at.y).sum())
    return Plan(
        doors, visits.live, visits.rows, visits.scheduled, crimes, newest, counts, besides,
        expired, stops, repeated,
    )  # fmt: skip


def list_visits(
    incidents: gpd.GeoDataFrame,
    doors: Doors,
    areas: gpd.GeoDataFrame | None,
    settings: ListSettings,
    ledger: Ledger | None = None,
    ordered: pd.DataFrame | None = None,
    stopped: Bools | None = None,
    *,
    in_words: bool = True,
) -> Visits:
    """List who is visited: the same for a list of today and for one of a past day.

    Parameters
    ----------
    incidents : GeoDataFrame
        What was recorded after the cut-off is not seen.
    doors : Doors
        All addresses that can matter at the cut-off; more change nothing.
    areas, ledger
        As of `cocooning_targets`.
    settings : ListSettings
    ordered : DataFrame, optional
        What `rows_in_order` returns for the incidents, where it is known already.
    stopped : ndarray of bool, optional
        Which incidents the stop list hides, where that is known already.
    in_words : bool
        Whether the rows are to be read. A replay counts them: without ``max_visits``, which needs
        their rank, they then hold only what `make_visits` gives it, those of a low ring first.

    Returns
    -------
    Visits
    """
    in_words |= settings.max_visits is not None
    barred = doors.barred(settings.exclude)
    past, excluded = _past_events(incidents, doors, barred, settings, ordered, stopped)
    live = _live(past, settings)
    to_visit = (live["age_days"] <= settings.visit_days).to_numpy()
    no_home = (live["door"] >= 0).to_numpy() & ~np.append(doors.lived_in, True)[live["door"]]
    history = read_history(
        ledger,
        settings.as_of,
        revisit_days=settings.revisit_days,
        refusal_days=settings.refusal_days,
        visit_days=settings.visit_days,
    )
    # Whose door a visit without an address was to can be told by the burglary that made it, which
    # may be too old by now to make a visit of its own.
    linked = np.ones_like(to_visit) if history.by_id else to_visit | _tried(live, history)
    links = _links(live[linked & ~no_home], doors, barred, settings)
    in_a_year = _burglaries_in_a_year(past, doors, settings)
    made = make_visits(links, live, to_visit, doors, barred, in_a_year, history, in_words=in_words)
    if in_words:
        rows = _risked(made.visits, past, doors, settings, incidents.crs)
        rows = _ranked(rows, areas, settings, ledger)
    else:
        rows = made.visits.sort_values("ring", kind="stable", ignore_index=True)
    return Visits(
        past, live, to_visit, no_home, links, made, rows, _scheduled(rows, settings), barred,
        excluded,
    )  # fmt: skip


def _counts(visits: Visits) -> dict[str, int]:
    """Count what the notes of a list tell."""
    rows, scheduled, links = visits.rows, visits.scheduled, visits.links
    visited = links[visits.to_visit[links["event"]]]
    unmatched = (visits.live["door"] < 0).to_numpy()
    return {
        "live": int(visits.to_visit.sum()),
        "excluded": visits.excluded,
        "unmatched": int((visits.to_visit & unmatched).sum()),
        "non_residential": int((visits.to_visit & visits.no_home).sum()),
        "by_distance": int(visited.loc[visited["link"].isin(BY_DISTANCE), "event"].nunique()),
        "out_of_line": int(visited.loc[visited["link"] == ALONG_PAST, "event"].nunique()),
        "not_scheduled": int((~scheduled).sum()),
        "burgled_not_scheduled": int((rows["ring"][~scheduled] == 0).sum()),
        "left_out": len(visits.made.left_out),
        "overdue": int((rows["overdue"][scheduled] == "overdue").sum()),
        "force_late": int(rows["force_late"][scheduled].sum()),
    }


def _expired(
    visits: Visits, doors: Doors, settings: ListSettings, ledger: Ledger | None
) -> pd.DataFrame:
    """Find the doors that left the list and to which nobody went."""
    if ledger is None:
        return pd.DataFrame(columns=list(COLUMNS))
    listed = {doors.uprn[home] for homes in visits.rows["doors"] for home in homes}
    return expired_doors(ledger.asked(), visits.made.history, listed, settings.exclude)


def _near(incidents: gpd.GeoDataFrame, settings: ListSettings) -> Near:
    """Find which addresses can matter: around live burglaries, and any that a burglary names.

    Doors lie within the rule's distance of a live burglary; whether the text of a burglary
    names one of them alone turns on what else lies near.
    """
    age_days = ages_days(incidents, settings.as_of)
    known = known_by(incidents, settings.as_of)
    live = known & (age_days <= settings.live_days)
    year = known & (age_days <= max(_YEAR_DAYS, settings.live_days))
    uprn = texts(incidents, "uprn")
    points = np.column_stack([incidents.geometry.x, incidents.geometry.y])
    named = ~pd.isna(uprn)
    return Near(
        points=points[live],
        within_m=settings.distance_m + ROUNDING_M,
        read_around=points[year & ~named],
        read_within_m=SAME_TEXT_WITHIN_M + ROUNDING_M,
        at=uprn[live & named],
        others=uprn[year & named],
    )


def _live(past: pd.DataFrame, settings: ListSettings) -> pd.DataFrame:
    """Keep the burglaries that make visits or messages, in order of time."""
    live = past[past["age_days"] <= settings.live_days]
    return live.assign(
        visits_end=_last_moments(live["ended"], settings.visit_days),
        rule_ends=_last_moments(live["ended"], settings.window_days),
        rank=np.arange(len(live)),
    ).reset_index(drop=True)


def _tried(live: pd.DataFrame, history: History) -> Bools:
    """Find the burglaries for which somebody was called at and nobody was told."""
    refs = frozenset().union(*history.tries.values())
    return np.array([not refs.isdisjoint(its) for its in live["refs"]], dtype=bool)


def _risked(
    visits: pd.DataFrame, past: pd.DataFrame, doors: Doors, settings: ListSettings, crs: Any
) -> pd.DataFrame:
    """Add to each visit the burglaries to expect at its homes."""
    homes = visits["doors"].map(len).clip(lower=1).to_numpy(dtype=float)
    if settings.model is None or visits.empty:
        usual = usual_risk(past, doors.addresses, settings.as_of)
        each = usual * (1.0 + visits["raised"].to_numpy(dtype=float))
    else:
        each = modelled_risk(settings.model, visits, doors, crs)
    # The last digits of a sum decide nothing: they turn on the order in which it was added up.
    return visits.assign(expected=np.round(homes * each, 12))


def _ranked(
    visits: pd.DataFrame,
    areas: gpd.GeoDataFrame | None,
    settings: ListSettings,
    ledger: Ledger | None,
) -> pd.DataFrame:
    """Add area, tier and both clocks, and sort: most urgent first."""
    ranked = with_clocks(visits, settings, ledger).assign(
        area=areas_of(visits, areas),
        tier=tiers_of(visits, settings.tiers),
        later=visits["ring"] > 0,
    )
    return ranked.sort_values(
        list(_LIST_ORDER), ascending=list(_LIST_ORDER.values()), ignore_index=True
    )


def _scheduled(visits: pd.DataFrame, settings: ListSettings) -> Bools:
    """Choose the visits that fit: burgled homes first, then where most is to be expected."""
    if settings.max_visits is None:
        return np.ones(len(visits), dtype=bool)
    in_turn = visits.sort_values(list(_RANK_ORDER), ascending=list(_RANK_ORDER.values()))
    # Doors outside all areas are one more team's, not nobody's.
    turn = in_turn.groupby("area", dropna=False, sort=False).cumcount()
    return np.asarray((turn < settings.max_visits).reindex(visits.index), dtype=bool)


def _without_message(made: Made, doors: Doors) -> Bools:
    """Find the homes that get no message: those visited, told, or not to be contacted now."""
    kept_back = np.zeros(len(doors.uprn), dtype=bool)
    kept_back[made.told] = True
    for listed in made.visits["doors"]:
        kept_back[list(listed)] = True
    barred = [home for home in made.history.by_home if made.history.bars(home)]
    found = doors.find(np.array(barred, dtype=object))
    kept_back[found[found >= 0]] = True
    return kept_back


def areas_of(rows: pd.DataFrame, areas: gpd.GeoDataFrame | None) -> Texts:
    """Return the area of each row by its point; without areas what its address or incident says."""
    if areas is None:
        return rows["own_area"].to_numpy(dtype=object)
    points = gpd.GeoSeries(gpd.points_from_xy(rows["x"].astype(float), rows["y"].astype(float)))
    return np.asarray(area_names(points, areas), dtype=object)


def _last_moments(ended: "pd.Series[pd.Timestamp]", days: int) -> "pd.Series[pd.Timestamp]":
    """Return the end of the last day of windows that begin when burglaries end."""
    return end_of_day(ended + pd.Timedelta(days=days))


def _past_events(
    incidents: gpd.GeoDataFrame,
    doors: Doors,
    barred: Bools,
    settings: ListSettings,
    ordered: pd.DataFrame | None,
    stopped: Bools | None,
) -> tuple[pd.DataFrame, int]:
    """Return the events of a year or of the window, and how many live references are left out."""
    age_days = ages_days(incidents, settings.as_of)
    in_time = age_days <= max(_YEAR_DAYS, settings.live_days)
    recent = known_by(incidents, settings.as_of) & in_time
    stopped = settings.exclude.hides(incidents) if stopped is None else stopped
    excluded = int((recent & stopped & (age_days <= settings.window_days)).sum())
    chosen = recent & ~stopped
    if ordered is None:
        events = events_of(rows_in_order(incidents[chosen], doors))
    else:
        events = events_of(ordered[chosen[ordered["row"]]])
    today = settings.as_of.normalize()
    events["age_days"] = (today - events["ended"].dt.normalize()).dt.days
    at_barred = np.append(barred, False)[events["door"]]
    left_out = events[at_barred & (events["age_days"] <= settings.window_days).to_numpy()]
    excluded += int(left_out["refs"].map(len).sum())
    return events[~at_barred].reset_index(drop=True), excluded


def _burglaries_in_a_year(past: pd.DataFrame, doors: Doors, settings: ListSettings) -> Ints:
    """Count the burglaries of the past 12 months at each address; one more entry for none.

    A match by place is a guess: good enough to check before a visit, too weak for a history.
    """
    since = settings.as_of - pd.DateOffset(years=1)
    sure = (past["how"] != BY_PLACE) | (past["age_days"] <= settings.visit_days)
    at = past.loc[(past["ended"] > since) & (past["door"] >= 0) & sure, "door"].to_numpy()
    return np.append(np.bincount(at, minlength=len(doors.uprn)), 1)


def _links(
    starts: pd.DataFrame, doors: Doors, barred: Bools, settings: ListSettings
) -> pd.DataFrame:
    """Join burglaries to the doors of rings 0 to 2; an unmatched victim has a door below -1."""
    event, door = starts.index.to_numpy(), starts["door"].to_numpy()
    x = np.where(door >= 0, np.append(doors.x, 0.0)[door], starts["x"])
    y = np.where(door >= 0, np.append(doors.y, 0.0)[door], starts["y"])
    # One without entries, so that there is something to join where nothing is live.
    parts, counts = [_ring_0(np.array([], dtype=np.int64))], []
    for nth, how in enumerate(starts["how"].tolist()):
        at = int(door[nth])
        burgled = _burgled(doors, at, int(event[nth])) if how != BY_BUILDING else _flats(doors, at)
        around = _around(doors, float(x[nth]), float(y[nth]), at, settings)
        # A home is not around itself; a flat is around the others of its building.
        parts += [burgled, around if how != BY_BUILDING else _without(around, burgled.door)]
        counts.append(len(parts[-2].door) + len(parts[-1].door))
    reached = np.repeat(event, np.array(counts, dtype=np.int64))
    columns = {
        name: np.concatenate(values)
        for name, values in zip(Neighbours._fields, zip(*parts, strict=True), strict=True)
    }
    links = pd.DataFrame({"event": reached, **columns})
    return links[~np.append(barred, False)[np.maximum(links["door"], -1)]]


def _around(doors: Doors, x: float, y: float, door: int, settings: ListSettings) -> Neighbours:
    """Find the homes around a burgled one: those of one burglary once, whatever lists ask."""
    key = (x, y, door, settings.distance_m, settings.reach)
    found = doors.around.get(key)
    if found is None:
        found = homes_around(doors, x, y, door, settings.distance_m, settings.reach)
        # Of every home within the distance there are too many to keep.
        if not settings.reach.everyone:
            doors.around[key] = found
    return cast(Neighbours, found)


def _burgled(doors: Doors, door: int, event: int) -> Neighbours:
    """Return the burgled home itself; a victim without an address is known by the burglary."""
    return _ring_0(np.array([door if door >= 0 else -2 - event]))


def _flats(doors: Doors, building: int) -> Neighbours:
    """Return every home of a building in which one is burgled; where none is known the building."""
    homes = doors.homes_at(int(doors.place[building]))
    return _ring_0(homes if len(homes) else np.array([building]))


def _ring_0(door: Ints) -> Neighbours:
    none = np.zeros(len(door), dtype=np.int64)
    return Neighbours(
        door, none, np.full(len(door), BURGLED, dtype=object), none, none.astype(float)
    )


def _without(around: Neighbours, burgled: Ints) -> Neighbours:
    kept = ~np.isin(around.door, burgled)
    return Neighbours._make(values[kept] for values in around)


def _within_rule(live: pd.DataFrame, doors: Doors, distance_m: float) -> tuple[Ints, Ints]:
    """Count for each door the live burglaries within the distance, and find the newest."""
    # At the edge of the rule squared distances are compared, exactly as for pairs.
    x, y = (live[name].to_numpy(dtype=float) for name in ("x", "y"))
    crimes, newest = doors.near.places(x, y, distance_m)
    return crimes, np.append(live.index.to_numpy(dtype=np.int64), -1)[newest]
