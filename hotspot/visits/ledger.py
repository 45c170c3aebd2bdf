"""The standing list: what was asked of the teams, and what they did."""

import os
from collections.abc import Iterable, Mapping
from typing import Any, Self

import pandas as pd

from hotspot._errors import ConfigError
from hotspot.dates import AsOf
from hotspot.incidents.stop_list import Exclude
from hotspot.visits import queries
from hotspot.visits.explanation import Explanation
from hotspot.visits.issuing import issue_list
from hotspot.visits.ledger_answers import Answers
from hotspot.visits.ledger_cameras import Cameras
from hotspot.visits.ledger_homes import Homes
from hotspot.visits.ledger_upkeep import Upkeep
from hotspot.visits.marks import mark_homes
from hotspot.visits.recording import Recorded, record_rows
from hotspot.visits.schema import STARTED, read_time
from hotspot.visits.sheet_reading import Returned, read_returns
from hotspot.visits.store import Store


class VisitLedger(Answers, Cameras, Homes, Upkeep):
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
    dry_run : bool, default False
        Whether to take back what each piece of work wrote when it is done: its answer tells what
        would be. A ledger that is missing is not made then.

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

    Nothing of people is asked for: what is kept are places, references of burglaries, and what
    the sheets ask. Words that a team writes may still speak of people. Notes for the officer in
    the case wait for the crime record and are deleted once acknowledged (`notes`,
    `acknowledge_notes`); what stands under ``note``, ``referral`` or the camera stays until
    `purge` or `erase`, and no list, report or digest shows it.

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
        dry_run: bool = False,
    ) -> None:
        self._store = Store(url, must_exist=must_exist, wait_s=wait_s, dry_run=dry_run)

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

    @property
    def with_stop_list(self) -> bool:
        """Whether any of its lists was made with a stop list, which is kept outside the ledger."""
        with self._store.reading() as connection:
            return queries.has_stop_list(connection)

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
        exclude: "Exclude | None" = None,
    ) -> Recorded:
        """Write visits; they are on disk when this returns.

        Parameters
        ----------
        rows : DataFrame, iterable of mapping, or path
            With ``visit_id``, ``result`` and ``visited_at``, and optionally ``uprn``,
            ``collar_number``, ``leaflet_left``, ``camera_or_doorbell``, ``referral``,
            ``pack_given``, ``do_not_contact``, ``for_the_officer`` and ``note``, or the headings
            of the sheets. A path is read by `read_returns`.
        source : str, optional
            Where the rows come from, kept with them. Default: the name of the file.
        timezone : str, optional
            Turn times that carry a zone into this zone's civil time, e.g. ``"Europe/London"``.
        exclude : iterable of str, optional
            References and UPRNs of the stop list: what is recorded stays the same, but none of its
            doors is named. By default no door that did not come back is named if lists of the
            ledger were made with a stop list; an empty list names all.

        Returns
        -------
        Recorded
            What was added, known already, not done yet, flagged, not clear, and rejected with the
            reason.

        Raises
        ------
        DataError
            If there is no column for the visit or for the result, or the file cannot be read.
        ConfigError
            If `exclude` holds what is no reference and no UPRN.

        Notes
        -----
        A result is one of `RESULTS`, whatever its case and punctuation; other words taken are
        those that `canonical_result` lists. Dates that could be read both ways are day first.
        The same visit, moment and result is one visit, however often it comes; cells that had
        been empty are filled in, none is overwritten. Several calls at a door are several visits,
        in rows of one id or in columns such as "Second visited at" and "Second result". What was
        corrected since stays as corrected, and is told. A row with nothing filled in is "not done
        yet". Boxes take a clear yes or a clear no; what says neither, such as "no - happy for us
        to call", sets nothing and is asked about in `Recorded.unclear`. A pack that was given may
        be told by its name; a bare yes is the pack of the door's list. Ids that no list holds are
        kept, and flagged. A visit in the future is rejected; one before its burglary was found is
        kept, flagged, and not counted by `report`.

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
        return record_rows(self._store, rows, source, timezone, exclude)

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
            # Whoever calls this says so now: a mark that was lifted stands again.
            return mark_homes(connection, wanted.assign(said_at=pd.Timestamp.now())).new


def explain(
    home: str,
    ledger: VisitLedger | str | os.PathLike[str] | None = None,
    as_of: AsOf | None = None,
    *,
    exclude: Exclude = (),
) -> Explanation:
    """Read why a door was asked for: the burglaries, distances, dates and the rule behind it.

    Parameters
    ----------
    home : str
        The id of a visit as it stands on the list, a UPRN or an address.
    ledger : VisitLedger, URL or path, optional
        Default: ``visits.db`` in this folder.
    as_of, exclude
        As of `VisitLedger.explain`.

    Returns
    -------
    Explanation

    Raises
    ------
    DataError
        If there is no such ledger, or it holds nothing of such a home.

    Examples
    --------
    >>> with VisitLedger("sqlite://") as ledger:
    ...     explain("V-A", ledger)
    Traceback (most recent call last):
    ...
    hotspot._errors.DataError: This ledger holds nothing of 'V-A'.
    """
    if isinstance(ledger, VisitLedger):
        return ledger.explain(home, as_of, exclude=exclude)
    given = () if ledger is None else (ledger,)
    with VisitLedger(*given, must_exist=True) as opened:
        return opened.explain(home, as_of, exclude=exclude)
