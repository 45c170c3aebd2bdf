"""Past days replayed: which homes the lists of a day would have named, and what came after."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd

from hotspot.cocooning.doors import Doors, prepare_doors
from hotspot.cocooning.matching import events_of
from hotspot.cocooning.rings import homes_around
from hotspot.dates import day_numbers, event_days, known_by
from hotspot.density import kernel_density
from hotspot.grid import Grid
from hotspot.near_repeat import distinct_events

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

#: With whom the lists are compared, in this order.
OTHERS = ("homes in the hotspots", "homes at random", "other homes of the street")
_YEAR_DAYS = 365
_CELL_M = 50.0
_BANDWIDTH_M = 400.0


@dataclass(frozen=True)
class Town:
    """What does not change from day to day, by building.

    Attributes
    ----------
    doors : Doors
    places : ndarray of int64
        The building of each door, numbered from 0; -1 for what is no home.
    buildings : int
        Buildings with a home in them.
    x, y : ndarray of float64, shape (buildings,)
    street : ndarray of int64, shape (buildings,)
        -1 where it is not known.
    """

    doors: Doors
    places: Ints
    buildings: int
    x: Floats
    y: Floats
    street: Ints

    @classmethod
    def of_addresses(cls, addresses: gpd.GeoDataFrame) -> "Town":
        """Put the homes of each building together; the parent of flats is their building."""
        doors = prepare_doors(addresses)
        found, first, nth = np.unique(
            doors.place[doors.home], return_index=True, return_inverse=True
        )
        at = np.flatnonzero(doors.home)[first]
        places = np.full(len(doors.place), -1, dtype=np.int64)
        places[doors.home] = nth
        parents = np.flatnonzero(doors.lived_in & ~doors.home & np.isin(doors.place, found))
        places[parents] = np.searchsorted(found, doors.place[parents])
        return cls(doors, places, len(found), doors.x[at], doors.y[at], doors.street[at])


class Crimes(NamedTuple):
    """Burglaries, a row for each: which building, when it was found, and whether it counts.

    ``place`` is -1 where no home was matched; ``makes_visits`` is False at an address that is no
    home; ``distinct`` is False for a further reference of one event.
    """

    frame: gpd.GeoDataFrame
    place: Ints
    door: Ints
    x: Floats
    y: Floats
    day: Ints
    found_day: Ints
    makes_visits: Bools
    distinct: Bools


class Day(NamedTuple):
    """One list: the buildings that are newly asked for, their rings, and the others' chances.

    ``chance`` is for each of `OTHERS` the burglaries in the weeks after per building that it might
    have sent someone to; NaN where it had none.
    """

    day: int
    places: Ints
    rings: Ints
    chance: Floats


def match_crimes(incidents: gpd.GeoDataFrame, town: Town) -> Crimes:
    """Find the building of each burglary, as the lists do."""
    doors = town.doors
    events = events_of(incidents, doors).explode("refs").drop_duplicates("refs").set_index("refs")
    told = events["door"].reindex(incidents["crime_ref"]).fillna(-1)
    door = told.to_numpy().astype(np.int64)
    known = door >= 0
    points = incidents.geometry
    return Crimes(
        frame=incidents,
        place=np.where(known, town.places[door], -1),
        door=door,
        x=np.where(known, doors.x[door], points.x),
        y=np.where(known, doors.y[door], points.y),
        day=event_days(incidents),
        found_day=day_numbers(incidents["occurred_to"]),
        makes_visits=~known | doors.lived_in[door],
        distinct=distinct_events(incidents),
    )


def replayed(
    crimes: Crimes,
    town: Town,
    days: Ints,
    *,
    horizon_days: int,
    visit_days: int,
    distance_m: float,
    area_share: float,
    within: gpd.GeoDataFrame | None,
) -> Iterator[Day]:
    """Make the list of each day from what was known at its end, and ask nobody twice.

    A building is asked for again only after the horizon, or where a new burglary in it was found.
    """
    around: dict[tuple[int, float, float], tuple[Ints, Ints]] = {}
    asked = np.full(town.buildings, -(10**6), dtype=np.int64)
    burgled: set[int] = set()
    for day in days.tolist():
        known = known_by(crimes.frame, pd.Timestamp(day, unit="D"))
        live = known & crimes.makes_visits & (crimes.found_day >= day - visit_days)
        ring = np.full(town.buildings, 9, dtype=np.int64)
        for row in np.flatnonzero(live).tolist():
            start = (int(crimes.door[row]), float(crimes.x[row]), float(crimes.y[row]))
            if start not in around:
                around[start] = _rings(town, *start, distance_m)
            places, rings = around[start]
            np.minimum.at(ring, places, rings)
        new = set(np.flatnonzero(live & (crimes.place >= 0)).tolist()) - burgled
        again = np.zeros(town.buildings, dtype=bool)
        again[crimes.place[list(new)]] = True
        burgled |= new
        chosen = np.flatnonzero((ring < 9) & (again | (asked <= day - horizon_days)))
        asked[chosen] = day
        after = _burglaries_after(crimes, town, day, horizon_days)
        pools = (
            _hot(crimes, town, known, day, area_share, within),
            np.ones(town.buildings, dtype=bool),
            _same_street(crimes, town, np.flatnonzero(live), distance_m),
        )
        chance = np.array([after[pool].mean() if pool.any() else np.nan for pool in pools])
        yield Day(day, chosen, ring[chosen], chance)


def hits(days: list[Day], crimes: Crimes, town: Town, horizon_days: int) -> list[Ints]:
    """Count for each building of each list the burglaries in the weeks after.

    A burglary belongs to the newest visit before it, so that none counts twice.
    """
    at: dict[int, list[tuple[int, int]]] = {}
    for nth, told in enumerate(days):
        for position, place in enumerate(told.places.tolist()):
            at.setdefault(place, []).append((nth, position))
    counted = [np.zeros(len(told.places), dtype=np.int64) for told in days]
    for place, day in zip(
        crimes.place[crimes.distinct].tolist(), crimes.day[crimes.distinct].tolist(), strict=True
    ):
        before = [
            (nth, position)
            for nth, position in at.get(place, [])
            if days[nth].day < day <= days[nth].day + horizon_days
        ]
        if before:
            nth, position = before[-1]
            counted[nth][position] += 1
    return counted


def _rings(town: Town, door: int, x: float, y: float, distance_m: float) -> tuple[Ints, Ints]:
    """Give the buildings of rings 0 to 2 around a burglary."""
    near = homes_around(town.doors, x, y, door, distance_m)
    places, rings = town.places[near.door], near.ring
    if door >= 0 and town.places[door] >= 0:
        places, rings = np.r_[town.places[door], places], np.r_[0, rings]
    return places[places >= 0], rings[places >= 0]


def _burglaries_after(crimes: Crimes, town: Town, day: int, horizon_days: int) -> Ints:
    """Count the burglaries of each building in the weeks after a day."""
    later = (crimes.day > day) & (crimes.day <= day + horizon_days)
    at = crimes.place[later & crimes.distinct & (crimes.place >= 0)]
    return np.bincount(at, minlength=town.buildings)


def _hot(
    crimes: Crimes,
    town: Town,
    known: Bools,
    day: int,
    area_share: float,
    within: gpd.GeoDataFrame | None,
) -> Bools:
    """Tell which buildings lie in the hotspots of the past year, as they were known."""
    last_year = crimes.frame[known & (crimes.day > day - _YEAR_DAYS) & (crimes.day <= day)]
    if last_year.empty:
        return np.zeros(town.buildings, dtype=bool)
    over = town.doors.frame if within is None else within
    surface = kernel_density(
        last_year,
        grid=Grid.over(over, _CELL_M, margin_m=_CELL_M),
        bandwidth_m=_BANDWIDTH_M,
        within=within,
        period=(pd.Timestamp(day - _YEAR_DAYS + 1, unit="D"), pd.Timestamp(day, unit="D")),
    )
    values = surface.to_numpy()
    inside = np.isfinite(values)
    wanted = max(1, int(area_share * np.count_nonzero(inside) + 0.5))
    lowest = np.sort(values[inside])[-wanted]
    west, south = float(surface["x"][0]) - _CELL_M / 2, float(surface["y"][0]) - _CELL_M / 2
    column = np.clip((town.x - west) // _CELL_M, 0, values.shape[1] - 1).astype(int)
    row = np.clip((town.y - south) // _CELL_M, 0, values.shape[0] - 1).astype(int)
    return np.asarray((values[row, column] >= lowest) & (values[row, column] > 0))


def _same_street(crimes: Crimes, town: Town, live: Ints, distance_m: float) -> Bools:
    """Tell which buildings share a street with a live burglary nearby, and are not the burgled."""
    chosen = np.zeros(town.buildings, dtype=bool)
    victims = live[crimes.place[live] >= 0]
    for row in victims.tolist():
        street = town.street[crimes.place[row]]
        if street >= 0:
            dx, dy = town.x - crimes.x[row], town.y - crimes.y[row]
            chosen |= (town.street == street) & (dx * dx + dy * dy <= distance_m * distance_m)
    chosen[crimes.place[victims]] = False
    return chosen
