"""Expectation-maximisation for a self-exciting process with a background and two triggers.

Sums are written without matrix products, which a linear algebra library would share out among
threads of its own and round by their number.
"""

from dataclasses import dataclass, replace

import numpy as np

from hotspot._kernels.arrays import Floats
from hotspot._kernels.hawkes import Links, Windows, links, persistent_density, raised, shared
from hotspot.forecast.history import History
from hotspot.forecast.triggers import Trigger, best_mean_days, best_scale_m

# Beyond the outermost incidents there is ground too: a box without a margin would make "anywhere"
# denser than it is.
_MARGIN_M = 500.0
# The background is smoothed by weights that turn on the triggers, and these on the background: so
# often they are fitted in turn.
_ROUNDS = 3


@dataclass(frozen=True)
class Parameters:
    """Parameters of the process: rates of the background per day, and the triggers.

    Attributes
    ----------
    background : ndarray of float64, shape (parts,)
        Incidents per day, at the mean of the season, from each scale of the background, and from
        anywhere.
    triggers : tuple of Trigger
        At the same address, then nearby.
    """

    background: Floats
    triggers: tuple[Trigger, ...]


@dataclass
class Likelihood:
    """The likelihood of parameters, with all of a history that it turns on.

    Attributes
    ----------
    season : ndarray of float64, shape (n,)
        Level on the day of each event over its mean.
    density : ndarray of float64, shape (n, parts)
        Density per square metre of each part of the background at each event.
    linked : tuple of Links
        For each trigger, what each event may have been triggered by.
    left_days : tuple of ndarray
        For each trigger, how many events had each number of days left to be followed in.
    days : int
        Length of the history.
    """

    season: Floats
    density: Floats
    linked: tuple[Links, ...]
    left_days: tuple[Floats, ...]
    days: int

    @classmethod
    def of(
        cls, history: History, season: Floats, density: Floats, triggers: tuple[Trigger, ...]
    ) -> "Likelihood":
        """Collect the links of a history within the reach of each trigger."""
        left = history.last_day - history.day
        windows = Windows(history.offset, history.day, history.share)
        return cls(
            season=season,
            density=density,
            linked=tuple(
                links(history.x, history.y, windows, trigger.reach_m, trigger.reach_days)
                for trigger in triggers
            ),
            left_days=tuple(
                # Of more days than the reach it does not matter how many: they end the counts.
                np.bincount(np.minimum(left, reach), history.share, reach + 1).astype(np.float64)
                for reach in (trigger.reach_days for trigger in triggers)
            ),
            days=history.days,
        )

    def parts(self, parameters: Parameters) -> tuple[Floats, list[Floats]]:
        """Compute intensities at each event, per day and m², of the background and each trigger."""
        background = self.season * (self.density * parameters.background).sum(axis=1)
        risen = [
            trigger.offspring * raised(held, trigger.by_lag(), trigger.by_away())
            if trigger.offspring > 0
            else np.zeros(len(self.season))
            for trigger, held in zip(parameters.triggers, self.linked, strict=True)
        ]
        return background, risen

    def background_share(self, parameters: Parameters) -> Floats:
        """Compute the probability that each event was triggered by none before it."""
        background, risen = self.parts(parameters)
        return background / (background + sum(risen))

    def exposure(self, number: int, trigger: Trigger) -> float:
        """Sum, over the events, the share of their offspring that would have come by the cut-off.

        Events of last week have had one week to be followed in: without this a trigger would look
        the weaker the shorter the history is.
        """
        return float((self.left_days[number] * trigger.cumulative()).sum())

    def expected(self, parameters: Parameters) -> float:
        """Return the expected number of events in the history."""
        return float(parameters.background.sum() * self.days) + sum(
            trigger.offspring * self.exposure(number, trigger)
            for number, trigger in enumerate(parameters.triggers)
        )

    def value(self, parameters: Parameters) -> float:
        """Compute the log-likelihood: Ogata (1978), with days for the integral over time."""
        background, risen = self.parts(parameters)
        return float(np.log(background + sum(risen)).sum()) - self.expected(parameters)

    def step(
        self, parameters: Parameters, floor_m: float, fading: bool = True
    ) -> tuple[Parameters, float]:
        """Run a step of expectation and maximisation; return also the likelihood before it.

        Veen and Schoenberg (2008, Journal of the American Statistical Association 103, 614-624):
        were it known which event triggered which, each part could be fitted by itself. So each
        event is shared out among its possible causes by their part of its intensity (E), and each
        part is fitted to what it was given (M). No step can lower the likelihood.
        """
        background, risen = self.parts(parameters)
        total = background + sum(risen)
        value = float(np.log(total).sum()) - self.expected(parameters)
        by_part = self.season[:, None] * self.density * parameters.background
        rates = (by_part / total[:, None]).sum(axis=0) / self.days
        triggers = tuple(
            self._better(number, trigger, total, floor_m, fading)
            for number, trigger in enumerate(parameters.triggers)
        )
        return Parameters(rates, triggers), value

    def _better(
        self, number: int, trigger: Trigger, total: Floats, floor_m: float, fading: bool
    ) -> Trigger:
        """Fit a trigger to the events shared out to it. Only the near one has a scale to learn.

        That of repeats is the width of a place: free, it would shrink to a point, where a density
        has no bound.
        """
        if trigger.offspring <= 0:
            return trigger
        per = trigger.offspring / total
        lags, powers = shared(self.linked[number], trigger.by_lag(), trigger.by_away(), per)
        if lags.sum() <= 0:
            return replace(trigger, offspring=0.0)
        left = self.left_days[number]
        better = trigger
        if fading:
            better = replace(better, mean_days=best_mean_days(lags, left, trigger.reach_days))
        if number > 0:
            scale = best_scale_m(powers, trigger.shape, trigger.reach_m, floor_m)
            better = replace(better, scale_m=scale)
        # What was shared out, over what of a unit of offspring could have come by the cut-off.
        return replace(better, offspring=float(lags.sum()) / self.exposure(number, better))


def background_density(history: History, weight: Floats, scales_m: Floats) -> Floats:
    """Estimate the density of each part of the background at each event, shape (n, scales + 1).

    The event itself, and what else happened on its day, is left out: an event that vouches for
    itself would be background at any bandwidth that is narrow enough, and nothing triggered.
    """
    day = np.round(history.summed(history.share * history.day)).astype(np.int64)
    density = [
        persistent_density(history.x, history.y, day, weight, float(scale), 0) for scale in scales_m
    ]
    anywhere = np.full(len(history), 1.0 / area_anywhere_m2(history))
    return np.column_stack([*density, anywhere])


def box_anywhere(history: History) -> tuple[float, float, float, float]:
    """Return west, south, east and north of where an event may be at all."""
    return (
        float(history.x.min()) - _MARGIN_M,
        float(history.y.min()) - _MARGIN_M,
        float(history.x.max()) + _MARGIN_M,
        float(history.y.max()) + _MARGIN_M,
    )


def area_anywhere_m2(history: History) -> float:
    """Return the area of where an event may be at all."""
    west, south, east, north = box_anywhere(history)
    return (east - west) * (north - south)


@dataclass(frozen=True)
class Fit:
    """The end of the steps.

    Attributes
    ----------
    parameters : Parameters
    likelihood : Likelihood
    log_likelihood : float
    iterations : int
    converged : bool
    background_share : ndarray of float64, shape (n,)
        Probability that each event was triggered by none before it.
    scales_m : ndarray of float64
        Standard deviations of the parts of the background.
    """

    parameters: Parameters
    likelihood: Likelihood
    log_likelihood: float
    iterations: int
    converged: bool
    background_share: Floats
    scales_m: Floats


def fit(
    history: History,
    season: Floats,
    start: Parameters,
    scales_m: Floats,
    iterations: int,
    tolerance: float,
) -> Fit:
    """Fit the process, the background's density cleared of triggered events in rounds.

    Stochastic declustering (Zhuang, Ogata and Vere-Jones 2002, Journal of the American Statistical
    Association 97, 369-380) by weights: each event counts in the background as far as it is
    probably of it.
    """
    weight = np.ones(len(history))
    density = background_density(history, weight, scales_m)
    floor_m = float(scales_m[0])
    likelihood = Likelihood.of(history, season, density, start.triggers)
    parameters, done = start, 0
    for number in range(_ROUNDS):
        # Early rounds need not be exact: the density under them is about to change.
        loose = tolerance * (100.0 if number < _ROUNDS - 1 else 1.0)
        parameters, steps, converged = climb(likelihood, parameters, floor_m, iterations, loose)
        done += steps
        weight = likelihood.background_share(parameters)
        if number < _ROUNDS - 1:
            likelihood.density = background_density(history, weight, scales_m)
    value = likelihood.value(parameters)
    return Fit(parameters, likelihood, value, done, converged, weight, scales_m)


def climb(
    likelihood: Likelihood,
    parameters: Parameters,
    floor_m: float,
    iterations: int,
    tolerance: float,
    fading: bool = True,
) -> tuple[Parameters, int, bool]:
    """Run steps until an event gains less than the tolerance in one, or they are used up.

    Where `fading` is false the mean lags stay as they are.
    """
    before = -np.inf
    for number in range(iterations):
        better, value = likelihood.step(parameters, floor_m, fading)
        if value - before < tolerance * len(likelihood.season) and number > 0:
            return better, number + 1, True
        parameters, before = better, value
    return parameters, iterations, False
