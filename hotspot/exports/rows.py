"""Target rows made ready for print: clean text, house order, words for the rings."""

import re
from collections.abc import Iterator
from typing import Any

import geopandas as gpd
import pandas as pd

from hotspot.addresses.house_numbers import House, parse_house, text_key
from hotspot.exports.text import clean_text

NO_AREA = "No area"
RING_WORDS = ("Burgled home", "Next door", "Opposite or behind", "Nearby")
NEEDED = (
    "visit_id", "uprn", "address", "ring", "reason", "act_by", "expires", "area", "crime_refs",
)  # fmt: skip
# What other makers of lists may leave out.
_MAY_LACK = {
    "number": None,
    "street": None,
    "door_note": None,
    "burglaries_12m": None,
    "distance_m": None,
    "newest": pd.NaT,
}
_AFTER_ALL_NUMBERS = House(10**6, "")


def printable_rows(targets: gpd.GeoDataFrame) -> pd.DataFrame:
    """Clean every text and put the doors in house order along the streets of each area."""
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
    return rows.iloc[order].reset_index(drop=True)


def per_area(rows: pd.DataFrame) -> Iterator[tuple[str, pd.DataFrame]]:
    """Give the rows of each area, the areas by name and those without one last."""
    names = sorted(rows["area"].unique(), key=_area_order)
    for name in names:
        yield name, rows[rows["area"] == name]


def _area_order(name: str) -> tuple[Any, ...]:
    return name == NO_AREA, *_natural(name)


def _house_order(row: Any) -> tuple[Any, ...]:
    """Order by area, street, house number, then the flats of one house."""
    house = None if row.number is None else parse_house(row.number)
    return (
        _area_order(row.area),
        row.street is None,
        text_key(row.street or ""),
        house or _AFTER_ALL_NUMBERS,
        _natural(row.address or ""),
        row.visit_id,
    )


def _natural(text: str) -> tuple[tuple[bool, int, str], ...]:
    """Order text with numbers in it as people do: Flat 2 before Flat 10."""
    return tuple(
        (part.isdecimal(), int(part) if part.isdecimal() else 0, part)
        for part in re.split(r"([0-9]+)", text_key(text))
    )
