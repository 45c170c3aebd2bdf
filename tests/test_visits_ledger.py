"""The ledger on SQLite and PostgreSQL: what it keeps, that it loses nothing, what it forgets."""

import contextlib
import gc
import os
import signal
import sqlite3
import time
import warnings
from dataclasses import replace

import pandas as pd
import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st

from hotspot import ConfigError, DataError, OutputError
from hotspot.visits import VisitLedger
from hotspot.visits.schema import frame_of, listed, marks, meta, metadata
from tests.visits_lists import targets, visit

SOON = "2026-03-03 07:00"
LATER = "2026-03-04 07:00"


def start_team(ledger_url, team, batches):
    """Start another process that writes batches, each acknowledged on a pipe when it is kept.

    Two rows a batch, or one list of two doors: each is there whole or not at all.
    """
    reading, writing = os.pipe()
    with warnings.catch_warnings():
        # Python warns of threads that a forked process lacks; the writers use none.
        warnings.simplefilter("ignore", DeprecationWarning)
        process = os.fork()
    if process:
        os.close(writing)
        return process, os.fdopen(reading)
    try:
        ledger = VisitLedger(ledger_url)
        for batch in range(batches):
            ids = [f"{team}-{batch}-{row}" for row in (0, 1)]
            if batch % 3 == 2:
                ledger.issue(targets(*((visit_id, 1, SOON) for visit_id in ids)))
            else:
                ledger.record([visit(visit_id, "no reply", SOON) for visit_id in ids])
            os.write(writing, f"{batch}\n".encode())
    finally:
        os._exit(0)


def batches_in(ledger, team):
    """How many rows of each batch of a team are in the ledger."""
    ids = pd.concat([ledger.visits()["visit_id"], ledger.asked()["visit_id"]])
    parts = ids[ids.str.startswith(f"{team}-")].str.split("-", expand=True)
    return parts[1].astype(int).value_counts() if len(parts) else pd.Series(dtype=int)


@pytest.mark.slow
def test_teams_that_write_at_once_and_are_killed_at_any_moment_lose_nothing(ledger_url):
    VisitLedger(ledger_url)
    started = {team: start_team(ledger_url, team, 1_000_000) for team in ("killed1", "killed2")}
    started["steady"] = start_team(ledger_url, "steady", 4)
    acknowledged = {}
    for turn, (team, (process, pipe)) in enumerate(started.items()):
        lines = [pipe.readline(), pipe.readline()]
        if team != "steady":
            time.sleep(0.007 * turn)
            os.kill(process, signal.SIGKILL)
        lines += pipe.read().splitlines(keepends=True)
        pipe.close()
        os.waitpid(process, 0)
        acknowledged[team] = {int(line) for line in lines if line.endswith("\n")}
    ledger = VisitLedger(ledger_url)
    assert batches_in(ledger, "steady").to_dict() == dict.fromkeys(range(4), 2)
    for team, told in acknowledged.items():
        kept = batches_in(ledger, team)
        assert set(kept) == {2}
        assert told <= set(kept.index) <= told | {max(told) + 1}


def test_teams_that_open_a_new_ledger_at_once_make_one(ledger_url):
    started = [start_team(ledger_url, f"team{number}", 1) for number in range(3)]
    for process, pipe in started:
        assert pipe.read() == "0\n"
        pipe.close()
        os.waitpid(process, 0)
    assert len(VisitLedger(ledger_url).visits()) == 6


def test_a_list_is_kept_once_however_often_it_is_issued(ledger_url):
    ledger = VisitLedger(ledger_url)
    first = targets(("V-A", 0, SOON), ("V-B", 1, LATER))
    assert (ledger.issue(first), ledger.issue(first)) == (2, 0)
    before = ledger.asked()
    assert ledger.issue(first) == 0
    pd.testing.assert_frame_equal(ledger.asked(), before)
    assert ledger.started == pd.Timestamp("2026-03-02 07:00")


def test_a_door_listed_again_keeps_its_first_list_and_the_time_first_asked_for(ledger_url):
    ledger = VisitLedger(ledger_url)
    ledger.issue(targets(("V-A", 1, SOON)))
    again = targets(("V-A", 1, LATER), as_of="2026-03-05 07:00", reason="New words.")
    assert ledger.issue(again) == 0
    row = ledger.asked().loc[0]
    assert row["first_as_of"] == pd.Timestamp("2026-03-02 07:00")
    assert row["last_as_of"] == pd.Timestamp("2026-03-05 07:00")
    assert row["act_by"] == pd.Timestamp(SOON)
    assert row["reason"] == "New words."


def test_a_burglary_that_joins_later_undoes_no_visit():
    ledger = VisitLedger("sqlite://")
    ledger.issue(targets(("V-A", 1, SOON)))
    joined = {"crime_refs": "B1; B2", "newest": pd.Timestamp("2026-03-04 06:00")}
    ledger.issue(targets(("V-A", 1, SOON), as_of="2026-03-05 07:00", **joined))
    # The sheet of the first list comes back late.
    told = ledger.record([visit("V-A", "face to face", "2026-03-02 18:00")])
    assert told.flagged.empty
    report = ledger.report()
    assert (report.too_early, report.count("reached within 48 h of the record")) == (0, 1)
    assert ledger.asked().loc[0, "newest"] == pd.Timestamp("2026-03-01 06:00")


def test_a_rule_that_changes_moves_no_moment_of_the_record():
    ledger = VisitLedger("sqlite://")
    ledger.issue(targets(("V-A", 0, SOON)))  # 24 hours: recorded on 2 March at 07:00
    again = targets(("V-A", 0, LATER), as_of="2026-03-05 07:00")
    again.attrs["parameters"] = {**again.attrs["parameters"], "act_within_hours": (72, 72, 72)}
    ledger.issue(again)
    assert ledger.asked().loc[0, "act_within_hours"] == 24
    ledger.record([visit("V-A", "face to face", "2026-03-02 18:00")])
    assert ledger.report(as_of="2026-03-05").count("reached within 24 h of the record") == 1
    earlier = targets(("V-A", 0, "2026-03-02 07:00"), as_of="2026-03-01 07:00")
    earlier.attrs["parameters"] = {**earlier.attrs["parameters"], "act_within_hours": (12,)}
    ledger.issue(earlier)
    assert ledger.asked().loc[0, "act_within_hours"] == 12


def test_an_older_list_issued_late_takes_back_no_words_but_moves_the_start(ledger_url):
    ledger = VisitLedger(ledger_url)
    ledger.issue(targets(("V-A", 1, LATER), as_of="2026-03-05 07:00", reason="New."))
    ledger.issue(targets(("V-A", 1, SOON), as_of="2026-03-02 07:00", reason="Old."))
    row = ledger.asked().loc[0]
    assert (row["reason"], row["act_by"]) == ("New.", pd.Timestamp(SOON))
    assert ledger.started == pd.Timestamp("2026-03-02 07:00")


def test_an_empty_list_starts_the_ledger(ledger_url):
    ledger = VisitLedger(ledger_url)
    assert ledger.issue(targets(("V-A", 1, SOON)).iloc[:0]) == 0
    assert ledger.started == pd.Timestamp("2026-03-02 07:00")
    assert ledger.report().count("asked") == 0


def test_every_attempt_is_an_asking_of_its_own(ledger_url):
    ledger = VisitLedger(ledger_url)
    ledger.issue(targets(("V-A", 1, SOON), task="visit", attempt=1))
    second = targets(("V-A", 1, LATER), as_of="2026-03-04", task="second visit", attempt=2)
    assert ledger.issue(second) == 1
    assert ledger.asked()[["attempt", "task"]].to_numpy().tolist() == [
        [1, "visit"],
        [2, "second visit"],
    ]


def test_visits_come_back_as_they_were_recorded(ledger_url):
    ledger = VisitLedger(ledger_url)
    ledger.issue(targets(("V-A", 0, SOON)))
    told = ledger.record(
        [
            visit("V-A", "Face to face", "02/03/2026 18:05", collar_number="0123", note="O'Neill"),
            visit("V-Z", "refused", pd.Timestamp("2026-03-02 18:20"), uprn="0077"),
        ],
        source="Harbour.xlsx",
    )
    assert (told.added, told.unknown) == (2, 1)
    visits = ledger.visits()
    assert visits["visit_id"].tolist() == ["V-A", "V-Z"]
    assert visits["known"].tolist() == [True, False]
    assert visits["uprn"].tolist() == ["0V-A", "0077"]
    assert visits["visited_at"].tolist() == [
        pd.Timestamp("2026-03-02 18:05"),
        pd.Timestamp("2026-03-02 18:20"),
    ]
    assert visits.loc[0, ["collar_number", "note", "source"]].tolist() == [
        "0123", "O'Neill", "Harbour.xlsx",
    ]  # fmt: skip


def test_hostile_text_is_kept_as_text(ledger_url):
    ledger = VisitLedger(ledger_url)
    name = "V-A'); DROP TABLE visits_made;--"
    ledger.record([visit(name, "no reply", SOON, note="a\x00b")])
    assert ledger.visits()[["visit_id", "note"]].to_numpy().tolist() == [[name, "a b"]]


def test_history_tells_what_was_known_by_a_moment(ledger_url):
    ledger = VisitLedger(ledger_url)
    ledger.issue(targets(("V-A", 0, SOON), ("V-B", 1, LATER), crime_refs="B1; B2", uprns="01; 02"))
    ledger.record(
        [
            visit("V-A", "refused", "2026-03-02 18:00", do_not_contact="yes"),
            visit("V-B", "no reply", "2026-03-05 18:00"),
            visit("V-Z", "no reply", "2026-03-02 19:00"),
        ]
    )
    ledger.do_not_contact(["0099"])
    history = ledger.history("2026-03-03")
    assert history["visit_id"].tolist()[:2] == ["V-A", "V-Z"]
    first = history.loc[0]
    assert (first["uprn"], first["uprns"], first["crime_refs"]) == ("0V-A", "01; 02", "B1; B2")
    assert first["known_until"] == first["visited_at"] == pd.Timestamp("2026-03-02 18:00")
    assert history["do_not_contact"].tolist() == [True, False, True]
    bare = history.loc[2]
    assert (bare["uprn"], bare["result"]) == ("0099", None)
    assert pd.isna(bare["visited_at"])
    assert len(ledger.history("2026-03-05")) == 4


def test_a_mark_without_a_visit_holds_from_the_start_and_needs_no_uprn(ledger_url):
    ledger = VisitLedger(ledger_url)
    told = ledger.record([visit("V-Z", None, None, do_not_contact="x")])
    assert (told.added, told.marked) == (0, 1)
    history = ledger.history("2020-01-01")
    assert history[["visit_id", "do_not_contact"]].to_numpy().tolist() == [["V-Z", True]]


def test_purge_deletes_doors_whose_last_listing_and_visit_are_older(ledger_url):
    ledger = VisitLedger(ledger_url)
    ledger.issue(targets(("V-OLD", 0, "2026-01-02"), as_of="2026-01-01"))
    ledger.issue(targets(("V-SEEN", 0, "2026-01-02"), as_of="2026-01-01"))
    ledger.issue(targets(("V-NEW", 0, SOON)))
    ledger.record(
        [
            visit("V-OLD", "no reply", "2026-01-03 10:00", do_not_contact="yes"),
            visit("V-SEEN", "no reply", "2026-01-03 10:00"),
            visit("V-SEEN", "face to face", "2026-02-03 10:00"),
            visit("V-GONE", "leaflet", "2026-01-05 10:00"),
        ]
    )
    shown = ledger.purge("2026-02-01", preview=True)
    assert len(ledger.asked()) == 3
    purged = ledger.purge("2026-02-01")
    assert purged == replace(shown, preview=False)
    assert (purged.doors, purged.lists, purged.asked, purged.visits) == (2, 1, 1, 2)
    assert (purged.first, purged.last) == (
        pd.Timestamp("2026-01-01 23:59:59.999999"),
        pd.Timestamp("2026-01-05 10:00"),
    )
    assert set(ledger.visits()["visit_id"]) == {"V-SEEN"}
    assert set(ledger.asked()["visit_id"]) == {"V-SEEN", "V-NEW"}
    assert "2 doors" in purged.summary()
    # The mark stays, and so does the moment from which on things can be overdue.
    assert ledger.history("2026-03-03")["do_not_contact"].any()
    assert ledger.started == pd.Timestamp("2026-01-01 23:59:59.999999")
    assert ledger.purge("2026-02-01").doors == 0
    # What is left is not taken for the whole.
    report = ledger.report()
    assert report.count("asked") == 2
    assert "before Sunday 1 February 2026 were deleted" in report.summary()


def test_a_door_of_the_retention_day_itself_is_kept(ledger_url):
    ledger = VisitLedger(ledger_url)
    ledger.issue(targets(("V-EVE", 0, SOON), as_of="2026-01-30"))
    ledger.issue(targets(("V-LISTED", 0, SOON), as_of="2026-01-31 00:00:00.000001"))
    ledger.record(
        [
            visit("V-DAY", "no reply", "31/01/2026"),
            visit("V-MORNING", "no reply", "2026-01-31 00:00:01"),
            visit("V-NIGHT", "no reply", "2026-01-30 23:59:59"),
        ]
    )
    purged = ledger.purge("2026-01-31")
    assert (purged.doors, purged.asked, purged.visits) == (2, 1, 1)
    assert set(ledger.asked()["visit_id"]) == {"V-LISTED"}
    assert set(ledger.visits()["visit_id"]) == {"V-DAY", "V-MORNING"}
    assert purged.last == pd.Timestamp("2026-01-30 23:59:59.999999")


def test_marks_go_only_when_told_to(ledger_url):
    ledger = VisitLedger(ledger_url)
    ledger.do_not_contact("0012")
    assert ledger.purge("2199-01-01").marks == 0
    assert ledger.purge("2199-01-01", marks=True).marks == 1
    assert ledger.history("2026-03-03").empty


def test_wrong_arguments_are_named_as_they_are_called(ledger_url):
    ledger = VisitLedger(ledger_url)
    with pytest.raises(ConfigError, match=r"^before must be a date"):
        ledger.purge("soon")
    with pytest.raises(ConfigError, match="UPRNs must be text, not 12"):
        ledger.do_not_contact([12])
    with pytest.raises(ConfigError, match=r"^as_of must be a date"):
        ledger.report(as_of="soon")


DAYS = st.integers(0, 9).map(lambda day: pd.Timestamp("2026-01-01") + pd.Timedelta(days=day))


@settings(max_examples=6)
@given(
    st.dictionaries(st.sampled_from("ABCDE"), st.tuples(DAYS, DAYS), max_size=5),
    st.lists(st.tuples(st.sampled_from("ABCDEFG"), DAYS), max_size=8, unique=True),
    DAYS,
)
def test_purge_deletes_a_door_as_soon_as_all_of_it_is_older_and_never_before(lists, calls, limit):
    with VisitLedger("sqlite://") as ledger:
        last = {}
        for door, days in lists.items():
            for day in sorted(days):
                as_of = day + pd.Timedelta(hours=7)
                ledger.issue(targets((door, 1, SOON), as_of=as_of))
                last[door] = max(last.get(door, as_of), as_of)
        made = [(door, day + pd.Timedelta(hours=12)) for door, day in calls]
        ledger.record([visit(door, "no reply", at) for door, at in made])
        for door, at in made:
            last[door] = max(last.get(door, at), at)
        shown = ledger.purge(limit, preview=True)
        assert set(ledger.asked()["visit_id"]) | set(ledger.visits()["visit_id"]) == set(last)
        purged = ledger.purge(limit)
        assert purged == replace(shown, preview=False)
        gone = {door for door, moment in last.items() if moment < limit}
        assert purged.doors == len(gone)
        left = set(ledger.asked()["visit_id"]) | set(ledger.visits()["visit_id"])
        assert left == set(last) - gone
        assert purged.visits == sum(door in gone for door, _ in calls)
        assert purged.asked == len(gone & set(lists))


def test_purge_leaves_nothing_of_a_door_in_any_table(ledger_url):
    ledger = VisitLedger(ledger_url)
    ledger.issue(targets(("V-OLD", 0, "2026-01-02"), as_of="2026-01-01", crime_refs="B1"))
    ledger.record([visit("V-OLD", "no reply", "2026-01-03 10:00", for_the_officer="a van")])
    ledger.correct("V-OLD", to_result="refused", why="wrong door")
    ledger.record([visit("V-BARE", "no reply", "2026-01-03 10:00")])
    ledger.correct("V-BARE", withdraw=True, why="wrong door")
    ledger.do_not_contact("0012")
    with ledger._store.writing() as connection:
        lifted_at = pd.Timestamp("2026-01-04").to_pydatetime()
        connection.execute(sa.update(marks).values(lifted_at=lifted_at))
    assert "1 note for the officer in the case, not handed over yet, would go with them: hand" in (
        ledger.purge("2026-02-01", preview=True).summary()
    )
    purged = ledger.purge("2026-02-01")
    assert (purged.doors, purged.visits, purged.corrections, purged.lifted) == (2, 1, 2, 1)
    assert purged.notes == 1
    with ledger._store.reading() as connection:
        left = {
            table.name: connection.execute(sa.select(sa.func.count()).select_from(table)).scalar()
            for table in metadata.sorted_tables
        }
    kept = {"visits_meta", "visits_lists", "visits_log"}
    assert {name for name, rows in left.items() if rows} == kept
    assert ledger.log()["what"].tolist() == ["correction", "correction", "mark", "purge"]


def test_purge_leaves_no_byte_of_an_address_in_the_file(tmp_path):
    ledger = VisitLedger(f"sqlite:///{tmp_path / 'visits.db'}")
    secret = b"17 Nightingale Crescent"
    ledger.issue(targets(("V-A", 0, "2026-01-02"), as_of="2026-01-01", address=secret.decode()))
    ledger.issue(targets(("V-B", 0, SOON), address="18 Nightingale Crescent"))
    assert secret in (tmp_path / "visits.db").read_bytes()
    ledger.purge("2026-02-01")
    files = list(tmp_path.iterdir())
    assert [file.name for file in files] == ["visits.db"]
    assert secret not in files[0].read_bytes()
    assert b"18 Nightingale" in files[0].read_bytes()


def test_a_purge_beside_a_reader_says_what_went_and_what_must_wait(tmp_path, monkeypatch):
    ledger = VisitLedger(tmp_path / "visits.db")
    ledger.record([visit("V-A", "no reply", "2026-01-02 10:00")])

    def refuse(_: object) -> None:
        raise OutputError("The ledger is locked. Nothing was changed.")

    monkeypatch.setattr("hotspot.visits.store.Store.compact", refuse)
    purged = ledger.purge("2026-02-01")
    assert (purged.visits, purged.rebuilt) == (1, False)
    assert "could not be rebuilt" in purged.summary()
    assert ledger.visits().empty
    assert ledger.purge("2026-02-01").rebuilt


def test_explain_gives_burglaries_distances_dates_and_rule(ledger_url):
    ledger = VisitLedger(ledger_url)
    listed = targets(("V-A", 1, SOON), crime_refs="B1; B2", distance_m=12.0, reason="Next door.")
    links = pd.DataFrame(
        {
            "visit_id": ["V-A", "V-A"],
            "crime_ref": ["B1", "B2"],
            "link": ["next door", "opposite"],
            "distance_m": [12.0, 30.5],
            "found": pd.to_datetime(["2026-03-01 06:00", "2026-02-27 18:00"]),
            "recorded": pd.to_datetime(["2026-03-01 07:00", None]),
        }
    )
    ledger.issue(listed, links=links)
    ledger.record([visit("V-A", "no reply", "2026-03-02 18:00")])
    told = ledger.explain("V-A")
    assert told.burglaries["crime_ref"].tolist() == ["B1", "B2"]
    assert told.burglaries["distance_m"].tolist() == [12.0, 30.5]
    assert told.rule["distance_m"] == 400
    words = told.summary()
    for said in (
        "Next door.",
        "B2, opposite",
        "found Friday 27 February 2026",
        "400 m",
        "no reply",
    ):
        assert said in words
    assert told.to_dict()["rule"]["visit_days"] == 14


def test_without_links_the_leading_burglary_is_explained_by_the_row(ledger_url):
    ledger = VisitLedger(ledger_url)
    ledger.issue(targets(("V-A", 1, SOON), crime_refs="B1; B2", distance_m=12.0))
    burglaries = ledger.explain("v-a").burglaries
    assert burglaries["crime_ref"].tolist() == ["B1", "B2"]
    assert burglaries.loc[0, "found"] == pd.Timestamp("2026-03-01 06:00")
    assert pd.isna(burglaries.loc[1, "found"])


def test_an_unknown_id_is_said_to_be_unknown(ledger_url):
    ledger = VisitLedger(ledger_url)
    ledger.issue(targets(("V-ABCDEF", 1, SOON)))
    ledger.record([visit("V-ZZZ", "no reply", SOON)])
    with pytest.raises(DataError, match=r"'V-ABCDEG': did you mean V-ABCDEF\?"):
        ledger.explain("V-ABCDEG")
    with pytest.raises(DataError, match="holds V-ZZZ, though 1 visit came back for it"):
        ledger.explain("V-ZZZ")


def test_a_ledger_of_another_version_is_refused_in_words(ledger_url):
    store = VisitLedger(ledger_url)._store
    for version, words in (("99", "install a newer hotspot"), ("0", "no hotspot has made")):
        with store.writing() as connection:
            connection.execute(sa.update(meta).values(value=version))
        with pytest.raises(DataError, match=words):
            VisitLedger(ledger_url)


def test_targets_without_cut_off_or_columns_are_refused(ledger_url):
    ledger = VisitLedger(ledger_url)
    lost = targets(("V-A", 1, SOON))
    lost.attrs.clear()
    with pytest.raises(DataError, match="cut-off"):
        ledger.issue(lost)
    with pytest.raises(DataError, match="lack ring, act_by"):
        ledger.issue(targets(("V-A", 1, SOON)).drop(columns=["ring", "act_by"]))
    with pytest.raises(DataError, match="twice: row 1"):
        ledger.issue(targets(("V-A", 1, SOON), ("V-A", 1, SOON)))
    assert ledger.started is None


def test_a_locked_ledger_is_told_in_a_sentence_and_nothing_is_changed(tmp_path):
    path = tmp_path / "visits.db"
    ledger = VisitLedger(path, wait_s=0.05)
    with contextlib.closing(sqlite3.connect(path)) as other:
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(OutputError, match="locked by another program"):
            ledger.record([visit("V-A", "no reply", SOON)])
    assert ledger.visits().empty


def test_a_file_that_is_no_ledger_is_told_in_a_sentence(tmp_path):
    path = tmp_path / "visits.db"
    path.write_bytes(b"no database at all, but long enough to be looked at" * 20)
    with pytest.raises(DataError, match="no SQLite database"):
        VisitLedger(path)
    with pytest.raises(DataError, match="There is no ledger"):
        VisitLedger(tmp_path / "none.db", must_exist=True)
    with pytest.raises(DataError, match="There is no folder"):
        VisitLedger(tmp_path / "nowhere" / "visits.db")
    with pytest.raises(DataError, match="is a folder"):
        VisitLedger(f"sqlite:///{tmp_path}")
    assert [file.name for file in tmp_path.iterdir()] == ["visits.db"]


def test_a_database_of_others_is_not_given_our_tables(tmp_path):
    path = tmp_path / "crimes.db"
    with contextlib.closing(sqlite3.connect(path)) as other:
        other.execute("CREATE TABLE meta (crime TEXT)")
        other.commit()
    before = path.read_bytes()
    for must_exist in (True, False):
        with pytest.raises(DataError, match="holds no ledger"):
            VisitLedger(path, must_exist=must_exist)
    assert path.read_bytes() == before


def test_a_ledger_in_a_file_holds_no_connection_between_two_pieces_of_work(tmp_path, still_open):
    ledger = VisitLedger(tmp_path / "visits.db")
    ledger.issue(targets(("V-A", 1, SOON)))
    assert not still_open()
    with pytest.raises(DataError, match="twice"):
        ledger.issue(targets(("V-A", 1, SOON), ("V-A", 1, SOON)))
    with pytest.raises(DataError):
        ledger.explain("V-B")
    assert not still_open()


def test_a_ledger_in_memory_is_closed_by_with_by_close_and_by_being_let_go(still_open):
    with VisitLedger("sqlite://"):
        assert still_open() == 1
    assert not still_open()
    ledger = VisitLedger("sqlite://")
    ledger.close()
    assert not still_open()
    ledger = VisitLedger("sqlite://")
    assert still_open() == 1
    del ledger
    gc.collect()
    assert not still_open()


def test_a_ledger_that_cannot_be_opened_leaves_nothing_open(tmp_path, still_open):
    (tmp_path / "visits.db").write_bytes(b"no database at all, but long enough to be read" * 20)
    with pytest.raises(DataError, match="no SQLite database"):
        VisitLedger(tmp_path / "visits.db")
    with pytest.raises(DataError, match="holds no ledger"):
        VisitLedger("sqlite://", must_exist=True)
    gc.collect()
    assert not still_open()


@pytest.mark.parametrize("text", ["visits", "visits.xlsx", "nothing://x", "sqlite:/visits.db"])
def test_what_is_no_url_is_refused_clearly(text):
    with pytest.raises(ConfigError, match=r"no database URL|cannot be kept"):
        VisitLedger(text)


def test_no_message_tells_a_password():
    with pytest.raises(ConfigError) as told:
        VisitLedger("postgresql://team:hunter2@host:port/name")
    assert "hunter2" not in str(told.value)
    with pytest.raises(DataError) as told:
        VisitLedger("postgresql://team:hunter2@127.0.0.1:1/none", wait_s=1)
    assert "hunter2" not in str(told.value)


def test_deleting_is_secure_and_keys_are_checked_on_every_connection(tmp_path):
    ledger = VisitLedger(tmp_path / "visits.db")
    with ledger._store.reading() as connection:
        told = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("foreign_keys", "secure_delete", "synchronous", "journal_mode")
        }
    assert told == {
        "foreign_keys": 1, "secure_delete": 1, "synchronous": 3, "journal_mode": "delete",
    }  # fmt: skip


def test_each_list_is_kept_as_it_stood(ledger_url):
    ledger = VisitLedger(ledger_url)
    words = {"reason": "Next door.", "at_the_door": "A burglary on your street this week."}
    ledger.issue(targets(("V-A", 1, SOON), ("V-B", 1, SOON), number=[1, 2], **words))
    ledger.issue(targets(("V-A", 1, LATER), as_of="2026-03-09", number=4, reason="New."))
    ledger.issue(targets(("V-A", 1, LATER), as_of="2026-03-09", number=4, reason="New."))
    with ledger._store.reading() as connection:
        rows = frame_of(connection, sa.select(listed)).sort_values(["as_of", "visit_id"])
    shown = ["visit_id", "number", "reason", "at_the_door", "area"]
    assert rows[shown].to_numpy().tolist() == [
        ["V-A", 1, "Next door.", "A burglary on your street this week.", "Harbour"],
        ["V-B", 2, "Next door.", "A burglary on your street this week.", "Harbour"],
        ["V-A", 4, "New.", None, "Harbour"],
    ]
    assert rows["act_by"].tolist() == [*[pd.Timestamp(SOON)] * 2, pd.Timestamp(LATER)]
    assert ledger.asked().set_index("visit_id").loc["V-A", "number"] == 4


def test_the_moment_of_the_record_is_the_lists_own_where_it_tells(ledger_url):
    ledger = VisitLedger(ledger_url)
    listed_doors = targets(("V-A", 0, SOON), ("V-B", 0, SOON))
    listed_doors["recorded"] = pd.to_datetime(["2026-02-28 11:15", None])
    ledger.issue(listed_doors)
    ledger.issue(targets(("V-C", 0, SOON), as_of="2026-03-02 08:00"))
    recorded = ledger.asked().set_index("visit_id")["recorded"]
    assert recorded["V-A"] == pd.Timestamp("2026-02-28 11:15")
    assert pd.isna(recorded["V-B"])
    assert recorded["V-C"] == pd.Timestamp("2026-03-02 07:00")  # 24 hours before


def test_access_is_logged_without_the_data_and_outlives_a_purge(ledger_url):
    ledger = VisitLedger(ledger_url)
    ledger.log_access("look-up", who="J. Doe", to_whom="call taker", count=1)
    ledger.log_access("mark")
    with pytest.raises(ConfigError, match=r"^what must be one of look-up, .* not 'peek'\.$"):
        ledger.log_access("peek")
    ledger.purge("2199-01-01", marks=True)
    log = ledger.log()
    assert list(log.columns) == ["at", "who", "what", "to_whom", "count"]
    assert log.loc[0, ["who", "what", "to_whom", "count"]].tolist() == [
        "J. Doe", "look-up", "call taker", 1,
    ]  # fmt: skip
    assert log.loc[1, "who"]


@pytest.mark.parametrize(
    ("day", "heeded"), [("2026-03-20", 2), ("2026-04-20", 1), ("2026-06-30", 0)]
)
def test_a_purge_says_how_many_visits_the_next_list_would_heed(day, heeded):
    days = {"revisit_days": 42, "refusal_days": 90}
    with VisitLedger("sqlite://") as ledger:
        for as_of, name in (("2026-03-02", "V-A"), ("2026-03-02", "V-B"), (day, "V-C")):
            listed = targets((name, 1, SOON), as_of=as_of)
            listed.attrs["parameters"] |= days
            ledger.issue(listed)
        ledger.record([
            visit("V-A", "face to face", "2026-03-03 18:00"),
            visit("V-B", "refused", "2026-03-03 18:00"),
            visit("V-B", "no reply", "2026-03-03 09:00"),
        ])  # fmt: skip
        purged = ledger.purge("2026-03-10", preview=True)
    assert purged.still_heeded == heeded
    assert ("the next list may send somebody" in purged.summary()) == bool(heeded)
