"""What would follow by chance, and what is left of what does when that is taken out."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from hotspot._kernels.pairs import Neighbours
from hotspot._kernels.preceding import NEVER, first_acts

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


class Times(NamedTuple):
    """When each burglary happened, in seconds, and when something could be done about it."""

    start: Ints
    end: Ints
    day: Ints
    rank: Ints
    act: Ints

    def of(self, events: Ints) -> "Times":
        """Return the times of some events, in their order."""
        return Times(*(values[events] for values in self))


class Chance(NamedTuple):
    """How often a burglary follows another where dates have nothing to do with places.

    Attributes
    ----------
    share : ndarray, shape (reaches,)
        Of all burglaries, those that follow another nearby.
    of_each : ndarray, shape (n, reaches)
        The same for each burglary, by what its place and its time have in the deals.
    of_a_pair : float
        Of pairs of any two burglaries, those of which one follows the other.
    """

    share: Floats
    of_each: Floats
    of_a_pair: float


def in_time(acts: Ints, times: Times) -> Floats:
    """Return the share of each event's window that lies after the act, by reach."""
    start, end = times.start[:, None], times.end[:, None]
    # A known moment has no length: it is late enough or not.
    length = np.maximum(end - start, 1)
    # A known moment is in time where it is later; a window by the part of it that is later.
    after = np.where(end > start, end - np.maximum(acts, start), end > acts)
    return np.asarray(np.clip(after / length, 0.0, 1.0))


def dealt_out(
    near: Neighbours, home: Ints, times: Times, window_days: int, permutations: int, seed: int
) -> tuple[Chance, Chance]:
    """Deal the times out over the places, and count what follows then.

    Parameters
    ----------
    near : Neighbours
        Who is near whom, whenever it was.
    home : ndarray of int64, shape (n,)
    times : Times
        All that belongs to a time moves with it, so that delays stay those of real records.
    window_days, permutations, seed : int

    Returns
    -------
    Chance, Chance
        Of what follows in time for the force to act, and of all that follows.
    """
    events = len(times.day)
    places, moments = np.zeros((2, 2, events, near.bands))
    pair = np.zeros(2)
    rng = np.random.default_rng(seed)
    for _ in range(permutations):
        deal = rng.permutation(events)
        dealt = times.of(deal)
        acts = first_acts(near, home, dealt.rank, dealt.day, window_days, dealt.act)
        follows = np.stack([in_time(acts, dealt), acts != NEVER])
        places += follows
        moments[:, deal] += follows
        # Who come one after the other in a deal are any two.
        one, other = deal[:-1], deal[1:]
        first = times.rank[one] < times.rank[other]
        earlier, later = np.where(first, one, other), np.where(first, other, one)
        close = times.day[later] - times.day[earlier] <= window_days
        acted = np.where(close, times.act[earlier], NEVER)[:, None]
        pair += [in_time(acted, times.of(later)).sum(), close.sum()]
    pair /= max(events - 1, 1) * permutations
    share = places.sum(axis=1) / max(events, 1) / permutations
    of_each = (places + moments) / permutations - share[:, None]
    late, any_time = (Chance(share[n], of_each[n], float(pair[n])) for n in range(2))
    return late, any_time


def beyond(of_all: Floats, chance: Chance) -> Floats:
    """Return the share of burglaries that follow one that drew them there.

    Parameters
    ----------
    of_all : ndarray, shape (reaches,)
        The share of all burglaries that follow another.
    chance : Chance

    Returns
    -------
    ndarray, shape (reaches,)
        NaN where a share of burglaries or of pairs that is all leaves nothing to see.

    Notes
    -----
    Who follows none escaped both, ``1 - all = (1 - apart) (1 - beyond)`` (Abbott 1925), with
    ``apart`` the chance of following one of those that have nothing to do with it. The deals
    hold more than that: the two of a true pair stay near, and a deal lets one follow the other
    with the chance of any pair, ``1 - dealt = (1 - apart) (1 - of_a_pair * beyond)``. In half a
    year of data with a rule of six weeks that is two of five true pairs; the two equations
    together give `beyond`.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        escaped = np.where(chance.share < 1, (1 - of_all) / (1 - chance.share), np.nan)
        seen = 1 - chance.of_a_pair * escaped
        return np.asarray(np.where(seen > 0, (1 - escaped) / seen, np.nan))
