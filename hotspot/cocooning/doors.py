"""Addresses made ready: which are homes, which share a building, where each is in its street."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from hotspot._checks import Coordinates, coordinates
from hotspot.addresses.address_matching import ONE_HOME_WITHIN_M, AddressReader, Reading
from hotspot.addresses.address_parser import parse_address
from hotspot.addresses.address_words import street_key, unit_key
from hotspot.addresses.classification import says_home, says_parent
from hotspot.addresses.house_numbers import parse_houses
from hotspot.addresses.uprn_index import UprnIndex
from hotspot.cocooning.text_columns import TextColumn, stripped
from hotspot.incidents.stop_list import StopList
from hotspot.reading.cells import reference_keys

if TYPE_CHECKING:
    from hotspot.cocooning.surroundings import Surroundings

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
Texts = npt.NDArray[np.object_]

# A search reaches this much farther, and distances are compared after they are rounded to the
# centimetre, so that the last digit of a coordinate decides nothing.
ROUNDING_M = 0.01
# Whole numbers up to so many times their number are ranked by counting.
_CLOSE = 16
# Cells to the distance within which addresses matter: enough to fit its circle well.
_CELLS = 4


@dataclass(frozen=True)
class Doors:
    """Addresses, a row per UPRN, as arrays over their positions.

    `stands` leads from a home that is listed under a second UPRN to the row that stands for it;
    all others stand for themselves. `lived_in` are homes and the buildings that hold homes; `home`
    are those with a door to knock on. `place` is equal for the flats of one building. `street` and
    `house` (rank of the house number) are -1 where not known; `number` is the bare number. `frame`,
    `addresses`, `unclassified` and `index` (UPRNs as they are
    compared) are of all that were given; `position` leads from there, `rows` there.
    """

    frame: gpd.GeoDataFrame
    x: Floats
    y: Floats
    index: UprnIndex
    position: Ints
    rows: Ints
    uprn: TextColumn
    address: TextColumn
    number_text: TextColumn
    street_text: TextColumn
    area: TextColumn
    parent: Texts
    lived_in: Bools
    home: Bools
    unclassified: int
    addresses: int
    repeated: int
    street: Ints
    house: Ints
    number: Ints
    place: Ints
    stands: Ints
    homes: Ints
    _barred: dict[StopList, Bools] = field(default_factory=dict)
    # By text and point: which door, and how it was found.
    matches: dict[tuple[str | None, float, float], tuple[int, str]] = field(default_factory=dict)
    # The homes of a building as flats are counted; see `matching.flats_in_order`.
    flats: dict[int, list[int]] = field(default_factory=dict)
    # The neighbours of burglaries by point, door and reach; see `plan._around`.
    around: dict[tuple[Any, ...], Any] = field(default_factory=dict)

    def find(self, uprns: Texts) -> Ints:
        """Return the position of each UPRN, -1 where there is none."""
        found = self.index.find(uprns)
        # Asked for one address at a time: nothing here may be as long as the file.
        known = np.flatnonzero(found >= 0)
        found[known] = self.position[found[known]]
        known = np.flatnonzero(found >= 0)
        found[known] = self.stands[found[known]]
        return found

    @cached_property
    def _reader(self) -> AddressReader:
        return AddressReader(self.frame)

    def readings(self, at: Ints) -> dict[int, Reading]:
        """Read some addresses in the form in which they are compared.

        They are not kept: what a burglary was matched to is, and they are many.
        """
        return dict(zip(at.tolist(), self._reader.read(self.rows[at]), strict=True))

    @cached_property
    def near(self) -> "Surroundings":
        """The addresses by their place."""
        # Whoever checks a file asks for no neighbours: compiled code loads as long as that takes.
        from hotspot.cocooning.surroundings import Surroundings

        return Surroundings(
            self.x, self.y, self.home, self.place, self.street, self.house, self.number
        )

    def points(self, at: Ints) -> npt.NDArray[np.object_]:
        """Return the points of some addresses, those of the file and no copies."""
        points = self.frame.geometry.to_numpy()[self.rows[at]]
        flat = shapely.get_coordinate_dimension(points) == 2
        return points if flat.all() else np.asarray(shapely.force_2d(points))

    @cached_property
    def _by_place(self) -> tuple[Ints, Ints]:
        place = self.place[self.homes]
        order = np.argsort(place, kind="stable")
        return place[order], self.homes[order]

    def homes_at(self, place: int) -> Ints:
        """Return the homes of a building, in their order."""
        places, homes = self._by_place
        first, last = np.searchsorted(places, [place, place + 1])
        return homes[first:last]

    def homes_of(self, at: Ints) -> tuple[Ints, Ints]:
        """Return how many homes the building of each address has, and the first of its rows."""
        places, homes = self._by_place
        first = np.searchsorted(places, self.place[at])
        number = np.searchsorted(places, self.place[at], side="right") - first
        return number, np.append(homes, -1)[first]

    def barred(self, stop: StopList) -> Bools:
        """Return which are on a stop list, by their own UPRN or that of their building."""
        if not stop:
            return np.zeros(len(self.uprn), dtype=bool)
        if stop not in self._barred:
            uprn = self.uprn.column(np.arange(len(self.uprn)))
            self._barred[stop] = stop.matches(uprn) | stop.matches(self.parent)
        return self._barred[stop]


@dataclass(frozen=True)
class Near:
    """Which addresses matter: those near some points or with some UPRNs, and their buildings.

    Attributes
    ----------
    points : ndarray, shape (n, 2)
    within_m : float
        How near to them, and to the addresses `at`.
    read_around : ndarray, shape (m, 2)
        Points whose surroundings are compared by text.
    at, others : ndarray of str
        UPRNs.
    """

    points: Floats
    within_m: float
    read_around: Floats
    read_within_m: float
    at: Texts
    others: Texts


def prepare_doors(
    addresses: gpd.GeoDataFrame, near: Near | None = None, points: Coordinates | None = None
) -> Doors:
    """Prepare addresses for finding neighbours; a UPRN that comes twice counts once.

    Parameters
    ----------
    addresses : GeoDataFrame
        As `read_addresses` returns them.
    near : Near, optional
        Leave out what cannot matter, before its text is read. A home that is kept has all flats
        of its building.
    points : tuple of ndarray, optional
        The coordinates of the addresses, where these were read.
    """
    frame, index = _one_row_per_uprn(addresses)
    x, y = coordinates(frame) if points is None or frame is not addresses else points
    parents = _parents(frame, index)
    rows = np.arange(len(frame))
    if near is not None:
        rows = _kept(near, index, np.column_stack([x, y]), parents)
    position = np.full(len(frame), -1, dtype=np.int64)
    position[rows] = np.arange(len(rows))
    x, y = x[rows], y[rows]
    parent, parent_at, in_building = _of_rows(parents, rows, position)
    classes, distinct = _factorized(frame, "classification")
    is_parent, lived_in = _lived_in(classes[rows], distinct, parent_at)
    street, house, number = _street_places(frame, rows, parent_at)
    uprn = TextColumn(frame, "uprn", rows)
    building = parent.copy()
    own = np.flatnonzero(is_parent & ~in_building)
    building[own] = reference_keys(uprn[own])
    place = _places(frame, rows, building, in_building | is_parent, street, house, x, y)
    home = lived_in & ~is_parent
    # Whose building is named is a flat, though the file may not say which.
    alone = home & ~in_building & (house >= 0)
    stands = _one_home_each(frame, rows, place, alone, uprn, np.column_stack([x, y]))
    home &= stands == np.arange(len(rows))
    homes = np.flatnonzero(home)
    return Doors(
        frame=frame,
        x=x,
        y=y,
        index=index,
        position=position,
        rows=rows,
        uprn=uprn,
        address=TextColumn(frame, "address", rows),
        number_text=TextColumn(frame, "number", rows),
        street_text=TextColumn(frame, "street", rows),
        area=TextColumn(frame, "area", rows),
        parent=parent,
        lived_in=lived_in & (stands == np.arange(len(rows))),
        home=home,
        unclassified=int(np.array([*(not text for text in distinct), True])[classes].sum()),
        addresses=len(frame),
        repeated=len(addresses) - len(frame),
        street=street,
        house=house,
        number=number,
        place=place,
        stands=stands,
        homes=homes,
    )


def _one_row_per_uprn(addresses: gpd.GeoDataFrame) -> tuple[gpd.GeoDataFrame, UprnIndex]:
    """Keep, of rows that share a UPRN, the one whose text sorts first, whatever their order."""
    index = UprnIndex(addresses["uprn"])
    if not index.repeated.any():
        return addresses, index
    twice = np.isin(index.codes, index.codes[index.repeated])
    repeated = addresses.loc[twice]
    corner = {"x": repeated.geometry.x, "y": repeated.geometry.y, "uprn": index.codes[twice]}
    ordered = repeated[["address"]].assign(**corner).sort_values(["address", "x", "y"])
    dropped = ordered.index[ordered["uprn"].duplicated()]
    kept = addresses[~addresses.index.isin(dropped)]
    return kept, UprnIndex(kept["uprn"])


class _Parents(NamedTuple):
    """The rows that name a parent, its UPRN, and its row (-1 where it has none)."""

    row: Ints
    uprn: Texts
    at: Ints


def _parents(frame: gpd.GeoDataFrame, index: UprnIndex) -> _Parents:
    if "parent_uprn" not in frame.columns:
        return _Parents(*(np.array([], dtype=kind) for kind in (np.int64, object, np.int64)))
    row = np.flatnonzero(frame["parent_uprn"].notna())
    uprn = reference_keys(frame["parent_uprn"].array.take(row))
    at = index.find(uprn)
    named = ~pd.isna(uprn) & (at != row)
    return _Parents(row[named], uprn[named], at[named])


def _of_rows(parents: _Parents, rows: Ints, position: Ints) -> tuple[Texts, Ints, Bools]:
    """Return the parent of each kept row, as UPRN and as position, and which rows have one."""
    uprn, at = np.full(len(rows), None, dtype=object), np.full(len(rows), -1, dtype=np.int64)
    kept = position[parents.row] >= 0
    row = position[parents.row[kept]]
    uprn[row] = parents.uprn[kept]
    at[row] = np.where(parents.at[kept] >= 0, np.append(position, -1)[parents.at[kept]], -1)
    named = np.zeros(len(rows), dtype=bool)
    named[row] = True
    return uprn, at, named


def _kept(near: Near, index: UprnIndex, points: Floats, parents: _Parents) -> Ints:
    """Return the rows that matter, with every flat of a building and the building itself."""
    at, others = index.find(near.at), index.find(near.others)
    centres = np.concatenate([near.points.reshape(-1, 2), points[at[at >= 0]]])
    kept = in_cells_near(points, centres, near.within_m)
    left = np.flatnonzero(~kept)
    kept[left] = in_cells_near(points[left], near.read_around.reshape(-1, 2), near.read_within_m)
    kept[at[at >= 0]] = kept[others[others >= 0]] = True
    if len(parents.row):
        building = pd.factorize(parents.uprn)[0]
        wanted = np.zeros(len(building), dtype=bool)
        wanted[building[kept[parents.row]]] = True
        has_row = parents.at >= 0
        wanted[building[has_row & kept[parents.at]]] = True
        flats = wanted[building]
        kept[parents.row[flats]] = True
        kept[parents.at[flats & has_row]] = True
    return np.flatnonzero(kept)


def in_cells_near(points: Floats, centres: Floats, within_m: float) -> Bools:
    """Find points that may be within a distance of a centre: by square cells, so some are not."""
    if not len(centres) or not len(points):
        return np.zeros(len(points), dtype=bool)
    cell_m = within_m / _CELLS
    steps = np.arange(-_CELLS - 1, _CELLS + 2)
    across, up = (step.ravel() for step in np.meshgrid(steps, steps))
    # A centre and a point may lie anywhere in their cells: the gap between these is what counts.
    gap = np.hypot(np.maximum(np.abs(across) - 1, 0), np.maximum(np.abs(up) - 1, 0))
    disc = gap <= _CELLS + ROUNDING_M
    cells = np.floor(centres / cell_m).astype(np.int64)
    reached = _cell_keys(cells[:, :1] + across[disc], cells[:, 1:] + up[disc])
    own = np.floor(points / cell_m).astype(np.int64)
    return np.asarray(pd.Index(_cell_keys(own[:, 0], own[:, 1])).isin(pd.unique(reached)))


def _cell_keys(column: Ints, row: Ints) -> Ints:
    return np.asarray(column * (1 << 32) + row).ravel()


def _codes(frame: pd.DataFrame, column: str, rows: Ints, read: Callable[[str], str]) -> Ints:
    """Rank the texts of a column, those that read the same alike; -1 where there is none."""
    codes, distinct = _factorized(frame, column, rows)
    keys = np.array([(read(text) or None) if text else None for text in distinct], dtype=object)
    ranks = pd.factorize(keys, sort=True)[0] if len(keys) else keys.astype(np.int64)
    return np.append(ranks, -1)[codes].astype(np.int64)


def _factorized(
    frame: pd.DataFrame, column: str, rows: Ints | None = None
) -> tuple[Ints, list[str | None]]:
    """Return which of the texts of a column some rows have, or all; -1 where there is none."""
    if column not in frame.columns:
        return np.full(len(frame if rows is None else rows), -1, dtype=np.int64), []
    cells = frame[column].array
    codes, distinct = pd.factorize(cells if rows is None else cells.take(rows))
    return np.asarray(codes, dtype=np.int64), stripped(distinct).tolist()


def _lived_in(codes: Ints, distinct: list[str | None], parent_at: Ints) -> tuple[Bools, Bools]:
    """Find the buildings that hold flats, and all that is a home or holds one.

    Rows have the codes of some distinct classifications, -1 for none.
    """
    has_parent = parent_at >= 0

    def said(read: Callable[[str], bool], default: bool) -> Bools:
        values = [*(read(text) if text else default for text in distinct), default]
        return np.array(values, dtype=bool)[codes]

    is_parent = said(says_parent, default=False)
    is_parent[parent_at[has_parent]] = True
    is_home, could_hold = said(says_home, default=True), said(says_parent, default=True)
    lived_in = is_home | (is_parent & could_hold)
    lived_in[parent_at[has_parent & is_home]] = True
    return is_parent, lived_in


def _street_places(frame: pd.DataFrame, rows: Ints, parent_at: Ints) -> tuple[Ints, Ints, Ints]:
    """Assign each address a street and a place in it; a flat stands at its building's number."""
    usrn, name = _codes(frame, "usrn", rows, str), _codes(frame, "street", rows, street_key)
    street = np.where(usrn >= 0, usrn + name.max(initial=-1) + 1, name)
    codes, distinct = _factorized(frame, "number", rows)
    parsed = [parse_houses(text) if text else None for text in distinct]
    ranks = {known: rank for rank, known in enumerate(sorted({h for h in parsed if h}))}
    house = np.array([*(ranks[h] if h else -1 for h in parsed), -1], dtype=np.int64)[codes]
    number = np.array([*(h.first.number if h else 0 for h in parsed), 0], dtype=np.int64)[codes]
    flat = np.flatnonzero(parent_at >= 0)
    at = parent_at[flat]
    known = (street[at] >= 0) & (house[at] >= 0)
    flat, at = flat[known], at[known]
    for values in (street, house, number):
        values[flat] = values[at]
    return street, house, number


def _places(
    frame: pd.DataFrame,
    rows: Ints,
    building: Texts,
    in_building: Bools,
    street: Ints,
    house: Ints,
    x: Floats,
    y: Floats,
) -> Ints:
    """Assign a number to each building: by parent UPRN, else street and number, else point.

    Two villages may both have a 12 High Street: the postcode tells these apart. Flats of a building
    that has a name and no number are together by that.
    """
    place = np.full(len(rows), -1, dtype=np.int64)
    place[in_building] = pd.factorize(building[in_building], sort=True)[0]
    postcode = _codes(frame, "postcode", rows, str)
    name = np.where(
        _codes(frame, "unit", rows, unit_key) >= 0, _codes(frame, "building", rows, street_key), -1
    )
    numbered = (place < 0) & (street >= 0) & (house >= 0)
    named = (place < 0) & ~numbered & (name >= 0) & ((street >= 0) | (postcode >= 0))
    by_point = (place < 0) & ~numbered & ~named
    for chosen, keys in (
        (numbered, lambda: joined_codes(street, house, postcode)),
        (named, lambda: joined_codes(street, name, postcode)),
        (by_point, lambda: x + 1j * y),
    ):
        if chosen.any():
            place[chosen] = place.max() + 1 + _ranked(keys()[chosen])
    return place


def _ranked(keys: npt.NDArray[Any]) -> Ints:
    """Rank keys, those that are equal alike: whole numbers in a close range by counting."""
    if keys.dtype.kind == "i" and keys.min() >= 0 and keys.max() <= _CLOSE * len(keys):
        seen = np.zeros(keys.max() + 1, dtype=bool)
        seen[keys] = True
        return np.asarray((np.cumsum(seen) - 1)[keys])
    return np.asarray(np.unique(keys, return_inverse=True)[1])


def joined_codes(*codes: Ints) -> Ints:
    """Return one code for each combination of several, which begin at -1."""
    joined = np.zeros(len(codes[0]), dtype=np.int64)
    for code in codes:
        joined = joined * (code.max(initial=-1) + 2) + code + 1
    return joined


def _one_home_each(
    frame: pd.DataFrame, rows: Ints, place: Ints, home: Bools, uprn: TextColumn, points: Floats
) -> Ints:
    """Return for each row which stands for it: a home listed under two UPRNs is one home.

    It is one where building, flat and name are the same, a few metres apart at most.
    """
    stands = np.arange(len(rows))
    at = np.flatnonzero(home)
    at = at[(np.bincount(place[at]) > 1)[place[at]]]
    names = [
        _codes(frame, column, rows[at], street_key) for column in ("unit", "building", "number")
    ]
    if not {"unit", "building"} & set(frame.columns):
        names.append(_codes(frame, "address", rows[at], _home_within_building))
    same = pd.Series(joined_codes(place[at], *names), index=at)
    for pair in same[same.duplicated(keep=False)].groupby(same).groups.values():
        # Of three or more rows that read the same each is a flat that the file does not name.
        if len(pair) == 2 and np.hypot(*np.diff(points[pair], axis=0)[0]) <= ONE_HOME_WITHIN_M:
            # The least number stands: the order of the rows decides nothing.
            keys = [(len(key), key) for key in reference_keys(uprn[pair])]
            first, other = sorted(range(2), key=keys.__getitem__)
            stands[pair[other]] = pair[first]
    return stands


def _home_within_building(text: str) -> str:
    """Return what tells an address from the others of its building: the flat, or a name."""
    address = parse_address(text)
    return f"{unit_key(address.unit)}|{street_key(address.building)}"
