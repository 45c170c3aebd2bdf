"""The Knox test: counts, exact moments, p-values and what other tools publish."""

import itertools

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

import hotspot as hs
from hotspot._kernels.knox import count_lags
from hotspot._kernels.pairs import neighbours
from hotspot.english import rule_words
from hotspot.knox import pair_counts
from hotspot.knox.moments import upper_tail
from hotspot.knox.permutation_test import _permutation_p, _table_p
from hotspot.rule import RULE
from tests import naive
from tests.conftest import incidents_at

# Frames without a row are among the awkward ones; what is said of them: tests/test_empty_frames.py.
pytestmark = pytest.mark.filterwarnings("ignore:The incidents are empty")

EDGES_M, EDGES_DAYS = (100, 200, 300), (2, 7, 14)
FOUR_BY_SIX = (100, 200, 300, 400), (7, 14, 21, 28, 35, 42)
spots = st.tuples(st.integers(0, 6), st.integers(0, 6), st.integers(0, 25))
scenes = st.lists(spots, max_size=40)
few = st.lists(spots, min_size=2, max_size=6)

# REFERENCE: a cKDTree script, tobydavies' knox.py and R NearRepeatLite agree in all 30 cells.
CHICAGO = [
    [1155, 324, 267, 224, 190, 209],
    [2060, 1486, 1415, 1368, 1266, 1231],
    [4827, 4072, 3858, 3810, 3652, 3590],
    [7828, 6878, 6698, 6555, 6526, 6279],
    [7869, 6974, 7061, 6881, 6651, 6784],
]
CHICAGO_RATIO = [
    [8.93, 2.71, 2.25, 1.90, 1.61, 1.78],
    [1.71, 1.33, 1.28, 1.24, 1.15, 1.13],
    [1.33, 1.22, 1.16, 1.15, 1.11, 1.09],
    [1.22, 1.16, 1.13, 1.12, 1.12, 1.08],
    [1.14, 1.09, 1.11, 1.09, 1.06, 1.08],
]
# Near Repeat Calculator 1.3 on the events of 2016.
CALCULATOR = [
    [202, 51, 1025],
    [189, 143, 7762],
    [290, 343, 23366],
    [456, 526, 41305],
    [577857, 760260, 67037075],
]


def scene(rows):
    x, y, days = np.array(rows, dtype=float).reshape(-1, 3).T
    return incidents_at(x * 50, y * 50, days)


def places(rows):
    return [(50.0 * x, 50.0 * y) for x, y, _ in rows], [day for *_, day in rows]


@pytest.fixture(scope="module")
def chicago(data_dir):
    table = pd.read_csv(data_dir / "chicago_burglary_2014_2017" / "chicago_burglary_2014_2017.csv")
    dates = pd.to_datetime(table["date_single"], dayfirst=True)
    columns = {"crime_ref": table.index.astype(str), "occurred_from": dates, "occurred_to": dates}
    points = gpd.points_from_xy(table["x"], table["y"])
    return gpd.GeoDataFrame(columns, geometry=points, crs="EPSG:26971")


@settings(max_examples=25, deadline=None)
@given(
    scenes,
    st.sampled_from(["right", "left"]),
    st.sampled_from(["euclidean", "manhattan"]),
    st.sampled_from([2, 256]),
)
def test_counts_are_those_of_the_slow_twin(rows, closed, metric, pile):
    with pytest.MonkeyPatch.context() as patch:
        # Whether the pairs of one place are listed, or counted from its days.
        patch.setattr(pair_counts, "PILE", pile)
        test = hs.knox_test(
            scene(rows), EDGES_M, EDGES_DAYS, permutations=0, closed=closed, metric=metric
        )
    expected = naive.knox_counts(*places(rows), EDGES_M, EDGES_DAYS, closed, metric)
    assert test.grid("observed").to_numpy().tolist() == expected


@settings(max_examples=25, deadline=None)
@given(few)
def test_mean_and_variance_are_those_of_every_permutation(rows):
    test = hs.knox_test(scene(rows), EDGES_M, EDGES_DAYS, permutations=0)
    mean, variance, _ = naive.knox_over_all_permutations(*places(rows), EDGES_M, EDGES_DAYS)
    np.testing.assert_allclose(test.grid("expected"), mean, rtol=1e-12, atol=1e-12)
    observed, z = test.grid("observed").to_numpy(), test.grid("z").to_numpy()
    spread = np.sqrt(np.round(variance, 12))
    with np.errstate(invalid="ignore", divide="ignore"):
        np.testing.assert_allclose(z, np.where(spread > 0, (observed - mean) / spread, np.nan))


@pytest.mark.slow
def test_permutation_p_values_are_those_of_every_permutation_within_chance():
    rows = [(0, 0, 0), (0, 1, 1), (1, 0, 2), (5, 5, 9), (6, 6, 20), (5, 6, 11)]
    draws = 20_000
    test = hs.knox_test(scene(rows), EDGES_M, EDGES_DAYS, permutations=draws, seed=11)
    *_, tail = naive.knox_over_all_permutations(*places(rows), EDGES_M, EDGES_DAYS)
    tail = np.array(tail)
    error = 4 * np.sqrt(tail * (1 - tail) / draws) + 1 / draws
    assert (np.abs(test.grid("p_value").to_numpy() - tail) <= error).all()


@settings(max_examples=25, deadline=None)
@given(scenes, st.randoms(use_true_random=False), st.integers(-3000, 3000))
def test_order_shift_and_quarter_turn_change_nothing_in_closed_form(rows, random, shift):
    def answer(incidents):
        return hs.knox_test(incidents, EDGES_M, EDGES_DAYS, permutations=0).table

    here = scene(rows)
    order = list(range(len(here)))
    random.shuffle(order)
    turned = here.set_geometry(gpd.points_from_xy(-here.geometry.y, here.geometry.x), crs=here.crs)
    moved = here.set_geometry(here.geometry.translate(shift, -2 * shift))
    for other in (here.iloc[order], turned, moved):
        pd.testing.assert_frame_equal(answer(here), answer(other))


@settings(max_examples=20, deadline=None)
@given(scenes)
def test_observed_counts_of_tiles_with_a_halo_add_up(rows):
    incidents = scene(rows)
    cut, halo = 150.0, 300.0
    whole = hs.knox_test(incidents, EDGES_M, EDGES_DAYS, permutations=0).table["observed"]
    x = incidents.geometry.x
    west, east = incidents[x <= cut], incidents[x > cut - halo]
    strip = incidents[(x <= cut) & (x > cut - halo)]
    parts = [
        hs.knox_test(part, EDGES_M, EDGES_DAYS, permutations=0).table["observed"]
        for part in (west, east, strip)
    ]
    pd.testing.assert_series_equal(whole, parts[0] + parts[1] - parts[2])


def test_chicago_is_the_published_table(chicago):
    test = hs.knox_test(chicago, *FOUR_BY_SIX, permutations=0)
    assert test.grid("observed").to_numpy().tolist() == CHICAGO
    np.testing.assert_allclose(test.grid("ratio"), CHICAGO_RATIO, atol=0.006)


def test_the_calculator_is_matched_once_its_conventions_are_asked_for(chicago):
    year = chicago[chicago["occurred_from"].dt.year == 2016]
    test = hs.knox_test(year, (100, 200, 300), (2, 4), permutations=19, seed=1, preset="nrc")
    assert test.grid("observed").to_numpy().tolist() == CALCULATOR


def test_the_open_row_and_column_leave_out_no_pair(chicago):
    year = chicago[chicago["occurred_from"].dt.year == 2016]
    test = hs.knox_test(year, (100, 200, 300), (2, 4), permutations=0, preset="nrc")
    pairs = len(year) * (len(year) - 1) // 2
    assert test.table["observed"].sum() == pairs
    assert test.table["expected"].sum() == pytest.approx(pairs)


@pytest.mark.slow
def test_the_closed_form_agrees_with_many_permutations(chicago):
    """9,999 permutations agreed in all 30 cells, variance ratios 0.966 to 1.033, on all years."""
    year = chicago[chicago["occurred_from"].dt.year == 2016]
    points = year.geometry
    day = year["occurred_from"].to_numpy().astype("M8[D]").astype(np.int64)
    any_day = np.zeros(len(year), dtype=np.int64)
    edges = np.array([0.0, 100.0, 200.0])
    near = neighbours(points.x.to_numpy(), points.y.to_numpy(), any_day, any_day, 0, edges,
                      np.ones(3, dtype=bool))  # fmt: skip
    drawn = count_lags(near, day, np.array([7, 14]), 4000, seed=5)[1:]
    drawn = np.diff(drawn, axis=2, prepend=0).reshape(len(drawn), -1)
    table = hs.knox_test(year, (100, 200), (7, 14), permutations=0).table
    spread = (table["observed"] - table["expected"]) / table["z"]
    error = 4 * spread / np.sqrt(len(drawn))
    assert (np.abs(drawn.mean(axis=0) - table["expected"]) < error).all()
    assert np.all(np.abs(drawn.var(axis=0) / spread**2 - 1) < 0.1)


@pytest.mark.slow
def test_the_matched_distribution_is_near_the_permutations(chicago):
    year = chicago[chicago["occurred_from"].dt.year == 2016]
    drawn = hs.knox_test(year, (400,), (42,), permutations=0, same_place_m=None).table
    mean = drawn["expected"].to_numpy()
    variance = ((drawn["observed"] - mean) / drawn["z"]).to_numpy() ** 2
    points = year.geometry
    any_day = np.zeros(len(year), dtype=np.int64)
    day = year["occurred_from"].to_numpy().astype("M8[D]").astype(np.int64)
    near = neighbours(points.x.to_numpy(), points.y.to_numpy(), any_day, any_day, 0,
                      np.array([400.0]), np.array([True]))  # fmt: skip
    counts = count_lags(near, day, np.array([42]), 20_000, seed=3)[1:, 0, 0]
    for level in (0.05, 0.01):
        cut = np.quantile(counts, 1 - level)
        share = (counts >= cut).mean()
        error = 4 * np.sqrt(share / len(counts))
        assert abs(upper_tail(np.array([cut]), mean, variance)[0] - share) < error + 0.02 * share


@pytest.mark.slow
def test_the_matched_distribution_is_within_what_is_said_of_a_million_permutations():
    """Within 3 % at 0.05 and 0.01, mostly within 10 % at 0.001, for means from under 5 up."""
    random = np.random.default_rng(12)
    centres = random.uniform(0, 4000, (60, 2))
    x, y = (centres[random.integers(0, 60, 240)] + random.normal(0, 150, (240, 2))).T
    incidents = incidents_at(x, y, random.integers(0, 365, 240))
    day = incidents["occurred_from"].to_numpy().astype("M8[D]").astype(np.int64)
    any_day = np.zeros(240, dtype=np.int64)
    edges, bounds = np.array([60.0, 200.0, 400.0]), np.array([7, 42])
    near = neighbours(x, y, any_day, any_day, 0, edges, np.ones(3, dtype=bool))
    counts = np.diff(count_lags(near, day, bounds, 1_000_000, seed=9)[1:], axis=2, prepend=0)
    table = hs.knox_test(
        incidents, (60, 200, 400), (7, 42), permutations=0, same_place_m=None
    ).table
    mean = table["expected"].to_numpy().reshape(3, 2)
    spread = ((table["observed"] - table["expected"]) / table["z"]).to_numpy().reshape(3, 2)
    assert mean.min() < 5
    off: dict[float, list[float]] = {0.05: [], 0.01: [], 0.001: []}
    for band, column in itertools.product(range(3), range(2)):
        drawn = counts[:, band, column]
        for level, found in off.items():
            cut = np.quantile(drawn, 1 - level)
            share = (drawn >= cut).mean()
            told = upper_tail(cut, mean[band, column], spread[band, column] ** 2)
            # What a million draws leave unsure is allowed for.
            found.append(abs(float(told) / share - 1) - 2 / np.sqrt(share * 1e6))
    assert max(off[0.05] + off[0.01]) < 0.03
    assert np.median(off[0.001]) < 0.1


def test_ties_count_as_at_least_as_extreme():
    """Knox.py of tobydavies splits ties by an unstable sort: p 0.37 where 0.67 is right."""
    incidents = incidents_at([0, 50, 9000], [0, 0, 0], [0, 1, 30])
    test = hs.knox_test(incidents, (100,), (7,), permutations=9999, seed=2, same_place_m=None)
    exact = 1 / 3
    assert test.table["p_value"][0] == pytest.approx(exact, abs=0.02)
    nothing = incidents_at([0, 50, 9000], [0, 0, 0], [0, 20, 30])
    test = hs.knox_test(nothing, (100,), (7,), permutations=99, seed=2, same_place_m=None)
    assert test.table["p_value"].tolist() == [1.0]


def test_nothing_observed_where_nothing_is_expected_is_no_finding():
    """Pointpats 2.5.5 gives p = 0.0 for 0 observed of 0 expected."""
    for permutations in (0, 99):
        test = hs.knox_test(incidents_at([0, 9e5], [0, 0], [0, 1]), permutations=permutations)
        assert (test.table["p_value"] == 1).all()
        assert (test.table["observed"] == 0).all()
        assert "There is nothing to test" in test.summary()


def test_the_null_permutes_events_not_pairs(chicago):
    """R surveillance permutes pairs: sd 309.7 on Chicago, where 325.0 is true."""
    cell = hs.knox_test(chicago, (400,), (42,), permutations=0, same_place_m=None).table.iloc[0]
    assert (cell["observed"] - cell["expected"]) / cell["z"] == pytest.approx(325.0, abs=0.1)


def test_pairs_exactly_at_an_edge_are_counted_once_and_in_the_right_band():
    """NearRepeatLite drops pairs at the top edge; open_cp counts a shared edge twice."""
    incidents = incidents_at([0, 100, 400], [0, 0, 0], [0, 7, 42])
    right = hs.knox_test(incidents, *FOUR_BY_SIX, permutations=0)
    assert right.grid("observed").loc["(0, 100] m", "0-7 days"] == 1
    assert right.grid("observed").loc["(300, 400] m", "36-42 days"] == 1
    assert right.table["observed"].sum() == 3
    left = hs.knox_test(incidents, *FOUR_BY_SIX, permutations=0, closed="left")
    assert left.grid("observed").loc["[100, 200) m", "7-13 days"] == 1
    assert left.grid("observed").loc["[300, 400) m", "35-41 days"] == 1
    assert left.table["observed"].sum() == 2


def test_a_seed_gives_one_answer_on_any_number_of_threads():
    random = np.random.default_rng(8)
    x, y = random.uniform(0, 4000, (2, 1500))
    days = random.integers(0, 300, 1500)
    edges, right = np.array([0.0, 200.0, 400.0]), np.ones(3, dtype=bool)
    any_day = np.zeros(1500, dtype=np.int64)
    near = neighbours(x, y, any_day, any_day, 0, edges, right)
    bounds = np.array([7, 42])
    one = count_lags(near, days, bounds, 700, seed=4, threads=1)
    three = count_lags(near, days, bounds, 700, seed=4, threads=3)
    fewer = count_lags(near, days, bounds, 300, seed=4, threads=2)
    np.testing.assert_array_equal(one, three)
    np.testing.assert_array_equal(one[:301], fewer)
    assert (count_lags(near, days, bounds, 300, seed=5)[1:] != fewer[1:]).any()


def test_each_permutation_is_a_permutation_and_all_are_as_likely():
    days = np.array([0, 1, 10, 100], dtype=np.int64)
    x = np.array([0.0, 1.0, 1e5, 1e6])
    any_day = np.zeros(4, dtype=np.int64)
    near = neighbours(x, x * 0, any_day, any_day, 0, np.array([10.0]), np.array([True]))
    bounds = np.array([1, 9, 10, 90, 99, 100])
    counts = count_lags(near, days, bounds, 60_000, seed=1)[1:, 0, :]
    lag = bounds[counts.argmax(axis=1)]
    found = np.array([(lag == bound).sum() for bound in bounds])
    lags = [abs(a - b) for a, b in itertools.combinations(days, 2)]
    assert sorted(lags) == bounds.tolist()
    assert stats.chisquare(found).pvalue > 1e-4


def test_long_lags_need_no_narrow_type_and_many_pairs_do_not_overflow():
    random = np.random.default_rng(2)
    incidents = incidents_at(np.zeros(900), np.zeros(900), random.integers(0, 1500, 900))
    test = hs.knox_test(incidents, (100,), (42, 400, 5000), permutations=9, seed=1)
    assert test.table["observed"][:3].sum() == 900 * 899 // 2
    assert test.table["expected"][:3].sum() == pytest.approx(900 * 899 / 2)
    assert (test.table["ratio_median"][:3] > 0).all()


@pytest.mark.slow
def test_p_values_are_uniform_where_nothing_clusters():
    random = np.random.default_rng(1)
    found = []
    for trial in range(120):
        x, y = random.uniform(0, 3000, (2, 150))
        incidents = incidents_at(x, y, random.integers(0, 200, 150))
        test = hs.knox_test(incidents, (400,), (28,), permutations=199, seed=trial,
                            same_place_m=None)  # fmt: skip
        found.append(test.table["p_value"][0])
    assert stats.kstest(found, "uniform").pvalue > 0.01


def test_planted_repeats_are_found():
    random = np.random.default_rng(4)
    x, y = random.uniform(0, 6000, (2, 300))
    days = random.integers(0, 365, 300).astype(float)
    x[200:], y[200:] = x[:100] + random.normal(0, 60, 100), y[:100] + random.normal(0, 60, 100)
    days[200:] = days[:100] + random.integers(0, 10, 100)
    test = hs.knox_test(incidents_at(x, y, days), *FOUR_BY_SIX, permutations=199, seed=1)
    raised = test.raised()
    assert raised.loc["(0, 100] m", "0-7 days"]
    assert not raised.loc["(300, 400] m", "36-42 days"]
    assert "raised out to" in test.summary()


@pytest.mark.parametrize(
    ("x", "days"),
    [([], []), ([0], [0]), ([0, 50], [0, 3]), ([5.0] * 9, range(9)), (range(9), [3] * 9)],
)
@pytest.mark.parametrize("permutations", [0, 19])
@pytest.mark.parametrize("date", ["midpoint", "aoristic"])
def test_awkward_inputs_have_an_answer(x, days, permutations, date):
    incidents = incidents_at(list(x), [0] * len(list(x)), list(days))
    test = hs.knox_test(incidents, permutations=permutations, seed=1, date=date)
    assert len(test.table) == (1 + len(RULE.distance_bands_m)) * len(RULE.time_bands_days)
    assert test.table["p_value"].between(0, 1).all()
    assert test.summary()
    assert test.plot().axes


def windows(rows):
    incidents = scene([(x, y, day) for x, y, day, _ in rows])
    hours = pd.to_timedelta([length for *_, length in rows], unit="h")
    incidents["occurred_to"] = incidents["occurred_from"] + hours
    return incidents


@settings(max_examples=20, deadline=None)
@given(st.lists(st.tuples(*[st.integers(0, 4)] * 2, st.integers(0, 9), st.integers(0, 150)),
                min_size=2, max_size=5))  # fmt: skip
def test_aoristic_counts_and_moments_are_those_of_every_permutation(rows):
    incidents = windows(rows)
    test = hs.knox_test(incidents, (100,), (2, 7), permutations=0, date="aoristic")
    events = list(incidents.itertuples())
    for column, (first, last) in enumerate(((0, 2), (3, 7))):
        chance = naive.window_graph(events, first, last)
        near = [
            (i, j)
            for i, j in itertools.combinations(range(len(events)), 2)
            if 0 < events[i].geometry.distance(events[j].geometry) <= 100
        ]
        drawn = [
            sum(chance[order[i]][order[j]] for i, j in near)
            for order in itertools.permutations(range(len(events)))
        ]
        assert test.grid("observed").iloc[1, column] == pytest.approx(drawn[0], abs=1e-4)
        assert test.grid("expected").iloc[1, column] == pytest.approx(np.mean(drawn), abs=1e-4)
        spread = np.std(drawn)
        if spread > 1e-3:
            expected = (drawn[0] - np.mean(drawn)) / spread
            assert test.grid("z").iloc[1, column] == pytest.approx(expected, abs=1e-2)


def test_aoristic_equals_the_plain_test_where_days_are_known():
    random = np.random.default_rng(7)
    incidents = incidents_at(*random.integers(0, 40, (2, 80)) * 25, random.integers(0, 60, 80))
    plain = hs.knox_test(incidents, permutations=99, seed=5)
    spread = hs.knox_test(incidents, permutations=99, seed=5, date="aoristic")
    for column in ("observed", "expected", "p_value", "z"):
        np.testing.assert_allclose(plain.table[column], spread.table[column], rtol=1e-9)


def test_the_choice_of_date_is_weighed():
    incidents = windows([(0, 0, 0, 0), (1, 0, 3, 400), (4, 4, 30, 10)])
    assert hs.knox_test(incidents, permutations=0).changed_by_date is not None
    assert hs.knox_test(incidents_at([0], [0], [0]), permutations=0).changed_by_date is None


def test_much_memory_is_said_before_it_is_taken(monkeypatch):
    monkeypatch.setattr("hotspot.knox.permutation_test._MUCH_MEMORY", 10)
    with pytest.warns(hs.DataWarning, match=rf"1 pair within {RULE.distance_m:g} m: .* GB"):
        hs.knox_test(incidents_at([0, 50], [0, 0], [0, 1]), permutations=0)


def test_the_data_count_as_one_of_the_permutations():
    """(1 + as extreme) / (1 + permutations) for cells, tables and chains, never 0; ties count."""
    observed, permuted = np.array([3.0, 5.0, 9.0]), np.array([[1.0, 5.0, 2.0], [3.0, 4.0, 8.0]])
    assert _permutation_p(observed, permuted).tolist() == [2 / 3, 2 / 3, 1 / 3]
    # By the Poisson tails of these means the rarest cells of the two tables are about 0.36 and
    # 0.26; those of the data are 0.32, 0.37 and 0.15.
    mean = np.array([2.0, 4.0, 6.0])
    assert _table_p(observed, permuted, mean, mean).tolist() == [2 / 3, 1, 1 / 3]
    days = np.repeat(np.arange(0, 900, 30), 2)
    places = np.repeat(np.arange(30) * 5000.0, 2) + np.tile([0, 50], 30)
    test = hs.knox_test(incidents_at(places, np.zeros(60), days), (100,), (7,), 9, seed=1)
    assert test.grid("observed").iloc[1, 0] == 30
    assert test.grid("p_value").iloc[1, 0] == test.grid("p_table").iloc[1, 0] == 1 / 10


def blocks_of(seed, planted):
    """700 burglaries at the middles of blocks, some of them planted beside others soon after."""
    random = np.random.default_rng(seed)
    x, y = random.uniform(0, 6000, (2, 700 - planted))
    days = random.integers(0, 365, 700 - planted)
    parent = random.integers(0, 700 - planted, planted)
    away, turn = 200 * np.sqrt(random.uniform(size=planted)), random.uniform(0, 7, planted)
    x = np.r_[x, x[parent] + away * np.cos(turn)]
    y = np.r_[y, y[parent] + away * np.sin(turn)]
    days = np.r_[days, days[parent] + random.integers(0, 22, planted)]
    return incidents_at(np.round(x / 60) * 60, np.round(y / 60) * 60, days)


@pytest.mark.slow
def test_cells_that_expect_no_pair_do_not_hide_the_others():
    """By the highest z the row of the same place took a fifth of what is found without it."""
    found = {0.0: 0, None: 0}
    for seed in range(150):
        for same_place in found:
            test = hs.knox_test(
                blocks_of(seed, 45), same_place_m=same_place, permutations=199, seed=seed
            )
            found[same_place] += bool((test.table["p_table"] <= 0.05).any())
    assert found[None] > 60
    assert found[0.0] >= 0.9 * found[None]


@pytest.mark.slow
@pytest.mark.parametrize("burglaries", [60, 250])
def test_where_nothing_is_one_table_in_twenty_has_a_cell_called(burglaries):
    bands, times = (100, 200, 300, 400), (7, 14, 21, 28, 35, 42)
    called, cell = 0, 0
    for seed in range(2000):
        random = np.random.default_rng(seed)
        x, y = np.round(random.uniform(0, 2500, (2, burglaries)) / 50) * 50
        incidents = incidents_at(x, y, random.integers(0, 365, burglaries))
        table = hs.knox_test(incidents, bands, times, permutations=99, seed=seed).table
        called += (table["p_table"] <= 0.05).any()
        cell += table["p_value"][7] <= 0.05
    assert called <= 0.06 * 2000
    assert cell <= 0.06 * 2000


def test_a_cell_that_expects_hardly_a_pair_is_not_painted():
    incidents = incidents_at([0, 5000, 5090, 9e3, 13e3, 20e3], [0] * 6, [0, 53, 55, 200, 300, 360])
    test = hs.knox_test(incidents, (100, 200), (7, 14), permutations=19, seed=1)
    assert test.grid("ratio").max().max() > 2
    (image,) = test.plot().axes[0].get_images()
    assert np.ma.masked_invalid(image.get_array()).mask.all()


def test_a_frame_without_a_row_is_called_empty():
    incidents = incidents_at([0, 50], [0, 0], [0, 1], area=["Westgate", "Quay"])
    none = incidents[incidents["area"] == "Nowhere"]
    summary = hs.knox_test(none, permutations=0).summary()
    assert "The incidents are empty" in summary
    assert 'incidents["area"]' in summary


def test_the_bands_are_those_of_the_rule_and_so_are_the_words():
    random = np.random.default_rng(2)
    incidents = incidents_at(*random.uniform(0, 3000, (2, 300)), random.integers(0, 365, 300))
    test = hs.knox_test(incidents, permutations=0)
    assert test.bands.edges_m == (0.0, *RULE.distance_bands_m)
    assert test.bands.edges_days == RULE.time_bands_days
    assert f"{rule_words(RULE.distance_m, RULE.window_days)} are not supported" in test.summary()


def test_every_fault_is_told_at_once():
    with pytest.raises(hs.ConfigError) as caught:
        hs.knox_test(
            incidents_at([0], [0], [0]), (200, 100), (7.5,), permutations=-1, metric="taxi",
            closed="both", same_place_m=-1, date="when", preset="old",
        )  # fmt: skip
    assert len(caught.value.problems) == 8
    months = incidents_at([0, 1, 2], [0] * 3, [0, 31, 59])
    months.attrs.clear()
    with pytest.raises(hs.DataError, match="months only"):
        hs.knox_test(months)


@pytest.mark.parametrize(
    "wrong",
    [
        {"distance_bands_m": 400},
        {"distance_bands_m": ("near",)},
        {"time_bands_days": None},
        {"permutations": True},
        {"preset": "nrc", "same_place_m": 5},
    ],
)
def test_a_setting_of_a_wrong_kind_gets_a_sentence(wrong):
    with pytest.raises(hs.ConfigError, match=r" must be | takes "):
        hs.knox_test(incidents_at([0], [0], [0]), **wrong)


def test_a_seed_that_is_none_gets_a_sentence():
    with pytest.raises(hs.ConfigError, match="seed must be a whole number"):
        hs.knox_test(incidents_at([0], [0], [0]), seed="a")


def test_few_burglaries_are_called_few_and_not_proof():
    random = np.random.default_rng(6)
    incidents = incidents_at(*random.uniform(0, 3000, (2, 40)), random.integers(0, 90, 40))
    summary = hs.knox_test(incidents, permutations=0).summary()
    assert "They are too few to tell" in summary


def test_the_frame_of_the_caller_is_not_changed():
    incidents = incidents_at([0, 50], [0, 0], [0, 1])
    before = incidents.copy(deep=True)
    hs.knox_test(incidents, permutations=9, seed=1)
    pd.testing.assert_frame_equal(incidents, before)


def test_a_rule_beyond_the_table_is_not_judged():
    # Four burglaries within 200 m and 14 days, again and again: raised to the end of the table.
    rng = np.random.default_rng(1)
    x, y = np.repeat(rng.uniform(0, 20000, (2, 150)), 4, axis=1) + rng.uniform(0, 200, (2, 600))
    days = np.repeat(rng.integers(0, 700, 150), 4) + rng.integers(0, 14, 600)
    words = hs.knox_test(
        incidents_at(x, y, days), (100, 200, 300), (7, 14), permutations=0
    ).summary()
    beyond = f"{RULE.window_days} days cannot be judged: the table ends at 14 days"
    assert f"{beyond}, raised to its end" in words
    assert "wider than what is shown" not in words


def test_a_table_of_more_cells_than_pairs_is_refused():
    incidents = incidents_at([0] * 9, [0] * 9, range(9))
    with pytest.raises(hs.ConfigError, match="make 2,040 cells"):
        hs.knox_test(incidents, distance_bands_m=range(1, 341), permutations=0)
