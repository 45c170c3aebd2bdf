"""Answers for whoever asks "why my door?"."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd
import sqlalchemy as sa

from hotspot._errors import DataError
from hotspot.dates import AsOf, cutoff, is_end_of_day
from hotspot.english import and_list, count, list_day, long_moment
from hotspot.incidents.stop_list import Exclude
from hotspot.output.results import Shown
from hotspot.rule import RINGS
from hotspot.visits.home_finding import Home, find_home, uprn_keys
from hotspot.visits.marks import all_marks, mark_in_words
from hotspot.visits.schema import asked, burglaries, frame_of, listed, lists, made
from hotspot.visits.stopped_doors import refuse_stopped


@dataclass(frozen=True)
class Explanation(Shown):
    """Why a door was asked for, as the list that it was on had it.

    Parameters
    ----------
    visit_id : str
    as_of : Timestamp
        The cut-off of that list.
    asked : DataFrame
        A row per attempt asked for up to that list, with ``address``, ``ring``, ``reason``,
        ``task``, ``act_by``, ``first_as_of`` and ``last_as_of``.
    burglaries : DataFrame
        What reached the door, the leading one first: ``crime_ref``, ``link`` (how, in words),
        ``distance_m``, ``found``, ``recorded``; empty where the list did not tell.
    visits : DataFrame
        What was done: ``visited_at``, ``result``.
    marks : DataFrame
        Whether the home wants no contact, as `VisitLedger.marks` returns it, lifted marks too.
    others : tuple of Timestamp
        The cut-offs of the other lists with the home.
    rule : dict
        The parameters of the list.
    version : str
        The version that made it.
    """

    visit_id: str
    as_of: pd.Timestamp
    asked: pd.DataFrame
    burglaries: pd.DataFrame
    visits: pd.DataFrame
    marks: pd.DataFrame
    others: tuple[pd.Timestamp, ...]
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
            sentences.append(f"On the list of {list_day(self.as_of)}: {last['reason']}")
        sentences += [_burglary(row) for row in self.burglaries.itertuples()]
        sentences += [_asking(row) for row in self.asked.itertuples()]
        sentences.append(self._rule())
        done = [_visit(row) for row in self.visits.itertuples()]
        sentences.append(
            f"Done: {'; '.join(done)}." if done else "Nothing is recorded as done yet."
        )
        sentences += [f"Not to be contacted: {_mark(row)}" for row in self.marks.itertuples()]
        if self.others:
            days = and_list([list_day(other) for other in self.others])
            lists = "list" if len(self.others) == 1 else "lists"
            sentences.append(f"The home was also on the {lists} of {days}.")
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
        tables = {
            "asked": self.asked,
            "burglaries": self.burglaries,
            "visits": self.visits,
            "marks": self.marks,
        }
        return {
            "visit_id": self.visit_id,
            "as_of": self.as_of.isoformat(),
            "others": [other.isoformat() for other in self.others],
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


def explain_visit(
    connection: sa.Connection,
    told: str,
    as_of: AsOf | None = None,
    exclude: Exclude = (),
) -> Explanation:
    """Read why a door was asked for. See `VisitLedger.explain`."""
    home = find_home(connection, told, exclude)
    # Before all else: that nothing is known of a home names it, too.
    refuse_stopped(connection, home, exclude)
    ids = [home.told] if home.told else list(home.visits)
    on_lists = _on_lists(connection, ids)
    if on_lists.empty:
        raise DataError(_never_asked(connection, home))
    done = frame_of(
        connection,
        sa.select(made.c.visit_id, made.c.visited_at, made.c.result, made.c.recorded_at)
        .where(made.c.visit_id.in_(ids))
        .order_by(made.c.visited_at, made.c.result),
    )
    chosen = _chosen(on_lists, done["visited_at"].max(), as_of, home)
    visit_id = str(chosen["visit_id"])
    issued = pd.Timestamp(chosen["as_of"])
    same = (lists.c.as_of == issued.to_pydatetime()) & (
        lists.c.parameters_digest == chosen["parameters_digest"]
    )
    parameters, version = connection.execute(
        sa.select(lists.c.parameters, lists.c.version).where(same)
    ).one()
    rows = all_marks(connection, lifted=True)
    of_home = rows["uprn"].map(lambda uprn: bool(uprn_keys(uprn) & home.uprns))
    return Explanation(
        visit_id=visit_id,
        as_of=issued,
        asked=_askings(connection, chosen),
        burglaries=_burglaries(connection, chosen),
        visits=done[done["visit_id"] == visit_id].drop(columns="visit_id"),
        marks=rows[of_home | rows["visit_id"].isin(home.visits)].reset_index(drop=True),
        others=tuple(sorted(set(on_lists["as_of"]) - {issued})),
        rule=json.loads(parameters),
        version=version,
    )


def _on_lists(connection: sa.Connection, ids: list[str]) -> pd.DataFrame:
    """Read what every list said of some visits, as it stood then, by cut-off and attempt."""
    query = sa.select(listed).where(listed.c.visit_id.in_(ids))
    rows = frame_of(connection, query)
    # Lists of before a ledger kept them one by one: the last words of each are what there is.
    names = {"last_as_of": "as_of", "last_parameters": "parameters_digest"}
    older = frame_of(connection, sa.select(asked).where(asked.c.visit_id.in_(ids)))
    older = older.rename(columns=names)[[*rows.columns.drop("at_the_door")]]
    keys = ["as_of", "parameters_digest", "visit_id", "attempt"]
    known = [one for one in (rows, older) if len(one)] or [rows]
    every = pd.DataFrame(pd.concat(known)).drop_duplicates(keys, keep="first")
    return every.sort_values(keys, ignore_index=True)


def _chosen(
    on_lists: pd.DataFrame, last_visit: Any, as_of: AsOf | None, home: Home
) -> dict[Any, Any]:
    """Choose the list to explain: one that is named, else the one that was last visited from.

    That is the newest whose day is not after the last visit; where nobody went, the newest.
    """
    days = on_lists["as_of"].dt.normalize()
    if as_of is not None:
        wanted = cutoff(as_of)
        there = days == wanted.normalize() if is_end_of_day(wanted) else on_lists["as_of"] == wanted
        if not there.any():
            known = and_list([list_day(other) for other in sorted(set(on_lists["as_of"]))])
            raise DataError(
                f"{home.name} was not on a list of {list_day(wanted)}: it was on the list of "
                f"{known}."
            )
        return dict(on_lists[there].iloc[-1])
    begun = on_lists["as_of"].where(~on_lists["as_of"].map(is_end_of_day), days)
    before = on_lists[begun <= last_visit]
    return dict((before if len(before) else on_lists).iloc[-1])


def _askings(connection: sa.Connection, chosen: Mapping[Any, Any]) -> pd.DataFrame:
    """Read what was asked of a door up to a list, the last attempt in the words of that list."""
    query = sa.select(asked).where(asked.c.visit_id == chosen["visit_id"])
    rows = frame_of(connection, query.order_by(asked.c.attempt))
    rows = rows[rows["first_as_of"] <= chosen["as_of"]].reset_index(drop=True)
    rows["last_as_of"] = rows["last_as_of"].clip(upper=chosen["as_of"])
    here = rows["attempt"] == chosen["attempt"]
    for name in ("ring", "reason", "tier", "crime_refs", "distance_m", "area", "number"):
        rows.loc[here, name] = chosen[name]
    order = rows.assign(here=here).sort_values(["here", "attempt"], ignore_index=True)
    shown: pd.DataFrame = order.drop(columns=["here", "last_parameters"])
    return shown


def _burglaries(connection: sa.Connection, chosen: Mapping[Any, Any]) -> pd.DataFrame:
    """Read the burglaries that reached a door on a list: none that joined since."""
    query = sa.select(burglaries).where(burglaries.c.visit_id == chosen["visit_id"])
    rows = frame_of(connection, query.order_by(burglaries.c.place))
    refs = [ref for ref in str(chosen["crime_refs"] or "").split("; ") if ref]
    if refs:
        place = {ref: number for number, ref in enumerate(refs)}
        rows = rows[rows["crime_ref"].isin(refs)]
        rows = rows.sort_values("crime_ref", key=lambda names: names.map(place), kind="stable")
    shown = ["crime_ref", "link", "distance_m", "found", "recorded"]
    return rows[shown].reset_index(drop=True)


def _never_asked(connection: sa.Connection, home: Home) -> str:
    """Return that nothing was asked of a home, though something is known of it."""
    query = sa.select(sa.func.count()).select_from(made).where(made.c.visit_id.in_(home.visits))
    done = connection.execute(query).scalar_one()
    unknown = f"No list of this ledger holds {home.name}"
    return f"{unknown}, though {count(done, 'visit')} came back for it." if done else f"{unknown}."


def _mark(row: Any) -> str:
    """Return what is known of a mark, without the address that is said already."""
    return mark_in_words(row).split(": ", 1)[1]


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
