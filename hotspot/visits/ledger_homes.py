"""What a ledger holds of single homes, for those who may know: marks, notes, all of one home."""

from collections.abc import Iterable

import pandas as pd

from hotspot.incidents.stop_list import Exclude
from hotspot.visits import marks
from hotspot.visits.access_log import log_access
from hotspot.visits.officer_notes import Acknowledged, OfficerNotes, acknowledge, notes_to_hand_over
from hotspot.visits.store import Store
from hotspot.visits.subject_access import Erased, Subject, erase, read_subject


class Homes:
    """What a ledger holds of single homes, and how it is let go: a part of `VisitLedger`."""

    _store: Store

    def marks(self, *, lifted: bool = False, exclude: Exclude = ()) -> pd.DataFrame:
        """Return the homes that want no contact. That somebody looked is logged.

        Parameters
        ----------
        lifted : bool, default False
            Whether marks that were lifted are among them.
        exclude : iterable of str
            The stop list: homes on it, or that a burglary on it reaches, are not among them.

        Returns
        -------
        DataFrame
            ``uprn``, ``address`` and ``area`` (as a list has them; missing where none does),
            ``marked_at``, ``visit_id`` and ``visited_at`` (of the visit that said so; missing
            where there was none), ``lifted_at``, ``lifted_by`` and ``lifted_why``.

        Notes
        -----
        Lists and reports tell nobody which homes these are. Whoever reads this is to need it.

        Examples
        --------
        >>> from hotspot.visits import VisitLedger
        >>> with VisitLedger("sqlite://") as ledger:
        ...     _ = ledger.do_not_contact("0012")
        ...     ledger.marks()["uprn"].tolist(), ledger.log()["what"].tolist()
        (['0012'], ['mark', 'look-up'])
        """
        with self._store.writing() as connection:
            rows = marks.all_marks(connection, lifted=lifted, exclude=exclude)
            log_access(connection, "look-up", count=len(rows))
        return rows

    def lift_mark(
        self, home: str, why: str, who: str | None = None, *, exclude: Exclude = ()
    ) -> pd.DataFrame:
        """Lift the mark of one home: lists may name it again, and the lifting is kept.

        Parameters
        ----------
        home : str
            A UPRN, the id of a visit or an address.
        why : str
            Who asked for it, and when.
        who : str, optional
            Default: the name of the login.
        exclude : iterable of str
            The stop list: no home on it is offered or named.

        Returns
        -------
        DataFrame
            What was lifted, as of `marks`.

        Raises
        ------
        ConfigError
            If no reason is given.
        DataError
            If no mark stands for the home, or several homes may be meant.

        Notes
        -----
        A lifted mark stands for nothing. The visit that set it does not bring it back, however
        often its sheet is read; a later visit whose box says yes, and `do_not_contact`, do.

        Examples
        --------
        >>> from hotspot.visits import VisitLedger
        >>> with VisitLedger("sqlite://") as ledger:
        ...     _ = ledger.do_not_contact("0012")
        ...     _ = ledger.lift_mark("0012", "rang on 3 March: wants to be called at")
        ...     len(ledger.marks()), len(ledger.marks(lifted=True))
        (0, 1)
        """
        with self._store.writing() as connection:
            return marks.lift_mark(connection, home, why, who, exclude)

    def notes(self, to_whom: str | None = None, *, exclude: Exclude = ()) -> OfficerNotes:
        """Return the notes for the officer in the case that wait. That they were seen is logged.

        Parameters
        ----------
        to_whom : str, optional
            Who gets them, for the log.
        exclude : iterable of str
            The stop list, crime references and UPRNs: notes of doors on it, or that a burglary on
            it reaches, wait unseen and are counted (``.withheld``).

        Returns
        -------
        OfficerNotes
            ``.table``, ``.summary()`` and ``.write(folder)``.

        Notes
        -----
        Notes belong in the crime record: there they are kept, disclosed and weeded by its rules.
        In the ledger they only wait, and `acknowledge_notes` deletes them. What a team wrote under
        ``note`` is for the supervisor of the visits: it stays until `purge` or `erase`, and no
        list, report or digest shows it. Sheets do not ask for it.

        Examples
        --------
        >>> from hotspot.visits import VisitLedger
        >>> with VisitLedger("sqlite://") as ledger:
        ...     _ = ledger.record([
        ...         {"visit_id": "V-A", "result": "F2F", "visited_at": "2026-03-03 18:05",
        ...          "for_the_officer": "saw a grey van"}])
        ...     (ref,) = ledger.notes("Sgt Hill").table["note_ref"]
        ...     _ = ledger.acknowledge_notes([ref])
        ...     len(ledger.notes().table)
        0
        """
        with self._store.writing() as connection:
            notes = notes_to_hand_over(connection, exclude)
            log_access(connection, "hand-over", to_whom=to_whom, count=len(notes.table))
        return notes

    def acknowledge_notes(self, refs: str | Iterable[str], who: str | None = None) -> Acknowledged:
        """Delete notes that stand in the crime record now.

        Parameters
        ----------
        refs : str or iterable of str
            As of `notes`.
        who : str, optional
            Who has them. Default: the name of the login.

        Returns
        -------
        Acknowledged

        Raises
        ------
        DataError
            If no such note waits: then nothing is deleted.

        Notes
        -----
        Their text is gone from the ledger, in SQLite from every byte of the file. The same sheet
        read again does not bring it back. That there was a note, and when it was acknowledged,
        stays.

        Examples
        --------
        >>> from hotspot.visits import VisitLedger
        >>> with VisitLedger("sqlite://") as ledger:
        ...     ledger.acknowledge_notes("N-ABCDEFGHIJ")
        Traceback (most recent call last):
        ...
        hotspot._errors.DataError: No note N-ABCDEFGHIJ is waiting: nothing was deleted. ...
        """
        return acknowledge(self._store, [refs] if isinstance(refs, str) else list(refs), who)

    def subject(self, home: str, to_whom: str | None = None, *, exclude: Exclude = ()) -> Subject:
        """Return all that is held of one home, for whoever asks what is. That is logged.

        Parameters
        ----------
        home : str
            A UPRN, the id of a visit or an address; or the reference of a burglary, for the
            cameras that were asked for its footage.
        to_whom : str, optional
            Who gets it, for the log.
        exclude : iterable of str
            The stop list, crime references and UPRNs: of a home on it, or that a burglary on it
            reaches, nothing is told.

        Returns
        -------
        Subject
            ``.tables``, ``.summary()`` and ``.to_dict()``.

        Raises
        ------
        DataError
            If no home is meant, or several may be: those are named; or if it is to be asked about
            with the supervisor.

        Notes
        -----
        What is held tells of burglaries of other homes only that there were any: their references
        and addresses are of other people, and are left out. Flats of one building are one row of
        the lists, and what is held of one of them is what is held of the row. Free text of visits
        to other doors may speak of the home: no search finds that for sure.

        Examples
        --------
        >>> from hotspot.visits import VisitLedger
        >>> with VisitLedger("sqlite://") as ledger:
        ...     _ = ledger.do_not_contact("0012")
        ...     print(ledger.subject("0012", "the resident").summary())
        Held of 0012: 1 of marks (rows).
        Marks: UPRN 0012: marked ...
        """
        with self._store.writing() as connection:
            found = read_subject(connection, home, exclude)
            log_access(connection, "export", to_whom=to_whom, count=1)
        return found

    def erase(self, home: str, *, marks: bool = False, who: str | None = None) -> Erased:
        """Delete all that is held of one home.

        Parameters
        ----------
        home : str
            A UPRN, the id of a visit or an address; or the reference of a burglary, for the
            cameras that were asked for its footage.
        marks : bool, default False
            Whether a mark not to be contacted goes too. Otherwise it stays, as a UPRN alone: a
            wish not to be called on can be kept to only while it is remembered.
        who : str, optional
            In whose name it is logged. Default: the name of the login.

        Returns
        -------
        Erased

        Raises
        ------
        DataError
            If no home is meant, or several may be: then nothing is erased.

        Notes
        -----
        What was asked, done, noted and corrected there goes, and the address is taken from the
        reasons of doors that were listed because the home was burgled; which cameras were asked for
        its own burglaries goes too. The references of burglaries stay with those doors. Flats that
        are one row of a list go together: which of them a row is about cannot be told. In SQLite
        the bytes are gone from the file; see
        `purge` for other databases. Counts of a report shrink by what went.

        Examples
        --------
        >>> from hotspot.visits import VisitLedger
        >>> with VisitLedger("sqlite://") as ledger:
        ...     _ = ledger.record(
        ...         [{"visit_id": "V-A", "result": "F2F", "visited_at": "2026-03-03 18:05"}])
        ...     dict(ledger.erase("V-A").rows)["visits"], len(ledger.visits())
        (1, 0)
        """
        return erase(self._store, home, who, with_marks=marks)
