"""Fixes are read with every row accounted for, in one time, by units that are no persons."""

import gzip
import warnings
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest

import hotspot as hs
from hotspot.incidents.check_result import fault_lines
from hotspot.patrol import check_patrols
from hotspot.patrol.fix_columns import reads_like_a_person

E0, N0 = 451000.0, 340000.0


def table(**columns: Any) -> pd.DataFrame:
    """Return fixes a minute apart on a walk to the east, but for what is said."""
    n = max((len(value) for value in columns.values()), default=4)
    minutes = pd.Timestamp("2026-03-02 10:00") + pd.to_timedelta(np.arange(n), unit="min")
    usual = {
        "unit": ["U1"] * n, "time": minutes.strftime("%Y-%m-%d %H:%M:%S"),
        "easting": E0 + 30 * np.arange(n), "northing": [N0] * n,
    }  # fmt: skip
    return pd.DataFrame({**usual, **columns})


def reasons(check: Any) -> dict[Any, str]:
    return dict(zip(check.rejected["row"], check.rejected["reason"], strict=True))


def test_every_row_is_used_or_rejected_with_its_reason() -> None:
    frame = table(
        unit=["U1", None, "U1", "U1", "U1", "U1", "U1", "U1", "U1", "U1", "U1"],
        time=["2026-03-02 10:00", "2026-03-02 10:00", "soon", None, "2026-03-02",
              "9999-01-01 10:00", "2026-03-02 10:01", "2026-03-02 10:01", "2026-03-02 10:02",
              "2026-03-02 10:03", "2026-03-02 10:03"],
        easting=[E0, E0, E0, E0, E0, E0, 0, E0, E0, E0, E0 + 40],
        northing=[N0, N0, N0, N0, N0, N0, 0, np.nan, N0, N0, N0],
        accuracy=[3, 3, 3, 3, 3, 3, 3, 3, 1e9, 3, 9],
    )  # fmt: skip
    check = check_patrols(frame)
    assert check.rows_read == len(check.accepted) + len(check.rejected) == 11
    assert check.accepted.index.tolist() == [0, 9]
    told = reasons(check)
    words = {
        1: "no unit", 2: "not a time", 3: "no time", 4: "without a time of day", 6: "0, 0",
        7: "no coordinates", 8: "worse than 200 m", 10: "another place at the second of row 9",
    }  # fmt: skip
    assert [row for row, word in words.items() if word not in told[row]] == []
    assert 5 in told
    assert check.summary().startswith("Used 2 fixes of 1 unit. Could not use 9.")


def test_the_frame_has_the_columns_that_are_promised(tmp_path: Path) -> None:
    path = tmp_path / "fixes.csv.gz"
    path.write_bytes(gzip.compress(table().to_csv(index=False).encode("cp1252")))
    fixes = hs.read_patrols(path)
    assert fixes.columns.tolist() == ["unit", "time", "geometry", "accuracy_m"]
    assert fixes["time"].iloc[0] == pd.Timestamp("2026-03-02 10:00")
    assert fixes["accuracy_m"].isna().all()
    assert fixes.crs.to_epsg() == 27700
    assert fixes.index[0] == 2


def test_a_geopackage_and_columns_that_are_named(tmp_path: Path) -> None:
    frame = table().rename(columns={"unit": "Who", "time": "Seen"})
    points = gpd.points_from_xy(frame["easting"], frame["northing"], crs=27700)
    layer = gpd.GeoDataFrame(frame[["Who", "Seen"]], geometry=points).to_crs(4326)
    layer.to_file(tmp_path / "fixes.gpkg")
    with pytest.raises(hs.DataError, match=r"the unit .* and the time"):
        hs.read_patrols(tmp_path / "fixes.gpkg")
    fixes = hs.read_patrols(tmp_path / "fixes.gpkg", {"unit": "Who", "time": "Seen"})
    assert np.allclose(fixes.geometry.x, frame["easting"], atol=1)


def test_date_and_time_in_two_columns_day_first() -> None:
    frame = (
        table()
        .drop(columns="time")
        .assign(Date="25/02/2026", Time=["0930", "0931", "0932", "0933"])
    )
    fixes = hs.read_patrols(frame)
    assert fixes["time"].iloc[-1] == pd.Timestamp("2026-02-25 09:33")


GPX = """<?xml version="1.0"?><gpx xmlns="http://www.topografix.com/GPX/1/1">
<wpt lat="52.9" lon="-1.2"><time>2026-07-01T00:00:00Z</time></wpt>
<trk><name>Foot 7</name><trkseg>
<trkpt lat="52.9000" lon="-1.2000"><ele>30</ele><time>2026-07-01T09:00:00Z</time></trkpt>
<trkpt lat="52.9001" lon="-1.2000"><time>2026-07-01T09:01:00.5</time></trkpt>
<trkpt lat="52.9002" lon="-1.2000"><time>2026-07-01T11:02:00+01:00</time></trkpt>
<trkpt lat="north" lon="-1.2000"><time>2026-07-01T09:03:00Z</time></trkpt>
</trkseg></trk><trk><trkseg><trkpt lat="52.9" lon="-1.3"/></trkseg></trk></gpx>"""


def test_gpx_is_in_utc_and_its_tracks_are_units(tmp_path: Path) -> None:
    (tmp_path / "shift.gpx").write_text(GPX, encoding="utf-8")
    check = check_patrols(tmp_path / "shift.gpx")
    assert check.accepted["unit"].tolist() == ["Foot 7"] * 3
    assert check.accepted["time"].dt.strftime("%H:%M:%S").tolist() == [
        "10:00:00", "10:01:00", "11:02:00"
    ]  # fmt: skip
    assert len(check.rejected) == 2
    assert any("1 point of routes and places not read" in note for note in check.notes)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('<!DOCTYPE gpx [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]><gpx>&b;</gpx>', "document type"),
        ('<!DOCTYPE gpx SYSTEM "http://192.0.2.1/gpx.dtd"><gpx/>', "document type"),
        ("<gpx><trk>", "no GPX file"),
        ("<kml/>", "no GPX"),
        ("", "empty"),
        ("<gpx>" + "<a>" * 100 + "</a>" * 100 + "</gpx>", "deep"),
        ("not xml", "no GPX file"),
        ("<gpx/>", "no row"),
    ],
)
def test_a_gpx_that_is_none_is_refused(tmp_path: Path, text: str, words: str) -> None:
    (tmp_path / "a.gpx").write_text(text, encoding="utf-8")
    with pytest.raises(hs.DataError, match=words):
        hs.read_patrols(tmp_path / "a.gpx")


def test_times_that_clocks_show_twice_or_never() -> None:
    nights = ["2026-10-25 00:59", "2026-10-25 01:30", "2026-10-25 02:00", "2026-03-29 01:30"]
    check = check_patrols(table(time=nights))
    told = reasons(check)
    assert told[1] == "the clocks showed this time twice: mark it with its offset"
    assert told[3] == "no clock showed this time: the hour was skipped"
    assert any("may all be in UTC" in one for one in check.warnings)
    marked = ["2026-10-25T00:30:00Z", "2026-10-25T01:30:00Z", "2026-10-25T01:30:00+01:00"]
    fixes = hs.read_patrols(table(unit=["U1", "U1", "U2"], time=marked))
    assert fixes["time"].dt.strftime("%H:%M").tolist() == ["01:30"] * 3
    assert fixes["second_pass"].tolist() == [False, True, False]


def test_utc_without_a_mark_is_asked_for_and_can_be_told() -> None:
    summer = table(time=[f"2026-07-01 10:0{n}:00" for n in range(4)])
    with pytest.warns(hs.DataWarning, match=r"4 times in 'time' without a zone.*time_utc"):
        local = hs.read_patrols(summer)
    assert local["time"].dt.hour.tolist() == [10] * 4
    told = hs.read_patrols(summer, {"time_utc": "time"})
    assert told["time"].dt.hour.tolist() == [11] * 4
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        named = hs.read_patrols(summer.rename(columns={"time": "Time (UTC)"}))
        # In winter both are one.
        hs.read_patrols(table())
    assert named["time"].equals(told["time"])


def test_seconds_since_1970_are_utc() -> None:
    seconds = (pd.Timestamp("2026-07-01 10:00") - pd.Timestamp("1970-01-01")) // pd.Timedelta("1s")
    fixes = hs.read_patrols(table(time=[seconds, seconds + 60, seconds + 120]))
    assert fixes["time"].dt.strftime("%H:%M").tolist() == ["11:00", "11:01", "11:02"]


def test_jumps_are_left_out_and_teleports_are_told() -> None:
    east = [E0, E0 + 30, E0 + 20_000, E0 + 60, E0 + 90, E0 + 30_000, E0 + 30_030]
    check = check_patrols(table(easting=east))
    assert list(reasons(check)) == [2]
    assert reasons(check)[2].startswith("a jump: 333 m/s")
    assert any("1 step faster than 60 m/s" in one for one in check.warnings)


def test_unsorted_and_repeated_fixes_come_out_alike_in_any_order() -> None:
    frame = table().loc[[3, 1, 0, 2, 1]].reset_index(drop=True)
    check = check_patrols(frame)
    assert any("put in order of time" in note for note in check.notes)
    assert reasons(check) in ({4: "repeated fix of row 1"}, {1: "repeated fix of row 4"})
    pairs = {(r.time, r.geometry.x) for r in check.accepted.itertuples()}
    other = check_patrols(frame.iloc[::-1].reset_index(drop=True))
    assert {(r.time, r.geometry.x) for r in other.accepted.itertuples()} == pairs


def test_one_unit_under_two_names_is_one_and_told() -> None:
    units = ["U1", "u1 ", "U-1", "U2"]
    check = check_patrols(table(unit=units))
    assert check.accepted["unit"].tolist() == ["U1", "U1", "U-1", "U2"]
    told = " ".join(check.warnings)
    assert "'U1' and 'u1' were taken for one unit: U1" in told
    assert "'U-1' and 'U1' may be one unit" in told


def test_two_names_on_one_track_are_told_and_two_units_in_one_station_are_not() -> None:
    walk = table(unit=["U1"] * 12)
    twice = pd.concat([walk, walk.assign(unit="Radio 7")], ignore_index=True)
    check = check_patrols(twice.sample(frac=1, random_state=1))
    assert len(check.accepted) == 24
    (told,) = [one for one in check.warnings if "two names" in one]
    assert told.startswith("'Radio 7' and 'U1' may be one unit under two names: 12 fixes of both")
    station = twice.assign(easting=E0)
    # A pair that rode together for less than half of what each has.
    apart = table(unit=["U1"] * 30)
    met = apart.assign(unit="U2", northing=[N0] * 14 + [N0 + 40] * 16)
    for frame in (station, pd.concat([apart, met], ignore_index=True)):
        assert not [one for one in check_patrols(frame).warnings if "two names" in one]


def test_same_tracks_of_three_names_are_told_without_every_pair() -> None:
    walk = table(unit=["A1"] * 10)
    thrice = pd.concat([walk.assign(unit=one) for one in ("A3", "A1", "A2")], ignore_index=True)
    told = [one for one in check_patrols(thrice).warnings if "two names" in one]
    assert [one.split(" may")[0] for one in told] == ["'A1' and 'A2'", "'A2' and 'A3'"]


def test_a_column_of_persons_is_refused_with_how_many_and_no_name() -> None:
    units = ["Jane Smith", "PC 17", "U1", "PC 17"]
    with pytest.raises(hs.DataError, match="names or numbers of officers: 2 of 3 units") as refused:
        check_patrols(table(unit=units))
    assert "Smith" not in str(refused.value)


@pytest.mark.parametrize(
    ("heading", "values"),
    [
        ("unit", ["Jane Smith", "Tom O'Brien", "A. Jones", "Smith, J"]),
        ("unit", ["PC 1234", "PS 17", "pc4521", "DC Hale"]),
        ("unit", ["jane.smith@doggerby.police.uk", "U2", "U3", "U4"]),
        ("Officer", ["A", "B", "C", "D"]),
        ("Collar Number", ["1234", "1235", "1236", "1237"]),
        ("Warrant No", ["w1", "w2", "w3", "w4"]),
    ],
)
def test_a_column_of_persons_is_refused_without_repeating_them(heading: str, values: Any) -> None:
    frame = table(unit=values).rename(columns={"unit": heading})
    with pytest.raises(hs.DataError, match="no person goes in") as error:
        hs.read_patrols(frame, {"unit": heading})
    # The column may be named; who is in it may not.
    assert not [value for value in values if len(value) > 2 and value in str(error.value)]


def test_a_person_among_units_is_left_out_and_bare_numbers_are_asked_about() -> None:
    check = check_patrols(table(unit=["U1", "Jane Smith", "Foot Two", "4711"]))
    assert check.accepted["unit"].tolist() == ["U1", "Foot Two", "4711"]
    assert "Jane" not in check.summary() + check.rejected.to_csv()
    assert any("bare number" in one for one in check.warnings)
    names = ("U1", "Alpha Two", "Response 3", "FR-07", "Delta India", "Discovery 3", "ACTIVE LOG")
    assert not [name for name in names if reads_like_a_person(name)]


def test_what_can_never_be_right_is_told() -> None:
    with pytest.raises(hs.ConfigError, match="Europe/Doggerby"):
        hs.read_patrols(table(), timezone="Europe/Doggerby")
    with pytest.raises(hs.ConfigError, match="speed"):
        hs.read_patrols(table(), {"speed": "easting"})
    with pytest.raises(hs.DataError, match="no column 'Who'"):
        hs.read_patrols(table(), {"unit": "Who"})
    with pytest.raises(hs.DataError, match=r"the time .* and the place"):
        hs.read_patrols(pd.DataFrame({"unit": ["U1"]}))
    with pytest.raises(hs.DataError, match="no row"):
        hs.read_patrols(table().head(0))
    with pytest.raises(hs.DataError, match="No row"):
        hs.read_patrols(table(time=["soon"] * 4))


def test_no_kind_of_fault_goes_untold_past_the_longest_list():
    reasons = [f"fault {letter}" for letter in "abcdefghijklmnopqrst"]
    rejected = pd.DataFrame({"row": range(20), "reason": reasons})
    lines = fault_lines(rejected)
    assert len(lines) == 17
    assert lines[-1] == "  4 for 4 other reasons: each is in the list of rejected rows"
