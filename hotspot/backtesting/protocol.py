"""Backtests by rolling windows: what is asked for is checked first, then forecast and scored."""

from collections.abc import Mapping, Sequence
from concurrent.futures import Executor
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from hotspot._checks import (
    chosen_seed,
    integer_problems,
    raise_problems,
    same_crs_problems,
    seed_problems,
)
from hotspot._errors import ConfigError, DataError
from hotspot._kernels.arrays import Bools, Ints
from hotspot.backtesting.backtest_result import Backtest
from hotspot.backtesting.baselines import BASELINES, baselines
from hotspot.backtesting.rolling_windows import Checkpoint, Plan, run
from hotspot.backtesting.score_tables import judged
from hotspot.backtesting.scoring import bootstrap_weights
from hotspot.backtesting.setting import day_named, unfit_incidents
from hotspot.dates import AsOf, known_by
from hotspot.executors import executor_problems
from hotspot.forecast.base import Forecast
from hotspot.grid import Grid
from hotspot.near_repeat import distinct_events
from hotspot.output.progress_bars import progress_bar

# What a model of the user's own must answer to: scikit-learn's manners, by which it is copied.
_MANNERS = ("fit", "predict", "get_params")


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
    seed: int | None = 0,
    checkpoint: str | Path | None = None,
    threads: int | None = None,
    executor: Executor | None = None,
) -> Backtest:
    """Forecast window after window of the past, and count how much of what happened was found.

    Parameters
    ----------
    models : model, sequence or mapping of str to model
        What to try, not fitted. Three baselines are always added: "random", "all-history count"
        (per cell) and "year's density" (quartic, at the distance of the rule, 365 days).
    incidents : GeoDataFrame, n rows
        As of `read_incidents`. Each window is forecast from what had ended, and been recorded
        where that is known, before it.
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
        How often models learn their parameters anew, in whole windows. In between they take in
        what has become known and keep what they learned.
    resamples : int
        How often the windows are drawn anew for the 95 % intervals.
    seed : int or None
        Of these draws, on which nothing but the intervals turns. Fixed unless another is asked
        for, so that runs that are compared (other models, another area) resample the same windows,
        and a page made again says the same. None: drawn. It is kept in ``.parameters``.
    checkpoint : path, optional
        File in which finished windows are kept; a run that was broken off goes on from there.
    threads : int, optional
        The answer is the same on any number. Default: the processors.
    executor : concurrent.futures.Executor, optional
        Runs the stretches of windows between one learning and the next, instead of threads of
        ours: processes, or the workers of a cluster. Models must be of a class that a worker can
        import.

    Returns
    -------
    Backtest
        ``.table``, ``.windows``, ``.calibration``, ``.curves``, ``.summary()``, ``.plot()``.

    Raises
    ------
    DataError
        If the incidents are not in canonical shape or there are none, their dates are months only,
        a grid or area is in another CRS, nothing was known before the first window, or nothing
        happened in any.
    ConfigError
        If an argument is out of range. Every fault is named, before anything is forecast.

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
    named = _named(models)
    data, arguments = _area_problems(within, grid)
    arguments += _model_problems(named) + _share_problems(area_shares)
    arguments += integer_problems(1, refit_days=refit_days, resamples=resamples)
    arguments += [] if threads is None else integer_problems(1, threads=threads)
    arguments += executor_problems(executor)
    arguments += seed_problems(seed) + _checkpoint_problems(checkpoint)
    arguments += _window_problems(start, end, horizon_days)
    # All at once, and before anything is forecast: hours of work must not end in such a fault.
    raise_problems(_incident_problems(incidents, grid) + data, arguments)
    first = day_named("start", start)
    events = incidents[distinct_events(incidents)]
    # A cut-off counts to the end of its day.
    before = first - pd.Timedelta(days=1)
    inside = _inside(within, grid)
    if not known_by(events, before).any():
        raise DataError(f"No incident was known by {before:%Y-%m-%d}, before the first window.")
    plan = Plan(
        models={**named, **baselines(grid.cell_size_m, int(inside.sum()))},
        incidents=events,
        grid=grid,
        inside=inside,
        starts=_starts(first, day_named("end", end), int(horizon_days)),
        horizon_days=int(horizon_days),
        area_shares=tuple(area_shares),
        refit_days=int(refit_days),
    )
    progress = Checkpoint(None if checkpoint is None else Path(checkpoint), plan.fingerprint())
    total = len(plan.starts) * len(plan.models)
    with progress_bar(total, "Backtest") as bar:
        scores = run(plan, progress, threads, bar.update, executor)
    seed = chosen_seed(seed)
    weights = bootstrap_weights(len(plan.starts), int(resamples), seed)
    return judged(scores, plan, weights, _parameters(plan, int(resamples), seed))


def _window_problems(start: AsOf, end: AsOf, horizon_days: int) -> list[str]:
    """Return what keeps whole windows from lying between two days."""
    problems, days = integer_problems(1, horizon_days=horizon_days), []
    for name, value in (("start", start), ("end", end)):
        try:
            days.append(day_named(name, value))
        except ConfigError as error:
            problems += error.problems
    if problems or len(_starts(days[0], days[1], horizon_days)):
        return problems
    return [
        f"No whole window of {horizon_days} days lies between {days[0]:%Y-%m-%d} and "
        f"{days[1]:%Y-%m-%d}."
    ]


def _starts(first: pd.Timestamp, last: pd.Timestamp, horizon_days: int) -> Ints:
    """Return the first day of each whole window that has ended by the last day."""
    # In whole days since 1970, as the events are held.
    day = int(first.to_datetime64().astype("datetime64[D]").astype(np.int64))
    return day + horizon_days * np.arange(max((last - first).days // horizon_days, 0))


def _incident_problems(incidents: gpd.GeoDataFrame, grid: Grid) -> list[str]:
    problems = unfit_incidents(incidents)
    if problems or not isinstance(grid, Grid):
        return problems
    return same_crs_problems(incidents, grid=grid)


def _model_problems(named: Mapping[str, Any]) -> list[str]:
    """Return which models could not be fitted, or would be lost under the name of a baseline."""
    problems = [
        f"A model cannot be called {name!r}: that is a baseline, which is always tried."
        for name in BASELINES
        if name in named
    ]
    for name, model in named.items():
        if isinstance(model, Forecast):
            problems += [f"{name}: {problem}" for problem in model._problems()]
        elif isinstance(model, type) or not all(hasattr(model, one) for one in _MANNERS):
            problems.append(f"{name} must be a model with fit, predict and get_params, not "
                            f"{model!r}.")  # fmt: skip
    return problems


def _share_problems(area_shares: Any) -> list[str]:
    shares = np.asarray(area_shares)
    several = shares.ndim == 1 and len(shares) > 0 and shares.dtype.kind in "if"
    # What is no number (NaN) is not above 0 either.
    if several and ((shares > 0) & (shares <= 1)).all():
        return []
    return [f"area_shares must be numbers above 0 and at most 1, not {area_shares!r}."]


def _checkpoint_problems(checkpoint: Any) -> list[str]:
    if checkpoint is None:
        return []
    if not isinstance(checkpoint, (str, Path)):
        return [f"checkpoint must be the path of a file, not {checkpoint!r}."]
    path = Path(checkpoint)
    if path.is_dir() or not path.parent.is_dir():
        return [f"checkpoint must be a file in a folder that is there, not {str(path)!r}."]
    return []


def _area_problems(within: Any, grid: Any) -> tuple[list[str], list[str]]:
    """Return what is wrong with the data of the study area, and with grid and area themselves."""
    data: list[str] = []
    arguments: list[str] = []
    if not isinstance(grid, Grid):
        arguments = [f"grid must be a Grid, not {type(grid).__name__}."]
    elif isinstance(within, np.ndarray):
        if within.shape != grid.shape or within.dtype != bool:
            arguments = ["within must be a mask of the grid's shape, or an area."]
    elif isinstance(within, (gpd.GeoDataFrame, gpd.GeoSeries)):
        if within.crs != grid.crs:
            data = ["within is not in the CRS of the grid: turn it with .to_crs first."]
    elif within is not None and not isinstance(within, shapely.Geometry):
        arguments = [f"within must be an area or a mask, not {type(within).__name__}."]
    return data, arguments


def _inside(within: Any, grid: Grid) -> Bools:
    """Return which cells are in the study area."""
    if within is None:
        return np.ones(grid.shape, dtype=bool)
    if isinstance(within, (gpd.GeoDataFrame, gpd.GeoSeries)):
        within = shapely.union_all(within.geometry.to_numpy())
    inside = within if isinstance(within, np.ndarray) else grid.centres_within(within)
    if not inside.any():
        raise ConfigError("No cell of the grid has its centre within the study area.")
    return inside


def _named(models: Any) -> dict[str, Any]:
    """Return models by name: that of their class, numbered where there are several."""
    if isinstance(models, Mapping):
        return {str(name): model for name, model in models.items()}
    several = isinstance(models, Sequence) and not isinstance(models, str)
    named: dict[str, Any] = {}
    for model in models if several else [models]:
        name = type(model).__name__
        same = sum(type(other).__name__ == name for other in named.values())
        named[f"{name} {same + 1}" if same else name] = model
    return named


def _parameters(plan: Plan, resamples: int, seed: int) -> dict[str, Any]:
    """Return what a backtest was run with, as JSON can hold it."""
    # The last day that was scored, not the end asked for: odd days make no window.
    first, last = int(plan.starts[0]), int(plan.starts[-1]) + plan.horizon_days - 1
    return {
        "first_day": str(np.datetime64(first, "D")),
        "last_day": str(np.datetime64(last, "D")),
        "windows": len(plan.starts),
        "horizon_days": plan.horizon_days,
        "cell_size_m": plan.grid.cell_size_m,
        "cells": plan.cells,
        "cells_with_incidents": int((plan.grid.cells_with(plan.incidents) & plan.inside).sum()),
        "area_km2": round(plan.cells * plan.grid.cell_area_km2, 3),
        "crs": plan.grid.crs.to_string(),
        "incidents": len(plan.incidents),
        "refit_days": plan.refit_days,
        "resamples": resamples,
        "seed": seed,
        "models": {name: _settings(model) for name, model in plan.models.items()},
    }


def _settings(model: Any) -> str:
    """Return a model with every parameter, those at their defaults too."""
    given = model.get_params(deep=False).items()
    return f"{type(model).__name__}({', '.join(f'{name}={value!r}' for name, value in given)})"
