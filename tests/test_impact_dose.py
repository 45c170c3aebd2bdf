"""Dose and outcome: weeks reached in time against asked and not reached, in one call."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

import hotspot as hs
from tests.conftest import incidents_at

BEATS = ["Harbour", "Moor", "Quay", "Town"]


@pytest.fixture(scope="module")
def frames():
    """Return burglaries of two years in four beats, the beats, and doses by week."""
    random = np.random.default_rng(1)
    places = gpd.GeoDataFrame(
        {"area": BEATS}, geometry=[shapely.box(1000 * n, 0, 1000 * n + 900, 900) for n in range(4)],
        crs="EPSG:27700",
    )  # fmt: skip
    number = 1200
    beat = random.integers(0, 4, number)
    crimes = incidents_at(
        1000 * beat + random.uniform(1, 899, number), random.uniform(1, 899, number),
        random.integers(0, 730, number),
    )  # fmt: skip
    weeks = pd.date_range("2025-03-03", "2026-12-28", freq="7D")
    rows = [
        {"place": name, "week": week, "asked": 10, "made": 8, "face_to_face": 3,
         "in_time": int(random.choice([0, 3, 5, 9]))}
        for name in BEATS for week in weeks
    ]  # fmt: skip
    return crimes, places, pd.DataFrame(rows)


def test_weeks_are_counted_as_looking_at_each_counts_them(frames):
    crimes, places, dose = frames
    found = hs.impact.by_dose(crimes, places, dose)
    for row in found.weeks.sample(20, random_state=2).itertuples():
        beat = places.loc[places["area"] == row.place, "geometry"].iloc[0]
        day = crimes.loc[crimes.within(beat), "occurred_to"].dt.normalize()
        before = day.between(row.week - pd.Timedelta(days=42), row.week - pd.Timedelta(days=1))
        after = day.between(row.week + pd.Timedelta(days=7), row.week + pd.Timedelta(days=48))
        assert (row.before, row.after) == (before.sum(), after.sum())
        assert row.group == (
            "asked and not reached" if row.in_time == 0
            else "reached in time" if row.in_time >= 5 else "partly or late"
        )  # fmt: skip
    assert found.table["place_weeks"].sum() == len(found.weeks)
    assert found.table["asked"].sum() == found.weeks["asked"].sum()
    assert len(found.weeks) + found.left_out == len(dose)
    last = pd.Timestamp(crimes["occurred_to"].max()).normalize()
    assert found.weeks["week"].max() + pd.Timedelta(days=48) <= last
    assert found.ratio.low < 1 < found.ratio.high
    assert "is no accident" in found.summary()
    assert "weeks left out: the data do not reach so far" in found.summary()
    shuffled = hs.impact.by_dose(crimes[::-1], places[::-1], dose.sample(frac=1, random_state=1))
    pd.testing.assert_frame_equal(found.table, shuffled.table)


def test_other_columns_and_weeks_written_as_text_are_read(frames, tmp_path):
    crimes, places, dose = frames
    renamed = dose.rename(columns={"asked": "planned", "in_time": "visits"})
    renamed["week"] = renamed["week"].dt.strftime("%Y-%m-%d")
    found = hs.impact.by_dose(crimes, places, renamed, asked="planned", reached="visits")
    assert found.table["place_weeks"].tolist() == (
        hs.impact.by_dose(crimes, places, dose).table["place_weeks"].tolist()
    )
    assert len(found.write(tmp_path)) == 5
    # Day first and month first are told apart by nobody: 3 February is not 2 March.
    slashes = dose.assign(week=dose["week"].dt.strftime("%d/%m/%Y"))
    with pytest.raises(hs.DataError, match=f"{len(dose)} rows of the dose .* year first"):
        hs.impact.by_dose(crimes, places, slashes)
    nobody = dose.assign(in_time=0)
    assert hs.impact.by_dose(crimes, places, nobody).ratio is None


def test_every_fault_of_a_dose_is_told_at_once(frames):
    crimes, places, dose = frames
    wrong = dose.head(4).astype({"asked": object, "week": object})
    wrong.loc[0, "asked"], wrong.loc[1, "in_time"], wrong.loc[2, "week"] = "ten", 99, "soon"
    wrong.loc[3, "place"] = "Nowhere"
    with pytest.raises(hs.DataError) as told:
        hs.impact.by_dose(crimes, places, wrong, window_days=0)
    for words in ("1 row of the dose without a week", "1 row of the dose without a number asked",
                  "more in_time than asked", "names 1 place without a polygon: Nowhere",
                  "window_days must be"):  # fmt: skip
        assert words in str(told.value)
    with pytest.raises(hs.DataError, match="The dose lacks week, in_time"):
        hs.impact.by_dose(crimes, places, dose[["place", "asked"]])
    with pytest.raises(hs.DataError, match="more than once"):
        hs.impact.by_dose(crimes, places, pd.concat([dose, dose], ignore_index=True))
