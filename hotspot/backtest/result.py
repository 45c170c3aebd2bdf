"""What a backtest found, as a table, a picture and plain words."""

import html
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from hotspot._errors import DataError
from hotspot.backtest.baselines import COUNT, DENSITY, RANDOM
from hotspot.backtest.scoring import (
    prediction_accuracy,
    prediction_efficiency,
    ratio_interval,
)
from hotspot.backtest.windows import Plan, Score
from hotspot.forecast.rule import NearRepeatRisk

Floats = npt.NDArray[np.float64]

_BASELINES = (RANDOM, COUNT, DENSITY)
_COLUMNS = (
    "model", "area_share", "hit_rate", "low", "high", "pai", "pei",
    "difference", "difference_low", "difference_high",
    "search_efficiency", "recapture", "noise", "rank",
)  # fmt: skip
# Bounds, as shares of the area, between which calibration is told.
_GROUPS = (0.01, 0.05, 0.2, 1.0)


@dataclass(frozen=True)
class Backtest:
    """Result of `backtest`.

    Attributes
    ----------
    table : DataFrame
        A row per share of the area and model: ``model``, ``area_share``, ``hit_rate`` (share of
        the incidents found in that share of the cells) with its 95 % interval ``low`` to
        ``high``, ``pai``, ``pei``, ``difference`` (hit rate less that of the year's density)
        with its paired 95 % interval ``difference_low`` to ``difference_high``;
        ``search_efficiency`` (incidents found per square kilometre and window), ``recapture``
        (hit rate over the share of the year before in the same cells), ``noise`` (whether the
        interval of the difference holds 0) and ``rank`` by hit rate.
    windows : DataFrame
        A row per window, share and model: ``window`` (its first day), ``events``, ``hits``.
    calibration : DataFrame
        A row per model and group of cells by its risk: ``expected`` and ``observed`` incidents
        over all windows, and their ``ratio``, observed over expected.
    curves : DataFrame
        Hit rate at many shares of the area: ``model``, ``area_share``, ``hit_rate``.
    horizon_days : int
        Length of a window.
    cells : int
        Cells of the study area.
    rules : tuple of str
        Which of the models are the near-repeat rule.
    """

    table: pd.DataFrame
    windows: pd.DataFrame
    calibration: pd.DataFrame
    curves: pd.DataFrame
    horizon_days: int
    cells: int
    rules: tuple[str, ...] = ()

    def best(self, area_share: float) -> str:
        """Name the model, not counting baselines, with the highest hit rate."""
        rows = self.table[self.table["area_share"] == area_share]
        ours = rows[~rows["model"].isin(_BASELINES)]
        return str((ours if len(ours) else rows).sort_values("rank")["model"].iloc[0])

    def summary(self) -> str:
        """Say in three plain sentences what works here, whether the rule does, and how sure.

        Returns
        -------
        str
            One sentence a line.
        """
        return "\n".join([self._best_words(), self._rule_words(), self._trust_words()])

    def plot(self) -> Figure:
        """Draw the share of incidents found against the share of the area searched.

        Returns
        -------
        matplotlib.figure.Figure
        """
        figure = Figure(figsize=(10, 4.6), layout="constrained")
        left, right = figure.subplots(1, 2, width_ratios=(3, 4))
        models = list(dict.fromkeys(self.table["model"]))
        styles = {name: _style(number, name) for number, name in enumerate(models)}
        for name in models:
            curve = self.curves[self.curves["model"] == name]
            curve = curve[curve["area_share"] <= 0.2]
            x, y = (100 * np.append(0, curve[axis]) for axis in ("area_share", "hit_rate"))
            left.plot(x, y, label=name, **styles[name])
        left.set_xlabel("Share of the area searched, %")
        left.set_ylabel("Share of incidents found, %")
        left.set_xlim(0, 20)
        left.set_ylim(0)
        left.grid(alpha=0.3)
        left.legend(fontsize=8, frameon=False)
        self._draw_differences(right, models, styles)
        figure.suptitle(
            f"{self._window_count:,} windows of {self.horizon_days} days, forecast from what was "
            "known before each",
            fontsize=10,
        )
        return figure

    def _draw_differences(
        self, axes: Axes, models: Sequence[str], styles: Mapping[str, Mapping[str, Any]]
    ) -> None:
        """Draw, share by share, how much more than the year's density each model found."""
        shown = [name for name in models if name not in (RANDOM, DENSITY)]
        shares = list(dict.fromkeys(self.table["area_share"]))
        for place, share in enumerate(shares):
            rows = self.table[self.table["area_share"] == share].set_index("model")
            for number, name in enumerate(shown):
                row = 100 * rows.loc[name, ["difference", "difference_low", "difference_high"]]
                middle, low, high = row.to_numpy(dtype=float)
                at = -(number + place * 0.3)
                axes.plot([low, high], [at, at], color=styles[name]["color"], linewidth=2)
                axes.plot(middle, at, "os^D"[place % 4], color=styles[name]["color"])
        axes.axvline(0, color="black", linewidth=0.8)
        axes.set_yticks([-number - 0.15 for number in range(len(shown))], shown, fontsize=8)
        listed = " then ".join(f"{share:.3g}" for share in (100 * s for s in shares))
        axes.set_xlabel(
            "Percentage points more than the year's density found\n"
            f"({listed} % of the area; across 0 is noise)"
        )
        axes.grid(alpha=0.3, axis="x")

    def _repr_html_(self) -> str:
        words = "".join(f"<p>{html.escape(line)}</p>" for line in self.summary().splitlines())
        table: str = self.table.to_html(index=False, float_format=lambda value: f"{value:.4g}")
        return words + table

    @property
    def _window_count(self) -> int:
        return int(self.windows["window"].nunique())

    def _row(self, model: str, share: float) -> pd.Series:
        rows = self.table[(self.table["model"] == model) & (self.table["area_share"] == share)]
        return rows.iloc[0]

    def _best_words(self) -> str:
        share = float(self.table["area_share"].iloc[0])
        row, plain = self._row(self.best(share), share), self._row(DENSITY, share)
        said = (
            f"{row['model']} found most of the forecasts tried: {row['hit_rate']:.1%} of incidents "
            f"in {100 * share:.3g} % of the area (95 % interval {row['low']:.1%} to "
            f"{row['high']:.1%}), "
        )
        if row["noise"]:
            return said + (
                f"which cannot be told from the {plain['hit_rate']:.1%} of the year's density: "
                "the difference may be noise."
            )
        way = "more" if row["difference"] > 0 else "fewer"
        return said + (
            f"{abs(100 * row['difference']):.2f} percentage points {way} than the year's density "
            f"({_points(row)})."
        )

    def _rule_words(self) -> str:
        if not self.rules:
            return "The near-repeat rule was not among the forecasts tried."
        rows = self.table[self.table["model"].isin(self.rules)]
        better = rows[rows["difference_low"] > 0]
        if better.empty:
            row = rows.iloc[int(rows["difference"].argmax())]
            return (
                "The rule adds nothing here: by itself the near-repeat rule found "
                f"{row['hit_rate']:.1%} of incidents in {100 * row['area_share']:.3g} % of the "
                f"area, {100 * row['difference']:+.2f} percentage points against the year's "
                f"density ({_points(row)})."
            )
        row = better.iloc[int(better["difference"].argmax())]
        return (
            f"The near-repeat rule helps here: it found {row['hit_rate']:.1%} of incidents in "
            f"{100 * row['area_share']:.3g} % of the area, {100 * row['difference']:+.2f} "
            f"percentage points against the year's density ({_points(row)})."
        )

    def _trust_words(self) -> str:
        best = self.best(self.table["area_share"].iloc[0])
        rows = self.calibration[self.calibration["model"] == best]
        return (
            f"{best} expected {rows['expected'].sum():,.0f} incidents in the study area and "
            f"{rows['observed'].sum():,.0f} happened, over {self._window_count:,} windows of "
            f"{self.horizon_days} days; this tells how well places were foreseen, not whether "
            "visits there prevent anything."
        )


def _points(row: pd.Series) -> str:
    """Write the interval of a difference, in percentage points."""
    return f"{100 * row['difference_low']:+.2f} to {100 * row['difference_high']:+.2f}"


def _style(number: int, name: str) -> dict[str, Any]:
    """Colour and line of a model; baselines are grey, and dashes survive a photocopier."""
    if name in _BASELINES:
        grey = {RANDOM: "#c2c2c2", COUNT: "#8a8a8a", DENSITY: "#3f3f3f"}[name]
        return {"color": grey, "linestyle": "--", "linewidth": 1.4}
    colors = ("#0b6e4f", "#c8102e", "#2a52be", "#b8860b", "#6a3d9a", "#008b8b")
    lines = ("-", "-.", ":", (0, (6, 1)), (0, (3, 1, 1, 1)))
    return {"color": colors[number % 6], "linestyle": lines[number % 5], "linewidth": 1.8}


def judged(
    scores: Sequence[Score],
    plan: Plan,
    area_shares: tuple[float, ...],
    curve_shares: tuple[float, ...],
    weights: Floats,
) -> Backtest:
    """Turn scores into tables with intervals, by resamples of the windows."""
    by_model = {
        name: sorted((s for s in scores if s.model == name), key=lambda s: s.window)
        for name in plan.models
    }
    events = np.array([s.events for s in by_model[DENSITY]])
    if not events.sum():
        raise DataError("No incident lies in any of the windows: there is nothing to score.")
    cells = int(plan.inside.sum())
    table = pd.DataFrame(
        [
            {
                "model": name,
                "area_share": share,
                **_rates(by_model[name], by_model[DENSITY], place, weights),
                **_indices(by_model[name], place, int(plan.numbers[place]), cells,
                           plan.grid.cell_area_km2),
            }
            for place, share in enumerate(area_shares)
            for name in plan.models
        ]
    )  # fmt: skip
    ranks = table.groupby("area_share")["hit_rate"].rank(ascending=False, method="min")
    table["rank"] = ranks.astype(int)
    return Backtest(
        table=table[list(_COLUMNS)],
        windows=_windows(by_model, area_shares),
        calibration=_calibration(by_model, area_shares, curve_shares),
        curves=_curves(by_model, area_shares, curve_shares),
        horizon_days=plan.horizon_days,
        cells=cells,
        rules=tuple(n for n, model in plan.models.items() if isinstance(model, NearRepeatRisk)),
    )


def _rates(
    rows: list[Score], plain: list[Score], place: int, weights: Floats
) -> dict[str, float | bool]:
    """Hit rate, and its paired difference from that of the year's density, with intervals."""
    events = np.array([s.events for s in rows])
    found = np.array([s.hits[place] for s in rows])
    more = found - np.array([s.hits[place] for s in plain])
    low, high = ratio_interval(found, events, weights)
    difference_low, difference_high = ratio_interval(more, events, weights)
    return {
        "hit_rate": found.sum() / events.sum(),
        "low": low,
        "high": high,
        "difference": more.sum() / events.sum(),
        "difference_low": difference_low,
        "difference_high": difference_high,
        "noise": difference_low <= 0 <= difference_high,
    }


def _indices(
    rows: list[Score], place: int, number: int, cells: int, cell_area_km2: float
) -> dict[str, float]:
    """Other measures of the same maps."""
    found = sum(s.hits[place] for s in rows)
    rate = found / sum(s.events for s in rows)
    past = sum(s.past_events for s in rows)
    before = sum(s.past[place] for s in rows) / past if past else 0.0
    return {
        "pai": prediction_accuracy(rate, number / cells),
        "pei": prediction_efficiency(found, sum(s.best[place] for s in rows)),
        "search_efficiency": found / len(rows) / (number * cell_area_km2),
        "recapture": rate / before if before else float("nan"),
    }


def _windows(by_model: dict[str, list[Score]], area_shares: tuple[float, ...]) -> pd.DataFrame:
    return pd.DataFrame(
        [
            {
                "window": pd.Timestamp(np.datetime64(score.window, "D")),
                "model": name,
                "area_share": share,
                "events": int(score.events),
                "hits": score.hits[place],
            }
            for name, rows in by_model.items()
            for score in rows
            for place, share in enumerate(area_shares)
        ]
    )


def _calibration(
    by_model: dict[str, list[Score]],
    area_shares: tuple[float, ...],
    curve_shares: tuple[float, ...],
) -> pd.DataFrame:
    """Compare expected and observed incidents by group of cells, from risky to quiet."""
    places = [len(area_shares) + curve_shares.index(bound) for bound in _GROUPS]
    edges = [0.0, *_GROUPS]
    rows = []
    for name, scores in by_model.items():
        seen = np.diff(np.array([s.hits for s in scores])[:, places].sum(axis=0), prepend=0.0)
        due = np.diff(np.array([s.due for s in scores])[:, places].sum(axis=0), prepend=0.0)
        for group in range(len(_GROUPS)):
            rows.append(
                {
                    "model": name,
                    "cells": f"top {100 * edges[group]:g}-{100 * edges[group + 1]:g} %",
                    "expected": due[group],
                    "observed": seen[group],
                    "ratio": seen[group] / due[group] if due[group] > 0 else np.nan,
                }
            )
    return pd.DataFrame(rows)


def _curves(
    by_model: dict[str, list[Score]],
    area_shares: tuple[float, ...],
    curve_shares: tuple[float, ...],
) -> pd.DataFrame:
    return pd.DataFrame(
        [
            {
                "model": name,
                "area_share": share,
                "hit_rate": sum(s.hits[place] for s in rows) / sum(s.events for s in rows),
            }
            for name, rows in by_model.items()
            for place, share in enumerate(curve_shares, start=len(area_shares))
        ]
    )
