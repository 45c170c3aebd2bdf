"""Which cameras were asked is kept in the ledger: recorded, corrected, told, let go."""

import pandas as pd
import pytest
import sqlalchemy as sa

import hotspot as hs
from hotspot.visits import VisitLedger
from tests.test_cameras import cameras, crimes


def test_a_camera_that_was_asked_is_told_on_the_list(ledger_url: str) -> None:
    with VisitLedger(ledger_url) as ledger:
        first = ledger.ask_cameras("C0", ["K0", "K1", "K0"], "2026-03-02 10:00", who="DC Ali")
        again = ledger.ask_cameras("C0", "K0", "2026-03-02 10:00", who="DC Ali")
        ledger.ask_cameras("C0", "K0", "2026-03-03 11:00", who="DC Ali")
        ledger.ask_cameras("other", "K2", "2026-03-03 11:00", who="DC Ali")
        assert (first.added, again.added) == (2, 0)
        assert "1 request of them known already" in again.summary()
        found = hs.cameras_near(
            crimes({}), cameras({}, {"x": 5}, {"x": 9}), "2026-03-02", ledger=ledger
        )
        asked = found.table.set_index("camera_id")["asked"]
        assert asked["K0"] == pd.Timestamp("2026-03-03 11:00")
        assert asked["K1"] == pd.Timestamp("2026-03-02 10:00")
        assert pd.isna(asked["K2"])
        assert found.to_ask["camera_id"].tolist() == ["K2"]
        assert "2 cameras of 1 crime asked already." in found.summary()
        assert ledger.cameras_asked()["asked_by"].unique().tolist() == ["DC Ali"]
        # What is on the stop list is told by no route.
        assert ledger.cameras_asked(exclude=["c0"])["crime_ref"].tolist() == ["other"]


def test_a_request_is_corrected_and_what_had_stood_is_kept(ledger_url: str) -> None:
    with VisitLedger(ledger_url) as ledger:
        ledger.ask_cameras("C0", ["K0", "K1"], "2026-03-02 10:00")
        moved = ledger.correct_camera(
            "C0", "K0", to_asked_at="2026-03-01 09:00", why="a day before", who="Sgt Ali"
        )
        assert moved.asked_at == pd.Timestamp("2026-03-01 09:00")
        gone = ledger.correct_camera("C0", "K1", why="it was K2", who="Sgt Ali")
        assert gone.summary() == "'K1': not asked for C0 (Sgt Ali)."
        stand = ledger.cameras_asked()
        assert stand[["camera_id", "asked_at"]].to_numpy().tolist() == [
            ["K0", pd.Timestamp("2026-03-01 09:00")]
        ]
        every = ledger.cameras_asked(withdrawn=True)
        assert every["withdrawn_why"].dropna().tolist() == ["a day before", "it was K2"]
        assert ledger.log()["what"].tolist() == ["correction", "correction"]
        # Asked after all, at the same time: it stands again.
        assert len(ledger.cameras_asked()) == 1
        ledger.ask_cameras("C0", "K1", "2026-03-02 10:00")
        assert len(ledger.cameras_asked()) == 2


def test_what_cannot_be_meant_is_refused_in_a_sentence() -> None:
    with VisitLedger("sqlite://") as ledger:
        for crime, camera, at in (
            ("", "K0", None), ("C0", " ", None), ("C0", [], None), ("C0", ["K0", 7], None),
            ("C0", "K" * 201, None), ("C0", "K0", "2100-01-01"), ("C0", "K0", "03/04/2026"),
        ):  # fmt: skip
            with pytest.raises(hs.ConfigError):
                ledger.ask_cameras(crime, camera, at)
        assert ledger.cameras_asked().empty
        with pytest.raises(hs.DataError, match="no such request"):
            ledger.correct_camera("C0", "K0", why="wrong")
        ledger.ask_cameras("C0", "K0", "2026-03-02 10:00")
        ledger.ask_cameras("C0", "K0", "2026-03-02 12:00")
        with pytest.raises(hs.ConfigError, match="Say why"):
            ledger.correct_camera("C0", "K0", why=" ")
        for at in (None, "2026-03-02"):
            with pytest.raises(hs.DataError, match="10:00 and 2026-03-02 12:00: say which"):
                ledger.correct_camera("C0", "K0", asked_at=at, why="wrong")
        ledger.correct_camera("C0", "K0", asked_at="2026-03-02 12:00", why="wrong")
        assert len(ledger.cameras_asked()) == 1


def test_requests_are_purged_with_the_rest_and_counted(ledger_url: str) -> None:
    with VisitLedger(ledger_url) as ledger:
        ledger.ask_cameras("C0", ["K0", "K1"], "2025-01-02 10:00")
        ledger.correct_camera("C0", "K1", why="it was K2")
        ledger.ask_cameras("C1", "K0", "2026-03-02 10:00")
        told = ledger.purge("2026-01-01", preview=True)
        assert (told.cameras, bool(told)) == (2, True)
        assert "2 requests to cameras would be deleted." in told.summary()
        assert ledger.purge("2026-01-01").cameras == 2
        assert ledger.cameras_asked(withdrawn=True)["crime_ref"].tolist() == ["C1"]
        assert not ledger.purge("2026-01-01", preview=True)


def test_a_ledger_of_before_gets_the_table_when_it_is_opened(tmp_path: object) -> None:
    url = f"sqlite:///{tmp_path}/visits.db"
    VisitLedger(url).close()
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    with engine.begin() as connection:
        connection.exec_driver_sql("DROP TABLE visits_cameras")
        connection.exec_driver_sql(
            "UPDATE visits_meta SET value = '2' WHERE name = 'schema_version'"
        )
    with VisitLedger(url) as ledger:
        assert ledger.cameras_asked().empty
        assert ledger.ask_cameras("C0", "K0", "2026-03-02").added == 1
