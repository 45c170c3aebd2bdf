"""How much patrol a place got: numbers worked out by hand, a slow twin, what must not matter."""

import json
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

import hotspot as hs
from hotspot.patrol.presence import Rules, Stays, by_day, union_of, visits_of
from tests import naive

DAY = pd.Timestamp("2026-03-02")
QUAY = gpd.GeoDataFrame({"place": ["Quay"]}, geometry=[shapely.box(0, 0, 100, 100)], crs=27700)
BOXES = [(0.0, 0.0, 100.0, 100.0), (100.0, 0.0, 200.0, 100.0), (300.0, 0.0, 700.0, 100.0)]


def fixes_of(rows: list[tuple[str, float, float, float]], start: pd.Timestamp = DAY) -> Any:
    """Return fixes of (unit, second of the day, x, y)."""
    frame = pd.DataFrame(rows, columns=["unit", "s", "x", "y"])
    time = start + pd.to_timedelta(frame["s"], unit="s")
    at = gpd.points_from_xy(frame["x"], frame["y"])
    return gpd.GeoDataFrame({"unit": frame["unit"], "time": time}, geometry=at, crs=27700)


def dosed(rows: list[tuple[str, float, float, float]], places: Any = QUAY, **options: Any) -> Any:
    return hs.patrol_dosage(fixes_of(rows), places, DAY, DAY, **options).table.iloc[0]


def still_at(unit: str, first: int, last: int, every: int = 60) -> list[Any]:
    return [(unit, second, 50, 50) for second in range(first, last + 1, every)]


@pytest.mark.parametrize("outside", [110, 500, 2500])
def test_a_step_counts_by_the_share_of_its_ends_inside(outside: float) -> None:
    # Published numbers of the issue: 240 s inside and 900 s unknown, however far off outside is.
    inside = [0, 1, 1, 1, 1, 1, 0]
    seconds = [0, 60, 120, 180, 1080, 1140, 1200]
    rows = [("U1", s, 50 if at else outside, 50) for s, at in zip(seconds, inside, strict=True)]
    row = dosed(rows)
    assert row["patrol_minutes"] * 60 == row["officer_minutes"] * 60 == 240
    assert row["unknown_minutes"] * 60 == 900
    assert row["visits"] == 2


def test_patrol_is_the_union_of_units_and_officers_their_sum() -> None:
    row = dosed([*still_at("A", 0, 600), *still_at("B", 300, 900), *still_at("C", 2000, 2300)])
    assert row["officer_minutes"] * 60 == 1500
    assert row["patrol_minutes"] * 60 == 1200
    assert row["visits"] == 2


def test_a_gap_of_just_the_limit_is_known_and_a_longer_one_is_not() -> None:
    assert dosed(still_at("A", 0, 300, 300))["patrol_minutes"] == 5
    row = dosed(still_at("A", 0, 301, 301))
    assert row["patrol_minutes"] == 0
    assert row["unknown_minutes"] * 60 == pytest.approx(301)


def test_visits_are_joined_over_short_absences_and_short_ones_are_none() -> None:
    def absent(seconds: int) -> Any:
        again = 300 + seconds
        return [*still_at("A", 0, 300), *still_at("B", again, again + 300)]

    assert dosed(absent(120))["visits"] == 1
    assert dosed(absent(121))["visits"] == 2
    short = dosed(still_at("A", 0, 58, 58))
    assert (short["visits"], round(short["patrol_minutes"] * 60)) == (0, 58)
    assert dosed(still_at("A", 0, 60))["visits"] == 1


def test_a_vehicle_that_drives_through_is_told_apart() -> None:
    for every in (2, 6, 10):
        rows = [("V", s, 10 * s - 300, 50) for s in range(0, 101, every)]
        row = dosed(rows)
        assert row["patrol_minutes"] == row["visits"] == 0
        assert row["driving_minutes"] * 60 == pytest.approx(10, abs=every)
    # So fast that one fix alone is inside; on foot such a fix is patrol.
    once = dosed([("V", s, 10 * s - 350, 50) for s in range(0, 101, 20)])
    assert (once["driving_minutes"] * 60, once["patrol_minutes"]) == (pytest.approx(20), 0)
    assert dosed([("W", s, s - 50, 50) for s in range(0, 201, 100)])["patrol_minutes"] > 1
    # One that halts there for five minutes is on patrol while it does.
    rows = [("V", s, min(10 * s - 300, 50), 50) for s in range(0, 335, 5)]
    row = dosed(rows)
    assert row["patrol_minutes"] * 60 == pytest.approx(295, abs=5)
    assert row["driving_minutes"] * 60 == pytest.approx(5, abs=3)


def test_fixes_that_scatter_by_their_accuracy_are_no_driving() -> None:
    rows = [("U", s, 50 + 8 * (s % 4 - 1), 50) for s in range(0, 300, 2)]
    fixes = fixes_of(rows)
    fast = hs.patrol_dosage(fixes, QUAY, DAY, DAY).table.iloc[0]
    assert fast["driving_minutes"] > 4
    told = hs.patrol_dosage(fixes.assign(accuracy_m=10.0), QUAY, DAY, DAY).table.iloc[0]
    assert told["driving_minutes"] == 0
    assert told["patrol_minutes"] == fast["driving_minutes"] + fast["patrol_minutes"]


def test_a_radio_left_for_hours_is_still_and_no_patrol() -> None:
    row = dosed(still_at("R", 0, 2 * 3600))
    assert row["still_minutes"] == 120
    assert row["patrol_minutes"] == row["officer_minutes"] == row["visits"] == 0
    assert dosed(still_at("R", 0, 2 * 3600 - 60))["patrol_minutes"] == 119
    walked = [(u, s, 10 + s % 70, 50) for u, s, *_ in still_at("W", 0, 3 * 3600)]
    assert dosed(walked)["still_minutes"] == 0


def test_a_fix_alone_and_a_step_that_no_vehicle_makes_tell_nothing() -> None:
    assert dosed([("U", 0, 50, 50)])["officer_minutes"] == 0
    row = dosed([("U", 0, 50, 50), ("U", 10, 50_000, 50)])
    assert row["patrol_minutes"] == row["driving_minutes"] == 0
    assert row["unknown_minutes"] * 60 == pytest.approx(5)


TRACKS = st.lists(
    st.tuples(
        st.sampled_from("ABC"),
        st.integers(0, 900).map(lambda n: 40 * n),
        st.sampled_from([-40.0, 20, 40, 99, 100, 101, 150, 250, 320, 500, 690, 800, 9000]),
        st.sampled_from([0.0, 50, 100, 140]),
    ),
    min_size=1,
    max_size=40,
    unique_by=lambda row: row[:2],
)
NAMES = ("patrol", "officer", "unknown", "driving", "still")
PLACES = gpd.GeoDataFrame(
    {"place": ["A", "B", "C"]}, geometry=[shapely.box(*box) for box in BOXES], crs=27700
)


@given(TRACKS, st.sampled_from([40, 300, 4000]), st.sampled_from([0, 100, 120]))
@settings(max_examples=25, deadline=None)
def test_the_slow_twin_says_the_same(rows: Any, gap: float, merge: float) -> None:
    # Midnight falls into the tracks.
    fixes = fixes_of(rows, pd.Timestamp("2026-03-01 20:00"))
    table = hs.patrol_dosage(fixes, PLACES, DAY, DAY, max_gap_s=gap, merge_s=merge).table
    begins = [4 * 3600.0, 28 * 3600.0]
    slow = naive.patrol_minutes(rows, BOXES, begins, gap, 60, merge, 3.0)
    for at, (place, _) in enumerate(slow):
        got = table.iloc[place]
        assert got["visits"] == slow[place, 0]["visits"]
        for name in NAMES:
            seconds = got[f"{name}_minutes"] * 60
            assert seconds == pytest.approx(slow[place, 0][name]), (at, name)


@given(TRACKS, st.randoms(use_true_random=False), st.integers(-5, 5))
@settings(max_examples=25, deadline=None)
def test_order_place_and_day_change_nothing(rows: Any, random: Any, days: int) -> None:
    usual = hs.patrol_dosage(fixes_of(rows), PLACES, DAY, DAY).table
    shuffled = list(rows)
    random.shuffle(shuffled)
    shift, moved = pd.Timedelta(days=days), (4096.0, -2048.0)
    fixes = fixes_of([(f"x{u}", s, x + moved[0], y + moved[1]) for u, s, x, y in shuffled],
                     DAY + shift)  # fmt: skip
    places = PLACES.set_geometry(PLACES.translate(*moved)).iloc[::-1]
    other = hs.patrol_dosage(fixes, places, DAY + shift, DAY + shift).table
    other = other.assign(day=other["day"] - shift).iloc[::-1].reset_index(drop=True)
    pd.testing.assert_frame_equal(usual, other)


@given(TRACKS)
@settings(max_examples=25, deadline=None)
def test_days_asked_for_one_by_one_are_days_asked_for_together(rows: Any) -> None:
    fixes, days = fixes_of([(u, 5 * s, x, y) for u, s, x, y in rows]), pd.date_range(DAY, periods=3)
    together = hs.patrol_dosage(fixes, PLACES, days[0], days[-1], max_gap_s=2000).table
    alone = [hs.patrol_dosage(fixes, PLACES, day, day, max_gap_s=2000).table for day in days]
    joined = pd.concat(alone).sort_values(["place", "day"], ignore_index=True)
    pd.testing.assert_frame_equal(together, joined)


@given(st.integers(1, 19))
@settings(max_examples=10, deadline=None)
def test_a_unit_that_hands_over_to_another_is_the_same_patrol(cut: int) -> None:
    whole = still_at("A", 0, 1200)
    parted = [*whole[: cut + 1], *(("B", *row[1:]) for row in whole[cut:])]
    for one, other in zip(dosed(whole), dosed(parted), strict=True):
        assert one == other or (pd.isna(one) and pd.isna(other))


def test_days_of_23_and_25_hours_are_as_long_as_they_are() -> None:
    for day, hours in (("2026-03-29", 23), ("2026-10-25", 25)):
        first = pd.Timestamp(day, tz="Europe/London")
        last = pd.Timestamp(day, tz="Europe/London") + pd.DateOffset(days=1)
        time = pd.date_range(first, last, freq="5min")
        # Walking, for a radio that lay still is none.
        at = gpd.points_from_xy(np.arange(len(time)) % 2 * 90 + 5, [50] * len(time))
        fixes = gpd.GeoDataFrame({"unit": "U", "time": time}, geometry=at, crs=27700)
        utc = fixes.assign(unit="V", time=fixes["time"].dt.tz_convert("UTC"))
        both = gpd.GeoDataFrame(pd.concat([fixes.assign(time=utc["time"]), utc]), crs=27700)
        row = hs.patrol_dosage(both.reset_index(drop=True), QUAY, day, day).table.iloc[0]
        assert row["patrol_minutes"] == 60 * hours
        assert row["officer_minutes"] == 120 * hours


def test_a_local_time_that_is_two_or_none_is_refused_unless_told() -> None:
    rows = [("U", s, 50, 50) for s in range(3600, 7200, 300)]
    for day, words in (("2026-10-25", "showed twice"), ("2026-03-29", "no clock showed")):
        with pytest.raises(hs.DataError, match=words):
            hs.patrol_dosage(fixes_of(rows, pd.Timestamp(day)), QUAY, day, day)
    twice = fixes_of(rows, pd.Timestamp("2026-10-25")).assign(second_pass=True)
    assert hs.patrol_dosage(twice, QUAY, "2026-10-25", "2026-10-25")["visits"].item() == 1


def test_streets_take_the_fixes_nearest_to_them() -> None:
    lines = [[(0, 0), (400, 0)], [(400, 0), (800, 0)], [(0, 30), (400, 30)]]
    streets = gpd.GeoDataFrame(
        {"street": ["High Street", "High Street", "Low Lane"]},
        geometry=[shapely.LineString(line) for line in lines], crs=27700,
    )  # fmt: skip
    rows = [("U", 60 * n, 20.0 * n, 14 if n < 10 else 16 if n < 20 else 60) for n in range(30)]
    table = hs.patrol_dosage(fixes_of(rows), streets, DAY, DAY).table
    assert table["place"].tolist() == ["High Street", "Low Lane"]
    assert table["patrol_minutes"].tolist() == [9.5, 10]


def test_everything_that_is_wrong_is_told_at_once() -> None:
    fixes = fixes_of(still_at("A", 0, 300))
    over = gpd.GeoDataFrame(
        {"place": ["X", "Y"]}, geometry=[shapely.box(0, 0, 9, 9), shapely.box(5, 0, 20, 9)]
    )
    with pytest.raises(hs.ConfigError) as error:
        hs.patrol_dosage(fixes, QUAY, "2026-03-03", "2026-03-02", max_gap_s=-1, min_visit_s="x",
                         timezone="Europe/Doggerby")  # type: ignore[arg-type]  # fmt: skip
    assert len(error.value.problems) == 4
    told = str(error.value)
    assert "before start" in told
    assert "Europe/Doggerby" in told
    with pytest.raises(hs.DataError) as error:
        hs.patrol_dosage(fixes.drop(columns="unit"), over, "2026-03-03", "2026-03-02")
    assert [one for one in ("lack the column unit", "no CRS", "before start")
            if one not in str(error.value)] == []  # fmt: skip
    with pytest.raises(hs.DataError, match=r"X and Y"):
        hs.patrol_dosage(fixes, over.set_crs(27700), DAY, DAY)
    for bad, words in (
        (over.set_crs(27700).assign(place=["X", None]), "without a name"),
        (over.set_crs(27700).assign(place=["X", "X"]), "more than once"),
        (gpd.GeoDataFrame({"place": ["P"]}, geometry=[shapely.Point(1, 1)], crs=27700), "polygon"),
        (over.set_crs(27700).head(0), "no row"),
        (pd.DataFrame({"place": ["X"]}), "GeoDataFrame"),
    ):
        with pytest.raises(hs.DataError, match=words):
            hs.patrol_dosage(fixes, bad, DAY, DAY)
    with pytest.raises(hs.DataError, match="not in metres"):
        hs.patrol_dosage(fixes.to_crs(4326), QUAY, DAY, DAY)


def test_places_in_degrees_are_turned_where_they_say_so() -> None:
    east, north = 451000, 340000
    moved = QUAY.set_geometry(QUAY.translate(east, north)).set_crs(27700)
    rows = [("U", s, east + 50, north + 50) for s in range(0, 601, 60)]
    for places in (moved, moved.to_crs(4326), moved.to_crs(3857)):
        assert hs.patrol_dosage(fixes_of(rows), places, DAY, DAY)["patrol_minutes"].item() == 10


def test_what_is_asked_is_held_against_what_was_made() -> None:
    places = QUAY.assign(asked=3)
    dosage = hs.patrol_dosage(fixes_of(still_at("A", 0, 300)), places, DAY, "2026-03-03")
    assert dosage.table["asked"].tolist() == [3, 3]
    assert dosage.table["share"].tolist() == [pytest.approx(1 / 3), 0]
    assert dosage.by_place["share"].item() == pytest.approx(1 / 6)
    assert dosage.by_week[["days", "asked"]].to_numpy().tolist() == [[2, 6]]
    assert "1 were made (17 %)" in dosage.summary()
    assert dosage.summary().splitlines()[1].startswith("No unit has a fix on 1 day")


def test_the_page_tells_first_what_is_not_known_and_nothing_by_unit(tmp_path: Path) -> None:
    rows = [*still_at("SECRET-7", 0, 600), *still_at("SECRET-7", 2000, 2600)]
    dosage = hs.patrol_dosage(fixes_of(rows), QUAY, DAY, DAY)
    assert dosage.summary().startswith("Not known: 23 minutes of units")
    assert dosage.page().keys[0] == ("23 minutes", "not known")
    written = dosage.write(tmp_path, marking="OFFICIAL")
    assert [path.suffix for path in written] == [".html", ".csv", ".png", ".xlsx", ".json"]
    for path in written:
        assert b"SECRET" not in path.read_bytes()
    assert json.loads(written[-1].read_text(encoding="utf-8"))["rows"][0]["visits"] == 2


def test_unions_and_visits_of_nothing_are_nothing() -> None:
    none = Stays(*(np.zeros(0, dtype=np.int64) for _ in range(5)))
    assert len(union_of(none).place) == len(visits_of(union_of(none), Rules()).place) == 0
    assert by_day(none.start, none.end, np.array([0, 5]))[2].sum() == 0
