"""The crimes of one series or several, all of them, numbered and joined in the order of time."""

from collections.abc import Iterator
from itertools import pairwise

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from hotspot.dates import day_numbers, event_times, known_by
from hotspot.english import count, short_day, window
from hotspot.incidents.content_order import content_order
from hotspot.maps.colours import LEAD, SERIES, SERIES_LINE
from hotspot.maps.elements import Drawing, LegendEntry
from hotspot.maps.features import Field, as_text, drawable, drawing_of
from hotspot.maps.scene import Scene
from hotspot.output.handling import NOT_EVIDENCE

_NAME = "series_id"
_FIELDS: tuple[Field, ...] = (
    ("happened", "Happened", as_text),
    ("offence_code", "Offence", as_text),
    ("place", "In the series", as_text),
    ("days", "Days after the one before", as_text),
    ("distance_m", "Metres from the one before", as_text),
    ("days_to_next", "Days to the next", as_text),
    ("metres_to_next", "Metres to the next", as_text),
)
_LEAD_FIELDS: tuple[Field, ...] = (
    ("happened", "Happened", as_text),
    ("lead_of", "May belong to", as_text),
    ("reason", "Why it may belong", as_text),
    ("scored", "Score (log Bayes factor)", as_text),
    ("caution", "Read this", as_text),
)


def draw_series(crimes: gpd.GeoDataFrame, scene: Scene) -> Drawing:
    """Draw every crime of each series, however old, with an arrow from each to the next.

    Parameters
    ----------
    crimes : GeoDataFrame
        Incidents; ``series_id`` tells series apart, without it they are one.
    scene : Scene
        What was not known at its cut-off is left out.

    Returns
    -------
    Drawing
    """
    crimes = drawable(crimes)
    if scene.last is not None and len(crimes):
        crimes = crimes[known_by(crimes, scene.last)]
    parts, lines, legend = [], [], []
    for name, one in _each(crimes):
        parts.append(_numbered(one, name))
        shapes = one.geometry.to_numpy()
        lines += [
            shapely.LineString([*start.coords, *end.coords])
            for start, end in pairwise(shapes)
            if not start.equals(end)
        ]
        legend.append(_entry(one, name))
    if not parts:
        return drawing_of(crimes, [SERIES])
    points = gpd.GeoDataFrame(pd.concat(parts, ignore_index=True), crs=crimes.crs)
    # Numbers last: the arrows lie under them.
    drawing = drawing_of(
        points,
        [SERIES, SERIES_LINE],
        headings=[as_text(reference) or "No reference" for reference in points["crime_ref"]],
        fields=_FIELDS,
        grow=True,
        legend=legend,
        numbered=True,
        tip=1,
    )
    for row, number in zip(drawing.rows, points["number"], strict=True):
        row.append(str(number))
    arrows = drawing_of(gpd.GeoDataFrame(geometry=lines, crs=crimes.crs), [SERIES_LINE])
    drawing.rows.extend([shape, 1, None, ""] for shape, _ in arrows.rows)
    return drawing


def draw_leads(leads: gpd.GeoDataFrame, scene: Scene) -> Drawing:
    """Draw the crimes that may belong to a series, by rank, with the reason.

    Parameters
    ----------
    leads : GeoDataFrame
        The frame of `hotspot.series.series_candidates`.
    scene : Scene
        What was not known at its cut-off is left out.

    Returns
    -------
    Drawing
    """
    leads = drawable(leads)
    if scene.last is not None and len(leads):
        leads = leads[known_by(leads, scene.last)]
    spans = zip(leads["occurred_from"], leads["occurred_to"], strict=True)
    told = leads.assign(
        happened=[window(start, end, year=True) for start, end in spans],
        scored=[f"{score:+.1f}" for score in leads["score"]],
        caution=NOT_EVIDENCE,
    )
    drawing = drawing_of(
        told,
        [LEAD],
        headings=[as_text(reference) or "No reference" for reference in told["crime_ref"]],
        fields=_LEAD_FIELDS,
        grow=True,
        legend=[(LEAD, f"{count(len(told), 'lead')}, the likeliest is 1. {NOT_EVIDENCE}")],
        numbered=True,
        tip=1,
    )
    for row, rank in zip(drawing.rows, told["rank"], strict=True):
        row.append(str(rank))
    return drawing


def _each(crimes: gpd.GeoDataFrame) -> Iterator[tuple[str | None, gpd.GeoDataFrame]]:
    """Return the crimes of each series in the order of time."""
    # As of `crime_series`: by the middle of the window.
    in_time = crimes.iloc[content_order(crimes, event_times(crimes))]
    if _NAME not in crimes.columns:
        if len(crimes):
            yield None, in_time
        return
    for name, one in in_time.groupby(_NAME, sort=True):
        yield as_text(name), one


def _numbered(one: gpd.GeoDataFrame, name: str | None) -> gpd.GeoDataFrame:
    """Return the crimes of a series with their place in it, and how far each is from the last."""
    number = np.arange(1, len(one) + 1)
    day = pd.Series(day_numbers(event_times(one)), one.index, dtype="Int64")
    apart = one.geometry.distance(one.geometry.shift()).round()
    whose = f" of {name}" if name else ""
    spans = zip(one["occurred_from"], one["occurred_to"], strict=True)
    return one.assign(
        number=number,
        happened=[window(start, end, year=True) for start, end in spans],
        place=[f"{place:,} of {len(one):,}{whose}" for place in number],
        days=day.diff(),
        distance_m=apart,
        days_to_next=day.diff().shift(-1),
        metres_to_next=apart.shift(-1),
    )


def _entry(one: gpd.GeoDataFrame, name: str | None) -> LegendEntry:
    first, last = (short_day(day, year=True) for day in one["occurred_to"].iloc[[0, -1]])
    told = f"{count(len(one), 'crime')}, numbered in time, {first} to {last}"
    return SERIES, f"{name}: {told}" if name else told
