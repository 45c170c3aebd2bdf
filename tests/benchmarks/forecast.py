"""The forecasts of next week's burglaries, by the protocol of the reference table.

Chicago 2014-2017: 250 m cells whose centre lies within 500 m of a burglary before 2016, 104 weekly
windows from 2016-01-01, each forecast from earlier days only. Settings come from 2015 alone (see
`hotspot.Blend`), so nothing here was tuned on what it is scored on. Cincinnati 2017-2018, which
no setting was ever chosen on, is scored in the same way.
"""

import os
import time
import warnings
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd

from tests.benchmarks.cases import burglaries
from tests.benchmarks.race import Race, Work

START, END = "2016-01-01", "2017-12-29"
_DATA = Path(__file__).resolve().parents[3] / "shared" / "data"
_DOORS = 100_000


def cincinnati() -> gpd.GeoDataFrame | None:
    """6,660 burglaries of 2016-2018 in metres, where the data are there."""
    import hotspot

    folder = Path(os.environ.get("HOTSPOT_DATA", _DATA)) / "cincinnati_burglary_2016_2018"
    if not folder.is_dir():
        return None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", hotspot.DataWarning)
        return hotspot.read_incidents(folder / "cincinnati_burglary.csv.gz", to_crs="EPSG:26916")


def two_triggers() -> Work:
    from hotspot.forecast import SelfExcitingProcess

    incidents = burglaries()
    return lambda: SelfExcitingProcess().fit(incidents, "2017-12-31")


def one_week() -> Work:
    from hotspot.backtesting.setting import choose_setting
    from hotspot.forecast import Blend

    incidents = burglaries()
    grid = choose_setting(incidents, "2017-12-31").grid
    model = Blend().fit(incidents, "2016-12-24")
    return lambda: model.update(incidents, "2016-12-31").predict(grid, 7)


def at_doors() -> Work:
    from hotspot.forecast import Blend

    incidents = burglaries()
    random = np.random.default_rng(1)
    near = incidents.geometry.iloc[random.integers(0, len(incidents), _DOORS)]
    moved = random.normal(0, 200, (2, _DOORS))
    points = gpd.points_from_xy(near.x + moved[0], near.y + moved[1])
    doors = gpd.GeoSeries(points, crs=incidents.crs)
    model = Blend(windows=2).fit(incidents, "2017-12-31")
    return lambda: model.predict_points(doors, 14)


def quick() -> Work:
    from hotspot.backtesting.quick import quick_backtest

    incidents = burglaries()
    return lambda: quick_backtest(incidents, "2017-12-31")


class Protocol:
    """Every model on both cities, then how long the slowest parts take."""

    def run(self) -> None:
        from hotspot.backtesting.setting import choose_setting

        print("\nForecasts: hit rate, %, and against the year's density, with 95 % intervals")
        incidents = burglaries()
        self._score("Chicago", choose_setting(incidents, "2017-12-28", start=START))
        elsewhere = cincinnati()
        if elsewhere is not None:
            self._score("Cincinnati", choose_setting(elsewhere))
        race = Race("Learning a two-trigger process from 45,319 burglaries; using a forecast")
        race.add("hotspot, SelfExcitingProcess.fit", two_triggers, 2)
        race.add("hotspot, Blend.update and predict, one week", one_week, 3)
        race.add("hotspot, Blend.predict_points, 100,000 doors", at_doors, 2)
        race.add("hotspot, quick_backtest, 26 weeks", quick, 1)
        race.run()

    def _score(self, city: str, setting: object) -> None:
        from hotspot.backtesting import backtest
        from hotspot.backtesting.named_models import models_named
        from hotspot.forecast import RetrospectiveDensity

        models = {
            **models_named(),
            "quartic 300 m x exp(-age/120 d)": RetrospectiveDensity(300.0, None, 120.0),
        }
        start = time.perf_counter()
        result = backtest(models, setting.incidents, setting.grid, setting.start, setting.end,
                          within=setting.inside)  # fmt: skip
        taken = time.perf_counter() - start
        windows = result.windows["window"].nunique()
        print(f"  {city}, {result.cells:,} cells of 250 m, {windows} weeks: {taken:.0f} s in all")
        shown = 100 * result.table.drop(columns=["model", "area_share", "noise", "rank"])
        for share, rows in result.table.groupby("area_share"):
            print(f"    in {share:.0%} of the area")
            for at in rows.sort_values("rank").index:
                print(self._line(rows.loc[at, "model"], shown.loc[at]), flush=True)

    @staticmethod
    def _line(name: str, row: pd.Series) -> str:
        return (
            f"    {name:34}{row['hit_rate']:6.2f} [{row['low']:5.2f}, {row['high']:5.2f}]"
            f"{row['difference']:+7.2f} [{row['difference_low']:+.2f}, "
            f"{row['difference_high']:+.2f}]"
        )


def contenders() -> Protocol:
    return Protocol()
