"""Repeat addresses: homes of which two burglaries or more were found in 12 months."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import pandas as pd

from hotspot.briefing.figures.homes import repeat_addresses, tells_homes
from hotspot.briefing.sections.section import Section, Sources, left_out, rows_of, table
from hotspot.english import day_of_year

_MOST_ROWS = 15
_MOST_FURTHER = 120
_COLUMNS = [
    ("address", "Address", "text"),
    ("area", "Beat", "text"),
    ("burglaries", "Burglaries", "n"),
    ("latest", "Latest found", "day"),
]


@dataclass(frozen=True)
class RepeatsSection(Section):
    """The section, with the addresses that its table has no room for.

    Attributes
    ----------
    further : sequence of str
        Each with its burglaries and the latest.
    """

    block: ClassVar[str] = "repeats"

    further: Sequence[str] = ()


def repeats(sources: Sources) -> Section:
    """Write the addresses that were burgled twice or more, the most burgled first."""
    inputs = sources.inputs
    if not tells_homes(inputs.known.incidents):
        return Section(["Not shown: the burglaries have neither UPRN nor address."])
    homes = repeat_addresses(inputs.known)
    if homes.empty:
        return Section(["None."])
    has_areas = inputs.has_areas
    rows = [
        {
            "address": "address not given" if pd.isna(home.address) else str(home.address),
            "area": str(home.area) if has_areas else None,
            "burglaries": f"{home.burglaries:,}",
            "latest": day_of_year(home.latest),
        }
        for home in rows_of(homes)
    ]
    return RepeatsSection(
        tables=[table(_COLUMNS, rows[:_MOST_ROWS])],
        further=[
            f"{row['address']} ({', '.join(filter(None, list(row.values())[1:]))})"
            for row in rows[_MOST_ROWS:_MOST_FURTHER]
        ],
        more=left_out(
            len(rows) - _MOST_FURTHER, "address", "addresses", "with fewer or older burglaries"
        ),
    )
