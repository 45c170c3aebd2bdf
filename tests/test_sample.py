"""The made-up town: its files agree with each other, with their truth and with the script."""

import json
import runpy
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

import hotspot as hs
from hotspot.cli import main
from hotspot.demo.sample import make_town

MADE = (
    "addresses.csv", "beats.geojson", "briefing.toml", "burglaries.csv", "cameras.csv",
    "exclude.csv",
    "neighbour/burglaries.csv", "neighbour/forces.geojson", "neighbour/streets.geojson",
    "operation.toml", "operation/README.md", "operation/beacon-control.geojson",
    "operation/beacon-plan.toml", "operation/beacon-treated.geojson", "operation/control.geojson",
    "operation/district.csv", "operation/ember-control.geojson", "operation/ember-treated.geojson",
    "operation/treated.geojson", "streets.geojson", "truth.json",
    "truth_dirt.csv",
    "truth_events.csv",
)  # fmt: skip
OURS, THEIRS = "Dogger Bank Constabulary", "Silver Pit Police"


def table(path: Path) -> pd.DataFrame:
    return pd.read_csv(path, dtype=str, keep_default_na=False)


def moments(days: pd.Series, times: pd.Series) -> pd.Series:
    return pd.to_datetime(days + " " + times, format="%d/%m/%Y %H:%M")


@pytest.fixture(scope="module")
def truth(sample_dir: Path) -> dict:
    return json.loads((sample_dir / "truth.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def burglaries(sample_dir: Path) -> pd.DataFrame:
    """Rows of the export by their spreadsheet row number."""
    frame = table(sample_dir / "burglaries.csv")
    return frame.set_index(pd.RangeIndex(2, len(frame) + 2))


@pytest.fixture(scope="module")
def dirt(sample_dir: Path) -> pd.DataFrame:
    frame = table(sample_dir / "truth_dirt.csv")
    return frame.assign(row=frame["row"].astype(int)).set_index("row")


@pytest.fixture(scope="module")
def clean(burglaries: pd.DataFrame, dirt: pd.DataFrame) -> pd.DataFrame:
    return burglaries.drop(index=dirt.index)


@pytest.fixture(scope="module")
def events(sample_dir: Path) -> pd.DataFrame:
    """Return true offences of both forces by reference."""
    frame = table(sample_dir / "truth_events.csv").set_index("crime_ref")
    return frame.assign(
        row=frame["row"].astype(int),
        occurred_at=pd.to_datetime(frame["occurred_at"]),
        easting=frame["easting"].astype(float),
        northing=frame["northing"].astype(float),
    )


@pytest.fixture(scope="module")
def own(events: pd.DataFrame) -> pd.DataFrame:
    return events[events["force"] == OURS]


@pytest.fixture(scope="module")
def triggered(events: pd.DataFrame) -> pd.DataFrame:
    """Triggered offences beside their parents, with the lag and the distance between them."""
    children = events[events["parent_ref"] != ""]
    parents = events.loc[children["parent_ref"]].set_index(children.index)
    return children.assign(
        lag_days=(children["occurred_at"] - parents["occurred_at"]) / pd.Timedelta(days=1),
        distance_m=np.hypot(
            children["easting"] - parents["easting"], children["northing"] - parents["northing"]
        ),
        same_uprn=children["uprn"] == parents["uprn"],
    )


@pytest.fixture(scope="module")
def addresses(sample_dir: Path) -> pd.DataFrame:
    frame = table(sample_dir / "addresses.csv")
    return frame.astype({"easting": float, "northing": float})


@pytest.fixture(scope="module")
def streets(sample_dir: Path) -> gpd.GeoDataFrame:
    return gpd.read_file(sample_dir / "streets.geojson")


@pytest.fixture(scope="module")
def beats(sample_dir: Path) -> gpd.GeoDataFrame:
    return gpd.read_file(sample_dir / "beats.geojson")


@pytest.fixture(scope="module")
def make_again(
    sample_dir: Path, tmp_path_factory: pytest.TempPathFactory
) -> Callable[[int | None], Path]:
    """Run the script as a user does, into a folder of its own."""

    def run(seed: int | None) -> Path:
        folder = tmp_path_factory.mktemp("again")
        script = str(sample_dir / "make_sample.py")
        chosen = [] if seed is None else ["--seed", str(seed)]
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(sys, "argv", [script, "--folder", str(folder), *chosen])
            # In this process: another would load everything again.
            runpy.run_path(script, run_name="__main__")
        return folder

    return run


def lines_of(path: Path) -> list[str]:
    """Text without regard to line ends, which git may have turned."""
    return path.read_text(encoding="utf-8").splitlines()


# --- the script ---


def test_making_it_again_gives_the_same_files(
    sample_dir: Path, make_again: Callable[[int | None], Path]
) -> None:
    again = make_again(None)
    made = [path.relative_to(again).as_posix() for path in again.rglob("*") if path.is_file()]
    assert sorted(made) == sorted(MADE)
    different = [name for name in MADE if lines_of(again / name) != lines_of(sample_dir / name)]
    assert different == [], "after a change of hotspot/_assets/doggerby_*: make_sample.py"
    assert all(b"\r" not in (again / name).read_bytes() for name in MADE)


@pytest.mark.slow
def test_another_seed_gives_another_town(
    sample_dir: Path, make_again: Callable[[int | None], Path]
) -> None:
    other = make_again(2)
    assert lines_of(other / "addresses.csv") != lines_of(sample_dir / "addresses.csv")
    assert lines_of(other / "burglaries.csv") != lines_of(sample_dir / "burglaries.csv")


# --- the town ---


def test_addresses_are_fourteen_thousand_with_text_references(
    addresses: pd.DataFrame,
) -> None:
    assert 13_500 <= len(addresses) <= 14_500
    assert addresses["uprn"].is_unique
    assert addresses["uprn"].str.fullmatch(r"0\d{11}").all()
    assert addresses["address"].is_unique
    assert addresses["postcode"].str.fullmatch(r"ZZ\d \d[A-Z]{2}").all()
    homes = addresses["classification"].str.startswith("R")
    assert 0.9 < homes.mean() < 0.97


def test_every_flat_stands_under_a_parent_shell_on_its_point(addresses: pd.DataFrame) -> None:
    flats = addresses[addresses["parent_uprn"] != ""]
    parents = addresses.set_index("uprn").loc[flats["parent_uprn"]]
    assert len(flats) > 500
    assert (parents["classification"] == "PP").all()
    for column in ("easting", "northing", "street"):
        np.testing.assert_array_equal(parents[column], flats[column])


def test_odd_numbers_stand_on_one_side_and_even_on_the_other(
    addresses: pd.DataFrame, streets: gpd.GeoDataFrame
) -> None:
    main = streets[streets.length > 350].set_index("street").geometry
    wrong = numbered = 0
    for name, doors in addresses[addresses["number"] != ""].groupby("street"):
        if name not in main.index:
            continue
        line = main[name]
        points = shapely.points(doors[["easting", "northing"]])
        along = shapely.line_locate_point(line, points)
        before = shapely.line_interpolate_point(line, np.maximum(along - 1, 0))
        after = shapely.line_interpolate_point(line, along + 1)
        step = shapely.get_coordinates(after) - shapely.get_coordinates(before)
        out = shapely.get_coordinates(points) - shapely.get_coordinates(before)
        left = step[:, 0] * out[:, 1] - step[:, 1] * out[:, 0] > 0
        odd = doors["number"].str.extract(r"(\d+)")[0].astype(int) % 2 == 1
        wrong += int((left != odd.to_numpy()).sum())
        numbered += len(doors)
    assert numbered > 5_000
    assert wrong / numbered < 0.005


def test_numbers_are_those_of_an_english_street(addresses: pd.DataFrame) -> None:
    thirteenth = set(addresses.loc[addresses["number"] == "13", "street"])
    fifteenth = set(addresses.loc[addresses["number"] == "15", "street"])
    assert thirteenth
    assert len(fifteenth - thirteenth) > 10
    assert addresses["number"].str.fullmatch(r"\d+A").sum() > 50
    houses = addresses[addresses["classification"].isin(["RD02", "RD03"])]
    assert (houses["number"] == "").any()


def test_streets_have_one_name_each_and_make_one_network(
    addresses: pd.DataFrame, streets: gpd.GeoDataFrame
) -> None:
    assert streets["street"].is_unique
    assert streets["usrn"].is_unique
    assert set(addresses["street"]) <= set(streets["street"])
    near = streets.sindex.query(streets.geometry, predicate="dwithin", distance=1.5)
    neighbours = {i: set(near[1][near[0] == i]) for i in range(len(streets))}
    reached, edge = {0}, {0}
    while edge:
        edge = set().union(*(neighbours[i] for i in edge)) - reached
        reached |= edge
    assert len(reached) == len(streets)


def test_beats_tile_the_town(addresses: pd.DataFrame, beats: gpd.GeoDataFrame) -> None:
    assert len(beats) == 6
    assert beats["beat"].is_unique
    assert beats.is_valid.all()
    assert beats.crs == "EPSG:27700"
    whole = beats.union_all()
    assert whole.geom_type == "Polygon"
    assert len(whole.interiors) == 0
    assert beats.area.sum() == pytest.approx(whole.area)
    points = shapely.points(addresses[["easting", "northing"]])
    assert shapely.contains(whole, points).all()


# --- the burglaries ---


def test_the_truth_counts_what_is_there(
    truth: dict, burglaries: pd.DataFrame, addresses: pd.DataFrame,
    events: pd.DataFrame, dirt: pd.DataFrame,
) -> None:  # fmt: skip
    assert truth["addresses"] == len(addresses)
    assert truth["homes"] == addresses["classification"].str.startswith(("RD", "RH")).sum()
    assert truth["events"] == {"all": len(events), **events["kind"].value_counts().to_dict()}
    assert truth["by_force"] == events["force"].value_counts().to_dict()
    assert truth["dirt"] == dirt["kind"].value_counts().to_dict()
    assert set(dirt["outcome"]) == {"reject", "warn", "accept"}
    assert truth["reader"]["rows"] == len(burglaries)
    assert truth["reader"]["rejected"] == (dirt["outcome"] == "reject").sum()
    assert 0.02 < truth["reader"]["rejected"] / len(burglaries) < 0.06


def test_homes_are_burgled_as_often_as_in_a_hard_pressed_town(
    truth: dict, own: pd.DataFrame
) -> None:
    rate = 1_000 * len(own) / truth["homes"] / 5
    assert 10 < rate < 20


def test_clean_rows_hold_the_true_moment_and_place(
    clean: pd.DataFrame, own: pd.DataFrame, addresses: pd.DataFrame
) -> None:
    one_time = clean["Date To"] == ""
    start = moments(clean["Date From"], clean["Time From"])
    end = moments(
        clean["Date To"].where(~one_time, clean["Date From"]),
        clean["Time To"].where(~one_time, clean["Time From"]),
    )
    recorded = pd.to_datetime(clean["Date Recorded"], format="%d/%m/%Y %H:%M")
    true = own.loc[clean["Crime Ref"]].set_index(clean.index)
    assert (true["row"] == clean.index).all()
    assert (start <= true["occurred_at"]).all()
    assert (true["occurred_at"] <= end).all()
    assert (end <= recorded).all()
    assert recorded.max() <= pd.Timestamp("2026-03-02 06:00")
    assert 0.31 < (end - start > pd.Timedelta(days=1)).mean() < 0.40
    known = clean[clean["UPRN"] != ""]
    assert 0.8 < len(known) / len(clean) < 0.88
    homes = addresses.set_index("uprn").loc[known["UPRN"]]
    np.testing.assert_array_equal(homes["easting"], known["Easting"].astype(float))
    np.testing.assert_array_equal(homes["northing"], known["Northing"].astype(float))
    np.testing.assert_array_equal(homes["address"], known["Address"])


def test_windows_at_one_address_never_overlap_unless_the_truth_says_so(
    clean: pd.DataFrame,
) -> None:
    rows = clean[(clean["UPRN"] != "") & (clean["Date To"] != "")]
    rows = rows.assign(
        start=moments(rows["Date From"], rows["Time From"]),
        end=moments(rows["Date To"], rows["Time To"]),
    ).sort_values(["UPRN", "start"])
    earlier = rows.groupby("UPRN")["end"].shift()
    assert earlier.notna().sum() > 50
    assert (rows["start"] > earlier)[earlier.notna()].all()


def test_each_kind_of_dirt_is_where_the_truth_says(
    burglaries: pd.DataFrame, dirt: pd.DataFrame
) -> None:
    rows = burglaries.join(dirt[["kind", "detail", "same_as_row"]], how="inner")
    changed = rows[rows["detail"].str.contains("=")]
    for row in changed.itertuples():
        for part in row.detail.split("', "):
            column, value = part.split("=", 1)
            assert burglaries.loc[row.Index, column] == value.strip("'\"")
    same_place = ["Easting", "Northing"]
    for row in rows[rows["same_as_row"] != ""].itertuples():
        first, second = burglaries.loc[int(row.same_as_row)], burglaries.loc[row.Index]
        assert (first["Crime Ref"] == second["Crime Ref"]) is (row.kind != "shared house")
        moved = row.kind == "duplicate reference, other point"
        assert (first[same_place] != second[same_place]).any() == moved
        assert first["UPRN"] == second["UPRN"] != ""
    pile = rows[rows["kind"] == "pile on one point"]
    assert (pile["UPRN"] == "").all()
    assert len(pile[same_place].drop_duplicates()) == 1


def test_the_readers_need_no_option_and_catch_exactly_what_was_made_bad(
    sample_dir: Path, truth: dict, dirt: pd.DataFrame, addresses: pd.DataFrame
) -> None:
    check = hs.check_incidents(sample_dir / "burglaries.csv")
    assert len(check.accepted) == truth["reader"]["accepted"]
    bad = dirt[dirt["outcome"] == "reject"]
    # Of two rows of one crime either may stand: what they say tells which, not which is first.
    elsewhere = bad[bad["kind"] == "duplicate reference, other point"]
    made = dict(zip(elsewhere["same_as_row"].astype(int), elsewhere.index, strict=True))
    assert {made.get(row, row) for row in check.rejected["row"]} == set(bad.index)
    assert check.resolution == "day"
    read = hs.read_addresses(sample_dir / "addresses.csv")
    assert list(read["uprn"]) == list(addresses["uprn"])
    areas = hs.read_areas(sample_dir / "beats.geojson", name="beat")
    assert "Old Town & Harbour" in set(areas["area"])


# --- the process ---


def test_triggered_offences_follow_a_parent_that_is_in_the_file(
    events: pd.DataFrame, triggered: pd.DataFrame
) -> None:
    assert set(triggered["kind"]) == {"repeat", "near repeat"}
    assert events["kind"].isin(["repeat", "near repeat"]).sum() == len(triggered)
    assert (triggered["lag_days"] > 0).all()
    repeats = triggered["kind"] == "repeat"
    assert triggered.loc[repeats, "same_uprn"].all()
    assert not triggered.loc[~repeats, "same_uprn"].any()


def test_the_process_has_the_parameters_that_the_truth_names(
    truth: dict, events: pd.DataFrame, triggered: pd.DataFrame
) -> None:
    named = truth["parameters"]
    by_kind = triggered.groupby("kind")
    share = by_kind.size() / len(events)
    assert share["repeat"] == pytest.approx(named["repeat_offspring"], rel=0.25)
    assert share["near repeat"] == pytest.approx(named["near_offspring"], rel=0.15)
    lags = by_kind["lag_days"].mean()
    assert lags["repeat"] == pytest.approx(named["repeat_mean_days"], rel=0.25)
    assert lags["near repeat"] == pytest.approx(named["near_mean_days"], rel=0.15)
    # A plane full of homes would give exactly twice the scale; streets have gaps.
    distance = by_kind["distance_m"].mean()["near repeat"]
    assert distance == pytest.approx(2 * named["near_scale_m"], rel=0.15)
    beats = events["beat"].value_counts()
    assert beats.min() < 0.1 * beats.max()


def test_triggering_shows_against_shuffled_dates(events: pd.DataFrame) -> None:
    points = events[["easting", "northing"]].to_numpy()
    first, second = shapely.STRtree(shapely.points(points)).query(
        shapely.points(points), "dwithin", 100.0
    )
    first, second = first[first < second], second[first < second]
    days = events["occurred_at"].to_numpy().astype("datetime64[D]").astype(int)

    def close_pairs(days: np.ndarray) -> int:
        return int((np.abs(days[first] - days[second]) <= 7).sum())

    dice = np.random.default_rng(0)
    shuffled = [close_pairs(dice.permutation(days)) for _ in range(99)]
    observed = close_pairs(days)
    assert observed > max(shuffled)
    assert observed / np.mean(shuffled) > 1.4


def test_the_last_six_weeks_have_something_to_see(own: pd.DataFrame) -> None:
    recent = own[own["occurred_at"] >= "2026-01-19"]
    assert len(recent) >= 12
    assert recent["beat"].nunique() >= 4
    assert recent["kind"].isin(["repeat", "near repeat"]).sum() >= 3
    assert (recent["occurred_at"] >= "2026-02-16").sum() >= 4


def test_the_briefing_names_files_that_are_there(
    sample_dir: Path, burglaries: pd.DataFrame, addresses: pd.DataFrame
) -> None:
    config = tomllib.loads((sample_dir / "briefing.toml").read_text(encoding="utf-8"))
    for section in ("incidents", "addresses", "areas"):
        assert (sample_dir / config[section]["path"]).is_file()
    assert (sample_dir / config["basemap"]["streets"]).is_file()
    stopped = table(sample_dir / config["cocooning"]["exclude"])["reference"]
    assert stopped.isin(burglaries["Crime Ref"]).sum() == 2
    assert stopped.isin(addresses["uprn"]).sum() == 1


def test_zones_and_lists_are_of_a_size_that_a_team_can_work(sample_dir: Path) -> None:
    incidents = hs.check_incidents(sample_dir / "burglaries.csv", offences="homes").accepted
    addresses = hs.read_addresses(sample_dir / "addresses.csv")
    areas = hs.read_areas(sample_dir / "beats.geojson")
    shares, doors = [], []
    for day in pd.date_range("2025-12-08", "2026-03-02", freq="28D"):
        zones = hs.near_repeat_zones(incidents, day).union_all()
        shares.append(addresses.within(zones).mean())
        doors.append(hs.cocooning_targets(incidents, addresses, day, areas)["area"].value_counts())
    assert np.mean(shares) < 0.6
    assert pd.concat(doors).max() <= 80
    assert pd.concat(doors).median() <= 30


# --- the second force, the operation and the series ---


@pytest.fixture(scope="module")
def neighbours(sample_dir: Path) -> gpd.GeoDataFrame:
    path = sample_dir / "neighbour" / "burglaries.csv"
    return hs.check_incidents(path, offences="all").accepted


def test_the_neighbours_export_is_read_without_an_option(
    events: pd.DataFrame, neighbours: gpd.GeoDataFrame, sample_dir: Path
) -> None:
    theirs = events[events["force"] == THEIRS]
    shared = events[events["other_ref"] != ""]
    assert set(neighbours["crime_ref"]) == set(theirs.index) | set(shared["other_ref"])
    assert set(neighbours["force"]) == {THEIRS}
    assert len(shared) == 4
    assert set(shared["force"]) == {OURS}
    grounds = gpd.read_file(sample_dir / "neighbour" / "forces.geojson").set_index("force").geometry
    assert grounds[OURS].touches(grounds[THEIRS])
    for force, its in events.groupby("force"):
        points = shapely.points(its[["easting", "northing"]])
        assert shapely.contains(grounds[force], points).all()
    again = neighbours.set_index("crime_ref").geometry[list(shared["other_ref"])]
    away = shapely.distance(again.to_numpy(), shapely.points(shared[["easting", "northing"]]))
    assert away.max() < 25


def test_the_truth_of_the_operation_counts_what_is_there(
    truth: dict, events: pd.DataFrame, sample_dir: Path
) -> None:
    told = truth["operation"]
    points = shapely.points(events[["easting", "northing"]])
    for role in ("treated", "control"):
        places = gpd.read_file(sample_dir / "operation" / f"{role}.geojson")
        assert len(places) == 6
        inside = shapely.contains(places.union_all(), points)
        for name in ("before", "after"):
            first, last = map(pd.Timestamp, told[name])
            when = events["occurred_at"].between(first, last + pd.Timedelta(hours=24))
            assert (inside & when).sum() == told["counts"][role][name]
        series = events["series_id"] != ""
        assert not (inside & series).any(), "a series would hide what the operation did"
    assert told["expected"] == pytest.approx(told["rate_ratio"] * told["without"], abs=0.05)
    assert told["displaced"] <= told["prevented"] < told["without"]
    treated, control = (told["counts"][role] for role in ("treated", "control"))
    found = treated["after"] / treated["before"] / (control["after"] / control["before"])
    error = np.sqrt(sum(1 / n for n in (*treated.values(), *control.values())))
    assert abs(np.log(found / told["rate_ratio"])) < 1.96 * error


@pytest.mark.slow
def test_the_operation_has_the_effect_that_it_is_said_to_have() -> None:
    """Over many towns: the ratio on treated ground, and nothing where it never was."""
    process = hs.demo.Process(background_per_1000=40.0)
    done = [make_town(seed, process).operation for seed in range(5)]
    without = sum(one.counterfactual for one in done)
    prevented = sum(one.prevented for one in done)
    displaced = sum(one.displaced for one in done)
    error = 2.6 / np.sqrt(without)
    assert 1 - prevented / without == pytest.approx(process.operation_ratio, abs=error)
    assert displaced / prevented == pytest.approx(process.displaced_share, abs=0.06)
    never = make_town(0, hs.demo.Process(operation_ratio=1.0)).operation
    assert never.prevented == 0


def test_each_series_crosses_the_border_and_is_linked_in_part(
    truth: dict, events: pd.DataFrame, burglaries: pd.DataFrame, neighbours: gpd.GeoDataFrame,
    sample_dir: Path,
) -> None:  # fmt: skip
    theirs = table(sample_dir / "neighbour" / "burglaries.csv").set_index("Crime Number")
    linked = pd.concat([burglaries.set_index("Crime Ref"), theirs])["Linked Series"]
    linked = linked[linked.index.isin(events.index)]
    assert set(truth["series"]) == {"A", "B"}
    for name, told in truth["series"].items():
        crimes = events[events["series_id"] == name]
        assert len(crimes) == told["crimes"] >= 10
        assert crimes["force"].value_counts().to_dict() == told["by_force"]
        assert min(told["by_force"].values()) >= 3
        in_time = crimes.sort_values("occurred_at")["force"]
        assert (in_time != in_time.shift()).sum() > 3, "it goes to and fro"
        of_it = linked[linked.index.isin(crimes.index)]
        assert 0.3 < (of_it != "").mean() < 0.9
    assert (linked[~linked.index.isin(events.index[events["series_id"] != ""])] == "").all()


def test_columns_of_the_force_hold_no_person_and_no_future(burglaries: pd.DataFrame) -> None:
    check = ["Grade", "Attended", "Outcome", "Outcome Date", "Linked Series"]
    moment = pd.Timestamp("2026-03-02 06:00")
    for column in ("Attended", "Outcome Date"):
        told = pd.to_datetime(burglaries[column], dayfirst=True, format="mixed")
        recorded = pd.to_datetime(burglaries["Date Recorded"], dayfirst=True)
        assert told.max() <= moment
        assert (told.dropna() >= recorded[told.notna()].dt.normalize()).all()
    assert not check_people(burglaries, check)
    blank = burglaries["Outcome"] == ""
    assert (blank == (burglaries["Outcome Date"] == "")).all()


def check_people(burglaries: pd.DataFrame, columns: list[str]) -> set[str]:
    """Return the columns that are refused as being of persons."""
    kept = hs.check_incidents(burglaries, keep=columns, offences="all").accepted
    return set(columns) - set(kept.columns)


# --- in a folder of the user's ---


def test_the_sample_is_written_beside_what_is_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = {name: f"{name}\n" for name in ("briefing.toml", *MADE)}
    monkeypatch.setattr("hotspot.demo.sample.make_sample", lambda *_: files)
    made = hs.demo.write_sample(tmp_path / "new")
    assert made[0] == tmp_path / "new" / "briefing.toml"
    assert hs.demo.write_sample(tmp_path / "new") == made, "its own files are no harm"
    (tmp_path / "new" / "addresses.csv").write_text("mine")
    (tmp_path / "new" / "exclude.csv").write_text("mine too")
    (tmp_path / "new" / "beats.geojson").unlink()
    with pytest.raises(hs.OutputError, match=r"overwrite: addresses\.csv, exclude\.csv"):
        hs.demo.write_sample(tmp_path / "new")
    assert (tmp_path / "new" / "addresses.csv").read_text() == "mine"
    assert not (tmp_path / "new" / "beats.geojson").exists()


@pytest.mark.slow
def test_the_command_makes_the_sample_and_briefs_it(tmp_path: Path, capsys: Any) -> None:
    folder = tmp_path / "try it"
    assert main(["demo", str(folder)]) == 0
    assert (folder / "briefing" / "briefing.html").is_file()
    assert "nothing in it is real" in capsys.readouterr().out
    (folder / "beats.geojson").write_text("mine")
    assert main(["demo", str(folder)]) == 1
    assert "beats.geojson" in capsys.readouterr().err
