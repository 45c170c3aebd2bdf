"""The series of the force: the crimes of each in time order, and what else may belong to it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import pandas as pd

from hotspot.briefing.result_folders import SERIES
from hotspot.briefing.sections.section import Part, Section, Sources, table
from hotspot.briefing.series_findings import SeriesFindings
from hotspot.english import and_list, count, window
from hotspot.output.handling import NOT_EVIDENCE
from hotspot.series import SeriesLeads

_CRIMES = [
    ("number", "No", "n"),
    ("reference", "Reference", "text ref"),
    ("window", "Happened between", "text"),
    ("area", "Beat", "text"),
    ("method", "Method", "text"),
    ("days", "Days to the next", "n"),
    ("metres", "Metres to the next", "n"),
]
_LEADS = [
    ("rank", "Rank", "n"),
    ("reference", "Reference", "text ref"),
    ("window", "Happened between", "text"),
    ("area", "Beat", "text"),
    ("reason", "Why it may belong", "text"),
    ("score", "Score", "n"),
]


@dataclass(frozen=True)
class SeriesSection(Section):
    """The section, with two parts for each series.

    Attributes
    ----------
    parts : sequence of Part
    """

    block: ClassVar[str] = "series"

    parts: Sequence[Part] = ()


def linked_series(sources: Sources) -> Section:
    """Write each series that is shown, and the leads to it."""
    found = sources.findings.series
    if found is None:
        return SeriesSection()
    parts = []
    for name, leads in found.leads.items():
        parts += [_crimes_part(name, found), _leads_part(name, leads)]
    where = f"Workbooks and tables of it: the folder {SERIES} beside this page."
    return SeriesSection(
        [NOT_EVIDENCE, *_sentences(found)], parts=parts, more=where if parts else None
    )


def _sentences(found: SeriesFindings) -> list[str]:
    """Return which series are shown and which are not."""
    told = []
    if not found.leads and not found.unknown:
        told.append("No burglary has a number of a series.")
    if found.unknown:
        told.append(f"Of no burglary known by the cut-off: {and_list(list(found.unknown))}.")
    if found.others:
        told.append(
            f"The {count(len(found.leads), 'newest one', 'newest')} of "
            f"{count(len(found.leads) + found.others, 'series', 'series')} are shown; name others "
            "under [series] in the set-up."
        )
    return told


def _crimes_part(name: str, found: SeriesFindings) -> Part:
    """Return the crimes of a series in the order of time."""
    one = found.shown.of(name)
    rows: list[dict[str, str | None]] = [
        {
            "number": f"{row['number']}",
            "reference": str(row["crime_ref"]),
            "window": window(row["occurred_from"], row["occurred_to"], year=True),
            "area": _text(row.get("area")),
            "method": _text(row.get("mo")),
            "days": _number(row["days_to_next"]),
            "metres": _number(row["metres_to_next"]),
        }
        for row in one.crimes.to_dict("records")
    ]
    heading = f"{name}: {count(len(rows), 'crime')} in the order of time"
    return Part(heading, [one.summary().splitlines()[1]], table(_CRIMES, rows))


def _leads_part(name: str, leads: SeriesLeads) -> Part:
    """Return what else may belong to a series, with the reason in words."""
    rows: list[dict[str, str | None]] = [
        {
            "rank": f"{row['rank']}",
            "reference": str(row["crime_ref"]),
            "window": window(row["occurred_from"], row["occurred_to"], year=True),
            "area": _text(row.get("area")),
            "reason": str(row["reason"]),
            "score": f"{row['score']:+.1f}",
        }
        for row in leads.table.to_dict("records")
    ]
    told = [NOT_EVIDENCE, leads.basis]
    if not rows:
        told.append(f"No other burglary within {count(leads.max_days, 'day')} of one of it.")
    return Part(f"What may belong to {name}", told, table(_LEADS, rows))


def _text(value: Any) -> str | None:
    return None if value is None or pd.isna(value) else str(value)


def _number(value: Any) -> str:
    return "" if pd.isna(value) else f"{value:,.0f}"
