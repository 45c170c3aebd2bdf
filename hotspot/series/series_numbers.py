"""Which series each crime belongs to by the force's own numbers, and what hangs together."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from hotspot._errors import quoted
from hotspot._kernels.arrays import Ints
from hotspot.reading.cells import reference_key, to_text, without_missing_words

# What parts the numbers of a crime in several series; a slash is part of many numbers.
_PARTS = re.compile(r"\s*[;,|\r\n&]\s*")


@dataclass(frozen=True)
class Members:
    """Which crime is in which series: a row for each crime and series.

    Attributes
    ----------
    row : ndarray of int64
        Position of the crime.
    series : ndarray of int64
        Position of the series in `names`.
    names : list of str
        As the force writes them; those that differ in case, spaces or zeros in front are one.
    group : ndarray of int64, one for each crime
        Crimes that share a series, or are joined by crimes that do, are one connected group; -1
        for a crime of no series.
    """

    row: Ints
    series: Ints
    names: list[str]
    group: Ints


def series_problems(incidents: object, series: object) -> list[str]:
    """Return what keeps a column from telling series."""
    if not isinstance(series, str):
        return [f"series must be the name of a column, not {type(series).__name__}."]
    if isinstance(incidents, pd.DataFrame) and series not in incidents.columns:
        return [
            f"The incidents lack the column {quoted(series)}: keep it when reading, as "
            f'keep={{"{series}": "Linked Series"}}.'
        ]
    return []


def members_of(incidents: gpd.GeoDataFrame, series: str) -> Members:
    """Return the series of each crime.

    Parameters
    ----------
    incidents : GeoDataFrame
    series : str
        The column of the force's numbers. Several stand in one cell with ";", ",", "|", "&" or a
        line break between them: the crime is in each of them. Blanks and words such as "N/K" are
        no series.

    Returns
    -------
    Members

    Examples
    --------
    >>> frame = pd.DataFrame({"series_id": ["A/14; A/15", "a/14", None, "N/K", "A/15"]})
    >>> members = members_of(frame, "series_id")
    >>> members.names, members.row.tolist(), members.series.tolist()
    (['A/14', 'A/15'], [0, 0, 1, 4], [0, 1, 0, 1])
    >>> members.group.tolist()
    [0, 0, -1, -1, 0]
    """
    cells = [_as_one(cell) for cell in incidents[series].astype(object)]
    texts = without_missing_words(to_text(pd.Series(cells, dtype=object)))
    spelled: dict[str, dict[str, int]] = {}
    found: list[tuple[int, str]] = []
    for row, text in enumerate(texts):
        if not isinstance(text, str):
            continue
        parts = without_missing_words(pd.Series(_PARTS.split(text), dtype=object)).dropna()
        for name in dict.fromkeys(" ".join(part.split()) for part in parts):
            key = reference_key(name)
            if key and (row, key) not in found[-len(parts) :]:
                found.append((row, key))
                spellings = spelled.setdefault(key, {})
                spellings[name] = spellings.get(name, 0) + 1
    # The spelling that most rows have, so that their order decides nothing.
    shown = {
        key: min((-times, name) for name, times in of.items())[1] for key, of in spelled.items()
    }
    keys = sorted(shown, key=lambda key: (shown[key], key))
    number = {key: at for at, key in enumerate(keys)}
    rows = np.array([at for at, _ in found], dtype=np.int64)
    codes = np.array([number[key] for _, key in found], dtype=np.int64)
    group = _groups(rows, codes, len(incidents), len(keys))
    return Members(rows, codes, [shown[key] for key in keys], group)


def _as_one(cell: Any) -> Any:
    several = isinstance(cell, Sequence | set | np.ndarray) and not isinstance(cell, str | bytes)
    if isinstance(cell, str):
        # Line breaks part numbers, and are not text that is kept.
        return ";".join(cell.splitlines())
    return ";".join(str(one) for one in cell) if several else cell


def _groups(row: Ints, series: Ints, crimes: int, names: int) -> Ints:
    """Return the connected group of each crime, numbered by the first of its series."""
    group = np.full(crimes, -1, dtype=np.int64)
    if not len(row):
        return group
    size = crimes + names
    graph = coo_array((np.ones(len(row), dtype=np.int8), (row, crimes + series)), (size, size))
    part = connected_components(graph, directed=False)[1]
    # By the names of the series, so that the order of the rows does not matter.
    _, first, dense = np.unique(part[crimes:], return_index=True, return_inverse=True)
    turn = np.argsort(np.argsort(first))
    group[row] = turn[dense[series]]
    return group
