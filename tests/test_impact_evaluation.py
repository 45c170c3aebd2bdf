"""An operation evaluated: published numbers, what it cannot know, and bad input told at once."""

import json
import warnings

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

import hotspot as hs
from tests.conftest import incidents_at

# In Great Britain, so that its grid can be turned into degrees and back.
EAST, NORTH = 430_000.0, 300_000.0
BEFORE, AFTER = ("2023-04-01", "2024-03-31"), ("2024-04-01", "2025-03-31")


def squares(number, y=0.0, side=100.0, apart=1000.0, start=0, **columns):
    """Places in a row, side by side with gaps."""
    boxes = [shapely.box(EAST + apart * n, NORTH + y, EAST + apart * n + side, NORTH + y + side)
             for n in range(start, start + number)]  # fmt: skip
    return gpd.GeoDataFrame(columns, geometry=boxes, crs="EPSG:27700")


def crimes_in(frames, counts, before=BEFORE, after=AFTER, seed=0):
    """Burglaries spread over days and ground: (before, after) a place, frame by frame."""
    random = np.random.default_rng(seed)
    x, y, day = [], [], []
    origin = pd.Timestamp("2023-01-01")
    spans = [[(pd.Timestamp(end) - origin).days for end in period] for period in (before, after)]
    for frame, pairs in zip(frames, counts, strict=True):
        for place, pair in zip(frame.geometry, pairs, strict=True):
            west, south, east, north = place.bounds
            for (first, last), number in zip(spans, pair, strict=True):
                x.extend(random.uniform(west + 1, east - 1, number))
                y.extend(random.uniform(south + 1, north - 1, number))
                # The first and the last day too, so that no period seems to lie past the records.
                day.extend(np.linspace(first, last, number).round())
    return incidents_at(x, y, day, start="2023-01-01")


@pytest.fixture(scope="module")
def four():
    """Return the published counts, one place of each kind: the buffer is 100 m wide."""
    treated, control, others = squares(1), squares(1, 5000.0), squares(1, 9000.0)
    around = gpd.GeoDataFrame(
        geometry=[shapely.box(EAST + 100.5, NORTH, EAST + 180, NORTH + 90)], crs="EPSG:27700"
    )
    crimes = crimes_in((treated, control, around, others),
                       ([(207, 110)], [(308, 318)], [(178, 157)], [(150, 140)]))  # fmt: skip
    return crimes, treated, control, others


def evaluate(crimes, treated, control, **more):
    return hs.evaluate_operation(crimes, treated, BEFORE, AFTER, control=control,
                                 **({"seed": 1, "chosen_on": "random"} | more))  # fmt: skip


def test_one_place_of_each_kind_has_the_published_numbers(four):
    crimes, treated, control, others = four
    effect = evaluate(crimes, treated, control, displacement_m=100, displacement_control=others)
    table = effect.table.set_index("measure")
    # A rate ratio of Poisson counts with its ln se, .142525 (D. B. Wilson).
    ratio = table.loc["rate ratio"]
    assert ratio["value"] == pytest.approx(0.514690, abs=5e-7)
    half = 1.959964 * 0.142525
    assert ratio["low"] == pytest.approx(0.514690 * np.exp(-half), rel=1e-5)
    assert ratio["high"] == pytest.approx(0.514690 * np.exp(half), rel=1e-5)
    # A leap day apart, and twelve months are a year (Wheeler, Ratcliffe).
    assert table.loc["WDD", "value"] == pytest.approx(-118)
    assert table.loc["WDD", "low"] == pytest.approx(-195.610614)
    assert table.loc["WDD", "high"] == pytest.approx(-40.389386)
    assert table.loc["WDQ", "value"] == pytest.approx(0.258186, abs=5e-7)
    assert table.loc["total net effect", "value"] == pytest.approx(130.5, abs=0.005)
    assert effect.counts.set_index("kind")[["before", "after"]].to_numpy().tolist() == [
        [207, 110], [308, 318], [178, 157], [150, 140],
    ]  # fmt: skip
    assert table.loc["prevented", "value"] == pytest.approx(207 * 318 / 308 - 110)
    assert any("There is 1 treated place: its variance is that of Poisson" in c
               for c in effect.cautions)  # fmt: skip
    assert any("Nobody can be relabelled: with 1 treated of 2" in c for c in effect.cautions)


def test_fifty_to_thirty_cannot_be_told_from_sixty_to_fifty_five():
    treated, control = squares(1), squares(1, 5000.0)
    effect = evaluate(crimes_in((treated, control), ([(50, 30)], [(60, 55)])), treated, control)
    assert effect.value("rate ratio") == pytest.approx(0.654546, abs=1e-6)
    ends = [round(effect.value("rate ratio", end), 3) for end in ("low", "high")]
    assert ends == [0.366, 1.171]
    assert effect.finding == "cannot be seen"
    assert effect.verdict.startswith("An effect cannot be seen: there were 35 % fewer")
    assert "63 % fewer to 17 % more" in effect.verdict


def test_what_an_intervention_costs_is_held_against_what_it_prevents(four):
    crimes, treated, control, _ = four
    effect = evaluate(crimes, treated, control, operation_cost=556, unit_cost=530)
    assert effect.value("break-even") == pytest.approx(1.05, abs=0.005)
    for column in ("value", "low", "high"):
        worth = effect.value("prevented", column) * 530 / 556
        assert effect.value("benefit-cost ratio", column) == pytest.approx(worth)
    assert np.isnan(effect.value("benefit-cost ratio", "p_value"))


def test_the_variance_is_taken_between_places():
    treated, control = squares(5), squares(15, 5000.0)
    random = np.random.default_rng(3)
    pairs = [random.poisson(20, (len(frame), 2)) for frame in (treated, control)]
    effect = evaluate(crimes_in((treated, control), pairs), treated, control)
    ours = hs.impact.ratio_by_place(*((p[:, 0], p[:, 1]) for p in pairs))
    assert effect.value("rate ratio") == pytest.approx(ours.value)
    slow = 0.0
    for pair in pairs:
        early, late = pair.sum(axis=0)
        n = len(pair)
        slow += n / (n - 1) * sum((a / late - b / early) ** 2 for b, a in pair)
    assert ours.log_se == pytest.approx(np.sqrt(slow))


def test_every_fault_is_told_at_once():
    treated, control = squares(2, apart=50.0), squares(1, 5000.0)
    crimes = crimes_in((control,), ([(5, 5)],))
    with pytest.raises(hs.DataError) as told:
        hs.evaluate_operation(
            crimes, treated, ("2024-01-01", "2024-06-30"), ("2024-06-01", "2025-01-01"),
            control=control.set_crs(None, allow_override=True), operation_cost="£5,560",
            unit_cost=530, confidence=95, displacement_m=-1,
        )  # fmt: skip
    for words in (
        "treated places overlap (1 pair: 0 and 1)", "control places have no CRS",
        "before and after overlap: 30 days", "operation_cost must be a finite number above 0, "
        "not '£5,560'", "confidence must be between", "displacement_m must be",
    ):  # fmt: skip
        assert words in str(told.value)


def test_nothing_before_is_told_with_the_rest():
    treated, control = squares(2), squares(3, 5000.0)
    crimes = crimes_in((treated, control), ([(0, 5)] * 2, [(0, 5)] * 3))
    with pytest.raises(hs.DataError) as told:
        evaluate(crimes, treated, control, operation_cost="a lot", unit_cost=1, planned_end="soon")
    for words in ("No burglary before in the treated", "No burglary before in the control",
                  "operation_cost must be", "planned_end must be a date"):  # fmt: skip
        assert words in str(told.value)


@pytest.mark.parametrize("matched", [False, True])
def test_the_order_of_rows_and_of_places_changes_nothing(matched):
    treated, control = squares(4), squares(12, 5000.0)
    random = np.random.default_rng(2)
    counts = [random.poisson(mean, (number, 2)) for mean, number in ((20, 4), (22, 12))]
    crimes = crimes_in((treated, control), counts)
    if matched:
        control["treated"] = [str(n % 4) for n in range(12)]
    one = evaluate(crimes, treated, control, permutations=99)
    two = evaluate(crimes.sample(frac=1, random_state=1), treated.sample(frac=1, random_state=2),
                   control.sample(frac=1, random_state=3), permutations=99)  # fmt: skip
    pd.testing.assert_frame_equal(one.table, two.table)
    pd.testing.assert_frame_equal(one.placebo, two.placebo)
    assert one.verdict == two.verdict
    assert one.cautions == two.cautions


def test_places_in_degrees_are_brought_into_metres():
    treated, control = squares(3), squares(9, 5000.0)
    crimes = crimes_in((treated, control), ([(20, 20)] * 3, [(20, 20)] * 9))
    one = evaluate(crimes, treated, control)
    two = evaluate(crimes, treated.to_crs(4326), control.geometry.to_crs(4326))
    assert one.counts["before"].tolist() == two.counts["before"].tolist()
    with pytest.raises(hs.DataError, match="not in metres"):
        evaluate(crimes.to_crs(4326), treated, control)


def test_nought_after_asks_whether_the_export_stops():
    treated, control = squares(2), squares(6, 5000.0)
    crimes = crimes_in((treated, control), ([(400, 0), (477, 0)], [(150, 145)] * 6))
    effect = evaluate(crimes, treated, control)
    assert effect.finding == "no verdict"
    assert effect.verdict == f"No verdict: n{effect.cautions[0][1:]}"
    assert "the treated places (877 to 0): does the export stop" in effect.cautions[0]
    told = evaluate(crimes, treated, control, nought=True)
    assert told.finding == "fewer"
    assert 0 < told.value("rate ratio") < 0.01
    # Of 877 there were no more to prevent than the control leads one to expect.
    expected = 877.5 * 870.5 / 900.5
    low, high = (told.value("prevented", end) for end in ("low", "high"))
    assert 0.9 * expected < low < told.value("prevented") < high < expected
    assert f"between {low:,.0f} and {high:,.0f}." in told.verdict


def test_what_is_prevented_is_of_the_period_after_however_long_it_is():
    half = ("2024-04-01", "2024-09-30")
    treated, control = squares(3), squares(6, 5000.0)
    around = squares(3)
    around.geometry = around.geometry.translate(150.0)
    counts = ([(60, 20)] * 3, [(60, 30)] * 6, [(10, 6)] * 3)
    crimes = crimes_in((treated, control, around), counts, after=half)
    effect = hs.evaluate_operation(crimes, treated, BEFORE, half, control=control,
                                   displacement_m=200, chosen_on="random", seed=1)  # fmt: skip
    assert effect.value("prevented") == pytest.approx(30)
    assert effect.value("total net effect") == pytest.approx(27)
    assert effect.choices["total_net_effect"].iloc[0] == pytest.approx(27)
    assert effect.value("WDD") == pytest.approx((120 + 36 - 360) - (180 + 30 - 360))


def test_a_result_writes_itself(four, tmp_path):
    crimes, treated, control, _ = four
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        effect = evaluate(crimes, treated, control, displacement_m=(50, 100))
        written = effect.write(tmp_path)
        read = json.loads((tmp_path / "impact.json").read_text("utf-8"), parse_constant=pytest.fail)
    assert read["table"][-1]["low"] is None
    assert sorted(path.suffix for path in written) == [".csv", ".html", ".json", ".png", ".xlsx"]
    assert effect.summary().startswith(effect.verdict)
    assert effect.choices["buffer_m"].tolist() == [50, 100, 50, 100]


def test_harm_is_weighed_by_the_users_table_and_varies_as_its_squares():
    treated, control = squares(1), squares(1, 5000.0)
    crimes = crimes_in((treated, control), ([(40, 20)], [(60, 60)]))
    kinds = np.where(np.arange(len(crimes)) % 4 == 0, "burglary with violence", "burglary")
    crimes = crimes.assign(offence_code=kinds)
    weights = {"burglary": 1.0, "burglary with violence": 10.0}
    effect = evaluate(crimes, treated, control, harm=weights)
    by_column = evaluate(crimes.assign(w=crimes["offence_code"].map(weights)), treated, control,
                         harm="w")  # fmt: skip
    pd.testing.assert_frame_equal(effect.table, by_column.table)
    day = crimes["occurred_to"]
    inside = crimes.within(treated.union_all())
    after = day >= AFTER[0]
    weight = crimes["offence_code"].map(weights)
    sign = np.where(inside, 1, -1) * np.where(after, 1, -1)
    found = effect.table.set_index("measure").loc["WDD by harm"]
    assert found["value"] == pytest.approx((sign * weight).sum())
    half = 1.959964 * np.sqrt((weight**2).sum())
    assert found["high"] - found["value"] == pytest.approx(half, rel=1e-6)
    with pytest.raises(hs.DataError, match="without a weight: burglary with violence"):
        evaluate(crimes, treated, control, harm={"burglary": 1})
    with pytest.raises(hs.DataError, match="lack the column weight"):
        evaluate(crimes, treated, control, harm="weight")


def test_a_transition_counts_in_neither_period():
    treated, control = squares(2), squares(6, 5000.0)
    crimes = crimes_in((treated, control), ([(60, 60)] * 2, [(60, 60)] * 6))
    cut = evaluate(crimes, treated, control, transition=("2024-03-01", "2024-04-30"))
    plain = hs.evaluate_operation(crimes, treated, ("2023-04-01", "2024-02-29"),
                                  ("2024-05-01", "2025-03-31"), control=control, seed=1,
                                  chosen_on="random")  # fmt: skip
    assert cut.counts.equals(plain.counts)
    assert cut.settings["after"] == ["2024-05-01", "2025-03-31"]


def test_the_sum_comes_first_and_single_places_have_q_values():
    treated, control = squares(20), squares(40, 5000.0)
    random = np.random.default_rng(5)
    pairs = [[(40, late) for late in random.poisson(mean, n)] for n, mean in ((20, 28), (40, 40))]
    effect = evaluate(crimes_in((treated, control), pairs), treated, control)
    assert effect.finding == "fewer"
    assert effect.verdict.startswith("There were ")
    assert "% fewer burglaries than the control leads one to expect in the 20 treated places" in (
        effect.verdict
    )
    ours = effect.places[effect.places["kind"] == "treated"]
    slow = ours["p_value"].sort_values() * 20 / np.arange(1, 21)
    slow = slow[::-1].cummin().clip(upper=1)
    np.testing.assert_allclose(ours["q_value"], slow.reindex(ours.index))
    assert (ours["q_value"] <= 0.05).sum() < 20
    assert effect.places["q_value"].isna().sum() == 40


def test_the_order_of_rows_does_not_change_the_answer():
    treated, control = squares(4), squares(12, 5000.0)
    names = [frame.assign(name=[f"{at}{n}" for n in range(len(frame))])
             for frame, at in ((treated, "t"), (control, "c"))]  # fmt: skip
    random = np.random.default_rng(6)
    pairs = [random.poisson(20, (n, 2)) for n in (4, 12)]
    crimes = crimes_in((treated, control), pairs)
    one = evaluate(crimes, *names, displacement_m=100)
    two = evaluate(crimes.sample(frac=1, random_state=1), names[0][::-1], names[1][::-1],
                   displacement_m=100, permutations=0)  # fmt: skip
    columns = ["value", "low", "high"]
    np.testing.assert_allclose(one.table[columns], two.table[columns])
    moved = [frame.set_geometry(frame.translate(5000, 700)) for frame in (crimes, *names)]
    three = evaluate(*moved, displacement_m=100)
    np.testing.assert_allclose(one.table[columns], three.table[columns])


def test_places_of_which_one_has_nearly_all_have_an_interval_all_the_same():
    one = hs.impact.ratio_by_place(
        (np.array([900.0, 0.0]), np.array([0.0, 400.0])), (np.array([50.0, 1]), np.array([50.0, 0]))
    )
    assert 0 < one.low < 1e-9 < one.value < 1e9 < one.high < np.inf
