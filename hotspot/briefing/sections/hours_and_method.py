"""When burglaries happen and how, by beat: the hours of the week and the methods."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import geopandas as gpd
import numpy as np
import pandas as pd

from hotspot.briefing.figures.hours import hours_by_area
from hotspot.briefing.figures.known import areas_of
from hotspot.briefing.figures.methods import methods_by_area, tells_methods
from hotspot.briefing.inputs import Inputs
from hotspot.briefing.sections.section import Section, Sources, rows_of, table
from hotspot.dates import YEAR_DAYS
from hotspot.density.hours_of_week import (
    LONGEST_WINDOW_DAYS,
    PEAK_HOURS,
    Hours,
    aoristic_hours,
    peak_hours,
)
from hotspot.english import DAYS, day_of_year, hour_span, percent

_MOST_METHODS = 3
# Below this many burglaries a busiest span of hours is mostly chance.
_FEWEST_FOR_HOURS = 10
_DARKEST = np.array([18, 63, 109])
_COLUMNS = [
    ("area", "Beat", "text"),
    ("burglaries", "Burglaries", "n"),
    ("peak", "Busiest 6 hours", "day"),
    ("share", "Share in them", "n"),
    ("methods", "Most frequent methods", "text"),
]


@dataclass(frozen=True)
class HeatRow:
    """A day of the week.

    Attributes
    ----------
    day : str
    share : str
    cells : sequence of tuple
        The colour of each hour, and which it is, with its share.
    """

    day: str
    share: str
    cells: Sequence[tuple[str, str]]


@dataclass(frozen=True)
class HoursSection(Section):
    """The section, with the hours of the week shaded.

    Attributes
    ----------
    heat : sequence of HeatRow
    """

    block: ClassVar[str] = "hours"

    heat: Sequence[HeatRow] = ()


def hours(sources: Sources) -> Section:
    """Write when burglaries of the last 12 months happened, and how, by beat."""
    inputs = sources.inputs
    year = inputs.known.where(inputs.known.found_within(YEAR_DAYS)).incidents
    spread = aoristic_hours(year)
    sentences = [_counted_sentence(len(year), spread), _basis_sentence(inputs)]
    if spread.counted:
        first, share = peak_hours(spread)
        sentences.append(
            f"The busiest six hours are {hour_span(first, PEAK_HOURS)}, with {percent(share)} of "
            f"the burglaries; evenly spread they would have {percent(PEAK_HOURS / 24)}."
        )
    if not tells_methods(year):
        sentences.append("Methods are not shown: the export has no MO codes.")
    return HoursSection(
        sentences,
        tables=[table(_COLUMNS, _rows(year, inputs))],
        heat=_heat(spread) if spread.counted else [],
    )


def _basis_sentence(inputs: Inputs) -> str:
    last = inputs.known.last
    first = day_of_year(last - pd.Timedelta(days=YEAR_DAYS - 1))
    return (
        f"They were found from {first} to {day_of_year(last)}; each counts in the hours between "
        "which it happened."
    )


def _counted_sentence(total: int, spread: Hours) -> str:
    without = []
    if spread.without_time:
        without.append(f"{spread.without_time:,} without a time of day (midnight)")
    if spread.too_long:
        without.append(f"{spread.too_long:,} with a window of over {LONGEST_WINDOW_DAYS} days")
    counted = f"Burglaries of the last 12 months: {total:,}."
    if not spread.counted:
        return f"{counted} None has a time of day, so that hours are not shown."
    return counted + (f" Left out of the hours: {' and '.join(without)}." if without else "")


def _heat(spread: Hours) -> list[HeatRow]:
    """Return the hours of the week in shades, the darkest for the most."""
    shares = spread.weights / spread.weights.sum()
    most = shares.max()
    return [
        HeatRow(
            day,
            percent(row.sum()),
            [
                (_shade(share / most), f"{day} {hour:02d}:00 to {hour + 1:02d}:00: {share:.1%}")
                for hour, share in enumerate(row)
            ],
        )
        for day, row in zip(DAYS, shares, strict=True)
    ]


def _shade(part: float) -> str:
    red, green, blue = np.rint(255 + (_DARKEST - 255) * part).astype(int)
    return f"#{red:02x}{green:02x}{blue:02x}"


def _rows(year: gpd.GeoDataFrame, inputs: Inputs) -> list[dict[str, str | None]]:
    """Describe for each beat when and how; nothing where the export tells neither."""
    has_methods = tells_methods(year)
    peaks = hours_by_area(year)
    if not has_methods and not peaks["counted"].any():
        return []
    methods: dict[str, list[str]] = {}
    for row in rows_of(methods_by_area(year).groupby("area").head(_MOST_METHODS)):
        methods.setdefault(row.area, []).append(f"{row.mo} ({row.burglaries:,})")
    totals = areas_of(year).value_counts()
    rows: list[dict[str, str | None]] = []
    for peak in rows_of(peaks):
        enough = peak.counted >= _FEWEST_FOR_HOURS
        rows.append(
            {
                "area": str(peak.Index) if inputs.has_areas else None,
                "burglaries": f"{totals[str(peak.Index)]:,}",
                "peak": hour_span(peak.first_hour, PEAK_HOURS) if enough else "too few to tell",
                "share": percent(peak.share) if enough else "",
                "methods": ", ".join(methods[peak.Index]) if has_methods else None,
            }
        )
    return rows
