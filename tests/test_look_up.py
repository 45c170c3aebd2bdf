"""Look-ups for a call: what is recorded of a home and around it, up to when, and the stop list."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

import hotspot as hs
from hotspot import ConfigError, DataError
from hotspot.cocooning.home_history import BY_POINT, OF_BUILDING, OF_HOME

AS_OF = "2026-03-02"
X, Y = 530000.0, 180000.0


def street(last=20):
    """Odd numbers of Mill Lane 10 m apart, a block of two flats at its end, all in one postcode."""
    numbers = range(1, last + 1, 2)
    rows = [(f"10{n:02d}", f"{n} Mill Lane, Ambridge", 5.0 * n, 0.0, None) for n in numbers]
    rows += [(f"200{n}", f"Flat {n}, 25 Mill Lane, Ambridge", 125.0, 0.0, "2000") for n in (1, 2)]
    frame = pd.DataFrame(rows, columns=["uprn", "address", "x", "y", "parent_uprn"])
    frame["postcode"] = "ZZ1 1AA"
    frame["classification"] = "RD04"
    points = gpd.points_from_xy(X + frame.pop("x"), Y + frame.pop("y"))
    return hs.read_addresses(gpd.GeoDataFrame(frame, geometry=points, crs="EPSG:27700"))


def crimes(*rows):
    """Incidents of (reference, day, uprn, address, x)."""
    frame = pd.DataFrame(rows, columns=["crime_ref", "day", "uprn", "address", "x"])
    frame["occurred_from"] = frame["occurred_to"] = pd.to_datetime(frame.pop("day"))
    points = gpd.points_from_xy(X + frame.pop("x"), np.full(len(frame), Y))
    made = gpd.GeoDataFrame(frame, geometry=points, crs="EPSG:27700")
    made.attrs["resolution"] = "day"
    return made


CRIMES = crimes(
    ("B1", "2025-09-02 12:00", "1003", None, 15.0),
    ("B2", "2024-12-01 12:00", "1003", None, 15.0),
    ("B3", "2026-02-20 12:00", "1007", None, 35.0),
    ("B4", "2025-06-01 12:00", None, "9 Mill Lane, Ambridge", 45.0),
    ("B5", "2026-02-28 12:00", None, None, 415.0),
    ("B6", "2026-02-28 12:00", None, None, 416.0),
    ("B7", "2026-01-10 12:00", None, "25 Mill Lane, Ambridge", 125.0),
)


@pytest.mark.parametrize("asked", ["1003", "01003", "3 Mill Lane", "3 mill ln, ambridge"])
def test_the_burglary_of_six_months_before_is_found(asked):
    found = hs.look_up(CRIMES, asked, AS_OF, addresses=street())
    assert found.here["crime_ref"].tolist() == ["B1"]
    assert found.here["told_by"].tolist() == [OF_HOME]
    # B5 lies at exactly 400 m, B6 a metre beyond; B2 is older than 12 months.
    near = found.near.set_index("crime_ref")
    assert near.index.tolist() == ["B5", "B3", "B7", "B4"]
    assert near["distance_m"].tolist() == [400.0, 20.0, 110.0, 30.0]
    assert near["raised"].tolist() == [True, True, False, False]
    words = found.summary()
    assert "1 burglary in the 12 months up to Saturday 28 February 2026, 12:00" in words
    assert "4 other burglaries within 400 m in 12 months.\n2 of them are within the rule" in words
    assert words.endswith("is known here: check the crime system too.")


def test_none_is_said_with_the_date_up_to_which_it_is_known():
    found = hs.look_up(CRIMES, "11 Mill Lane", "2025-12-24", addresses=street())
    assert found.here.empty
    # The records known by then end in September: no later day is vouched for.
    assert "no burglary here is recorded in the 12 months up to Tuesday 2 Sep" in found.summary()


def test_a_flat_and_its_building_are_told_apart():
    flat = hs.look_up(CRIMES, "Flat 2, 25 Mill Lane", AS_OF, addresses=street())
    assert flat.here[["crime_ref", "told_by"]].values.tolist() == [["B7", OF_BUILDING]]
    block = hs.look_up(CRIMES, "25 Mill Lane", AS_OF, addresses=street())
    assert block.here["crime_ref"].tolist() == ["B7"]


def test_a_postcode_and_a_place():
    found = hs.look_up(CRIMES, "zz11aa", AS_OF, addresses=street())
    assert set(found.here["crime_ref"]) == {"B1", "B3", "B4", "B7"}
    at = hs.look_up(CRIMES, shapely.Point(X + 400.0, Y), AS_OF, addresses=street())
    assert at.here[["crime_ref", "told_by"]].values.tolist() == [["B5", BY_POINT], ["B6", BY_POINT]]
    assert at.here.equals(hs.look_up(CRIMES, (X + 400.0, Y), AS_OF, addresses=street()).here)


@pytest.mark.parametrize("stop", [["B1"], ["B2"], ["1003"]])
def test_what_is_on_the_stop_list_is_for_the_supervisor(stop):
    found = hs.look_up(CRIMES, "3 Mill Lane", AS_OF, addresses=street(), exclude=stop)
    assert found.ask_supervisor
    assert found.here.empty
    assert found.near.empty
    assert "Ask the supervisor" in found.summary()
    assert "burglar" not in found.summary()
    assert "B1" not in str(found.to_dict())


def test_a_stopped_burglary_nearby_is_neither_shown_nor_hinted_at():
    shown = hs.look_up(CRIMES, "3 Mill Lane", AS_OF, addresses=street(), exclude=["B3"])
    without = CRIMES[CRIMES["crime_ref"] != "B3"]
    assert (
        shown.summary() == hs.look_up(without, "3 Mill Lane", AS_OF, addresses=street()).summary()
    )


def test_the_order_of_rows_changes_nothing():
    shuffled = CRIMES.sample(frac=1, random_state=3)
    homes = street().sample(frac=1, random_state=4)
    one = hs.look_up(CRIMES, "3 Mill Lane", AS_OF, addresses=street())
    assert one.to_dict() == hs.look_up(shuffled, "3 Mill Lane", AS_OF, addresses=homes).to_dict()


def test_what_is_not_found_is_a_question_with_the_likely_ones():
    with pytest.raises(DataError, match=r"'4 Mill Lane' is not among .* is it 3 Mill Lane, Amb"):
        hs.look_up(CRIMES, "4 Mill Lane", AS_OF, addresses=street())
    with pytest.raises(DataError, match="No address has the UPRN 99"):
        hs.look_up(CRIMES, "99", AS_OF, addresses=street())
    with pytest.raises(DataError, match="No address has the postcode ZZ9 9ZZ"):
        hs.look_up(CRIMES, "zz9 9zz", AS_OF, addresses=street())
    with pytest.raises(DataError, match="No address like 'Nowhere'"):
        hs.look_up(CRIMES, "Nowhere", AS_OF, addresses=street())
    for nothing in (" ", (np.nan, 1.0), 7):
        with pytest.raises(ConfigError):
            hs.look_up(CRIMES, nothing, AS_OF, addresses=street())


def test_without_addresses_a_home_is_found_by_the_burglaries_that_name_it():
    found = hs.look_up(CRIMES, "9 Mill Lane", AS_OF)
    assert found.here["crime_ref"].tolist() == ["B4"]
    unknown = hs.look_up(CRIMES, "11 Mill Lane", AS_OF)
    assert not unknown.placed
    assert "neither its spelling can be checked" in unknown.summary()
