"""A series from one force to the next, by the commands of the page that says how."""

import json
import re
import shlex
import shutil
from pathlib import Path
from typing import Any

import geopandas as gpd
import openpyxl
import pandas as pd
import pyarrow.parquet as pq
import pyogrio
import pytest

from hotspot.cli import main
from tests.conftest import ROOT

PAGE = ROOT / "docs" / "how-to" / "to-another-force.md"


def commands() -> list[list[str]]:
    """Return the commands of the page, in their order."""
    return [
        shlex.split(line)[1:]
        for line in PAGE.read_text(encoding="utf-8").splitlines()
        if line.startswith("hotspot ")
    ]


def leads(folder: str) -> list[str]:
    return pd.read_csv(f"{folder}/leads.csv", dtype=str, encoding="utf-8-sig")["crime_ref"].tolist()


@pytest.mark.slow
def test_a_planted_series_goes_from_one_force_to_the_next_as_the_page_says(
    sample_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any
):
    shutil.copytree(sample_dir, tmp_path / "x", ignore=shutil.ignore_patterns("truth*"))
    monkeypatch.chdir(tmp_path / "x")
    truth = pd.read_csv(sample_dir / "truth_events.csv", dtype=str)
    planted = truth[truth["series_id"] == "A"]
    ours = set(planted.loc[planted["force"] == "Dogger Bank Constabulary", "crime_ref"])
    theirs = set(planted["crime_ref"]) - ours
    page = commands()
    assert [words[:2] for words in page] == [
        ["series", "briefing.toml"], ["share", "write"], ["share", "read"], ["share", "merge"],
        ["series", "merged/merged.parquet"], ["share", "amend"], ["share", "correct"],
        ["share", "correct"], ["share", "write"], ["share", "merge"],
    ]  # fmt: skip

    def run() -> None:
        words = page.pop(0)
        assert main(words) == 0, (words, capsys.readouterr().err)

    run()  # found: the first leads are the rest of what was planted
    told = json.loads(Path("series/series.json").read_text(encoding="utf-8"))
    known = set(re.findall(r"\b09\d{8}\b", json.dumps(told)))
    assert len(known) == 4
    assert known | set(leads("series")[:4]) == ours
    for ref in ours:  # mapped
        assert ref in Path("series/series-map.html").read_text(encoding="utf-8")

    run()  # handed over, and read by other programs
    sent = gpd.read_parquet("series-14/crimes.parquet")
    assert set(pq.read_table("series-14/crimes.parquet")["crime_ref"].to_pylist()) == ours
    layer = pyogrio.read_dataframe("series-14/share.gpkg", layer="crimes")
    assert set(layer["crime_ref"]) == ours
    assert (layer.geometry.x.to_numpy() == sent.geometry.x.to_numpy()).all()
    sheet = openpyxl.load_workbook("series-14/share.xlsx")["crimes"]
    head = [cell.value for cell in sheet[1]]
    rows = [dict(zip(head, row, strict=True)) for row in sheet.iter_rows(2, values_only=True)]
    assert {row["crime_ref"] for row in rows} == ours
    assert [row["point_x"] for row in rows] == sent.geometry.x.tolist()

    run()  # read in
    assert set(gpd.read_parquet("received/crimes.parquet")["crime_ref"]) == ours
    run()  # merged
    merged = gpd.read_parquet("merged/merged.parquet")
    assert ours | theirs <= set(merged["crime_ref"])
    run()  # and found across the border, before anything else
    assert set(leads("both")[: len(theirs)]) == theirs

    run()  # corrected
    capsys.readouterr()
    run()
    assert "0 changed, 1 removed. re-classed as no crime" in capsys.readouterr().out
    assert set(gpd.read_parquet("series-14/crimes.parquet")["crime_ref"]) == ours
    run()
    assert set(gpd.read_parquet("series-14/crimes.parquet")["crime_ref"]) == ours - {"0926000847"}

    run()  # what both recorded stands once
    run()
    assert page == []
    both = truth[truth["other_ref"].notna()].set_index("crime_ref")["other_ref"].to_dict()
    border = gpd.read_parquet("border/merged.parquet")
    assert border.set_index("crime_ref")["also_ref"].dropna().to_dict() == both
    told = json.loads(Path("border/merge.json").read_text(encoding="utf-8"))
    assert not set(both.values()) & set(border["crime_ref"])
    assert len(border) == told["crimes"] == sum(told["recorded"]) - len(both)
