"""ProMap: recent and near incidents raise risk, by the published weights."""

from dataclasses import dataclass

import numpy as np

from hotspot._checks import integer_problems, positive_problems
from hotspot._kernels.arrays import Floats
from hotspot._kernels.forecast import table_sums_at
from hotspot.forecast.base import Forecast, centres
from hotspot.forecast.history import History
from hotspot.grid import Grid

_WEEK_DAYS = 7
# Of the published map, whatever the rule of this package: 400 m and two months.
_REACH_M, _WINDOW_DAYS = 400.0, 56


@dataclass(eq=False, repr=False)
class ProspectiveMap(Forecast):
    """Forecast as ProMap does: each recent incident nearby counts by its distance and age.

    An incident c whole cells away and e whole weeks old counts ``1 / (1 + c) * 1 / (1 + e)``.

    Parameters
    ----------
    distance_m : float
        Incidents at this distance or farther count nothing.
    window_days : int
        Incidents of this age or more, in days, count nothing.
    unit_m : float
        What counts as a cell in the weights; 50 m as published, whatever the grid.

    Attributes
    ----------
    level_ : SeasonalLevel
        How many incidents to expect in all.

    Notes
    -----
    Distance is measured from the incident to the centre of the cell, age from the day on which it
    was found (``occurred_to``) to the cut-off; both in complete units, as published.

    The map turns on such choices: on 104 weeks of Chicago in 250 m cells these weights find 5.3 and
    17.0 % of burglaries in 1 and 5 % of the area, and unrounded weeks and distances in halves of
    those cells 5.9 and 17.6 %. Tried were distances from the point and between cells, in complete,
    begun and exact units of 25 to 250 m, with complete and exact weeks (60 ways in all, from 5.0 to
    6.1 and from 17.0 to 17.9 %): no way of counting brings it to the year's density.

    References
    ----------
    Bowers, K. J., Johnson, S. D. and Pease, K. (2004). Prospective hot-spotting: the future of
    crime mapping? British Journal of Criminology 44(5), 641-658.

    Examples
    --------
    >>> import geopandas as gpd, pandas as pd
    >>> frame = pd.DataFrame({"crime_ref": ["A"], "occurred_from": pd.to_datetime(["2025-12-20"])})
    >>> frame["occurred_to"] = frame["occurred_from"]
    >>> incidents = gpd.GeoDataFrame(frame, geometry=gpd.points_from_xy([25], [25]), crs=27700)
    >>> model = ProspectiveMap().fit(incidents, "2025-12-31")
    >>> model.weights(Grid(0, 0, 50, ncols=4, nrows=1, crs=27700)).round(3)
    array([[0.5  , 0.25 , 0.167, 0.125]])
    """

    distance_m: float = _REACH_M
    window_days: int = _WINDOW_DAYS
    unit_m: float = 50.0

    def _problems(self) -> list[str]:
        problems = positive_problems(distance_m=self.distance_m, unit_m=self.unit_m)
        return problems + integer_problems(1, window_days=self.window_days)

    def weights(self, grid: Grid) -> Floats:
        """Sum the published weights at the centre of each cell.

        Parameters
        ----------
        grid : Grid
            In the CRS of the incidents.

        Returns
        -------
        ndarray of float64, shape of the grid
        """
        self._fitted()
        return self._weights_at(*centres(grid))

    def _take(self, history: History) -> None:
        super()._take(history)
        age = history.ages
        live = age < self.window_days
        self.x_, self.y_ = history.x[live], history.y[live]
        self.weeks_ = age[live] // _WEEK_DAYS

    def _rings(self) -> tuple[Floats, Floats]:
        """Return the outer edge of each ring in metres, and the weight of a new incident in it."""
        inner = np.arange(0.0, self.distance_m, self.unit_m)
        edges = np.minimum(inner + self.unit_m, self.distance_m)
        return edges.astype(np.float64), 1.0 / (1.0 + np.arange(len(inner), dtype=float))

    def _weights_at(self, x: Floats, y: Floats) -> Floats:
        edges, by_cells = self._rings()
        by_week = 1.0 / (1.0 + np.arange(int(self.window_days) // _WEEK_DAYS + 1))
        table = by_week[:, None] * by_cells[None, :]
        return table_sums_at(x, y, self.x_, self.y_, self.weeks_, edges, False, table)

    def _scale(self, days: int) -> float:
        """Return by what weights become expected incidents per square metre.

        The published weights have no unit: they rank cells. Spread over the rings they add up to
        a volume, which stands for all that is expected.
        """
        edges, by_cells = self._rings()
        area = np.pi * np.diff(edges**2, prepend=0.0)
        total = float((1.0 / (1.0 + self.weeks_)).sum() * (by_cells @ area))
        return self._expected(days) / total if total > 0 else 0.0

    def _in_cells(self, grid: Grid, days: int) -> Floats:
        return self.weights(grid) * (self._scale(days) * grid.cell_size_m**2)

    def _at(self, x: Floats, y: Floats, days: int) -> Floats:
        return self._weights_at(x, y) * self._scale(days)
