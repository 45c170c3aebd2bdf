"""What a place would have by itself: its own count drawn towards the mean of places like it."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from hotspot._checks import positive_problems, raise_problems


class PlaceMean(NamedTuple):
    """What is to be expected of a place in a year, if nothing is done.

    Parameters
    ----------
    expected, sd : float
        A year, of the whole place.
    per_unit, per_unit_sd : float
        A year, per unit of its exposure (a kilometre, a thousand homes).
    weight : float
        That of the places like it; the rest is that of its own count.
    falls_by : float
        The share by which its mean count so far exceeds `expected`: the fall that comes by itself.
    """

    expected: float
    sd: float
    per_unit: float
    per_unit_sd: float
    weight: float
    falls_by: float


def empirical_bayes(
    count: float | Sequence[float], exposure: float, mu: float, phi: float
) -> PlaceMean:
    """Estimate the mean of a place from its own counts and from places like it.

    Parameters
    ----------
    count : number or sequence of numbers
        Crimes of the place, of one year or of several.
    exposure : float
        Its size: kilometres of street, homes.
    mu : float
        Mean of places like it, a year and unit of exposure.
    phi : float
        Their dispersion parameter per unit: the variance of a year's mean count between places of
        mean m is m squared / (phi x exposure).

    Returns
    -------
    PlaceMean

    Raises
    ------
    ConfigError
        If a number is not above 0, or a count is below 0.

    Notes
    -----
    A place that was chosen because its count was high falls towards `expected` with nothing done.
    Only what it falls below that can be the work of an operation.

    References
    ----------
    Hauer, E., Harwood, D. W., Council, F. M. and Griffith, M. S. (2002). Estimating safety by the
    empirical Bayes method: a tutorial. Transportation Research Record 1784, 126-131.

    Examples
    --------
    >>> place = empirical_bayes(12, 1.8, mu=2.41, phi=2.05)
    >>> round(place.per_unit, 2), round(place.per_unit_sd, 2)
    (4.71, 1.19)
    >>> place = empirical_bayes([12, 7, 8], 1.8, mu=2.41, phi=2.05)
    >>> round(place.expected, 2), round(place.sd, 2)
    (7.97, 1.44)
    """
    counts = np.atleast_1d(np.asarray(count, dtype=float))
    faults = positive_problems(exposure=exposure, mu=mu, phi=phi)
    if counts.ndim != 1 or not counts.size or not (np.isfinite(counts) & (counts >= 0)).all():
        faults.append(f"count must be numbers, 0 or more, one a year, not {count!r}.")
    raise_problems(arguments=faults)
    years = len(counts)
    weight = 1 / (1 + mu * years / phi)
    own = float(counts.mean())
    expected = weight * mu * exposure + (1 - weight) * own
    sd = float(np.sqrt((1 - weight) * expected / years))
    falls_by = 1 - expected / own if own else 0.0
    return PlaceMean(expected, sd, expected / exposure, sd / exposure, weight, falls_by)
