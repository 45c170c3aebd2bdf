"""How well the map and the lists did lately here, in seconds, as far as the data bear it."""

import json
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import pandas as pd
import shapely
import xarray as xr

from hotspot.backtesting import Backtest
from hotspot.backtesting.quick import quick_backtest, too_little
from hotspot.briefing.inputs import Inputs
from hotspot.forecast import Blend
from hotspot.grid import Grid
from hotspot.worth import PreventableShare, TargetingAccuracy, preventable_share, targeting_accuracy

_FORECAST_CELL_M = 100.0
_FORECAST_DAYS = 7
# What is judged: long enough to tell, short enough to be what the force does now.
_YEARS_DAYS = 730
_LISTS = 26
_FEWEST_LISTS = 8
_HORIZON_DAYS = 42
_VISIT_DAYS = 14
_HISTORY_DAYS = 60
_FEWEST_BURGLARIES = 100
# Enough for a mean; an interval is not taken from them.
_DEALS = 39
# With fewer matched to a home, what falls on listed homes says little.
_LEAST_MATCHED = 0.5


@dataclass(frozen=True)
class Proof:
    """What was found out, or why it was not.

    Attributes
    ----------
    backtest : Backtest or None
    no_backtest : str or None
        Why there is none, where that should be told.
    preventable : PreventableShare or None
    accuracy : TargetingAccuracy or None
    no_worth : str or None
    forecast : DataArray or None
        Burglaries to expect by cell in the days after the cut-off, without those of the stop
        list; None where there is no backtest.
    """

    backtest: Backtest | None = None
    no_backtest: str | None = None
    preventable: PreventableShare | None = None
    accuracy: TargetingAccuracy | None = None
    no_worth: str | None = None
    forecast: xr.DataArray | None = None

    def figures(self) -> dict[str, Any]:
        """Give the tables, ready for a record."""
        found = {
            "backtest": self.backtest,
            "preventable_share": self.preventable,
            "targeting_accuracy": self.accuracy,
        }
        return {
            name: json.loads(result.table.to_json(orient="records", double_precision=6))
            for name, result in found.items()
            if result is not None
        }


def find_proof(inputs: Inputs, study_area: shapely.Geometry) -> Proof:
    """Judge the layers of the map and the lists by the burglaries that came after.

    Parameters
    ----------
    inputs : Inputs
    study_area : Geometry

    Returns
    -------
    Proof
        Empty where dates are months only, or the set-up says ``backtest = false`` and
        ``worth = false``.
    """
    if inputs.month_only:
        return Proof()
    backtest = no_backtest = forecast = None
    if inputs.config.backtest:
        # What is drawn around all burglaries knows of those that are to be foreseen.
        given = inputs.layers.within is not None or inputs.layers.areas is not None
        within = gpd.GeoSeries([study_area], crs=inputs.known.incidents.crs) if given else None
        backtest = quick_backtest(inputs.known.incidents, inputs.as_of, within)
        if backtest is None:
            no_backtest = too_little(inputs.known.incidents, inputs.as_of, within)
        else:
            grid = Grid.over(study_area, _FORECAST_CELL_M, crs=inputs.known.incidents.crs)
            forecast = (
                Blend().fit(inputs.shown.incidents, inputs.as_of).predict(grid, _FORECAST_DAYS)
            )
    if not inputs.config.worth:
        return Proof(backtest, no_backtest, forecast=forecast)
    return Proof(backtest, no_backtest, *_worth(inputs), forecast)


def _worth(
    inputs: Inputs,
) -> tuple[PreventableShare | None, TargetingAccuracy | None, str | None]:
    """Work out what visits could prevent, and how well past lists were aimed."""
    last, known = inputs.last, inputs.known.incidents
    recent = known[known["occurred_to"] > last - pd.Timedelta(days=_YEARS_DAYS)]
    if len(recent) < _FEWEST_BURGLARIES:
        told = f"fewer than {_FEWEST_BURGLARIES} burglaries in two years."
        return None, None, f"What visits are worth here cannot be told from {told}"
    rule, seed = inputs.config.rule, inputs.config.output.seed
    share = preventable_share(
        recent,
        inputs.config.cocooning.response_days,
        rule.distance_m,
        rule.window_days,
        permutations=_DEALS,
        seed=seed,
    )
    return share, _accuracy(inputs, recent, last), None


def _accuracy(
    inputs: Inputs, recent: gpd.GeoDataFrame, last: pd.Timestamp
) -> TargetingAccuracy | None:
    """Replay the lists of the last weeks whose six weeks are over; None where too few are."""
    if inputs.layers.addresses is None:
        return None
    end = last.normalize() + pd.Timedelta(days=1)
    first = recent["occurred_to"].min().normalize() + pd.Timedelta(days=_HISTORY_DAYS)
    start = max(first, end - pd.Timedelta(days=_HORIZON_DAYS + 7 * _LISTS))
    if (end - start).days < _HORIZON_DAYS + 7 * _FEWEST_LISTS:
        return None
    settings = inputs.config.cocooning
    found = targeting_accuracy(
        recent,
        inputs.layers.addresses,
        start,
        end,
        areas=inputs.layers.areas,
        horizon_days=_HORIZON_DAYS,
        visit_days=_VISIT_DAYS if settings.visit_days is None else settings.visit_days,
        distance_m=inputs.config.rule.distance_m,
        seed=inputs.config.output.seed,
    )
    return found if found.matched >= _LEAST_MATCHED * found.burglaries else None
