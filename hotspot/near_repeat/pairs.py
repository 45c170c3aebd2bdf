"""Every two burglaries that are near in space and time."""

from typing import get_args

import geopandas as gpd
import numpy as np
import pandas as pd

from hotspot._kernels.pairs import lag_probability, near_pairs
from hotspot.dates import SHARE_SCALE, PairDate, day_numbers, day_shares, event_times
from hotspot.near_repeat.events import check_rule, distinct_events, time_rank
from hotspot.near_repeat.same_place import same_address, same_building
from hotspot.rule import RULE


def near_repeat_pairs(
    incidents: gpd.GeoDataFrame,
    distance_m: float = RULE.distance_m,
    window_days: int = RULE.window_days,
    date: PairDate = "midpoint",
    same_place_m: float = 0.0,
) -> pd.DataFrame:
    """Find every two burglaries within a distance and a number of days of each other.

    Parameters
    ----------
    incidents : GeoDataFrame, n rows
        As `read_incidents` returns them, in a projected CRS in metres.
    distance_m : float
        Largest distance in metres; a pair exactly that far apart is within.
    window_days : int
        Largest lag in whole calendar days; a pair exactly that far apart is within.
    date : {"midpoint", "from", "to", "aoristic"}
        The moment of the window that counts; or "aoristic": the whole window, spread over its
        days, so that a pair is within the days with a probability.
    same_place_m : float
        Up to which distance, included, two points are one address where the UPRN of either is
        missing.

    Returns
    -------
    DataFrame
        A row per pair, each pair once, in order of time. ``first`` and ``second`` are labels of
        the index of `incidents`, the earlier first (of one moment: the lower crime reference);
        ``distance_m``; ``days``, the lag in whole days (of the midpoints where `date` is
        "aoristic"); ``probability`` that the lag is within `window_days` (1 unless "aoristic");
        ``kind``: "repeat" at the same UPRN, or at the same point where one of the two has none,
        else "near repeat". Where the incidents have ``parent_uprn`` (the building of a flat),
        ``same_building`` parts another flat of the building, a near repeat, from another house.

    Raises
    ------
    DataError
        If the incidents are not in canonical shape, or their dates are months only.
    ConfigError
        If a parameter is out of range.

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
    >>> pairs = near_repeat_pairs(incidents, distance_m=400, window_days=42)
    >>> pairs[["first", "second", "distance_m", "days", "kind"]]
       first  second  distance_m  days         kind
    0      0       1       400.0    42  near repeat
    1      1       2       400.0     1  near repeat
    """
    check_rule(incidents, distance_m, window_days, date=date, dates=get_args(PairDate),
               same_place_m=same_place_m)  # fmt: skip
    events = incidents[distinct_events(incidents)]
    pairs = pairs_by_position(events, distance_m, window_days, date, same_place_m)
    for end in ("first", "second"):
        pairs[end] = events.index[pairs[end]]
    return pairs


def pairs_by_position(
    events: gpd.GeoDataFrame,
    distance_m: float,
    window_days: int,
    date: PairDate = "midpoint",
    same_place_m: float = 0.0,
) -> pd.DataFrame:
    """Find the pairs of `near_repeat_pairs`, by positions in `events` instead of labels."""
    # Windows that are spread still need one order and one lag for people to read: those of their
    # middles.
    times = event_times(events, "midpoint" if date == "aoristic" else date)
    days = day_numbers(times)
    x, y = events.geometry.x.to_numpy(), events.geometry.y.to_numpy()
    if date == "aoristic":
        shares = day_shares(events)
        pairs = near_pairs(x, y, shares.first_day, shares.last_day, distance_m, window_days)
        probability = lag_probability(pairs, *shares, window_days, SHARE_SCALE)
        # A day's share may be 0 in fixed point, and with it that of the pair.
        possible = probability > 0
        pairs, probability = pairs[possible], probability[possible]
    else:
        pairs = near_pairs(x, y, days, days, distance_m, window_days)
        probability = np.ones(len(pairs))
    rank = time_rank(events, times)
    swapped = rank[pairs[:, 0]] > rank[pairs[:, 1]]
    pairs[swapped] = pairs[swapped, ::-1]
    # In order of time: that in which the search met them turns on rows of the plane.
    order = np.lexsort((rank[pairs[:, 1]], rank[pairs[:, 0]]))
    first, second = pairs[order].T
    repeat = same_address(events, first, second, same_place_m)
    table = pd.DataFrame(
        {
            "first": first,
            "second": second,
            "distance_m": np.hypot(x[first] - x[second], y[first] - y[second]),
            # Whole calendar days, as the rule is written: a night's difference is a day.
            "days": np.abs(days[second] - days[first]),
            "probability": probability[order],
            "kind": np.where(repeat, "repeat", "near repeat"),
        }
    )
    if "parent_uprn" in events.columns:
        table["same_building"] = repeat | same_building(events, first, second)
    return table
