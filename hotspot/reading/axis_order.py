"""Whether the coordinates of points are exchanged: latitude where longitude should stand."""

import numpy as np
from pyproj import CRS

from hotspot.reading.areas_of_use import degrees_of, sample, share_outside
from hotspot.reading.crs import BRITISH_GRID, Floats, crs_name, in_great_britain
from hotspot.reading.land import on_land

# Nobody is burgled south of Tierra del Fuego or north of Svalbard.
_LIVED_IN = (-57.0, 82.0)


# A few strays fit neither way.
_FEW = 0.05


def are_exchanged(x: Floats, y: Floats, crs: CRS) -> bool:
    """Test whether the first and the second coordinate of most points are exchanged.

    Parameters
    ----------
    x, y : numpy.ndarray of float
        Finite coordinates as they were read.
    crs : pyproj.CRS
        What they are in.

    Returns
    -------
    bool
        True only where they cannot be right as they are, and can the other way round. With
        single rows exchanged those are faults, and the rest is right.

    Examples
    --------
    >>> are_exchanged(np.array([41.8]), np.array([-87.6]), CRS("EPSG:4326"))
    True
    >>> are_exchanged(np.array([-87.6]), np.array([41.8]), CRS("EPSG:4326"))
    False
    """
    if not len(x):
        return False
    if not crs.is_geographic:
        return share_outside(x, y, crs) > 0.5 and share_outside(y, x, crs) < _FEW
    east, north = float(np.median(x)), float(np.median(y))
    south, far_north = _LIVED_IN
    if not south <= north <= far_north:
        return south <= east <= far_north and abs(north) <= 180
    if in_great_britain(north, east) and not in_great_britain(east, north):
        return True
    some = sample(len(x))
    return ashore(x[some], y[some], crs) < _FEW and ashore(y[some], x[some], crs) > 1 - _FEW


def sea_warnings(x: Floats, y: Floats, crs: CRS, what: str, remedy: str) -> list[str]:
    """Return what to ask of points of a projected CRS that lie in the sea.

    It is no proof that they are wrong: a town that is made up, for training, may lie anywhere.

    Parameters
    ----------
    x, y : numpy.ndarray of float
        Finite coordinates in `crs`.
    crs : pyproj.CRS
    what : str
        What to call them.
    remedy : str
        What to do where the two coordinates are exchanged.

    Returns
    -------
    list of str

    Examples
    --------
    >>> london = np.array([530_000.0]), np.array([180_000.0])
    >>> sea_warnings(*london, CRS("EPSG:27700"), "x.csv", "exchange them")
    []
    >>> len(sea_warnings(*london[::-1], CRS("EPSG:27700"), "x.csv", "exchange them"))
    1
    """
    some = sample(len(x))
    if not len(x) or crs.is_geographic or ashore(x[some], y[some], crs) >= _FEW:
        return []
    place = f"In {crs_name(crs)} the points of {what} lie in the sea"
    fits = share_outside(y, x, crs) < _FEW and ashore(y[some], x[some], crs) > 1 - _FEW
    if fits:
        return [f"{place}, and on land with the two coordinates exchanged. Are they? {remedy}"]
    return [] if crs == BRITISH_GRID else [f"{place}: is it the right CRS?"]


def are_kilometres(x: Floats, y: Floats, crs: CRS) -> bool:
    """Test whether most points lie in the sea in metres, and on land in kilometres.

    Examples
    --------
    >>> are_kilometres(np.array([530.1]), np.array([180.2]), CRS("EPSG:27700"))
    True
    >>> are_kilometres(np.array([530_100.0]), np.array([180_200.0]), CRS("EPSG:27700"))
    False
    """
    some = sample(len(x))
    if not len(x) or crs.is_geographic or ashore(x[some], y[some], crs) >= _FEW:
        return False
    x, y = 1000 * x[some], 1000 * y[some]
    return share_outside(x, y, crs) < _FEW and ashore(x, y, crs) > 1 - _FEW


def ashore(x: Floats, y: Floats, crs: CRS) -> float:
    """Return the share of points that lie on land; of those on the British grid, of its own."""
    longitude, latitude = degrees_of(x, y, crs)
    land = on_land(longitude, latitude)
    if crs == BRITISH_GRID:
        at = np.flatnonzero(land)
        land[at] = [in_great_britain(longitude[i], latitude[i]) for i in at]
    return float(np.mean(land))
