"""What each layer of a briefing map shows: its words, its signs and its legend.

Kinds differ by colour and by something that survives a grey photocopy: dashes, size or shape.
"""

import re
from collections.abc import Sequence

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd

from hotspot.dates import resolution
from hotspot.english import count
from hotspot.maps.elements import LegendEntry, PointLayer, RowLayer, Style, WeekLayer
from hotspot.maps.features import (
    Field,
    bounds_of,
    drawable,
    line_labels,
    month,
    percent,
    point_labels,
    rows_of,
    texts_of,
    window,
    words,
)

_STREET = Style(stroke="#ffffff", weight=1)
_BUILDING = Style(stroke="#b3afa6", fill="#cfcbc2", weight=0.5)
_WATER = Style(stroke="#9dbfd3", fill="#c3dbe8", weight=1)
_RIVER = Style(stroke="#9dbfd3", weight=1.5)
_AREA = Style(stroke="#6b6b6b", weight=1.5, dash="10 3 2 3")
_HOTSPOT = Style(stroke="#111111", fill="#111111", fill_opacity=0.06, weight=2.5)
# By age, the newest first: one hue, darker is newer.
_ZONES = (
    Style(stroke="#7f2704", fill="#d94801", fill_opacity=0.38, weight=2.5),
    Style(stroke="#a63603", fill="#fd8d3c", fill_opacity=0.28, weight=2, dash="9 5"),
    Style(stroke="#c2631d", fill="#fdd0a2", fill_opacity=0.3, weight=1.5, dash="2 4"),
)
_BURGLARIES = (
    Style(stroke="#ffffff", fill="#5f1c02", radius=5.5, weight=1.2),
    Style(stroke="#5f1c02", fill="#f16913", radius=4.5, weight=1.2),
    Style(stroke="#8c4a1a", fill="#fdd0a2", radius=3.5, weight=1.2),
)
_EARLIER = Style(stroke="#6f6f6f", fill="#c8c8c8", radius=2.5, weight=0.8)
_HOUSE = ((0.0, -1.2), (1.0, -0.3), (1.0, 1.0), (-1.0, 1.0), (-1.0, -0.3))
_SQUARE = ((-0.8, -0.8), (0.8, -0.8), (0.8, 0.8), (-0.8, 0.8))
_DIAMOND = ((0.0, -1.1), (1.1, 0.0), (0.0, 1.1), (-1.1, 0.0))
# By ring, in officers' words.
_RINGS = (
    ("Burgled home", Style("#ffffff", "#08306b", radius=7.0, weight=1.5, shape=_HOUSE)),
    ("Next door", Style("#ffffff", "#2171b5", radius=6.5, weight=1.2, shape=_SQUARE)),
    ("Opposite and behind", Style("#08306b", "#9ecae1", radius=5.5, weight=1.2, shape=_DIAMOND)),
    ("Nearby", Style("#2171b5", "#ffffff", radius=3.5, weight=1.2)),
)

_ZONE_FIELDS: tuple[Field, ...] = (
    ("crimes", "Burglaries", words),
    ("newest", "Newest", words),
    ("days_left", "Days left", words),
    ("streets", "Streets", words),
)
_HOTSPOT_FIELDS: tuple[Field, ...] = (
    ("crimes", "Burglaries", words),
    ("crime_share", "Share of all burglaries", percent),
    ("area_share", "Share of the area", percent),
    ("area_km2", "Square kilometres", words),
    ("peak", "Density at its peak", words),
)
_TARGET_FIELDS: tuple[Field, ...] = (
    ("ring_words", "Door", words),
    ("task", "Task", words),
    ("door_note", "At the door", words),
    ("reason", "Why", words),
    ("act_by", "Visit by", words),
    ("overdue", "Late", words),
    ("order", "On the list", words),
    ("area", "Beat", words),
    ("burglaries_12m", "Burgled in 12 months", words),
    ("crime_refs", "Linked burglaries", words),
    ("visit_id", "Visit", words),
)
_WEEK = (
    Style(stroke="#ffffff", fill="#5f1c02", radius=6.5, weight=1.4),
    Style(stroke="#8c4a1a", fill="#fdd0a2", radius=4.0, weight=1.2),
)
_AGE_BANDS_DAYS = (7, 14)
_WEEK_DAYS = 7


def street_layer(streets: gpd.GeoDataFrame, show: bool) -> RowLayer:
    """Draw quiet lines, with names where the map is close enough to read them."""
    streets = drawable(streets)
    return RowLayer(
        "Streets",
        rows_of(streets),
        [_STREET],
        bounds=bounds_of(streets),
        labels=line_labels(streets, "street"),
        label_options={"className": "hotspot-street", "minZoom": 16},
        grow=True,
        show=show,
    )


def building_layer(buildings: gpd.GeoDataFrame) -> RowLayer:
    """Fill the ground plans of houses, at street zoom."""
    buildings = drawable(buildings)
    return RowLayer(
        "Buildings",
        rows_of(buildings),
        [_BUILDING],
        bounds=bounds_of(buildings),
        min_zoom=15,
    )


def water_layer(water: gpd.GeoDataFrame) -> RowLayer:
    """Fill lakes and the sea, and draw rivers that are given as lines."""
    water = drawable(water)
    lines = water.geom_type.isin(["LineString", "MultiLineString"]).to_numpy()
    return RowLayer(
        "Water", rows_of(water, lines.astype(int)), [_WATER, _RIVER], bounds=bounds_of(water)
    )


def area_layer(areas: gpd.GeoDataFrame) -> RowLayer:
    """Outline the beats, with their names."""
    areas = drawable(areas)
    return RowLayer(
        "Beats",
        rows_of(areas),
        [_AREA],
        bounds=bounds_of(areas),
        labels=point_labels(areas, areas["area"].tolist()),
        label_options={"className": "hotspot-area"},
    )


def zone_layer(zones: gpd.GeoDataFrame, show: bool = True) -> RowLayer:
    """Show where the near-repeat rule says that risk is raised, by age, the newest on top."""
    zones = drawable(zones)
    band = zones["age_band"].map(_band_number).to_numpy(dtype=int)
    zones, band = zones.iloc[np.argsort(band, kind="stable")], np.sort(band)
    names, texts = texts_of(zones, _ZONE_FIELDS)
    crimes = zones.get("crimes", pd.Series(1, index=zones.index))
    sums = crimes.groupby(zones["age_band"], sort=False).sum()
    legend = [
        (_ZONES[_band_number(label)], f"{label} old: {count(int(total), 'burglary', 'burglaries')}")
        for label, total in sums.items()
    ]
    return RowLayer(
        "Raised risk now",
        rows_of(zones, band, [f"Raised risk, {label} old" for label in zones["age_band"]], texts),
        _ZONES,
        bounds=bounds_of(zones),
        fields=names,
        labels=point_labels(zones, _days_left(zones)),
        label_options={"className": "hotspot-zone", "minZoom": 13},
        legend=legend or _nothing("no live zone"),
        show=show,
    )


def _days_left(zones: gpd.GeoDataFrame) -> list[str | None]:
    """Write how long each zone lasts."""
    if "days_left" not in zones.columns:
        return [None] * len(zones)
    return [
        None if pd.isna(days) else f"{count(int(days), 'day')} left" for days in zones["days_left"]
    ]


def _band_number(label: object) -> int:
    """Find the place of a band of age from the last day that it names."""
    last = max(map(int, re.findall(r"\d+", str(label))), default=_AGE_BANDS_DAYS[-1] + 1)
    return int(np.searchsorted(_AGE_BANDS_DAYS, last))


def hotspot_layer(hotspots: gpd.GeoDataFrame) -> RowLayer:
    """Outline the places where burglary stays, with their rank."""
    hotspots = drawable(hotspots)
    ranks = [words(rank) or "" for rank in hotspots["rank"]]
    names, texts = texts_of(hotspots, _HOTSPOT_FIELDS)
    return RowLayer(
        "Hotspots, ranked",
        rows_of(hotspots, headings=[f"Hotspot {rank}" for rank in ranks], texts=texts),
        [_HOTSPOT],
        bounds=bounds_of(hotspots),
        fields=names,
        labels=point_labels(hotspots, ranks),
        label_options={"className": "hotspot-rank"},
        legend=[(_HOTSPOT, count(len(hotspots), "place"))] if ranks else _nothing("none found"),
    )


def target_layer(targets: gpd.GeoDataFrame) -> RowLayer:
    """Mark the doors to visit, with a sign for each ring and their place on the list."""
    number = [f"{place:,} of {len(targets):,}" for place in range(1, len(targets) + 1)]
    targets = drawable(targets.assign(order=number))
    ring = np.clip(targets["ring"].to_numpy(dtype=int), 0, len(_RINGS) - 1)
    targets, ring = targets.iloc[np.argsort(ring, kind="stable")], np.sort(ring)
    targets["ring_words"] = [_RINGS[each][0] for each in ring]
    if "task" in targets.columns:
        targets["task"] = [_unless_plain(task) for task in targets["task"]]
    names, texts = texts_of(targets, _TARGET_FIELDS)
    legend = [
        (style, f"{kind}: {(ring == number).sum():,}")
        for number, (kind, style) in enumerate(_RINGS)
        if (ring == number).any()
    ]
    return RowLayer(
        "Doors to visit",
        rows_of(
            targets,
            ring,
            [words(address) or "Address not known" for address in targets["address"]],
            texts,
        ),
        [style for _, style in _RINGS],
        bounds=bounds_of(targets),
        fields=names,
        grow=True,
        legend=legend or _nothing("none today"),
    )


def _unless_plain(task: object) -> str | None:
    """Tell a task only where it is more than a visit."""
    text = words(task)
    return None if text == "visit" else text


def burglary_layers(
    incidents: gpd.GeoDataFrame, ages: npt.NDArray[np.int64], window_days: int
) -> list[PointLayer]:
    """Show recorded burglaries: the earlier ones, and on top those within the window, by age."""
    if resolution(incidents) == "month":
        months = [month(start) for start in incidents["occurred_from"]]
        name = "Burglaries (only the month is known)"
        legend = [(_EARLIER, count(len(months), "burglary", "burglaries"))]
        return [_burglary_layer(name, incidents, months, ages, [_EARLIER], legend=legend)]
    order = np.argsort(ages, kind="stable")
    incidents, ages = incidents.iloc[order], ages[order]
    spans = zip(incidents["occurred_from"], incidents["occurred_to"], strict=True)
    when = [window(start, end) for start, end in spans]
    live = int((ages <= window_days).sum())
    lasts = [last for last in _AGE_BANDS_DAYS if last < window_days] + [window_days]
    band = np.searchsorted(lasts, ages[:live])
    firsts = [0, *(last + 1 for last in lasts)]
    legend = [
        (_BURGLARIES[number], f"{firsts[number]}-{last} days old: {(band == number).sum():,}")
        for number, last in enumerate(lasts)
    ]
    layers = [
        _burglary_layer(
            "Burglaries",
            incidents.iloc[:live],
            when[:live],
            ages[:live],
            _BURGLARIES,
            band,
            legend=legend,
        )
    ]
    if live < len(incidents):
        rest = incidents.iloc[live:]
        legend = [(_EARLIER, count(len(rest), "burglary", "burglaries"))]
        earlier = _burglary_layer(
            "Earlier burglaries",
            rest,
            when[live:],
            ages[live:],
            [_EARLIER],
            legend=legend,
            show=not live,
        )
        layers.insert(0, earlier)
    return layers


def week_layer(
    points: Sequence[PointLayer],
    today: Sequence[RowLayer],
    ages: npt.NDArray[np.int64],
    as_of: pd.Timestamp,
    window_days: int,
) -> WeekLayer | None:
    """Show burglaries a week at a time; None where there is but one week.

    Parameters
    ----------
    points : sequence of PointLayer
        What is shown.
    today : sequence of RowLayer
        What is hidden as long as an earlier week is looked at.
    ages : ndarray of int
        Of all points, in days.
    as_of : Timestamp
        Weeks are counted back from its day.
    window_days : int
        How long burglaries count.
    """
    if not len(ages) or ages.max() < _WEEK_DAYS:
        return None
    ends = as_of.normalize() - pd.to_timedelta(np.arange(0, ages.max() + 1, _WEEK_DAYS), unit="D")
    weeks = [window(end - pd.Timedelta(days=_WEEK_DAYS - 1), end) for end in ends]
    return WeekLayer("Week by week", points, today, _WEEK, weeks, window_days)


def _burglary_layer(
    name: str,
    incidents: gpd.GeoDataFrame,
    when: list[str],
    ages: npt.NDArray[np.int64],
    styles: Sequence[Style],
    numbers: npt.NDArray[np.int64] | None = None,
    *,
    legend: list[LegendEntry],
    show: bool = True,
) -> PointLayer:
    """Mark points with their reference, dates and offence; never an address."""
    names, texts = texts_of(incidents, [("offence_code", "Offence", words)])
    headings = [words(reference) or "No reference" for reference in incidents["crime_ref"]]
    rows = rows_of(incidents, numbers, headings, [when, *texts])
    return PointLayer(
        name,
        [[*row, int(age)] for row, age in zip(rows, ages, strict=True)],
        styles,
        bounds=bounds_of(incidents),
        fields=["Happened", *names],
        legend=legend,
        show=show,
    )


def _nothing(sentence: str) -> list[LegendEntry]:
    return [(Style(stroke="none"), sentence)]
