"""The time side of a Knox test: days that are known, or windows spread over their days."""

from dataclasses import dataclass
from fractions import Fraction
from typing import TypeAlias

import numpy as np

from hotspot._kernels.arrays import Floats, Ints
from hotspot._kernels.knox import (
    WHOLE,
    Part,
    Step,
    count_lags,
    count_window_lags,
    window_sums,
)
from hotspot._kernels.pairs import Neighbours
from hotspot.dates import SHARE_SCALE, DayShares
from hotspot.knox.moments import Graph


@dataclass(frozen=True)
class KnownDays:
    """Events of which the day is known.

    Parameters
    ----------
    days : ndarray of int64, shape (n,)
        Days since any date.
    """

    days: Ints

    def counts(
        self,
        near: Neighbours,
        longest: Ints,
        permutations: int = 0,
        seed: int = 0,
        step: Step | None = None,
        threads: int | None = None,
        part: Part = WHOLE,
    ) -> Floats:
        """Count the pairs within each lag by band of distance, observed first, then permuted.

        Shape (1 + permutations, bands, times).
        """
        return count_lags(near, self.days, longest, permutations, seed, threads, step, part).astype(
            float
        )

    def graphs(self, longest: Ints, everything: bool) -> list[Graph]:
        """Return nearness in time between the lags as graphs; with what is beyond, where asked."""
        partners = partners_in_time(self.days, longest)
        return [
            Graph.of_degrees(each) for each in (with_rest(partners) if everything else partners)
        ]


@dataclass(frozen=True)
class SpreadWindows:
    """Events of which only a window is known, each spread over the days of its window.

    Parameters
    ----------
    shares : DayShares
        The windows of n events.
    """

    shares: DayShares

    def counts(
        self,
        near: Neighbours,
        longest: Ints,
        permutations: int = 0,
        seed: int = 0,
        step: Step | None = None,
        threads: int | None = None,
        part: Part = WHOLE,
    ) -> Floats:
        """Count as `KnownDays.counts` does, each pair by the probability of its lag."""
        # Counted in fixed point, so that equal tables are equal, and divided once at the end.
        return count_window_lags(
            near, *self.shares, longest, SHARE_SCALE, permutations, seed, threads, step, part
        ) / float(SHARE_SCALE)

    def graphs(self, longest: Ints, everything: bool) -> list[Graph]:
        """Return the weighted graphs of `KnownDays.graphs`."""
        sums, squares = window_sums(*self.shares, longest, SHARE_SCALE, everything)
        graphs = []
        for by_event, square in zip(sums, squares, strict=True):
            weights = [Fraction(int(total), SHARE_SCALE) for total in by_event]
            # Each pair stands in the sum of either of its events.
            pairs = sum(weights, Fraction(0)) / 2
            square_sum = Fraction(float(square))
            # The square of an event's sum holds the products of every two of its pairs twice, and
            # the square of each pair once; summed over events each pair's square stands twice.
            met = sum((weight * weight for weight in weights), Fraction(0))
            graphs.append(Graph(pairs, square_sum, met / 2 - square_sum))
        return graphs


#: What the test needs of the dates of the events.
TimeSide: TypeAlias = KnownDays | SpreadWindows


def partners_in_time(days: Ints, longest: Ints) -> Ints:
    """Count the others within each band of lags of each event, shape (times, n)."""
    # By place in the sorted days: pairs in time alone are too many to be listed.
    ordered = np.sort(days)
    # Less one in each: an event is no partner of its own.
    within = [
        np.searchsorted(ordered, days + last, side="right")
        - np.searchsorted(ordered, days - last, side="left")
        - 1
        for last in longest.tolist()
    ]
    return np.diff(np.array(within), axis=0, prepend=np.zeros((1, len(days)), dtype=np.int64))


def with_rest(partners: Ints) -> Ints:
    """Add a last band to counts of partners, shape (bands, n): all others of each event."""
    rest = max(partners.shape[1] - 1, 0) - partners.sum(axis=0)
    return np.concatenate([partners, rest[None]])
