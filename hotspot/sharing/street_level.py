"""Crimes in the middle of their street, and neither street nor area where either has few homes."""

from collections import Counter
from collections.abc import Sequence

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from hotspot._checks import crs_problems, raise_problems, same_crs_problems
from hotspot._errors import DataError
from hotspot.addresses.address_parser import parse_addresses
from hotspot.addresses.address_words import street_key
from hotspot.addresses.distinct_homes import FEWEST_HOMES, homes_of
from hotspot.english import count, name_rows
from hotspot.reading.cells import normalise_name
from hotspot.sharing.detail_levels import street_columns

#: Farther from any street it is not known which one a crime belongs to, in metres.
_FARTHEST_M = 250.0


def at_street(
    crimes: gpd.GeoDataFrame,
    streets: gpd.GeoDataFrame,
    addresses: gpd.GeoDataFrame,
    *,
    with_area: bool,
) -> gpd.GeoDataFrame:
    """Move crimes to the middle of their street, and leave of the address the street's name.

    Parameters
    ----------
    crimes : GeoDataFrame
        Points, with or without ``address``.
    streets : GeoDataFrame
        As `read_streets` returns them, in the same CRS.
    addresses : GeoDataFrame
        As `read_addresses` returns them: all homes there are.
    with_area : bool
        Whether the area is told, too: a street that lies in several has its homes in each.

    Returns
    -------
    GeoDataFrame
        The street is that of the address where one of that name is near, else the nearest. Where
        it has fewer than `FEWEST_HOMES` homes, neither point nor street is told.

    Raises
    ------
    DataError
        If a crime lies more than 250 m from every street, or the streets cannot be used.
    """
    raise_problems(
        [
            *crs_problems(streets.crs, "streets"),
            *["The streets have no column street: read them with hotspot.read_streets."]
            * ("street" not in streets.columns),
            *["The streets are in another CRS than the crimes: turn them with .to_crs(...)."]
            * (streets.crs != crimes.crs),
            *same_crs_problems(crimes, addresses=addresses),
        ]
    )
    parts = _parts(streets)
    if parts.empty:
        raise DataError("No street has a name: there is nothing to move the crimes to.")
    points = crimes.geometry.to_numpy()
    named = _keys_named(crimes.get("address"), len(crimes), parse=True)
    chosen = _chosen(points, named, parts)
    far = shapely.distance(points, parts.geometry.to_numpy()[chosen]) > _FARTHEST_M
    far |= shapely.is_missing(points)
    if far.any():
        rows = crimes.index[far]
        raise DataError(
            f"{count(len(rows), 'crime')} lie more than {_FARTHEST_M:g} m from every street "
            f"({name_rows(rows)}): give the streets of their ground, or leave them out."
        )
    lines = parts.geometry.to_numpy()[chosen]
    middle = shapely.line_interpolate_point(lines, 0.5, normalized=True)
    moved = crimes.set_geometry(gpd.GeoSeries(middle, index=crimes.index, crs=crimes.crs))
    if "address" in moved.columns:
        moved["address"] = parts["street"].to_numpy()[chosen]
    few = _few_on_street(chosen, parts, addresses, crimes.get("area") if with_area else None)
    moved.geometry = moved.geometry.where(~few, None)
    for name in street_columns(list(moved.columns)):
        moved[name] = blanked(moved[name], few)
    return moved


def blanked(column: pd.Series, few: npt.NDArray[np.bool_]) -> pd.Series:
    """Return a column with nothing where too few homes share what it tells."""
    cells = [None if blank else cell for cell, blank in zip(column, few, strict=True)]
    return pd.Series(cells, index=column.index, dtype=column.dtype)


def _few_on_street(
    chosen: npt.NDArray[np.intp],
    parts: gpd.GeoDataFrame,
    addresses: gpd.GeoDataFrame,
    areas: pd.Series | None,
) -> npt.NDArray[np.bool_]:
    """Test which crimes are on a street with few homes, in their area where that is told."""
    homes = addresses.loc[homes_of(addresses).index]
    used = parts.geometry.to_numpy()[np.unique(chosen)]
    near = shapely.STRtree(homes.geometry.to_numpy()).query(used, "dwithin", _FARTHEST_M)[1]
    homes = homes.iloc[np.unique(near)]
    parse = "street" not in homes.columns
    named = _keys_named(homes.get("address" if parse else "street"), len(homes), parse=parse)
    streets = _chosen(homes.geometry.to_numpy(), named, parts)
    of_homes = None if areas is None else homes["area"]
    return _few(_places(chosen, areas), _places(streets, of_homes))


def few_in_area(areas: pd.Series, addresses: gpd.GeoDataFrame) -> npt.NDArray[np.bool_]:
    """Test which crimes are in an area with fewer than `FEWEST_HOMES` homes.

    Parameters
    ----------
    areas : Series
        Of each crime.
    addresses : GeoDataFrame
        With the ``area`` of each.

    Returns
    -------
    numpy.ndarray of bool
        False where no area is told.
    """
    of_homes = addresses.loc[homes_of(addresses).index, "area"]
    one = np.zeros(len(areas), dtype=int), np.zeros(len(of_homes), dtype=int)
    few = _few(_places(one[0], areas), _places(one[1], of_homes))
    return few & areas.notna().to_numpy()


def _places(streets: npt.NDArray[np.intp], areas: pd.Series | None) -> list[tuple[int, str]]:
    if areas is None:
        return [(int(street), "") for street in streets]
    names = (
        areas.astype(object).where(areas.notna(), "").map(lambda text: normalise_name(str(text)))
    )
    return list(zip(map(int, streets), names, strict=True))


def _few(crimes: list[tuple[int, str]], homes: list[tuple[int, str]]) -> npt.NDArray[np.bool_]:
    # Of a crime whose area is not told all homes of its street are meant.
    held = Counter(homes) + Counter((street, "") for street, area in homes if area)
    return np.array([held[place] < FEWEST_HOMES for place in crimes], dtype=bool)


def _parts(streets: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return each street once, its pieces joined: a piece of it would tell of fewer homes."""
    named = streets[streets["street"].notna() & streets.geometry.notna()]
    names, lines = [], []
    for name, group in named.groupby("street", sort=True):
        joined = shapely.line_merge(shapely.union_all(group.geometry.to_numpy()))
        pieces = [one for one in shapely.get_parts(joined) if one.length > 0]
        pieces.sort(key=lambda line: line.bounds)
        names += [str(name)] * len(pieces)
        lines += pieces
    return gpd.GeoDataFrame({"street": names}, geometry=lines, crs=streets.crs)


def _keys_named(texts: pd.Series | None, rows: int, *, parse: bool) -> list[str]:
    """Return the street that each address names in the form in which it is compared."""
    if texts is None:
        return [""] * rows
    told = texts.astype(object).where(texts.notna(), "").reset_index(drop=True)
    names = parse_addresses(told)["street"] if parse else told
    return [street_key(name) if isinstance(name, str) else "" for name in names]


def _chosen(
    points: npt.NDArray[np.object_], named: Sequence[str], parts: gpd.GeoDataFrame
) -> npt.NDArray[np.intp]:
    """Return which street each point is of: that which is named if it is near, else the nearest."""
    lines = parts.geometry.to_numpy()
    shown = points.copy()
    shown[shapely.is_missing(points)] = shapely.Point(0, 0)
    # Of several streets as near the first, whatever the order in which the tree finds them.
    rows, nearest = shapely.STRtree(lines).query_nearest(shown)
    chosen = np.full(len(shown), len(lines), dtype=np.intp)
    np.minimum.at(chosen, rows, nearest)
    keys = np.array([street_key(name) for name in parts["street"]], dtype=object)
    of_name = {key: np.flatnonzero(keys == key) for key in set(named) - {""}}
    for at, key in enumerate(named):
        same = of_name.get(key, ())
        if len(same):
            away = shapely.distance(lines[same], shown[at])
            if away.min() <= _FARTHEST_M:
                chosen[at] = int(same[np.argmin(away)])
    return chosen
