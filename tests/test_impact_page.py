"""The page of an operation: two sides of paper, whatever is on it, and no wider than a screen."""

import re
from pathlib import Path
from typing import Any

import pytest

import hotspot as hs
from hotspot.demo.operation_district import DistrictProcess, make_district
from tests.browser import LAPTOP, PHONE, browser, has_arial, open_file
from tests.test_access import faults

__all__ = ["browser"]

_BROKEN_LABELS = """() => {
    const broken = [], range = document.createRange();
    for (const head of document.querySelectorAll(".narrow th")) {
        const text = head.firstChild;
        for (const word of text ? text.data.matchAll(/\\S+/g) : []) {
            range.setStart(text, word.index);
            range.setEnd(text, word.index + word[0].length);
            if (range.getClientRects().length > 1) broken.push(word[0]);
        }
    }
    return broken;
}"""


@pytest.fixture(scope="module")
def longest(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write a page with as much on it as an operation of 28 places, changed since its plan, has."""
    district = make_district(3, DistrictProcess(columns=16, pairs=28))
    beacon, incidents = district.operations[0], district.incidents()
    treated, control = (
        district.ground(names).rename(columns={"place": "area"})
        for names in (beacon.treated, beacon.control)
    )
    treated["area"] = [
        f"Upper {name} Street and the terraces behind it" for name in treated["area"]
    ]
    dates: dict[str, Any] = {
        "before": ("2023-04-10", "2025-02-28"), "after": ("2025-03-20", "2026-04-30"),
    }  # fmt: skip
    costs = {"operation_cost": 50_000, "unit_cost": 530}
    effect = hs.impact.evaluate_operation(
        incidents, treated, **dates, **costs, displacement_m=[250, 100, 200], permutations=0,
        seed=1, control={"control": control, "half of it": control[::2]}, displacement_control=250,
    )  # fmt: skip
    place = tmp_path_factory.mktemp("longest")
    ground = {"treated": treated, "control": control}
    plan = hs.impact.write_plan(
        place / "plan.toml", name="Op Long", objective="Fewer", success="a fall", **ground,
        before=("2023-03-01", "2025-02-28"), after=("2025-03-01", "2026-02-28"),
        review="2026-04-30", made="2025-02-10",
        agreed={"displacement_m": 400, "operation_cost": 3, "unit_cost": 2},
    )  # fmt: skip
    changes = plan.changes(**dates, **ground, agreed={"displacement_m": 250, **costs})
    said = "Terraces with alleys behind them, entry by the rear, at dusk, in a hurry. " * 3
    words = hs.impact.OperationWords("Op Long", said, said, said, said, said)
    done = hs.impact.assess_operation(
        incidents, effect, words, hs.impact.OperationGround(treated, control), plan, changes
    )
    assert len(done.cautions) >= 10
    inputs = {f"file {number}.geojson": "a" * 64 for number in range(6)}
    done.write(place, marking="OFFICIAL-SENSITIVE - neighbourhood teams only", inputs=inputs)
    alone = hs.impact.evaluate_operation(incidents, treated, **dates, permutations=0, seed=1)
    short = hs.impact.assess_operation(
        incidents, alone, hs.impact.OperationWords("Op Short"), hs.impact.OperationGround(treated)
    )
    short.write(place, name="short", formats=["html"])
    return place


@pytest.mark.slow
@pytest.mark.parametrize("size", [PHONE, LAPTOP])
def test_a_page_prints_on_two_sides_and_fits_a_phone(
    browser: Any, longest: Path, size: tuple[int, int]
) -> None:
    for page in (longest / "impact.html", longest / "short.html"):
        opened = open_file(browser, page, size)
        wide = opened.page.evaluate("document.documentElement.scrollWidth")
        assert wide <= size[0]
        assert not faults(opened.page)
        pdf = opened.page.pdf(prefer_css_page_size=True, print_background=True)
        # A page full of words is longer where nothing like Arial is installed.
        wider = page.stem == "impact" and not has_arial(opened)
        assert len(re.findall(rb"/Type\s*/Page\b", pdf)) == 2 + wider, page
        # On paper no label of a setting is broken within a word: one word is one line.
        opened.page.emulate_media(media="print")
        assert opened.page.evaluate(_BROKEN_LABELS) == []
        assert not opened.requests
        assert not opened.complaints
