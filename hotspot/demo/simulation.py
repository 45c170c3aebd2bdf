"""Where and when the burglaries of Doggerby happen: a process whose truth is known."""

import numpy as np
import numpy.typing as npt
import pandas as pd

from hotspot.demo.process import Dice, Offence, Process, hours, pick
from hotspot.demo.town_addresses import DWELLING


def simulate(dice: Dice, town: pd.DataFrame, process: Process) -> list[Offence]:
    """Draw the background, then what each offence triggers, until nothing more follows."""
    weights, beats = background_weights(dice, town, process), town["beat"].to_numpy()
    days = pd.date_range(process.first_day, process.last_day)
    by_day = day_weights(days, process)
    places = town[["easting", "northing"]].to_numpy()
    homes = is_home(town)
    expected = process.background_per_1000 * homes.sum() / 1000 * len(days) / 365.25
    after = process.last_day + pd.Timedelta(days=1)
    offences = []
    for _ in range(dice.poisson(expected)):
        home, day = pick(dice, weights), days[pick(dice, by_day)]
        offences.append(Offence(home, at_an_hour(dice, day, beats[home], process)))
    for parent in offences:  # grows while it is walked: what was triggered triggers in turn
        away = np.hypot(*(places - places[parent.home]).T)
        near = np.exp(-away / process.near_scale_m) * homes
        near[(away > process.near_reach_m) | (np.arange(len(away)) == parent.home)] = 0.0
        for kind, number, mean_days in (
            ("repeat", process.repeat_offspring, process.repeat_mean_days),
            ("near", process.near_offspring, process.near_mean_days),
        ):
            for _ in range(dice.poisson(number)):
                lag = hours(24 * dice.exponential(mean_days))
                home = parent.home if kind == "repeat" else pick(dice, near)
                time = at_an_hour(dice, parent.time + lag, beats[home], process)
                time = time if time > parent.time else parent.time + lag
                if time < after:
                    name = "repeat" if kind == "repeat" else "near repeat"
                    offences.append(Offence(home, time.floor("min"), name, parent))
    return offences


def is_home(town: pd.DataFrame) -> npt.NDArray[np.bool_]:
    """Return which addresses people live at."""
    return np.asarray(town["classification"].str.startswith(DWELLING))


def background_weights(dice: Dice, town: pd.DataFrame, process: Process) -> npt.NDArray[np.float64]:
    """Draw how attractive each address is; a parent shell, a garage or a landmark is not."""
    streets = town["street"].unique()
    by_street = dict(
        zip(streets, np.exp(dice.normal(0, process.street_sigma, len(streets))), strict=True)
    )
    codes = town["classification"]
    burgled = codes.str.startswith((*DWELLING, "CR", "CO", "CI"))
    return np.asarray(
        burgled.to_numpy()
        * town["kind"].map(process.kind_weights).to_numpy()
        * town["beat"].map(process.beat_weights).to_numpy()
        * town["street"].map(by_street).to_numpy()
        * np.where(codes == "RD06", process.flat_factor, 1.0)
        * np.exp(dice.normal(0, process.address_sigma, len(town)))
    )


def day_weights(days: pd.DatetimeIndex, process: Process) -> npt.NDArray[np.float64]:
    """Return how busy each day is: fewer every year, more in winter, most on a Friday."""
    after_peak = days.day_of_year.to_numpy() - process.season_peak_day_of_year
    season = 1 + process.season_amplitude * np.cos(2 * np.pi * after_peak / 365.25)
    years = (days - process.first_day).days.to_numpy() / 365.25
    season *= np.exp(process.trend_per_year * years)
    return np.asarray(season * np.array(process.weekday_weights)[days.day_of_week])


def at_an_hour(dice: Dice, day: pd.Timestamp, beat: str, process: Process) -> pd.Timestamp:
    """Draw the hour of an offence in a beat."""
    mode = list(process.hour_modes.values())[pick(dice, np.array(process.hour_shares[beat]))]
    minute = int(60 * dice.normal(*mode)) % (24 * 60)
    return day.normalize() + pd.Timedelta(minutes=minute)


def add_voids(
    dice: Dice, town: pd.DataFrame, offences: list[Offence], number: int, process: Process
) -> None:
    """Add what was recorded, but was no crime or another force's."""
    homes = np.flatnonzero(is_home(town) & (town["force"] == town["force"].iloc[0]).to_numpy())
    days = (process.last_day - process.first_day).days - 15
    for _ in range(number):
        home = int(homes[dice.randint(len(homes))])
        day = process.first_day + pd.Timedelta(days=int(dice.randint(0, days)))
        time = at_an_hour(dice, day, town["beat"].iloc[home], process)
        offences.append(Offence(home, time, "void"))
