"""A bare file of burglaries: its set-up is guessed, written down and kept."""

import tomllib
from pathlib import Path

import pandas as pd
import pytest

import hotspot as hs
from hotspot.briefing import brief
from hotspot.briefing.config import load_config
from hotspot.briefing.guess import guess_set_up
from tests.small_town import Burglary, usual, write_burglaries, write_town

pytestmark = pytest.mark.filterwarnings("ignore::hotspot.DataWarning")


def test_the_set_up_is_written_beside_the_file_ready_to_edit(tmp_path: Path) -> None:
    path = write_burglaries(tmp_path / "crimes.csv", usual())
    made = brief(path)
    set_up = tmp_path / "crimes.toml"
    assert made.files[-1] == set_up
    written = tomllib.loads(set_up.read_text(encoding="utf-8"))
    assert written["incidents"]["path"] == "crimes.csv"
    assert written["incidents"]["columns"]["occurred_from"] == ["Date From", "Time From"]
    assert written["output"]["folder"] == "crimes-briefing"
    assert load_config(set_up).incidents.path == path
    again = brief(set_up, replace=True)
    assert again.record["counts"] == made.record["counts"]


def test_every_comment_of_the_set_up_is_good_toml_once_it_is_on(tmp_path: Path) -> None:
    write_town(tmp_path)
    _, set_up, _ = guess_set_up(tmp_path / "burglaries.csv")
    assert set_up is not None
    lines = set_up.read_text(encoding="utf-8").splitlines()
    first = next(number for number, line in enumerate(lines) if line.startswith("# [addresses]"))
    (tmp_path / "exclude.csv").write_text("NEW/001\n", encoding="utf-8")
    on = [*lines[:first], *(line.removeprefix("# ") for line in lines[first:])]
    set_up.write_text("\n".join(on), encoding="utf-8")
    config = load_config(set_up)
    assert config.addresses is not None
    assert config.cocooning.exclude == tmp_path / "exclude.csv"
    assert config.cocooning.ledger == str(tmp_path / "visits.db")


def test_other_offences_are_chosen_from_and_burglary_alone_is_not(tmp_path: Path) -> None:
    theft = Burglary("T/1", "2026-03-01 12:00", offence="Shoplifting")
    write_burglaries(tmp_path / "all.csv", [*usual(), theft])
    write_burglaries(tmp_path / "only.csv", usual())
    config, _, _ = guess_set_up(tmp_path / "all.csv")
    assert config.incidents.offences == ("homes",)
    config, _, _ = guess_set_up(tmp_path / "only.csv")
    assert config.incidents.offences is None


def test_a_workbook_needs_no_set_up(tmp_path: Path) -> None:
    rows = pd.DataFrame([burglary.row() for burglary in usual()])
    rows.to_excel(tmp_path / "crimes.xlsx", index=False)
    made = brief(tmp_path / "crimes.xlsx")
    assert made.check.headline() == "Used 46. Could not use 0."
    assert (tmp_path / "crimes.toml").is_file()
    assert {path.name for path in made.files} >= {"briefing.html", "map.html"}


def test_a_set_up_that_is_there_is_used_and_never_overwritten(tmp_path: Path) -> None:
    path = write_burglaries(tmp_path / "crimes.csv", usual())
    text = '[incidents]\npath = "crimes.csv"\n[output]\nauthor = "Me"\n'
    (tmp_path / "crimes.toml").write_text(text, encoding="utf-8")
    made = brief(path)
    assert made.record["author"] == "Me"
    assert made.record["inputs"]["set-up"]["file"] == "crimes.toml"
    assert (tmp_path / "crimes.toml").read_text(encoding="utf-8") == text
    assert tmp_path / "crimes.toml" not in made.files


def test_the_set_up_of_another_file_is_not_taken(tmp_path: Path) -> None:
    write_burglaries(tmp_path / "crimes.csv", usual())
    other = write_burglaries(tmp_path / "crimes.txt", usual())
    guess_set_up(tmp_path / "crimes.csv")
    with pytest.raises(hs.ConfigError, match=r"is the set-up of crimes\.csv, not of crimes\.txt"):
        brief(other)


def test_a_set_up_that_cannot_be_kept_is_no_hindrance(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write_burglaries(tmp_path / "crimes.csv", usual())

    def refuse(place: Path) -> None:
        raise hs.OutputError(f"Cannot write {place}.")

    monkeypatch.setattr("hotspot.briefing.guess.replacing_file", refuse)
    made = brief(path, folder=tmp_path / "out")
    assert any("The set-up that was guessed is not kept" in text for text in made.warnings)
    assert (tmp_path / "out" / "briefing.html").is_file()


def test_a_layout_that_is_not_known_writes_nothing(tmp_path: Path) -> None:
    (tmp_path / "odd.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    with pytest.raises(hs.DataError, match="are not known"):
        brief(tmp_path / "odd.csv")
    assert [path.name for path in tmp_path.iterdir()] == ["odd.csv"]


def test_two_files_in_one_place_get_a_folder_each(tmp_path: Path) -> None:
    made = [brief(write_burglaries(tmp_path / f"{name}.csv", usual())) for name in ("a", "b")]
    assert [run.folder for run in made] == [tmp_path / "a-briefing", tmp_path / "b-briefing"]


def test_a_file_without_a_usable_row_is_explained_and_leaves_nothing(tmp_path: Path) -> None:
    rows = [Burglary(f"BAD/{n}", "2026-03-01 12:00", cells={"Easting": "here"}) for n in range(3)]
    path = write_burglaries(tmp_path / "bad.csv", rows)
    with pytest.raises(hs.DataError, match=r"(?s)can be used\. Used 0\..*  3 .*rows 2, 3 and 4"):
        brief(path)
    assert list(tmp_path.iterdir()) == [path]


def test_a_set_up_of_the_users_own_stays_where_no_row_can_be_used(tmp_path: Path) -> None:
    path = write_town(tmp_path, [Burglary("B/1", "2026-03-01 12:00", cells={"Easting": "here"})])
    with pytest.raises(hs.DataError, match="can be used"):
        brief(path)
    assert path.is_file()
