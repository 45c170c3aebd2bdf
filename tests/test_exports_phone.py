"""The sheet for a phone, driven in a real browser with its network cut."""

import json
import re
from pathlib import Path

import pandas as pd
import pytest

from hotspot import write_targets
from hotspot.sheets.asked_back import ASKED
from hotspot.visits import RESULTS, VisitLedger
from tests.browser import browser, open_file
from tests.made_targets import HOSTILE, Page, made_targets

# Pytest finds the fixture by its name here.
__all__ = ["browser"]

NARROW = (360, 740)


@pytest.fixture(scope="module")
def sheet(tmp_path_factory):
    folder = tmp_path_factory.mktemp("phone")
    written = write_targets(
        made_targets(area="Harbour"), folder, formats="phone", marking="OFFICIAL-SENSITIVE"
    )
    assert [path.name for path in written] == ["Harbour phone.html"]
    return written[0]


def door(page, address):
    return page.get_by_role("article", name=re.compile(address))


def saved(page, folder) -> dict:
    with page.expect_download() as download:
        page.get_by_role("button", name="Save results").click()
    path = folder / download.value.suggested_filename
    download.value.save_as(path)
    return {"path": path, **json.loads(path.read_text(encoding="utf-8"))}


def test_results_are_ticked_and_saved_to_a_file_that_the_ledger_takes(browser, sheet, tmp_path):
    opened = open_file(browser, sheet, NARROW)
    page = opened.page
    page.get_by_label("Collar number").fill("0042")
    first, other = door(page, "2 Mill Lane"), door(page, "The Old Forge")
    assert first.get_by_label("Visited at").is_hidden()
    first.get_by_text("Face to face").click()
    first.get_by_label("Visited at").fill("2026-03-03T18:05")
    first.get_by_text("Leaflet left").click()
    first.get_by_label("For the officer in the case").fill('Said "the gate" was open; 10 € gone')
    other.get_by_text("No reply").click()
    other.get_by_label("Visited at").fill("2026-03-03T18:20")
    assert "2 of 4 doors have a result" in page.get_by_role("status").inner_text()
    file = saved(page, tmp_path)
    assert file["path"].name.startswith("visits Harbour ")
    assert file["marking"] == "OFFICIAL-SENSITIVE"
    assert file["visits"] == [
        {
            "visit_id": "V-C", "result": "face to face", "visited_at": "2026-03-03T18:05",
            "collar_number": "0042", "leaflet_left": "yes", "camera_or_doorbell": "no",
            "referral": "no", "do_not_contact": "no",
            "for_the_officer": 'Said "the gate" was open; 10 € gone',
        },
        {
            "visit_id": "V-B", "result": "no reply", "visited_at": "2026-03-03T18:20",
            "collar_number": "0042", "leaflet_left": "no", "camera_or_doorbell": "no",
            "referral": "no", "do_not_contact": "no", "for_the_officer": "",
        },
    ]  # fmt: skip
    assert set(file["visits"][0]) == {"visit_id", *(asked.field for asked in ASKED)}
    assert opened.requests == []
    assert opened.complaints == []
    with VisitLedger("sqlite://") as ledger:
        ledger.issue(made_targets(area="Harbour"))
        recorded = ledger.record(file["path"])
        assert (recorded.added, len(recorded.rejected)) == (2, 0)
        visits = ledger.visits().set_index("visit_id")
        assert visits.loc["V-C", "result"] == "face to face"
        assert visits.loc["V-B", "visited_at"] == pd.Timestamp("2026-03-03 18:20")
        assert visits["known"].all()
        assert ledger.record(file["path"]).added == 0


def test_what_was_ticked_outlives_the_page_until_it_is_cleared(browser, sheet):
    page = open_file(browser, sheet, NARROW).page
    door(page, "1 Quay").get_by_text("Refused").click()
    page.reload()
    assert door(page, "1 Quay").get_by_label("Refused").is_checked()
    assert door(page, "1 Quay").get_by_label("Visited at").input_value()
    page.get_by_role("button", name="Clear").click()
    assert door(page, "1 Quay").get_by_label("Refused").is_checked()
    page.get_by_role("button", name="Clear all: sure?").click()
    page.reload()
    assert "0 of 4 doors" in page.get_by_role("status").inner_text()


def test_a_result_can_be_taken_back_and_none_is_saved_without_its_time(browser, sheet):
    page = open_file(browser, sheet, NARROW).page
    page.get_by_role("button", name="Save results").click()
    assert "nothing to save" in page.get_by_role("status").inner_text()
    quay = door(page, "1 Quay")
    quay.get_by_text("Empty").click()
    quay.get_by_label("Visited at").fill("")
    page.get_by_role("button", name="Save results").click()
    assert "Not saved" in page.get_by_role("status").inner_text()
    assert quay.get_by_label("Visited at").evaluate("field => field === document.activeElement")
    quay.get_by_role("button", name="Take this result back").click()
    assert "0 of 4 doors" in page.get_by_role("status").inner_text()
    assert not quay.get_by_label("Empty").is_checked()


def test_it_fits_a_narrow_phone_with_targets_for_thumbs_and_names_for_all(browser, sheet):
    page = open_file(browser, sheet, NARROW).page
    door(page, "1 Quay").get_by_text("Empty").click()
    assert page.evaluate("document.documentElement.scrollWidth") <= NARROW[0]
    targets = page.locator(".choices label, button, .field input, .field textarea")
    for box in targets.evaluate_all(
        "all => all.map(one => one.getBoundingClientRect()).filter(box => box.width)"
        ".map(box => [box.width, box.height])"
    ):
        assert min(box) >= 44
    unnamed = page.evaluate(
        "[...document.querySelectorAll('input, textarea, button')].filter(one =>"
        " !(one.labels && one.labels.length) && !one.textContent.trim()).length"
    )
    assert unnamed == 0
    assert page.get_by_role("radio").count() == 4 * len(RESULTS)
    assert page.get_by_text("OFFICIAL-SENSITIVE").count() == 2
    assert page.locator("#no-script").is_hidden()


def test_the_keyboard_alone_records_a_result(browser, sheet):
    page = open_file(browser, sheet).page
    page.get_by_label("Collar number").focus()
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    page.keyboard.press("ArrowDown")
    first = page.get_by_role("article").first
    assert first.get_by_label("Leaflet", exact=True).is_checked()
    page.keyboard.press("Tab")
    assert first.get_by_label("Visited at").evaluate("field => field === document.activeElement")


def test_hostile_text_is_shown_and_never_run(browser, tmp_path):
    text = "</script><script>document.title='run'</script><img src=x onerror=document.title='run'>"
    targets = made_targets(visit_id=HOSTILE[8:12], address=text, at_the_door=text, street=text)
    written = write_targets(targets, tmp_path, formats="phone", marking=text, notes=[text])
    opened = open_file(browser, written[0], NARROW)
    page = opened.page
    page.get_by_label("Empty").first.check()
    assert page.title() == "Doors to visit: Harbour"
    assert text in page.get_by_role("article").first.inner_text()
    file = saved(page, tmp_path)
    assert file["visits"][0]["visit_id"] in HOSTILE[8:12]
    assert file["marking"] == text
    assert opened.complaints == []
    # Even what got into the page could not run: only our script is named.
    smuggled = "<img src=x onerror=document.title='run'>"
    page.evaluate("text => document.body.insertAdjacentHTML('beforeend', text)", smuggled)
    page.wait_for_timeout(100)
    assert page.title() == "Doors to visit: Harbour"


def test_a_browser_that_keeps_nothing_says_so_and_saves_all_the_same(browser, sheet, tmp_path):
    opened = open_file(browser, sheet, NARROW)
    opened.page.add_init_script(
        "Object.defineProperty(window, 'localStorage', {get() { throw new Error('no'); }})"
    )
    opened.page.reload()
    assert "save the results before you close it" in opened.page.locator("#kept").inner_text()
    door(opened.page, "1 Quay").get_by_text("Empty").click()
    assert len(saved(opened.page, tmp_path)["visits"]) == 1


def test_the_page_names_its_one_script_connects_nowhere_and_tells_no_reference(sheet: Path):
    page = Page(sheet)
    assert re.fullmatch(
        r"default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-[\w+/]{43}='; "
        r"base-uri 'none'; form-action 'none'",
        page.policy(),
    )
    text = sheet.read_text(encoding="utf-8")
    assert text.count("<script") == 1
    assert not re.search(r"0926|Next door to|url\(|https?:", text)
    assert not any(name in ("src", "href") for _, attrs in page.tags for name in attrs)
