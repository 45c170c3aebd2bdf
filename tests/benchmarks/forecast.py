"""The forecasts of next week's burglaries, by the protocol of the reference table.

Chicago 2014-2017: 250 m cells whose centre lies within 500 m of a burglary before 2016, 104 weekly
windows from 2016-01-01, each forecast from earlier days only. Settings come from 2015 alone (see
`hotspot.Blend`), so nothing here was tuned on what it is scored on.
"""

import time

import geopandas as gpd
import numpy as np
import pandas as pd
from scipy.spatial import cKDTree

from tests.benchmarks.cases import burglaries
from tests.benchmarks.race import Race, Work

START, END = "2016-01-01", "2017-12-29"
CELL_M, NEAR_M = 250.0, 500.0


def study_area(incidents: gpd.GeoDataFrame) -> tuple[object, np.ndarray]:
    """Grid over what was known at the start, and which of its cells are near any of it."""
    from hotspot.grid import Grid

    past = incidents[incidents["occurred_to"] < START]
    grid = Grid.over(past, CELL_M, margin_m=NEAR_M + CELL_M)
    x, y = np.meshgrid(grid.x, grid.y)
    tree = cKDTree(np.column_stack([past.geometry.x, past.geometry.y]))
    away, _ = tree.query(np.column_stack([x.ravel(), y.ravel()]))
    return grid, (away <= NEAR_M).reshape(grid.shape)


def two_triggers() -> Work:
    from hotspot.forecast import SelfExcitingProcess

    incidents = burglaries()
    return lambda: SelfExcitingProcess().fit(incidents, "2017-12-31")


def one_week() -> Work:
    from hotspot.forecast import Blend

    incidents = burglaries()
    grid, _ = study_area(incidents)
    model = Blend().fit(incidents, "2016-12-24")
    return lambda: model.update(incidents, "2016-12-31").predict(grid, 7)


class Protocol:
    """Every model on the 104 windows, then how long the slowest parts take."""

    def run(self) -> None:
        from hotspot.backtest import backtest
        from hotspot.forecast import (
            Blend,
            NearRepeatRisk,
            ProspectiveMap,
            RetrospectiveDensity,
            SelfExcitingProcess,
        )

        incidents = burglaries()
        grid, inside = study_area(incidents)
        models = {
            "blend": Blend(),
            "self-exciting, two triggers": SelfExcitingProcess(),
            "quartic 300 m x exp(-age/120 d)": RetrospectiveDensity(300.0, None, 120.0),
            "ProMap": ProspectiveMap(),
            "near-repeat rule, learned": NearRepeatRisk(),
            "near-repeat rule as drawn": NearRepeatRisk((400.0,), (42,)),
        }
        start = time.perf_counter()
        result = backtest(models, incidents, grid, START, END, within=inside)
        taken = time.perf_counter() - start
        print(f"\nForecasts, {int(inside.sum()):,} cells of 250 m, 104 weeks, {taken:.0f} s in all")
        shown = 100 * result.table.drop(columns=["model", "area_share", "noise", "rank"])
        for share, rows in result.table.groupby("area_share"):
            print(f"  hit rate in {share:.0%} of the area, %, and against the year's density")
            for at in rows.sort_values("rank").index:
                print(self._line(rows.loc[at, "model"], shown.loc[at]), flush=True)
        race = Race("Learning a two-trigger process from 45,319 burglaries; a week's forecast")
        race.add("hotspot, SelfExcitingProcess.fit", two_triggers, 2)
        race.add("hotspot, Blend.update and predict", one_week, 3)
        race.run()

    @staticmethod
    def _line(name: str, row: pd.Series) -> str:
        return (
            f"  {name:34}{row['hit_rate']:6.2f} [{row['low']:5.2f}, {row['high']:5.2f}]"
            f"{row['difference']:+7.2f} [{row['difference_low']:+.2f}, "
            f"{row['difference_high']:+.2f}]"
        )


def contenders() -> Protocol:
    return Protocol()
