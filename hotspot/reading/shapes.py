"""Shapes as files hold them, each one that is damaged with the reason rather than an exception."""

import math
import re
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

Array = NDArray[Any]

# What the parts of each kind are read as, and put together by.
_PARTS: dict[str, tuple[str, Callable[[list[Any]], shapely.Geometry]]] = {
    "MultiPoint": ("Point", shapely.MultiPoint),
    "MultiLineString": ("LineString", shapely.MultiLineString),
    "MultiPolygon": ("Polygon", shapely.MultiPolygon),
}
_EMPTY = {
    "Point": shapely.Point(),
    "LineString": shapely.LineString(),
    "Polygon": shapely.Polygon(),
}
#: The kinds of geometry that RFC 7946 knows.
KINDS = ("Point", "LineString", "Polygon", *_PARTS, "GeometryCollection")
_FEWEST_OF_A_RING = 4
_MOST_NESTED = 20
# How a part begins that has parts itself: the order of bytes and the kinds 4 to 7, with the marks
# of heights and of a CRS that ISO and PostGIS add.
_OF_PARTS = re.compile(
    rb"\x01(?:[\x04-\x07]\x00\x00[\x00\x20\x40\x60\x80\xa0\xc0\xe0]|[\xec-\xef]\x03\x00\x00"
    rb"|[\xd4-\xd7]\x07\x00\x00|[\xbc-\xbf]\x0b\x00\x00)"
    rb"|\x00(?:[\x00\x20\x40\x60\x80\xa0\xc0\xe0]\x00\x00[\x04-\x07]|\x00\x00\x03[\xec-\xef]"
    rb"|\x00\x00\x07[\xd4-\xd7]|\x00\x00\x0b[\xbc-\xbf])"
)
_MOST_COLLECTIONS = 1000


class DamagedShape(ValueError):
    """A shape that is none; the message is the reason."""


def shape_of(geometry: Any) -> tuple[shapely.Geometry | None, bool]:
    """Read a geometry as GeoJSON holds it (RFC 7946), without its heights.

    Parameters
    ----------
    geometry : object
        As `json.loads` returns it.

    Returns
    -------
    shape : shapely.Geometry or None
        None where the file says that there is none.
    closed : bool
        Whether a ring ended elsewhere than it began and was closed.

    Raises
    ------
    DamagedShape
        If it is no geometry.

    Examples
    --------
    >>> shape_of({"type": "Polygon", "coordinates": [[[0, 0], [9, 0], [9, 9]]]})
    (<POLYGON ((0 0, 9 0, 9 9, 0 0))>, True)
    """
    if geometry is None:
        return None, False
    closed: list[bool] = []
    return _shape(geometry, closed, 0), bool(closed)


def _shape(geometry: Any, closed: list[bool], depth: int) -> shapely.Geometry:
    """Read a geometry, or one in a collection."""
    kind = geometry.get("type") if isinstance(geometry, dict) else None
    if kind not in KINDS:
        raise DamagedShape(f"no geometry: {_shown(kind or geometry)}")
    parts = geometry.get("geometries" if kind == "GeometryCollection" else "coordinates")
    if not isinstance(parts, list):
        raise DamagedShape(f"a {kind} without coordinates")
    if kind != "GeometryCollection":
        return _simple(kind, parts, closed)
    if depth > _MOST_NESTED:
        raise DamagedShape("collections in collections, without end")
    return shapely.GeometryCollection([_shape(part, closed, depth + 1) for part in parts])


def _simple(kind: str, parts: list[Any], closed: list[bool]) -> shapely.Geometry:
    """Read a geometry that is no collection."""
    if kind in _PARTS:
        of, put_together = _PARTS[kind]
        if not all(isinstance(part, list) for part in parts):
            raise DamagedShape(f"a {kind} without coordinates")
        return put_together([_simple(of, part, closed) for part in parts])
    if not parts:
        return _EMPTY[kind]
    if kind == "Point":
        return shapely.Point(_corners([parts])[0])
    if kind == "LineString":
        corners = _corners(parts)
        if len(corners) < 2:
            raise DamagedShape("a line of one point")
        return shapely.LineString(corners)
    shell, *holes = [_ring(part, closed) for part in parts]
    return shapely.Polygon(shell, holes)


def _ring(parts: Any, closed: list[bool]) -> NDArray[np.float64]:
    """Read a ring, closed where it is open: no polygon has another meaning."""
    corners = _corners(parts)
    if len(corners) and (corners[0] != corners[-1]).any():
        corners = np.vstack([corners, corners[:1]])
        closed.append(True)
    if len(corners) < _FEWEST_OF_A_RING:
        raise DamagedShape("an outline of fewer than three corners")
    return corners


def _corners(parts: Any) -> NDArray[np.float64]:
    """Read the positions of a line, each as x and y."""
    if not isinstance(parts, list):
        raise DamagedShape(f"no positions: {_shown(parts)}")
    for place in parts:
        if not isinstance(place, list) or len(place) < 2:
            raise DamagedShape(f"no position: {_shown(place)}")
        if not (is_number(place[0]) and is_number(place[1])):
            raise DamagedShape(f"coordinates that are no numbers: {_shown(place)}")
    return np.array([place[:2] for place in parts], dtype=float).reshape(-1, 2)


def is_number(value: object) -> bool:
    """Test whether a value is a finite number.

    Examples
    --------
    >>> is_number(1), is_number(True), is_number("1"), is_number(float("nan"))
    (True, False, False, False)
    """
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 40 else f"{text[:40]}..."


def shapes_of_binary(
    binary: Sequence[bytes | None] | Array,
) -> tuple[NDArray[np.object_], dict[int, str]]:
    """Read shapes from well-known binary.

    Parameters
    ----------
    binary : sequence of bytes or None, n

    Returns
    -------
    shapes : numpy.ndarray of shapely geometries, n
        Without heights; None where there is none.
    damaged : dict of int to str
        The places of those that cannot be read, and why.

    Examples
    --------
    >>> shapes, damaged = shapes_of_binary([shapely.to_wkb(shapely.Point(1, 2)), b"x", None])
    >>> shapes.tolist(), damaged
    ([<POINT (1 2)>, None, None], {1: 'a damaged shape'})
    """
    given = np.asarray([None if part is None else bytes(part) for part in binary], dtype=object)
    read = given.copy()
    read[[part is not None and _is_nested(part) for part in given]] = b""
    shapes = np.asarray(shapely.from_wkb(read, on_invalid="ignore"), dtype=object)
    damaged = {
        int(at): "a damaged shape"
        for at in np.flatnonzero(shapely.is_missing(shapes))
        if given[at] is not None
    }
    shapes = np.asarray(shapely.force_2d(shapes), dtype=object)
    for at in np.flatnonzero(_has_odd_corners(shapes)).tolist():
        shapes[at] = None
        damaged[at] = "coordinates that are no numbers"
    return shapes, damaged


def _is_nested(binary: bytes) -> bool:
    """Test for collections in one another, deep enough to end the process that reads them.

    Only what is itself of several parts can be; a large polygon is not searched.
    """
    if _OF_PARTS.match(binary) is None:
        return False
    return sum(1 for _ in _OF_PARTS.finditer(binary)) > _MOST_COLLECTIONS


def _has_odd_corners(shapes: NDArray[np.object_]) -> NDArray[np.bool_]:
    """Test which shapes have a corner that is nowhere; a point of NaN is an empty one."""
    corners, of = shapely.get_coordinates(shapes, return_index=True)
    odd = np.zeros(len(shapes), dtype=bool)
    odd[of[~np.isfinite(corners).all(axis=1)]] = True
    known: NDArray[np.bool_] = ~shapely.is_empty(shapes) & (shapely.get_type_id(shapes) != 0)
    return odd & known
