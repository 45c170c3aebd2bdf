"""Past visits and what they mean for a list: who was told, is not to be asked, was not in."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, NamedTuple, Protocol

import pandas as pd

from hotspot import rule
from hotspot._errors import ConfigError
from hotspot.dates import AsOf, end_of_day

# A first visit, a second one, then a leaflet; whoever did not reply to that is left alone.
TASKS = ("visit", "second visit", "leaflet")
_NEEDED = ("visit_id", "uprn", "uprns", "result", "visited_at", "crime_refs", "do_not_contact")


class Ledger(Protocol):
    """What a list reads of a ledger of visits; `hotspot.VisitLedger` is one."""

    def history(self, as_of: AsOf) -> pd.DataFrame: ...

    def asked(self) -> pd.DataFrame: ...


class Past(NamedTuple):
    """One visit to a home, or a mark without one (`at` is missing, and `result` empty).

    What a result means is `hotspot.rule.ResultWord`'s: it `ends` the matter or not, somebody
    `answered` or not, and the home `refused` this round by it. Who is `marked` wants no contact
    ever.
    """

    visit_id: str | None
    at: pd.Timestamp
    result: str
    refs: frozenset[str]
    ends: bool
    answered: bool
    refused: bool
    marked: bool

    @property
    def missed(self) -> bool:
        """Return whether it is a visit after which somebody must come again."""
        return bool(self.result) and not self.ends and not pd.isna(self.at)


@dataclass(frozen=True)
class History:
    """Past visits by home: by UPRN, and by the id of the visit where that is all there is.

    Parameters
    ----------
    by_home, by_id : dict of str to list of Past
        In the order of time.
    as_of : Timestamp
        The cut-off.
    revisit_days, refusal_days : int
        For how long a home that was told, or that refused, is left alone.
    visit_days : int
    """

    by_home: dict[str, list[Past]] = field(default_factory=dict)
    by_id: dict[str, list[Past]] = field(default_factory=dict)
    as_of: pd.Timestamp = pd.Timestamp.max
    revisit_days: int = 0
    refusal_days: int = 0
    visit_days: int = 0

    @cached_property
    def tries(self) -> dict[str, frozenset[str]]:
        """Visits that told nobody, by id with their references, after which another is promised.

        It is asked for as long as a burglary makes visits, counted from the last attempt.
        """
        return {
            past.visit_id: past.refs
            for visits in (self.by_home, self.by_id)
            for its in visits.values()
            for past in its
            if past.visit_id is not None
            and past.missed
            and (self.as_of.normalize() - past.at.normalize()).days <= self.visit_days
        }

    @property
    def empty(self) -> bool:
        """Return whether nothing was done yet."""
        return not self.by_home and not self.by_id

    def naming(self, homes: Mapping[str, Collection[str]]) -> "History":
        """Return the history with the homes that visits known by their ids alone were made to."""
        by_home = dict(self.by_home)
        for visit_id in sorted(homes):
            for home in homes[visit_id]:
                by_home[home] = by_home.get(home, []) + self.by_id[visit_id]
        return replace(self, by_home=_in_turn(by_home, self.visit_days))

    def told(self, home: str | None, ids: Collection[str], event: Any) -> bool:
        """Return whether a home was visited when a burglary was known."""
        return any(past.ends and self._knew(past, event, ids) for past in self._of(home, ids))

    def covers(self, home: str | None, ids: Collection[str], event: Any, ring: int) -> bool:
        """Return whether a burglary is no reason to visit a home: told already, or not wanted.

        A burglary at the home itself is covered only by a visit that knew of it.
        """
        if self.told(home, ids, event):
            return True
        return ring > 0 and any(
            past.marked or (past.ends and self._recent(past)) for past in self._of(home, ids)
        )

    def bars(self, home: str | None) -> bool:
        """Return whether a home is not to be contacted now, unless it is burgled."""
        return any(
            past.marked or (past.refused and self._recent(past)) for past in self._of(home, ())
        )

    def asked_before(self, home: str | None, ids: Collection[str], event: Any) -> bool:
        """Return whether a home was visited, refused or was marked before a burglary there."""
        return any(
            (past.ends or past.refused or past.marked or past.answered)
            and not self._knew(past, event, ids)
            for past in self._of(home, ids)
        )

    def missed(self, home: str | None, ids: Collection[str], event: Any) -> list[Past]:
        """Return the visits that a burglary made and that told nobody, since anybody last was."""
        missed: list[Past] = []
        for past in self._of(home, ids):
            if past.ends:
                missed = []
            elif past.missed and self._knew(past, event, ids):
                missed.append(past)
        return missed

    def attempted(
        self, homes: Collection[str], visit_id: str, since: pd.Timestamp, *, again: bool = False
    ) -> bool:
        """Return whether anybody went to any of some homes since a time, or ever for a visit.

        For one that is asked for `again` only what was done since counts.
        """
        past = [past for home in homes for past in self.by_home.get(home, ())]
        past += self.by_id.get(visit_id, [])
        return any(past.at >= since or (past.visit_id == visit_id and not again) for past in past)

    def _of(self, home: str | None, ids: Collection[str]) -> list[Past]:
        if home is not None:
            return self.by_home.get(home, [])
        return [past for visit_id in ids for past in self.by_id.get(visit_id, ())]

    def _recent(self, past: Past) -> bool:
        """Return whether a home is still left alone after a visit that told it, or a refusal."""
        days = self.refusal_days if past.refused else self.revisit_days
        return bool((self.as_of.normalize() - past.at.normalize()).days <= days)

    @staticmethod
    def _knew(past: Past, event: Any, ids: Collection[str]) -> bool:
        if past.visit_id in ids or past.at >= event.began:
            return True
        # The row that was asked for may since name burglaries of after the visit.
        named = bool(past.refs.intersection(event.refs))
        return named and bool(latest(past.at) >= event.known)


def read_history(
    ledger: Ledger | None,
    as_of: pd.Timestamp,
    *,
    revisit_days: int,
    refusal_days: int,
    visit_days: int,
) -> History:
    """Read from a ledger the visits known by a cut-off.

    Parameters
    ----------
    ledger : Ledger, optional
    as_of : Timestamp
        The last moment that counts.
    revisit_days, refusal_days : int
        For how long a visit, or a refusal, keeps a home off the list.
    visit_days : int
        Visits that told nobody and lie farther apart than this are not of one row.

    Raises
    ------
    ConfigError
        If the ledger returns something else.
    DataError
        If a visit has a result that is not known.
    """
    if ledger is None:
        return History()
    table = ledger.history(as_of)
    missing = [name for name in _NEEDED if name not in table.columns]
    if missing:
        raise ConfigError(f"The history of the ledger lacks {', '.join(missing)}.")
    by_home: dict[str, list[Past]] = {}
    by_id: dict[str, list[Past]] = {}
    rows: list[Any] = list(table[list(_NEEDED)].itertuples(index=False))
    for row in rows:
        if row.visited_at > as_of:
            continue
        past = _past(row)
        homes = listed_parts(row.uprns) or listed_parts(row.uprn)
        for home in homes:
            by_home.setdefault(home, []).append(past)
        if past.visit_id and not homes:
            by_id.setdefault(past.visit_id, []).append(past)
    return History(
        _in_turn(by_home, visit_days),
        _in_turn(by_id, visit_days),
        as_of,
        revisit_days,
        refusal_days,
        visit_days,
    )


def latest(moment: pd.Timestamp) -> pd.Timestamp:
    """Return a moment, or the end of its day where it is a day without a time."""
    return end_of_day(moment) if moment == moment.normalize() else moment


def _past(row: Any) -> Past:
    result = "" if pd.isna(row.result) else str(row.result).strip().casefold()
    word = rule.result_word(result) if result else None
    marked = not pd.isna(row.do_not_contact) and row.do_not_contact in (True, 1, "yes")
    return Past(
        visit_id=None if pd.isna(row.visit_id) else str(row.visit_id),
        at=pd.Timestamp(row.visited_at),
        result=result,
        refs=frozenset(listed_parts(row.crime_refs)),
        ends=not pd.isna(row.visited_at) and (marked or (word is not None and word.ends_visit)),
        answered=word is not None and word.answered,
        refused=word is not None and word.bars,
        marked=marked,
    )


def listed_parts(value: Any) -> list[str]:
    """Return the parts of what is joined by semicolons."""
    if value is None or (not isinstance(value, str) and pd.isna(value)):
        return []
    return [part.strip() for part in str(value).split(";") if part.strip()]


def _in_time(past: Past) -> tuple[bool, pd.Timestamp, str, str]:
    """Return the key by which visits are ordered: marks without a time first."""
    missing = pd.isna(past.at)
    at = pd.Timestamp.min if missing else past.at
    return not missing, at, past.visit_id or "", past.result


def _in_turn(visits: Mapping[str, list[Past]], visit_days: int) -> dict[str, list[Past]]:
    """Return the visits of each home in the order of time."""
    return {
        home: _third_ends(sorted(its, key=_in_time), visit_days) for home, its in visits.items()
    }


def _third_ends(visits: list[Past], visit_days: int) -> list[Past]:
    """Return visits of which the third in a row that told nobody, the leaflet, ends the matter."""
    ended: list[Past] = []
    row: list[pd.Timestamp] = []
    for past in visits:
        if past.ends:
            row = []
        elif past.missed:
            if row and (past.at - row[-1]).days > visit_days:
                row = []
            row.append(past.at)
            if len(row) == len(TASKS):
                past, row = past._replace(ends=True), []
        ended.append(past)
    return ended
