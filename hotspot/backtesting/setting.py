"""Study area and windows of a backtest that the data bear, for those who only have a file."""

import warnings
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd

from hotspot._checks import (
    empty_words,
    incident_problems,
    integer_problems,
    positive_problems,
    raise_problems,
)
from hotspot._errors import ConfigError, DataError, DataWarning
from hotspot._kernels.arrays import Bools
from hotspot.backtesting.scoring import FEWEST_WINDOWS
from hotspot.dates import (
    AsOf,
    cutoff,
    day_after,
    day_numbers,
    event_days,
    is_end_of_day,
    known_by,
    moment_of,
    month_only_problems,
)
from hotspot.english import count, name_rows
from hotspot.grid import Grid

CELL_M = 250.0
_MOST_CELLS = 2_000_000
# How far from a known incident the study area reaches where none is given.
_NEAR_M = 500.0
# The year's density needs a year; where the data are short, half of them are left to learn from.
_HISTORY_DAYS = 365
_FEWEST_BEFORE, _FEWEST_SCORED = 100, 50
# A few mistyped years must not make a history long, nor a cut-off late.
_STRAY_SHARE, _STRAY_END_SHARE = 0.01, 0.001
# In a small file even one is more than that share: the last few, after a gap that no export has.
_STRAYS, _STRAY_GAP_DAYS = 3, 182


@dataclass(frozen=True)
class Setting:
    """A study area and a run of windows.

    Attributes
    ----------
    incidents : GeoDataFrame
        Those known at the cut-off.
    grid : Grid
    inside : ndarray of bool, shape of the grid
        The study area.
    start, end : Timestamp
        First day of the first window, and the day after the last.
    """

    incidents: gpd.GeoDataFrame
    grid: Grid
    inside: Bools
    start: pd.Timestamp
    end: pd.Timestamp


def choose_setting(
    incidents: gpd.GeoDataFrame,
    as_of: AsOf | None = None,
    *,
    most_windows: int = 104,
    horizon_days: int = 7,
    cell_size_m: float = CELL_M,
    start: AsOf | None = None,
    within: gpd.GeoDataFrame | gpd.GeoSeries | None = None,
) -> Setting:
    """Choose a study area and as many windows, up to the cut-off, as the data bear.

    Parameters
    ----------
    incidents : GeoDataFrame, n rows
        As of `read_incidents`.
    as_of : date or time, optional
        The cut-off; the last window ends with the last whole day before it. Default: the newest
        incident, but for one in a thousand and for the last three after half a year without any.
    most_windows : int
        Windows are at most so many, and leave a year to learn from, or half of a shorter history.
    horizon_days : int
        Length of a window.
    cell_size_m : float
        Side of a cell in metres.
    start : date, optional
        First day of the first window, instead of what the data bear.
    within : GeoDataFrame or GeoSeries, optional
        The study area. Default: cells whose centre lies within 500 m of an incident that was
        known before the first window.

    Returns
    -------
    Setting

    Raises
    ------
    DataError
        If the data bear fewer than 8 windows, or too few incidents lie in or before them.
    ConfigError
        If a parameter is out of range.

    Warns
    -----
    DataWarning
        If incidents are so much later than the others that the cut-off is set before them.
    """
    arguments = integer_problems(1, most_windows=most_windows, horizon_days=horizon_days)
    arguments += positive_problems(cell_size_m=cell_size_m)
    raise_problems(unfit_incidents(incidents), arguments)
    last = cutoff(_newest(incidents) if as_of is None else as_of)
    if as_of is None:
        _warn_of_strays(incidents, last)
    known = incidents[known_by(incidents, last)]
    # A cut-off in the morning leaves a day of which not all is known: it is not scored.
    end = day_after(last) if is_end_of_day(last) else last.normalize()
    if start is None:
        # Counted back from the end, so that the newest days are scored and odd ones left out.
        first = end - pd.Timedelta(days=_scored_days(known, end, most_windows, horizon_days))
    else:
        first = day_named("start", start)
    before = known[known_by(known, first - pd.Timedelta(days=1))]
    scored = len(known) - len(before)
    if len(before) < _FEWEST_BEFORE or scored < _FEWEST_SCORED:
        raise DataError(
            f"{count(len(before), 'burglary', 'burglaries')} before {first:%Y-%m-%d} and "
            f"{scored:,} from then to {end - pd.Timedelta(days=1):%Y-%m-%d} are too few to tell "
            f"how well places are foreseen: {_FEWEST_BEFORE} and {_FEWEST_SCORED} are the least."
        )
    if within is None:
        grid, inside = cells_near(before, cell_size_m)
    else:
        area = within.to_crs(incidents.crs)
        grid = _bearable(Grid.over(area, cell_size_m))
        inside = grid.centres_within(area.union_all())
    return Setting(known, grid, inside, first, end)


def unfit_incidents(incidents: gpd.GeoDataFrame) -> list[str]:
    """Return what keeps incidents from being backtested: their shape, their number, their dates."""
    problems = incident_problems(incidents)
    if problems:
        return problems
    if incidents.empty:
        return [empty_words()]
    return month_only_problems(incidents, "A backtest")


def day_named(name: str, value: AsOf) -> pd.Timestamp:
    """Read a day; a fault of it is reported under `name`.

    Parameters
    ----------
    name : str
    value : date or text

    Returns
    -------
    Timestamp
        Midnight at its beginning.

    Raises
    ------
    ConfigError
        If it is no date, or carries a time zone.

    Examples
    --------
    >>> day_named("start", "2026-03-02 08:00")
    Timestamp('2026-03-02 00:00:00')
    """
    return moment_of(value, name).normalize()


def late_strays(incidents: gpd.GeoDataFrame) -> Bools:
    """Find the last few incidents that come after half a year without any, as mistyped years do.

    Parameters
    ----------
    incidents : GeoDataFrame, n rows

    Returns
    -------
    ndarray of bool, shape (n,)
        True for three incidents at most.

    Examples
    --------
    >>> days = pd.to_datetime(["2025-01-01", "2025-01-08", "2025-01-09", "2052-01-09"])
    >>> late_strays(gpd.GeoDataFrame({"occurred_to": days})).tolist()
    [False, False, False, True]
    """
    days = day_numbers(incidents["occurred_to"])
    # One more than may be strays: the gap before the first of them is looked at too.
    last = np.sort(days)[-_STRAYS - 1 :]
    gaps = np.flatnonzero(np.diff(last) > _STRAY_GAP_DAYS)
    return days > last[gaps[0]] if len(gaps) else np.zeros(len(days), dtype=bool)


def cells_near(
    incidents: gpd.GeoDataFrame, cell_size_m: float, near_m: float = _NEAR_M
) -> tuple[Grid, Bools]:
    """Build a grid around incidents, and find which of its cells have their centre near one.

    Parameters
    ----------
    incidents : GeoDataFrame, n rows
    cell_size_m : float
        Side of a cell in metres.
    near_m : float
        How near, in metres.

    Returns
    -------
    grid : Grid
    inside : ndarray of bool, shape of the grid

    Raises
    ------
    ConfigError
        If the cells are too many.
    """
    from scipy.spatial import cKDTree

    grid = _bearable(Grid.over(incidents, cell_size_m, margin_m=near_m + cell_size_m))
    x, y = np.meshgrid(grid.x, grid.y)
    # By a tree: cells times incidents would be billions of distances.
    tree = cKDTree(np.column_stack([incidents.geometry.x, incidents.geometry.y]))
    away, _ = tree.query(np.column_stack([x.ravel(), y.ravel()]))
    return grid, np.asarray(away <= near_m).reshape(grid.shape)


def _bearable(grid: Grid) -> Grid:
    """Return the grid, or refuse so many cells that a backtest would take hours."""
    if grid.nrows * grid.ncols > _MOST_CELLS:
        raise ConfigError(
            f"Cells of {grid.cell_size_m:g} m are {grid.nrows * grid.ncols:,}, more than the "
            f"{_MOST_CELLS:,} that a backtest bears: take larger cells or a smaller study area."
        )
    return grid


def _newest(incidents: gpd.GeoDataFrame) -> np.datetime64:
    """Return the day of the newest incident, but for strays in the future."""
    days = day_numbers(incidents["occurred_to"])[~late_strays(incidents)]
    # A quantile that is a day of the data: an interpolated one might be none.
    return np.datetime64(int(np.quantile(days, 1 - _STRAY_END_SHARE, method="higher")), "D")


def _warn_of_strays(incidents: gpd.GeoDataFrame, last: pd.Timestamp) -> None:
    """Warn of incidents that are left out as far later than all the others."""
    late = incidents["occurred_to"] > last + pd.Timedelta(days=_STRAY_GAP_DAYS)
    if late.any():
        warnings.warn(
            f"{count(int(late.sum()), 'burglary', 'burglaries')} over half a year later than the "
            f"others left out ({name_rows(incidents.index[late])}): a mistyped year? The backtest "
            f"ends with {last:%Y-%m-%d}.",
            DataWarning,
            stacklevel=3,
        )


def _scored_days(known: gpd.GeoDataFrame, end: pd.Timestamp, most: int, horizon_days: int) -> int:
    """Count the days of as many whole windows as the data bear."""
    if known.empty:
        raise DataError("No burglary was known by the cut-off: there is nothing to backtest.")
    last = int(day_numbers(pd.Series([end]))[0])
    # From where the bulk of the data begins: one burglary of long ago is no year to learn from.
    history = last - float(np.quantile(event_days(known), _STRAY_SHARE))
    bears = int((history - min(_HISTORY_DAYS, history / 2)) // horizon_days)
    if bears < FEWEST_WINDOWS:
        raise DataError(
            f"The data span {history:,.0f} days and bear {count(max(bears, 0), 'window')} of "
            f"{horizon_days} days: fewer than {FEWEST_WINDOWS} cannot tell forecasts apart."
        )
    return min(bears, int(most)) * horizon_days
