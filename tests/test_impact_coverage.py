"""Simulations: what is printed of an operation holds the truth, and nothing done gives no alarm."""

from types import SimpleNamespace

import numpy as np
import pytest

from hotspot.impact.displacement_measures import wdd_between
from hotspot.impact.place_ratio import ratio_by_place, relabelled_p_value
from hotspot.impact.single_places import single_places
from tests.benchmarks.placebo import Placebo

pytestmark = pytest.mark.slow

_RUNS = 400


def _drawn(random, places, mean, uneven, spread, ratio):
    """Draw counts of places that differ in size and in how they change; and their means."""
    means = random.gamma(uneven, mean / uneven, places) if uneven else np.full(places, mean)
    change = ratio * np.exp(random.normal(-(spread**2) / 2, spread, places))
    return random.poisson(means).astype(float), random.poisson(means * change).astype(float), means


# One place of each kind, whose variance is that of its counts: they vary by no more than that.
# Two treated places are the fewest of which the variance is taken between places.
@pytest.mark.parametrize(
    ("treated", "control", "mean", "uneven", "spread"),
    [(1, 1, 30, None, 0.0), (2, 8, 10, None, 0.0), (2, 8, 30, 2, 0.2), (3, 12, 30, 2, 0.3),
     (5, 20, 8, 2, 0.2), (12, 48, 30, 2, 0.2)],
)  # fmt: skip
@pytest.mark.parametrize("effect", [0.6, 1.0])
def test_intervals_of_an_operation_hold_the_truth(treated, control, mean, uneven, spread, effect):
    random = np.random.default_rng(8)
    held = {"rate ratio": 0, "prevented": 0, "WDD": 0}
    runs = 0
    while runs < _RUNS:
        early, late, means = _drawn(random, treated, mean, uneven, spread, 0.9 * effect)
        others = _drawn(random, control, mean, uneven, spread, 0.9)
        if not early.sum() or not others[0].sum():
            continue
        runs += 1
        found = ratio_by_place((early, late), others[:2])
        held["rate ratio"] += found.low <= effect <= found.high
        after = late.sum() + 0.5 * found.added
        prevented = 0.9 * means.sum() * (1 - effect)
        held["prevented"] += (
            after * (1 / found.high - 1) <= prevented <= after * (1 / found.low - 1)
        )
        counts = {"T": np.column_stack([early, late]), "C": np.column_stack(others[:2])}
        _, low, high, _ = wdd_between(counts, counts, (1.0, 1.0), None, 0.95)
        true = means.sum() * (0.9 * effect - 1) + 0.1 * others[2].sum()
        held["WDD"] += low <= true <= high
    assert min(held.values()) / runs >= 0.93, held


@pytest.mark.parametrize(
    ("treated", "control", "uneven", "spread"),
    [(1, 24, 2, 0.3), (3, 12, None, 0.0), (6, 24, 2, 0.3), (12, 48, 1, 0.4)],
)
def test_places_relabelled_give_few_alarms_where_nothing_was_done(treated, control, uneven, spread):
    random = np.random.default_rng(9)
    labels = np.arange(treated + control) < treated
    p_values, outside = [], 0
    while len(p_values) < _RUNS:
        early, late, _ = _drawn(random, len(labels), 15, uneven, spread, 0.9)
        if not early[labels].sum():
            continue
        p_values.append(relabelled_p_value(early, late, labels, 199, len(p_values)))
        one = ratio_by_place((early[labels], late[labels]), (early[~labels], late[~labels]))
        outside += one.p_interval < 0.05 and treated > 1
    # Of 400 draws 6 % give up to 8 % by chance.
    assert np.mean(np.array(p_values) < 0.05) <= 0.08
    assert outside / _RUNS <= 0.08


@pytest.mark.parametrize("spread", [0.0, 0.2])
def test_intervals_of_single_places_hold_the_truth_and_q_values_few_alarms(spread):
    random = np.random.default_rng(10)
    treated = np.arange(60) < 20
    ground = SimpleNamespace(
        names=list(range(60)), kinds=np.where(treated, "T", "C"),
        of=lambda letter: treated if letter == "T" else ~treated,
    )  # fmt: skip
    held, alarms = [], 0
    for _ in range(_RUNS // 2):
        early, late, _ = _drawn(random, 60, 20, 2, spread, 0.9)
        table = single_places(SimpleNamespace(confidence=0.95), ground, early, late)[:20]
        told = table[(table["before"] + table["after"]) > 0]
        held += ((told["low"] <= 1) & (told["high"] >= 1)).tolist()
        alarms += (told["q_value"] <= 0.05).any()
    assert np.mean(held) >= 0.93
    assert alarms / (_RUNS // 2) <= 0.12


def test_an_operation_that_never_was_in_chicago_is_seldom_called_one(data_dir):
    """A smaller form of ``python -m tests.benchmarks placebo``."""
    for row in Placebo(starts=range(12, 37, 4), permutations=0).rows():
        assert 0.95 <= row["mean_ratio"] <= 1.05, row
        assert row["by_interval"] <= 0.10, row
