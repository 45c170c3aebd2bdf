"""Coordinates: from easting and northing, x and y, longitude and latitude or geometry to points.

Every way ends in one projected CRS in metres, and says which transformation led there.
"""

import warnings
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from pyproj import CRS, Transformer
from pyproj.exceptions import CRSError
from pyproj.transformer import TransformerGroup

from hotspot._checks import crs_problems
from hotspot._errors import DataError
from hotspot.reading.cells import to_numbers
from hotspot.reading.faults import Faults
from hotspot.reading.stray_points import (
    BRITISH_GRID,
    Floats,
    PairTexts,
    Within,
    in_great_britain,
    on_british_grid,
    place_faults,
)

_PAIRS = (("easting", "northing"), ("longitude", "latitude"), ("x", "y"))
_WGS84 = CRS("EPSG:4326")
_OSTN15_MISSING_M = 3
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

    def among(self, rows: NDArray[np.bool_]) -> "Location":
        """Give some of the rows only."""
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
    target = read_crs(to_crs, "to_crs")
    if target is not None and crs_problems(target, "results"):
        raise DataError(f"to_crs must be a projected CRS in metres, which {target.name} is not.")
    if geometry is not None and (not columns or not shapely.is_missing(geometry).all()):
        pair = _pair_of_geometry(frame, geometry, _one_crs(geometry_crs, given))
    else:
        pair = _pair_of_columns(frame, columns, given)
    source, told = _source_crs(pair)
    _refuse_wrong_units(pair, source)
    if target is None:
        target = _target_crs(pair, source)
    turn = _Turn(source, target)
    x, y = turn(pair.first, pair.second, pair.usable)
    place_faults(
        pair.faults,
        (x, y),
        lambda which: turn(pair.second, pair.first, which),
        target,
        _area(within, target),
        PairTexts(pair.names, pair.first, pair.second, geographic=source.is_geographic),
    )
    x[pair.faults.faulty] = np.nan
    y[pair.faults.faulty] = np.nan
    return Location(x, y, target, pair.faults, turn.told(pair), told)


def read_crs(crs: Any, name: str) -> CRS | None:
    """Read what a user gave as CRS.

    Parameters
    ----------
    crs : optional
        Anything `pyproj.CRS` takes.
    name : str
        What the user calls it.

    Returns
    -------
    pyproj.CRS or None

    Raises
    ------
    DataError
        If it is none.
    """
    if crs is None:
        return None
    try:
        return CRS.from_user_input(crs)
    except CRSError as error:
        raise DataError(f"{name}={crs!r} is no known CRS; write e.g. 'EPSG:27700'.") from error


def _one_crs(said: CRS | None, given: CRS | None) -> CRS | None:
    """Refuse a CRS that contradicts what the source says of itself."""
    if said is not None and given is not None and said != given:
        raise DataError(
            f"The source is in {crs_name(said)}, but crs says {crs_name(given)}: leave crs out, or "
            "say with to_crs what to turn the points into."
        )
    return given if said is None else said


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
    def usable(self) -> NDArray[np.bool_]:
        return ~self.faults.faulty

    @property
    def look_like_degrees(self) -> bool:
        """Whether most of the rows could be degrees."""
        a, b = self.first[self.usable], self.second[self.usable]
        return len(a) > 0 and bool(np.mean((np.abs(a) <= 180) & (np.abs(b) <= 180)) > 0.5)

    @property
    def middle(self) -> tuple[float, float]:
        """Give the median of the rows that can be used."""
        return float(np.median(self.first[self.usable])), float(np.median(self.second[self.usable]))

    @property
    def called(self) -> str:
        return "the points" if self.kind == "geometry" else " and ".join(self.names)


def _pair_of_geometry(frame: pd.DataFrame, geometry: NDArray[np.object_], crs: CRS | None) -> _Pair:
    """Take the coordinates out of points."""
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
    """Take the first pair of columns in which there are numbers."""
    order = (
        sorted(_PAIRS, key=lambda pair: pair != ("x", "y")) if crs and crs.is_projected else _PAIRS
    )
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
    texts = PairTexts(pair.names, pair.first, pair.second)
    with np.errstate(invalid="ignore"):
        infinite = ~np.isfinite(pair.first) | ~np.isfinite(pair.second)
        zero = (pair.first == 0) & (pair.second == 0)
        if pair.kind == "easting":
            zero |= (pair.first == 0) | (pair.second == 0)
    pair.faults.add(pair.usable & infinite, texts.column, texts, "infinite coordinates")
    pair.faults.add(pair.usable & zero, texts.column, texts, "zero coordinates")


def _source_crs(pair: _Pair) -> tuple[CRS, list[str]]:
    """Decide what the coordinates are in, and refuse where nothing says so."""
    if pair.crs is not None:
        return pair.crs, []
    if pair.kind == "longitude":
        return _WGS84, []
    if not pair.usable.any():
        return BRITISH_GRID, []
    if pair.look_like_degrees:
        told = f"{pair.called} hold degrees; read as longitude and latitude (EPSG:4326)."
        return _WGS84, [told]
    on_grid = on_british_grid(pair.first[pair.usable], pair.second[pair.usable])
    if pair.kind == "easting" and float(np.mean(on_grid)) > 0.5:
        return BRITISH_GRID, []
    a, b = pair.middle
    why = "; they do not fit the British National Grid" if pair.kind == "easting" else ""
    raise DataError(
        f"Nothing says which CRS {pair.called} are in (about {a:,.0f}, {b:,.0f}{why}): "
        f"{_HOW_TO_GIVE_CRS}."
    )


def _refuse_wrong_units(pair: _Pair, source: CRS) -> None:
    """Refuse metres given as degrees and the reverse; mark the rows that alone are so."""
    if not pair.usable.any():
        return
    if source.is_geographic:
        _refuse_wrong_degrees(pair, source)
        return
    if pair.look_like_degrees:
        raise DataError(
            f"{pair.called} hold degrees, but {crs_name(source)} is in metres: map them as "
            'columns={"longitude": ..., "latitude": ...} and leave crs out (to_crs says what to '
            "turn them into)."
        )
    texts = PairTexts(pair.names, pair.first, pair.second)
    degrees = (np.abs(pair.first) <= 180) & (np.abs(pair.second) <= 90)
    pair.faults.add(pair.usable & degrees, texts.column, texts, "degrees, not metres")


def _refuse_wrong_degrees(pair: _Pair, source: CRS) -> None:
    """Refuse metres where degrees are said to stand, and the two exchanged throughout."""
    if not pair.look_like_degrees:
        raise DataError(
            f"{pair.called} hold no degrees, although they should be in {crs_name(source)}: "
            "map easting and northing, or x and y, and give the crs."
        )
    longitude, latitude = pair.middle
    exchanged = abs(latitude) > 90 or (
        in_great_britain(latitude, longitude) and not in_great_britain(longitude, latitude)
    )
    if exchanged:
        raise DataError(
            f"{pair.names[0]} and {pair.names[1]} are exchanged (about {longitude:.4f}, "
            f'{latitude:.4f}): map columns={{"longitude": "{pair.names[1]}", '
            f'"latitude": "{pair.names[0]}"}}.'
        )


def _target_crs(pair: _Pair, source: CRS) -> CRS:
    """Keep a CRS in metres; else the British grid where it is at home, else the UTM zone."""
    # Web Mercator calls its units metres, but they are a third of one in the far north.
    if not crs_problems(source, "points") and source.to_epsg() != 3857:
        return source
    if not pair.usable.any():
        return BRITISH_GRID
    longitude, latitude = pair.middle
    if not source.is_geographic:
        to_degrees = Transformer.from_crs(source, _WGS84, always_xy=True)
        longitude, latitude = to_degrees.transform(longitude, latitude)
    if in_great_britain(longitude, latitude):
        return BRITISH_GRID
    if not (np.isfinite(longitude) and np.isfinite(latitude)):
        raise DataError(f"{pair.called} lie nowhere on the globe in {crs_name(source)}.")
    zone = int((longitude + 180) % 360 // 6) + 1
    return CRS.from_epsg((32600 if latitude >= 0 else 32700) + zone)


class _Turn:
    """Turns coordinates from one CRS into another and says how exactly."""

    def __init__(self, source: CRS, target: CRS) -> None:
        self.source, self.target = source, target
        self.transformer = (
            None if source == target else Transformer.from_crs(source, target, always_xy=True)
        )

    def __call__(
        self, first: Floats, second: Floats, which: NDArray[np.bool_]
    ) -> tuple[Floats, Floats]:
        """Give x and y of the rows chosen, NaN elsewhere."""
        x, y = np.full(len(first), np.nan), np.full(len(first), np.nan)
        if self.transformer is None:
            x[which], y[which] = first[which], second[which]
        elif which.any():
            x[which], y[which] = self.transformer.transform(first[which], second[which])
        return x, y

    def told(self, pair: _Pair) -> str:
        """Say which transformation is used in the middle of the data, and how exact it is."""
        if self.transformer is None:
            return f"Coordinates are in {crs_name(self.target)}; nothing was transformed."
        way = f"Coordinates went from {crs_name(self.source)} to {crs_name(self.target)}"
        if not pair.usable.any():
            return f"{way}."
        self.transformer.transform(*pair.middle)
        used = self.transformer.get_last_used_operation()
        exact = (
            "of unknown accuracy"
            if used.accuracy < 0
            else f"exact to about {used.accuracy:g} m"
            if used.accuracy > 0
            else "exact"
        )
        return f"{way} by '{used.description}', {exact}{self._missing_grid()}."

    def _missing_grid(self) -> str:
        """Say where a more exact way exists that this machine lacks."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)
            group = TransformerGroup(self.source, self.target, always_xy=True)
        if group.best_available:
            return ""
        best = group.unavailable_operations[0]
        grids = ", ".join(grid.short_name for grid in best.grids)
        if self.target == BRITISH_GRID or self.source == BRITISH_GRID:
            return (
                f"; without the OSTN15 grid ({grids}), which is exact to {best.accuracy:g} m, "
                f"points may be up to about {_OSTN15_MISSING_M} m off"
            )
        return f"; with the grid {grids} it would be exact to {best.accuracy:g} m"


def crs_name(crs: CRS) -> str:
    """Name a CRS with its code, where it has one.

    Examples
    --------
    >>> crs_name(CRS("EPSG:27700"))
    'OSGB36 / British National Grid (EPSG:27700)'
    """
    authority = crs.to_authority()
    return f"{crs.name} ({':'.join(authority)})" if authority else crs.name


def _area(within: Within | None, target: CRS) -> shapely.Geometry | None:
    """Bring the area in which rows must lie into one valid geometry in the CRS of the result."""
    if within is None:
        return None
    if isinstance(within, gpd.GeoDataFrame | gpd.GeoSeries):
        if within.crs is None:
            raise DataError("`within` has no CRS: set it with .set_crs(...).")
        shapes = shapely.make_valid(np.asarray(within.geometry.to_crs(target).array))
        area = shapely.union_all(shapes)
    elif isinstance(within, shapely.Geometry):
        area = shapely.make_valid(within)
    else:
        kind = type(within).__name__
        raise DataError(f"`within` must be a geometry, GeoSeries or GeoDataFrame, not {kind}.")
    if area.is_empty or area.area == 0:
        raise DataError("`within` encloses no area.")
    if np.abs(area.bounds).max() <= 180:
        raise DataError(f"`within` is in degrees; it must be in {crs_name(target)}.")
    shapely.prepare(area)
    return area
