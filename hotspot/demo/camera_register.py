"""The register of cameras of Doggerby: whose footage a force may ask for, written as forces do."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
import shapely

from hotspot.demo.process import Dice, hours
from hotspot.demo.simulation import is_home
from hotspot.demo.town_streets import Street

_OF_HOMES, _OF_SHOPS, _OF_COUNCIL = 260, 30, 16
# A shop looks into its street from above the door, as a doorbell does.
_KINDS = ("Doorbell", "Fixed", "Council dome")
_POINTS = ("N", "NNE", "NE", "ENE", "E", "ESE", "SE", "SSE",
           "S", "SSW", "SW", "WSW", "W", "WNW", "NW", "NNW")  # fmt: skip
# As the registers of several hands have it; 0 is what a system writes where it knows nothing.
_KEPT = ("31", "28 days", "4 weeks", "14", "2 weeks", "7 days", "0", "")
_FIELDS, _RANGES = ("120", "90", "160", ""), ("60", "40m", "25", "0", "")
_BEGUN, _SPAN_DAYS = pd.Timestamp("2022-01-10"), 1_400
_LAPSED, _REMOVED, _REFUSED = 0.06, 0.06, 0.03


def camera_register(
    dice: Dice, addresses: pd.DataFrame, streets: Sequence[Street], day: pd.Timestamp
) -> pd.DataFrame:
    """Draw the register of a force: doorbells, shops and the council's domes.

    Parameters
    ----------
    dice : Dice
        A stream of its own, so that no other file of the sample turns on it.
    addresses : DataFrame
        Those of the force.
    streets : sequence of Street
    day : Timestamp
        The day of the export.

    Returns
    -------
    DataFrame
        Text: some cameras were removed, some consents have lapsed or were refused; directions,
        ranges and how long footage is kept are written in several ways, or not known. Owners are
        numbers alone, and no reader of hotspot reads them.
    """
    shops = addresses["classification"].str.startswith(("CR", "CO")).to_numpy()
    chosen = [
        *_drawn(dice, is_home(addresses), _OF_HOMES, 0),
        *_drawn(dice, shops, _OF_SHOPS, 1),
        *_drawn(dice, addresses["kind"].isin(["high", "quay"]).to_numpy(), _OF_COUNCIL, 2),
    ]
    by_usrn = {street.usrn: street.line for street in streets}
    rows = [_camera(dice, addresses.iloc[at], kind, by_usrn, day) for at, kind in chosen]
    # Two on one post: a register has a row for each.
    twin = {**rows[-1], "Facing": "SSW", "Type": "Fixed", "Field of View": "60"}
    frame = pd.DataFrame([*rows, twin])
    frame.insert(0, "Camera Ref", [f"CAM/{number:04d}" for number in range(1, len(frame) + 1)])
    return frame.assign(Owner=[f"Owner {number:03d}" for number in range(1, len(frame) + 1)])


def _drawn(dice: Dice, those: Any, number: int, kind: int) -> list[tuple[int, int]]:
    """Draw which addresses have a camera of a kind."""
    rows = np.flatnonzero(those)
    return [(int(rows[i]), kind) for i in dice.permutation(len(rows))[:number]]


def _camera(
    dice: Dice,
    address: pd.Series,
    kind: int,
    by_usrn: dict[str, Any],
    day: pd.Timestamp,
) -> dict[str, str]:
    """Return a row of the register."""
    east, north = float(address["easting"]), float(address["northing"])
    line = by_usrn.get(address["usrn"])
    at = shapely.Point(east, north)
    seen = at if line is None else line.interpolate(line.project(at))
    if kind == 2:
        # On a post at the kerb, and all round.
        east, north = round(seen.x, 1), round(seen.y, 1)
    bearing = np.degrees(np.arctan2(seen.x - at.x, seen.y - at.y)) + dice.normal(0, 12)
    begun = _BEGUN + hours(24 * dice.randint(_SPAN_DAYS))
    lapsed, removed, refused = (dice.uniform() < one for one in (_LAPSED, _REMOVED, _REFUSED))
    until = day - hours(24 * dice.randint(5, 200)) if lapsed else day + hours(24 * 400)
    gone = day - hours(24 * dice.randint(1, 120))
    known = dice.uniform() < 0.85
    return {
        "Type": _KINDS[kind],
        "Easting": f"{east:.1f}",
        "Northing": f"{north:.1f}",
        "Facing": "0-360" if kind == 2 else _facing(dice, bearing) if known else "",
        "Field of View": "" if kind == 2 else _FIELDS[dice.randint(len(_FIELDS))],
        "Range (metres)": "60" if kind == 2 else _RANGES[dice.randint(len(_RANGES))],
        "Footage Kept": "31" if kind == 2 else _KEPT[dice.randint(len(_KEPT))],
        "Consent Given": "yes" if kind == 2 else "no" if refused else f"{begun:%d/%m/%Y}",
        "Consent Expires": f"{until:%d/%m/%Y}" if kind < 2 else "",
        "Removed On": f"{gone:%d/%m/%Y}" if removed else "",
    }


def _facing(dice: Dice, bearing: float) -> str:
    """Return a direction as one clerk or another writes it."""
    if dice.uniform() < 0.5:
        return _POINTS[round(bearing % 360 / 22.5) % 16]
    return f"{bearing % 360:.0f}".replace("360", "0")
