"""Where counts are higher than chance: Gi* and its p-values."""

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

import hotspot as hs
from hotspot._kernels import draws
from hotspot.density import significant_hotspots
from hotspot.density.significance import cells_for, cells_near, gi_star
from tests import naive
from tests.conftest import incidents_at

# Frames without a row are among the awkward ones; what is said of them: tests/test_empty_frames.py.
pytestmark = pytest.mark.filterwarnings("ignore:The incidents are empty")

GRID = hs.Grid(0, 0, 100, ncols=7, nrows=5, crs="EPSG:27700")


def lattice(rows, cols, reach):
    row, col = np.indices((rows, cols)).reshape(2, -1).astype(float)
    return cells_near(np.stack([col, row], axis=1), reach)


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


@settings(max_examples=25, deadline=None)
@given(st.lists(st.integers(0, 4), min_size=12, max_size=12), st.sampled_from([1.0, 1.5]))
def test_p_values_are_those_of_the_slow_twin(counts, reach):
    near = lattice(3, 4, reach)
    tested = gi_star(np.array(counts), near)
    expected = naive.gi_star_p_values(counts, [row.indices.tolist() for row in near])
    np.testing.assert_allclose(tested.p_value, expected, rtol=1e-6)


@pytest.mark.slow
@pytest.mark.parametrize(
    "counts",
    [
        np.r_[np.zeros(750), np.ones(200), np.full(40, 2), np.full(10, 3)],
        np.r_[np.zeros(992), np.ones(6), np.full(2, 2)],
        np.r_[np.random.default_rng(1).poisson(1.3, 988), np.full(12, 30)],
        np.r_[np.random.default_rng(1).poisson(6, 999), 300],
    ],
    ids=["sparse", "nearly empty", "dense with a dozen of 30", "dense with a giant"],
)
@pytest.mark.parametrize("reach", [1.5, 5.0])
def test_tails_are_those_of_a_million_draws(counts, reach):
    random = np.random.default_rng(2)
    near = lattice(25, 40, reach)
    dealt = random.permutation(counts.astype(np.int64))
    tested = gi_star(dealt, near)
    order = np.argsort(tested.p_value)
    for cell in order[[0, 10, 500]]:
        members = near[cell].indices
        far = np.r_[np.delete(dealt, members), 1]
        often = np.bincount(far)
        drawn = random.multivariate_hypergeometric(
            often, len(members), size=1_000_000, method="marginals"
        )
        sums = drawn @ np.arange(len(often))
        around = dealt[members].sum()
        simulated = 2 * min((sums >= around).mean(), (sums <= around).mean())
        noise = 4 * np.sqrt(2 * simulated / 1e6)
        assert tested.p_value[cell] == pytest.approx(min(simulated, 1.0), abs=noise + 4e-6)


def test_what_is_drawn_twice_makes_extremes_more_probable_never_less(monkeypatch):
    counts = np.random.default_rng(2).permutation(np.r_[np.repeat([0, 1, 2, 5], 30), 9])
    near = lattice(11, 11, 3)
    exact = gi_star(counts, near).p_value
    monkeypatch.setattr(draws, "_MOST_TERMS", 0)
    repeated = gi_star(counts, near).p_value
    extreme = exact < 0.2
    assert (repeated[extreme] >= exact[extreme]).all()
    np.testing.assert_allclose(repeated, exact, atol=0.15)


@pytest.mark.slow
@pytest.mark.parametrize(
    "counts",
    [
        np.r_[np.random.default_rng(1).poisson(1.3, 1588), np.full(12, 30)],
        np.random.default_rng(1).poisson(0.05, 1600),
        np.random.default_rng(1).poisson(8, 1600),
    ],
    ids=["dense with a dozen of 30", "sparse", "dense"],
)
def test_where_counts_are_dealt_out_at_random_few_sets_have_a_cell_called(counts):
    near, random = lattice(40, 40, 1.5), np.random.default_rng(3)
    called = sum(
        (
            stats.false_discovery_control(gi_star(random.permutation(counts), near).p_value) <= 0.05
        ).any()
        for _ in range(2000)
    )
    assert called <= 0.06 * 2000


def test_more_crime_is_never_less_hot():
    random = np.random.default_rng(1)
    quiet = random.integers(0, 2, (20, 20))
    grid, p_values = hs.Grid(0, 0, 100, 20, 20, crs="EPSG:27700"), []
    for crimes in (0, 2, 4, 80, 320, 3000):
        table = quiet.copy()
        table[10, 10] += crimes
        found = significant_hotspots(at_cells(table, grid), grid)
        p_values.append(found["p_value"][210])
        if crimes >= 80:
            hot = found["hotspot_class"] == "hot"
            assert hot[210]
            assert hot.sum() <= 9
            assert (found["hotspot_class"] != "cold").all()
    assert p_values == sorted(p_values, reverse=True)


def test_quiet_cells_of_a_busy_town_are_not_cold():
    random = np.random.default_rng(5)
    counts = np.r_[random.poisson(1.3, 1588), np.full(12, 30)]
    table = random.permutation(counts).reshape(40, 40)
    grid = hs.Grid(0, 0, 100, 40, 40, crs="EPSG:27700")
    found = significant_hotspots(at_cells(table, grid), grid)
    assert (found["hotspot_class"] == "neither").all()
    assert found["p_value"].min() > 1e-5


def test_a_single_crime_in_all_the_country_is_not_hot():
    table = np.zeros((40, 40), dtype=int)
    table[20, 20] = 1
    grid = hs.Grid(0, 0, 100, 40, 40, crs="EPSG:27700")
    found = significant_hotspots(at_cells(table, grid), grid)
    assert (found["hotspot_class"] == "neither").all()


def test_what_has_too_little_ground_beside_it_is_not_judged():
    counts = np.array([9, 0, 0, 0])
    assert (gi_star(counts, lattice(2, 2, 1.5)).p_value == 1).all()


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
    assert cells.near.sum(axis=1).max() == 7


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
