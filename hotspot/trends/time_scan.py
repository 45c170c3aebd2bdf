"""A scan over time: whether so many in so few days mean anything among so many weeks."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import stats

from hotspot._checks import chosen_seed, integer_problems, positive_problems, raise_problems
from hotspot._errors import ConfigError, DataError
from hotspot._kernels.arrays import Bools, Ints
from hotspot.dates import day_numbers
from hotspot.english import count, day_of_year, days_long, percent
from hotspot.output.results import shown_html

_CHARTS_AT_ONCE = 200


def scan_probability(length: float, window: float, rate: float, crimes: int) -> float:
    """Compute how likely some window holds so many or more, if nothing but chance is at work.

    Parameters
    ----------
    length : float
        Over which the window moves, such as 260 weeks; at least two windows.
    window : float
        In the same unit.
    rate : float
        Expected in one unit.
    crimes : int
        In one window, wherever it lies.

    Returns
    -------
    float
        Naus's approximation for a Poisson process; close where it is below one half.

    Raises
    ------
    ConfigError
        If a number is not above 0, or `length` is less than two windows.

    References
    ----------
    Naus, J. I. (1982). Approximations for distributions of scan statistics. Journal of the
    American Statistical Association 77, 177-183.

    Examples
    --------
    One burglary a week for five years: six in some seven days are to be expected.

    >>> round(scan_probability(260, 1, 1, 6), 3)
    0.486
    >>> round(scan_probability(260, 1, 1, 9), 4)
    0.0021
    """
    faults = positive_problems(length=length, window=window, rate=rate)
    faults += integer_problems(1, crimes=crimes)
    if not faults and length < 2 * window:
        faults.append(f"length must be at least two windows ({2 * window:g}), not {length:g}.")
    raise_problems(arguments=faults)
    if crimes == 1:
        return float(-np.expm1(-rate * length))
    two, three = _none_in_two_and_three(rate * window, crimes)
    if two <= 0 or three <= 0:
        return 1.0
    windows = length / window
    # As a difference of logarithms: near 1 the power would lose what is left of it.
    return float(np.clip(-np.expm1(np.log(two) + (windows - 2) * np.log(three / two)), 0.0, 1.0))


def _none_in_two_and_three(mean: float, crimes: int) -> tuple[float, float]:
    """Compute exactly that no window within two, and within three windows' length, holds so many.

    Naus (1982), theorem 1 and its corollary, with `mean` expected in a window.
    """

    def p(j: int) -> float:
        return float(stats.poisson.pmf(j, mean)) if j >= 0 else 0.0

    def up_to(j: int) -> float:
        return float(stats.poisson.cdf(j, mean)) if j >= 0 else 0.0

    k, r = crimes, range(1, crimes)
    two = up_to(k - 1) ** 2 - (k - 1) * p(k) * p(k - 2) - (k - 1 - mean) * p(k) * up_to(k - 3)
    a1 = 2 * p(k) * up_to(k - 1) * ((k - 1) * up_to(k - 2) - mean * up_to(k - 3))
    a2 = (k - 1) * (k - 2) * up_to(k - 3) - 2 * (k - 2) * mean * up_to(k - 4)
    a2 = 0.5 * p(k) ** 2 * (a2 + mean**2 * up_to(k - 5))
    a3 = sum(p(2 * k - j) * up_to(j - 1) ** 2 for j in r)
    a4 = sum(
        p(2 * k - j) * p(j) * ((j - 1) * up_to(j - 2) - mean * up_to(j - 3)) for j in r if j > 1
    )
    return two, up_to(k - 1) ** 3 - a1 + a2 + a3 - a4


class BusiestWindow(NamedTuple):
    """The days in a row with most crimes, and whether that means anything.

    Parameters
    ----------
    first, last : Timestamp
        The earliest such days, both included.
    crimes : int
        In them.
    of : int
        Of so many in all.
    windows : int
        Over how many days the window moved.
    p_value : float
        The share of draws in which some window held as many or more.
    naus : float
        The same by `scan_probability`, for a rate that never changed.
    seed : int
    """

    first: pd.Timestamp
    last: pd.Timestamp
    crimes: int
    of: int
    windows: int
    p_value: float
    naus: float
    seed: int

    def summary(self) -> str:
        """Return the most in so many days, and how often chance alone has as many.

        Returns
        -------
        str
        """
        days = days_long((self.last - self.first).days + 1)
        return (
            f"The most in {days} were {self.crimes:,}, from {day_of_year(self.first)} to "
            f"{day_of_year(self.last)}. Of {count(self.of, 'crime')} dealt by chance over "
            f"{count(self.windows, 'day')}, some such window holds as many in "
            f"{percent(self.p_value)} of draws."
        )

    def _repr_html_(self) -> str:
        return shown_html(self.summary())


def busiest_window(
    days: "pd.Series[pd.Timestamp]",
    window_days: int = 7,
    *,
    first: pd.Timestamp | None = None,
    last: pd.Timestamp | None = None,
    expected: npt.ArrayLike | None = None,
    draws: int = 999,
    seed: int | None = None,
) -> BusiestWindow:
    """Find the busiest days in a row, and test them against chance over the whole time.

    Parameters
    ----------
    days : Series of datetime64
        A time a crime, such as `event_times` returns; of its day only the date counts.
    window_days : int
    first, last : Timestamp, optional
        The days that were watched. Default: those of the first and the last crime.
    expected : array_like, shape (days watched,), optional
        How much is expected on each day, up to a factor: a season, say. Default: the same on each.
    draws, seed : int, optional

    Returns
    -------
    BusiestWindow

    Raises
    ------
    ConfigError, DataError
        If an argument is wrong, a crime lies outside the days watched, or fewer days were watched
        than two windows have.

    Notes
    -----
    As many crimes as there were are dealt again to the days watched, each on its own, and the
    busiest window of each draw is compared. A series of one burglar is not "each on its own":
    that is what the p-value is to show. Where crimes go in runs all the time, it shows that
    first.

    References
    ----------
    Naus, J. I. (1982). Approximations for distributions of scan statistics. Journal of the
    American Statistical Association 77, 177-183.

    Examples
    --------
    >>> days = pd.Series(pd.to_datetime(["2026-01-05"] * 6 + ["2026-03-01", "2026-06-01"]))
    >>> found = busiest_window(days, 7, seed=1)
    >>> found.crimes, found.p_value
    (6, 0.001)
    """
    raise_problems(arguments=integer_problems(1, window_days=window_days, draws=draws))
    if not len(days) or pd.isna(days).any():
        raise DataError(f"{count(int(pd.isna(days).sum()), 'crime')} of {len(days)} have a day: "
                        "a scan over time needs one for each.")  # fmt: skip
    seed = chosen_seed(seed)
    numbers = np.sort(day_numbers(pd.Series(days)))
    start = int(numbers[0]) if first is None else (pd.Timestamp(first) - pd.Timestamp(0)).days
    end = int(numbers[-1]) if last is None else (pd.Timestamp(last) - pd.Timestamp(0)).days
    watched = end - start + 1
    if numbers[0] < start or numbers[-1] > end:
        outside = int(((numbers < start) | (numbers > end)).sum())
        raise DataError(f"{count(outside, 'crime')} happened outside the days watched.")
    if watched < 2 * window_days:
        raise DataError(
            f"{count(watched, 'day')} were watched: a scan with a window of {window_days} needs "
            f"{2 * window_days} or more."
        )
    weights = np.ones(watched) if expected is None else np.asarray(expected, dtype=float)
    if weights.shape != (watched,) or not (np.isfinite(weights) & (weights >= 0)).all():
        raise ConfigError(f"expected must be {watched:,} numbers, 0 or more: one a day watched.")
    counts = np.bincount(numbers - start, minlength=watched)
    within = in_windows(counts[None], window_days)[0]
    most = int(within.max())
    found = pd.Timestamp(0) + pd.Timedelta(days=start + int(within.argmax()))
    as_many = 1 + _draws_with(len(numbers), weights, window_days, most, draws, seed)
    p_value = as_many / (1 + draws)
    naus = scan_probability(watched, window_days, len(numbers) / watched, most)
    ends = found + pd.Timedelta(days=window_days - 1)
    return BusiestWindow(found, ends, most, len(numbers), watched, p_value, naus, seed)


def in_windows(counts: Ints | Bools, window: int) -> Ints:
    """Count what lies in each window of days in a row, shape (..., days - window + 1)."""
    upto = np.zeros((*counts.shape[:-1], counts.shape[-1] + 1), dtype=np.int64)
    np.cumsum(counts, axis=-1, out=upto[..., 1:])
    return np.asarray(upto[..., window:] - upto[..., :-window])


def _draws_with(
    crimes: int, weights: npt.NDArray[np.float64], window: int, most: int, draws: int, seed: int
) -> int:
    """Count the draws in which some window holds `most` or more."""
    random = np.random.default_rng(seed)
    shares = weights / weights.sum()
    reached = 0
    for done in range(0, draws, _CHARTS_AT_ONCE):
        drawn = random.multinomial(crimes, shares, size=min(_CHARTS_AT_ONCE, draws - done))
        reached += int((in_windows(drawn, window).max(axis=1) >= most).sum())
    return reached
