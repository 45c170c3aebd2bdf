"""Treated places, their controls and the ground around them: polygons of which none overlap."""

from typing import Any, NamedTuple

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely
from pyproj import CRS

from hotspot.english import count, name_rows, some_of

#: Columns that name a place, in this order; without one the index does.
NAMES = ("place", "name", "area")
#: Which matched set a control belongs to, as `matched_controls` writes it.
MATCHED_TO = "treated"
# Two polygons digitised along one line overlap by slivers: this share of the smaller, or less.
_SLIVER = 1e-3


class Places(NamedTuple):
    """Polygons with their names, in the CRS of the incidents.

    Attributes
    ----------
    names : list of str
    shapes : ndarray of Polygon
    matched_to : list of str or None
        The treated place that each is a control of, where that is told.
    """

    names: list[str]
    shapes: npt.NDArray[np.object_]
    matched_to: list[str] | None = None

    def __len__(self) -> int:
        return len(self.names)

    def only(self, which: npt.NDArray[np.bool_]) -> "Places":
        """Return some of the places.

        Parameters
        ----------
        which : ndarray of bool

        Returns
        -------
        Places
        """
        at = np.flatnonzero(which)
        sets = None if self.matched_to is None else [self.matched_to[one] for one in at]
        return Places([self.names[one] for one in at], self.shapes[at], sets)

    @property
    def km2(self) -> float:
        """Their area together."""
        return float(shapely.area(self.shapes).sum()) / 1e6


def read_places(
    frame: Any, what: str, crs: CRS | None, *, may_overlap: bool = False
) -> tuple[Places, list[str]]:
    """Read places that were given, and find what is wrong with them.

    Parameters
    ----------
    frame : GeoDataFrame
    what : str
        What messages call them.
    crs : CRS or None
        That of the incidents, to which they are brought.
    may_overlap : bool
        Whether they may share ground.

    Returns
    -------
    Places
        Empty where they cannot be used.
    problems : list of str
    """
    nothing = Places([], np.array([], dtype=object))
    if isinstance(frame, gpd.GeoSeries):
        frame = frame.to_frame("geometry")
    if not isinstance(frame, gpd.GeoDataFrame) or frame.active_geometry_name is None:
        return nothing, [
            f"The {what} must be polygons, a geopandas.GeoDataFrame, not {type(frame).__name__}."
        ]
    if frame.empty:
        return nothing, [f"The {what} are empty: there is no polygon."]
    if frame.crs is None:
        return nothing, [f"The {what} have no CRS: set it with .set_crs(...), e.g. 'EPSG:27700'."]
    if crs is not None and frame.crs != crs:
        frame = frame.to_crs(crs)
    shapes, problems = _polygons(frame, what)
    names, of_names = _names(frame, what)
    problems += of_names
    if not problems and not may_overlap:
        problems += overlap_problems(Places(names, shapes), what)
    sets = [str(one) for one in frame[MATCHED_TO]] if MATCHED_TO in frame.columns else None
    return (nothing if problems else Places(names, shapes, sets)), problems


def _polygons(frame: gpd.GeoDataFrame, what: str) -> tuple[npt.NDArray[np.object_], list[str]]:
    shapes = frame.geometry.to_numpy().copy()
    kinds = shapely.get_type_id(shapes)
    wrong = ~np.isin(kinds, [shapely.GeometryType.POLYGON, shapely.GeometryType.MULTIPOLYGON])
    invalid = ~wrong & ~shapely.is_valid(shapes)
    shapes[invalid] = [shapely.buffer(shapely.make_valid(one), 0) for one in shapes[invalid]]
    wrong |= ~(shapely.area(shapes) > 0) | ~np.isfinite(shapely.area(shapes))
    if not wrong.any():
        return shapes, []
    rows = frame.index[wrong]
    return shapes, [
        f"{count(len(rows), 'row')} of the {what} without a polygon that holds ground "
        f"({name_rows(rows)})."
    ]


def _names(frame: gpd.GeoDataFrame, what: str) -> tuple[list[str], list[str]]:
    column = next((name for name in NAMES if name in frame.columns), None)
    labels = frame.index if column is None else frame[column]
    names = ["" if one is None or one != one else str(one).strip() for one in labels]
    twice = sorted({name for name in names if names.count(name) > 1})
    if len(twice) or "" in names:
        told = f"more than once: {some_of([repr(name) for name in twice])}" if twice else "missing"
        return names, [f"Names of the {what} stand {told}. Each place needs a name of its own."]
    return names, []


def overlap_problems(
    places: Places, what: str, others: Places | None = None, other: str = ""
) -> list[str]:
    """Find which places share ground, among each other or with other ones.

    Parameters
    ----------
    places : Places
    what : str
    others : Places, optional
    other : str
        What those are called.

    Returns
    -------
    list of str
    """
    against = places if others is None else others
    pairs = overlapping(places.shapes, against.shapes)
    if others is None:
        pairs = pairs[:, pairs[0] < pairs[1]]
    if not pairs.shape[1]:
        return []
    named = [f"{places.names[one]} and {against.names[two]}" for one, two in pairs.T[:6]]
    verb = "overlap" if others is None else f"and the {other} overlap"
    return [
        f"The {what} {verb} ({count(pairs.shape[1], 'pair')}: {some_of(named, 5)}): a burglary "
        "would count twice. Join or cut the polygons."
    ]


def overlapping(
    shapes: npt.NDArray[np.object_], others: npt.NDArray[np.object_]
) -> npt.NDArray[np.int64]:
    """Return which polygons share more than a sliver of ground, shape (2, pairs)."""
    pairs = shapely.STRtree(others).query(shapes, predicate="intersects")
    one, two = shapes[pairs[0]], others[pairs[1]]
    least = np.minimum(shapely.area(one), shapely.area(two))
    # The cells of a grid touch eight others each: their boxes share no ground.
    boxes = shapely.bounds(one), shapely.bounds(two)
    low, high = (np.maximum(*boxes)[:, :2], np.minimum(*boxes)[:, 2:])
    near = np.clip(high - low, 0, None).prod(axis=1) > _SLIVER * least
    pairs, one, two, least = pairs[:, near], one[near], two[near], least[near]
    shared = shapely.area(shapely.intersection(one, two))
    return np.asarray(pairs[:, shared > _SLIVER * least], dtype=np.int64)


def nearest_m(
    shapes: npt.NDArray[np.object_], others: npt.NDArray[np.object_]
) -> npt.NDArray[np.float64]:
    """Return how far each shape lies from the nearest of others, in metres."""
    _, distance = shapely.STRtree(others).query_nearest(
        shapes, return_distance=True, all_matches=False
    )
    return np.asarray(distance, dtype=float)


def ring_of(
    places: npt.NDArray[np.object_], width_m: float, but: npt.NDArray[np.object_]
) -> shapely.Geometry:
    """Return the ground within so many metres of places, without them and without other ground."""
    around = shapely.union_all(shapely.buffer(places, width_m))
    return shapely.difference(around, shapely.union_all(np.concatenate([places, but])))
