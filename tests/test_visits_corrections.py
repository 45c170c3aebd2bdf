"""Visits that were recorded wrongly: changed or withdrawn, and never quietly brought back."""

import json

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hotspot import ConfigError, DataError
from hotspot.cli import main
from hotspot.visits import VisitLedger
from tests.visits_lists import targets, visit

SOON = "2026-03-03 07:00"
MORNING, NOON = "2026-03-03 09:35", "2026-03-03 11:10"


@pytest.fixture
def ledger(ledger_url):
    made = VisitLedger(ledger_url)
    made.issue(targets(("V-A", 0, SOON), ("V-B", 1, SOON)))
    made.record([visit("V-A", "no reply", MORNING, leaflet_left="yes", note="dog")], "first.xlsx")
    return made


def told(ledger):
    frame = ledger.visits()
    return [
        (row.visit_id, row.result, f"{row.visited_at:%m-%d %H:%M}") for row in frame.itertuples()
    ]


def test_a_visit_is_changed_and_what_stood_is_kept_with_who_when_and_why(ledger):
    before = pd.Timestamp.now().floor("s")
    corrected = ledger.correct(
        "v-a", to_visited_at=NOON, to_result="F2F", why="wrong row", who="Sgt Ali"
    )
    assert told(ledger) == [("V-A", "face to face", "03-03 11:10")]
    row = ledger.visits().loc[0]
    assert (row["note"], row["source"], row["time_known"]) == ("dog", "first.xlsx", True)
    assert corrected.summary() == (
        "V-A: no reply, Tuesday 3 March 2026 at 09:35, is now face to face, Tuesday 3 March 2026 "
        "at 11:10 (Sgt Ali)."
    )
    kept = ledger.corrections().loc[0]
    assert kept[["visit_id", "result", "new_result", "withdrawn"]].tolist() == [
        "V-A", "no reply", "face to face", False,
    ]  # fmt: skip
    assert kept["visited_at"] == pd.Timestamp(MORNING)
    assert kept["new_visited_at"] == pd.Timestamp(NOON)
    assert kept[["corrected_by", "why"]].tolist() == ["Sgt Ali", "wrong row"]
    assert before <= kept["corrected_at"] <= pd.Timestamp.now()
    log = ledger.log()
    assert log[["who", "what", "count"]].to_numpy().tolist() == [["Sgt Ali", "correction", 1]]
    assert json.loads(json.dumps(corrected.to_dict()))["new"]["result"] == "face to face"


def test_a_visit_is_withdrawn(ledger):
    corrected = ledger.correct("V-A", withdraw=True, why="another door")
    assert told(ledger) == []
    assert corrected.new is None
    assert "is withdrawn" in corrected.summary()
    assert ledger.corrections().loc[0, "withdrawn"]
    assert pd.isna(ledger.corrections().loc[0, "new_visited_at"])
    assert ledger.history("2026-03-09").empty


def test_report_and_next_list_count_what_stands_now(ledger):
    assert ledger.report(as_of="2026-03-09").count("face to face") == 0
    ledger.correct("V-A", to_result="face to face", why="ticked the wrong box")
    assert ledger.report(as_of="2026-03-09").count("face to face") == 1
    assert ledger.history("2026-03-09")["result"].tolist() == ["face to face"]
    assert ledger.explain("V-A").visits["result"].tolist() == ["face to face"]


def test_the_same_sheet_read_again_brings_nothing_back_and_says_so(ledger):
    sheet = [visit("V-A", "no reply", MORNING, collar_number="0123"), visit("V-B", "empty", NOON)]
    ledger.correct("V-A", to_result="refused", why="ticked the wrong box")
    again = ledger.record(sheet, "first.xlsx")
    assert (again.added, again.repeated, again.rejected_rows) == (1, 1, 0)
    assert "corrected since, to 'refused', Tuesday 3 March 2026 at 09:35: kept as corrected" in (
        again.summary()
    )
    assert told(ledger) == [("V-A", "refused", "03-03 09:35"), ("V-B", "empty", "03-03 11:10")]
    # What the copy adds is no part of what was corrected.
    assert ledger.visits().loc[0, "collar_number"] == "0123"
    ledger.correct("V-A", withdraw=True, why="another door")
    again = ledger.record(sheet, "first.xlsx")
    assert (again.added, again.repeated) == (0, 2)
    assert "withdrawn since: it was not recorded again" in again.summary()
    assert told(ledger) == [("V-B", "empty", "03-03 11:10")]


def test_a_correction_may_be_corrected_and_taken_back(ledger):
    sheet = [visit("V-A", "no reply", MORNING)]
    ledger.correct("V-A", to_result="refused", why="one")
    ledger.correct("V-A", to_result="empty", why="two")
    assert "to 'empty'" in ledger.record(sheet).summary()
    ledger.correct("V-A", to_result="no reply", why="it was right")
    again = ledger.record(sheet)
    assert (again.repeated, len(again.flagged)) == (1, 0)
    assert "to 'no reply'" in ledger.record([visit("V-A", "refused", MORNING)]).summary()
    assert told(ledger) == [("V-A", "no reply", "03-03 09:35")]


def test_exactly_one_visit_must_be_meant(ledger):
    ledger.record([visit("V-A", "face to face", NOON), visit("V-A", "face to face", "2026-03-04")])
    with pytest.raises(DataError) as refused:
        ledger.correct("V-A", result="face to face", withdraw=True, why="x")
    assert str(refused.value) == (
        "2 visits of V-A may be meant: say which by visited_at and result. Its visits: no reply, "
        "Tuesday 3 March 2026 at 09:35; face to face, Tuesday 3 March 2026 at 11:10; face to face, "
        "Wednesday 4 March 2026."
    )
    with pytest.raises(DataError, match=r"^V-A has no such visit: .* Its visits: no reply"):
        ledger.correct("V-A", visited_at="2026-03-05", withdraw=True, why="x")
    with pytest.raises(DataError, match="holds no visit of 'V-Q'"):
        ledger.correct("V-Q", withdraw=True, why="x")
    assert len(ledger.visits()) == 3
    ledger.correct("V-A", visited_at="2026-03-04", withdraw=True, why="x")
    ledger.correct("V-A", visited_at="2026-03-03 11:10", to_visited_at="2026-03-03 11:20", why="x")
    assert [moment for *_, moment in told(ledger)] == ["03-03 09:35", "03-03 11:20"]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"why": "x"}, "Say what the visit is to be"),
        ({"to_result": "empty", "withdraw": True, "why": "x"}, "withdrawn or changed"),
        ({"withdraw": True, "why": " "}, "Say why it is corrected"),
        ({"to_result": "went well", "why": "x"}, "to_result must be one of face to face"),
        ({"result": "went well", "withdraw": True, "why": "x"}, "^result must be one of"),
        ({"to_visited_at": "03/04/2026", "why": "x"}, "write 2026-04-03 or 2026-03-04"),
        (
            {"visited_at": "4/3/26", "withdraw": True, "why": "x"},
            "^visited_at must be .* 2026-03-04",
        ),
    ],
)
def test_a_correction_that_says_nothing_clear_is_refused(ledger, change, words):
    with pytest.raises(ConfigError, match=words):
        ledger.correct("V-A", **change)
    assert told(ledger) == [("V-A", "no reply", "03-03 09:35")]
    assert ledger.corrections().empty


def test_a_correction_that_cannot_be_is_refused(ledger):
    ledger.record([visit("V-A", "face to face", NOON)])
    first = {"visited_at": MORNING, "why": "x"}
    with pytest.raises(DataError, match="is so already: no reply"):
        ledger.correct("V-A", to_result="no reply", **first)
    with pytest.raises(DataError, match="in the future"):
        ledger.correct("V-A", to_visited_at="2199-01-01", **first)
    with pytest.raises(DataError, match="has this visit already"):
        ledger.correct("V-A", to_visited_at=NOON, to_result="face to face", **first)
    with pytest.raises(DataError, match="has 'face to face' at that time"):
        ledger.correct("V-A", to_visited_at=NOON, **first)
    assert len(ledger.visits()) == 2
    assert ledger.log().empty


def test_a_note_for_the_officer_does_not_go_with_a_visit_that_is_withdrawn(ledger):
    ledger.record([visit("V-B", "face to face", NOON, for_the_officer="saw a grey van")])
    with pytest.raises(DataError, match="note for the officer in the case that was not handed"):
        ledger.correct("V-B", withdraw=True, why="another door")
    ledger.correct("V-B", to_result="refused", why="ticked the wrong box")
    assert ledger.visits().set_index("visit_id").loc["V-B", "for_the_officer"] == "saw a grey van"
    # Once it is handed over it is nowhere: no correction kept a copy.
    with ledger._store.reading() as connection:
        kept = connection.exec_driver_sql("SELECT old, new FROM visits_corrections").all()
    assert "grey van" not in str(kept)


def test_a_mark_stands_beyond_its_visit(ledger):
    ledger.record([visit("V-B", "refused", NOON, do_not_contact="yes")])
    corrected = ledger.correct("V-B", withdraw=True, why="another door")
    assert "mark that it had set stands until it is lifted" in corrected.summary()
    assert ledger.history("2026-03-09")["do_not_contact"].any()


def test_the_command_corrects_withdraws_and_lists(ledger, ledger_url, capsys):
    correct = ["visits", "correct", "V-A", "--ledger", ledger_url]
    ledger.record([visit("V-A", "face to face", NOON)])
    ledger.log_access("look-up", who="J. Doe", to_whom="call taker")
    assert main([*correct, "--withdraw", "--why", "x"]) == 1
    assert "2 visits of V-A may be meant: say which by --visited-at and --result" in (
        capsys.readouterr().err
    )
    change = ["--to-visited-at", "2026-03-03 11:15", "--why", "misread", "--who", "Sgt Ali"]
    assert main([*correct, "--result", "face to face", *change]) == 0
    assert "is now face to face, Tuesday 3 March 2026 at 11:15 (Sgt Ali)" in capsys.readouterr().out
    assert main([*correct, "--visited-at", MORNING, "--withdraw", "--why", "x", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["new"] is None
    assert main(["visits", "log", "--ledger", ledger_url]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.partition(": ")[2] for line in lines][:2] == [
        "look-up, J. Doe, to call taker",
        "correction, Sgt Ali, 1",
    ]
    assert main(["visits", "log", "--ledger", ledger_url, "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)
    assert [(row["what"], row["count"]) for row in rows] == [
        ("look-up", None), ("correction", 1), ("correction", 1),
    ]  # fmt: skip


RESULTS = ("no reply", "face to face", "refused", "empty")
MOMENTS = tuple(f"2026-03-0{day} {hour}:00" for day in (3, 4) for hour in ("09", "11"))


@settings(max_examples=8)
@given(
    st.lists(
        st.tuples(st.sampled_from(MOMENTS), st.sampled_from(RESULTS), st.booleans()), max_size=6
    )
)
def test_however_often_a_visit_is_corrected_its_sheet_changes_nothing(changes):
    sheet = [visit("V-A", "no reply", MOMENTS[0])]
    with VisitLedger("sqlite://") as ledger:
        ledger.record(sheet)
        stands = ("no reply", MOMENTS[0])
        made = 0
        for moment, result, withdraw in changes:
            if withdraw:
                ledger.correct("V-A", withdraw=True, why="x")
                stands = None
            elif (result, moment) != stands:
                ledger.correct("V-A", to_visited_at=moment, to_result=result, why="x")
                stands = (result, moment)
            else:
                continue
            made += 1
            again = ledger.record(sheet)
            assert (again.added, again.repeated, again.rejected_rows) == (0, 1, 0)
            frame = ledger.visits()
            assert [
                (row.result, f"{row.visited_at:%Y-%m-%d %H:%M}") for row in frame.itertuples()
            ] == [stands][: stands is not None]
            assert len(ledger.corrections()) == made
            if stands is None:
                break
