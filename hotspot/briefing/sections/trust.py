"""How far to trust it all."""

from collections.abc import Mapping
from typing import Any

from hotspot.briefing.findings import Findings
from hotspot.briefing.inputs import Inputs
from hotspot.briefing.sections.table_text import Section
from hotspot.english import percent

MONTHS_ONLY = (
    "The dates of this export are months only: what is new, which doors to visit, zones, weeks and "
    "hours need the day of each burglary. Ask for an export with full dates."
)
STANDING_SENTENCES = (
    "It is based only on burglaries recorded by the cut-off.",
    "It shows places, not people.",
    "It is no ground for a stop, a search or an arrest.",
    "A higher risk does not mean that a burglary will happen.",
    "Visits are not proven to prevent one: both randomised trials of cocooning found no clear "
    "effect.",
)


def trust(inputs: Inputs, findings: Findings, record: Mapping[str, Any]) -> Section:
    """Say how far to trust it all."""
    return {
        "sentences": list(STANDING_SENTENCES),
        "check": [inputs.check.headline()],
        "warnings": list(record["warnings"]),
        "parameters": _parameters(inputs, findings),
        "inputs": [{"name": name, **told} for name, told in record["inputs"].items()],
    }


def _parameters(inputs: Inputs, findings: Findings) -> str:
    config = inputs.config
    visits = "none"
    if findings.lists is not None:
        used = findings.lists.targets.attrs["parameters"]
        visits = f"{used['visit_days']} days"
        if used["max_visits"] is not None:
            visits += f", at most {used['max_visits']} a beat"
        if config.cocooning.preset is not None:
            visits += f" (preset {used['preset']}: {used['distance_m']:g} m)"
    return (
        f"Rule: {config.rule.distance_m:g} m and {config.rule.window_days} days. Visits: {visits}. "
        f"Density: cells of {config.density.cell_size_m:g} m, the top "
        f"{percent(config.density.area_share)} of the area. All settings are in run.json."
    )
