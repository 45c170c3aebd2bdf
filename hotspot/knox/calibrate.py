"""Which distance and window fit the burglaries of this area, and how sure that is."""

from collections.abc import Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from typing import NamedTuple

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from scipy.optimize import isotonic_regression

from hotspot._checks import check_incidents_frame, chosen_seed, positive_problems
from hotspot._kernels.arrays import Floats, Ints
from hotspot._kernels.percentiles import tails
from hotspot._kernels.threads import blocks
from hotspot.dates import EventDate
from hotspot.english import count, early_words
from hotspot.executors import executor_problems, run_pieces
from hotspot.knox.bands import Bands
from hotspot.knox.blocks import BlockPairs, block_problems, ratio_limits, ratios
from hotspot.knox.moments import upper_tail
from hotspot.knox.test_result import ALPHA
from hotspot.near_repeat import distinct_events
from hotspot.output.pictures import Picture
from hotspot.output.progress_bars import progress_bar
from hotspot.output.results import shown_html

_INK, _RED = "#1d2733", "#c8102e"
# Fewer blocks than these make an interval that says little.
_FEW_BLOCKS = 10
# Resamples that a piece draws: a tenth of a second or more.
_RUN = 250


@dataclass(frozen=True)
class RuleCalibration:
    """Result of `calibrate_rule`.

    Parameters
    ----------
    distance_m, window_days : float and int, or None
        The rule proposed; both None where the data support none.
    distance_interval, window_interval : tuple of float, or None
        What 95 % of the resamples propose; 0 stands for none.
    p_value : float
        Of the pairs within `near_m` and `near_days`, the same place left out, in closed form.
    by_distance, by_time : DataFrame
        A row per band: ``band``, ``upper`` edge, ``observed``, ``expected``, ``ratio``,
        ``ratio_low`` and ``ratio_high`` (95 % of the resamples), ``smoothed`` (the ratio, made to
        fall). By distance with lags up to `near_days`, by time within `near_m`.
    raised : float
        From which ratio risk counts as raised.
    near_m, near_days, resamples, seed
        As asked for.
    events, blocks, block_m
        Events counted; blocks that hold one, and the side of a block in metres.
    """

    distance_m: float | None
    window_days: int | None
    distance_interval: tuple[float, float] | None
    window_interval: tuple[float, float] | None
    p_value: float
    by_distance: pd.DataFrame
    by_time: pd.DataFrame
    raised: float
    near_m: float
    near_days: int
    resamples: int
    seed: int
    events: int
    blocks: int
    block_m: float

    @property
    def supported(self) -> bool:
        """Whether the data support any rule for nearby places."""
        return self.distance_m is not None

    def summary(self) -> str:
        """Return in plain words what is proposed, how sure it is and what it rests on.

        Returns
        -------
        str
        """
        limits = (
            "A rule for places nearby: it says nothing on repeats at the same address, nor that "
            "visits prevent anything."
        )
        if self.distance_m is None or self.window_days is None:
            return "\n".join([self._no_rule(), limits])
        sentences = [
            f"Proposed for {count(self.events, 'burglary', 'burglaries')}: {self.distance_m:g} m "
            f"and {self.window_days} days. So far and so long risk is at least {self.raised:g} "
            f"times what chance gives (by distance {early_words(self.near_days)}, by time "
            f"within {self.near_m:g} m)."
        ]
        if self.distance_m == self.by_distance["upper"].iloc[-1]:
            sentences.append("It reaches as far as was looked: look farther.")
        if self.window_days == self.by_time["upper"].iloc[-1]:
            sentences.append("It reaches as long as was looked: look longer.")
        return "\n".join([*sentences, self._how_sure(), limits])

    def plot(self) -> Figure:
        """Draw the ratio by distance and by time, with intervals and the rule proposed.

        Returns
        -------
        matplotlib.figure.Figure
        """
        figure = Picture(figsize=(9.0, 4.2), layout="constrained")
        left, right = figure.subplots(1, 2, sharey=True)
        self._draw(left, self.by_distance, self.distance_m, self.distance_interval)
        self._draw(right, self.by_time, self.window_days, self.window_interval)
        left.set_xlabel(f"Distance between two burglaries, m (within {self.near_days} days)")
        right.set_xlabel(f"Time between two burglaries, days (within {self.near_m:g} m)")
        left.set_ylabel("Pairs, observed over expected")
        handles, _ = left.get_legend_handles_labels()
        figure.legend(handles=handles, loc="outside lower center", ncols=3, fontsize=8)
        proposed = "no rule is supported"
        if self.supported:
            proposed = f"{self.distance_m:g} m and {self.window_days} days"
        figure.suptitle(f"Risk after a burglary nearby: {proposed}", fontsize=11)
        return figure

    def _draw(
        self,
        axes: Axes,
        profile: pd.DataFrame,
        reach: float | None,
        interval: tuple[float, float] | None,
    ) -> None:
        upper = profile["upper"].to_numpy()
        # At the middle of each band: drawn at its edge, risk would seem to reach farther than it
        # was measured.
        middle = (upper + np.concatenate([[0], upper[:-1]])) / 2
        low, high = profile["ratio_low"], profile["ratio_high"]
        axes.vlines(middle, low, high, color="#8a96a3", label="95 % of the resamples")
        axes.plot(middle, profile["ratio"], "o", color=_INK, markersize=4, label="measured")
        axes.plot(middle, profile["smoothed"], color=_RED, label="the same, made to fall")
        axes.axhline(1.0, color=_INK, linewidth=0.8)
        raised = f"raised: {self.raised:g} times chance"
        axes.axhline(self.raised, color=_INK, linewidth=0.8, linestyle=":", label=raised)
        if interval is not None:
            label = "the rule, in 95 % of the resamples"
            axes.axvspan(*interval, color="#f08a24", alpha=0.15, linewidth=0, label=label)
        if reach is not None:
            axes.axvline(reach, color=_RED, linestyle="--", label="the rule proposed")
        axes.set_xlim(0, upper[-1])
        axes.set_ylim(bottom=0)

    def _repr_html_(self) -> str:
        return shown_html(self.summary())

    def _no_rule(self) -> str:
        if self.p_value > ALPHA:
            why = (
                f"pairs within {self.near_m:g} m and {self.near_days} days are no more than "
                f"chance can explain (p = {self.p_value:.2g})"
            )
        else:
            why = " and ".join(
                f"{where} the ratio, made to fall {along}, is {profile['smoothed'].max():.2f} at "
                f"most, below {self.raised:g}"
                for where, along, profile in (
                    (early_words(self.near_days), "with distance", self.by_distance),
                    (f"within {self.near_m:g} m", "with time", self.by_time),
                )
                if not profile["smoothed"].max() >= self.raised
            )
        counted = count(self.events, "burglary", "burglaries")
        return f"No distance and window proposed for {counted}: {why}."

    def _how_sure(self) -> str:
        if self.distance_interval is None or self.window_interval is None:
            return "All lie in one block of ground, so there is no interval."
        near, far = self.distance_interval
        short, long = self.window_interval
        words = (
            f"95 % of {self.resamples:,} resamples of {self.blocks} blocks of {self.block_m:g} m "
            f"give {near:g} to {far:g} m and {short:g} to {long:g} days."
        )
        if near == 0 or short == 0:
            words += " Some find no reach at all: hold it for a first guess."
        if self.blocks < _FEW_BLOCKS:
            words += " So few blocks say little."
        return words


def calibrate_rule(
    incidents: gpd.GeoDataFrame,
    distances_m: Sequence[float] = tuple(range(50, 1001, 50)),
    days: Sequence[int] = tuple(range(7, 85, 7)),
    raised: float = 1.2,
    near_m: float = 200.0,
    near_days: int = 14,
    date: EventDate = "midpoint",
    resamples: int = 999,
    block_m: float | None = None,
    seed: int | None = None,
    *,
    executor: Executor | None = None,
) -> RuleCalibration:
    """Estimate how far and how long risk is raised here after a burglary, with intervals.

    Parameters
    ----------
    incidents : GeoDataFrame, n rows
        As `read_incidents` returns them, in a projected CRS in metres.
    distances_m, days : sequence of numbers
        Upper edges of the bands that are looked at; a proposal is one of them.
    raised : float
        From how many times chance risk counts as raised.
    near_m, near_days : float and int
        The nearest pairs: how far is measured on lags up to `near_days`, how long on distances up
        to `near_m`, and together they must be more than chance. Each is an edge of the bands.
    date : {"midpoint", "from", "to"}
        The moment of each window that counts.
    resamples : int
        How often blocks of ground are drawn anew.
    block_m : float, optional
        Side of a block. Default: 1,000 m, halved down to 250 m while fewer than 40 blocks hold a
        burglary.
    seed : int, optional
        Default: a fresh one, kept in the result.
    executor : concurrent.futures.Executor, optional
        Runs the resamples, 250 to a piece; the numbers are the same on any. Default: none, here.

    Returns
    -------
    RuleCalibration
        ``.distance_m`` and ``.window_days``, None where no rule is supported.

    Raises
    ------
    DataError
        If the incidents are not in canonical shape or their dates are months only; every fault
        of incidents and parameters is listed.
    ConfigError
        If only a parameter is out of range.

    Notes
    -----
    The ratio of observed pairs to their exact mean over all permutations of the dates is made to
    fall with distance, and with time, by isotonic regression; the rule reaches to the last band at
    `raised` or above. The default, a fifth above chance, is a choice and no finding. Unlike a
    test of each band, this does not reach farther only because there are more burglaries. Pairs
    at the same point are left out: they would pass for closeness. Two burglaries that follow the
    same third one are a pair as well, so the reach may be up to twice as far as one leads to one.

    The bootstrap draws blocks with replacement. Pairs are formed once, in the sample as it is, and
    each event carries half of each of its pairs wherever its block is drawn, so that an event
    never meets its own copy. A single test, in closed form and fixed beforehand, decides whether
    anything is supported: of areas without near repeats one in twenty is given a rule.

    References
    ----------
    Loh, J. M. and Stein, M. L. (2004). Bootstrapping a spatial point process. Statistica Sinica
    14(1), 69-101.
    Loh, J. M. (2008). A valid and fast spatial bootstrap for correlation functions. The
    Astrophysical Journal 681(1), 726-734.
    Ratcliffe, J. H. (2020). Near Repeat Calculator (version 2.0). Temple University.

    Examples
    --------
    >>> frame = pd.DataFrame({
    ...     "crime_ref": list("AB"), "occurred_from": pd.to_datetime(["2026-01-01", "2026-06-02"])})
    >>> frame["occurred_to"] = frame["occurred_from"]
    >>> incidents = gpd.GeoDataFrame(
    ...     frame, geometry=gpd.points_from_xy([0, 90], [0, 0]), crs="EPSG:27700")
    >>> calibrate_rule(incidents, seed=1).supported
    False
    """
    problems = block_problems(distances_m, days, date, resamples, block_m)
    problems += positive_problems(raised=raised) + executor_problems(executor)
    for name, value, edges in (("near_m", near_m, distances_m), ("near_days", near_days, days)):
        if value not in edges:
            problems.append(f"{name} must be one of the upper edges, not {value!r}.")
    check_incidents_frame(incidents, arguments=problems, needs_days="A rule")
    bands = Bands((0.0, *map(float, distances_m)), tuple(map(int, days)))
    events = incidents[distinct_events(incidents)]
    pairs = BlockPairs.of_events(events, bands, date, block_m)
    chosen = chosen_seed(seed)
    # From row 1 on: row 0 holds the pairs of one place, which are no part of a rule for neighbours.
    near = slice(1, 1 + int(np.searchsorted(distances_m, near_m)) + 1)
    soon = slice(0, int(np.searchsorted(days, near_days)) + 1)
    by_distance, by_time = _summed(pairs.counts(), near, soon)
    # One test of one cell, fixed beforehand: no band was chosen after a look at the ratios, so its
    # p-value needs no correction for many looks.
    mean, variance = pairs.moments(near, soon)
    observed = pairs.pairs.sum(axis=0)[near, soon].sum()
    p_value = float(upper_tail(np.array([observed]), np.array([mean]), np.array([variance]))[0])
    # The rule reaches as far as the fitted ratio is raised, not as far as each band is
    # significant: with more burglaries everything becomes significant.
    looked = tuple(map(float, distances_m)), tuple(map(float, days))
    reach = [
        _reach(_falling(observed[0], expected[0]), one, raised)
        for (observed, expected), one in zip((by_distance, by_time), looked, strict=True)
    ]
    supported = p_value <= ALPHA and min(reach) > 0
    # One set of draws serves distance and time, so that the two intervals belong together.
    asked = _Resampling(pairs.without_events(), near, soon, looked if supported else (), raised)
    drawn_distance, drawn_time, reaches = _resampled(asked, resamples, chosen, executor)
    blocks = pairs.blocks
    far = _profile(bands.distance_labels[1:], distances_m, by_distance, drawn_distance, blocks)
    long = _profile(bands.time_labels, days, by_time, drawn_time, blocks)
    intervals = [_interval(ends, blocks) if supported else None for ends in reaches]
    return RuleCalibration(
        distance_m=reach[0] if supported else None,
        window_days=int(reach[1]) if supported else None,
        distance_interval=intervals[0],
        window_interval=intervals[1],
        p_value=p_value,
        by_distance=far,
        by_time=long,
        raised=raised,
        near_m=near_m,
        near_days=near_days,
        resamples=resamples,
        seed=chosen,
        events=len(events),
        blocks=blocks,
        block_m=pairs.block_m,
    )


class _Resampling(NamedTuple):
    """What a run of resamples goes by: see `calibrate_rule`; no edges where nothing is proposed."""

    pairs: BlockPairs
    near: slice
    soon: slice
    edges: tuple[tuple[float, ...], ...]
    raised: float


def _resampled(
    asked: _Resampling, resamples: int, seed: int, executor: Executor | None
) -> tuple[tuple[Floats, Floats], tuple[Floats, Floats], tuple[Floats, Floats]]:
    """Return observed and expected by distance and by time, and how far and long each reaches."""
    draws = asked.pairs.draw_several(resamples, seed)
    # No draws are a piece, too: what is concatenated has their shape.
    runs = blocks(len(draws), _RUN if executor else max(resamples, 1)) or [(0, 0)]
    pieces = [(draws[first:stop],) for first, stop in runs]
    with progress_bar(len(pieces), f"Rule, {_RUN} resamples each") as bar:
        parts = run_pieces(
            _resampled_run, asked, pieces, executor, "Calibration of the rule", step=bar.update
        )
    one, two, three, four, far, long = (np.concatenate(part) for part in zip(*parts, strict=True))
    return (one, two), (three, four), (far, long)


def _resampled_run(asked: _Resampling, draws: Ints) -> tuple[Floats, ...]:
    """Return what `_resampled` does, of some of the draws."""
    profiles = _summed(asked.pairs.counts(draws), asked.near, asked.soon)
    reaches = [
        np.array(
            [_reach(_falling(*bands), edges, asked.raised) for bands in zip(*profile, strict=True)]
        )
        for profile, edges in zip(profiles, asked.edges, strict=bool(asked.edges))
    ]
    return (*profiles[0], *profiles[1], *(reaches or (np.empty(0), np.empty(0))))


def _summed(
    counts: tuple[Floats, Floats], near: slice, soon: slice
) -> tuple[tuple[Floats, Floats], tuple[Floats, Floats]]:
    """Sum observed and expected by distance over soon lags, and by time over near places."""
    observed, expected = counts
    by_distance = observed[:, 1:, soon].sum(axis=2), expected[:, 1:, soon].sum(axis=2)
    return by_distance, (observed[:, near].sum(axis=1), expected[:, near].sum(axis=1))


def _profile(
    labels: Sequence[str],
    edges: Sequence[float],
    counts: tuple[Floats, Floats],
    drawn: tuple[Floats, Floats],
    blocks: int,
) -> pd.DataFrame:
    """Return the ratio by band, with what the resamples of some blocks make of it."""
    observed, expected = counts[0][0], counts[1][0]
    ratio = ratios(observed, expected)
    low, high = ratio_limits(observed, expected, ratios(*drawn), blocks)
    return pd.DataFrame(
        {
            "band": np.array(labels, dtype=object),
            "upper": np.array(edges, dtype=float),
            "observed": observed,
            "expected": expected,
            "ratio": ratio,
            "ratio_low": low,
            "ratio_high": high,
            "smoothed": _falling(observed, expected),
        }
    )


def _falling(observed: Floats, expected: Floats) -> Floats:
    """Fit ratios that only fall from band to band, each weighted by what is expected in it."""
    known = expected > 0
    smoothed = np.full(len(observed), np.nan)
    if known.any():
        # The variance of a ratio is about one over its expected pairs, so these are the weights and
        # sparse bands give way to full ones (pool adjacent violators; Barlow et al. 1972).
        ratio = observed[known] / expected[known]
        smoothed[known] = isotonic_regression(ratio, weights=expected[known], increasing=False).x
    return smoothed


def _reach(smoothed: npt.ArrayLike, edges: Sequence[float], raised: float) -> float:
    """Return the last edge up to which risk is raised, or 0."""
    # The fitted ratios only fall, so all bands up to the last raised one are raised, but for those
    # without a ratio.
    within = np.flatnonzero(np.asarray(smoothed) >= raised)
    return float(edges[within[-1]]) if len(within) else 0.0


def _interval(reaches: Floats, blocks: int) -> tuple[float, float] | None:
    """Return between which edges 95 % of the resamples reach."""
    if not len(reaches) or blocks < 2:
        return None
    # Each reach is an edge, and so is what is returned: nothing lies between two edges.
    low, high = np.quantile(reaches, tails(blocks), method="nearest")
    return float(low), float(high)
