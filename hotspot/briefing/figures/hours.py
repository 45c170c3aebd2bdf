"""When burglaries of each area happen: the busiest hours in a row."""

import geopandas as gpd
import numpy as np
import pandas as pd

from hotspot.briefing.figures.known import areas_of
from hotspot.density.hours_of_week import PEAK_HOURS, aoristic_hours_of, peak_hours


def hours_by_area(incidents: gpd.GeoDataFrame, span: int = PEAK_HOURS) -> pd.DataFrame:
    """Find for each area when most of its burglaries happen.

    Parameters
    ----------
    incidents : GeoDataFrame
        Canonical, already of the period wanted.
    span : int
        Hours in a row.

    Returns
    -------
    DataFrame
        A row per area, by name: ``counted`` burglaries of known hours, ``first_hour`` of the
        peak span and its ``share``.
    """
    rows = {}
    codes, areas = pd.factorize(areas_of(incidents), sort=True)
    parts = [np.flatnonzero(codes == code) for code in range(len(areas))]
    for area, hours in zip(areas, aoristic_hours_of(incidents, parts), strict=True):
        first_hour, share = peak_hours(hours, span)
        rows[area] = {"counted": hours.counted, "first_hour": first_hour, "share": share}
    peaks = pd.DataFrame.from_dict(rows, orient="index", columns=["counted", "first_hour", "share"])
    return peaks.rename_axis("area")
