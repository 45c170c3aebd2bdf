"""CRS as files name them, made usable: their horizontal part, with a datum."""

import re

import numpy as np
from pyproj import CRS

from hotspot._errors import DataError

# Latitude and longitude of origin, scale, false easting and northing, and half the longer axis of
# the ellipsoid: what a national grid is, whatever a file calls it.
_GRIDS = {
    27700: (49.0, -2.0, 0.9996012717, 400_000.0, -100_000.0, 6_377_563.396),
    29903: (53.5, -8.0, 1.000035, 200_000.0, 250_000.0, 6_377_340.189),
    29901: (53.5, -8.0, 1.0, 200_000.0, 250_000.0, 6_377_563.396),
}
_TOLERANCES = (1e-6, 1e-6, 1e-8, 0.01, 0.01)
_OWN_DATUM = re.compile(r"osgb|great britain|tm65|tm75|1965|osni", re.IGNORECASE)
_NO_DATUM = re.compile(r"unknown|not.specified|unnamed|undefined", re.IGNORECASE)
# Datums on the ellipsoids of WGS 84 and GRS 80 agree within a few metres; on the older ones they
# lie 100 m and more apart.
_MODERN_AXIS_M, _SAME_AXIS_M = 6_378_137.0, 1.0


def sound_crs(crs: CRS) -> tuple[CRS | None, list[str]]:
    """Return a CRS as points can be transformed with it.

    Parameters
    ----------
    crs : pyproj.CRS
        As a file or a user names it.

    Returns
    -------
    crs : pyproj.CRS or None
        Its horizontal part. The British and Irish grids, however they are written, are those of
        their codes. None where it places nothing on the globe, as a plan of an engineer's.
    warnings : list of str
        What was supposed.

    Raises
    ------
    DataError
        If it names no datum, and its points could lie 100 m off.

    Examples
    --------
    >>> sound_crs(CRS("EPSG:7405"))[0].to_epsg(), sound_crs(CRS("EPSG:4979"))[0].to_epsg()
    (27700, 4326)
    """
    flat = _horizontal(crs)
    if flat is None:
        return None, []
    base = flat.source_crs if flat.is_bound and flat.source_crs is not None else flat
    datum, ellipsoid = base.datum, base.ellipsoid
    if datum is None or ellipsoid is None:
        return flat, []
    code = _national_grid(base)
    known = _names_datum(flat, datum.name, ellipsoid.name)
    axis_m, other_axis_m = ellipsoid.semi_major_metre, ellipsoid.semi_minor_metre
    if code is None:
        # On a sphere, as of some atlases, no point is exact, and none is meant to be.
        old = abs(axis_m - _MODERN_AXIS_M) > _SAME_AXIS_M and axis_m != other_axis_m
        if old and not known:
            raise DataError(_ask_for_datum(base, ellipsoid.name))
        return flat, []
    grid = CRS.from_epsg(code)
    if abs(axis_m - _GRIDS[code][-1]) > _SAME_AXIS_M:
        raise DataError(
            f"The CRS is {grid.name} on another ellipsoid ({ellipsoid.name}): points could lie 100 "
            f"m off. If they are on that grid, give crs='EPSG:{code}'."
        )
    if known:
        # The two Irish datums keep their own codes.
        return (grid if code == 27700 or flat.is_bound else flat), []
    return grid, [
        f"The CRS is {grid.name} without its datum; read as EPSG:{code}. If the points were made "
        "from longitude and latitude by software that knew no datum either, they lie about 100 m "
        "off: compare one with a map."
    ]


def _horizontal(crs: CRS) -> CRS | None:
    """Return the part of a CRS that says where on the globe a point is."""
    if crs.is_compound:
        return next((part for sub in crs.sub_crs_list if (part := _horizontal(sub))), None)
    if not crs.is_geographic and not crs.is_projected:
        return None
    return crs.to_2d() if len(crs.axis_info) > 2 else crs


def _national_grid(crs: CRS) -> int | None:
    """Return the code of the national grid whose projection a CRS has."""
    operation = crs.coordinate_operation
    if operation is None or operation.method_name != "Transverse Mercator":
        return None
    values = [parameter.value for parameter in operation.params]
    for code, (*grid, _) in _GRIDS.items():
        if len(values) == len(grid) and np.all(np.abs(np.subtract(values, grid)) <= _TOLERANCES):
            return code
    return None


def _names_datum(crs: CRS, datum: str, ellipsoid: str) -> bool:
    """Test whether a CRS says where on the globe it lies, by a name or a shift to WGS 84."""
    if crs.is_bound and crs.coordinate_operation is not None:
        shift = crs.coordinate_operation.towgs84
        # A shift of nothing is what software writes that knows none.
        return not shift or any(shift)
    if _OWN_DATUM.search(datum):
        return True
    bare = datum.removeprefix("D_").replace("_", " ").casefold()
    return not _NO_DATUM.search(datum) and bare != ellipsoid.replace("_", " ").casefold()


def _ask_for_datum(crs: CRS, ellipsoid: str) -> str:
    """Ask which datum is meant, with the codes that fit where there are some."""
    # Degrees on one ellipsoid are those of a dozen countries.
    matches = crs.list_authority("EPSG", min_confidence=50)[:3] if crs.is_projected else []
    fitting = [match.code for match in matches]
    codes = f" It may be {' or '.join(f'EPSG:{code}' for code in fitting)}." if fitting else ""
    return (
        f"The CRS names no datum, only the ellipsoid {ellipsoid}: points could lie 100 m and more "
        f"off. Ask whoever made the file which CRS it is, and give its code: crs='EPSG:...'.{codes}"
    )
