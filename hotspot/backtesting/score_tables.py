"""From scores to the tables of a backtest, with intervals that windows drawn anew leave."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from hotspot._errors import DataError
from hotspot._kernels.arrays import Floats
from hotspot.backtesting.backtest_result import Backtest
from hotspot.backtesting.baselines import BASELINES, COUNT, DENSITY, added_to, is_rule
from hotspot.backtesting.rolling_windows import Plan, Score
from hotspot.backtesting.scoring import (
    CURVE_SHARES,
    prediction_accuracy,
    prediction_efficiency,
    ratio_interval,
)
from hotspot.forecast.live_zones import LiveZones

# Bounds, as shares of the area, of the groups of cells whose calibration is shown.
_GROUPS = (0.01, 0.05, 0.2, 1.0)
# Finding this share of what the best possible map would have, where the baselines find far
# less, takes knowledge of what came.
_TOO_GOOD, _BASELINES_AT_MOST = 0.9, 0.7


def judged(
    scores: Sequence[Score], plan: Plan, weights: Floats, parameters: Mapping[str, Any]
) -> Backtest:
    """Return tables of scores, with intervals by resamples of the windows.

    Parameters
    ----------
    scores : sequence of Score
        Of every model and window, in any order.
    plan : Plan
    weights : ndarray of float64, shape (resamples, windows)
        How often each window counts in each resample.
    parameters : mapping
        Kept with the result.

    Returns
    -------
    Backtest

    Raises
    ------
    DataError
        If nothing happened in any window.
    """
    by_model = {
        name: sorted((s for s in scores if s.model == name), key=lambda s: s.window)
        for name in plan.models
    }
    events = np.array([s.events for s in by_model[DENSITY]])
    if not events.sum():
        raise DataError("No incident lies in any of the windows: there is nothing to score.")
    rows = [
        {"model": name, "area_share": share, **_measures(by_model, name, place, plan, weights)}
        for place, share in enumerate(plan.area_shares)
        for name in plan.models
    ]
    table = pd.DataFrame(rows)
    ranks = table.groupby("area_share")["hit_rate"].rank(ascending=False, method="min")
    table["rank"] = ranks.astype(int)
    return Backtest(
        table=table,
        windows=_windows(by_model, plan.area_shares),
        calibration=_calibration(by_model, len(plan.area_shares)),
        curves=_curves(by_model, len(plan.area_shares)),
        horizon_days=plan.horizon_days,
        cells=plan.cells,
        rules=tuple(name for name, model in plan.models.items() if is_rule(model)),
        additions={name: past for name, model in plan.models.items() if (past := added_to(model))},
        zones=tuple(n for n, model in plan.models.items() if isinstance(model, LiveZones)),
        suspects=_suspects(table),
        parameters=parameters,
    )


def _suspects(table: pd.DataFrame) -> tuple[str, ...]:
    """Return the models that are too good to be true."""
    highest = table[table["model"].isin(BASELINES)].groupby("area_share")["pei"].max()
    # Where few cells hold all there is, an honest map finds it too: no suspicion there.
    beatable = table["area_share"].map(highest) <= _BASELINES_AT_MOST
    return tuple(table.loc[beatable & (table["pei"] >= _TOO_GOOD), "model"].unique())


def _measures(
    by_model: Mapping[str, list[Score]], name: str, place: int, plan: Plan, weights: Floats
) -> dict[str, float | bool]:
    """Compute what a model found in a share of the area, and measures of the same maps.

    The differences from the year's density and from the best map of the past are taken window by
    window before anything is resampled: a busy or an easy week is one for both maps, and what they
    share cancels.
    """
    rows = by_model[name]
    events = np.array([s.events for s in rows])
    found = {
        one: np.array([s.hits[place] for s in by_model[one]]) for one in (name, COUNT, DENSITY)
    }
    hits = found[name]
    more = hits - found[DENSITY]
    beyond = hits - max(found[DENSITY], found[COUNT], key=np.sum)
    # A rate is a share, whatever a t interval may say of it.
    low, high = np.clip(ratio_interval(hits, events, weights), 0.0, 1.0)
    difference_low, difference_high = ratio_interval(more, events, weights)
    from_best_low, from_best_high = ratio_interval(beyond, events, weights)
    # A ratio of sums: a mean of weekly rates would count a week of two burglaries as one of fifty.
    rate, number = hits.sum() / events.sum(), int(plan.numbers[place])
    past = sum(s.past_events for s in rows)
    before = sum(s.past[place] for s in rows) / past if past else 0.0
    return {
        "hit_rate": rate,
        "low": low,
        "high": high,
        # By the share of the cells that was searched, which rounding has moved from that asked for.
        "pai": prediction_accuracy(rate, number / plan.cells),
        "pei": prediction_efficiency(hits.sum(), sum(s.best[place] for s in rows)),
        "difference": more.sum() / events.sum(),
        "difference_low": difference_low,
        "difference_high": difference_high,
        # Bowers, Johnson and Pease (2004): incidents found for each square kilometre searched.
        "search_efficiency": hits.sum() / len(rows) / (number * plan.grid.cell_area_km2),
        # Levine (2008): below 1 a map found less than the past in its cells had promised.
        "recapture": rate / before if before else float("nan"),
        "from_best": beyond.sum() / events.sum(),
        "from_best_low": from_best_low,
        "from_best_high": from_best_high,
        # Where no interval is given nothing is told from noise.
        "noise": not (difference_low > 0 or difference_high < 0),
    }


def _windows(by_model: dict[str, list[Score]], area_shares: tuple[float, ...]) -> pd.DataFrame:
    rows = [
        (np.datetime64(score.window, "D"), name, share, int(score.events), score.hits[place])
        for name, scores in by_model.items()
        for score in scores
        for place, share in enumerate(area_shares)
    ]
    return pd.DataFrame(rows, columns=["window", "model", "area_share", "events", "hits"])


def _calibration(by_model: dict[str, list[Score]], first: int) -> pd.DataFrame:
    """Compare expected and observed incidents by group of cells, from risky to quiet."""
    places = [first + CURVE_SHARES.index(bound) for bound in _GROUPS]
    edges = [0.0, *_GROUPS]
    rows = []
    for name, scores in by_model.items():
        # Sums up to each bound: their differences are the groups between two bounds.
        seen = np.diff(np.array([s.hits for s in scores])[:, places].sum(axis=0), prepend=0.0)
        due = np.diff(np.array([s.due for s in scores])[:, places].sum(axis=0), prepend=0.0)
        for low, high, observed, expected in zip(edges, _GROUPS, seen, due, strict=False):
            cells = f"top {100 * low:g}-{100 * high:g} %"
            ratio = observed / expected if expected > 0 else np.nan
            rows.append((name, cells, expected, observed, ratio))
    return pd.DataFrame(rows, columns=["model", "cells", "expected", "observed", "ratio"])


def _curves(by_model: dict[str, list[Score]], first: int) -> pd.DataFrame:
    """Return hit rates at the shares of curves, which stand from `first` on in the scores."""
    rows = [
        (name, share, sum(s.hits[place] for s in scores) / sum(s.events for s in scores))
        for name, scores in by_model.items()
        for place, share in enumerate(CURVE_SHARES, start=first)
    ]
    return pd.DataFrame(rows, columns=["model", "area_share", "hit_rate"])
