"""The briefing map: where risk is raised, where it stays, and which doors to knock on."""

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

import folium
import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
import xarray as xr

from hotspot._checks import choice_problems, incident_problems
from hotspot._errors import ConfigError, DataError
from hotspot.dates import AsOf, ages_days, known_by, resolution
from hotspot.maps import briefing_layers as layers
from hotspot.maps.chain_arrows import chain_layer, chain_problems
from hotspot.maps.elements import Panel, PointLayer, RowLayer
from hotspot.maps.features import bounds_of, month, words
from hotspot.maps.inline import bare_map
from hotspot.maps.rise_and_fall import change_layer, change_problems
from hotspot.maps.surface_layers import density_layer, forecast_layer
from hotspot.maps.tiles import tile_layer, tile_notice

STANDARD_NOTES = (
    "Based only on burglaries recorded by the cut-off.",
    "It shows places, not people: it is no ground for a stop, a search or an arrest.",
    "A higher risk does not mean that a burglary will happen.",
)
_DEFAULT_WINDOW_DAYS = 42
# Below this age data are as fresh as a force's export can be after a weekend.
_STALE_DAYS = 2
_BACKDROP = ("Water", "Buildings", "Streets", "Beats")
_OPENS = ("zones", "density", "forecast")
Opens = Literal["zones", "density", "forecast"]


def briefing_map(
    incidents: gpd.GeoDataFrame,
    *,
    zones: gpd.GeoDataFrame | None = None,
    surface: xr.DataArray | None = None,
    hotspots: gpd.GeoDataFrame | None = None,
    targets: gpd.GeoDataFrame | None = None,
    areas: gpd.GeoDataFrame | None = None,
    streets: gpd.GeoDataFrame | None = None,
    buildings: gpd.GeoDataFrame | None = None,
    water: gpd.GeoDataFrame | None = None,
    chains: pd.DataFrame | None = None,
    forecast: xr.DataArray | None = None,
    change: gpd.GeoDataFrame | None = None,
    weeks: bool = True,
    opens: Opens | None = None,
    figure: str | None = None,
    basemap: str | None = None,
    title: str | None = None,
    marking: str | None = None,
    cutoff: AsOf | None = None,
    notes: Iterable[str] = (),
) -> folium.Map:
    """Draw what a team needs for a briefing on one map.

    Parameters
    ----------
    incidents : GeoDataFrame
        As `read_incidents` gives them. Those within the window of the zones (42 days without
        zones) are shown by age, the earlier ones on a layer of their own that is off at first.
        Their popups hold reference, dates and offence code, never an address.
    zones : GeoDataFrame, optional
        As `near_repeat_zones` gives them.
    surface : DataArray, optional
        As `kernel_density` gives it, drawn as contours.
    hotspots : GeoDataFrame, optional
        As `hotspots` gives them.
    targets : GeoDataFrame, optional
        As `cocooning_targets` gives them.
    areas, streets : GeoDataFrame, optional
        As `read_areas` and `read_streets` give them: the backdrop.
    buildings, water : GeoDataFrame, optional
        As `read_backdrop` gives them: polygons (of water lines too), for the backdrop.
    chains : DataFrame, optional
        As `near_repeat_chains`, `near_repeat_pairs` or `label_repeats` give them: arrows from
        each burglary to the one that followed it. Of pairs and labels, those that lead to a
        burglary within the window of the zones are drawn; of chains all. Off at first.
    forecast : DataArray, optional
        As a model of `hotspot.forecast` predicts it: the highest 1 % and 5 % of the ground.
    change : GeoDataFrame, optional
        As `hotspot_change` or `classify_hotspots` give them: what rises and what falls. Off at
        first.
    weeks : bool
        Whether there is a slider to look at the burglaries week by week.
    opens : {"zones", "density", "forecast"}, optional
        Which of the three is on when the map opens: the one that does best in a backtest. Default:
        the first of them that is there.
    figure : str, optional
        A sentence that says how well it did.
    basemap : str, optional
        Name of a provider of web tiles, such as "OpenStreetMap". Default: none, so that the map
        asks nothing of any network. With it, a line on the map names the host that will see
        which places are looked at.
    title, marking : str, optional
        For the bar above the map; the marking is the protective one, such as
        "OFFICIAL-SENSITIVE".
    cutoff : date or time, optional
        What was not known by then is left out. Default: everything is shown, and ages are
        counted to the newest incident.
    notes : iterable of str
        What the map shows and does not show, a sentence each. Default: three standing sentences.

    Returns
    -------
    folium.Map
        For Jupyter, for more layers, and for `save_map`.

    Raises
    ------
    DataError
        If a frame is not in canonical shape; every problem is told.
    ConfigError
        If `basemap` is no known provider, or one that wants a key, `cutoff` is no date, or
        `opens` names no layer.

    Notes
    -----
    Text from the data reaches the page as text only. OpenStreetMap's own servers refuse pages
    opened from a file, because these name no referrer; other providers may too.

    Examples
    --------
    >>> frame = pd.DataFrame({"crime_ref": ["A"], "occurred_from": pd.to_datetime(["2026-03-01"])})
    >>> frame["occurred_to"] = frame["occurred_from"]
    >>> incidents = gpd.GeoDataFrame(
    ...     frame, geometry=gpd.points_from_xy([640000], [370000]), crs="EPSG:27700")
    >>> m = briefing_map(incidents, marking="OFFICIAL-SENSITIVE", cutoff="2026-03-02")
    >>> [layer.layer_name for layer in m._children.values() if hasattr(layer, "layer_name")]
    ['Burglaries']
    """
    given = _Given(
        incidents, zones, surface, hotspots, targets, areas, streets, buildings, water, chains,
        forecast, change,
    )  # fmt: skip
    _check(given, opens)
    shown = incidents if cutoff is None else incidents[known_by(incidents, cutoff)]
    as_of = shown["occurred_to"].max() if cutoff is None else pd.Timestamp(cutoff)
    ages = ages_days(shown, as_of) if len(shown) else np.zeros(0, dtype=np.int64)
    window_days = _DEFAULT_WINDOW_DAYS
    if zones is not None:
        window_days = int(zones.attrs.get("window_days", window_days))

    m = _empty_map(basemap)
    # Before the layers, which then are drawn once and not first on a map of the world.
    now = [frame for frame in (zones, targets, shown[ages <= window_days]) if frame is not None]
    if any(len(frame) for frame in now):
        now += [] if hotspots is None else [hotspots]
    home = _opens_on(now, [_extent(surface), _extent(forecast), areas, streets, hotspots, shown])
    if home is not None:
        m.fit_bounds(home, padding=(12, 12), max_zoom=17)
    for layer in _layers(given, shown, ages, window_days, opens or _best_there(given), basemap):
        layer.add_to(m)
    if weeks and len(shown) and not _is_monthly(shown):
        _add_weeks(m, ages, as_of, window_days)
    Panel(
        title=words(title) or "Burglary briefing",
        marking=words(marking),
        known=_known(shown, cutoff),
        warning=None if cutoff is None else _staleness(shown, ages),
        figure=words(figure),
        notes=[text for note in notes if (text := words(note))] or STANDARD_NOTES,
        home=home,
    ).add_to(m)
    return m


@dataclass(frozen=True)
class _Given:
    """What a briefing map is made of; see `briefing_map`."""

    incidents: gpd.GeoDataFrame
    zones: gpd.GeoDataFrame | None
    surface: xr.DataArray | None
    hotspots: gpd.GeoDataFrame | None
    targets: gpd.GeoDataFrame | None
    areas: gpd.GeoDataFrame | None
    streets: gpd.GeoDataFrame | None
    buildings: gpd.GeoDataFrame | None
    water: gpd.GeoDataFrame | None
    chains: pd.DataFrame | None
    forecast: xr.DataArray | None
    change: gpd.GeoDataFrame | None


def _check(given: _Given, opens: str | None) -> None:
    """Refuse what cannot be drawn; every problem is told."""
    if opens is not None and (wrong := choice_problems("opens", opens, _OPENS)):
        raise ConfigError(wrong)
    problems = [
        *incident_problems(given.incidents),
        *_frame_problems("zones", given.zones, "age_band"),
        *_frame_problems("hotspots", given.hotspots, "rank"),
        *_frame_problems("targets", given.targets, "ring", "address"),
        *_frame_problems("areas", given.areas, "area"),
        *_frame_problems("streets", given.streets, "street"),
        *_frame_problems("buildings", given.buildings),
        *_frame_problems("water", given.water),
        *_frame_problems("change", given.change),
        *change_problems(given.change),
        *chain_problems(given.chains),
        *_surface_problems("surface", given.surface),
        *_surface_problems("forecast", given.forecast),
    ]
    if problems:
        raise DataError(problems)


def _layers(
    given: _Given,
    shown: gpd.GeoDataFrame,
    ages: npt.NDArray[np.int64],
    window_days: int,
    opens: str,
    basemap: str | None,
) -> Iterator[folium.map.Layer]:
    """Make the layers from the ground up."""
    if given.water is not None:
        yield layers.water_layer(given.water)
    if given.buildings is not None:
        yield layers.building_layer(given.buildings)
    if given.surface is not None:
        yield density_layer(given.surface, show=opens == "density")
    if given.forecast is not None:
        yield forecast_layer(given.forecast, show=opens == "forecast")
    if given.zones is not None:
        yield layers.zone_layer(given.zones, show=opens == "zones")
    # Over the zones, whose colour would hide them; they let clicks through.
    if given.streets is not None:
        yield layers.street_layer(given.streets, show=basemap is None)
    if given.areas is not None:
        yield layers.area_layer(given.areas)
    if given.change is not None:
        yield change_layer(given.change)
    if given.hotspots is not None:
        yield layers.hotspot_layer(given.hotspots)
    if given.chains is not None:
        yield chain_layer(given.chains, shown, ages <= window_days)
    if len(given.incidents):
        yield from layers.burglary_layers(shown, ages, window_days)
    if given.targets is not None:
        yield layers.target_layer(given.targets)


def _best_there(given: _Given) -> str:
    """Choose what opens where nobody did: zones where any is live."""
    if given.zones is not None and len(given.zones):
        return "zones"
    return "density" if given.surface is not None else "forecast"


def _add_weeks(
    m: folium.Map, ages: npt.NDArray[np.int64], as_of: pd.Timestamp, window_days: int
) -> None:
    """Let the burglaries on a map be looked at week by week."""
    drawn = [layer for layer in m._children.values() if isinstance(layer, RowLayer)]
    points = [layer for layer in drawn if isinstance(layer, PointLayer)]
    today = [layer for layer in drawn if layer.layer_name not in _BACKDROP]
    week_layer = layers.week_layer(points, today, ages, as_of, window_days)
    if week_layer is not None:
        week_layer.add_to(m)


def _surface_problems(name: str, surface: xr.DataArray | None) -> list[str]:
    """Say what keeps a surface from being drawn."""
    if surface is None or ({"y", "x"} == set(surface.dims) and "crs" in surface.attrs):
        return []
    return [f"The {name} must have dims ('y', 'x') and name its CRS in attrs['crs']."]


def _frame_problems(name: str, frame: gpd.GeoDataFrame | None, *columns: str) -> list[str]:
    """Say what keeps a frame from being drawn; any projection will do, since degrees are drawn."""
    if frame is None:
        return []
    if not isinstance(frame, gpd.GeoDataFrame) or frame.active_geometry_name is None:
        return [f"The {name} must be a GeoDataFrame with a geometry, not {type(frame).__name__}."]
    problems = [f"The {name} lack the column {c}." for c in columns if c not in frame.columns]
    if frame.crs is None:
        problems.append(f"The {name} have no CRS: set it with .set_crs(...), e.g. 'EPSG:27700'.")
    return problems


def _empty_map(basemap: str | None) -> folium.Map:
    """Make a map with web tiles only where they are asked for by name."""
    m = bare_map(attribution=basemap is not None)
    if basemap is not None:
        tiles = tile_layer(basemap)
        tiles.add_to(m)
        tile_notice(tiles).add_to(m)
    return m


def _known(shown: gpd.GeoDataFrame, cutoff: AsOf | None) -> str | None:
    """Say how far the data go."""
    if cutoff is not None:
        return f"Burglaries known by {words(pd.Timestamp(cutoff))}"
    if shown.empty:
        return None
    newest = shown["occurred_to"].max()
    return f"Newest burglary: {month(newest) if _is_monthly(shown) else words(newest)}"


def _staleness(shown: gpd.GeoDataFrame, ages: npt.NDArray[np.int64]) -> str | None:
    """Warn where nothing is known of the last days before the cut-off."""
    if shown.empty or _is_monthly(shown) or ages.min() <= _STALE_DAYS:
        return None
    return f"DATA IS {ages.min()} DAYS OLD"


def _is_monthly(incidents: gpd.GeoDataFrame) -> bool:
    return resolution(incidents) == "month"


def _extent(surface: xr.DataArray | None) -> gpd.GeoDataFrame | None:
    """Frame the part of a surface that has values."""
    if surface is None:
        return None
    known = surface.where(surface > 0, drop=True)
    if not known.size:
        return None
    west, east = float(known.x.min()), float(known.x.max())
    south, north = float(known.y.min()), float(known.y.max())
    frame = shapely.box(west, south, east, north)
    return gpd.GeoDataFrame(geometry=[frame], crs=surface.attrs["crs"])


def _opens_on(
    first: Iterable[gpd.GeoDataFrame | None], otherwise: Iterable[gpd.GeoDataFrame | None]
) -> list[list[float]] | None:
    """Give the corners of what a briefing is about, or of the first thing that there is."""
    for frames in (first, *([frame] for frame in otherwise)):
        west, south, east, north = bounds_of(*(frame for frame in frames if frame is not None))
        if math.isfinite(west):
            return [[south, west], [north, east]]
    return None
