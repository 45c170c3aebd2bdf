"""Points that lie where the rest of their file does not, or outside a study area."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from pyproj import CRS

from hotspot._errors import DataError
from hotspot.reading.crs import BRITISH_GRID, Flags, Floats, crs_name, on_british_grid, on_no_map
from hotspot.reading.faults import Faults

Ints: TypeAlias = npt.NDArray[np.int64]
Within: TypeAlias = shapely.Geometry | gpd.GeoSeries | gpd.GeoDataFrame

# Of fewer rows no middle can be told: two towns of three burglaries each would judge each other.
_FEWEST_ROWS = 8
# Both must be exceeded: a village 100 km from the towns of its force is honest, and so is a suburb
# 20 times as far out as half the rows, which may all lie on one estate.
_FAR_M, _FAR_SPREADS = 100_000.0, 20.0
# A row is looked at as perhaps swapped long before it is far, and must then fit in well.
_ODD_M, _ODD_SPREADS = 20_000.0, 5.0
_NEAR_M, _NEAR_SPREADS = 5_000.0, 2.0
# Rows within 25 km of each other are one town: three of them, or one in a hundred, are no mistake.
_TOWN_M = 25_000.0
_TOWN_ROWS, _TOWN_SHARE = 3, 0.01
_AT_ONCE = 1_000


class PairTexts:
    """Both coordinates of a row as one text, written only where asked for.

    Examples
    --------
    >>> texts = PairTexts(("E", "N"), np.array([451234.0]), np.array([340567.5]))
    >>> texts.column, texts[0]
    ('E, N', '451234, 340567.5')
    """

    def __init__(
        self, names: tuple[str, str], first: Floats, second: Floats, geographic: bool = False
    ) -> None:
        self.column = ", ".join(dict.fromkeys(names))
        self.words = ("longitude", "latitude") if geographic else ("easting", "northing")
        self._first, self._second = first, second

    def __getitem__(self, at: int) -> str:
        return f"{self._first[at]:.12g}, {self._second[at]:.12g}"


def place_faults(
    faults: Faults,
    points: tuple[Floats, Floats],
    swap: Callable[[Flags], tuple[Floats, Floats]],
    crs: CRS,
    area: shapely.Geometry | None,
    texts: PairTexts,
) -> None:
    """Add the faults of points that lie where the others do not.

    Parameters
    ----------
    faults : Faults
        Added to; rows that are in it already are left alone.
    points : tuple of numpy.ndarray
        x and y in metres.
    swap : callable
        Returns x and y of the rows chosen as they were with both coordinates exchanged.
    crs : pyproj.CRS
        What the points are in.
    area : shapely geometry or None
        Where they must lie.
    texts : PairTexts
        What stands in the source.

    Notes
    -----
    The middle is the median of both coordinates and the spread the median distance from it, so
    that up to half of the rows may be wrong without moving them. A row is *far* beyond 100 km and
    20 spreads, unless a chain of other rows leads there or a town of them lies there: a rural
    force's last village is no mistake. A row is *swapped* if it is oddly placed as it stands but
    among the rest when exchanged.
    """
    x, y = points
    usable = ~faults.faulty
    on_map = usable & _on_a_map(x, y, crs)
    rest = _Rest.of(x, y, on_map)
    if area is None:
        odd = usable & (~on_map | rest.beyond(x, y, _ODD_M, _ODD_SPREADS))
    else:
        odd = usable & ~(on_map & shapely.intersects_xy(area, x, y))
    if not odd.any():
        return
    swapped_x, swapped_y = swap(odd)
    swapped = odd & _on_a_map(swapped_x, swapped_y, crs)
    if area is None:
        swapped &= ~rest.beyond(swapped_x, swapped_y, _NEAR_M, _NEAR_SPREADS)
    else:
        swapped &= shapely.intersects_xy(area, swapped_x, swapped_y)
    first, second = texts.words
    faults.add(swapped, texts.column, texts, f"{first} and {second} look swapped")
    odd &= ~swapped
    where = "the British National Grid" if crs == BRITISH_GRID else "the map"
    faults.add(odd & ~on_map, texts.column, texts, f"off-area: outside {where}")
    if area is not None:
        faults.add(odd & on_map, texts.column, texts, "off-area: outside the area given")
        return
    far = _far(x, y, on_map & ~swapped, rest)
    distances = rest.distance(x[far], y[far]) / 1000
    reasons = [f"far from the rest: {distance:,.0f} km from their middle" for distance in distances]
    faults.add(far, texts.column, texts, reasons)


def study_area(within: Within | None, crs: CRS) -> shapely.Geometry | None:
    """Return the area in which rows must lie as one valid geometry.

    Parameters
    ----------
    within : shapely geometry, GeoSeries, GeoDataFrame or None
        A bare geometry is in `crs`.
    crs : pyproj.CRS
        A projected CRS in metres.

    Returns
    -------
    shapely geometry or None

    Raises
    ------
    DataError
        If it is none of these, has no CRS, encloses nothing or is in degrees.
    """
    if within is None:
        return None
    if isinstance(within, gpd.GeoDataFrame | gpd.GeoSeries):
        if within.crs is None:
            raise DataError("`within` has no CRS: set it with .set_crs(...).")
        shapes = shapely.make_valid(np.asarray(within.geometry.to_crs(crs).array))
        area = shapely.union_all(shapes)
    elif isinstance(within, shapely.Geometry):
        area = shapely.make_valid(within)
    else:
        kind = type(within).__name__
        raise DataError(f"`within` must be a geometry, GeoSeries or GeoDataFrame, not {kind}.")
    if area.is_empty or area.area == 0:
        raise DataError("`within` encloses no area.")
    if on_no_map(*np.reshape(area.bounds, (2, 2)).T).any():
        raise DataError("`within` has corners that lie on no map: mend it.")
    # Nobody studies 180 m around the origin of a projected CRS; degrees have no other sign.
    if np.abs(area.bounds).max() <= 180:
        raise DataError(f"`within` is in degrees; it must be in {crs_name(crs)}.")
    shapely.prepare(area)
    return area


@dataclass(frozen=True)
class _Rest:
    """Where most rows lie: their middle and spread; none where rows are too few to tell."""

    x: float
    y: float
    spread_m: float

    @classmethod
    def of(cls, x: Floats, y: Floats, rows: Flags) -> "_Rest":
        if np.count_nonzero(rows) < _FEWEST_ROWS:
            return cls(np.nan, np.nan, np.nan)
        middle_x, middle_y = float(np.median(x[rows])), float(np.median(y[rows]))
        spread_m = float(np.median(np.hypot(x[rows] - middle_x, y[rows] - middle_y)))
        return cls(middle_x, middle_y, spread_m)

    def distance(self, x: Floats, y: Floats) -> Floats:
        """Compute the distance from the middle in metres."""
        with np.errstate(over="ignore"):
            return np.hypot(x - self.x, y - self.y)

    def beyond(self, x: Floats, y: Floats, least_m: float, spreads: float) -> Flags:
        """Test which points lie farther out than both; none where the middle is not known."""
        farther: Flags = self.distance(x, y) > max(least_m, spreads * self.spread_m)
        return farther


def _on_a_map(x: Floats, y: Floats, crs: CRS) -> Flags:
    """Test which points the CRS can hold; NaN and infinities are none."""
    if crs == BRITISH_GRID:
        return on_british_grid(x, y)
    return ~on_no_map(x, y)


def _far(x: Floats, y: Floats, rows: Flags, rest: _Rest) -> Flags:
    """Find the rows far out that neither a chain of rows nor a town of them explains."""
    far = rows & rest.beyond(x, y, _FAR_M, _FAR_SPREADS)
    if not far.any():
        return far
    near = _kilometres(x[rows & ~far], y[rows & ~far])
    left = np.flatnonzero(far)
    while len(left) and len(near):
        places = np.column_stack((x[left], y[left]))
        reached = _reached(places, near)
        if not reached.any():
            break
        near, left = places[reached], left[~reached]
    far[:] = False
    if len(left):
        places = np.column_stack((x[left], y[left]))
        neighbours = _neighbours(places, _kilometres(x[left], y[left]))
        fewest = max(_TOWN_ROWS, _TOWN_SHARE * np.count_nonzero(rows))
        far[left[neighbours < fewest]] = True
    return far


def _reached(places: Floats, near: Floats) -> Flags:
    """Test which places have one of others within the distance that is far."""
    # SciPy's tree would take longer to load than a file takes to check.
    tree = shapely.STRtree(_points(near))
    (at, _), gap = tree.query_nearest(
        _points(places), max_distance=2 * _FAR_M, return_distance=True, all_matches=False
    )
    reached = np.zeros(len(places), dtype=bool)
    reached[at[gap <= _FAR_M]] = True
    return reached


def _neighbours(places: Floats, others: Floats) -> Ints:
    """Count how many of others lie within a town's width of each place."""
    tree = shapely.STRtree(_points(others))
    found = np.zeros(len(places), dtype=np.int64)
    # Many rows may each have thousands around them: their pairs are counted some at a time.
    for first in range(0, len(places), _AT_ONCE):
        some = _points(places[first : first + _AT_ONCE])
        at, _ = tree.query(some, "dwithin", distance=_TOWN_M)
        found[first : first + _AT_ONCE] = np.bincount(at, minlength=len(some))
    return found


def _points(places: Floats) -> npt.NDArray[np.object_]:
    return np.asarray(shapely.points(places), dtype=object)


def _kilometres(x: Floats, y: Floats) -> Floats:
    """Return the distinct places to the kilometre, so that a pile of rows counts as one.

    A geocoder's fallback in another county may hold a hundred rows, and is no town.
    """
    places = np.round(np.column_stack((x, y)), -3)
    # As complex numbers, whose different ones are found without sorting all.
    different = np.unique(pd.unique(places.view(np.complex128).ravel()))
    return np.column_stack((different.real, different.imag))
