"""The Knox test: whether burglaries follow one another more closely than chance has it."""

import warnings
from collections.abc import Sequence
from concurrent.futures import Executor
from typing import Literal, get_args

import geopandas as gpd
import numpy as np
import pandas as pd
from scipy import stats

from hotspot._checks import (
    check_incidents_frame,
    choice_problems,
    chosen_seed,
    integer_problems,
)
from hotspot._errors import DataError, DataWarning
from hotspot._kernels.arrays import Floats, Ints
from hotspot._kernels.knox import bytes_needed
from hotspot._kernels.pairs import Neighbours, neighbours_in_space, sweep_order
from hotspot.dates import PairDate, day_shares, event_days
from hotspot.english import count
from hotspot.executors import executor_problems
from hotspot.incidents.content_order import in_content_order
from hotspot.knox.bands import Bands, band_problems
from hotspot.knox.moments import Graph, moments, upper_tail
from hotspot.knox.pair_counts import Counted, PairCounts, count_pairs, count_pairs_in_tiles
from hotspot.knox.test_result import ALPHA, KnoxTest
from hotspot.knox.times import KnownDays, SpreadWindows, TimeSide, with_rest
from hotspot.near_repeat import distinct_events
from hotspot.rule import RULE
from hotspot.tiling import tile_problems

# Bytes from which a user should know beforehand.
_MUCH_MEMORY = 1_000_000_000


def knox_test(
    incidents: gpd.GeoDataFrame,
    distance_bands_m: Sequence[float] = RULE.distance_bands_m,
    time_bands_days: Sequence[int] = RULE.time_bands_days,
    permutations: int = 999,
    seed: int | None = None,
    metric: Literal["euclidean", "manhattan"] = "euclidean",
    closed: Literal["right", "left"] = "right",
    same_place_m: float | None = 0.0,
    date: PairDate = "midpoint",
    preset: Literal["nrc"] | None = None,
    *,
    executor: Executor | None = None,
    tile_m: float | None = None,
) -> KnoxTest:
    """Test whether incidents near in space are also near in time, band by band.

    Parameters
    ----------
    incidents : GeoDataFrame, n rows
        As `read_incidents` returns them, in a projected CRS in metres.
    distance_bands_m : sequence of float
        Upper edges of the bands of distance, in metres.
    time_bands_days : sequence of int
        Upper edges of the bands of time, in whole calendar days.
    permutations : int
        How often the dates are dealt out anew over the places; 0 answers in closed form.
    seed : int, optional
        One seed gives one answer, on any number of threads. Default: a fresh one, kept in
        ``KnoxTest.seed``.
    metric : {"euclidean", "manhattan"}
        How distance is measured.
    closed : {"right", "left"}
        Whether a pair exactly at an edge is in the band below it, ``(100, 200]``, or in the one
        above, ``[100, 200)``.
    same_place_m : float or None
        Pairs up to this distance, included, have a band of their own. None: they belong to the
        first band.
    date : {"midpoint", "from", "to", "aoristic"}
        The moment of each window that counts; "aoristic": each pair counts with the probability
        that its lag in whole days is in the band, and windows are dealt out whole.
    preset : {"nrc"}, optional
        Follow the Near Repeat Calculator 1.3: half-open bands, coordinates rounded to 32-bit
        floats, same place at distance 0, and a last row and column for everything beyond. It goes
        before `closed`.
    executor : concurrent.futures.Executor, optional
        Runs the permutations, or the tiles: processes, or the workers of a cluster. The numbers are
        the same on any. Default: threads.
    tile_m : float, optional
        Side of tiles in metres, which are counted one by one, for data of which the pairs do not
        fit into memory at once. The numbers are those of no tiles. Each tile deals out all dates
        anew: take tiles of thousands of incidents. Default: none.

    Returns
    -------
    KnoxTest
        ``.table`` has a row per cell, by distance, then time, the same place first.

    Raises
    ------
    DataError
        If the incidents are not in canonical shape, or their dates are months only or lie more
        than 89 years apart; every fault of incidents and parameters is listed.
    ConfigError
        If only a parameter is out of range.

    Notes
    -----
    ``expected`` and ``z`` come from the exact mean and variance over all permutations of the
    dates, without simulation. Dates are permuted over events, never over pairs. Different
    references at one UPRN with overlapping windows count as one event. Memory grows with the pairs
    within the last distance; above 1 GB a warning says how much before it is taken. The test shows
    clustering in the sample as a whole, not where, and not why: one offender returning and a bad
    week in one street look alike.

    References
    ----------
    Knox, E. G. (1964). The detection of space-time interactions. Applied Statistics 13(1), 25-30.
    Besag, J. and Diggle, P. J. (1977). Simple Monte Carlo tests for spatial pattern. Applied
    Statistics 26(3), 327-333.
    Johnson, S. D. et al. (2007). Space-time patterns of risk: a cross national assessment of
    residential burglary victimization. Journal of Quantitative Criminology 23(3), 201-219.
    Ratcliffe, J. H. (2020). Near Repeat Calculator (version 2.0). Temple University.

    Examples
    --------
    >>> frame = pd.DataFrame({
    ...     "crime_ref": list("ABCD"),
    ...     "occurred_from": pd.Timestamp("2026-01-01") + pd.to_timedelta([0, 2, 90, 91], "D"),
    ... })
    >>> frame["occurred_to"] = frame["occurred_from"]
    >>> incidents = gpd.GeoDataFrame(
    ...     frame, geometry=gpd.points_from_xy([0, 50, 9000, 9050], [0] * 4), crs="EPSG:27700")
    >>> test = knox_test(incidents, (100,), (7,), permutations=0)
    >>> test.table[["distance_band", "time_band", "observed", "expected"]]
      distance_band time_band  observed  expected
    0    same place  0-7 days         0  0.000000
    1    (0, 100] m  0-7 days         2  0.666667
    """
    nrc = preset == "nrc"
    problems = band_problems(distance_bands_m, time_bands_days, closed, same_place_m)
    problems += choice_problems("metric", metric, ("euclidean", "manhattan"))
    problems += choice_problems("date", date, get_args(PairDate))
    problems += [] if preset is None else choice_problems("preset", preset, ("nrc",))
    if nrc and same_place_m != 0:
        problems.append(f"preset={preset!r} takes same_place_m=0, not {same_place_m!r}.")
    problems += integer_problems(0, permutations=permutations)
    problems += executor_problems(executor) + tile_problems(tile_m)
    check_incidents_frame(incidents, arguments=problems, needs_days="The Knox test")
    _check_span(incidents)
    same_place = 0.0 if nrc else same_place_m
    bands = Bands(
        (*(() if same_place is None else (float(same_place),)), *map(float, distance_bands_m)),
        tuple(int(edge) for edge in time_bands_days),
        "left" if nrc else closed,
        same_place,
        open_ended=nrc,
    )
    # Dates are dealt over the events as they stand: not in the order of the file.
    events = in_content_order(incidents[distinct_events(incidents)])
    x, y = _points(events, single_precision=nrc)
    if tile_m is not None:
        # That in which dates are dealt out where the neighbours of all are found at once.
        order = sweep_order(x, y, np.array(bands.edges_m))
        events, x, y = events.iloc[order], x[order], y[order]
    chosen = chosen_seed(seed)
    counted = _counted(events, bands, date, metric == "manhattan", permutations, chosen)
    if tile_m is None:
        # All pairs near in space are held, whatever their dates: a permutation changes dates alone.
        counts = count_pairs(_near(x, y, counted), counted, executor)
    else:
        counts = count_pairs_in_tiles(x, y, counted, tile_m, executor)
    return KnoxTest(
        table=_judged(counts.within, counts.partners, counted.times, bands),
        bands=bands,
        events=len(events),
        followers=int(counts.follows.sum()),
        permutations=permutations,
        seed=chosen,
        metric=metric,
        date=date,
        changed_by_date=_changed_by_date(counts, counted, bands),
    )


def _check_span(incidents: gpd.GeoDataFrame) -> None:
    first, last = event_days(incidents, "from"), event_days(incidents, "to")
    # Permuted days are compared as 16-bit integers, as many to a vector as can be.
    if len(first) and last.max() - first.min() > np.iinfo(np.int16).max:
        raise DataError("The dates lie more than 89 years apart.")


def _points(events: gpd.GeoDataFrame, single_precision: bool) -> tuple[Floats, Floats]:
    x, y = events.geometry.x.to_numpy(), events.geometry.y.to_numpy()
    # The Near Repeat Calculator holds coordinates so: pairs at an edge fall where it puts them.
    if single_precision:
        x, y = x.astype(np.float32).astype(float), y.astype(np.float32).astype(float)
    return x, y


def _counted(
    events: gpd.GeoDataFrame,
    bands: Bands,
    date: PairDate,
    manhattan: bool,
    permutations: int,
    seed: int,
) -> Counted:
    """Return what is to be counted of the events."""
    days = event_days(events, "midpoint" if date == "aoristic" else date)
    ends = event_days(events, "from"), event_days(events, "to")
    known = (ends[0] == ends[1]).all()
    return Counted(
        edges_m=np.array(bands.edges_m),
        closed_right=bands.closed_right,
        manhattan=manhattan,
        longest_days=bands.longest_days,
        times=SpreadWindows(day_shares(events)) if date == "aoristic" else KnownDays(days),
        days=days,
        other_dates=() if known else (ends[0], event_days(events, "midpoint"), ends[1]),
        permutations=int(permutations),
        seed=seed,
    )


def _near(x: Floats, y: Floats, counted: Counted) -> Neighbours:
    """Find the neighbours within the farthest band, whatever their dates."""
    edges = counted.edges_m

    def warn_of_memory(pairs: int) -> None:
        needed = bytes_needed(pairs, len(x), len(edges))
        if needed > _MUCH_MEMORY:
            warnings.warn(
                f"{count(pairs, 'pair')} within {edges[-1]:g} m: the test takes about "
                f"{needed / 1e9:.1f} GB of memory. A shorter last distance takes less, and so do "
                "tiles (tile_m=).",
                DataWarning,
                stacklevel=6,
            )

    return neighbours_in_space(
        x, y, edges, counted.closed_right, counted.manhattan, warn_of_memory, counted.piles_from
    )


def _judged(within: Floats, partners: Ints, times: TimeSide, bands: Bands) -> pd.DataFrame:
    """Return the table of pairs within each lag, observed and permuted."""
    # Counts are up to each lag, so that a permutation is one comparison a pair; bands lie between.
    counts = np.diff(within, axis=2, prepend=0.0)
    mean, variance = _closed_form(partners, times, bands)
    if bands.open_ended:
        counts = _with_rest(counts, partners, times, bands)
    return _table(bands, counts, mean, variance)


def _changed_by_date(counts: PairCounts, counted: Counted, bands: Bands) -> int | None:
    """Count the cells in which the choice of date decides whether risk is raised."""
    if not counted.other_dates:
        return None
    raised = []
    # In closed form: permutations would be drawn three times, and their noise would be counted.
    for within, days in zip(counts.by_date, counted.other_dates, strict=True):
        table = _judged(within[None], counts.partners, KnownDays(days), bands)
        raised.append((table["p_table"] <= ALPHA) & (table["ratio"] > 1))
    return int((raised[0] ^ raised[1] | raised[1] ^ raised[2]).sum())


def _closed_form(partners: Ints, times: TimeSide, bands: Bands) -> tuple[Floats, Floats]:
    """Compute mean and variance of every cell over all permutations, shape (bands, times)."""
    everything = with_rest(partners) if bands.open_ended else partners
    space = [Graph.of_degrees(band) for band in everything]
    time = times.graphs(bands.longest_days, bands.open_ended)
    both = [[moments(row, column, partners.shape[1]) for column in time] for row in space]
    return np.array(both)[..., 0], np.array(both)[..., 1]


def _with_rest(counts: Floats, partners: Ints, times: TimeSide, bands: Bands) -> Floats:
    """Add the open row and column: what the margins, which no permutation changes, leave over."""
    # Each row and column has a sum that dealing out dates cannot change, so what is beyond needs no
    # count.
    pairs = partners.sum(axis=1) // 2
    later = pairs[None, :, None] - counts.sum(axis=2, keepdims=True)
    counts = np.concatenate([counts, later], axis=2)
    all_pairs = [float(graph.pairs) for graph in times.graphs(bands.longest_days, True)]
    farther = np.array(all_pairs)[None, None, :] - counts.sum(axis=1, keepdims=True)
    return np.concatenate([counts, farther], axis=1)


def _table(bands: Bands, counts: Floats, mean: Floats, variance: Floats) -> pd.DataFrame:
    """Return the cells by distance, then time."""
    observed, permuted = counts[0].ravel(), counts[1:].reshape(len(counts) - 1, counts[0].size)
    mean, variance = mean.ravel(), variance.ravel()
    spread = np.sqrt(np.maximum(variance, 0))
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = observed / mean
        z = (observed - mean) / spread
        median = np.median(permuted, axis=0) if len(permuted) else np.full(len(mean), np.nan)
        ratio_median = observed / median
    if len(permuted):
        p_value = _permutation_p(observed, permuted)
        p_table = _table_p(observed, permuted, mean, variance)
    else:
        p_value = upper_tail(observed, mean, variance)
        # Bonferroni bounds what permutations would have shown of the whole table.
        p_table = np.minimum(p_value * len(p_value), 1.0)
    # Whole counts are shown as such; windows give sums of probabilities.
    rows, columns = bands.distance_labels, bands.time_labels
    whole = (counts == np.round(counts)).all()
    return pd.DataFrame(
        {
            "distance_band": np.repeat(np.array(rows, dtype=object), len(columns)),
            "time_band": np.tile(np.array(columns, dtype=object), len(rows)),
            "observed": observed.astype(np.int64) if whole else observed,
            "expected": mean,
            "ratio": ratio,
            "ratio_median": ratio_median,
            "z": np.where(spread > 0, z, np.nan),
            "p_value": p_value,
            "p_table": p_table,
            # Cells share events and rise together: for such dependence the rate is still controlled
            # (Benjamini and Yekutieli 2001).
            "q_value": stats.false_discovery_control(p_value),
        }
    )


def _permutation_p(observed: Floats, permuted: Floats) -> Floats:
    """Compute the share of permutations at least as extreme, the data themselves counted as one.

    They are one of the equally likely arrangements, so the share is never 0 and the test keeps its
    level (Besag and Diggle 1977). Counts are whole or in fixed point: ties are ties.
    """
    as_extreme = (permuted >= observed).sum(axis=0)
    return np.asarray((1 + as_extreme) / (1 + len(permuted)), dtype=float)


def _table_p(observed: Floats, permuted: Floats, mean: Floats, variance: Floats) -> Floats:
    """Compare each cell with the rarest cell of each permuted table (Westfall and Young 1993).

    One cell in twenty is raised by chance; that the rarest of all is so rare allows for having
    looked at all of them, and for how they go together, as Bonferroni's bound does not. Rare by
    the tail of the cell's own moments, not by z: one pair where 0.08 are expected is 3 standard
    deviations and happens in one table of 13, so that by z such cells would drown the others. The
    permutations keep the level, however rough that tail is.
    """
    rarity, rarities = (upper_tail(counts, mean, variance) for counts in (observed, permuted))
    # Ties must stay ties through the functions of the tail.
    reached = rarities.min(axis=1, initial=1.0)[:, None] <= rarity * (1 + 1e-9)
    return np.asarray((1 + reached.sum(axis=0)) / (1 + len(permuted)), dtype=float)
