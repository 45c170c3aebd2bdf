"""Answers for whoever asks "why my door?"."""

import difflib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd
import sqlalchemy as sa

from hotspot._errors import DataError
from hotspot.english import count, list_day, long_moment
from hotspot.rule import RINGS
from hotspot.visits.schema import asked, burglaries, frame_of, lists, made


@dataclass(frozen=True)
class Explanation:
    """Why a door was asked for.

    Parameters
    ----------
    visit_id : str
    asked : DataFrame
        A row per attempt asked for, with ``address``, ``ring``, ``reason``, ``task``, ``act_by``,
        ``first_as_of`` and ``last_as_of``.
    burglaries : DataFrame
        What reaches the door, the leading one first: ``crime_ref``, ``link`` (how, in words),
        ``distance_m``, ``found``, ``recorded``; empty where the list did not tell.
    visits : DataFrame
        What was done: ``visited_at``, ``result``.
    rule : dict
        The parameters of the last list with it.
    version : str
        The version that made that list.
    """

    visit_id: str
    asked: pd.DataFrame
    burglaries: pd.DataFrame
    visits: pd.DataFrame
    rule: Mapping[str, Any]
    version: str

    def summary(self) -> str:
        """Return it in plain sentences, for the supervisor: references and addresses are in it.

        Returns
        -------
        str
        """
        last = self.asked.iloc[-1]
        door = last["address"] or "no address"
        sentences = [
            f"{self.visit_id}: {door}"
            + (f" (UPRN {last['uprns']})" if last["uprns"] else "")
            + (f", {last['area']}" if last["area"] else "")
            + ".",
            f"Ring {last['ring']}: {RINGS[min(int(last['ring']), len(RINGS) - 1)].because}.",
        ]
        if last["reason"]:
            sentences.append(f"On the list: {last['reason']}")
        sentences += [_burglary(row) for row in self.burglaries.itertuples()]
        sentences += [_asking(row) for row in self.asked.itertuples()]
        sentences.append(self._rule())
        done = [_visit(row) for row in self.visits.itertuples()]
        sentences.append(
            f"Done: {'; '.join(done)}." if done else "Nothing is recorded as done yet."
        )
        sentences.append(
            "The door was listed for where it stands and when burglaries near it were recorded; "
            "nothing about the people who live there went into it."
        )
        return "\n".join(sentences)

    def to_dict(self) -> dict[str, Any]:
        """Return what JSON can hold.

        Returns
        -------
        dict
        """
        tables = {"asked": self.asked, "burglaries": self.burglaries, "visits": self.visits}
        return {
            "visit_id": self.visit_id,
            **{
                name: json.loads(table.to_json(orient="records", date_format="iso"))
                for name, table in tables.items()
            },
            "rule": dict(self.rule),
            "version": self.version,
        }

    def _rule(self) -> str:
        hours = self.asked.iloc[0]["act_within_hours"]
        parts = [f"ring {self.asked.iloc[0]['ring']} within {hours:g} hours of the record"]
        if "visit_days" in self.rule:
            parts.append(f"visits for burglaries of the last {self.rule['visit_days']:g} days")
        if "distance_m" in self.rule and "window_days" in self.rule:
            parts.append(
                f"raised risk within {self.rule['distance_m']:g} m for "
                f"{self.rule['window_days']:g} days"
            )
        if self.rule.get("preset"):
            parts.append(f"preset {self.rule['preset']}")
        return f"Rule: {'; '.join(parts)} (hotspot {self.version})."


def explain_visit(connection: sa.Connection, visit_id: str) -> Explanation:
    """Read why a visit was asked for. See `VisitLedger.explain`."""
    wanted = " ".join(str(visit_id).split())
    query = sa.select(asked).where(asked.c.visit_id.in_([wanted, wanted.upper()]))
    askings = frame_of(connection, query.order_by(asked.c.attempt))
    if askings.empty:
        raise DataError(_unknown(connection, wanted))
    known = str(askings.iloc[0]["visit_id"])
    reaching = frame_of(
        connection,
        sa.select(burglaries).where(burglaries.c.visit_id == known).order_by(burglaries.c.place),
    )
    done = frame_of(
        connection,
        sa.select(made.c.visited_at, made.c.result, made.c.recorded_at)
        .where(made.c.visit_id == known)
        .order_by(made.c.visited_at, made.c.result),
    )
    last = askings.sort_values("last_as_of", kind="stable").iloc[-1]
    same = (lists.c.as_of == last["last_as_of"].to_pydatetime()) & (
        lists.c.parameters_digest == last["last_parameters"]
    )
    parameters, version = connection.execute(
        sa.select(lists.c.parameters, lists.c.version).where(same)
    ).one()
    shown = ["crime_ref", "link", "distance_m", "found", "recorded"]
    return Explanation(
        visit_id=known,
        asked=askings.drop(columns="last_parameters"),
        burglaries=reaching[shown],
        visits=done,
        rule=json.loads(parameters),
        version=version,
    )


def _unknown(connection: sa.Connection, visit_id: str) -> str:
    """Return that an id is unknown, and which may be meant."""
    unknown = f"No list of this ledger holds the visit {visit_id!r}"
    done = connection.execute(
        sa.select(sa.func.count()).select_from(made).where(made.c.visit_id == visit_id)
    ).scalar_one()
    if done:
        return f"{unknown}, though {count(done, 'visit')} came back under that id."
    ids = connection.execute(sa.select(asked.c.visit_id).distinct()).scalars().all()
    close = difflib.get_close_matches(visit_id.upper(), ids, n=1, cutoff=0.7)
    return f"{unknown}: did you mean {close[0]}?" if close else f"{unknown}."


def _burglary(row: Any) -> str:
    parts = [f"Burglary {row.crime_ref}"]
    if row.link:
        parts.append(str(row.link))
    if not pd.isna(row.distance_m):
        parts.append(f"{row.distance_m:.0f} m away")
    if not pd.isna(row.found):
        parts.append(f"found {long_moment(row.found)}")
    if not pd.isna(row.recorded):
        parts.append(f"recorded {long_moment(row.recorded)}")
    return f"{', '.join(parts)}."


def _visit(row: Any) -> str:
    return f"{row.result}, {long_moment(row.visited_at)}"


def _asking(row: Any) -> str:
    first, last = list_day(row.first_as_of), list_day(row.last_as_of)
    lasting = f"on the list of {first}"
    if row.last_as_of > row.first_as_of:
        lasting = f"on the lists from {first} to {last}"
    by = "" if pd.isna(row.act_by) else f", to be done by {long_moment(row.act_by)}"
    return f"Asked for a {row.task} {lasting}{by}."
