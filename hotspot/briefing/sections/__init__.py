"""The sections of the page, from top to bottom.

To add one, write a module here with a function that takes `Sources` and returns a `Section`, and
give it its line in `SECTIONS`: its place, its id and its heading. Where sentences and tables are
not enough, derive a frozen dataclass from `Section` with fields of its own and name in ``block``
the macro of ``_assets/briefing_sections.html.j2`` that lays it out. A field that the macro does
not use, or one that it misspells, fails a test.
"""

from collections.abc import Iterator

from hotspot.briefing.sections.cameras_to_ask import cameras
from hotspot.briefing.sections.doors_to_visit import doors
from hotspot.briefing.sections.hotspots import hotspots
from hotspot.briefing.sections.hours_and_method import hours
from hotspot.briefing.sections.linked_series import linked_series
from hotspot.briefing.sections.new import new
from hotspot.briefing.sections.raised_risk import zones
from hotspot.briefing.sections.repeats import repeats
from hotspot.briefing.sections.section import NOT_WITH_MONTHS, Chapter, Section, Sources
from hotspot.briefing.sections.this_week import weeks
from hotspot.briefing.sections.trust import trust
from hotspot.briefing.sections.up_or_down import up_or_down

SECTIONS = (
    Chapter("new", "What is new", new, annex=False),
    Chapter("doors", "Doors to visit", doors, annex=False),
    Chapter("cameras", "Cameras to ask: whose footage goes first", cameras,
            asked_for=lambda inputs: inputs.cameras is not None),
    Chapter("series", "Series, and what may belong to them", linked_series,
            asked_for=lambda inputs: inputs.series_column is not None),
    Chapter("trend", "Up or down: 12 months and the last full month", up_or_down, needs_days=False),
    Chapter("repeats", "Repeat addresses: burgled twice or more in 12 months", repeats),
    Chapter("weeks", "This week against last week and last year", weeks),
    Chapter("hours", "Hours and method", hours),
    # Without days its picture still shows the density.
    Chapter("map", "Where risk is raised now", zones, needs_days=False),
    Chapter("hotspots", "Where risk stays: hotspots", hotspots, needs_days=False),
    Chapter("trust", "How far to trust it", trust, needs_days=False),
)  # fmt: skip


def write_sections(sources: Sources) -> Iterator[tuple[Chapter, Section]]:
    """Write the sections in their order; of months only those that need no days.

    Those of tables that a set-up may have are left out where it has none.

    Parameters
    ----------
    sources : Sources

    Yields
    ------
    chapter : Chapter
    section : Section
    """
    for chapter in SECTIONS:
        if not chapter.asked_for(sources.inputs):
            continue
        if chapter.needs_days and sources.inputs.month_only:
            yield chapter, Section([NOT_WITH_MONTHS])
        else:
            yield chapter, chapter.write(sources)
