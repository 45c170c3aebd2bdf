"""Every kernel against its slow twin, on cases that are small enough to run uncompiled too."""

import itertools
import math
import os
import warnings
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from hotspot._kernels import NoCacheWarning, compiled, draws
from hotspot._kernels import knox as knox_kernels
from hotspot._kernels.blocks import count_by_block
from hotspot._kernels.buckets import events_near, into_buckets
from hotspot._kernels.cocooning import Most, Standing, Start, home_neighbours
from hotspot._kernels.density import KERNELS, kernel_sums
from hotspot._kernels.forecast import (
    EXPONENTIAL,
    GAUSSIAN,
    QUARTIC,
    Shape,
    gaussian_in_cells,
    sums_at,
    table_sums_at,
)
from hotspot._kernels.hawkes import Windows, links, persistent_density, raised, shared
from hotspot._kernels.knox import (
    bytes_needed,
    count_lags,
    count_window_lags,
    followers,
    window_sums,
)
from hotspot._kernels.leave_one_out import leave_one_out
from hotspot._kernels.local import (
    chain_excess,
    count_partners,
    hypergeometric_tail,
    permuted_excess,
)
from hotspot._kernels.near_points import groups_near, into_cells, places_near, points_near
from hotspot._kernels.pairs import degrees, lag_probability, near_pairs, neighbours
from hotspot._kernels.paper_map import push_apart, room_around
from hotspot._kernels.percentiles import middle_of
from hotspot._kernels.preceding import NEVER, first_acts
from hotspot._kernels.taylor import erf, falling
from hotspot._kernels.threads import cores, run_blocks
from hotspot.dates import SHARE_SCALE, day_shares
from tests import naive
from tests.conftest import incidents_at

EDGES = np.array([0.0, 100.0, 200.0])
LONGEST = np.array([2, 7, 14])
REACH_M = 400.0


@pytest.fixture(scope="module")
def events():
    """Forty events on a lattice of 50 metres: many at one place, many exactly at an edge."""
    random = np.random.default_rng(3)
    x, y = random.integers(0, 12, (2, 40)) * 50.0
    return x, y, random.integers(0, 40, 40)


@pytest.fixture(scope="module")
def windows():
    """Ten events in a row, 30 metres apart, half of them known to the minute."""
    random = np.random.default_rng(4)
    made = incidents_at(np.arange(10) * 30.0, np.zeros(10), random.uniform(0, 12, 10).round(2))
    made.loc[::2, "occurred_to"] += pd.to_timedelta(random.uniform(0, 4, 5), "D").round("s")
    return made, day_shares(made)


def bands(events, closed_right=True, manhattan=False):
    x, y, _ = events
    any_day = np.zeros(len(x), dtype=np.int64)
    closed = np.array([True, closed_right, closed_right])
    return neighbours(x, y, any_day, any_day, 0, EDGES, closed, manhattan)


def band_by_hand(events, i, j, closed_right=True, manhattan=False):
    dx, dy = (abs(axis[i] - axis[j]) for axis in events[:2])
    apart = dx + dy if manhattan else math.hypot(dx, dy)
    if apart == 0:
        return 0
    number = naive.band(apart, [100.0, 200.0], "right" if closed_right else "left")
    return None if number is None else number + 1


@pytest.mark.parametrize("closed_right", [True, False])
@pytest.mark.parametrize("manhattan", [True, False])
def test_each_pair_of_neighbours_stands_once_in_its_band(events, closed_right, manhattan):
    near = bands(events, closed_right, manhattan)
    found = {}
    for i, band in itertools.product(range(40), range(3)):
        for pair in range(near.start[3 * i + band], near.start[3 * i + band + 1]):
            one, two = sorted((near.order[i], near.order[near.other[pair]]))
            assert (one, two) not in found
            found[one, two] = band
    by_hand = {
        (i, j): band_by_hand(events, i, j, closed_right, manhattan)
        for i, j in itertools.combinations(range(40), 2)
    }
    assert found == {pair: band for pair, band in by_hand.items() if band is not None}
    counts = np.zeros((3, 40), dtype=int)
    for pair, band in found.items():
        counts[band, list(pair)] += 1
    assert (degrees(near) == counts[:, near.order]).all()


def test_pairs_are_near_in_days_too_and_are_counted_before_memory_is_taken(events):
    x, y, days = events
    told = []
    near = neighbours(x, y, days, days + 1, 3, EDGES[-1:], np.array([True]), before=told.append)
    by_hand = [
        (i, j)
        for i, j in itertools.combinations(range(40), 2)
        if math.hypot(x[i] - x[j], y[i] - y[j]) <= 200 and abs(days[i] - days[j]) - 1 <= 3
    ]
    assert told == [len(by_hand)] == [len(near.other)]
    found = near_pairs(x, y, days, days + 1, 200.0, 3)
    assert sorted(map(tuple, np.sort(found, axis=1).tolist())) == by_hand
    nothing = np.empty(0)
    none = nothing.astype(np.int64)
    assert near_pairs(nothing, nothing, none, none, 200.0, 3).shape == (0, 2)


def test_lags_of_windows_are_probable_as_their_days_are(windows):
    incidents, shares = windows
    pairs = np.array(list(itertools.combinations(range(10), 2)))
    rows = list(incidents.itertuples())
    for window in (0, 1, 3, 40):
        found = lag_probability(pairs, *shares, window, SHARE_SCALE)
        slow = [naive.lag_probability(rows[a], rows[b], window) for a, b in pairs]
        assert found == pytest.approx(slow, abs=1e-5)


def counts_by_hand(events, days, longest=LONGEST):
    """Pairs of each band with a lag up to each of the longest."""
    counts = np.zeros((3, len(longest)), dtype=int)
    for i, j in itertools.combinations(range(len(days)), 2):
        band = band_by_hand(events, i, j)
        if band is not None:
            counts[band] += abs(days[i] - days[j]) <= longest
    return counts


@pytest.mark.parametrize("stretch", [1, 30])
@pytest.mark.parametrize("many_events", [10, 400_000])
def test_days_are_dealt_out_by_the_generator_of_each_permutation(
    events, stretch, many_events, monkeypatch
):
    monkeypatch.setattr(knox_kernels, "_MANY_EVENTS", many_events)
    near, days, longest = bands(events), stretch * events[2], stretch * LONGEST
    found = count_lags(near, days, longest, permutations=3, seed=5)
    assert (found[0] == counts_by_hand(events, days, longest)).all()
    for number in range(1, 4):
        dealt = np.empty(40, dtype=int)
        dealt[near.order] = naive.shuffled(days[near.order].tolist(), 5, number)
        assert (found[number] == counts_by_hand(events, dealt, longest)).all()
    lanes = knox_kernels._WIDE if many_events > 40 else knox_kernels._SLIM
    assert bytes_needed(10, 40, 3, threads=1) == 4 * 10 + 8 * 40 * 3 + 2 * 40 * (lanes + 32)


@pytest.mark.parametrize("threads", [1, 2])
def test_pairs_of_a_pile_are_counted_from_its_days_as_those_listed_are(events, threads):
    x, y, days = events
    x, y = x // 200, y // 200
    any_day, block = np.zeros(40, dtype=np.int64), (x + 3 * y).astype(np.int64)
    every, few = (
        neighbours(x, y, any_day, any_day, 0, EDGES[:2] / 50, np.array([True, True]),
                   threads=threads, piles_from=least)
        for least in (None, 2)
    )  # fmt: skip
    assert len(few.piles) > 5
    assert len(few.other) < len(every.other)
    assert (degrees(few) == degrees(every)).all()
    listed, piled = (
        count_lags(near, days, LONGEST, permutations=3, seed=5, threads=threads)
        for near in (every, few)
    )
    assert (listed == piled).all()
    same = [days[i] - days[j] for i, j in itertools.combinations(range(40), 2)
            if x[i] == x[j] and y[i] == y[j]]  # fmt: skip
    assert piled[0, 0].tolist() == [sum(abs(lag) <= last for lag in same) for last in LONGEST]
    shares = (count_by_block(near, days, LONGEST, block, 9) for near in (every, few))
    assert np.array_equal(*shares)
    marks = (followers(near, days[near.order], 2) for near in (every, few))
    assert np.array_equal(*marks)


def test_series_are_within_two_roundings_of_the_functions_themselves():
    z = np.concatenate([np.linspace(-9, 9, 1001), np.arange(-7, 7, 1 / 32), [np.inf, -np.inf]])
    assert [erf(value) for value in z] == pytest.approx([math.erf(v) for v in z], abs=2.3e-16)
    u = np.concatenate([np.linspace(0, 12, 1001), np.arange(0, 12, 1 / 128)])
    slow = [math.exp(-value) for value in u]
    assert [falling(value) for value in u] == pytest.approx(slow, rel=4.5e-16, abs=0)


def test_more_pairs_than_a_byte_holds_are_counted(events):
    one_place = np.zeros(24), np.zeros(24), np.arange(24)
    near = bands(one_place)
    found = count_lags(near, one_place[2], np.array([23]), permutations=1, seed=1)
    # 276 pairs, each of which is within the longest lag however the days are dealt out.
    assert found[:, 0, 0].tolist() == [276, 276]
    with pytest.raises(ValueError, match="16-bit"):
        count_lags(near, one_place[2] * 2000, LONGEST, permutations=1)
    nobody = bands((np.empty(0), np.empty(0), None))
    assert not count_lags(nobody, np.empty(0, dtype=np.int64), LONGEST, permutations=1).any()


def test_followers_have_a_neighbour_before_them(events):
    # Of two on one day either may follow: days of their own leave no choice.
    days = events[2] * 40 + np.arange(40)
    later = {
        i if days[i] > days[j] else j
        for i, j in itertools.combinations(range(40), 2)
        if band_by_hand(events, i, j) is not None and abs(days[i] - days[j]) <= 280
    }
    near = bands(events)
    assert followers(near, days[near.order], 280).sum() == len(later)


def test_windows_are_counted_by_probability_and_dealt_out_whole(windows):
    incidents, shares = windows
    rows = list(incidents.itertuples())
    x, y = incidents.geometry.x.to_numpy(), incidents.geometry.y.to_numpy()
    near = bands((x, y, None))
    found = count_window_lags(near, *shares, LONGEST, SHARE_SCALE, permutations=2, seed=9)
    for number in range(3):
        dealt = near.order.tolist()
        if number:
            dealt = naive.shuffled(dealt, 9, number)
        place = dict(zip(near.order.tolist(), dealt, strict=True))
        slow = np.zeros((3, 3))
        for i, j in itertools.combinations(range(10), 2):
            band = band_by_hand((x, y), i, j)
            if band is not None:
                a, b = rows[place[i]], rows[place[j]]
                slow[band] += [naive.lag_probability(a, b, days) for days in LONGEST]
        np.testing.assert_allclose(found[number] / SHARE_SCALE, slow, atol=1e-3)


@pytest.mark.parametrize("everything", [True, False])
def test_moments_of_windows_sum_over_all_pairs(windows, everything):
    incidents, shares = windows
    # Windows of one day that are alike are read once for all of them.
    twice = pd.concat([incidents, incidents[1::4]], ignore_index=True)
    rows = list(twice.itertuples())
    sums, squares = window_sums(*day_shares(twice), LONGEST, SHARE_SCALE, everything)
    up_to = np.array(
        [[[naive.lag_probability(a, b, d) for d in (*LONGEST, 999)] for b in rows] for a in rows]
    )
    inside = np.diff(up_to, axis=2, prepend=0.0)[:, :, : 3 + everything]
    inside[np.arange(len(rows)), np.arange(len(rows))] = 0.0
    np.testing.assert_allclose(sums / SHARE_SCALE, inside.sum(axis=1).T, atol=1e-3)
    np.testing.assert_allclose(squares, (inside**2).sum(axis=(0, 1)) / 2, atol=1e-3)
    assert shares.last_day.shape == (10,)


def one_band(events):
    x, y, _ = events
    any_day = np.zeros(len(x), dtype=np.int64)
    return neighbours(x, y, any_day, any_day, 0, EDGES[-1:], np.array([True]))


def test_chains_are_as_striking_as_their_slow_twins_and_so_are_dealt_ones(events):
    x, y, days = events
    near, at = one_band(events), list(zip(x, y, strict=True))
    share = float((np.abs(days[:, None] - days)[np.triu_indices(40, 1)] <= 7).mean())

    def chains(days):
        return naive.chains(incidents_at(x, y, days), 200, 7)

    groups = [set(group) for group in chains(days)]
    chain = np.full(40, -1)
    for number, group in enumerate(groups):
        chain[list(group)] = number
    linked, close, excess = chain_excess(near, days, 7, share, chain)
    for number, group in enumerate(groups):
        slow = naive.chain_excess(group, at, days.tolist(), 200, 7)
        assert linked[number] == slow[0]
        assert close[number] * share == pytest.approx(slow[1])
        assert excess[number] == pytest.approx(slow[2])
    found = permuted_excess(near, days, 7, share, 2, seed=6)
    first = days.min()
    for number in (1, 2):
        dealt = np.empty(40, dtype=int)
        dealt[near.order] = naive.shuffled((days - first)[near.order].tolist(), 6, number)
        slow = [naive.chain_excess(set(g), at, dealt.tolist(), 200, 7)[2] for g in chains(dealt)]
        assert found[number - 1] == pytest.approx(max(slow))


def test_partners_near_in_time_are_counted_for_both(events):
    x, y, days = events
    counts = np.zeros(40, dtype=int)
    for i, j in itertools.combinations(range(40), 2):
        if math.hypot(x[i] - x[j], y[i] - y[j]) <= 200 and abs(days[i] - days[j]) <= 7:
            counts[[i, j]] += 1
    assert (count_partners(one_band(events), days, 7) == counts).all()


def test_the_hypergeometric_tail_is_that_of_scipy():
    cases = [(k, draws, good) for draws in (0, 3, 12, 20) for good in (0, 5, 19) for k in range(22)]
    counts, draws, good = np.array(cases).T
    found = hypergeometric_tail(counts, draws, good, 20)
    assert found == pytest.approx(stats.hypergeom.sf(counts - 1, 20, good, draws), rel=1e-9)


@pytest.mark.parametrize("kernel", [name for name in KERNELS if KERNELS[name].polynomial])
def test_the_density_from_all_others_is_the_slow_one(events, kernel):
    x, y, _ = events
    places, counts = np.unique(np.column_stack([x, y]), axis=0, return_counts=True)
    widths = np.array([60.0, 180.0, 400.0])
    found = leave_one_out(*places.T, counts.astype(float), widths, kernel)
    for i, place in enumerate(places):
        others, heavy = np.delete(places, i, axis=0), np.delete(counts, i)
        for column, width in enumerate(widths):
            slow = naive.kernel_density_at(others, heavy, kernel, width, *place)
            assert found[i, column] == pytest.approx(slow, abs=1e-15)


def test_what_is_no_polynomial_selects_no_bandwidth():
    radii = {name: KERNELS[name].equivalent_radius for name in ("uniform", "quartic", "triweight")}
    assert radii == {"uniform": 2.0, "quartic": 2.7792, "triweight": 3.1154}
    with pytest.raises(ValueError, match="polynomial"):
        KERNELS["gaussian"].equivalent_radius  # noqa: B018 (a property that raises)
    with pytest.raises(ValueError, match="no polynomial"):
        leave_one_out(*np.ones((3, 1)), np.ones(1), "cone")


@pytest.mark.parametrize("kernel", KERNELS)
def test_the_density_on_a_grid_is_the_slow_one(events, kernel):
    x, y, _ = events
    # Off the lattice of the cells: a step exactly at a centre is a matter of rounding.
    x, y = np.append(x + 3.7, 9e4), np.append(y + 1.3, 0.0)
    weight = np.append(np.arange(40) % 4 / 2.0, 1.0)
    found = kernel_sums(x, y, weight, (-100.0, -50.0), 90.0, (6, 7), 130.0, kernel)
    places = list(zip(x, y, strict=True))
    slow = [
        [
            naive.kernel_density_at(places, weight, kernel, 130.0, -55 + 90 * col, -5 + 90 * row)
            for col in range(7)
        ]
        for row in range(6)
    ]
    np.testing.assert_allclose(found, slow, rtol=1e-9, atol=1e-14)


def test_pairs_are_shared_out_to_the_blocks_of_their_events(events):
    _, _, days = events
    block = np.arange(40) % 3
    found = count_by_block(bands(events), days, LONGEST, block, 3)
    slow = np.zeros((3, 3, 3), dtype=int)
    for i, j in itertools.combinations(range(40), 2):
        band, time = (
            band_by_hand(events, i, j),
            naive.band(abs(days[i] - days[j]), LONGEST, "right"),
        )
        if band is not None and time is not None:
            slow[block[i], band, time] += 1
            slow[block[j], band, time] += 1
    assert (found == slow).all()


def test_the_first_act_is_that_on_any_earlier_event_of_the_reach(events):
    _, _, days = events
    random = np.random.default_rng(8)
    # Some addresses are known, and one of them stands at two points.
    home = np.where(np.arange(40) < 30, random.integers(0, 12, 40), -1)
    rank = np.empty(40, dtype=np.int64)
    rank[np.lexsort((np.arange(40), days))] = np.arange(40)
    act = days + random.integers(0, 4, 40)
    found = first_acts(bands(events), home, rank, days, 14, act)
    slow = np.full((40, 3), NEVER)
    for i, j in itertools.permutations(range(40), 2):
        band = band_by_hand(events, i, j)
        if rank[i] > rank[j] or band is None or days[j] - days[i] > 14:
            continue
        if min(home[i], home[j]) >= 0:
            band = 0 if home[i] == home[j] else max(band, 1)
        slow[j, band:] = np.minimum(slow[j, band:], act[i])
    assert (found == slow).all()


def test_no_event_within_reach_is_left_out_of_the_walk():
    random = np.random.default_rng(1)
    x, y = random.uniform(0, 900, (2, 60))
    buckets = into_buckets(x, y, np.ones(60), 100.0)
    px, py = random.uniform(-200, 1100, (2, 80))
    for a, b in zip(px, py, strict=True):
        runs = [events_near(buckets, a, b, step) for step in (-1, 0, 1)]
        walked = [buckets.order[i] for low, high in runs for i in range(low, high)]
        assert len(walked) == len(set(walked))
        assert set(np.flatnonzero(np.hypot(x - a, y - b) <= 100)) <= set(walked)
    # A country wide apart takes no more buckets than memory holds, nor does one spot too few.
    assert into_buckets(np.array([0.0, 7e5]), np.zeros(2), np.ones(2), 1.0).cols == 2001
    assert into_buckets(np.zeros(2), np.zeros(2), np.ones(2), 0.0).size_m > 0
    assert into_buckets(np.empty(0), np.empty(0), np.empty(0), 5.0).start.tolist() == [0, 0]


@pytest.mark.parametrize("shape", [QUARTIC, GAUSSIAN, EXPONENTIAL])
def test_sums_at_points_are_those_of_the_density(shape):
    random = np.random.default_rng(2)
    (x, y), weight = random.uniform(0, 300, (2, 30)), random.uniform(0, 2, 30)
    px, py = random.uniform(-50, 350, (2, 12))
    found = sums_at(px, py, x, y, weight, shape, 60.0)
    apart = np.hypot(x[:, None] - px, y[:, None] - py)
    density = {
        QUARTIC: 3 / np.pi * np.maximum(1 - (apart / 60) ** 2, 0) ** 2,
        GAUSSIAN: np.exp(-0.5 * (apart / 60) ** 2) / (2 * np.pi),
        EXPONENTIAL: np.exp(-apart / 60) / (2 * np.pi),
    }[shape]
    inside = apart <= shape.reach * 60
    np.testing.assert_allclose(found, weight @ (density * inside) / 60**2, rtol=1e-12)
    # No shape falls through to another's branch.
    assert np.isnan(sums_at(x, y, x, y, weight, Shape(9, 1.0), 60.0)).all()


def _meshes(random):
    """Yield events, weights and the axes of a mesh: far apart, on one line, at edges, or none."""
    for events, far in ((60, 0.0), (60, 3e5), (1, 0.0), (0, 0.0)):
        x, y = random.integers(0, 40, (2, events)) * 25.0
        x[: events // 20] += far
        along = np.arange(-6, 30) * 50.0
        up = np.arange(-3, 90) * 50.0
        yield x, y, random.integers(0, 3, events) / 2.0, along, up
    line = np.arange(12) * 100.0
    yield line, np.zeros(12), np.ones(12), line, np.array([0.0])


@pytest.mark.parametrize("threads", [1, 2])
def test_a_mesh_is_given_to_the_bit_what_its_points_are(threads):
    random = np.random.default_rng(5)
    for x, y, weight, along, up in _meshes(random):
        open_mesh = along[None, :], up[:, None]
        points = [at.ravel() for at in np.meshgrid(along, up)]
        for shape in (QUARTIC, GAUSSIAN, EXPONENTIAL):
            found = sums_at(*open_mesh, x, y, weight, shape, 70.0, threads)
            assert found.shape == (len(up), len(along))
            slow = sums_at(*points, x, y, weight, shape, 70.0)
            assert found.ravel().tolist() == slow.tolist()
        kind, table = random.integers(0, 3, len(x)), random.uniform(0, 1, (3, 2))
        for closed in (True, False):
            told = x, y, kind, EDGES[1:], closed, table
            found = table_sums_at(*open_mesh, *told, threads)
            assert found.ravel().tolist() == table_sums_at(*points, *told).tolist()


def test_what_lies_in_cells_is_added_onto_what_is_there():
    random = np.random.default_rng(6)
    (x, y), weight = random.uniform(0, 900, (2, 40)), random.uniform(0, 2, 40)
    held = (-20.0, 40.0), 90.0, (40, 3), 30.0
    there = random.uniform(0, 1, (40, 3))
    slow = there + gaussian_in_cells(x, y, weight, *held)
    assert gaussian_in_cells(x, y, weight, *held, onto=there) is there
    assert there.tolist() == slow.tolist()


def test_tables_and_cells_are_summed_as_by_hand():
    random = np.random.default_rng(2)
    x, y, px, py = random.integers(0, 8, (4, 25)) * 50.0
    kind, table = random.integers(0, 3, 25), random.uniform(0, 1, (3, 2))
    apart = np.hypot(x[:, None] - px, y[:, None] - py)
    for closed, side in ((True, "left"), (False, "right")):
        ring = np.searchsorted([100.0, 200.0], apart, side)
        slow = (np.pad(table, ((0, 0), (0, 1)))[kind[:, None], ring]).sum(axis=0)
        found = table_sums_at(px, py, x, y, kind, EDGES[1:], closed, table)
        np.testing.assert_allclose(found, slow, rtol=1e-12)
    x[3] = 9e4  # so far away that it adds to no cell
    weight = np.arange(25) % 3 / 2.0
    found = gaussian_in_cells(x, y, weight, (-20.0, 40.0), 90.0, (4, 3), 30.0)
    slow = [
        [
            sum(
                w * naive.gaussian_share((a, b), -20 + 90 * col, 40 + 90 * row, 90, 30)
                for a, b, w in zip(x, y, weight, strict=True)
            )
            for col in range(3)
        ]
        for row in range(4)
    ]
    np.testing.assert_allclose(found, slow, atol=1e-4)


def test_links_of_windows_carry_the_probability_of_each_lag(windows):
    incidents, shares = windows
    lengths = np.diff(shares.offset)
    day = np.concatenate(
        [first + np.arange(n) for first, n in zip(shares.first_day, lengths, strict=True)]
    )
    share = np.concatenate(
        [np.diff(shares.cumulative[a:b], prepend=0) for a, b in itertools.pairwise(shares.offset)]
    )
    made = Windows(shares.offset, day.astype(np.int64), share / SHARE_SCALE)
    x, y = incidents.geometry.x.to_numpy(), incidents.geometry.y.to_numpy()
    linked = links(x, y, made, 95.0, 6)
    by_lag, by_away = np.arange(7) / 7.0, 1.0 / (1.0 + np.arange(951))
    slow, parts, moments = np.zeros(10), np.zeros((10, 7)), np.zeros((10, 3))
    for child, parent in itertools.permutations(range(10), 2):
        apart = abs(x[child] - x[parent])
        for k, s in itertools.product(range(*shares.offset[child : child + 2]),
                                      range(*shares.offset[parent : parent + 2])):  # fmt: skip
            lag = day[k] - day[s]
            if apart <= 95 and 1 <= lag <= 6:
                part = made.share[k] * made.share[s] * by_lag[lag] * by_away[round(10 * apart)]
                slow[child] += part
                parts[child, lag] += part
                moments[child] += part * (round(10 * apart) / 10) ** np.arange(3)
    assert raised(linked, by_lag, by_away) == pytest.approx(slow, rel=1e-6)
    per = np.arange(10) / 10.0
    lags, powers = shared(linked, by_lag, by_away, per)
    assert lags == pytest.approx(per @ parts, rel=1e-6)
    assert powers == pytest.approx(per @ moments, rel=1e-6)
    alone = links(x, y, made, 1.0, 6)
    assert len(alone.lag) == 0
    assert not raised(alone, by_lag, by_away).any()


def test_the_background_is_smoothed_from_what_is_far_in_time(events):
    x, y, days = events
    weight = 1.0 + np.arange(40) % 3
    found = persistent_density(x, y, days, weight, 120.0, 3)
    for i in range(40):
        far = np.abs(days - days[i]) > 3
        apart = np.hypot(x - x[i], y - y[i])
        near = np.exp(-0.5 * (apart / 120) ** 2) * (apart <= 4 * 120)
        slow = (weight * near)[far].sum() / (2 * np.pi * 120**2) / weight[far].sum()
        assert found[i] == pytest.approx(slow)


@pytest.mark.parametrize("most_terms", [1e9, 0])
def test_chances_are_those_of_all_draws_from_elsewhere(monkeypatch, most_terms):
    # No term is few enough: then cells are drawn with putting back.
    monkeypatch.setattr(draws, "_MOST_TERMS", most_terms)
    counts = np.array([0, 3, 0, 1, 1, 0, 2, 0])
    near = [[0, 1], [0, 1, 2], [1, 2, 3], [3], [4, 5], [4, 5, 6], [5, 6, 7], [1, 2, 3, 4, 5, 6, 7]]
    start, cell = np.r_[0, np.cumsum([len(row) for row in near])], np.concatenate(near)
    around = np.array([counts[row].sum() for row in near])
    lower, at_most = draws.chances_below(counts, around, start, cell.astype(np.int32))
    for i, row in enumerate(near[:-1]):
        far = [*np.delete(counts, row), 1]
        once, again = itertools.combinations(far, len(row)), itertools.product(far, repeat=len(row))
        sums = np.array([sum(drawn) for drawn in (once if most_terms else again)])
        assert lower[i] == pytest.approx(np.mean(sums < around[i]), abs=1e-12)
        assert at_most[i] == pytest.approx(np.mean(sums <= around[i]), abs=1e-12)
    assert np.isnan([lower[-1], at_most[-1]]).all()


@pytest.mark.parametrize("threads", [1, 2, None])
def test_blocks_are_worked_on_once_each(threads, monkeypatch):
    done, told = np.zeros(10, dtype=int), []

    def work(start, stop):
        done[start:stop] += 1

    run_blocks(work, 10, 4, threads, told.append)
    assert done.tolist() == [1] * 10
    assert sorted(told) == [2, 4, 4]
    monkeypatch.delattr(os, "sched_getaffinity", raising=False)
    assert cores() == (os.cpu_count() or 1)


def test_percentiles_go_as_far_out_as_few_blocks_need():
    drawn = np.column_stack([np.arange(101.0), np.full(101, np.nan)])
    for blocks, low in ((10_000, 2.5), (8, 0.6), (2, 0.0)):
        found = middle_of(drawn, blocks)
        assert [limit[0] for limit in found] == pytest.approx([low, 100 - low], abs=0.06)
        assert np.isnan([limit[1] for limit in found]).all()
    assert np.isnan(middle_of(drawn, 1)).all()
    assert np.isnan(middle_of(np.empty((0, 2)), 9)).all()


def test_kernels_are_compiled_where_no_folder_can_keep_them_and_it_is_said_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[dict[str, Any]] = []

    def njit(**options: Any) -> Any:
        asked.append(options)
        if options.get("cache"):
            # As numba says it.
            raise RuntimeError("cannot cache function 'f': no locator available for file 'f.py'")
        return lambda function: function

    monkeypatch.setattr(compiled, "njit", njit)
    compiled._tell_that_nothing_is_kept.cache_clear()
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always", NoCacheWarning)
        doubled = compiled.compiled(lambda value: 2 * value)
        halved = compiled.compiled(fastmath=True)(lambda value: value / 2)

    assert (doubled(2), halved(2)) == (4, 1)
    assert asked[1] == {"nogil": True}
    assert asked[3] == {"nogil": True, "fastmath": True}
    assert [str(one.message).split(",")[0] for one in told] == [
        "No folder was found in which compiled kernels can be kept"
    ]


def test_another_failure_of_the_compiler_is_not_taken_for_a_missing_folder(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def njit(**options: Any) -> Any:
        raise RuntimeError("out of registers")

    monkeypatch.setattr(compiled, "njit", njit)
    with pytest.raises(RuntimeError, match="out of registers"):
        compiled.compiled(abs)


def scattered(seed: int, number: int = 80) -> tuple[np.ndarray, np.ndarray]:
    """Points on a coarse lattice, so that some are exactly as far as is asked."""
    random = np.random.default_rng(seed)
    x, y = random.integers(0, 40, (2, number)) * 50.0
    return x + 400_000.0, y + 300_000.0


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("reach_m", [0.0, 100.0, REACH_M, 5000.0])
def test_points_in_cells_are_those_found_one_by_one(seed, reach_m):
    (x, y), (asked_x, asked_y) = scattered(seed), scattered(seed + 100, 7)
    asked_x[0] -= 5000.0
    counted = np.arange(len(x)) % 5 > 0
    cells = into_cells(x, y, 100.0)
    start, found = points_near(cells, counted, asked_x, asked_y, reach_m)
    points = list(zip(x, y, strict=True))
    wanted = [
        [at for at in naive.near(points, place, reach_m) if counted[at]]
        for place in zip(asked_x, asked_y, strict=True)
    ]
    assert [sorted(found[a:b]) for a, b in itertools.pairwise(start)] == wanted
    number, last = places_near(cells, counted, asked_x, asked_y, reach_m)
    nth = [[place for place, its in enumerate(wanted) if at in its] for at in range(len(x))]
    assert number.tolist() == [len(places) for places in nth]
    assert last.tolist() == [max(places, default=-1) for places in nth]


def test_a_point_that_is_nowhere_is_near_nothing():
    x, y = np.array([0.0, np.nan, 5.0]), np.array([0.0, 0.0, np.nan])
    found = points_near(into_cells(x, y, 100.0), np.ones(3, dtype=bool), x[:1], y[:1], REACH_M)[1]
    assert found.tolist() == [0]
    none = np.array([])
    start, found = points_near(into_cells(none, none, 100.0), none > 0, x[:1], y[:1], REACH_M)
    assert start.tolist() == [0, 0]
    assert not len(found)


@pytest.mark.parametrize("seed", range(6))
def test_buildings_near_are_those_of_every_home_asked(seed):
    random = np.random.default_rng(seed)
    x, y = scattered(seed)
    place, street = random.integers(0, 30, len(x)), random.integers(-1, 4, len(x))
    home = random.random(len(x)) < 0.8
    names = ("x", "y", "place", "street", "home")
    columns = zip(*(values.tolist() for values in (x, y, place, street, home)), strict=True)
    rows = [dict(zip(names, row, strict=True)) for row in columns]
    for own in (-1, 7):
        for of_street in (-1, 2):
            asked = (x[0] + 1.0, y[0], of_street, own)
            found = groups_near(
                into_cells(x, y, 100.0), home, place, street, asked, 1500.0, 120.0, 30
            )
            assert sorted(found) == naive.near_buildings(rows, asked, 1500.0, 120.0)


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("size", [(100.0, 50.0), (30.0, 12.0)])
def test_signs_are_pushed_apart_pair_by_pair(seed, size):
    random = np.random.default_rng(seed)
    points, widths = random.uniform(0, size, (12, 2)), random.choice([4.6, 6.4, 8.5], 12)
    points[1] = points[0]
    moved = push_apart(points, widths, 4.6, size, gap=0.3, edge=0.5, rounds=300)
    assert (
        np.abs(moved - naive.signs_apart(points.tolist(), widths.tolist(), 4.6, size)).max() < 1e-9
    )
    assert len(push_apart(points[:0], widths[:0], 4.6, size, gap=0.3, edge=0.5, rounds=300)) == 0


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("boxes", [0, 1, 30])
def test_the_room_of_a_name_is_that_of_its_nearest_letter(seed, boxes):
    random = np.random.default_rng(seed)
    middles, angles = random.uniform(-5, [105, 55], (20, 2)), random.uniform(-np.pi, np.pi, 20)
    turns, along = np.column_stack([np.cos(angles), np.sin(angles)]), np.linspace(-6, 6, 4)
    corners = random.uniform(0, [100, 50], (boxes, 2))
    taken = np.hstack([corners, corners + random.uniform(0, 9, (boxes, 2))])
    rooms = room_around(middles, turns, along, taken, (100, 50.0), 8.0)
    expected = [
        naive.room_around(
            [tuple(middle + turn * letter) for letter in along], taken, (100, 50), 8.0
        )
        for middle, turn in zip(middles, turns, strict=True)
    ]
    assert rooms == pytest.approx(expected, abs=1e-9)
    assert len(room_around(middles[:0], turns[:0], along, taken, (100, 50.0), 8.0)) == 0


# In the order of the numbers that the kernel gives.
LINKS = (
    "same building", "next door", "next door, past a number out of line", "beside", "opposite",
    "facing", "backs on", "round the corner", "behind or beside", "within the distance",
    "among the nearest", "close", "among the nearest, alone", "close, alone",
)  # fmt: skip


def quarter(seed: int) -> list[dict[str, Any]]:
    """Three streets with everything: sides, a close, gaps, twins, flats, names, far numbers."""
    random = np.random.default_rng(seed)
    made: list[dict[str, Any]] = []

    def add(x: float, y: float, street: str | None, number: str | None, building: str | None):
        made.append(
            {"uprn": len(made), "x": x, "y": y, "street": street, "number": number,
             "building": building}
        )  # fmt: skip

    for nth, street in enumerate(("Quay", "Mill Lane", "Beck Lane")):
        in_a_close, frontage = nth == seed % 4, random.uniform(8, 25)
        for n in range(1, 21):
            along = n if in_a_close else (n - 1) // 2
            x = along * frontage + random.normal()
            y = nth * random.uniform(30, 60) + (20.0 * (n % 2) * (not in_a_close)) + random.normal()
            kind = random.choice(["house", "gap", "name", "flats", "twin", "far", "lane"],
                                 p=[0.5, 0.15, 0.1, 0.08, 0.07, 0.05, 0.05])  # fmt: skip
            if kind == "gap":
                continue
            x += 180.0 * (kind == "far")
            number = None if kind == "name" else f"{n}{'A' * (random.random() < 0.1)}"
            at = street if kind != "lane" else None
            add(x, y, at, number, f"B{nth}/{n}" if kind == "flats" else None)
            if kind == "flats":
                add(x, y + 1.0, at, number, f"B{nth}/{n}")
            if kind == "twin":
                add(x + 30.0, y + 2.0, at, number, f"T{nth}/{n}")
    return made


def roles_by_kernel(
    homes: list[dict[str, Any]], burgled: dict[str, Any], most: tuple[int, int, int, bool]
) -> dict[int, tuple[int, str, int]]:
    def away(home: dict[str, Any]) -> float:
        return naive.metres_apart(home, burgled)

    others = sorted((h for h in homes if h is not burgled and away(h) <= 400), key=away)
    places, streets = ({key: nth for nth, key in enumerate(dict.fromkeys(map(of, homes)))}
                       for of in (naive.building_of, lambda home: home["street"]))  # fmt: skip
    ranks = {key: nth for nth, key in enumerate(sorted(filter(None, map(naive.house_of, homes))))}

    def told(home: dict[str, Any]) -> tuple[float, float, int, int, int, int]:
        house = naive.house_of(home)
        street = -1 if home["street"] is None else streets[home["street"]]
        number = 0 if house is None else house[0]
        return (
            home["x"],
            home["y"],
            places[naive.building_of(home)],
            street,
            ranks.get(house, -1),
            number,
        )

    columns = [np.array(values) for values in zip(*map(told, others), strict=True)]
    apart_m = np.array([away(home) for home in others])
    found, enough = home_neighbours(
        Standing(*columns), apart_m, Start(*told(burgled)), 100.0, Most(*most)
    )
    roles = zip(others, *found.tolist(), strict=True)
    kept = {home["uprn"]: (ring, LINKS[link], steps) for home, ring, link, steps in roles if ring}
    near = {naive.building_of(home) for home in others if away(home) <= 100}
    by_number = any(link.startswith("next door") for _, link, _ in kept.values())
    own = naive.building_of(burgled)
    assert enough == (by_number or len(near - {own}) >= 2 * most[0])
    return kept


@pytest.mark.parametrize("seed", range(12))
def test_neighbours_are_what_an_officer_would_call_each_of_them(seed):
    homes, met = quarter(seed), set()
    for most in ((4, 5, 4, False), (4, 0, 0, False), (1, 2, 1, False), (4, 5, 4, True)):
        for burgled in homes[seed % 3 :: 3]:
            found = roles_by_kernel(homes, burgled, most)
            assert found == naive.cocoon_roles(homes, burgled, most)
            met |= {link for _, link, _ in found.values()}
    assert {"next door", "opposite", "within the distance"} <= met


def test_around_a_place_without_a_door_are_the_nearest_homes():
    apart_m = np.array([5.0, 30.0, 49.0, 51.0])
    none, ranks = np.full(4, -1), np.arange(4)
    homes = Standing(apart_m, np.zeros(4), ranks, none, none, np.zeros(4, dtype=np.int64))
    start = Start(0.0, 0.0, -1, -1, -1, 0)
    found, enough = home_neighbours(homes, apart_m, start, 40.0, Most(1, 1, 1, False))
    assert found[0].tolist() == [1, 1, 2, 0]
    assert enough
    assert not home_neighbours(homes, apart_m, start, 10.0, Most(1, 1, 1, False))[1]
    assert not home_neighbours(homes, apart_m, start, 40.0, Most(2, 1, 1, False))[1]
