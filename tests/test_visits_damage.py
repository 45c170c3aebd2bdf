"""A ledger on SQLite that is damaged, foreign or no file: nothing is acknowledged into it."""

import os
import random
import sqlite3
from contextlib import closing
from pathlib import Path

import pandas as pd
import pytest

from hotspot._errors import DataError, HotspotError, OutputError
from hotspot.visits import VisitLedger
from hotspot.visits import store as ledger_store
from hotspot.visits.ledger_file import APPLICATION_ID, state_of

ROW = {"visit_id": "V-NEW", "result": "no reply", "visited_at": "2026-03-03 18:05"}


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """Content of a ledger with a list and its visits, some 200 kB."""
    path = tmp_path_factory.mktemp("ledger") / "visits.db"
    numbers = range(400)
    targets = pd.DataFrame(
        {
            "visit_id": [f"V-{n:05d}" for n in numbers],
            "ring": 1,
            "address": [f"{n} Mill Lane, Doggerby" for n in numbers],
            "reason": "within 400 m of a burglary of the last six weeks",
            "act_by": pd.Timestamp("2026-03-04 08:00"),
        }
    )
    targets.attrs["as_of"] = "2026-03-02"
    with VisitLedger(path) as ledger:
        ledger.issue(targets)
        ledger.record([{**ROW, "visit_id": f"V-{n:05d}"} for n in numbers])
    return path.read_bytes()


def ledger_at(tmp_path: Path, content: bytes) -> Path:
    path = tmp_path / "visits.db"
    path.write_bytes(content)
    return path


def test_a_sound_ledger_is_taken_and_says_whose_it_is(tmp_path: Path, sound: bytes) -> None:
    path = ledger_at(tmp_path, sound)
    with VisitLedger(path, must_exist=True) as ledger:
        assert ledger.record([ROW]).added == 1
        assert len(ledger.visits()) == 401
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA application_id").fetchone() == (APPLICATION_ID,)
    assert sorted(one.name for one in tmp_path.iterdir()) == ["visits.db"]


def _answer(path: Path) -> str:
    """Record a visit as a command would; return what is said where it is not taken."""
    before = path.read_bytes()
    try:
        with VisitLedger(path) as ledger:
            ledger.record([ROW])
    except HotspotError as error:
        assert path.read_bytes() == before
        return str(error)
    return ""


@pytest.mark.parametrize("seed", range(24))
def test_600_random_bytes_inside_are_found_before_a_visit_is_acknowledged(
    tmp_path: Path, sound: bytes, seed: int
) -> None:
    dice = random.Random(seed)
    start = dice.randrange(100, len(sound) - 600)
    damaged = sound[:start] + dice.randbytes(600) + sound[start + 600 :]
    told = _answer(ledger_at(tmp_path, damaged))
    if not told:
        # Nothing of it lies in what a row or an index holds: every visit is there as it was.
        with VisitLedger(tmp_path / "visits.db") as ledger:
            (tmp_path / "sound").mkdir()
            path = ledger_at(tmp_path / "sound", sound)
            with VisitLedger(path) as right:
                right.record([ROW])
                columns = ["visit_id", "visited_at", "result", "known"]
                pd.testing.assert_frame_equal(ledger.visits()[columns], right.visits()[columns])
        return
    assert "damaged" in told
    assert "nothing was written to it" in told or "malformed" in told
    assert "bring back the last copy" in told
    assert ".recover" in told


@pytest.mark.parametrize(
    "kept", [1, 15, 16, 50, 99, 100, 512, 1024, 4096, 5000, 8192, 40_000, 0.5, -1, -512, -4096]
)
def test_a_ledger_that_was_cut_short_is_told(tmp_path: Path, sound: bytes, kept: float) -> None:
    size = round(len(sound) * kept) if isinstance(kept, float) else kept
    told = _answer(ledger_at(tmp_path, sound[:size]))
    assert "database" in told or "damaged" in told
    assert "bring back the last copy" in told


def test_an_empty_file_is_no_new_ledger(tmp_path: Path) -> None:
    assert "is empty, 0 bytes" in _answer(ledger_at(tmp_path, b""))


def test_words_that_are_no_unicode_are_found(tmp_path: Path, sound: bytes) -> None:
    place = sound.index(b"Mill Lane, Doggerby")
    told = _answer(ledger_at(tmp_path, sound[:place] + b"\xff" + sound[place + 1 :]))
    assert "text in visits_" in told


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        (
            "CREATE TABLE crimes (ref TEXT)",
            "holds no ledger but tables of another program (crimes)",
        ),
        ("PRAGMA user_version = 3", "holds no ledger but empty pages"),
        (f"PRAGMA application_id = {APPLICATION_ID}", "its tables are gone"),
        ("CREATE VIEW visits_meta AS SELECT 1", "holds no ledger but empty pages"),
    ],
)
def test_a_database_of_others_is_not_given_our_tables(
    tmp_path: Path, statement: str, words: str
) -> None:
    path = tmp_path / "visits.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(statement)
        connection.commit()
    assert words in _answer(path)


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        ("DROP TABLE visits_made", "visits_made lacks"),
        ("ALTER TABLE visits_made DROP COLUMN note", "visits_made lacks note"),
        ("DELETE FROM visits_meta", "it does not tell its version"),
        ("UPDATE visits_meta SET value = '99'", "install a newer hotspot"),
        ("UPDATE visits_meta SET value = 'x'", "no hotspot has made such a ledger"),
        (f"UPDATE visits_meta SET value = '{'9' * 5000}'", "no hotspot has made such"),
        ("UPDATE visits_meta SET value = '0'", "no hotspot has made such a ledger"),
    ],
)
def test_tables_that_are_not_those_of_a_ledger(
    tmp_path: Path, sound: bytes, statement: str, words: str
) -> None:
    path = ledger_at(tmp_path, sound)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(statement)
        connection.commit()
    told = _answer(path)
    assert words in told
    assert len(told) < 1000


_ENDLESS = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i AS a FROM n"


@pytest.mark.parametrize(
    ("statement", "kind"),
    [
        (f"CREATE TRIGGER t BEFORE INSERT ON visits_made BEGIN {_ENDLESS}; END", "trigger"),
        ("CREATE TRIGGER t AFTER INSERT ON visits_made BEGIN DELETE FROM visits_made; END",
         "trigger"),
        (f"DROP TABLE visits_log; CREATE VIEW visits_log AS {_ENDLESS}", "view"),
        ("UPDATE visits_meta SET value = '1' WHERE name = 'schema_version'; "
         f"DROP TABLE visits_made; CREATE VIEW visits_made AS {_ENDLESS}", "view"),
    ],
)  # fmt: skip
def test_what_would_work_without_end_in_a_ledger_is_refused_before_it_does(
    tmp_path: Path, sound: bytes, statement: str, kind: str
) -> None:
    path = ledger_at(tmp_path, sound)
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(statement)
    assert f"it holds the {kind} " in _answer(path)


def test_what_other_programs_keep_beside_our_tables_stays(tmp_path: Path, sound: bytes) -> None:
    path = ledger_at(tmp_path, sound)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE theirs (word TEXT)")
        connection.execute("INSERT INTO theirs VALUES (CAST(x'ff' AS TEXT))")
        connection.execute("CREATE VIEW latest AS SELECT * FROM visits_made")
        connection.execute("CREATE TRIGGER t AFTER INSERT ON theirs BEGIN DELETE FROM theirs; END")
        connection.commit()
    assert _answer(path) == ""


@pytest.mark.skipif(os.name != "posix", reason="pipes and devices as POSIX has them")
def test_what_is_no_file_is_told_and_nothing_hangs(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.db")
    (tmp_path / "folder.db").mkdir()
    (tmp_path / "zero.db").symlink_to("/dev/zero")
    for name in ("pipe", "folder", "zero"):
        with pytest.raises(DataError, match=r"is no file|is a folder"):
            VisitLedger(tmp_path / f"{name}.db")


def test_a_log_that_was_left_over_is_read_and_nothing_is_lost(tmp_path: Path, sound: bytes) -> None:
    path = ledger_at(tmp_path, sound)
    other = tmp_path / "copy"
    other.mkdir()
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute(
            "UPDATE visits_made SET collar_number = '4711' WHERE visit_id = 'V-00007'"
        )
        connection.commit()
        # As a killed program leaves them.
        for one in tmp_path.glob("visits.db*"):
            (other / one.name).write_bytes(one.read_bytes())
    assert (other / "visits.db-wal").stat().st_size
    with VisitLedger(other / "visits.db") as ledger:
        assert ledger.record([ROW]).added == 1
        visits = ledger.visits().set_index("visit_id")
    assert visits.loc["V-00007", "collar_number"] == "4711"
    assert len(visits) == 401
    assert not (other / "visits.db-wal").exists()


def test_a_locked_ledger_is_told(tmp_path: Path, sound: bytes) -> None:
    path = ledger_at(tmp_path, sound)
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("BEGIN EXCLUSIVE")
        with pytest.raises(OutputError, match="locked by another program"):
            VisitLedger(path, wait_s=0.05)


def test_damage_that_comes_later_is_found_before_the_next_visit(
    tmp_path: Path, sound: bytes
) -> None:
    path = ledger_at(tmp_path, sound)
    ledger = VisitLedger(path)
    ledger.record([ROW])
    content = path.read_bytes()
    path.write_bytes(content[:5000] + b"\xff" * 4000 + content[9000:])
    damaged = path.read_bytes()
    with pytest.raises(DataError, match=r"damaged|malformed"):
        ledger.record([{**ROW, "visit_id": "V-LATER"}])
    assert path.read_bytes() == damaged
    path.unlink()
    with pytest.raises(DataError, match="is gone"):
        ledger.record([ROW])
    assert not path.exists()


def test_what_the_ledger_writes_itself_is_not_checked_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    checked: list[Path] = []
    check = ledger_store.check_file

    def counted(path: Path, wait_s: float) -> None:
        checked.append(path)
        check(path, wait_s)

    monkeypatch.setattr(ledger_store, "check_file", counted)
    ledger = VisitLedger(tmp_path / "visits.db")
    ledger.record([ROW])
    ledger.record([{**ROW, "visit_id": "V-B"}])
    assert len(checked) == 1
    with VisitLedger(tmp_path / "visits.db") as other:
        other.record([{**ROW, "visit_id": "V-C"}])
    ledger.record([{**ROW, "visit_id": "V-D"}])
    assert len(checked) == 3


def test_of_two_that_make_a_ledger_one_is_first_and_both_use_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "visits.db"
    make = ledger_store.make_file

    def late(place: Path, make_tables: object) -> None:
        monkeypatch.setattr(ledger_store, "make_file", make)
        VisitLedger(place).record([ROW])
        make(place, make_tables)  # type: ignore[arg-type]

    monkeypatch.setattr(ledger_store, "make_file", late)
    with VisitLedger(path) as second:
        assert second.visits()["visit_id"].tolist() == ["V-NEW"]
    assert [one.name for one in tmp_path.iterdir()] == ["visits.db"]


def test_a_drive_that_knows_no_second_names_holds_a_ledger(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_paths: object) -> None:
        raise PermissionError

    monkeypatch.setattr(os, "link", refuse)
    old = tmp_path / ".visits.db.new-00000000"
    (old / "new").mkdir(parents=True)
    (old / "new" / "visits.db-journal").touch()
    os.utime(old, (0, 0))
    assert VisitLedger(tmp_path / "visits.db").record([ROW]).added == 1
    assert [one.name for one in tmp_path.iterdir()] == ["visits.db"]
    assert state_of(tmp_path / "visits.db")[1] > 0


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ("UPDATE visits_asked SET act_by = 'soon'", "act_by of visits_asked"),
        ("UPDATE visits_asked SET ring = 'x'", "ring of visits_asked"),
        ("UPDATE visits_asked SET address = x'ff00ff'", "address of visits_asked"),
        ("UPDATE visits_asked SET distance_m = 'far'", "distance_m of visits_asked"),
        ("UPDATE visits_lists SET parameters = '{{{'", "parameters of visits_lists"),
        ("UPDATE visits_meta SET value = 'soon' WHERE name = 'started'", "'started' in it is no"),
    ],
)
def test_values_that_no_ledger_is_given_are_damage_told_in_words(
    tmp_path: Path, sound: bytes, change: str, words: str
) -> None:
    path = ledger_at(tmp_path, sound)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(change)
        connection.commit()
    with pytest.raises(DataError, match="is damaged") as told, VisitLedger(path) as ledger:
        ledger.report()
    assert words in str(told.value)
