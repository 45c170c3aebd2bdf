"""Every two burglaries that are near in space and time."""

import warnings
from concurrent.futures import Executor
from typing import NamedTuple, get_args

import geopandas as gpd
import numpy as np
import pandas as pd

from hotspot._checks import free_memory_bytes
from hotspot._errors import DataError, DataWarning
from hotspot._kernels.arrays import Bools, Floats, Ints
from hotspot._kernels.pairs import PILE, lag_probability, near_pairs, places_of
from hotspot._kernels.piles import pile_lags
from hotspot.dates import SHARE_SCALE, PairDate, day_numbers, day_shares, event_days, event_times
from hotspot.english import count, name_rows
from hotspot.executors import executor_problems, finished_pieces
from hotspot.near_repeat.events import check_rule, distinct_events, time_rank
from hotspot.near_repeat.same_place import followed_at_point, same_address, same_building
from hotspot.output.progress_bars import progress_bar
from hotspot.rule import RULE
from hotspot.tiling import tile_problems, tiles

# Pairs of one place from which on a user should know beforehand: hundreds of events at one door.
_MANY_PAIRS = 100_000
# What a pair takes at the height, with what sorts it.
_BYTES_PER_PAIR = 100


class _Cut(NamedTuple):
    """How the search for pairs is cut into pieces, and what runs them."""

    tile_m: float
    executor: Executor | None


def near_repeat_pairs(
    incidents: gpd.GeoDataFrame,
    distance_m: float = RULE.distance_m,
    window_days: int = RULE.window_days,
    date: PairDate = "midpoint",
    same_place_m: float = 0.0,
    *,
    executor: Executor | None = None,
    tile_m: float | None = None,
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
    executor : concurrent.futures.Executor, optional
        Runs the tiles: threads, processes, or the workers of a cluster. Default: one after the
        other.
    tile_m : float, optional
        Side of tiles in metres, each searched with a halo of `distance_m`; a pair belongs to the
        tile of its first burglary. The table is that of no tiles. Default: none.

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
        If the incidents are not in canonical shape, their dates are months only, or memory does not
        hold the pairs.
    ConfigError
        If a parameter is out of range.

    Warns
    -----
    DataWarning
        If few points hold so many burglaries that these alone make 100,000 pairs, before any is
        looked for.

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
    wrong = executor_problems(executor) + tile_problems(tile_m, executor)
    check_rule(incidents, distance_m, window_days, *wrong, date=date, dates=get_args(PairDate),
               same_place_m=same_place_m)  # fmt: skip
    events = incidents[distinct_events(incidents)]
    cut = None if tile_m is None else _Cut(float(tile_m), executor)
    _warn_of_piles(events, window_days)
    pairs = pairs_by_position(events, distance_m, window_days, date, same_place_m, cut)
    for end in ("first", "second"):
        pairs[end] = events.index[pairs[end]]
    return pairs


def _warn_of_piles(events: gpd.GeoDataFrame, window_days: int) -> None:
    """Warn of places that hold so many events that these alone make many pairs."""
    x, y = events.geometry.x.to_numpy(), events.geometry.y.to_numpy()
    order = np.lexsort((x, y))
    piles = places_of(x[order], y[order], PILE)
    days = event_days(events)[order]
    pairs = int(pile_lags(piles, days, np.array([window_days])).sum())
    if pairs < _MANY_PAIRS:
        return
    rows = order[np.concatenate([np.arange(*pile) for pile in piles])]
    warnings.warn(
        f"{count(len(rows), 'burglary', 'burglaries')} of {len(events):,} stand on "
        f"{count(len(piles), 'point')} ({name_rows(events.index[np.sort(rows)])}), which alone "
        f"makes {pairs:,} pairs: it may be where a geocoder puts what it cannot find. Leave them "
        "out, or place them by their addresses; labels, chains, zones and the Knox test list none "
        "of these pairs.",
        DataWarning,
        stacklevel=3,
    )


def _refuse_too_many(pairs: int) -> None:
    """Refuse pairs for which there is not the memory, before any is taken."""
    needed = pairs * _BYTES_PER_PAIR
    if pairs <= _MANY_PAIRS or needed <= (free := free_memory_bytes()):
        return
    raise DataError(
        f"{pairs:,} pairs are within the distance and the days, which need {needed / 1e9:,.1f} GB "
        f"of memory; {free / 1e9:.1f} GB are free: take a shorter distance or fewer days, or leave "
        "out points that hold far too many burglaries. Labels, chains, zones and the Knox test "
        "list no pairs of one point."
    )


def pairs_by_position(
    events: gpd.GeoDataFrame,
    distance_m: float,
    window_days: int,
    date: PairDate = "midpoint",
    same_place_m: float = 0.0,
    cut: _Cut | None = None,
    linking: bool = False,
) -> pd.DataFrame:
    """Find the pairs of `near_repeat_pairs`, by positions in `events` instead of labels.

    Where `linking`, those at one point are only the ones that links need (`followed_at_point`).
    """
    # Windows that are spread still need one order and one lag for people to read: those of their
    # middles.
    times = event_times(events, "midpoint" if date == "aoristic" else date)
    days = day_numbers(times)
    x, y = events.geometry.x.to_numpy(), events.geometry.y.to_numpy()
    rank = time_rank(events, times)
    shares = day_shares(events) if date == "aoristic" else None
    ends = (days, days) if shares is None else (shares.first_day, shares.last_day)
    if linking:
        there = followed_at_point(events, rank, days, window_days)
        elsewhere = near_pairs(x, y, *ends, distance_m, window_days, piles_from=2)
        pairs = np.concatenate([there, elsewhere])
    elif cut is None:
        pairs = near_pairs(x, y, *ends, distance_m, window_days, before=_refuse_too_many)
    else:
        pairs = _pairs_in_tiles((x, y, *ends, rank), (float(distance_m), int(window_days)), cut)
    probability = np.ones(len(pairs))
    if shares is not None:
        probability = lag_probability(pairs, *shares, window_days, SHARE_SCALE)
        # A day's share may be 0 in fixed point, and with it that of the pair.
        possible = probability > 0
        pairs, probability = pairs[possible], probability[possible]
    swapped = rank[pairs[:, 0]] > rank[pairs[:, 1]]
    pairs[swapped] = pairs[swapped, ::-1]
    # In order of time: that in which the search met them turns on rows of the plane.
    order = np.lexsort((rank[pairs[:, 1]], rank[pairs[:, 0]]))
    first, second = pairs[order, 0], pairs[order, 1]
    probability = probability[order]
    # Millions of pairs are let go as soon as their table is all that is needed.
    del pairs, order, swapped
    repeat = same_address(events, first, second, same_place_m)
    kinds = pd.Series(["near repeat", "repeat"]).array
    table = pd.DataFrame(
        {
            "first": first,
            "second": second,
            "distance_m": np.hypot(x[first] - x[second], y[first] - y[second]),
            # Whole calendar days, as the rule is written: a night's difference is a day.
            "days": np.abs(days[second] - days[first]),
            "probability": probability,
            "kind": kinds.take(repeat.astype(np.intp)),
        },
        copy=False,
    )
    if "parent_uprn" in events.columns:
        table["same_building"] = repeat | same_building(events, first, second)
    return table


def _pairs_in_tiles(
    columns: tuple[Floats, Floats, Ints, Ints, Ints], rule: tuple[float, int], cut: _Cut
) -> Ints:
    """Find the pairs tile by tile, in no order; `columns` are those of `_pairs_of_tile`."""
    x, y = columns[:2]
    found = list(tiles(x, y, cut.tile_m, rule[0]))
    pieces = [(*(column[tile.at] for column in columns), tile.own) for tile in found]
    pairs = [np.empty((0, 2), dtype=np.int64)]
    with progress_bar(len(pieces), "Tiles of pairs") as bar:
        for number, part in finished_pieces(
            _pairs_of_tile, rule, pieces, cut.executor, "Near-repeat pairs"
        ):
            pairs.append(found[number].at[part])
            bar.update(1)
    return np.concatenate(pairs)


def _pairs_of_tile(
    rule: tuple[float, int],
    x: Floats,
    y: Floats,
    first_day: Ints,
    last_day: Ints,
    rank: Ints,
    own: Bools,
) -> Ints:
    """Find the pairs of which the first in time is a tile's own, by positions in the tile."""
    # A pile lies in one tile, however small.
    pairs = near_pairs(x, y, first_day, last_day, *rule, before=_refuse_too_many)
    one, other = pairs.T
    return np.asarray(pairs[own[np.where(rank[one] < rank[other], one, other)]])
