"""Slow, obvious twins of the fast things: what each answer means, written as plainly as can be."""

import math
from fractions import Fraction

import geopandas as gpd
import pandas as pd

from hotspot.grid import Grid


def pairs(
    incidents: gpd.GeoDataFrame, distance_m: float, window_days: int, date: str = "midpoint"
) -> set[tuple[object, object, int]]:
    """Every two events within the rule, as (earlier label, later label, days)."""
    found = set()
    rows = list(incidents.itertuples())
    for i, a in enumerate(rows):
        for b in rows[i + 1 :]:
            dx, dy = a.geometry.x - b.geometry.x, a.geometry.y - b.geometry.y
            days = abs((moment(a, date).date() - moment(b, date).date()).days)
            if dx * dx + dy * dy <= distance_m * distance_m and days <= window_days:
                earlier, later = sorted((a, b), key=lambda r: (moment(r, date), r.crime_ref))
                found.add((earlier.Index, later.Index, days))
    return found


def moment(row: object, date: str) -> pd.Timestamp:
    if date == "from":
        return row.occurred_from
    if date == "to":
        return row.occurred_to
    return row.occurred_from + (row.occurred_to - row.occurred_from) / 2


def day_shares(start: pd.Timestamp, end: pd.Timestamp) -> dict[int, Fraction]:
    """Share of a window's seconds on each calendar day."""
    if start == end:
        return {start.toordinal(): Fraction(1)}
    total = int((end - start).total_seconds())
    shares = {}
    day = start.normalize()
    while day < end:
        tomorrow = day + pd.Timedelta(days=1)
        seconds = int((min(end, tomorrow) - max(start, day)).total_seconds())
        shares[day.toordinal()] = Fraction(seconds, total)
        day = tomorrow
    return shares


def lag_probability(a: object, b: object, window_days: int) -> float:
    """Probability that two windows' days lie within a number of days of each other."""
    shares_a = day_shares(a.occurred_from, a.occurred_to)
    shares_b = day_shares(b.occurred_from, b.occurred_to)
    return float(
        sum(
            p * q
            for day_a, p in shares_a.items()
            for day_b, q in shares_b.items()
            if abs(day_a - day_b) <= window_days
        )
    )


def quartic_density(
    incidents: gpd.GeoDataFrame, grid: Grid, bandwidth_m: float, years: float, weights: list[float]
) -> list[list[float]]:
    """Incidents per square kilometre per year at the centre of each cell."""
    surface = []
    for cell_y in grid.y:
        row = []
        for cell_x in grid.x:
            terms = []
            for point, weight in zip(incidents.geometry, weights, strict=True):
                distance = math.hypot(point.x - cell_x, point.y - cell_y)
                if distance < bandwidth_m:
                    ratio = 1 - (distance / bandwidth_m) ** 2
                    terms.append(weight * 3 / (math.pi * bandwidth_m**2) * ratio**2)
            row.append(math.fsum(terms) * 1e6 / years)
        surface.append(row)
    return surface
