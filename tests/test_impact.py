"""Measures of an operation: published numbers, slow twins, and what cannot be known."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import hotspot as hs
from hotspot.impact.detectable_falls import _exact_power

# Treated, control, displacement area and its control, before and after (Wheeler and Ratcliffe).
_FOUR = {"T": (207, 110), "C": (308, 318), "D": (178, 157), "E": (150, 140)}


def _by_measure(*given, **more):
    return hs.impact.displacement(*given, **more).set_index("measure")


def test_the_weighted_displacement_difference_is_the_published_one():
    found = _by_measure(_FOUR).loc["WDD"]
    assert (found["value"], found["se"] ** 2) == (-118, pytest.approx(1568))
    assert round(found["z"], 2) == -2.98
    assert (round(found["low"]), round(found["high"])) == (-196, -40)


def test_the_difference_allows_for_unequal_periods_and_areas():
    found = _by_measure({"C": (100, 50), "T": (80, 20)}, years=(2, 1)).loc["WDD"]
    assert (found["value"], found["se"] ** 2) == (-20, pytest.approx(115))
    weights = {"C": 0.9, "T": 1.2, "E": 1.6, "D": 1.5}
    found = _by_measure(_FOUR, area_weights=weights).loc["WDD"]
    assert found["value"] == pytest.approx(-99.694444, abs=5e-7)
    assert found["se"] == pytest.approx(35.4280755, abs=5e-8)
    assert found["low"] == pytest.approx(-169.132197, abs=1e-6)
    assert found["high"] == pytest.approx(-30.256692, abs=1e-6)


def test_the_rate_ratio_is_that_of_the_four_counts():
    found = _by_measure(_FOUR).loc["rate ratio"]
    assert found["value"] == pytest.approx(0.514690, abs=5e-7)
    assert found["se"] == pytest.approx(0.142525, abs=5e-7)
    # D. B. Wilson: 50 to 30 against 60 to 55.
    found = _by_measure({"treated": (50, 30), "control": (60, 55)}).loc["rate ratio"]
    assert np.log(found["value"]) == pytest.approx(-0.4238142, abs=5e-8)
    assert found["value"] == pytest.approx(0.654546, abs=1e-6)
    assert (round(found["low"], 3), round(found["high"], 3)) == (0.366, 1.171)


def test_the_quotient_and_the_net_effect_are_the_published_ones():
    # Bowers and Johnson (2003), Guerette (2009).
    found = _by_measure({"T": (100, 50), "D": (100, 150), "C": (100, 100)})["value"]
    assert found["WDQ"] == -1
    found = _by_measure(_FOUR)["value"]
    assert found["WDQ"] == pytest.approx(0.258186, abs=5e-7)
    assert found["total net effect"] == pytest.approx(130.5, abs=0.005)


@given(st.dictionaries(st.sampled_from("TCDE"), st.tuples(st.integers(0, 300), st.integers(0, 300)),
                       min_size=4), st.permutations("TCDE"))  # fmt: skip
@settings(max_examples=20, deadline=None)
def test_order_and_names_of_places_do_not_change_a_measure(counts, order):
    words = {"T": "treated", "C": "control", "D": "displacement", "E": "displacement_control"}
    one = hs.impact.displacement(counts)
    two = hs.impact.displacement({words[place]: counts[place] for place in order})
    np.testing.assert_allclose(one.drop(columns="measure"), two.drop(columns="measure"), rtol=1e-12)


def test_every_fault_of_counts_is_told_at_once():
    with pytest.raises(hs.DataError) as told:
        hs.impact.displacement({"T": (1, -2), "X": (1, 2), "E": "many"}, years=(0, 1))
    for words in ("names X", "lacks control", "not (1, -2)", "not 'many'", "before must be"):
        assert words in str(told.value)
    with pytest.raises(hs.ConfigError, match="two lengths"):
        hs.impact.displacement({"T": (1, 2), "C": (1, 2)}, years=(1,))
    with pytest.raises(hs.DataError, match="twice"):
        hs.impact.displacement({"T": (1, 2), "treated": (1, 2), "C": (1, 2)})
    with pytest.raises(hs.DataError, match="needs a displacement area"):
        hs.impact.displacement({"T": (1, 2), "C": (1, 2), "E": (1, 2)})
    with pytest.raises(hs.ConfigError, match="each of them"):
        hs.impact.displacement({"T": (1, 2), "C": (1, 2)}, area_weights={"T": 2})


def test_a_place_without_a_crime_has_a_ratio_and_an_end():
    found = _by_measure({"T": (877, 0), "C": (900, 880)}).loc["rate ratio"]
    assert 0 < found["low"] < found["value"] < found["high"] < 0.1


def test_the_empirical_bayes_estimates_are_hauers():
    # Hauer et al. (2002), numerical examples.
    place = hs.impact.empirical_bayes(12, 1.8, 2.41, 2.05)
    assert (round(place.per_unit, 2), round(place.per_unit_sd, 2)) == (4.71, 1.19)
    place = hs.impact.empirical_bayes([12, 7, 8], 1.8, 2.41, 2.05)
    assert (round(place.expected, 2), round(place.sd, 2)) == (7.97, 1.44)
    with pytest.raises(hs.ConfigError, match="one a year"):
        hs.impact.empirical_bayes([], 1.8, 2.41, 2.05)
    with pytest.raises(hs.ConfigError, match="phi must be"):
        hs.impact.empirical_bayes(1, 1.8, 2.41, -1)


def test_places_chosen_because_they_were_bad_fall_by_what_is_told():
    random = np.random.default_rng(1)
    mu, phi = 10.0, 2.0
    means = random.gamma(phi, mu / phi, 4000)
    before, after = random.poisson(means), random.poisson(means)
    worst = np.argsort(before)[-200:]
    told = [hs.impact.empirical_bayes(count, 1.0, mu, phi).expected for count in before[worst]]
    assert np.mean(told) == pytest.approx(after[worst].mean(), rel=0.06)
    assert after[worst].mean() < 0.9 * before[worst].mean()


@pytest.mark.parametrize(
    ("before", "percent"), [(10, 92), (20, 73), (40, 55), (100, 37), (200, 27)]
)
def test_the_fall_that_can_be_seen_is_the_published_one(before, percent):
    found = hs.detectable_change(before)
    assert round(100 * found.smallest_fall) == percent
    assert (np.diff(found.table["power"]) >= 0).all()


def _poisson(count, mean):
    return math.exp(-mean) * mean**count / math.factorial(count)


@pytest.mark.parametrize(("before", "fall"), [(3, 0.5), (8, 0.8), (15, 0.3)])
def test_the_exact_power_is_that_of_looking_at_each_pair(before, fall):
    slow = 0.0
    for early in range(60):
        for late in range(early):
            total = early + late
            p_value = 2 * sum(math.comb(total, k) for k in range(late + 1)) / 2**total
            if p_value <= 0.05:
                slow += _poisson(early, before) * _poisson(late, before * (1 - fall))
    assert _exact_power(before, fall, 0.05) == pytest.approx(slow, abs=1e-9)


def test_a_control_that_is_counted_and_counts_that_vary_hide_a_fall():
    known = hs.detectable_change(100).smallest_fall
    counted = hs.detectable_change(100, 400, seed=1)
    varied = hs.detectable_change(100, dispersion=2, seed=1)
    assert known < counted.smallest_fall < 0.5
    assert known < varied.smallest_fall < 0.65
    assert counted.table.equals(hs.detectable_change(100, 400, seed=1).table)
    assert "and 400 in the control a fall of" in counted.summary()


def test_three_crimes_can_show_nothing():
    found = hs.detectable_change(3)
    assert np.isnan(found.smallest_fall)
    assert "no fall, not even to none" in found.summary()
    for wrong in ({"power": 2}, {"dispersion": 0.5}, {"control_before": 0}, {"seed": -1}):
        with pytest.raises(hs.ConfigError):
            hs.detectable_change(100, **wrong)
