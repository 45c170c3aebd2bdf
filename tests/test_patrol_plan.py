"""Patrol times by the hours of each hotspot, and hours that may be published."""

from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

import hotspot as hs

PLACES = gpd.GeoDataFrame(
    {"place": ["Quay", "Mill", "Fort"]},
    geometry=[shapely.box(x, 0, x + 100, 100) for x in (0, 200, 400)],
    crs=27700,
)
SHIFTS = [(f"2026-03-0{day} 08:00", f"2026-03-0{day} 22:00") for day in (2, 3, 4)]


def burglaries(*groups: tuple[int, int, float]) -> gpd.GeoDataFrame:
    """Return burglaries: how many, at which hour of the day, how far east."""
    rows = [(hour, x) for number, hour, x in groups for _ in range(number)]
    start = pd.to_datetime(
        [f"2026-01-{1 + n % 28:02d} {hour:02d}:00" for n, (hour, _) in enumerate(rows)]
    )
    frame = pd.DataFrame({"crime_ref": [f"A{n}" for n in range(len(rows))], "occurred_from": start,
                          "occurred_to": start + pd.Timedelta(hours=1)})  # fmt: skip
    at = gpd.points_from_xy([x for _, x in rows], [50] * len(rows))
    return gpd.GeoDataFrame(frame, geometry=at, crs=27700)


CRIMES = burglaries((60, 19, 50), (60, 10, 250), (3, 3, 450))


def test_each_place_is_visited_in_its_own_hours() -> None:
    plan = hs.patrol_plan(PLACES, CRIMES, SHIFTS, visits_per_day=1, seed=4)
    assert len(plan.table) == 9
    hours = plan.table.groupby("place")["start"].apply(lambda s: s.dt.hour.tolist())
    assert sum(hour == 19 for hour in hours["Quay"]) >= 2
    assert sum(hour == 10 for hour in hours["Mill"]) >= 2
    table = plan.hours.table.set_index("place")
    assert table.loc["Quay", "basis"] == "own"
    # Three burglaries tell no hours: those of the whole ground are used, and it is said.
    assert table.loc["Fort", "basis"] == "mostly the whole ground"
    assert "1 place with fewer than 10 burglaries of known hours" in plan.summary()
    # By hand: 3 of its own, and 10 as the 123 of the whole ground are spread.
    weights = plan.hours.weights[2]
    assert weights[19] == pytest.approx(10 * 60 / 123 / 13)
    assert weights[3] == pytest.approx((3 + 10 * 3 / 123) / 13)
    assert plan.hours.weights.sum(axis=1) == pytest.approx([1, 1, 1])


def test_one_seed_is_one_plan_in_any_order_of_rows() -> None:
    one = hs.patrol_plan(PLACES, CRIMES, SHIFTS, 2, seed=7)
    other = hs.patrol_plan(PLACES.iloc[::-1], CRIMES.iloc[::-1], SHIFTS[::-1], 2, seed=7)
    pd.testing.assert_frame_equal(one.table, other.table)
    longer = hs.patrol_plan(PLACES, CRIMES, [*SHIFTS, ("2026-03-05 08:00", "2026-03-05 22:00")], 2,
                            seed=7)  # fmt: skip
    pd.testing.assert_frame_equal(one.table, longer.table.head(len(one.table)))
    assert not one.table.equals(hs.patrol_plan(PLACES, CRIMES, SHIFTS, 2, seed=8).table)
    drawn = hs.patrol_plan(PLACES, CRIMES, SHIFTS, 2)
    again = hs.patrol_plan(PLACES, CRIMES, SHIFTS, 2, seed=drawn.settings["seed"])
    pd.testing.assert_frame_equal(drawn.table, again.table)


def test_visits_lie_in_shifts_apart_and_one_patrol_is_in_one_place() -> None:
    shifts = pd.DataFrame({"start": ["2026-03-02 22:00"], "end": ["2026-03-03 06:00"],
                           "shift": ["Night"], "units": [1]})  # fmt: skip
    plan = hs.patrol_plan(PLACES, CRIMES, shifts, 2, 11, seed=1)
    table = plan.table
    assert (table["shift"] == "Night").all()
    assert table["start"].min() >= pd.Timestamp("2026-03-02 22:00")
    assert table["end"].max() <= pd.Timestamp("2026-03-03 06:00")
    assert table["day"].nunique() == 2
    assert (table["start"].diff().dropna() >= pd.Timedelta(minutes=16)).all()
    for _, own in table.groupby("place"):
        by_day = own.groupby("day")["start"].diff().dropna()
        assert (by_day >= pd.Timedelta(hours=2)).all()
    # The two hours before midnight have no room for two visits of a place, two hours apart.
    assert plan.unplaced["visits"].sum() == 3
    assert "no room for 3 visits" in plan.summary()


def test_times_are_drawn_by_the_hours_and_spread() -> None:
    starts = [
        time
        for seed in range(40)
        for time in hs.patrol_plan(PLACES.head(1), CRIMES, SHIFTS[:1], seed=seed).table["start"]
    ]
    hours = pd.Series([time.hour for time in starts])
    # 60 of its own and half of ten of the ground's are of 19:00: 93 %.
    assert 0.75 <= (hours == 19).mean() <= 1
    assert len({time.minute for time in starts}) >= 6


def test_everything_that_is_wrong_with_a_plan_is_told_at_once() -> None:
    shifts = [("2026-03-02 22:00", "2026-03-02 06:00"), ("soon", "2026-03-02"),
              ("2026-03-02", "2026-03-09")]  # fmt: skip
    with pytest.raises(hs.ConfigError) as error:
        hs.patrol_plan(PLACES, CRIMES, shifts, 0, minutes=1.5)  # type: ignore[arg-type]
    assert len(error.value.problems) == 5
    with pytest.raises(hs.ConfigError, match="lack the column end"):
        hs.patrol_plan(PLACES, CRIMES, pd.DataFrame({"start": ["2026-03-02"]}))
    with pytest.raises(hs.ConfigError, match="no shift"):
        hs.patrol_plan(PLACES, CRIMES, [])
    with pytest.raises(hs.DataError, match="no CRS"):
        hs.patrol_plan(gpd.GeoDataFrame(geometry=[shapely.box(0, 0, 1, 1)]), CRIMES, SHIFTS)
    assert "Koper" in hs.patrol_plan(PLACES, CRIMES, SHIFTS, minutes=30, seed=1).notes[0]


def test_the_sheet_says_where_koper_looked_and_counts_against_fixes(tmp_path: Path) -> None:
    plan = hs.patrol_plan(PLACES, CRIMES, SHIFTS, seed=3)
    written = plan.write(tmp_path)
    page = written[0].read_text(encoding="utf-8")
    for words in ("Minneapolis", "has not been shown", "Monday 2 March 2026", "Arrived", "10:00"):
        assert words in page, words
    assert list(plan.tables()["visits"].columns[:4]) == ["Day", "From", "To", "Place"]
    # What was planned is what is asked of the fixes.
    first = plan.table.iloc[0]
    west = {"Quay": 0, "Mill": 200, "Fort": 400}[first["place"]]
    time = pd.date_range(first["start"], first["end"], freq="1min")
    at = gpd.points_from_xy([west + 50] * len(time), [50] * len(time))
    fixes = gpd.GeoDataFrame({"unit": "U1", "time": time}, geometry=at, crs=27700)
    dosage = hs.patrol_dosage(fixes, PLACES, "2026-03-02", "2026-03-04", plan=plan)
    assert dosage.table["asked"].sum() == 9
    assert dosage.by_place.set_index("place")["share"][first["place"]] == pytest.approx(1 / 3)
    assert "Of 9 visits asked for 1 were made" in dosage.summary()
    # Weeks join what an evaluation asks for.
    weekly = dosage.by_week.assign(week=pd.Timestamp("2026-01-12"))
    joined = hs.impact.by_dose(CRIMES, dosage.places, weekly, reached="made", window_days=7)
    assert joined.table["place_weeks"].sum() == 3


BEATS = PLACES.rename(columns={"place": "area"})


def walks(hours: dict[tuple[str, str, str], float]) -> gpd.GeoDataFrame:
    """Return fixes of units that walk in a beat for so many hours of a month, from its first."""
    parts = []
    for (unit, area, month), long in hours.items():
        west = {"Quay": 0, "Mill": 200, "Fort": 400}[area]
        left, day = long, pd.Timestamp(f"{month}-01 08:00")
        while left > 0:
            time = pd.date_range(day, day + pd.Timedelta(hours=min(left, 8)), freq="1min")
            x = west + 20 + np.arange(len(time)) % 2 * 60
            parts.append(pd.DataFrame({"unit": unit, "time": time, "x": x}))
            left, day = left - 8, day + pd.Timedelta(days=1)
    for month in {month for _, _, month in hours}:
        # Somebody is on duty on the first and the last day, elsewhere.
        ends = [
            pd.Timestamp(f"{month}-01 00:01"),
            pd.Timestamp(f"{month}-28 00:00") + pd.offsets.MonthEnd(0),
        ]
        parts.append(pd.DataFrame({"unit": "desk", "time": ends, "x": 5000}))
    frame = pd.concat(parts, ignore_index=True)
    at = gpd.points_from_xy(frame["x"], [50] * len(frame))
    return gpd.GeoDataFrame(frame[["unit", "time"]], geometry=at, crs=27700)


MONTH = "2026-01"
THREE = {("A", "Quay", MONTH): 10.0, ("B", "Quay", MONTH): 8.0, ("C", "Quay", MONTH): 3.6}


def published(hours: dict[Any, float], as_of: str = "2026-03-02") -> dict[tuple[str, str], Any]:
    table = hs.public_patrols(walks(hours), BEATS, as_of).table
    return {
        (row.area, row.month): None if pd.isna(row.hours) else int(row.hours)
        for row in table.itertuples()
    }


def test_whole_hours_of_three_units_are_published_and_no_others() -> None:
    two = {("D", "Mill", MONTH): 5.0, ("E", "Mill", MONTH): 7.0}
    assert published({**THREE, **two}) == {
        ("Quay", MONTH): 22, ("Mill", MONTH): None, ("Fort", MONTH): None
    }  # fmt: skip
    # A third that is hardly there leaves each of the two the other's hours.
    hardly = {**two, ("F", "Mill", MONTH): 0.25}
    assert published({**THREE, **hardly})["Mill", MONTH] is None


def test_what_is_withheld_cannot_be_told_from_nought_by_anything_that_is_written(
    tmp_path: Path,
) -> None:
    with_two = {**THREE, ("D", "Mill", MONTH): 5.0, ("E", "Mill", MONTH): 40.0}
    one, other = (
        hs.public_patrols(walks(hours), BEATS, "2026-03-02") for hours in (THREE, with_two)
    )
    for name, made in (("one", one), ("other", other)):
        made.write(tmp_path / name)
    files = sorted(path.name for path in (tmp_path / "one").iterdir())
    assert len(files) == 5
    for name in files:
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "other" / name).read_bytes()
    text = (tmp_path / "one" / "public-patrols.html").read_text(encoding="utf-8")
    assert "For publication" in text
    assert "unit" not in text.lower().replace("community", "")


def test_a_later_publication_says_the_same_of_what_was_published() -> None:
    months = {**THREE, **{(unit, "Quay", "2026-02"): 9.0 for unit in "ABC"}}
    early, late = published(months, "2026-03-02"), published(months, "2026-03-28")
    assert ("Quay", "2026-02") not in early
    assert late["Quay", "2026-02"] == 27
    assert {key: late[key] for key in early} == early
    # 28 days after the end of February, and not a day before.
    assert ("Quay", "2026-02") not in published(months, "2026-03-27")


def test_nothing_is_published_where_nothing_may_be() -> None:
    with pytest.raises(hs.DataError, match="Nothing may be published"):
        published({("A", "Quay", MONTH): 10.0, ("B", "Quay", MONTH): 10.0})
    with pytest.raises(hs.DataError, match="No month is whole"):
        published(THREE, "2026-02-10")
    for wrong in ({"lag_days": 7}, {"smallest": 2}):
        with pytest.raises(hs.ConfigError):
            hs.public_patrols(walks(THREE), BEATS, "2026-03-02", **wrong)


def test_no_sum_of_what_is_published_stands_beside_it() -> None:
    made = hs.public_patrols(walks({**THREE, ("D", "Mill", MONTH): 5.0}), BEATS, "2026-03-02")
    assert made.table.columns.tolist() == ["area", "month", "hours"]
    assert not {"27", "26"} & set(made.summary().replace(".", " ").split())
    assert "total" not in str(made.content()).lower()


def test_many_faults_of_shifts_are_told_in_few_lines() -> None:
    shifts = pd.DataFrame({"start": ["02/03/2026 08:00"] * 14, "end": ["02/03/2026 22:00"] * 14})
    with pytest.raises(hs.ConfigError) as told:
        hs.patrol_plan(PLACES, CRIMES, shifts)
    assert len(told.value.problems) == 6
    assert told.value.problems[-1].startswith("23 more faults of shifts. Dates as text are year")
