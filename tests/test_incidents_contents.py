"""Columns are judged by what is in them: the empty, the unfit and the left over."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import hotspot as hs
from hotspot._errors import DataError, LayoutError
from hotspot.incidents import IncidentCheck

ROWS = 24
DAYS = pd.date_range("2026-01-03", periods=ROWS, freq="2D")


def rows(**columns: object) -> pd.DataFrame:
    """Return rows of a place and what is given; a name's underscores stand for spaces."""
    frame = pd.DataFrame({"E": 451_000 + 50 * np.arange(ROWS), "N": 340_000})
    return frame.assign(**{name.replace("_", " "): value for name, value in columns.items()})


def days(shift: int = 0) -> list[str]:
    return list((DAYS + pd.Timedelta(days=shift)).strftime("%d/%m/%Y"))


def check(frame: pd.DataFrame | Path, **options: object) -> IncidentCheck:
    return hs.check_incidents(frame, **{"as_of": "2026-06-30", **options})


def told(found: IncidentCheck, part: str) -> str:
    (match,) = [text for text in [*found.warnings, *found.notes] if part in text]
    return match


def refusal(frame: pd.DataFrame, **options: object) -> str:
    with pytest.raises(DataError) as caught:
        check(frame, **options)
    return str(caught.value)


def test_the_flat_export_of_a_force_is_read_without_an_option(data_dir: Path) -> None:
    folder = data_dir / "force_export"
    found = check(folder / "flat.xlsx")
    truth = pd.read_csv(folder / "truth.csv.gz", dtype=str).set_index("ref")
    accepted = found.accepted.set_index("crime_ref")
    assert len(accepted) > 900
    truth = truth.loc[accepted.index]
    same = {"offence_code": "offence", "area": "beat"}
    for field, name in same.items():
        assert (accepted[field] == truth[name]).all(), field
    for field, name in {"occurred_from": "from", "recorded_at": "reported"}.items():
        assert (accepted[field] == pd.to_datetime(truth[name])).all(), field
    first = truth["house_no"] + " " + truth["street"]
    assert all(map(str.startswith, accepted["address"].str.replace(", ", " "), first))
    assert told(found, "'HO Class' is blank: 'Offence Title' was taken for offence_code")


@pytest.mark.parametrize(
    ("begin", "end"),
    [
        ("Between", "And"),
        ("Between Date", "And Date"),
        ("Committed From", "Committed To"),
        ("Committed Date From", "Committed Date To"),
        ("Offence Committed Between", "Offence Committed And"),
        ("EARLIEST_OFFENCE_DT", "LATEST_OFFENCE_DT"),
        ("Date/Time From", "Date/Time To"),
        ("Start Date", "End Date"),
        ("Cmtd From", "Cmtd To"),
        ("Incident Commenced", "Incident Ended"),
        ("Offence Min Date", "Offence Max Date"),
        ("occurredOnOrAfter", "occurredOnOrBefore"),
    ],
)
def test_the_ends_of_a_window_are_known_by_their_words(begin: str, end: str) -> None:
    frame = rows().assign(**{"Date Reported": days(3), end: days(1), begin: days()})
    found = check(frame)
    assert found.accepted["occurred_from"].tolist() == list(DAYS)
    assert (found.accepted["occurred_to"] - found.accepted["occurred_from"]).dt.days.eq(1).all()
    assert found.accepted["recorded_at"].tolist() == list(DAYS + pd.Timedelta(days=3))


@pytest.mark.parametrize(
    ("empty", "full", "field"),
    [
        ("HO Class", "Offence Title", "offence_code"),
        ("Crime Ref", "Occurrence Number", "crime_ref"),
        ("Beat", "Sector", "area"),
        ("MO", "Method of Entry", "mo"),
    ],
)
@pytest.mark.parametrize("blank", ["", "N/K", None, np.nan])
def test_an_empty_column_never_beats_a_full_one(
    empty: str, full: str, field: str, blank: object
) -> None:
    values = [f"value {n}" for n in range(ROWS)]
    found = check(rows(Date=days()).assign(**{empty: blank, full: values}))
    assert found.accepted[field].tolist() == values
    assert told(found, f"'{empty}' is blank: '{full}' was taken for {field}.")


def test_an_empty_date_and_an_empty_pair_of_coordinates_lose_too() -> None:
    frame = rows(Committed_From="", Offence_Date=days(), Easting="", Northing="")
    found = check(frame)
    assert len(found.accepted) == ROWS
    assert found.accepted["occurred_from"].tolist() == list(DAYS)


def test_a_column_without_one_date_loses_to_a_later_name_with_dates() -> None:
    found = check(rows(Occurred="Friday", Offence_Date=days()))
    assert found.accepted["occurred_from"].tolist() == list(DAYS)
    assert told(found, "'Occurred' is less full of dates: 'Offence Date' was taken")


def test_of_columns_that_fit_equally_the_choice_is_told() -> None:
    found = check(rows(Date=days(), Beat="B1", Ward="W1"))
    assert set(found.accepted["area"]) == {"B1"}
    assert "'Ward' would fit as well" in told(found, "'Beat' was taken for area")


def test_a_mapped_column_that_is_blank_throughout_is_told() -> None:
    found = check(rows(Date=days(), Offence=""))
    assert told(found, "'Offence', read as offence_code, is blank throughout. Map another column")
    given = check(rows(Date=days(), Kind=None), columns={"offence_code": "Kind"})
    assert told(given, "'Kind', read as offence_code, is blank throughout")


def test_a_date_of_the_record_never_becomes_the_date_of_the_crime() -> None:
    message = refusal(rows(Date_Reported=days(2), Last_Updated=days(30), Twixt=days()))
    assert 'columns={"occurred_from": "Twixt"}' in message
    assert '--columns occurred_from="Twixt"' in message
    alone = refusal(rows(Date_Reported=days(2), Last_Updated=days(30)))
    assert 'columns={"occurred_from": "..."}' in alone


def test_a_date_that_fits_better_and_is_left_over_is_a_question() -> None:
    for name in ("Date", "Date/Time", "Incident Date"):
        message = refusal(rows().assign(**{name: days(2), "Twixt": days()}))
        assert f"'{name}' may not be when it happened: 'Twixt' is full of dates and lies" in message
        assert 'columns={"occurred_from": "Twixt"}' in message
        assert f'columns={{"occurred_from": "{name}"}}' in message
        frame = rows().assign(**{name: days(2), "Twixt": days()})
        with pytest.raises(LayoutError) as caught:
            check(frame)
        assert caught.value.gaps == {"occurred_from": ["Twixt", name]}
        told_so = check(frame, columns={"occurred_from": name})
        assert told_so.accepted["occurred_from"].tolist() == list(DAYS + pd.Timedelta(days=2))
    assert "'Twixt'" in refusal(rows(Date_To=days(2), Twixt=days()))
    assert "holds no dates" in refusal(rows(Offence_Date="", Twixt=days()))


def test_other_dates_beside_the_date_of_the_crime_are_no_question() -> None:
    births = ["01/02/1980"] * ROWS
    for name, values in {
        "Date of Birth": births,
        "Moved In": births,
        "Last Updated": days(-9),
        "Arrest Date": days(4),
        "Follow Up": days(4),
    }.items():
        frame = rows().assign(**{"Date": days(), name: values})
        assert check(frame).accepted["occurred_from"].tolist() == list(DAYS)


def test_a_hint_is_judged_by_what_is_in_the_columns() -> None:
    message = refusal(pd.DataFrame({"date_rept": days(), "age": 3, "sex": "M", "tax": 7}))
    assert "'date_rept' looks like the date it was recorded" in message
    assert 'columns={"occurred_from": "...", "easting": "...", "northing": "..."}' in message
    frame = pd.DataFrame({"Dt Occ": days(), "PosEast": 451000, "PosNorth": 340000, "Index": 5})
    message = refusal(frame)
    for part in (
        'columns={"occurred_from": "Dt Occ", "easting": "PosEast", "northing": "PosNorth"}',
        'columns = { occurred_from = "Dt Occ", easting = "PosEast", northing = "PosNorth" }',
        '--columns occurred_from="Dt Occ" easting="PosEast" northing="PosNorth"',
    ):
        assert part in message


@pytest.mark.parametrize("months", ["%m", "%b", "%B"])
def test_year_month_and_day_in_columns_of_their_own_are_one_date(months: str) -> None:
    parts = {"YEAR": DAYS.year, "MONTH": DAYS.strftime(months), "DAY": DAYS.day}
    found = check(rows(TYPE="Break and Enter", HOUR=22, MINUTE=5, **parts))
    assert found.resolution == "day"
    assert found.accepted["occurred_from"].tolist() == list(DAYS + pd.Timedelta("22:05:00"))
    assert set(found.accepted["offence_code"]) == {"Break and Enter"}
    without = check(rows(**parts))
    assert without.accepted["occurred_from"].tolist() == list(DAYS)
    only = check(rows(YEAR=DAYS.year, MONTH=DAYS.strftime(months)))
    assert only.resolution == "month"
    assert only.accepted["occurred_from"].tolist() == list(DAYS.to_period("M").to_timestamp())


def test_a_user_gives_the_parts_of_a_date() -> None:
    frame = rows(J=DAYS.year, M=DAYS.month, T=DAYS.day, Hour="22:30")
    for names in (["J", "M", "T"], ["T", "M", "J"]):
        found = check(frame, columns={"occurred_from": names})
        assert found.accepted["occurred_from"].tolist() == list(DAYS)
    found = check(frame.rename(columns={"Hour": "Z"}), columns={"occurred_from": [*"JMTZ"]})
    assert found.accepted["occurred_from"].tolist() == list(DAYS + pd.Timedelta("22:30:00"))


def test_parts_that_are_no_date_are_told_by_row() -> None:
    frame = rows(YEAR=2026, MONTH=[2] * ROWS, DAY=[30, *range(1, ROWS)])
    found = check(frame)
    assert found.rejected[["row", "column", "value", "reason"]].values.tolist() == [
        [0, "YEAR, MONTH, DAY", "2026-02-30", "unreadable date"]
    ]


def test_a_month_without_its_year_is_no_date() -> None:
    assert "Missing: the date" in refusal(rows(MONTH=3, Weekday="Monday"))


def test_an_address_is_joined_of_its_parts() -> None:
    frame = rows(Date=days(), House_No="3", Street="Mill Lane", Town="Derby", Postcode="DE1 2AB")
    assert set(check(frame).accepted["address"]) == {"3 Mill Lane, Derby, DE1 2AB"}
    whole = check(frame.assign(Address="Flat 2, 3 Mill Lane"))
    assert set(whole.accepted["address"]) == {"Flat 2, 3 Mill Lane"}


@pytest.mark.parametrize(
    ("code", "rounded"),
    [
        ("1,50E+31", True),
        ("1.5E+31", True),
        ("4E+11", True),
        ("2.1e11", True),
        ("4E0001200", False),
        ("12E4", False),
        ("6B60", False),
    ],
)
@pytest.mark.parametrize(
    ("column", "field"),
    [("Crime Ref", "crime_ref"), ("UPRN", "uprn"), ("Beat", "area"), ("Offence", "offence_code")],
)
def test_codes_that_a_spreadsheet_rounded_are_told_and_whole_ones_kept(
    code: str, rounded: bool, column: str, field: str
) -> None:
    values = [f"X{n}" for n in range(ROWS - 1)]
    found = check(rows(Date=days()).assign(**{column: [code, *values]}))
    warned = [text for text in found.warnings if "rounded by a spreadsheet" in text]
    assert bool(warned) == rounded
    assert (found.accepted.loc[0, field] == code) != rounded
    assert found.accepted[field].tolist()[1:] == values


def test_a_reference_may_be_made_of_several_columns(tmp_path: Path) -> None:
    frame = rows(Date=days(), Crime_No=[1, 2] * (ROWS // 2), Year=[*range(ROWS)])
    path = tmp_path / "crimes.csv"
    frame.to_csv(path, index=False)
    found = check(path, columns={"crime_ref": ["Crime No", "Year"]})
    assert found.accepted["crime_ref"].tolist()[:3] == ["1/0", "2/1", "1/2"]


def test_one_reference_of_two_years_or_two_places_is_two_crimes() -> None:
    frame = pd.DataFrame(
        {
            "Crime No": [1, 2, 1, 2, 1, 3, 3],
            "Date": ["13/09/2026", "15/03/2024", "13/03/2024", "15/03/2024", "14/03/2024"]
            + ["15/09/2026"] * 2,
            "E": [455_000, 452_000, 451_000, 457_000, 451_040, 455_000, 457_001],
            "N": 340_000,
            "Year": [2026, 2024, 2024, 2024, 2024, 2026, 2026],
        }
    )
    found = check(frame, as_of="2026-12-31")
    assert dict(found.rejected[["row", "reason"]].values) == {4: "duplicate of row 2, 40 m away"}
    references = found.accepted["crime_ref"]
    assert references.to_dict() == {
        0: "1 (2026-09-13)", 1: "2", 2: "1", 3: "2 (2024-03-15)", 5: "3", 6: "3 (2026-09-15)"
    }  # fmt: skip
    warned = told(found, "share a reference")
    assert warned.startswith("6 rows share a reference")
    assert 'columns={"crime_ref": ["Crime No", "Year"]}' in warned
    bare = told(check(frame.drop(columns="Year"), as_of="2026-12-31"), "share a reference")
    assert 'columns={"crime_ref": ["Crime No", "..."]}' in bare
    again = check(found.accepted, as_of="2026-12-31").accepted
    assert again["crime_ref"].tolist() == references.tolist()
    mixed = check(frame.iloc[::-1], as_of="2026-12-31").accepted["crime_ref"]
    assert mixed.loc[[0, 1, 3]].to_dict() == references.loc[[0, 1, 3]].to_dict()
    both = check(frame, as_of="2026-12-31", columns={"crime_ref": ["Crime No", "Year"]})
    assert set(both.accepted["crime_ref"]) >= {"1/2024", "1/2026"}


def test_a_reference_that_names_no_crime_costs_no_row() -> None:
    frame = rows(Date=[f"13/03/{2000 + n}" for n in range(ROWS)], Ref="all")
    assert len(check(frame).accepted) == ROWS
    assert check(frame).accepted["crime_ref"].is_unique


# Of any days few lie just within 60 of each other, or just beyond.
_DAYS = st.sampled_from([0, 50, 60, 61, 110, 121]) | st.integers(0, 150)


@settings(max_examples=15)
@given(st.lists(st.tuples(st.integers(0, 1), _DAYS, st.integers(0, 4)), min_size=1))
def test_rows_of_one_reference_are_parted_as_the_slow_twin_parts_them(
    crimes: list[tuple[int, int, int]],
) -> None:
    frame = pd.DataFrame(crimes, columns=["Ref", "day", "place"]).assign(
        Date=lambda made: pd.Timestamp("2026-01-01") + pd.to_timedelta(made["day"], unit="D"),
        E=lambda made: 451_000 + 900 * made["place"],
        N=340_000,
    )
    kept: list[tuple[int, int, int]] = []
    # By what the rows say, the most western first: their order decides nothing.
    for ref, day, place in sorted(crimes, key=lambda crime: (crime[2], crime[1])):
        near = (
            ref == one and abs(day - then) <= 60 and abs(place - there) * 900 <= 2_000
            for one, then, there in kept
        )
        if not any(near):
            kept.append((ref, day, place))
    found = check(frame)
    assert len(found.accepted) == len(kept)
    assert found.accepted["crime_ref"].is_unique


def test_a_name_that_may_mean_something_else_is_judged_by_its_words() -> None:
    found = check(
        rows(Date=days(), Type=["Detached", "Flat"] * (ROWS // 2), Reported_By="A. Smith")
    )
    assert not {"offence_code", "force"} & set(found.accepted.columns)
    assert told(found, "'Type' holds no offences: it was not read as offence_code")
    assert told(found, "'Reported By' holds no police forces")
    half = check(rows(Date=days(), Type="Flat", Offence=["Burglary", ""] * (ROWS // 2)))
    assert set(half.accepted["offence_code"].dropna()) == {"Burglary"}
    found = check(rows(Date=days(), TYPE="Break and Enter", Reported_by="Cumbria Constabulary"))
    assert {"offence_code", "force"} <= set(found.accepted.columns)


def test_an_end_that_lies_before_the_beginning_is_that_of_another_crime() -> None:
    found = check(rows(Offence_Date=days(), Last_Offence_Date=days(-200)))
    assert len(found.accepted) == ROWS
    assert told(found, "'Last Offence Date' lies before 'Offence Date'")
    slips = check(rows(Offence_Date=days(), Last_Offence_Date=[*days(-3)[:2], *days()[2:]]))
    assert set(slips.rejected["row"]) == {0, 1}


TITLES = [
    "Burglary - Business and Community",
    "Burglary - Residential - Home",
    "28E Burglary Residential - Home",
    "Burglary - Residential - Unconnected building",
] * (ROWS // 4)


@pytest.mark.parametrize(
    ("known", "name", "titles"),
    [
        ({"Crime_Type": "Burglary"}, "Sub Type", TITLES),
        ({"Offence": "Burglary Residential"}, "Detail", TITLES),
        ({"HO_Code": "7"}, "Wording", TITLES),
        ({}, "HOCR", TITLES),
        ({}, "Kind of Crime", [*TITLES[:-4], "Shoplifting", "Drugs", "Rape", "Burglary - shop"]),
        ({}, "Crime Kind", ["Burglary - home", "Robbery"] * (ROWS // 2)),
        ({"Type": "Detached"}, "What", TITLES),
    ],
)
def test_titles_under_an_unknown_heading_are_the_offence_where_they_tell_more(
    known: dict[str, str], name: str, titles: list[str], tmp_path: Path
) -> None:
    frame = rows(Occurred_From=days(), **known).assign(**{name: titles, "Premises": "House"})
    frame.to_csv(tmp_path / "crimes.csv", index=False)
    for source in (frame, tmp_path / "crimes.csv"):
        found = check(source, offences="homes")
        homes = [title for title in titles if title.casefold().endswith("home")]
        assert found.accepted["offence_code"].tolist() == homes
        assert told(found, f"'{name}' holds titles of offences").endswith("read as the offence.")


@pytest.mark.parametrize(
    ("known", "name", "titles"),
    [
        ({"Crime_Type": "Burglary"}, "Previous Offence", TITLES),
        ({"Crime_Type": "Burglary"}, "Sub Type", [*TITLES[:-6], *[""] * 6]),
        ({}, "Allocated", ["Burglary Team", "Robbery Team"] * (ROWS // 2)),
        ({}, "Charges", TITLES),
        ({}, "HOCR", ["28E", "30C"] * (ROWS // 2)),
    ],
)
def test_titles_that_may_be_of_something_else_are_a_question(
    known: dict[str, str], name: str, titles: list[str]
) -> None:
    found = check(rows(Occurred_From=days(), **known).assign(**{name: titles}))
    assert len(found.accepted) == ROWS
    assert f'columns={{"offence_code": "{name}"}}' in told(found, f"'{name}' may tell the offence")
    given = rows(Occurred_From=days(), **known).assign(**{name: titles})
    given = check(given, columns={"offence_code": name})
    assert not [text for text in given.warnings if "may tell" in text]


@pytest.mark.parametrize(
    ("name", "cells"),
    [
        ("Premises", ["House", "Shed"] * (ROWS // 2)),
        ("Age", ["28", "30"] * (ROWS // 2)),
        ("Story", [f"Offenders break in by window {n}" for n in range(ROWS)]),
        ("Broad", ["Burglary"] * ROWS),
    ],
)
def test_other_columns_are_no_offence_beside_one_that_is_known(name: str, cells: object) -> None:
    found = check(rows(Occurred_From=days(), Crime_Type="Burglary").assign(**{name: cells}))
    assert set(found.accepted["offence_code"]) == {"Burglary"}
    assert not [text for text in (*found.warnings, *found.notes) if f"{name!r}" in text]


@pytest.mark.parametrize(
    "cell",
    ["238524,477997", "(51.5012, -0.1234)", "238524 477997", "51.5;-0.12", "POINT (3.1 4.2)"],
)
@pytest.mark.parametrize("name", ["Location", "Where", "Coordinates"])
def test_both_coordinates_in_one_cell_are_told_with_how_to_part_them(name: str, cell: str) -> None:
    message = refusal(pd.DataFrame({"Date": days(), name: cell, "Ward": "B1"}))
    assert f"'{name}' holds two numbers in each cell, such as '{cell}'" in message
    others = {"Cost": "1,250", "Phone": "01234 567890", "Day": "12/03"}
    assert "holds two" not in refusal(pd.DataFrame({"Date": days(), name: "12", **others}))


@pytest.mark.parametrize("name", ["id", "ID", "Id"])
def test_an_id_that_is_another_in_every_row_is_the_reference(name: str, tmp_path: Path) -> None:
    ids = [f"{700 - n}" for n in range(ROWS)]
    frame = rows(Occurred_From=days()).assign(**{name: ids})
    frame.to_csv(tmp_path / "crimes.csv", index=False)
    blank = frame.assign(**{"Crime Ref": ""})
    for source in (frame, tmp_path / "crimes.csv", blank):
        found = check(source)
        assert found.columns["crime_ref"] == (name,)
        assert found.accepted["crime_ref"].is_unique
        assert not found.accepted["crime_ref"].str.startswith("made-").any()
    better = check(frame.assign(**{"Crime Ref": [f"R{n}" for n in range(ROWS)]}))
    assert better.columns["crime_ref"] == ("Crime Ref",)
    for wrong in ([*ids[:-1], ids[0]], [*ids[:-1], ""], ["7"] * ROWS):
        found = check(frame.assign(**{name: wrong}))
        assert found.accepted["crime_ref"].str.startswith("made-").all()
        assert told(found, f"'{name}' is blank or repeated in some rows")
    # A counter of the rows names another crime in the next export.
    for first in (0, 1, 5001):
        counted = frame.assign(**{name: range(first, first + ROWS)})
        counted.to_csv(tmp_path / "counted.csv", index=False)
        for source in (counted, tmp_path / "counted.csv"):
            found = check(source)
            assert found.accepted["crime_ref"].str.startswith("made-").all()
            assert told(found, f"'{name}' only counts the rows")
