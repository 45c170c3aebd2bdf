"""Crimes without coordinates placed by their address, where a file of addresses has it once."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any, TypeAlias

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from hotspot.addresses import read_addresses
from hotspot.addresses.address_matching import (
    BY_UPRN,
    AddressReader,
    contradicts,
    find_addresses,
    read_text,
)
from hotspot.english import count
from hotspot.reading.coordinates import Location
from hotspot.reading.crs import Flags, Transformation
from hotspot.reading.sources import Readable
from hotspot.reading.stray_points import Within, study_area

#: A file of addresses, what `read_addresses` made of it, or what returns that where it is needed.
Addresses: TypeAlias = Readable | Callable[[], gpd.GeoDataFrame | None]

# How a row that has no place of its own says so.
_NO_PLACE = ("no coordinates", "zero coordinates")


def without_place(location: Location) -> Flags:
    """Test which rows have no coordinates, or the zeros of a geocoder that found nothing."""
    return location.faults.only(_NO_PLACE)


def place_by_address(
    location: Location,
    addresses: Addresses,
    uprns: pd.Series,
    texts: pd.Series,
    within: Within | None = None,
    *,
    to_crs: Any = None,
) -> Location:
    """Place rows without coordinates where a file of addresses has their address.

    Parameters
    ----------
    location : Location
        Where all rows lie by their coordinates.
    addresses : GeoDataFrame, path or callable
        As `read_addresses` returns or takes them, or what returns them where they are needed.
    uprns, texts : Series of str
        UPRN and address of each row `without_place`; missing where none is told.
    within : shapely geometry, GeoSeries or GeoDataFrame, optional
        Where the rows must lie.
    to_crs : optional
        What the user wants the result in.

    Returns
    -------
    Location
        A row whose address is not in the file, or there more than once, keeps its fault.
    """
    known = addresses() if callable(addresses) else addresses
    if known is None:
        return location
    if not (isinstance(known, gpd.GeoDataFrame) and {"uprn", "address"} <= {*known.columns}) or (
        known.crs is None or known.crs.is_geographic
    ):
        known = read_addresses(known)
    if np.isnan(location.x).all():
        # No row says where the file is of: the addresses do.
        crs = known.crs if to_crs is None else location.crs
        way = Transformation(known.crs, crs).describe(None)
        location = replace(location, crs=crs, transformation=way)
    known = known.to_crs(location.crs)
    found = find_addresses(texts, known, uprns)
    at = found["at"].to_numpy()
    # A UPRN of another door than is told is a slip in one of the two.
    torn = (at >= 0) & texts.notna().to_numpy(dtype=bool)
    doors = AddressReader(known).read(at[torn])
    torn[torn] = [
        contradicts(read_text(text), door) for text, door in zip(texts[torn], doors, strict=True)
    ]
    placed = (at >= 0) & ~torn
    rows = np.flatnonzero(without_place(location))
    x, y = location.x.copy(), location.y.copy()
    x[rows[placed]] = known.geometry.x.to_numpy()[at[placed]]
    y[rows[placed]] = known.geometry.y.to_numpy()[at[placed]]
    placed_by = np.full(len(x), None, dtype=object)
    by_uprn = (found["how"] == BY_UPRN).to_numpy()
    placed_by[rows[placed]] = np.where(by_uprn[placed], "uprn", "address")
    faults = location.faults.without(_flags(rows[placed], len(x)))
    told = texts.where(texts.notna(), uprns).reindex(faults.index)
    asked = (at < 0) & told.iloc[rows].notna().to_numpy()
    area = study_area(within, location.crs)
    off = placed & (False if area is None else ~shapely.intersects_xy(area, x[rows], y[rows]))
    for some, reason in (
        (torn, "its UPRN and its address are of two doors"),
        (asked, "the file of addresses has its address not, or not once"),
        (off, "off-area: outside the area given"),
    ):
        faults.add(_flags(rows[some], len(x)), "address", told, reason)
    x[faults.faulty] = y[faults.faulty] = np.nan
    return replace(location, x=x, y=y, faults=faults, placed_by=placed_by)


def _flags(rows: NDArray[np.int64], length: int) -> Flags:
    flags = np.zeros(length, dtype=bool)
    flags[rows] = True
    return flags


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
