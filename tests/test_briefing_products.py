"""The folder of a briefing: what is in it, what is never in it, and what the page says."""

import html
import json
import re
import zipfile
from itertools import pairwise
from pathlib import Path
from urllib.parse import unquote

import geopandas as gpd
import pandas as pd
import pytest
import shapely

import hotspot as hs
from hotspot.briefing import Briefing, brief, products
from hotspot.briefing import folder as folders
from hotspot.briefing.config import load_config
from hotspot.briefing.folder import sha256
from hotspot.briefing.inputs import read_inputs
from hotspot.briefing.sections.trust import STANDING_SENTENCES
from hotspot.rule import RULE
from tests.small_town import Burglary, X, Y, quick_town, usual, write_burglaries, write_town

pytestmark = pytest.mark.filterwarnings("ignore::hotspot.DataWarning")


def text_of(path: Path) -> str:
    """All text of a file, a workbook's parts unpacked, markup and escapes of HTML kept."""
    if path.suffix == ".xlsx":
        with zipfile.ZipFile(path) as parts:
            return "\n".join(parts.read(name).decode() for name in parts.namelist())
    return path.read_text(encoding="utf-8-sig")


def page_of(briefing: Briefing) -> str:
    """Give the words of the page, without markup."""
    page = (briefing.folder / "briefing.html").read_text(encoding="utf-8")
    body = page[page.index("<body>") :]
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", body)).split())


def section(briefing: Briefing, name: str) -> str:
    page = (briefing.folder / "briefing.html").read_text(encoding="utf-8")
    found = re.search(rf'<section id="{name}".*?</section>', page, re.DOTALL)
    assert found is not None
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", found[0])).split())


def test_the_folder_holds_what_it_should(town: Briefing) -> None:
    names = {path.relative_to(town.folder).as_posix() for path in town.folder.rglob("*.*")}
    assert names >= {
        "briefing.html",
        "map.html",
        "targets.csv",
        "messages.csv",
        "rejected.csv",
        "run.json",
        "targets/West.xlsx",
        "targets/West.html",
        "targets/West map.html",
        "targets/East.xlsx",
        "targets/East.html",
    }
    assert set(town.files) == {town.folder / name for name in names}
    assert town.files[0] == town.folder / "briefing.html"


def test_the_page_asks_in_this_order(town: Briefing) -> None:
    page = (town.folder / "briefing.html").read_text(encoding="utf-8")
    order = [
        'class="marking">OFFICIAL<',
        "<h1>",
        "Cut-off:",
        'id="new"',
        'id="doors"',
        'id="repeats"',
        'id="weeks"',
        'id="hours"',
        'id="map"',
        'id="hotspots"',
        'id="trust"',
    ]
    places = [page.index(text) for text in order]
    assert places == sorted(places)


def test_the_page_says_what_is_new_where_and_how(town: Briefing) -> None:
    new = section(town, "new")
    assert "1 burglary found in the last 24 hours, 3 in the last 7 days" in new
    assert "Tue 24 Feb to Mon 2 Mar 2026" in new
    assert "West Mill Lane NEW Mon 2 Mar 01:00 to 09:00 FRONT NEW/001" in new
    assert "20 Mill Lane" not in new


def test_the_page_counts_the_doors_of_the_lists(town: Briefing) -> None:
    assert town.targets is not None
    doors = section(town, "doors")
    for area, here in town.targets.groupby("area"):
        rings = [str((here["ring"] == ring).sum()) for ring in (0, 1, 2)]
        assert f"{' '.join(rings)} {len(here)} sheet to print" in doors[doors.index(str(area)) :]
    page = (town.folder / "briefing.html").read_text(encoding="utf-8")
    linked = re.findall(r'href="([^"]+)"', page)
    assert "targets/West.html" in linked
    assert all((town.folder / unquote(name)).is_file() for name in linked)


def test_a_beat_links_its_own_lists_and_one_with_leaflets_alone_has_a_row(tmp_path: Path) -> None:
    path = write_town(tmp_path, settings='[output]\nformats = ["html", "message"]\n')
    edges = [X - 900, X + 250, X + 440, X + 1400]
    beats = gpd.GeoDataFrame(
        # The last has no home near enough to be visited.
        {"beat": ["North", "North Cliff", "North Cliff End"]},
        geometry=[shapely.box(west, Y - 900, east, Y + 900) for west, east in pairwise(edges)],
        crs="EPSG:27700",
    )
    beats.to_file(tmp_path / "beats.geojson", driver="GeoJSON")
    made = brief(path)
    assert made.targets is not None
    assert set(made.targets["area"]) == {"North", "North Cliff"}
    page = (made.folder / "briefing.html").read_text(encoding="utf-8")
    rows = re.findall(r"<tr><td>(North[^<]*)</td>(.*?)</tr>", page)
    linked = {area: re.findall('href="targets/([^"]+)"', row) for area, row in rows}
    assert linked == {
        "North": [
            "North.html",
            "North%20map.html",
            "North%20message.html",
            "North%20leaflet%20round.html",
        ],
        "North Cliff": [
            "North%20Cliff.html",
            "North%20Cliff%20map.html",
            "North%20Cliff%20message.html",
            "North%20Cliff%20leaflet%20round.html",
        ],
        "North Cliff End": [
            "North%20Cliff%20End%20message.html",
            "North%20Cliff%20End%20leaflet%20round.html",
        ],
    }
    assert "all due before" not in dict(rows)["North Cliff End"]


@pytest.mark.usefixtures("plain_products")
@pytest.mark.slow
def test_a_list_with_nothing_to_visit_links_its_leaflets(tmp_path: Path) -> None:
    settings = (
        '[output]\nformats = ["message"]\n[cocooning]\nvisit_days = 1\nledger = "visits.db"\n'
    )
    path = write_town(tmp_path, settings=settings)
    first = brief(path)
    assert first.targets is not None
    with hs.VisitLedger(tmp_path / "visits.db") as ledger:
        ledger.record(
            [
                {"visit_id": visit, "result": "face to face", "visited_at": "2026-03-02 12:00"}
                for visit in first.targets["visit_id"]
            ]
        )
    made = brief(path, as_of="2026-03-02", folder=tmp_path / "again")
    assert made.targets is not None
    assert made.targets.empty
    doors = section(made, "doors")
    assert "No door to visit: nothing is left to do" in doors
    assert "leaflets" in doors


def test_the_page_lists_repeat_addresses(town: Briefing) -> None:
    assert re.search(r"20 Mill Lane, Doggerby West \d 2 Mar 2026", section(town, "repeats"))


def test_the_page_compares_weeks_in_plain_words(town: Briefing) -> None:
    weeks = section(town, "weeks")
    assert "This week Tue 24 Feb to Mon 2 Mar 2026 3" in weeks
    assert "Last week Tue 17 Feb to Mon 23 Feb 2026 1 2 more. A difference this small" in weeks
    assert "Same week last year Tue 25 Feb to Mon 3 Mar 2025 2 1 more." in weeks


def test_the_page_says_hours_and_methods_by_beat(town: Briefing) -> None:
    hours = section(town, "hours")
    assert "The busiest six hours are 1" in hours
    assert "REAR (" in hours
    assert "FRONT (1)" in hours


def test_the_page_ends_with_how_far_to_trust_it(town: Briefing) -> None:
    trust = section(town, "trust")
    assert all(sentence in trust for sentence in STANDING_SENTENCES)
    assert town.check.headline() in trust
    for told in town.record["inputs"].values():
        assert told["sha256"] in trust
    assert hs.__version__ in page_of(town)


def test_the_page_asks_nothing_of_any_network_and_runs_nothing(town: Briefing) -> None:
    page = (town.folder / "briefing.html").read_text(encoding="utf-8")
    policy = re.search(r'Content-Security-Policy" content="([^"]+)"', page)
    assert policy is not None
    assert html.unescape(policy[1]).startswith("default-src 'none'; img-src data:; style-src")
    assert "<script" not in page
    assert not re.search(r"(src|href)=\"(https?:)?//", page)
    assert not re.search(r"\son\w+=", page)


def test_every_product_carries_marking_and_cut_off(town: Briefing) -> None:
    for path in town.folder.rglob("*.html"):
        assert ">OFFICIAL<" in text_of(path), path.name
        assert "2 March 2026" in text_of(path) or "2 Mar 2026" in text_of(path), path.name


def test_all_but_what_residents_read_carries_the_forces_marking_and_handling(
    tmp_path: Path,
) -> None:
    settings = (
        '[output]\nmarking = "OFFICIAL-SENSITIVE"\nhandling = "North & South teams only"\n'
        'formats = ["xlsx", "csv", "html", "phone", "message"]\n'
        '[messages]\nlink = "www.quay.example"\ncontact = "PC 12"\n'
    )
    files = brief(quick_town(tmp_path, settings)).files
    unmarked = set()
    for path in files:
        text = html.unescape(text_of(path))
        if path.name == "run.json":
            assert json.loads(text)["marking"] == "OFFICIAL-SENSITIVE"
            assert json.loads(text)["handling"] == "North & South teams only"
        elif path.suffix == ".xlsx":
            # An ampersand is doubled in the head and foot of a sheet.
            assert text.count("OFFICIAL-SENSITIVE - North && South teams only") >= 2, path.name
        elif "OFFICIAL-SENSITIVE" in text:
            assert "OFFICIAL-SENSITIVE - North & South teams only" in text, path.name
        else:
            unmarked.add(path.relative_to(tmp_path / "briefing").as_posix())
            assert "North & South teams" not in text
    # No row was rejected: there is the heading of its column alone.
    assert (tmp_path / "briefing/rejected.csv").read_text("utf-8-sig").strip().endswith(",marking")
    assert unmarked == {
        "rejected.csv",
        *(f"targets/{area} message.html" for area in ("East", "West")),
        *(f"messages/{area} - en.txt" for area in ("East", "West")),
    }


def test_run_json_names_inputs_outputs_versions_and_counts(town: Briefing) -> None:
    record = json.loads((town.folder / "run.json").read_text(encoding="utf-8"))
    assert record == town.record
    source = town.folder.parent / "burglaries.csv"
    assert record["inputs"]["incidents"] == {"file": "burglaries.csv", "sha256": sha256(source)}
    assert record["inputs"]["set-up"]["file"] == "briefing.toml"
    for name, digest in record["outputs"].items():
        assert sha256(town.folder / name) == digest
    rule = {"distance_m": RULE.distance_m, "window_days": RULE.window_days, "calibrate": False}
    assert record["parameters"]["rule"] == rule
    assert record["counts"]["accepted"] == len(town.check.accepted)
    assert record["as_of"] == "2026-03-02T23:59:59"
    assert record["seed"] == 0
    assert {"hotspot", "python", "pandas", "numpy"} <= set(record["versions"])
    assert str(town.folder.parent) not in json.dumps(record)


def test_two_runs_give_the_same_bytes(town: Briefing, tmp_path: Path) -> None:
    again = brief(town.folder.parent / "briefing.toml", folder=tmp_path / "again")
    assert again.record["outputs"] == town.record["outputs"]
    first, second = ({**run.record, "made_at": ""} for run in (town, again))
    assert first == second


def test_fresh_data_have_no_banner_and_old_data_have_it_on_every_product(
    town: Briefing, old_town: Briefing
) -> None:
    assert not any("DAYS OLD" in text_of(path) for path in town.folder.rglob("*.html"))
    for path in [*old_town.folder.rglob("*.html"), *old_town.folder.rglob("*.xlsx")]:
        assert "DATA IS 3 DAYS OLD" in text_of(path), path.name


def test_two_days_are_not_old_and_three_are(town_folder: Path) -> None:
    set_up = load_config(town_folder / "briefing.toml")
    banners = [
        read_inputs(set_up.changed(as_of=as_of)).stale for as_of in ("2026-03-04", "2026-03-05")
    ]
    assert banners == [None, "DATA IS 3 DAYS OLD"]


@pytest.mark.usefixtures("plain_products")
def test_later_burglaries_are_left_out_and_counted(town: Briefing, tmp_path: Path) -> None:
    made = brief(town.folder.parent / "briefing.toml", as_of="2026-02-26", folder=tmp_path / "cut")
    page = page_of(made)
    assert "2 later burglaries are left out" in page
    assert "NEW/001" not in page
    assert made.record["counts"]["after_cutoff"] == 2


STOPPED = Burglary("STOP/001", "2026-02-28 18:00", "Mill Lane", 40)
BY_UPRN = Burglary("STOP/002", "2026-02-27 12:00", "Sea View", 10)
BY_PLACE = Burglary("STOP/003", "2026-02-25 12:00", "Sea View", 10, with_uprn=False)
BROKEN = Burglary(
    "STOP/001",
    "2026-02-28 18:00",
    "Mill Lane",
    40,
    cells={"Easting": "640320", "Northing": "x7q-no-number"},
)


@pytest.fixture(scope="module")
def stopped(tmp_path_factory: pytest.TempPathFactory) -> Briefing:
    folder = tmp_path_factory.mktemp("stopped")
    rows = [*usual(), STOPPED, BY_UPRN, BY_PLACE, STOPPED, BROKEN]
    path = write_town(folder, rows, '[cocooning]\nexclude = "exclude.csv"\n')
    stop_uprn = BY_UPRN.row()["UPRN"].lstrip("0")
    (folder / "exclude.csv").write_text(f"reference\nstop/001\n{stop_uprn}\nGONE/9\n")
    return brief(path)


def test_nothing_of_the_stop_list_is_in_any_file(stopped: Briefing) -> None:
    home = BY_UPRN.row()["UPRN"]
    hidden = ["STOP/001", "stop/001", "STOP/002", "STOP/003", home, "10 Sea View", "x7q-no-number",
              "GONE/9"]  # fmt: skip
    for path in stopped.folder.rglob("*.*"):
        text = text_of(path)
        for secret in hidden:
            escaped = {secret, html.escape(secret), secret.replace("/", "\\/")}
            assert not any(form in text for form in escaped), (path.name, secret)


def test_what_is_on_the_stop_list_is_in_no_figure_but_its_own(
    stopped: Briefing, town: Briefing
) -> None:
    assert section(stopped, "new") == section(town, "new")
    assert stopped.record["headline"] == town.record["headline"]
    # Five rows: one stands there twice, one cannot be used, and two are of one home.
    counts = {**town.record["counts"], "on_stop_list": 5}
    assert counts["rejected"] == stopped.record["counts"]["rejected"]
    assert {**counts, "targets": 0, "messages": 0} == {
        **stopped.record["counts"], "targets": 0, "messages": 0
    }  # fmt: skip
    told = "5 rows of the file are on the stop list: in no figure, list, map or reason."
    assert told in section(stopped, "trust")


def test_entries_of_the_stop_list_that_match_nothing_are_told_by_row_only(
    stopped: Briefing,
) -> None:
    (told,) = [text for text in stopped.warnings if "of the stop list (" in text]
    assert told.startswith("1 entry of the stop list (row 4 of it) matches nothing")


@pytest.mark.usefixtures("plain_products")
def test_a_lone_circle_gives_no_home_of_the_stop_list_away(tmp_path: Path) -> None:
    far = Burglary("STOP/009", "2026-02-28 18:00", cells={"Easting": "641300"})
    path = write_town(
        tmp_path, [*usual(), far], '[cocooning]\nexclude = "exclude.csv"\n[rule]\ndistance_m = 100'
    )
    (tmp_path / "exclude.csv").write_text("STOP/009\n")
    made = brief(path)
    assert made.zones is not None
    assert not made.zones.intersects(shapely.Point(641300, 370000)).any()


HOSTILE = "<script>alert(1)</script>{{7*7}}'\"&"


def test_hostile_text_in_any_field_is_only_text(tmp_path: Path) -> None:
    bad = Burglary(
        f"R{HOSTILE}",
        "2026-03-01 12:00",
        mo="<b>{{7*7}}",
        cells={"Address": f"1 {HOSTILE} Mill Lane", "UPRN": ""},
    )
    twin = Burglary(f"S{HOSTILE}", "2026-03-01 15:00", cells=bad.cells | {"UPRN": ""})
    settings = f"[output]\nmarking = '''{HOSTILE}\"}} */ </style>'''\nauthor = '''{HOSTILE}'''\n"
    path = write_town(tmp_path, [*usual(), bad, twin], settings)
    layers = {"beats": "beat", "streets": "street"}
    for name, column in layers.items():
        frame = gpd.read_file(tmp_path / f"{name}.geojson")
        frame[column] = [f"{text} {HOSTILE}" for text in frame[column]]
        frame.to_file(tmp_path / f"{name}.geojson", driver="GeoJSON")
    made = brief(path)
    page = (made.folder / "briefing.html").read_text(encoding="utf-8")
    assert "<script" not in page
    assert "<b>{{" not in page
    assert page.count("</style>") == 1
    words = page_of(made)
    assert f"R{HOSTILE}" in words
    assert f"West {HOSTILE}" in words
    assert "<b>{{7*7}}" in words
    assert f"Prepared by {HOSTILE}" in words
    assert "49" not in re.sub(r"\d{3,}|[0-9a-f]{64}", "", words.split("How it was made")[0])
    assert {path.parent.name for path in made.folder.rglob("*.xlsx")} == {"targets", "briefing"}


def test_free_text_never_reaches_a_product(tmp_path: Path) -> None:
    story = "Offender known to victim forced rear patio door with a spade"
    path = write_town(tmp_path, [*usual(), Burglary("F/1", "2026-03-01 12:00", mo=story)])
    made = brief(path)
    for product in made.folder.rglob("*.*"):
        assert "spade" not in text_of(product), product.name


@pytest.mark.usefixtures("plain_products")
def test_without_addresses_the_page_says_why_there_are_no_lists(tmp_path: Path) -> None:
    made = brief(
        incidents=str(write_burglaries(tmp_path / "b.csv", usual())),
        density={"bandwidth_m": 400},
        output={"folder": str(tmp_path / "out")},
    )
    assert made.targets is None
    assert "no file of addresses is given" in section(made, "doors")
    assert not (made.folder / "targets").exists()
    assert made.zones is not None
    assert "because no beats and no study area are given" in section(made, "hotspots")


@pytest.mark.usefixtures("plain_products")
def test_months_only_give_density_and_sentences(tmp_path: Path) -> None:
    rows = usual()
    for row in rows:
        month = pd.Timestamp(row.found).strftime("01/%m/%Y")
        row.cells = dict.fromkeys(["Date From", "Date To"], month)
        row.cells |= dict.fromkeys(["Time From", "Time To", "Recorded"], "")
    made = brief(write_town(tmp_path, rows, ""), as_of="2026-03-31")
    assert made.zones is None
    assert made.targets is None
    assert len(made.hotspots) > 0
    for name in ("new", "doors", "repeats", "weeks", "hours", "map"):
        assert "Not shown: the dates of this export are months only." in section(made, name)
    assert "The dates of this export are months only" in page_of(made)
    assert "DAYS OLD" not in page_of(made)


@pytest.mark.usefixtures("plain_products")
def test_no_burglary_lately_is_said(town: Briefing, tmp_path: Path) -> None:
    made = brief(town.folder.parent / "briefing.toml", as_of="2026-06-30", folder=tmp_path / "q")
    assert "No door to visit: no burglary in the last 14 days." in section(made, "doors")
    assert f"No burglary in the last {RULE.window_days} days: no zone." in section(made, "map")
    assert "0 burglaries found in the last 24 hours" in section(made, "new")


@pytest.mark.usefixtures("plain_products")
def test_a_cut_off_before_all_data_is_told(town: Briefing, tmp_path: Path) -> None:
    with pytest.raises(hs.ConfigError, match="before every burglary"):
        brief(town.folder.parent / "briefing.toml", as_of="2020-01-01", folder=tmp_path / "early")
    assert not (tmp_path / "early").exists()


@pytest.mark.usefixtures("plain_products")
def test_a_failure_while_writing_leaves_the_issued_briefing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = quick_town(tmp_path, '[output]\nformats = ["csv"]\n')
    first = brief(path)
    before = {name: sha256(first.folder / name) for name in first.record["outputs"]}

    def fail(*args: object) -> None:
        raise RuntimeError("the disk is gone")

    monkeypatch.setattr(products, "render_page", fail)
    with pytest.raises(RuntimeError):
        brief(path, replace=True)
    assert {name: sha256(first.folder / name) for name in before} == before
    assert not list(tmp_path.glob(".briefing*"))


@pytest.mark.usefixtures("plain_products")
def test_an_issued_briefing_is_replaced_only_when_asked_and_untouched(tmp_path: Path) -> None:
    path = quick_town(tmp_path, '[output]\nformats = ["xlsx"]\n')
    made = brief(path)
    with pytest.raises(hs.OutputError, match="--replace"):
        brief(path)
    brief(path, replace=True)
    sheet = made.folder / "targets" / "West.xlsx"
    sheet.write_bytes(sheet.read_bytes() + b"filled in")
    with pytest.raises(hs.OutputError, match=r"changed: targets/West\.xlsx"):
        brief(path, replace=True)
    assert sheet.read_bytes().endswith(b"filled in")


def test_a_taken_folder_is_told_before_the_work(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write_town(tmp_path)
    (tmp_path / "briefing").mkdir()
    (tmp_path / "briefing" / "mine.txt").touch()
    monkeypatch.setattr("hotspot.briefing.issue.read_inputs", lambda config: pytest.fail("worked"))
    with pytest.raises(hs.OutputError, match=r"mine\.txt"):
        brief(path)


def test_inputs_and_data_of_the_user_are_never_touched(tmp_path: Path) -> None:
    path = quick_town(tmp_path)
    before = {file: sha256(file) for file in tmp_path.iterdir()}
    brief(path)
    assert {file: sha256(file) for file in before} == before


@pytest.mark.usefixtures("plain_products")
def test_a_set_up_may_be_a_mapping_a_config_or_keywords(tmp_path: Path) -> None:
    path = quick_town(tmp_path, '[output]\nformats = ["csv"]\n')
    config = load_config(path)
    mapping = {"incidents": str(tmp_path / "burglaries.csv"), "as_of": "2026-03-02", "worth": False}
    made = [
        brief(config, folder=tmp_path / "1"),
        brief(mapping, folder=tmp_path / "2"),
        brief(**mapping, folder=tmp_path / "3"),
    ]
    assert made[1].record["outputs"] == made[2].record["outputs"]
    assert len({run.record["as_of"] for run in made}) == 1
    with pytest.raises(hs.ConfigError, match="not both"):
        brief(config, rule={"distance_m": 3})
    with pytest.raises(hs.ConfigError, match="not DataFrame"):
        brief(pd.DataFrame())  # type: ignore[arg-type]


def test_a_briefing_tells_what_it_found(town: Briefing) -> None:
    lines = town.summary().splitlines()
    assert lines[0] == town.check.headline()
    assert lines[1].startswith("Found ")
    assert lines[2] == str(town.folder / "briefing.html")


@pytest.mark.usefixtures("plain_products")
def test_wide_zones_are_called_too_wide(town: Briefing, tmp_path: Path) -> None:
    assert "too wide to task from" in section(town, "map")
    narrow = brief(quick_town(tmp_path, "[rule]\ndistance_m = 20\n"))
    assert "too wide" not in page_of(narrow)
    assert "The zones cover" in section(narrow, "map")


@pytest.mark.usefixtures("plain_products")
def test_an_empty_folder_name_is_no_way_out_of_the_folder(tmp_path: Path) -> None:
    path = write_town(tmp_path)
    with pytest.raises(hs.OutputError, match="did not write"):
        brief(path, folder=tmp_path, replace=True)
    assert (tmp_path / "burglaries.csv").is_file()
    assert folders.RUN_FILE not in {file.name for file in tmp_path.iterdir()}


@pytest.mark.usefixtures("plain_products")
def test_a_burglary_without_uprn_gets_its_street_from_the_address_it_is_at(
    tmp_path: Path,
) -> None:
    row = Burglary("U/1", "2026-03-02 12:00", "Sea View", 5, with_uprn=False)
    path = write_town(tmp_path, [*usual(), row])
    text = path.read_text(encoding="utf-8").split("[areas]")[0]
    path.write_text(text, encoding="utf-8")
    made = brief(path)
    new = section(made, "new")
    assert "Sea View NEW Mon 2 Mar 04:00 to 12:00 REAR U/1" in new
    assert "Beat" not in new
    doors = section(made, "doors")
    assert doors.count("sheet to print") == doors.count("messages") == 1
    assert "No area" not in doors


@pytest.mark.usefixtures("plain_products")
@pytest.mark.slow
def test_the_rule_may_be_the_one_that_the_burglaries_propose(
    sample_dir: Path, tmp_path: Path
) -> None:
    made = brief(
        incidents=sample_dir / "burglaries.csv",
        rule={"calibrate": True},
        output={"folder": tmp_path / "out"},
        as_of="2026-03-02",
    )
    assert made.zones is not None
    rule = made.record["parameters"]["rule"]
    assert made.zones.attrs["distance_m"] == rule["distance_m"] != RULE.distance_m
    assert any(text.startswith("[rule] calibrate: Proposed for") for text in made.warnings)
    assert "[rule] calibrate: Proposed" in page_of(made)


@pytest.mark.usefixtures("plain_products")
def test_a_rule_that_the_data_do_not_support_is_not_made_up(town: Briefing, tmp_path: Path) -> None:
    path = write_burglaries(tmp_path / "b.csv", usual())
    made = brief(incidents=path, rule={"calibrate": True}, output={"folder": tmp_path / "out"})
    assert made.record["parameters"]["rule"]["distance_m"] == RULE.distance_m
    assert any("stay the rule" in text for text in made.warnings)


def test_the_map_that_a_team_gets_holds_its_doors_and_no_burglary(town: Briefing) -> None:
    targets = pd.read_csv(town.folder / "targets.csv", dtype=str)
    page = (town.folder / "targets" / "West map.html").read_text(encoding="utf-8")
    west = targets[targets["area"] == "West"]

    for door in west.itertuples():
        assert f"Door {door.number}: {door.address}" in page
    for ref in set("; ".join(targets["crime_refs"]).split("; ")):
        assert ref not in page
    assert not any(reason in page for reason in targets["reason"])
    others = targets[targets["area"] != "West"]
    assert not any(address in page for address in set(others["address"]) - set(west["address"]))
    linked = (town.folder / "briefing.html").read_text(encoding="utf-8")
    assert 'href="targets/West%20map.html"' in linked
    assert (
        "targets/West map.html"
        in json.loads((town.folder / "run.json").read_text(encoding="utf-8"))["outputs"]
    )
