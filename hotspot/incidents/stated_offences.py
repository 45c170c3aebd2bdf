"""What a user states of offences, by code, title, group or kind, held against those of the data."""

from collections.abc import Mapping, Sequence
from typing import TypeVar

import pandas as pd

from hotspot.incidents.offence_titles import KINDS, normalise_offence
from hotspot.incidents.offences import ALL, kinds_named, select_offences

Value = TypeVar("Value", str, int)


def stated_values(
    offences: Sequence[str], stated: Mapping[str, Value]
) -> tuple[list[set[Value]], list[str]]:
    """Return what was stated of each offence, and what was stated of none.

    Parameters
    ----------
    offences : sequence of str
        Different codes or titles; a blank one is meant by "all" alone.
    stated : mapping of str to str or int
        By code, title, group or kind, as `select_offences` takes them.

    Returns
    -------
    values : list of set
        Empty where nothing was stated; more than one value where statements disagree. The narrower
        goes first: the code or title itself, then other codes, titles and groups, then kinds
        ("homes" before "burglary"), then "all".
    unused : list of str

    Examples
    --------
    >>> stated_values(["28E", "30C", ""], {"burglary": 10, "30C": 5, "Robbery": 1})
    ([{10}, {5}, set()], ['Robbery'])
    """
    hits = {key: _meant(key, offences) for key in stated}
    values = []
    for i, offence in enumerate(offences):
        meant = {key: value for key, value in stated.items() if hits[key][i]}
        breadth = {key: _breadth(normalise_offence(key), offence) for key in meant}
        least = min(breadth.values(), default=0)
        values.append({value for key, value in meant.items() if breadth[key] == least})
    return values, [key for key, its in hits.items() if not any(its)]


def _breadth(key: str, offence: str) -> int:
    """Return how much a statement means that means this offence."""
    if key == normalise_offence(offence):
        return 0
    return 1 + len(kinds_named(key)) if key != ALL else 1 + len(KINDS) + 1


def _meant(key: str, offences: Sequence[str]) -> list[bool]:
    """Return which offences a code, title, group or kind means."""
    # The key itself is among the data, so that one which stands in no row this week is no fault.
    chosen = select_offences(pd.Series([*offences, key], dtype=object), key).chosen[:-1]
    blank_too = normalise_offence(key) == ALL
    pairs = zip(chosen, offences, strict=True)
    return [bool(one) and (bool(value) or blank_too) for one, value in pairs]
