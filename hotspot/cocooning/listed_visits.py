"""From links between burglaries and homes to the rows of a visit list: a row per building."""

from collections.abc import Iterable
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from hotspot.addresses.address_matching import BY_BUILDING
from hotspot.addresses.flats import name_flats
from hotspot.addresses.house_numbers import parse_house
from hotspot.cocooning.doors import Bools, Doors, Ints
from hotspot.cocooning.matching import flat_order, flats_in_order
from hotspot.cocooning.ranking import raised_risk
from hotspot.cocooning.rings import ALONG, ALONG_PAST, BURGLED, NO_STEPS, SAME_BUILDING
from hotspot.cocooning.visit_history import TASKS, History, Past
from hotspot.cocooning.wording import NO_ADDRESS, Link, officer_notes, reason, visit_id
from hotspot.dates import end_of_day

# The columns of the rows, with the types that an empty list would not have by itself. ``doors`` is
# empty where the address is not known; ``reach`` holds a `Link` per burglary.
_TYPES = {
    **dict.fromkeys(("visit_id", "uprn", "uprns", "address", "house_number", "street"), "object"),
    **dict.fromkeys(("reason", "officer_notes", "task", "crime_refs", "own_area"), "object"),
    **dict.fromkeys(("doors", "street_rank", "house_rank", "reach"), "object"),
    **dict.fromkeys(("recorded", "expires", "newest"), "datetime64[ns]"),
    **dict.fromkeys(("ring", "attempt", "burglaries_12m", "live", "days", "steps"), "int64"),
    **dict.fromkeys(("distance_m", "x", "y", "raised"), "float64"),
}


class Made(NamedTuple):
    """The rows, and which homes are left out for what the ledger knows of them.

    `told` are those of them that were told of every burglary that reaches them. `history` names
    the home of every visit that a burglary of these makes.
    """

    visits: pd.DataFrame
    left_out: list[int]
    told: list[int]
    history: History


class _Reached(NamedTuple):
    """A burglary that reaches a home; `covered` if past visits make it no reason to go."""

    door: int
    event: Any
    link: str
    steps: int
    apart_m: float
    ring: int
    covered: bool
    told: bool


def make_visits(
    links: pd.DataFrame,
    live: pd.DataFrame,
    to_visit: Bools,
    doors: Doors,
    barred: Bools,
    in_a_year: Ints,
    history: History,
    *,
    in_words: bool = True,
) -> Made:
    """Build one row per building, and one for each home of it that is known to be burgled.

    Parameters
    ----------
    links : DataFrame
        ``event`` (a row of `live`), ``door`` (below -1 for a victim without address), ``ring``,
        ``link``, ``steps``, ``apart_m``.
    live : DataFrame
        The burglaries in order of time.
    to_visit : ndarray of bool
        Which of them make visits; the others make those that were promised after an attempt, and
        tell what an id of the past was about.
    doors : Doors
    barred : ndarray of bool
        Those on the stop list, which no row may name.
    in_a_year : ndarray of int
        Burglaries of each address in 12 months; one more entry for a victim without address.
    history : History
    in_words : bool
        Whether the rows say why and where; else they hold ``visit_id``, ``ring``, ``attempt`` and
        ``doors``, all that a replay counts.
    """
    maker = _Maker(doors, live, barred, in_a_year, history)
    maker.name_homes(links)
    young = to_visit[links["event"]]
    current = links[young | maker.promised(links, young)]
    reached = [maker.reached(link) for link in current.itertuples(index=False)]
    open_homes = {one.door for one in reached if not one.covered}
    victims = {
        one.door for one in reached if one.link == BURGLED and not one.covered and maker.is_own(one)
    }
    rows: dict[tuple[str, int], list[_Reached]] = {}
    for one in reached:
        if one.door in open_homes:
            alone = one.door < 0 or one.door in victims
            key = ("home", one.door) if alone else ("place", int(doors.place[one.door]))
            rows.setdefault(key, []).append(one)
    visits = [
        maker.visit(group, alone=kind == "home", in_words=in_words)
        for (kind, _), group in rows.items()
    ]
    left_out = sorted({one.door for one in reached} - open_homes)
    untold = {one.door for one in reached if not one.told}
    return Made(
        pd.DataFrame(visits) if visits else pd.DataFrame([], columns=list(_TYPES)).astype(_TYPES),
        left_out,
        [door for door in left_out if door not in untold],
        maker.history,
    )


class _Maker:
    """Holds what all rows are made from."""

    def __init__(
        self, doors: Doors, live: pd.DataFrame, barred: Bools, in_a_year: Ints, history: History
    ) -> None:
        self.doors, self.barred = doors, barred
        self.in_a_year, self.history = in_a_year, history
        self.events: list[Any] = list(live.itertuples(index=False, name="Event"))

    def is_own(self, one: _Reached) -> bool:
        """Return whether a home is known to be the burgled one, not only its building."""
        return one.event.how != BY_BUILDING or not self.doors.home[one.door]

    def name_homes(self, links: pd.DataFrame) -> None:
        """Find the homes of visits that are known by their ids alone."""
        if not self.history.by_id:
            return
        homes: dict[str, set[str]] = {}
        for nth, door, link in links[["event", "door", "link"]].itertuples(index=False, name=None):
            ids = self._ids(door, self.events[nth], link) if door >= 0 else ()
            for known in self.history.by_id.keys() & ids:
                homes.setdefault(known, set()).add(self.doors.uprn[door])
        self.history = self.history.naming(homes)

    def promised(self, links: pd.DataFrame, young: Bools) -> Bools:
        """Test which links of older burglaries go on after an attempt that told nobody.

        Only the visit that the burglary itself opened goes on: so it keeps its id.
        """
        kept = np.zeros(len(links), dtype=bool)
        if self.history.tries:
            columns = [links[name].to_numpy()[~young] for name in ("event", "door", "link")]
            kept[~young] = [
                not self.history.tries.keys().isdisjoint(self._ids(door, self.events[event], link))
                for event, door, link in zip(*columns, strict=True)
            ]
        return kept

    def reached(self, link: Any) -> _Reached:
        """Find whether past visits cover a link."""
        event, door = self.events[link.event], int(link.door)
        covered = told = False
        if not self.history.empty:
            home = self.doors.uprn[door] if door >= 0 else None
            ids = self._ids(door, event, link.link)
            told = self.history.told(home, ids, event)
            covered = told or self.history.covers(home, ids, event, link.ring)
        return _Reached(door, event, link.link, link.steps, link.apart_m, link.ring, covered, told)

    def visit(self, group: list[_Reached], *, alone: bool, in_words: bool) -> dict[str, Any]:
        """Describe a row: its leading burglary, all that reach it, what there is to do."""
        members = self._in_order({one.door for one in group if not one.covered and one.door >= 0})
        reach = _nearest_of_each(group)
        lead = reach[0]
        opener = lead if lead.ring == 0 else min((o for o in reach if not o.covered), key=_known)
        missed = self._missed(members, opener)
        asked = {
            "visit_id": self._id(members, opener, alone=alone),
            "ring": lead.ring,
            "attempt": len(missed) + 1,
            "doors": tuple(members),
        }
        if not in_words:
            return asked
        links = [self._link(one) for one in reach]
        at = {*members, *(one.event.door for one in reach if one.link == BURGLED)}
        burglaries = sum(int(self.in_a_year[door]) for door in at)
        return asked | dict(
            **self._place(members, lead),
            reason=reason(links, burglaries, len(members) or 1),
            officer_notes=officer_notes(
                links[0], missed, check_first=self._check_first(members, lead)
            ),
            task=TASKS[len(missed)],
            recorded=opener.event.began,
            expires=self._expires(missed, opener),
            crime_refs="; ".join(ref for link in links for ref in link.event.refs),
            burglaries_12m=burglaries,
            distance_m=min(one.apart_m for one in reach),
            newest=lead.event.ended,
            raised=sum(
                raised_risk(one.ring, one.apart_m, one.event.age_days)
                for one in sorted(reach, key=_known)
            ),
            live=len(reach),
            days=min(one.event.age_days for one in reach),
            steps=min(_steps_of(one) for one in reach),
            reach=tuple(links),
        )  # fmt: skip

    def _place(self, members: list[int], lead: _Reached) -> dict[str, Any]:
        """Return where a row is: at its first flat, or at the recorded point."""
        doors, event = self.doors, lead.event
        if not members:
            return {
                "uprn": None, "uprns": None, "address": event.address or NO_ADDRESS,
                "house_number": None, "street": None, "x": event.x, "y": event.y,
                "own_area": event.area, "street_rank": -1, "house_rank": -1,
            }  # fmt: skip
        first = members[0]
        return {
            "uprn": doors.uprn[first],
            "uprns": "; ".join(doors.uprn[door] for door in members),
            "address": name_flats([doors.address[door] or "" for door in members]),
            "house_number": self._number(members),
            "street": doors.street_text[first],
            "x": doors.x[first],
            "y": doors.y[first],
            "own_area": doors.area[first] or event.area,
            "street_rank": int(doors.street[first]),
            "house_rank": int(doors.house[first]),
        }

    def _number(self, members: list[int]) -> str | None:
        """Return the number of a home as it is written, of several the number of the house."""
        written: str | None = self.doors.number_text[members[0]]
        if len(members) == 1 or written is None:
            return written
        house = parse_house(written)
        known = int(self.doors.number[members[0]])
        return f"{house.number}{house.suffix}" if house else str(known) if known else None

    def _link(self, one: _Reached) -> Link:
        event = one.event
        if event.door < 0:
            burgled = event.address or f"the place recorded for {event.refs[0]}"
        elif event.how == BY_BUILDING and self.doors.home[event.door]:
            flats = flats_in_order(self.doors, int(self.doors.place[event.door]))
            named = [self.doors.address[flat] or "" for flat in flats if not self.barred[flat]]
            burgled = event.address or name_flats(named)
        else:
            burgled = self.doors.address[event.door] or f"the home of {event.refs[0]}"
        return Link(one.link, one.steps, one.apart_m, one.ring, event, burgled)

    def _id(self, members: list[int], opener: _Reached, *, alone: bool) -> str:
        """Build the id of a visit: from the burglary that opened it and the first flat.

        All flats of the building count for that, so that a visit to one of them changes no id.
        """
        if not members:
            home = _unmatched(opener.event)
        elif alone:
            home = self.doors.uprn[members[0]]
        else:
            home = self._key(members[0])
            if opener.link == SAME_BUILDING:
                home = _others(home)
        return visit_id(opener.event.force, opener.event.first_ref, home)

    def _ids(self, door: int, event: Any, link: str) -> frozenset[str]:
        """Return every id that a visit to a home for a burglary may have."""
        if door < 0:
            homes = {_unmatched(event)}
        elif link == SAME_BUILDING:
            homes = {_others(self._key(door))}
        elif link == BURGLED and event.how != BY_BUILDING:
            homes = {self.doors.uprn[door]}
        else:
            homes = {self.doors.uprn[door], self._key(door)}
        return frozenset(visit_id(event.force, event.first_ref, home) for home in homes)

    def _key(self, door: int) -> str:
        """Return the UPRN of the first flat of a home's building."""
        flats = flats_in_order(self.doors, int(self.doors.place[door])) or [door]
        uprn: str = self.doors.uprn[flats[0]]
        return uprn

    def _in_order(self, homes: Iterable[int]) -> list[int]:
        homes = list(homes)
        if len(homes) < 2:
            return homes
        return sorted(homes, key=lambda home: flat_order(self.doors, home))

    def _missed(self, members: list[int], opener: _Reached) -> list[tuple[pd.Timestamp, str]]:
        """Return when nobody was told, at any of the homes, and why: the last two times at most."""
        if self.history.empty:
            return []
        homes = [(self.doors.uprn[door], door) for door in members] or [(None, opener.door)]
        missed: set[Past] = set()
        for uprn, door in homes:
            ids = self._ids(door, opener.event, opener.link)
            missed.update(self.history.missed(uprn, ids, opener.event))
        return sorted({(past.at, past.result) for past in missed})[1 - len(TASKS) :]

    def _expires(self, missed: list[tuple[pd.Timestamp, str]], opener: _Reached) -> pd.Timestamp:
        """Return until when a row is asked for: after an attempt as long again, from its day."""
        ends: pd.Timestamp = opener.event.visits_end
        if not missed:
            return ends
        again = end_of_day(missed[-1][0] + pd.Timedelta(days=self.history.visit_days))
        return max(ends, again)

    def _check_first(self, members: list[int], lead: _Reached) -> bool:
        if lead.link != BURGLED or self.history.empty:
            return False
        event, uprn = lead.event, self.doors.uprn
        return any(
            self.history.asked_before(uprn[door], self._ids(door, event, BURGLED), event)
            for door in members
        )


def _nearest_of_each(group: list[_Reached]) -> list[_Reached]:
    """Keep each burglary once, where it is nearest; those that lead come first."""
    order = sorted(
        group, key=lambda one: (one.covered, one.ring, -one.event.rank, one.apart_m, one.steps)
    )
    nearest: dict[int, _Reached] = {}
    for one in order:
        nearest.setdefault(one.event.rank, one)
    return list(nearest.values())


def _known(one: _Reached) -> tuple[Any, ...]:
    return one.event.began, one.event.ended, one.event.first_ref


def _unmatched(event: Any) -> str:
    """Return a name for the home of a victim without an address."""
    return event.address or f"{event.x:.0f}, {event.y:.0f}"


def _others(home: str) -> str:
    """Return a name for the other homes of a building in which one is burgled."""
    return f"{home} others"


def _steps_of(one: _Reached) -> int:
    """Return how many houses along the street a home is from the burgled one, 0 in its building."""
    if one.link in (ALONG, ALONG_PAST):
        return one.steps
    return 0 if one.link in (BURGLED, SAME_BUILDING) else NO_STEPS
