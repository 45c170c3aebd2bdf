"""Times of day in a column of their own: what its bare numbers are, the column decides."""

import datetime as dt

import numpy as np
import pandas as pd
import pytest

import hotspot as hs
from hotspot.reading.clocks import BAD_CLOCK, NO_CLOCK, UNCLEAR_CLOCK, clock_warnings, read_clocks


def clocks(cells: object, name: str = "Time") -> list[object]:
    seconds, _ = read_clocks(pd.Series(cells, name=name))
    minutes = [int(second) // 60 if second >= 0 else int(second) for second in seconds]
    return [f"{m // 60:02d}:{m % 60:02d}" if m >= 0 else m for m in minutes]


HHMM = ["22:30", "00:30", "00:05", "09:30", "00:45", "00:00", "24:00"]
WHOLE = [2230, 30, 5, 930, 45, 0, 2400]


@pytest.mark.parametrize(
    "cells",
    [
        WHOLE,
        [float(number) for number in WHOLE],
        [str(number) for number in WHOLE],
        [f"{number}.0" for number in WHOLE],
        [f"{number:04d}" for number in WHOLE],
        np.array(WHOLE, dtype=object),
        ["22:30", 30, "5", 930.0, "0045", "00:00", "24:00"],
        [number * 100 for number in WHOLE],
        [f"{number:04d}00" for number in WHOLE],
    ],
    ids=["int", "float", "text", "text of floats", "padded", "object", "mixed", "hhmmss", "six"],
)
def test_hours_and_minutes_without_leading_zeros(cells: object) -> None:
    assert clocks(cells) == HHMM


@pytest.mark.parametrize("number", [int, float, str])
@pytest.mark.parametrize("name", ["HOUR", "Occurred Hour", "hr_from"])
def test_a_column_called_hour_holds_whole_hours(name: str, number: type) -> None:
    cells = [number(hour) for hour in (9, 17, 0)]
    assert clocks(cells, name) == ["09:00", "17:00", "00:00"]


def test_many_hours_are_hours_and_two_digits_with_a_zero_too() -> None:
    assert clocks(list(range(24))) == [f"{hour:02d}:00" for hour in range(24)]
    assert clocks(["05", "22"]) == ["05:00", "22:00"]


def test_numbers_that_may_be_hours_or_minutes_are_not_guessed() -> None:
    cells = pd.Series([5, 20, 0], index=[2, 3, 4], name="Time")
    seconds, notes = read_clocks(cells)
    assert seconds.tolist() == [UNCLEAR_CLOCK, UNCLEAR_CLOCK, 0]
    assert notes == []
    (told,) = clock_warnings(seconds, cells)
    assert told.startswith("2 times of day in 'Time' may be hours or minutes after midnight")
    assert "(rows 2 and 3)" in told
    assert told.endswith("call the column Hour.")


@pytest.mark.parametrize(
    ("cells", "name"),
    [
        ([2230, 9999], "Time"),
        (["2230", "9999"], "Time"),
        (["22:30", "99:99"], "Time"),
        (["22:30", "unk"], "Time"),
        ([2230.0, np.nan], "Time"),
        ([22, 99], "Hour"),
        ([2230, -1], "Time"),
    ],
)
def test_a_code_for_not_known_is_no_time(cells: list[object], name: str) -> None:
    assert clocks(cells, name)[1] == NO_CLOCK


def test_what_is_no_time_of_day_stays_a_fault() -> None:
    assert clocks([2230, 960, 2500]) == ["22:30", BAD_CLOCK, BAD_CLOCK]
    assert clocks(["22.30", "0.30", "9.15pm"]) == ["22:30", "00:30", "21:15"]
    assert clocks([0.9375, 0.5, 0, dt.time(9, 30)]) == ["22:30", "12:00", "00:00", "09:30"]


def test_the_check_says_how_numbers_were_read(tmp_path) -> None:
    rows = "".join(
        f"{row},01/{13 + row}/2020,{time},34.05,-118.{25 + row}\n"
        for row, time in enumerate(WHOLE[:5])
    )
    path = tmp_path / "open.csv"
    path.write_text(f"DR_NO,DATE OCC,TIME OCC,LAT,LON\n{rows}", encoding="utf-8")
    check = hs.check_incidents(path)
    found = check.accepted["occurred_from"].dt.strftime("%H:%M").tolist()
    assert found == HHMM[:5]
    assert "Times in 'TIME OCC' were read as hours and minutes: 5 is 00:05." in check.notes


@pytest.mark.parametrize(
    ("cell", "time"),
    [
        *((202603132230, "22:30"), (202603132230.0, "22:30"), ("202603132230", "22:30")),
        *((20260313223000, "22:30"), ("20260313223000", "22:30"), (202603130005, "00:05")),
        *(("13/03/2026 21h", "21:00"), ("13/03/2026 9 h", "09:00"), ("13/03/2026 9h30", "09:30")),
        *(("13.03.2026, 18:00 Uhr", "18:00"), ("13.03.2026 um 18 Uhr", "18:00")),
        *(("13/03/2026 à 21h", "21:00"), ("13/03/2026 2230hr", "22:30")),
    ],
)
def test_a_date_and_its_time_run_together_or_parted_by_words_are_read(
    cell: object, time: str
) -> None:
    frame = pd.DataFrame({"Date": [cell], "E": [451000], "N": [340000]})
    (start,) = hs.check_incidents(frame).accepted["occurred_from"]
    assert start == pd.Timestamp(f"2026-03-13 {time}")
    for wrong in (202603132261, 202613132230, 20260313226000):
        assert len(hs.check_incidents(frame.assign(Date=wrong)).accepted) == 0


def test_three_digits_beside_a_date_are_hours_and_minutes() -> None:
    frame = pd.DataFrame({"Date": ["13/03/2026 930"], "E": [451000], "N": [340000]})
    assert (
        hs.check_incidents(frame).accepted["occurred_from"].dt.strftime("%H:%M").item() == "09:30"
    )
