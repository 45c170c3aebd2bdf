"""The near-repeat rule as a forecast, as strong as the force's own Knox ratios show it."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from hotspot._kernels.arrays import Floats, Ints
from hotspot._kernels.forecast import table_sums_at
from hotspot.forecast.base import Forecast
from hotspot.forecast.history import History
from hotspot.knox import knox_test
from hotspot.knox.bands import band_problems
from hotspot.rule import RULE

# Not learned from: a mistyped century must not keep the Knox test, which bears 89 years, from the
# rest.
_OLDEST_DAYS = 50 * 365
# Squares by which the area that is not raised is measured.
_SQUARE_M = 500.0


@dataclass(eq=False, repr=False)
class NearRepeatRisk(Forecast):
    """Forecast by the near-repeat rule: risk is raised near recent incidents, and flat elsewhere.

    How much an incident raises risk, by distance and by week, is learned from the Knox test of
    what was known: the pairs observed beyond those expected, per incident, day and square metre.

    Parameters
    ----------
    distance_bands_m : sequence of float
        Upper edges of the rings, in metres; the last is how far the rule reaches.
    time_bands_days : sequence of int
        Upper edges of the bands of age, in days; the last is how long the rule lasts. One band of
        each, ``(400,)`` and ``(42,)``, is the rule as it is drawn on maps.

    Attributes
    ----------
    raised_ : ndarray of float64, shape (times, rings)
        Incidents that one adds per day and square metre, by band of age and ring.
    ratios_ : DataFrame
        The Knox table it was learned from, with a first band of time for the same day.
    added_ : float
        Incidents that one adds in all, by the rule.

    Notes
    -----
    Pairs of one day cannot be forecast and do not count. A band's surplus is shrunk by ``1 - 1 /
    z^2`` and is 0 where it is no larger than its own error, so that a sample in which nothing is
    raised gives a flat map. Age counts from ``occurred_to``. What the rule does not add is spread
    evenly over the half-kilometre squares in which incidents are known.

    References
    ----------
    Johnson, S. D. et al. (2007). Space-time patterns of risk: a cross national assessment of
    residential burglary victimization. Journal of Quantitative Criminology 23(3), 201-219.

    Examples
    --------
    >>> import geopandas as gpd, pandas as pd
    >>> day = pd.Timestamp("2025-01-01") + pd.to_timedelta(np.arange(40) * 10 + [0, 1] * 20, "D")
    >>> frame = pd.DataFrame({"crime_ref": day.astype(str), "occurred_from": day})
    >>> frame["occurred_to"] = frame["occurred_from"]
    >>> x = np.repeat(np.arange(20) * 2000.0, 2)
    >>> incidents = gpd.GeoDataFrame(frame, geometry=gpd.points_from_xy(x, x), crs="EPSG:27700")
    >>> model = NearRepeatRisk().fit(incidents, "2026-02-28")
    >>> round(model.added_, 2)
    0.47
    """

    distance_bands_m: Sequence[float] = RULE.distance_bands_m
    time_bands_days: Sequence[int] = RULE.time_bands_days

    def _problems(self) -> list[str]:
        return band_problems(self.distance_bands_m, self.time_bands_days, "right", None)

    def _learn(self, history: History) -> None:
        # A band of its own for the same day, which is dropped below: what is reported on one day
        # cannot forecast itself. In closed form: a seed would make the forecast a draw.
        oldest = history.day[history.offset[:-1]]
        test = knox_test(
            history.incidents[oldest > history.last_day - _OLDEST_DAYS],
            self.distance_bands_m,
            (0, *self.time_bands_days),
            permutations=0,
            same_place_m=None,
        )
        surplus = (test.grid("observed") - test.grid("expected")).to_numpy(dtype=float)
        z = test.grid("z").to_numpy(dtype=float)
        # In the manner of Stein's rule (Efron and Morris 1973, Journal of the American Statistical
        # Association 68, 117-130), band by band: of a surplus y with error s, y² - s² estimates the
        # square of the true one. A band that stands out by less than its own error adds nothing.
        with np.errstate(divide="ignore", invalid="ignore"):
            trust = np.nan_to_num(np.clip(1.0 - 1.0 / z**2, 0.0, 1.0))
        beyond = (np.maximum(surplus, 0.0) * trust)[:, 1:].T
        days = np.diff([0, *self.time_bands_days])
        self.raised_ = beyond / (len(history) * days[:, None] * self._ring_areas()[None, :])
        self.ratios_ = test.table
        self.added_ = float(beyond.sum() / len(history))

    def _take(self, history: History) -> None:
        super()._take(history)
        age = history.ages
        live = age < self.time_bands_days[-1]
        self.x_, self.y_, self.age_ = history.x[live], history.y[live], age[live]
        self.squares_ = np.unique(_squares(history.x, history.y))

    def _ring_areas(self) -> Floats:
        edges = np.array(self.distance_bands_m, dtype=float)
        return np.asarray(np.pi * np.diff(edges**2, prepend=0.0))

    def _table(self, days: int) -> Floats:
        """Return what an incident of each age adds to each ring over the days, per square metre."""
        longest = int(self.time_bands_days[-1])
        band = np.searchsorted(self.time_bands_days, np.arange(1, longest + 1))
        # An incident of age a adds, on the first day, what one of age a + 1 does: ages are those at
        # the cut-off. Sums of running totals make it one subtraction for any number of days.
        by_age = np.zeros((longest + days + 1, self.raised_.shape[1]))
        by_age[1 : longest + 1] = self.raised_[band]
        passed = np.cumsum(by_age, axis=0)
        ages = np.arange(longest)
        return np.asarray(passed[ages + days] - passed[ages])

    def _at(self, x: Floats, y: Floats, days: int) -> Floats:
        table, edges = self._table(days), np.array(self.distance_bands_m, dtype=float)
        raised = table_sums_at(x, y, self.x_, self.y_, self.age_, edges, True, table)
        added = float((table @ self._ring_areas())[self.age_].sum())
        # What the rule does not account for lies evenly where anything was ever known; never less
        # than nothing, should the rule expect more than the level does.
        rest = max(self._expected(days) - added, 0.0) / (len(self.squares_) * _SQUARE_M**2)
        return np.asarray(raised + rest * np.isin(_squares(x, y), self.squares_))


def _squares(x: Floats, y: Floats) -> Ints:
    """Return a number for the square that each point lies in, one and the same for no other."""
    row, col = (np.floor(at / _SQUARE_M).astype(np.int64) for at in (y, x))
    return col * 2**32 + row
