"""One basis for every period: page, legend, slider and record tell the same numbers."""

import html
import json
import re
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import hotspot as hs
from hotspot.briefing import Briefing, brief
from hotspot.briefing.config import load_config
from tests.browser import browser, open_file
from tests.small_town import Burglary, quick_town, usual

pytestmark = pytest.mark.filterwarnings("ignore::hotspot.DataWarning")
# Pytest finds the fixture by its name here.
__all__ = ["browser"]

SAMPLE = Path(hs.__file__).parents[1] / "sample_data" / "briefing.toml"
# What made the numbers differ: found at the edge of the 7 days, recorded long after, begun before a
# year and found in it, and on the stop list.
AWKWARD = [
    Burglary("EDGE/1", "2026-02-24 00:10", "Sea View", 11),
    Burglary("EDGE/2", "2026-02-23 23:50", "Sea View", 13),
    Burglary("LATE/1", "2026-02-10 09:00", "Sea View", 17, cells={"Recorded": "01/03/2026 10:00"}),
    Burglary("YEAR/1", "2025-03-03 06:00", "Sea View", 19, hours=100),
    Burglary("YEAR/2", "2025-03-02 22:00", "Sea View", 21),
    Burglary("STOP/1", "2026-02-28 09:00", "Sea View", 23),
    Burglary("STOP/2", "2026-02-12 09:00", "Sea View", 25),
]


def words(briefing: Briefing, part: str = "") -> str:
    page = (briefing.folder / "briefing.html").read_text(encoding="utf-8")
    body = page[page.index("<body>") :]
    if part:
        body = re.search(rf'<section id="{part}".*?</section>', body, re.DOTALL)[0]
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", body)).split())


@pytest.fixture(scope="module")
def awkward(tmp_path_factory: pytest.TempPathFactory) -> Briefing:
    folder = tmp_path_factory.mktemp("awkward")
    settings = '[cocooning]\nexclude = "exclude.csv"\n'
    path = quick_town(folder, settings, [*usual(), *AWKWARD])
    (folder / "exclude.csv").write_text("reference\nSTOP/1\nSTOP/2\n")
    return brief(path)


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Briefing:
    quick = load_config(SAMPLE).model_copy(update={"backtest": False, "worth": False})
    return brief(quick, folder=tmp_path_factory.mktemp("sample") / "out")


@pytest.mark.parametrize("name", ["awkward", pytest.param("sample", marks=pytest.mark.slow)])
def test_page_legend_slider_and_record_have_one_number(
    request: pytest.FixtureRequest, browser: Any, name: str
) -> None:
    briefing = request.getfixturevalue(name)
    record = json.loads((briefing.folder / "run.json").read_text(encoding="utf-8"))
    headline = record["headline"]
    week, year = headline["found_last_7_days"], headline["found_last_12_months"]

    found = briefing.check.accepted["occurred_to"]
    last = pd.Timestamp(record["as_of"])
    back = (last.normalize() - found.dt.normalize()).dt.days
    assert (week, year) == (((back >= 0) & (back < 7)).sum(), ((back >= 0) & (back < 365)).sum())

    page = words(briefing)
    assert f"{headline['found_last_24_hours']:,} found in 24 hours {week:,} found in 7 days" in page
    assert f"{week:,} in the last 7 days" in words(briefing, "new")
    assert re.search(rf"This week [A-Z][^0-9]+\d+ \w+ to [^0-9]+\d+ \w+ \d+ {week:,} ",
                     words(briefing, "weeks"))  # fmt: skip
    assert f"Burglaries of the last 12 months: {year:,}." in words(briefing, "hours")
    assert f"density of {year:,} burglaries" in words(briefing, "hotspots")

    opened = open_file(browser, briefing.folder / "map.html")
    panel = opened.page.locator("body").inner_text()
    legend = re.search(r"found in the last 7 days: ([\d,]+)", panel)
    assert legend is not None
    assert legend[1] == f"{week:,}"
    slider = opened.page.locator(".hotspot-weeks input")
    slider.focus()
    opened.page.keyboard.press("ArrowLeft")
    opened.page.keyboard.press("ArrowRight")
    told = opened.page.locator(".hotspot-weeks output").inner_text()
    assert re.search(rf": {week:,} burglar(y|ies) found", told), told


def test_what_was_recorded_late_is_listed_and_told_apart(awkward: Briefing) -> None:
    new = words(awkward, "new")
    assert "4 in the last 7 days" in new
    assert "2 more were recorded in these 7 days and found before" in new
    assert "LATE/1" in new
    assert "stop list" not in new
    assert "on the day it was found" in words(awkward)


def test_the_legend_counts_what_the_map_shows(awkward: Briefing) -> None:
    page = (awkward.folder / "map.html").read_text(encoding="utf-8")
    assert "found in the last 7 days: 4" in page
    assert " not shown)" not in page


def test_the_record_holds_the_figures_at_the_top_of_the_page(awkward: Briefing) -> None:
    headline = awkward.record["headline"]
    assert list(headline) == [
        *("found_last_24_hours", "found_last_7_days", "found_last_12_months"),
        *("doors_to_visit", "doors_overdue", "repeat_addresses", "live_zones", "hotspots"),
    ]
    assert headline["doors_to_visit"] == len(awkward.targets)
    assert headline["live_zones"] == len(awkward.zones)
