"""A city that no setting was ever chosen on."""

import numpy as np
import pytest

from hotspot.backtesting import backtest
from hotspot.backtesting.named_models import models_named
from hotspot.backtesting.setting import choose_setting
from hotspot.incidents import read_incidents


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::hotspot._errors.DataWarning")
def test_the_blend_is_not_below_the_best_baseline_by_more_than_noise(data_dir):
    incidents = read_incidents(
        data_dir / "cincinnati_burglary_2016_2018" / "cincinnati_burglary.csv.gz",
        to_crs="EPSG:26916",
    )
    setting = choose_setting(incidents, most_windows=52)
    result = backtest(
        models_named(["blend", "zones", "added"]),
        setting.incidents,
        setting.grid,
        setting.start,
        setting.end,
        within=setting.inside,
        refit_days=364,
    )
    for share, rows in result.windows.groupby("area_share"):
        hits = rows.pivot(index="window", columns="model", values="hits")
        plain = hits[["all-history count", "year's density"]]
        more = hits["blend"] - plain[plain.sum().idxmax()]
        noise = 1.96 * more.std() * np.sqrt(len(more))
        assert more.sum() > -noise, share
    # Instead of a map the rule finds fewer; what it adds to one cannot be told, and is not.
    rule = result.sentences()[2]
    assert "too few to tell whether the near-repeat rule adds anything here" in rule
    assert "by itself, the near-repeat rule found 7.2 percentage points fewer" in rule
