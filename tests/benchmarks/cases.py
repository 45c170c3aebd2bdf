"""The events that the benchmarks work on."""

import os
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd

_DATA = Path(__file__).resolve().parents[3] / "shared" / "data"


def burglaries() -> gpd.GeoDataFrame:
    """45,319 burglaries of Chicago 2014-2017 where the data are there, else as many simulated."""
    folder = Path(os.environ.get("HOTSPOT_DATA", _DATA)) / "chicago_burglary_2014_2017"
    if not folder.is_dir():
        return clustered(45_319)
    table = pd.read_csv(folder / "chicago_burglary_2014_2017.csv")
    dates = pd.to_datetime(table["date_single"], dayfirst=True)
    return _incidents(table["x"].to_numpy(), table["y"].to_numpy(), dates, "EPSG:26971")


def clustered(events: int) -> gpd.GeoDataFrame:
    """Events in clusters over a square that grows with them, on days of four years."""
    random = np.random.default_rng(2026)
    side = 30_000 * np.sqrt(events / 45_319)
    centres = random.uniform(0, side, (max(events // 40, 1), 2))
    points = centres[random.integers(0, len(centres), events)] + random.normal(0, 500, (events, 2))
    days = pd.to_timedelta(random.integers(0, 1461, events), unit="D")
    return _incidents(*points.T, pd.Series(pd.Timestamp("2014-01-01") + days), "EPSG:27700")


def _incidents(x: np.ndarray, y: np.ndarray, dates: pd.Series, crs: str) -> gpd.GeoDataFrame:
    frame = pd.DataFrame({"crime_ref": np.arange(len(x)).astype(str), "occurred_from": dates})
    frame["occurred_to"] = frame["occurred_from"]
    return gpd.GeoDataFrame(frame, geometry=gpd.points_from_xy(x, y), crs=crs)


def arrays(incidents: gpd.GeoDataFrame) -> tuple[np.ndarray, np.ndarray]:
    """Coordinates (n, 2) and days (n,) for peers that take arrays."""
    points = np.column_stack([incidents.geometry.x, incidents.geometry.y])
    days = incidents["occurred_from"].to_numpy().astype("M8[D]").astype(np.int64)
    return points, days
