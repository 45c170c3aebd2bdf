"""Rows that come back: what is good is kept, every problem is told, nothing is lost."""

import datetime as dt

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hotspot import DataError
from hotspot.sheets.asked_back import ASKED
from hotspot.visits import RESULTS, VisitLedger
from hotspot.visits.result_words import canonical_result
from hotspot.visits.row_checks import field_of
from tests.visits_lists import targets, visit

SOON = "2026-03-03 07:00"


@pytest.fixture
def ledger():
    with VisitLedger("sqlite://") as opened:
        opened.issue(targets(("V-A", 0, SOON), ("V-B", 1, SOON), ("V-C", 2, SOON)))
        yield opened


def everything(told):
    """Rows read, by what became of them."""
    return told.added + told.repeated + told.marked + told.not_done + told.rejected_rows


def test_every_problem_of_every_row_is_told_and_what_is_good_is_kept(ledger):
    told = ledger.record(
        [
            visit("V-A", "face to face", "02/03/2026 18:05"),
            visit(None, "no reply", "02/03/2026 18:05"),
            visit("V-B", "fcae to face", "32/13/2026"),
            visit("V-C", None, "02/03/2026 18:10"),
            visit("V-C", "leaflet", None),
            visit("V-C", "leaflet", "March 2026"),
            visit("V-C", "leaflet", "02/03/2099 18:10"),
            visit("V-" + "X" * 120, "leaflet", "02/03/2026 18:10"),
            visit("V-B", "", ""),
        ]
    )
    assert (told.added, told.not_done, told.rejected_rows) == (1, 1, 7)
    assert everything(told) == told.rows_read == 9
    assert told.rejected[["row", "column"]].to_numpy().tolist() == [
        [1, "visit_id"], [2, "result"], [2, "visited_at"], [3, "result"], [4, "visited_at"],
        [5, "visited_at"], [6, "visited_at"], [7, "visit_id"],
    ]  # fmt: skip
    words = told.summary()
    for said in ("did you mean 'face to face'?", "only a month", "in the future", "row 7"):
        assert said in words
    assert ledger.visits()["visit_id"].tolist() == ["V-A"]


def test_a_mark_counts_even_where_its_row_does_not(ledger):
    told = ledger.record([visit("V-A", "refused", "yesterday", do_not_contact="yes")])
    assert (told.added, told.rejected_rows) == (0, 1)
    assert "its do-not-contact mark was" in told.summary()
    assert ledger.history("2026-03-04")["uprn"].tolist() == ["0V-A"]


def test_a_wish_not_to_be_contacted_survives_a_slip_in_the_date(ledger):
    rows = [
        visit("V-A", "do not contact", "yesterday"),
        visit("V-B", "Do not contact", None),
        visit("V-C", "refused", None),
    ]
    told = ledger.record(rows)
    assert told.rejected_rows == 3
    history = ledger.history("2026-03-09")
    assert set(history.loc[history["do_not_contact"], "visit_id"]) == {"V-A", "V-B"}
    assert "Of 2 rows not recorded:\n- rows 0 and 1: " in told.summary()


def test_why_no_leaflet_was_left_is_no_leaflet(ledger):
    words = ["yes", "x", "no letterbox", "No - declined", "not left", "", "no"]
    rows = [
        visit(f"V-{n}", "no reply", "2026-03-03 10:00", leaflet_left=word)
        for n, word in enumerate(words)
    ]
    ledger.record(rows)
    assert ledger.visits()["leaflet_left"].tolist() == [True, True, *[False] * 5]


@pytest.mark.parametrize(
    "words", ["no - happy for us to call", "No contact please", "yes, she is happy for a call", "?"]
)
def test_a_box_that_says_neither_yes_nor_no_marks_nobody_and_is_asked_about(ledger, words):
    told = ledger.record([visit("V-A", "face to face", SOON, do_not_contact=words)])
    assert (told.added, told.rejected_rows, everything(told)) == (1, 0, 1)
    assert told.unclear.to_numpy().tolist() == [
        [0, "do_not_contact", words, "neither yes nor no: no mark was set; write yes where nobody "
         "may call again, else no"]
    ]  # fmt: skip
    assert "To ask about, in 1 row recorded without:\n- row 0, do_not_contact" in told.summary()
    assert ledger.history("2026-03-09")["do_not_contact"].tolist() == [False]
    # Written as it should be, the same sheet marks the home.
    told = ledger.record([visit("V-A", "face to face", SOON, do_not_contact="Yes")])
    assert (told.repeated, len(told.unclear)) == (1, 0)
    assert ledger.history("2026-03-09")["do_not_contact"].tolist() == [True]


def test_only_a_clear_yes_ticks_a_box(ledger):
    clear = ["yes", "Y", True, 1, "x", "X", "✓", "☑", "Do not contact"]
    rows = [visit(f"V-{n}", "empty", SOON, do_not_contact=box) for n, box in enumerate(clear)]
    rows += [
        visit(f"V-N{n}", "empty", SOON, do_not_contact=box)
        for n, box in enumerate(["no", "N", False, 0, "-", "n/a", None, ""])
    ]
    told = ledger.record(rows)
    assert (told.added, len(told.unclear)) == (17, 0)
    assert ledger.visits().set_index("visit_id")["do_not_contact"].to_dict() == {
        row["visit_id"]: "N" not in row["visit_id"] for row in rows
    }


def test_every_box_with_words_is_told_and_words_that_are_kept_are_not_lost(ledger):
    had = "no, they had one"
    boxes = {"leaflet_left": had, "camera_or_doorbell": "Ring", "referral": "Y"}
    told = ledger.record([visit("V-A", "no reply", SOON, **boxes)])
    assert (told.added, told.unclear["column"].tolist()) == (1, ["leaflet_left"])
    assert "no leaflet was counted; write yes or no" in told.unclear.loc[0, "reason"]
    assert told.flagged["reason"].tolist() == [
        "camera or doorbell neither yes nor no: it is kept as it stands"
    ]
    kept = ledger.visits().loc[0, list(boxes)].tolist()
    assert kept == [False, "Ring", "yes"]


def test_a_row_with_nothing_but_an_unclear_box_is_neither_a_visit_nor_not_done(ledger):
    rows = [
        visit("V-A", None, None, do_not_contact="no thanks", leaflet_left="no"),
        visit("V-B", None, "yesterday", do_not_contact="no thanks"),
        visit("V-C", None, None, do_not_contact="yes", leaflet_left="no letterbox"),
    ]
    told = ledger.record(rows)
    assert (told.added, told.marked, told.not_done, told.rejected_rows) == (0, 1, 0, 2)
    assert told.rejected[["row", "column"]].to_numpy().tolist() == [
        [0, "do_not_contact"], [1, "result"], [1, "visited_at"], [1, "do_not_contact"],
    ]  # fmt: skip
    assert told.unclear[["row", "column"]].to_numpy().tolist() == [[2, "leaflet_left"]]
    assert ledger.history("2026-03-09")["visit_id"].tolist() == ["V-C"]


def test_packs_that_were_given_are_kept_by_the_name_of_their_tier(ledger_url):
    with VisitLedger(ledger_url) as ledger:
        ledger.issue(targets(("V-A", 0, SOON), ("V-D", 0, SOON), tier="Gold pack"))
        ledger.issue(targets(("V-B", 1, SOON), as_of="2026-03-02 08:00", tier="silver"))
        ledger.issue(targets(("V-C", 1, SOON), as_of="2026-03-02 09:00"))
        given = {"V-A": "yes", "V-B": "GOLD PACK", "V-C": "x", "V-D": "no", "V-E": "bronze"}
        rows = [visit(key, "face to face", SOON, pack_given=pack) for key, pack in given.items()]
        told = ledger.record([*rows, visit("V-D", "empty", "2026-03-04 09:00")])
        assert (told.added, told.unclear["value"].tolist()) == (6, ["bronze"])
        assert "write yes, no or the name of a pack on the lists" in told.summary()
        kept = ledger.visits().sort_values(["visited_at", "visit_id"])["pack"].tolist()
        assert kept == ["Gold pack", "Gold pack", "yes", "no", None, None]
        assert ledger.record(rows).flagged["reason"].str.contains("another").sum() == 0


def test_the_pack_that_a_list_asks_to_bring_is_none_that_was_given(ledger):
    frame = pd.DataFrame([visit("V-A", "no reply", SOON)]).assign(Pack="gold")
    assert ledger.record(frame).notes == []
    assert ledger.visits()["pack"].tolist() == [None]


def test_every_row_that_matches_no_list_is_named(ledger):
    rows = [visit(f"V-X{n}", "no reply", "2026-03-03 10:00") for n in range(12)]
    words = ledger.record(rows).summary()
    assert "Look at 12 rows:\n- rows 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10 and 11: no list" in words


def test_what_no_column_of_the_ledger_holds_is_told_row_by_row(ledger):
    rows = [
        visit("V-A", "no reply", "2026-03-03 10:00", uprn="9" * 101),
        visit("V-A", "no reply", "01/01/1900"),
    ]
    told = ledger.record(rows).rejected
    assert told["column"].tolist() == ["uprn", "visited_at"]
    assert told["value"].tolist() == ["9" * 40, "01/01/1900"]


def test_two_columns_of_one_name_are_refused(ledger):
    rows = pd.DataFrame(
        [["V-A", "refused", "no reply", "3/3/2026 10:00"]],
        columns=["Visit", "Result", "Result", "Visited at"],
    )
    with pytest.raises(DataError, match="more than one column 'Result'"):
        ledger.record(rows)


def test_the_same_rows_again_change_nothing(ledger):
    rows = [visit("V-A", "F2F", "02/03/2026 18:05"), visit("V-B", "No-reply", "03/03/2026")]
    assert ledger.record(rows).added == 2
    before = ledger.visits()
    again = ledger.record(rows)
    assert (again.added, again.repeated) == (0, 2)
    pd.testing.assert_frame_equal(ledger.visits(), before)


def test_a_row_twice_in_one_file_is_one_visit(ledger):
    told = ledger.record([visit("V-A", "no reply", SOON)] * 3)
    assert (told.added, told.repeated, told.rows_read) == (1, 2, 3)


def test_a_repeated_row_fills_in_what_was_empty_and_overwrites_nothing(ledger):
    ledger.record([visit("V-A", "refused", SOON, collar_number="12")])
    told = ledger.record(
        [visit("V-A", "refused", SOON, collar_number="99", note="dog", do_not_contact="yes")]
    )
    assert told.repeated == 1
    row = ledger.visits().loc[0]
    assert (row["collar_number"], row["note"], row["do_not_contact"]) == ("12", "dog", True)
    assert "another collar_number" in told.summary()
    assert ledger.history("2026-03-04")["do_not_contact"].tolist() == [True]


@pytest.mark.parametrize("where", ["in one file", "against the ledger"])
def test_two_results_at_one_time_are_refused(ledger, where):
    rows = [visit("V-A", "refused", SOON), visit("V-A", "face to face", SOON)]
    if where == "in one file":
        told = ledger.record(rows)
        assert (told.added, told.rejected_rows) == (0, 2)
        assert "'face to face' and 'refused' at one time" in told.summary()
    else:
        ledger.record(rows[:1])
        told = ledger.record(rows[1:])
        assert (told.added, told.rejected_rows) == (0, 1)
        assert "the ledger has 'refused' at that time" in told.summary()


def test_no_reply_and_a_leaflet_go_together_and_so_do_days_without_a_time(ledger):
    told = ledger.record(
        [
            visit("V-A", "no reply", SOON),
            visit("V-A", "leaflet", SOON),
            visit("V-B", "no reply", "03/03/2026"),
            visit("V-B", "face to face", "03/03/2026"),
        ]
    )
    assert told.added == 4
    assert ledger.visits()["time_known"].tolist() == [False, False, True, True]


def test_unknown_ids_are_kept_and_what_they_may_be_is_said(ledger):
    told = ledger.record(
        [
            visit("V-AX", "no reply", SOON, uprn="0V-A"),
            visit("V-FAR", "no reply", SOON, uprn="5555"),
            visit("V-WHO", "no reply", SOON),
        ]
    )
    assert (told.added, told.unknown) == (3, 3)
    assert told.flagged["reason"].str.extract(r"(edited|another force|holds the id$)")[
        0
    ].tolist() == ["edited", "another force", "holds the id"]
    assert not ledger.visits()["known"].any()


def test_an_id_on_the_row_of_another_home_is_refused(ledger):
    told = ledger.record([visit("V-A", "no reply", SOON, uprn="0V-B")])
    assert (told.added, told.rejected_rows) == (0, 1)
    assert "on the list V-A is UPRN 0V-A" in told.summary()


def test_a_flat_of_the_building_is_the_building(ledger):
    ledger.issue(targets(("V-F", 1, SOON), uprns="0011; 0012", uprn="0011"))
    told = ledger.record([visit("V-F", "no reply", SOON, uprn=12.0)])
    assert (told.added, told.rejected_rows) == (1, 0)


def test_case_and_spaces_of_an_id_do_not_matter(ledger):
    told = ledger.record([visit(" v-a ", "no reply", SOON)])
    assert told.unknown == 0
    assert ledger.visits()["visit_id"].tolist() == ["V-A"]


def test_visits_before_the_list_or_the_burglary_are_kept_and_flagged(ledger):
    told = ledger.record(
        [visit("V-A", "no reply", "2026-02-28 10:00"), visit("V-B", "no reply", "2026-03-01 10:00")]
    )
    assert told.added == 2
    assert told.flagged["reason"].tolist() == [
        "the visit is before the burglary was found: it does not count",
        "the visit is before the door was first listed",
    ]


def test_columns_may_be_moved_added_and_spelt_as_on_the_sheets(ledger):
    frame = pd.DataFrame(
        {
            "Weather": ["rain"],
            "VISITED AT": [dt.datetime(2026, 3, 3, 9)],
            "result ": ["Address not found"],
            "Why this door": ["Next door."],
            "Visit": ["V-B"],
        },
        index=[17],
    )
    told = ledger.record(frame)
    assert told.added == 1
    assert told.notes == ["Columns not kept: 'Weather'."]


def test_rows_without_the_columns_are_refused_with_those_there_are(ledger):
    with pytest.raises(DataError, match="no column 'Visit' and 'Result'; they have 'a'"):
        ledger.record([{"a": 1}])
    with pytest.raises(DataError, match="must be a mapping"):
        ledger.record([("V-A", "no reply")])
    assert ledger.record([]).rows_read == 0


def test_dates_are_day_first_whatever_slip_the_sheet_holds(ledger):
    rows = [visit("V-A", "no reply", "03/04/2026 09:00"), visit("V-B", "empty", "03/14/2026")]
    told = ledger.record(rows)
    assert ledger.visits()["visited_at"].tolist() == [pd.Timestamp("2026-04-03 09:00")]
    assert "there is no such month" in told.summary()
    assert told.notes == []


def test_times_with_a_zone_become_local_where_one_is_named(ledger):
    rows = [visit("V-A", "no reply", "2026-07-03T18:05:00Z")]
    told = ledger.record(rows, timezone="Europe/London")
    assert told.added == 1
    assert ledger.visits().loc[0, "visited_at"] == pd.Timestamp("2026-07-03 19:05")


def test_the_sheets_ask_for_what_the_ledger_reads():
    for asked in ASKED:
        assert field_of(asked.heading) == field_of(asked.field) == asked.field
    for result in RESULTS:
        assert canonical_result(result.upper().replace(" ", "-")) == result


CELLS = st.sampled_from(
    [None, "", "no reply", "F2F", "refused", "rubbish", "02/03/2026 18:05", "V-A", "V-B", "yes", 7]
)
ROWS = st.lists(
    st.fixed_dictionaries(
        dict.fromkeys(("visit_id", "result", "visited_at", "do_not_contact", "uprn"), CELLS)
    ),
    max_size=8,
)


@settings(max_examples=10, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=ROWS)
def test_whatever_comes_back_every_row_is_accounted_for(rows):
    with VisitLedger("sqlite://") as ledger:
        told = ledger.record(rows)
        assert everything(told) == told.rows_read == len(rows)
        again = ledger.record(rows)
        assert again.added == 0
        assert again.repeated == told.added + told.repeated
