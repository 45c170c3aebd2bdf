"""Exchanged columns of coordinates: whether burglaries lie where beats and addresses do."""

import warnings
from collections.abc import Mapping, Sequence

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from hotspot._errors import DataError, DataWarning
from hotspot.english import count
from hotspot.reading.columns import PLACE_PAIRS
from hotspot.reading.settled_crs import EXCHANGE_SHAPES

# Farther than a geocoder is ever from the home it was asked for.
_FAR_M = 1000.0
# A point on the border of two beats is outside neither.
_BORDER_M = 1.0
# Of fewer burglaries most may lie elsewhere without any fault.
_FEWEST_TO_REFUSE = 5

Points = npt.NDArray[np.object_]
Mask = npt.NDArray[np.bool_]


def check_coordinates(
    incidents: gpd.GeoDataFrame,
    addresses: gpd.GeoDataFrame | None,
    areas: gpd.GeoDataFrame | None,
    columns: Mapping[str, Sequence[str]] | None = None,
) -> tuple[str, ...]:
    """Check whether most burglaries lie in the beats and at their own addresses.

    Parameters
    ----------
    incidents : GeoDataFrame
    addresses, areas : GeoDataFrame or None
        In the CRS of the incidents.
    columns : mapping, optional
        Which columns of their file hold which field, for what to write in a set-up.

    Returns
    -------
    tuple of str
        What a reader must know before all else; empty where the layers fit.

    Raises
    ------
    DataError
        If most burglaries lie outside all beats and far from every address, or all lie outside the
        beats and fit when coordinates are exchanged.

    Warns
    -----
    DataWarning
        For each sentence that is returned.
    """
    points = np.asarray(incidents.geometry.to_numpy(), dtype=object)
    outside = _off(areas, points, _BORDER_M)
    # The nearest of a million addresses is looked for only where it can matter.
    astray = outside.copy()
    astray[outside] = _off(addresses, points[outside], _FAR_M)
    strayed = _off_own_address(incidents, addresses)
    if not _most(outside) and not _most(strayed):
        return ()
    hint = _exchanged(points, addresses, areas, columns or {})
    if _most(astray) and len(astray) >= _FEWEST_TO_REFUSE:
        raise DataError(
            f"{_of(astray)} lie outside all beats and over {_FAR_M:g} m from every address: they "
            f"are not of the place that beats and addresses are of.{hint} If the export covers "
            "more than the beats do, give their outline as within under [incidents]."
        )
    # Nothing fits as it stands and all fits when exchanged: a question, with its answer in it.
    if hint and outside.all() and len(outside) >= _FEWEST_TO_REFUSE:
        raise DataError(f"{_of(outside)} lie outside all beats.{hint}")
    alarms = []
    if _most(outside):
        alarms.append(f"{_of(outside)} lie outside all beats.{hint}")
    if _most(strayed):
        alarms.append(
            f"{_of(strayed)} with a known UPRN lie over {_FAR_M:g} m from its address.{hint}"
        )
    for text in alarms:
        warnings.warn(text, DataWarning, stacklevel=2)
    return tuple(alarms)


def _off(layer: gpd.GeoDataFrame | None, points: Points, reach_m: float) -> Mask:
    """Test which points nothing of a layer is near; none of them where there is no layer."""
    off = np.zeros(len(points), dtype=bool)
    if layer is None or layer.empty:
        return off
    off[:] = True
    # Most points lie in a shape, which is told many times faster than how far away one is.
    off[shapely.STRtree(points).query(layer.geometry.to_numpy(), predicate="intersects")[1]] = False
    rest = np.flatnonzero(off)
    near = layer.sindex.nearest(points[rest], return_all=False, max_distance=reach_m)[0]
    off[rest[near]] = False
    return off


def _off_own_address(incidents: gpd.GeoDataFrame, addresses: gpd.GeoDataFrame | None) -> Mask:
    """Test which of the burglaries with a UPRN of an address lie far from that address."""
    if addresses is None or "uprn" not in incidents.columns:
        return np.zeros(0, dtype=bool)
    told = addresses[addresses["uprn"].isin(incidents["uprn"].dropna().unique())]
    homes = told.drop_duplicates("uprn").set_index("uprn").geometry
    known = incidents[incidents["uprn"].isin(homes.index)]
    own = homes.reindex(pd.Index(known["uprn"], dtype=object))
    distance_m = shapely.distance(known.geometry.to_numpy(), own.to_numpy())
    return np.asarray(distance_m > _FAR_M, dtype=bool)


def _exchanged(
    points: Points,
    addresses: gpd.GeoDataFrame | None,
    areas: gpd.GeoDataFrame | None,
    columns: Mapping[str, Sequence[str]],
) -> str:
    """Return a hint where the layers fit once eastings and northings of one change places."""
    layers = [("areas", areas, _BORDER_M), ("addresses", addresses, _FAR_M)]
    given = [(name, layer, reach_m) for name, layer, reach_m in layers if layer is not None]
    if given and not any(
        _most(_off(layer, _turned(points), reach_m)) for _, layer, reach_m in given
    ):
        return f" With eastings and northings exchanged they fit: {_remedy(columns)}"
    off = [
        (name, layer, reach_m)
        for name, layer, reach_m in given
        if _most(_off(layer, points, reach_m))
    ]
    for name, layer, reach_m in off:
        turned = layer.set_geometry(_turned(layer.geometry.to_numpy()), crs=layer.crs)
        if not _most(_off(turned, points, reach_m)):
            return (
                f" With eastings and northings of the {name} exchanged they fit. {EXCHANGE_SHAPES}"
            )
    return ""


def _turned(shapes: Points) -> Points:
    return np.asarray(shapely.transform(shapes, lambda pairs: pairs[:, ::-1]), dtype=object)


def _remedy(columns: Mapping[str, Sequence[str]]) -> str:
    """Return what to write in the set-up to exchange the two columns that were read."""
    for first, second in PLACE_PAIRS:
        if first in columns and second in columns:
            one, other = columns[second][0], columns[first][0]
            return f"under [incidents] columns map {first} to {one} and {second} to {other}."
    return f"exchange the two in the file of burglaries. {EXCHANGE_SHAPES}"


def _most(mask: Mask) -> bool:
    return 2 * int(mask.sum()) > len(mask)


def _of(mask: Mask) -> str:
    return f"{int(mask.sum()):,} of {count(len(mask), 'burglary', 'burglaries')}"
