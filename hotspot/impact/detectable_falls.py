"""What fall could be seen at all, before anything is begun."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import optimize, stats

from hotspot._checks import chosen_seed, integer_problems, raise_problems, share_problems
from hotspot._kernels.arrays import Floats
from hotspot.english import count, percent
from hotspot.output.results import Shown

_DRAWS = 4_000
_FALLS = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)
_HARDLY_ALL = 0.999


@dataclass(frozen=True)
class DetectableChange(Shown):
    """Result of `detectable_change`.

    Parameters
    ----------
    smallest_fall : float
        The share by which crime must fall to be seen with `power`; NaN where no fall would be.
    table : DataFrame
        ``fall`` and the ``power`` to see it.
    crimes_before : int
    control_before : int or None
    power, confidence, dispersion : float
    seed : int
    """

    smallest_fall: float
    table: pd.DataFrame
    crimes_before: int
    control_before: int | None
    power: float
    confidence: float
    dispersion: float
    seed: int

    def summary(self) -> str:
        """Return what fall would be seen, in a sentence.

        Returns
        -------
        str
        """
        given = f"With {count(self.crimes_before, 'crime')} before"
        if self.control_before is not None:
            given += f" and {self.control_before:,} in the control"
        if np.isnan(self.smallest_fall):
            return (
                f"{given} no fall, not even to none, would be seen {percent(self.power)} of the "
                "time: add places or months, or do not promise a measured effect."
            )
        return (
            f"{given} a fall of {percent(self.smallest_fall)} or more would be seen "
            f"{percent(self.power)} of the time; smaller ones would mostly pass for chance."
        )


def detectable_change(
    crimes_before: int,
    control_before: int | None = None,
    power: float = 0.8,
    confidence: float = 0.95,
    dispersion: float = 1.0,
    seed: int | None = None,
) -> DetectableChange:
    """Compute the smallest fall that a comparison of two periods of one length would show.

    Parameters
    ----------
    crimes_before : int
        Expected in the treated places in the period before.
    control_before : int, optional
        In the control. Default: the trend is known and level.
    power, confidence : float
    dispersion : float
        How many times more counts vary than Poisson counts, 1 or more.
    seed : int, optional
        For the simulation, which is used with `dispersion` or a control.

    Returns
    -------
    DetectableChange

    Raises
    ------
    ConfigError
        If an argument is wrong.

    Notes
    -----
    Both periods are drawn, the period before too. Without a control the test is the two-sided
    exact conditional one (given the total, the count after is binomial with one half) and its
    power is added up exactly where counts are Poisson. With a control it is the test of the log
    of the rate ratio; over-dispersed counts are negative binomial, and the test knows the
    dispersion.

    References
    ----------
    Przyborowski, J. and Wilenski, H. (1940). Homogeneity of results in testing samples from
    Poisson series. Biometrika 31, 313-323.

    Examples
    --------
    >>> found = detectable_change(100)
    >>> round(found.smallest_fall, 2)
    0.37
    """
    faults = integer_problems(1, crimes_before=crimes_before)
    if control_before is not None:
        faults += integer_problems(1, control_before=control_before)
    faults += share_problems(power=power, confidence=confidence)
    if not (np.isfinite(dispersion) and dispersion >= 1):
        faults.append(f"dispersion must be a number, 1 or more, not {dispersion!r}.")
    raise_problems(arguments=faults)
    seed = chosen_seed(seed)
    alpha = 1 - confidence

    def seen(fall: float) -> float:
        if control_before is None and dispersion == 1:
            return _exact_power(crimes_before, fall, alpha)
        return _simulated_power(crimes_before, control_before, fall, alpha, dispersion, seed)

    table = pd.DataFrame({"fall": _FALLS, "power": [seen(fall) for fall in _FALLS]})
    if seen(_HARDLY_ALL) < power:
        smallest = float("nan")
    elif seen(0.0) >= power:
        smallest = 0.0
    else:
        # The power rises with the fall; of simulated power the noise is the same at every fall.
        smallest = float(
            optimize.brentq(lambda fall: seen(fall) - power, 0.0, _HARDLY_ALL, xtol=1e-3)
        )
    return DetectableChange(
        smallest, table, crimes_before, control_before, power, confidence, dispersion, seed
    )


def _exact_power(before: float, fall: float, alpha: float) -> float:
    """Add up the chances of all pairs of counts that the exact conditional test calls a fall."""
    early, late = _most_counts(before), _most_counts(before * (1 - fall))
    total = early[:, None] + late[None, :]
    called = (_two_sided(late[None, :], total) <= alpha) & (late[None, :] < early[:, None])
    chance = np.outer(
        stats.poisson.pmf(early, before), stats.poisson.pmf(late, before * (1 - fall))
    )
    return float(chance[called].sum())


def _two_sided(late: Floats, total: Floats) -> Floats:
    lower, upper = stats.binom.cdf(late, total, 0.5), stats.binom.sf(late - 1, total, 0.5)
    return np.asarray(np.minimum(1.0, 2 * np.minimum(lower, upper)))


def _most_counts(mean: float) -> Floats:
    """Return the counts that hold all but a trillionth of what is likely."""
    least, most = stats.poisson.ppf(1e-12, mean), stats.poisson.isf(1e-12, mean)
    return np.arange(least, most + 1)


def _simulated_power(
    before: float, control: float | None, fall: float, alpha: float, dispersion: float, seed: int
) -> float:
    random = np.random.default_rng(seed)

    def drawn(mean: float) -> Floats:
        # The same seeds for every fall: then more of a fall is never seen less often by chance.
        if dispersion == 1:
            return stats.poisson.ppf(random.random(_DRAWS), mean) if mean else np.zeros(_DRAWS)
        shape = mean / (dispersion - 1)
        chances = random.random(_DRAWS)
        return np.asarray(stats.nbinom.ppf(chances, shape, 1 / dispersion), dtype=float)

    early, late = drawn(before), drawn(before * (1 - fall))
    if control is None:
        p_value = _scaled_two_sided(early / dispersion, late / dispersion)
        return float(((p_value <= alpha) & (late < early)).mean())
    others = drawn(control), drawn(control)
    log = np.log((late + 0.5) / (early + 0.5)) - np.log((others[1] + 0.5) / (others[0] + 0.5))
    variance = dispersion * sum(1 / (counts + 0.5) for counts in (early, late, *others))
    return float((log / np.sqrt(variance) < stats.norm.ppf(alpha / 2)).mean())


def _scaled_two_sided(early: Floats, late: Floats) -> Floats:
    """Return p-values of the exact test of counts that were divided by their dispersion."""
    lower = np.where(early > 0, stats.beta.sf(0.5, late + 1, np.maximum(early, 1e-12)), 1.0)
    upper = np.where(late > 0, stats.beta.cdf(0.5, np.maximum(late, 1e-12), early + 1), 1.0)
    return np.asarray(np.minimum(1.0, 2 * np.minimum(lower, upper)))
