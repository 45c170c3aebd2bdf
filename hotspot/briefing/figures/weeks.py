"""The newest week against the one before and that of last year, tested by how weeks vary here."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from hotspot._kernels.arrays import Ints
from hotspot.briefing.figures.known import KnownBurglaries
from hotspot.dates import WEEK_DAYS
from hotspot.density.dispersion import dispersion_of_pairs
from hotspot.trends.change import compare_rates

# 52 weeks, not a year: the same weekdays, since burglary has a weekly rhythm.
_YEAR_OF_WEEKS_DAYS = 364
_WEEK = pd.Timedelta(days=WEEK_DAYS)
_YEAR_OF_WEEKS = _YEAR_OF_WEEKS_DAYS // WEEK_DAYS


@dataclass(frozen=True)
class WeekChange:
    """The newest week against an earlier one.

    Attributes
    ----------
    label : str
        The earlier week, in words.
    last : Timestamp
        Its last moment.
    count : int or None
        Burglaries in it; None where the data do not reach back that far.
    ratio, low, high : float
        This week's count over that one, with a 95 % interval; NaN where it is unknown.
    p_value : float
        Probability of a difference at least this large where both weeks share one rate.
    dispersion : float
        How many times more such weeks vary here than Poisson counts do, 1 or more.
    """

    label: str
    last: pd.Timestamp
    count: int | None
    ratio: float = float("nan")
    low: float = float("nan")
    high: float = float("nan")
    p_value: float = float("nan")
    dispersion: float = 1.0


def weekly_comparison(known: KnownBurglaries) -> tuple[int, tuple[WeekChange, WeekChange]]:
    """Compare the 7 days that end at the cut-off with the 7 before and the same of last year.

    Each burglary counts in the week in which it was found, if it was known at the end of that week:
    so late reports do not make every newest week look quiet.

    Parameters
    ----------
    known : KnownBurglaries

    Returns
    -------
    count : int
        Burglaries of this week.
    changes : tuple of WeekChange
        Against last week, and against the same days of the week 52 weeks ago.

    Notes
    -----
    Burglaries come in series, so counts vary more than Poisson counts: how much more is taken from
    the pairs of weeks before, equally far apart, and `compare_rates` allows for it. Where fewer
    than a dozen pairs are known the test is that of Poisson counts.
    """
    last = known.last
    now = int(known.found_within(WEEK_DAYS).sum())
    year_before = last - pd.Timedelta(days=_YEAR_OF_WEEKS_DAYS)
    # What is compared tells nothing of how weeks vary where nothing changed.
    past = _earlier_weeks(known)[2:]
    even = len(past) // 2 * 2
    in_turn = dispersion_of_pairs(past[1:even:2], past[:even:2])
    over_a_year = dispersion_of_pairs(
        past[_YEAR_OF_WEEKS:], past[: max(len(past) - _YEAR_OF_WEEKS, 0)]
    )
    return now, (
        _week_change("last week", now, known, last - _WEEK, in_turn or 1.0),
        _week_change("same week last year", now, known, year_before, over_a_year or 1.0),
    )


def _earlier_weeks(known: KnownBurglaries) -> Ints:
    """Count the burglaries found in each whole week back to the first of them, the newest first."""
    found = known.incidents["occurred_to"]
    if found.empty:
        return np.array([], dtype=np.int64)
    day = (known.last.normalize() - found.dt.normalize()).dt.days.to_numpy()
    # The week in which the data begin may be a part of one.
    whole = (int(day.max()) + 1) // WEEK_DAYS
    week = day // WEEK_DAYS
    return np.bincount(week[(week >= 0) & (week < whole)], minlength=whole)


def _week_change(
    label: str, now: int, known: KnownBurglaries, last: pd.Timestamp, dispersion: float
) -> WeekChange:
    """Compare with the week that ends at `last`, where the data reach back to its first day."""
    first_day = last.normalize() - _WEEK + pd.Timedelta(days=1)
    # A file that begins within the week would count it short.
    if known.incidents.empty or known.incidents["occurred_to"].min().normalize() > first_day:
        return WeekChange(label, last, None)
    then = int(KnownBurglaries.at(known.incidents, last).found_within(WEEK_DAYS).sum())
    if now + then == 0:
        return WeekChange(label, last, then)
    compared = compare_rates(np.array([then]), np.array([now]), 1.0, 1.0, 0.95, dispersion)
    ratio, low, high, p_value = (
        float(compared[name][0]) for name in ("ratio", "ratio_low", "ratio_high", "p_value")
    )
    return WeekChange(label, last, then, ratio, low, high, p_value, dispersion)
