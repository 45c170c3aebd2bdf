"""The map for who goes to the doors: every door alike, by number, and nothing of any burglary."""

from collections.abc import Iterable

import folium
import geopandas as gpd
import shapely

from hotspot._checks import raise_problems
from hotspot._errors import ConfigError
from hotspot.dates import AsOf, as_of_problems, cutoff, is_end_of_day
from hotspot.english import moment, short_day
from hotspot.maps import colours
from hotspot.maps.briefing_layers import (
    door_numbers,
    draw_areas,
    draw_buildings,
    draw_doors,
    draw_streets,
    draw_water,
    with_times,
)
from hotspot.maps.elements import Panel, PanelText, RowLayer
from hotspot.maps.features import as_text, bounds_of, drawable
from hotspot.maps.map_layers import MapLayers, data_problems
from hotspot.maps.offline_map import bare_map
from hotspot.output.handling import PLACES_NOT_PEOPLE

_NOTES = (
    "Every door on the list is here, and all look alike: being on it says nothing of a home.",
    PLACES_NOT_PEOPLE,
)
# As far beyond the doors as one walks to find the street.
_MARGIN_M = 400.0
# The texts of a door that are on its map, and what files it there.
_SHOWN = ("area", "street", "address", "at_the_door")
_BACKDROP = {
    "Water": ("water", draw_water),
    "Buildings": ("buildings", draw_buildings),
    "Streets": ("streets", draw_streets),
    "Beats": ("areas", draw_areas),
}


def team_map(
    targets: gpd.GeoDataFrame,
    *,
    layers: MapLayers | None = None,
    title: str | None = None,
    marking: str | None = None,
    as_of: AsOf | None = None,
    warning: str | None = None,
    notes: Iterable[str] = (),
) -> folium.Map:
    """Draw the doors of one list for the team that goes there.

    Parameters
    ----------
    targets : GeoDataFrame
        As `cocooning_targets` returns them, of one area or all. A popup holds the door's number on
        the list, its address, ``at_the_door``, ``act_by`` and the area, and no more.
    layers : MapLayers, optional
        Its ``streets``, ``buildings``, ``water`` and ``areas`` are the ground, as far as they lie
        near the doors. All else of it is left out.
    title, marking : str, optional
        For the bar above the map.
    as_of : date or time, optional
        The cut-off of the list.
    warning : str, optional
        What is wrong with the data, such as that they are old: in the bar.
    notes : iterable of str
        More to know, before what the map says of itself.

    Returns
    -------
    folium.Map
        For `save_map`.

    Raises
    ------
    DataError
        If a frame is not in canonical shape.
    ConfigError
        If `as_of` is no date, or `layers` is no `MapLayers`.

    Notes
    -----
    No burglary, zone, ring, reason or reference is on it, in sight or in the file, and all doors
    look alike. What a popup says of a door is ``at_the_door``, word for word as on the sheet.

    Examples
    --------
    >>> targets = gpd.GeoDataFrame(
    ...     {"number": [1, 2], "address": ["1 Quay", "2 Quay"], "ring": [0, 1], "area": "Harbour"},
    ...     geometry=gpd.points_from_xy([640000, 640010], [370000, 370000]), crs="EPSG:27700")
    >>> m = team_map(targets, title="Doors to visit: Harbour", as_of="2026-03-02")
    >>> [round(edge, 2) for edge in m.get_bounds()[0]]
    [53.17, 1.59]
    """
    more = MapLayers() if layers is None else layers
    arguments = [] if as_of is None else as_of_problems(as_of)
    if not isinstance(more, MapLayers):
        raise ConfigError(f"layers must be a hotspot.maps.MapLayers, not {type(layers).__name__}.")
    ground = {field: getattr(more, field) for field, _ in _BACKDROP.values()}
    raise_problems(data_problems(ground | {"targets": targets}), arguments)
    m = bare_map()
    west, south, east, north = bounds_of(drawable(targets))
    home = [[south, west], [north, east]] if len(drawable(targets)) else None
    if home is not None:
        m.fit_bounds(home, padding=(30, 30), max_zoom=17)
    around = _around(targets)
    for name, (field, draw) in _BACKDROP.items():
        frame = _near(ground[field], around)
        if frame is not None and len(frame):
            RowLayer(name, draw(frame)).add_to(m)
    drawing = draw_doors(targets)
    doors = RowLayer("Doors to visit", drawing)
    doors.legend = drawing.legend or [(colours.NO_SIGN, "none today")]
    doors.add_to(m)
    text = PanelText(
        title=as_text(title) or "Doors to visit",
        marking=as_text(marking),
        known=None if as_of is None else _of_list(as_of),
        figure=None,
        warning=as_text(warning),
        notes=[*filter(None, map(as_text, notes)), *_NOTES],
        first=[(colours.DOOR, _words(targets))] if len(targets) else (),
    )
    Panel(m, text, home).add_to(m)
    return m


def shown_of_doors(targets: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the doors of all teams with what their maps tell of them and no more.

    The times are worked out once for all, and what is cut up by area is small.
    """
    targets = with_times(targets)
    texts = [name for name in _SHOWN if name in targets.columns]
    columns = {name: targets[name].to_numpy(dtype=object) for name in texts}
    others = [name for name in ("number", "ring", "visit_by") if name in targets.columns]
    columns |= {name: targets[name].array for name in others}
    geometry = targets.geometry.to_numpy()
    return gpd.GeoDataFrame(columns, index=targets.index, geometry=geometry, crs=targets.crs)


def _around(targets: gpd.GeoDataFrame) -> gpd.GeoSeries | None:
    """Return the ground near the doors; None where none has a place."""
    doors = drawable(targets)
    if doors.empty:
        return None
    metres = doors.geometry.to_crs(
        doors.estimate_utm_crs() if doors.crs.is_geographic else doors.crs
    )
    return gpd.GeoSeries([shapely.box(*metres.total_bounds).buffer(_MARGIN_M)], crs=metres.crs)


def _near(frame: gpd.GeoDataFrame | None, around: gpd.GeoSeries | None) -> gpd.GeoDataFrame | None:
    """Return what lies near the doors; of a county the rest would only make the file larger."""
    if frame is None or around is None:
        return frame
    # By the index of the frame, which is made once for the maps of all teams.
    rows = frame.sindex.query(around.to_crs(frame.crs).iloc[0], predicate="intersects", sort=True)
    return frame.iloc[rows]


def _words(targets: gpd.GeoDataFrame) -> str:
    by_number = any(number is not None for number in door_numbers(targets))
    return "A blue circle: a door to visit" + (
        ", with the number that it has on the sheet" if by_number else ""
    )


def _of_list(as_of: AsOf) -> str:
    last = cutoff(as_of)
    return f"List of {(short_day if is_end_of_day(last) else moment)(last, year=True)}"
