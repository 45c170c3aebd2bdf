"""An operation assessed: what was planned, what was done, what it did, and how far to trust it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING, Any, ClassVar

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from hotspot.dates import event_times
from hotspot.geo import area_positions
from hotspot.impact.fixed_plans import OperationPlan
from hotspot.impact.matched_places import MatchedControls
from hotspot.impact.operation_effect import NONE, OperationEffect
from hotspot.incidents.offence_counts import of_homes
from hotspot.output.page_parts import ResultPage
from hotspot.output.results import Result, json_rows
from hotspot.trends.periods import last_day

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_FIRST = "read first"
# A column of the picture is as many months as give so many burglaries of the treated places.
_LENGTHS, _ENOUGH = (1, 2, 3, 6, 12), 8


@dataclass(frozen=True)
class OperationWords:
    """What people say of an operation.

    Parameters
    ----------
    name, objective, success : str
        As of `write_plan`.
    scan, analysis, response : str
        What the problem was, why it was so, and what was done.
    """

    name: str
    objective: str = ""
    success: str = ""
    scan: str = ""
    analysis: str = ""
    response: str = ""


@dataclass(frozen=True)
class OperationGround:
    """Where an operation was, and what it is held against, in the CRS of the incidents.

    Parameters
    ----------
    treated : GeoDataFrame
        With ``area``.
    control : GeoDataFrame or None
    streets : GeoDataFrame or None
        Drawn under them.
    proposed : MatchedControls or None
        Places that could be the control, where none was given.
    """

    treated: gpd.GeoDataFrame
    control: gpd.GeoDataFrame | None = None
    streets: gpd.GeoDataFrame | None = None
    proposed: MatchedControls | None = None


@dataclass(frozen=True)
class OperationAssessment(Result):
    """Result of `assess_operation`: an evaluation with all that a reader must know around it.

    Parameters
    ----------
    effect : OperationEffect
    words : OperationWords
    ground : OperationGround
    plan : OperationPlan or None
    changes : sequence of str
        What was changed since the plan.
    periods : DataFrame
        Equal lengths of time, whole months of them: ``first``, ``treated``, ``control``.
    """

    product: ClassVar[str] = "impact"
    effect: OperationEffect
    words: OperationWords
    ground: OperationGround
    plan: OperationPlan | None
    changes: Sequence[str]
    periods: pd.DataFrame = field(repr=False)

    @property
    def table(self) -> pd.DataFrame:  # type: ignore[override]
        """The measures of the evaluation."""
        return self.effect.table

    @property
    def verdict(self) -> str:
        """One sentence that can be read out."""
        return self.effect.verdict

    @property
    def cautions(self) -> list[str]:
        """What else could explain it, the plan and its changes first."""
        of_plan = [] if self.plan is None else self.plan.cautions()
        effect = self.effect.cautions
        if self.effect.finding == NONE:
            # What keeps it from any verdict is asked before all else.
            return [*effect[:1], *of_plan, *self.changes, *effect[1:]]
        return [*of_plan, *self.changes, *effect]

    def summary(self) -> str:
        """Return the verdict, what else could explain it, and the counts.

        Returns
        -------
        str
            One sentence a line, the verdict first.
        """
        effect = self.effect
        name = f"{self.words.name}: {effect.verdict[0].lower()}{effect.verdict[1:]}"
        return "\n".join([name, *self.cautions, *effect.count_words(), *effect.placebo_words()])

    def plot(self) -> "Figure":
        """Draw the burglaries over time, where it was, and every choice of control beside it.

        Returns
        -------
        matplotlib.figure.Figure
        """
        from hotspot.impact.assessment_picture import draw_assessment

        return draw_assessment(self)

    def page(self) -> ResultPage:
        """Return what the page says, on two sides of A4.

        Returns
        -------
        ResultPage
        """
        from hotspot.impact.assessment_page import assessment_page

        return assessment_page(self)

    def tables(self) -> dict[str, pd.DataFrame]:
        """Return every table of the evaluation, and what was counted over time.

        Returns
        -------
        dict of str to DataFrame
        """
        # A workbook is read from its first sheet: no number stands before what could explain it.
        told = [("verdict", self.verdict), *(("what else could explain it", one) for one in
                                             self.cautions)]  # fmt: skip
        first = pd.DataFrame(told, columns=["what", "words"])
        tables = {_FIRST: first, **self.effect.tables(), "over time": self.periods}
        if self.ground.proposed is not None:
            shapes = self.ground.proposed.table
            tables["proposed controls"] = pd.DataFrame(shapes.drop(columns=shapes.geometry.name))
        return tables

    def content(self) -> dict[str, Any]:
        """Return settings, words and tables as JSON can hold them.

        Returns
        -------
        dict
        """
        plan = self.plan
        return {
            "operation": vars(self.words),
            "verdict": self.verdict,
            "finding": self.effect.finding,
            "cautions": self.cautions,
            "plan": None if plan is None else {
                "made": f"{plan.made:%Y-%m-%d}", "fingerprint": plan.fingerprint,
                "edited": plan.is_altered, "changes": list(self.changes),
            },
            "settings": self.effect.settings,
            "summary": self.summary().splitlines(),
            **{name: json_rows(table) for name, table in self.tables().items() if name != _FIRST},
        }  # fmt: skip


def assess_operation(
    incidents: gpd.GeoDataFrame,
    effect: OperationEffect,
    words: OperationWords,
    ground: OperationGround,
    plan: OperationPlan | None = None,
    changes: Sequence[str] = (),
) -> OperationAssessment:
    """Return an evaluation with its plan, its words and its ground: what the page is made of.

    Parameters
    ----------
    incidents : GeoDataFrame
        Those that `effect` is of.
    effect : OperationEffect
    words : OperationWords
    ground : OperationGround
        The main choice of `effect`.
    plan : OperationPlan, optional
    changes : sequence of str
        As of `OperationPlan.changes`.

    Returns
    -------
    OperationAssessment

    References
    ----------
    College of Policing (2023). OSARA: objective, scanning, analysis, response, assessment. In:
    Problem-solving policing.
    """
    if plan is not None:
        # What is not said anew is as it was planned.
        words = OperationWords(
            words.name, words.objective or plan.objective, words.success or plan.success,
            words.scan, words.analysis, words.response,
        )  # fmt: skip
    return OperationAssessment(
        effect, words, ground, plan, tuple(changes), _over_time(incidents, effect, ground)
    )


def _over_time(
    incidents: gpd.GeoDataFrame, effect: OperationEffect, ground: OperationGround
) -> pd.DataFrame:
    """Count treated and control burglaries by equal lengths of whole months from the start on."""
    counted = of_homes(incidents, stacklevel=4)
    times = event_times(counted)
    points = counted.geometry.to_numpy()
    kinds = {"treated": ground.treated, "control": ground.control}
    inside = {kind: _inside(points, areas) for kind, areas in kinds.items() if areas is not None}
    (first, _), (start, last) = (
        map(pd.Timestamp, effect.settings[name]) for name in ("before", "after")
    )
    # What lies past the newest record is not nought.
    last = min(last, last_day(counted))
    months = (last.year - first.year) * 12 + last.month - first.month + 1
    within = inside["treated"] & (times >= first) & (times < last + pd.Timedelta(days=1))
    rate = within.sum() / max(months, 1)
    length = next((one for one in _LENGTHS if one * rate >= _ENOUGH), _LENGTHS[-1])
    starts = _starts(first, start, last, length)
    rows = []
    for begun, end in pairwise(starts):
        held = ((times >= begun) & (times < end)).to_numpy()
        counts = {kind: int((held & where).sum()) for kind, where in inside.items()}
        rows.append({"first": begun, "last": end - pd.Timedelta(days=1), **counts})
    return pd.DataFrame(rows, columns=["first", "last", *inside])


def _inside(points: "np.ndarray", areas: gpd.GeoDataFrame) -> "np.ndarray":
    shapes = np.asarray(areas.geometry.to_numpy(), dtype=object)
    return np.asarray(area_positions(points, shapely.make_valid(shapes)) >= 0)


def _starts(
    first: pd.Timestamp, start: pd.Timestamp, last: pd.Timestamp, months: int
) -> list[pd.Timestamp]:
    """Return where lengths of time begin and the last ends: whole ones, one at the start."""

    def begun(number: int) -> pd.Timestamp:
        return start + pd.DateOffset(months=number * months)

    number = 0
    while begun(number - 1) >= first:
        number -= 1
    starts = []
    while begun(number) <= last + pd.Timedelta(days=1):
        starts.append(begun(number))
        number += 1
    return starts
