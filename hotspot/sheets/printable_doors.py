"""Target rows made ready for print: clean text, house order, words for the rings."""

from collections.abc import Sequence

import geopandas as gpd
import pandas as pd

from hotspot.cocooning.walking_order import (
    areas_in_order,
    listed_areas,
    times_by_street,
    walking_numbers,
    walking_order,
)
from hotspot.output.text import clean_text
from hotspot.rule import RINGS, AgeBands

NEEDED = (
    "visit_id", "uprn", "address", "ring", "reason", "act_by", "expires", "area", "crime_refs",
)  # fmt: skip
# What other makers of lists may leave out.
_MAY_LACK = {
    "uprns": None,
    "house_number": None,
    "street": None,
    "at_the_door": None,
    "task": "visit",
    "attempt": 1,
    "tier": None,
    "overdue": "",
    "burglaries_12m": None,
    "distance_m": None,
    "newest": pd.NaT,
}


def printable_rows(targets: gpd.GeoDataFrame) -> pd.DataFrame:
    """Clean every text, order the doors as they are walked, and number them in ``stop``.

    Where the list numbers its doors they keep their numbers, on whatever part of it they are
    printed.
    """
    rows = pd.DataFrame(targets.drop(columns=targets.geometry.name))
    # Pandas copies them whole with every column and part that is taken.
    rows.attrs = {}
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
    rows = rows.iloc[walking_order(rows)].reset_index(drop=True)
    if not _numbered(rows):
        rows = rows.assign(number=walking_numbers(rows))
    rows = rows.join(times_by_street(rows))
    areas = {area: nth for nth, area in enumerate(areas_in_order(rows["area"]))}
    rows = rows.assign(stop=rows["number"].astype("int64"), turn=rows["area"].map(areas))
    return rows.sort_values(["turn", "stop"], ignore_index=True).drop(columns="turn")


def _numbered(rows: pd.DataFrame) -> bool:
    """Return whether each door has a number of its own in its area."""
    known = "number" in rows.columns and pd.api.types.is_integer_dtype(rows["number"])
    return known and not rows.duplicated(["area", "number"]).any()


def with_ages(
    rows: pd.DataFrame, last_moment: pd.Timestamp | None, edges_days: Sequence[int]
) -> pd.DataFrame:
    """Add how old the burglary that leads each row is: ``age_band`` from 0.

    Where that is not known, or beyond the last edge, it is -1.
    """
    if last_moment is None or not edges_days:
        return rows.assign(age_band=-1)
    # An empty list may have lost what kind of column it was.
    newest = pd.to_datetime(rows["newest"])
    days = (last_moment.normalize() - newest.dt.normalize()).dt.days
    return rows.assign(age_band=AgeBands(tuple(edges_days)).of(days))
