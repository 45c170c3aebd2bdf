"""The base of every forecast: fit, update, and predictions as expected counts."""

from collections.abc import Callable
from typing import Self

import geopandas as gpd
import numpy as np
import pandas as pd
import xarray as xr
from sklearn.base import BaseEstimator

from hotspot._checks import (
    check_incidents_frame,
    integer_problems,
    point_problems,
    raise_problems,
    same_crs_problems,
)
from hotspot._errors import not_fitted
from hotspot._kernels.arrays import Floats
from hotspot.dates import AsOf, event_days
from hotspot.forecast.history import History
from hotspot.forecast.level import SeasonalLevel
from hotspot.grid import Grid
from hotspot.incidents.content_order import in_content_order
from hotspot.near_repeat import distinct_events

UNITS = "expected incidents per cell"


class Forecast(BaseEstimator):  # type: ignore[misc]
    """A model of where the next incidents will be.

    `fit` learns; `update` reads what has become known since, without learning anew; both keep what
    they learn in attributes with a trailing underscore and leave the parameters alone.
    """

    def fit(self, incidents: gpd.GeoDataFrame, as_of: AsOf) -> Self:
        """Fit the model to what was known at a cut-off.

        Parameters
        ----------
        incidents : GeoDataFrame, n rows
            As of `read_incidents`. What ended, or was recorded, after the cut-off is not known
            and not used.
        as_of : date or time
            The cut-off; a day counts to its end.

        Returns
        -------
        self

        Raises
        ------
        DataError
            If the incidents are not in canonical shape, their dates are months only, or none was
            known.
        ConfigError
            If a parameter is out of range; every fault is named.
        """
        raise_problems(arguments=self._problems())
        history = History.known(incidents, as_of)
        self._learn(history)
        self._take(history)
        return self

    def update(self, incidents: gpd.GeoDataFrame, as_of: AsOf) -> Self:
        """Update what is known to a later cut-off, and keep what was learned at the first.

        Parameters
        ----------
        incidents : GeoDataFrame, n rows
            As of `fit`.
        as_of : date or time
            The later cut-off.

        Returns
        -------
        self
        """
        self._fitted()
        self._take(History.known(incidents, as_of))
        return self

    def predict(self, grid: Grid, days: int = 7) -> xr.DataArray:
        """Predict how many incidents to expect in each cell.

        Parameters
        ----------
        grid : Grid
            In the CRS of the incidents.
        days : int
            How many calendar days, beginning on the day after the cut-off.

        Returns
        -------
        DataArray, dims ("y", "x")
            Expected incidents in each cell over the days. `attrs` names ``model``, ``as_of``,
            ``days`` and ``units``.

        Raises
        ------
        DataError
            If the grid is in another CRS.
        ConfigError
            If the model was not fitted, or `days` is no number of days.
        """
        history = self._fitted()
        raise_problems(
            same_crs_problems(history.incidents, grid=grid), integer_problems(1, days=days)
        )
        return grid.surface(
            self._in_cells(grid, int(days)),
            name="expected",
            long_name="expected incidents",
            model=type(self).__name__,
            as_of=history.as_of.isoformat(),
            days=int(days),
            units=UNITS,
        )

    def predict_points(self, points: gpd.GeoDataFrame | gpd.GeoSeries, days: int = 7) -> pd.Series:
        """Predict how high the risk is at points, such as addresses.

        Parameters
        ----------
        points : GeoDataFrame or GeoSeries
            In the CRS of the incidents.
        days : int
            As of `predict`.

        Returns
        -------
        Series of float64, on the index of `points`
            Expected incidents per square kilometre at each point over the days.

        Raises
        ------
        DataError
            If the points are in another CRS, or a row is no finite point.
        ConfigError
            As of `predict`.
        """
        history = self._fitted()
        problems = same_crs_problems(history.incidents, points=points)
        problems += point_problems(points, "points") if len(points) else []
        raise_problems(problems, integer_problems(1, days=days))
        geometry = points.geometry
        risk = self._at(geometry.x.to_numpy(), geometry.y.to_numpy(), int(days)) * 1e6
        return pd.Series(risk, index=points.index, name="expected_per_km2")

    def score(self, incidents: gpd.GeoDataFrame, days: int = 7) -> float:
        """Return the log likelihood of what happened after the cut-off; higher is better.

        Of one period and one set of models, to compare them with, as scikit-learn's models do;
        `backtest` does so over many periods, and says what difference is chance.

        Parameters
        ----------
        incidents : GeoDataFrame
            As of `fit`. What happened (the middle of its window) in the `days` after the cut-off
            counts; the rest is left alone.
        days : int
            As of `predict`.

        Returns
        -------
        float
            Of an inhomogeneous Poisson process: the logarithms of the risk per square kilometre
            where incidents happened, summed, less the number that was expected in all (Daley and
            Vere-Jones 2003, section 7.2). Minus infinity where one happened at no risk at all.

        Raises
        ------
        DataError
            If the incidents are not in canonical shape, or in another CRS.
        ConfigError
            As of `predict`.
        """
        history = self._fitted()
        days_wrong = integer_problems(1, days=days)
        check_incidents_frame(incidents, arguments=days_wrong, needs_days="A score")
        raise_problems(same_crs_problems(history.incidents, later=incidents))
        ahead = event_days(incidents) - history.last_day
        after = incidents[distinct_events(incidents) & (ahead > 0) & (ahead <= days)]
        # Sums of floats turn on the order in which they are added.
        risk = self.predict_points(in_content_order(after), int(days)).to_numpy()
        with np.errstate(divide="ignore"):
            return float(np.log(risk).sum()) - self._expected(int(days))

    def _problems(self) -> list[str]:
        """Return what is wrong with the parameters."""
        return []

    def _learn(self, history: History) -> None:
        """Fit what `update` keeps."""

    def _take(self, history: History) -> None:
        """Store what was known."""
        self.history_ = history

    @property
    def level_(self) -> SeasonalLevel:
        """How many incidents to expect by day, as what was known shows it."""
        return self._fitted().level

    def _fitted(self) -> History:
        """Return what was known, or raise a fault where nothing was fitted."""
        history = getattr(self, "history_", None)
        if not isinstance(history, History):
            raise not_fitted(type(self).__name__)
        return history

    def _in_cells(self, grid: Grid, days: int) -> Floats:
        """Return expected counts, shape of the grid: by default the risk at each cell's centre."""
        return self._at(*centres(grid), days) * grid.cell_size_m**2

    def _through(self, grid: Grid, days: int) -> Callable[[History], Floats]:
        """Return what gives the risk in cells, up to a factor, of ever later histories.

        What a model can carry from one to the next it need not add up again.
        """

        def taken(history: History) -> Floats:
            self._take(history)
            return self._in_cells(grid, days)

        return taken

    def _at(self, x: Floats, y: Floats, days: int) -> Floats:
        """Return expected counts per square metre at points, or over the mesh of a grid."""
        raise NotImplementedError

    def _expected(self, days: int) -> float:
        """Return the number of incidents to expect in all."""
        return float(self.level_.expected(days).sum())


def centres(grid: Grid) -> tuple[Floats, Floats]:
    """Return the cell centres of a grid as an open mesh: a row of x and a column of y."""
    return np.asarray(grid.x)[None, :], np.asarray(grid.y)[:, None]
