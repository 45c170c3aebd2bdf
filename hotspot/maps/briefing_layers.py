"""What each layer of a briefing map shows: its words, its signs and its legend.

Each function draws the data of one layer in one scene. Which layers there are, how their data are
checked and when they are on stands in `map_layers`; what they look like in `colours`.
"""

from collections.abc import Sequence

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd

from hotspot.cocooning.walking_order import times_by_street
from hotspot.dates import WEEK_DAYS
from hotspot.english import count, month, percent, window
from hotspot.maps import colours
from hotspot.maps.colours import Style
from hotspot.maps.elements import (
    Drawing,
    LegendEntry,
    RowLayer,
    WeekLayer,
    list_of,
    script_json,
)
from hotspot.maps.features import (
    Field,
    as_text,
    drawable,
    drawing_of,
    edge_labels,
    line_labels,
    places_by_name,
    point_labels,
)
from hotspot.maps.scene import Scene
from hotspot.rule import RINGS, RULE, AgeBands

_ZONE_FIELDS: tuple[Field, ...] = (
    ("crimes", "Burglaries", as_text),
    ("newest", "Newest", as_text),
    ("days_left", "Days left", as_text),
    ("streets", "Streets", as_text),
)
_HOTSPOT_FIELDS: tuple[Field, ...] = (
    ("crimes", "Burglaries", as_text),
    ("crime_share", "Share of all burglaries", percent),
    ("area_share", "Share of the area", percent),
    ("area_km2", "Square kilometres", as_text),
    ("peak", "Density at its peak", as_text),
)
# What a door is expected to suffer is not among them: a number nobody at the door could explain.
_RING_FIELDS: tuple[Field, ...] = (
    ("ring_words", "Door", as_text),
    ("task", "Task", as_text),
    ("reason", "Why", as_text),
    ("act_by", "Visit by", as_text),
    ("overdue", "Late", as_text),
    ("order", "On the list", as_text),
    ("area", "Beat", as_text),
    ("burglaries_12m", "Burgled in 12 months", as_text),
    ("crime_refs", "Linked burglaries", as_text),
    ("visit_id", "Visit", as_text),
)
# All that is said of a door to who goes there: nothing that tells which home was burgled.
_DOOR_FIELDS: tuple[Field, ...] = (
    ("at_the_door", "At the door", as_text),
    ("visit_by", "Visit by", as_text),
    ("area", "Beat", as_text),
)
_POINT_FIELDS: tuple[Field, ...] = (
    ("happened", "Happened", as_text),
    ("offence_code", "Offence", as_text),
)
# So that the first of them is the last 7 days: today is one of these.
_EDGES_DAYS = [edge - 1 for edge in RULE.age_edges_days]


def draw_streets(streets: gpd.GeoDataFrame, _: Scene | None = None) -> Drawing:
    """Draw quiet lines, with names where the map is close enough to read them."""
    streets = drawable(streets)
    return drawing_of(
        streets,
        [colours.STREET],
        labels=line_labels(streets, "street"),
        label_options={"className": "hotspot-street", "minZoom": 16},
        grow=True,
        places=places_by_name(streets["street"]),
    )


def draw_buildings(buildings: gpd.GeoDataFrame, _: Scene | None = None) -> Drawing:
    """Draw the ground plans of houses, at street zoom."""
    return drawing_of(drawable(buildings), [colours.BUILDING], min_zoom=15)


def draw_water(water: gpd.GeoDataFrame, _: Scene | None = None) -> Drawing:
    """Draw lakes and the sea, and rivers that come as lines."""
    water = drawable(water)
    lines = water.geom_type.isin(["LineString", "MultiLineString"]).to_numpy()
    return drawing_of(water, [colours.WATER, colours.RIVER], lines.astype(int))


def draw_areas(areas: gpd.GeoDataFrame, _: Scene | None = None) -> Drawing:
    """Draw the outlines of the beats, with their names."""
    areas = drawable(areas)
    return drawing_of(
        areas,
        [colours.AREA],
        labels=point_labels(areas, areas["area"].tolist()),
        label_options={"className": "hotspot-area"},
    )


def draw_zones(zones: gpd.GeoDataFrame, scene: Scene) -> Drawing:
    """Draw where the near-repeat rule says that risk is raised, by age, the newest on top."""
    zones = drawable(zones)
    # A zone joins circles of one band of age, so that its newest burglary tells the band.
    ages = zones["newest_days"].to_numpy(dtype=float)
    band = AgeBands.within(max(scene.window_days, int(ages.max(initial=0)))).of(ages)
    # The script draws the rows of a layer upwards, so that the first, the newest, lies on top.
    zones, band = zones.iloc[np.argsort(band, kind="stable")], np.sort(band)
    labels = zones["age_band"].to_numpy()
    return drawing_of(
        zones,
        colours.ZONES,
        band,
        [f"Raised risk, {label} old" for label in labels],
        _ZONE_FIELDS,
        labels=point_labels(zones, _days_left(zones)),
        label_options={"className": "hotspot-zone", "minZoom": 13},
        tip=len(_ZONE_FIELDS),
        legend=[
            (
                colours.ZONES[number],
                f"found {labels[band == number][0]} ago: {count(here, 'zone')}",
            )
            for number, here in zip(*np.unique(band, return_counts=True), strict=True)
        ],
    )


def _days_left(zones: gpd.GeoDataFrame) -> list[str | None]:
    """Return how long each zone lasts, in words."""
    if "days_left" not in zones.columns:
        return [None] * len(zones)
    return [
        None if pd.isna(days) else f"{count(int(days), 'day')} left" for days in zones["days_left"]
    ]


def draw_hotspots(hotspots: gpd.GeoDataFrame, _: Scene) -> Drawing:
    """Draw the outlines of the places where burglary stays, with their rank."""
    hotspots = drawable(hotspots)
    ranks = [as_text(rank) or "" for rank in hotspots["rank"]]
    return drawing_of(
        hotspots,
        [colours.HOTSPOT],
        headings=[f"Hotspot {rank}" for rank in ranks],
        fields=_HOTSPOT_FIELDS,
        labels=edge_labels(hotspots, ranks),
        label_options={"className": "hotspot-rank", "once": True},
        legend=[(colours.HOTSPOT, count(len(ranks), "place"))] if ranks else (),
    )


def draw_doors(targets: gpd.GeoDataFrame, _: Scene | None = None) -> Drawing:
    """Draw the doors to visit, all alike, each with its number on the list of its area."""
    targets = drawable(targets)
    targets = with_times(targets)
    numbers = door_numbers(targets)
    # Doors at one point share a sign, that of the first: in walking order, whoever was burgled.
    order = sorted(range(len(targets)), key=lambda row: (numbers[row] is None, numbers[row] or 0))
    targets, numbers = targets.iloc[order], [numbers[row] for row in order]
    drawing = drawing_of(
        targets,
        [colours.DOOR],
        headings=[
            (f"Door {number}: " if number else "") + (as_text(address) or "Address not known")
            for number, address in zip(numbers, targets["address"], strict=True)
        ],
        fields=_DOOR_FIELDS,
        labels=point_labels(targets, numbers),
        label_options={
            "className": "hotspot-door", "minZoom": 15, "maxZoom": 17.25, "rise": -13, "most": 80,
        },
        grow=True,
        legend=[(colours.DOOR, count(len(targets), "door"))] if order else (),
        numbered=True,
        tip=0,
        places=places_by_name(targets.get("street", ())),
        noun="door",
    )  # fmt: skip
    for row, number in zip(drawing.rows, numbers, strict=True):
        row.append("" if number is None else str(number))
    return drawing


def with_times(targets: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the doors with ``visit_by``, where it can be known and is not there yet."""
    if "visit_by" in targets.columns or not {"visit_id", "area", "act_by"} <= set(targets.columns):
        return targets
    return targets.assign(visit_by=times_by_street(targets)["visit_by"])


def door_numbers(targets: gpd.GeoDataFrame) -> list[int | None]:
    """Return the number of each door on the list of its area; None where the list has none."""
    given = targets.get("number")
    # A list that somebody made may have house numbers there, as text.
    if given is None or not pd.api.types.is_integer_dtype(given):
        return [None] * len(targets)
    return [None if pd.isna(number) else int(number) for number in given]


def draw_rings(targets: gpd.GeoDataFrame, _: Scene) -> Drawing:
    """Draw why each door is on the list: a sign for each ring, and every burglary behind it."""
    number = [f"{place:,} of {len(targets):,}" for place in range(1, len(targets) + 1)]
    targets = drawable(targets.assign(order=number))
    ring = targets["ring"].to_numpy(dtype=int)
    # The burgled home first: doors at one point share the sign of the first, which lies on top.
    targets, ring = targets.iloc[np.argsort(ring, kind="stable")], np.sort(ring)
    targets["ring_words"] = [RINGS[each].label for each in ring]
    if "task" in targets.columns:
        # A visit is what every door is listed for: only what is more is worth a line.
        targets["task"] = targets["task"].where(targets["task"] != "visit", None)
    return drawing_of(
        targets,
        colours.DOORS,
        ring,
        [as_text(address) or "Address not known" for address in targets["address"]],
        _RING_FIELDS,
        grow=True,
        legend=[
            (style, f"{kind.label}: {(ring == kind.number).sum():,}")
            for kind, style in zip(RINGS, colours.DOORS, strict=True)
            if (ring == kind.number).any()
        ],
        tip=1,
    )


def draw_months(_: gpd.GeoDataFrame, scene: Scene) -> Drawing | None:
    """Draw all burglaries where only the month of each is known."""
    if not scene.monthly or scene.incidents.empty:
        return None
    months = [month(start) for start in scene.incidents["occurred_from"]]
    legend = [(colours.EARLIER, count(len(months), "burglary", "burglaries"))]
    return _points(scene.incidents, scene.ages, months, [colours.EARLIER], legend)


def draw_earlier(_: gpd.GeoDataFrame, scene: Scene) -> Drawing | None:
    """Draw the burglaries that are out of the window."""
    if scene.monthly or scene.live.all():
        return None
    incidents, ages = _newest_first(scene, ~scene.live)
    legend = [(colours.EARLIER, f"found before: {len(ages):,}")]
    return _points(incidents, ages, _windows(incidents), [colours.EARLIER], legend)


def draw_burglaries(given: gpd.GeoDataFrame, scene: Scene) -> Drawing | None:
    """Draw the burglaries within the window, by the days since they were found."""
    if scene.monthly or given.empty:
        return None
    incidents, ages = _newest_first(scene, scene.live)
    bands = AgeBands.within(scene.window_days, _EDGES_DAYS)
    band = bands.of(ages)
    labels = [f"found {label} ago" for label in bands.labels]
    if bands.edges_days[0] == WEEK_DAYS - 1:
        labels[0] = f"found in the last {WEEK_DAYS} days"
    legend = [
        (style, f"{label}: {(band == number).sum():,}")
        for number, (style, label) in enumerate(zip(colours.BURGLARIES, labels, strict=False))
    ]
    return _points(incidents, ages, _windows(incidents), colours.BURGLARIES, legend, band)


def _newest_first(
    scene: Scene, chosen: npt.NDArray[np.bool_]
) -> tuple[gpd.GeoDataFrame, npt.NDArray[np.int64]]:
    """Return some of the burglaries and their ages in days."""
    order = np.argsort(scene.ages, kind="stable")
    order = order[chosen[order]]
    return scene.incidents.iloc[order], scene.ages[order]


def _windows(incidents: gpd.GeoDataFrame) -> list[str]:
    """Return when each happened, in words."""
    spans = zip(incidents["occurred_from"], incidents["occurred_to"], strict=True)
    return [window(start, end, year=True) for start, end in spans]


def _points(
    incidents: gpd.GeoDataFrame,
    ages: npt.NDArray[np.int64],
    when: list[str],
    styles: Sequence[Style],
    legend: list[LegendEntry],
    numbers: npt.NDArray[np.int64] | None = None,
) -> Drawing:
    """Draw points with their reference, dates and offence; never an address."""
    drawing = drawing_of(
        incidents.assign(happened=when),
        styles,
        numbers,
        [as_text(reference) or "No reference" for reference in incidents["crime_ref"]],
        _POINT_FIELDS,
        legend=legend,
        many=True,
        tip=1,
    )
    for row, age in zip(drawing.rows, ages, strict=True):
        row.append(int(age))
    return drawing


def week_layer(
    points: Sequence[RowLayer], today: Sequence[RowLayer], scene: Scene
) -> WeekLayer | None:
    """Return the burglaries a week at a time; None where there is but one week.

    Parameters
    ----------
    points : sequence of RowLayer
        What is shown.
    today : sequence of RowLayer
        What is hidden as long as an earlier week is looked at.
    scene : Scene
    """
    if scene.last is None or not len(scene.ages) or scene.ages.max() < WEEK_DAYS:
        return None
    # The newest week ends at the cut-off, on whichever weekday, so that none is cut short.
    back = pd.to_timedelta(np.arange(0, scene.ages.max() + 1, WEEK_DAYS), unit="D")
    ends = scene.last.normalize() - back
    weeks = [window(end - pd.Timedelta(days=WEEK_DAYS - 1), end, year=True) for end in ends]
    own, before = colours.WEEK
    options = {
        "styles": [own.options(), before.options()],
        "weeks": weeks,
        "windowDays": scene.window_days,
    }
    return WeekLayer(
        "Week by week",
        f"weeks({list_of(points)},{list_of(today)},{script_json(options)})",
        [(own, "in the week shown"), (before, f"in the {scene.window_days} days to its end")],
        show=False,
    )
