"""Past days replayed: the lists as they would have been issued, and what came after."""

import copy
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, NamedTuple, TypeAlias

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd

from hotspot.cocooning.doors import Bools, Doors, Floats, Ints
from hotspot.cocooning.matching import rows_in_order
from hotspot.cocooning.plan import Visits, list_visits
from hotspot.cocooning.settings import ListOptions, ListSettings
from hotspot.cocooning.visit_history import Ledger
from hotspot.dates import end_of_day, event_days, known_by
from hotspot.density import kernel_density
from hotspot.density.hotspot_outlines import highest_cells
from hotspot.density.surface import study_area
from hotspot.grid import Grid
from hotspot.incidents.stop_list import StopList
from hotspot.near_repeat import distinct_events
from hotspot.rule import RULE

# Rows and columns, two of each for each point.
_Cells: TypeAlias = tuple[npt.NDArray[np.int32], npt.NDArray[np.int32]]

#: With whom the lists are compared, in this order.
OTHERS = ("homes in the hotspots", "homes at random", "other homes of the street")


class ReplayOptions(ListOptions, total=False):
    """What `targeting_accuracy` takes besides the data, by name; it documents each."""

    max_visits: int | None
    within: Any
    cell_size_m: float
    bandwidth_m: float
    area_share: float
    period_days: int


@dataclass(frozen=True)
class HotspotSettings:
    """How the hotspots are drawn with which the lists are compared.

    Attributes
    ----------
    within : GeoDataFrame, GeoSeries or geometry, or None
        The study area; None for the ground that the addresses cover.
    cell_size_m, bandwidth_m, area_share : float
    period_days : int
        Of how many days to the cut-off.
    """

    within: Any = None
    cell_size_m: float = 50.0
    bandwidth_m: float = RULE.distance_m
    area_share: float = 0.01
    period_days: int = 365


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
    def of_doors(cls, doors: Doors) -> "Town":
        """Join the homes of each building; the parent of flats is their building."""
        found, first, nth = np.unique(
            doors.place[doors.home], return_index=True, return_inverse=True
        )
        at = np.flatnonzero(doors.home)[first]
        places = np.full(len(doors.place), -1, dtype=np.int64)
        places[doors.home] = nth
        parents = np.flatnonzero(doors.lived_in & ~doors.home & np.isin(doors.place, found))
        places[parents] = np.searchsorted(found, doors.place[parents])
        return cls(doors, places, len(found), doors.x[at], doors.y[at], doors.street[at])

    def buildings_of(self, street: int) -> Ints:
        """Return the buildings of a street; none where it is not known."""
        order, streets = self._by_street
        first, end = np.searchsorted(streets, [street, street + 1])
        return order[first:end] if street >= 0 else order[:0]

    @cached_property
    def _by_street(self) -> tuple[Ints, Ints]:
        order = np.argsort(self.street, kind="stable")
        return order, self.street[order]


class Crimes(NamedTuple):
    """Burglaries, a row for each: in which building it was, and whether it counts.

    ``ordered`` is what `rows_in_order` returns; ``place`` is -1 where no home was matched;
    ``distinct`` is False for a further
    reference of one event; ``hidden`` is True on the stop list by name, ``stopped`` by name or
    home.
    """

    frame: gpd.GeoDataFrame
    ordered: pd.DataFrame
    place: Ints
    day: Ints
    distinct: Bools
    hidden: Bools
    stopped: Bools


class Day(NamedTuple):
    """One list, a position for each of its rows, and the chances of others.

    ``place`` is the building (-1 where the victim's address matched none), ``burglaries`` those
    there in the weeks after (of several rows of one building they are the first one's); ``new`` is
    False where an earlier list asked for the same visit already. ``chance`` is for each of `OTHERS`
    the burglaries in the weeks after per building that it might have sent someone to; NaN where it
    had none.
    """

    day: int
    place: Ints
    ring: Ints
    new: Bools
    burglaries: Ints
    chance: Floats


def match_crimes(incidents: gpd.GeoDataFrame, town: Town, exclude: StopList) -> Crimes:
    """Find the building of each burglary, as the lists do."""
    doors = town.doors
    ordered = rows_in_order(incidents, doors)
    door = np.empty(len(incidents), dtype=np.int64)
    door[ordered["row"]] = ordered["door"]
    hidden = exclude.hides(incidents)
    return Crimes(
        frame=incidents,
        ordered=ordered,
        place=np.append(town.places, -1)[door],
        day=event_days(incidents),
        distinct=distinct_events(incidents),
        hidden=hidden,
        stopped=hidden | np.append(doors.barred(exclude), False)[door],
    )


def replayed(
    crimes: Crimes,
    town: Town,
    days: Ints,
    settings: ListSettings,
    hot: HotspotSettings,
    *,
    areas: gpd.GeoDataFrame | None,
    ledger: Ledger | None,
    horizon_days: int,
) -> Iterator[Day]:
    """Yield the list of each day, as it would have been issued at its end.

    It is made by what makes the lists of today, `list_visits`, from what was known at the time.
    """
    asked: set[tuple[str, int]] = set()
    # Nobody is sent to a building of which every home is on the stop list, whoever chooses.
    open_homes = (town.places >= 0) & ~town.doors.barred(settings.exclude)
    eligible = np.zeros(town.buildings, dtype=bool)
    eligible[town.places[open_homes]] = True
    grid = _grid(hot, town)
    touched = _cells_touched(grid, town.x, town.y)
    ground = None if hot.within is None else study_area(hot.within, crimes.frame)
    inside = None if ground is None else grid.centres_within(ground)
    for day in days.tolist():
        as_of = end_of_day(pd.Timestamp(day, unit="D"))
        known = crimes.frame[known_by(crimes.frame, as_of) & ~crimes.stopped]
        on_day = _settings_on(settings, as_of, known)
        listed = list_visits(
            crimes.frame, town.doors, areas, on_day, ledger, crimes.ordered, crimes.hidden,
            in_words=False,
        )  # fmt: skip
        rows = listed.rows[listed.scheduled]
        visits = list(zip(rows["visit_id"], rows["attempt"], strict=True))
        new = np.array([visit not in asked for visit in visits], dtype=bool)
        asked.update(visits)
        first = np.array([homes[0] if homes else -1 for homes in rows["doors"]], dtype=np.int64)
        place = np.append(town.places, -1)[first]
        pools = (
            _hot(known, touched, as_of, hot, grid, inside),
            np.ones(town.buildings, dtype=bool),
            _same_street(listed, town, settings.distance_m),
        )
        after = _burglaries_after(crimes, town, day, horizon_days)
        chosen = [after[pool & eligible] for pool in pools]
        yield Day(
            day=day,
            place=place,
            ring=rows["ring"].to_numpy(dtype=np.int64),
            new=new,
            burglaries=np.where(_first_of_building(place, new), np.append(after, 0)[place], 0),
            chance=np.array([each.mean() if len(each) else np.nan for each in chosen]),
        )


def on_listed_homes(days: list[Day], crimes: Crimes, horizon_days: int) -> int:
    """Count the burglaries in the weeks after at homes that were visited, each once."""
    fell = np.zeros(len(crimes.place), dtype=bool)
    for listed in days:
        later = (crimes.day > listed.day) & (crimes.day <= listed.day + horizon_days)
        fell |= later & np.isin(crimes.place, listed.place[listed.new])
    return int((fell & crimes.distinct & (crimes.place >= 0)).sum())


def _first_of_building(place: Ints, new: Bools) -> Bools:
    """Return which rows are the first new one of their building: no burglary counts twice."""
    first = np.zeros(len(place), dtype=bool)
    at = np.flatnonzero(new & (place >= 0))
    first[at[np.unique(place[at], return_index=True)[1]]] = True
    return first


def _settings_on(
    settings: ListSettings, as_of: pd.Timestamp, known: gpd.GeoDataFrame
) -> ListSettings:
    """Return the settings of a past day, with a model that knows nothing of what came later."""
    model = None
    # A model ranks; who is listed turns on that only where not all can be.
    if settings.model is not None and settings.max_visits is not None:
        model = copy.deepcopy(settings.model).fit(known, as_of)  # type: ignore[attr-defined]
    return replace(settings, as_of=as_of, model=model)


def _burglaries_after(crimes: Crimes, town: Town, day: int, horizon_days: int) -> Ints:
    """Count the burglaries of each building in the weeks after a day."""
    later = (crimes.day > day) & (crimes.day <= day + horizon_days)
    at = crimes.place[later & crimes.distinct & (crimes.place >= 0)]
    return np.bincount(at, minlength=town.buildings)


def _grid(hot: HotspotSettings, town: Town) -> Grid:
    over = town.doors.frame if hot.within is None else hot.within
    return Grid.over(over, hot.cell_size_m, crs=town.doors.frame.crs)


def _cells_touched(grid: Grid, x: Floats, y: Floats) -> _Cells:
    """Return the rows and columns of the cells that hold each point, two of each on a border.

    They count from 1: there is a border of one cell around the grid.
    """
    east = grid.xmin + np.arange(grid.ncols + 1) * grid.cell_size_m
    north = grid.ymin + np.arange(grid.nrows + 1) * grid.cell_size_m
    rows, cols = (
        np.stack([np.searchsorted(edges, at, side).astype(np.int32) for side in ("left", "right")])
        for edges, at in ((north, y), (east, x))
    )
    return rows, cols


def _hot(
    known: gpd.GeoDataFrame,
    touched: _Cells,
    as_of: pd.Timestamp,
    hot: HotspotSettings,
    grid: Grid,
    inside: Bools | None,
) -> Bools:
    """Return which points lie in the hotspots of a past day, as they would have been drawn."""
    rows, cols = touched
    last = as_of.normalize()
    first = last - pd.Timedelta(days=hot.period_days - 1)
    if not (known["occurred_to"] >= first).any():
        return np.zeros(rows.shape[1], dtype=bool)
    surface = kernel_density(known, grid=grid, bandwidth_m=hot.bandwidth_m, period=(first, last))
    values = surface.to_numpy()
    if inside is None:
        inside = np.ones(values.shape, dtype=bool)
    # The outlines of hotspots are those of these cells: on a border a point is in either.
    top = np.pad(highest_cells(values, inside, hot.area_share), 1)
    return np.asarray(top[rows[:, None], cols].any(axis=(0, 1)))


def _same_street(listed: Visits, town: Town, distance_m: float) -> Bools:
    """Return which buildings share a street with a live burglary nearby, and are not burgled."""
    live = listed.live
    victims = live["door"][listed.to_visit & ~listed.no_home & (live["door"] >= 0).to_numpy()]
    burgled = town.places[victims.to_numpy()]
    chosen = np.zeros(town.buildings, dtype=bool)
    for place in np.unique(burgled[burgled >= 0]).tolist():
        on_street = town.buildings_of(int(town.street[place]))
        dx, dy = town.x[on_street] - town.x[place], town.y[on_street] - town.y[place]
        chosen[on_street[dx * dx + dy * dy <= distance_m * distance_m]] = True
    chosen[burgled[burgled >= 0]] = False
    return chosen
