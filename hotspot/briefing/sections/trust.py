"""How far to trust it all: what holds of every briefing, of these data and of this run."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import ClassVar

from hotspot.briefing.sections.section import Section, Sources
from hotspot.english import percent
from hotspot.output.handling import NO_GROUND

STANDING_SENTENCES = (
    "It is based only on burglaries recorded by the cut-off.",
    "It shows places, not people.",
    f"It is {NO_GROUND}.",
    "A higher risk does not mean that a burglary will happen.",
    "Visits are not proven to prevent one: both randomised trials of cocooning found no clear "
    "effect.",
)


@dataclass(frozen=True)
class TrustSection(Section):
    """The section, with data, settings and files of this run.

    Attributes
    ----------
    headline : str
        How many rows could be used.
    warnings : sequence of str
    parameters : str
    inputs : mapping
        ``file`` and ``sha256`` of each, by its setting.
    """

    block: ClassVar[str] = "trust"

    headline: str = ""
    warnings: Sequence[str] = ()
    parameters: str = ""
    inputs: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


def trust(sources: Sources) -> Section:
    """Write how far to trust it all."""
    inputs = sources.inputs
    return TrustSection(
        STANDING_SENTENCES,
        headline=" ".join([inputs.check.headline(), *inputs.burglaries.sentences]),
        warnings=sources.record["warnings"],
        parameters=_parameters(sources),
        inputs=sources.record["inputs"],
    )


def _parameters(sources: Sources) -> str:
    config, lists = sources.inputs.config, sources.findings.lists
    visits = "none"
    if lists is not None:
        used = lists.targets.attrs["parameters"]
        visits = f"{used['visit_days']} days"
        if used["max_visits"] is not None:
            visits += f", at most {used['max_visits']} a beat"
        if config.cocooning.preset is not None:
            visits += (
                f" (preset {used['preset']}: {used['distance_m']:g} m and "
                f"{used['window_days']} days)"
            )
    return (
        f"Rule: {config.rule.distance_m:g} m and {config.rule.window_days} days. Visits: {visits}. "
        f"Density: cells of {config.density.cell_size_m:g} m, the top "
        f"{percent(config.density.area_share)} of the area. All settings are in run.json."
    )
