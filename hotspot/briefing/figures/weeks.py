"""The newest week against the one before and that of last year, with an exact test."""

from dataclasses import dataclass

import pandas as pd
from scipy.special import bdtr, betaincinv

from hotspot.briefing.figures.known import KnownBurglaries
from hotspot.dates import WEEK_DAYS

# 52 weeks, not a year: the same weekdays, since burglary has a weekly rhythm.
_YEAR_OF_WEEKS_DAYS = 364
_WEEK = pd.Timedelta(days=WEEK_DAYS)


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
    """

    label: str
    last: pd.Timestamp
    count: int | None
    ratio: float = float("nan")
    low: float = float("nan")
    high: float = float("nan")
    p_value: float = float("nan")


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
    Given the sum of two Poisson counts of one rate, one of them is binomial with probability
    one half: the test and the Clopper-Pearson interval are exact. Burglaries come in series, so
    real counts vary more than this allows for.

    References
    ----------
    Przyborowski, J. and Wilenski, H. (1940). Homogeneity of results in testing samples from
    Poisson series. Biometrika 31(3-4), 313-323.
    """
    last = known.last
    now = int(known.found_within(WEEK_DAYS).sum())
    year_before = last - pd.Timedelta(days=_YEAR_OF_WEEKS_DAYS)
    return now, (
        _week_change("last week", now, known, last - _WEEK),
        _week_change("same week last year", now, known, year_before),
    )


def _week_change(label: str, now: int, known: KnownBurglaries, last: pd.Timestamp) -> WeekChange:
    """Compare with the week that ends at `last`, where the data reach back to its first day."""
    first_day = last.normalize() - _WEEK + pd.Timedelta(days=1)
    # A file that begins within the week would count it short.
    if known.incidents.empty or known.incidents["occurred_to"].min().normalize() > first_day:
        return WeekChange(label, last, None)
    then = int(KnownBurglaries.at(known.incidents, last).found_within(WEEK_DAYS).sum())
    if now + then == 0:
        return WeekChange(label, last, then)
    low, high = _share_interval(now, then)
    return WeekChange(
        label,
        last,
        then,
        ratio=_odds(now / (now + then)),
        low=_odds(low),
        high=_odds(high),
        # One half is as far from either end: both tails are as long.
        p_value=min(1.0, 2 * float(bdtr(min(now, then), now + then, 0.5))),
    )


def _share_interval(hits: int, misses: int) -> tuple[float, float]:
    """Return the Clopper-Pearson interval of 95 % for the share of hits."""
    low = float(betaincinv(hits, misses + 1, 0.025)) if hits else 0.0
    high = float(betaincinv(hits + 1, misses, 0.975)) if misses else 1.0
    return low, high


def _odds(share: float) -> float:
    return float("inf") if share >= 1 else share / (1 - share)
