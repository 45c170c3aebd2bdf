"""Rows that come back from the doors: what of them is a visit, and what is wrong with the rest."""

import difflib
import itertools
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import numpy as np
import pandas as pd

from hotspot._errors import DataError
from hotspot.output.text import clean_text
from hotspot.reading.cells import normalise_name, to_text
from hotspot.reading.datetimes import read_datetimes
from hotspot.reading.single_dates import OPEN, read_moment
from hotspot.rule import result_words
from hotspot.visits.result_words import (
    at_odds,
    canonical_result,
    means_do_not_contact,
    yes_or_no,
)

# The field and the names by which it comes back, as `normalise_name` writes them.
_NAMES = {
    "visit_id": ("visitid", "visit"),
    "result": ("result", "outcome"),
    "visited_at": ("visitedat", "visited", "dateandtime"),
    "uprn": ("uprn",),
    # Kept nowhere: it tells whether the id is that of the door.
    "address": ("address",),
    "collar_number": ("collarnumber", "collar", "collarno", "officer"),
    "leaflet_left": ("leafletleft", "leaflet"),
    "camera_or_doorbell": ("cameraordoorbell", "camera", "doorbell"),
    "referral": ("referral",),
    # "Pack" alone heads what the list asks to bring.
    "pack_given": ("packgiven", "packleft"),
    "do_not_contact": ("donotcontact",),
    "for_the_officer": (
        "fortheofficer",
        "fortheofficerinthecase",
        "informationfortheofficerinthecase",
    ),
    "note": ("note", "notes", "remarks"),
}
_FIELDS = {spelling: name for name, spellings in _NAMES.items() for spelling in spellings}
KNOWN_NAMES = frozenset(_FIELDS)
_FILLED_IN = tuple(name for name in _NAMES if name not in ("visit_id", "uprn", "address"))
DETAILS = (
    "uprn", "collar_number", "camera_or_doorbell", "referral", "for_the_officer", "note", "pack",
)  # fmt: skip
# What sheets ask with yes or no, and what becomes of a cell that says neither.
_BOXES = {
    "leaflet_left": "no leaflet was counted; write yes or no, and the rest under Note",
    "camera_or_doorbell": "it is kept as it stands",
    "referral": "it is kept as it stands",
    "pack_given": "no pack was counted; write yes, no or the name of a pack on the lists",
    "do_not_contact": "no mark was set; write yes where nobody may call again, else no",
}
# Of those the ones that the ledger keeps as words: what they say is not lost.
_NOT_USED = ("leaflet_left", "pack_given", "do_not_contact")
# Headings of our own sheets that tell of the door, not of the visit.
_OF_THE_SHEET = frozenset(
    {
        "area", "ring", "door", "whythisdoor", "actby", "listeduntil", "references",
        "burglariesherein12months", "metresaway", "task", "attempt", "tier", "overdue", "number",
        "street", "flats", "uprns", "doornote", "reason", "pack", "no", "nearestburglaryfound",
        "uprnsofthebuilding", "leadingburglaryfound", "metresfromthenearestburglary",
        "atthedoor", "housenumber",
        # Of the rows to mend that `unrecorded_rows` gives back.
        "row", "whattomend", "sheet",
    }
)  # fmt: skip
# What the columns of the ledger hold.
_LONGEST_ID = 100

Fault: TypeAlias = tuple[Any, str, str, str]


@dataclass(frozen=True)
class Checked:
    """Rows after checking, each in one place.

    Attributes
    ----------
    visits : DataFrame
        Good rows in the fields of the ledger, index the row.
    marked : DataFrame
        Rows without a result that mark a home as not to be contacted: ``visit_id``, ``uprn``.
    marked_though_rejected : DataFrame
        Rows that cannot be used as visits and mark a home all the same.
    not_done : list
        Rows in which nothing was filled in.
    rejected : list of tuple
        ``row``, ``column``, ``value``, ``reason``.
    unclear : list of tuple
        The same, of cells that were not used though the visit of their row is good.
    flagged : list of tuple
        ``row``, ``visit_id``, ``reason`` of what was kept and should be looked at.
    notes : list of str
    """

    visits: pd.DataFrame
    marked: pd.DataFrame
    marked_though_rejected: pd.DataFrame
    not_done: list[Any]
    rejected: list[Fault]
    unclear: list[Fault] = field(default_factory=list)
    flagged: list[tuple[Any, str, str]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def field_of(column: object) -> str | None:
    """Return the field that a column holds, if any.

    Examples
    --------
    >>> field_of("Visited at"), field_of("Collar No."), field_of("Weather")
    ('visited_at', 'collar_number', None)
    """
    return _FIELDS.get(normalise_name(column))


def frame_of_rows(rows: pd.DataFrame | Iterable[Mapping[str, Any]]) -> pd.DataFrame:
    """Return rows of any form as a frame.

    Raises
    ------
    DataError
        If they are no rows.
    """
    if isinstance(rows, pd.DataFrame):
        return pd.DataFrame(rows)
    if isinstance(rows, Mapping):
        rows = [rows]
    listed = list(rows)
    odd = next((row for row in listed if not isinstance(row, Mapping)), None)
    if odd is not None:
        raise DataError(f"A row must be a mapping of names to values, not {type(odd).__name__}.")
    return pd.DataFrame(listed, dtype=object)


def check_rows(
    frame: pd.DataFrame,
    latest: pd.Timestamp,
    timezone: str | None,
    packs: Collection[str] = (),
) -> Checked:
    """Check rows: which are visits, marks, not done yet, and what is wrong with the rest.

    Parameters
    ----------
    frame : DataFrame
        With at least a column for the visit and one for the result.
    latest : Timestamp
        After which no visit can have been.
    timezone : str, optional
        See `read_datetimes`.
    packs : collection of str
        The packs that lists name: what was given may be told by its name.

    Returns
    -------
    Checked

    Raises
    ------
    DataError
        If the columns are missing.
    """
    columns, notes = _columns(frame)
    texts = pd.DataFrame(
        {name: _texts(frame, columns.get(name)) for name in _NAMES}, index=frame.index
    )
    known_packs = {normalise_name(name): name for name in packs}
    ticked, unclear = _boxes(texts, known_packs)
    filled = texts[list(_FILLED_IN)].notna()
    # A box that says no, filled in beforehand, does not make a visit.
    filled[list(_BOXES)] = ticked | unclear
    nothing = ~filled.any(axis=1)
    # A mark needs no visit, but it must say which home is meant.
    told_home = texts["visit_id"].notna() | texts["uprn"].notna()
    only_mark = ticked["do_not_contact"] & ~filled["result"] & ~filled["visited_at"] & told_home
    # Where nothing else is filled in, what such a box says is the one thing to mend.
    asked_about = unclear[list(_NOT_USED)].any(axis=1)
    asked_about &= filled.sum(axis=1) == unclear.sum(axis=1)
    todo = (~nothing & ~only_mark & ~asked_about).to_numpy(dtype=bool)
    moments, time_known, faults, warned = _moments(frame, columns.get("visited_at"), todo, timezone)
    rejected: list[Fault] = []
    good = np.zeros(len(frame), dtype=bool)
    records = texts.to_dict("records")
    for place in map(int, np.flatnonzero(todo)):
        row = texts.index[place]
        wrong = _problems(records[place], faults[place], moments[place], latest)
        rejected += [(row, *problem) for problem in wrong]
        good[place] = not wrong
    bare = _bare(texts, ticked, unclear, known_packs)
    visits = _visits(bare[good], ticked[good], moments[good]).assign(time_known=time_known[good])
    rejected += _conflicts(visits)
    bad_rows = {row for row, *_ in rejected}.union(texts.index[asked_about])
    usable = ~visits.index.isin(bad_rows)
    place_of = {row: place for place, row in enumerate(texts.index)}
    not_used = _not_clear(texts, unclear[list(_NOT_USED)])
    # Whoever asked not to be called on again must not pay for a slip in the date.
    still_marked = ticked["do_not_contact"] & told_home & texts.index.isin(bad_rows)
    return Checked(
        visits=visits[usable],
        marked=texts.loc[only_mark, ["visit_id", "uprn"]],
        marked_though_rejected=texts.loc[still_marked, ["visit_id", "uprn"]],
        not_done=list(texts.index[nothing]),
        rejected=sorted(
            [*rejected, *(fault for fault in not_used if fault[0] in bad_rows)],
            key=lambda fault: place_of[fault[0]],
        ),
        unclear=[fault for fault in not_used if fault[0] not in bad_rows],
        flagged=_kept_as_they_stand(texts[good], unclear[good]),
        notes=[*notes, *warned],
    )


def _boxes(
    texts: pd.DataFrame, known_packs: Mapping[str, str]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return which boxes are ticked, and which say neither yes nor no."""
    said = {name: [_box(name, text) for text in texts[name]] for name in _BOXES}
    said["pack_given"] = [
        True if normalise_name(text or "") in known_packs else box
        for text, box in zip(texts["pack_given"], said["pack_given"], strict=True)
    ]
    said["do_not_contact"] = [
        means_do_not_contact(result or "") or box
        for result, box in zip(texts["result"], said["do_not_contact"], strict=True)
    ]
    boxes = pd.DataFrame(said, index=texts.index, dtype=object)
    return boxes.map(lambda box: box is True).astype(bool), boxes.isna()


def _box(name: str, text: str | None) -> bool | None:
    """Return what a box says; its own heading, written into it, is a yes."""
    return yes_or_no(text) if normalise_name(text or "") not in _NAMES[name] else True


def _bare(
    texts: pd.DataFrame,
    ticked: pd.DataFrame,
    unclear: pd.DataFrame,
    known_packs: Mapping[str, str],
) -> pd.DataFrame:
    """Write the boxes that the ledger keeps as words: yes or no where they say so."""
    words = {}
    for name in ("camera_or_doorbell", "referral", "pack_given"):
        clear = texts[name].notna() & ~unclear[name]
        words[name] = texts[name].mask(clear, ticked[name].map({True: "yes", False: "no"}))
    names = [known_packs.get(normalise_name(text or "")) for text in texts["pack_given"]]
    named = pd.Series(names, index=texts.index, dtype=object)
    pack = words.pop("pack_given").mask(unclear["pack_given"], None)
    return texts.assign(**words, pack=named.where(named.notna(), pack))


def _not_clear(texts: pd.DataFrame, unclear: pd.DataFrame) -> list[Fault]:
    """List the boxes that say neither yes nor no, in the order of the rows."""
    return [
        (row, name, str(texts.at[row, name]), f"neither yes nor no: {_BOXES[name]}")
        for row in texts.index[unclear.any(axis=1)]
        for name in unclear.columns[unclear.loc[row]]
    ]


def _kept_as_they_stand(texts: pd.DataFrame, unclear: pd.DataFrame) -> list[tuple[Any, str, str]]:
    kept = unclear.drop(columns=list(_NOT_USED))
    return [
        (row, str(texts.at[row, "visit_id"]), f"{name.replace('_', ' ')} {reason}")
        for row, name, _, reason in _not_clear(texts, kept)
    ]


def _columns(frame: pd.DataFrame) -> tuple[dict[str, Any], list[str]]:
    """Find the fields among the columns, whatever their order and spelling."""
    twice = frame.columns[frame.columns.duplicated()].unique()
    if len(twice):
        listed = ", ".join(repr(str(column)) for column in twice)
        raise DataError(f"The rows have more than one column {listed}: which holds is not known.")
    by_name: dict[str, list[Any]] = {}
    for column in frame.columns:
        by_name.setdefault(normalise_name(column), []).append(column)
    columns = {}
    for name, spellings in _NAMES.items():
        spelt = [spelling for spelling in spellings if spelling in by_name]
        if spelt:
            columns[name] = by_name[spelt[0]][0]
    missing = [name for name in ("visit_id", "result") if name not in columns]
    if missing and len(frame):
        there = ", ".join(repr(str(column)) for column in frame.columns) or "none"
        lacking = " and ".join({"visit_id": "'Visit'", "result": "'Result'"}[n] for n in missing)
        raise DataError(f"The rows have no column {lacking}; they have {there}.")
    used = set(columns.values())
    unread = [
        str(column)
        for column in frame.columns
        if column not in used and normalise_name(column) not in _OF_THE_SHEET
    ]
    notes = []
    if unread:
        notes.append(f"Columns not kept: {', '.join(map(repr, unread))}.")
    return columns, notes


def _texts(frame: pd.DataFrame, column: Any) -> pd.Series:
    """Return a column as clean text; a sign that was put there against formulas is taken off."""
    if column is None:
        return pd.Series([None] * len(frame), index=frame.index, dtype=object)
    cells = to_text(frame[column]).astype(object)
    cleaned = [None if pd.isna(cell) else _unquoted(clean_text(cell)).strip() for cell in cells]
    return pd.Series([text or None for text in cleaned], index=frame.index, dtype=object)


def _unquoted(text: str) -> str:
    return text[1:] if text[:1] == "'" and text[1:].lstrip()[:1] in ("=", "+", "-", "@") else text


def _moments(
    frame: pd.DataFrame, column: Any, todo: np.ndarray, timezone: str | None
) -> tuple[np.ndarray, np.ndarray, list[tuple[str, str, str] | None], list[str]]:
    """Read when the visits were: moments, whether a time of day is told, faults, warnings."""
    if column is None:
        nowhere = np.full(len(frame), np.datetime64("NaT", "s"))
        return nowhere, np.zeros(len(frame), dtype=bool), [None] * len(frame), []
    # The whole sheet is day first: a day that is none is a slip, no reason to read all otherwise.
    backwards = np.array([_month_first(cell) for cell in frame[column]], dtype=bool)
    cells = frame[column].where(~backwards, None)
    reading = read_datetimes(
        pd.DataFrame({"visited_at": cells}),
        {"visited_at": ("visited_at",)},
        timezone=timezone,
        among=todo,
    )
    times = reading.times["visited_at"]
    faults: list[tuple[str, str, str] | None] = [None] * len(frame)
    for place in np.flatnonzero(todo & (times.unreadable | times.month_only)):
        reason = "no date and time that can be read"
        if times.month_only[place]:
            reason = "only a month: the day is needed"
        faults[place] = ("visited_at", str(cells.iloc[place]), reason)
    for place in np.flatnonzero(todo & backwards):
        value = str(frame[column].iloc[place])
        faults[place] = ("visited_at", value, "there is no such month: dates are day first")
    warned = [text for text in reading.warnings if not text.startswith("Dates were read")]
    return times.moments.astype("datetime64[s]"), times.has_time, faults, warned


def _month_first(cell: Any) -> bool:
    """Return whether a date can only be read with the month first."""
    moment = read_moment(cell)
    return moment.kind == OPEN and moment.first <= 12 < moment.second


def _problems(
    row: Mapping[Any, Any],
    fault: tuple[str, str, str] | None,
    moment: np.datetime64,
    latest: pd.Timestamp,
) -> list[tuple[str, str, str]]:
    """List everything that is wrong with a row in which something was filled in."""
    problems = []
    visit_id, result = row["visit_id"], row["result"]
    if visit_id is None:
        problems.append(("visit_id", "", "no visit id: the row cannot be told"))
    elif len(visit_id) > _LONGEST_ID:
        problems.append(("visit_id", visit_id[:40], "no visit id is that long"))
    if row["uprn"] is not None and len(row["uprn"]) > _LONGEST_ID:
        problems.append(("uprn", row["uprn"][:40], "no UPRN is that long"))
    if result is None:
        problems.append(("result", "", "no result, but other cells are filled in"))
    elif canonical_result(result) is None:
        problems.append(("result", result, _unknown_result(result)))
    if fault is not None:
        problems.append(fault)
    elif np.isnat(moment):
        problems.append(("visited_at", row["visited_at"] or "", "no date and time of the visit"))
    elif pd.Timestamp(moment) > latest:
        shown = f"{pd.Timestamp(moment):%Y-%m-%d %H:%M}"
        problems.append(("visited_at", shown, "in the future"))
    return problems


def _unknown_result(text: str) -> str:
    labels = list(result_words())
    close = difflib.get_close_matches(text.casefold(), labels, n=1, cutoff=0.6)
    meant = f": did you mean {close[0]!r}?" if close else f": known are {', '.join(labels)}"
    return f"not a known result{meant}"


def _visits(texts: pd.DataFrame, ticked: pd.DataFrame, moments: np.ndarray) -> pd.DataFrame:
    """Return good rows in the fields of the ledger."""
    results = [canonical_result(result) for result in texts["result"]]
    return texts.assign(
        result=pd.Series(results, texts.index, dtype=object),
        visited_at=pd.Series(moments, texts.index).astype("datetime64[us]"),
        leaflet_left=ticked["leaflet_left"],
        do_not_contact=ticked["do_not_contact"],
    )


def _conflicts(visits: pd.DataFrame) -> list[tuple[Any, str, str, str]]:
    """Find rows that say two things of one door at one moment: which is true is not known."""
    conflicts = []
    keys = ["visit_id", "visited_at", "uprn"]
    timed = visits[visits["time_known"] & visits.duplicated(keys, keep=False)]
    for (visit_id, moment, _), group in timed.groupby(keys, sort=False, dropna=False):
        results = sorted(set(group["result"]))
        if not any(at_odds(*pair) for pair in itertools.combinations(results, 2)):
            continue
        named = " and ".join(map(repr, results))
        reason = f"{visit_id} has {named} at one time, {moment:%Y-%m-%d %H:%M}"
        conflicts += [
            (row, "result", row_result, reason) for row, row_result in group["result"].items()
        ]
    return conflicts
