"""What a Knox test found, as a table, a picture and plain words."""

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import pandas as pd

from hotspot._checks import empty_words
from hotspot.english import count, early_words, rule_words
from hotspot.knox.bands import Bands
from hotspot.output.page_parts import ResultPage
from hotspot.output.results import Result
from hotspot.rule import RULE

if TYPE_CHECKING:
    from matplotlib.figure import Figure

#: Chance of any false alarm that is borne when cells are called raised.
ALPHA = 0.05
# Expected pairs below which a cell says little, the usual bound for a table (Cochran 1954).
FEW_PAIRS = 5
# Expected pairs below which the ratio of a cell is that of a pair or two, whatever happens.
_HARDLY_A_PAIR = 0.5
_SETTINGS = (
    "events", "followers", "permutations", "seed", "metric", "date", "changed_by_date",
)  # fmt: skip
_RULE_WORDS = rule_words(RULE.distance_m, RULE.window_days)


@dataclass(frozen=True)
class KnoxTest(Result):
    """Result of `knox_test`.

    Parameters
    ----------
    table : DataFrame
        A row per cell, by distance, then time: ``distance_band``, ``time_band``, ``observed``
        pairs, ``expected`` (exact mean over all permutations), ``ratio`` (observed over
        expected), ``ratio_median`` (observed over the median of the permutations drawn), ``z``
        (by the exact variance), ``p_value`` (one-sided, ties as at least as extreme), ``p_table``
        (chance that the rarest cell of a whole permuted table is as rare; with no permutations,
        the Bonferroni bound) and ``q_value`` (false discovery rate).
    bands : Bands
        Its rows and columns.
    events : int
        Incidents counted, several references of one event once.
    followers : int
        Events that follow another within the farthest distance and the longest lag of the table.
    permutations, seed, metric, date
        As asked for.
    changed_by_date : int or None
        In how many cells counting from the start, the middle or the end of the windows would
        change whether risk is raised; None where every day is known.
    """

    product: ClassVar[str] = "knox"
    table: pd.DataFrame
    bands: Bands
    events: int
    followers: int
    permutations: int
    seed: int
    metric: str
    date: str
    changed_by_date: int | None = field(default=None)

    def grid(self, column: str) -> pd.DataFrame:
        """Return one column of the table by distance (rows) and time (columns).

        Parameters
        ----------
        column : str
            Such as "ratio".

        Returns
        -------
        DataFrame
        """
        rows, columns = self.bands.distance_labels, self.bands.time_labels
        values = self.table[column].to_numpy().reshape(len(rows), len(columns))
        return pd.DataFrame(values, index=rows, columns=columns)

    def raised(self) -> pd.DataFrame:
        """Return which cells hold more pairs than chance, the whole table allowed for.

        Returns
        -------
        DataFrame of bool
        """
        return (self.grid("p_table") <= ALPHA) & (self.grid("ratio") > 1)

    def summary(self) -> str:
        """Return in plain words what was found, and what it does not show.

        Returns
        -------
        str
        """
        if not self.events:
            return f"{empty_words()}\nThere is nothing to test."
        if self.table["z"].isna().all():
            return (
                f"{self._opening()}\nThere is nothing to test: however the dates are dealt out "
                "over the places, every cell of the table stays as it is."
            )
        lines = [self._opening(), *self._same_place(), *self._reach_words(), *self._how_sure()]
        lines.append(
            "This shows clustering in this area as a whole. It does not show where, who, or why, "
            "and not that visits prevent anything."
        )
        return "\n".join(lines)

    def plot(self) -> "Figure":
        """Draw the ratio of each cell, bold where it is more than chance.

        Returns
        -------
        matplotlib.figure.Figure
        """
        # Loaded here: it takes longer than a test, and most tests are not drawn.
        from matplotlib.colors import TwoSlopeNorm

        from hotspot.output.pictures import Picture

        ratio, raised = self.grid("ratio"), self.raised().to_numpy()
        figure = Picture(figsize=(1.6 + 1.1 * ratio.shape[1], 1.6 + 0.6 * ratio.shape[0]),
                        layout="constrained")  # fmt: skip
        axes = figure.subplots()
        # A cell of hardly a pair can have any ratio: it is left white, and takes no colour from the
        # others. One that is raised all the same is painted.
        told = (self.grid("expected").to_numpy() >= _HARDLY_A_PAIR) | raised
        painted = np.where(told, ratio.to_numpy(), np.nan)
        finite = painted[np.isfinite(painted)]
        highest = max(2.0, float(np.quantile(finite, 0.8)) if len(finite) else 2.0)
        image = axes.imshow(
            painted, cmap="PuOr_r", norm=TwoSlopeNorm(1.0, 0.0, highest), aspect="auto"
        )
        for (row, column), value in np.ndenumerate(ratio.to_numpy()):
            text = "–" if np.isnan(value) else f"{value:.2f}"
            # White on the darkest cells, or nobody could read the numbers that matter most.
            depth = abs(min(value, highest) - 1) / (highest - 1 if value > 1 else 1)
            dark = told[row, column] and depth > 0.6
            above = raised[row, column]
            axes.text(column, row, f"{text}*" if above else text, ha="center", va="center",
                      fontweight="bold" if above else "normal",
                      color="white" if dark else "black")  # fmt: skip
        axes.set_xticks(range(ratio.shape[1]), ratio.columns)
        axes.set_yticks(range(ratio.shape[0]), ratio.index)
        axes.set(xlabel="Time between two burglaries", ylabel="Distance between them")
        axes.set_title(
            f"Pairs of burglaries, observed over expected by chance ({self.events:,} burglaries)\n"
            f"* more than chance at the {ALPHA:.0%} level, the whole table allowed for. "
            "White: chance gives no pair",
            fontsize=10,
        )
        figure.colorbar(image, ax=axes, label="observed / expected", extend="max")
        return figure

    def page(self) -> ResultPage:
        """Return what the page says.

        Returns
        -------
        ResultPage
        """
        from hotspot.knox.knox_page import knox_page

        return knox_page(self)

    def content(self) -> dict[str, Any]:
        """Return settings, words and cells as JSON can hold them.

        Returns
        -------
        dict
        """
        return {
            **{name: getattr(self, name) for name in _SETTINGS},
            "summary": self.summary().splitlines(),
            "cells": json.loads(self.table.to_json(orient="records", double_precision=12)),
        }

    def _opening(self) -> str:
        counted = f"{count(self.events, 'burglary', 'burglaries')} counted."
        # An open-ended table holds every pair there is, so that its sum says nothing.
        if self.bands.open_ended:
            return counted
        pairs, expected = self.table["observed"].sum(), self.table["expected"].sum()
        return (
            f"{counted} Within {self.bands.edges_m[-1]:g} m and {self.bands.longest_days[-1]} "
            f"days of each other: {pairs:,.0f} {'pair' if pairs == 1 else 'pairs'}, where chance "
            f"gives {expected:,.0f}. Burglaries that follow another so closely: "
            f"{self.followers:,} ({self.followers / self.events:.0%}); many would without any "
            "link between them."
        )

    def _same_place(self) -> list[str]:
        if self.bands.same_place_m is None:
            return []
        raised, ratio = self.raised().iloc[0], self.grid("ratio").iloc[0]
        if not raised.any():
            return ["At the same place more repetition than chance gives is not shown."]
        bands, most = ", ".join(raised.index[raised]), ratio[raised].max()
        return [
            f"At the same place risk is raised ({bands} after a burglary), at most {most:.1f} "
            "times what chance gives. Same place is not same address where points are moved to the "
            "middle of a street or block."
        ]

    def _reach_words(self) -> list[str]:
        """Return how far and how long risk is raised, and what that means for the rule."""
        skip = int(self.bands.same_place_m is not None)
        metres = self.bands.edges_m[skip:]
        raised = self.raised().to_numpy()[skip : skip + len(metres), : len(self.bands.edges_days)]
        ratio = self.grid("ratio").to_numpy()[skip:]
        if not raised.any():
            return [
                "Nearby, risk is not shown to be raised, even at the nearest distance in the first "
                f"days: {_RULE_WORDS} are not supported by these burglaries.",
                *self._too_few(),
            ]
        if not raised[0, 0]:
            return [
                f"Nearby, risk is raised in {count(int(raised.sum()), 'cell')} of the table, but "
                "not at the nearest distance in the first days, where it should be highest: "
                f"{_RULE_WORDS} are not supported here. Look at how the points were placed."
            ]
        # Only in an unbroken run from the nearest cell: a lone cell farther off is no reach.
        far = int(raised[:, 0].cumprod().sum())
        late = int(raised[0].cumprod().sum())
        last = ratio[far - 1, 0], ratio[0, late - 1]
        longest = int(self.bands.longest_days[late - 1])
        return [
            f"Nearby, risk is raised out to {metres[far - 1]:g} m "
            f"{early_words(int(self.bands.longest_days[0]))} (there {last[0]:.2f} times chance), "
            f"and {f'up to {longest} days' if longest else early_words(0)} within {metres[0]:g} m "
            f"(then {last[1]:.2f} times chance).",
            *self._rule_verdict(metres[far - 1], longest),
        ]

    def _too_few(self) -> list[str]:
        """Return that the nearest cell could hardly have shown anything, where it is so."""
        row = int(self.bands.same_place_m is not None)
        nearest = float(self.grid("expected").to_numpy()[row, 0])
        if nearest >= FEW_PAIRS:
            return []
        return [
            f"They are too few to tell: chance gives {nearest:.1f} pairs in the nearest cell, and "
            f"below about {FEW_PAIRS} little can be seen. Take more years, or wider bands."
        ]

    def _rule_verdict(self, reach_m: float, reach_days: int) -> list[str]:
        """Return whether each side of the rule is wider or narrower than what is shown."""
        verdicts = []
        for reach, rule, most, unit in (
            (reach_m, RULE.distance_m, self.bands.edges_m[-1], "m"),
            (reach_days, RULE.window_days, self.bands.longest_days[-1], "days"),
        ):
            if reach == most < rule:
                verdict = f"cannot be judged: the table ends at {most:g} {unit}, raised to its end"
            elif reach < rule:
                verdict = f"is wider than what is shown here ({reach:g} {unit})"
            elif reach > rule:
                verdict = f"is narrower than what is shown here ({reach:g} {unit})"
            elif most > rule:
                verdict = "is supported"
            else:
                verdict = "is supported, and the table does not look beyond it"
            verdicts.append(f"{rule:g} {unit} {verdict}")
        return [f"For the rule of {_RULE_WORDS}: {'; '.join(verdicts)}."]

    def _how_sure(self) -> list[str]:
        if self.permutations:
            judged = f"Judged by {self.permutations:,} permutations of the dates (seed {self.seed})"
        else:
            judged = "Judged in closed form, without permutations"
        judged += ", allowing for all cells of the table at once."
        if self.changed_by_date is None:
            return [judged]
        if self.changed_by_date == 0:
            by_date = "The start, the middle or the end of unknown times give the same answer."
        else:
            by_date = (
                "The answer turns on how unknown times are counted: in "
                f"{count(self.changed_by_date, 'cell')} of {len(self.table)} the start, the "
                "middle and the end of the windows disagree."
            )
        return [judged, by_date]
