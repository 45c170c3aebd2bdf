"""The briefing map: where risk is raised, where it stays, and which doors to knock on."""

import math
from collections.abc import Iterable
from typing import Any, get_args

import folium
import geopandas as gpd
import numpy as np
import shapely
import xarray as xr

from hotspot._checks import choice_problems, raise_problems
from hotspot.dates import AsOf, as_of_problems, is_end_of_day
from hotspot.english import moment, month, short_day
from hotspot.grid import as_surface
from hotspot.maps import colours
from hotspot.maps.briefing_layers import week_layer
from hotspot.maps.colours import NO_SIGN
from hotspot.maps.elements import LegendEntry, Panel, PanelText, RowLayer
from hotspot.maps.features import as_text, bounds_of, drawable
from hotspot.maps.map_layers import LAYERS, MapLayers, Opens, data_problems
from hotspot.maps.offline_map import bare_map
from hotspot.maps.scene import Scene
from hotspot.maps.tiles import tile_layer, tile_notice, tile_problems
from hotspot.output.handling import NOT_EVIDENCE, PLACES_NOT_PEOPLE

STANDARD_NOTES = (
    "Based only on burglaries recorded by the cut-off.",
    PLACES_NOT_PEOPLE,
    "A higher risk does not mean that a burglary will happen.",
)
# Below this age data are as fresh as a force's export can be after a weekend.
_STALE_DAYS = 2


def briefing_map(
    incidents: gpd.GeoDataFrame,
    *,
    zones: gpd.GeoDataFrame | None = None,
    surface: xr.DataArray | None = None,
    targets: gpd.GeoDataFrame | None = None,
    basemap: str | None = None,
    layers: MapLayers | None = None,
    title: str | None = None,
    marking: str | None = None,
    as_of: AsOf | None = None,
    notes: Iterable[str] = (),
) -> folium.Map:
    """Draw what a team needs for a briefing on one map.

    Parameters
    ----------
    incidents : GeoDataFrame
        As `read_incidents` returns them. Those within the window of the zones (without zones, of
        the default rule) are shown by age, the earlier ones on a layer of their own that is off at
        first; on a map of nothing else all are shown. Their popups hold reference, dates and
        offence code, never an address.
    zones : GeoDataFrame, optional
        As `near_repeat_zones` returns them.
    surface : DataArray, optional
        As `kernel_density` returns it, drawn as contours.
    targets : GeoDataFrame, optional
        As `cocooning_targets` returns them: every door alike, by its number on the list; off at
        first, for who plans, by ring with the reason.
    basemap : str, optional
        Name of a provider of web tiles, such as "OpenStreetMap". Default: none, so that the map
        asks nothing of any network. With it, a line on the map names the host that will see
        which places are looked at.
    layers : MapLayers, optional
        All else that is drawn, and how: hotspots, areas, streets, buildings, water, chains, a
        forecast, change, series; the slider for weeks, which layer opens, and how well that did.
    title, marking : str, optional
        For the bar above the map; the marking is the protective one, such as
        "OFFICIAL-SENSITIVE".
    as_of : date or time, optional
        The cut-off: what was not known by then is left out. Default: everything is shown, and ages
        are counted to the newest incident.
    notes : iterable of str
        What the map shows and does not show, a sentence each. Default: three standing sentences.

    Returns
    -------
    folium.Map
        For Jupyter, for more layers, and for `save_map`.

    Raises
    ------
    DataError
        If a frame is not in canonical shape.
    ConfigError
        If `basemap` is no known provider, or one that wants a key, `as_of` is no date, `layers` is
        no `MapLayers`, or its `opens` names no layer. All problems are raised at once.

    Notes
    -----
    It shows burglaries and, on a layer, why each door is listed: it is a map for analyst and
    supervisor. `team_map` draws what can be given to who goes to the doors.

    It opens on the areas in which there is any burglary, zone or door, and without areas on what is
    live. Text from the data reaches the page as text only. OpenStreetMap's own servers refuse pages
    opened from a file, because these name no referrer; other providers may too.

    Examples
    --------
    >>> import pandas as pd
    >>> frame = pd.DataFrame({"crime_ref": ["A"], "occurred_from": pd.to_datetime(["2026-03-01"])})
    >>> frame["occurred_to"] = frame["occurred_from"]
    >>> incidents = gpd.GeoDataFrame(
    ...     frame, geometry=gpd.points_from_xy([640000], [370000]), crs="EPSG:27700")
    >>> m = briefing_map(incidents, marking="OFFICIAL-SENSITIVE", as_of="2026-03-02")
    >>> [[round(edge, 2) for edge in corner] for corner in m.get_bounds()]
    [[53.17, 1.59], [53.17, 1.59]]
    """
    more = MapLayers() if layers is None else layers
    given = {"incidents": incidents, "zones": zones, "surface": surface, "targets": targets}
    _check(given, more, as_of, basemap)
    given |= vars(more)
    for name in ("surface", "forecast"):
        given[name] = None if given[name] is None else as_surface(given[name])
    opens = more.opens or _best_there(given)
    tiles = basemap is not None
    alone = all(given[name] is None for name in ("zones", "surface", "targets", "forecast"))
    scene = Scene.of(incidents, as_of, zones, opens, tiles, alone)

    m = _empty_map(basemap)
    # Before the layers, which then are drawn once and not first on a map of the world.
    home = _opens_on(given, scene)
    if home is not None:
        m.fit_bounds(home, padding=(12, 12), max_zoom=17)
    _add_layers(m, given, scene)
    text = PanelText(
        title=as_text(title) or "Burglary briefing",
        marking=as_text(marking),
        known=_known(scene, as_of is not None),
        warning=None if as_of is None else _staleness(scene),
        figure=as_text(more.figure),
        notes=_notes(notes, given),
        first=_at_a_glance(given, scene),
    )
    Panel(m, text, home).add_to(m)
    return m


def _notes(notes: Iterable[str], given: dict[str, Any]) -> list[str]:
    """Return what the map shows and does not; of a series what a lead is, whoever wrote them."""
    told = [*filter(None, map(as_text, notes))] or list(STANDARD_NOTES)
    linked = given["series"] is not None or given["leads"] is not None
    return [*told, *([NOT_EVIDENCE] if linked and NOT_EVIDENCE not in told else [])]


def _check(
    given: dict[str, Any], layers: MapLayers, as_of: AsOf | None, basemap: str | None
) -> None:
    """Raise all that keeps a map from being drawn, at once."""
    arguments = [] if as_of is None else as_of_problems(as_of)
    if basemap is not None:
        arguments += tile_problems(basemap)
    if not isinstance(layers, MapLayers):
        arguments.append(f"layers must be a hotspot.maps.MapLayers, not {type(layers).__name__}.")
        layers = MapLayers()
    if layers.opens is not None:
        arguments += choice_problems("opens", layers.opens, get_args(Opens))
    raise_problems(data_problems(given | vars(layers)), arguments)


def _add_layers(m: folium.Map, given: dict[str, Any], scene: Scene) -> None:
    """Draw the layers of the table on a map from the ground up, and the slider for weeks."""
    points, today = [], []
    for layer in LAYERS:
        data = given[layer.of]
        drawing = None if data is None else layer.draw(data, scene)
        if drawing is None:
            continue
        drawn = RowLayer(layer.name, drawing, layer.on(scene))
        if layer.nothing:
            # The backdrop stays when an earlier week is looked at.
            today.append(drawn)
            drawn.legend = drawn.legend or [(NO_SIGN, layer.nothing)]
        if drawing.many:
            points.append(drawn)
        drawn.add_to(m)
    if given["weeks"] and not scene.monthly:
        weeks = week_layer(points, today, scene)
        if weeks is not None:
            weeks.add_to(m)


def _best_there(given: dict[str, Any]) -> str:
    """Choose what opens where nobody did: zones where any is live."""
    if given["zones"] is not None and len(given["zones"]):
        return "zones"
    return "density" if given["surface"] is not None else "forecast"


def _empty_map(basemap: str | None) -> folium.Map:
    """Return a map with web tiles only where they are asked for by name."""
    m = bare_map(attribution=basemap is not None)
    if basemap is not None:
        tiles = tile_layer(basemap)
        tiles.add_to(m)
        tile_notice(tiles).add_to(m)
    return m


def _known(scene: Scene, cut: bool) -> str | None:
    """Return how far the data go, in words."""
    if scene.last is None:
        return None
    if cut:
        day = is_end_of_day(scene.last)
        return f"Burglaries known by {(short_day if day else moment)(scene.last, year=True)}"
    newest = scene.incidents["occurred_to"].max()
    return f"Newest burglary found: {month(newest) if scene.monthly else moment(newest, year=True)}"


def _staleness(scene: Scene) -> str | None:
    """Return a warning where nothing is known of the last days before the cut-off."""
    if scene.incidents.empty or scene.monthly or scene.ages.min() <= _STALE_DAYS:
        return None
    return f"DATA IS {scene.ages.min()} DAYS OLD"


def _extent(surface: xr.DataArray | None) -> gpd.GeoDataFrame | None:
    """Return a box around the part of a surface that has values."""
    if surface is None:
        return None
    known = surface.where(surface > 0, drop=True)
    if not known.size:
        return None
    west, east = float(known.x.min()), float(known.x.max())
    south, north = float(known.y.min()), float(known.y.max())
    frame = shapely.box(west, south, east, north)
    return gpd.GeoDataFrame(geometry=[frame], crs=surface.attrs["crs"])


def _at_a_glance(given: dict[str, Any], scene: Scene) -> list[LegendEntry]:
    """Return what the map opens with, in the words of who has never seen one."""
    told: list[LegendEntry] = []
    if not (scene.monthly or scene.incidents.empty):
        told.append((colours.BURGLARIES[0], "A dark pin: a burglary found in the last 7 days"))
    if given["targets"] is not None and len(given["targets"]):
        told.append((colours.DOOR, "A blue circle: a door to visit, with its number on the list"))
    if scene.opens == "zones" and given["zones"] is not None and len(given["zones"]):
        told.append((colours.ZONES[0], "Orange ground: more risk of a burglary for now"))
    if scene.opens == "density" and given["surface"] is not None:
        told.append((colours.DENSITY[2], "Violet ground: where most burglaries are, year by year"))
    if scene.opens == "forecast" and given["forecast"] is not None:
        told.append((colours.FORECAST[0], "Green ground: where most are to be expected next"))
    return told


def _opens_on(given: dict[str, Any], scene: Scene) -> list[list[float]] | None:
    """Return the corners of what a briefing is about, or of the first thing that there is."""
    shown = scene.incidents if scene.alone else scene.incidents[scene.live]
    now = [given["zones"], given["targets"], shown]
    if scene.alone:
        now += [given["series"], given["leads"], given["cameras"]]
    if any(frame is not None and len(frame) for frame in now):
        now.append(given["hotspots"])
    areas = _areas_known(given["areas"], [*now, scene.incidents])
    surfaces = [_extent(given["surface"]), _extent(given["forecast"])]
    otherwise = [given["areas"], given["streets"], given["hotspots"], scene.incidents]
    for frames in ([*now, areas], *([frame] for frame in (*surfaces, *otherwise))):
        west, south, east, north = bounds_of(*(frame for frame in frames if frame is not None))
        if math.isfinite(west):
            return [[south, west], [north, east]]
    return None


def _areas_known(
    areas: gpd.GeoDataFrame | None, frames: Iterable[gpd.GeoDataFrame | None]
) -> gpd.GeoDataFrame | None:
    """Return the areas in which anything is known: of a county's beats those of the study area."""
    if areas is None or areas.empty:
        return None
    known = np.zeros(len(areas), dtype=bool)
    for frame in frames:
        if frame is not None and len(frame):
            shapes = drawable(frame).geometry.to_crs(areas.crs)
            known[areas.sindex.query(shapes, predicate="intersects")[1]] = True
    return areas[known]
