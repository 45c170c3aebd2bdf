"""Local times and UTC, also in the hours that clocks repeat or skip."""

from typing import NamedTuple
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt
import pandas as pd

from hotspot._errors import ConfigError
from hotspot.reading.datetimes import read_zone

Moments = npt.NDArray[np.datetime64]
Flags = npt.NDArray[np.bool_]

#: The column that tells the second pass of an hour that the clocks repeat (PEP 495 calls it fold).
SECOND_PASS = "second_pass"


class Utc(NamedTuple):
    """Local times as UTC.

    Attributes
    ----------
    moments : ndarray of datetime64[ns], shape (n,)
        NaT where a local time is none, or is two.
    twice : ndarray of bool
        Which are two moments: the clocks went back.
    never : ndarray of bool
        Which no clock showed: the clocks went forward.
    """

    moments: Moments
    twice: Flags
    never: Flags


def zone_of(timezone: str) -> ZoneInfo:
    """Return the time zone of a name.

    Raises
    ------
    ConfigError
        If it is not known.
    """
    zone = read_zone(timezone)
    if zone is None:
        raise ConfigError("timezone is missing: name one, such as 'Europe/London'.")
    return zone


def to_utc(local: Moments, zone: ZoneInfo, second_pass: Flags | None = None) -> Utc:
    """Convert local times to UTC.

    Parameters
    ----------
    local : ndarray of datetime64, shape (n,)
        Without a zone.
    zone : ZoneInfo
    second_pass : ndarray of bool, optional
        Which are of the second pass of an hour that the clocks repeat. Default: not known.

    Returns
    -------
    Utc

    Examples
    --------
    >>> autumn = np.array(["2026-10-25T00:30", "2026-10-25T01:30"], dtype="datetime64[ns]")
    >>> to_utc(autumn, ZoneInfo("Europe/London")).twice
    array([False,  True])
    """
    times = pd.DatetimeIndex(local)
    first = np.ones(len(times), dtype=bool) if second_pass is None else ~second_pass
    told = times.tz_localize(zone, ambiguous=first, nonexistent="NaT")
    there = np.asarray(times.notna())
    never: Flags = np.asarray(told.isna()) & there
    twice = np.zeros(len(times), dtype=bool)
    if second_pass is None:
        unknown = times.tz_localize(zone, ambiguous="NaT", nonexistent="NaT")
        twice = np.asarray(unknown.isna()) & there & ~never
        told = unknown
    utc = told.tz_convert("UTC").tz_localize(None).to_numpy().astype("datetime64[ns]")
    return Utc(utc, twice, never)


def to_local(utc: Moments, zone: ZoneInfo) -> tuple[Moments, Flags]:
    """Convert moments in UTC to local times, and say which are of the second pass of an hour.

    Parameters
    ----------
    utc : ndarray of datetime64, shape (n,)
    zone : ZoneInfo

    Returns
    -------
    local : ndarray of datetime64[ns], shape (n,)
    second_pass : ndarray of bool, shape (n,)
    """
    known = pd.DatetimeIndex(utc).tz_localize("UTC").tz_convert(zone)
    local = known.tz_localize(None)
    once = local.tz_localize(zone, ambiguous="NaT", nonexistent="NaT")
    unknown: Flags = np.asarray(once.isna()) & np.asarray(local.notna())
    second = np.zeros(len(local), dtype=bool)
    at = np.flatnonzero(unknown)
    if len(at):
        first = local[at].tz_localize(zone, ambiguous=np.ones(len(at), dtype=bool))
        second[at] = first != known[at]
    return local.to_numpy().astype("datetime64[ns]"), second


def day_starts(first: pd.Timestamp, days: int, zone: ZoneInfo) -> Moments:
    """Return in UTC when local days begin, and when the last one ends.

    Parameters
    ----------
    first : Timestamp
        The first day.
    days : int
    zone : ZoneInfo

    Returns
    -------
    ndarray of datetime64[ns], shape (days + 1,)
        Days of 23 and 25 hours as they are; where a midnight does not exist, the first moment
        after it.
    """
    midnights = pd.date_range(first.normalize(), periods=days + 1, freq="D")
    known = midnights.tz_localize(
        zone, ambiguous=np.ones(days + 1, dtype=bool), nonexistent="shift_forward"
    )
    utc = known.tz_convert("UTC").tz_localize(None)
    return np.asarray(utc.to_numpy().astype("datetime64[ns]"))
