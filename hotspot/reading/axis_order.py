"""Whether the coordinates of points are exchanged: latitude where longitude should stand."""

import numpy as np
from pyproj import CRS

from hotspot.reading.areas_of_use import share_outside
from hotspot.reading.crs import Floats, in_great_britain

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
    return in_great_britain(north, east) and not in_great_britain(east, north)
