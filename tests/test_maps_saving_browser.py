"""A user's own folium maps, saved and opened with the network cut."""

import base64
import html
import re
from pathlib import Path
from typing import Any

import branca.colormap
import folium
import pytest
from folium import plugins

from hotspot.maps.offline_map import bare_map
from hotspot.maps.saving import save_map
from tests.browser import LAPTOP, PHONE, Opened, browser, open_file, wait_for_frames, wait_until

__all__ = ["browser"]

PLACE = [53.1, 2.2]
HOSTILE = (
    '</script><script>window.hacked=1</script>{{7*7}}${window.hacked=1}"><img src=x onerror=1>'
)


def opened_map(
    browser: Any, m: folium.Map, tmp_path: Path, size: tuple[int, int] = LAPTOP
) -> Opened:
    return open_file(browser, save_map(m, tmp_path / "map.html"), size)


def user_map() -> folium.Map:
    """Make what people make with folium: markers, icons, shapes, a legend, a layer control."""
    m = folium.Map(PLACE, zoom_start=14)
    folium.Marker(PLACE, popup="<b>plain</b>", tooltip="a tooltip").add_to(m)
    group = folium.FeatureGroup("Icons").add_to(m)
    red = folium.Icon("red", icon="info-sign")
    green = folium.Icon("green", icon="home", prefix="fa", angle=90)
    folium.Marker([53.105, 2.2], icon=red, popup="red").add_to(group)
    folium.Marker([53.105, 2.21], icon=green, popup="green").add_to(group)
    folium.Marker([53.095, 2.2], popup=folium.Popup(folium.IFrame("<i>framed</i>"))).add_to(m)
    shape = {"type": "Polygon", "coordinates": [[[2.19, 53.1], [2.2, 53.09], [2.18, 53.09]]]}
    feature = {"type": "Feature", "properties": {"name": "Quay"}, "geometry": shape}
    collection = {"type": "FeatureCollection", "features": [feature]}
    folium.GeoJson(collection, name="Area", tooltip=folium.GeoJsonTooltip(["name"])).add_to(m)
    branca.colormap.LinearColormap(["red", "blue"], caption="Counts").add_to(m)
    folium.LayerControl().add_to(m)
    return m


@pytest.mark.parametrize("size", [LAPTOP, PHONE], ids=["laptop", "phone"])
def test_a_users_map_with_markers_and_icons_works_offline(
    browser: Any, tmp_path: Path, size: tuple[int, int]
) -> None:
    opened = opened_map(browser, user_map(), tmp_path, size)
    page = opened.page

    page.locator(".awesome-marker-icon-red").click()

    assert page.locator(".leaflet-popup-content").inner_text() == "red"
    assert page.locator("img.leaflet-marker-icon").evaluate_all(
        "(pins) => pins.map((pin) => pin.naturalWidth)"
    ) == [25, 25]
    fonts = page.evaluate(
        """async () => {
          await document.fonts.ready;
          return [...document.fonts].filter((f) => f.status === "loaded").map((f) => f.family);
        }"""
    )
    assert {name.strip('"') for name in fonts} == {"Glyphicons Halflings", "Font Awesome 6 Free"}
    assert page.locator("svg .caption").text_content() == "Counts"
    assert "tile.openstreetmap.org is left out" in page.locator(".hotspot-tiles").inner_text()
    page.locator("img.leaflet-marker-icon").nth(1).click()
    framed = page.frame_locator(".leaflet-popup-content iframe")
    assert framed.locator("i").inner_text() == "framed"
    assert (opened.requests, opened.complaints) == ([], [])


def test_plugins_work_offline(browser: Any, tmp_path: Path) -> None:
    m = folium.Map(PLACE, zoom_start=14)
    plugins.Draw(export=True).add_to(m)
    plugins.MarkerCluster([PLACE] * 12).add_to(m)
    plugins.HeatMap([PLACE] * 3).add_to(m)
    plugins.MiniMap(toggle_display=True).add_to(m)
    line = {"type": "LineString", "coordinates": [[2.2, 53.1], [2.21, 53.1]]}
    dates = {"times": ["2026-01-01", "2026-02-01"]}
    feature = {"type": "Feature", "properties": dates, "geometry": line}
    collection = {"type": "FeatureCollection", "features": [feature]}
    plugins.TimestampedGeoJson(collection, period="P1M", auto_play=False).add_to(m)

    opened = opened_map(browser, m, tmp_path)

    for sign in (
        ".leaflet-draw-draw-polygon",
        ".marker-cluster",
        "canvas.leaflet-heatmap-layer",
        ".leaflet-control-minimap",
        ".timecontrol-play",
    ):
        opened.page.locator(sign).first.wait_for()
    assert (opened.requests, opened.complaints) == ([], [])


def test_hostile_text_in_frames_icons_and_tooltips_is_never_run(
    browser: Any, tmp_path: Path
) -> None:
    m = folium.Map(PLACE, tiles=None, zoom_start=14)
    text = html.escape(HOSTILE)
    folium.Marker(PLACE, popup=folium.Popup(text, show=True), tooltip=text).add_to(m)
    folium.Marker([53.101, 2.2], icon=folium.DivIcon(text)).add_to(m)
    framed = folium.Popup(folium.IFrame(text), show=True)
    folium.Marker([53.102, 2.2], popup=framed).add_to(m)

    opened = opened_map(browser, m, tmp_path)
    wait_for_frames(opened)

    assert opened.page.evaluate("() => window.hacked") is None
    assert opened.page.locator(".leaflet-popup-content").first.inner_text() == HOSTILE
    assert (opened.requests, opened.complaints) == ([], [])


def test_a_notebook_shows_a_map_of_ours_with_what_a_user_adds_offline(
    browser: Any, tmp_path: Path
) -> None:
    m = bare_map()
    m.fit_bounds([[53.09, 2.19], [53.11, 2.21]])
    pin = folium.Icon("red", icon="home", prefix="fa")
    folium.Marker(PLACE, popup="in a notebook", icon=pin).add_to(m)
    notebook = tmp_path / "notebook.html"
    notebook.write_text(f"<!DOCTYPE html><body>{m._repr_html_()}</body>", encoding="utf-8")

    opened = open_file(browser, notebook)
    shown = opened.page.frame_locator("iframe")
    shown.locator(".awesome-marker-icon-red").click()

    assert (
        shown.locator(".awesome-marker i").evaluate("(sign) => getComputedStyle(sign).fontFamily")
        == '"Font Awesome 6 Free"'
    )
    assert shown.locator(".leaflet-popup-content").inner_text() == "in a notebook"
    assert opened.page.locator("iframe").bounding_box()["height"] == m.height_pixels
    assert (opened.requests, opened.complaints) == ([], [])


def test_only_a_host_that_was_named_is_asked_for_tiles(browser: Any, tmp_path: Path) -> None:
    m = folium.Map(PLACE, zoom_start=14)
    folium.TileLayer("https://tiles.force.example/{z}/{x}/{y}.png", attr="Force").add_to(m)
    path = save_map(m, tmp_path / "map.html", basemap="tiles.force.example")

    opened = open_file(browser, path)
    wait_until(opened, lambda: opened.requests)
    wait_for_frames(opened)

    assert {re.sub(r"(?<=example)/.*", "", address) for address in opened.requests} == {
        "https://tiles.force.example"
    }
    assert "tiles.force.example: that host sees" in opened.page.locator("body").inner_text()


def test_a_picture_of_the_users_is_shown_in_a_popup(browser: Any, tmp_path: Path) -> None:
    one_pixel = (
        "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5E"
        "rkJggg=="
    )
    (tmp_path / "pictures").mkdir()
    (tmp_path / "pictures" / "gate.png").write_bytes(base64.b64decode(one_pixel))
    m = folium.Map(PLACE, tiles=None, zoom_start=14)
    popup = folium.Popup('<img class="gate" src="gate.png" alt="gate">', show=True)
    folium.Marker(PLACE, popup=popup).add_to(m)

    opened = open_file(browser, save_map(m, tmp_path / "map.html", files=tmp_path / "pictures"))

    assert opened.page.locator("img.gate").evaluate("(picture) => picture.naturalWidth") == 1
    assert (opened.requests, opened.complaints) == ([], [])
