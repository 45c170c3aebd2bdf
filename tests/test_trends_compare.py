"""A count against others: published values, a slow twin, and the words of a police board."""

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

import hotspot as hs
from hotspot.density.dispersion import dispersion_of_pairs, widened
from hotspot.trends import compare
from hotspot.trends.change import dispersion_within
from hotspot.trends.definition_changes import comparison_notes, definition_changes
from hotspot.trends.two_counts import (
    FROM_AREAS,
    FROM_MONTHS,
    FROM_YEARS,
    NOT_KNOWN,
    count_z,
    e_test,
    exact_p_value,
    month_dispersion,
    share_z,
    weigh_counts,
    year_dispersion,
)
from tests import naive

# The performance table of Cambridgeshire's police board: rolling 12 months against its baseline,
# and the word that it printed.
BOARD = [
    ("dwelling burglary", 1393, 2058, "lower", "Lower"),
    ("theft of motor vehicle", 981, 1145, "lower", "Lower"),
    ("outcome rate, the first", 13.1, 10.8, "higher", "Improved"),
    ("outcome rate, the second", 14.4, 11.3, "higher", "Improved"),
    ("outcome rate, the third", 7.5, 7.2, "higher", "Comparable"),
    ("satisfaction, the first", 91.0, 86.0, "higher", "Improved"),
    ("satisfaction, the second", 82.0, 77.2, "higher", "Improved"),
    ("confidence", 63.6, 56.4, "higher", "Improved"),
    ("999 calls in time", 94.1, 92.6, "higher", "Comparable"),
    ("other calls in time", 86.2, 83.3, "higher", "Comparable"),
    ("referrals", 19.8, 20.4, "higher", "Comparable"),
]


@pytest.mark.parametrize(("what", "now", "baseline", "better", "word"), BOARD)
@pytest.mark.parametrize("band", [0.042, 0.05, 0.058])
def test_the_boards_eleven_words_come_of_one_band(
    what: str, now: float, baseline: float, better: str, word: str, band: float
) -> None:
    assert compare(now, baseline, band=band, better=better).word == word, what


@pytest.mark.parametrize("band", [0.0416, 0.0582])
def test_another_band_gets_one_of_the_eleven_wrong(band: float) -> None:
    words = [compare(now, then, band, better).word for _, now, then, better, _ in BOARD]
    assert sum(word != row[-1] for word, row in zip(words, BOARD, strict=True)) == 1


def test_significance_alone_gets_the_999_row_wrong_and_both_are_printed() -> None:
    calls = compare(94.1, 92.6, better="higher", of=(50_000, 50_000))
    assert (calls.word, calls.by_band, calls.by_significance) == (
        "Comparable", "Comparable", "Improved",
    )  # fmt: skip
    assert calls.z == pytest.approx(9.5, abs=0.05)
    assert "within 5 %, but z 9.5, p below .001, beyond chance" in calls.rule
    alone = compare(94.1, 92.6, better="higher", of=(50_000, 50_000), rule="significance")
    assert alone.word == "Improved"


def test_z_is_that_of_square_roots() -> None:
    assert count_z(1393, 2058) == pytest.approx(-11.4, abs=0.05)
    assert count_z(1393, 2058, math.inf) == pytest.approx(-16.1, abs=0.05)
    assert compare(1393, 2058).z == pytest.approx(-11.37, abs=0.005)
    assert compare(77, 711 / 3, years=3).z == pytest.approx(
        2 * (77**0.5 - 237**0.5) / (4 / 3) ** 0.5
    )


@pytest.mark.parametrize(
    ("one", "two", "p_value"), [(3, 0, 0.0884), (6, 2, 0.1749), (20, 10, 0.0688)]
)
def test_the_e_test_gives_its_published_values(one: int, two: int, p_value: float) -> None:
    """Krishnamoorthy and Thomson (2004), Journal of Statistical Planning and Inference 119."""
    assert e_test(one, two) == pytest.approx(p_value, abs=5e-5)
    assert e_test(two, one) == pytest.approx(e_test(one, two))
    assert naive.e_test(one, two, 1) == pytest.approx(e_test(one, two), abs=1e-9)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 12), st.integers(0, 20), st.sampled_from([1, 2, 3]))
def test_the_e_test_agrees_with_adding_up_every_pair(now: int, then: int, years: int) -> None:
    assert e_test(now, then / years, years) == pytest.approx(
        naive.e_test(now, then, years), abs=1e-9
    )


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 40), st.integers(0, 40))
def test_the_exact_p_value_agrees_with_counting_ways(now: int, then: int) -> None:
    # Twice the smaller tail; of one mean the two are alike, so it is every split as uneven.
    assert exact_p_value(now, then) == pytest.approx(min(naive.two_counts_p_value(now, then), 1.0))


def test_56_against_98_is_no_chance() -> None:
    told = compare(56, 98)
    assert told.p_exact == pytest.approx(0.0009, abs=5e-5)
    assert told.word == "Lower"


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 60), st.integers(0, 60), st.floats(1, 9))
def test_more_dispersion_is_never_more_sure_and_exchange_turns_the_sign(
    now: int, then: int, dispersion: float
) -> None:
    plain, wide = weigh_counts(now, then), weigh_counts(now, then, dispersion=dispersion)
    assert wide.p_value >= plain.p_value - 1e-12
    assert abs(wide.z) <= abs(plain.z)
    assert weigh_counts(then, now).z == pytest.approx(-plain.z)
    assert weigh_counts(then, now).p_value == pytest.approx(plain.p_value)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("91.0 %", 86.0), r"current is text, '91\.0 %': give it as a number, such as 91\.0\."),
        ((91.0, "86"), r"reference is text, '86': give it as a number, such as 86\."),
        ((None, 3), r"current is missing: what is not known is not 0\."),
        ((math.nan, 3), "current is missing"),
        ((-1, 3), r"current must be a number, 0 or more, not -1\."),
        ((True, 3), r"current must be a number, 0 or more, not True\."),
    ],
)
def test_what_is_no_number_is_refused_in_a_sentence(arguments: tuple, message: str) -> None:
    with pytest.raises(hs.ConfigError, match=message):
        compare(*arguments)


@pytest.mark.parametrize(
    ("named", "message"),
    [
        ({"of": (0, 50)}, r"current has no cases \(of is 0\): there is no rate of no homes"),
        ({"of": (50, 40), "per": 1}, "more than there are"),
        ({"of": 50}, r"of must be two numbers of cases"),
        ({"of": ("50", 40)}, r"of\[0\] is text"),
        ({"rule": "significance", "kind": "measure"}, r"give of=, of how many each is"),
        ({"kind": "count", "years": 0}, "years must be a number above 0"),
        ({"kind": "measure", "years": 3}, "years is for counts"),
        ({"dispersion": 0.5}, "dispersion must be a number, 1 or more"),
        ({"better": "more"}, "better must be one of"),
        ({"rule": "p"}, "rule must be one of"),
        ({"band": 5}, "band must be between 0 and 1"),
        ({"whole": ("1", 2), "periods": ("2017-04", "2016-04")}, r"whole\[0\] is text"),
        ({"periods": ("April 2017", "2016-04")}, "year first, such as 2026-02"),
    ],
)
def test_arguments_that_cannot_be_are_refused_in_a_sentence(named: dict, message: str) -> None:
    with pytest.raises(hs.ConfigError, match=message):
        compare(20, 10, **named)


def test_a_reference_that_is_no_mean_of_whole_counts_is_refused() -> None:
    with pytest.raises(hs.ConfigError, match="their sum must be whole"):
        compare(20, 10.5, kind="count")
    assert compare(40, 10.5, years=2).word == "Higher"


def test_of_bare_numbers_the_band_alone_makes_the_word_and_says_so() -> None:
    told = compare(91.0, 86.0, better="higher")
    assert told.by_significance == ""
    assert math.isnan(told.z)
    assert "nothing tells of how many, so chance is not weighed" in told.rule
    assert str(told) == "Improved"
    assert told.summary().startswith("Improved: 91 against 86. By the band alone")


@pytest.mark.parametrize(
    ("now", "then", "change", "word"), [(0, 0, 0.0, "Comparable"), (12, 0, math.inf, "Higher")]
)
def test_nothing_before_is_no_division(now: int, then: int, change: float, word: str) -> None:
    told = compare(now, then)
    assert (told.change, told.word) == (change, word)


def test_a_change_of_just_the_band_is_comparable() -> None:
    assert compare(1.05, 1.0).word == "Comparable"
    assert compare(1.0501, 1.0).word == "Higher"


def test_lincolnshire_2017_is_told_as_a_change_of_definition() -> None:
    """163 burglaries of dwellings, then 327 residential ones; all burglary fell by 9.8 %."""
    told = compare(
        327, 163, periods=("2017-04/2017-06", "2016-04/2016-06"), whole=(902, 1000)
    )  # fmt: skip
    assert told.word == "Higher"
    (note,) = told.notes
    assert note == (
        "On 1 April 2017 in England and Wales burglary of a dwelling became residential burglary, "
        "which takes in sheds and garages: the reference is from before it. +101 % is first of all "
        "a change of definition: all burglary changed by -9.8 %."
    )


def test_a_change_that_all_burglary_shares_is_none_of_definition() -> None:
    periods = ("2017-04/2017-06", "2016-04/2016-06")
    (note,) = compare(68, 100, periods=periods, whole=(730, 1000)).notes
    assert note.endswith("All burglary changed by -27 %, which that leaves as it is.")


def test_changes_of_definition_are_those_of_the_dated_table_of_offences() -> None:
    table = hs.incidents.offence_table()
    assert {f"{one.first:%Y-%m-%d}" for one in definition_changes()} < set(table["valid_from"])
    year = pd.period_range("2023-04", "2024-03", freq="M")
    assert comparison_notes(year, {"the reference": year}) == []
    assert "1 April 2023" in comparison_notes(year, {"the reference": year - 1})[0]
    assert comparison_notes(year, {"the reference": year - 1}, of_england=False) == []
    assert "the count itself" in comparison_notes(year - 1, {"the reference": year})[0]


@pytest.mark.parametrize(
    ("first", "last", "months"),
    [("2019-04", "2020-03", 1), ("2020-04", "2021-03", 12), ("2021-08", "2022-07", 0)],
)
def test_months_of_the_pandemic_are_told(first: str, last: str, months: int) -> None:
    held = pd.period_range(first, last, freq="M")
    notes = comparison_notes(held + 48, {"the baseline": held}, of_england=False)
    assert len(notes) == (months > 0)
    if months:
        word = f"The baseline holds {months} month{'s' * (months > 1)} of the pandemic"
        assert notes[0].startswith(word)


def test_dispersion_of_overlapping_pairs_is_widened_as_that_of_a_part_of_them() -> None:
    random = np.random.default_rng(3)
    one, two = (random.poisson(50, 24).astype(float) for _ in range(2))
    alone, overlapping = (dispersion_of_pairs(one, two, number) for number in (1, 6))
    assert alone is not None
    assert overlapping is not None
    assert overlapping >= alone
    assert dispersion_of_pairs(one[:6], two[:6], 6) is None
    assert dispersion_within(np.array([[10.0, 10.0], [10.0, 10.0]])) is None
    assert dispersion_within(np.array([[9.0, 1.0, 9.0], [1.0, 9.0, 1.0]])) > 5


@pytest.mark.parametrize("seed", range(20))
def test_dispersion_of_parts_is_that_of_scipys_test_to_the_last_digit(seed: int) -> None:
    tested = np.random.default_rng(seed).poisson(40, (2, 12)) / (1 if seed % 2 else 3)
    ratio = stats.chi2_contingency(tested, correction=False).statistic / 11
    assert dispersion_within(tested) == widened(ratio, 11)


def test_how_much_counts_vary_is_taken_from_the_best_that_there_is() -> None:
    random = np.random.default_rng(5)
    series = random.poisson(20, 48).astype(float)
    others = random.poisson(20, (5, 48)).astype(float)
    assert month_dispersion(series, 47, others).known_from == FROM_YEARS
    assert month_dispersion(series[28:], 19, others[:, 28:]).known_from == FROM_AREAS
    assert month_dispersion(series[28:], 19, series[None, 28:]).known_from == FROM_MONTHS
    assert month_dispersion(series[:3], 2, series[None, :3]).known_from == NOT_KNOWN
    assert year_dispersion(series, 47, series[24:36]).known_from == FROM_YEARS
    assert year_dispersion(series[24:], 23, series[24:36]).known_from == FROM_MONTHS
    nothing = np.zeros(24)
    assert year_dispersion(nothing, 23, nothing[:12]) == (1.0, NOT_KNOWN)


def test_a_month_that_is_left_out_tells_nothing_of_how_months_vary() -> None:
    series = np.random.default_rng(6).poisson(20, 60).astype(float)
    spoilt = series.copy()
    spoilt[10] = 900.0
    gone = spoilt.copy()
    gone[10] = np.nan
    at = 59, series[None]
    assert month_dispersion(spoilt, *at).value > 50
    assert month_dispersion(gone, *at).value < 3
    assert year_dispersion(gone, 59, series[36:48]).value < 5


def test_the_season_is_no_dispersion() -> None:
    season = np.tile([40, 20, 10, 8, 8, 8, 8, 10, 20, 30, 45, 50], 5).astype(float)
    assert month_dispersion(season, 59, season[None]).value == 1.0
    assert year_dispersion(season, 59, season[36:48]).value == 1.0


@pytest.mark.parametrize(
    ("mean", "size"), [(1.0, None), (4.0, None), (60.0, None), (4.0, 2.0), (60.0, 15.0)]
)
def test_of_counts_of_one_mean_few_are_called_changed(mean: float, size: float | None) -> None:
    """Poisson (no size) and negative binomial months, few and many, none of which changes."""
    random = np.random.default_rng(11)
    called = {"month": 0, "year": 0}
    runs = 300
    for _ in range(runs):
        if size is None:
            series = random.poisson(mean, 60).astype(float)
        else:
            series = random.negative_binomial(size, size / (size + mean), 60).astype(float)
        varies = month_dispersion(series, 59, series[None])
        month = weigh_counts(series[59], series[[47, 35, 23]].mean(), 3, varies.value)
        called["month"] += month.p_value < 0.05
        yearly = year_dispersion(series, 59, series[36:48])
        year = weigh_counts(series[48:].sum(), series[36:48].sum(), 1, yearly.value)
        called["year"] += year.p_value < 0.05
    # The bound of 6 % and two standard errors of so many runs.
    assert max(called.values()) / runs <= 0.06 + 2 * math.sqrt(0.06 * 0.94 / runs)


def test_two_shares_weigh_as_the_test_of_a_table_of_two_by_two() -> None:
    from scipy import stats

    table = [[30, 70], [45, 60]]
    chi2 = stats.chi2_contingency(table, correction=False).statistic
    assert share_z(0.3, 45 / 105, (100, 105)) ** 2 == pytest.approx(chi2)
    assert share_z(0.0, 0.0, (5, 5)) == 0.0
