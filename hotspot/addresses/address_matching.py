"""Whether two addresses may be one door, and which row of a file an address or a UPRN means."""

import difflib
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd

from hotspot.addresses.address_parser import Address, parse_address
from hotspot.addresses.address_words import (
    DIRECTIONS,
    STREET_WORDS,
    WEAK_WORDS,
    street_forms,
    street_key,
    text_key,
    unit_key,
)
from hotspot.addresses.house_numbers import Houses, parse_houses, same_houses
from hotspot.reading.cells import reference_keys

# How an address was found.
BY_UPRN, BY_TEXT, BY_BUILDING, UNMATCHED = "uprn", "text", "building", "none"
#: Rows that lie within this of each other may be the doors of one building.
ONE_BUILDING_M = 25.0
#: Two registers may put one home at its front door and at its middle.
ONE_HOME_WITHIN_M = 10.0
# A slip of the keyboard in a long word of a street's name: in a short one, or in its first letter,
# it is as well another name, as West is of East and Hill of Mill.
_ALIKE, _LONG_WORD = 0.88, 6
_ENDS = STREET_WORDS | WEAK_WORDS
_FIELDS = ("unit", "building", "number", "street", "dependent_street", "locality", "postcode")


class Reading(NamedTuple):
    """An address in the form in which addresses are compared; what is not told is empty."""

    text: str
    words: str
    unit: str
    building: str
    houses: Houses | None
    streets: tuple[str, ...]
    localities: frozenset[str]
    postcode: str


@lru_cache(maxsize=100_000)
def read_text(text: str) -> Reading:
    """Read an address that is told in a line.

    Examples
    --------
    >>> told = read_text("Flat 3, 12 St. John's Rd, Anytown")
    >>> told.unit, told.houses.text, told.streets
    ('3', '12', ('saint johns road',))
    """
    return read_parts(text, parse_address(text))


def read_parts(text: str, address: Address) -> Reading:
    """Return an address whose parts are known in the form in which addresses are compared."""
    streets = (street_key(street) for street in (address.street, address.dependent_street))
    key = text_key(text)
    return Reading(
        key,
        " ".join(street_forms(key.split())),
        unit_key(address.unit),
        street_key(address.building).removeprefix("the "),
        parse_houses(address.number) if address.number else None,
        tuple(filter(None, streets)),
        _localities(address.locality),
        address.postcode.replace(" ", "").upper(),
    )


@lru_cache(maxsize=10_000)
def _localities(text: str) -> frozenset[str]:
    return frozenset(filter(None, map(street_key, text.split(","))))


def contradicts(told: Reading, known: Reading) -> bool:
    """Test whether an address that was told cannot be a door: by number, street or flat.

    What one of them does not say contradicts nothing, and only a number makes a street sure: a
    named house may stand round the corner of the street that was told.

    Examples
    --------
    >>> told = read_text("12 Station Rd")
    >>> [contradicts(told, read_text(text)) for text in ("14 Station Road", "12 Station Road")]
    [True, False]
    """
    either = _flat_or_house(told, known)
    if either is not None:
        return not either
    if told.houses and other_streets(told, known):
        return True
    if told.houses and known.houses and not same_houses(told.houses, known.houses):
        return True
    return bool(told.unit and known.unit) and told.unit != known.unit


def other_streets(told: Reading, known: Reading) -> bool:
    """Test whether two addresses name streets, and not the same one."""
    return bool(told.streets and known.streets) and not on_street(told, known)


def on_street(told: Reading, known: Reading) -> bool:
    """Test whether an address that was told names the street of a door, a slip of a key allowed.

    Of two streets the first is meant: 4 Mill Mews, High Street is not 4 High Street.
    """
    if not known.streets:
        return False
    street = known.streets[0]
    if not told.streets:
        return f" {street} " in f" {told.words} "
    named = told.streets[0]
    if _alike(named, street):
        return True
    # A line without commas may not tell where the street ends: Farmhill Park Douglas.
    if named.startswith(f"{street} "):
        behind = told.words.partition(f" {street} ")[2]
        at_place = any(f"{behind} ".startswith(f"{place} ") for place in known.localities)
        rest = set(named[len(street) :].split())
        return at_place or not (rest & _ENDS or rest <= DIRECTIONS)
    return street.startswith(f"{named} ") and f" {street} " in f" {told.words} "


def begins_alike(told: Reading, known: Reading) -> bool:
    """Test whether an address is written as it was told, but perhaps with more behind."""
    return f"{known.words} ".startswith(f"{told.words} ")


@lru_cache(maxsize=100_000)
def _alike(one: str, other: str) -> bool:
    words, others = one.split(), other.split()
    if len(words) != len(others):
        return False
    differ = [pair for pair in zip(words, others, strict=True) if pair[0] != pair[1]]
    return not differ or (len(differ) == 1 and _slip(*differ[0], words[0] == "saint"))


def _slip(word: str, other: str, of_a_saint: bool) -> bool:
    if of_a_saint and word.rstrip("s") == other.rstrip("s"):
        # Saint James Street, Saint James's Street
        return True
    long = min(len(word), len(other)) >= _LONG_WORD and word[0] == other[0]
    return long and difflib.SequenceMatcher(None, word, other).ratio() >= _ALIKE


def _flat_or_house(told: Reading, known: Reading) -> bool | None:
    """Test whether a flat of one address is the house of another: 12 of Kings Court.

    None where the one names no building that is a street of the other.
    """
    for flat, house in ((told, known), (known, told)):
        named = house.streets[:1] and house.streets[0].removeprefix("the ") == flat.building
        if named and not flat.houses and house.houses and not house.unit:
            return flat.unit == house.houses.text.casefold()
    return None


def same_door(told: Reading, known: Reading) -> bool:
    """Test whether an address that was told is that of a door, but perhaps for the flat."""
    if told.text and told.text == known.text:
        return True
    either = _flat_or_house(told, known)
    if either is not None:
        return either
    if not on_street(told, known):
        return False
    if told.words[:1].isdecimal() and begins_alike(told, known):
        # "8/11": two houses, or a flat; the file writes it so, too.
        return True
    if told.houses and known.houses:
        return same_houses(told.houses, known.houses)
    if told.houses or known.houses:
        return False
    if told.building and known.building:
        return told.building == known.building
    return bool(told.unit) and told.unit == known.unit


def same_home(one: Reading, other: Reading) -> bool:
    """Test whether two addresses are one home, flat and all, in other words.

    Examples
    --------
    >>> home = read_text("Flat 2, 12 High Street, Anytown")
    >>> [same_home(home, read_text(text)) for text in ("FLAT 2 12 HIGH ST", "12 High Street")]
    [True, False]
    """
    if one.houses != other.houses or one.unit != other.unit or not same_door(one, other):
        return False
    named = {one.building, other.building} - {""}
    return len(named) == 1 or (bool(one.houses) and not named)


def narrowed(told: Reading, doors: Sequence[int], read: "dict[int, Reading]") -> list[int]:
    """Keep of the doors of one address those that fit best: in words, number and flat.

    Parameters
    ----------
    told : Reading
    doors : sequence of int
        Those for which `same_door` holds.
    read : dict
        The reading of each door.
    """
    kept = [door for door in doors if begins_alike(told, read[door])]
    if told.unit and len(kept) == 1:
        return kept
    # The street itself goes before one that is only like it.
    kept = [door for door in doors if read[door].streets[:1] == told.streets[:1]] or list(doors)
    for field in ("text", "houses", "unit", "building"):
        wanted = getattr(told, field)
        fitting = [door for door in kept if getattr(read[door], field) == wanted]
        kept = fitting or kept
    return [door for door in kept if not contradicts(told, read[door])]


def find_addresses(
    told: pd.Series, addresses: gpd.GeoDataFrame, uprns: pd.Series | None = None
) -> pd.DataFrame:
    """Find the row of a file of addresses that each of some UPRNs or addresses means.

    Parameters
    ----------
    told : Series of str
        Addresses in a line; missing where none is told.
    addresses : GeoDataFrame
        As `read_addresses` returns them.
    uprns : Series of str, optional
        On the index of `told`. A UPRN goes before the text.

    Returns
    -------
    DataFrame, on the index of `told`
        ``at``, the position in `addresses`, -1 for none; ``how``: "uprn", "text", "building" (one
        of the flats of a building of which it cannot be told which) or "none". No row is found
        with another number, street, flat or postcode than was told, nor one of several that lie
        apart.

    Examples
    --------
    >>> from hotspot.addresses import read_addresses
    >>> file = read_addresses(pd.DataFrame({
    ...     "UPRN": ["1", "2"], "Address": ["12 Station Road", "14 Station Road"],
    ...     "E": [530000, 530010], "N": [180000, 180000]}))
    >>> find_addresses(pd.Series(["12 Station Rd", "13 Station Road"]), file)["at"].tolist()
    [0, -1]
    """
    at = np.full(len(told), -1, dtype=np.int64)
    if uprns is not None:
        index = pd.Index(reference_keys(addresses["uprn"]), dtype=object)
        keys = reference_keys(uprns)
        known = np.asarray(index[~index.duplicated()].get_indexer(pd.Index(keys, dtype=object)))
        place = np.flatnonzero(~index.duplicated())
        at = np.where(pd.isna(keys) | (known < 0), -1, np.append(place, -1)[known])
    how = np.where(at >= 0, BY_UPRN, UNMATCHED).astype(object)
    left = np.flatnonzero((at < 0) & told.notna().to_numpy())
    texts = told.iloc[left].astype(str)
    found = _Finder(addresses, texts.unique()).found
    for row, text in zip(left, texts, strict=True):
        at[row], how[row] = found.get(text, (-1, UNMATCHED))
    return pd.DataFrame({"at": at, "how": how}, index=told.index)


class _Finder:
    """Finds what each of some texts means among all addresses of a file."""

    def __init__(self, addresses: gpd.GeoDataFrame, texts: Iterable[str]) -> None:
        self._addresses = addresses
        self._x, self._y = addresses.geometry.x.to_numpy(), addresses.geometry.y.to_numpy()
        self._read: dict[int, Reading] = {}
        self._reader = AddressReader(addresses)
        readings = {text: read_text(text) for text in texts}
        rows = self._rows_by_street(readings.values()) if readings else {}
        self._localities = {
            part
            for reading in self._readings({at for found in rows.values() for at in found})
            for part in reading.localities
        }
        self.found = {
            text: self._find(told, rows.get(told.words, ())) for text, told in readings.items()
        }

    def _rows_by_street(self, readings: Iterable[Reading]) -> dict[str, list[int]]:
        """Return the rows on a street that each text names, with a number it could have."""
        codes, names = pd.factorize(self._addresses["street"])
        keys = [street_key(name) for name in names]
        by_key: dict[str, list[int]] = {}
        for code, key in enumerate(keys):
            by_key.setdefault(key, []).append(code)
        streets: dict[str, set[int]] = {}
        for told in readings:
            words = told.words.split()
            spans = {
                " ".join(words[first:last])
                for first in range(len(words))
                for last in range(first + 1, min(first + 7, len(words)) + 1)
            }
            streets[told.words] = {
                code for span in {*spans, *told.streets} for code in by_key.get(span, ())
            }
        wanted = {code for found in streets.values() for code in found}
        on_street: dict[int, list[int]] = {}
        for at in np.flatnonzero(np.isin(codes, list(wanted))).tolist():
            on_street.setdefault(int(codes[at]), []).append(at)
        return {
            words: [at for code in found for at in on_street[code]]
            for words, found in streets.items()
        }

    def _readings(self, rows: Iterable[int]) -> Iterable[Reading]:
        """Read some rows at once, and keep what was read."""
        self._read = dict(zip(rows, self._reader.read(rows), strict=True))
        return self._read.values()

    def _find(self, told: Reading, rows: Iterable[int]) -> tuple[int, str]:
        doors = [at for at in rows if same_door(told, self._read[at])]
        doors = [at for at in doors if self._there(told, self._read[at])]
        doors = narrowed(told, doors, self._read)
        if len(doors) == 1:
            return doors[0], BY_TEXT
        apart = max(map(np.ptp, (self._x[doors], self._y[doors]))) if doors else np.inf
        if apart > ONE_BUILDING_M:
            return -1, UNMATCHED
        return min(doors), BY_BUILDING

    def _there(self, told: Reading, known: Reading) -> bool:
        """Test whether a door is in the place that was told, as far as the file knows of it."""
        if told.postcode and known.postcode and told.postcode != known.postcode:
            return False
        places = told.localities & self._localities
        return not places or not known.localities or bool(places & known.localities)


class AddressReader:
    """Reads rows of a file of addresses: their columns, and their text for those it lacks.

    Parameters
    ----------
    addresses : DataFrame
        As `read_addresses` returns them.

    Examples
    --------
    >>> file = pd.DataFrame({"address": ["12 Mill Ln", "Flat 3, 14 Mill Ln"]})
    >>> [reading.unit for reading in AddressReader(file).read([0, 1])]
    ['', '3']
    """

    def __init__(self, addresses: pd.DataFrame) -> None:
        # Of a geographic frame a column is slow to come by, and of a million rows a few are read.
        names = ("address", *_FIELDS, "town")
        self._columns = {name: addresses[name].array for name in names if name in addresses}
        self._told = {name for name in _FIELDS if name in self._columns}
        self._whole = {"number", "street"} <= self._told
        if "town" in self._columns:
            self._told |= {"locality"}

    def read(self, rows: Iterable[int]) -> list[Reading]:
        """Return each of some rows in the form in which addresses are compared."""
        at = np.fromiter(rows, dtype=np.int64)
        taken = {name: _texts_at(values, at) for name, values in self._columns.items()}
        if "town" in taken:
            places = zip(taken.get("locality", [""] * len(at)), taken["town"], strict=True)
            taken["locality"] = [", ".join(filter(None, place)) for place in places]
        fields = [taken[name] if name in self._told else [""] * len(at) for name in _FIELDS]
        return [
            self._reading(text, *cells)
            for text, *cells in zip(taken["address"], *fields, strict=True)
        ]

    def _reading(self, text: str, *cells: str) -> Reading:
        if self._whole:
            return read_parts(text, Address(**dict(zip(_FIELDS, cells, strict=True))))
        parsed = parse_address(text)._asdict()
        told = {field: cell or parsed[field] for field, cell in zip(_FIELDS, cells, strict=True)}
        return read_parts(text, Address(**told))


def _texts_at(values: Any, at: npt.NDArray[np.int64]) -> list[str]:
    cells = np.asarray(values.take(at), dtype=object)
    missing = pd.isna(cells)
    return ["" if gone else str(cell) for cell, gone in zip(cells, missing, strict=True)]
