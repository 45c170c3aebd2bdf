"""The small map on a page of the door sheet: its doors by number, every street of theirs named."""

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from hotspot._kernels.arrays import Ints
from hotspot.sheets.paper_map import (
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

# A sixth of A4, so that nine doors fit below.
HEIGHT_MM = 44.0


class Doors(NamedTuple):
    """What maps show of the doors of a list, an entry each."""

    stops: Ints
    #: None of those on no known street.
    streets: npt.NDArray[Any]
    #: On the ground; not finite where it is not known.
    places: Floats
    burgled: npt.NDArray[np.bool_]

    @classmethod
    def of(cls, rows: pd.DataFrame) -> "Doors":
        """Return the doors of rows as `printable_rows` returns them."""
        streets = [None if pd.isna(name) else str(name) for name in rows["street"].tolist()]
        return cls(
            rows["stop"].to_numpy(),
            np.array(streets, dtype=object),
            # A column each: to take both from a frame at once is several times as slow.
            np.column_stack([rows[axis].to_numpy(dtype=float) for axis in ("x", "y")]),
            rows["ring"].to_numpy() == 0,
        )

    def part(self, which: slice | npt.NDArray[np.bool_]) -> "Doors":
        """Return some of the doors."""
        stops, streets, places, burgled = self
        return Doors(stops[which], streets[which], places[which], burgled[which])

    @property
    def is_placed(self) -> npt.NDArray[np.bool_]:
        """Of which doors the place is known."""
        return np.asarray(np.isfinite(self.places).all(axis=1))

    def by_street(self, points: Floats) -> dict[str, Floats]:
        """Return the places on the paper of the doors of each street that has a name."""
        of_street: dict[str, list[int]] = {}
        for nth, name in enumerate(self.streets.tolist()):
            if name is not None:
                of_street.setdefault(name, []).append(nth)
        return {name: points[those] for name, those in of_street.items()}


def draw_map(
    doors: Doors,
    others: Floats,
    streets: Streets | None,
    height_mm: float = HEIGHT_MM,
) -> Drawing | None:
    """Draw the doors of one page, all alike, with their neighbours on the list as dots.

    Parameters
    ----------
    doors : Doors
    others : array
        Where the other doors of the list are on the ground.
    streets : Streets, optional
        In the CRS of the doors; those with a ``street`` are named.
    height_mm : float

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
    texts = [str(stop) for stop in doors.stops.tolist()]
    widths = np.array([pin_width(text) for text in texts])
    drawn = zip(texts, points, apart(points, widths, view), widths, strict=True)
    pins = [
        Pin(text, False, *rounded(*point), *rounded(*at), float(width))
        for text, point, at, width in drawn
    ]
    first, last = texts[0], texts[-1]
    which = f"door {first}" if first == last else f"doors {first} to {last}"
    near = view.on_paper(others)
    return draw(view, pins, near, streets, doors.by_street(points), f"Map of {which}, north up")
