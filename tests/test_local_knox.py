"""Around which burglaries, and in which chains, there is more than chance."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

import hotspot as hs
from hotspot._kernels.local import hypergeometric_tail, permuted_excess
from hotspot._kernels.pairs import neighbours
from hotspot.knox.local import chain_significance, local_knox
from hotspot.near_repeat import label_repeats, near_repeat_chains
from tests import naive
from tests.conftest import incidents_at

# Frames without a row are among the awkward ones; what is said of them: tests/test_empty_frames.py.
pytestmark = pytest.mark.filterwarnings("ignore:The incidents are empty")

spots = st.tuples(st.integers(0, 6), st.integers(0, 6), st.integers(0, 40))


def scene(rows, shift=0):
    x, y, days = np.array(rows, dtype=float).reshape(-1, 3).T
    return incidents_at(x * 100 + shift, y * 100 - shift, days)


def places(rows):
    return [(100.0 * x, 100.0 * y) for x, y, _ in rows], [day for *_, day in rows]


@settings(max_examples=20, deadline=None)
@given(st.lists(spots, min_size=1, max_size=6))
def test_the_local_test_is_that_of_every_conditional_permutation(rows):
    found = local_knox(scene(rows), 200, 14)
    for event, row in enumerate(found.itertuples()):
        counts = naive.local_counts(*places(rows), event, 200, 14)
        assert row.observed == counts[0]
        assert row.expected == pytest.approx(np.mean(counts))
        assert row.p_value == pytest.approx(np.mean(np.array(counts) >= counts[0]))
        if np.std(counts) > 1e-9:
            assert row.z == pytest.approx((counts[0] - np.mean(counts)) / np.std(counts))


@settings(max_examples=50, deadline=None)
@given(st.integers(1, 50_000), st.floats(0, 1), st.floats(0, 1), st.floats(0, 1))
def test_the_exact_tail_is_that_of_scipy(total, of_draws, of_good, of_range):
    draws, good = round(of_draws * min(total, 500)), round(of_good * total)
    lowest, highest = max(0, draws + good - total), min(draws, good)
    count = round(lowest + of_range * (highest - lowest))
    found = hypergeometric_tail(np.array([count]), np.array([draws]), np.array([good]), total)[0]
    expected = stats.hypergeom.sf(count - 1, total, good, draws)
    assert found == pytest.approx(expected, rel=1e-6, abs=1e-280)


@settings(max_examples=12, deadline=None)
@given(st.lists(spots, min_size=2, max_size=25))
def test_pairs_of_chains_are_those_of_the_slow_twin(rows):
    incidents = scene(rows)
    found = chain_significance(incidents, 200, 14, permutations=9, seed=1)
    labels = label_repeats(incidents, 200, 14)
    excess = {}
    for row in found.itertuples():
        members = set(labels.index[labels["chain"] == row.chain])
        pairs, expected, excess[row.p_value, row.chain] = naive.chain_excess(
            members, *places(rows), 200, 14
        )
        assert (row.pairs, row.expected_pairs) == (pairs, pytest.approx(expected))
    by_p = [excess[key] for key in sorted(excess)]
    for (p_one, _), (p_two, _), one, two in zip(
        sorted(excess), sorted(excess)[1:], by_p, by_p[1:], strict=False
    ):
        assert p_one == p_two or one > two, "the more striking, the lower its p"
    plain = near_repeat_chains(incidents, 200, 14)
    pd.testing.assert_frame_equal(found[list(plain)], plain)


def test_the_highest_excess_of_a_permutation_is_that_of_the_slow_twin():
    random = np.random.default_rng(9)
    x, y = random.integers(0, 8, (2, 30)) * 100.0
    any_day = np.zeros(30, dtype=np.int64)
    near = neighbours(x, y, any_day, any_day, 0, np.array([200.0]), np.array([True]))
    # Days alike in all but order: with every day the same there is one deal only.
    days = np.full(30, 3)
    found = permuted_excess(near, days, 14, 1.0, 5, seed=1)
    assert found.tolist() == [0.0] * 5
    incidents = incidents_at(x, y, random.integers(0, 300, 30))
    times = incidents["occurred_from"].to_numpy()
    orders = [random.permutation(times) for _ in range(40)]
    dealt = [incidents.assign(occurred_from=when, occurred_to=when) for when in orders]
    slow = []
    for frame in dealt:
        day = (frame["occurred_from"] - pd.Timestamp("2025-01-01")).dt.days.tolist()
        at = list(zip(x, y, strict=True))
        groups = naive.chains(frame, 200, 14)
        slow.append(max(naive.chain_excess(g, at, day, 200, 14)[2] for g in groups))
    day = (incidents["occurred_from"] - pd.Timestamp("2025-01-01")).dt.days.to_numpy()
    lags = np.abs(day[:, None] - day)[np.triu_indices(30, 1)]
    fast = permuted_excess(near, day, 14, float((lags <= 14).mean()), 400, seed=1)
    assert stats.ks_2samp(slow, fast).pvalue > 0.01


def test_a_seed_gives_one_answer_on_any_number_of_threads():
    random = np.random.default_rng(8)
    x, y = random.uniform(0, 2000, (2, 400))
    any_day = np.zeros(400, dtype=np.int64)
    days = random.integers(0, 300, 400)
    near = neighbours(x, y, any_day, any_day, 0, np.array([200.0]), np.array([True]))
    one = permuted_excess(near, days, 14, 0.05, 50, seed=4, threads=1)
    three = permuted_excess(near, days, 14, 0.05, 50, seed=4, threads=3)
    np.testing.assert_array_equal(one, three)
    assert (permuted_excess(near, days, 14, 0.05, 50, seed=5) != one).any()


@settings(max_examples=12, deadline=None)
@given(st.lists(spots, max_size=25), st.randoms(use_true_random=False), st.integers(-999, 999))
def test_order_and_exact_shifts_do_not_matter(rows, random, shift):
    incidents = scene(rows)
    order = list(range(len(incidents)))
    random.shuffle(order)
    here = local_knox(incidents, 200, 14)
    pd.testing.assert_frame_equal(local_knox(incidents.iloc[order], 200, 14).sort_index(), here)
    moved = local_knox(scene(rows, shift), 200, 14)
    pd.testing.assert_frame_equal(moved.drop(columns="geometry"), here.drop(columns="geometry"))


def null_town(random, events=120):
    x, y = random.normal(0, 500, (2, events))
    return incidents_at(x, y, random.integers(0, 200, events))


@pytest.mark.slow
def test_false_alarms_around_burglaries_are_as_seldom_as_said():
    random = np.random.default_rng(11)
    trials, alarms, p_values = 80, 0, []
    for _ in range(trials):
        found = local_knox(null_town(random), 200, 14)
        alarms += (found["q_value"] <= 0.05).any()
        p_values.append(found["p_value"].iloc[0])
    assert alarms <= stats.binom.ppf(0.999, trials, 0.05)
    for level in (0.05, 0.2, 0.5):
        low = (np.array(p_values) <= level).sum()
        assert low <= stats.binom.ppf(0.999, trials, level)


@pytest.mark.slow
def test_false_alarms_of_chains_are_as_frequent_as_said():
    random = np.random.default_rng(12)
    trials, alarms = 50, 0
    for trial in range(trials):
        found = chain_significance(null_town(random), 300, 14, permutations=39, seed=trial)
        alarms += (found["p_value"] <= 0.2).any()
    assert stats.binom.ppf(0.001, trials, 0.2) <= alarms <= stats.binom.ppf(0.999, trials, 0.2)


def test_a_planted_spree_is_found_where_it_is():
    random = np.random.default_rng(13)
    x, y = random.uniform(0, 5000, (2, 400))
    days = random.integers(0, 365, 400)
    x[:12], y[:12] = random.normal(2500, 60, 12), random.normal(2500, 60, 12)
    days[:12] = 100 + random.integers(0, 10, 12)
    incidents = incidents_at(x, y, days)
    found = local_knox(incidents, 400, 21)
    assert (found["q_value"][:12] <= 0.01).all()
    away = found.geometry.distance(found.geometry.iloc[0]) > 1000
    assert (found["q_value"][away] <= 0.05).mean() < 0.01
    chains = chain_significance(incidents, 400, 21, permutations=99, seed=1)
    chain = label_repeats(incidents, 400, 21)["chain"][0]
    assert chains.set_index("chain")["p_value"][chain] == 0.01
    assert (chains.set_index("chain")["p_value"].drop(chain) > 0.05).all()


def test_a_street_that_is_always_busy_does_not_stand_out():
    random = np.random.default_rng(14)
    x, y = random.uniform(0, 5000, (2, 400))
    x[:60], y[:60] = 2500, 2500
    incidents = incidents_at(x, y, random.integers(0, 365, 400))
    assert (local_knox(incidents)["q_value"] > 0.05).all()
    chains = chain_significance(incidents, permutations=99, seed=1)
    assert chains["crimes"].max() >= 60
    assert (chains["p_value"] > 0.05).all()


def test_further_references_carry_the_numbers_of_their_event():
    incidents = incidents_at([0, 0, 30], [0] * 3, [0, 0.5, 9], uprn=["7", "7", "8"])
    incidents["occurred_to"] = incidents["occurred_from"] + pd.Timedelta(days=1)
    incidents.index = pd.Index(["a", "b", "c"], name="id")
    found = local_knox(incidents)
    assert found["observed"].tolist() == [1, 1, 1]
    assert found["neighbours"].tolist() == [1, 1, 1]
    pd.testing.assert_index_equal(found.index, incidents.index)


@pytest.mark.parametrize(
    ("x", "days"),
    [([], []), ([0], [0]), ([0, 50], [0, 3]), ([5.0] * 9, range(9)), (range(9), [3] * 9)],
)
def test_awkward_inputs_have_an_answer(x, days):
    incidents = incidents_at(list(x), [0] * len(list(x)), list(days))
    before = incidents.copy(deep=True)
    found = local_knox(incidents)
    assert (found["q_value"] == 1).all()
    chains = chain_significance(incidents, permutations=9, seed=1)
    assert (chains["p_value"] == 1).all()
    assert len(chains) == (len(incidents) > 1)
    pd.testing.assert_frame_equal(incidents, before)


def test_the_data_count_as_one_of_the_permutations():
    x = np.repeat(np.arange(20) * 5000.0, 4) + np.tile([0, 40, 80, 120], 20)
    days = np.repeat(np.arange(0, 2000, 100), 4) + np.tile([0, 1, 2, 3], 20)
    chains = chain_significance(incidents_at(x, 0 * x, days), 100, 7, permutations=9, seed=1)
    assert len(chains) == 20
    assert (chains["p_value"] == 1 / 10).all()


def test_every_fault_is_told_at_once():
    with pytest.raises(hs.ConfigError) as caught:
        chain_significance(incidents_at([0], [0], [0]), -1, 1.5, 0, "aoristic")
    assert len(caught.value.problems) == 4
    months = incidents_at([0, 1, 2], [0] * 3, [0, 31, 59])
    months.attrs.clear()
    with pytest.raises(hs.DataError, match="months only"):
        local_knox(months)
