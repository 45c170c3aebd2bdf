"""Day and month that a spreadsheet of another locale exchanged are exchanged back, and told."""

import datetime as dt
from collections.abc import Callable, Sequence

import numpy as np
import openpyxl
import pandas as pd
import pytest

import hotspot as hs
from hotspot.reading.datetimes import Reading, read_datetimes

DAY = dt.timedelta(days=1)
JANUARY = dt.datetime(2026, 1, 2)


def exchanged(moment: dt.datetime) -> dt.datetime:
    """Return what a spreadsheet of another locale makes of a date it takes for one."""
    return moment.replace(month=moment.day, day=moment.month)


def as_opened(
    moments: Sequence[dt.datetime],
    text: str = "%d/%m/%Y",
    real: Callable[[dt.datetime], object] = exchanged,
) -> list[object]:
    """Return the cells of moments that such a spreadsheet has opened."""
    return [real(when) if when.day <= 12 else when.strftime(text) for when in moments]


def every(days: int, number: int, start: dt.datetime = JANUARY) -> list[dt.datetime]:
    return [start + days * DAY * place for place in range(number)]


def read(**columns: Sequence[object]) -> Reading:
    frame = pd.DataFrame({name: pd.Series(cells, dtype=object) for name, cells in columns.items()})
    return read_datetimes(frame, {name: (name,) for name in columns})


def assert_read(reading: Reading, name: str, right: Sequence[dt.datetime]) -> None:
    moments = reading.times[name].moments.astype("datetime64[s]")
    assert moments.tolist() == list(right)


@pytest.mark.parametrize("text", ["%d/%m/%Y", "%m/%d/%Y", "%d.%m.%y", "%d/%m/%Y %H:%M"])
def test_dates_are_exchanged_back_whatever_the_order_of_the_text(text: str) -> None:
    right = every(1, 60, JANUARY + dt.timedelta(hours=22 if "H" in text else 0))
    reading = read(From=as_opened(right, text))
    assert_read(reading, "From", right)
    (told,) = [line for line in reading.warnings if "another locale" in line]
    assert "text (35) all have a day over 12" in told
    assert "real dates (25) all have one of 12 or less" in told


@pytest.mark.parametrize("form", ["%Y-%m-%d", "%d-%b-%Y"])
def test_a_csv_file_that_such_a_spreadsheet_wrote_has_two_forms_in_a_column(form: str) -> None:
    right = every(1, 60)
    reading = read(From=as_opened(right, real=lambda when: exchanged(when).strftime(form)))
    assert_read(reading, "From", right)
    # In its own order the text reads as it was, and nothing is to be exchanged.
    same = read(From=as_opened(right, real=lambda when: f"{when.day}/{when.month}/{when.year}"))
    assert_read(same, "From", right)
    assert same.warnings == []


def test_two_columns_are_judged_together_and_one_of_its_own_making_is_left() -> None:
    right = every(2, 40)
    later = [when + 2 * DAY for when in right]
    recorded = [when + 9 * DAY for when in right]
    # Few ends are told, and those of the first days of a month, so that no text stands there.
    ends = [when if when.day <= 12 and place < 12 else None for place, when in enumerate(later)]
    reading = read(
        From=as_opened(right), To=[end and exchanged(end) for end in ends], Recorded=recorded
    )
    assert_read(reading, "From", right)
    assert_read(reading, "To", ends)
    assert_read(reading, "Recorded", recorded)


def test_a_few_rows_are_exchanged_back_where_the_dates_show_it_and_told_where_they_do_not() -> None:
    six = every(5, 6)
    assert_read(read(From=as_opened(six)), "From", six)
    four = [dt.datetime(2026, 3, day) for day in (3, 6, 14, 20)]
    assert_read(read(From=as_opened(four)), "From", four)
    short = [dt.datetime(2026, 3, day) for day in range(2, 16)]
    assert_read(read(From=as_opened(short)), "From", short)
    two = [dt.datetime(2026, 3, day) for day in (5, 14)]
    reading = read(From=as_opened(two))
    assert_read(reading, "From", [exchanged(two[0]), two[1]])
    (told,) = [line for line in reading.warnings if "not certain of so few" in line]
    assert told.endswith("such as 2026-03-25.")


def test_a_cell_typed_by_hand_does_not_hide_the_pattern() -> None:
    right = every(1, 240)
    cells = as_opened(right)
    cells[2], cells[60] = "04/01/2026", dt.datetime(2026, 3, 3)
    cells[40] = right[40] = dt.datetime(2026, 2, 20)
    reading = read(From=cells)
    assert_read(reading, "From", right)


@pytest.mark.parametrize(
    "cells",
    [
        # The first days of months, all real, or all text.
        [dt.datetime(2026, month, day) for month in range(1, 7) for day in (1, 5, 12)],
        [f"{day:02d}/{month:02d}/2026" for month in range(1, 7) for day in (1, 5, 11)],
        # A change of form within a month: the 12th was the last day of the old system.
        [dt.datetime(2026, 3, day) for day in range(1, 13)]
        + [f"{day}/03/2026" for day in range(13, 32)],
        # The first days of months, and two that were typed.
        [dt.datetime(2026, month, day) for month in range(3, 11) for day in range(1, 13) if day % 5]
        + ["13/06/2026", "25/08/2026"],
        # Two exports pasted together, and text typed among real dates.
        [when.strftime(form) for when in every(1, 60) for form in ("%Y-%m-%d", "%d/%m/%Y")],
        [*every(1, 60), "13/02/2026", "25/01/2026"],
    ],
    ids=["real", "text", "change", "firsts", "pasted", "typed"],
)
def test_genuine_dates_are_never_exchanged(cells: list[object]) -> None:
    reading = read(From=cells)
    right = [
        pd.to_datetime(cell, dayfirst="/" in cell) if isinstance(cell, str) else cell
        for cell in cells
    ]
    assert_read(reading, "From", right)
    assert not [line for line in reading.warnings if "another locale" in line]


def test_years_of_random_days_are_exchanged_back_and_never_without_cause() -> None:
    draw = np.random.default_rng(12)
    for _ in range(20):
        days = [JANUARY + int(day) * DAY for day in draw.integers(0, 1200, draw.integers(12, 200))]
        assert_read(read(From=as_opened(days)), "From", days)
        typed = [when if draw.random() < 0.5 else when.strftime("%d/%m/%Y") for when in days]
        assert_read(read(From=[*typed, "25/12/2025"]), "From", [*days, dt.datetime(2025, 12, 25)])


def test_a_workbook_opened_under_another_locale_keeps_its_cut_off(tmp_path) -> None:
    book = openpyxl.Workbook()
    book.active.append(["Crime Ref", "Date From", "Easting", "Northing"])
    for place, cell in enumerate(as_opened(every(1, 60))):
        book.active.append([f"A{place}", cell, 451000 + place * 20, 340000])
    book.save(tmp_path / "crimes.xlsx")
    check = hs.check_incidents(tmp_path / "crimes.xlsx")
    assert str(check.accepted["occurred_to"].max().date()) == "2026-03-02"
    assert any("another locale has exchanged day and month" in line for line in check.warnings)
