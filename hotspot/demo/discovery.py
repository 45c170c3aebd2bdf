"""When a burglary was found, recorded and numbered: what a force knows of it."""

from collections.abc import Iterable
from itertools import count

import numpy as np
import pandas as pd

from hotspot.demo.process import Dice, Offence, Process, hours, pick


def add_windows(dice: Dice, offences: list[Offence], process: Process) -> None:
    """Draw each offence's window and when it was recorded; at one address they never overlap."""
    by_home: dict[int, list[Offence]] = {}
    for offence in sorted(offences, key=lambda o: o.time):
        by_home.setdefault(offence.home, []).append(offence)
    for offence in offences:
        same, draw = by_home[offence.home], dice.uniform()
        place = next(i for i, other in enumerate(same) if other is offence)
        if draw < process.away_share and not offence.series:
            start, end = away_window(dice, offence.time)
        elif draw < process.away_share + process.one_time_share and not offence.series:
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


def halfway(first: Offence, second: Offence) -> pd.Timestamp:
    """Return the moment between two offences at one address that parts their windows."""
    return first.time + (second.time - first.time) / 2


def not_midnight(time: pd.Timestamp, minutes: int) -> pd.Timestamp:
    """Return a time clear of 00:00, which an export uses for "no time known"."""
    midnight = time == time.normalize()
    return time + pd.Timedelta(minutes=minutes) if midnight else time


def recorded_offences(
    dice: Dice, offences: Iterable[Offence], town: pd.DataFrame, process: Process
) -> list[Offence]:
    """Return what was recorded by the export, in order, numbered as each force does."""
    kept: list[Offence] = []
    known: set[int] = set()
    for offence in offences:  # a parent comes before what it triggered
        parent_known = offence.parent is None or id(offence.parent) in known
        if offence.recorded <= process.exported_at and parent_known:
            kept.append(offence)
            known.add(id(offence))
    kept.sort(key=lambda o: (o.recorded, o.home))
    years = range(process.first_day.year, process.exported_at.year + 1)
    numbers = {year: count(int(dice.randint(20, 400))) for year in years}
    own = (town["force"] == town["force"].iloc[0]).to_numpy()
    for offence in kept:
        year = offence.recorded.year
        for _ in range(dice.randint(3, 40)):
            number = next(numbers[year])
        if own[offence.home]:
            offence.crime_ref = f"09{year % 100}{number:06d}"
        else:
            offence.crime_ref = f"SP/{number:06d}/{year % 100}"
    return kept
