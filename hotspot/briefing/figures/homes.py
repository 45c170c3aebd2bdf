"""Homes that were burgled again, told by UPRN, else by a numbered address and its point."""

import geopandas as gpd
import pandas as pd

from hotspot.briefing.figures.known import KnownBurglaries, areas_of
from hotspot.dates import YEAR_DAYS
from hotspot.near_repeat import distinct_events

_FEWEST = 2


def repeat_addresses(known: KnownBurglaries) -> pd.DataFrame:
    """Find the addresses of which two burglaries or more were found in the last 12 months.

    Parameters
    ----------
    known : KnownBurglaries
        A home is told by ``home`` (the UPRN of the address that the burglary was matched to),
        else ``uprn``, else by an ``address`` with a number in it and its point.

    Returns
    -------
    DataFrame
        A row per address, the most burgled and then the latest first: ``address``, ``area``,
        ``burglaries``, ``latest`` (its newest window's end).

    Notes
    -----
    References at one UPRN whose windows overlap are one burglary (a shared house). A burglary
    without UPRN and house number cannot be told from its neighbours' and is not counted: an
    address such as "High Street" is the geocoder's, not a home's.
    """
    incidents = known.incidents
    events = incidents[known.found_within(YEAR_DAYS)]
    events = events[distinct_events(events)]
    rows = pd.DataFrame(
        {
            "place": _home_keys(events),
            "address": events.get("address", pd.Series(index=events.index, dtype=object)),
            "area": areas_of(events),
            "latest": events["occurred_to"],
        }
    )
    rows = rows[rows["place"].notna()].sort_values("latest", ascending=False, kind="stable")
    by_place = rows.groupby("place", sort=True)
    homes = by_place[["address", "area", "latest"]].first()
    homes.insert(2, "burglaries", by_place.size())
    homes = homes[homes["burglaries"] >= _FEWEST]
    homes = homes.sort_values(["burglaries", "latest"], ascending=False, kind="stable")
    return homes.reset_index(drop=True)


def tells_homes(incidents: gpd.GeoDataFrame) -> bool:
    """Return whether any burglary says which home it was in."""
    return any(
        name in incidents.columns and bool(incidents[name].notna().any())
        for name in ("uprn", "address")
    )


def _home_keys(events: gpd.GeoDataFrame) -> pd.Series:
    """Return the key of each event's home; missing where nothing tells one home from the next."""
    keys = pd.Series(None, index=events.index, dtype=object)
    if "address" in events.columns:
        text = events["address"].astype("string").str.casefold().str.split().str.join(" ")
        x, y = events.geometry.x.round().astype(str), events.geometry.y.round().astype(str)
        numbered = text.str.contains(r"\d", na=False)
        # The point besides the text: every town has a 1 High Street, and some have two.
        keys = ("text " + text + " " + x + " " + y).astype(object).where(numbered, None)
    for column in ("uprn", "home"):
        if column in events.columns:
            uprns = events[column].astype(object)
            keys = keys.where(uprns.isna(), "uprn " + uprns)
    return keys
