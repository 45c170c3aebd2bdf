"""The sheet for a phone, driven in a real browser with its network cut."""

import json
import re
from pathlib import Path

import pandas as pd
import pytest

from hotspot import write_targets
from hotspot.sheets.asked_back import ASKED
from hotspot.visits import RESULTS, VisitLedger
from tests.browser import PHONE, browser, open_file, wait_until
from tests.made_targets import HOSTILE, Page, made_targets
from tests.test_exports_workbooks import TOLD, fill_in

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


def record(article):
    article.get_by_role("button", name=re.compile("Record a")).click()


def visits_shown(article):
    return article.get_by_role("listitem").locator("span").all_inner_texts()


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
    assert first.get_by_text("Face to face").is_hidden()
    record(first)
    assert first.get_by_label("Visited at").is_hidden()
    first.get_by_text("Face to face").click()
    first.get_by_label("Visited at").fill("2026-03-03T18:05")
    first.get_by_text("Leaflet left").click()
    first.get_by_label("For the officer in the case").fill('Said "the gate" was open; 10 € gone')
    record(other)
    other.get_by_text("No reply").click()
    other.get_by_label("Visited at").fill("2026-03-03T18:20")
    assert "2 of 4 doors have a result, 3 still open" in page.get_by_role("status").inner_text()
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


def visited(article, result, time):
    record(article)
    article.get_by_text(result, exact=True).click()
    article.get_by_label("Visited at").fill(time)
    article.get_by_role("button", name="Done").click()


def test_every_visit_to_a_door_keeps_its_own_time_and_a_later_file_holds_the_earlier(
    browser, sheet, tmp_path
):
    page = open_file(browser, sheet, NARROW).page
    quay = door(page, "1 Quay")
    visited(quay, "No reply", "2026-03-03T09:35")
    first = saved(page, tmp_path / "first")
    page.reload()
    visited(quay, "Face to face", "2026-03-03T11:10")
    assert visits_shown(quay) == ["no reply, 3/3 09:35", "face to face, 3/3 11:10"]
    time = "2026-03-03T18:00"
    visited(door(page, "The Old Forge"), "No reply", time)
    second = saved(page, tmp_path / "second")
    told = [(one["visit_id"], one["result"], one["visited_at"]) for one in second["visits"]]
    assert told == [
        ("V-D", "no reply", "2026-03-03T09:35"), ("V-D", "face to face", "2026-03-03T11:10"),
        ("V-B", "no reply", time),
    ]  # fmt: skip
    with VisitLedger("sqlite://") as ledger:
        ledger.issue(made_targets(area="Harbour"))
        assert ledger.record(first["path"]).added == 1
        again = ledger.record(second["path"])
        assert (again.added, len(again.rejected)) == (2, 0)
        kept = ledger.visits().sort_values("visited_at")
        assert [f"{at:%H:%M}" for at in kept["visited_at"]] == ["09:35", "11:10", "18:00"]


def test_phone_and_workbook_come_to_the_same_in_the_ledger(browser, tmp_path):
    targets = made_targets(area="Harbour")
    written = write_targets(targets, tmp_path, formats=("xlsx", "phone")).by_area["Harbour"]
    page = open_file(browser, written["phone"], PHONE).page
    for address, result, time in (
        ("10 Mill Lane", "No reply", "2026-03-03T09:35"),
        ("10 Mill Lane", "No reply", "2026-03-03T11:10"),
        ("10 Mill Lane", "Face to face", "2026-03-04T18:20"),
        ("The Old Forge", "Refused", "2026-03-03T09:50"),
        ("2 Mill Lane", "No reply", "2026-03-03T10:05"),
        ("2 Mill Lane", "Leaflet", "2026-03-04T18:45"),
    ):
        visited(page.get_by_role("article", name=re.compile(f"\\d {address}")), result, time)
    forge = door(page, "The Old Forge")
    forge.get_by_role("button", name="Change refused").click()
    forge.get_by_text("Do not contact").click()
    of_the_phone = saved(page, tmp_path)["path"]
    of_one_way = {"Collar number", "Pack given"}
    told = {
        visit: {name: cells[name] for name in cells.keys() - of_one_way}
        for visit, cells in TOLD.items()
    }
    fill_in(written["workbook"], told)
    kept = []
    for path in (of_the_phone, written["workbook"]):
        with VisitLedger("sqlite://") as ledger:
            ledger.issue(targets)
            assert ledger.record(path).rejected.empty
            visits = ledger.visits().sort_values(["visit_id", "visited_at"], ignore_index=True)
            marks = ledger.marks()
        columns = ["visit_id", "visited_at", "result", "leaflet_left", "known", "attempt"]
        kept.append((visits[[name for name in columns if name in visits]], len(marks)))
    pd.testing.assert_frame_equal(kept[0][0], kept[1][0])
    assert len(kept[0][0]) == 6
    assert kept[0][1] == kept[1][1] == 1


def test_a_result_ticked_long_after_the_last_is_another_visit(browser, sheet):
    page = open_file(browser, sheet, NARROW).page
    page.clock.install(time="2026-03-03T09:35:00")
    page.reload()
    quay = door(page, "1 Quay")
    record(quay)
    quay.get_by_text("No reply").click()
    # A slip is mended at once, a call an hour and a half later is not the same.
    quay.get_by_text("Refused").click()
    quay.get_by_text("No reply").click()
    page.clock.set_fixed_time("2026-03-03T11:10:00")
    quay.get_by_text("Face to face").click()
    assert visits_shown(quay) == ["no reply, 3/3 09:35"]
    assert quay.get_by_label("Visited at").input_value() == "2026-03-03T11:10"
    assert "This is another visit" in page.get_by_role("status").inner_text()


def test_a_visit_taken_back_after_it_was_saved_is_told_to_the_supervisor(browser, sheet, tmp_path):
    page = open_file(browser, sheet, NARROW).page
    quay = door(page, "1 Quay")
    visited(quay, "Refused", "2026-03-03T09:35")
    saved(page, tmp_path)
    quay.get_by_role("button", name="Take back refused").click()
    assert "tell your supervisor" in page.get_by_role("status").inner_text()
    assert visits_shown(quay) == []


def test_two_visits_to_one_door_at_one_time_are_not_saved(browser, sheet):
    page = open_file(browser, sheet, NARROW).page
    quay = door(page, "1 Quay")
    for result in ("No reply", "Refused"):
        visited(quay, result, "2026-03-03T09:35")
    page.get_by_role("button", name="Save results").click()
    assert "two visits to this door have one time" in page.get_by_role("status").inner_text()


def test_it_shows_what_is_open_and_goes_to_a_street(browser, tmp_path):
    targets = made_targets(area="Harbour", street=["Mill Lane", None, "Mill Lane", "Quay"])
    (path,) = write_targets(targets, tmp_path, formats="phone")
    page = open_file(browser, path, PHONE).page
    visited(door(page, "1 Quay"), "Face to face", "2026-03-03T09:35")
    visited(door(page, "10 Mill Lane"), "No reply", "2026-03-03T09:45")
    page.get_by_role("button", name="Open 3").click()
    shown = page.locator("article:visible h3").all_inner_texts()
    assert [text.split("\n")[-1] for text in shown] == [
        "2 Mill Lane", "10 Mill Lane", "The Old Forge",
    ]  # fmt: skip
    assert page.get_by_role("heading", name="Quay", exact=True).count() == 0
    streets = page.get_by_label("Go to a street")
    assert streets.locator("option").all_inner_texts() == [
        "Street", "Mill Lane: 2 open", "Quay: 0 open", "Street not known: 1 open",
    ]  # fmt: skip
    assert streets.locator("option[disabled]").all_inner_texts() == ["Quay: 0 open"]
    streets.select_option(label="Street not known: 1 open")
    assert page.locator("h2:focus").inner_text() == "Street not known"
    page.get_by_role("button", name="All 4").click()
    assert page.locator("article:visible").count() == 4
    # A home that is not to be called on again is not open, whatever the result.
    forge = door(page, "The Old Forge")
    record(forge)
    forge.get_by_text("No reply").click()
    forge.get_by_text("Do not contact").click()
    assert page.get_by_role("button", name="Open 2").is_visible()


@pytest.mark.parametrize("tier", [None, "gold"])
def test_the_pack_given_is_asked_for_where_the_list_names_packs(browser, tmp_path, tier):
    (path,) = write_targets(made_targets(area="Harbour", tier=tier), tmp_path, formats="phone")
    page = open_file(browser, path, PHONE).page
    quay = door(page, "1 Quay")
    record(quay)
    quay.get_by_text("Leaflet", exact=True).click()
    assert quay.get_by_label("Pack given").count() == (tier is not None)
    if tier:
        quay.get_by_text("Pack given").click()
        assert saved(page, tmp_path)["visits"][0]["pack_given"] == "yes"


def test_what_was_ticked_outlives_the_page_until_it_is_cleared(browser, sheet):
    page = open_file(browser, sheet, NARROW).page
    quay = door(page, "1 Quay")
    record(quay)
    quay.get_by_text("Refused").click()
    page.reload()
    (visit,) = visits_shown(quay)
    assert re.fullmatch(r"refused, \d+/\d+ \d\d:\d\d", visit)
    page.get_by_role("button", name="Clear").click()
    assert visits_shown(quay) == [visit]
    assert "1 visit is in no file yet" in page.get_by_role("status").inner_text()
    page.get_by_role("button", name="Clear all: sure?").click()
    page.reload()
    assert "0 of 4 doors" in page.get_by_role("status").inner_text()


def test_a_result_can_be_taken_back_and_none_is_saved_without_its_time(browser, sheet):
    page = open_file(browser, sheet, NARROW).page
    page.get_by_role("button", name="Save results").click()
    assert "nothing to save" in page.get_by_role("status").inner_text()
    quay = door(page, "1 Quay")
    record(quay)
    quay.get_by_text("Empty").click()
    quay.get_by_label("Visited at").fill("")
    record(door(page, "2 Mill Lane"))
    assert visits_shown(quay) == ["empty, no time yet"]
    page.get_by_role("button", name="Save results").click()
    assert "Not saved" in page.get_by_role("status").inner_text()
    assert quay.get_by_label("Visited at").evaluate("field => field === document.activeElement")
    quay.get_by_role("button", name="Take back").click()
    assert "0 of 4 doors" in page.get_by_role("status").inner_text()
    assert visits_shown(quay) == []
    page.get_by_role("button", name="Bring it back").click()
    assert visits_shown(quay) == ["empty, no time yet"]
    quay.get_by_role("button", name="Change empty").click()
    quay.get_by_label("Visited at").fill("2999-01-01T10:00")
    page.get_by_role("button", name="Save results").click()
    assert "Not saved: this visit lies in the future" in page.get_by_role("status").inner_text()


def test_it_fits_a_narrow_phone_with_targets_for_thumbs_and_names_for_all(browser, sheet):
    page = open_file(browser, sheet, NARROW).page
    quay = door(page, "1 Quay")
    for result in ("No reply", "Empty"):
        record(quay)
        quay.get_by_text(result).click()
        if result == "No reply":
            quay.get_by_role("button", name="Done").click()
    assert page.evaluate("document.documentElement.scrollWidth") <= NARROW[0]
    targets = page.locator(".choices label, button, select, .field input, .field textarea")
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
    assert page.locator("input[type=radio]").count() == 4 * len(RESULTS)
    assert page.get_by_text("OFFICIAL-SENSITIVE").count() == 2
    assert page.locator("#no-script").is_hidden()


def test_the_keyboard_alone_records_a_result(browser, sheet):
    page = open_file(browser, sheet).page
    page.get_by_label("Collar number").focus()
    for _ in range(4):
        page.keyboard.press("Tab")
    first = page.get_by_role("article").first
    focused = "button => button === document.activeElement"
    assert first.get_by_role("button", name="Record a visit").evaluate(focused)
    page.keyboard.press("Enter")
    page.keyboard.press("Space")
    page.keyboard.press("ArrowDown")
    assert first.get_by_label("Leaflet", exact=True).is_checked()
    page.keyboard.press("Tab")
    assert first.get_by_label("Visited at").evaluate("field => field === document.activeElement")


def test_hostile_text_is_shown_and_never_run(browser, tmp_path):
    text = "</script><script>document.title='run'</script><img src=x onerror=document.title='run'>"
    targets = made_targets(visit_id=HOSTILE[8:12], address=text, at_the_door=text, street=text)
    written = write_targets(targets, tmp_path, formats="phone", marking=text, notes=[text])
    opened = open_file(browser, written[0], NARROW)
    page = opened.page
    record(page.get_by_role("article").first)
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
    # The picture is refused, and then the script that was to run where it failed.
    wait_until(opened, lambda: len(opened.complaints) >= 2)
    assert page.title() == "Doors to visit: Harbour"


def test_a_browser_that_keeps_nothing_says_so_and_saves_all_the_same(browser, sheet, tmp_path):
    opened = open_file(browser, sheet, NARROW)
    opened.page.add_init_script(
        "Object.defineProperty(window, 'localStorage', {get() { throw new Error('no'); }})"
    )
    opened.page.reload()
    assert "save the results before you close it" in opened.page.locator("#kept").inner_text()
    record(door(opened.page, "1 Quay"))
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
