"""How often a process chart signals where nothing changed but the season and chance."""

from typing import NamedTuple

import numpy as np
import pandas as pd

from hotspot._kernels.arrays import Floats
from hotspot.trends.chart_limits import RULES, limits, signals

_CHARTS = 2000
_YEAR_DAYS = 365.25
_TWO_YEARS = 2 * _YEAR_DAYS


class Null(NamedTuple):
    """What counts do where nothing changes: their mean by period and their spread.

    Attributes
    ----------
    mean : ndarray, shape (n,)
        Of a rate or share where `exposure` is what it is of.
    dispersion : float
        How many times more they vary than independent events do, 1 or more.
    amplitude : float
        By which share the season moves the mean up and down; 0 where two years were not seen.
    sd : float or None
        Standard deviation of a measure that is no count, such as satisfaction in per cent.
    """

    mean: Floats
    dispersion: float
    amplitude: float
    sd: float | None = None


def null_of(values: Floats, exposure: Floats, kind: str, times: pd.DatetimeIndex | None) -> Null:
    """Estimate season and spread of a series; a change of level is no spread.

    Parameters
    ----------
    values, exposure : ndarray, shape (n,)
    kind : {"xmr", "c", "u", "p", "g"}
    times : DatetimeIndex or None
        When each period began, where that is known.

    Returns
    -------
    Null
    """
    centre = float(np.average(values, weights=exposure))
    season = np.ones(len(values))
    if times is not None and centre > 0 and (times[-1] - times[0]).days >= _TWO_YEARS - 31:
        angle = 2 * np.pi * np.asarray(times.day_of_year, dtype=float) / _YEAR_DAYS
        # A level and a slope are fitted with it, so that a trend is not taken for a season.
        columns = [
            np.cos(angle),
            np.sin(angle),
            np.ones(len(angle)),
            np.linspace(-1, 1, len(angle)),
        ]
        fitted = np.linalg.lstsq(np.stack(columns, axis=1), values / centre - 1, rcond=None)[0]
        season = np.maximum(1 + fitted[0] * columns[0] + fitted[1] * columns[1], 0.0)
    mean = centre * season
    # Of neighbours: a step in the series is one large difference, not a larger spread throughout.
    steps = np.diff((values - mean) * np.sqrt(exposure))
    amplitude = float((season.max() - season.min()) / 2)
    if kind == "xmr" and ((values < 0) | (values % 1 != 0)).any():
        return Null(mean, 1.0, amplitude, float(np.sqrt(np.mean(steps**2) / 2)))
    expected = float(np.mean(_variance(kind, mean)))
    varies = float(np.mean(steps**2)) / 2 / expected if expected > 0 and len(steps) else 1.0
    return Null(mean, max(varies, 1.0), amplitude)


def _variance(kind: str, mean: Floats) -> Floats:
    """Return the variance for an exposure of 1."""
    return {"p": mean * (1 - mean), "g": mean * (mean + 1)}.get(kind, mean)


def false_alarms(
    kind: str,
    null: Null,
    exposure: Floats,
    *,
    screen_outliers: bool,
    seed: int,
    charts: int = _CHARTS,
) -> pd.DataFrame:
    """Compute how many charts signal though nothing changed.

    Parameters
    ----------
    kind, null, exposure, screen_outliers
        As of the chart.
    seed : int
    charts : int
        How many are drawn.

    Returns
    -------
    DataFrame
        ``rule``; the share of charts with a signal of it ``plain`` (one mean, independent events)
        and ``as_here`` (with the season and the spread of the series). The last row is of any rule.
    """
    level = np.full(len(null.mean), float(np.average(null.mean, weights=exposure)))
    plain = Null(level, 1.0, 0.0, null.sd)
    shares = []
    for one in (plain, null):
        random = np.random.default_rng(seed)
        values = _drawn(kind, one, exposure, random, charts)
        of = limits(kind, values, exposure, np.ones(len(exposure), dtype=bool), screen_outliers)
        by_rule = signals(values, of).any(axis=(1, 3))
        shares.append([*by_rule.mean(axis=1), by_rule.any(axis=0).mean()])
    names = [*(rule.name for rule in RULES), "any of them"]
    return pd.DataFrame({"rule": names, "plain": shares[0], "as_here": shares[1]})


def _drawn(
    kind: str, null: Null, exposure: Floats, random: np.random.Generator, charts: int
) -> Floats:
    """Draw charts of one null, shape (charts, n)."""
    shape = (charts, len(null.mean))
    if null.sd is not None:
        return random.normal(null.mean, null.sd, shape)
    more = null.dispersion - 1
    if kind == "p":
        among = np.maximum(np.round(exposure), 1)
        # Beta-binomial: of n that vary alike within a period the variance is 1 + (n - 1) rho times
        # the binomial.
        alike = np.clip(more / np.maximum(among - 1, 1), 0.0, 0.99)
        share = np.broadcast_to(null.mean, shape)
        if more > 0:
            known = np.clip(null.mean, 1e-9, 1 - 1e-9)
            weight = (1 - alike) / np.maximum(alike, 1e-9)
            share = random.beta(known * weight, (1 - known) * weight, shape)
        return random.binomial(among.astype(np.int64), share) / exposure
    if kind == "g":
        gaps = np.broadcast_to(null.mean, shape)
        if more > 0:
            # A mean that itself varies by v adds 2 v mean^2 to the variance, mean (mean + 1).
            varies = more * (null.mean + 1) / np.maximum(2 * null.mean, 1e-12)
            gaps = null.mean * random.gamma(1 / varies, varies, shape)
        return np.asarray(random.geometric(1 / (1 + gaps), shape) - 1.0, dtype=np.float64)
    mean = np.broadcast_to(null.mean * (exposure if kind == "u" else 1.0), shape)
    if more > 0:
        # A gamma mixture of Poisson counts: the variance is `dispersion` times the mean.
        mean = random.gamma(np.maximum(mean / more, 1e-12), more)
    return random.poisson(mean) / (exposure if kind == "u" else 1.0)
