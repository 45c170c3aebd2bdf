"""Dose and outcome: weeks in which places were reached in time, against asked and not reached."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import geopandas as gpd
import numpy as np
import pandas as pd

from hotspot._checks import (
    incident_problems,
    integer_problems,
    raise_problems,
    share_problems,
)
from hotspot._errors import ConfigError
from hotspot._kernels.arrays import Floats
from hotspot.dates import day_numbers, event_times, moment_of, month_only_problems
from hotspot.english import count, some_of
from hotspot.geo import area_positions
from hotspot.impact.place_polygons import Places, read_places
from hotspot.impact.place_ratio import RatioByPlace, ratio_by_place
from hotspot.incidents.offence_counts import of_homes
from hotspot.output.page_parts import PageSection, PageTable, ResultPage
from hotspot.output.results import Result, json_rows
from hotspot.rule import RULE
from hotspot.trends.periods import last_day

if TYPE_CHECKING:
    from matplotlib.figure import Figure

IN_TIME, PARTLY, NOT_REACHED = "reached in time", "partly or late", "asked and not reached"
GROUPS = (IN_TIME, PARTLY, NOT_REACHED)
_WEEK_DAYS = 7
#: What stands on every product of it.
NO_ACCIDENT = (
    "Who is in when somebody calls, and which lists are worked through, is no accident: homes that "
    "are reached differ from those that are not, and so may their burglaries, visited or not."
)
_INK, _BLUE = "#1d2733", "#0b5cad"


@dataclass(frozen=True)
class DoseResponse(Result):
    """Result of `by_dose`.

    Parameters
    ----------
    table : DataFrame
        A row per group: ``group``, ``place_weeks``, ``places``, the columns of the dose added up,
        ``before`` and ``after`` (burglaries in so many days to either side of the week).
    weeks : DataFrame
        A row per place and week that was asked for: the dose, ``group``, ``before``, ``after``.
    ratio : RatioByPlace or None
        Of "reached in time" to "asked and not reached", after to before, with its variance by
        place. None where a group is empty, or had nothing before.
    window_days : int
    left_out : int
        Weeks before or after which the data do not reach as far as the window.
    """

    product: ClassVar[str] = "dose"
    table: pd.DataFrame
    weeks: pd.DataFrame
    ratio: RatioByPlace | None
    window_days: int
    left_out: int

    def summary(self) -> str:
        """Return what followed where homes were reached, and the warning that belongs to it.

        Returns
        -------
        str
        """
        lines = [
            f"{row['group'].capitalize()}: {count(row['place_weeks'], 'week')} of "
            f"{count(row['places'], 'place')}, {row['before']:,} burglaries in the "
            f"{self.window_days} days before and {row['after']:,} after."
            for row in self.table.to_dict("records")
        ]
        if self.ratio is None:
            lines.insert(0, "There is nothing to compare: a group is empty, or had no burglary.")
        else:
            one = self.ratio
            seen = "cannot be told from" if one.low <= 1 <= one.high else "differs from"
            lines.insert(0, (
                f"After weeks in which half or more were reached in time burglary changed by "
                f"{one.value:.2f} times its change after weeks in which nobody was "
                f"({one.low:.2f} to {one.high:.2f}): it {seen} chance."
            ))  # fmt: skip
        if self.left_out:
            lines.append(f"{count(self.left_out, 'week')} left out: the data do not reach so far "
                         "before or after.")  # fmt: skip
        return "\n".join([*lines, NO_ACCIDENT])

    def plot(self) -> "Figure":
        """Draw burglaries per place and week before and after, by group.

        Returns
        -------
        matplotlib.figure.Figure
        """
        from hotspot.output.pictures import Picture

        figure = Picture(figsize=(6.4, 3.2), layout="constrained")
        axes = figure.subplots()
        at = np.arange(len(self.table))
        weeks = self.table["place_weeks"].clip(lower=1)
        for side, name, colour in ((-0.2, "before", _INK), (0.2, "after", _BLUE)):
            axes.bar(at + side, self.table[name] / weeks, 0.38, color=colour, label=name)
        axes.set_xticks(at, list(self.table["group"]), fontsize=8)
        axes.set(ylabel=f"Burglaries in {self.window_days} days, a place and week")
        axes.legend(fontsize=8)
        return figure

    def page(self) -> ResultPage:
        """Return what the page says.

        Returns
        -------
        ResultPage
        """
        names = list(self.table.columns)
        heads = [(name.replace("_", " ").capitalize(), "n" if at else "head")
                 for at, name in enumerate(names)]  # fmt: skip
        rows = [[str(value) for value in row] for row in self.table.to_numpy().tolist()]
        return ResultPage(
            title="Dose and outcome",
            scope=f"Burglaries within {self.window_days} days of a week in which visits were due.",
            sentences=self.summary().splitlines(),
            picture_text="Burglaries before and after, by what was reached",
            limits=(NO_ACCIDENT,),
            sections=[PageSection("By dose", tables=[PageTable.of(heads, rows)])],
        )

    def tables(self) -> dict[str, pd.DataFrame]:
        """Return every table of the result.

        Returns
        -------
        dict of str to DataFrame
        """
        return {self.product: self.table, "weeks": self.weeks}

    def content(self) -> dict[str, Any]:
        """Return settings, words and tables as JSON can hold them.

        Returns
        -------
        dict
        """
        weeks = self.weeks.assign(week=self.weeks["week"].map(lambda day: f"{day:%Y-%m-%d}"))
        return {
            "window_days": self.window_days,
            "left_out": self.left_out,
            "summary": self.summary().splitlines(),
            "ratio": self.ratio and self.ratio._asdict(),
            "table": json_rows(self.table),
            "weeks": json_rows(weeks),
        }


def by_dose(
    incidents: gpd.GeoDataFrame,
    places: gpd.GeoDataFrame,
    dose: pd.DataFrame,
    *,
    asked: str = "asked",
    reached: str = "in_time",
    window_days: int = RULE.window_days,
    confidence: float = 0.95,
) -> DoseResponse:
    """Compare what followed weeks that were worked in time with weeks that were asked for in vain.

    Parameters
    ----------
    incidents : GeoDataFrame
        As `read_incidents` returns them.
    places : GeoDataFrame
        Polygons that do not overlap, such as beats.
    dose : DataFrame
        A row per place and week: ``place``, ``week`` (its first day) and counts: `asked`,
        `reached`, and any others, such as ``made`` and ``face_to_face``, which are added up:
        ``ledger.report().dose``, or patrols asked for and made.
    asked, reached : str
        Columns: how much was asked for, and how much of that was done in time.
    window_days : int
        How far before and after a week burglaries count.
    confidence : float

    Returns
    -------
    DoseResponse

    Raises
    ------
    DataError
        If incidents, places or dose are not in shape, a place of the dose has no polygon, or more
        was reached than asked for: all at once.
    ConfigError
        If an argument is wrong.

    Notes
    -----
    A week is "reached in time" where half of what was asked for or more was, "asked and not
    reached" where none was. Both kinds were asked for by the same rule, after burglaries, so that
    what falls by itself falls in both; the rest is as of `ratio_by_place`. It is no experiment.

    Examples
    --------
    >>> import shapely
    >>> days = pd.to_datetime(["2025-01-20", "2025-02-20", "2025-01-21", "2025-04-30"])
    >>> frame = pd.DataFrame({"crime_ref": list("abcd"), "occurred_from": days,
    ...                       "occurred_to": days})
    >>> crimes = gpd.GeoDataFrame(frame, geometry=gpd.points_from_xy([5, 5, 15, 15], [5] * 4),
    ...                           crs=27700)
    >>> beats = gpd.GeoDataFrame({"area": ["Quay", "Moor"]}, crs=27700,
    ...                          geometry=[shapely.box(0, 0, 9, 9), shapely.box(10, 0, 19, 9)])
    >>> dose = pd.DataFrame({"place": ["Quay", "Moor"], "week": ["2025-02-03"] * 2,
    ...                      "asked": [8, 8], "in_time": [6, 0]})
    >>> found = by_dose(crimes, beats, dose, window_days=14)
    >>> found.table[["group", "place_weeks", "before", "after"]].values.tolist()
    [['reached in time', 1, 1, 1], ['partly or late', 0, 0, 0], ['asked and not reached', 1, 1, 0]]
    """
    data, arguments = incident_problems(incidents), integer_problems(1, window_days=window_days)
    arguments += share_problems(confidence=confidence)
    if not data:
        data += month_only_problems(incidents, "What follows a week")
    polygons, wrong = read_places(places, "places", None if data else incidents.crs)
    data += wrong
    read, wrong = _read_dose(dose, polygons, asked, reached)
    raise_problems([*data, *wrong], arguments)
    kept = of_homes(incidents)
    known = last_day(kept) if len(kept) else pd.Timestamp(0)
    late = read["week"] + pd.Timedelta(days=_WEEK_DAYS - 1 + window_days) > known
    # Before the oldest record nothing was counted: a week soon after it had too little before.
    oldest = event_times(kept).min() if len(kept) else known
    early = read["week"] - pd.Timedelta(days=window_days) < oldest.normalize()
    weeks = read[~late & ~early & (read[asked] > 0)].reset_index(drop=True)
    weeks = weeks.assign(
        # As text where no week is left, too: else the group were a number to add up.
        group=pd.Series(
            _groups(weeks[asked].to_numpy(float), weeks[reached].to_numpy(float)),
            weeks.index,
            dtype=object,
        ),
        **_around(kept, polygons, weeks, window_days),
    )
    numbers = [name for name in weeks.select_dtypes("number").columns
               if name not in ("before", "after")]  # fmt: skip
    rows = [_row(weeks[weeks["group"] == group], group, numbers) for group in GROUPS]
    ratio = _compared(weeks, confidence)
    return DoseResponse(pd.DataFrame(rows), weeks, ratio, window_days, int((late | early).sum()))


def _read_dose(
    dose: pd.DataFrame, places: Places, asked: str, reached: str
) -> tuple[pd.DataFrame, list[str]]:
    if not isinstance(dose, pd.DataFrame):
        return pd.DataFrame(), [f"The dose must be a DataFrame, not {type(dose).__name__}."]
    missing = [name for name in ("place", "week", asked, reached) if name not in dose.columns]
    if missing:
        return pd.DataFrame(), [f"The dose lacks {', '.join(missing)}."]
    week = dose["week"]
    if isinstance(week.dtype, pd.PeriodDtype):
        week = week.dt.start_time
    read = dose.assign(place=dose["place"].astype(str), week=[_first_day(one) for one in week])
    problems = []
    bad = read.index[read["week"].isna()]
    if len(bad):
        problems.append(
            f"{count(len(bad), 'row')} of the dose without a week that is a date, year first."
        )
    for name in (asked, reached):
        numbers = pd.to_numeric(read[name], errors="coerce")
        wrong = ~(numbers >= 0)
        if wrong.any():
            problems.append(f"{count(int(wrong.sum()), 'row')} of the dose without a number "
                            f"{name} of 0 or more.")  # fmt: skip
        read[name] = numbers
    over = read[reached] > read[asked]
    if over.any():
        problems.append(f"{count(int(over.sum()), 'row')} of the dose with more {reached} than "
                        f"{asked}.")  # fmt: skip
    twice = read.duplicated(["place", "week"])
    if twice.any():
        problems.append(f"{count(int(twice.sum()), 'place and week', 'places and weeks')} of the "
                        "dose more than once: add them up.")  # fmt: skip
    if len(places):
        unknown = sorted(set(read["place"]) - set(places.names))
        if unknown:
            problems.append(f"The dose names {count(len(unknown), 'place')} without a polygon: "
                            f"{some_of(unknown)}.")  # fmt: skip
    return read, problems


def _first_day(week: Any) -> pd.Timestamp:
    """Read the first day of a week; text only year first, or 3 February would be 2 March."""
    try:
        return moment_of(week).normalize()
    except ConfigError:
        return pd.NaT  # type: ignore[return-value]


def _groups(asked: Floats, reached: Floats) -> list[str]:
    groups = np.where(2 * reached >= asked, IN_TIME, np.where(reached > 0, PARTLY, NOT_REACHED))
    return [str(group) for group in groups]


def _around(
    incidents: gpd.GeoDataFrame, places: Places, weeks: pd.DataFrame, window_days: int
) -> dict[str, "np.ndarray"]:
    """Count the burglaries of each row's place before and after its week."""
    at = area_positions(incidents.geometry.to_numpy(), places.shapes)
    days = day_numbers(event_times(incidents))
    first = day_numbers(weeks["week"]) if len(weeks) else np.array([], dtype=np.int64)
    by_place = [np.sort(days[at == place]) for place in range(len(places))]
    number = {name: place for place, name in enumerate(places.names)}

    def between(starts: "np.ndarray", ends: "np.ndarray") -> "np.ndarray":
        found = [
            np.searchsorted(by_place[number[name]], [start, end])
            for name, start, end in zip(weeks["place"], starts, ends, strict=True)
        ]
        return np.array([end - start for start, end in found], dtype=np.int64)

    after = first + _WEEK_DAYS
    return {"before": between(first - window_days, first),
            "after": between(after, after + window_days)}  # fmt: skip


def _row(weeks: pd.DataFrame, group: str, numbers: Sequence[str]) -> dict[str, object]:
    return {
        "group": group, "place_weeks": len(weeks), "places": weeks["place"].nunique(),
        **{name: int(weeks[name].sum()) for name in (*numbers, "before", "after")},
    }  # fmt: skip


def _compared(weeks: pd.DataFrame, confidence: float) -> RatioByPlace | None:
    pairs = []
    for group in (IN_TIME, NOT_REACHED):
        # A place in many weeks is one place: its weeks share what else goes on there.
        sums = (
            weeks[weeks["group"] == group]
            .groupby("place")[["before", "after"]]
            .sum()
            .to_numpy(float)
        )
        if not len(sums) or not sums[:, 0].sum():
            return None
        pairs.append((sums[:, 0], sums[:, 1]))
    return ratio_by_place(pairs[0], pairs[1], confidence)
