"""Addresses made ready: which are homes, which share a building, where each is in its street."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.spatial import cKDTree

from hotspot.addresses.house_numbers import parse_house, text_key

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
Texts = npt.NDArray[np.object_]

# A search reaches this much farther, and distances are compared after they are rounded to the
# centimetre, so that the last digit of a coordinate decides nothing.
ROUNDING_M = 0.01

# AddressBase codes: dwellings, houses in multiple occupation, residential institutions, dual use;
# not garages (RG), car parking (RC) or ancillary buildings (RB).
_HOME_CODE = re.compile(r"(?:r[dhi]?|x)[0-9]*")
_PARENT_CODE = re.compile(r"p[ps]?")
# fmt: off
_HOME_WORDS = {
    "residential", "dwelling", "dwellings", "house", "home", "flat", "flats", "apartment",
    "apartments", "bungalow", "maisonette", "cottage", "terrace", "terraced", "detached", "semi",
    "hmo", "res",
}
_OTHER_WORDS = {
    "non", "not", "public", "guest", "commercial", "business", "office", "shop", "garage",
    "garages", "parking", "garden",
}
# fmt: on


@dataclass(frozen=True)
class Doors:
    """Addresses, a row per UPRN, as arrays over their positions.

    `lived_in` are homes and the buildings that hold homes; `home` are those with a door to knock
    on. `place` is equal for the flats of one building. `street` and `house` (rank of the house
    number) are -1 where not known; `number` is the bare number. `tree` holds the homes only, in
    the order of `homes`.
    """

    frame: gpd.GeoDataFrame
    x: Floats
    y: Floats
    index: pd.Index
    uprn: Texts
    address: Texts
    number_text: Texts
    street_text: Texts
    area: Texts
    parent: Texts
    lived_in: Bools
    home: Bools
    unclassified: int
    repeated: int
    street: Ints
    house: Ints
    number: Ints
    place: Ints
    homes: Ints
    tree: cKDTree

    def find(self, uprns: Texts) -> Ints:
        """Give the position of each UPRN, -1 where there is none."""
        found = np.asarray(self.index.get_indexer(pd.Index(uprns, dtype=object)))
        return np.where(pd.isna(uprns), -1, found)


def prepare_doors(addresses: gpd.GeoDataFrame) -> Doors:
    """Make addresses ready for finding neighbours; a UPRN that comes twice counts once."""
    frame = _one_row_per_uprn(addresses)
    uprn, parent = texts(frame, "uprn"), texts(frame, "parent_uprn")
    parent[parent == uprn] = None
    index = pd.Index(uprn, dtype=object)
    position = index.get_indexer(pd.Index(parent, dtype=object))
    position[pd.isna(parent)] = -1
    classes = texts(frame, "classification")
    is_parent = _mapped(classes, _says_parent, default=False)
    is_parent[position[position >= 0]] = True
    says_home = _mapped(classes, _says_home, default=True)
    lived_in = says_home | (is_parent & _mapped(classes, _says_parent, default=True))
    lived_in[position[(position >= 0) & says_home]] = True
    home = lived_in & ~is_parent
    street, house, number = _street_places(frame, position)
    x, y = frame.geometry.x.to_numpy(), frame.geometry.y.to_numpy()
    homes = np.flatnonzero(home)
    return Doors(
        frame=frame,
        x=x,
        y=y,
        index=index,
        uprn=uprn,
        address=texts(frame, "address"),
        number_text=texts(frame, "number"),
        street_text=texts(frame, "street"),
        area=texts(frame, "area"),
        parent=parent,
        lived_in=lived_in,
        home=home,
        unclassified=int(pd.isna(classes).sum()),
        repeated=len(addresses) - len(frame),
        street=street,
        house=house,
        number=number,
        place=_places(uprn, parent, is_parent, street, house, x, y),
        homes=homes,
        tree=cKDTree(np.column_stack([x, y])[homes]),
    )


def texts(frame: pd.DataFrame, column: str) -> Texts:
    """Give a column as stripped text, None where it is missing or empty or no column at all."""
    if column not in frame.columns:
        return np.full(len(frame), None, dtype=object)
    values = frame[column].astype(object)
    stripped = values.where(values.notna(), "").astype(str).str.strip()
    # A copy: what pandas shares may not be written to.
    return np.array(stripped.astype(object).mask(stripped == "", None), dtype=object)


def _one_row_per_uprn(addresses: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Keep, of rows that share a UPRN, the one whose text sorts first, whatever their order."""
    twice = addresses["uprn"].duplicated(keep=False)
    if not twice.any():
        return addresses.reset_index(drop=True)
    repeated = addresses.loc[twice]
    corner = {"x": repeated.geometry.x, "y": repeated.geometry.y}
    ordered = repeated[["uprn", "address"]].assign(**corner).sort_values(["address", "x", "y"])
    dropped = ordered.index[ordered["uprn"].duplicated()]
    return addresses.drop(index=dropped).reset_index(drop=True)


def _mapped(values: Texts, tell: Callable[[str], Any], *, default: Any) -> Any:
    """Apply a reading of text once per distinct text; missing text gives the default."""
    codes, distinct = pd.factorize(values)
    told = np.array([*(tell(text) for text in distinct), default])
    return told[codes]


def _says_home(classification: str) -> bool:
    key = text_key(classification)
    if _HOME_CODE.fullmatch(key):
        return True
    words = set(key.split())
    return bool(words & _HOME_WORDS) and not words & _OTHER_WORDS


def _says_parent(classification: str) -> bool:
    return _PARENT_CODE.fullmatch(text_key(classification)) is not None


def _street_places(frame: gpd.GeoDataFrame, parent_position: Ints) -> tuple[Ints, Ints, Ints]:
    """Give each address a street and a place in it; a flat stands at its building's number."""
    usrn = pd.Series(texts(frame, "usrn"), dtype=object)
    name = pd.Series(_mapped(texts(frame, "street"), text_key, default=None), dtype=object)
    street = pd.factorize(("usrn " + usrn).fillna("name " + name), sort=True)[0]
    codes, distinct = pd.factorize(texts(frame, "number"))
    parsed = [parse_house(text) for text in distinct]
    ranks = {known: rank for rank, known in enumerate(sorted({h for h in parsed if h}))}
    house = np.array([*(ranks[h] if h else -1 for h in parsed), -1], dtype=np.int64)[codes]
    number = np.array([*(h.number if h else 0 for h in parsed), 0], dtype=np.int64)[codes]
    known = (street >= 0) & (house >= 0)
    flat = (parent_position >= 0) & known[parent_position]
    at = np.where(flat, parent_position, np.arange(len(frame)))
    return street[at], house[at], number[at]


def _places(
    uprn: Texts,
    parent: Texts,
    is_parent: Bools,
    street: Ints,
    house: Ints,
    x: Floats,
    y: Floats,
) -> Ints:
    """Tell buildings apart: by parent UPRN, else by street and number, else by point."""
    building = np.where(pd.isna(parent) & is_parent, uprn, parent)
    code = pd.factorize(building, sort=True)[0]
    numbered = (street >= 0) & (house >= 0)
    kind = np.where(code >= 0, 0, np.where(numbered, 1, 2))
    first = np.where(kind == 0, code, np.where(kind == 1, street, x))
    second = np.where(kind == 0, 0, np.where(kind == 1, house, y))
    keys = pd.DataFrame({"kind": kind, "first": first, "second": second})
    return keys.groupby(["kind", "first", "second"]).ngroup().to_numpy().astype(np.int64)
