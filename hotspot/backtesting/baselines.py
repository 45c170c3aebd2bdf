"""The maps that any forecast has to beat."""

from dataclasses import dataclass

import numpy as np

from hotspot._kernels.arrays import Floats
from hotspot.forecast.base import Forecast
from hotspot.forecast.blend import Blend
from hotspot.forecast.live_zones import LiveZones
from hotspot.forecast.near_repeat_risk import NearRepeatRisk
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
        return np.full(np.broadcast_shapes(x.shape, y.shape), np.nan)


def baselines(cell_size_m: float, cells: int) -> dict[str, Forecast]:
    """Return the baselines by name, not fitted."""
    return {RANDOM: EvenRisk(cells), **_maps_of_the_past(cell_size_m)}


def with_rule(cell_size_m: float, zones: LiveZones) -> dict[str, Forecast]:
    """Return each map of the past with the live zones added, not fitted.

    How much the zones count is learned on past weeks: where they tell nothing, they count nothing.
    """
    return {
        f"{name} with zones": Blend({name: model, "live zones": zones}, cell_size_m=cell_size_m)
        for name, model in _maps_of_the_past(cell_size_m).items()
    }


def is_rule(model: object) -> bool:
    """Return whether a forecast is the near-repeat rule and nothing else."""
    return isinstance(model, (LiveZones, NearRepeatRisk))


def added_to(model: object) -> str | None:
    """Return the map of the past that a forecast adds the rule to, None where it is no such sum."""
    if not isinstance(model, Blend) or model.models is None or len(model.models) != 2:
        return None
    past = [name for name in model.models if name in (COUNT, DENSITY)]
    rules = [member for member in model.models.values() if is_rule(member)]
    return past[0] if len(past) == len(rules) == 1 else None


def _maps_of_the_past(cell_size_m: float) -> dict[str, Forecast]:
    return {
        COUNT: RetrospectiveDensity(cell_size_m, None, None, "cell"),
        DENSITY: RetrospectiveDensity(),
    }
