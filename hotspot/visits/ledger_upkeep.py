"""What is changed in a ledger afterwards, and who did it."""

import pandas as pd

from hotspot.dates import AsOf
from hotspot.visits.access_log import log_access, read_log
from hotspot.visits.corrections import Change, Corrected, all_corrections, correct_visit
from hotspot.visits.retention import Purged, preview_purge, purge
from hotspot.visits.store import Store


class Upkeep:
    """What is changed in a ledger afterwards: a part of `VisitLedger`."""

    _store: Store

    def correct(
        self,
        visit_id: str,
        *,
        visited_at: AsOf | None = None,
        result: str | None = None,
        to_visited_at: AsOf | None = None,
        to_result: str | None = None,
        withdraw: bool = False,
        why: str,
        who: str | None = None,
    ) -> Corrected:
        """Change or withdraw one visit; what had stood is kept with who did it, when and why.

        Parameters
        ----------
        visit_id : str
        visited_at : date or time, optional
            Which visit of the door, by its time to the minute, or by its day. Dates in text are
            year first.
        result : str, optional
            Which visit, by its result.
        to_visited_at : date or time, optional
            When it was.
        to_result : str, optional
            What came of it.
        withdraw : bool, default False
            Whether there was no such visit.
        why : str
            The reason, kept with it.
        who : str, optional
            Who says so. Default: the name of the login.

        Returns
        -------
        Corrected
            ``.old``, ``.new`` and ``.summary()``.

        Raises
        ------
        ConfigError
            If nothing or no reason is given, or a date or result is none.
        DataError
            If no visit or several may be meant, which are listed; if it is so already or
            contradicts another visit of the door; or if a note for the officer in the case, not
            handed over yet, would go with the visit.

        Notes
        -----
        Reports and the next list count what stands now. The sheet from which the visit came may be
        read again: it brings back nothing that was corrected, and says so. A do-not-contact mark
        that came with the visit stands until it is lifted.

        Examples
        --------
        >>> from hotspot.visits import VisitLedger
        >>> with VisitLedger("sqlite://") as ledger:
        ...     _ = ledger.record([
        ...         {"visit_id": "V-A", "result": "no reply", "visited_at": "2026-03-03 09:35"}])
        ...     told = ledger.correct(
        ...         "V-A", to_result="refused", why="ticked the wrong box", who="Sgt Ali")
        ...     ledger.visits()["result"].tolist()
        ['refused']
        >>> print(told.summary())
        V-A: no reply, Tuesday 3 March 2026 at 09:35, is now refused, Tuesday 3 March 2026 at ...
        """
        change = Change(to_visited_at, to_result, withdraw, why, who)
        return correct_visit(self._store, visit_id, visited_at, result, change)

    def corrections(self) -> pd.DataFrame:
        """Return every correction of a visit, the oldest first.

        Returns
        -------
        DataFrame
            ``visit_id``, ``visited_at`` and ``result`` as they had stood, ``new_visited_at`` and
            ``new_result`` (none where it was ``withdrawn``), ``corrected_by``, ``corrected_at`` and
            ``why``.

        Examples
        --------
        >>> from hotspot.visits import VisitLedger
        >>> with VisitLedger("sqlite://") as ledger:
        ...     len(ledger.corrections())
        0
        """
        with self._store.reading() as connection:
            return all_corrections(connection)

    def purge(
        self,
        before: AsOf,
        *,
        marks: bool = False,
        preview: bool = False,
        who: str | None = None,
    ) -> Purged:
        """Delete what is older than a day: the retention rule.

        Parameters
        ----------
        before : date or time
            A door goes, with all that was asked of it and done there, where its last listing and
            its last visit are before this; a day is meant from its beginning. Text is year
            first: "03/01/2026" is two days, and refused.
        marks : bool, default False
            Whether do-not-contact marks that were made before go too. Otherwise they stay: a
            person who asked for no contact asked for it once. A mark is a UPRN, no address.
        preview : bool, default False
            Whether to delete nothing and only count what would go.
        who : str, optional
            In whose name it is logged. Default: the name of the login.

        Returns
        -------
        Purged
            What went, or would go: numbers and dates.

        Raises
        ------
        ConfigError
            If `before` is no date, or text that is not year first.

        Notes
        -----
        Requests to cameras that were made before the day go too.
        What stays of the lists are their cut-offs, parameters and lengths, and of the log who did
        what and when. Marks that were lifted before the day go with the rest. In SQLite deleted
        bytes are overwritten and the file is rebuilt, so that they are gone from it; PostgreSQL
        rewrites the tables, but its write-ahead log and every backup keep what they hold for as
        long as they are kept.

        Examples
        --------
        >>> from hotspot.visits import VisitLedger
        >>> with VisitLedger("sqlite://") as ledger:
        ...     _ = ledger.record(
        ...         [{"visit_id": "V-A", "result": "F2F", "visited_at": "2025-03-02 18:00"}])
        ...     print(ledger.purge("2026-01-01", preview=True).summary())
        ...     ledger.purge("2026-01-01").visits
        Would delete what ended before 1 January 2026: 1 door of 0 lists with 0 rows of what ...
        1
        """
        if preview:
            return preview_purge(self._store, before, marks)
        return purge(self._store, before, marks, who)

    def log_access(
        self,
        what: str,
        who: str | None = None,
        to_whom: str | None = None,
        count: int | None = None,
    ) -> None:
        """Write that somebody looked, handed over, changed or deleted: never what.

        Parameters
        ----------
        what : str
            "look-up", "hand-over", "correction", "mark", "lift", "erasure", "export", "purge" or
            "acknowledgement".
        who : str, optional
            Default: the name of the login.
        to_whom : str, optional
            Who got it.
        count : int, optional
            Of how many homes or visits.

        Raises
        ------
        ConfigError
            If `what` is none of these.

        Examples
        --------
        >>> from hotspot.visits import VisitLedger
        >>> with VisitLedger("sqlite://") as ledger:
        ...     ledger.log_access("look-up", who="J. Doe", count=1)
        ...     ledger.log()[["who", "what", "count"]]
              who     what  count
        0  J. Doe  look-up      1
        """
        with self._store.writing() as connection:
            log_access(connection, what, who, to_whom, count)

    def log(self) -> pd.DataFrame:
        """Return who looked, handed over, changed or deleted, the oldest first.

        Returns
        -------
        DataFrame
            ``at``, ``who``, ``what``, ``to_whom`` and ``count``. `purge` leaves it.

        Examples
        --------
        >>> from hotspot.visits import VisitLedger
        >>> with VisitLedger("sqlite://") as ledger:
        ...     len(ledger.log())
        0
        """
        with self._store.reading() as connection:
            return read_log(connection)
