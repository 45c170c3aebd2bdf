"""How well forecasts would have done: rolling windows, baselines and honest intervals."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from tqdm import tqdm

from hotspot._checks import check_incidents_frame, positive_problems, same_crs_problems
from hotspot._errors import ConfigError, DataError
from hotspot.backtesting.backtest_result import Backtest, judged
from hotspot.backtesting.baselines import baselines
from hotspot.backtesting.rolling_windows import Checkpoint, Plan, run
from hotspot.backtesting.scoring import bootstrap_weights, top_cells
from hotspot.backtesting.setting import day_named
from hotspot.dates import AsOf, known_by, month_only_problems
from hotspot.grid import Grid
from hotspot.near_repeat import distinct_events

# Shares of the area at which curves are drawn, and between which calibration is told.
_CURVE = (0.005, 0.01, 0.02, 0.03, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.5, 1.0)


def backtest(
    models: Any,
    incidents: gpd.GeoDataFrame,
    grid: Grid,
    start: AsOf,
    end: AsOf,
    horizon_days: int = 7,
    area_shares: Sequence[float] = (0.01, 0.05),
    within: Any = None,
    *,
    refit_days: int = 84,
    resamples: int = 2000,
    seed: int = 0,
    checkpoint: str | Path | None = None,
    threads: int | None = None,
) -> Backtest:
    """Forecast window after window of the past, and count how much of what happened was found.

    Parameters
    ----------
    models : model, sequence or mapping of str to model
        What to try, not fitted. Three baselines are always added: "random", "all-history count"
        (per cell) and "year's density" (quartic, 400 m, 365 days).
    incidents : GeoDataFrame, n rows
        As `read_incidents` gives them. Each window is forecast from what had ended, and been
        recorded where that is told, before it.
    grid : Grid
        The cells that are ranked.
    start, end : date
        First day of the first window, and the day by which the last has ended; that day is not
        included. Only whole windows count.
    horizon_days : int
        Length of a window.
    area_shares : sequence of float
        Shares of the study area that are searched; round-half-up of its cells.
    within : GeoDataFrame, GeoSeries, geometry or ndarray of bool, optional
        The study area: the cells whose centre lies in it, or a mask of the grid's shape. Incidents
        outside are misses. Default: the whole grid.
    refit_days : int
        How often models learn their parameters anew. In between they take in what has become
        known and keep what they learned.
    resamples, seed : int
        Bootstrap over windows, for the 95 % intervals.
    checkpoint : path, optional
        File in which finished windows are kept; a run that was broken off goes on from there.
    threads : int, optional
        The answer is the same on any number. Default: the processors.

    Returns
    -------
    Backtest
        ``.table``, ``.windows``, ``.calibration``, ``.curves``, ``.summary()``, ``.plot()``.

    Raises
    ------
    DataError
        If the incidents are not in canonical shape, their dates are months only, nothing was
        known before the first window, or nothing happened in any.
    ConfigError
        If a parameter is out of range or in another CRS; every fault is told.

    Notes
    -----
    No model is ever handed what came after it has to forecast. One that has brought it along, and
    finds nearly all that any map could have while the baselines do not, is named in ``.suspects``
    and in the words, and is not called the best.

    An incident belongs to the window that holds the middle of its own time window. Cells of equal
    risk count in expectation. Differences are paired: the same windows, resampled together.

    References
    ----------
    Chainey, S., Tompson, L. and Uhlig, S. (2008). The utility of hotspot mapping for predicting
    spatial patterns of crime. Security Journal 21, 4-28.
    Bowers, K. J., Johnson, S. D. and Pease, K. (2004). Prospective hot-spotting: the future of
    crime mapping? British Journal of Criminology 44(5), 641-658 (search efficiency).
    Levine, N. (2008). The "hottest" part of a hotspot: comments on "The utility of hotspot mapping
    for predicting spatial patterns of crime". Security Journal 21, 295-302 (recapture).
    Adepeju, M., Rosser, G. and Cheng, T. (2016). Novel evaluation metrics for sparse
    spatio-temporal point process hotspot predictions. International Journal of Geographical
    Information Science 30(11), 2133-2154.

    Examples
    --------
    >>> from hotspot.forecast import ProspectiveMap
    >>> day = pd.Timestamp("2025-01-01") + pd.to_timedelta(np.arange(120), "D")
    >>> frame = pd.DataFrame({"crime_ref": day.astype(str), "occurred_from": day})
    >>> frame["occurred_to"] = frame["occurred_from"]
    >>> x, y = np.random.default_rng(1).normal(2000, 300, (2, 120))
    >>> incidents = gpd.GeoDataFrame(frame, geometry=gpd.points_from_xy(x, y), crs="EPSG:27700")
    >>> grid = Grid(0, 0, 200, ncols=20, nrows=20, crs="EPSG:27700")
    >>> result = backtest(ProspectiveMap(), incidents, grid, "2025-04-01", "2025-05-01")
    >>> result.table.loc[result.table["area_share"] == 0.05, "model"].tolist()
    ['ProspectiveMap', 'random', 'all-history count', "year's density"]
    """
    _check(incidents, grid, horizon_days, area_shares, refit_days, resamples)
    first, last = day_named("start", start), day_named("end", end)
    inside = _inside(within, grid)
    events = incidents[distinct_events(incidents)]
    plan = Plan(
        models={**_named(models), **baselines(grid.cell_size_m, int(inside.sum()))},
        incidents=events,
        grid=grid,
        inside=inside,
        starts=_starts(first, last, int(horizon_days)),
        horizon_days=int(horizon_days),
        numbers=top_cells(int(inside.sum()), (*area_shares, *_CURVE)),
        refit_windows=max(int(refit_days) // int(horizon_days), 1),
    )
    before = first - pd.Timedelta(days=1)
    if not known_by(events, before).any():
        raise DataError(f"No incident was known by {before:%Y-%m-%d}, before the first window.")
    kept = Checkpoint(None if checkpoint is None else Path(checkpoint), plan.fingerprint())
    total = len(plan.starts) * len(plan.models)
    with tqdm(total=total, desc="Backtest", disable=None, delay=1) as bar:
        scores = run(plan, kept, threads, bar.update)
    weights = bootstrap_weights(len(plan.starts), int(resamples), seed)
    told = _told(plan, int(refit_days), int(resamples), seed)
    return judged(scores, plan, tuple(area_shares), _CURVE, weights, told)


def _check(
    incidents: gpd.GeoDataFrame,
    grid: Grid,
    horizon_days: int,
    area_shares: Sequence[float],
    refit_days: int,
    resamples: int,
) -> None:
    problems = positive_problems(
        horizon_days=horizon_days, refit_days=refit_days, resamples=resamples
    )
    if not len(area_shares) or not all(0 < share <= 1 for share in area_shares):
        problems.append(f"area_shares must be above 0 and at most 1, not {area_shares!r}.")
    check_incidents_frame(incidents)
    problems += same_crs_problems(incidents, grid=grid)
    if problems:
        raise ConfigError(problems)
    check_incidents_frame(incidents, *month_only_problems(incidents, "A backtest"))


def _told(plan: Plan, refit_days: int, resamples: int, seed: int) -> dict[str, Any]:
    """Write down what a backtest was run with, as JSON can hold it."""
    first, last = int(plan.starts[0]), int(plan.starts[-1]) + plan.horizon_days - 1
    return {
        "first_day": str(np.datetime64(first, "D")),
        "last_day": str(np.datetime64(last, "D")),
        "windows": len(plan.starts),
        "horizon_days": plan.horizon_days,
        "cell_size_m": plan.grid.cell_size_m,
        "cells": int(plan.inside.sum()),
        "area_km2": round(float(plan.inside.sum()) * plan.grid.cell_area_km2, 3),
        "crs": plan.grid.crs.to_string(),
        "incidents": len(plan.incidents),
        "refit_days": refit_days,
        "resamples": resamples,
        "seed": seed,
        "models": {name: _settings(model) for name, model in plan.models.items()},
    }


def _settings(model: Any) -> str:
    """Write a model with every parameter, those at their defaults too."""
    given = model.get_params(deep=False).items()
    return f"{type(model).__name__}({', '.join(f'{name}={value!r}' for name, value in given)})"


def _named(models: Any) -> dict[str, Any]:
    """Give each model a name: its class, numbered where there are several."""
    if isinstance(models, Mapping):
        return dict(models)
    given = list(models) if isinstance(models, Sequence) else [models]
    named: dict[str, Any] = {}
    for model in given:
        name = type(model).__name__
        same = sum(type(other).__name__ == name for other in named.values())
        named[f"{name} {same + 1}" if same else name] = model
    return named


def _starts(first: pd.Timestamp, last: pd.Timestamp, horizon_days: int) -> npt.NDArray[np.int64]:
    """Give the first day of each whole window."""
    windows = (last - first).days // horizon_days
    if windows < 1:
        raise ConfigError(
            f"No whole window of {horizon_days} days lies between {first:%Y-%m-%d} and "
            f"{last:%Y-%m-%d}."
        )
    start = int(first.to_datetime64().astype("datetime64[D]").astype(np.int64))
    return start + horizon_days * np.arange(windows)


def _inside(within: Any, grid: Grid) -> npt.NDArray[np.bool_]:
    """Tell which cells are in the study area."""
    if within is None:
        return np.ones(grid.shape, dtype=bool)
    if isinstance(within, np.ndarray):
        if within.shape != grid.shape or within.dtype != bool:
            raise ConfigError("within must be a mask of the grid's shape, or an area.")
        inside = within
    elif isinstance(within, shapely.Geometry):
        inside = grid.centres_within(within)
    else:
        if within.crs != grid.crs:
            raise ConfigError("within is not in the CRS of the grid: turn it with .to_crs first.")
        inside = grid.centres_within(shapely.union_all(within.geometry.to_numpy()))
    if not inside.any():
        raise ConfigError("No cell of the grid has its centre within the study area.")
    return inside
