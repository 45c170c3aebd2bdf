"""The events known at a cut-off: places, and days as far as they are known."""

from dataclasses import dataclass
from functools import cached_property

import geopandas as gpd
import numpy as np
import pandas as pd

from hotspot._checks import check_incidents_frame
from hotspot._errors import DataError
from hotspot._kernels.arrays import Bools, Floats, Ints
from hotspot.dates import (
    SHARE_SCALE,
    AsOf,
    cutoff,
    day_numbers,
    day_shares,
    known_by,
)
from hotspot.forecast.level import SeasonalLevel, reported_shares
from hotspot.incidents.content_order import in_content_order
from hotspot.near_repeat import distinct_events


@dataclass(frozen=True)
class History:
    """Events known at a cut-off, each spread over the days on which it may have happened.

    Attributes
    ----------
    known_rows : GeoDataFrame
        The rows that stand for an event each, of what was known at the latest cut-off.
    rows : ndarray of int64, shape (n,)
        Those of them that were known at this one.
    known_day : ndarray of int64, shape (n,)
        Day on which each event had ended and been recorded.
    as_of : Timestamp
        Last moment that counts.
    x, y : ndarray of float64, shape (n,)
        Coordinates in metres.
    last_day : int
        The day of the cut-off, since 1970-01-01. Forecasts begin on the day after.
    offset : ndarray of int64, shape (n + 1,)
        The days of event i stand at ``offset[i]:offset[i + 1]`` of `day` and `share`.
    day : ndarray of int64
        Days since 1970-01-01.
    share : ndarray of float64
        Share of the event's window on each of its days; those of an event sum to 1.
    """

    known_rows: gpd.GeoDataFrame
    rows: Ints
    known_day: Ints
    as_of: pd.Timestamp
    x: Floats
    y: Floats
    last_day: int
    offset: Ints
    day: Ints
    share: Floats

    @classmethod
    def known(cls, incidents: gpd.GeoDataFrame, as_of: AsOf) -> "History":
        """Select what had ended, and been recorded where that is known, by the cut-off.

        Raises
        ------
        DataError
            If the incidents are not in canonical shape, their dates are months only, or none was
            known.
        """
        check_incidents_frame(incidents, needs_days="A forecast", needs_rows=True)
        last = cutoff(as_of)
        events = incidents[known_by(incidents, as_of)]
        # Sums of floats turn on the order in which they are added.
        events = in_content_order(events[distinct_events(events)])
        if events.empty:
            raise DataError(
                f"No incident was known by {last:%Y-%m-%d %H:%M}: there is nothing to learn from."
            )
        # Aoristic shares (Ratcliffe 2000): an event of which only a window is known counts on each
        # day of it by the share of its hours, so that no day is favoured by a convention.
        shares = day_shares(events)
        counts = np.diff(shares.offset)
        day = np.repeat(shares.first_day - shares.offset[:-1], counts) + np.arange(counts.sum())
        before = np.concatenate([[0], shares.cumulative[:-1]])
        before[shares.offset[:-1]] = 0  # on the first day of a window nothing of it has passed
        return cls(
            known_rows=events,
            rows=np.arange(len(events)),
            known_day=_known_day(events),
            as_of=last,
            x=events.geometry.x.to_numpy(),
            y=events.geometry.y.to_numpy(),
            last_day=int(day_numbers(pd.Series([last]))[0]),
            offset=shares.offset,
            day=day.astype(np.int64),
            share=(shares.cumulative - before) / float(SHARE_SCALE),
        )

    def __len__(self) -> int:
        return len(self.x)

    def earlier(self, last_day: int) -> "History":
        """Return what was known at the end of an earlier day.

        Raises
        ------
        DataError
            If that is nothing.
        """
        known = self.known_day <= last_day
        if not known.any():
            raise DataError(
                f"No incident was known by {np.datetime64(last_day, 'D')}: there is nothing to "
                "learn from."
            )
        return self._chosen(known, last_day)

    def since(self, day: int) -> "History":
        """Return what became known after a day; it may be nothing."""
        return self._chosen(self.known_day > day, self.last_day)

    def _chosen(self, chosen: Bools, last_day: int) -> "History":
        entries = np.repeat(chosen, np.diff(self.offset))
        lengths = np.diff(self.offset)[chosen]
        return History(
            known_rows=self.known_rows,
            rows=self.rows[chosen],
            known_day=self.known_day[chosen],
            as_of=cutoff(np.datetime64(last_day, "D")),
            x=self.x[chosen],
            y=self.y[chosen],
            last_day=last_day,
            offset=np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64),
            day=self.day[entries],
            share=self.share[entries],
        )

    @cached_property
    def incidents(self) -> gpd.GeoDataFrame:
        """The rows of the events; those of a model that asks for arrays alone are never cut."""
        whole = len(self.rows) == len(self.known_rows)
        return self.known_rows if whole else self.known_rows.iloc[self.rows]

    @property
    def first_day(self) -> int:
        """Earliest day on which an event may have happened."""
        return int(self.day.min())

    @property
    def days(self) -> int:
        """Length of the history, the day of the cut-off included."""
        return self.last_day - self.first_day + 1

    @property
    def ages(self) -> Ints:
        """Days from the last day of each event's window to the cut-off."""
        return self.last_day - self.day[self.offset[1:] - 1]

    @property
    def event(self) -> Ints:
        """Position of the event that each entry of `day` belongs to."""
        return np.repeat(np.arange(len(self)), np.diff(self.offset))

    def weights(self, decay_days: float | None, lookback_days: int | None) -> Floats:
        """Weight each event by age: the mean, over its days, of what each age counts.

        Parameters
        ----------
        decay_days : float, optional
            A day of age a counts ``exp(-a / decay_days)``; None: every age counts the same.
        lookback_days : int, optional
            Days of this age or more count nothing; None: all do.
        """
        age = self.last_day - self.day
        counts = np.ones(len(age)) if decay_days is None else np.exp(-age / decay_days)
        if lookback_days is not None:
            counts = np.where(age < lookback_days, counts, 0.0)
        return self.summed(counts * self.share)

    def summed(self, values: Floats) -> Floats:
        """Sum, by event, values that stand beside `day`."""
        return np.add.reduceat(values, self.offset[:-1])

    @cached_property
    def level(self) -> SeasonalLevel:
        """How many incidents to expect by day, those allowed for that are not yet reported."""
        delay = np.repeat(self.known_day, np.diff(self.offset)) - self.day
        shares = reported_shares(delay, self.last_day - self.day, self.share)
        counts = self.daily()
        age = np.minimum(np.arange(len(counts))[::-1], len(shares) - 1)
        return SeasonalLevel.of(counts, self.first_day, shares[age])

    def daily(self) -> Floats:
        """Count events by day, from the first day to that of the cut-off."""
        counts = np.bincount(self.day - self.first_day, self.share, minlength=self.days)
        return counts.astype(np.float64)


def _known_day(events: gpd.GeoDataFrame) -> Ints:
    """Return the day on which each event had ended and been recorded."""
    known = day_numbers(events["occurred_to"])
    if "recorded_at" in events.columns:
        recorded = events["recorded_at"]
        dated = recorded.notna().to_numpy()
        known[dated] = np.maximum(known[dated], day_numbers(recorded[dated]))
    return known
