"""The streets, beats and forces of Doggerby and the town beyond its border, from a plan."""

import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.resources import files
from itertools import count, pairwise
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely
from shapely.geometry.base import BaseGeometry

from hotspot.demo.process import Dice

Points = npt.NDArray[np.float64]

PLAN: dict[str, Any] = tomllib.loads(
    files("hotspot").joinpath("_assets", "doggerby_plan.toml").read_text(encoding="utf-8")
)
PLAN_SCALE = 0.95
FORCE, NEIGHBOUR = "Dogger Bank Constabulary", "Silver Pit Police"


@dataclass(frozen=True)
class Street:
    """A street on the National Grid: `line` starts at the end where its numbers start."""

    name: str
    kind: str
    usrn: str
    line: BaseGeometry
    dead_end: bool

    @property
    def middle(self) -> shapely.Point:
        """Point half-way along."""
        return shapely.Point(self.line.interpolate(0.5, normalized=True))


def densify(points: Sequence[Sequence[float]] | Points, step_m: float = 15.0) -> Points:
    """Add vertices so that the warp bends a straight piece; the same both ways round."""
    pieces = []
    for start, end in pairwise(np.asarray(points, dtype=float)):
        flip = tuple(start) > tuple(end)
        first, last = (end, start) if flip else (start, end)
        steps = max(1, int(np.ceil(np.hypot(*(last - first)) / step_m)))
        piece = first + np.linspace(0.0, 1.0, steps + 1)[:, None] * (last - first)
        pieces.append((piece[::-1] if flip else piece)[:-1])
    return np.vstack([*pieces, np.asarray(points, dtype=float)[-1:]])


def to_national_grid(plan: Points) -> Points:
    """Bend and turn the plan: a street drawn with a ruler looks grown, and junctions still meet."""
    x, y = plan[:, 0] - 1900, plan[:, 1] - 1950
    turn = 2 * np.pi
    bent_x = x + 70 * np.sin(turn * (y / 2600 + 0.15)) + 17 * np.sin(turn * (y / 900 + x / 1500))
    bent_y = y + 75 * np.sin(turn * (x / 2900 + 0.30)) + 15 * np.sin(turn * (x / 800 - y / 1700))
    angle = np.radians(-9.0)
    east, north = PLAN_SCALE * bent_x, PLAN_SCALE * bent_y
    return np.column_stack(
        [
            640000 + east * np.cos(angle) - north * np.sin(angle),
            370000 + east * np.sin(angle) + north * np.cos(angle),
        ]
    ).round(1)


def rounded(points: Sequence[Sequence[float]], times: int = 3) -> Points:
    """Cut the corners (Chaikin) and keep both ends."""
    line = np.asarray(points, dtype=float)
    for _ in range(times):
        near, far = 0.75 * line[:-1] + 0.25 * line[1:], 0.25 * line[:-1] + 0.75 * line[1:]
        line = np.vstack([line[:1], np.stack([near, far], axis=1).reshape(-1, 2)[1:-1], line[-1:]])
    return line


def rows_pattern(dice: Dice, number: int) -> Iterator[tuple[Points, bool]]:
    """Draw parallel streets and one across them, where some of them stop."""
    across = dice.uniform(0.38, 0.62)
    yield np.array([(across, 0), (across, 1)]), False
    for place in np.arange(1, number) / number:
        v = place + dice.uniform(-0.10, 0.10) / number
        bend = v + dice.uniform(-0.20, 0.20) / number
        left, right = [(0, v), (across, bend)], [(across, bend), (1, v)]
        stops = dice.uniform()
        yield np.array(left if stops < 0.15 else right if stops > 0.85 else left + right[1:]), False


def lanes_pattern(dice: Dice, number: int) -> Iterator[tuple[Points, bool]]:
    """Draw crooked lanes, one lane across them, and a yard."""
    for place in np.arange(1, number - 1) / (number - 1):
        kinks = place + dice.uniform(-0.32, 0.32, 4) / (number - 1)
        long = [(0, kinks[0]), (0.3, kinks[1]), (0.65, kinks[2]), (1, kinks[3])]
        yield np.array(long), False
    u = 0.5 + dice.uniform(-0.1, 0.1, 4)
    yield np.array([(u[0], 0), (u[1], 0.35), (u[2], 0.7), (u[3], 1)]), False
    low = 0.22 + dice.uniform(-0.04, 0.04)
    yield np.array([(low, 0), (low + 0.03, 0.5 / (number - 1) + 0.02)]), True


def crescents_pattern(dice: Dice, number: int) -> Iterator[tuple[Points, bool]]:
    """Draw two nested horseshoes and a close within them."""
    for left, right, top in ((0.13, 0.87, 0.80), (0.33, 0.67, 0.58)):
        a, b, c = dice.uniform(-0.025, 0.025, 3)
        shape = [(left + a, 0), (left + a, top + c), (0.5, top + 0.06), (right + b, top + c)]
        yield rounded([*shape, (right + b, 0)]), False
    u = 0.5 + dice.uniform(-0.02, 0.02)
    yield rounded([(u, 0), (u + 0.02, 0.18), (u - 0.01, 0.36)]), True


def spurs_pattern(dice: Dice, number: int) -> Iterator[tuple[Points, bool]]:
    """Draw one winding way with closes off it on alternate sides."""
    sway = dice.uniform(-0.05, 0.05, 2)
    way = np.array([(0, 0.5), (0.3, 0.5 + sway[0]), (0.7, 0.5 + sway[1]), (1, 0.5)])
    yield way, False
    for i, place in enumerate((np.arange(number - 1) + 0.6) / (number - 0.8)):
        root = float(np.interp(place, way[:, 0], way[:, 1]))
        up = 1 if i % 2 else -1
        reach, lean = dice.uniform(0.24, 0.33), dice.uniform(-0.05, 0.05)
        bend = [(place, root), (place, root + up * reach * 0.5), (place + lean, root + up * reach)]
        yield rounded(bend), True


def ring_pattern(dice: Dice, number: int) -> Iterator[tuple[Points, bool]]:
    """Draw a ring road, two links to the roads around it, a road across it and walks off that."""
    a = 0.19 + dice.uniform(-0.03, 0.03, 4)
    west, south, east, north = a[0], a[1], 1 - a[2], 1 - a[3]
    corners = [(west, south), (east, south), (east, north), (west, north), (west, 0.5)]
    yield np.vstack([rounded([(west, 0.5), *corners]), [(west, 0.5)]]), False
    yield np.array([(0, 0.5), (west, 0.5), (0.5, 0.53), (east, 0.5), (1, 0.5)]), False
    for i, u in enumerate(np.linspace(west + 0.14, east - 0.14, (number - 2) // 2)):
        middle = float(np.interp(u, [west, 0.5, east], [0.5, 0.53, 0.5]))
        for up in (-1, 1):
            reach = dice.uniform(0.14, 0.18)
            u_end = u + dice.uniform(-0.02, 0.02) + 0.01 * i
            yield np.array([(u, middle), (u_end, middle + up * reach)]), True


PATTERNS = {
    "rows": rows_pattern, "lanes": lanes_pattern, "crescents": crescents_pattern,
    "spurs": spurs_pattern, "ring": ring_pattern,
}  # fmt: skip


def in_quarter(unit: Points, corners: Sequence[Sequence[float]]) -> Points:
    """Place points of the unit square between four corners."""
    u, v = unit[:, :1], unit[:, 1:]
    a, b, c, d = np.asarray(corners, dtype=float)
    placed: Points = (1 - u) * (1 - v) * a + u * (1 - v) * b + u * v * c + (1 - u) * v * d
    return placed


def make_streets(dice: Dice) -> list[Street]:
    """Draw the main roads, then fill the quarters between them."""
    usrns = (f"0900{number:04d}" for number in count(1001, 7))
    drawn = [(road["name"], road["kind"], np.array(road["line"]), False) for road in PLAN["road"]]
    for quarter in PLAN["quarter"]:
        names = quarter["streets"]
        shapes = PATTERNS[quarter["pattern"]](dice, len(names))
        for name, (unit, dead_end) in zip(names, shapes, strict=True):
            placed = in_quarter(densify(unit, 0.04), quarter["corners"])
            drawn.append((name, quarter["kind"], placed, dead_end))
    streets = []
    for name, kind, plan, dead_end in drawn:
        line = shapely.LineString(to_national_grid(densify(plan))).simplify(0.3)
        streets.append(Street(name, kind, next(usrns), line, dead_end))
    return streets


def make_beats() -> dict[str, shapely.Polygon]:
    """Return the beats of both forces: neighbours share every vertex of their border."""
    return {beat["name"]: polygon(beat["ring"], 60.0) for beat in PLAN["beat"]}


def force_of_beats() -> dict[str, str]:
    """Return which force a beat is of."""
    return {beat["name"]: beat.get("force", FORCE) for beat in PLAN["beat"]}


def make_quarters() -> list[shapely.Polygon]:
    """Return the ground between main roads that is built on."""
    return [polygon(quarter["corners"]) for quarter in PLAN["quarter"]]


def make_places(first_streets: Sequence[str]) -> dict[str, shapely.Polygon]:
    """Return both halves of each quarter, which is known by the first of its streets."""
    corners = {quarter["streets"][0]: quarter["corners"] for quarter in PLAN["quarter"]}
    places = {}
    for name in first_streets:
        a, b, c, d = (np.asarray(corner, dtype=float) for corner in corners[name])
        below, above = (a + b) / 2, (d + c) / 2
        places[f"{name} A"] = polygon([a, below, above, d])
        places[f"{name} B"] = polygon([below, b, c, above])
    return places


def polygon(corners: Sequence[Sequence[float] | Points], step_m: float = 15.0) -> shapely.Polygon:
    """Bend a polygon of the plan onto the National Grid."""
    ring = [*corners, corners[0]]
    return shapely.Polygon(to_national_grid(densify(np.asarray(ring, dtype=float), step_m)))
