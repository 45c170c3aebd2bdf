"""Where counts are higher than chance: Gi* and its p-values."""

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

import hotspot as hs
from hotspot.density import significant_hotspots
from hotspot.density.significance import cells_for, gi_star
from tests import naive
from tests.conftest import incidents_at

# Frames without a row are among the awkward ones; what is said of them: tests/test_empty_frames.py.
pytestmark = pytest.mark.filterwarnings("ignore:The incidents are empty")

GRID = hs.Grid(0, 0, 100, ncols=7, nrows=5, crs="EPSG:27700")


def at_cells(counts, grid=GRID):
    rows, cols = np.indices(grid.shape)
    often = np.asarray(counts).ravel()
    x, y = np.repeat(grid.x[cols.ravel()], often), np.repeat(grid.y[rows.ravel()], often)
    return incidents_at(x, y, np.zeros(len(x)))


@settings(max_examples=30, deadline=None)
@given(
    st.lists(st.integers(0, 6), min_size=35, max_size=35).filter(lambda c: len(set(c)) > 1),
    st.sampled_from([None, 100.0, 230.0]),
)
def test_z_is_that_of_the_slow_twin(counts, distance_m):
    table = np.array(counts).reshape(5, 7)
    found = significant_hotspots(at_cells(table), GRID, distance_m=distance_m)
    expected = naive.gi_star(table.tolist(), 2**0.5 if distance_m is None else distance_m / 100)
    np.testing.assert_allclose(found["z"], np.ravel(expected), rtol=1e-9, atol=1e-9)
    assert found["crimes"].tolist() == table.ravel().tolist()


@pytest.mark.parametrize("shape", ["square", "hexagon"])
def test_z_is_that_of_esda(shape):
    esda = pytest.importorskip("esda")
    weights = pytest.importorskip("libpysal.weights")
    random = np.random.default_rng(1)
    incidents = incidents_at(*random.normal(3000, 600, (2, 900)), np.zeros(900))
    area = shapely.box(0, 0, 5900, 6100)
    found = significant_hotspots(incidents, cell_size_m=250, shape=shape, within=area)
    near = weights.Queen.from_dataframe(found, use_index=False, silence_warnings=True)
    theirs = esda.G_Local(
        found["crimes"].to_numpy().astype(float), near, transform="B", star=True, permutations=0
    )
    np.testing.assert_allclose(found["z"], theirs.Zs, rtol=1e-9, atol=1e-9)
    assert found["crimes"].sum() == len(incidents) - found.attrs["outside"]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("chance", "within"), [([0.75, 0.2, 0.04, 0.01], 1.4), ([0.992, 0.006, 0.002], 3)]
)
def test_p_values_are_those_of_a_simulation_where_most_cells_are_empty(chance, within):
    random = np.random.default_rng(2)
    counts = np.repeat(
        np.arange(len(chance), dtype=float), np.round(np.array(chance) * 1000).astype(int)
    )
    drawn = np.array([random.permutation(counts)[:9].sum() for _ in range(40_000)])
    numbers = np.full(1000, 9.0)
    for share in (0.05, 0.01, 0.002):
        around = np.quantile(drawn, 1 - share) + 1
        simulated = (drawn >= around).mean()
        tested = gi_star(counts, lambda _, value=around: np.full(1000, value), numbers)
        ratio = tested.p_value[0] / 2 / simulated
        assert 1 / within < ratio < within
        assert stats.norm.sf(tested.z[0]) < 0.5 * simulated


def test_single_crimes_in_an_empty_country_are_not_hot():
    random = np.random.default_rng(3)
    incidents = incidents_at(*random.uniform(0, 10_000, (2, 25)), np.zeros(25))
    found = significant_hotspots(incidents, hs.Grid(0, 0, 200, 50, 50, crs="EPSG:27700"))
    assert (found["hotspot_class"] == "neither").all()


@pytest.mark.slow
def test_few_false_ones_are_called_hot():
    called = 0
    for seed in range(20):
        random = np.random.default_rng(seed)
        incidents = incidents_at(*random.uniform(0, 4000, (2, 400)), np.zeros(400))
        found = significant_hotspots(incidents, hs.Grid(0, 0, 200, 20, 20, crs="EPSG:27700"))
        called += (found["hotspot_class"] != "neither").any()
    assert called <= 4


def test_a_real_cluster_is_found_on_squares_and_hexagons():
    random = np.random.default_rng(4)
    x = np.r_[random.uniform(0, 5000, 200), random.normal(1500, 150, 120)]
    y = np.r_[random.uniform(0, 5000, 200), random.normal(3500, 150, 120)]
    incidents = incidents_at(x, y, np.zeros(320))
    for shape in ("square", "hexagon"):
        found = significant_hotspots(incidents, shape=shape)
        hot = found[found["hotspot_class"] == "hot"]
        assert hot.union_all().contains(shapely.Point(1500, 3500))
        assert hot.union_all().area < 2e6
        assert found["crimes"].sum() == 320


def test_hexagons_tile_the_ground():
    incidents = incidents_at([0, 2000], [0, 1500], [0, 0])
    found = significant_hotspots(incidents, cell_size_m=130, shape="hexagon")
    assert found.area.sum() == pytest.approx(found.union_all().area, rel=1e-9)
    assert found.union_all().covers(shapely.box(0, 0, 2000, 1500))
    np.testing.assert_allclose(found.area, np.sqrt(3) / 2 * 130**2)
    # Inside, each has six neighbours and itself.
    cells = cells_for(incidents, None, 130, "hexagon", None, None)
    assert cells.numbers.max() == 7


def test_only_the_study_area_counts():
    incidents = incidents_at([50, 50, 650], [50, 50, 450], [0, 0, 0])
    area = gpd.GeoSeries([shapely.box(0, 0, 400, 500)], crs="EPSG:27700")
    found = significant_hotspots(incidents, GRID, within=area)
    assert len(found) == 20
    assert found.attrs["outside"] == 1
    assert found["around"].max() == 2


def test_nothing_is_significant_where_nothing_varies():
    found = significant_hotspots(at_cells(np.full((5, 7), 2)), GRID)
    assert (found["z"] == 0).all()
    assert (found["p_value"] == 1).all()
    none = significant_hotspots(incidents_at([], [], []), GRID)
    assert (none["hotspot_class"] == "neither").all()


@pytest.mark.parametrize("shape", ["square", "hexagon"])
def test_an_incident_on_the_edges_of_cells_counts_once(shape):
    x, y = np.meshgrid(np.arange(0, 601, 100), np.arange(0, 401, 100))
    incidents = incidents_at(x.ravel(), y.ravel(), np.zeros(x.size))
    cells = significant_hotspots(incidents, cell_size_m=100, shape=shape)
    assert cells["crimes"].sum() == x.size
    assert cells.hotspot_class.eq("neither").any(), "an attribute reaches the column"


def test_faults_are_told_at_once():
    with pytest.raises(hs.ConfigError) as caught:
        significant_hotspots(at_cells(np.ones((5, 7), int)), GRID, shape="hexagon", distance_m=-1)
    assert len(caught.value.problems) == 2
    with pytest.raises(hs.ConfigError, match="alpha"):
        significant_hotspots(at_cells(np.ones((5, 7), int)), GRID, alpha=1)
