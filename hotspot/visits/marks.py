"""Marks of homes that want no contact: set by a clear yes, listed, and lifted by name."""

from dataclasses import dataclass, field
from typing import Any

import pandas as pd
import sqlalchemy as sa

from hotspot._errors import ConfigError, DataError
from hotspot.english import count, long_moment
from hotspot.incidents.stop_list import Exclude
from hotspot.output.text import clean_text
from hotspot.visits.access_log import log_access, login_name
from hotspot.visits.home_finding import doors_by_visit, find_home, uprn_keys
from hotspot.visits.queries import first_known
from hotspot.visits.schema import frame_of, keep_rows, made, marks, replace_rows, rows_with
from hotspot.visits.stopped_doors import at_homes, names_any, of_ledger, refuse_stopped

COLUMNS = (
    "uprn", "address", "area", "marked_at", "visit_id", "visited_at", "lifted_at", "lifted_by",
    "lifted_why",
)  # fmt: skip


@dataclass
class Marked:
    """What became of marks that were to be set.

    Attributes
    ----------
    new : int
        Homes that were not marked before, or no longer.
    still_lifted : dict
        When the mark of a home was lifted that what came was too old to set again, by the label
        of its row.
    """

    new: int = 0
    still_lifted: dict[Any, pd.Timestamp] = field(default_factory=dict)


def mark_homes(connection: sa.Connection, homes: pd.DataFrame) -> Marked:
    """Write marks of homes, by UPRN or else by visit.

    Parameters
    ----------
    connection : sqlalchemy.Connection
    homes : DataFrame
        ``visit_id``, ``uprn`` and ``said_at``: when the home said so. Where that is not known it
        may have been before the mark was lifted, and a lifted mark stays so.

    Returns
    -------
    Marked
    """
    marked = Marked()
    if homes.empty:
        return marked
    now = pd.Timestamp.now().floor("s").to_pydatetime()
    rows = [
        {"marked": f"uprn:{uprn}", "uprn": uprn, "visit_id": visit_id, "marked_at": now}
        if uprn is not None and not pd.isna(uprn)
        else {"marked": f"visit:{visit_id}", "uprn": None, "visit_id": visit_id, "marked_at": now}
        for visit_id, uprn in zip(homes["visit_id"], homes["uprn"], strict=True)
    ]
    lifted = _lifted(connection, rows)
    new: dict[str, dict[str, Any]] = {}
    for label, row, said_at in zip(homes.index, rows, homes["said_at"], strict=True):
        lifted_at = lifted.get(row["marked"]) or lifted.get(f"visit:{row['visit_id']}")
        if lifted_at is None or (not pd.isna(said_at) and said_at >= lifted_at):
            new[row["marked"]] = row
        else:
            marked.still_lifted[label] = pd.Timestamp(lifted_at)
    standing = {"lifted_at": None, "lifted_by": None, "lifted_why": None}
    again = [{**new[key], **standing} for key in sorted(new.keys() & lifted.keys())]
    replace_rows(connection, marks, again)
    marked.new = len(again) + keep_rows(connection, marks, list(new.values()))
    if marked.new:
        log_access(connection, "mark", count=marked.new)
    return marked


def _lifted(connection: sa.Connection, rows: list[dict[str, Any]]) -> dict[str, Any]:
    """Read when marks were lifted, by what they mark and by the visit that set them."""
    known = [
        *rows_with(connection, marks.c.marked, [row["marked"] for row in rows]),
        *rows_with(connection, marks.c.visit_id, [row["visit_id"] for row in rows]),
    ]
    lifted = [row for row in known if row["lifted_at"] is not None]
    by_visit = {f"visit:{row['visit_id']}": row["lifted_at"] for row in lifted}
    return by_visit | {row["marked"]: row["lifted_at"] for row in lifted}


def all_marks(connection: sa.Connection, *, lifted: bool, exclude: Exclude = ()) -> pd.DataFrame:
    """Read the marks. See `VisitLedger.marks`."""
    rows = frame_of(connection, sa.select(marks))
    if not lifted:
        rows = rows[rows["lifted_at"].isna()]
    by_home: dict[str, dict[Any, Any]] = {}
    by_visit: dict[str, dict[Any, Any]] = {}
    for door in doors_by_visit(connection).reset_index().to_dict("records"):
        by_visit[door["visit_id"]] = door
        for key in uprn_keys(door["uprns"], door["uprn"]):
            by_home[key] = door
    known: list[dict[Any, Any]] = []
    for row in rows.to_dict("records"):
        homes = [by_home[key] for key in uprn_keys(row["uprn"]) if key in by_home]
        known.append((homes or [by_visit.get(row["visit_id"], {})])[0])
    said = sa.select(made.c.visit_id, made.c.visited_at).where(made.c.do_not_contact)
    when = frame_of(connection, said).groupby("visit_id")["visited_at"].max()
    if stop := of_ledger(connection, exclude):
        doors = pd.DataFrame(known, columns=["uprns", "crime_refs"], index=rows.index)
        told = ~(at_homes(rows, stop) | names_any(doors, stop))
        rows, known = rows[told], [door for door, shown in zip(known, told, strict=True) if shown]
    for name in ("address", "area"):
        rows[name] = pd.Series([door.get(name) for door in known], index=rows.index, dtype=object)
    own = pd.Series([door.get("uprn") for door in known], index=rows.index, dtype=object)
    rows["uprn"] = first_known(rows["uprn"], own)
    rows["visited_at"] = when.reindex(rows["visit_id"]).to_numpy()
    ordered = rows.sort_values(["marked_at", "uprn", "visit_id"], ignore_index=True)
    return ordered[list(COLUMNS)]


def lift_mark(
    connection: sa.Connection, told: str, why: str, who: str | None, exclude: Exclude = ()
) -> pd.DataFrame:
    """Lift the marks of one home, and return them. See `VisitLedger.lift_mark`."""
    why = clean_text(why or "").strip()
    if not why:
        raise ConfigError("why must say why the mark is lifted: who asked for it, and when.")
    home = find_home(connection, told, exclude)
    refuse_stopped(connection, home, exclude)
    rows = frame_of(connection, sa.select(marks).where(marks.c.lifted_at.is_(None)))
    same = rows["uprn"].map(lambda uprn: bool(uprn_keys(uprn) & home.uprns))
    chosen = rows[same | rows["visit_id"].isin(home.visits)]
    if chosen.empty:
        raise DataError(f"No mark stands for {home.name}.")
    now = pd.Timestamp.now().floor("s").to_pydatetime()
    by = clean_text(who or "").strip() or login_name()
    said = {"lifted_at": now, "lifted_by": by, "lifted_why": why}
    replace_rows(connection, marks, [{"marked": key, **said} for key in chosen["marked"]])
    log_access(connection, "lift", who, count=1)
    lifted = all_marks(connection, lifted=True)
    return lifted[lifted["lifted_at"] == now].reset_index(drop=True)


def marks_in_words(rows: pd.DataFrame) -> str:
    """Return marks in plain sentences, for the supervisor."""
    standing = int(rows["lifted_at"].isna().sum())
    lifted = len(rows) - standing
    # Who lifts one mark is told of that one: "0 homes" would say that no other is left.
    parts = [f"{count(standing, 'home')} not to be contacted"] if standing or not lifted else []
    parts += [f"{count(lifted, 'mark')} lifted"] if lifted else []
    return "\n".join([f"{', '.join(parts)}.", *(mark_in_words(row) for row in rows.itertuples())])


def mark_in_words(row: Any) -> str:
    """Return one mark of `all_marks` in a sentence."""
    named = [row.address, f"UPRN {row.uprn}" if row.uprn else None, row.area]
    where = ", ".join(str(part) for part in named if part) or f"visit {row.visit_id}"
    since = f"marked {long_moment(row.marked_at)}"
    if not pd.isna(row.visited_at):
        since += f", as said {long_moment(row.visited_at)} (visit {row.visit_id})"
    elif row.visit_id:
        since += f", by the row of visit {row.visit_id}"
    if not pd.isna(row.lifted_at):
        since += f"; lifted {long_moment(row.lifted_at)} by {row.lifted_by}: {row.lifted_why}"
    return f"{where}: {since}."
