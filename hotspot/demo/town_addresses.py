"""The addresses of both towns: doors along the streets, flats, shops, works and garages."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import cycle
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from hotspot.demo.process import Dice
from hotspot.demo.town_streets import PLAN, Points, Street, force_of_beats, make_quarters

# Per kind of street: classification of a plain house, set-back and width of a plot in metres.
PLOTS = {
    "terrace": ("RD04", 10.0, 7.6), "lane": ("RD04", 10.0, 9.6), "high": ("RD04", 11.0, 9.0),
    "quay": ("RD04", 14.0, 14.0), "semi": ("RD03", 13.0, 11.8), "council": ("RD04", 12.0, 9.4),
    "estate": ("RD02", 12.0, 13.0), "villa": ("RD02", 14.0, 14.0), "works": ("CI03", 14.0, 34.0),
}  # fmt: skip
# What else stands on a kind of street, with its share of the plots.
USES = {
    "terrace": {"flats": 0.035, "CR08": 0.02, "RH01": 0.01},
    "lane": {"flats": 0.04, "CR08": 0.1, "RH01": 0.01, "named": 0.02},
    "high": {"shop and flat": 0.6, "CR08": 0.12, "CO01": 0.1, "pub": 0.02},
    "quay": {"block": 0.3, "RH01": 0.25, "CH01": 0.2},
    "semi": {"block": 0.003, "named": 0.008},
    "council": {"block": 0.008, "CR08": 0.01},
    "villa": {"flats": 0.03, "CH01": 0.04, "named": 0.06},
    "works": {"CI01": 0.3, "CI04": 0.3},
}
LANDMARKS = {mark["street"]: (mark["name"], mark["classification"]) for mark in PLAN["landmark"]}
DWELLING = ("RD", "RH")
TOWN, NEIGHBOUR_TOWN = "Doggerby", "Wellbank"


@dataclass(frozen=True)
class Plot:
    """A place for a front door: `side` 0 takes the odd numbers, 1 the even ones."""

    side: int
    x: float
    y: float


class Ground:
    """Knows what is built already, so that no two front doors share a garden."""

    def __init__(self, streets: Sequence[Street]) -> None:
        self.roads = shapely.STRtree([street.line for street in streets])
        self.doors: dict[tuple[int, int], list[tuple[float, float, int]]] = {}
        self.quarters = shapely.STRtree(make_quarters())
        self.quays = shapely.STRtree([street.line for street in streets if street.kind == "quay"])

    def is_free(self, spots: Points, setback_m: float) -> npt.NDArray[np.bool_]:
        """Return which spots stand on built ground and on no road."""
        points = shapely.points(spots)

        def near(tree: shapely.STRtree, distance_m: float) -> npt.NDArray[np.bool_]:
            found = tree.query(points, "dwithin", distance_m)[0]
            return np.isin(np.arange(len(spots)), found)

        # The far side of a road at the edge of the town faces fields, the park or the river.
        built = near(self.quarters, 8.0) | near(self.quays, 40.0)
        return built & ~near(self.roads, 0.74 * setback_m)

    def take(self, street: int, x: float, y: float, width_m: float) -> bool:
        """Claim a spot for a door, unless another door is too near."""
        column, row = int(x // 10), int(y // 10)
        around = (
            door
            for i in (-1, 0, 1)
            for j in (-1, 0, 1)
            for door in self.doors.get((column + i, row + j), ())
        )
        if any(
            math.hypot(x - east, y - north) < (0.6 * width_m if owner == street else 9.0)
            for east, north, owner in around
        ):
            return False
        self.doors.setdefault((column, row), []).append((x, y, street))
        return True


def plots_along(dice: Dice, ground: Ground, index: int, street: Street) -> list[Plot]:
    """Find the places of a street: doors on both sides, then around the head of a dead end."""
    _, setback, width = PLOTS[street.kind]
    length, plots = street.line.length, []
    for side, across in ((0, 1.0), (1, -1.0)):
        along = np.arange(4.0 + dice.uniform(0, 4), length - 3, width)
        off, kept = setback + dice.uniform(-0.6, 0.6, len(along)), dice.uniform(size=len(along))
        here, ahead = (
            shapely.get_coordinates(shapely.line_interpolate_point(np.array([street.line]), at))
            for at in (along, along + 0.5)
        )
        step = ahead - here
        normal = across * np.column_stack([-step[:, 1], step[:, 0]])
        normal /= np.maximum(np.hypot(*step.T), 1e-9)[:, None]
        spots = (here + off[:, None] * normal).round(1)
        free = ground.is_free(spots, setback) & (kept > 0.05)
        for x, y in spots[free].tolist():
            if ground.take(index, x, y, width):
                plots.append(Plot(side, x, y))
    if street.dead_end:
        before, end = street.line.interpolate([length - 5.0, length])
        turns = math.atan2(end.y - before.y, end.x - before.x) + np.array([0.9, 0.0, -0.9])
        beyond = (setback + 5) * np.column_stack([np.cos(turns), np.sin(turns)])
        spots = (np.array([end.x, end.y]) + beyond).round(1)
        for x, y in spots[ground.is_free(spots, setback)].tolist():
            if ground.take(index, x, y, width):
                plots.insert(sum(plot.side == 0 for plot in plots), Plot(0, x, y))
    return plots


def numbered(dice: Dice, street: Street, plots: list[Plot]) -> Iterator[tuple[str, Plot]]:
    """Odd on one side and even on the other, or in order around some closes; often no 13."""
    in_order = street.dead_end and dice.uniform() < 0.45
    if in_order:
        left, right = [p for p in plots if p.side == 0], [p for p in plots if p.side == 1]
        plots = [*left, *right[::-1]]
    no_thirteen = dice.uniform() < 0.5
    following = {0: 1, 1: 1 if in_order else 2}
    last = {0: 0, 1: 0}
    for plot in plots:
        side = 0 if in_order else plot.side
        if last[side] and street.kind != "high" and dice.uniform() < 0.012:
            yield f"{last[side]}A", plot
            last[side] = 0
            continue
        if following[side] == 13 and no_thirteen:
            following[side] += 1 if in_order else 2
        last[side] = following[side]
        following[side] += 1 if in_order else 2
        yield str(last[side]), plot


class AddressBook:
    """Collects rows and gives each its UPRN."""

    def __init__(self, dice: Dice) -> None:
        self.dice = dice
        self.rows: list[dict[str, Any]] = []
        self.blocks, self.pubs = iter(PLAN["blocks"]), iter(PLAN["pubs"])
        self.houses = cycle(PLAN["houses"])
        self.next_uprn = 90_000_004_001

    def add(
        self, street: Street, plot: Plot, what: str, number: str, code: str, parent: str = ""
    ) -> str:
        """Add a row; `what` stands before the street's name."""
        uprn = f"{self.next_uprn:012d}"
        self.next_uprn += int(self.dice.randint(1, 9))
        comma = "" if number and what.split(", ")[-1] == number else ","
        self.rows.append(
            {
                "uprn": uprn, "address": f"{what}{comma} {street.name}", "number": number,
                "street": street.name, "usrn": street.usrn, "postcode": "", "parent_uprn": parent,
                "classification": code, "easting": plot.x, "northing": plot.y,
                "kind": street.kind, "side": plot.side,
            }
        )  # fmt: skip
        return uprn

    def add_flats(self, street: Street, plot: Plot, what: str, number: str, flats: int) -> None:
        """Add a building as a parent shell and its flats under it, all on its point."""
        parent = self.add(street, plot, what, number, "PP")
        for flat in range(1, flats + 1):
            self.add(street, plot, f"Flat {flat}, {what}", number, "RD06", parent)

    def settle(self, street: Street, plot: Plot, number: str) -> int:
        """Draw what stands on a plot; return how many plots after it on that side it takes too."""
        what = self.choose_use(street.kind)
        if what == "block" and (block := next(self.blocks, "")):
            self.add_flats(street, plot, block, "", int(self.dice.randint(6, 16)))
            return 2
        if what == "flats":
            self.add_flats(street, plot, number, number, int(self.dice.randint(2, 5)))
        elif what == "shop and flat":
            self.add(street, plot, number, number, "CR08")
            if number.isdigit():
                self.add(street, plot, f"{number}A", f"{number}A", "RD06")
        elif what == "pub" and (pub := next(self.pubs, "")):
            self.add(street, plot, pub, "", "CR06")
        elif what == "named":
            self.add(street, plot, next(self.houses), "", PLOTS[street.kind][0])
        else:
            code = what if what[-1].isdigit() else PLOTS[street.kind][0]
            unit = f"Unit {number}" if street.kind == "works" else number
            self.add(street, plot, unit, number, code)
        return 0

    def choose_use(self, kind: str) -> str:
        """Draw what stands on a plot: a classification, or something with a rule of its own."""
        roll = self.dice.uniform()
        for what, share in USES.get(kind, {}).items():
            if roll < share:
                return what
            roll -= share
        return PLOTS[kind][0]

    def add_garages(self, street: Street) -> None:
        """Add a court of lock-ups beyond the end of a walk: residential by code, nobody's door."""
        before, end = street.line.interpolate([street.line.length - 5, street.line.length])
        step = np.array([end.x - before.x, end.y - before.y]) / 5.0
        for i in range(6):
            spot = np.array([end.x, end.y]) + 18 * step + (i - 2.5) * 3.0 * step[::-1] * [-1, 1]
            plot = Plot(0, *spot.round(1).tolist())
            self.add(street, plot, f"Garage {i + 1}", "", "RG02")


def make_addresses(
    dice: Dice, streets: Sequence[Street], beats: dict[str, shapely.Polygon]
) -> pd.DataFrame:
    """Build the town, street by street."""
    ground, book = Ground(streets), AddressBook(dice)
    for index, street in enumerate(streets):
        landmark, skip = LANDMARKS.get(street.name), {0: 0, 1: 0}
        plots = numbered(dice, street, plots_along(dice, ground, index, street))
        for seen, (number, plot) in enumerate(plots):
            if skip[plot.side]:
                skip[plot.side] -= 1
            elif landmark and seen == 3:
                book.add(street, plot, landmark[0], "", landmark[1])
                skip[plot.side] = 3
            else:
                skip[plot.side] = book.settle(street, plot, number)
        if street.kind == "council" and street.dead_end and index % 4 == 0:
            book.add_garages(street)
    addresses = pd.DataFrame(book.rows)
    points = shapely.points(addresses["easting"], addresses["northing"])
    tree = shapely.STRtree(list(beats.values()))
    which = tree.query_nearest(points, all_matches=False)[1]
    addresses["beat"] = np.array(list(beats))[which]
    addresses["force"] = addresses["beat"].map(force_of_beats())
    own = addresses["force"] == addresses["force"].iloc[0]
    addresses["address"] += np.where(own, f", {TOWN}", f", {NEIGHBOUR_TOWN}")
    return with_postcodes(addresses, list(beats))


def with_postcodes(addresses: pd.DataFrame, beats: Sequence[str]) -> pd.DataFrame:
    """Return the addresses with a postcode for 16 doors of one side of a street, in area ZZ."""
    letters = "ABDEFGHJLNPQRSTUWXYZ"
    units = {beat: (a + b for a in letters for b in letters) for beat in beats}
    codes: dict[tuple[str, str, int, int], str] = {}
    place = addresses.groupby(["beat", "street", "side"]).cumcount() // 16
    keys = zip(addresses["beat"], addresses["street"], addresses["side"], place, strict=True)
    postcodes = []
    for key in keys:
        if key not in codes:
            district, sector = divmod(beats.index(key[0]), 3)
            codes[key] = f"ZZ{district + 1} {sector + 1}{next(units[key[0]])}"
        postcodes.append(codes[key])
    return addresses.assign(postcode=postcodes)
