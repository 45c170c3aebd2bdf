"""What the stop list means in the file of burglaries itself: rows not used, and entries unknown."""

from collections.abc import Collection, Sequence
from typing import Any

import numpy as np
import pandas as pd

from hotspot.briefing.config import IncidentSettings
from hotspot.briefing.inputs import Inputs
from hotspot.briefing.stop_list import WITHHELD, StopList, redacted
from hotspot.english import count, name_rows
from hotspot.incidents import IncidentCheck
from hotspot.incidents.layout import field_text, read_layout


def rejected_for_file(inputs: Inputs) -> pd.DataFrame:
    """Return the rows that could not be used, with nothing in them of what is on the stop list."""
    return without_withheld(inputs.check, inputs.stop, inputs.withheld, inputs.config.incidents)


def without_withheld(
    check: IncidentCheck, stop: StopList, withheld: Collection[str], settings: IncidentSettings
) -> pd.DataFrame:
    """Return the rejected rows of a check with nothing in them of what is on a stop list.

    A row that is itself of an offence on the list keeps its number and its reason.
    """
    rejected = check.rejected.copy()
    if not stop.entries:
        return rejected
    own = rejected["row"].isin(_stopped_rows(stop, settings))
    for column in ("value", "reason"):
        rejected[column] = [redacted(str(text), withheld) for text in rejected[column]]
    rejected.loc[own, "value"] = WITHHELD
    return rejected


def warnings_for_products(inputs: Inputs, warned: Sequence[str]) -> list[str]:
    """Return what the check and the other readers warned of, without what is withheld."""
    every = dict.fromkeys([*inputs.check.warnings, *warned, *_unmatched_entries(inputs)])
    return [redacted(text, inputs.withheld) for text in every]


def _unmatched_entries(inputs: Inputs) -> list[str]:
    """Describe, by row only, the entries of the stop list that match nothing that is used."""
    unused = inputs.stop.unmatched_rows(inputs.check.accepted, inputs.layers.addresses)
    if not unused:
        return []
    names = _names_in_file(inputs.config.incidents)
    unknown = set(inputs.stop.unmatched_rows(inputs.layers.addresses, names))
    kinds = (
        ([row for row in unused if row in unknown], "nothing in these data: a slip of the pen, or "
         "an offence of another time."),
        ([row for row in unused if row not in unknown], "only rows of the file that are not used."),
    )  # fmt: skip
    return [
        f"{count(len(rows), 'entry', 'entries')} of the stop list ({name_rows(rows)} of it) "
        f"{'matches' if len(rows) == 1 else 'match'} {what}"
        for rows, what in kinds
        if rows
    ]


def _stopped_rows(stop: StopList, settings: IncidentSettings) -> list[Any]:
    """Find the rows of the file that bear a reference or a UPRN of the stop list."""
    names = _names_in_file(settings)
    stopped = np.zeros(len(names), dtype=bool)
    for column in names.columns:
        stopped |= stop.matches(names[column])
    return names.index[stopped].tolist()


def _names_in_file(settings: IncidentSettings) -> pd.DataFrame:
    """Read the reference and the UPRN of every row of the file, used or not."""
    # The file was read before: if it has no coordinates, addresses were given.
    layout = read_layout(settings.source, settings.columns, settings.sheet, addresses=True)
    rows, mapped = layout.rows.frame, layout.mapped
    named = (field for field in ("crime_ref", "uprn") if field in mapped)
    return pd.DataFrame(
        {field: field_text(rows, mapped, field) for field in named}, index=rows.index
    )
