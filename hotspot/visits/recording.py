"""Keeping the visits of a returned sheet: one transaction, every row accounted for."""

from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd
import sqlalchemy as sa

from hotspot.reading.faults import FAULT_COLUMNS
from hotspot.visits import keeping
from hotspot.visits.recorded import Recorded
from hotspot.visits.row_checks import DETAILS, Checked, at_odds, check_rows, frame_of_rows
from hotspot.visits.schema import asked, lists, made
from hotspot.visits.sheet_reading import Returned
from hotspot.visits.store import Store

# Clocks differ, and a server may keep another zone's time.
_CLOCKS_MAY_DIFFER = pd.Timedelta(hours=12)
# How long after its list a visit may be where the lists themselves are ahead of the clock.
_AHEAD = pd.Timedelta(days=90)

Rejected = tuple[Any, str, str, str]
Flagged = tuple[Any, str, str]


def record_rows(
    store: Store,
    rows: pd.DataFrame | Iterable[Mapping[str, Any]] | Returned,
    source: str | None,
    timezone: str | None,
) -> Recorded:
    """Check rows and keep what is good. See `VisitLedger.record`."""
    returns = rows if isinstance(rows, Returned) else Returned(frame_of_rows(rows))
    frame = returns.rows
    if not frame.index.is_unique:
        frame = frame.reset_index(drop=True)
    source = returns.source if source is None else source
    with store.reading() as connection:
        latest = _latest_moment(connection)
    checked = check_rows(frame, latest, timezone)
    with store.writing() as connection:
        kept = _Kept(connection, checked, source)
    rejected = [*returns.not_records.itertuples(index=False, name=None), *checked.rejected]
    rejected += kept.rejected
    return Recorded(
        source=source,
        rows_read=len(frame) + returns.not_records["row"].nunique(),
        added=kept.added,
        repeated=kept.repeated,
        marked=len(checked.marked),
        not_done=len(checked.not_done),
        unknown=kept.unknown,
        rejected=pd.DataFrame(rejected, columns=list(FAULT_COLUMNS), dtype=object),
        flagged=pd.DataFrame(
            [*returns.flagged, *kept.flagged], columns=["row", "visit_id", "reason"], dtype=object
        ),
        notes=[*returns.notes, *checked.notes],
    )


def _latest_moment(connection: sa.Connection) -> pd.Timestamp:
    """Give the moment after which no visit can have been.

    Where lists are ahead of the clock, as in an exercise with made-up dates, they tell the time.
    """
    now = pd.Timestamp.now() + _CLOCKS_MAY_DIFFER
    newest = connection.execute(sa.select(sa.func.max(lists.c.as_of))).scalar()
    return now if newest is None or newest <= now else pd.Timestamp(newest) + _AHEAD


class _Kept:
    """Rows on their way into the ledger, and what became of each."""

    def __init__(self, connection: sa.Connection, checked: Checked, source: str | None) -> None:
        self.added = self.repeated = self.unknown = 0
        self.rejected: list[Rejected] = []
        self.flagged: list[Flagged] = []
        self._connection = connection
        self._source = source
        visits = _with_listed_spelling(connection, checked.visits)
        marked = pd.concat([checked.marked, checked.marked_though_rejected])
        marked = _with_listed_spelling(connection, marked)
        ids = [*visits["visit_id"], *marked["visit_id"].dropna()]
        self._asked = _first_asked(connection, ids)
        self._on_lists = _uprns_on_lists(connection, visits)
        self._keep_visits(visits)
        for label, visit_id in checked.marked_though_rejected["visit_id"].items():
            reason = "the row was not recorded, its do-not-contact mark was"
            self.flagged.append((label, visit_id or "", reason))
        homes = [visits.loc[visits["do_not_contact"], ["visit_id", "uprn"]], marked]
        self._keep_marks(pd.concat(homes))

    def _keep_visits(self, visits: pd.DataFrame) -> None:
        """Insert what is new, fill in what was empty, refuse what contradicts the ledger."""
        there: dict[str, dict[tuple[Any, str], dict[str, Any]]] = {}
        for old in keeping.rows_with(self._connection, made.c.visit_id, visits["visit_id"]):
            there.setdefault(old["visit_id"], {})[old["visited_at"], old["result"]] = old
        new: dict[tuple[str, Any, str], dict[str, Any]] = {}
        fuller: dict[tuple[str, Any, str], dict[str, Any]] = {}
        now = pd.Timestamp.now().floor("s").to_pydatetime()
        for label, record in zip(visits.index, visits.to_dict("records"), strict=True):
            row = _ledger_row(record, self._source, now)
            of_door = there.setdefault(row["visit_id"], {})
            wrong = self._wrong(row, of_door)
            if wrong:
                self.rejected.append((label, *wrong))
                continue
            key = (row["visited_at"], row["result"])
            if key in of_door:
                self.repeated += 1
                self._fill_in(label, of_door[key], row, new, fuller)
            else:
                self.added += 1
                of_door[key] = row
                new[row["visit_id"], *key] = row
            self._flag(label, row)
        if new:
            self._connection.execute(sa.insert(made), list(new.values()))
        keeping.replace_rows(self._connection, made, list(fuller.values()))

    def _wrong(
        self, row: dict[str, Any], of_door: Mapping[tuple[Any, str], dict[str, Any]]
    ) -> tuple[str, str, str] | None:
        """Say why a row cannot be kept beside the lists and the visits that are there."""
        listed = self._asked.get(row["visit_id"])
        uprn = row["uprn"]
        if listed and uprn and listed["uprns"] and not _among(uprn, listed["uprns"]):
            reason = f"on the list {row['visit_id']} is UPRN {listed['uprn']}: was the id edited?"
            return "uprn", uprn, reason
        for (moment, result), old in of_door.items():
            same_home = (old["uprn"] or uprn) == (uprn or old["uprn"])
            timed = row["time_known"] and moment == row["visited_at"] and same_home
            if timed and at_odds(result, row["result"]):
                return "result", row["result"], f"the ledger has {result!r} at that time"
        return None

    def _fill_in(
        self,
        label: Any,
        old: dict[str, Any],
        row: dict[str, Any],
        new: Mapping[tuple[str, Any, str], dict[str, Any]],
        fuller: dict[tuple[str, Any, str], dict[str, Any]],
    ) -> None:
        """Take details from a repeated row that the visit lacked; never overwrite one."""
        key = (row["visit_id"], row["visited_at"], row["result"])
        changed = dict(old)
        for name in DETAILS:
            if old[name] is None:
                changed[name] = row[name]
            elif row[name] is not None and row[name] != old[name] and name != "uprn":
                reason = f"known already with another {name}, which was kept"
                self.flagged.append((label, row["visit_id"], reason))
        for name in ("leaflet_left", "do_not_contact"):
            changed[name] = old[name] or row[name]
        if changed != old:
            old.update(changed)
            if key not in new:
                fuller[key] = old

    def _flag(self, label: Any, row: dict[str, Any]) -> None:
        """Point out what was kept and may be wrong."""
        listed = self._asked.get(row["visit_id"])
        visit_id = row["visit_id"]
        if listed is None:
            self.unknown += 1
            self.flagged.append((label, visit_id, self._why_unknown(row["uprn"])))
        elif listed["newest"] is not None and latest_moment(row) < listed["newest"]:
            reason = "the visit is before the burglary was found: it does not count"
            self.flagged.append((label, visit_id, reason))
        elif row["visited_at"] < pd.Timestamp(listed["first_as_of"]).normalize():
            self.flagged.append((label, visit_id, "the visit is before the door was first listed"))

    def _why_unknown(self, uprn: str | None) -> str:
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
        told = [a if b is None else b for a, b in zip(homes["uprn"], listed, strict=True)]
        uprns = pd.Series(told, index=homes.index, dtype=object)
        keeping.keep_marks(self._connection, homes.assign(uprn=uprns))


def latest_moment(visit: Mapping[str, Any]) -> Any:
    """Give the last moment that a visit can have been: of one without a time, the day's end."""
    moment = visit["visited_at"]
    if visit["time_known"]:
        return moment
    return moment + pd.Timedelta(days=1) - pd.Timedelta(seconds=1)


def _with_listed_spelling(connection: sa.Connection, rows: pd.DataFrame) -> pd.DataFrame:
    """Write ids as the lists do where only the case or the spaces differ."""
    spelt = {visit_id: "".join(visit_id.split()).upper() for visit_id in rows["visit_id"].dropna()}
    odd = {visit_id: upper for visit_id, upper in spelt.items() if upper != visit_id}
    if not odd:
        return rows
    listed = {
        row["visit_id"]
        for row in keeping.rows_with(connection, asked.c.visit_id, [*odd, *odd.values()])
    }
    mended = {a: b for a, b in odd.items() if a not in listed and b in listed}
    return rows.assign(visit_id=rows["visit_id"].replace(mended))


def _first_asked(connection: sa.Connection, visit_ids: list[str]) -> dict[str, dict[str, Any]]:
    """Give the first asking of each visit."""
    found: dict[str, dict[str, Any]] = {}
    for row in keeping.rows_with(connection, asked.c.visit_id, visit_ids):
        before = found.get(row["visit_id"])
        if before is None or row["attempt"] < before["attempt"]:
            found[row["visit_id"]] = row
    return found


def _uprns_on_lists(connection: sa.Connection, visits: pd.DataFrame) -> set[str]:
    found = keeping.rows_with(connection, asked.c.uprn, visits["uprn"].dropna())
    return {row["uprn"] for row in found}


def _among(uprn: str, uprns: str) -> bool:
    """Tell whether a UPRN is one of a building's; a spreadsheet may have lost its zeros."""
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
