"""The layers of a briefing map: what they are drawn of, how that is checked, when they are on.

To add a layer: a field of `MapLayers` and a row of `LAYERS`, both here. Its colours stand in
`colours`, and the function that draws it is one of data and scene.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import geopandas as gpd
import numpy as np
import pandas as pd
import xarray as xr

from hotspot._checks import incident_problems
from hotspot.grid import surface_problems
from hotspot.maps import briefing_layers as draw
from hotspot.maps.camera_marks import draw_cameras
from hotspot.maps.chain_arrows import chain_problems, draw_chains
from hotspot.maps.elements import Drawing
from hotspot.maps.rise_and_fall import change_problems, draw_change
from hotspot.maps.scene import Scene
from hotspot.maps.series_marks import draw_leads, draw_series
from hotspot.maps.surface_layers import draw_density, draw_forecast
from hotspot.rule import RINGS

Opens = Literal["zones", "density", "forecast"]
Check = Callable[[str, Any], list[str]]


@dataclass(frozen=True)
class MapLayers:
    """What else a briefing map shows, beside burglaries, zones, a surface and doors.

    Parameters
    ----------
    hotspots : GeoDataFrame, optional
        As `hotspots` returns them.
    areas, streets : GeoDataFrame, optional
        As `read_areas` and `read_streets` return them: the backdrop.
    buildings, water : GeoDataFrame, optional
        As `read_backdrop` returns them: polygons (of water lines too), for the backdrop.
    chains : DataFrame, optional
        As `near_repeat_chains`, `near_repeat_pairs` or `label_repeats` return them: arrows from
        each burglary to the one that followed it. Of pairs and labels, those that lead to a
        burglary within the window of the zones are drawn; of chains all. Off at first.
    forecast : DataArray, optional
        As a model of `hotspot.forecast` predicts it: the highest 1 % and 5 % of the ground.
    change : GeoDataFrame, optional
        As `hotspot_change` or `classify_hotspots` return them: what rises and what falls. Off at
        first.
    series : GeoDataFrame, optional
        Incidents that are linked: all are shown, whatever their age, numbered and joined in the
        order of time. ``series_id`` tells several series apart. Beside zones, doors or a surface
        they and their leads are off at first.
    leads : GeoDataFrame, optional
        The frame of `hotspot.series.series_candidates`: crimes that may belong to the series, by
        rank, with the reason. A linkage score is a lead, never evidence, and the layer says so.
        ``lead_of`` tells the series apart.
    cameras : GeoDataFrame, optional
        `hotspot.cameras.CameraList.frame`: the cameras to ask for the crimes of that list, by
        their ids, and which way they look where that is known. Beside zones, doors or a surface
        off at first. For whoever asks for the footage: `team_map` and `public_map` have none.
    weeks : bool
        Whether there is a slider to look at the burglaries week by week.
    opens : {"zones", "density", "forecast"}, optional
        Which of the three is on when the map opens: the one that does best in a backtest. Default:
        the first of them that is there.
    figure : str, optional
        A sentence that says how well it did.

    Examples
    --------
    >>> beats = gpd.GeoDataFrame({"area": ["Quay"]},
    ...     geometry=gpd.GeoSeries.from_wkt(["POLYGON ((0 0, 900 0, 900 900, 0 0))"]),
    ...     crs="EPSG:27700")
    >>> layers = MapLayers(areas=beats, weeks=False)
    """

    hotspots: gpd.GeoDataFrame | None = None
    areas: gpd.GeoDataFrame | None = None
    streets: gpd.GeoDataFrame | None = None
    buildings: gpd.GeoDataFrame | None = None
    water: gpd.GeoDataFrame | None = None
    chains: pd.DataFrame | None = None
    forecast: xr.DataArray | None = None
    change: gpd.GeoDataFrame | None = None
    series: gpd.GeoDataFrame | None = None
    leads: gpd.GeoDataFrame | None = None
    cameras: gpd.GeoDataFrame | None = None
    weeks: bool = True
    opens: Opens | None = None
    figure: str | None = None


@dataclass(frozen=True)
class Layer:
    """A row of the table: one layer of the map.

    Attributes
    ----------
    name : str
        In the layer control.
    of : str
        The argument of `briefing_map`, or the field of `MapLayers`, that it is drawn of.
    problems : callable
        From that name and the data to what keeps them from being drawn.
    draw : callable
        From the data and the scene to a drawing, with its legend; None where the layer has no
        place on this map.
    on : callable
        From the scene to whether it is on when the map opens.
    nothing : str
        What the legend says where there is nothing to draw; of the backdrop, which has no legend
        and stays when an earlier week is looked at, "".
    """

    name: str
    of: str
    problems: Check
    draw: Callable[[Any, Scene], Drawing | None]
    on: Callable[[Scene], bool]
    nothing: str = ""


def frame_problems(name: str, frame: object, *columns: str) -> list[str]:
    """Return what keeps a frame from being drawn; any projection will do, as degrees are drawn."""
    verb, have = ("lack", "have") if name.endswith("s") else ("lacks", "has")
    if not isinstance(frame, gpd.GeoDataFrame) or frame.active_geometry_name is None:
        return [f"The {name} must be a GeoDataFrame with a geometry, not {type(frame).__name__}."]
    problems = [f"The {name} {verb} the column {c}." for c in columns if c not in frame.columns]
    if frame.crs is None:
        problems.append(f"The {name} {have} no CRS: set it with .set_crs(...), e.g. 'EPSG:27700'.")
    return problems


def _frame(*columns: str) -> Check:
    return lambda name, frame: frame_problems(name, frame, *columns)


def _zone_problems(name: str, zones: Any) -> list[str]:
    problems = frame_problems(name, zones, "age_band", "newest_days")
    if not problems and not (pd.to_numeric(zones["newest_days"], errors="coerce") >= 0).all():
        problems.append(f"The {name} must have ages of 0 days or more in newest_days.")
    return problems


def _target_problems(name: str, targets: Any) -> list[str]:
    problems = frame_problems(name, targets, "ring", "address")
    if not problems and not np.isin(targets["ring"], [ring.number for ring in RINGS]).all():
        problems.append(f"The {name} must have rings from 0 to {RINGS[-1].number}.")
    return problems


def _change_problems(name: str, change: object) -> list[str]:
    return frame_problems(name, change) + change_problems(name, change)


def _incident_problems(_: str, incidents: object) -> list[str]:
    return incident_problems(incidents)


def _series_problems(name: str, series: object) -> list[str]:
    problems = frame_problems(name, series)
    return problems or incident_problems(series, what=name)


def _lead_problems(name: str, leads: object) -> list[str]:
    problems = _series_problems(name, leads)
    return problems or frame_problems(name, leads, "rank", "reason", "score")


def _camera_problems(name: str, cameras: object) -> list[str]:
    columns = (
        "camera_id", "crime_ref", "distance_m", "in_view", "why", "footage", "left", "asked",
        "direction",
    )  # fmt: skip
    problems = frame_problems(name, cameras, *columns)
    if not problems and isinstance(cameras, gpd.GeoDataFrame) and cameras.crs.is_geographic:
        problems.append(f"The {name} must be in a projected CRS in metres, as the crimes are.")
    return problems


def _on(_: Scene) -> bool:
    return True


def _off(_: Scene) -> bool:
    return False


def _without_tiles(scene: Scene) -> bool:
    # A background map has streets of its own.
    return not scene.tiles


def _without_newer(scene: Scene) -> bool:
    # Where nothing but burglaries was given, as of a series, no window tells which ones count.
    return scene.alone or not scene.live.any()


def _alone(scene: Scene) -> bool:
    return scene.alone


def _opening(layer: Opens) -> Callable[[Scene], bool]:
    return lambda scene: scene.opens == layer


#: In the order in which they lie on each other, the lowest first; the panel lists them downwards.
#: Streets lie over the zones, whose colour would hide them, and let clicks through. New burglaries
#: lie over the doors around them, as pins that leave the number of their own door to be read.
LAYERS = (
    Layer("Water", "water", _frame(), draw.draw_water, _on),
    Layer("Buildings", "buildings", _frame(), draw.draw_buildings, _on),
    Layer("Burglary density", "surface", surface_problems, draw_density, _opening("density"),
          "nothing to show"),
    Layer("Forecast", "forecast", surface_problems, draw_forecast, _opening("forecast"),
          "nothing expected"),
    Layer("Raised risk now", "zones", _zone_problems, draw.draw_zones, _opening("zones"),
          "no live zone"),
    Layer("Streets", "streets", _frame("street"), draw.draw_streets, _without_tiles),
    Layer("Beats", "areas", _frame("area"), draw.draw_areas, _on),
    Layer("Rising and falling", "change", _change_problems, draw_change, _off, "none found"),
    Layer("Hotspots, ranked", "hotspots", _frame("rank"), draw.draw_hotspots, _on, "none found"),
    Layer("Near-repeat chains", "chains", chain_problems, draw_chains, _off, "none found"),
    Layer("Burglaries (only the month is known)", "incidents", _incident_problems,
          draw.draw_months, _on, "none"),
    Layer("Earlier burglaries", "incidents", _incident_problems, draw.draw_earlier,
          _without_newer, "none"),
    Layer("Doors by ring, and why", "targets", _target_problems, draw.draw_rings, _off,
          "none today"),
    Layer("Doors to visit", "targets", _target_problems, draw.draw_doors, _on, "none today"),
    Layer("Burglaries", "incidents", _incident_problems, draw.draw_burglaries, _on, "none"),
    Layer("Cameras to ask", "cameras", _camera_problems, draw_cameras, _alone, "none known"),
    Layer("May belong to the series", "leads", _lead_problems, draw_leads, _alone, "no lead"),
    Layer("Series", "series", _series_problems, draw_series, _alone, "none known"),
)  # fmt: skip


def data_problems(given: Mapping[str, Any]) -> list[str]:
    """Return all that keeps the data of a map from being drawn, by the names of `Layer.of`.

    Of what is None nothing is drawn; where incidents are needed, None is a problem as well.
    """
    checks = {layer.of: layer.problems for layer in LAYERS}
    return [
        problem
        for name in dict.fromkeys(("incidents", *checks))
        if name in given and (name == "incidents" or given[name] is not None)
        for problem in checks[name](name, given[name])
    ]
