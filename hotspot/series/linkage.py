"""How strongly two crimes speak for one offender: a log Bayes factor learned from solved series."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Self

import geopandas as gpd
import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator

from hotspot._checks import (
    check_incidents_frame,
    choice_problems,
    integer_problems,
    positive_problems,
    seed_problems,
)
from hotspot._errors import not_fitted
from hotspot._kernels.arrays import Bools, Floats, Ints
from hotspot.english import and_list, count
from hotspot.output.handling import NOT_EVIDENCE
from hotspot.series.bayes_factors import Curve, MethodFactors, Sides, logistic_factors, prior_score
from hotspot.series.pair_evidence import (
    FEATURES,
    Evidence,
    Traits,
    evidence_of_pairs,
    method_codes,
)
from hotspot.series.series_numbers import Members, members_of, series_problems

METHOD_NAMES = ("histogram", "logistic")
#: Unlinked pairs that are learned from, and pairs that steady them, at most.
_MOST_PAIRS, _STEADYING = 300_000, 20_000


@dataclass(frozen=True)
class SolvedPairs:
    """Pairs of solved crimes, as plain arrays of one length.

    Attributes
    ----------
    first, second : ndarray of int64
        Positions of the crimes.
    linked : ndarray of bool
        Whether they share a series; the others are of different connected groups.
    weight : ndarray of float64
        One over the number of pairs in the series (the least, of several); 1 for unlinked pairs.
    evidence : Evidence
    """

    first: Ints
    second: Ints
    linked: Bools
    weight: Floats
    evidence: Evidence


class LinkageModel(BaseEstimator):  # type: ignore[misc]
    """A model of how strongly two crimes speak for being linked.

    Parameters
    ----------
    features : sequence of {"distance", "days", "hour", "weekday", "mo"}
        What of a pair is compared, as of `evidence_of_pairs`. Leave "distance" out for work
        across forces, where linked crimes are far apart by nature.
    method : {"histogram", "logistic"}
        A log Bayes factor per feature by shrunk histogram, added up; or all at once by logistic
        regression.
    max_days : int
        Pairs that are more days apart (expected) are not learned from.
    shrinkage : float
        How many series the assumption that a feature tells nothing (for distance and days: what
        the prior below says) counts for.
    seed : int
        For the draw of unlinked pairs where there are too many.

    Attributes
    ----------
    series_, linked_, unlinked_ : int
        Series of two crimes or more, linked and unlinked pairs that it learned from.
    prior_only_ : bool
        Whether nothing could be learned, so that a prior of distance and days alone scores.

    Notes
    -----
    The score of a pair is the natural logarithm of how many times likelier its evidence is for
    crimes of one series than for crimes of two. Pairs within a series weigh one over their
    number, so that each series weighs 1. Unlinked pairs are only those of crimes in different
    connected groups: crimes that share a series, or are joined by a chain of series, are one
    group. A crime without a number of a series is not known to be unlinked: it is in no such
    pair. How common a method is, and how far and long apart any two crimes of this file are,
    is taken from all of them and steadies the unlinked side with the weight of
    twenty pairs of groups: it tells where few series are solved, and nothing where many are.

    Equal methods speak the more the rarer the method is: the factor of a method is the share of
    linked pairs that have equal methods, over the share of crimes that have this one. An unknown
    method speaks neither way.

    Without a solved series a prior of ours scores: it is highest at the same place on the same
    day, and falls by 1 with every 1.5 km and every 30 days, to a floor. That the nearest in
    distance and days are the likeliest to be linked is the one finding that studies of serial
    burglary agree on; the numbers are a rule of thumb and give an order, not a strength. Every
    product says so.

    References
    ----------
    Porter, M. D. (2016). A statistical approach to crime linkage. The American Statistician
    70(2), 152-165.
    Bennell, C. and Jones, N. J. (2005). Between a ROC and a hard place: a method for linking
    serial burglaries by modus operandi. Journal of Investigative Psychology and Offender
    Profiling 2(1), 23-41.
    Tonkin, M., Santtila, P. and Bull, R. (2012). The linking of burglary crimes using offender
    behaviour: testing research cross-nationally and exploring methodology. Legal and
    Criminological Psychology 17(2), 276-293.

    Examples
    --------
    >>> LinkageModel(features=("days", "hour", "mo"))
    LinkageModel(features=('days', 'hour', 'mo'))
    """

    def __init__(
        self,
        features: Sequence[str] = FEATURES,
        method: str = "histogram",
        max_days: int = 365,
        shrinkage: float = 5.0,
        seed: int = 0,
    ) -> None:
        self.features = features
        self.method = method
        self.max_days = max_days
        self.shrinkage = shrinkage
        self.seed = seed

    def fit(self, incidents: gpd.GeoDataFrame, series: str = "series_id") -> Self:
        """Fit the model to the series that a force has solved.

        Parameters
        ----------
        incidents : GeoDataFrame
            As of `crime_series`.
        series : str
            The column of the numbers of series.

        Returns
        -------
        self

        Raises
        ------
        DataError
            If the incidents are not in canonical shape, lack the column, or have months only.
        ConfigError
            If a parameter is out of range; every fault is named.
        """
        self.check(incidents, series)
        traits, members = Traits.of(incidents), members_of(incidents, series)
        pairs = solved_pairs(traits, members, self.max_days, self.seed, ranks_of(incidents))
        self.series_name_, self.methods_known_ = series, method_codes(incidents)[1]
        self.learn(pairs, members.group, traits.mo, steadying_pairs(incidents, traits, self))
        return self

    def check(self, incidents: gpd.GeoDataFrame, series: str) -> None:
        """Raise all that is wrong with the parameters and the incidents.

        Parameters
        ----------
        incidents : GeoDataFrame
        series : str
        """
        arguments = integer_problems(1, max_days=self.max_days)
        arguments += positive_problems(shrinkage=self.shrinkage)
        arguments += choice_problems("method", self.method, METHOD_NAMES)
        arguments += seed_problems(self.seed)
        if isinstance(self.features, str) or not len(self.features):
            arguments.append('features must name one feature or more, as ("distance", "days").')
        else:
            arguments += [
                p for name in self.features for p in choice_problems("features", name, FEATURES)
            ]
        check_incidents_frame(
            incidents,
            *series_problems(incidents, series),
            arguments=arguments,
            needs_days="A linkage",
        )

    def learn(self, pairs: SolvedPairs, groups: Ints, methods: Ints, steadying: Evidence) -> None:
        """Learn from pairs of solved crimes; `fit` chooses them.

        Parameters
        ----------
        pairs : SolvedPairs
        groups : ndarray of int64
            The connected group of each crime.
        methods : ndarray of int64
            The codes of the methods of the crimes, by which their commonness is counted.
        steadying : Evidence
            Of pairs of all crimes.
        """
        linked = pairs.linked
        seen = np.unique(groups[np.concatenate([pairs.first, pairs.second])])
        self.linked_, self.unlinked_ = int(linked.sum()), int((~linked).sum())
        self.series_ = round(float(pairs.weight[linked].sum()), 6)
        self.groups_ = len(seen)
        self.prior_only_ = self.linked_ == 0 or not len(steadying.days)
        self.curves_: dict[str, Curve] = {}
        self.methods_: MethodFactors | None = None
        self.logistic_: Any = None
        if self.prior_only_:
            return
        between = len(seen) * (len(seen) - 1) / 2 if self.unlinked_ else 0.0
        sides = Sides(pairs.evidence, linked, pairs.weight, steadying, between, self.shrinkage)
        if self.method == "logistic" and self.unlinked_:
            self.logistic_ = logistic_factors(self.features, sides, methods)
            return
        for name in self.features:
            if name == "mo":
                self.methods_ = MethodFactors.learned(sides, methods)
            else:
                self.curves_[name] = Curve.learned(name, sides)

    def score_evidence(self, evidence: Evidence) -> dict[str, Floats]:
        """Return the part of each feature in the score of pairs.

        Parameters
        ----------
        evidence : Evidence

        Returns
        -------
        dict of str to ndarray
            They add up to the score.
        """
        if self.prior_only_:
            return {name: prior_score(name, evidence.of(name)) for name in self.scored_by}
        if self.logistic_ is not None:
            parts: dict[str, Floats] = self.logistic_.parts(evidence)
            return parts
        told = {name: curve.at(evidence.of(name)) for name, curve in self.curves_.items()}
        if self.methods_ is not None:
            told["mo"] = self.methods_.at(evidence)
        return {name: told[name] for name in self.features}

    def score_pairs(self, incidents: gpd.GeoDataFrame, pairs: Any = None) -> pd.DataFrame:
        """Compute the log Bayes factor of pairs of crimes.

        Parameters
        ----------
        incidents : GeoDataFrame
            As of `fit`; the methods are compared as texts, so they may be others than those of it.
        pairs : array-like of shape (m, 2), or DataFrame with first and second, optional
            Index labels of each pair. Default: every pair.

        Returns
        -------
        DataFrame, m rows
            As of `evidence_of_pairs`, with ``score`` and its parts, ``score_distance`` and so on.
            A linkage score is a lead, never evidence.

        Raises
        ------
        ConfigError
            If the model was not fitted.
        DataError
            As of `evidence_of_pairs`.
        """
        methods = self.known_methods
        table = evidence_of_pairs(incidents, pairs)
        traits = Traits.of(incidents, methods)
        first, second = (incidents.index.get_indexer(table[name]) for name in ("first", "second"))
        parts = self.score_evidence(traits.compared(first, second))
        table["score"] = np.sum([*parts.values()], axis=0) if parts else 0.0
        for name, part in parts.items():
            table[f"score_{name}"] = part
        return table

    @property
    def known_methods(self) -> list[str]:
        """The methods of the fit, in the order of their codes; a fault where nothing was fitted."""
        if not hasattr(self, "methods_known_"):
            raise not_fitted(type(self).__name__)
        known: list[str] = self.methods_known_
        return known

    @property
    def scored_by(self) -> tuple[str, ...]:
        """The features that go into a score: distance and days alone where nothing was learned."""
        if getattr(self, "prior_only_", False):
            return tuple(name for name in self.features if name in ("distance", "days"))
        return tuple(self.features)

    @property
    def basis(self) -> str:
        """What the scores rest on, in a sentence."""
        if not hasattr(self, "prior_only_"):
            return "Not fitted."
        if self.prior_only_:
            by = and_list(self.scored_by) if self.scored_by else "nothing"
            return (
                f"No solved series to learn from: scored by {by} alone, a rule of "
                "thumb that gives an order and no strength."
            )
        thin = " That is few: the rule of thumb for distance and days weighs more than they do." * (
            self.series_ < self.shrinkage
        )
        told = ["method" if name == "mo" else name for name in self.scored_by]
        return (
            f"Learned from {count(self.linked_, 'linked pair')} of solved series and "
            f"{count(self.unlinked_, 'pair')} of different ones, by {and_list(told)}."
            f"{thin}"
        )

    def summary(self) -> str:
        """Return what the scores rest on, and what they are not.

        Returns
        -------
        str
        """
        return f"{self.basis}\n{NOT_EVIDENCE}"


def ranks_of(incidents: gpd.GeoDataFrame) -> Ints:
    """Return the place of each row in an order of what the rows say."""
    from hotspot.incidents.content_order import content_order

    rank = np.empty(len(incidents), dtype=np.int64)
    rank[content_order(incidents)] = np.arange(len(incidents))
    return rank


def solved_pairs(
    traits: Traits, members: Members, max_days: int, seed: int, rank: Ints
) -> SolvedPairs:
    """Return the pairs of solved crimes: linked, and of different connected groups."""
    solved = np.flatnonzero(members.group >= 0)
    # In the order of what they say, or a draw would turn on the order of the rows.
    solved = solved[np.argsort(rank[solved])]
    linked, weight = _linked(members, rank)
    one, other = _unlinked(solved, members.group, seed)
    first, second = np.concatenate([linked[:, 0], one]), np.concatenate([linked[:, 1], other])
    told = np.arange(len(first)) < len(linked)
    weights = np.concatenate([weight, np.ones(len(one))])
    evidence = traits.compared(first, second)
    near = evidence.days <= max_days
    kept = Evidence(**{name: value[near] for name, value in vars(evidence).items()})
    return SolvedPairs(first[near], second[near], told[near], weights[near], kept)


def _linked(members: Members, rank: Ints) -> tuple[Ints, Floats]:
    """Return every pair that shares a series, once, with the least of its weights."""
    order = np.lexsort([rank[members.row], members.series])
    row, series = members.row[order], members.series[order]
    parts = np.split(row, np.flatnonzero(np.diff(series)) + 1) if len(row) else []
    pairs, weights = [np.empty((0, 2), dtype=np.int64)], [np.empty(0)]
    for rows in parts:
        one, other = np.triu_indices(len(rows), 1)
        if len(one):
            pairs.append(np.sort(np.column_stack([rows[one], rows[other]]), axis=1))
            weights.append(np.full(len(one), 1 / len(one)))
    pair, weight = np.concatenate(pairs), np.concatenate(weights)
    # Sorted by weight, so that the least comes first of a pair in several series.
    by_weight = np.argsort(weight, kind="stable")
    pair, weight = pair[by_weight], weight[by_weight]
    at = np.unique(pair, axis=0, return_index=True)[1]
    return pair[at], weight[at]


def _unlinked(solved: Ints, group: Ints, seed: int) -> tuple[Ints, Ints]:
    """Return pairs of different connected groups: all, or as many as are learned from."""
    n = len(solved)
    if n * (n - 1) / 2 <= _MOST_PAIRS:
        one, other = np.triu_indices(n, 1)
    else:
        one, other = _drawn(n, _MOST_PAIRS, seed)
    first, second = solved[one], solved[other]
    apart = group[first] != group[second]
    return first[apart], second[apart]


def _drawn(n: int, most: int, seed: int) -> tuple[Ints, Ints]:
    """Draw pairs of different numbers below n."""
    draws = np.random.default_rng(seed)
    one = draws.integers(0, n, most)
    other = (one + draws.integers(1, n, most)) % n
    return one, other


def steadying_pairs(incidents: gpd.GeoDataFrame, traits: Traits, model: LinkageModel) -> Evidence:
    """Return how far and long apart any two crimes are, of a sample of their pairs."""
    n = len(incidents)
    order = np.argsort(ranks_of(incidents))
    if n < 2:
        one = other = np.empty(0, dtype=np.int64)
    elif n * (n - 1) / 2 <= _STEADYING:
        one, other = np.triu_indices(n, 1)
    else:
        one, other = _drawn(n, _STEADYING, model.seed)
    evidence = traits.compared(order[one], order[other])
    near = evidence.days <= model.max_days
    return Evidence(**{name: value[near] for name, value in vars(evidence).items()})
