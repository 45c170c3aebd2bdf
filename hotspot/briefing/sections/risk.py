"""Where risk is raised now, and where it stays."""

import pandas as pd

from hotspot.briefing.findings import FEWEST_IN_HOTSPOT, Findings
from hotspot.briefing.inputs import Inputs
from hotspot.briefing.place_names import names_within
from hotspot.briefing.sections.table_text import (
    NOT_WITH_MONTHS,
    Section,
    more,
    only,
    rows_of,
    table,
)
from hotspot.dates import ages_days
from hotspot.english import count, long_day, percent, short_day, some_of

_MOST_ZONES = 12
_MOST_HOTSPOTS = 10


def zones(inputs: Inputs, findings: Findings) -> Section:
    """Say where risk is raised now."""
    if findings.zones is None:
        return only(NOT_WITH_MONTHS)
    rule = inputs.config.rule
    sentences = [
        f"Within {rule.distance_m:g} m of a burglary of the last {rule.window_days} days: in many "
        "places studied, risk was higher there for some weeks, most of all nearby and soon."
    ]
    covers = []
    if findings.homes_in_zones is not None:
        covers.append(f"{percent(findings.homes_in_zones)} of the addresses")
    if findings.area_in_zones is not None:
        covers.append(f"{percent(findings.area_in_zones)} of the area")
    covered = " and ".join(covers)
    if findings.too_wide:
        sentences.insert(
            0,
            f"The zones cover {covered}, more than a fifth: they are too wide to task from. Go by "
            f"{'the lists of doors, ' if findings.lists else ''}the newest zones and the hotspots.",
        )
    else:
        sentences.append(f"The zones cover {covered}.")
    live = ages_days(inputs.incidents, inputs.as_of) <= rule.window_days
    hidden = int((inputs.hidden & live).sum())
    if hidden:
        sentences.append(
            f"{count(hidden, 'burglary', 'burglaries')} of the stop list left out of them."
        )
    if findings.zones.empty:
        return only(f"No burglary in the last {rule.window_days} days: no zone.", *sentences[1:])
    return {
        "alarm": findings.too_wide,
        "sentences": sentences,
        "table": _zone_table(inputs, findings.zones),
    }


def _zone_table(inputs: Inputs, zones: pd.DataFrame) -> Section | None:
    """List the zones; of more than a page can hold, only their numbers by age."""
    if len(zones) > _MOST_ZONES:
        bands = zones.groupby("age_band", sort=False)["crimes"].agg(["size", "sum"])
        columns = [("band", "Age", "day"), ("zones", "Zones", "n"), ("crimes", "Burglaries", "n")]
        rows: list[dict[str, str | None]] = [
            {"band": str(band), "zones": f"{number:,}", "crimes": f"{crimes:,}"}
            for band, number, crimes in zip(bands.index, bands["size"], bands["sum"], strict=True)
        ]
        return table(columns, rows)
    areas = names_within(zones, inputs.areas, "area")
    rows = [
        {
            "band": row.age_band,
            "crimes": f"{row.crimes:,}",
            "newest": short_day(row.newest),
            "days_left": f"{row.days_left:,}",
            "areas": some_of(inside, 3) or None,
            "streets": some_of(row.streets.split(", ")) or None,
        }
        for row, inside in zip(rows_of(zones), areas, strict=True)
    ]
    columns = [
        ("band", "Age", "day"),
        ("crimes", "Burglaries", "n"),
        ("newest", "Newest", "day"),
        ("days_left", "Days left", "n"),
        ("areas", "Beats", "text"),
        ("streets", "Streets", "text"),
    ]
    return table(columns, rows)


def hotspots(inputs: Inputs, findings: Findings) -> Section:
    """Rank where risk stays."""
    attrs, spots = findings.surface.attrs, findings.hotspots
    first, last = pd.Timestamp(attrs["period_first"]), pd.Timestamp(attrs["period_last"])
    span = f"from {long_day(first)} to {long_day(last)}"
    if findings.in_period.empty:
        return only(f"No burglary {span}: there is no density and no hotspot.")
    left_out = len(findings.in_period) - attrs["incidents"]
    hidden = [
        f"{count(left_out, 'burglary', 'burglaries')} of the stop list left out of the density and "
        "the hotspots."
    ] * bool(left_out)
    if spots.empty:
        return only(
            f"Too few burglaries to speak of hotspots: none holds {FEWEST_IN_HOTSPOT} of the "
            f"{attrs['incidents']:,} mapped, {span}.",
            *hidden,
        )
    sentences = [
        f"The {percent(inputs.config.density.area_share)} of the area with the highest density of "
        f"{count(attrs['incidents'], 'burglary', 'burglaries')}, {span} (quartic kernel, "
        f"{attrs['bandwidth_m']:g} m), where at least {FEWEST_IN_HOTSPOT} lie together. The area "
        f"is {findings.study_area_is}.",
        *hidden,
        "The shares are of the burglaries that were mapped: they tell what was, and are no "
        "forecast.",
    ]
    streets = names_within(spots, inputs.streets, "street")
    areas = names_within(spots, inputs.areas, "area")
    rows = [
        {
            "rank": f"{row.rank}",
            "areas": some_of(inside, 3) or None,
            "streets": some_of(along) or None,
            **_spot_numbers(row.area_km2, row.area_share, row.crimes, row.crime_share),
        }
        for row, inside, along in zip(rows_of(spots), areas, streets, strict=True)
    ]
    sums = spots[["area_km2", "area_share", "crimes", "crime_share"]].sum()
    total = {"rank": "All", **_spot_numbers(*sums)}
    columns = [
        ("rank", "Rank", "n"),
        ("areas", "Beat", "text"),
        ("streets", "Streets", "text"),
        ("size", "Area", "n"),
        ("area_share", "Share of area", "n"),
        ("crimes", "Burglaries", "n"),
        ("crime_share", "Share of burglaries", "n"),
    ]
    return {
        "sentences": sentences,
        "table": table(columns, rows[:_MOST_HOTSPOTS], total if len(spots) > 1 else None),
        "more": more(len(rows) - _MOST_HOTSPOTS, "hotspot", "hotspots", "on the map"),
    }


def _spot_numbers(
    area_km2: float, area_share: float, crimes: float, crime_share: float
) -> dict[str, str]:
    return {
        "size": f"{area_km2 * 100:,.1f} ha",
        "area_share": percent(area_share),
        "crimes": f"{crimes:,.0f}",
        "crime_share": percent(crime_share),
    }
