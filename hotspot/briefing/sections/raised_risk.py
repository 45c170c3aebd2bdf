"""Where risk is raised now: the zones, the still map, and how well its layers foresaw."""

import base64
import math
from dataclasses import dataclass
from typing import ClassVar

import pandas as pd

from hotspot.briefing.findings import Findings, RaisedRisk
from hotspot.briefing.inputs import Inputs
from hotspot.briefing.sections.section import (
    NOT_WITH_MONTHS,
    Part,
    Section,
    Sources,
    rows_of,
    table,
)
from hotspot.briefing.street_names import names_within
from hotspot.english import percent, short_day, some_of
from hotspot.output.page_parts import PageTable

_MOST_ROWS = 12
_COLUMNS = [
    ("band", "Found ago", "day"),
    ("crimes", "Burglaries", "n"),
    ("newest", "Newest found", "day"),
    ("days_left", "Days left", "n"),
    ("areas", "Beats", "text"),
    ("streets", "Streets", "text"),
]
_BAND_COLUMNS = [
    ("band", "Found ago", "day"),
    ("zones", "Zones", "n"),
    ("crimes", "Burglaries", "n"),
]
_PICTURE_TEXT = "Map of the zones by age, the hotspots and the burglaries found in the last 7 days"


@dataclass(frozen=True)
class MapSection(Section):
    """The section, with the still map.

    Attributes
    ----------
    alarm : bool
        Whether the first sentence is a warning.
    picture : str
        A PNG file in base64.
    picture_text : str
        What it shows, for those who cannot see it.
    map_href : str
    foresight : Part or None
    """

    block: ClassVar[str] = "map"

    alarm: bool = False
    picture: str = ""
    picture_text: str = _PICTURE_TEXT
    map_href: str = ""
    foresight: Part | None = None


def zones(sources: Sources) -> Section:
    """Write where risk is raised now, and draw it."""
    inputs, raised = sources.inputs, sources.findings.raised
    sentences = [NOT_WITH_MONTHS]
    content = None
    if raised is not None:
        sentences = _sentences(inputs, sources.findings, raised)
        content = None if raised.zones.empty else _zone_table(inputs, raised.zones)
    return MapSection(
        sentences,
        tables=[content],
        alarm=raised is not None and raised.too_wide and not raised.zones.empty,
        picture=base64.b64encode(sources.picture).decode("ascii"),
        map_href=sources.map_href,
        foresight=_foresight(sources.findings),
    )


def _sentences(inputs: Inputs, findings: Findings, raised: RaisedRisk) -> list[str]:
    rule = inputs.config.rule
    sentences = [
        f"Within {rule.distance_m:g} m of a burglary found in the last {rule.window_days} days: in "
        "many places studied, risk was higher there for some weeks, most of all nearby and soon."
    ]
    covered = f"{percent(raised.share)} {findings.density.ground.words}"
    if raised.too_wide:
        sentences.insert(
            0,
            f"The zones cover {covered}, more than a fifth: they are too wide to task from. Go by "
            f"{'the lists of doors, ' if findings.lists else ''}the newest zones and the hotspots.",
        )
    elif not math.isnan(raised.share):
        # Where no home is known and nothing is built up in the study area there is no share.
        sentences.append(f"The zones cover {covered}.")
    if raised.zones.empty:
        sentences[0] = f"No burglary in the last {rule.window_days} days: no zone."
    return sentences


def _zone_table(inputs: Inputs, zones: pd.DataFrame) -> PageTable | None:
    """List the zones; of more than a page can hold, only their numbers by age."""
    if len(zones) > _MOST_ROWS:
        bands = zones.groupby("age_band", sort=False).agg(
            zones=("crimes", "size"), crimes=("crimes", "sum")
        )
        return table(
            _BAND_COLUMNS,
            [
                {"band": str(row.Index), "zones": f"{row.zones:,}", "crimes": f"{row.crimes:,}"}
                for row in rows_of(bands)
            ],
        )
    areas = names_within(zones, inputs.layers.areas, "area")
    rows = [
        {
            "band": row.age_band,
            "crimes": f"{row.crimes:,}",
            "newest": short_day(row.newest),
            "days_left": f"{row.days_left:,}",
            "areas": some_of(inside, 3) or None,
            "streets": some_of(row.streets.split(", ")) or None,
        }
        for row, inside in zip(rows_of(zones), areas, strict=True)
    ]
    return table(_COLUMNS, rows)


def _foresight(findings: Findings) -> Part | None:
    """Return how well the layers of the map foresaw, to stand beside it."""
    proof = findings.proof
    heading = "How well did it foresee?"
    if proof.backtest is not None:
        return Part(heading, [*proof.backtest.sentences(), proof.backtest.trust()])
    return None if proof.no_backtest is None else Part(heading, [proof.no_backtest])
