"""Several forecasts in one, each with the weight that it earned on past weeks.

Where the settings of the default members come from: burglaries of Chicago, 52 weekly windows of
2015, 250 m cells, each forecast from earlier days only, and nothing else. Tried were all pairs of
a count per cell and Gaussians with standard deviations from 20 to 500 m, each with memories from 7
days to for ever, mixed by their likelihood. Chosen was the pair with the highest sum of the hit
rates in 1 and 5 % of the area, each over its standard error: the own cell with a memory of 240
days and a Gaussian of 200 m with one of 80 days (8.4 and 22.5 %, where the year's density had 7.7
and 21.2). A third member of 1,000 m keeps places that nothing was known of from being ruled out.
The years 2016 and 2017 and other cities were only ever scored.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from sklearn.base import clone

from hotspot._checks import integer_problems, positive_problems
from hotspot._kernels.arrays import Floats
from hotspot.forecast.base import Forecast
from hotspot.forecast.history import History
from hotspot.forecast.retrospective import RetrospectiveDensity
from hotspot.grid import Grid

# EM climbs slowly where members are alike, but weights that still move by less change no map.
_STEPS, _TOLERANCE = 300, 1e-9


@dataclass(eq=False, repr=False)
class Blend(Forecast):
    """Forecast by a weighted mean of other forecasts; the weights are learned on past windows.

    Parameters
    ----------
    models : mapping of str to model, optional
        The members. Default: those of `default_members`.
    windows : int
        How many windows before the cut-off the weights are learned on; fewer where the history is
        short. At least half of the history is left to learn the members from.
    horizon_days : int
        Length of a window.
    cell_size_m : float
        Side of the cells in which the windows are scored.

    Attributes
    ----------
    weights_ : Series
        Weight of each member, at least 0; they sum to 1.
    models_ : dict
        The members, fitted.

    Notes
    -----
    Each window is forecast by members that know only what came before it; the members' own
    parameters are learned once, before the first. The weights make the incidents of the windows
    most likely (a mixture, so there is one maximum, found by EM). `update` keeps the weights.

    The default members and their settings were chosen on one city and one year, Chicago 2015, and
    not tuned on later years or other cities. Where little happens, a member with a longer memory,
    such as ``RetrospectiveDensity()``, may be worth adding; `backtest` shows it.

    References
    ----------
    Dempster, A. P., Laird, N. M. and Rubin, D. B. (1977). Maximum likelihood from incomplete data
    via the EM algorithm. Journal of the Royal Statistical Society B 39(1), 1-38.

    Examples
    --------
    >>> import geopandas as gpd
    >>> day = pd.Timestamp("2025-01-01") + pd.to_timedelta(np.arange(300), "D")
    >>> frame = pd.DataFrame({"crime_ref": day.astype(str), "occurred_from": day})
    >>> frame["occurred_to"] = frame["occurred_from"]
    >>> x, y = np.random.default_rng(1).normal(0, 500, (2, 300))
    >>> incidents = gpd.GeoDataFrame(frame, geometry=gpd.points_from_xy(x, y), crs="EPSG:27700")
    >>> model = Blend(windows=4).fit(incidents, "2025-10-27")
    >>> model.weights_.sum().round(6)
    np.float64(1.0)
    """

    models: Mapping[str, Forecast] | None = None
    windows: int = 26
    horizon_days: int = 7
    cell_size_m: float = 250.0

    def _problems(self) -> list[str]:
        problems = integer_problems(1, windows=self.windows, horizon_days=self.horizon_days)
        problems += positive_problems(cell_size_m=self.cell_size_m)
        if self.models is None:
            return problems
        if not self.models:
            problems.append("models must hold at least one model.")
        for name, model in self.models.items():
            if isinstance(model, Forecast):
                problems += [f"{name}: {problem}" for problem in model._problems()]
            else:
                problems.append(f"{name} must be a forecast of this package, not {model!r}.")
        return problems

    def _learn(self, history: History) -> None:
        shares, counts, _ = self.past_windows(history)
        weights = mixture_weights(shares, counts)
        # The weights are those of members that had not seen the windows; to forecast, the members
        # themselves may learn from all that is known.
        self.weights_ = pd.Series(weights, index=list(self.models_), name="weight")
        for model in self.models_.values():
            model._learn(history)

    def _take(self, history: History) -> None:
        super()._take(history)
        for model in self.models_.values():
            model._take(history)

    def _origins(self, history: History) -> list[int]:
        """Return the days after which the past windows begin, the earliest first."""
        horizon = int(self.horizon_days)
        windows = min(int(self.windows), history.days // 2 // horizon)
        return [history.last_day - number * horizon for number in range(windows, 0, -1)]

    def past_windows(self, history: History) -> tuple[Floats, Floats, int]:
        """Predict the past windows with each member.

        Parameters
        ----------
        history : History
            What is known at the cut-off.

        Returns
        -------
        shares : ndarray of float64, shape (members, m)
            Share of each member's forecast in each cell and window where something happened.
        counts : ndarray of float64, shape (m,)
            How many incidents happened there.
        cells : int
            Cells of the grid.
        """
        members = default_members() if self.models is None else self.models
        self.models_ = {name: clone(model) for name, model in members.items()}
        grid = Grid.over(history.incidents, self.cell_size_m)
        cells = grid.cells_of(history.incidents).to_numpy()
        size, horizon = grid.nrows * grid.ncols, int(self.horizon_days)
        shares, counts = [np.empty((len(members), 0))], [np.empty(0)]
        through: list[Callable[[History], Floats]] = []
        for origin in self._origins(history):
            # Late reports: of the first windows nothing may have been known in time.
            if history.known_day.min() > origin:
                continue
            known = history.earlier(origin)
            if not through:
                for model in self.models_.values():
                    model._learn(known)
                through = [model._through(grid, horizon) for model in self.models_.values()]
            inside = (history.day > origin) & (history.day <= origin + horizon)
            happened, nth = np.unique(cells[history.event[inside]], return_inverse=True)
            # Shares, not counts: members agree on how many to expect, and differ in where. The
            # floor keeps a member that expects nothing anywhere from dividing by 0.
            surfaces = (cells_of(known).ravel() for cells_of in through)
            shares.append(np.array([s[happened] / max(s.sum(), 1e-300) for s in surfaces]))
            counts.append(np.bincount(nth, history.share[inside]).astype(np.float64))
        return np.concatenate(shares, axis=1), np.concatenate(counts), size

    def _in_cells(self, grid: Grid, days: int) -> Floats:
        surfaces = [model._in_cells(grid, days) for model in self.models_.values()]
        return np.asarray(np.einsum("m,myx->yx", self.weights_.to_numpy(), np.array(surfaces)))

    def _at(self, x: Floats, y: Floats, days: int) -> Floats:
        risks = [model._at(x, y, days) for model in self.models_.values()]
        return np.asarray(np.einsum("m,mp->p", self.weights_.to_numpy(), np.array(risks)))


def default_members() -> dict[str, Forecast]:
    """Return the members of a `Blend`, not fitted; the module says where the settings are from."""
    return {
        "own cell": RetrospectiveDensity(250.0, None, 240.0, "cell"),
        "nearby": RetrospectiveDensity(200.0, None, 80.0, "gaussian"),
        "anywhere": RetrospectiveDensity(1000.0, None, None, "gaussian"),
    }


def mixture_weights(shares: Floats, counts: Floats) -> Floats:
    """Find the weights, at least 0 with a sum of 1, that make counts most likely.

    Parameters
    ----------
    shares : ndarray of float64, shape (members, cells)
        Share of all incidents that each member puts into each cell.
    counts : ndarray of float64, shape (cells,)
        Incidents in each.

    Examples
    --------
    >>> mixture_weights(np.array([[0.9, 0.1], [0.1, 0.9]]), np.array([1.0, 1.0])).round(3)
    array([0.5, 0.5])
    """
    # Cells that no member foresaw have likelihood 0 under any weights, and tell nothing of them.
    possible = shares.sum(axis=0) > 0
    shares, counts = shares[:, possible], counts[possible]
    weights = np.full(len(shares), 1.0 / len(shares))
    if not counts.sum():
        return weights
    for _ in range(_STEPS):
        # E-step: each incident is shared out among the members in proportion to what they gave its
        # cell. M-step: a member's weight is its part of all of them. The log-likelihood is concave
        # in the weights, so no start can end in a lesser maximum.
        per = counts / np.einsum("m,mc->c", weights, shares)
        better = weights * np.einsum("mc,c->m", shares, per) / counts.sum()
        if np.abs(better - weights).max() < _TOLERANCE:
            return np.asarray(better)
        weights = better
    return weights
