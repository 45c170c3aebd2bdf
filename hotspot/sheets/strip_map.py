"""The small map on a page of the door sheet: its doors by number, every street of theirs named."""

import geopandas as gpd
import numpy as np
import pandas as pd

from hotspot.sheets.paper_map import (
    Drawing,
    Floats,
    Pin,
    View,
    apart,
    draw,
    pin_width,
    rounded,
)

# A sixth of A4, so that nine doors fit below.
HEIGHT_MM = 44.0


def draw_map(
    doors: pd.DataFrame,
    others: pd.DataFrame,
    streets: gpd.GeoDataFrame | None,
    height_mm: float = HEIGHT_MM,
) -> Drawing | None:
    """Draw the doors of one page, all alike, with their neighbours on the list as dots.

    Parameters
    ----------
    doors, others : DataFrame
        As `printable_rows` returns them.
    streets : GeoDataFrame, optional
        In the CRS of the doors; those with a ``street`` are named.
    height_mm : float

    Returns
    -------
    Drawing or None
        None where no door has a place.
    """
    doors = placed(doors)
    if doors.empty:
        return None
    view = View.of(places(doors), height_mm)
    points = view.on_paper(places(doors))
    texts = [str(int(stop)) for stop in doors["stop"]]
    widths = np.array([pin_width(text) for text in texts])
    drawn = zip(texts, points, apart(points, widths, view), widths, strict=True)
    pins = [
        Pin(text, False, *rounded(*point), *rounded(*at), float(width))
        for text, point, at, width in drawn
    ]
    first, last = texts[0], texts[-1]
    which = f"door {first}" if first == last else f"doors {first} to {last}"
    near = view.on_paper(places(others))
    return draw(view, pins, near, streets, by_street(doors, points), f"Map of {which}, north up")


def placed(doors: pd.DataFrame) -> pd.DataFrame:
    """Return the doors whose place is known."""
    known = np.flatnonzero(np.isfinite(places(doors)).all(axis=1))
    return doors.iloc[known]


def places(doors: pd.DataFrame) -> Floats:
    """Return where doors are."""
    # A column each: to take both from a frame at once is several times as slow.
    return np.column_stack([doors[axis].to_numpy(dtype=float) for axis in ("x", "y")])


def by_street(doors: pd.DataFrame, points: Floats) -> dict[str, Floats]:
    """Return the places on the paper of the doors of each street that has a name."""
    of_street: dict[str, list[int]] = {}
    for nth, name in enumerate(doors["street"] if "street" in doors.columns else ()):
        if not pd.isna(name):
            of_street.setdefault(str(name), []).append(nth)
    return {name: points[those] for name, those in of_street.items()}
