"""The team's clock: the hours in which people are called at, and how time adds up in them."""

import re
from dataclasses import dataclass
from typing import Any

import pandas as pd

from hotspot._errors import ConfigError
from hotspot.dates import day_after, is_end_of_day

_WRITTEN = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)|24:00")
_DAY = pd.Timedelta(days=1)


@dataclass(frozen=True)
class WakingHours:
    """The hours of each day in which people are called at, in civil time.

    Time is counted in them alone: what is left in the evening goes on the next morning. Both ends
    belong to them, and what ends with the day ends at its close, not at the next day's opening.

    Attributes
    ----------
    opens_min, closes_min : int
        Minutes since midnight.

    Examples
    --------
    >>> hours = WakingHours(8 * 60, 21 * 60)
    >>> hours.after(pd.Timestamp("2026-03-02 20:00"), 2)
    Timestamp('2026-03-03 09:00:00')
    >>> hours.after(pd.Timestamp("2026-03-02 20:00"), 1)
    Timestamp('2026-03-02 21:00:00')
    """

    opens_min: int = 8 * 60
    closes_min: int = 21 * 60

    @property
    def words(self) -> tuple[str, str]:
        """Both ends as a set-up writes them."""
        opens, closes = (
            f"{minutes // 60:02d}:{minutes % 60:02d}"
            for minutes in (self.opens_min, self.closes_min)
        )
        return opens, closes

    def next(self, moment: pd.Timestamp) -> pd.Timestamp:
        """Return a moment if people are called at then, else when they next are."""
        opens, closes = self._of_day(moment)
        # A day that is called at to its end closes with the midnight that begins the next.
        if moment == closes - _DAY:
            return moment
        return opens + _DAY if moment > closes else max(moment, opens)

    def holds(self, moment: pd.Timestamp) -> bool:
        """Test whether people are called at at a moment."""
        return self.next(moment) == moment

    def after(self, start: pd.Timestamp, hours: float) -> pd.Timestamp:
        """Add waking hours to a moment.

        Parameters
        ----------
        start : Timestamp
            Where it is in the night, the next opening is meant.
        hours : float
            0 or more.

        Returns
        -------
        Timestamp
            Within the waking hours, never before `start`.
        """
        moment = self.next(start)
        if not hours:
            return moment
        opens, closes = self._of_day(moment)
        # To the microsecond, as a ledger keeps it.
        begins, left = max(moment, opens), pd.Timedelta(microseconds=round(hours * 3.6e9))
        if begins + left <= closes:
            return begins + left
        left -= closes - begins
        # A day that is used up ends at its close, and none is begun for nothing.
        whole = -(-left // (closes - opens)) - 1
        return opens + (1 + whole) * _DAY + (left - whole * (closes - opens))

    def close_of(self, moment: pd.Timestamp) -> pd.Timestamp:
        """Return when the waking day of a moment closes, of one in the night the next."""
        return self._of_day(self.next(moment))[1]

    def issue_of(self, as_of: pd.Timestamp) -> pd.Timestamp:
        """Return when a list goes out, which is when the team's clock starts.

        Parameters
        ----------
        as_of : Timestamp
            The cut-off. One of a whole day is known when the day is over: its list goes out the
            next waking morning; that of a time then, or at the next opening.

        Examples
        --------
        >>> WakingHours().issue_of(pd.Timestamp("2026-03-02 23:59:59.999999"))
        Timestamp('2026-03-03 08:00:00')
        >>> WakingHours().issue_of(pd.Timestamp("2026-03-02 09:30"))
        Timestamp('2026-03-02 09:30:00')
        """
        return self.next(day_after(as_of) if is_end_of_day(as_of) else as_of)

    def _of_day(self, moment: pd.Timestamp) -> tuple[pd.Timestamp, pd.Timestamp]:
        """Return when the day of a moment opens and closes."""
        day = moment.normalize()
        return (
            day + pd.Timedelta(minutes=self.opens_min),
            day + pd.Timedelta(minutes=self.closes_min),
        )


WAKING = WakingHours()


def read_waking_hours(value: Any) -> WakingHours:
    """Read the waking hours as a set-up or a caller writes them.

    Parameters
    ----------
    value : sequence of str, optional
        Two times of a day, such as ``["08:00", "21:00"]``; ``"24:00"`` is its end.

    Returns
    -------
    WakingHours

    Raises
    ------
    ConfigError

    Examples
    --------
    >>> read_waking_hours(["09:00", "20:00"]).words
    ('09:00', '20:00')
    >>> read_waking_hours(["21:00", "8:00"])
    Traceback (most recent call last):
    ...
    hotspot._errors.ConfigError: waking_hours must begin before they end, not at 21:00 and 8:00.
    """
    if value is None:
        return WAKING
    pair = list(value) if isinstance(value, (list, tuple)) else []
    if len(pair) != 2 or not all(
        isinstance(time, str) and _WRITTEN.fullmatch(time.strip()) for time in pair
    ):
        raise ConfigError(
            f'waking_hours must be two times of a day, such as ["08:00", "21:00"], not {value!r}.'
        )
    opens, closes = (_minutes(time) for time in pair)
    if opens >= closes:
        raise ConfigError(
            f"waking_hours must begin before they end, not at {pair[0]} and {pair[1]}."
        )
    return WakingHours(opens, closes)


def _minutes(time: str) -> int:
    hours, minutes = time.strip().split(":")
    return int(hours) * 60 + int(minutes)
