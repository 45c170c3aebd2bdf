"""Where counts are higher than chance would have them: the Getis-Ord statistic Gi*."""

import math
from collections.abc import Sequence
from typing import Literal, NamedTuple

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely
from scipy import stats
from scipy.sparse import csr_matrix
from scipy.spatial import cKDTree

from hotspot._checks import (
    check_incidents_frame,
    choice_problems,
    positive_problems,
    share_problems,
)
from hotspot._errors import ConfigError
from hotspot._kernels.arrays import Bools, Floats, Ints
from hotspot._kernels.draws import chances_below
from hotspot.density.hotspot_outlines import cell_boxes
from hotspot.density.surface import Area, study_area
from hotspot.grid import Grid

Shape = Literal["square", "hexagon"]
# Centres of neighbours that share a corner lie this far apart at most, in cell sizes: of squares
# the diagonal, of hexagons the distance to all six.
_NEXT = {"square": math.sqrt(2), "hexagon": 1.0}
# Lets in by a hair the neighbours whose distance rounding may have made longer.
_HAIR = 1 + 1e-9
# What is rarer is not told apart: rounding in the tail of a distribution is of about its size.
_LEAST_P = 1e-9
# Corners of a hexagon from its centre, in half widths and thirds of the distance of rows.
_HEXAGON = np.array([[1, 1], [0, 2], [-1, 1], [-1, -1], [0, -2], [1, -1]])


class Cells(NamedTuple):
    """Cells of the study area, and for each those near it, itself included.

    Attributes
    ----------
    outlines : ndarray of Polygon, shape (n,)
        The cells.
    near : sparse matrix, shape (n, n)
        1 where two cells are near each other.
    cell_of : ndarray of int64, shape (incidents,)
        The cell of each incident; -1 outside.
    """

    outlines: npt.NDArray[np.object_]
    near: csr_matrix
    cell_of: Ints


def significant_hotspots(
    incidents: gpd.GeoDataFrame,
    grid: Grid | None = None,
    *,
    cell_size_m: float = 200.0,
    shape: Shape = "square",
    distance_m: float | None = None,
    within: Area | None = None,
    alpha: float = 0.05,
) -> gpd.GeoDataFrame:
    """Test cell by cell whether more incidents lie around it than chance would put there.

    Parameters
    ----------
    incidents : GeoDataFrame, n rows
        As `read_incidents` returns them.
    grid : Grid, optional
        Square cells. Default: over `within`, else over the incidents, in cells of `cell_size_m`.
    cell_size_m : float
        Side of a square, or distance between opposite sides of a hexagon.
    shape : {"square", "hexagon"}
        Shape of the cells.
    distance_m : float, optional
        Cells whose centres lie this near, included, count as around it. Default: those that touch
        it.
    within : GeoDataFrame, GeoSeries or shapely geometry, optional
        The study area: only cells with their centre inside it are tested and counted. Without
        one, empty country within the rectangle of the incidents counts as ground where none
        happened, and everything built up looks hot.
    alpha : float
        Share of false ones among the cells called hot or cold that is put up with.

    Returns
    -------
    GeoDataFrame
        A row per cell: ``crimes``, ``around`` (crimes in it and around it), ``expected`` of that,
        ``z`` (Gi*), ``p_value`` (two-sided), ``q_value`` (the `alpha` at which it would just
        count), ``hotspot_class`` ("hot", "cold", "neither"), ``geometry``.

    Raises
    ------
    DataError
        If the incidents are not in canonical shape, or `grid` or `within` is in another CRS.
    ConfigError
        If a parameter is out of range, or no cell has its centre in the study area.

    Notes
    -----
    ``z`` is the Gi* of the literature with weights of 1, as esda computes it. Its distribution is
    far from normal where most cells are empty or a few hold most, and the normal p-values then
    call single crimes hot. So `p_value` is that of the sum itself: of the counts of as many cells
    drawn at random from all that are not around this one (once each; where thousands of crimes lie
    around each of thousands of cells, with repetition, which calls less). Drawn from outside,
    because crimes around a cell must not raise the bar that they are held against: more crime is
    never less hot. Twice the smaller tail, and 1e-9 at least. `q_value` controls the false
    discovery rate after Benjamini and Hochberg; neighbouring tests share cells, which it allows
    for (positive dependence). Where counts are dealt out at random, some cell is called in at
    most about 5 of 100 sets, on sparse and on dense data.

    References
    ----------
    Ord, J. K. and Getis, A. (1995). Local spatial autocorrelation statistics. Geographical
    Analysis 27(4), 286-306.
    Benjamini, Y. and Hochberg, Y. (1995). Controlling the false discovery rate. Journal of the
    Royal Statistical Society B 57(1), 289-300.
    Caldas de Castro, M. and Singer, B. H. (2006). Controlling the false discovery rate: a new
    application to account for multiple and dependent tests in local statistics of spatial
    association. Geographical Analysis 38(2), 180-208.

    Examples
    --------
    >>> import pandas as pd
    >>> day = pd.to_datetime(["2025-06-01"] * 9)
    >>> frame = pd.DataFrame({"crime_ref": range(9), "occurred_from": day, "occurred_to": day})
    >>> points = gpd.points_from_xy([350, 450, 550] * 3, [350] * 3 + [450] * 3 + [550] * 3)
    >>> incidents = gpd.GeoDataFrame(frame, geometry=points, crs=27700)
    >>> cells = significant_hotspots(incidents, Grid(0, 0, 100, 10, 10, crs=27700))
    >>> cells.sort_values("z").iloc[-1][["around", "hotspot_class"]].to_dict()
    {'around': 9, 'hotspot_class': 'hot'}
    """
    cells = cells_for(
        incidents, grid, cell_size_m, shape, distance_m, within, share_problems(alpha=alpha)
    )
    counts = np.bincount(cells.cell_of[cells.cell_of >= 0], minlength=len(cells.outlines))
    tested = gi_star(counts, cells.near)
    # Benjamini and Hochberg hold for tests that share cells, as neighbours do (Caldas de Castro
    # and Singer 2006).
    q_value = stats.false_discovery_control(tested.p_value)
    sign = np.where(q_value <= alpha, np.sign(tested.z), 0).astype(int)
    tested_cells = gpd.GeoDataFrame(
        {
            "crimes": counts,
            "around": tested.around.astype(np.int64),
            "expected": tested.expected,
            "z": tested.z,
            "p_value": tested.p_value,
            "q_value": q_value,
            "hotspot_class": np.array(["neither", "hot", "cold"])[sign],
        },
        geometry=cells.outlines,
        crs=incidents.crs,
    )
    tested_cells.attrs.update(alpha=alpha, outside=int((cells.cell_of < 0).sum()))
    return tested_cells


def cells_near(centres: Floats, distance_m: float) -> csr_matrix:
    """Return which cells are near which, by the distance of their centres."""
    tree = cKDTree(centres)
    matrix = tree.sparse_distance_matrix(tree, distance_m, output_type="coo_matrix").tocsr()
    # Stored distances become weights of 1; a cell's own, 0, is kept among them.
    matrix.data[:] = 1.0
    return matrix


def cells_for(
    incidents: gpd.GeoDataFrame,
    grid: Grid | None,
    cell_size_m: float,
    shape: Shape,
    distance_m: float | None,
    within: Area | None,
    arguments: Sequence[str] = (),
    needs_rows: bool = False,
) -> Cells:
    """Return the cells of the study area, with what is near what."""
    problems = [*arguments, *positive_problems(cell_size_m=cell_size_m)]
    problems += choice_problems("shape", shape, tuple(_NEXT))
    problems += [] if distance_m is None else positive_problems(distance_m=distance_m)
    if grid is not None and shape == "hexagon":
        problems.append("A grid has square cells: for hexagons give cell_size_m.")
    check_incidents_frame(incidents, arguments=problems, needs_rows=needs_rows, grid=grid)
    area = study_area(within, incidents)
    size = cell_size_m if grid is None else grid.cell_size_m
    # Of cells whose centres are just so far apart rounding must not leave some out.
    reach = (_NEXT[shape] * size if distance_m is None else distance_m) * _HAIR
    if grid is None and shape == "square":
        covered = incidents if area is None else area
        grid = Grid.over(covered, size, crs=incidents.crs)
    if grid is not None:
        cells = _squares(incidents, grid, area, reach)
    else:
        cells = _hexagons(incidents, size, area, reach)
    if not len(cells.outlines):
        raise ConfigError("No cell has its centre in the study area: use smaller cells.")
    return cells


def _squares(
    incidents: gpd.GeoDataFrame, grid: Grid, area: shapely.Geometry | None, reach_m: float
) -> Cells:
    inside = np.ones(grid.shape, dtype=bool) if area is None else grid.centres_within(area)
    row, col = np.nonzero(inside)
    centres = np.stack([grid.x[col], grid.y[row]], axis=1)
    cell = grid.cells_of(incidents).to_numpy()
    return _cells(cell_boxes(grid, row, col), centres, reach_m, inside.ravel(), cell)


def _hexagons(
    incidents: gpd.GeoDataFrame, size: float, area: shapely.Geometry | None, reach_m: float
) -> Cells:
    """Return hexagons whose flat sides face east and west, in rows that interlock."""
    covered = incidents.total_bounds if area is None else np.array(shapely.bounds(area))
    row_height = size * math.sqrt(3) / 2
    first_col, last_col = np.floor(covered[[0, 2]] / size).astype(int)
    first_row, last_row = np.floor(covered[[1, 3]] / row_height).astype(int)
    # A row and a column more on every side: an incident at the edge may be nearest to a centre
    # beyond it.
    row, col = np.meshgrid(
        np.arange(first_row - 1, last_row + 2),
        np.arange(first_col - 1, last_col + 2),
        indexing="ij",
    )
    # In steps of half a hexagon's width and a third of the rows' distance, which are whole numbers
    # for centres and corners alike, so that neighbours meet without a gap.
    steps = np.stack([(2 * col + row % 2).ravel(), (3 * row).ravel()], axis=1)
    step_m = np.array([size / 2, row_height / 3])
    centres = steps * step_m
    geometry = incidents.geometry.to_numpy()
    points = np.stack([shapely.get_x(geometry), shapely.get_y(geometry)], axis=1)
    # A hexagon is all the ground that is nearer to its centre than to any other.
    cell = cKDTree(centres).query(points)[1] if len(points) else np.empty(0, dtype=np.int64)
    if area is None:
        inside = np.ones(len(centres), dtype=bool)
    else:
        shapely.prepare(area)
        inside = shapely.intersects_xy(area, centres)
    corners = (steps[inside][:, None, :] + _HEXAGON) * step_m
    outlines = np.asarray(shapely.polygons(corners), dtype=object)
    return _cells(outlines, centres[inside], reach_m, inside, cell)


def _cells(
    outlines: npt.NDArray[np.object_], centres: Floats, reach_m: float, inside: Bools, cell_of: Ints
) -> Cells:
    """Return the cells of the study area, numbered, with what is near each."""
    number = np.where(inside, np.cumsum(inside) - 1, -1)
    own = np.where(cell_of >= 0, number[cell_of], -1)
    near = cells_near(centres, reach_m) if len(centres) else csr_matrix((0, 0))
    return Cells(outlines, near, own)


class GiStar(NamedTuple):
    """Sums around each cell, what chance would have, and how far apart the two are."""

    around: Floats
    expected: Floats
    z: Floats
    p_value: Floats


def gi_star(counts: Ints, near: csr_matrix) -> GiStar:
    """Test the sum of the counts near each cell against draws from those that are not.

    Parameters
    ----------
    counts : ndarray of int64, shape (n,)
        By cell.
    near : sparse matrix, shape (n, n)
        1 where two cells are near each other, each to itself as well.

    Returns
    -------
    GiStar
        With z and p of 0 and 1 where no arrangement differs from another, and a p of 1 where
        fewer cells are far from a cell than near it: there is too little to compare it with.
    """
    n = len(counts)
    numbers = np.diff(near.indptr)
    around = np.asarray(near @ counts.astype(np.float64))
    expected = numbers * counts.mean()
    # The variance of Ord and Getis (1995) with weights of 1: of counts dealt out over the cells,
    # each as often as it is there.
    variance = numbers * (n - numbers) / max(n - 1, 1) * counts.var()
    varies = variance > 0
    z = np.where(varies, (around - expected) / np.sqrt(np.where(varies, variance, 1.0)), 0.0)
    lower, at_most = chances_below(counts, around.astype(np.int64), near.indptr, near.indices)
    # Twice the smaller tail, each with the sum itself: the two tails of whole counts differ.
    p_value = 2 * np.minimum(1 - lower, at_most)
    known = varies & np.isfinite(p_value)
    return GiStar(around, expected, z, np.where(known, p_value.clip(_LEAST_P, 1.0), 1.0))
