"""Coordinate reference systems: read, chosen by one rule, and the way from one to another."""

import warnings
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pyproj import CRS, Transformer
from pyproj.exceptions import CRSError, ProjError
from pyproj.transformer import TransformerGroup

from hotspot._checks import crs_problems
from hotspot._errors import ConfigError, DataError
from hotspot.reading.datums import sound_crs

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

BRITISH_GRID = CRS("EPSG:27700")
WGS84 = CRS("EPSG:4326")
# How far the seven-parameter shift between WGS 84 and OSGB36, which stands in where the OSTN15 grid
# is not installed, is off at Caister water tower, the worked example of Ordnance Survey's guide.
_OSTN15_MISSING_M = 3
_WEB_MERCATOR = 3857
# Twice and a half the girth of the earth: no map projection in metres reaches farther. Degrees may
# be counted on over the 180th meridian.
_NO_MAP_REACHES_M, _NO_LONGITUDE = 1e8, 540.0


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
        Its horizontal part.

    Raises
    ------
    ConfigError
        If it is none, names no datum, or places nothing on the globe.
    """
    if crs is None:
        return None
    try:
        sound, _ = sound_crs(CRS.from_user_input(crs))
        if sound is not None:
            to_degrees(sound)
    except (CRSError, ProjError):
        raise ConfigError(f"{name}={crs!r} is no known CRS; write e.g. 'EPSG:27700'.") from None
    except DataError as error:
        raise ConfigError(f"{name}={crs!r}: {error}") from None
    if sound is None:
        raise ConfigError(f"{name}={crs!r} places nothing on a map; write e.g. 'EPSG:27700'.")
    return sound


def read_target_crs(to_crs: Any) -> CRS | None:
    """Read the CRS that a user wants a result in, which must be in metres.

    Parameters
    ----------
    to_crs : optional
        Anything `pyproj.CRS` takes.

    Returns
    -------
    pyproj.CRS or None

    Raises
    ------
    ConfigError
        If it is no CRS, or none that is projected and in metres.
    """
    target = read_crs(to_crs, "to_crs")
    if target is not None and crs_problems(target, "results"):
        raise ConfigError(f"to_crs must be a projected CRS in metres, which {target.name} is not.")
    return target


def crs_name(crs: CRS) -> str:
    """Return what to call a CRS, with its code where it has one.

    Examples
    --------
    >>> crs_name(CRS("EPSG:27700"))
    'OSGB36 / British National Grid (EPSG:27700)'
    """
    authority = crs.to_authority()
    return f"{crs.name} ({':'.join(authority)})" if authority else crs.name


def place_words(x: float, y: float) -> str:
    """Return a pair of coordinates in metres as a sentence names it.

    Examples
    --------
    >>> place_words(451234.4, 340567.0), place_words(1e300, 0.0)
    ('about 451,234, 340,567', 'about 1e+300, 0')
    """
    both = [f"{value:,.0f}" if abs(value) < 1e12 else f"{value:.3g}" for value in (x, y)]
    return f"about {', '.join(both)}"


def metric_crs(own: CRS, middle: tuple[float, float] | None, what: str) -> CRS:
    """Choose the projected CRS in metres for data of any CRS.

    Parameters
    ----------
    own : pyproj.CRS
        What the data are in.
    middle : tuple of float or None
        Where they lie, as x and y (longitude and latitude) of that CRS; None where there are none.
    what : str
        What to call them, for a message.

    Returns
    -------
    pyproj.CRS
        Their own where that is in metres; else EPSG:27700 in Great Britain and on the Isle of
        Man; else the local UTM zone.

    Raises
    ------
    DataError
        If the middle is nowhere on the globe.

    Examples
    --------
    >>> metric_crs(WGS84, (-1.15, 52.95), "points").to_epsg()
    27700
    >>> metric_crs(WGS84, (-84.4, 33.7), "points").to_epsg()
    32616
    """
    # Web Mercator calls its units metres, but they are a third of one in the far north.
    if not crs_problems(own, what) and own.to_epsg() != _WEB_MERCATOR:
        return own
    if middle is None:
        return BRITISH_GRID
    longitude, latitude = middle
    if not own.is_geographic:
        longitude, latitude = to_degrees(own).transform(longitude, latitude)
    if in_great_britain(longitude, latitude):
        return BRITISH_GRID
    if not (np.isfinite(longitude) and np.isfinite(latitude)):
        raise DataError(f"{what} lie nowhere on the globe in {crs_name(own)}.")
    zone = int((longitude + 180) % 360 // 6) + 1
    return CRS.from_epsg((32600 if latitude >= 0 else 32700) + zone)


@lru_cache(maxsize=32)
def to_degrees(crs: CRS) -> Transformer:
    """Return the way from a CRS to longitude and latitude; to find it takes a tenth of a second."""
    return Transformer.from_crs(crs, WGS84, always_xy=True)


def on_british_grid(x: Floats, y: Floats) -> Flags:
    """Test which points lie in the extent of the British National Grid.

    Examples
    --------
    >>> on_british_grid(np.array([451234.0, 712345.0]), np.array([340567.0, 340567.0])).tolist()
    [True, False]
    """
    # Its edges are left out: a 0 is what a failed geocode writes, and no home stands on either.
    inside: Flags = (x > 0) & (x < 700_000) & (y > 0) & (y < 1_300_000)
    return inside


def on_no_map(x: Floats, y: Floats, *, degrees: bool = False) -> Flags:
    """Test which points no CRS can hold: not finite, or farther out than any map reaches.

    Examples
    --------
    >>> on_no_map(np.array([451234.0, 1e300]), np.array([340567.0, 0.0])).tolist()
    [False, True]
    """
    most_x, most_y = (_NO_LONGITUDE, 90.0) if degrees else (_NO_MAP_REACHES_M, _NO_MAP_REACHES_M)
    held: Flags = (np.abs(x) <= most_x) & (np.abs(y) <= most_y)
    return ~held


def in_great_britain(longitude: float, latitude: float) -> bool:
    """Test whether a place is on Great Britain, its islands or the Isle of Man, roughly.

    Ireland and France are kept out; the islands off Argyll, Scilly and Shetland are in.

    Examples
    --------
    >>> in_great_britain(-1.15, 52.95), in_great_britain(-4.48, 54.15)
    (True, True)
    >>> in_great_britain(-5.93, 54.6), in_great_britain(-84.4, 33.7)
    (False, False)
    """
    if not (-9.0 < longitude < 2.0 and 49.8 < latitude < 61.0):
        return False
    # East of these lines lie Ramsey Island (5.3 W, 51.9 N), the Mull of Galloway (5.2 W), that of
    # Kintyre (5.8 W, 55.3 N) and Islay (6.5 W, 55.6 N); west of them lie Wexford (6.3 W), the Ards
    # (5.4 W, 54.5 N) and Rathlin (6.2 W, 55.3 N).
    ireland = latitude > 51.2 and (
        (longitude < -5.43 and latitude < 55.26)
        or (longitude < -5.25 and 52.5 < latitude < 55.26)
        or (longitude < -6.0 and latitude < 55.45)
    )
    france = (longitude > 0.0 and latitude < 50.2) or (longitude > 1.5 and latitude < 51.0)
    return not (ireland or france)


@dataclass(frozen=True)
class Extent:
    """A rectangle in a CRS.

    Attributes
    ----------
    bounds : tuple of float
        West, south, east, north.
    crs : pyproj.CRS
    of_files : pyproj.CRS or None
        What a file is in that does not say so.
    """

    bounds: tuple[float, float, float, float]
    crs: CRS
    of_files: CRS | None = None

    def bounds_in(self, crs: CRS) -> tuple[float, float, float, float]:
        """Compute bounds in another CRS that hold the whole rectangle, whose sides may bend."""
        to_crs = Transformer.from_crs(self.crs, crs, always_xy=True)
        west, south, east, north = to_crs.transform_bounds(*self.bounds)
        return west, south, east, north


class Transformation:
    """The way from one CRS to another.

    Parameters
    ----------
    source, target : pyproj.CRS
        Nothing is transformed where they are the same.
    """

    def __init__(self, source: CRS, target: CRS) -> None:
        self.source, self.target = source, target
        self._transformer = (
            None if source == target else Transformer.from_crs(source, target, always_xy=True)
        )

    def __call__(self, first: Floats, second: Floats, which: Flags) -> tuple[Floats, Floats]:
        """Compute x and y of the rows chosen, NaN elsewhere."""
        x, y = np.full(len(first), np.nan), np.full(len(first), np.nan)
        if self._transformer is None:
            x[which], y[which] = first[which], second[which]
        elif which.any():
            x[which], y[which] = self._transformer.transform(first[which], second[which])
        return x, y

    def describe(self, middle: tuple[float, float] | None) -> str:
        """Describe which operation is used in the middle of the data, and how exact it is."""
        if self._transformer is None:
            return f"Coordinates are in {crs_name(self.target)}; nothing was transformed."
        way = f"Coordinates went from {crs_name(self.source)} to {crs_name(self.target)}"
        if middle is None:
            return f"{way}."
        # PROJ chooses among its operations by the place, so that one must be transformed first.
        self._transformer.transform(*middle)
        try:
            used = self._transformer.get_last_used_operation()
        except ProjError:
            return f"{way}."
        exact = (
            "of unknown accuracy"
            if used.accuracy < 0
            else f"exact to about {used.accuracy:g} m"
            if used.accuracy > 0
            else "exact"
        )
        return f"{way} by '{used.description}', {exact}{self._missing_grid()}."

    def _missing_grid(self) -> str:
        """Describe the more exact way that exists and that this machine lacks."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)
            group = TransformerGroup(self.source, self.target, always_xy=True)
        if group.best_available:
            return ""
        best = group.unavailable_operations[0]
        grids = ", ".join(grid.short_name for grid in best.grids)
        if BRITISH_GRID in (self.target, self.source):
            return (
                f"; without the OSTN15 grid ({grids}), which is exact to {best.accuracy:g} m, "
                f"points may be up to about {_OSTN15_MISSING_M} m off"
            )
        return f"; with the grid {grids} it would be exact to {best.accuracy:g} m"
