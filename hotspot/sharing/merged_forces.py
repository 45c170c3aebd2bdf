"""Crimes of two forces as one set: what both recorded at their border stands once."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from hotspot._checks import (
    INCIDENT_COLUMNS,
    incident_problems,
    positive_problems,
    raise_problems,
    same_crs_problems,
)
from hotspot._errors import DataError
from hotspot.areas import read_areas
from hotspot.dates import month_only_problems
from hotspot.english import count, some_of
from hotspot.output.files import sha256
from hotspot.output.page_parts import PageSection, PageTable, ResultPage
from hotspot.output.results import Result, json_rows
from hotspot.reading.cells import normalise_name

if TYPE_CHECKING:
    from matplotlib.figure import Figure

MERGED, AMBIGUOUS = "merged", "ambiguous"
OTHER_OFFENCE, OTHER_HOME = "other offence", "other home"
_HOUR = pd.Timedelta(hours=1)
_COLUMNS = (
    "first_force", "first_ref", "second_force", "second_ref", "distance_m", "overlap_hours",
    "verdict",
)  # fmt: skip


@dataclass(frozen=True)
class ForceMerge(Result):
    """Crimes of two forces, those that both recorded once, and how that was decided.

    Parameters
    ----------
    crimes : GeoDataFrame
        Every crime once, in the order of time, on labels of its own. ``also_force`` and
        ``also_ref`` tell under which reference the other force has it.
    table : DataFrame
        A row per pair near in place and time within the strip: both references, the distance, the
        hours in which both may have happened, and the verdict: merged, ambiguous, other offence or
        other home.
    forces : tuple of str
        In the order of the alphabet.
    recorded, in_strip, beyond : tuple of int
        Of each force: its crimes, those in the strip, and those beyond it on the other's ground.
    boundary : str
        Which boundaries: the name of the file and its SHA-256, or that a frame was given.
    strip_m, distance_m : float
    same_offence : bool
    """

    product: ClassVar[str] = "merge"
    crimes: gpd.GeoDataFrame
    table: pd.DataFrame
    forces: tuple[str, str]
    recorded: tuple[int, int]
    in_strip: tuple[int, int]
    beyond: tuple[int, int]
    boundary: str
    strip_m: float
    distance_m: float
    same_offence: bool

    def _number(self, verdict: str) -> int:
        return int((self.table["verdict"] == verdict).sum())

    @property
    def rule(self) -> str:
        """The rule by which two records are one crime."""
        offence = ", the offence is the same where both tell it" if self.same_offence else ""
        return (
            f"Two records are one crime where both lie within {self.strip_m:g} m of either "
            f"force's ground, at most {self.distance_m:g} m apart, their windows overlap{offence}, "
            "no two different UPRNs are told, and neither has another such record."
        )

    def summary(self) -> str:
        """Return how many crimes there are, and which pairs were merged or not.

        Returns
        -------
        str
        """
        (one, other), (n, m) = self.forces, self.recorded
        merged, unsure = self._number(MERGED), self._number(AMBIGUOUS)
        lines = [
            f"{one} recorded {n:,} and {other} {m:,}: {len(self.crimes):,} crimes, of which both "
            f"recorded {merged:,}. Both references are kept.",
            f"Boundaries: {self.boundary}. {self.rule}",
        ]
        if unsure:
            lines.append(
                f"{count(unsure, 'pair')} are ambiguous: a record fits more than one. They are "
                "listed, and nothing of them was merged."
            )
        if apart := self._number(OTHER_OFFENCE) + self._number(OTHER_HOME):
            lines.append(
                f"{count(apart, 'pair')} near in place and time differ in the offence or the UPRN: "
                "listed, and not merged."
            )
        if any(self.beyond):
            lines.append(
                f"Beyond the strip on the other's ground lie {self.beyond[0]:,} of {one} and "
                f"{self.beyond[1]:,} of {other}: they are in the set, and were compared with none."
            )
        return "\n".join(lines)

    def plot(self) -> "Figure":
        """Draw the crimes of both forces, and those that both recorded.

        Returns
        -------
        matplotlib.figure.Figure
        """
        from hotspot.output.pictures import Picture

        figure = Picture(figsize=(7.2, 5.4), layout="constrained")
        axes = figure.subplots()
        both = self.crimes["also_ref"].notna()
        shown = [(self.crimes["force"] == name) & ~both for name in self.forces]
        looks = [("o", "#5c6773", 12.0), ("s", "#c9a227", 12.0), ("D", "#a80f24", 40.0)]
        labels = [*self.forces, "recorded by both"]
        for mask, (sign, colour, size), label in zip([*shown, both], looks, labels, strict=True):
            points = self.crimes.geometry[mask.to_numpy()]
            axes.scatter(points.x, points.y, s=size, marker=sign, color=colour, label=label)
        axes.set_aspect("equal")
        axes.set_xlabel("metres east")
        axes.set_ylabel("metres north")
        axes.legend(loc="best", fontsize=8)
        return figure

    def page(self) -> ResultPage:
        """Return what the page says.

        Returns
        -------
        ResultPage
        """
        heads = [("Pair", "head"), ("Metres apart", "n"), ("Hours of both", "n"), ("Verdict", "")]
        rows = [
            [
                f"{pair.first_ref} / {pair.second_ref}", f"{pair.distance_m:.1f}",
                f"{pair.overlap_hours:.1f}", str(pair.verdict),
            ]
            for pair in self.table.itertuples(index=False)
        ]  # fmt: skip
        return ResultPage(
            title="Crimes of two forces, merged",
            scope=f"{self.forces[0]} and {self.forces[1]}",
            sentences=self.summary().splitlines(),
            picture_text="Where the crimes of both forces lie, and those that both recorded.",
            limits=[
                "A pair is one crime by place, time and offence alone: read both records before "
                "anything rests on it.",
                "A crime recorded twice by one force, or too far apart, is still there twice.",
            ],
            sections=[PageSection("Pairs near in place and time", tables=[
                PageTable.of(heads, rows)])],
            settings=[("Strip, in metres", f"{self.strip_m:g}"),
                      ("Most apart, in metres", f"{self.distance_m:g}"),
                      ("Boundaries", self.boundary)],
        )  # fmt: skip

    def content(self) -> dict[str, Any]:
        """Return settings, words and pairs as JSON can hold them.

        Returns
        -------
        dict
        """
        return {
            "forces": list(self.forces), "recorded": list(self.recorded),
            "in_strip": list(self.in_strip), "beyond": list(self.beyond),
            "crimes": len(self.crimes), "boundary": self.boundary, "strip_m": self.strip_m,
            "distance_m": self.distance_m, "same_offence": self.same_offence,
            "summary": self.summary().splitlines(), "pairs": json_rows(self.table),
        }  # fmt: skip


def merge_forces(
    ours: gpd.GeoDataFrame,
    theirs: gpd.GeoDataFrame,
    boundary: str | os.PathLike[str] | gpd.GeoDataFrame,
    strip_m: float = 400.0,
    *,
    distance_m: float = 50.0,
    name: str | None = None,
    same_offence: bool = True,
) -> ForceMerge:
    """Return the crimes of two forces as one set, those that both recorded at the border once.

    Parameters
    ----------
    ours, theirs : GeoDataFrame
        Incidents with ``force``, one each, in one CRS in metres. Which is which does not matter.
    boundary : path or GeoDataFrame
        Polygons of the ground of both forces, by the names that ``force`` has.
    strip_m : float
        How far from the other's ground a crime may lie to be looked for there, in metres.
    distance_m : float
        How far apart two records of one crime may lie, in metres.
    name : str, optional
        Which column of the boundaries names the force. Default: the one that names both.
    same_offence : bool
        Whether the offence must be the same where both tell it.

    Returns
    -------
    ForceMerge
        Merged are pairs that fit each other and nothing else; others are listed, never guessed.
        Of a merged pair the record stands whose force's ground its point lies in, else the one
        with a UPRN, else the first by force and reference.

    Raises
    ------
    DataError
        If a frame has not one force, dates are months, or the boundaries name not both forces.
    ConfigError
        If a length is none.

    Examples
    --------
    >>> from hotspot.demo import true_incidents
    >>> crimes = true_incidents()
    >>> a, b = (crimes[crimes["force"] == name] for name in sorted(set(crimes["force"])))
    >>> grounds = [shapely.box(*frame.total_bounds) for frame in (a, b)]
    >>> forces = gpd.GeoDataFrame({"force": [f["force"].iloc[0] for f in (a, b)]},
    ...                           geometry=grounds, crs=crimes.crs)
    >>> len(merge_forces(a, b, forces).crimes) == len(crimes)
    True
    """
    needed = (*INCIDENT_COLUMNS, "force", "crime_ref")
    problems = [
        one
        for frame, what in ((ours, "ours"), (theirs, "theirs"))
        for one in incident_problems(frame, dict.fromkeys(needed), f"incidents ({what})")
    ]
    lengths = positive_problems(strip_m=strip_m, distance_m=distance_m)
    raise_problems(problems, lengths)
    raise_problems([
        *_force_problems(ours, theirs), *month_only_problems(ours, "Merging"),
        *month_only_problems(theirs, "Merging"), *same_crs_problems(ours, theirs=theirs),
    ])  # fmt: skip
    one, other = sorted((ours, theirs), key=lambda frame: str(frame["force"].iloc[0]))
    forces = (str(one["force"].iloc[0]), str(other["force"].iloc[0]))
    told, grounds = _grounds(boundary, name, forces, one)
    near = [_near(frame, grounds, strip_m) for frame in (one, other)]
    strip = [is_near[0] & is_near[1] for is_near in near]
    pairs = _pairs(one, other, strip, distance_m, same_offence)
    crimes = _merged(one, other, pairs, grounds)
    return ForceMerge(
        crimes=crimes,
        table=pairs.drop(columns=["at", "beside"]),
        forces=forces,
        recorded=(len(one), len(other)),
        in_strip=(int(strip[0].sum()), int(strip[1].sum())),
        beyond=(int((near[0][1] & ~near[0][0]).sum()), int((near[1][0] & ~near[1][1]).sum())),
        boundary=told,
        strip_m=float(strip_m),
        distance_m=float(distance_m),
        same_offence=bool(same_offence),
    )


def _force_problems(ours: gpd.GeoDataFrame, theirs: gpd.GeoDataFrame) -> list[str]:
    problems = []
    for frame, what in ((ours, "ours"), (theirs, "theirs")):
        names = sorted(map(str, frame["force"].dropna().unique()))
        if len(names) != 1 or frame["force"].isna().any():
            problems.append(
                f"The column force of {what} must name one force in every row, and has "
                f"{some_of(names, 5) or 'none'}: choose the rows of one."
            )
    if not problems and ours["force"].iloc[0] == theirs["force"].iloc[0]:
        problems.append(f"Both frames are of {ours['force'].iloc[0]}: give those of two forces.")
    return problems


def _grounds(
    boundary: Any, name: str | None, forces: tuple[str, str], crimes: gpd.GeoDataFrame
) -> tuple[str, list[shapely.Geometry]]:
    """Return which boundaries are taken, and the ground of each force."""
    if isinstance(boundary, gpd.GeoDataFrame):
        told, areas = "a frame that was given", boundary
    else:
        path = Path(boundary)
        areas = read_areas(path, name if name is not None else "force", to_crs=crimes.crs)
        told, name = f"{path.name} (SHA-256 {sha256(path)})", "area"
    raise_problems(same_crs_problems(crimes, boundaries=areas))
    columns = [one for one in areas.columns if one != areas.active_geometry_name]
    asked = [name] if name is not None else columns
    keys = [normalise_name(one) for one in forces]
    for column in asked:
        if column not in areas.columns:
            raise DataError(f"The boundaries have no column {column!r}: they have {columns}.")
        named = areas[column].map(lambda text: normalise_name(str(text)))
        if set(keys) <= set(named):
            return told, [shapely.union_all(areas.geometry[named == key]) for key in keys]
    raise DataError(
        f"The boundaries must name {forces[0]} and {forces[1]}, letter for letter, and do not: "
        "name them so, or say which column does (name=)."
    )


def _near(
    frame: gpd.GeoDataFrame, grounds: Sequence[shapely.Geometry], strip_m: float
) -> list[npt.NDArray[np.bool_]]:
    points = frame.geometry.to_numpy()
    return [np.asarray(shapely.distance(points, one) <= strip_m) for one in grounds]


def _pairs(
    one: gpd.GeoDataFrame,
    other: gpd.GeoDataFrame,
    strip: Sequence[npt.NDArray[np.bool_]],
    distance_m: float,
    same_offence: bool,
) -> pd.DataFrame:
    """Return the pairs near in place and time, by reference, with what becomes of each."""
    rows, others = (np.flatnonzero(inside) for inside in strip)
    points, beside = one.geometry.to_numpy()[rows], other.geometry.to_numpy()[others]
    found = shapely.STRtree(beside).query(points, predicate="dwithin", distance=distance_m)
    at, to = rows[found[0]], others[found[1]]
    a, b = one.iloc[at].reset_index(drop=True), other.iloc[to].reset_index(drop=True)
    begins = np.maximum(a["occurred_from"].to_numpy(), b["occurred_from"].to_numpy())
    ends = np.minimum(a["occurred_to"].to_numpy(), b["occurred_to"].to_numpy())
    verdict = np.full(len(at), MERGED, dtype=object)
    if same_offence:
        verdict[_differ(a, b, "offence_code")] = OTHER_OFFENCE
    verdict[_differ(a, b, "uprn")] = OTHER_HOME
    pairs = pd.DataFrame({
        "first_force": a["force"], "first_ref": a["crime_ref"],
        "second_force": b["force"], "second_ref": b["crime_ref"],
        "distance_m": shapely.distance(a.geometry.to_numpy(), b.geometry.to_numpy()),
        "overlap_hours": (ends - begins) / np.timedelta64(_HOUR), "verdict": verdict,
        "at": at, "beside": to,
    })[[*_COLUMNS, "at", "beside"]]  # fmt: skip
    pairs = pairs[begins <= ends]
    fits = pairs["verdict"] == MERGED
    several = pairs[fits].duplicated("at", keep=False) | pairs[fits].duplicated(
        "beside", keep=False
    )
    pairs.loc[several.index[several], "verdict"] = AMBIGUOUS
    in_order: pd.DataFrame = pairs.sort_values(
        ["first_ref", "second_ref"], kind="stable", ignore_index=True
    )
    return in_order


def _differ(a: pd.DataFrame, b: pd.DataFrame, column: str) -> npt.NDArray[np.bool_]:
    """Test where both tell something, and not the same."""
    if column not in a.columns or column not in b.columns:
        return np.zeros(len(a), dtype=bool)
    keys = [
        np.array(
            ["" if pd.isna(one) else normalise_name(str(one)) for one in frame[column]], dtype=str
        )
        for frame in (a, b)
    ]
    return np.asarray((keys[0] != "") & (keys[1] != "") & (keys[0] != keys[1]))


def _merged(
    one: gpd.GeoDataFrame,
    other: gpd.GeoDataFrame,
    pairs: pd.DataFrame,
    grounds: Sequence[shapely.Geometry],
) -> gpd.GeoDataFrame:
    """Return every crime once, in the order of time."""
    frames = [frame.assign(also_force=None, also_ref=None) for frame in (one, other)]
    merged = pairs[pairs["verdict"] == MERGED]
    places = [merged["at"].to_numpy(dtype=int), merged["beside"].to_numpy(dtype=int)]
    worth = [
        2 * np.asarray(shapely.covers(ground, frame.geometry.to_numpy()[at]), dtype=int)
        + (frame["uprn"].notna().to_numpy(dtype=int)[at] if "uprn" in frame.columns else 0)
        for frame, ground, at in zip((one, other), grounds, places, strict=True)
    ]
    first = worth[0] >= worth[1]
    kept = []
    for frame, at, stays, beside in (
        (frames[0], places[0], first, "second"), (frames[1], places[1], ~first, "first"),
    ):  # fmt: skip
        for what in ("force", "ref"):
            cells = frame[f"also_{what}"].to_numpy(dtype=object).copy()
            cells[at[stays]] = merged[f"{beside}_{what}"].to_numpy(dtype=object)[stays]
            frame[f"also_{what}"] = cells
        goes = np.zeros(len(frame), dtype=bool)
        goes[at[~stays]] = True
        kept.append(frame[~goes])
    columns = list(dict.fromkeys([*kept[0].columns, *kept[1].columns]))
    crimes = gpd.GeoDataFrame(
        pd.concat([frame.astype({"also_force": object, "also_ref": object}) for frame in kept]),
        geometry="geometry",
        crs=one.crs,
    )[columns]
    keys = ["occurred_to", "occurred_from", "force", "crime_ref"]
    crimes = crimes.sort_values(keys, kind="stable", ignore_index=True)
    crimes.attrs = {"resolution": "day"}
    return crimes
