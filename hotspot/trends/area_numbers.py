"""Numbers by area, checked: two spellings of one area, gaps and text are told, not summed."""

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from hotspot.english import count, some_of

Numbers = pd.Series | Mapping[Any, float] | npt.ArrayLike


def aligned(
    first: Numbers, *others: Numbers, names: tuple[str, ...]
) -> tuple[pd.DataFrame, list[str]]:
    """Return numbers of the same areas side by side, and what is wrong with them.

    Parameters
    ----------
    first, *others : Series, mapping or array_like
        By area: the labels of a Series and the keys of a mapping name it. Arrays are of the areas
        of `first`, in its order.
    names : tuple of str
        What each is called: the columns, and the words of a problem.

    Returns
    -------
    frame : DataFrame
        A row per area in the order of `first`, a column a name.
    problems : list of str
    """
    problems: list[str] = []
    columns: dict[str, pd.Series] = {}
    labels: pd.Index | None = None
    for name, numbers in zip(names, (first, *others), strict=True):
        by_area = isinstance(numbers, (pd.Series, Mapping))
        series = pd.Series(numbers) if by_area else pd.Series(np.atleast_1d(np.asarray(numbers)))
        if not by_area and labels is not None:
            if len(series) != len(labels):
                problems.append(f"{name} has {len(series)} numbers for {len(labels)} areas.")
                continue
            series.index = labels
        problems += _label_problems(series.index, name)
        problems += number_problems(series, name)
        labels = series.index if labels is None else labels
        columns[name] = series
    if problems or labels is None:
        return pd.DataFrame(), problems
    for name, series in columns.items():
        missing, unknown = labels.difference(series.index), series.index.difference(labels)
        for gone, words in ((missing, "has no number for"), (unknown, "alone has a number for")):
            if len(gone):
                problems.append(
                    f"{name} {words} {count(len(gone), 'area')}: "
                    f"{some_of([str(label) for label in gone])}. A missing number is not nought."
                )
    if problems:
        return pd.DataFrame(), problems
    return pd.DataFrame({name: s.reindex(labels).astype(float) for name, s in columns.items()}), []


def _label_problems(labels: pd.Index, name: str) -> list[str]:
    problems = []
    twice = labels[labels.duplicated()].unique()
    if len(twice):
        problems.append(f"{name} has an area more than once: {some_of([str(a) for a in twice])}.")
    alike = [" and ".join(map(repr, names)) for names in spelled_alike(map(str, labels))]
    if alike:
        problems.append(
            f"{name} has areas that differ by case or blanks only: {some_of(alike)}. Write each "
            "one way."
        )
    return problems


def spelled_alike(names: Iterable[str]) -> list[list[str]]:
    """Return the names that differ by case or blanks only, those of one area together.

    Examples
    --------
    >>> spelled_alike(["Quay", "Moor", "QUAY "])
    [['QUAY ', 'Quay']]
    """
    groups: dict[str, set[str]] = {}
    for name in names:
        groups.setdefault(" ".join(name.casefold().split()), set()).add(name)
    return [sorted(group) for group in groups.values() if len(group) > 1]


def number_problems(series: pd.Series, name: str) -> list[str]:
    """Return which of the numbers are none, are missing or lie below 0."""
    if series.empty:
        return []
    if pd.api.types.is_bool_dtype(series) or not pd.api.types.is_numeric_dtype(series):
        shown = some_of([repr(value) for value in series.tolist()[:3]], 3)
        return [f"{name} must be numbers, not text such as {shown}."]
    bad = ~np.isfinite(series.to_numpy(float)) | (series.to_numpy(float) < 0)
    if not bad.any():
        return []
    areas = some_of([str(label) for label in series.index[bad]])
    return [f"{name} has {count(int(bad.sum()), 'number')} missing or below 0: {areas}."]
