"""Whether two burglaries were at one address, or in one building: by UPRN, else by their points.

And which of those at one point a burglary may be said to follow: ten thousand where a geocoder puts
what it cannot find are millions of pairs, and each follows one.
"""

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd

from hotspot._kernels.arrays import Bools, Ints
from hotspot.addresses.address_matching import ONE_HOME_WITHIN_M, read_text, same_home
from hotspot.reading.cells import reference_keys


def same_address(
    events: gpd.GeoDataFrame, first: Ints, second: Ints, same_place_m: float = 0.0
) -> Bools:
    """Return which pairs of events were at one address.

    Parameters
    ----------
    events : GeoDataFrame
        Optionally with ``uprn`` and ``address``.
    first, second : ndarray of int64, shape (pairs,)
        Positions in `events`.
    same_place_m : float
        Up to which distance, included, points are one address where the UPRN of either is missing.

    Returns
    -------
    ndarray of bool, shape (pairs,)
        Where both UPRNs are known they decide, however near the points are: the flats of a
        building share a point but not an address. Only one address under two UPRNs a few metres
        apart is one home.
    """
    x, y = events.geometry.x.to_numpy(), events.geometry.y.to_numpy()
    dx, dy = x[first] - x[second], y[first] - y[second]
    # Squares, as the search for pairs compares them: whole metres then make exact ties.
    same_point = dx * dx + dy * dy <= same_place_m * same_place_m
    if "uprn" not in events.columns:
        return np.asarray(same_point, dtype=bool)
    uprn = _uprns(events)
    both_known = (uprn[first] >= 0) & (uprn[second] >= 0)
    same = np.where(both_known, uprn[first] == uprn[second], same_point)
    if "address" in events.columns:
        texts = events["address"].to_numpy(dtype=object)
        near = dx * dx + dy * dy <= ONE_HOME_WITHIN_M * ONE_HOME_WITHIN_M
        asked = np.flatnonzero(both_known & ~same & near)
        door = _doors(texts, np.concatenate([first[asked], second[asked]]))
        alike = (door[first[asked]] == door[second[asked]]) & (door[first[asked]] >= 0)
        for pair in asked[alike]:
            one, other = texts[first[pair]], texts[second[pair]]
            same[pair] = same_home(read_text(one), read_text(other))
    return np.asarray(same, dtype=bool)


def _doors(texts: npt.NDArray[np.object_], at: Ints) -> Ints:
    """Return a number for the door of each address: only those of one door can be one home.

    -1 where there is no address, and at positions that are not asked about.
    """
    door = np.full(len(texts), -1, dtype=np.int64)
    numbers: dict[tuple[object, ...], int] = {}
    for event in np.unique(at):
        if isinstance(texts[event], str):
            reading = read_text(texts[event])
            door[event] = numbers.setdefault((reading.houses, reading.unit), len(numbers))
    return door


def _uprns(events: gpd.GeoDataFrame) -> Ints:
    """Return the UPRN of each event as a whole number, -1 where none is known."""
    # References are texts in some exports.
    return np.asarray(pd.factorize(reference_keys(events["uprn"]))[0], dtype=np.int64)


def followed_at_point(events: gpd.GeoDataFrame, rank: Ints, days: Ints, window_days: int) -> Ints:
    """Find, for each event, those at its point of which one is the event there that it follows.

    Of all that precede it there within the window these are the last, and the last at the same
    address: every other is farther back in time, and hangs together with it through those between.

    Parameters
    ----------
    events : GeoDataFrame
        As of `same_address`.
    rank, days : ndarray of int64, shape (n,)
        Place of each event in the order of time, and its day.
    window_days : int
        Largest lag, included.

    Returns
    -------
    ndarray of int64, shape (m, 2)
        Positions in `events`, the earlier first.
    """
    x, y = events.geometry.x.to_numpy(), events.geometry.y.to_numpy()
    order = np.lexsort((rank, y, x))
    new = np.ones(len(order), dtype=bool)
    new[1:] = (x[order[1:]] != x[order[:-1]]) | (y[order[1:]] != y[order[:-1]])
    place = np.empty_like(order)
    place[order] = np.cumsum(new) - 1

    def close(earlier: Ints, later: Ints) -> Ints:
        near = (place[earlier] == place[later]) & (days[later] - days[earlier] <= window_days)
        return np.stack([earlier[near], later[near]], axis=1)

    last = close(order[:-1], order[1:])
    if "uprn" not in events.columns:
        return last
    # Only who did not follow the last there at the same address has another to look for.
    other = last[~same_address(events, last[:, 0], last[:, 1])]
    asking = np.isin(order, other[:, 1])
    uprn = _uprns(events)
    by_home = np.lexsort((rank, uprn, place))
    same = (uprn[by_home[1:]] == uprn[by_home[:-1]]) & (uprn[by_home[1:]] >= 0)
    at_home = close(by_home[:-1][same], by_home[1:][same])
    # Who is of no known address may be of any at the point.
    at = np.maximum.accumulate(np.where(uprn[order] < 0, np.arange(len(order)), -1))
    told = asking & (at >= 0) & (uprn[order] >= 0)
    unknown = close(order[at[told]], order[told])
    worded = _followed_in_words(events, order[asking], order, place, days, window_days)
    return np.concatenate([last, at_home, unknown, worded])


def _followed_in_words(
    events: gpd.GeoDataFrame,
    asking: Ints,
    order: Ints,
    place: Ints,
    days: Ints,
    window_days: int,
) -> Ints:
    """Find, for events that ask, the last before at their point of one address in other words."""
    found: list[tuple[int, int]] = []
    if "address" not in events.columns or not len(asking):
        return np.empty((0, 2), dtype=np.int64)
    texts, uprn, asked = events["address"].to_numpy(dtype=object), _uprns(events), set(asking)
    there = order[np.isin(place[order], place[asking]) & (uprn[order] >= 0)]
    door = _doors(texts, there)
    before: dict[tuple[int, int], list[int]] = {}
    for event in there[door[there] >= 0]:
        alike = before.setdefault((place[event], door[event]), [])
        for earlier in reversed(alike) if event in asked else ():
            if days[event] - days[earlier] > window_days:
                break
            if same_home(read_text(texts[earlier]), read_text(texts[event])):
                found.append((earlier, event))
                break
        alike.append(event)
    return np.array(found, dtype=np.int64).reshape(-1, 2)


def same_building(events: gpd.GeoDataFrame, first: Ints, second: Ints) -> Bools:
    """Return which pairs were in one building: one parent UPRN, or one the parent of the other."""
    own = events["uprn"] if "uprn" in events.columns else pd.Series(None, events.index, object)
    parent = events["parent_uprn"]
    # A house that is not divided is its own building.
    building = pd.factorize(parent.where(parent.notna(), own))[0]
    return np.asarray((building[first] >= 0) & (building[first] == building[second]), dtype=bool)
