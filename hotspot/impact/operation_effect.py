"""The result of an evaluation: its measures, what else could explain them, and one verdict."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import pandas as pd

from hotspot.english import count, percent
from hotspot.impact.operation_cautions import NO_EFFECT, NO_VERDICT, Caution
from hotspot.impact.operation_input import Operation
from hotspot.impact.operations_that_never_were import EARLIER, RELABELLED
from hotspot.impact.place_ratio import RatioByPlace
from hotspot.output.page_parts import PageSection, PageTable, ResultPage
from hotspot.output.results import Result, json_rows

if TYPE_CHECKING:
    from matplotlib.figure import Figure

#: What an evaluation finds, in a word or two.
FEWER, MORE, UNSEEN, NONE = "fewer", "more", "cannot be seen", "no verdict"
# With this many standard errors beyond the interval a fall is seen four times in five.
_POWER_Z = 0.8416
_LIMITS = (
    "It counts recorded burglaries: what is not reported, or recorded late, is in no number.",
    "A fall against the control says that something was different there, not that the operation "
    "was it.",
)


@dataclass(frozen=True)
class OperationEffect(Result):
    """Result of `evaluate_operation`.

    Parameters
    ----------
    table : DataFrame
        ``measure``, ``value``, ``low``, ``high``, ``p_value``: "rate ratio" (treated to control),
        "prevented" (burglaries), "WDD" (weighted displacement difference a year), "WDD by area"
        (of ground as large as the treated), "WDD by harm"; with a buffer "WDQ" and "total net
        effect" (crimes prevented in treated places and around them); with costs "break-even"
        (burglaries to prevent) and "benefit-cost ratio".
    counts : DataFrame
        A row per kind of ground: ``kind``, ``places``, ``km2``, ``before``, ``after``,
        ``per_year_before``, ``per_year_after``.
    places : DataFrame
        A row per place: see `single_places`; single treated places have ``q_value``.
    choices : DataFrame
        A row per control and buffer: ``control``, ``buffer_m``, ``control_places``,
        ``rate_ratio``, ``low``, ``high``, ``prevented``, ``total_net_effect``.
    placebo : DataFrame
        Operations that never were, evaluated in the same way: ``kind``, ``started``,
        ``rate_ratio``, ``low``, ``high``, ``alarm``.
    cautions : list of str
        What else could explain it, worst first; a sentence each, with its number.
    finding : str
        "fewer", "more", "cannot be seen" or "no verdict".
    verdict : str
        One sentence that can be read out.
    settings : dict
    """

    product: ClassVar[str] = "impact"
    table: pd.DataFrame
    counts: pd.DataFrame
    places: pd.DataFrame
    choices: pd.DataFrame
    placebo: pd.DataFrame
    cautions: list[str]
    finding: str
    verdict: str
    settings: dict[str, Any] = field(default_factory=dict)

    def value(self, measure: str, column: str = "value") -> float:
        """Return one number of the table.

        Parameters
        ----------
        measure : str
        column : str

        Returns
        -------
        float
        """
        return float(self.table.set_index("measure").loc[measure, column])  # type: ignore[arg-type]

    def summary(self) -> str:
        """Return the verdict, what else could explain it, and the counts.

        Returns
        -------
        str
            One sentence a line, the verdict first.
        """
        return "\n".join([self.verdict, *self.cautions, *self.count_words(), *self.placebo_words()])

    def count_words(self) -> list[str]:
        """Return the counts of each kind of ground, in words.

        Returns
        -------
        list of str
        """
        return [
            f"{row['kind'].capitalize()} ({count(row['places'], 'place')}): {row['before']:,} "
            f"before, {row['after']:,} after."
            for row in self.counts.to_dict("records")
        ]

    def placebo_words(self) -> list[str]:
        """Return how often the same evaluation gives an alarm where nothing was done.

        Returns
        -------
        list of str
        """
        words = {
            EARLIER: "on earlier dates at the same places",
            RELABELLED: "at control places drawn at random",
        }
        told = []
        never, several = "operation that never was", "operations that never were"
        for kind, where in words.items():
            rows = self.placebo[self.placebo["kind"] == kind]
            if len(rows):
                told.append(
                    f"Of {count(len(rows), never, several)}, "
                    f"{where}, "
                    f"{int(rows['alarm'].sum())} would have been called an effect (mean rate "
                    f"ratio {np.exp(np.log(rows['rate_ratio']).mean()):.2f})."
                )
        return told

    def plot(self) -> "Figure":
        """Draw the rate ratio of every choice, and of operations that never were.

        Returns
        -------
        matplotlib.figure.Figure
        """
        from hotspot.impact.effect_picture import draw_effect

        return draw_effect(self)

    def page(self) -> ResultPage:
        """Return what the page says: the cautions stand above the numbers.

        Returns
        -------
        ResultPage
        """
        return ResultPage(
            title="Did it work?",
            scope=" ".join(self.count_words()),
            sentences=[self.verdict],
            picture_text="The rate ratio of each choice of control and buffer, with its interval",
            limits=_LIMITS,
            sections=[
                PageSection("What else could explain it", points=self.cautions),
                PageSection("What happened", tables=[_page_table(self.table)]),
                PageSection("Other choices", tables=[_page_table(self.choices)]),
                PageSection("Place by place", tables=[_page_table(self.places)]),
                PageSection("Where nothing was done", sentences=self.placebo_words()),
            ],
            settings=[(name, str(value)) for name, value in self.settings.items()],
        )

    def tables(self) -> dict[str, pd.DataFrame]:
        """Return every table of the result.

        Returns
        -------
        dict of str to DataFrame
        """
        return {
            self.product: self.table, "counts": self.counts, "places": self.places,
            "choices": self.choices, "placebo": self.placebo,
        }  # fmt: skip

    def content(self) -> dict[str, Any]:
        """Return settings, words and tables as JSON can hold them.

        Returns
        -------
        dict
        """
        started = self.placebo["started"].map(lambda day: f"{day:%Y-%m-%d}")
        return {
            "verdict": self.verdict,
            "finding": self.finding,
            "cautions": self.cautions,
            "settings": self.settings,
            "summary": self.summary().splitlines(),
            "table": json_rows(self.table),
            "counts": json_rows(self.counts),
            "places": json_rows(self.places),
            "choices": json_rows(self.choices),
            "placebo": json_rows(self.placebo.assign(started=started)),
        }


def verdict_of(
    operation: Operation, counts: pd.DataFrame, ratio: RatioByPlace, p_value: float,
    cautions: Sequence[Caution],
) -> dict[str, str]:  # fmt: skip
    """Return what was found in a word, and as a sentence that never says more than is known.

    Parameters
    ----------
    operation : Operation
    counts : DataFrame
    ratio : RatioByPlace
    p_value : float
    cautions : sequence of Caution

    Returns
    -------
    dict
        ``finding`` and ``verdict``.
    """
    places = count(len(operation.treated), "treated place")
    stops = [caution for caution in cautions if caution.weight == NO_VERDICT]
    if stops:
        words = stops[0].words
        return {"finding": NONE, "verdict": f"No verdict: {words[0].lower()}{words[1:]}"}
    if not operation.controls:
        before, after = counts.iloc[0][["per_year_before", "per_year_after"]]
        return {"finding": NONE, "verdict": (
            f"No verdict: in the {places} burglary went from {before:,.0f} to {after:,.0f} a year, "
            "and without a control nothing tells what it would have done by itself.")}  # fmt: skip
    alpha = 1 - operation.confidence
    shifted = next((caution.shift for caution in cautions if caution.shift), 0.0)
    ends = np.log([ratio.low, ratio.high])
    seen = p_value <= alpha and not ends[0] <= 0 <= ends[1]
    # Beyond what comes by itself on the same side: a fall that is less than that is none.
    beyond_it = (ends - shifted) * np.sign(ends.sum())
    left = seen and bool((beyond_it > 0).all())
    expected = f"than the control leads one to expect in the {places}"
    if not seen:
        return {"finding": UNSEEN, "verdict": _unseen(ratio, expected)}
    amount = f"{_fewer_or_more(ratio.value)} {expected} ({_between(ratio.low, ratio.high)})"
    beyond = max(ends[0], -ends[1])
    doubts = [
        caution.but
        for caution in cautions
        if caution.weight == NO_EFFECT and beyond <= caution.slack
    ]
    if doubts:
        return {"finding": UNSEEN, "verdict": (
            f"There were {amount}, but {doubts[0]}: an effect cannot be seen.")}  # fmt: skip
    if not left:
        return {"finding": UNSEEN, "verdict": (
            f"There were {amount}, but ground that is chosen because it was bad falls by itself, "
            "and beyond that an effect cannot be seen.")}  # fmt: skip
    prevented = sorted(map(abs, ratio.prevented(float(counts["after"].iloc[0]))))
    what = "fewer" if ratio.value < 1 else "more"
    return {"finding": FEWER if ratio.value < 1 else MORE, "verdict": (
        f"There were {amount}: about {prevented[1]:,.0f} {what} burglaries, between "
        f"{prevented[0]:,.0f} and {prevented[2]:,.0f}.")}  # fmt: skip


def _unseen(ratio: RatioByPlace, expected: str) -> str:
    # Half a width is so many standard errors; four times in five takes 0.84 of them more.
    least = -float(np.expm1(-(ratio.half_width + _POWER_Z * ratio.log_se)))
    return (
        f"An effect cannot be seen: there were {_fewer_or_more(ratio.value)} {expected}, which "
        f"may be chance ({_between(ratio.low, ratio.high)}); only a fall of {percent(least)} or "
        "more would mostly have been seen."
    )


def _fewer_or_more(ratio: float) -> str:
    if abs(ratio - 1) < 0.005:
        return "as many burglaries"
    return f"{percent(abs(1 - ratio))} {'fewer' if ratio < 1 else 'more'} burglaries"


def _between(low: float, high: float) -> str:
    def side(ratio: float) -> str:
        return f"{percent(abs(1 - ratio)) or '0 %'} {'fewer' if ratio < 1 else 'more'}"

    return f"anything from {side(low)} to {side(high)}"


def _page_table(frame: pd.DataFrame) -> PageTable:
    heads = [(str(name).replace("_", " ").capitalize(), "head" if at == 0 else "n")
             for at, name in enumerate(frame.columns)]  # fmt: skip
    return PageTable.of(heads, [[_cell(value) for value in row] for row in frame.to_numpy()])


def _cell(value: object) -> str:
    if isinstance(value, (float, np.floating)):
        return "" if np.isnan(value) else f"{value:,.4g}"
    return str(value)
