"""From links between burglaries and homes to the rows of a visit list: a row per building."""

from collections.abc import Sequence
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from hotspot.addresses.address_matching import BY_BUILDING
from hotspot.addresses.flats import name_flats
from hotspot.addresses.house_numbers import parse_house
from hotspot.cocooning.doors import Bools, Doors, Floats, Ints, Texts
from hotspot.cocooning.matching import first_flats, flat_order, flats_in_order
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
    """Burglaries that reach homes, an entry each; `covered` if past visits make it no reason to go.

    `group` is the row of the list that an entry is of, in the order in which rows come first.
    """

    event: Ints
    door: Ints
    ring: Ints
    link: Texts
    steps: Ints
    apart_m: Floats
    covered: Bools
    group: Ints

    def at(self, chosen: Any) -> "_Reached":
        return _Reached._make(values[chosen] for values in self)


class _Rows(NamedTuple):
    """What each row of the list is made of, as positions.

    Attributes
    ----------
    members : list of list of int
        The homes that it is for, as flats are counted; none where the address is not known.
    reach : _Reached
        Each burglary once, where it is nearest, by row; those that lead come first.
    first : ndarray of int64
        Where those of each row begin.
    opener : ndarray of int64
        Which of `reach` opened the visit.
    alone : ndarray of bool
        Whether it is a home by itself, not its building.
    """

    members: list[list[int]]
    reach: _Reached
    first: Ints
    opener: Ints
    alone: Bools


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
    reached, told = maker.reached(links[young | maker.promised(links, young)])
    rows, kept = maker.rows(reached)
    left_out = np.unique(reached.door[~kept])
    untold = np.unique(reached.door[~told])
    visits = maker.visits(rows, in_words=in_words)
    return Made(
        pd.DataFrame(visits) if rows.members else _no_visits(),
        left_out.tolist(),
        left_out[~np.isin(left_out, untold)].tolist(),
        maker.history,
    )


class _Maker:
    """Holds what all rows are made from."""

    def __init__(
        self, doors: Doors, live: pd.DataFrame, barred: Bools, in_a_year: Ints, history: History
    ) -> None:
        self.doors, self.live, self.barred = doors, live, barred
        self.in_a_year, self.history = in_a_year, history
        self._burgled: dict[int, str] = {}

    @cached_property
    def events(self) -> list[Any]:
        return list(self.live.itertuples(index=False, name="Event"))

    @cached_property
    def _ever_called_at(self) -> frozenset[int]:
        """The homes that the ledger knows anything of."""
        homes = np.array(list(self.history.by_home), dtype=object)
        return frozenset(self.doors.find(homes).tolist()) if len(homes) else frozenset()

    def _is_known(self, door: int) -> bool:
        """Return whether the ledger may know of a home; of one without address by its id."""
        return door < 0 or door in self._ever_called_at

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

    def reached(self, links: pd.DataFrame) -> tuple[_Reached, Bools]:
        """Find which links past visits cover, and of which the home was told."""
        event, door, ring, link, steps, apart_m = (
            links[name].to_numpy() for name in ("event", "door", "ring", "link", "steps", "apart_m")
        )
        covered, told = np.zeros((2, len(links)), dtype=bool)
        known = () if self.history.empty else door.tolist()
        for nth, at in enumerate(known):
            if self._is_known(at):
                home = self.doors.uprn[at] if at >= 0 else None
                about = self.events[event[nth]]
                ids = self._ids(at, about, link[nth])
                told[nth] = self.history.told(home, ids, about)
                covered[nth] = told[nth] or self.history.covers(home, ids, about, ring[nth])
        group = np.full(len(links), -1, dtype=np.int64)
        return _Reached(event, door, ring, link, steps, apart_m, covered, group), told

    def rows(self, reached: _Reached) -> tuple[_Rows, Bools]:
        """Group what reaches homes by rows, and return which of it is of a row at all."""
        kept = np.isin(reached.door, reached.door[~reached.covered])
        open_to = reached.at(kept)
        alone = (open_to.door < 0) | np.isin(open_to.door, self._victims(open_to))
        # A home by itself is no building: it has a number beyond those of buildings.
        buildings = int(self.doors.place.max(initial=-1)) + 1
        own = pd.factorize(open_to.door)[0] + buildings
        place = np.append(self.doors.place, 0)[np.maximum(open_to.door, -1)]
        group, keys = pd.factorize(np.where(alone, own, place))
        open_to = open_to._replace(group=group.astype(np.int64))
        order = np.lexsort(
            (open_to.steps, open_to.apart_m, -open_to.event, open_to.ring, open_to.covered, group)
        )
        again = pd.Series((group * (len(self.live) + 1) + open_to.event)[order]).duplicated()
        reach = open_to.at(order[~again.to_numpy()])
        first = np.searchsorted(reach.group, np.arange(len(keys)))
        return (
            _Rows(
                self._members(open_to, len(keys)), reach, first, self._openers(reach, first),
                np.asarray(keys >= buildings),
            ),
            kept,
        )  # fmt: skip

    def _victims(self, reached: _Reached) -> Ints:
        """Return the homes that are known to be burgled, not only their building."""
        how = self.live["how"].to_numpy()[reached.event]
        home = np.append(self.doors.home, False)[np.maximum(reached.door, -1)]
        is_own = (how != BY_BUILDING) | ~home
        burgled = (reached.link == BURGLED) & ~reached.covered & is_own
        return np.asarray(reached.door[burgled], dtype=np.int64)

    def _openers(self, reach: _Reached, first: Ints) -> Ints:
        """Return which entry opened each row: a burglary there, else the first known of them."""
        lead_here = reach.ring[first] == 0
        reasons = np.flatnonzero(~reach.covered)
        known = self._known[reach.event[reasons]]
        in_turn = reasons[np.lexsort((known, reach.group[reasons]))]
        opener = in_turn[np.searchsorted(reach.group[in_turn], np.arange(len(first)))]
        return np.asarray(np.where(lead_here, first, opener), dtype=np.int64)

    @cached_property
    def _known(self) -> Ints:
        """Rank the burglaries by when they came to be known; what is tied has one rank."""
        keys = [self.live[name].to_numpy() for name in ("began", "ended")]
        keys.append(pd.factorize(self.live["first_ref"], sort=True)[0])
        order = np.lexsort(keys[::-1])
        rank = np.zeros(len(order), dtype=np.int64)
        later = [key[order[1:]] != key[order[:-1]] for key in keys]
        rank[order[1:]] = np.cumsum(np.logical_or.reduce(later))
        return rank

    def _members(self, reached: _Reached, rows: int) -> list[list[int]]:
        """Return the homes of each row that there is a reason to go to, in their order."""
        members: list[list[int]] = [[] for _ in range(rows)]
        to_go = (reached.door >= 0) & ~reached.covered
        pairs = pd.DataFrame({"group": reached.group[to_go], "door": reached.door[to_go]})
        for group, door in pairs.drop_duplicates().itertuples(index=False, name=None):
            members[group].append(door)
        for homes in members:
            if len(homes) > 1:
                homes.sort(key=lambda home: flat_order(self.doors, home))
        return members

    def visits(self, rows: _Rows, *, in_words: bool) -> dict[str, Any]:
        """Describe each row: its leading burglary, all that reach it, what there is to do."""
        openers = rows.reach.at(rows.opener)
        missed = [
            self._missed(*each)
            for each in zip(rows.members, openers.event, openers.door, openers.link, strict=True)
        ] if not self.history.empty else [[] for _ in rows.members]  # fmt: skip
        asked = {
            "visit_id": self._visit_ids(rows, openers),
            "ring": rows.reach.ring[rows.first],
            "attempt": [len(each) + 1 for each in missed],
            "doors": [tuple(homes) for homes in rows.members],
        }
        if not in_words or not rows.members:
            return asked
        leads = rows.reach.event[rows.first]
        began, ended, visits_end = (
            self.live[name].tolist() for name in ("began", "ended", "visits_end")
        )
        opened = openers.event.tolist()
        return (
            asked
            | self._places(rows.members, leads)
            | self._told(rows, missed)
            | self._measured(rows.reach, rows.first)
            | {
                "task": [TASKS[len(each)] for each in missed],
                "recorded": [began[event] for event in opened],
                "expires": [
                    self._expires(each, visits_end[event])
                    for each, event in zip(missed, opened, strict=True)
                ],
                "newest": [ended[event] for event in leads.tolist()],
            }
        )

    def _measured(self, reach: _Reached, first: Ints) -> dict[str, Any]:
        """Return what the tiers and the rank are made of."""
        age_days = self.live["age_days"].to_numpy()[reach.event]
        along = np.isin(reach.link, (ALONG, ALONG_PAST))
        inside = np.isin(reach.link, (BURGLED, SAME_BUILDING))
        steps = np.where(along, reach.steps, np.where(inside, 0, NO_STEPS))
        raised = raised_risk(reach.ring, reach.apart_m, age_days)
        # Added up in the order in which they came to be known, whatever the order of the rows.
        in_turn = np.lexsort((self._known[reach.event], reach.group))
        return {
            "distance_m": np.minimum.reduceat(reach.apart_m, first),
            "raised": np.bincount(reach.group[in_turn], raised[in_turn], minlength=len(first)),
            "live": np.bincount(reach.group, minlength=len(first)),
            "days": np.minimum.reduceat(age_days, first),
            "steps": np.minimum.reduceat(steps, first),
        }

    def _told(self, rows: _Rows, missed: Sequence[list[Any]]) -> dict[str, Any]:
        """Return what is said of each row, and by how many burglaries of a year."""
        links = self._links(rows.reach)
        burgled = [event.door for event in self.events]
        told: dict[str, list[Any]] = {name: [] for name in _TOLD}
        ends = [*rows.first.tolist()[1:], len(links)]
        for members, begin, end, before in zip(
            rows.members, rows.first.tolist(), ends, missed, strict=True
        ):
            its = links[begin:end]
            lead = rows.reach.event[begin]
            here = {burgled[link.event.rank] for link in its if link.link == BURGLED}
            burglaries = sum(int(self.in_a_year[door]) for door in {*members, *here})
            check_first = self._check_first(members, its[0].link, lead)
            told["reason"].append(reason(its, burglaries, len(members) or 1))
            told["officer_notes"].append(officer_notes(its[0], before, check_first=check_first))
            told["crime_refs"].append("; ".join(ref for link in its for ref in link.event.refs))
            told["burglaries_12m"].append(burglaries)
            told["reach"].append(tuple(its))
        return told

    def _places(self, members: list[list[int]], leads: Ints) -> dict[str, Any]:
        """Return where rows are: at their first flat, or at the recorded point."""
        doors = self.doors
        first = np.array([homes[0] if homes else -1 for homes in members], dtype=np.int64)
        known = first >= 0
        columns: dict[str, Any] = {}
        for name, column in (
            ("uprn", doors.uprn), ("address", doors.address), ("house_number", doors.number_text),
            ("street", doors.street_text), ("own_area", doors.area),
        ):  # fmt: skip
            columns[name] = np.full(len(first), None, dtype=object)
            columns[name][known] = column[first[known]]
        columns["address"][known] = [text or "" for text in columns["address"][known]]
        columns["uprns"] = columns["uprn"].copy()
        columns["x"], columns["y"] = (
            np.where(known, np.append(values, np.nan)[first], self.live[name].to_numpy()[leads])
            for name, values in (("x", doors.x), ("y", doors.y))
        )
        columns["street_rank"], columns["house_rank"] = (
            np.append(values, -1)[first] for values in (doors.street, doors.house)
        )
        for nth, homes in enumerate(members):
            event = self.events[leads[nth]]
            if not homes:
                columns["address"][nth] = event.address or NO_ADDRESS
            elif len(homes) > 1:
                columns["uprns"][nth] = "; ".join(doors.uprn[door] for door in homes)
                columns["address"][nth] = name_flats([doors.address[door] or "" for door in homes])
                columns["house_number"][nth] = self._number(homes[0])
            columns["own_area"][nth] = columns["own_area"][nth] or event.area
        return columns

    def _number(self, home: int) -> str | None:
        """Return the number of the house of several homes, by that of one of them."""
        written: str | None = self.doors.number_text[home]
        if written is None:
            return None
        house = parse_house(written)
        known = int(self.doors.number[home])
        return f"{house.number}{house.suffix}" if house else str(known) if known else None

    def _links(self, reach: _Reached) -> list[Link]:
        columns = (reach.link, reach.steps, reach.apart_m, reach.ring, reach.event)
        return [
            Link(link, steps, apart_m, ring, self.events[event], self._burgled_address(event))
            for link, steps, apart_m, ring, event in zip(
                *(values.tolist() for values in columns), strict=True
            )
        ]

    def _burgled_address(self, nth: int) -> str:
        """Return what a burgled home is called where its neighbours are listed for it."""
        if nth not in self._burgled:
            event = self.events[nth]
            if event.door < 0:
                burgled = event.address or f"the place recorded for {event.refs[0]}"
            elif event.how == BY_BUILDING and self.doors.home[event.door]:
                flats = flats_in_order(self.doors, int(self.doors.place[event.door]))
                named = [self.doors.address[flat] or "" for flat in flats if not self.barred[flat]]
                burgled = event.address or name_flats(named)
            else:
                burgled = self.doors.address[event.door] or f"the home of {event.refs[0]}"
            self._burgled[nth] = burgled
        return self._burgled[nth]

    def _visit_ids(self, rows: _Rows, openers: _Reached) -> list[str]:
        """Build the ids of visits: from the burglary that opened each and the first flat.

        All flats of the building count for that, so that a visit to one of them changes no id.
        """
        forces, refs, how = (self.live[name].tolist() for name in ("force", "first_ref", "how"))
        homes = np.array([homes[0] if homes else -1 for homes in rows.members], dtype=np.int64)
        known = np.flatnonzero(homes >= 0)
        named = homes.copy()
        named[known] = first_flats(self.doors, homes[known])
        # Where it is only known that somebody of the building was burgled, its first flat names
        # them all: listed by itself it needs another name.
        first = rows.alone & (named == homes)
        named[rows.alone] = homes[rows.alone]
        keys = np.full(len(homes), None, dtype=object)
        keys[known] = self.doors.uprn[named[known]]
        others = ~rows.alone & (openers.link == SAME_BUILDING)
        ids = []
        for nth, event in enumerate(openers.event.tolist()):
            key = keys[nth]
            if homes[nth] < 0:
                key = _unmatched(self.events[event])
            elif others[nth]:
                key = _others(key)
            elif first[nth] and how[event] == BY_BUILDING and self.doors.home[homes[nth]]:
                key = _by_itself(key)
            ids.append(visit_id(forces[event], refs[event], key))
        return ids

    def _ids(self, door: int, event: Any, link: str) -> frozenset[str]:
        """Return every id that a visit to a home for a burglary may have."""
        if door < 0:
            homes = {_unmatched(event)}
        elif link == SAME_BUILDING:
            homes = {_others(self._key(door))}
        elif link == BURGLED and event.how != BY_BUILDING:
            homes = {self.doors.uprn[door]}
        else:
            own = self.doors.uprn[door]
            homes = {own, self._key(door), _by_itself(own)}
        return frozenset(visit_id(event.force, event.first_ref, home) for home in homes)

    def _key(self, door: int) -> str:
        """Return the UPRN of the first flat of a home's building."""
        uprn: str = self.doors.uprn[first_flats(self.doors, np.array([door]))[0]]
        return uprn

    def _missed(
        self, members: list[int], event: int, opener: int, link: str
    ) -> list[tuple[pd.Timestamp, str]]:
        """Return when nobody was told, at any of the homes, and why: the last two times at most."""
        missed: set[Past] = set()
        for door in members or [opener]:
            if self._is_known(door):
                uprn = self.doors.uprn[door] if members else None
                ids = self._ids(door, self.events[event], link)
                missed.update(self.history.missed(uprn, ids, self.events[event]))
        return sorted({(past.at, past.result) for past in missed})[1 - len(TASKS) :]

    def _expires(self, missed: list[tuple[pd.Timestamp, str]], ends: pd.Timestamp) -> pd.Timestamp:
        """Return until when a row is asked for: after an attempt as long again, from its day."""
        if not missed:
            return ends
        again = end_of_day(missed[-1][0] + pd.Timedelta(days=self.history.visit_days))
        return max(ends, again)

    def _check_first(self, members: list[int], link: str, lead: int) -> bool:
        if link != BURGLED or self.history.empty:
            return False
        event, uprn = self.events[lead], self.doors.uprn
        return any(
            self.history.asked_before(uprn[door], self._ids(door, event, BURGLED), event)
            for door in members
        )


# Names of the other homes of a building in which one is burgled, and of its first flat by itself.
_others, _by_itself = "{} others".format, "{} alone".format
_TOLD = ("reason", "officer_notes", "crime_refs", "burglaries_12m", "reach")


def _no_visits() -> pd.DataFrame:
    return pd.DataFrame([], columns=list(_TYPES)).astype(_TYPES)


def _unmatched(event: Any) -> str:
    """Return a name for the home of a victim without an address."""
    return event.address or f"{event.x:.0f}, {event.y:.0f}"
