"""The small map on a page of the door sheet: numbered doors and streets, drawn without any tile."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from math import atan2, cos, degrees, hypot, sin
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from hotspot.output.text import clean_text

Floats = npt.NDArray[np.float64]

# What A4 has between its margins, and a quarter of its height, so that six doors fit below.
WIDTH_MM, HEIGHT_MM = 190.0, 56.0
# No closer than this, so that a single door still shows its street.
_LEAST_WIDTH_M = 120.0
_MARGIN_MM = 7.0
# As the template draws them: a number of three digits needs a wider sign.
_PIN_HEIGHT_MM = 5.6
_PIN_WIDTHS_MM = {1: 5.6, 2: 7.0, 3: 9.0}
# A letter of the names on the map, wide ones included.
_LETTER_MM = 2.1
_SCALE_LENGTHS_M = (5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10000)
_LONGEST_SCALE_MM = 34.0
_ROAD_M = 5.0
_PUSHES = 300


@dataclass(frozen=True)
class Pin:
    """A numbered door: where it is, and where its number stands, nearby if others are close."""

    number: int
    burgled: bool
    x: float
    y: float
    at_x: float
    at_y: float
    width: float

    @property
    def moved(self) -> bool:
        return hypot(self.at_x - self.x, self.at_y - self.y) > 1


@dataclass(frozen=True)
class Label:
    """The name of a street, along it."""

    text: str
    x: float
    y: float
    angle: float


@dataclass(frozen=True)
class Drawing:
    """A map in millimetres on the paper, y downwards, north up."""

    width: float
    height: float
    label: str
    streets: list[str]
    road_mm: float
    names: list[Label]
    others: list[tuple[float, float]]
    pins: list[Pin]
    scale_m: int
    scale_mm: float


def draw_map(
    doors: pd.DataFrame, others: pd.DataFrame, streets: gpd.GeoDataFrame | None
) -> Drawing | None:
    """Draw the doors of one page, with their neighbours on the list as dots.

    Parameters
    ----------
    doors, others : DataFrame
        As `printable_rows` returns them.
    streets : GeoDataFrame, optional
        In the CRS of the doors; those with a ``street`` are named.

    Returns
    -------
    Drawing or None
        None where no door has a place.
    """
    doors = doors[np.isfinite(doors["x"]) & np.isfinite(doors["y"])]
    if doors.empty:
        return None
    view = _view(doors)
    points = view.on_paper(doors[["x", "y"]].to_numpy(dtype=float))
    widths = np.array([_pin_width(number) for number in doors["stop"]])
    placed = _apart(points, widths)
    drawn = zip(doors["stop"], doors["ring"] == 0, points, placed, widths, strict=True)
    pins = [
        Pin(int(stop), bool(burgled), *_rounded(*point), *_rounded(*at), float(width))
        for stop, burgled, point, at, width in drawn
    ]
    # A dot on the frame would be cut in half: a millimetre is its own radius.
    near = view.on_paper(others[["x", "y"]].to_numpy(dtype=float).reshape(-1, 2))
    shown = ((near > 1) & (near < [WIDTH_MM - 1, HEIGHT_MM - 1])).all(axis=1)
    # 5 m fit at the closest there is, and stand for what is wider than all the lengths.
    length = max(m for m in _SCALE_LENGTHS_M if m * view.mm_per_m <= _LONGEST_SCALE_MM or m == 5)
    taken = [*placed, *_furniture(length * view.mm_per_m)]
    paths, names = ([], []) if streets is None else _streets(streets, view, taken)
    first, last = doors["stop"].min(), doors["stop"].max()
    which = f"door {first}" if first == last else f"doors {first} to {last}"
    return Drawing(
        width=WIDTH_MM,
        height=HEIGHT_MM,
        label=f"Map of {which}, north up",
        streets=paths,
        # To scale, but never so thin that a printer loses it, nor so wide that it hides doors.
        road_mm=round(float(np.clip(_ROAD_M * view.mm_per_m, 0.9, 2.6)), 2),
        names=names,
        others=[_rounded(*point) for point in near[shown]],
        pins=pins,
        scale_m=length,
        scale_mm=round(length * view.mm_per_m, 2),
    )


@dataclass(frozen=True)
class _View:
    """What part of the ground the paper shows."""

    centre: Floats
    mm_per_m: float

    def on_paper(self, points: Floats) -> Floats:
        away = (points - self.centre) * [self.mm_per_m, -self.mm_per_m]
        return np.asarray(away + np.array([WIDTH_MM, HEIGHT_MM]) / 2)

    def ground(self) -> tuple[float, float, float, float]:
        half = np.array([WIDTH_MM, HEIGHT_MM]) / 2 / self.mm_per_m
        return (*(self.centre - half), *(self.centre + half))


def _view(doors: pd.DataFrame) -> _View:
    points = doors[["x", "y"]].to_numpy(dtype=float)
    low, high = points.min(axis=0), points.max(axis=0)
    room = np.array([WIDTH_MM, HEIGHT_MM]) - 2 * _MARGIN_MM
    closest = WIDTH_MM / _LEAST_WIDTH_M
    # One door, or doors in a line, are no wide or no high: any scale would hold them.
    with np.errstate(divide="ignore"):
        return _View((low + high) / 2, float(min(closest, *(room / (high - low)))))


def _pin_width(number: int) -> float:
    return _PIN_WIDTHS_MM.get(len(str(number)), 2.2 + 2.3 * len(str(number)))


def _apart(points: Floats, widths: Floats) -> Floats:
    """Move numbers that lie on each other apart, as little as need be, within the map.

    Each pair that overlaps is moved by half its overlap, along the axis where that is less, and
    all again until none does: a few rounds for a page of doors. Where it does not settle, as with
    more numbers than the paper holds, it stops after `_PUSHES` rounds.
    """
    at = points.copy()
    edge = np.column_stack([widths / 2 + 0.5, np.full(len(at), _PIN_HEIGHT_MM / 2 + 0.5)])
    for _ in range(_PUSHES):
        pushed = False
        for i in range(len(at)):
            for j in range(i):
                away = at[i] - at[j]
                needed = np.array([(widths[i] + widths[j]) / 2, _PIN_HEIGHT_MM]) + 0.3
                overlap = needed - np.abs(away)
                # Numbers that just touch would be moved for ever by what rounding leaves.
                if (overlap <= 1e-6).any():
                    continue
                pushed = True
                axis = int(overlap[1] < overlap[0])
                step = overlap[axis] / 2 * (1 if away[axis] >= 0 else -1)
                at[i, axis] += step
                at[j, axis] -= step
        at = np.clip(at, edge, [WIDTH_MM, HEIGHT_MM] - edge)
        if not pushed:
            break
    return at


def _streets(
    streets: gpd.GeoDataFrame, view: _View, taken: list[Any]
) -> tuple[list[str], list[Label]]:
    """Draw the lines that lie in the view, and name each street once, clear of the numbers."""
    ground = view.ground()
    # The index answers in no fixed order, and equal lists are to be equal files.
    rows = np.sort(streets.sindex.query(shapely.box(*ground)))
    lines = shapely.clip_by_rect(streets.geometry.to_numpy()[rows], *ground)
    parts, owner = shapely.get_parts(lines, return_index=True)
    drawn = [
        (rows[row], view.on_paper(shapely.get_coordinates(part)))
        for part, row in zip(parts, owner, strict=True)
        # Lines and rings: where a street only touches the frame, a point is left of it.
        if shapely.get_type_id(part) in (1, 2) and not shapely.is_empty(part)
    ]
    paths = [_path(points) for _, points in drawn]
    if "street" not in streets.columns:
        return paths, []
    by_name: dict[str, list[Floats]] = {}
    for row, points in drawn:
        name = streets["street"].iloc[row]
        if not pd.isna(name) and clean_text(str(name)).strip():
            by_name.setdefault(clean_text(str(name)).strip(), []).append(points)
    taken = list(taken)
    labels = []
    for name in sorted(by_name):
        label = _label(name, by_name[name], taken)
        if label is not None:
            labels.append(label)
            taken += _covered(label)
    return paths, labels


def _furniture(scale_mm: float) -> list[tuple[float, float]]:
    """Return points where the north arrow and the scale bar stand."""
    bar = [(x, HEIGHT_MM - 4) for x in np.arange(2, scale_mm + 18, 4)]
    return [(WIDTH_MM - 6, 4), (WIDTH_MM - 6, 9), *bar]


def _label(name: str, lines: Iterable[Floats], taken: list[Any]) -> Label | None:
    """Return a name on the straight piece of its street where it is clearest, if any is long."""
    needed = len(name) * _LETTER_MM
    # Nearer than three millimetres to a number a name is not readable: better none.
    best, best_room = None, 3.0
    for points in lines:
        for (x0, y0), (x1, y1) in pairwise(points):
            length = hypot(x1 - x0, y1 - y0)
            if length < needed:
                continue
            half = needed / 2 / length
            angle = degrees(atan2(y1 - y0, x1 - x0))
            # From -90 to 90 degrees: no name stands on its head.
            angle = (angle + 90) % 180 - 90
            for share in np.linspace(half, 1 - half, 5):
                x, y = x0 + share * (x1 - x0), y0 + share * (y1 - y0)
                tried = Label(name, *_rounded(x, y), round(angle, 1))
                room = _room(tried, taken)
                if room > best_room:
                    best, best_room = tried, room
    return best


def _covered(label: Label) -> list[tuple[float, float]]:
    """Return points along a label, where nothing else should stand."""
    turn = np.radians(label.angle)
    reach = len(label.text) * _LETTER_MM / 2
    return [
        (label.x + along * cos(turn), label.y + along * sin(turn))
        for along in np.linspace(-reach, reach, 7)
    ]


def _room(label: Label, taken: list[Any]) -> float:
    """Return how far a label is from what is there, in millimetres, at most 12.

    Beyond that more room makes no name clearer, and the first street would get the widest.
    """
    distances = [hypot(x - ax, y - ay) for x, y in _covered(label) for ax, ay in taken]
    return min([*distances, 12.0])


def _path(points: Floats) -> str:
    return "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in points)


def _rounded(x: float, y: float) -> tuple[float, float]:
    return round(float(x), 2), round(float(y), 2)
