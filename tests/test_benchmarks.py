"""The benchmarks run where a peer or the data are absent, and draw how cost grows."""

from pathlib import Path

import pytest

from tests.benchmarks import growth, placebo
from tests.benchmarks.race import Race, Work


def _quick() -> Work:
    return lambda: None


def _peer_that_is_absent() -> Work:
    import a_peer_that_nobody_has  # type: ignore[import-not-found]  # noqa: F401

    return _quick()


@pytest.mark.slow
def test_a_peer_that_is_not_installed_is_told_and_the_rest_is_timed(
    capsys: pytest.CaptureFixture[str],
) -> None:
    race = Race("Nothing, quickly")
    race.add("hotspot", _quick, 2)
    race.add("the peer", _peer_that_is_absent, 2)
    assert list(race.run()) == ["hotspot"]
    assert "a_peer_that_nobody_has is not installed" in capsys.readouterr().out


def test_no_operations_are_evaluated_where_the_data_are_absent(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("HOTSPOT_DATA", str(tmp_path))
    placebo.contenders().run()
    assert "not on this machine" in capsys.readouterr().out


@pytest.mark.slow
def test_growth_is_drawn_for_every_kind_of_work(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(growth, "SIZES", (2_000, 4_000))
    monkeypatch.setattr(growth, "PICTURE", tmp_path / "growth.svg")
    growth.contenders().run()
    drawn = (tmp_path / "growth.svg").read_text("utf-8")
    assert all(kind in drawn for kind in growth.KINDS)
