"""Every row read is accepted, or rejected with its number and the reason."""

import warnings
from functools import cache
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

import hotspot as hs
from hotspot._errors import ConfigError, DataError, DataWarning
from hotspot.incidents.duplicates import duplicate_faults

TODAY = "2026-03-31"
COLUMNS = ["Crime Ref", "Offence", "Date From", "Time From", "Date To", "Time To", "Easting",
           "Northing", "UPRN", "Status", "MO"]  # fmt: skip


def clean_rows(rows: int = 40, seed: int = 7) -> pd.DataFrame:
    """Rows of text as a force exports them, with nothing wrong."""
    dice = np.random.default_rng(seed)
    start = pd.Timestamp("2026-01-05 10:07") + pd.to_timedelta(dice.integers(0, 1500, rows), "h")
    end = start + pd.to_timedelta(dice.integers(1, 300, rows), "min")
    return pd.DataFrame(
        {
            "Crime Ref": [f"00{number:05d}/26" for number in range(rows)],
            "Offence": "28E",
            "Date From": start.strftime("%d/%m/%Y"),
            "Time From": start.strftime("%H:%M"),
            "Date To": end.strftime("%d/%m/%Y"),
            "Time To": end.strftime("%H%M"),
            "Easting": (640_000 + dice.normal(0, 900, rows)).round(1).astype(str),
            "Northing": (370_000 + dice.normal(0, 900, rows)).round(1).astype(str),
            "UPRN": [f"0900{number:08d}" for number in range(rows)],
            "Status": "Filed",
            "MO": "F1",
        },
        index=pd.RangeIndex(2, rows + 2),
    )


def edited(changes: dict[int, dict[str, object]], rows: int = 40) -> pd.DataFrame:
    frame = clean_rows(rows).astype(object)
    for row, values in changes.items():
        for column, value in values.items():
            frame.loc[row, column] = value
    return frame


def check(source: object, **options: object) -> hs.incidents.IncidentCheck:
    return hs.check_incidents(source, **{"as_of": TODAY, **options})


def reasons(found: hs.incidents.IncidentCheck) -> dict[object, str]:
    return dict(zip(found.rejected["row"], found.rejected["reason"], strict=True))


def told(found: hs.incidents.IncidentCheck, part: str) -> str:
    (match,) = [text for text in [*found.warnings, *found.notes] if part in text]
    return match


def test_a_clean_file_is_accepted_whole_in_canonical_shape(tmp_path: Path) -> None:
    path = tmp_path / "crimes.csv"
    rows = clean_rows()
    rows.to_csv(path, index=False)
    found = check(path)
    assert found.summary().splitlines()[0] == "Used 40. Could not use 0."
    assert found.resolution == found.accepted.attrs["resolution"] == "day"
    assert found.accepted.crs == "EPSG:27700"
    assert found.accepted.index.tolist() == list(range(2, 42))
    assert found.accepted.index.name == "row"
    assert found.accepted.columns.tolist() == [
        *("crime_ref", "occurred_from", "occurred_to", "offence_code"),
        *("offence_kind", "uprn", "mo", "geometry"),
    ]
    assert found.accepted["crime_ref"].tolist() == rows["Crime Ref"].tolist()
    assert found.accepted["uprn"].tolist() == rows["UPRN"].tolist()
    assert (found.accepted["occurred_from"] <= found.accepted["occurred_to"]).all()
    assert list(found.rejected.columns) == ["row", "column", "value", "reason"]
    assert found.accepted.attrs["source"] == "crimes.csv"
    assert found.warnings == []


DIRT: dict[int, tuple[dict[str, object], str, str]] = {
    3: ({"Date From": "", "Date To": "unknown"}, "Date From", "no date"),
    4: ({"Date From": "Tuesday"}, "Date From", "unreadable date"),
    5: (
        {"Date From": "30/03/2026"},
        "Date To",
        "to before from (from 2026-03-30 11:07 to 2026-03-02 11:55)",
    ),
    6: ({"Date To": "30/03/2027"}, "Date To", "date in the future"),
    7: ({"Easting": "", "Northing": None}, "Easting", "no coordinates"),
    8: ({"Northing": "0", "Easting": "0"}, "Easting, Northing", "zero coordinates"),
    9: ({"Northing": "inf"}, "Easting, Northing", "infinite coordinates"),
    10: (
        {"Easting": "370100", "Northing": "640100"},
        "Easting, Northing",
        "easting and northing look swapped",
    ),
    11: (
        {"Easting": "1.234", "Northing": "53.1"},
        "Easting, Northing",
        "degrees, not metres",
    ),
    12: (
        {"Easting": "9640000"},
        "Easting, Northing",
        "off-area: outside the British National Grid",
    ),
    13: (
        {"Easting": "340000"},
        "Easting, Northing",
        "far from the rest: 300 km from their middle",
    ),
    14: ({"Northing": "by the sea"}, "Northing", "not a number"),
    15: ({"Status": "CANCELLED"}, "Status", "status: cancelled"),
    16: ({"Status": "Transferred to other force"}, "Status", "status: transferred"),
    17: ({"Status": "No crime"}, "Status", "status: no crime"),
    18: ({"Date From": "", "Easting": "x", "Date To": ""}, "Date From", "no date; not a number"),
}


def dirty() -> pd.DataFrame:
    return edited({row: changes for row, (changes, _, _) in DIRT.items()})


@cache
def dirty_check() -> hs.incidents.IncidentCheck:
    return check(dirty())


def test_every_kind_of_dirt_is_rejected_by_row_column_and_reason(tmp_path: Path) -> None:
    path = tmp_path / "crimes.csv"
    dirty().to_csv(path, index=False)
    found = check(path)
    table = found.rejected.set_index("row")
    assert set(table.index) == set(DIRT)
    for row, (changes, column, reason) in DIRT.items():
        assert (table.loc[row, "column"], table.loc[row, "reason"]) == (column, reason)
        if column in changes:
            assert table.loc[row, "value"] == (changes[column] or "")
    status = {row for row, (_, column, _) in DIRT.items() if column == "Status"}
    assert found.rejected["row"].tolist() == sorted(set(DIRT) - status) + sorted(status)
    assert len(found.accepted) + len(found.rejected) == found.rows_read == 40
    summary = found.summary()
    assert summary.startswith("Used 24. Could not use 16.\n")
    assert "  2 no date (rows 3 and 18)" in summary
    assert "  1 far from the rest (row 13)" in summary


def test_the_index_of_a_frame_names_its_rows_and_the_frame_is_not_changed() -> None:
    frame = edited({3: {"Easting": "x"}}).set_axis([f"id{i}" for i in range(40)])
    before = frame.copy()
    found = check(frame)
    assert reasons(found) == {"id1": "not a number"}
    assert found.accepted.index.tolist() == [f"id{i}" for i in range(40) if i != 1]
    pd.testing.assert_frame_equal(frame, before)


def test_duplicates_are_kept_once_with_the_distance_between_them() -> None:
    found = check(
        edited(
            {
                5: {"Easting": "640000", "Northing": "370000"},
                9: {"Crime Ref": "0000003/26", "Easting": "640003", "Northing": "370004"},
                11: {"Crime Ref": "0000003/26", "Easting": "bad"},
                12: {"Crime Ref": "0000003/26", "Status": "cancelled"},
                2: {"Crime Ref": "0000003/26", "Date From": "soon"},
            }
        )
    )
    assert reasons(found) == {
        2: "unreadable date",
        11: "not a number",
        9: "duplicate of row 5, 5 m away",
        12: "status: cancelled",
    }
    assert 5 in found.accepted.index


def test_one_reference_in_two_forces_is_two_incidents() -> None:
    frame = edited({3: {"Crime Ref": "0000000/26"}}).assign(Force=["A", "B"] * 20)
    assert reasons(check(frame)) == {}


def test_rows_without_reference_get_one_from_their_content_and_count_as_they_stand() -> None:
    twin = clean_rows().loc[6].to_dict() | {"Crime Ref": "", "UPRN": ""}
    frame = edited({3: {"Crime Ref": "N/K"}, 6: twin, 8: twin, 9: twin})
    found, mixed = check(frame), check(frame.iloc[::-1])
    assert len(found.accepted) == 40
    made = found.accepted["crime_ref"].str.startswith("made-")
    assert found.accepted.index[made].tolist() == [3, 6, 8, 9]
    assert found.accepted["crime_ref"].is_unique
    assert set(found.accepted["crime_ref"]) == set(mixed.accepted["crime_ref"])
    assert told(found, "the same as an earlier one").startswith("2 rows without a reference")
    assert "rows 8 and 9" in told(found, "the same as an earlier one")
    assert told(found, "got one made from")
    del frame["Crime Ref"]
    assert check(frame).accepted["crime_ref"].str.startswith("made-").all()


def test_the_choice_of_offences_comes_before_faults_and_duplicates() -> None:
    found = check(
        edited(
            {
                2: {"Offence": "Shoplifting", "Crime Ref": "0000003/26"},
                3: {"Offence": "Shoplifting", "Easting": ""},
                4: {"Easting": ""},
                6: {"Crime Ref": "0000003/26"},
                7: {"Offence": "28Z"},
                8: {"Offence": "Shoplifting", "Status": "cancelled"},
            }
        ),
        offences="burglary",
    )
    assert found.summary().splitlines()[0] == "Used 34. Not burglary 4. Could not use 2."
    assert found.rejected["row"].tolist() == [4, 6, 2, 3, 7, 8]
    assert found.rejected["reason"].tolist()[2:] == ["not selected"] * 4
    assert "'28Z' (1) (row 7)" in told(found, "may be burglary")
    part = check(edited({2: {"Offence": "30C"}}), offences="28E")
    assert part.summary().startswith("Used 39. Not selected 1. Could not use 0.")


def test_all_rows_decide_how_dates_are_read_not_only_those_chosen() -> None:
    frame = pd.DataFrame(
        {
            "Offence": ["Burglary"] * 10 + ["Theft"] * 10,
            "Date": ["02/03/2026"] * 10 + ["02/25/2026"] * 10,
            "E": 640_000 + np.arange(20),
            "N": 370_000 + np.arange(20),
        }
    )
    found = check(frame, offences="burglary")
    assert set(found.accepted["occurred_from"]) == {pd.Timestamp("2026-02-03")}
    assert told(found, "read month first")


def test_choosing_offences_without_a_column_of_them_is_refused() -> None:
    with pytest.raises(DataError, match="no column of the frame is known to hold the offence"):
        check(clean_rows().drop(columns="Offence"), offences="burglary")


def test_no_row_of_the_offences_chosen_is_no_error() -> None:
    found = check(clean_rows(), offences="30C", offence_table=None)
    assert found.accepted.empty
    assert found.accepted.crs == "EPSG:27700"
    assert "No row is of the offences chosen." in found.warnings


def test_what_may_be_wrong_is_warned_of_and_kept() -> None:
    pile = {row: {"Easting": "640000", "Northing": "370000"} for row in range(20, 32)}
    midnight = {row: {"Time From": "00:00"} for row in range(32, 42)}
    long = {3: {"Date From": "01/02/2024"}}
    shared = {5: {"UPRN": "7", "Date From": "02/02/2026", "Date To": "09/02/2026"},
              6: {"UPRN": "7", "Date From": "03/02/2026", "Date To": "04/02/2026"},
              7: {"UPRN": "7", "Date From": "10/02/2026", "Date To": "11/02/2026"}}  # fmt: skip
    text = {8: {"MO": "Suspect known as John Smith forced the rear patio door"}}
    found = check(edited({**pile, **midnight, **long, **shared, **text}))
    assert len(found.accepted) == 40
    assert "(row 3)" in told(found, "of over a year")
    assert told(found, "at midnight exactly").startswith("10 rows begin")
    assert told(found, "stand on one point").startswith("12 rows")
    assert "rows 5 and 6" in told(found, "at one UPRN with overlapping windows")
    assert "(row 8)" in told(found, "more than 40 characters")
    # The text is the analyst's; what leaves the room holds it back.
    assert found.accepted.loc[8, "mo"] == text[8]["MO"]
    assert found.accepted.loc[9, "mo"] == "F1"


def test_recording_dates_that_cannot_be_are_left_out_not_the_row() -> None:
    recorded = ["04/03/2026 10:00"] * 38 + ["never", "04/03/2027"]
    found = check(clean_rows().assign(Recorded=recorded))
    assert len(found.accepted) == 40
    assert found.accepted["recorded_at"].isna().sum() == 2
    assert "(row 40)" in told(found, "cannot be read")
    assert "(row 41)" in told(found, "lie in the future")


def test_months_are_said_to_be_months() -> None:
    frame = clean_rows()[["Easting", "Northing"]].assign(Date=["2025-01-01", "2025-02-01"] * 20)
    found = check(frame)
    assert found.resolution == found.accepted.attrs["resolution"] == "month"
    assert told(found, "months only")
    part = check(found.accepted.iloc[:3])
    assert part.resolution == "month"


def test_what_is_accepted_can_be_read_again_and_stays_the_same() -> None:
    first = check(dirty()).accepted
    again = check(first)
    pd.testing.assert_frame_equal(pd.DataFrame(again.accepted), pd.DataFrame(first))
    assert len(again.rejected) == 0


@pytest.mark.parametrize("suffix", ["csv", "csv.gz", "xlsx", "gpkg", "geojson", "parquet"])
def test_every_format_gives_the_same_incidents(tmp_path: Path, suffix: str) -> None:
    rows = clean_rows()
    path = tmp_path / f"crimes.{suffix}"
    points = gpd.points_from_xy(rows["Easting"].astype(float), rows["Northing"].astype(float))
    shapes = gpd.GeoDataFrame(
        rows.drop(columns=["Easting", "Northing"]), geometry=points, crs=27700
    )
    if suffix == "xlsx":
        numbers = rows.assign(Easting=rows["Easting"].astype(float))
        numbers.to_excel(path, index=False, startrow=2, sheet_name="Crimes")
    elif suffix in ("gpkg", "parquet"):
        shapes.to_file(path) if suffix == "gpkg" else shapes.to_parquet(path)
    elif suffix == "geojson":
        shapes.to_file(path, COORDINATE_PRECISION=3)
    else:
        rows.to_csv(path, index=False)
    found, expected = check(path).accepted, check(rows).accepted
    assert len(found) == 40
    # GeoJSON is in degrees by its standard, and GDAL may turn the points on writing.
    assert found.geometry.distance(expected.geometry, align=False).max() < 0.01
    for column in ("crime_ref", "occurred_from", "occurred_to", "offence_code", "uprn", "mo"):
        assert found[column].tolist() == expected[column].tolist(), column


def test_references_and_uprns_that_a_spreadsheet_holds_as_numbers_stay_whole() -> None:
    frame = clean_rows().assign(UPRN=100012345678.0)
    frame["Crime Ref"] = np.arange(40) + 10_012_345.0
    frame.loc[3, "UPRN"] = np.nan
    found = check(frame).accepted
    assert found.loc[2, "crime_ref"] == "10012345"
    assert found.loc[2, "uprn"] == "100012345678"
    assert pd.isna(found.loc[3, "uprn"])


def test_within_and_crs_reach_the_coordinates() -> None:
    box = gpd.GeoSeries([shapely.box(639_500, 369_500, 640_500, 370_500)], crs=27700)
    found = check(clean_rows(), within=box, to_crs="EPSG:32631")
    assert set(found.rejected["reason"]) == {"off-area: outside the area given"}
    assert found.accepted.crs.to_epsg() == 32631
    assert box.covers(shapely.union_all(found.accepted.to_crs(27700).geometry.array))[0]


def test_read_incidents_gives_what_is_accepted_and_warns() -> None:
    frame = edited({3: {"Date From": "01/02/2024"}, 4: {"Easting": ""}})
    with pytest.warns(DataWarning, match="of over a year") as caught:
        read = hs.read_incidents(frame, as_of=TODAY)
    assert len(caught) == 1
    pd.testing.assert_frame_equal(pd.DataFrame(read), pd.DataFrame(check(frame).accepted))


def test_a_file_without_one_row_that_can_be_used_is_refused() -> None:
    frame = clean_rows().assign(Easting="nowhere")
    found = check(frame)
    assert found.accepted.empty
    assert found.warnings[0] == "More rows cannot be used (40) than can (0)."
    with pytest.raises(DataError, match="No row of the frame can be used"):
        hs.read_incidents(frame, as_of=TODAY)


def test_footers_blank_rows_and_slipped_rows_are_counted(tmp_path: Path) -> None:
    path = tmp_path / "crimes.csv"
    body = clean_rows(10).to_csv(index=False)
    slipped = body.splitlines()[1] + ",loose"
    path.write_text(f"Burglary report\n\n{body}{slipped}\n,,\n\nTotal: 10\n", encoding="utf-8")
    found = check(path)
    assert len(found.accepted) == 10
    assert found.accepted.index.tolist() == list(range(4, 14))
    assert reasons(found)[14].startswith("more cells than the header")
    assert reasons(found)[17] == "not a record: looks like a footer"
    assert "2 blank rows passed over." in found.warnings


def test_the_html_of_a_check_runs_nothing_from_the_data() -> None:
    found = check(edited({3: {"Status": "cancelled", "Easting": "<script>"}}))
    assert "<script>" not in found._repr_html_()
    assert repr(found).startswith("<IncidentCheck of the frame: Used 39.")


HOSTILE = ["=cmd|'/c calc'!A1", "<script>alert(1)</script>", "\x00", "", " ", "'; drop table x; --",
           "9" * 400, "-1e308", "nan", "𝟙", "\ud7ff", "a\nb", '"', "%s{0}", "../../x"]  # fmt: skip


@settings(max_examples=10, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.integers(0, 19), st.sampled_from(COLUMNS), st.sampled_from(HOSTILE) | st.text()
        ),
        max_size=25,
    )
)
def test_whatever_stands_in_the_cells_every_row_is_accounted_for(
    changes: list[tuple[int, str, str]],
) -> None:
    frame = clean_rows(20).astype(object)
    for row, column, value in changes:
        frame.loc[row + 2, column] = value
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = check(frame)
    assert sorted([*found.accepted.index, *found.rejected["row"]]) == list(range(2, 22))
    assert found.accepted["crime_ref"].is_unique
    assert not found.accepted["occurred_from"].isna().any()
    assert np.isfinite(found.accepted.geometry.x).all()
    assert found.summary().startswith(f"Used {len(found.accepted)}. Could not use ")


@settings(max_examples=8, deadline=None)
@given(st.permutations(range(40)))
def test_the_order_of_rows_changes_neither_references_nor_reasons(order: list[int]) -> None:
    straight, mixed = dirty_check(), check(dirty().iloc[order])
    assert set(straight.accepted["crime_ref"]) == set(mixed.accepted["crime_ref"])
    assert reasons(straight) == reasons(mixed)


def test_references_that_a_spreadsheet_rounded_are_left_out_and_named() -> None:
    rounded = {"Crime Ref": "1.23457E+11", "UPRN": "1.00012E+11"}
    found = check(edited({3: rounded, 4: rounded}))
    assert len(found.accepted) == 40
    assert found.accepted.loc[[3, 4], "uprn"].isna().all()
    assert found.accepted.loc[[3, 4], "crime_ref"].str.startswith("made-").all()
    assert told(found, "1.23457E+11").startswith("2 references (crime_ref) were rounded")
    assert "rows 3 and 4" in told(found, "1.00012E+11")


def test_an_address_may_stand_in_several_columns() -> None:
    frame = clean_rows().assign(No=["12", ""] * 20, Street="Fore Street")
    found = check(frame, columns={"address": ["No", "Street"]}).accepted
    assert found["address"].tolist()[:2] == ["12 Fore Street", "Fore Street"]


def test_columns_that_the_user_maps_go_before_geometry() -> None:
    rows = clean_rows()
    frame = gpd.GeoDataFrame(rows, geometry=gpd.points_from_xy([1.0] * 40, [53.0] * 40), crs=4326)
    assert check(frame).accepted.geometry.x.nunique() == 1
    mapped = check(frame, columns={"easting": "Easting", "northing": "Northing"}).accepted
    assert mapped.geometry.x.tolist() == rows["Easting"].astype(float).tolist()
    with pytest.raises(DataError, match="The source is in WGS 84"):
        check(frame, crs="EPSG:27700")


def test_an_empty_frame_of_incidents_can_be_read_again() -> None:
    empty = check(clean_rows()).accepted.iloc[:0]
    assert check(empty).accepted.empty


def test_the_check_says_which_column_holds_what() -> None:
    note = told(check(clean_rows()), "Columns: ")
    assert "occurred_from from 'Date From' and 'Time From'" in note


def test_nothing_is_fetched_from_a_network() -> None:
    with pytest.raises(DataError, match="Nothing is fetched from a network"):
        check("https://example.org/crimes.csv")


def test_a_stray_quotation_mark_is_warned_of_and_every_row_counted(tmp_path: Path) -> None:
    lines = clean_rows(60).to_csv(index=False).splitlines()
    lines[7] = lines[7].removesuffix("F1") + '"F1'
    path = tmp_path / "crimes.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    found = check(path)
    assert found.headline() == "Used 60. Could not use 0."
    assert any("never closed (row 8, line 8)" in text for text in found.warnings)


def test_a_source_without_rows_is_warned_of(tmp_path: Path) -> None:
    path = tmp_path / "crimes.csv"
    clean_rows().iloc[:0].to_csv(path, index=False)
    assert check(path).warnings == ["crimes.csv holds a header and no row below it."]
    found = check(clean_rows().iloc[:0])
    assert found.rows_read == 0
    (told_empty,) = found.warnings
    assert told_empty.startswith("The incidents are empty: there is no row.")
    assert 'incidents["area"]' in told_empty
    with pytest.warns(DataWarning, match="The incidents are empty"):
        assert hs.read_incidents(clean_rows().iloc[:0]).empty


def test_a_heading_that_stands_twice_is_noted(tmp_path: Path) -> None:
    path = tmp_path / "crimes.csv"
    clean_rows().assign(Again="x").rename(columns={"Again": "MO"}).to_csv(path, index=False)
    assert "2 columns are headed 'MO': 'MO' was taken, 'MO (2)' was not." in check(path).notes
    assert not any("are headed" in text for text in check(clean_rows()).notes)


def test_references_that_differ_in_case_only_are_named() -> None:
    frame = edited({5: {"Crime Ref": "ab1"}, 9: {"Crime Ref": "AB1"}})
    found = check(frame)
    assert len(found.accepted) == 40
    (told,) = [text for text in found.warnings if "capital and small" in text]
    assert "(rows 5 and 9)" in told


def test_the_choice_of_offences_is_told_for_every_way_of_saying_it() -> None:
    (told,) = [
        text for text in check(edited({5: {"Offence": "8N"}})).warnings if "offences=" in text
    ]
    assert "--offence burglary" in told
    assert 'offences = "burglary" in a TOML file' in told


@pytest.mark.parametrize(
    "wrong",
    [
        {"columns": ["Date From"]},
        {"columns": {"date": "Date From"}},
        {"crs": "here"},
        {"to_crs": "EPSG:4326"},
        {"timezone": "Mars/Base"},
        {"timezone": 5},
        {"as_of": "soon"},
    ],
)
def test_an_option_that_can_never_be_right_is_a_wrong_argument(wrong: dict[str, object]) -> None:
    with pytest.raises(ConfigError, match=next(iter(wrong))):
        check(clean_rows(), **wrong)


@pytest.mark.parametrize(
    "wrong",
    [
        {"columns": {"uprn": "Nowhere"}},
        {"columns": {"uprn": "Nowhere", "date": "Date From"}},
        {"offences": "burglery"},
        {"within": "beats.geojson"},
    ],
)
def test_what_does_not_fit_the_data_is_wrong_data(wrong: dict[str, object]) -> None:
    with pytest.raises(DataError):
        check(clean_rows(), **wrong)


@given(st.permutations(range(6)))
@settings(max_examples=10)
def test_which_of_several_rows_of_a_crime_stands_is_told_by_what_they_say(order: list[int]) -> None:
    """A sample that was sorted anew had other points, and its backtest other numbers."""
    days = pd.to_datetime(["2026-03-02", "2026-03-01"] * 3)
    frame = pd.DataFrame({"crime_ref": list("AAABBB"), "mo": list("xyzxyx")})
    frame = frame.assign(occurred_from=days, occurred_to=days)
    points = gpd.points_from_xy([3, 3, 9, 5, 5, 5], [4, 4, 0, 5, 5, 6])
    incidents = gpd.GeoDataFrame(frame, geometry=points)
    rows = incidents.iloc[order].reset_index(drop=True)
    kept = rows[~duplicate_faults(rows, "Ref").faulty]
    assert sorted(kept["crime_ref"] + kept["mo"]) == ["Ay", "Bx"]
