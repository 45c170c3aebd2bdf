"""Pages that everybody can read: an accessibility engine finds no serious fault on any of them."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import hotspot as hs
from hotspot.maps import save_map
from hotspot.maps.public import public_map
from hotspot.sheets.target_files import write_targets
from hotspot.visits import VisitLedger
from tests import made_maps
from tests.browser import LAPTOP, PHONE, Opened, browser, open_file
from tests.small_town import write_town
from tests.test_public_map import SETTINGS, town

# Pytest finds the fixture by its name here.
__all__ = ["browser"]

axe = pytest.importorskip(
    "axe_playwright_python.sync_playwright", reason="axe-playwright-python is not installed"
)
_SERIOUS = ("serious", "critical")
FADED_IN = """() => {
    const popup = document.querySelector(".leaflet-popup");
    return popup !== null && getComputedStyle(popup).opacity === "1";
}"""


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """One page of each kind, by what it is."""
    folder = tmp_path_factory.mktemp("pages")
    settings = '[cocooning]\nmax_visits = 6\n[output]\nmarking = "OFFICIAL-SENSITIVE"\n'
    set_up = write_town(folder / "town", settings=settings)
    briefing = folder / "briefing"
    hs.brief(set_up, folder=briefing)
    incidents = hs.read_incidents(folder / "town" / "burglaries.csv")
    addresses = hs.read_addresses(folder / "town" / "addresses.csv", to_crs=incidents.crs)
    targets = hs.cocooning_targets(incidents, addresses, "2026-03-02", max_visits=6)
    lists = write_targets(targets, folder / "lists", formats=("html", "phone"))
    sheets = {f"list {path.stem}": path for path in lists if path.suffix == ".html"}
    with VisitLedger(f"sqlite:///{folder / 'visits.db'}") as ledger:
        ledger.issue(targets)
        report = ledger.report().write(folder / "report")
    density = hs.density.map_density(incidents)
    drawn = hs.briefing_map(
        incidents.iloc[:0],
        surface=density.surface,
        layers=hs.maps.MapLayers(hotspots=density.hotspots),
    )
    knox = hs.knox_test(incidents, permutations=19, seed=1)
    public = public_map(*town([[9, 2, 5], [0, 1, 7]]), **SETTINGS)
    return {
        "briefing map": briefing / "map.html",
        "team map": briefing / "targets" / "West map.html",
        "briefing page": briefing / "briefing.html",
        "full map": save_map(made_maps.full_map(), folder / "full.html"),
        "density map": save_map(drawn, folder / "density map.html"),
        "density page": _page(density.write(folder / "density", formats="html")),
        "Knox page": _page(knox.write(folder / "knox")),
        "public map": save_map(public, folder / "public.html"),
        "backtest page": _backtest_page(incidents, folder / "backtest"),
        "visit report": _page(report),
        **sheets,
    }


def _backtest_page(incidents: Any, folder: Path) -> Path:
    result = hs.backtest(
        [hs.RetrospectiveDensity()],
        incidents,
        hs.Grid.over(incidents, 500),
        incidents["occurred_to"].max().normalize() - pd.Timedelta(days=28),
        incidents["occurred_to"].max().normalize(),
    )
    return _page(result.write(folder))


def _page(files: list[Path]) -> Path:
    return next(path for path in files if path.suffix == ".html")


def faults(page: Any) -> list[str]:
    """Tell what is wrong with a page, and where."""
    found = axe.Axe().run(page, options={"resultTypes": ["violations"]}).response["violations"]
    return [
        f"{fault['id']}: {node['html'][:200]}"
        for fault in found
        if fault["impact"] in _SERIOUS
        for node in fault["nodes"]
    ]


@dataclass
class Seen:
    """What a page did when it was opened, how it fits its window, and its faults."""

    requests: list[str]
    complaints: list[str]
    lang: str
    viewport: str | None
    faults: list[str]


@pytest.fixture(
    scope="module",
    params=[LAPTOP, PHONE],
    ids=["laptop", "phone"],
)
def seen(browser: Any, pages: dict[str, Path], request: pytest.FixtureRequest) -> dict[str, Seen]:
    """Open every page once at each size: a browser is what these tests cost."""
    return {name: look_at(open_file(browser, path, request.param)) for name, path in pages.items()}


def look_at(opened: Opened) -> Seen:
    page = opened.page
    lang = page.evaluate("() => document.documentElement.lang")
    viewport = page.locator('meta[name="viewport"]').get_attribute("content")
    # The engine is a script of its own: what the page itself did is noted before it runs.
    requests, complaints = list(opened.requests), list(opened.complaints)
    seen = Seen(requests, complaints, lang, viewport, faults(page))
    page.context.close()
    return seen


@pytest.mark.slow
def test_no_page_has_a_serious_fault(seen: dict[str, Seen]) -> None:
    assert {name: page.faults for name, page in seen.items() if page.faults} == {}


def test_a_map_has_no_serious_fault_with_a_popup_tables_or_an_earlier_week(
    browser: Any, tmp_path: Path
) -> None:
    opened = open_file(browser, save_map(made_maps.full_map(), tmp_path / "full.html"))
    page = opened.page

    page.locator(".hotspot-weeks input").fill("3")
    in_a_week = faults(page)
    page.locator(".hotspot-as-tables").click()
    as_tables = faults(page)
    page.locator(".hotspot-tables th button").first.click()
    # A popup fades in, and half faded its words have little contrast.
    page.wait_for_function(FADED_IN)
    with_popup = faults(page)

    assert page.locator(".leaflet-popup-content").count() == 1
    assert (in_a_week, as_tables, with_popup) == ([], [], [])


@pytest.mark.slow
def test_every_page_asks_nothing_complains_of_nothing_and_may_be_enlarged(
    seen: dict[str, Seen],
) -> None:
    for name, page in seen.items():
        assert page.requests == [], name
        assert page.complaints == [], name
        assert page.lang, name
        assert page.viewport is not None, name
        assert "user-scalable" not in page.viewport, name
