"""Surfaces and hotspots as files for a GIS: GeoTIFF and GeoPackage."""

import html
import json
import os
from typing import Any

import geopandas as gpd
import numpy as np
import tifffile
import xarray as xr
from pyproj import CRS

from hotspot._checks import crs_problems
from hotspot._errors import OutputError
from hotspot.grid import Grid
from hotspot.output.files import replacing_file

# TIFF tags of GeoTIFF 1.1 (OGC 19-008r4) and of GDAL.
_PIXEL_SCALE, _TIE_POINT, _GEO_KEYS, _GEO_TEXT = 33550, 33922, 34735, 34737
_GDAL_METADATA, _GDAL_NODATA = 42112, 42113
_DOUBLE, _SHORT, _ASCII = 12, 3, 2
_METRE = 9001


def write_surface(
    surface: xr.DataArray, path: str | os.PathLike[str], marking: str | None = None
) -> None:
    """Write a surface as a GeoTIFF that any GIS opens in its place.

    Parameters
    ----------
    surface : DataArray
        As `kernel_density` gives it.
    path : path
        Ends in .tif or .tiff. A file there is replaced.
    marking : str, optional
        Protective marking, kept in the file with the parameters.

    Raises
    ------
    OutputError
        If the name ends otherwise, the CRS has no EPSG code or the file cannot be written.

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
    >>> write_surface(grid.surface(np.arange(6.0).reshape(2, 3)), place)
    >>> tifffile.imread(place)
    array([[3., 4., 5.], [0., 1., 2.]], dtype=float32)
    """
    if os.path.splitext(path)[1].lower() not in (".tif", ".tiff"):  # noqa: PTH122
        raise OutputError(f"A surface is written as .tif, not as {os.fspath(path)}.")
    grid = Grid.of(surface)
    west, _, _, north = grid.bounds
    keys = _geo_keys(grid.crs)
    with replacing_file(path) as temporary:
        tifffile.imwrite(
            temporary,
            np.flipud(surface.to_numpy()).astype(np.float32),
            photometric="minisblack",
            compression="zlib",
            predictor=False,
            rowsperstrip=max(1, 65_536 // grid.ncols),
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


def write_hotspots(
    hotspots: gpd.GeoDataFrame,
    path: str | os.PathLike[str],
    layer: str = "hotspots",
    marking: str | None = None,
) -> None:
    """Write hotspots as a GeoPackage.

    Parameters
    ----------
    hotspots : GeoDataFrame
        As `hotspots`, `significant_hotspots`, `classify_hotspots`, `hotspot_change` or
        `street_hotspots` give them.
    path : path
        Ends in .gpkg. A file there is replaced.
    layer : str
        Name of the layer.
    marking : str, optional
        Protective marking, kept in the description of the layer with the parameters.

    Raises
    ------
    OutputError
        If the name ends otherwise or the file cannot be written.

    Examples
    --------
    >>> import tempfile, pathlib, shapely
    >>> spots = gpd.GeoDataFrame({"rank": [1]}, geometry=[shapely.box(0, 0, 9, 9)], crs=27700)
    >>> place = pathlib.Path(tempfile.mkdtemp()) / "hotspots.gpkg"
    >>> write_hotspots(spots, place)
    >>> gpd.read_file(place)["rank"].tolist()
    [1]
    """
    if os.path.splitext(path)[1].lower() != ".gpkg":  # noqa: PTH122
        raise OutputError(f"Hotspots are written as .gpkg, not as {os.fspath(path)}.")
    problems = crs_problems(hotspots.crs, "hotspots")
    if problems:
        raise OutputError(problems)
    about = {**hotspots.attrs, **({} if marking is None else {"marking": marking})}
    kind = None if len(hotspots) else "Polygon"
    with replacing_file(path) as temporary:
        temporary.unlink()
        hotspots.to_file(
            temporary,
            driver="GPKG",
            layer=layer,
            engine="pyogrio",
            geometry_type=kind,
            layer_options={"DESCRIPTION": json.dumps(about, default=str)},
        )


def _geo_keys(crs: CRS) -> tuple[int, ...]:
    """Describe a projected CRS by its EPSG code."""
    code = crs.to_epsg()
    if code is None:
        raise OutputError(
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
    attrs: dict[str, Any] = {**surface.attrs, **({} if marking is None else {"marking": marking})}
    items = "".join(
        f'<Item name="{_plain(name)}">{_plain(value)}</Item>' for name, value in attrs.items()
    )
    return f"<GDALMetadata>{items}</GDALMetadata>"


def _plain(value: object) -> str:
    """Make ASCII text of a value in which nothing reads as markup."""
    return html.escape(str(value)).encode("ascii", "xmlcharrefreplace").decode()
