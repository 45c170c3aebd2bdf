"""What a map opens on and leads to: today's burglaries, alike doors, the whole area, a street."""

from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from pyproj import Transformer

from hotspot._errors import ConfigError, DataError
from hotspot.maps import MapLayers, briefing_map, team_map
from hotspot.maps.briefing_layers import draw_doors
from hotspot.maps.saving import page_text
from tests import made_maps
from tests.browser import LAPTOP, PHONE, browser, open_file
from tests.conftest import incidents_at
from tests.map_pages import (
    MAP,
    assert_quiet,
    box_for,
    click_at,
    full,
    opened_map,
    popup_text,
)

# Pytest finds the fixtures by their names here.
__all__ = ["browser", "full"]

X, Y = made_maps.X, made_maps.Y
SAID = ".hotspot-search [role=status]"


def test_every_door_is_marked_alike_by_its_number_whichever_was_burgled() -> None:
    targets = made_maps.frames()["targets"]

    drawing = draw_doors(targets.iloc[::-1])

    assert len(drawing.styles) == 1
    assert [row[1] for row in drawing.rows] == [0, 0, 0]
    assert [row[3] for row in drawing.rows] == ["1", "2", "3"]
    assert drawing.fields == ["At the door", "Visit by", "Beat"]


def test_a_teams_map_is_the_same_bytes_whichever_home_was_burgled_and_why() -> None:
    targets = made_maps.frames()["targets"]
    other = targets.assign(
        ring=[2, 1, 0], reason="Opposite 9 Low Street", crime_refs="SECRET/1", visit_id="V-OTHER",
        task="leaflet", overdue="overdue", distance_m=[31.0, 8.0, 0.0],
    )  # fmt: skip
    ground = MapLayers(streets=made_maps.frames()["streets"], areas=made_maps.frames()["areas"])

    pages = {page_text(team_map(each, layers=ground)) for each in (targets, other)}

    assert len(pages) == 1
    page = pages.pop()
    for words in ("Burgled", "B00000", "V-ABCD", "Next door", "SECRET"):
        assert words not in page
    for words in ("Door 2: 3 High Street", "A burglary on your street this week", "Low Street"):
        assert words in page


def test_a_teams_map_has_nothing_of_a_county_but_what_lies_near_its_doors() -> None:
    targets = made_maps.frames()["targets"]
    streets = gpd.GeoDataFrame(
        {"street": ["Near Street", "Far Street"]},
        geometry=[shapely.LineString([(X + d, Y), (X + d + 9, Y)]) for d in (300, 3000)],
        crs=made_maps.CRS,
    )

    ground = MapLayers(streets=streets)
    page = page_text(
        team_map(targets, layers=ground, marking="OFFICIAL", warning="OLD", notes=["Two are <b>"])
    )

    assert "Near Street" in page
    assert "Far Street" not in page
    for words in (">OFFICIAL<", ">OLD<", "Two are &lt;b&gt;"):
        assert words in page


def test_a_list_without_numbers_words_or_doors_makes_a_map_all_the_same() -> None:
    targets = made_maps.frames()["targets"].drop(columns=["number", "at_the_door", "street"])

    assert "1 High Street" in page_text(team_map(targets))
    assert "none today" in page_text(team_map(targets.iloc[:0], as_of="2026-03-02"))
    # House numbers, of somebody's own list, are no numbers of the round.
    assert [row[3] for row in draw_doors(targets.assign(number="54")).rows] == ["", "", ""]


def test_what_keeps_a_teams_map_from_being_drawn_is_told() -> None:
    with pytest.raises(DataError, match="address"):
        team_map(made_maps.frames()["targets"].drop(columns="address"))
    with pytest.raises(ConfigError, match="MapLayers"):
        team_map(made_maps.frames()["targets"], layers={})  # type: ignore[arg-type]


def test_the_first_lines_are_for_who_has_never_seen_such_a_map(browser: Any, full: Path) -> None:
    opened = open_file(browser, full)

    assert opened.page.locator(".hotspot-panel .hotspot-sign").all_inner_texts()[:3] == [
        "A dark pin: a burglary found in the last 7 days",
        "A blue circle: a door to visit, with its number on the list",
        "Orange ground: more risk of a burglary for now",
    ]


@pytest.mark.parametrize("size", [(1280, 720), LAPTOP, PHONE])
def test_the_whole_study_area_is_in_view_and_a_beat_without_any_burglary_is_not(
    browser: Any, tmp_path: Path, size: tuple[int, int]
) -> None:
    frames = made_maps.frames()
    beats = [shapely.box(X + d, Y - 900, X + d + 1500, Y + 900) for d in (-1500, 0, 30_000)]
    areas = gpd.GeoDataFrame({"area": list("WEF")}, geometry=beats, crs=made_maps.CRS)
    opened = opened_map(
        browser, made_maps.drawn(made_maps.incidents(), **(frames | {"areas": areas})), tmp_path,
        size,
    )  # fmt: skip
    edges = np.array(
        opened.page.evaluate(
            f"() => {{ const b = {MAP}.getBounds(); return [[b.getWest(), b.getSouth()], "
            "[b.getEast(), b.getNorth()]]; }"
        )
    )
    east, north = Transformer.from_crs(4326, 27700, always_xy=True).transform(*edges.T)

    assert east[0] < X - 1500
    assert X + 1500 < east[1] < X + 20_000
    assert north[0] < Y - 900
    assert north[1] > Y + 900


def test_new_burglaries_stand_over_the_doors_around_them_and_leave_their_own_to_be_read(
    browser: Any, tmp_path: Path
) -> None:
    # The burgled home of today in a terrace that runs north, where its pin stands over the next.
    doors = gpd.GeoDataFrame(
        {"ring": 1, "number": range(1, 20), "address": [f"{n} Quay" for n in range(1, 20)]},
        geometry=gpd.points_from_xy([X] * 19, Y + 8.0 * np.arange(-5, 14)),
        crs=made_maps.CRS,
    )
    incidents = incidents_at([X], [Y], [0], start="2026-03-01")
    m = briefing_map(incidents, targets=doors, as_of="2026-03-02")
    opened = opened_map(browser, m, tmp_path)
    click_at(opened, X, Y)
    at_its_foot = popup_text(opened)
    opened.page.keyboard.press("Escape")
    opened.page.locator(".leaflet-popup-content").wait_for(state="detached")
    box = opened.page.locator(".folium-map").bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2

    opened.page.mouse.click(x, y - 20)
    at_its_head = popup_text(opened)

    assert at_its_foot.startswith("Door 6: 6 Quay")
    assert at_its_head.startswith("B00000")
    # From afar, too, where the doors of a street are one blot.
    opened.page.evaluate(f"() => {{ {MAP}.closePopup(); {MAP}.setZoom(14, {{animate: false}}); }}")
    opened.page.locator(".leaflet-popup-content").wait_for(state="detached")
    opened.page.mouse.click(x, y - 15)
    assert popup_text(opened).startswith("B00000")


def test_new_burglaries_are_not_lost_in_the_number_of_all(browser: Any, tmp_path: Path) -> None:
    generator = np.random.default_rng(1)
    places = np.array([[X], [Y]]) + generator.normal(0, 1500, (2, 2600))
    days = np.r_[np.full(2597, 20.0), [41.0] * 3]
    incidents = incidents_at(*places, days, start="2026-01-19")
    opened = opened_map(browser, briefing_map(incidents, as_of="2026-03-02"), tmp_path)

    drawn = opened.page.evaluate(
        f"""() => {{
            const refs = [];
            {MAP}.eachLayer((layer) => {{
                if (layer.feature) refs.push(layer.feature.properties.entries[0][0]);
            }});
            return refs;
        }}"""
    )

    assert sorted(drawn) == ["B02597", "B02598", "B02599"]


def rested(opened: Any, begin: str) -> str:
    """Rest the mouse on the middle of the map, and return what it is told there."""
    box = opened.page.locator(".folium-map").bounding_box()
    told = ""
    # The map hears of a mouse at most every 32 ms, and a move within them is lost to it: a hand is
    # never so still, nor so fast.
    for shake in range(40):
        across = box["x"] + box["width"] / 2 + (shake % 2)
        opened.page.mouse.move(across, box["y"] + box["height"] / 2)
        opened.page.wait_for_timeout(50)
        tips = opened.page.locator(".hotspot-hover").all_inner_texts()
        told = " ".join(tips[-1].split()) if tips else ""
        if told.startswith(begin):
            break
    return told


def test_a_mouse_is_told_what_it_rests_on(browser: Any, full: Path) -> None:
    opened = open_file(browser, full)

    def told_at(right: float, up: float, begin: str) -> str:
        click_at(opened, X + right, Y + up)
        opened.page.keyboard.press("Escape")
        opened.page.locator(".folium-map").hover(position={"x": 5, "y": 300})
        return rested(opened, begin)

    assert told_at(20, 0, "Door") == "Door 2: 3 High Street"
    burglary = "B00001 Happened Fri 20 Feb 2026"
    assert told_at(300, 100, burglary).startswith(burglary)
    zone = told_at(-500, -350, "Raised risk, 15-42")
    assert zone.startswith("Raised risk, 15-42 days old Burglaries 2")
    assert "Days left 17" in zone


def test_a_phone_shows_no_hover_text_beside_a_popup(browser: Any, full: Path) -> None:
    opened = open_file(browser, full, PHONE)
    click_at(opened, X, Y)

    assert opened.page.locator(".leaflet-popup-content").count() == 1
    assert opened.page.locator(".hotspot-hover").count() == 0


def middle_of(opened: Any) -> tuple[float, float]:
    """Return easting and northing of the middle of the map."""
    lon, lat = opened.page.evaluate(
        f"() => {{ const {{ lng, lat }} = {MAP}.getCenter(); return [lng, lat]; }}"
    )
    return Transformer.from_crs(4326, 27700, always_xy=True).transform(lon, lat)


@pytest.mark.parametrize("size", [LAPTOP, PHONE])
def test_a_street_is_found_with_the_keyboard_shown_and_marked(
    browser: Any, full: Path, size: tuple[int, int]
) -> None:
    opened = open_file(browser, full, size)
    page = opened.page
    field, options = page.get_by_role("combobox", name="Find a street"), page.get_by_role("option")

    field.focus()
    page.keyboard.type("str")
    offered = options.all_inner_texts()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    pointed = page.locator("[aria-selected=true]").inner_text()
    told = field.get_attribute("aria-activedescendant")
    page.keyboard.press("Enter")

    assert offered == ["High Street", "Low Street"]
    assert pointed == field.input_value() == "Low Street"
    assert told == "hotspot-street-1"
    assert middle_of(opened) == (pytest.approx(X, abs=5), pytest.approx(Y - 100, abs=5))
    # The pane of what was found: the street is drawn there.
    assert page.locator(".leaflet-found-pane canvas").count() == 1
    assert page.locator(SAID).inner_text() == "Low Street"
    assert options.count() == 0
    page.keyboard.press("Escape")
    assert field.input_value() == ""
    assert_quiet(opened)


def test_a_street_says_how_many_doors_are_there_and_what_is_none_is_said(
    browser: Any, full: Path
) -> None:
    opened = open_file(browser, full)
    field, said = (
        opened.page.get_by_role("combobox"),
        opened.page.locator(SAID),
    )

    field.fill("HIGH st")
    opened.page.get_by_role("option").click()
    found = said.inner_text()
    field.fill("Nowhere Road")

    assert found == "High Street: 3 doors"
    assert said.inner_text() == "No such street here"


def test_streets_are_found_by_the_doors_where_there_is_no_backdrop(
    browser: Any, tmp_path: Path
) -> None:
    targets = made_maps.frames()["targets"]
    opened = opened_map(browser, team_map(targets), tmp_path)

    opened.page.get_by_role("combobox").fill("high")
    opened.page.keyboard.press("Enter")

    assert opened.page.locator(SAID).inner_text() == "High Street: 3 doors"
    assert middle_of(opened) == (pytest.approx(X + 10, abs=2), pytest.approx(Y + 10, abs=2))


def test_a_map_without_a_street_has_no_search(browser: Any, tmp_path: Path) -> None:
    opened = opened_map(browser, briefing_map(made_maps.incidents()), tmp_path)

    assert opened.page.get_by_role("combobox").count() == 0


def series() -> gpd.GeoDataFrame:
    """Four crimes over a year, two of them at one place, and one of another series."""
    crimes = incidents_at(
        [X, X + 300, X + 300, X + 900, X - 700],
        [Y, Y + 100, Y + 100, Y - 200, Y],
        [424, 200, 20, 390, 423],
    )
    return crimes.assign(series_id=["S1", "S1", "S1", "S1", "S2"])


def test_a_map_of_a_series_shows_all_of_its_crimes_in_the_order_of_time(
    browser: Any, tmp_path: Path
) -> None:
    crimes = series()
    m = briefing_map(crimes.iloc[:1], as_of="2026-03-02", layers=MapLayers(series=crimes))
    opened = opened_map(browser, m, tmp_path)
    click_at(opened, X + 300, Y + 100)
    told = popup_text(opened)

    assert box_for(opened, "Series").is_checked()
    legend = opened.page.locator("label", has_text="Series").locator(".hotspot-sign")
    assert [text.strip() for text in legend.all_inner_texts()] == [
        "S1: 4 crimes, numbered in time, Tue 21 Jan 2025 to Sun 1 Mar 2026",
        "S2: 1 crime, numbered in time, Sat 28 Feb 2026 to Sat 28 Feb 2026",
    ]
    for words in ("B00002", "1 of 4 of S1", "B00001", "2 of 4 of S1", "Days after the one before"):
        assert words in told
    assert_quiet(opened)


def test_a_map_of_nothing_but_burglaries_shows_the_old_ones_too(
    browser: Any, tmp_path: Path
) -> None:
    opened = opened_map(browser, briefing_map(series(), as_of="2026-03-02"), tmp_path)

    assert box_for(opened, "Earlier burglaries").is_checked()
    with_zones = briefing_map(series(), zones=made_maps.frames()["zones"], as_of="2026-03-02")
    other = opened_map(browser, with_zones, tmp_path)
    assert not box_for(other, "Earlier burglaries").is_checked()


def test_a_series_heeds_the_cut_off_and_its_columns() -> None:
    late = series().assign(recorded_at=pd.Timestamp("2026-03-09"))
    layers = MapLayers(series=late)

    assert "B00003" not in page_text(briefing_map(late.iloc[:0], as_of="2026-03-02", layers=layers))
    with pytest.raises(DataError, match="series"):
        briefing_map(late, layers=MapLayers(series=late.drop(columns="crime_ref")))
