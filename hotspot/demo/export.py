"""The exports of two forces: their columns, and what each writes of an offence."""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from hotspot.demo.process import Dice, Offence, Process, hours, pick
from hotspot.demo.town_addresses import DWELLING

Cells = dict[str, str]

HOME_METHODS = (
    "Rear door forced", "Rear window smashed", "Insecure door", "Insecure window",
    "Front door - mole grips", "Front door kicked", "Patio door forced", "Letterbox - keys hooked",
    "Cylinder snapped - car keys taken", "Patio glass drilled",
)  # fmt: skip
# Those of the series are rare, but not theirs alone.
METHOD_WEIGHTS = (1.0,) * 8 + (0.25, 0.1)
OUTBUILDING_METHODS = ("Shed - lock cut", "Garage door forced")
BUSINESS_METHODS = ("Shutter forced", "Roof entry", "Front window smashed", "Rear door forced")
LOCAL_METHODS = {
    "Millfield": "Patio door forced", "Westgate": "Front door - mole grips",
    "Northfield": "Rear door forced", "North Cliff": "Rear window smashed",
    "Old Town & Harbour": "Front door kicked", "Sandhills": "Insecure door",
    "Wellbank": "Rear window smashed",
}  # fmt: skip
FORMER_NAMES_UNTIL = pd.Timestamp("2023-04-01")
OF_HOME = "Residential burglary of a home"
NO_SUSPECT = "Investigation complete - no suspect identified"
# Outcomes, how often each comes, and after how many days on average.
OUTCOMES = (
    (NO_SUSPECT, 0.80, 24.0),
    ("Evidential difficulties - named suspect", 0.09, 70.0),
    ("Charged or summonsed", 0.07, 85.0),
    ("Community resolution", 0.01, 40.0),
    ("Prosecution prevented or not in the public interest", 0.03, 60.0),
)
# How often a call is graded so, and how many hours until somebody comes.
GRADES = (("Immediate", 0.14, 0.2), ("Priority", 0.38, 1.6), ("Scheduled", 0.38, 20.0))


@dataclass
class Entry:
    """A row of the export, the offence behind it, and what was done to it."""

    cells: Cells
    offence: Offence | None
    kind: str = ""
    outcome: str = ""
    detail: str = ""
    same_as: "Entry | None" = None


def export_rows(
    dice: Dice, offences: list[Offence], town: pd.DataFrame, process: Process
) -> list[Cells]:
    """Write offences as the system of the first force does."""
    methods: dict[int, str] = {}
    homes = town.to_dict("records")
    return [_export_row(dice, one, homes[one.home], methods, process) for one in offences]


def neighbours_row(cells: Cells, offence: Offence) -> Cells:
    """Write an offence as the system of the neighbouring force does, which has other headings."""
    recorded = offence.recorded
    return {
        "Crime Number": offence.crime_ref, "Force": cells["Force"],
        "Crime Type": cells["Offence"],
        "Committed From": f"{offence.start:%Y-%m-%d %H:%M}",
        "Committed To": f"{offence.end:%Y-%m-%d %H:%M}",
        "Recorded": f"{recorded:%Y-%m-%d %H:%M}",
        "Grid East": cells["Easting"], "Grid North": cells["Northing"],
        "UPRN": cells["UPRN"], "Location": cells["Address"],
        "MO": cells["MO"], "Linked Series": cells["Linked Series"],
        "Outcome": cells["Outcome"],
    }  # fmt: skip


def _export_row(
    dice: Dice,
    offence: Offence,
    home: Mapping[Hashable, Any],
    methods: dict[int, str],
    process: Process,
) -> Cells:
    """Write one offence; `methods` remembers how by offence."""
    code, name, method = _offence_and_method(dice, offence, home)
    shared = methods.get(id(offence.parent), "")
    if shared in HOME_METHODS and method in HOME_METHODS:
        method = shared if dice.uniform() < process.method_shared_share else method
    methods[id(offence)] = method
    x, y, uprn = home["easting"], home["northing"], home["uprn"]
    address, town = home["address"], home["address"].rsplit(", ", 1)[-1]
    if dice.uniform() > process.uprn_known_share:
        x, y = x + round(dice.uniform(-8, 8)), y + round(dice.uniform(-8, 8))
        address, uprn = f"{home['street']}, {town}" if dice.uniform() < 0.7 else "", ""
    one_time = offence.start == offence.end and dice.uniform() < 0.5
    return {
        "Crime Ref": offence.crime_ref, "Force": home["force"],
        "Offence Code": code, "Offence": name,
        "Date From": f"{offence.start:%d/%m/%Y}", "Time From": f"{offence.start:%H:%M}",
        "Date To": "" if one_time else f"{offence.end:%d/%m/%Y}",
        "Time To": "" if one_time else f"{offence.end:%H:%M}",
        "Date Recorded": f"{offence.recorded:%d/%m/%Y %H:%M}",
        "Easting": f"{x:.1f}", "Northing": f"{y:.1f}", "UPRN": uprn, "Address": address,
        "Beat": home["beat"], "MO": method, "Linked Series": _linked_series(dice, offence),
        **_attendance(dice, offence, process), **_outcome(dice, offence, process),
    }  # fmt: skip


def _offence_and_method(
    dice: Dice, offence: Offence, home: Mapping[Hashable, Any]
) -> tuple[str, str, str]:
    """Draw the offence code, its name at the time, and how they got in."""
    former = offence.recorded < FORMER_NAMES_UNTIL
    of_home = "Burglary - residential" if former else OF_HOME
    if not home["classification"].startswith(DWELLING):
        method = BUSINESS_METHODS[dice.randint(len(BUSINESS_METHODS))]
        return "30C", "Burglary - business and community", method
    local = [4.0 if method == LOCAL_METHODS[home["beat"]] else 1.0 for method in HOME_METHODS]
    method = HOME_METHODS[pick(dice, np.array(local) * METHOD_WEIGHTS)]
    roll = dice.uniform()
    if offence.series:
        return "28E", of_home, offence.method if roll < 0.9 else method
    if roll < 0.02:
        return "28G", "Distraction burglary - residential", "Bogus caller"
    if roll < 0.025:
        return "29A", "Aggravated burglary - residential", method
    if roll < 0.09:
        return "28F", "Attempted burglary - residential", method
    if roll < 0.16:
        # Until April 2023 a shed was a residential burglary like any other.
        method = OUTBUILDING_METHODS[dice.randint(2)]
        return (
            "28E",
            of_home if former else "Residential burglary of an unconnected building",
            (method),
        )
    return "28E", of_home, method


def _linked_series(dice: Dice, offence: Offence) -> str:
    """Return the number of the series where the force has linked the crime by now: not all are."""
    linked = dice.uniform() < 0.65
    if not offence.series or not linked:
        return ""
    prefix = "S" if offence.crime_ref.startswith("09") else "SP-S"
    return f"{prefix}/{'AB'.index(offence.series) + 14}"


def _attendance(dice: Dice, offence: Offence, process: Process) -> Cells:
    """Draw how the call was graded and when somebody came, if they did by the export."""
    roll, wait = dice.uniform(), dice.exponential()
    for grade, share, mean_hours in GRADES:
        if roll < share:
            came = (offence.recorded + hours(0.1 + wait * mean_hours)).floor("min")
            known = came <= process.exported_at
            return {"Grade": grade, "Attended": f"{came:%d/%m/%Y %H:%M}" if known else ""}
        roll -= share
    return {"Grade": "Not attended", "Attended": ""}


def _outcome(dice: Dice, offence: Offence, process: Process) -> Cells:
    """Draw what the investigation came to, if it came to something by the export."""
    words, _, mean_days = OUTCOMES[pick(dice, np.array([share for _, share, _ in OUTCOMES]))]
    came = offence.recorded + hours(24 * (1 + dice.exponential(mean_days)))
    if came > process.exported_at:
        return {"Status": "Under investigation", "Outcome": "", "Outcome Date": ""}
    status = "Charged" if words.startswith("Charged") else "Filed"
    return {"Status": status, "Outcome": words, "Outcome Date": f"{came:%d/%m/%Y}"}
