"""Up or down: twelve months and the last full month against those before, by beat."""

from hotspot.briefing.sections.section import Section, Sources
from hotspot.trends.performance_page import definitions, month_table, year_table


def up_or_down(sources: Sources) -> Section:
    """Write twelve months and the last full month beside what they are held against."""
    trend = sources.findings.trend
    if trend.table is None:
        return Section([trend.why_not])
    basis = (
        f"{trend.table.settings['basis']} Complete months only, and without burglaries of the stop "
        "list; this and the map's rising and falling beats are of the same counts."
    )
    return Section(
        [*trend.sentences(), basis, *trend.table.notes],
        [year_table(trend.table), month_table(trend.table)],
        more=definitions(trend.table)[2],
    )
