"""``hotspot visits``: three simulated weeks from the command line, and what goes wrong in words."""

import json

import pandas as pd
import pytest

from hotspot import DataError, OutputError
from hotspot.cli import main
from hotspot.visits import VisitLedger, explain
from tests.visits_lists import targets, visit

SOON = "2026-03-03 07:00"


@pytest.fixture
def place(tmp_path):
    """Make a folder with a ledger, a returned sheet and a set-up that names the ledger."""
    ledger = VisitLedger(tmp_path / "visits.db")
    ledger.issue(targets(("V-A", 0, SOON), ("V-B", 1, SOON)))
    rows = [visit("V-A", "F2F", "02/03/2026 18:05"), visit("V-B", "wrong", "02/03/2026 18:15")]
    pd.DataFrame(rows).to_csv(tmp_path / "harbour.csv", index=False)
    (tmp_path / "crimes.csv").write_text("crime_ref\n1\n")
    (tmp_path / "set-up.toml").write_text(
        '[incidents]\npath = "crimes.csv"\n[cocooning]\nledger = "visits.db"\n'
        '[output]\nmarking = "OFFICIAL-TEST"\n'
    )
    return tmp_path


def test_a_sheet_is_recorded_and_every_fault_is_told(place, capsys):
    command = ["visits", "record", str(place / "harbour.csv"), "--ledger", f"{place}/visits.db"]
    assert main(command) == 1  # something was not recorded
    told = capsys.readouterr().out
    assert "2 rows of harbour.csv: 1 visit recorded, 1 not recorded." in told
    assert "row 3, result 'wrong': not a known result" in told
    assert main([*command, "--json"]) == 1
    again = json.loads(capsys.readouterr().out)["files"][0]
    assert (again["added"], again["repeated"], again["rejected_rows"]) == (0, 1, 1)


def test_one_sheet_that_cannot_be_read_keeps_no_other_from_being_recorded(place, capsys):
    files = [str(place / "none.csv"), str(place / "harbour.csv")]
    assert main(["visits", "record", *files, "--config", str(place / "set-up.toml")]) == 1
    told = capsys.readouterr()
    assert "1 visit recorded" in told.out
    assert "There is no file" in told.err


def test_a_sheet_of_which_nothing_can_be_used_ends_with_1(place):
    (place / "bad.csv").write_text("visit_id,result,visited_at\nV-A,what,when\nV-B,what,when\n")
    ledger = f"{place}/visits.db"
    assert main(["visits", "record", str(place / "bad.csv"), "--ledger", ledger]) == 1


def test_report_writes_page_table_and_chart_with_the_marking_of_the_set_up(place, capsys):
    VisitLedger(place / "visits.db").record([visit("V-A", "leaflet", "2026-03-02 18:00")])
    config, folder = str(place / "set-up.toml"), str(place / "out")
    command = ["visits", "report", "--config", config, "--folder", folder, "--as-of", "2026-03-05"]
    assert main(command) == 0
    said = capsys.readouterr().out
    assert "2 doors were asked for on 1 list, 2 homes in all." in said
    assert "Counted up to Thursday 5 March 2026" in said
    assert "OFFICIAL-TEST" in (place / "out" / "visit_report.html").read_text(encoding="utf-8")
    assert main([*command, "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    reached = [row for row in told["table"] if row["by"] == "all" and row["measure"] == "reached"]
    assert (reached[0]["count"], reached[0]["out_of"]) == (1, 2)
    assert len(told["files"]) == 5


def test_explain_and_purge(place, capsys):
    ledger = ["--ledger", f"{place}/visits.db"]
    assert main(["visits", "explain", "V-A", *ledger]) == 0
    assert "V-A Mill Lane" in capsys.readouterr().out
    assert main(["visits", "explain", "V-A", *ledger, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["rule"]["distance_m"] == 400
    assert main(["visits", "explain", "V-Q", *ledger]) == 1
    assert main(["visits", "purge", "--before", "2026-04-01", *ledger, "--json", "--yes"]) == 0
    capsys_out = capsys.readouterr().out
    assert '"doors": 2' in capsys_out
    assert main(["visits", "purge", "--before", "2026-04-01", *ledger]) == 0
    assert "nothing was deleted" in capsys.readouterr().out
    with pytest.raises(SystemExit) as stopped:
        main(["visits", "purge", "--before", "soon", *ledger])
    assert stopped.value.code == 2
    assert "a date or a time, year first, such as 2026-03-02, not 'soon'" in capsys.readouterr().err


def test_a_purge_is_shown_and_asked_about_before_anything_goes(place, capsys, monkeypatch):
    url = f"{place}/visits.db"
    purge = ["visits", "purge", "--before", "2026-04-01", "--ledger", url]
    with VisitLedger(url) as ledger:
        ledger.do_not_contact("0012")
    shown = (
        "Would delete what ended before 1 April 2026: 2 doors of 1 list with 2 rows of what was "
        "asked, 0 visits and 0 references of burglaries, from 2 March 2026 to 2 March 2026.\n"
    )
    assert main([*purge, "--dry-run"]) == 0
    assert capsys.readouterr() == (shown, "")
    assert main(purge) == 2  # no terminal is here
    told = capsys.readouterr()
    assert told.out == shown
    assert told.err.startswith("hotspot: nothing was deleted: nobody can be asked")
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    for answer in ("", "no", "y e s", EOFError):
        monkeypatch.setattr("builtins.input", answering(answer))
        assert main(purge) == 0
        assert capsys.readouterr().out == f"{shown}Nothing was deleted.\n"
    assert len(VisitLedger(url).asked()) == 2
    assert VisitLedger(url).log()["what"].tolist() == ["mark"]
    monkeypatch.setattr("builtins.input", answering(" Yes"))
    assert main([*purge, "--who", "A. Sergeant"]) == 0
    assert "\nDeleted what ended before 1 April 2026: 2 doors of 1 list" in capsys.readouterr().out
    assert VisitLedger(url).asked().empty
    log = VisitLedger(url).log()[1:]
    assert log[["who", "what", "count"]].to_numpy().tolist() == [["A. Sergeant", "purge", 2]]


def answering(answer):
    def give(_question):
        if answer is EOFError:
            raise EOFError
        return answer

    return give


@pytest.mark.parametrize(
    "command", [["purge", "--yes", "--before"], ["report", "--as-of"]], ids=["purge", "report"]
)
def test_a_date_that_is_not_year_first_is_refused_and_deletes_nothing(place, capsys, command):
    url = f"{place}/visits.db"
    with pytest.raises(SystemExit) as stopped:
        main(["visits", *command, "03/04/2026", "--ledger", url])
    assert stopped.value.code == 2
    told = capsys.readouterr().err
    assert "for '03/04/2026' write 2026-04-03 or 2026-03-04, whichever is meant." in told
    assert len(VisitLedger(url).asked()) == 2


def test_only_record_makes_a_ledger(place, capsys, monkeypatch):
    monkeypatch.chdir(place / "..")
    for command in (["report"], ["explain", "V-A"], ["purge", "--before", "2026-01-01"]):
        assert main(["visits", *command, "--ledger", str(place / "other.db")]) == 1
        assert "There is no ledger" in capsys.readouterr().err
    assert not (place / "other.db").exists()
    new = str(place / "new.db")
    assert main(["visits", "record", str(place / "harbour.csv"), "--ledger", new]) == 1
    assert "no list of this ledger holds the id" in capsys.readouterr().out


def test_a_set_up_without_a_ledger_is_told_so(place, capsys):
    (place / "plain.toml").write_text('[incidents]\npath = "crimes.csv"\n')
    assert main(["visits", "report", "--config", str(place / "plain.toml")]) == 1
    assert "names no ledger" in capsys.readouterr().err
    with pytest.raises(SystemExit) as stopped:
        main(["visits", "report", "--config", "a.toml", "--ledger", "b.db"])
    assert stopped.value.code == 2


def test_a_locked_ledger_is_told_with_what_was_not_recorded(place, capsys, monkeypatch):
    files = [str(place / name) for name in ("harbour.csv", "second.csv", "third.csv")]
    record = VisitLedger.record

    def locked(ledger, rows, *arguments, **more):
        if "second" in str(rows):
            raise OutputError("The ledger is locked. Nothing was changed.")
        return record(ledger, rows, *arguments, **more)

    monkeypatch.setattr(VisitLedger, "record", locked)
    assert main(["visits", "record", *files, "--ledger", f"{place}/visits.db", "--json"]) == 1
    told = json.loads(capsys.readouterr().out)
    assert [file["added"] for file in told["files"]] == [1]
    assert told["unusable"][1] == f"Not recorded: {files[1]}, {files[2]}."


def test_a_ledger_without_a_list_is_asked_about(place, capsys):
    command = ["visits", "record", str(place / "harbour.csv"), "--ledger"]
    assert main([*command, str(place / "another.db")]) == 1
    assert "holds no list: is it the one meant?" in capsys.readouterr().err
    assert main([*command, str(place / "visits.db")]) == 1
    assert capsys.readouterr().err == ""


def test_explain_takes_a_ledger_its_path_or_the_one_in_this_folder(place, monkeypatch):
    monkeypatch.chdir(place)
    said = str(explain("V-A", "visits.db"))

    with VisitLedger("visits.db") as ledger:
        assert str(explain("V-A", ledger)) == said
    assert str(explain("V-A")) == said
    (place / "elsewhere").mkdir()
    monkeypatch.chdir(place / "elsewhere")
    with pytest.raises(DataError, match=r"visits\.db"):
        explain("V-A")


def test_marks_are_listed_and_lifted_with_a_reason(place, capsys):
    ledger = ["--ledger", f"{place}/visits.db"]
    with VisitLedger(place / "visits.db") as opened:
        opened.do_not_contact(["0V-A", "0V-B"])
    assert main(["visits", "marks", *ledger]) == 0
    told = capsys.readouterr().out
    assert "2 homes not to be contacted.\nV-A Mill Lane, UPRN 0V-A, Harbour: marked" in told
    assert main(["visits", "marks", "--lift", "V-A Mill Lane", *ledger]) == 1
    assert "--lift needs --why" in capsys.readouterr().err
    lift = ["visits", "marks", "--lift", "0V-A", "--why", "rang", "--who", "Sgt Hill", *ledger]
    assert main(lift) == 0
    told = capsys.readouterr().out
    assert told.startswith("1 mark lifted.\n")
    assert "by Sgt Hill: rang." in told
    assert main(["visits", "marks", "--lifted", *ledger]) == 0
    assert capsys.readouterr().out.startswith("1 home not to be contacted, 1 mark lifted.\n")
    assert main(["visits", "marks", "--json", *ledger]) == 0
    assert [row["uprn"] for row in json.loads(capsys.readouterr().out)["marks"]] == ["0V-B"]


def test_explain_takes_an_address_a_list_and_the_stop_list_of_the_set_up(place, capsys):
    ledger = ["--ledger", f"{place}/visits.db"]
    assert main(["visits", "explain", "V-A Mill Lane", "--list", "2026-03-02", *ledger]) == 0
    assert "On the list" not in capsys.readouterr().out  # no reason was given
    assert main(["visits", "explain", "V-A", "--list", "2026-03-03", *ledger]) == 1
    assert "it was on the list of" in capsys.readouterr().err
    (place / "stop.csv").write_text("Reference\n0V-A\n")
    text = (
        (place / "set-up.toml")
        .read_text()
        .replace("[cocooning]\n", '[cocooning]\nexclude = "stop.csv"\n')
    )
    (place / "set-up.toml").write_text(text)
    config = ["--config", str(place / "set-up.toml")]
    assert main(["visits", "explain", "V-A", *config]) == 1
    assert "ask the supervisor" in capsys.readouterr().err
    assert main(["visits", "explain", "V-B", *config]) == 0


def test_notes_are_handed_over_and_deleted_once_acknowledged(place, capsys, monkeypatch):
    ledger = ["--ledger", f"{place}/visits.db"]
    rows = [
        visit(name, "F2F", "2026-03-02 18:05", for_the_officer=f"said by {name}")
        for name in ("V-A", "V-B")
    ]
    with VisitLedger(place / "visits.db") as opened:
        opened.record(rows)
    notes = ["visits", "notes", *ledger]
    assert main([*notes, "--to", "DC Moss", "--folder", str(place / "out"), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert [note["note"] for note in told["notes"]] == ["said by V-A", "said by V-B"]
    assert len(told["files"]) == 3
    assert main([*notes, "--acknowledge", told["notes"][0]["note_ref"]]) == 0
    assert "1 note acknowledged" in capsys.readouterr().out
    assert main([*notes, "--acknowledge-all"]) == 2  # no terminal is here
    assert "said by V-B" in capsys.readouterr().out
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr("builtins.input", answering("no"))
    assert main([*notes, "--acknowledge-all"]) == 0
    assert "Nothing was deleted." in capsys.readouterr().out
    assert main([*notes, "--acknowledge-all", "--yes"]) == 0
    assert main(notes) == 0
    assert "No note for an officer in the case is waiting." in capsys.readouterr().out
    with VisitLedger(place / "visits.db") as opened:
        log = opened.log()
    assert log.loc[0, ["what", "to_whom", "count"]].tolist() == ["hand-over", "DC Moss", 2]
    assert (log["what"] == "acknowledgement").sum() == 2


def test_rows_that_were_not_recorded_go_to_a_file_that_is_mended_and_read_again(place, capsys):
    sheet, ledger = place / "harbour.csv", ["--ledger", f"{place}/visits.db"]
    rows = [
        visit("V-A", "F2F", "02/03/2026 18:05", do_not_contact="no, call again"),
        visit("V-B", "wrong", "99/03/2026", note="=1+1"),
    ]
    pd.DataFrame(rows).to_csv(sheet, index=False)
    assert main(["visits", "record", str(sheet), *ledger]) == 1
    beside = place / "harbour - not recorded.csv"
    assert f"To mend and record again: {beside}." in capsys.readouterr().out
    table = pd.read_csv(beside, dtype=str)
    assert table.columns.tolist()[:4] == ["Row", "Address", "What to mend", "visit_id"]
    assert table[["Row", "Address"]].to_numpy().tolist() == [
        ["3", "V-B Mill Lane"], ["2", "V-A Mill Lane"],
    ]  # fmt: skip
    assert "result 'wrong': not a known result" in table.loc[0, "What to mend"]
    assert "; visited_at '99/03/2026': no date and time" in table.loc[0, "What to mend"]
    assert "do_not_contact 'no, call again': neither yes nor no" in table.loc[1, "What to mend"]
    # The same again is the same file; what a person made of it is never overwritten.
    before = beside.read_bytes()
    assert main(["visits", "record", str(sheet), *ledger]) == 1
    assert len(list(place.glob("*not recorded*"))) == 1
    table["result"], table["visited_at"] = "no reply", "02/03/2026 18:15"
    table.loc[1, ["result", "do_not_contact"]] = ["face to face", "yes"]
    table.loc[1, "visited_at"] = "02/03/2026 18:05"
    table.to_csv(beside, index=False)
    assert main(["visits", "record", str(sheet), *ledger]) == 1
    assert (place / "harbour - not recorded 2.csv").read_bytes() == before
    assert main(["visits", "record", str(beside), *ledger]) == 0
    with VisitLedger(place / "visits.db") as opened:
        kept = opened.visits().set_index("visit_id")
        assert opened.marks()["uprn"].tolist() == ["0V-A"]
    assert kept["result"].to_dict() == {"V-A": "face to face", "V-B": "no reply"}
    assert kept.loc["V-B", "note"] == "=1+1"


def test_one_file_may_take_what_was_not_recorded_of_all_sheets(place, capsys):
    (place / "second.csv").write_text("visit_id,result,visited_at\nV-A,what,when\n")
    files = [str(place / "harbour.csv"), str(place / "second.csv")]
    command = ["visits", "record", *files, "--ledger", f"{place}/visits.db", "--rejected"]
    assert main([*command, str(place / "mend.csv"), "--json"]) == 1
    assert json.loads(capsys.readouterr().out)["rejected_files"] == [str(place / "mend.csv")]
    table = pd.read_csv(place / "mend.csv")
    assert table["Sheet"].tolist() == ["harbour.csv", "second.csv"]
    assert not list(place.glob("*not recorded*"))
    with VisitLedger(place / "visits.db") as opened:
        before = opened.visits()
    (place / "harbour.csv").write_text("visit_id,result,visited_at\nV-B,F2F,2026-03-02 20:00\n")
    assert main([*command, str(place / "mend.csv")]) == 1
    assert "is there already and is not overwritten" in capsys.readouterr().err
    with VisitLedger(place / "visits.db") as opened:
        pd.testing.assert_frame_equal(opened.visits(), before)


def test_a_sheet_without_a_fault_leaves_no_file(place):
    (place / "good.csv").write_text("visit_id,result,visited_at\nV-B,F2F,2026-03-02 20:00\n")
    command = ["visits", "record", str(place / "good.csv"), "--ledger", f"{place}/visits.db"]
    assert main(command) == 0
    assert not list(place.glob("*not recorded*"))


def test_a_home_is_exported_and_erased_after_a_question(place, capsys, monkeypatch):
    subject = ["visits", "subject", "V-A Mill Lane", "--ledger", f"{place}/visits.db"]
    assert main([*subject, "--json", "--to", "the resident"]) == 0
    assert json.loads(capsys.readouterr().out)["asked"][0]["visit_id"] == "V-A"
    assert main([*subject, "--erase"]) == 2  # no terminal is here
    assert "Held of V-A Mill Lane: 1 of asked" in capsys.readouterr().out
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr("builtins.input", answering("y"))
    assert main([*subject, "--erase"]) == 0
    assert "Nothing was deleted." in capsys.readouterr().out
    monkeypatch.setattr("builtins.input", answering("yes"))
    assert main([*subject, "--erase", "--who", "DPO"]) == 0
    assert "Erased: 1 of asked, 1 of listed (rows)." in capsys.readouterr().out
    assert main(subject) == 1
    assert "holds nothing of 'V-A Mill Lane'" in capsys.readouterr().err
    with VisitLedger(place / "visits.db") as opened:
        assert set(opened.log()["what"]) == {"export", "erasure"}
