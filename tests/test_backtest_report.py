"""From a file to a page: settings that the data bear, plain words, and nothing that runs."""

import json
import re

import numpy as np
import pandas as pd
import pytest

from hotspot._errors import ConfigError, DataError, DataWarning
from hotspot.backtesting import backtest
from hotspot.backtesting.named_models import SHORT_NAMES, models_named
from hotspot.backtesting.quick import quick_backtest, too_little
from hotspot.backtesting.setting import choose_setting
from hotspot.cli import main
from hotspot.cli.backtest import _MODELS
from hotspot.forecast import LiveZones, ProspectiveMap
from hotspot.rule import NearRepeatRule


@pytest.fixture(scope="module")
def town(make_incidents):
    """Make three clusters that last, over 400 days to the end of 2025-02-03."""
    random = np.random.default_rng(7)
    centres = np.array([[600, 700], [1500, 2500], [3000, 1200]])
    points = centres[random.integers(0, 3, 900)] + random.normal(0, 180, (900, 2))
    days = np.append(random.integers(0, 399, 899), 399)
    return make_incidents(*points.round(1).T, days, start="2024-01-01")


@pytest.fixture(scope="module")
def export(town, tmp_path_factory):
    """Write the town as a force would export it."""
    path = tmp_path_factory.mktemp("export") / "burglaries.csv"
    table = pd.DataFrame(
        {
            "Crime Ref": town["crime_ref"],
            "Date From": town["occurred_from"].dt.strftime("%d/%m/%Y"),
            "Easting": town.geometry.x + 400_000,
            "Northing": town.geometry.y + 300_000,
        }
    )
    table.to_csv(path, index=False)
    return path


def test_windows_are_those_that_the_data_bear(town):
    setting = choose_setting(town)
    assert setting.end == pd.Timestamp("2025-02-04")
    # Half of a history that is shorter than two years is left to learn from.
    assert (setting.end - setting.start).days == 196
    assert setting.grid.cell_size_m == 250
    assert (choose_setting(town, most_windows=10).start) == pd.Timestamp("2024-11-26")
    morning = choose_setting(town, "2025-01-10 06:00", most_windows=10)
    assert morning.end == pd.Timestamp("2025-01-10")
    assert morning.incidents["occurred_to"].max() <= pd.Timestamp("2025-01-10 06:00")


def test_a_mistyped_year_makes_no_history(town, make_incidents):
    old = make_incidents([0], [0], [0], start="1924-01-01").assign(crime_ref="old")
    both = pd.concat([town, old], ignore_index=True)
    assert abs((choose_setting(both).start - choose_setting(town).start).days) <= 14
    random = np.random.default_rng(3)
    many = make_incidents(*random.uniform(0, 900, (2, 3000)), random.integers(0, 700, 3000))
    many.loc[5, ["occurred_from", "occurred_to"]] = pd.Timestamp("2062-01-01")
    with pytest.warns(DataWarning, match="a mistyped year"):
        assert choose_setting(many).end <= pd.Timestamp("2026-12-02")


def test_a_mistyped_year_in_a_small_file_is_left_out_and_told(town):
    late = town.copy()
    late.loc[7, ["occurred_from", "occurred_to"]] = pd.Timestamp("2031-01-01")
    with pytest.warns(DataWarning, match=r"1 burglary over half a year later .*row 7.*2025-02-03"):
        setting = choose_setting(late)
    assert setting.end == pd.Timestamp("2025-02-04")
    assert 7 not in setting.incidents.index


@pytest.mark.slow
def test_a_mistyped_century_stops_no_forecast(town):
    old = town.copy()
    old.loc[7, ["occurred_from", "occurred_to"]] = pd.Timestamp("1924-01-01")
    assert quick_backtest(old, "2025-02-03", windows=8) is not None


def test_the_study_area_is_near_what_was_known_or_what_is_given(town):
    setting = choose_setting(town)
    x, y = np.meshgrid(setting.grid.x, setting.grid.y)
    before = town[town["occurred_to"] < setting.start]
    away = np.hypot(
        x.ravel()[:, None] - before.geometry.x.to_numpy(),
        y.ravel()[:, None] - before.geometry.y.to_numpy(),
    ).min(axis=1)
    assert ((away <= 500) == setting.inside.ravel()).all()
    west = town.iloc[[0]].set_geometry([town.union_all().envelope.buffer(10)])
    given = choose_setting(town, within=west[["geometry"]].to_crs(4326))
    assert given.inside.sum() == pytest.approx(west.area.sum() / 250**2, rel=0.2)


@pytest.mark.parametrize(
    ("days", "events", "why"), [(60, 500, "bear 4 windows"), (400, 60, "too few to tell")]
)
def test_too_little_is_said_in_a_sentence(make_incidents, days, events, why):
    random = np.random.default_rng(1)
    few = make_incidents(*random.uniform(0, 900, (2, events)), random.integers(0, days, events))
    as_of = few["occurred_to"].max().normalize()
    assert quick_backtest(few, as_of) is None
    assert why in too_little(few, as_of)
    with pytest.raises(DataError, match=why):
        choose_setting(few)


def test_the_zones_that_are_judged_are_those_of_the_rule(town):
    rule = NearRepeatRule(300.0, 28)
    result = quick_backtest(town, "2025-02-03", windows=8, rule=rule)
    zones = result.parameters["models"]["live zones"]
    assert zones == "LiveZones(distance_m=300.0, window_days=28)"


def test_months_are_too_little(make_incidents):
    months = make_incidents([0] * 400, [0] * 400, [0] * 400)
    months.attrs["resolution"] = "month"
    assert quick_backtest(months, "2025-12-31") is None
    assert "months only" in too_little(months, "2025-12-31")


def test_the_quick_one_tells_what_the_map_should_open_with(town):
    result = quick_backtest(town, "2025-02-03", windows=8)
    assert result.windows["window"].nunique() == 8
    assert {"blend", "live zones", "year's density"} <= set(result.table["model"])
    assert result.best_layer() == "density"
    assert too_little(town, "2025-02-03", windows=8) is None
    # The page that it stands on says the same when it is made again.
    again = quick_backtest(town, "2025-02-03", windows=8)
    pd.testing.assert_frame_equal(result.table, again.table)
    later = town.assign(recorded_at=town["occurred_to"])
    later.loc[later["occurred_to"] > "2024-12-31", "recorded_at"] = pd.Timestamp("2025-03-01")
    known = quick_backtest(later, "2025-02-03", windows=8)
    assert known.windows["events"].max() > 0
    assert known.windows.loc[known.windows["window"] >= "2025-01-01", "events"].sum() == 0


def test_short_names_are_those_of_the_command_line():
    assert _MODELS == SHORT_NAMES
    assert isinstance(models_named(["zones"])["live zones"], LiveZones)
    with pytest.raises(ConfigError, match="models must be one of"):
        models_named(["tarot"])


def test_the_page_asks_nothing_and_runs_nothing(town, tmp_path):
    name = '<script>alert(1)</script> & "x$^{$"'
    setting = choose_setting(town, most_windows=4)
    result = backtest({name: ProspectiveMap(), "=1+1": ProspectiveMap()}, town, setting.grid,
                      setting.start, setting.end, within=setting.inside)  # fmt: skip
    files = result.write(tmp_path, marking="OFFICIAL <b>", inputs={"<i>.csv": "0" * 64})
    assert [path.name for path in files] == [
        "backtest.html", "backtest.csv", "backtest.png", "backtest.xlsx", "backtest.json",
    ]  # fmt: skip
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(p.name for p in files)
    page = files[0].read_text(encoding="utf-8")
    assert "default-src 'none'" in page
    assert not re.search(r"<script|<b>|<i>|https?://|javascript:|\son\w+=", page)
    assert "&lt;script&gt;" in page
    for said in (*result.sentences(), "OFFICIAL &lt;b&gt;", "0" * 64, "2025-02-03", "Made with"):
        assert str(said).split("<")[0][:40] in page.replace("&#39;", "'") or "<" in str(said)
    table = pd.read_csv(files[1])
    assert "'=1+1" in set(table["model"])
    assert files[2].read_bytes().startswith(b"\x89PNG")
    record = json.loads(files[-1].read_text(encoding="utf-8"))
    assert record["parameters"]["windows"] == 4
    assert len(record["table"]) == len(table)
    assert "geometry" not in files[-1].read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("low", "high", "verdict"),
    [(0.001, 0.2, "finds more"), (-0.2, -0.001, "finds fewer"), (0, 0.2, "may be noise")],
)
def test_a_difference_whose_interval_holds_zero_may_be_noise(town, low, high, verdict):
    setting = choose_setting(town, most_windows=4)
    result = backtest(
        ProspectiveMap(), town, setting.grid, setting.start, setting.end, within=setting.inside
    )
    row = result.table["model"] == "ProspectiveMap"
    assert row.any()
    result.table.loc[row, ["difference_low", "difference_high"]] = low, high
    result.table.loc[row, "noise"] = low <= 0 <= high
    words = {
        cells[0].text: cells[3].text
        for table in result.page().sections[0].tables
        for cells in table.rows
    }
    assert words["ProspectiveMap"] == verdict
    assert words["year's density"] == "last year's map"


def test_from_a_file_to_a_page(export, tmp_path, capsys):
    folder = tmp_path / "out"
    asked = [
        "backtest",
        str(export),
        "--folder",
        str(folder),
        "--windows",
        "9",
        "--models",
        "zones",
    ]
    assert main([*asked, "--marking", "OFFICIAL"]) == 0
    told = capsys.readouterr()
    lines = told.out.splitlines()
    assert "found most" in lines[0]
    assert lines[3:] == [
        str(folder / f"backtest.{kind}") for kind in ("html", "csv", "png", "xlsx", "json")
    ]
    assert "Backtest:" not in told.err  # a pipe sees no progress bar
    assert not (folder / ".backtest-progress.jsonl").exists()
    page = (folder / "backtest.html").read_text(encoding="utf-8")
    assert "OFFICIAL" in page
    assert re.search(r"burglaries\.csv</th><td class=\"hash\">[0-9a-f]{64}<", page)


def test_a_run_that_was_broken_off_is_resumed_only_where_asked(
    export, tmp_path, capsys, monkeypatch
):
    asked = ["backtest", str(export), "--folder", str(tmp_path), "--models", "zones", "--json"]
    asked += ["--start", "2024-12-01", "--end", "2025-02-02", "--area-share", "0.1"]
    kept = tmp_path / ".backtest-progress.jsonl"

    def broken(*_, **__):
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr("hotspot.output.result_files.write_results", broken)
        assert main(asked) == 130
    assert kept.exists()
    capsys.readouterr()
    with monkeypatch.context() as patched:
        patched.setattr("hotspot.backtesting.rolling_windows._window", broken)
        assert main(asked) == 130
        assert not kept.exists()
    with monkeypatch.context() as patched:
        patched.setattr("hotspot.output.result_files.write_results", broken)
        assert main(asked) == 130
    capsys.readouterr()
    with monkeypatch.context() as patched:
        patched.setattr("hotspot.backtesting.rolling_windows._window", broken)
        assert main([*asked, "--resume"]) == 0
    record = json.loads(capsys.readouterr().out)
    assert record["parameters"]["first_day"] == "2024-12-01"
    assert record["parameters"]["windows"] == 9
    assert {row["area_share"] for row in record["table"]} == {0.1}


def test_data_that_cannot_be_used_are_one_clear_message(export, tmp_path, capsys):
    short = tmp_path / "short.csv"
    pd.read_csv(export, dtype=str).head(40).to_csv(short, index=False)
    assert main(["backtest", str(short), "--folder", str(tmp_path / "out")]) == 1
    told = capsys.readouterr().err
    assert "too few to tell" in told
    assert "Traceback" not in told
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("given", [["--start", "foo"], ["--end", "03/04/2025"]])
def test_days_are_asked_for_year_first(export, capsys, given):
    with pytest.raises(SystemExit) as stopped:
        main(["backtest", str(export), *given])
    assert stopped.value.code == 2
    assert "year first" in capsys.readouterr().err


def test_a_folder_that_cannot_be_written_is_told_before_the_work(export, tmp_path, capsys):
    (tmp_path / "taken").write_text("mine")
    assert main(["backtest", str(export), "--folder", str(tmp_path / "taken")]) == 1
    told = capsys.readouterr().err
    assert "taken is no folder: nothing was written" in told
    assert "Traceback" not in told
    assert (tmp_path / "taken").read_text() == "mine"


def test_cells_that_would_take_hours_are_refused(town):
    with pytest.raises(ConfigError, match="take larger cells"):
        choose_setting(town, cell_size_m=1)
    west = town.iloc[[0]].set_geometry([town.union_all().envelope.buffer(10)])
    with pytest.raises(ConfigError, match="take larger cells"):
        choose_setting(town, cell_size_m=1, within=west[["geometry"]])
