"""Registers of cameras are read without a guess, and without their owners."""

import json
import warnings
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import hotspot as hs
from hotspot.cameras import CameraCheck, check_cameras
from hotspot.cameras.osm_tags import tags_of
from hotspot.cameras.register_words import (
    UNCLEAR,
    point_of,
    read_angle,
    read_direction,
    read_range,
    read_retention,
)

E0, N0 = 451000.0, 340000.0


def register(**columns: Any) -> pd.DataFrame:
    """Return a register of numbered cameras ten metres apart, but for what is said."""
    n = max((len(value) for value in columns.values()), default=1)
    usual = {
        "Camera ID": [f"K{k}" for k in range(n)],
        "Easting": E0 + 10 * np.arange(n),
        "Northing": [N0] * n,
    }
    return pd.DataFrame({**usual, **columns})


def check(**columns: Any) -> CameraCheck:
    return check_cameras(register(**columns))


@pytest.mark.parametrize(
    ("text", "direction", "field"),
    [
        ("NNE", 22.5, None), ("nne", 22.5, None), ("North", 0.0, None), ("0", 0.0, None),
        ("north-west facing", 315.0, None), ("facing north west", 315.0, None),
        ("North West", 315.0, None), ("northwest", 315.0, None), ("S-facing", 180.0, None),
        ("west-southwest", 247.5, None), ("N.E.", 45.0, None), ("045°", 45.0, None),
        ("292.5", 292.5, None), ("90 degrees", 90.0, None), ("looking to the south", 180.0, None),
        ("0-360", 0.0, 360.0), ("0-359", 0.0, 360.0), ("0 – 360", 0.0, 360.0),
        ("0 to 360", 0.0, 360.0), ("all round", 0.0, 360.0), ("360 degree view", 0.0, 360.0),
        ("90-180", 135.0, 90.0), ("350-10", 0.0, 20.0), ("270-90", 0.0, 180.0),
    ],
)  # fmt: skip
def test_directions_are_read_as_registers_write_them(
    text: str, direction: float, field: float | None
) -> None:
    assert read_direction(text) == (direction, field)


@pytest.mark.parametrize(
    "text",
    ["360", "360°", "405", "-45", "N-E", "N/E", "N E", "north and south", "north/south", "90-90",
     "north to east", "High Street", "12,5", "NNN", "west north", "the gate", "0-400", "x" * 9999],
)  # fmt: skip
def test_a_direction_that_may_be_two_things_is_none(text: str) -> None:
    assert read_direction(text) == UNCLEAR


def test_openstreetmap_writes_arcs_of_points() -> None:
    assert read_direction("N-E", arcs_of_points=True) == (45.0, 90.0)
    assert read_direction("E-W", arcs_of_points=True) == (180.0, 180.0)
    assert read_direction("north-east", arcs_of_points=True) == (45.0, None)


@given(st.integers(0, 359))
@settings(max_examples=30)
def test_a_point_of_the_compass_is_read_back(degrees: int) -> None:
    read = read_direction(point_of(degrees))
    assert read != UNCLEAR
    assert abs((read[0] - degrees + 180) % 360 - 180) <= 11.25  # type: ignore[operator]


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("31", 31.0), ("31.0", 31.0), ("28 days", 28.0), ("30d", 30.0), ("4 weeks", 28.0),
        ("a fortnight", 14.0), ("72 hours", 3.0), ("1 month", 28.0), ("one month", 28.0),
        ("1 calendar month", 28.0), ("3 months", 89.0), ("12 months", 365.0), ("0", None),
        ("0 days", None), ("until full", UNCLEAR), ("30+", UNCLEAR), ("month", UNCLEAR),
        ("3-4 weeks", UNCLEAR), ("99999", UNCLEAR), ("-7", UNCLEAR), ("1.5 months", UNCLEAR),
    ],
)  # fmt: skip
def test_retention_is_read_as_registers_write_it(text: str, days: float | str | None) -> None:
    assert read_retention(text) == days


def test_months_are_the_shortest_there_are() -> None:
    for number in range(1, 13):
        starts = pd.date_range("2023-01-01", periods=24, freq="MS")
        lengths = [(one + pd.DateOffset(months=number) - one).days for one in starts]
        # Of years with a leap day none is shorter.
        assert read_retention(f"{number} months") == min(lengths), number


def test_ranges_and_angles_are_read_and_nought_is_not_known() -> None:
    assert [read_range(one) for one in ("30", "30m", "30 metres", "100 ft", "0", "far", "")] == [
        30.0, 30.0, 30.0, pytest.approx(30.48), None, UNCLEAR, UNCLEAR
    ]  # fmt: skip
    assert [read_angle(one) for one in ("90", "90°", "360", "361", "0", "wide")] == [
        90.0, 90.0, 360.0, UNCLEAR, None, UNCLEAR
    ]  # fmt: skip


def test_what_is_unclear_is_asked_by_row_and_taken_as_not_known() -> None:
    found = check(
        Direction=["N", "360", None, "N/E", "0-360"],
        FOV=["90", "wide", "0", None, "60"],
        Range=["30 m", "to the gate", "", "0", "50"],
        Retention=["1 month", "31", "0", "for ever", None],
    )
    table = found.accepted
    assert table["direction"].tolist()[:1] == [0.0]
    assert table["direction"].isna().tolist() == [False, True, True, True, False]
    # An arc that is told comes before the angle of the lens.
    assert table["field_of_view"].fillna(-1).tolist() == [90, -1, -1, -1, 360]
    assert table["range_m"].fillna(-1).tolist() == [30, -1, -1, -1, 50]
    assert table["retention_days"].fillna(-1).tolist() == [28, 31, -1, -1, -1]
    told = "\n".join(found.warnings)
    for words in (
        "2 cells in 'Direction' cannot be read with certainty, such as '360' (rows 1 and 3)",
        "1 cell in 'FOV' cannot be read with certainty, such as 'wide' (row 1)",
        "1 cell in 'Range' cannot be read with certainty, such as 'to the gate' (row 1)",
        "1 cell in 'Retention' cannot be read with certainty, such as 'for ever' (row 3)",
        "1 retention in 'Retention' told in months (row 0)",
    ):
        assert words in told, words
    with pytest.warns(hs.DataWarning, match="cannot be read with certainty"):
        hs.read_cameras(register(Direction=["360"]))


def test_every_row_is_used_or_rejected_with_its_reason() -> None:
    frame = register(Direction=["N", "N", "E", "N", "N"])
    frame.loc[3] = frame.loc[0]
    frame["Easting"] = frame["Easting"].astype(object)
    frame.loc[4, "Easting"] = "by the gate"
    found = check_cameras(frame)
    assert dict(zip(found.rejected["row"], found.rejected["reason"], strict=True)) == {
        3: "repeated: the same as row 0",
        4: "not a number",
    }
    assert found.headline() == "Used 3 cameras. Could not use 2 rows."
    with pytest.raises(hs.DataError, match="No row of the frame can be used"):
        hs.read_cameras(frame.loc[[4]])


def test_several_cameras_on_one_point_are_several() -> None:
    frame = register(Direction=["N", "S", "N"], **{"Camera ID": ["K1", "K1", "K2"]})
    frame[["Easting", "Northing"]] = E0, N0
    found = check_cameras(frame)
    assert found.accepted["camera_id"].tolist() == ["K1", "K1", "K2"]
    assert found.warnings == []
    apart = check(**{"Camera ID": ["K1", "K1"]})
    assert "1 id of cameras in more than one place (rows 0 and 1)" in "\n".join(apart.warnings)


def test_an_id_is_made_of_the_place_and_not_of_the_row() -> None:
    frame = register(Direction=["N", "S"]).drop(columns="Camera ID")
    ids = hs.read_cameras(frame)["camera_id"]
    assert ids.str.fullmatch("cam-[0-9a-f]{10}").all()
    assert ids.nunique() == 2
    again = hs.read_cameras(frame.iloc[::-1])["camera_id"]
    assert again.sort_index().tolist() == ids.tolist()


def test_an_owner_is_in_nothing() -> None:
    owners = ["Jane Smith", "John Brown", "Ann Jones"]
    frame = register(
        Owner=owners, Contact=["07700 900123"] * 3, Email=["a@b.uk"] * 3, Operator=owners
    )
    found = check_cameras(frame)
    kept = found.accepted.to_csv() + found.summary() + found.rejected.to_csv()
    for text in (*owners, "07700", "a@b.uk"):
        assert text not in kept
    personal = check(**{"Camera ID": ["K1", "Mrs Smith, no 12", "j.doe@mail.uk", "07700 900123"]})
    ids = personal.accepted["camera_id"].tolist()
    assert ids[0] == "K1"
    assert all(one.startswith("cam-") for one in ids[1:])
    assert "3 cameras whose id names a person (rows 1, 2 and 3)" in "\n".join(personal.warnings)
    for text in ("Smith", "doe", "07700"):
        assert text not in personal.accepted.to_csv() + personal.summary()
    with pytest.warns(hs.DataWarning, match="no owner is kept"):
        read = hs.read_cameras(frame, columns={"camera_id": "Owner"})
    assert read["camera_id"].str.startswith("cam-").all()


def test_consent_and_removal_are_read_and_what_is_unclear_is_listed_nowhere() -> None:
    found = check(
        **{
            "Consent": ["yes", "no", "2025-02-01", "verbally", None],
            "Consent until": [None, None, "2027-02-01", None, "soon"],
            "Removed": ["no", None, "2026-02-01", "yes", "perhaps"],
        }
    )
    table = found.accepted
    assert table["consented"].tolist() == [True, False, True, False, False]
    assert table["withdrawn"].tolist() == [False, False, False, True, True]
    assert table["consent_from"].dropna().tolist() == [pd.Timestamp("2025-02-01")]
    assert table["consent_until"].dropna().tolist() == [pd.Timestamp("2027-02-01")]
    assert table["removed_on"].dropna().tolist() == [pd.Timestamp("2026-02-01")]
    told = "\n".join(found.warnings)
    for words in (
        "1 cell in 'Consent' cannot be read as a date, yes or no (row 3)",
        "1 cell in 'Consent until' cannot be read as a date, yes or no (row 4)",
        "1 cell in 'Removed' cannot be read as a date, yes or no (row 4)",
        "1 camera without anything in 'Consent' (row 4)",
    ):
        assert words in told, words


def test_a_workbook_and_a_text_file_of_a_council_are_read_alike(tmp_path: Path) -> None:
    frame = register(
        Direction=["NNE", "0-360"], Retention=["28 days", 31], Removed=[None, "2026-02-01"]
    )
    frame.to_csv(tmp_path / "list.csv", index=False)
    frame.to_excel(tmp_path / "list.xlsx", index=False)
    read = [hs.read_cameras(tmp_path / name) for name in ("list.csv", "list.xlsx")]
    pd.testing.assert_frame_equal(read[0], read[1])
    assert read[0]["direction"].tolist() == [22.5, 0.0]
    assert read[0]["retention_days"].tolist() == [28.0, 31.0]


def features(*tags: dict[str, str]) -> str:
    """Return cameras of OpenStreetMap as overpass turbo exports them."""
    points = [
        {
            "type": "Feature",
            "id": f"node/{n}",
            "properties": {"@id": f"node/{n}", "man_made": "surveillance", **one},
            "geometry": {"type": "Point", "coordinates": [-1.24 + 0.0005 * n, 52.95]},
        }
        for n, one in enumerate(tags)
    ]
    return json.dumps({"type": "FeatureCollection", "features": points})


OSM = (
    {"camera:direction": "N-E", "camera:type": "fixed", "operator": "J. Doe", "camera:angle": "15"},
    {"camera:direction": "0-360", "camera:type": "dome", "surveillance:type": "camera"},
    {"surveillance:type": "guard"},
    {"man_made": "bench"},
    {"surveillance:type": "ALPR", "ref": "ANPR 7"},
)


def test_openstreetmap_is_read_by_its_tags(tmp_path: Path) -> None:
    path = tmp_path / "osm.geojson"
    path.write_text(features(*OSM), encoding="utf-8")
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        read = hs.read_cameras(path)
    assert "2 no camera" in str(said[-1].message)
    assert read["camera_id"].tolist() == ["node/0", "node/1", "ANPR 7"]
    assert read["direction"].tolist()[:2] == [45.0, 0.0]
    # How far it is tilted is no field of view: that of the first is its arc.
    assert read["field_of_view"].tolist()[:2] == [90.0, 360.0]
    assert read["kind"].tolist()[:2] == ["fixed", "dome"]
    assert read.crs.to_epsg() == 27700
    assert "Doe" not in read.to_csv()


def test_tags_that_gdal_packs_into_one_cell_are_unpacked(tmp_path: Path) -> None:
    assert tags_of('"a\\"b"=>"c","ref"=>"x \\"1\\"","operator"=>"J. Doe"') == {"ref": 'x "1"'}
    assert tags_of(None) == {}
    assert tags_of('"ref"=>"') == {}
    nodes = "".join(
        f'<node id="{n}" version="1" lat="52.95" lon="{-1.24 + 0.001 * n}">'
        + "".join(
            f'<tag k="{key}" v="{value}"/>'
            for key, value in {"man_made": "surveillance", **tags}.items()
        )
        + "</node>"
        for n, tags in enumerate(OSM, start=1)
    )
    path = tmp_path / "town.osm"
    path.write_text(f'<?xml version="1.0"?><osm version="0.6">{nodes}</osm>', encoding="utf-8")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", hs.DataWarning)
        read = hs.read_cameras(path)
    assert read["camera_id"].tolist() == ["1", "2", "ANPR 7"]
    assert read["direction"].fillna(-1).tolist() == [45.0, 0.0, -1.0]
    assert read["kind"].tolist()[:2] == ["fixed", "dome"]
    packed = gpd.GeoDataFrame(
        {"osm_id": ["9"], "man_made": ["surveillance"], "other_tags": ['"camera:direction"=>"90"']},
        geometry=gpd.points_from_xy([E0], [N0]),
        crs="EPSG:27700",
    )
    packed.to_file(tmp_path / "points.gpkg")
    assert hs.read_cameras(tmp_path / "points.gpkg")["direction"].tolist() == [90.0]


def test_a_register_without_places_is_refused_and_untold_fields_are_noted() -> None:
    with pytest.raises(hs.DataError, match="does not tell where the cameras are"):
        check_cameras(pd.DataFrame({"Camera ID": ["K1"], "Owner": ["J. Doe"]}))
    with pytest.raises(hs.ConfigError, match="takes one"):
        check_cameras(register(A=["N"], B=["S"]), columns={"direction": ["A", "B"]})
    notes = "\n".join(check(Direction=["N"]).notes)
    assert "has no column for fields of view, ranges, how long footage is kept" in notes


@given(st.lists(st.text(max_size=30), min_size=1, max_size=8))
@settings(max_examples=10)
def test_any_text_in_any_cell_is_read_or_asked_about(texts: list[str]) -> None:
    frame = register(
        Direction=texts, FOV=texts, Range=texts, Retention=texts, Removed=texts, Type=texts,
        **{"Camera ID": texts},
    )  # fmt: skip
    found = check_cameras(frame)
    assert len(found.accepted) + len(found.rejected) == len(texts)
    assert found.accepted["camera_id"].str.len().gt(0).all()
