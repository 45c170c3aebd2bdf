"""Who follows whom: each burglary's place in a chain of burglaries near in space and time."""

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial.distance import pdist

from hotspot._kernels.arrays import Floats, Ints
from hotspot.dates import AsOf, EventDate, ages_days, cutoff, day_numbers, event_times, known_by
from hotspot.near_repeat.events import check_rule, distinct_events, split_events, time_rank
from hotspot.near_repeat.pairs import pairs_by_position
from hotspot.rule import RULE

ORIGINATOR, REPEAT, NEAR_REPEAT, ISOLATE = "originator", "repeat", "near repeat", "isolate"


def label_repeats(
    incidents: gpd.GeoDataFrame,
    distance_m: float = RULE.distance_m,
    window_days: int = RULE.window_days,
    date: EventDate = "midpoint",
    same_place_m: float = 0.0,
) -> pd.DataFrame:
    """Return for each burglary whether it began a chain, followed another, or stands alone.

    Parameters
    ----------
    incidents : GeoDataFrame, n rows
        As `read_incidents` returns them, in a projected CRS in metres.
    distance_m, window_days, same_place_m
        The rule, as of `near_repeat_pairs`.
    date : {"midpoint", "from", "to"}
        The moment of the window that counts.

    Returns
    -------
    DataFrame, n rows, on the index of `incidents`
        ``label``: "originator" (others came after it, none before), "repeat" (it follows one at
        the same address), "near repeat" (it follows one nearby only) or "isolate"; ``chain``, the
        reference of the first crime of its chain (missing for an isolate); ``follows``, the index
        label of the crime that it follows, with ``distance_m`` and ``days`` between them (missing
        for originators and isolates); ``counted``, False for a further reference of an event,
        which carries what the row that stands for its event does.

    Raises
    ------
    DataError
        If the incidents are not in canonical shape, or their dates are months only.
    ConfigError
        If a parameter is out of range.

    Notes
    -----
    Crimes are ordered by moment, and of one moment by reference: where only days are known, the
    lowest reference of a day comes first and may be the originator of the others. A crime can
    follow many; the one returned is at the same address if any is, then the fewest days before,
    then the nearest, then the last in that order. A chain holds every crime that can be reached
    from another by steps within the rule, so it may have several originators, and be longer and
    wider than the rule. To follow is to come soon after and nearby, no proof of one offender.

    A chain's id is its first crime's reference, after its ``force`` where that is known; if
    references are not unique, the later chain's id ends in " (2)".

    References
    ----------
    Townsley, M., Homel, R. and Chaseling, J. (2003). Infectious burglaries: a test of the near
    repeat hypothesis. British Journal of Criminology 43(3), 615-633.
    Haberman, C. P. and Ratcliffe, J. H. (2012). The predictive policing challenges of near repeat
    armed street robberies. Policing 6(2), 151-166.

    Examples
    --------
    >>> frame = pd.DataFrame({
    ...     "crime_ref": list("ABCD"),
    ...     "occurred_from": pd.Timestamp("2026-01-01") + pd.to_timedelta([0, 4, 8, 8], "D"),
    ... })
    >>> frame["occurred_to"] = frame["occurred_from"]
    >>> incidents = gpd.GeoDataFrame(
    ...     frame, geometry=gpd.points_from_xy([0, 90, 0, 9000], [0] * 4), crs="EPSG:27700")
    >>> label_repeats(incidents)[["label", "chain", "follows", "distance_m", "days"]]
             label chain  follows  distance_m  days
    0   originator     A     <NA>         NaN  <NA>
    1  near repeat     A        0        90.0     4
    2       repeat     A        0         0.0     8
    3      isolate   NaN     <NA>         NaN  <NA>
    """
    check_rule(incidents, distance_m, window_days, date=date, same_place_m=same_place_m)
    # A further reference of an event carries what the row that stands for the event does.
    events, event, counted = split_events(incidents)
    links = link_events(events, distance_m, window_days, date, same_place_m)
    follows, linked = links.follows[event], links.follows[event] >= 0
    ids_type = incidents["crime_ref"].dtype
    named = np.array([*links.chain_ids, None], dtype=object)
    return pd.DataFrame(
        {
            "label": links.label[event],
            "chain": pd.Series(named[links.chain[event]], incidents.index, dtype=ids_type),
            "follows": _index_labels(events.index, follows).set_axis(incidents.index),
            "distance_m": links.distance_m[event],
            "days": pd.Series(links.days[event], incidents.index, "Int64").where(linked),
            "counted": counted,
        },
        index=incidents.index,
    )


def near_repeat_chains(
    incidents: gpd.GeoDataFrame,
    distance_m: float = RULE.distance_m,
    window_days: int = RULE.window_days,
    date: EventDate = "midpoint",
    same_place_m: float = 0.0,
    as_of: AsOf | None = None,
) -> gpd.GeoDataFrame:
    """Find the chains of burglaries that follow one another.

    Parameters
    ----------
    incidents, distance_m, window_days, date, same_place_m
        As of `label_repeats`.
    as_of : date or time, optional
        Count only what had ended and was recorded by then, and add how old each chain is.

    Returns
    -------
    GeoDataFrame
        A row per chain of two crimes or more, the longest first, then the newest: ``chain`` (its
        id, as of `label_repeats`), ``crimes``, ``span_days`` from its first to its last day,
        ``extent_m`` between the two of its crimes that lie farthest apart, ``first_day`` and
        ``last_day`` (datetime64), ``originators`` (references, joined by ", "), ``repeats``,
        ``near_repeats``; ``newest_days``, the age of its newest crime, counted from
        ``occurred_to``, where `as_of` is given; and ``geometry``. `attrs` holds the parameters.

    Raises
    ------
    DataError
        If the incidents are not in canonical shape, or their dates are months only.
    ConfigError
        If a parameter is out of range.

    Notes
    -----
    ``geometry`` is a MultiLineString with a line from each crime followed to the one that follows
    it, in that direction, for arrows. Repeats at the same point draw none; a chain all at one point
    is one line of no length there, so that every row has a geometry of one type, which is what
    shapefiles and databases take. GIS draw such a line as a dot.

    Where burglary is dense, chains grow together until one of them holds most of it: then the
    rule is too wide for chains to mean anything, and a shorter distance or window serves better.

    Examples
    --------
    >>> frame = pd.DataFrame({
    ...     "crime_ref": list("ABCD"),
    ...     "occurred_from": pd.Timestamp("2026-01-01") + pd.to_timedelta([0, 4, 8, 8], "D"),
    ... })
    >>> frame["occurred_to"] = frame["occurred_from"]
    >>> incidents = gpd.GeoDataFrame(
    ...     frame, geometry=gpd.points_from_xy([0, 90, 0, 9000], [0] * 4), crs="EPSG:27700")
    >>> chains = near_repeat_chains(incidents)
    >>> chains[["chain", "crimes", "span_days", "extent_m", "repeats", "near_repeats"]]
      chain  crimes  span_days  extent_m  repeats  near_repeats
    0     A       3          8      90.0        1             1
    >>> chains.geometry.to_wkt()[0]
    'MULTILINESTRING ((0 0, 90 0))'
    """
    check_rule(incidents, distance_m, window_days, date=date, same_place_m=same_place_m)
    if as_of is not None:
        incidents = incidents[known_by(incidents, as_of)]
    # What is not known yet is left out first: it may not stand for an event either.
    events = incidents[distinct_events(incidents)]
    links = link_events(events, distance_m, window_days, date, same_place_m)
    chains = _chain_table(events, links, date)
    geometry = _arrows(events, links)
    if as_of is not None:
        ages = pd.Series(ages_days(events, as_of)[links.chain >= 0])
        chains["newest_days"] = ages.groupby(links.chain[links.chain >= 0]).min()
    gathered = gpd.GeoDataFrame(chains, geometry=geometry, crs=incidents.crs)
    # The longest first, then the newest, then the one that began first.
    order = np.lexsort(
        (gathered.index, -gathered["last_day"].to_numpy().astype(np.int64), -gathered["crimes"])
    )
    gathered = gathered.iloc[order].reset_index(drop=True)
    gathered.attrs.update(distance_m=float(distance_m), window_days=int(window_days), date=date)
    if as_of is not None:
        gathered.attrs["as_of"] = cutoff(as_of).isoformat()
    return gathered


@dataclass(frozen=True)
class Links:
    """How events hang together; all but `chain_ids` are per event.

    Attributes
    ----------
    chain : ndarray of int64
        Number of its chain, in order of the chains' first crimes; -1 for an isolate.
    chain_ids : ndarray of object
        Id of each chain.
    follows : ndarray of int64
        Position of the event that it follows, or -1.
    distance_m, days : ndarray
        To the event that it follows; NaN and 0 where there is none.
    label : ndarray of object
        What it is called.
    rank : ndarray of int64
        Its place in the order of time.
    """

    chain: Ints
    chain_ids: npt.NDArray[np.object_]
    follows: Ints
    distance_m: Floats
    days: Ints
    label: npt.NDArray[np.object_]
    rank: Ints


def link_events(
    events: gpd.GeoDataFrame,
    distance_m: float,
    window_days: int,
    date: EventDate,
    same_place_m: float = 0.0,
) -> Links:
    """Link each event to the one that it follows, and number the chains.

    Parameters
    ----------
    events : GeoDataFrame, n rows
        Incidents, one row for each event.
    distance_m, window_days, date, same_place_m
        As of `label_repeats`.

    Returns
    -------
    Links
    """
    pairs = pairs_by_position(events, distance_m, window_days, date, same_place_m, linking=True)
    rank = time_rank(events, event_times(events, date))
    chain = _number_chains(pairs, rank)
    first, second = pairs["first"].to_numpy(), pairs["second"].to_numpy()
    near = (pairs["kind"] != "repeat").to_numpy()
    # One predecessor each, so that an arrow has one start: at the same address before nearby, then
    # the fewest days, then the nearest, then the last in time.
    best = np.lexsort((-rank[first], pairs["distance_m"], pairs["days"], near, second))
    linked, at = np.unique(second[best], return_index=True)
    link = best[at]
    follows = np.full(len(events), -1)
    follows[linked] = first[link]
    apart, days = np.full(len(events), np.nan), np.zeros(len(events), dtype=np.int64)
    apart[linked], days[linked] = pairs["distance_m"].to_numpy()[link], pairs["days"].iloc[link]
    label = np.where(chain < 0, ISOLATE, ORIGINATOR).astype(object)
    label[linked] = np.where(near[link], NEAR_REPEAT, REPEAT)
    return Links(chain, _chain_ids(events, _leads(chain, rank)), follows, apart, days, label, rank)


def _number_chains(pairs: pd.DataFrame, rank: Ints) -> Ints:
    """Return the number of the chain of each event, by its first crime; -1 for isolates."""
    n = len(rank)
    ends = pairs["first"].to_numpy(), pairs["second"].to_numpy()
    graph = coo_array((np.ones(len(pairs), dtype=np.int8), ends), shape=(n, n))
    part = connected_components(graph, directed=False)[1] if n else np.empty(0, dtype=np.int64)
    # The components' own labels follow the order of the rows, so they are numbered anew by time.
    # A part of one event is no chain: that event is an isolate.
    in_chain = np.bincount(part, minlength=1)[part] > 1
    in_order = np.argsort(rank)
    in_order = in_order[in_chain[in_order]]
    parts, first_seen = np.unique(part[in_order], return_index=True)
    number = np.full(n, -1)
    number[parts[np.argsort(first_seen)]] = np.arange(len(parts))
    return np.where(in_chain, number[part], -1).astype(np.int64)


def _leads(chain: Ints, rank: Ints) -> Ints:
    """Return the position of the first crime of each chain."""
    in_order = np.argsort(rank)
    in_order = in_order[chain[in_order] >= 0]
    return in_order[np.unique(chain[in_order], return_index=True)[1]]


def _chain_ids(events: gpd.GeoDataFrame, leads: Ints) -> npt.NDArray[np.object_]:
    """Return the id of each chain, the reference of its first crime."""
    ids = events["crime_ref"].iloc[leads].astype(str).astype(object)
    # Two forces may use one reference; an id must stay what it is when their data are joined.
    if "force" in events.columns:
        force = events["force"].iloc[leads]
        ids = ids.where(force.isna(), force.astype(object) + " " + ids)
    nth = ids.groupby(ids).cumcount() + 1
    return np.asarray(ids.where(nth == 1, ids + " (" + nth.astype(str) + ")"), dtype=object)


def _index_labels(index: pd.Index, positions: Ints) -> pd.Series:
    """Return the labels of an index at positions, none for -1; whole numbers stay whole."""
    known = positions >= 0
    labels = index.take(np.maximum(positions, 0)).to_series()
    # Nullable, or one missing label would make floats of all the others.
    if pd.api.types.is_integer_dtype(labels):
        labels = labels.astype("Int64")
    return labels.where(known)


def _chain_table(events: gpd.GeoDataFrame, links: Links, date: EventDate) -> pd.DataFrame:
    """Return a row for each chain, by its number."""
    crimes = pd.DataFrame(
        {
            "chain": links.chain,
            "day": day_numbers(event_times(events, date)),
            "label": links.label,
            "crime_ref": events["crime_ref"].to_numpy(),
        }
    ).iloc[np.argsort(links.rank)]
    crimes = crimes[crimes["chain"] >= 0]
    by_chain = crimes.groupby("chain")
    first, last = by_chain["day"].min(), by_chain["day"].max()
    originators = crimes[crimes["label"] == ORIGINATOR].groupby("chain")["crime_ref"]
    return pd.DataFrame(
        {
            "chain": links.chain_ids,
            "crimes": by_chain.size(),
            "span_days": last - first,
            "extent_m": _extents(events, links),
            "first_day": pd.to_datetime(first, unit="D").astype("datetime64[ns]"),
            "last_day": pd.to_datetime(last, unit="D").astype("datetime64[ns]"),
            "originators": originators.agg(", ".join),
            "repeats": (crimes["label"] == REPEAT).groupby(crimes["chain"]).sum(),
            "near_repeats": (crimes["label"] == NEAR_REPEAT).groupby(crimes["chain"]).sum(),
        }
    ).rename_axis(index=None)


def _extents(events: gpd.GeoDataFrame, links: Links) -> Floats:
    """Compute the longest distance within each chain: between two corners of its hull."""
    # The two that lie farthest apart are corners of the hull, and corners are few: distances
    # between all crimes of a long chain would fill the memory.
    order = np.argsort(links.chain, kind="stable")
    order = order[links.chain[order] >= 0]
    places = shapely.multipoints(events.geometry.to_numpy()[order], indices=links.chain[order])
    corners, chain = shapely.get_coordinates(shapely.convex_hull(places), return_index=True)
    by_chain = np.split(corners, np.flatnonzero(np.diff(chain)) + 1) if len(places) else []
    return np.array([pdist(each).max(initial=0.0) for each in by_chain], dtype=float)


def _arrows(events: gpd.GeoDataFrame, links: Links) -> npt.NDArray[np.object_]:
    """Draw the links of each chain, or a line of no length at its point where none has one."""
    place = shapely.get_coordinates(events.geometry.to_numpy())
    order = np.argsort(links.rank)
    first = place[_leads(links.chain, links.rank)]
    still = shapely.multilinestrings(np.stack([first, first], axis=1)[:, np.newaxis])
    drawn = np.asarray(still, dtype=object)
    # In order of time, so that arrows are drawn as the chain grew.
    follower = order[links.follows[order] >= 0]
    start, end = place[links.follows[follower]], place[follower]
    moves = (start != end).any(axis=1)
    follower, lines = follower[moves], np.stack([start, end], axis=1)[moves]
    by_chain = np.argsort(links.chain[follower], kind="stable")
    chain = links.chain[follower[by_chain]]
    if len(chain):
        number, dense = np.unique(chain, return_inverse=True)
        arrows = shapely.linestrings(lines[by_chain])
        drawn[number] = shapely.multilinestrings(arrows, indices=dense)
    return drawn
