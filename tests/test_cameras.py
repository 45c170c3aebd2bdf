"""The cameras to ask: which see a crime by their register, and which footage goes first."""

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
from hotspot.cameras import CameraList
from hotspot.cameras.camera_view import turned
from tests import naive

E0, N0 = 451000.0, 340000.0
DAY = pd.Timedelta(days=1)


def crimes(*rows: dict[str, Any]) -> gpd.GeoDataFrame:
    """Return crimes at E0, N0 on 1 March from 09:00 to 17:00, but for what is said."""
    usual = {"occurred_from": "2026-03-01 09:00", "occurred_to": "2026-03-01 17:00", "x": 0, "y": 0}
    frame = pd.DataFrame([{"crime_ref": f"C{n}", **usual, **row} for n, row in enumerate(rows)])
    for name in ("occurred_from", "occurred_to"):
        frame[name] = pd.to_datetime(frame[name])
    points = gpd.points_from_xy(E0 + frame.pop("x"), N0 + frame.pop("y"))
    return gpd.GeoDataFrame(frame, geometry=points, crs="EPSG:27700")


def cameras(*rows: dict[str, Any]) -> gpd.GeoDataFrame:
    """Return cameras 50 m south of E0, N0 that face it, but for what is said."""
    usual = {
        "kind": "fixed", "direction": 0.0, "field_of_view": 90.0, "range_m": 100.0,
        "retention_days": 31.0, "x": 0, "y": -50,
    }  # fmt: skip
    frame = pd.DataFrame([{"camera_id": f"K{n}", **usual, **row} for n, row in enumerate(rows)])
    points = gpd.points_from_xy(E0 + frame.pop("x"), N0 + frame.pop("y"))
    return gpd.GeoDataFrame(frame, geometry=points, crs="EPSG:27700")


def near(*rows: dict[str, Any], as_of: str = "2026-03-02", **options: Any) -> CameraList:
    return hs.cameras_near(crimes({}), cameras(*rows), as_of, **options)


def test_distance_bearing_and_window_are_those_of_camera_and_crime() -> None:
    row = near({"x": -30, "y": -40}).table.iloc[0]
    assert (row["crime_ref"], row["camera_id"], row["distance_m"]) == ("C0", "K0", 50.0)
    # From the camera to the crime: the crime lies north-east of it.
    assert row["bearing"] == pytest.approx(np.degrees(np.arctan2(30, 40)), abs=0.05)
    assert row["wanted_from"] == pd.Timestamp("2026-03-01 08:30")
    assert row["wanted_to"] == pd.Timestamp("2026-03-01 17:30")
    assert row["gone_from"] == pd.Timestamp("2026-04-01 08:30")
    assert (row["days_left"], row["left"]) == (30, "all")
    assert pd.isna(row["asked"])


@pytest.mark.parametrize(
    ("camera", "answer", "why"),
    [
        ({}, "yes", "within its field and range"),
        ({"direction": 45.0}, "yes", "within"),  # the edge of its field counts
        ({"direction": 315.0}, "yes", "within"),
        ({"direction": 46.0}, "no", "another way"),
        ({"direction": 180.0}, "no", "another way"),
        ({"range_m": 50.0}, "yes", "within"),
        ({"range_m": 49.0}, "no", "out of its range"),
        ({"direction": np.nan, "range_m": 49.0}, "no", "out of its range"),
        ({"direction": np.nan}, "unknown", "where it looks is not told"),
        ({"field_of_view": np.nan}, "unknown", "how wide"),
        ({"range_m": np.nan}, "unknown", "how far it sees is not told"),
        ({"range_m": np.nan, "direction": 180.0}, "no", "another way"),
        ({"direction": np.nan, "field_of_view": 360.0}, "yes", "within"),
        ({"kind": "Dome"}, "unknown", "it turns"),
        ({"kind": "ptz", "direction": 180.0}, "unknown", "it turns"),
        ({"kind": "panning", "range_m": 20.0}, "no", "out of its range"),
        ({"x": 0, "y": 0}, "unknown", "on the point"),
        ({"x": 0, "y": 0, "field_of_view": 360.0}, "yes", "within"),
    ],
)
def test_in_view_is_said_by_direction_field_and_range_alone(
    camera: dict[str, Any], answer: str, why: str
) -> None:
    row = near(camera).table.iloc[0]
    assert row["in_view"] == answer
    assert why in row["why"]


def test_the_words_claim_nothing_through_buildings() -> None:
    page = near({}).page()
    assert any("Nothing is claimed through buildings" in one for one in page.limits)
    assert any("this is no list of places without" in one for one in page.limits)


def test_a_hundred_metres_count_and_a_step_more_does_not() -> None:
    found = near({"x": 60, "y": 80}, {"x": 60, "y": 80.01}, {"x": -100, "y": 0})
    assert sorted(found.table["camera_id"]) == ["K0", "K2"]
    assert len(near({"x": 60, "y": 80.01}, distance_m=101).table) == 1


def test_the_first_footage_to_go_comes_first_and_what_looks_elsewhere_last() -> None:
    found = near(
        {"camera_id": "late", "retention_days": 60.0},
        {"camera_id": "untold", "retention_days": np.nan},
        {"camera_id": "gone", "retention_days": 0.5},
        {"camera_id": "soon", "retention_days": 7.0},
        {"camera_id": "soon, unseen", "retention_days": 7.0, "range_m": np.nan},
        {"camera_id": "elsewhere", "direction": 180.0, "retention_days": 3.0},
        {"camera_id": "part", "retention_days": 1.5},
    )
    order = ["part", "soon", "soon, unseen", "late", "untold", "gone", "elsewhere"]
    assert found.table["camera_id"].tolist() == order
    assert found.to_ask["camera_id"].tolist() == order[:5]


def test_crimes_come_by_their_most_urgent_camera() -> None:
    two = crimes(
        {"crime_ref": "new"},
        {
            "crime_ref": "old",
            "x": 1000,
            "occurred_from": "2026-02-20 09:00",
            "occurred_to": "2026-02-20 09:00",
        },
    )
    stand = cameras({}, {"direction": 180.0}, {"x": 1000}, {"x": 1000, "direction": 180.0})
    table = hs.cameras_near(two, stand, "2026-03-02").table
    assert table["crime_ref"].tolist() == ["old", "old", "new", "new"]
    assert table["in_view"].tolist() == ["yes", "no", "yes", "no"]


def test_a_fortnights_absence_has_used_up_two_weeks_of_retention() -> None:
    away = crimes({"occurred_from": "2026-02-15 09:00", "occurred_to": "2026-03-01 09:00"})
    table = hs.cameras_near(
        away, cameras({"retention_days": 31.0}, {"retention_days": 10.0}), "2026-03-01"
    ).table.set_index("camera_id")
    # 31 days from 15 February, not from 1 March, when it was found.
    assert table.loc["K0", "gone_from"] == pd.Timestamp("2026-03-18 08:30")
    assert (table.loc["K0", "days_left"], table.loc["K0", "left"]) == (17, "all")
    assert (table.loc["K1", "days_left"], table.loc["K1", "left"]) == (0, "part")
    assert table.loc["K1", "footage"] == (
        "gone up to the end of Thursday 19 February 2026; left from then, the last of it until "
        "Wed 11 Mar 2026 09:30"
    )


def test_footage_is_gone_when_its_last_moment_is() -> None:
    for as_of, left in (
        ("2026-03-08 08:29", "all"), ("2026-03-08 08:30", "part"), ("2026-03-08 17:29", "part"),
        ("2026-03-08 17:30", "gone"), ("2026-03-07", "all"), ("2026-03-08", "gone"),
    ):  # fmt: skip
        assert near({"retention_days": 7.0}, as_of=as_of).table["left"].tolist() == [left], as_of


def test_days_left_are_calendar_days_and_never_below_nought() -> None:
    days = {
        as_of: near({"retention_days": 7.0}, as_of=as_of).table["days_left"].iloc[0]
        for as_of in ("2026-03-02", "2026-03-07", "2026-03-07 06:00", "2026-03-08", "2026-04-01")
    }
    assert list(days.values()) == [6, 1, 1, 0, 0]


def test_a_retention_that_is_not_told_is_not_known_or_said_to_be_assumed() -> None:
    unknown = near({"retention_days": np.nan})
    assert unknown.table["gone_from"].isna().all()
    assert unknown.table["days_left"].isna().all()
    assert "it is not known how long footage is kept: ask now" in unknown.summary()
    assumed = near({"retention_days": np.nan}, {}, retention_days=14)
    assert assumed.table["retention_assumed"].tolist() == [True, False]
    assert assumed.table["gone_from"].iloc[0] == pd.Timestamp("2026-03-15 08:30")
    assert "Of 1 camera the register does not tell how long footage is kept: 14 days are" in (
        assumed.summary()
    )


@pytest.mark.parametrize("day", ["2026-03-28", "2025-10-25"])
def test_where_clocks_change_times_are_those_on_the_wall(day: str) -> None:
    start = pd.Timestamp(f"{day} 20:00")
    night = crimes({"occurred_from": start, "occurred_to": start + pd.Timedelta(hours=12)})
    row = hs.cameras_near(night, cameras({}), str((start + 2 * DAY).date())).table.iloc[0]
    assert row["wanted_from"] == start - pd.Timedelta(minutes=30)
    assert row["gone_from"] == start - pd.Timedelta(minutes=30) + 31 * DAY
    assert row["gone_from"].tzinfo is None


def test_cameras_that_were_withdrawn_or_whose_consent_lapsed_are_counted_and_not_shown() -> None:
    told = cameras(*({} for _ in range(8))).assign(
        removed_on=pd.to_datetime(["2026-03-02", "2026-03-03", *[None] * 6]),
        consent_until=pd.to_datetime([None, None, "2026-03-01", "2026-03-02", *[None] * 4]),
        consent_from=pd.to_datetime([*[None] * 4, "2026-03-03", "2026-03-02", None, None]),
        withdrawn=[False] * 6 + [True, False],
        consented=[True] * 7 + [False],
    )
    found = hs.cameras_near(crimes({}), told, "2026-03-02")
    assert sorted(found.table["camera_id"]) == ["K1", "K3", "K5"]
    assert found.summary().splitlines()[-1] == (
        "5 cameras of the register not listed: 2 removed or withdrawn, 1 whose consent has lapsed, "
        "1 whose consent begins later, 1 without consent, or of which it is unclear."
    )
    everything = str(found.content()) + found._repr_html_() + str(found.page())
    assert "K0" not in everything
    # A week later others are.
    later = hs.cameras_near(crimes({}), told, "2026-03-09")
    assert sorted(later.table["camera_id"]) == ["K4", "K5"]


def test_a_camera_near_two_crimes_is_one_and_only_what_is_to_ask_is_said_to_be_urgent() -> None:
    turned_away = {"direction": 180.0, "retention_days": np.nan}
    gone = {"retention_days": 0.5, "x": 5}
    seen = cameras({}, {"retention_days": np.nan, "x": 3}, turned_away, gone)
    told = hs.cameras_near(crimes({}, {}), seen, "2026-03-02").summary().splitlines()
    assert told[0].startswith("2 cameras to ask for 2 crimes: 2 in view")
    assert "Of 1 camera it is not known how long footage is kept: ask now." in told
    assert "Of 1 camera all of it is gone." in told
    assert any(line.startswith("1 camera looks another way") for line in told)


def test_a_crime_on_the_stop_list_has_no_cameras_by_any_route(tmp_path: Any) -> None:
    three = crimes(
        {"crime_ref": "DG/26/1"},
        {"crime_ref": "DG/26/2", "uprn": "00123"},
        {"crime_ref": "DG/26/3"},
    )
    found = hs.cameras_near(three, cameras({}), "2026-03-02", exclude=["dg/26/1", "123"])
    without = hs.cameras_near(three[three["crime_ref"] == "DG/26/3"], cameras({}), "2026-03-02")
    pd.testing.assert_frame_equal(found.table, without.table)
    assert found.content() == without.content()
    found.write(tmp_path, formats=("html", "csv", "json"))
    for path in tmp_path.iterdir():
        assert "DG/26/1" not in path.read_text(encoding="utf-8"), path
    # One that is on it is as unknown as one that never was.
    words = []
    for ref in ("DG/26/1", "DG/26/9"):
        with pytest.raises(hs.DataError, match="not known by") as error:
            hs.cameras_near(three, cameras({}), "2026-03-02", refs=[ref], exclude=["DG/26/1"])
        words.append(str(error.value).replace(ref, "it"))
    assert words[0] == words[1]
    hidden = hs.cameras_near(three, cameras({"camera_id": "00456"}), "2026-03-02", exclude=["456"])
    assert hidden.table.empty


def test_no_product_names_a_crime_without_a_camera() -> None:
    two = crimes({"crime_ref": "with"}, {"crime_ref": "bare", "x": 5000, "area": "Quay"})
    found = hs.cameras_near(two, cameras({}), "2026-03-02")
    assert set(found.table["crime_ref"]) == {"with"}
    for text in (str(found.content()), found._repr_html_(), str(found.page()), found.summary()):
        assert "bare" not in text
        assert "Quay" not in text
    alone = hs.cameras_near(two, cameras({}), "2026-03-02", refs=["bare"])
    assert "that does not say that there is none" in alone.summary()
    assert alone.page().sections == ()


def test_lists_of_doors_and_public_maps_know_nothing_of_cameras() -> None:
    # A PCSO's sheet, a leaflet, a message and a public map are made of what these rooms import.
    package = Path(hs.__file__).parent
    rooms = [*package.glob("sheets/*.py"), *package.glob("cocooning/*.py")]
    public = [package / "maps" / f"{name}.py" for name in ("public", "published", "disclosure")]
    for path in (*rooms, *public):
        assert "cameras" not in path.read_text(encoding="utf-8"), path


def test_crimes_not_known_by_the_cut_off_and_months_have_no_list() -> None:
    late = crimes({}, {"crime_ref": "late", "occurred_to": "2026-03-03 08:00"})
    assert set(hs.cameras_near(late, cameras({}), "2026-03-02").table["crime_ref"]) == {"C0"}
    monthly = crimes({})
    monthly.attrs["resolution"] = "month"
    with pytest.raises(hs.DataError, match="needs the day"):
        hs.cameras_near(monthly, cameras({}), "2026-03-02")


def test_everything_that_is_wrong_is_told_at_once() -> None:
    text = cameras({}).assign(direction="NNE", camera_id=[7])
    with pytest.raises(hs.DataError) as error:
        hs.cameras_near(crimes({}), text, "03/04/2026", distance_m=-1, retention_days=0)
    for words in ("direction as text", "camera_id", "as_of", "distance_m", "retention_days"):
        assert words in str(error.value), words
    for refs in ([], [""], [7]):
        with pytest.raises(hs.ConfigError, match="refs"):
            hs.cameras_near(crimes({}), cameras({}), "2026-03-02", refs=refs)
    with pytest.raises(hs.DataError, match="to_crs"):
        hs.cameras_near(crimes({}), cameras({}).to_crs("EPSG:32631"), "2026-03-02")
    with pytest.raises(hs.ConfigError, match="VisitLedger"):
        near({}, ledger="visits.db")


def test_a_frame_of_ids_and_points_is_enough() -> None:
    bare = cameras({})[["camera_id", "geometry"]]
    table = hs.cameras_near(crimes({}), bare, "2026-03-02").table
    assert table["in_view"].tolist() == ["unknown"]
    assert hs.cameras_near(crimes({}), bare[:0], "2026-03-02").table.empty


NUMBERS = st.one_of(st.just(np.nan), st.sampled_from([0.0, 45.0, 90.0, 200.0, 359.0]))
CAMERAS = st.lists(
    st.fixed_dictionaries(
        {
            "x": st.integers(-130, 130),
            "y": st.integers(-130, 130),
            "direction": NUMBERS,
            "field_of_view": st.sampled_from([np.nan, 20.0, 90.0, 181.0, 360.0]),
            "range_m": st.sampled_from([np.nan, 20.0, 70.0, 200.0]),
            "retention_days": st.sampled_from([np.nan, 3.0, 14.0, 31.0]),
            "kind": st.sampled_from(["fixed", "dome", "ptz", None]),
        }
    ),
    min_size=1,
    max_size=12,
)


@given(CAMERAS)
@settings(max_examples=20)
def test_every_pair_is_what_the_slow_twin_says(rows: list[dict[str, Any]]) -> None:
    two = crimes({}, {"x": 37, "y": -21, "occurred_from": "2026-02-10 10:00"})
    stand = cameras(*rows)
    table = hs.cameras_near(two, stand, "2026-03-02").table
    wanted = naive.camera_rows(two, stand, 100)
    keys = list(zip(table["crime_ref"], table["camera_id"], strict=True))
    assert len(keys) == len(set(keys))
    assert set(keys) == wanted.keys()
    for key, row in zip(keys, table.to_dict("records"), strict=True):
        away, bearing, seen = wanted[key]
        assert row["distance_m"] == pytest.approx(away, abs=0.06)
        assert row["in_view"] == seen, (row, wanted[key])
        if bearing is None:
            assert pd.isna(row["bearing"])
        else:
            assert turned(np.array(row["bearing"]), np.array(bearing)) < 0.06


@given(CAMERAS, st.randoms(use_true_random=False), st.integers(-3, 3))
@settings(max_examples=12)
def test_order_place_and_full_turns_change_nothing(
    rows: list[dict[str, Any]], dice: Any, turns: int
) -> None:
    two, stand = crimes({}, {"x": 37, "y": -21}), cameras(*rows)
    table = hs.cameras_near(two, stand, "2026-03-02").table
    shuffled = stand.sample(frac=1, random_state=dice.randint(0, 99))
    moved_crimes, moved = two.iloc[::-1].copy(), shuffled.copy()
    moved_crimes["geometry"] = moved_crimes.translate(5000, -3000)
    moved["geometry"] = moved.translate(5000, -3000)
    moved["direction"] += 360.0 * turns
    other = hs.cameras_near(moved_crimes, moved, "2026-03-02").table
    pd.testing.assert_frame_equal(
        table.drop(columns="direction"), other.drop(columns="direction"), check_exact=False
    )


def test_hostile_text_runs_nowhere(tmp_path: Any) -> None:
    bad = '<script>alert(1)</script>{{ 7*7 }}$x_2$"'
    found = hs.cameras_near(
        crimes({"crime_ref": bad, "area": "=1+1"}), cameras({"camera_id": "=cmd|' /C calc'!A0"}),
        "2026-03-02",
    )  # fmt: skip
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        files = found.write(tmp_path, marking="OFFICIAL")
    page = (tmp_path / "cameras.html").read_text(encoding="utf-8")
    assert "<script>alert" not in page
    assert "default-src 'none'" in page
    line = pd.read_csv(tmp_path / "cameras.csv").iloc[0]
    assert line["camera_id"].startswith("'=")
    assert line["area"] == "'=1+1"
    assert line["marking"] == "OFFICIAL"
    assert len(files) == 5


def test_what_is_written_has_times_of_day_and_the_part_of_a_crime_is_its_own(tmp_path: Any) -> None:
    import openpyxl

    two = crimes({"area": "Quay"}, {"x": 10, "area": "Wold"})
    found = hs.cameras_near(two, cameras({}), "2026-03-02")
    one = found.for_crime("C1")
    assert one.table["crime_ref"].tolist() == ["C1"]
    assert len(one.points) == 1
    assert found.for_area("Quay").table["crime_ref"].tolist() == ["C0"]
    one.write(tmp_path, formats=("xlsx", "html"))
    sheet = openpyxl.load_workbook(tmp_path / "cameras.xlsx")["cameras"]
    heads = [cell.value for cell in sheet[1]]
    assert sheet.cell(2, heads.index("gone_from") + 1).value == "2026-04-01 08:30"
    assert sheet.cell(2, heads.index("retention_assumed") + 1).value == "no"
    assert "C0" not in (tmp_path / "cameras.html").read_text(encoding="utf-8")
