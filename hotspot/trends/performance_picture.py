"""The picture of the performance table: months, twelve months rolling, and areas side by side."""

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import StrMethodFormatter

from hotspot._kernels.arrays import Floats
from hotspot.output.pictures import Picture
from hotspot.output.text import clean_text
from hotspot.trends.comparison_words import COMPARABLE
from hotspot.trends.definition_changes import signed
from hotspot.trends.performance_words import short_month
from hotspot.trends.two_counts import YEAR_MONTHS

if TYPE_CHECKING:
    from hotspot.trends.performance import PerformanceTable

_BARS, _NOW, _HELD = "#c5ccd4", "#123f6d", "#a85a00"
_THOUSANDS = StrMethodFormatter("{x:,.0f}")
# The red and the blue of the map's rising and falling places; grey where neither is sure.
_UP, _DOWN, _NEITHER = "#8a1c00", "#05456e", "#7a7a7a"
_MOST_AREAS, _LONGEST_NAME = 20, 24
_SHOWN_MONTHS = 60


def draw(result: "PerformanceTable") -> Figure:
    """Draw months and twelve months rolling, and beside them the areas.

    Parameters
    ----------
    result : PerformanceTable

    Returns
    -------
    matplotlib.figure.Figure
    """
    with_areas = bool(len(result.areas)) and result.areas["word"].ne("").any()
    height = 4.8 if not with_areas else max(4.8, 0.3 * min(len(result.areas), _MOST_AREAS) + 1.9)
    figure = Picture(figsize=(11, height), layout="constrained")
    if with_areas:
        left, right = figure.subfigures(1, 2, width_ratios=(5, 4), squeeze=False)[0]
        _draw_areas(right.subplots(), result)
    else:
        left = figure.subfigures()
    upper, lower = left.subplots(2, 1, sharex=True, height_ratios=(2, 3))
    _draw_rolling(upper, result)
    _draw_months(lower, result)
    return figure


def _shown(result: "PerformanceTable") -> tuple[Floats, Floats, pd.PeriodIndex]:
    """Return counts by month, the twelve months that end with each, and the months, up to now."""
    to = int(result.counts.at(pd.PeriodIndex([result.month]))[0]) + 1
    counts = result.counts.known.sum(axis=0)[:to]
    rolling = np.full(to, np.nan)
    if to >= YEAR_MONTHS:
        rolling[YEAR_MONTHS - 1 :] = np.convolve(counts, np.ones(YEAR_MONTHS), "valid")
    shown = slice(max(to - _SHOWN_MONTHS, 0), to)
    return counts[shown], rolling[shown], result.counts.periods[shown]


def _draw_rolling(axes: Axes, result: "PerformanceTable") -> None:
    """Draw the twelve months that end with each month, and what the last are held against."""
    _, rolling, _ = _shown(result)
    reference = result.total["reference_12"]
    axes.plot(np.arange(len(rolling)), rolling, color=_NOW, linewidth=2)
    if not pd.isna(reference):
        named = "baseline" if result.settings["baseline"] else "12 months before"
        axes.axhline(reference, color=_HELD, linestyle=(0, (5, 3)), linewidth=1.2)
        axes.annotate(f"{named}: {reference:,.10g}", (0, reference), (2, -11), color=_HELD,
                      textcoords="offset points", fontsize=8)  # fmt: skip
    if not np.isnan(rolling[-1]):
        last = len(rolling) - 1
        axes.plot([last], rolling[-1:], "o", color=_NOW)
        axes.annotate(f"{rolling[-1]:,.0f}", (last, rolling[-1]), (0, -15), ha="center",
                      textcoords="offset points", fontweight="bold", color=_NOW)  # fmt: skip
    top = np.nanmax([*rolling, reference, 1.0])
    axes.set_ylim(0, 1.25 * top)
    axes.yaxis.set_major_formatter(_THOUSANDS)
    axes.spines[["top", "right"]].set_visible(False)
    axes.set_title("Burglaries in the 12 months that end with each", fontsize=10, loc="left")


def _draw_months(axes: Axes, result: "PerformanceTable") -> None:
    """Draw a bar a month, those of the month's own name dark."""
    counts, _, periods = _shown(result)
    same = periods.month == result.month.month
    axes.bar(np.arange(len(counts)), counts, color=np.where(same, _NOW, _BARS), width=0.8)
    axes.set_xticks(np.flatnonzero(same), [short_month(one) for one in periods[same]])
    axes.yaxis.set_major_formatter(_THOUSANDS)
    axes.spines[["top", "right"]].set_visible(False)
    name = short_month(result.month).split()[0]
    axes.set_title(f"Burglaries by month, each {name} dark", fontsize=10, loc="left")


def _draw_areas(axes: Axes, result: "PerformanceTable") -> None:
    """Draw twelve months of each area beside what they are held against."""
    areas = result.areas[result.areas["word"] != ""]
    left_out = len(areas) - _MOST_AREAS
    if left_out > 0:
        areas = areas.sort_values("rolling_12", ascending=False).iloc[:_MOST_AREAS]
    for place, row in enumerate(areas.to_dict("records")):
        now, then = float(row["rolling_12"]), float(row["reference_12"])
        sure = row["word"] != COMPARABLE
        colour = (_UP if now > then else _DOWN) if sure else _NEITHER
        sign = ("\u25b2 " if now > then else "\u25bc ") if sure else ""
        axes.plot([then, now], [-place, -place], color=colour, linewidth=2 if sure else 1)
        axes.plot([then], [-place], "o", markerfacecolor="white", color=colour)
        axes.plot([now], [-place], "o", color=colour)
        axes.annotate(f"{sign}{now:,.0f} ({signed(row['change'])})", (max(now, then), -place),
                      (7, 0), textcoords="offset points", va="center", fontsize=8, color=colour,
                      fontweight="bold" if sure else "normal")  # fmt: skip
    names = [_short(row["area"]) for row in areas.to_dict("records")]
    axes.set_yticks(-np.arange(len(areas)), names)
    axes.set_xlim(0, 1.35 * max(areas[["rolling_12", "reference_12"]].max().max(), 1))
    axes.set_ylim(-len(areas) + 0.4, 0.6)
    axes.grid(axis="x", alpha=0.3)
    axes.spines[["top", "right", "left"]].set_visible(False)
    axes.xaxis.set_major_formatter(_THOUSANDS)
    axes.set_xlabel("12 months: filled now, hollow before")
    more = f"; {left_out:,} more in the table" if left_out > 0 else ""
    axes.set_title(
        f"By area: \u25b2 rose, \u25bc fell, grey comparable{more}", fontsize=10, loc="left"
    )


def _short(name: str) -> str:
    name = clean_text(name)
    return name if len(name) <= _LONGEST_NAME else f"{name[: _LONGEST_NAME - 1]}\u2026"
