"""Which cameras may be listed: consent that is given and has not lapsed, and none withdrawn."""

from typing import NamedTuple

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd

from hotspot.cameras.register_columns import Register
from hotspot.dates import day_numbers
from hotspot.english import count, name_rows
from hotspot.reading.datetimes import read_datetimes

Flags = npt.NDArray[np.bool_]
_YES = frozenset({"yes", "y", "true", "1", "x"})
_NO = frozenset({"no", "n", "false", "0"})
_DATES = ("consent_from", "consent_until", "removed_on")


def read_consent(register: Register, dayfirst: bool, told: list[str]) -> pd.DataFrame:
    """Read consent and removal; of what is unclear there is no consent.

    Parameters
    ----------
    register : Register
    dayfirst : bool
    told : list of str
        Added to: what is asked about which rows.

    Returns
    -------
    DataFrame
        ``consented`` (False where the register says no or cannot be read), ``consent_from``,
        ``consent_until``, ``removed_on`` and ``withdrawn`` (True where it is said without a date,
        or cannot be read).
    """
    index = register.frame.index
    words = {name: register.texts(name).map(_word) for name in _DATES}
    dates = {name: pd.Series(pd.NaT, index=index, dtype="datetime64[ns]") for name in _DATES}
    unreadable = {name: np.zeros(len(index), dtype=bool) for name in _DATES}
    there = [name for name in _DATES if name in register.columns]
    if there:
        cells = {
            name: register.frame[register.heading(name)].where(
                ~words[name].isin([*_YES, *_NO]) & register.told(name), None
            )
            for name in there
        }
        frame = pd.DataFrame({name: cells[name].astype(object) for name in there}, index=index)
        frame.attrs.update(register.frame.attrs)
        reading = read_datetimes(frame, {name: (name,) for name in there}, dayfirst)
        told += reading.warnings
        for name, times in reading.times.items():
            dates[name] = pd.Series(times.moments.astype("datetime64[ns]"), index=index)
            unreadable[name] = times.unreadable
    yes, no = ({name: words[name].isin(kind).to_numpy() for name in _DATES} for kind in (_YES, _NO))
    for name in there:
        odd = unreadable[name] | (yes[name] if name == "consent_until" else False)
        _tell(register, name, np.asarray(odd, dtype=bool), told)
        unreadable[name] = np.asarray(odd, dtype=bool)
    consented = ~(no["consent_from"] | no["consent_until"] | unreadable["consent_from"])
    consented &= ~unreadable["consent_until"]
    _tell_blank(register, told)
    return pd.DataFrame(
        {
            "consented": consented,
            **dates,
            "withdrawn": yes["removed_on"] | unreadable["removed_on"],
        },
        index=index,
    )


def _word(text: object) -> str:
    return text.strip().casefold() if isinstance(text, str) else ""


def _tell(register: Register, name: str, odd: Flags, told: list[str]) -> None:
    if odd.any():
        rows = register.frame.index[odd]
        told.append(
            f"{count(len(rows), 'cell')} in {register.heading(name)!r} cannot be read as a date, "
            f"yes or no ({name_rows(rows)}): these cameras are listed nowhere until it can."
        )


def _tell_blank(register: Register, told: list[str]) -> None:
    """Ask about cameras without consent in a register that keeps it of others."""
    blank = ~register.told("consent_from")
    if "consent_from" not in register.columns or not blank.any() or blank.all():
        return
    rows = register.frame.index[blank]
    told.append(
        f"{count(len(rows), 'camera')} without anything in {register.heading('consent_from')!r} "
        f"({name_rows(rows)}): listed as if no consent were needed, as of a council's own. Write "
        "no where the owner has not agreed."
    )


class Listed(NamedTuple):
    """Which cameras may be listed at a cut-off, and how many of the others are left out for what.

    Attributes
    ----------
    mask : ndarray of bool, shape (n,)
    withdrawn, lapsed, not_begun, refused : int
    """

    mask: Flags
    withdrawn: int
    lapsed: int
    not_begun: int
    refused: int

    @property
    def sentences(self) -> list[str]:
        """How many cameras of the register are listed nowhere, and why."""
        kinds = (
            (self.withdrawn, "removed or withdrawn"),
            (self.lapsed, "whose consent has lapsed"),
            (self.not_begun, "whose consent begins later"),
            (self.refused, "without consent, or of which it is unclear"),
        )
        parts = [f"{number:,} {what}" for number, what in kinds if number]
        if not parts:
            return []
        cameras = count(int((~self.mask).sum()), "camera")
        return [f"{cameras} of the register not listed: {', '.join(parts)}."]


def listed_at(cameras: gpd.GeoDataFrame, day: pd.Timestamp) -> Listed:
    """Return which cameras may be listed on a day.

    Parameters
    ----------
    cameras : GeoDataFrame
        As `read_cameras` returns them; what a frame does not tell stands in no way.
    day : Timestamp
        Its own day counts: consent holds to the end of its last day, and a camera is gone on the
        day on which it is removed.

    Returns
    -------
    Listed
    """
    n, today = len(cameras), int(day_numbers(pd.Series([day]))[0])

    def flags(name: str, default: bool) -> Flags:
        if name not in cameras.columns:
            return np.full(n, default)
        return np.array([default if pd.isna(v) else bool(v) for v in cameras[name]], dtype=bool)

    def days(name: str, default: int) -> npt.NDArray[np.int64]:
        if name not in cameras.columns:
            return np.full(n, default)
        known = cameras[name].notna().to_numpy()
        return np.where(known, day_numbers(cameras[name].fillna(pd.Timestamp(0))), default)

    withdrawn = flags("withdrawn", False) | (days("removed_on", today + 1) <= today)
    lapsed = ~withdrawn & (days("consent_until", today) < today)
    not_begun = ~withdrawn & ~lapsed & (days("consent_from", today) > today)
    refused = ~withdrawn & ~lapsed & ~not_begun & ~flags("consented", True)
    mask = ~(withdrawn | lapsed | not_begun | refused)
    return Listed(mask, *(int(some.sum()) for some in (withdrawn, lapsed, not_begun, refused)))
