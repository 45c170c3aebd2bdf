"""Pairs of events that share a place, counted from the days of the place and never listed.

Ten thousand events at one point are fifty million pairs. How many lie within a lag is a sum over
days: those of a day, times those of the days up to the lag after it.
"""

import numpy as np

from hotspot._kernels.arrays import Bools, Ints
from hotspot._kernels.compiled import compiled


@compiled
def add_pile_lags(piles, days, longest, span, out):
    """Add to `out` (lanes, piles or 1, times) the pairs of each pile within each lag.

    `days`, from 0 to `span`, is (events, lanes).
    """
    held, passed = np.zeros(span + 1, dtype=np.int64), np.zeros(span + 1, dtype=np.int64)
    for pile in range(piles.shape[0]):
        into = min(pile, out.shape[1] - 1)
        for lane in range(out.shape[0]):
            held[:] = 0
            for i in range(piles[pile, 0], piles[pile, 1]):
                held[days[i, lane]] += 1
            total, same = 0, 0
            for day in range(span + 1):
                total += held[day]
                passed[day] = total
                # Of one day each pair once; of two days it is met at the earlier one alone.
                same += held[day] * (held[day] - 1) // 2
            for t in range(longest.shape[0]):
                last = min(np.int64(longest[t]), span)
                pairs = same
                for day in range(span + 1 - last):
                    pairs += held[day] * (passed[day + last] - passed[day])
                for day in range(span + 1 - last, span + 1):
                    pairs += held[day] * (total - passed[day])
                out[lane, into, t] += pairs


def pile_lags(piles: Ints, days: Ints, longest_days: Ints) -> Ints:
    """Count the pairs of each pile within each lag.

    Parameters
    ----------
    piles : ndarray of int64, shape (piles, 2)
        As of `hotspot._kernels.pairs.Neighbours`.
    days : ndarray of int64, shape (n,)
        Day of each event, in the order that `piles` points into.
    longest_days : ndarray of int64, shape (times,)
        Lags, rising; a pair counts for each that its lag does not exceed.

    Returns
    -------
    ndarray of int64, shape (piles, times)

    Examples
    --------
    >>> pile_lags(np.array([[0, 3]]), np.array([5, 5, 9]), np.array([0, 3, 4])).tolist()
    [[1, 1, 3]]
    """
    out = np.zeros((1, len(piles), len(longest_days)), dtype=np.int64)
    if len(piles):
        since = days - days.min()
        add_pile_lags(piles, since[:, None], longest_days, int(since.max()), out)
    return np.asarray(out[0])


def mark_pile_followers(piles: Ints, days: Ints, longest_days: int, follows: Bools) -> None:
    """Mark the events that have one of their pile before them, by no more than a number of days.

    Parameters
    ----------
    piles, days
        As of `pile_lags`.
    longest_days : int
    follows : ndarray of bool, shape (n,)
        Where they are marked; of one day, the ones that stand later follow the first.
    """
    for first, stop in piles:
        own = first + np.argsort(days[first:stop], kind="stable")
        # Who follows any before it follows the last before it.
        follows[own[1:]] |= np.diff(days[own]) <= longest_days
