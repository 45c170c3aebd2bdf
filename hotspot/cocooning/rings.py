"""The homes around a burgled one, as officers know them: next door, opposite, behind."""

from typing import NamedTuple

import numpy as np

from hotspot.cocooning.doors import ROUNDING_M, Doors, Floats, Ints, Texts
from hotspot.cocooning.presets import Reach

# Farther than this the next house along is not what anybody calls next door.
NEXT_DOOR_WITHIN_M = 40.0
# All that is told by place alone, and not by the street, is nearer than this.
_NEAR_M = 100.0

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
# In the order of their numbers in `hotspot._kernels.cocooning`.
_LINKS = np.array(
    [SAME_BUILDING, ALONG, ALONG_PAST, BESIDE_NAMED, ACROSS, ACROSS_NAMED, AT_BACK, CORNER,
     BACK_OR_BESIDE, WITHIN, NEARBY, NEXT_NEAREST, NEARBY_ALONE, NEXT_NEAREST_ALONE],
    dtype=object,
)  # fmt: skip


class Neighbours(NamedTuple):
    """Homes of rings 1 to 3: an entry per home, with the same length throughout."""

    door: Ints
    ring: Ints
    link: Texts
    steps: Ints
    apart_m: Floats


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
    # Who is farther off, and not of the street, is no neighbour but for want of others.
    near_m = within_m if reach.everyone else min(_NEAR_M, within_m)
    found, told, apart_m, enough = _told(doors, (x, y), door, within_m, near_m, reach)
    if not enough and near_m < within_m:
        found, told, apart_m, _ = _told(doors, (x, y), door, within_m, within_m, reach)
    return Neighbours(found, told[0], _LINKS[told[1]], told[2], apart_m)


def _told(
    doors: Doors,
    point: tuple[float, float],
    door: int,
    within_m: float,
    near_m: float,
    reach: Reach,
) -> tuple[Ints, Ints, Floats, bool]:
    """Find what the homes of the street, and those that are near, are to a burgled one."""
    street, place = (int(of[door]) if door >= 0 else -1 for of in (doors.street, doors.place))
    near = doors.near.buildings(point, street, place, within_m + ROUNDING_M, near_m + ROUNDING_M)
    return doors.near.neighbours(near, point, door, within_m, near_m, reach)
