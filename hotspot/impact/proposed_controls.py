"""Controls that could be used where none was given: proposed, never used unasked."""

import geopandas as gpd
import numpy as np
import shapely

from hotspot._errors import DataError
from hotspot.dates import event_times
from hotspot.impact.matched_places import matched_controls
from hotspot.impact.operation_periods import Days, read_period


def propose_controls(
    incidents: gpd.GeoDataFrame,
    treated: gpd.GeoDataFrame,
    before: Days,
    candidates: gpd.GeoDataFrame | None = None,
) -> gpd.GeoDataFrame | None:
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
    GeoDataFrame or None
        As of `matched_controls`; None where there is nothing to propose.
    """
    if candidates is None:
        candidates = candidate_squares(incidents, treated, before)
    if not len(candidates):
        return None
    try:
        return matched_controls(incidents, treated, candidates, before).table
    except DataError:
        return None


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
