"""The process behind the burglaries of Doggerby: its parameters, and one offence of it."""

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pandas as pd

# The streams of numpy's legacy generator are frozen: a seed gives the same files under every
# version of numpy.
Dice = np.random.RandomState
_FIRST_DAY, _LAST_DAY = pd.Timestamp("2021-03-02"), pd.Timestamp("2026-03-01")


@dataclass(frozen=True)
class Process:
    """Parameters of the simulated burglaries.

    Background offences fall on addresses in proportion to a weight (kind of street, beat, a random
    factor per street and per address) and on days in proportion to a weight (trend, season, day of
    the week). Every offence, triggered ones too, then triggers a Poisson number of repeats at its
    own address and of near repeats at other homes; the lag is exponential, and a near repeat falls
    on a home d metres away with weight exp(-d / scale), which is a mean distance of about twice
    the scale. Of what falls on treated ground after the operation began, a share is prevented
    and a share of the prevented happens in the ring around it instead.

    Parameters
    ----------
    first_day, last_day : pandas.Timestamp
        Both days are in the period. The export is of 06:00 on the morning after.
    background_per_1000 : float
        Expected background offences per 1,000 homes and year; what they trigger comes on top.
    repeat_offspring, near_offspring : float
        Expected repeats, and near repeats, that one offence triggers.
    repeat_mean_days, near_mean_days : float
    near_scale_m, near_reach_m : float
    trend_per_year, season_amplitude : float
    season_peak_day_of_year : int
    weekday_weights : tuple of float
        Monday first.
    kind_weights, beat_weights : dict of str to float
        By kind of street, and by beat.
    flat_factor, street_sigma, address_sigma : float
    away_share, one_time_share : float
        Shares of offences whose window is an absence of days, and a moment.
    method_shared_share, uprn_known_share : float
    hour_modes : dict of str to tuple of float
        Mean hour and spread of daytime, early evening and night.
    hour_shares : dict of str to tuple of float
        Per beat the share of each mode.
    operation_ratio : float
        True ratio of the rate on treated ground to what it had been without the operation.
    displaced_share : float
        Share of the prevented offences that happen in the ring instead.
    displacement_m : float
        Width of the ring around the treated ground.

    Examples
    --------
    >>> Process(operation_ratio=1.0).operation_ratio  # an operation that never was
    1.0
    """

    first_day: pd.Timestamp = _FIRST_DAY
    last_day: pd.Timestamp = _LAST_DAY
    background_per_1000: float = 7.3
    repeat_offspring: float = 0.09
    repeat_mean_days: float = 60.0
    near_offspring: float = 0.33
    near_mean_days: float = 10.0
    near_scale_m: float = 50.0
    near_reach_m: float = 600.0
    trend_per_year: float = -0.12
    season_amplitude: float = 0.25
    season_peak_day_of_year: int = 10
    weekday_weights: tuple[float, ...] = (0.97, 0.95, 0.96, 1.02, 1.18, 1.10, 0.82)
    kind_weights: dict[str, float] = field(
        default_factory=lambda: {
            "terrace": 1.3, "lane": 1.0, "high": 1.0, "quay": 0.7, "semi": 0.75, "council": 1.4,
            "estate": 0.55, "villa": 0.9, "works": 1.2,
        }
    )  # fmt: skip
    beat_weights: dict[str, float] = field(
        default_factory=lambda: {
            "Millfield": 0.4, "Westgate": 1.5, "Northfield": 0.35, "North Cliff": 0.4,
            "Old Town & Harbour": 0.65, "Sandhills": 1.5, "Wellbank": 0.8,
        }
    )  # fmt: skip
    flat_factor: float = 0.6
    street_sigma: float = 0.55
    address_sigma: float = 0.4
    away_share: float = 0.37
    one_time_share: float = 0.05
    method_shared_share: float = 0.6
    uprn_known_share: float = 0.85
    hour_modes: dict[str, tuple[float, float]] = field(
        default_factory=lambda: {"day": (13.0, 2.4), "evening": (18.6, 1.5), "night": (2.2, 1.8)}
    )
    hour_shares: dict[str, tuple[float, float, float]] = field(
        default_factory=lambda: {
            "Millfield": (0.62, 0.28, 0.10), "Westgate": (0.34, 0.46, 0.20),
            "Northfield": (0.55, 0.33, 0.12), "North Cliff": (0.38, 0.47, 0.15),
            "Old Town & Harbour": (0.25, 0.35, 0.40), "Sandhills": (0.45, 0.30, 0.25),
            "Wellbank": (0.45, 0.35, 0.20),
        }
    )  # fmt: skip
    operation_ratio: float = 0.55
    displaced_share: float = 0.15
    displacement_m: float = 250.0

    @property
    def exported_at(self) -> pd.Timestamp:
        """Moment of the export: nothing recorded later is in it."""
        return self.last_day + pd.Timedelta(hours=30)


@dataclass
class Offence:
    """A true burglary; `home` is its row in the addresses, `parent` what triggered it."""

    home: int
    time: pd.Timestamp
    kind: str = "background"
    parent: "Offence | None" = None
    series: str = ""
    method: str = ""
    start: pd.Timestamp = _FIRST_DAY
    end: pd.Timestamp = _FIRST_DAY
    recorded: pd.Timestamp = _FIRST_DAY
    crime_ref: str = ""


def hours(number: float) -> pd.Timedelta:
    """Return a duration, to the minute."""
    return pd.Timedelta(minutes=round(60 * number))


def pick(dice: Dice, weights: npt.NDArray[np.float64]) -> int:
    """Draw one place in proportion to its weight."""
    running = np.cumsum(weights)
    return int(np.searchsorted(running, dice.uniform() * running[-1], side="right"))
