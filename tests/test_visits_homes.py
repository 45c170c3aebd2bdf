"""Single homes in a ledger: why a door, marks, notes for the officer, all of one home."""

import pandas as pd
import pytest

from hotspot import ConfigError, DataError
from hotspot.visits import VisitLedger
from tests.visits_lists import targets, visit

SOON = "2026-03-03 07:00"


@pytest.fixture
def ledger(ledger_url):
    with VisitLedger(ledger_url) as opened:
        yield opened


def listed(address, as_of, *, visit_id="V-A", uprn="0012", attempt=1, **columns):
    rows = targets((visit_id, 1, SOON), as_of=as_of, address=address, uprn=uprn, attempt=attempt)
    return rows.assign(**columns)


# Why a door.


def test_the_list_that_was_visited_from_is_explained_and_none_made_since(ledger):
    ledger.issue(listed("3 Mill Lane", "2026-03-02", reason="By B1.", crime_refs="B1"))
    ledger.issue(listed("3 Mill Lane", "2026-03-09", reason="By B1 still.", crime_refs="B1"))
    joined = listed("3 Mill Lane", "2026-03-16", reason="By B2 and B1.", crime_refs="B2; B1")
    ledger.issue(joined)
    assert ledger.explain("V-A").asked["reason"].tolist() == ["By B2 and B1."]  # nobody went
    ledger.record([visit("V-A", "face to face", "2026-03-09 18:00")])
    told = ledger.explain("3 Mill Lane")
    assert told.as_of == pd.Timestamp("2026-03-09 23:59:59.999999")
    assert told.asked["reason"].tolist() == ["By B1 still."]
    assert told.burglaries["crime_ref"].tolist() == ["B1"]
    assert told.others == (
        pd.Timestamp("2026-03-02 23:59:59.999999"), pd.Timestamp("2026-03-16 23:59:59.999999")
    )  # fmt: skip
    words = told.summary()
    assert "On the list of Monday 9 March 2026: By B1 still." in words
    assert "B2" not in words
    assert "also on the lists of Monday 2 March 2026 and Monday 16 March 2026" in words


def test_a_list_is_chosen_by_its_day_and_a_day_without_one_is_told_which_there_are(ledger):
    ledger.issue(listed("3 Mill Lane", "2026-03-02 07:00", reason="First."))
    ledger.issue(listed("3 Mill Lane", "2026-03-09 07:00", reason="Second."))
    assert "First." in ledger.explain("V-A", "2026-03-02").summary()
    assert "Second." in ledger.explain("V-A", "2026-03-09 07:00").summary()
    with pytest.raises(DataError, match=r"not on a list of .*3 March 2026: it was on the list"):
        ledger.explain("V-A", "2026-03-03")


def test_a_visit_before_the_hour_of_a_list_was_not_made_from_it(ledger):
    ledger.issue(listed("3 Mill Lane", "2026-03-02 07:00", reason="First."))
    ledger.issue(listed("3 Mill Lane", "2026-03-03 12:00", reason="Second."))
    ledger.record([visit("V-A", "no reply", "2026-03-03 10:00")])
    assert "First." in ledger.explain("V-A").summary()


@pytest.mark.parametrize(
    "told", ["V-A", " v-a ", "0012", "12", "3 Mill Lane", "3 mill ln", "3, Mill Lane, Harbour"]
)
def test_a_home_is_found_by_id_uprn_or_address(ledger, told):
    ledger.issue(listed("3 Mill Lane", "2026-03-02", reason="This one."))
    other = listed("13 Mill Lane", "2026-03-02", visit_id="V-B", uprn="0013", reason="Another.")
    ledger.issue(other)
    assert "This one." in ledger.explain(told).summary()


def test_an_address_that_means_several_homes_or_none_is_answered_with_those_there_are(ledger):
    ledger.issue(listed("Flat 1, 3 Mill Lane", "2026-03-02", uprn="0012"))
    ledger.issue(listed("Flat 2, 3 Mill Lane", "2026-03-02", visit_id="V-B", uprn="0013"))
    with pytest.raises(DataError) as told:
        ledger.explain("3 Mill Lane")
    assert "2 homes of this ledger may be meant by '3 Mill Lane'" in str(told.value)
    assert "Flat 1, 3 Mill Lane (UPRN 0012); Flat 2, 3 Mill Lane (UPRN 0013)" in str(told.value)
    with pytest.raises(DataError, match="holds nothing of '4 Mill Lane'"):
        ledger.explain("4 Mill Lane")
    with pytest.raises(DataError, match=r"'Mill Lane': there are Flat 1, 3 Mill Lane"):
        ledger.explain("Mill Lane")


def test_a_door_on_the_stop_list_is_explained_and_offered_to_nobody(ledger):
    refs = {"crime_refs": "B1; B2"}
    ledger.issue(listed("Flat 1, 3 Mill Lane", "2026-03-02", uprn="0012", **refs))
    ledger.issue(listed("Flat 2, 3 Mill Lane", "2026-03-02", visit_id="V-B", uprn="0013"))
    for exclude in (["12"], ["b2"], ["0012", "B9"]):
        with pytest.raises(DataError, match="ask the supervisor") as told:
            ledger.explain("V-A", exclude=exclude)
        assert "Mill" not in str(told.value)
    with pytest.raises(DataError) as told:
        ledger.explain("Mill Lane", exclude=["0012"])
    assert "Flat 1" not in str(told.value)
    assert ledger.explain("V-B", exclude=["0012"]).visit_id == "V-B"


def test_who_looks_why_a_door_is_logged_and_not_at_which(ledger):
    ledger.issue(listed("3 Mill Lane", "2026-03-02"))
    ledger.explain("V-A")
    log = ledger.log()
    assert log[["what", "count"]].to_numpy().tolist() == [["look-up", 1]]
    assert "V-A" not in log.to_csv()


# Marks.


def test_marks_are_listed_with_address_and_the_visit_that_set_them(ledger):
    ledger.issue(listed("3 Mill Lane", "2026-03-02"))
    ledger.record([visit("V-A", "refused", "2026-03-03 10:00", do_not_contact="yes")])
    ledger.do_not_contact("0099")
    ledger.record([visit("V-Z", None, None, do_not_contact="x")])
    rows = ledger.marks()
    assert rows[["uprn", "address", "visit_id"]].to_numpy().tolist() == [
        ["0012", "3 Mill Lane", "V-A"], ["0099", None, None], [None, None, "V-Z"],
    ]  # fmt: skip
    assert rows.loc[0, "visited_at"] == pd.Timestamp("2026-03-03 10:00")
    assert rows["lifted_at"].isna().all()
    assert ledger.log()["what"].tolist() == ["mark", "mark", "mark", "look-up"]
    told = ledger.explain("V-A").summary()
    assert "Not to be contacted: marked" in told
    assert "as said Tuesday 3 March 2026 at 10:00 (visit V-A)" in told


@pytest.mark.parametrize("told", ["V-A", "12", "3 Mill Lane"])
def test_a_mark_that_was_lifted_stands_for_nothing_and_its_old_sheet_does_not_bring_it_back(
    ledger, told
):
    ledger.issue(listed("3 Mill Lane", "2026-03-02"))
    said = [visit("V-A", "refused", "2026-03-03 10:00", do_not_contact="yes")]
    ledger.record(said)
    ledger.do_not_contact("0099")
    lifted = ledger.lift_mark(told, "rang on 5 March", "Sgt Hill")
    assert lifted[["uprn", "lifted_by", "lifted_why"]].to_numpy().tolist() == [
        ["0012", "Sgt Hill", "rang on 5 March"]
    ]
    assert ledger.marks()["uprn"].tolist() == ["0099"]
    assert len(ledger.marks(lifted=True)) == 2
    assert ledger.log().loc[2, ["who", "what", "count"]].tolist() == ["Sgt Hill", "lift", 1]
    again = ledger.record(said)
    without_date = ledger.record([visit("V-A", None, None, do_not_contact="yes")])
    for recorded in (again, without_date):
        (reason,) = recorded.flagged["reason"]
        assert reason.startswith("its mark not to be contacted was lifted")
    barred = ledger.history("2099-01-01").set_index("uprn")["do_not_contact"]
    assert barred.to_dict() == {"0012": False, "0099": True}
    assert "; lifted" in ledger.explain("V-A").summary()
    with pytest.raises(DataError, match="No mark stands for 3 Mill Lane"):
        ledger.lift_mark(told, "again")


def test_a_new_yes_and_a_call_set_a_lifted_mark_again(ledger):
    tomorrow = pd.Timestamp.now().normalize() + pd.Timedelta(days=1)
    ledger.issue(listed("3 Mill Lane", "2026-03-02"))
    ledger.issue(listed("5 Mill Lane", str(tomorrow.date()), visit_id="V-B", uprn="0013"))
    ledger.do_not_contact(["0012", "0013"])
    ledger.lift_mark("0012", "asked for it")
    ledger.lift_mark("0013", "asked for it")
    assert ledger.marks().empty
    # A day without a time may be after the lifting.
    told = ledger.record([visit("V-A", "refused", tomorrow, do_not_contact="yes")])
    assert told.flagged.empty
    assert ledger.marks()["uprn"].tolist() == ["0012"]
    assert ledger.do_not_contact(["0012", "0013"]) == 1
    assert ledger.marks(lifted=True)["lifted_why"].isna().all()


def test_no_mark_is_lifted_without_a_reason(ledger):
    ledger.do_not_contact("0012")
    with pytest.raises(ConfigError, match="why must say"):
        ledger.lift_mark("0012", " ")
    assert len(ledger.marks()) == 1


# Notes for the officer in the case.


def noted(ledger, said="saw a grey van, AB12 CDE", **more):
    row = visit("V-A", "face to face", "2026-03-03 10:00", for_the_officer=said, **more)
    return ledger.record([row])


def test_notes_wait_with_reference_address_and_officer(ledger):
    ledger.issue(listed("3 Mill Lane", "2026-03-02", crime_refs="B1; B2"))
    noted(ledger, collar_number="0412")
    ledger.record([visit("V-Z", "no reply", "2026-03-02 10:00", for_the_officer="gate forced")])
    notes = ledger.notes("DC Moss")
    assert notes.table.drop(columns=["note_ref", "area"]).astype(object).to_numpy().tolist()[1] == [
        "B1; B2", "3 Mill Lane", pd.Timestamp("2026-03-03 10:00"), "0412",
        "saw a grey van, AB12 CDE", "V-A",
    ]  # fmt: skip
    assert notes.table["note"].tolist()[0] == "gate forced"
    words = notes.summary()
    assert "2 notes for the officer in the case are waiting." in words
    assert (
        "3 Mill Lane (B1; B2), Tuesday 3 March 2026 at 10:00, officer 0412: saw a grey van, "
        "AB12 CDE" in words
    )
    assert ledger.log().loc[0, ["what", "to_whom", "count"]].tolist() == ["hand-over", "DC Moss", 2]
    assert ledger.notes().table["note_ref"].tolist() == notes.table["note_ref"].tolist()


@pytest.mark.parametrize("stopped", ["b2", "12"])
def test_a_note_of_what_is_on_the_stop_list_waits_unseen_and_is_counted(ledger, tmp_path, stopped):
    ledger.issue(listed("3 Mill Lane", "2026-03-02", crime_refs="B1; B2"))
    noted(ledger)
    for visit_id, said, uprn in (("V-Z", "gate forced", None), ("V-Y", "grey van", "0014")):
        row = visit(visit_id, "no reply", "2026-03-02 10:00", for_the_officer=said, uprn=uprn)
        ledger.record([row])
    notes = ledger.notes(exclude=[stopped, "14"])
    assert notes.table["note"].tolist() == ["gate forced"]
    assert "2 other notes are of what is on the stop list" in notes.summary()
    assert ": visit V-Z, Monday 2 March 2026 at 10:00: gate forced" in notes.summary()
    assert ledger.log()["count"].tolist()[-1] == 1
    page, *_ = notes.write(tmp_path)
    text = page.read_text(encoding="utf-8")
    assert "2 other notes are of" in text
    assert "grey van" not in text + notes.summary()
    ledger.acknowledge_notes(notes.table["note_ref"])
    left = ledger.notes(exclude=[stopped, "14"])
    assert left.summary().startswith(
        "No note for an officer in the case is waiting.\n2 notes are of"
    )
    assert len(ledger.notes().table) == 2


def test_a_note_that_is_acknowledged_is_gone_and_the_same_sheet_does_not_bring_it_back(ledger):
    ledger.issue(listed("3 Mill Lane", "2026-03-02"))
    noted(ledger)
    noted_too = visit("V-B", "no reply", "2026-03-03 11:00", for_the_officer="gate forced")
    ledger.record([noted_too])
    ref, other = ledger.notes().table["note_ref"]
    told = ledger.acknowledge_notes(ref.lower(), "Sgt Hill")
    assert told.refs == (ref,)
    assert f"1 note acknowledged and deleted: {ref}." in told.summary()
    again = noted(ledger)
    assert (again.added, again.repeated) == (0, 1)
    assert "was handed over" in again.flagged.loc[0, "reason"]
    assert noted(ledger, None, note="dog").flagged.empty  # other cells are filled in as ever
    rows = ledger.visits().set_index("visit_id")
    assert rows["for_the_officer"].to_dict() == {"V-A": None, "V-B": "gate forced"}
    assert pd.notna(rows.loc["V-A", "acknowledged_at"])
    assert pd.isna(rows.loc["V-B", "acknowledged_at"])
    assert rows.loc["V-A", "note"] == "dog"
    assert ledger.notes().table["note_ref"].tolist() == [other]
    line = ledger.log().set_index("what").loc["acknowledgement"]
    assert (line["who"], line["count"]) == ("Sgt Hill", 1)


def test_a_reference_that_is_not_waiting_deletes_nothing(ledger):
    noted(ledger)
    (ref,) = ledger.notes().table["note_ref"]
    with pytest.raises(DataError, match="No note N-ABCDEFGHIJ is waiting: nothing was deleted"):
        ledger.acknowledge_notes([ref, "N-ABCDEFGHIJ"])
    assert len(ledger.notes().table) == 1


def test_no_byte_of_an_acknowledged_note_stays_in_the_file(tmp_path):
    ledger = VisitLedger(tmp_path / "visits.db")
    noted(ledger, "Mr Quillfeather has a key")
    assert b"Quillfeather" in (tmp_path / "visits.db").read_bytes()
    ledger.acknowledge_notes(ledger.notes().table["note_ref"])
    assert [path.name for path in tmp_path.iterdir()] == ["visits.db"]
    assert b"Quillfeather" not in (tmp_path / "visits.db").read_bytes()


def test_the_digest_is_written_whole_with_its_marking_and_safe_text(ledger, tmp_path):
    ledger.issue(listed("3 Mill Lane", "2026-03-02", crime_refs="B1"))
    noted(ledger, '=HYPERLINK("http://x") <script>')
    (tmp_path / "out").mkdir()
    files = ledger.notes().write(tmp_path / "out", marking="OFFICIAL-TEST")
    assert [file.name for file in files] == [
        "officer_notes.html", "officer_notes.csv", "officer_notes.xlsx",
    ]  # fmt: skip
    page, table = (file.read_text(encoding="utf-8-sig") for file in files[:2])
    assert "<script>" not in page
    assert "OFFICIAL-TEST" in page
    assert "3 Mill Lane" in page
    assert "'=HYPERLINK" in table
    assert "OFFICIAL-TEST" in table
    book = pd.read_excel(files[2], sheet_name="Notes", engine="openpyxl")
    assert book.loc[0, ["Door", "Crime references"]].tolist() == ["3 Mill Lane", "B1"]
    with pytest.raises(ConfigError, match="formats"):
        ledger.notes().write(tmp_path, formats=("docx",))


# All of one home.


def known_home(ledger):
    """Fill a ledger with a burgled home, a neighbour that names it, and one that is like it."""
    issue = ledger.issue
    issue(
        listed(
            "1 Mill Lane", "2026-03-02", ring=0, crime_refs="B1", reason="Burgled, found Sunday."
        )
    )
    near = "Next door to 1 Mill Lane, burgled, found Sunday (10 m). Opposite, without a house "
    near += "number, 1 Mill Lane, burgled, found Sunday (10 m)."
    issue(listed("3 Mill Lane", "2026-03-02", visit_id="V-N", uprn="0014", reason=near))
    other = "Next door to Flat 2, 1 Mill Lane, burgled. 2 doors from 11 Mill Lane, burgled."
    issue(listed("Flat 3, 1 Mill Lane", "2026-03-02", visit_id="V-O", uprn="0019", reason=other))
    ledger.record(
        [
            visit("V-A", "refused", "2026-03-03 10:00", do_not_contact="yes", note="Quillfeather",
                  for_the_officer="Quillfeather saw a van"),
            visit("V-O", "no reply", "2026-03-03 10:00"),
        ]
    )  # fmt: skip


@pytest.mark.parametrize("told", ["V-A", "12", "1 Mill Lane"])
def test_all_that_is_held_of_a_home_is_exported(ledger, told):
    known_home(ledger)
    held = ledger.subject(told, "the resident")
    counts = {name: len(table) for name, table in held.tables.items()}
    assert counts == {
        "asked": 1, "listed": 1, "burglaries": 1, "visits": 1, "corrections": 0, "marks": 1,
        "cameras": 0,
    }  # fmt: skip
    assert (held.home, held.uprns, held.named_elsewhere) == ("1 Mill Lane", ("0012",), 2)
    words = held.summary()
    assert "look through them before this is handed to whoever asks" in words
    for said in ("Held of 1 Mill Lane", "note Quillfeather", "crime ref B1", "marked", "refused"):
        assert said in words
    assert "Flat 3" not in words
    assert held.to_dict()["visits"][0]["for_the_officer"] == "Quillfeather saw a van"
    assert ledger.log().iloc[-1][["what", "to_whom"]].tolist() == ["export", "the resident"]


def test_what_was_erased_is_gone_and_nothing_else(ledger):
    known_home(ledger)
    erased = ledger.erase("1 Mill Lane", who="DPO")
    assert dict(erased.rows) == {
        "asked": 1, "listed": 1, "burglaries": 1, "visits": 1, "corrections": 0, "marks": 0,
        "cameras": 0,
    }  # fmt: skip
    assert (erased.named_elsewhere, erased.marks_kept) == (2, 1)
    assert "stays, as a UPRN alone" in erased.summary()
    reasons = ledger.asked().set_index("visit_id")["reason"]
    gone = "an address that was erased"
    assert reasons["V-N"] == (
        f"Next door to {gone}, burgled, found Sunday (10 m). Opposite, without a house number, "
        f"{gone}, burgled, found Sunday (10 m)."
    )
    assert reasons["V-O"].startswith("Next door to Flat 2, 1 Mill Lane, burgled. 2 doors from 11")
    assert "1 Mill Lane, burgled" not in ledger.explain("V-N").summary()
    assert ledger.visits()["visit_id"].tolist() == ["V-O"]
    # The mark still keeps the home off the lists, and tells no more than which it is.
    barred = ledger.history("2026-03-09").set_index("uprn")["do_not_contact"]
    assert barred.to_dict() == {"0012": True, "0019": False}
    assert ledger.marks()[["visit_id", "address"]].to_numpy().tolist() == [[None, None]]
    assert dict(ledger.erase("12", marks=True).rows)["marks"] == 1
    assert ledger.marks().empty
    with pytest.raises(DataError, match="holds nothing of '12'"):
        ledger.erase("12")
    assert ledger.log().set_index("what").loc["erasure", "who"].tolist()[0] == "DPO"


@pytest.mark.parametrize("told", ["1 Mill Lane", "0012", "b1"])
def test_requests_to_cameras_are_told_and_erased_with_the_home_or_by_the_burglary(ledger, told):
    known_home(ledger)
    ledger.ask_cameras("B1", ["K1", "K2"], "2026-03-02 10:00", who="DC Ali")
    ledger.ask_cameras("B2", "K1", "2026-03-02 11:00", who="DC Ali")
    ledger.correct_camera("B1", "K2", why="it was K3", who="DC Ali")
    held = ledger.subject(told)
    assert held.tables["cameras"][["camera_id", "crime_ref"]].to_numpy().tolist() == [
        ["K1", "B1"], ["K2", "B1"],
    ]  # fmt: skip
    assert "Cameras: camera id K1; crime ref B1" in held.summary()
    assert len(held.to_dict()["cameras"]) == 2
    of_burglary = told == "b1"
    assert (len(held.tables["asked"]), "Of a burglary the" in held.summary()) == (
        0 if of_burglary else 1, of_burglary,
    )  # fmt: skip
    with pytest.raises(DataError, match="ask the supervisor"):
        ledger.subject(told, exclude=["B1"])
    assert ledger.erase(told).rows["cameras"] == 2
    assert ledger.cameras_asked(withdrawn=True)["crime_ref"].tolist() == ["B2"]
    assert len(ledger.asked()) == (3 if of_burglary else 2)
    with pytest.raises(DataError, match="holds nothing"):
        ledger.subject(told if of_burglary else "V-A")


def test_a_request_for_the_burglary_of_another_home_is_not_of_this_one(ledger):
    """The neighbour was listed because of B1: what was asked for it is of the burgled home."""
    known_home(ledger)
    ledger.ask_cameras("B1", "K1", "2026-03-02 10:00")
    assert ledger.subject("3 Mill Lane").tables["cameras"].empty
    assert ledger.erase("3 Mill Lane").rows["cameras"] == 0
    assert len(ledger.cameras_asked()) == 1


def test_no_byte_of_an_erased_home_stays_in_the_file(tmp_path):
    ledger = VisitLedger(tmp_path / "visits.db")
    known_home(ledger)
    ledger.lift_mark("V-A", "Quillfeather rang")
    assert b"Quillfeather" in (tmp_path / "visits.db").read_bytes()
    assert ledger.erase("V-A").rows["marks"] == 1  # one that is lifted keeps nobody away
    assert [path.name for path in tmp_path.iterdir()] == ["visits.db"]
    left = (tmp_path / "visits.db").read_bytes()
    assert b"Quillfeather" not in left
    assert left.count(b"1 Mill Lane") == left.count(b"Flat 3, 1 Mill Lane") + left.count(
        b"Flat 2, 1 Mill Lane"
    ) + left.count(b"11 Mill Lane")


def test_flats_of_one_row_are_told_and_go_together(ledger):
    ledger.issue(listed("Flats 1 and 2, 3 Mill Lane", "2026-03-02", uprns="0012; 0013"))
    ledger.record([visit("V-A", "no reply", "2026-03-03 10:00", uprn="0013")])
    held = ledger.subject("0013")
    assert held.uprns == ("0012", "0013")
    assert "2 homes of one building (UPRNs 0012, 0013)" in held.summary()
    assert ledger.erase("0013").rows["visits"] == 1
    assert ledger.asked().empty
