"""Kernel density and hotspots."""

import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

import hotspot as hs
from hotspot._kernels.density import quartic_sums
from tests import naive
from tests.conftest import incidents_at

GRID = hs.Grid(0, 0, 50, ncols=20, nrows=16, crs="EPSG:27700")
YEAR = ("2025-01-01", "2025-12-31")
points = st.lists(
    st.tuples(st.integers(-2, 40), st.integers(-2, 34), st.sampled_from([0.0, 0.5, 1.0, 3.0])),
    max_size=25,
)


def scene(rows):
    x, y, weight = np.array(rows, dtype=float).reshape(-1, 3).T
    return incidents_at(x * 25, y * 25, np.zeros(len(x)), weight=weight)


@settings(max_examples=40, deadline=None)
@given(points, st.sampled_from([10.0, 50.0, 130.0, 400.0, 2000.0]))
def test_density_is_that_of_the_slow_twin(rows, bandwidth_m):
    incidents = scene(rows)
    surface = hs.kernel_density(incidents, GRID, bandwidth_m, weights="weight", period=YEAR)
    expected = naive.quartic_density(
        incidents, GRID, bandwidth_m, 365 / 365.25, incidents["weight"].tolist()
    )
    np.testing.assert_allclose(surface.to_numpy(), expected, rtol=1e-11, atol=1e-9)


@settings(max_examples=30, deadline=None)
@given(points, st.randoms(use_true_random=False))
def test_order_of_rows_does_not_change_a_bit(rows, random):
    incidents = scene(rows)
    order = list(range(len(incidents)))
    random.shuffle(order)
    one = hs.kernel_density(incidents, GRID, 300, weights="weight", period=YEAR)
    other = hs.kernel_density(incidents.iloc[order], GRID, 300, weights="weight", period=YEAR)
    np.testing.assert_array_equal(one.to_numpy(), other.to_numpy())


@settings(max_examples=30, deadline=None)
@given(points, st.integers(0, 25))
def test_split_parts_add_up(rows, cut):
    incidents = scene(rows)
    whole, first, second = (
        hs.kernel_density(part, GRID, 300, weights="weight", period=YEAR).to_numpy()
        for part in (incidents, incidents.iloc[:cut], incidents.iloc[cut:])
    )
    np.testing.assert_allclose(whole, first + second, rtol=1e-12, atol=1e-9)


def test_the_integral_times_the_years_is_the_sum_of_weights():
    incidents = incidents_at([1000, 1300, 1333], [1000, 1000, 1210], [0, 1, 2], w=[1.0, 2.0, 0.25])
    grid = hs.Grid.over(incidents, 5, margin_m=500)
    surface = hs.kernel_density(
        incidents, grid, 400, weights="w", period=("2024-01-01", "2026-03-31")
    )
    integral = float(surface.sum()) * grid.cell_area_km2
    assert integral * surface.attrs["period_years"] == pytest.approx(3.25, rel=1e-6)


def test_a_lone_incident_gives_the_textbook_peak_and_nothing_beyond_the_bandwidth():
    grid = hs.Grid(0, 0, 100, ncols=9, nrows=1, crs="EPSG:27700")
    surface = hs.kernel_density(incidents_at([50], [50], [0]), grid, 400, period=YEAR)
    values = surface.to_numpy()[0]
    assert values[0] == pytest.approx(3 / (np.pi * 0.4**2) * 365.25 / 365)
    assert (values[:4] > 0).all()
    assert (values[4:] == 0).all()


def test_threads_do_not_change_a_bit():
    random = np.random.default_rng(1)
    x, y = random.uniform(0, 5000, (2, 3000))
    one, two = (
        quartic_sums(x, y, np.ones(3000), (0, 0), 25.0, (200, 200), 400.0, threads=threads)
        for threads in (1, 2)
    )
    np.testing.assert_array_equal(one, two)


def test_the_period_is_whole_days_both_included():
    incidents = incidents_at([5, 5, 5], [5, 5, 5], [0, 9.9, 10])
    whole = hs.kernel_density(incidents)
    assert whole.attrs["period_first"] == "2025-01-01"
    assert whole.attrs["period_years"] == pytest.approx(11 / 365.25)
    part = hs.kernel_density(incidents, period=("2025-01-01", "2025-01-10"))
    assert part.attrs["incidents"] == 2
    with pytest.raises(hs.DataError, match="before it begins"):
        hs.kernel_density(incidents, period=("2025-02-01", "2025-01-10"))


def test_months_run_to_their_end():
    incidents = incidents_at([5, 5, 5], [5, 5, 5], [0, 31, 59])
    incidents.attrs.clear()
    surface = hs.kernel_density(incidents)
    assert surface.attrs["period_last"] == "2025-03-31"
    assert surface.attrs["resolution"] == "month"


def test_cells_outside_the_study_area_are_nan_by_their_centres():
    incidents = incidents_at([500], [400], [0])
    area = shapely.box(0, 0, 524, 800)
    surface = hs.kernel_density(incidents, GRID, 300, within=area)
    assert int(surface.isnull().sum()) == 10 * 16
    assert surface.isnull().sel(x=525).all()
    assert not surface.isnull().sel(x=475).any()


def test_weights_are_checked_row_by_row():
    incidents = incidents_at([0, 1, 2], [0] * 3, [0, 1, 2], w=[1.0, np.nan, -1.0])
    with pytest.raises(hs.DataError, match=r"2 weights.*rows 1 and 2"):
        hs.kernel_density(incidents, weights="w")
    with pytest.raises(hs.ConfigError, match="no column 'harm'"):
        hs.kernel_density(incidents, weights="harm")
    with pytest.raises(hs.ConfigError, match="index"):
        hs.kernel_density(incidents, weights=pd.Series([1.0, 2.0], index=[5, 6]))


def test_no_incident_is_density_zero_where_the_grid_and_the_period_are_given():
    surface = hs.kernel_density(incidents_at([], [], []), GRID, 300, period=YEAR)
    assert (surface == 0).all()
    with pytest.raises(hs.DataError, match="no incidents"):
        hs.kernel_density(incidents_at([], [], []), GRID)


def test_faults_of_parameters_are_told_at_once():
    with pytest.raises(hs.ConfigError) as caught:
        hs.kernel_density(incidents_at([0], [0], [0]), bandwidth_m=0, kernel="cosine")
    assert len(caught.value.problems) == 2


def test_hotspots_hold_the_share_of_area_asked_for():
    random = np.random.default_rng(5)
    incidents = incidents_at(*random.normal(500, 150, (2, 200)), np.zeros(200))
    surface = hs.kernel_density(incidents, GRID, 150, period=YEAR)
    spots = hs.hotspots(surface, incidents, area_share=0.05)
    assert spots["area_share"].sum() == pytest.approx(16 / 320)
    assert spots["rank"].tolist() == list(range(1, len(spots) + 1))
    assert spots["peak"].is_monotonic_decreasing
    assert spots["area_km2"].sum() == pytest.approx(spots.area.sum() / 1e6)
    assert float(surface.max()) == spots["peak"].iloc[0]
    within = incidents.sjoin(spots[["geometry"]]).groupby("index_right").size()
    assert spots["crimes"].tolist() == within.reindex(spots.index, fill_value=0).tolist()
    np.testing.assert_allclose(spots["pai"], spots["crime_share"] / spots["area_share"])


def test_round_half_up_decides_the_number_of_cells():
    values = np.arange(1.0, 11.0).reshape(1, 10)
    grid = hs.Grid(0, 0, 100, ncols=10, nrows=1, crs="EPSG:27700")
    assert hs.hotspots(grid.surface(values), area_share=0.25)["area_share"].sum() == 0.3
    assert hs.hotspots(grid.surface(values), area_share=0.04).empty


def test_no_hotspot_where_nothing_happened():
    assert hs.hotspots(GRID.surface(np.zeros(GRID.shape)), area_share=0.5).empty
    assert hs.hotspots(GRID.surface(np.full(GRID.shape, np.nan))).empty
    with pytest.raises(hs.ConfigError, match="area_share"):
        hs.hotspots(GRID.surface(np.zeros(GRID.shape)), area_share=0)


def test_density_of_chicago_agrees_with_scikit_learn_kernel_sums(data_dir):
    """Checked against distances from a scikit-learn tree, which shares no code with ours."""
    from sklearn.neighbors import KDTree

    path = data_dir / "chicago_burglary_2014_2017" / "chicago_burglary_2014_2017.csv"
    table = pd.read_csv(path)
    xy = table[["x", "y"]].to_numpy()
    centres = xy[::3000] // 50 * 50 + 25
    near, distance = KDTree(xy).query_radius(centres, 400, return_distance=True)
    expected = [3 / (np.pi * 400**2) * np.sum((1 - (d / 400) ** 2) ** 2) for d in distance]
    assert len(near) == len(centres)
    for (x, y), value in zip(centres, expected, strict=True):
        ones = np.ones(len(xy))
        got = quartic_sums(xy[:, 0], xy[:, 1], ones, (x - 25, y - 25), 50.0, (1, 1), 400.0)
        assert got[0, 0] == pytest.approx(value, rel=1e-12)
