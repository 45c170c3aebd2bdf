"""The result of a backtest: tables, a picture and plain words."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal

import pandas as pd
from matplotlib.figure import Figure

from hotspot.backtesting.baselines import DENSITY
from hotspot.english import count, percent
from hotspot.output.page_parts import ResultPage
from hotspot.output.results import Result

# Words are about this share of the area, or the nearest below it.
_USUAL_SHARE = 0.05
# A gain on the year's density below this share of its hit rate is not worth another map.
_WORTH_HAVING = 0.2


@dataclass(frozen=True)
class Backtest(Result):
    """Result of `backtest`.

    Parameters
    ----------
    table : DataFrame
        A row per share of the area and model: ``model``, ``area_share``, ``hit_rate`` (share of
        the incidents found in that share of the cells) with its 95 % interval ``low`` to
        ``high``, ``pai``, ``pei``, ``difference`` (hit rate less that of the year's density)
        with its paired 95 % interval ``difference_low`` to ``difference_high``;
        ``search_efficiency`` (incidents found per square kilometre and window), ``recapture``
        (hit rate over the share of the year before in the same cells), ``noise`` (whether the
        interval of the difference holds 0) and ``rank`` by hit rate.
    windows : DataFrame
        A row per window, share and model: ``window`` (its first day), ``events``, ``hits``.
    calibration : DataFrame
        A row per model and group of cells by its risk: ``expected`` and ``observed`` incidents
        over all windows, and their ``ratio``, observed over expected.
    curves : DataFrame
        Hit rate at many shares of the area: ``model``, ``area_share``, ``hit_rate``.
    horizon_days : int
        Length of a window.
    cells : int
        Cells of the study area.
    rules : tuple of str
        Which of the models are the near-repeat rule.
    zones : tuple of str
        Which of these are the zones as they are drawn on maps.
    suspects : tuple of str
        Models that found nearly all that any map could have: they must have seen the windows.
    parameters : mapping
        What it was run with: study area, windows, models and their settings, seed.
    """

    product: ClassVar[str] = "backtest"
    table: pd.DataFrame
    windows: pd.DataFrame
    calibration: pd.DataFrame
    curves: pd.DataFrame
    horizon_days: int
    cells: int
    rules: tuple[str, ...] = ()
    zones: tuple[str, ...] = ()
    suspects: tuple[str, ...] = ()
    parameters: Mapping[str, Any] = field(default_factory=dict)

    def best(self, area_share: float) -> str:
        """Return the forecast, baselines included, with the highest hit rate.

        Parameters
        ----------
        area_share : float
            One of those in the table.

        Returns
        -------
        str
            Of several with the same hit rate, the first in the table; never one of the suspects.
        """
        table = self.table[~self.table["model"].isin(self.suspects)]
        rows = table[table["area_share"] == area_share]
        return str(rows.sort_values("rank", kind="stable")["model"].iloc[0])

    def best_layer(self) -> Literal["density", "zones"]:
        """Choose which layer of a map to open: the zones only where they beat last year's map.

        The rule may help as it was learned where the zones, as they are drawn, do not.

        Returns
        -------
        {"density", "zones"}
        """
        return "zones" if self._helpful(self.zones) else "density"

    def sentences(self) -> tuple[str, str, str]:
        """Return in plain words what finds most, by how much, and what the rule is worth here.

        Returns
        -------
        tuple of str
            What finds most and how sure that is; what that is against last year's map and against
            chance; whether the near-repeat rule adds anything, or that the windows are too few to
            tell.
        """
        return self._best_words(), self._margin_words(), self._rule_words()

    def trust(self) -> str:
        """Return how many were expected, how many came, and what a backtest does not show.

        Returns
        -------
        str
        """
        best = self.best(self._usual_share)
        rows = self.calibration[self.calibration["model"] == best]
        return (
            f"{_capital(best)} expected {rows['expected'].sum():,.0f} burglaries in the study area "
            f"and {rows['observed'].sum():,.0f} happened. It is the best of "
            f"{self.table['model'].nunique()} on the same {self._windows_words()}: expect a little "
            "less of it. This tells how well places were foreseen, not whether patrols or visits "
            "there prevent anything."
        )

    def summary(self) -> str:
        """Return the `sentences`, one a line.

        Returns
        -------
        str
        """
        return "\n".join(self.sentences())

    def plot(self) -> Figure:
        """Draw what is found by how much is searched, and the differences from last year's map.

        Returns
        -------
        matplotlib.figure.Figure
        """
        from hotspot.backtesting.curves import draw

        return draw(self)

    def page(self) -> ResultPage:
        """Return what the page says.

        Returns
        -------
        ResultPage
        """
        from hotspot.backtesting.backtest_page import backtest_page

        return backtest_page(self)

    def tables(self) -> dict[str, pd.DataFrame]:
        """Return all tables, by name.

        Returns
        -------
        dict of str to DataFrame
        """
        return {n: getattr(self, n) for n in ("table", "calibration", "curves", "windows")}

    def content(self) -> dict[str, Any]:
        """Return words, settings and all tables as JSON can hold them.

        Returns
        -------
        dict
        """
        tables = {
            name: json.loads(table.to_json(orient="records", date_format="iso"))
            for name, table in self.tables().items()
        }
        return {
            "sentences": list(self.sentences()),
            "trust": self.trust(),
            "parameters": dict(self.parameters),
            **tables,
        }

    @property
    def _usual_share(self) -> float:
        """The share of the area that words are about: few cells hold too few to tell."""
        shares = self.table["area_share"].unique()
        # Never a larger share than the usual one: words about half of the area would say nothing.
        usual = shares[shares <= _USUAL_SHARE]
        return float(usual.max() if len(usual) else shares.min())

    def _row(self, model: str) -> pd.Series:
        table = self.table
        rows = table[(table["model"] == model) & (table["area_share"] == self._usual_share)]
        return rows.iloc[0]

    def _windows_words(self) -> str:
        windows = self.windows["window"].nunique()
        if self.horizon_days == 7:
            return count(windows, "week")
        return f"{count(windows, 'window')} of {count(self.horizon_days, 'day')}"

    def _best_words(self) -> str:
        row = self._row(self.best(self._usual_share))
        return (
            f"{_capital(row['model'])} found most: {percent(row['hit_rate'])} of burglaries in "
            f"{100 * row['area_share']:.3g} % of the area (95 % interval {percent(row['low'])} to "
            f"{percent(row['high'])}), over {self._windows_words()} forecast from what was known "
            f"before each.{self._suspect_words()}"
        )

    def _suspect_words(self) -> str:
        if not self.suspects:
            return ""
        return (
            f" Left out: {', '.join(self.suspects)} found nearly all that any map could have, and "
            "must have seen the weeks that it was scored on."
        )

    def _margin_words(self) -> str:
        row = self._row(self.best(self._usual_share))
        times = f"That is {row['pai']:.1f} times what places picked at random would find"
        if row["model"] == DENSITY:
            return f"{times}, and no forecast that was tried beats last year's map."
        return f"{times}, and {_against(row)}."

    def _helpful(self, names: Sequence[str]) -> list[str]:
        """Return those that beat last year's map by more than noise."""
        return [
            name
            for name in names
            if name not in self.suspects and self._row(name)["difference_low"] > 0
        ]

    def _rule_words(self) -> str:
        if not self.rules:
            return "The near-repeat rule was not among the forecasts tried."
        # Only what beats last year's map by more than noise is called a help.
        helpful = self._helpful(self.rules)
        rows = [self._row(name) for name in helpful or self.rules]
        row = max(rows, key=lambda row: row["difference"])
        against = _against(row)
        if helpful:
            drawn = [name for name in self.zones if name not in helpful]
            also = "".join(
                f" The zones as they are drawn on maps found {_against(self._row(name))}."
                for name in drawn[:1]
            )
            return f"The near-repeat rule helps here: by itself it found {against}.{also}"
        worth_having = _WORTH_HAVING * self._row(DENSITY)["hit_rate"]
        # What points to a gain is not called nothing, however small it is.
        if row["difference"] <= 0 and row["difference_high"] <= worth_having:
            return f"The rule adds nothing here: by itself the near-repeat rule found {against}."
        events = self.windows.drop_duplicates("window")["events"].sum()
        return (
            f"{self._windows_words()} with {events:,} burglaries are too few to tell whether the "
            f"near-repeat rule adds anything here: by itself it found {against}."
        )


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _against(row: pd.Series) -> str:
    """Write a difference from last year's map with its interval, in percentage points."""
    low, high = (100 * row[name] for name in ("difference_low", "difference_high"))
    way = "more" if row["difference"] > 0 else "fewer"
    noise = ", which may be noise" if row["noise"] else ""
    return (
        f"{abs(100 * row['difference']):.1f} percentage points {way} than last year's map "
        f"(95 % interval {low:+.1f} to {high:+.1f}){noise}"
    )
