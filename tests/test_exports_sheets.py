"""Sheets on paper: pages, maps, prints and leaflets."""

import re
import shutil
import subprocess
import sys
import time
from pathlib import Path
from xml.etree import ElementTree

import geopandas as gpd
import matplotlib
import numpy as np
import pandas as pd
import pytest
import shapely

import hotspot as hs
from hotspot import DataError, OutputError, write_targets
from hotspot.output import printing
from hotspot.sheets.asked_back import ASKED, words_for
from hotspot.sheets.beat_map import draw_beat
from hotspot.sheets.message_texts import MessageTexts, example_texts
from hotspot.sheets.paper_map import PIN_HEIGHT_MM, WIDTH_MM, Drawing, Streets, View, apart
from hotspot.sheets.printable_doors import printable_rows
from hotspot.sheets.street_labels import Label, named_streets
from hotspot.sheets.strip_map import HEIGHT_MM, Doors, draw_map
from hotspot.sheets.text_widths import width_mm
from tests import naive
from tests.conftest import ROOT
from tests.made_targets import Page, made_targets

needs_browser = pytest.mark.skipif(
    printing.find_browser() is None, reason="no Chromium, Chrome or Edge"
)
# Of body text; leaflets are read by residents without their glasses.
SMALLEST_TYPE_PT = {"Harbour.html": 8.5, "Harbour message.html": 11}


def long_list(doors: int) -> gpd.GeoDataFrame:
    """Make a list of many doors on long streets, some with long texts."""
    targets = pd.concat([made_targets()] * (doors // 4 + 1), ignore_index=True).iloc[:doors]
    number = np.arange(doors)
    targets = targets.assign(
        area="Harbour",
        visit_id=[f"V-{n:08d}" for n in number],
        street=[f"Row {n // 37}" for n in number],
        house_number=[str(1 + n % 37) for n in number],
        address=[
            ("Flats 1 to 9, The Old Custom House and Chandlery, " if n % 9 == 0 else "")
            + f"{1 + n % 37} Row {n // 37}"
            for n in number
        ],
    )  # fmt: skip
    targets = targets.set_geometry(
        gpd.points_from_xy(9.0 * (number % 37), 60.0 * (number // 37) + 14.0 * (number % 2)),
        crs="EPSG:27700",
    )
    targets.attrs.update(made_targets().attrs)
    return targets


def printed_pages(path: Path) -> list[bytes]:
    """Give something for each page of a PDF, as far as it can be told without a reader of PDFs."""
    return re.findall(rb"/Type\s*/Page[^s]", path.read_bytes())


def rows_of(frame: gpd.GeoDataFrame) -> pd.DataFrame:
    return pd.DataFrame(frame.drop(columns="geometry")).assign(
        x=frame.geometry.x, y=frame.geometry.y, stop=np.arange(1, len(frame) + 1)
    )


def map_of(
    doors: pd.DataFrame, others: pd.DataFrame, streets: gpd.GeoDataFrame | None
) -> Drawing | None:
    drawn = None if streets is None else Streets.of(streets)
    return draw_map(Doors.of(doors), Doors.of(others).places, drawn)


# Pages


def pages_of(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8").split('<table class="page">')[1:]


def doors_on(page: str) -> list[str]:
    return re.findall(r'<span class="badge">(\d+)</span>', page)


@pytest.mark.parametrize(("layout", "least", "most"), [("boxes", 8, 10), ("lines", 24, 26)])
def test_every_door_stands_on_one_page_with_a_map_of_just_the_doors_of_that_page(
    tmp_path, layout, least, most
):
    write_targets(
        long_list(150),
        tmp_path,
        formats="html",
        marking="OFFICIAL",
        notes=["Stale."],
        layout=layout,
    )
    beat, *pages = pages_of(tmp_path / "Harbour.html")
    told = []
    for page in pages:
        assert page.count("OFFICIAL") == 2
        assert doors_on(page) == re.findall(r'class="number[^"]*">(\d+)</text>', page)
        told += doors_on(page)
    assert told == [str(number) for number in range(1, 151)]
    # One address in nine is two lines long.
    assert all(least <= len(doors_on(page)) <= most for page in pages[:-1])
    assert beat.count("Stale.") == 1
    assert "It is no ground for a stop" in beat
    assert not any("Stale." in page or "no ground" in page for page in pages)
    assert [re.search(r"Page \d+ of \d+", page)[0] for page in (beat, *pages)] == [
        f"Page {number} of {len(pages) + 1}" for number in range(1, len(pages) + 2)
    ]


def test_a_list_that_one_page_holds_is_one_page_with_what_is_said_of_it(tmp_path):
    write_targets(long_list(6), tmp_path, formats="html")
    (page,) = pages_of(tmp_path / "Harbour.html")
    assert len(doors_on(page)) == 6
    assert "It is no ground for a stop" in page
    assert "Page 1 of 1" in page


def test_the_first_page_names_every_door_on_its_map_and_every_street_with_its_page(tmp_path):
    write_targets(long_list(80), tmp_path, formats="html")
    beat, *pages = pages_of(tmp_path / "Harbour.html")
    named = re.findall(r'class="number">([\d-]+)</text>', beat)
    spans = [[int(end) for end in text.split("-")] for text in named]
    assert sorted(n for span in spans for n in range(span[0], span[-1] + 1)) == [*range(1, 81)]
    rows = re.findall(
        r"<div><span>(Row \d)</span> <span>([\d-]+)</span> <span>([\d-]+)</span>", beat
    )
    assert [(street, doors) for street, doors, _ in rows] == [
        ("Row 0", "1-37"), ("Row 1", "38-74"), ("Row 2", "75-80"),
    ]  # fmt: skip
    for _, doors, on in rows:
        first, last = (int(number) for number in doors.split("-"))
        begins, ends = int(on.split("-")[0]), int(on.split("-")[-1])
        assert str(first) in doors_on(pages[begins - 2])
        assert str(last) in doors_on(pages[ends - 2])


def test_a_list_of_many_sentences_loses_none_of_them(tmp_path):
    notes = [f"Note {number}: " + "the export is stale, and more so. " * 12 for number in range(40)]
    write_targets(long_list(30), tmp_path, formats="html", notes=notes)
    text = (tmp_path / "Harbour.html").read_text(encoding="utf-8")
    assert [text.count(f"Note {number}: ") for number in range(40)] == [1] * 40


def test_no_type_on_the_sheet_is_smaller_than_what_is_read_outdoors(tmp_path):
    write_targets(made_targets(), tmp_path, formats=("html", "message"))
    for name, smallest in SMALLEST_TYPE_PT.items():
        style = (tmp_path / name).read_text(encoding="utf-8").split("</style>")[0]
        points = [float(size) for size in re.findall(r"(?:font|font-size):\s*([\d.]+)pt", style)]
        assert points
        assert min(points) >= smallest
        assert not re.search(r"font(-size)?:[^;]*\d(em|rem|%|mm)", style)
        for size in re.findall(r"font-size: ([\d.]+)px", style):
            # In the map a unit is a millimetre.
            assert float(size) / 25.4 * 72 >= smallest


def test_the_sheet_marks_no_door_as_burgled_and_tells_no_age_or_history(tmp_path):
    targets = made_targets(burglaries_12m=[0, 2, 3, 1])
    targets.attrs["parameters"]["age_bands_days"] = [7, 14, 42]
    for layout in ("boxes", "lines"):
        write_targets(targets, tmp_path, formats="html", layout=layout)
        text = (tmp_path / "Harbour.html").read_text(encoding="utf-8").split("</style>")[1]
        doors = re.sub(r'<td class="limits">.*?</td>', "", text, flags=re.DOTALL)
        # Nor in the heading how many there are of each kind: on a short list it is a hint.
        for words in ("burgled", "days", "12 months", "next door", "opposite", "40 m", "26 feb"):
            assert words not in doors.casefold()
        assert "3 doors.</p>" in doors
        assert set(re.findall(r'class="(pin[^"]*)"', doors)) == {"pin"}
        assert set(re.findall(r'<td class="(door[^"]*)"', doors)) == {"door"}


def test_a_sheet_has_room_for_two_visits_of_each_door_and_every_word_that_it_asks(tmp_path):
    write_targets(long_list(6), tmp_path, formats="html")
    page = Page(tmp_path / "Harbour.html")
    boxes = [attrs for tag, attrs in page.tags if tag == "i"]
    kinds = [attrs["class"].split()[0] for attrs in boxes]
    results, others = words_for("result"), [a for a in ASKED if a.kind == "yes or no"]
    assert kinds.count("at") == kinds.count("collar") == 2 * 6
    assert kinds.count("tick") == 6 * (2 * len(results) + len(others))
    assert kinds.count("officer") == 6
    assert page.of("boxes") == [word.capitalize() for word in results] + [a.heading for a in others]


def test_a_width_is_no_less_than_that_of_the_widest_font():
    """DejaVu Sans at 9 points, as its tables of metrics have it."""
    assert 58.7 <= width_mm("A burglary on your street this week", 9 * 58.7 / 56.05) <= 60
    assert width_mm("W" * 20, 9, bold=True) >= 20 * 1.103 * 9 * 25.4 / 72
    assert width_mm("\u4e00", 9) > width_mm("n", 9)


ONLY_WIDE_LETTERS = """<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig><dir>{fonts}</dir><cachedir>{cache}</cachedir></fontconfig>"""


@needs_browser
@pytest.mark.parametrize(
    ("layout", "has_arial"), [("boxes", True), ("boxes", False), ("lines", False)]
)
def test_a_long_list_prints_on_as_many_pages_as_it_says(tmp_path, monkeypatch, layout, has_arial):
    if not has_arial:
        fonts, cache = tmp_path / "fonts", tmp_path / "cache"
        fonts.mkdir()
        for name in ("DejaVuSans.ttf", "DejaVuSans-Bold.ttf"):
            # The drawing library brings these two with it.
            shutil.copy(Path(matplotlib.get_data_path()) / "fonts/ttf" / name, fonts)
        (tmp_path / "fonts.conf").write_text(ONLY_WIDE_LETTERS.format(fonts=fonts, cache=cache))
        monkeypatch.setenv("FONTCONFIG_FILE", str(tmp_path / "fonts.conf"))
    targets, folder = long_list(60).assign(area="St. Mary"), tmp_path / "lists"
    notes = ["The export is stale. " * 15]
    path, printed = write_targets(
        targets, folder, formats=("html", "pdf"), notes=notes, layout=layout
    )
    assert printed.name == "St. Mary.pdf"
    assert len(printed_pages(printed)) == len(pages_of(path)) >= 4


# Failing runs


def test_without_a_browser_a_pdf_is_refused_before_anything_is_written(tmp_path, monkeypatch):
    monkeypatch.setattr(printing, "find_browser", lambda: None)
    with pytest.raises(OutputError, match="no Edge, Chrome or Chromium"):
        write_targets(made_targets(), tmp_path / "lists", formats=("xlsx", "pdf"))
    assert list(tmp_path.iterdir()) == []


def test_a_run_that_fails_leaves_every_old_file(tmp_path, monkeypatch):
    old = write_targets(made_targets(), tmp_path)
    before = {path: path.read_bytes() for path in old}

    def fail(*_: object) -> None:
        raise OutputError("The disk is full.")

    monkeypatch.setattr("hotspot.sheets.target_files.write_table", fail)
    with pytest.raises(OutputError, match="disk is full"):
        write_targets(made_targets(address="another"), tmp_path)
    assert {path: path.read_bytes() for path in tmp_path.iterdir()} == before


@pytest.mark.slow
def test_a_run_that_is_killed_leaves_every_old_file_whole(tmp_path):
    folder, sign = tmp_path / "lists", tmp_path / "half way"
    old = write_targets(made_targets(), folder)
    before = {path: path.read_bytes() for path in old}
    run = (
        "import sys, time\n"
        "from pathlib import Path\n"
        "from hotspot.sheets import target_files as targets\n"
        "from tests.made_targets import made_targets\n"
        "def hang(table, path):\n"
        "    path.write_text('half')\n"
        "    Path(sys.argv[2]).touch()\n"
        "    time.sleep(600)\n"
        "targets.write_table = hang\n"
        "targets.write_targets(made_targets(address='another'), sys.argv[1])\n"
    )
    process = subprocess.Popen([sys.executable, "-c", run, str(folder), str(sign)], cwd=ROOT)
    try:
        for _ in range(600):
            if sign.exists() or process.poll() is not None:
                break
            time.sleep(0.1)
        assert sign.exists()
    finally:
        process.kill()
        process.wait()
    assert {path: path.read_bytes() for path in old} == before


def test_streets_in_another_crs_are_refused(tmp_path):
    streets = gpd.GeoDataFrame(geometry=[shapely.LineString([(0, 50), (1, 50)])], crs=4326)
    with pytest.raises(DataError, match="another CRS"):
        write_targets(made_targets(), tmp_path, streets=streets)
    with pytest.raises(DataError, match="streets must be"):
        write_targets(made_targets(), tmp_path, streets=pd.DataFrame())
    assert list(tmp_path.iterdir()) == []


# The map


def test_the_map_keeps_directions_distances_and_what_lies_in_view():
    doors = made_targets().set_geometry(
        gpd.points_from_xy([0, 100, 0, 30], [0, 0, 40, 20]), crs="EPSG:27700"
    )
    streets = gpd.GeoDataFrame(
        {"street": ["Mill Lane", "Far Away", None]},
        geometry=[
            shapely.LineString([(-500, 20), (500, 20)]),
            shapely.LineString([(9000, 0), (9100, 0)]),
            shapely.LineString([(50, -500), (50, 500)]),
        ],
        crs="EPSG:27700",
    )
    rows = rows_of(doors)
    drawn = map_of(rows.iloc[:3], rows.iloc[3:], streets)
    south_west, east, north = drawn.pins
    assert [pin.text for pin in drawn.pins] == ["1", "2", "3"]
    assert east.x > south_west.x
    assert north.y < south_west.y
    per_m = drawn.scale_mm / drawn.scale_m
    assert east.x - south_west.x == pytest.approx(100 * per_m, rel=0.01)
    assert south_west.y - north.y == pytest.approx(40 * per_m, rel=0.01)
    assert all(0 < pin.x < WIDTH_MM and 0 < pin.y < HEIGHT_MM for pin in drawn.pins)
    assert len(drawn.others) == 1
    assert len(drawn.streets) == 2
    assert [name.text for name in drawn.names] == ["Mill Lane"]
    assert drawn.names[0].angle == 0


@pytest.mark.parametrize("apart_m", [0, 1, 3])
def test_numbers_of_doors_that_are_close_do_not_cover_each_other(apart_m):
    doors = pd.concat([made_targets()] * 2, ignore_index=True)
    doors = doors.set_geometry(
        gpd.points_from_xy(apart_m * np.arange(8), np.zeros(8)), crs="EPSG:27700"
    )
    pins = map_of(rows_of(doors).assign(stop=range(95, 103)), rows_of(doors).iloc[:0], None).pins
    for index, pin in enumerate(pins):
        assert 0 < pin.at_x - pin.width / 2 < pin.at_x + pin.width / 2 < WIDTH_MM
        half = PIN_HEIGHT_MM / 2
        assert 0 < pin.at_y - half < pin.at_y + half < HEIGHT_MM
        for other in pins[:index]:
            apart = abs(pin.at_x - other.at_x), abs(pin.at_y - other.at_y)
            assert apart[0] >= (pin.width + other.width) / 2 or apart[1] >= PIN_HEIGHT_MM


@pytest.mark.parametrize("seed", range(5))
def test_signs_are_pushed_apart_pair_by_pair(seed):
    random = np.random.default_rng(seed)
    points, widths = random.uniform(0, [60, 30], (15, 2)), random.choice([4.6, 6.4, 8.5], 15)
    points[1] = points[0]
    moved = apart(points, widths, View(np.zeros(2), 1.0, 100.0, 50.0))
    expected = naive.signs_apart(points.tolist(), widths.tolist(), PIN_HEIGHT_MM, (100.0, 50.0))
    assert np.abs(moved - expected).max() < 1e-9


def test_the_map_is_well_formed_whatever_a_street_is_called(tmp_path):
    streets = gpd.GeoDataFrame(
        {"street": ["A & B <i>"]}, geometry=[shapely.LineString([(-99, 5), (99, 5)])], crs=27700
    )
    write_targets(made_targets(), tmp_path, formats="html", streets=streets)
    text = (tmp_path / "Harbour.html").read_text(encoding="utf-8")
    drawing = ElementTree.fromstring(re.search(r"<svg.*?</svg>", text, re.DOTALL)[0])
    assert drawing.get("aria-label") == "Map of doors 1 to 3, north up"
    assert "A & B <i>" in [text.text for text in drawing.iter("text")]
    assert {element.tag for element in drawing.iter()} <= {
        "svg", "g", "rect", "path", "circle", "text",
    }  # fmt: skip


@pytest.mark.parametrize("seed", range(6))
def test_a_name_stands_where_none_of_its_places_is_clearer(seed):
    random = np.random.default_rng(seed)
    size = (190.0, 44.0)
    lines = {
        f"Street {nth} {'x' * int(random.integers(0, 20))}": [
            random.uniform(-5, [195, 50], (int(random.integers(1, 6)), 2))
            for _ in range(random.integers(0, 3))
        ]
        for nth in range(12)
    }
    shown = [*list(lines)[:3], "Not drawn"]
    needed = {name: random.uniform(5, [180, 40], (3, 2)) for name in shown}
    corners = random.uniform(0, size, (12, 2))
    taken = [(x, y, x + 6.0, y + 4.6) for x, y in corners.tolist()]
    labels = {label.text: label for label in named_streets(lines, needed, taken, size)}
    assert set(needed) <= set(labels)
    for name in [*sorted(needed), *sorted(set(lines) - set(needed))]:
        rooms = rooms_along(name, lines.get(name, []), taken, size)
        best, label = max(rooms.values(), default=-np.inf), labels.get(name)
        if best > 0.4:
            away = {place: np.hypot(place[0] - label.x, place[1] - label.y) for place in rooms}
            nearest = min(rooms, key=away.__getitem__)
            assert rooms[nearest] == pytest.approx(best, abs=1e-6)
            assert (label.x, label.y, label.angle) == pytest.approx(nearest, abs=0.051)
        else:
            assert (label is not None) == (name in needed)
        assert label is None or label.beside == (best <= 0.4)
        taken += [] if label is None else label.boxes


def rooms_along(name, lines, taken, size):
    """Return the room of each place along a street where its name may stand."""
    width = Label(name, 0, 0).width
    drawn = [shapely.LineString(points) for points in lines if len(points) > 1]
    rooms = {}
    for line in shapely.get_parts(shapely.line_merge(shapely.MultiLineString(drawn))):
        for x, y, angle, bend in naive.places_along(line, width) if line.length >= width else ():
            if bend <= 1.6:
                steps = np.linspace(-width / 2, width / 2, max(3, len(name) // 2))
                turn = np.array([np.cos(np.radians(angle)), np.sin(np.radians(angle))])
                letters = ([x, y] + steps[:, None] * turn).tolist()
                room = naive.room_around(letters, taken, size, 8.0)
                rooms[x, y, angle] = room - 1.6 - bend / 2
    return rooms


@pytest.mark.parametrize("name", [None, "Mill Ln", "Mill Lane"])
@pytest.mark.parametrize("long_m", [10, 200])
def test_the_street_of_every_door_is_named_on_the_map(name, long_m):
    """However short it is, and whether or not the file of streets knows it, by any spelling."""
    doors = rows_of(made_targets().iloc[[0, 2, 3]])
    line = shapely.LineString([(0, 5), (long_m, 5)])
    streets = gpd.GeoDataFrame({"street": [name]}, geometry=[line], crs=27700)
    drawn = map_of(doors, doors.iloc[:0], streets)
    assert sorted(label.text for label in drawn.names) == ["Mill Lane", "Quay"]
    for label in drawn.names:
        for left, top, right, bottom in (box for box in label.boxes):
            assert 0 <= left < right <= WIDTH_MM
            assert 0 <= top < bottom <= HEIGHT_MM
            for pin in drawn.pins:
                x0, y0, x1, y1 = pin.box
                assert right <= x0 or x1 <= left or bottom <= y0 or y1 <= top


def test_a_name_follows_a_street_of_many_short_pieces():
    """As OpenStreetMap and OS Open Roads draw a bend: no piece is as long as the name."""
    x = np.arange(-60.0, 60.0, 3.0)
    line = shapely.LineString(np.column_stack([x, 8 + 0.05 * x]))
    streets = gpd.GeoDataFrame({"street": ["Long Meadow Road"]}, geometry=[line], crs=27700)
    rows = rows_of(made_targets().iloc[:1])
    drawn = map_of(rows, rows.iloc[:0], streets)
    (along,) = [label for label in drawn.names if not label.beside and "Meadow" in label.text]
    assert along.angle == pytest.approx(-np.degrees(np.arctan(0.05)), abs=0.2)


def test_doors_in_a_row_are_one_sign_on_the_map_of_the_beat_and_others_stand_alone():
    """Rows of 30 doors 8 m apart on a map of a kilometre: no number would stand beside another."""
    x = np.concatenate([8.0 * np.arange(30), [900.0]])
    doors = pd.DataFrame({"stop": range(1, 32), "street": ["Row"] * 30 + ["End"], "x": x, "y": 0.0})
    doors["ring"] = 1
    drawn = draw_beat(Doors.of(doors), None, 90)
    assert drawn.label == "Map of all doors, 1 to 31, north up"
    texts = [pin.text for pin in drawn.pins]
    assert texts[0].startswith("1-")
    assert texts[-1] == "31"
    assert len(drawn.others) == 31
    assert sorted(label.text for label in drawn.names) == ["End", "Row"]


def test_doors_without_a_place_have_no_map_and_are_listed_all_the_same(tmp_path):
    nowhere = made_targets().set_geometry([shapely.Point()] * 4, crs="EPSG:27700")
    write_targets(nowhere, tmp_path, formats="html")
    page = Page(tmp_path / "Harbour.html")
    assert len(page.of("address")) == 3
    assert not any(tag == "svg" for tag, _ in page.tags)
    assert "On no map, as the place is not known: 1, 2 and 3." in page.words


@pytest.mark.parametrize(("apart_m", "is_shown"), [(1, True), (59.3, True), (59.4, False)])
def test_a_dot_for_another_door_stays_within_the_frame(apart_m, is_shown):
    """A millimetre inside it, where a single door is drawn at its closest: 120 m on 190 mm."""
    doors = made_targets().set_geometry(
        gpd.points_from_xy([0, apart_m, 0, 0], [0, 0, 0, 0]), crs="EPSG:27700"
    )
    drawn = map_of(rows_of(doors).iloc[:1], rows_of(doors).iloc[1:2], None)
    assert bool(drawn.others) == is_shown


def test_the_longest_scale_bar_that_fits_is_drawn():
    """Of 34 mm at most: at the closest, where 20 m are 31.7 mm, not 50 m."""
    drawn = map_of(rows_of(made_targets()).iloc[:1], rows_of(made_targets()).iloc[:0], None)
    assert (drawn.scale_m, drawn.scale_mm) == (20, 31.67)


def test_the_supervisors_page_alone_marks_burgled_homes_in_shape_as_well_as_in_colour(tmp_path):
    targets = long_list(80).assign(ring=[0 if n in (3, 40) else 1 for n in range(80)])
    written = write_targets(targets, tmp_path, formats=("html", "supervisor"))
    assert {kind: path.name for kind, path in written.by_area["Harbour"].items()} == {
        "sheet": "Harbour.html", "supervisor page": "Harbour - supervisor.html",
    }  # fmt: skip
    (page,) = pages_of(tmp_path / "Harbour - supervisor.html")
    assert "80 doors: 2 burgled homes, 78 next door." in page
    numbers = printable_rows(targets).query("ring == 0")["stop"]
    assert re.findall(r'class="number burgled">([\d-]+)<', page) == [str(n) for n in numbers]
    assert set(re.findall(r'rx="([\d.]+)" class="(pin[^"]*)"', page)) == {
        ("2.3", "pin"), ("0", "pin burgled"),
    }  # fmt: skip
    assert "For the supervisor, not for the team" in page
    assert not any('pin burgled"' in page for page in pages_of(tmp_path / "Harbour.html"))


# Leaflets


def made_messages() -> gpd.GeoDataFrame:
    """Make homes that get a message: twelve on Mill Lane, two on Dell, one who knows where."""
    streets = ["Mill Lane"] * 12 + ["Dell"] * 2 + [None]
    return gpd.GeoDataFrame(
        {
            "uprn": [f"{n:06d}" for n in range(15)],
            "address": [f"{n} {street}" for n, street in enumerate(streets)],
            "ring": 3,
            "reason": "Within 400 m of 1 burglary, the newest found Monday 26 January.",
            "expires": pd.Timestamp("2026-03-12"),
            "area": ["Harbour"] * 14 + ["Quay"],
            "street": streets,
        },
        geometry=gpd.points_from_xy(range(15), [0] * 15),
        crs="EPSG:27700",
    )


def leaflet_pages(path: Path) -> tuple[str, list[str]]:
    """Give the page of the team and the leaflets."""
    team = path.with_name(path.name.replace("message", "leaflet round"))
    leaflets = path.read_text(encoding="utf-8").split('<section class="leaflet"')[1:]
    return team.read_text(encoding="utf-8"), leaflets


def test_a_leaflet_tells_residents_neither_victim_nor_reference_nor_method_nor_day(tmp_path):
    targets = made_targets(mo="Rear door forced")
    written = write_targets(
        targets, tmp_path, formats="message", messages=made_messages(), marking="OFFICIAL-SENSITIVE"
    )
    assert [path.name for path in written] == [
        "Harbour message.html", "Harbour leaflet round.html", "Harbour - en.txt",
        "Quay message.html", "Quay leaflet round.html", "Quay - en.txt",
        "No area message.html", "No area leaflet round.html", "No area - en.txt",
    ]  # fmt: skip
    team, pages = leaflet_pages(tmp_path / "Harbour message.html")
    # Two homes on the list are on Mill Lane, and one is nobody knows where.
    assert re.findall(r"<tr><td>(.*?)</td><td>(\d+)</td></tr>", team) == [
        ("Mill Lane", "14"), ("Other streets (the last leaflet)", "3"),
    ]  # fmt: skip
    assert team.count("OFFICIAL-SENSITIVE") == 2
    assert "example that comes with hotspot" in team
    assert [re.search('class="street">(.*?)<', page)[1] for page in pages] == ["Mill Lane", ""]
    secrets = [
        *targets["address"], *targets["uprn"].dropna(), *targets["visit_id"], "0926", "Rear door",
        "2026", "February", "January", "Dell", "Forge", "burgled home", "OFFICIAL", "ring",
        "MARKING",
    ]  # fmt: skip
    for page in pages:
        assert not [secret for secret in secrets if secret in page]
        assert "<h1>Burglary has been reported in Harbour.</h1>" in page
    for path in written:
        text = path.read_text(encoding="utf-8")
        assert "0926" not in text
        assert "10 Mill Lane" not in text
        assert ("OFFICIAL" in text) == ("round" in path.name)
    nowhere = (tmp_path / "messages" / "No area - en.txt").read_text(encoding="utf-8")
    assert nowhere.startswith("Burglary has been reported in your neighbourhood.\n")


@pytest.mark.parametrize(("homes", "is_named"), [(4, False), (5, True), (6, True)])
def test_a_street_is_named_on_a_leaflet_from_five_homes_on(tmp_path, homes, is_named):
    """A street of four homes would point at the burgled one."""
    targets = made_targets(street="Mill Lane", area="Harbour").iloc[:2]
    messages = made_messages().iloc[: homes - 2]
    write_targets(targets, tmp_path, formats="message", messages=messages)
    team, pages = leaflet_pages(tmp_path / "Harbour message.html")
    assert "at least 5 homes get one" in team
    assert ("Mill Lane" in team, *("Mill Lane" in page for page in pages)) == (is_named, is_named)
    assert f"<td>{homes}</td>" in team


def test_the_message_is_the_users_text_and_never_markup_nor_a_format(tmp_path):
    text = "Dear {area},\n{weeks} weeks <i>\n\n- {link}\n- {contact}\n\nEnd {area}."
    write_targets(
        made_targets(street="Mill & <b>Lane", area="{link} & <u>Quay"),
        tmp_path,
        formats="message",
        message=MessageTexts({"en": text, "pl": text}, "a.example/{contact}", "PC <Smith>"),
    )
    team, pages = leaflet_pages(tmp_path / "{link} & _u_Quay message.html".replace("_u_", "-u-"))
    assert [re.search('lang="(.*?)"', page)[1] for page in pages] == ["en", "pl"]
    page = " ".join(pages[0].split())
    assert "<h1>Dear {link} &amp; &lt;u&gt;Quay, 6 weeks &lt;i&gt;</h1>" in page
    listed = "<ul> <li>a.example/{contact}</li> <li>PC &lt;Smith&gt;</li> </ul>"
    assert f"{listed} <p>End {{link}} &amp; &lt;u&gt;Quay.</p>" in page
    assert "in: en and pl" in team
    assert "example that comes" not in team


def test_a_language_that_cannot_name_no_area_has_no_leaflet_there_and_the_round_says_so(tmp_path):
    text = "{area} {weeks} {link} {contact}"
    written = write_targets(
        made_targets(area=None), tmp_path, formats="message",
        message=MessageTexts({"en": text, "pl": text}, "a.example", "101"),
    )  # fmt: skip
    team, pages = leaflet_pages(tmp_path / "No area message.html")
    assert [re.search('lang="(.*?)"', page)[1] for page in pages] == ["en"]
    assert "Not in pl: these homes lie in no area" in team
    assert [path.name for path in written if path.suffix == ".txt"] == ["No area - en.txt"]


def test_every_fault_of_the_messages_is_told_at_once():
    with pytest.raises(hs.ConfigError) as told:
        MessageTexts({"en": "{area} {phone}", "EN": "{area} {weeks} {link} {contact} {"}, "", " ")
    assert told.value.problems == [
        "The text en lacks {weeks}, {link} and {contact}.",
        "The text en has {phone}: it may hold {area}, {weeks}, {link} and {contact} only.",
        "'EN' is no code of a language, such as en, cy or pl.",
        "The text EN has a brace that opens or closes no blank.",
        "link must be text that is not empty.",
        "contact must be text that is not empty.",
    ]
    with pytest.raises(hs.ConfigError, match="There is no text"):
        MessageTexts({}, "a.example", "101")


def test_our_message_promises_nothing():
    words = example_texts().texts["en"].casefold()
    assert not [
        word for word in ("will prevent", "proven", "guarantee", "protects") if word in words
    ]


@needs_browser
def test_each_leaflet_is_one_page_of_print(tmp_path):
    targets, messages = made_targets().iloc[:0], made_messages().assign(area="St. Mary")
    written = write_targets(targets, tmp_path, formats=("message", "pdf"), messages=messages)
    assert [path.name for path in written] == [
        "St. Mary message.pdf", "St. Mary leaflet round.pdf", "St. Mary - en.txt",
    ]  # fmt: skip
    # That of the one street that is named, and that of all others.
    assert [len(printed_pages(path)) for path in written[:2]] == [2, 1]


# On the sample


@pytest.mark.filterwarnings("ignore::hotspot.DataWarning")
def test_the_lists_of_the_sample_have_sheets_with_maps_of_their_streets(tmp_path, sample_dir):
    targets = hs.cocooning_targets(
        hs.read_incidents(sample_dir / "burglaries.csv"),
        hs.read_addresses(sample_dir / "addresses.csv"),
        "2026-03-02",
        hs.read_areas(sample_dir / "beats.geojson"),
    )
    targets = targets[targets["area"].isin(["Millfield", "Old Town & Harbour"])]
    streets = gpd.read_file(sample_dir / "streets.geojson").to_crs(targets.crs)
    written = write_targets(targets, tmp_path, streets=streets, formats=("html", "csv"))
    table = pd.read_csv(tmp_path / "targets.csv", dtype=str)
    assert len(table) == len(targets)
    listed = []
    for path in written:
        if path.suffix == ".html":
            page = Page(path)
            listed += page.of("id")
            assert page.of("street-name")
            assert not set(re.findall(r"0926\d{6}", page.words))
    assert sorted(listed) == sorted(targets["visit_id"])
