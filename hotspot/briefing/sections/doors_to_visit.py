"""The doors to visit by beat, what was asked and reached so far, and whether it is worth it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import pandas as pd

from hotspot.briefing.findings import Lists
from hotspot.briefing.inputs import Inputs
from hotspot.briefing.sections.section import Link, Part, Section, Sources, table
from hotspot.briefing.track_record import Proof
from hotspot.cocooning.walking_order import areas_in_order, listed_areas
from hotspot.english import count, cut_off, moment, percent
from hotspot.geo import NO_AREA
from hotspot.rule import RINGS
from hotspot.visits import VisitReport

_VISITED_RINGS = [ring for ring in RINGS if ring.act_within_hours is not None]
_MEASURES = {
    "asked": "Asked",
    "due": "Due",
    "found occupied": "Occupied",
    "reached": "Reached",
    "face to face": "Face to face",
}
_REPORT_COLUMNS = [
    ("area", "Beat", "text"),
    *((name, head, "n") for name, head in _MEASURES.items()),
]


@dataclass(frozen=True)
class DoorRow:
    """The doors of a beat.

    Attributes
    ----------
    area : str
    act_by : str
        By when the first of them is due.
    due : str
        How many are still due.
    rings : sequence of str
        How many are of each ring.
    total : str
    links : sequence of Link
        Their lists.
    """

    area: str
    act_by: str
    due: str
    rings: Sequence[str]
    total: str
    links: Sequence[Link]


@dataclass(frozen=True)
class DoorsSection(Section):
    """The section, with the doors by beat.

    Attributes
    ----------
    ring_heads : sequence of str
    rows : sequence of DoorRow
    total : DoorRow or None
        None where there is no door.
    parts : sequence of Part
    """

    block: ClassVar[str] = "doors"

    ring_heads: Sequence[str] = tuple(ring.plural.capitalize() for ring in _VISITED_RINGS)
    rows: Sequence[DoorRow] = ()
    total: DoorRow | None = None
    parts: Sequence[Part] = ()


def past_due(inputs: Inputs, targets: pd.DataFrame) -> pd.Series:
    """Test which visits were due by the cut-off, as the sheets do."""
    return targets["act_by"] <= inputs.last


def doors(sources: Sources) -> Section:
    """Write how many doors there are to visit by beat, and where their lists are."""
    inputs, lists = sources.inputs, sources.findings.lists
    parts = _worth(sources.findings.proof)
    if lists is None:
        sentence = (
            "Not shown: no file of addresses is given. Add [addresses] with its path to the "
            "set-up, and the lists of doors are made."
        )
        return DoorsSection([sentence], parts=parts)
    parts = [*_so_far(lists.so_far), *parts]
    targets = lists.targets
    by_area = dict(tuple(targets.groupby(listed_areas(targets["area"]))))
    # A beat without a door to visit may have leaflets to deliver.
    links = sources.list_links
    areas = areas_in_order([*by_area, *(area for area in links if area is not None)])
    sentences = _sentences(inputs, lists)
    if not areas:
        return DoorsSection(sentences, parts=parts)
    rows = [
        _row(area, by_area.get(area, targets.iloc[:0]), inputs, links.get(area, ()))
        for area in areas
    ]
    overall = links.get(None, ())
    if areas == [NO_AREA]:
        rows, overall = [], [*links.get(NO_AREA, ()), *overall]
    return DoorsSection(
        sentences, rows=rows, total=_row("All", targets, inputs, overall), parts=parts
    )


def _sentences(inputs: Inputs, lists: Lists) -> list[str]:
    """Return why there is no door, what the list notes, and what was due already."""
    attrs = lists.targets.attrs
    sentences = []
    if lists.targets.empty:
        live = attrs["counts"]["live"]
        why = "nothing is left to do for the burglaries of" if live else "no burglary in"
        days = attrs["parameters"]["visit_days"]
        sentences.append(f"No door to visit: {why} the last {days} days.")
    notes = " ".join(str(note) for note in attrs["notes"])
    if notes:
        sentences.append(notes)
    past = int(past_due(inputs, lists.targets).sum())
    # A ledger knows which were made.
    if past and lists.so_far is None:
        sentences.append(
            f"{count(past, 'visit was', 'visits were')} due by {cut_off(inputs.last)}. "
            "Which of them were made is not known here: strike those that were."
        )
    return sentences


def _row(area: str, targets: pd.DataFrame, inputs: Inputs, links: Sequence[Link]) -> DoorRow:
    due = targets.loc[~past_due(inputs, targets), "act_by"]
    all_due = "all due before" if len(targets) else ""
    return DoorRow(
        area,
        act_by=all_due if due.empty else moment(due.min()),
        due=f"{len(due):,}",
        rings=[f"{int((targets['ring'] == ring.number).sum()):,}" for ring in _VISITED_RINGS],
        total=f"{len(targets):,}",
        links=links,
    )


def _worth(proof: Proof) -> list[Part]:
    """Write what visits could prevent and how well they were aimed."""
    results = (proof.preventable, proof.accuracy)
    sentences = [result.headline() for result in results if result is not None]
    if proof.no_worth is not None:
        sentences.append(proof.no_worth)
    return [Part("Is it worth a visit?", sentences)] if sentences else []


def _so_far(report: VisitReport | None) -> list[Part]:
    """Write what was asked and what was reached, where a ledger is kept."""
    heading = "Asked and reached so far"
    if report is None:
        return []
    if not report.count("asked"):
        return [Part(heading, ["This is the first list that the ledger knows."])]
    reached, timely = report.row("reached"), report.row("reached in time")
    sentences = [
        f"{count(report.count('asked'), 'door was', 'doors were')} asked for on "
        f"{count(report.lists, 'earlier list')}. Of {report.count('due'):,} due "
        f"{report.count('found occupied'):,} are homes found occupied, or not yet known to be "
        f"otherwise; {report.count('reached'):,} of these were reached{_interval(reached)}, "
        f"{report.count('face to face'):,} of them face to face."
    ]
    if timely["out_of"]:
        sentences.append(
            f"Of {int(timely['out_of']):,} homes due since the ledger began "
            f"{report.count('reached in time'):,} were reached by the time asked for"
            f"{_interval(timely)}."
        )
    rows = [
        {"area": area, **{name: f"{report.count(name, 'area', area):,}" for name in _MEASURES}}
        for area in report.groups("area")
    ]
    return [Part(heading, sentences, table(_REPORT_COLUMNS, rows, kind="narrow"))]


def _interval(row: pd.Series) -> str:
    """Return a share with its interval, where there is one."""
    if not row["out_of"]:
        return ""
    return f" ({percent(row['share'])}, {percent(row['low'])} to {percent(row['high'])})"
