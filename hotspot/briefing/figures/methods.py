"""How burglaries were done: MO codes that may be shown, and how often each is used."""

import geopandas as gpd
import pandas as pd

from hotspot.briefing.figures.known import areas_of
from hotspot.incidents.free_text import is_free_text

NOT_RECORDED = "not recorded"
HELD_BACK = "held back (free text)"


def methods_by_area(incidents: gpd.GeoDataFrame) -> pd.DataFrame:
    """Count the methods (MO codes) by area.

    Parameters
    ----------
    incidents : GeoDataFrame
        Canonical, already of the period wanted; without ``mo`` every burglary is "not recorded".

    Returns
    -------
    DataFrame
        ``area``, ``mo``, ``burglaries``: by area, the most frequent method first. A value of
        over 40 characters is free text and is held back.
    """
    rows = pd.DataFrame({"area": areas_of(incidents), "mo": method_codes(incidents)})
    counts = rows.groupby(["area", "mo"]).size().rename("burglaries").reset_index()
    return counts.sort_values(
        ["area", "burglaries", "mo"], ascending=[True, False, True], ignore_index=True
    )


def tells_methods(incidents: gpd.GeoDataFrame) -> bool:
    """Return whether any burglary says how it was done."""
    return "mo" in incidents.columns and bool(incidents["mo"].notna().any())


def method_codes(incidents: gpd.GeoDataFrame) -> pd.Series:
    """Return each burglary's method as a code that may be shown."""
    if "mo" not in incidents.columns:
        return pd.Series(NOT_RECORDED, index=incidents.index, name="mo", dtype=object)
    codes: pd.Series = incidents["mo"].astype("string").fillna(NOT_RECORDED)
    return codes.where(~is_free_text(codes), HELD_BACK).astype(object)
