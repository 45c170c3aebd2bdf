"""The maps that any forecast has to beat."""

import numpy as np

from hotspot.forecast.base import Forecast
from hotspot.forecast.history import Floats
from hotspot.forecast.retrospective import RetrospectiveDensity
from hotspot.grid import Grid

RANDOM, COUNT, DENSITY = "random", "all-history count", "year's density"


class EvenRisk(Forecast):
    """The same risk everywhere on the grid: what searching at random finds."""

    def _in_cells(self, grid: Grid, days: int) -> Floats:
        return np.full(grid.shape, self._expected(days) / (grid.nrows * grid.ncols))

    def _at(self, x: Floats, y: Floats, days: int) -> Floats:
        return np.full(len(x), np.nan)


def baselines(cell_size_m: float) -> dict[str, Forecast]:
    """Give the baselines by name, not fitted."""
    return {
        RANDOM: EvenRisk(),
        COUNT: RetrospectiveDensity(cell_size_m, None, None, "cell"),
        DENSITY: RetrospectiveDensity(),
    }
