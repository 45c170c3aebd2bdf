"""Two dates in one cell are a window; counts of seconds and calendars of 1904 are days."""

import datetime as dt

import numpy as np
import openpyxl
import pandas as pd
import pytest
from openpyxl.utils.datetime import CALENDAR_MAC_1904

import hotspot as hs
from hotspot.dates import end_of_day, known_by
from hotspot.incidents import IncidentCheck
from hotspot.reading import date_spans
from hotspot.reading.date_spans import read_span
from hotspot.reading.datetimes import read_datetimes

DAYS = ("2024-03-21T00:00", "2024-03-27T00:00")
NIGHT = ("2024-03-21T22:00", "2024-03-22T06:00")


def check(cells: dict[str, list[object]], **options: object) -> IncidentCheck:
    rows = len(next(iter(cells.values())))
    place = {"Easting": [451000 + 50 * row for row in range(rows)], "Northing": [340000] * rows}
    return hs.check_incidents(pd.DataFrame({**cells, **place}), **options)


def window(cells: dict[str, list[object]], **options: object) -> list[tuple[str, str]]:
    accepted = check(cells, **options).accepted
    start, end = (
        accepted[name].dt.strftime("%Y-%m-%dT%H:%M") for name in ("occurred_from", "occurred_to")
    )
    return list(zip(start, end, strict=True))


@pytest.mark.parametrize(
    "text",
    [
        *("21.03.2024 bis 27.03.2024", "vom 21.3.24 bis zum 27.3.24", "21.03.-27.03.2024"),
        *("21/03/2024 - 27/03/2024", "21/03/2024-27/03/2024", "21/03/2024 – 27/03/2024"),
        *("between 21/03/2024 and 27/03/2024", "From 21 March 2024 until 27 March 2024"),
        *("2024-03-21 to 2024-03-27", "2024-03-21/2024-03-27", "2024-03-21 - 2024-03-27"),
        *("21-27/03/2024", "21 - 27 March 2024", "21.-27.03.2024", "21st to 27th March 2024"),
        *("21/03 - 27/03/2024", "21 Mar - 27 Mar 2024", "20240321 - 20240327"),
    ],
)
def test_two_days_in_a_cell_are_a_window(text: str) -> None:
    assert window({"Date": [text]}) == [DAYS]


@pytest.mark.parametrize(
    "text",
    [
        *("21/03/2024 22:00 - 22/03/2024 06:00", "2024-03-21T22:00/2024-03-22T06:00"),
        *("between 21/03/2024 2200 and 22/03/2024 0600", "21/03/2024 22:00 to 06:00"),
        *("21/03 22:00 - 22/03/2024 06:00", "21/03/2024 10pm to 22/03/2024 6am"),
        *("21.03.2024 22 Uhr bis 22.03.2024 06:00 Uhr", "21/03/2024 22:00-06:00"),
        *("21.03.2024, 22:00 Uhr bis 22.03.2024, 06:00 Uhr", "21.03.2024, 22 Uhr bis 6 Uhr"),
        *("21/03/2024 22h - 6h", "du 21/03/2024 à 22h au 22/03/2024 à 6h"),
    ],
)
def test_two_times_in_a_cell_are_a_window(text: str) -> None:
    assert window({"Date": [text]}) == [NIGHT]


def test_the_other_cells_of_the_column_and_the_order_are_read_with_them() -> None:
    cells = ["03/21/2024 - 03/27/2024", "03/05/2024", "03/04/2024 09:00", "03/06/2024 to N/K"]
    assert window({"Date": cells}) == [
        DAYS,
        ("2024-03-05T00:00", "2024-03-05T00:00"),
        ("2024-03-04T09:00", "2024-03-04T09:00"),
        ("2024-03-06T00:00", "2024-03-06T00:00"),
    ]
    (note,) = [line for line in check({"Date": cells}).notes if "two dates" in line]
    assert note == "2 cells of 'Date' with two dates: from when and to when."


def test_what_a_column_of_its_own_says_goes_before() -> None:
    cells = {
        "Date From": ["21/03/2024 - 25/03/2024", "21/03/2024 - 27/03/2024", None],
        "Date To": ["27/03/2024", None, "21/03/2024 - 27/03/2024"],
    }
    assert window(cells) == [DAYS] * 3


def test_an_end_with_a_time_and_no_date_is_of_that_day_or_the_morning_after() -> None:
    cells = {
        "Date From": ["21/03/2024", "21/03/2024", "21/03/2024", "21/03/2024", "21/03/2024"],
        "Time From": ["22:00", "14:00", "14:00", "14:00", ""],
        "Date To": ["", "", "22/03/2024", "", ""],
        "Time To": ["06:00", "16:00", "06:00", "00:00", "16:00"],
    }
    assert window(cells) == [
        NIGHT,
        ("2024-03-21T14:00", "2024-03-21T16:00"),
        ("2024-03-21T14:00", "2024-03-22T06:00"),
        ("2024-03-21T14:00", "2024-03-21T14:00"),
        ("2024-03-21T00:00", "2024-03-21T00:00"),
    ]
    (note,) = [line for line in check(cells).notes if "without a date" in line]
    assert note.startswith("2 times in 'Time To'")


ONE_DATE = {"occurred_from": ["Date From", "Time From"], "occurred_to": ["Date From", "Time To"]}


@pytest.mark.parametrize("given", [None, ONE_DATE])
def test_one_date_and_two_times_are_a_window(given: dict[str, list[str]] | None) -> None:
    cells = {
        "Date From": ["21/03/2024", "21/03/2024", "21/03/2024"],
        "Time From": ["22:00", "14:00", "14:00"],
        "Time To": ["06:00", "16:00", ""],
    }
    assert window(cells, columns=given) == [
        NIGHT,
        ("2024-03-21T14:00", "2024-03-21T16:00"),
        ("2024-03-21T14:00", "2024-03-21T14:00"),
    ]


@pytest.mark.parametrize(
    "text",
    ["to be confirmed", "10/11/12/2024", "2024 - 2025", "45/45/2026", "week 12 - 27/03/2024", "-"],
)
def test_what_is_no_window_is_not_made_one(text: str) -> None:
    assert read_span(text) is None


def test_a_column_of_text_is_not_read_whole_for_spans(monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[str] = []
    known = date_spans.read_span
    monkeypatch.setattr(date_spans, "read_span", lambda text: read.append(text) or known(text))
    cells = [f"seen at {number} and left to the north - {number}" for number in range(20_000)]
    frame = pd.DataFrame({"Date": [*cells, "13/03/2026"]})
    reading = read_datetimes(frame, {"occurred_from": ("Date",)})
    assert reading.times["occurred_from"].unreadable.sum() == 20_000
    assert len(read) < 1_100


@pytest.mark.parametrize("scale", [1, 1000, 10**6, 10**9])
@pytest.mark.parametrize("as_text", [False, True])
def test_counted_seconds_are_british_time_in_great_britain(scale: int, as_text: bool) -> None:
    moments = ["2026-07-01 21:30", "2026-01-15 21:30", "2026-07-02 00:00"]
    count = [
        int(pd.Timestamp(moment, tz="Europe/London").timestamp()) * scale for moment in moments
    ]
    cells = {"Date": [str(number) if as_text else number for number in count]}
    found = check(cells)
    assert found.accepted["occurred_from"].astype(str).str[:16].tolist() == moments
    assert any("turned into Europe/London time" in note for note in found.notes)
    assert not [line for line in found.warnings if "timezone" in line]


def test_counted_days_are_days_whichever_midnight_they_count_to() -> None:
    for zone in ("UTC", "Europe/London"):
        for days in (["2026-07-01"], ["2026-07-01", "2026-01-15"]):
            count = [int(pd.Timestamp(day, tz=zone).timestamp() * 1000) for day in days]
            assert [start[:10] for start, _ in window({"Date": count})] == days, zone
    frame = pd.DataFrame({"Date": [1782864000]})
    assert not read_datetimes(frame, {"visited_at": ("Date",)}).times["visited_at"].has_time.any()


def test_counted_seconds_elsewhere_ask_for_the_zone() -> None:
    count = [int(pd.Timestamp("2026-07-01 21:30", tz="America/Chicago").timestamp())]
    frame = pd.DataFrame({"Date": count, "Longitude": [-87.63], "Latitude": [41.88]})
    (told,) = [line for line in hs.check_incidents(frame).warnings if "1970" in line]
    assert 'timezone="' in told
    assert "--timezone" in told
    given = hs.check_incidents(frame, timezone="America/Chicago")
    assert str(given.accepted["occurred_from"].item()) == "2026-07-01 21:30:00"


@pytest.mark.parametrize("epoch", [1899, 1904])
def test_plain_serials_count_from_where_the_workbook_says(tmp_path, epoch: int) -> None:
    book = openpyxl.Workbook()
    day_zero = dt.datetime(1899, 12, 30)
    if epoch == 1904:
        book.epoch, day_zero = CALENDAR_MAC_1904, dt.datetime(1904, 1, 1)
    book.active.append(["Crime Ref", "Date From", "Date To", "Easting", "Northing"])
    for row in range(4):
        start = dt.datetime(2026, 3, 14 + row, 21, 30)
        serial = (start - day_zero) / dt.timedelta(days=1)
        cell = str(serial) if row == 3 else serial
        book.active.append([f"A{row}", cell, start + dt.timedelta(hours=9), 451000, 340000])
    book.save(tmp_path / "crimes.xlsx")
    accepted = hs.check_incidents(tmp_path / "crimes.xlsx").accepted
    hours = (accepted["occurred_to"] - accepted["occurred_from"]) / pd.Timedelta(hours=1)
    assert hours.tolist() == [9.0] * 4


def test_books_of_either_calendar_are_read_together(tmp_path) -> None:
    paths = []
    for month, epoch in ((1, 1899), (2, 1904), (3, 1899)):
        book = openpyxl.Workbook()
        day_zero = dt.datetime(1899, 12, 30)
        if epoch == 1904:
            book.epoch, day_zero = CALENDAR_MAC_1904, dt.datetime(1904, 1, 1)
        # Two sheets, whose rows are named by sheet and file.
        for sheet, day in ((book.active, 5), (book.create_sheet("Later"), 15)):
            sheet.append(["Crime Ref", "Date From", "Easting", "Northing"])
            for row in range(3):
                serial = (dt.datetime(2026, month, day + row, 12) - day_zero) / dt.timedelta(days=1)
                sheet.append([f"A{month}-{day + row}", serial, 451000 + day, 340000 + 9 * row])
        paths.append(tmp_path / f"crimes{month}.xlsx")
        book.save(paths[-1])
    found = hs.check_incidents(paths).accepted["occurred_from"]
    days = [f"2026-0{month}-{day:02d}" for month in (1, 2, 3) for day in (5, 6, 7, 15, 16, 17)]
    assert sorted(found.dt.strftime("%Y-%m-%d")) == days


@pytest.mark.parametrize("cells", [[20524, 20525, 20530], ["20524", "20525", "20530"]])
def test_days_from_1970_are_asked_for(cells: list[object]) -> None:
    (told,) = [line for line in check({"Date": cells}).warnings if "1990" in line]
    assert told.startswith("3 numbers in 'Date' were read as days of a spreadsheet")
    assert "20524 as 1956-03-10" in told
    assert "it would be 2026-03-12" in told
    recent = check({"Date": [46093, 46094, 46095]})
    assert not any("1990" in line for line in recent.warnings)
    # Old dates that are written as dates are what they say.
    assert not any("1990" in line for line in check({"Date": ["10/03/1956"]}).warnings)


def test_a_day_without_a_time_is_known_on_that_day() -> None:
    frame = pd.DataFrame({"occurred_from": pd.to_datetime(["2026-03-02 01:00"] * 2)})
    frame["occurred_to"] = [end_of_day(frame["occurred_from"][0]), pd.Timestamp("2026-03-02 09:00")]
    assert known_by(frame, "2026-03-02 08:00").tolist() == [True, False]
    assert known_by(frame, "2026-03-01").tolist() == [False, False]
    assert known_by(frame, "2026-03-02").tolist() == np.array([True, True]).tolist()
