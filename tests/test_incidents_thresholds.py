"""Every threshold of the readers at its exact value, and one step beyond it."""

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

import hotspot as hs
from hotspot._errors import DataError
from hotspot.addresses.flats import name_flats
from hotspot.incidents.duplicates import pile_warnings
from hotspot.incidents.free_text import is_free_text
from hotspot.incidents.windows import resolution_of, window_warnings
from hotspot.reading.clocks import BAD_CLOCK, read_clock
from hotspot.reading.coordinates import locate
from hotspot.reading.crs import on_british_grid
from hotspot.reading.datetimes import read_datetimes
from hotspot.reading.single_dates import FIXED, UNREADABLE, read_moment
from hotspot.reading.sources import open_source

GRID = {"easting": "E", "northing": "N"}
# Off the whole kilometre: the rows that may lead to a far one are counted by the kilometre.
EAST, NORTH = 400_400.0, 370_400.0
Place = tuple[float, float]


def heap(rows: int, place: Place = (EAST, NORTH)) -> list[Place]:
    """Rows on one point: their spread is nothing."""
    return [place] * rows


def cross(east: float, north: float) -> list[Place]:
    """Rows 6 km around a middle: their spread is 6 km exactly."""
    arms = ((6_000, 0), (-6_000, 0), (0, 6_000), (0, -6_000))
    return [(east + x, north + y) for x, y in arms for _ in range(10)]


def rejected(*places: Place) -> dict[int, str]:
    """Locate rows and return the reason of each that is no place, by its number."""
    location = locate(pd.DataFrame(list(places), columns=["E", "N"]), GRID)
    table = location.faults.table()
    return dict(zip(table["row"], table["reason"], strict=True))


# Rows far from the rest


def test_a_row_at_exactly_100_km_is_not_far() -> None:
    assert rejected(*heap(40), (EAST, NORTH + 100_000)) == {}
    assert rejected(*heap(40), (EAST, NORTH + 100_001)) == {
        40: "far from the rest: 100 km from their middle"
    }


def test_a_row_at_exactly_20_spreads_is_not_far() -> None:
    assert rejected(*cross(EAST, NORTH), (EAST, NORTH + 120_000)) == {}
    assert set(rejected(*cross(EAST, NORTH), (EAST, NORTH + 120_001))) == {40}


def test_a_gap_of_exactly_100_km_links_a_chain() -> None:
    rows = [*heap(40, (400_000, 370_000)), (400_000, 470_000)]
    assert rejected(*rows, (400_000, 570_000)) == {}
    assert set(rejected(*rows, (400_000, 570_001))) == {41}


def test_three_rows_exactly_25_km_apart_are_a_town() -> None:
    rows = heap(40, (300_000, 300_000))
    corners = [(300_000, 600_000), (325_000, 600_000), (315_000, 620_000)]
    assert rejected(*rows, *corners) == {}
    assert 40 in rejected(*rows, corners[0], (326_000, 600_000), corners[2])
    assert set(rejected(*rows, *corners[:2])) == {40, 41}


def test_one_row_in_exactly_a_hundred_is_a_town() -> None:
    town = [(EAST, NORTH + 300_000 + 1000 * number) for number in range(4)]
    assert rejected(*heap(396), *town) == {}
    assert len(rejected(*heap(397), *town)) == 4


def test_eight_rows_are_judged_by_the_rest_and_seven_are_not() -> None:
    far = (EAST, NORTH + 300_000)
    assert set(rejected(*heap(7), far)) == {7}
    assert rejected(*heap(6), far) == {}


# Rows whose coordinates are exchanged


def test_a_row_at_exactly_20_km_is_not_taken_for_swapped() -> None:
    rows = heap(40, (400_000, 414_000))
    assert rejected(*rows, (412_000, 398_000)) == {}
    assert rejected(*rows, (412_000, 397_999)) == {40: "easting and northing look swapped"}


def test_a_row_at_exactly_5_spreads_is_not_taken_for_swapped() -> None:
    rows = cross(400_000, 421_000)
    assert rejected(*rows, (418_000, 397_000)) == {}
    assert rejected(*rows, (418_000, 396_999)) == {40: "easting and northing look swapped"}


def test_a_row_that_exchanged_lies_at_exactly_5_km_is_swapped() -> None:
    rows = heap(40, (400_000, 430_000))
    assert rejected(*rows, (426_000, 403_000)) == {40: "easting and northing look swapped"}
    assert rejected(*rows, (426_000, 403_001)) == {}


def test_a_row_that_exchanged_lies_at_exactly_2_spreads_is_swapped() -> None:
    rows = cross(400_000, 440_000)
    assert rejected(*rows, (430_400, 407_200)) == {40: "easting and northing look swapped"}
    assert rejected(*rows, (430_400, 407_201)) == {}


# What coordinates are in


def test_the_edges_of_the_british_grid_are_not_on_it() -> None:
    x = np.array([0, 1, 699_999, 700_000, 5.0, 5, 5, 5])
    y = np.array([5.0, 5, 5, 5, 0, 1, 1_299_999, 1_300_000])
    inside = [False, True, True, False, False, True, True, False]
    assert on_british_grid(x, y).tolist() == inside


def test_half_of_the_rows_say_nothing_of_units() -> None:
    metres, degrees = [(EAST, NORTH), (EAST + 1, NORTH)], [(-1.1, 52.9), (180.0, -180.0)]
    columns = {"x": "E", "y": "N"}
    frame = pd.DataFrame([*metres, *degrees], columns=["E", "N"])
    with pytest.raises(DataError, match="Nothing says which CRS"):
        locate(frame, columns)
    assert locate(frame.iloc[1:], columns).warnings == [
        "E and N hold degrees; read as longitude and latitude (EPSG:4326)."
    ]
    abroad = [(EAST, 5e6), (EAST, 5e6)]
    with pytest.raises(DataError, match="do not fit the British National Grid"):
        rejected(*metres, *abroad)
    assert set(rejected(*metres, *abroad[:1])) == {2}


def test_180_and_90_are_degrees_and_more_are_metres() -> None:
    assert rejected(*heap(3), (180, 90), (-180, -90)) == {
        3: "degrees, not metres",
        4: "degrees, not metres",
    }
    assert rejected(*heap(3), (181, 90), (180, 91)) == {}


def test_a_study_area_within_180_of_the_origin_is_in_degrees() -> None:
    frame = pd.DataFrame({"E": [EAST], "N": [NORTH]})
    with pytest.raises(DataError, match="is in degrees"):
        locate(frame, GRID, within=shapely.box(1, 1, 180, 180))
    assert locate(frame, GRID, within=shapely.box(1, 1, 181, 181)).faults.faulty.all()


# Dates


@pytest.mark.parametrize(
    ("cell", "kind"),
    [
        ("1899-12-29", UNREADABLE),
        ("1900-01-02", FIXED),
        ("2199-12-31", FIXED),
        ("2200-01-01", UNREADABLE),
        (19_999, UNREADABLE),
        (20_000, FIXED),
        (109_570, FIXED),
        (110_000, UNREADABLE),
        (999_999_999, UNREADABLE),
        (1_000_000_000, FIXED),
        (4_999_999_999, FIXED),
        (5_000_000_000, UNREADABLE),
        (999_999_999_999, UNREADABLE),
        (1_000_000_000_000, FIXED),
        (4_999_999_999_999, FIXED),
        (5_000_000_000_000, UNREADABLE),
    ],
)
def test_the_first_and_last_date_that_can_be(cell: object, kind: int) -> None:
    assert read_moment(cell).kind == kind


def test_two_digits_of_a_year_turn_over_at_70() -> None:
    assert read_moment("5 March 69").year == 2069
    assert read_moment("5 March 70").year == 1970


def test_a_day_has_24_hours() -> None:
    assert read_clock("24:00") == 86_400
    assert read_clock("24:01") == BAD_CLOCK
    assert read_clock(2400) == 86_400
    assert read_clock(2401) == BAD_CLOCK
    assert read_clock("0959") == 35_940
    assert read_clock("0960") == BAD_CLOCK


def test_as_many_months_as_days_are_days() -> None:
    months = ["2026-01", "2026-02"]
    for days, resolution in ((["2026-01-05", "2026-02-07"], "day"), (["2026-01-05"], "month")):
        frame = pd.DataFrame({"Date": [*months, *days]})
        reading = read_datetimes(frame, {"occurred_from": ("Date",)})
        assert resolution_of(reading) == resolution


def crimes(**columns: object) -> pd.DataFrame:
    rows = max(len(values) for values in columns.values() if isinstance(values, list))
    return pd.DataFrame({"E": [EAST] * rows, "N": [NORTH] * rows, **columns})


def test_the_moment_of_as_of_is_not_in_the_future() -> None:
    frame = crimes(Date=["2026-03-31 08:00", "2026-03-31 08:01"])
    found = hs.check_incidents(frame, as_of="2026-03-31 08:00")
    assert found.accepted.index.tolist() == [0]
    assert found.rejected["reason"].tolist() == ["date in the future"]


def test_a_window_may_end_exactly_a_day_after_it_was_recorded() -> None:
    frame = crimes(
        **{
            "Date From": ["2026-03-01 08:00"] * 2,
            "Date To": ["2026-03-04 10:00", "2026-03-04 10:01"],
            "Date Recorded": ["2026-03-03 10:00"] * 2,
        }
    )
    ends = hs.check_incidents(frame, as_of="2026-04-01").accepted["occurred_to"]
    assert ends.tolist() == [pd.Timestamp("2026-03-04 10:00"), pd.Timestamp("2026-03-03 10:00")]


def test_a_window_of_exactly_a_year_is_not_long() -> None:
    start = pd.Series(pd.to_datetime(["2025-01-01 10:00"] * 2))
    end = start + pd.to_timedelta([365 * 24 * 60, 365 * 24 * 60 + 1], "min")
    assert window_warnings(start, end, "day") == ["1 window of over a year (row 1)."]


def midnight_warnings(midnights: int, others: int, nights: int = 0) -> list[str]:
    """Warn of rows at midnight, at 10:07, and `nights` at each of the hours that are compared."""
    times = ["00:00"] * midnights + ["10:07"] * others
    times += [f"{hour:02d}:00" for hour in (1, 2, 3, 21, 22, 23) for _ in range(nights)]
    moments = pd.Series(pd.to_datetime([f"2026-03-01 {time}" for time in times]))
    return window_warnings(moments, moments, "day")


def test_five_midnights_are_a_default_and_four_are_not() -> None:
    assert len(midnight_warnings(5, 20)) == 1
    assert midnight_warnings(4, 20) == []


def test_five_more_midnights_than_three_times_the_hours_around_are_a_default() -> None:
    assert len(midnight_warnings(11, 20, nights=2)) == 1
    assert midnight_warnings(10, 20, nights=2) == []


def test_where_over_half_are_midnights_no_time_is_known_at_all() -> None:
    assert len(midnight_warnings(6, 6)) == 1
    assert midnight_warnings(7, 6) == []


# Rows of one kind


def piles(*held: int) -> list[str]:
    """Warn of points that hold so many rows each."""
    x = np.repeat(np.arange(len(held)), held)
    return pile_warnings(gpd.GeoDataFrame(geometry=gpd.points_from_xy(x, x), crs="EPSG:27700"))


def test_a_pile_is_ten_rows_one_in_a_hundred_and_five_times_the_usual() -> None:
    assert len(piles(10, *[1] * 20)) == 1
    assert piles(9, *[1] * 20) == []
    assert len(piles(11, *[1] * 1089)) == 1
    assert piles(11, *[1] * 1090) == []
    assert len(piles(15, *[3] * 20)) == 1
    assert piles(14, *[3] * 20) == []


def test_methods_of_40_characters_are_codes() -> None:
    frame = crimes(MO=["x" * 40, "x" * 41], Date=["2026-03-01"] * 2)
    found = hs.check_incidents(frame, as_of="2026-04-01")
    assert is_free_text(found.accepted["mo"]).tolist() == [False, True]
    assert any("1 method of more than 40 characters" in text for text in found.warnings)


def test_as_many_rows_unusable_as_used_are_not_too_many() -> None:
    usable, bad = ["2026-03-01"], ["no day", "no day"]
    for count in (1, 2):
        found = hs.check_incidents(crimes(Date=[*usable, *bad[:count]]), as_of="2026-04-01")
        assert any("More rows cannot be used" in text for text in found.warnings) == (count == 2)


def test_three_flats_are_a_run_and_two_are_not() -> None:
    flats = [f"Flat {number}, 12 Mill Lane" for number in (1, 2, 3)]
    assert name_flats(flats) == "Flats 1 to 3, 12 Mill Lane"
    assert name_flats(flats[:2]) == "Flats 1 and 2, 12 Mill Lane"


# Files


def read(path: Path, lines: list[str], known: set[str] | None = None) -> tuple[int, int]:
    """Count the records of a text file and the rows that are none."""
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    source = open_source(path, known=known or {"date", "e"})
    chunk = source.read(source.columns)
    return len(chunk.frame), len(chunk.not_records)


def test_a_header_may_stand_in_row_30(tmp_path: Path) -> None:
    table = ["Date,E,N", "1,2,3"]
    assert read(tmp_path / "a.csv", ["1,2,3"] * 29 + table) == (1, 0)
    with pytest.raises(DataError, match="no row of column names"):
        read(tmp_path / "a.csv", ["1,2,3"] * 30 + table)


def test_two_known_names_make_a_header_and_one_does_not(tmp_path: Path) -> None:
    assert read(tmp_path / "a.csv", ["One,Two,Three", "Date,E,1", "1,2,3"]) == (1, 0)
    assert read(tmp_path / "a.csv", ["One,Two,Three", "Date,F,1", "1,2,3"]) == (2, 0)


def test_a_header_is_at_least_half_as_wide_as_its_rows(tmp_path: Path) -> None:
    assert read(tmp_path / "a.csv", ["One,Two,,", *["1,2,3,4"] * 3], {"none"}) == (3, 0)
    with pytest.raises(DataError, match="no row of column names"):
        read(tmp_path / "a.csv", ["One,Two,,,", *["1,2,3,4,5"] * 3], {"none"})


def test_twelve_rows_at_the_end_may_be_a_footer(tmp_path: Path) -> None:
    table = ["Date,E,N", "1,2,3"]
    assert read(tmp_path / "a.csv", [*table, *["Total: 9,,"] * 12]) == (1, 12)
    assert read(tmp_path / "a.csv", [*table, *["Total: 9,,"] * 13]) == (2, 12)


def test_a_cell_has_at_most_100_lines(tmp_path: Path) -> None:
    words = ["words"] * 98
    assert read(tmp_path / "a.csv", ["Date,E,N", '1,2,"3', *words, '4"']) == (1, 0)
    with pytest.raises(DataError, match="goes on to line 101 and further"):
        read(tmp_path / "a.csv", ["Date,E,N", '1,2,"3', *words, "words", '4"'])


def test_one_sign_in_twenty_may_be_a_control(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    content = b"Date,E,N\n1,\x02,\x01\n" + b"1,2,3\n" * 4 + b"\n"
    assert len(content) == 40
    path.write_bytes(content)
    assert len(open_source(path, known={"date", "e"}).read(["Date"]).frame) == 5
    path.write_bytes(content.replace(b"1,2,3\n\n", b"1,2,\x03\n\n"))
    with pytest.raises(DataError, match="not a text file"):
        open_source(path)


def test_a_month_is_at_most_12() -> None:
    notes = {}
    for cell in ("12/12/2025", "13/12/2025", "12/13/2025", "11/12/2025", "12/11/2025"):
        reading = read_datetimes(pd.DataFrame({"Date": [cell]}), {"occurred_from": ("Date",)})
        notes[cell] = " ".join([*reading.notes, *reading.warnings])
        assert not reading.times["occurred_from"].unreadable.any()
    assert notes["12/12/2025"] == ""
    assert notes["13/12/2025"] == "Dates were read day first: 1 date can only be that."
    assert notes["12/13/2025"] == "Dates were read month first: 1 date can only be that."
    for cell in ("11/12/2025", "12/11/2025"):
        assert "every one of them fits month first too" in notes[cell]
