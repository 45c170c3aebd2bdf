"""The homes around a burgled one, as officers know them: next door, opposite, behind."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from hotspot.cocooning.doors import ROUNDING_M, Bools, Doors, Floats, Ints, Texts

EACH_SIDE = 4
NEAREST = 2 * EACH_SIDE
OPPOSITE = 5
BEHIND = 4
# The next house along a street: rural plots and a side street pass, a park or a school does not.
NEXT_WITHIN_M = 100.0
OPPOSITE_WITHIN_M = 60.0
BEHIND_WITHIN_M = 50.0

# What a home is to a burgled one.
BURGLED, SAME_BUILDING, ALONG, NEARBY = "burgled", "same building", "along", "nearest"
ACROSS, AT_BACK, NEXT_NEAREST = "opposite", "behind", "next nearest"


class Neighbours(NamedTuple):
    """Homes of rings 1 and 2: an entry per home, with the same length throughout."""

    door: Ints
    ring: Ints
    link: Texts
    steps: Ints
    apart_m: Floats


@dataclass(frozen=True)
class _Places:
    """Buildings around a burgled home, the nearest first; each stands where it is nearest."""

    street: Ints
    house: Ints
    number: Ints
    x: Floats
    y: Floats
    apart_m: Floats


@dataclass(frozen=True)
class _Start:
    """The burgled address, or the recorded point where none is known; `house` -1 if unknown."""

    x: float
    y: float
    street: int
    house: int
    number: int


def homes_around(doors: Doors, x: float, y: float, door: int, within_m: float) -> Neighbours:
    """Find the homes of rings 1 and 2 around a burgled place.

    Parameters
    ----------
    doors : Doors
    x, y : float
        Where the burgled address stands, or the recorded point where none is known.
    door : int
        Its position in `doors`, or -1.
    within_m : float
        Nothing farther is a neighbour.

    Returns
    -------
    Neighbours
        ``link`` is one of the words above, ``steps`` counts houses along the street (0 for none),
        ``apart_m`` is to the centimetre.
    """
    near = doors.homes[doors.tree.query_ball_point((x, y), within_m + ROUNDING_M)]
    apart_m = np.round(np.hypot(doors.x[near] - x, doors.y[near] - y), 2)
    kept = (near != door) & (apart_m <= within_m)
    near, apart_m = near[kept], apart_m[kept]
    # Ties are broken by where homes lie, never by the order of the rows.
    dx, dy = np.round(doors.x[near] - x, 2), np.round(doors.y[near] - y, 2)
    order = np.lexsort((doors.place[near], doors.house[near], doors.street[near], dy, dx, apart_m))
    near, apart_m = near[order], apart_m[order]
    own = doors.place[near] == doors.place[door] if door >= 0 else np.zeros(len(near), dtype=bool)
    _, first, nth = np.unique(doors.place[near], return_index=True, return_inverse=True)
    first = np.where(own[first], len(near), first)
    by_nearness = np.argsort(first)[: np.count_nonzero(first < len(near))]
    at = near[first[by_nearness]]
    places = _Places(
        street=doors.street[at],
        house=doors.house[at],
        number=doors.number[at],
        x=doors.x[at],
        y=doors.y[at],
        apart_m=apart_m[first[by_nearness]],
    )
    if door >= 0:
        start = _Start(x, y, doors.street[door], doors.house[door], doors.number[door])
    else:
        start = _Start(x, y, street=-1, house=-1, number=0)
    # One more entry than there are other buildings: the burgled one's own, ring 1.
    ring = np.full(len(first), 1)
    link = np.full(len(first), SAME_BUILDING, dtype=object)
    steps = np.zeros(len(first), dtype=np.int64)
    ring[by_nearness], link[by_nearness], steps[by_nearness] = _roles(places, start)
    chosen = ring[nth] > 0
    nth = nth[chosen]
    return Neighbours(near[chosen], ring[nth], link[nth], steps[nth], apart_m[chosen])


def _roles(places: _Places, start: _Start) -> tuple[Ints, Texts, Ints]:
    """Tell ring, link and steps of each building: by house numbers, else by distance."""
    count = len(places.apart_m)
    ring, steps = np.zeros(count, dtype=np.int64), np.zeros(count, dtype=np.int64)
    link = np.full(count, "", dtype=object)
    on_street = np.asarray((places.street == start.street) & (places.house >= 0))
    numbered = start.street >= 0 and start.house >= 0 and bool(on_street.any())
    other_side = on_street & (places.number % 2 != start.number % 2)
    in_a_close = numbered and _numbered_consecutively(places, start, on_street)
    next_door, passed = _next_door(places, start, on_street & (in_a_close | ~other_side))
    if numbered and len(next_door):
        steps[next_door] = passed
        if in_a_close:
            other_side = on_street & (places.apart_m < places.apart_m[next_door].max())
            other_side[next_door] = False
        opposite = np.flatnonzero(other_side & (places.apart_m <= OPPOSITE_WITHIN_M))
        behind = np.flatnonzero(~on_street & (places.apart_m <= BEHIND_WITHIN_M))
        groups = [
            (next_door, 1, ALONG),
            (opposite[:OPPOSITE], 2, ACROSS),
            (behind[:BEHIND], 2, AT_BACK),
        ]
    else:
        close = np.flatnonzero(places.apart_m <= BEHIND_WITHIN_M)
        further = close[NEAREST : NEAREST + OPPOSITE + BEHIND]
        groups = [(np.arange(count)[:NEAREST], 1, NEARBY), (further, 2, NEXT_NEAREST)]
    for group, group_ring, group_link in groups:
        ring[group], link[group] = group_ring, group_link
    return ring, link, steps


def _next_door(places: _Places, start: _Start, side: Bools) -> tuple[Ints, Ints]:
    """Walk one side of the street both ways, in the order of house numbers."""
    up = np.flatnonzero(side & (places.house >= start.house))
    down = np.flatnonzero(side & (places.house < start.house))
    up = _walk(places, start, up[np.argsort(places.house[up], kind="stable")])
    down = _walk(places, start, down[np.argsort(-places.house[down], kind="stable")])
    return np.r_[up, down], np.r_[np.arange(len(up)), np.arange(len(down))] + 1


def _walk(places: _Places, start: _Start, ahead: Ints) -> Ints:
    """Go from house to house until four are passed or the next one is too far."""
    ahead = ahead[:EACH_SIDE]
    too_far = np.round(_steps(_stops(places, start, ahead)), 2) > NEXT_WITHIN_M
    return ahead[: int(np.argmax(too_far))] if too_far.any() else ahead


def _numbered_consecutively(places: _Places, start: _Start, on_street: Bools) -> bool:
    """Tell 1, 2, 3 along one side (a close, a square) from odd and even sides.

    On a street with two sides the next number is across the road and the next but one is next
    door; where the houses run 1, 2, 3 the next number is about half as far as the next but one.
    """
    local = np.flatnonzero(on_street & (places.apart_m <= NEXT_WITHIN_M))
    order = np.argsort(np.r_[start.house, places.house[local]], kind="stable")
    stops = _stops(places, start, local)[order]
    odd = np.r_[start.number, places.number[local]][order] % 2 == 1
    in_order = _steps(stops)
    by_side = np.r_[_steps(stops[odd]), _steps(stops[~odd])]
    if odd.all() or not odd.any() or not len(by_side):
        return False
    return bool(3 * np.median(in_order) < 2 * np.median(by_side))


def _stops(places: _Places, start: _Start, at: Ints) -> Floats:
    """Give the points of the burgled home and some places, shape (1 + n, 2)."""
    return np.column_stack([np.r_[start.x, places.x[at]], np.r_[start.y, places.y[at]]])


def _steps(stops: Floats) -> Floats:
    return np.asarray(np.hypot(*np.diff(stops, axis=0).T))
