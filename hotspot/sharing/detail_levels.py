"""How exactly a share tells where: the point and address, the street, or the area alone."""

from collections.abc import Mapping, Sequence

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from hotspot._checks import crs_problems, raise_problems
from hotspot._errors import DataError
from hotspot.addresses.address_parser import parse_addresses
from hotspot.addresses.address_words import street_key
from hotspot.english import and_list, count, name_rows
from hotspot.incidents.free_text import is_free_text
from hotspot.reading.cells import normalise_name
from hotspot.reading.columns import PLACE_FIELDS, known_columns

LEVELS = ("full", "street", "area")
LEVEL_WORDS: Mapping[str, str] = {
    "full": "points and addresses as they were recorded",
    "street": "the middle of the street, and its name; no number, no point of a home",
    "area": "the area alone: no point, no address, no street",
}
#: Farther from any street it is not known which one a crime belongs to, in metres.
_FARTHEST_M = 250.0
# What tells a home by itself; a street is told by the last two.
_OF_A_HOME = (
    *PLACE_FIELDS, "uprn", "parent_uprn", "postcode", "number", "unit", "housename", "grid_ref",
    "gridref", "osgridref", "latlong", "what3words", "lat", "lon", "lng", "long", "geom", "wkt",
    "flat", "building", "house", "toid",
)  # fmt: skip
_OF_A_STREET = ("address", "street", "usrn", "location", "road")


def level_problems(frame: pd.DataFrame, fields: Sequence[str], level: str) -> list[str]:
    """Return which of the chosen fields tell more than a level of detail may.

    Parameters
    ----------
    frame : DataFrame
    fields : sequence of str
    level : {"full", "street", "area"}

    Returns
    -------
    list of str
    """
    if level == "full":
        return []
    telling = [name for name in fields if _tells_more(frame, name, level)]
    problems = []
    if telling:
        problems.append(
            f"At level {level!r} {and_list(telling)} cannot go: "
            f"{'it tells' if len(telling) == 1 else 'they tell'} the home or the place. Leave "
            f"{'it' if len(telling) == 1 else 'them'} out of fields."
        )
    if "mo" in fields and "mo" in frame.columns and (long := is_free_text(frame["mo"])).any():
        problems.append(
            f"At level {level!r} mo cannot go: {count(int(long.sum()), 'method')} are sentences, "
            f"which may tell the home ({name_rows(frame.index[long])}). Leave it out of fields."
        )
    if level == "area" and "area" not in fields:
        problems.append('At level "area" the fields must have area: nothing else tells where.')
    return problems


def _tells_more(frame: pd.DataFrame, name: str, level: str) -> bool:
    """Test whether a column tells the home, by its name or because it holds the coordinates."""
    plain = normalise_name(name)
    fields = [*_OF_A_HOME, "address", *(_OF_A_STREET if level == "area" else ())]
    known = known_columns("incidents", "addresses", "places")
    told = {normalise_name(one) for field in fields for one in (field, *known.get(field, ()))}
    kept = ("address", "street") if level == "street" else ()
    if plain in told and plain not in kept:
        return True
    if name not in frame.columns or name in kept:
        return False
    if "address" in frame.columns and name != "address" and _holds_addresses(frame, name):
        return True
    if not isinstance(frame, gpd.GeoDataFrame):
        return False
    numbers = frame[name]
    if not pd.api.types.is_numeric_dtype(numbers.dtype) or not len(numbers):
        return False
    points = frame.geometry.to_numpy()
    values = numbers.to_numpy(dtype=float, na_value=np.nan)
    return any(
        bool((np.abs(values - one) < 1.0).any()) and bool(np.nanmax(np.abs(values)) > 1000)
        for one in (shapely.get_x(points), shapely.get_y(points))
    )


def _holds_addresses(frame: pd.DataFrame, name: str) -> bool:
    """Test whether a column repeats the addresses, whatever it is called."""
    pairs = zip(frame[name].astype(object), frame["address"].astype(object), strict=True)
    return any(
        isinstance(text, str) and isinstance(home, str) and len(home) > 5
        and normalise_name(home) in normalise_name(text)
        for text, home in pairs
    )  # fmt: skip


def at_street(crimes: gpd.GeoDataFrame, streets: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Move crimes to the middle of their street, and leave of the address the street's name.

    Parameters
    ----------
    crimes : GeoDataFrame
        Points, with or without ``address``.
    streets : GeoDataFrame
        As `read_streets` returns them, in the same CRS.

    Returns
    -------
    GeoDataFrame
        The street is that of the address where one of that name is near, else the nearest.

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
        ]
    )
    parts = _parts(streets)
    if parts.empty:
        raise DataError("No street has a name: there is nothing to move the crimes to.")
    points = crimes.geometry.to_numpy()
    chosen = _chosen(points, crimes.get("address"), parts)
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
    return moved


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


def _chosen(
    points: npt.NDArray[np.object_], addresses: pd.Series | None, parts: gpd.GeoDataFrame
) -> npt.NDArray[np.intp]:
    """Return which street each crime is of."""
    lines = parts.geometry.to_numpy()
    shown = points.copy()
    shown[shapely.is_missing(points)] = shapely.Point(0, 0)
    chosen = np.array([int(np.argmin(shapely.distance(lines, one))) for one in shown], dtype=int)
    if addresses is None:
        return chosen
    texts = addresses.astype(object).where(addresses.notna(), "").reset_index(drop=True)
    names = parse_addresses(texts)["street"].tolist()
    told = [street_key(name) if isinstance(name, str) else "" for name in names]
    keys = np.array([street_key(name) for name in parts["street"]], dtype=object)
    for at, key in enumerate(told):
        same = np.flatnonzero(keys == key) if key else np.array([], dtype=int)
        if len(same):
            away = shapely.distance(lines[same], shown[at])
            if away.min() <= _FARTHEST_M:
                chosen[at] = int(same[np.argmin(away)])
    return chosen
