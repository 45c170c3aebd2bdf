"""Control places that were as bad beforehand, and how well they match."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from scipy import optimize

from hotspot._checks import incident_problems, integer_problems, is_number, raise_problems
from hotspot._kernels.arrays import Bools, Floats, Ints
from hotspot.dates import event_times, resolution
from hotspot.density.surface import Period
from hotspot.english import count, percent, plain_day, some_of
from hotspot.geo import area_positions
from hotspot.impact.operation_periods import Days, month_problems, read_period
from hotspot.impact.place_polygons import (
    MATCHED_TO,
    Places,
    nearest_m,
    overlapping,
    read_places,
)
from hotspot.incidents.offence_counts import of_homes
from hotspot.output.page_parts import PageSection, PageTable, ResultPage
from hotspot.output.results import Result, json_rows
from hotspot.rule import RULE

if TYPE_CHECKING:
    from matplotlib.figure import Figure

# A treated place whose controls together had less than this share of it has none as bad.
_AS_BAD = 0.8
_NEVER = 1e9
_INK, _BLUE = "#1d2733", "#0b5cad"


@dataclass(frozen=True)
class MatchedControls(Result):
    """Result of `matched_controls`, which `evaluate_operation` takes as its control.

    Parameters
    ----------
    table : GeoDataFrame
        A row per control place: ``place``, ``treated`` (the place that it is a control of),
        ``before`` and ``treated_before`` (burglaries beforehand), ``distance_m`` (to the nearest
        treated place) and its polygon.
    matches : DataFrame
        A row per treated place: ``treated``, ``before``, ``controls``, ``control_mean``,
        ``control_low``, ``control_high``, ``as_bad``: whether its controls had at least four
        fifths of its burglaries on average.
    candidates : int
        How many there were far enough away.
    per_treated : int
    apart_m : float
    before : tuple of Timestamp
        First and last day.
    """

    product: ClassVar[str] = "matched_controls"
    table: gpd.GeoDataFrame
    matches: pd.DataFrame
    candidates: int
    per_treated: int
    apart_m: float
    before: tuple[pd.Timestamp, pd.Timestamp]

    def summary(self) -> str:
        """Return how well the controls match.

        Returns
        -------
        str
        """
        matches = self.matches
        total, mean = matches["before"].sum(), matches["control_mean"].sum()
        lines = [
            f"{count(len(matches), 'treated place')} with {total:,} burglaries from "
            f"{plain_day(self.before[0])} to {plain_day(self.before[1])}, and "
            f"{count(len(self.table), 'control place')} more than {self.apart_m:,.10g} m away, out "
            f"of {count(self.candidates, 'candidate')}: they had {percent(mean / total)} of that, "
            "place for place."
        ]
        lacking = matches[~matches["as_bad"]]
        if len(lacking):
            named = some_of([
                f"{row.treated} ({row.before:,}; its controls {row.control_low:,} to "
                f"{row.control_high:,})" for row in lacking.itertuples()
            ])  # fmt: skip
            lines.append(
                f"Nothing is as bad as {named}: what is far worse than all others falls more by "
                "itself, and its controls do not tell by how much."
            )
        few = matches[matches["controls"] < self.per_treated]
        if len(few):
            lines.append(
                f"Fewer than {self.per_treated} controls for {count(len(few), 'treated place')}: "
                f"{some_of(list(few['treated']))}."
            )
        return "\n".join(lines)

    def plot(self) -> "Figure":
        """Draw the burglaries beforehand of each treated place and of its controls.

        Returns
        -------
        matplotlib.figure.Figure
        """
        from hotspot.output.pictures import Picture
        from hotspot.output.text import clean_text

        names = list(self.matches["treated"])
        figure = Picture(figsize=(7.2, 1.6 + 0.32 * len(names)), layout="constrained")
        axes = figure.subplots()
        at = {name: number for number, name in enumerate(names)}
        axes.plot(self.table["before"], [at[name] for name in self.table["treated"]], "o",
                  color=_BLUE, fillstyle="none", label="its controls")  # fmt: skip
        axes.plot(self.matches["before"], range(len(names)), "s", color=_INK, label="treated")
        axes.set_yticks(range(len(names)), [clean_text(name) for name in names], fontsize=8)
        axes.set(xlabel="Burglaries beforehand", ylim=(len(names) - 0.5, -0.5), xlim=(0, None))
        axes.legend(fontsize=8)
        axes.grid(alpha=0.3, axis="x")
        return figure

    def page(self) -> ResultPage:
        """Return what the page says.

        Returns
        -------
        ResultPage
        """
        heads = [("Treated", "head"), ("Before", "n"), ("Controls", "n"), ("Their mean", "n"),
                 ("Least", "n"), ("Most", "n"), ("As bad", "")]  # fmt: skip
        rows = [
            [str(row.treated), f"{row.before:,}", f"{row.controls}", f"{row.control_mean:,.1f}",
             f"{row.control_low:,}", f"{row.control_high:,}", "yes" if row.as_bad else "no"]
            for row in self.matches.itertuples()
        ]  # fmt: skip
        sentences = self.summary().splitlines()
        return ResultPage(
            title="Control places",
            scope=sentences[0],
            sentences=sentences[1:],
            picture_text="Burglaries beforehand of each treated place and of its controls",
            limits=("Places that were as bad beforehand need not be alike in anything else.",),
            sections=[PageSection("Match by match", tables=[PageTable.of(heads, rows)])],
            settings=[("Controls a treated place", self.per_treated),
                      ("Apart by more than, m", f"{self.apart_m:g}")],
        )  # fmt: skip

    def tables(self) -> dict[str, pd.DataFrame]:
        """Return every table of the result.

        Returns
        -------
        dict of str to DataFrame
        """
        return {self.product: pd.DataFrame(self.table.drop(columns="geometry")),
                "matches": self.matches}  # fmt: skip

    def content(self) -> dict[str, Any]:
        """Return settings, words and tables as JSON can hold them.

        Returns
        -------
        dict
        """
        return {
            "before": [f"{day:%Y-%m-%d}" for day in self.before],
            "per_treated": self.per_treated,
            "apart_m": self.apart_m,
            "candidates": self.candidates,
            "summary": self.summary().splitlines(),
            **{name: json_rows(table) for name, table in self.tables().items()},
        }


def matched_controls(
    incidents: gpd.GeoDataFrame,
    treated: gpd.GeoDataFrame,
    candidates: gpd.GeoDataFrame,
    before: Days,
    per_treated: int = 4,
    apart_m: float = RULE.distance_m,
) -> MatchedControls:
    """Choose control places that were as bad beforehand as those treated.

    Parameters
    ----------
    incidents : GeoDataFrame
        As `read_incidents` returns them.
    treated, candidates : GeoDataFrame
        Polygons; treated places may be among the candidates, and candidates may overlap: what is
        chosen does not.
    before : (date, date)
        First and last day of the burglaries by which they are matched.
    per_treated : int
        Controls of each treated place; fewer where there are not so many.
    apart_m : float
        Further than this from every treated place.

    Returns
    -------
    MatchedControls

    Raises
    ------
    DataError
        If incidents or places are not in shape, treated places overlap, no candidate is far
        enough away, or nothing was recorded in the treated places: all at once.
    ConfigError
        If an argument is wrong.

    Notes
    -----
    Of all ways to assign candidates that one is taken in which the square roots of the counts
    beforehand, whose chance variation is alike, differ least in all (Kuhn's assignment). What was
    as bad in one period falls by itself as much as what was treated, so that it cancels, where
    both were chosen by that period.

    References
    ----------
    Kuhn, H. W. (1955). The Hungarian method for the assignment problem. Naval Research Logistics
    Quarterly 2, 83-97.

    Examples
    --------
    >>> import shapely
    >>> x, day = np.repeat(np.arange(10) * 1000 + 50, [9, 1, 2, 8, 3, 9, 7, 1, 8, 2]), "2024-05-01"
    >>> frame = pd.DataFrame({"crime_ref": [f"B{n}" for n in range(50)],
    ...                       "occurred_from": pd.Timestamp(day), "occurred_to": pd.Timestamp(day)})
    >>> crimes = gpd.GeoDataFrame(frame, geometry=gpd.points_from_xy(x, x * 0 + 50), crs=27700)
    >>> cells = gpd.GeoDataFrame(
    ...     geometry=[shapely.box(1000 * n, 0, 1000 * n + 100, 100) for n in range(10)], crs=27700)
    >>> found = matched_controls(crimes, cells[:1], cells, ("2024-01-01", "2024-12-31"))
    >>> sorted(found.table["before"])
    [7, 8, 8, 9]
    """
    data, arguments = incident_problems(incidents), integer_problems(1, per_treated=per_treated)
    if not (is_number(apart_m) and np.isfinite(apart_m) and apart_m >= 0):
        arguments.append(f"apart_m must be metres, 0 or more, not {apart_m!r}.")
    crs = None if data else incidents.crs
    ours, wrong = read_places(treated, "treated places", crs)
    data += wrong
    theirs, wrong = read_places(candidates, "candidates", crs, may_overlap=True)
    data += wrong
    period, wrong = read_period(before, "before")
    arguments += wrong
    if crs is not None and resolution(incidents) == "month":
        data += month_problems(before=period)
    far = np.array([], dtype=bool)
    if len(ours) and len(theirs) and not arguments:
        far = nearest_m(theirs.shapes, ours.shapes) > apart_m
        if not far.any():
            data.append(
                f"No candidate is left: all {len(theirs)} lie within {apart_m:,.10g} m of a "
                "treated place. Offer places further away, or a smaller apart_m."
            )
    raise_problems(data, arguments)
    assert period is not None
    theirs = theirs.only(far)
    homes = of_homes(incidents)
    counts = [_counts(homes, places, period) for places in (ours, theirs)]
    if not counts[0].sum():
        raise_problems([f"No burglary in the treated places from {plain_day(period.first)} to "
                        f"{plain_day(period.last)}: there is nothing to match."])  # fmt: skip
    pairs = _assigned(counts, ours, theirs, per_treated)
    return _result(ours, theirs, counts, pairs, incidents, (per_treated, apart_m, period))


def _counts(incidents: gpd.GeoDataFrame, places: Places, period: Period) -> Floats:
    """Count by place; where candidates overlap a burglary counts in each of them."""
    points = incidents.geometry.to_numpy()[period.holds(event_times(incidents))]
    if len(places) > 1 and overlapping(places.shapes, places.shapes).shape[1] > len(places):
        at = _in_each(points, places)
    else:
        at = area_positions(points, places.shapes)
    return np.bincount(at[at >= 0], minlength=len(places)).astype(float)


def _in_each(points: "np.ndarray", places: Places) -> Ints:
    return np.asarray(shapely.STRtree(places.shapes).query(points, predicate="intersects")[1])


def _assigned(
    counts: Sequence[Floats], treated: Places, candidates: Places, per_treated: int
) -> list[tuple[int, int]]:
    """Return pairs of treated place and candidate that differ least, none of which overlap."""
    wanted, roots = (np.sqrt(one) for one in counts)
    names = candidates.names
    # By count, then name: the order of the rows decides nothing.
    order = np.array(sorted(range(len(roots)), key=lambda at: (roots[at], names[at])))
    by_count = sorted(range(len(wanted)), key=lambda at: (-wanted[at], treated.names[at]))
    # Where there are too few for all, each place has as many.
    rows = np.repeat(by_count, min(per_treated, max(len(order) // len(by_count), 1)))
    overlaps = overlapping(candidates.shapes, candidates.shapes)
    overlaps = overlaps[:, overlaps[0] < overlaps[1]]
    open_to: Bools = np.ones(len(order), dtype=bool)
    while True:
        columns = order[open_to[order]]
        cost = (wanted[rows][:, None] - roots[columns][None, :]) ** 2
        row, column = optimize.linear_sum_assignment(cost)
        pairs = list(zip(rows[row].tolist(), columns[column].tolist(), strict=True))
        chosen = {candidate: place for place, candidate in pairs}
        clash = [pair for pair in overlaps.T.tolist() if set(pair) <= set(chosen)]
        if not clash:
            return sorted(pairs)
        for pair in clash:
            # Of two that share ground the worse match goes; both at once would leave too few.
            worse = max(pair, key=lambda one: (abs(roots[one] - wanted[chosen[one]]), names[one]))
            if open_to[pair].all():
                open_to[worse] = False


def _result(
    ours: Places, theirs: Places, counts: Sequence[Floats], pairs: list[tuple[int, int]],
    incidents: gpd.GeoDataFrame, setting: tuple[int, float, Period],
) -> MatchedControls:  # fmt: skip
    per_treated, apart_m, period = setting
    mine, others = (one.astype(int) for one in counts)
    chosen = np.array([candidate for _, candidate in pairs])
    table = gpd.GeoDataFrame(
        {
            "place": [theirs.names[one] for one in chosen],
            MATCHED_TO: [ours.names[place] for place, _ in pairs],
            "before": others[chosen],
            "treated_before": mine[[place for place, _ in pairs]],
            "distance_m": nearest_m(theirs.shapes[chosen], ours.shapes),
        },
        geometry=theirs.shapes[chosen],
        crs=incidents.crs,
    )
    rows = []
    for at, name in enumerate(ours.names):
        held = others[[candidate for place, candidate in pairs if place == at]]
        mean = float(held.mean()) if len(held) else float("nan")
        rows.append({
            "treated": name, "before": int(mine[at]), "controls": len(held), "control_mean": mean,
            "control_low": int(held.min()) if len(held) else 0,
            "control_high": int(held.max()) if len(held) else 0,
            "as_bad": bool(mean >= _AS_BAD * mine[at]),
        })  # fmt: skip
    days = (period.first, period.last.normalize())
    return MatchedControls(
        table, pd.DataFrame(rows), len(theirs), per_treated, float(apart_m), days
    )
