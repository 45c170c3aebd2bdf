"""``hotspot cameras``: what it lists, what it keeps in the ledger, and what it refuses."""

import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from hotspot.briefing.config import read_config
from hotspot.cli import main

SET_UP = """as_of = 2026-03-02
[incidents]
path = "burglaries.csv"
[cocooning]
exclude = "exclude.csv"
ledger = "visits.db"
[cameras]
path = "cameras.csv"
retention_days = 14
[output]
marking = "OFFICIAL"
"""
CRIMES = """Crime Ref,From,To,Easting,Northing
DG/26/0001,2026-03-01 09:00,2026-03-01 17:00,640000,370000
DG/26/0002,2026-02-27 09:00,2026-02-27 17:00,640900,370000
DG/26/0003,2026-02-27 09:00,2026-02-27 17:00,641800,370000
DG/25/0900,2025-12-01 09:00,2025-12-01 17:00,640000,370000
"""
REGISTER = """Camera ID,Easting,Northing,Direction,FOV,Range,Retention,Removed,Owner
K-1,640000,369950,N,90,100,31,,Jane Smith
K-2,640000,369960,S,90,100,1 month,,Jane Smith
K-3,640900,369950,,,,,,Jane Smith
K-4,641800,369950,N,90,100,31,,Jane Smith
K-5,640000,369970,N,90,100,31,yes,Jane Smith
K-6,,,N,90,100,31,,Jane Smith
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    texts = {
        "briefing.toml": SET_UP, "burglaries.csv": CRIMES, "cameras.csv": REGISTER,
        "exclude.csv": "reference\nDG/26/0003\n",
    }  # fmt: skip
    for name, text in texts.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


def rows(folder: Path) -> pd.DataFrame:
    return pd.read_csv(folder / "cameras" / "cameras.csv", encoding="utf-8-sig")


def test_the_list_is_that_of_the_set_up_without_its_stop_list(folder: Path, capsys: Any) -> None:
    assert main(["cameras", "briefing.toml", "--json"]) == 0
    said = capsys.readouterr()
    told = json.loads(said.out)
    table = rows(folder)
    assert table[["crime_ref", "camera_id", "in_view"]].to_numpy().tolist() == [
        ["DG/26/0002", "K-3", "unknown"],
        ["DG/26/0001", "K-1", "yes"],
        ["DG/26/0001", "K-2", "no"],
    ]
    assert table["retention_assumed"].tolist() == [True, False, False]
    assert table["marking"].unique().tolist() == ["OFFICIAL"]
    assert set(told["inputs"]) == {"burglaries.csv", "cameras.csv"}
    assert told["cameras_not_listed"]["withdrawn"] == 1
    assert [Path(one).name for one in told["files"]][-1] == "cameras-rejected.csv"
    assert "told in months (row 3)" in said.err
    rejected = pd.read_csv(folder / "cameras" / "cameras-rejected.csv", encoding="utf-8-sig")
    assert rejected["row"].tolist() == [7]
    everything = said.out + said.err
    for path in (folder / "cameras").glob("*.[hcj]*"):
        everything += path.read_text(encoding="utf-8-sig")
    for secret in ("Smith", "DG/26/0003", "K-4", "K-5"):
        assert secret not in everything, secret
    # A ledger is not made by looking.
    assert not (folder / "visits.db").exists()


def test_a_crime_may_be_named_however_old_and_one_that_is_stopped_is_unknown(
    folder: Path, capsys: Any
) -> None:
    assert main(["cameras", "briefing.toml", "--crime", "DG/25/0900", "--distance", "60"]) == 0
    assert rows(folder)["left"].tolist() == ["gone", "gone"]
    capsys.readouterr()
    for ref in ("DG/26/0003", "DG/26/9999"):
        assert main(["cameras", "briefing.toml", "--crime", ref]) == 1
        assert f"1 crime not known by the end of Monday 2 March 2026: '{ref}'" in (
            capsys.readouterr().err
        )


def test_who_was_asked_is_kept_and_corrected(folder: Path, capsys: Any) -> None:
    ask = ["cameras", "briefing.toml", "--crime", "DG/26/0001"]
    assert main([*ask, "--asked", "K-1", "--at", "2026-03-02 10:00", "--who", "DC Ali"]) == 0
    assert "'K-1': asked for DG/26/0001" in capsys.readouterr().err
    assert rows(folder)["asked"].dropna().tolist() == ["2026-03-02 10:00"]
    assert main([*ask, "--not-asked", "K-1", "--why", "it was K-2"]) == 0
    assert rows(folder)["asked"].isna().all()
    capsys.readouterr()
    for wrong, words in (
        (["--asked", "K-9"], "not on the list of this crime: 'K-9'"),
        (["--not-asked", "K-2", "--why", "wrong"], "no such request"),
        (["--not-asked", "K-1"], "Say why"),
    ):
        assert main([*ask, *wrong]) in (1, 2)
        assert words in capsys.readouterr().err
    assert main(["cameras", "briefing.toml", "--asked", "K-1"]) in (1, 2)
    assert "for which one crime" in capsys.readouterr().err


def test_a_bare_file_of_burglaries_needs_a_register(folder: Path, capsys: Any) -> None:
    (folder / "briefing.toml").unlink()
    assert main(["cameras", "burglaries.csv"]) in (1, 2)
    assert "Name the register of cameras: --cameras FILE" in capsys.readouterr().err
    command = ["cameras", "burglaries.csv", "--cameras", "cameras.csv", "--asked", "K-1"]
    assert main(command) in (1, 2)
    assert "Name the ledger" in capsys.readouterr().err
    assert main([*command[:-2], "--retention", "20"]) == 0
    assert rows(folder)["retention_days"].tolist()[:1] == [20.0]
    with pytest.raises(SystemExit, match="2"):
        main([*command[:-2], "--retention", "0"])


def test_the_register_is_never_written_over(folder: Path, capsys: Any) -> None:
    before = (folder / "cameras.csv").read_bytes()
    assert main(["cameras", "briefing.toml", "--folder", "."]) == 1
    assert "is read by this command" in capsys.readouterr().err
    assert (folder / "cameras.csv").read_bytes() == before
    bare = ["cameras", "burglaries.csv", "--cameras", "cameras.csv", "--folder", "."]
    assert main(bare) == 1
    assert (folder / "cameras.csv").read_bytes() == before


def test_the_table_of_a_set_up_is_checked(folder: Path) -> None:
    config = read_config({"incidents": "burglaries.csv", "cameras": {"path": "cameras.csv"}})
    assert config.cameras is not None
    assert (config.cameras.distance_m, config.cameras.retention_days) == (100.0, None)
    assert folder / "cameras.csv" in config.read_files()
    for wrong in ({"retention_days": 0}, {"path": "none.csv"}, {"columns": {"owner": "Owner"}}):
        with pytest.raises(Exception, match=r"\[cameras\]"):
            read_config({"incidents": "burglaries.csv", "cameras": wrong})
