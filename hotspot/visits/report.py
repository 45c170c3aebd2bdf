"""The report: what the visits came to, as table, sentences and picture."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import pandas as pd
from matplotlib.axes import Axes

from hotspot._checks import choice_problems
from hotspot._errors import ConfigError
from hotspot.cocooning.waking_hours import WAKING, WakingHours
from hotspot.english import and_list, count, list_day, long_day, percent, percent_interval
from hotspot.output.page_parts import ResultPage
from hotspot.output.pictures import Picture
from hotspot.output.results import Result
from hotspot.visits.measures import (
    GROUPINGS,
    HOURS,
    TEAM_TIME,
    attempt_states,
    counted_visits,
    door_states,
    dose_of,
    of_the_record,
    packs_given,
    reached_otherwise,
    table_of,
)

FUNNEL = ("asked", "due", "found occupied", "reached", "face to face")
# Where nobody called yet, nobody found it empty either.
_FUNNEL_WORDS = {"found occupied": "occupied, as\nfar as known"}
_INK = "#1d2733"
_BAR = "#2f6690"
_PALE = "#d9e2ea"
_MOST_GROUPS = 25


@dataclass(frozen=True)
class VisitReport(Result):
    """Result of `VisitLedger.report`.

    Parameters
    ----------
    table : DataFrame
        A row per group and measure: ``by`` ("all", "area", "ring", "week", "attempt"),
        ``group``, ``measure``, ``count``, ``of`` (what it is a share of), ``out_of`` (how many
        those are), ``share`` with its 95 % interval ``low`` to ``high``; ``homes`` and
        ``homes_out_of``, how many different homes those doors are. What is counted are doors, by
        attempt each attempt that was asked for.
    as_of : Timestamp
        What came later does not count.
    started : Timestamp or None
        Cut-off of the first list.
    lists : int
        How many lists were issued.
    unknown : int
        Visits whose id no list holds: in no share.
    too_early : int
        Visits before their burglary was found: in no share.
    without_time : int
        Counted visits without a time of day: taken for the end of their day.
    expired : DataFrame
        Doors whose time ended and to which nobody went, what ended last first, for the supervisor:
        ``visit_id``, ``address``, ``area``, ``ring``, ``task``, ``attempt``, ``act_by``,
        ``expires``, ``first_as_of``.
    packs : DataFrame
        A row per tier: ``tier``, ``doors`` that were asked for with it, and packs ``given``.
    dose : DataFrame
        A row per team and week of the list that first asked: ``place``, ``week``, ``asked``,
        ``made``, ``in_time``, ``reached``, ``face_to_face``, as `impact.by_dose` takes it.
    purged_before : Timestamp or None
        What ended before it was deleted, and is in no number.
    """

    product: ClassVar[str] = "visit_report"
    table: pd.DataFrame
    as_of: pd.Timestamp
    started: pd.Timestamp | None
    lists: int
    unknown: int
    too_early: int
    without_time: int
    expired: pd.DataFrame
    packs: pd.DataFrame
    dose: pd.DataFrame
    purged_before: pd.Timestamp | None = None

    def count(self, measure: str, by: str = "all", group: str = "all") -> int:
        """Return one number of the table.

        Parameters
        ----------
        measure, by, group : str

        Returns
        -------
        int
        """
        return int(self.row(measure, by, group)["count"])

    def row(self, measure: str, by: str = "all", group: str = "all") -> pd.Series:
        """Return one row of the table.

        Parameters
        ----------
        measure, by, group : str

        Returns
        -------
        Series
        """
        table = self.table
        same = (table["measure"] == measure) & (table["by"] == by) & (table["group"] == group)
        return table[same].iloc[0]

    def groups(self, by: str) -> list[str]:
        """Return the groups of a kind, in order.

        Parameters
        ----------
        by : {"area", "ring", "week", "attempt"}

        Returns
        -------
        list of str
        """
        return list(dict.fromkeys(self.table.loc[self.table["by"] == by, "group"]))

    def summary(self) -> str:
        """Return in plain sentences what came of the visits.

        Returns
        -------
        str
            One sentence a line: first the force's clock, then the team's, then what was done.
        """
        if not self.count("asked"):
            return "\n".join(["Nothing was asked yet: no list was issued.", *self._left_out()])
        return "\n".join(
            [
                self.force_clock(),
                self.team_clock(),
                *self._coverage(),
                *self._still_open(),
                *self._packs(),
                *self._left_out(),
                cut_off_words(self),
            ]
        )

    def plot(self) -> Picture:
        """Draw the funnel from asked to reached, and the share reached by team.

        Returns
        -------
        matplotlib.figure.Figure
        """
        areas = self.groups("area")[:_MOST_GROUPS] or ["all"]
        height = max(3.6, 1.4 + 0.34 * len(areas))
        figure = Picture(figsize=(10, height), layout="constrained")
        left, right = figure.subplots(1, 2, width_ratios=(1, 1))
        self._draw_funnel(left)
        self._draw_areas(right, areas)
        return figure

    def page(self) -> ResultPage:
        """Return what the page says.

        Returns
        -------
        ResultPage
        """
        from hotspot.visits.report_page import report_page

        return report_page(self, cut_off_words(self))

    def content(self) -> dict[str, Any]:
        """Return words, numbers and the table as JSON can hold them.

        Returns
        -------
        dict
        """
        return {
            "as_of": self.as_of.isoformat(),
            "started": None if self.started is None else self.started.isoformat(),
            "lists": self.lists,
            "unknown": self.unknown,
            "too_early": self.too_early,
            "without_time": self.without_time,
            "purged_before": self.purged_before and self.purged_before.isoformat(),
            "summary": self.summary().splitlines(),
            "expired": json.loads(self.expired.to_json(orient="records", date_format="iso")),
            "packs": self.packs.to_dict("records"),
            "table": json.loads(self.table.to_json(orient="records", double_precision=10)),
        }

    def _coverage(self) -> list[str]:
        asked, due, later = (self.count(name) for name in ("asked", "due", "not yet due"))
        sentence = f"{count(asked, 'door was', 'doors were')} asked for on "
        sentence += f"{count(self.lists, 'list')}, {count(self.homes('asked'), 'home')} in all"
        sentence += f"; {later:,} of them not yet due." if later else "."
        if not due:
            return [sentence]
        occupied = self.count("found occupied")
        without_talk = [f"{self.count(name):,} by {name}" for name in reached_otherwise()]
        talked = f"{self.count('face to face'):,} face to face ({self._share('face to face')})"
        return [
            sentence,
            f"Of {due:,} due: {self.count('attempted'):,} attempted ({self._share('attempted')}); "
            f"{self.count('empty or not found'):,} empty or not there, which leaves "
            f"{occupied:,} to reach.",
            f"Of those {occupied:,}: {self.count('reached'):,} reached "
            f"({self._share('reached')}), {and_list([talked, *without_talk])}.",
        ]

    def force_clock(self) -> str:
        """Return how soon after the record of the burglary doors were called at.

        Returns
        -------
        str
            The shares that an inspector asks for, each with its denominator and interval.
        """
        first = HOURS[0]
        if self.started is not None and not self.row(f"attempted {of_the_record(first)}")["out_of"]:
            return (
                "The force's clock, from the record to the first call: no share yet, as no "
                f"door's {first} hours have ended since the first list."
            )
        parts = [
            f"{self._of_all(f'attempted {of_the_record(hours)}')} within {hours} hours"
            for hours in HOURS
        ]
        return f"The force's clock, from the record to the first call: {', '.join(parts)}."

    def team_clock(self) -> str:
        """Return how many doors the teams called at in the time that the list gave them.

        Returns
        -------
        str
        """
        called, reached = (self._of_all(f"{done} {TEAM_TIME}") for done in ("attempted", "reached"))
        return (
            f"The team's clock, from the list that asked: {called} called at in time, {reached} "
            "reached in time."
        )

    def homes(self, measure: str, by: str = "all", group: str = "all") -> int:
        """Return how many different homes the doors of one number are.

        Parameters
        ----------
        measure, by, group : str

        Returns
        -------
        int
        """
        return int(self.row(measure, by, group)["homes"])

    def _of_all(self, measure: str) -> str:
        row = self.row(measure)
        among = count(int(row["out_of"]), "door")
        if not row["out_of"]:
            return f"0 of {among}"
        return f"{int(row['count']):,} of {among} ({self._share(measure)})"

    def _still_open(self) -> list[str]:
        overdue, late = self.count("overdue"), self.count("late for the force when listed")
        expired = len(self.expired)
        sentences = {
            f"{count(overdue, 'door is', 'doors are')} overdue: the time that the list gave has "
            "passed and nobody called.": overdue,
            f"{count(late, 'door was', 'doors were')} past the force's hours when first listed: no "
            "team could be in time for the force there.": late,
            f"{count(expired, 'door')} left the list and nobody had gone: the supervisor has them "
            "by name.": expired,
        }
        return [sentence for sentence, number in sentences.items() if number]

    def _packs(self) -> list[str]:
        rows = self.packs.astype(object).itertuples(index=False, name=None)
        given = [
            f"{tier} {given:,} (asked for at {count(doors, 'door')})" for tier, doors, given in rows
        ]
        return [f"Packs given: {and_list(given)}."] if given else []

    def _left_out(self) -> list[str]:
        reasons = {
            "of ids that no list holds: in no share above.": self.unknown,
            "before the burglary was found: in no share above.": self.too_early,
            "without a time of day: taken for the end of that day.": self.without_time,
        }
        sentences = [f"{count(n, 'visit')} {reason}" for reason, n in reasons.items() if n]
        if self.purged_before is not None:
            sentences.append(
                f"Doors done with before {long_day(self.purged_before)} were deleted by "
                "the retention rule: in no number above."
            )
        return sentences

    def _share(self, measure: str) -> str:
        """Return a share with its interval."""
        row = self.row(measure)
        if not row["out_of"]:
            return "of none"
        interval = percent_interval(row["low"], row["high"])
        return f"{percent(row['share'])}, 95 % interval {interval}"

    def _draw_funnel(self, axes: Axes) -> None:
        """Draw bars from asked down to face to face, each with its number and its share."""
        asked = max(self.count("asked"), 1)
        for place, measure in enumerate(FUNNEL):
            row = self.row(measure)
            axes.barh(-place, asked, color=_PALE, height=0.72)
            axes.barh(-place, row["count"], color=_BAR, height=0.72)
            words = f"{int(row['count']):,}"
            if measure != "asked" and row["out_of"]:
                words += f"  ({percent(row['share'])} of {row['of']})"
            axes.text(asked * 1.02, -place, words, va="center", fontsize=9, color=_INK)
        labels = [_FUNNEL_WORDS.get(measure, measure) for measure in FUNNEL]
        axes.set_yticks([-place for place in range(len(FUNNEL))], labels)
        axes.set_xlim(0, asked * 1.75)
        axes.set_xticks([])
        axes.set_title("From asked to reached: doors", loc="left", fontsize=10)
        axes.spines[:].set_visible(False)
        axes.tick_params(length=0)

    def _draw_areas(self, axes: Axes, areas: Sequence[str]) -> None:
        """Draw the shares reached and reached in time, with their intervals."""
        by = "all" if list(areas) == ["all"] else "area"
        styles = (
            ("reached", "#2f6690", "o", 0.12),
            (f"reached {TEAM_TIME}", "#c8102e", "s", -0.12),
        )
        for measure, colour, marker, shift in styles:
            rows = [self.row(measure, by, area) for area in areas]
            for place, row in enumerate(rows):
                if not row["out_of"]:
                    continue
                at = -place + shift
                axes.plot([100 * row["low"], 100 * row["high"]], [at, at], color=colour, lw=1.8)
                axes.plot(100 * row["share"], at, marker, color=colour, ms=5)
            label = measure.removeprefix("reached ")
            axes.plot([], [], marker=marker, color=colour, lw=1.8, ms=5, label=label)
        labels = [f"{a} ({self.count('found occupied', by, a):,})" for a in areas]
        axes.set_yticks([-place for place in range(len(areas))], labels, parse_math=False)
        axes.set_ylim(-len(areas) + 0.4, 0.6)
        axes.set_xlim(0, 100)
        axes.set_xlabel(
            "% of doors found occupied (in brackets);\n"
            "in the team's time: of those where it is over"
        )
        axes.grid(axis="x", alpha=0.3)
        # The legend stands between the title and the axes: beside the title it lay on it.
        axes.set_title("By team", loc="left", fontsize=10, pad=20)
        axes.legend(fontsize=8, frameon=False, loc="lower left", bbox_to_anchor=(0, 1), ncols=2)


def cut_off_words(report: VisitReport) -> str:
    """Return up to when a report counts, and since when."""
    if report.started is None:
        return f"Counted up to {list_day(report.as_of)}."
    return (
        f"Counted up to {list_day(report.as_of)}, what falls due later is not overdue; the first "
        f"list is of {list_day(report.started)}."
    )


@dataclass(frozen=True)
class Known:
    """What a ledger knows, and up to when it is counted.

    Attributes
    ----------
    asked, visits : DataFrame
        As the ledger returns them.
    lists : Series
        Cut-offs of the lists.
    as_of : Timestamp
    started : Timestamp or None
    expired : DataFrame
        As `expired_doors` returns them.
    waking : WakingHours
        Those of the last list.
    """

    asked: pd.DataFrame
    visits: pd.DataFrame
    lists: pd.Series
    as_of: pd.Timestamp
    started: pd.Timestamp | None
    expired: pd.DataFrame
    waking: WakingHours = WAKING


def make_report(known: Known, by: str | Iterable[str] | None) -> VisitReport:
    """Count visits. See `VisitLedger.report`.

    Parameters
    ----------
    known : Known
    by
        As of `VisitLedger.report`.

    Returns
    -------
    VisitReport
    """
    groupings = groupings_of(by)
    last, asked, visits = known.as_of, known.asked, known.visits
    since = last if known.started is None else known.started
    left = known.expired
    keys = list(zip(left["visit_id"], left["attempt"], strict=True))
    states = door_states(asked, visits, last, since, left["visit_id"], known.waking)
    attempts = None
    if "attempt" in groupings:
        attempts = attempt_states(asked, visits, last, since, keys, known.waking)
    seen = visits[visits["visited_at"] <= last]
    of_doors = seen[seen["visit_id"].isin(states.index)]
    newest = asked.sort_values("attempt").drop_duplicates("visit_id").set_index("visit_id")
    counted = counted_visits(newest.loc[states.index], visits, last)
    return VisitReport(
        table=table_of(states, groupings, attempts),
        as_of=last,
        started=known.started,
        lists=int((known.lists <= last).sum()),
        unknown=len(seen) - len(of_doors),
        too_early=len(of_doors) - len(counted),
        without_time=int((~counted["time_known"]).sum()),
        expired=left,
        packs=packs_given(asked[asked["first_as_of"] <= last], counted),
        dose=dose_of(states),
    )


def groupings_of(by: str | Iterable[str] | None) -> list[str]:
    """Return what to group by, in the report's own words.

    Raises
    ------
    ConfigError
    """
    asked = [] if by is None else [by] if isinstance(by, str) else list(by)
    named = ["area" if name == "team" else name for name in asked]
    problems = [p for name in named for p in choice_problems("by", name, ("team", *GROUPINGS))]
    if problems:
        raise ConfigError(problems)
    return named


def last_known(visits: pd.DataFrame, lists: pd.Series) -> pd.Timestamp:
    """Return the last moment of which a ledger tells."""
    known = [moments.max() for moments in (visits["visited_at"], lists) if len(moments)]
    return max(known) if known else pd.Timestamp.now().floor("s")
