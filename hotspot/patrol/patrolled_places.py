"""Places that patrols are held against: polygons or lines, each with a name."""

import warnings
from collections.abc import Sequence

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from pyproj import CRS

from hotspot._errors import DataWarning
from hotspot.english import count, name_rows, some_of
from hotspot.geo import area_positions, nearest_positions
from hotspot.reading.cells import to_text

#: A fix is on a street that lies no farther off, in metres: the nearest of those. Half the width
#: of a road with its pavements, and what a receiver between houses is off.
STREET_M = 25.0
#: Columns that may name a place, best first.
_NAMES = ("place", "area", "street", "name", "hotspot", "rank")
_POLYGONS = (shapely.GeometryType.POLYGON, shapely.GeometryType.MULTIPOLYGON)
_LINES = (
    shapely.GeometryType.LINESTRING,
    shapely.GeometryType.LINEARRING,
    shapely.GeometryType.MULTILINESTRING,
)
# What two outlines of neighbours may share by rounding, in square metres.
_HAIR_M2 = 1.0


def place_problems(places: object, what: str = "places") -> list[str]:
    """Return what keeps places from being places: all of it.

    Parameters
    ----------
    places : object
    what : str

    Returns
    -------
    list of str
    """
    if not isinstance(places, gpd.GeoDataFrame):
        return [f"The {what} must be a geopandas.GeoDataFrame, not {type(places).__name__}."]
    if places.active_geometry_name is None:
        return [f"The {what} have no geometry column."]
    if places.empty:
        return [f"The {what} are empty: there is no row."]
    problems = []
    if places.crs is None:
        problems.append(
            f"The {what} have no CRS: set it with .set_crs(...), e.g. 'EPSG:27700' or 'EPSG:4326'."
        )
    shapes = places.geometry.to_numpy()
    kinds = shapely.get_type_id(shapes)
    flat, long = np.isin(kinds, _POLYGONS), np.isin(kinds, _LINES)
    neither = ~(flat | long) | shapely.is_empty(shapes)
    if neither.any():
        rows = places.index[neither]
        problems.append(
            f"{count(len(rows), 'row')} of the {what} without a polygon or a line "
            f"({name_rows(rows)})."
        )
    elif flat.any() and long.any():
        problems.append(f"The {what} are polygons and lines: give one kind at a time.")
    names = names_of(places)
    if names.isna().any():
        rows = places.index[names.isna().to_numpy()]
        problems.append(f"{count(len(rows), 'row')} of the {what} without a name "
                        f"({name_rows(rows)}).")  # fmt: skip
    twice = names[names.duplicated() & names.notna()].unique().tolist()
    if twice and not long.all():
        problems.append(f"Names of {what} stand more than once: {some_of(sorted(twice))}.")
    if not problems and flat.all():
        problems += _overlaps(places, names.tolist(), what)
    return problems


def names_of(places: gpd.GeoDataFrame) -> "pd.Series[str]":
    """Return what places are called: by the first column that names them, else by their number.

    Parameters
    ----------
    places : GeoDataFrame

    Returns
    -------
    Series of str, on the index of `places`

    Examples
    --------
    >>> names_of(gpd.GeoDataFrame({"rank": [1]}, geometry=[shapely.box(0, 0, 1, 1)])).tolist()
    ['Hotspot 1']
    """
    column = next((name for name in _NAMES if name in places.columns), None)
    if column is None:
        numbers = [f"Place {number}" for number in range(1, len(places) + 1)]
        return pd.Series(numbers, index=places.index, dtype=object)
    texts = to_text(pd.Series(places[column], dtype=object)).astype(object)
    texts = texts.where(texts.notna(), None)
    return "Hotspot " + texts if column == "rank" else texts


def are_lines(shapes: npt.NDArray[np.object_]) -> bool:
    """Test whether shapes are lines, all of them."""
    return bool(np.isin(shapely.get_type_id(shapes), _LINES).all())


def _overlaps(places: gpd.GeoDataFrame, names: Sequence[str], what: str) -> list[str]:
    """Return which polygons lie on one another: a minute there would count twice."""
    shapes = shapely.make_valid(in_metres(places).geometry.to_numpy())
    one, other = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    pairs = one < other
    one, other = one[pairs], other[pairs]
    shared = shapely.area(shapely.intersection(shapes[one], shapes[other])) > _HAIR_M2
    if not shared.any():
        return []
    named = [f"{names[a]} and {names[b]}" for a, b in zip(one[shared], other[shared], strict=True)]
    return [
        f"{count(len(named), 'pair')} of {what} lie on one another, so that a minute would count "
        f"twice: {some_of(named, 5)}. Cut or join them."
    ]


def in_metres(places: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return places in a CRS in metres: their own, else that of their UTM zone."""
    crs = places.crs
    if crs is None or (crs.is_projected and crs.axis_info[0].unit_name in ("metre", "meter")):
        return places
    return places.to_crs(places.estimate_utm_crs())


class Places:
    """Places in the CRS of fixes or incidents, by name.

    Parameters
    ----------
    places : GeoDataFrame
        Without `place_problems`.
    crs : CRS
        In metres.
    """

    def __init__(self, places: gpd.GeoDataFrame, crs: CRS) -> None:
        turned = places.to_crs(crs)
        names = names_of(turned)
        shapes = turned.geometry.to_numpy()
        self.are_lines = are_lines(shapes)
        if not self.are_lines and not shapely.is_valid(shapes).all():
            bad = ~shapely.is_valid(shapes)
            shapes = shapely.make_valid(shapes)
            warnings.warn(
                f"The outlines of {count(int(bad.sum()), 'place')} cross themselves and were "
                f"mended: {some_of(names[bad].tolist())}.",
                DataWarning,
                stacklevel=3,
            )
        frame = gpd.GeoDataFrame({"place": names.to_numpy(dtype=object)}, geometry=shapes, crs=crs)
        if self.are_lines and frame["place"].duplicated().any():
            # Of a street of several lines each is a part.
            frame = frame.dissolve("place", sort=False).reset_index()[["place", "geometry"]]
        self.frame = frame

    @property
    def names(self) -> list[str]:
        """What they are called, in their order."""
        return [str(name) for name in self.frame["place"]]

    def position(self, points: npt.NDArray[np.object_]) -> npt.NDArray[np.int64]:
        """Return the place of each point, -1 where in none: a border counts once.

        Parameters
        ----------
        points : ndarray of Point, shape (n,)

        Returns
        -------
        ndarray of int64, shape (n,)
            Of lines the nearest within `STREET_M`, of as near ones the first by name.
        """
        if not self.are_lines:
            return area_positions(points, self.frame, "place")
        # By name, so that the order of the rows decides nothing.
        order = self.frame.sort_values("place", kind="stable").index.to_numpy()
        found = nearest_positions(points, self.frame.geometry.to_numpy()[order], STREET_M)
        return np.where(found >= 0, order[found], -1)
