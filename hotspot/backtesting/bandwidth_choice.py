"""The bandwidth that foresaw the past best."""

from collections.abc import Sequence

import geopandas as gpd
import numpy as np
import pandas as pd

from hotspot._checks import positive_problems, raise_problems
from hotspot._errors import DataError
from hotspot.dates import AsOf
from hotspot.density.bandwidth_selection import Bandwidth, draw_candidates
from hotspot.forecast.blend import Blend
from hotspot.forecast.history import History
from hotspot.forecast.retrospective import Kernel, RetrospectiveDensity
from hotspot.output.pictures import Picture

# Share of the forecast that is spread evenly: the logarithm forgives no cell without any, so one
# incident in an unforeseen place would decide.
_EVEN = 0.02


class BandwidthChoice(Bandwidth):
    """Result of `choose_bandwidth`: a bandwidth in metres that knows why it was chosen.

    It is the number that it is, as what `select_bandwidth` returns, so that `kernel_density` and
    forecasts take it.

    Parameters
    ----------
    metres : float
        The bandwidth that foresaw the past windows best, also as ``bandwidth_m``.
    why : str
        How it was chosen, in a sentence.
    notes : sequence of str
        What to mind.
    table : DataFrame, optional
        A row per bandwidth: ``bandwidth_m`` and ``score``, the mean logarithm of the share of the
        forecast that lay in the cells of the incidents that came, less that of an even forecast.
        Higher is better, and 0 is no better than chance.
    """

    def plot(self) -> Picture:
        """Draw how well each bandwidth foresaw, and which was chosen.

        Returns
        -------
        matplotlib.figure.Figure
        """
        figure = Picture(figsize=(6.0, 4.0), layout="constrained")
        axes = figure.subplots()
        ranked = self.table.sort_values("bandwidth_m")
        metres, times = ranked["bandwidth_m"], np.exp(ranked["score"])
        draw_candidates(axes, self, metres, times, metres)
        axes.axhline(1.0, color="#5c6773", linestyle=":", label="no better than chance")
        axes.set_ylabel("Times the share of an even forecast\nwhere incidents came")
        axes.set_title("Bandwidth that foresaw past windows best", fontsize=10)
        axes.legend(frameon=False)
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
        As of `read_incidents`.
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
        If the incidents are not in canonical shape, or their history is too short for a window to
        be foreseen.

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
    widths = list(bandwidths_m)
    problems = [fault for width in widths for fault in positive_problems(bandwidths_m=width)]
    if not widths:
        problems.append("bandwidths_m must hold at least one bandwidth.")
    problems += RetrospectiveDensity(1.0, lookback_days, decay_days, kernel)._problems()
    problems += Blend(None, windows, horizon_days, cell_size_m)._problems()
    raise_problems(arguments=problems)
    tried = {
        str(width): RetrospectiveDensity(float(width), lookback_days, decay_days, kernel)
        for width in widths
    }
    blend = Blend(tried, windows, horizon_days, cell_size_m)
    shares, counts, cells = blend.past_windows(History.known(incidents, as_of))
    if not counts.sum():
        raise DataError("The history is too short to foresee a window of it.")
    # Times the cells, so that an even forecast is 1 and has a score of 0.
    mixed = (1 - _EVEN) * shares * cells + _EVEN
    # Per incident, so that busy and quiet towns have scores of one kind.
    score = (np.log(mixed) * counts).sum(axis=1) / counts.sum()
    best, beside = int(np.argmax(score)), ", ".join(f"{width:,.0f}" for width in widths)
    return BandwidthChoice(
        widths[best],
        f"foresaw past windows best of {beside} m: it put {np.exp(score[best]):.1f} times the "
        "share of an even forecast where incidents came",
        table=pd.DataFrame({"bandwidth_m": [float(width) for width in widths], "score": score}),
    )
