"""The level of crime by day, with its trend, season and days of the week."""

from dataclasses import dataclass

import numpy as np

from hotspot._kernels.arrays import Floats, Ints

_YEAR_DAYS = 365.25
# A season cannot be told from a trend in less than a year and a half.
_SEASON_FROM_DAYS = 548
# The recent level is what counts, and two months are enough to know it by.
_MEMORY_DAYS = 60.0
# Prior counts behind the season and the days of the week: few crimes must not make a pattern.
_PRIOR = 50.0
# At most so many of Newton's steps.
_STEPS = 30
# Reports later than this are too rare to matter for the next weeks.
_LATEST_DAYS = 90
# Keeps logarithms and divisions from 0 where nothing happened.
_LEAST = 1e-9


@dataclass(frozen=True)
class SeasonalLevel:
    """Expected incidents per day: a log-linear trend, one wave a year and days of the week.

    Learned by penalised Poisson regression on the daily counts; what is forecast has the pattern
    of season and week, at the height of the last two months. Days of which not all is reported yet
    count as the part of a day that they are.

    Parameters
    ----------
    coefficients : ndarray of float64, shape (10,)
        Logarithms: level, trend a year, cosine and sine of the year, and six days of the week.
    first_day, last_day : int
        The days learned from, since 1970-01-01.
    height : float
        Recent counts over what trend, season and week give for the same days.
    reported : ndarray of float64, shape (days,)
        Share of each day's incidents that was known at the cut-off.

    References
    ----------
    Johnson, S. D. et al. (2012). Towards the modest predictability of daily burglary counts.
    Policing 6(2), 167-176.
    """

    coefficients: Floats
    first_day: int
    last_day: int
    height: float
    reported: Floats

    @classmethod
    def of(cls, counts: Floats, first_day: int, reported: Floats | None = None) -> "SeasonalLevel":
        """Fit a level to counts by day.

        Parameters
        ----------
        counts : ndarray of float64, shape (days,)
            Incidents on each day.
        first_day : int
            The first of the days, since 1970-01-01.
        reported : ndarray of float64, shape (days,), optional
            Share of each day's incidents that is known by now. Default: all.

        Examples
        --------
        >>> level = SeasonalLevel.of(np.full(100, 3.0), first_day=20_000)
        >>> float(level.expected(7).sum().round(3))
        21.0
        """
        days = first_day + np.arange(len(counts))
        last_day = int(days[-1])
        design = _design(days, last_day, len(counts))
        share = np.ones(len(counts)) if reported is None else np.maximum(reported, _LEAST)
        # None on the level itself; little on the trend; as if so many crimes had been seen that had
        # no season and no weekday.
        penalty = np.array([0.0, 1.0, *np.full(8, _PRIOR)])
        coefficients = np.zeros(design.shape[1])
        coefficients[0] = np.log(max(counts.sum() / share.sum(), _LEAST))
        # Newton-Raphson on the penalised Poisson likelihood (iteratively reweighted least squares:
        # McCullagh and Nelder 1989, section 2.5). Steps are cut at a factor of e, or one from far
        # off could overflow; sums are written out, since a linear algebra library rounds by the
        # number of its threads.
        for _ in range(_STEPS):
            rate = share * _rate(design, coefficients)
            slope = np.einsum("td,t->d", design, counts - rate) - penalty * coefficients
            curve = np.einsum("td,t,te->de", design, rate, design) + np.diag(penalty + _LEAST)
            step = np.clip(np.linalg.solve(curve, slope), -1.0, 1.0)
            coefficients = coefficients + step
            if np.abs(step).max() < 1e-10:
                break
        # The height of the last months: a level that has moved off the trend is followed, as a
        # regression over years would not.
        recent = np.exp(-(last_day - days) / _MEMORY_DAYS)
        height = (recent * counts).sum() / (recent * share * _rate(design, coefficients)).sum()
        return cls(coefficients, first_day, last_day, float(height), share)

    @property
    def trend_per_year(self) -> float:
        """Change of the level in a year: -0.1 is ten per cent down."""
        return float(np.expm1(self.coefficients[1]))

    @property
    def season_amplitude(self) -> float:
        """How far the busiest time of the year stands above the mean of the logarithms."""
        return float(np.hypot(*self.coefficients[2:4]))

    def fitted(self) -> Floats:
        """Return the smooth level of what is known of each day learned from.

        Returns
        -------
        ndarray of float64, shape (days,)
        """
        days = np.arange(self.first_day, self.last_day + 1)
        return self.reported * _rate(_design(days, self.last_day, len(days)), self.coefficients)

    def expected(self, days: int) -> Floats:
        """Return the expected incidents on each of the next days.

        Parameters
        ----------
        days : int
            How many, from the day after the last one learned from.

        Returns
        -------
        ndarray of float64, shape (days,)
        """
        ahead = self.last_day + 1 + np.arange(days)
        design = _design(ahead, self.last_day, self.last_day - self.first_day + 1)
        # A trend is not carried forward: the recent height already has it, and a fall of years
        # would be forecast to go on for ever.
        design[:, 1] = 0.0
        return self.height * _rate(design, self.coefficients)


def reported_shares(delay: Ints, age: Ints, weight: Floats) -> Floats:
    """Estimate which share of a day's incidents is known after each number of days.

    Parameters
    ----------
    delay : ndarray of int64, shape (n,)
        Days from each incident known to when it became known.
    age : ndarray of int64, shape (n,)
        Days from it to the cut-off.
    weight : ndarray of float64, shape (n,)
        What each counts.

    Returns
    -------
    ndarray of float64, shape (91,)
        By age in days; 1 from the last on.

    References
    ----------
    Kalbfleisch, J. D. and Lawless, J. F. (1989). Inference based on retrospective ascertainment:
    an analysis of the data on transfusion-related AIDS. Journal of the American Statistical
    Association 84(406), 360-372 (delays that are only seen if they are shorter than the age).

    Examples
    --------
    Half is known on the day, the rest two days later:

    >>> delay, age = np.array([0, 2] * 50), np.arange(100) + 3
    >>> reported_shares(delay, age, np.ones(100))[:4]
    array([0.5, 0.5, 1. , 1. ])
    """
    seen = delay <= _LATEST_DAYS
    delay, age, weight = delay[seen], np.minimum(age[seen], _LATEST_DAYS), weight[seen]
    size = _LATEST_DAYS + 2
    came = np.bincount(delay, weight, minlength=size)
    # Only events that are old enough can show a delay: among those known after exactly d days or
    # sooner, and of age d or more, how many took exactly d. The product of the rest, from the
    # longest delay down, is the share known by then (a Kaplan-Meier estimate in reverse time).
    by_then = np.cumsum(came - np.bincount(age + 1, weight, minlength=size))
    with np.errstate(divide="ignore", invalid="ignore"):
        before = np.where(by_then > 0, 1.0 - came / by_then, 1.0)
    shares = np.append(np.cumprod(before[_LATEST_DAYS:0:-1])[::-1], 1.0)
    return np.asarray(np.clip(shares, 0.0, 1.0))


def _rate(design: Floats, coefficients: Floats) -> Floats:
    """Return the level of each day, by sums that no library shares out among threads."""
    return np.asarray(np.exp((design * coefficients).sum(axis=1)))


def _design(days: Ints, last_day: int, length: int) -> Floats:
    """Build the columns of level, trend, season and week; the last day has no trend in it."""
    angle = 2 * np.pi * days / _YEAR_DAYS
    season = np.column_stack([np.cos(angle), np.sin(angle)])
    if length < _SEASON_FROM_DAYS:
        season[:] = 0.0
    # 1970-01-01 was a Thursday, the fourth day from Monday.
    weekday = (days[:, None] + 3) % 7 == np.arange(6)
    # Against the seventh day, so that the six sum to nothing over a week.
    against = (days + 3) % 7 == 6
    return np.column_stack(
        [
            np.ones(len(days)),
            (days - last_day) / _YEAR_DAYS,
            season,
            weekday.astype(float) - against[:, None],
        ]
    )
