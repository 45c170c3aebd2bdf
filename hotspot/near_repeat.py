"""The near-repeat rule: which burglaries follow one another, and where risk is raised now."""

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from hotspot._checks import (
    check_incidents_frame,
    choice_problems,
    positive_problems,
    same_crs_problems,
)
from hotspot._kernels.pairs import lag_probability, near_pairs
from hotspot.dates import (
    SHARE_SCALE,
    AsOf,
    PairDate,
    ages_days,
    cutoff,
    day_numbers,
    day_shares,
    event_times,
    known_by,
    month_only_problems,
)

# Last day of each band of age; the window closes the last one.
_AGE_BANDS_DAYS = (7, 14)
# Straight sides to a quarter circle: at 400 m the circle is at most 0.03 m too small.
_QUARTER_SIDES = 64


def distinct_events(incidents: gpd.GeoDataFrame) -> npt.NDArray[np.bool_]:
    """Tell which rows count as events, where one event has several references.

    Different references at one UPRN whose windows overlap are one event (a shared house is
    burgled once and reported by each household). The row that began first stands for it.

    Parameters
    ----------
    incidents : GeoDataFrame
        With ``occurred_from``, ``occurred_to`` and, optionally, ``uprn``.

    Returns
    -------
    ndarray of bool, shape (n,)
        False for every further row of an event.
    """
    kept = np.ones(len(incidents), dtype=bool)
    if "uprn" not in incidents.columns:
        return kept
    place = np.flatnonzero(incidents["uprn"].notna().to_numpy())
    rows = incidents[["uprn", "occurred_from", "occurred_to", "crime_ref"]].iloc[place]
    rows = rows.reset_index(drop=True).sort_values(["uprn", "occurred_from", "crime_ref"])
    latest = rows.groupby("uprn")["occurred_to"].cummax()
    begun = latest.groupby(rows["uprn"]).shift()
    kept[place[rows.index[(rows["occurred_from"] <= begun).to_numpy()]]] = False
    return kept


def near_repeat_pairs(
    incidents: gpd.GeoDataFrame,
    distance_m: float = 400.0,
    window_days: int = 42,
    date: PairDate = "midpoint",
) -> pd.DataFrame:
    """Find every two burglaries within a distance and a number of days of each other.

    Parameters
    ----------
    incidents : GeoDataFrame, n rows
        As `read_incidents` gives them, in a projected CRS in metres.
    distance_m : float
        Largest distance in metres; a pair exactly that far apart is within.
    window_days : int
        Largest lag in whole calendar days; a pair exactly that far apart is within.
    date : {"midpoint", "from", "to", "aoristic"}
        The moment of the window that counts; or "aoristic": the whole window, spread over its
        days, so that a pair is within the days with a probability.

    Returns
    -------
    DataFrame
        A row per pair, each pair once, in order of time. ``first`` and ``second`` are labels of
        the index of `incidents`, the earlier first (of one moment: the lower crime reference);
        ``distance_m``; ``days``, the lag in whole days (of the midpoints where `date` is
        "aoristic"); ``probability`` that the lag is within `window_days` (1 unless "aoristic");
        ``kind``: "repeat" at the same UPRN, or at the same point where one of the two has none,
        else "near repeat".

    Raises
    ------
    DataError
        If the incidents are not in canonical shape, or their dates are months only.

    Notes
    -----
    Different references at one UPRN with overlapping windows count as one event. "Same point" is
    not "same address" where an export has been moved to the middle of its street or block.

    References
    ----------
    Johnson, S. D., Bernasco, W., Bowers, K. J., Elffers, H., Ratcliffe, J., Rengert, G. and
    Townsley, M. (2007). Space-time patterns of risk: a cross national assessment of residential
    burglary victimization. Journal of Quantitative Criminology 23(3), 201-219.

    Examples
    --------
    >>> frame = pd.DataFrame({
    ...     "crime_ref": ["A", "B", "C"],
    ...     "occurred_from": pd.to_datetime(["2026-01-01", "2026-02-12", "2026-02-13"]),
    ... })
    >>> frame["occurred_to"] = frame["occurred_from"]
    >>> incidents = gpd.GeoDataFrame(
    ...     frame, geometry=gpd.points_from_xy([0, 400, 0], [0, 0, 0]), crs="EPSG:27700")
    >>> near_repeat_pairs(incidents)[["first", "second", "distance_m", "days", "kind"]]
       first  second  distance_m  days         kind
    0      0       1       400.0    42  near repeat
    1      1       2       400.0     1  near repeat
    """
    _check_rule(
        incidents,
        distance_m,
        window_days,
        *choice_problems("date", date, ("midpoint", "from", "to", "aoristic")),
    )
    events = incidents[distinct_events(incidents)]
    times = event_times(events, "midpoint" if date == "aoristic" else date)
    days = day_numbers(times)
    x, y = events.geometry.x.to_numpy(), events.geometry.y.to_numpy()
    if date == "aoristic":
        shares = day_shares(events)
        pairs = near_pairs(x, y, shares.first_day, shares.last_day, distance_m, window_days)
        probability = lag_probability(pairs, *shares, window_days, SHARE_SCALE)
        possible = probability > 0
        pairs, probability = pairs[possible], probability[possible]
    else:
        pairs = near_pairs(x, y, days, days, distance_m, window_days)
        probability = np.ones(len(pairs))
    rank = _time_rank(events, times)
    swapped = rank[pairs[:, 0]] > rank[pairs[:, 1]]
    pairs[swapped] = pairs[swapped, ::-1]
    first, second = pairs.T
    found = pd.DataFrame(
        {
            "first": events.index[first],
            "second": events.index[second],
            "distance_m": np.hypot(x[first] - x[second], y[first] - y[second]),
            "days": np.abs(days[second] - days[first]),
            "probability": probability,
            "kind": np.where(_same_place(events, x, y, first, second), "repeat", "near repeat"),
        }
    )
    return found.iloc[np.lexsort((rank[second], rank[first]))].reset_index(drop=True)


def near_repeat_zones(
    incidents: gpd.GeoDataFrame,
    as_of: AsOf,
    distance_m: float = 400.0,
    window_days: int = 42,
    streets: gpd.GeoDataFrame | None = None,
) -> gpd.GeoDataFrame:
    """Draw where the rule says that risk is raised at a date: the live circles, by age.

    Parameters
    ----------
    incidents : GeoDataFrame, n rows
        As `read_incidents` gives them, in a projected CRS in metres.
    as_of : date or time
        The cut-off. What ended or was recorded after it is not known yet and not counted.
    distance_m : float
        Radius of a circle, in metres.
    window_days : int
        Days for which a circle lives, counted from ``occurred_to``: an empty house is found when
        its people come home.
    streets : GeoDataFrame, optional
        As `read_streets` gives them: names the streets of each zone.

    Returns
    -------
    GeoDataFrame
        A row per zone, the newest first: ``age_band`` ("0-7 days", "8-14 days", "15-42 days"),
        ``crimes`` whose circles it joins, ``newest`` (datetime64), ``newest_days`` (its age),
        ``days_left`` until the newest circle ends, ``streets`` (names, the longest stretch first,
        joined by ", ") and ``geometry``. Circles are dissolved within a band of age; bands may
        overlap. `attrs` holds ``as_of``, ``distance_m`` and ``window_days``.

    Raises
    ------
    DataError
        If a frame is not in canonical shape or in another CRS, or dates are months only.

    Notes
    -----
    A zone shows places near recent recorded burglaries, not that another will follow. It counts
    one event where several references at one UPRN overlap.

    References
    ----------
    College of Policing: guidance on near-repeat victimisation and "super cocooning". Chainey, S.
    and da Silva, B. F. A. (2016). Examining the extent of repeat and near repeat victimisation of
    domestic burglaries in Belo Horizonte, Brazil. Crime Science 5, 1.

    Examples
    --------
    >>> frame = pd.DataFrame({
    ...     "crime_ref": ["A", "B"], "occurred_to": pd.to_datetime(["2026-02-27", "2026-02-28"])})
    >>> frame["occurred_from"] = frame["occurred_to"]
    >>> incidents = gpd.GeoDataFrame(
    ...     frame, geometry=gpd.points_from_xy([0, 500], [0, 0]), crs="EPSG:27700")
    >>> near_repeat_zones(incidents, "2026-03-02")[["age_band", "crimes", "days_left"]]
       age_band  crimes  days_left
    0  0-7 days       2         40
    """
    _check_rule(incidents, distance_m, window_days, *same_crs_problems(incidents, streets=streets))
    ages = ages_days(incidents, as_of)
    live = known_by(incidents, as_of) & (ages <= window_days) & distinct_events(incidents)
    zones = _dissolved(
        incidents.geometry[live],
        incidents["occurred_to"].to_numpy()[live],
        ages[live],
        distance_m,
        window_days,
    )
    zones.insert(4, "days_left", window_days - zones["newest_days"])
    zones.insert(5, "streets", _street_names(zones, streets))
    zones.attrs.update(
        as_of=cutoff(as_of).isoformat(), distance_m=float(distance_m), window_days=int(window_days)
    )
    return zones


def _check_rule(
    incidents: gpd.GeoDataFrame, distance_m: float, window_days: int, *more: str
) -> None:
    problems = positive_problems(distance_m=distance_m)
    if not isinstance(window_days, (int, np.integer)) or window_days < 0:
        problems.append(f"window_days must be a whole number, 0 or more, not {window_days!r}.")
    check_incidents_frame(incidents, *problems, *more)
    check_incidents_frame(incidents, *month_only_problems(incidents, "The near-repeat rule"))


def _time_rank(events: gpd.GeoDataFrame, times: pd.Series) -> npt.NDArray[np.int64]:
    """Rank by time, then reference: an order that the order of the rows cannot change."""
    refs = pd.factorize(events["crime_ref"], sort=True)[0]
    order = np.lexsort((np.arange(len(events)), refs, times.to_numpy()))
    rank = np.empty(len(events), dtype=np.int64)
    rank[order] = np.arange(len(events))
    return rank


def _same_place(
    events: gpd.GeoDataFrame,
    x: npt.NDArray[np.float64],
    y: npt.NDArray[np.float64],
    first: npt.NDArray[np.int64],
    second: npt.NDArray[np.int64],
) -> npt.NDArray[np.bool_]:
    same_point = (x[first] == x[second]) & (y[first] == y[second])
    if "uprn" not in events.columns:
        return np.asarray(same_point)
    uprn = pd.factorize(events["uprn"])[0]
    both_known = (uprn[first] >= 0) & (uprn[second] >= 0)
    return np.asarray(np.where(both_known, uprn[first] == uprn[second], same_point), dtype=bool)


def _dissolved(
    points: gpd.GeoSeries,
    ends: npt.NDArray[np.datetime64],
    ages: npt.NDArray[np.int64],
    distance_m: float,
    window_days: int,
) -> gpd.GeoDataFrame:
    """Join the circles of each band of age and tell what each part holds."""
    lasts = [last for last in _AGE_BANDS_DAYS if last < window_days] + [window_days]
    firsts = [0, *(last + 1 for last in lasts[:-1])]
    band = np.searchsorted(lasts, ages)
    circles = shapely.buffer(points.to_numpy(), distance_m, quad_segs=_QUARTER_SIDES)
    joined = [shapely.union_all(circles[band == number]) for number in range(len(lasts))]
    parts, part_band = shapely.get_parts(joined, return_index=True)
    point, part = shapely.STRtree(parts).query(points.to_numpy(), predicate="intersects")
    own = band[point] == part_band[part]
    point, part = point[own], part[own]
    members = pd.DataFrame({"part": part, "end": ends[point], "age": ages[point]}).groupby("part")
    labels = np.array(
        [f"{first}-{last} days" for first, last in zip(firsts, lasts, strict=True)], dtype=object
    )
    zones = gpd.GeoDataFrame(
        {
            "age_band": labels[part_band],
            "crimes": members.size(),
            "newest": members["end"].max(),
            "newest_days": members["age"].min(),
        },
        geometry=parts,
        crs=points.crs,
    )
    order = np.lexsort((-zones["crimes"], -zones["newest"].astype("int64"), part_band))
    return zones.iloc[order].reset_index(drop=True)


def _street_names(zones: gpd.GeoDataFrame, streets: gpd.GeoDataFrame | None) -> pd.Series:
    """Name the streets of each zone, the longest stretch first."""
    names = pd.Series("", index=zones.index, dtype=object)
    if streets is None or zones.empty:
        return names
    named = streets[streets["street"].notna()]
    zone, street = named.sindex.query(zones.geometry, predicate="intersects")
    inside = shapely.intersection(
        zones.geometry.to_numpy()[zone], named.geometry.to_numpy()[street]
    )
    stretches = pd.DataFrame(
        {
            "zone": zone,
            "street": named["street"].to_numpy()[street],
            "length_m": shapely.length(inside),
        }
    )
    by_name = stretches.groupby(["zone", "street"])[["length_m"]].sum().reset_index()
    by_name = by_name.sort_values(["zone", "length_m", "street"], ascending=[True, False, True])
    joined = by_name.groupby("zone")["street"].agg(", ".join)
    names.loc[joined.index] = joined
    return names
