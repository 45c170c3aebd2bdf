"""Which bandwidth foresaw the past best."""

from collections.abc import Sequence
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd

from hotspot._checks import positive_problems
from hotspot._errors import ConfigError, DataError
from hotspot.dates import AsOf
from hotspot.forecast.blend import Blend
from hotspot.forecast.history import History
from hotspot.forecast.retrospective import Kernel, RetrospectiveDensity
from hotspot.output.pictures import Picture

# Share of the forecast that is spread evenly, so that one incident in an unforeseen place cannot
# decide.
_EVEN = 0.02


@dataclass(frozen=True)
class BandwidthChoice:
    """Result of `choose_bandwidth`.

    Attributes
    ----------
    bandwidth_m : float
        The bandwidth that foresaw the past windows best.
    table : DataFrame
        A row per bandwidth: ``bandwidth_m`` and ``score``, the mean logarithm of the share of the
        forecast that lay in the cells of the incidents that came, less that of an even forecast.
        Higher is better, and 0 is no better than chance.
    """

    bandwidth_m: float
    table: pd.DataFrame

    def summary(self) -> str:
        """Say in a sentence which bandwidth foresaw best, and by how much.

        Returns
        -------
        str
        """
        best = float(self.table["score"].max())
        beside = ", ".join(f"{width:,.0f}" for width in self.table["bandwidth_m"])
        return (
            f"{self.bandwidth_m:,.0f} m foresaw past windows best of {beside} m: it put "
            f"{np.exp(best):.1f} times the share of an even forecast where incidents came."
        )

    def plot(self) -> Picture:
        """Draw how well each bandwidth foresaw, and which was chosen.

        Returns
        -------
        matplotlib.figure.Figure
        """
        figure = Picture(figsize=(6.0, 4.0), layout="constrained")
        axes = figure.subplots()
        ranked = self.table.sort_values("bandwidth_m")
        axes.plot(ranked["bandwidth_m"], np.exp(ranked["score"]), "o-", color="#1d2733",
                  label="candidates")  # fmt: skip
        axes.axvline(self.bandwidth_m, color="#c8102e", linestyle="--",
                     label=f"chosen: {self.bandwidth_m:,.0f} m")  # fmt: skip
        axes.axhline(1.0, color="#5c6773", linestyle=":", label="no better than chance")
        axes.set_xscale("log")
        axes.set_xticks(ranked["bandwidth_m"], [f"{width:,.0f}" for width in ranked["bandwidth_m"]])
        axes.set_xticks([], minor=True)
        axes.set_xlabel("Bandwidth, m (logarithmic scale)")
        axes.set_ylabel("Times the share of an even forecast\nwhere incidents came")
        axes.set_title("Bandwidth that foresaw past windows best", fontsize=10)
        axes.legend(frameon=False)
        axes.grid(alpha=0.3)
        return figure


def choose_bandwidth(
    incidents: gpd.GeoDataFrame,
    as_of: AsOf,
    bandwidths_m: Sequence[float] = (100, 150, 200, 300, 400, 600, 800),
    windows: int = 26,
    horizon_days: int = 7,
    cell_size_m: float = 100.0,
    lookback_days: int | None = 365,
    decay_days: float | None = None,
    kernel: Kernel = "quartic",
) -> BandwidthChoice:
    """Choose a bandwidth for densities by how well it foresaw past windows.

    Parameters
    ----------
    incidents : GeoDataFrame, n rows
        As `read_incidents` gives them.
    as_of : date or time
        The cut-off: nothing after it is used.
    bandwidths_m : sequence of float
        What to choose from, in metres.
    windows, horizon_days : int
        How many windows before the cut-off are foreseen, and their length.
    cell_size_m : float
        Side of the cells in which they are scored.
    lookback_days, decay_days, kernel
        As of `RetrospectiveDensity`.

    Returns
    -------
    BandwidthChoice

    Raises
    ------
    ConfigError
        If a parameter is out of range.
    DataError
        If the history is too short for a window to be foreseen.

    Notes
    -----
    Rules of thumb such as Silverman's aim at a smooth picture of one round heap. Here nothing is
    assumed of the shape: each bandwidth forecasts windows that it has not seen.

    References
    ----------
    Silverman, B. W. (1986). Density estimation for statistics and data analysis, section 3.4.4
    (likelihood cross-validation, here forward in time).

    Examples
    --------
    >>> day = pd.Timestamp("2025-01-01") + pd.to_timedelta(np.arange(300), "D")
    >>> frame = pd.DataFrame({"crime_ref": day.astype(str), "occurred_from": day})
    >>> frame["occurred_to"] = frame["occurred_from"]
    >>> x, y = np.random.default_rng(1).normal(0, 500, (2, 300))
    >>> incidents = gpd.GeoDataFrame(frame, geometry=gpd.points_from_xy(x, y), crs="EPSG:27700")
    >>> choose_bandwidth(incidents, "2025-10-27", (50, 400, 3000)).bandwidth_m
    400.0
    """
    problems = [
        problem
        for bandwidth in bandwidths_m
        for problem in positive_problems(bandwidths_m=bandwidth)
    ]
    if not len(bandwidths_m):
        problems.append("bandwidths_m must name at least one bandwidth.")
    tried = {
        str(width): RetrospectiveDensity(float(width), lookback_days, decay_days, kernel)
        for width in bandwidths_m
    }
    blend = Blend(tried, windows, horizon_days, cell_size_m) if tried else None
    problems += blend._problems() if blend is not None else []
    if problems or blend is None:
        raise ConfigError(problems)
    history = History.known(incidents, as_of)
    shares, counts, cells = blend.past_windows(history)
    if not counts.sum():
        raise DataError("The history is too short to foresee a window of it.")
    mixed = (1 - _EVEN) * shares * cells + _EVEN
    score = (np.log(mixed) * counts).sum(axis=1) / counts.sum()
    table = pd.DataFrame({"bandwidth_m": [float(w) for w in bandwidths_m], "score": score})
    return BandwidthChoice(float(table["bandwidth_m"][int(np.argmax(score))]), table)
