"""The time side of a Knox test: days that are known, or windows spread over their days."""

from fractions import Fraction
from typing import Protocol

import numpy as np
import numpy.typing as npt

from hotspot._kernels.knox import Step, count_lags, count_window_lags, window_sums
from hotspot._kernels.pairs import Neighbours
from hotspot.dates import SHARE_SCALE, DayShares
from hotspot.knox.moments import Graph

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


class TimeSide(Protocol):
    """What the test needs of the dates of the events."""

    def counts(
        self,
        near: Neighbours,
        longest: Ints,
        permutations: int = 0,
        seed: int = 0,
        step: Step | None = None,
    ) -> Floats:
        """Count the pairs within each lag by band of distance, observed first, then permuted.

        Shape (1 + permutations, bands, times).
        """

    def graphs(self, longest: Ints, everything: bool) -> list[Graph]:
        """Return nearness in time between the lags as graphs; with what is beyond, where asked."""


class KnownDays:
    """Events of which the day is known.

    Parameters
    ----------
    days : ndarray of int64, shape (n,)
        Days since any date.
    """

    def __init__(self, days: Ints) -> None:
        self.days = days

    def counts(
        self,
        near: Neighbours,
        longest: Ints,
        permutations: int = 0,
        seed: int = 0,
        step: Step | None = None,
    ) -> Floats:
        return count_lags(near, self.days, longest, permutations, seed, step=step).astype(float)

    def graphs(self, longest: Ints, everything: bool) -> list[Graph]:
        # Events of one day have the same partners: a graph over days, each as often as it occurs.
        days, repeats = np.unique(self.days, return_counts=True)
        up_to = np.concatenate([[0], np.cumsum(repeats)])
        within = [
            up_to[np.searchsorted(days, days + last, side="right")]
            - up_to[np.searchsorted(days, days - last, side="left")]
            - 1
            for last in longest.tolist()
        ]
        if everything:
            within.append(np.full(len(days), len(self.days) - 1))
        degrees = np.diff(within, axis=0, prepend=np.zeros((1, len(days)), dtype=np.int64))
        return [Graph.of_degrees(np.repeat(degree, repeats)) for degree in degrees]


class SpreadWindows:
    """Events of which only a window is known, each spread over the days of its window.

    Parameters
    ----------
    shares : DayShares
        The windows of n events.
    """

    def __init__(self, shares: DayShares) -> None:
        self.shares = shares

    def counts(
        self,
        near: Neighbours,
        longest: Ints,
        permutations: int = 0,
        seed: int = 0,
        step: Step | None = None,
    ) -> Floats:
        return count_window_lags(
            near, *self.shares, longest, SHARE_SCALE, permutations, seed, step=step
        ) / float(SHARE_SCALE)

    def graphs(self, longest: Ints, everything: bool) -> list[Graph]:
        sums, squares = window_sums(*self.shares, longest, SHARE_SCALE, everything)
        graphs = []
        for by_event, square in zip(sums, squares, strict=True):
            weights = [Fraction(int(total), SHARE_SCALE) for total in by_event]
            pairs = sum(weights, Fraction(0)) / 2
            square_sum = Fraction(float(square))
            met = sum((weight * weight for weight in weights), Fraction(0))
            graphs.append(Graph(pairs, square_sum, met / 2 - square_sum))
        return graphs
