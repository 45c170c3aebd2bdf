"""Where risk stays: the hotspots of the last months, by rank, each with its hours."""

import geopandas as gpd
import pandas as pd

from hotspot.briefing.findings import FEWEST_IN_HOTSPOT
from hotspot.briefing.inputs import Inputs
from hotspot.briefing.sections.section import Section, Sources, left_out, rows_of, table
from hotspot.briefing.street_names import names_within
from hotspot.density.ground_shares import too_large
from hotspot.density.hours_of_week import PEAK_HOURS
from hotspot.english import count, long_day, percent, some_of
from hotspot.patrol.busiest_hours import PRIOR_BURGLARIES, place_hours
from hotspot.patrol.patrolled_places import Places

_MOST_ROWS = 10
_COLUMNS = [
    ("rank", "Rank", "n"),
    ("areas", "Beat", "text"),
    ("streets", "Streets", "text"),
    ("size", "Area", "n"),
    ("ground_share", "Share {}", "n"),
    ("crimes", "Burglaries", "n"),
    ("crime_share", "Share of burglaries", "n"),
    ("hours", f"Busiest {PEAK_HOURS} hours", "day"),
]
_SUMMED = ["area_km2", "ground_share", "crimes", "crime_share"]


def hotspots(sources: Sources) -> Section:
    """Write where risk stays, by rank."""
    layers, density = sources.inputs.layers, sources.findings.density
    attrs, spots = density.surface.attrs, density.hotspots
    first, last = pd.Timestamp(attrs["period_first"]), pd.Timestamp(attrs["period_last"])
    span = f"found from {long_day(first)} to {long_day(last)}"
    if density.in_period.empty:
        return Section([f"No burglary {span}: there is no density and no hotspot."])
    if spots.empty:
        too_few = (
            f"Too few burglaries to speak of hotspots: none holds {FEWEST_IN_HOTSPOT} of the "
            f"{attrs['incidents']:,} mapped, which were {span}."
        )
        return Section([too_few])
    sentences = [
        f"The {percent(sources.inputs.config.density.area_share)} of the area with the highest "
        f"density of {count(len(density.in_period), 'burglary', 'burglaries')}, {span} (quartic "
        f"kernel, {attrs['bandwidth_m']:g} m), where at least {FEWEST_IN_HOTSPOT} lie together. "
        f"The area is {density.study_area_is}.",
        *too_large(spots),
        "The shares are of the burglaries that were mapped: they tell what was, and are no "
        "forecast.",
    ]
    hours = _hours(spots, sources.inputs)
    if any(one and one.startswith("(") for one in hours):
        sentences.append(
            f"Hours in brackets are mostly those of the whole ground: fewer than "
            f"{PRIOR_BURGLARIES} burglaries there tell theirs."
        )
    streets = names_within(spots, layers.streets, "street")
    areas = names_within(spots, layers.areas, "area")
    rows = [
        {
            "rank": f"{row.rank}",
            "areas": some_of(inside, 3) or None,
            "streets": some_of(along) or None,
            **_numbers(row.area_km2, row.ground_share, row.crimes, row.crime_share),
            "hours": when,
        }
        for row, inside, along, when in zip(rows_of(spots), areas, streets, hours, strict=True)
    ]
    columns = [(name, head.format(density.ground.words), kind) for name, head, kind in _COLUMNS]
    total = {"rank": "All", **_numbers(*spots[_SUMMED].sum())} if len(spots) > 1 else None
    return Section(
        sentences,
        [table(columns, rows[:_MOST_ROWS], total)],
        left_out(len(rows) - _MOST_ROWS, "hotspot", "hotspots", "on the map"),
    )


def _hours(spots: gpd.GeoDataFrame, inputs: Inputs) -> list[str | None]:
    """Return the busiest hours of each hotspot, as a patrol plan has them; None where none tell."""
    places = Places(spots[["rank", "geometry"]], spots.crs)
    found = place_hours(places, inputs.known.incidents)
    if not found.ground:
        return [None] * len(spots)
    return [row.hours if row.basis == "own" else f"({row.hours})" for row in rows_of(found.table)]


def _numbers(
    area_km2: float, ground_share: float, crimes: float, crime_share: float
) -> dict[str, str]:
    return {
        "size": f"{area_km2 * 100:,.1f} ha",
        "ground_share": percent(ground_share),
        "crimes": f"{crimes:,.0f}",
        "crime_share": percent(crime_share),
    }
