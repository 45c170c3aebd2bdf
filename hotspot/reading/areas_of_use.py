"""Whether points lie where their CRS is made for, and which CRS would fit them."""

import re

import numpy as np
from pyproj import CRS
from pyproj.aoi import AreaOfInterest
from pyproj.database import query_crs_info
from pyproj.enums import PJType

from hotspot._errors import DataError
from hotspot.english import count
from hotspot.reading.crs import BRITISH_GRID, Flags, Floats, crs_name, to_degrees

# A force's last village may lie over the border of its state, a city does not.
_LEAST_MARGIN_DEG, _MARGIN_SHARE = 0.2, 0.1
# Of zones that are alike one serves a whole state or province that reaches into the next.
_ZONES = re.compile(r"UTM|MGA|Gauss", re.IGNORECASE)
# So many rows tell which way a file goes; all are looked at only where one of these is outside.
_SAMPLE = 5_000
_SHARE_TO_WARN = 0.05
HOW_TO_GIVE_CRS = (
    "ask whoever made the export which CRS it was made in, and give its code: "
    'crs="EPSG:..." (--crs EPSG:... on the command line, crs = "EPSG:..." in a TOML file)'
)
ASK_FOR_CRS = f"A{HOW_TO_GIVE_CRS[1:]}."


def check_area_of_use(
    x: Floats, y: Floats, crs: CRS, what: str, *, wanted: bool = False
) -> list[str]:
    """Check that points lie in the area that their projected CRS is made for.

    Parameters
    ----------
    x, y : numpy.ndarray of float
        Finite coordinates.
    crs : pyproj.CRS
        What they are in. A geographic one, or one without an area of use, holds them all.
    what : str
        What to call the points: "crimes.csv", "The areas".
    wanted : bool
        Whether `crs` is what the points are to be turned into, rather than what they are in.

    Returns
    -------
    list of str
        A warning where some of them lie outside.

    Raises
    ------
    DataError
        If most of them do: where they would be, and which CRS would fit.

    Examples
    --------
    >>> check_area_of_use(np.array([397_000.0]), np.array([137_000.0]), CRS("EPSG:26985"), "x.csv")
    []
    """
    some = sample(len(x))
    outside = _outside(x[some], y[some], crs)
    if not outside.any():
        return []
    share = float(np.mean(outside))
    if share <= 0.5:
        # What is off the British grid is told row by row.
        if share <= _SHARE_TO_WARN or crs == BRITISH_GRID:
            return []
        number = int(np.count_nonzero(_outside(x, y, crs)))
        return [
            f"{number:,} of {count(len(x), 'point')} of {what} lie outside the area for which "
            f"{crs_name(crs)} is made{_bounds(crs)}: is it the right CRS?"
        ]
    longitude, latitude = degrees_of(x[some], y[some], crs)
    finite = np.isfinite(longitude) & np.isfinite(latitude)
    where = (
        f", at about longitude {np.median(longitude[finite]):.1f}, latitude "
        f"{np.median(latitude[finite]):.1f}"
        if finite.any()
        else ", nowhere on the globe"
    )
    problem = (
        f"Most points of {what} would lie outside the area for which {crs_name(crs)} is made"
        f"{_bounds(crs)}{where}."
    )
    if wanted:
        raise DataError(f"{problem} Leave to_crs out, or give one that is made for that place.")
    fitting = _fitting(x[some], y[some], crs)
    fits = f" They fit {crs_name(fitting)}: is that what they are in?" if fitting else ""
    raise DataError(f"{problem}{fits} Which CRS is right? {ASK_FOR_CRS}")


def share_outside(x: Floats, y: Floats, crs: CRS) -> float:
    """Return about which share of points lies outside the area that their CRS is made for."""
    some = sample(len(x))
    return float(np.mean(_outside(x[some], y[some], crs))) if len(x) else 0.0


def sample(length: int) -> slice:
    """Return which of so many rows to look at: some 5,000, evenly spread."""
    return slice(None, None, max(1, length // _SAMPLE))


def degrees_of(x: Floats, y: Floats, crs: CRS) -> tuple[Floats, Floats]:
    """Compute longitude and latitude of points."""
    longitude, latitude = to_degrees(crs).transform(x, y)
    return np.asarray(longitude), np.asarray(latitude)


def _outside(x: Floats, y: Floats, crs: CRS) -> Flags:
    """Test which points lie outside the area of use of a projected CRS, with a margin."""
    if crs.is_geographic or crs.area_of_use is None:
        return np.zeros(len(x), dtype=bool)
    west, south, east, north = crs.area_of_use.bounds
    # An area may lie across the 180th meridian: it is measured eastwards.
    width, height = (east - west) % 360 or 360.0, north - south
    wide = max(_LEAST_MARGIN_DEG, width * (1.0 if _ZONES.search(crs.name) else _MARGIN_SHARE))
    high = max(_LEAST_MARGIN_DEG, height * _MARGIN_SHARE)
    longitude, latitude = degrees_of(x, y, crs)
    with np.errstate(invalid="ignore"):
        inside = (latitude >= south - high) & (latitude <= north + high)
        if width + 2 * wide < 360:
            inside &= (longitude - west + wide) % 360 <= width + 2 * wide
    return ~np.asarray(inside, dtype=bool)


def _bounds(crs: CRS) -> str:
    if crs.area_of_use is None:
        return ""
    west, south, east, north = crs.area_of_use.bounds
    return f" (longitude {west:g} to {east:g}, latitude {south:g} to {north:g})"


def _fitting(x: Floats, y: Floats, crs: CRS) -> CRS | None:
    """Find a CRS for the same area that holds the points: the same zone in feet, or in metres."""
    if crs.area_of_use is None:
        return None
    bounds = crs.area_of_use.bounds
    west, south, east, north = bounds
    listed = query_crs_info(
        "EPSG", PJType.PROJECTED_CRS, AreaOfInterest(west, south, east, north), contains=True
    )
    alike = [
        CRS.from_epsg(int(info.code))
        for info in listed
        if info.area_of_use is not None and info.area_of_use.bounds == bounds
    ]
    # On the same datum first: the others of the zone differ by a metre.
    alike.sort(key=lambda other: other.name.split(" / ")[0] != crs.name.split(" / ")[0])
    fitting = (other for other in alike if other != crs and not _outside(x, y, other).any())
    return next(fitting, None)
