"""What the coordinates of a source are in: as it says, as the user says, or as they can only be."""

import warnings
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from pyproj import CRS

from hotspot._errors import DataError, DataWarning
from hotspot.english import count, name_rows
from hotspot.reading.areas_of_use import (
    ASK_FOR_CRS,
    HOW_TO_GIVE_CRS,
    check_area_of_use,
    share_outside,
)
from hotspot.reading.axis_order import are_exchanged, sea_warnings
from hotspot.reading.crs import (
    BRITISH_GRID,
    Floats,
    crs_name,
    metric_crs,
    on_british_grid,
    on_no_map,
    place_words,
    read_crs,
    read_target_crs,
)
from hotspot.reading.datums import sound_crs

Shapes = npt.NDArray[np.object_]
# So many shapes tell where a layer lies: a nation's streets are millions.
_MOST_SHAPES = 20_000
#: What to do with shapes that may be exchanged, which no column can be mapped for.
EXCHANGE_SHAPES = (
    "Exchange them in that file (in QGIS by 'Swap X and Y coordinates', in Python by "
    "shapely.transform(shapes, lambda pairs: pairs[:, ::-1]))."
)


def settle_crs(
    own: CRS | None, given: CRS | None, x: Floats, y: Floats, what: str
) -> tuple[CRS | None, list[str]]:
    """Return what the coordinates of a source with a CRS of its own are in.

    Parameters
    ----------
    own : pyproj.CRS or None
        What the source says of itself.
    given : pyproj.CRS or None
        What the user gave as `crs`, as `read_crs` returns it.
    x, y : numpy.ndarray of float
        Its finite coordinates.
    what : str
        What to call the source.

    Returns
    -------
    crs : pyproj.CRS or None
        None where nobody says.
    warnings : list of str

    Raises
    ------
    DataError
        If source and user contradict each other, or what the source says cannot be.
    """
    if own is None:
        return given, []
    try:
        sound, noted = sound_crs(own)
    except DataError:
        # The user answers what the source leaves open.
        if given is None:
            raise
        return given, []
    if sound is None:
        return given, []
    no_degrees = sound.is_geographic and len(x) > 0 and not degrees_share(x, y) > 0.5
    if given is None and no_degrees:
        return _metres_as_degrees(sound, x, y, what)
    if given is None:
        return sound, noted
    if sound.equals(given, ignore_axis_order=True):
        return sound, []
    if no_degrees or (not sound.is_geographic and share_outside(x, y, sound) > 0.5):
        return given, []
    raise DataError(
        f"The source is in {crs_name(sound)}, but crs says {crs_name(given)}: leave crs out, or "
        "say with to_crs what to turn the points into."
    )


def degrees_share(x: Floats, y: Floats) -> float:
    """Return the share of points that could be degrees.

    Examples
    --------
    >>> degrees_share(np.array([-1.1, 451_000.0]), np.array([52.9, 340_000.0]))
    0.5
    """
    return float(np.mean((np.abs(x) <= 180) & (np.abs(y) <= 180))) if len(x) else 0.0


def exchanged_words(x: Floats, y: Floats, crs: CRS, what: str) -> str:
    """Return what is said of degrees that a geographic file holds latitude first.

    Raises
    ------
    DataError
        If they are no degrees: points that fit a grid the other way round may be of another CRS.
    """
    about = f"(about {np.median(x):,.10g}, {np.median(y):,.10g})"
    if not crs.is_geographic:
        raise DataError(
            f"The points of {what} {about} lie in the area of {crs_name(crs)} only with northing "
            f"and easting exchanged. Are they, or are they in another CRS? {EXCHANGE_SHAPES} Or "
            f"{HOW_TO_GIVE_CRS}."
        )
    return (
        f"The points of {what} stand latitude first {about}, and longitude comes first in such "
        "files: the two were exchanged."
    )


def _metres_as_degrees(own: CRS, x: Floats, y: Floats, what: str) -> tuple[CRS, list[str]]:
    """Read as the British grid what a source calls degrees, or does not call anything.

    GeoJSON has no other CRS than degrees, and so is taken for them wherever it names none.
    """
    middle = place_words(float(np.median(x)), float(np.median(y)))
    if on_british_grid(x, y).all():
        return BRITISH_GRID, [
            f"{what} should hold degrees ({crs_name(own)}) and holds {middle}, which fits the "
            "British National Grid; read as EPSG:27700."
        ]
    raise DataError(
        f"{what} should hold degrees ({crs_name(own)}) and holds {middle}. Which CRS is that? "
        f"{ASK_FOR_CRS}"
    )


def settle_layer(
    shapes: Shapes, own: CRS | None, crs: Any, what: str, rows: pd.Index | None = None
) -> tuple[Shapes, CRS | None]:
    """Return the shapes of a layer with longitude first, and what they are in.

    Parameters
    ----------
    shapes : numpy.ndarray of shapely geometries
    own : pyproj.CRS or None
        What the layer says of itself.
    crs : optional
        What the user says.
    what : str
        What to call the layer.
    rows : pandas.Index, optional
        What the shapes are called, where one that lies on no map is to be refused.

    Returns
    -------
    shapes : numpy.ndarray of shapely geometries
    crs : pyproj.CRS or None
        None where nobody says.

    Raises
    ------
    DataError
        As of `settle_crs`, or if most of it lies outside the area that its CRS is made for, or a
        row has a corner that no CRS can hold.
    ConfigError
        If `crs` is none.

    Warns
    -----
    DataWarning
        Of what was supposed.
    """
    x, y = _coordinates(shapes)
    settled, noted = settle_crs(own, read_crs(crs, "crs"), x, y, what)
    if settled is not None and are_exchanged(x, y, settled):
        noted.append(exchanged_words(x, y, settled, what))
        shapes = np.asarray(shapely.transform(shapes, lambda pairs: pairs[:, ::-1]), dtype=object)
    elif settled is not None:
        outside = check_area_of_use(x, y, settled, what)
        noted += outside or sea_warnings(x, y, settled, what, EXCHANGE_SHAPES)
    if settled is not None and rows is not None:
        _refuse_off_the_map(shapes, rows, settled, what)
    for text in noted:
        warnings.warn(text, DataWarning, stacklevel=3)
    return shapes, settled


def _refuse_off_the_map(shapes: Shapes, rows: pd.Index, crs: CRS, what: str) -> None:
    """Refuse shapes that reach farther than any map: all that is near them would be theirs."""
    corners, of = shapely.get_coordinates(shapes, return_index=True)
    off = np.unique(of[on_no_map(corners[:, 0], corners[:, 1], degrees=crs.is_geographic)])
    if len(off):
        raise DataError(
            f"{count(len(off), 'row')} of {what} with corners that lie on no map "
            f"({name_rows(rows[off])}): mend the file."
        )


def ask_for_crs(shapes: Shapes, what: str) -> str:
    """Return that nothing says what a layer is in, what it holds, and how to say it."""
    x, y = _coordinates(shapes)
    if not len(x):
        return f"{what} does not say what its coordinates are in: give crs=."
    fits = " That fits EPSG:27700." if on_british_grid(x, y).all() else ""
    fits = " That fits EPSG:4326." if degrees_share(x, y) == 1 else fits
    return (
        f"{what} does not say what its coordinates are in: give crs=. It holds about "
        f"{np.median(x):,.6g}, {np.median(y):,.6g}.{fits} {ASK_FOR_CRS}"
    )


def in_metres(layer: gpd.GeoDataFrame, to_crs: Any, what: str) -> gpd.GeoDataFrame:
    """Return a layer in a projected CRS in metres.

    Parameters
    ----------
    layer : geopandas.GeoDataFrame
        With a CRS.
    to_crs : optional
        What the user wants; by default as `metric_crs` chooses.
    what : str
        What to call the layer.

    Returns
    -------
    geopandas.GeoDataFrame

    Raises
    ------
    ConfigError
        If `to_crs` is no projected CRS in metres.
    DataError
        If most of the layer lies outside the area that `to_crs` is made for.
    """
    target = read_target_crs(to_crs)
    if target is None:
        west, south, east, north = layer.total_bounds
        target = metric_crs(layer.crs, ((west + east) / 2, (south + north) / 2), f"The {what}")
        return _turned(layer, target, what)
    turned = _turned(layer, target, what)
    if target != layer.crs:
        x, y = _coordinates(np.asarray(turned.geometry.array, dtype=object))
        for text in check_area_of_use(x, y, target, f"the {what}", wanted=True):
            warnings.warn(text, DataWarning, stacklevel=3)
    return turned


def _turned(layer: gpd.GeoDataFrame, target: CRS, what: str) -> gpd.GeoDataFrame:
    """Transform a layer, and refuse shapes that have no place in its new CRS."""
    turned = layer.to_crs(target)
    corners, of = shapely.get_coordinates(turned.geometry.to_numpy(), return_index=True)
    lost = np.unique(of[~np.isfinite(corners).all(axis=1)])
    if len(lost):
        rows = layer.index[lost]
        raise DataError(
            f"{count(len(rows), 'row')} of the {what} with corners that have no place in "
            f"{crs_name(target)} ({name_rows(rows)}): are they on the globe?"
        )
    return turned


def _coordinates(shapes: Shapes) -> tuple[Floats, Floats]:
    """Return the finite coordinates of the corners of all shapes, or of some thousands of them."""
    corners = shapely.get_coordinates(shapes[:: max(1, len(shapes) // _MOST_SHAPES)])
    corners = corners[np.isfinite(corners).all(axis=1)]
    return corners[:, 0], corners[:, 1]
