"""Briefings of real data: a city without addresses, months in disguise, an island."""

import json
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import hotspot as hs
from hotspot.cli import main

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore::hotspot.DataWarning")]


def test_a_year_of_chicago_gives_density_zones_map_and_page(data_dir: Path, tmp_path: Path) -> None:
    source = data_dir / "chicago_burglary_2014_2017" / "chicago_burglary_2014_2017.csv"
    rows = pd.read_csv(source)
    year = pd.to_datetime(rows["date_single"], format="%d/%m/%Y").dt.year
    rows[year == 2016].to_csv(tmp_path / "chicago.csv", index=False)
    made = hs.brief(
        incidents={"path": str(tmp_path / "chicago.csv"), "crs": "EPSG:26971"},
        output={"folder": str(tmp_path / "briefing"), "marking": "PUBLIC"},
    )
    assert made.check.headline() == "Used 11,701. Could not use 0."
    assert made.zones is not None
    assert made.zones["crimes"].sum() > 1_000
    assert made.hotspots["crime_share"].sum() > 3 * 0.01
    assert made.targets is None
    page = (made.folder / "briefing.html").read_text(encoding="utf-8")
    assert "too wide to task from" in page
    assert "None has a time of day" in page


def test_months_in_disguise_give_density_and_say_why_no_more(
    data_dir: Path, tmp_path: Path
) -> None:
    folder = data_dir / "nottingham_burglary_2022"
    made = hs.brief(
        incidents=str(folder / "nottingham_burglary.csv.gz"),
        areas=str(folder / "nottingham_wards.gpkg"),
        output={"folder": str(tmp_path / "briefing")},
    )
    assert made.check.resolution == "month"
    assert made.zones is None
    assert len(made.hotspots) > 0
    page = (made.folder / "briefing.html").read_text(encoding="utf-8")
    assert page.count("Not shown: the dates of this export are months only.") == 6
    assert "Saturday 1 January 2022 to Saturday 31 December 2022" in page


def test_the_isle_of_man_gets_lists_for_burglaries_simulated_on_its_addresses(
    data_dir: Path, tmp_path: Path
) -> None:
    source = data_dir / "isle_of_man_addresses" / "addresses.csv"
    homes = hs.read_addresses(source)
    random = np.random.default_rng(4)
    burgled = homes.iloc[np.sort(random.choice(len(homes), 40, replace=False))]
    found = pd.Timestamp("2026-03-02 08:00") - pd.to_timedelta(random.uniform(0, 30, 40), "D")
    pd.DataFrame(
        {
            "Crime Ref": [f"{number:06d}" for number in range(40)],
            "Date From": (found - pd.Timedelta(hours=9)).strftime("%d/%m/%Y %H:%M"),
            "Date To": found.strftime("%d/%m/%Y %H:%M"),
            "Easting": burgled.geometry.x.round(1),
            "Northing": burgled.geometry.y.round(1),
            "UPRN": burgled["uprn"],
        }
    ).to_csv(tmp_path / "simulated.csv", index=False)
    made = hs.brief(
        incidents=tmp_path / "simulated.csv",
        addresses=source,
        as_of="2026-03-02",
        output={"folder": tmp_path / "out"},
    )
    assert made.targets is not None
    live = burgled["uprn"][(pd.Timestamp("2026-03-02") - found.normalize()).days <= 14]
    victims = made.targets.loc[made.targets["ring"] == 0, "uprn"]
    assert set(victims) == set(live)
    assert {0, 1, 2} == set(made.targets["ring"])
    assert (made.folder / "targets.csv").stat().st_size > 1000


@pytest.mark.parametrize("workbook", ["flat.xlsx", "two_row_headings.xlsx"])
def test_the_folder_of_a_fresh_analyst_is_briefed_by_one_command(
    data_dir: Path, tmp_path: Path, workbook: str, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "Force export Łódź"
    folder.mkdir()
    for name in (workbook, "beats.zip", "oproad_gb.gpkg", "addressbase_plus.csv.gz"):
        shutil.copy(data_dir / "force_export" / name, folder)
    assert main(["brief", str(folder), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert Path(told["folder"]) == folder / "briefing"
    assert set(told["inputs"]) == {"set-up", "incidents", "addresses", "areas", "streets"}
    truth = pd.read_csv(data_dir / "force_export" / "truth.csv.gz")
    homes = truth["offence"].str.contains("Residential")
    kinds = told["reading"]["offences"]
    assert sum(kinds["taken"].values()) == homes.sum()
    assert sum(kinds["left"].values()) == (~homes).sum()
    columns = told["reading"]["columns"]
    assert set(columns) >= {
        "occurred_from",
        "occurred_to",
        "recorded_at",
        "offence_code",
        "address",
    }
    targets = pd.read_csv(folder / "briefing" / "targets.csv", dtype=str)
    beats = set(hs.read_areas(folder / "beats.zip")["area"])
    assert len(targets) > 20
    assert set(targets["area"]) <= beats
    map_page = (folder / "briefing" / "map.html").read_text(encoding="utf-8")
    assert all(layer in map_page for layer in ("Streets", "Beats", "Doors to visit"))


def test_check_and_brief_choose_the_same_burglaries(
    data_dir: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source = shutil.copy(data_dir / "atlanta_2021_2024" / "apd_2021_2024.csv.gz", tmp_path)
    assert main(["check", str(source), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["accepted"], told["rejected"]) == (516, 15_620)
    text = "backtest = false\nworth = false\n" + (tmp_path / "apd_2021_2024.toml").read_text(
        "utf-8"
    )
    (tmp_path / "apd_2021_2024.toml").write_text(text, "utf-8")
    assert main(["brief", str(source), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["counts"]["accepted"] == 516
