"""Outcome and attendance rates: of what, complete or not, and never two kinds mixed."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, cast

import geopandas as gpd
import numpy as np
import pandas as pd

from hotspot._checks import choice_problems, integer_problems, raise_problems
from hotspot._errors import DataError
from hotspot._kernels.arrays import Bools
from hotspot.dates import AsOf, cutoff
from hotspot.english import count, month, name_rows, some_of
from hotspot.incidents.offence_counts import of_homes
from hotspot.output.results import Shown
from hotspot.trends.area_rates import FunnelRates, funnel_rates
from hotspot.trends.rate_intervals import wilson

ALL = "all"
_YES = ("yes", "y", "true", "1", "attended")
_NO = ("no", "n", "false", "0", "not attended")


@dataclass(frozen=True)
class OutcomeRates(Shown):
    """Result of `outcome_rates`.

    Parameters
    ----------
    table : DataFrame
        A row per month, area and group of outcomes: ``month``, ``area``, ``group``, ``outcomes``,
        ``offences``, ``rate`` (a share), ``low``, ``high`` (Wilson; missing by period, where it is
        no share), ``complete``.
    groups : dict of str to str
        The user's grouping, as it was used.
    basis : str
    mature_days : int
    """

    table: pd.DataFrame
    groups: dict[str, str]
    basis: str
    mature_days: int

    def summary(self) -> str:
        """Return what the rates are of, and how the outcomes were grouped.

        Returns
        -------
        str
        """
        if self.basis == "cohort":
            lines = [
                "By cohort: of the offences recorded in a month, the share with an outcome within "
                f"{count(self.mature_days, 'day')}. "
            ]
            open_months = self.table.loc[~self.table["complete"], "month"].unique()
            if len(open_months):
                named = some_of([month(pd.Period(m).to_timestamp()) for m in open_months], 4)
                lines[0] += f"Not complete yet, and to rise: {named}."
        else:
            lines = [
                "By period: outcomes given in a month over offences recorded in it. They are of "
                "other offences, so it is no share and may be over 100 %."
            ]
        grouping: dict[str, list[str]] = {}
        for outcome, group in self.groups.items():
            grouping.setdefault(group, []).append(outcome)
        lines += [f"{group}: {', '.join(outcomes)}." for group, outcomes in grouping.items()]
        return "\n".join(lines)


def outcome_rates(
    offences: pd.DataFrame,
    groups: Mapping[str, str],
    as_of: AsOf,
    *,
    basis: Literal["cohort", "period"] = "cohort",
    mature_days: int = 90,
    outcomes: pd.DataFrame | None = None,
    by: str | None = None,
    recorded: str = "recorded_at",
    outcome: str = "outcome",
    outcome_at: str = "outcome_at",
) -> OutcomeRates:
    """Compute by month how many offences had an outcome, by groups that the user names.

    Parameters
    ----------
    offences : DataFrame
        A row per offence, with `recorded`; with ``crime_ref`` where `outcomes` is given.
    groups : mapping of str to str
        The group of each outcome as it stands in the data, such as ``{"Charged": "charged or
        summonsed"}``: the user's table. None is ours.
    as_of : date
        Up to when offences and outcomes are known.
    basis : {"cohort", "period"}
        Of the offences recorded in a month those with an outcome within `mature_days`; or the
        outcomes given in a month over the offences recorded in it.
    mature_days : int
        A cohort is complete once its last offence had so many days.
    outcomes : DataFrame, optional
        ``crime_ref``, `outcome` and `outcome_at`, a row per outcome. Default: columns of
        `offences`.
    by : str, optional
        Column of `offences` with the area.
    recorded, outcome, outcome_at : str
        Columns.

    Returns
    -------
    OutcomeRates

    Raises
    ------
    DataError
        If dates are missing or no dates, an outcome is in no group, or a cohort has more outcomes
        than offences.
    ConfigError
        If an argument is wrong.

    Notes
    -----
    The two bases are two questions. Thirty outcomes of a month over the 77 offences recorded in it
    are 39 % and say nothing about how many of the 77 are ever solved.

    Examples
    --------
    >>> day = pd.to_datetime(["2026-01-05", "2026-01-20"])
    >>> offences = pd.DataFrame({"recorded_at": day, "outcome": ["Charged", None],
    ...                          "outcome_at": pd.to_datetime(["2026-02-01", None])})
    >>> rates = outcome_rates(offences, {"Charged": "charged"}, "2026-06-30")
    >>> rates.table[["outcomes", "offences"]]
       outcomes  offences
    0         1         2
    """
    arguments = choice_problems("basis", basis, ("cohort", "period"))
    arguments += integer_problems(1, mature_days=mature_days)
    last = cutoff(as_of)
    given = outcomes if outcomes is not None else offences
    data = [
        f"The {what} lack the column {name!r}."
        for frame, what, names in (
            (offences, "offences", (recorded, *((by,) if by else ()))),
            (given, "outcomes", (outcome, outcome_at)),
            *(((f, w, ("crime_ref",)) for f, w in ((offences, "offences"), (given, "outcomes")))
              if outcomes is not None else ()),
        )
        for name in names
        if name not in frame.columns
    ]  # fmt: skip
    raise_problems(data, arguments)
    frame = _joined(offences, outcomes, (recorded, outcome, outcome_at, by))
    # A blank cell is no outcome: columns that are kept as they stand hold it as a text.
    frame["outcome"] = frame["outcome"].mask(frame["outcome"].astype(str).str.strip() == "")
    raise_problems(_frame_problems(frame, groups))
    known = frame[frame["recorded"] <= last]
    had = known["outcome"].notna() & (known["given"] <= last)
    known = known.assign(group=known["outcome"].where(had).map(dict(groups)))
    table = _cohorts(known, last, mature_days) if basis == "cohort" else _periods(known, last)
    return OutcomeRates(table, dict(groups), basis, mature_days)


def _joined(
    offences: pd.DataFrame, outcomes: pd.DataFrame | None, names: tuple[str, str, str, str | None]
) -> pd.DataFrame:
    """Return a row per offence, or raise where outcomes and offences do not fit."""
    recorded, outcome, outcome_at, by = names
    area = offences[by].astype(str) if by else pd.Series(ALL, index=offences.index)
    frame = pd.DataFrame({"recorded": offences[recorded], "area": area})
    if outcomes is None:
        return frame.assign(outcome=offences[outcome], given=offences[outcome_at])
    refs = outcomes["crime_ref"].astype(str)
    problems = []
    if refs.duplicated().any():
        twice = some_of(sorted(set(refs[refs.duplicated()])))
        problems.append(
            f"{count(int(refs.duplicated().sum()), 'outcome')} more than offences have: "
            f"{twice} have two. A cohort counts one outcome an offence: keep the last."
        )
    unknown = sorted(set(refs) - set(offences["crime_ref"].astype(str)))
    if unknown:
        problems.append(
            f"{count(len(unknown), 'outcome')} of offences that are not in the table "
            f"({some_of(unknown)}): they are of other months. Give those offences, too."
        )
    raise_problems(problems)
    of = outcomes.assign(crime_ref=refs).set_index("crime_ref")
    own = offences["crime_ref"].astype(str)
    return frame.assign(outcome=own.map(of[outcome]), given=own.map(of[outcome_at]))


def _frame_problems(frame: pd.DataFrame, groups: Mapping[str, str]) -> list[str]:
    problems = []
    for column, words in (
        ("recorded", "the day of the record"),
        ("given", "the day of an outcome"),
    ):
        if not pd.api.types.is_datetime64_dtype(frame[column]):
            problems.append(
                f"The column of {words} must be timezone-naive datetime64: a column kept as it "
                'stands is text, pd.to_datetime(..., format="%d/%m/%Y") makes it dates.'
            )
    if problems:
        return problems
    told = frame["outcome"].notna()
    for bad, words in (
        (frame["recorded"].isna(), "without the day it was recorded"),
        (told & frame["given"].isna(), "with an outcome and no day of it"),
        (~told & frame["given"].notna(), "with the day of an outcome and no outcome"),
        (told & (frame["given"] < frame["recorded"].dt.normalize()),
         "with an outcome before the record"),
    ):  # fmt: skip
        if bad.any():
            problems.append(
                f"{count(int(bad.sum()), 'offence')} {words} ({name_rows(frame.index[bad])})."
            )
    unknown = sorted(set(frame.loc[told, "outcome"].astype(str)) - set(groups))
    if unknown:
        problems.append(
            f"{count(len(unknown), 'outcome')} in no group: {some_of(unknown)}. Name the group of "
            "each, if only 'other'."
        )
    return problems


def _cohorts(known: pd.DataFrame, last: pd.Timestamp, mature_days: int) -> pd.DataFrame:
    in_time = (known["given"] - known["recorded"]).dt.days <= mature_days
    rows = []
    months = known["recorded"].dt.to_period("M")
    for key, part in known.groupby([months, "area"]):
        when, area = cast(tuple[pd.Period, str], key)
        # Its last day and the days after it: only then had each offence as long.
        complete = when.end_time + pd.Timedelta(days=mature_days) <= last + pd.Timedelta(days=1)
        for group, number in _by_group(known, part, in_time).items():
            rows.append((when, area, group, number, len(part), complete))
    table = pd.DataFrame(rows, columns=[*_KEYS, "outcomes", "offences", "complete"])
    low, high = wilson(table["outcomes"], table["offences"])
    table.insert(5, "rate", table["outcomes"] / table["offences"])
    return table.assign(low=low, high=high)


_KEYS = ["month", "area", "group"]


def _by_group(
    known: pd.DataFrame, part: pd.DataFrame, counted: "pd.Series[bool]"
) -> dict[str, int]:
    named = sorted(known["group"].dropna().unique())
    found = part.loc[counted.loc[part.index], "group"].value_counts()
    return {group: int(found.get(group, 0)) for group in named}


def _periods(known: pd.DataFrame, last: pd.Timestamp) -> pd.DataFrame:
    offences = known.groupby([known["recorded"].dt.to_period("M"), "area"]).size()
    had = known.dropna(subset="group")
    given = had.groupby([had["given"].dt.to_period("M"), "area", "group"]).size()
    rows = []
    groups = sorted(had["group"].unique())
    keys = sorted({*offences.index, *{key[:2] for key in given.index}})
    for when, area in keys:
        recorded = int(offences.get((when, area), 0))
        for group in groups:
            number = int(given.get((when, area, group), 0))
            rate = number / recorded if recorded else np.nan
            rows.append((when, area, group, number, recorded, rate, when.end_time <= last))
    table = pd.DataFrame(rows, columns=[*_KEYS, "outcomes", "offences", "rate", "complete"])
    return table.assign(low=np.nan, high=np.nan)


def attendance_rates(
    incidents: gpd.GeoDataFrame,
    attended: str = "attended",
    *,
    by: str = "area",
    grade: str | None = None,
    reported_at: str | None = None,
    attended_at: str | None = None,
    benchmark: float | None = None,
) -> tuple[FunnelRates, pd.DataFrame]:
    """Compute the share of home burglaries that were attended, by area.

    Parameters
    ----------
    incidents : GeoDataFrame
        As `read_incidents` returns them, with the columns named here kept (``keep=``).
    attended : str
        Column that tells whether somebody came: yes or no.
    by : str
        Column with the area.
    grade, reported_at, attended_at : str, optional
        Columns of the grade of the call and of the two times, for the time to attend.
    benchmark : float, optional
        As of `funnel_rates`, in per cent.

    Returns
    -------
    rates : FunnelRates
    times : DataFrame
        ``grade``, ``attended``, ``timed`` (with both times), ``median_minutes``; empty where the
        columns were not named.

    Raises
    ------
    DataError
        If a column is missing or tells neither yes nor no, or times run backwards.

    Examples
    --------
    >>> day = pd.to_datetime(["2026-01-05"] * 4)
    >>> frame = gpd.GeoDataFrame({"area": list("AABB"), "attended": ["yes", "no", "yes", "yes"],
    ...     "occurred_from": day, "occurred_to": day})
    >>> attendance_rates(frame)[0].table["rate"].tolist()
    [50.0, 100.0]
    """
    times = tuple(name for name in (grade, reported_at, attended_at) if name)
    missing = [name for name in (attended, by, *times) if name not in incidents.columns]
    if missing:
        raise DataError(
            f"The incidents lack {', '.join(missing)}: name them in keep= when reading."
        )
    homes = of_homes(incidents)
    came = _yes_or_no(homes[attended], attended)
    area = homes[by].fillna("no area").astype(str)
    counted = (
        pd.DataFrame({"came": came, "area": area}).groupby("area")["came"].agg(["sum", "size"])
    )
    rates = funnel_rates(counted["sum"], counted["size"], benchmark=benchmark)
    rates = rates.named("attended", "burglaries of homes")
    if not (reported_at and attended_at):
        return rates, pd.DataFrame(columns=["grade", "attended", "timed", "median_minutes"])
    return rates, _times_to_attend(homes[came], grade, reported_at, attended_at)


def _yes_or_no(column: "pd.Series[Any]", name: str) -> Bools:
    if pd.api.types.is_bool_dtype(column):
        return column.to_numpy(bool)
    text = column.map(lambda value: "" if pd.isna(value) else str(value).strip().casefold())
    yes, no = text.isin(_YES), text.isin(_NO)
    if not (yes | no).all():
        bad = column.index[~(yes | no)]
        raise DataError(
            f"{count(len(bad), 'row')} of {name!r} tell neither yes nor no ({name_rows(bad)}): "
            "unknown is not 'not attended'. Leave those rows out, and say so."
        )
    return yes.to_numpy(bool)


def _times_to_attend(
    came: pd.DataFrame, grade: str | None, reported_at: str, attended_at: str
) -> pd.DataFrame:
    wait = (came[attended_at] - came[reported_at]).dt.total_seconds() / 60
    if (wait < 0).any():
        bad = came.index[wait < 0]
        raise DataError(f"{count(len(bad), 'row')} attended before the report ({name_rows(bad)}).")
    of = came[grade].fillna("unknown").astype(str) if grade else pd.Series(ALL, index=came.index)
    grouped = wait.groupby(of)
    return pd.DataFrame(
        {"attended": grouped.size(), "timed": grouped.count(), "median_minutes": grouped.median()}
    ).rename_axis("grade").reset_index()  # fmt: skip
