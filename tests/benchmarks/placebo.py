"""Operations that never were, evaluated in Chicago: how often the rule calls one an effect."""

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from hotspot.impact.place_ratio import ratio_by_place, relabelled_p_value
from tests.conftest import ROOT

MONTHS = pd.period_range("2014-01", "2017-12", freq="M")
YEAR = 12


@dataclass
class Placebo:
    """The table of operations that never were.

    In each of the start months with 12 months of data before and after, the worst 5 x k cells of
    the 12 months before are taken, k of them are drawn as treated, and the rest are the controls.

    Parameters
    ----------
    starts : sequence of int
        Months of data before the start, of those that there are.
    draws : int
        In each start month.
    permutations : int
        0 for the interval alone.
    """

    starts: Sequence[int] = range(YEAR, len(MONTHS) - YEAR + 1)
    draws: int = 40
    permutations: int = 199

    def rows(self) -> Iterator[dict[str, float]]:
        """Yield a row per size of cell and number of places."""
        for cell_m in (250.0, 400.0):
            counts = counts_by_cell(cell_m)
            for places in (12, 30):
                found = self._evaluated(counts, places)
                ratio, by_interval, by_labels = np.array(found).T
                yield {
                    "cell_m": cell_m, "places": places, "evaluations": len(found),
                    "mean_ratio": float(ratio.mean()), "by_interval": float(by_interval.mean()),
                    "by_labels": float(by_labels.mean()),
                }  # fmt: skip

    def _evaluated(self, counts: "np.ndarray", places: int) -> list[tuple[float, bool, bool]]:
        found = []
        for start in self.starts:
            before = counts[:, start - YEAR : start].sum(axis=1).astype(float)
            after = counts[:, start : start + YEAR].sum(axis=1).astype(float)
            worst = np.lexsort((np.arange(len(before)), -before))[: 5 * places]
            random = np.random.default_rng([start, places])
            for draw in range(self.draws):
                treated = np.zeros(5 * places, dtype=bool)
                treated[random.choice(5 * places, places, replace=False)] = True
                early, late = before[worst], after[worst]
                one = ratio_by_place(
                    (early[treated], late[treated]), (early[~treated], late[~treated])
                )
                p_value = 1.0
                if self.permutations:
                    p_value = relabelled_p_value(early, late, treated, self.permutations, draw)
                found.append((one.value, not one.low <= 1 <= one.high, p_value <= 0.05))
        return found

    def run(self) -> None:
        """Print the table, where the data are there."""
        if not _chicago().exists():
            print("\nOperations that never were: the burglaries of Chicago are not on this machine")
            return
        print(
            "\nOperations that never were, Chicago 2014 to 2017: alarms by interval, by relabelling"
        )
        for row in self.rows():
            print(
                f"  {row['cell_m']:.0f} m, {row['places']:2d} of {5 * row['places']:3d} places: "
                f"mean ratio {row['mean_ratio']:.3f}, alarms {100 * row['by_interval']:.1f} %, "
                f"{100 * row['by_labels']:.1f} % of {row['evaluations']:,}",
                flush=True,
            )


def contenders() -> Placebo:
    return Placebo()


def counts_by_cell(cell_m: float) -> "np.ndarray":
    """Count the burglaries of Chicago by cell and month."""
    table = pd.read_csv(_chicago())
    month = pd.to_datetime(table["date_single"], format="%d/%m/%Y").dt.to_period("M")
    cells = np.floor(table[["x", "y"]].to_numpy() / cell_m).astype(int)
    _, cell = np.unique(cells, axis=0, return_inverse=True)
    at = MONTHS.get_indexer(month)
    counts = np.zeros((int(cell.max()) + 1, len(MONTHS)), dtype=int)
    np.add.at(counts, (cell.ravel()[at >= 0], at[at >= 0]), 1)
    return counts


def _chicago() -> Path:
    folder = Path(os.environ.get("HOTSPOT_DATA", ROOT.parent / "shared" / "data"))
    return folder / "chicago_burglary_2014_2017" / "chicago_burglary_2014_2017.csv"
