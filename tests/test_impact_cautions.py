"""What else could explain a change: each caution with its number, and none where there is none."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

import hotspot as hs
from hotspot.impact.operation_cautions import Caution
from hotspot.impact.operation_effect import verdict_of
from hotspot.impact.place_ratio import ratio_by_place
from tests.test_impact_evaluation import AFTER, BEFORE, crimes_in, evaluate, squares


@pytest.fixture(scope="module")
def plain():
    """Return burglaries in 5 treated and 15 control places that are alike, and the places."""
    treated, control = squares(5), squares(15, 5000.0)
    crimes = crimes_in((treated, control), ([(30, 28)] * 5, [(30, 29), (32, 30), (28, 29)] * 5))
    return crimes, treated, control


def of(effect, words):
    """Return the caution that holds some words, which must have a number in it."""
    found = [caution for caution in effect.cautions if words in caution]
    assert len(found) == 1, effect.cautions
    assert any(letter.isdigit() for letter in found[0])
    return found[0]


def none(effect, words):
    assert not [caution for caution in effect.cautions if words in caution]


def test_an_evaluation_as_planned_has_no_caution_but_its_size(plain):
    effect = evaluate(*plain, planned_end=AFTER[1])
    assert [words.split()[0] for words in effect.cautions] == ["The"]
    assert of(effect, "the burglaries of the treated places before").startswith(
        "The WDD takes the change of the control crime by crime, and that had 3 times"
    )


def test_ground_chosen_by_the_period_before_falls_by_itself():
    random = np.random.default_rng(0)
    means = random.gamma(1.0, 20.0, 80)
    places = squares(80)
    before, after = random.poisson(means), random.poisson(means)
    crimes = crimes_in((places,), (list(zip(before, after, strict=True)),))
    worst = np.argsort(before)[-10:]
    rest = places.drop(index=worst)
    effect = evaluate(crimes, places.loc[worst], rest, chosen_on=None, planned_end=AFTER[1])
    told = of(effect, "with nothing done (empirical Bayes)")
    assert "fall by" in told
    assert "chosen_on= says so" in told
    by_itself = float(told.split("rate ratio of ")[1].split(". ")[0])
    real = (after[worst].sum() / before[worst].sum()) / (
        after[rest.index].sum() / before[rest.index].sum())  # fmt: skip
    assert by_itself < 1
    assert by_itself == pytest.approx(real, abs=0.12)
    chosen = evaluate(crimes, places.loc[worst], rest, chosen_on=BEFORE)
    none(chosen, "chosen_on= says so")
    of(chosen, "with nothing done (empirical Bayes)")
    for clears in ("random", ("2021-01-01", "2022-12-31")):
        none(evaluate(crimes, places.loc[worst], rest, chosen_on=clears), "empirical Bayes")
    later = evaluate(crimes, places.loc[worst], rest, chosen_on=("2024-05-01", "2024-05-10"))
    assert "crimes of 10 days of the period after" in of(later, "it rises")


def test_a_fall_that_comes_by_itself_is_no_effect():
    random = np.random.default_rng(3)
    means = random.gamma(10.0, 1.2, 400)
    places = squares(400)
    before, after = random.poisson(means), random.poisson(means)
    crimes = crimes_in((places,), (list(zip(before, after, strict=True)),))
    worst = np.argsort(before)[-30:]
    middle = np.argsort(before)[-200:-100]
    arguments = (crimes, places.loc[worst], places.loc[middle])
    assert evaluate(*arguments, chosen_on="random", nought=True).value("rate ratio", "high") < 1
    told = evaluate(*arguments, chosen_on=None, nought=True)
    assert told.finding == "cannot be seen"
    assert "falls by itself, and beyond that an effect cannot be seen" in told.verdict or (
        "nothing in the control was as bad beforehand" in told.verdict)  # fmt: skip


def test_nothing_as_bad_in_the_control_is_said():
    treated, control = squares(4), squares(12, 5000.0)
    crimes = crimes_in((treated, control), ([(60, 45)] * 4, [(30, 29)] * 12))
    effect = evaluate(crimes, treated, control)
    told = of(effect, "Nothing in the control was as bad")
    assert "4 of 4 treated places had more burglaries before (60 to 60)" in told
    assert "(30 at most)" in told
    none(evaluate(crimes, control[:4], control[4:]), "as bad")


def test_a_control_that_was_less_bad_is_said_so():
    treated, control = squares(4), squares(12, 5000.0)
    crimes = crimes_in((treated, control), ([(60, 60)] * 4, [(61, 60)] + [(30, 30)] * 11))
    effect = evaluate(crimes, treated, control)
    assert "32.6 burglaries a place before, and 60.0 in" in of(effect, "The control was less bad")


def test_seasons_that_differ_are_told_with_what_they_do(plain):
    crimes, treated, control = plain
    effect = hs.evaluate_operation(
        crimes, treated, BEFORE, ("2024-04-01", "2024-09-30"), control=control, seed=1)  # fmt: skip
    assert "50 % of the days" in of(effect, "The seasons differ")
    none(evaluate(*plain), "seasons")


def test_a_lockdown_in_one_period_is_counted_in_months():
    treated, control = squares(2), squares(6, 5000.0)
    before, after = ("2020-04-01", "2021-03-31"), ("2021-04-01", "2022-03-31")
    crimes = crimes_in((treated, control), ([(30, 30)] * 2, [(30, 30)] * 6), before, after)
    effect = hs.evaluate_operation(crimes, treated, before, after, control=control, seed=1)
    assert "is 12 months of the period before and 4 of that after" in of(effect, "The pandemic")
    none(effect, "England and Wales")


def test_a_definition_that_changed_is_told_in_england_alone():
    treated, control = squares(2), squares(6, 5000.0)
    before, after = ("2022-04-01", "2023-03-31"), ("2023-04-01", "2024-03-31")
    crimes = crimes_in((treated, control), ([(30, 30)] * 2, [(30, 30)] * 6), before, after)
    effect = hs.evaluate_operation(crimes, treated, before, after, control=control, seed=1)
    told = of(effect, "On 1 April 2023 in England and Wales residential burglary was parted")
    assert "365 days of the period before" in told.replace("364", "365")
    frames = [frame.set_crs(32630, allow_override=True) for frame in (crimes, treated, control)]
    elsewhere = hs.evaluate_operation(
        frames[0], frames[1], before, after, control=frames[2], seed=1)  # fmt: skip
    none(elsewhere, "England and Wales")


def test_days_past_the_newest_record_look_like_a_fall(plain):
    crimes, treated, control = plain
    effect = hs.evaluate_operation(
        crimes, treated, BEFORE, ("2024-04-01", "2025-06-30"), control=control, seed=1)  # fmt: skip
    assert "91 days hold nothing yet" in of(effect, "The newest record is of 31 March 2025")
    early = hs.evaluate_operation(
        crimes, treated, ("2022-04-01", "2024-03-31"), AFTER, control=control, seed=1)  # fmt: skip
    assert "365 days of it hold nothing" in of(early, "The oldest record")
    none(evaluate(*plain), "record is of")


def test_an_end_that_no_plan_fixed_is_told_with_other_ends(plain):
    told = of(evaluate(*plain), "No plan fixed the end")
    assert "one, two and three months earlier the rate ratio would be 0." in told
    none(evaluate(*plain, planned_end="2025-03-31"), "plan")
    told = of(evaluate(*plain, planned_end="2024-12-31"), "The plan fixed the end as 31 December")
    assert "90 days later" in told


def test_near_repeats_of_treated_crimes_in_the_control_are_counted():
    treated, control = squares(2), squares(2, 300.0)
    crimes = crimes_in((treated, control), ([(60, 60)] * 2, [(60, 60)] * 2))
    told = of(evaluate(crimes, treated, control), "lie within 400 m and six weeks")
    assert "120 of the 120 burglaries of the control after (100 %)" in told
    far = crimes_in((treated, squares(2, 900.0)), ([(60, 60)] * 2, [(60, 60)] * 2))
    none(evaluate(far, treated, squares(2, 900.0)), "six weeks")


def test_control_places_within_the_buffer_are_left_out_or_none_is_left(plain):
    crimes, treated, control = plain
    near = pd.concat([control, squares(2, 150.0)], ignore_index=True)
    effect = evaluate(crimes, treated, near, displacement_m=(100, 60))
    assert "2 control places within the 100 m" in of(effect, "left out")
    assert effect.counts.set_index("kind").loc["control", "places"] == 15
    assert effect.choices["control_places"].tolist() == [15, 15, 1, 1]
    with pytest.raises(hs.DataError, match="No control is left: all 5 places"):
        evaluate(crimes, treated, squares(5, 150.0), displacement_m=100)
    with pytest.raises(hs.DataError, match="No control is left: the one place of 'control' lies"):
        evaluate(crimes, treated, squares(1, 150.0), displacement_m=100)


def test_without_a_control_there_is_no_verdict(plain):
    crimes, treated, _ = plain
    effect = evaluate(crimes, treated, None)
    assert effect.finding == "no verdict"
    assert "without a control nothing tells" in effect.verdict
    assert "everywhere else (450 to 440)" in of(effect, "No control was given")


def test_a_place_of_many_that_has_none_after_is_asked_for(plain):
    _, treated, control = plain
    crimes = crimes_in((treated, control), ([(30, 28)] * 4 + [(30, 0)], [(30, 29)] * 15))
    effect = evaluate(crimes, treated, control)
    assert effect.verdict.startswith("No verdict: no burglary at all after in 4 (30 to 0)")


def test_one_small_place_of_many_that_has_none_after_stops_no_verdict():
    # As on the worst squares of Chicago, where nothing was missing.
    treated, control = squares(12), squares(48, 5000.0)
    crimes = crimes_in((treated, control), ([(14, 11)] * 12, [(14, 11)] * 47 + [(13, 0)]))
    effect = evaluate(crimes, treated, control)
    assert effect.finding == "cannot be seen"
    none(effect, "does the export stop")


def test_a_fall_of_less_than_comes_by_itself_is_no_effect_of_the_operation():
    ratio = ratio_by_place(
        (np.full(10, 400.0), np.arange(336.0, 346.0)), (np.full(10, 400.0), np.arange(396.0, 406.0))
    )
    counts = pd.DataFrame({"after": [3405.0, 4005.0]})
    by_itself = {
        fall: verdict_of(
            SimpleNamespace(treated=range(10), controls={"control": None}, confidence=0.95),
            counts, ratio, 0.001, [Caution("12", shift=float(np.log1p(-fall)))],
        )["finding"]
        for fall in (0.02, 0.15, 0.4)
    }  # fmt: skip
    assert by_itself == {0.02: "fewer", 0.15: "cannot be seen", 0.4: "cannot be seen"}


def test_months_only_need_whole_months(plain):
    crimes, treated, control = plain
    first = crimes["occurred_from"].dt.to_period("M").dt.start_time
    monthly = crimes.assign(occurred_from=first, occurred_to=first)
    monthly.attrs["resolution"] = "month"
    effect = evaluate(monthly, treated, control)
    none(effect, "six weeks")
    none(effect, "newest record")
    with pytest.raises(hs.DataError) as told:
        hs.evaluate_operation(
            monthly, treated, ("2023-04-01", "2024-03-14"), ("2024-03-15", "2025-03-31"),
            control=control)  # fmt: skip
    for words in ("before ends on 14 March 2024", "after begins on 15 March 2024"):
        assert words in str(told.value)
    # The month of the start is left out, as the message says.
    hs.evaluate_operation(
        monthly, treated, ("2023-04-01", "2024-02-29"), ("2024-03-01", "2025-03-31"),
        control=control, transition=("2024-03-01", "2024-03-31"))  # fmt: skip


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"before": AFTER, "after": BEFORE}, "are the two exchanged"),
        ({"before": ("2024-03-31", "2023-04-01")}, "before ends on 1 April 2023, before it begins"),
        ({"before": "2023"}, "before must be .first day, last day."),
        ({"transition": ("2024-06-01", "2024-06-30")}, "must lie between before and after"),
        ({"chosen_on": "hotspots"}, "or 'random' where it was drawn"),
        ({"operation_cost": 5560}, "unit_cost is missing"),
        ({"operation_cost": "5560", "unit_cost": 1}, "not '5560'"),
        ({"planned_end": "31/03/2025"}, "planned_end must be a date year first"),
        ({"permutations": -1}, "permutations must be"),
        ({"seed": 1.5}, "seed must be"),
        ({"displacement_control": 100}, "needs a displacement_m"),
        ({"displacement_m": []}, "displacement_m has no width"),
    ],
)
def test_a_wrong_argument_is_told_in_words(plain, more, words):
    crimes, treated, control = plain
    given = {"before": BEFORE, "after": AFTER, "control": control} | more
    with pytest.raises(hs.ConfigError, match=words):
        hs.evaluate_operation(crimes, treated, **given)


def test_wrong_ground_is_told_in_words(plain):
    crimes, treated, control = plain
    with pytest.raises(hs.DataError, match=r"treated places and the control places overlap"):
        evaluate(crimes, treated, pd.concat([control, treated[:1]], ignore_index=True))
    with pytest.raises(hs.DataError, match="No burglary before in the treated places"):
        evaluate(crimes, squares(2, 80_000.0), control)
    with pytest.raises(hs.DataError, match="control places must be polygons"):
        evaluate(crimes, treated, "control.gpkg")
    with pytest.raises(hs.DataError, match="5 rows of the treated places without a polygon"):
        evaluate(crimes, treated.set_geometry(treated.centroid), control)
    with pytest.raises(hs.DataError, match="displacement control and the displacement buffer"):
        evaluate(crimes, treated, control, displacement_m=100,
                 displacement_control=squares(2, 150.0))  # fmt: skip
    with pytest.raises(hs.DataError, match="more than once: 'Quay'"):
        evaluate(crimes, treated.assign(name="Quay"), control)
