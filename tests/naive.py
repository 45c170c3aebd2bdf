"""Slow, obvious twins of the fast things: what each answer means, written as plainly as can be."""

import itertools
import math
import statistics
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


def hours_of_week(
    windows: list[tuple[pd.Timestamp, pd.Timestamp]],
) -> tuple[list[list[float]], int, int]:
    """Weights by weekday and hour, minute by minute; how many have no time; how many too long."""
    weights = [[0.0] * 24 for _ in range(7)]
    without_time = too_long = 0
    for start, end in windows:
        minutes = int((end - start).total_seconds()) // 60
        if start == end and (start.hour, start.minute) == (0, 0):
            without_time += 1
        elif minutes > 7 * 24 * 60:
            too_long += 1
        else:
            for minute in range(max(minutes, 1)):
                now = start + pd.Timedelta(minutes=minute)
                weights[now.weekday()][now.hour] += 1 / max(minutes, 1)
    return weights, without_time, too_long


def two_counts_p_value(a: int, b: int) -> float:
    """Probability of a split of a + b at least as uneven, where both halves are as likely."""
    ways = [math.comb(a + b, k) for k in range(a + b + 1)]
    return sum(way for way in ways if way <= ways[a]) / 2 ** (a + b)


def repeat_counts(incidents: gpd.GeoDataFrame, last: pd.Timestamp) -> list[int]:
    """Burglaries of a year at each UPRN that has two or more; windows are moments."""
    since = last - pd.DateOffset(years=1)
    counts = []
    for uprn in incidents["uprn"].unique():
        here = incidents[incidents["uprn"] == uprn]
        recent = {end for end in here["occurred_to"] if since < end <= last}
        if len(recent) >= 2:
            counts.append(len(recent))
    return counts


def knox_counts(
    places: list[tuple[float, float]],
    days: list[int],
    edges_m: list[float],
    edges_days: list[int],
    closed: str = "right",
    metric: str = "euclidean",
) -> list[list[int]]:
    """Pairs by band of distance (the same place first) and time, one pair after another."""
    table = [[0] * len(edges_days) for _ in range(len(edges_m) + 1)]
    for i in range(len(places)):
        for j in range(i):
            dx = abs(places[i][0] - places[j][0])
            dy = abs(places[i][1] - places[j][1])
            apart = dx + dy if metric == "manhattan" else math.hypot(dx, dy)
            row = 0 if apart == 0 else band(apart, edges_m, closed)
            column = band(abs(days[i] - days[j]), edges_days, closed)
            if row is None or column is None:
                continue
            table[row if apart == 0 else row + 1][column] += 1
    return table


def band(value: float, edges: list[float], closed: str) -> int | None:
    for number, edge in enumerate(edges):
        if value < edge or (closed == "right" and value == edge):
            return number
    return None


def knox_over_all_permutations(
    places: list[tuple[float, float]], days: list[int], edges_m: list[float], edges_days: list[int]
) -> tuple[list[list[float]], list[list[float]], list[list[float]]]:
    """Mean, variance and chance of as many pairs as observed, by dealing out every permutation."""
    tables = [
        knox_counts(places, list(dealt), edges_m, edges_days)
        for dealt in itertools.permutations(days)
    ]
    observed = knox_counts(places, days, edges_m, edges_days)
    shape = range(len(observed)), range(len(edges_days))
    mean = [[statistics.fmean(t[r][c] for t in tables) for c in shape[1]] for r in shape[0]]
    variance = [
        [statistics.pvariance([t[r][c] for t in tables]) for c in shape[1]] for r in shape[0]
    ]
    tail = [
        [statistics.fmean(t[r][c] >= observed[r][c] for t in tables) for c in shape[1]]
        for r in shape[0]
    ]
    return mean, variance, tail


def window_graph(windows: list[object], first_days: int, last_days: int) -> list[list[float]]:
    """Probability of each two windows that their lag is from `first_days` to `last_days`."""
    before = 0.0
    table = []
    for a in windows:
        row = []
        for b in windows:
            before = lag_probability(a, b, first_days - 1) if first_days else 0.0
            row.append(0.0 if a is b else lag_probability(a, b, last_days) - before)
        table.append(row)
    return table
