"""Choosing a bandwidth."""

import pickle

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import hotspot as hs
from hotspot._kernels.leave_one_out import leave_one_out
from hotspot.density import select_bandwidth
from tests import naive
from tests.conftest import incidents_at

places = st.lists(
    st.tuples(st.integers(0, 40), st.integers(0, 40)), min_size=5, max_size=25
).filter(lambda rows: len(set(rows)) >= 3)


def spread(x, y):
    return incidents_at(x, y, np.zeros(len(x)))


@settings(max_examples=20, deadline=None)
@given(places, st.sampled_from(["quartic", "epanechnikov", "triweight", "uniform"]))
def test_the_likelihood_is_that_of_the_slow_twin(rows, kernel):
    x, y = np.array(rows, dtype=float).T * 10
    candidates = [25.0, 60.0, 100.0, 333.0]
    chosen = select_bandwidth(spread(x, y), kernel=kernel, candidates_m=candidates)
    everywhere = list(zip(x, y, strict=True))
    expected = [naive.mean_log_likelihood(everywhere, kernel, h) for h in candidates]
    np.testing.assert_allclose(chosen.table["log_likelihood"], expected, rtol=1e-9)
    assert float(chosen) == candidates[int(np.argmax(expected))] or np.isclose(
        max(expected), expected[candidates.index(float(chosen))], rtol=1e-12
    )


def test_sums_agree_with_scikit_learn_distances():
    from sklearn.neighbors import KDTree

    random = np.random.default_rng(9)
    x, y = random.uniform(0, 3000, (2, 800))
    events = random.integers(1, 4, 800).astype(float)
    ours = leave_one_out(x, y, events, np.array([50.0, 400.0, 900.0]), "quartic")
    xy = np.column_stack([x, y])
    for column, h in enumerate((50.0, 400.0, 900.0)):
        near, distance = KDTree(xy).query_radius(xy, h, return_distance=True)
        expected = [
            sum(events[j] * 3 / (np.pi * h**2) * (1 - (d / h) ** 2) ** 2
                for j, d in zip(js, ds, strict=True) if j != i)
            for i, (js, ds) in enumerate(zip(near, distance, strict=True))
        ]  # fmt: skip
        np.testing.assert_allclose(ours[:, column], expected, rtol=1e-9, atol=1e-18)


def test_neither_order_nor_threads_change_the_sums():
    random = np.random.default_rng(10)
    x, y = random.uniform(0, 3000, (2, 2000))
    order = random.permutation(2000)
    widths = np.array([100.0, 700.0])
    one = leave_one_out(x, y, np.ones(2000), widths, "quartic", threads=1)
    two = leave_one_out(x[order], y[order], np.ones(2000), widths, "quartic", threads=2)
    np.testing.assert_array_equal(one[order], two)


def test_clusters_get_a_narrower_bandwidth_than_one_bell():
    random = np.random.default_rng(11)
    bell = random.normal(0, 1000, (2, 600))
    centres = random.uniform(0, 20_000, (2, 12))
    towns = centres[:, random.integers(0, 12, 600)] + random.normal(0, 150, (2, 600))
    of_bell, of_towns = (select_bandwidth(spread(*xy)) for xy in (bell, towns))
    assert 700 < of_bell < 2500
    assert 150 < of_towns < 900
    assert select_bandwidth(spread(*towns), "rule of thumb") > 5 * of_towns


def test_coincident_points_do_not_drive_the_bandwidth_to_nothing():
    random = np.random.default_rng(12)
    x, y = random.normal(0, 500, (2, 200))
    once = select_bandwidth(spread(x, y), candidates_m=[5, 50, 500, 1000])
    doubled = select_bandwidth(
        spread(np.tile(x, 2), np.tile(y, 2)), candidates_m=[5, 50, 500, 1000]
    )
    assert float(once) == float(doubled) >= 500
    assert "200 incidents of 400" in doubled.summary()
    assert "narrowest" in select_bandwidth(spread(x, y), candidates_m=[600, 5000]).summary()


def test_the_rule_of_thumb_follows_scale_and_not_direction():
    random = np.random.default_rng(13)
    x, y = random.normal(0, 100, 300), random.normal(0, 900, 300)
    rule = select_bandwidth(spread(x, y), "rule of thumb")
    turned = select_bandwidth(spread(*(np.array([[3, -4], [4, 3]]) / 5 @ [x, y])), "rule of thumb")
    assert turned == pytest.approx(rule, rel=1e-9)
    assert select_bandwidth(spread(y, x), "rule of thumb") == pytest.approx(rule, rel=1e-12)
    assert select_bandwidth(spread(3 * x, 3 * y), "rule of thumb") == pytest.approx(3 * rule)
    deviation = np.sqrt((np.var(x, ddof=1) + np.var(y, ddof=1)) / 2)
    assert rule == pytest.approx(2.7792 * deviation * 300 ** (-1 / 6))


def test_a_bandwidth_is_a_number_that_survives_a_pickle():
    chosen = select_bandwidth(spread([0, 90, 0, 50], [0, 0, 90, 20]))
    again = pickle.loads(pickle.dumps(chosen))
    assert float(again) == float(chosen)
    assert again.summary() == chosen.summary()


def test_what_cannot_be_chosen_from_is_refused():
    with pytest.raises(hs.DataError, match="2 places"):
        select_bandwidth(spread([0, 0, 9], [0, 0, 9]))
    with pytest.raises(hs.ConfigError) as caught:
        select_bandwidth(spread([0, 1, 2], [0, 1, 2]), "guess", "gaussian", [0])
    assert len(caught.value.problems) == 3
