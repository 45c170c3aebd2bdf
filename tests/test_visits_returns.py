"""Sheets that come back: moved columns, copied sheets, formulas, Excel's CSV, the phone's file."""

import datetime as dt
import json

import geopandas as gpd
import openpyxl
import pandas as pd
import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from hotspot import DataError, write_targets
from hotspot.visits import VisitLedger, read_returns
from hotspot.visits.sheet_reading import calls_as_rows
from tests.visits_lists import targets

SOON = "2026-03-03 07:00"
NINE = dt.datetime(2026, 3, 2, 9)
HEADINGS = ("Visit", "Area", "Result", "Visited at", "Do not contact")


def workbook(path, *sheets, first_row=0, first_column=0):
    """Write sheets of (name, rows), a header above each."""
    with xlsxwriter.Workbook(path, {"strings_to_formulas": False}) as book:
        when = book.add_format({"num_format": "dd/mm/yyyy hh:mm"})
        for name, rows in sheets:
            sheet = book.add_worksheet(name)
            sheet.write_row(first_row, first_column, HEADINGS)
            for line, row in enumerate(rows, start=first_row + 1):
                for column, cell in enumerate(row, start=first_column):
                    if isinstance(cell, tuple):
                        sheet.write_formula(line, column, cell[0], value=cell[1])
                    elif isinstance(cell, dt.datetime):
                        sheet.write_datetime(line, column, cell, when)
                    else:
                        sheet.write(line, column, cell)
    return path


@pytest.fixture
def ledger():
    with VisitLedger("sqlite://") as opened:
        opened.issue(targets(("V-AAAAAAAAAA", 0, SOON), ("V-BBBBBBBBBB", 1, SOON)))
        yield opened


def test_the_workbook_of_the_lists_comes_back_filled_in(ledger, tmp_path):
    listed = targets(("V-AAAAAAAAAA", 0, SOON), ("V-BBBBBBBBBB", 1, SOON))
    listed["expires"], listed["crime_refs"], listed["reason"] = listed["act_by"], "B1", "Burgled."
    points = gpd.points_from_xy([0, 10], [0, 0])
    frame = gpd.GeoDataFrame(listed, geometry=points, crs="EPSG:27700")
    frame.attrs.update(listed.attrs)
    write_targets(frame, tmp_path, formats=("xlsx",))
    path = tmp_path / "Harbour.xlsx"
    book = openpyxl.load_workbook(path)
    sheet = book["Doors"]
    column = {cell.value: cell.column for cell in sheet[1]}
    sheet.cell(2, column["Result"]).value = "face to face"
    sheet.cell(2, column["Visited at"]).value = dt.datetime(2026, 3, 2, 18, 5)
    sheet.cell(2, column["Collar number"]).value = "0412"
    book.save(path)
    told = ledger.record(path)
    assert (told.rows_read, told.added, told.not_done, told.unknown) == (2, 1, 1, 0)
    assert told.notes == []
    row = ledger.visits().loc[0]
    assert row["visited_at"] == pd.Timestamp("2026-03-02 18:05")
    assert (row["collar_number"], row["source"]) == ("0412", "Harbour.xlsx")
    assert ledger.record(path).repeated == 1


def test_every_problem_of_a_bad_workbook_is_in_one_message(ledger, tmp_path):
    path = workbook(
        tmp_path / "bad.xlsx",
        ("Notes", []),
        (
            "Doors",
            [
                ("V-AAAAAAAAAA", "Harbour", ('="no"&" reply"', "no reply"), NINE),
                ("V-EDITED", "Harbour", "no reply", NINE),
                ("V-BBBBBBBBBB", "Harbour", "=1+1", "2/3/2026 09:30"),
                ("V-BBBBBBBBBB", "Harbour", "refused", "2/3/2026 09:30"),
                ("V-BBBBBBBBBB", "Harbour", "empty", "2/3/2026 09:30"),
                ("V-AAAAAAAAAA", "Harbour", "no reply", NINE),
            ],
        ),
        first_row=2,
        first_column=1,
    )  # fmt: skip
    told = ledger.record(path)
    assert (told.rows_read, told.added, told.repeated, told.rejected_rows) == (6, 2, 1, 3)
    words = told.summary()
    for said in (
        "row 4: a formula stands in 'Result'",
        "row 5: no list of this ledger holds the id",
        "row 6, result '=1+1': not a known result",
        "row 7, result 'refused': V-BBBBBBBBBB has 'empty' and 'refused' at one time",
    ):
        assert said in words, words
    assert ledger.visits()["result"].tolist() == ["no reply", "no reply"]


def test_all_sheets_with_visits_are_read_and_rows_named_by_sheet(ledger, tmp_path):
    path = workbook(
        tmp_path / "two.xlsx",
        ("Doors", [("V-AAAAAAAAAA", "Harbour", "empty", dt.datetime(2026, 3, 2, 9))]),
        ("Doors (2)", [("V-BBBBBBBBBB", "Harbour", "wrong", dt.datetime(2026, 3, 2, 9))]),
    )
    told = ledger.record(path)
    assert told.added == 1
    assert told.rejected["row"].tolist() == ["Doors (2):2"]
    assert "Read the sheets 'Doors', 'Doors (2)'." in told.notes


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", ";"])
def test_csv_of_any_excel_is_read(ledger, tmp_path, encoding, delimiter):
    path = tmp_path / "harbour.csv"
    rows = [
        ["visit_id", "result", "visited_at", "for_the_officer"],
        ["V-AAAAAAAAAA", "no reply", "03/03/2026 18:05", "café behind"],
        ["V-BBBBBBBBBB", "", "", ""],
    ]
    path.write_text("\r\n".join(delimiter.join(row) for row in rows), encoding=encoding)
    told = ledger.record(path)
    assert (told.rows_read, told.added, told.not_done, told.rejected_rows) == (2, 1, 1, 0)
    assert ledger.visits().loc[0, "for_the_officer"] == "café behind"


def test_a_sign_put_there_against_formulas_is_taken_off(ledger, tmp_path):
    path = tmp_path / "harbour.csv"
    path.write_text("visit_id,result,visited_at,note\nV-AAAAAAAAAA,empty,3/3/2026,'=1+1\n")
    ledger.record(path)
    assert ledger.visits().loc[0, "note"] == "=1+1"


def test_the_file_of_the_phone_sheet_is_read(ledger, tmp_path):
    visits = [
        {"visit_id": "V-AAAAAAAAAA", "result": "refused", "visited_at": "2026-03-02T18:05",
         "leaflet_left": "no", "do_not_contact": "yes"},
        "stray",
    ]  # fmt: skip
    path = tmp_path / "harbour.json"
    path.write_text(json.dumps({"made_by": "hotspot visits sheet", "visits": visits}))
    told = ledger.record(path)
    assert (told.rows_read, told.added, told.rejected_rows) == (2, 1, 1)
    row = ledger.visits().loc[0]
    assert row["visited_at"] == pd.Timestamp("2026-03-02 18:05")
    assert (row["leaflet_left"], row["do_not_contact"]) == (False, True)
    path.write_text(json.dumps(visits[:1]))
    assert ledger.record(path).repeated == 1


def test_what_is_no_returned_sheet_is_refused_in_words(tmp_path):
    book = workbook(tmp_path / "plain.xlsx", ("Doors", []))
    with xlsxwriter.Workbook(tmp_path / "other.xlsx") as other:
        other.add_worksheet("Sums").write_row(0, 0, ["Month", "Crimes"])
        other.worksheets()[0].write_row(1, 0, ["May", 3])
    (tmp_path / "bad.json").write_text("{")
    (tmp_path / "empty.json").write_text('{"a": 1}')
    (tmp_path / "photo.jpg").write_text("x")
    for name, words in (
        ("none.xlsx", "There is no file"),
        ("other.xlsx", "no sheet with the columns 'Visit' and 'Result'"),
        ("bad.json", "no JSON file that can be read"),
        ("empty.json", "no list of records"),
        ("photo.jpg", "of no kind that can be read"),
    ):
        with pytest.raises(DataError, match=words):
            read_returns(tmp_path / name)
    assert read_returns(book).rows.empty


def test_a_file_that_nests_without_end_is_refused_in_words(tmp_path):
    path = tmp_path / "deep.json"
    path.write_text("[" * 200_000)
    with pytest.raises(DataError, match="no JSON file that can be read"):
        read_returns(path)


def test_a_formula_in_a_row_that_is_not_recorded_is_not_said_to_be_recorded(tmp_path):
    book = openpyxl.Workbook()
    book.active.append(["Visit", "Result", "Visited at"])
    book.active.append(["V-A", "no reply", "=NOW()"])
    book.save(tmp_path / "back.xlsx")
    with VisitLedger("sqlite://") as ledger:
        words = ledger.record(tmp_path / "back.xlsx").summary()
    assert "Of 1 row not recorded:\n- row 2: a formula stands in 'Visited at'" in words
    assert "Look at" not in words


def test_two_calls_at_a_door_on_one_day_are_two_visits_from_the_phone(tmp_path, ledger_url):
    first = {"visit_id": "V-AAAAAAAAAA", "result": "no reply", "visited_at": "2026-03-03T09:35"}
    second = {**first, "result": "face to face", "visited_at": "2026-03-03T11:10"}
    path = tmp_path / "phone.json"
    ledger = VisitLedger(ledger_url)
    path.write_text(json.dumps({"visits": [first]}))
    assert ledger.record(path).added == 1
    # The second file of the day repeats the first call and adds one.
    path.write_text(json.dumps({"visits": [first, second]}))
    told = ledger.record(path)
    assert (told.added, told.repeated, told.rejected_rows) == (1, 1, 0)
    csv = tmp_path / "phone.csv"
    pd.DataFrame([first, second]).to_csv(csv, index=False)
    told = ledger.record(csv)
    assert (told.added, told.repeated, told.rejected_rows) == (0, 2, 0)
    assert ledger.visits()[["result", "visited_at"]].to_numpy().tolist() == [
        ["no reply", pd.Timestamp("2026-03-03 09:35")],
        ["face to face", pd.Timestamp("2026-03-03 11:10")],
    ]
    # At one time there cannot be both: which is true stays a question.
    at_odds = {**second, "result": "refused"}
    told = ledger.record([at_odds])
    assert told.rejected_rows == 1
    assert "if that is wrong, correct it (hotspot visits correct)" in told.summary()


def test_second_and_third_calls_beside_the_first_are_visits_of_their_own(ledger, tmp_path):
    book = tmp_path / "back.xlsx"
    with xlsxwriter.Workbook(book) as workbook_file:
        sheet = workbook_file.add_worksheet("Doors")
        sheet.write_row(0, 0, [
            "Visit", "UPRN", "Result", "Visited at", "Note", "Second visited at", "Second result",
            "Third visited at", "Third result",
        ])  # fmt: skip
        for place, row in enumerate(
            [
                ["V-AAAAAAAAAA", "", "no reply", "3/3/2026 09:35", "dog", "3/3/2026 11:10",
                 "no reply", "4/3/2026 18:00", "face to face"],
                ["V-BBBBBBBBBB", "", "", "", "", "", "", "", ""],
                ["V-CCCCCCCCCC", "", "", "", "gate", "3/3/2026 12:00", "leaflet", "", ""],
                ["V-DDDDDDDDDD", "", "no reply", "3/3/2026 12:10", "", "", "refused", "", ""],
            ],
            start=1,
        ):  # fmt: skip
            sheet.write_row(place, 0, row)
    told = ledger.record(book)
    assert (told.rows_read, told.added, told.not_done, told.rejected_rows) == (7, 5, 1, 1)
    assert told.rejected[["row", "column"]].to_numpy().tolist() == [
        ["5 (second call)", "visited_at"]
    ]
    assert "3 second or third calls stood beside the first, and are counted as rows." in told.notes
    visits = ledger.visits().sort_values(["visit_id", "visited_at"])
    assert visits[["visit_id", "result", "note"]].to_numpy().tolist() == [
        ["V-AAAAAAAAAA", "no reply", "dog"],
        ["V-AAAAAAAAAA", "no reply", None],
        ["V-AAAAAAAAAA", "face to face", None],
        ["V-CCCCCCCCCC", "leaflet", "gate"],
        ["V-DDDDDDDDDD", "no reply", None],
    ]
    assert visits["visited_at"].iloc[2] == pd.Timestamp("2026-03-04 18:00")
    again = ledger.record(book)
    assert (again.added, again.repeated) == (0, 5)


def test_real_dates_of_further_calls_and_formulas_are_read_as_those_of_the_first(tmp_path):
    book = openpyxl.Workbook()
    book.active.append(["Visit", "Result", "Visited at", "Second result", "Second visited at"])
    first, second = pd.Timestamp("2026-03-03 09:35"), pd.Timestamp("2026-03-03 11:10")
    book.active.append(["V-A", "no reply", first, "empty", second])
    book.active.append(["V-B", "no reply", first, "empty", "=NOW()"])
    book.save(tmp_path / "back.xlsx")
    with VisitLedger("sqlite://") as ledger:
        told = ledger.record(tmp_path / "back.xlsx")
        assert ledger.visits().query("result == 'empty'")["visited_at"].tolist() == [second]
    assert "a formula stands in 'Second visited at'" in told.summary()


def rows_for(area, *ids):
    return targets(*((f"V-{area}{n}", 1, SOON) for n in ids), area=area)


def weeks(ledger):
    """Issue two weeks of two areas: in the second some doors of the first are left."""
    for as_of, beach, quay in (("2026-03-02", range(1, 9), range(1, 5)),
                               ("2026-03-09", range(5, 12), range(3, 7))):  # fmt: skip
        both = pd.concat([rows_for("Beach", *beach), rows_for("Quay", *quay)], ignore_index=True)
        both.attrs.update(rows_for("Quay", 1).attrs, as_of=as_of)
        ledger.issue(both.assign(number=[*range(1, len(beach) + 1), *range(1, len(quay) + 1)]))


def came_back(folder, *ids):
    path = folder / "back.csv"
    rows = [f"{one},{one} Mill Lane,," for one in ids]
    path.write_text("\n".join(["visit_id,address,result,visited_at", *rows]))
    return path


@pytest.mark.parametrize(
    ("came", "missing"),
    [
        # The list with most of the ids; what is not in the file is told by number and address.
        (["V-Beach1", "V-Beach2", "V-Beach3", "V-Beach5", "V-Beach6", "V-Beach7"],
         ["V-Beach4", "V-Beach8"]),
        (["V-Beach5", "V-Beach6", "V-Beach7", "V-Beach8", "V-Beach9", "V-Beach10"],
         ["V-Beach11"]),
        # A row of another team's does not make its sheet one of both areas.
        (["V-Beach9", "V-Beach10", "V-Beach11", "V-Beach5", "V-Beach6", "v-quay6"],
         ["V-Beach7", "V-Beach8"]),
        # Half of an area, and it was meant.
        (["V-Beach5", "V-Beach6", "V-Beach7", "V-Beach8", "V-Beach9", "V-Beach10", "V-Beach11",
          "V-Quay5", "V-Quay6"], ["V-Quay3", "V-Quay4"]),
        (["V-other"], []),
    ],
)  # fmt: skip
def test_doors_that_are_not_in_a_returned_sheet_are_named(ledger_url, tmp_path, came, missing):
    with VisitLedger(ledger_url) as ledger:
        weeks(ledger)
        told = ledger.record(came_back(tmp_path, *came))
    assert told.missing["visit_id"].tolist() == missing
    words = told.summary()
    for one in missing:
        assert f"{one} Mill Lane, {one.rstrip('0123456789').removeprefix('V-')}" in words


def test_a_missing_door_is_named_with_list_number_and_address(tmp_path):
    with VisitLedger("sqlite://") as ledger:
        weeks(ledger)
        words = ledger.record(came_back(tmp_path, *(f"V-Beach{n}" for n in range(5, 11)))).summary()
    assert words.endswith(
        "On the list of Monday 9 March 2026 and not in the file, 1 door:\n"
        "- No. 7, V-Beach11 Mill Lane, Beach"
    )


def test_a_door_whose_result_came_otherwise_is_not_missing_and_a_phone_saves_what_was_done(
    tmp_path,
):
    with VisitLedger("sqlite://") as ledger:
        weeks(ledger)
        path = tmp_path / "phone.json"
        done = {"visit_id": "V-Beach11", "result": "no reply", "visited_at": "2026-03-09T18:05"}
        path.write_text(json.dumps({"visits": [done]}))
        assert ledger.record(path).missing.empty
        told = ledger.record(came_back(tmp_path, *(f"V-Beach{n}" for n in range(5, 10))))
        assert told.missing["visit_id"].tolist() == ["V-Beach10"]
        assert ledger.record([done]).missing.empty


def test_columns_of_one_name_are_refused_and_never_chosen_between(ledger):
    names = ["Visit", "Result", "Second result", "Second result"]
    with pytest.raises(DataError, match="more than one column 'Second result'"):
        ledger.record(pd.DataFrame([["V-A", "no reply", "empty", "refused"]], columns=names))


def test_rows_to_mend_keep_the_number_of_the_door_and_name_no_door_as_missing_again(ledger):
    sheet = pd.DataFrame({
        "No.": [1, 2], "Visit": ["V-AAAAAAAAAA", "V-BBBBBBBBBB"], "Result": ["no reply", "spoke"],
        "Visited at": "3/3/2026 09:35", "Second visited at": ["3/3/2026 18:00", None],
        "Second result": ["wrong", None],
    })  # fmt: skip
    told = ledger.record(sheet)
    assert told.to_mend["No."].dropna().astype(str).tolist() == ["2"]
    mended = told.to_mend.assign(Result="no reply", **{"Visited at": "3/3/2026 19:00"})
    again = ledger.record(mended)
    assert again.added == 2
    assert again.missing.empty
    assert not any("not kept" in note for note in again.notes)


def test_a_further_call_that_is_not_recorded_is_given_back_as_a_row_to_mend(ledger):
    sheet = pd.DataFrame({
        "Visit": ["V-AAAAAAAAAA"], "Result": ["no reply"], "Visited at": ["3/3/2026 09:35"],
        "Second visited at": [None], "Second result": ["refused"],
    })  # fmt: skip
    told = ledger.record(sheet)
    assert (told.added, told.rejected_rows) == (1, 1)
    assert told.to_mend[["Row", "Visit", "Result"]].to_numpy().tolist() == [
        ["0 (second call)", "V-AAAAAAAAAA", "refused"]
    ]
    mended = told.to_mend.assign(**{"Visited at": "3/3/2026 11:10"})
    assert ledger.record(mended).added == 1


CELL = st.sampled_from(["", "x", None, float("nan"), " "])


@settings(max_examples=20)
@given(
    st.lists(st.tuples(*[CELL] * 7), min_size=1, max_size=5),
    st.permutations(range(7)),
)
def test_every_cell_of_every_call_is_in_one_row_and_none_twice(table, order):
    names = ["Result", "Visited at", "Second result", "Second visited at", "Third result",
             "THIRD VISITED AT", "Note"]  # fmt: skip
    sheet = pd.DataFrame(
        [[f"{cell}{place}" if cell == "x" else cell for place, cell in enumerate(row)]
         for row in table],
        columns=names,
    )  # fmt: skip
    sheet = sheet.iloc[:, list(order)]
    sheet.insert(0, "Visit", [f"V-{row}" for row in range(len(sheet))])
    unfolded, further = calls_as_rows(sheet)
    assert further == len(unfolded) - len(sheet)
    assert unfolded.index.is_unique
    assert set(unfolded.columns) == {"Visit", "Result", "Visited at", "Note"}
    for visit_id, row in zip(sheet["Visit"], table, strict=True):
        calls = unfolded[unfolded["Visit"] == visit_id]
        told = [tuple(cell == "x" for cell in row[place : place + 2]) for place in (0, 2, 4)]
        expected = [
            (f"x{place}" if result else None, f"x{place + 1}" if at else None)
            for place, (result, at) in zip((0, 2, 4), told, strict=True)
            if result or at
        ]
        found = [
            tuple(cell if str(cell).startswith("x") else None for cell in pair)
            for pair in calls[["Result", "Visited at"]].to_numpy().tolist()
        ]
        assert [pair for pair in found if any(pair)] == expected
        assert len(calls) == max(1, len(expected))
        notes = [note for note in calls["Note"] if str(note).startswith("x")]
        assert notes == (["x6"] if row[6] == "x" else [])
        assert calls["Note"].notna().iloc[0] or row[6] != "x"


def test_an_id_of_another_door_is_told_by_the_address_beside_it(tmp_path):
    """The team's workbook has no UPRN, by which alone an id that was copied down was told."""
    rows = [
        {"Visit": "V-B", "Address": "V-A Mill Lane", "Visited at": "02/03/2026 18:05",
         "Result": "no reply", "Second visited at": "03/03/2026 10:00",
         "Second result": "face to face"},
        {"Visit": "V-B", "Address": "no. V-B, Mill Lane", "Visited at": "02/03/2026 19:05",
         "Result": "leaflet"},
        {"Visit": "V-Q", "Address": "V-A Mill Lane", "Visited at": "02/03/2026 20:05",
         "Result": "leaflet"},
    ]  # fmt: skip
    pd.DataFrame(rows).to_csv(tmp_path / "returned.csv", index=False)
    with VisitLedger("sqlite://") as ledger:
        ledger.issue(targets(("V-A", 0, SOON), ("V-B", 1, SOON)))
        recorded = ledger.record(tmp_path / "returned.csv")
        assert ledger.visits()["visit_id"].tolist() == ["V-B", "V-Q"]
    reason = "on the list V-B is V-B Mill Lane: was the id edited?"
    told = recorded.rejected[["column", "value", "reason"]].to_numpy().tolist()
    assert told == [["address", "V-A Mill Lane", reason]] * 2
    assert recorded.to_mend["Address"].tolist() == ["V-A Mill Lane"] * 2
    hint = "no list of this ledger holds the id, but one holds its address: was the id edited?"
    assert recorded.flagged["reason"].tolist() == [hint]
