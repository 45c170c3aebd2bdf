"""The dirt of a real export, that a reader must catch."""

from collections import Counter
from typing import Any

import numpy as np
import pandas as pd

from hotspot.demo.export import Cells, Entry
from hotspot.demo.process import Dice, hours

LONG_METHODS = (
    "Entry through small top window at the side, ladder taken from next door's garden",
    "Rear door forced with a garden spade left at the scene; dog was shut in the kitchen",
    "Occupier heard glass break at about 3 and shouted; two ran off towards the harbour",
    "Key taken from under flowerpot, seems to be known to several tradesmen on the street",
    "Wooden rear door, lower panel kicked through, untidy search of the bedrooms only",
    "Patio door lifted off its runners while the family was asleep upstairs, car keys taken",
)


def a_year_earlier(cells: Cells) -> Cells:
    """Begin a window over a year before it ends: last year's date typed for this year's."""
    start = pd.to_datetime(cells["Date From"], dayfirst=True) - pd.Timedelta(days=370)
    return {"Date From": f"{start:%d/%m/%Y}"}


def turned_round(cells: Cells) -> Cells:
    """Type the end of a window where its start belongs."""
    return {
        "Date From": cells["Date To"], "Time From": cells["Time To"],
        "Date To": cells["Date From"], "Time To": cells["Time From"],
    }  # fmt: skip


def swapped(cells: Cells) -> Cells:
    """Write the northing where the easting belongs."""
    return {"Easting": cells["Northing"], "Northing": cells["Easting"]}


def spoilings(police_station: Cells) -> list[tuple[str, str, Any]]:
    """List each fault: its name, what the reader must do, and the change for each of its rows."""

    def at(easting: str, northing: str) -> Cells:
        return {"Easting": easting, "Northing": northing}

    future = {"Date From": "14/02/2062", "Time From": "09:10", "Time To": "17:35"}
    bad_dates = ("31/02/2025", "12/20/2x25", "1405-2024", "over Easter")
    far = (("412345.0", "289012.0"), ("64012.0", "369871.0"), ("530120.0", "180455.0"))
    return [
        ("missing date", "reject",
         [{"Date From": text, "Time From": "", "Date To": text, "Time To": ""}
          for text in ("", "", "unknown")]),
        ("unreadable date", "reject",
         [*({"Date From": text} for text in bad_dates), {"Date To": "late Sunday"}]),
        ("start not known", "accept",
         [{"Date From": text, "Time From": ""} for text in ("unknown", "n/k")]),
        ("to before from", "reject", [turned_round] * 3),
        ("date in the future", "reject",
         [{**future, "Date To": f"{day}/02/2062"} for day in (14, 15)]),
        ("missing coordinates", "reject", [at("", "")] * 5),
        ("zero coordinates", "reject", [at("0", "0")] * 2 + [at("0.0", "0.0")]),
        ("infinite coordinates", "reject", [at("inf", "inf")]),
        ("unreadable coordinates", "reject", [at("not mapped", "not mapped")] * 2),
        ("off-area coordinates", "reject", [at(*pair) for pair in far]),
        ("swapped coordinates", "reject", [swapped] * 2),
        ("pile on one point", "warn", [police_station] * 12),
        ("window over a year", "warn", [a_year_earlier] * 2),
        ("midnight", "warn", [{"Time From": "00:00", "Time To": "00:00"}] * 12),
        ("no time", "warn", [{"Time From": "", "Time To": ""}] * 4),
        ("no reference", "warn", [{"Crime Ref": ""}] * 3),
        ("unknown burglary code", "warn",
         [{"Offence Code": "28Z", "Offence": "Burglary - type to be confirmed"}] * 3),
        ("long method", "warn", [{"MO": text} for text in LONG_METHODS]),
    ]  # fmt: skip


def copied(dice: Dice, entry: Entry, kind: str, outcome: str) -> Entry:
    """Write the second row of a pair."""
    cells, detail = dict(entry.cells), ""
    if kind == "duplicate reference, other point":
        away, angle = dice.uniform(4, 60), dice.uniform(0, 2 * np.pi)
        cells["Easting"] = f"{float(cells['Easting']) + away * np.cos(angle):.1f}"
        cells["Northing"] = f"{float(cells['Northing']) + away * np.sin(angle):.1f}"
        detail = f"about {away:.0f} m away"
    elif kind == "shared house" and entry.offence:
        number = int(cells["Crime Ref"]) + 1
        start = entry.offence.start - hours(0.5)
        cells["Crime Ref"] = f"{number:010d}"
        cells["Date From"], cells["Time From"] = f"{start:%d/%m/%Y}", f"{start:%H:%M}"
        detail = "a second victim of one burglary, with a reference of their own"
    return Entry(cells, None, kind, outcome, detail, entry)


def make_dirty(
    dice: Dice, entries: list[Entry], protected: set[str], police_station: Cells
) -> list[Entry]:
    """Spoil some rows, add others, and return all of them in the order of the export."""
    for entry in entries:
        if entry.offence and entry.offence.kind == "void":
            cancelled = dice.uniform() < 0.6
            entry.cells["Status"] = "Cancelled - No Crime" if cancelled else "Transferred"
            entry.cells["Outcome"] = entry.cells["Outcome Date"] = ""
            entry.kind, entry.outcome = "cancelled" if cancelled else "transferred", "reject"
            entry.detail = f"Status={entry.cells['Status']!r}"
    # From addresses burgled once, so that a longer window overlaps no other at its address.
    burgled = Counter(entry.cells["UPRN"] for entry in entries)
    mixed = [entries[i] for i in dice.permutation(len(entries))]
    usable = (
        entry
        for entry in mixed
        if not entry.kind
        and not (entry.offence and entry.offence.series)
        and burgled[entry.cells["UPRN"]] == 1
        and entry.cells["Crime Ref"] not in protected
        and entry.cells["Date To"] not in ("", entry.cells["Date From"])
    )
    for kind, outcome, changes in spoilings(police_station):
        for change in changes:
            entry = next(usable)
            new = change(entry.cells) if callable(change) else change
            entry.cells = {**entry.cells, **new}
            entry.kind, entry.outcome = kind, outcome
            entry.detail = ", ".join(f"{column}={value!r}" for column, value in new.items())
    without = next(entry for entry in entries if entry.kind == "no reference")
    pairs = [(without, "no reference, identical row", "warn")]
    for kind, outcome, number in (
        ("duplicate reference, same point", "reject", 4),
        ("duplicate reference, other point", "reject", 3),
        ("shared house", "warn", 2),
    ):
        pairs += [(next(usable), kind, outcome) for _ in range(number)]
    for entry, kind, outcome in pairs:
        after = next(i for i, other in enumerate(entries) if other is entry) + 1
        after += 0 if kind.startswith("no ref") else int(dice.randint(0, 25))
        entries.insert(after, copied(dice, entry, kind, outcome))
    return entries
