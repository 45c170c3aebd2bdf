"""Small frames in canonical shape, made by hand, and a briefing map with all of them."""

from dataclasses import fields
from typing import Any

import folium
import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
import xarray as xr

from hotspot.grid import Grid
from hotspot.maps import MapLayers, briefing_map
from tests.conftest import incidents_at

X, Y = 640000.0, 370000.0
CRS = "EPSG:27700"


def incidents() -> gpd.GeoDataFrame:
    """One burglary of each age, the last on 2026-03-01, and one of the year before."""
    return incidents_at(
        [X, X + 300, X - 300, X - 350, X + 100],
        [Y, Y + 100, Y - 200, Y - 220, Y + 400],
        [424, 415, 400, 390, 10],
        offence_code="28E",
    )


def frames(text: str = "") -> dict[str, Any]:
    """Everything else that a briefing map takes; `text` is put in front of every text."""
    lines = [shapely.LineString([(X - 500, Y + d), (X + 500, Y + d)]) for d in (-100, 0, 100)]
    zones = gpd.GeoDataFrame(
        {
            "age_band": ["0-7 days", "15-42 days"],
            "crimes": [1, 2],
            "newest": pd.to_datetime(["2026-03-01", "2026-02-05"]),
            "newest_days": [1, 25],
            "days_left": [41, 17],
            "streets": [text + "High Street", text + "Low Street"],
        },
        geometry=[shapely.Point(X, Y).buffer(400), shapely.Point(X - 320, Y - 210).buffer(400)],
        crs=CRS,
    )
    targets = gpd.GeoDataFrame(
        {
            "ring": [0, 1, 2],
            "number": [1, 2, 3],
            "address": [f"{text}{number} High Street" for number in (1, 3, 2)],
            "street": text + "High Street",
            "at_the_door": text + "A burglary on your street this week",
            "reason": text + "Burgled on Sunday",
            "act_by": pd.Timestamp("2026-03-03 14:00"),
            "crime_refs": text + "B00000",
            "task": [text + "second visit", "visit", "leaflet"],
            "overdue": ["overdue", "", ""],
            "area": text + "Quayside",
            "visit_id": text + "V-ABCD",
            "expected": 0.0123456789,
        },
        geometry=gpd.points_from_xy([X, X + 20, X], [Y, Y, Y + 20]),
        crs=CRS,
    )
    return {
        "zones": zones,
        "surface": surface(),
        "hotspots": gpd.GeoDataFrame(
            {"rank": [1], "crimes": [2], "crime_share": [0.4], "peak": [12.3]},
            geometry=[shapely.box(X - 400, Y - 300, X - 250, Y - 150)],
            crs=CRS,
        ),
        "targets": targets,
        "areas": gpd.GeoDataFrame(
            {"area": [text + "Quayside"]},
            geometry=[shapely.box(X - 600, Y - 600, X + 600, Y + 600)],
            crs=CRS,
        ),
        "streets": gpd.GeoDataFrame(
            {"street": [text + "Low Street", text + "High Street", None]}, geometry=lines, crs=CRS
        ),
        "buildings": gpd.GeoDataFrame(
            geometry=[shapely.box(X + d, Y + 10, X + d + 8, Y + 20) for d in (-60, -40, 40)],
            crs=CRS,
        ),
        "water": gpd.GeoDataFrame(
            geometry=[
                shapely.box(X - 550, Y + 200, X - 400, Y + 400),
                shapely.LineString([(X - 400, Y + 300), (X, Y + 500)]),
            ],
            crs=CRS,
        ),
        "chains": chains(text),
        "forecast": forecast(),
        "change": gpd.GeoDataFrame(
            {
                "area": [text + "East", text + "West", text + "North"],
                "crimes_before": [10, 30, 0],
                "crimes_after": [30, 10, 1],
                "ratio": [3.0, 1 / 3, np.inf],
                "ratio_low": [1.4, 0.15, 0.03],
                "ratio_high": [6.8, 0.7, np.inf],
            },
            geometry=[
                shapely.box(X, Y - 600, X + 600, Y + 300),
                shapely.box(X - 600, Y - 600, X, Y + 300),
                shapely.box(X - 600, Y + 300, X + 600, Y + 600),
            ],
            crs=CRS,
        ),
    }


def chains(text: str = "") -> gpd.GeoDataFrame:
    """One chain of arrows, and one all at one point."""
    return gpd.GeoDataFrame(
        {
            "chain": [text + "B00003", text + "B00001"],
            "crimes": [3, 2],
            "span_days": [34, 9],
            "extent_m": [374.0, 0.0],
            "originators": [text + "B00003", text + "B00001"],
        },
        geometry=[
            shapely.MultiLineString(
                [[(X - 350, Y - 220), (X - 300, Y - 200)], [(X - 300, Y - 200), (X, Y)]]
            ),
            shapely.Point(X + 300, Y + 100),
        ],
        crs=CRS,
    )


def forecast() -> xr.DataArray:
    """Make expected counts for a week, the most in the cell around (X + 150, Y - 50)."""
    grid = Grid(X - 600, Y - 600, 100, ncols=12, nrows=12, crs=CRS)
    away = np.hypot(*np.meshgrid(grid.x - X - 150, grid.y - Y + 50))
    return grid.surface(np.exp(-away / 200) / 10, days=7)


def surface() -> xr.DataArray:
    """One hill, highest in the cell at (X + 125, Y - 75), and nothing beyond 400 m of it."""
    grid = Grid(X - 600, Y - 600, 50, ncols=24, nrows=24, crs=CRS)
    away = np.hypot(*np.meshgrid(grid.x - X - 125, grid.y - Y + 75))
    return grid.surface(np.clip(80 - away / 5, 0, None), units="incidents per km² per year")


def drawn(incidents: gpd.GeoDataFrame, **given: Any) -> folium.Map:
    """Draw a map, with what belongs into the record of layers in it."""
    names = {field.name for field in fields(MapLayers)} & set(given)
    return briefing_map(
        incidents, layers=MapLayers(**{name: given.pop(name) for name in names}), **given
    )


def full_map(text: str = "", **options: Any) -> folium.Map:
    """Make a map with all of it."""
    shown = incidents()
    shown["crime_ref"] = text + shown["crime_ref"]
    shown["offence_code"] = text + shown["offence_code"]
    settings = {
        "title": text + "Briefing",
        "marking": text + "OFFICIAL-SENSITIVE",
        "as_of": "2026-03-02",
        "notes": [text + "a note"] if text else (),
        "figure": text + "Zones found 23 % of burglaries in 5 % of the ground.",
    }
    return drawn(shown, **frames(text), **(settings | options))
