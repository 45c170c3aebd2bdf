"""A public map as people open it: no network, any screen, no pointer needed."""

from pathlib import Path
from typing import Any

import geopandas as gpd
import pytest
import shapely

from hotspot.maps.public import public_map
from hotspot.maps.saving import save_map
from tests.browser import LAPTOP, PHONE, browser, open_file
from tests.test_public_map import CRS, SETTINGS, X, Y, town

__all__ = ["browser"]

HOSTILE = "</script><script>window.hacked=1</script><img src=x onerror=window.hacked=1>{{7*7}}${1}"


@pytest.mark.parametrize("size", [LAPTOP, PHONE], ids=["laptop", "phone"])
def test_a_public_map_tells_its_counts_on_the_map_and_as_a_table(
    browser: Any, tmp_path: Path, size: tuple[int, int]
) -> None:
    incidents, addresses = town([[9, 2, 5], [1, 0, 8]], held=40)
    areas = gpd.GeoDataFrame(
        {"area": [f"{HOSTILE}{number}" for number in range(2)]},
        geometry=[shapely.box(X, Y + 500 * n, X + 1500, Y + 500 * n + 500) for n in range(2)],
        crs=CRS,
    )
    m = public_map(incidents, addresses, areas, title=HOSTILE, notes=[HOSTILE], **SETTINGS)

    opened = open_file(browser, save_map(m, tmp_path / "public.html"), size)
    page = opened.page
    page.locator(".hotspot-as-tables").press("Enter")
    table = page.locator(".hotspot-table table")

    assert page.locator(".hotspot-marking").count() == 0
    assert page.locator(".hotspot-title").inner_text() == HOSTILE
    assert table.locator("thead th").all_inner_texts() == [
        "What", "Burglaries", "Addresses", "Burglaries per 1,000 addresses",
    ]  # fmt: skip
    assert table.locator("tbody td").all_inner_texts() == ["16", "120", "133.3", "9", "120", "75.0"]
    assert table.locator("tbody th").first.inner_text() == f"{HOSTILE}0"
    table.locator("tbody button").first.click()
    assert "16" in page.locator(".leaflet-popup-content").inner_text()
    assert page.evaluate("() => window.hacked") is None
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    assert (opened.requests, opened.complaints) == ([], [])
