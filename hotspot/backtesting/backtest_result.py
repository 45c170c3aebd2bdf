"""What a backtest found, as a table, a picture and plain words."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd
from matplotlib.figure import Figure

from hotspot._errors import DataError
from hotspot.backtesting.baselines import BASELINES, DENSITY
from hotspot.backtesting.rolling_windows import Plan, Score
from hotspot.backtesting.scoring import prediction_accuracy, prediction_efficiency, ratio_interval
from hotspot.english import count
from hotspot.forecast.live_zones import LiveZones
from hotspot.forecast.near_repeat_risk import NearRepeatRisk
from hotspot.output.results import Result, ResultPage

Floats = npt.NDArray[np.float64]

_COLUMNS = (
    "model", "area_share", "hit_rate", "low", "high", "pai", "pei",
    "difference", "difference_low", "difference_high",
    "search_efficiency", "recapture", "noise", "rank",
)  # fmt: skip
# Bounds, as shares of the area, between which calibration is told.
_GROUPS = (0.01, 0.05, 0.2, 1.0)
# Words are about this share of the area, or the nearest below it.
_TOLD_SHARE = 0.05
# Finding this share of what the best possible map would have, where the baselines find far
# less, takes knowledge of what came.
_TOO_GOOD, _BASELINES_AT_MOST = 0.9, 0.7
# A gain on the year's density below this share of its hit rate is not worth another map.
_WORTH_HAVING = 0.2


@dataclass(frozen=True)
class Backtest(Result):
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
    zones : tuple of str
        Which of these are the zones as they are drawn on maps.
    suspects : tuple of str
        Models that found nearly all that any map could have: they must have seen the windows.
    parameters : mapping
        What it was run with: study area, windows, models and their settings, seed.
    """

    product: ClassVar[str] = "backtest"
    table: pd.DataFrame
    windows: pd.DataFrame
    calibration: pd.DataFrame
    curves: pd.DataFrame
    horizon_days: int
    cells: int
    rules: tuple[str, ...] = ()
    zones: tuple[str, ...] = ()
    suspects: tuple[str, ...] = ()
    parameters: Mapping[str, Any] = field(default_factory=dict)

    def best(self, area_share: float) -> str:
        """Name the forecast, baselines included, with the highest hit rate.

        Parameters
        ----------
        area_share : float
            One of those in the table.

        Returns
        -------
        str
            Of several with the same hit rate, the first in the table; never one of the suspects.
        """
        table = self.table[~self.table["model"].isin(self.suspects)]
        rows = table[table["area_share"] == area_share]
        return str(rows.sort_values("rank", kind="stable")["model"].iloc[0])

    def best_layer(self) -> Literal["density", "zones"]:
        """Say which layer of a map to open: the zones only where they beat last year's map.

        The rule may help as it was learned where the zones, as they are drawn, do not.

        Returns
        -------
        {"density", "zones"}
        """
        return "zones" if self._helpful(self.zones) else "density"

    def sentences(self) -> tuple[str, str, str]:
        """Say in plain words what finds most, by how much, and what the rule is worth here.

        Returns
        -------
        tuple of str
            What finds most and how sure that is; what that is against last year's map and against
            chance; whether the near-repeat rule adds anything, or that the windows are too few to
            tell.
        """
        return self._best_words(), self._margin_words(), self._rule_words()

    def trust(self) -> str:
        """Say how many were expected, how many came, and what a backtest does not show."""
        best = self.best(self._told_share)
        rows = self.calibration[self.calibration["model"] == best]
        return (
            f"{_capital(best)} expected {rows['expected'].sum():,.0f} burglaries in the study area "
            f"and {rows['observed'].sum():,.0f} happened. It is the best of "
            f"{self.table['model'].nunique()} on the same {self._windows_words()}: expect a little "
            "less of it. This tells how well places were foreseen, not whether patrols or visits "
            "there prevent anything."
        )

    def summary(self) -> str:
        """Give the `sentences`, one a line."""
        return "\n".join(self.sentences())

    def plot(self) -> Figure:
        """Draw what is found by how much is searched, and the differences from last year's map.

        Returns
        -------
        matplotlib.figure.Figure
        """
        from hotspot.backtesting.curves import draw

        return draw(self)

    def page(self) -> ResultPage:
        """Return what the page says.

        Returns
        -------
        ResultPage
        """
        from hotspot.backtesting.backtest_page import backtest_page

        return backtest_page(self)

    def tables(self) -> dict[str, pd.DataFrame]:
        """Return all tables, by name.

        Returns
        -------
        dict of str to DataFrame
        """
        return {n: getattr(self, n) for n in ("table", "calibration", "curves", "windows")}

    def content(self) -> dict[str, Any]:
        """Return words, settings and all tables as JSON can hold them.

        Returns
        -------
        dict
        """
        tables = {
            name: json.loads(table.to_json(orient="records", date_format="iso"))
            for name, table in self.tables().items()
        }
        return {
            "sentences": list(self.sentences()),
            "trust": self.trust(),
            "parameters": dict(self.parameters),
            **tables,
        }

    @property
    def _window_count(self) -> int:
        return int(self.windows["window"].nunique())

    @property
    def _told_share(self) -> float:
        """The share of the area that words are about: few cells hold too few to tell."""
        shares = self.table["area_share"].unique()
        usual = shares[shares <= _TOLD_SHARE]
        return float(usual.max() if len(usual) else shares.min())

    def _row(self, model: str) -> pd.Series:
        table = self.table
        rows = table[(table["model"] == model) & (table["area_share"] == self._told_share)]
        return rows.iloc[0]

    def _windows_words(self) -> str:
        if self.horizon_days == 7:
            return count(self._window_count, "week")
        return f"{count(self._window_count, 'window')} of {count(self.horizon_days, 'day')}"

    def _best_words(self) -> str:
        row = self._row(self.best(self._told_share))
        return (
            f"{_capital(row['model'])} found most: {_share(row['hit_rate'])} of burglaries in "
            f"{100 * row['area_share']:.3g} % of the area (95 % interval {_share(row['low'])} to "
            f"{_share(row['high'])}), over {self._windows_words()} forecast from what was known "
            f"before each.{self._suspect_words()}"
        )

    def _suspect_words(self) -> str:
        if not self.suspects:
            return ""
        return (
            f" Left out: {', '.join(self.suspects)} found nearly all that any map could have, and "
            "must have seen the weeks that it was scored on."
        )

    def _margin_words(self) -> str:
        row = self._row(self.best(self._told_share))
        said = f"That is {row['pai']:.1f} times what places picked at random would find"
        if row["model"] == DENSITY:
            return f"{said}, and no forecast that was tried beats last year's map."
        return f"{said}, and {_against(row)}."

    def _helpful(self, names: Sequence[str]) -> list[str]:
        """Name those that beat last year's map by more than noise."""
        return [
            name
            for name in names
            if name not in self.suspects and self._row(name)["difference_low"] > 0
        ]

    def _rule_words(self) -> str:
        if not self.rules:
            return "The near-repeat rule was not among the forecasts tried."
        helpful = self._helpful(self.rules)
        rows = [self._row(name) for name in helpful or self.rules]
        row = max(rows, key=lambda row: row["difference"])
        against = _against(row)
        if helpful:
            drawn = [name for name in self.zones if name not in helpful]
            also = "".join(
                f" The zones as they are drawn on maps found {_against(self._row(name))}."
                for name in drawn[:1]
            )
            return f"The near-repeat rule helps here: by itself it found {against}.{also}"
        worth_having = _WORTH_HAVING * self._row(DENSITY)["hit_rate"]
        # What points to a gain is not called nothing, however small it is.
        if row["difference"] <= 0 and row["difference_high"] <= worth_having:
            return f"The rule adds nothing here: by itself the near-repeat rule found {against}."
        return (
            f"{self._windows_words()} with {self._events:,} burglaries are too few to tell whether "
            f"the near-repeat rule adds anything here: by itself it found {against}."
        )

    @property
    def _events(self) -> int:
        return int(self.windows.drop_duplicates("window")["events"].sum())


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _share(share: float) -> str:
    """Write a share to a figure that its interval allows."""
    return f"{100 * share:.0f} %" if share >= 0.1 else f"{100 * share:.1f} %"


def _against(row: pd.Series) -> str:
    """Write a difference from last year's map with its interval, in percentage points."""
    low, high = (100 * row[name] for name in ("difference_low", "difference_high"))
    way = "more" if row["difference"] > 0 else "fewer"
    noise = ", which may be noise" if row["noise"] else ""
    return (
        f"{abs(100 * row['difference']):.1f} percentage points {way} than last year's map "
        f"(95 % interval {low:+.1f} to {high:+.1f}){noise}"
    )


def judged(
    scores: Sequence[Score],
    plan: Plan,
    area_shares: tuple[float, ...],
    curve_shares: tuple[float, ...],
    weights: Floats,
    parameters: Mapping[str, Any],
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
        rules=tuple(
            name
            for name, model in plan.models.items()
            if isinstance(model, (LiveZones, NearRepeatRisk))
        ),
        zones=tuple(n for n, model in plan.models.items() if isinstance(model, LiveZones)),
        suspects=_suspects(table),
        parameters=parameters,
    )


def _suspects(table: pd.DataFrame) -> tuple[str, ...]:
    """Name the models that are too good to be true."""
    highest = table[table["model"].isin(BASELINES)].groupby("area_share")["pei"].max()
    beatable = table["area_share"].map(highest) <= _BASELINES_AT_MOST
    return tuple(table.loc[beatable & (table["pei"] >= _TOO_GOOD), "model"].unique())


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
