"""Where numbers and names stand on a map on paper: signs pushed apart, room around letters."""

import math

import numpy as np

from hotspot._kernels.arrays import Floats
from hotspot._kernels.compiled import compiled

# Signs that just touch would be moved for ever by what rounding leaves.
_TOUCH = 1e-6


@compiled
def _push_apart(at, widths, height, gap, edge, size, rounds):
    """Move signs that overlap apart, in place; a round begins with what all before it left."""
    before = np.empty_like(at)
    settled = False
    for nth in range(rounds + 1):
        for i in range(len(at)):
            for axis in range(2):
                half = (widths[i] if axis == 0 else height) / 2 + edge
                at[i, axis] = min(max(at[i, axis], half), size[axis] - half)
        if settled or nth == rounds:
            return
        before[:] = at
        settled = True
        for i in range(len(at)):
            for j in range(i):
                needed = (widths[i] + widths[j]) / 2 + gap
                if needed - abs(before[i, 0] - before[j, 0]) <= _TOUCH:
                    continue
                if height + gap - abs(before[i, 1] - before[j, 1]) <= _TOUCH:
                    continue
                settled = False
                wide = needed - abs(at[i, 0] - at[j, 0])
                high = height + gap - abs(at[i, 1] - at[j, 1])
                if min(wide, high) <= _TOUCH:
                    continue
                axis, step = (1, high / 2) if high < wide else (0, wide / 2)
                if at[i, axis] < at[j, axis]:
                    step = -step
                at[i, axis] += step
                at[j, axis] -= step


def push_apart(
    points: Floats,
    widths: Floats,
    height: float,
    size: tuple[float, float],
    *,
    gap: float,
    edge: float,
    rounds: int,
) -> Floats:
    """Move signs that overlap apart; they stay within the map.

    Each pair that overlaps is moved by half its overlap, along the axis where that is less, and
    all again until none does.

    Parameters
    ----------
    points : ndarray of float64, shape (n, 2)
        The middle of each.
    widths : ndarray of float64, shape (n,)
    height : float
        Of every sign.
    size : tuple of float
        Of the map, from 0.
    gap, edge : float
        What is left between two signs, and between a sign and the frame.
    rounds : int
        After so many it stops, settled or not.

    Returns
    -------
    ndarray of float64, shape (n, 2)
    """
    at = np.array(points, dtype=np.float64)
    _push_apart(at, widths, height, gap, edge, np.array(size, dtype=np.float64), rounds)
    return at


@compiled
def _room_around(middles, turns, along, boxes, size, most, out):
    """Find how far each row of letters is from boxes and frame, at most `most`, into `out`."""
    for place in range(len(middles)):
        room, least = most, most * most
        for letter in along:
            x = middles[place, 0] + turns[place, 0] * letter
            y = middles[place, 1] + turns[place, 1] * letter
            room = min(room, x, y, size[0] - x, size[1] - y)
            for box in range(len(boxes)):
                wide = max(boxes[box, 0] - x, x - boxes[box, 2], 0.0)
                high = max(boxes[box, 1] - y, y - boxes[box, 3], 0.0)
                least = min(least, wide * wide + high * high)
        out[place] = min(room, math.sqrt(least))


def room_around(
    middles: Floats,
    turns: Floats,
    along: Floats,
    boxes: Floats,
    size: tuple[float, float],
    most: float,
) -> Floats:
    """Return how far a name at each of some places is from what is there, and from the frame.

    Parameters
    ----------
    middles, turns : ndarray of float64, shape (n, 2)
        Where its middle would be, and its direction, of length one.
    along : ndarray of float64
        How far from its middle its letters stand.
    boxes : ndarray of float64, shape (m, 4)
        Left, top, right and bottom of what is there.
    size : tuple of float
        Of the map, from 0.
    most : float
        No more room is told than this.

    Returns
    -------
    ndarray of float64
        Less than 0 outside the frame.
    """
    rooms = np.empty(len(middles))
    reach = most + np.abs(along).max(initial=0.0)
    low = middles.min(axis=0, initial=np.inf) - reach
    high = middles.max(axis=0, initial=-np.inf) + reach
    near = (boxes[:, :2] < high) & (boxes[:, 2:] > low)
    frame = np.array(size, dtype=np.float64)
    _room_around(middles, turns, along, boxes[near.all(axis=1)], frame, most, rooms)
    return rooms
