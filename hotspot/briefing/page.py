"""The page: what a briefing says, in the order in which it is asked."""

import base64
from collections.abc import Mapping
from typing import Any

import jinja2

from hotspot.briefing import sections
from hotspot.briefing.findings import Findings
from hotspot.briefing.inputs import Inputs
from hotspot.dates import cutoff
from hotspot.english import count, cut_off, long_day
from hotspot.output.pages import environment


def render_page(
    inputs: Inputs,
    findings: Findings,
    map_href: str,
    list_hrefs: sections.ListLinks,
    picture: bytes,
    record: Mapping[str, Any],
) -> str:
    """Write the page.

    Parameters
    ----------
    inputs : Inputs
    findings : Findings
    map_href : str
        Where the map is, relative to the page.
    list_hrefs : mapping
        For each area, and None for all, label and place of its lists.
    picture : bytes
        The map as a PNG picture.
    record : mapping
        What run.json holds: parameters, inputs, warnings, version.

    Returns
    -------
    str
        HTML that asks nothing of any network and runs nothing; every text is escaped.
    """
    output = inputs.config.output
    # Sections are mappings still, of which a template may find a key missing.
    tolerant = environment().overlay(undefined=jinja2.Undefined)
    return tolerant.get_template("briefing_page.html.j2").render(
        title=f"Burglary briefing, {long_day(cutoff(inputs.as_of))}",
        marking=output.marking,
        author=output.author,
        cut_off=_cut_off_words(inputs),
        stale=inputs.stale,
        alarms=inputs.alarms,
        caveat=sections.MONTHS_ONLY if inputs.month_only else None,
        keys=sections.key_numbers(inputs, findings),
        new=sections.new(inputs),
        doors=sections.doors(inputs, findings, list_hrefs),
        so_far=sections.so_far(findings),
        worth=sections.worth(findings),
        repeats=sections.repeats(inputs),
        weeks=sections.weeks(inputs),
        hours=sections.hours(inputs),
        zones=sections.zones(inputs, findings),
        map_proof=sections.map_proof(findings),
        picture=base64.b64encode(picture).decode("ascii"),
        picture_alt="Map of the zones by age, the hotspots and the burglaries of the last 7 days",
        map_href=map_href,
        hotspots=sections.hotspots(inputs, findings),
        trust=sections.trust(inputs, findings, record),
        version=f"Made with hotspot {record['versions']['hotspot']}.",
    )


def _cut_off_words(inputs: Inputs) -> str:
    """Say what the data reach to."""
    chosen = ""
    if inputs.config.as_of is None:
        chosen = " (no as_of was given: the last day that the data tell of)"
    words = f"Cut-off: {cut_off(cutoff(inputs.as_of))}{chosen}. "
    if inputs.month_only:
        return words + f"The newest burglary is of {inputs.newest:%B %Y}."
    words += f"The newest burglary was found on {long_day(inputs.newest)}"
    if inputs.age_days:
        words += f", {count(inputs.age_days, 'day')} before"
    later = count(inputs.after_cutoff, "later burglary is", "later burglaries are")
    return words + (f"; {later} left out." if inputs.after_cutoff else ".")
