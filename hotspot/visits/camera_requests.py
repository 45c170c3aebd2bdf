"""Which cameras were asked for their footage, for which crime: recorded, corrected, let go."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import pandas as pd
import sqlalchemy as sa

from hotspot._checks import raise_problems
from hotspot._errors import ConfigError, DataError, quoted
from hotspot.dates import AsOf, moment_of
from hotspot.english import and_list, count, long_moment
from hotspot.incidents.stop_list import Exclude
from hotspot.output.results import Shown
from hotspot.output.text import clean_text
from hotspot.visits.access_log import log_access, login_name
from hotspot.visits.schema import camera_requests, frame_of, keep_rows, replace_rows
from hotspot.visits.stopped_doors import of_ledger
from hotspot.visits.store import Store

COLUMNS = ("camera_id", "crime_ref", "asked_at", "asked_by")
WITHDRAWN = ("withdrawn_at", "withdrawn_by", "withdrawn_why")
_LONGEST = 200


@dataclass(frozen=True)
class CamerasAsked(Shown):
    """Result of `VisitLedger.ask_cameras` and `VisitLedger.correct_camera`.

    Parameters
    ----------
    crime_ref : str
    cameras : list of str
        The ids of the cameras.
    asked_at : Timestamp or None
        When they were asked; None where the request is withdrawn.
    asked_by : str
    added : int
        How many requests the ledger did not have.
    """

    crime_ref: str
    cameras: list[str]
    asked_at: pd.Timestamp | None
    asked_by: str
    added: int

    def summary(self) -> str:
        """Return in a sentence what stands in the ledger now.

        Returns
        -------
        str
        """
        named = and_list([quoted(one) for one in self.cameras])
        if self.asked_at is None:
            return f"{named}: not asked for {self.crime_ref} ({self.asked_by})."
        known = len(self.cameras) - self.added
        again = f" {count(known, 'request')} of them known already." if known else ""
        when = long_moment(self.asked_at)
        return f"{named}: asked for {self.crime_ref}, {when} ({self.asked_by}).{again}"

    def to_dict(self) -> dict[str, Any]:
        """Return what JSON can hold.

        Returns
        -------
        dict
        """
        at = None if self.asked_at is None else self.asked_at.isoformat()
        return {**asdict(self), "asked_at": at}


def ask_cameras(
    store: Store,
    crime_ref: str,
    camera_ids: str | Iterable[str],
    asked_at: AsOf | None,
    who: str | None,
) -> CamerasAsked:
    """Write that cameras were asked. See `VisitLedger.ask_cameras`."""
    given = [camera_ids] if isinstance(camera_ids, str) else list(camera_ids)
    cameras = [_named(one, "camera_ids") for one in dict.fromkeys(given)]
    if not cameras:
        raise ConfigError("camera_ids names no camera.")
    crime, at = _named(crime_ref, "crime_ref"), _past(asked_at, "asked_at")
    by = clean_text(who or "").strip() or login_name()
    with store.writing() as connection:
        rows = [_row(camera, crime, at, by) for camera in cameras]
        # A request that was withdrawn and is made again stands again.
        added = keep_rows(connection, camera_requests, rows, _again)
    return CamerasAsked(crime, cameras, at, by, added)


def correct_camera(
    store: Store,
    crime_ref: str,
    camera_id: str,
    asked_at: AsOf | None,
    to_asked_at: AsOf | None,
    why: str,
    who: str | None,
) -> CamerasAsked:
    """Withdraw a request, or say when it was. See `VisitLedger.correct_camera`."""
    crime, camera = _named(crime_ref, "crime_ref"), _named(camera_id, "camera_id")
    reason = clean_text(why).strip() if isinstance(why, str) else ""
    raise_problems(
        arguments=[] if reason else ["Say why it is corrected: the reason is kept with it."]
    )
    at = None if asked_at is None else moment_of(asked_at, "asked_at")
    to = None if to_asked_at is None else _past(to_asked_at, "to_asked_at")
    by = clean_text(who or "").strip() or login_name()
    with store.writing() as connection:
        old = _one(connection, crime, camera, at)
        if to == pd.Timestamp(old["asked_at"]):
            raise DataError(f"{quoted(camera)} was asked then: nothing is to be corrected.")
        now = pd.Timestamp.now().floor("s").to_pydatetime()
        gone = {"withdrawn_at": now, "withdrawn_by": by, "withdrawn_why": reason}
        replace_rows(connection, camera_requests, [{**old, **gone}])
        if to is not None:
            keep_rows(
                connection, camera_requests, [_row(camera, crime, to, old["asked_by"])], _again
            )
        log_access(connection, "correction", by, count=1)
    return CamerasAsked(crime, [camera], to, by, 0 if to is None else 1)


def all_requests(
    connection: sa.Connection, *, withdrawn: bool = False, exclude: Exclude = ()
) -> pd.DataFrame:
    """Read which cameras were asked, the oldest first. See `VisitLedger.cameras_asked`."""
    names = (*COLUMNS, *WITHDRAWN) if withdrawn else COLUMNS
    query = sa.select(*(camera_requests.c[name] for name in names))
    if not withdrawn:
        query = query.where(camera_requests.c.withdrawn_at.is_(None))
    order = ("asked_at", "crime_ref", "camera_id")
    rows = frame_of(connection, query.order_by(*(camera_requests.c[name] for name in order)))
    stop = of_ledger(connection, exclude)
    hidden = np.asarray(stop.matches(rows["crime_ref"]) | stop.matches(rows["camera_id"]))
    return rows[~hidden].reset_index(drop=True)


def _row(camera: str, crime: str, at: pd.Timestamp, by: str) -> dict[str, Any]:
    return {
        "camera_id": camera,
        "crime_ref": crime,
        "asked_at": at.to_pydatetime(),
        "asked_by": by,
        "recorded_at": pd.Timestamp.now().floor("s").to_pydatetime(),
        **dict.fromkeys(WITHDRAWN),
    }


def _again(old: dict[str, Any], new: dict[str, Any]) -> dict[str, Any] | None:
    """Return the request anew where the one of its key was withdrawn."""
    return None if old["withdrawn_at"] is None else new


def _one(
    connection: sa.Connection, crime: str, camera: str, at: pd.Timestamp | None
) -> dict[str, Any]:
    """Find the one request that is meant.

    Raises
    ------
    DataError
        If there is none, or several may be meant.
    """
    query = sa.select(camera_requests).where(
        camera_requests.c.crime_ref == crime,
        camera_requests.c.camera_id == camera,
        camera_requests.c.withdrawn_at.is_(None),
    )
    found = [dict(row) for row in connection.execute(query).mappings()]
    if at is not None:
        # By its day, or by its time to the minute.
        unit = "D" if at == at.normalize() else "min"
        found = [
            row for row in found if pd.Timestamp(row["asked_at"]).floor(unit) == at.floor(unit)
        ]
    if not found:
        raise DataError(f"This ledger holds no such request to {quoted(camera)} for {crime}.")
    if len(found) > 1:
        listed = and_list([f"{row['asked_at']:%Y-%m-%d %H:%M}" for row in found])
        raise DataError(f"{quoted(camera)} was asked for {crime} at {listed}: say which is meant.")
    return found[0]


def _named(text: object, name: str) -> str:
    """Return an id or a reference as it is kept."""
    cleaned = clean_text(text).strip() if isinstance(text, str) else ""
    if not cleaned or len(cleaned) > _LONGEST:
        raise ConfigError(f"{name} must be text of 1 to {_LONGEST} letters, not {quoted(text)}.")
    return cleaned


def _past(at: AsOf | None, name: str) -> pd.Timestamp:
    """Return when something was, to the second; now where nothing is said."""
    now = pd.Timestamp.now().floor("s")
    moment = now if at is None else moment_of(at, name).floor("s")
    if moment > now + pd.Timedelta(days=1):
        raise ConfigError(f"{name} lies in the future: {moment:%Y-%m-%d %H:%M}.")
    return moment
