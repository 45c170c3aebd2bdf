"""Rates by area, with intervals, a funnel, and a verdict that may be "cannot tell"."""

from dataclasses import dataclass, replace
from typing import Any, ClassVar, Literal

import numpy as np
import pandas as pd

from hotspot._checks import choice_problems, is_number, positive_problems, raise_problems
from hotspot._kernels.arrays import Bools, Floats
from hotspot.english import and_list, count, percent
from hotspot.output.page_parts import PageSection, PageTable, ResultPage
from hotspot.output.results import Result
from hotspot.trends.area_numbers import Numbers, aligned
from hotspot.trends.chart_pictures import draw_funnel
from hotspot.trends.funnel_limits import LEVELS, BetweenAreas, between_areas, funnel_limits
from hotspot.trends.rate_intervals import byar, wilson

VERDICTS = ("cannot tell", "as expected", "above", "below")
# "As expected" is claimed where the interval of the rate is no wider than this to either side:
# half of what is left from the benchmark to the nearer end, and five points where that is less.
_HALF, _POINTS = 0.5, 0.05
_CURVE, _FEW_AREAS = 60, 10
_LIMITS = (
    "Outside the limits says that chance is not enough to explain a rate, not what does.",
    "As many areas lie outside by chance as is said; it is no league table, and ranks are not "
    "printed.",
)
_RATES = (
    "rate",
    "low",
    "high",
    *(f"{side}_{level}" for level in LEVELS for side in ("low", "high")),
)


@dataclass(frozen=True)
class FunnelRates(Result):
    """Result of `funnel_rates`.

    Parameters
    ----------
    table : DataFrame
        A row per area: ``area``, ``numerator``, ``denominator``, ``rate`` (per so many), ``low``,
        ``high`` (its interval), ``low_95``, ``high_95``, ``low_998``, ``high_998`` (where an area
        that is as the benchmark lies), ``outside_95``, ``verdict``.
    total : Series
        The same of all areas together, without limits.
    curve : DataFrame
        ``denominator`` and the limits, to be drawn.
    per : float
    kind : str
    benchmark : float
        Per so many.
    between : BetweenAreas
        How much more the areas differ than chance makes them; 0 where that was not asked for.
    confidence : float
    what, of : str
        What is counted, and what it is of.
    cautions : list of str
    """

    product: ClassVar[str] = "rates"
    table: pd.DataFrame
    total: "pd.Series[Any]"
    curve: pd.DataFrame
    per: float
    kind: str
    benchmark: float
    between: BetweenAreas
    confidence: float
    what: str
    of: str
    cautions: tuple[str, ...] = ()

    def named(self, what: str, of: str, *cautions: str) -> "FunnelRates":
        """Return the same result with words for what is counted and what it is of.

        Parameters
        ----------
        what, of : str
        *cautions : str

        Returns
        -------
        FunnelRates
        """
        return replace(self, what=what, of=of, cautions=(*self.cautions, *cautions))

    def summary(self) -> str:
        """Return which areas lie outside the limits, and how many do by chance.

        Returns
        -------
        str
        """
        areas, unit = len(self.table), _unit(self.per)
        all_of = self.total
        lines = [
            f"{count(areas, 'area')}: {all_of['numerator']:,.0f} {self.what} of "
            f"{all_of['denominator']:,.0f} {self.of}, {all_of['rate']:.3g} {unit} "
            f"({all_of['low']:.3g} to {all_of['high']:.3g}). Benchmark {self.benchmark:.3g}."
        ]
        for verdict in ("above", "below"):
            named = self.table.loc[self.table["verdict"] == verdict, "area"].astype(str).tolist()
            if named:
                lines.append(f"{verdict.capitalize()} the 99.8 % limits: {and_list(named)}.")
        if not self.table["verdict"].isin(("above", "below")).any():
            lines.append("No area lies outside the 99.8 % limits.")
        unknown = int((self.table["verdict"] == "cannot tell").sum())
        if unknown:
            lines.append(f"{count(unknown, 'area')} too small to tell.")
        lines.append(
            f"Outside the 95 % limits {count(int(self.table['outside_95'].sum()), 'area')}; by "
            f"chance alone up to {areas * 0.05:.2g} of {areas} would be, and {areas * 0.002:.2g} "
            "outside the 99.8 % limits."
        )
        if self.between.variance:
            lines.append(
                f"The areas differ {self.between.factor:.1f} times as much as chance makes them; "
                f"the limits allow for it (between areas: standard deviation "
                f"{self.per * self.between.variance**0.5:.3g} {unit})."
            )
            if areas < _FEW_AREAS:
                lines.append(
                    f"With fewer than {_FEW_AREAS} areas one that stands out widens the limits "
                    "that are to show it: give a benchmark, and overdispersion=None beside this."
                )
        return "\n".join([*lines, *self.cautions])

    def plot(self) -> Any:
        """Draw the funnel.

        Returns
        -------
        matplotlib.figure.Figure
        """
        what = f"{self.what.capitalize()}, {_unit(self.per)}"
        return draw_funnel(self.table, self.curve, self.benchmark, what, self.of.capitalize())

    def page(self) -> ResultPage:
        """Return what the page says.

        Returns
        -------
        ResultPage
        """
        rows = [_page_row(row) for row in self.table.to_dict("records")]
        heads = [("Area", "head"), (self.what.capitalize(), "n"), (self.of.capitalize(), "n"),
                 (f"Rate {_unit(self.per)}", "n"), (f"{percent(self.confidence)} interval", "n"),
                 ("95 % limits", "n"), ("99.8 % limits", "n"), ("Verdict", "")]  # fmt: skip
        table = PageTable.of(heads, rows)
        return ResultPage(
            title="Rates by area",
            scope=f"{self.what.capitalize()} of {self.of}.",
            sentences=self.summary().splitlines(),
            picture_text="Each area's rate against its size, between the limits of chance",
            limits=_LIMITS,
            sections=[PageSection("Areas", tables=[table])],
            settings=[("Kind", self.kind), ("Benchmark", f"{self.benchmark:.4g}"),
                      ("Variance between areas", f"{self.between.variance:.3g}")],
        )  # fmt: skip

    def content(self) -> dict[str, Any]:
        """Return settings, words and table as JSON can hold them.

        Returns
        -------
        dict
        """
        return {
            "kind": self.kind,
            "per": self.per,
            "benchmark": self.benchmark,
            "between_areas": self.between._asdict(),
            "summary": self.summary().splitlines(),
            "total": {name: float(value) for name, value in self.total.items()},
            "table": self.table.to_dict("records"),
        }


def funnel_rates(
    numerator: Numbers,
    denominator: Numbers,
    per: float = 100,
    kind: Literal["proportion", "rate"] = "proportion",
    benchmark: float | None = None,
    overdispersion: Literal["additive"] | None = "additive",
    *,
    confidence: float = 0.95,
) -> FunnelRates:
    """Compute rates by area, and which of them chance does not explain.

    Parameters
    ----------
    numerator, denominator : Series, mapping or array_like
        By area: attended of reported, outcomes of offences, burglaries of homes.
    per : float
        100 for percentages, 1000 for a rate per 1,000 homes.
    kind : {"proportion", "rate"}
        Whether the numerator is part of the denominator; else events (Poisson) by exposure, such
        as homes or the number expected.
    benchmark : float, optional
        Per so many. Default: the rate of all areas together.
    overdispersion : {"additive"} or None
        Whether the limits allow for areas that differ more than chance makes them.
    confidence : float
        Of the intervals.

    Returns
    -------
    FunnelRates

    Raises
    ------
    DataError
        If numbers are missing, text or below 0, an area has nothing to be a rate of, areas differ
        by case, or a part is larger than its whole.
    ConfigError
        If an argument is wrong.

    Notes
    -----
    Intervals are Wilson's for proportions and Byar's for events (exact below 10). Limits are those
    of counts that can be had, exact at every n; with variance between areas of the beta-binomial
    or negative binomial with it (Spiegelhalter 2005, additive). The verdict is ``above`` or
    ``below`` outside the 99.8 % limits; ``as expected`` within them where the interval of
    the rate is narrow (to either side half of what is left from the benchmark to the nearer end,
    or five points if that is more; for events half the benchmark); else ``cannot tell``: 2 of 2
    are 34 to 100 %.

    References
    ----------
    Spiegelhalter, D. J. (2005). Funnel plots for comparing institutional performance. Statistics
    in Medicine 24, 1185-1202.

    Examples
    --------
    >>> rates = funnel_rates({"North": 2, "South": 562}, {"North": 2, "South": 562})
    >>> rates.table[["area", "rate", "low", "verdict"]].round(1)
        area   rate   low      verdict
    0  North  100.0  34.2  cannot tell
    1  South  100.0  99.3  as expected
    """
    arguments = positive_problems(per=per)
    arguments += choice_problems("kind", kind, ("proportion", "rate"))
    arguments += choice_problems("overdispersion", overdispersion, ("additive", None))  # type: ignore[arg-type]
    if not 0 < confidence < 1:
        arguments.append(f"confidence must be between 0 and 1, not {confidence!r}.")
    frame, data = aligned(numerator, denominator, names=("numerator", "denominator"))
    if not data:
        data = _frame_problems(frame, kind)
    most = per if kind == "proportion" else np.inf
    if benchmark is not None and not (is_number(benchmark) and 0 <= benchmark <= most):
        arguments.append(f"benchmark must be a rate per {per:g}, not {benchmark!r}.")
    raise_problems(data, arguments)
    counted, of = frame["numerator"].to_numpy(), frame["denominator"].to_numpy()
    rates = counted / of
    centre = counted.sum() / of.sum() if benchmark is None else benchmark / per
    between = BetweenAreas(1.0, 0.0)
    if overdispersion == "additive":
        between = between_areas(rates, of, centre, kind)
    low, high = _intervals(kind, counted, of, confidence)
    table = pd.DataFrame({"area": list(frame.index), "numerator": counted, "denominator": of})
    columns = {
        "rate": rates,
        "low": low,
        "high": high,
        **_limits_by_level(of, centre, between, kind),
    }
    table = table.assign(**{name: per * columns[name] for name in _RATES})
    outside = (rates < columns["low_95"]) | (rates > columns["high_95"])
    table["outside_95"] = outside
    table["verdict"] = _verdicts(rates, columns, centre, kind)
    whole = np.array([counted.sum()]), np.array([of.sum()])
    ends = _intervals(kind, *whole, confidence)
    total = pd.Series(
        {"numerator": whole[0][0], "denominator": whole[1][0],
         "rate": per * whole[0][0] / whole[1][0], "low": per * ends[0][0], "high": per * ends[1][0]}
    )  # fmt: skip
    sizes = np.geomspace(max(of.min() / 2, 1), of.max() * 1.05, _CURVE)
    sizes = np.unique(np.round(sizes)).astype(np.float64)
    drawn = {
        name: per * line for name, line in _limits_by_level(sizes, centre, between, kind).items()
    }
    curve = pd.DataFrame({"denominator": sizes, **drawn})
    what, noun = ("counted", "cases") if kind == "proportion" else ("events", "exposure")
    return FunnelRates(
        table, total, curve, per, kind, per * centre, between, confidence, what, noun
    )


def _frame_problems(frame: pd.DataFrame, kind: str) -> list[str]:
    def named(which: "pd.Series[bool]") -> str:
        return and_list([str(area) for area in frame.index[which][:6]])

    problems = []
    nothing = frame["denominator"] <= 0
    if nothing.any():
        problems.append(
            f"{count(int(nothing.sum()), 'area')} with nothing to take a rate of "
            f"({named(nothing)}): no homes or cases. Leave them out, or give their number."
        )
    if kind == "proportion":
        larger = frame["numerator"] > frame["denominator"]
        if larger.any():
            problems.append(
                f"{count(int(larger.sum()), 'area')} with more counted than there are "
                f"({named(larger)}): no share is over 100 %. Events by exposure are kind='rate'."
            )
        broken = (frame % 1 != 0).any(axis=1)
        if broken.any():
            problems.append(
                f"{count(int(broken.sum()), 'area')} with parts of a case ({named(broken)}): give "
                "the numbers counted, not percentages."
            )
    if frame.empty:
        problems.append("There is no area.")
    return problems


def _intervals(kind: str, counted: Floats, of: Floats, confidence: float) -> tuple[Floats, Floats]:
    if kind == "proportion":
        return wilson(counted, of, confidence)
    low, high = byar(counted, confidence)
    return low / of, high / of


def _limits_by_level(
    of: Floats, centre: float, between: BetweenAreas, kind: str
) -> dict[str, Floats]:
    found = {}
    for name, level in LEVELS.items():
        ends = funnel_limits(of, centre, between.variance, kind, level)
        found[f"low_{name}"], found[f"high_{name}"] = ends
    return found


def _verdicts(rates: Floats, of: dict[str, Floats], centre: float, kind: str) -> list[str]:
    left = min(centre, 1 - centre) if kind == "proportion" else centre
    near = max(_HALF * left, _POINTS if kind == "proportion" else 0.0)
    told: Bools = of["high"] - of["low"] <= 2 * near
    words = np.where(told, "as expected", "cannot tell")
    words = np.where(rates > of["high_998"], "above", words)
    return np.where(rates < of["low_998"], "below", words).tolist()  # type: ignore[no-any-return]


def _page_row(row: dict[Any, Any]) -> list[str]:
    spans = [f"{row[low]:.3g} to {row[high]:.3g}" for low, high in
             (("low", "high"), ("low_95", "high_95"), ("low_998", "high_998"))]  # fmt: skip
    return [str(row["area"]), f"{row['numerator']:,.10g}", f"{row['denominator']:,.10g}",
            f"{row['rate']:.3g}", *spans, row["verdict"]]  # fmt: skip


def _unit(per: float) -> str:
    return "%" if per == 100 else f"per {per:,.10g}"
