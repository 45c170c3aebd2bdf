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
from hotspot.grid import Grid

# The classes of the field's most used tool; it looks at neighbours in time too, we do not.
DEFINITIONS = {
    "new": "hot in the last period and in no other",
    "consecutive": "hot in the last periods, two or more in a row, and in none before",
    "intensifying": "hot in nine periods of ten, the last among them, and Gi* rises",
    "persistent": "hot in nine periods of ten, the last among them, and Gi* has no trend",
    "diminishing": "hot in nine periods of ten, the last among them, and Gi* falls",
    "sporadic": "hot in the last period, and on and off before",
    "oscillating": "as sporadic, and cold in another period",
    "historical": "hot in nine periods of ten, but not in the last",
    "no pattern": "hot in some period, but not in the last, and in fewer than nine of ten",
    "never": "hot in no period",
}


def classify_hotspots(
    incidents: gpd.GeoDataFrame,
    grid: Grid | None = None,
    *,
    period_days: int = 28,
    periods: int | None = None,
    as_of: AsOf | None = None,
    persistent_share: float = 0.9,
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
    persistent_share : float
        A cell hot in at least this share of all periods stays.

    Returns
    -------
    GeoDataFrame
        A row per cell: ``hotspot_class``, ``periods_hot``, ``periods_cold``, ``first_hot`` and
        ``last_hot`` (first day of the period, NaT if never), ``trend`` (Kendall's tau of Gi* over
        the periods), ``trend_p_value``, ``crimes``, ``geometry``. ``attrs["definitions"]`` says
        what each class means, ``attrs["periods"]`` which days each period holds.

    Raises
    ------
    DataError
        If the incidents are not in canonical shape, or fewer than two periods fit.
    ConfigError
        If a parameter is out of range.

    Notes
    -----
    A cell that was hot in `persistent_share` of the periods or more is **intensifying**,
    **diminishing** or **persistent** if the last period is among them, as Gi* rises, falls or does
    neither (Mann-Kendall, two-sided p of `alpha` or less), and **historical** if it is not. Others
    that are hot in the last period are **new** if it is the only one, **consecutive** if all of
    them, two or more, stand in a row at the end, **oscillating** if the cell was cold in another,
    else **sporadic**. Those that are not hot in the last period have **no pattern**, or were
    **never** hot. Each cell has exactly one class.

    Names and bounds are those of emerging hot spot analysis in ArcGIS, so that readers of both
    maps read them alike. There each period is judged together with those before it; here it is
    judged by itself, so that one busy week is one period's. The false discovery rate is controlled
    within each period.

    References
    ----------
    Mann, H. B. (1945). Nonparametric tests against trend. Econometrica 13(3), 245-259.
    Kendall, M. G. (1970). Rank correlation methods, 4th ed. Griffin, chapters 3 to 5.
    Esri (2024). How Emerging Hot Spot Analysis works. ArcGIS Pro documentation.
    Chainey, S. (2020). Understanding crime: analyzing the geography of crime. Esri Press, ch. 5.

    Examples
    --------
    >>> sorted(DEFINITIONS)[:3]
    ['consecutive', 'diminishing', 'historical']
    """
    problems = integer_problems(1, period_days=period_days)
    problems += [] if periods is None else integer_problems(2, periods=periods)
    problems += positive_problems(persistent_share=persistent_share)
    problems += share_problems(alpha=alpha)
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
    hot, cold = (q_value <= alpha) & (z > 0), (q_value <= alpha) & (z < 0)
    tau, trend_p = _trends(z)
    rising = np.where(trend_p <= alpha, np.sign(tau), 0)
    starts = last.normalize() - pd.to_timedelta(np.arange(fit, 0, -1) * period_days - 1, unit="D")
    classified = gpd.GeoDataFrame(
        {
            "hotspot_class": hotspot_classes(hot, cold, persistent_share, rising),
            "periods_hot": hot.sum(axis=0),
            "periods_cold": cold.sum(axis=0),
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
    )
    return classified


def hotspot_classes(
    hot: Bools, cold: Bools, persistent_share: float, trend: Floats
) -> npt.NDArray[np.str_]:
    """Return the class of each cell, from when it was hot.

    Parameters
    ----------
    hot, cold : ndarray of bool, shape (periods, n)
    persistent_share : float
        Share of all periods from which on a cell stays hot.
    trend : ndarray of float64, shape (n,)
        1 where Gi* rises, -1 where it falls, 0 where it does neither.

    Returns
    -------
    ndarray of str, shape (n,)

    Examples
    --------
    >>> hot = np.array([[1, 1, 0, 0], [1, 0, 0, 1], [1, 0, 0, 1]], dtype=bool)
    >>> hotspot_classes(hot, np.zeros_like(hot), 0.9, np.zeros(4)).tolist()
    ['persistent', 'no pattern', 'never', 'consecutive']
    """
    periods, lately = hot.sum(axis=0), hot[-1]
    # A hair less: 0.9 of 10 periods is 9 of them, whatever the mean of booleans rounds to.
    stays = hot.mean(axis=0) >= persistent_share - 1e-12
    # Whether no period before the last run is hot: the run then holds all that are.
    run = np.cumprod(hot[::-1], axis=0).sum(axis=0)
    conditions = {
        "never": periods == 0,
        "historical": stays & ~lately,
        "no pattern": ~lately,
        "intensifying": stays & (trend > 0),
        "diminishing": stays & (trend < 0),
        "persistent": stays,
        "new": periods == 1,
        "consecutive": periods == run,
        "oscillating": cold.any(axis=0),
    }
    return np.select(list(conditions.values()), list(conditions), default="sporadic")


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
