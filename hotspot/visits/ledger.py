"""The standing list: what was asked of the teams, and what they did."""

import os
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any, Self

import pandas as pd

from hotspot._errors import ConfigError
from hotspot.dates import AsOf
from hotspot.visits import queries
from hotspot.visits.explanation import Explanation, explain_visit
from hotspot.visits.issuing import issue_list
from hotspot.visits.recording import Recorded, mark_homes, record_rows
from hotspot.visits.report import VisitReport, make_report
from hotspot.visits.retention import Purged, purge
from hotspot.visits.schema import PURGED, STARTED, read_time
from hotspot.visits.sheet_reading import Returned, read_returns
from hotspot.visits.store import Store


class VisitLedger:
    """A standing list in a database: what was asked of the teams, and what they did.

    Parameters
    ----------
    url : str or path
        Any SQLAlchemy URL, such as ``"sqlite:///visits.db"`` or
        ``"postgresql://user@host/name"`` (which needs the extra ``postgresql``), or the path of a
        SQLite file that ends in ``.db``, ``.sqlite`` or ``.sqlite3``.
    must_exist : bool, default False
        Whether a missing ledger is an error. Otherwise it is made.
    wait_s : float, default 30
        How long to wait while another program writes.

    Raises
    ------
    ConfigError
        If `url` is no such thing, or the driver of the database is not installed.
    DataError
        If there is no such folder, the file is no database, or the ledger is of another version.
    OutputError
        If the ledger is locked or may not be written to.

    Notes
    -----
    Each `issue`, `record`, `do_not_contact` and `purge` is one transaction, on disk when it
    returns: killed at any moment, the ledger holds every visit that was acknowledged and nothing
    half-written. Writers wait for each other. SQLite keeps a rollback journal and no write-ahead
    log, so that a ledger may lie on a network share and leaves nothing deleted beside it; where
    several teams write at once, PostgreSQL is the better place.

    Nothing of people is kept: places, references of burglaries, and what the sheets ask.

    Examples
    --------
    >>> with VisitLedger("sqlite://") as ledger:  # in memory, to try it
    ...     recorded = ledger.record(
    ...         [{"visit_id": "V-A", "result": "Face to face", "visited_at": "03/03/2026 18:05"}])
    ...     visits = ledger.visits()
    >>> recorded.added, visits.loc[0, "result"], bool(visits.loc[0, "known"])
    (1, 'face to face', False)
    """

    def __init__(
        self,
        url: str | os.PathLike[str] = "sqlite:///visits.db",
        *,
        must_exist: bool = False,
        wait_s: float = 30.0,
    ) -> None:
        self._store = Store(url, must_exist=must_exist, wait_s=wait_s)

    def __repr__(self) -> str:
        return f"VisitLedger({self._store.shown!r})"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the database.

        Notes
        -----
        A ledger in a file or on a server holds no connection between two pieces of work, and can
        be used again. A ledger in memory ends here, and so it does where nothing holds it any more
        or a ``with`` block ends.

        Examples
        --------
        >>> ledger = VisitLedger("sqlite://")
        >>> ledger.close()
        """
        self._store.close()

    @property
    def started(self) -> pd.Timestamp | None:
        """Cut-off of the first list, before which nothing can be overdue; None without a list."""
        with self._store.reading() as connection:
            return read_time(connection, STARTED)

    def issue(
        self,
        targets: pd.DataFrame,
        messages: pd.DataFrame | None = None,
        links: pd.DataFrame | None = None,
    ) -> int:
        """Write what a list asks: a row for each visit and attempt.

        Parameters
        ----------
        targets : GeoDataFrame
            As `cocooning_targets` returns them, with ``attrs["as_of"]``.
        messages : GeoDataFrame, optional
            Homes that get a message. Only their number is kept.
        links : DataFrame, optional
            The burglaries that reach each door: ``visit_id``, ``crime_ref``, ``link`` (in words),
            ``distance_m``, ``found``, ``recorded``.

        Returns
        -------
        int
            How many askings the ledger did not have. The same list again changes nothing.

        Raises
        ------
        DataError
            If columns or the cut-off are missing, or a door is listed twice.

        Examples
        --------
        >>> targets = pd.DataFrame(
        ...     {"visit_id": ["V-A"], "ring": [0], "address": ["1 Mill Lane"],
        ...      "act_by": pd.to_datetime(["2026-03-03 08:00"])})
        >>> targets.attrs["as_of"] = "2026-03-02"
        >>> with VisitLedger("sqlite://") as ledger:
        ...     ledger.issue(targets), ledger.issue(targets), ledger.started
        (1, 0, Timestamp('2026-03-02 23:59:59.999999'))
        """
        return issue_list(self._store, targets, messages, links)

    def record(
        self,
        rows: "pd.DataFrame | Iterable[Mapping[str, Any]] | Returned | str | os.PathLike[str]",
        source: str | None = None,
        *,
        timezone: str | None = None,
    ) -> Recorded:
        """Write visits; they are on disk when this returns.

        Parameters
        ----------
        rows : DataFrame, iterable of mapping, or path
            With ``visit_id``, ``result`` and ``visited_at``, and optionally ``uprn``,
            ``collar_number``, ``leaflet_left``, ``camera_or_doorbell``, ``referral``,
            ``do_not_contact``, ``for_the_officer`` and ``note``, or the headings of the sheets. A
            path is read by `read_returns`.
        source : str, optional
            Where the rows come from, kept with them. Default: the name of the file.
        timezone : str, optional
            Turn times that carry a zone into this zone's civil time, e.g. ``"Europe/London"``.

        Returns
        -------
        Recorded
            What was added, known already, not done yet, flagged, and rejected with the reason.

        Raises
        ------
        DataError
            If there is no column for the visit or for the result, or the file cannot be read.

        Notes
        -----
        A result is one of `RESULTS`, whatever its case and punctuation; other words taken are
        those that `canonical_result` lists. Dates that could be read both ways are day first.
        The same visit, moment and result is one visit, however often it comes; cells that had
        been empty are filled in, none is overwritten. A row with nothing filled in is "not done
        yet". Ids that no list holds are kept, and flagged. A visit in the future is rejected; one
        before its burglary was found is kept, flagged, and not counted by `report`.

        Examples
        --------
        >>> with VisitLedger("sqlite://") as ledger:
        ...     recorded = ledger.record([
        ...         {"visit_id": "V-A", "result": "no reply", "visited_at": "2026-03-03 18:05"},
        ...         {"visit_id": "V-A", "result": "no reply", "visited_at": "2026-03-03 18:05"},
        ...         {"visit_id": "V-B", "result": "went well", "visited_at": "2026-03-03 18:10"},
        ...         {"visit_id": "V-C", "result": None, "visited_at": None}])
        >>> recorded.added, recorded.repeated, recorded.not_done, recorded.rejected["row"].tolist()
        (1, 1, 1, [2])
        """
        if isinstance(rows, str | os.PathLike):
            rows = read_returns(rows)
        return record_rows(self._store, rows, source, timezone)

    def do_not_contact(self, uprns: str | Iterable[str]) -> int:
        """Write marks of homes that nobody calls at again, whatever happens there.

        Parameters
        ----------
        uprns : str or iterable of str

        Returns
        -------
        int
            How many were not marked before.

        Raises
        ------
        ConfigError
            If a UPRN is no text.

        Notes
        -----
        A mark has no end: `purge` leaves it unless it is told otherwise. A list leaves a marked
        home out without saying why.

        Examples
        --------
        >>> with VisitLedger("sqlite://") as ledger:
        ...     ledger.do_not_contact(["0012", "0014"]), ledger.do_not_contact("0012")
        (2, 0)
        """
        listed = [uprns] if isinstance(uprns, str) else list(uprns)
        odd = [uprn for uprn in listed if not isinstance(uprn, str) or not uprn.strip()]
        if odd:
            raise ConfigError(f"UPRNs must be text, not {odd[0]!r}: numbers lose their zeros.")
        wanted = pd.DataFrame({"visit_id": None, "uprn": [uprn.strip() for uprn in listed]})
        with self._store.writing() as connection:
            return mark_homes(connection, wanted)

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
            ``area``, ``reason``, ``door_note``, ``tier``, ``crime_refs``, ``distance_m``,
            ``newest``, ``act_by`` and ``act_within_hours`` (all as first asked), ``expires``,
            ``first_as_of`` and ``last_as_of`` (the first and the last list with it), by
            ``first_as_of``, ``visit_id`` and ``attempt``.

        Examples
        --------
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
        by: str | Iterable[str] | None = ("area", "ring", "week"),
        as_of: AsOf | None = None,
    ) -> VisitReport:
        """Count what came of the visits: coverage, contact and timeliness, honest denominators.

        Parameters
        ----------
        by : {"area", "ring", "week"} or several of them, optional
            Count also for each team ("team" is "area"), ring, or week of the first list.
        as_of : date or time, optional
            What came later does not count. Default: the last list or the last visit, whichever is
            later.

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
        What is counted are doors asked for, each once however often it was listed or visited:

        - *due*: asked, and attempted or past the time asked for (``act_by``, as first asked); the
          rest is *not yet due*;
        - *overdue*: due and not attempted; where the time had passed before the first list of the
          ledger, *before start* instead;
        - *found occupied*: due, less the doors of which every visit said empty or address not
          found; a door not attempted is in it;
        - *reached*: found occupied, and spoken to *face to face* or a leaflet left;
        - *within 24 h*, *within 48 h* and *in time*: by 24 or 48 hours after the burglary was
          recorded, or by ``act_by``, out of those due that were not past before the start.

        A visit without a time of day is taken for the end of its day. One before its burglary was
        found counts nowhere, nor do visits of ids that no list holds; their numbers are told.
        Intervals are Wilson's, of 95 %.

        References
        ----------
        Wilson, E. B. (1927). Probable inference, the law of succession, and statistical
        inference. Journal of the American Statistical Association 22, 209-212.

        Examples
        --------
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
        2 doors were asked for on 1 list.
        Of 2 due: 1 attempted (50 %, 95 % interval 9 to 91 %); 0 empty or not there, ...
        """
        with self._store.reading() as connection:
            issued = queries.all_cut_offs(connection)
            visits, rows = queries.all_visits(connection), queries.all_asked(connection)
            started, purged = read_time(connection, STARTED), read_time(connection, PURGED)
        report = make_report(rows, visits, issued, started, by, as_of)
        return replace(report, purged_before=purged)

    def purge(self, before: AsOf, *, marks: bool = False) -> Purged:
        """Delete what is older than a day: the retention rule.

        Parameters
        ----------
        before : date or time
            A door goes, with all that was asked of it and done there, where its last listing and
            its last visit are before this; a day is meant from its beginning.
        marks : bool, default False
            Whether do-not-contact marks that were made before go too. Otherwise they stay: a
            person who asked for no contact asked for it once. A mark is a UPRN, no address.

        Returns
        -------
        Purged
            What went: numbers and dates.

        Raises
        ------
        ConfigError
            If `before` is no date.

        Notes
        -----
        What stays of the lists are their cut-offs, parameters and lengths. In SQLite deleted
        bytes are overwritten and the file is rebuilt, so that they are gone from it; PostgreSQL
        rewrites the tables, but its write-ahead log and every backup keep what they hold for as
        long as they are kept.

        Examples
        --------
        >>> with VisitLedger("sqlite://") as ledger:
        ...     _ = ledger.record(
        ...         [{"visit_id": "V-A", "result": "F2F", "visited_at": "2025-03-02 18:00"}])
        ...     print(ledger.purge("2026-01-01").summary())
        Deleted what ended before 1 January 2026: 1 door with 0 rows of what was asked, 1 visit ...
        """
        return purge(self._store, before, marks)

    def explain(self, visit_id: str) -> Explanation:
        """Read why a door was asked for: the burglaries, distances, dates and the rule.

        Parameters
        ----------
        visit_id : str

        Returns
        -------
        Explanation
            ``.asked``, ``.burglaries``, ``.visits``, ``.rule`` and ``.summary()``.

        Raises
        ------
        DataError
            If the ledger holds no such visit.

        Examples
        --------
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
        with self._store.reading() as connection:
            return explain_visit(connection, visit_id)


def explain(
    visit_id: str, ledger: VisitLedger | str | os.PathLike[str] | None = None
) -> Explanation:
    """Read why a door was asked for: the burglaries, distances, dates and the rule behind it.

    Parameters
    ----------
    visit_id : str
        As it stands on the list.
    ledger : VisitLedger, URL or path, optional
        Default: ``visits.db`` in this folder.

    Returns
    -------
    Explanation

    Raises
    ------
    DataError
        If there is no such ledger, or no list of it holds the id.

    Examples
    --------
    >>> with VisitLedger("sqlite://") as ledger:
    ...     explain("V-A", ledger)
    Traceback (most recent call last):
    ...
    hotspot._errors.DataError: No list of this ledger holds the visit 'V-A'.
    """
    if isinstance(ledger, VisitLedger):
        return ledger.explain(visit_id)
    given = () if ledger is None else (ledger,)
    with VisitLedger(*given, must_exist=True) as opened:
        return opened.explain(visit_id)
