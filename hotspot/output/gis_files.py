"""Surfaces and hotspots as files for a GIS: GeoTIFF and GeoPackage."""

import html
import json
import os
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import tifffile
import xarray as xr
from pyproj import CRS

from hotspot._checks import crs_problems, raise_problems
from hotspot._errors import DataError
from hotspot.grid import Grid, as_surface
from hotspot.output.files import replacing_file

# TIFF tags of GeoTIFF 1.1 (OGC 19-008r4) and of GDAL.
_PIXEL_SCALE, _TIE_POINT, _GEO_KEYS, _GEO_TEXT = 33550, 33922, 34735, 34737
_GDAL_METADATA, _GDAL_NODATA = 42112, 42113
_DOUBLE, _SHORT, _ASCII = 12, 3, 2
_METRE = 9001


def write_surface(
    surface: xr.DataArray, path: str | os.PathLike[str], marking: str | None = None
) -> list[Path]:
    """Write a surface as a GeoTIFF that any GIS opens in its place.

    Parameters
    ----------
    surface : DataArray
        As `kernel_density` returns it.
    path : path
        Ends in .tif or .tiff. A file there is replaced.
    marking : str, optional
        Protective marking, kept in the file with the parameters.

    Returns
    -------
    list of Path
        The one file.

    Raises
    ------
    ConfigError
        If the name ends otherwise.
    DataError
        If the CRS of the surface has no EPSG code.
    OutputError
        If the file cannot be written.

    Notes
    -----
    One band of 32-bit floats from north to south, compressed; NaN stands for no data. Units,
    kernel, bandwidth and period are kept as GDAL metadata, and so shown by QGIS and gdalinfo.

    References
    ----------
    Open Geospatial Consortium (2019). OGC GeoTIFF standard, version 1.1. OGC 19-008r4.

    Examples
    --------
    >>> import tempfile, pathlib
    >>> grid = Grid(400_000, 300_000, 50, ncols=3, nrows=2, crs="EPSG:27700")
    >>> place = pathlib.Path(tempfile.mkdtemp()) / "density.tif"
    >>> (file,) = write_surface(grid.surface(np.arange(6.0).reshape(2, 3)), place)
    >>> tifffile.imread(file)
    array([[3., 4., 5.], [0., 1., 2.]], dtype=float32)
    """
    path = Path(path)
    raise_problems(arguments=_ending_problems(path, "A surface", (".tif", ".tiff")))
    surface = as_surface(surface)
    grid = Grid.of(surface)
    west, _, _, north = grid.bounds
    keys = _geo_keys(grid.crs)
    with replacing_file(path) as temporary:
        tifffile.imwrite(
            temporary,
            # A picture begins in the north, our surfaces in the south.
            np.flipud(surface.to_numpy()).astype(np.float32),
            photometric="minisblack",
            compression="zlib",
            predictor=False,
            # Strips of some 256 kB: a GIS that shows a part of a large surface reads few of them.
            rowsperstrip=max(1, 65_536 // grid.ncols),
            # Name and date of the software would make equal surfaces different files.
            software=False,
            metadata=None,
            extratags=[
                (_PIXEL_SCALE, _DOUBLE, 3, (grid.cell_size_m, grid.cell_size_m, 0.0), True),
                (_TIE_POINT, _DOUBLE, 6, (0.0, 0.0, 0.0, west, north, 0.0), True),
                (_GEO_KEYS, _SHORT, len(keys), keys, True),
                (_GEO_TEXT, _ASCII, 0, f"{_plain(grid.crs.name)}|", True),
                (_GDAL_METADATA, _ASCII, 0, _metadata(surface, marking), True),
                (_GDAL_NODATA, _ASCII, 0, "nan", True),
            ],
        )
    return [path]


def write_hotspots(
    hotspots: gpd.GeoDataFrame,
    path: str | os.PathLike[str],
    layer: str = "hotspots",
    marking: str | None = None,
) -> list[Path]:
    """Write hotspots as a GeoPackage.

    Parameters
    ----------
    hotspots : GeoDataFrame
        As `hotspots`, `significant_hotspots`, `classify_hotspots`, `hotspot_change` or
        `street_hotspots` return them.
    path : path
        Ends in .gpkg. A file there is replaced.
    layer : str
        Name of the layer.
    marking : str, optional
        Protective marking, kept in the description of the layer with the parameters.

    Returns
    -------
    list of Path
        The one file.

    Raises
    ------
    ConfigError
        If the name ends otherwise.
    DataError
        If the hotspots have no CRS in metres.
    OutputError
        If the file cannot be written.

    Examples
    --------
    >>> import tempfile, pathlib, shapely
    >>> spots = gpd.GeoDataFrame({"rank": [1]}, geometry=[shapely.box(0, 0, 9, 9)], crs=27700)
    >>> place = pathlib.Path(tempfile.mkdtemp()) / "hotspots.gpkg"
    >>> (file,) = write_hotspots(spots, place)
    >>> gpd.read_file(file)["rank"].tolist()
    [1]
    """
    path = Path(path)
    raise_problems(
        crs_problems(hotspots.crs, "hotspots"), _ending_problems(path, "Hotspots", (".gpkg",))
    )
    # Without rows there is nothing to tell it from, and a layer of unknown kind opens nowhere.
    kind = None if len(hotspots) else "Polygon"
    with replacing_file(path) as temporary:
        # The driver takes an empty file for a broken GeoPackage.
        temporary.unlink()
        hotspots.to_file(
            temporary,
            driver="GPKG",
            layer=layer,
            engine="pyogrio",
            geometry_type=kind,
            layer_options={"DESCRIPTION": json.dumps(_about(hotspots, marking), default=str)},
        )
    return [path]


def _ending_problems(path: Path, what: str, endings: tuple[str, ...]) -> list[str]:
    """Return what is wrong with the ending of a name, if anything is."""
    if path.suffix.lower() in endings:
        return []
    if "://" in os.fspath(path).replace(":/", "://", 1):
        # The URL itself is not told: it may hold a password.
        return [f"{what} go to a database by hotspot.sharing.write_layer."]
    verb = "are" if what.endswith("s") else "is"
    return [f"{what} {verb} written as {endings[0]}, not as {path}."]


def _geo_keys(crs: CRS) -> tuple[int, ...]:
    """Describe a projected CRS by its EPSG code."""
    code = crs.to_epsg()
    if code is None:
        raise DataError(
            f"The CRS {crs.name} has no EPSG code, and a GeoTIFF needs one: turn the incidents "
            "with .to_crs(...) before mapping them."
        )
    return (
        1, 1, 1, 4,
        1024, 0, 1, 1,  # a projected CRS
        1025, 0, 1, 1,  # a value is that of a cell, not of a point
        3072, 0, 1, code,
        3076, 0, 1, _METRE,
    )  # fmt: skip


def _metadata(surface: xr.DataArray, marking: str | None) -> str:
    """Write the attributes of a surface as GDAL's XML, escaped."""
    about = _about(surface, marking).items()
    items = [f'<Item name="{_plain(name)}">{_plain(value)}</Item>' for name, value in about]
    return f"<GDALMetadata>{''.join(items)}</GDALMetadata>"


def _about(made: xr.DataArray | gpd.GeoDataFrame, marking: str | None) -> dict[Any, Any]:
    """Return what is kept beside the values: parameters and, where there is one, the marking."""
    return {**made.attrs} if marking is None else {**made.attrs, "marking": marking}


def _plain(value: object) -> str:
    """Return a value as ASCII text in which nothing reads as markup."""
    return html.escape(str(value)).encode("ascii", "xmlcharrefreplace").decode()
