"""The order in which doors are walked, and the number that each has by it on everything printed."""

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
import pandas as pd

from hotspot.addresses.address_words import text_key
from hotspot.addresses.flats import natural_key
from hotspot.addresses.house_numbers import House, parse_house
from hotspot.cocooning.doors import Floats, Ints
from hotspot.geo import NO_AREA
from hotspot.output.text import clean_text

_AFTER_ALL_NUMBERS = House(10**6, "")


def listed_areas(areas: "pd.Series[Any]") -> "pd.Series[str]":
    """Return the area under which each home is listed: its name as printed, or that it has none.

    Parameters
    ----------
    areas : Series
        Names; missing where a home is in no area.

    Returns
    -------
    Series of str

    Examples
    --------
    >>> listed_areas(pd.Series(["North", None])).tolist()
    ['North', 'No area']
    """
    codes, names = pd.factorize(areas)
    # One more entry, for a home in none.
    listed = np.array([*(clean_text(str(name)) for name in names), NO_AREA], dtype=object)
    return pd.Series(listed[codes], index=areas.index, dtype=object)


def areas_in_order(areas: Iterable[str]) -> list[str]:
    """Return each area once, by name as people order them; those without one last."""
    return sorted(set(areas), key=_area_order)


def walking_order(rows: pd.DataFrame) -> list[int]:
    """Return the positions of doors as they are walked, area by area.

    Doors are in house order along each street; the street that begins nearest to where the last
    one ended is next. Doors without a street come last. The order of the rows decides nothing.

    Parameters
    ----------
    rows : DataFrame
        ``area`` as `listed_areas` returns it, ``street``, ``house_number``, ``address``,
        ``visit_id``, ``x``, ``y``.

    Returns
    -------
    list of int
    """
    area = _ranks(rows["area"], lambda name: _area_order(name or NO_AREA))
    order = _in_house_order(rows, area)
    walked = rows.iloc[order]
    places = walked[["x", "y"]].fillna(0.0).to_numpy(dtype=float)
    street = pd.factorize(walked["street"])[0].astype(np.int64)
    return list(map(int, order[_street_after_street(area[order], street, places)]))


def walking_numbers(rows: pd.DataFrame) -> "pd.Series[int]":
    """Return the number of each door: from 1 in its area, in the order in which doors are walked.

    Parameters
    ----------
    rows : DataFrame
        As of `walking_order`.

    Returns
    -------
    Series of int

    Examples
    --------
    >>> rows = pd.DataFrame({"area": "Harbour", "street": "Mill Lane",
    ...     "house_number": ["12", "2", None], "address": ["12 Mill Lane", "2 Mill Lane", "Mill"],
    ...     "visit_id": ["V-A", "V-B", "V-C"], "x": [5.0, 1.0, 9.0], "y": 0.0})
    >>> walking_numbers(rows).tolist()
    [2, 1, 3]
    """
    walked = rows["area"].iloc[walking_order(rows)]
    number = walked.groupby(walked).cumcount() + 1
    return number.reindex(rows.index).astype("int64")


def _ranks(values: "pd.Series[Any]", key: Callable[[Any], Any]) -> Ints:
    """Rank the texts of a column by a key, None for what is missing; those of one key are alike."""
    codes, texts = pd.factorize(values)
    keys = [key(text) for text in (*texts, None)]
    rank = {each: nth for nth, each in enumerate(sorted(set(keys)))}
    return np.array([rank[each] for each in keys], dtype=np.int64)[codes]


def _in_house_order(rows: pd.DataFrame, area: Ints) -> Ints:
    """Order by area, street, house number, then the flats of one house."""
    street = _ranks(rows["street"], lambda text: (text is None, text_key(text or "")))
    house = _ranks(rows["house_number"], lambda text: parse_house(text or "") or _AFTER_ALL_NUMBERS)
    # The flats of a house are few: how people count is worked out for them alone.
    shared = pd.DataFrame({"area": area, "street": street, "house": house}).duplicated(keep=False)
    at = np.flatnonzero(shared)
    flats = rows[["address", "visit_id"]].iloc[at].itertuples(index=False, name=None)
    keys = [(natural_key(address or ""), visit_id) for address, visit_id in flats]
    flat = np.zeros(len(rows), dtype=np.int64)
    flat[at[sorted(range(len(at)), key=keys.__getitem__)]] = np.arange(len(at))
    return np.lexsort((flat, house, street, area)).astype(np.int64)


def _street_after_street(area: Ints, street: Ints, places: Floats) -> Ints:
    """Order the streets of each area as on a walk; doors without a street come last.

    Parameters
    ----------
    area, street : ndarray of int64
        Of doors in house order; a street of -1 is none.
    places : ndarray of float64, shape (n, 2)
    """
    order: list[Ints] = []
    for rows in _runs_of(area):
        named = rows[street[rows] >= 0]
        streets = _runs_of(street[named], named)
        starts = places[[doors[0] for doors in streets]] if streets else places[:0]
        left = np.ones(len(streets), dtype=bool)
        here = starts[:1]
        for _ in streets:
            away = np.where(left, np.hypot(*(starts - here).T), np.inf)
            nearest = int(np.argmin(away))
            left[nearest] = False
            order.append(streets[nearest])
            here = places[streets[nearest][-1:]]
        order.append(rows[street[rows] < 0])
    return np.concatenate(order) if order else np.array([], dtype=np.int64)


def _runs_of(codes: Ints, positions: Ints | None = None) -> list[Ints]:
    """Split positions by their codes, in the order in which these come first."""
    at = np.arange(len(codes)) if positions is None else positions
    if not len(at):
        return []
    nth = pd.factorize(codes)[0]
    by_code = np.argsort(nth, kind="stable")
    return np.split(at[by_code], np.flatnonzero(np.diff(nth[by_code])) + 1)


def _area_order(name: str) -> tuple[Any, ...]:
    # By the name itself in the end: the files of "A/B" and "A-B" are called alike in each run.
    return name == NO_AREA, natural_key(name), name


def times_by_street(rows: pd.DataFrame) -> pd.DataFrame:
    """Return by when a team calls at each door: the doors of a street at one time, the earliest.

    A burgled home is asked for sooner than its neighbours: a time of its own would point at it.

    Parameters
    ----------
    rows : DataFrame
        With ``visit_id``, ``area``, ``act_by`` and, where known, ``street`` and ``overdue``.

    Returns
    -------
    DataFrame, on the index of `rows`
        ``visit_by`` and ``visit_overdue`` (bool).

    Examples
    --------
    >>> rows = pd.DataFrame({
    ...     "visit_id": ["V-A", "V-B"], "area": "West", "street": "Mill Lane",
    ...     "act_by": pd.to_datetime(["2026-03-04 19:00", "2026-03-06 17:00"])})
    >>> times_by_street(rows)["visit_by"].dt.day.tolist()
    [4, 4]
    """
    # What stands on no known street is a call of its own.
    street = rows["visit_id"].astype(str)
    if "street" in rows.columns:
        street = rows["street"].astype(object).where(rows["street"].notna(), street)
    keys = [listed_areas(rows["area"]).to_numpy(), street.to_numpy()]
    overdue = pd.Series(False, index=rows.index)
    if "overdue" in rows.columns:
        overdue = (rows["overdue"] == "overdue").astype(bool)
    return pd.DataFrame(
        {
            "visit_by": pd.to_datetime(rows["act_by"]).groupby(keys).transform("min"),
            "visit_overdue": overdue.groupby(keys).transform("any").astype(bool),
        }
    )
