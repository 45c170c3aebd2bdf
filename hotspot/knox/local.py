"""Where burglaries follow one another more than chance has it: places and chains."""

from concurrent.futures import Executor

import geopandas as gpd
import numpy as np
import pandas as pd
from scipy import stats

from hotspot._checks import chosen_seed, integer_problems
from hotspot._kernels.arrays import Floats, Ints
from hotspot._kernels.local import (
    chain_excess,
    count_partners,
    hypergeometric_tail,
    permuted_excess,
)
from hotspot._kernels.pairs import Neighbours, degrees, neighbours_in_space
from hotspot._kernels.threads import blocks
from hotspot.dates import EventDate, event_days
from hotspot.executors import executor_problems, run_pieces
from hotspot.incidents.content_order import in_content_order
from hotspot.knox.times import partners_in_time
from hotspot.near_repeat.chains import link_events, near_repeat_chains
from hotspot.near_repeat.events import check_rule, distinct_events, split_events
from hotspot.output.progress_bars import progress_bar
from hotspot.rule import RULE

# Permutations that a piece deals on an executor.
_RUN = 64


def local_knox(
    incidents: gpd.GeoDataFrame,
    distance_m: float = RULE.distance_m,
    window_days: int = RULE.window_days,
    date: EventDate = "midpoint",
) -> gpd.GeoDataFrame:
    """Test around which burglaries more others are near in space and time than chance has it.

    Parameters
    ----------
    incidents : GeoDataFrame, n rows
        As `read_incidents` returns them, in a projected CRS in metres.
    distance_m, window_days
        The rule, as of `near_repeat_pairs`.
    date : {"midpoint", "from", "to"}
        The moment of each window that counts.

    Returns
    -------
    GeoDataFrame, n rows, on the index of `incidents`
        ``neighbours`` within the distance, whatever their dates; how many of these are
        ``observed`` within the window, before or after; how many are ``expected``; ``z``;
        ``p_value`` (one-sided, exact); ``q_value`` (false discovery rate over all burglaries with
        a neighbour); ``geometry``. Further references of an event carry its numbers.

    Raises
    ------
    DataError
        If the incidents are not in canonical shape, or their dates are months only.
    ConfigError
        If a parameter is out of range.

    Notes
    -----
    The burglary keeps its place and day, and the days of the others are dealt out anew over their
    places (conditional permutation). Then the neighbours that are near in time are a draw without
    putting back from all that are near in time, wherever they are: the count is hypergeometric,
    and its mean, variance and p-value are exact, without simulation. A normal approximation of the
    local statistic, as first proposed, gives too many false alarms where few are expected
    (Piroutek et al. 2014).

    Neighbouring burglaries share neighbours, so their p-values go together; the false discovery
    rate holds for such positive dependence. A place where burglary rose or fell against the rest
    of the area stands out as well, without anyone following anyone.

    References
    ----------
    Rogerson, P. A. (2001). Monitoring point patterns for the development of space-time clusters.
    Journal of the Royal Statistical Society A 164(1), 87-96.
    Piroutek, A., Assunção, R. and Paiva, T. (2014). Space-time prospective surveillance based on
    Knox local statistics. Statistics in Medicine 33(16), 2758-2773.
    Kulldorff, M. and Hjalmars, U. (1999). The Knox method and other tests for space-time
    interaction. Biometrics 55(2), 544-552.
    Benjamini, Y. and Yekutieli, D. (2001). The control of the false discovery rate in multiple
    testing under dependency. The Annals of Statistics 29(4), 1165-1188.

    Examples
    --------
    >>> frame = pd.DataFrame({
    ...     "crime_ref": list("ABCD"),
    ...     "occurred_from": pd.Timestamp("2026-01-01") + pd.to_timedelta([0, 2, 90, 91], "D"),
    ... })
    >>> frame["occurred_to"] = frame["occurred_from"]
    >>> incidents = gpd.GeoDataFrame(
    ...     frame, geometry=gpd.points_from_xy([0, 50, 9000, 9050], [0] * 4), crs="EPSG:27700")
    >>> local_knox(incidents)[["neighbours", "observed", "expected", "p_value"]].round(3)
       neighbours  observed  expected  p_value
    0           1         1     0.333    0.333
    1           1         1     0.333    0.333
    2           1         1     0.333    0.333
    3           1         1     0.333    0.333
    """
    check_rule(incidents, distance_m, window_days, date=date)
    events, event, _ = split_events(incidents)
    days, near = event_days(events, date), _near(events, distance_m)
    in_space = np.empty(len(events), dtype=np.int64)
    in_space[near.order] = degrees(near)[0]
    in_time = partners_in_time(days, np.array([window_days]))[0]
    observed = count_partners(near, days, window_days)
    others = max(len(events) - 1, 0)
    # With the event's own day kept, its neighbours' days are a draw without putting back from all
    # the others': exact, where the normal of Rogerson (2001) gives false alarms for small counts.
    p_value = hypergeometric_tail(observed, in_space, in_time, others)
    expected, spread = _hypergeometric_moments(in_space, in_time, others)
    with np.errstate(divide="ignore", invalid="ignore"):
        z = np.where(spread > 0, (observed - expected) / spread, np.nan)
    # Who has no neighbour is no test: counted, they would only thin the discoveries out.
    q_value = np.ones(len(events))
    q_value[in_space > 0] = stats.false_discovery_control(p_value[in_space > 0])
    return gpd.GeoDataFrame(
        {
            "neighbours": in_space[event],
            "observed": observed[event],
            "expected": expected[event],
            "z": z[event],
            "p_value": p_value[event],
            "q_value": q_value[event],
        },
        geometry=incidents.geometry.to_numpy(),
        index=incidents.index,
        crs=incidents.crs,
    )


def chain_significance(
    incidents: gpd.GeoDataFrame,
    distance_m: float = RULE.distance_m,
    window_days: int = RULE.window_days,
    permutations: int = 999,
    date: EventDate = "midpoint",
    seed: int | None = None,
    *,
    executor: Executor | None = None,
) -> gpd.GeoDataFrame:
    """Test which chains of burglaries are more than the rule would string together by chance.

    Parameters
    ----------
    incidents, distance_m, window_days, date
        As of `near_repeat_chains`.
    permutations : int
        How often the dates are dealt out anew over the places.
    seed : int, optional
        One seed gives one answer, on any number of threads. Default: a fresh one, kept in `attrs`.
    executor : concurrent.futures.Executor, optional
        Runs the permutations, 64 to a piece; the numbers are the same on any. Default: threads.

    Returns
    -------
    GeoDataFrame
        As `near_repeat_chains` returns it, and before the geometry: ``pairs`` of the chain's crimes
        within the rule, how many are ``expected_pairs``, and ``p_value``.

    Raises
    ------
    DataError
        If the incidents are not in canonical shape, or their dates are months only.
    ConfigError
        If a parameter is out of range.

    Notes
    -----
    Any area has chains, and the busier the longer; length alone shows nothing. So a chain is
    judged by its pairs near in space and time, against its pairs near in space times the share of
    all pairs that are near in time: by the log likelihood ratio of the two, as scan statistics
    are. ``p_value`` is the chance that the most striking chain anywhere is as striking once the
    dates are dealt out anew and chains are linked anew, so one chain in twenty areas without near
    repeats falls below 0.05, however many chains there are (fewer where chains are so short that
    many tie). A chain in a street that is always busy does not stand out by that.

    References
    ----------
    Kulldorff, M., Heffernan, R., Hartman, J., Assunção, R. and Mostashari, F. (2005). A space-time
    permutation scan statistic for disease outbreak detection. PLoS Medicine 2(3), e59.
    Westfall, P. H. and Young, S. S. (1993). Resampling-Based Multiple Testing. Wiley.

    Examples
    --------
    >>> frame = pd.DataFrame({
    ...     "crime_ref": list("ABCD"),
    ...     "occurred_from": pd.Timestamp("2026-01-01") + pd.to_timedelta([0, 2, 90, 191], "D"),
    ... })
    >>> frame["occurred_to"] = frame["occurred_from"]
    >>> incidents = gpd.GeoDataFrame(
    ...     frame, geometry=gpd.points_from_xy([0, 50, 9000, 9050], [0] * 4), crs="EPSG:27700")
    >>> found = chain_significance(incidents, permutations=99, seed=1)
    >>> found[["chain", "crimes", "pairs"]]
      chain  crimes  pairs
    0     A       2      1
    """
    wrong = integer_problems(1, permutations=permutations) + executor_problems(executor)
    check_rule(incidents, distance_m, window_days, *wrong, date=date)
    chosen = chosen_seed(seed)
    judged = judged_chains(incidents, distance_m, window_days, permutations, chosen, date, executor)
    chains = near_repeat_chains(incidents, distance_m, window_days, date)
    by_chain = judged.reindex(chains["chain"]).reset_index(drop=True)
    for name in judged.columns:
        chains.insert(chains.columns.get_loc("geometry"), name, by_chain[name])
    chains.attrs.update(permutations=int(permutations), seed=chosen)
    return chains


def judged_chains(
    incidents: gpd.GeoDataFrame,
    distance_m: float,
    window_days: int,
    permutations: int,
    seed: int,
    date: EventDate,
    executor: Executor | None = None,
) -> pd.DataFrame:
    """Return ``pairs``, ``expected_pairs`` and ``p_value`` by the id of each chain.

    Parameters
    ----------
    incidents, distance_m, window_days, permutations, seed, date, executor
        As of `chain_significance`, checked.

    Returns
    -------
    DataFrame
    """
    # Dates are dealt over the events as they stand: not in the order of the file.
    events = in_content_order(incidents[distinct_events(incidents)])
    days, near = event_days(events, date), _near(events, distance_m)
    links = link_events(events, distance_m, window_days, date)
    n = len(events)
    in_time = partners_in_time(days, np.array([window_days]))[0]
    # Each pair near in time stands in the count of both its events.
    share = float(in_time.sum()) / max(n * (n - 1), 1)
    pairs, close, excess = chain_excess(near, days, window_days, share, links.chain)
    asked = near, days, window_days, share
    if executor is None:
        with progress_bar(permutations, "Chains by chance") as bar:
            highest = permuted_excess(*asked, permutations, seed, step=bar.update)
    else:
        runs = blocks(permutations, _RUN)
        with progress_bar(len(runs), f"Chains by chance, {_RUN} permutations each") as bar:
            highest = np.concatenate(
                run_pieces(_excess_run, (*asked, seed), runs, executor, "Chains", step=bar.update)
            )
    # Each chain is held against the most striking of all chains of a permutation, which allows for
    # having looked at all of them (Westfall and Young 1993); a tie counts as at least as striking.
    as_striking = permutations - np.searchsorted(np.sort(highest), excess, side="left")
    return pd.DataFrame(
        {
            "pairs": pairs,
            "expected_pairs": close * share,
            # The data are one of the permutations: without them a p-value of 0 could come out,
            # and the test would call too much significant (Davison and Hinkley 1997, section 4.2).
            "p_value": (1 + as_striking) / (1 + permutations),
        },
        index=pd.Index(links.chain_ids),
    )


def _excess_run(asked: tuple[Neighbours, Ints, int, float, int], first: int, stop: int) -> Floats:
    """Compute the highest excess of permutations [first, stop)."""
    near, days, window_days, share, seed = asked
    number = stop - first
    return permuted_excess(near, days, window_days, share, number, seed, threads=1, before=first)


def _near(events: gpd.GeoDataFrame, distance_m: float) -> Neighbours:
    """Find the neighbours within the distance, whatever their dates."""
    x, y = events.geometry.x.to_numpy(), events.geometry.y.to_numpy()
    return neighbours_in_space(x, y, np.array([float(distance_m)]), np.array([True]))


def _hypergeometric_moments(draws: Ints, good: Ints, total: int) -> tuple[Floats, Floats]:
    """Compute the mean and standard deviation of the good ones among the drawn."""
    if total == 0:
        return np.zeros(len(draws)), np.zeros(len(draws))
    # Of a draw without putting back: the last factor of the variance is its correction for a finite
    # number.
    mean = draws * (good / total)
    variance = mean * (1 - good / total) * (total - draws) / max(total - 1, 1)
    return mean, np.sqrt(np.maximum(variance, 0))
