"""``hotspot series``, its column, and the map of a series with its leads."""

import json
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest

import hotspot as hs
from hotspot.briefing.config import read_config
from hotspot.briefing.series_column import with_series
from hotspot.cli import main
from hotspot.maps import MapLayers
from hotspot.maps.saving import page_text
from hotspot.output.handling import NOT_EVIDENCE

HOSTILE = "<script>alert(1)</script>"


def written(folder: Path, heading: str = "Linked Series") -> Path:
    made = hs.demo.linked_incidents(seed=4, crimes=150)
    table = pd.DataFrame(made.drop(columns="geometry")).rename(columns={"series_id": heading})
    table["Offence"] = "Burglary - residential"
    table = table.rename(columns={"occurred_from": "Date From", "occurred_to": "Date To"})
    table["Easting"], table["Northing"] = made.geometry.x + 450_000, made.geometry.y + 350_000
    path = folder / "crimes.csv"
    table.to_csv(path, index=False)
    return path


def run(capsys: pytest.CaptureFixture[str], *arguments: object) -> str:
    assert main([str(one) for one in arguments]) == 0
    return capsys.readouterr().out


def test_one_series_with_its_leads_and_map(tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    path = written(tmp_path)
    table = pd.read_csv(path, dtype=str)
    name = table["Linked Series"].value_counts().index[0]
    out = run(capsys, "series", path, "--series", name, "--top", 3, "--folder", "out", "--json")
    told = json.loads(out)
    series, leads = told["results"]
    assert series["series"][0]["series_id"] == name
    assert [lead["rank"] for lead in leads["leads"]] == [1, 2, 3]
    assert leads["caution"] == NOT_EVIDENCE
    text = (tmp_path / "out" / "series-map.html").read_text(encoding="utf-8")
    assert NOT_EVIDENCE in text
    for lead in leads["leads"]:
        assert lead["reason"] in text
    for kind in ("series.html", "leads.csv", "leads.xlsx", "series.png"):
        assert (tmp_path / "out" / kind).stat().st_size


def test_references_are_taken_as_a_series_without_distance(tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    path = written(tmp_path)
    refs = "C0003, C0009"
    out = run(capsys, "series", path, "--refs", refs, "--no-distance", "--max-days", 100)
    assert NOT_EVIDENCE in out
    assert "2 crimes taken as the series" in out
    assert " km " not in "".join(line for line in out.splitlines() if line.startswith("1. "))
    assert main(["series", str(path), "--refs", "nowhere"]) == 1
    assert "'nowhere'" in capsys.readouterr().err


@pytest.mark.parametrize("heading", ["Series", "SERIES NO", "Linked_Series", "Crime series"])
def test_the_column_is_known_by_its_heading(tmp_path, heading):
    config = read_config({"incidents": str(written(tmp_path, heading))})
    changed, name, notes = with_series(config)
    assert name == "series_id"
    assert changed.incidents.keep == {"series_id": heading}
    assert heading in notes[0]


def test_the_set_up_names_the_column_and_what_is_kept_is_taken(tmp_path):
    path = written(tmp_path, "Ours")
    config = read_config({"incidents": str(path), "series": {"column": "Ours"}})
    assert with_series(config)[0].incidents.keep == {"series_id": "Ours"}
    kept = {"path": str(path), "keep": {"own": "Ours"}}
    config = read_config({"incidents": kept, "series": {"column": "own"}})
    assert with_series(config)[1:] == ("own", [])
    with pytest.raises(hs.DataError, match="--series-column"):
        with_series(read_config({"incidents": str(path)}))
    with pytest.raises(hs.ConfigError, match=r"\[series\]"):
        read_config({"incidents": str(path), "series": {"columns": "Ours"}})


def leads_and_series() -> tuple[gpd.GeoDataFrame, hs.series.SeriesLeads]:
    made = hs.demo.linked_incidents(seed=4, crimes=120)
    made["crime_ref"] = made["crime_ref"] + HOSTILE
    made["mo"] = HOSTILE
    refs = made["crime_ref"].iloc[:2].tolist()
    return made, hs.series_candidates(made, refs, hs.LinkageModel().fit(made), top=4)


def test_the_map_has_leads_beside_the_series_and_runs_nothing():
    made, leads = leads_and_series()
    layers = MapLayers(series=leads.members, leads=leads.frame)
    text = page_text(hs.briefing_map(made.iloc[:0], layers=layers))
    assert HOSTILE not in text
    assert "Days to the next" in text
    assert leads["reason"].iloc[0] in text
    assert NOT_EVIDENCE in text
    with pytest.raises(hs.DataError, match="reason"):
        hs.briefing_map(made, layers=MapLayers(leads=leads.frame.drop(columns="reason")))


def test_leads_heed_the_cut_off_of_the_map():
    made, leads = leads_and_series()
    late = leads.frame.assign(recorded_at=pd.Timestamp("2029-01-01"))
    text = page_text(
        hs.briefing_map(made.iloc[:0], as_of="2028-01-01", layers=MapLayers(leads=late))
    )
    assert leads["crime_ref"].iloc[0][:5] not in text


def test_no_public_map_takes_a_series():
    import inspect

    asked = inspect.signature(hs.public_map).parameters
    assert not {"series", "leads", "layers"} & set(asked)
