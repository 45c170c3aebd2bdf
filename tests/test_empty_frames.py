"""What is asked of a frame without a row: most likely no row met the condition it was cut by."""

import warnings
from collections.abc import Callable
from typing import Any

import geopandas as gpd
import pytest
import shapely

import hotspot as hs
from tests.conftest import incidents_at

BOX = shapely.box(450_000, 340_000, 451_000, 341_000)
AREAS = gpd.GeoDataFrame({"area": ["North"]}, geometry=[BOX], crs=27700)
GRID = hs.Grid(450_000, 340_000, 100, 10, 10, crs=27700)
HOMES = gpd.GeoDataFrame(
    {"uprn": ["1"], "address": ["1 High Street"]},
    geometry=[shapely.Point(450_500, 340_500)],
    crs=27700,
)
AS_OF = "2026-03-02"
YEARS = ("2024-01-01", "2024-12-31"), ("2025-01-01", "2025-12-31")

ASKED: dict[str, Callable[[gpd.GeoDataFrame], Any]] = {
    "pairs": hs.near_repeat_pairs,
    "labels": hs.label_repeats,
    "chains": hs.near_repeat_chains,
    "zones": lambda none: hs.near_repeat_zones(none, AS_OF),
    "knox": lambda none: hs.knox_test(none, permutations=19, seed=1),
    "local knox": hs.knox.local_knox,
    "decay": lambda none: hs.knox.near_repeat_decay(none, resamples=19, seed=1),
    "rule": lambda none: hs.knox.calibrate_rule(none, resamples=19, seed=1),
    "density": lambda none: hs.kernel_density(none, grid=GRID, bandwidth_m=300),
    "bandwidth": hs.density.select_bandwidth,
    "significant": lambda none: hs.density.significant_hotspots(none, GRID),
    "aoristic": hs.density.aoristic_calendar,
    "change": lambda none: hs.trends.hotspot_change(none, AREAS, *YEARS),
    "concentration": lambda none: hs.trends.concentration(none, AREAS),
    "forecast": lambda none: hs.RetrospectiveDensity().fit(none, AS_OF),
    "backtest": lambda none: hs.backtest(
        hs.RetrospectiveDensity(), none, GRID, "2026-01-01", "2026-02-01"
    ),
    "lists": lambda none: hs.cocooning_targets(none, HOMES, AS_OF),
    "preventable": lambda none: hs.worth.preventable_share(none, permutations=19, seed=1),
    "accuracy": lambda none: hs.worth.targeting_accuracy(
        none, HOMES, "2026-01-01", "2026-06-01", areas=AREAS
    ),
    "public map": lambda none: hs.public_map(none, addresses=HOMES),
}


@pytest.mark.parametrize("ask", ASKED.values(), ids=ASKED)
def test_an_empty_frame_is_called_empty(ask: Callable[[gpd.GeoDataFrame], Any]):
    none = incidents_at([], [], [])
    heard = []
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            ask(none)
        except hs.DataError as error:
            heard.append(str(error))
    heard += [str(item.message) for item in caught if issubclass(item.category, hs.DataWarning)]
    assert [text for text in heard if "The incidents are empty: there is no row" in text]
