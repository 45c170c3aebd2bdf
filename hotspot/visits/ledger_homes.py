"""What a ledger holds of single homes, for those who may know: marks, notes, all of one home."""

import pandas as pd

from hotspot.visits import marks
from hotspot.visits.access_log import log_access
from hotspot.visits.store import Store


class Homes:
    """What a ledger holds of single homes, and how it is let go: a part of `VisitLedger`."""

    _store: Store

    def marks(self, *, lifted: bool = False) -> pd.DataFrame:
        """Return the homes that want no contact. That somebody looked is logged.

        Parameters
        ----------
        lifted : bool, default False
            Whether marks that were lifted are among them.

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
            rows = marks.all_marks(connection, lifted=lifted)
            log_access(connection, "look-up", count=len(rows))
        return rows

    def lift_mark(self, home: str, why: str, who: str | None = None) -> pd.DataFrame:
        """Lift the mark of one home: lists may name it again, and the lifting is kept.

        Parameters
        ----------
        home : str
            A UPRN, the id of a visit or an address.
        why : str
            Who asked for it, and when.
        who : str, optional
            Default: the name of the login.

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
            return marks.lift_mark(connection, home, why, who)
