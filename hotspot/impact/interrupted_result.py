"""The result of an interrupted series: terms, the series without the operation, a picture."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import pandas as pd

from hotspot.english import count, plain_day
from hotspot.output.page_parts import PageSection, PageTable, ResultPage
from hotspot.output.results import Result, json_rows

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_INK, _RED, _GREY, _BLUE = "#1d2733", "#c8102e", "#5c6773", "#0b5cad"


@dataclass(frozen=True)
class InterruptedSeries(Result):
    """Result of `interrupted_series`.

    Parameters
    ----------
    table : DataFrame
        A row per term: ``term`` ("intercept", "trend" a period, "step", "slope change" a period,
        "sin 1", "cos 1", ...), ``rate_ratio``, ``low``, ``high``, ``p_value``, ``coefficient`` and
        ``se``: as R's ``glm(family = quasipoisson)`` has them. The interval is of a t distribution
        and `widened` for autocorrelation.
    series : DataFrame
        A row per period: ``observed``, ``fitted``, ``without`` (fitted with no step and no change
        of slope), ``after``.
    choices : DataFrame
        The step of other models of the same series: ``model``, ``rate_ratio``, ``low``, ``high``.
    dispersion : float
        How many times more counts vary about the model than Poisson counts.
    autocorrelation : float
        Of the residuals of periods in a row, corrected for the terms that were fitted.
    widened : float
        By what the intervals are wider for it, 1 or more.
    prevented, prevented_low, prevented_high : float
        Crimes over all periods after, against `without`.
    started : Timestamp
    confidence : float
    with_control : bool
        Whether the model is of the ratio to a control series.
    cautions : list of str
    """

    product: ClassVar[str] = "interrupted_series"
    table: pd.DataFrame
    series: pd.DataFrame
    choices: pd.DataFrame
    dispersion: float
    autocorrelation: float
    widened: float
    prevented: float
    prevented_low: float
    prevented_high: float
    started: pd.Timestamp
    confidence: float
    with_control: bool
    cautions: list[str] = field(default_factory=list)

    def row(self, term: str) -> "pd.Series[Any]":
        """Return one row of the table.

        Parameters
        ----------
        term : str

        Returns
        -------
        Series
        """
        return self.table[self.table["term"] == term].iloc[0]

    def summary(self) -> str:
        """Return what happened at the start, against trend, season and control.

        Returns
        -------
        str
        """
        step = self.row("step")
        against = "trend, season and control" if self.with_control else "trend and season"
        amount = f"{step['rate_ratio']:.2f} times what {against} lead one to expect"
        ends = f"{step['low']:.2f} to {step['high']:.2f}"
        if step["low"] <= 1 <= step["high"]:
            first = (
                f"A step on {plain_day(self.started)} cannot be seen: the rate was {amount}, which "
                f"may be chance ({ends})."
            )
        else:
            first = f"From {plain_day(self.started)} the rate was {amount} ({ends})."
        lines = [first]
        if "slope change" in set(self.table["term"]):
            slope = self.row("slope change")
            lines.append(
                f"After that it changed by {slope['rate_ratio']:.4f} times more a period "
                f"({slope['low']:.4f} to {slope['high']:.4f})."
            )
        return "\n".join([*lines, *self.cautions])

    def plot(self) -> "Figure":
        """Draw the series, the model, and the model without the operation.

        Returns
        -------
        matplotlib.figure.Figure
        """
        from hotspot.output.pictures import Picture

        figure = Picture(figsize=(7.4, 3.8), layout="constrained")
        axes = figure.subplots()
        x = np.arange(len(self.series))
        after = self.series["after"].to_numpy(bool)
        axes.plot(x, self.series["observed"], "o", color=_GREY, markersize=4, label="counted")
        axes.plot(x, self.series["fitted"], "-", color=_BLUE, linewidth=1.4, label="model")
        axes.plot(x[after], self.series["without"][after], "--", color=_RED, linewidth=1.4,
                  label="model with nothing done")  # fmt: skip
        axes.axvline(int(np.argmax(after)) - 0.5, color=_INK, linewidth=1, linestyle=":")
        every = max(1, -(-len(x) // 8))
        axes.set_xticks(x[::every], [str(one) for one in self.series.index[::every]], fontsize=8)
        axes.set(ylabel="Burglaries a period", ylim=(0, None))
        axes.legend(loc="upper left", bbox_to_anchor=(0, 1.14), ncols=3, frameon=False, fontsize=8)
        axes.grid(alpha=0.3)
        return figure

    def page(self) -> ResultPage:
        """Return what the page says.

        Returns
        -------
        ResultPage
        """
        heads = [("Term", "head"), ("Rate ratio", "n"), ("Low", "n"), ("High", "n"), ("p", "n")]
        rows, others = (_cells(table.drop(columns=["coefficient", "se"], errors="ignore"))
                        for table in (self.table, self.choices))  # fmt: skip
        return ResultPage(
            title="The series before and after",
            scope=f"{count(len(self.series), 'period')}, from {plain_day(self.started)} on after.",
            sentences=self.summary().splitlines(),
            picture_text="Counts by period, the model, and the model with nothing done",
            limits=("A step says when a level changed, not what changed it.",),
            sections=[
                PageSection("Model", tables=[PageTable.of(heads, rows)]),
                PageSection("The step in other models", tables=[PageTable.of(
                    [("Model", "head"), *heads[1:4]], others)]),
            ],
            settings=[("Dispersion", f"{self.dispersion:.2f}"),
                      ("Autocorrelation", f"{self.autocorrelation:.2f}")],
        )  # fmt: skip

    def tables(self) -> dict[str, pd.DataFrame]:
        """Return every table of the result.

        Returns
        -------
        dict of str to DataFrame
        """
        series = self.series.rename_axis("period").reset_index().astype({"period": str})
        return {self.product: self.table, "series": series, "choices": self.choices}

    def content(self) -> dict[str, Any]:
        """Return settings, words and tables as JSON can hold them.

        Returns
        -------
        dict
        """
        numbers = {name: float(getattr(self, name)) for name in (
            "dispersion", "autocorrelation", "widened", "prevented", "prevented_low",
            "prevented_high", "confidence")}  # fmt: skip
        tables = {name: json_rows(table) for name, table in self.tables().items()}
        return {
            "started": f"{self.started:%Y-%m-%d}",
            "summary": self.summary().splitlines(),
            **numbers,
            **tables,
        }


def _cells(table: pd.DataFrame) -> list[list[str]]:
    return [
        [str(first), *(f"{float(value):.4g}" for value in rest)]
        for first, *rest in table.to_numpy().tolist()
    ]
