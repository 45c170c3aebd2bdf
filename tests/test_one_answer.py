"""Rows in any order, under any index and on any number of threads, give one answer to the bit."""

import dataclasses
from collections.abc import Callable, Iterator
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
import xarray as xr

from hotspot import backtesting, cocooning, density, forecast, knox, near_repeat, trends, worth
from hotspot.grid import Grid

GRID = Grid(0, 0, 150, ncols=19, nrows=19, crs="EPSG:27700")
AS_OF = "2025-04-01"
YEARS = ("2024-01-01", "2024-06-30"), ("2024-07-01", "2024-12-31")
Frames = list[gpd.GeoDataFrame]


def awkward(events: int = 220, places: int = 70) -> Frames:
    """Burglaries full of ties, the homes, beats and streets; sums of the numbers round."""
    random = np.random.default_rng(3)
    at = random.normal(2000, 500, (places, 2)).round(2) / 3 * 2
    place, day = random.integers(0, places, events), random.integers(0, 450, events)
    # Half of them follow another, at its place and within days.
    place[events // 2 :] = place[: events - events // 2]
    day[events // 2 :] = day[: events - events // 2] + random.integers(0, 20, events // 2)
    start = pd.Timestamp("2024-01-01") + pd.to_timedelta(
        24 * day + random.integers(0, 24, events), unit="h"
    )
    end = start + pd.to_timedelta(random.choice([0, 0, 3, 9, 40, 100], events), unit="h")
    frame = pd.DataFrame({"crime_ref": [f"B/{n:04}" for n in random.permutation(events)]})
    frame = frame.assign(occurred_from=start, occurred_to=end, harm=random.uniform(0, 3, events))
    frame["recorded_at"] = end + pd.to_timedelta(random.integers(0, 60, events), unit="h")
    frame["uprn"] = np.where(random.random(events) < 0.7, [f"U{p:03}" for p in place], None)
    frame["address"] = [f"{p + 1} Mill Lane" for p in place]
    crimes = gpd.GeoDataFrame(frame, geometry=gpd.points_from_xy(*at[place].T), crs="EPSG:27700")
    # Rows that say nearly the same: of one reference, home and beginning, and of another end; and
    # of one reference, moment and point, in another flat.
    ends, flats = crimes.iloc[:8].copy(), crimes.iloc[20:26].copy()
    ends["occurred_to"] += pd.Timedelta(hours=5)
    flats["uprn"] = "F" + flats["crime_ref"]
    crimes = pd.concat([crimes, ends, flats], ignore_index=True)
    crimes.attrs["resolution"] = "day"
    numbers = [str(p + 1) for p in range(places)]
    homes = pd.DataFrame({"uprn": [f"U{p:03}" for p in range(places)], "number": numbers})
    homes = homes.assign(street="Mill Lane", address=[f"{number} Mill Lane" for number in numbers])
    lines = [shapely.LineString([(x, 0), (x, 3000)]) for x in np.linspace(0, 2700, 9)]
    lines += [shapely.LineString([(0, x), (3000, x)]) for x in np.linspace(0, 2700, 9)]
    quarters = [shapely.box(x, y, x + 1333, y + 1333) for x in (0, 1333) for y in (0, 1333)]
    names = [f"Street {n % 7}" if n % 4 else None for n in range(18)]
    return [
        crimes,
        gpd.GeoDataFrame(homes, geometry=gpd.points_from_xy(*at.T), crs="EPSG:27700"),
        gpd.GeoDataFrame({"area": list("ABCD")}, geometry=quarters, crs="EPSG:27700"),
        gpd.GeoDataFrame({"street": names}, geometry=lines, crs="EPSG:27700"),
    ]


def shuffled(frames: Frames, seed: int) -> Frames:
    """Return the same rows in another order, under another index."""
    made = []
    for frame in frames:
        other = frame.sample(frac=1, random_state=seed)
        other.index = np.random.default_rng(seed).permutation(len(other)) + 1000
        other.attrs = dict(frame.attrs)
        made.append(other)
    return made


def by_row(crimes: gpd.GeoDataFrame, answer: pd.DataFrame | pd.Series) -> pd.DataFrame:
    """Join the answers for rows by what names the row, instead of its label."""
    parts = [crimes[name].astype(str) for name in ("crime_ref", "occurred_to")]
    name = parts[0] + parts[1] + crimes["uprn"].fillna("none").astype(str)
    table = pd.DataFrame(answer).copy()
    for label in {"first", "second", "follows"} & set(table.columns):
        table[label] = table[label].map(name.to_dict()).astype(object)
    if table.index.equals(crimes.index):
        table = table.assign(row=name).sort_values("row")
    return table.reset_index(drop=True)


def bits(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Take an answer apart into what can be compared to the last bit."""
    if isinstance(value, pd.DataFrame):
        yield f"{path}.columns", tuple(map(str, value.columns))
        for name in value.columns:
            yield from bits(value[name].to_numpy(), f"{path}[{name}]")
    elif isinstance(value, pd.Series):
        yield from bits(value.to_numpy(), path)
    elif isinstance(value, xr.DataArray):
        yield path, (value.to_numpy().tobytes(), repr(sorted(value.attrs.items())))
    elif dataclasses.is_dataclass(value):
        for field in dataclasses.fields(value):
            yield from bits(getattr(value, field.name), f"{path}.{field.name}")
    elif isinstance(value, dict):
        for key, one in value.items():
            yield from bits(one, f"{path}[{key}]")
    elif isinstance(value, np.ndarray) and value.dtype != object:
        yield path, (value.dtype.str, value.shape, value.tobytes())
    elif isinstance(value, (list, tuple, np.ndarray)):
        for number, one in enumerate(value):
            yield from bits(one, f"{path}[{number}]")
    else:
        yield path, value.wkb if isinstance(value, shapely.Geometry) else repr(value)


def _forecast(model: forecast.Forecast) -> Callable[..., Any]:
    def told(crimes: gpd.GeoDataFrame, homes: gpd.GeoDataFrame, *_: object) -> dict[str, Any]:
        fitted = model.fit(crimes, AS_OF)
        doors = homes.sort_values("uprn").reset_index(drop=True)
        return {"cells": fitted.predict(GRID), "points": fitted.predict_points(doors)}

    return told


FAST: dict[str, Callable[..., Any]] = {
    "near_repeat_pairs": lambda i, *_: by_row(i, near_repeat.near_repeat_pairs(i)),
    "pairs of windows": lambda i, *_: by_row(i, near_repeat.near_repeat_pairs(i, date="aoristic")),
    "label_repeats": lambda i, *_: by_row(i, near_repeat.label_repeats(i, 150, 14)),
    "near_repeat_chains": lambda i, *_: near_repeat.near_repeat_chains(i, 150, 14),
    "near_repeat_zones": lambda i, *_: near_repeat.near_repeat_zones(i, AS_OF),
    "knox_test": lambda i, *_: knox.knox_test(i, permutations=19, seed=3),
    "knox_test of windows": lambda i, *_: knox.knox_test(
        i, permutations=9, seed=3, date="aoristic"
    ),
    "knox_test as NRC": lambda i, *_: knox.knox_test(
        i, permutations=9, seed=3, metric="manhattan", preset="nrc"
    ),
    "calibrate_rule": lambda i, *_: knox.calibrate_rule(i, resamples=9, seed=1),
    "near_repeat_decay": lambda i, *_: knox.near_repeat_decay(i, resamples=9, seed=1),
    "local_knox": lambda i, *_: by_row(i, knox.local_knox(i, 150, 14)),
    "chain_significance": lambda i, *_: knox.chain_significance(
        i, 150, 14, permutations=19, seed=1
    ),
    "kernel_density": lambda i, *_: density.kernel_density(i, GRID, 300),
    "kernel_density, weighted": lambda i, _, beats, __: density.kernel_density(
        i, GRID, 300, "gaussian", weights="harm", within=beats, edge_correction=True
    ),
    "rate_surface": lambda i, homes, *_: dict(density.rate_surface(i, homes, GRID, 300).data_vars),
    "hotspots": lambda i, *_: density.hotspots(density.kernel_density(i, GRID, 300), i, 0.05),
    "street_hotspots": lambda i, _, __, lines: density.street_hotspots(i, lines, 90),
    "street_hotspots, weighted": lambda i, _, __, lines: density.street_hotspots(
        i, lines, 90, by="street", weights="harm"
    ),
    "classify_hotspots": lambda i, *_: density.classify_hotspots(i, GRID),
    "significant_hotspots": lambda i, *_: density.significant_hotspots(i, GRID),
    "select_bandwidth": lambda i, *_: density.select_bandwidth(i),
    "aoristic_calendar": lambda i, *_: density.aoristic_calendar(i),
    "aoristic_weights": lambda i, *_: by_row(i, density.aoristic_weights(i, ["Friday"], (22, 6))),
    "hotspot_change": lambda i, _, beats, __: trends.hotspot_change(i, beats, *YEARS).sort_values(
        "area"
    ),
    "concentration": lambda i, *_: trends.concentration(i, GRID),
    "RetrospectiveDensity": _forecast(forecast.RetrospectiveDensity()),
    "ProspectiveMap": _forecast(forecast.ProspectiveMap()),
    "NearRepeatRisk": _forecast(forecast.NearRepeatRisk()),
    "preventable_share": lambda i, *_: worth.preventable_share(i, permutations=5, seed=0),
    "look_up": lambda i, homes, *_: cocooning.look_up(
        i, "5 Mill Lane", AS_OF, addresses=homes
    ).to_dict(),
    "cocooning_targets": lambda i, homes, beats, _: cocooning.cocooning_targets(
        i, homes, AS_OF, beats, max_visits=30
    ),
}
SLOW: dict[str, Callable[..., Any]] = {
    "SelfExcitingProcess": _forecast(forecast.SelfExcitingProcess()),
    "Blend": _forecast(forecast.Blend()),
    "backtest": lambda i, _, beats, __: backtesting.backtest(
        [forecast.ProspectiveMap(), forecast.Blend()], i, GRID, "2025-01-01", "2025-02-26",
        within=beats, seed=1,
    ),
    "choose_bandwidth": lambda i, *_: backtesting.choose_bandwidth(i, AS_OF),
    "targeting_accuracy": lambda i, homes, beats, _: worth.targeting_accuracy(
        i, homes, "2024-11-01", "2025-02-01", beats, max_visits=40
    ),
}  # fmt: skip


@pytest.fixture(scope="module")
def frames() -> Frames:
    return awkward()


def _same(
    told: Callable[..., Any], frames: Frames, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    monkeypatch.setattr("hotspot._kernels.threads.cores", lambda: 1)
    one = dict(bits(told(*frames)))
    monkeypatch.setattr("hotspot._kernels.threads.cores", lambda: 2)
    other = dict(bits(told(*shuffled(frames, seed))))
    assert [path for path in one | other if one.get(path) != other.get(path)] == []


@pytest.mark.filterwarnings("ignore::hotspot._errors.DataWarning")
@pytest.mark.parametrize("name", FAST)
def test_rows_in_another_order_give_the_same_answer(name, frames, monkeypatch):
    _same(FAST[name], frames, monkeypatch, 7)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::hotspot._errors.DataWarning")
@pytest.mark.parametrize("name", [*SLOW, "near_repeat_chains", "knox_test", "cocooning_targets"])
def test_rows_in_other_orders_give_the_same_answer(name, frames, monkeypatch):
    _same((SLOW | FAST)[name], frames, monkeypatch, 8)
