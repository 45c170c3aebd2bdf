"""Kernel density, rates and weights."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from numba.extending import register_jitable

import hotspot as hs
from hotspot._kernels.density import KERNELS, Kernel, kernel_sums
from hotspot.density import aoristic_weights, harm_weights, rate_surface, select_bandwidth
from hotspot.density.rates import _shrinkage, _spread
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


@settings(max_examples=25, deadline=None)
@given(points, st.sampled_from([10.0, 50.0, 130.0, 400.0, 2000.0]))
def test_density_is_that_of_the_slow_twin(rows, bandwidth_m):
    incidents = scene(rows)
    surface = hs.kernel_density(incidents, GRID, bandwidth_m, weights="weight", period=YEAR)
    expected = naive.quartic_density(
        incidents, GRID, bandwidth_m, 365 / 365.25, incidents["weight"].tolist()
    )
    np.testing.assert_allclose(surface.to_numpy(), expected, rtol=1e-11, atol=1e-9)


@settings(max_examples=25, deadline=None)
@given(points, st.randoms(use_true_random=False))
def test_order_of_rows_does_not_change_a_bit(rows, random):
    incidents = scene(rows)
    order = list(range(len(incidents)))
    random.shuffle(order)
    one = hs.kernel_density(incidents, GRID, 300, weights="weight", period=YEAR)
    other = hs.kernel_density(incidents.iloc[order], GRID, 300, weights="weight", period=YEAR)
    np.testing.assert_array_equal(one.to_numpy(), other.to_numpy())


@settings(max_examples=25, deadline=None)
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
        kernel_sums(x, y, np.ones(3000), (0, 0), 25.0, (200, 200), 400.0, threads=threads)
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
    with pytest.raises(hs.ConfigError, match="before it begins"):
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
    with pytest.raises(hs.DataError, match="lack the column harm"):
        hs.kernel_density(incidents, weights="harm")
    with pytest.raises(hs.DataError, match="index"):
        hs.kernel_density(incidents, weights=pd.Series([1.0, 2.0], index=[5, 6]))


def test_no_incident_is_density_zero_where_the_grid_and_the_period_are_given():
    surface = hs.kernel_density(incidents_at([], [], []), GRID, 300, period=YEAR)
    assert (surface == 0).all()
    with pytest.raises(hs.DataError, match="incidents are empty"):
        hs.kernel_density(incidents_at([], [], []), GRID)


def test_faults_of_parameters_are_told_at_once():
    with pytest.raises(hs.ConfigError) as caught:
        hs.kernel_density(incidents_at([0], [0], [0]), bandwidth_m=0, kernel="cosine")
    assert len(caught.value.problems) == 2
    with pytest.raises(hs.DataError) as caught:
        hs.kernel_density(incidents_at([0, np.nan], [0, 0], [0, 1]), bandwidth_m=0)
    assert len(caught.value.problems) == 2
    elsewhere = gpd.GeoSeries([shapely.box(0, 0, 9, 9)], crs="EPSG:32630")
    with pytest.raises(hs.DataError, match=r"study area is in .*: turn it"):
        hs.kernel_density(incidents_at([0], [0], [0]), within=elsewhere)
    with pytest.raises(hs.DataError, match="grid is in"):
        hs.kernel_density(incidents_at([0], [0], [0]), hs.Grid(0, 0, 9, 1, 1, "EPSG:32630"))


@settings(max_examples=15, deadline=None)
@given(
    points,
    st.sampled_from(list(KERNELS)),
    st.sampled_from([10.0, 50.0, 130.0, 400.0]),
)
def test_every_kernel_is_that_of_the_slow_twin(rows, kernel, bandwidth_m):
    incidents = scene(rows)
    surface = hs.kernel_density(
        incidents, GRID, bandwidth_m, kernel, weights="weight", period=YEAR, per="period"
    )
    places = list(zip(incidents.geometry.x, incidents.geometry.y, strict=True))
    weights = incidents["weight"].tolist()
    expected = [
        [1e6 * naive.kernel_density_at(places, weights, kernel, bandwidth_m, x, y) for x in GRID.x]
        for y in GRID.y
    ]
    np.testing.assert_allclose(surface.to_numpy(), expected, rtol=1e-9, atol=1e-7)


@register_jitable
def _quadweight(rest, apart_sq, bandwidth):
    return max(rest, 0.0) ** 4


def test_a_kernel_is_added_by_one_record_and_nothing_falls_through(monkeypatch):
    """A new shape works everywhere by its record alone; without one it is refused."""
    incidents = incidents_at([500, 520, 410, 90], [400, 300, 410, 90], [0] * 4)
    for use in (hs.kernel_density, hs.density.select_bandwidth):
        with pytest.raises(hs.ConfigError, match="kernel must be one of"):
            use(incidents, kernel="quadweight")
    with pytest.raises(KeyError):
        kernel_sums(*np.ones((3, 1)), (0, 0), 9.0, (2, 2), 9.0, "quadweight")
    record = Kernel(_quadweight, 5 / np.pi, 8, (1.0, -4.0, 6.0, -4.0, 1.0))
    monkeypatch.setitem(KERNELS, "quadweight", record)
    surface = hs.kernel_density(incidents, GRID, 300, "quadweight", period=YEAR, per="period")
    y, x = np.meshgrid(GRID.y, GRID.x, indexing="ij")
    expected = np.zeros(GRID.shape)
    for point in incidents.geometry:
        u_sq = ((point.x - x) ** 2 + (point.y - y) ** 2) / 300**2
        expected += 1e6 * 5 / np.pi / 300**2 * np.clip(1 - u_sq, 0, None) ** 4
    np.testing.assert_allclose(surface, expected, rtol=1e-9, atol=1e-9)
    assert hs.density.select_bandwidth(incidents, kernel="quadweight") > 0
    monkeypatch.setitem(KERNELS, "quadweight", record._replace(polynomial=None))
    with pytest.raises(hs.ConfigError, match="kernel must be one of"):
        hs.density.select_bandwidth(incidents, kernel="quadweight")


@pytest.mark.parametrize("kernel", list(KERNELS))
def test_each_kernel_has_a_volume_of_one(kernel):
    values = kernel_sums(
        *np.full((2, 1), 500.0), np.ones(1), (-500, -500), 10.0, (200, 200), 90.0, kernel
    )
    assert values.sum() * 100 == pytest.approx(1, rel=1e-2)
    if (polynomial := KERNELS[kernel].polynomial) is not None:
        volume = np.pi * np.polynomial.Polynomial(polynomial).integ()(1.0)
        assert KERNELS[kernel].peak * volume == pytest.approx(1)


def test_a_bandwidth_that_was_chosen_is_taken_as_it_comes():
    incidents = incidents_at([500, 520, 410], [400, 300, 410], [0] * 3)

    class Choice:
        bandwidth_m = 250.0

    selected = select_bandwidth(incidents, "rule of thumb")
    assert selected.bandwidth_m == float(selected)
    for chosen, metres, reason in (
        (Choice(), 250.0, "chosen"),
        (selected, float(selected), selected.why),
        (250, 250.0, "given"),
    ):
        for found in (
            hs.kernel_density(incidents, GRID, chosen, period=YEAR),
            rate_surface(incidents, incidents, GRID, chosen, period=YEAR),
        ):
            assert found.attrs["bandwidth_m"] == metres
            assert found.attrs["bandwidth_from"] == reason
    with pytest.raises(hs.ConfigError, match="bandwidth_m must be"):
        rate_surface(incidents, incidents, GRID, "wide")


@pytest.mark.parametrize(
    ("ours", "theirs", "bandwidth_m"),
    [("epanechnikov", "epanechnikov", 400), ("gaussian", "gaussian", 150), ("cone", "linear", 400)],
)
def test_kernels_agree_with_scikit_learn(ours, theirs, bandwidth_m):
    from sklearn.neighbors import KernelDensity

    random = np.random.default_rng(3)
    x, y = random.uniform(0, 1000, (2, 500))
    surface = hs.kernel_density(
        incidents_at(x, y, np.zeros(500)), GRID, bandwidth_m, ours, period=YEAR, per="period"
    )
    model = KernelDensity(kernel=theirs, bandwidth=bandwidth_m).fit(np.column_stack([x, y]))
    centres = np.column_stack([a.ravel() for a in np.meshgrid(GRID.x, GRID.y)])
    expected = np.exp(model.score_samples(centres)).reshape(GRID.shape) * 500 * 1e6
    np.testing.assert_allclose(surface.to_numpy(), expected, rtol=1e-9)


def test_a_uniform_kernel_takes_in_what_lies_exactly_at_the_bandwidth():
    grid = hs.Grid(0, 0, 100, ncols=9, nrows=9, crs="EPSG:27700")
    incidents = incidents_at([450], [450], [0])
    reached = hs.kernel_density(incidents, grid, 300, "uniform", period=YEAR) > 0
    assert reached.sel(x=750, y=450)
    assert reached.sel(x=150, y=450)
    assert reached.sel(x=450, y=750)
    assert int(reached.sum()) == sum(i * i + j * j <= 9 for i in range(-4, 5) for j in range(-4, 5))


@settings(max_examples=25, deadline=None)
@given(points, st.integers(-5, 5), st.integers(-5, 5))
def test_moving_everything_moves_the_surface(rows, right, up):
    incidents = scene(rows)
    moved = incidents.set_geometry(incidents.translate(right * 1000, up * 1000))
    grid = hs.Grid(right * 1000, up * 1000, 50, ncols=20, nrows=16, crs="EPSG:27700")
    here = hs.kernel_density(incidents, GRID, 300, weights="weight", period=YEAR)
    there = hs.kernel_density(moved, grid, 300, weights="weight", period=YEAR)
    np.testing.assert_allclose(here.to_numpy(), there.to_numpy(), rtol=1e-9, atol=1e-9)


@settings(max_examples=25, deadline=None)
@given(points, st.floats(0.01, 1000))
def test_scaling_the_weights_scales_the_surface(rows, factor):
    incidents = scene(rows)
    one = hs.kernel_density(incidents, GRID, 300, weights="weight", period=YEAR)
    more = hs.kernel_density(
        incidents, GRID, 300, weights=incidents["weight"] * factor, period=YEAR
    )
    np.testing.assert_allclose(one.to_numpy() * factor, more.to_numpy(), rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("kernel", ["quartic", "gaussian", "uniform", "triangular"])
def test_threads_and_order_do_not_change_a_bit_of_large_work(kernel):
    """More points than a thread takes at a time, some of one place, some in reach of no cell."""
    random = np.random.default_rng(1)
    x, y = random.integers(-2000, 7000, (2, 150_000)).astype(float)
    x[:2000], y[:2000] = 433.0, 401.0
    weight = random.uniform(0, 2, 150_000)
    order = random.permutation(150_000)
    settings = (0, 0), 25.0, (200, 200), 200.0 if kernel != "gaussian" else 40.0, kernel
    one = kernel_sums(x, y, weight, *settings, threads=1)
    two = kernel_sums(x[order], y[order], weight[order], *settings, threads=2)
    three = kernel_sums(x[::-1], y[::-1], weight[::-1], *settings, threads=3)
    np.testing.assert_array_equal(one, two)
    np.testing.assert_array_equal(one, three)


@pytest.mark.parametrize("threads", [1, 2])
def test_large_work_is_that_of_a_scikit_learn_tree(threads):
    from sklearn.neighbors import KDTree

    random = np.random.default_rng(7)
    x, y = random.normal(0, 900, (2, 140_000))
    weight = random.uniform(0, 2, 140_000)
    values = kernel_sums(x, y, weight, (-2000, -2000), 40.0, (100, 100), 300.0, threads=threads)
    cells = random.integers(0, 100, (60, 2))
    tree = KDTree(np.column_stack([x, y]))
    near, distance = tree.query_radius(cells * 40 - 1980, 300, return_distance=True)
    expected = [
        np.sum(weight[i] * (1 - (d / 300) ** 2) ** 2) * 3 / (np.pi * 300**2)
        for i, d in zip(near, distance, strict=True)
    ]
    np.testing.assert_allclose(values[cells[:, 1], cells[:, 0]], expected, rtol=1e-11, atol=1e-20)


@pytest.mark.parametrize("threads", [1, 2])
def test_what_reaches_no_cell_or_weighs_nothing_does_not_change_a_bit(threads):
    random = np.random.default_rng(9)
    x, y = random.uniform(0, 1000, (2, 90_000))
    weight = np.where(random.uniform(size=90_000) < 0.3, 0.0, 1.0)
    x[::7] += 5000
    y[::11] -= 7000
    counts = (weight > 0) & (x < 1000) & (y > 0)
    settings = (0, 0), 50.0, GRID.shape, 130.0
    whole = kernel_sums(x, y, weight, *settings, threads=threads)
    part = kernel_sums(x[counts], y[counts], weight[counts], *settings, threads=threads)
    np.testing.assert_array_equal(whole, part)


@pytest.mark.parametrize("threads", [1, 2])
def test_no_point_and_one_point_need_no_special_care(threads):
    none = np.empty(0)
    settings = (0, 0), 50.0, GRID.shape, 100.0
    assert (kernel_sums(none, none, none, *settings, threads=threads) == 0).all()
    one = kernel_sums(
        np.array([25.0]), np.array([25.0]), np.array([2.0]), *settings, threads=threads
    )
    assert one[0, 0] == pytest.approx(2 * 3 / (np.pi * 100**2))
    assert np.count_nonzero(one) == 4


def test_all_points_at_one_place_are_one_heavy_point():
    many = incidents_at([433.5] * 20_000, [401.25] * 20_000, np.zeros(20_000))
    one = incidents_at([433.5], [401.25], [0], heavy=[20_000.0])
    np.testing.assert_allclose(
        hs.kernel_density(many, GRID, 300, period=YEAR).to_numpy(),
        hs.kernel_density(one, GRID, 300, weights="heavy", period=YEAR).to_numpy(),
        rtol=1e-12,
    )


def test_many_points_in_one_cell_are_no_trouble():
    random = np.random.default_rng(2)
    x, y = random.uniform(400, 450, (2, 100_000))
    values = kernel_sums(x, y, np.ones(100_000), (0, 0), 50.0, GRID.shape, 2000.0)
    assert values.sum() > 0


def test_ten_million_cells():
    incidents = incidents_at([100, 31_000], [200, 31_500], [0, 0])
    grid = hs.Grid(0, 0, 10, ncols=3200, nrows=3200, crs="EPSG:27700")
    surface = hs.kernel_density(incidents, grid, 300, period=YEAR, per="period")
    assert float(surface.sum()) * grid.cell_area_km2 == pytest.approx(1.866, abs=0.15)


def test_a_bandwidth_below_the_cell_size_reaches_only_the_centre_beside_it():
    incidents = incidents_at([75, 110], [75, 110], [0, 0])
    values = hs.kernel_density(incidents, GRID, 10, period=YEAR).to_numpy()
    assert values[1, 1] > 0
    assert np.count_nonzero(values) == 1


def test_the_edge_is_corrected_by_the_mass_inside():
    incidents = incidents_at([25], [425], [0])
    area = shapely.box(0, 0, 1000, 800)
    settings = {"within": area, "period": YEAR}
    plain = hs.kernel_density(incidents, GRID, 200, **settings).to_numpy()
    corrected = hs.kernel_density(incidents, GRID, 200, edge_correction=True, **settings).to_numpy()
    # A quartic at (0, 0) of cells on a lattice of 50 m: the half with x >= 0 holds the middle too.
    heights = {
        (i, j): max(1 - (i * i + j * j) / 16, 0) ** 2 for i in range(-4, 5) for j in range(-4, 5)
    }
    inside = sum(v for (i, _), v in heights.items() if i >= 0) / sum(heights.values())
    assert corrected[8, 0] == pytest.approx(plain[8, 0] / inside, rel=1e-12)
    np.testing.assert_allclose(corrected[4:12, 4:16], plain[4:12, 4:16], rtol=1e-12)


def test_an_even_spread_stays_even_up_to_the_edge_when_corrected():
    x, y = (a.ravel() for a in np.meshgrid(np.arange(25, 1000, 50), np.arange(25, 800, 50)))
    incidents = incidents_at(x, y, np.zeros(len(x)))
    surface = hs.kernel_density(
        incidents, GRID, 200, within=shapely.box(0, 0, 1000, 800), edge_correction=True,
        period=YEAR, per="period",
    )  # fmt: skip
    np.testing.assert_allclose(surface.to_numpy(), surface.to_numpy()[8, 10], rtol=1e-9)


def test_units_say_what_values_are_per():
    incidents = incidents_at([500], [400], [0])
    year, week, whole, relative = (
        hs.kernel_density(incidents, GRID, 300, period=YEAR, per=per)
        for per in ("year", "week", "period", "relative")
    )
    assert week.attrs["units"] == "incidents per km² per week"
    assert whole.attrs["units"] == "incidents per km² in the period"
    assert float(year.max()) == pytest.approx(float(week.max()) * 365.25 / 7)
    assert float(whole.max()) == pytest.approx(float(year.max()) * 365 / 365.25)
    assert float(relative.max()) == 1.0
    weighted = hs.kernel_density(
        incidents, GRID, 300, weights=pd.Series([2.0], name="harm"), period=YEAR
    )
    assert weighted.attrs["units"] == "weighted incidents per km² per year"
    assert weighted.attrs["weights"] == "harm"


def test_the_surface_says_where_its_bandwidth_came_from():
    random = np.random.default_rng(4)
    incidents = incidents_at(*random.normal(500, 100, (2, 50)), np.zeros(50))
    chosen = select_bandwidth(incidents, "rule of thumb")
    told = hs.kernel_density(incidents, GRID, chosen).attrs
    assert told["bandwidth_from"].startswith("rule of thumb for 50 incidents")
    assert type(told["bandwidth_m"]) is float
    assert "default" in hs.kernel_density(incidents, GRID).attrs["bandwidth_from"]
    assert hs.kernel_density(incidents, GRID, 300).attrs["bandwidth_from"] == "given"


def test_frames_out_of_shape_are_refused_in_words():
    incidents = incidents_at([0, 1, 2], [0] * 3, [0, 1, 2])
    holes = incidents.copy()
    holes.loc[1, "geometry"] = None
    with pytest.raises(hs.DataError, match="row 1"):
        hs.kernel_density(holes)
    zoned = incidents.assign(occurred_from=incidents["occurred_from"].dt.tz_localize("UTC"))
    with pytest.raises(hs.DataError, match="timezone-naive"):
        hs.kernel_density(zoned)
    undated = incidents.copy()
    undated.loc[2, "occurred_to"] = pd.NaT
    with pytest.raises(hs.DataError, match="row 2"):
        hs.kernel_density(undated)
    with pytest.raises(hs.ConfigError, match="within"):
        hs.kernel_density(incidents, edge_correction=True)


def test_rates_divide_by_who_lives_there_and_shrink_where_few_do():
    random = np.random.default_rng(6)
    homes = gpd.GeoDataFrame(
        geometry=gpd.points_from_xy(
            np.r_[random.uniform(0, 400, 2000), 900.0], np.r_[random.uniform(0, 400, 2000), 700.0]
        ),
        crs="EPSG:27700",
    )
    incidents = incidents_at(
        np.r_[random.uniform(0, 400, 40), 900], np.r_[random.uniform(0, 400, 40), 700], np.zeros(41)
    )
    rates = rate_surface(incidents, homes, GRID, 100, period=YEAR, shrink=50)
    lonely = rates.sel(x=900, y=700, method="nearest")
    assert float(lonely["rate_unshrunk"]) == pytest.approx(1000 * 365.25 / 365)
    assert float(lonely["rate"]) < 50
    assert float(lonely["population"]) == float(lonely["incidents"]) < 1
    assert np.isnan(rates["rate"].sel(x=675, y=675))
    none = rate_surface(incidents, homes, GRID, 100, period=YEAR, shrink=0)
    np.testing.assert_array_equal(none["rate"], none["rate_unshrunk"])
    worked_out = rate_surface(incidents, homes, GRID, 100, period=YEAR)
    assert float(worked_out["rate"].sel(x=900, y=700, method="nearest")) < 1000


def test_the_prior_of_a_rate_is_what_blocks_vary_beyond_chance():
    # Two blocks of 100 homes, with 20 burglaries and none: rates of 0.2 and 0 about 0.1 have the
    # variance 0.01, of which chance explains 0.1 / 100.
    homes, people = np.array([[0.0, 150.0], [0.0, 0.0]]), np.array([100.0, 100.0])
    uneven = _shrinkage(np.zeros((2, 20)), homes, people, 100.0)
    assert uneven == pytest.approx(0.1 / (0.01 - 0.001))
    assert _shrinkage(np.repeat(homes, 10, axis=1), homes, people, 100.0) == np.inf


def test_rates_are_the_same_from_areas_cells_and_addresses():
    rows, cols = np.indices(GRID.shape)
    per_cell = GRID.surface(np.where(cols < 10, 4.0, 2.0))
    areas = gpd.GeoDataFrame(
        {"homes": [4.0 * 160, 2.0 * 160]},
        geometry=[shapely.box(0, 0, 500, 800), shapely.box(500, 0, 1000, 800)],
        crs="EPSG:27700",
    )
    addresses = gpd.GeoDataFrame(
        {"flats": per_cell.to_numpy().ravel()},
        geometry=gpd.points_from_xy(GRID.x[cols.ravel()], GRID.y[rows.ravel()]),
        crs="EPSG:27700",
    )
    incidents = incidents_at([200, 240, 700], [200, 210, 300], [0, 0, 0])
    from_cells, from_areas, from_addresses = (
        rate_surface(incidents, people, GRID, 200, column=column, period=YEAR, shrink=10)["rate"]
        for people, column in ((per_cell, None), (areas, "homes"), (addresses, "flats"))
    )
    np.testing.assert_allclose(from_cells, from_areas, rtol=1e-9)
    np.testing.assert_allclose(from_cells, from_addresses, rtol=1e-9)
    with pytest.raises(hs.ConfigError, match="column="):
        rate_surface(incidents, areas, GRID)


def test_a_cell_on_the_border_of_two_areas_is_of_one():
    areas = gpd.GeoDataFrame(
        {"area": ["East", "West"], "homes": [30, 60]},
        geometry=[shapely.box(75, 0, 150, 50), shapely.box(0, 0, 75, 50)],
        crs="EPSG:27700",
    )
    grid = hs.Grid(0, 0, 50, ncols=3, nrows=1, crs="EPSG:27700")
    # The middle cell has its centre on the border and goes to the first by name.
    x, _, counts = _spread(areas, np.array([30.0, 60.0]), grid)
    assert sorted(zip(x.tolist(), counts.tolist(), strict=True)) == [(25, 60), (75, 15), (125, 15)]


def test_harm_is_looked_up_by_code_and_gaps_are_told():
    incidents = incidents_at([0] * 3, [0] * 3, [0] * 3, offence_code=["28A", "28b ", None])
    table = pd.DataFrame({"code": ["28A", "28B"], "days": [20, 5.5]})
    assert harm_weights(incidents.iloc[:2], table).tolist() == [20.0, 5.5]
    with pytest.raises(hs.DataError) as caught:
        harm_weights(incidents, {"28A": 20})
    assert len(caught.value.problems) == 2
    assert "28b" in caught.value.problems[1]
    with pytest.raises(hs.DataError, match="0 or more"):
        harm_weights(incidents, {"28A": -1})


minutes = st.integers(0, 20 * 24 * 60)


@settings(max_examples=25, deadline=None)
@given(
    minutes,
    st.integers(1, 3 * 24 * 60),
    st.sets(st.integers(0, 6), min_size=1),
    st.sampled_from([(22, 6), (0, 24), (9, 17), (23.5, 0), (18, 18.25)]),
)
def test_aoristic_shares_are_those_of_the_slow_twin(start, length, weekdays, hours):
    first = pd.Timestamp("2025-03-03") + pd.Timedelta(minutes=start)
    last = first + pd.Timedelta(minutes=length)
    incidents = incidents_at([0], [0], [0]).assign(occurred_from=first, occurred_to=last)
    names = [pd.Timestamp(f"2025-03-0{3 + day}").day_name() for day in weekdays]
    share = aoristic_weights(incidents, names, hours)
    expected = naive.share_in_hours(first, last, sorted(weekdays), *hours)
    assert share.tolist() == pytest.approx([expected], abs=1e-12)


def test_shifts_that_share_out_the_week_add_up_to_one():
    random = np.random.default_rng(8)
    incidents = incidents_at([0] * 200, [0] * 200, random.uniform(0, 30, 200))
    incidents["occurred_to"] += pd.to_timedelta(random.uniform(0, 90, 200), unit="h")
    shifts = [aoristic_weights(incidents, None, hours) for hours in ((6, 14), (14, 22), (22, 6))]
    np.testing.assert_allclose(sum(shifts), 1.0, rtol=1e-12)
    undated = incidents_at([0], [0], [1])
    assert aoristic_weights(undated, hours=(22, 6)).tolist() == pytest.approx([8 / 24])
    with pytest.raises(hs.ConfigError, match="hours"):
        aoristic_weights(incidents, hours=(6, 6))
    with pytest.raises(hs.ConfigError, match="Noday"):
        aoristic_weights(incidents, ["Noday"])


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
        got = kernel_sums(xy[:, 0], xy[:, 1], ones, (x - 25, y - 25), 50.0, (1, 1), 400.0)
        assert got[0, 0] == pytest.approx(value, rel=1e-12)


def test_a_grid_that_is_none_is_a_wrong_argument(make_incidents):
    with pytest.raises(hs.ConfigError, match=r"grid must be a hotspot\.Grid, not int"):
        hs.kernel_density(make_incidents([0, 9], [0, 9], [0, 1]), grid=5)
    other = hs.Grid(0, 0, 100, 2, 2, "EPSG:25832")
    with pytest.raises(hs.DataError, match=r"lay it over the incidents, with Grid\.over"):
        hs.kernel_density(make_incidents([0, 9], [0, 9], [0, 1]), other)
