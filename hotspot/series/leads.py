"""Which other crimes may belong to a series: leads, each with its score and the reason in words."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd

from hotspot._checks import check_incidents_frame, integer_problems, raise_problems
from hotspot._errors import ConfigError, quoted
from hotspot._kernels.arrays import Floats, Ints
from hotspot.dates import event_times
from hotspot.english import count, some_of
from hotspot.incidents.content_order import content_order
from hotspot.incidents.free_text import without_free_text
from hotspot.output.handling import NOT_EVIDENCE
from hotspot.output.results import Result, json_rows
from hotspot.reading.cells import reference_key, reference_keys, to_text
from hotspot.series.linkage import LinkageModel
from hotspot.series.pair_evidence import METHODS, Evidence, Traits

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from hotspot.output.page_parts import ResultPage

# On the clock: up to here the same hours, up to there near ones; a wide window tells neither.
_SAME_HOURS, _NEAR_HOURS, _WIDE_DAYS = 2.5, 4.0, 0.5
_KEPT = ("crime_ref", "force", "occurred_from", "occurred_to", "offence_code", "mo", "area")


class SeriesLeads(Result):
    """Crimes that may belong to a series, the likeliest first.

    Parameters
    ----------
    frame : GeoDataFrame, a row per lead
        ``rank``, ``score`` (a log Bayes factor), ``reason`` in words, ``crime_ref`` and what else
        is known of the crime, ``member`` and ``member_ref`` (the member of the series that speaks
        most for it: its number in time order, and its reference), ``distance_m``, ``days``,
        ``clock_hours``, ``weekday_days`` and ``same_mo`` against that member, the parts of its
        score as ``score_distance`` and so on, the number of the series it is in already,
        ``geometry``; on the index of the incidents.
    members : GeoDataFrame
        The crimes of the series, in time order, with ``number``.
    basis : str
        What the scores rest on.
    looked_at : int
        Crimes that were scored.
    max_days : int
        How many days from a member at most.

    Attributes
    ----------
    table : DataFrame
        As `frame`, without the geometry.
    """

    product = "leads"

    def __init__(
        self,
        frame: gpd.GeoDataFrame,
        members: gpd.GeoDataFrame,
        basis: str,
        looked_at: int,
        max_days: int,
    ) -> None:
        self.frame, self.members, self.basis = frame, members, basis
        self.looked_at, self.max_days = looked_at, max_days
        self.table = pd.DataFrame(frame.drop(columns=frame.geometry.name))

    def __len__(self) -> int:
        return len(self.frame)

    def __getitem__(self, name: str) -> Any:
        return self.frame[name]

    def summary(self) -> str:
        """Return the first leads with their reasons, and what they are not.

        Returns
        -------
        str
        """
        opening = (
            f"{count(len(self.members), 'crime')} taken as the series; "
            f"{count(self.looked_at, 'other crime')} within {count(self.max_days, 'day')} of one "
            f"of them looked at, {count(len(self.frame), 'lead')} listed."
        )
        shown = [
            f"{row.rank}. {row.crime_ref} ({row.score:+.1f}): {row.reason}."
            for row in self.table.head(10).itertuples()
        ]
        return "\n".join([opening, *shown, self.basis, NOT_EVIDENCE])

    def plot(self) -> "Figure":
        """Draw the parts of the score of each lead.

        Returns
        -------
        matplotlib.figure.Figure
        """
        from hotspot.series.series_pages import leads_picture

        return leads_picture(self)

    def page(self) -> "ResultPage":
        """Return what the page says.

        Returns
        -------
        ResultPage
        """
        from hotspot.series.series_pages import leads_page

        return leads_page(self)

    def tables(self) -> dict[str, pd.DataFrame]:
        """Return the leads, and the crimes of the series.

        Returns
        -------
        dict of str to DataFrame
        """
        members = pd.DataFrame(self.members.drop(columns=self.members.geometry.name))
        return {self.product: self.table, "members": members}

    def content(self) -> dict[str, Any]:
        """Return words and tables as JSON can hold them, with the references of the crimes.

        Returns
        -------
        dict
        """
        named = {name: json_rows(table) for name, table in self.tables().items()}
        return {
            "summary": self.summary().splitlines(),
            "basis": self.basis,
            "caution": NOT_EVIDENCE,
            "looked_at": self.looked_at,
            "max_days": self.max_days,
            **named,
        }

    def __repr__(self) -> str:
        return f"<SeriesLeads: {count(len(self.frame), 'lead')}. {NOT_EVIDENCE}>"


def series_candidates(
    incidents: gpd.GeoDataFrame,
    refs: str | Sequence[str],
    model: LinkageModel,
    top: int = 20,
    max_days: int = 365,
) -> SeriesLeads:
    """Find which other crimes may belong to a series, with the reason in words.

    Parameters
    ----------
    incidents : GeoDataFrame
        As `read_incidents` returns them: all crimes that may belong, and those of the series.
    refs : str or sequence of str
        References of the crimes of the series: one is enough. Where two forces use one reference,
        the force stands before it, as "Dogger Bank Constabulary 0926000700".
    model : LinkageModel
        Fitted. One without "distance" for work across forces.
    top : int
        How many leads at most.
    max_days : int
        Crimes further from every member of the series (expected days) are not looked at.

    Returns
    -------
    SeriesLeads

    Raises
    ------
    DataError
        If the incidents are not in canonical shape, their dates are months only, or a reference
        is not among them or stands for more crimes than one; all such are named.
    ConfigError
        If the model was not fitted, or a parameter is out of range.

    Notes
    -----
    The score is the logarithm of the mean Bayes factor over the members: that of belonging to the
    one member that speaks most for it, less what it costs that the others do not. Reasons are
    those of the member with the highest score. Equal scores come by distance, days and what the
    crimes say, so that the order of the rows decides nothing.

    A linkage score is a lead, never evidence: it orders what is worth looking at.

    Examples
    --------
    >>> from hotspot import demo
    >>> town = demo.linked_incidents(seed=1)
    >>> linkage = LinkageModel().fit(town)
    >>> known = town.loc[town["series_id"] == "S/3", "crime_ref"].iloc[:2]
    >>> leads = series_candidates(town, known.tolist(), model=linkage, top=3)
    >>> leads.table["rank"].tolist()
    [1, 2, 3]
    """
    arguments = integer_problems(1, top=top, max_days=max_days)
    if not isinstance(model, LinkageModel):
        arguments.append(f"model must be a LinkageModel, not {type(model).__name__}.")
    check_incidents_frame(incidents, arguments=arguments, needs_days="A linkage")
    members = _in_time(incidents, _members(incidents, refs))
    traits = Traits.of(incidents, model.known_methods)
    others = np.setdiff1d(np.arange(len(incidents)), members)
    pair = traits.compared(np.repeat(others, len(members)), np.tile(members, len(others)))
    shape = (len(others), len(members))
    near = pair.days.reshape(shape).min(axis=1) <= max_days
    parts = {name: part.reshape(shape) for name, part in model.score_evidence(pair).items()}
    total = np.sum([*parts.values()], axis=0) if parts else np.zeros(shape)
    peak = total.max(axis=1, initial=-np.inf)
    mean = np.exp(total - peak[:, None]).mean(axis=1) if len(others) else np.empty(0)
    score = peak + np.log(mean)
    rank = np.empty(len(incidents), dtype=np.int64)
    rank[content_order(incidents)] = np.arange(len(incidents))
    at = total.argmax(axis=1)
    chosen = np.arange(len(others)) * len(members) + at
    order = np.lexsort([rank[others], pair.days[chosen], pair.distance_m[chosen], -score])
    order = order[near[order]][:top]
    best = Evidence(**{name: value[chosen[order]] for name, value in vars(pair).items()})
    listed = _listed(
        incidents, others[order], at[order], members, best, score[order], traits, model
    )
    for name, part in parts.items():
        listed[f"score_{name}"] = part[order, at[order]]
    frame = gpd.GeoDataFrame(
        listed, geometry=incidents.geometry.to_numpy()[others[order]], crs=incidents.crs
    )
    return SeriesLeads(
        frame, _member_frame(incidents, members), model.basis, int(near.sum()), max_days
    )


def _members(incidents: gpd.GeoDataFrame, refs: str | Sequence[str]) -> Ints:
    """Return the positions of the crimes that are named."""
    asked = [refs] if isinstance(refs, str) else list(refs)
    if not asked or not all(isinstance(one, str) for one in asked):
        raise ConfigError("refs must name the crimes of the series by their references, as text.")
    keys = reference_keys(incidents["crime_ref"])
    by_key: dict[str, list[int]] = {}
    for row, key in enumerate(keys):
        by_key.setdefault(key, []).append(row)
    if "force" in incidents.columns:
        forces = to_text(incidents["force"])
        for row, (force, ref) in enumerate(zip(forces, incidents["crime_ref"], strict=True)):
            if isinstance(force, str):
                by_key.setdefault(reference_key(f"{force} {ref}"), []).append(row)
    found = {one: by_key.get(reference_key(one), []) for one in asked}
    absent = [quoted(one) for one, rows in found.items() if not rows]
    double = [quoted(one) for one, rows in found.items() if len(rows) > 1]
    problems = []
    if absent:
        problems.append(
            f"{count(len(absent), 'reference')} not among the {count(len(incidents), 'crime')}: "
            f"{some_of(absent)}."
        )
    if double:
        problems.append(
            f"{count(len(double), 'reference')} of more crimes than one: {some_of(double)}. Write "
            "the force before the reference."
        )
    raise_problems(problems)
    return np.array(sorted({row for rows in found.values() for row in rows}), dtype=np.int64)


def _in_time(incidents: gpd.GeoDataFrame, rows: Ints) -> Ints:
    members = incidents.iloc[rows]
    return rows[content_order(members, event_times(members))]


def _member_frame(incidents: gpd.GeoDataFrame, members: Ints) -> gpd.GeoDataFrame:
    """Return the crimes of the series in time order."""
    kept = [name for name in _KEPT if name in incidents.columns]
    frame = without_free_text(pd.DataFrame(incidents.iloc[members][kept]))
    frame.insert(0, "number", np.arange(1, len(members) + 1))
    shapes = incidents.geometry.to_numpy()[members]
    return gpd.GeoDataFrame(frame, geometry=shapes, crs=incidents.crs)


def _listed(
    incidents: gpd.GeoDataFrame,
    rows: Ints,
    at: Ints,
    members: Ints,
    evidence: Evidence,
    score: Floats,
    traits: Traits,
    model: LinkageModel,
) -> pd.DataFrame:
    """Return the leads as a table."""
    kept = [name for name in _KEPT if name in incidents.columns]
    listed = without_free_text(pd.DataFrame(incidents.iloc[rows][kept]))
    listed.insert(0, "rank", np.arange(1, len(rows) + 1))
    listed.insert(1, "score", score)
    wide = np.maximum(
        (traits.clock_end - traits.start)[rows], (traits.clock_end - traits.start)[members[at]]
    )
    listed.insert(2, "reason", reasons(evidence, at + 1, wide > _WIDE_DAYS, model.scored_by))
    listed["member"] = at + 1
    listed["member_ref"] = incidents["crime_ref"].to_numpy()[members[at]]
    listed["distance_m"] = evidence.distance_m
    listed["days"] = evidence.days
    listed["clock_hours"] = evidence.clock_hours
    listed["weekday_days"] = evidence.weekday_days
    listed["same_mo"] = np.array(METHODS, dtype=object)[evidence.mo]
    name = getattr(model, "series_name_", "")
    if name in incidents.columns and name not in listed.columns:
        listed["series_id"] = incidents[name].to_numpy()[rows]
    return listed


def reasons(
    evidence: Evidence, member: Ints, wide: np.ndarray, features: Sequence[str]
) -> list[str]:
    """Return in words what speaks for or against each pair.

    Parameters
    ----------
    evidence : Evidence
    member : ndarray of int64
        The number of the member of the series that it is held against.
    wide : ndarray of bool
        Whether a window is too wide to tell the hours.
    features : sequence of str
        What was scored: nothing else is a reason.

    Returns
    -------
    list of str

    Examples
    --------
    >>> one = Evidence(*(np.array([v]) for v in (1200.0, 3.1, 0.5, 3.0)),
    ...     mo=np.array([0]), method=np.array([4]))
    >>> reasons(one, np.array([4]), np.array([False]), ("distance", "days", "hour", "mo"))
    ['1.2 km and 3 days from member 4, same method, same hours']
    """
    told = []
    for at, number in enumerate(member):
        apart = []
        if "distance" in features:
            metres = float(evidence.distance_m[at])
            apart.append(f"{metres / 1000:,.1f} km" if metres >= 1000 else f"{metres:.0f} m")
        if "days" in features:
            days = round(float(evidence.days[at]))
            apart.append("within a day" if days < 1 else count(days, "day"))
        words = [f"{' and '.join(apart)} from member {number}" if apart else f"as member {number}"]
        if "mo" in features:
            kind = METHODS[int(evidence.mo[at])]
            words.append({"equal": "same method", "unequal": "another method"}.get(
                kind, "method not known"))  # fmt: skip
        if "hour" in features:
            words.append(_hour_words(float(evidence.clock_hours[at]), bool(wide[at])))
        if "weekday" in features and evidence.weekday_days[at] < 0.5:
            words.append("same weekday")
        told.append(", ".join(words))
    return told


def _hour_words(hours: float, wide: bool) -> str:
    if hours <= _SAME_HOURS:
        return "same hours"
    if hours <= _NEAR_HOURS:
        return "near in hours"
    return "hours not known" if wide else "other hours"


def known_members(crimes: gpd.GeoDataFrame) -> list[str]:
    """Return the references of crimes of a series as `series_candidates` takes them.

    Parameters
    ----------
    crimes : GeoDataFrame
        Of `CrimeSeries.crimes`.

    Returns
    -------
    list of str
        With the force before the reference, where it is known.
    """
    if "force" not in crimes.columns:
        return [str(one) for one in crimes["crime_ref"]]
    forces = to_text(crimes["force"])
    return [
        f"{force} {ref}" if isinstance(force, str) else str(ref)
        for force, ref in zip(forces, crimes["crime_ref"], strict=True)
    ]
