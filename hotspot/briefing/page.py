"""The page: what a briefing says, in the order in which it is asked."""

from hotspot.briefing.headline import BASIS
from hotspot.briefing.inputs import Inputs
from hotspot.briefing.sections import write_sections
from hotspot.briefing.sections.doors_to_visit import due_next
from hotspot.briefing.sections.key_numbers import key_numbers
from hotspot.briefing.sections.section import Sources
from hotspot.english import count, cut_off, long_day, month
from hotspot.output.pages import make_page

MONTHS_ONLY = (
    "The dates of this export are months only: what is new, which doors to visit, zones, weeks and "
    "hours need the day of each burglary. Ask for an export with full dates."
)


def render_page(sources: Sources) -> str:
    """Return the page.

    Parameters
    ----------
    sources : Sources

    Returns
    -------
    str
        HTML that asks nothing of any network and runs nothing; every text is escaped.
    """
    inputs = sources.inputs
    output, lists = inputs.config.output, sources.findings.lists
    return make_page(
        "briefing_page.html.j2",
        title=f"Burglary briefing, {long_day(inputs.last)}",
        marking=output.marked,
        author=output.author,
        cut_off=_cut_off_words(inputs),
        counted=inputs.check.offences_sentence(),
        basis=None if inputs.month_only else BASIS,
        stale=inputs.stale,
        alarms=inputs.alarms,
        caveat=MONTHS_ONLY if inputs.month_only else None,
        trend=sources.findings.trend.sentences(),
        lead="" if lists is None else due_next(lists.targets),
        keys=key_numbers(sources.record["headline"]),
        sections=list(write_sections(sources)),
        version=f"Made with hotspot {sources.record['versions']['hotspot']}.",
    )


def _cut_off_words(inputs: Inputs) -> str:
    """Return what the data reach to."""
    chosen = ""
    if inputs.config.as_of is None:
        chosen = " (no as_of was given: the last day that the data tell of)"
    words = f"Cut-off: {cut_off(inputs.last)}{chosen}. "
    if inputs.month_only:
        return words + f"The newest burglary is of {month(inputs.newest)}."
    words += f"The newest burglary was found on {long_day(inputs.newest)}"
    if inputs.age_days:
        words += f", {count(inputs.age_days, 'day')} before"
    later = count(inputs.after_cutoff, "later burglary is", "later burglaries are")
    return words + (f"; {later} left out." if inputs.after_cutoff else ".")
