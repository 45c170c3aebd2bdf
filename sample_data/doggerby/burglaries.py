"""The burglaries of Doggerby: a process whose truth is known, and when each was found."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import count
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from doggerby import Dice
from doggerby.addresses import DWELLING

FIRST_DAY = pd.Timestamp("2023-03-02")
LAST_DAY = pd.Timestamp("2026-03-01")
EXPORTED_AT = pd.Timestamp("2026-03-02 06:00")

PARAMETERS: dict[str, Any] = {
    "background_mean": 1060.0,
    "repeat_offspring": 0.09,
    "repeat_mean_days": 60.0,
    "near_offspring": 0.33,
    "near_mean_days": 10.0,
    "near_scale_m": 50.0,
    "near_reach_m": 600.0,
    "trend_per_year": -0.30,
    "season_amplitude": 0.25,
    "season_peak_day_of_year": 10,
    "weekday_weights": [0.97, 0.95, 0.96, 1.02, 1.18, 1.10, 0.82],
    "kind_weights": {
        "terrace": 1.3, "lane": 1.0, "high": 1.0, "quay": 0.7, "semi": 0.75, "council": 1.4,
        "estate": 0.55, "villa": 0.9, "works": 1.2,
    },
    "beat_weights": {
        "Millfield": 0.4, "Westgate": 1.5, "Northfield": 0.35, "North Cliff": 0.4,
        "Old Town & Harbour": 0.65, "Sandhills": 1.3,
    },
    "flat_factor": 0.6,
    "street_sigma": 0.55,
    "address_sigma": 0.4,
    "away_share": 0.37,
    "one_time_share": 0.05,
    "method_shared_share": 0.6,
    "uprn_known_share": 0.85,
    # Per beat the shares of daytime, early evening and night; then mean hour and spread of each.
    "hour_modes": {"day": [13.0, 2.4], "evening": [18.6, 1.5], "night": [2.2, 1.8]},
    "hour_shares": {
        "Millfield": [0.62, 0.28, 0.10], "Westgate": [0.34, 0.46, 0.20],
        "Northfield": [0.55, 0.33, 0.12], "North Cliff": [0.38, 0.47, 0.15],
        "Old Town & Harbour": [0.25, 0.35, 0.40], "Sandhills": [0.45, 0.30, 0.25],
    },
}  # fmt: skip


@dataclass
class Offence:
    """A true burglary; `home` is its row in the addresses, `parent` what triggered it."""

    home: int
    time: pd.Timestamp
    kind: str = "background"
    parent: "Offence | None" = None
    start: pd.Timestamp = FIRST_DAY
    end: pd.Timestamp = FIRST_DAY
    recorded: pd.Timestamp = FIRST_DAY
    crime_ref: str = ""


def hours(number: float) -> pd.Timedelta:
    """Give a duration, to the minute."""
    return pd.Timedelta(minutes=round(60 * number))


def pick(dice: Dice, weights: npt.NDArray[np.float64]) -> int:
    """Draw one place in proportion to its weight."""
    running = np.cumsum(weights)
    return int(np.searchsorted(running, dice.uniform() * running[-1], side="right"))


def background_weights(dice: Dice, addresses: pd.DataFrame) -> npt.NDArray[np.float64]:
    """Say how attractive each address is; a parent shell, a garage or a landmark is not."""
    streets = addresses["street"].unique()
    by_street = dict(
        zip(streets, np.exp(dice.normal(0, PARAMETERS["street_sigma"], len(streets))), strict=True)
    )
    codes = addresses["classification"]
    burgled = codes.str.startswith((*DWELLING, "CR", "CO", "CI"))
    return np.asarray(
        burgled.to_numpy()
        * addresses["kind"].map(PARAMETERS["kind_weights"]).to_numpy()
        * addresses["beat"].map(PARAMETERS["beat_weights"]).to_numpy()
        * addresses["street"].map(by_street).to_numpy()
        * np.where(codes == "RD06", PARAMETERS["flat_factor"], 1.0)
        * np.exp(dice.normal(0, PARAMETERS["address_sigma"], len(addresses)))
    )


def day_weights(days: pd.DatetimeIndex) -> npt.NDArray[np.float64]:
    """Say how busy each day is: fewer every year, more in winter, most on a Friday."""
    after_peak = days.day_of_year.to_numpy() - PARAMETERS["season_peak_day_of_year"]
    season = 1 + PARAMETERS["season_amplitude"] * np.cos(2 * np.pi * after_peak / 365.25)
    years = (days - FIRST_DAY).days.to_numpy() / 365.25
    season *= np.exp(PARAMETERS["trend_per_year"] * years)
    return np.asarray(season * np.array(PARAMETERS["weekday_weights"])[days.day_of_week])


def at_an_hour(dice: Dice, day: pd.Timestamp, beat: str) -> pd.Timestamp:
    """Draw the hour of an offence in a beat."""
    mode = list(PARAMETERS["hour_modes"].values())[
        pick(dice, np.array(PARAMETERS["hour_shares"][beat]))
    ]
    minute = int(60 * dice.normal(*mode)) % (24 * 60)
    return day.normalize() + pd.Timedelta(minutes=minute)


def simulate(dice: Dice, addresses: pd.DataFrame) -> list[Offence]:
    """Draw the background, then what each offence triggers, until nothing more follows."""
    weights, beats = background_weights(dice, addresses), addresses["beat"].to_numpy()
    days = pd.date_range(FIRST_DAY, LAST_DAY)
    by_day = day_weights(days)
    places = addresses[["easting", "northing"]].to_numpy()
    dwellings = addresses["classification"].str.startswith(DWELLING).to_numpy()
    offences = []
    for _ in range(dice.poisson(PARAMETERS["background_mean"])):
        home, day = pick(dice, weights), days[pick(dice, by_day)]
        offences.append(Offence(home, at_an_hour(dice, day, beats[home])))
    for parent in offences:  # grows while it is walked: what was triggered triggers in turn
        away = np.hypot(*(places - places[parent.home]).T)
        near = np.exp(-away / PARAMETERS["near_scale_m"]) * dwellings
        near[(away > PARAMETERS["near_reach_m"]) | (np.arange(len(away)) == parent.home)] = 0.0
        for kind in ("repeat", "near"):
            for _ in range(dice.poisson(PARAMETERS[f"{kind}_offspring"])):
                lag = hours(24 * dice.exponential(PARAMETERS[f"{kind}_mean_days"]))
                home = parent.home if kind == "repeat" else pick(dice, near)
                time = at_an_hour(dice, parent.time + lag, beats[home])
                time = time if time > parent.time else parent.time + lag
                if time < LAST_DAY + pd.Timedelta(days=1):
                    name = "repeat" if kind == "repeat" else "near repeat"
                    offences.append(Offence(home, time.floor("min"), name, parent))
    return offences


def add_voids(dice: Dice, addresses: pd.DataFrame, offences: list[Offence], number: int) -> None:
    """Add reports that proved to be no crime, or another force's: exported, but not true."""
    dwellings = np.flatnonzero(addresses["classification"].str.startswith(DWELLING))
    for _ in range(number):
        home = int(dwellings[dice.randint(len(dwellings))])
        day = FIRST_DAY + pd.Timedelta(days=int(dice.randint(0, 1080)))
        time = at_an_hour(dice, day, addresses["beat"].iloc[home])
        offences.append(Offence(home, time, "void"))


def away_window(dice: Dice, time: pd.Timestamp) -> tuple[pd.Timestamp, pd.Timestamp]:
    """Draw when people left and came back: a weekend mostly, sometimes a holiday."""
    low, high = ((26, 66), (66, 216), (216, 480))[pick(dice, np.array([0.6, 0.3, 0.1]))]
    length, before = dice.uniform(low, high), dice.uniform()
    start, end = time - hours(before * length), time + hours((1 - before) * length)
    if start.hour < 7:  # nobody leaves or comes home in the small hours
        start = start.normalize() - hours(dice.uniform(3, 7))
    if end.hour < 8:
        end = end.normalize() + hours(dice.uniform(8, 11))
    return start, end


def out_window(dice: Dice, time: pd.Timestamp) -> tuple[pd.Timestamp, pd.Timestamp]:
    """Draw the window of an offence found the same day or in the morning."""
    if dice.uniform() < 0.25:
        return time - hours(dice.uniform(0.1, 1.5)), time + hours(dice.uniform(0.1, 1.5))
    day, hour = time.normalize(), time.hour
    if 7 <= hour < 17:
        left, back = 8.2, 17.3
    elif 17 <= hour < 23:
        left, back = 17.4, 22.5
    else:
        left, back = (22.7, 30.8) if hour == 23 else (-1.3, 6.8)
    start, end = day + hours(dice.normal(left, 0.8)), day + hours(dice.normal(back, 0.8))
    return min(start, time - hours(0.2)), max(end, time + hours(0.2))


def add_windows(dice: Dice, offences: list[Offence]) -> None:
    """Give each offence its window and when it was recorded; at one address they never overlap."""
    by_home: dict[int, list[Offence]] = {}
    for offence in sorted(offences, key=lambda o: o.time):
        by_home.setdefault(offence.home, []).append(offence)
    for offence in offences:
        same, draw = by_home[offence.home], dice.uniform()
        place = next(i for i, other in enumerate(same) if other is offence)
        away = PARAMETERS["away_share"]
        if draw < away:
            start, end = away_window(dice, offence.time)
        elif draw < away + PARAMETERS["one_time_share"]:
            start = end = offence.time
        else:
            start, end = out_window(dice, offence.time)
        if start != end:
            start, end = start.floor("5min"), end.ceil("5min")
        if place:
            start = max(start, halfway(same[place - 1], offence).ceil("5min"))
        if place + 1 < len(same):
            end = min(end, halfway(offence, same[place + 1]).floor("5min") - hours(0.25))
        start, end = min(start, offence.time), max(end, offence.time)
        offence.start, offence.end = not_midnight(start, -5), not_midnight(end, 5)
        late = dice.uniform(24, 110) if dice.uniform() < 0.15 else dice.exponential(7.0)
        offence.recorded = (offence.end + hours(0.3 + late)).floor("min")


def halfway(first: Offence, second: Offence) -> pd.Timestamp:
    """Give the moment between two offences at one address that parts their windows."""
    return first.time + (second.time - first.time) / 2


def not_midnight(time: pd.Timestamp, minutes: int) -> pd.Timestamp:
    """Keep clear of 00:00, which an export uses for "no time known"."""
    midnight = time == time.normalize()
    return time + pd.Timedelta(minutes=minutes) if midnight else time


def recorded_offences(dice: Dice, offences: Iterable[Offence]) -> list[Offence]:
    """Keep what was recorded by the export, in order, and number it as a force would."""
    kept: list[Offence] = []
    known: set[int] = set()
    for offence in offences:  # a parent comes before what it triggered
        parent_known = offence.parent is None or id(offence.parent) in known
        if offence.recorded <= EXPORTED_AT and parent_known:
            kept.append(offence)
            known.add(id(offence))
    kept.sort(key=lambda o: (o.recorded, o.home))
    numbers = {year: count(int(dice.randint(20, 400))) for year in range(2023, 2027)}
    for offence in kept:
        for _ in range(dice.randint(3, 40)):
            number = next(numbers[offence.recorded.year])
        offence.crime_ref = f"09{offence.recorded.year % 100}{number:06d}"
    return kept
