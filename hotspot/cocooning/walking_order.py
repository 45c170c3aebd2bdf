"""The order in which doors are walked, and the number that each has by it on everything printed."""

from collections.abc import Iterable
from typing import Any

import numpy as np
import pandas as pd

from hotspot.addresses.address_words import text_key
from hotspot.addresses.flats import natural_key
from hotspot.addresses.house_numbers import House, parse_house
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
    names = [NO_AREA if pd.isna(area) else clean_text(str(area)) for area in areas]
    return pd.Series(names, index=areas.index, dtype=object)


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
    keys = [_house_order(row) for row in rows.itertuples(index=False)]
    order = sorted(range(len(rows)), key=keys.__getitem__)
    walked = rows.iloc[order].assign(position=order).reset_index(drop=True)
    return walked["position"].iloc[_street_after_street(walked)].tolist()


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


def _street_after_street(rows: pd.DataFrame) -> list[int]:
    """Order the streets of each area as on a walk; doors without a street come last."""
    order: list[int] = []
    places = rows[["x", "y"]].fillna(0.0).to_numpy(dtype=float)
    for _, area in rows.groupby("area", sort=False):
        named = area[area["street"].notna()]
        left = [list(doors.index) for _, doors in named.groupby("street", sort=False)]
        while left:
            here = places[order[-1]] if order and order[-1] in named.index else places[left[0][0]]
            away = [np.hypot(*(places[doors[0]] - here)) for doors in left]
            order += left.pop(int(np.argmin(away)))
        order += list(area.index[area["street"].isna()])
    return order


def _area_order(name: str) -> tuple[Any, ...]:
    # By the name itself in the end: the files of "A/B" and "A-B" are called alike in each run.
    return name == NO_AREA, natural_key(name), name


def _house_order(row: Any) -> tuple[Any, ...]:
    """Order by area, street, house number, then the flats of one house."""
    house = None if pd.isna(row.house_number) else parse_house(row.house_number)
    street = None if pd.isna(row.street) else row.street
    return (
        _area_order(row.area),
        street is None,
        text_key(street or ""),
        house or _AFTER_ALL_NUMBERS,
        natural_key(row.address or ""),
        row.visit_id,
    )


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
