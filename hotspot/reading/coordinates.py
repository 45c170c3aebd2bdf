"""Points of rows, from geometry, easting and northing, x and y, or longitude and latitude.

Every way ends in one projected CRS in metres, with a sentence on how the points came there.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from pyproj import CRS

from hotspot._errors import DataError
from hotspot.reading.areas_of_use import HOW_TO_GIVE_CRS, check_area_of_use
from hotspot.reading.axis_order import are_exchanged, are_kilometres, sea_warnings
from hotspot.reading.coordinate_pairs import (
    Pair,
    add_number_faults,
    exchange_columns,
    exchanged_columns,
    grid_of_points,
    pair_of_columns,
)
from hotspot.reading.crs import (
    BRITISH_GRID,
    WGS84,
    Flags,
    Floats,
    Transformation,
    crs_name,
    metric_crs,
    place_words,
    read_crs,
    read_target_crs,
)
from hotspot.reading.faults import Faults
from hotspot.reading.settled_crs import EXCHANGE_SHAPES, exchanged_words, settle_crs
from hotspot.reading.stray_points import Within, place_faults, study_area


@dataclass(frozen=True)
class Location:
    """Where the rows of a source lie.

    Attributes
    ----------
    x, y : numpy.ndarray of float
        Metres in `crs`; NaN where the row has a fault.
    crs : pyproj.CRS
        A projected CRS in metres.
    faults : Faults
        Rows that cannot be placed, and why.
    transformation : str
        How the points came into `crs`, and how exactly.
    warnings : list of str
        What the reader should know and may want to change.
    placed_by : numpy.ndarray of object or None
        "uprn" or "address" of the rows that were placed by a file of addresses, None elsewhere.
    """

    x: Floats
    y: Floats
    crs: CRS
    faults: Faults
    transformation: str
    warnings: list[str] = field(default_factory=list)
    placed_by: NDArray[np.object_] | None = None

    def among(self, rows: Flags) -> "Location":
        """Select some of the rows."""
        faults = self.faults.among(rows)
        return replace(self, x=self.x[rows], y=self.y[rows], faults=faults)

    @property
    def points(self) -> gpd.GeoSeries:
        """The points, on the index of the rows; NaN coordinates where a row has a fault."""
        return gpd.GeoSeries(shapely.points(self.x, self.y), index=self.faults.index, crs=self.crs)


def locate(
    frame: pd.DataFrame,
    columns: Mapping[str, str],
    *,
    geometry: NDArray[np.object_] | None = None,
    geometry_crs: CRS | None = None,
    crs: Any = None,
    to_crs: Any = None,
    within: Within | None = None,
    what: str = "the source",
) -> Location:
    """Find where the rows of a source lie.

    Parameters
    ----------
    frame : pandas.DataFrame
        The rows, as a `Chunk` holds them.
    columns : mapping of str to str
        Which column of `frame` holds which of ``easting``, ``northing``, ``longitude``,
        ``latitude``, ``x``, ``y``. Of several pairs the first in that order with any number in it
        is used, but ``x`` and ``y`` come first where `crs` is projected.
    geometry : numpy.ndarray of shapely geometries, optional
        Points, used before any column.
    geometry_crs : pyproj.CRS, optional
        What the geometry is in.
    crs : optional
        What the coordinates are in, as anything `pyproj.CRS` takes. Easting and northing are on
        the British National Grid where they fit and nothing else is said.
    to_crs : optional
        What to turn them into: a projected CRS in metres. By default a projected CRS in metres is
        kept, and everything else goes to EPSG:27700 in Great Britain and on the Isle of Man, to
        the local UTM zone elsewhere.
    within : shapely geometry, GeoSeries or GeoDataFrame, optional
        Where the rows must lie. A bare geometry is in the CRS of the result.
    what : str
        What to call the source.

    Returns
    -------
    Location

    Raises
    ------
    DataError
        If there are no coordinates, nothing says what they are in, most of them lie where that
        CRS is not made for, or the two columns are exchanged.

    Examples
    --------
    >>> frame = pd.DataFrame({"E": ["451234", "nowhere"], "N": ["340567", "340568"]})
    >>> location = locate(frame, {"easting": "E", "northing": "N"})
    >>> location.crs.to_epsg(), location.x.tolist()
    (27700, [451234.0, nan])
    >>> location.faults.table()["reason"].tolist()
    ['not a number']
    """
    given = read_crs(crs, "crs")
    target = read_target_crs(to_crs)
    if geometry is not None and (not columns or not shapely.is_missing(geometry).all()):
        pair, notes = _pair_of_geometry(frame, geometry, geometry_crs, given, what)
        if pair.crs is not None and pair.crs.is_geographic:
            pair = grid_of_points(pair, frame, columns) or pair
    else:
        pair, notes = pair_of_columns(frame, columns, given)
    source, noted = _source_crs(pair)
    pair = replace(pair, crs=source)
    _refuse_wrong_units(pair, source)
    pair, warned = _judged(pair, source, what)
    notes += noted + warned
    if target is None:
        target = metric_crs(source, pair.middle, pair.called)
    transform = Transformation(source, target)
    x, y = transform(pair.first, pair.second, pair.usable)
    if to_crs is not None and target != source:
        reached = pair.usable
        notes += check_area_of_use(x[reached], y[reached], target, what, wanted=True)
    place_faults(
        pair.faults,
        (x, y),
        lambda which: transform(pair.second, pair.first, which),
        target,
        study_area(within, target),
        pair.texts,
    )
    way = pair.note + transform.describe(pair.middle)
    x[pair.faults.faulty] = np.nan
    y[pair.faults.faulty] = np.nan
    return Location(x, y, target, pair.faults, way, notes)


def _pair_of_geometry(
    frame: pd.DataFrame,
    geometry: NDArray[np.object_],
    own: CRS | None,
    given: CRS | None,
    what: str,
) -> tuple[Pair, list[str]]:
    """Extract the coordinates of points, and settle what they are in."""
    faults = Faults(frame.index)
    missing = shapely.is_missing(geometry) | shapely.is_empty(geometry)
    faults.add(missing, "geometry", np.full(len(frame), ""), "no coordinates")
    points = geometry.copy()
    # Some software writes every point as a collection of one.
    single = (shapely.get_num_geometries(geometry) == 1) & ~missing
    points[single] = shapely.get_geometry(geometry[single], 0)
    other = ~missing & (shapely.get_type_id(points) != shapely.GeometryType.POINT)
    reasons = [_no_point(geometry[i]) for i in np.flatnonzero(other)]
    faults.add(other, "geometry", np.full(len(frame), ""), reasons)
    points[faults.faulty] = None
    x, y = shapely.get_x(points), shapely.get_y(points)
    there = np.isfinite(x) & np.isfinite(y)
    crs, notes = settle_crs(own, given, x[there], y[there], what)
    pair = Pair(x, y, ("geometry",) * 2, "geometry", crs, faults)
    add_number_faults(pair)
    return pair, notes


def _no_point(shape: Any) -> str:
    parts = shapely.get_num_geometries(shape)
    several = f" of {parts} parts" if parts > 1 else ""
    return f"a {shape.geom_type}{several}, not a point"


def _source_crs(pair: Pair) -> tuple[CRS, list[str]]:
    """Infer what the coordinates are in, and refuse where nothing says so."""
    if pair.crs is not None:
        return pair.crs, []
    if pair.kind == "longitude":
        return WGS84, []
    middle = pair.middle
    if middle is None:
        return BRITISH_GRID, []
    if pair.look_like_degrees:
        note = f"{pair.called} hold degrees; read as longitude and latitude (EPSG:4326)."
        return WGS84, [note]
    if pair.kind == "easting" and pair.fits_british_grid:
        return BRITISH_GRID, []
    turned = replace(pair, first=pair.second, second=pair.first)
    if pair.kind == "easting" and turned.fits_british_grid:
        raise DataError(exchanged_columns(pair, "easting", "northing"))
    why = "; they do not fit the British National Grid" if pair.kind == "easting" else ""
    raise DataError(
        f"Nothing says which CRS {pair.called} are in ({place_words(*middle)}{why}): "
        f"{HOW_TO_GIVE_CRS}."
    )


def _refuse_wrong_units(pair: Pair, source: CRS) -> None:
    """Refuse metres given as degrees and the reverse; mark the rows that alone are so."""
    middle = pair.middle
    if middle is None:
        return
    if source.is_geographic:
        if not pair.look_like_degrees:
            raise DataError(
                f"{pair.called} hold no degrees, although they should be in {crs_name(source)}: "
                "map easting and northing, or x and y, and give the crs."
            )
        return
    if pair.look_like_degrees:
        raise DataError(
            f"{pair.called} hold degrees, but {crs_name(source)} is in metres: map them as "
            'columns={"longitude": ..., "latitude": ...} and leave crs out (to_crs says what to '
            "turn them into)."
        )
    texts = pair.texts
    degrees = (np.abs(pair.first) <= 180) & (np.abs(pair.second) <= 90)
    pair.faults.add(pair.usable & degrees, texts.column, texts, "degrees, not metres")


def _judged(pair: Pair, source: CRS, what: str) -> tuple[Pair, list[str]]:
    """Refuse columns that are exchanged and points that lie where their CRS is not made for.

    Points of a geographic file have no columns to map: they are exchanged back, and it is told.
    """
    usable = pair.usable
    x, y = pair.first[usable], pair.second[usable]
    of_file = pair.kind == "geometry"
    fields = ("longitude", "latitude") if source.is_geographic else ("easting", "northing")
    if are_exchanged(x, y, source):
        if not of_file:
            raise DataError(exchanged_columns(pair, *fields))
        turned = replace(pair, first=pair.second, second=pair.first)
        return turned, [exchanged_words(x, y, source, what)]
    if are_kilometres(x, y, source):
        raise DataError(
            f"{pair.called} seem to be in kilometres (about {np.median(x):,.1f}, "
            f"{np.median(y):,.1f}): multiply them by 1,000, so that they are metres."
        )
    remedy = EXCHANGE_SHAPES if of_file else f"Then {exchange_columns(pair, *fields)}."
    outside = check_area_of_use(x, y, source, what)
    return pair, outside or sea_warnings(x, y, source, what, remedy)
