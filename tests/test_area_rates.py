"""Rates by area: intervals, funnels, standardisation, outcomes, attendance and harm."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

import hotspot as hs
from hotspot.trends import (
    attendance_rates,
    byar,
    harm_total,
    outcome_rates,
    rate_changes,
    standardised_rates,
    wilson,
)
from hotspot.trends.funnel_limits import between_areas, funnel_limits
from tests import naive


@pytest.mark.parametrize(
    ("number", "among", "low", "high"),
    # Printed with the issue of the board's table, of Newcombe's method 3.
    [(2, 2, 34.2, 100.0), (562, 562, 99.3, 100.0), (390, 394, 97.4, 99.6),
     (65, 100, 55.2544, 73.6358)],
)  # fmt: skip
def test_intervals_of_shares_are_the_published_ones(number, among, low, high):
    ends = wilson(number, among)
    assert 100 * ends[0] == pytest.approx(low, abs=0.05)
    assert 100 * ends[1] == pytest.approx(high, abs=0.05)


def test_the_interval_of_a_count_is_byars_from_ten_and_exact_below():
    low, high = byar(65)
    assert (round(float(low), 6), round(float(high), 6)) == (50.163188, 82.849139)
    for events in range(10):
        low, high = (float(end) for end in byar(events))
        # Garwood: the means of which so many or more, and so few or fewer, have 2.5 %.
        assert stats.poisson.cdf(events, high) == pytest.approx(0.025)
        assert events == 0 or stats.poisson.sf(events - 1, low) == pytest.approx(0.025)


def test_the_interval_of_a_count_covers_its_mean():
    for mean in (0.5, 2, 5, 9, 12, 40):
        counts = np.arange(200)
        low, high = byar(counts)
        held = (low <= mean) & (mean <= high)
        assert stats.poisson.pmf(counts, mean)[held].sum() >= 0.945


@pytest.mark.parametrize(
    ("n", "low", "high"), [(2, 0, 100), (81, 9.9, 38.3), (562, 17.6, 28.6), (25_000, 22.2, 23.8)]
)
def test_limits_around_23_per_cent_are_the_published_ones(n, low, high):
    ends = funnel_limits(np.array([float(n)]), 0.23, 0.0, "proportion", 0.998)
    assert round(100 * ends[0][0], 1) == low
    assert 100 * ends[1][0] == pytest.approx(high, abs=0.051)


@given(
    st.integers(1, 40), st.floats(0.02, 0.98), st.sampled_from([0.95, 0.998]),
    st.sampled_from([0.0, 0.002]), st.sampled_from(["proportion", "rate"]),
)  # fmt: skip
@settings(max_examples=40, deadline=None)
def test_limits_are_those_of_adding_up_the_chances(n, centre, level, variance, kind):
    k = np.arange(400 if kind == "rate" else n + 1)
    if kind == "proportion" and variance:
        weight = centre * (1 - centre) / min(variance, 0.99 * centre * (1 - centre)) - 1
        chances = stats.betabinom.pmf(k, n, centre * weight, (1 - centre) * weight)
    elif kind == "proportion":
        chances = stats.binom.pmf(k, n, centre)
    elif variance:
        shape = centre**2 / variance
        chances = stats.nbinom.pmf(k, shape, shape / (shape + centre * n))
    else:
        chances = stats.poisson.pmf(k, centre * n)
    low, high = funnel_limits(np.array([float(n)]), centre, variance, kind, level)
    slow = naive.count_limits(chances.tolist(), level)
    assert (round(low[0] * n), round(high[0] * n)) == slow


def test_two_of_two_cannot_tell_what_562_of_562_can():
    table = hs.funnel_rates({"A": 2, "B": 562, "C": 390}, {"A": 2, "B": 562, "C": 394}).table
    assert table["verdict"].tolist() == ["cannot tell", "as expected", "as expected"]
    table = hs.funnel_rates(
        {"A": 2, "B": 562}, {"A": 2, "B": 562}, benchmark=90, overdispersion=None
    ).table
    assert table["verdict"].tolist() == ["cannot tell", "above"]


def test_an_area_beyond_the_limits_is_above_or_below():
    counted = {f"area {i}": 23 + i % 3 for i in range(20)} | {"high": 60, "low": 2}
    rates = hs.funnel_rates(counted, dict.fromkeys(counted, 100), overdispersion=None)
    found = rates.table.set_index("area")["verdict"]
    assert (found["high"], found["low"]) == ("above", "below")
    assert set(found.drop(["high", "low"])) == {"as expected"}
    assert "Above the 99.8 % limits: high." in rates.summary()
    assert "by chance alone up to 1.1 of 22" in rates.summary()


def test_areas_that_all_differ_widen_the_limits():
    random = np.random.default_rng(1)
    of = np.full(60, 400)
    alike = random.binomial(of, 0.3)
    apart = random.binomial(of, np.clip(random.normal(0.3, 0.1, 60), 0, 1))
    assert between_areas(alike / of, of.astype(float), 0.3, "proportion").variance < 0.0005
    found = between_areas(apart / of, of.astype(float), 0.3, "proportion")
    # The true one is 0.1 squared.
    assert 0.007 < found.variance < 0.015
    plain, allowed = (
        hs.funnel_rates(apart, of, overdispersion=how).table for how in (None, "additive")
    )
    assert plain["verdict"].isin(["above", "below"]).sum() > 15
    assert allowed["verdict"].isin(["above", "below"]).sum() <= 3


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["proportion", "rate"])
@pytest.mark.parametrize("spread", [0.0, 0.05])
def test_few_areas_are_called_where_none_differs_from_the_rest(kind, spread):
    random = np.random.default_rng(2)
    called = outside = areas = 0
    for _ in range(150):
        of = random.integers(5, 600, 30)
        mean = np.clip(random.normal(0.3, spread, 30), 0.01, 0.99)
        counted = random.binomial(of, mean) if kind == "proportion" else random.poisson(of * mean)
        table = hs.funnel_rates(counted, of, per=1, kind=kind).table
        called += table["verdict"].isin(["above", "below"]).sum()
        outside += table["outside_95"].sum()
        areas += 30
    assert called / areas <= 0.006
    assert outside / areas <= 0.065


def test_rates_per_thousand_homes_have_intervals_of_counts():
    rates = hs.funnel_rates({"A": 65, "B": 3}, {"A": 10_000, "B": 500}, per=1000, kind="rate")
    assert rates.table["low"].round(4).tolist()[0] == 5.0163
    assert rates.table["rate"].tolist() == [6.5, 6.0]


def test_every_fault_of_rates_is_a_sentence():
    for numerator, denominator, words in [
        ({"A": 1}, {"A": 0}, "no homes or cases"),
        ({"A": 3}, {"A": 2}, "over 100 %"),
        ({"A": "39 %"}, {"A": 2}, "not text such as"),
        ({"A": 1, "a ": 1}, {"A": 2, "a ": 2}, "differ by case"),
        ({"A": 1}, {"A": 2, "B": 2}, "alone has a number for 1 area"),
        ({"A": 1, "B": 1}, {"A": 2}, "has no number for 1 area"),
        ({"A": np.nan}, {"A": 2}, "missing or below 0"),
        ({"A": 0.39}, {"A": 2}, "not percentages"),
        ({}, {}, "no area"),
    ]:
        with pytest.raises(hs.DataError, match=words):
            hs.funnel_rates(numerator, denominator)
    for wrong in (
        {"kind": "x"}, {"per": 0}, {"benchmark": 200}, {"benchmark": "x"},
         {"overdispersion": "x"}, {"confidence": 2},
    ):  # fmt: skip
        with pytest.raises(hs.ConfigError):
            hs.funnel_rates({"A": 1}, {"A": 2}, **wrong)


def test_order_of_areas_does_not_change_a_rate():
    counted = pd.Series({"A": 5, "B": 50, "C": 20})
    of = pd.Series({"C": 100, "A": 30, "B": 90})
    one = hs.funnel_rates(counted, of).table.set_index("area")
    two = hs.funnel_rates(counted[::-1], of).table.set_index("area").loc[one.index]
    pd.testing.assert_frame_equal(one, two)


def test_a_funnel_writes_itself_with_hostile_names(tmp_path):
    names = ["<script>x</script>", "=cmd()"]
    rates = hs.funnel_rates(pd.Series([5, 60], names), pd.Series([50, 90], names))
    rates.write(tmp_path)
    assert "<script>x" not in (tmp_path / "rates.html").read_text(encoding="utf-8")


def test_direct_and_indirect_rates_are_those_of_the_definitions():
    kinds = ["flat", "house"]
    burgled = pd.DataFrame([[20, 30], [5, 45]], index=["Quay", "Hill"], columns=kinds)
    homes = pd.DataFrame([[1000, 3000], [500, 9000]], index=["Quay", "Hill"], columns=kinds)
    standard = pd.Series({"flat": 4000.0, "house": 6000.0})
    direct = standardised_rates(burgled, homes, standard, method="direct").set_index("area")
    assert direct.loc["Quay", "rate"] == pytest.approx(1000 * (0.4 * 20 / 1000 + 0.6 * 30 / 3000))
    # Dobson et al. (1991): the interval of the count, scaled.
    low, _ = byar(50)
    variance = (0.4 / 1000) ** 2 * 20 + (0.6 / 3000) ** 2 * 30
    wanted = 1000 * (0.014 + (variance / 50) ** 0.5 * (float(low) - 50))
    assert direct.loc["Quay", "low"] == pytest.approx(wanted)
    indirect = standardised_rates(burgled, homes).set_index("area")
    expected = 1000 * 25 / 1500 + 3000 * 75 / 12000
    assert indirect.loc["Quay", "expected"] == pytest.approx(expected)
    assert indirect.loc["Quay", "ratio"] == pytest.approx(50 / expected)
    assert indirect["expected"].sum() == pytest.approx(100)
    assert indirect.loc["Quay", "low"] < indirect.loc["Quay", "rate"] < indirect.loc["Quay", "high"]


@pytest.mark.slow
def test_the_direct_interval_covers():
    random = np.random.default_rng(3)
    homes = pd.DataFrame([[300, 2000]], index=["A"], columns=["flat", "house"])
    true = np.array([0.01, 0.004])
    standard = pd.Series({"flat": 1.0, "house": 2.0})
    want = 1000 * (true @ [1 / 3, 2 / 3])
    held = 0
    for _ in range(300):
        events = pd.DataFrame([random.poisson(homes.to_numpy()[0] * true)], ["A"], homes.columns)
        row = standardised_rates(events, homes, standard, method="direct").iloc[0]
        held += row["low"] <= want <= row["high"]
    assert held / 300 >= 0.93


def test_standardisation_says_what_does_not_fit():
    frame = pd.DataFrame([[1, 2]], index=["A"], columns=["flat", "house"])
    with pytest.raises(hs.DataError, match="same areas"):
        standardised_rates(frame, frame.rename(index={"A": "B"}))
    with pytest.raises(hs.DataError, match="without homes"):
        standardised_rates(frame, frame * 0)
    with pytest.raises(hs.DataError, match="one number for each kind"):
        standardised_rates(frame, frame, pd.Series({"flat": 1.0}))


def test_areas_that_rise_while_their_total_falls_are_told():
    # Simpson's paradox: 20 of 100 to 11 of 50 and 5 of 100 to 11 of 200 both rise.
    changes = rate_changes(
        ({"A": 20, "B": 5}, {"A": 100, "B": 100}), ({"A": 11, "B": 11}, {"A": 50, "B": 200})
    )
    assert (changes["after"] > changes["before"]).tolist() == [True, True, False]
    assert changes["before"].iloc[2] == 0.125
    assert changes["after"].iloc[2] == pytest.approx(0.088)
    assert "Every area rose and the total fell" in changes.attrs["cautions"][0]
    of = {"A": 100, "B": 100}
    same = rate_changes(({"A": 20, "B": 5}, of), ({"A": 30, "B": 9}, of))
    assert same.attrs["cautions"] == []
    with pytest.raises(hs.DataError, match="share of in 'of after'"):
        rate_changes(({"A": 1}, {"A": 2}), ({"A": 1}, {"A": 0}))


def test_shares_differ_by_newcombes_published_interval():
    # Newcombe (1998), table II, contrast (a) by method 10: 56 of 70 against 48 of 80.
    row = rate_changes(({"A": 48}, {"A": 80}), ({"A": 56}, {"A": 70})).iloc[0]
    assert [round(row[end], 4) for end in ("change", "low", "high")] == [0.2, 0.0524, 0.3339]


_GROUPS = {"Charged": "charged", "No suspect identified": "closed"}


def _offences(rows):
    frame = pd.DataFrame(rows, columns=["recorded_at", "outcome", "outcome_at"])
    for name in ("recorded_at", "outcome_at"):
        frame[name] = pd.to_datetime(frame[name])
    return frame


def test_a_cohort_counts_outcomes_in_time_and_says_when_it_is_complete():
    offences = _offences([
        ("2026-01-05", "Charged", "2026-02-01"),
        ("2026-01-06", "Charged", "2026-05-20"),
        ("2026-01-07", "No suspect identified", "2026-01-20"),
        ("2026-01-08", None, None),
        ("2026-03-03", "Charged", "2026-03-10"),
    ])  # fmt: skip
    found = outcome_rates(offences, _GROUPS, "2026-05-31")
    table = found.table.set_index([found.table["month"].astype(str), "group"])
    assert table.loc[("2026-01", "charged"), ["outcomes", "offences"]].tolist() == [1, 4]
    assert table.loc[("2026-01", "charged"), "complete"]
    assert not table.loc[("2026-03", "charged"), "complete"]
    assert "Not complete yet, and to rise: March 2026." in found.summary()
    assert "charged: Charged." in found.summary()


def test_a_blank_cell_is_no_outcome():
    recorded = pd.to_datetime(["2025-01-03"] * 3)
    given = pd.to_datetime(["2025-02-01", None, None])
    frame = pd.DataFrame(
        {"recorded_at": recorded, "outcome": ["Charged", "", " "], "outcome_at": given}
    )
    table = outcome_rates(frame, {"Charged": "charged"}, "2026-01-01").table
    assert table.loc[0, ["outcomes", "offences"]].tolist() == [1, 3]
    with pytest.raises(hs.DataError, match="makes it dates"):
        outcome_rates(frame.assign(outcome_at="01/02/2025"), {"Charged": "charged"}, "2026-01-01")


def test_outcomes_of_a_period_are_no_share_and_say_so():
    # January's 39 %: 30 outcomes of a month over the 77 offences recorded in it.
    rows = [("2025-11-15", "Charged", "2026-01-10")] * 30 + [("2026-01-15", None, None)] * 77
    found = outcome_rates(_offences(rows), _GROUPS, "2026-02-28", basis="period")
    january = found.table[found.table["month"].astype(str) == "2026-01"].iloc[0]
    assert january[["outcomes", "offences"]].tolist() == [30, 77]
    assert january["rate"] == pytest.approx(0.39, abs=0.001)
    assert np.isnan(january["low"])
    assert "it is no share and may be over 100 %" in found.summary()
    cohort = outcome_rates(_offences(rows), _GROUPS, "2026-02-28").table
    assert cohort[cohort["month"].astype(str) == "2026-01"]["outcomes"].tolist() == [0]


def test_outcomes_say_what_is_wrong_with_them():
    good = [("2026-01-05", "Charged", "2026-02-01")]
    for rows, words in [
        ([("2026-01-05", "Cautioned", "2026-02-01")], "in no group: Cautioned"),
        ([("2026-01-05", "Charged", None)], "no day of it"),
        ([(None, None, None), *good], "without the day it was recorded"),
        ([("2026-01-05", "Charged", "2025-12-01")], "before the record"),
    ]:
        with pytest.raises(hs.DataError, match=words):
            outcome_rates(_offences(rows), _GROUPS, "2026-05-31")
    offences = _offences([("2026-01-05", None, None)]).assign(crime_ref=["A"])
    twice = pd.DataFrame({
        "crime_ref": ["A", "A"], "outcome": ["Charged"] * 2,
        "outcome_at": pd.to_datetime(["2026-01-09"] * 2),
    })  # fmt: skip
    with pytest.raises(hs.DataError, match="one outcome an offence"):
        outcome_rates(offences, _GROUPS, "2026-05-31", outcomes=twice)
    with pytest.raises(hs.DataError, match="not in the table"):
        outcome_rates(offences, _GROUPS, "2026-05-31", outcomes=twice[:1].assign(crime_ref="Z"))
    found = outcome_rates(offences, _GROUPS, "2026-05-31", outcomes=twice[:1])
    assert found.table["outcomes"].tolist() == [1]


def _attended(**columns):
    number = len(columns["attended"])
    day = pd.to_datetime(["2026-01-05"] * number)
    frame = {"area": ["A"] * number, "occurred_from": day, "occurred_to": day, **columns}
    return gpd.GeoDataFrame(frame)


def test_attendance_is_of_burglaries_of_a_home():
    frame = _attended(
        attended=["yes", "No", "yes", "no"], offence_kind=["home", "home", "home", "business"]
    )
    with pytest.warns(hs.DataWarning, match="business"):
        rates, times = attendance_rates(frame)
    assert rates.table["denominator"].tolist() == [3]
    assert times.empty
    with pytest.raises(hs.DataError, match="neither yes nor no"):
        attendance_rates(_attended(attended=["yes", None]))
    with pytest.raises(hs.DataError, match="keep="):
        attendance_rates(frame.drop(columns="attended"))


def test_the_time_to_attend_is_a_median_by_grade():
    came = pd.to_datetime(["2026-01-05 10:00", "2026-01-05 11:00", "2026-01-06 10:00", None])
    frame = _attended(
        attended=["yes"] * 4, grade=["1", "1", "2", "2"], attended_at=came,
        reported_at=pd.to_datetime(["2026-01-05 09:50"] * 4),
    )  # fmt: skip
    names = {"grade": "grade", "reported_at": "reported_at", "attended_at": "attended_at"}
    times = attendance_rates(frame, **names)[1].set_index("grade")
    assert times.loc["1", "median_minutes"] == 40
    assert times.loc["2", ["attended", "timed"]].tolist() == [2, 1]
    with pytest.raises(hs.DataError, match="before the report"):
        attendance_rates(frame.assign(reported_at=pd.Timestamp("2027-01-01")), **names)


_WEIGHTS = {"burglary": 273.5, "robbery": 365, "homicide": 5475}
_CRIMES = pd.DataFrame({"offence_code": ["burglary"] * 40 + ["robbery"] * 3 + ["homicide"]})


def test_one_homicide_is_nearly_all_of_the_variance():
    # 40 burglaries, 3 robberies and 1 homicide at 273.5, 365 and 5,475 days.
    found = harm_total(_CRIMES, _WEIGHTS, weights_date="2020-10")
    row = found.table.iloc[0]
    assert row["harm"] == 17_510
    assert round(row["sd"]) == 5776
    assert (row["largest"], round(row["largest_harm_share"], 2)) == ("homicide", 0.31)
    assert round(row["largest_variance_share"], 2) == 0.90
    assert "homicide is 31 % of the harm and 90 % of its variance" in found.summary()
    assert "weights of 2020-10" in found.summary()


def test_harm_by_area_adds_up_and_is_per_head_where_people_are_given():
    crimes = _CRIMES.assign(area=["A", "B"] * 22)
    table = harm_total(crimes, _WEIGHTS, by="area", population={"A": 100, "B": 300}).table
    assert table["harm"].iloc[:2].sum() == table["harm"].iloc[2]
    assert table["harm_per_head"].iloc[2] == pytest.approx(17_510 / 400)


@pytest.mark.slow
def test_the_interval_of_harm_covers():
    random = np.random.default_rng(4)
    weights = np.array([273.5, 365, 5475])
    for means in ([40, 3, 1], [5, 1, 0.2]):
        held = 0
        for _ in range(300):
            counts = random.poisson(means)
            names = np.repeat(["burglary", "robbery", "homicide"], counts)
            row = harm_total(pd.DataFrame({"offence_code": names}), _WEIGHTS).table.iloc[0]
            held += row["low"] <= weights @ means <= row["high"]
        assert held / 300 >= 0.93


def test_no_crime_is_no_harm_in_words():
    assert harm_total(_CRIMES[:0], _WEIGHTS).summary() == "0 crimes: no harm by these weights."


def test_a_crime_without_a_weight_is_not_nought():
    with pytest.raises(hs.DataError, match="1 crime without a weight: homicide"):
        harm_total(_CRIMES, {"burglary": 1, "robbery": 2})
    with pytest.raises(hs.DataError, match="nobody"):
        harm_total(_CRIMES.assign(area="A"), _WEIGHTS, by="area", population={"B": 3})
    with pytest.raises(hs.DataError, match="twice"):
        harm_total(_CRIMES, pd.DataFrame({"offence": ["a", "a"], "weight": [1, 2]}))
