"""Rows without coordinates are placed by their address, where a file of addresses has it once."""

from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

import hotspot as hs
from hotspot.reading.columns import known_columns, known_names
from hotspot.reading.sources import open_source
from tests.small_town import usual, write_town

HOMES = hs.read_addresses(
    pd.DataFrame(
        [
            ["100012345001", "12 Station Road, Anytown, AB1 2CD", 451_000, 340_000],
            ["100012345002", "14 Station Road, Anytown, AB1 2CD", 451_010, 340_000],
            ["100012345003", "12 High Street, Anytown, AB1 2CE", 452_000, 341_000],
            ["100012345004", "12 High Street, Otherham, AB9 9ZZ", 459_000, 349_000],
            ["100012345005", "Flat 1, 20 Mill Lane, Anytown, AB1 2CF", 453_000, 342_000],
            ["100012345006", "Flat 2, 20 Mill Lane, Anytown, AB1 2CF", 453_003, 342_000],
        ],
        columns=["UPRN", "Address", "E", "N"],
    )
)


def check(rows: list[tuple[object, ...]], **options: object) -> hs.incidents.IncidentCheck:
    """Check burglaries of UPRN, address and grid, after one that has a place of its own."""
    there = [("", "14 Station Road, Anytown", 451_011, 340_001)]
    columns = ["UPRN", "Address", "Easting", "Northing"]
    frame = pd.DataFrame([*there, *rows], columns=columns, dtype=object)
    frame["Ref"] = [f"A{nth}" for nth in range(len(frame))]
    frame["Date"] = "2026-03-01"
    return hs.check_incidents(frame, addresses=HOMES, as_of="2026-06-01", **options)


@pytest.mark.parametrize(
    ("uprn", "address", "home", "way"),
    [
        ("100012345002", "", 1, "uprn"),
        ('="000100012345002"', "", 1, "uprn"),
        ("100012345002", "14 Station Rd", 1, "uprn"),
        ("", "12 Station Rd, Anytown", 0, "address"),
        ("", "12, STATION ROAD AB1 2CD", 0, "address"),
        ("", "12 High St, Otherham", 3, "address"),
        ("", "12 High Street AB9 9ZZ", 3, "address"),
        ("", "Flat 2, 20 Mill Lane", 5, "address"),
        # Which flat is not told, but all are in one building.
        ("", "20 Mill Lane, Anytown", 4, "address"),
    ],
)
@pytest.mark.parametrize("nowhere", [("", ""), (0, 0), (None, "N/A")])
def test_a_row_without_coordinates_is_placed(
    uprn: str, address: str, home: int, way: str, nowhere: tuple[object, object]
) -> None:
    found = check([(uprn, address, *nowhere)])
    assert found.accepted["placed_by"].fillna("").tolist() == ["", way]
    assert found.accepted.geometry.iloc[1] == HOMES.geometry.iloc[home]
    words = "by UPRN" if way == "uprn" else "by the text of the address"
    told = f"1 row without coordinates placed by the file of addresses: 1 {words}."
    assert told in found.notes
    assert told in found.summary()


@pytest.mark.parametrize(
    ("uprn", "address", "reason"),
    [
        ("", "", "no coordinates"),
        ("", "13 Station Road, Anytown", "no coordinates; the file of addresses has its address"),
        ("", "12 High Street", "no coordinates; the file of addresses has its address"),
        ("", "12 Station Road, AB9 9ZZ", "no coordinates; the file of addresses has its address"),
        ("", "Station Road, Anytown", "no coordinates; the file of addresses has its address"),
        ("999", "", "no coordinates; the file of addresses has its address not, or not once"),
        ("100012345001", "14 Station Road", "no coordinates; its UPRN and its address are of two"),
    ],
)
def test_what_is_not_there_once_is_never_guessed(uprn: str, address: str, reason: str) -> None:
    found = check([(uprn, address, "", "")])
    assert len(found.accepted) == 1
    (told,) = found.rejected["reason"]
    assert told.startswith(reason)
    assert "1 no coordinates" in found.summary()
    assert not any("placed by" in note for note in found.notes)


def test_without_addresses_it_is_told_how_to_place_such_rows() -> None:
    row = pd.DataFrame(
        {"Date": ["2026-03-01"] * 3, "Address": ["12 Station Road", None, "14 Station Road"]}
    )
    found = hs.check_incidents(
        row.assign(E=["", "", "451000"], N=["", "", "340000"]), as_of="2026-06-01"
    )
    assert any("1 row without coordinates but with an address" in note for note in found.notes)


def test_coordinates_go_before_the_address_and_other_faults_stay() -> None:
    found = check([("", "12 Station Road", 452_500, 341_500), ("", "12 Station Road", "abroad", 1)])
    assert found.accepted.geometry.iloc[1] == shapely.Point(452_500, 341_500)
    assert "placed_by" not in found.accepted.columns
    assert found.rejected["reason"].tolist() == ["not a number"]


def test_a_row_placed_outside_the_study_area_is_told() -> None:
    within = shapely.box(450_000, 339_000, 452_000, 341_500)
    rows = [("", "12 Station Road", "", ""), ("", "12 High Street, Otherham", "", "")]
    found = check(rows, within=within)
    assert found.accepted["placed_by"].fillna("").tolist() == ["", "address"]
    assert found.rejected["reason"].tolist() == ["off-area: outside the area given"]


def test_where_no_row_has_coordinates_the_addresses_say_where() -> None:
    abroad = HOMES.set_geometry(HOMES.translate(-150_000, 3_000_000)).set_crs(
        32616, allow_override=True
    )
    frame = pd.DataFrame(
        {"Date": ["2026-03-01"], "Address": ["12 Station Road"], "E": [""], "N": [None]}
    )
    found = hs.check_incidents(frame, addresses=abroad, as_of="2026-06-01")
    assert found.accepted.crs.to_epsg() == 32616
    assert found.accepted.geometry.iloc[0] == abroad.geometry.iloc[0]


def test_addresses_come_in_any_crs_as_a_file_or_only_where_needed(tmp_path: Path) -> None:
    path = tmp_path / "addresses.csv"
    degrees = HOMES.to_crs(4326)
    table = pd.DataFrame(degrees.drop(columns="geometry"))
    table.assign(lon=degrees.geometry.x, lat=degrees.geometry.y).to_csv(path, index=False)
    row = pd.DataFrame({"Date": "2026-03-01", "Address": ["12 Station Road"], "E": [0], "N": [0]})
    placed = hs.read_incidents(row, addresses=path)
    assert placed.geometry.iloc[0].distance(HOMES.geometry.iloc[0]) < 0.1

    def never() -> gpd.GeoDataFrame:
        raise AssertionError

    hs.check_incidents(row.assign(E=451_000, N=340_000), addresses=never)


PARTS = pd.DataFrame(
    [
        ["12", "Station Road", "Anytown", "AB1 2CD"],
        ["13", "Station Road", "Anytown", "AB1 2CD"],
        ["14", "STATION RD", "", "ab12cd"],
        ["", "", "", ""],
    ],
    columns=["House No", "Street", "Town", "Postcode"],
).assign(Ref=["A1", "A2", "A3", "A4"], Date="2026-03-01")
UPRNS = PARTS[["Ref", "Date"]].assign(UPRN=["100012345001", "999", "000100012345002", None])


@pytest.mark.parametrize(("frame", "way"), [(PARTS, "by the text of the"), (UPRNS, "by UPRN")])
def test_an_export_without_columns_of_coordinates_is_placed(frame: pd.DataFrame, way: str) -> None:
    found = hs.check_incidents(frame, addresses=HOMES, as_of="2026-06-01")
    assert found.accepted["crime_ref"].tolist() == ["A1", "A3"]
    assert found.accepted.geometry.tolist() == HOMES.geometry.iloc[:2].tolist()
    assert found.accepted.crs == HOMES.crs
    assert found.rejected["reason"].tolist() == [
        "no coordinates; the file of addresses has its address not, or not once",
        "no coordinates",
    ]
    told = f"2 rows without coordinates placed by the file of addresses: 2 {way}"
    assert any(note.startswith(told) for note in found.notes)


@pytest.mark.parametrize(
    ("own", "to_crs", "end"), [(32616, None, 32616), (32616, 32617, 32617), (4326, None, 27700)]
)
def test_such_an_export_is_in_the_crs_of_the_addresses_or_the_one_wanted(
    own: int, to_crs: int | None, end: int
) -> None:
    homes = HOMES.to_crs(own)
    if own == 32616:
        moved = HOMES.translate(-150_000, 3_000_000)
        homes = HOMES.set_geometry(moved).set_crs(own, allow_override=True)
    found = hs.check_incidents(PARTS, addresses=homes, to_crs=to_crs, as_of="2026-06-01")
    assert found.accepted.crs.to_epsg() == end
    assert found.accepted.geometry.iloc[0].distance(homes.geometry.to_crs(end).iloc[0]) < 0.01
    # What the notes say of the coordinates is of the addresses: there are no others.
    assert any(f"EPSG:{end}" in note for note in found.notes)
    assert f"EPSG:{end}" in found.accepted.attrs["transformation"]


def test_seconds_since_1970_are_of_the_place_that_the_addresses_tell() -> None:
    found = hs.check_incidents(PARTS.assign(Date="1777629600"), addresses=HOMES, as_of="2026-06-01")
    assert found.accepted["occurred_from"].iloc[0] == pd.Timestamp("2026-05-01 11:00")


@pytest.mark.parametrize("frame", [PARTS, UPRNS])
def test_without_addresses_such_an_export_is_a_question_that_names_them(
    frame: pd.DataFrame,
) -> None:
    with pytest.raises(hs.DataError, match=r"Missing: where .* Or give the addresses, which place"):
        hs.check_incidents(frame)


@pytest.mark.parametrize("others", [{"P1": 451_000, "P2": 340_000}, {"Easting": 451_000}])
def test_what_may_be_coordinates_goes_before_the_address_and_is_asked_for(
    others: dict[str, int],
) -> None:
    frame = PARTS.assign(**others)
    with pytest.raises(hs.DataError, match="Or say which is the address"):
        hs.check_incidents(frame, addresses=HOMES)
    columns = {"address": ["House No", "Street", "Town", "Postcode"]}
    found = hs.check_incidents(frame, columns, addresses=HOMES, as_of="2026-06-01")
    assert found.accepted["crime_ref"].tolist() == ["A1", "A3"]


def test_an_address_of_an_unknown_name_is_asked_for() -> None:
    frame = PARTS[["Ref", "Date"]].assign(Wherever="12 Station Road, AB1 2CD")
    with pytest.raises(hs.DataError, match="Or say which is the address or the UPRN"):
        hs.check_incidents(frame, addresses=HOMES)
    found = hs.check_incidents(frame, {"address": "Wherever"}, addresses=HOMES, as_of="2026-06-01")
    assert len(found.accepted) == 4
    with pytest.raises(hs.DataError, match="Missing: where") as told:
        hs.check_incidents(frame)
    assert "addresses" not in str(told.value)


def test_a_briefing_places_its_burglaries_by_the_addresses_of_the_set_up(tmp_path: Path) -> None:
    rows = usual()
    blank = {"Easting": "", "Northing": ""}
    made = hs.brief(write_town(tmp_path, [replace(rows[0], cells=blank), *rows[1:]]))
    assert "1 row without coordinates placed by the file of addresses" in " ".join(made.check.notes)


@pytest.mark.parametrize("layout", ["flat", "two_row_headings"])
def test_every_crime_of_a_real_layout_is_placed_within_a_few_metres(
    data_dir: Path, layout: str
) -> None:
    folder = data_dir / "force_export"
    truth = pd.read_csv(folder / "truth.csv.gz", dtype=str).set_index("ref")
    homes = hs.read_addresses(folder / "addressbase_plus.csv.gz")
    found = hs.check_incidents(folder / f"{layout}.xlsx", offences="all", addresses=homes)
    assert not found.rejected["reason"].str.contains("coordinates").any()
    crimes = found.accepted.set_index("crime_ref")
    right = truth.loc[crimes.index, ["e", "n"]].astype(float)
    off_m = np.hypot(crimes.geometry.x - right["e"], crimes.geometry.y - right["n"])
    assert off_m[crimes["placed_by"].isna()].max() < 1
    assert off_m[crimes["placed_by"].notna()].max() < 10
    assert crimes["placed_by"].notna().sum() == {"flat": 17, "two_row_headings": 19}[layout]


def test_a_real_export_without_coordinates_is_placed_but_for_two_postcodes_in_one_cell(
    data_dir: Path,
) -> None:
    folder = data_dir / "force_export"
    known = known_names(known_columns("incidents", "places", "dates"), None)
    opened = open_source(folder / "flat.xlsx", known=known)
    frame = opened.read(opened.columns).frame.drop(columns=["Easting", "Northing"])
    homes = hs.read_addresses(folder / "addressbase_plus.csv.gz")
    found = hs.check_incidents(frame, offences="all", addresses=homes)
    lost = found.rejected["row"][found.rejected["column"] == "coordinates"]
    assert frame.loc[lost, "Postcode"].str.contains(";").all()
    assert len(lost) <= 2
    truth = pd.read_csv(folder / "truth.csv.gz", dtype=str).set_index("ref")
    crimes = found.accepted.set_index("crime_ref")
    right = truth.loc[crimes.index, ["e", "n"]].astype(float)
    off_m = np.hypot(crimes.geometry.x - right["e"], crimes.geometry.y - right["n"])
    # Wide buildings and long numbers, such as 7-17, are recorded at one of their ends.
    assert off_m.max() < 25
    assert (off_m < 10).mean() > 0.99
