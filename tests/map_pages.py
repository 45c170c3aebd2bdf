"""What tests do on a page with a saved map: look, click, and listen."""

from pathlib import Path
from typing import Any

import folium
import pytest
from pyproj import Transformer

from hotspot.maps import save_map
from tests import made_maps
from tests.browser import LAPTOP, Opened, open_file, wait_for_frames

MAP = "Object.values(window).find((value) => value instanceof L.Map)"


@pytest.fixture(scope="module")
def full(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Save a map with every layer."""
    return save_map(made_maps.full_map(), tmp_path_factory.mktemp("full") / "map.html")


def opened_map(browser: Any, m: folium.Map, tmp_path: Path, size: Any = LAPTOP) -> Opened:
    return open_file(browser, save_map(m, tmp_path / "map.html"), size)


def click_at(opened: Opened, easting: float, northing: float) -> None:
    """Bring a place to the middle of the map at street zoom, and click on it."""
    lon, lat = Transformer.from_crs(27700, 4326, always_xy=True).transform(easting, northing)
    # What an earlier click opened fades away for a while, and would be read for the next.
    opened.page.evaluate(f"() => {{ {MAP}.closePopup(); }}")
    opened.page.locator(".leaflet-popup").wait_for(state="detached")
    opened.page.evaluate(f"() => {{ {MAP}.setView([{lat}, {lon}], 18, {{animate: false}}); }}")
    box = opened.page.locator(".folium-map").bounding_box()
    opened.page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)


def tick(opened: Opened, *layers: str) -> None:
    """Switch on these layers and no other."""
    for label in opened.page.locator(".leaflet-control-layers-overlays label").all():
        label.locator("input").set_checked(label.locator(".hotspot-layer").inner_text() in layers)
    wait_for_frames(opened)


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
    wait_for_frames(opened)
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
