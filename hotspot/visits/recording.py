"""Recording visits: a returned sheet into the ledger, whole or not, every row accounted for."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
import sqlalchemy as sa

from hotspot.dates import end_of_day
from hotspot.english import count, list_day, long_moment, name_rows
from hotspot.incidents.stop_list import Exclude
from hotspot.output.results import Shown
from hotspot.reading.faults import FAULT_COLUMNS
from hotspot.visits.corrections import Key, corrected_since
from hotspot.visits.marks import mark_homes
from hotspot.visits.queries import first_known, latest_moment
from hotspot.visits.result_words import at_odds
from hotspot.visits.row_checks import DETAILS, Checked, check_rows, frame_of_rows
from hotspot.visits.schema import asked, made, replace_rows, rows_with
from hotspot.visits.sheet_reading import Returned, calls_as_rows
from hotspot.visits.stopped_doors import Hidden, hidden_visits
from hotspot.visits.store import Store
from hotspot.visits.unrecorded_rows import missing_doors, rows_to_mend

# How many faults the summary lists; all are in `rejected`.
_SHOWN = 200

Rejected = tuple[Any, str, str, str]
Flagged = tuple[Any, str, str]


@dataclass(frozen=True)
class Recorded(Shown):
    """Result of `VisitLedger.record`.

    Every row read is counted once: `added`, `repeated`, `marked`, `not_done` and the rows of
    `rejected` add up to `rows_read`.

    Parameters
    ----------
    source : str or None
        Where the rows came from.
    rows_read : int
    added : int
        Visits that were not in the ledger before.
    repeated : int
        Rows whose visit was there already; cells that had been empty were filled in.
    marked : int
        Rows without a visit that mark a home as not to be contacted.
    not_done : int
        Rows in which nothing was filled in yet.
    unknown : int
        Visits, added or repeated, whose id no list of the ledger holds; they are kept.
    rejected : DataFrame
        What could not be used: ``row``, ``column``, ``value``, ``reason``; a row may have several.
    unclear : DataFrame
        The same, of cells that should say yes or no and say neither: they were left out, what else
        stood in their rows was kept.
    flagged : DataFrame
        What should be looked at, in rows that were kept and that were not: ``row``,
        ``visit_id``, ``reason``.
    notes : list of str
        How the rows were read.
    to_mend : DataFrame
        The rows of `rejected` and `unclear` as they were read, each with ``Row``, ``Address`` and
        ``What to mend``: mended, they are a sheet that can be recorded.
    missing : DataFrame
        Doors of the sheet's list and area that are not in the file, and for which no result came
        since: ``visit_id``, ``number``, ``address``, ``area``, ``as_of``. Of a sheet in a file
        only, and none of the phone's, which holds no more than what was done.
    """

    source: str | None
    rows_read: int
    added: int
    repeated: int
    marked: int
    not_done: int
    unknown: int
    rejected: pd.DataFrame
    unclear: pd.DataFrame
    flagged: pd.DataFrame
    notes: list[str] = field(default_factory=list)
    to_mend: pd.DataFrame = field(default_factory=pd.DataFrame)
    missing: pd.DataFrame = field(default_factory=pd.DataFrame)

    @property
    def complete(self) -> bool:
        """Whether every row, and every box in it, could be used."""
        return self.rejected.empty and self.unclear.empty

    @property
    def rejected_rows(self) -> int:
        """Number of rows that could not be used."""
        return int(self.rejected["row"].nunique())

    def summary(self) -> str:
        """Return in plain sentences what was kept, and every problem with its row.

        Returns
        -------
        str
        """
        sentences = [self._headline(), *self.notes]
        if len(self.rejected):
            sentences.append(f"Not recorded: {count(self.rejected_rows, 'row')}.")
            sentences += _named(self.rejected)
        if len(self.unclear):
            rows = count(self.unclear["row"].nunique(), "row")
            sentences.append(f"To ask about, in {rows} recorded without:")
            sentences += _named(self.unclear)
        useless = self.flagged["row"].isin(self.rejected["row"])
        sentences += _to_look_at("Look at {}:", self.flagged[~useless])
        sentences += _to_look_at("Of {} not recorded:", self.flagged[useless])
        sentences += _not_returned(self.missing)
        return "\n".join(sentences)

    def _headline(self) -> str:
        where = f" of {self.source}" if self.source else ""
        parts = [f"{count(self.added, 'visit')} recorded"]
        if self.repeated:
            parts.append(f"{self.repeated:,} known already")
        if self.marked:
            parts.append(f"{count(self.marked, 'home')} marked not to be contacted")
        if self.not_done:
            parts.append(f"{self.not_done:,} not done yet")
        if len(self.rejected):
            parts.append(f"{self.rejected_rows:,} not recorded")
        return f"{count(self.rows_read, 'row')}{where}: {', '.join(parts)}."


def record_rows(
    store: Store,
    rows: pd.DataFrame | Iterable[Mapping[str, Any]] | Returned,
    source: str | None,
    timezone: str | None,
    exclude: "Exclude | None" = None,
) -> Recorded:
    """Check rows and keep what is good. See `VisitLedger.record`."""
    returns = rows if isinstance(rows, Returned) else Returned(frame_of_rows(rows))
    frame = returns.rows
    if not frame.index.is_unique:
        frame = frame.reset_index(drop=True)
    frame, further = calls_as_rows(frame)
    source = returns.source if source is None else source
    with store.reading() as connection:
        latest, packs = latest_moment(connection), _packs(connection)
        hidden = hidden_visits(connection, exclude)
    checked = check_rows(frame, latest, timezone, packs)
    with store.writing() as connection:
        written = _Written(connection, checked, source, hidden)
        rejected = [*returns.not_records.itertuples(index=False, name=None), *checked.rejected]
        faults = pd.DataFrame(
            [*rejected, *written.rejected, *checked.unclear], columns=list(FAULT_COLUMNS)
        )
        to_mend = rows_to_mend(connection, frame, faults, hidden)
        missing = missing_doors(connection, frame if returns.whole else frame[:0])
        told = [one not in hidden for one in missing["visit_id"]]
        missing = missing[np.array(told, dtype=bool)]
    rejected += written.rejected
    return Recorded(
        source=source,
        rows_read=len(frame) + returns.not_records["row"].nunique(),
        added=written.added,
        repeated=written.repeated,
        marked=len(checked.marked),
        not_done=len(checked.not_done),
        unknown=written.unknown,
        rejected=pd.DataFrame(rejected, columns=list(FAULT_COLUMNS), dtype=object),
        unclear=pd.DataFrame(checked.unclear, columns=list(FAULT_COLUMNS), dtype=object),
        flagged=pd.DataFrame(
            [*returns.flagged, *checked.flagged, *written.flagged],
            columns=["row", "visit_id", "reason"],
            dtype=object,
        ),
        notes=[*returns.notes, *_further_calls(further), *checked.notes, *hidden.notes],
        to_mend=to_mend,
        missing=missing,
    )


def _further_calls(number: int) -> list[str]:
    words = f"{count(number, 'second or third call')} stood beside the first, and"
    return [f"{words} {'is' if number == 1 else 'are'} counted as rows."] if number else []


def _packs(connection: sa.Connection) -> list[str]:
    """Read the names of the packs that were asked for."""
    named = sa.select(asked.c.tier).where(asked.c.tier.is_not(None)).distinct()
    return list(connection.execute(named).scalars())


class _Written:
    """Rows on their way into the ledger, and what became of each."""

    def __init__(
        self, connection: sa.Connection, checked: Checked, source: str | None, hidden: Hidden
    ) -> None:
        self.added = self.repeated = self.unknown = 0
        self.rejected: list[Rejected] = []
        self.flagged: list[Flagged] = []
        # Rows of visits that the ledger has already with their mark.
        self._said_before: set[Any] = set()
        self._connection = connection
        self._source = source
        self._hidden = hidden
        visits = _with_listed_spelling(connection, checked.visits)
        marked = pd.concat([checked.marked, checked.marked_though_rejected])
        marked = _with_listed_spelling(connection, marked)
        ids = [*visits["visit_id"], *marked["visit_id"].dropna()]
        self._asked = _first_asked(connection, ids)
        same_home = rows_with(connection, asked.c.uprn, visits["uprn"].dropna())
        self._on_lists = {row["uprn"] for row in same_home}
        of_others = rows_with(connection, asked.c.address, visits["address"].dropna())
        self._at: dict[str, set[str]] = {}
        for row in of_others:
            self._at.setdefault(row["address"], set()).add(row["visit_id"])
        self._keep_visits(visits)
        for label, visit_id in checked.marked_though_rejected["visit_id"].items():
            reason = "the row was not recorded, its do-not-contact mark was"
            self.flagged.append((label, visit_id or "", reason))
        said = visits[visits["do_not_contact"]]
        moments = [
            pd.NaT if row["row"] in self._said_before else _last_moment(row)
            for row in said.assign(row=said.index).to_dict("records")
        ]
        said_at = pd.Series(moments, index=said.index, dtype="datetime64[us]")
        self._keep_marks(said.assign(said_at=said_at))
        self._keep_marks(marked.assign(said_at=pd.Series(index=marked.index, dtype=said_at.dtype)))

    def _keep_visits(self, visits: pd.DataFrame) -> None:
        """Insert what is new, fill in what was empty, refuse what contradicts the ledger."""
        # Looked up once: a visit that stands twice in one sheet is found among those just added.
        there: dict[str, dict[tuple[Any, str], dict[str, Any]]] = {}
        for old in rows_with(self._connection, made.c.visit_id, visits["visit_id"]):
            there.setdefault(old["visit_id"], {})[old["visited_at"], old["result"]] = old
        new: dict[tuple[str, Any, str], dict[str, Any]] = {}
        fuller: dict[tuple[str, Any, str], dict[str, Any]] = {}
        became = corrected_since(self._connection, visits["visit_id"])
        now = pd.Timestamp.now().floor("s").to_pydatetime()
        for label, record in zip(visits.index, visits.to_dict("records"), strict=True):
            row = _ledger_row(record, self._source, now)
            if row["pack"] == "yes":
                row["pack"] = self._asked.get(row["visit_id"], {}).get("tier") or "yes"
            of_door = there.setdefault(row["visit_id"], {})
            key: Key = (row["visit_id"], row["visited_at"], row["result"])
            if key in became and key[1:] not in of_door:
                # The same sheet read again does not undo what was corrected since.
                now_is = became[key]
                self.flagged.append((label, row["visit_id"], _corrected(now_is)))
                if now_is is None or now_is[1:] not in of_door:
                    self.repeated += 1
                    continue
                key = now_is
            elif wrong := self._wrong(row, of_door, record["address"]):
                self.rejected.append((label, *wrong))
                continue
            old = of_door.setdefault(key[1:], row)
            if old is row:
                self.added += 1
                new[key] = row
            else:
                self.repeated += 1
                if old["do_not_contact"]:
                    self._said_before.add(label)
                if self._fill_in(label, old, row) and key not in new:
                    fuller[key] = old
            self._flag(label, row, record["address"])
        if new:
            self._connection.execute(sa.insert(made), list(new.values()))
        replace_rows(self._connection, made, list(fuller.values()))

    def _wrong(
        self,
        row: dict[str, Any],
        of_door: Mapping[tuple[Any, str], dict[str, Any]],
        address: str | None,
    ) -> tuple[str, str, str] | None:
        """Return why a row cannot be kept beside the lists and the visits that are there."""
        listed = self._asked.get(row["visit_id"])
        uprn = row["uprn"]
        if listed and uprn and listed["uprns"] and not _among(uprn, listed["uprns"]):
            home = self._told(row["visit_id"], f"UPRN {listed['uprn']}")
            reason = f"on the list {row['visit_id']} is {home}: was the id edited?"
            return "uprn", uprn, reason
        # Only where the address is another door's: one that people wrote otherwise proves nothing.
        there = self._at.get(address or "", {row["visit_id"]})
        if listed and row["visit_id"] not in there:
            home = self._told(row["visit_id"], listed["address"])
            reason = f"on the list {row['visit_id']} is {home}: was the id edited?"
            return "address", str(address), reason
        for (moment, result), old in of_door.items():
            same_home = (old["uprn"] or uprn) == (uprn or old["uprn"])
            timed = row["time_known"] and moment == row["visited_at"] and same_home
            if timed and at_odds(result, row["result"]):
                return "result", row["result"], _two_results(result)
        return None

    def _told(self, visit_id: str, home: object) -> object:
        """Return the home of a visit, unless it is not to be named."""
        return "another door" if visit_id in self._hidden else home

    def _fill_in(self, label: Any, old: dict[str, Any], row: dict[str, Any]) -> bool:
        """Add details of a repeated row that the visit lacked, if any; never over one."""
        changed = dict(old)
        for name in DETAILS:
            if name == "for_the_officer" and old.get("acknowledged_at"):
                # It was handed over and deleted: who reads the sheet again brings it not back.
                if row[name] is not None:
                    when = long_moment(pd.Timestamp(old["acknowledged_at"]))
                    reason = (
                        f"its note for the officer was handed over by {when} and is not kept "
                        "again; a new note goes with a visit of its own"
                    )
                    self.flagged.append((label, row["visit_id"], reason))
            elif old[name] is None:
                changed[name] = row[name]
            elif row[name] is not None and row[name] != old[name] and name != "uprn":
                reason = f"known already with another {name}, which was kept"
                self.flagged.append((label, row["visit_id"], reason))
        for name in ("leaflet_left", "do_not_contact"):
            changed[name] = old[name] or row[name]
        if changed == old:
            return False
        old.update(changed)
        return True

    def _flag(self, label: Any, row: dict[str, Any], address: str | None) -> None:
        """List what was kept and may be wrong."""
        listed = self._asked.get(row["visit_id"])
        visit_id = row["visit_id"]
        if listed is None:
            self.unknown += 1
            self.flagged.append((label, visit_id, self._why_unknown(row["uprn"], address)))
        elif listed["newest"] is not None and _last_moment(row) < listed["newest"]:
            reason = "the visit is before the burglary was found: it does not count"
            self.flagged.append((label, visit_id, reason))
        elif row["visited_at"] < pd.Timestamp(listed["first_as_of"]).normalize():
            self.flagged.append((label, visit_id, "the visit is before the door was first listed"))

    def _why_unknown(self, uprn: str | None, address: str | None) -> str:
        if address in self._at:
            return (
                "no list of this ledger holds the id, but one holds its address: was the id edited?"
            )
        if uprn is None:
            return "no list of this ledger holds the id"
        if uprn in self._on_lists:
            return "no list of this ledger holds the id, but one holds its UPRN: was the id edited?"
        return (
            "no list of this ledger holds the id or its UPRN: from another force, or an older list?"
        )

    def _keep_marks(self, homes: pd.DataFrame) -> None:
        """Mark homes, by the UPRN of the list where the row has none."""
        listed = [self._asked.get(visit_id, {}).get("uprn") for visit_id in homes["visit_id"]]
        uprns = first_known(pd.Series(listed, index=homes.index, dtype=object), homes["uprn"])
        marked = mark_homes(self._connection, homes.assign(uprn=uprns))
        for label, lifted_at in marked.still_lifted.items():
            reason = (
                f"its mark not to be contacted was lifted {long_moment(lifted_at)}, and the row is "
                "no newer: it was not marked again"
            )
            self.flagged.append((label, str(homes.at[label, "visit_id"] or ""), reason))


def _two_results(stands: str) -> str:
    return (
        f"the ledger has {stands!r} at that time: if that is wrong, correct it "
        "(hotspot visits correct)"
    )


def _corrected(key: Key | None) -> str:
    """Return what is said of a row whose visit was corrected since."""
    if key is None:
        return "withdrawn since: it was not recorded again"
    return f"corrected since, to {key[2]!r}, {long_moment(pd.Timestamp(key[1]))}: kept as corrected"


def _last_moment(visit: Mapping[Any, Any]) -> pd.Timestamp:
    """Return the last moment that a visit can have been: of one without a time, the day's end."""
    moment = pd.Timestamp(visit["visited_at"])
    return moment if visit["time_known"] else end_of_day(moment)


def _with_listed_spelling(connection: sa.Connection, rows: pd.DataFrame) -> pd.DataFrame:
    """Write ids as the lists do where only the case or the spaces differ."""
    spelt = {visit_id: "".join(visit_id.split()).upper() for visit_id in rows["visit_id"].dropna()}
    odd = {visit_id: upper for visit_id, upper in spelt.items() if upper != visit_id}
    if not odd:
        return rows
    listed = {
        row["visit_id"] for row in rows_with(connection, asked.c.visit_id, [*odd, *odd.values()])
    }
    mended = {a: b for a, b in odd.items() if a not in listed and b in listed}
    return rows.assign(visit_id=rows["visit_id"].replace(mended))


def _first_asked(connection: sa.Connection, visit_ids: list[str]) -> dict[str, dict[str, Any]]:
    """Read the first asking of each visit."""
    rows = list(rows_with(connection, asked.c.visit_id, visit_ids))
    # Of several attempts the first comes last, and stays.
    rows.sort(key=lambda row: row["attempt"], reverse=True)
    return {row["visit_id"]: row for row in rows}


def _among(uprn: str, uprns: str) -> bool:
    """Return whether a UPRN is one of a building's; a spreadsheet may have lost its zeros."""
    return uprn.lstrip("0") in {one.lstrip("0") for one in uprns.split("; ")}


def _ledger_row(record: dict[Any, Any], source: str | None, now: Any) -> dict[str, Any]:
    row = {name: record[name] for name in ("visit_id", "result", *DETAILS)}
    row = {name: None if pd.isna(value) else value for name, value in row.items()}
    return {
        **row,
        "visited_at": record["visited_at"].to_pydatetime(),
        "time_known": bool(record["time_known"]),
        "leaflet_left": bool(record["leaflet_left"]),
        "do_not_contact": bool(record["do_not_contact"]),
        "source": source,
        "recorded_at": now,
    }


def _shown(value: object) -> str:
    return f" {str(value)[:60]!r}" if value not in (None, "") else ""


def _named(faults: pd.DataFrame) -> list[str]:
    """Return what is wrong, a line a fault with its rows, and how many more there are."""
    first = faults.head(_SHOWN)
    told = first.assign(value=first["value"].map(_shown))
    lines = [
        f"- {name_rows(list(rows['row']), _SHOWN)}, {column}{value}: {_sentence(reason)}"
        for (column, value, reason), rows in told.groupby(
            ["column", "value", "reason"], sort=False, dropna=False
        )
    ]
    rest = f"- and {len(faults) - _SHOWN:,} more, all of them by --json"
    return [*lines, rest] if len(faults) > _SHOWN else lines


def _not_returned(missing: pd.DataFrame) -> list[str]:
    """Return which doors of the list did not come back, by address."""
    if missing.empty:
        return []
    doors = count(len(missing), "door")
    rows: list[Any] = list(missing.head(_SHOWN).itertuples())
    lines = [f"- {_numbered(row.number)}{row.address or row.visit_id}, {row.area}" for row in rows]
    more = [f"- and {len(missing) - _SHOWN:,} more"] if len(missing) > _SHOWN else []
    day = list_day(missing["as_of"].iloc[0])
    return [f"On the list of {day} and not in the file, {doors}:", *lines, *more]


def _numbered(number: Any) -> str:
    return "" if pd.isna(number) else f"No. {int(number)}, "


def _to_look_at(heading: str, flagged: pd.DataFrame) -> list[str]:
    """Return what should be looked at, reason by reason, and in which rows."""
    if flagged.empty:
        return []
    return [
        heading.format(count(flagged["row"].nunique(), "row")),
        *(
            f"- {name_rows(list(dict.fromkeys(group['row'])), _SHOWN)}: {_sentence(reason)}"
            for reason, group in flagged.groupby("reason", sort=False)
        ),
    ]


def _sentence(reason: object) -> str:
    text = str(reason)
    return text if text.endswith("?") else f"{text}."
