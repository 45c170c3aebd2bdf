"""The page and its sections: what a section knows is shown, and what is misspelt is a fault."""

import re
from dataclasses import fields
from importlib.resources import files
from pathlib import Path

import jinja2
import pytest
from jinja2 import nodes

from hotspot.briefing import Briefing
from hotspot.briefing.sections import SECTIONS
from hotspot.briefing.sections.doors_to_visit import DoorsSection
from hotspot.briefing.sections.hours_and_method import HoursSection
from hotspot.briefing.sections.linked_series import SeriesSection
from hotspot.briefing.sections.raised_risk import MapSection
from hotspot.briefing.sections.repeats import RepeatsSection
from hotspot.briefing.sections.section import Section, left_out, table
from hotspot.briefing.sections.trust import TrustSection
from hotspot.output.page_parts import Cell
from hotspot.output.pages import environment
from hotspot.output.printing import find_browser, print_page

TEMPLATE = "briefing_sections.html.j2"
KINDS = (
    Section, DoorsSection, HoursSection, RepeatsSection, TrustSection, MapSection, SeriesSection
)  # fmt: skip


def source() -> str:
    return files("hotspot").joinpath("_assets", TEMPLATE).read_text(encoding="utf-8")


def macros() -> dict[str, nodes.Macro]:
    return {macro.name: macro for macro in environment().parse(source()).find_all(nodes.Macro)}


def test_these_are_all_kinds_of_sections() -> None:
    assert set(KINDS) == {Section, *Section.__subclasses__()}
    assert len({chapter.id for chapter in SECTIONS}) == len(SECTIONS)


@pytest.mark.parametrize("kind", KINDS)
def test_the_template_uses_every_field_of_a_section_and_no_other(kind: type[Section]) -> None:
    read = {
        node.attr
        for node in macros()[kind.block].find_all(nodes.Getattr)
        if isinstance(node.node, nodes.Name) and node.node.name == "section"
    }
    assert read == {field.name for field in fields(kind)}


def rendered(template: str, section: Section) -> str:
    """Lay a section out by a template of ours that may have been changed."""
    loader = jinja2.ChoiceLoader([jinja2.DictLoader({TEMPLATE: template}), environment().loader])
    page = (
        environment()
        .overlay(loader=loader)
        .from_string(
            '{% import "briefing_sections.html.j2" as blocks %}{{ blocks[section.block](section) }}'
        )
    )
    return page.render(section=section)


def test_a_misspelt_key_of_the_template_is_a_fault() -> None:
    section = Section(["One."], more="And 2 more.")
    assert "And 2 more." in rendered(source(), section)
    misspelt = source().replace("section.more", "section.moer")
    with pytest.raises(jinja2.UndefinedError, match="moer"):
        rendered(misspelt, section)


def test_a_column_that_no_row_knows_anything_of_is_left_out() -> None:
    columns = [("a", "A", "text"), ("b", "B", "n")]
    assert table(columns, []) is None
    made = table(columns, [{"a": None, "b": "1"}, {"a": None, "b": "2"}], {"b": "3"})
    assert made is not None
    assert made.heads == [Cell("B", "n")]
    assert made.rows == [[Cell("1", "n")], [Cell("2", "n")]]
    assert made.total == [Cell("3", "n")]
    partly = table(columns, [{"a": "x", "b": "1"}, {"a": None, "b": "2"}])
    assert partly is not None
    assert partly.rows[1][0] == Cell("not known", "text")


def test_what_a_table_leaves_out_is_counted_from_one() -> None:
    assert left_out(0, "zone", "zones", "on the map") is None
    assert left_out(1, "zone", "zones", "on the map") == "And 1 zone on the map."


def printed_pages(html: str, folder: Path) -> int:
    (folder / "page.html").write_text(html, encoding="utf-8")
    printed = print_page(folder / "page.html", folder / "page.pdf").read_bytes()
    return len(re.findall(rb"/Type\s*/Page[^s]", printed))


@pytest.mark.skipif(find_browser() is None, reason="no Chromium, Chrome or Edge")
def test_what_is_read_each_morning_prints_on_one_page_and_the_annex_behind_it(
    town: Briefing, tmp_path: Path
) -> None:
    html = (town.folder / "briefing.html").read_text(encoding="utf-8")
    page, annex = html.split('<p class="annex">')
    assert [part.split('"')[0] for part in page.split('<section id="')[1:]] == [
        chapter.id for chapter in SECTIONS if not chapter.annex
    ]
    assert annex.count("Is it worth a visit?") == html.count("Is it worth a visit?") <= 1
    alone = page + "</main>" + html.split("</main>")[1]
    assert printed_pages(alone, tmp_path) == 1
    # Map, tables and hashes: a fourth page is for what a larger town has more of.
    assert 2 <= printed_pages(html, tmp_path) <= 4
