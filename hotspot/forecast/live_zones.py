"""The near-repeat rule as it is drawn on maps: how many live zones cover a place."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from hotspot._checks import integer_problems, positive_problems
from hotspot._kernels.arrays import Floats
from hotspot._kernels.forecast import table_sums_at
from hotspot.forecast.base import Forecast, centres
from hotspot.forecast.history import History
from hotspot.grid import Grid
from hotspot.rule import RULE


@dataclass(eq=False, repr=False)
class LiveZones(Forecast):
    """Forecast by the zones as a map shows them: more is expected where more of them cover a place.

    Nothing is learned, so this is the rule as it is walked: within `distance_m` of an incident of
    the last `window_days`, and equally anywhere in there. `NearRepeatRisk` is the rule as strong
    as the Knox test finds it.

    Parameters
    ----------
    distance_m : float
        Reach of a zone, in metres; an incident exactly so far away counts.
    window_days : int
        How long a zone lives, in days.

    Attributes
    ----------
    level_ : SeasonalLevel
        How many incidents to expect in all.

    Notes
    -----
    Age counts from ``occurred_to``, as zones do. A zone that ends before the first day of the
    forecast counts nothing.

    References
    ----------
    Johnson, S. D. et al. (2007). Space-time patterns of risk: a cross national assessment of
    residential burglary victimization. Journal of Quantitative Criminology 23(3), 201-219.

    Examples
    --------
    >>> import geopandas as gpd, pandas as pd
    >>> frame = pd.DataFrame({"crime_ref": ["A"], "occurred_from": pd.to_datetime(["2025-12-20"])})
    >>> frame["occurred_to"] = frame["occurred_from"]
    >>> incidents = gpd.GeoDataFrame(frame, geometry=gpd.points_from_xy([0], [0]), crs=27700)
    >>> model = LiveZones(distance_m=400, window_days=42).fit(incidents, "2025-12-31")
    >>> points = gpd.GeoSeries(gpd.points_from_xy([0, 400, 401], [0, 0, 0]), crs=27700)
    >>> model.predict_points(points).round(3).tolist()
    [1.057, 1.057, 0.0]
    """

    distance_m: float = RULE.distance_m
    window_days: int = RULE.window_days

    def _problems(self) -> list[str]:
        problems = positive_problems(distance_m=self.distance_m)
        return problems + integer_problems(1, window_days=self.window_days)

    def _take(self, history: History) -> None:
        super()._take(history)
        age = history.ages
        # Tomorrow it is a day older: what is of the window's last day today has no zone then.
        live = age < self.window_days
        self.x_, self.y_ = history.x[live], history.y[live]

    def _through(self, grid: Grid, days: int) -> Callable[[History], Floats]:
        def taken(history: History) -> Floats:
            self._take(history)
            return self._covering(*centres(grid))

        return taken

    def _covering(self, x: Floats, y: Floats) -> Floats:
        """Count the zones that each point lies in."""
        edge, kind = np.array([float(self.distance_m)]), np.zeros(len(self.x_), dtype=np.int64)
        return table_sums_at(x, y, self.x_, self.y_, kind, edge, True, np.ones((1, 1)))

    def _at(self, x: Floats, y: Floats, days: int) -> Floats:
        # Each zone holds its share of all that is expected, evenly: where two overlap, both count.
        zone_m2 = np.pi * float(self.distance_m) ** 2
        each = self._expected(days) / (max(len(self.x_), 1) * zone_m2)
        return self._covering(x, y) * each
