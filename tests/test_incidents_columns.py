"""Columns are found by their names or as the user says, and an unknown layout is explained."""

import pandas as pd
import pytest

import hotspot as hs
from hotspot._errors import ConfigError, DataError
from hotspot.addresses import read_streets
from hotspot.incidents.layout import map_columns
from hotspot.reading.columns import known_columns

LAYOUTS = {
    "police.uk": (
        "Crime ID,Month,Reported by,Falls within,Longitude,Latitude,Location,LSOA code,LSOA name,"
        "Crime type,Last outcome category,Context",
        {
            "crime_ref": "Crime ID",
            "occurred_from": "Month",
            "longitude": "Longitude",
            "latitude": "Latitude",
            "offence_code": "Crime type",
            "address": "Location",
            "area": "LSOA name",
            "force": "Falls within",
        },
    ),
    "Chicago's portal": (
        "ID,Case Number,Date,Block,IUCR,Primary Type,Description,Location Description,Arrest,"
        "Domestic,Beat,District,Ward,X Coordinate,Y Coordinate,Year,Updated On,Latitude,Longitude",
        {
            "crime_ref": "Case Number",
            "occurred_from": "Date",
            "longitude": "Longitude",
            "latitude": "Latitude",
            "x": "X Coordinate",
            "y": "Y Coordinate",
            "offence_code": "Primary Type",
            "address": "Block",
            "area": "Beat",
        },
    ),
    "Atlanta's portal": (
        "OBJECTID,IncidentNumber,ReportDate,OccurredFromDate,OccurredToDate,NibrsUcrCode,"
        "NIBRS_Offense,StreetAddress,Longitude,Latitude,BEAT_Text,NPU,NhoodName,x,y",
        {
            "crime_ref": "IncidentNumber",
            "occurred_from": "OccurredFromDate",
            "occurred_to": "OccurredToDate",
            "recorded_at": "ReportDate",
            "longitude": "Longitude",
            "latitude": "Latitude",
            "x": "x",
            "y": "y",
            "offence_code": "NIBRS_Offense",
            "address": "StreetAddress",
            "area": "BEAT_Text",
        },
    ),
    "an English force": (
        "Crime Ref,HO Code,Offence,Committed From Date,Committed From Time,Committed To Date,"
        "Committed To Time,Date Recorded,Grid Ref East,Grid Ref North,UPRN,Crime Address,Beat Code,"
        "M.O.,Crime Status",
        {
            "crime_ref": "Crime Ref",
            "occurred_from": ("Committed From Date", "Committed From Time"),
            "occurred_to": ("Committed To Date", "Committed To Time"),
            "recorded_at": "Date Recorded",
            "easting": "Grid Ref East",
            "northing": "Grid Ref North",
            "offence_code": "HO Code",
            "uprn": "UPRN",
            "address": "Crime Address",
            "area": "Beat Code",
            "mo": "M.O.",
            "status": "Crime Status",
        },
    ),
    "plain letters": (
        "date,time,e,n",
        {"occurred_from": ("date", "time"), "easting": "e", "northing": "n"},
    ),
}


def map_names(names: str, given: object = None, geometry: bool = False) -> dict[str, object]:
    mapped = map_columns(names.split(","), given, geometry, "crimes.csv")
    return {field: found[0] if len(found) == 1 else found for field, found in mapped.items()}


@pytest.mark.parametrize("layout", LAYOUTS)
def test_known_layouts_need_no_mapping(layout: str) -> None:
    names, expected = LAYOUTS[layout]
    assert map_names(names) == expected
    shouted = names.upper().replace(" ", "_")
    assert set(map_names(shouted)) == set(expected)


def test_every_known_name_finds_its_field() -> None:
    times = {f"{field}_time" for field in ("occurred_from", "occurred_to", "recorded_at")}
    for field, names in known_columns("incidents", "places").items():
        assert len(set(names)) == len(names)
        if field not in times:
            # The ends of a window have thousands of names, made of a few words: some of them.
            for name in names[:: max(len(names) // 70, 1)]:
                mapped = map_columns([name, "zz date", "zz"], {"occurred_to": "zz date"}, True, "a")
                assert mapped.get(field) == ((name,) if field != "occurred_to" else ("zz date",))


def test_what_the_user_says_goes_before_what_is_known() -> None:
    mapped = map_names("Ref,Date,When,E,N", {"occurred_from": "When", "crime_ref": "ref"})
    assert mapped["occurred_from"] == "When"
    assert mapped["crime_ref"] == "Ref"
    assert map_names("D,T,E,N", {"occurred_from": ["D", "T"]})["occurred_from"] == ("D", "T")


def test_a_pair_of_coordinates_that_the_user_names_is_the_only_one() -> None:
    names = "Date,Easting,Northing,GeoX,GeoY"
    mapped = map_names(names, {"x": "GeoX", "y": "GeoY"})
    assert {"x", "y"} <= set(mapped)
    assert not {"easting", "northing"} & set(mapped)


def test_an_unknown_layout_is_told_in_one_message_with_a_way_out() -> None:
    with pytest.raises(DataError) as caught:
        map_names("Nr,Dt Occ,PosEast,PosNorth,Date Recorded")
    (told,) = caught.value.problems
    for part in (
        "Found: 'Nr', 'Dt Occ', 'PosEast', 'PosNorth', 'Date Recorded'",
        "the date it happened (occurred_from",
        "where (easting and northing",
        "'Date Recorded' looks like the date it was recorded",
        'columns={"occurred_from": "Dt Occ", "easting": "PosEast", "northing": "PosNorth"}',
        'columns = { occurred_from = "Dt Occ", easting = "PosEast", northing = "PosNorth" }',
    ):
        assert part in told


def test_geometry_makes_columns_of_coordinates_unnecessary() -> None:
    assert map_names("Date", geometry=True) == {"occurred_from": "Date"}
    with pytest.raises(DataError, match="Missing: where"):
        map_names("Date,Easting")


def test_all_faults_of_a_mapping_are_told_at_once() -> None:
    with pytest.raises(DataError) as caught:
        map_names(
            "Date,Easting,Northing", {"occured_from": "Date", "easting": "East", "area": "Beat"}
        )
    missing, beat, unknown = caught.value.problems
    assert "no field 'occured_from' (did you mean 'occurred_from'?)" in unknown
    assert "no column 'East' for easting (did you mean 'Easting'?)" in missing
    assert "no column 'Beat' for area" in beat
    with pytest.raises(ConfigError, match="no field 'occured_from'"):
        map_names("Date,Easting,Northing", {"occured_from": "Date"})
    with pytest.raises(ConfigError, match="easting takes one column"):
        map_names("Date,A,B,N", {"easting": ["A", "B"]})


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("easting", "northing"),
        ("longitude", "latitude"),
        ("x", "y"),
        ("easting", "y"),
        ("crime_ref", "uprn"),
        ("area", "offence_code"),
        ("occurred_from", "recorded_at"),
    ],
)
def test_one_column_is_not_two_fields_of_one_kind(one: str, other: str) -> None:
    given = {one: "Where", other: "where"}
    with pytest.raises(ConfigError, match=f"'Where' is given for both {one} and {other}") as caught:
        map_names("Date,Where,E,N", given)
    assert ("Text to Columns" in str(caught.value)) == (one in known_columns("places"))


def test_what_may_well_be_one_column_is_taken() -> None:
    both = {"occurred_from": "Date", "occurred_to": "Date"}
    assert map_names("Date,E,N", both)["occurred_to"] == "Date"
    times = {"occurred_from": ["Date", "A"], "recorded_at": ["Date", "B"]}
    assert map_names("Date,A,B,E,N", times)["recorded_at"] == ("Date", "B")
    assert map_names("Date,What,E,N", {"offence_code": "What", "status": "What"})["status"]


@pytest.mark.parametrize("wrong", [0, None, [1], ["Date", None]])
def test_what_is_no_name_of_a_column_is_a_wrong_argument(wrong: object) -> None:
    with pytest.raises(ConfigError, match="the name of a column, or to a list of names"):
        map_names("Date,E,N", {"occurred_from": wrong})


def test_a_file_of_thousands_of_columns_is_refused_at_once():
    row = {"ref": ["A1"], "Date": ["2026-03-02"], "Easting": [640000], "Northing": [370000]}
    wide = pd.DataFrame({**row, **{f"c{number}": ["x"] for number in range(997)}})
    with pytest.raises(hs.DataError, match="has 1,001 columns; a table has 1,000 at most"):
        hs.check_incidents(wide)
    for read in (hs.read_addresses, hs.read_areas, read_streets):
        with pytest.raises(hs.DataError, match="has 1,001 columns"):
            read(wide)
