"""How many burglaries of which kind were taken and left, and the choice of homes by default."""

import warnings
from collections.abc import Mapping
from dataclasses import dataclass

import geopandas as gpd
import pandas as pd

from hotspot._errors import DataWarning
from hotspot.english import and_list, count
from hotspot.incidents.offence_titles import BUSINESS, HOME, RESIDENTIAL, UNCONNECTED

OF_HOMES = frozenset({HOME, RESIDENTIAL})
#: In `attrs` of incidents: which offences were chosen by name, if any were.
CHOSEN = "offences_chosen"
#: A title that names no building is of the mixed kind, and told apart in words.
UNNAMED = "any building"
IN_WORDS = {
    HOME: "of homes",
    RESIDENTIAL: "recorded as residential (homes and sheds mixed)",
    UNNAMED: "under titles that name no building",
    UNCONNECTED: "of unconnected buildings",
    BUSINESS: "of businesses and other buildings",
    "": "of other offences",
}


@dataclass(frozen=True)
class OffenceCounts:
    """Which offences were taken, and how many rows were left out.

    Attributes
    ----------
    choice : str
        What was chosen, in words; "every row" where nothing was.
    taken, left : mapping of str to int
        Rows by kind, as `KINDS` has it, or "any building" where the title names none; blank for
        what is no burglary.
    by_kind : bool
        Whether kinds of burglary were chosen, so that the rest is of other kinds or none.
    """

    choice: str
    taken: Mapping[str, int]
    left: Mapping[str, int]
    by_kind: bool = True

    def short(self) -> list[str]:
        """Return how many rows were left out, in a few words each."""
        no_burglary = self.left.get("", 0)
        other = sum(self.left.values()) - no_burglary
        if not self.by_kind:
            return [f"Not selected {other + no_burglary:,}."] if other + no_burglary else []
        parts = [f"Other burglary {other:,}."] if other else []
        return [*parts, f"Not burglary {no_burglary:,}."] if no_burglary else parts

    def sentence(self) -> str:
        """Return which offences were taken and how many of which kind were left out."""
        words = f"Offences counted: {self.choice}, {count(sum(self.taken.values()), 'row')}"
        if len(self.taken) > 1:
            words += f": {kinds_in_words(self.taken)}."
        else:
            words += "".join(f", all of them {IN_WORDS[kind]}" for kind in self.taken) + "."
        return f"{words} Left out: {kinds_in_words(self.left)}." if self.left else words


def kinds_in_words(counts: Mapping[str, int]) -> str:
    """Return counts by kind in words, what is counted named once."""
    kinds = [kind for kind in IN_WORDS if kind in counts]
    parts = [f"{counts[kind]:,} {IN_WORDS[kind]}" for kind in kinds if kind]
    if parts:
        number, words = parts[0].split(" ", 1)
        parts[0] = f"{number} {'burglary' if number == '1' else 'burglaries'} {words}"
    if "" in counts:
        parts.append(f"{count(counts[''], 'row')} {IN_WORDS['']}")
    return and_list(parts) if parts else ""


def count_by_kind(kinds: object) -> dict[str, int]:
    """Count rows by kind."""
    return {str(kind): int(rows) for kind, rows in pd.Series(kinds).value_counts().items()}


def of_homes(incidents: gpd.GeoDataFrame, stacklevel: int = 3) -> gpd.GeoDataFrame:
    """Return the burglaries of homes, where other kinds stand beside them and were not chosen.

    Parameters
    ----------
    incidents : GeoDataFrame
        As `read_incidents` returns them. Returned as it is where ``offence_kind`` does not tell
        kinds apart, or ``attrs`` tells that they were chosen.
    stacklevel : int
        As of `warnings.warn`: by default who called the function that asks.

    Returns
    -------
    GeoDataFrame

    Warns
    -----
    DataWarning
        With the rows left out by kind, and how to choose them.
    """
    if "offence_kind" not in getattr(incidents, "columns", ()) or CHOSEN in incidents.attrs:
        return incidents
    kinds = incidents["offence_kind"].fillna("")
    homes = kinds.isin(OF_HOMES)
    # A frame of other kinds alone was chosen by hand.
    if homes.all() or not homes.any():
        return incidents
    warnings.warn(
        f"Burglary of homes only: {kinds_in_words(count_by_kind(kinds[~homes]))} left out. To "
        'count others, choose them by name: offences="business" (or "unconnected building", or '
        '"burglary" for all kinds) when reading, or '
        'incidents[incidents["offence_kind"] == "business"].',
        DataWarning,
        stacklevel=stacklevel,
    )
    return incidents[homes]
