"""How alike two crimes are: far apart, long apart, on the clock, in the week, and in method."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias, get_args

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from hotspot._checks import check_incidents_frame, raise_problems
from hotspot._kernels.arrays import Floats, Ints
from hotspot.reading.cells import to_text, without_missing_words

Feature = Literal["distance", "days", "hour", "weekday", "mo"]
FEATURES: tuple[str, ...] = get_args(Feature)
#: How a method can compare.
EQUAL, UNEQUAL, UNKNOWN = "equal", "unequal", "unknown"
METHODS = (EQUAL, UNEQUAL, UNKNOWN)
#: The column of `pair_table` that each feature is read from.
COLUMNS = {
    "distance": "distance_m", "days": "days", "hour": "clock_hours", "weekday": "weekday_days",
    "mo": "mo",
}  # fmt: skip
_Curve: TypeAlias = Callable[[Floats], Floats]
_DAY_H, _WEEK_D = 24.0, 7.0
# Below this a window is a moment: its square would be lost in the rounding of the others.
_MOMENT = 1e-5


@dataclass(frozen=True)
class Evidence:
    """What two crimes have in common, pair by pair, as plain arrays of one length.

    Attributes
    ----------
    distance_m, days, clock_hours, weekday_days : ndarray of float64
        See `evidence_of_pairs`.
    mo : ndarray of int64
        Position in `METHODS`.
    method : ndarray of int64
        The code of the method that both have; -1 where they have none in common.
    """

    distance_m: Floats
    days: Floats
    clock_hours: Floats
    weekday_days: Floats
    mo: Ints
    method: Ints

    def of(self, feature: str) -> Floats:
        """Return the values of one feature."""
        return np.asarray(getattr(self, COLUMNS[feature]))


@dataclass(frozen=True)
class Traits:
    """What of each crime is compared, as plain arrays of one length.

    Attributes
    ----------
    x, y : ndarray of float64
        In metres.
    start, end : ndarray of float64
        The window in days since 1970.
    clock_end : ndarray of float64
        Its end for the clock: a date without a time can be any hour of that day.
    mo : ndarray of int64
        Code of the method; -1 where it is not known.
    """

    x: Floats
    y: Floats
    start: Floats
    end: Floats
    clock_end: Floats
    mo: Ints

    @classmethod
    def of(cls, incidents: gpd.GeoDataFrame, methods: Sequence[str] = ()) -> "Traits":
        """Return what of incidents in canonical shape is compared; known methods come first."""
        places = shapely.get_coordinates(incidents.geometry.to_numpy())
        start, end = (
            incidents[name].to_numpy().astype("datetime64[us]").astype(np.int64) / 86_400e6
            for name in ("occurred_from", "occurred_to")
        )
        # A window that ends before it begins is one all the same, between the same two moments.
        start, end = np.minimum(start, end), np.maximum(start, end)
        only_day = (start == end) & (start % 1 == 0)
        codes = method_codes(incidents, methods)[0]
        return cls(places[:, 0], places[:, 1], start, end, np.where(only_day, end + 1, end), codes)

    def compared(self, first: Ints, second: Ints) -> Evidence:
        """Return the evidence of pairs of positions."""
        start, end = self.start, self.end
        windows = start[first], end[first], start[second], end[second]
        clock = (
            start[first] * _DAY_H, self.clock_end[first] * _DAY_H,
            start[second] * _DAY_H, self.clock_end[second] * _DAY_H,
        )  # fmt: skip
        one, other = self.mo[first], self.mo[second]
        same = (one == other) & (one >= 0)
        unknown = (one < 0) | (other < 0)
        return Evidence(
            distance_m=np.hypot(self.x[first] - self.x[second], self.y[first] - self.y[second]),
            days=expected_difference(*windows),
            clock_hours=expected_circular_difference(*clock, _DAY_H),
            weekday_days=expected_circular_difference(*windows, _WEEK_D),
            mo=np.where(unknown, 2, np.where(same, 0, 1)).astype(np.int64),
            method=np.where(same, one, -1),
        )


def evidence_of_pairs(
    incidents: gpd.GeoDataFrame, pairs: npt.ArrayLike | pd.DataFrame | None = None
) -> pd.DataFrame:
    """Compare crimes pair by pair: distance, days, clock, weekday and method.

    Parameters
    ----------
    incidents : GeoDataFrame, n rows
        As `read_incidents` returns them, in a projected CRS in metres.
    pairs : array-like of shape (m, 2), or DataFrame with first and second, optional
        Index labels of each pair. Default: every pair, the earlier row first.

    Returns
    -------
    DataFrame, m rows
        ``first`` and ``second``; ``distance_m``; ``days``, the expected difference between the
        two moments, each anywhere in its window; ``clock_hours``, that of their hours on a clock
        of 24 h (at most 12); ``weekday_days``, that in the week (at most 3.5); ``mo``: "equal",
        "unequal" or "unknown".

    Raises
    ------
    DataError
        If the incidents are not in canonical shape, their dates are months only, or a pair names
        a label that is none of theirs.

    Notes
    -----
    All expectations are exact, each moment being equally likely anywhere in its window. A window
    of a day or more tells nothing of the hour: the clock difference is then 6 h, the mean of two
    hours taken at random, and in the week 1.75 days from a window of seven days on. A date
    without a time (midnight at both ends) may be any hour of its day. Methods are equal
    where their texts are, whatever their case; two blanks are not equal, they are unknown.

    References
    ----------
    Porter, M. D. (2016). A statistical approach to crime linkage. The American Statistician
    70(2), 152-165.

    Examples
    --------
    >>> frame = pd.DataFrame({"crime_ref": ["A", "B"], "occurred_from": pd.to_datetime(
    ...     ["2026-03-01 22:00", "2026-03-04 02:00"]), "mo": ["Door forced", "door forced"]})
    >>> frame["occurred_to"] = frame["occurred_from"]
    >>> incidents = gpd.GeoDataFrame(
    ...     frame, geometry=gpd.points_from_xy([0, 300], [0, 400]), crs="EPSG:27700")
    >>> evidence_of_pairs(incidents).drop(columns=["first", "second"]).round(3)
       distance_m   days  clock_hours  weekday_days     mo
    0       500.0  2.167          4.0         2.167  equal
    """
    check_incidents_frame(incidents, needs_days="A comparison of crimes")
    if pairs is None:
        first, second = np.triu_indices(len(incidents), 1)
    else:
        first, second = _positions(incidents, pairs)
    return pair_table(incidents, first, second, Traits.of(incidents).compared(first, second))


def pair_table(
    incidents: gpd.GeoDataFrame, first: Ints, second: Ints, evidence: Evidence
) -> pd.DataFrame:
    """Return evidence as a table with the index labels of each pair."""
    index = incidents.index
    return pd.DataFrame(
        {
            "first": index.take(first),
            "second": index.take(second),
            "distance_m": evidence.distance_m,
            "days": evidence.days,
            "clock_hours": evidence.clock_hours,
            "weekday_days": evidence.weekday_days,
            "mo": np.array(METHODS, dtype=object)[evidence.mo],
        }
    )


def _positions(
    incidents: gpd.GeoDataFrame, pairs: npt.ArrayLike | pd.DataFrame
) -> tuple[Ints, Ints]:
    """Return the positions of pairs of labels."""
    if isinstance(pairs, pd.DataFrame):
        absent = [name for name in ("first", "second") if name not in pairs.columns]
        raise_problems([f"The pairs lack the column {name}." for name in absent])
        labels = [pairs["first"].to_numpy(), pairs["second"].to_numpy()]
    else:
        given = np.asarray(pairs, dtype=object)
        if given.size == 0:
            given = given.reshape(0, 2)
        if given.ndim != 2 or given.shape[1] != 2:
            raise_problems([f"pairs must have two columns, not the shape {given.shape}."])
        labels = [given[:, 0], given[:, 1]]
    found = [incidents.index.get_indexer(pd.Index(column)) for column in labels]
    missing = sorted({str(c[p]) for c, f in zip(labels, found, strict=True)
                      for p in np.flatnonzero(f < 0)})  # fmt: skip
    if missing:
        shown = ", ".join(missing[:5])
        raise_problems([f"The pairs name {len(missing):,} rows that are not there: {shown}."])
    return found[0].astype(np.int64), found[1].astype(np.int64)


def method_codes(
    incidents: gpd.GeoDataFrame, methods: Sequence[str] = ()
) -> tuple[Ints, list[str]]:
    """Return the code of the method of each crime, and the text of each code in lower case.

    Parameters
    ----------
    incidents : GeoDataFrame
    methods : sequence of str
        Texts whose codes are their places here; others come after them.

    Returns
    -------
    codes : ndarray of int64
        -1 where the method is not known.
    methods : list of str
    """
    if "mo" not in incidents.columns:
        return np.full(len(incidents), -1, dtype=np.int64), []
    texts = without_missing_words(to_text(incidents["mo"]))
    plain = [" ".join(text.casefold().split()) if isinstance(text, str) else None for text in texts]
    known = {name: code for code, name in enumerate(methods)}
    others = sorted({one for one in plain if one} - known.keys())
    known |= {name: len(methods) + code for code, name in enumerate(others)}
    codes = np.array([known[one] if one else -1 for one in plain], dtype=np.int64)
    return codes, list(known)


def expected_difference(a: Floats, b: Floats, c: Floats, d: Floats) -> Floats:
    """Compute the expected difference of two moments, each anywhere in its window.

    Parameters
    ----------
    a, b, c, d : ndarray of float64
        The first window from `a` to `b` and the second from `c` to `d`, in one unit.

    Returns
    -------
    ndarray of float64

    Notes
    -----
    E|X - Y| = (G(b - c) - G(a - c) - G(b - d) + G(a - d)) / ((b - a)(d - c)) with G(z) = |z|³ / 6,
    whose second derivative is |z|. Windows apart differ as their middles do.
    """
    apart = np.abs((a + b) / 2 - (c + d) / 2)
    overlap = (a < d) & (c < b)
    if not overlap.any():
        return np.asarray(apart)
    # Short windows are taken as moments in the middle of theirs.
    one, other = b - a, d - c
    result = apart.copy()
    both = overlap & (one > _MOMENT) & (other > _MOMENT)
    result[both] = _mean_of(_cube, a[both], b[both], c[both], d[both])
    for single, x, low, high in (
        (overlap & (one <= _MOMENT) & (other > _MOMENT), (a + b) / 2, c, d),
        (overlap & (other <= _MOMENT) & (one > _MOMENT), (c + d) / 2, a, b),
    ):
        before, after = (x - low)[single], (high - x)[single]
        wide = (high - low)[single]
        result[single] = (before * np.abs(before) + after * np.abs(after)) / (2 * wide)
    return result


def expected_circular_difference(
    a: Floats, b: Floats, c: Floats, d: Floats, period: float
) -> Floats:
    """Compute the expected difference on a circle of two moments, each anywhere in its window.

    Parameters
    ----------
    a, b, c, d : ndarray of float64
        As of `expected_difference`.
    period : float
        Length of the circle in their unit: 24 hours, or 7 days.

    Returns
    -------
    ndarray of float64
        From 0 to half the period; a quarter of it where a window covers the whole circle.

    Notes
    -----
    As of `expected_difference`, with the second antiderivative of the distance on the circle less
    its mean, which is itself periodic: so windows of any length lose no digits.
    """
    one, other = b - a, d - c
    whole = (one >= period) | (other >= period)
    middle, opposite = (a + b) / 2, (c + d) / 2
    result = _round_circle(middle - opposite, period)
    long = [(width > _MOMENT) & ~whole for width in (one, other)]
    both = long[0] & long[1]
    mean = period / 4
    curve = _circular_curve(period)
    result[both] = mean + _mean_of(curve, a[both], b[both], c[both], d[both])
    for single, x, low, high in (
        (long[1] & ~long[0] & ~whole, middle, c, d),
        (long[0] & ~long[1] & ~whole, opposite, a, b),
    ):
        parts = _circular_slope((x - low)[single], period) - _circular_slope(
            (x - high)[single], period
        )
        result[single] = mean + parts / (high - low)[single]
    result[whole] = mean
    return np.clip(result, 0.0, period / 2)


def _mean_of(curve: _Curve, a: Floats, b: Floats, c: Floats, d: Floats) -> Floats:
    total = curve(b - c) - curve(a - c) - curve(b - d) + curve(a - d)
    return np.asarray(total / ((b - a) * (d - c)))


def _cube(z: Floats) -> Floats:
    return np.asarray(np.abs(z) ** 3 / 6)


def _round_circle(z: Floats, period: float) -> Floats:
    rest = np.mod(z, period)
    return np.minimum(rest, period - rest)


def _circular_slope(z: Floats, period: float) -> Floats:
    """Return the periodic antiderivative of the circular distance less its mean, 0 at 0."""
    rest = np.mod(z, period)
    rising = rest**2 / 2 - rest * period / 4
    back = period - rest
    return np.where(rest <= period / 2, rising, -(back**2 / 2 - back * period / 4))


def _circular_curve(period: float) -> _Curve:
    """Return the periodic antiderivative of `_circular_slope`, which is odd and of mean 0."""

    def curve(z: Floats) -> Floats:
        rest = np.mod(z, period)
        near = np.minimum(rest, period - rest)
        return np.asarray(near**3 / 6 - near**2 * period / 8)

    return curve
