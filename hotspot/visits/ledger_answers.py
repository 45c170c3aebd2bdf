"""What a ledger tells: visits, what was asked, the history, the report, and why a door."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

import pandas as pd

from hotspot.cocooning.expired_doors import expired_doors
from hotspot.cocooning.visit_history import listed_parts, read_history
from hotspot.cocooning.waking_hours import read_waking_hours
from hotspot.dates import AsOf, cutoff
from hotspot.incidents.stop_list import Exclude, StopList
from hotspot.visits import queries
from hotspot.visits.access_log import log_access
from hotspot.visits.explanation import Explanation, explain_visit
from hotspot.visits.report import Known, VisitReport, groupings_of, last_known, make_report
from hotspot.visits.schema import PURGED, STARTED, read_time
from hotspot.visits.stopped_doors import at_homes, of_ledger, untold
from hotspot.visits.store import Store


class Answers:
    """What a ledger tells, without changing what it holds: a part of `VisitLedger`."""

    _store: Store

    def visits(self) -> pd.DataFrame:
        """Return every visit.

        Returns
        -------
        DataFrame
            ``visit_id``, ``uprn`` (of the row, else of the list), ``result``, ``visited_at``,
            ``time_known`` (whether a time of day was told), ``recorded_at``, ``known`` (whether a
            list holds the id) and what the sheets ask, by ``visited_at`` and ``visit_id``.

        Examples
        --------
        >>> from hotspot.visits import VisitLedger
        >>> with VisitLedger("sqlite://") as ledger:
        ...     len(ledger.visits())
        0
        """
        with self._store.reading() as connection:
            return queries.all_visits(connection)

    def asked(self) -> pd.DataFrame:
        """Return everything that was asked: a row for each visit and attempt.

        Returns
        -------
        DataFrame
            ``visit_id``, ``attempt``, ``task``, ``ring``, ``uprn``, ``uprns``, ``address``,
            ``area``, ``reason``, ``tier``, ``crime_refs``, ``distance_m``, ``expires`` and
            ``number`` (as of the last list with it), ``act_by``, ``act_within_hours`` and
            ``recorded`` (as first asked), ``newest`` (the earliest that any list named),
            ``first_as_of`` and ``last_as_of`` (the first and the last list with it), by
            ``first_as_of``, ``visit_id`` and ``attempt``. ``door_note`` is of lists of 0.1 alone.

        Examples
        --------
        >>> from hotspot.visits import VisitLedger
        >>> with VisitLedger("sqlite://") as ledger:
        ...     len(ledger.asked())
        0
        """
        with self._store.reading() as connection:
            return queries.all_asked(connection)

    def history(self, as_of: AsOf) -> pd.DataFrame:
        """Return what the next list must know of the visits before it.

        Parameters
        ----------
        as_of : date or time
            The cut-off; a later visit is not yet known.

        Returns
        -------
        DataFrame
            A row for each visit: ``visit_id``, ``uprn``, ``uprns`` (of the building, joined by
            "; "), ``result``, ``visited_at``, ``ring``, ``crime_refs``, ``known_until`` (a visit
            covers only burglaries recorded by then: it is ``visited_at``) and
            ``do_not_contact``. A mark that came without a visit is a row without a result. Marks
            hold whatever the cut-off.

        Examples
        --------
        >>> from hotspot.visits import VisitLedger
        >>> with VisitLedger("sqlite://") as ledger:
        ...     _ = ledger.do_not_contact("0012")
        ...     ledger.history("2026-03-02")[["uprn", "do_not_contact"]]
           uprn  do_not_contact
        0  0012            True
        """
        with self._store.reading() as connection:
            return queries.history(connection, as_of)

    def report(
        self,
        by: str | Iterable[str] | None = ("area", "ring", "week", "attempt"),
        as_of: AsOf | None = None,
        exclude: Exclude = (),
    ) -> VisitReport:
        """Count what came of the visits: coverage, contact and timeliness, honest denominators.

        Parameters
        ----------
        by : {"area", "ring", "week", "attempt"} or several of them, optional
            Count also for each team ("team" is "area"), ring, week of the first list, or attempt.
        as_of : date or time, optional
            What came later does not count. Default: the last list or the last visit, whichever is
            later.
        exclude : iterable of str
            References and UPRNs of the stop list: their homes, and doors that were listed for its
            burglaries alone, are in no number and in no list.

        Returns
        -------
        VisitReport
            ``.table``, ``.summary()``, ``.plot()`` and ``.write(folder)``.

        Raises
        ------
        ConfigError
            If `by` is no such thing or `as_of` is no date.

        Notes
        -----
        What is counted are doors asked for, each once however often it was listed or visited, and
        beside them the homes that these are. By attempt it is each attempt asked for, with the
        visits between it and the next. There are two clocks, and no share is of both:

        - the force's runs from the record of the burglary, night and day, to the first visit:
          *within 24 h of the record* and *within 48 h of the record* are shares of the doors for
          which so much time is over and was not before the first list of the ledger;
        - the team's runs from the list that first asked, in waking hours, to ``act_by``: *in the
          team's time* is a share of the doors for which that time is over. A door past the
          force's hours when it was listed is *late for the force when listed*, never for a team.

        - *due*: asked, and attempted or past ``act_by``; the rest is *not yet due*;
        - *overdue*: past ``act_by`` and not attempted;
        - *expired, nobody went*: the last attempt asked for was not made, its time ended, and the
          home is neither asked for again nor barred: `VisitReport.expired` names them;
        - *found occupied*: due, less the doors of which every visit said empty or address not
          found; a door not attempted is in it;
        - *reached*: found occupied, and spoken to *face to face* or a leaflet left;

        A visit without a time of day is taken for the end of its day. One before its burglary was
        found counts nowhere, nor do visits of ids that no list holds; their numbers are told.
        Intervals are Wilson's, of 95 %.

        References
        ----------
        Wilson, E. B. (1927). Probable inference, the law of succession, and statistical
        inference. Journal of the American Statistical Association 22, 209-212.

        Examples
        --------
        >>> from hotspot.visits import VisitLedger
        >>> targets = pd.DataFrame(
        ...     {"visit_id": ["V-A", "V-B"], "ring": [0, 1], "address": ["1 Mill Lane"] * 2,
        ...      "act_by": pd.to_datetime(["2026-03-03 08:00", "2026-03-04 08:00"])})
        >>> targets.attrs["as_of"] = "2026-03-02 09:00"
        >>> with VisitLedger("sqlite://") as ledger:
        ...     _ = ledger.issue(targets)
        ...     _ = ledger.record(
        ...         [{"visit_id": "V-A", "result": "F2F", "visited_at": "2026-03-02 18:00"}])
        ...     report = ledger.report(as_of="2026-03-05")
        >>> print(report.summary())
        The force's clock, from the record to the first call: 1 of 2 doors (50 %, ...
        The team's clock, from the list that asked: 1 of 2 doors (50 %, 95 % ...
        2 doors were asked for on 1 list, 2 homes in all.
        Of 2 due: 1 attempted (50 %, 95 % interval 9 to 91 %); 0 empty or not there, ...
        """
        groupings = groupings_of(by)
        until = None if as_of is None else cutoff(as_of)
        with self._store.reading() as connection:
            issued = queries.all_cut_offs(connection)
            stop = of_ledger(connection, exclude)
            visits, rows = queries.all_visits(connection), queries.all_asked(connection)
            started, purged = read_time(connection, STARTED), read_time(connection, PURGED)
            parameters = queries.last_parameters(connection)
        last = last_known(visits, issued) if until is None else until
        if stop:
            gone = untold(rows, stop)
            of_door = visits["visit_id"].isin(rows.loc[gone, "visit_id"])
            visits, rows = visits[~(of_door | at_homes(visits, stop))], rows[~gone]
        known = Known(
            rows, visits, issued, last, started, self._expired(rows, last, parameters, stop),
            read_waking_hours(parameters.get("waking_hours")),
        )  # fmt: skip
        return replace(make_report(known, groupings), purged_before=purged)

    def _expired(
        self,
        asked: pd.DataFrame,
        as_of: pd.Timestamp,
        parameters: Mapping[str, Any],
        stop: StopList,
    ) -> pd.DataFrame:
        """Find the doors whose time ended and to which nobody went, as the lists do."""
        days = {
            name: int(parameters.get(name) or 0)
            for name in ("revisit_days", "refusal_days", "visit_days")
        }
        history = read_history(self, as_of, **days)
        rows = asked[asked["first_as_of"] <= as_of]
        open_rows = rows[rows["expires"].isna() | (rows["expires"] >= as_of)]
        listed = {home for homes in open_rows["uprns"] for home in listed_parts(homes)}
        return expired_doors(rows, history, listed, stop, days=None)

    def explain(
        self, home: str, as_of: AsOf | None = None, *, exclude: Exclude = ()
    ) -> Explanation:
        """Read why a door was asked for: the burglaries, distances, dates and the rule.

        Parameters
        ----------
        home : str
            The id of a visit, a UPRN, or an address as the lists have it or nearly so.
        as_of : date or time, optional
            The cut-off of the list to explain. Default: the list that the last visit was made
            from, which is the newest with the door whose day is not after that visit; where
            nobody went, the newest with the door. What is explained is what that list said, not
            what has been learnt since.
        exclude : iterable of str
            The stop list, crime references and UPRNs: a door on it, or that a burglary on it
            reaches, is not explained.

        Returns
        -------
        Explanation
            ``.asked``, ``.burglaries``, ``.visits``, ``.marks``, ``.rule`` and ``.summary()``.

        Raises
        ------
        DataError
            If no home of the ledger is meant, or several are (they are named); if it was not on
            such a list; or if it is to be asked about with the supervisor.

        Notes
        -----
        That somebody looked is logged, never what at.

        Examples
        --------
        >>> from hotspot.visits import VisitLedger
        >>> targets = pd.DataFrame(
        ...     {"visit_id": ["V-A"], "ring": [1], "address": ["3 Mill Lane"],
        ...      "act_by": pd.to_datetime(["2026-03-03 08:00"]), "crime_refs": ["B1"],
        ...      "distance_m": [10.0], "newest": pd.to_datetime(["2026-03-01 06:00"])})
        >>> targets.attrs["as_of"] = "2026-03-02"
        >>> with VisitLedger("sqlite://") as ledger:
        ...     _ = ledger.issue(targets)
        ...     ledger.explain("V-A").burglaries[["crime_ref", "distance_m"]]
          crime_ref  distance_m
        0        B1        10.0
        """
        with self._store.writing() as connection:
            explanation = explain_visit(connection, home, as_of, exclude)
            log_access(connection, "look-up", count=1)
        return explanation
