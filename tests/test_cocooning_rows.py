"""Columns, names of flats, presets, tiers, ranking and times to act by."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest

from hotspot import ConfigError, NearRepeatRisk, cocooning_targets
from hotspot.addresses.flats import name_flats
from hotspot.cocooning import PRESETS, cocooning_messages
from hotspot.cocooning.doors import Near, prepare_doors
from hotspot.cocooning.ranking import raised_risk
from tests.test_cocooning import AS_OF, burglaries, homes, join, random_town, two_sided

COLUMNS = [
    "visit_id", "number", "uprn", "uprns", "address", "house_number", "street", "ring",
    "at_the_door", "reason", "task", "attempt", "tier", "act_by", "overdue", "recorded",
    "force_late", "expires", "area", "crime_refs",
    "burglaries_12m", "distance_m", "newest", "expected", "geometry",
]  # fmt: skip
CRIME = burglaries(("B1", "Mill Lane/21", 100, 0))


def test_the_columns_are_those_that_every_product_reads():
    targets = cocooning_targets(CRIME, two_sided(), AS_OF)
    assert list(targets.columns) == COLUMNS
    assert (targets["uprns"] == targets["uprn"]).all()
    assert (targets["task"] == "visit").all()
    assert (targets["attempt"] == 1).all()
    assert targets["tier"].isna().all()
    empty = cocooning_targets(CRIME, two_sided(), "2026-06-01")
    assert empty.empty
    for name in ("act_by", "recorded", "expires", "newest"):
        assert pd.api.types.is_datetime64_dtype(empty[name])
    assert empty["force_late"].dtype == targets["force_late"].dtype == bool


@pytest.mark.parametrize(
    ("addresses", "named"),
    [
        (["Flat 3, 12 Mill Lane", "Flat 1, 12 Mill Lane"], "Flats 1 and 3, 12 Mill Lane"),
        ([f"Flat {n}, 12 Mill Lane" for n in (10, 1, 2, 3, 5, 4)],
         "Flats 1 to 5 and 10, 12 Mill Lane"),
        ([f"Apartment {n} 4 Quay, Town" for n in ("2A", "2", "1")],
         "Apartments 1, 2 and 2A, 4 Quay, Town"),
        (["Ground Floor, 9 Quay", "First Floor, 9 Quay"], "First Floor and Ground Floor, 9 Quay"),
        (["The Lodge", "The Annexe"], "The Annexe and 1 more home in the building"),
        (["9 Quay", "9 Quay"], "9 Quay (2 homes)"),
        (["Flat 7, 12 Mill Lane"], "Flat 7, 12 Mill Lane"),
    ],
)  # fmt: skip
def test_flats_of_one_building_are_named_together(addresses, named):
    assert name_flats(addresses) == named
    assert name_flats(addresses[::-1]) == named


def test_a_flat_on_the_stop_list_is_in_no_name_of_its_building():
    flats = homes(
        *((f"F{n}", f"Flat {n}", "Mill Lane", 110.0, 0) for n in (1, 2, 3)),
        parent_uprn="Mill Lane/23",
    ).assign(address=[f"Flat {n}, 23 Mill Lane" for n in (1, 2, 3)])
    targets = cocooning_targets(CRIME, join(two_sided(), flats), AS_OF, exclude=["F2"])
    row = targets.set_index("uprn").loc["F1"]
    assert row["uprns"] == "F1; F3"
    assert row["address"] == "Flats 1 and 3, 23 Mill Lane"


def test_a_building_known_by_its_number_alone_is_one_row_of_ring_0():
    flats = homes(*((f"F{n}", f"Flat {n}, 51", "Mill Lane", 250.0, 0) for n in (1, 2)))
    crime = burglaries(("B1", None, 230, 0), address="51 Mill Lane, Doggerby")
    targets = cocooning_targets(crime, join(two_sided(), flats), AS_OF)
    victims = targets[targets["ring"] == 0]
    assert list(victims["uprns"]) == ["F1; F2"]
    assert "The building is known, the flat is not." in victims["reason"].iloc[0]


# When to act


def test_a_day_without_a_time_counts_from_its_end():
    day = pd.Series([pd.Timestamp("2026-02-26")])
    found = CRIME.assign(occurred_from=day, occurred_to=day)
    end = pd.Timestamp("2026-02-26 23:59:59.999999")
    assert (cocooning_targets(found, two_sided(), AS_OF)["recorded"] == end).all()
    recorded = found.assign(recorded_at=pd.to_datetime(["2026-02-27"]))
    first = cocooning_targets(recorded, two_sided(), AS_OF)["recorded"].iloc[0]
    assert first == end + pd.Timedelta(days=1)


# Presets


def test_presets_set_rule_rings_and_days_and_arguments_win():
    old = pd.Series([pd.Timestamp("2026-02-12 09:00")])
    crime = CRIME.assign(occurred_from=old, occurred_to=old)
    assert cocooning_targets(crime, two_sided(), AS_OF).empty
    trafford = cocooning_targets(crime, two_sided(), AS_OF, preset="trafford")
    assert len(trafford) == 14
    told = trafford.attrs["parameters"]
    assert (told["preset"], told["visit_days"], told["window_days"]) == ("trafford", 21, 21)
    assert told["age_bands_days"] == [7, 14, 21]
    shorter = cocooning_targets(crime, two_sided(), AS_OF, preset="trafford", visit_days=7)
    assert shorter.empty
    assert shorter.attrs["parameters"]["window_days"] == 21


def test_swordfish_is_the_victim_and_four_each_side():
    targets = cocooning_targets(CRIME, two_sided(), AS_OF, preset="swordfish")
    assert list(targets["ring"].value_counts().sort_index()) == [1, 8]
    assert targets["distance_m"].max() == 40.0


def test_us_rct_reaches_244_m_for_two_weeks():
    street = two_sided("Long Road", last=200)
    crime = burglaries(("B1", "Long Road/1", 0, 0))
    reached = cocooning_targets(crime, street, AS_OF, preset="us-rct")
    assert reached.distance(crime.geometry.iloc[0]).max() == pytest.approx(244, abs=5)
    assert cocooning_targets(crime, street, "2026-03-13", preset="us-rct").empty


def test_a_preset_is_named_only_while_its_values_hold():
    def told(**settings):
        targets = cocooning_targets(CRIME, two_sided(), AS_OF, **settings)
        return targets.attrs["parameters"]["preset"]

    assert told(preset="trafford", visit_days=21) == "trafford"
    assert told(preset="trafford", visit_days=14) == "trafford, changed: visits for two weeks"
    assert told(preset="us-rct", distance_m=300, window_days=42) == (
        "us-rct, changed: risk within 300 m, risk for six weeks"
    )
    assert told() == told(preset="standard") == told(distance_m=400.0) == "standard"
    assert told(distance_m=300) is told(preset="standard", visit_days=7) is None


def test_every_preset_names_its_source():
    assert list(PRESETS) == ["standard", "trafford", "swordfish", "us-rct"]
    assert all(len(preset.source) > 40 for preset in PRESETS.values())
    default = cocooning_targets(CRIME, two_sided(), AS_OF)
    assert default.attrs["parameters"]["preset"] == "standard"
    pd.testing.assert_frame_equal(
        default, cocooning_targets(CRIME, two_sided(), AS_OF, preset="standard")
    )
    with pytest.raises(ConfigError, match="preset must be one of 'standard', 'trafford'"):
        cocooning_targets(CRIME, two_sided(), AS_OF, preset="tesco")


# Ranking


def test_expected_falls_with_ring_distance_and_age():
    targets = cocooning_targets(CRIME, two_sided(), AS_OF)
    expected = targets.set_index("house_number")["expected"]
    assert expected["21"] == expected.max()
    assert expected["19"] > expected["15"] >= expected["13"]
    assert expected["19"] > expected["22"] > 0
    assert raised_risk(1, 10.0, 0) > raised_risk(1, 10.0, 10) > raised_risk(2, 10.0, 10)
    # Twice the homes, twice the burglaries.
    flats = homes(
        *((f"F{n}", f"Flat {n}", "Mill Lane", 110.0, 0) for n in (1, 2)), parent_uprn="Mill Lane/23"
    )
    both = cocooning_targets(CRIME, join(two_sided(), flats), AS_OF).set_index("uprn")["expected"]
    assert both["F1"] == pytest.approx(2 * both["Mill Lane/19"])


def test_raised_risk_is_that_worked_out_by_hand():
    # Of the 14 days ahead six are in the week of the burglary, seven in the next, one in the third.
    today = (6 + 7 / 2 + 1 / 3) / 14
    assert raised_risk(0, 0.0, 0) == pytest.approx(11 * today)
    # Next door, in the second ring of 25 m, a week later: 1/2 and 1/2, each week one later.
    later = (6 / 2 + 7 / 3 + 1 / 4) / 14
    assert raised_risk(1, 30.0, 7) == pytest.approx(11 / 2 / 2 * later)


def test_room_goes_where_most_is_expected_after_those_burgled():
    two = pd.Series(pd.to_datetime(["2026-02-17 12:00", "2026-03-01 12:00"]))
    crimes = burglaries(("OLD", "Mill Lane/1", 0, 0), ("NEW", "Mill Lane/39", 190, 0))
    crimes = crimes.assign(occurred_from=two, occurred_to=two)
    everything = cocooning_targets(crimes, two_sided(), AS_OF)
    some = cocooning_targets(crimes, two_sided(), AS_OF, max_visits=6)
    assert sorted(some.loc[some["ring"] == 0, "house_number"]) == ["1", "39"]
    others = everything[everything["ring"] > 0]
    left = set(others["uprn"]) - set(some["uprn"])
    least = some.loc[some["ring"] > 0, "expected"].min()
    assert others[others["uprn"].isin(left)]["expected"].max() <= least
    assert len(some) == 6
    messages = cocooning_messages(crimes, two_sided(), AS_OF, max_visits=6)
    assert left <= set(messages["uprn"])


def test_every_flat_of_a_building_that_finds_no_room_gets_a_message():
    flats = homes(
        *((f"F{n}", f"Flat {n}", "Mill Lane", 110.0, 0) for n in (1, 2)), parent_uprn="Mill Lane/23"
    )
    street = join(two_sided(), flats)
    messages = cocooning_messages(CRIME, street, AS_OF, max_visits=1).set_index("uprn")
    assert messages.loc["F2", "address"] == "Flat 2 Mill Lane"
    assert list(messages.loc[["F1", "F2"], "ring"]) == [1, 1]
    assert "Mill Lane/23" not in messages.index


class Downhill:
    """Expects more and more to the left."""

    def predict_points(self, points, days=7):
        assert days == 14
        return pd.Series(1000.0 - 5 * points.geometry.x.to_numpy(), index=points.index)


def test_a_model_ranks_the_doors_where_there_is_one():
    some = cocooning_targets(CRIME, two_sided(), AS_OF, max_visits=4, model=Downhill())
    assert some["house_number"].iloc[0] == "21"
    assert set(some["house_number"]) == {"21", "13", "15", "17"}
    assert some.attrs["parameters"]["ranked_by"] == "Downhill"
    # 500 per square kilometre around the victim, shared by the 40 homes within 100 m but one.
    per_home = 500 * 3.141592653589793 * 0.1**2 / 39
    assert some["expected"].iloc[0] == pytest.approx(per_home)
    fitted = NearRepeatRisk((400.0,), (42,)).fit(
        gpd.GeoDataFrame(pd.concat([CRIME] * 2, ignore_index=True), crs=CRIME.crs).assign(
            crime_ref=["B1", "B2"]
        ),
        AS_OF,
    )
    assert cocooning_targets(CRIME, two_sided(), AS_OF, model=fitted)["expected"].gt(0).all()
    with pytest.raises(ConfigError, match="predict_points"):
        cocooning_targets(CRIME, two_sided(), AS_OF, model="hawkes")


# Tiers


def test_the_first_tier_that_fits_wins():
    ends = pd.Series(pd.to_datetime(["2026-02-26", "2025-06-01"]))
    crimes = burglaries(("B1", "Mill Lane/21", 100, 0), ("B2", "Mill Lane/23", 110, 0))
    tiers = [
        {"name": "gold", "min_burglaries_12m": 1},
        {"name": "silver", "rings": [1], "max_distance_m": 20, "max_days": 7},
        {"name": "bronze", "rings": [1, 2]},
    ]
    street = two_sided()
    targets = cocooning_targets(
        crimes.assign(occurred_from=ends, occurred_to=ends), street, AS_OF, tiers=tiers
    )
    tier = targets.set_index("house_number")["tier"]
    assert {tier["21"], tier["23"]} == {"gold"}
    assert {tier["19"], tier["17"]} == {"silver"}
    assert {tier["15"], tier["22"]} == {"bronze"}
    assert targets.attrs["parameters"]["tiers"] == ["gold", "silver", "bronze"]
    only = cocooning_targets(CRIME, street, AS_OF, tiers=tiers[:1])["tier"]
    assert pd.isna(only.iloc[1])


def test_every_fault_of_the_tiers_is_told_at_once():
    tiers = [
        {"rings": [0]},
        {"name": "gold", "rings": [3], "min_burglaries": 1},
        {"name": "silver", "max_days": -1, "max_distance_m": "far"},
        "bronze",
    ]
    with pytest.raises(ConfigError) as told:
        cocooning_targets(CRIME, two_sided(), AS_OF, tiers=tiers, max_visits=0)
    message = str(told.value)
    for part in (
        "Tier 1 needs a name", "'gold' has min_burglaries", "rings must be a list of 0, 1 and 2",
        "'silver': max_days", "'silver': max_distance_m", "Tier 4 must be a table", "max_visits",
    ):  # fmt: skip
        assert part in message
    with pytest.raises(ConfigError, match="Two tiers are called 'gold'"):
        cocooning_targets(CRIME, two_sided(), AS_OF, tiers=[{"name": "gold"}] * 2)


# Only addresses that can matter are read


@pytest.mark.parametrize("seed", range(3))
def test_a_list_is_the_same_with_a_whole_country_around_it(seed):
    rng = np.random.default_rng(seed)
    town = random_town(rng)
    at = town.sample(3, random_state=seed)
    crimes = burglaries(
        *((f"B{i}", uprn if i else None, p.x, p.y)
          for i, (uprn, p) in enumerate(zip(at["uprn"], at.geometry, strict=True)))
    )  # fmt: skip
    elsewhere = [
        town.assign(
            uprn="far " + town["uprn"], street=town["street"] + " North",
            parent_uprn="far " + town["parent_uprn"],
        ).set_geometry(town.translate(dx, dy))
        for dx, dy in ((5000, 0), (-800, 9000))
    ]  # fmt: skip
    elsewhere[1]["uprn"] += "2"
    elsewhere[1]["parent_uprn"] += "2"
    alone = cocooning_targets(crimes, town, AS_OF).drop(columns="expected")
    among = cocooning_targets(crimes, join(town, *elsewhere), AS_OF).drop(columns="expected")
    pd.testing.assert_frame_equal(alone, among)


def test_no_address_within_reach_is_left_unread():
    rng_points = gpd.GeoSeries(gpd.points_from_xy(range(-900, 900, 7), [3] * 258))
    frame = gpd.GeoDataFrame(
        {"uprn": [f"U{n}" for n in range(258)], "address": "x"},
        geometry=rng_points.to_numpy(), crs="EPSG:27700",
    )  # fmt: skip
    near = Near(
        points=np.array([[0.0, 0.0]]), within_m=400.0, read_around=np.empty((0, 2)),
        read_within_m=100.0, at=np.array([], dtype=object), others=np.array(["U0"], dtype=object),
    )  # fmt: skip
    doors = prepare_doors(frame, near)
    within = frame.loc[frame.distance(gpd.points_from_xy([0], [0])[0]) <= 400, "uprn"]
    assert {"U0", *within} <= set(doors.uprn)
    assert len(doors.uprn) < 200
    assert doors.find(np.array(["U257", "U130"], dtype=object)).tolist()[0] == -1
    assert doors.uprn[doors.find(np.array(["U130"], dtype=object))[0]] == "U130"


def test_us_rct_calls_at_every_home_within_244_m_in_24_hours():
    street = two_sided(last=120)
    targets = cocooning_targets(CRIME, street, AS_OF, preset="us-rct")
    burgled = street.loc[street["uprn"] == CRIME["uprn"].iloc[0]].geometry.iloc[0]
    within = street[street.distance(burgled) <= 244.0]
    assert set(targets["uprn"]) == set(within["uprn"])
    assert 244 - 10 < targets["distance_m"].max() <= 244
    assert (targets["ring"] == 3).sum() == len(within) - 14
    far = targets[targets["ring"] == 3].iloc[0]
    assert far["reason"].startswith("Near ")
    # 24 waking hours from the morning of 3 March, 13 to a day.
    assert (targets["act_by"] == pd.Timestamp("2026-03-04 19:00")).all()
    assert cocooning_messages(CRIME, street, AS_OF, preset="us-rct").empty
    assert targets.attrs["parameters"]["everyone"]


def test_swordfish_calls_within_the_day_with_a_pack_by_how_near_they_live():
    targets = cocooning_targets(CRIME, two_sided(), AS_OF, preset="swordfish")
    assert (targets["act_by"] == pd.Timestamp("2026-03-03 21:00")).all()
    packs = targets.groupby("tier")["house_number"].agg(sorted).to_dict()
    number = int(targets.loc[targets["ring"] == 0, "house_number"].iloc[0])
    near = [str(number + step) for step in (-4, -2, 2, 4)]
    far = [str(number + step) for step in (-8, -6, 6, 8)]
    assert packs == {"gold": [str(number)], "silver": sorted(near), "bronze": sorted(far)}
    own = cocooning_targets(
        CRIME, two_sided(), AS_OF, preset="swordfish", tiers=[{"name": "sticker"}]
    )
    assert set(own["tier"]) == {"sticker"}
    assert own.attrs["parameters"]["preset"] == "swordfish, changed: packs of its own"
