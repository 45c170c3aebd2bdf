"""The local distance and window, and the bootstrap behind them."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

import hotspot as hs
from hotspot.knox.bands import Bands
from hotspot.knox.blocks import BlockPairs
from hotspot.knox.calibrate import calibrate_rule
from tests import naive
from tests.conftest import incidents_at

# Frames without a row are among the awkward ones; what is said of them: tests/test_empty_frames.py.
pytestmark = pytest.mark.filterwarnings("ignore:The incidents are empty")

spots = st.tuples(st.integers(0, 20), st.integers(0, 20), st.integers(0, 40))
scenes = st.lists(spots, max_size=25)
BANDS = Bands((0.0, 100.0, 300.0), (7, 14))


def scene(rows, shift=0):
    x, y, days = np.array(rows, dtype=float).reshape(-1, 3).T
    return incidents_at(x * 100 + shift, y * 100 - shift, days)


def followed_town(seed, parents=1500, children=700, reach_m=150.0, days=21):
    """Make a town where some burglaries are followed, by one each, in a sharp disc and time."""
    random = np.random.default_rng(seed)
    x, y = random.uniform(0, 8000, (2, parents))
    day = random.integers(0, 730, parents)
    led = random.choice(parents, children, replace=False)
    away = reach_m * np.sqrt(random.uniform(0, 1, children))
    angle = random.uniform(0, 2 * np.pi, children)
    return incidents_at(
        np.concatenate([x, x[led] + away * np.cos(angle)]),
        np.concatenate([y, y[led] + away * np.sin(angle)]),
        np.concatenate([day, day[led] + random.integers(0, days + 1, children)]),
    )


@settings(max_examples=30, deadline=None)
@given(scenes, st.integers(0, 9))
def test_drawn_pairs_are_those_of_the_slow_twin(rows, seed):
    incidents = scene(rows)
    pairs = BlockPairs.of_events(incidents, BANDS, "midpoint", 500.0)
    draws = pairs.draw(3, seed)
    observed, _ = pairs.counts(draws)
    x, y = incidents.geometry.x.to_numpy(), incidents.geometry.y.to_numpy()
    square = list(
        zip((x - x.min(initial=1e9)) // 500, (y - y.min(initial=1e9)) // 500, strict=True)
    )
    names = sorted(set(square))
    for drawn, counts in zip(draws, observed, strict=True):
        times = [int(drawn[names.index(at)]) for at in square]
        expected = naive.drawn_pairs(
            list(zip(x, y, strict=True)), [day for *_, day in rows], times, 300, 14
        )
        assert counts.sum() == expected


@settings(max_examples=30, deadline=None)
@given(scenes)
def test_drawing_each_block_once_gives_the_test_itself(rows):
    incidents = scene(rows)
    pairs = BlockPairs.of_events(incidents, BANDS, "midpoint", 500.0)
    observed, expected = pairs.counts()
    test = hs.knox_test(incidents, BANDS.edges_m[1:], BANDS.edges_days, permutations=0)
    np.testing.assert_array_equal(observed[0].ravel(), test.table["observed"])
    np.testing.assert_allclose(expected[0].ravel(), test.table["expected"], rtol=1e-12, atol=0)


def test_no_resample_pairs_an_event_with_its_own_copy():
    random = np.random.default_rng(3)
    incidents = incidents_at(*random.uniform(0, 3000, (2, 200)), random.integers(0, 99, 200))
    pairs = BlockPairs.of_events(incidents, BANDS, "midpoint", None)
    draws = pairs.draw(200, seed=1)
    assert draws.max() > 2, "some block is drawn again and again"
    assert (pairs.counts(draws)[0][:, 0] == 0).all(), "no pair at the same place appears"


def test_the_planted_reach_is_found_and_lies_in_its_interval():
    rule = calibrate_rule(followed_town(1), resamples=199, seed=1)
    assert rule.supported
    assert rule.distance_m == pytest.approx(150, abs=50)
    assert rule.window_days == pytest.approx(21, abs=7)
    assert rule.distance_interval[0] <= 150 <= rule.distance_interval[1]
    assert rule.window_interval[0] <= 21 <= rule.window_interval[1]
    assert f"{rule.distance_m:g} m and {rule.window_days} days" in rule.summary()


def test_a_wider_truth_gives_a_wider_rule():
    wide = calibrate_rule(
        followed_town(2, children=1200, reach_m=350, days=42), resamples=9, seed=1
    )
    narrow = calibrate_rule(followed_town(2, reach_m=60, days=7), resamples=9, seed=1)
    assert wide.distance_m > narrow.distance_m
    assert wide.window_days > narrow.window_days


@pytest.mark.slow
def test_intervals_hold_the_reach_of_the_process_nearly_always():
    held = []
    for seed in range(15):
        rule = calibrate_rule(followed_town(100 + seed, 600, 150), resamples=99, seed=seed)
        for truth, interval in ((150, rule.distance_interval), (21, rule.window_interval)):
            held.append(interval is not None and interval[0] <= truth <= interval[1])
    assert np.mean(held) >= 0.93


@pytest.mark.slow
@pytest.mark.parametrize(("parents", "children"), [(100, 0), (150, 40), (600, 150)])
def test_intervals_of_ratios_hold_the_truth(parents, children):
    """Percentiles of the resamples alone held it in 44 to 90 of 100 where few pairs are seen."""
    tables = [
        calibrate_rule(followed_town(1000 + seed, parents, children), resamples=199, seed=seed)
        .by_distance.iloc[[0, 1, 3, 8]].reset_index(drop=True)
        for seed in range(200)
    ]  # fmt: skip
    for band in range(4):
        rows = pd.DataFrame([table.loc[band] for table in tables]).dropna(subset=["ratio"])
        # A ratio of sums over all towns: each alone is skew.
        truth = rows["observed"].sum() / rows["expected"].sum()
        held = (rows["ratio_low"] <= truth) & (truth <= rows["ratio_high"])
        assert held.mean() >= 0.93


@pytest.mark.slow
def test_areas_without_near_repeats_are_seldom_given_a_rule():
    random = np.random.default_rng(5)
    trials, given_rule = 80, 0
    for trial in range(trials):
        incidents = incidents_at(*random.normal(0, 600, (2, 150)), random.integers(0, 200, 150))
        rule = calibrate_rule(incidents, resamples=1, seed=trial)
        given_rule += rule.supported
        assert rule.supported or "No distance and window proposed" in rule.summary()
    assert given_rule <= stats.binom.ppf(0.999, trials, 0.05)


def test_what_keeps_a_rule_from_being_proposed_is_named_with_its_ratio():
    town = followed_town(3, 300, 150)
    rule = calibrate_rule(town, resamples=1, seed=1)
    by_distance, by_time = (table["smoothed"].max() for table in (rule.by_distance, rule.by_time))
    assert by_distance != by_time
    between = (by_distance + by_time) / 2
    said = calibrate_rule(town, raised=between, resamples=1, seed=1).summary()
    lower, where = min(
        (by_distance, "in the first 14 days the ratio, made to fall with distance"),
        (by_time, "within 200 m the ratio, made to fall with time"),
    )
    assert f"{where}, is {lower:.2f} at most, below {between:g}" in said
    assert said.count("at most, below") == 1
    both = calibrate_rule(town, raised=99, resamples=1, seed=1).summary()
    assert both.count("at most, below 99") == 2
    assert "nowhere" not in both


def test_a_first_band_of_one_day_is_named_as_that_day():
    town = followed_town(3, 300, 150)
    test = hs.knox_test(town, (100, 200), (0, 7, 14), permutations=0)
    rule = calibrate_rule(town, days=(0, 7, 14), near_days=0, resamples=1, seed=1)
    for words in (test.summary(), rule.summary()):
        assert " 0 days" not in words
    assert "on the same day" in test.summary() + rule.summary()


def test_order_of_rows_and_exact_shifts_do_not_matter():
    incidents = followed_town(3, 300, 150)
    incidents = incidents.set_geometry(
        gpd.points_from_xy(incidents.geometry.x.round(), incidents.geometry.y.round()),
        crs=incidents.crs,
    )
    here = calibrate_rule(incidents, resamples=50, seed=2)
    moved = incidents.set_geometry(incidents.geometry.translate(4096, -512))
    for other in (incidents.sample(frac=1, random_state=1), moved):
        there = calibrate_rule(other, resamples=50, seed=2)
        pd.testing.assert_frame_equal(here.by_distance, there.by_distance)
        pd.testing.assert_frame_equal(here.by_time, there.by_time)
        assert here.distance_interval == there.distance_interval
    other_seed = calibrate_rule(incidents, resamples=50, seed=3)
    assert (here.by_distance["ratio_low"] != other_seed.by_distance["ratio_low"]).any()


@pytest.mark.parametrize(
    ("x", "days"),
    [([], []), ([0], [0]), ([0, 50], [0, 3]), ([5.0] * 30, range(30)), (range(30), [3] * 30)],
)
def test_where_nothing_can_be_told_nothing_is_proposed(x, days):
    incidents = incidents_at(list(x), [0] * len(list(x)), list(days))
    rule = calibrate_rule(incidents, resamples=9, seed=1)
    assert not rule.supported
    assert rule.window_days is None
    assert rule.distance_interval is None
    assert "No distance and window proposed" in rule.summary()
    assert rule.plot().axes


def test_the_sample_gives_back_the_reach_of_its_making(busy_dir):
    """Made with a mean distance of 100 m and a mean lag of 10 days."""
    with pytest.warns(hs.DataWarning):
        incidents = hs.read_incidents(busy_dir / "burglaries.csv")
    rule = calibrate_rule(incidents, resamples=199, seed=1)
    assert 100 <= rule.distance_m <= 250
    assert 14 <= rule.window_days <= 42
    assert rule.distance_interval[1] < 400, "the rule of 400 m is wider than this town's"
    assert rule.plot().axes
    assert "<p>" in rule._repr_html_()


def test_the_frame_of_the_caller_is_not_changed():
    incidents = followed_town(4, 60, 30)
    before = incidents.copy(deep=True)
    calibrate_rule(incidents, resamples=9, seed=1)
    pd.testing.assert_frame_equal(incidents, before)


def test_pairs_of_one_place_are_no_part_of_a_rule():
    """A town of repeats alone: every pair that is near in both is at one point."""
    random = np.random.default_rng(8)
    x, y = random.uniform(0, 9000, (2, 150))
    day = random.integers(0, 900, 150)
    pairs = [50, 100, 200], [7, 14]
    alone = calibrate_rule(incidents_at(x, y, day), *pairs, near_m=200, seed=1, resamples=9)
    twice = np.repeat(x, 2), np.repeat(y, 2), np.repeat(day, 2) + np.tile([0, 2], 150)
    rule = calibrate_rule(incidents_at(*twice), *pairs, near_m=200, seed=1, resamples=9)
    assert not rule.supported
    assert rule.p_value > 0.05
    # Two burglaries at either of two places near each other make four pairs, and none at one.
    assert rule.by_time["observed"].sum() <= 4 * alone.by_time["observed"].sum() + 4
    assert rule.by_distance["observed"].sum() <= 4 * alone.by_distance["observed"].sum() + 4
    repeats_only = incidents_at([0, 0, 5000, 5000], [0] * 4, [0, 1, 200, 201])
    none = calibrate_rule(repeats_only, *pairs, near_m=200, seed=1, resamples=9)
    assert none.by_distance["observed"].sum() == none.by_time["observed"].sum() == 0
    assert none.p_value == 1


def test_every_fault_is_told_at_once():
    with pytest.raises(hs.ConfigError) as caught:
        calibrate_rule(
            incidents_at([0], [0], [0]), (200, 100), (7.5,), raised=0, near_m=55, near_days=3,
            date="aoristic", resamples=0, block_m=-1,
        )  # fmt: skip
    assert len(caught.value.problems) == 8
    months = incidents_at([0, 1, 2], [0] * 3, [0, 31, 59])
    months.attrs.clear()
    with pytest.raises(hs.DataError, match="months only"):
        calibrate_rule(months)
