"""The series that a briefing shows, and which other crimes may belong to each: leads only."""

from collections.abc import Mapping
from dataclasses import dataclass

import geopandas as gpd
import pandas as pd

from hotspot.briefing.inputs import Inputs
from hotspot.series import (
    CrimeSeries,
    LinkageModel,
    SeriesLeads,
    crime_series,
    known_members,
    series_candidates,
)

#: Of those that nobody named so many are shown, the newest.
MOST_SERIES = 5


@dataclass(frozen=True)
class SeriesFindings:
    """The series that are shown.

    Attributes
    ----------
    shown : CrimeSeries
        Every crime of each, however old.
    leads : mapping of str to SeriesLeads
        By the number of the series.
    unknown : tuple of str
        Named in the set-up, and of no crime that may be told.
    others : int
        Series that are not shown, where none was named.
    """

    shown: CrimeSeries
    leads: Mapping[str, SeriesLeads]
    unknown: tuple[str, ...]
    others: int

    @property
    def leads_on_map(self) -> gpd.GeoDataFrame | None:
        """The leads of all series, each with that which it may belong to; None without any."""
        frames = [one.frame.assign(lead_of=name) for name, one in self.leads.items() if len(one)]
        if not frames:
            return None
        joined = pd.concat(frames, ignore_index=True)
        return gpd.GeoDataFrame(joined, geometry="geometry", crs=frames[0].crs)


def find_series(inputs: Inputs) -> SeriesFindings | None:
    """Find the series that a set-up asks for, and what may belong to them.

    Parameters
    ----------
    inputs : Inputs

    Returns
    -------
    SeriesFindings or None
        None without ``[series]``, and where dates are months only.
    """
    settings, column = inputs.config.series, inputs.series_column
    if settings is None or column is None or inputs.month_only:
        return None
    crimes = inputs.known.incidents
    every = crime_series(crimes, column)
    there = list(every.frame["series_id"].drop_duplicates())
    asked = list(dict.fromkeys(settings.names)) or there[:MOST_SERIES]
    names = [name for name in asked if name in there]
    shown = every.of_these(names)
    leads = {}
    if names:
        model = LinkageModel().fit(crimes, column)
        for name in names:
            refs = known_members(every.of(name).crimes)
            leads[name] = series_candidates(crimes, refs, model, top=settings.top)
    return SeriesFindings(
        shown,
        leads,
        unknown=tuple(name for name in asked if name not in there),
        others=0 if settings.names else len(there) - len(names),
    )
