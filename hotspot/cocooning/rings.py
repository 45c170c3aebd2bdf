"""The homes around a burgled one, as officers know them: next door, opposite, behind."""

import math
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from hotspot.cocooning.doors import ROUNDING_M, Bools, Doors, Floats, Ints, Texts
from hotspot.cocooning.presets import Reach

# The next house along a street: rural plots and a side street pass, a park or a school does not.
NEXT_WITHIN_M = 100.0
# A second building of one number (a mews, a house at the rear) stands by the first; a terrace of
# its own name on the same street, numbered from 1 again, does not.
TWIN_WITHIN_M = 50.0
# Farther than this the next house along is not what anybody calls next door.
NEXT_DOOR_WITHIN_M = 40.0
# Across a road with front gardens on both sides; a dual carriageway or a green is wider.
OPPOSITE_WITHIN_M = 60.0
# Two back gardens end to end.
BEHIND_WITHIN_M = 50.0
# All that is told by place alone, and not by the street, is nearer than this.
_NEAR_M = 100.0

# Two on one side of the street, and one on the other.
_FEWEST_TO_TELL = 3
# A home lies in front or behind within this of straight ahead: tan(60 degrees), 60 each way.
_WIDE = 3**0.5

# What a home is to a burgled one. The last four are told by distance: two where the burgled home
# has no number, two where no number is next to its own.
BURGLED, SAME_BUILDING, ALONG, BESIDE_NAMED = "burgled", "same building", "next door", "beside"
ALONG_PAST = "next door, past a number out of line"
ACROSS, ACROSS_NAMED, AT_BACK, CORNER = "opposite", "facing", "backs on", "round the corner"
BACK_OR_BESIDE = "behind or beside"
WITHIN = "within the distance"
# Steps of a home that is not reached along the street by house numbers.
NO_STEPS = 999
NEARBY, NEXT_NEAREST = "among the nearest", "close"
NEARBY_ALONE, NEXT_NEAREST_ALONE = "among the nearest, alone", "close, alone"
BY_DISTANCE = (NEARBY, NEARBY_ALONE)


class Neighbours(NamedTuple):
    """Homes of rings 1 to 3: an entry per home, with the same length throughout."""

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


def homes_around(
    doors: Doors, x: float, y: float, door: int, within_m: float, reach: Reach | None = None
) -> Neighbours:
    """Find the homes of rings 1 and 2 around a burgled place, of ring 3 where all are visited.

    Parameters
    ----------
    doors : Doors
    x, y : float
        Where the burgled address stands, or the recorded point where none is known.
    door : int
        Its position in `doors`, or -1.
    within_m : float
        Nothing farther is a neighbour.
    reach : Reach, optional
        How many buildings. Default: four each side, five opposite, four behind.

    Returns
    -------
    Neighbours
        ``link`` is one of the words above, ``steps`` counts houses along the street (0 for none),
        ``apart_m`` is to the centimetre.
    """
    reach = reach or Reach()
    start = _Start(x, y, street=-1, house=-1, number=0)
    if door >= 0:
        start = _Start(x, y, int(doors.street[door]), int(doors.house[door]),
                       int(doors.number[door]))  # fmt: skip
    if not reach.everyone:
        # Who is farther off, and not of the street, is no neighbour but for want of others.
        found = _homes_around(doors, start, door, within_m, reach, _NEAR_M)
        if found is not None:
            return found
    found = _homes_around(doors, start, door, within_m, reach, within_m)
    assert found is not None
    return found


def _homes_around(
    doors: Doors, start: _Start, door: int, within_m: float, reach: Reach, near_m: float
) -> Neighbours | None:
    """Do what `homes_around` says from the homes of the street and those that are near.

    None where these may be too few.
    """
    x, y = start.x, start.y
    place = int(doors.place[door]) if door >= 0 else -1
    near = doors.near.buildings(
        (x, y), start.street, place, within_m + ROUNDING_M, near_m + ROUNDING_M
    )
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
    # One more entry than there are other buildings: the burgled one's own, ring 1.
    ring = np.full(len(first), 1)
    link = np.full(len(first), SAME_BUILDING, dtype=object)
    steps = np.zeros(len(first), dtype=np.int64)
    ring[by_nearness], link[by_nearness], steps[by_nearness] = _roles(places, start, reach)
    by_number = ((link == ALONG) | (link == ALONG_PAST)).any()
    # Without a number next to it the nearest homes are next door, however far.
    near_enough = np.count_nonzero(places.apart_m <= near_m)
    if near_m < within_m and not by_number and near_enough < 2 * reach.each_side:
        return None
    chosen = ring[nth] > 0
    nth = nth[chosen]
    return Neighbours(near[chosen], ring[nth], link[nth], steps[nth], apart_m[chosen])


def _roles(places: _Places, start: _Start, reach: Reach) -> tuple[Ints, Texts, Ints]:
    """Find ring, link and steps of each building: by house numbers, else by distance."""
    count = len(places.apart_m)
    ring, steps = np.zeros(count, dtype=np.int64), np.zeros(count, dtype=np.int64)
    link = np.full(count, "", dtype=object)
    on_street = np.asarray((places.street == start.street) & (places.house >= 0))
    numbered = start.street >= 0 and start.house >= 0
    next_door = opposite = np.array([], dtype=np.int64)
    if numbered and on_street.any():
        next_door, passed, past, opposite = _by_number(places, start, on_street, reach)
        steps[next_door] = passed
    if len(next_door):
        groups = [(next_door, 1, ALONG), (next_door[past], 1, ALONG_PAST), (opposite, 2, ACROSS)]
        groups += _by_place(places, start, next_door, opposite, reach)
    else:
        nearest = 2 * reach.each_side
        close = np.flatnonzero(places.apart_m <= BEHIND_WITHIN_M)
        further = close[nearest : nearest + reach.opposite + reach.behind]
        links = (NEARBY_ALONE, NEXT_NEAREST_ALONE) if numbered else (NEARBY, NEXT_NEAREST)
        groups = [(np.arange(count)[:nearest], 1, links[0]), (further, 2, links[1])]
    if reach.everyone:
        groups.insert(0, (np.arange(count), 3, WITHIN))
    for group, group_ring, group_link in groups:
        ring[group], link[group] = group_ring, group_link
    return ring, link, steps


def _by_number(
    places: _Places, start: _Start, on_street: Bools, reach: Reach
) -> tuple[Ints, Ints, Bools, Ints]:
    """Find who is next door, as `_next_door` does, and who is opposite, by house numbers."""
    other_side = on_street & (places.number % 2 != start.number % 2)
    in_a_close = _numbered_consecutively(places, start, on_street)
    side = on_street & (in_a_close | ~other_side)
    next_door, passed, past = _next_door(places, start, side, reach.each_side)
    # In a close no number tells the sides apart: who is nearer than the farthest of those next door
    # and none of them stands across it.
    if in_a_close and len(next_door):
        other_side = on_street & (places.apart_m < places.apart_m[next_door].max())
        other_side[next_door] = False
    opposite = np.flatnonzero(other_side & (places.apart_m <= OPPOSITE_WITHIN_M))
    return next_door, passed, past, opposite[: reach.opposite]


def _by_place(
    places: _Places, start: _Start, next_door: Ints, opposite: Ints, reach: Reach
) -> list[tuple[Ints, int, str]]:
    """Find who else is next door, opposite or behind, by where the numbered neighbours lie.

    The street runs as the houses next door do, and a house faces those opposite: what is on the
    other side of it is its rear.
    """
    along, across = _seen_from(places, start, next_door)
    # Where nobody is opposite it cannot be told which way a house faces. To the decimetre: houses
    # in line with the burgled one are on no side of it.
    facing_side = np.sign(np.round(across[opposite].sum(), 1))
    ahead, faces = across * facing_side, bool(facing_side)
    taken = np.zeros(len(along), dtype=bool)
    taken[next_door] = taken[opposite] = True
    named = (places.street == start.street) & (places.house < 0) & ~taken
    as_near = places.apart_m <= places.apart_m[next_door].max()
    beside = named & as_near & (np.abs(along) >= np.abs(across))
    facing = named & (places.apart_m <= OPPOSITE_WITHIN_M) & (ahead * _WIDE >= np.abs(along))
    facing &= faces & ~beside
    beside_at = np.flatnonzero(beside)[: 2 * reach.each_side]
    facing_at = np.flatnonzero(facing)[: max(reach.opposite - len(opposite), 0)]
    taken[beside_at] = taken[facing_at] = True
    near = (places.apart_m <= BEHIND_WITHIN_M) & ~taken
    backs_on = near & faces & (-ahead * _WIDE >= np.abs(along))
    elsewhere = near & (places.street != start.street) & ~backs_on
    # Who backs on comes first, but for the one home round the corner that is nearer than these;
    # the others there take what room is left.
    rear, corner = np.flatnonzero(backs_on), np.flatnonzero(elsewhere)
    nearer = int(len(rear) > 0 and len(corner) > 0 and corner[0] < rear[0])
    behind = np.concatenate([corner[:nearer], rear, corner[nearer:]])[: reach.behind]
    return [
        (beside_at, 1, BESIDE_NAMED),
        (facing_at, 2, ACROSS_NAMED),
        (behind[backs_on[behind]], 2, AT_BACK),
        (behind[~backs_on[behind]], 2, CORNER if faces else BACK_OR_BESIDE),
    ]


def _seen_from(places: _Places, start: _Start, next_door: Ints) -> tuple[Floats, Floats]:
    """Measure how far each place lies along the street and across it, in metres."""
    x, y = places.x - start.x, places.y - start.y
    house = places.house[next_door]
    # From the last house below to the next above: where the street bends its line at the burgled
    # home counts, not that of the whole street.
    up, down = next_door[house > start.house][:1], next_door[house < start.house][:1]
    run_x, run_y = x[up].sum() - x[down].sum(), y[up].sum() - y[down].sum()
    length = np.hypot(run_x, run_y)
    if length < ROUNDING_M:
        return np.zeros(len(x)), np.zeros(len(x))
    along, across = x * run_x + y * run_y, y * run_x - x * run_y
    return np.round(along / length, 2), np.round(across / length, 2)


def _next_door(
    places: _Places, start: _Start, side: Bools, each_side: int
) -> tuple[Ints, Ints, Bools]:
    """Walk one side of the street both ways, in the order of house numbers.

    Returns who is met, how many houses on, and whether a number out of line was passed over.
    """
    up = np.flatnonzero(side & (places.house >= start.house))
    down = np.flatnonzero(side & (places.house < start.house))
    # Stable: of two buildings of one number the nearer to the burgled home comes first.
    up = up[np.argsort(places.house[up], kind="stable")]
    down = down[np.argsort(-places.house[down], kind="stable")]
    (up, past_up), (down, past_down) = (
        _walk(places, start, ahead, each_side) for ahead in (up, down)
    )
    steps = np.concatenate([np.arange(len(up)), np.arange(len(down))]) + 1
    return np.concatenate([up, down]), steps, np.concatenate([past_up, past_down])


def _walk(places: _Places, start: _Start, ahead: Ints, each_side: int) -> tuple[Ints, Bools]:
    """Walk from house to house, past numbers that stand elsewhere, to the last within reach.

    Returns those met, and which of them come after a number that was passed over.
    """
    met: list[int] = []
    past: list[bool] = []
    stops, last_house, passed_over = [(start.x, start.y)], start.house, False
    for place in ahead:
        if len(met) == each_side:
            break
        x, y = places.x[place], places.y[place]
        # To the centimetre, as all distances here: a step of exactly the limit is within it. From
        # the nearest house so far: a twin that stands a little off the line loses nobody.
        step = round(min(math.hypot(x - a, y - b) for a, b in stops), 2)
        if step > (TWIN_WITHIN_M if places.house[place] == last_house else NEXT_WITHIN_M):
            passed_over = True
            continue
        met.append(int(place))
        past.append(passed_over)
        stops.append((x, y))
        last_house = places.house[place]
    return np.array(met, dtype=np.int64), np.array(past, dtype=bool)


def _numbered_consecutively(places: _Places, start: _Start, on_street: Bools) -> bool:
    """Test whether the houses run 1, 2, 3 along one side (a close, a square).

    On a street with two sides the next number is across the road and the next but one is next
    door; where the houses run 1, 2, 3 the next number is about half as far as the next but one.
    """
    local = np.flatnonzero(on_street & (places.apart_m <= NEXT_WITHIN_M))
    order = np.argsort(_after(start.house, places.house[local]), kind="stable")
    odd = _after(start.number, places.number[local])[order] % 2 == 1
    if odd.all() or not odd.any() or len(odd) < _FEWEST_TO_TELL:
        return False
    x, y = _after(start.x, places.x[local])[order], _after(start.y, places.y[local])[order]
    in_order = _steps(x, y)
    by_side = np.concatenate([_steps(x[odd], y[odd]), _steps(x[~odd], y[~odd])])
    # A half where they run in order, one or more where every other is across the road: two thirds
    # stands between. Medians, because a gap in the numbers is no longer a step.
    return 3 * _median(in_order) < 2 * _median(by_side)


def _median(steps: Floats) -> float:
    """Return the middle of a few steps: NumPy's takes longer to begin than all of this."""
    ordered = np.sort(steps)
    return float((ordered[(len(ordered) - 1) // 2] + ordered[len(ordered) // 2]) / 2)


def _after(first: float, others: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Return what is known of the burgled home and then of some places."""
    return np.concatenate([np.array([first], dtype=others.dtype), others])


def _steps(x: Floats, y: Floats) -> Floats:
    return np.asarray(np.hypot(x[1:] - x[:-1], y[1:] - y[:-1]))
