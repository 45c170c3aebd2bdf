"""Where risk stays: kernel density in incidents per square kilometre and year."""

import itertools
import math
from collections.abc import Sequence
from concurrent.futures import Executor
from typing import Any, Literal, NamedTuple, TypeAlias

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
import xarray as xr

from hotspot._checks import (
    INCIDENT_COLUMNS,
    check_incidents_frame,
    choice_problems,
    empty_words,
    frame_problems,
    positive_problems,
    raise_problems,
    same_crs_problems,
)
from hotspot._errors import ConfigError, DataError
from hotspot._kernels.arrays import Bools, Floats
from hotspot._kernels.density import KERNELS, kernel_sums
from hotspot.dates import AsOf, cutoff, event_times, moment_of, resolution, years_between
from hotspot.density.bandwidth_selection import BandwidthLike, bandwidth_and_reason
from hotspot.english import count, name_rows
from hotspot.executors import executor_problems, finished_pieces
from hotspot.grid import Grid
from hotspot.output.progress_bars import progress_bar
from hotspot.tiling import PointIndex, tile_problems

Area: TypeAlias = gpd.GeoDataFrame | gpd.GeoSeries | shapely.Geometry
Per = Literal["year", "month", "week", "day", "period", "relative"]

UNITS = "incidents per km² per year"
# An eighth of the bandwidth a cell: the surface is smooth to the eye, and cells stay few.
CELLS_PER_BANDWIDTH = 8
_PER_YEAR = {"year": 1.0, "month": 12.0, "week": 365.25 / 7, "day": 365.25}


class Period(NamedTuple):
    """First and last moment that count, and the years between them."""

    first: pd.Timestamp
    last: pd.Timestamp
    years: float

    def holds(self, times: pd.Series) -> Bools:
        """Return which of the times lie in it, both ends included."""
        return ((times >= self.first) & (times <= self.last)).to_numpy()

    def attrs(self) -> dict[str, Any]:
        """Return what a surface says of its period."""
        days = {"period_first": f"{self.first:%Y-%m-%d}", "period_last": f"{self.last:%Y-%m-%d}"}
        return {**days, "period_years": self.years}


def kernel_density(
    incidents: gpd.GeoDataFrame,
    grid: Grid | None = None,
    bandwidth_m: BandwidthLike | None = None,
    kernel: str = "quartic",
    weights: str | pd.Series | None = None,
    within: Area | None = None,
    period: tuple[AsOf, AsOf] | None = None,
    *,
    edge_correction: bool = False,
    per: Per = "year",
    executor: Executor | None = None,
    tile_m: float | None = None,
) -> xr.DataArray:
    """Compute a smooth surface of incidents per square kilometre per year.

    Parameters
    ----------
    incidents : GeoDataFrame, n rows
        As `read_incidents` returns them, in a projected CRS in metres. Dates known to the month are
        enough.
    grid : Grid, optional
        Where values are computed. Default: over `within`, else over the incidents with a margin of
        one bandwidth, in cells of an eighth of the bandwidth.
    bandwidth_m : float or Bandwidth, optional
        Radius of the kernel in metres, beyond which an incident counts nothing; of the Gaussian
        its standard deviation. Also what `select_bandwidth` or `choose_bandwidth` returns, or
        anything else with a ``bandwidth_m``. Default: the distance of the near-repeat rule.
    kernel : {"quartic", "epanechnikov", "triweight", "uniform", "triangular", "cone", "gaussian"}
        With u for distance over bandwidth: ``(1 - u^2)^2``, ``1 - u^2``, ``(1 - u^2)^3``, 1 up to
        the bandwidth, included, and ``1 - u`` (a cone, its other name), each over its volume. The
        Gaussian is 0 from 7.43 standard deviations on: a mass of 1e-12 is left out.
    weights : str or Series, optional
        What each incident counts: a column of `incidents`, or a Series on their index, such as
        `harm_weights` or `aoristic_weights` return. Default: 1.
    within : GeoDataFrame, GeoSeries or shapely geometry, optional
        The study area. Cells whose centre lies outside are NaN; incidents outside it still count
        towards the cells inside.
    period : (date, date), optional
        First and last day, both included: only incidents whose window has its middle in it count,
        and the values are per year of it. Default: from the first to the last day of the
        incidents, to the end of the last month where dates are months.
    edge_correction : bool
        Divide by the part of the kernel's mass that lies in `within`, and leave out incidents
        outside: for areas beyond whose border nothing is known.
    per : {"year", "month", "week", "day", "period", "relative"}
        What the incidents are counted per; "relative" gives shares of the highest value.
    executor : concurrent.futures.Executor, optional
        Runs the tiles: threads, processes, or the workers of a cluster. Default: one after the
        other.
    tile_m : float, optional
        Side of tiles in metres, in whole cells, each summed with a halo as wide as the kernel. The
        values are those of no tiles, to the last bit. Default: none.

    Returns
    -------
    DataArray, dims ("y", "x")
        Values at cell centres. `attrs` names ``crs``, ``cell_size_m``, ``units``, ``kernel``,
        ``bandwidth_m`` and ``bandwidth_from``, ``period_first``, ``period_last``,
        ``period_years`` (of 365.25 days), ``incidents`` counted, ``weight_sum``, ``weights``,
        ``edge_correction`` and ``resolution``.

    Raises
    ------
    DataError
        If the incidents are not in canonical shape, none is there to set a grid or a period, a
        weight is missing, negative or infinite, or `grid` or `within` is in another CRS.
    ConfigError
        If a parameter is out of range.

    Notes
    -----
    The integral over the open plane, times the period in years, is the sum of the weights. Near
    the edge of the study area some of an incident's weight lies outside it; `edge_correction`
    makes up for it. Values are exact to rounding and do not depend on the order of the rows or
    the number of threads.

    References
    ----------
    Silverman, B. W. (1986). Density estimation for statistics and data analysis, section 4.2.
    Chainey, S., Tompson, L. and Uhlig, S. (2008). The utility of hotspot mapping for predicting
    spatial patterns of crime. Security Journal 21, 4-28.
    Jones, M. C. (1993). Simple boundary correction for kernel density estimation. Statistics and
    Computing 3, 135-146.

    Examples
    --------
    >>> frame = pd.DataFrame({"crime_ref": ["A"], "occurred_from": pd.to_datetime(["2025-06-01"])})
    >>> frame["occurred_to"] = frame["occurred_from"]
    >>> incidents = gpd.GeoDataFrame(frame, geometry=gpd.points_from_xy([50], [50]), crs=27700)
    >>> grid = Grid(0, 0, 100, ncols=3, nrows=1, crs=27700)
    >>> surface = kernel_density(incidents, grid, 200, period=("2025-01-01", "2025-12-31"))
    >>> surface.values.round(3)
    array([[23.89 , 13.438,  0.   ]])
    """
    bandwidth, bandwidth_from = bandwidth_and_reason(bandwidth_m)
    problems = [
        *positive_problems(bandwidth_m=bandwidth),
        *choice_problems("kernel", kernel, tuple(KERNELS)),
        *choice_problems("per", per, (*_PER_YEAR, "period", "relative")),
    ]
    if edge_correction and within is None:
        problems.append("edge_correction needs the study area: give within=.")
    problems += executor_problems(executor) + tile_problems(tile_m, executor)
    x, y = checked_points(incidents, arguments=problems)
    area = study_area(within, incidents)
    grid = grid_for(incidents, grid, float(bandwidth), area)
    times = event_times(incidents)
    dates = resolution(incidents)
    covered = period_of(times, dates, period)
    counted = covered.holds(times)
    # Beyond the border nothing is known, so what was recorded there is no sample of it.
    if edge_correction:
        counted = counted & shapely.intersects_xy(area, x, y)
    weight = weights_of(incidents, weights)[counted]
    points = x[counted], y[counted], weight
    ground = _Ground((grid.xmin, grid.ymin), grid.cell_size_m, float(bandwidth), kernel)
    if tile_m is None:
        values = _sums(ground, *points, grid.shape)
    else:
        values = _sums_in_tiles(ground, points, grid.shape, float(tile_m), executor)
    if area is not None:
        values[~grid.centres_within(area)] = np.nan
    if edge_correction and area is not None:
        values /= mass_inside(grid, area, float(bandwidth), kernel)
    what = "incidents" if weights is None else "weighted incidents"
    return grid.surface(
        _scaled(values, covered.years, per),
        name="density",
        long_name=f"density of {what}",
        units=_units(what, per),
        kernel=kernel,
        bandwidth_m=float(bandwidth),
        bandwidth_from=bandwidth_from,
        **covered.attrs(),
        incidents=int(counted.sum()),
        # Exact, so that it does not turn on the order of the rows.
        weight_sum=math.fsum(weight),
        weights=_weights_name(weights),
        edge_correction=bool(edge_correction),
        resolution=dates,
    )


class _Ground(NamedTuple):
    """What the sums of every tile of a grid go by."""

    corner: tuple[float, float]
    cell_m: float
    bandwidth_m: float
    kernel: str


def _sums(
    ground: _Ground,
    x: Floats,
    y: Floats,
    weight: Floats,
    shape: tuple[int, int],
    first: tuple[int, int] = (0, 0),
) -> Floats:
    """Sum kernels at so many cells from the first on, as of `kernel_sums`."""
    return kernel_sums(x, y, weight, *ground[:2], shape, *ground[2:], first=first)


def _sums_in_tiles(
    ground: _Ground,
    points: tuple[Floats, Floats, Floats],
    shape: tuple[int, int],
    tile_m: float,
    executor: Executor | None,
) -> Floats:
    """Sum kernels tile by tile: each is a block of cells, and is given the points in its reach."""
    side = max(round(tile_m / ground.cell_m), 1)
    (west, south), cell = ground.corner, ground.cell_m
    # A cell more than the kernel reaches: what is too far adds exactly 0.
    halo = KERNELS[ground.kernel].radius * ground.bandwidth_m + cell
    index = PointIndex(points[0], points[1], side * cell)
    values = np.zeros(shape)
    pieces: list[tuple[Any, ...]] = []
    for row, col in itertools.product(range(0, shape[0], side), range(0, shape[1], side)):
        size = min(side, shape[0] - row), min(side, shape[1] - col)
        at = index.box(
            west + col * cell - halo, south + row * cell - halo,
            west + (col + size[1]) * cell + halo, south + (row + size[0]) * cell + halo,
        )  # fmt: skip
        if len(at):
            pieces.append((*(column[at] for column in points), size, (row, col)))
    with progress_bar(len(pieces), "Tiles of the surface") as bar:
        for number, sums in finished_pieces(_sums, ground, pieces, executor, "Kernel density"):
            (rows, cols), (row, col) = pieces[number][3:]
            values[row : row + rows, col : col + cols] = sums
            bar.update(1)
    return values


def checked_points(
    incidents: gpd.GeoDataFrame, *data: str, arguments: Sequence[str] = ()
) -> tuple[Floats, Floats]:
    """Check incidents as `check_incidents_frame` does, and return their coordinates.

    Reading them out of the geometries takes longer than the sums, so it is done once; whatever
    is wrong is left to the full check to put into words.
    """
    if data or arguments or frame_problems(incidents, "incidents", INCIDENT_COLUMNS):
        check_incidents_frame(incidents, *data, arguments=arguments)
    geometry = incidents.geometry.to_numpy()
    # Of anything but a point that is there, these are NaN.
    x, y = shapely.get_x(geometry), shapely.get_y(geometry)
    times = [incidents[name] for name in INCIDENT_COLUMNS if name.startswith("occurred")]
    sound = np.isfinite(x).all() and np.isfinite(y).all()
    if not sound or any(
        not pd.api.types.is_datetime64_dtype(dates) or dates.hasnans for dates in times
    ):
        check_incidents_frame(incidents)
    return x, y


def study_area(within: Area | None, incidents: gpd.GeoDataFrame) -> shapely.Geometry | None:
    """Return the study area as one geometry."""
    if within is None or isinstance(within, shapely.Geometry):
        return within
    raise_problems(same_crs_problems(incidents, **{"study area": within}))
    return shapely.union_all(within.geometry.to_numpy())


def grid_for(
    incidents: gpd.GeoDataFrame,
    grid: Grid | None,
    bandwidth_m: float,
    area: shapely.Geometry | None,
) -> Grid:
    """Return the grid that was asked for, or one that suits the bandwidth."""
    if grid is None:
        cell = bandwidth_m / CELLS_PER_BANDWIDTH
        if area is None:
            return Grid.over(incidents, cell, margin_m=bandwidth_m)
        return Grid.over(area, cell, crs=incidents.crs)
    if not isinstance(grid, Grid):
        raise ConfigError(f"grid must be a hotspot.Grid, not {type(grid).__name__}.")
    raise_problems(same_crs_problems(incidents, grid=grid))
    return grid


def period_of(times: pd.Series, dates: str, period: tuple[AsOf, AsOf] | None) -> Period:
    """Return the period that was asked for, or the whole days (or months) of the incidents."""
    if period is not None:
        first = moment_of(period[0], "period").normalize()
        last = cutoff(moment_of(period[1], "period").normalize())
        return Period(first, last, years_between(first, last))
    if times.empty:
        raise DataError(f"{empty_words()} To set the period of none, give period=(first, last).")
    first, last = times.min().normalize(), times.max().normalize()
    # Months are written as their first day, and the last of them runs to its end.
    if dates == "month":
        last = last + pd.offsets.MonthEnd(0)
    return Period(first, cutoff(last), years_between(first, last))


def weights_of(incidents: gpd.GeoDataFrame, weights: str | pd.Series | None) -> Floats:
    """Return what each incident counts, checked."""
    if weights is None:
        return np.ones(len(incidents))
    if isinstance(weights, str):
        raise_problems(frame_problems(incidents, "incidents", (weights,)))
        weights = incidents[weights]
    elif not weights.index.equals(incidents.index):
        raise DataError("The weights must have the index of the incidents.")
    values = np.asarray(pd.to_numeric(weights, errors="coerce"), dtype=np.float64)
    wrong = incidents.index[~(np.isfinite(values) & (values >= 0))]
    if len(wrong):
        raise DataError(
            f"{count(len(wrong), 'weight')} missing, negative or infinite ({name_rows(wrong)})."
        )
    return values


def mass_inside(grid: Grid, area: shapely.Geometry, bandwidth_m: float, kernel: str) -> Floats:
    """Compute the share of the kernel's mass around each cell that lies in an area.

    Summed over cell centres: exactly 1 where all of them are inside, 0 where none is.
    """
    # A margin as wide as the kernel, or the mass beyond the grid would be missing from its edge.
    reach = math.ceil(KERNELS[kernel].radius * bandwidth_m / grid.cell_size_m)
    margin = reach * grid.cell_size_m
    wider = Grid(
        grid.xmin - margin, grid.ymin - margin, grid.cell_size_m,
        grid.ncols + 2 * reach, grid.nrows + 2 * reach, grid.crs,
    )  # fmt: skip
    # In whole cells from the corner, so that every cell is summed in the same way.
    inside = wider.centres_within(area)

    def sums(cells: Bools, shape: tuple[int, int]) -> Floats:
        row, col = (np.asarray(at, dtype=np.float64) for at in np.nonzero(cells))
        return kernel_sums(
            col - reach + 0.5, row - reach + 0.5, np.ones(len(row)), (0.0, 0.0), 1.0, shape,
            bandwidth_m / grid.cell_size_m, kernel,
        )  # fmt: skip

    whole = sums(np.ones((2 * reach + 1, 2 * reach + 1), dtype=bool), (1, 1))[0, 0]
    # Rounding may leave a hair more than all of it inside.
    return np.asarray(np.minimum(sums(inside, grid.shape) / whole, 1.0))


def _scaled(values: Floats, years: float, per: str) -> Floats:
    """Convert sums per square metre, in place, to the units asked for."""
    if per == "relative":
        # Where nothing happened, a surface of 0 stays one: no division by 0.
        highest = float(np.nanmax(values, initial=0.0))
        values /= highest or 1.0
    else:
        # Sums are per square metre; a million of these are a square kilometre.
        values *= 1e6 if per == "period" else 1e6 / (years * _PER_YEAR[per])
    return values


def _units(what: str, per: str) -> str:
    if per == "relative":
        return "share of the highest density"
    return f"{what} per km² in the period" if per == "period" else f"{what} per km² per {per}"


def _weights_name(weights: Any) -> str:
    if weights is None:
        return "none"
    return weights if isinstance(weights, str) else str(weights.name or "a series")
