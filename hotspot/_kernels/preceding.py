"""When the force could first have acted on an earlier burglary nearby, for each burglary."""

import numpy as np

from hotspot._kernels.arrays import Ints
from hotspot._kernels.compiled import compiled
from hotspot._kernels.pairs import Neighbours

#: Where no earlier burglary is near.
NEVER = np.iinfo(np.int64).max


@compiled
def _first_acts(start, other, bands, home, rank, day, window, act, out):
    """Find the earliest `act` of the events that precede i in band b, into ``out[i, b]``."""
    for i in range(len(rank)):
        for band in range(bands):
            for pair in range(start[i * bands + band], start[i * bands + band + 1]):
                j = other[pair]
                earlier, later = (i, j) if rank[i] < rank[j] else (j, i)
                # Ranks and not days decide what is earlier, for of one day the order is known or
                # chosen.
                # Ranks rise with the days, so this difference is never below 0.
                if day[later] - day[earlier] > window:
                    continue
                into = band
                if home[i] >= 0 and home[j] >= 0:
                    # Addresses decide where both are known: flats share a point, not a home.
                    into = 0 if home[i] == home[j] else max(band, 1)
                out[later, into] = min(out[later, into], act[earlier])


def first_acts(near: Neighbours, home: Ints, rank: Ints, day: Ints, window: int, act: Ints) -> Ints:
    """Find for each event and reach the earliest act on an event that precedes it.

    Parameters
    ----------
    near : Neighbours
        Of which the first band is the same point.
    home : ndarray of int64, shape (n,)
        A number for each address, -1 where it is not known: two that are known say which events
        are of the first band, however near their points are.
    rank : ndarray of int64, shape (n,)
        The order of the events in time, without ties.
    day : ndarray of int64, shape (n,)
        The day of each event.
    window : int
        Whole days after which an event precedes nothing.
    act : ndarray of int64, shape (n,)
        When something could first have been done about each event.

    Returns
    -------
    ndarray of int64, shape (n, bands)
        Within the band or a nearer one; `NEVER` where nothing precedes. All arrays are in the
        caller's order.
    """
    earliest = np.full((len(rank), near.bands), NEVER, dtype=np.int64)
    own = near.order
    _first_acts(near.start, near.other, near.bands, home[own], rank[own], day[own], window,
                act[own], earliest)  # fmt: skip
    placed = np.empty_like(earliest)
    placed[own] = np.minimum.accumulate(earliest, axis=1)
    return placed
