"""Texts of a share that name what is on the stop list: nothing of it goes in another field."""

from collections.abc import Sequence
from typing import Any

import pandas as pd

from hotspot._errors import DataError
from hotspot.english import and_list, count, name_rows
from hotspot.incidents.stop_list import WITHHELD, StopList, redacted

# Shorter entries are found in house numbers and codes, too. Taken out of a text they would be known
# by what is left around them, so the whole text is withheld.
_FEWEST_TO_REDACT = 6
# Whole references, which are compared as such and whose rows are gone: part of one is another.
_WHOLE = ("crime_ref", "uprn", "parent_uprn")


def without_stopped(
    made: pd.DataFrame, fields: Sequence[str], stop: StopList, frame: pd.DataFrame
) -> tuple[pd.DataFrame, list[str]]:
    """Return a frame of which no text names what is on the stop list, and how many were withheld.

    Parameters
    ----------
    made : DataFrame
        What goes, without the rows that are on the list.
    fields : sequence of str
        Its columns but the geometry.
    stop : StopList
    frame : DataFrame
        The frame with those rows, by which the references of listed homes are known.

    Returns
    -------
    made : DataFrame
        An entry of six signs or more stands as "(withheld)" within its text; of a text with a
        shorter one nothing is left but that.
    told : list of str
        For the discloser: the recipient is told no number.

    Raises
    ------
    DataError
        If a column of numbers holds an entry: make it text, or leave it out.
    """
    entries = {one for one in (*stop.entries, *stop.meant(frame)) if one}
    long = {one for one in entries if len(one) >= _FEWEST_TO_REDACT}
    short = entries - long
    numbers = {float(one) for one in long if one.isdecimal()}
    told, problems = [], []
    for column in [name for name in fields if entries and name not in _WHOLE]:
        values = made[column]
        if pd.api.types.is_numeric_dtype(values.dtype):
            named = values.isin(numbers).fillna(False).to_numpy(dtype=bool)
            if named.any():
                problems.append(
                    f"{column!r} holds {count(int(named.sum()), 'number')} of the stop list "
                    f"({name_rows(values.index[named])}): make it text, or leave it out of fields."
                )
            continue
        if pd.api.types.infer_dtype(values, skipna=True) not in ("string", "categorical"):
            continue
        changed, whole = _withheld(values, long, short)
        if changed is not None:
            made = made.assign(**{column: changed})
        if whole:
            told.append((column, whole))
    if problems:
        raise DataError(and_list(problems))
    return made, [
        f"{count(whole, 'text')} of {column!r} had an entry of the stop list of fewer than "
        f"{_FEWEST_TO_REDACT} signs, or a number like it, and went as {WITHHELD}."
        for column, whole in told
    ]


def _withheld(values: pd.Series, long: set[str], short: set[str]) -> tuple[pd.Series | None, int]:
    """Return a column without the entries, None where nothing changed, and how many texts went."""
    texts = {one for one in values.dropna().unique() if isinstance(one, str)}
    new = {text: WITHHELD if redacted(text, short) != text else redacted(text, long)
           for text in texts}  # fmt: skip
    if all(text == shown for text, shown in new.items()):
        return None, 0
    whole = {text for text in texts if redacted(text, short) != text}
    # What stands in a gap stays as it is: another would tell that a text was changed.
    shown = [new.get(cell, cell) if isinstance(cell, str) else cell for cell in values]
    dtype: Any = values.dtype
    if isinstance(dtype, pd.CategoricalDtype):
        # Categories are texts that go, too.
        known = list(dict.fromkeys(new.get(one, one) for one in dtype.categories))
        dtype = pd.CategoricalDtype(known, dtype.ordered)
    return pd.Series(shown, index=values.index, dtype=dtype), int(values.isin(whole).sum())
