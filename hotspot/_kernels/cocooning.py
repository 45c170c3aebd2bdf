"""Who lives around a burgled home: next door, opposite and behind, by house numbers and place."""

from typing import NamedTuple

import numpy as np

from hotspot._kernels.arrays import Floats, Ints
from hotspot._kernels.compiled import compiled

# The next house along a street: rural plots and a side street pass, a park or a school does not.
NEXT_WITHIN_M = 100.0
# A second building of one number (a mews, a house at the rear) stands by the first; a terrace of
# its own name on the same street, numbered from 1 again, does not.
TWIN_WITHIN_M = 50.0
# Across a road with front gardens on both sides; a dual carriageway or a green is wider.
OPPOSITE_WITHIN_M = 60.0
# Two back gardens end to end.
BEHIND_WITHIN_M = 50.0

# Two on one side of the street, and one on the other.
_FEWEST_TO_TELL = 3
# A home lies in front or behind within this of straight ahead: tan(60 degrees), 60 each way.
_WIDE = 3**0.5
# Of a street that runs no farther nothing can be told.
_NO_RUN_M = 0.01

# What a home is to the burgled one.
(
    SAME_BUILDING, ALONG, ALONG_PAST, BESIDE_NAMED, ACROSS, ACROSS_NAMED, AT_BACK, CORNER,
    BACK_OR_BESIDE, WITHIN, NEARBY, NEXT_NEAREST, NEARBY_ALONE, NEXT_NEAREST_ALONE,
) = range(14)  # fmt: skip


class Standing(NamedTuple):
    """Where some homes stand; `street` and `house` (rank of the number) are -1 where not known."""

    x: Floats
    y: Floats
    place: Ints
    street: Ints
    house: Ints
    number: Ints


class Start(NamedTuple):
    """The burgled address, or the recorded point where none is known: its place is -1."""

    x: float
    y: float
    place: int
    street: int
    house: int
    number: int


class Most(NamedTuple):
    """How many buildings are neighbours; `everyone`: all within the distance are of ring 3."""

    each_side: int
    opposite: int
    behind: int
    everyone: bool


@compiled
def _to_cm(metres):
    """Round to the centimetre, as all distances here: a step of exactly a limit is within it."""
    return np.rint(metres * 100.0) / 100.0


@compiled
def _buildings(place, own, nth, first):
    """Count buildings, the nearest first, and number them; the burgled one is -1.

    Writes the building of each home and the first home of each building.
    """
    size = 2
    while size < 2 * len(place):
        size *= 2
    table, number = np.full(size, -1), 0
    for at in range(len(place)):
        if place[at] == own:
            nth[at] = -1
            continue
        slot = place[at] & (size - 1)
        while table[slot] >= 0 and place[first[table[slot]]] != place[at]:
            slot = (slot + 1) & (size - 1)
        if table[slot] < 0:
            table[slot], first[number] = number, at
            number += 1
        nth[at] = table[slot]
    return number


@compiled
def _median(steps, number):
    """Return the middle of the first few of some steps, which it sorts."""
    for nth in range(1, number):
        step, at = steps[nth], nth
        while at > 0 and steps[at - 1] > step:
            steps[at] = steps[at - 1]
            at -= 1
        steps[at] = step
    return (steps[(number - 1) // 2] + steps[number // 2]) / 2


@compiled
def _numbered_consecutively(at, apart_m, start):
    """Test whether the houses run 1, 2, 3 along one side (a close, a square).

    On a street with two sides the next number is across the road and the next but one is next
    door; where the houses run 1, 2, 3 the next number is about half as far as the next but one.
    """
    x, y = np.empty(len(apart_m) + 1), np.empty(len(apart_m) + 1)
    house, odd = np.empty(len(x), dtype=np.int64), np.empty(len(x), dtype=np.int64)
    x[0], y[0], house[0], odd[0] = start.x, start.y, start.house, start.number % 2
    number, odds = 1, odd[0]
    for place in range(len(apart_m)):
        if not _on_street(at, place, start) or apart_m[place] > NEXT_WITHIN_M:
            continue
        # In order of house numbers; of two of one number the nearer comes first.
        to = number
        while to > 0 and house[to - 1] > at.house[place]:
            x[to], y[to], house[to], odd[to] = x[to - 1], y[to - 1], house[to - 1], odd[to - 1]
            to -= 1
        x[to], y[to] = at.x[place], at.y[place]
        house[to], odd[to] = at.house[place], at.number[place] % 2
        number, odds = number + 1, odds + odd[to]
    if number < _FEWEST_TO_TELL or odds == 0 or odds == number:
        return False
    in_order, by_side, sides = np.empty(number), np.empty(number), 0
    for nth in range(1, number):
        in_order[nth - 1] = np.hypot(x[nth] - x[nth - 1], y[nth] - y[nth - 1])
        before = nth - 1
        while before >= 0 and odd[before] != odd[nth]:
            before -= 1
        if before >= 0:
            by_side[sides] = np.hypot(x[nth] - x[before], y[nth] - y[before])
            sides += 1
    # A half where they run in order, one or more where every other is across the road: two thirds
    # stands between. Medians, because a gap in the numbers is no longer a step.
    return 3 * _median(in_order, number - 1) < 2 * _median(by_side, sides)


@compiled
def _on_street(at, place, start):
    """Test whether a building has a number of the street of the burgled one."""
    return at.street[place] == start.street and at.house[place] >= 0


@compiled
def _next_along(at, side, start, last, way):
    """Find the next house of a side after the last (-1 for none yet), by number and nearness."""
    found = -1
    for place in range(len(side)):
        up = at.house[place] >= start.house
        if not side[place] or up != (way > 0):
            continue
        ahead = way * at.house[place]
        if last >= 0 and (ahead, place) <= (way * at.house[last], last):
            continue
        if found < 0 or ahead < way * at.house[found]:
            found = place
    return found


@compiled
def _walk(at, start, side, way, each_side, met, past):
    """Walk one way from house to house, past numbers that stand elsewhere, within reach.

    Writes those met, and which of them come after a number that was passed over.
    """
    number, last_house, passed_over = 0, start.house, False
    place = _next_along(at, side, start, -1, way)
    while place >= 0 and number < each_side:
        x, y = at.x[place], at.y[place]
        # From the nearest house so far: a twin that stands a little off the line loses nobody.
        step = np.hypot(x - start.x, y - start.y)
        for nth in range(number):
            step = min(step, np.hypot(x - at.x[met[nth]], y - at.y[met[nth]]))
        limit = TWIN_WITHIN_M if at.house[place] == last_house else NEXT_WITHIN_M
        if _to_cm(step) > limit:
            passed_over = True
        else:
            met[number], past[number] = place, passed_over
            number += 1
            last_house = at.house[place]
        place = _next_along(at, side, start, place, way)
    return number


@compiled
def _by_number(at, apart_m, start, most, told):
    """Find who is next door and who is opposite by house numbers; return how many of each.

    Both ways along one side of the street, in the order of house numbers.
    """
    number = len(apart_m)
    in_a_close = _numbered_consecutively(at, apart_m, start)
    side = np.zeros(number, dtype=np.bool_)
    for place in range(number):
        as_own = at.number[place] % 2 == start.number % 2
        side[place] = _on_street(at, place, start) and (in_a_close or as_own)
    met, past = np.empty(most.each_side, dtype=np.int64), np.empty(most.each_side, dtype=np.bool_)
    next_door, farthest = 0, 0.0
    for way in (1, -1):
        found = _walk(at, start, side, way, most.each_side, met, past)
        for nth in range(found):
            place = met[nth]
            told[0, place], told[1, place] = 1, ALONG_PAST if past[nth] else ALONG
            told[2, place] = nth + 1
            farthest = max(farthest, apart_m[place])
        next_door += found
    opposite = 0
    if next_door == 0:
        return next_door, opposite, farthest
    for place in range(number):
        # In a close no number tells the sides apart: who is nearer than the farthest of those next
        # door and none of them stands across it.
        across = apart_m[place] < farthest if in_a_close else not side[place]
        if (
            opposite < most.opposite
            and across
            and _on_street(at, place, start)
            and told[2, place] == 0
            and apart_m[place] <= OPPOSITE_WITHIN_M
        ):
            told[0, place], told[1, place] = 2, ACROSS
            opposite += 1
    return next_door, opposite, farthest


@compiled
def _seen_from(at, start, told, along, across):
    """Measure how far each place lies along the street and across it, in metres."""
    # From the last house below to the next above: where the street bends its line at the burgled
    # home counts, not that of the whole street.
    run_x = run_y = 0.0
    up = down = -1
    for place in range(len(along)):
        if told[2, place] == 0:
            continue
        if at.house[place] > start.house and (up < 0 or told[2, place] < told[2, up]):
            up = place
        if at.house[place] < start.house and (down < 0 or told[2, place] < told[2, down]):
            down = place
    if up >= 0:
        run_x, run_y = at.x[up] - start.x, at.y[up] - start.y
    if down >= 0:
        run_x, run_y = run_x - (at.x[down] - start.x), run_y - (at.y[down] - start.y)
    length = np.hypot(run_x, run_y)
    if length < _NO_RUN_M:
        return
    for place in range(len(along)):
        x, y = at.x[place] - start.x, at.y[place] - start.y
        along[place] = _to_cm((x * run_x + y * run_y) / length)
        across[place] = _to_cm((y * run_x - x * run_y) / length)


@compiled
def _by_place(at, apart_m, start, most, opposite, farthest, told):
    """Find who else is next door, opposite or behind, by where the numbered neighbours lie.

    The street runs as the houses next door do, and a house faces those opposite: what is on the
    other side of it is its rear.
    """
    number = len(apart_m)
    along, across = np.zeros(number), np.zeros(number)
    _seen_from(at, start, told, along, across)
    facing_side = 0.0
    for place in range(number):
        if told[1, place] == ACROSS and told[0, place] == 2:
            facing_side += across[place]
    # Where nobody is opposite it cannot be told which way a house faces. To the decimetre: houses
    # in line with the burgled one are on no side of it.
    facing_side = np.sign(np.rint(facing_side * 10.0))
    faces, besides, facing = facing_side != 0, 0, opposite
    for place in range(number):
        aside, ahead_m = abs(along[place]), across[place] * facing_side
        if told[0, place] in (1, 2) or at.street[place] != start.street or at.house[place] >= 0:
            continue
        if apart_m[place] <= farthest and aside >= abs(across[place]):
            if besides < 2 * most.each_side:
                told[0, place], told[1, place] = 1, BESIDE_NAMED
                besides += 1
            continue
        in_front = faces and ahead_m * _WIDE >= aside
        if in_front and apart_m[place] <= OPPOSITE_WITHIN_M and facing < most.opposite:
            told[0, place], told[1, place] = 2, ACROSS_NAMED
            facing += 1
    _behind(at, apart_m, start, most, (along, across, facing_side), told)


@compiled
def _behind(at, apart_m, start, most, seen, told):
    """Find who backs on to the burgled home, or lives round the corner.

    Who backs on comes first, but for the one home round the corner that is nearer than these; the
    others there take what room is left.
    """
    along, across, facing_side = seen
    backs_on = np.zeros(len(apart_m), dtype=np.bool_)
    corner = np.zeros(len(apart_m), dtype=np.bool_)
    rear, first = 0, -1
    for place in range(len(apart_m)):
        if apart_m[place] > BEHIND_WITHIN_M or told[0, place] in (1, 2):
            continue
        behind = -across[place] * facing_side * _WIDE >= abs(along[place])
        backs_on[place] = facing_side != 0 and behind
        corner[place] = not backs_on[place] and at.street[place] != start.street
        if corner[place] and first < 0 and rear == 0:
            first = place
        rear += backs_on[place]
    left = most.behind
    if first >= 0 and rear > 0 and left > 0:
        told[0, first], told[1, first] = 2, CORNER
        corner[first], left = False, left - 1
    for turn in range(2):
        for place in range(len(apart_m)):
            if left > 0 and (corner[place] if turn else backs_on[place]):
                told[0, place] = 2
                told[1, place] = AT_BACK
                if turn:
                    told[1, place] = CORNER if facing_side != 0 else BACK_OR_BESIDE
                left -= 1


@compiled
def _by_distance(apart_m, numbered, most, told):
    """Choose the nearest for those next door, and some that are close after them."""
    nearest = 2 * most.each_side
    for place in range(min(nearest + most.opposite + most.behind, len(apart_m))):
        if place < nearest:
            told[0, place], told[1, place] = 1, NEARBY_ALONE if numbered else NEARBY
        elif apart_m[place] <= BEHIND_WITHIN_M:
            told[0, place], told[1, place] = 2, NEXT_NEAREST_ALONE if numbered else NEXT_NEAREST


@compiled
def _neighbours(homes, apart_m, start, near_m, most, told):
    """Do what `home_neighbours` says: write what it returns, and whether there are enough."""
    nth, first = np.empty_like(homes.place), np.empty_like(homes.place)
    first = first[: _buildings(homes.place, start.place, nth, first)]
    # Each building stands where it is nearest.
    at = Standing(
        homes.x[first], homes.y[first], homes.place[first], homes.street[first],
        homes.house[first], homes.number[first],
    )  # fmt: skip
    away_m, near = apart_m[first], 0
    of = np.zeros((3, len(first)), dtype=np.int64)
    for place in range(len(first)):
        near += away_m[place] <= near_m
        if most.everyone:
            of[0, place], of[1, place] = 3, WITHIN
    numbered, next_door = start.street >= 0 and start.house >= 0, 0
    if numbered:
        next_door, opposite, farthest = _by_number(at, away_m, start, most, of)
    if next_door > 0:
        _by_place(at, away_m, start, most, opposite, farthest, of)
    else:
        _by_distance(away_m, numbered, most, of)
    for home in range(len(nth)):
        told[0, home], told[1, home] = 1, SAME_BUILDING
        if nth[home] >= 0:
            for what in range(3):
                told[what, home] = of[what, nth[home]]
    # Without a number next to it the nearest homes are next door, however far.
    return next_door > 0 or near >= 2 * most.each_side


def home_neighbours(
    homes: Standing, apart_m: Floats, start: Start, near_m: float, most: Most
) -> tuple[Ints, bool]:
    """Find what homes are to a burgled one.

    Parameters
    ----------
    homes : Standing
        Those of the street and all that are within `near_m`, with all of their buildings, the
        nearest first.
    apart_m : ndarray of float64, shape (n,)
        How far each is, to the centimetre.
    start : Start
    near_m : float
    most : Most

    Returns
    -------
    told : ndarray of int64, shape (3, n)
        Ring (0 for no neighbour), what each is to the burgled home (a number from `SAME_BUILDING`),
        and how many houses along the street (0 for none).
    enough : bool
        False where the street tells nobody and those that are near may be too few.
    """
    told = np.zeros((3, len(apart_m)), dtype=np.int64)
    return told, bool(_neighbours(homes, apart_m, start, near_m, most, told))
