"""What a ledger holds of cameras: which were asked for the footage of which crime."""

from collections.abc import Iterable

import pandas as pd

from hotspot.dates import AsOf
from hotspot.incidents.stop_list import Exclude
from hotspot.visits import camera_requests
from hotspot.visits.camera_requests import CamerasAsked
from hotspot.visits.store import Store


class Cameras:
    """Which cameras were asked: a part of `VisitLedger`."""

    _store: Store

    def ask_cameras(
        self,
        crime_ref: str,
        camera_ids: str | Iterable[str],
        asked_at: AsOf | None = None,
        who: str | None = None,
    ) -> CamerasAsked:
        """Write that cameras were asked for the footage of a crime.

        Parameters
        ----------
        crime_ref : str
        camera_ids : str or iterable of str
            Ids of the register, never a name of an owner.
        asked_at : date or time, optional
            Local time. Default: now.
        who : str, optional
            Who asked. Default: the name of the login.

        Returns
        -------
        CamerasAsked
            ``.added`` and ``.summary()``. The same request again changes nothing.

        Raises
        ------
        ConfigError
            If an id or the reference is no text, or the time is none or lies in the future.

        Examples
        --------
        >>> from hotspot.visits import VisitLedger
        >>> with VisitLedger("sqlite://") as ledger:
        ...     told = ledger.ask_cameras("DG/26/1", ["RS 12"], "2026-03-02 10:00", who="DC Ali")
        ...     ledger.cameras_asked()[["camera_id", "crime_ref", "asked_at"]]
          camera_id crime_ref            asked_at
        0     RS 12   DG/26/1 2026-03-02 10:00:00
        """
        return camera_requests.ask_cameras(self._store, crime_ref, camera_ids, asked_at, who)

    def correct_camera(
        self,
        crime_ref: str,
        camera_id: str,
        *,
        asked_at: AsOf | None = None,
        to_asked_at: AsOf | None = None,
        why: str,
        who: str | None = None,
    ) -> CamerasAsked:
        """Withdraw a request to a camera, or say when it was; what had stood is kept.

        Parameters
        ----------
        crime_ref, camera_id : str
        asked_at : date or time, optional
            Which request, where there are several.
        to_asked_at : date or time, optional
            When it was. Default: there was no such request.
        why : str
            The reason, kept with it.
        who : str, optional
            Who says so. Default: the name of the login.

        Returns
        -------
        CamerasAsked

        Raises
        ------
        ConfigError
            If no reason is given, or a time is none.
        DataError
            If there is no such request, or several may be meant.

        Examples
        --------
        >>> from hotspot.visits import VisitLedger
        >>> with VisitLedger("sqlite://") as ledger:
        ...     _ = ledger.ask_cameras("DG/26/1", "RS 12", "2026-03-02 10:00")
        ...     _ = ledger.correct_camera("DG/26/1", "RS 12", why="it was RS 13")
        ...     len(ledger.cameras_asked()), len(ledger.cameras_asked(withdrawn=True))
        (0, 1)
        """
        return camera_requests.correct_camera(
            self._store, crime_ref, camera_id, asked_at, to_asked_at, why, who
        )

    def cameras_asked(self, *, withdrawn: bool = False, exclude: Exclude = ()) -> pd.DataFrame:
        """Return which cameras were asked, the oldest request first.

        Parameters
        ----------
        withdrawn : bool, default False
            Whether requests that were withdrawn are among them.
        exclude : iterable of str
            The stop list: requests for crimes on it are not among them.

        Returns
        -------
        DataFrame
            ``camera_id``, ``crime_ref``, ``asked_at``, ``asked_by``; with `withdrawn` also
            ``withdrawn_at``, ``withdrawn_by`` and ``withdrawn_why``. `purge` deletes the oldest.

        Examples
        --------
        >>> from hotspot.visits import VisitLedger
        >>> with VisitLedger("sqlite://") as ledger:
        ...     len(ledger.cameras_asked())
        0
        """
        with self._store.reading() as connection:
            return camera_requests.all_requests(connection, withdrawn=withdrawn, exclude=exclude)
