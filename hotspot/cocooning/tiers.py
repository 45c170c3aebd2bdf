"""Tiers: which pack a door gets, by rules that a force writes down."""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from hotspot._errors import ConfigError
from hotspot.rule import ACT_WITHIN_HOURS

_LEAST = {"min_burglaries_12m": "burglaries_12m", "min_live": "live"}
_MOST = {"max_days": "days", "max_distance_m": "distance_m", "max_steps": "steps"}
_KEYS = ("name", "rings", *_LEAST, *_MOST)
_RINGS = tuple(range(len(ACT_WITHIN_HOURS)))


class Tier(NamedTuple):
    """One rule: a door gets the pack where all that is asked holds."""

    name: str
    rings: tuple[int, ...]
    least: dict[str, float]
    most: dict[str, float]


def read_tiers(tables: Iterable[Mapping[str, Any]] | None) -> tuple[Tier, ...]:
    """Read the rules, in their order; every fault is told at once.

    Parameters
    ----------
    tables : iterable of mapping, optional
        ``name``, the pack, is needed. What else is there must hold: ``rings`` (0, 1, 2),
        ``min_burglaries_12m`` (burglaries of the home in the past 12 months), ``min_live``
        (burglaries that reach the door now), ``max_days`` (whole days since the newest of them
        was found), ``max_distance_m`` (from the nearest of these), ``max_steps`` (houses along the
        street from the burgled one; a home not told by house numbers is beyond any).

    Returns
    -------
    tuple of Tier

    Raises
    ------
    ConfigError

    Examples
    --------
    >>> [tier.name for tier in read_tiers([{"name": "gold", "rings": [0]}, {"name": "bronze"}])]
    ['gold', 'bronze']
    """
    if tables is None:
        return ()
    if isinstance(tables, (str, Mapping)) or not isinstance(tables, Iterable):
        raise ConfigError("tiers must be a list of tables, such as [{'name': 'gold'}].")
    tables = list(tables)
    problems = [
        problem
        for nth, table in enumerate(tables, start=1)
        for problem in _problems(table, f"Tier {nth}")
    ]
    if not problems:
        names = [table["name"].strip() for table in tables]
        twice = sorted({name for name in names if names.count(name) > 1})
        problems = [f"Two tiers are called {name!r}: join them or rename one." for name in twice]
    if problems:
        raise ConfigError(problems)
    return tuple(
        Tier(
            name=table["name"].strip(),
            rings=tuple(table.get("rings", _RINGS)),
            least={column: table[key] for key, column in _LEAST.items() if key in table},
            most={column: table[key] for key, column in _MOST.items() if key in table},
        )
        for table in tables
    )


def tiers_of(visits: pd.DataFrame, tiers: tuple[Tier, ...]) -> "np.ndarray[Any, Any]":
    """Assign each visit the first tier whose rule it meets, None where it meets none.

    Parameters
    ----------
    visits : DataFrame
        With ``ring``, ``burglaries_12m``, ``live``, ``days``, ``distance_m`` and ``steps``.
    tiers : tuple of Tier
    """
    chosen = np.full(len(visits), None, dtype=object)
    for tier in reversed(tiers):
        met = visits["ring"].isin(tier.rings).to_numpy(copy=True)
        for column, least in tier.least.items():
            met &= (visits[column] >= least).to_numpy()
        for column, most in tier.most.items():
            met &= (visits[column] <= most).to_numpy()
        chosen[met] = tier.name
    return chosen


def _problems(table: Any, which: str) -> list[str]:
    if not isinstance(table, Mapping):
        return [f"{which} must be a table with a name, not {table!r}."]
    problems = []
    name = table.get("name")
    if not isinstance(name, str) or not name.strip():
        problems.append(f"{which} needs a name, such as 'gold'.")
    else:
        which = f"Tier {name.strip()!r}"
    unknown = [str(key) for key in table if key not in _KEYS]
    if unknown:
        problems.append(
            f"{which} has {', '.join(unknown)}, which no rule knows; there are {', '.join(_KEYS)}."
        )
    rings = table.get("rings", _RINGS)
    if (
        not isinstance(rings, (list, tuple))
        or not rings
        or any(isinstance(ring, bool) or ring not in _RINGS for ring in rings)
    ):
        problems.append(f"{which}: rings must be a list of 0, 1 and 2, not {rings!r}.")
    for key in (*_LEAST, *_MOST):
        if key in table and not _is_number(table[key]):
            problems.append(f"{which}: {key} must be a number, 0 or more, not {table[key]!r}.")
    return problems


def _is_number(value: Any) -> bool:
    return (
        isinstance(value, (int, float))
        and not isinstance(value, bool)
        and bool(np.isfinite(value))
        and value >= 0
    )
