"""The backtest of seconds, whose figure stands beside a map: how well places were foreseen."""

import geopandas as gpd

from hotspot._errors import DataError
from hotspot.backtesting.backtest_result import Backtest
from hotspot.backtesting.named_models import models_named
from hotspot.backtesting.protocol import backtest
from hotspot.backtesting.setting import choose_setting
from hotspot.dates import AsOf
from hotspot.rule import RULE, NearRepeatRule

_WINDOWS = 26
# Those that need no more than seconds. The year's density and the plain count are always in.
_MODELS = ("zones", "rule", "added", "blend")


def quick_backtest(
    incidents: gpd.GeoDataFrame,
    as_of: AsOf,
    within: gpd.GeoDataFrame | gpd.GeoSeries | None = None,
    *,
    rule: NearRepeatRule = RULE,
    windows: int = _WINDOWS,
) -> Backtest | None:
    """Test the map's own layers on the last weeks, as far as the data bear it.

    Parameters
    ----------
    incidents : GeoDataFrame, n rows
        As of `read_incidents`.
    as_of : date or time
        The cut-off: nothing after it is used.
    within : GeoDataFrame or GeoSeries, optional
        The study area, in any CRS. Default: within 500 m of what had happened before.
    rule : NearRepeatRule
        Whose live zones are tested.
    windows : int
        At most so many weeks are forecast.

    Returns
    -------
    Backtest or None
        None where the data are too few; `too_little` says why.

    Raises
    ------
    ConfigError
        If a parameter is out of range.

    Examples
    --------
    >>> import numpy as np, pandas as pd
    >>> day = pd.Timestamp("2025-01-01") + pd.to_timedelta(np.arange(400), "D")
    >>> frame = pd.DataFrame({"crime_ref": day.astype(str), "occurred_from": day})
    >>> frame["occurred_to"] = frame["occurred_from"]
    >>> x, y = np.random.default_rng(1).normal(0, 1500, (2, 400))
    >>> incidents = gpd.GeoDataFrame(frame, geometry=gpd.points_from_xy(x, y), crs="EPSG:27700")
    >>> quick_backtest(incidents, "2026-02-04", windows=8).best_layer()
    'density'
    """
    try:
        setting = choose_setting(incidents, as_of, most_windows=windows, within=within)
    except DataError:
        return None
    return backtest(
        models_named(_MODELS, rule, setting.grid.cell_size_m), setting.incidents, setting.grid,
        setting.start, setting.end, within=setting.inside, refit_days=windows * 7,
    )  # fmt: skip


def too_little(
    incidents: gpd.GeoDataFrame,
    as_of: AsOf,
    within: gpd.GeoDataFrame | gpd.GeoSeries | None = None,
    *,
    windows: int = _WINDOWS,
) -> str | None:
    """Return in a sentence why `quick_backtest` has no answer; None where it has one.

    Parameters
    ----------
    incidents, as_of, within, windows
        As of `quick_backtest`.

    Returns
    -------
    str or None
    """
    try:
        choose_setting(incidents, as_of, most_windows=windows, within=within)
    except DataError as error:
        return str(error)
    return None
