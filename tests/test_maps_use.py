"""A briefing map in use: layers, weeks, keyboard, tables, phone and paper, in a real browser."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pyproj import Transformer

from hotspot.maps import briefing_map
from tests import made_maps
from tests.browser import PHONE, Opened, browser, open_file
from tests.conftest import incidents_at
from tests.map_pages import (
    MAP,
    assert_quiet,
    click_at,
    full,
    ink,
    opened_map,
    popup_text,
    tick,
)

# Pytest finds the fixtures by their names here.
__all__ = ["browser", "full"]

FOCUSED = """() => {
    const element = document.activeElement;
    const { outlineStyle } = getComputedStyle(element);
    return [element.className, element.type || element.tagName, outlineStyle].join("|");
}"""


def test_the_peak_of_a_surface_lies_on_its_place(browser: Any, tmp_path: Path) -> None:
    surface = made_maps.frames()["surface"]
    m = briefing_map(made_maps.incidents().iloc[:0], surface=surface)
    opened = opened_map(browser, m, tmp_path)

    click_at(opened, made_maps.X + 125, made_maps.Y - 75)
    at_peak = popup_text(opened)
    opened.page.keyboard.press("Escape")
    click_at(opened, made_maps.X - 575, made_maps.Y + 575)

    assert at_peak.startswith("Burglary density: 40 to 8")
    opened.page.locator(".leaflet-popup-content").wait_for(state="detached")


def test_each_layer_is_drawn_and_told(browser: Any, full: Path) -> None:
    opened = open_file(browser, full)
    grounds = {"Rising and falling": (400, -300), "Forecast": (150, -50)}

    for layer in ("Near-repeat chains", "Burglary density", "Earlier burglaries", "Water", "Beats",
                  "Rising and falling", "Forecast"):  # fmt: skip
        tick(opened, layer)
        assert ink(opened) > 20, layer
        if layer in grounds:
            right, up = grounds[layer]
            click_at(opened, made_maps.X + right, made_maps.Y + up)
            told = popup_text(opened)
            assert ("300 %" in told) == (layer == "Rising and falling")
            assert ("Expected burglaries, next 7 days" in told) == (layer == "Forecast")
            opened.page.keyboard.press("Escape")
    assert_quiet(opened)


def test_rising_and_falling_differ_by_a_sign(browser: Any, full: Path) -> None:
    opened = open_file(browser, full)

    tick(opened, "Rising and falling")

    assert sorted(opened.page.locator(".hotspot-change").all_inner_texts()) == ["\u25b2", "\u25bc"]


def test_the_slider_shows_a_week_and_the_way_back(browser: Any, full: Path) -> None:
    opened = open_file(browser, full)
    page = opened.page
    on = page.locator(".leaflet-control-layers-overlays input:checked")
    before = on.count()
    slider = page.locator(".hotspot-weeks input")

    slider.focus()
    page.keyboard.press("ArrowLeft")
    week = page.locator(".hotspot-weeks output").inner_text()
    within = [
        label.inner_text()
        for label in page.locator("label:has(input:checked) .hotspot-layer").all()
    ]
    page.get_by_role("button", name="Back to today").click()

    assert week == "Tue 17 Feb 2026 to Mon 23 Feb 2026: 1 burglary found"
    assert slider.get_attribute("aria-valuetext") == week
    assert "Week by week" in within
    assert not {"Doors to visit", "Raised risk now", "Burglaries"} & set(within)
    assert {"Beats", "Streets"} <= set(within)
    assert on.count() == before
    assert_quiet(opened)


def test_the_weeks_can_be_played_and_paused_with_the_keyboard(browser: Any, full: Path) -> None:
    opened = open_file(browser, full)
    play = opened.page.locator(".hotspot-weeks button").first
    slider = opened.page.locator(".hotspot-weeks input")

    play.focus()
    opened.page.keyboard.press("Enter")
    opened.page.wait_for_function("() => document.querySelector('.hotspot-weeks input').value > 0")
    running = play.inner_text()
    opened.page.keyboard.press("Enter")

    assert running == "Pause"
    assert play.inner_text() == "Play"
    assert int(slider.input_value()) < int(slider.get_attribute("max"))


def test_everything_can_be_reached_and_opened_with_the_keyboard(browser: Any, full: Path) -> None:
    opened = open_file(browser, full)
    page = opened.page
    lon, lat = Transformer.from_crs(27700, 4326, always_xy=True).transform(made_maps.X, made_maps.Y)
    page.evaluate(f"() => {{ {MAP}.setView([{lat}, {lon}], 18, {{animate: false}}); }}")

    reached = []
    for _ in range(40):
        page.keyboard.press("Tab")
        reached.append(page.evaluate(FOCUSED))
    text = "\n".join(reached)
    page.locator(".folium-map").focus()
    page.keyboard.press("Enter")
    opened_text = popup_text(opened)
    in_popup = page.evaluate("() => document.activeElement.className")
    page.keyboard.press("Escape")

    for part in ("hotspot-skip", "hotspot-as-tables", "hotspot-print", "folium-map",
                 "leaflet-control-zoom-in", "layers-selector", "range"):  # fmt: skip
        assert part in text
    assert all(not line.endswith("|none") for line in reached if "BODY" not in line)
    assert opened_text.startswith("Door 1: 1 High Street")
    assert in_popup == "leaflet-popup-close-button"
    page.locator(".leaflet-popup-content").wait_for(state="detached")


def test_tables_tell_the_same_facts_and_lead_to_the_map(browser: Any, full: Path) -> None:
    opened = open_file(browser, full)
    page = opened.page

    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    captions = page.locator(".hotspot-tables caption").all_inner_texts()
    heads = page.locator(".hotspot-tables table").nth(1).locator("thead th").all_inner_texts()
    link = page.get_by_role("button", name="Door 2: 3 High Street")
    link.focus()
    page.keyboard.press("Enter")

    assert captions[:2] == ["Burglaries: 4 rows", "Doors to visit: 3 rows"]
    assert "Raised risk now: 2 rows" in captions
    assert "Burglary density: 4 rows" in captions
    assert heads == ["What", "At the door", "Visit by", "Beat"]
    assert page.locator(".hotspot-tables").is_hidden()
    assert popup_text(opened).startswith("Door 2: 3 High Street")
    assert page.evaluate("() => document.activeElement.className") == "hotspot-popup"
    assert_quiet(opened)


def test_who_plans_can_see_why_a_door_is_listed_and_never_how_much_is_expected(
    browser: Any, full: Path
) -> None:
    opened = open_file(browser, full)
    asked = opened.page.locator("label", has_text="Doors by ring").locator("input")

    assert not asked.is_checked()
    tick(opened, "Doors by ring, and why")
    click_at(opened, made_maps.X, made_maps.Y)
    door = popup_text(opened)

    for words in ("second visit", "overdue", "1 of 3", "Burgled home", "Burgled on Sunday",
                  "Linked burglaries", "V-ABCD"):  # fmt: skip
        assert words in door
    assert "0.0123" not in full.read_text(encoding="utf-8")


@pytest.mark.parametrize(("paper", "width_pt"), [("A4", 842), ("A3", 1191)])
def test_a_map_prints_on_one_sheet_with_its_legend_and_marking(
    browser: Any, full: Path, tmp_path: Path, paper: str, width_pt: int
) -> None:
    opened = open_file(browser, full, PHONE)
    page = opened.page
    before = page.evaluate(f"() => {MAP}.getZoom()")
    page.add_style_tag(content=f"@page {{ size: {paper} landscape !important; }}")

    pdf = page.pdf(prefer_css_page_size=True, print_background=True)

    assert len(re.findall(rb"/Type\s*/Page\b", pdf)) == 1
    box = re.search(rb"/MediaBox\s*\[0 0 ([\d.]+)", pdf)
    assert box
    assert float(box[1]) == pytest.approx(width_pt, abs=2)
    page.emulate_media(media="print")
    page.evaluate("() => window.dispatchEvent(new Event('beforeprint'))")
    assert page.locator(".hotspot-marking").is_visible()
    assert page.locator(".hotspot-key .hotspot-sign").first.is_visible()
    panel, note = page.locator(".hotspot-panel"), page.locator(".hotspot-note").last
    edges = [box["y"] + box["height"] for box in (panel.bounding_box(), note.bounding_box())]
    assert edges[1] <= edges[0] + 1
    assert page.locator(".hotspot-north").is_visible()
    for control in (".hotspot-weeks", ".hotspot-buttons", ".leaflet-control-zoom"):
        assert page.locator(control).is_hidden()
    page.evaluate("() => window.dispatchEvent(new Event('afterprint'))")
    assert page.evaluate(f"() => {MAP}.getZoom()") == before
    assert_quiet(opened)


def test_a_phone_shows_the_map_and_keeps_the_legend_one_tap_away(browser: Any, full: Path) -> None:
    opened = open_file(browser, full, PHONE)
    page = opened.page
    width, height = PHONE

    assert page.evaluate("() => document.documentElement.scrollWidth") <= width
    # A wide font breaks the legend into more lines than another does.
    assert page.locator(".folium-map").bounding_box()["height"] > height * 0.7
    assert not page.locator(".leaflet-control-layers-list").is_visible()
    page.locator(".leaflet-control-layers-toggle").tap()
    assert page.locator(".hotspot-sign").first.is_visible()
    box = page.locator(".leaflet-control-layers").bounding_box()
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= width
    assert_quiet(opened)


def clock_of(opened: Opened) -> Callable[[], float]:
    """Return what tells the processor seconds of the page, whatever else the machine does."""
    asked = opened.page.context.new_cdp_session(opened.page)
    asked.send("Performance.enable", {"timeDomain": "threadTicks"})

    def seconds() -> float:
        told = asked.send("Performance.getMetrics")["metrics"]
        return float({one["name"]: one["value"] for one in told}["TaskDuration"])

    return seconds


@pytest.mark.slow
def test_45_000_incidents_can_be_looked_at(browser: Any, tmp_path: Path) -> None:
    generator = np.random.default_rng(1)
    places = np.array([[640000.0], [370000.0]]) + generator.normal(0, 5000, (2, 45_000))
    incidents = incidents_at(*places, generator.uniform(0, 42, 45_000), start="2026-01-19")

    opened = opened_map(browser, briefing_map(incidents, as_of="2026-03-02"), tmp_path)
    seconds = clock_of(opened)
    before = seconds()
    opened.page.evaluate(f"() => {{ {MAP}.setZoom(15, {{animate: false}}); }}")

    assert ink(opened) > 1000
    assert 0.01 < seconds() - before < 3
    assert_quiet(opened)
