"""Burglaries known at a cut-off: when each was found, was learned of, and in which area."""

from dataclasses import dataclass
from functools import cached_property

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd

from hotspot.dates import WEEK_DAYS, AsOf, cutoff, found_within, known_by
from hotspot.geo import NO_AREA

Mask = npt.NDArray[np.bool_]
_DAY = pd.Timedelta(days=1)


@dataclass(frozen=True)
class KnownBurglaries:
    """Burglaries that were known at a cut-off, cut once for all that is counted of them.

    Attributes
    ----------
    incidents : GeoDataFrame, n rows
        Canonical; ``area`` and ``recorded_at`` are used where they are.
    last : Timestamp
        The last moment that counts, as `hotspot.dates.cutoff` returns it.
    """

    incidents: gpd.GeoDataFrame
    last: pd.Timestamp

    @classmethod
    def at(cls, incidents: gpd.GeoDataFrame, as_of: AsOf) -> "KnownBurglaries":
        """Choose those that were known at a cut-off."""
        last = cutoff(as_of)
        return cls(incidents[known_by(incidents, last)], last)

    def where(self, mask: Mask) -> "KnownBurglaries":
        """Choose some of them, at the same cut-off."""
        return KnownBurglaries(self.incidents[mask], self.last)

    @cached_property
    def learned_at(self) -> pd.Series:
        """When each came to be known: when it was recorded, else the end of its window."""
        ended: pd.Series = self.incidents["occurred_to"]
        if "recorded_at" in self.incidents.columns:
            ended = self.incidents["recorded_at"].fillna(ended)
        return ended.rename("learned_at")

    def found_within(self, days: int) -> Mask:
        """Test which were found in the whole days that end with the cut-off."""
        return found_within(self.incidents, self.last, days)

    def found_in_day(self) -> Mask:
        """Test which were found in the 24 hours that end at the cut-off.

        The first moment is not in them: 24 hours before 6:00 begin after 6:00.
        """
        return np.asarray(self.incidents["occurred_to"] > self.last - _DAY, dtype=bool)

    def learned_within(self, days: int) -> Mask:
        """Test which came to be known in the `days` that end at the cut-off."""
        return np.asarray(self.learned_at > self.last - days * _DAY, dtype=bool)


def areas_of(incidents: gpd.GeoDataFrame) -> pd.Series:
    """Return each burglary's area, with a word of its own where it has none."""
    if "area" not in incidents.columns:
        return pd.Series(NO_AREA, index=incidents.index, name="area", dtype=object)
    names: pd.Series = incidents["area"].astype(object)
    return names.where(names.notna(), NO_AREA)


def recent_counts(known: KnownBurglaries) -> pd.DataFrame:
    """Count what was found in the last 24 hours and 7 days, by area.

    Parameters
    ----------
    known : KnownBurglaries

    Returns
    -------
    DataFrame
        A row per area with a burglary in the 7 days, by name: ``last_24_hours``,
        ``last_7_days``.
    """
    week = known.found_within(WEEK_DAYS)
    counts = pd.DataFrame(
        {
            "area": areas_of(known.incidents),
            "last_24_hours": known.found_in_day(),
            "last_7_days": week,
        }
    )
    return counts[week].groupby("area", sort=True)[["last_24_hours", "last_7_days"]].sum()
