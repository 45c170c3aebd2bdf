"""Reading addresses and streets."""

import geopandas as gpd
import pandas as pd
import pytest
import shapely

import hotspot as hs

ROWS = {
    "UPRN": ["000012", "13", "13", "14"],
    "Address": ["12A High Street, Doggerby", "Flat 3, 12 High Street", "twice", "The Old Mill"],
    "Easting": ["530000", "530010", "530010", ""],
    "Northing": ["180000", "180000", "180000", ""],
}


def test_references_stay_text_and_left_out_rows_are_named(tmp_path):
    path = tmp_path / "addresses.csv"
    pd.DataFrame(ROWS).to_csv(path, index=False)
    with pytest.warns(hs.DataWarning) as told:
        addresses = hs.read_addresses(path)
    assert addresses["uprn"].tolist() == ["000012", "13"]
    assert addresses["number"].tolist() == ["12A", "12"]
    assert addresses["street"].tolist() == ["High Street", "High Street"]
    assert addresses.index.tolist() == [2, 3]
    messages = " ".join(str(warning.message) for warning in told)
    assert "coordinates (row 5)" in messages
    assert "earlier row (row 4)" in messages


def test_parts_are_joined_as_on_an_envelope(data_dir):
    addresses = hs.read_addresses(data_dir / "isle_of_man_addresses" / "addresses.csv")
    assert len(addresses) == 4231
    assert addresses["uprn"].is_unique
    assert addresses.crs.to_epsg() == 27700
    assert addresses.geometry.x.between(210_000, 255_000).all()
    by_id = addresses.set_index("uprn")["address"]
    assert by_id["11737422225"] == "B, Aalin Court, Balthane Industrial Estate, Ballasalla, IM9 2AJ"
    assert addresses["number"].notna().sum() == 2744


def test_ids_are_made_from_content_not_from_order():
    rows = pd.DataFrame(ROWS).drop(columns="UPRN").iloc[:2]
    one, other = hs.read_addresses(rows), hs.read_addresses(rows.iloc[::-1])
    assert one["uprn"].is_unique
    pd.testing.assert_series_equal(one["uprn"], other["uprn"].loc[one.index])


def test_a_frame_keeps_its_index_and_is_not_changed():
    rows = pd.DataFrame(ROWS, index=list("abcd")).iloc[:2]
    before = rows.copy(deep=True)
    assert hs.read_addresses(rows).index.tolist() == ["a", "b"]
    pd.testing.assert_frame_equal(rows, before)


def test_an_unknown_layout_gets_one_message_with_what_was_found():
    with pytest.raises(hs.DataError, match=r"'Where'.*columns="):
        hs.read_addresses(pd.DataFrame({"Where": ["x"], "E": [1], "N": [2]}))
    with pytest.raises(hs.ConfigError, match="no field 'adress'"):
        hs.read_addresses(pd.DataFrame(ROWS), {"adress": "Address"})


def test_streets_keep_lines_only_and_need_a_crs():
    frame = gpd.GeoDataFrame(
        {"Name": ["High Street", None, "a point"]},
        geometry=[
            shapely.LineString([(0, 0), (9, 9)]),
            shapely.LineString([(0, 0), (9, 0)]),
            shapely.Point(0, 0),
        ],
    )
    with pytest.raises(hs.DataError, match="give crs="):
        hs.addresses.read_streets(frame)
    with pytest.warns(hs.DataWarning, match=r"left out 1 row that is no line \(row 2\)"):
        streets = hs.addresses.read_streets(frame, crs="EPSG:27700")
    assert streets["street"].fillna("").tolist() == ["High Street", ""]
    with pytest.raises(hs.DataError, match="no lines"):
        hs.addresses.read_streets(frame.iloc[2:], crs="EPSG:27700")


def test_a_stray_quotation_mark_swallows_no_address(tmp_path):
    lines = [f"{number},{number} High Street,{530_000 + number},180000" for number in range(60)]
    lines[7] = '7,"7 High Street,530007,180000'
    path = tmp_path / "addresses.csv"
    path.write_text("UPRN,Address,Easting,Northing\n" + "\n".join(lines) + "\n", encoding="utf-8")
    with pytest.warns(hs.DataWarning, match="quotation mark"):
        addresses = hs.read_addresses(path)
    assert len(addresses) == 60


def test_an_empty_frame_is_said_to_be_empty_with_its_usual_cause(tmp_path):
    with pytest.raises(hs.DataError, match=r'The addresses are empty.*addresses\["area"\]'):
        hs.read_addresses(pd.DataFrame(ROWS).iloc[:0])
    line = shapely.LineString([(0, 0), (9, 9)])
    streets = gpd.GeoDataFrame({"street": ["a"]}, geometry=[line], crs="EPSG:27700")
    with pytest.raises(hs.DataError, match="The streets are empty"):
        hs.addresses.read_streets(streets[streets.area == "a"])
    path = tmp_path / "addresses.csv"
    pd.DataFrame(ROWS).iloc[:0].to_csv(path, index=False)
    with pytest.raises(hs.DataError, match=r"addresses\.csv holds a header and no row below it"):
        hs.read_addresses(path)
