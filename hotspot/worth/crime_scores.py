"""Burglaries scored by the force's own rule: the parts of each score, and what is missing."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, NoReturn

import geopandas as gpd
import numpy as np
import pandas as pd

from hotspot._checks import check_incidents_frame, raise_problems
from hotspot._errors import DataError, quoted
from hotspot.dates import AsOf, event_days, moment_of
from hotspot.english import and_list, count, name_rows
from hotspot.incidents.stated_offences import stated_values
from hotspot.near_repeat.chains import REPEAT, label_repeats
from hotspot.output.results import shown_html
from hotspot.reading.cells import normalise_name, to_text, without_missing_words
from hotspot.worth.scoring_rule import (
    OTHER,
    ExtraPoints,
    RepeatPoints,
    ScoringRule,
    SeriesPoints,
)

#: One address whose points were set a few metres apart by different geocoders.
_ONE_ADDRESS_WITHIN_M = 50.0
_STEP = 5
_MOST_STEPS = 60
_MOST_AREAS = 12
_NO_AREA = "(no area)"


@dataclass(frozen=True, repr=False, eq=False)
class CrimeScores:
    """Result of `score_crimes`. It has nothing that writes, and is not pickled.

    Parameters
    ----------
    table : DataFrame
        A row per crime, on the index of the incidents: ``crime_ref``; ``area`` where known; the
        points of each part of the rule (``offence``, ``method``, ``series``, ``repeat``,
        ``extra``), missing where they are not known; ``score``, the sum of what is known;
        ``most``, what the score can be at most, missing where that has no bound; ``missing``, the
        parts that are not known; and ``allocated``, missing where these decide.
    by_area : DataFrame
        ``area``, ``crimes``, ``allocated`` and ``not_known``.
    thresholds : DataFrame
        ``threshold``, and how many crimes it would have ``allocated`` or left ``not_known``.
    rule : ScoringRule
    """

    table: pd.DataFrame
    by_area: pd.DataFrame
    thresholds: pd.DataFrame
    rule: ScoringRule

    def __reduce__(self) -> NoReturn:
        raise TypeError("Scores are not stored: work them out anew from the crimes and the rule.")

    def _repr_html_(self) -> str:
        # A notebook keeps what it shows: the words alone, which name no crime.
        return shown_html(self.summary())

    def __getitem__(self, column: Any) -> Any:
        return self.table[column]

    def __len__(self) -> int:
        return len(self.table)

    def summary(self) -> str:
        """Return how many crimes reach the threshold, and what is missing, in plain sentences.

        Returns
        -------
        str
            One sentence a line; it names no crime.
        """
        table, threshold = self.table, self.rule.threshold
        sent, open_ = _counts(table["allocated"])
        name = f" by the rule {quoted(self.rule.name)}" if self.rule.name else ""
        lines = [f"{sent:,} of {count(len(table), 'crime')} reach {threshold:,} points{name}."]
        if open_:
            lines.append(f"{open_:,} more may, once what is missing of them is known.")
        lines += self._missing_words()
        near = self.thresholds
        at = int(near["threshold"].searchsorted(threshold))
        others: list[Any] = near.iloc[max(0, at - 2) : at + 3].to_dict("records")
        told = [
            f"{one['threshold']:,} sends {one['allocated']:,}"
            + (f" and perhaps {one['not_known']:,} more" if one["not_known"] else "")
            for one in others
        ]
        if told:
            lines.append(f"By threshold: {'; '.join(told)}.")
        if len(self.by_area) > 1:
            top = self.by_area.head(_MOST_AREAS)
            listed: list[Any] = top.to_dict("records")
            areas = [f"{one['area']} {one['allocated']:,} of {one['crimes']:,}" for one in listed]
            rest = len(self.by_area) - len(top)
            more = f"; {count(rest, 'area')} more" if rest else ""
            lines.append(f"By area: {'; '.join(areas)}{more}.")
        lines.append(
            "A score puts work in order by the force's own rule: it measures neither harm nor the "
            "chance of solving a crime. It is not stored, listed on a sheet or shared."
        )
        return "\n".join(lines)

    def _missing_words(self) -> list[str]:
        """Return how many crimes each part is missing of."""
        numbers = {part: int(self.table[part].isna().sum()) for part in self.rule.parts}
        told = [f"{part} of {number:,}" for part, number in numbers.items() if number]
        if not told:
            return []
        return [
            f"Missing: {and_list(told)}. What is missing is not counted as nought: such a score is "
            "at least what it says."
        ]


def score_crimes(
    incidents: gpd.GeoDataFrame,
    rule: ScoringRule,
    *,
    since: AsOf | None = None,
    thresholds: Iterable[int] | None = None,
) -> CrimeScores:
    """Return the score of each burglary by the force's own rule, its parts and what is missing.

    Parameters
    ----------
    incidents : GeoDataFrame, n rows
        As `read_incidents` returns them, with the columns that the rule names carried through
        (``keep``).
    rule : ScoringRule
        See `ScoringRule.read`.
    since : date, optional
        Crimes that were found before this day are not scored; an earlier burglary of an address
        they are all the same.
    thresholds : iterable of int, optional
        Other thresholds to hold the scores against. Default: every 5 points.

    Returns
    -------
    CrimeScores
        ``table``, ``by_area``, ``thresholds`` and ``summary()``.

    Raises
    ------
    DataError
        If the incidents are not in canonical shape, extra points are no whole numbers, or the rule
        gives one offence two numbers of points.

    Notes
    -----
    A part that is not known (a blank method, no extra points yet, an offence that the rule does not
    list) is missing and not nought: the score is then at least its sum, and a crime is allocated,
    or is not, only where what is missing cannot change that. An address is a repeat where
    `label_repeats` finds an earlier burglary of it, by UPRN, else by its point; none is found in
    days before the data begin, so that for crimes soon after it is missing.

    What makes a person vulnerable stays in the force's own system: one whole number comes from
    there. Scores are not stored, shared or listed on a sheet.

    Examples
    --------
    >>> day = pd.to_datetime(["2026-03-01", "2026-03-02"])
    >>> crimes = gpd.GeoDataFrame(
    ...     {"crime_ref": ["B1", "B2"], "occurred_from": day, "occurred_to": day,
    ...      "offence_code": "28E", "extra_points": [20, None]},
    ...     geometry=gpd.points_from_xy([0, 500], [0, 0]), crs="EPSG:27700")
    >>> rule = ScoringRule.of({"threshold": 75, "offence": {"homes": 60}, "extra": {"most": 25}})
    >>> score_crimes(crimes, rule).table[["score", "most", "missing", "allocated"]]
       score  most missing  allocated
    0     80    80               True
    1     60    85   extra       <NA>
    """
    if not isinstance(rule, ScoringRule):
        raise_problems(arguments=[f"rule must be a ScoringRule, not {type(rule).__name__}."])
    check_incidents_frame(incidents)
    parts = {part: _PARTS[part](incidents, getattr(rule, part)) for part in rule.parts}
    table = pd.DataFrame({"crime_ref": incidents["crime_ref"]}, index=incidents.index)
    if "area" in incidents.columns:
        table["area"] = incidents["area"]
    known = pd.DataFrame(parts, index=incidents.index)
    table = table.join(known)
    table["score"] = known.sum(axis=1).astype("Int64")
    table["most"] = _most(known, table["score"], rule)
    missing = known.isna()
    table["missing"] = [", ".join(missing.columns[row]) for row in missing.to_numpy()]
    table["allocated"] = _allocated(table, rule.threshold)
    if since is not None:
        table = table[incidents["occurred_to"] >= moment_of(since, "since").normalize()]
    return CrimeScores(table, _by_area(table), _by_threshold(table, rule, thresholds), rule)


def _most(known: pd.DataFrame, score: pd.Series, rule: ScoringRule) -> pd.Series:
    """Return what each score can be at most; missing where a part has no bound."""
    most = score.copy()
    for part in known.columns:
        bound = rule.most_of(part)
        unknown = known[part].isna()
        if bound is None:
            most[unknown] = pd.NA
        else:
            most = most + unknown.astype("Int64") * bound
    return most


def _allocated(table: pd.DataFrame, threshold: int) -> pd.Series:
    """Return which scores reach a threshold; missing where what is missing decides."""
    reached = (table["score"] >= threshold).astype("boolean")
    certain = reached | (table["most"] < threshold).fillna(False).astype("boolean")
    return reached.where(certain, pd.NA)


def _counts(allocated: pd.Series) -> tuple[int, int]:
    """Return how many crimes are allocated, and of how many it is not known."""
    return int(allocated.fillna(False).sum()), int(allocated.isna().sum())


def _by_area(table: pd.DataFrame) -> pd.DataFrame:
    """Count by area, that with most allocated first."""
    areas = table["area"] if "area" in table else pd.Series(None, table.index, dtype=object)
    areas = areas.astype(object).where(areas.notna(), _NO_AREA)
    rows = [(name, len(its), *_counts(its)) for name, its in table["allocated"].groupby(areas)]
    frame = pd.DataFrame(rows, columns=["area", "crimes", "allocated", "not_known"])
    order = ["allocated", "crimes", "area"]
    return frame.sort_values(order, ascending=[False, False, True], ignore_index=True)


def _by_threshold(
    table: pd.DataFrame, rule: ScoringRule, thresholds: Iterable[int] | None
) -> pd.DataFrame:
    """Count what other thresholds would have allocated."""
    if thresholds is None:
        highest = int(max([rule.highest or 0, rule.threshold, *table["score"].tolist()]))
        step = max(_STEP, -(-highest // _MOST_STEPS))
        steps = {*range(step, highest + 1, step)}
    else:
        steps = set(thresholds)
        wrong = [one for one in steps if isinstance(one, bool) or not isinstance(one, int)]
        raise_problems(
            arguments=[f"thresholds: {quoted(one)} is no whole number." for one in wrong]
        )
    rows = [(one, *_counts(_allocated(table, one))) for one in sorted({*steps, rule.threshold})]
    return pd.DataFrame(rows, columns=["threshold", "allocated", "not_known"])


def _column(incidents: gpd.GeoDataFrame, name: str) -> list[str | None]:
    """Return a column as text, None where nothing is told; all of them where there is none."""
    if name not in incidents.columns:
        return [None] * len(incidents)
    texts = without_missing_words(to_text(incidents[name]))
    return [None if pd.isna(one) or not str(one).strip() else str(one).strip() for one in texts]


def _points(values: Iterable[int | None], index: pd.Index) -> pd.Series:
    """Return points, missing where they are None."""
    listed = [pd.NA if value is None else value for value in values]
    return pd.Series(listed, index, dtype="Int64")


def _offence_points(incidents: gpd.GeoDataFrame, its: Mapping[str, int]) -> pd.Series:
    """Return the points of each offence; missing where it is not told, or not in the rule."""
    texts = _column(incidents, "offence_code")
    different = list(dict.fromkeys(one for one in texts if one is not None))
    listed = {key: value for key, value in its.items() if key.casefold() != OTHER}
    found, _ = stated_values(different, listed)
    other = next((value for key, value in its.items() if key.casefold() == OTHER), None)
    raise_problems(
        [
            f"[offence] gives {quoted(text)} {and_list([str(one) for one in sorted(two)])} points: "
            "list it by its own title."
            for text, two in zip(different, found, strict=True)
            if len(two) > 1
        ]
    )
    points = {text: next(iter(one), other) for text, one in zip(different, found, strict=True)}
    return _points((None if one is None else points[one] for one in texts), incidents.index)


def _method_points(incidents: gpd.GeoDataFrame, its: Mapping[str, int]) -> pd.Series:
    """Return the points of each method; missing where it is not told, or not in the rule."""
    listed = {normalise_name(key): value for key, value in its.items()}
    other = listed.pop(OTHER, None)
    texts = _column(incidents, "mo")
    return _points(
        (None if one is None else listed.get(normalise_name(one), other) for one in texts),
        incidents.index,
    )


def _series_points(incidents: gpd.GeoDataFrame, its: SeriesPoints) -> pd.Series:
    """Return the points of a crime with a number of a series, and of one without."""
    there = its.column in incidents.columns
    without = its.without if there else None
    texts = _column(incidents, its.column)
    return _points((without if one is None else its.points for one in texts), incidents.index)


def _repeat_points(incidents: gpd.GeoDataFrame, its: RepeatPoints) -> pd.Series:
    """Return the points of a repeat address; missing where the data do not reach back."""
    if incidents.empty:
        return _points([], incidents.index)
    labels = label_repeats(incidents, _ONE_ADDRESS_WITHIN_M, its.window_days)
    repeat = (labels["label"] == REPEAT).to_numpy(dtype=bool)
    days = event_days(incidents)
    reaches = days - its.window_days >= days.min()
    answers = np.where(repeat, its.points, np.where(reaches, 0, -1))
    return _points((None if one < 0 else int(one) for one in answers), incidents.index)


def _extra_points(incidents: gpd.GeoDataFrame, its: ExtraPoints) -> pd.Series:
    """Return the points that were given elsewhere; missing where none are."""
    texts = _column(incidents, its.column)
    given = np.array([one is not None for one in texts], dtype=bool)
    numbers = pd.to_numeric(pd.Series(texts, dtype=object), errors="coerce").to_numpy(dtype=float)
    most = np.inf if its.most is None else its.most
    fine = np.isfinite(numbers) & (numbers >= 0) & (numbers <= most) & (numbers == np.rint(numbers))
    wrong = given & ~fine
    if wrong.any():
        rows = incidents.index[wrong]
        reach = "0 or more" if its.most is None else f"0 to {its.most:,}"
        raise DataError(
            f"{its.column}: {count(len(rows), 'value')} that {'is' if len(rows) == 1 else 'are'} "
            f"no whole number of {reach} ({name_rows(rows)}), such as "
            f"{quoted(texts[int(np.flatnonzero(wrong)[0])])}: correct them where they were given."
        )
    return _points(
        (int(n) if one else None for n, one in zip(numbers, given, strict=True)), incidents.index
    )


_PARTS: Mapping[str, Callable[[gpd.GeoDataFrame, Any], pd.Series]] = {
    "offence": _offence_points,
    "method": _method_points,
    "series": _series_points,
    "repeat": _repeat_points,
    "extra": _extra_points,
}
