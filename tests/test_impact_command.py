"""`hotspot impact`: from a set-up to two sides of paper, with every fault told at once."""

import json
import re
import shutil
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import openpyxl
import pandas as pd
import pytest
import shapely

import hotspot as hs
from hotspot.briefing.config import load_config, read_config
from hotspot.briefing.operations import assess_operations
from hotspot.briefing.run_record import parameters
from hotspot.briefing.run_record import plain as plain_record
from hotspot.cli import main
from hotspot.demo.operation_district import (
    AFTER,
    BEFORE,
    District,
    DistrictOperation,
    DistrictProcess,
    make_district,
)
from hotspot.impact.planned_ground import read_ground
from hotspot.output.files import sha256
from tests.naive import inside_squares

Run = Callable[..., tuple[int, str, str]]
STEMS = {"Op Beacon": "impact-Op-Beacon", "Op Ember": "impact-Op-Ember"}


@pytest.fixture(scope="module")
def folder(sample_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder of the sample's operations, which tests may change copies of."""
    made = tmp_path_factory.mktemp("operation")
    shutil.copytree(sample_dir / "operation", made / "operation")
    shutil.copy(sample_dir / "operation.toml", made)
    return made


@pytest.fixture(scope="module")
def written(folder: Path) -> Path:
    """Write what the command makes of the sample, on few relabellings."""
    out = folder / "impact"
    called = ["impact", str(folder / "operation.toml"), "--folder", str(out)]
    assert main([*called, "--permutations", "199", "--marking", "OFFICIAL-SENSITIVE"]) == 0
    return out


@pytest.fixture(scope="module")
def records(written: Path) -> dict[str, Any]:
    def strict(text: str) -> Any:
        raise AssertionError(f"{text} is no JSON")

    return {
        name: json.loads((written / f"{stem}.json").read_text("utf-8"), parse_constant=strict)
        for name, stem in STEMS.items()
    }


@pytest.fixture
def run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run the command on a set-up that is written beside the sample's files."""

    def call(text: str, *more: str) -> tuple[int, str, str]:
        (tmp_path / "set-up.toml").write_text(text, encoding="utf-8")
        out = ["--folder", str(tmp_path / "made"), "--permutations", "0"]
        status = main(["impact", str(tmp_path / "set-up.toml"), *out, *more])
        said = capsys.readouterr()
        return status, said.out, said.err

    return call


@pytest.fixture
def ember(folder: Path) -> str:
    """Return a set-up of Op Ember alone, its paths in full."""
    base = folder.as_posix()
    return (
        f"[incidents]\npath = '{base}/operation/district.csv'\n[[operations]]\nname = 'Op Ember'\n"
        f"treated = '{base}/operation/ember-treated.geojson'\n"
        f"control = '{base}/operation/ember-control.geojson'\n"
        "before = [2023-03-01, 2025-02-28]\nafter = [2025-03-01, 2026-02-28]\n"
    )


def ratio(record: dict[str, Any]) -> dict[str, Any]:
    return next(row for row in record["impact"] if row["measure"] == "rate ratio")


def plain(page: Path) -> str:
    """Return the words of a page in their order, without pictures and marks."""
    text = re.sub(r"<head>.*?</head>|<img[^>]*>", " ", page.read_text("utf-8"), flags=re.S)
    return " ".join(re.sub(r"<[^>]+>", " ", text).split())


def test_the_sample_recovers_its_true_effect_and_what_cannot_be_seen_is_called_so(
    records: dict[str, Any],
) -> None:
    district = make_district(30)
    findings = {"Op Beacon": "fewer", "Op Ember": "cannot be seen"}
    for operation in district.operations:
        record = records[operation.name]
        assert record["finding"] == findings[operation.name]
        found = ratio(record)
        assert found["low"] <= operation.ratio <= found["high"]
        assert record["verdict"].startswith(
            "There were" if operation.name == "Op Beacon" else "An effect cannot be seen"
        )


def test_the_truth_of_the_sample_is_written_beside_it(folder: Path) -> None:
    text = (folder / "operation" / "README.md").read_text("utf-8")
    for one in make_district(30).operations:
        row = f"| {one.name} | {len(one.treated)} squares | {one.ratio:g} | {one.without} |"
        assert f"{row} {one.prevented} | {one.displaced} |" in text


def test_the_page_begins_with_the_verdict_and_its_cautions_stand_above_the_numbers(
    written: Path, records: dict[str, Any]
) -> None:
    for name, stem in STEMS.items():
        text, record = plain(written / f"{stem}.html"), records[name]
        parts = [
            "OFFICIAL-SENSITIVE", f"{name}: did it work?", record["verdict"],
            "What else could explain it", *record["cautions"],
            "treated, 731 days before to 365 days after",
            "Objective", "Scan", "Analysis", "Response", "Assessment", "Burglaries recorded",
            "What is left against the control", "Place by place", "Other choices",
            "no ground for a stop", "SHA-256",
        ]  # fmt: skip
        places = [text.index(part) for part in parts]
        assert places == sorted(places)
        assert "<script" not in (written / f"{stem}.html").read_text("utf-8")


def test_the_plan_is_in_the_record_and_on_the_page(
    written: Path, records: dict[str, Any], folder: Path
) -> None:
    plan = hs.impact.read_plan(folder / "operation" / "beacon-plan.toml")
    told = records["Op Beacon"]["plan"]
    assert told == {"made": "2025-02-10", "fingerprint": plan.fingerprint, "edited": False,
                    "changes": []}  # fmt: skip
    text = plain(written / "impact-Op-Beacon.html")
    assert plan.fingerprint[:16] in text
    assert plan.objective in text
    assert "Nothing was changed since" in text
    assert records["Op Ember"]["plan"] is None
    assert "No plan was fixed before the start" in plain(written / "impact-Op-Ember.html")


def test_each_page_names_its_own_inputs(
    written: Path, records: dict[str, Any], folder: Path
) -> None:
    inside = folder / "operation"
    names = ["district.csv", "beacon-treated.geojson", "beacon-control.geojson", "beacon-plan.toml"]
    assert records["Op Beacon"]["inputs"] == {name: sha256(inside / name) for name in names}
    assert "beacon" not in json.dumps(records["Op Ember"]["inputs"])
    table = pd.read_csv(written / "impact-Op-Ember.csv")
    assert set(table["operation"]) == {"Op Ember"}
    assert set(table["marking"]) == {"OFFICIAL-SENSITIVE"}
    book = openpyxl.load_workbook(written / "impact-Op-Beacon.xlsx")
    assert [cell.value for cell in book["read first"]["B"]][1:] == [
        records["Op Beacon"]["verdict"], *records["Op Beacon"]["cautions"],
    ]  # fmt: skip
    assert set(table["what_else_could_explain_it"]) == {" ".join(records["Op Ember"]["cautions"])}
    assert book.sheetnames == [
        "read first", "impact", "counts", "places", "choices", "placebo", "over time", "About",
    ]  # fmt: skip


def test_what_is_drawn_over_time_is_what_was_counted(records: dict[str, Any]) -> None:
    """The slow, obvious twin counts by hand; whole months add up to the table."""
    district = make_district(30)
    beacon = district.operations[0]
    rows = pd.DataFrame(records["Op Beacon"]["over time"])
    counts = {row["kind"]: row for row in records["Op Beacon"]["counts"]}
    begun = pd.to_datetime(rows["first"]) >= AFTER[0]
    for kind in ("treated", "control"):
        assert rows.loc[begun, kind].sum() == counts[kind]["after"]
        assert rows.loc[~begun, kind].sum() == counts[kind]["before"]
        ground = district.ground(getattr(beacon, kind))
        held = inside_squares(district.burglaries, ground)
        when = district.burglaries["when"][held]
        late = ((when >= AFTER[0]) & (when < AFTER[1] + pd.Timedelta(days=1))).sum()
        # Windows are rounded, so that a midpoint may lie on the next day.
        assert abs(late - counts[kind]["after"]) <= 2


def test_a_change_since_the_plan_is_told_above_the_numbers(
    folder: Path, tmp_path: Path, run: Run
) -> None:
    text = (folder / "operation.toml").read_text("utf-8").split("# A second one")[0]
    text = text.replace('"operation/', f'"{folder.as_posix()}/operation/')
    text = text.replace("2026-02-28]", "2026-01-31]").replace("m = 250", "m = [300, 250]")
    status, out, _ = run(text)
    assert status == 0
    wanted = [
        "The end of the period after was 2026-02-28 in the plan of 2025-02-10 and is 2026-01-31 "
        "now.",
        "The width of the ring for displacement was 250 m in the plan of 2025-02-10 and is 300 m "
        "now.",
    ]
    lines = out.splitlines()
    assert lines[0].startswith("Op Beacon: ")
    assert lines[1:3] == wanted
    page = plain(tmp_path / "made" / "impact.html")
    assert page.index(wanted[0]) < page.index(" days before to ")
    assert "2 things were changed since" in page


def test_without_a_control_places_are_proposed_and_not_used(
    ember: str, tmp_path: Path, run: Run
) -> None:
    bare = re.sub("control = .*\n", "", ember)
    status, out, _ = run(bare, "--json")
    assert status == 0
    record = json.loads(out)
    assert record["finding"] == "no verdict"
    assert record["verdict"].startswith("No verdict")
    file = tmp_path / "made" / "matched-controls.gpkg"
    proposed = gpd.read_file(file)
    assert len(proposed)
    assert len(record["proposed controls"]) == len(proposed)
    page = plain(tmp_path / "made" / "impact.html")
    assert "They are in a file of matched controls beside this page" in page
    assert "What is left against the control" not in page
    assert "rate ratio (" not in page
    assert read_ground(file)["treated"].tolist() == proposed["treated"].tolist()
    asked = bare.replace("before =", f"control = '{file.as_posix()}'\nbefore =", 1)
    config = read_config(tomllib.loads(asked))
    _, (done,) = assess_operations(config, permutations=0)
    assert done.result.effect.finding != "no verdict"
    assert done.result.effect.settings["controls"] == {"control": len(proposed)}


def test_an_export_that_stops_is_asked_about_before_any_verdict(
    ember: str, folder: Path, tmp_path: Path, run: Run
) -> None:
    rows = pd.read_csv(folder / "operation" / "district.csv", dtype=str)
    treated = gpd.read_file(folder / "operation" / "ember-treated.geojson")
    points = shapely.points(rows[["Easting", "Northing"]].astype(float))
    late = pd.to_datetime(rows["Date From"], dayfirst=True) >= AFTER[0] - pd.Timedelta(days=1)
    gone = shapely.contains(treated.union_all(), points) & late.to_numpy()
    rows[~gone].to_csv(tmp_path / "stops.csv", index=False)
    text = re.sub(
        "path = .*district.csv'", f"path = '{(tmp_path / 'stops.csv').as_posix()}'", ember
    )
    status, out, _ = run(text)
    assert status == 0
    assert out.startswith("Op Ember: no verdict: no burglary at all after in")
    page = plain(tmp_path / "made" / "impact.html")
    question = "does the export stop, or leave them out?"
    assert page.index(question) < page.index("treated, 731 days before to 365 days after")
    assert "rate ratio (" not in page
    shutil.rmtree(tmp_path / "made")
    status, out, _ = run(f"{text}nought = true\n")
    assert status == 0
    assert question not in out


def test_every_fault_of_a_set_up_is_told_at_once(folder: Path, tmp_path: Path, run: Run) -> None:
    (tmp_path / "line.geojson").write_text('{"type": "FeatureCollection", "features": []}')
    text = (
        f"[incidents]\npath = '{folder.as_posix()}/operation/district.csv'\n[[operations]]\n"
        "name = 'One'\ntreated = 'none.geojson'\ncontrol = 'line.geojson'\n"
        "before = [2024-03-01, 2025-03-10]\nafter = [2025-03-01, 2026-02-28]\n"
        "operation_cost = '5,560'\nunit_cost = 530\ndisplacement_m = -3\nplace = 3\n"
        "chosen_on = 'often'\n[[operations]]\nname = 'Two'\nharm = { burglary = -1 }\nseed = 1.5\n"
    )
    status, _, err = run(text)
    assert status == 1
    for part in (
        "[[operations]] 1 treated names none.geojson, which is not in",
        "[[operations]] 1 after does not fit: before and after overlap: 10 days",
        "[[operations]] 1 operation_cost must be a number, not '5,560'",
        "[[operations]] 1 displacement_m must be metres above 0",
        "[[operations]] 1 chosen_on must be",
        "[[operations]] 1 control: line.geojson holds a header and no row",
        "[[operations]] 2 treated is missing: it names the file of the ground where it was",
        "[[operations]] 2 before is missing",
        "[[operations]] 2 harm must weigh each offence by 0 or more: burglary",
        "[[operations]] 2 seed must be a whole number",
    ):
        assert part in err, part
    assert not (tmp_path / "made").exists()


def test_every_fault_of_the_files_is_told_at_once(
    ember: str, folder: Path, tmp_path: Path, run: Run
) -> None:
    square = shapely.box(652_000, 366_000, 652_400, 366_400)
    twice = gpd.GeoDataFrame({"place": ["A", "B"]}, geometry=[square, square], crs="EPSG:27700")
    twice.to_file(tmp_path / "twice.geojson")
    (tmp_path / "plan.toml").write_text("a = 1", encoding="utf-8")
    second = (
        "[[operations]]\nname = 'Two'\ntreated = 'twice.geojson'\nplan = 'plan.toml'\n"
        "before = [2023-03-01, 2025-02-28]\nafter = [2025-03-01, 2026-02-28]\n"
    )
    broken = ember.replace("ember-treated.geojson", "README.md")
    status, _, err = run(broken + second)
    assert status == 1
    assert "Op Ember: " in err
    assert "Two: plan.toml is no plan" in err
    status, _, err = run(ember + second.replace("plan = 'plan.toml'\n", ""))
    assert status == 1
    assert "Two: " in err
    assert "overlap" in err
    assert not (tmp_path / "made").exists(), "all operations are written, or none"


def test_which_operations_there_are_is_told(ember: str, tmp_path: Path, run: Run) -> None:
    status, _, err = run(ember.split("[[operations]]")[0])
    assert status == 1
    assert "names no operation" in err
    assert "[[operations]]" in err
    status, _, err = run(ember, "--operation", "Op Amber")
    assert status == 1
    assert "No operation is called Op Amber: the set-up has Op Ember." in err
    status, _, err = run(ember + ember[ember.index("[[operations]]") :])
    assert status == 1
    assert "Operations of one name: Op Ember" in err
    status, _, _ = run(ember.replace("[[operations]]", "[operations]"), "--seed", "4")
    assert status == 0
    with pytest.raises(SystemExit) as left:
        run(ember, "--permutations", "-1")
    assert left.value.code == 2


def test_nothing_is_written_over_ground_or_a_plan(ember: str, tmp_path: Path, run: Run) -> None:
    treated = re.search(r"treated = '(.*)'", ember)
    assert treated is not None
    (tmp_path / "made").mkdir()
    shutil.copy(treated[1], tmp_path / "made" / "impact.json")
    before = (tmp_path / "made" / "impact.json").read_bytes()
    status, _, err = run(ember.replace(treated[1], (tmp_path / "made/impact.json").as_posix()))
    assert status == 1
    assert "impact.json" in err
    assert (tmp_path / "made" / "impact.json").read_bytes() == before


def test_ground_in_degrees_and_without_names_is_the_same_ground(
    ember: str, folder: Path, tmp_path: Path
) -> None:
    treated = gpd.read_file(folder / "operation" / "ember-treated.geojson")
    treated[["geometry"]].to_crs(4326).to_file(tmp_path / "degrees.geojson")
    other = re.sub("ember-treated", "degrees", ember).replace(
        (folder / "operation" / "degrees.geojson").as_posix(),
        (tmp_path / "degrees.geojson").as_posix(),
    )
    done = [
        assess_operations(read_config(tomllib.loads(text)), permutations=0)[1][0].result
        for text in (ember, other)
    ]
    assert done[1].effect.counts["before"].tolist() == done[0].effect.counts["before"].tolist()
    assert done[1].effect.value("rate ratio") == done[0].effect.value("rate ratio")
    names = done[1].effect.places.query("kind == 'treated'")["place"].tolist()
    assert names == ["Place 1", "Place 2", "Place 3"]


def test_op_lantern_of_doggerby_cannot_be_seen_and_its_truth_is_in_the_interval(
    sample_dir: Path,
) -> None:
    truth = json.loads((sample_dir / "truth.json").read_text("utf-8"))["operation"]
    text = {
        "incidents": "burglaries.csv",
        "operations": {
            "name": truth["name"], "treated": "operation/treated.geojson",
            "control": "operation/control.geojson", "before": truth["before"],
            "after": truth["after"], "displacement_m": truth["displacement_m"],
        },
    }  # fmt: skip
    _, (done,) = assess_operations(read_config(text, sample_dir), permutations=0)
    effect = done.result.effect
    assert effect.finding == "cannot be seen"
    low, high = (effect.value("rate ratio", end) for end in ("low", "high"))
    assert low < truth["rate_ratio"] < high


def test_the_district_is_what_its_process_says() -> None:
    process = DistrictProcess(a_year=120.0, ring_a_year=30.0)
    done = [make_district(seed, process) for seed in range(4)]
    beacons = [one.operations[0] for one in done]
    without = sum(one.without for one in beacons)
    kept = 1 - sum(one.prevented for one in beacons) / without
    assert kept == pytest.approx(process.ratio, abs=3 / np.sqrt(without))
    moved = sum(one.displaced for one in beacons) / sum(one.prevented for one in beacons)
    assert moved == pytest.approx(process.displaced_share, abs=0.03)
    for one in done:
        assert set(one.operations[0].treated).isdisjoint(one.operations[0].control)
        assert one.burglaries["when"].between(BEFORE[0], AFTER[1] + pd.Timedelta(days=1)).all()
        assert not shapely.area(shapely.intersection_all(one.squares.geometry.to_numpy()[:2]))
    # A mean of so many a year, rings and what comes of them apart.
    counts = np.mean([_held(one, one.operations[0]) for one in done])
    assert counts == pytest.approx(2 * 120.0, rel=0.2)


def _held(district: District, operation: DistrictOperation) -> float:
    names = [*operation.treated, *operation.control]
    held = inside_squares(district.burglaries, district.ground(names))
    early = district.burglaries["when"] < AFTER[0]
    return float((held & early).sum() / len(names))


@pytest.mark.slow
def test_the_true_ratio_is_in_its_interval_in_95_per_cent_of_simulations() -> None:
    """93 % or more of 300 districts; the mean ratio is the true one; few would be called none."""
    inside, logs, seen = 0, [], 0
    for seed in range(300):
        district = make_district(1000 + seed)
        beacon = district.operations[0]
        pairs = [_counts(district, names) for names in (beacon.treated, beacon.control)]
        found = hs.impact.ratio_by_place(*pairs)
        inside += found.low <= beacon.ratio <= found.high
        seen += found.high < 1
        logs.append(np.log(found.value))
    assert inside >= 0.93 * 300, inside
    assert np.exp(np.mean(logs)) == pytest.approx(0.55, abs=0.03)
    assert seen >= 0.6 * 300, seen


def _counts(district: District, names: list[str]) -> tuple[np.ndarray, np.ndarray]:
    """Count by square, before and after: squares have the names of their row and column."""
    ground = district.ground(names).geometry.bounds
    when = district.burglaries["when"]
    x, y = district.burglaries["easting"].to_numpy(), district.burglaries["northing"].to_numpy()
    inside = np.array([(x >= b.minx) & (x <= b.maxx) & (y >= b.miny) & (y <= b.maxy)
                       for b in ground.itertuples()])  # fmt: skip
    early = (when < AFTER[0]).to_numpy()
    return (inside & early).sum(axis=1).astype(float), (inside & ~early).sum(axis=1).astype(float)


def test_the_sample_set_up_has_no_fault_and_no_operation_is_in_the_record_of_a_briefing(
    sample_dir: Path,
) -> None:
    config = load_config(sample_dir / "operation.toml")
    assert [one.name for one in config.operations] == list(STEMS)
    assert "operations" not in json.loads(json.dumps(plain_record(parameters(config))))
