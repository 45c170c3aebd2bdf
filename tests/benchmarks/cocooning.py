"""A morning's visit list of a large force: a million addresses, 500 live burglaries."""

from functools import cache

import geopandas as gpd
import numpy as np
import pandas as pd

from tests.benchmarks.race import Race, Work

ADDRESSES, BURGLARIES, YEAR = 1_000_000, 500, 12_000
AS_OF = pd.Timestamp("2026-03-02")
REACH_M = 400.0


@cache
def addresses(homes: int) -> gpd.GeoDataFrame:
    """Streets of 40 houses, odd and even, in towns of 5,000 homes over 200 km by 200 km."""
    random = np.random.default_rng(2026)
    streets, houses = homes // 40, 40
    town = np.repeat(random.uniform(0, 200_000, (-(-homes // 5_000), 2)), 125, axis=0)
    at = np.column_stack([np.arange(125) // 25 * 260.0, np.arange(125) % 25 * 45.0])
    start = np.repeat((town + np.tile(at, (len(town) // 125, 1)))[:streets], houses, axis=0)
    number = np.tile(np.arange(1, houses + 1), streets)
    street = np.repeat([f"Street {n}" for n in range(streets)], houses)
    x = start[:, 0] + (number - 1) // 2 * 12.0
    y = start[:, 1] + (number % 2 == 0) * 20.0
    frame = pd.DataFrame({"uprn": [f"{n:012d}" for n in range(len(number))]})
    frame["address"] = [f"{n} {name}" for n, name in zip(number, street, strict=True)]
    frame["number"], frame["street"] = number.astype(str), street
    frame["parent_uprn"], frame["classification"] = None, "RD04"
    return gpd.GeoDataFrame(frame, geometry=gpd.points_from_xy(x, y), crs="EPSG:27700")


@cache
def burglaries(homes: int) -> gpd.GeoDataFrame:
    """Burglaries of a year, at homes; of a million homes `BURGLARIES` in the last 14 days."""
    random = np.random.default_rng(7)
    live, year = BURGLARIES * homes // ADDRESSES, YEAR * homes // ADDRESSES
    at = addresses(homes)
    at = at.iloc[random.choice(len(at), year, replace=False)]
    age = np.r_[random.integers(0, 15, live), random.integers(15, 365, year - live)]
    found = AS_OF - pd.to_timedelta(age, unit="D") + pd.Timedelta(hours=9)
    frame = pd.DataFrame({"crime_ref": [f"B{n:06d}" for n in range(year)]})
    frame["occurred_from"] = frame["occurred_to"] = found
    frame["uprn"] = np.where(np.arange(year) % 5 == 0, None, at["uprn"].to_numpy())
    return gpd.GeoDataFrame(frame, geometry=at.geometry.to_numpy(), crs="EPSG:27700")


def targets() -> Work:
    from hotspot.cocooning import cocooning_targets

    homes, crimes = addresses(ADDRESSES), burglaries(ADDRESSES)
    return lambda: cocooning_targets(crimes, homes, AS_OF)


def both_lists() -> Work:
    from hotspot.cocooning import cocooning_lists

    homes, crimes = addresses(ADDRESSES), burglaries(ADDRESSES)
    return lambda: cocooning_lists(crimes, homes, AS_OF)


def spatial_join() -> Work:
    """Addresses in circles around live burglaries: candidates only, no ring, order or reason."""
    homes, crimes = addresses(ADDRESSES), burglaries(ADDRESSES).iloc[:BURGLARIES]

    def work() -> gpd.GeoDataFrame:
        circles = crimes.assign(geometry=crimes.buffer(REACH_M))
        return gpd.sjoin(homes, circles, predicate="within")

    return work


def frames() -> Work:
    homes, crimes = addresses(ADDRESSES), burglaries(ADDRESSES)
    return lambda: (len(homes), len(crimes))


def contenders() -> Race:
    race = Race(f"Doors around {BURGLARIES} live burglaries, {ADDRESSES:,} addresses")
    race.add("hotspot, cocooning_targets", targets, 3)
    race.add("hotspot, cocooning_lists: messages too", both_lists, 3)
    race.add("geopandas, buffer and sjoin: candidates only", spatial_join, 3)
    race.add("the frames alone", frames, 1)
    return race
