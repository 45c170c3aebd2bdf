"""Controls that could be used where none was given: proposed, never used unasked."""

import geopandas as gpd
import numpy as np
import shapely

from hotspot._errors import DataError
from hotspot.dates import event_times
from hotspot.impact.matched_places import MatchedControls, matched_controls
from hotspot.impact.operation_periods import Days, read_period

# Controls of each treated place: the first number with which all of them are as bad, else the
# last, for many taken of few candidates are the quiet ones too.
_PER_TREATED = (4, 2, 1)


def propose_controls(
    incidents: gpd.GeoDataFrame,
    treated: gpd.GeoDataFrame,
    before: Days,
    candidates: gpd.GeoDataFrame | None = None,
) -> MatchedControls | None:
    """Propose places as bad beforehand as the treated, and far enough off.

    Parameters
    ----------
    incidents : GeoDataFrame
    treated : GeoDataFrame
    before : (date, date)
    candidates : GeoDataFrame, optional
        With ``area``. Default: squares as large as the middle treated place, those that held a
        burglary before.

    Returns
    -------
    MatchedControls or None
        None where there is nothing to propose.
    """
    if candidates is None:
        candidates = candidate_squares(incidents, treated, before)
    if not len(candidates):
        return None
    proposed = None
    for per_treated in _PER_TREATED:
        try:
            proposed = matched_controls(incidents, treated, candidates, before, per_treated)
        except DataError:
            return proposed
        if proposed.matches["as_bad"].all():
            break
    return proposed


def candidate_squares(
    incidents: gpd.GeoDataFrame, treated: gpd.GeoDataFrame, before: Days
) -> gpd.GeoDataFrame:
    """Lay squares as large as the middle treated place over the burglaries before.

    Parameters
    ----------
    incidents, treated : GeoDataFrame
    before : (date, date)

    Returns
    -------
    GeoDataFrame
        ``area`` and ``geometry``; by row and column from the south-west.
    """
    period, _ = read_period(before, "before")
    side = float(np.sqrt(np.median(shapely.area(treated.geometry.to_numpy()))))
    points = incidents.geometry.to_numpy()
    held = points if period is None else points[period.holds(event_times(incidents))]
    cells = np.unique(
        np.floor(np.column_stack([shapely.get_x(held), shapely.get_y(held)]) / side), axis=0
    )
    west, south = cells.min(axis=0) if len(cells) else (0, 0)
    names = [f"Square {int(y - south) + 1}-{int(x - west) + 1}" for x, y in cells]
    low = cells * side
    boxes = shapely.box(low[:, 0], low[:, 1], low[:, 0] + side, low[:, 1] + side)
    return gpd.GeoDataFrame({"area": names}, geometry=np.asarray(boxes), crs=incidents.crs)
