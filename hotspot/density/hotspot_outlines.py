"""Hotspots: the ground that stands out on a surface, outlined, ranked and counted."""

import math
from collections.abc import Sequence
from itertools import pairwise
from typing import Literal, NamedTuple, TypeAlias, cast

import contourpy
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
    integer_problems,
    is_number,
    raise_problems,
)
from hotspot._kernels.arrays import Bools, Floats, Ints
from hotspot.dates import cutoff, event_times
from hotspot.geo import area_positions, cells_in_share
from hotspot.grid import Grid, as_surface

# Points of each polygon, and where its outer ring and its holes begin among them.
_Rings: TypeAlias = tuple[list[Floats], list[npt.NDArray[np.uint32]]]

DEFAULT_AREA_SHARE = 0.01


def hotspots(
    surface: xr.DataArray,
    incidents: gpd.GeoDataFrame | None = None,
    area_share: float | None = None,
    *,
    threshold: float | None = None,
    count: int | None = None,
    method: Literal["cells", "smooth"] = "cells",
) -> gpd.GeoDataFrame:
    """Find where a surface is highest, and outline it.

    Parameters
    ----------
    surface : DataArray
        As `kernel_density` returns it.
    incidents : GeoDataFrame, optional
        Counted in each hotspot.
    area_share : float, optional
        Share of the cells that are not NaN, above 0 and at most 1; the number of cells is
        round-half-up. Cells of density 0 never count. Default: 0.01.
    threshold : float, optional
        Instead of a share: every cell of this value or above, in the units of the surface.
    count : int, optional
        Keep so many hotspots, those of the highest peak. There may be fewer.
    method : {"cells", "smooth"}
        Outlines along the edges of cells, or contours between their centres. Contours run at the
        value half-way between the lowest cell that counts and the highest that does not, and
        take in all cells of equal value, so the area may differ from the share by a little.

    Returns
    -------
    GeoDataFrame
        A row per polygon (of cells that share an edge), the highest peak first: ``rank`` (from 1),
        ``peak`` (in the units of the surface), ``area_km2``, ``area_share`` (of the study area);
        with incidents also ``crimes``, ``crime_share`` (of the incidents in the study area) and
        ``pai``, crime share over area share; ``geometry``. ``attrs["in_sample"]`` is False only
        where every incident is later than the period of the surface: else the PAI says how
        concentrated what was mapped is, and nothing of how well it predicts.

    Raises
    ------
    ConfigError
        If a parameter is out of range, or both a share and a threshold are given.
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
    problems = _problems(area_share, threshold, count, method)
    surface = as_surface(surface)
    grid = Grid.of(surface)
    if incidents is None:
        raise_problems(arguments=problems)
    else:
        check_incidents_frame(incidents, arguments=problems, surface=grid)
    values = surface.to_numpy()
    inside = ~np.isnan(values)
    if threshold is None:
        top = highest_cells(values, inside, area_share or DEFAULT_AREA_SHARE)
    else:
        # Ground where nothing happened is no hotspot, however low the threshold.
        top = inside & (np.nan_to_num(values) >= threshold) & (np.nan_to_num(values) > 0)
    shapes = _cell_spots(grid, top) if method == "cells" else _smooth_spots(grid, values, top)
    # Of a force's grid one cell in a hundred lies in a hotspot: the others need not be sorted.
    held = shapes.labels > 0
    nth = np.arange(1, len(shapes.outlines) + 1)
    peaks = ndimage.maximum(values[held], shapes.labels[held], nth) if held.any() else 0.0 * nth
    area_km2 = shapely.area(shapes.outlines) / 1e6
    spots = gpd.GeoDataFrame(
        {
            "peak": np.asarray(peaks, dtype=np.float64),
            "area_km2": area_km2,
            # The floor is against 0 / 0, where no cell has a value.
            "area_share": area_km2 / max(inside.sum() * grid.cell_area_km2, math.ulp(0)),
        },
        geometry=shapes.outlines,
        crs=grid.crs,
    )
    # Of equal peaks the larger first, and then as they stand: ranks must be the same every time.
    spots = spots.sort_values(["peak", "area_km2"], ascending=False, kind="stable")
    if incidents is not None:
        _count_crimes(spots, grid, shapes, inside, incidents)
    spots = spots.iloc[:count].reset_index(drop=True)
    spots.insert(0, "rank", np.arange(1, len(spots) + 1))
    spots.attrs.update(
        area_share=None if threshold is not None else float(area_share or DEFAULT_AREA_SHARE),
        threshold=threshold,
        method=method,
        chosen_on=_period_of(surface),
        in_sample=_in_sample(surface, incidents),
    )
    return spots[[*spots.columns.drop("geometry"), "geometry"]]


def _problems(
    area_share: float | None, threshold: float | None, count: int | None, method: str
) -> list[str]:
    problems = choice_problems("method", method, ("cells", "smooth"))
    if area_share is not None and not (is_number(area_share) and 0 < area_share <= 1):
        problems.append(f"area_share must be above 0 and at most 1, not {area_share!r}.")
    if threshold is not None and not (is_number(threshold) and math.isfinite(threshold)):
        problems.append(f"threshold must be a finite number, not {threshold!r}.")
    if area_share is not None and threshold is not None:
        problems.append("Give area_share or threshold, not both.")
    if count is not None:
        problems += integer_problems(1, count=count)
    return problems


class _Spots(NamedTuple):
    """Outlines, the cells with their centre in each (1 for the first, 0 for none), and the form."""

    outlines: npt.NDArray[np.object_]
    labels: npt.NDArray[np.int32]
    of_cells: bool


def highest_cells(values: Floats, inside: Bools, area_share: float) -> Bools:
    """Choose the highest cells; of equal ones the more southern, then western, go first.

    Parameters
    ----------
    values : ndarray of float64
    inside : ndarray of bool
        The cells of the study area: none of them is NaN.
    area_share : float
        Of these. Cells of 0 never count.
    """
    number = cells_in_share(area_share, int(inside.sum()))
    top = inside & (values > 0) & (number > 0)
    cells = np.flatnonzero(top)
    if len(cells) > number:
        heights = values.flat[cells]
        last = np.partition(heights, -number)[-number]
        # Of equal cells the same ones are chosen on every machine.
        equal = np.flatnonzero(heights == last)
        over = np.count_nonzero(heights >= last) - number
        top.flat[cells[heights < last]] = False
        top.flat[cells[equal[len(equal) - over :]]] = False
    return np.asarray(top)


def _cell_spots(grid: Grid, top: Bools) -> _Spots:
    # Cells that share an edge: those that meet in a corner only are two hotspots.
    labels, number = ndimage.label(top)
    cells = np.bincount(labels.ravel(), minlength=number + 1)[1:]
    rows, cols = np.nonzero(labels)
    by_label = np.argsort(labels[rows, cols], kind="stable")
    boxes = cell_boxes(grid, rows[by_label], cols[by_label])
    parts = np.split(boxes, np.cumsum(cells)[:-1]) if number else []
    outlines = [shapely.coverage_union_all(part) for part in parts]
    return _Spots(np.array(outlines, dtype=object), labels, True)


def cell_boxes(grid: Grid, rows: Ints, cols: Ints) -> npt.NDArray[np.object_]:
    """Return the square of each cell; edges are worked out alike on both sides, so they meet."""
    x = grid.xmin + np.arange(grid.ncols + 1) * grid.cell_size_m
    y = grid.ymin + np.arange(grid.nrows + 1) * grid.cell_size_m
    return np.asarray(shapely.box(x[cols], y[rows], x[cols + 1], y[rows + 1]), dtype=object)


def _smooth_spots(grid: Grid, values: Floats, top: Bools) -> _Spots:
    """Draw contours around the chosen cells, inside the study area."""
    labels = np.zeros(values.shape, dtype=np.int32)
    if not top.any():
        return _Spots(np.empty(0, dtype=object), labels, False)
    outside = np.isnan(values)
    lowest = float(values[top].min())
    # A contour cannot tell equal cells apart: all of them count.
    top = ~outside & (values >= lowest)
    # Half-way to the next lower cell, so that the contour parts the two whatever the units.
    level = (lowest + float(values[~outside & ~top].max(initial=0.0))) / 2
    # Beyond the border, whose height is unknown, the ground goes on as it ends; half a cell more
    # takes the contours from the centres of the border cells to their edges.
    nearest = ndimage.distance_transform_edt(outside, return_distances=False, return_indices=True)
    level_ground = np.pad(values[tuple(nearest)], 1, mode="edge")
    west, south, east, north = grid.bounds
    contours = contourpy.contour_generator(
        np.concatenate([[west], grid.x, [east]]),
        np.concatenate([[south], grid.y, [north]]),
        level_ground,
        fill_type="OuterOffset",
    )
    points, offsets = cast(_Rings, contours.filled(level, math.inf))
    outlines = [_polygon(*rings) for rings in zip(points, offsets, strict=True)]
    if outside.any():
        outlines = _clipped(outlines, grid, outside, top)
    return _labelled(outlines, grid, top, labels)


def _polygon(points: Floats, offsets: npt.NDArray[np.uint32]) -> shapely.Geometry:
    rings = [points[a:b] for a, b in pairwise(offsets)]
    return shapely.make_valid(shapely.Polygon(rings[0], rings[1:]))


def _clipped(
    outlines: Sequence[shapely.Geometry], grid: Grid, outside: Bools, top: Bools
) -> list[shapely.Geometry]:
    """Cut off what lies in cells outside the study area."""
    # Only what is near a chosen cell, where the contours are: a union of all the cells of a large
    # area takes seconds.
    near = ndimage.binary_dilation(top, np.ones((3, 3), dtype=bool), iterations=2)
    rows, cols = np.divmod(np.flatnonzero(near & ~outside), grid.ncols)
    area = shapely.coverage_union_all(cell_boxes(grid, rows, cols))
    parts = shapely.get_parts(shapely.intersection(outlines, area))
    return [part for part in parts if part.geom_type == "Polygon"]


def _labelled(
    outlines: Sequence[shapely.Geometry], grid: Grid, top: Bools, labels: npt.NDArray[np.int32]
) -> _Spots:
    """Select the outlines that hold the centre of a chosen cell, and number those cells."""
    rows, cols = np.nonzero(top)
    # An outline that crosses itself is made valid in several parts, each a hotspot of its own.
    parts = shapely.get_parts(np.array(outlines, dtype=object))
    centres = np.asarray(shapely.points(grid.x[cols], grid.y[rows]), dtype=object)
    which = area_positions(centres, parts)
    held, number = np.unique(which[which >= 0], return_inverse=True)
    labels[rows[which >= 0], cols[which >= 0]] = number + 1
    return _Spots(parts[held], labels, False)


def _count_crimes(
    spots: gpd.GeoDataFrame, grid: Grid, shapes: _Spots, inside: Bools, incidents: gpd.GeoDataFrame
) -> None:
    """Add the crimes of each hotspot to the frame under construction, best first."""
    cell = grid.cells_of(incidents).to_numpy()
    counted = (cell >= 0) & inside.flat[cell]
    if shapes.of_cells:
        # By their cells, as backtests count: a point on an edge is in the cell north-east of it.
        crimes = np.bincount(shapes.labels.flat[cell[counted]], minlength=len(spots) + 1)
        spots["crimes"] = crimes[1 + spots.index]
    else:
        points = incidents.geometry.to_numpy()[counted]
        number = area_positions(points, spots.geometry.to_numpy())
        spots["crimes"] = np.bincount(number[number >= 0], minlength=len(spots))
    spots["crime_share"] = spots["crimes"] / max(int(counted.sum()), 1)
    spots["pai"] = spots["crime_share"] / spots["area_share"]


def _period_of(surface: xr.DataArray) -> tuple[str, str] | None:
    """Return the first and last day of the crimes that a surface is of, where it names them."""
    first, last = (surface.attrs.get(f"period_{end}") for end in ("first", "last"))
    return None if first is None or last is None else (str(first), str(last))


def _in_sample(surface: xr.DataArray, incidents: gpd.GeoDataFrame | None) -> bool:
    """Return whether any of the incidents counted may have been mapped."""
    last = surface.attrs.get("period_last")
    if incidents is None or incidents.empty or last is None:
        return True
    return bool(event_times(incidents).min() <= cutoff(pd.Timestamp(last)))
