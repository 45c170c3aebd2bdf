"""Dates are read as the whole column says, and what is no date is told."""

import datetime as dt
import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotspot._errors import ConfigError
from hotspot.dates import end_of_day
from hotspot.incidents.windows import read_windows, resolution_of, window_warnings
from hotspot.reading.clocks import read_clock
from hotspot.reading.datetimes import Reading, read_datetimes

TODAY = pd.Timestamp("2026-11-22 23:59:59")


def read(*cells: object, **options: object) -> Reading:
    frame = pd.DataFrame({"When": pd.Series(cells, dtype=options.pop("dtype", object))})
    return read_datetimes(frame, {"occurred_from": ("When",)}, **options)


def moments(reading: Reading) -> list[str]:
    found = reading.times["occurred_from"].moments.astype("datetime64[m]")
    return [str(moment).replace("T00:00", "") for moment in found]


FIFTH_OF_MARCH = [
    "2026-03-05",
    "2026/03/05",
    "20260305",
    "05/03/2026",
    "5.3.2026",
    "05-03-26",
    "5 March 2026",
    "5th Mar 2026",
    "05-MAR-2026",
    "March 5, 2026",
    "Thursday, 5 March 2026",
    "Thu 05/03/2026",
    46086,
    46086.0,
    "46086",
    dt.date(2026, 3, 5),
    dt.datetime(2026, 3, 5),
    pd.Timestamp("2026-03-05"),
]


@pytest.mark.parametrize("cell", FIFTH_OF_MARCH, ids=repr)
def test_a_day_is_read_in_every_form(cell: object) -> None:
    assert moments(read(cell)) == ["2026-03-05"]
    assert not read(cell).times["occurred_from"].has_time[0]


@pytest.mark.parametrize(
    "cell",
    [
        "2026-03-05T21:30:00",
        "2026-03-05 21:30:00.123",
        "20260305T2130",
        "202603052130",
        "05/03/2026 21:30",
        "05/03/2026 2130hrs",
        "5/3/2026 9:30 PM",
        "05/03/2026 9.30pm",
        "5 March 2026 at 21:30",
        46086.895833333336,
        "46086.8958333",
        dt.datetime(2026, 3, 5, 21, 30),
    ],
    ids=repr,
)
def test_a_time_is_read_in_every_form(cell: object) -> None:
    reading = read(cell)
    assert moments(reading) == ["2026-03-05T21:30"]
    assert reading.times["occurred_from"].has_time[0]


@pytest.mark.parametrize(
    "cell",
    [
        *("", "  ", "unknown", "N/K", "n/a", "-", "None", "NULL", "00/00/0000", "01/01/1900"),
        *("1900-01-01 00:00:00", "9999-12-31", None, np.nan, pd.NaT, 0.0),
    ],
    ids=repr,
)
def test_what_says_that_nothing_is_known_is_missing_not_unreadable(cell: object) -> None:
    times = read(cell).times["occurred_from"]
    assert np.isnat(times.moments[0])
    assert not times.unreadable[0]


@pytest.mark.parametrize(
    "cell",
    [
        *("last Tuesday", "31/02/2026", "2026-13-01", "45/45/2026", "05/03/2026 25:61", "17"),
        *("1e9999", "9" * 5000, "=1+1", "\x00", "2026", True, 1e300, math.inf, dt.time(9, 30)),
    ],
    ids=lambda cell: repr(cell)[:20],
)
def test_what_is_no_date_is_unreadable(cell: object) -> None:
    times = read(cell).times["occurred_from"]
    assert np.isnat(times.moments[0])
    assert times.unreadable[0]


def test_one_date_that_fits_only_one_reading_decides_for_all() -> None:
    assert moments(read("02/03/2021", "2/21/2022")) == ["2021-02-03", "2022-02-21"]
    assert moments(read("02/03/2021", "21/2/2022", dayfirst=False)) == ["2021-03-02", "2022-02-21"]


def test_all_date_columns_decide_together() -> None:
    frame = pd.DataFrame({"From": ["02/03/2021"], "To": ["02/13/2021"]})
    reading = read_datetimes(frame, {"occurred_from": ("From",), "occurred_to": ("To",)})
    assert str(reading.times["occurred_from"].moments[0])[:10] == "2021-02-03"


def test_the_check_says_how_dates_were_read() -> None:
    assert read("02/03/2021", "2/21/2022").warnings == [
        "Dates were read month first: 1 date can only be that."
    ]
    assert read("21/03/2021").notes == ["Dates were read day first: 1 date can only be that."]
    (both,) = read("02/03/2021", "04/05/2021").warnings
    assert "fits month first too" in both
    (other,) = read("02/03/2021", dayfirst=False).warnings
    assert "fits day first too" in other
    (mixed,) = read("13/03/2021", "14/03/2021", "03/15/2021").warnings
    assert "1 date can only be month first" in mixed
    assert not read("2021-03-02").notes + read("2021-03-02").warnings


def test_rows_that_fit_only_the_order_not_chosen_are_unreadable() -> None:
    times = read("13/03/2021", "14/03/2021", "03/15/2021").times["occurred_from"]
    assert times.unreadable.tolist() == [False, False, True]


@pytest.mark.parametrize(
    ("cell", "seconds"),
    [
        ("0930", 34200),
        ("930", 34200),
        (930, 34200),
        (930.0, 34200),
        ("09:30", 34200),
        ("9.30am", 34200),
        ("9:30:15 PM", 77415),
        ("12am", 0),
        ("24:00", 86400),
        (0.395833333333, 34200),
        ("0.395833333333", 34200),
        (dt.time(9, 30), 34200),
        (dt.timedelta(hours=9, minutes=30), 34200),
        ("1899-12-31 09:30:00", 34200),
        ("unknown", -1),
        ("", -1),
        (np.nan, -1),
        ("25:00", -2),
        ("evening", -2),
        (True, -2),
    ],
)
def test_a_time_of_day_in_its_own_column(cell: object, seconds: int) -> None:
    assert read_clock(cell) == seconds


def test_date_and_time_columns_are_put_together() -> None:
    frame = pd.DataFrame(
        {"D": ["25/03/2026", "26/03/2026 11:00", "27/03/2026"], "T": ["0930", "1230", "late"]}
    )
    reading = read_datetimes(frame, {"occurred_from": ("D", "T")})
    assert moments(reading) == ["2026-03-25T09:30", "2026-03-26T11:00", "2026-03-27"]
    assert reading.warnings == [
        "1 time of day in 'T' cannot be read (row 2); the date alone was used."
    ]


def test_a_zone_is_dropped_with_a_warning_or_turned_into_local_time() -> None:
    cells = "2026-07-01T23:30:00Z", "2026-01-01T23:30:00Z", "2026-07-01T23:30:00+01:00"
    dropped = read(*cells)
    assert moments(dropped) == ["2026-07-01T23:30", "2026-01-01T23:30", "2026-07-01T23:30"]
    assert "3 times in 'When' carry a time zone" in dropped.warnings[0]
    local = read(*cells, timezone="Europe/London")
    assert moments(local) == ["2026-07-02T00:30", "2026-01-01T23:30", "2026-07-01T23:30"]
    assert local.warnings == []
    with pytest.raises(ConfigError, match="timezone='Mars/Base' is not known"):
        read(*cells, timezone="Mars/Base")


@pytest.mark.parametrize("zone", ["+99:99", "+15:00", "+00:60", "+24:00"])
def test_a_zone_that_no_clock_keeps_makes_no_date(zone: str) -> None:
    assert moments(read(f"2026-07-01T23:30:00{zone}", "2026-07-01T23:30:00+14:00"))[0] == "NaT"


def test_columns_of_datetimes_with_a_zone_are_treated_alike() -> None:
    zoned = pd.Series(pd.to_datetime(["2026-07-01 23:30", None], utc=True))
    frame = pd.DataFrame({"When": zoned})
    dropped = read_datetimes(frame, {"occurred_from": ("When",)})
    assert moments(dropped) == ["2026-07-01T23:30", "NaT"]
    assert dropped.warnings
    local = read_datetimes(frame, {"occurred_from": ("When",)}, timezone="Europe/London")
    assert moments(local) == ["2026-07-02T00:30", "NaT"]


@given(
    st.lists(
        st.datetimes(dt.datetime(1950, 1, 1), dt.datetime(2090, 1, 1)).map(
            lambda moment: moment.replace(microsecond=0)
        ),
        min_size=1,
        max_size=20,
    )
)
def test_all_ways_of_writing_a_moment_give_that_moment(written: list[dt.datetime]) -> None:
    expected = pd.Series(written).to_numpy().astype("datetime64[s]")
    forms = ["%Y-%m-%dT%H:%M:%S", "%Y%m%d%H%M%S", "%d %B %Y %H:%M:%S", "%Y-%m-%d %I:%M:%S %p"]
    for form in forms:
        reading = read(*(moment.strftime(form) for moment in written))
        assert (reading.times["occurred_from"].moments == expected).all(), form
    typed = read(*written, dtype="datetime64[us]")
    assert (typed.times["occurred_from"].moments == expected).all()
    ordered = ["31/01/2001 00:00:00", *(moment.strftime("%d/%m/%Y %H:%M:%S") for moment in written)]
    assert (read(*ordered).times["occurred_from"].moments[1:] == expected).all()


def windows(start: list[object], end: list[object] | None = None) -> tuple[object, list[str]]:
    data = {"From": pd.Series(start, dtype=object)}
    columns = {"occurred_from": ("From",)}
    if end is not None:
        data["To"] = pd.Series(end, dtype=object)
        columns["occurred_to"] = ("To",)
    frame = pd.DataFrame(data)
    reading = read_datetimes(frame, columns)
    found = read_windows(reading, frame.index, resolution_of(reading), TODAY)
    table = found.faults.table()
    return found, [f"{row}: {why}" for row, why in zip(table["row"], table["reason"], strict=True)]


def test_one_known_time_stands_for_both() -> None:
    found, faults = windows(["13/03/2026 10:00", "", "14/03/2026"], ["", "15/03/2026 11:00", "n/k"])
    assert faults == []
    assert (found.start == found.end).all()
    assert not np.isnat(found.start).any()


def test_dates_that_cannot_be_are_faults_with_reasons() -> None:
    _, faults = windows(
        ["13/03/2026", "", "soon", "20/03/2026", "13/03/2026", "13/03/2126", "13/03/2026"],
        ["14/03/2026", "", "14/03/2026", "19/03/2026", "later", "14/03/2126", "14/03/2126"],
    )
    assert faults == [
        "1: no date",
        "2: unreadable date",
        "3: to before from (from 2026-03-20 00:00 to 2026-03-19 00:00)",
        "4: unreadable date",
        "5: date in the future",
        "6: date in the future",
    ]


def test_an_end_that_is_only_a_day_is_the_end_of_that_day() -> None:
    found, faults = windows(
        ["13/03/2026 14:00"] * 4, ["13/03/2026", "13/03/2026 13:00", "15/03/2026", "12/03/2026"]
    )
    assert [fault.partition(" (")[0] for fault in faults] == [
        "1: to before from",
        "3: to before from",
    ]
    assert found.end[0] == end_of_day(pd.Timestamp("2026-03-13"))
    assert found.end[2] == end_of_day(pd.Timestamp("2026-03-15"))
    (note,) = found.notes
    assert note.startswith("2 ends in 'To' are days without a time")


@pytest.mark.parametrize("times", [["00:00"] * 3, ["00:00:00"] * 3, [0, 0, 0], [dt.time(0)] * 3])
def test_a_column_of_nothing_but_midnights_holds_days(times: list[object]) -> None:
    frame = pd.DataFrame(
        {
            "From": [dt.datetime(2026, 3, day, 18, 30) for day in (13, 14, 15)],
            "To": [dt.datetime(2026, 3, day) for day in (13, 15, 17)],
            "And Time": pd.Series(times, dtype=object),
        }
    )
    reading = read_datetimes(frame, {"occurred_from": ("From",), "occurred_to": ("To", "And Time")})
    found = read_windows(reading, frame.index, "day", TODAY)
    assert (found.end == end_of_day(frame["To"]).to_numpy()).all()
    days = read("2026-03-13T00:00:00", "2026-03-14T00:00:00.000").times["occurred_from"]
    assert not days.has_time.any()


def test_days_without_times_stay_days() -> None:
    found, faults = windows(["13/03/2026", "13/03/2026"], ["13/03/2026", "15/03/2026"])
    assert faults == []
    assert found.start.astype("datetime64[D]").astype(str).tolist() == ["2026-03-13"] * 2
    assert (found.end == np.array(["2026-03-13", "2026-03-15"], dtype="datetime64[ns]")).all()


def test_a_midnight_before_a_time_on_the_same_day_is_a_day_without_time() -> None:
    found, faults = windows(
        ["20/02/2026 17:00"] * 4,
        ["20/02/2026 00:00", "19/02/2026 00:00", "21/02/2026 00:00", "21/02/2026 09:00"],
    )
    assert faults == ["1: to before from (from 2026-02-20 17:00 to 2026-02-19 00:00)"]
    assert found.end[0] == end_of_day(pd.Timestamp("2026-02-20"))
    assert found.end[2] == np.datetime64("2026-02-21T00:00")
    (told,) = found.warnings
    assert told.startswith("1 row end at midnight exactly")
    assert told.endswith("taken to end with that day (row 0).")


@pytest.mark.parametrize(
    ("to", "clock", "ends"),
    [
        (["14/03/2026 00:00"], None, ["00:00"]),
        (["2026-03-14T00:00:00"] * 2, None, ["00:00"] * 2),
        (["14/03/2026 00:00", "14/03/2026 07:00", "14/03/2026"], None, ["00:00", "07:00", "23:59"]),
        (["14/03/2026"] * 3, ["00:00", "07:00", ""], ["00:00", "07:00", "23:59"]),
        (["14/03/2026"] * 2, ["00:00", ""], ["00:00", "23:59"]),
        ([dt.datetime(2026, 3, 14)] * 2, [dt.time(0), None], ["00:00", "23:59"]),
        ([dt.datetime(2026, 3, 14)] * 2, [dt.time(7), None], ["07:00", "23:59"]),
    ],
)
def test_a_midnight_that_is_written_is_midnight_and_not_a_day(
    to: list[object], clock: list[object] | None, ends: list[str]
) -> None:
    frame = pd.DataFrame({"From": "13/03/2026 22:00", "To": pd.Series(to, dtype=object)})
    columns = {"occurred_from": ("From",), "occurred_to": ("To",)}
    if clock is not None:
        frame["Until"] = pd.Series(clock, dtype=object)
        columns["occurred_to"] = ("To", "Until")
    found = read_windows(read_datetimes(frame, columns), frame.index, "day", TODAY)
    assert pd.DatetimeIndex(found.end).strftime("%d %H:%M").tolist() == [f"14 {t}" for t in ends]


def test_a_midnight_that_a_spreadsheet_holds_is_one_on_the_day_after_among_times() -> None:
    end = [dt.datetime(2026, 3, 14), dt.datetime(2026, 3, 14, 7), dt.datetime(2026, 3, 16)]
    for to in (pd.Series(end), pd.Series(end, dtype=object)):
        frame = pd.DataFrame({"From": [dt.datetime(2026, 3, 13, 22)] * 3, "To": to})
        columns = {"occurred_from": ("From",), "occurred_to": ("To",)}
        found = read_windows(read_datetimes(frame, columns), frame.index, "day", TODAY)
        assert found.end[0] == np.datetime64("2026-03-14T00:00")
        assert found.end[2] == end_of_day(pd.Timestamp("2026-03-16"))
        assert any(
            note.startswith("1 end in 'To' at midnight: taken as 00:00") for note in found.notes
        )
        # Where a midnight is before its beginning midnights are days in this column.
        frame.loc[2, "To"] = dt.datetime(2026, 3, 13)
        found = read_windows(read_datetimes(frame, columns), frame.index, "day", TODAY)
        assert found.end[0] == end_of_day(pd.Timestamp("2026-03-14"))
        # A column of nothing but midnights holds days.
        frame["To"] = pd.Timestamp("2026-03-14")
        found = read_windows(read_datetimes(frame, columns), frame.index, "day", TODAY)
        assert (found.end == end_of_day(pd.Timestamp("2026-03-14"))).all()


def test_a_day_ends_when_the_crime_was_recorded_on_it_and_not_after_now() -> None:
    found = recorded_windows(
        [
            ("13/03/2026 14:00", "13/03/2026", "13/03/2026 18:30"),
            ("13/03/2026 14:00", "14/03/2026", "15/03/2026 08:00"),
            ("13/03/2026 14:00", "13/03/2026", "13/03/2026 13:00"),
            ("21/11/2026 14:00", "22/11/2026", ""),
        ]
    )
    assert not found.faults.faulty.any()
    assert found.end.astype("datetime64[m]").astype(str).tolist() == [
        "2026-03-13T18:30",
        "2026-03-14T23:59",
        "2026-03-13T14:00",
        "2026-11-22T23:59",
    ]
    assert found.end[3] == TODAY


def recorded_windows(rows: list[tuple[str, str, str]]) -> object:
    frame = pd.DataFrame(rows, columns=["From", "To", "Recorded"], dtype=object)
    fields = ("occurred_from", "occurred_to", "recorded_at")
    reading = read_datetimes(
        frame, {field: (name,) for field, name in zip(fields, frame, strict=True)}
    )
    return read_windows(reading, frame.index, resolution_of(reading), TODAY)


def test_a_window_ends_when_it_was_recorded_where_it_would_end_long_after() -> None:
    found = recorded_windows(
        [
            ("15/12/2023 17:45", "15/12/2024 20:45", "23/12/2023 19:50"),
            ("15/12/2023 17:45", "24/12/2023 19:00", "23/12/2023 19:50"),
            ("23/12/2023 17:45", "30/12/2023 20:45", "23/12/2023"),
            ("15/12/2023 17:45", "15/12/2024 20:45", ""),
        ]
    )
    assert not found.faults.faulty.any()
    assert found.end.astype("datetime64[m]").astype(str).tolist() == [
        "2023-12-23T19:50",
        "2023-12-24T19:00",
        "2023-12-23T17:45",
        "2024-12-15T20:45",
    ]
    (told,) = found.warnings
    assert told.startswith("2 windows that would end more than a day after")
    assert told.endswith("(rows 0 and 2).")


def test_rows_recorded_before_they_began_are_named_and_used_as_they_stand() -> None:
    found = recorded_windows(
        [
            ("15/12/2024 17:45", "15/12/2024 20:45", "23/12/2023 19:50"),
            ("15/12/2024 17:45", "15/12/2024 20:45", "15/12/2024"),
        ]
    )
    assert not found.faults.faulty.any()
    assert found.end[0] == np.datetime64("2024-12-15T20:45")
    (told,) = found.warnings
    assert told.startswith("1 row recorded before the crime began (row 0)")


def test_the_other_order_of_dates_is_told_for_every_way_of_saying_it() -> None:
    (told,) = read("03/04/2026", "05/06/2026").warnings
    assert "dayfirst=False (--month-first" in told
    assert "dayfirst = false" in told


def test_later_today_is_not_in_the_future() -> None:
    assert windows(["22/11/2026 23:30"])[1] == []
    assert windows(["23/11/2026"])[1] == ["0: date in the future"]


@pytest.mark.parametrize(
    ("cells", "resolution"),
    [
        (["2019-01"] * 5, "month"),
        (["Jan 2019", "Feb 2019"], "month"),
        (["01/2019", "02/2019"], "month"),
        (["2022-01-01", "2022-02-01", "2022-03-01"], "month"),
        (["01/01/2022", "01/02/2022"] * 5, "month"),
        (["2022-01-01"] * 200, "day"),
        (["2022-01-01", "2022-02-01"], "day"),
        (["2022-01-01", "2022-02-01", "2022-03-02"], "day"),
        (["2022-01-01 10:00", "2022-02-01 11:00", "2022-03-01 12:00"], "day"),
        ([], "day"),
    ],
)
def test_months_are_recognised_and_one_day_is_never_a_month(
    cells: list[str], resolution: str
) -> None:
    assert resolution_of(read(*cells)) == resolution


def test_a_column_called_month_is_one_even_with_a_single_month() -> None:
    frame = pd.DataFrame({"Month": ["2022-01-01"] * 3})
    reading = read_datetimes(frame, {"occurred_from": ("Month",)})
    assert resolution_of(reading) == "month"


def test_a_row_with_a_month_only_among_days_is_a_fault() -> None:
    assert windows(["13/03/2026", "14/03/2026", "2026-03"])[1] == ["2: only a month, no day"]


def series(values: list[str]) -> pd.Series:
    return pd.Series(pd.to_datetime(values), index=range(2, 2 + len(values)))


def test_long_windows_and_midnight_defaults_are_warned_of_by_row() -> None:
    hours = [f"2026-03-{day:02d} {day % 23 + 1:02d}:{day:02d}" for day in range(1, 29)]
    defaults = [f"2026-03-{day:02d} 00:00" for day in range(1, 9)]
    start = series([*hours, *defaults, "2020-01-01 03:04"])
    end = start.where(start.index != start.index[-1], pd.Timestamp("2022-01-01 05:00"))
    long, midnight = window_warnings(start, end, "day")
    assert long == "1 window of over a year (row 38)."
    assert "8 rows begin and end at midnight" in midnight
    assert "rows 30, 31, 32, 33, 34 and 3 more" in midnight


def test_days_without_times_are_no_midnight_defaults() -> None:
    days = series([f"2026-03-{day:02d}" for day in range(1, 29)])
    assert window_warnings(days, days, "day") == []


def test_an_old_end_of_a_time_alone_is_no_number() -> None:
    frame = pd.DataFrame(
        {
            "Date From": ["25/03/1985"], "Time From": ["10:00"],
            "Date To": [None], "Time To": ["11:00"],
        },
        dtype=object,
    )  # fmt: skip
    columns = {"occurred_from": ("Date From", "Time From"), "occurred_to": ("Date To", "Time To")}
    reading = read_datetimes(frame, columns)
    assert str(reading.times["occurred_to"].moments[0])[:16] == "1985-03-25T11:00"
    assert not reading.warnings
