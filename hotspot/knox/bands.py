"""Bands of distance and time, and labels that say exactly what is inside them."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from hotspot._checks import choice_problems, positive_problems
from hotspot._kernels.arrays import Bools, Ints

SAME_PLACE = "same place"
# A quarter in bands of a day by a kilometre in bands of 50 m.
_MOST_CELLS = 2000


@dataclass(frozen=True)
class Bands:
    """The rows and columns of a Knox table.

    Attributes
    ----------
    edges_m : tuple of float
        Upper edges, rising; the first is that of the same place, where `same_place_m` is given.
    edges_days : tuple of int
        Upper edges, rising.
    closed : {"right", "left"}
        Which end of a band belongs to it.
    same_place_m : float or None
        Up to which distance, included, two events are at the same place.
    open_ended : bool
        Whether a row and a column for everything farther and later end the table.
    """

    edges_m: tuple[float, ...]
    edges_days: tuple[int, ...]
    closed: str = "right"
    same_place_m: float | None = 0.0
    open_ended: bool = False

    @property
    def closed_right(self) -> Bools:
        """Whether the upper edge of each band of distance is inside; the same place's always is."""
        right = np.full(len(self.edges_m), self.closed == "right")
        if self.same_place_m is not None:
            right[0] = True
        return right

    @property
    def longest_days(self) -> Ints:
        """Longest lag in whole days within each upper edge."""
        # Lags are whole days: below an open edge of 7 the longest is 6.
        return np.array(self.edges_days, dtype=np.int64) - (self.closed == "left")

    @property
    def distance_labels(self) -> list[str]:
        """Return the names of the rows, which say exactly what is inside."""
        labels = []
        below: float | None = None
        for edge in self.edges_m:
            if below is None and self.same_place_m is not None:
                same = "" if edge == 0 else f" (up to {edge:g} m)"
                labels.append(SAME_PLACE + same)
            elif self.closed == "right":
                labels.append(f"{'[0' if below is None else f'({below:g}'}, {edge:g}] m")
            else:
                # What is exactly at the same place has a band of its own.
                opened = "(" if below == self.same_place_m and len(labels) == 1 else "["
                labels.append(f"{opened}{below or 0:g}, {edge:g}) m")
            below = edge
        if self.open_ended:
            labels.append(
                f"more than {below:g} m" if self.closed == "right" else f"{below:g} m or more"
            )
        return labels

    @property
    def time_labels(self) -> list[str]:
        """Return the names of the columns, by their first and last lag in whole days."""
        longest = self.longest_days.tolist()
        firsts = [0, *(last + 1 for last in longest[:-1])]
        labels = [
            f"{first}-{last} days" if first != last else f"{first} day{'s' * (first != 1)}"
            for first, last in zip(firsts, longest, strict=True)
        ]
        if self.open_ended:
            labels.append(f"{longest[-1] + 1} days or more")
        return labels


def band_problems(
    distance_bands_m: Sequence[float],
    time_bands_days: Sequence[int],
    closed: str,
    same_place_m: float | None,
) -> list[str]:
    """Return what is wrong with the bands that a user asks for."""
    problems = choice_problems("closed", closed, ("right", "left"))
    for name, edges, lowest in (
        ("distance_bands_m", distance_bands_m, same_place_m or 0.0),
        ("time_bands_days", time_bands_days, -1.0 if closed == "right" else 0.0),
    ):
        try:
            values = np.asarray(edges, dtype=float)
        except (TypeError, ValueError):
            values = np.empty(0)
        listed = values.ndim == 1 and len(values) > 0
        if not listed or not np.isfinite(values).all() or (np.diff(values) <= 0).any():
            problems.append(f"{name} must be rising finite numbers, not {edges!r}.")
        elif values[0] <= lowest:
            problems.append(f"{name} must begin above {lowest:g}, not with {values[0]:g}.")
        elif name == "distance_bands_m":
            problems += positive_problems(
                **{f"{name}[{at}]": float(values[at]) for at in sorted({0, len(values) - 1})}
            )
        elif name == "time_bands_days" and (values % 1 != 0).any():
            problems.append(f"{name} must be whole days, not {edges!r}.")
    cells = np.size(distance_bands_m) * np.size(time_bands_days)
    if cells > _MOST_CELLS:
        problems.append(
            f"distance_bands_m and time_bands_days make {cells:,} cells, of which none would hold "
            f"pairs enough: take {_MOST_CELLS:,} at most."
        )
    if same_place_m is not None and not (np.isfinite(same_place_m) and same_place_m >= 0):
        problems.append(f"same_place_m must be 0 or more, or None, not {same_place_m!r}.")
    return problems
