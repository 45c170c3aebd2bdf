"""Densities of past incidents as forecasts: tomorrow will be like the past."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np

from hotspot._checks import choice_problems, integer_problems, positive_problems
from hotspot._kernels.arrays import Floats
from hotspot._kernels.buckets import by_place
from hotspot._kernels.forecast import GAUSSIAN, QUARTIC, gaussian_in_cells, sums_at
from hotspot.forecast.base import Forecast, centres
from hotspot.forecast.history import History
from hotspot.grid import Grid
from hotspot.rule import RULE

Kernel = Literal["quartic", "gaussian", "cell"]


@dataclass(eq=False, repr=False)
class RetrospectiveDensity(Forecast):
    """Forecast by the density of past incidents, which may fade with age.

    Parameters
    ----------
    bandwidth_m : float
        Radius of the quartic kernel, standard deviation of the Gaussian one, or side of the
        squares of ``"cell"``, in metres.
    lookback_days : int or None
        Incidents of this age or more count nothing. None: all count.
    decay_days : float or None
        An incident of age a days counts ``exp(-a / decay_days)``. None: age does not matter.
    kernel : {"quartic", "gaussian", "cell"}
        How an incident is spread: over a circle, the usual one of crime maps; as a Gaussian,
        integrated over each cell; or over the cell of the grid in which it lies (at points, and
        on grids finer than half the bandwidth: over a square at multiples of the bandwidth).

    Attributes
    ----------
    level_ : SeasonalLevel
        How many incidents to expect in all.
    history_ : History
        What was known.

    Notes
    -----
    The defaults are the year's density, the plain map that any other forecast has to beat. Where
    only a window of time is known, the incident counts the mean of what each of its days would.

    References
    ----------
    Chainey, S., Tompson, L. and Uhlig, S. (2008). The utility of hotspot mapping for predicting
    spatial patterns of crime. Security Journal 21, 4-28.

    Examples
    --------
    >>> import geopandas as gpd, pandas as pd
    >>> frame = pd.DataFrame({"crime_ref": list("ABC"), "occurred_from": pd.to_datetime(
    ...     ["2025-01-01", "2025-06-01", "2025-12-31"])})
    >>> frame["occurred_to"] = frame["occurred_from"]
    >>> incidents = gpd.GeoDataFrame(
    ...     frame, geometry=gpd.points_from_xy([50, 60, 250], [50, 50, 50]), crs="EPSG:27700")
    >>> model = RetrospectiveDensity(100, kernel="cell").fit(incidents, "2025-12-31")
    >>> surface = model.predict(Grid(0, 0, 100, ncols=3, nrows=1, crs="EPSG:27700"))
    >>> (surface / surface.sum()).values.round(3)
    array([[0.667, 0.   , 0.333]])
    """

    bandwidth_m: float = RULE.distance_m
    lookback_days: int | None = 365
    decay_days: float | None = None
    kernel: Kernel = "quartic"

    def _problems(self) -> list[str]:
        problems = positive_problems(bandwidth_m=self.bandwidth_m)
        if self.lookback_days is not None:
            problems += integer_problems(1, lookback_days=self.lookback_days)
        if self.decay_days is not None:
            problems += positive_problems(decay_days=self.decay_days)
        return problems + choice_problems("kernel", self.kernel, ("quartic", "gaussian", "cell"))

    def _take(self, history: History) -> None:
        super()._take(history)
        weight = history.weights(self.decay_days, self.lookback_days)
        if not weight.any():
            # Nothing in the look-back: what is older is still the best guess.
            weight = history.weights(self.decay_days, None)
        counted = weight > 0
        self.x_, self.y_ = history.x[counted], history.y[counted]
        self.weight_ = weight[counted] / weight.sum()

    def _through(self, grid: Grid, days: int) -> Callable[[History], Floats]:
        if self.lookback_days is not None:
            return super()._through(grid, days)
        return _Carried(self, grid)

    def _in_cells(self, grid: Grid, days: int) -> Floats:
        return self._expected(days) * self._shares(grid, self.x_, self.y_, self.weight_)

    def _shares(
        self, grid: Grid, x: Floats, y: Floats, weight: Floats, onto: Floats | None = None
    ) -> Floats:
        """Return what the weights of incidents amount to in each cell, on top of what is there."""
        # On cells much finer than the squares, counts by cell would be a map of single doors.
        if self.kernel == "cell" and grid.cell_size_m >= self.bandwidth_m / 2:
            return _counted(x, y, weight, grid, onto)
        if self.kernel == "gaussian":
            return gaussian_in_cells(x, y, weight, (grid.xmin, grid.ymin), grid.cell_size_m,
                                     grid.shape, self.bandwidth_m, onto=onto)  # fmt: skip
        if self.kernel == "cell":
            at = self._in_squares(*centres(grid), x, y, weight)
        else:
            at = sums_at(*centres(grid), x, y, weight, QUARTIC, self.bandwidth_m)
        at *= grid.cell_size_m**2
        return at if onto is None else np.add(onto, at, out=onto)

    def _at(self, x: Floats, y: Floats, days: int) -> Floats:
        if self.kernel == "cell":
            return self._expected(days) * self._in_squares(x, y, self.x_, self.y_, self.weight_)
        code = GAUSSIAN if self.kernel == "gaussian" else QUARTIC
        held = self.x_, self.y_, self.weight_
        return self._expected(days) * sums_at(x, y, *held, code, self.bandwidth_m)

    def _in_squares(
        self, x: Floats, y: Floats, own_x: Floats, own_y: Floats, weight: Floats
    ) -> Floats:
        """Return the weight per square metre of the square that each point lies in."""
        side = self.bandwidth_m
        own = np.column_stack([np.floor(own_x / side), np.floor(own_y / side)])
        x, y = np.broadcast_arrays(x, y)
        asked = np.column_stack([np.floor(x.ravel() / side), np.floor(y.ravel() / side)])
        _, square = np.unique(np.concatenate([own, asked]), axis=0, return_inverse=True)
        square = square.ravel()
        held = np.bincount(square[: len(own)], weight, minlength=int(square.max()) + 1)
        return np.asarray(held[square[len(own) :]].reshape(x.shape) / side**2)


class _Carried:
    """Risk in cells at ever later cut-offs: what is there fades as a whole, and the new is added.

    Parameters
    ----------
    model : RetrospectiveDensity
        Without a look-back, so that the weights of two incidents keep their ratio for ever.
    grid : Grid
    """

    def __init__(self, model: RetrospectiveDensity, grid: Grid) -> None:
        self.model, self.grid = model, grid
        self.cells = np.zeros(grid.shape)
        self.last_day: int | None = None

    def __call__(self, history: History) -> Floats:
        """Return the risk at the cut-off of a history, up to a factor; the next call changes it."""
        decay, fresh = self.model.decay_days, history
        if self.last_day is not None:
            fresh = history.since(self.last_day)
            if decay is not None:
                self.cells *= np.exp((self.last_day - history.last_day) / decay)
        if len(fresh):
            weight = fresh.weights(decay, None)
            self.model._shares(self.grid, fresh.x, fresh.y, weight, onto=self.cells)
        self.last_day = history.last_day
        return self.cells


def _counted(
    x: Floats, y: Floats, weight: Floats, grid: Grid, onto: Floats | None = None
) -> Floats:
    """Sum weights by cell, in an order of their own so that rounding falls alike."""
    order = by_place(x, y, weight)
    x, y, weight = x[order], y[order], weight[order]
    col = np.floor((x - grid.xmin) / grid.cell_size_m)
    row = np.floor((y - grid.ymin) / grid.cell_size_m)
    inside = (col >= 0) & (col < grid.ncols) & (row >= 0) & (row < grid.nrows)
    # Most cells of a country hold nothing: they are not touched.
    held, nth = np.unique((row * grid.ncols + col)[inside].astype(np.int64), return_inverse=True)
    counts = np.zeros(grid.shape) if onto is None else onto
    counts.reshape(-1)[held] += np.bincount(nth, weight[inside], len(held))
    return counts
