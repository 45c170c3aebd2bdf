"""What a team needs first: what is new, and which doors to knock on."""

from collections.abc import Sequence
from typing import Any

import pandas as pd

from hotspot.briefing import figures
from hotspot.briefing.findings import Findings
from hotspot.briefing.inputs import Inputs
from hotspot.briefing.sections.table_text import (
    NOT_WITH_MONTHS,
    ListLinks,
    Section,
    more,
    only,
    rows_of,
    table,
)
from hotspot.dates import cutoff
from hotspot.english import count, cut_off, day_of_year, moment, week_days, window
from hotspot.geo import NO_AREA
from hotspot.sheets.printable_doors import areas_in_order, listed_areas

_MOST_NEW = 40
_MOST_REPEATS = 15
_MOST_FURTHER_REPEATS = 120
# How the reader begins a reference that it had to make up.
_MADE = "made-"
_NEW_COLUMNS = [
    ("area", "Beat", "text"),
    ("street", "Street", "text"),
    ("is_new", "In 24 hours", "tag"),
    ("window", "Happened", "text"),
    ("method", "Method", "text"),
    ("reference", "Reference", "text"),
]


def key_numbers(inputs: Inputs, findings: Findings) -> list[dict[str, str]]:
    """Give the few numbers that a reader looks for first."""
    if inputs.month_only:
        return [
            _key(findings.surface.attrs["incidents"], "burglary mapped", "burglaries mapped"),
            _key(len(findings.hotspots), "hotspot", "hotspots"),
        ]
    day = int(figures.learned_since(inputs.incidents, inputs.as_of, 1).sum())
    week = int(figures.learned_since(inputs.incidents, inputs.as_of, 7).sum())
    keys = [_key(day, "new in 24 hours"), _key(week, "new in 7 days")]
    if findings.lists is not None:
        keys.append(_doors_key(inputs, findings.lists.targets))
    if figures.tells_homes(inputs.shown):
        repeats = figures.repeat_addresses(inputs.shown, inputs.as_of)
        keys.append(_key(len(repeats), "repeat address", "repeat addresses"))
    if findings.zones is not None:
        keys.append(_key(len(findings.zones), "live zone", "live zones"))
    return [*keys, _key(len(findings.hotspots), "hotspot", "hotspots")]


def _key(number: int, label: str, plural: str | None = None) -> dict[str, str]:
    return {"value": f"{number:,}", "label": label if number == 1 else plural or label}


def _doors_key(inputs: Inputs, targets: pd.DataFrame) -> dict[str, str]:
    """Count the doors, and those whose time is not yet past."""
    due = f"{int((~_past_due(inputs, targets)).sum()):,} still due"
    return _key(len(targets), f"door to visit, {due}", f"doors to visit, {due}")


def new(inputs: Inputs) -> Section:
    """List what became known in the last 7 days, by beat."""
    if inputs.month_only:
        return only(NOT_WITH_MONTHS)
    in_day, in_week = (
        int(figures.learned_since(inputs.incidents, inputs.as_of, days).sum()) for days in (1, 7)
    )
    word = "recorded" if "recorded_at" in inputs.incidents.columns else "found"
    sentences = [
        f"{count(in_day, 'burglary', 'burglaries')} {word} in the last 24 hours, {in_week:,} in "
        f"the last 7 days ({week_days(cutoff(inputs.as_of))})."
    ]
    recent = figures.learned_since(inputs.incidents, inputs.as_of, 7)
    withheld = int((recent & inputs.hidden).sum())
    if withheld:
        sentences.append(
            f"{count(withheld, 'of them is', 'of them are')} on the stop list: counted here, and "
            "shown nowhere."
        )
    listed = inputs.incidents[recent & ~inputs.hidden]
    rows = _new_rows(inputs, listed)
    told = any(row[name] is not None for row in rows for name in ("area", "street", "reference"))
    if rows and not told:
        sentences.append(
            "They are on the map; the export has no beats, streets or references to list them by."
        )
        return only(*sentences)
    # By beat only what is shown: a count of one would say where a hidden burglary was.
    counts = figures.recent_counts(inputs.shown, inputs.as_of)
    by_area = [
        {"area": str(area), "day": f"{day:,}", "week": f"{week:,}"}
        for area, day, week in zip(
            counts.index, counts["last_24_hours"], counts["last_7_days"], strict=True
        )
    ]
    return {
        "sentences": sentences,
        "counts": table(
            [("area", "Beat", "text"), ("day", "Last 24 hours", "n"), ("week", "Last 7 days", "n")],
            by_area if inputs.has_areas else [],
        ),
        "table": table(_NEW_COLUMNS, rows[:_MOST_NEW]),
        "more": more(len(rows) - _MOST_NEW, "burglary", "burglaries", "on the map"),
    }


def _new_rows(inputs: Inputs, listed: pd.DataFrame) -> list[dict[str, str | None]]:
    """Describe new burglaries, by beat and the newest first."""
    rows = pd.DataFrame(
        {
            "area": figures.areas_of(listed),
            "learned": figures.learned_at(listed),
            "is_new": figures.learned_since(listed, inputs.as_of, 1),
            "street": listed["street"],
            "method": figures.method_codes(listed),
            "reference": listed["crime_ref"],
            "start": listed["occurred_from"],
            "end": listed["occurred_to"],
        }
    ).sort_values(["area", "learned", "reference"], ascending=[True, False, True])
    has_areas, has_methods = inputs.has_areas, figures.tells_methods(listed)
    return [
        {
            "area": row.area if has_areas else None,
            "street": None if pd.isna(row.street) else row.street,
            "window": window(row.start, row.end),
            "method": row.method if has_methods else None,
            "reference": None if row.reference.startswith(_MADE) else row.reference,
            "is_new": "NEW" if row.is_new else "",
        }
        for row in rows_of(rows)
    ]


def doors(inputs: Inputs, findings: Findings, links: ListLinks) -> Section:
    """Count the doors to visit by beat, and say where their lists are."""
    if inputs.month_only:
        return only(NOT_WITH_MONTHS)
    if findings.lists is None:
        return only(
            "Not shown: no file of addresses is given. Add [addresses] with its path to the "
            "set-up, and the lists of doors are made."
        )
    targets = findings.lists.targets
    notes = " ".join(str(note) for note in targets.attrs["notes"])
    sentences = [notes] if notes else []
    by_area = dict(tuple(targets.groupby(listed_areas(targets["area"]))))
    # A beat without a door to visit may have leaflets to deliver.
    areas = areas_in_order([*by_area, *(area for area in links if area is not None)])
    if targets.empty:
        days = targets.attrs["parameters"]["visit_days"]
        live = targets.attrs["counts"]["live"]
        why = "nothing is left to do for the burglaries of" if live else "no burglary in"
        sentences.insert(0, f"No door to visit: {why} the last {days} days.")
        if not areas:
            return only(*sentences)
    past = int(_past_due(inputs, targets).sum())
    if past and findings.lists.so_far is None:
        sentences.append(
            f"{count(past, 'visit was', 'visits were')} due by {cut_off(cutoff(inputs.as_of))}. "
            "Which of them were made is not known here: strike those that were."
        )
    rows = [
        _door_row(area, by_area.get(area, targets.iloc[:0]), inputs, links.get(area, ()))
        for area in areas
    ]
    overall = links.get(None, ())
    if areas == [NO_AREA]:
        rows, overall = [], [*links.get(NO_AREA, ()), *overall]
    return {
        "sentences": sentences,
        "rows": rows,
        "total": _door_row("All", targets, inputs, overall),
    }


def _door_row(
    area: str, targets: pd.DataFrame, inputs: Inputs, links: Sequence[tuple[str, str]]
) -> dict[str, Any]:
    rings = [int((targets["ring"] == ring).sum()) for ring in (0, 1, 2)]
    due = targets.loc[~_past_due(inputs, targets), "act_by"]
    all_due = "all due before" if len(targets) else ""
    return {
        "area": area,
        "act_by": all_due if due.empty else moment(due.min()),
        "due": f"{len(due):,}",
        "rings": [f"{number:,}" for number in rings],
        "total": f"{len(targets):,}",
        "links": [{"label": label, "href": href} for label, href in links],
    }


def _past_due(inputs: Inputs, targets: pd.DataFrame) -> pd.Series:
    """Tell which visits were due by the cut-off, as the sheets do."""
    return targets["act_by"] <= cutoff(inputs.as_of)


def repeats(inputs: Inputs) -> Section:
    """List the addresses that were burgled twice or more."""
    if inputs.month_only:
        return only(NOT_WITH_MONTHS)
    if not figures.tells_homes(inputs.shown):
        return only("Not shown: the burglaries have neither UPRN nor address.")
    found = figures.repeat_addresses(inputs.shown, inputs.as_of)
    if found.empty:
        return only("None.")
    rows = [
        {
            "address": "address not given" if pd.isna(address) else str(address),
            "area": str(area) if inputs.has_areas else None,
            "burglaries": f"{burglaries:,}",
            "latest": day_of_year(latest),
        }
        for address, area, burglaries, latest in zip(
            *(found[name] for name in ("address", "area", "burglaries", "latest")), strict=True
        )
    ]
    further = rows[_MOST_REPEATS:_MOST_FURTHER_REPEATS]
    unlisted = len(rows) - _MOST_FURTHER_REPEATS
    return {
        "sentences": [],
        "table": table(
            [
                ("address", "Address", "text"),
                ("area", "Beat", "text"),
                ("burglaries", "Burglaries", "n"),
                ("latest", "Latest", "day"),
            ],
            rows[:_MOST_REPEATS],
        ),
        "further": [
            f"{row['address']} ({', '.join(filter(None, list(row.values())[1:]))})"
            for row in further
        ],
        "more": more(unlisted, "address", "addresses", "with fewer or older burglaries"),
    }
