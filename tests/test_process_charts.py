"""Process charts and the scan over time: published numbers, slow twins, bad input."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import hotspot as hs
from hotspot.trends.chart_false_alarms import false_alarms, null_of
from hotspot.trends.chart_limits import Limits, limits, signals
from hotspot.trends.time_scan import busiest_window, scan_probability
from tests import naive

# The example of the issue: 1, 2 in turn, one 10.
_TURNS = [1, 2, 1, 2, 10, *[1, 2] * 6, 1]


def _months(values, first="2021-01"):
    return pd.Series(values, pd.period_range(first, periods=len(values), freq="M"))


@pytest.mark.parametrize(("screened", "low", "high"), [(True, -0.72, 4.60), (False, -3.06, 6.95)])
def test_an_xmr_chart_has_the_limits_of_the_worked_example(screened, low, high):
    table = hs.process_chart(_TURNS, screen_outliers=screened).table
    assert table["centre"].iloc[0] == pytest.approx(1.94, abs=0.005)
    assert table["low"].iloc[0] == pytest.approx(low, abs=0.005)
    assert table["high"].iloc[0] == pytest.approx(high, abs=0.005)
    assert table.index[table["signal"] == "outside the limits"].tolist() == [4]


def test_limits_of_counts_rates_and_shares_are_those_of_the_textbook():
    # Montgomery, chapter 7: c +- 3 sqrt(c); u +- 3 sqrt(u / n); p +- 3 sqrt(p (1 - p) / n).
    c = hs.process_chart([16] * 12, "c").table
    assert c[["low", "high"]].iloc[0].tolist() == [4.0, 28.0]
    u = hs.process_chart([4, 9, 2, 9], "u", exposure=[100, 200, 100, 200]).table
    assert u["centre"].iloc[0] == pytest.approx(24 / 600)
    assert u["high"].iloc[1] == pytest.approx(0.04 + 3 * (0.04 / 200) ** 0.5)
    p = hs.process_chart([10, 30, 20], "p", exposure=[100, 100, 100]).table
    assert p["high"].iloc[0] == pytest.approx(0.2 + 3 * (0.2 * 0.8 / 100) ** 0.5)
    # Benneyan (2001): days between events are geometric, c + 3 sqrt(c (c + 1)).
    g = hs.process_chart([1, 2, 3], "g").table
    assert g[["low", "high"]].iloc[0].tolist() == pytest.approx([0.0, 2 + 3 * 6**0.5])


def test_days_between_rare_crimes_are_taken_from_their_dates_in_any_order():
    days = pd.Series(pd.to_datetime(["2026-03-01", "2026-01-01", "2026-01-11", "2026-01-31"]))
    table = hs.process_chart(days, "g").table
    assert table["value"].tolist() == [10, 20, 29]
    mean = 59 / 3
    assert table["high"].iloc[0] == pytest.approx(mean + 3 * (mean * (mean + 1)) ** 0.5)
    assert (table["low"] == 0).all()


def test_a_known_change_starts_a_phase_of_its_own():
    values = _months([20] * 12 + [5] * 12)
    assert (hs.process_chart(values, "c").table["signal"] != "").any()
    table = hs.process_chart(values, "c", rebase=["2022-01"]).table
    assert (table["signal"] == "").all()
    assert table["centre"].tolist() == [20] * 12 + [5] * 12
    assert table["phase"].tolist() == [1] * 12 + [2] * 12


def test_a_baseline_alone_makes_the_limits():
    values = _months([10] * 12 + [30] * 3)
    by_number = hs.process_chart(values, "c", baseline=12).table
    by_label = hs.process_chart(values, "c", baseline=("2021-01", "2021-12")).table
    assert (by_number["centre"] == 10).all()
    pd.testing.assert_frame_equal(by_number, by_label)
    assert (
        by_number["signal"].str.contains("outside the limits").tolist() == [False] * 12 + [True] * 3
    )


@given(st.lists(st.integers(0, 12), min_size=3, max_size=40), st.sampled_from(["xmr", "c"]))
@settings(max_examples=60, deadline=None)
def test_the_rules_find_what_a_look_at_each_window_finds(values, kind):
    values = np.array(values, dtype=float)
    of = limits(kind, values, np.ones(len(values)), np.ones(len(values), bool))
    # Each point has limits of its own where rates are of unequal exposure.
    of = Limits(of.centre + 0.0, of.sigma + 0.0, of.low + 0.0, of.high + 0.0)
    found = signals(values, of).any(axis=1)
    slow = naive.chart_signals(values, *of)
    for fast, name in zip(found, ("outside", "side", "trend", "near"), strict=True):
        assert fast.tolist() == slow[name], name


def test_a_run_ends_where_a_phase_does():
    values = _months([9, 11] * 6 + [12] * 4 + [9, 11] * 4)
    rebased = hs.process_chart(values, "c", rebase=["2022-03"])
    assert not rebased.table["signal"].str.contains("seven").any()


def test_the_words_name_the_rule_the_side_and_the_months():
    chart = hs.process_chart(_months([20, 21, 19, 20, 22, 18, 20, 21, 19, 20, 60, 20]), "c")
    assert "Outside the limits, above the upper limit: November 2021." in chart.summary()
    quiet = hs.process_chart(_months([20, 21, 19, 20, 22, 18, 20, 21, 19, 20, 21, 20]), "c")
    assert "No rule fired" in quiet.summary()


def test_false_alarms_are_told_for_the_season_and_the_spread_of_the_series():
    random = np.random.default_rng(1)
    season = 1 + 0.3 * np.cos(2 * np.pi * np.arange(60) / 12)
    chart = hs.process_chart(_months(random.poisson(60 * season)), "c")
    alarms = chart.false_alarms.set_index("rule")
    # 60 points within three standard deviations: some 0.27 % each, and the runs.
    assert 0.2 < alarms.loc["any of them", "plain"] < 0.7
    assert alarms.loc["any of them", "as_here"] > 0.9
    assert chart.null.amplitude == pytest.approx(0.3, abs=0.06)
    assert f"{alarms.loc['any of them', 'as_here']:.0%}".replace("%", " %") in chart.summary()


@pytest.mark.parametrize("kind", ["c", "u", "p", "g"])
def test_series_that_vary_more_are_drawn_as_varying_more(kind):
    random = np.random.default_rng(2)
    exposure = np.full(200, 400.0) if kind in ("u", "p") else np.ones(200)
    rate = random.gamma(4, 1 / 4, 200)
    values = {
        "c": random.poisson(20 * rate), "u": random.poisson(20 * rate) / 400,
        "p": random.binomial(400, np.minimum(0.2 * rate, 1)) / 400,
        "g": random.geometric(1 / (1 + 20 * rate)) - 1.0,
    }[kind]  # fmt: skip
    null = null_of(values.astype(float), exposure, kind, None)
    assert null.dispersion > 1.2
    alarms = false_alarms(kind, null, exposure, screen_outliers=False, seed=1, charts=400)
    one_point = alarms.set_index("rule").loc["outside the limits"]
    assert one_point["as_here"] > one_point["plain"]


def test_a_step_in_the_series_is_not_taken_for_spread():
    random = np.random.default_rng(3)
    step = random.poisson(np.where(np.arange(80) < 40, 50, 20))
    assert null_of(step.astype(float), np.ones(80), "c", None).dispersion < 1.6


def test_every_fault_of_a_series_is_a_sentence():
    gap = _months([5, 6, 7, 8]).drop(pd.Period("2021-02", "M"))
    for counts, kind, more, words in [
        (gap, "c", {}, "missing period is not nought"),
        ([5, np.nan, 6], "c", {}, "missing period is not nought"),
        (["5 %", "6 %", "7 %"], "c", {}, "percentages written as text"),
        ([5, 6], "c", {}, "a chart needs 3 or more"),
        ([5, -6, 7], "c", {}, "below 0"),
        ([5, 6, 7], "p", {"exposure": [4, 9, 9]}, "at most its exposure"),
        ([5, 6, 7], "u", {"exposure": [4, 0, 9]}, "above 0"),
        ([5, 6, 7], "u", {"exposure": ["4", "x", 9]}, "a number above 0"),
        (_months([5, 6, 7])[::-1], "c", {}, "order of time"),
    ]:  # fmt: skip
        with pytest.raises(hs.DataError, match=words):
            hs.process_chart(counts, kind, **more)
    for more, words in [
        ({"kind": "z"}, "kind must be one of"),
        ({"kind": "u"}, "needs exposure"),
        ({"rebase": ["1999-01"]}, "no period of the series"),
        ({"baseline": 99}, "baseline must be"),
        ({"baseline": ("2021-04", "2021-01")}, "baseline must be"),
    ]:
        with pytest.raises(hs.ConfigError, match=words):
            hs.process_chart(_months([5, 6, 7, 8]), **more)


def test_a_chart_writes_itself(tmp_path):
    files = hs.process_chart(_months(range(10, 34)), "c").write(tmp_path)
    assert sorted(file.suffix for file in files) == [".csv", ".html", ".json", ".png", ".xlsx"]
    page = (tmp_path / "chart.html").read_text(encoding="utf-8")
    assert "January 2021" in page
    assert "trend of seven" in page


def test_naus_gives_the_published_probability():
    # Naus's formula (260 weeks, one a week, windows of a week, six): .486; simulation .485.
    assert scan_probability(260, 1, 1, 6) == pytest.approx(0.486, abs=0.0005)


def test_naus_agrees_with_draws_of_a_poisson_process():
    random = np.random.default_rng(4)
    for length, rate, crimes in [(40, 1.0, 5), (100, 0.5, 4), (20, 2.0, 8)]:
        reached = 0
        for _ in range(1500):
            times = np.sort(random.uniform(0, length, random.poisson(rate * length)))
            within = np.searchsorted(times, times + 1, side="right") - np.arange(len(times))
            reached += bool(len(times) and within.max() >= crimes)
        assert scan_probability(length, 1, rate, crimes) == pytest.approx(reached / 1500, abs=0.04)


def test_naus_is_a_probability_that_falls_with_what_is_asked():
    chances = [scan_probability(260, 1, 2.0, crimes) for crimes in range(1, 20)]
    assert all(0 <= chance <= 1 for chance in chances)
    assert all(np.diff(chances) <= 0)
    for wrong in ({"length": 1.5}, {"rate": 0}, {"crimes": 0}, {"window": -1}):
        with pytest.raises(hs.ConfigError):
            scan_probability(**{"length": 10, "window": 1, "rate": 1, "crimes": 2, **wrong})


@given(st.lists(st.integers(0, 90), min_size=2, max_size=40), st.integers(1, 10), st.randoms())
@settings(max_examples=25, deadline=None)
def test_the_busiest_window_is_that_of_a_look_at_each_day(numbers, window, random):
    numbers = [*numbers, 0, 90]
    days = pd.Series(pd.Timestamp("2025-01-01") + pd.to_timedelta(numbers, unit="D"))
    found = busiest_window(days, window, draws=19, seed=1)
    assert found.crimes == naive.most_in_a_window(numbers, window)
    shuffled = days.sample(frac=1, random_state=random.randrange(1000))
    assert busiest_window(shuffled, window, draws=19, seed=1) == found


def test_a_burst_is_found_and_five_quiet_years_hold_six_in_a_week_by_chance():
    random = np.random.default_rng(5)
    days = np.sort(random.integers(0, 1820, 260))
    quiet = pd.Series(pd.Timestamp("2021-01-01") + pd.to_timedelta(days, unit="D"))
    burst = pd.concat([quiet, pd.Series([pd.Timestamp("2024-05-05")] * 10)])
    assert busiest_window(burst, 7, seed=1).p_value < 0.01
    assert "were 11, from 29 Apr 2024 to 5 May 2024" in busiest_window(burst, 7, seed=1).summary()
    season = 1 + np.cos(2 * np.pi * np.arange(1820) / 365)
    found = busiest_window(
        quiet, 7, first=pd.Timestamp("2021-01-01"), last=pd.Timestamp("2025-12-25"),
        expected=season[: 1820], seed=1,
    )  # fmt: skip
    assert 0 < found.p_value <= 1


def test_a_scan_says_what_it_cannot_take():
    days = pd.Series(pd.to_datetime(["2026-01-01", "2026-02-01"]))
    with pytest.raises(hs.DataError, match="outside the days watched"):
        busiest_window(days, 7, first=pd.Timestamp("2026-01-05"))
    with pytest.raises(hs.DataError, match="14 or more"):
        busiest_window(days[:1], 7)
    with pytest.raises(hs.DataError, match="have a day"):
        busiest_window(pd.Series(pd.to_datetime(["2026-01-01", None])), 7)
    with pytest.raises(hs.ConfigError, match="one a day watched"):
        busiest_window(days, 7, expected=[1, 2])


def test_a_measure_that_is_no_count_is_drawn_as_one():
    random = np.random.default_rng(7)
    for level in (-3.0, 0.0, 86.2):
        chart = hs.process_chart(_months(level + random.normal(0, 0.5, 48)))
        assert chart.null.sd == pytest.approx(0.5, rel=0.35)
        assert "standard deviation" in chart.summary()
        # A season of 0.5 at 86.2 is none to speak of: both nulls signal about as often.
        assert chart.false_alarms.iloc[-1]["plain"] < 0.75
