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

from hotspot._checks import crs_problems, integer_problems, positive_problems, raise_problems
from hotspot._errors import DataError
from hotspot._kernels.arrays import Bools, Floats


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
        shapely.prepare(area)
        x, y = np.meshgrid(self.x, self.y)
        return np.asarray(shapely.intersects_xy(area, x, y), dtype=bool)

    def surface(self, values: Floats, **attrs: Any) -> xr.DataArray:
        """Return values as a surface that names its CRS and its cells.

        Parameters
        ----------
        values : ndarray, shape (nrows, ncols)
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
            attrs={"crs": self.crs.to_string(), "cell_size_m": self.cell_size_m, **attrs},
        )

    @classmethod
    def of(cls, surface: xr.DataArray) -> Self:
        """Return the grid that a surface was made on.

        Parameters
        ----------
        surface : DataArray
            As of `surface`.

        Returns
        -------
        Grid
        """
        size = float(surface.attrs["cell_size_m"])
        return cls(
            xmin=float(surface["x"][0]) - size / 2,
            ymin=float(surface["y"][0]) - size / 2,
            cell_size_m=size,
            ncols=surface.sizes["x"],
            nrows=surface.sizes["y"],
            crs=surface.attrs["crs"],
        )
