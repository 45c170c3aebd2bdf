"""The team's clock: waking hours, counted against a slow twin that walks minute by minute."""

import pandas as pd
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from hotspot import ConfigError
from hotspot.cocooning.waking_hours import WakingHours, read_waking_hours
from hotspot.dates import cutoff
from tests import naive

DAY = 24 * 60
MOMENT = st.integers(0, 3 * DAY).map(
    lambda minutes: pd.Timestamp("2026-03-28") + pd.Timedelta(minutes=minutes)
)
HOURS = (
    st.tuples(st.integers(0, DAY), st.integers(0, DAY))
    .filter(lambda ends: abs(ends[0] - ends[1]) >= 60)
    .map(lambda ends: WakingHours(min(ends), max(ends)))
)
FEW = st.integers(0, 1500)


@settings(max_examples=25, deadline=None)
@given(start=MOMENT, minutes=FEW, hours=HOURS)
@example(pd.Timestamp("2026-03-28 21:00"), 0, WakingHours(480, 1260))
@example(pd.Timestamp("2026-03-28 21:00"), 1, WakingHours(480, 1260))
@example(pd.Timestamp("2026-03-28"), 60, WakingHours(480, DAY))
@example(pd.Timestamp("2026-03-28"), 60, WakingHours(0, DAY))
def test_time_adds_up_as_it_does_minute_by_minute(start, minutes, hours):
    minutes = min(minutes, 3 * (hours.closes_min - hours.opens_min))
    expected = naive.waking_time_after(start, minutes, hours.opens_min, hours.closes_min)
    assert hours.after(start, minutes / 60) == expected


@settings(max_examples=100)
@given(start=MOMENT, one=FEW, other=FEW, hours=HOURS)
def test_a_time_is_within_the_hours_never_before_its_start_and_adds_up(start, one, other, hours):
    then = hours.after(start, one / 60)
    assert hours.holds(then)
    assert then >= start
    assert hours.after(then, other / 60) == hours.after(start, (one + other) / 60)
    assert hours.after(start, (one + other) / 60) >= then


@settings(max_examples=50)
@given(starts=st.tuples(MOMENT, MOMENT), minutes=FEW, hours=HOURS)
def test_who_starts_earlier_is_not_due_later(starts, minutes, hours):
    assert hours.after(min(starts), minutes / 60) <= hours.after(max(starts), minutes / 60)


def test_rings_are_due_in_waking_hours_from_the_issue_of_the_list():
    hours = WakingHours()
    issued = hours.issue_of(cutoff("2026-03-02"))
    assert issued == pd.Timestamp("2026-03-03 08:00")
    assert hours.after(issued, 24) == pd.Timestamp("2026-03-04 19:00")
    assert hours.after(issued, 48) == pd.Timestamp("2026-03-06 17:00")


@pytest.mark.parametrize(
    ("as_of", "issued"),
    [
        ("2026-03-02", "2026-03-03 08:00"),
        ("2026-03-02 07:00", "2026-03-02 08:00"),
        ("2026-03-02 09:30", "2026-03-02 09:30"),
        ("2026-03-02 21:00", "2026-03-02 21:00"),
        ("2026-03-02 22:15", "2026-03-03 08:00"),
        ("2026-03-02 23:59:59", "2026-03-03 08:00"),
    ],
)
def test_a_list_of_a_day_goes_out_the_next_waking_morning(as_of, issued):
    assert WakingHours().issue_of(cutoff(as_of)) == pd.Timestamp(issued)


@pytest.mark.parametrize(
    "value",
    ["08:00-21:00", ["08:00"], ["08:00", "25:00"], ["8", "21"], [8, 21], ["08:00", "21:60"], 8,
     ["08:00", "21:00", "22:00"], {"from": "08:00"}],
)  # fmt: skip
def test_what_is_no_pair_of_times_is_refused_in_words(value):
    with pytest.raises(ConfigError, match="waking_hours must be two times of a day") as caught:
        read_waking_hours(value)
    assert repr(value) in str(caught.value)


@pytest.mark.parametrize("value", [["21:00", "08:00"], ["08:00", "08:00"]])
def test_hours_that_end_before_they_begin_are_refused(value):
    with pytest.raises(ConfigError, match="must begin before they end"):
        read_waking_hours(value)


def test_the_hours_of_a_set_up_are_read():
    assert read_waking_hours(None) == WakingHours(480, 1260)
    assert read_waking_hours([" 9:05", "24:00"]) == WakingHours(545, DAY)
