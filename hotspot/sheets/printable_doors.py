"""Target rows made ready for print: clean text, house order, words for the rings."""

from collections.abc import Iterable, Sequence
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from hotspot.addresses.address_words import text_key
from hotspot.addresses.flats import natural_key
from hotspot.addresses.house_numbers import House, parse_house
from hotspot.geo import NO_AREA
from hotspot.output.text import clean_text
from hotspot.rule import RINGS, AgeBands

NEEDED = (
    "visit_id", "uprn", "address", "ring", "reason", "act_by", "expires", "area", "crime_refs",
)  # fmt: skip
# What other makers of lists may leave out.
_MAY_LACK = {
    "uprns": None,
    "number": None,
    "street": None,
    "door_note": None,
    "task": "visit",
    "attempt": 1,
    "tier": None,
    "overdue": "",
    "burglaries_12m": None,
    "distance_m": None,
    "newest": pd.NaT,
}
_AFTER_ALL_NUMBERS = House(10**6, "")


def printable_rows(targets: gpd.GeoDataFrame) -> pd.DataFrame:
    """Clean every text, order the doors as on a round, and number them.

    Doors are in house order along each street; the street that begins nearest to where the last
    one ended is next. The numbers, in ``stop``, begin at 1 in each area.
    """
    rows = pd.DataFrame(targets.drop(columns=targets.geometry.name))
    rows["x"], rows["y"] = targets.geometry.x.round(1), targets.geometry.y.round(1)
    for name, missing in _MAY_LACK.items():
        if name not in rows.columns:
            rows[name] = missing
    for column in rows.select_dtypes(exclude=["number", "bool", "datetime"]):
        texts = [None if pd.isna(text) else clean_text(str(text)) for text in rows[column]]
        rows[column] = pd.Series(texts, index=rows.index, dtype=object)
    rows["area"] = listed_areas(targets["area"])
    # Another maker's list may count rings beyond ours.
    rows["door"] = [RINGS[min(max(int(ring), 0), len(RINGS) - 1)].label for ring in rows["ring"]]
    keys = [_house_order(row) for row in rows.itertuples()]
    order = sorted(range(len(rows)), key=keys.__getitem__)
    rows = _street_after_street(rows.iloc[order].reset_index(drop=True))
    return rows.assign(stop=rows.groupby("area").cumcount() + 1)


def with_ages(
    rows: pd.DataFrame, last_moment: pd.Timestamp | None, edges_days: Sequence[int]
) -> pd.DataFrame:
    """Add how old the burglary that leads each row is: ``age`` in words, ``age_band`` from 0.

    Where that is not known, or beyond the last edge, ``age`` is empty and ``age_band`` is -1.
    """
    if last_moment is None or not edges_days:
        return rows.assign(age="", age_band=-1)
    # An empty list may have lost what kind of column it was.
    newest = pd.to_datetime(rows["newest"])
    days = (last_moment.normalize() - newest.dt.normalize()).dt.days
    bands = AgeBands(tuple(edges_days))
    band = bands.of(days)
    # Band -1, of what is not known or older, is the last: it has no words.
    return rows.assign(age=[*map([*bands.labels, ""].__getitem__, band)], age_band=band)


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


def _street_after_street(rows: pd.DataFrame) -> pd.DataFrame:
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
    return rows.loc[order].reset_index(drop=True)


def _area_order(name: str) -> tuple[Any, ...]:
    # By the name itself in the end: the files of "A/B" and "A-B" are called alike in each run.
    return name == NO_AREA, natural_key(name), name


def _house_order(row: Any) -> tuple[Any, ...]:
    """Order by area, street, house number, then the flats of one house."""
    house = None if row.number is None else parse_house(row.number)
    return (
        _area_order(row.area),
        row.street is None,
        text_key(row.street or ""),
        house or _AFTER_ALL_NUMBERS,
        natural_key(row.address or ""),
        row.visit_id,
    )
