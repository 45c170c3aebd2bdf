"""Issuing a list: from its doors to the rows that a ledger keeps of them."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

import pandas as pd

from hotspot import __version__
from hotspot._errors import DataError
from hotspot.dates import cutoff
from hotspot.english import count, name_rows
from hotspot.incidents.stop_list import WITH_STOP_LIST
from hotspot.output.text import clean_text
from hotspot.rule import ACT_WITHIN_HOURS, hours_to_act
from hotspot.visits import schema
from hotspot.visits.store import Store

_NEEDED = ("visit_id", "ring", "address", "act_by")
_DETAILS = (
    "task", "ring", "uprn", "uprns", "address", "area", "reason", "tier", "crime_refs",
    "distance_m", "expires", "last_parameters", "number",
)  # fmt: skip
# The time asked for and the hours to it, and from when the force's own clock runs.
_ASKED_FOR = ("act_by", "act_within_hours", "recorded")
_TIMES = ("newest", "act_by", "expires")
# What is kept of each list as it stood; "at_the_door" is what may be said there.
_AS_LISTED = (
    "visit_id", "attempt", "number", "ring", "task", "reason", "tier", "crime_refs", "distance_m",
    "newest", "recorded", "act_by", "area",
)  # fmt: skip
_TASK = "visit"


def issue_list(
    store: Store,
    targets: pd.DataFrame,
    messages: pd.DataFrame | None,
    links: pd.DataFrame | None,
) -> int:
    """Write what a list asks. See `VisitLedger.issue`."""
    as_of = targets.attrs.get("as_of")
    if as_of is None:
        raise DataError(
            "The targets do not tell their cut-off: set targets.attrs['as_of'], which "
            "cocooning_targets does and some operations on frames lose."
        )
    last = cutoff(as_of)
    number = None if messages is None else len(messages)
    listed = _list_row(targets.attrs, last, len(targets), number)
    asking_rows = _asking_rows(pd.DataFrame(targets), targets.attrs, listed)
    listed_rows = _listed_rows(pd.DataFrame(targets), asking_rows, listed)
    burglary_rows = _burglary_rows(pd.DataFrame(targets), links, last)
    with store.writing() as connection:
        schema.keep_rows(connection, schema.lists, [listed], _another_length)
        added = schema.keep_rows(connection, schema.asked, asking_rows, _merged)
        schema.keep_rows(connection, schema.listed, listed_rows, _as_issued_last)
        schema.keep_rows(connection, schema.burglaries, burglary_rows, _fuller)
        started = schema.read_time(connection, schema.STARTED)
        if started is None or last < started:
            schema.write_time(connection, schema.STARTED, last)
    return added


def _list_row(
    attrs: Mapping[Any, Any], as_of: pd.Timestamp, doors: int, messages: int | None
) -> dict[str, Any]:
    """Describe a list: its cut-off, the rule behind it, and how long it is."""
    made_with = dict(attrs.get("parameters") or {})
    # That there was a stop list, never what is on it: whoever asks the ledger is to heed one, too.
    made_with |= {WITH_STOP_LIST: True} if attrs.get(WITH_STOP_LIST) else {}
    parameters = json.dumps(made_with, sort_keys=True, default=str)
    return {
        "as_of": _moment(as_of),
        "parameters_digest": hashlib.sha256(parameters.encode()).hexdigest()[:16],
        "parameters": parameters,
        "doors": doors,
        "messages": messages,
        "version": __version__,
        "issued_at": pd.Timestamp.now().floor("s").to_pydatetime(),
    }


def _asking_rows(
    targets: pd.DataFrame, attrs: Mapping[Any, Any], listed: Mapping[str, Any]
) -> list[dict[str, Any]]:
    """Return the doors of a list as rows of the table of askings.

    Raises
    ------
    DataError
        If columns are missing or a door is listed twice.
    """
    missing = [name for name in _NEEDED if name not in targets.columns]
    if missing:
        raise DataError(f"The targets lack {', '.join(missing)}.")
    hours = (attrs.get("parameters") or {}).get("act_within_hours") or ACT_WITHIN_HOURS
    rows = []
    for record in targets.to_dict("records"):
        ring = int(record["ring"])
        row: dict[str, Any] = {n: _text(record.get(n)) for n in (*_DETAILS, "visit_id")}
        row |= {name: _moment(record.get(name)) for name in _TIMES}
        within_hours = float(hours_to_act(ring, hours))
        row |= {
            "recorded": _recorded(record, row["act_by"], within_hours),
            "number": _whole(record.get("number")),
            "attempt": int(record.get("attempt") or 1),
            "task": row["task"] or _TASK,
            "ring": ring,
            "distance_m": _number(record.get("distance_m")),
            "uprns": row["uprns"] or row["uprn"],
            "act_within_hours": within_hours,
            "first_as_of": listed["as_of"],
            "last_as_of": listed["as_of"],
            "last_parameters": listed["parameters_digest"],
        }
        rows.append(row)
    _refuse_repeated(rows, targets)
    return rows


def _recorded(record: Mapping[Any, Any], act_by: Any, within_hours: float) -> Any:
    """Return when the leading burglary was recorded.

    A list that has no word of it counts the time asked for from there, as lists once did.
    """
    if "recorded" in record:
        return _moment(record["recorded"])
    return (
        None if act_by is None else _moment(pd.Timestamp(act_by) - pd.Timedelta(hours=within_hours))
    )


def _listed_rows(
    targets: pd.DataFrame, asking_rows: list[dict[str, Any]], listed: Mapping[str, Any]
) -> list[dict[str, Any]]:
    """Return the doors of a list as they stand on it."""
    words = targets["at_the_door"] if "at_the_door" in targets else [None] * len(targets)
    return [
        {
            "as_of": listed["as_of"],
            "parameters_digest": listed["parameters_digest"],
            **{name: row[name] for name in _AS_LISTED},
            "at_the_door": _text(said),
        }
        for row, said in zip(asking_rows, words, strict=True)
    ]


def _refuse_repeated(rows: list[dict[str, Any]], targets: pd.DataFrame) -> None:
    keys = pd.Series([(row["visit_id"], row["attempt"]) for row in rows], index=targets.index)
    without = [label for label, key in keys.items() if not key[0]]
    if without:
        raise DataError(f"{count(len(without), 'target')} without visit_id: {name_rows(without)}.")
    again = list(keys.index[keys.duplicated()])
    if again:
        raise DataError(f"The targets list a door twice: {name_rows(again)}.")


def _burglary_rows(
    targets: pd.DataFrame, links: pd.DataFrame | None, as_of: pd.Timestamp
) -> list[dict[str, Any]]:
    """Return the burglaries that reach the doors as rows, the leading one of a door first.

    Without `links` only the leading reference has a distance and a date.
    """
    linked: dict[tuple[str, str], Mapping[Any, Any]] = {}
    for record in [] if links is None else links.to_dict("records"):
        linked[str(record["visit_id"]), str(record["crime_ref"])] = record
    rows = []
    for record in targets.to_dict("records"):
        refs = dict.fromkeys(ref for ref in str(record.get("crime_refs") or "").split("; ") if ref)
        for place, ref in enumerate(refs):
            known: Mapping[Any, Any] = linked.get((str(record["visit_id"]), ref), {})
            if not known and place == 0:
                known = {"distance_m": record.get("distance_m"), "found": record.get("newest")}
            rows.append(
                {
                    "visit_id": _text(record["visit_id"]),
                    "crime_ref": _text(ref),
                    "place": place,
                    "link": _text(known.get("link")),
                    "distance_m": _number(known.get("distance_m")),
                    "found": _moment(known.get("found")),
                    "recorded": _moment(known.get("recorded")),
                    "as_of": _moment(as_of),
                }
            )
    return rows


def _merged(old: Mapping[str, Any], new: Mapping[str, Any]) -> dict[str, Any] | None:
    """Join an asking with the same asking on another list; None where nothing changes.

    The time by which to act stays what was first asked: no later list can make a visit timely. So
    does the burglary that a visit must have come after: one that joins later undoes no visit.
    """
    joined = dict(old)
    if new["last_as_of"] >= old["last_as_of"]:
        joined |= {name: new[name] for name in _DETAILS}
        joined["last_as_of"] = new["last_as_of"]
    if new["first_as_of"] < old["first_as_of"]:
        joined |= {name: new[name] for name in ("first_as_of", *_ASKED_FOR)}
    joined["newest"] = min((row["newest"] for row in (old, new) if row["newest"]), default=None)
    return None if joined == dict(old) else joined


def _as_issued_last(old: Mapping[str, Any], new: dict[str, Any]) -> dict[str, Any] | None:
    """Write a door of a list again where the same list was issued with other words."""
    return None if old == new else new


def _another_length(old: Mapping[str, Any], new: dict[str, Any]) -> dict[str, Any] | None:
    """Write a list again only where it has grown or shrunk: when it was issued stays as it was."""
    same = all(old[name] == new[name] for name in ("doors", "messages"))
    return None if same else new


def _fuller(old: Mapping[str, Any], new: dict[str, Any]) -> dict[str, Any] | None:
    """Join what two lists say of a burglary at a door.

    What an older list says adds nothing, and what one says without details takes none away.
    """
    if old == new or new["as_of"] < old["as_of"]:
        return None
    return {name: old[name] if value is None else value for name, value in new.items()}


def _moment(value: Any) -> Any:
    """Return a time as databases take it, to the microsecond."""
    if value is None or pd.isna(value):
        return None
    return pd.Timestamp(value).floor("us").to_pydatetime()


def _text(value: Any) -> str | None:
    if value is None or (not isinstance(value, str) and pd.isna(value)):
        return None
    return clean_text(str(value)) or None


def _number(value: Any) -> float | None:
    return None if value is None or pd.isna(value) else float(value)


def _whole(value: Any) -> int | None:
    # Lists by others, and those of 0.1, have the number of the house there: a text.
    return None if value is None or isinstance(value, str) or pd.isna(value) else int(value)
