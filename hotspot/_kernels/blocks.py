"""Pairs near in space and time, shared out to the blocks of ground that their events stand on."""

import numpy as np

from hotspot._kernels.arrays import Ints
from hotspot._kernels.compiled import compiled
from hotspot._kernels.pairs import Neighbours
from hotspot._kernels.piles import pile_lags


@compiled
def _share_out(start, other, days, column, block, out):
    bands = out.shape[1]
    for i in range(days.shape[0]):
        for band in range(bands):
            for pair in range(start[i * bands + band], start[i * bands + band + 1]):
                j = other[pair]
                lag = abs(days[j] - days[i])
                # The table of lags ends with the last band: what is later belongs to none.
                if lag < column.shape[0]:
                    out[block[i], band, column[lag]] += 1
                    out[block[j], band, column[lag]] += 1


def count_by_block(
    near: Neighbours, days: Ints, longest_days: Ints, block: Ints, blocks: int
) -> Ints:
    """Count the partners of the events of each block, by band of distance and of time.

    Parameters
    ----------
    near : Neighbours
        The pairs, by band.
    days, block : ndarray of int64, shape (n,)
        Day and block of each event, in the caller's order.
    longest_days : ndarray of int64, shape (times,)
        Last lag of each band of time, rising.
    blocks : int
        How many blocks there are.

    Returns
    -------
    ndarray of int64, shape (blocks, bands, times)
        Each pair counts once for the block of either event, so that all add up to twice the pairs.
    """
    out = np.zeros((blocks, near.bands, len(longest_days)), dtype=np.int64)
    column = np.searchsorted(longest_days, np.arange(longest_days[-1] + 1))
    own, ground = days[near.order], block[near.order]
    _share_out(near.start, near.other, own, column, ground, out)
    # A pile stands in one block, which holds both events of each of its pairs.
    within = np.diff(pile_lags(near.piles, own, longest_days), axis=1, prepend=0)
    np.add.at(out[:, 0], ground[near.piles[:, 0]], 2 * within)
    return out
