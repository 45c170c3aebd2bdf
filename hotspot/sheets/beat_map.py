"""The map on the first page of a sheet: every door of the beat, runs of numbers as one sign."""

from itertools import pairwise
from typing import NamedTuple

import numpy as np

from hotspot.sheets.paper_map import (
    PIN_HEIGHT_MM,
    WIDTH_MM,
    Drawing,
    Floats,
    Pin,
    Streets,
    View,
    apart,
    draw,
    pin_width,
    rounded,
)
from hotspot.sheets.strip_map import Doors

_LEAST_MM = 60.0


def beat_height(doors: Doors, most_mm: float) -> float:
    """Return how high the map of all doors is to be: no higher than its ground is."""
    points = doors.places[doors.is_placed]
    if not len(points):
        return 0.0
    wide, high = np.ptp(points, axis=0)
    wanted = _LEAST_MM if wide < 1 else WIDTH_MM * high / wide + 12
    return float(np.clip(wanted, _LEAST_MM, most_mm))


def draw_beat(
    doors: Doors,
    streets: Streets | None,
    height_mm: float,
    *,
    mark_burgled: bool = False,
) -> Drawing | None:
    """Draw all doors of a beat, each as a dot, with their numbers.

    Doors whose numbers follow each other and would lie on each other are one sign, "6-12", on
    the streets of a long list nothing else can be read.

    Parameters
    ----------
    doors : Doors
    streets : Streets, optional
    height_mm : float
    mark_burgled : bool
        For the supervisor: each burgled home gets a sign of its own, which no other door has.

    Returns
    -------
    Drawing or None
        None where no door has a place.
    """
    doors = doors.part(doors.is_placed)
    if not len(doors.stops):
        return None
    view = View.of(doors.places, height_mm)
    points = view.on_paper(doors.places)
    burgled = set(doors.stops[doors.burgled].tolist()) if mark_burgled else set()
    runs = _runs(doors, points, burgled)
    middles = np.array([run.middle for run in runs])
    widths = np.array([pin_width(run.text) for run in runs])
    pins = [
        Pin(run.text, run.first in burgled, *rounded(*run.middle), *rounded(*at), float(width))
        for run, at, width in zip(runs, apart(middles, widths, view), widths, strict=True)
    ]
    label = f"Map of all doors, {doors.stops.min()} to {doors.stops.max()}, north up"
    return draw(view, pins, points, streets, doors.by_street(points), label)


class _Run(NamedTuple):
    """Doors of one street whose numbers follow each other."""

    first: int
    last: int
    points: Floats

    @property
    def text(self) -> str:
        if self.first == self.last:
            return str(self.first)
        return f"{self.first}-{self.last}"

    @property
    def middle(self) -> Floats:
        """The door in the middle, so that the sign stands on the street of the run."""
        away = np.hypot(*(self.points - self.points.mean(axis=0)).T)
        return np.asarray(self.points[int(np.argmin(away))])

    def meets(self, other: "_Run") -> bool:
        """Test whether the signs of both would lie on each other."""
        needed = (pin_width(self.text) + pin_width(other.text)) / 2
        wide, high = np.abs(self.middle - other.middle)
        return bool(wide < needed and high < PIN_HEIGHT_MM)


def _runs(doors: Doors, points: Floats, alone: set[int]) -> list[_Run]:
    """Join doors of one street that follow each other until no two such signs meet."""
    of_street: dict[str, list[_Run]] = {}
    for nth in np.argsort(doors.stops, kind="stable"):
        stop = int(doors.stops[nth])
        of_street.setdefault(doors.streets[nth] or "", []).append(_Run(stop, stop, points[[nth]]))
    joined: list[_Run] = []
    for runs in of_street.values():
        joined += _joined(runs, alone)
    return sorted(joined)


def _joined(runs: list[_Run], alone: set[int]) -> list[_Run]:
    while True:
        for place, (run, following) in enumerate(pairwise(runs)):
            if alone & {run.first, following.first}:
                continue
            if following.first == run.last + 1 and run.meets(following):
                points = np.concatenate([run.points, following.points])
                runs = [
                    *runs[:place], _Run(run.first, following.last, points), *runs[place + 2 :],
                ]  # fmt: skip
                break
        else:
            return runs
