"""When what is counted as burglary changed, and months unlike any others: what a count crosses."""

from collections.abc import Iterable, Mapping
from functools import cache
from typing import NamedTuple

import geopandas as gpd
import pandas as pd

from hotspot.english import and_list, count, month, percent, plain_day
from hotspot.incidents.offence_lines import BURGLARY, offence_table
from hotspot.reading.crs import BRITISH_GRID

#: When homes were not empty by day, and what came after was measured against it.
PANDEMIC = pd.period_range("2020-03", "2021-07", freq="M")
# Within so much of it a change is that of all burglary.
_ALIKE = 0.1
# What changed, where more can be said of it than that the table of offences did.
_WHAT_CHANGED = {
    "2017-04-01": (
        "burglary of a dwelling became residential burglary, which takes in sheds and garages"
    ),
    "2023-04-01": (
        "residential burglary was parted into that of a home and that of an unconnected building"
    ),
}


class DefinitionChange(NamedTuple):
    """A day from which burglary was counted otherwise in England and Wales.

    Attributes
    ----------
    first : Timestamp
        The first day of the new count.
    words : str
        What changed.
    """

    first: pd.Timestamp
    words: str


def definition_changes() -> tuple[DefinitionChange, ...]:
    """Return when the kinds of burglary changed, from the dated table of offences.

    Returns
    -------
    tuple of DefinitionChange
        The first day of every line of burglary but the earliest, in order.

    Examples
    --------
    >>> [f"{change.first:%Y-%m-%d}" for change in definition_changes()]
    ['2017-04-01', '2023-04-01']
    """
    return _changes()


@cache
def _changes() -> tuple[DefinitionChange, ...]:
    table = offence_table()
    burglary = table["group"].str.split(";").map(lambda groups: groups[0].strip() == BURGLARY)
    starts = sorted({day for day in table.loc[burglary, "valid_from"] if day})
    return tuple(
        DefinitionChange(
            pd.Timestamp(day), _WHAT_CHANGED.get(day, "the kinds of burglary were drawn anew")
        )
        for day in starts[1:]
    )


def comparison_notes(
    current: pd.PeriodIndex,
    references: Mapping[str, pd.PeriodIndex],
    change: float = float("nan"),
    whole: float = float("nan"),
    *,
    of_england: bool = True,
) -> list[str]:
    """Write what the reader of a comparison must know of its months.

    Parameters
    ----------
    current : PeriodIndex of months
    references : mapping of str to PeriodIndex of months
        What they are held against, by what it is called, the main one first.
    change : float
        By how much the count changed, as a share of the main reference.
    whole : float
        By how much all burglary did, which a change of its kinds leaves as it is.
    of_england : bool
        Whether the kinds of burglary are those of England and Wales.

    Returns
    -------
    list of str

    Examples
    --------
    >>> year = pd.period_range("2017-04", "2018-03", freq="M")
    >>> comparison_notes(year, {"the reference": year - 12}, 1.01, -0.098)
    ['On 1 April 2017 in England and Wales burglary of a dwelling became residential burglary, which
      takes in sheds and garages: the reference is from before it. +101 % is first of all a change
      of definition: all burglary changed by -9.8 %.']
    """
    main = next(iter(references), "")
    held = {"the count itself": current} | dict(references) if of_england else {}
    notes = []
    for changed in definition_changes():
        since = changed.first.to_period("M")
        before = [name for name, months in held.items() if (months < since).any()]
        if not before or not (current >= since).any():
            continue
        partly = any((held[name] >= since).any() for name in before)
        is_are = "are" if len(before) > 1 or before[0].endswith("s") else "is"
        told = (
            f"On {plain_day(changed.first)} in England and Wales {changed.words}: "
            f"{and_list(before)} {is_are} {'wholly or partly ' if partly else ''}from before it."
        )
        if main in before and not pd.isna(whole) and not pd.isna(change):
            told += f" {_beside(change, whole)}"
        notes.append(told)
    return notes + pandemic_notes(references)


def _beside(change: float, whole: float) -> str:
    """Write what a change is worth beside that of all burglary."""
    if abs(change - whole) > _ALIKE and abs(change) > 2 * abs(whole):
        return (
            f"{signed(change)} is first of all a change of definition: all burglary changed by "
            f"{signed(whole)}."
        )
    return f"All burglary changed by {signed(whole)}, which that leaves as it is."


def pandemic_notes(held: Mapping[str, pd.PeriodIndex]) -> list[str]:
    """Write which of some sets of months hold months of the pandemic.

    Examples
    --------
    >>> pandemic_notes({"the baseline": pd.period_range("2019-04", "2020-03", freq="M")})
    ['The baseline holds 1 month of the pandemic (March 2020 to July 2021), when homes were seldom
      empty: ...']
    """
    notes = []
    for name, months in held.items():
        inside = len(months.intersection(PANDEMIC))
        if inside:
            verb = "hold" if name.endswith("s") else "holds"
            notes.append(
                f"{name[0].upper()}{name[1:]} {verb} {count(inside, 'month')} of the pandemic "
                f"({month(PANDEMIC[0].start_time)} to {month(PANDEMIC[-1].start_time)}), when "
                "homes were seldom empty: burglary was low then, and what comes after looks high."
            )
    return notes


def signed(share: float) -> str:
    """Return a change as a percentage with its sign, or that there was nothing before.

    Examples
    --------
    >>> signed(-0.323), signed(1.01), signed(0.0), signed(float("inf")), signed(0.0162)
    ('-32 %', '+101 %', '0 %', 'none before', '+1.6 %')
    """
    if pd.isna(share):
        return ""
    if share == float("inf"):
        return "none before"
    sign = "-" if share < 0 else "+" if share > 0 else ""
    return f"{sign}{percent(abs(share))}"


def counted_as_in_england(incidents: gpd.GeoDataFrame) -> bool:
    """Test whether incidents lie where the Home Office says what burglary is.

    By their CRS: the readers bring what lies in Great Britain into its grid.
    """
    return incidents.crs is not None and bool(incidents.crs == BRITISH_GRID)


def whole_change(
    kinds: "pd.Series[str]", current: "pd.Series[bool]", reference: "pd.Series[bool]"
) -> float:
    """Compute by how much burglary of every kind changed, where the kinds are known.

    Parameters
    ----------
    kinds : Series of str
        As ``offence_kind`` of incidents.
    current, reference : Series of bool
        Which of them are in the one period and in the other, of one length.

    Returns
    -------
    float
        NaN where other kinds are not in the data, or there was none before.
    """
    burglary = kinds.fillna("") != ""
    before, after = int((burglary & reference).sum()), int((burglary & current).sum())
    return after / before - 1 if before and _tells_all(kinds) else float("nan")


def _tells_all(kinds: Iterable[object]) -> bool:
    """Test whether other burglary than that of homes is among them."""
    return bool({"business"} & set(kinds))
