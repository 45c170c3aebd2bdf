"""How well the map and the lists did lately here, in seconds, as far as the data bear it."""

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pandas as pd
import shapely
import xarray as xr

from hotspot.backtesting import Backtest
from hotspot.backtesting.quick import quick_backtest, too_little
from hotspot.briefing.inputs import Inputs
from hotspot.briefing.list_options import list_options, list_settings
from hotspot.dates import day_after
from hotspot.forecast import Blend
from hotspot.grid import Grid
from hotspot.rule import NearRepeatRule
from hotspot.worth import PreventableShare, TargetingAccuracy, preventable_share
from hotspot.worth.accuracy import accuracy_among
from hotspot.worth.replay import ReplayOptions

if TYPE_CHECKING:
    from hotspot.visits import VisitLedger

_FORECAST_CELL_M = 100.0
_FORECAST_DAYS = 7
# What is judged: long enough to tell, short enough to be what the force does now.
_YEARS_DAYS = 730
_LISTS = 26
_FEWEST_LISTS = 8
_HISTORY_DAYS = 60
_FEWEST_BURGLARIES = 100
# Enough for a mean; an interval is not taken from them.
_DEALS = 39
# With fewer matched to a home, what falls on listed homes says little.
_LEAST_MATCHED = 0.5


@dataclass(frozen=True)
class Proof:
    """How well map and lists did, or why that is not known.

    Attributes
    ----------
    backtest : Backtest or None
    no_backtest : str or None
        Why there is none, where that should be told.
    preventable : PreventableShare or None
    accuracy : TargetingAccuracy or None
    no_worth : str or None
    forecast : DataArray or None
        Burglaries to expect by cell in the days after the cut-off; None where there is no
        backtest.
    """

    backtest: Backtest | None = None
    no_backtest: str | None = None
    preventable: PreventableShare | None = None
    accuracy: TargetingAccuracy | None = None
    no_worth: str | None = None
    forecast: xr.DataArray | None = None

    def figures(self) -> dict[str, Any]:
        """Return the tables, ready for a record."""
        results = {
            "backtest": self.backtest,
            "preventable_share": self.preventable,
            "targeting_accuracy": self.accuracy,
        }
        return {
            name: json.loads(result.table.to_json(orient="records", double_precision=6))
            for name, result in results.items()
            if result is not None
        }


def find_proof(
    inputs: Inputs, study_area: shapely.Geometry, ledger: "VisitLedger | None" = None
) -> Proof:
    """Test the layers of the map and the lists by the burglaries that came after.

    Parameters
    ----------
    inputs : Inputs
    study_area : Geometry
    ledger : VisitLedger, optional
        That of the lists.

    Returns
    -------
    Proof
        Empty where dates are months only, or the set-up says ``backtest = false`` and
        ``worth = false``.
    """
    if inputs.month_only:
        return Proof()
    # What is drawn around all burglaries knows of those that are to be foreseen.
    given = inputs.layers.within is not None or inputs.layers.areas is not None
    within = gpd.GeoSeries([study_area], crs=inputs.known.incidents.crs) if given else None
    backtest = no_backtest = forecast = None
    if inputs.config.backtest:
        backtest = quick_backtest(
            inputs.known.incidents,
            inputs.as_of,
            within,
            # The zones that are judged are those that the map shows.
            rule=NearRepeatRule(inputs.config.rule.distance_m, inputs.config.rule.window_days),
        )
        if backtest is None:
            no_backtest = too_little(inputs.known.incidents, inputs.as_of, within)
        else:
            grid = Grid.over(study_area, _FORECAST_CELL_M, crs=inputs.known.incidents.crs)
            forecast = (
                Blend().fit(inputs.known.incidents, inputs.as_of).predict(grid, _FORECAST_DAYS)
            )
    if not inputs.config.worth:
        return Proof(backtest, no_backtest, forecast=forecast)
    return Proof(backtest, no_backtest, *_worth(inputs, within, ledger), forecast)


def _worth(
    inputs: Inputs, within: gpd.GeoSeries | None, ledger: "VisitLedger | None"
) -> tuple[PreventableShare | None, TargetingAccuracy | None, str | None]:
    """Count what visits could prevent, and how well past lists were aimed."""
    known = inputs.known.incidents
    recent = known[known["occurred_to"] > inputs.last - pd.Timedelta(days=_YEARS_DAYS)]
    if len(recent) < _FEWEST_BURGLARIES:
        few = f"fewer than {_FEWEST_BURGLARIES} burglaries in two years."
        return None, None, f"What visits are worth here cannot be told from {few}"
    settings = list_settings(inputs)
    share = preventable_share(
        recent,
        inputs.config.cocooning.response_days,
        settings.distance_m,
        settings.window_days,
        permutations=_DEALS,
        seed=inputs.config.output.seed,
    )
    first = recent["occurred_to"].min()
    return share, _accuracy(inputs, first, settings.window_days, within, ledger), None


def _accuracy(
    inputs: Inputs,
    first: pd.Timestamp,
    horizon_days: int,
    within: gpd.GeoSeries | None,
    ledger: "VisitLedger | None",
) -> TargetingAccuracy | None:
    """Replay the lists of the last weeks whose aftermath is over; None where too few are."""
    if inputs.layers.addresses is None:
        return None
    end = day_after(inputs.last)
    history = first.normalize() + pd.Timedelta(days=_HISTORY_DAYS)
    start = max(history, end - pd.Timedelta(days=horizon_days + 7 * _LISTS))
    if (end - start).days < horizon_days + 7 * _FEWEST_LISTS:
        return None
    density, visits = inputs.config.density, inputs.config.cocooning
    settings: ReplayOptions = {
        "max_visits": visits.max_visits,
        "within": within,
        "area_share": density.area_share,
        "cell_size_m": density.cell_size_m,
        "bandwidth_m": density.bandwidth_m,
        "period_days": density.period_days,
        **list_options(inputs, None if visits.rank_by == "rule" else Blend()),
    }
    accuracy = accuracy_among(
        inputs.layers.doors,
        inputs.known.incidents,
        inputs.layers.addresses,
        (start, end),
        inputs.layers.areas,
        ledger,
        horizon_days=horizon_days,
        seed=inputs.config.output.seed,
        settings=settings,
    )
    return accuracy if accuracy.matched >= _LEAST_MATCHED * accuracy.burglaries else None
