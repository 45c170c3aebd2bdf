"""Target lists: the rings, the victim who is never missed, the stop list, one row per door."""

import warnings
from functools import cache

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from hotspot import ConfigError, DataError, DataWarning, cocooning_targets, read_addresses
from hotspot.addresses.house_numbers import parse_house
from hotspot.cocooning import cocooning_lists, cocooning_messages
from hotspot.cocooning.doors import prepare_doors
from hotspot.cocooning.rings import homes_around
from tests import naive

AS_OF = "2026-03-02"
FOUND = pd.Timestamp("2026-02-26 18:00")


def homes(*rows, **columns):
    """Addresses of (uprn, number, street, x, y), all homes."""
    frame = pd.DataFrame(rows, columns=["uprn", "number", "street", "x", "y"])
    frame["address"] = (frame["number"].fillna("") + " " + frame["street"].fillna("")).str.strip()
    frame["classification"] = "RD04"
    points = gpd.points_from_xy(frame.pop("x"), frame.pop("y"))
    return gpd.GeoDataFrame(frame.assign(**columns), geometry=points, crs="EPSG:27700")


def two_sided(name="Mill Lane", last=40, y=0.0, width=20.0, frontage=10.0):
    """Odd numbers on the near side, even ones across the road."""
    return _street(name, last, y, width, frontage).copy()


@cache
def _street(name, last, y, width, frontage):
    return homes(
        *(
            (f"{name}/{n}", str(n), name, (n - 1) // 2 * frontage, y + (n % 2 == 0) * width)
            for n in range(1, last + 1)
        )
    )


def burglaries(*rows, **columns):
    """Incidents of (crime_ref, uprn, x, y), all found at one time."""
    frame = pd.DataFrame(rows, columns=["crime_ref", "uprn", "x", "y"])
    frame["occurred_from"] = frame["occurred_to"] = FOUND
    points = gpd.points_from_xy(frame.pop("x"), frame.pop("y"))
    made = gpd.GeoDataFrame(frame.assign(**columns), geometry=points, crs="EPSG:27700")
    made.attrs["resolution"] = "day"
    return made


def numbers(targets, ring):
    chosen = targets.loc[targets["ring"] == ring, "house_number"]
    return sorted(chosen, key=parse_house)


def rings_of(targets):
    """Ring of every home, flats too."""
    rows = zip(targets["uprns"], targets["ring"], strict=True)
    return {uprn: ring for uprns, ring in rows for uprn in uprns.split("; ")}


def join(*frames):
    return gpd.GeoDataFrame(pd.concat(frames, ignore_index=True), crs=frames[0].crs)


# Rings


def test_ring_1_is_four_each_side_on_the_same_side_and_ring_2_is_opposite():
    targets = cocooning_targets(burglaries(("B1", "Mill Lane/21", 100, 0)), two_sided(), AS_OF)
    assert numbers(targets, 0) == ["21"]
    assert numbers(targets, 1) == ["13", "15", "17", "19", "23", "25", "27", "29"]
    assert numbers(targets, 2) == ["18", "20", "22", "24", "26"]
    reasons = targets.set_index("house_number")["reason"]
    assert reasons["19"].startswith("Next door to 21 Mill Lane, burgled, found Thursday 26 Feb")
    assert reasons["13"].startswith("4 doors from 21 Mill Lane")
    assert reasons["22"].startswith("Opposite 21 Mill Lane")


def test_the_end_of_a_street_has_neighbours_on_one_side_only():
    targets = cocooning_targets(burglaries(("B1", "Mill Lane/1", 0, 0)), two_sided(), AS_OF)
    assert numbers(targets, 1) == ["3", "5", "7", "9"]


def test_gaps_in_the_numbers_do_not_matter_but_a_park_does():
    street = homes(
        *((f"U{n}", str(n), "Mill Lane", x, 0) for n, x in
          ((1, 0), (9, 10), (15, 20), (33, 30), (35, 40), (37, 50), (39, 160), (41, 170)))
    )  # fmt: skip
    targets = cocooning_targets(burglaries(("B1", "U33", 30, 0)), street, AS_OF)
    assert numbers(targets, 1) == ["1", "9", "15", "35", "37"]


def test_12a_stands_between_12_and_14():
    street = homes(
        *((f"U{n}", n, "Mill Lane", 10.0 * i, 0) for i, n in
          enumerate(("4", "6", "8", "10", "12", "12A", "14", "16", "18", "20")))
    )  # fmt: skip
    targets = cocooning_targets(burglaries(("B1", "U12", 40, 0)), street, AS_OF)
    assert numbers(targets, 1) == ["4", "6", "8", "10", "12A", "14", "16", "18"]
    assert targets.set_index("house_number").loc["12A", "reason"].startswith("Next door")


def test_even_only_street_is_one_side():
    street = homes(*((f"U{n}", str(n), "Quay", 5.0 * n, 0) for n in range(2, 42, 2)))
    targets = cocooning_targets(burglaries(("B1", "U20", 100, 0)), street, AS_OF)
    assert numbers(targets, 1) == ["12", "14", "16", "18", "22", "24", "26", "28"]
    assert numbers(targets, 2) == []


def test_a_close_numbered_in_a_row_has_the_next_numbers_next_door():
    # 1 to 10 up one side, 11 to 20 down the other.
    close = homes(
        *(
            (f"U{n}", str(n), "Plover Close", (n if n <= 10 else 21 - n) * 12.0, (n > 10) * 25.0)
            for n in range(1, 21)
        )
    )
    targets = cocooning_targets(burglaries(("B1", "U5", 60, 0)), close, AS_OF)
    assert numbers(targets, 1) == ["1", "2", "3", "4", "6", "7", "8", "9"]
    assert numbers(targets, 2) == ["14", "15", "16", "17", "18"]


def test_a_one_sided_row_has_nobody_opposite():
    row = homes(*((f"U{n}", str(n), "Esplanade", 10.0 * n, 0) for n in range(1, 30)))
    targets = cocooning_targets(burglaries(("B1", "U15", 150, 0)), row, AS_OF)
    assert numbers(targets, 1) == ["11", "12", "13", "14", "16", "17", "18", "19"]
    assert numbers(targets, 2) == []


def test_ring_2_has_the_four_nearest_that_back_on():
    streets = join(two_sided("Mill Lane"), two_sided("Beck Lane", y=-45.0))
    targets = cocooning_targets(burglaries(("B1", "Mill Lane/21", 100, 0)), streets, AS_OF)
    behind = targets[(targets["ring"] == 2) & (targets["street"] == "Beck Lane")]
    # 20 m across Beck Lane its even side lies 25 m behind Mill Lane.
    assert sorted(behind["house_number"]) == ["18", "20", "22", "24"]
    assert behind["reason"].str.startswith("Backs on to 21 Mill Lane").all()


def test_a_corner_house_finds_its_neighbours_round_the_corner():
    main = two_sided("Mill Lane", last=10)
    side = homes(*((f"S{n}", str(n), "Pump Row", -15.0, -12.0 * n) for n in range(1, 8)))
    targets = cocooning_targets(
        burglaries(("B1", "Mill Lane/1", 0, 0)), join(main, side), AS_OF
    ).set_index("uprn")
    assert list(targets.loc[["S1", "S2", "S3"], "ring"]) == [2, 2, 2]
    assert targets.loc["Mill Lane/3", "ring"] == 1


def test_flats_of_the_burgled_building_are_ring_1_and_a_building_is_one_step():
    street = two_sided(last=30)
    parents = ["Mill Lane/11", "Mill Lane/13"]
    flats = homes(
        *(
            (f"{parent}/{flat}", f"Flat {flat}", "Mill Lane", x, 0)
            for parent, x in zip(parents, (50, 60), strict=True)
            for flat in (1, 2, 3)
        ),
        parent_uprn=[parent for parent in parents for _ in range(3)],
    )
    street.loc[street["uprn"].isin(parents), "classification"] = "PP"
    doors = join(street, flats)
    targets = cocooning_targets(burglaries(("B1", "Mill Lane/11/2", 50, 0)), doors, AS_OF)
    by_uprn = targets.set_index("uprn")
    assert not set(parents) & set(by_uprn.index)
    assert by_uprn.loc["Mill Lane/11/2", "ring"] == 0
    own = by_uprn.loc["Mill Lane/11/1"]
    assert own["uprns"] == "Mill Lane/11/1; Mill Lane/11/3"
    assert own["ring"] == 1
    assert own["reason"].startswith("In the same building as Flat 2")
    beside = by_uprn.loc["Mill Lane/13/1"]
    assert beside["uprns"] == "Mill Lane/13/1; Mill Lane/13/2; Mill Lane/13/3"
    assert beside["address"] == "Flats 1 to 3, Mill Lane"
    assert beside["reason"].startswith("Next door to")
    assert by_uprn.loc["Mill Lane/19", "reason"].startswith("4 doors from")
    assert "Mill Lane/21" not in by_uprn.index


def test_flats_without_a_parent_share_the_number_of_their_house():
    street = two_sided(last=30)
    flats = homes(*((f"F{n}", f"Flat {n}, 11", "Mill Lane", 50.0, 0) for n in (1, 2)))
    doors = join(street[street["uprn"] != "Mill Lane/11"], flats)
    targets = cocooning_targets(burglaries(("B1", "F1", 50, 0)), doors, AS_OF).set_index("uprn")
    assert targets.loc["F2", "reason"].startswith("In the same building as")
    assert targets.loc["Mill Lane/13", "reason"].startswith("Next door to")


def test_a_building_is_no_door_whatever_its_class():
    street = two_sided(last=30)
    flats = homes(
        *((f"F{n}", f"Flat {n}", "Mill Lane", 60.0, 0) for n in (1, 2)), parent_uprn="Mill Lane/13"
    )
    targets = cocooning_targets(
        burglaries(("B1", "Mill Lane/11", 50, 0)), join(street, flats), AS_OF
    ).set_index("uprn")
    assert "Mill Lane/13" not in targets.index
    assert targets.loc["F1", "reason"].startswith("Next door to")


def test_two_buildings_of_one_number_are_next_door_to_each_other():
    street = join(two_sided(last=30), homes(("rear 11", "11", "Mill Lane", 52, 8)))
    street["parent_uprn"] = np.where(street["uprn"] == "rear 11", "mews", None)
    targets = cocooning_targets(burglaries(("B1", "Mill Lane/11", 50, 0)), street, AS_OF)
    reasons = targets.set_index("uprn")["reason"]
    assert reasons["rear 11"].startswith("Next door to")
    assert reasons["Mill Lane/13"].startswith("2 doors from")


def test_a_number_that_stands_elsewhere_is_passed_over_and_it_is_said():
    # A terrace of its own name on the same street starts again from 1: its 15 is far away.
    street = two_sided(last=40)
    moved = street["uprn"] == "Mill Lane/15"
    street.loc[moved, "geometry"] = street.loc[moved, "geometry"].translate(250, 0)
    targets = cocooning_targets(burglaries(("B1", "Mill Lane/11", 50, 0)), street, AS_OF)
    assert numbers(targets, 1) == ["3", "5", "7", "9", "13", "17", "19", "21"]
    reasons = targets.set_index("house_number")["reason"]
    assert reasons["13"].startswith("Next door to 11 Mill Lane, ")
    assert reasons["17"].startswith("2 doors, past a number out of line, from 11 Mill Lane, ")
    assert targets.attrs["counts"]["out_of_line"] == 1
    assert any("stand elsewhere on the street" in note for note in targets.attrs["notes"])


@pytest.mark.parametrize(("away", "first"), [(300, "13"), (80, "13"), (8, "11")])
def test_a_doubled_number_is_next_door_only_where_it_stands_by_the_first(away, first):
    twin = homes(("other 11", "11", "Mill Lane", 50, -away))
    twin["parent_uprn"] = "The Terrace"
    street = join(two_sided(last=30).assign(parent_uprn=None), twin)
    targets = cocooning_targets(burglaries(("B1", "Mill Lane/11", 50, 0)), street, AS_OF)
    assert {"3", "5", "7", "9", "13", "15", "17"} <= set(numbers(targets, 1))
    reasons = targets.loc[targets["ring"] == 1].set_index("house_number")["reason"]
    past = ", past a number out of line," if away > 50 else ""
    assert reasons[first].startswith(f"Next door{past} to 11 Mill Lane, ")


def test_the_next_house_64_m_along_is_not_called_next_door():
    lane = homes(*((f"U{n}", str(n), "Moor Road", 32.0 * n, 0) for n in (1, 3, 5)))
    reasons = cocooning_targets(burglaries(("B1", "U1", 32, 0)), lane, AS_OF).set_index(
        "house_number"
    )
    assert reasons.loc["3", "reason"].startswith("The next house along from 1 Moor Road, ")
    assert reasons.loc["5", "reason"].startswith("2 doors from 1 Moor Road, ")


def test_the_houses_beside_11_alexander_drive_are_found(data_dir):
    addresses = read_addresses(data_dir / "isle_of_man_addresses" / "addresses.csv")
    home = addresses[addresses["uprn"] == "1302875632"]
    x, y = home.geometry.x.iloc[0], home.geometry.y.iloc[0]
    crime = burglaries(("B1", "1302875632", x, y)).set_crs(addresses.crs, allow_override=True)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DataWarning)
        targets = cocooning_targets(crime, addresses, AS_OF)
    assert numbers(targets, 1) == ["3", "5", "7", "9", "13", "15", "17"]


def test_shops_between_are_passed_over():
    street = two_sided(last=40)
    shops = ["Mill Lane/19", "Mill Lane/23", "Mill Lane/22"]
    street.loc[street["uprn"].isin(shops), "classification"] = "CR08"
    targets = cocooning_targets(burglaries(("B1", "Mill Lane/21", 100, 0)), street, AS_OF)
    assert numbers(targets, 1) == ["11", "13", "15", "17", "25", "27", "29", "31"]
    assert numbers(targets, 2) == ["16", "18", "20", "24", "26"]


@pytest.mark.parametrize("lost", [["number"], ["street"], ["number", "street"]])
def test_without_numbers_or_street_it_is_the_eight_nearest(lost):
    street = two_sided(last=40, width=35.0).drop(columns=lost)
    targets = cocooning_targets(burglaries(("B1", "Mill Lane/21", 100, 0)), street, AS_OF)
    nearest = targets[targets["ring"] == 1]
    assert len(nearest) == 8
    assert nearest["distance_m"].max() <= targets.loc[targets["ring"] == 2, "distance_m"].min()
    assert nearest["reason"].str.contains("house numbers not known").all()
    assert targets.attrs["counts"]["by_distance"] == 1


def random_town(rng):
    """Make a town with everything at once: sides, a close, flats, gaps, 12A, missing numbers."""
    rows, parents = [], []
    for street in range(6):
        y, x = street * rng.uniform(30, 70), rng.uniform(-60, 60)
        frontage, width = rng.uniform(5, 30), rng.uniform(15, 30)
        consecutive = street % 3 == 2
        for n in range(1, 31):
            if rng.random() < 0.15:
                continue
            along = n if consecutive else (n - 1) // 2
            across = 0 if consecutive or n % 2 else width
            at = (x + along * frontage + rng.normal(), y + across + rng.normal())
            if rng.random() < 0.05:  # a number of another part of the street
                at = (at[0] + rng.uniform(-200, 200), at[1] + rng.uniform(-40, 40))
            number = None if rng.random() < 0.1 else f"{n}{'A' if rng.random() < 0.1 else ''}"
            if number and n > 2 and rng.random() < 0.05:  # a number that stands twice
                number = str(n - 2)
                parents.append(f"twin {street}/{n}")
                rows.append((f"{street}/{n}/twin", number, f"Street {street}", *at))
                continue
            flats = int(rng.integers(2, 4)) if rng.random() < 0.1 else 1
            for flat in range(flats):
                rows.append((f"{street}/{n}/{flat}", number, f"Street {street}", *at))
                parents.append(f"block {street}/{n}" if flats > 1 else None)
    return homes(*rows, parent_uprn=parents)


@pytest.mark.parametrize("seed", range(8))
def test_rings_agree_with_the_slow_twin(seed):
    rng = np.random.default_rng(seed)
    town = random_town(rng)
    twins = [
        {
            "uprn": row.uprn,
            "x": row.geometry.x,
            "y": row.geometry.y,
            "street": row.street,
            "number": None if pd.isna(row.number) else row.number,
            "building": None if pd.isna(row.parent_uprn) else row.parent_uprn,
        }
        for row in town.itertuples()
    ]
    doors = prepare_doors(town)
    chosen = rng.choice(len(town), 10, replace=False)
    for at in chosen:
        door = int(doors.find(town["uprn"].to_numpy(dtype=object)[[at]])[0])
        found = homes_around(doors, doors.x[door], doors.y[door], door, 400.0)
        rings = dict(zip(doors.uprn[found.door], found.ring.tolist(), strict=True))
        assert {twins[at]["uprn"]: 0, **rings} == naive.cocoon_rings(twins, twins[at])
    point = town.geometry.iloc[chosen[0]]
    targets = cocooning_targets(
        burglaries(("B1", town["uprn"].iloc[chosen[0]], point.x, point.y)), town, AS_OF
    )
    assert rings_of(targets) == naive.cocoon_rings(twins, twins[chosen[0]])


@pytest.mark.parametrize("seed", range(3))
def test_neither_the_order_of_rows_nor_the_place_on_earth_changes_the_list(seed):
    rng = np.random.default_rng(seed)
    town = join(two_sided("Mill Lane"), two_sided("Beck Lane", y=-45.0), random_town(rng))
    at = town.sample(8, random_state=seed)
    crimes = burglaries(
        *(
            (f"B{i}", uprn if i % 2 else None, point.x, point.y)
            for i, (uprn, point) in enumerate(zip(at["uprn"], at.geometry, strict=True))
        )
    )
    first = cocooning_targets(crimes, town, AS_OF)
    shuffled = cocooning_targets(
        crimes.sample(frac=1, random_state=1), town.sample(frac=1, random_state=2), AS_OF
    )
    moved = cocooning_targets(
        crimes.set_geometry(crimes.translate(4096, -512)),
        town.set_geometry(town.translate(4096, -512)),
        AS_OF,
    )
    pd.testing.assert_frame_equal(first.drop(columns="geometry"), shuffled.drop(columns="geometry"))
    pd.testing.assert_frame_equal(first.drop(columns="geometry"), moved.drop(columns="geometry"))
    assert (first.geometry == shuffled.geometry).all()


# The victim


def test_a_victim_without_uprn_is_found_by_the_text_of_the_address():
    crime = burglaries(("B1", None, 60, 0), address="21, MILL LANE")
    targets = cocooning_targets(crime, two_sided(), AS_OF)
    assert targets.loc[0, "uprn"] == "Mill Lane/21"
    assert "Matched by its address text" in targets.loc[0, "reason"]


def test_a_victim_without_uprn_is_found_by_number_and_street_in_the_text():
    crime = burglaries(("B1", None, 60, 0), address="No. 21 Mill Lane, Doggerby, ZZ1 1AA")
    assert cocooning_targets(crime, two_sided(), AS_OF).loc[0, "uprn"] == "Mill Lane/21"
    flats = homes(
        *((f"F{n}", f"Flat {n}, 51", "Mill Lane", 250.0, 0) for n in (1, 2)), parent_uprn="block"
    )
    block = homes(("block", "51", "Mill Lane", 250, 0)).assign(classification="PP")
    doors = join(two_sided(), block, flats)
    crime = burglaries(("B1", None, 230, 0), address="51 Mill Lane, Doggerby")
    targets = cocooning_targets(crime, doors, AS_OF)
    assert targets.loc[0, "uprns"] == "F1; F2"
    assert targets.loc[0, "house_number"] == "51"
    assert "The building is known, the flat is not." in targets.loc[0, "reason"]


def test_a_street_in_the_text_decides_between_homes_nearby():
    streets = join(two_sided("Mill Lane"), two_sided("Beck Lane", y=-31.0))
    crime = burglaries(("B1", None, 100, -6), address="Mill Lane, Doggerby")
    assert cocooning_targets(crime, streets, AS_OF).loc[0, "uprn"] == "Mill Lane/21"
    crime = burglaries(("B1", None, 100, -5), address="BECK LANE")
    assert cocooning_targets(crime, streets, AS_OF).loc[0, "uprn"] == "Beck Lane/22"


def test_an_address_text_that_is_not_unique_or_far_away_is_not_believed():
    twice = join(two_sided(), homes(("again", "21", "Mill Lane", 100, 60)))
    near = burglaries(("B1", None, 141, 0), address="21 Mill Lane")
    # Nor is the home next to the point: it is number 29.
    assert pd.isna(cocooning_targets(near, twice, AS_OF).loc[0, "uprn"])
    far = burglaries(("B1", None, 0, -110), address="1 Mill Lane")
    assert pd.isna(cocooning_targets(far, two_sided(), AS_OF).loc[0, "uprn"])


def test_a_victim_without_uprn_and_text_is_the_nearest_home_within_25_m():
    targets = cocooning_targets(burglaries(("B1", None, 101, -24)), two_sided(), AS_OF)
    assert targets.loc[0, "uprn"] == "Mill Lane/21"
    assert "Matched by place: the nearest home, 24 m" in targets.loc[0, "reason"]
    assert "confirm it before the visit" in targets.loc[0, "at_the_door"]


def test_an_unmatched_victim_is_listed_with_what_is_known():
    crimes = burglaries(("B1", None, 100, -26), ("B2", "gone", 100, -30))
    crimes["address"] = [None, "The Old Forge"]
    targets = cocooning_targets(crimes, two_sided(), AS_OF)
    victims = targets[targets["ring"] == 0].set_index("crime_refs")
    assert victims["uprn"].isna().all()
    assert victims.loc["B1", "address"] == "no address matched within 25 m of the recorded point"
    assert victims.loc["B2", "address"] == "The Old Forge"
    assert victims.loc["B1", "geometry"].equals(shapely.Point(100, -26))
    assert (targets["ring"] == 1).sum() >= 8
    assert targets.attrs["counts"]["unmatched"] == 2
    assert targets["visit_id"].is_unique


def test_no_flat_is_picked_out_of_a_building_by_its_point():
    street = two_sided(last=20)
    street.loc[street["uprn"] == "Mill Lane/11", "classification"] = "PP"
    flats = homes(
        *((f"F{n}", f"Flat {n}", "Mill Lane", 50.0, 0) for n in (1, 2)), parent_uprn="Mill Lane/11"
    )
    targets = cocooning_targets(burglaries(("B1", None, 50, -3)), join(street, flats), AS_OF)
    assert targets.loc[0, "uprns"] == "F1; F2"
    assert "The building is known, the flat is not." in targets.loc[0, "reason"]
    assert "flat not known: confirm it before the visit" in targets.loc[0, "at_the_door"]
    assert "Mill Lane/11" not in rings_of(targets)
    assert (targets["ring"] == 0).sum() == 1


def test_a_burgled_shop_makes_no_visit_but_a_message():
    street = two_sided()
    street.loc[street["uprn"] == "Mill Lane/21", "classification"] = "CR08"
    crime = burglaries(("B1", "Mill Lane/21", 100, 0))
    targets = cocooning_targets(crime, street, AS_OF)
    assert targets.empty
    assert targets.attrs["counts"]["non_residential"] == 1
    assert "1 burglary at a non-residential address makes no visit." in targets.attrs["notes"]
    assert len(cocooning_messages(crime, street, AS_OF)) == 39


def test_where_nothing_is_classified_every_address_is_a_home_and_it_is_said():
    street = two_sided().drop(columns="classification")
    targets = cocooning_targets(burglaries(("B1", "Mill Lane/21", 100, 0)), street, AS_OF)
    assert len(targets) == 14
    assert targets.attrs["classified"] is False
    assert "No address is classified: every one is taken for a home." in targets.attrs["notes"]


@pytest.mark.parametrize(
    ("classification", "home"),
    [
        ("RD06", True), ("RH01", True), ("X", True), ("Residential", True), ("flat", True),
        ("RG02", False), ("CR08", False), ("PP", False), ("Non-residential", False),
        ("Public house", False), ("Retail", False), (None, True),
    ],
)  # fmt: skip
def test_classification_tells_homes(classification, home):
    street = two_sided()
    street.loc[street["uprn"] == "Mill Lane/19", "classification"] = classification
    targets = cocooning_targets(burglaries(("B1", "Mill Lane/21", 100, 0)), street, AS_OF)
    assert ("Mill Lane/19" in set(targets["uprn"])) is home


# What is live, and by when


def test_a_burglary_is_live_for_its_visit_days_and_not_before_it_is_known():
    days = pd.Series(pd.to_datetime(["2026-02-16 00:00", "2026-02-15 23:59", "2026-03-02 09:00"]))
    crimes = burglaries(
        ("on the last day", "Mill Lane/1", 0, 0),
        ("a day too old", "Mill Lane/13", 60, 0),
        ("recorded later", "Mill Lane/25", 120, 0),
        occurred_from=days,
        occurred_to=days,
        recorded_at=pd.to_datetime([None, None, "2026-03-03 08:00"]),
    )
    targets = cocooning_targets(crimes, two_sided(), AS_OF)
    assert set(targets["crime_refs"]) == {"on the last day"}
    assert targets["expires"].iloc[0] == pd.Timestamp("2026-03-02 23:59:59.999999")
    assert targets.attrs["counts"]["live_within_window"] == 2


def test_the_force_counts_from_the_record_else_from_the_end_of_the_window():
    recorded = pd.to_datetime(["2026-02-27 08:00", None])
    crimes = burglaries(
        ("B1", "Mill Lane/1", 0, 0), ("B2", "Mill Lane/39", 190, 0), recorded_at=recorded
    )
    targets = cocooning_targets(crimes, two_sided(), AS_OF).set_index("house_number")
    assert targets.loc["1", "recorded"] == pd.Timestamp("2026-02-27 08:00")
    assert targets.loc["3", "recorded"] == pd.Timestamp("2026-02-27 08:00")
    assert targets.loc["39", "recorded"] == FOUND
    # The team counts from the morning after the list, in waking hours, whatever was recorded when.
    by_ring = targets.groupby("ring")["act_by"].unique()
    assert list(by_ring[0]) == [pd.Timestamp("2026-03-04 19:00")]
    assert list(by_ring[1]) == list(by_ring[2]) == [pd.Timestamp("2026-03-06 17:00")]


def test_one_row_per_address_however_many_burglaries_reach_it():
    ends = pd.Series([FOUND, FOUND + pd.Timedelta(days=1)])
    crimes = burglaries(
        ("OLD", "Mill Lane/21", 100, 0),
        ("NEW", "Mill Lane/25", 120, 0),
        occurred_from=ends,
        occurred_to=ends,
    )
    targets = cocooning_targets(crimes, two_sided(), AS_OF)
    assert targets["uprn"].is_unique
    by_number = targets.set_index("house_number")
    assert by_number.loc["21", "ring"] == 0
    assert by_number.loc["21", "crime_refs"] == "OLD; NEW"
    assert by_number.loc["23", "crime_refs"] == "NEW; OLD"
    assert "21 Mill Lane" in by_number.loc["23", "reason"]
    assert "25 Mill Lane" in by_number.loc["23", "reason"]
    assert by_number.loc["23", "newest"] == ends[1]


def test_the_distance_is_that_of_the_nearest_burglary_not_of_the_one_that_leads():
    # As at 54 Alma Street: four doors away (ring 1) leads, the house opposite is nearer.
    crimes = burglaries(("ALONG", "Mill Lane/29", 140, 0), ("OPPOSITE", "Mill Lane/22", 100, 20))
    door = cocooning_targets(crimes, two_sided(), AS_OF).set_index("house_number").loc["21"]
    assert (door["ring"], door["crime_refs"]) == (1, "ALONG; OPPOSITE")
    assert "(40 m)" in door["reason"].split(". ")[0]
    assert door["distance_m"] == 20.0


def test_references_of_a_shared_house_are_one_burglary():
    crimes = burglaries(("B2", "Mill Lane/21", 100, 0), ("B1", "Mill Lane/21", 100, 0))
    targets = cocooning_targets(crimes, two_sided(), AS_OF)
    assert targets.loc[0, "crime_refs"] == "B1; B2"
    assert targets.loc[0, "burglaries_12m"] == 1
    assert targets.attrs["counts"]["live"] == 1


def test_a_row_that_comes_twice_is_one_burglary_and_one_visit():
    known = burglaries(("B1", "Mill Lane/21", 100, 0))
    assert cocooning_targets(join(known, known), two_sided(), AS_OF)["crime_refs"].eq("B1").all()
    lost = burglaries(("B1", None, 100, -60), ("B1", None, 100, -60), ("B1", None, 300, -60))
    with pytest.warns(DataWarning, match="1 row of the incidents without UPRN repeat a reference"):
        targets = cocooning_targets(lost, two_sided(), AS_OF)
    assert targets["uprn"].isna().sum() == 2
    assert targets["visit_id"].is_unique
    assert targets.attrs["counts"]["unmatched"] == 2


def test_a_shared_house_is_live_until_its_last_window_is_too_old():
    begun = pd.Series(pd.to_datetime(["2026-02-10 08:00", "2026-02-11 08:00"]))
    ended = pd.Series(pd.to_datetime(["2026-02-12 08:00", "2026-02-17 08:00"]))
    crimes = burglaries(
        ("B2", "Mill Lane/21", 100, 0),
        ("B1", "Mill Lane/21", 100, 0),
        occurred_from=begun,
        occurred_to=ended,
        recorded_at=pd.to_datetime(["2026-02-18 10:00", "2026-02-17 10:00"]),
    )
    victim = cocooning_targets(crimes, two_sided(), AS_OF).iloc[0]
    assert victim["crime_refs"] == "B2; B1"
    assert victim["newest"] == ended[1]
    assert victim["recorded"] == pd.Timestamp("2026-02-17 10:00")


def test_burglaries_of_twelve_months_make_a_repeat_victim_plain():
    ends = pd.Series(pd.to_datetime(["2026-02-26", "2025-03-03", "2025-03-02", "2025-06-01"]))
    crimes = burglaries(
        ("B1", "Mill Lane/21", 100, 0),
        ("B2", "Mill Lane/21", 100, 0),
        ("over a year ago", "Mill Lane/21", 100, 0),
        ("B4", "Mill Lane/23", 110, 0),
        occurred_from=ends,
        occurred_to=ends,
    )
    targets = cocooning_targets(crimes, two_sided(), AS_OF).set_index("house_number")
    assert targets.loc["21", "burglaries_12m"] == 2
    assert "burgled 2 times in the past 12 months" in targets.loc["21", "reason"]
    assert targets.loc["23", "burglaries_12m"] == 1
    assert "burgled once in the past 12 months" in targets.loc["23", "reason"]
    assert targets.loc["19", "burglaries_12m"] == 0


def test_a_match_by_place_is_too_weak_for_a_history():
    ends = pd.Series([FOUND, FOUND - pd.Timedelta(days=60)])
    crimes = burglaries(
        ("B1", None, 101, 0), ("B2", None, 101, 0), occurred_from=ends, occurred_to=ends
    )
    targets = cocooning_targets(crimes, two_sided(), AS_OF)
    assert targets.loc[0, "uprn"] == "Mill Lane/21"
    assert targets.loc[0, "burglaries_12m"] == 1


def test_a_visit_keeps_its_id_from_day_to_day_and_another_burglary_gives_another():
    street = two_sided()
    crime = burglaries(("B1", "Mill Lane/21", 100, 0))
    monday = cocooning_targets(crime, street, AS_OF).set_index("uprn")["visit_id"]
    later = join(crime, burglaries(("B0", "Mill Lane/1", 0, 0)))
    tuesday = cocooning_targets(later, street, "2026-03-03").set_index("uprn")["visit_id"]
    assert monday["Mill Lane/23"] == tuesday["Mill Lane/23"]
    other = cocooning_targets(crime.assign(crime_ref="B9"), street, AS_OF)
    assert not set(other["visit_id"]) & set(monday)
    elsewhere = cocooning_targets(crime.assign(force="99"), street, AS_OF)
    assert not set(elsewhere["visit_id"]) & set(monday)


# Ring 3, areas, room


def test_messages_are_the_rest_within_the_rule_and_never_a_visit():
    street = two_sided("Long Road", last=200)
    crime = burglaries(("B1", "Long Road/1", 0, 0))
    rule = {"distance_m": 400, "window_days": 42}
    targets = cocooning_targets(crime, street, AS_OF, **rule)
    messages = cocooning_messages(crime, street, AS_OF, **rule)
    assert (messages["ring"] == 3).all()
    assert not set(messages["uprn"]) & set(targets["uprn"])
    within = street[street.distance(shapely.Point(0, 0)) <= 400]
    assert set(messages["uprn"]) | set(targets["uprn"]) == set(within["uprn"])
    # The odd side has a door at exactly 400 m.
    assert "Long Road/81" in set(messages["uprn"])
    assert targets.attrs["counts"]["ring3"] == len(messages)
    assert list(messages["uprn"][:2]) == ["Long Road/11", "Long Road/12"]
    assert not messages["reason"].str.contains("Long Road|B1").any()
    assert (messages["expires"] == pd.Timestamp("2026-04-09 23:59:59.999999")).all()


def test_an_old_burglary_makes_messages_only():
    old = pd.Series([pd.Timestamp("2026-01-19 12:00")])
    crime = burglaries(("B1", "Mill Lane/1", 0, 0), occurred_from=old, occurred_to=old)
    rule = {"distance_m": 400, "window_days": 42}
    assert cocooning_targets(crime, two_sided(), AS_OF, **rule).empty
    assert len(cocooning_messages(crime, two_sided(), AS_OF, **rule)) == 40
    assert cocooning_messages(crime, two_sided(), "2026-03-03", **rule).empty


def test_a_door_belongs_to_the_area_it_lies_in():
    areas = gpd.GeoDataFrame(
        {"area": ["West", "East"]},
        geometry=[shapely.box(-50, -50, 100, 50), shapely.box(100, -50, 120, 50)],
        crs="EPSG:27700",
    )
    crime = burglaries(("B1", "Mill Lane/21", 100, 0))
    targets = cocooning_targets(crime, two_sided(), AS_OF, areas)
    by_number = targets.set_index("house_number")["area"]
    assert by_number["19"] == "West"
    # On the border: the first by name.
    assert by_number["21"] == "East"
    assert by_number["23"] == "East"
    assert pd.isna(by_number["29"])


def test_without_areas_the_area_is_what_the_data_say():
    crime = burglaries(("B1", "Mill Lane/21", 100, 0), area="Beat 7")
    assert set(cocooning_targets(crime, two_sided(), AS_OF)["area"]) == {"Beat 7"}
    street = two_sided().assign(area="Ward 3")
    assert set(cocooning_targets(crime, street, AS_OF)["area"]) == {"Ward 3"}


def test_max_visits_keeps_the_lowest_ring_then_the_newest_then_the_nearest():
    crime = burglaries(("B1", "Mill Lane/21", 100, 0))
    some = cocooning_targets(crime, two_sided(), AS_OF, max_visits=4)
    assert list(some["ring"]) == [0, 1, 1, 1]
    assert set(some["house_number"]) < {"21", "19", "23", "17", "25"}
    assert some.attrs["counts"]["not_scheduled"] == 10
    assert "10 doors not scheduled" in " ".join(some.attrs["notes"])
    messages = cocooning_messages(crime, two_sided(), AS_OF, max_visits=4)
    left = messages[messages["ring"] < 3]
    assert len(left) == 10
    assert left["reason"].str.startswith("Not scheduled for a visit").all()
    assert len(messages) + len(some) == 40


def test_a_burgled_home_that_finds_no_room_is_warned_of():
    crimes = burglaries(("B1", "Mill Lane/21", 100, 0), ("B2", "Mill Lane/1", 0, 0))
    with pytest.warns(DataWarning, match="leaves out 1 burgled home"):
        cocooning_targets(crimes, two_sided(), AS_OF, max_visits=1)


# The stop list


def test_a_stopped_reference_is_in_no_row_and_no_count_but_the_total():
    crimes = burglaries(("B1", "Mill Lane/21", 100, 0), ("B2", "Mill Lane/39", 190, 0))
    targets = cocooning_targets(crimes, two_sided(), AS_OF, exclude=[" B1 "])
    assert set(targets["crime_refs"]) == {"B2"}
    assert not targets["reason"].str.contains("21 Mill Lane").any()
    assert targets["burglaries_12m"].sum() == 1
    assert targets.attrs["counts"]["excluded"] == 1
    # A neighbour of another burglary still, but nothing tells of its own.
    near = cocooning_targets(
        burglaries(("B1", "Mill Lane/21", 100, 0), ("B2", "Mill Lane/23", 110, 0)),
        two_sided(),
        AS_OF,
        exclude=["B1"],
    ).set_index("house_number")
    assert near.loc["21", "ring"] == 1
    assert near.loc["21", "burglaries_12m"] == 0


def test_a_stopped_address_is_no_door_and_its_burglary_makes_none():
    crimes = burglaries(("B1", "Mill Lane/21", 100, 0), ("B2", None, 191, -2))
    stopped = ["Mill Lane/21", "Mill Lane/37"]
    targets = cocooning_targets(crimes, two_sided(), AS_OF, exclude=stopped)
    assert set(targets["crime_refs"]) == {"B2"}
    assert not set(targets["uprn"]) & set(stopped)
    assert not set(cocooning_messages(crimes, two_sided(), AS_OF, exclude=stopped)["uprn"]) & set(
        stopped
    )
    # A burglary that is matched to a stopped address by its place is one at that address.
    by_place = cocooning_targets(crimes, two_sided(), AS_OF, exclude=["Mill Lane/39"])
    assert "B2" not in " ".join(by_place["crime_refs"])
    assert by_place.attrs["counts"]["excluded"] == 1


def test_a_stopped_building_stops_its_flats():
    flats = homes(
        *((f"F{n}", f"Flat {n}", "Mill Lane", 105.0, 0) for n in (1, 2)), parent_uprn="block"
    )
    crime = burglaries(("B1", "Mill Lane/21", 100, 0))
    targets = cocooning_targets(crime, join(two_sided(), flats), AS_OF, exclude=["block"])
    assert not set(targets["uprn"]) & {"F1", "F2"}


def test_stop_list_entries_that_match_nothing_are_warned_of():
    crime = burglaries(("007", "Mill Lane/21", 100, 0))
    with pytest.raises(ConfigError, match="Nothing on the stop list exclude matches"):
        cocooning_targets(crime, two_sided(), AS_OF, exclude=["8"])
    right = {"exclude": ["8"], "exclude_may_match_nothing": True}
    with pytest.warns(DataWarning, match="1 entry of the stop list match"):
        targets = cocooning_targets(crime, two_sided(), AS_OF, **right)
    assert targets.attrs["exclude_unmatched"] == 1
    assert targets.loc[0, "crime_refs"] == "007"
    # What a spreadsheet made of it is the same reference.
    assert cocooning_targets(crime, two_sided(), AS_OF, exclude=["7"]).empty


# Faults


def test_every_problem_is_told_at_once():
    crime = burglaries(("B1", "Mill Lane/21", 100, 0)).drop(columns="occurred_to")
    street = two_sided().to_crs("EPSG:4326")
    with pytest.raises(DataError) as told:
        cocooning_targets(crime, street, "soon", max_visits=0, visit_days=-1, exclude="B1")
    message = str(told.value)
    for part in ("occurred_to", "not in metres", "as_of", "max_visits", "visit_days", "exclude"):
        assert part in message


def test_settings_alone_are_a_config_error():
    crime, street = burglaries(("B1", "Mill Lane/21", 100, 0)), two_sided()
    with pytest.raises(ConfigError, match="distance_m"):
        cocooning_targets(crime, street, AS_OF, distance_m=0)
    with pytest.raises(ConfigError, match="exclude"):
        cocooning_targets(crime, street, AS_OF, exclude=[7])


def test_months_are_refused_with_a_sentence():
    crime = burglaries(("B1", "Mill Lane/21", 100, 0))
    crime.attrs["resolution"] = "month"
    with pytest.raises(DataError, match="months only"):
        cocooning_targets(crime, two_sided(), AS_OF)


def test_uprns_that_are_numbers_are_refused():
    street = two_sided().assign(uprn=range(40))
    with pytest.raises(DataError, match="uprn of the addresses must be text"):
        cocooning_targets(burglaries(("B1", None, 100, 0)), street, AS_OF)


def test_a_frame_in_another_crs_is_refused():
    street = two_sided().to_crs("EPSG:3857")
    with pytest.raises(DataError, match="addresses are in"):
        cocooning_targets(burglaries(("B1", None, 100, 0)), street, AS_OF)


def test_a_repeated_uprn_is_one_door_and_is_warned_of():
    street = join(two_sided(), homes(("Mill Lane/23", "23", "A Lane", 110.5, 0)))
    with pytest.warns(DataWarning, match="1 row of the addresses repeat a UPRN"):
        targets = cocooning_targets(burglaries(("B1", "Mill Lane/21", 100, 0)), street, AS_OF)
    assert targets["uprn"].is_unique


@pytest.mark.filterwarnings("ignore:The incidents are empty")
def test_nothing_to_list_gives_an_empty_list_with_all_columns():
    full = cocooning_targets(burglaries(("B1", "Mill Lane/21", 100, 0)), two_sided(), AS_OF)
    none = burglaries(("B1", "Mill Lane/21", 100, 0)).iloc[:0]
    for crimes, street in ((none, two_sided()), (none, two_sided().iloc[:0])):
        empty = cocooning_targets(crimes, street, AS_OF)
        assert empty.empty
        assert list(empty.columns) == list(full.columns)
        none_told = cocooning_lists(crimes, street, AS_OF)
        assert none_told.messages.empty
        assert none_told.links.empty
        for frame, times in (
            (empty, ("act_by", "expires", "newest")),
            (none_told.messages, ("expires",)),
            (none_told.links, ("found", "recorded")),
        ):
            assert all(frame[name].dtype.kind == "M" for name in times)
    alone = cocooning_targets(
        burglaries(("B1", "Mill Lane/21", 100, 0)), two_sided().iloc[:0], AS_OF
    )
    assert list(alone["ring"]) == [0]


def test_inputs_are_left_as_they_were():
    crimes = burglaries(("B1", "Mill Lane/21", 100, 0), ("B2", None, 3, 3), address=None)
    crimes.index = [7, 3]
    street = two_sided()
    before = crimes.copy(), street.copy()
    cocooning_targets(crimes, street, AS_OF, exclude=["B2"])
    cocooning_messages(crimes, street, AS_OF)
    pd.testing.assert_frame_equal(crimes, before[0])
    pd.testing.assert_frame_equal(street, before[1])


def test_hostile_text_stays_text():
    crime = burglaries(("=1+1", "Mill Lane/21", 100, 0), address="<script>alert(1)</script>")
    street = two_sided().assign(address="=HYPERLINK(1)", street="../../etc")
    targets = cocooning_targets(crime, street, AS_OF)
    assert targets.loc[0, "crime_refs"] == "=1+1"
    assert targets.loc[0, "address"] == "=HYPERLINK(1)"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("12", (12, "")), ("12A", (12, "A")), ("12 b", (12, "B")), ("12-14", (12, "")),
        ("Flat 3, 12", (12, "")), ("12 Flat 3A", (12, "")), ("Flat 12A", None), ("12.0", (12, "")),
        ("Unit 4, 7c", (7, "C")), ("1st Floor Flat, 9", (9, "")), ("Rose Cottage", None),
        ("", None), ("0", None), ("12 High Street", (12, "")), ("No. 5", (5, "")),
    ],
)  # fmt: skip
def test_house_numbers_are_read_as_people_write_them(text, expected):
    assert parse_house(text) == expected


def test_real_addresses_with_simulated_burglaries_make_a_list(data_dir):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DataWarning)
        source = next((data_dir / "isle_of_man_addresses").glob("*.csv"))
        addresses = read_addresses(source, to_crs="EPSG:27700")
    at = addresses.sample(60, random_state=1)
    crimes = burglaries(
        *(
            (f"M{i:03d}", uprn, point.x, point.y)
            for i, (uprn, point) in enumerate(zip(at["uprn"], at.geometry, strict=True))
        )
    )
    targets = cocooning_targets(crimes, addresses, AS_OF)
    victims = targets[targets["ring"] == 0]
    # A home that the file lists twice is visited once, whichever UPRN the crime has.
    assert set(victims["address"]) == set(at["address"])
    assert targets["uprn"].is_unique
    assert targets.attrs["counts"]["by_distance"] > 0
    assert set("; ".join(victims["crime_refs"]).split("; ")) >= set(crimes["crime_ref"])
