"""What the maps of a sheet are drawn of: a view of the ground, numbers that lie apart, a scale."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import hypot
from typing import Any, NamedTuple

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from hotspot._kernels.paper_map import push_apart
from hotspot.output.text import clean_text
from hotspot.sheets.street_labels import Box, Label, named_streets

Floats = npt.NDArray[np.float64]

# What A4 has between its margins.
WIDTH_MM = 190.0
# No closer than this, so that a single door still shows its street.
_LEAST_WIDTH_M = 120.0
_MARGIN_MM = 6.0
# As the template draws them. A figure of bold 8.5 points is 1.7 mm wide, of wider fonts 2.1 mm.
PIN_HEIGHT_MM = 4.6
_FIGURE_MM, _PIN_ENDS_MM = 2.1, 2.2
_SCALE_LENGTHS_M = (5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10000)
_LONGEST_SCALE_MM = 34.0
_ROAD_M = 5.0
# Between two signs, and between a sign and the frame.
_GAP_MM, _EDGE_MM = 0.3, 0.5
_PUSHES = 300


@dataclass(frozen=True)
class Pin:
    """The number of a door, or of several in a run: where they are, and where it stands nearby."""

    text: str
    burgled: bool
    x: float
    y: float
    at_x: float
    at_y: float
    width: float

    @property
    def moved(self) -> bool:
        return hypot(self.at_x - self.x, self.at_y - self.y) > 1

    @property
    def box(self) -> Box:
        return box_around(self.at_x, self.at_y, self.width, PIN_HEIGHT_MM)


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


@dataclass(frozen=True)
class View:
    """What part of the ground the paper shows."""

    centre: Floats
    mm_per_m: float
    width: float
    height: float

    @classmethod
    def of(cls, points: Floats, height: float) -> "View":
        """Return the view that holds some points, as close as it goes."""
        low, high = points.min(axis=0), points.max(axis=0)
        room = np.array([WIDTH_MM, height]) - 2 * _MARGIN_MM
        closest = WIDTH_MM / _LEAST_WIDTH_M
        # One door, or doors in a line, are no wide or no high: any scale would hold them.
        with np.errstate(divide="ignore"):
            scale = float(min(closest, *(room / (high - low))))
        return cls((low + high) / 2, scale, WIDTH_MM, height)

    def on_paper(self, points: Floats) -> Floats:
        """Return where places on the ground are on the paper."""
        away = (points - self.centre) * [self.mm_per_m, -self.mm_per_m]
        return np.asarray(away + np.array([self.width, self.height]) / 2)

    def lies_within(self, points: Floats) -> npt.NDArray[np.bool_]:
        """Test which places on the paper hold a dot of a millimetre that the frame does not cut."""
        inside = (points > 1) & (points < [self.width - 1, self.height - 1])
        return np.asarray(inside.all(axis=1))

    def ground(self) -> tuple[float, float, float, float]:
        """Return the bounds of what is shown."""
        half = np.array([self.width, self.height]) / 2 / self.mm_per_m
        return (*(self.centre - half), *(self.centre + half))


class Streets(NamedTuple):
    """The streets of all maps: which lie in a view is found by one index."""

    #: As geopandas holds them; their index is made where it is first asked.
    shapes: Any
    lines: npt.NDArray[Any]
    #: As they were given.
    names: npt.NDArray[Any]

    @classmethod
    def of(cls, streets: gpd.GeoDataFrame) -> "Streets":
        """Return streets as `read_streets` returns them, ready to be drawn."""
        if "street" in streets.columns:
            names = streets["street"].to_numpy(dtype=object)
        else:
            names = np.full(len(streets), None, dtype=object)
        return cls(streets.geometry.array, streets.geometry.to_numpy(), names)

    def names_of(self, rows: npt.NDArray[np.intp]) -> list[str | None]:
        """Return the names of some of them, for print; None of those that have none."""
        texts = self.names[rows].tolist()
        return [None if pd.isna(text) else clean_text(str(text)).strip() or None for text in texts]


def draw(
    view: View,
    pins: Sequence[Pin],
    others: Floats,
    streets: Streets | None,
    needed: dict[str, Floats],
    label: str,
) -> Drawing:
    """Draw pins that are placed, with the streets around them.

    Parameters
    ----------
    view : View
    pins : sequence of Pin
    others : array
        Places on the paper that get a dot.
    streets : Streets, optional
    needed : dict of str to array
        Streets that must be named whatever the room, with the places of their doors on the paper.
    label : str
        What the map shows, for those who do not see it.
    """
    # 5 m fit at the closest there is, and stand for what is wider than all the lengths.
    fitting = [m for m in _SCALE_LENGTHS_M if m * view.mm_per_m <= _LONGEST_SCALE_MM or m == 5]
    scale_mm = max(fitting) * view.mm_per_m
    dots = others[view.lies_within(others)]
    taken = [*(pin.box for pin in pins), *_furniture(view, scale_mm), *_around_dots(dots)]
    lines = {} if streets is None else _lines_in_view(streets, view)
    drawn = [part for parts in lines.values() for part in parts]
    named = {name: parts for name, parts in lines.items() if name is not None}
    return Drawing(
        width=view.width,
        height=view.height,
        label=label,
        streets=[_path(points) for points in drawn],
        # To scale, but never so thin that a printer loses it, nor so wide that it hides doors.
        road_mm=round(float(np.clip(_ROAD_M * view.mm_per_m, 0.9, 2.6)), 2),
        names=named_streets(named, needed, taken, (view.width, view.height)),
        others=[rounded(*point) for point in dots],
        pins=list(pins),
        scale_m=max(fitting),
        scale_mm=round(scale_mm, 2),
    )


def box_around(x: float, y: float, width: float, height: float) -> Box:
    """Return the box of a size around a place: left, top, right, bottom."""
    return x - width / 2, y - height / 2, x + width / 2, y + height / 2


def pin_width(text: str) -> float:
    """Return how wide the sign of a number is, in millimetres."""
    return round(max(PIN_HEIGHT_MM, _PIN_ENDS_MM + _FIGURE_MM * len(text)), 2)


def apart(points: Floats, widths: Floats, view: View) -> Floats:
    """Move signs that lie on each other apart, as little as need be, within the map.

    Where it does not settle, as with more numbers than the paper holds, it stops after `_PUSHES`
    rounds.
    """
    return push_apart(
        points, widths, PIN_HEIGHT_MM, (view.width, view.height),
        gap=_GAP_MM, edge=_EDGE_MM, rounds=_PUSHES,
    )  # fmt: skip


def rounded(x: float, y: float) -> tuple[float, float]:
    """Return a place to a hundredth of a millimetre."""
    return round(float(x), 2), round(float(y), 2)


def _lines_in_view(streets: Streets, view: View) -> dict[str | None, list[Floats]]:
    """Return the lines of the streets that lie in the view, on the paper, by their names."""
    ground = view.ground()
    # The index answers in no fixed order, and equal lists are to be equal files.
    rows = np.sort(streets.shapes.sindex.query(shapely.box(*ground)))
    lines = shapely.clip_by_rect(streets.lines[rows], *ground)
    parts, line_of = shapely.get_parts(lines, return_index=True)
    # Lines and rings: where a street only touches the frame, a point is left of it.
    drawn = np.isin(shapely.get_type_id(parts), (1, 2)) & ~shapely.is_empty(parts)
    points, part_of = shapely.get_coordinates(parts[drawn], return_index=True)
    ends = np.cumsum(np.bincount(part_of, minlength=int(drawn.sum())))
    names = streets.names_of(rows)
    by_name: dict[str | None, list[Floats]] = {}
    pieces = np.split(view.on_paper(points), ends)
    for piece, line in zip(pieces, line_of[drawn], strict=False):
        by_name.setdefault(names[line], []).append(piece)
    return by_name


def _around_dots(dots: Floats) -> list[Box]:
    """Return boxes that cover dots: one for those that lie within two millimetres."""
    squares = np.unique(np.floor(dots / 2), axis=0) * 2 + 1
    return [box_around(float(x), float(y), 2.4, 2.4) for x, y in squares]


def _furniture(view: View, scale_mm: float) -> list[Box]:
    """Return where the north arrow and the scale bar stand."""
    bottom = view.height - 1
    return [(view.width - 11, 1.0, view.width - 1, 14.0), (1.0, bottom - 8, scale_mm + 19, bottom)]


def _path(points: Floats) -> str:
    return "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in points.tolist())
