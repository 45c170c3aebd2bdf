"""Burglaries made ready: what counts as one, and which address each of them belongs to."""

from collections.abc import Iterable
from typing import Any, NamedTuple

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from hotspot.addresses.house_numbers import House, parse_house, text_key
from hotspot.cocooning.doors import Doors, Floats, Ints, texts
from hotspot.near_repeat import distinct_events

MATCH_WITHIN_M = 25.0
SAME_TEXT_WITHIN_M = 100.0

_TEXTS = ("crime_ref", "uprn", "force", "address", "area")

# How a burglary found its address.
BY_UPRN, BY_TEXT, BY_PLACE, BY_BUILDING, UNMATCHED = "uprn", "text", "place", "building", "none"


def events_of(incidents: gpd.GeoDataFrame, doors: Doors) -> pd.DataFrame:
    """Join the references of one event and find the address of each event.

    The event ends when the last of its windows ends, and was recorded when the first of its
    references was. Its leading reference is that whose window began first, as in the rule.

    Returns
    -------
    DataFrame
        A row per event in order of time: ``refs`` (tuple, the leading one first), ``force``,
        ``ended``, ``recorded``, ``x``, ``y``, ``address``, ``area``; ``door`` (position in
        `doors`, -1 for none), ``how`` it was matched and ``off_m``, how far from the point.
    """
    rows = pd.DataFrame(
        {
            **{name: pd.Series(texts(incidents, name), dtype=object) for name in _TEXTS},
            "occurred_from": incidents["occurred_from"].to_numpy(),
            "occurred_to": incidents["occurred_to"].to_numpy(),
            "recorded": _recorded(incidents),
            "x": incidents.geometry.x.to_numpy(),
            "y": incidents.geometry.y.to_numpy(),
        }
    ).sort_values(["uprn", "occurred_from", "crime_ref"], ignore_index=True)
    first = distinct_events(rows)
    event = np.cumsum(first) - 1
    events = rows[first].drop(columns=["occurred_from", "occurred_to"]).reset_index(drop=True)
    events["refs"] = rows["crime_ref"].groupby(event).agg(tuple)
    events["ended"] = rows["occurred_to"].groupby(event).max()
    events["recorded"] = rows["recorded"].groupby(event).min()
    events = events.sort_values(["ended", "crime_ref"], ignore_index=True)
    return events.assign(**_match(events, doors)).drop(columns=["crime_ref", "uprn"])


def _recorded(incidents: gpd.GeoDataFrame) -> npt.NDArray[np.datetime64]:
    if "recorded_at" in incidents.columns:
        return np.asarray(incidents["recorded_at"])
    return np.full(len(incidents), np.datetime64("NaT", "us"))


def _match(events: pd.DataFrame, doors: Doors) -> dict[str, npt.NDArray[Any]]:
    """Find the address of each event: by UPRN, else by its text, else by its place."""
    points = events[["x", "y"]].to_numpy(dtype=float)
    door = doors.find(events["uprn"].to_numpy(dtype=object))
    how = np.where(door >= 0, BY_UPRN, UNMATCHED).astype(object)
    left = np.flatnonzero(door < 0)
    asked, near = doors.frame.sindex.query(
        shapely.points(points[left]), predicate="dwithin", distance=SAME_TEXT_WITHIN_M
    )
    read = {address: _read(doors, address) for address in np.unique(near)}
    near = near[np.argsort(asked, kind="stable")]
    around = np.split(near, np.searchsorted(np.sort(asked), np.arange(1, len(left))))
    for event, addresses in zip(left, around, strict=False):
        text = events["address"].iloc[event]
        told = _Read(text_key(text or ""), "", parse_house(text or ""))
        matched = _by_text(told, addresses, read, doors)
        if matched is None:
            matched = _by_place(points[event], told, addresses, read, doors)
        door[event], how[event] = matched
    building = np.append(doors.lived_in & ~doors.home, False)
    how[building[door]] = BY_BUILDING
    found = door >= 0
    off_m = np.full(len(events), np.nan)
    off_m[found] = np.hypot(
        doors.x[door[found]] - points[found, 0], doors.y[door[found]] - points[found, 1]
    )
    return {"door": door, "how": how, "off_m": off_m}


class _Read(NamedTuple):
    """An address as its text tells it."""

    text: str
    street: str
    house: House | None


def _read(doors: Doors, address: int) -> _Read:
    return _Read(
        text_key(doors.address[address] or ""),
        text_key(doors.street_text[address] or ""),
        parse_house(doors.number_text[address] or ""),
    )


def _by_text(
    told: _Read, addresses: Ints, read: dict[int, _Read], doors: Doors
) -> tuple[int, str] | None:
    """Find the one address nearby that reads the same, or has the same number and street."""
    if not told.text:
        return None
    same = [address for address in addresses if read[address].text == told.text]
    if not same and told.house:
        on_street = _on_street(told, addresses, read)
        same = [address for address in on_street if read[address].house == told.house]
    if len(same) == 1:
        return int(same[0]), BY_TEXT
    building = _building(same, doors)
    return None if building < 0 else (building, BY_BUILDING)


def _by_place(
    point: Floats, told: _Read, addresses: Ints, read: dict[int, _Read], doors: Doors
) -> tuple[int, str]:
    """Choose the nearest home, on the street that is told if one is there.

    Of several homes in one building none can be told from the others, so it is the building.
    """
    homes = addresses[doors.home[addresses]]
    dx, dy = doors.x[homes] - point[0], doors.y[homes] - point[1]
    off_m = np.round(np.hypot(dx, dy), 2)
    order = np.lexsort((doors.place[homes], dy, dx, off_m))
    homes = homes[order[off_m[order] <= MATCH_WITHIN_M]]
    if not len(homes):
        return -1, UNMATCHED
    nearest = (_on_street(told, homes, read) or homes)[0]
    flats = homes[doors.place[homes] == doors.place[nearest]]
    if len(flats) == 1:
        return int(nearest), BY_PLACE
    building = _building(flats, doors)
    return building, UNMATCHED if building < 0 else BY_BUILDING


def _on_street(told: _Read, addresses: Ints, read: dict[int, _Read]) -> list[int]:
    """Keep the addresses whose street is named in a text."""
    text = f" {told.text} "
    return [a for a in addresses if read[a].street and f" {read[a].street} " in text]


def _building(flats: Iterable[int], doors: Doors) -> int:
    """Find the parent that some flats share, which may be among them; -1 where they do not."""
    parents = {
        doors.uprn[flat] if doors.parent[flat] is None else doors.parent[flat] for flat in flats
    }
    if len(parents) != 1:
        return -1
    return int(doors.find(np.array(list(parents), dtype=object))[0])
