"""Saved maps in a real browser with its network cut."""

from pathlib import Path
from typing import Any

import folium
import geopandas as gpd
import pandas as pd
import pytest
import xarray as xr

from hotspot.maps import briefing_map
from hotspot.output.text import clean_text
from tests import made_maps
from tests.browser import LAPTOP, PHONE, browser, open_file, wait_for_frames, wait_until
from tests.map_pages import (
    MAP,
    assert_quiet,
    box_for,
    click_at,
    full,
    ink,
    opened_map,
    popup_text,
)

# Pytest finds the fixtures by their names here.
__all__ = ["browser", "full"]

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
    "left\u202eright\u2066\x07\x1b[2J",
    "&lt;script&gt;window.hacked=1&lt;/script&gt;",
    "</title></style></textarea><svg onload=window.hacked=1>",
)


def hostile_frames() -> dict[str, Any]:
    """Every frame once for each hostile text, side by side."""
    frames = [made_maps.frames(text) for text in HOSTILE]
    joined = dict(frames[0])
    for name, first in frames[0].items():
        if isinstance(first, xr.DataArray):
            continue
        parts = [
            each[name].set_geometry(each[name].translate(2000 * number))
            for number, each in enumerate(frames)
        ]
        joined[name] = pd.concat(parts, ignore_index=True)
    return joined


@pytest.mark.parametrize("size", [LAPTOP, PHONE])
def test_a_briefing_map_opens_from_a_file_without_a_request_or_a_complaint(
    browser: Any, full: Path, size: tuple[int, int]
) -> None:
    opened = open_file(browser, full, size)

    wait_for_frames(opened)
    assert_quiet(opened)
    assert opened.page.title() == "Briefing"
    assert opened.page.locator(".hotspot-marking").inner_text() == "OFFICIAL-SENSITIVE"
    assert opened.page.locator(".leaflet-control-scale-line").count() == 2
    assert ink(opened) > 1000


def test_the_panel_lists_the_layers_from_top_to_backdrop(browser: Any, full: Path) -> None:
    opened = open_file(browser, full)

    names = opened.page.locator(".hotspot-panel .hotspot-layer").all_inner_texts()
    assert names == [
        "Burglaries",
        "Doors to visit",
        "Doors by ring, and why",
        "Earlier burglaries",
        "Near-repeat chains",
        "Hotspots, ranked",
        "Rising and falling",
        "Raised risk now",
        "Forecast",
        "Burglary density",
        "Week by week",
        "Beats",
        "Streets",
        "Buildings",
        "Water",
    ]
    assert opened.page.locator(".hotspot-sign svg").count() >= 10


def test_layers_can_be_switched_off_and_on(browser: Any, full: Path) -> None:
    opened = open_file(browser, full)
    full = ink(opened)

    box_for(opened, "Raised risk now").click()
    without = ink(opened)
    box_for(opened, "Raised risk now").click()

    assert without < full / 2
    assert ink(opened) == full
    assert_quiet(opened)


def test_doors_stay_on_top_of_zones_that_are_switched_on_again(browser: Any, full: Path) -> None:
    opened = open_file(browser, full)
    for _ in range(2):
        box_for(opened, "Raised risk now").click()

    click_at(opened, made_maps.X, made_maps.Y)

    assert popup_text(opened).startswith("Door 1: 1 High Street")


def test_popups_say_what_an_officer_needs(browser: Any, full: Path) -> None:
    opened = open_file(browser, full)

    click_at(opened, made_maps.X, made_maps.Y)
    door = popup_text(opened)
    click_at(opened, made_maps.X + 300, made_maps.Y + 100)
    burglary = popup_text(opened)
    click_at(opened, made_maps.X - 500, made_maps.Y - 350)
    zone = popup_text(opened)

    assert door.split("\n") == [
        "Door 1: 1 High Street",
        "At the door", "A burglary on your street this week",
        "Visit by", "Tue 3 Mar 2026 14:00",
        "Beat", "Quayside",
    ]  # fmt: skip
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
        "Door 1: 1 High Street",
        "Door 2: 3 High Street",
        "Door 3: 2 High Street",
    ]


def test_street_names_are_written_at_street_zoom_only(browser: Any, full: Path) -> None:
    opened = open_file(browser, full)
    labels = opened.page.locator(".hotspot-street")

    opened.page.evaluate(f"() => {{ {MAP}.setZoom(14, {{animate: false}}); }}")
    from_afar = labels.count()
    click_at(opened, made_maps.X + 333, made_maps.Y + 60)

    assert from_afar == 0
    assert "High Street" in labels.all_inner_texts()


def test_hostile_text_in_every_field_is_shown_and_never_run(browser: Any, tmp_path: Path) -> None:
    every = " ".join(HOSTILE)
    incidents = pd.concat(
        [made_maps.incidents().iloc[:2].translate(2000 * n) for n in range(len(HOSTILE))]
    )
    incidents = gpd.GeoDataFrame(
        {
            "crime_ref": [f"{text}{n}" for text in HOSTILE for n in range(2)],
            "offence_code": [text for text in HOSTILE for _ in range(2)],
            "occurred_from": pd.Timestamp("2026-02-27"),
            "occurred_to": pd.Timestamp("2026-02-28"),
        },
        geometry=incidents.to_numpy(),
        crs=made_maps.CRS,
    )
    m = made_maps.drawn(
        incidents, **hostile_frames(), title=every, marking=every, notes=HOSTILE, figure=every,
        as_of="2026-03-02",
    )  # fmt: skip
    opened = opened_map(browser, m, tmp_path)
    page = opened.page
    shown = [" ".join(clean_text(text).split()) for text in HOSTILE]

    for number in (0, len(HOSTILE) - 2):
        click_at(opened, made_maps.X + 2000 * number, made_maps.Y)
        assert f"{shown[number]}1 High Street" in popup_text(opened)
    page.get_by_role("combobox").fill("street")
    offered = [" ".join(text.split()) for text in page.get_by_role("option").all_inner_texts()]
    page.keyboard.press("Enter")
    page.locator(".hotspot-as-tables").click()
    told = " ".join(page.locator(".hotspot-tables").inner_text().split())

    assert_quiet(opened)
    assert len(offered) == 8
    assert {text.removesuffix("High Street").removesuffix("Low Street") for text in offered} <= {
        *shown
    }
    for text in shown:
        for field in ("1 High Street", "Burgled on Sunday", "V-ABCD", "A burglary on",
                      "second visit", "Quayside", "Low Street", "B00003", "East"):  # fmt: skip
            assert f"{text}{field}" in told
        assert f"{text}0" in told
    for place in ("marking", "title", "figure"):
        assert shown[0] in page.locator(f".hotspot-{place}").inner_text()
    notes = page.locator(".hotspot-note").all_inner_texts()
    assert [" ".join(note.split()) for note in notes] == shown
    assert page.evaluate("() => document.documentElement.scrollWidth") <= LAPTOP[0]


def test_hostile_text_in_a_users_own_popups_and_tooltips_is_never_run(
    browser: Any, tmp_path: Path
) -> None:
    m = folium.Map([53.1065, 2.2015], tiles=None, zoom_start=15)
    for number, text in enumerate(HOSTILE):
        lat = 53.1 + 0.001 * number
        folium.CircleMarker([lat, 2.2], fill=True, popup=f"{text} in a popup").add_to(m)
        folium.CircleMarker(
            [lat, 2.201], fill=True, popup=folium.Popup(f"{text} in a popup", parse_html=True)
        ).add_to(m)
        folium.CircleMarker(
            [lat, 2.202], tooltip=folium.Tooltip(f"{text} in a tooltip", permanent=True)
        ).add_to(m)
        feature = {
            "type": "Feature",
            "properties": {"name": text.replace("{% raw %}{#", "")},
            "geometry": {"type": "Point", "coordinates": [2.203, lat]},
        }
        folium.GeoJson(
            {"type": "FeatureCollection", "features": [feature]},
            popup=folium.GeoJsonPopup(["name"]),
            marker=folium.CircleMarker(fill=True),
        ).add_to(m)
    opened = opened_map(browser, m, tmp_path)

    paths = opened.page.locator("path.leaflet-interactive")
    for path in paths.all():
        path.dispatch_event("click")
    wait_for_frames(opened)

    assert paths.count() == 4 * len(HOSTILE)
    assert opened.page.evaluate("() => window.hacked") is None


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
    browser: Any, full: Path
) -> None:
    opened = open_file(browser, full)

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
    wait_until(opened, lambda: len(opened.complaints) >= 3)

    assert opened.page.evaluate("() => window.hacked") is None
    assert all(
        "Content Security Policy" in line or "Fetch API" in line for line in opened.complaints
    )


def test_only_the_host_that_was_asked_for_is_asked(browser: Any, tmp_path: Path) -> None:
    m = made_maps.full_map(basemap="OpenStreetMap")
    opened = opened_map(browser, m, tmp_path)

    wait_until(opened, lambda: opened.requests)
    wait_for_frames(opened)

    assert {address.split("/")[2] for address in opened.requests} == {"tile.openstreetmap.org"}
    assert "tile.openstreetmap.org" in opened.page.locator(".hotspot-tiles").inner_text()
    assert opened.page.locator(".hotspot-tiles").is_visible()


def test_a_layer_added_to_a_briefing_map_is_listed_too(browser: Any, tmp_path: Path) -> None:
    m = made_maps.full_map()
    mine = folium.FeatureGroup(name="My <b>own</b> layer").add_to(m)
    folium.CircleMarker([53.1, 2.2]).add_to(mine)
    opened = opened_map(browser, m, tmp_path)

    names = opened.page.locator(".hotspot-panel .hotspot-layer").all_inner_texts()

    assert names[-1] == "Water"
    assert "My <b>own</b> layer" in names
    assert_quiet(opened)
