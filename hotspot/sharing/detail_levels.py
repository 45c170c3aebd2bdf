"""How exactly a share tells where: the point and address, the street, or the area alone."""

from collections.abc import Mapping, Sequence

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from hotspot.addresses.distinct_homes import FEWEST_HOMES
from hotspot.english import and_list, count, name_rows
from hotspot.incidents.free_text import is_free_text
from hotspot.reading.cells import normalise_name
from hotspot.reading.columns import PLACE_FIELDS, known_columns

LEVELS = ("full", "street", "area")
LEVEL_WORDS: Mapping[str, str] = {
    "full": "points and addresses as they were recorded",
    "street": "the middle of the street, and its name; no number, no point of a home, and nothing "
    f"of a street with fewer than {FEWEST_HOMES} homes",
    "area": "the area alone: no point, no address, no street",
}
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


def street_columns(columns: Sequence[str]) -> list[str]:
    """Return which columns tell the street, by their names."""
    known = known_columns("incidents", "addresses", "places")
    told = {normalise_name(x) for field in _OF_A_STREET for x in (field, *known.get(field, ()))}
    return [name for name in columns if normalise_name(name) in told]


def _holds_addresses(frame: pd.DataFrame, name: str) -> bool:
    """Test whether a column repeats the addresses, whatever it is called."""
    pairs = zip(frame[name].astype(object), frame["address"].astype(object), strict=True)
    return any(
        isinstance(text, str) and isinstance(home, str) and len(home) > 5
        and normalise_name(home) in normalise_name(text)
        for text, home in pairs
    )  # fmt: skip
