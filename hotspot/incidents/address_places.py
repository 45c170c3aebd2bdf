"""Crimes without coordinates placed by their address, where a file of addresses has it once."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any, TypeAlias

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from hotspot.addresses import read_addresses
from hotspot.addresses.address_matching import (
    BY_UPRN,
    contradicts,
    find_addresses,
    read_row,
    read_text,
)
from hotspot.english import count
from hotspot.reading.coordinates import Location
from hotspot.reading.sources import Readable
from hotspot.reading.stray_points import Within, study_area

#: A file of addresses, what `read_addresses` made of it, or what returns that where it is needed.
Addresses: TypeAlias = Readable | Callable[[], gpd.GeoDataFrame | None]

# How a row that has no place of its own says so.
_NO_PLACE = ("no coordinates", "zero coordinates")


def place_by_address(
    location: Location,
    addresses: Addresses | None,
    uprns: pd.Series | None,
    texts: pd.Series | None,
    within: Within | None = None,
    *,
    to_crs: Any = None,
) -> Location:
    """Place the rows without coordinates where a file of addresses has their address.

    Parameters
    ----------
    location : Location
        Where the rows lie by their coordinates.
    addresses : GeoDataFrame, path, function or None
        As `read_addresses` returns or takes them, or what returns them where they are needed.
    uprns, texts : Series of str or None
        UPRN and address of each row.
    within : shapely geometry, GeoSeries or GeoDataFrame, optional
        Where the rows must lie.
    to_crs : optional
        What the user wants the result in.

    Returns
    -------
    Location
        A row whose address is not in the file, or there more than once, keeps its fault.
    """
    lost = location.faults.only(_NO_PLACE)
    if addresses is None or not lost.any() or (uprns is None and texts is None):
        return location
    known = addresses() if callable(addresses) else addresses
    if known is None:
        return location
    if not (isinstance(known, gpd.GeoDataFrame) and {"uprn", "address"} <= {*known.columns}):
        known = read_addresses(known)
    if to_crs is None and np.isnan(location.x).all():
        # No row says where the file is of: the addresses do.
        location = replace(location, crs=known.crs)
    known = known.to_crs(location.crs)
    missing = pd.Series(None, index=location.faults.index, dtype=object)
    own, told = (missing if column is None else column for column in (uprns, texts))
    found = find_addresses(told[lost], known, own[lost])
    at = np.full(len(lost), -1)
    at[lost] = found["at"].to_numpy()
    # A UPRN of another door than is told is a slip in one of the two.
    torn = np.zeros(len(lost), dtype=bool)
    for row in np.flatnonzero((at >= 0) & told.notna().to_numpy()):
        torn[row] = contradicts(read_text(str(told.iloc[row])), read_row(known, at[row]))
    placed = (at >= 0) & ~torn
    placed_by = np.full(len(lost), None, dtype=object)
    placed_by[placed] = np.where(found["how"][placed[lost]] == BY_UPRN, "uprn", "address")
    x, y = location.x.copy(), location.y.copy()
    x[placed] = known.geometry.x.to_numpy()[at[placed]]
    y[placed] = known.geometry.y.to_numpy()[at[placed]]
    faults = location.faults.without(placed)
    faults.add(torn, "uprn", own, "its UPRN and its address are of two doors")
    asked = lost & (at < 0) & (own.notna() | told.notna()).to_numpy()
    faults.add(asked, "address", told, "the file of addresses has its address not, or not once")
    area = study_area(within, location.crs)
    if area is not None:
        outside = placed & ~shapely.intersects_xy(area, x, y)
        faults.add(outside, "address", told, "off-area: outside the area given")
    x[faults.faulty] = y[faults.faulty] = np.nan
    return replace(location, x=x, y=y, faults=faults, placed_by=placed_by)


def placed_notes(accepted: gpd.GeoDataFrame) -> list[str]:
    """Return how many of the rows that are used were placed by their address."""
    if "placed_by" not in accepted.columns:
        return []
    numbers = accepted["placed_by"].value_counts()
    ways = (("uprn", "by UPRN"), ("address", "by the text of the address"))
    listed = " and ".join(f"{numbers[key]:,} {way}" for key, way in ways if key in numbers)
    if not listed:
        return []
    rows = count(int(numbers.sum()), "row")
    return [f"{rows} without coordinates placed by the file of addresses: {listed}."]
