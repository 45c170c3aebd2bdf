"""The evidence of a feature as a log Bayes factor: shrunk histograms, methods, a regression."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from hotspot._kernels.arrays import Bools, Floats, Ints
from hotspot.series.pair_evidence import Evidence

# What the pairs of all crimes weigh beside those of different groups, in pairs of groups.
_STEADY = 20.0
# Linked pairs a bin at least, and bins at most.
_IN_BIN, _MOST_BINS = 6, 8
# How much more than its nearest bin a pair with no difference at all may speak.
_MOST_MORE = 1.0
# The prior where nothing is solved: by 1 down with each of these, from the top to the bottom.
_PRIOR_STEP = {"distance": 1500.0, "days": 30.0}
_PRIOR_TOP, _PRIOR_FLOOR = 2.0, -2.0
# Crimes that a method is taken to have beside those that it has.
_UNSEEN = 1.0


@dataclass(frozen=True)
class Sides:
    """What a feature is learned from.

    Attributes
    ----------
    evidence : Evidence, m pairs
    linked : ndarray of bool, shape (m,)
    weight : ndarray of float64, shape (m,)
        Of linked pairs.
    steadying : Evidence
        Of pairs of all crimes.
    between : float
        How many pairs of groups the unlinked pairs are of.
    shrinkage : float
        How many series the prior counts for.
    """

    evidence: Evidence
    linked: Bools
    weight: Floats
    steadying: Evidence
    between: float
    shrinkage: float

    @property
    def series(self) -> float:
        """How many series the linked pairs weigh."""
        return float(self.weight[self.linked].sum())

    def unlinked_shares(self, own: Floats, steady: Floats) -> Floats:
        """Return shares of unlinked pairs by bin, steadied by those of all crimes."""
        steady = (steady + 0.5) / (steady + 0.5).sum()
        if not own.sum():
            return np.asarray(steady)
        mixed = self.between * own / own.sum() + _STEADY * steady
        return np.asarray(mixed / mixed.sum())

    def linked_shares(self, own: Floats, unlinked: Floats, prior: Floats) -> Floats:
        """Return shares of linked pairs by bin, shrunk to what the prior makes of the unlinked."""
        expected = unlinked * np.exp(prior)
        expected /= expected.sum()
        return np.asarray((own + self.shrinkage * expected) / (own.sum() + self.shrinkage))


def prior_score(feature: str, values: Floats) -> Floats:
    """Return the log Bayes factor of the rule of thumb: by distance and days, else none.

    Examples
    --------
    >>> prior_score("distance", np.array([0.0, 1500.0, 90_000.0])).tolist()
    [2.0, 1.0, -2.0]
    """
    if feature not in _PRIOR_STEP:
        return np.zeros(len(values))
    return np.asarray(np.maximum(_PRIOR_TOP - values / _PRIOR_STEP[feature], _PRIOR_FLOOR))


@dataclass(frozen=True)
class Curve:
    """The log Bayes factor of a number, a straight line between the middles of its bins.

    Attributes
    ----------
    middle, score : ndarray of float64
    """

    middle: Floats
    score: Floats

    @classmethod
    def learned(cls, feature: str, sides: Sides) -> "Curve":
        """Return the curve of a feature."""
        values, steady = sides.evidence.of(feature), sides.steadying.of(feature)
        linked = values[sides.linked]
        edges = _edges(linked, sides.weight[sides.linked], steady)
        bins = len(edges) + 1
        own, other, base = (
            np.searchsorted(edges, each, side="right")
            for each in (linked, values[~sides.linked], steady)
        )
        unlinked = sides.unlinked_shares(
            np.bincount(other, minlength=bins).astype(float),
            np.bincount(base, minlength=bins).astype(float),
        )
        by_bin = [
            np.concatenate([steady[base == b], values[~sides.linked][other == b], linked[own == b]])
            for b in range(bins)
        ]
        middle = np.array([np.median(each) if len(each) else np.nan for each in by_bin])
        prior = np.array([
            np.log(np.exp(prior_score(feature, each)).mean()) if len(each) else 0.0
            for each in by_bin
        ])  # fmt: skip
        weight = np.bincount(own, sides.weight[sides.linked], minlength=bins).astype(float)
        score = np.log(sides.linked_shares(weight, unlinked, prior) / unlinked)
        told = np.isfinite(middle)
        at, first = np.unique(middle[told], return_index=True)
        return cls(*_to_nought(at, _falling(score[told][first], (weight + 1e-9)[told][first])))

    def at(self, values: Floats) -> Floats:
        """Return the log Bayes factor of values."""
        return np.asarray(np.interp(values, self.middle, self.score))


def _to_nought(at: Floats, score: Floats) -> tuple[Floats, Floats]:
    """Return a curve that goes on to 0 as it falls at first: the most alike are not all one."""
    if len(at) < 2 or at[0] <= 0:
        return at, score
    slope = (score[0] - score[1]) / (at[1] - at[0])
    top = score[0] + min(slope * at[0], _MOST_MORE)
    return np.append(0.0, at), np.append(top, score)


def _falling(score: Floats, weight: Floats) -> Floats:
    """Return the nearest scores that never rise: what is less alike never speaks the more."""
    # Loaded here: it takes long, and a lone prior needs none.
    from sklearn.isotonic import IsotonicRegression

    model: Any = IsotonicRegression(increasing=False)
    return np.asarray(model.fit_transform(np.arange(len(score)), score, sample_weight=weight))


def _edges(linked: Floats, weight: Floats, steady: Floats) -> Floats:
    """Return the edges of bins: of like weight of linked pairs, and beyond them of all pairs."""
    bins = int(np.clip(len(linked) // _IN_BIN, 2, _MOST_BINS))
    order = np.argsort(linked, kind="stable")
    along = np.cumsum(weight[order]) / weight.sum()
    inner = linked[order][np.searchsorted(along, np.arange(1, bins) / bins - 1e-9)]
    beyond = steady[steady > inner[-1]]
    outer = np.quantile(beyond, [0.33, 0.67]) if len(beyond) > 2 * _IN_BIN else []
    return np.unique(np.concatenate([inner, outer]))


@dataclass(frozen=True)
class MethodFactors:
    """The log Bayes factor of two methods.

    Attributes
    ----------
    equal : ndarray of float64
        By the code of the method that both have.
    unseen : float
        Of equal methods that no crime of the fit has.
    unequal : float
    """

    equal: Floats
    unseen: float
    unequal: float

    @classmethod
    def learned(cls, sides: Sides, codes: Ints) -> "MethodFactors":
        """Return the factors, from pairs and from how common each method is among crimes."""
        known = codes[codes >= 0]
        number = np.bincount(known).astype(float) if len(known) else np.zeros(0)
        common = (number + _UNSEEN) / (number.sum() + _UNSEEN * max(len(number), 1))
        counted = []
        for evidence, weight in (
            (sides.evidence, np.where(sides.linked, sides.weight, 0.0)),
            (sides.evidence, np.where(sides.linked, 0.0, 1.0)),
            (sides.steadying, np.ones(len(sides.steadying.mo))),
        ):
            counted.append(np.array([weight[evidence.mo == kind].sum() for kind in (0, 1)]))
        unlinked = sides.unlinked_shares(counted[1], counted[2])
        linked = sides.linked_shares(counted[0], unlinked, np.zeros(2))
        unseen = _UNSEEN / (number.sum() + _UNSEEN * max(len(number), 1))
        return cls(
            np.log(linked[0] / common),
            float(np.log(linked[0] / unseen)),
            float(np.log(linked[1] / unlinked[1])),
        )

    def at(self, evidence: Evidence) -> Floats:
        """Return the log Bayes factor of pairs; an unknown method speaks neither way."""
        table = np.append(self.equal, self.unseen)
        code = np.clip(evidence.method, -1, len(self.equal))
        return np.where(evidence.mo == 0, table[code], np.where(evidence.mo == 1, self.unequal, 0))


@dataclass(frozen=True)
class LogisticFactors:
    """The log Bayes factor of a logistic regression, in the parts of its features.

    Attributes
    ----------
    names : tuple of str
        The feature of each term.
    middle, scale, slope : ndarray of float64
        Of each term.
    level : float
        Where all terms are at their middle; it is shared out over the features.
    common : ndarray of float64
        The log of the share of crimes that have each method, and of one that none has.
    """

    names: tuple[str, ...]
    middle: Floats
    scale: Floats
    slope: Floats
    level: float
    common: Floats

    def parts(self, evidence: Evidence) -> dict[str, Floats]:
        """Return the part of each feature."""
        features = list(dict.fromkeys(self.names))
        told = {name: np.full(len(evidence.days), self.level / len(features)) for name in features}
        terms = (_terms(features, evidence, self.common) - self.middle) / self.scale * self.slope
        for column, name in enumerate(self.names):
            told[name] = told[name] + terms[:, column]
        return told


def logistic_factors(features: Sequence[str], sides: Sides, codes: Ints) -> LogisticFactors:
    """Fit a logistic regression whose two sides weigh alike, so that its logit is the factor.

    Parameters
    ----------
    features : sequence of str
    sides : Sides
    codes : ndarray of int64
        The method of each crime.

    Returns
    -------
    LogisticFactors
    """
    # Loaded here: it takes long, and histograms are the default.
    from sklearn.linear_model import LogisticRegression

    known = codes[codes >= 0]
    number = np.bincount(known).astype(float) if len(known) else np.zeros(0)
    common = np.log((np.append(number, 0) + _UNSEEN) / (number.sum() + _UNSEEN * (len(number) + 1)))
    terms = _terms(features, sides.evidence, common)
    linked = sides.linked
    series = sides.series
    weight = np.where(linked, sides.weight, series / max((~linked).sum(), 1))
    middle = np.average(terms, axis=0, weights=weight)
    scale = np.sqrt(np.average((terms - middle) ** 2, axis=0, weights=weight))
    scale = np.where(scale > 0, scale, 1.0)
    model: Any = LogisticRegression(C=1 / sides.shrinkage * 5.0, max_iter=1000)
    model.fit((terms - middle) / scale, linked, sample_weight=weight)
    names = tuple(
        name for name in features for _ in range(2 if name in ("mo", "distance", "days") else 1)
    )
    return LogisticFactors(names, middle, scale, model.coef_[0], float(model.intercept_[0]), common)


def _terms(features: Sequence[str], evidence: Evidence, common: Floats) -> Floats:
    """Return the terms of a regression: distance and days fall off fast at first."""
    columns: list[Floats] = []
    for name in features:
        if name == "mo":
            code = np.clip(evidence.method, -1, len(common) - 1)
            columns += [np.where(evidence.mo == 0, -common[code], 0.0),
                        (evidence.mo == 1).astype(float)]  # fmt: skip
        elif name in ("distance", "days"):
            unit = 250.0 if name == "distance" else 2.0
            values = evidence.of(name) / unit
            columns += [np.log1p(values), np.sqrt(values)]
        else:
            columns.append(evidence.of(name))
    return np.column_stack(columns)
