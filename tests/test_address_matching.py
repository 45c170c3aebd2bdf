"""Which door an address that was told means: the same one in other words, or none."""

import pandas as pd
import pytest

import hotspot as hs
from hotspot.addresses.address_matching import find_addresses

AS_OF = "2026-11-28"


def street(name, numbers=range(1, 21), town="Anytown, AB1 2CD", y=340_000):
    rows = [
        [f"{y}{n}", f"{n} {name}, {town}", 451_000 + (int(n) // 2) * 8, y + 20 * (1 - int(n) % 2)]
        for n in numbers
    ]
    return pd.DataFrame(rows, columns=["UPRN", "ADDRESS", "E", "N"])


def joined(*files):
    return pd.concat(files, ignore_index=True)


def burgled(addresses, **told):
    row = {"Crime Ref": "A", "Date From": "26/11/2026", "E": 451_055, "N": 340_020, **told}
    incidents = hs.read_incidents(pd.DataFrame([row]))
    targets = hs.cocooning_targets(incidents, addresses, AS_OF)
    return targets.loc[targets["ring"] == 0]


@pytest.mark.parametrize(
    ("file", "told"),
    [
        ("Station Road", "12 Station Rd"), ("St John's Road", "12 St Johns Road"),
        ("Saint Johns Road", "12 ST. JOHN'S RD ANYTOWN"), ("Elm Avenue", "12, Elm Ave, Anytown"),
        ("Mount Crescent", "No 12 Mount Cres"), ("Abbey Gdns", "12 Abbey Gardens"),
        ("Kings Court", "12 King's Ct"), ("The Green", "12 THE GREEN"),
        ("Staveley Road", "12 Stavely Road"),
    ],
)  # fmt: skip
def test_a_door_is_found_in_other_words(file, told):
    found = burgled(hs.read_addresses(street(file)), Address=told)
    assert found["address"].str.startswith(f"12 {file}").all()


@pytest.mark.parametrize(
    "told",
    ["13A Station Road", "12A Station Rd", "112 Station Road", "12 Mill Lane", "31, Mill Lane"],
)
def test_no_place_goes_before_the_number_that_was_told(told):
    found = burgled(hs.read_addresses(street("Station Road")), Address=told)
    assert found["uprn"].isna().all()


def test_uprns_are_equal_as_numbers():
    file = street("High Street").assign(UPRN=lambda rows: "0000" + rows["UPRN"])
    addresses = hs.read_addresses(file)
    for told in (34000012, "34000012", '="00034000012"'):
        found = burgled(addresses, UPRN=told, E=451_000)
        assert found["address"].str.startswith("12 High").all(), told
        assert found["uprn"].tolist() == ["000034000012"]


def test_a_home_under_two_uprns_is_one_home():
    file = street("High Street")
    again = file[file["UPRN"] == "34000012"].assign(
        UPRN="9", ADDRESS="12 High St, Anytown, AB1 2CD"
    )
    addresses = hs.read_addresses(joined(file, again.assign(E=again["E"] + 3)))
    for told in ("34000012", "9"):
        row = {"Crime Ref": "A", "Date From": "26/11/2026", "UPRN": told, "E": 1, "N": 1}
        incidents = hs.read_incidents(pd.DataFrame([row | {"E": 451_000, "N": 340_000}]))
        targets = hs.cocooning_targets(incidents, addresses, AS_OF)
        assert targets["address"].str.startswith("12 ").sum() == 1
    # Of another village, not of two registers.
    far = hs.read_addresses(joined(file, again.assign(E=again["E"] + 40)))
    listed = hs.cocooning_targets(incidents, far, AS_OF)["uprns"].str.split("; ").explode()
    assert {"9", "34000012"} <= set(listed)


def test_an_address_is_found_in_a_whole_file_or_not_at_all():
    flats = street("Mill Lane", (40, 40), y=360_000)
    file = joined(
        street("Station Road"),
        street("Station Road", town="Othertown, AB9 9ZZ", y=350_000),
        street("Mill Lane", y=360_000),
        flats.assign(UPRN=["F1", "F2"], ADDRESS=["Flat 1, ", "Flat 2, "] + flats["ADDRESS"]),
    )
    addresses = hs.read_addresses(file)
    told = {
        "12 Station Rd, Anytown": "34000012",
        "12 STATION ROAD OTHERTOWN": "35000012",
        "12 Station Road AB9 9ZZ": "35000012",
        "12 Station Road": None,
        "12 Station Road, Anytown, AB5 5AB": None,
        "12 Mill La": "36000012",
        "12A Mill Lane": None,
        "Flat 2, 40 Mill Lane": "F2",
        "Flat 3, 40 Mill Lane": None,
        "40 Mill Lane": "F1",
        "nonsense": None,
    }
    found = find_addresses(pd.Series(list(told)), addresses)
    uprns = [addresses["uprn"].iloc[at] if at >= 0 else None for at in found["at"]]
    assert dict(zip(told, uprns, strict=True)) == told
    assert found["how"].iloc[9] == "building"
    by_uprn = find_addresses(
        pd.Series(["14 Station Rd, Anytown"]), addresses, pd.Series(["00034000012"])
    )
    assert by_uprn.values.tolist() == [[11, "uprn"]]


def test_repeats_at_one_home_under_two_uprns_are_repeats():
    rows = [
        ["A", "01/11/2026", "0012", "12 High St, Anytown", 451_000],
        ["B", "20/11/2026", "99", "12 HIGH STREET ANYTOWN", 451_004],
        ["C", "21/11/2026", "14", "14 High Street, Anytown", 451_004],
        ["D", "25/11/2026", "12", "12 High St, Anytown", 451_000],
    ]
    columns = ["Crime Ref", "Date From", "UPRN", "Address", "E"]
    incidents = hs.read_incidents(pd.DataFrame(rows, columns=columns).assign(N=340_000))
    pairs = hs.near_repeat_pairs(incidents)
    refs = incidents["crime_ref"]
    kinds = {
        refs[pair.first] + refs[pair.second]: pair.kind for pair in pairs.itertuples(index=False)
    }
    near = "near repeat"
    assert kinds == {
        "AB": "repeat", "AC": near, "AD": "repeat", "BC": near, "BD": "repeat", "CD": near,
    }  # fmt: skip


def test_points_without_addresses_are_homes_by_their_uprns():
    points = {"UPRN": ["1", "2"], "E": [451_000, 451_010], "N": [340_000] * 2}
    with pytest.warns(hs.DataWarning, match="UPRNs and points without addresses"):
        addresses = hs.read_addresses(pd.DataFrame(points))
    assert addresses["address"].tolist() == ["UPRN 1", "UPRN 2"]


@pytest.mark.parametrize(
    ("told", "door"),
    [
        ("12 Kings Court", "Flat 12"), ("Flat 12, Kings Court, Queen Street", "Flat 12"),
        ("Flat 14 Kings Court", "Flat 14"), ("Flat 15 Kings Court", None),
        ("16 Kings Court", None),
    ],
)  # fmt: skip
def test_a_flat_is_found_that_is_told_as_a_house(told, door):
    file = street("Queen Street").assign(N=340_050)
    flats = street("Kings Court", (12, 14), y=340_025).assign(
        ADDRESS=["Flat 12, Kings Court, Queen Street", "Flat 14, Kings Court, Queen Street"]
    )
    found = burgled(
        hs.read_addresses(joined(file, flats.assign(E=[451_050, 451_054]))), Address=told
    )
    if door is None:
        assert found["uprn"].isna().all()
    else:
        assert found["address"].str.startswith(door).all()
