"""Crimes for each household or person: a surface that a crowded estate does not win by its size."""

import math

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
import xarray as xr

from hotspot._checks import (
    choice_problems,
    frame_problems,
    positive_problems,
    raise_problems,
    same_crs_problems,
)
from hotspot._errors import ConfigError, DataError
from hotspot._kernels.arrays import Floats, Ints
from hotspot._kernels.density import KERNELS, kernel_sums
from hotspot.dates import AsOf, event_times, resolution
from hotspot.density.bandwidth_selection import BandwidthLike, bandwidth_and_reason
from hotspot.density.surface import Area, checked_points, grid_for, period_of, study_area
from hotspot.english import name_rows
from hotspot.geo import area_positions
from hotspot.grid import Grid, as_surface
from hotspot.incidents.offence_counts import of_homes


def rate_surface(
    incidents: gpd.GeoDataFrame,
    population: gpd.GeoDataFrame | xr.DataArray,
    grid: Grid | None = None,
    bandwidth_m: BandwidthLike | None = None,
    kernel: str = "quartic",
    *,
    column: str | None = None,
    within: Area | None = None,
    period: tuple[AsOf, AsOf] | None = None,
    per: float = 1000,
    shrink: float | None = None,
) -> xr.Dataset:
    """Compute incidents per 1,000 households and year, both smoothed alike.

    Parameters
    ----------
    incidents : GeoDataFrame, n rows
        As `read_incidents` returns them. Where ``offence_kind`` tells kinds apart and none was
        chosen by name, those of homes count; a warning tells the rest.
    population : GeoDataFrame or DataArray
        Households or people: addresses (points, 1 each or `column`), areas (polygons with a count
        in `column`, spread evenly over the cells with their centre in the area), or a surface of
        counts per cell on `grid`.
    grid, bandwidth_m, kernel, within, period
        As of `kernel_density`. Cells of a surface of counts are the default grid.
    column : str, optional
        Column of `population` that counts.
    per : float
        Households or people in the unit.
    shrink : float, optional
        How many households' worth of the overall rate each cell is given; 0 shrinks nothing.
        Default: worked out from how much the rates of separate blocks of ground vary beyond
        chance (Marshall 1991).

    Returns
    -------
    Dataset, dims ("y", "x")
        ``rate``, shrunk towards the overall rate; ``rate_unshrunk``; ``incidents`` and
        ``population``, the counts behind it: what lies around the cell, by its weight in the
        kernel, 1 at the centre and 0 at the bandwidth. NaN where nobody lives within the
        bandwidth and outside `within`. ``attrs["overall_rate"]``, ``attrs["shrink"]``,
        ``attrs["incidents_without_population"]``.

    Raises
    ------
    DataError
        If incidents or population are not in canonical shape or in another CRS, a count is
        missing or negative, a surface of counts is not on the grid, or nobody lives anywhere.
    ConfigError
        If a parameter is out of range.

    Notes
    -----
    Where few live, one burglary makes an enormous rate. The shrunk rate is
    ``(incidents + shrink * overall) / (population + shrink)``: the less there is behind a cell,
    the nearer it stays to the overall rate.

    References
    ----------
    Bithell, J. F. (1990). An application of density estimation to geographical epidemiology.
    Statistics in Medicine 9, 691-701.
    Marshall, R. J. (1991). Mapping disease and mortality rates using empirical Bayes estimators.
    Applied Statistics 40(2), 283-294.

    Examples
    --------
    >>> day = pd.to_datetime(["2025-06-01"])
    >>> frame = pd.DataFrame({"crime_ref": ["A"], "occurred_from": day, "occurred_to": day})
    >>> incidents = gpd.GeoDataFrame(frame, geometry=gpd.points_from_xy([50], [50]), crs=27700)
    >>> homes = gpd.GeoDataFrame(geometry=gpd.points_from_xy([50] * 40, [50] * 40), crs=27700)
    >>> year = ("2025-01-01", "2025-12-31")
    >>> rates = rate_surface(incidents, homes, Grid(0, 0, 100, 1, 1, crs=27700), period=year)
    >>> rates["rate"].values.round(1)
    array([[25.]])
    """
    incidents = of_homes(incidents)
    bandwidth, bandwidth_from = bandwidth_and_reason(bandwidth_m)
    problems = positive_problems(bandwidth_m=bandwidth, per=per)
    problems += choice_problems("kernel", kernel, tuple(KERNELS))
    if shrink is not None and not (math.isfinite(shrink) and shrink >= 0):
        problems.append(f"shrink must be 0 or more, not {shrink!r}.")
    crimes_x, crimes_y = checked_points(incidents, arguments=problems)
    bandwidth = float(bandwidth)
    area = study_area(within, incidents)
    if isinstance(population, xr.DataArray):
        population = as_surface(population, "surface of counts")
        grid = Grid.of(population) if grid is None else grid
    grid = grid_for(incidents, grid, bandwidth, area)
    x, y, people = _people(population, column, grid)
    if not people.sum() > 0:
        raise DataError("The population is 0 everywhere.")
    times = event_times(incidents)
    covered = period_of(times, resolution(incidents), period)
    counted = covered.holds(times)
    crimes = np.stack([crimes_x[counted], crimes_y[counted]])
    number = crimes.shape[1]
    # By the kernel's height at its centre, so that sums per square metre read as counts around a
    # cell; it drops out of the rate.
    centre = bandwidth**2 / KERNELS[kernel].peak
    settings = (grid.xmin, grid.ymin), grid.cell_size_m, grid.shape, bandwidth, kernel
    around = kernel_sums(crimes[0], crimes[1], np.ones(number), *settings) * centre
    behind = kernel_sums(x, y, people, *settings) * centre
    if shrink is None:
        # Blocks of two bandwidths share hardly any kernel, so their rates are nearly independent.
        shrink = _shrinkage(crimes, np.stack([x, y]), people, 2 * bandwidth)
    overall = number / float(people.sum())
    # Where nobody lives there is no rate, and not one of 0.
    populated = np.where(behind > 0, behind, np.nan)
    rate = _shrunk(around, populated, overall, float(shrink))
    shown = behind > 0 if area is None else (behind > 0) & grid.centres_within(area)
    per_year = per / covered.years
    units = f"incidents per {per:g} per year"
    values = {
        "rate": (rate * per_year, units),
        "rate_unshrunk": (around / populated * per_year, units),
        "incidents": (around, "incidents around"),
        "population": (behind, "population around"),
    }
    surfaces = {
        name: grid.surface(np.where(shown, of, np.nan), name, long_name=name, units=unit)
        for name, (of, unit) in values.items()
    }
    return xr.Dataset(
        surfaces,
        attrs={
            **surfaces["rate"].attrs,
            "kernel": kernel,
            "bandwidth_m": bandwidth,
            "bandwidth_from": bandwidth_from,
            **covered.attrs(),
            "overall_rate": overall * per_year,
            "shrink": float(shrink),
            "incidents_without_population": _nobody_near(grid, crimes, behind),
        },
    )


def _shrunk(around: Floats, populated: Floats, overall: float, shrink: float) -> Floats:
    """Compute rates as if so many more people with the overall rate lived around each cell."""
    # Chance explains all that the rates vary: everywhere is the overall rate.
    if shrink == math.inf:
        return np.full(around.shape, overall)
    return (around + shrink * overall) / (populated + shrink)


def _people(
    population: gpd.GeoDataFrame | xr.DataArray, column: str | None, grid: Grid
) -> tuple[Floats, Floats, Floats]:
    """Return where people live, as points with counts."""
    if isinstance(population, xr.DataArray):
        if Grid.of(population) != grid:
            raise DataError("The surface of counts is not on the grid.")
        counts = population.to_numpy().astype(np.float64)
        rows, cols = np.nonzero(np.nan_to_num(counts) != 0)
        return grid.x[cols], grid.y[rows], _checked(counts[rows, cols], pd.RangeIndex(len(rows)))
    raise_problems(frame_problems(population, "population", () if column is None else (column,)))
    raise_problems(same_crs_problems(population, grid=grid))
    geometry = population.geometry.to_numpy()
    is_point = (shapely.get_type_id(geometry) == shapely.GeometryType.POINT).all()
    if column is None:
        if not is_point:
            raise ConfigError("Areas need column=, the name of the column that counts.")
        counts = np.ones(len(population))
    else:
        numbers = pd.to_numeric(population[column], errors="coerce")
        counts = _checked(numbers.to_numpy(dtype=np.float64), population.index)
    if is_point:
        return shapely.get_x(geometry), shapely.get_y(geometry), counts
    return _spread(population, counts, grid)


def _checked(counts: Floats, labels: pd.Index) -> Floats:
    wrong = labels[~(np.isfinite(counts) & (counts >= 0))]
    if len(wrong):
        raise DataError(f"Counts are missing, negative or infinite ({name_rows(wrong)}).")
    return counts


def _spread(areas: gpd.GeoDataFrame, counts: Floats, grid: Grid) -> tuple[Floats, Floats, Floats]:
    """Share each area's count among the cells in it; one too small for any keeps it in a point.

    Cells go on beyond the grid as far as the areas do, or those at its edge would have too many.
    """
    whole = Grid.over(areas, grid.cell_size_m)
    step = grid.cell_size_m
    first_col = math.floor((whole.xmin - grid.xmin) / step)
    first_row = math.floor((whole.ymin - grid.ymin) / step)
    # In whole cells from the corner of the grid, so that centres fall exactly on its own.
    x = grid.xmin + (first_col + np.arange(whole.ncols + 1) + 0.5) * step
    y = grid.ymin + (first_row + np.arange(whole.nrows + 1) + 0.5) * step
    xs, ys = np.meshgrid(x, y)
    centres = np.asarray(shapely.points(xs.ravel(), ys.ravel()), dtype=object)
    area = area_positions(centres, areas, "area" if "area" in areas.columns else None)
    cell = np.flatnonzero(area >= 0)
    area = area[cell]
    cells = np.bincount(area, minlength=len(areas))
    # Nobody may be lost: their people would make the rates around too high.
    tiny = shapely.point_on_surface(areas.geometry.to_numpy()[cells == 0])
    return (
        np.concatenate([xs.ravel()[cell], shapely.get_x(tiny)]),
        np.concatenate([ys.ravel()[cell], shapely.get_y(tiny)]),
        np.concatenate([(counts / np.maximum(cells, 1))[area], counts[cells == 0]]),
    )


def _shrinkage(crimes: Floats, homes: Floats, people: Floats, block_m: float) -> float:
    """Compute how many people's worth of the overall rate to add, from separate blocks.

    What the rates of blocks vary beyond chance is the variance of true risk; the ratio of the
    mean to it is the strength of the prior. Infinite where chance explains all of it.
    """
    # Blocks of their own, apart from the cells: each cell's kernel reaches into its neighbours.
    corner = homes.min(axis=1, keepdims=True)

    def block(points: Floats) -> Ints:
        return np.asarray(np.floor((points - corner) / block_m), dtype=np.int64)

    blocks, number = np.unique(block(homes[:, people > 0]), axis=1, return_inverse=True)
    behind = np.bincount(number.ravel(), people[people > 0])
    number_of = dict(zip(map(tuple, blocks.T.tolist()), range(len(behind)), strict=True))
    at = [number_of[place] for place in map(tuple, block(crimes).T.tolist()) if place in number_of]
    counts = np.bincount(np.asarray(at, dtype=np.int64), minlength=len(behind))
    overall = counts.sum() / behind.sum()
    # Weighted by people, for a block of few says little of how true rates vary.
    spread = float(behind @ (counts / behind - overall) ** 2 / behind.sum())
    # Marshall (1991): the weighted variance of the rates, less what Poisson counts of such numbers
    # of people would vary by themselves.
    beyond = spread - overall / float(behind.mean())
    return float(overall / beyond) if beyond > 0 else math.inf


def _nobody_near(grid: Grid, crimes: Floats, behind: Floats) -> int:
    """Count the incidents on the grid in cells that nobody lives around."""
    points = gpd.GeoSeries(gpd.points_from_xy(*crimes), crs=grid.crs)
    cells = grid.cells_of(points).to_numpy()
    return int((behind.flat[cells[cells >= 0]] <= 0).sum())
