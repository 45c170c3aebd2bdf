"""The maps that any forecast has to beat."""

from dataclasses import dataclass

import numpy as np

from hotspot._kernels.arrays import Floats
from hotspot.forecast.base import Forecast
from hotspot.forecast.retrospective import RetrospectiveDensity
from hotspot.grid import Grid

RANDOM, COUNT, DENSITY = "random", "all-history count", "year's density"
BASELINES = (RANDOM, COUNT, DENSITY)


@dataclass(eq=False, repr=False)
class EvenRisk(Forecast):
    """The same risk in every cell of the study area: what a search at random finds.

    Parameters
    ----------
    cells : int
        How many there are.
    """

    cells: int

    def _in_cells(self, grid: Grid, days: int) -> Floats:
        return np.full(grid.shape, self._expected(days) / self.cells)

    def _at(self, x: Floats, y: Floats, days: int) -> Floats:
        # What is even over cells has no density at a point: the cells have no size here.
        return np.full(len(x), np.nan)


def baselines(cell_size_m: float, cells: int) -> dict[str, Forecast]:
    """Return the baselines by name, not fitted."""
    return {
        RANDOM: EvenRisk(cells),
        COUNT: RetrospectiveDensity(cell_size_m, None, None, "cell"),
        DENSITY: RetrospectiveDensity(),
    }
