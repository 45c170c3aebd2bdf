"""Where the briefing draws a line, what lies on it: one step to each side of every threshold."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from hotspot.briefing import load_config
from hotspot.briefing.exchanged_coordinates import check_coordinates
from hotspot.briefing.figures.homes import repeat_addresses
from hotspot.briefing.figures.known import KnownBurglaries, recent_counts
from hotspot.briefing.figures.methods import HELD_BACK, method_codes
from hotspot.briefing.figures.weeks import WeekChange, weekly_comparison
from hotspot.briefing.findings import RaisedRisk
from hotspot.briefing.inputs import read_inputs
from hotspot.briefing.sections.hours_and_method import hours
from hotspot.briefing.sections.this_week import week_words
from hotspot.density.hours_of_week import Hours, peak_hours
from hotspot.incidents.free_text import LONGEST_METHOD
from tests.conftest import incidents_at

AS_OF = pd.Timestamp("2026-03-02 06:00")


def found_at(*times: str, **columns: object) -> Any:
    """Return burglaries found at these moments, all at one point."""
    days = (pd.to_datetime(list(times)) - pd.Timestamp("2026-01-01")) / pd.Timedelta(days=1)
    nowhere = [0.0] * len(times)
    return incidents_at(nowhere, nowhere, days, start="2026-01-01", **columns)


def known(*times: str, **columns: object) -> KnownBurglaries:
    return KnownBurglaries.at(found_at(*times, **columns), AS_OF)


def test_a_day_and_a_week_end_at_the_cut_off_and_begin_after_the_moment_before_them() -> None:
    day = known("2026-03-01 06:00", "2026-03-01 06:01", "2026-03-02 06:00", "2026-03-02 06:01")
    assert day.learned_within(1).tolist() == day.found_in_day().tolist() == [False, True, True]
    week = known("2026-02-23 23:59", "2026-02-24 00:00")
    assert week.found_within(7).tolist() == [False, True]
    assert recent_counts(week)["last_7_days"].tolist() == [1]
    # The week before ends at the same hour: what was found later on that day is in neither.
    week_before = "2026-02-16 23:59", "2026-02-17 00:00", "2026-02-23 06:00", "2026-02-23 06:01"
    now, (before, _) = weekly_comparison(known(*week_before, "2026-02-24 00:00"))
    assert (now, before.count) == (1, 2)


def test_whole_days_begin_at_midnight() -> None:
    year = known("2026-02-23 23:59", "2026-02-24 00:00", "2026-03-02 05:00")
    assert year.found_within(7).tolist() == [False, True, True]


def test_a_week_is_known_where_the_data_begin_on_its_first_day() -> None:
    _, (before, _) = weekly_comparison(known("2026-02-17 23:59", "2026-03-01 12:00"))
    assert before.count == 1
    _, (before, _) = weekly_comparison(known("2026-02-18 00:00", "2026-03-01 12:00"))
    assert before.count is None


@pytest.mark.parametrize(("p_value", "usual"), [(0.05, True), (0.0499, False)])
def test_a_difference_is_usual_down_to_one_in_twenty(p_value: float, usual: bool) -> None:
    words = week_words(9, WeekChange("last week", AS_OF, 3, p_value=p_value))
    assert ("usual from week to week" in words) == usual


def spread(*hours_of_day: int) -> Hours:
    weights = np.zeros((7, 24))
    for hour in hours_of_day:
        weights[0, hour] += 1
    return Hours(weights, len(hours_of_day), 0, 0)


def test_of_equal_spans_of_hours_the_earliest_is_the_busiest() -> None:
    # 3 and 15 tie: the six hours that hold hour 3 and begin first are those from midnight.
    assert peak_hours(spread(3, 15)) == (0, 0.5)
    # All six hours from 3 hold 3, 8; those from 4 lose hour 3.
    assert peak_hours(spread(3, 8, 15)) == (3, pytest.approx(2 / 3))
    # Over midnight: hours 23 and 4 are six in a row, 23 and 5 are seven.
    assert peak_hours(spread(23, 4)) == (23, 1.0)
    assert peak_hours(spread(23, 5)) == (0, 0.5)


@pytest.mark.parametrize("number", [9, 10])
def test_a_busiest_span_needs_ten_burglaries(number: int) -> None:
    frame = found_at(*["2026-03-01 12:30"] * number, area=["N"] * number)
    inputs = SimpleNamespace(known=KnownBurglaries.at(frame, "2026-03-02"), has_areas=True)
    (content,) = hours(SimpleNamespace(inputs=inputs)).tables  # type: ignore[arg-type]
    assert content is not None
    assert ("too few to tell" in [cell.text for cell in content.rows[0]]) == (number < 10)


def test_a_code_has_at_most_forty_characters() -> None:
    assert LONGEST_METHOD == 40
    frame = found_at("2026-03-01 12:00", "2026-03-01 12:00", mo=["x" * 40, "x" * 41])
    assert method_codes(frame).tolist() == ["x" * 40, HELD_BACK]


def test_a_year_of_repeats_is_of_365_whole_days() -> None:
    last_year = [["2025-03-02 23:59", "2026-03-01 12:00"], ["2025-03-03 00:00", "2026-03-01 12:00"]]
    homes = [repeat_addresses(known(*times, uprn=["1", "1"])) for times in last_year]
    assert [len(rows) for rows in homes] == [0, 1]


@pytest.mark.parametrize(("share", "too_wide"), [(0.2, False), (0.2001, True)])
def test_zones_are_too_wide_above_a_fifth(share: float, too_wide: bool) -> None:
    assert RaisedRisk(found_at(), share).too_wide == too_wide


def test_half_outside_is_no_alarm_and_one_more_is() -> None:
    areas = gpd.GeoDataFrame(
        {"area": ["N"]}, geometry=[shapely.box(0, 0, 100, 100)], crs="EPSG:27700"
    )
    half = incidents_at([50, 50, 500, 500], [50] * 4, [0] * 4)
    assert check_coordinates(half, None, areas) == ()
    # A metre off the border is on it.
    border = incidents_at([50, 101, 500, 500], [50] * 4, [0] * 4)
    assert check_coordinates(border, None, areas) == ()
    most = incidents_at([50, 101.5, 500, 500], [50] * 4, [0] * 4)
    with pytest.warns(match="3 of 4 burglaries lie outside all beats"):
        check_coordinates(most, None, areas)


def test_stale_after_two_days(town_folder: Path) -> None:
    config = load_config(town_folder / "briefing.toml")
    stale = {day: read_inputs(config.changed(as_of=f"2026-03-0{day}")).stale for day in (4, 5)}
    assert stale == {4: None, 5: "DATA IS 3 DAYS OLD"}
