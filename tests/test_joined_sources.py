"""Several sheets and files of one layout are read together, each row named by where it is."""

import datetime as dt
import os
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

import hotspot as hs
from hotspot._errors import DataError
from hotspot.briefing.config import load_config
from hotspot.cli import main
from hotspot.reading.columns import known_columns, known_names
from hotspot.reading.sources import files_of, open_source

KNOWN = known_names(known_columns("incidents", "places"), None)
HEADER = ["Crime Ref", "Date From", "Easting", "Northing"]


def rows_of(month: int, rows: int = 20) -> list[list[object]]:
    return [
        [f"R{month}-{i}", dt.datetime(2026, month, 1 + i), 451000 + i * 10, 340000]
        for i in range(rows)
    ]


def book(path: Path, sheets: dict[str, list[list[object]]], hidden: tuple[str, ...] = ()) -> Path:
    made = openpyxl.Workbook()
    made.remove(made.active)
    for name, lines in sheets.items():
        sheet = made.create_sheet(name)
        for line in lines:
            sheet.append(line)
        if name in hidden:
            sheet.sheet_state = "hidden"
    made.save(path)
    return path


def text(path: Path, lines: list[list[object]]) -> Path:
    frame = pd.DataFrame(lines[1:], columns=lines[0])
    frame.to_csv(path, index=False)
    return path


def test_a_sheet_a_month_is_read_together(tmp_path: Path) -> None:
    months = {f"{month:02d}-2026": [HEADER, *rows_of(month)] for month in range(6, 12)}
    about = {"Cover": [["Burglary by month"], ["Run by", "J Smith"]]}
    pivot = {"Pivot": [["Month", "Crimes"], ["June", 20], ["Grand Total", 20]]}
    path = book(
        tmp_path / "m.xlsx",
        {**about, **months, **pivot, "Old": [HEADER, *rows_of(5)]},
        hidden=("Old",),
    )
    check = hs.check_incidents(path)
    assert len(check.accepted) == 120
    assert check.rejected.empty
    assert check.accepted.index.is_unique
    assert {"06-2026:2", "11-2026:21"} <= set(check.accepted.index)
    assert any(
        "'11-2026' of m.xlsx together; not read: 'Cover', 'Pivot'; hidden and not read: 'Old'"
        in note
        for note in check.notes
    )
    assert any("The hidden sheet 'Old' may hold such rows too" in text for text in check.warnings)
    assert len(hs.check_incidents(path, sheet="06-2026").accepted) == 20
    assert len(hs.check_incidents(path, sheet="Old").accepted) == 20


def test_rejected_rows_of_a_sheet_are_named_by_it(tmp_path: Path) -> None:
    june = [HEADER, *rows_of(6), ["R6-x", "no date", 1, 2], ["Total", 21]]
    check = hs.check_incidents(
        book(tmp_path / "m.xlsx", {"June": june, "July": [HEADER, *rows_of(7)]})
    )
    assert len(check.accepted) == 40
    assert check.rejected["row"].tolist() == ["June:22", "June:23"]


def test_sheets_with_a_column_more_are_joined_and_it_is_told(tmp_path: Path) -> None:
    more = [[*HEADER, "MO"], *([*row, "FORCED DOOR"] for row in rows_of(7))]
    path = book(tmp_path / "m.xlsx", {"June": [HEADER, *rows_of(6)], "July": more})
    opened = open_source(path, known=KNOWN)
    chunk = opened.read(["MO", "Crime Ref"])
    assert list(chunk.frame.columns) == ["MO", "Crime Ref"]
    assert chunk.frame["MO"].isna().sum() == 20
    assert any("'MO' is a column of July only" in note for note in opened.notes)


def test_headings_may_be_spelt_or_placed_otherwise(tmp_path: Path) -> None:
    other = [["NORTHING", "crime_ref", "Date from", "easting"]]
    other += [[row[3], row[0], row[1], row[2]] for row in rows_of(7)]
    path = book(tmp_path / "m.xlsx", {"June": [["Burglary"], HEADER, *rows_of(6)], "July": other})
    check = hs.check_incidents(path)
    assert len(check.accepted) == 40
    assert check.accepted.geometry.y.eq(340000).all()


def test_a_sheet_of_another_layout_is_named_and_not_read(tmp_path: Path) -> None:
    other = [["Crime Ref", "Date From", "Vehicle", "Colour"], ["V1", dt.datetime(2026, 6, 1), 1, 2]]
    renamed = [["Crime Number", *HEADER[1:]], *rows_of(7)]
    path = book(
        tmp_path / "m.xlsx", {"June": [HEADER, *rows_of(6)], "Vehicles": other, "July": renamed}
    )
    check = hs.check_incidents(path)
    assert len(check.accepted) == 20
    assert any("not read: 'Vehicles', 'July'" in note for note in check.notes)
    (warned,) = (text for text in check.warnings if "was not read" in text)
    assert warned.startswith("The sheet 'July' may hold such rows too")
    assert "It has 'Crime Number' and has no 'Crime Ref'." in warned
    assert "was not read" not in str(hs.check_incidents(path, sheet="June").warnings)


def test_a_list_of_codes_before_the_crimes_is_not_taken_for_them(tmp_path: Path) -> None:
    codes = [["Beat", "Offence", "Meaning"], ["D01", "Burglary", "North"]]
    crimes = [[*HEADER, "Offence", "Beat"], *([*row, "Burglary", "D01"] for row in rows_of(6))]
    check = hs.check_incidents(book(tmp_path / "m.xlsx", {"Codes": codes, "Crimes": crimes}))
    assert len(check.accepted) == 20


@pytest.mark.parametrize("reference", [True, False])
def test_the_same_rows_in_two_sheets_are_told(tmp_path: Path, reference: bool) -> None:
    june, july = rows_of(6), rows_of(7)
    header = HEADER if reference else ["Note", *HEADER[1:]]
    path = book(
        tmp_path / "m.xlsx",
        {"All": [header, *june, *july], "June": [header, *june], "July": [header, *july]},
    )
    check = hs.check_incidents(path)
    assert any("40 rows of June, July stand in All too" in text for text in check.warnings)
    assert len(check.accepted) == (40 if reference else 80)
    assert len(check.accepted) + len(check.rejected) == 80


def test_files_are_given_as_a_list_a_folder_or_a_pattern(tmp_path: Path) -> None:
    for month in (6, 7):
        text(tmp_path / f"crimes-{month}.csv", [HEADER, *rows_of(month)])
    paths = sorted(tmp_path.glob("*.csv"))
    text(tmp_path / "crimes [8].csv", [HEADER, *rows_of(8)])
    for source in (paths, [str(path) for path in paths], str(tmp_path / "crimes-?.csv")):
        check = hs.check_incidents(source)
        assert len(check.accepted) == 40
        assert check.accepted.index[0] == "crimes-6.csv:2"
        assert "Read 2 files together: crimes-6.csv, crimes-7.csv." in check.notes
    assert len(hs.check_incidents(tmp_path).accepted) == 60
    text(tmp_path / "crimes 8.csv", [HEADER, *rows_of(9, 3)])
    assert len(hs.check_incidents(tmp_path / "crimes [8].csv").accepted) == 20
    assert files_of(tmp_path / "none.csv") == [tmp_path / "none.csv"]


def test_files_of_one_name_are_told_apart_by_their_folders(tmp_path: Path) -> None:
    paths = []
    for month in (6, 7):
        (tmp_path / str(month)).mkdir()
        paths.append(text(tmp_path / str(month) / "crimes.csv", [HEADER, *rows_of(month)]))
    assert set(hs.check_incidents(paths).accepted.index) >= {"6/crimes.csv:2", "7/crimes.csv:2"}
    assert len(hs.check_incidents([paths[0], paths[0]]).accepted) == 20


def test_workbooks_of_several_sheets_name_file_sheet_and_row(tmp_path: Path) -> None:
    for year in ("a", "b"):
        sheets = {name: [HEADER, *rows_of(m)] for m, name in ((6, "June"), (7, "July"))}
        if year == "b":
            sheets = {f"{name} ": [HEADER, *rows_of(8)] for name in sheets}
        book(tmp_path / f"{year}.xlsx", sheets)
    rows = open_source(tmp_path, known=KNOWN).read(HEADER).frame
    assert rows.index[0] == "a.xlsx:June:2"
    assert rows.index.is_unique
    assert len(rows) == 80


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ([], "empty list"),
        ("none-*.csv", r"There is no file none-\*\.csv"),
        ([pd.DataFrame()], r"paths only: join frames with pandas\.concat"),
    ],
)
def test_what_names_no_file_gets_one_sentence(source: object, words: str) -> None:
    with pytest.raises(DataError, match=words):
        open_source(source)


def test_files_of_two_layouts_are_refused(tmp_path: Path) -> None:
    one = text(tmp_path / "a.csv", [HEADER, *rows_of(6)])
    two = text(tmp_path / "b.csv", [["Crime Number", *HEADER[1:]], *rows_of(7)])
    with pytest.raises(DataError, match=r"b\.csv and a\.csv do not share 'Crime Number', 'Crime R"):
        open_source([one, two], known=KNOWN)


def test_formulas_of_several_sheets_are_named_by_sheet(tmp_path: Path) -> None:
    june = [HEADER, *rows_of(6, 1), ["R", "=1+1", 1, 2]]
    path = book(tmp_path / "m.xlsx", {"June": june, "July": [HEADER, *rows_of(7, 2)]})
    assert open_source(path, known=KNOWN).formulas() == [("June:3", "Date From")]


def test_a_set_up_and_a_command_take_a_pattern(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "in").mkdir()
    files = [text(tmp_path / "in" / f"c{m}.csv", [HEADER, *rows_of(m)]) for m in (6, 7)]
    toml = tmp_path / "set-up.toml"
    toml.write_text('[incidents]\npath = "in/c?.csv"\n', encoding="utf-8")
    assert load_config(toml).incidents.path == tuple(file.resolve() for file in files)
    assert main(["check", str(toml)]) == 0
    assert main(["check", str(tmp_path / "in" / "c*.csv")]) == 0
    assert capsys.readouterr().out.count("Used 40.") == 2


def test_sheets_of_addresses_that_are_not_read_are_told(tmp_path: Path) -> None:
    header = ["UPRN", "Address", "Easting", "Northing"]
    homes = {
        f"Part {n}": [header, [n, f"{n} High Street", 451000 + n, 340000]] for n in range(1, 4)
    }
    path = book(tmp_path / "homes.xlsx", {"Cover": [["Addresses"]], **homes})
    with pytest.warns(hs.DataWarning, match="not read: 'Cover'"):
        assert hs.read_addresses(path)["uprn"].tolist() == ["1", "2", "3"]


def test_a_workbook_of_hidden_sheets_says_so(tmp_path: Path) -> None:
    sheets = {"Cover": [["Crimes"]], "Old": [HEADER, *rows_of(5)]}
    path = book(tmp_path / "m.xlsx", sheets, hidden=("Old",))
    with pytest.raises(DataError, match=r"No table in m\.xlsx.*Hidden there: 'Old'"):
        open_source(path, known=KNOWN)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes by name")
@pytest.mark.parametrize("source", [".", "*.csv"])
def test_a_pipe_among_files_is_named(tmp_path: Path, source: str) -> None:
    (tmp_path / "a.csv").write_text("Crime Ref,Date From\n1,02/03/2026\n")
    os.mkfifo(tmp_path / "b.csv")
    with pytest.raises(hs.DataError, match=r"b\.csv is no file but a pipe"):
        open_source(tmp_path / source)
