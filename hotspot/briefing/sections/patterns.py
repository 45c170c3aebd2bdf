"""What goes up or down, and when and how burglaries happen."""

from typing import Any

import numpy as np
import pandas as pd

from hotspot.briefing import figures
from hotspot.briefing.inputs import Inputs
from hotspot.briefing.sections.table_text import NOT_WITH_MONTHS, Section, only, table
from hotspot.dates import cutoff
from hotspot.english import hour_span, percent, week_days

_MOST_METHODS = 3
# Below this many burglaries a busiest span of hours is mostly chance.
_FEWEST_FOR_HOURS = 10
_YEAR_DAYS = 365
_USUAL_P = 0.05
_DARKEST = np.array([18, 63, 109])


def weeks(inputs: Inputs) -> Section:
    """Set this week against the last and against that of last year."""
    if inputs.month_only:
        return only(NOT_WITH_MONTHS)
    now, changes = figures.weekly_comparison(inputs.incidents, inputs.as_of)
    rows = [
        {
            "label": "This week",
            "days": week_days(cutoff(inputs.as_of)),
            "count": f"{now:,}",
            "words": "",
        }
    ]
    for change in changes:
        rows.append(
            {
                "label": change.label.capitalize(),
                "days": week_days(change.last),
                "count": "not known" if change.count is None else f"{change.count:,}",
                "words": week_words(now, change),
            }
        )
    columns = [
        ("label", "Week", "text"),
        ("days", "Days", "text"),
        ("count", "Burglaries", "n"),
        ("words", "This week against it", "text"),
    ]
    return {"sentences": [], "table": table(columns, rows)}


def week_words(now: int, change: figures.WeekChange) -> str:
    """Say what a difference between two weeks is worth.

    Examples
    --------
    >>> day = pd.Timestamp("2026-03-02")
    >>> week_words(12, figures.WeekChange("last week", day, 9, 1.33, 0.52, 3.6, 0.66))
    '3 more. A difference this small is usual from week to week.'
    """
    if change.count is None:
        return "The data do not reach back to it."
    difference = now - change.count
    if difference == 0:
        return "The same number."
    how = f"{abs(difference):,} {'more' if difference > 0 else 'fewer'}. "
    if change.p_value >= _USUAL_P:
        return how + "A difference this small is usual from week to week."
    return how + (
        "More than chance alone usually makes; burglaries come in series, so that a few offenders "
        "can make such a difference."
    )


def hours(inputs: Inputs) -> Section:
    """Say when burglaries happen and how, by beat."""
    if inputs.month_only:
        return only(NOT_WITH_MONTHS)
    year = inputs.incidents[figures.of_last_days(inputs.incidents, inputs.as_of, _YEAR_DAYS)]
    spread = figures.aoristic_hours(year)
    sentences = [_hours_sentence(len(year), spread)]
    if spread.counted:
        first, share = figures.peak_hours(spread)
        sentences.append(
            f"The busiest six hours are {hour_span(first, 6)}, with {percent(share)} of the "
            "burglaries; evenly spread they would have 25 %."
        )
    if not figures.tells_methods(year):
        sentences.append("Methods are not shown: the export has no MO codes.")
    columns = [
        ("area", "Beat", "text"),
        ("burglaries", "Burglaries", "n"),
        ("peak", "Busiest 6 hours", "day"),
        ("share", "Share in them", "n"),
        ("methods", "Most frequent methods", "text"),
    ]
    return {
        "sentences": sentences,
        "heat": _heat(spread) if spread.counted else [],
        "table": table(columns, _hour_rows(year, inputs)),
    }


def _hours_sentence(total: int, spread: figures.Hours) -> str:
    left_out = []
    if spread.without_time:
        left_out.append(f"{spread.without_time:,} without a time of day (midnight)")
    if spread.too_long:
        left_out.append(
            f"{spread.too_long:,} with a window of over {figures.LONGEST_WINDOW_DAYS} days"
        )
    told = f"Burglaries of the last 12 months: {total:,}."
    if not spread.counted:
        return f"{told} None has a time of day, so that hours are not shown."
    return told + (f" Left out of the hours: {' and '.join(left_out)}." if left_out else "")


def _heat(spread: figures.Hours) -> list[dict[str, Any]]:
    """Shade the hours of the week, the darkest for the most."""
    shares = spread.weights / spread.weights.sum()
    most = shares.max()
    return [
        {
            "day": day,
            "share": percent(row.sum()),
            "cells": [
                {
                    "colour": _shade(share / most),
                    "title": f"{day} {hour:02d}:00 to {hour + 1:02d}:00: {share:.1%}",
                }
                for hour, share in enumerate(row)
            ],
        }
        for day, row in zip(figures.DAY_NAMES, shares, strict=True)
    ]


def _shade(part: float) -> str:
    red, green, blue = np.rint(255 + (_DARKEST - 255) * part).astype(int)
    return f"#{red:02x}{green:02x}{blue:02x}"


def _hour_rows(year: pd.DataFrame, inputs: Inputs) -> list[dict[str, str | None]]:
    """Say for each beat when and how; nothing where the export tells neither."""
    has_methods = figures.tells_methods(year)
    peaks = figures.hours_by_area(year)
    if not has_methods and not peaks["counted"].any():
        return []
    methods = figures.methods_by_area(year, inputs.as_of)
    totals = figures.areas_of(year).value_counts()
    rows = []
    for area, counted, first, share in zip(
        peaks.index, peaks["counted"], peaks["first_hour"], peaks["share"], strict=True
    ):
        enough = counted >= _FEWEST_FOR_HOURS
        here = methods[methods["area"] == area].head(_MOST_METHODS)
        named = [f"{mo} ({n:,})" for mo, n in zip(here["mo"], here["burglaries"], strict=True)]
        rows.append(
            {
                "area": str(area) if inputs.has_areas else None,
                "burglaries": f"{totals[str(area)]:,}",
                "peak": hour_span(int(first), 6) if enough else "too few to tell",
                "share": percent(share) if enough else "",
                "methods": ", ".join(named) if has_methods else None,
            }
        )
    return rows
