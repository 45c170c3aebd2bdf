"""What a Knox test counts: sums over pairs, so that those of tiles add up to those of the whole.

Each tile finds its neighbours with a halo as wide as the last band, and keeps of them the pairs
whose first event, in the order in which dates are dealt, lies in the tile: every pair is kept by
one tile. Dates are dealt over all events wherever a tile is counted, so that permutation k of a
seed is the same everywhere.
"""

from concurrent.futures import Executor
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from hotspot._kernels.arrays import Bools, Floats, Ints
from hotspot._kernels.knox import Part, followers
from hotspot._kernels.pairs import PILE, Neighbours, degrees, neighbours_in_space
from hotspot._kernels.threads import blocks
from hotspot.executors import finished_pieces, run_pieces
from hotspot.knox.times import KnownDays, TimeSide
from hotspot.output.progress_bars import progress_bar
from hotspot.tiling import tiles

# Permutations that a piece deals: as many as the kernel reads a pair for at once.
_RUN = 256
_WHAT = "Knox test"


@dataclass(frozen=True)
class Counted:
    """What is counted of the events.

    Attributes
    ----------
    edges_m : ndarray of float64, shape (bands,)
    closed_right : ndarray of bool, shape (bands,)
    manhattan : bool
        As of `neighbours_in_space`.
    longest_days : ndarray of int64, shape (times,)
        Lags up to which pairs are counted.
    times : KnownDays or SpreadWindows
        Whose dates are dealt out.
    days : ndarray of int64, shape (n,)
        Days that say who followed whom.
    other_dates : tuple of ndarray of int64, shape (n,)
        Further days by which pairs are counted, none dealt out.
    permutations, seed : int
        As of `knox_test`.
    """

    edges_m: Floats
    closed_right: Bools
    manhattan: bool
    longest_days: Ints
    times: TimeSide
    days: Ints
    other_dates: tuple[Ints, ...]
    permutations: int
    seed: int

    @property
    def piles_from(self) -> int | None:
        """Events at one place from which on their pairs are counted and not listed."""
        # Of windows that are spread each pair weighs by itself, and has to be listed.
        return PILE if isinstance(self.times, KnownDays) else None


class PairCounts(NamedTuple):
    """Sums over pairs.

    Attributes
    ----------
    within : ndarray of float64, shape (1 + permutations, bands, times)
        Pairs within each lag, observed, then permuted.
    by_date : ndarray of float64, shape (other dates, bands, times)
        Those by the other dates.
    partners : ndarray of int64, shape (bands, n)
        How many partners each event has in each band.
    follows : ndarray of bool, shape (n,)
        Which events follow another within the longest lag.
    """

    within: Floats
    by_date: Floats
    partners: Ints
    follows: Bools


def count_pairs(near: Neighbours, counted: Counted, executor: Executor | None = None) -> PairCounts:
    """Count the pairs of all events, several permutations to a piece.

    Parameters
    ----------
    near : Neighbours
        Of all events, in the caller's order.
    counted : Counted
        In the caller's order.
    executor : Executor, optional
        Runs the pieces. Default: threads.

    Returns
    -------
    PairCounts
    """
    times, longest, seed = counted.times, counted.longest_days, counted.seed
    if executor is None:
        with progress_bar(counted.permutations, "Knox permutations") as bar:
            within = times.counts(near, longest, counted.permutations, seed, step=bar.update)
    else:
        # At least one piece: what is observed is counted where nothing is dealt, too.
        runs = blocks(counted.permutations, _RUN) or [(0, 0)]
        shared = near, times, longest, seed
        with progress_bar(len(runs), f"Knox, {_RUN} permutations each") as bar:
            parts = run_pieces(_permuted, shared, runs, executor, _WHAT, step=bar.update)
        within = np.concatenate([parts[0][:1], *(part[1:] for part in parts)])
    return _pair_counts(within, near, counted, Part(), counted.days)


def count_pairs_in_tiles(
    x: Floats,
    y: Floats,
    counted: Counted,
    tile_m: float,
    executor: Executor | None = None,
) -> PairCounts:
    """Count the pairs tile by tile; as of `count_pairs`, of which it gives the numbers.

    Parameters
    ----------
    x, y : ndarray of float64, shape (n,)
        Events in the order in which dates are dealt (`sweep_order`), as is what is `counted`.
    counted : Counted
    tile_m : float
        Side of a tile in metres.
    executor : Executor, optional
        Runs the tiles. Default: one after the other, each on threads.

    Returns
    -------
    PairCounts
    """
    cells = len(counted.edges_m), len(counted.longest_days)
    total = PairCounts(
        np.zeros((1 + counted.permutations, *cells)),
        np.zeros((len(counted.other_dates), *cells)),
        np.zeros((cells[0], len(x)), dtype=np.int64),
        np.zeros(len(x), dtype=np.bool_),
    )
    cut = list(tiles(x, y, tile_m, float(counted.edges_m[-1])))
    threads = None if executor is None else 1
    pieces = [(x[tile.at], y[tile.at], tile.at, tile.own, threads) for tile in cut]
    with progress_bar(len(pieces), "Knox tiles") as bar:
        for number, part in finished_pieces(_count_tile, counted, pieces, executor, _WHAT):
            at = cut[number].at
            # Whole numbers, or in fixed point: they add up exactly in whatever order they come.
            total.within[:] += part.within
            total.by_date[:] += part.by_date
            total.partners[:, at] += part.partners
            total.follows[at] |= part.follows
            bar.update(1)
    return total


def _permuted(shared: tuple[Neighbours, TimeSide, Ints, int], first: int, stop: int) -> Floats:
    """Count what is observed, and permutations [first, stop)."""
    near, times, longest, seed = shared
    part = Part(before=first)
    return times.counts(near, longest, stop - first, seed, threads=1, part=part)


def _count_tile(
    counted: Counted, x: Floats, y: Floats, at: Ints, own: Bools, threads: int | None
) -> PairCounts:
    """Count the pairs that a tile owns; `at` says where its events are among all."""
    near = neighbours_in_space(
        x, y, counted.edges_m, counted.closed_right, counted.manhattan,
        piles_from=counted.piles_from,
    )  # fmt: skip
    near = _owned(near, at[near.order], own[near.order])
    part = Part(at=at[near.order])
    within = counted.times.counts(
        near, counted.longest_days, counted.permutations, counted.seed, threads=threads, part=part
    )
    return _pair_counts(within, near, counted, part, counted.days[at])


def _owned(near: Neighbours, at: Ints, own: Bools) -> Neighbours:
    """Keep the pairs whose first event is a tile's own; both arrays in the order of `near`."""
    one = np.repeat(np.arange(len(at)), np.diff(near.start[:: near.bands]))
    kept = own[np.where(at[one] < at[near.other], one, near.other)]
    ends = np.concatenate([np.zeros(1, dtype=np.int64), np.cumsum(kept)])
    # All of a place lie in one tile.
    piles = near.piles[own[near.piles[:, 0]]]
    return near._replace(start=ends[near.start], other=near.other[kept], piles=piles)


def _pair_counts(
    within: Floats, near: Neighbours, counted: Counted, part: Part, days: Ints
) -> PairCounts:
    """Add to the pairs within each lag what else is asked of them, event by event as they came."""
    longest = counted.longest_days
    by_date = [
        KnownDays(dates).counts(near, longest, part=part)[0] for dates in counted.other_dates
    ]
    partners = np.empty((near.bands, len(near.order)), dtype=np.int64)
    partners[:, near.order] = degrees(near)
    follows = np.empty(len(near.order), dtype=np.bool_)
    follows[near.order] = followers(near, days[near.order], int(longest[-1]))
    return PairCounts(within, np.array(by_date).reshape(-1, *within.shape[1:]), partners, follows)
