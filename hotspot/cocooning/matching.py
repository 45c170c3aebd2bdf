"""Burglaries made ready: what counts as one, and which address each of them belongs to."""

from collections.abc import Iterable
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd

from hotspot.addresses.address_matching import (
    BY_BUILDING,
    BY_TEXT,
    BY_UPRN,
    UNMATCHED,
    Reading,
    contradicts,
    narrowed,
    on_street,
    read_text,
    same_door,
)
from hotspot.addresses.flats import natural_key
from hotspot.cocooning.doors import ROUNDING_M, Bools, Doors, Floats, Ints
from hotspot.cocooning.text_columns import texts
from hotspot.dates import end_of_day
from hotspot.incidents.content_order import content_order
from hotspot.near_repeat.events import opens_event
from hotspot.reading.cells import reference_keys

# A point put on a house by hand is off by a frontage or two; farther off the nearest home is a
# guess that would send officers to a stranger.
MATCH_WITHIN_M = 25.0
# A text is surer than a point, but the next village may have a 12 High Street, too.
SAME_TEXT_WITHIN_M = 100.0

_TEXTS = ("crime_ref", "uprn", "force", "address", "area")
# By what a reference without UPRN is the same as another.
_SAME = ("crime_ref", "uprn", "force", "address")

_NONE = np.array([], dtype=np.int64)

# How a burglary found its address.
BY_PLACE = "place"


def rows_in_order(incidents: gpd.GeoDataFrame, doors: Doors) -> pd.DataFrame:
    """Return what a list asks of each incident, in the order in which events are joined.

    The order of a row among others turns on none of these, so those of a past day are some of the
    rows of today, as they stand.

    Returns
    -------
    DataFrame
        By home and beginning: the texts, window and point of each incident, what
        `match_addresses` tells of it, its position in ``row``, a number for its home in ``home``
        (-1 for none) and the rank of its reference in ``rank``.
    """
    matched = match_addresses(incidents, doors)
    rows = pd.DataFrame(
        {
            **{name: pd.Series(texts(incidents, name), dtype=object) for name in _TEXTS},
            **{name: matched[name].to_numpy() for name in matched.columns},
            "occurred_from": incidents["occurred_from"].to_numpy(),
            "occurred_to": incidents["occurred_to"].to_numpy(),
            "recorded": _recorded(incidents),
            "x": incidents.geometry.x.to_numpy(),
            "y": incidents.geometry.y.to_numpy(),
        }
    )
    rows["row"] = np.arange(len(rows))
    rows["home"] = pd.factorize(reference_keys(rows["uprn"]), sort=True)[0]
    rows["rank"] = pd.factorize(rows["crime_ref"], sort=True)[0]
    rows = rows.iloc[content_order(rows.drop(columns=["row", "home", "rank"]))]
    keys = (rows[name].to_numpy() for name in ("y", "x", "rank", "occurred_from", "home"))
    *within, home = keys
    rows = rows.iloc[np.lexsort((*within, np.where(home < 0, len(rows), home)))]
    rows = rows.reset_index(drop=True)
    return rows


def events_of(rows: pd.DataFrame) -> pd.DataFrame:
    """Join the references of one event and find the address of each event.

    The event ends when the last of its windows ends, and was recorded when the first of its
    references was. Its leading reference is that whose window began first, as in the rule.

    Parameters
    ----------
    rows : DataFrame
        Those of `rows_in_order`, or some of them in that order.

    Returns
    -------
    DataFrame
        A row per event in order of time: ``refs`` (tuple, the leading one first), ``force``,
        ``ended``, ``recorded``, ``x``, ``y``, ``address``, ``area``; ``door`` (position in
        `doors`, -1 for none), ``how`` it was matched and ``off_m``, how far from the point;
        ``known``, when it was recorded, where that is missing when it ended; ``began``, from when
        the time to act counts, and ``first_ref``, the reference that was
        known first: others that join later do not change it.
    """
    rows = rows[~_repeated(rows, rows["x"], rows["y"])]
    first = opens_event(
        *(rows[name].to_numpy() for name in ("home", "occurred_from", "occurred_to"))
    )
    begins = np.flatnonzero(first)
    events = rows.iloc[begins].reset_index(drop=True)
    every, ends = rows["crime_ref"].tolist(), [*begins.tolist()[1:], len(rows)]
    refs = [
        tuple(dict.fromkeys(every[begin:end]))
        for begin, end in zip(begins.tolist(), ends, strict=False)
    ]
    events["refs"] = pd.Series(refs, dtype=object)
    if len(rows):
        # Each event is a run of rows; of dates that are missing one that is none counts.
        events["ended"] = np.maximum.reduceat(rows["occurred_to"].to_numpy(), begins)
        events["recorded"] = np.fmin.reduceat(rows["recorded"].to_numpy(), begins)
    else:
        events["ended"] = rows["occurred_to"].to_numpy()
    events["known"] = events["recorded"].fillna(events["ended"])
    events["began"] = when_known(events["known"])
    events["first_ref"] = _known_first(rows, np.cumsum(first) - 1, events["crime_ref"])
    events = events.iloc[np.lexsort((events["rank"], events["ended"]))].reset_index(drop=True)
    joined = ["crime_ref", "uprn", "occurred_from", "occurred_to", "row", "home", "rank"]
    return events.drop(columns=joined)


def _known_first(rows: pd.DataFrame, event: Ints, leading: pd.Series) -> pd.Series:
    """Return for each event the reference that was known first, of several the lesser."""
    several = np.bincount(event)[event] > 1
    told = rows[several]
    known = told["recorded"].fillna(told["occurred_to"])
    by_knowledge = told.assign(event=event[several], known=known).sort_values(["known", "rank"])
    known_first = leading.copy()
    its = by_knowledge.drop_duplicates("event")
    known_first.iloc[its["event"].to_numpy()] = its["crime_ref"].to_numpy()
    return known_first


def repeated_references(incidents: pd.DataFrame, x: Any, y: Any) -> Bools:
    """Find the rows without UPRN that repeat a reference and an address, or else a place.

    At a UPRN they are joined by their windows, as any references are.
    """
    if not pd.isna(texts(incidents, "uprn")).any():
        return np.zeros(len(incidents), dtype=bool)
    return _repeated(pd.DataFrame({name: texts(incidents, name) for name in _SAME}), x, y)


def _repeated(rows: pd.DataFrame, x: Any, y: Any) -> Bools:
    """Do what `repeated_references` does, of rows whose texts are stripped."""
    # Those with a UPRN are none, and none of the others repeats one of these.
    without = rows["uprn"].isna().to_numpy()
    keys = rows.loc[without, list(_SAME)]
    nameless = keys["address"].isna().to_numpy()
    for name, values in (("x", x), ("y", y)):
        keys[name] = np.where(nameless, np.round(np.asarray(values)[without]), 0.0)
    repeated = np.zeros(len(rows), dtype=bool)
    repeated[without] = keys.duplicated()
    return repeated


def when_known(moments: "pd.Series[pd.Timestamp]") -> "pd.Series[pd.Timestamp]":
    """Replace a day without a time by its end: an officer counts 24 hours from no midnight."""
    return moments.where(moments != moments.dt.normalize(), end_of_day(moments))


def _recorded(incidents: gpd.GeoDataFrame) -> npt.NDArray[np.datetime64]:
    if "recorded_at" in incidents.columns:
        return np.asarray(incidents["recorded_at"])
    return np.full(len(incidents), np.datetime64("NaT", "us"))


def match_addresses(incidents: gpd.GeoDataFrame, doors: Doors) -> pd.DataFrame:
    """Find the address of each incident: by UPRN, else by its text, else by its place.

    What one row is matched to turns on no other row, and no place goes before what was told: a
    door with another number than that of the text is not the one.

    Returns
    -------
    DataFrame, on the index of `incidents`
        ``door`` (position in `doors`, -1 for none), ``how`` and ``off_m``.
    """
    points = np.column_stack([incidents.geometry.x, incidents.geometry.y])
    address = texts(incidents, "address")
    door = doors.find(texts(incidents, "uprn"))
    how = np.where(door >= 0, BY_UPRN, UNMATCHED).astype(object)
    left = np.flatnonzero(door < 0)
    keys = list(zip(address[left], *points[left].T.tolist(), strict=True))
    _match_told([key for key in dict.fromkeys(keys) if key not in doors.matches], doors)
    for row, key in zip(left, keys, strict=True):
        door[row], how[row] = doors.matches[key]
    # A UPRN may be that of the block: its flats are homes, itself is no door.
    building = np.append(doors.lived_in & ~doors.home, False)
    how[building[door]] = BY_BUILDING
    # One more entry, for what matched nothing: so far off is no number.
    x, y = np.append(doors.x, np.nan)[door], np.append(doors.y, np.nan)[door]
    off_m = np.hypot(x - points[:, 0], y - points[:, 1])
    return pd.DataFrame({"door": door, "how": how, "off_m": off_m}, index=incidents.index)


def _match_told(keys: list[tuple[str | None, float, float]], doors: Doors) -> None:
    """Find what each text and point means, and keep it with the doors: many lists ask for it."""
    told_of = [read_text(text or "") for text, *_ in keys]
    points = np.array([point for _, *point in keys], dtype=float).reshape(-1, 2)
    around, homes = _around(points, doors)
    # A text is read only near a burglary that has one: of a city's addresses a few thousand.
    near = [at for told, at in zip(told_of, around, strict=True) if told.text]
    read = doors.readings(np.unique(np.concatenate([*near, _NONE])))
    for key, told, addresses, nearest in zip(keys, told_of, around, homes, strict=True):
        match = _by_text(told, addresses, read, doors)
        doors.matches[key] = match or _by_place(told, nearest, read, doors)


def _around(points: Floats, doors: Doors) -> tuple[list[Ints], list[Ints]]:
    """Return the addresses near enough to each point to be meant by a text, shops too.

    And the homes near enough to be meant by the point alone, the nearest first.
    """
    x, y = points.T
    start, at = doors.near.addresses(x, y, SAME_TEXT_WITHIN_M + ROUNDING_M)
    asked = np.repeat(np.arange(len(points)), np.diff(start))
    dx, dy = doors.x[at] - x[asked], doors.y[at] - y[asked]
    off_m = np.round(np.hypot(dx, dy), 2)
    meant = off_m <= SAME_TEXT_WITHIN_M
    homes = np.flatnonzero(doors.home[at] & (off_m <= MATCH_WITHIN_M))
    # Of homes equally far the more western, then southern: never the first row of the file.
    keys = (doors.place[at], dy, dx, off_m, asked)
    homes = homes[np.lexsort([key[homes] for key in keys])]
    return (
        _split(at[meant], asked[meant], len(points)),
        _split(at[homes], asked[homes], len(points)),
    )


def _split(values: Ints, of: Ints, number: int) -> list[Ints]:
    """Split values that stand in order of what they are of into an array for each."""
    ends = np.cumsum(np.bincount(of, minlength=number)).tolist()
    return [values[begin:end] for begin, end in zip([0, *ends], ends, strict=False)]


def _by_text(
    told: Reading, addresses: Ints, read: dict[int, Reading], doors: Doors
) -> tuple[int, str] | None:
    """Find the one address nearby that reads the same, or has the same number and street."""
    if not told.text:
        return None
    # Another row of the same home is no second home.
    same = {int(doors.stands[at]) for at in addresses.tolist() if same_door(told, read[at])}
    best = narrowed(told, sorted(same), read)
    if len(best) == 1:
        return best[0], BY_TEXT
    building = _building(best, doors)
    return None if building < 0 else (building, BY_BUILDING)


def _by_place(
    told: Reading, homes: Ints, read: dict[int, Reading], doors: Doors
) -> tuple[int, str]:
    """Choose the nearest home, on the street that is told if one is there.

    Of several homes in one building none can be told from the others, so it is the building.
    """
    if told.text:
        homes = np.array([at for at in homes if not contradicts(told, read[at])], dtype=np.int64)
    if not len(homes):
        return -1, UNMATCHED
    told_street = [home for home in homes if told.text and on_street(told, read[home])]
    nearest = (told_street or homes)[0]
    flats = homes[doors.place[homes] == doors.place[nearest]]
    if len(flats) == 1:
        return int(nearest), BY_PLACE
    building = _building(flats, doors)
    return building, UNMATCHED if building < 0 else BY_BUILDING


def _building(flats: Iterable[int], doors: Doors) -> int:
    """Find the building that some flats share: its parent, else the first of the flats.

    The parent may be among them; -1 where they do not share one.
    """
    parents = {
        doors.uprn[flat] if doors.parent[flat] is None else doors.parent[flat] for flat in flats
    }
    if len(parents) == 1:
        found = int(doors.find(np.array(list(parents), dtype=object))[0])
        if found >= 0:
            return found
    homes = [flat for flat in flats if doors.home[flat]]
    if len(homes) < 2 or len({doors.place[flat] for flat in homes}) > 1:
        return -1
    if max(np.ptp(doors.x[homes]), np.ptp(doors.y[homes])) > MATCH_WITHIN_M:
        return -1
    return int(min(homes, key=lambda flat: flat_order(doors, flat)))


def flat_order(doors: Doors, flat: int) -> tuple[Any, ...]:
    """Return the place of a flat in its building: as flats are counted, then by UPRN."""
    return natural_key(doors.address[flat] or ""), doors.uprn[flat]


def flats_in_order(doors: Doors, place: int) -> list[int]:
    """Return the homes of a building as flats are counted: found once, whatever lists ask."""
    if place not in doors.flats:
        homes = doors.homes_at(place).tolist()
        if len(homes) > 1:
            homes.sort(key=lambda home: flat_order(doors, home))
        doors.flats[place] = homes
    return doors.flats[place]


def first_flats(doors: Doors, homes: Ints) -> Ints:
    """Return the first flat of the building of each home, itself where none is known there."""
    number, alone = doors.homes_of(homes)
    first = np.where(number == 1, alone, homes)
    for nth in np.flatnonzero(number > 1):
        first[nth] = flats_in_order(doors, int(doors.place[homes[nth]]))[0]
    return first
