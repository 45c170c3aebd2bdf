"""The result of a backtest: tables, a picture and plain words."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal

import pandas as pd
from matplotlib.figure import Figure

from hotspot.backtesting.baselines import COUNT, DENSITY
from hotspot.backtesting.scoring import FEWEST_WINDOWS
from hotspot.english import and_list, count, percent
from hotspot.geo import cells_in_share
from hotspot.output.page_parts import ResultPage
from hotspot.output.results import Result

# Words are about this share of the area, or the nearest below it.
_USUAL_SHARE = 0.05
# A gain on the year's density below this share of its hit rate is not worth another map.
_WORTH_HAVING = 0.2
# Where the cells searched come to so much of those that ever had a burglary, it is told.
_MUCH = 0.1
_NO_INTERVAL = f"fewer than {FEWEST_WINDOWS} windows bear no interval"


@dataclass(frozen=True)
class Backtest(Result):
    """Result of `backtest`.

    Parameters
    ----------
    table : DataFrame
        A row per share of the area and model: ``model``, ``area_share``, ``hit_rate`` (share of
        the incidents found in that share of the cells) with its 95 % interval ``low`` to
        ``high`` (NaN, as all intervals, of fewer than 8 windows), ``pai``, ``pei``,
        ``difference`` (hit rate less that of the year's density) with its paired 95 % interval
        ``difference_low`` to ``difference_high``;
        ``from_best``, ``from_best_low`` and ``from_best_high`` (the same against whichever of the
        year's density and the all-history count found more in that share of the cells);
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
        Which of the models are the near-repeat rule by itself.
    additions : mapping of str to str
        Which of the models are a map of the past with the rule added, and of which map.
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
    additions: Mapping[str, str] = field(default_factory=dict)
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

    def _row(self, model: str, area_share: float | None = None) -> pd.Series:
        table = self.table
        share = self._usual_share if area_share is None else area_share
        return table[(table["model"] == model) & (table["area_share"] == share)].iloc[0]

    @property
    def _best_past(self) -> str:
        """The better of the two maps of the past, by what it found in the usual share."""
        # Last year's map stands where both found the same.
        return max((DENSITY, COUNT), key=lambda name: self._row(name)["hit_rate"])

    def _windows_words(self) -> str:
        windows = self.windows["window"].nunique()
        if self.horizon_days == 7:
            return count(windows, "week")
        return f"{count(windows, 'window')} of {count(self.horizon_days, 'day')}"

    def _best_words(self) -> str:
        row = self._row(self.best(self._usual_share))
        interval = f"95 % interval {percent(row['low'])} to {percent(row['high'])}"
        if pd.isna(row["low"]):
            interval = _NO_INTERVAL
        return (
            f"{_capital(row['model'])} found most: {percent(row['hit_rate'])} of burglaries in "
            f"{100 * row['area_share']:.3g} % of the area{self._built_words()} ({interval}), over "
            f"{self._windows_words()} forecast from what was known before each."
            f"{self._suspect_words()}"
        )

    def _built_words(self) -> str:
        """Return how much of the cells that ever had a burglary the searched ones come to.

        In a county of fields 5 % of the area may be all of its towns.
        """
        built = self.parameters.get("cells_with_incidents", self.cells)
        searched = cells_in_share(self._usual_share, self.cells)
        if searched < _MUCH * built:
            return ""
        share = percent(min(searched / built, 1.0))
        return f", as many cells as {share} of those that ever had a burglary"

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
        past = self._best_past
        if row["model"] == past:
            return f"{times}, and {_against(row)}; no forecast that was tried beats it."
        best = "" if past == DENSITY else f"; {_against(row, 'from_best', f'the {past}')}"
        return f"{times}, and {_against(row)}{best}."

    def _helpful(self, names: Sequence[str]) -> list[str]:
        """Return those that beat last year's map by more than noise."""
        return [
            name
            for name in names
            if name not in self.suspects and self._row(name)["difference_low"] > 0
        ]

    def _rule_words(self) -> str:
        words = [*self._addition_words(), *self._instead_words()]
        return " ".join(words) or "The near-repeat rule was not among the forecasts tried."

    def _addition_words(self) -> list[str]:
        """Return what the rule adds to the best map of the past, in each share of the area."""
        # A map that has the rule in it is compared with the best that has not, whichever that is.
        names = sorted(self.additions, key=lambda name: self.additions[name] != self._best_past)
        if not names:
            return []
        shares = sorted(
            self.table["area_share"].unique(), key=lambda s: (s != self._usual_share, s)
        )
        rows = [self._row(names[0], share) for share in shares]
        each = [
            f"{_against(row, 'from_best', '')} in {100 * row['area_share']:.3g} % of the area"
            for row in rows
        ]
        found = (
            f"added to the {self.additions[names[0]]} it found, against the best map of the past, "
            f"{and_list(each)}."
        )
        if any(row["from_best_low"] > 0 for row in rows):
            return [f"The near-repeat rule helps here: {found}"]
        # The usual share decides, where no other points the other way: 1 % is a few cells.
        if self._is_nothing(rows[0]) and all(row["from_best"] <= 0 for row in rows):
            return [f"The rule adds nothing here: {found}"]
        events = self.windows.drop_duplicates("window")["events"].sum()
        return [
            f"{self._windows_words()} with {events:,} burglaries are too few to tell whether the "
            f"near-repeat rule adds anything here: {found}"
        ]

    def _is_nothing(self, row: pd.Series) -> bool:
        """Return whether an addition found no more, and at best little more than that.

        What points to a gain is not called nothing, however small it is.
        """
        past = self._row(self._best_past, row["area_share"])["hit_rate"]
        return bool(row["from_best"] <= 0 and row["from_best_high"] <= _WORTH_HAVING * past)

    def _instead_words(self) -> list[str]:
        """Return what the rule found instead of a map of the past."""
        if not self.rules:
            return []
        rows = [self._row(name) for name in self.rules]
        row = max(rows, key=lambda row: row["difference"])
        words = [f"Instead of any map, by itself, the near-repeat rule found {_against(row)}."]
        # What a map draws may do worse than the rule as it was learned.
        drawn = [name for name in self.zones if name != row["model"]]
        words += [
            f"The zones as they are drawn on maps found {_against(self._row(name))}."
            for name in drawn[:1]
        ]
        if not self.additions:
            words.append("Whether it adds to a map was not tried.")
        return words


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _against(
    row: pd.Series, measure: str = "difference", yardstick: str = "last year's map"
) -> str:
    """Write a difference from a yardstick with its interval, in percentage points."""
    difference, low, high = (100 * row[f"{measure}{end}"] for end in ("", "_low", "_high"))
    way = "more" if difference > 0 else "fewer"
    noise = "" if low > 0 or high < 0 else ", which may be noise"
    than = f" than {yardstick}" if yardstick else ""
    interval = _NO_INTERVAL if pd.isna(low) else f"95 % interval {low:+.1f} to {high:+.1f}"
    return f"{abs(difference):.1f} percentage points {way}{than} ({interval}{noise})"
