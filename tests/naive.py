"""Slow, obvious twins of the fast things: what each answer means, written as plainly as can be."""

import csv
import io
import itertools
import math
import re
import statistics
from collections.abc import Callable
from datetime import UTC
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

import geopandas as gpd
import pandas as pd
import shapely
import shapely.affinity

from hotspot.grid import Grid
from hotspot.output.text import safe_cell
from hotspot.reading.cells import MISSING_WORDS
from hotspot.rule import result_word


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
        if start == start.normalize() and end == end.normalize():
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


def e_test(now: int, then: int, years: int) -> float:
    """Probability of two counts as far apart in standard errors, adding up every pair there is."""
    if now + then == 0:
        return 1.0
    rate = (now + then) / (1 + years)

    def poisson(count: int, mean: float) -> float:
        return math.exp(count * math.log(mean) - mean - math.lgamma(count + 1))

    def apart(one: int, other: int) -> float:
        if one + other == 0:
            return 0.0
        return abs(one - other / years) / math.sqrt(one + other / years**2)

    most = 60 + 4 * (now + then)
    return sum(
        poisson(one, rate) * poisson(other, rate * years)
        for one in range(most)
        for other in range(most)
        if apart(one, other) >= apart(now, then) - 1e-12
    )


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


def cocoon_rings(homes: list[dict[str, object]], burgled: dict[str, object]) -> dict[str, int]:
    """Ring of each home around a burgled one; a home has uprn, x, y, street, number, building."""
    roles = cocoon_roles(homes, burgled)
    return {**{uprn: role[0] for uprn, role in roles.items()}, burgled["uprn"]: 0}


def house_of(home: dict[str, object]) -> tuple[int, str] | None:
    """House number and letter; none where the street is not known either."""
    text = home["number"]
    if text is None or home["street"] is None:
        return None
    return (int(text.rstrip("ABC")), text.lstrip("0123456789"))


def building_of(home: dict[str, object]) -> object:
    """Key of a building, which its flats share."""
    numbered = (home["street"], house_of(home)) if house_of(home) else home["uprn"]
    return home["building"] or numbered


def metres_apart(a: dict[str, object], b: dict[str, object]) -> float:
    """How far two homes are apart, to the centimetre."""
    return round(math.hypot(a["x"] - b["x"], a["y"] - b["y"]), 2)


def cocoon_roles(
    homes: list[dict[str, object]],
    burgled: dict[str, object],
    reach: tuple[int, int, int, bool] = (4, 5, 4, False),
) -> dict[str, tuple[int, str, int]]:
    """Ring, link and steps of each home around a burgled one; reach as of `presets.Reach`."""
    apart, house, building = metres_apart, house_of, building_of
    each_side, most_opposite, most_behind, everyone = reach
    buildings: dict[object, list[dict[str, object]]] = {}
    for home in sorted(homes, key=lambda home: apart(home, burgled)):
        if home["uprn"] != burgled["uprn"] and apart(home, burgled) <= 400:
            buildings.setdefault(building(home), []).append(home)
    own = buildings.pop(building(burgled), [])
    nearest = [flats[0] for flats in buildings.values()]
    chosen = {home["uprn"]: (1, "same building", 0) for home in own}

    def choose(places: list[dict[str, object]], ring: int, link: str, steps: int = 0) -> None:
        for place in places:
            flats = buildings[building(place)]
            chosen.update({home["uprn"]: (ring, link, steps) for home in flats})

    if everyone:
        choose(nearest, 3, "within the distance")
    next_door, opposite = [], []
    if house(burgled):
        on_street = [p for p in nearest if p["street"] == burgled["street"] and house(p)]
        other_side = [p for p in on_street if (house(p)[0] - house(burgled)[0]) % 2]
        in_a_close = numbered_in_a_close(
            [burgled, *(p for p in on_street if apart(p, burgled) <= 100)], house, apart
        )
        side = on_street if in_a_close else [p for p in on_street if p not in other_side]
        for way in (1, -1):
            ahead = [p for p in side if (house(p) >= house(burgled)) == (way == 1)]
            met, past = [burgled], ""
            for place in sorted(ahead, key=house, reverse=way == -1):
                step = min(apart(one, place) for one in met)
                twin = house(place) == house(met[-1])
                if len(met) > each_side:
                    break
                if step <= (50 if twin else 100):
                    choose([place], 1, f"next door{past}", len(met))
                    met.append(place)
                else:
                    past = ", past a number out of line"
            next_door += met[1:]
        if in_a_close and next_door:
            farthest = max(apart(p, burgled) for p in next_door)
            other_side = [
                p for p in on_street if p not in next_door and apart(p, burgled) < farthest
            ]
        opposite = [p for p in other_side if apart(p, burgled) <= 60][:most_opposite]
    if next_door:
        choose(opposite, 2, "opposite")
        rest = [p for p in nearest if p not in next_door and p not in opposite]
        for place, ring, link in by_bearing(rest, burgled, next_door, opposite, reach):
            choose([place], ring, link)
    else:
        alone = ", alone" if house(burgled) else ""
        choose(nearest[: 2 * each_side], 1, f"among the nearest{alone}")
        close = [p for p in nearest[2 * each_side :] if apart(p, burgled) <= 50]
        choose(close[: most_opposite + most_behind], 2, f"close{alone}")
    return chosen


def by_bearing(
    places: list[dict[str, object]],
    burgled: dict[str, object],
    next_door: list[dict[str, object]],
    opposite: list[dict[str, object]],
    reach: tuple[int, int, int, bool],
) -> list[tuple[dict[str, object], int, str]]:
    """Unnumbered homes beside and opposite, then those behind, by compass bearings."""
    apart, house = metres_apart, house_of
    each_side, most_opposite, most_behind, _ = reach

    def seen(place: dict[str, object]) -> complex:
        return complex(place["x"] - burgled["x"], place["y"] - burgled["y"])

    above = min((p for p in next_door if house(p) > house(burgled)), key=house, default=None)
    below = max((p for p in next_door if house(p) < house(burgled)), key=house, default=None)
    run = (seen(above) if above else 0) - (seen(below) if below else 0)
    turned = {id(p): seen(p) / (run / abs(run)) if run else 0j for p in places + opposite}
    left = sum(round(turned[id(p)].imag, 2) for p in opposite)
    facing_side = (left > 0.05) - (left < -0.05)

    def off_front(place: dict[str, object]) -> float:
        at = turned[id(place)]
        return abs(math.degrees(math.atan2(at.real, at.imag * facing_side)))

    named = [p for p in places if p["street"] == burgled["street"] and not house(p)]
    farthest = max(apart(p, burgled) for p in next_door)
    all_beside = [
        p
        for p in named
        if apart(p, burgled) <= farthest
        and round(abs(turned[id(p)].real), 2) >= round(abs(turned[id(p)].imag), 2)
    ]
    beside = all_beside[: 2 * each_side]
    facing = [
        p
        for p in named
        if p not in all_beside and facing_side and apart(p, burgled) <= 60 and off_front(p) <= 60
    ][: max(most_opposite - len(opposite), 0)]
    near = [p for p in places if p not in beside and p not in facing and apart(p, burgled) <= 50]
    rear = [p for p in near if facing_side and off_front(p) >= 120]
    other = [p for p in near if p["street"] != burgled["street"] and p not in rear]
    corner = "round the corner" if facing_side else "behind or beside"
    behind = [(p, 2, "backs on") for p in rear]
    others = [(p, 2, corner) for p in other]
    if rear and other and near.index(other[0]) < near.index(rear[0]):
        behind.insert(0, others.pop(0))
    return [
        *((p, 1, "beside") for p in beside),
        *((p, 2, "facing") for p in facing),
        *[*behind, *others][:most_behind],
    ]


def numbered_in_a_close(
    places: list[dict[str, object]], house: Callable[..., object], apart: Callable[..., float]
) -> bool:
    """Whether the next number is about half as far as the next but one."""
    order = sorted(places, key=house)
    odd = [p for p in order if house(p)[0] % 2]
    even = [p for p in order if not house(p)[0] % 2]
    by_side = [apart(a, b) for side in (odd, even) for a, b in itertools.pairwise(side)]
    if not odd or not even or not by_side:
        return False
    in_order = [apart(a, b) for a, b in itertools.pairwise(order)]
    return 3 * statistics.median(in_order) < 2 * statistics.median(by_side)


def same_street(
    streets: list[int], points: list[tuple[float, float]], burgled: list[int], distance_m: float
) -> list[bool]:
    """Which buildings share a known street with a burgled one that is near, and are not burgled."""
    return [
        nth not in burgled
        and any(
            street >= 0
            and streets[at] == street
            and (x - points[at][0]) ** 2 + (y - points[at][1]) ** 2 <= distance_m**2
            for at in burgled
        )
        for nth, (street, (x, y)) in enumerate(zip(streets, points, strict=True))
    ]


def near(
    points: list[tuple[float, float]], place: tuple[float, float], distance_m: float
) -> list[int]:
    """Which points lie within a distance of a place."""
    return [
        nth
        for nth, (x, y) in enumerate(points)
        if (x - place[0]) ** 2 + (y - place[1]) ** 2 <= distance_m**2
    ]


def near_buildings(
    homes: list[dict[str, object]],
    place: tuple[float, float, int, int],
    distance_m: float,
    near_m: float,
) -> list[int]:
    """Homes in reach whose building has one that is near or of the street, or is asked for."""
    x, y, street, building = place
    apart = [math.hypot(home["x"] - x, home["y"] - y) for home in homes]
    chosen = {building} | {
        home["place"]
        for home, away in zip(homes, apart, strict=True)
        if home["home"]
        and away <= distance_m
        and (away <= near_m or (street >= 0 and home["street"] == street))
    }
    return [
        nth
        for nth, home in enumerate(homes)
        if home["home"] and apart[nth] <= distance_m and home["place"] in chosen
    ]


def walked(rows: list[dict[str, object]], order: object) -> list[int]:
    """Doors in house order by a key of each, street after street, the nearest start next."""
    left = sorted(range(len(rows)), key=lambda nth: order(rows[nth]))
    done: list[int] = []
    for area in dict.fromkeys(rows[nth]["area"] for nth in left):
        streets: dict[object, list[int]] = {}
        nowhere = []
        for nth in left:
            if rows[nth]["area"] == area:
                if rows[nth]["street"] is None:
                    nowhere.append(nth)
                else:
                    streets.setdefault(rows[nth]["street"], []).append(nth)
        here = None
        while streets:
            away = {
                name: 0 if here is None else math.dist(here, _at(rows[doors[0]]))
                for name, doors in streets.items()
            }
            nearest = min(away, key=away.__getitem__)
            done += streets.pop(nearest)
            here = _at(rows[done[-1]])
        done += nowhere
    return done


def _at(row: dict[str, object]) -> tuple[float, float]:
    return row["x"], row["y"]


_KNOWN = ("began", "ended", "first_ref")


def listed_rows(links: list[object], live: list[object], doors: object) -> list[dict[str, object]]:
    """Make the rows of a list, without a ledger, from what reaches which home, link by link."""

    def own(link: object) -> bool:
        how = live[link.event].how
        return link.link == "burgled" and (how != "building" or not doors.home[link.door])

    victims = {link.door for link in links if own(link)}
    groups: dict[object, list[object]] = {}
    for link in links:
        alone = link.door < 0 or link.door in victims
        key = ("home", link.door) if alone else ("place", doors.place[link.door])
        groups.setdefault(key, []).append(link)
    rows = []
    for (kind, _), group in groups.items():
        nearest: dict[int, object] = {}
        for link in sorted(group, key=lambda a: (a.ring, -a.event, a.apart_m, a.steps)):
            nearest.setdefault(link.event, link)
        reach = list(nearest.values())
        opener = reach[0]
        if opener.ring:
            opener = min(
                reach,
                key=lambda a: (live[a.event].began, live[a.event].ended, live[a.event].first_ref),
            )
        rows.append(
            {
                "doors": {link.door for link in group if link.door >= 0},
                "reach": [(link.event, link.link, link.apart_m) for link in reach],
                "ring": reach[0].ring,
                "opener": opener,
                "alone": kind == "home",
            }
        )
    return rows


def followed(
    incidents: gpd.GeoDataFrame, distance_m: float, window_days: int, date: str = "midpoint"
) -> dict[object, tuple[object, str] | None]:
    """For each event the one that it follows and how, by looking at all that came before."""
    order = {row.Index: (moment(row, date), row.crime_ref) for row in incidents.itertuples()}
    at = {row.Index: row for row in incidents.itertuples()}
    before: dict[object, list] = {label: [] for label in at}
    for first, second, days in pairs(incidents, distance_m, window_days, date):
        a, b = at[first], at[second]
        apart = math.hypot(a.geometry.x - b.geometry.x, a.geometry.y - b.geometry.y)
        before[second].append((apart > 0, days, apart, first))
    found: dict[object, tuple[object, str] | None] = {}
    for label, choices in before.items():
        found[label] = None
        if choices:
            least = min(choice[:3] for choice in choices)
            last = max((c[3] for c in choices if c[:3] == least), key=lambda c: order[c])
            found[label] = (last, "near repeat" if least[0] else "repeat")
    return found


def chains(
    incidents: gpd.GeoDataFrame, distance_m: float, window_days: int, date: str = "midpoint"
) -> set[frozenset[object]]:
    """Labels that hang together, by joining the sets of each pair until nothing changes."""
    joined = [{first, second} for first, second, _ in
              pairs(incidents, distance_m, window_days, date)]  # fmt: skip
    merged = True
    while merged:
        merged = False
        for one, other in itertools.combinations(joined, 2):
            if one & other:
                one |= other
                joined.remove(other)
                merged = True
                break
    return {frozenset(group) for group in joined}


def drawn_pairs(
    places: list[tuple[float, float]],
    days: list[int],
    times_drawn: list[int],
    distance_m: float,
    window_days: int,
) -> float:
    """Pairs near in space and time, each by how often its two events are drawn on average."""
    total = 0.0
    for i, j in itertools.combinations(range(len(places)), 2):
        near = math.dist(places[i], places[j]) <= distance_m
        if near and abs(days[i] - days[j]) <= window_days:
            total += (times_drawn[i] + times_drawn[j]) / 2
    return total


def local_counts(
    places: list[tuple[float, float]], days: list[int], event: int, distance_m: float, window: int
) -> list[int]:
    """Partners of one event as observed, then with the others' days dealt out in every way."""
    others = [i for i in range(len(places)) if i != event]
    near = [i for i in others if math.dist(places[i], places[event]) <= distance_m]
    counts = []
    for dealt in itertools.permutations([days[i] for i in others]):
        day_of = dict(zip(others, dealt, strict=True))
        counts.append(sum(abs(day_of[i] - days[event]) <= window for i in near))
    return counts


def chain_excess(
    members: set[int],
    places: list[tuple[float, float]],
    days: list[int],
    distance_m: float,
    window: int,
) -> tuple[int, float, float]:
    """Pairs of a chain within the rule, how many are expected, and how striking that is."""
    everyone = list(itertools.combinations(range(len(days)), 2))
    share = sum(abs(days[i] - days[j]) <= window for i, j in everyone) / len(everyone)
    close = [
        (i, j)
        for i, j in itertools.combinations(sorted(members), 2)
        if math.dist(places[i], places[j]) <= distance_m
    ]
    pairs_within = sum(abs(days[i] - days[j]) <= window for i, j in close)
    expected = len(close) * share
    if pairs_within <= expected:
        return pairs_within, expected, 0.0
    excess = pairs_within * math.log(pairs_within / expected) - (pairs_within - expected)
    return pairs_within, expected, excess


def kernel_value(kernel: str, distance: float, bandwidth: float) -> float:
    """Height of a kernel of volume 1 in the plane."""
    u = distance / bandwidth
    if kernel == "gaussian":
        return math.exp(-u * u / 2) / (2 * math.pi * bandwidth**2)
    if u > 1:
        return 0.0
    height = {
        "uniform": 1.0,
        "epanechnikov": 2 * (1 - u * u),
        "quartic": 3 * (1 - u * u) ** 2,
        "triweight": 4 * (1 - u * u) ** 3,
        "triangular": 3 * (1 - u),
        "cone": 3 * (1 - u),
    }[kernel]
    return height / (math.pi * bandwidth**2)


def kernel_density_at(
    places: list[tuple[float, float]], weights: list[float], kernel: str, bandwidth: float,
    x: float, y: float,
) -> float:  # fmt: skip
    """Weight per square metre at a place."""
    return math.fsum(
        weight * kernel_value(kernel, math.hypot(px - x, py - y), bandwidth)
        for (px, py), weight in zip(places, weights, strict=True)
    )


def mean_log_likelihood(places: list[tuple[float, float]], kernel: str, bandwidth: float) -> float:
    """Leave-one-place-out likelihood, with an even spread mixed in by 1/n."""
    n = len(places)
    xs, ys = zip(*places, strict=True)
    even = 1 / max((max(xs) - min(xs)) * (max(ys) - min(ys)), 1)
    total = []
    for place in places:
        others = [other for other in places if other != place]
        density = kernel_density_at(others, [1.0] * len(others), kernel, bandwidth, *place)
        total.append(math.log((1 - 1 / n) * density / len(others) + even / n))
    return math.fsum(total) / n


def share_in_hours(
    start: pd.Timestamp, end: pd.Timestamp, weekdays: list[int], first: float, last: float
) -> float:
    """Share of a window's minutes in hours that begin on certain weekdays; whole minutes only."""
    length = (last - first) % 24 or 24
    minutes = max(int((end - start).total_seconds()) // 60, 1)
    held = 0
    for minute in range(minutes):
        now = start + pd.Timedelta(minutes=minute)
        for back in (0, 1):
            begun = now.normalize() - pd.Timedelta(days=back)
            since = (now - begun).total_seconds() / 3600 - first
            if begun.weekday() in weekdays and 0 <= since < length:
                held += 1
    return held / minutes


def gi_star_p_values(counts: list[int], near: list[list[int]]) -> list[float]:
    """Draw every set of as many cells from those that are not near, one after the other."""
    p_values = []
    for members in near:
        around = sum(counts[cell] for cell in members)
        far = [counts[cell] for cell in range(len(counts)) if cell not in members] + [1]
        sums = [sum(drawn) for drawn in itertools.combinations(far, len(members))]
        if not sums or len(set(counts)) == 1:
            p_values.append(1.0)
            continue
        above = sum(total >= around for total in sums) / len(sums)
        below = sum(total <= around for total in sums) / len(sums)
        p_values.append(min(max(2 * min(above, below), 1e-9), 1.0))
    return p_values


def gi_star(counts: list[list[float]], reach_cells: float) -> list[list[float]]:
    """Getis-Ord Gi* of a full grid, weights of 1 within a distance of centres."""
    cells = {(r, c): v for r, row in enumerate(counts) for c, v in enumerate(row)}
    n = len(cells)
    mean = statistics.fmean(cells.values())
    spread = math.sqrt(statistics.fmean(v * v for v in cells.values()) - mean**2)
    found = []
    for r, row in enumerate(counts):
        found.append([])
        for c in range(len(row)):
            near = [
                v for (i, j), v in cells.items() if math.hypot(i - r, j - c) <= reach_cells + 1e-9
            ]
            w = len(near)
            found[-1].append(
                (sum(near) - mean * w) / (spread * math.sqrt((n * w - w * w) / (n - 1)))
            )
    return found


def hotspot_class(hot: list[bool], cold: list[bool], persistent_share: float, trend: float) -> str:
    """Class of one cell by the definitions, read one after another."""
    if not any(hot):
        return "never"
    stays = sum(hot) / len(hot) >= persistent_share
    if not hot[-1]:
        return "historical" if stays else "no pattern"
    if stays:
        return {1: "intensifying", -1: "diminishing", 0: "persistent"}[trend]
    if sum(hot) == 1:
        return "new"
    if all(hot[hot.index(True) :]):
        return "consecutive"
    return "oscillating" if any(cold) else "sporadic"


def gini(counts: list[int]) -> float:
    """Mean difference of any two places, over twice the mean."""
    n = len(counts)
    return sum(abs(a - b) for a in counts for b in counts) / (2 * n * sum(counts))


def promap_weight(
    at: tuple[float, float],
    events: list[tuple[float, float, int]],
    distance_m: float,
    window_days: int,
) -> float:
    """Sum of 1 / (1 + cells away) * 1 / (1 + weeks old); events are (x, y, age in days)."""
    total = 0.0
    for x, y, age in events:
        away = math.hypot(x - at[0], y - at[1])
        if away < distance_m and age < window_days:
            total += 1 / (1 + away // 50) * 1 / (1 + age // 7)
    return total


def gaussian_share(
    point: tuple[float, float], west: float, south: float, side: float, sd: float
) -> float:
    """Share of a Gaussian around a point that lies in a square."""
    across = statistics.NormalDist(point[0], sd)
    along = statistics.NormalDist(point[1], sd)
    share_across = across.cdf(west + side) - across.cdf(west)
    return share_across * (along.cdf(south + side) - along.cdf(south))


def self_exciting_log_likelihood(
    events: list[tuple[float, float, int]],
    last_day: int,
    background: list[float],
    background_total: float,
    triggers: list[object],
) -> float:
    """Log-likelihood of a process in whole days; events are (x, y, day), triggers have kernels.

    `background` is the intensity at each event and `background_total` what is expected of it.
    """
    total = -background_total
    for (x, y, day), base in zip(events, background, strict=True):
        risk = base
        for other_x, other_y, other_day in events:
            lag = day - other_day
            away = round(math.hypot(x - other_x, y - other_y), 1)
            for trigger in triggers:
                if 1 <= lag <= trigger.reach_days and away <= trigger.reach_m:
                    risk += trigger.offspring * lag_chance(trigger, lag) * density(trigger, away)
        total += math.log(risk)
    for _, _, day in events:
        for trigger in triggers:
            left = range(1, min(last_day - day, trigger.reach_days) + 1)
            total -= trigger.offspring * sum(lag_chance(trigger, lag) for lag in left)
    return total


def lag_chance(trigger: object, lag: int) -> float:
    """Geometric chance of a lag, of a mean number of days, cut off at the reach."""
    stay = 1 - 1 / trigger.mean_days
    return stay ** (lag - 1) / sum(stay ** (k - 1) for k in range(1, trigger.reach_days + 1))


def density(trigger: object, away: float) -> float:
    """Density of offspring at a distance, with an integral of 1 within reach."""
    scale, reach = trigger.scale_m, trigger.reach_m
    if trigger.shape == "gaussian":
        inside = 1 - math.exp(-(reach**2) / (2 * scale**2))
        return math.exp(-(away**2) / (2 * scale**2)) / (2 * math.pi * scale**2 * inside)
    inside = 1 - (1 + reach / scale) * math.exp(-reach / scale)
    return math.exp(-away / scale) / (2 * math.pi * scale**2 * inside)


def found_in_top(risk: list[float], happened: list[float], number: int) -> float:
    """Mean, over every order of the cells that respects their risk, of what the first hold."""
    orders = [
        order
        for order in itertools.permutations(range(len(risk)))
        if all(risk[a] >= risk[b] for a, b in itertools.pairwise(order))
    ]
    return statistics.fmean(sum(happened[cell] for cell in order[:number]) for order in orders)


def follows_in_time(
    incidents: gpd.GeoDataFrame, response_days: float, reach_m: float, window_days: int
) -> tuple[int, float]:
    """How many burglaries follow another, and the sum of their chances that it was in time."""
    rows = sorted(incidents.itertuples(), key=lambda r: (moment(r, "midpoint"), r.crime_ref))
    followers, in_time = 0, 0.0
    for later, b in enumerate(rows):
        acts = []
        for a in rows[:later]:
            known = pd.Series([getattr(a, "uprn", None), getattr(b, "uprn", None)])
            apart = a.geometry.distance(b.geometry)
            same = known[0] == known[1] if known.notna().all() else apart == 0
            near = same if reach_m == 0 else same or apart <= reach_m
            days = (moment(b, "midpoint").date() - moment(a, "midpoint").date()).days
            if near and days <= window_days:
                recorded = getattr(a, "recorded_at", None)
                told = a.occurred_to if recorded is None or pd.isna(recorded) else recorded
                acts.append(told + pd.Timedelta(days=response_days))
        if acts:
            followers += 1
            in_time += _share_after(b.occurred_from, b.occurred_to, min(acts))
    return followers, in_time


def _share_after(start: pd.Timestamp, end: pd.Timestamp, act: pd.Timestamp) -> float:
    if start == end:
        return float(end > act)
    return max(0.0, min(1.0, (end - max(act, start)) / (end - start)))


def calendar(windows: list[tuple[pd.Timestamp, pd.Timestamp]]) -> list[list[float]]:
    """Shares of windows by weekday and hour, minute by minute; a bare midnight is its day."""
    weights = [[0.0] * 24 for _ in range(7)]
    for start, end in windows:
        minutes = int((end - start).total_seconds()) // 60
        if minutes == 0:
            minutes = 24 * 60 if start == start.normalize() else 1
        for minute in range(minutes):
            now = start + pd.Timedelta(minutes=minute)
            weights[now.weekday()][now.hour] += 1 / minutes
    return weights


def reported_share(events: list[tuple[int, int, float]], days: int) -> float:
    """Chance that an incident is known within some days; events are (delay, age, weight).

    The product, over longer delays, of the chance not to be known exactly then if known by then,
    by the incidents old enough to tell.
    """
    share = 1.0
    for longer in range(days + 1, 91):
        by_then = sum(w for delay, age, w in events if delay <= longer <= age)
        then = sum(w for delay, age, w in events if delay == longer)
        share *= 1 - then / by_then if by_then else 1.0
    return share


def visit_counts(
    doors: list[dict[str, object]], visits: list[dict[str, object]], as_of: object, started: object
) -> dict[str, tuple[int, int]]:
    """Count visits door by door: measure -> number, and out of how many.

    A door has visit_id, act_by, listed (when its list went out), recorded, hours (the force's) and
    newest; a visit has visit_id, at, result and leaflet, and every time of day is known.
    """
    counts: dict[str, list[int]] = {}

    def tell(measure: str, happened: bool, among: bool) -> None:
        number = counts.setdefault(measure, [0, 0])
        number[0] += int(happened and among)
        number[1] += int(among)

    for door in doors:
        own = [
            visit
            for visit in visits
            if visit["visit_id"] == door["visit_id"] and door["newest"] <= visit["at"] <= as_of
        ]
        # What a word means is the table's to say; who counts where is worked out again here.
        word = {v["result"]: result_word(v["result"]) for v in own}
        contacts = [v for v in own if v["leaflet"] or word[v["result"]].reached]
        leaflets = [v for v in own if v["leaflet"] or word[v["result"]].leaflet]
        no_home = bool(own) and not any(word[v["result"]].lives_there for v in own)
        due = bool(own) or door["act_by"] <= as_of
        occupied = due and not no_home
        fair = door["act_by"] > door["listed"]
        spoken = any(word[v["result"]].face_to_face for v in own)
        tell("asked", True, True)
        tell("not yet due", not due, True)
        tell("due", due, True)
        tell("attempted", bool(own), due)
        tell("not attempted", not own, due)
        tell("overdue", not own and fair, due)
        late = door["recorded"] + door["hours"] <= door["listed"]
        tell("late for the force when listed", late, True)
        tell("empty or not found", no_home, due)
        tell("found occupied", occupied, due)
        tell("reached", bool(contacts), occupied)
        tell("face to face", spoken, occupied)
        advised = any(word[v["result"]].reached and word[v["result"]].answered for v in own)
        tell("leaflet only", bool(leaflets) and not advised, occupied)
        ends = {f"within {h} h of the record": door["recorded"] + h for h in (24, 48)}
        for name, end in {**ends, "in the team's time": door["act_by"]}.items():
            over = end <= as_of and (end > started if name in ends else fair)
            tell(f"attempted {name}", any(v["at"] <= end for v in own), over)
            met = any(v["at"] <= end for v in contacts)
            tell(f"reached {name}", met, over and not no_home)
    return {measure: (number, among) for measure, (number, among) in counts.items()}


def wilson_by_search(number: int, among: int) -> tuple[float, float]:
    """Bounds of the shares that a two-sided normal test of 5 % does not refuse, by halving."""
    share, z = number / among, statistics.NormalDist().inv_cdf(0.975)

    def refused(p: float) -> bool:
        return abs(share - p) > z * math.sqrt(p * (1 - p) / among)

    def edge(inside: float, outside: float) -> float:
        for _ in range(200):
            middle = (inside + outside) / 2
            inside, outside = (inside, middle) if refused(middle) else (middle, outside)
        return inside

    return edge(share, 0.0), edge(share, 1.0)


def shuffled(values: list[int], seed: int, number: int) -> list[int]:
    """Fisher-Yates with splitmix64 in whole numbers, of which the last 64 bits are kept."""
    keep = 2**64 - 1

    def step(state: int) -> tuple[int, int]:
        state = (state + 0x9E3779B97F4A7C15) & keep
        z = ((state ^ (state >> 30)) * 0xBF58476D1CE4E5B9) & keep
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & keep
        return state, z ^ (z >> 31)

    dealt = list(values)
    state = step(step(seed)[1] ^ number)[1]
    for i in range(len(dealt) - 1, 0, -1):
        while True:
            state, z = step(state)
            j, rest = divmod((z >> 32) * (i + 1), 2**32)
            # Draws that would favour low numbers are thrown away.
            if rest >= 2**32 % (i + 1):
                break
        dealt[i], dealt[j] = dealt[j], dealt[i]
    return dealt


def waking_time_after(start: pd.Timestamp, minutes: int, opens: int, closes: int) -> pd.Timestamp:
    """Add minutes to a time, minute by minute: those of the night are passed over.

    `opens` and `closes` are minutes since midnight; a minute is named by the moment it ends with.
    """

    def awake(moment: pd.Timestamp, *, at_rest: bool) -> bool:
        minute = moment.hour * 60 + moment.minute
        # Midnight ends the day before as well as it begins one; only the beginning waits.
        ends = minute or 24 * 60
        return opens < ends <= closes or (at_rest and opens <= minute <= closes)

    moment = start
    while not awake(moment, at_rest=True):
        moment += pd.Timedelta(minutes=1)
    while minutes:
        moment += pd.Timedelta(minutes=1)
        minutes -= awake(moment, at_rest=False)
    return moment


def chart_signals(values, centre, sigma, low, high) -> dict[str, list[bool]]:
    """Find the points of a process chart that are part of a signal, window by window."""
    number = len(values)
    found = {name: [False] * number for name in ("outside", "side", "trend", "near")}
    for i in range(number):
        found["outside"][i] = bool(values[i] > high[i] or values[i] < low[i])
        seven = range(i, i + 7)
        if seven[-1] < number:
            for sign in (1, -1):
                if all(sign * (values[j] - centre[j]) > 0 for j in seven):
                    for j in seven:
                        found["side"][j] = True
                if all(sign * (values[j + 1] - values[j]) > 0 for j in seven[:-1]):
                    for j in seven:
                        found["trend"][j] = True
        three = [j for j in range(i, i + 3) if j < number]
        if len(three) == 3:
            for sign in (1, -1):
                far = [j for j in three if sign * (values[j] - centre[j]) > 2 * sigma[j]]
                if len(far) >= 2:
                    for j in far:
                        found["near"][j] = True
    return found


def count_limits(chances, level: float) -> tuple[int, int]:
    """Return the least and the most of counts beyond which half of 1 - level lies at most."""
    tail = (1 - level) / 2
    low = next(k for k in range(len(chances)) if sum(chances[: k + 1]) >= tail)
    high = next(k for k in range(len(chances)) if sum(chances[: k + 1]) >= 1 - tail)
    return low, high


def most_in_a_window(days, window: int) -> int:
    """Count the crimes of the busiest days in a row, starting at each day."""
    return max(sum(first <= day < first + window for day in days) for first in days)


def has_circle(following: list[int]) -> bool:
    """Walk every chain of sectors, each of which names the next, until it ends or comes back."""
    for start in range(len(following)):
        seen, at = set(), start
        while at < len(following):
            if at in seen:
                return True
            seen.add(at)
            at = following[at]
    return False


def patrol_minutes(
    fixes: list[tuple[str, float, float, float]],
    boxes: list[tuple[float, float, float, float]],
    days: list[float],
    max_gap_s: float,
    min_visit_s: float,
    merge_s: float,
    max_speed_mps: float,
) -> dict[tuple[int, int], dict[str, float]]:
    """Presence by place and day, second by second: fixes are (unit, second, x, y)."""

    def place_of(x: float, y: float) -> int:
        for number, (west, south, east, north) in enumerate(boxes):
            if west <= x <= east and south <= y <= north:
                return number
        return -1

    kinds: dict[tuple[str, int], tuple[int, str]] = {}
    for unit in sorted({fix[0] for fix in fixes}):
        track = sorted(fix for fix in fixes if fix[0] == unit)
        places = [place_of(x, y) for _, _, x, y in track]
        steps = []
        for (_, t, x, y), (_, later, x2, y2) in itertools.pairwise(track):
            speed = math.hypot(x2 - x, y2 - y) / (later - t)
            if later - t > max_gap_s or speed > 60:
                steps.append("unknown")
            else:
                steps.append("driving" if speed > max_speed_mps else "patrol")
        # Still: a stretch of two hours or more in a square of 50 m.
        for i, (_, t, _, _) in enumerate(track):
            for j in range(i + 1, len(track)):
                xs, ys = ([fix[axis] for fix in track[i : j + 1]] for axis in (2, 3))
                small = max(max(xs) - min(xs), max(ys) - min(ys)) <= 50
                if small and track[j][1] - t >= 7200:
                    for at in range(i, j):
                        steps[at] = "unknown" if steps[at] == "unknown" else "still"
        for i, kind in enumerate(steps):
            start, end = int(track[i][1]), int(track[i + 1][1])
            for second in range(start, end):
                mine, other = (i, i + 1) if 2 * (second - start) < end - start else (i + 1, i)
                told = kind
                if places[mine] != places[other] and kind != "unknown":
                    # The step on the other side of the fix, where it is known.
                    beside = mine - 1 if mine == i else mine
                    neighbour = mine - 1 if mine == i else mine + 1
                    known = 0 <= beside < len(steps) and steps[beside] != "unknown"
                    if known and places[neighbour] == places[mine]:
                        told = steps[beside]
                    else:
                        fast = [_fast(track, at, max_speed_mps) for at in (i, beside)]
                        told = "driving" if fast[0] and (not known or fast[1]) else "patrol"
                if places[mine] >= 0:
                    kinds[unit, second] = (places[mine], told)
    table = {
        (place, day): dict.fromkeys(
            ("visits", "patrol", "officer", "unknown", "driving", "still"), 0.0
        )
        for place in range(len(boxes))
        for day in range(len(days) - 1)
    }

    def day_of(second: float) -> int | None:
        found = [day for day in range(len(days) - 1) if days[day] <= second < days[day + 1]]
        return found[0] if found else None

    for (_, second), (place, kind) in kinds.items():
        if (day := day_of(second)) is not None:
            table[place, day]["officer" if kind == "patrol" else kind] += 1
    for place in range(len(boxes)):
        there = sorted({s for (_, s), told in kinds.items() if told == (place, "patrol")})
        visit: list[int] = []
        for second in [*there, math.inf]:
            if (day := day_of(second)) is not None:
                table[place, day]["patrol"] += 1
            if visit and second - visit[-1] - 1 > merge_s:
                if len(visit) >= min_visit_s and (begun := day_of(visit[0])) is not None:
                    table[place, begun]["visits"] += 1
                visit = []
            visit.append(second)  # type: ignore[arg-type]
    return table


def _fast(track: list[tuple[str, float, float, float]], at: int, most: float) -> bool:
    if not 0 <= at < len(track) - 1:
        return False
    (_, t, x, y), (_, later, x2, y2) = track[at : at + 2]
    return math.hypot(x2 - x, y2 - y) / (later - t) > most


def inside_squares(burglaries: pd.DataFrame, squares: gpd.GeoDataFrame) -> "pd.Series[bool]":
    """Which burglaries lie in any of some squares, asked of each one by one."""
    boxes = [square.bounds for square in squares.geometry]
    held = [
        any(west <= x <= east and south <= y <= north for west, south, east, north in boxes)
        for x, y in zip(burglaries["easting"], burglaries["northing"], strict=True)
    ]
    return pd.Series(held, index=burglaries.index)


def camera_rows(
    crimes: gpd.GeoDataFrame, cameras: gpd.GeoDataFrame, distance_m: float
) -> dict[tuple[str, str], tuple[float, float | None, str]]:
    """Which cameras are near which crimes, how far, by which bearing, and whether they see them.

    Every pair is looked at; whether a bearing is in a field is asked of each of its degrees.
    """
    found: dict[tuple[str, str], tuple[float, float | None, str]] = {}
    for crime in crimes.itertuples():
        for camera in cameras.itertuples():
            dx = crime.geometry.x - camera.geometry.x
            dy = crime.geometry.y - camera.geometry.y
            if dx * dx + dy * dy > distance_m * distance_m:
                continue
            away = math.hypot(dx, dy)
            bearing = None if away < 0.05 else math.degrees(math.atan2(dx, dy)) % 360
            answers = [_in_field(camera, bearing), _in_range(camera, away)]
            seen = "no" if "no" in answers else "unknown" if "unknown" in answers else "yes"
            found[crime.crime_ref, camera.camera_id] = (away, bearing, seen)
    return found


def _in_range(camera: object, away: float) -> str:
    if math.isnan(camera.range_m):
        return "unknown"
    return "yes" if away <= camera.range_m else "no"


def _in_field(camera: object, bearing: float | None) -> str:
    if camera.kind in ("dome", "ptz"):
        return "unknown"
    if camera.field_of_view >= 360:
        return "yes"
    if bearing is None or math.isnan(camera.direction) or math.isnan(camera.field_of_view):
        return "unknown"
    # Two hands of a clock: their unit vectors say how far apart they are.
    one, other = math.radians(camera.direction), math.radians(bearing)
    x, y = math.sin(other - one), math.cos(other - one)
    return "yes" if abs(math.degrees(math.atan2(x, y))) <= camera.field_of_view / 2 + 1e-9 else "no"


def crime_score(points: dict, threshold: int) -> tuple[int, int | None, str, object]:
    """Return score, most, missing parts and allocation of one crime, a part after another.

    `points` has for each part the points of this crime (None where not known) and the most it gives
    (None without bound).
    """
    score, most, missing = 0, 0, []
    for part, (its, bound) in points.items():
        if its is None:
            missing.append(part)
            most = None if most is None or bound is None else most + bound
        else:
            score += its
            most = None if most is None else most + its
    if score >= threshold:
        sent: object = True
    else:
        sent = False if most is not None and most < threshold else None
    return score, most, ", ".join(missing), sent


def crime_matching_row(row: object, force: str, batch: str) -> list[str] | set[str]:
    """Return a crime's 13 cells in the layout of crime matching, or what kinds of faults it has.

    For crimes on the British National Grid whose offence is the type itself.
    """
    faults, moments = set(), []
    for local in (row.occurred_from.to_pydatetime(), row.occurred_to.to_pydatetime()):
        london = [local.replace(tzinfo=ZoneInfo("Europe/London"), fold=fold) for fold in (0, 1)]
        utc = {one.astimezone(UTC) for one in london}
        # A time that no clock shows comes back from UTC as another.
        back = {one.astimezone(ZoneInfo("Europe/London")).replace(tzinfo=None) for one in utc}
        if local not in back:
            faults.add("no clock showed")
        elif len(utc) == 2:
            faults.add("showed twice")
        moments.append(min(utc))
    start, end = moments
    if not faults and end < start:
        faults.add("ends before it begins")
    if not faults and (end - start).total_seconds() > 12 * 3600:
        faults.add("over 12 h")
    x, y = round(row.geometry.x, 2), round(row.geometry.y, 2)
    if not (0 <= x <= 600_000 and 0 <= y <= 1_300_000):
        faults.add("east of the grid")
    if faults:
        return faults
    words = {
        "RB": "Robbery",
        "BIAD": "Burglary in a dwelling",
        "TFP": "Theft from the person of another",
    }
    times = [f"{one:%Y%m%d%H%M%S}" for one in (start, end)]
    places = [str(int(one)) if one == int(one) else str(one) for one in (x, y)]
    return [
        force,
        row.offence_code,
        words[row.offence_code],
        batch,
        row.crime_ref,
        *times,
        *places,
        "",
        "",
        "OSGB36",
        "",
    ]


def expected_gap(one: tuple[float, float], other: tuple[float, float], period: float = 0) -> float:
    """Return the mean difference of two moments in their windows, over a fine grid."""
    n = 400
    if period and max(one[1] - one[0], other[1] - other[0]) >= period:
        return period / 4
    total = 0.0
    for i in range(n):
        x = one[0] + (i + 0.5) / n * (one[1] - one[0])
        for j in range(n):
            y = other[0] + (j + 0.5) / n * (other[1] - other[0])
            apart = abs(x - y)
            if period:
                apart = min(apart % period, period - apart % period)
            total += apart
    return total / n**2


def connected_series(cells: list[set[str]]) -> list[set[int]]:
    """Return crimes that share a series, or are joined by a chain of series, one by one."""
    groups: list[tuple[set[int], set[str]]] = []
    for row, names in enumerate(cells):
        if not names:
            continue
        met = [group for group in groups if group[1] & names]
        groups = [group for group in groups if not group[1] & names]
        rows = {row}.union(*(group[0] for group in met))
        groups.append((rows, names.union(*(group[1] for group in met))))
    return [rows for rows, _ in groups]


def pairs_of_forces(
    a: Any, b: Any, forces: Any, strip_m: float, distance_m: float
) -> list[tuple[str, str, str]]:
    """Return first reference, second and verdict of each pair near in place and time."""
    grounds = list(forces.geometry)

    def in_strip(crime: Any) -> bool:
        return all(crime.geometry.distance(ground) <= strip_m for ground in grounds)

    found = []
    for one in a.itertuples():
        for other in b.itertuples():
            if not (in_strip(one) and in_strip(other)):
                continue
            if one.geometry.distance(other.geometry) > distance_m:
                continue
            if one.occurred_from > other.occurred_to or other.occurred_from > one.occurred_to:
                continue
            verdict = "merged"
            if one.offence_code and other.offence_code and one.offence_code != other.offence_code:
                verdict = "other offence"
            if isinstance(one.uprn, str) and isinstance(other.uprn, str) and one.uprn != other.uprn:
                verdict = "other home"
            found.append([one.crime_ref, other.crime_ref, verdict])
    fits = [pair for pair in found if pair[2] == "merged"]
    for pair in fits:
        alike = [p for p in fits if p[0] == pair[0] or p[1] == pair[1]]
        if len(alike) > 1:
            pair.append("ambiguous")
    return [(pair[0], pair[1], pair[-1]) for pair in found]


def clean_texts(cells: list[str | None]) -> list[str | None]:
    """Clean each cell of control characters, surrounding space and words for a missing one."""
    cleaned: list[str | None] = []
    for cell in cells:
        text = None if cell is None else re.sub("[\x00-\x1f\x7f]+", " ", cell).strip()
        cleaned.append(None if not text or text.lower() in MISSING_WORDS else text)
    return cleaned


def street_labels(frame: gpd.GeoDataFrame, every_m: float = 500.0) -> list[tuple[Any, ...]]:
    """Length, x, y, name and angle of each label along the streets of a frame in Web Mercator."""
    labels = []
    for name, lines in frame.geometry.groupby(frame["street"]):
        merged = shapely.line_merge(shapely.multilinestrings(list(lines)))
        for line in shapely.get_parts(merged):
            number = max(1, round(line.length / every_m))
            for nth in range(number):
                middle = (nth + 0.5) * line.length / number
                start = line.interpolate(max(middle - 15.0, 0.0))
                end = line.interpolate(min(middle + 15.0, line.length))
                at = line.interpolate(middle)
                angle = math.degrees(math.atan2(start.y - end.y, end.x - start.x))
                angle -= 180 * round(angle / 180)
                labels.append((line.length, at.x, at.y, name, round(angle)))
    return sorted(labels, key=lambda label: (-label[0], label[1:]))


def signs_apart(
    points: list[list[float]], widths: list[float], height: float, size: tuple[float, float]
) -> list[list[float]]:
    """Push each pair of signs that overlap apart by half of that, along its shorter axis."""

    def within() -> list[list[float]]:
        halves = [(width / 2 + 0.5, height / 2 + 0.5) for width in widths]
        return [
            [min(max(place[axis], half[axis]), size[axis] - half[axis]) for axis in (0, 1)]
            for place, half in zip(at, halves, strict=True)
        ]

    at = [list(point) for point in points]
    for _ in range(300):
        at = within()
        before = [list(place) for place in at]
        for i, j in itertools.product(range(len(at)), repeat=2):
            needed = (widths[i] + widths[j]) / 2 + 0.3, height + 0.3
            lay = [needed[axis] - abs(before[i][axis] - before[j][axis]) for axis in (0, 1)]
            over = [needed[axis] - abs(at[i][axis] - at[j][axis]) for axis in (0, 1)]
            if j >= i or min(lay) <= 1e-6 or min(over) <= 1e-6:
                continue
            axis = 1 if over[1] < over[0] else 0
            step = over[axis] / 2 * (1 if at[i][axis] >= at[j][axis] else -1)
            at[i][axis] += step
            at[j][axis] -= step
        if at == before:
            break
    return within()


def room_around(
    letters: list[tuple[float, float]],
    boxes: list[tuple[float, ...]],
    size: tuple[float, float],
    most: float,
) -> float:
    """Measure how far the nearest of some letters is from boxes and frame; below 0 outside it."""
    rooms = [most]
    for x, y in letters:
        rooms += [x, y, size[0] - x, size[1] - y]
        rooms += [shapely.Point(x, y).distance(shapely.box(*box)) for box in boxes]
    return min(rooms)


def places_along(line: shapely.LineString, width: float) -> list[tuple[float, float, float, float]]:
    """Try a name at 25 places along its street: x, y and angle of each, and how far it bends."""
    found = []
    for nth in range(25):
        start = nth * (line.length - width) / 24
        points = [line.interpolate(start + step * width / 8) for step in range(9)]
        first, last = points[0], points[-1]
        chord = shapely.LineString([first, last])
        beyond = shapely.affinity.scale(chord, 1e3, 1e3)
        bend = max(point.distance(beyond) for point in points)
        angle = math.degrees(math.atan2(last.y - first.y, last.x - first.x))
        angle = (angle + 90) % 180 - 90
        found.append(((first.x + last.x) / 2, (first.y + last.y) / 2, angle, bend))
    return found


def csv_text(table: pd.DataFrame) -> str:
    """Write a table by the csv module, cell by cell."""
    file = io.StringIO(newline="")
    rows = zip(*(list(column) for _, column in table.items()), strict=True)
    for row in [table.columns, *rows]:
        cells = []
        for value in row:
            if isinstance(value, str):
                cells.append(safe_cell(value))
            elif value is None or pd.isna(value):
                cells.append("")
            else:
                cells.append(f"{value:%Y-%m-%d %H:%M}" if hasattr(value, "minute") else value)
        csv.writer(file).writerow(cells)
    return file.getvalue()
