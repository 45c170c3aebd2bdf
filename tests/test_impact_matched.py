"""Controls that were as bad beforehand: apart, not overlapping, whatever the order."""

import geopandas as gpd
import numpy as np
import pytest
import shapely

import hotspot as hs
from tests.test_impact_evaluation import AFTER, BEFORE, crimes_in, squares


@pytest.fixture(scope="module")
def town():
    """Return burglaries, three treated places, and candidates, the treated among them."""
    treated, others = squares(3), squares(30, 5000.0)
    random = np.random.default_rng(2)
    counts = [[(20, 20), (12, 12), (40, 40)], [(n, n) for n in random.integers(0, 45, 30)]]
    candidates = gpd.pd.concat([treated, others], ignore_index=True)
    return crimes_in((treated, others), counts), treated, candidates


def test_controls_are_as_bad_beforehand_and_apart(town):
    crimes, treated, candidates = town
    found = hs.matched_controls(crimes, treated, candidates, BEFORE)
    table = found.table
    assert len(table) == 12
    assert table["treated"].value_counts().to_dict() == {"0": 4, "1": 4, "2": 4}
    assert (table.distance(treated.union_all()) > 400).all()
    assert found.matches["as_bad"].all()
    assert (table["before"] - table["treated_before"]).abs().max() <= 8
    assert "12 control places more than 400 m away, out of 30 candidates" in found.summary()
    # The result is a control as it is, and labels are drawn within its sets.
    effect = hs.evaluate_operation(crimes, treated, BEFORE, AFTER, control=found, seed=1)
    assert effect.counts["places"].tolist() == [3, 12]
    assert effect.value("rate ratio") == pytest.approx(1)


def test_the_order_of_places_decides_nothing(town):
    crimes, treated, candidates = town
    shuffled = candidates.assign(name=[f"c{n}" for n in candidates.index]).sample(
        frac=1, random_state=3)  # fmt: skip
    one, two = (
        hs.matched_controls(crimes, ours, theirs, BEFORE).table
        for ours, theirs in (
            (treated, candidates.assign(name=[f"c{n}" for n in candidates.index])),
            (treated[::-1], shuffled),
        )
    )
    assert set(zip(one["place"], one["treated"], strict=True)) == set(
        zip(two["place"], two["treated"], strict=True)
    )


def test_what_is_far_worse_than_all_others_is_said_so():
    treated, others = squares(2), squares(8, 5000.0)
    crimes = crimes_in((treated, others), ([(90, 60), (10, 9)], [(10, 9)] * 8))
    found = hs.matched_controls(crimes, treated, others, BEFORE)
    assert found.matches["as_bad"].tolist() == [False, True]
    assert "Nothing is as bad as 0 (90; its controls 10 to 10)" in found.summary()
    few = hs.matched_controls(crimes, treated, others[:5], BEFORE)
    assert few.matches["controls"].tolist() == [2, 2]
    assert "Fewer than 4 controls for 2 treated places" in few.summary()


def test_what_is_chosen_does_not_overlap():
    treated = squares(1)
    others = gpd.pd.concat([squares(4, 5000.0), squares(4, 5050.0)], ignore_index=True)
    crimes = crimes_in((treated, others), ([(10, 9)], [(10, 9)] * 4 + [(3, 3)] * 4))
    found = hs.matched_controls(crimes, treated, others, BEFORE, per_treated=4)
    shapes = found.table.geometry.to_numpy()
    assert len(shapes) == 4
    assert shapely.area(shapely.union_all(shapes)) == pytest.approx(shapely.area(shapes).sum())


def test_every_fault_of_a_match_is_told_at_once():
    treated = squares(2, apart=50.0)
    crimes = crimes_in((treated,), ([(5, 5)] * 2,))
    with pytest.raises(hs.DataError) as told:
        hs.matched_controls(crimes, treated, squares(1).set_crs(None, allow_override=True),
                            ("2024-13-01", "2024-01-01"), per_treated=0, apart_m="far")  # fmt: skip
    for words in ("overlap (1 pair", "candidates have no CRS", "2024-13-01", "per_treated must be",
                  "apart_m must be metres"):  # fmt: skip
        assert words in str(told.value)
    with pytest.raises(hs.DataError, match="No candidate is left: all 2 lie within 400 m"):
        hs.matched_controls(crimes, squares(1), squares(2, apart=200.0), BEFORE)
    with pytest.raises(hs.DataError, match="nothing to match"):
        hs.matched_controls(crimes, squares(1, 90_000.0), squares(2), BEFORE)
