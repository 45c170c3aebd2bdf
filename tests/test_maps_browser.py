"""Saved maps in a real browser with its network cut."""

from pathlib import Path
from typing import Any

import folium
import numpy as np
import pytest
from pyproj import Transformer

from hotspot.maps import briefing_map, save_map
from tests import made_maps
from tests.browser import LAPTOP, PHONE, Opened, browser, open_file
from tests.conftest import incidents_at

# Pytest finds the fixture by its name here.
__all__ = ["browser"]

HOSTILE = (
    "<script>window.hacked=1</script>",
    '"><img src=x onerror=window.hacked=1>',
    "`+(window.hacked=1)+`",
    "\\`+(window.hacked=1)+`",
    "${window.hacked=1}",
    "</script><script>window.hacked=1</script>",
    "<!--<script>",
    "{{7*7}}{% raw %}{#",
    "'+(window.hacked=1)+'",
    '<a href="javascript:window.hacked=1">',
    "line\u2028separators\u2029",
)
MAP = "Object.values(window).find((value) => value instanceof L.Map)"


def opened_map(browser: Any, m: folium.Map, tmp_path: Path, size: Any = LAPTOP) -> Opened:
    return open_file(browser, save_map(m, tmp_path / "map.html"), size)


def click_at(opened: Opened, easting: float, northing: float) -> None:
    """Bring a place to the middle of the map at street zoom, and click on it."""
    lon, lat = Transformer.from_crs(27700, 4326, always_xy=True).transform(easting, northing)
    opened.page.evaluate(f"() => {{ {MAP}.setView([{lat}, {lon}], 18, {{animate: false}}); }}")
    box = opened.page.locator(".folium-map").bounding_box()
    opened.page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)


def popup_text(opened: Opened) -> str:
    return str(opened.page.locator(".leaflet-popup-content").last.inner_text())


def box_for(opened: Opened, layer: str) -> Any:
    """Find the check box of a layer by its name."""
    label = opened.page.locator(".leaflet-control-layers-overlays label").filter(
        has=opened.page.locator(f'.hotspot-layer:text-is("{layer}")')
    )
    return label.locator("input")


def ink(opened: Opened) -> int:
    """Count the pixels of the map's canvas that something is drawn on."""
    return int(
        opened.page.evaluate(
            """() => {
                const canvas = document.querySelector(".leaflet-overlay-pane canvas");
                const copy = new OffscreenCanvas(canvas.width, canvas.height)
                    .getContext("2d", { willReadFrequently: true });
                copy.drawImage(canvas, 0, 0);
                const { data } = copy.getImageData(0, 0, canvas.width, canvas.height);
                return data.filter((value, place) => place % 4 === 3 && value > 0).length;
            }"""
        )
    )


def assert_quiet(opened: Opened) -> None:
    assert opened.requests == []
    assert opened.complaints == []
    assert opened.page.evaluate("() => window.hacked") is None


@pytest.mark.parametrize("size", [LAPTOP, PHONE])
def test_a_briefing_map_opens_from_a_file_without_a_request_or_a_complaint(
    browser: Any, tmp_path: Path, size: tuple[int, int]
) -> None:
    opened = opened_map(browser, made_maps.full_map(), tmp_path, size)

    opened.page.wait_for_timeout(300)
    assert_quiet(opened)
    assert opened.page.title() == "Briefing"
    assert opened.page.locator(".hotspot-marking").inner_text() == "OFFICIAL-SENSITIVE"
    assert opened.page.locator(".leaflet-control-scale-line").count() == 2
    assert ink(opened) > 1000


def test_the_panel_lists_the_layers_from_top_to_backdrop(browser: Any, tmp_path: Path) -> None:
    opened = opened_map(browser, made_maps.full_map(), tmp_path)

    names = opened.page.locator(".hotspot-panel .hotspot-layer").all_inner_texts()
    assert names == [
        "Doors to visit",
        "Burglaries",
        "Earlier burglaries",
        "Hotspots, ranked",
        "Raised risk now",
        "Burglary density",
        "Beats",
        "Streets",
    ]
    assert opened.page.locator(".hotspot-sign svg").count() >= 10


def test_layers_can_be_switched_off_and_on(browser: Any, tmp_path: Path) -> None:
    opened = opened_map(browser, made_maps.full_map(), tmp_path)
    full = ink(opened)

    box_for(opened, "Raised risk now").click()
    opened.page.wait_for_timeout(100)
    without = ink(opened)
    box_for(opened, "Raised risk now").click()
    opened.page.wait_for_timeout(100)

    assert without < full / 2
    assert ink(opened) == full
    assert_quiet(opened)


def test_doors_stay_on_top_of_zones_that_are_switched_on_again(
    browser: Any, tmp_path: Path
) -> None:
    opened = opened_map(browser, made_maps.full_map(), tmp_path)
    for _ in range(2):
        box_for(opened, "Raised risk now").click()

    click_at(opened, made_maps.X, made_maps.Y)

    assert popup_text(opened).startswith("1 High Street")


def test_popups_say_what_an_officer_needs(browser: Any, tmp_path: Path) -> None:
    opened = opened_map(browser, made_maps.full_map(), tmp_path)

    click_at(opened, made_maps.X, made_maps.Y)
    door = popup_text(opened)
    click_at(opened, made_maps.X + 300, made_maps.Y + 100)
    burglary = popup_text(opened)
    click_at(opened, made_maps.X - 500, made_maps.Y - 350)
    zone = popup_text(opened)

    for words in ("1 High Street", "Burgled home", "Burgled on Sunday", "Tue 3 Mar 2026 14:00"):
        assert words in door
    assert "Linked burglaries" in door
    assert burglary.split("\n")[0] == "B00001"
    assert "Fri 20 Feb 2026" in burglary
    assert "Raised risk, 15-42 days old" in zone
    assert "Days left" in zone


def test_doors_at_one_point_share_a_sign_and_are_all_named(browser: Any, tmp_path: Path) -> None:
    targets = made_maps.frames()["targets"]
    targets = targets.set_geometry(targets.geometry.iloc[[0, 0, 0]].set_axis(targets.index))
    opened = opened_map(browser, briefing_map(made_maps.incidents(), targets=targets), tmp_path)

    click_at(opened, made_maps.X, made_maps.Y)

    assert opened.page.locator(".hotspot-popup h2").all_inner_texts() == [
        "1 High Street",
        "3 High Street",
        "2 High Street",
    ]


def test_street_names_are_written_at_street_zoom_only(browser: Any, tmp_path: Path) -> None:
    opened = opened_map(browser, made_maps.full_map(), tmp_path)
    labels = opened.page.locator(".hotspot-street")

    opened.page.evaluate(f"() => {{ {MAP}.setZoom(14, {{animate: false}}); }}")
    from_afar = labels.count()
    click_at(opened, made_maps.X, made_maps.Y + 60)

    assert from_afar == 0
    assert "High Street" in labels.all_inner_texts()


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_in_every_field_is_shown_and_never_run(
    browser: Any, tmp_path: Path, text: str
) -> None:
    shown = text.replace("\u2028", "").replace("\u2029", "")
    opened = opened_map(browser, made_maps.full_map(text), tmp_path)

    click_at(opened, made_maps.X, made_maps.Y)
    door = popup_text(opened)
    click_at(opened, made_maps.X + 300, made_maps.Y + 100)
    burglary = popup_text(opened)

    assert_quiet(opened)
    assert opened.page.locator(".hotspot-marking").inner_text() == f"{shown}OFFICIAL-SENSITIVE"
    assert opened.page.locator(".hotspot-title").inner_text() == f"{shown}Briefing"
    assert opened.page.locator(".hotspot-note").inner_text() == f"{shown}a note"
    assert f"{shown}1 High Street" in door
    assert f"{shown}Burgled on Sunday" in door
    assert f"{shown}B00001" in burglary
    streets = opened.page.locator(".hotspot-street").all_inner_texts()
    assert f"{shown}High Street" in streets


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_in_a_users_own_popups_and_tooltips_is_never_run(
    browser: Any, tmp_path: Path, text: str
) -> None:
    m = folium.Map([53.1, 2.2], tiles=None, zoom_start=15)
    folium.CircleMarker([53.1, 2.2], fill=True, popup=f"{text} in a popup").add_to(m)
    folium.CircleMarker(
        [53.1, 2.201], fill=True, popup=folium.Popup(f"{text} in a popup", parse_html=True)
    ).add_to(m)
    folium.CircleMarker(
        [53.1, 2.202], tooltip=folium.Tooltip(f"{text} in a tooltip", permanent=True)
    ).add_to(m)
    feature = {
        "type": "Feature",
        "properties": {"name": text.replace("{% raw %}{#", "")},
        "geometry": {"type": "Point", "coordinates": [2.203, 53.1]},
    }
    folium.GeoJson(
        {"type": "FeatureCollection", "features": [feature]},
        popup=folium.GeoJsonPopup(["name"]),
        marker=folium.CircleMarker(fill=True),
    ).add_to(m)
    opened = opened_map(browser, m, tmp_path)

    paths = opened.page.locator("path.leaflet-interactive")
    for number in (0, 1, 3):
        paths.nth(number).click()
    opened.page.wait_for_timeout(100)

    assert paths.count() == 4
    assert opened.page.evaluate("() => window.hacked") is None
    assert opened.page.evaluate("() => document.links.length && window.hacked") in (0, None)


def test_a_users_own_map_works_with_its_markers(browser: Any, tmp_path: Path) -> None:
    m = folium.Map([53.1, 2.2], tiles=None, zoom_start=15)
    folium.Marker([53.1, 2.2], popup="Back`tick ${money}").add_to(m)
    folium.Marker([53.101, 2.201], icon=folium.DivIcon("<b>bold</b>")).add_to(m)
    opened = opened_map(browser, m, tmp_path)

    opened.page.locator("img.leaflet-marker-icon").click()

    assert popup_text(opened) == "Back`tick ${money}"
    assert opened.page.locator("img.leaflet-marker-icon").evaluate("(e) => e.naturalWidth") == 25
    assert_quiet(opened)


def test_the_policy_stops_a_script_and_a_request_that_got_in_all_the_same(
    browser: Any, tmp_path: Path
) -> None:
    opened = opened_map(browser, made_maps.full_map(), tmp_path)

    opened.page.evaluate(
        """() => {
            const script = document.createElement("script");
            script.textContent = "window.hacked = 1";
            document.body.append(script);
            const box = document.createElement("div");
            box.innerHTML = '<img src="https://example.org/x.png" onerror="window.hacked = 1">';
            document.body.append(box);
            fetch("https://example.org/").catch(() => 0);
        }"""
    )
    opened.page.wait_for_timeout(200)

    assert opened.page.evaluate("() => window.hacked") is None
    assert len(opened.complaints) >= 3
    assert all(
        "Content Security Policy" in line or "Fetch API" in line for line in opened.complaints
    )


def test_the_peak_of_a_surface_lies_on_its_place(browser: Any, tmp_path: Path) -> None:
    surface = made_maps.frames()["surface"]
    opened = opened_map(browser, briefing_map(made_maps.incidents(), surface=surface), tmp_path)
    to_degrees = Transformer.from_crs(27700, 4326, always_xy=True)

    def colour_at(easting: float, northing: float) -> list[int]:
        lon, lat = to_degrees.transform(easting, northing)
        return list(
            opened.page.evaluate(
                f"""() => {{
                const place = {MAP}.latLngToContainerPoint([{lat}, {lon}]);
                const map = document.querySelector(".folium-map").getBoundingClientRect();
                const image = document.querySelector("img.leaflet-image-layer");
                const box = image.getBoundingClientRect();
                const canvas = document.createElement("canvas");
                [canvas.width, canvas.height] = [image.naturalWidth, image.naturalHeight];
                const context = canvas.getContext("2d");
                context.drawImage(image, 0, 0);
                const across = (place.x + map.x - box.x) / box.width * canvas.width;
                const down = (place.y + map.y - box.y) / box.height * canvas.height;
                return [...context.getImageData(across, down, 1, 1).data];
            }}"""
            )
        )

    at_peak = colour_at(made_maps.X + 125, made_maps.Y - 75)
    darkest = np.array([0x41, 0x13, 0x6A])
    assert np.abs(np.array(at_peak[:3]) - darkest).max() <= 3
    assert at_peak[3] > 150
    assert colour_at(made_maps.X - 575, made_maps.Y + 575)[3] == 0


def test_a_phone_shows_the_map_and_keeps_the_legend_one_tap_away(
    browser: Any, tmp_path: Path
) -> None:
    opened = opened_map(browser, made_maps.full_map(), tmp_path, PHONE)
    page = opened.page
    width, height = PHONE

    assert page.evaluate("() => document.documentElement.scrollWidth") <= width
    assert page.locator(".folium-map").bounding_box()["height"] > height * 0.75
    assert not page.locator(".leaflet-control-layers-list").is_visible()
    page.locator(".leaflet-control-layers-toggle").tap()
    assert page.locator(".hotspot-sign").first.is_visible()
    box = page.locator(".leaflet-control-layers").bounding_box()
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= width
    assert_quiet(opened)


def test_only_the_host_that_was_asked_for_is_asked(browser: Any, tmp_path: Path) -> None:
    m = made_maps.full_map(basemap="OpenStreetMap")
    opened = opened_map(browser, m, tmp_path)

    opened.page.wait_for_timeout(300)

    assert opened.requests
    assert {address.split("/")[2] for address in opened.requests} == {"tile.openstreetmap.org"}
    assert "tile.openstreetmap.org" in opened.page.locator(".hotspot-tiles").inner_text()
    assert opened.page.locator(".hotspot-tiles").is_visible()


def test_a_layer_added_to_a_briefing_map_is_listed_too(browser: Any, tmp_path: Path) -> None:
    m = made_maps.full_map()
    mine = folium.FeatureGroup(name="My <b>own</b> layer").add_to(m)
    folium.CircleMarker([53.1, 2.2]).add_to(mine)
    opened = opened_map(browser, m, tmp_path)

    names = opened.page.locator(".hotspot-panel .hotspot-layer").all_inner_texts()

    assert names[-1] == "Streets"
    assert "My <b>own</b> layer" in names
    assert_quiet(opened)


def test_45_000_incidents_can_be_looked_at(browser: Any, tmp_path: Path) -> None:
    generator = np.random.default_rng(1)
    places = np.array([[640000.0], [370000.0]]) + generator.normal(0, 5000, (2, 45_000))
    incidents = incidents_at(*places, generator.uniform(0, 42, 45_000), start="2026-01-19")

    opened = opened_map(browser, briefing_map(incidents, cutoff="2026-03-02"), tmp_path)
    started = opened.page.evaluate("() => performance.now()")
    opened.page.evaluate(f"() => {{ {MAP}.setZoom(15, {{animate: false}}); }}")
    taken_ms = opened.page.evaluate("() => performance.now()") - started

    assert ink(opened) > 1000
    assert taken_ms < 3000
    assert_quiet(opened)
