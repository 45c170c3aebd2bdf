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
from hotspot.reading.cells import to_numbers
from hotspot.reading.columns import PLACE_PAIRS
from hotspot.reading.crs import (
    BRITISH_GRID,
    WGS84,
    Flags,
    Floats,
    Transformation,
    agreed_crs,
    crs_name,
    in_great_britain,
    metric_crs,
    on_british_grid,
    read_crs,
    read_target_crs,
)
from hotspot.reading.faults import Faults
from hotspot.reading.stray_points import PairTexts, Within, place_faults, study_area

_HOW_TO_GIVE_CRS = (
    "ask whoever made the export which CRS it was made in, and give its code: "
    'crs="EPSG:..." (--crs EPSG:... on the command line, crs = "EPSG:..." in a TOML file)'
)


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
    """

    x: Floats
    y: Floats
    crs: CRS
    faults: Faults
    transformation: str
    warnings: list[str] = field(default_factory=list)

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

    Returns
    -------
    Location

    Raises
    ------
    DataError
        If there are no coordinates, or nothing says what they are in.

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
        pair = _pair_of_geometry(frame, geometry, agreed_crs(geometry_crs, given))
    else:
        pair = _pair_of_columns(frame, columns, given)
    source, notes = _source_crs(pair)
    pair = replace(pair, crs=source)
    _refuse_wrong_units(pair, source)
    if target is None:
        target = metric_crs(source, pair.middle, pair.called)
    transform = Transformation(source, target)
    x, y = transform(pair.first, pair.second, pair.usable)
    place_faults(
        pair.faults,
        (x, y),
        lambda which: transform(pair.second, pair.first, which),
        target,
        study_area(within, target),
        pair.texts,
    )
    way = transform.describe(pair.middle)
    x[pair.faults.faulty] = np.nan
    y[pair.faults.faulty] = np.nan
    return Location(x, y, target, pair.faults, way, notes)


@dataclass(frozen=True)
class _Pair:
    """Two coordinates of every row as numbers."""

    first: Floats
    second: Floats
    names: tuple[str, str]
    kind: str
    crs: CRS | None
    faults: Faults

    @property
    def texts(self) -> PairTexts:
        geographic = self.crs is not None and self.crs.is_geographic
        return PairTexts(self.names, self.first, self.second, geographic)

    @property
    def usable(self) -> Flags:
        return ~self.faults.faulty

    @property
    def look_like_degrees(self) -> bool:
        """Whether most of the rows could be degrees."""
        a, b = self.first[self.usable], self.second[self.usable]
        return len(a) > 0 and bool(np.mean((np.abs(a) <= 180) & (np.abs(b) <= 180)) > 0.5)

    @property
    def middle(self) -> tuple[float, float] | None:
        """The median of the rows that can be used; None where there are none."""
        usable = self.usable
        if not usable.any():
            return None
        return float(np.median(self.first[usable])), float(np.median(self.second[usable]))

    @property
    def called(self) -> str:
        return "the points" if self.kind == "geometry" else " and ".join(self.names)


def _pair_of_geometry(frame: pd.DataFrame, geometry: NDArray[np.object_], crs: CRS | None) -> _Pair:
    """Extract the coordinates of points."""
    faults = Faults(frame.index)
    kinds = shapely.get_type_id(geometry)
    missing = shapely.is_missing(geometry) | shapely.is_empty(geometry)
    faults.add(missing, "geometry", np.full(len(frame), ""), "no coordinates")
    other = ~missing & (kinds != shapely.GeometryType.POINT)
    names = [geometry[i].geom_type for i in np.flatnonzero(other)]
    faults.add(
        other, "geometry", np.full(len(frame), ""), [f"a {name}, not a point" for name in names]
    )
    points = geometry.copy()
    points[faults.faulty] = None
    pair = _Pair(
        shapely.get_x(points), shapely.get_y(points), ("geometry",) * 2, "geometry", crs, faults
    )
    _number_faults(pair)
    return pair


def _pair_of_columns(frame: pd.DataFrame, columns: Mapping[str, str], crs: CRS | None) -> _Pair:
    """Choose the first pair of columns in which there are numbers."""
    # A projected CRS was given for x and y: longitude and latitude need none.
    projected = crs is not None and crs.is_projected
    order = sorted(PLACE_PAIRS, key=lambda pair: projected and pair != ("x", "y"))
    pairs = []
    for fields in order:
        if not all(field in columns for field in fields):
            continue
        names = (columns[fields[0]], columns[fields[1]])
        faults = Faults(frame.index)
        degrees = fields[0] == "longitude"
        first, bad_first = to_numbers(frame[names[0]], degrees)
        second, bad_second = to_numbers(frame[names[1]], degrees)
        for name, bad in zip(names, (bad_first, bad_second), strict=True):
            faults.add(bad, name, frame[name], "not a number")
        for name, numbers in zip(names, (first, second), strict=True):
            faults.add(np.isnan(numbers) & ~faults.faulty, name, frame[name], "no coordinates")
        pairs.append(_Pair(first, second, names, fields[0], crs, faults))
    if not pairs:
        raise DataError("There are no coordinates: neither geometry nor a pair of columns.")
    chosen = next((pair for pair in pairs if pair.usable.any()), pairs[0])
    _number_faults(chosen)
    return chosen


def _number_faults(pair: _Pair) -> None:
    """Find the numbers that are no place: infinities and the zeros of a missing geocode."""
    texts = pair.texts
    with np.errstate(invalid="ignore"):
        infinite = ~np.isfinite(pair.first) | ~np.isfinite(pair.second)
        zero = (pair.first == 0) & (pair.second == 0)
        # Degrees have an honest 0, the meridian of Greenwich; the British grid has none on land.
        if pair.kind == "easting":
            zero |= (pair.first == 0) | (pair.second == 0)
    pair.faults.add(pair.usable & infinite, texts.column, texts, "infinite coordinates")
    pair.faults.add(pair.usable & zero, texts.column, texts, "zero coordinates")


def _source_crs(pair: _Pair) -> tuple[CRS, list[str]]:
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
    on_grid = on_british_grid(pair.first[pair.usable], pair.second[pair.usable])
    # Most, not all: the rows that are off it are faults of their own.
    if pair.kind == "easting" and float(np.mean(on_grid)) > 0.5:
        return BRITISH_GRID, []
    why = "; they do not fit the British National Grid" if pair.kind == "easting" else ""
    raise DataError(
        f"Nothing says which CRS {pair.called} are in (about {middle[0]:,.0f}, "
        f"{middle[1]:,.0f}{why}): {_HOW_TO_GIVE_CRS}."
    )


def _refuse_wrong_units(pair: _Pair, source: CRS) -> None:
    """Refuse metres given as degrees and the reverse; mark the rows that alone are so."""
    middle = pair.middle
    if middle is None:
        return
    if source.is_geographic:
        _refuse_wrong_degrees(pair, middle, source)
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


def _refuse_wrong_degrees(pair: _Pair, middle: tuple[float, float], source: CRS) -> None:
    """Refuse metres where degrees are said to stand, and the two exchanged throughout."""
    if not pair.look_like_degrees:
        raise DataError(
            f"{pair.called} hold no degrees, although they should be in {crs_name(source)}: "
            "map easting and northing, or x and y, and give the crs."
        )
    longitude, latitude = middle
    # By the middle: with single rows exchanged, those are faults and the columns are right.
    exchanged = abs(latitude) > 90 or (
        in_great_britain(latitude, longitude) and not in_great_britain(longitude, latitude)
    )
    if exchanged:
        raise DataError(
            f"{pair.names[0]} and {pair.names[1]} are exchanged (about {longitude:.4f}, "
            f'{latitude:.4f}): map columns={{"longitude": "{pair.names[1]}", '
            f'"latitude": "{pair.names[0]}"}}.'
        )
