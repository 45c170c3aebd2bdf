"""Whether two burglaries were at one address, or in one building: by UPRN, else by their points."""

import geopandas as gpd
import numpy as np
import pandas as pd

from hotspot._kernels.arrays import Bools, Ints
from hotspot.addresses.address_matching import ONE_HOME_WITHIN_M, read_text, same_home
from hotspot.reading.cells import reference_keys


def same_address(
    events: gpd.GeoDataFrame, first: Ints, second: Ints, same_place_m: float = 0.0
) -> Bools:
    """Return which pairs of events were at one address.

    Parameters
    ----------
    events : GeoDataFrame
        Optionally with ``uprn`` and ``address``.
    first, second : ndarray of int64, shape (pairs,)
        Positions in `events`.
    same_place_m : float
        Up to which distance, included, points are one address where the UPRN of either is missing.

    Returns
    -------
    ndarray of bool, shape (pairs,)
        Where both UPRNs are known they decide, however near the points are: the flats of a
        building share a point but not an address. Only one address under two UPRNs a few metres
        apart is one home.
    """
    x, y = events.geometry.x.to_numpy(), events.geometry.y.to_numpy()
    dx, dy = x[first] - x[second], y[first] - y[second]
    # Squares, as the search for pairs compares them: whole metres then make exact ties.
    same_point = dx * dx + dy * dy <= same_place_m * same_place_m
    if "uprn" not in events.columns:
        return np.asarray(same_point, dtype=bool)
    # As whole numbers, -1 where none is known: references are texts in some exports.
    uprn = pd.factorize(reference_keys(events["uprn"]))[0]
    both_known = (uprn[first] >= 0) & (uprn[second] >= 0)
    same = np.where(both_known, uprn[first] == uprn[second], same_point)
    if "address" in events.columns:
        texts = events["address"].to_numpy(dtype=object)
        near = dx * dx + dy * dy <= ONE_HOME_WITHIN_M * ONE_HOME_WITHIN_M
        for pair in np.flatnonzero(both_known & ~same & near):
            one, other = texts[first[pair]], texts[second[pair]]
            if isinstance(one, str) and isinstance(other, str):
                same[pair] = same_home(read_text(one), read_text(other))
    return np.asarray(same, dtype=bool)


def same_building(events: gpd.GeoDataFrame, first: Ints, second: Ints) -> Bools:
    """Return which pairs were in one building: one parent UPRN, or one the parent of the other."""
    own = events["uprn"] if "uprn" in events.columns else pd.Series(None, events.index, object)
    parent = events["parent_uprn"]
    # A house that is not divided is its own building.
    building = pd.factorize(parent.where(parent.notna(), own))[0]
    return np.asarray((building[first] >= 0) & (building[first] == building[second]), dtype=bool)
