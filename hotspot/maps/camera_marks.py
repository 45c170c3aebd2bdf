"""The cameras to ask for the crimes of a map, and which way they look where that is known."""

from collections.abc import Sequence
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from hotspot.cameras.register_words import point_of
from hotspot.english import count, moment
from hotspot.maps.colours import CAMERA, CAMERA_LAST, CAMERA_VIEW, CAMERA_WAY
from hotspot.maps.elements import Drawing
from hotspot.maps.features import Field, as_text, drawable, drawing_of
from hotspot.maps.scene import Scene

_FIELDS: tuple[Field, ...] = (
    ("asks", "To be asked for", as_text),
    ("looks", "Looks", as_text),
    ("caution", "Read this", as_text),
)
_CAUTION = (
    "What the register says of it. Nothing is claimed through buildings, walls or hedges: look on "
    "the spot."
)
# Where it is not told how far a camera sees, its direction is a short line and claims no ground.
_WAY_M = 25.0
# A side of a sector turns by so many degrees: finer cannot be seen.
_STEP_DEGREES = 10.0


def draw_cameras(cameras: gpd.GeoDataFrame, scene: Scene) -> Drawing:
    """Draw each camera once, with the crimes to ask it for, and the ground that it looks at.

    Parameters
    ----------
    cameras : GeoDataFrame
        A row for each crime and camera: `hotspot.cameras.CameraList.frame`.
    scene : Scene
        Has no bearing on it: the list was made at a cut-off of its own.

    Returns
    -------
    Drawing
    """
    frame = drawable(cameras)
    if frame.empty:
        return drawing_of(frame, [CAMERA])
    places = pd.DataFrame(
        {"id": frame["camera_id"].to_numpy(), "x": frame.geometry.x, "y": frame.geometry.y,
         "way": frame["direction"].to_numpy()}
    )  # fmt: skip
    number = places.groupby([*places.columns], sort=False, dropna=False).ngroup().to_numpy()
    # Of each the row of the crime to ask it for first.
    first = frame.iloc[np.unique(number, return_index=True)[1]]
    rows = [frame[number == one] for one in range(len(first))]
    last = np.array([not _to_ask(of).any() for of in rows])
    told = first.assign(
        asks=[_asks(of) for of in rows],
        looks=[_looks(one) for one in first.to_dict("records")],
        caution=_CAUTION,
    )
    drawing = drawing_of(
        told,
        [CAMERA, CAMERA_LAST, CAMERA_VIEW, CAMERA_WAY],
        last.astype(int),
        headings=[f"Camera {as_text(one)}" for one in told["camera_id"]],
        fields=_FIELDS,
        grow=True,
        tip=1,
    )
    views, ways = _views(told)
    legend = [(CAMERA, f"to ask: {count(int((~last).sum()), 'camera')}")]
    if last.any():
        legend.append((CAMERA_LAST, f"asked, gone, or looks another way: {int(last.sum()):,}"))
    if views:
        legend.append((CAMERA_VIEW, "looks there, by the register"))
    if ways:
        legend.append((CAMERA_WAY, "looks that way; how far or how wide is not told"))
    ground = [
        [shape, style, None]
        for style, shapes in ((2, views), (3, ways))
        for shape, _ in drawing_of(gpd.GeoDataFrame(geometry=shapes, crs=told.crs), []).rows
    ]
    # The ground first: the signs lie over it.
    rows_drawn = [*ground, *drawing.rows]
    return Drawing(
        rows_drawn, drawing.styles, drawing.bounds, drawing.fields,
        grow=drawing.grow, legend=legend, tip=drawing.tip,
    )  # fmt: skip


def _to_ask(rows: pd.DataFrame) -> pd.Series:
    """Test for which crimes a camera is to be asked yet."""
    return (rows["in_view"] != "no") & (rows["left"] != "gone") & rows["asked"].isna()


def _asks(rows: pd.DataFrame) -> str:
    """Return the crimes to ask a camera for: how far, whether in view, and what is left."""
    told = []
    for row in rows.to_dict("records"):
        asked = "" if pd.isna(row["asked"]) else f"; asked {moment(row['asked'], year=True)}"
        told.append(
            f"{as_text(row['crime_ref'])}: {row['distance_m']:,.0f} m, in view {row['in_view']} "
            f"({row['why']}); {row['footage']}{asked}"
        )
    return ". ".join(told)


def _looks(row: dict[str, object]) -> str:
    """Return where a camera looks in words."""
    way, wide, far = (_number(row.get(name)) for name in ("direction", "field_of_view", "range_m"))
    if wide is not None and wide >= 360:
        words = "all round"
    elif way is None:
        words = "which way is not told"
    else:
        words = f"{point_of(way)} ({way:.0f} degrees)" + (
            "" if wide is None else f", {wide:.0f} wide"
        )
    return words + ("; how far is not told" if far is None else f"; {far:,.0f} m far")


def _number(value: Any) -> float | None:
    return None if value is None or pd.isna(value) else float(value)


def _views(cameras: gpd.GeoDataFrame) -> tuple[list[shapely.Geometry], list[shapely.Geometry]]:
    """Return the ground that cameras look at, and lines where only the direction is known."""
    views: list[shapely.Geometry] = []
    ways: list[shapely.Geometry] = []
    for row in cameras.to_dict("records"):
        way, wide, far = (
            _number(row.get(name)) for name in ("direction", "field_of_view", "range_m")
        )
        at = row["geometry"]
        if str(row.get("why", "")).startswith("it turns"):
            # Where it looked then is not told.
            continue
        if wide is not None and wide >= 360:
            if far is not None:
                views.append(at.buffer(far))
        elif way is not None and wide is not None and far is not None:
            views.append(_sector(at, way, wide, far))
        elif way is not None:
            ways.append(shapely.LineString([at, _away(at, way, far or _WAY_M)]))
    return views, ways


def _sector(at: shapely.Point, way: float, wide: float, far: float) -> shapely.Polygon:
    """Return the ground within a field and a range."""
    steps = max(2, int(np.ceil(wide / _STEP_DEGREES)) + 1)
    turns: Sequence[float] = np.linspace(way - wide / 2, way + wide / 2, steps).tolist()
    return shapely.Polygon([at, *(_away(at, turn, far) for turn in turns)])


def _away(at: shapely.Point, way: float, far: float) -> shapely.Point:
    turn = np.radians(way)
    return shapely.Point(at.x + far * np.sin(turn), at.y + far * np.cos(turn))
