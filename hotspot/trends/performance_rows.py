"""A row of the performance table: a month and twelve months of one area, each with its word."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from hotspot._kernels.arrays import Floats
from hotspot.trends.comparison import judge
from hotspot.trends.two_counts import (
    NOT_KNOWN,
    YEAR_MONTHS,
    Dispersion,
    month_dispersion,
    weigh_counts,
    year_dispersion,
)

_LONG_MONTHS = 36
#: What nothing can be held against has no word.
NO_WORD = ""


@dataclass(frozen=True)
class Asked:
    """What is asked of every area.

    Attributes
    ----------
    at : int
        Where the month stands among all months.
    years : int
        How many earlier years its own month is held against.
    baseline : ndarray of int or None
        Where the months of the baseline stand, whole years; None holds twelve months against the
        twelve before them.
    better, rule : str
        As of `compare`.
    band, confidence : float
        As of `compare`.
    """

    at: int
    years: int
    baseline: "np.ndarray[Any, np.dtype[np.int64]] | None"
    better: str
    rule: str
    band: float
    confidence: float

    @property
    def earlier(self) -> list[int]:
        """Where the same month of each earlier year stands, the last year first."""
        return [self.at - YEAR_MONTHS * back for back in range(1, self.years + 1)]


def performance_row(asked: Asked, known: Floats, whole: Floats, others: Floats) -> dict[str, Any]:
    """Return what the table tells of one area.

    Parameters
    ----------
    asked : Asked
    known : ndarray, shape (months,)
        Counts by month; NaN where a month is left out.
    whole : ndarray, shape (months,)
        The same with every month, for a baseline that names one which is left out.
    others : ndarray, shape (areas, months)
        Of all areas; see `month_dispersion`.

    Returns
    -------
    dict
        By the columns of the table.
    """
    same = np.array([known[at] if at >= 0 else np.nan for at in asked.earlier])
    row: dict[str, Any] = {"current": known[asked.at]}
    row |= {f"same_month_{back}": count for back, count in enumerate(same, 1)}
    told = np.isfinite(same)
    row["mean_same_month"] = same[told].mean() if told.any() else np.nan
    varies = Dispersion(1.0, NOT_KNOWN)
    if told.any():
        varies = month_dispersion(known, asked.at, others)
    row |= _judged(asked, row["current"], row["mean_same_month"], int(told.sum()), varies, "month_")
    for months in (YEAR_MONTHS, _LONG_MONTHS):
        row[f"mean_month_{months}"] = _mean_before(known, asked.at, months)
    return row | _twelve_months(asked, known, whole)


def _twelve_months(asked: Asked, known: Floats, whole: Floats) -> dict[str, Any]:
    """Return twelve months against the baseline, or against the twelve before them."""
    first = asked.at + 1 - YEAR_MONTHS
    now = known[max(first, 0) : asked.at + 1]
    rolling = float(now.sum()) if first >= 0 else np.nan
    reference = _reference(asked, known, whole)
    years = 1.0 if asked.baseline is None else len(asked.baseline) / YEAR_MONTHS
    total = float(reference.sum())
    varies = Dispersion(1.0, NOT_KNOWN)
    if np.isfinite(rolling + total):
        varies = year_dispersion(known, asked.at, reference)
    told = {"rolling_12": rolling, "reference_12": total}
    return told | _judged(asked, rolling, total, years, varies, "")


def _reference(asked: Asked, known: Floats, whole: Floats) -> Floats:
    """Return the mean twelve months that now is held against, in the order of the months of now."""
    if asked.baseline is None:
        first = asked.at + 1 - 2 * YEAR_MONTHS
        if first < 0:
            return np.full(YEAR_MONTHS, np.nan)
        return known[first : first + YEAR_MONTHS]
    # The months of the year in turn, that which follows `at` first.
    place = (asked.baseline - asked.at - 1) % YEAR_MONTHS
    sums = np.bincount(place, weights=whole[asked.baseline], minlength=YEAR_MONTHS)
    return sums / (len(asked.baseline) / YEAR_MONTHS)


def _mean_before(known: Floats, at: int, months: int) -> float:
    """Return the mean month of those before one, where the data reach back over all of them."""
    before = known[max(at - months, 0) : at]
    if at < months or np.isnan(before).all():
        return float("nan")
    return float(np.nanmean(before))


def _judged(
    asked: Asked, current: float, reference: float, years: float, varies: Dispersion, prefix: str
) -> dict[str, Any]:
    """Return change, test, word and rule of a count against the mean of others."""
    names = ("change", "z", "p_value", "p_exact", "test", "dispersion", "dispersion_from")
    words = ("word", "rule", "by_band", "by_significance")
    if not np.isfinite(current + reference):
        nothing = dict.fromkeys(names, np.nan) | {"test": "", "dispersion_from": ""}
        row = nothing | dict.fromkeys(words, NO_WORD) | {"rule": "Nothing to compare with."}
        return {prefix + name: value for name, value in row.items()}
    tested = weigh_counts(current, reference, years, varies.value)
    change = current / reference - 1 if reference else (np.inf if current else 0.0)
    judged = judge(change, tested, asked.band, asked.better, asked.rule, asked.confidence)
    row = dict(zip(names, (change, *tested, *varies), strict=True))
    row |= dict(zip(words, judged, strict=True))
    return {prefix + name: value for name, value in row.items()}


#: Columns that count burglaries, whole numbers where they are known.
WHOLE = ("current", "rolling_12")


def as_table(rows: list[dict[str, Any]], names: list[str]) -> pd.DataFrame:
    """Return rows as a table, counts as whole numbers where they are known."""
    table = pd.DataFrame(rows)
    table.insert(0, "area", names)
    whole = [*WHOLE, *(name for name in table if str(name).startswith("same_month_"))]
    return table.astype(dict.fromkeys(whole, "Int64"))
