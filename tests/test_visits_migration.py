"""Ledgers that live for years: one that version 0.1.0 wrote is opened with all that it holds."""

import contextlib
import os
import signal
import sqlite3
import warnings
from pathlib import Path

import pandas as pd
import pytest
import sqlalchemy as sa

from hotspot import OutputError
from hotspot.visits import VisitLedger, migration
from hotspot.visits.schema import SCHEMA_VERSION, metadata
from hotspot.visits.store import Store
from tests.visits_lists import targets, visit

DUMP = Path(__file__).with_name("ledger_0_1_0.sql")
OLD_TABLES = {
    "visits_asked", "visits_burglaries", "visits_do_not_contact", "visits_lists", "visits_made",
    "visits_meta",
}  # fmt: skip


def engine_of(url):
    return sa.create_engine(
        url.replace("postgresql:", "postgresql+psycopg:"), poolclass=sa.NullPool
    )


def write_old(url, folder):
    """Write the ledger of 0.1.0: the same rows in the same columns, whatever the database."""
    old = folder / "old.db"
    if url.startswith("sqlite"):
        old = Path(url.removeprefix("sqlite:///"))
    with contextlib.closing(sqlite3.connect(old)) as made:
        made.executescript(DUMP.read_text(encoding="utf-8"))
    if not url.startswith("sqlite"):
        tables = old_tables(old)
        engine = engine_of(url)
        metadata.drop_all(engine)
        tables.create_all(engine)
        with engine.begin() as connection:
            for table in tables.sorted_tables:
                connection.execute(sa.insert(table), rows_of(engine_of(f"sqlite:///{old}"), table))
        old.unlink()
    return url


def old_tables(old):
    tables = sa.MetaData()

    @sa.event.listens_for(tables, "column_reflect")
    def generic(_inspector, _table, column):
        column["type"] = column["type"].as_generic()

    tables.reflect(engine_of(f"sqlite:///{old}"))
    return tables


def rows_of(engine, table):
    with engine.connect() as connection:
        return [dict(row) for row in connection.execute(sa.select(table)).mappings()]


def shape_of(url):
    """Read what tables and columns a database has, of which types, and what is indexed."""
    there = sa.inspect(engine_of(url))
    return {
        name: {
            "columns": {
                (column["name"], str(column["type"]), column["nullable"])
                for column in there.get_columns(name)
            },
            "key": there.get_pk_constraint(name)["constrained_columns"],
            "indexes": {index["name"] for index in there.get_indexes(name)},
        }
        for name in there.get_table_names()
    }


def version_in(url):
    with engine_of(url).connect() as connection:
        told = "SELECT value FROM visits_meta WHERE name = 'schema_version'"
        return connection.exec_driver_sql(told).scalar()


def in_a_process(work):
    """Run work in a process of its own, and return how it ended."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # no threads are used there
        process = os.fork()
    if process:
        return process
    try:
        work()
        os._exit(0)
    finally:
        os._exit(1)


def test_a_ledger_of_0_1_0_opens_with_every_cell_that_it_held(ledger_url, tmp_path):
    url = write_old(ledger_url, tmp_path)
    tables = sa.MetaData()
    tables.reflect(engine_of(url), only=OLD_TABLES)
    before = {table.name: rows_of(engine_of(url), table) for table in tables.sorted_tables}
    assert set(before) == OLD_TABLES
    assert all(before.values())
    VisitLedger(url)
    assert version_in(url) == str(SCHEMA_VERSION)
    for table in tables.sorted_tables:
        after = rows_of(engine_of(url), table)
        changed = [row for row in before[table.name] if row not in after]
        assert len(after) == len(before[table.name])
        assert changed == (
            [{"name": "schema_version", "value": "1"}] if table.name == "visits_meta" else []
        )


def test_a_ledger_of_0_1_0_answers_as_it_did(ledger_url, tmp_path):
    ledger = VisitLedger(write_old(ledger_url, tmp_path))
    assert ledger.started == pd.Timestamp("2025-12-01 23:59:59.999999")
    visits = ledger.visits()
    assert visits[["visit_id", "result"]].to_numpy().tolist() == [
        ["V-AAAAAAAAAA", "face to face"],
        ["V-BBBBBBBBBB", "no reply"],
        ["V-CCCCCCCCCC", "refused"],
        ["V-ZZZZZZZZZZ", "leaflet"],
        ["V-BBBBBBBBBB", "face to face"],
    ]
    assert visits.loc[0, ["for_the_officer", "note"]].tolist() == ["saw a grey van", "O'Neill: dog"]
    history = ledger.history("2026-03-10")
    barred = history.loc[history["do_not_contact"], "uprn"]
    assert set(barred) == {"0V-CCCCCCCCCC", "0099", "0V-EEEEEEEEEE"}
    told = ledger.explain("V-AAAAAAAAAA").summary()
    assert "12 O'Neill Straße; Flat 1" in told
    assert "Burglary B2, next door" in told
    report = ledger.report(as_of="2026-03-12")
    assert report.count("asked") == 5
    assert "before Thursday 1 January 2026 were deleted" in report.summary()


def test_the_moment_of_the_record_is_worked_out_from_the_time_asked_for(ledger_url, tmp_path):
    asked = VisitLedger(write_old(ledger_url, tmp_path)).asked().set_index(["visit_id", "attempt"])
    recorded = asked["recorded"].rename(None)
    assert recorded["V-AAAAAAAAAA", 1] == pd.Timestamp("2026-03-02 06:00")
    assert recorded["V-BBBBBBBBBB", 2] == pd.Timestamp("2026-03-03 06:00")
    assert recorded["V-EEEEEEEEEE", 1] == pd.Timestamp("2026-03-08 01:42")
    assert pd.isna(recorded["V-DDDDDDDDDD", 1])  # no time was asked for
    assert asked["number"].isna().all()


def test_a_ledger_of_0_1_0_has_the_tables_of_a_new_one(ledger_url, tmp_path):
    VisitLedger(ledger_url)
    new = shape_of(ledger_url)
    metadata.drop_all(engine_of(ledger_url))
    VisitLedger(write_old(ledger_url, tmp_path))
    assert shape_of(ledger_url) == new


def test_a_ledger_of_0_1_0_goes_on(ledger_url, tmp_path):
    ledger = VisitLedger(write_old(ledger_url, tmp_path))
    again = targets(("V-AAAAAAAAAA", 0, "2026-03-17 08:00"), as_of="2026-03-16", number=7)
    again["recorded"] = pd.Timestamp("2026-03-15 08:00")
    assert ledger.issue(again) == 0
    row = ledger.asked().set_index("visit_id").loc["V-AAAAAAAAAA"]
    assert (row["number"], row["recorded"]) == (7, pd.Timestamp("2026-03-02 06:00"))
    told = ledger.record([visit("V-AAAAAAAAAA", "face to face", "2026-03-02 18:05")])
    assert (told.added, told.repeated) == (0, 1)
    assert ledger.purge("2026-03-10").doors == 4  # all but V-A... and V-B...


def test_a_migration_that_fails_half_way_leaves_the_ledger_as_it_was(
    ledger_url, tmp_path, monkeypatch
):
    url = write_old(ledger_url, tmp_path)
    before = shape_of(url)

    def fail(_connection):
        raise RuntimeError("the lights went out")

    with monkeypatch.context() as broken:
        broken.setattr(migration, "_tell_when_recorded", fail)
        broken.setitem(migration.STEPS, 1, fail)
        with pytest.raises(RuntimeError, match="lights"):
            VisitLedger(url)
    assert shape_of(url) == before
    assert version_in(url) == "1"
    assert len(VisitLedger(url).visits()) == 5


def test_teams_that_open_an_old_ledger_at_once_migrate_it_once(ledger_url, tmp_path):
    url = write_old(ledger_url, tmp_path)
    started = [in_a_process(lambda: VisitLedger(url).visits()) for _ in range(3)]
    assert [os.waitpid(process, 0)[1] for process in started] == [0, 0, 0]
    assert version_in(url) == str(SCHEMA_VERSION)
    assert len(VisitLedger(url).asked()) == 6


def test_an_old_ledger_that_may_not_be_written_to_is_told_in_a_sentence(ledger_url, tmp_path):
    read_only = f"{write_old(ledger_url, tmp_path)}?options=-cdefault_transaction_read_only%3Don"
    if ledger_url.startswith("sqlite"):
        read_only = f"{ledger_url.replace('sqlite:///', 'sqlite:///file:')}?mode=ro&uri=true"
    with pytest.raises(OutputError) as told:
        VisitLedger(read_only)
    wanted = f"is of version 1 and must be brought to version {SCHEMA_VERSION} once"
    assert wanted in str(told.value)
    assert "may not be written to" in str(told.value)
    assert version_in(ledger_url) == "1"


@pytest.mark.slow
def test_a_migration_that_is_killed_at_any_statement_leaves_an_old_ledger_or_a_new_one(
    ledger_url, tmp_path
):
    old = shape_of(write_old(ledger_url, tmp_path))

    def migrate_and_die(statement):
        left = [statement]

        def die(*_told):
            left[0] -= 1
            if not left[0]:
                os.kill(os.getpid(), signal.SIGKILL)

        sa.event.listen(sa.Engine, "before_cursor_execute", die)
        sa.event.listen(sa.Engine, "commit", die)
        VisitLedger(ledger_url)

    killed = 0
    for statement in range(1, 500):
        process = in_a_process(lambda at=statement: migrate_and_die(at))
        ended = os.waitpid(process, 0)[1]
        if ended == 0:
            break
        assert ended == signal.SIGKILL
        killed += 1
        assert (shape_of(ledger_url), version_in(ledger_url)) == (old, "1")
    assert killed > 20
    assert version_in(ledger_url) == str(SCHEMA_VERSION)
    assert len(VisitLedger(ledger_url).visits()) == 5


def test_every_version_has_its_step():
    assert sorted(migration.STEPS) == list(range(1, SCHEMA_VERSION))


def test_a_store_of_today_is_opened_without_being_written_to(tmp_path):
    url = f"sqlite:///{tmp_path / 'visits.db'}"
    VisitLedger(url)
    before = (tmp_path / "visits.db").read_bytes()
    Store(url, must_exist=True, wait_s=1.0)
    assert (tmp_path / "visits.db").read_bytes() == before
