"""Centre lines and limits of process charts, and the rules that tell signals from noise."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from hotspot._kernels.arrays import Bools, Floats
from hotspot.trends.time_scan import in_windows

#: Three of these on either side are the limits.
_SIGMAS = 3.0
# The mean moving range of two normal values over their standard deviation, and the factor beyond
# which a range is an outlier (Montgomery, appendix VI, for two values).
_RANGE_OF_TWO, _RANGE_LIMIT = 1.128, 3.267
RUN, TREND = 7, 7


class Limits(NamedTuple):
    """Centre, standard deviation and limits of each point, arrays of one shape."""

    centre: Floats
    sigma: Floats
    low: Floats
    high: Floats


def limits(
    kind: str, values: Floats, exposure: Floats, basis: Bools, screen_outliers: bool = False
) -> Limits:
    """Compute the centre line and the limits of points that are taken to be of one process.

    Parameters
    ----------
    kind : {"xmr", "c", "u", "p", "g"}
        As of `process_chart`.
    values : ndarray, shape (..., n)
        What is drawn: a count, a rate (``u``), a share (``p``) or days between (``g``). Leading
        axes are charts of their own.
    exposure : ndarray, shape (n,)
        What rates and shares are of.
    basis : ndarray of bool, shape (n,)
        Points from which the limits are worked out.
    screen_outliers : bool
        Whether moving ranges beyond their own limit are left out (``xmr``).

    Returns
    -------
    Limits
        Each of shape (..., n).
    """
    known = np.where(basis, values, np.nan)
    if kind in ("u", "p"):
        weight = np.where(basis, exposure, 0.0)
        centre = (np.where(basis, values, 0.0) * weight).sum(axis=-1, keepdims=True) / weight.sum()
    else:
        centre = np.nanmean(known, axis=-1, keepdims=True)
    sigma = _SPREAD[kind](known, centre, exposure, screen_outliers)
    centre, sigma = (np.broadcast_to(part, values.shape) for part in (centre, sigma))
    low, high = centre - _SIGMAS * sigma, centre + _SIGMAS * sigma
    # No count lies below nothing; an XmR chart is of any measure, which may.
    if kind != "xmr":
        low = np.maximum(low, 0.0)
    if kind == "p":
        high = np.minimum(high, 1.0)
    return Limits(centre, sigma, low, high)


def _of_ranges(known: Floats, centre: Floats, exposure: Floats, screened: bool) -> Floats:
    ranges = np.abs(np.diff(known, axis=-1))
    mean = np.nanmean(ranges, axis=-1, keepdims=True)
    if screened:
        # Once and not again and again, which would screen a chart until nothing is left.
        kept = np.where(ranges <= _RANGE_LIMIT * mean, ranges, np.nan)
        mean = np.nanmean(kept, axis=-1, keepdims=True)
    return np.asarray(mean / _RANGE_OF_TWO)


#: How far points of each kind of chart spread by themselves.
_SPREAD: dict[str, Callable[[Floats, Floats, Floats, bool], Floats]] = {
    "xmr": _of_ranges,
    "c": lambda known, centre, exposure, screened: np.sqrt(centre),
    "u": lambda known, centre, exposure, screened: np.sqrt(centre / exposure),
    "p": lambda known, centre, exposure, screened: np.sqrt(centre * (1 - centre) / exposure),
    # Days between events of a process without memory are geometric.
    "g": lambda known, centre, exposure, screened: np.sqrt(centre * (centre + 1)),
}


class SignalRule(NamedTuple):
    """A rule of a chart: its name, what it says of points, and how it is found.

    Attributes
    ----------
    name : str
    words : str
        Of a run of points, as they stand in a sentence.
    finds : callable
        Takes values and `Limits` of shape (..., n), returns those of the points that are part of
        a signal, side by side: above the centre (or rising) and below it (or falling).
    """

    name: str
    words: tuple[str, str]
    finds: Callable[[Floats, Limits], tuple[Bools, Bools]]


def _outside(values: Floats, of: Limits) -> tuple[Bools, Bools]:
    return values > of.high, values < of.low


def _one_side(values: Floats, of: Limits) -> tuple[Bools, Bools]:
    # A point on the centre line is on neither side and ends a run.
    return _runs(values > of.centre, RUN), _runs(values < of.centre, RUN)


def _trend(values: Floats, of: Limits) -> tuple[Bools, Bools]:
    # Seven points that rise are six rises; two equal ones end a trend.
    steps = np.diff(values, axis=-1)
    return tuple(_points_of(_runs(side, TREND - 1)) for side in (steps > 0, steps < 0))  # type: ignore[return-value]


def _near_limit(values: Floats, of: Limits) -> tuple[Bools, Bools]:
    # In the outer third or beyond: more than two of the three standard deviations away.
    away = (values - of.centre) / np.where(of.sigma > 0, of.sigma, np.inf)
    return _two_of_three(away > 2), _two_of_three(away < -2)


def _runs(held: Bools, length: int) -> Bools:
    """Return the points that lie in a run of so many or more."""
    return _spread_over(in_windows(held, length) == length, length, held.shape[-1])


def _two_of_three(far: Bools) -> Bools:
    return np.asarray(_spread_over(in_windows(far, 3) >= 2, 3, far.shape[-1]) & far)


def _spread_over(windows: Bools, length: int, points_in: int) -> Bools:
    """Return the points of windows that hold something, from the first point of each."""
    points = np.zeros((*windows.shape[:-1], points_in), dtype=bool)
    for step in range(length if windows.shape[-1] else 0):
        points[..., step : step + windows.shape[-1]] |= windows
    return points


def _points_of(steps: Bools) -> Bools:
    """Return the points at the ends of steps."""
    none = np.zeros((*steps.shape[:-1], 1), dtype=bool)
    ends = np.concatenate([steps, none], axis=-1) | np.concatenate([none, steps], axis=-1)
    return np.asarray(ends)


#: In the order in which they are named.
RULES = (
    SignalRule("outside the limits", ("above the upper limit", "below the lower limit"), _outside),
    SignalRule("seven on one side", ("above the centre line", "below the centre line"), _one_side),
    SignalRule("trend of seven", ("rising each time", "falling each time"), _trend),
    SignalRule(
        "two of three near a limit",
        ("near the upper limit", "near the lower limit"),
        _near_limit,
    ),
)


def signals(values: Floats, of: Limits) -> npt.NDArray[np.bool_]:
    """Find the points that are part of a signal.

    Parameters
    ----------
    values : ndarray, shape (..., n)
    of : Limits
        Each of that shape.

    Returns
    -------
    ndarray of bool, shape (rules, 2, ..., n)
        By rule of `RULES`: above or rising, and below or falling.

    References
    ----------
    NHS England (2019). Making data count: getting started. The rules and the length of seven.
    """
    return np.array([rule.finds(values, of) for rule in RULES])
