"""From a plan to the frames of its lists: doors to visit, homes that get a message, and links."""

from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from hotspot.cocooning.doorstep_words import words_of_rows
from hotspot.cocooning.plan import Plan, areas_of
from hotspot.cocooning.settings import ListSettings
from hotspot.cocooning.walking_order import listed_areas, walking_numbers
from hotspot.cocooning.wording import message_reason, notes, where
from hotspot.incidents.stop_list import WITH_STOP_LIST

_COLUMNS = [
    "visit_id", "number", "uprn", "uprns", "address", "house_number", "street", "ring",
    "at_the_door", "reason", "task", "attempt", "tier", "act_by", "overdue", "recorded",
    "force_late", "expires", "area", "crime_refs",
    "burglaries_12m", "distance_m", "newest", "expected",
]  # fmt: skip
_MESSAGE_COLUMNS = ["uprn", "address", "street", "ring", "reason", "expires", "area"]
_LINK_COLUMNS = ["visit_id", "crime_ref", "link", "distance_m", "found", "recorded"]


def target_frame(plan: Plan, settings: ListSettings) -> gpd.GeoDataFrame:
    """Return the doors to visit, as `cocooning_targets` documents them."""
    visits = plan.visits[plan.scheduled]
    visits = visits.assign(
        number=walking_numbers(visits.assign(area=listed_areas(visits["area"]))),
        at_the_door=words_of_rows(visits, plan.doors, settings.distance_m),
    )
    targets = _framed(visits, _COLUMNS, plan, settings)
    return targets.assign(tier=targets["tier"].astype(object))


def message_frame(
    plan: Plan, areas: gpd.GeoDataFrame | None, settings: ListSettings
) -> gpd.GeoDataFrame:
    """Return the homes that get a message, as `cocooning_messages` documents them."""
    parts = [_left_over(plan, settings), _ring_3(plan, areas, settings)]
    rows = pd.concat([part for part in parts if len(part)] or [plan.visits.iloc[:0]])
    order = ["area", "street_rank", "house_rank", "uprn"]
    framed = _framed(rows.sort_values(order), _MESSAGE_COLUMNS, plan, settings)
    framed.attrs["leaflets_besides"] = _besides(plan, areas)
    return framed


def _besides(plan: Plan, areas: gpd.GeoDataFrame | None) -> list[dict[str, Any]]:
    """Count by area and street the homes that are on no list and get their street's leaflet.

    Left out, they would be told by the number of leaflets.
    """
    doors, home = plan.doors, plan.besides
    rows = pd.DataFrame(
        {
            "x": doors.x[home],
            "y": doors.y[home],
            "own_area": doors.area[home],
            "street": doors.street_text[home],
        }
    )
    rows["area"] = areas_of(rows, areas)
    kept = rows[["area", "street"]].astype(object)
    counted = kept.where(kept.notna(), None).value_counts(dropna=False).reset_index()
    return [
        {"area": area, "street": street, "count": int(number)}
        for area, street, number in counted.itertuples(index=False)
    ]


def link_frame(plan: Plan) -> pd.DataFrame:
    """Return a row per listed door and reference, so that anybody who asks can be told why."""
    visits = plan.visits[plan.scheduled]
    rows = [
        (visit_id, ref, where(link), link.apart_m, link.event.ended, link.event.recorded)
        for visit_id, reach in zip(visits["visit_id"], visits["reach"], strict=True)
        for link in reach
        for ref in link.event.refs
    ]
    links = pd.DataFrame(rows, columns=_LINK_COLUMNS)
    if rows:
        return links
    # Without doors there is nothing to tell the types from.
    moment = "datetime64[ns]"
    return links.astype({"distance_m": "float64", "found": moment, "recorded": moment})


def _framed(
    rows: pd.DataFrame, columns: list[str], plan: Plan, settings: ListSettings
) -> gpd.GeoDataFrame:
    """Return the columns of a list with the points of its rows, and what made it as `attrs`."""
    points = gpd.points_from_xy(rows["x"].astype(float), rows["y"].astype(float))
    kept = rows[columns].reset_index(drop=True)
    framed = gpd.GeoDataFrame(kept, geometry=points, crs=plan.doors.frame.crs)
    framed.attrs.update(_attrs(plan, settings))
    return framed


def _ring_3(plan: Plan, areas: gpd.GeoDataFrame | None, settings: ListSettings) -> pd.DataFrame:
    """Return a row per home of ring 3."""
    doors = plan.doors
    home = np.flatnonzero(plan.crimes)
    newest = plan.newest[home]
    ended = plan.live["ended"].tolist()
    # A sentence is made once for all homes that share it: there may be a million homes.
    keys = list(zip(plan.crimes[home].tolist(), newest.tolist(), strict=True))
    sentences = {
        (crimes, event): message_reason(
            crimes, ended[event], settings.distance_m, settings.window_days
        )
        for crimes, event in set(keys)
    }
    rows = pd.DataFrame(
        {
            "uprn": doors.uprn[home],
            "address": doors.address[home],
            "street": doors.street_text[home],
            "ring": 3,
            "reason": [sentences[key] for key in keys],
            "expires": plan.live["rule_ends"].to_numpy()[newest],
            "x": doors.x[home],
            "y": doors.y[home],
            "own_area": np.where(
                pd.isna(doors.area[home]), plan.live["area"].to_numpy()[newest], doors.area[home]
            ),
            "street_rank": doors.street[home],
            "house_rank": doors.house[home],
        }
    )
    return rows.assign(area=areas_of(rows, areas))


def _left_over(plan: Plan, settings: ListSettings) -> pd.DataFrame:
    """Convert the visits that were not scheduled to messages, one for each home."""
    doors, visits = plan.doors, plan.visits[~plan.scheduled]
    said = words_of_rows(visits, doors, settings.distance_m)
    reasons = [f"Not scheduled for a visit: {words[0].lower()}{words[1:]}." for words in said]
    rows = visits.assign(reason=reasons).explode("doors", ignore_index=True)
    known = rows["doors"].notna().to_numpy()
    home = rows.loc[known, "doors"].to_numpy(dtype=np.int64)
    rows.loc[known, "uprn"] = doors.uprn[home]
    rows.loc[known, "address"] = doors.address[home]
    rows.loc[known, "street"] = doors.street_text[home]
    rows.loc[known, "x"], rows.loc[known, "y"] = doors.x[home], doors.y[home]
    return rows


def _records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the rows of a frame in values that any file can hold."""
    texts = frame.astype(object).map(
        lambda value: str(value) if isinstance(value, pd.Timestamp) else value
    )
    records: list[dict[Any, Any]] = texts.where(frame.notna(), None).to_dict("records")
    return records


def _attrs(plan: Plan, settings: ListSettings) -> dict[str, Any]:
    """Return what made a list and what must be known of it, in values that any file can hold."""
    doors = plan.doors
    return {
        "as_of": settings.as_of_words,
        "parameters": settings.parameters,
        "issued": settings.issued.isoformat(sep=" "),
        "counts": plan.counts,
        "expired": _records(plan.expired),
        "classified": doors.unclassified < doors.addresses,
        "exclude_unmatched": plan.unmatched_stops,
        WITH_STOP_LIST: bool(settings.exclude),
        "notes": notes(plan.counts, doors.unclassified, doors.addresses, settings),
    }
