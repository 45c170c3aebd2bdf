"""How hotspots come and go: classes of cells over periods of one length."""

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import stats

from hotspot._checks import integer_problems, positive_problems, share_problems
from hotspot._errors import DataError
from hotspot._kernels.arrays import Bools, Floats
from hotspot.dates import AsOf, cutoff, day_numbers, event_times
from hotspot.density.significance import Shape, cells_for, gi_star
from hotspot.density.surface import Area
from hotspot.geo import cells_in_share
from hotspot.grid import Grid

DEFINITIONS = {
    "emerging": "hot in a recent period and in no earlier one",
    "persistent": "hot in a recent period and in most of all periods, without a trend",
    "intensifying": "as persistent, and Gi* rises over the periods",
    "diminishing": "as persistent, and Gi* falls over the periods",
    "recent": "hot in every recent period and now and then before, but not persistent",
    "sporadic": "hot in some recent period and now and then before, and none of the above",
    "former": "hot in an earlier period and in no recent one",
    "never": "hot in no period",
}


def classify_hotspots(
    incidents: gpd.GeoDataFrame,
    grid: Grid | None = None,
    *,
    period_days: int = 28,
    periods: int | None = None,
    as_of: AsOf | None = None,
    recent_share: float = 0.2,
    persistent_share: float = 0.8,
    cell_size_m: float = 200.0,
    shape: Shape = "square",
    distance_m: float | None = None,
    within: Area | None = None,
    alpha: float = 0.05,
) -> gpd.GeoDataFrame:
    """Classify hotspots: new ones, those that stay, come and go, or are over.

    Parameters
    ----------
    incidents : GeoDataFrame, n rows
        As `read_incidents` returns them.
    grid, cell_size_m, shape, distance_m, within, alpha
        As of `significant_hotspots`, which is asked about each period by itself.
    period_days : int
        Length of a period. Whole weeks keep weekends even.
    periods : int, optional
        How many, counted back from `as_of`. Default: as many as fit since the first incident.
    as_of : date or time, optional
        The cut-off; its day is the last of the last period. Default: the day of the newest
        incident.
    recent_share : float
        Share of the periods that are recent: the last round-half-up(share x periods) of them, at
        least one.
    persistent_share : float
        A cell hot in at least this share of all periods, the recent ones among them, stays.

    Returns
    -------
    GeoDataFrame
        A row per cell: ``hotspot_class``, ``periods_hot``, ``recent_hot``, ``first_hot`` and
        ``last_hot`` (first day of the period, NaT if never), ``trend`` (Kendall's tau of Gi* over
        the periods), ``trend_p_value``, ``crimes``, ``geometry``. ``attrs["definitions"]`` says
        what each class
        means, ``attrs["periods"]`` which days each period holds.

    Raises
    ------
    DataError
        If the incidents are not in canonical shape, or fewer than two periods fit.
    ConfigError
        If a parameter is out of range.

    Notes
    -----
    With R recent periods of K, a cell is

    - **emerging** if it is hot in one or more of the last R and in none of the K - R before;
    - **former** if it is hot in one or more of the K - R and in none of the last R;
    - **persistent** if it is hot in one or more of the last R and in ``persistent_share`` of K or
      more; **intensifying** or **diminishing** if so and Gi* also rises or falls over the K
      periods (Mann-Kendall, two-sided p of `alpha` or less);
    - **recent** if it is hot in all of the last R and in one or more before, and not persistent;
    - **sporadic** if it is hot in some of the last R and in one or more before, and none of those;
    - **never** otherwise.

    Each cell has exactly one class. The false discovery rate is controlled within each period.

    References
    ----------
    Mann, H. B. (1945). Nonparametric tests against trend. Econometrica 13(3), 245-259.
    Kendall, M. G. (1970). Rank correlation methods, 4th ed. Griffin, chapters 3 to 5.
    Chainey, S. (2020). Understanding crime: analyzing the geography of crime. Esri Press, ch. 5.

    Examples
    --------
    >>> sorted(DEFINITIONS)[:3]
    ['diminishing', 'emerging', 'former']
    """
    problems = integer_problems(1, period_days=period_days)
    problems += [] if periods is None else integer_problems(2, periods=periods)
    problems += positive_problems(persistent_share=persistent_share)
    problems += share_problems(recent_share=recent_share, alpha=alpha)
    cells = cells_for(
        incidents, grid, cell_size_m, shape, distance_m, within, problems, needs_rows=True
    )
    times = event_times(incidents)
    last = cutoff(times.max().normalize() if as_of is None else as_of)
    ago = day_numbers(pd.Series([last]))[0] - day_numbers(times)
    fit = int(ago.max() + 1) // period_days if periods is None else int(periods)
    if fit < 2:
        raise DataError(
            f"Fewer than two periods of {period_days} days fit: use a shorter period_days."
        )
    # Counted back from the last day, so that the newest period is whole and the odd days are left
    # out at the beginning.
    period = fit - 1 - ago // period_days
    counted = (times <= last).to_numpy() & (period >= 0) & (cells.cell_of >= 0)
    # Each period is tested by itself, so counts stand a row per period.
    counts = np.zeros((fit, len(cells.outlines)), dtype=np.int64)
    np.add.at(counts, (period[counted], cells.cell_of[counted]), 1)
    tests = [gi_star(row, cells.near) for row in counts]
    z = np.stack([test.z for test in tests])
    # Period by period: a busy summer must not lend its discoveries to a quiet winter.
    q_value = stats.false_discovery_control(np.stack([test.p_value for test in tests]), axis=-1)
    hot = (q_value <= alpha) & (z > 0)
    tau, trend_p = _trends(z)
    recent = recent_periods(fit, recent_share)
    starts = last.normalize() - pd.to_timedelta(np.arange(fit, 0, -1) * period_days - 1, unit="D")
    classified = gpd.GeoDataFrame(
        {
            "hotspot_class": hotspot_classes(hot, recent, persistent_share, tau, trend_p <= alpha),
            "periods_hot": hot.sum(axis=0),
            "recent_hot": hot[fit - recent :].sum(axis=0),
            "first_hot": _when(hot, starts, first=True),
            "last_hot": _when(hot, starts, first=False),
            "trend": tau,
            "trend_p_value": trend_p,
            "crimes": counts.sum(axis=0),
        },
        geometry=cells.outlines,
        crs=incidents.crs,
    )
    classified.attrs.update(
        definitions=dict(DEFINITIONS),
        periods=[f"{day:%Y-%m-%d}" for day in starts],
        period_days=period_days,
        recent_periods=recent,
    )
    return classified


def recent_periods(periods: int, share: float) -> int:
    """Return how many of the periods are recent.

    Examples
    --------
    >>> recent_periods(10, 0.2), recent_periods(13, 0.2), recent_periods(3, 0.1)
    (2, 3, 1)
    """
    return max(cells_in_share(share, periods), 1)


def hotspot_classes(
    hot: Bools, recent: int, persistent_share: float, trend: Floats, has_trend: Bools
) -> npt.NDArray[np.str_]:
    """Return the class of each cell, from when it was hot.

    Parameters
    ----------
    hot : ndarray of bool, shape (periods, n)
    recent : int
        How many of the last periods are recent.
    persistent_share : float
        Share of all periods from which on a cell stays hot.
    trend : ndarray of float64, shape (n,)
        Above 0 where it rises.
    has_trend : ndarray of bool, shape (n,)

    Returns
    -------
    ndarray of str, shape (n,)

    Examples
    --------
    >>> hot = np.array([[1, 1, 0, 0], [1, 0, 0, 0], [1, 0, 0, 1]], dtype=bool)
    >>> hotspot_classes(hot, 1, 0.8, np.zeros(4), np.zeros(4, dtype=bool)).tolist()
    ['persistent', 'former', 'never', 'emerging']
    """
    periods = len(hot)
    before, lately = hot[: periods - recent], hot[periods - recent :]
    # A hair less: 0.8 of 5 periods is 4 of them, whatever the mean of booleans rounds to.
    stays = lately.any(axis=0) & (hot.mean(axis=0) >= persistent_share - 1e-12)
    conditions = (
        ~hot.any(axis=0),
        ~lately.any(axis=0),
        ~before.any(axis=0),
        stays & has_trend & (trend > 0),
        stays & has_trend & (trend < 0),
        stays,
        lately.all(axis=0),
    )
    names = ("never", "former", "emerging", "intensifying", "diminishing", "persistent", "recent")
    return np.select(conditions, names, default="sporadic")


def _trends(z: Floats) -> tuple[Floats, Floats]:
    """Test each column for a trend over the rows (Mann-Kendall): tau, two-sided p-value."""
    periods = len(z)
    rises = np.zeros(z.shape[1])
    alike = np.ones_like(z)
    for lag in range(1, periods):
        step = z[lag:] - z[:-lag]
        rises += np.sign(step).sum(axis=0)
        alike[lag:] += step == 0
        alike[:-lag] += step == 0
    # Of each group of t equal values every member adds its share of t (t - 1) (2 t + 5).
    tied = ((alike - 1) * (2 * alike + 5)).sum(axis=0)
    # The variance of Kendall's S under no trend, with its correction for ties (Kendall 1970).
    variance = (periods * (periods - 1) * (2 * periods + 5) - tied) / 18
    pairs = periods * (periods - 1) / 2
    # Tau-b: pairs tied in Gi* count as neither rise nor fall; periods are never tied.
    untied = np.sqrt(pairs * (pairs - (alike - 1).sum(axis=0) / 2))
    varies = variance > 0
    spread = np.sqrt(np.where(varies, variance, 1.0))
    # S moves in steps of 2: half a step, 1, is the correction for continuity.
    p_value = 2 * stats.norm.sf(np.maximum(np.abs(rises) - 1, 0.0) / spread)
    tau = np.divide(rises, untied, out=np.zeros_like(rises), where=varies)
    return tau, np.where(varies, np.minimum(p_value, 1.0), 1.0)


def _when(hot: Bools, starts: pd.DatetimeIndex, first: bool) -> pd.DatetimeIndex:
    # The first True; the last one is the first from the end.
    number = np.argmax(hot, axis=0) if first else len(hot) - 1 - np.argmax(hot[::-1], axis=0)
    return pd.DatetimeIndex(starts[number].where(hot.any(axis=0)))
