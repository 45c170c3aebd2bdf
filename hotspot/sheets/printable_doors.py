"""Target rows made ready for print: clean text, house order, words for the rings."""

import re
from collections.abc import Iterator, Sequence
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from hotspot.addresses.house_numbers import House, parse_house, text_key
from hotspot.output.text import clean_text

NO_AREA = "No area"
RING_WORDS = ("Burgled home", "Next door", "Opposite or behind", "Nearby")
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
    """Clean every text, put the doors in the order of a round, and number them.

    Doors are in house order along each street; the street that begins nearest to where the last
    one ended is next. The numbers, in ``stop``, begin at 1 in each area.
    """
    rows = pd.DataFrame(targets.drop(columns=targets.geometry.name))
    rows["x"], rows["y"] = targets.geometry.x.round(1), targets.geometry.y.round(1)
    for name, missing in _MAY_LACK.items():
        if name not in rows.columns:
            rows[name] = missing
    for name in rows.columns:
        if not pd.api.types.is_numeric_dtype(rows[name]) and not pd.api.types.is_datetime64_dtype(
            rows[name]
        ):
            texts = [None if pd.isna(text) else clean_text(str(text)) for text in rows[name]]
            rows[name] = pd.Series(texts, index=rows.index, dtype=object)
    rows["area"] = rows["area"].where(rows["area"].notna(), NO_AREA)
    rows["door"] = [RING_WORDS[min(max(int(ring), 0), 3)] for ring in rows["ring"]]
    keys = [_house_order(row) for row in rows.itertuples()]
    order = sorted(range(len(rows)), key=keys.__getitem__)
    rows = _street_after_street(rows.iloc[order].reset_index(drop=True))
    return rows.assign(stop=rows.groupby("area").cumcount() + 1)


def with_ages(
    rows: pd.DataFrame, last_moment: pd.Timestamp | None, edges_days: Sequence[int]
) -> pd.DataFrame:
    """Say how old the burglary that leads each row is: ``age`` in words, ``age_band`` from 0.

    Where that is not known, or beyond the last edge, ``age`` is empty and ``age_band`` is -1.
    """
    if last_moment is None or not edges_days:
        return rows.assign(age="", age_band=-1)
    # An empty list may have lost what kind of column it was.
    newest = pd.to_datetime(rows["newest"])
    days = (last_moment.normalize() - newest.dt.normalize()).dt.days
    band = np.searchsorted(np.asarray(edges_days), days.fillna(np.inf))
    band = np.where((band < len(edges_days)) & (days >= 0), band, -1)
    starts = [0, *(edge + 1 for edge in edges_days[:-1])]
    words = [f"{start}-{end} days" for start, end in zip(starts, edges_days, strict=True)]
    return rows.assign(age=[*map([*words, ""].__getitem__, band)], age_band=band)


def per_area(rows: pd.DataFrame) -> Iterator[tuple[str, pd.DataFrame]]:
    """Give the rows of each area, the areas by name and those without one last."""
    for name in areas_in_order(rows["area"]):
        yield name, rows[rows["area"] == name]


def areas_in_order(areas: "pd.Series[str]") -> list[str]:
    """Give each area once, by name as people order them; those without one last."""
    return sorted(areas.unique(), key=_area_order)


def natural(text: str) -> tuple[tuple[bool, int, str], ...]:
    """Order text with numbers in it as people do: Flat 2 before Flat 10."""
    return tuple(
        (part.isdecimal(), int(part) if part.isdecimal() else 0, part)
        for part in re.split(r"([0-9]+)", text_key(text))
    )


def _street_after_street(rows: pd.DataFrame) -> pd.DataFrame:
    """Put the streets of each area in the order of a walk; doors without a street come last."""
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
    return name == NO_AREA, *natural(name)


def _house_order(row: Any) -> tuple[Any, ...]:
    """Order by area, street, house number, then the flats of one house."""
    house = None if row.number is None else parse_house(row.number)
    return (
        _area_order(row.area),
        row.street is None,
        text_key(row.street or ""),
        house or _AFTER_ALL_NUMBERS,
        natural(row.address or ""),
        row.visit_id,
    )
