"""Where risk stays: kernel density in incidents per square kilometre per year, and hotspots."""

import math
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
import xarray as xr
from scipy import ndimage

from hotspot._checks import (
    check_incidents_frame,
    choice_problems,
    count,
    name_rows,
    positive_problems,
    same_crs_problems,
)
from hotspot._errors import ConfigError, DataError
from hotspot._kernels.density import quartic_sums
from hotspot.dates import AsOf, cutoff, event_times, resolution, years_between
from hotspot.grid import Grid

UNITS = "incidents per km² per year"
DEFAULT_BANDWIDTH_M = 400.0
# An eighth of the bandwidth a cell: the surface is smooth to the eye, and cells stay few.
_CELLS_PER_BANDWIDTH = 8


def kernel_density(
    incidents: gpd.GeoDataFrame,
    grid: Grid | None = None,
    bandwidth_m: float | None = None,
    kernel: str = "quartic",
    weights: str | pd.Series | None = None,
    within: gpd.GeoDataFrame | gpd.GeoSeries | shapely.Geometry | None = None,
    period: tuple[AsOf, AsOf] | None = None,
) -> xr.DataArray:
    """Smooth incidents into a surface of incidents per square kilometre per year.

    Parameters
    ----------
    incidents : GeoDataFrame, n rows
        As `read_incidents` gives them, in a projected CRS in metres. Dates known to the month are
        enough.
    grid : Grid, optional
        Where to give values. Default: over `within`, else over the incidents with a margin of
        one bandwidth, in cells of an eighth of the bandwidth.
    bandwidth_m : float, optional
        Radius of the kernel in metres, beyond which an incident counts nothing. Default: 400, the
        distance of the near-repeat rule.
    kernel : {"quartic"}
        ``3 / (pi h^2) (1 - d^2 / h^2)^2`` at distance d for bandwidth h, the usual one of crime
        maps.
    weights : str or Series, optional
        What each incident counts: a column of `incidents`, or a Series on their index. Default: 1.
    within : GeoDataFrame, GeoSeries or shapely geometry, optional
        The study area. Cells whose centre lies outside are NaN; incidents outside it still count
        towards the cells inside.
    period : (date, date), optional
        First and last day, both included: only incidents whose window has its middle in it count,
        and the values are per year of it. Default: from the first to the last day of the
        incidents, to the end of the last month where dates are months.

    Returns
    -------
    DataArray, dims ("y", "x")
        Values at cell centres. `attrs` names ``crs``, ``cell_size_m``, ``units``, ``kernel``,
        ``bandwidth_m``, ``period_first``, ``period_last``, ``period_years`` (of 365.25 days),
        ``incidents`` counted, ``weight_sum`` and ``resolution``.

    Raises
    ------
    DataError
        If the incidents are not in canonical shape, none is there to set a grid or a period, or a
        weight is missing, negative or infinite; every fault is told.
    ConfigError
        If a parameter is out of range or in another CRS.

    Notes
    -----
    The integral over the open plane, times the period in years, is the sum of the weights. Near
    the edge of the study area some of an incident's weight lies outside it. Values are exact to
    rounding and do not depend on the number of threads.

    References
    ----------
    Silverman, B. W. (1986). Density estimation for statistics and data analysis, section 4.2.
    Chainey, S., Tompson, L. and Uhlig, S. (2008). The utility of hotspot mapping for predicting
    spatial patterns of crime. Security Journal 21, 4-28.

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
    bandwidth = DEFAULT_BANDWIDTH_M if bandwidth_m is None else bandwidth_m
    problems = [*positive_problems(bandwidth_m=bandwidth)]
    problems += choice_problems("kernel", kernel, ("quartic",))
    if problems:
        raise ConfigError(problems)
    check_incidents_frame(incidents)
    area = _study_area(within, incidents)
    if grid is None:
        cell = bandwidth / _CELLS_PER_BANDWIDTH
        covered = incidents if area is None else gpd.GeoSeries([area], crs=incidents.crs)
        grid = Grid.over(covered, cell, margin_m=bandwidth if area is None else 0.0)
    elif grid.crs != incidents.crs:
        raise ConfigError(same_crs_problems(incidents, grid=grid))
    first, last = _period(incidents, period)
    years = years_between(first, last)
    times = event_times(incidents)
    counted = ((times >= first) & (times <= last)).to_numpy()
    weight = _weights(incidents, weights)[counted]
    points = incidents.geometry[counted]
    sums = quartic_sums(
        points.x.to_numpy(),
        points.y.to_numpy(),
        weight,
        (grid.xmin, grid.ymin),
        grid.cell_size_m,
        grid.shape,
        float(bandwidth),
    )
    values = sums * (1e6 / years)
    if area is not None:
        values[~grid.centres_within(area)] = np.nan
    return grid.surface(
        values,
        units=UNITS,
        kernel=kernel,
        bandwidth_m=float(bandwidth),
        period_first=f"{first:%Y-%m-%d}",
        period_last=f"{last:%Y-%m-%d}",
        period_years=years,
        incidents=int(counted.sum()),
        weight_sum=float(weight.sum()),
        resolution=resolution(incidents),
    )


def hotspots(
    surface: xr.DataArray,
    incidents: gpd.GeoDataFrame | None = None,
    area_share: float = 0.01,
) -> gpd.GeoDataFrame:
    """Outline the cells of highest density that make up a share of the study area.

    Parameters
    ----------
    surface : DataArray
        As `kernel_density` gives it.
    incidents : GeoDataFrame, optional
        Counted in each hotspot.
    area_share : float
        Share of the cells that are not NaN, above 0 and at most 1; the number of cells is
        round-half-up. Cells of density 0 never count.

    Returns
    -------
    GeoDataFrame
        A row per polygon of cells that share an edge, the highest peak first: ``rank`` (from 1),
        ``peak`` (in the units of the surface), ``area_km2``, ``area_share`` (of the study area);
        with incidents also ``crimes``, ``crime_share`` (of the incidents in the study area) and
        ``pai``, crime share over area share; ``geometry``. `attrs` says that the figures are
        in-sample: of the incidents that were mapped, no forecast.

    Raises
    ------
    ConfigError
        If `area_share` is out of range.
    DataError
        If the incidents are not in canonical shape or in another CRS.

    References
    ----------
    Chainey, S., Tompson, L. and Uhlig, S. (2008). The utility of hotspot mapping for predicting
    spatial patterns of crime. Security Journal 21, 4-28 (the prediction accuracy index, PAI).

    Examples
    --------
    >>> grid = Grid(0, 0, 100, ncols=10, nrows=1, crs="EPSG:27700")
    >>> surface = grid.surface(np.array([[0, 1, 5, 4, 0, 0, 7, 0, 0, 0.0]]))
    >>> hotspots(surface, area_share=0.3)[["rank", "peak", "area_share"]]
       rank  peak  area_share
    0     1   7.0         0.1
    1     2   5.0         0.2
    """
    if not (isinstance(area_share, (int, float)) and 0 < area_share <= 1):
        raise ConfigError(f"area_share must be above 0 and at most 1, not {area_share!r}.")
    grid = Grid.of(surface)
    values = surface.to_numpy()
    inside = ~np.isnan(values)
    labels, number = ndimage.label(_top_cells(values, inside, area_share))
    cells = np.bincount(labels.ravel(), minlength=number + 1)[1:]
    peaks = ndimage.maximum(values, labels, np.arange(1, number + 1))
    found = gpd.GeoDataFrame(
        {
            "peak": np.asarray(peaks, dtype=np.float64),
            "area_km2": cells * grid.cell_area_km2,
            "area_share": cells / max(int(inside.sum()), 1),
        },
        geometry=_outlines(grid, labels, cells),
        crs=grid.crs,
    )
    if incidents is not None:
        _count_crimes(found, grid, labels, inside, incidents)
    found = found.sort_values(["peak", "area_km2"], ascending=False, kind="stable")
    found = found.reset_index(drop=True)
    found.insert(0, "rank", np.arange(1, number + 1))
    found.attrs.update(area_share=float(area_share), in_sample=True)
    return found[[*found.columns.drop("geometry"), "geometry"]]


def _study_area(within: Any, incidents: gpd.GeoDataFrame) -> shapely.Geometry | None:
    if within is None or isinstance(within, shapely.Geometry):
        return within
    problems = same_crs_problems(incidents, within=within)
    if problems:
        raise ConfigError(problems)
    return shapely.union_all(within.geometry.to_numpy())


def _period(
    incidents: gpd.GeoDataFrame, period: tuple[AsOf, AsOf] | None
) -> tuple[pd.Timestamp, pd.Timestamp]:
    """First and last moment that count."""
    if period is not None:
        return pd.Timestamp(period[0]).normalize(), cutoff(pd.Timestamp(period[1]).normalize())
    if incidents.empty:
        raise DataError(
            "There are no incidents to tell the period from: give period=(first, last)."
        )
    times = event_times(incidents)
    first, last = times.min().normalize(), times.max().normalize()
    if resolution(incidents) == "month":
        last = last + pd.offsets.MonthEnd(0)
    return first, cutoff(last)


def _weights(
    incidents: gpd.GeoDataFrame, weights: str | pd.Series | None
) -> npt.NDArray[np.float64]:
    if weights is None:
        return np.ones(len(incidents))
    if isinstance(weights, str):
        if weights not in incidents.columns:
            raise ConfigError(f"The incidents have no column {weights!r} to weigh by.")
        weights = incidents[weights]
    elif not weights.index.equals(incidents.index):
        raise ConfigError("weights must have the index of the incidents.")
    values = np.asarray(pd.to_numeric(weights, errors="coerce"), dtype=np.float64)
    wrong = incidents.index[~(np.isfinite(values) & (values >= 0))]
    if len(wrong):
        raise DataError(
            f"{count(len(wrong), 'weight')} missing, negative or infinite ({name_rows(wrong)})."
        )
    return values


def _top_cells(
    values: npt.NDArray[np.float64], inside: npt.NDArray[np.bool_], area_share: float
) -> npt.NDArray[np.bool_]:
    """Mark the highest cells; of equal ones the more southern, then western, go first."""
    share = Decimal(str(area_share)) * int(inside.sum())
    number = int(share.quantize(Decimal(1), rounding=ROUND_HALF_UP))
    order = np.argsort(-np.where(inside, values, -math.inf), axis=None, kind="stable")
    top = np.zeros(values.shape, dtype=bool)
    top.flat[order[:number]] = True
    return top & inside & (values > 0)


def _outlines(
    grid: Grid, labels: npt.NDArray[np.int32], cells: npt.NDArray[np.int64]
) -> npt.NDArray[np.object_]:
    """Join the cells of each label; edges are worked out alike on both sides, so they meet."""
    rows, cols = np.nonzero(labels)
    x = grid.xmin + np.arange(grid.ncols + 1) * grid.cell_size_m
    y = grid.ymin + np.arange(grid.nrows + 1) * grid.cell_size_m
    boxes = shapely.box(x[cols], y[rows], x[cols + 1], y[rows + 1])
    by_label = np.argsort(labels[rows, cols], kind="stable")
    parts = np.split(boxes[by_label], np.cumsum(cells)[:-1]) if len(cells) else []
    outlines = np.empty(len(parts), dtype=object)
    outlines[:] = [shapely.coverage_union_all(part) for part in parts]
    return outlines


def _count_crimes(
    found: gpd.GeoDataFrame,
    grid: Grid,
    labels: npt.NDArray[np.int32],
    inside: npt.NDArray[np.bool_],
    incidents: gpd.GeoDataFrame,
) -> None:
    """Add the crimes of each hotspot, by cell, to the frame under construction."""
    check_incidents_frame(incidents)
    if grid.crs != incidents.crs:
        raise DataError(same_crs_problems(incidents, hotspots=grid))
    cell = grid.cells_of(incidents).to_numpy()
    cell = cell[cell >= 0]
    cell = cell[inside.flat[cell]]
    found["crimes"] = np.bincount(labels.flat[cell], minlength=len(found) + 1)[1:]
    found["crime_share"] = found["crimes"] / max(len(cell), 1)
    found["pai"] = found["crime_share"] / found["area_share"]
