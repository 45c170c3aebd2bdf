"""Offences are chosen by code, name or group, and nothing that may be burglary is left unnamed."""

import datetime as dt
import gzip
from pathlib import Path

import pandas as pd
import pytest
import xlsxwriter

import hotspot as hs
from hotspot._errors import DataError
from hotspot.incidents.offence_lines import closed_offences
from hotspot.incidents.offences import BY_DEFAULT, select_offences

ROWS = [
    *("28E", "28e", "028E".lstrip("0"), "28E Burglary - Residential", "Burglary Residential (28E)"),
    *("Burglary", "BURGLARY", "Burglary/Breaking & Entering", "BURGLARY - FORCED ENTRY"),
    *("FORCIBLE ENTRY", "HOME INVASION", "220", "AGGRAVATED BURGLARY", "29", "29A", "30C"),
    *("Residential burglary of a home", "Residential Burglary of Unconnected Building"),
    *("Shoplifting", "23F", "", None, "Burglary of motor vehicle"),
]
BURGLARIES = 18


def chosen(choice: object, rows: list[object] | None = None, **options: object) -> list[object]:
    offences = pd.Series(ROWS if rows is None else rows, dtype=object)
    selection = select_offences(offences, choice, **options)
    return offences[selection.chosen].tolist()


def test_the_group_burglary_holds_every_burglary_and_nothing_else() -> None:
    assert chosen("burglary") == ROWS[:BURGLARIES]
    assert "burglary" not in select_offences(pd.Series(ROWS, dtype=object), "Burglary").counts.left


@pytest.mark.parametrize(
    ("choice", "expected"),
    [
        ("28E", {"28E", "28e", "28E Burglary - Residential", "Burglary Residential (28E)"}),
        (["29", "30c"], {"29", "29A", "30C"}),
        ("29A", {"29A"}),
        ("28A-H", {"28E", "28e", "28E Burglary - Residential", "Burglary Residential (28E)"}),
        ("home invasion", {"HOME INVASION"}),
        ("Aggravated burglary", {"AGGRAVATED BURGLARY", "HOME INVASION", "29", "29A"}),
        ("burglary of a home", {"Residential burglary of a home"}),
        ("shoplifting", {"Shoplifting"}),
    ],
)
def test_codes_names_groups_and_names_in_the_data_can_be_chosen(
    choice: object, expected: set[str]
) -> None:
    assert set(chosen(choice)) == expected


def test_residential_burglary_holds_the_home_office_classes_of_all_years() -> None:
    codes = ["28A", "28B", "28C", "28D", "28E", "28F", "28G", "28H", "29", "29A"]
    assert chosen("residential burglary", [*codes, "30A", "30C", "31", "31A"]) == codes


def test_an_unknown_choice_lists_what_is_close() -> None:
    with pytest.raises(DataError) as caught:
        chosen(["burglery", "28Q"])
    first, second = caught.value.problems
    assert "No offence 'burglery'" in first
    assert "'burglary'" in first
    assert "No offence '28Q'" in second


def test_what_may_be_burglary_but_is_not_in_the_table_is_named() -> None:
    rows = pd.Series(["28Z", "28Z", "28K", "Robbery", "28E"], index=range(2, 7))
    by_class, left_out = select_offences(rows, "burglary").warnings
    assert by_class.startswith("1 row counted as burglary by the class of their code")
    assert left_out.startswith("2 rows left out whose offence may be burglary")
    assert "'28Z' (2) (rows 2 and 3)" in left_out
    other, _, used = select_offences(rows, None).warnings
    assert other.startswith("3 rows of other offences than burglary (such as '28Z', 'Robbery')")
    assert 'offences="burglary"' in other
    assert used.startswith("2 rows used")


def test_the_table_can_be_edited_and_given_back(tmp_path: Path) -> None:
    table = hs.incidents.offence_table()
    table.loc[len(table)] = ["28Z", "Boat burglary", "burglary; boats", "", "", "us"]
    assert "28Z" not in set(hs.incidents.offence_table()["offence"])
    path = tmp_path / "offences.csv"
    table.to_csv(path, index=False)
    for given in (table, path, str(path)):
        assert chosen("boats", ["28Z", "28E", "boat BURGLARY"], table=given) == [
            "28Z",
            "boat BURGLARY",
        ]
    with pytest.raises(DataError, match="cannot be read"):
        chosen("burglary", table=tmp_path / "none.csv")
    with pytest.raises(DataError, match=r"needs the columns .*it has code"):
        chosen("burglary", table=pd.DataFrame({"code": ["28E"]}))


def test_the_packaged_table_is_whole() -> None:
    table = hs.incidents.offence_table()
    codes = set(table["offence"])
    assert {*(f"28{letter}" for letter in "ABCDEFGH"), "29", "29A", "31", "31A"} <= codes
    assert {"30A", "30B", "30C", "30D", "220"} <= codes
    names = table["name"].str.casefold()
    assert names.str.contains("of a home").any()
    assert names.str.contains("of an unconnected building").any()
    assert not names.duplicated().any()
    dates = table[["valid_from", "valid_to"]].replace("", None)
    assert dates.apply(pd.to_datetime, format="%Y-%m-%d").notna().sum().sum() > 20
    assert (table["group"] != "").all()
    assert (table["source"] != "").all()


def test_codes_in_use_after_their_end_are_warned_of() -> None:
    happened = pd.Series(pd.to_datetime(["2017-03-31", "2017-04-01", "2024-01-01", None]))
    offences = pd.Series(["28A", "28A", "28E", None], dtype=object)
    (told,) = closed_offences(offences, happened)
    assert "'28A' went out of use on 2017-03-31, but 1 row happened later (row 1)" in told


TABLE = [
    ["Offence", "Name", "Group", "Valid to"],
    ["28Z", "Boat burglary", "burglary; boats; afloat", "31/03/2017"],
    ["28Y", "Café burglary", "burglary; cafés; ashore", ""],
]


def as_workbook(path: Path) -> None:
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("Table")
        for line, row in enumerate(TABLE):
            sheet.write_row(line, 0, row)
        sheet.write_datetime(1, 3, dt.datetime(2017, 3, 31), book.add_format({"num_format": 14}))


def as_text(path: Path, delimiter: str, encoding: str) -> None:
    lines = (delimiter.join(row) for row in TABLE)
    content = "\r\n".join(lines).encode(encoding)
    path.write_bytes(gzip.compress(content) if path.suffix == ".gz" else content)


@pytest.mark.parametrize("name", ["t.xlsx", "comma.csv", "tab.csv", "cp1252.csv", "zipped.csv.gz"])
def test_an_edited_table_is_read_as_every_other_file(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    if path.suffix == ".xlsx":
        as_workbook(path)
    else:
        delimiter = "\t" if name.startswith("tab") else ","
        as_text(path, delimiter, "cp1252" if name.startswith("cp") else "utf-8")
    assert chosen("afloat", ["28Z", "28Y", "BOAT BURGLARY"], table=path) == ["28Z", "BOAT BURGLARY"]
    assert chosen("cafés", ["28Z", "28Y"], table=path) == ["28Y"]
    happened = pd.Series(pd.to_datetime(["2017-03-31 23:00", "2017-04-01 00:00"]))
    warnings = closed_offences(pd.Series(["28Z", "28Z"]), happened, path)
    assert warnings == ["'28Z' went out of use on 2017-03-31, but 1 row happened later (row 1)."]


def test_two_columns_with_lists_in_them_are_parted_by_their_headings(tmp_path: Path) -> None:
    path = tmp_path / "offences.csv"
    path.write_text("offence,group\n28Z,burglary; boats; afloat\n28Y,burglary; cars; x\n")
    assert chosen("afloat", ["28Z", "28Y"], table=path) == ["28Z"]


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ([TABLE[0]], "holds a header and no row below it"),
        ([*TABLE, ["28X"]], r"Row 4 of .*, '28X', cannot be used \(the file ends in the middle"),
        ([*TABLE, ["28X"], []], r"Row 4 of .*, '28X', cannot be used \(not a record"),
        ([*TABLE, [*TABLE[1], "2", "3"]], r"Row 4 of .*, '2, 3', cannot be used \(more cells"),
    ],
)
def test_a_table_that_is_not_whole_is_refused(
    tmp_path: Path, rows: list[list[str]], words: str
) -> None:
    path = tmp_path / "offences.csv"
    path.write_text("\n".join(",".join(row) for row in rows), encoding="utf-8")
    with pytest.raises(DataError, match=words):
        chosen("burglary", table=path)
    with pytest.raises(DataError, match="The offences are empty"):
        chosen("burglary", table=hs.incidents.offence_table().iloc[:0])


def test_a_last_day_that_cannot_be_read_is_warned_of() -> None:
    table = hs.incidents.offence_table()
    table.loc[0, "valid_to"] = "in spring"
    happened = pd.Series(pd.to_datetime(["2024-01-01"]))
    (warning,) = closed_offences(pd.Series(["28A"]), happened, table)
    assert warning == ("The table of offences: 1 date in 'valid_to' cannot be read (row 0).")


MIXED_FILE = [
    *["Burglary - Residential - Home"] * 6,
    *["Burglary - Residential"] * 3,
    *["Burglary"] * 2,
    *["Burglary - Residential - Unconnected Building"] * 4,
    *["Burglary - Business and Community"] * 5,
    *["Shoplifting"] * 7,
    None,
]


@pytest.mark.parametrize(
    ("choice", "rows", "short"),
    [
        ("homes", 11, ["Other burglary 9.", "Not burglary 8."]),
        (BY_DEFAULT, 11, ["Other burglary 9.", "Not burglary 8."]),
        ("burglary", 20, ["Not burglary 8."]),
        ("residential", 5, ["Other burglary 15.", "Not burglary 8."]),
        ("business", 5, ["Other burglary 15.", "Not burglary 8."]),
        ("Unconnected Building", 4, ["Other burglary 16.", "Not burglary 8."]),
        (["homes", "business"], 16, ["Other burglary 4.", "Not burglary 8."]),
        ("all", 28, []),
        (None, 28, []),
        ("Shoplifting", 7, ["Not selected 21."]),
    ],
)
def test_kinds_are_chosen_by_name_and_the_others_are_counted(
    choice: object, rows: int, short: list[str]
) -> None:
    selection = select_offences(pd.Series(MIXED_FILE, dtype=object), choice)
    assert selection.chosen.sum() == rows
    assert selection.counts.short() == short


def test_what_was_taken_and_what_was_left_is_told_kind_by_kind() -> None:
    offences = pd.Series(MIXED_FILE, dtype=object)
    assert select_offences(offences, "homes").counts.sentence() == (
        "Offences counted: burglary of homes, 11 rows: 6 burglaries of homes, 3 recorded as "
        "residential (homes and sheds mixed) and 2 under titles that name no building. Left out: 4 "
        "burglaries of unconnected buildings, 5 of businesses and other buildings and 8 rows of "
        "other offences."
    )
    other, kinds = select_offences(offences, None).warnings
    assert other.startswith("7 rows of other offences than burglary (such as 'Shoplifting')")
    assert kinds.startswith("Not all burglary is of homes: 4 burglaries of unconnected buildings")
    assert 'offences="homes"' in kinds


def test_nothing_is_chosen_by_default_where_no_offence_is_known_as_burglary() -> None:
    selection = select_offences(pd.Series(["5", "5", "6"]), BY_DEFAULT)
    assert selection.chosen.all()
    (warning,) = selection.warnings
    assert warning == "No offence is known as burglary ('5', '6'): every row is used."


def test_an_empty_choice_lists_what_is_there() -> None:
    offences = pd.Series(["Commercial Burglary", "Theft", "Theft"])
    empty = select_offences(offences, BY_DEFAULT)
    assert not empty.chosen.any()
    there = "In the data are 'Theft' (2), 'Commercial Burglary' (1)."
    assert empty.warnings == ["No row is of the offences chosen.", there]
    with pytest.raises(DataError, match=r"Close to it: .*Theft.* In the data are 'Theft' "):
        select_offences(offences, "Thefft")


def test_the_table_of_the_user_excepts_titles_and_tells_kinds() -> None:
    titles = ["Burglary of a boat", "Burglary - boathouse", "Going equipped for burglary"]
    table = pd.DataFrame(
        [
            {"offence": "", "name": "Boathouse", "group": "not burglary"},
            {"offence": "", "name": "Burglary of a boat", "group": "burglary; home"},
        ]
    )
    selection = select_offences(pd.Series(titles), "burglary", table)
    assert selection.kinds.tolist() == ["home", "", ""]
    (excepted,) = selection.warnings
    assert excepted.startswith("2 rows with burglary in their title that the table of offences")


def test_the_kind_is_a_column_of_what_is_accepted() -> None:
    frame = pd.DataFrame(
        {
            "Offence": ["Burglary Dwelling", "Burglary OTD", "Theft"],
            "Date": ["13/03/2026", "14/03/2026", "15/03/2026"],
            "E": [451000, 452000, 453000],
            "N": [340000] * 3,
        }
    )
    check = hs.check_incidents(frame)
    assert check.accepted["offence_kind"].tolist() == ["home", "business", ""]
    homes = hs.check_incidents(frame, offences="homes")
    assert homes.accepted["offence_kind"].tolist() == ["home"]
    assert homes.headline() == "Used 1. Other burglary 1. Not burglary 1. Could not use 0."
    assert homes.offences_sentence() in homes.notes


def test_the_column_that_tells_the_kind_goes_before_one_that_tells_less() -> None:
    frame = pd.DataFrame(
        {
            "HO Class": ["28E", "28E", "30C"],
            "Offence Title": [
                "Burglary - Residential - Home",
                "Burglary - Residential - Unconnected Building",
                "Burglary - Business and Community",
            ],
            "Status": ["Filed", "Filed", "Filed"],
            "Outcome": ["", "", "Cancelled - no crime"],
            "Date": ["13/03/2026", "14/03/2026", "15/03/2026"],
            "E": [451000, 452000, 453000],
            "N": [340000] * 3,
        }
    )
    check = hs.check_incidents(frame)
    assert check.accepted["offence_kind"].tolist() == ["home", "unconnected building"]
    assert check.rejected["reason"].tolist() == ["status: cancelled"]
    assert any("'HO Class' would fit as well" in note for note in check.notes)
    swapped = frame.assign(**{"HO Class": frame["Offence Title"], "Offence Title": "Burglary"})
    assert hs.check_incidents(swapped).accepted["offence_kind"].tolist()[0] == "home"
