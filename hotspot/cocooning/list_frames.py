"""From a plan to the frames of its lists: doors to visit, homes that get a message, and links."""

from collections.abc import Callable
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from geopandas.array import from_shapely

from hotspot.cocooning.doors import Ints, joined_codes
from hotspot.cocooning.doorstep_words import words_of_rows
from hotspot.cocooning.plan import Plan, areas_of
from hotspot.cocooning.settings import ListSettings
from hotspot.cocooning.walking_order import listed_areas, walking_numbers
from hotspot.cocooning.wording import message_reason, notes, where
from hotspot.geo import area_positions
from hotspot.incidents.stop_list import WITH_STOP_LIST

_COLUMNS = [
    "visit_id", "number", "uprn", "uprns", "address", "house_number", "street", "ring",
    "at_the_door", "reason", "task", "attempt", "tier", "act_by", "overdue", "recorded",
    "force_late", "expires", "area", "crime_refs",
    "burglaries_12m", "distance_m", "newest", "expected",
]  # fmt: skip
_MESSAGE_COLUMNS = ["uprn", "address", "street", "ring", "reason", "expires", "area"]
_RANKS = ("street_rank", "house_rank")
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
    left_over, ring_3 = _left_over(plan, settings), _ring_3(plan, areas, settings)
    rows = ring_3 if len(ring_3) else plan.visits.iloc[:0]
    if len(left_over):
        rows = pd.concat([left_over, ring_3]) if len(ring_3) else left_over
        street, house = (rows[name].to_numpy(dtype=np.int64) for name in _RANKS)
        rows = rows.iloc[_list_order(rows["area"], street, house, rows["uprn"].array.take)]
    framed = _framed(rows, _MESSAGE_COLUMNS, plan, settings)
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
    if "point" in rows.columns:
        points = from_shapely(rows["point"].to_numpy())
    else:
        points = gpd.points_from_xy(rows["x"].astype(float), rows["y"].astype(float))
    kept = rows[columns].reset_index(drop=True)
    framed = gpd.GeoDataFrame(kept, geometry=points, crs=plan.doors.frame.crs)
    framed.attrs.update(_attrs(plan, settings))
    return framed


def _list_order(area: Any, street: Ints, house: Ints, uprns: Callable[[Ints], Any]) -> Ints:
    """Order homes by area, street and house number, and those of one house by UPRN.

    `uprns` returns those at some positions: they are few.
    """
    joined = joined_codes(_sorted_codes(area), street, house)
    order = np.argsort(joined, kind="stable")
    shared = np.zeros(len(order), dtype=bool)
    shared[1:] = joined[order[1:]] == joined[order[:-1]]
    shared[:-1] |= shared[1:]
    at = order[shared]
    order[shared] = at[np.lexsort((_sorted_codes(uprns(at)), joined[at]))]
    return order


def _sorted_codes(texts: Any) -> Ints:
    """Rank texts, what is missing last."""
    codes, distinct = pd.factorize(texts, sort=True)
    return np.where(codes < 0, len(distinct), codes).astype(np.int64)


def _ring_3(plan: Plan, areas: gpd.GeoDataFrame | None, settings: ListSettings) -> pd.DataFrame:
    """Return a row per home of ring 3, in the order of the list."""
    doors = plan.doors
    home = np.flatnonzero(plan.crimes)
    area = _areas_at(home, plan, areas)
    order = _list_order(
        area, doors.street[home], doors.house[home], lambda at: doors.uprn[home[at]]
    )
    home, area = home[order], area.take(order)
    newest = plan.newest[home]
    return pd.DataFrame(
        {
            "uprn": doors.uprn.column(home),
            "address": doors.address.column(home),
            "street": doors.street_text.column(home),
            "ring": 3,
            "reason": _sentences(plan, home, settings),
            "expires": plan.live["rule_ends"].to_numpy()[newest],
            "area": area,
            "point": doors.points(home),
            "street_rank": doors.street[home],
            "house_rank": doors.house[home],
        }
    )


def _areas_at(home: Ints, plan: Plan, areas: gpd.GeoDataFrame | None) -> Any:
    """Return the area of each home of ring 3, as `areas_of` does of rows."""
    doors, of_newest = plan.doors, plan.live["area"]
    if areas is not None:
        at = area_positions(doors.points(home), areas)
        return _taken([*areas["area"], None], at)
    newest = plan.newest[home]
    if doors.area.missing:
        return _taken(of_newest, newest)
    own = doors.area[home]
    return np.where(pd.isna(own), of_newest.to_numpy()[newest], own)


def _sentences(plan: Plan, home: Ints, settings: ListSettings) -> Any:
    """Return why each home of ring 3 gets a message, for there may be a million homes.

    A sentence is made once for all that share it.
    """
    ended, number = plan.live["ended"].tolist(), len(plan.live)
    nth, kinds = pd.factorize(plan.crimes[home] * number + plan.newest[home])
    sentences = [
        message_reason(
            kind // number, ended[kind % number], settings.distance_m, settings.window_days
        )
        for kind in kinds.tolist()
    ]
    return _taken(sentences, nth)


def _taken(texts: Any, at: Ints) -> Any:
    """Return texts at some positions as a column of a frame, without an object for each."""
    taken = pd.Series(list(texts)).array.take(at)
    return taken if pd.notna(taken).any() else np.full(len(at), None, dtype=object)


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
    x, y = (rows[name].to_numpy(dtype=float) for name in ("x", "y"))
    return rows.assign(point=np.asarray(shapely.points(x, y), dtype=object))


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
