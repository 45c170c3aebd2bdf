"""Cameras to ask and series in a briefing: what stands where, and what stands nowhere."""

import csv
import html
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

import hotspot as hs
from hotspot.briefing import Briefing, brief
from hotspot.briefing.config import load_config
from hotspot.briefing.findings import find_footage
from hotspot.briefing.inputs import Inputs, read_inputs
from hotspot.briefing.series_findings import find_series
from hotspot.cameras.camera_view import YES, bearings, in_view
from hotspot.maps import MapLayers, briefing_map
from hotspot.maps.camera_marks import draw_cameras
from hotspot.maps.saving import page_text
from hotspot.output.files import sha256
from hotspot.output.handling import NOT_EVIDENCE
from hotspot.visits import VisitLedger
from tests.small_town import Burglary, X, Y, door, quick_town, uprn, usual
from tests.test_briefing_products import section, text_of

pytestmark = pytest.mark.filterwarnings("ignore::hotspot.DataWarning")

STOPPED = Burglary("STOP/001", "2026-03-01 12:00", "Sea View", 3)
HOME = ("Mill Lane", 26)
SERIES = {
    "NEW/003": "S/1", "OLD/005": "S/1; S/2", "OLD/017": "S/1", "STOP/001": "S/1; S/9-ZULU",
    "OLD/020": "S/2", "OLD/011": "after STOP/001",
}  # fmt: skip
SETTINGS = (
    '[cocooning]\nexclude = "exclude.csv"\nledger = "visits.db"\n'
    '[cameras]\npath = "cameras.csv"\ndistance_m = 60\n[series]\ncolumn = "Linked Series"\n'
)
HEADS = ["Camera Ref", "Easting", "Northing", "Facing", "Field of View", "Range", "Footage Kept",
         "Consent Until", "Removed On", "Owner"]  # fmt: skip


def register(*, stopped: bool) -> Iterator[list[object]]:
    """Cameras around NEW/001 and NEW/003 (one home), NEW/002, and a burglary of the stop list."""
    x, y = door("Mill Lane", 20)
    whose = "J. Owner-Name"
    yield ["CAM/1", x, y - 20, "N", 120, 40, "12", "", "", whose]
    yield ["CAM/2", x, y - 8, "180", 60, 40, "14", "", "", whose]
    yield ["CAM/LAPSED", x, y - 9, "N", 120, 40, "10", "01/03/2026", "", whose]
    yield ["CAM/REMOVED", x, y - 9, "N", 120, 40, "10", "", "02/03/2026", whose]
    x, y = door("Sea View", 31)
    yield ["CAM/3", x, y - 30, "", "", "", "", "", "", whose]
    yield ["CAM/4", x + 9, y - 30, "NNE", "", "", "30", "", "", whose]
    yield ["CAM/FAR", X + 1200, Y + 700, "N", 120, 40, "10", "", "", whose]
    yield ["CAM/BAD", "", "", "N", 120, 40, "10", "", "", whose]
    x, y = door("Sea View", 3)
    yield ["CAM/ONLY", x - 20, y, "E", 120, 40, "10", "", "", whose]
    if stopped:
        x, y = door("Mill Lane", 20)
        yield ["CAM/900", x, y - 8, "N", 120, 40, "10", "", "", whose]
        # On the house of a home of the list, by which nobody is told that it has one.
        x, y = door(*HOME)
        yield ["CAM/AT-HOME", x + 4, y - 6, "W", 120, 60, "10", "", "", whose]


def made_town(folder: Path, settings: str = SETTINGS, *, stopped: bool = True) -> Path:
    """Write a town with cameras and series, with or without what its stop list names."""
    if not stopped:
        settings = settings.replace('exclude = "exclude.csv"\n', "")
    path = quick_town(folder, settings, [*usual(), *([STOPPED] if stopped else [])])
    rows = pd.read_csv(folder / "burglaries.csv", dtype=str, keep_default_na=False)
    series = rows["Crime Ref"].map(SERIES).fillna("")
    if not stopped:
        series = series.str.replace("; S/9-ZULU", "").str.replace("STOP/001", "(withheld)")
    rows.assign(**{"Linked Series": series}).to_csv(folder / "burglaries.csv", index=False)
    with (folder / "cameras.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([HEADS, *register(stopped=stopped)])
    (folder / "exclude.csv").write_text(f"reference\nSTOP/001\nCAM/900\n{uprn(*HOME)}\n")
    with VisitLedger(folder / "visits.db") as ledger:
        ledger.ask_cameras("NEW/002", "CAM/4", "2026-03-01 10:00")
        ledger.ask_cameras("STOP/001", "CAM/ONLY", "2026-03-01 10:00")
    return path


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return made_town(tmp_path_factory.mktemp("cameras"))


@pytest.fixture(scope="module")
def made(place: Path) -> Briefing:
    return brief(place)


@pytest.fixture(scope="module")
def inputs(place: Path) -> Inputs:
    return read_inputs(load_config(place))


# --- the page and the tables ---


def test_the_page_lists_the_cameras_of_the_crimes_whose_footage_goes_first(made: Briefing) -> None:
    told = section(made, "cameras")
    order = ["NEW/003", "CAM/1", "CAM/2", "NEW/001", "CAM/1", "CAM/2", "NEW/002", "CAM/4", "CAM/3"]
    at, places = 0, []
    for words in order:
        at = told.index(words, at + 1)
        places.append(at)
    assert places == sorted(places)
    assert "no: looks another way" in told[told.index("CAM/2") :]
    assert "yes: within its field and range" in told
    assert "Sun 1 Mar 10:00" in told, "what was asked already is in the ledger"
    assert "2 cameras of the register not listed: 1 removed or withdrawn, 1 whose consent" in told
    assert "nothing is claimed through buildings" in told


def test_cameras_are_on_the_page_the_map_and_their_own_list_and_nowhere_else(
    made: Briefing,
) -> None:
    named = {
        path.relative_to(made.folder).as_posix()
        for path in made.folder.rglob("*.*")
        if "CAM/" in text_of(path) or "CAM\\/" in text_of(path)
    }
    assert named == {
        "briefing.html", "map.html", "cameras/cameras.csv", "cameras/cameras.xlsx"
    }  # fmt: skip
    assert (made.folder / "cameras" / "cameras-rejected.csv").exists()
    of_teams = [*made.folder.glob("targets*"), *(made.folder / "targets").iterdir()]
    assert len(of_teams) > 3
    for path in of_teams:
        if path.is_file():
            assert "cameras" not in text_of(path).casefold(), path.name


def test_owners_withdrawn_cameras_and_the_stop_list_are_nowhere(made: Briefing) -> None:
    hidden = ["Owner-Name", "CAM/LAPSED", "CAM/REMOVED", "CAM/900", "CAM/ONLY", "CAM/FAR",
              "CAM/AT-HOME", "STOP/001", "S/9-ZULU"]  # fmt: skip
    for path in made.folder.rglob("*.*"):
        text = text_of(path)
        for secret in hidden:
            forms = {secret, html.escape(secret), secret.replace("/", "\\/")}
            assert not any(form in text for form in forms), (path.name, secret)


def test_nothing_of_the_stop_list_can_be_had_by_subtraction(
    inputs: Inputs, made: Briefing, tmp_path: Path
) -> None:
    """All that is found is as of files in which it does not stand."""
    without = read_inputs(load_config(made_town(tmp_path / "without", stopped=False)))
    assert inputs.cameras is not None
    assert without.cameras is not None
    assert inputs.cameras.headline() == without.cameras.headline()
    pd.testing.assert_frame_equal(inputs.cameras.rejected, without.cameras.rejected)
    one, other = find_footage(inputs, None), find_footage(without, None)
    assert one is not None
    assert other is not None
    assert one.summary() == other.summary()
    pd.testing.assert_frame_equal(one.table, other.table)
    mine, theirs = find_series(inputs), find_series(without)
    assert mine is not None
    assert theirs is not None
    assert mine.shown.summary() == theirs.shown.summary()
    pd.testing.assert_frame_equal(mine.shown.table, theirs.shown.table)
    assert [*mine.leads] == [*theirs.leads]
    for name, leads in mine.leads.items():
        assert leads.summary() == theirs.leads[name].summary()
    assert (mine.unknown, mine.others) == (theirs.unknown, theirs.others)
    assert made.record["counts"]["cameras"] == len(without.cameras.accepted)


def test_each_series_is_in_time_order_with_gaps_and_leads_with_their_reasons(
    made: Briefing,
) -> None:
    told = section(made, "series")
    first, second = told.index("S/1: 3 crimes in the order of time"), told.index("S/2: 2 crimes")
    part = told[first:second]
    assert part.index("OLD/005") < part.index("OLD/017") < part.index("NEW/003")
    assert "Days to the next" in part
    assert "from member" in part
    assert part.count(NOT_EVIDENCE) == 1
    assert told.startswith(f"Series, and what may belong to them {NOT_EVIDENCE}")
    assert "(withheld)" in told, "a number that names a withheld burglary is told without it"


def test_every_product_of_a_series_says_what_a_lead_is_not(made: Briefing) -> None:
    products = [made.folder / "briefing.html", made.folder / "map.html"]
    products += [*(made.folder / "series").iterdir()]
    assert len(products) == 2 + 2 * 4
    for path in products:
        text = text_of(path)
        assert NOT_EVIDENCE in text, path.name
        if path.suffix == ".csv":
            rows = [*csv.DictReader(text.splitlines())]
            assert rows
            assert {row["caution"] for row in rows} == {NOT_EVIDENCE}


def test_a_run_names_the_register_by_its_hash(made: Briefing, place: Path) -> None:
    record = json.loads((made.folder / "run.json").read_text(encoding="utf-8"))
    assert record["inputs"]["cameras"] == {
        "file": "cameras.csv",
        "sha256": sha256(place.parent / "cameras.csv"),
    }
    assert record["parameters"]["cameras"]["path"] == "cameras.csv"
    assert record["parameters"]["series"]["column"] == "Linked Series"


def test_without_the_tables_nothing_of_it_is_in_a_briefing(town: Briefing) -> None:
    page = (town.folder / "briefing.html").read_text(encoding="utf-8")
    assert 'id="cameras"' not in page
    assert 'id="series"' not in page
    assert not (town.folder / "cameras").exists()
    assert not (town.folder / "series").exists()
    assert "cameras" not in town.record["counts"]


def test_of_months_neither_is_told(inputs: Inputs) -> None:
    months = replace(inputs, check=replace(inputs.check, resolution="month"))
    assert find_footage(months, None) is None
    assert find_series(months) is None


def test_series_are_named_or_the_newest_and_the_others_counted(inputs: Inputs) -> None:
    def found(**settings: object) -> tuple[list[str], tuple[str, ...], int]:
        config = inputs.config.changed(tables={"series": settings})
        series = find_series(replace(inputs, config=config))
        assert series is not None
        assert list(series.shown.frame["series_id"]) == [*series.leads]
        return [*series.leads], series.unknown, series.others

    assert found(names=["S/2", "S/9-ZULU"]) == (["S/2"], ("S/9-ZULU",), 0)
    assert found(names=["S/2", "S/1"], top=1)[0] == ["S/2", "S/1"]
    every, unknown, others = found()
    assert every[0] == "S/1", "the newest first"
    assert (unknown, others) == ((), 0)


# --- the set-up ---


def test_a_set_up_tells_every_fault_of_the_register(tmp_path: Path, capsys: object) -> None:
    wrong = SETTINGS.replace("distance_m", "distance").replace("cameras.csv", "camras.csv")
    path = made_town(tmp_path / "town", wrong)
    with pytest.raises(hs.ConfigError) as told:
        load_config(path)
    assert "[cameras] distance is not a known setting: did you mean distance_m?" in str(told.value)
    assert "[cameras] path names camras.csv, which is not in" in str(told.value)
    path = made_town(tmp_path / "other")
    (tmp_path / "other" / "cameras.csv").write_text("Camera Ref,Town\nK1,Doggerby\n")
    (tmp_path / "other" / "beats.geojson").write_text("{}")
    with pytest.raises(hs.DataError) as both:
        read_inputs(load_config(path))
    assert "does not tell where the cameras are" in str(both.value)
    assert len(both.value.problems) == 2


def test_check_reads_the_register_and_the_column_of_series(
    place: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from hotspot.cli import main

    assert main(["check", str(place)]) == 0
    told = capsys.readouterr().out
    assert "[cameras] Used 8 cameras. Could not use 1 row." in told
    assert "STOP" not in told
    assert main(["check", str(place), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["cameras"]["accepted"] == 8
    path = made_town(tmp_path / "town", SETTINGS.replace("Linked Series", "Linkd Series"))
    assert main(["check", str(path)]) == 1
    assert "Linkd Series" in capsys.readouterr().err


# --- the map ---


def listed(inputs: Inputs) -> gpd.GeoDataFrame:
    found = find_footage(inputs, None)
    assert found is not None
    return found.frame


def test_the_map_shows_the_cameras_of_its_crimes_and_where_they_look(inputs: Inputs) -> None:
    frame = listed(inputs)
    drawing = draw_cameras(frame, None)  # type: ignore[arg-type]
    signs = [row for row in drawing.rows if row[2]]
    assert sorted(row[2][0] for row in signs) == [f"Camera CAM/{n}" for n in (1, 2, 3, 4)]
    # CAM/1 is asked for both burglaries of one home, and stands there once.
    (told,) = [row[2][1] for row in signs if row[2][0] == "Camera CAM/1"]
    assert "NEW/003: 20 m, in view yes" in told
    assert "NEW/001: 20 m, in view yes" in told
    kinds = [row[0]["type"] for row in drawing.rows if not row[2]]
    assert kinds == ["Polygon", "Polygon", "LineString"], "CAM/1, CAM/2, and of CAM/4 a way alone"
    assert drawing.legend[0][1] == "to ask: 3 cameras"


def test_a_view_on_the_map_is_what_in_view_says() -> None:
    """A point is on the drawn ground where the register has it in view, but for the rim."""
    dice = np.random.default_rng(7)
    n = 60
    cameras = gpd.GeoDataFrame(
        {
            "direction": dice.uniform(0, 360, n).round(), "range_m": dice.uniform(20, 90, n),
            "field_of_view": np.where(dice.uniform(size=n) < 0.2, 360.0, dice.uniform(30, 300, n)),
        },
        geometry=gpd.points_from_xy(dice.uniform(0, 9, n), dice.uniform(0, 9, n)),
        crs="EPSG:27700",
    )  # fmt: skip
    points = shapely.points(dice.uniform(-80, 80, (n, 2)))
    dx = shapely.get_x(points) - cameras.geometry.x.to_numpy()
    dy = shapely.get_y(points) - cameras.geometry.y.to_numpy()
    seen, _ = in_view(cameras, np.hypot(dx, dy), bearings(dx, dy))
    from hotspot.maps.camera_marks import _views

    compared = 0
    for at in range(n):
        (ground,), ways = _views(cameras.iloc[[at]])
        assert ways == []
        if ground.boundary.distance(points[at]) > 1.5:
            compared += 1
            assert ground.contains(points[at]) == (seen[at] == YES), at
    assert compared > n / 2


def test_no_map_of_a_team_and_none_of_the_public_can_have_cameras_or_series(
    inputs: Inputs, made: Briefing
) -> None:
    layers = MapLayers(cameras=listed(inputs), series=inputs.known.incidents)
    team = page_text(hs.maps.team_map(made.targets, layers=layers, as_of="2026-03-02"))
    assert "CAM/" not in team
    assert "NEW/00" not in team
    with pytest.raises(TypeError):
        hs.public_map(inputs.known.incidents, layers=layers)  # type: ignore[call-arg]


def test_the_map_of_a_briefing_says_what_leads_are_and_opens_without_them(inputs: Inputs) -> None:
    found = find_series(inputs)
    assert found is not None
    zones = hs.near_repeat_zones(inputs.known.incidents, "2026-03-02")
    layers = MapLayers(
        series=found.shown.crimes, leads=found.leads_on_map, cameras=listed(inputs), weeks=False
    )
    alone = briefing_map(inputs.known.incidents, as_of="2026-03-02", layers=layers)
    both = briefing_map(inputs.known.incidents, zones=zones, as_of="2026-03-02", layers=layers)
    plain = briefing_map(inputs.known.incidents, zones=zones, as_of="2026-03-02")
    assert both.get_bounds() is not None
    assert NOT_EVIDENCE in page_text(both)
    assert NOT_EVIDENCE not in page_text(plain)
    shown = {
        at: {layer.layer_name: layer.show for layer in m._children.values()
             if hasattr(layer, "layer_name")}
        for at, m in (("alone", alone), ("both", both))
    }  # fmt: skip
    names = ("Series", "May belong to the series", "Cameras to ask")
    assert [shown["alone"][name] for name in names] == [True, True, True]
    assert [shown["both"][name] for name in names] == [False, False, False]
    text = page_text(both)
    assert "May belong to" in text
    assert "2 of 3 of S/1" in text, "however old"
