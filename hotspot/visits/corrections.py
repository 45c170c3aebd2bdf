"""Visits corrected or withdrawn, with who did it, when and why kept beside what had stood."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any, NamedTuple

import pandas as pd
import sqlalchemy as sa

from hotspot._checks import raise_problems
from hotspot._errors import ConfigError, DataError
from hotspot.dates import AsOf, moment_of
from hotspot.english import long_moment
from hotspot.output.results import Shown
from hotspot.output.text import clean_text
from hotspot.rule import result_words
from hotspot.visits.access_log import log_access, login_name
from hotspot.visits.queries import latest_moment
from hotspot.visits.result_words import at_odds, canonical_result
from hotspot.visits.schema import corrections, frame_of, made, rows_with
from hotspot.visits.store import Store

# What a correction keeps of a visit. The note for the officer stays with the visit alone, so that
# it is gone from the ledger once it was handed over.
_KEPT = (
    "visited_at", "time_known", "result", "uprn", "collar_number", "leaflet_left",
    "camera_or_doorbell", "referral", "do_not_contact", "note", "pack", "source", "recorded_at",
)  # fmt: skip
COLUMNS = (
    "visit_id", "visited_at", "result", "new_visited_at", "new_result", "withdrawn",
    "corrected_by", "corrected_at", "why",
)  # fmt: skip
_SHOWN = ("visited_at", "time_known", "result")

Key = tuple[str, Any, str]


class Change(NamedTuple):
    """What to make of a visit: another time or result, or nothing at all."""

    visited_at: AsOf | None
    result: str | None
    withdraw: bool
    why: str
    who: str | None

    def check(self) -> "tuple[pd.Timestamp | None, str | None]":
        """Return the time and the result to change it to.

        Raises
        ------
        ConfigError
            If they are none, contradict each other, or nobody says why.
        """
        problems = []
        changes = self.visited_at is not None or self.result is not None
        if self.withdraw and changes:
            problems.append("A visit is withdrawn or changed: give withdraw or what it is to be.")
        if not self.withdraw and not changes:
            problems.append(
                "Say what the visit is to be: to_visited_at, to_result or both, or withdraw."
            )
        if not isinstance(self.why, str) or not clean_text(self.why).strip():
            problems.append("Say why it is corrected: the reason is kept with it.")
        raise_problems(arguments=problems)
        moment = None if self.visited_at is None else moment_of(self.visited_at, "to_visited_at")
        return moment, _known_result(self.result, "to_result")


@dataclass(frozen=True)
class Corrected(Shown):
    """Result of `VisitLedger.correct`.

    Parameters
    ----------
    visit_id : str
    old : dict
        The visit as it had stood: ``visited_at``, ``result``.
    new : dict or None
        As it stands now; None where it was withdrawn.
    corrected_by : str
    why : str
    marked : bool
        Whether the visit had set a do-not-contact mark, which stands.
    """

    visit_id: str
    old: dict[str, Any]
    new: dict[str, Any] | None
    corrected_by: str
    why: str
    marked: bool

    def summary(self) -> str:
        """Return in a sentence what was changed.

        Returns
        -------
        str
        """
        now = "withdrawn" if self.new is None else f"now {_told(self.new)}"
        mark = (
            " The do-not-contact mark that it had set stands until it is lifted."
            if self.marked
            else ""
        )
        return f"{self.visit_id}: {_told(self.old)}, is {now} ({self.corrected_by}).{mark}"

    def to_dict(self) -> dict[str, Any]:
        """Return what JSON can hold.

        Returns
        -------
        dict
        """
        return {name: _as_json(value) for name, value in asdict(self).items()}


def correct_visit(
    store: Store, visit_id: str, visited_at: AsOf | None, result: str | None, change: Change
) -> Corrected:
    """Change or withdraw one visit. See `VisitLedger.correct`."""
    to = change.check()
    at = None if visited_at is None else moment_of(visited_at, "visited_at")
    meant = _known_result(result, "result")
    who = clean_text(change.who or "").strip() or login_name()
    with store.writing() as connection:
        old, others = _one_visit(connection, visit_id, at, meant)
        new = None if change.withdraw else _changed(old, *to)
        if new is None:
            _refuse_to_lose_a_note(old)
        else:
            _refuse_beside_others(new, others, latest_moment(connection))
        row = {
            **{name: old[name] for name in ("visit_id", "visited_at", "result")},
            "old": _text(old),
            "new": new and _text(new),
            "corrected_by": who,
            "corrected_at": pd.Timestamp.now().floor("s").to_pydatetime(),
            "why": clean_text(change.why).strip(),
        }
        connection.execute(sa.insert(corrections).values(row))
        stood = sa.and_(*(column == old[column.name] for column in made.primary_key))
        connection.execute(sa.delete(made).where(stood))
        if new:
            connection.execute(sa.insert(made).values(new))
        log_access(connection, "correction", who, count=1)
    return Corrected(
        visit_id=old["visit_id"],
        old={name: old[name] for name in _SHOWN},
        new=new and {name: new[name] for name in _SHOWN},
        corrected_by=who,
        why=row["why"],
        marked=bool(old["do_not_contact"]),
    )


def all_corrections(connection: sa.Connection) -> pd.DataFrame:
    """Read every correction, the oldest first. See `VisitLedger.corrections`."""
    rows = frame_of(connection, sa.select(corrections).order_by(corrections.c.id))
    new = [{} if text is None else json.loads(text) for text in rows["new"]]
    moments = pd.Series([one.get("visited_at") for one in new], index=rows.index, dtype=object)
    rows["new_visited_at"] = pd.to_datetime(moments).astype("datetime64[us]")
    rows["new_result"] = pd.Series(
        [one.get("result") for one in new], index=rows.index, dtype=object
    )
    rows["withdrawn"] = rows["new"].isna()
    return rows[list(COLUMNS)]


def corrected_since(connection: sa.Connection, visit_ids: Iterable[str]) -> dict[Key, Key | None]:
    """Read what became of visits that were corrected: the visit now, None where withdrawn.

    Of a visit that was corrected several times the last counts.
    """
    became: dict[Key, Key | None] = {}
    rows = list(rows_with(connection, corrections.c.visit_id, visit_ids))
    for row in sorted(rows, key=lambda row: int(row["id"])):
        old = (row["visit_id"], row["visited_at"], row["result"])
        new = None if row["new"] is None else json.loads(row["new"])
        now = new and (
            row["visit_id"],
            pd.Timestamp(new["visited_at"]).to_pydatetime(),
            new["result"],
        )
        became = {key: now if value == old else value for key, value in became.items()}
        became[old] = now
    return became


def _one_visit(
    connection: sa.Connection, visit_id: str, at: pd.Timestamp | None, result: str | None
) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """Find the one visit that is meant, and the others of its door.

    Raises
    ------
    DataError
        If it is none or one of several; the door's visits are listed.
    """
    wanted = " ".join(str(visit_id).split())
    of_door = list(rows_with(connection, made.c.visit_id, [wanted, wanted.upper()]))
    of_door.sort(key=lambda row: (row["visited_at"], row["result"]))
    if not of_door:
        raise DataError(f"The ledger holds no visit of {wanted!r}.")
    meant = [
        row
        for row in of_door
        if (result is None or row["result"] == result) and (at is None or _is_at(row, at))
    ]
    if len(meant) == 1:
        return meant[0], [row for row in of_door if row is not meant[0]]
    name = of_door[0]["visit_id"]
    problem = (
        f"{len(meant)} visits of {name} may be meant" if meant else f"{name} has no such visit"
    )
    listed = "; ".join(_told(row) for row in of_door)
    raise DataError(f"{problem}: say which by visited_at and result. Its visits: {listed}.")


def _is_at(visit: Mapping[str, Any], at: pd.Timestamp) -> bool:
    """Test whether a visit was at a moment, to the minute; a day means any time of it."""
    moment = pd.Timestamp(visit["visited_at"])
    if at == at.normalize():
        return bool(moment.normalize() == at)
    return bool(moment.floor("min") == at.floor("min"))


def _changed(
    old: Mapping[str, Any], moment: pd.Timestamp | None, result: str | None
) -> dict[str, Any]:
    """Return a visit with another time or result.

    Raises
    ------
    DataError
        If it is so already.
    """
    new = dict(old)
    if moment is not None:
        known = bool(moment != moment.normalize())
        new |= {"visited_at": moment.to_pydatetime(), "time_known": known}
    if result is not None:
        new["result"] = result
    if new == dict(old):
        raise DataError(f"{old['visit_id']} is so already: {_told(old)}.")
    return new


def _refuse_to_lose_a_note(old: Mapping[str, Any]) -> None:
    if old["for_the_officer"]:
        raise DataError(
            f"{old['visit_id']}, {_told(old)}, has a note for the officer in the case that was not "
            "handed over yet. Hand it over first (hotspot visits notes), then withdraw the visit."
        )


def _refuse_beside_others(
    new: Mapping[str, Any], others: list[dict[str, Any]], latest: pd.Timestamp
) -> None:
    """Refuse a visit that cannot have been, by the clock or beside the others of its door."""
    if pd.Timestamp(new["visited_at"]) > latest:
        raise DataError(f"{_told(new)} is in the future.")
    for other in others:
        if other["visited_at"] != new["visited_at"]:
            continue
        if other["result"] == new["result"]:
            raise DataError(
                f"{new['visit_id']} has this visit already ({_told(other)}): withdraw the other."
            )
        if new["time_known"] and at_odds(other["result"], new["result"]):
            raise DataError(
                f"{new['visit_id']} has {other['result']!r} at that time: which of them is true?"
            )


def _known_result(text: str | None, name: str) -> str | None:
    if text is None:
        return None
    known = canonical_result(text) if isinstance(text, str) else None
    if known is None:
        listed = ", ".join(result_words())
        raise ConfigError(f"{name} must be one of {listed}, not {text!r}.")
    return known


def _told(visit: Mapping[str, Any]) -> str:
    moment = pd.Timestamp(visit["visited_at"])
    return f"{visit['result']}, {long_moment(moment)}"


def _text(visit: Mapping[str, Any]) -> str:
    return json.dumps(_as_json({name: visit[name] for name in _KEPT}), ensure_ascii=False)


def _as_json(value: Any) -> Any:
    """Return what JSON can hold: times as text."""
    if isinstance(value, Mapping):
        return {name: _as_json(one) for name, one in value.items()}
    return value if value is None or isinstance(value, str | bool | int) else value.isoformat()
