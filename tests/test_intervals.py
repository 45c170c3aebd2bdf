"""Every 95 % interval that the package prints, and the simulation in which it holds the truth.

=================================  ===============================================================
interval                           test
=================================  ===============================================================
hit rates and differences          test_backtest::test_intervals_over_few_windows_hold_the_truth
reach and window of the rule       test_calibrate::test_intervals_hold_the_reach_of_the_process_...
ratios of `calibrate_rule`         test_calibrate::test_intervals_of_ratios_hold_the_truth
ratios of `near_repeat_decay`      the same function: here
shares of `preventable_share`      test_worth::test_intervals_over_weeks_hold_the_truth
what is left beyond chance         test_worth::test_what_is_left_beyond_chance_holds_the_truth
`targeting_accuracy`               test_worth::test_intervals_over_lists_that_share_weeks_hold_...
`street_hotspots`                  test_hotspots::test_intervals_of_streets_hold_the_truth
`hotspot_change`, week by week     here
shares of visits, rates of areas   here
harm totals                        test_area_rates::test_the_interval_of_harm_covers
limits of funnels                  test_area_rates::test_few_areas_are_called_where_none_differs_...
directly standardised rates        test_area_rates::test_the_direct_interval_covers
`SelfExcitingProcess`              none is given
=================================  ===============================================================
"""

import re

import numpy as np
import pytest
from scipy import stats

from hotspot.knox import calibrate, decay
from hotspot.trends.change import compare_rates
from hotspot.trends.rate_intervals import byar, wilson
from tests.conftest import ROOT

# Files in which an interval of 95 % is worked out, as far as one is.
_TOLD = {
    "_kernels/percentiles.py", "backtesting/score_tables.py", "backtesting/scoring.py",
    "density/dispersion.py", "density/streets.py", "impact/displacement_measures.py",
    "impact/interrupted_time_series.py", "impact/place_ratio.py", "knox/blocks.py",
    "knox/calibrate.py",
    "trends/change.py", "trends/funnel_limits.py", "trends/harm.py", "trends/rate_intervals.py",
    "worth/accuracy.py", "worth/intervals.py",
    "worth/preventable.py",
}  # fmt: skip
_WORKED_OUT = re.compile(
    r"0\.975|\btails\(|\bmiddle_of\(|ratio_interval\(|reach_over_runs\(|_CONFIDENCE|_Z_95"
    r"|(beta|gamma)\.ppf\(|\(1 \+ confidence\) / 2"
)


def test_the_list_of_intervals_is_whole():
    package = ROOT / "hotspot"
    found = {
        path.relative_to(package).as_posix()
        for path in package.rglob("*.py")
        if _WORKED_OUT.search(path.read_text(encoding="utf-8"))
    }
    assert found == _TOLD


def test_the_ratios_of_decay_are_those_of_the_calibration():
    assert decay.ratio_limits is calibrate.ratio_limits


@pytest.mark.parametrize("among", [1, 2, 5, 20, 200])
def test_shares_of_visits_hold_the_truth_on_average(among):
    """Wilson's do on average over shares, as Agresti and Coull (1998) recommend them for."""
    numbers = np.arange(among + 1)
    limits = np.column_stack(wilson(numbers, np.full(among + 1, among)))
    share = (np.arange(2000) + 0.5)[:, None] / 2000
    chance = stats.binom.pmf(np.arange(among + 1), among, share)
    held = (limits[:, 0] <= share) & (share <= limits[:, 1])
    assert 0.93 <= (chance * held).sum(axis=1).mean() <= 0.97


@pytest.mark.parametrize("mean", [0.5, 2.0, 10.0, 100.0])
def test_rates_of_areas_hold_the_truth(mean):
    """Byar's limits of a count: exact where few are counted, and may hold it more often."""
    counts = np.random.default_rng(6).poisson(mean, 4000)
    low, high = byar(counts)
    assert ((low <= mean) & (mean <= high)).mean() >= 0.93


@pytest.mark.parametrize("mean", [0.5, 2.0, 10.0, 100.0])
@pytest.mark.parametrize("ratio", [0.5, 1.0, 2.0])
@pytest.mark.parametrize("dispersion", [1.0, 2.5])
def test_ratios_of_rates_hold_the_truth(mean, ratio, dispersion):
    """Exact ones may hold it more often; counts in series vary `dispersion` times as much."""
    random = np.random.default_rng(5)

    def counts(expected):
        if dispersion == 1:
            return random.poisson(expected, 4000)
        size = expected / (dispersion - 1)
        return random.negative_binomial(size, 1 / dispersion, 4000)

    before, after = counts(mean), counts(mean * ratio * 2)
    told = compare_rates(before, after, 1.0, 2.0, 0.95, dispersion)
    seen = before + after > 0
    held = (told["ratio_low"] <= ratio) & (ratio <= told["ratio_high"])
    assert held[seen].mean() >= 0.93
