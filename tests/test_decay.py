"""How risk falls off with distance and days, and how sure that is."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import hotspot as hs
from hotspot.knox.decay import near_repeat_decay
from tests import naive
from tests.conftest import incidents_at

# Frames without a row are among the awkward ones; what is said of them: tests/test_empty_frames.py.
pytestmark = pytest.mark.filterwarnings("ignore:The incidents are empty")

EDGES_M, EDGES_DAYS = (100, 200, 300), (2, 7, 14)
spots = st.tuples(st.integers(0, 6), st.integers(0, 6), st.integers(0, 25))
scenes = st.lists(spots, max_size=30)


def scene(rows, shift=0):
    x, y, days = np.array(rows, dtype=float).reshape(-1, 3).T
    return incidents_at(x * 50 + shift, y * 50 - shift, days)


def decay_of(incidents, **options):
    options = {"resamples": 20, "seed": 1, **options}
    return near_repeat_decay(incidents, EDGES_M, EDGES_DAYS, **options)


@settings(max_examples=25, deadline=None)
@given(scenes)
def test_the_table_is_that_of_the_knox_test_and_of_the_slow_twin(rows):
    table = decay_of(scene(rows)).table
    test = hs.knox_test(scene(rows), EDGES_M, EDGES_DAYS, permutations=0).table
    for column in ("distance_band", "time_band"):
        assert table[column].tolist() == test[column].tolist()
    for column in ("observed", "expected", "ratio"):
        np.testing.assert_allclose(table[column], test[column], rtol=1e-12)
    places = [(50.0 * x, 50.0 * y) for x, y, _ in rows]
    counts = naive.knox_counts(places, [day for *_, day in rows], EDGES_M, EDGES_DAYS)
    assert table["observed"].tolist() == [n for row in counts for n in row]


@settings(max_examples=25, deadline=None)
@given(scenes)
def test_the_profiles_sum_up_the_table(rows):
    decay = decay_of(scene(rows), near_m=200, near_days=7)
    table = decay.table
    counts = table["observed"].to_numpy().reshape(4, 3)
    assert decay.by_distance["observed"].tolist() == counts[:, :2].sum(axis=1).tolist()
    assert decay.by_day["observed"].tolist() == counts[1:3].sum(axis=0).tolist()
    assert decay.by_day_same_place["observed"].tolist() == counts[0].tolist()
    assert (decay.near_m, decay.near_days) == (200, 7)


@settings(max_examples=20, deadline=None)
@given(scenes, st.randoms(use_true_random=False), st.integers(-3000, 3000))
def test_order_and_exact_shifts_do_not_matter(rows, random, shift):
    incidents = scene(rows)
    order = list(range(len(incidents)))
    random.shuffle(order)
    here = decay_of(incidents).table
    pd.testing.assert_frame_equal(here, decay_of(incidents.iloc[order]).table)
    pd.testing.assert_frame_equal(here, decay_of(scene(rows, shift)).table)


def test_the_band_of_chance_is_the_exact_spread():
    random = np.random.default_rng(2)
    incidents = incidents_at(*random.uniform(0, 2000, (2, 300)), random.integers(0, 200, 300))
    decay = near_repeat_decay(incidents, (200,), (14,), near_m=200, resamples=9, seed=1)
    cell = decay.by_day.iloc[0]
    test = hs.knox_test(incidents, (200,), (14,), permutations=0).table.iloc[1]
    spread = (test["observed"] - test["expected"]) / test["z"] / test["expected"]
    assert cell["chance_high"] - 1 == pytest.approx(1.96 * spread, rel=1e-4)
    assert 1 - cell["chance_low"] == pytest.approx(1.96 * spread, rel=1e-4)


@pytest.mark.slow
def test_the_band_of_chance_holds_what_chance_gives():
    random = np.random.default_rng(4)
    trials, within = 100, 0
    for trial in range(trials):
        incidents = incidents_at(*random.uniform(0, 2500, (2, 200)), random.integers(0, 150, 200))
        cell = near_repeat_decay(
            incidents, (200,), (14,), near_m=200, resamples=1, seed=trial
        ).by_day.iloc[0]  # fmt: skip
        within += cell["chance_low"] <= cell["ratio"] <= cell["chance_high"]
    assert 0.88 <= within / trials <= 1


def test_risk_falls_off_as_it_was_made_to():
    random = np.random.default_rng(6)
    x, y = random.uniform(0, 9000, (2, 2000))
    days = random.integers(0, 700, 2000)
    led = random.integers(0, 2000, 900)
    away, angle = random.exponential(100, 900), random.uniform(0, 2 * np.pi, 900)
    incidents = incidents_at(
        np.concatenate([x, x[led] + away * np.cos(angle)]),
        np.concatenate([y, y[led] + away * np.sin(angle)]),
        np.concatenate([days, days[led] + random.exponential(10, 900).astype(int)]),
    )
    decay = near_repeat_decay(incidents, resamples=99, seed=1)
    near = decay.by_distance.iloc[1:].reset_index(drop=True)
    assert near["ratio"][0] > near["ratio"][2] > near["ratio"][9]
    assert near["ratio_low"][0] > 1.5
    assert near["ratio_low"][9] < 1.1
    assert (near["ratio_low"] <= near["ratio"]).all()
    assert (near["ratio"] <= near["ratio_high"]).all()
    assert decay.by_day["ratio"].iloc[0] > 1.5 > 1.2 > decay.by_day["ratio"].iloc[-1]
    assert "times chance" in decay.summary()


def test_the_sample_falls_off_from_the_same_place(busy_dir):
    with pytest.warns(hs.DataWarning):
        incidents = hs.read_incidents(busy_dir / "burglaries.csv")
    decay = near_repeat_decay(incidents, resamples=99, seed=1)
    ratio = decay.by_distance["ratio"]
    assert ratio[1] > ratio[2] > ratio[3] > ratio[4] > 1.1
    assert ratio[7:].max() < 1.1, "made with a mean distance of 100 m"
    assert "<p>" in decay._repr_html_()


def test_days_may_be_single_days():
    incidents = incidents_at([0, 10, 20], [0] * 3, [0, 0, 1])
    decay = near_repeat_decay(incidents, (50,), range(3), near_days=2, resamples=9, seed=1)
    assert decay.by_day["time_band"].tolist() == ["0 days", "1 day", "2 days"]
    assert decay.by_day["observed"].tolist() == [1, 2, 0]


@pytest.mark.parametrize(
    ("x", "days"),
    [([], []), ([0], [0]), ([0, 50], [0, 3]), ([5.0] * 9, range(9)), (range(9), [3] * 9)],
)
def test_awkward_inputs_have_an_answer(x, days):
    incidents = incidents_at(list(x), [0] * len(list(x)), list(days))
    decay = decay_of(incidents)
    assert len(decay.table) == 12
    assert decay.summary()
    assert decay.plot().axes


def test_the_frame_of_the_caller_is_not_changed():
    incidents = scene([(0, 0, 0), (1, 0, 1)])
    before = incidents.copy(deep=True)
    decay_of(incidents)
    pd.testing.assert_frame_equal(incidents, before)


def test_every_fault_is_told_at_once():
    with pytest.raises(hs.ConfigError) as caught:
        near_repeat_decay(
            incidents_at([0], [0], [0]), (200, 100), (7.5,), near_m=0, date="aoristic",
            resamples=0, block_m=-1,
        )  # fmt: skip
    assert len(caught.value.problems) == 6
