"""The briefing map: where risk is raised, where it stays, and which doors to knock on."""

import math
from collections.abc import Iterable

import folium
import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
import xarray as xr
from folium.map import CustomPane

from hotspot._checks import incident_problems
from hotspot._errors import DataError
from hotspot.dates import AsOf, ages_days, known_by, resolution
from hotspot.maps import layers
from hotspot.maps.elements import Panel
from hotspot.maps.rows import bounds_of, month, words
from hotspot.maps.surface import PANE, SurfaceOverlay
from hotspot.maps.tiles import tile_layer, tile_notice

STANDARD_NOTES = (
    "Based only on burglaries recorded by the cut-off.",
    "It shows places, not people: it is no ground for a stop, a search or an arrest.",
    "A higher risk does not mean that a burglary will happen.",
)
_DEFAULT_WINDOW_DAYS = 42
# Below this age data are as fresh as a force's export can be after a weekend.
_STALE_DAYS = 2
_OWN_FILES = ("leaflet", "jquery", "leaflet_css")


def briefing_map(
    incidents: gpd.GeoDataFrame,
    *,
    zones: gpd.GeoDataFrame | None = None,
    surface: xr.DataArray | None = None,
    hotspots: gpd.GeoDataFrame | None = None,
    targets: gpd.GeoDataFrame | None = None,
    areas: gpd.GeoDataFrame | None = None,
    streets: gpd.GeoDataFrame | None = None,
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
        As `kernel_density` gives it. Off at first where there are zones.
    hotspots : GeoDataFrame, optional
        As `hotspots` gives them.
    targets : GeoDataFrame, optional
        As `cocooning_targets` gives them.
    areas, streets : GeoDataFrame, optional
        As `read_areas` and `read_streets` give them: the backdrop.
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
        If `basemap` is no known provider, or one that wants a key, or `cutoff` is no date.

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
    problems = [
        *incident_problems(incidents),
        *_frame_problems("zones", zones, "age_band"),
        *_frame_problems("hotspots", hotspots, "rank"),
        *_frame_problems("targets", targets, "ring", "address"),
        *_frame_problems("areas", areas, "area"),
        *_frame_problems("streets", streets, "street"),
    ]
    if surface is not None and ({"y", "x"} != set(surface.dims) or "crs" not in surface.attrs):
        problems.append("The surface must have dims ('y', 'x') and name its CRS in attrs['crs'].")
    if problems:
        raise DataError(problems)

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
    _fit(m, now, [_extent(surface), areas, streets, hotspots, shown])
    if surface is not None:
        CustomPane(PANE, z_index=350).add_to(m)
        SurfaceOverlay(surface, "Burglary density", show=zones is None or zones.empty).add_to(m)
    if zones is not None:
        layers.zone_layer(zones).add_to(m)
    # Over the zones, whose colour would hide them; they let clicks through.
    if streets is not None:
        layers.street_layer(streets, show=basemap is None).add_to(m)
    if areas is not None:
        layers.area_layer(areas).add_to(m)
    if hotspots is not None:
        layers.hotspot_layer(hotspots).add_to(m)
    if len(incidents):
        for layer in layers.burglary_layers(shown, ages, window_days):
            layer.add_to(m)
    if targets is not None:
        layers.target_layer(targets).add_to(m)
    Panel(
        title=words(title) or "Burglary briefing",
        marking=words(marking),
        known=_known(shown, cutoff),
        warning=None if cutoff is None else _staleness(shown, ages),
        notes=[text for note in notes if (text := words(note))] or STANDARD_NOTES,
    ).add_to(m)
    return m


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
    """Make a map with a scale bar and, only where they are asked for by name, web tiles."""
    m = folium.Map(
        tiles=None,
        prefer_canvas=True,
        control_scale=True,
        attributionControl=basemap is not None,
        minZoom=5,
        maxZoom=20,
        zoomSnap=0.25,
    )
    # Our layers need none of folium's other files, in Jupyter as little as in a saved page.
    m.default_js = [link for link in m.default_js if link[0] in _OWN_FILES]
    m.default_css = [link for link in m.default_css if link[0] in _OWN_FILES]
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


def _fit(
    m: folium.Map,
    first: Iterable[gpd.GeoDataFrame | None],
    otherwise: Iterable[gpd.GeoDataFrame | None],
) -> None:
    """Open the map on what a briefing is about, or on the first thing there is."""
    for frames in (first, *([frame] for frame in otherwise)):
        west, south, east, north = bounds_of(*(frame for frame in frames if frame is not None))
        if math.isfinite(west):
            m.fit_bounds([[south, west], [north, east]], padding=(12, 12), max_zoom=17)
            return
