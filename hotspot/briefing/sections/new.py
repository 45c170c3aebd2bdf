"""What is new: the burglaries that were found in the last 7 days, or recorded, by beat."""

import pandas as pd

from hotspot.briefing.figures.known import areas_of, recent_counts
from hotspot.briefing.figures.methods import method_codes, tells_methods
from hotspot.briefing.inputs import Inputs
from hotspot.briefing.sections.section import Section, Sources, left_out, rows_of, table
from hotspot.dates import WEEK_DAYS
from hotspot.english import count, week_days, window

_MOST_ROWS = 40
# How the reader begins a reference that it had to make up.
_MADE = "made-"
_COLUMNS = [
    ("area", "Beat", "text"),
    ("street", "Street", "text"),
    ("is_new", "{learned} in 24 hours", "tag"),
    ("window", "Happened between", "text"),
    ("method", "Method", "text"),
    ("reference", "Reference", "text ref"),
]
_COUNT_COLUMNS = [
    ("area", "Beat", "text"),
    ("day", "Found in 24 hours", "n"),
    ("week", "Found in 7 days", "n"),
]


def new(sources: Sources) -> Section:
    """Write what was found in the last 7 days and what was recorded late, by beat."""
    inputs = sources.inputs
    known = inputs.known
    recent = known.found_within(WEEK_DAYS)
    in_day = count(int(known.found_in_day().sum()), "burglary", "burglaries")
    sentences = [
        f"{in_day} found in the last 24 hours, {int(recent.sum()):,} in "
        f"the last 7 days ({week_days(inputs.last)})."
    ]
    late = int((known.learned_within(WEEK_DAYS) & ~recent).sum())
    if late:
        sentences.append(
            f"{count(late, 'more was', 'more were')} recorded in these 7 days and found before: "
            "not counted here, but listed."
        )
    rows = _rows(inputs)
    learned = "Recorded" if "recorded_at" in known.incidents.columns else "Found"
    columns = [(name, head.format(learned=learned), kind) for name, head, kind in _COLUMNS]
    named = any(row[name] is not None for row in rows for name in ("area", "street", "reference"))
    if rows and not named:
        sentences.append(
            "They are on the map; the export has no beats, streets or references to list them by."
        )
        return Section(sentences)
    return Section(
        sentences,
        (table(_COUNT_COLUMNS, _counts(inputs), kind="narrow"), table(columns, rows[:_MOST_ROWS])),
        left_out(len(rows) - _MOST_ROWS, "burglary", "burglaries", "on the map"),
    )


def _counts(inputs: Inputs) -> list[dict[str, str | None]]:
    """Count by beat."""
    if not inputs.has_areas:
        return []
    return [
        {"area": str(row.Index), "day": f"{row.last_24_hours:,}", "week": f"{row.last_7_days:,}"}
        for row in rows_of(recent_counts(inputs.known))
    ]


def _rows(inputs: Inputs) -> list[dict[str, str | None]]:
    """Describe new burglaries, by beat and the newest first."""
    shown = inputs.known
    recent = shown.where(shown.found_within(WEEK_DAYS) | shown.learned_within(WEEK_DAYS))
    listed = recent.incidents
    rows = pd.DataFrame(
        {
            "area": areas_of(listed),
            "learned": recent.learned_at,
            "is_new": recent.learned_within(1),
            "street": listed["street"],
            "method": method_codes(listed),
            "reference": listed["crime_ref"],
            "start": listed["occurred_from"],
            "end": listed["occurred_to"],
        }
    ).sort_values(["area", "learned", "reference"], ascending=[True, False, True])
    has_methods = tells_methods(listed)
    return [
        {
            "area": row.area if inputs.has_areas else None,
            "street": None if pd.isna(row.street) else row.street,
            "window": window(row.start, row.end),
            "method": row.method if has_methods else None,
            "reference": None if row.reference.startswith(_MADE) else row.reference,
            "is_new": "NEW" if row.is_new else "",
        }
        for row in rows_of(rows)
    ]
