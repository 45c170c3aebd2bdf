"""The measured set of invented addresses: that it is whole, and how much of it is right."""

import pytest

from tests.address_cases import parses, real, streets

#: Shares of the cases that must be right; raise them with the parser, never lower them.
FLOORS = {"parses": 0.99, "streets": 1.0, "real": 0.92, "doors": 1.0}


@pytest.fixture(scope="module")
def parsed():
    return parses.measured()


def test_the_set_holds_every_layout_and_every_case_says_what_is_right(parsed):
    assert len(parsed) >= 300
    assert parsed["layout"].nunique() == 10
    assert len(streets.STREETS) >= 40
    for case in parses.cases():
        assert case.layout == "open_uprn" or case.text, case
        # An address in the file of a layout has at least one part, or it measures nothing.
        assert case.layout == "open_uprn" or any(any(right.values()) for right in case.right), case
    for street in streets.STREETS:
        named = {door for ring in street.rings.values() for door in ring} | set(street.never)
        assert named <= set(street.doors), street.title
        assert street.burgled in street.doors
        assert street.rings or street.never, street.title


def test_a_case_that_is_wrong_is_found_out():
    case = parses.Case("paf", "plain", {"THOROUGHFARE": "HIGH STREET", "BUILDING_NUMBER": "12"}, ())
    right = {"number": "12", "street": "High Street"}
    row = {"number": "12", "street": "HIGH STREET", "address": "12 HIGH STREET", "home": True}
    assert case.text == "THOROUGHFARE=HIGH STREET, BUILDING_NUMBER=12"
    assert parses.wrong(right, row) == []
    assert parses.wrong(right | {"number": "12A"}, row) == ["number", "number in the text"]
    assert parses.wrong(right | {"unit": "Flat 1"}, row) == ["unit"]
    assert parses.wrong(right | {"home": "no"}, row) == ["home"]
    assert parses.wrong(right, row | {"street": "HIGH STREET FLAT 1"}) == ["street"]


def test_the_share_of_right_parses_does_not_fall(parsed):
    right = parsed["wrong"] == ""
    assert right.mean() >= FLOORS["parses"], parsed[~right].to_string()


@pytest.mark.slow
def test_the_share_of_right_neighbours_does_not_fall():
    walked = streets.measured()
    right = walked["wrong"] == ""
    assert right.mean() >= FLOORS["streets"], walked[~right].to_string()


@pytest.mark.slow
def test_the_shares_of_real_addresses_do_not_fall(data_dir):
    shares, doors = real.measured(data_dir)
    assert (shares["both"] >= FLOORS["real"] * shares["rows"]).all(), shares.to_string()
    assert (doors["own door"] >= FLOORS["doors"] * doors["crimes"]).all(), doors.to_string()
