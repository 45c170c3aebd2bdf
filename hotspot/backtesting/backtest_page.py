"""The page of a backtest: the forecasts side by side, and how far they are to be trusted."""

from typing import TYPE_CHECKING

import pandas as pd

from hotspot.backtesting.baselines import DENSITY
from hotspot.english import long_day
from hotspot.output.handling import PLACES_NOT_PEOPLE
from hotspot.output.page_parts import PageSection, PageTable, ResultPage

if TYPE_CHECKING:
    from hotspot.backtesting.backtest_result import Backtest

_LIMITS = (
    PLACES_NOT_PEOPLE,
    "What is not reported or not recorded cannot be foreseen or counted.",
    "The figures hold for this area and these weeks; run it again when the area or the recording "
    "changes.",
)
_SETTINGS = {
    "first_day": "First day forecast",
    "last_day": "Last day forecast",
    "windows": "Windows",
    "horizon_days": "Days in a window",
    "cells": "Cells of the study area",
    "cell_size_m": "Side of a cell (m)",
    "area_km2": "Study area (km²)",
    "crs": "Coordinates",
    "incidents": "Burglaries counted",
    "refit_days": "Forecasts learn anew after (days)",
    "resamples": "Resamples behind the intervals",
    "seed": "Seed",
}
_COLUMNS = (
    ("Forecast", "head"), ("Found, % of burglaries (95 % interval)", "n"),
    ("Against last year's map, percentage points (95 % interval)", "n"), ("Verdict", "day"),
    ("Against the best map of the past (95 % interval)", "n"),
    ("Times chance (PAI)", "n"), ("Of the best possible (PEI)", "n"),
    ("Found per km² and window", "n"), ("Recapture", "n"),
)  # fmt: skip


def backtest_page(result: "Backtest") -> ResultPage:
    """Return what the page of a backtest says.

    Parameters
    ----------
    result : Backtest

    Returns
    -------
    ResultPage
    """
    run = result.parameters
    first, last = (long_day(pd.Timestamp(run[name])) for name in ("first_day", "last_day"))
    return ResultPage(
        title="How well burglary was foreseen here",
        scope=(
            f"Windows from {first}; cut-off: the end of {last}. No forecast "
            "knew anything that came after it was made."
        ),
        sentences=result.sentences(),
        picture_text=(
            "Left: share of burglaries found against share of the area searched, a line for each "
            "forecast. Right: differences from last year's map with their intervals. The tables "
            "below hold the figures."
        ),
        limits=(result.trust(), *_LIMITS),
        sections=(
            PageSection(
                "The forecasts side by side",
                tables=[_side_by_side(rows, share) for share, rows in _by_share(result.table)],
                note=(
                    "\"Year's density\" is last year's map: a kernel density of the last 365 days. "
                    '"All-history count" is the plain count per cell, "random" is chance. The best '
                    'map of the past is whichever of the two found more here; "with zones" has '
                    "the near-repeat rule added to it, as much as past weeks say. "
                    "Recapture is the share found over the share of the year before in the same "
                    "cells: below 1, the past overstated them."
                ),
            ),
            PageSection(
                "Expected and observed",
                tables=[_calibration(result.calibration)],
                note=(
                    "Burglaries expected / observed over all windows, cells grouped from the "
                    "highest risk to the lowest by each forecast itself."
                ),
            ),
        ),
        settings=(
            *((words, run[name]) for name, words in _SETTINGS.items() if name in run),
            *((f"Forecast: {name}", model) for name, model in run["models"].items()),
        ),
        as_of=pd.Timestamp(run["last_day"]),
        landscape=True,
    )


def _by_share(table: pd.DataFrame) -> list[tuple[float, pd.DataFrame]]:
    """Return for each share of the area its rows, from the best forecast down."""
    return [
        (share, table[table["area_share"] == share].sort_values("rank", kind="stable"))
        for share in table["area_share"].unique().tolist()
    ]


def _side_by_side(rows: pd.DataFrame, share: float) -> PageTable:
    texts = [_row(row) for _, row in rows.iterrows()]
    return PageTable.of(_COLUMNS, texts, f"Searching {100 * share:.3g} % of the area")


def _row(row: pd.Series) -> list[str]:
    """Write a row of the table for people: shares in per cent, differences in points."""
    against, verdict = "", "last year's map"
    if row["model"] != DENSITY:
        against = _points(row, "difference")
        more = row["difference_low"] > 0
        verdict = "may be noise" if row["noise"] else "finds more" if more else "finds fewer"
    interval = f" ({100 * row['low']:.1f} to {100 * row['high']:.1f})"
    interval = "" if pd.isna(row["low"]) else interval
    return [
        str(row["model"]),
        f"{100 * row['hit_rate']:.1f}{interval}",
        against,
        verdict,
        _points(row, "from_best"),
        f"{row['pai']:.1f}",
        f"{row['pei']:.2f}",
        f"{row['search_efficiency']:.2f}",
        f"{row['recapture']:.2f}",
    ]


def _points(row: pd.Series, measure: str) -> str:
    difference, low, high = (100 * row[f"{measure}{end}"] for end in ("", "_low", "_high"))
    return f"{difference:+.2f}" + ("" if pd.isna(low) else f" ({low:+.2f} to {high:+.2f})")


def _calibration(table: pd.DataFrame) -> PageTable:
    """Return expected and observed incidents by forecast and group of cells."""
    groups = [(f"Cells: {group}", "n") for group in table["cells"].unique()]
    rows = [
        [
            str(name),
            *(
                f"{expected:,.1f} / {observed:,.1f}"
                for expected, observed in zip(rows["expected"], rows["observed"], strict=True)
            ),
        ]
        for name, rows in table.groupby("model", sort=False)
    ]
    return PageTable.of([("Forecast", "head"), *groups], rows)
