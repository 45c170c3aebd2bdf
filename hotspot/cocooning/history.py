"""What past visits mean for a list: who was told, who must not be asked, who was not in."""

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Protocol

import geopandas as gpd
import pandas as pd

from hotspot._errors import ConfigError
from hotspot.dates import AsOf

NO_REPLY, REFUSED = "no reply", "refused"
# A first visit, a second one, then a leaflet; whoever did not reply to that is left alone.
TASKS = ("visit", "second visit", "leaflet")
_NEEDED = ("visit_id", "uprn", "uprns", "result", "visited_at", "crime_refs", "do_not_contact")


class Ledger(Protocol):
    """What a list asks of a ledger of visits; `hotspot.VisitLedger` is one."""

    @property
    def started(self) -> pd.Timestamp | None: ...

    def history(self, as_of: AsOf) -> pd.DataFrame: ...

    def issue(
        self,
        targets: gpd.GeoDataFrame,
        messages: gpd.GeoDataFrame | None = None,
        links: pd.DataFrame | None = None,
    ) -> int: ...


class Past(NamedTuple):
    """One visit to a home, or a mark without one (`at` is missing)."""

    visit_id: str | None
    at: pd.Timestamp
    result: str
    refs: frozenset[str]
    marked: bool
    ends: bool


@dataclass(frozen=True)
class History:
    """Past visits by home: by UPRN, and by the id of the visit where that is all there is.

    Parameters
    ----------
    by_home : dict of str to list of Past
        In the order of time.
    today : Timestamp
        The cut-off.
    revisit_days : int
    """

    by_home: dict[str, list[Past]] = field(default_factory=dict)
    today: pd.Timestamp = pd.Timestamp.max
    revisit_days: int = 0

    def told(self, home: str | None, ids: Collection[str], event: Any) -> bool:
        """Tell whether a home was visited when a burglary was known."""
        return any(past.ends and self._knew(past, event, ids) for past in self._of(home, ids))

    def covers(self, home: str | None, ids: Collection[str], event: Any, ring: int) -> bool:
        """Tell whether a burglary is no reason to visit a home: told already, or not wanted.

        A burglary at the home itself is covered only by a visit that knew of it.
        """
        if self.told(home, ids, event):
            return True
        return ring > 0 and any(
            past.marked or past.result == REFUSED or (past.ends and self._recent(past))
            for past in self._of(home, ids)
        )

    def bars(self, home: str | None) -> bool:
        """Tell whether a home is not to be contacted at all, unless it is burgled."""
        return any(past.marked or past.result == REFUSED for past in self._of(home, ()))

    def asked_before(self, home: str | None, ids: Collection[str], event: Any) -> bool:
        """Tell whether a home was visited, refused or was marked before a burglary there."""
        return any(
            (past.ends or past.marked) and not self._knew(past, event, ids)
            for past in self._of(home, ids)
        )

    def no_replies(self, home: str | None, ids: Collection[str], event: Any) -> list[pd.Timestamp]:
        """Give when nobody replied to visits that a burglary made, since anybody last did."""
        times: list[pd.Timestamp] = []
        for past in self._of(home, ids):
            if past.ends:
                times = []
            elif past.result == NO_REPLY and self._knew(past, event, ids):
                times.append(past.at)
        return times

    def _of(self, home: str | None, ids: Collection[str]) -> list[Past]:
        if not self.by_home:
            return []
        own = [past for key in (home, *ids) if key for past in self.by_home.get(key, ())]
        return own if home is None else sorted(own, key=_in_time)

    def _recent(self, past: Past) -> bool:
        return bool((self.today.normalize() - past.at.normalize()).days <= self.revisit_days)

    @staticmethod
    def _knew(past: Past, event: Any, ids: Collection[str]) -> bool:
        same = past.refs.intersection(event.refs) or (past.visit_id or "") in ids
        return bool(same or past.at >= event.began)


def read_history(
    ledger: Ledger | None, as_of: pd.Timestamp, revisit_days: int, visit_days: int
) -> History:
    """Ask a ledger for the visits known by a cut-off.

    Parameters
    ----------
    ledger : Ledger, optional
    as_of : Timestamp
        The last moment that counts.
    revisit_days : int
        For how long a visit keeps a home off the list.
    visit_days : int
        Visits without reply that lie farther apart than this are not of one row.

    Raises
    ------
    ConfigError
        If the ledger gives something else.
    """
    if ledger is None:
        return History()
    table = ledger.history(as_of)
    missing = [name for name in _NEEDED if name not in table.columns]
    if missing:
        raise ConfigError(f"The history of the ledger lacks {', '.join(missing)}.")
    by_home: dict[str, list[Past]] = {}
    rows: list[Any] = list(table[list(_NEEDED)].itertuples(index=False))
    for row in rows:
        if row.visited_at > as_of:
            continue
        past = _past(row)
        homes = _listed(row.uprns) or _listed(row.uprn)
        for key in homes or ([past.visit_id] if past.visit_id else []):
            by_home.setdefault(key, []).append(past)
    for key, visits in by_home.items():
        by_home[key] = _third_ends(sorted(visits, key=_in_time), visit_days)
    return History(by_home, as_of, revisit_days)


def _past(row: Any) -> Past:
    result = "" if pd.isna(row.result) else str(row.result).strip().casefold()
    marked = not pd.isna(row.do_not_contact) and row.do_not_contact in (True, 1, "yes")
    visited = not pd.isna(row.visited_at)
    return Past(
        visit_id=None if pd.isna(row.visit_id) else str(row.visit_id),
        at=pd.Timestamp(row.visited_at),
        result=result,
        refs=frozenset(_listed(row.crime_refs)),
        marked=marked,
        ends=visited and (marked or result not in ("", NO_REPLY)),
    )


def _listed(value: Any) -> list[str]:
    """Split what is joined by semicolons."""
    if value is None or (not isinstance(value, str) and pd.isna(value)):
        return []
    return [part.strip() for part in str(value).split(";") if part.strip()]


def _in_time(past: Past) -> tuple[bool, pd.Timestamp, str, str]:
    """Put marks without a time first."""
    missing = pd.isna(past.at)
    at = pd.Timestamp.min if missing else past.at
    return not missing, at, past.visit_id or "", past.result


def _third_ends(visits: list[Past], visit_days: int) -> list[Past]:
    """Let the third visit in a row without a reply, the leaflet, end the matter."""
    told: list[Past] = []
    row: list[pd.Timestamp] = []
    for past in visits:
        if past.ends:
            row = []
        elif past.result == NO_REPLY and not pd.isna(past.at):
            if row and (past.at - row[-1]).days > visit_days:
                row = []
            row.append(past.at)
            if len(row) == len(TASKS):
                past, row = past._replace(ends=True), []
        told.append(past)
    return told
