"""Test what may be said at a door: who reads it cannot tell which house was burgled."""

import re

import numpy as np
import pandas as pd
import pytest

from hotspot import cocooning_targets, write_targets
from hotspot.cocooning.doorstep_words import FEWEST_HOUSES, NEAR_HERE_M
from hotspot.cocooning.walking_order import times_by_street
from tests.test_cocooning import AS_OF, FOUND, burglaries, join, two_sided

STREET_WORDS = "A burglary on your street this week"
NEAR_WORDS = "A burglary near here this week"
AREA_WORDS = "A burglary in your area this week"


def terraces(last=40):
    """Two terraces of 8 m plots back to back, each with homes on both sides of its road."""
    return join(
        two_sided("Mill Lane", last, frontage=8.0, width=14.0),
        two_sided("Beck Row", last, y=-44.0, frontage=8.0, width=14.0),
    )


def burgled(uprn, homes, **columns):
    at = homes.set_index("uprn").geometry[uprn]
    return burglaries(("B1", uprn, at.x, at.y), **columns)


def listed(uprn, homes):
    return cocooning_targets(burgled(uprn, homes), homes, AS_OF)


def meant(words, own, homes):
    """Find by brute force which homes the words of a row may mean to whoever reads it."""
    others = homes[homes["uprn"] != own["uprn"]]
    if words.startswith("A burglary on your street"):
        return set(others.loc[others["street"] == own["street"], "uprn"])
    if words.startswith("A burglary near here"):
        away = np.hypot(others.geometry.x - own.geometry.x, others.geometry.y - own.geometry.y)
        return set(others.loc[(others["street"] != own["street"]) & (away <= 150), "uprn"])
    return set(others["uprn"])


@pytest.mark.parametrize("number", [1, 2, 21, 22, 40])
def test_on_terraces_of_8_m_plots_nobody_can_tell_from_a_row_which_house_it_was(number):
    homes = terraces()
    victim = f"Mill Lane/{number}"
    targets = listed(victim, homes)
    neighbours = targets[targets["ring"] > 0]
    assert set(neighbours["at_the_door"]) <= {STREET_WORDS, NEAR_WORDS}
    for row in neighbours.itertuples():
        own = homes.set_index("uprn", drop=False).loc[row.uprn]
        homes_meant = meant(row.at_the_door, own, homes)
        assert victim in homes_meant
        assert len(homes_meant) >= FEWEST_HOUSES
    # No two houses of a street are told apart: all of its rows say the same.
    assert (neighbours.groupby("street")["at_the_door"].nunique() == 1).all()


def test_the_words_of_neighbours_do_not_turn_on_which_house_of_the_street_was_burgled():
    homes = terraces()
    said = {
        number: listed(f"Mill Lane/{number}", homes).set_index("uprn")["at_the_door"]
        for number in (19, 21, 23)
    }
    for uprn in ("Mill Lane/15", "Mill Lane/17", "Mill Lane/25"):
        assert {words.get(uprn) for words in said.values()} == {STREET_WORDS}


def test_a_neighbour_reads_no_distance_no_day_no_reference_and_no_other_address():
    homes = terraces()
    crime = burgled("Mill Lane/21", homes, recorded_at=pd.to_datetime(["2026-02-27 08:00"]))
    targets = cocooning_targets(crime, homes, AS_OF)
    for words in targets["at_the_door"]:
        assert not re.search(r"\d|day|February|Mill|Beck|B1|next|opposite|behind|side", words), (
            words
        )
    # Nor does the victim's own row stand out: a neighbour sees the whole sheet.
    own = targets.loc[targets["uprn"].str.startswith("Mill Lane/"), ["ring", "at_the_door"]]
    assert 0 in set(own["ring"])
    assert set(own["at_the_door"]) == {STREET_WORDS}


@pytest.mark.parametrize(("houses", "words"), [(9, STREET_WORDS), (8, AREA_WORDS), (4, AREA_WORDS)])
def test_a_street_is_named_only_where_enough_other_houses_of_it_may_be_meant(houses, words):
    homes = join(
        two_sided("Short Close", houses, frontage=8.0, width=14.0),
        two_sided("Long Road", 60, y=400.0),
    )
    targets = listed("Short Close/2", homes)
    assert set(targets.loc[targets["ring"] > 0, "at_the_door"]) == {words}


def test_near_here_is_said_only_where_enough_houses_of_other_streets_may_be_meant():
    homes = join(
        two_sided("Long Road", 60, frontage=8.0, width=14.0),
        two_sided("Short Close", 4, y=-30.0, frontage=8.0, width=14.0),
    )
    said = listed("Short Close/2", homes).set_index("uprn")["at_the_door"]
    assert set(said.filter(like="Long Road")) == {AREA_WORDS}
    homes = join(homes, two_sided("Other Close", 8, y=-60.0, frontage=8.0, width=14.0))
    said = listed("Short Close/2", homes).set_index("uprn")["at_the_door"]
    assert set(said.filter(like="Long Road")) == {NEAR_WORDS}
    assert NEAR_HERE_M == 100


@pytest.mark.parametrize(
    ("days", "when"),
    [(7, "this week"), (8, "in the last two weeks"), (15, "in the last three weeks")],
)
def test_the_words_tell_weeks_and_never_a_day(days, when):
    homes = terraces()
    as_of = (FOUND + pd.Timedelta(days=days)).normalize()
    targets = cocooning_targets(burgled("Mill Lane/21", homes), homes, as_of, visit_days=21)
    said = targets.set_index("uprn")["at_the_door"]
    assert said["Mill Lane/19"] == f"A burglary on your street {when}"


def test_of_several_burglaries_the_one_on_the_street_is_told_then_the_newest():
    homes = terraces()
    both = join(burgled("Mill Lane/21", homes), burgled("Beck Row/22", homes))
    both["crime_ref"] = ["B1", "B2"]
    both["occurred_from"] = both["occurred_to"] = [FOUND - pd.Timedelta(days=7), FOUND]
    said = cocooning_targets(both, homes, AS_OF).set_index("uprn")["at_the_door"]
    assert said["Mill Lane/19"] == "A burglary on your street in the last two weeks"
    assert said["Beck Row/20"] == STREET_WORDS


def test_more_addresses_than_can_matter_change_no_word():
    homes = terraces()
    far = two_sided("Mill Lane", 400, y=5000.0).assign(
        uprn=lambda frame: "far " + frame["uprn"].astype(str)
    )
    few, many = (listed("Mill Lane/21", frame) for frame in (homes, join(homes, far)))
    assert few["at_the_door"].tolist() == many["at_the_door"].tolist()


def test_doors_are_numbered_as_they_are_walked_whatever_the_order_of_the_rows():
    homes = terraces()
    crimes = join(burgled("Mill Lane/21", homes), burgled("Beck Row/5", homes))
    crimes["crime_ref"] = ["B1", "B2"]
    targets = cocooning_targets(crimes, homes, AS_OF)
    assert sorted(targets["number"]) == list(range(1, len(targets) + 1))
    for _, street in targets.groupby("street"):
        walked = street.sort_values("number")["house_number"].astype(int)
        assert walked.is_monotonic_increasing
    mixed = cocooning_targets(crimes[::-1], homes.sample(frac=1, random_state=1), AS_OF)
    numbers = targets.set_index("visit_id")["number"]
    assert mixed.set_index("visit_id")["number"].sort_index().equals(numbers.sort_index())


def test_each_area_counts_its_doors_from_one():
    homes = terraces().assign(area=lambda frame: frame["street"])
    targets = listed("Mill Lane/21", homes)
    for _, area in targets.groupby("area"):
        assert sorted(area["number"]) == list(range(1, len(area) + 1))


def test_no_time_of_a_teams_product_points_at_the_burgled_home(tmp_path):
    """A burgled home is asked for in 24 hours, its neighbours in 48."""
    targets = listed("Mill Lane/11", two_sided(last=20))
    assert targets["act_by"].nunique() == 2
    told = times_by_street(targets)
    assert told["visit_by"].nunique() == 1
    assert (told["visit_by"] == targets["act_by"].min()).all()
    write_targets(targets, tmp_path, formats=("html", "xlsx"))
    late = f"{targets['act_by'].max():%d %b}".lstrip("0")
    soon = f"{targets['act_by'].min():%d %b}".lstrip("0")
    for page in tmp_path.glob("*.html"):
        text = page.read_text(encoding="utf-8")
        assert soon in text
        assert late not in text
