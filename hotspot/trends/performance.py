"""The board's table: a month and twelve months by area, each against others, with its word."""

import json
import warnings
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

import geopandas as gpd
import numpy as np
import pandas as pd

from hotspot._checks import (
    choice_problems,
    integer_problems,
    is_number,
    raise_problems,
    share_problems,
)
from hotspot._errors import ConfigError, DataError, DataWarning
from hotspot.dates import AsOf
from hotspot.english import count, plain_day
from hotspot.english import month as month_words
from hotspot.incidents.offence_counts import CHOSEN
from hotspot.output.page_parts import ResultPage
from hotspot.output.results import Result
from hotspot.trends.comparison_words import BETTER, RULES
from hotspot.trends.definition_changes import (
    comparison_notes,
    counted_as_in_england,
    whole_change,
)
from hotspot.trends.performance_rows import Asked, as_table, performance_row
from hotspot.trends.periods import (
    CountedBy,
    PeriodCounts,
    count_periods,
    is_quiet,
    read_month,
    read_span,
    span_words,
)
from hotspot.trends.two_counts import YEAR_MONTHS

if TYPE_CHECKING:
    from matplotlib.figure import Figure

TOTAL = "All"


@dataclass(frozen=True)
class PerformanceTable(Result):
    """Result of `performance_table`.

    Parameters
    ----------
    table : DataFrame
        A row per area and last "All", their sum: ``area``; ``current`` (burglaries of the month),
        ``same_month_1``, ``same_month_2``, ... (the same month one year, two years before),
        ``mean_same_month``, ``mean_month_12`` and ``mean_month_36`` (the mean month of the 12 and
        36 months before it); ``rolling_12`` (the twelve months that end with it) and
        ``reference_12`` (the mean twelve months of the baseline, else the twelve months before).
        For the twelve months ``change`` (as a share), ``z``, ``p_value``, ``p_exact`` (of Poisson
        counts given their sum), ``test``, ``dispersion`` and ``dispersion_from``, ``word``,
        ``rule``, and what ``by_band`` and ``by_significance`` alone say; the same for the month
        against ``mean_same_month`` with ``month_`` before the name.
    month : Period
    counts : PeriodCounts
        What was counted, by area and month.
    months : mapping of str to PeriodIndex
        The months behind each column.
    settings : mapping
        What it was made with.
    notes : tuple of str
        What a reader must know: what is left out, what definitions and periods are crossed.
    """

    product: ClassVar[str] = "trends"
    table: pd.DataFrame
    month: pd.Period
    counts: PeriodCounts = field(repr=False)
    months: Mapping[str, pd.PeriodIndex] = field(repr=False)
    settings: Mapping[str, Any]
    notes: tuple[str, ...]

    @property
    def total(self) -> pd.Series:
        """The row of all areas together."""
        return self.table.iloc[-1]

    @property
    def areas(self) -> pd.DataFrame:
        """The rows of the areas; none where all were counted together."""
        return self.table.iloc[:-1]

    def summary(self) -> str:
        """Return whether burglary rose or fell, by how much, and whether it matters.

        Returns
        -------
        str
            One sentence a line.
        """
        from hotspot.trends.performance_words import sentences

        return "\n".join(sentences(self))

    def plot(self) -> "Figure":
        """Draw the months, twelve months rolling, and the areas against what they are held to.

        Returns
        -------
        matplotlib.figure.Figure
        """
        from hotspot.trends.performance_picture import draw

        return draw(self)

    def page(self) -> ResultPage:
        """Return what the page says.

        Returns
        -------
        ResultPage
        """
        from hotspot.trends.performance_page import performance_page

        return performance_page(self)

    def tables(self) -> dict[str, pd.DataFrame]:
        """Return twelve months and the month as a board reads them, all columns, and the counts.

        Returns
        -------
        dict of str to DataFrame
        """
        from hotspot.trends.performance_page import board_tables

        counted = self.counts.table.T
        counted.insert(0, "Month", [month_words(one.start_time) for one in self.counts.periods])
        left_out = self.counts.periods.isin(self.counts.left_out)
        if left_out.any():
            counted["Left out"] = np.where(left_out, "left out", "")
        return {**board_tables(self), self.product: self.table, "months": counted}

    def content(self) -> dict[str, Any]:
        """Return settings, words and rows as JSON can hold them.

        Returns
        -------
        dict
        """
        return {
            "month": str(self.month),
            **self.settings,
            "months": {name: span_words(months) for name, months in self.months.items()},
            "summary": self.summary().splitlines(),
            "notes": list(self.notes),
            "rows": json.loads(self.table.to_json(orient="records", double_precision=12)),
        }

    def _repr_html_(self) -> str:
        from hotspot.output.results import shown_html
        from hotspot.trends.performance_page import board_tables

        return shown_html(self.summary(), *board_tables(self).values())


def performance_table(
    incidents: gpd.GeoDataFrame,
    month: str | pd.Period,
    baseline: str | None = None,
    by: "str | pd.Series[str] | gpd.GeoDataFrame | None" = None,
    years: int = 3,
    better: str = "lower",
    rule: str = "both",
    band: float = 0.05,
    date: CountedBy = "recorded",
    confidence: float = 0.95,
    without: Iterable[str] = (),
    *,
    as_of: AsOf | None = None,
    nought: Iterable[str] = (),
) -> PerformanceTable:
    """Compare a month and twelve months with those before, each change with a word and its rule.

    Parameters
    ----------
    incidents : GeoDataFrame
        As `read_incidents` returns them; burglaries of homes, where other kinds stand beside them
        and were not chosen.
    month : str or Period
        A complete month: "2026-02".
    baseline : str, optional
        Whole years of months: "2019-04/2020-03". Default: the twelve months before.
    by : str, Series or GeoDataFrame, optional
        A column of the incidents, names on their index, or areas. Default: all together.
    years : int
        How many earlier years the month is held against.
    better, rule, band, confidence
        As of `compare`.
    date : {"recorded", "found", "from", "midpoint"}
        By which day a burglary counts; what has no record of when it was recorded counts when it
        was found. It is printed.
    without : iterable of str
        Months to leave out, such as "2020-03/2021-07"; they are named. A baseline that names one
        counts it all the same.
    as_of : date or time, optional
        The cut-off. Default: the last day that the data tell of.
    nought : iterable of str
        Months in which there was no burglary, so that none is asked for.

    Returns
    -------
    PerformanceTable

    Raises
    ------
    ConfigError
        If an argument is wrong, the month is not complete, or the baseline overlaps the twelve
        months.
    DataError
        If the data do not hold the month or the baseline, a month is without a burglary where
        that is too rare to be believed, or names of areas differ only by case.

    Notes
    -----
    A count x against the mean m of k years is z = 2 (sqrt x - sqrt m) / sqrt(1 + 1/k) standard
    deviations away; of few the p-value is that of the E-test (Krishnamoorthy and Thomson 2004).
    Burglaries come in series, so counts vary more than Poisson counts: how much more is taken from
    each area's own earlier years, for the month from months a year apart, for twelve months from
    half-years a year apart. Where nothing changed, about one word in twenty is not "Comparable" all
    the same; the band alone would say so of four in five.

    No word is given against the mean month of the 12 and 36 months before: they hold every season,
    and January is above them every year.

    References
    ----------
    Krishnamoorthy, K. and Thomson, J. (2004). A more powerful test for comparing two Poisson means.
    Journal of Statistical Planning and Inference 119, 23-35.

    Examples
    --------
    >>> days = pd.date_range("2023-03-01", "2026-02-28", freq="3D")
    >>> frame = pd.DataFrame({"crime_ref": range(len(days)), "occurred_from": days,
    ...                       "occurred_to": days})
    >>> points = gpd.points_from_xy([5] * len(days), [5] * len(days))
    >>> incidents = gpd.GeoDataFrame(frame, geometry=points, crs=32616)
    >>> table = performance_table(incidents, "2026-02", as_of="2026-02-28").table
    >>> table[["current", "same_month_1", "rolling_12", "reference_12", "word"]]
       current  same_month_1  rolling_12  reference_12        word
    0       10             9         122         122.0  Comparable
    """
    raise_problems(
        arguments=[
            *integer_problems(1, years=years),
            *choice_problems("better", better, BETTER),
            *choice_problems("rule", rule, RULES),
            *_band_problems(band),
            *share_problems(confidence=confidence),
        ]
    )
    now = read_month(month)
    span = None if baseline is None else read_span(baseline)
    counted = count_periods(incidents, "month", by, date, as_of, without, nought)
    counted, quiet = _reaching(counted, now, incidents, (by, date, without, nought), as_of)
    asked, months = _asked(counted, now, span, years, (better, rule, band, confidence))
    used = months["same months"].union(months["twelve months"]).union(months["reference"])
    counted.ask_of_gaps(used.union(pd.PeriodIndex([now])))
    known, whole = counted.known.copy(), counted.table.to_numpy(dtype=np.float64)
    # A gap in months that nobody asked about is not nought in how months vary either.
    known[:, counted.at(counted.gaps)] = np.nan
    names = list(counted.table.index)
    rows = [performance_row(asked, *pair, known) for pair in zip(known, whole, strict=True)]
    if by is not None:
        total = known.sum(axis=0), whole.sum(axis=0)
        rows.append(performance_row(asked, *total, total[0][None]))
        names.append(TOTAL)
    settings = {
        "date": date, "basis": counted.basis, "baseline": baseline, "years": years,
        "better": better, "rule": rule, "band": band, "confidence": confidence,
        "without": [str(one) for one in without] if not isinstance(without, str) else [without],
        "data_reach_to": f"{counted.last_day:%Y-%m-%d}",
    }  # fmt: skip
    table = as_table(rows, names)
    notes = _notes(incidents, counted, months, asked, table.iloc[-1]["change"])
    return PerformanceTable(table, now, counted, months, settings, (*quiet, *notes))


def _band_problems(band: object) -> list[str]:
    fits = is_number(band) and 0 <= band < 1  # type: ignore[operator]
    return [] if fits else [f"band must be a share, 0 or more and below 1, not {band!r}."]


def _reaching(
    counted: PeriodCounts,
    now: pd.Period,
    incidents: gpd.GeoDataFrame,
    how: tuple[Any, CountedBy, Iterable[str], Iterable[str]],
    as_of: AsOf | None,
) -> tuple[PeriodCounts, list[str]]:
    """Return counts that hold the month, with a note where its end is taken from the user."""
    first, last = counted.periods[[0, -1]]
    if now < first:
        raise DataError(
            f"The data do not hold {_month(now)} whole: their first whole month is {_month(first)}."
        )
    if now in counted.left_out:
        raise ConfigError(f"{_month(now)} is left out by without: it has no table.")
    if now <= last:
        return counted, []
    end = now.end_time.normalize()
    days = (end - counted.last_day).days
    if as_of is not None or now != last + 1 or not is_quiet(counted.period, days):
        raise ConfigError(
            f"{_month(now)} is not complete: the data reach to {plain_day(counted.last_day)}. "
            f"Ask for {_month(last)}, the last complete month."
        )
    by, date, without, nought = how
    with warnings.catch_warnings():
        # Told at the first count.
        warnings.simplefilter("ignore", DataWarning)
        counted = count_periods(incidents, "month", by, date, end, without, nought)
    return counted, [
        f"The newest entry is {count(days, 'day')} before the end of {_month(now)}: that the month "
        "is complete is taken from you."
    ]


def _asked(
    counted: PeriodCounts,
    now: pd.Period,
    baseline: pd.PeriodIndex | None,
    years: int,
    how: tuple[str, str, float, float],
) -> tuple[Asked, dict[str, pd.PeriodIndex]]:
    """Return what is asked of every area, and the months behind each column."""
    twelve = pd.period_range(end=now, periods=YEAR_MONTHS, freq="M")
    if baseline is not None:
        _check_baseline(counted, baseline, twelve)
    there = counted.periods
    months = {
        "month": pd.PeriodIndex([now]),
        "same months": pd.PeriodIndex([now - 12 * back for back in range(1, years + 1)]),
        "12 months before": twelve - 1,
        "36 months before": pd.period_range(end=now - 1, periods=36, freq="M"),
        "twelve months": twelve,
        "reference": twelve - YEAR_MONTHS if baseline is None else baseline,
    }
    months = {name: one.intersection(there) for name, one in months.items()}
    at = None if baseline is None else counted.at(baseline)
    better, rule, band, confidence = how
    where = int(counted.at(pd.PeriodIndex([now]))[0])
    return Asked(where, years, at, better, rule, band, confidence), months


def _check_baseline(
    counted: PeriodCounts, baseline: pd.PeriodIndex, twelve: pd.PeriodIndex
) -> None:
    """Refuse a baseline that is no whole years before the twelve months, or not in the data."""
    problems = []
    if len(baseline) % YEAR_MONTHS:
        problems.append(
            f"The baseline {span_words(baseline)} has {count(len(baseline), 'month')}: give whole "
            "years, or one season is counted more than another."
        )
    if baseline[-1] >= twelve[0]:
        problems.append(
            f"The baseline {span_words(baseline)} overlaps the twelve months that are compared "
            f"with it, {span_words(twelve)}: choose one that ends by {_month(twelve[0] - 1)}."
        )
    raise_problems(arguments=problems)
    if (counted.at(baseline) < 0).any():
        raise DataError(
            f"The data do not hold the baseline {span_words(baseline)}: their whole months are "
            f"{span_words(counted.periods)}."
        )


def _notes(
    incidents: gpd.GeoDataFrame,
    counted: PeriodCounts,
    months: Mapping[str, pd.PeriodIndex],
    asked: Asked,
    change: float,
) -> list[str]:
    """Write what a reader must know: what is left out, and what a comparison crosses."""
    notes = [*counted.notes]
    if len(counted.gaps):
        notes.append(
            f"No burglary in {span_words(counted.gaps)}: taken for missing, not for nought."
        )
    named = "the twelve months before" if asked.baseline is None else "the baseline"
    held = months["reference"].intersection(counted.left_out)
    if asked.baseline is not None and len(held):
        notes.append(
            f"The baseline holds {span_words(held)}, left out elsewhere: counted in it all the "
            "same, because it is named."
        )
    references = {
        named: months["reference"],
        "the same months of earlier years": months["same months"],
        "the 36 months before": months["36 months before"],
    }
    used = {name: one.difference(counted.left_out) for name, one in references.items()}
    used[named] = months["reference"]
    kinds = incidents.get("offence_kind")
    everything = kinds is not None and CHOSEN in incidents.attrs and "business" in set(kinds)
    return notes + comparison_notes(
        months["twelve months"],
        {name: one for name, one in used.items() if len(one)},
        change,
        _whole(incidents, months, counted),
        of_england=counted_as_in_england(incidents) and not everything,
    )


def _whole(
    incidents: gpd.GeoDataFrame, months: Mapping[str, pd.PeriodIndex], counted: PeriodCounts
) -> float:
    """Return by how much burglary of every kind changed, where the data tell of every kind."""
    one, two = months["twelve months"], months["reference"]
    if "offence_kind" not in incidents.columns or len(one) != len(two):
        return float("nan")
    period = counted.period_of(incidents)
    return whole_change(incidents["offence_kind"], period.isin(one), period.isin(two))


def _month(period: pd.Period) -> str:
    return month_words(period.start_time)
