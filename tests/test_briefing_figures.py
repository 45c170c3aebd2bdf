"""The numbers of the page, against slow twins and by hand."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binomtest

from hotspot.briefing.figures.homes import repeat_addresses
from hotspot.briefing.figures.hours import hours_by_area
from hotspot.briefing.figures.known import KnownBurglaries, recent_counts
from hotspot.briefing.figures.methods import HELD_BACK, NOT_RECORDED, methods_by_area
from hotspot.briefing.figures.weeks import weekly_comparison
from hotspot.density.hours_of_week import aoristic_hours, aoristic_hours_of, peak_hours
from hotspot.geo import NO_AREA
from tests import naive

START = pd.Timestamp("2026-03-02")  # a Monday


def burglaries(windows: list[tuple[object, object]], **columns: object) -> gpd.GeoDataFrame:
    """Canonical burglaries with these windows, all at one point."""
    made = gpd.GeoDataFrame(
        {
            "crime_ref": [f"B{i}" for i in range(len(windows))],
            "occurred_from": [pd.Timestamp(start) for start, _ in windows],
            "occurred_to": [pd.Timestamp(end) for _, end in windows],
            **columns,
        },
        geometry=gpd.points_from_xy([0.0] * len(windows), [0.0] * len(windows)),
        crs="EPSG:27700",
    )
    made.attrs["resolution"] = "day"
    return made


def at(*times: str, **columns: object) -> gpd.GeoDataFrame:
    return burglaries([(time, time) for time in times], **columns)


known = KnownBurglaries.at
minutes = st.integers(0, 3 * 7 * 24 * 60)
lengths = st.one_of(st.just(0), st.integers(1, 90), st.integers(1, 9 * 24 * 60))


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(minutes, lengths), min_size=1, max_size=6))
def test_hours_agree_with_walking_every_minute(drawn: list[tuple[int, int]]) -> None:
    windows = [
        (START + pd.Timedelta(minutes=first), START + pd.Timedelta(minutes=first + length))
        for first, length in drawn
    ]
    hours = aoristic_hours(burglaries(windows))
    weights, without_time, too_long = naive.hours_of_week(windows)
    np.testing.assert_allclose(hours.weights, weights, atol=1e-12)
    assert (hours.without_time, hours.too_long) == (without_time, too_long)
    assert hours.weights.sum() == pytest.approx(hours.counted)


def test_a_window_is_shared_by_its_minutes() -> None:
    hours = aoristic_hours(burglaries([("2026-03-02 09:45", "2026-03-02 10:45")]))
    assert hours.weights[0, 9] == 0.25
    assert hours.weights[0, 10] == 0.75
    assert hours.counted == 1


def test_midnight_at_both_ends_is_a_date_without_a_time() -> None:
    hours = aoristic_hours(
        burglaries(
            [
                ("2026-03-02", "2026-03-02"),
                ("2026-03-02", "2026-03-12"),
                ("2026-03-03", "2026-03-03 12:00"),
            ]
        )
    )
    assert (hours.counted, hours.without_time, hours.too_long) == (1, 2, 0)
    np.testing.assert_allclose(hours.weights[1, :12], 1 / 12)


def test_a_window_over_a_week_is_left_out_and_one_of_a_week_is_not() -> None:
    hours = aoristic_hours(
        burglaries([("2026-03-02 01:00", "2026-03-09 01:00"), ("2026-03-02", "2026-03-09 00:01")])
    )
    assert (hours.counted, hours.too_long) == (1, 1)
    np.testing.assert_allclose(hours.weights, 1 / 168)


def test_the_busiest_hours_may_run_over_midnight() -> None:
    hours = aoristic_hours(at("2026-03-02 23:10", "2026-03-03 01:10", "2026-03-04 12:00"))
    first, share = peak_hours(hours)
    assert first in range(20, 24)
    assert share == pytest.approx(2 / 3)
    nothing = peak_hours(aoristic_hours(at("2026-03-02")))
    assert np.isnan(nothing[1])


def test_the_hours_of_parts_are_those_of_each_alone() -> None:
    rng = np.random.default_rng(4)
    start = pd.Timestamp("2026-01-01") + pd.to_timedelta(rng.integers(0, 4_000, 200) * 1_800, "s")
    long = pd.to_timedelta(rng.choice([0, 0, 1, 9, 200], 200), "h")
    frame = burglaries(list(zip(start.astype(str), (start + long).astype(str), strict=True)))
    parts = [np.flatnonzero(rng.random(200) < share) for share in (0.0, 0.02, 0.3, 1.0)]
    for rows, found in zip(parts, aoristic_hours_of(frame, parts), strict=True):
        alone = aoristic_hours(frame.iloc[rows])
        assert (found.counted, found.without_time, found.too_long) == (
            alone.counted, alone.without_time, alone.too_long,
        )  # fmt: skip
        np.testing.assert_array_equal(found.weights, alone.weights)
        assert found.weights.sum() == pytest.approx(found.counted)


def test_hours_by_area_count_what_has_a_time() -> None:
    frame = at("2026-03-02 10:00", "2026-03-02 11:00", "2026-03-02", area=["N", "N", None])
    found = hours_by_area(frame)
    assert found["counted"].to_dict() == {"N": 2, NO_AREA: 0}
    assert found.loc["N", "share"] == 1


def test_what_is_new_counts_from_when_it_was_found_whenever_it_was_recorded() -> None:
    frame = at(
        "2026-02-01 10:00",
        "2026-03-02 10:00",
        "2026-02-25 10:00",
        "2026-03-03 10:00",
        area=["N", "S", "N", "N"],
        recorded_at=pd.to_datetime(["2026-03-02 09:00", None, "2026-02-25 00:00", None]),
    )
    counts = recent_counts(known(frame, "2026-03-02"))
    assert counts.to_dict("index") == {
        "N": {"last_24_hours": 0, "last_7_days": 1},
        "S": {"last_24_hours": 1, "last_7_days": 1},
    }


def test_a_day_before_a_time_is_24_hours() -> None:
    frame = at("2026-03-01 06:00", "2026-03-01 06:01", "2026-03-02 06:00", "2026-03-02 06:01")
    since = known(frame, "2026-03-02 06:00").learned_within(1)
    assert since.tolist() == [False, True, True]


def test_weeks_are_the_same_weekdays() -> None:
    days = ["2026-03-02", "2026-02-24", "2026-02-23", "2026-02-17", "2026-02-16"]
    last_year = ["2025-03-03", "2025-02-25", "2025-02-24"]
    now, (before, year) = weekly_comparison(known(at(*days, *last_year), "2026-03-02"))
    assert (now, before.count, year.count) == (2, 2, 2)
    assert before.last == pd.Timestamp("2026-02-23 23:59:59.999999")
    assert year.last == pd.Timestamp("2025-03-03 23:59:59.999999")
    assert year.last.day_name() == "Monday"


def test_weeks_that_vary_in_series_make_no_alarm_of_what_is_usual_here():
    # Every other week holds a series of eight: 12 and 4 are what weeks here are.
    days = [7 * week + n % 7 for week in range(60) for n in range(12 if week % 2 else 4)]
    last = pd.Timestamp("2026-03-02")
    found = [f"{last - pd.Timedelta(days=day):%Y-%m-%d} 12:00" for day in days]
    now, (before, year) = weekly_comparison(known(at(*found), "2026-03-02"))
    assert (now, before.count, year.count) == (4, 12, 4)
    assert before.dispersion == pytest.approx(4.0, abs=1.0)
    assert before.p_value > 0.3


def test_a_week_that_the_data_do_not_reach_is_not_known() -> None:
    _, (before, year) = weekly_comparison(known(at("2026-03-02", "2026-02-10"), "2026-03-02"))
    assert before.count == 0
    assert year.count is None


def test_the_test_of_two_weeks_is_exact() -> None:
    times = ["2026-03-01"] * 15 + ["2026-02-20"] * 5 + ["2026-01-01"]
    now, (before, _) = weekly_comparison(known(at(*times), "2026-03-02"))
    assert (now, before.count) == (15, 5)
    assert before.p_value == pytest.approx(naive.two_counts_p_value(15, 5))
    assert before.ratio == 3
    assert before.low < 3 < before.high
    assert before.low > 1


@pytest.mark.parametrize(("now", "then"), [(0, 5), (3, 3), (12, 9), (1, 0), (40, 70)])
def test_the_interval_of_a_ratio_is_that_of_the_exact_test(now: int, then: int) -> None:
    times = ["2026-03-01"] * now + ["2026-02-20"] * then + ["2026-01-01"]
    _, (before, _) = weekly_comparison(known(at(*times), "2026-03-02"))
    test = binomtest(now, now + then, 0.5)
    interval = test.proportion_ci(0.95)
    assert before.p_value == pytest.approx(test.pvalue)
    assert before.low / (1 + before.low) == pytest.approx(interval.low)
    assert (before.high == np.inf) == (interval.high == 1)
    if interval.high < 1:
        assert before.high / (1 + before.high) == pytest.approx(interval.high)


def test_a_week_against_nothing_has_no_upper_end() -> None:
    now, (before, _) = weekly_comparison(known(at("2026-03-01", "2026-01-01"), "2026-03-02"))
    assert (now, before.count) == (1, 0)
    assert before.ratio == before.high == float("inf")


def test_repeats_are_told_by_uprn_else_by_address_and_point() -> None:
    frame = at(
        *["2026-02-01 10:00", "2026-02-02 10:00", "2026-02-03 10:00", "2026-02-04 10:00"],
        *["2026-02-05 10:00", "2026-02-06 10:00"],
        uprn=["1", "1", None, None, None, None],
        address=["1 Mill Lane", "1, Mill Lane", "2 Mill Lane", "2  MILL lane", None, None],
        area=["N"] * 6,
    )
    found = repeat_addresses(known(frame, "2026-03-02"))
    assert found["burglaries"].tolist() == [2, 2]
    assert found["address"].tolist() == ["2  MILL lane", "1, Mill Lane"]
    assert found["latest"].tolist() == list(
        pd.to_datetime(["2026-02-04 10:00", "2026-02-02 10:00"])
    )


def test_one_text_at_two_points_or_without_a_number_is_no_home() -> None:
    times = ["2026-02-01 10:00", "2026-02-02 10:00", "2026-02-03 10:00", "2026-02-04 10:00"]
    frame = at(*times, address=["1 High Street", "1 High Street", "Doggerby", "Doggerby"])
    frame.geometry = gpd.points_from_xy([0, 50, 9, 9], [0, 0, 9, 9], crs=frame.crs)
    assert repeat_addresses(known(frame, "2026-03-02")).empty


def test_a_burglary_that_was_matched_to_a_home_counts_there() -> None:
    frame = at(
        "2026-02-01 10:00",
        "2026-02-02 10:00",
        uprn=["1", None],
        address=["Rose Cottage", "Rose Cottage"],
        home=["1", "1"],
    )
    assert repeat_addresses(known(frame, "2026-03-02"))["burglaries"].tolist() == [2]


def test_a_shared_house_with_overlapping_windows_is_one_burglary() -> None:
    frame = burglaries(
        [("2026-02-01 09:00", "2026-02-01 17:00"), ("2026-02-01 08:00", "2026-02-01 18:00")],
        uprn=["1", "1"],
    )
    assert repeat_addresses(known(frame, "2026-03-02")).empty


def test_repeats_of_more_than_a_year_ago_do_not_count() -> None:
    frame = at("2025-03-02 10:00", "2026-02-02 10:00", uprn=["1", "1"])
    assert repeat_addresses(known(frame, "2026-03-02")).empty
    assert len(repeat_addresses(known(frame, "2026-03-01"))) == 1


def test_repeats_agree_with_counting_by_hand() -> None:
    rng = np.random.default_rng(1)
    days = rng.integers(0, 500, 400)
    times = [START - pd.Timedelta(days=int(day), hours=-10) for day in days]
    frame = burglaries([(t, t) for t in times], uprn=[str(n) for n in rng.integers(0, 60, 400)])
    found = repeat_addresses(known(frame, "2026-03-02"))
    expected = naive.repeat_counts(frame, pd.Timestamp("2026-03-02 23:59:59.999999"))
    assert sorted(found["burglaries"]) == sorted(expected)


def test_methods_are_codes_and_free_text_is_held_back() -> None:
    text = "forced rear door while the family was asleep"
    frame = at(
        *["2026-02-01"] * 5,
        mo=["REAR", "REAR", None, text, "FRONT"],
        area=["N", "N", "N", "N", None],
    )
    found = methods_by_area(frame)
    assert found.to_dict("records") == [
        {"area": "N", "mo": "REAR", "burglaries": 2},
        {"area": "N", "mo": HELD_BACK, "burglaries": 1},
        {"area": "N", "mo": NOT_RECORDED, "burglaries": 1},
        {"area": NO_AREA, "mo": "FRONT", "burglaries": 1},
    ]


def test_figures_leave_their_input_as_it_was() -> None:
    frame = at("2026-03-01 10:00", "2026-02-20 10:00", uprn=["1", "1"], mo=["A", None])
    before = frame.copy()
    recent_counts(known(frame, "2026-03-02"))
    weekly_comparison(known(frame, "2026-03-02"))
    aoristic_hours(frame)
    repeat_addresses(known(frame, "2026-03-02"))
    methods_by_area(frame)
    pd.testing.assert_frame_equal(frame, before)
