"""Briefings of real exports: a city without addresses, and months in disguise."""

from pathlib import Path

import pandas as pd
import pytest

import hotspot as hs

pytestmark = pytest.mark.filterwarnings("ignore::hotspot.DataWarning")


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
