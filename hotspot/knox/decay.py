"""How risk falls off with distance and with days after a burglary."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from itertools import product
from typing import TypeAlias

import geopandas as gpd
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from hotspot._checks import check_incidents_frame, chosen_seed, positive_problems
from hotspot._kernels.arrays import Floats
from hotspot.dates import EventDate
from hotspot.english import count
from hotspot.knox.bands import Bands
from hotspot.knox.blocks import BlockPairs, block_problems, ratio_limits, ratios
from hotspot.near_repeat import distinct_events
from hotspot.output.pictures import Picture
from hotspot.output.results import shown_html

_INK, _RED, _GREY = "#1d2733", "#c8102e", "#cfd5dc"
# So that the bars of two lines do not hide each other.
_APART = 0.08
# Of a normal distribution, 95 % lie within so many standard deviations.
_SPREADS = 1.959964
_VALUES = ("observed", "expected", "ratio", "ratio_low", "ratio_high", "chance_low", "chance_high")
# Labels of some bands of distance or of time, and which they are.
_Group: TypeAlias = tuple[dict[str, str], slice]


@dataclass(frozen=True)
class NearRepeatDecay:
    """Result of `near_repeat_decay`.

    Parameters
    ----------
    table : DataFrame
        A row per cell, by distance, then time, the same place first: ``distance_band``,
        ``time_band``, ``observed``, ``expected``, ``ratio``, ``ratio_low``, ``ratio_high`` (95 %
        of the resamples), ``chance_low``, ``chance_high`` (where 95 % of ratios lie by chance).
    by_distance, by_day, by_day_same_place : DataFrame
        The same by distance, over lags up to `near_days`; by days, over distances up to `near_m`
        but the same place; and by days at the same place.
    bands : Bands
        Rows and columns.
    near_m, near_days
        The edges up to which the other profile is summed.
    events, blocks, block_m, resamples, seed
        Events counted; blocks that hold one and their side in metres; how often blocks were drawn.
    """

    table: pd.DataFrame
    by_distance: pd.DataFrame
    by_day: pd.DataFrame
    by_day_same_place: pd.DataFrame
    bands: Bands
    near_m: float
    near_days: int
    events: int
    blocks: int
    block_m: float
    resamples: int
    seed: int

    def summary(self) -> str:
        """Return in plain words how risk falls off.

        Returns
        -------
        str
        """
        lines = [f"{count(self.events, 'burglary', 'burglaries')} counted."]
        for profile, band, where in (
            (self.by_distance, "distance_band", f"Within {self.near_days} days"),
            (self.by_day, "time_band", f"Nearby, within {self.near_m:g} m"),
            (self.by_day_same_place, "time_band", "At the same place"),
        ):
            known = profile[profile["expected"] > 0]
            if known.empty:
                lines.append(f"{where} there are no pairs to tell from.")
                continue
            first, last = known.iloc[0], known.iloc[-1]
            lines.append(
                f"{where}, risk is {_words(first)} ({first[band]}) at first and {_words(last)} "
                f"({last[band]}) at the end."
            )
        lines.append(
            f"In brackets: 95 % of {self.resamples:,} resamples of {count(self.blocks, 'block')} "
            f"of {self.block_m:g} m (seed {self.seed}). Risk that changes from year to year in "
            "parts of the area raises all ratios a little, however far and late."
        )
        return "\n".join(lines)

    def plot(self) -> Figure:
        """Draw the ratio by distance and by day, with intervals and what chance alone would give.

        Returns
        -------
        matplotlib.figure.Figure
        """
        figure = Picture(figsize=(9.0, 4.4), layout="constrained")
        left, right = figure.subplots(1, 2)
        for axes, profile in ((left, self.by_distance), (right, self.by_day)):
            chance = profile["chance_high"] - profile["chance_low"]
            axes.bar(range(len(profile)), chance, 1.0, profile["chance_low"], color=_GREY,
                     label="95 % of ratios nearby by chance alone")  # fmt: skip
        _draw(left, self.by_distance, "o-", _RED)
        _draw(right, self.by_day, "o-", _RED, -_APART, f"nearby, within {self.near_m:g} m")
        _draw(right, self.by_day_same_place, "s--", _INK, _APART, "same place")
        left.set_xticks(
            range(len(self.by_distance)), self.by_distance["distance_band"], rotation=90
        )
        right.set_xticks(range(len(self.by_day)), self.by_day["time_band"], rotation=90)
        for axes in (left, right):
            axes.axhline(1.0, color=_INK, linewidth=0.8)
            axes.set_ylim(bottom=0)
        left.set_ylabel("Pairs, observed over expected")
        left.set_xlabel(f"Distance between two burglaries (within {self.near_days} days)")
        right.set_xlabel("Time between two burglaries")
        figure.legend(*right.get_legend_handles_labels(), loc="outside lower center", ncols=3,
                      fontsize=8)  # fmt: skip
        figure.suptitle(
            f"Risk after a burglary: {count(self.events, 'burglary', 'burglaries')}, bars are 95 % "
            "of the resamples",
            fontsize=11,
        )
        return figure

    def _repr_html_(self) -> str:
        return shown_html(self.summary(), self.by_distance, self.by_day, self.by_day_same_place)


def near_repeat_decay(
    incidents: gpd.GeoDataFrame,
    distance_bands_m: Sequence[float] = tuple(range(50, 501, 50)),
    time_bands_days: Sequence[int] = tuple(range(7, 57, 7)),
    near_m: float = 200.0,
    near_days: int = 14,
    date: EventDate = "midpoint",
    resamples: int = 999,
    block_m: float | None = None,
    seed: int | None = None,
) -> NearRepeatDecay:
    """Measure how risk falls off with distance and time after a burglary, in fine bands.

    Parameters
    ----------
    incidents : GeoDataFrame, n rows
        As `read_incidents` returns them, in a projected CRS in metres.
    distance_bands_m, time_bands_days : sequence of numbers
        Upper edges of the bands, right-closed; the same place has a band of its own. Days may be
        as fine as ``range(15)``.
    near_m, near_days : float and int
        By distance, lags up to `near_days` are summed; by day, distances up to `near_m`. In both
        the bands that end there or before, and the first one always.
    date : {"midpoint", "from", "to"}
        The moment of each window that counts.
    resamples : int
        How often blocks of ground are drawn anew.
    block_m : float, optional
        Side of a block. Default: as of `calibrate_rule`.
    seed : int, optional
        Default: a fresh one, kept in the result.

    Returns
    -------
    NearRepeatDecay
        ``.table`` by distance and time, ``.by_distance``, ``.by_day``, ``.by_day_same_place``.

    Raises
    ------
    DataError
        If the incidents are not in canonical shape or their dates are months only; every fault
        of incidents and parameters is listed.
    ConfigError
        If only a parameter is out of range.

    Notes
    -----
    The ratio is observed pairs over their exact mean over all permutations of the dates. Two
    things are said of it. By how much it would be off 1 by chance: its exact standard deviation
    over all permutations, 1.96 times either way. And how sure the estimate is: 95 % of resamples
    of blocks of ground, in which no event meets its own copy (see `calibrate_rule`); pairs that
    share an event or a street are not independent, and counting them as if they were would make
    the interval too narrow.

    References
    ----------
    Diggle, P. J., Chetwynd, A. G., Häggkvist, R. and Morris, S. E. (1995). Second-order analysis
    of space-time clustering. Statistical Methods in Medical Research 4(2), 124-136.
    Loh, J. M. (2008). A valid and fast spatial bootstrap for correlation functions. The
    Astrophysical Journal 681(1), 726-734.

    Examples
    --------
    >>> frame = pd.DataFrame({
    ...     "crime_ref": list("ABCD"),
    ...     "occurred_from": pd.Timestamp("2026-01-01") + pd.to_timedelta([0, 2, 90, 91], "D"),
    ... })
    >>> frame["occurred_to"] = frame["occurred_from"]
    >>> incidents = gpd.GeoDataFrame(
    ...     frame, geometry=gpd.points_from_xy([0, 40, 9000, 9050], [0] * 4), crs="EPSG:27700")
    >>> decay = near_repeat_decay(incidents, (50, 100), (7, 14), seed=1)
    >>> decay.by_distance[["distance_band", "observed", "ratio"]]
      distance_band  observed  ratio
    0    same place       0.0    NaN
    1     (0, 50] m       2.0    3.0
    2   (50, 100] m       0.0    NaN
    """
    problems = block_problems(distance_bands_m, time_bands_days, date, resamples, block_m)
    problems += positive_problems(near_m=near_m)
    check_incidents_frame(incidents, arguments=problems, needs_days="A decay by days")
    bands = Bands((0.0, *map(float, distance_bands_m)), tuple(map(int, time_bands_days)))
    events = incidents[distinct_events(incidents)]
    pairs = BlockPairs.of_events(events, bands, date, block_m)
    chosen = chosen_seed(seed)
    profile = partial(_profile, pairs, pairs.counts(), pairs.resampled(resamples, chosen))
    rows = [
        ({"distance_band": label}, slice(row, row + 1))
        for row, label in enumerate(bands.distance_labels)
    ]
    columns = [
        ({"time_band": label}, slice(column, column + 1))
        for column, label in enumerate(bands.time_labels)
    ]
    # From row 1 on, without the same place; the first band always, or a near_m below it would sum
    # nothing.
    nearby = slice(1, 1 + max(1, sum(edge <= near_m for edge in bands.edges_m[1:])))
    soon = slice(0, max(1, sum(edge <= near_days for edge in bands.edges_days)))
    return NearRepeatDecay(
        table=profile(rows, columns),
        by_distance=profile(rows, [({}, soon)]),
        by_day=profile([({}, nearby)], columns),
        by_day_same_place=profile([({}, slice(0, 1))], columns),
        bands=bands,
        near_m=bands.edges_m[nearby.stop - 1],
        near_days=bands.edges_days[soon.stop - 1],
        events=len(events),
        blocks=pairs.blocks,
        block_m=pairs.block_m,
        resamples=resamples,
        seed=chosen,
    )


def _profile(
    pairs: BlockPairs,
    counts: tuple[Floats, Floats],
    drawn: tuple[Floats, Floats],
    rows: Sequence[_Group],
    columns: Sequence[_Group],
) -> pd.DataFrame:
    """Compute the ratio in each group of cells, with its intervals, labels in front."""
    cells = []
    for (row, near), (column, soon) in product(rows, columns):
        observed, expected = (float(of[0, near, soon].sum()) for of in counts)
        _, variance = pairs.moments(near, soon)
        resampled = ratios(*(of[:, near, soon].sum(axis=(1, 2)) for of in drawn))
        low, high = (
            limit[0]
            for limit in ratio_limits(
                np.array([observed]), np.array([expected]), resampled[:, None], pairs.blocks
            )
        )
        # The exact spread over permutations (Barton and David 1966): pairs share events, and taken
        # for independent they would seem surer than they are.
        off = _SPREADS * np.sqrt(max(variance, 0)) / expected if expected else np.nan
        ratio = observed / expected if expected else np.nan
        chance = (max(1 - off, 0), 1 + off) if expected else (np.nan, np.nan)
        values = (observed, expected, ratio, low, high, *chance)
        cells.append({**row, **column, **dict(zip(_VALUES, values, strict=True))})
    return pd.DataFrame(cells)


def _draw(
    axes: Axes,
    profile: pd.DataFrame,
    style: str,
    colour: str,
    beside: float = 0.0,
    label: str | None = None,
) -> None:
    at = np.arange(len(profile)) + beside
    axes.vlines(at, profile["ratio_low"], profile["ratio_high"], color=colour)
    axes.plot(at, profile["ratio"], style, color=colour, markersize=4, linewidth=1, label=label)


def _words(row: pd.Series) -> str:
    if np.isnan(row["ratio_low"]):
        return f"{row['ratio']:.2f} times chance [no interval]"
    return f"{row['ratio']:.2f} times chance [{row['ratio_low']:.2f}, {row['ratio_high']:.2f}]"
