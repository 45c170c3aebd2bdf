"""The doors to visit by beat, what was asked and reached so far, and whether it is worth it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import pandas as pd

from hotspot.briefing.findings import Lists
from hotspot.briefing.sections.section import Link, Part, Section, Sources, table
from hotspot.briefing.track_record import Proof
from hotspot.cocooning.expired_doors import EXPIRED_DAYS
from hotspot.cocooning.walking_order import areas_in_order, listed_areas
from hotspot.english import count, long_moment, moment, percent, short_day
from hotspot.geo import NO_AREA
from hotspot.rule import RINGS, Ring

if TYPE_CHECKING:
    from hotspot.visits import VisitReport

_VISITED_RINGS = [ring for ring in RINGS if ring.act_within_hours is not None]
_MEASURES = {
    "asked": "Asked",
    "due": "Due",
    "found occupied": "Occupied",
    "reached": "Reached",
    "face to face": "Face to face",
}
# Of how many times to act by the page tells one by one, and how many expired doors it names.
_MOST_TIMES, _MOST_EXPIRED = 3, 10
_EXPIRED_COLUMNS = [
    ("door", "Door", "text"), ("area", "Beat", "text"), ("task", "Asked for", "text"),
    ("ended", "Time ended", "text"),
]  # fmt: skip
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
        By when the next of them are due, of those that are not overdue.
    due : str
        How many are due then.
    overdue : str
        How many are overdue from earlier lists.
    rings : sequence of str
        How many are of each ring.
    total : str
    links : sequence of Link
        Their lists.
    """

    area: str
    act_by: str
    due: str
    overdue: str
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


def due_next(targets: pd.DataFrame) -> str:
    """Return what the teams have to do first: how many doors by when, and what is overdue.

    Examples
    --------
    >>> act_by = pd.to_datetime(["2026-03-06 17:00", "2026-03-04 19:00", "2026-03-01 12:00"])
    >>> due_next(pd.DataFrame({"act_by": act_by, "overdue": ["", "", "overdue"]}))
    'Due next: 1 door by Wednesday 4 March at 19:00, then 1 by Friday 6 March at 17:00; 1 door ...'
    """
    late = is_overdue(targets)
    ends = targets.loc[~late, "act_by"].value_counts().sort_index()
    parts = [
        f"{count(number, 'door') if not nth else f'{number:,}'} by {long_moment(end, year=False)}"
        for nth, (end, number) in enumerate(zip(ends.index, ends, strict=True))
    ]
    shown = parts[:_MOST_TIMES]
    if len(parts) > len(shown):
        later = int(ends.iloc[_MOST_TIMES:].sum())
        shown.append(f"{later:,} later")
    words = [", then ".join(shown)] if shown else []
    if late.any():
        words.append(f"{count(int(late.sum()), 'door is', 'doors are')} overdue from earlier lists")
    return f"Due next: {'; '.join(words)}." if words else ""


def is_overdue(targets: pd.DataFrame) -> "pd.Series[bool]":
    """Test which doors an earlier list asked for by a time that has passed."""
    return targets["overdue"] == "overdue"


def doors(sources: Sources) -> Section:
    """Write how many doors are due by beat and when, and where their lists are."""
    lists = sources.findings.lists
    parts = _worth(sources.findings.proof)
    if lists is None:
        sentence = (
            "Not shown: no file of addresses is given. Add [addresses] with its path to the "
            "set-up, and the lists of doors are made."
        )
        return DoorsSection([sentence], parts=parts)
    parts = [*_expired(lists.targets), *_so_far(lists.so_far), *parts]
    targets = lists.targets
    # What a row tells, without the texts of each door, which would be cut up by area with it.
    due = pd.DataFrame({name: targets[name] for name in ("act_by", "ring")})
    due["late"] = is_overdue(targets).to_numpy(dtype=bool)
    by_area = dict(tuple(due.groupby(listed_areas(targets["area"]))))
    # A beat without a door to visit may have leaflets to deliver.
    links = sources.list_links
    areas = areas_in_order([*by_area, *(area for area in links if area is not None)])
    sentences = _sentences(lists)
    if not areas:
        return DoorsSection(sentences, parts=parts)
    # Some ways of cocooning call on every home within the distance, most on those around alone.
    rings = RINGS if (targets["ring"] == RINGS[-1].number).any() else _VISITED_RINGS
    none = due.iloc[:0]
    rows = [_row(area, by_area.get(area, none), links.get(area, ()), rings) for area in areas]
    overall = links.get(None, ())
    if areas == [NO_AREA]:
        rows, overall = [], [*links.get(NO_AREA, ()), *overall]
    return DoorsSection(
        sentences,
        ring_heads=[ring.plural.capitalize() for ring in rings],
        rows=rows,
        total=_row("All", due, overall, rings),
        parts=parts,
    )


def _sentences(lists: Lists) -> list[str]:
    """Return from when a team's time counts, why there is no door, and what the list notes."""
    attrs = lists.targets.attrs
    sentences = []
    if lists.targets.empty:
        live = attrs["counts"]["live"]
        why = "nothing is left to do for the burglaries of" if live else "no burglary in"
        days = attrs["parameters"]["visit_days"]
        sentences.append(f"No door to visit: {why} the last {days} days.")
    else:
        opens, closes = attrs["parameters"]["waking_hours"]
        sentences += [
            f"A team's time counts from {long_moment(pd.Timestamp(attrs['issued']), year=False)}, "
            f"when the list goes out, in waking hours ({opens} to {closes}).",
        ]
        if lists.so_far is None:
            sentences.append(
                "No ledger is kept: which doors earlier lists asked for, and which were visited, "
                "is not known here. Strike those that were."
            )
    notes = " ".join(str(note) for note in attrs["notes"])
    return [*sentences, notes] if notes else sentences


def _row(area: str, due: pd.DataFrame, links: Sequence[Link], rings: Sequence[Ring]) -> DoorRow:
    late = due["late"]
    ends = due.loc[~late, "act_by"]
    return DoorRow(
        area,
        act_by="" if ends.empty else moment(ends.min()),
        due="" if ends.empty else f"{int((ends == ends.min()).sum()):,}",
        overdue=f"{int(late.sum()):,}" if late.any() else "",
        rings=[f"{int((due['ring'] == ring.number).sum()):,}" for ring in rings],
        total=f"{len(due):,}",
        links=links,
    )


def _worth(proof: Proof) -> list[Part]:
    """Write what visits could prevent and how well they were aimed."""
    results = (proof.preventable, proof.accuracy)
    sentences = [result.headline() for result in results if result is not None]
    if proof.no_worth is not None:
        sentences.append(proof.no_worth)
    return [Part("Is it worth a visit?", sentences)] if sentences else []


def _expired(targets: pd.DataFrame) -> list[Part]:
    """Write which doors left the list with nobody having gone there, for the supervisor."""
    expired = targets.attrs["expired"]
    if not expired:
        return []
    rows = [
        {
            "door": row["address"] or "no address",
            "area": row["area"] or NO_AREA,
            "task": row["task"] or "visit",
            "ended": short_day(pd.Timestamp(row["expires"])),
        }
        for row in expired[:_MOST_EXPIRED]
    ]
    more = len(expired) - len(rows)
    sentences = [f"{more:,} more are in expired.csv."] if more else []
    heading = f"Doors whose time ended in the past {EXPIRED_DAYS} days and to which nobody went"
    return [Part(heading, sentences, table(_EXPIRED_COLUMNS, rows, kind="narrow"))]


def _so_far(report: "VisitReport | None") -> list[Part]:
    """Write what was asked and what was reached, where a ledger is kept."""
    heading = "Asked and reached so far"
    if report is None:
        return []
    if not report.count("asked"):
        return [Part(heading, ["This is the first list that the ledger knows."])]
    reached = report.row("reached")
    sentences = [
        report.force_clock(),
        report.team_clock(),
        f"{count(report.count('asked'), 'door was', 'doors were')} asked for on "
        f"{count(report.lists, 'earlier list')}, {count(report.homes('asked'), 'home')} in all. "
        f"Of {report.count('due'):,} due "
        f"{report.count('found occupied'):,} are homes found occupied, or not yet known to be "
        f"otherwise; {report.count('reached'):,} of these were reached{_interval(reached)}, "
        f"{report.count('face to face'):,} of them face to face.",
    ]
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
