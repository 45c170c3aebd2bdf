"""From frames to rows that the map's script draws: rounded degrees, plain text, labels."""

import math
from collections.abc import Callable, Iterable, Sequence
from functools import cache, partial
from numbers import Integral, Real
from typing import Any, cast

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from pyproj import CRS, Transformer

from hotspot.english import moment
from hotspot.maps.colours import Style
from hotspot.maps.elements import Bounds, Drawing
from hotspot.output.text import clean_text

# The sixth decimal of a degree is a decimetre; more only makes the file larger.
_DECIMALS = 6
# Half a metre cannot be seen on a map, and most of a circle's corners go.
_SIMPLIFY_M = 0.5
# Of Web Mercator, which in Britain is about three fifths of a metre on the ground.
_LABEL_EVERY_M = 500.0

_DEGREES = "EPSG:4326"
# Of the screen, where angles are those that are seen.
_PLANE = "EPSG:3857"

_Shapes = npt.NDArray[np.object_]
Formatter = Callable[[Any], str | None]
Field = tuple[str, str, Formatter]


def as_text(value: Any) -> str | None:
    """Return one value of a frame as people write it; None where there is none.

    Examples
    --------
    >>> as_text(pd.Timestamp("2026-03-02 18:30")), as_text(1234), as_text(0.5), as_text(["A", "B"])
    ('Mon 2 Mar 2026 18:30', '1,234', '0.5', 'A, B')
    """
    # Most values are, and none is looked at more often than those of a map.
    if type(value) is str:
        return clean_text(value).strip() or None
    if isinstance(value, (list, tuple, set, np.ndarray)):
        # A set has another order on every run, and the same map must be the same bytes.
        items = sorted(value) if isinstance(value, set) else value
        return ", ".join(filter(None, map(as_text, items))) or None
    if value is None or value is pd.NaT or value is pd.NA:
        return None
    if isinstance(value, (pd.Timestamp, np.datetime64)):
        return moment(pd.Timestamp(value), year=True)
    if isinstance(value, Integral):
        return f"{int(value):,}"
    if isinstance(value, Real):
        number = float(value)
        if math.isnan(number):
            return None
        return f"{number:,.0f}" if abs(number) >= 100 else f"{number:.3g}"
    return clean_text(str(value)).strip() or None


def drawable(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the rows that have a geometry to draw."""
    shapes = frame.geometry.to_numpy()
    nothing = shapely.is_missing(shapes) | shapely.is_empty(shapes)
    return frame[~nothing] if nothing.any() else frame


def rows_of(
    frame: gpd.GeoDataFrame,
    styles: Sequence[int] | np.ndarray[Any, Any] | None = None,
    headings: Sequence[str | None] | None = None,
    texts: Sequence[Sequence[str | None]] = (),
) -> list[Any]:
    """Return the rows of a layer: a geometry, the number of its style and, with headings, a popup.

    Parameters
    ----------
    frame : GeoDataFrame, n rows
    styles : sequence of int, n
        Default: all 0.
    headings : sequence of str, n
        First line of the popups. Default: no popups.
    texts : sequence of sequences of str or None, each n
        The further lines, a sequence for each field.
    """
    numbers = [0] * len(frame) if styles is None else [int(number) for number in styles]
    shapes = geometries(frame)
    if headings is None:
        return [list(row) for row in zip(shapes, numbers, strict=True)]
    popups = zip(headings, *texts, strict=True)
    return [list(row) for row in zip(shapes, numbers, map(list, popups), strict=True)]


def drawing_of(
    frame: gpd.GeoDataFrame,
    styles: Sequence[Style],
    numbers: Sequence[int] | np.ndarray[Any, Any] | None = None,
    headings: Sequence[str | None] | None = None,
    fields: Sequence[Field] = (),
    **how: Any,
) -> Drawing:
    """Draw the rows of a frame and, with headings, popups of its fields.

    Parameters
    ----------
    frame : GeoDataFrame, n rows
    styles : sequence of Style
    numbers, headings : sequence, n
        As of `rows_of`.
    fields : sequence of (column, name, formatter)
        What popups show, of the columns that are there.
    **how
        The further fields of a `Drawing`.
    """
    names, texts = texts_of(frame, fields)
    rows = rows_of(frame, numbers, headings, texts)
    shown = None if headings is None else names
    return Drawing(rows, styles, partial(bounds_of, frame.geometry), fields=shown, **how)


def texts_of(
    frame: gpd.GeoDataFrame, fields: Sequence[Field]
) -> tuple[list[str], list[list[str | None]]]:
    """Write the columns that a frame has of `fields`, each a column, its name and a formatter."""
    there = [field for field in fields if field[0] in frame.columns]
    names = [name for _, name, _ in there]
    # Of an unknown share english.percent writes nothing, which is no line of a popup.
    return names, [
        [write(value) or None for value in _values(frame[column])] for column, _, write in there
    ]


def _values(column: "pd.Series[Any]") -> npt.NDArray[np.object_]:
    """Return the values of a column, which Arrow's texts would give out one by one, slowly."""
    values: npt.NDArray[np.object_] = column.to_numpy(dtype=object)
    return values


def geometries(frame: gpd.GeoDataFrame | gpd.GeoSeries) -> list[Any]:
    """Return points as ``[lon, lat]`` and all else as GeoJSON, in degrees to a decimetre."""
    shapes, crs = frame.geometry.to_numpy(), frame.crs
    kinds = set(shapely.get_type_id(shapes).tolist())
    if not kinds <= {shapely.GeometryType.POINT}:
        # In metres before they become degrees, whose lengths differ from north to east.
        shapes = shapely.simplify(shapes, _SIMPLIFY_M if crs.is_projected else 0.0)
        kinds = set(shapely.get_type_id(shapes).tolist())
    at = _projected(shapes, crs, _DEGREES).round(_DECIMALS)
    if kinds <= {shapely.GeometryType.POINT}:
        return cast("list[Any]", at.tolist())
    areas = kinds <= {shapely.GeometryType.POLYGON, shapely.GeometryType.MULTIPOLYGON}
    if not (areas or kinds <= {shapely.GeometryType.LINESTRING}) or shapely.is_empty(shapes).any():
        return [shapely.geometry.mapping(shape) for shape in _moved(shapes, at)]
    # Streets and contours are nearly all that is drawn, and each of their points would be fetched
    # by itself.
    if not areas:
        lines = _cut(at.tolist(), shapely.get_num_coordinates(shapes))
        return [{"type": "LineString", "coordinates": line} for line in lines]
    parts = shapely.get_parts(shapes)
    rings = _cut(at.tolist(), shapely.get_num_coordinates(shapely.get_rings(parts)))
    polygons = _cut(rings, shapely.get_num_interior_rings(parts) + 1)
    every = _cut(polygons, shapely.get_num_geometries(shapes))
    several = shapely.get_type_id(shapes) == shapely.GeometryType.MULTIPOLYGON
    return [
        {"type": "MultiPolygon", "coordinates": own}
        if many
        else {"type": "Polygon", "coordinates": own[0]}
        for many, own in zip(several.tolist(), every, strict=True)
    ]


def _cut(items: list[Any], lengths: npt.NDArray[np.integer[Any]]) -> list[list[Any]]:
    """Cut a list into parts of these lengths."""
    ends = np.cumsum(lengths).tolist()
    return [items[first:last] for first, last in zip([0, *ends], ends, strict=False)]


@cache
def _way(source: str, target: str) -> Transformer | None:
    """Return what leads from one CRS to another; None where they are the same."""
    if CRS(source).is_exact_same(CRS(target)):
        return None
    return Transformer.from_crs(source, target, always_xy=True)


def _projected(shapes: _Shapes, crs: CRS, target: str) -> npt.NDArray[np.float64]:
    """Return the coordinates of shapes in another CRS, without heights."""
    at: npt.NDArray[np.float64]
    if shapely.has_z(shapes).any():
        # A height may move a point: GeoPandas knows how.
        at = shapely.get_coordinates(gpd.GeoSeries(shapes, crs=crs).to_crs(target).to_numpy())
        return at
    at = shapely.get_coordinates(shapes)
    # A frame is asked for its CRS so often that even to compare two of them took long.
    way = _way(crs.srs, target)
    return at if way is None else np.column_stack(way.transform(at[:, 0], at[:, 1]))


def _moved(shapes: _Shapes, at: npt.NDArray[np.float64]) -> _Shapes:
    """Return shapes with these coordinates."""
    return np.asarray(shapely.set_coordinates(shapes.copy(), at))


def bounds_of(*frames: gpd.GeoDataFrame | gpd.GeoSeries) -> Bounds:
    """Return west, south, east and north of frames, in degrees; NaN where nothing is in any."""
    every = [
        _projected(frame.geometry.to_numpy(), frame.crs, _DEGREES) for frame in frames if len(frame)
    ]
    places = np.concatenate([np.empty((0, 2)), *every])
    if np.isnan(places).all():
        return (math.nan, math.nan, math.nan, math.nan)
    west, south = np.nanmin(places, axis=0)
    east, north = np.nanmax(places, axis=0)
    return float(west), float(south), float(east), float(north)


def point_labels(frame: gpd.GeoDataFrame, texts: Sequence[Any]) -> list[list[Any]]:
    """Return a level label inside each area."""
    # The centroid of a crescent lies outside of it; this point never does.
    inside = shapely.point_on_surface(frame.geometry.to_numpy())
    places = _projected(inside, frame.crs, _DEGREES).round(_DECIMALS).tolist()
    return [
        [*place, text, 0]
        for place, value in zip(places, texts, strict=True)
        if (text := as_text(value))
    ]


def edge_labels(frame: gpd.GeoDataFrame, texts: Sequence[Any]) -> list[list[Any]]:
    """Return level labels on the edges of each area, where they hide nothing inside.

    There is one for each side, the northern first: with the option ``once`` the first that finds
    room is written.
    """
    corners = []
    for shape in frame.geometry:
        at = shapely.get_coordinates(shape)
        # Of several corners that lie as far north the easternmost: the same on every run.
        ends = [np.lexsort((at[:, 0], side)) for side in (at[:, 1], -at[:, 0], at[:, 0], -at[:, 1])]
        corners += [shapely.Point(at[end[-1]]) for end in ends]
    sides = gpd.GeoDataFrame(geometry=corners, crs=frame.crs)
    return point_labels(sides, [text for text in texts for _ in range(4)])


def places_by_name(names: Iterable[Any]) -> list[tuple[str, list[int]]]:
    """Return each name, in the order of the alphabet, with the numbers of the rows that bear it.

    Examples
    --------
    >>> places_by_name(["Quay", None, "Alma Street", "Quay"])
    [('Alma Street', [2]), ('Quay', [0, 3])]
    """
    rows: dict[str, list[int]] = {}
    for number, name in enumerate(names):
        if text := as_text(name):
            rows.setdefault(text, []).append(number)
    return sorted(rows.items())


def line_labels(frame: gpd.GeoDataFrame, column: str) -> list[list[Any]]:
    """Return labels along lines of one name, turned with the line, the longest lines first."""
    named = frame[frame[column].notna()]
    shapes = named.geometry.to_numpy()
    shapes = _moved(shapes, _projected(shapes, frame.crs, _PLANE))
    texts: list[str] = []
    streets: list[Any] = []
    for name, pieces in _pieces_by_name(named[column]).items():
        if text := as_text(name):
            texts.append(text)
            # A street comes in a piece for each junction: named once along the whole, not on each.
            streets.append(shapely.multilinestrings(shapely.get_parts(shapes[pieces])))
    lines, which = shapely.get_parts(shapely.line_merge(streets), return_index=True)
    labels = _along(lines, [texts[nth] for nth in which])
    # Long streets first; the rest only makes the order the same on every run.
    labels.sort(key=lambda label: (-label[0], label[1:]))
    points = shapely.points([label[1:3] for label in labels]) if labels else np.empty(0, object)
    places = _projected(points, CRS(_PLANE), _DEGREES).round(_DECIMALS).tolist()
    return [[*place, *label[3:]] for place, label in zip(places, labels, strict=True)]


def _pieces_by_name(names: "pd.Series[Any]") -> dict[Any, list[int]]:
    pieces: dict[Any, list[int]] = {}
    for number, name in enumerate(names.to_numpy(dtype=object)):
        pieces.setdefault(name, []).append(number)
    return pieces


def _along(lines: Any, texts: Sequence[str]) -> list[tuple[float, float, float, str, int]]:
    """Return length, place, text and angle of the labels of lines."""
    long = shapely.length(lines)
    # One even on the shortest line: whether it is drawn is for the space on the screen to say.
    number = np.maximum(np.rint(long / _LABEL_EVERY_M), 1).astype(int)
    line = np.repeat(np.arange(len(long)), number)
    nth = np.arange(len(line)) - np.repeat(np.cumsum(number) - number, number)
    middle = (nth + 0.5) * long[line] / number[line]
    # The direction over 30 m: at a point, a corner would turn the name aside.
    ends = np.maximum(middle - 15.0, 0.0), middle, np.minimum(middle + 15.0, long[line])
    near = shapely.line_interpolate_point(lines[line][:, None], np.column_stack(ends))
    at = shapely.get_coordinates(near).reshape(-1, 3, 2).tolist()
    labels = []
    for of, ((x0, y0), (x, y), (x1, y1)) in zip(line.tolist(), at, strict=True):
        # Screens count y downwards; a name is never upside down.
        angle = math.degrees(math.atan2(y0 - y1, x1 - x0))
        angle -= 180 * round(angle / 180)
        labels.append((float(long[of]), x, y, texts[of], round(angle)))
    return labels
