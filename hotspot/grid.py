"""The one grid that density, forecast and backtest share."""

import math
from dataclasses import dataclass
from typing import Any, Self

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
import xarray as xr
from pyproj import CRS

from hotspot._checks import (
    crs_problems,
    free_memory_bytes,
    integer_problems,
    positive_problems,
    raise_problems,
)
from hotspot._errors import ConfigError, DataError
from hotspot._kernels.arrays import Bools, Floats

# What a map of density takes at its height, with the hotspots in it and its picture; so few cells
# are never too many.
_BYTES_PER_CELL, _FEW_CELLS = 300, 1_000_000


@dataclass(frozen=True)
class Grid:
    """Square cells over a part of the plane.

    Row 0 is the southernmost, column 0 the westernmost. A point on the edge between two cells
    belongs to the cell to its east or north.

    Parameters
    ----------
    xmin, ymin : float
        South-west corner, in metres of `crs`.
    cell_size_m : float
        Side of a cell, in metres.
    ncols, nrows : int
        Cells from west to east and from south to north.
    crs : CRS or anything that `pyproj.CRS` takes
        Projected, in metres.

    Raises
    ------
    ConfigError
        If a size is not above 0 or the CRS is not in metres; every fault is listed.

    Examples
    --------
    >>> grid = Grid(0, 0, 100, ncols=3, nrows=2, crs="EPSG:27700")
    >>> grid.shape, grid.bounds
    ((2, 3), (0.0, 0.0, 300.0, 200.0))
    """

    xmin: float
    ymin: float
    cell_size_m: float
    ncols: int
    nrows: int
    crs: CRS

    def __post_init__(self) -> None:
        crs = CRS.from_user_input(self.crs)
        problems = positive_problems(cell_size_m=self.cell_size_m)
        problems += integer_problems(1, ncols=self.ncols, nrows=self.nrows)
        problems += [
            f"{name} must be finite, not {value!r}."
            for name, value in (("xmin", self.xmin), ("ymin", self.ymin))
            if not math.isfinite(value)
        ]
        problems += crs_problems(crs, "grid's cells")
        raise_problems(arguments=problems)
        size = float(self.cell_size_m)
        _refuse_too_many((self.ncols - 1) * size, (self.nrows - 1) * size, size)
        object.__setattr__(self, "crs", crs)
        for name in ("xmin", "ymin", "cell_size_m"):
            object.__setattr__(self, name, float(getattr(self, name)))
        for name in ("ncols", "nrows"):
            object.__setattr__(self, name, int(getattr(self, name)))

    @classmethod
    def over(
        cls,
        frame_or_geometry: gpd.GeoDataFrame | gpd.GeoSeries | shapely.Geometry,
        cell_size_m: float,
        margin_m: float = 0.0,
        crs: Any = None,
    ) -> Self:
        """Return the grid over a frame or a geometry, with edges at multiples of the cell size.

        Grids of one cell size so made lie on one another, whatever they cover.

        Parameters
        ----------
        frame_or_geometry : GeoDataFrame, GeoSeries or shapely geometry
            What to cover.
        cell_size_m : float
            Side of a cell, in metres.
        margin_m : float
            How far to go beyond it on every side, in metres.
        crs : CRS, optional
            Needed for a bare geometry; a frame has its own.

        Returns
        -------
        Grid
            Every point of what was given lies in a cell, those on the upper edge included.

        Raises
        ------
        DataError
            If there is nothing to cover.
        ConfigError
            If the cell size or the margin is no length, or no CRS is known.

        Examples
        --------
        >>> Grid.over(shapely.box(120, 40, 310, 90), 100, crs="EPSG:27700").bounds
        (100.0, 0.0, 400.0, 100.0)
        """
        problems = positive_problems(cell_size_m=cell_size_m)
        if not (math.isfinite(margin_m) and margin_m >= 0):
            problems.append(f"margin_m must be 0 or more, not {margin_m!r}.")
        own = getattr(frame_or_geometry, "crs", None)
        if crs is None and own is None:
            problems.append("No CRS is known for the grid: give crs=, e.g. 'EPSG:27700'.")
        elif crs is not None and own is not None and own != CRS.from_user_input(crs):
            problems.append("crs= is not that of the frame: turn the frame with .to_crs first.")
        raise_problems(arguments=problems)
        if isinstance(frame_or_geometry, (gpd.GeoDataFrame, gpd.GeoSeries)):
            xmin, ymin, xmax, ymax = frame_or_geometry.total_bounds
        else:
            xmin, ymin, xmax, ymax = shapely.bounds(frame_or_geometry)
        if not np.isfinite([xmin, ymin, xmax, ymax]).all():
            raise DataError("There is nothing to lay a grid over: no row, or none with a geometry.")
        across, up = float(xmax - xmin + 2 * margin_m), float(ymax - ymin + 2 * margin_m)
        _refuse_too_many(across, up, cell_size_m)
        # A cell more than the extent has at least: a cell does not hold its upper edges.
        west = math.floor((xmin - margin_m) / cell_size_m) * cell_size_m
        south = math.floor((ymin - margin_m) / cell_size_m) * cell_size_m
        return cls(
            xmin=west,
            ymin=south,
            cell_size_m=cell_size_m,
            ncols=math.floor((xmax + margin_m - west) / cell_size_m) + 1,
            nrows=math.floor((ymax + margin_m - south) / cell_size_m) + 1,
            crs=CRS.from_user_input(own if crs is None else crs),
        )

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns, as of the values of a surface."""
        return self.nrows, self.ncols

    @property
    def bounds(self) -> tuple[float, float, float, float]:
        """West, south, east and north edge, in metres."""
        return (
            self.xmin,
            self.ymin,
            self.xmin + self.ncols * self.cell_size_m,
            self.ymin + self.nrows * self.cell_size_m,
        )

    @property
    def x(self) -> Floats:
        """Cell centres from west to east, shape (ncols,)."""
        return self.xmin + (np.arange(self.ncols, dtype=np.float64) + 0.5) * self.cell_size_m

    @property
    def y(self) -> Floats:
        """Cell centres from south to north, shape (nrows,)."""
        return self.ymin + (np.arange(self.nrows, dtype=np.float64) + 0.5) * self.cell_size_m

    @property
    def cell_area_km2(self) -> float:
        """Area of one cell in square kilometres."""
        return self.cell_size_m**2 / 1e6

    def cells_of(self, points: gpd.GeoDataFrame | gpd.GeoSeries) -> pd.Series:
        """Find the cell of each point, as row * ncols + column; -1 outside the grid.

        A point on an edge is in the cell to the east or north of it, so in one cell only.

        Parameters
        ----------
        points : GeoDataFrame or GeoSeries, n rows

        Returns
        -------
        Series of int, on the index of `points`

        Examples
        --------
        >>> corners = gpd.GeoSeries.from_xy([0, 100, 200, 300], [0, 0, 50, 0])
        >>> Grid(0, 0, 100, ncols=3, nrows=1, crs="EPSG:27700").cells_of(corners).tolist()
        [0, 1, 2, -1]
        """
        geometry = points.geometry
        col = np.floor((geometry.x.to_numpy() - self.xmin) / self.cell_size_m)
        row = np.floor((geometry.y.to_numpy() - self.ymin) / self.cell_size_m)
        inside = (col >= 0) & (col < self.ncols) & (row >= 0) & (row < self.nrows)
        cells = np.where(inside, row * self.ncols + col, -1).astype(np.int64)
        return pd.Series(cells, index=points.index, name="cell")

    def centres_within(self, area: shapely.Geometry) -> Bools:
        """Return which cells have their centre in an area.

        Parameters
        ----------
        area : Geometry
            In the CRS of the grid.

        Returns
        -------
        ndarray of bool, shape (nrows, ncols)
        """
        near = np.zeros(self.shape, dtype=bool)
        # Between the towns of a county lies most of its box: its cells are not asked one by one.
        for west, south, east, north in shapely.bounds(shapely.get_parts(area)):
            cols = slice(np.searchsorted(self.x, west), np.searchsorted(self.x, east, "right"))
            rows = slice(np.searchsorted(self.y, south), np.searchsorted(self.y, north, "right"))
            near[rows, cols] = True
        row, col = np.nonzero(near)
        shapely.prepare(area)
        near[row, col] = shapely.intersects_xy(area, self.x[col], self.y[row])
        return near

    def cells_with(self, *layers: gpd.GeoDataFrame | gpd.GeoSeries | None) -> Bools:
        """Return which cells hold a point of some layers or are crossed by a line of them.

        Parameters
        ----------
        *layers : GeoDataFrame or GeoSeries, optional
            In the CRS of the grid: burglaries, homes, streets. A line is followed in steps of a
            quarter of a cell: a cell of which it cuts less off a corner may be missed.

        Returns
        -------
        ndarray of bool, shape (nrows, ncols)

        Examples
        --------
        >>> line = gpd.GeoSeries([shapely.LineString([(50, 50), (250, 50)])])
        >>> Grid(0, 0, 100, ncols=4, nrows=1, crs="EPSG:27700").cells_with(line).tolist()
        [[True, True, True, False]]
        """
        held = np.zeros(self.nrows * self.ncols, dtype=bool)
        for layer in layers:
            if layer is None or not len(layer):
                continue
            stepped = shapely.segmentize(layer.geometry.to_numpy(), self.cell_size_m / 4)
            xy = shapely.get_coordinates(stepped)
            cells = self.cells_of(gpd.GeoSeries.from_xy(xy[:, 0], xy[:, 1])).to_numpy()
            held[cells[cells >= 0]] = True
        return held.reshape(self.shape)

    def surface(self, values: Floats, name: str = "surface", **attrs: Any) -> xr.DataArray:
        """Return values as a surface that names its CRS and its cells.

        Parameters
        ----------
        values : ndarray, shape (nrows, ncols)
        name : str
            What the values are; ``long_name`` among `attrs` is for people.
        **attrs : object
            What else the surface says of itself.

        Returns
        -------
        DataArray, dims ("y", "x")
        """
        return xr.DataArray(
            values,
            dims=("y", "x"),
            coords={"y": self.y, "x": self.x},
            name=name,
            attrs={"crs": self.crs.to_string(), "cell_size_m": self.cell_size_m, **attrs},
        )

    @classmethod
    def of(cls, surface: xr.DataArray) -> Self:
        """Return the grid of a surface, as its coordinates have it.

        Parameters
        ----------
        surface : DataArray
            As `surface` returns it, or any that `as_surface` takes.

        Returns
        -------
        Grid

        Raises
        ------
        DataError
            As of `as_surface`.

        Examples
        --------
        >>> grid = Grid(0, 0, 100, ncols=4, nrows=2, crs="EPSG:27700")
        >>> Grid.of(grid.surface(np.zeros((2, 4)))[::-1, 1:]).bounds
        (100.0, 0.0, 400.0, 200.0)
        """
        surface = as_surface(surface)
        size = surface.attrs["cell_size_m"]
        return cls(
            xmin=float(surface["x"][0]) - size / 2,
            ymin=float(surface["y"][0]) - size / 2,
            cell_size_m=size,
            ncols=surface.sizes["x"],
            nrows=surface.sizes["y"],
            crs=surface.attrs["crs"],
        )


def _refuse_too_many(across_m: float, up_m: float, cell_size_m: float) -> None:
    """Refuse a grid for which there is not the memory, before any is taken.

    Raises
    ------
    ConfigError
        With the cell size that fits.
    """

    def cells_of(size: float) -> float:
        # One more than each side for the cells at its edges. Python refuses what numpy calls inf.
        with np.errstate(over="ignore"):
            sides = np.array([across_m, up_m]) / size + 1
            return float(sides[0] * sides[1])

    cells = cells_of(cell_size_m)
    if cells <= _FEW_CELLS:
        return
    free = free_memory_bytes()
    most = max(free / _BYTES_PER_CELL, _FEW_CELLS)
    if cells <= most:
        return
    # The next of 1, 2, 5, 10, ... that fits.
    power = math.floor(math.log10(cell_size_m))
    sizes = (float(f"{digit}e{power}") for power in range(power, 300) for digit in (1, 2, 5))
    fit = next((size for size in sizes if size > cell_size_m and cells_of(size) <= most), math.inf)
    advice = f"take cells of {fit:g} m or more" if math.isfinite(fit) else "take far larger cells"
    raise ConfigError(
        f"Cells of {cell_size_m:g} m over {across_m / 1000:,.4g} by {up_m / 1000:,.4g} km are "
        f"{cells:.2g}, which need {cells * _BYTES_PER_CELL / 1e9:,.2g} GB of memory; "
        f"{free / 1e9:.1f} GB are free: {advice}, or a smaller area (is a point far from the "
        "others?)."
    )


def as_surface(surface: xr.DataArray, what: str = "surface") -> xr.DataArray:
    """Return a surface as its coordinates have it: south to north and west to east.

    A raster begins in the north, a clipped one elsewhere, a coarsened one has larger cells: what
    its cells are is read from the coordinates, never from their positions.

    Parameters
    ----------
    surface : DataArray
        Of numbers, with evenly spaced coordinates ``x`` and ``y`` of cell centres, in any order
        and direction; its CRS in a coordinate ``spatial_ref`` or in ``attrs["crs"]``. Further
        dimensions of one (a band) are left out, and what it names as no data is NaN.
    what : str
        What to call it.

    Returns
    -------
    DataArray, dims ("y", "x")
        With ``attrs["crs"]`` and ``attrs["cell_size_m"]``.

    Raises
    ------
    DataError
        If it is no surface, or its cells are not square and evenly spaced, or no CRS is known:
        every problem at once.
    """
    if problems := surface_problems(what, surface):
        raise DataError(problems)
    surface = surface.squeeze([dim for dim in surface.dims if dim not in ("y", "x")], drop=True)
    crs, size = _crs_of(surface), _spacing(surface)[0]
    surface = surface.transpose("y", "x").sortby(["y", "x"])
    missing = surface.attrs.get("_FillValue", surface.attrs.get("nodata"))
    if missing is not None and not pd.isna(missing):
        surface = surface.where(surface != missing)
    # Coordinates that a raster's reader adds would make surfaces of one grid unlike one another.
    surface = surface.reset_coords(drop=True)
    return surface.assign_attrs(crs=CRS.from_user_input(crs).to_string(), cell_size_m=size)


def surface_problems(what: str, surface: object) -> list[str]:
    """Return what keeps a surface from having cells that are known, in the words of its maker.

    Parameters
    ----------
    what : str
        What to call it.
    surface : object

    Returns
    -------
    list of str
    """
    if not isinstance(surface, xr.DataArray):
        return [f"The {what} must be an xarray.DataArray, not {type(surface).__name__}."]
    further = [dim for dim in surface.dims if dim not in ("y", "x") and surface.sizes[dim] > 1]
    if further or not {"y", "x"} <= set(surface.dims) or not {"y", "x"} <= set(surface.coords):
        return [
            f"The {what} must have the dimensions y and x, with the coordinates of cell centres, "
            f"not {', '.join(map(str, surface.dims))}."
        ]
    problems = []
    size, uneven = _spacing(surface)
    if uneven:
        problems.append(
            f"The cells of the {what} are not square and evenly spaced ({uneven}): bring it onto "
            "a grid of square cells first, for example with .interp or rioxarray's reproject."
        )
    elif not size > 0:
        problems.append(f"The {what} has one cell: its size must be in attrs['cell_size_m'].")
    if _crs_of(surface) is None:
        problems.append(
            f"The {what} names no CRS: set it with .assign_attrs(crs='EPSG:27700') or the like, "
            "or with rioxarray's write_crs."
        )
    return problems


def _crs_of(surface: xr.DataArray) -> Any:
    """Return the CRS that a surface names, None if it names none."""
    # Rioxarray writes it anew at every step, while attributes are carried along as they were.
    reference = surface.coords["spatial_ref"].attrs if "spatial_ref" in surface.coords else {}
    for attrs, key in ((reference, "crs_wkt"), (reference, "spatial_ref"), (surface.attrs, "crs")):
        if attrs.get(key) is not None:
            return attrs[key]
    return None


def _spacing(surface: xr.DataArray) -> tuple[float, str]:
    """Return the side of the cells, 0 if it is not known, and in words how they are uneven."""
    sides = []
    for dim in ("x", "y"):
        centres = np.sort(surface[dim].to_numpy().astype(np.float64))
        if len(centres) < 2:
            continue
        steps = np.diff(centres)
        side = float(centres[-1] - centres[0]) / len(steps)
        # Rasters keep coordinates in 32 bits at times: centimetres in the north of a country.
        if not (np.abs(steps - side) <= max(1e-3 * side, 1e-9)).all() or not side > 0:
            return 0.0, f"{dim} in steps of {steps.min():g} to {steps.max():g}"
        sides.append(side)
    if not sides:
        return float(surface.attrs.get("cell_size_m", 0.0)), ""
    if abs(sides[0] - sides[-1]) > 1e-3 * sides[0]:
        return 0.0, f"{sides[0]:g} by {sides[1]:g}"
    # A round number of metres is one, whatever the difference of two centres rounds to.
    return float(f"{sides[0]:.9g}"), ""
