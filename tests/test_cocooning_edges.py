"""Limits of a list at exactly their values, and the keywords that set them."""

import pandas as pd
import pytest

from hotspot import ConfigError, cocooning_targets
from hotspot.cocooning import cocooning_lists, cocooning_messages
from hotspot.rule import RULE, AgeBands
from tests.test_cocooning import AS_OF, FOUND, burglaries, homes, join, numbers, two_sided
from tests.test_cocooning_ledger import Kept, burglary, on


@pytest.mark.parametrize(
    ("gap_m", "ring_1"), [(100.0, ["19", "23"]), (100.004, ["19", "23"]), (100.02, ["19"])]
)
def test_the_next_house_is_next_door_at_100_m_and_not_beyond(gap_m, ring_1):
    row = homes(
        *((f"U{n}", str(n), "Long Lane", x, 0) for n, x in ((19, -9), (21, 0), (23, gap_m)))
    )
    targets = cocooning_targets(burglaries(("B1", "U21", 0, 0)), row, AS_OF)
    assert numbers(targets, 1) == ring_1


@pytest.mark.parametrize(("apart_m", "listed"), [(60.0, True), (60.02, False)])
def test_a_house_is_opposite_at_60_m_and_not_beyond(apart_m, listed):
    odd = two_sided(last=39).query("number in ['19', '21', '23']")
    across = (("across", "22", "Mill Lane", 100, apart_m), ("near", "24", "Mill Lane", 100, 20))
    for number in ("22", None):
        # Without a number a house faces where those with one are.
        street = join(odd, homes(("across", number, *across[0][2:]), across[1]))
        targets = cocooning_targets(burglaries(("B1", "Mill Lane/21", 100, 0)), street, AS_OF)
        ring_2 = targets.loc[targets["ring"] == 2, "uprn"]
        assert ("across" in set(ring_2)) == listed, number
        assert "near" in set(ring_2)


@pytest.mark.parametrize(("apart_m", "listed"), [(50.0, True), (50.02, False)])
def test_a_house_backs_on_at_50_m_and_not_beyond(apart_m, listed):
    street = join(two_sided(), homes(("rear", "8", "Beck Lane", 100, -apart_m)))
    targets = cocooning_targets(burglaries(("B1", "Mill Lane/21", 100, 0)), street, AS_OF)
    assert ("rear" in set(targets["uprn"])) == listed


@pytest.mark.parametrize(("off_m", "uprn"), [(25.0, "Mill Lane/21"), (25.02, None)])
def test_a_victim_is_matched_by_place_at_25_m_and_not_beyond(off_m, uprn):
    targets = cocooning_targets(burglaries(("B1", None, 100, -off_m)), two_sided(), AS_OF)
    assert targets["ring"].iloc[0] == 0
    assert targets["uprn"].iloc[0] == uprn or (uprn is None and pd.isna(targets["uprn"].iloc[0]))


@pytest.mark.parametrize(("visit_days", "rows"), [(4, 14), (3, 0)])
def test_the_last_visit_day_counts_whole(visit_days, rows):
    crime = burglaries(("B1", "Mill Lane/21", 100, 0))
    assert (pd.Timestamp(AS_OF) - FOUND.normalize()).days == 4
    assert len(cocooning_targets(crime, two_sided(), AS_OF, visit_days=visit_days)) == rows


@pytest.mark.parametrize(("day", "listed"), [(11, False), (12, True)])
def test_a_visit_keeps_a_neighbour_away_to_the_last_revisit_day(day, listed):
    ledger = Kept()
    first = on(0, burglary(), ledger)
    ledger.visit(first.loc["23"], "face to face", "2026-03-03 10:00")
    crimes = join(burglary(), burglary("B2", 25, pd.Timestamp("2026-03-10 20:00")))
    assert ("23" in on(day, crimes, ledger, revisit_days=10).index) == listed


def test_an_unknown_setting_is_refused_and_a_near_one_is_named():
    crime, street = burglaries(("B1", "Mill Lane/21", 100, 0)), two_sided()
    for function in (cocooning_targets, cocooning_messages, cocooning_lists):
        with pytest.raises(ConfigError, match=r"visit_day is not .* did you mean visit_days"):
            function(crime, street, AS_OF, visit_day=7)
    with pytest.raises(ConfigError, match="there are preset, visit_days") as told:
        cocooning_targets(crime, street, AS_OF, colour="red", distance_m=-1)
    assert len(told.value.problems) == 2


def test_the_ages_by_which_sheets_colour_end_with_the_window_of_the_list():
    crime, street = burglaries(("B1", "Mill Lane/21", 100, 0)), two_sided()
    for settings, edges in (
        ({}, list(AgeBands.within(RULE.window_days).edges_days)),
        ({"window_days": 42}, [7, 14, 42]),
        ({"preset": "us-rct"}, [7, 14]),
        ({"window_days": 21}, [7, 14, 21]),
    ):
        targets = cocooning_targets(crime, street, AS_OF, **settings)
        assert targets.attrs["parameters"]["age_bands_days"] == edges
