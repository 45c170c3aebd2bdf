"""Every p-value that the package prints, where nothing is; ``python -m tests.nulls`` tells all.

Each null is of the kind that the p-value is about, once with few incidents and once with many. The
share of nulls with p below .05 is to be at most .06.
"""

import sys
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, ProcessPoolExecutor
from multiprocessing import get_context
from typing import NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from hotspot._kernels.threads import blocks
from hotspot.briefing.figures.known import KnownBurglaries
from hotspot.briefing.figures.weeks import weekly_comparison
from hotspot.density.hotspot_periods import _trends
from hotspot.executors import run_pieces
from hotspot.impact import interrupted_series, ratio_by_place
from hotspot.impact.place_ratio import relabelled_p_value
from hotspot.knox import calibrate_rule, knox_test, local_knox
from hotspot.knox.local import judged_chains
from hotspot.trends.change import hotspot_change
from hotspot.trends.performance_rows import Asked, performance_row
from hotspot.trends.time_scan import busiest_window
from hotspot.trends.two_counts import weigh_counts
from tests.conftest import incidents_at

NULLS, LEVEL, MOST = 2000, 0.05, 0.06
# Nulls that a piece draws.
_RUN = 100
_SIDE_M = 3000.0


Draw = Callable[[np.random.Generator, bool], tuple[float, ...]]


class Null(NamedTuple):
    """P-values of one draw where nothing is, by their names."""

    names: tuple[str, ...]
    draw: Draw
    nulls: int = NULLS


def town(random: np.random.Generator, dense: bool) -> gpd.GeoDataFrame:
    """Draw incidents whose places and days have nothing to do with each other."""
    number = 250 if dense else 40
    # Places lie as unevenly as homes do, days as unevenly as seasons.
    x, y = (random.beta(2, 3, number) * _SIDE_M for _ in range(2))
    return incidents_at(x, y, (random.beta(1.5, 1.5, number) * 300).astype(int))


def _knox(permutations: int) -> Draw:
    def draw(random: np.random.Generator, dense: bool) -> tuple[float, ...]:
        test = knox_test(
            town(random, dense), (100, 200, 300, 400), (7, 14, 28), permutations=permutations,
            seed=int(random.integers(2**31)), same_place_m=None,
        )  # fmt: skip
        # Of the cells one, of the table its least: that is what is read off either.
        return float(test.table["p_value"].iloc[4]), float(test.table["p_table"].min())

    return draw


def _local(random: np.random.Generator, dense: bool) -> tuple[float, ...]:
    found = local_knox(town(random, dense), 400, 28)
    return float(found["p_value"].iloc[0]), float(found["q_value"].min())


def _chain(random: np.random.Generator, dense: bool) -> tuple[float, ...]:
    # The same numbers as `chain_significance` returns, without the lines of the chains.
    found = judged_chains(town(random, dense), 200, 14, 39, int(random.integers(2**31)), "midpoint")
    return (float(found["p_value"].min()) if len(found) else 1.0,)


def _rule(random: np.random.Generator, dense: bool) -> tuple[float, ...]:
    return (float(calibrate_rule(town(random, dense), resamples=1, seed=1).p_value),)


def _trend(random: np.random.Generator, dense: bool) -> tuple[float, ...]:
    return (float(_trends(random.poisson(5.0 if dense else 0.4, (12, 1)).astype(float))[1][0]),)


def _change(random: np.random.Generator, dense: bool) -> tuple[float, ...]:
    """Draw 9 areas in four years of crime in series, compared over the last two."""
    mean = 40 if dense else 4
    counts = random.negative_binomial(mean / 2, 1 / 3, (4, 9))
    year, area = np.indices(counts.shape)
    n = counts.ravel()
    x = np.repeat(100.0 * area.ravel() + 50, n)
    days = np.repeat(365 * year.ravel(), n) + random.integers(0, 365, n.sum())
    incidents = incidents_at(x, np.full(len(x), 50.0), days, start="2022-01-01")
    boxes = [shapely.box(100 * at, 0, 100 * at + 100, 100) for at in range(9)]
    areas = gpd.GeoDataFrame({"area": range(9)}, geometry=boxes, crs=incidents.crs)
    years = ("2024-01-01", "2024-12-30"), ("2024-12-31", "2025-12-30")
    return (float(hotspot_change(incidents, areas, *years)["p_value"].iloc[4]),)


def _weeks(random: np.random.Generator, dense: bool) -> tuple[float, ...]:
    mean = 30 if dense else 3
    counts = random.negative_binomial(mean / 2, 1 / 3, 156)
    ago = np.repeat(7 * np.arange(156), counts) + random.integers(0, 7, counts.sum())
    last = pd.Timestamp("2026-03-02")
    incidents = incidents_at(*np.zeros((2, len(ago))), -ago, start="2026-03-02")
    _, changes = weekly_comparison(KnownBurglaries.at(incidents, last))
    return tuple(1.0 if np.isnan(week.p_value) else week.p_value for week in changes[:2])


def _performance(random: np.random.Generator, dense: bool) -> tuple[float, ...]:
    """Draw a performance table of two years or of five."""
    months, mean = (60, 30) if dense else (25, 3)
    monthly = random.negative_binomial(mean, 0.5, months).astype(float)
    asked = Asked(months - 1, 3, None, "lower", "significance", 0.05, 0.95)
    row = performance_row(asked, monthly, monthly, monthly[None])
    return float(row["month_p_value"]), float(row["p_value"])


def _two_counts(random: np.random.Generator, dense: bool) -> tuple[float, ...]:
    now, *before = random.poisson(30 if dense else 4, 4)
    return (weigh_counts(float(now), float(np.mean(before)), 3).p_value,)


def _window(random: np.random.Generator, dense: bool) -> tuple[float, ...]:
    days = pd.Timestamp("2024-01-01") + pd.to_timedelta(
        random.integers(0, 400, 300 if dense else 20), unit="D"
    )
    ends = {"first": pd.Timestamp("2024-01-01"), "last": pd.Timestamp("2025-02-03")}
    seed = int(random.integers(2**31))
    return (busiest_window(pd.Series(days), 7, draws=39, seed=seed, **ends).p_value,)


def _operation(random: np.random.Generator, dense: bool) -> tuple[float, ...]:
    """Draw an operation that never was, of places that differ and change by themselves."""
    treated, mean = (20, 20) if dense else (6, 3)
    places = 3 * treated
    usual = random.gamma(4, mean / 4, places)
    before, after = (random.negative_binomial(4, 4 / (4 + usual)).astype(float) for _ in range(2))
    mine = np.arange(places) < treated
    ratio = ratio_by_place((before[mine], after[mine]), (before[~mine], after[~mine]))
    seed = int(random.integers(2**31))
    relabelled = relabelled_p_value(before, after, mine, 99, seed)
    return ratio.p_interval, 1.0 if relabelled is None else relabelled


def _series(random: np.random.Generator, dense: bool) -> tuple[float, ...]:
    """Draw months with a season in which nothing began."""
    months, mean = (60, 30) if dense else (36, 5)
    usual = mean * (1 + 0.2 * np.sin(2 * np.pi * np.arange(months) / 12))
    counts = random.negative_binomial(usual, 0.5).astype(float)
    index = pd.period_range("2018-01", periods=months, freq="M")
    table = interrupted_series(pd.Series(counts, index), "2019-07-01").table
    return (float(table.set_index("term").loc["step", "p_value"]),)


P_VALUES = (
    Null(("knox_test, a cell, 99 permutations", "knox_test, table, 99 permutations"), _knox(99)),
    Null(("knox_test, a cell, closed form", "knox_test, table, closed form"), _knox(0)),
    Null(("local_knox, a burglary", "local_knox, any burglary (q)"), _local),
    Null(("chain_significance, any chain, 39 permutations",), _chain),
    Null(("calibrate_rule",), _rule),
    Null(("classify_hotspots, trend of a cell",), _trend),
    Null(("hotspot_change, an area",), _change),
    Null(("this week against last", "this week against that of last year"), _weeks),
    # 5.4 % of many: in 2,000 one draw of thirty would have more than 6.
    Null(("performance_table, a month", "performance_table, twelve months"), _performance, 8000),
    Null(("compare, one count against the mean of three",), _two_counts),
    Null(("busiest_window, 39 draws",), _window),
    Null(("evaluate_operation, by place", "evaluate_operation, relabelled"), _operation),
    Null(("interrupted_series, the step",), _series),
)


def shares_below(
    null: Null, dense: bool, nulls: int | None = None, executor: Executor | None = None
) -> np.ndarray:
    """Return for each p-value the share of nulls in which it is below the level.

    Each null has a generator of its own, so that the shares are the same on any executor.
    """
    # By its place: what draws is no function of a module, which a process could be sent.
    place, runs = P_VALUES.index(null), blocks(nulls or null.nulls, _RUN)
    drawn = np.concatenate(run_pieces(_drawn, (place, dense), runs, executor, null.names[0]))
    return np.asarray((drawn < LEVEL).mean(axis=0))


def _drawn(of: tuple[int, bool], first: int, stop: int) -> np.ndarray:
    """Draw nulls [first, stop)."""
    place, dense = of
    draw = P_VALUES[place].draw
    return np.array(
        [draw(np.random.default_rng([2, dense, number]), dense) for number in range(first, stop)]
    )


def rows(executor: Executor | None = None) -> Iterator[str]:
    """Yield the table for a note, line by line."""
    yield "| p-value | nulls | sparse | dense |"
    yield "|---|---|---|---|"
    for null in P_VALUES:
        shares = np.stack(
            [shares_below(null, dense, executor=executor) for dense in (False, True)], axis=1
        )
        for name, (sparse, dense_one) in zip(null.names, shares, strict=True):
            yield f"| {name} | {null.nulls:,} | {sparse:.1%} | {dense_one:.1%} |"


if __name__ == "__main__":
    with ProcessPoolExecutor(mp_context=get_context("spawn")) as processes:
        for row in rows(processes):
            sys.stdout.write(f"{row}\n")
            sys.stdout.flush()
