"""Headings of several rows: groups are carried to their columns, banners are not."""

import csv
import io
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

import hotspot as hs
from hotspot.reading.cells import normalise_name
from hotspot.reading.columns import known_columns, known_names
from hotspot.reading.headings import find_header
from hotspot.reading.sources import open_source

KNOWN = known_names(known_columns("incidents", "places"), None) | {
    normalise_name(f"{group} {time}")
    for group in ("between", "and", "committed from", "committed to", "reported")
    for time in ("date", "time")
}
ROW = ["1/26", "03/03/2026", "22:00", "14/03/2026", "02:45", "238,524", "477,997"]
GROUPS = ["CRIME", "Between", "", "And", "", "LOCATION", ""]
LOWER = ["Crime No", "Date", "Time", "Date", "Time", "Easting", "Northing"]
NAMES = ("Crime No", "Between Date", "Between Time", "And Date", "And Time")


def columns_of(path: Path) -> tuple[str, ...]:
    return open_source(path, known=KNOWN).columns


def written(tmp_path: Path, *lines: list[str]) -> Path:
    path, text = tmp_path / "crimes.csv", io.StringIO(newline="")
    csv.writer(text).writerows(lines)
    path.write_text(text.getvalue(), encoding="utf-8")
    return path


def booked(tmp_path: Path, merges: list[str], *lines: list[str], left: int = 0) -> Path:
    path, book = tmp_path / "crimes.xlsx", openpyxl.Workbook()
    for line in lines:
        book.active.append([None] * left + [cell or None for cell in line])
    for merge in merges:
        book.active.merge_cells(merge)
    book.save(path)
    return path


@pytest.mark.parametrize("banner", [[], [["OFFICIAL: burglary, run 02/03/2026"], []]])
@pytest.mark.parametrize("kind", ["csv", "merged", "not merged"])
def test_groups_are_carried_over_their_columns(
    tmp_path: Path, kind: str, banner: list[list[str]]
) -> None:
    lines = [*banner, GROUPS, LOWER, ROW, ROW]
    at = len(banner) + 1
    merges = [f"B{at}:C{at}", f"D{at}:E{at}", f"F{at}:G{at}"] if kind == "merged" else []
    path = written(tmp_path, *lines) if kind == "csv" else booked(tmp_path, merges, *lines)
    opened = open_source(path, known=KNOWN)
    assert opened.columns[:5] == NAMES
    assert [name.split()[-1] for name in opened.columns[5:]] == ["Easting", "Northing"]
    chunk = opened.read(opened.columns)
    assert chunk.frame.index.tolist() == [at + 2, at + 3]
    assert chunk.not_records.empty
    assert any(f"rows {at} to {at + 1}" in note for note in opened.notes)


def test_merges_count_from_the_first_column_in_use(tmp_path: Path) -> None:
    path = booked(tmp_path, ["D1:E1", "F1:G1", "H1:I1"], GROUPS, LOWER, ROW, left=2)
    assert columns_of(path)[:5] == NAMES


def test_three_rows_of_headings(tmp_path: Path) -> None:
    path = written(
        tmp_path,
        ["CRIME", "", "Committed", "", "", "", "LOCATION", ""],
        ["", "", "From", "", "To", "", "", ""],
        ["Crime No", "Offence", "Date", "Time", "Date", "Time", "Easting", "Northing"],
        [ROW[0], "Burglary", *ROW[1:]],
    )
    names = columns_of(path)
    assert names[2:6] == (
        "Committed From Date",
        "Committed From Time",
        "Committed To Date",
        "Committed To Time",
    )
    assert names[1] == "Offence"
    assert names[6:] == ("LOCATION Easting", "LOCATION Northing")


@pytest.mark.parametrize("kind", ["csv", "merged"])
def test_headings_merged_downwards_name_their_own_column(tmp_path: Path, kind: str) -> None:
    lines = [
        ["Crime No", "Between", "", "And", "", "Easting", "Northing"],
        ["", "Date", "Time", "Date", "Time", "", ""],
        ROW,
    ]
    merges = ["A1:A2", "B1:C1", "D1:E1", "F1:F2", "G1:G2"]
    path = written(tmp_path, *lines) if kind == "csv" else booked(tmp_path, merges, *lines)
    assert columns_of(path) == (*NAMES, "Easting", "Northing")
    assert open_source(path, known=KNOWN).read(["Crime No"]).frame.index.tolist() == [3]


@pytest.mark.parametrize("kind", ["csv", "merged"])
def test_a_group_over_some_columns_only(tmp_path: Path, kind: str) -> None:
    lines = [
        ["", "Committed", "", "", "", ""],
        ["Crime No", "From", "To", "Beat", "Easting", "Northing"],
        [ROW[0], ROW[1], ROW[3], "D01", *ROW[5:]],
    ]
    path = written(tmp_path, *lines) if kind == "csv" else booked(tmp_path, ["B1:C1"], *lines)
    assert columns_of(path) == (
        "Crime No", "Committed From", "Committed To", "Beat", "Easting", "Northing",
    )  # fmt: skip


def test_the_same_group_twice_is_told_apart_by_its_turn(tmp_path: Path) -> None:
    path = written(
        tmp_path,
        ["CRIME", "Between", "", "Between", "", "LOCATION", ""],
        LOWER,
        ROW,
    )
    assert columns_of(path)[1:5] == (
        "Between Date", "Between Time", "Between Date (2)", "Between Time (2)",
    )  # fmt: skip


@pytest.mark.parametrize(
    "banner",
    [
        ["Burglary"],
        ["Reported"],
        ["Crimes", "North"],
        ["OFFICIAL", "", "", "Crime Export"],
        ["Force", "Kent", "Run by", "J Smith"],
        ["Between", "01/03/2026", "and", "31/03/2026"],
        ["Reported: all"],
        ["", "", "", "", "", "", "Restricted"],
    ],
)
def test_a_banner_right_above_the_header_is_not_joined(tmp_path: Path, banner: list[str]) -> None:
    header = ["Crime No", "Offence", "Date From", "Time From", "Date", "Easting", "Northing"]
    path = written(tmp_path, banner, header, [ROW[0], "Burglary", *ROW[1:4], *ROW[5:]])
    assert columns_of(path) == tuple(header)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("Between:", "And:"),
        ("Committed From", "Committed To"),
        ("Date and time between which it was committed from", "to the date and time"),
    ],
)
def test_groups_may_be_long_or_end_with_a_colon(tmp_path: Path, first: str, second: str) -> None:
    groups = ["Crime:", first, "", second, "", "Location", ""]
    names = columns_of(written(tmp_path, groups, LOWER, ROW, ROW))
    assert names[0] == "Crime No"
    assert [name.split()[-1] for name in names[1:]] == [name.split()[-1] for name in LOWER[1:]]
    assert names[1].startswith(first)
    assert names[3].startswith(second)


def test_a_place_of_others_is_asked_for_and_never_taken(tmp_path: Path) -> None:
    groups = ["CRIME", "Committed", "", "ARREST", "VICTIM", ""]
    lower = ["Ref", "From", "To", "Date", "Easting", "Northing"]
    path = written(tmp_path, groups, lower, [ROW[0], ROW[1], ROW[3], ROW[3], *ROW[5:]])
    with pytest.raises(hs.DataError, match=r"'VICTIM Easting'.*Missing: where"):
        hs.check_incidents(path)


@pytest.mark.parametrize("merge", ["A1:G1", "A1:D1"])
def test_a_merged_title_is_not_joined(tmp_path: Path, merge: str) -> None:
    header = ["Crime No", "Offence", "Date", "Time", "Beat", "Easting", "Northing"]
    line = [ROW[0], "Burglary", ROW[1], ROW[2], "D01", *ROW[5:]]
    assert columns_of(booked(tmp_path, [merge], ["Burglary crimes"], header, line)) == tuple(header)


def test_what_belongs_to_another_group_is_not_the_crimes(tmp_path: Path) -> None:
    path = written(
        tmp_path,
        ["CRIME", "", "COMMITTED", "", "REVIEW", "VICTIM", "", "LOCATION", "", ""],
        ["Ref", "Offence", "From", "To", "Date", "Age", "Postcode", "Postcode", "E", "N"],
        ["1", "Burglary", *ROW[1:3], ROW[3], "40", "AB1 2CD", "AB1 2CE", *ROW[5:]],
    )
    names = columns_of(path)
    assert names[4:8] == ("REVIEW Date", "VICTIM Age", "VICTIM Postcode", "LOCATION Postcode")
    assert [name.split()[-1] for name in names[8:]] == ["E", "N"]


def test_headings_that_return_on_every_page_are_no_records(tmp_path: Path) -> None:
    path = written(tmp_path, GROUPS, LOWER, ROW, GROUPS, LOWER, ROW)
    chunk = open_source(path, known=KNOWN).read(["Crime No"])
    assert chunk.frame.index.tolist() == [3, 6]
    assert chunk.not_records["row"].tolist() == [4, 5]
    assert set(chunk.not_records["reason"]) == {"not a record: the header again"}


def test_a_first_row_of_text_is_no_heading(tmp_path: Path) -> None:
    header = ["Crime No", "Date", "Street", "Easting", "Northing", "Beat"]
    line = ["A", "Monday", "Fore Street", "unknown", "unknown", "Code"]
    chunk = open_source(written(tmp_path, header, line), known=KNOWN)
    assert chunk.columns == tuple(header)
    assert chunk.read(["Date"]).frame["Date"].tolist() == ["Monday"]


WORDS = st.text("abcdefgh", min_size=3, max_size=6)


@given(
    groups=st.lists(st.tuples(WORDS, st.integers(1, 4)), min_size=2, max_size=5),
    banner=st.lists(WORDS, max_size=3),
    records=st.integers(1, 3),
)
def test_whatever_the_groups_every_column_bears_its_own(
    groups: list[tuple[str, int]], banner: list[str], records: int
) -> None:
    upper, lower, names = [], [], []
    for at, (group, size) in enumerate(groups):
        upper += [group, *[""] * (size - 1)]
        lower += [f"{chr(105 + at)}{chr(105 + place)}" for place in range(size)]
        names += [f"{group} {name}" for name in lower[-size:]]
    known = {normalise_name(name) for name in names}
    rows = [*([text] for text in banner), upper, lower, *[["1"] * len(lower)] * records]
    found = find_header(rows, known | set(map(normalise_name, lower[:2])))
    assert found is not None
    assert found.number == len(banner) + 2
    assert found.names == tuple(names)
    assert found.banner == tuple(banner)
    alone = find_header([*rows[: len(banner)], *rows[len(banner) + 1 :]], set(lower))
    assert alone is not None
    assert alone.names == tuple(lower)
