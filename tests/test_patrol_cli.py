"""``hotspot patrol``: what it writes, what it refuses, and what it makes of a set-up."""

import json
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pytest
import shapely

import hotspot as hs
from hotspot.cli import main
from tests.small_town import quick_town, usual

SHIFTS = "start,end,shift,units\n02/03/2026 14:00,02/03/2026 22:00,Late,2\n"


@pytest.fixture(scope="module")
def places() -> gpd.GeoDataFrame:
    boxes = [shapely.box(640000 + x, 370000, 640200 + x, 370200) for x in (0, 400)]
    return gpd.GeoDataFrame({"area": ["Quay", "Mill"]}, geometry=boxes, crs=27700)


@pytest.fixture
def folder(tmp_path: Path, places: gpd.GeoDataFrame, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Write places, and fixes of a day with a row that cannot be used."""
    monkeypatch.chdir(tmp_path)
    places.to_file(tmp_path / "places.gpkg")
    made = hs.demo.made_patrols(places, "2026-03-02", "2026-03-02", units=2, seed=5)
    fixes = made.fixes
    rows = pd.DataFrame(
        {"unit": fixes["unit"], "time": fixes["time"], "E": fixes.geometry.x, "N": fixes.geometry.y}
    )
    rows.loc[len(rows)] = ["U1", pd.Timestamp("2026-03-02 23:00"), 0, 0]
    rows.to_csv(tmp_path / "fixes.csv", index=False)
    (tmp_path / "shifts.csv").write_text(SHIFTS, encoding="utf-8")
    return tmp_path


def test_fixes_alone_are_held_against_places(folder: Path, capsys: Any) -> None:
    command = ["patrol", "fixes.csv", "--places", "places.gpkg", "--json", "--marking", "OFFICIAL"]
    assert main(command) == 0
    said = json.loads(capsys.readouterr().out)
    names = ["html", "csv", "png", "xlsx", "json"]
    assert [Path(one).name for one in said["files"]] == [
        *(f"patrol.{ending}" for ending in names), "patrol-rejected.csv"
    ]  # fmt: skip
    assert said["reading"]["fixes_rejected"] == 1
    assert said["marking"] == "OFFICIAL"
    assert set(said["inputs"]) == {"fixes.csv", "places.gpkg"}
    assert sum(row["visits"] for row in said["rows"]) > 5
    rejected = pd.read_csv(folder / "patrol" / "patrol-rejected.csv")
    assert rejected["reason"].str.startswith("without a position: 0, 0").all()
    # Again over its own files; not over one that was changed since.
    assert main(command[:-3]) == 0
    (folder / "patrol" / "patrol.csv").write_text("mine", encoding="utf-8")
    assert main(command[:-3]) == 1
    assert (folder / "patrol" / "patrol.csv").read_text(encoding="utf-8") == "mine"


def test_what_is_read_is_never_written_over(folder: Path, capsys: Any) -> None:
    (folder / "fixes.csv").rename(folder / "patrol.csv")
    before = (folder / "patrol.csv").read_bytes()
    assert main(["patrol", "patrol.csv", "--places", "places.gpkg", "--folder", "."]) == 1
    assert "is read by this command" in capsys.readouterr().err
    assert (folder / "patrol.csv").read_bytes() == before


def test_every_file_that_is_wrong_is_told_at_once(folder: Path, capsys: Any) -> None:
    (folder / "fixes.csv").write_text("Officer,when\nJane,now\n", encoding="utf-8")
    (folder / "places.gpkg").write_bytes(b"none")
    assert main(["patrol", "fixes.csv", "--places", "places.gpkg"]) == 1
    told = capsys.readouterr().err
    assert "does not tell the unit" in told
    assert "places.gpkg is no geographic file" in told
    assert main(["patrol", "fixes.csv"]) == 1
    assert "Name the places" in capsys.readouterr().err
    for wrong in (["--minutes", "0"], ["--start", "02/03/2026"], ["--timezone", "Nowhere"]):
        with pytest.raises(SystemExit, match="2"):
            main(["patrol", "fixes.csv", "--places", "places.gpkg", *wrong])
    assert not (folder / "patrol").exists()


@pytest.mark.filterwarnings("ignore::hotspot.DataWarning")
def test_a_set_up_brings_hotspots_hours_and_a_plan(folder: Path, capsys: Any) -> None:
    rows = usual()
    set_up = quick_town(folder / "town", "", rows)
    text = set_up.read_text(encoding="utf-8")
    spots = gpd.GeoDataFrame(
        {"area": ["West"]}, geometry=[shapely.box(*_bounds(folder / "town"))], crs=27700
    )
    spots.to_file(folder / "town" / "spots.gpkg")
    table = '\n[patrol]\nplaces = "spots.gpkg"\nshifts = "../shifts.csv"\nminutes = 12\n'
    set_up.write_text(text + table, encoding="utf-8")
    assert main(["patrol", str(set_up), "--seed", "3", "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert (said["product"], said["minutes"], said["seed"]) == ("hotspot patrol-plan", 12, 3)
    assert [row["place"] for row in said["rows"]] == ["West"]
    assert main(["patrol", str(set_up), "--fixes", "fixes.csv", "--seed", "3", "--json"]) == 0
    both = json.loads(capsys.readouterr().out)
    dosage, plan = both["results"]
    assert (dosage["product"], plan["product"]) == ("hotspot patrol", "hotspot patrol-plan")
    assert [row["asked"] for row in dosage["rows"]] == [1]
    assert {Path(one).name for one in both["files"]} >= {"patrol.html", "patrol-plan.xlsx"}
    set_up.write_text(text + table.replace("minutes = 12", "minutes = 0\nspeed = 3"),
                      encoding="utf-8")  # fmt: skip
    assert main(["patrol", str(set_up)]) == 1
    told = capsys.readouterr().err
    assert "[patrol] minutes must be 1 or more" in told
    assert "[patrol] speed is not a known setting" in told


def _bounds(town: Path) -> Any:
    west, south, east, north = hs.read_incidents(town / "burglaries.csv").total_bounds
    return west - 50, south - 50, east + 50, north + 50


def test_made_patrols_are_found_again(places: gpd.GeoDataFrame) -> None:
    made = hs.demo.made_patrols(places, "2026-03-02", "2026-03-04", units=3, seed=11)
    dosage = hs.patrol_dosage(made.fixes, places, "2026-03-02", "2026-03-04")
    told = dosage.table.merge(made.truth, on=["place", "day"], suffixes=("", "_true"))
    found, true = told["officer_minutes"].sum(), told["officer_minutes_true"].sum()
    unknown = (told["unknown_minutes"] - told["silent_minutes"]).sum()
    # What receivers left out is unknown, and what is known is true, but for a step a visit.
    assert found <= true + 0.5 * dosage.table["visits"].sum()
    assert found + unknown + told["driving_minutes"].sum() >= 0.97 * true
    again = hs.demo.made_patrols(places, "2026-03-02", "2026-03-04", units=3, seed=11)
    pd.testing.assert_frame_equal(made.truth, again.truth)
