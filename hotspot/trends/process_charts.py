"""Process charts: which months stand out from the ups and downs that a series has by itself."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from hotspot._checks import choice_problems, raise_problems
from hotspot._errors import DataError
from hotspot._kernels.arrays import Bools, Floats
from hotspot.english import MONTHS, count, day_of_year, month, name_rows, percent, some_of
from hotspot.output.page_parts import PageSection, PageTable, ResultPage
from hotspot.output.results import Result
from hotspot.trends.chart_false_alarms import Null, false_alarms, null_of
from hotspot.trends.chart_limits import RULES, limits, signals
from hotspot.trends.chart_pictures import draw_chart

ChartKind = Literal["xmr", "c", "u", "p", "g"]
#: What is drawn, by kind.
KINDS: dict[str, str] = {
    "xmr": "value", "c": "count", "u": "rate", "p": "share", "g": "days since the one before",
}  # fmt: skip
_FEWEST, _PROVISIONAL = 3, 12
_SEED = 0
_LIMITS_WORDS = (
    "A signal says that something other than chance is likely at work, not what it is.",
    "Nothing that is inside the limits needs an explanation, and none should be asked for.",
)


@dataclass(frozen=True)
class ProcessChart(Result):
    """Result of `process_chart`.

    Parameters
    ----------
    kind : str
    table : DataFrame
        A row per period, in their order: ``period``, ``value``, ``centre``, ``low``, ``high``,
        ``phase`` (1 until the first rebasing), ``signal`` (the rules that it is part of, in words;
        "" where none fired).
    signals : DataFrame
        A row per run of points: ``rule``, ``words`` (on which side), ``first``, ``last``,
        ``points``.
    cautions : list of str
        How far the limits bear.
    exposure : ndarray
        What rates and shares are of; 1 elsewhere.
    screen_outliers : bool
    times : DatetimeIndex or None
        When each period began.
    """

    product: ClassVar[str] = "chart"
    kind: str
    table: pd.DataFrame
    signals: pd.DataFrame
    cautions: list[str]
    exposure: Floats
    screen_outliers: bool
    times: pd.DatetimeIndex | None

    @cached_property
    def null(self) -> Null:
        """Return the season and the spread of the series, by which false alarms are drawn."""
        return null_of(self.table["value"].to_numpy(float), self.exposure, self.kind, self.times)

    @cached_property
    def false_alarms(self) -> pd.DataFrame:
        """Return the share of such charts that signal though nothing changed, by rule.

        Returns
        -------
        DataFrame
            ``rule``, ``plain`` (one mean, independent events) and ``as_here`` (with the season
            and the spread of this series), of 2,000 charts drawn with one seed.
        """
        return false_alarms(
            self.kind, self.null, self.exposure, screen_outliers=self.screen_outliers, seed=_SEED
        )

    def summary(self) -> str:
        """Return which rules fired, when, and how often they fire by chance.

        Returns
        -------
        str
        """
        last = self.table.iloc[-1]
        lines = [
            f"{count(len(self.table), 'period')}, {_named(self.table['period'].iloc[0])} to "
            f"{_named(last['period'])}. The last is {last['value']:,.4g}; the usual ups and downs "
            f"reach from {last['low']:,.3g} to {last['high']:,.3g}, around {last['centre']:,.3g}."
        ]
        for key, runs in self.signals.groupby(["rule", "words"], sort=False):
            rule, words = (str(part) for part in key)
            when = some_of([_from_to(run.first, run.last) for run in runs.itertuples()], 4)
            lines.append(f"{rule.capitalize()}, {words}: {when}.")
        if self.signals.empty:
            lines.append("No rule fired: nothing here differs from the usual ups and downs.")
        plain, as_here = self.false_alarms[["plain", "as_here"]].to_numpy(float)[-1]
        spread = f"{self.null.dispersion:.1f} times that of independent events"
        if self.null.sd is not None:
            spread = f"standard deviation {self.null.sd:.3g}"
        season = f"season (± {percent(self.null.amplitude)})" if self.null.amplitude else "level"
        lines.append(
            f"Where nothing changes, {percent(as_here)} of charts with this length, "
            f"{season} and spread ({spread}) "
            f"show a signal all the same; {percent(plain)} if events were independent "
            "and knew no season."
        )
        return "\n".join([*lines, *self.cautions])

    def plot(self) -> Any:
        """Draw the series with its centre line, its limits and the points that signal.

        Returns
        -------
        matplotlib.figure.Figure
        """
        # "Jan 2021": whole names of months run into each other along an axis.
        named = [_named(period) for period in self.table["period"]]
        labels = [f"{words[:3]} {words[-4:]}" if words.split(" ")[0] in MONTHS else words
                  for words in named]  # fmt: skip
        return draw_chart(self.table, labels, KINDS[self.kind].capitalize())

    def page(self) -> ResultPage:
        """Return what the page says.

        Returns
        -------
        ResultPage
        """
        rows = [
            [_named(row["period"]), *(f"{row[name]:,.4g}" for name in _NUMBERS), row["signal"]]
            for row in self.table.to_dict("records")
        ]
        heads = [("Period", "head"), *((name.capitalize(), "n") for name in _NUMBERS)]
        alarms = [
            [row["rule"], percent(row["plain"]), percent(row["as_here"])]
            for row in self.false_alarms.to_dict("records")
        ]
        return ResultPage(
            title="What stands out",
            scope=f"{_named(self.table['period'].iloc[0])} to "
            f"{_named(self.table['period'].iloc[-1])}.",
            sentences=self.summary().splitlines(),
            picture_text="The series with its centre line and limits; points that signal are red",
            limits=_LIMITS_WORDS,
            sections=[
                PageSection("Periods", tables=[PageTable.of([*heads, ("Signal", "")], rows)]),
                PageSection(
                    "Charts that signal though nothing changed",
                    tables=[
                        PageTable.of(
                            [("Rule", "head"), ("Independent, no season", "n"),
                             ("Season and spread as here", "n")], alarms, kind="narrow",
                        )
                    ],
                ),
            ],
            settings=[("Chart", self.kind), ("Outliers screened", self.screen_outliers)],
        )  # fmt: skip

    def content(self) -> dict[str, Any]:
        """Return settings, words and tables as JSON can hold them.

        Returns
        -------
        dict
        """
        table = self.table.assign(period=[_named(period) for period in self.table["period"]])
        return {
            "kind": self.kind,
            "summary": self.summary().splitlines(),
            "table": table.to_dict("records"),
            "false_alarms": self.false_alarms.to_dict("records"),
            "dispersion": self.null.dispersion,
            "season": self.null.amplitude,
            "seed": _SEED,
        }

    def tables(self) -> dict[str, pd.DataFrame]:
        """Return every table of the result.

        Returns
        -------
        dict of str to DataFrame
        """
        return {
            "chart": self.table.assign(period=[_named(p) for p in self.table["period"]]),
            "signals": self.signals.assign(
                **{
                    name: [_named(label) for label in self.signals[name]]
                    for name in ("first", "last")
                }
            ),
            "false alarms": self.false_alarms,
        }


_NUMBERS = ("value", "centre", "low", "high")


def process_chart(
    counts: pd.Series | npt.ArrayLike,
    kind: ChartKind = "xmr",
    exposure: pd.Series | npt.ArrayLike | None = None,
    baseline: int | tuple[Any, Any] | None = None,
    rebase: Sequence[Any] = (),
    screen_outliers: bool = False,
) -> ProcessChart:
    """Compute which periods of a series stand out from its usual ups and downs.

    Parameters
    ----------
    counts : Series or array_like, shape (n,)
        A number a period, in the order of time; the index names the periods (months as
        `PeriodIndex` are checked for gaps). For ``kind="g"`` the days of the events themselves
        (datetime64), or the days between them.
    kind : {"xmr", "c", "u", "p", "g"}
        Individual values and their moving ranges, for any measure; counts of equal periods;
        counts per `exposure`; shares of `exposure`; days between rare crimes.
    exposure : Series or array_like, shape (n,), optional
        For ``u`` and ``p``: homes, days, or how many the share is of.
    baseline : int or (first, last), optional
        The first so many periods, or those from and to two labels, by which centre and limits are
        worked out. Default: all, of each phase.
    rebase : sequence of labels
        Periods at which a known change begins: centre, limits and runs start anew.
    screen_outliers : bool
        For ``xmr``: whether moving ranges beyond 3.267 times their mean are left out of it.

    Returns
    -------
    ProcessChart

    Raises
    ------
    DataError
        If a number is missing or no number, a month is missing, or a phase has under 3 points.
    ConfigError
        If an argument is wrong.

    Notes
    -----
    Limits lie three standard deviations from the centre line: mean moving range / 1.128 for
    ``xmr``, the root of the mean for ``c``, and so on; ``g`` takes the geometric distribution.
    Rules: outside the limits; seven in a row on one side of the centre line; seven in a row rising
    or falling; two of three beyond two of the three standard deviations, on one side.

    References
    ----------
    Montgomery, D. C. (2013). Introduction to statistical quality control, 7th ed. Wiley, chapters
    6 and 7.
    NHS England (2019). Making data count: getting started.
    Benneyan, J. C. (2001). Number-between g-type statistical quality control charts for monitoring
    adverse events. Health Care Management Science 4, 305-318.

    Examples
    --------
    >>> chart = process_chart([4, 5, 3, 4, 6, 5, 4, 14], kind="c")
    >>> chart.table["signal"].tolist()[-1]
    'outside the limits'
    """
    raise_problems(arguments=choice_problems("kind", kind, tuple(KINDS)))
    series, of, times = _checked(counts, kind, exposure)
    values = series.to_numpy(float) / (of if kind in ("u", "p") else 1.0)
    phase, basis = _phases(series.index, baseline, rebase)
    table = pd.DataFrame({"period": list(series.index), "value": values})
    found = np.zeros((len(RULES), 2, len(values)), dtype=bool)
    parts, cautions = [], []
    for number in np.unique(phase):
        here = phase == number
        part = limits(kind, values[here], of[here], basis[here], screen_outliers)
        found[:, :, here] = signals(values[here], part)
        parts.append(part)
        if basis[here].sum() < _PROVISIONAL:
            cautions.append(
                f"The limits rest on {count(int(basis[here].sum()), 'period')}: with fewer than "
                f"{_PROVISIONAL} they are provisional."
            )
    for name in ("centre", "low", "high"):
        table[name] = np.concatenate([getattr(part, name) for part in parts])
    table["phase"] = phase
    fired_at = np.asarray(found.any(axis=1))
    table["signal"] = [
        "; ".join(rule.name for rule, fired in zip(RULES, point, strict=True) if fired)
        for point in fired_at.T.tolist()
    ]
    told = _told(found, table)
    return ProcessChart(kind, table, told, cautions, of, screen_outliers, times)


def _checked(
    counts: Any, kind: str, exposure: Any
) -> tuple[pd.Series, Floats, pd.DatetimeIndex | None]:
    """Return numbers, what they are of and when each period began, or raise what is wrong."""
    series = counts.copy() if isinstance(counts, pd.Series) else pd.Series(np.asarray(counts))
    if kind == "g" and pd.api.types.is_datetime64_dtype(series):
        days = series.dropna().dt.normalize().sort_values()
        if len(days) < len(series):
            raise DataError(f"{count(len(series) - len(days), 'event')} without a day.")
        series = pd.Series(days.diff().dt.days.to_numpy()[1:], index=pd.DatetimeIndex(days)[1:])
    elif not series.index.is_unique:
        raise DataError("The index of the counts names a period twice.")
    data, arguments = [], []
    numbers = pd.to_numeric(series, errors="coerce")
    if not pd.api.types.is_numeric_dtype(series) or pd.api.types.is_bool_dtype(series):
        data.append("The counts are no numbers: percentages written as text must be read first.")
    elif not np.isfinite(numbers).all():
        bad = [_named(label) for label in series.index[~np.isfinite(numbers.to_numpy(float))]]
        data.append(
            f"{count(len(bad), 'period')} without a number ({name_rows(bad).split(' ', 1)[1]}): "
            "a missing period is not nought. Write 0 where there were none."
        )
    elif kind != "xmr" and (numbers < 0).any():
        data.append(f"{count(int((numbers < 0).sum()), 'count')} below 0.")
    if len(series) < _FEWEST:
        data.append(f"{count(len(series), 'period')}: a chart needs {_FEWEST} or more.")
    of = np.ones(len(series))
    if kind in ("u", "p"):
        if exposure is None or len(np.atleast_1d(np.asarray(exposure))) != len(series):
            arguments.append(f"kind={kind!r} needs exposure, a number for each period.")
        else:
            of = pd.to_numeric(pd.Series(np.asarray(exposure)), errors="coerce").to_numpy(float)
            if not (np.isfinite(of) & (of > 0)).all():
                data.append("exposure must be a number above 0 in every period.")
            elif kind == "p" and not data and (numbers.to_numpy(float) > of).any():
                data.append("A share is of at most its exposure: some counts are above it.")
    elif exposure is not None:
        arguments.append(f"kind={kind!r} takes no exposure: use 'u' for rates, 'p' for shares.")
    data += _gaps(series.index)
    raise_problems(data, arguments)
    index = series.index
    times = index.to_timestamp() if isinstance(index, pd.PeriodIndex) else None
    if isinstance(index, pd.DatetimeIndex):
        times = index
    return numbers, of, times


def _gaps(index: pd.Index) -> list[str]:
    if not isinstance(index, pd.PeriodIndex) or index.empty:
        return []
    if not index.is_monotonic_increasing:
        return ["The periods are not in the order of time: call .sort_index() first."]
    missing = pd.period_range(index[0], index[-1], freq=index.freq).difference(index)
    if missing.empty:
        return []
    return [
        f"{count(len(missing), 'period')} missing ({', '.join(map(str, missing[:5]))}): a missing "
        "period is not nought. Write 0 where there were none."
    ]


def _phases(index: pd.Index, baseline: Any, rebase: Sequence[Any]) -> tuple[Any, Bools]:
    """Return the phase of each period, from 1, and which of them limits are worked out from."""
    faults = []
    starts = np.zeros(len(index), dtype=bool)
    for label in rebase:
        at = _where(index, label)
        if at is None:
            faults.append(f"rebase names {label!r}, which is no period of the series.")
        else:
            starts[at] = True
    phase = 1 + np.cumsum(starts) - int(starts[0])
    basis = np.ones(len(index), dtype=bool)
    if isinstance(baseline, (int, np.integer)) and not isinstance(baseline, bool):
        ends = (0, int(baseline) - 1)
        known = 0 < baseline <= len(index)
    elif baseline is not None:
        ends = tuple(_where(index, label) for label in baseline)  # type: ignore[assignment]
        known = len(ends) == 2 and None not in ends and ends[0] <= ends[1]
    else:
        known, ends = True, (0, len(index) - 1)
    if not known:
        faults.append(f"baseline must be a number of periods or (first, last), not {baseline!r}.")
    elif baseline is not None:
        # The limits of a later phase are its own: the baseline is of the phase that it lies in.
        chosen = np.zeros(len(index), dtype=bool)
        chosen[ends[0] : ends[1] + 1] = True
        basis = np.where(np.isin(phase, np.unique(phase[chosen])), chosen, basis)
    raise_problems(arguments=faults)
    for number in np.unique(phase):
        points = int((basis & (phase == number)).sum())
        if points < _FEWEST:
            raise DataError(
                f"Limits would rest on {count(points, 'period')}: {_FEWEST} or more are needed "
                "in a baseline and between two rebasings."
            )
    return phase, basis


def _where(index: pd.Index, label: Any) -> int | None:
    """Return the place of a label; a period also by a day of it or by its name."""
    if isinstance(index, pd.PeriodIndex):
        try:
            label = pd.Period(label, freq=index.freqstr)
        except (ValueError, TypeError):
            return None
    places = np.flatnonzero(np.asarray(index == label))
    return int(places[0]) if len(places) else None


def _told(found: Bools, table: pd.DataFrame) -> pd.DataFrame:
    """Return a row per run of points that a rule found."""
    rows: list[tuple[Any, ...]] = []
    labels = table["period"].tolist()
    for rule, sides in zip(RULES, found, strict=True):
        for words, points in zip(rule.words, sides, strict=True):
            # A run ends where a point is no part of it, or where a phase does.
            new = np.r_[True, (np.diff(table["phase"]) != 0) | ~points[:-1]] & points
            run = np.cumsum(new) * points
            for number in range(1, int(run.max(initial=0)) + 1):
                at = np.flatnonzero(run == number)
                rows.append((rule.name, words, labels[at[0]], labels[at[-1]], len(at)))
    return pd.DataFrame(rows, columns=["rule", "words", "first", "last", "points"])


def _from_to(first: Any, last: Any) -> str:
    return _named(first) if first == last else f"{_named(first)} to {_named(last)}"


def _named(label: Any) -> str:
    if isinstance(label, pd.Period):
        monthly = label.freqstr.startswith("M")
        return month(label.to_timestamp()) if monthly else str(label)
    if isinstance(label, (pd.Timestamp, dt.date)):
        return day_of_year(pd.Timestamp(label))
    return str(label)
