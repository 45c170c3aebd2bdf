"""The few numbers at the top of the page, which a reader looks for first."""

from hotspot.briefing.figures.homes import repeat_addresses, tells_homes
from hotspot.briefing.figures.known import DAY_DAYS, WEEK_DAYS
from hotspot.briefing.findings import Findings
from hotspot.briefing.inputs import Inputs
from hotspot.briefing.sections.doors_to_visit import past_due


def key_numbers(inputs: Inputs, findings: Findings) -> list[tuple[str, str]]:
    """Return the few numbers that a reader looks for first, each with what it counts."""
    density = findings.density
    last = _key(len(density.hotspots), "hotspot", "hotspots")
    if inputs.month_only:
        mapped = density.surface.attrs["incidents"]
        return [_key(mapped, "burglary mapped", "burglaries mapped"), last]
    keys = [
        _key(int(inputs.known.learned_within(days).sum()), f"new in {label}")
        for days, label in ((DAY_DAYS, "24 hours"), (WEEK_DAYS, "7 days"))
    ]
    if findings.lists is not None:
        targets = findings.lists.targets
        due = f"{int((~past_due(inputs, targets)).sum()):,} still due"
        keys.append(_key(len(targets), f"door to visit, {due}", f"doors to visit, {due}"))
    if tells_homes(inputs.shown.incidents):
        homes = repeat_addresses(inputs.shown)
        keys.append(_key(len(homes), "repeat address", "repeat addresses"))
    if findings.raised is not None:
        keys.append(_key(len(findings.raised.zones), "live zone", "live zones"))
    return [*keys, last]


def _key(number: int, label: str, plural: str | None = None) -> tuple[str, str]:
    return f"{number:,}", label if number == 1 else plural or label
