"""An operation whose true effect is known, and series whose crimes are."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import shapely

from hotspot.demo.process import Dice, Offence, Process, hours, pick
from hotspot.demo.simulation import is_home
from hotspot.demo.town_streets import PLAN, make_places


@dataclass
class Operation:
    """An operation on some ground, and what it did.

    `counterfactual` is how many offences there had been on treated ground after it began,
    `prevented` how many of those did not happen, there or anywhere, or not there: `displaced` is
    how many of the prevented happened in the ring instead.
    """

    name: str
    before: tuple[pd.Timestamp, pd.Timestamp]
    after: tuple[pd.Timestamp, pd.Timestamp]
    treated: dict[str, shapely.Polygon]
    control: dict[str, shapely.Polygon]
    counterfactual: int = 0
    prevented: int = 0
    displaced: int = 0


def planned_operation() -> Operation:
    """Return the operation of the plan, before it had an effect."""
    plan = PLAN["operation"]
    before, after = ((pd.Timestamp(a), pd.Timestamp(b)) for a, b in (plan["before"], plan["after"]))
    treated, control = (make_places(plan[role]) for role in ("treated", "control"))
    return Operation(plan["name"], before, after, treated, control)


def apply_operation(
    dice: Dice, town: pd.DataFrame, offences: list[Offence], process: Process
) -> tuple[list[Offence], Operation]:
    """Remove what the operation prevented, and move some of it into the ring around.

    Each offence on treated ground after the operation began is taken with one chance, whatever
    triggered it and whatever it triggered, so that the ratio of the rates is exactly the one
    named. Offences that it had triggered stay, as background.
    """
    operation = planned_operation()
    ground = shapely.union_all(list(operation.treated.values()))
    points = shapely.points(town["easting"], town["northing"])
    treated = np.asarray(shapely.contains(ground, points))
    ring = shapely.dwithin(points, ground, process.displacement_m) & ~treated & is_home(town)
    begun = operation.after[0]
    kept, gone = [], set()
    for offence in offences:
        if id(offence.parent) in gone:
            offence.parent, offence.kind = None, "background"
        if offence.time >= begun and treated[offence.home]:
            operation.counterfactual += 1
            if dice.uniform() >= process.operation_ratio:
                gone.add(id(offence))
                operation.prevented += 1
                if dice.uniform() >= process.displaced_share:
                    continue
                operation.displaced += 1
                offence.home, offence.parent = pick(dice, ring.astype(float)), None
                offence.kind = "displaced"
        kept.append(offence)
    return kept, operation


def series_offences(dice: Dice, town: pd.DataFrame) -> list[Offence]:
    """Draw the crimes of each series of the plan: one method, like hours, homes of one kind."""
    return [offence for plan in PLAN["series"] for offence in _one_series(dice, town, plan)]


def _one_series(dice: Dice, town: pd.DataFrame, plan: dict[str, Any]) -> list[Offence]:
    homes = is_home(town) & town["kind"].isin(plan["kinds"]).to_numpy()
    by_beat = [np.flatnonzero(homes & (town["beat"] == beat).to_numpy()) for beat in plan["beats"]]
    day, made = pd.Timestamp(plan["first_day"]), []
    for number in range(plan["crimes"]):
        candidates = by_beat[number % len(by_beat)]
        home = int(candidates[dice.randint(len(candidates))])
        time = (day + hours(dice.normal(*plan["hour"]) % 24)).floor("min")
        made.append(Offence(home, time, "series", None, plan["name"], plan["method"]))
        day += pd.Timedelta(days=1 + int(dice.poisson(plan["gap_days"] - 1)))
    return made
