"""The grid that density, forecast and backtest share."""

import re
import subprocess
import sys

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

import hotspot as hs
from hotspot import ConfigError, Grid
from hotspot import grid as grid_module
from hotspot._checks import free_memory_bytes
from tests.conftest import incidents_at


@given(
    st.lists(st.tuples(st.floats(-1e6, 1e6), st.floats(-1e6, 1e6)), min_size=1, max_size=20),
    st.sampled_from([0.5, 50, 333.3, 250]),
    st.sampled_from([0, 400, 123.4]),
)
def test_every_point_lies_in_a_cell_and_edges_are_multiples_of_the_size(spots, size, margin):
    x, y = np.array(spots).T
    if max(np.ptp(x), np.ptp(y)) / size > 5000:
        x, y = x / 1e4, y / 1e4
    incidents = incidents_at(x, y, np.zeros(len(x)))
    grid = hs.Grid.over(incidents, size, margin)
    assert (grid.cells_of(incidents) >= 0).all()
    assert grid.xmin / size == pytest.approx(round(grid.xmin / size), abs=1e-6)
    assert grid.bounds[0] <= x.min() - margin + 1e-6
    assert grid.bounds[3] >= y.max() + margin - 1e-6


def test_a_point_on_an_edge_belongs_to_the_east_and_north():
    grid = hs.Grid(0, 0, 100, 3, 2, "EPSG:27700")
    cells = grid.cells_of(incidents_at([100, 0, 300, 299, -1], [100, 0, 0, 199, 0], [0] * 5))
    assert cells.tolist() == [4, 0, -1, 5, -1]


def test_a_surface_gives_its_grid_back():
    grid = hs.Grid(100, 200, 12.5, 3, 2, "EPSG:27700")
    surface = grid.surface(np.zeros(grid.shape), units="none")
    assert hs.Grid.of(surface) == grid
    assert surface.dims == ("y", "x")
    assert surface.x.to_numpy().tolist() == [106.25, 118.75, 131.25]


def test_every_fault_is_told_at_once():
    with pytest.raises(hs.ConfigError) as caught:
        hs.Grid(np.nan, 0, -5, 0, 2, "EPSG:4326")
    assert len(caught.value.problems) == 4
    with pytest.raises(hs.ConfigError, match="No CRS"):
        hs.Grid.over(shapely.box(0, 0, 1, 1), 10)
    with pytest.raises(hs.DataError, match="nothing to lay a grid over"):
        hs.Grid.over(incidents_at([], [], []), 10)
    with pytest.raises(hs.ConfigError, match="not that of the frame"):
        hs.Grid.over(incidents_at([0], [0], [0]), 10, crs="EPSG:32631")


def test_cells_count_by_their_centres():
    grid = hs.Grid(0, 0, 100, 2, 2, "EPSG:27700")
    inside = grid.centres_within(shapely.box(0, 0, 50, 149))
    assert inside.tolist() == [[True, False], [False, False]]


@given(
    st.lists(
        st.tuples(*[st.integers(-4, 14)] * 2, *[st.integers(0, 6)] * 2), min_size=0, max_size=5
    )
)
def test_centres_in_an_area_of_many_parts_are_those_that_each_cell_is_asked_for(boxes):
    grid = Grid(-1.0, 0.0, 0.5, ncols=24, nrows=18, crs="EPSG:27700")
    shapes = [shapely.box(x / 2, y / 2, (x + w) / 2, (y + h) / 2) for x, y, w, h in boxes]
    x, y = np.meshgrid(grid.x, grid.y)
    for area in (shapely.union_all(shapes), shapely.GeometryCollection(shapes)):
        slow = shapely.intersects_xy(area, x, y)
        assert (grid.centres_within(area) == slow).all()


@pytest.mark.parametrize("cell_size_m", [0.01, 1e-6, 1e-300, 5e-324])
@pytest.mark.parametrize("extent_m", [20_000.0, 1e9, 1e300])
def test_cells_for_which_there_is_no_memory_are_told_with_the_size_that_fits(
    cell_size_m: float, extent_m: float
) -> None:
    area = shapely.box(400_000, 300_000, 400_000 + extent_m, 300_000 + extent_m)
    with pytest.raises(ConfigError, match="GB of memory") as raised:
        Grid.over(area, cell_size_m, crs="EPSG:27700")
    fits = re.search(r"take cells of (\S+) m or more", str(raised.value))
    if extent_m < 1e300:
        assert fits is not None
        fitting = Grid.over(area, float(fits[1]), crs="EPSG:27700")
        assert fitting.nrows > 1000


def test_a_long_strip_and_a_far_point_are_too_many_cells_too():
    for area in (
        shapely.box(0, 0, 1e9, 1),
        shapely.MultiPoint([(0, 0), (1e9, 1e9)]),
        shapely.box(0, 0, 1e9, 1e9),
    ):
        with pytest.raises(ConfigError, match="is a point far from the others"):
            Grid.over(area, 0.01, crs="EPSG:27700")
    with pytest.raises(ConfigError, match="GB of memory"):
        Grid(0, 0, 50, ncols=10**30, nrows=10**30, crs="EPSG:27700")


def test_less_memory_bears_fewer_cells(monkeypatch: pytest.MonkeyPatch) -> None:
    area = shapely.box(0, 0, 20_000, 20_000)
    assert Grid.over(area, 10, crs="EPSG:27700").ncols == 2001
    monkeypatch.setattr(grid_module, "free_memory_bytes", lambda: 600e6)
    with pytest.raises(ConfigError, match="take cells of 20 m or more"):
        Grid.over(area, 10, crs="EPSG:27700")
    assert Grid.over(area, 20, crs="EPSG:27700").ncols == 1001
    monkeypatch.setattr(grid_module, "free_memory_bytes", lambda: 0.0)
    assert Grid.over(area, 20.5, crs="EPSG:27700").ncols == 976


def test_the_memory_that_is_free_is_told():
    assert 1e7 < free_memory_bytes() < 1e15


@pytest.mark.skipif(sys.platform == "win32", reason="limits as POSIX has them")
def test_a_process_that_may_take_less_has_less():
    code = (
        "import resource; from hotspot._checks import free_memory_bytes as free\n"
        "resource.setrlimit(resource.RLIMIT_AS, (6 * 10**9, -1)); print(free())"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert float(done.stdout) < 6e9
