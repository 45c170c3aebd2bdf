"""The headline figures of a briefing: the same on its page, on its map and in its record."""

from hotspot.briefing.figures.homes import repeat_addresses, tells_homes
from hotspot.briefing.findings import Findings
from hotspot.briefing.inputs import Inputs
from hotspot.briefing.sections.doors_to_visit import is_overdue
from hotspot.dates import WEEK_DAYS, YEAR_DAYS

#: What every count of a period goes by.
BASIS = (
    "A burglary counts on the day it was found, the end of the time in which it happened, wherever "
    "days or weeks are counted: on this page and on the map. Whole months say what they count by."
)


def headline(inputs: Inputs, findings: Findings) -> dict[str, int]:
    """Return the figures that a reader looks for first, by their names in ``run.json``.

    Parameters
    ----------
    inputs : Inputs
    findings : Findings

    Returns
    -------
    dict of str to int
        What is not known is left out.
    """
    density, known = findings.density, inputs.known
    if inputs.month_only:
        mapped = int(density.surface.attrs["incidents"])
        return {"burglaries_mapped": mapped, "hotspots": len(density.hotspots)}
    figures = {
        "found_last_24_hours": int(known.found_in_day().sum()),
        "found_last_7_days": int(known.found_within(WEEK_DAYS).sum()),
        "found_last_12_months": int(known.found_within(YEAR_DAYS).sum()),
    }
    if findings.lists is not None:
        targets = findings.lists.targets
        figures["doors_to_visit"] = len(targets)
        figures["doors_overdue"] = int(is_overdue(targets).sum())
    if tells_homes(inputs.known.incidents):
        figures["repeat_addresses"] = len(repeat_addresses(inputs.known))
    if findings.raised is not None:
        figures["live_zones"] = len(findings.raised.zones)
    return figures | {"hotspots": len(density.hotspots)}
