"""What may be said at a door: who hears or reads it cannot tell which house was burgled."""

from math import ceil

import numpy as np
import numpy.typing as npt
import pandas as pd

from hotspot.cocooning.doors import Doors, Ints
from hotspot.cocooning.wording import Link
from hotspot.english import days_long

#: A street, or what is "near here", is named only where so many other houses may be meant.
FEWEST_HOUSES = 8
#: What people take for "near here": two houses of a terrace and a park away.
NEAR_HERE_M = 100.0

_WEEK_DAYS = 7


class DoorstepWords:
    """Tells of each door what may be said there, by how many houses the words could mean.

    Parameters
    ----------
    doors : Doors
    within_m : float
        How far from a burglary the houses of its street count. Farther ones need not be known:
        more addresses than can matter change no word.
    """

    def __init__(self, doors: Doors, within_m: float) -> None:
        self._doors, self._within_m = doors, within_m
        self._around: dict[int, tuple[Ints, npt.NDArray[np.float64]]] = {}
        # By burglary, street that is named and the reader's own: the houses that may be meant.
        self._meant: dict[tuple[int, int, int], frozenset[int]] = {}

    def at_the_door(self, door: int, links: tuple[Link, ...], officer_notes: str) -> str:
        """Return the words for one row of a list, with what the officer must know there.

        A neighbour hears of no distance, no day, no house and no side of the street. The street
        is named where `FEWEST_HOUSES` others of it may be the burgled one; so is "near here" for
        a burglary of another street. Else it is "in your area". The row of the burgled home says
        no more: the supervisor's workbook tells who was burgled, the team's paper must not.

        Parameters
        ----------
        door : int
            Position of the row's first home, -1 where its address is not known.
        links : tuple of Link
            Every burglary that reaches it, the leading one first.
        officer_notes : str
            Said of the door itself: earlier calls, and what to confirm first.

        Returns
        -------
        str
        """
        said = self._said(door, links)
        return f"{said}; {officer_notes}" if officer_notes else said

    def _said(self, door: int, links: tuple[Link, ...]) -> str:
        # The burgled home's own row says what its neighbours' say: they see the sheet as well.
        street = int(self._doors.street[door]) if door >= 0 else -1
        # One on the street says most to those who live there, then the newest.
        shown = min(links, key=lambda link: (not self._on(street, link), link.event.age_days))
        if self._on(street, shown):
            where = "on your street" if self._enough(shown, street, door) else "in your area"
        else:
            where = "near here" if self._enough(shown, -1, door) else "in your area"
        return f"A burglary {where} {_when(int(shown.event.age_days))}"

    def _on(self, street: int, link: Link) -> bool:
        at = int(link.event.door)
        return street >= 0 and at >= 0 and int(self._doors.street[at]) == street

    def _enough(self, link: Link, street: int, door: int) -> bool:
        """Return whether enough houses besides the reader's own may be the burgled one."""
        doors = self._doors
        own = int(doors.street[door]) if door >= 0 else -1
        key = (link.event.rank, street, own)
        if key not in self._meant:
            homes, apart_m = self._near(link)
            if street >= 0:
                meant = homes[doors.street[homes] == street]
            else:
                elsewhere = (doors.street[homes] != own) | (doors.street[homes] < 0)
                meant = homes[(apart_m <= NEAR_HERE_M) & elsewhere]
            self._meant[key] = frozenset(doors.place[meant].tolist())
        houses = self._meant[key]
        readers = door >= 0 and int(doors.place[door]) in houses
        return len(houses) - readers >= FEWEST_HOUSES

    def _near(self, link: Link) -> tuple[Ints, npt.NDArray[np.float64]]:
        """Return the homes around a burglary's recorded point, and how far each is."""
        event, doors = link.event, self._doors
        if event.rank not in self._around:
            _, near = doors.near.homes(np.array([event.x]), np.array([event.y]), self._within_m)
            apart_m = np.hypot(doors.x[near] - event.x, doors.y[near] - event.y)
            self._around[event.rank] = near, np.round(apart_m, 2)
        return self._around[event.rank]


def _when(age_days: int) -> str:
    if age_days <= _WEEK_DAYS:
        return "this week"
    return f"in the last {days_long(ceil(age_days / _WEEK_DAYS) * _WEEK_DAYS)}"


def words_of_rows(rows: pd.DataFrame, doors: Doors, within_m: float) -> list[str]:
    """Return what may be said at the door of each row of a plan.

    Parameters
    ----------
    rows : DataFrame
        ``doors``, ``reach`` and ``officer_notes`` of a plan's visits.
    doors : Doors
    within_m : float
        As of `DoorstepWords`.

    Returns
    -------
    list of str
    """
    words = DoorstepWords(doors, within_m)
    return [
        words.at_the_door(homes[0] if len(homes) else -1, links, officer_notes)
        for homes, links, officer_notes in zip(
            rows["doors"], rows["reach"], rows["officer_notes"], strict=True
        )
    ]
