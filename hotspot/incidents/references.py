"""References of crimes, made for rows that have none; codes that a spreadsheet rounded."""

import re
from collections.abc import Sequence
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hotspot.english import count, name_rows
from hotspot.incidents.content_order import in_content_order
from hotspot.incidents.duplicates import (
    APART_DAYS,
    APART_M,
    reference_codes,
    reference_keys,
)
from hotspot.reading.cells import is_text, normalise_name
from hotspot.reading.text_bytes import TextBytes

#: What a made reference begins with.
MADE = "made-"
_DATED = re.compile(r" \(\d{4}-\d{2}-\d{2}(?:-\d+)?\)$")
#: How a spreadsheet writes what it took for a number too long to show: 1.5E+31, 4E+11. Without its
#: plus sign a whole number is a code as it was typed: 4E0001200.
ROUNDED = r"(?:.*/)?\d(?:[.,]\d+[eE]\+?|[eE]\+)\d+(?:/.*)?"
# A column within whose values references may be unique.
_PARTING = re.compile(r"^(?:[a-z]*year|yr)$|station|division|office(?!r)|\bbcu\b")
#: The fields that are codes, and what to call one.
CODES = {
    "crime_ref": "reference",
    "uprn": "UPRN",
    "area": "beat code",
    "offence_code": "offence code",
}


def without_lost_digits(codes: pd.Series, field: str) -> tuple[pd.Series, list[str]]:
    """Withhold codes that a spreadsheet rounded, lest different ones be one.

    Parameters
    ----------
    codes : pandas.Series of str
    field : str
        What they are; text that is no code is returned as it stands.

    Returns
    -------
    codes : pandas.Series of str
    warnings : list of str

    Examples
    --------
    >>> codes, warnings = without_lost_digits(pd.Series(["1,50E+31", "6B60", "12E4"]), "area")
    >>> codes.dropna().tolist(), warnings[0][:46]
    (['6B60', '12E4'], '1 beat code (area) was rounded by a spreadshee')
    """
    if field not in CODES or not is_text(codes) or not _may_be_rounded(codes):
        return codes, []
    rounded = codes.str.fullmatch(ROUNDED, na=False).astype(bool)
    if not rounded.any():
        return codes, []
    rows = codes.index[rounded]
    noun = f"{count(len(rows), CODES[field])} ({field}) {'was' if len(rows) == 1 else 'were'}"
    return codes.where(~rounded, None), [
        f"{noun} rounded by a spreadsheet, such as {codes[rows[0]]} ({name_rows(rows)}): left out. "
        "Export the column as text."
    ]


def _may_be_rounded(codes: pd.Series) -> bool:
    held = TextBytes.of(codes)
    return held is None or (held.holds(b"eE") and held.holds(b"+.,"))


def told_apart(
    incidents: gpd.GeoDataFrame,
    columns: Sequence[str],
    headings: Sequence[str] = (),
    codes: NDArray[np.int64] | None = None,
) -> tuple[pd.Series, list[str]]:
    """Add the date to references that several crimes share, and warn of them.

    Parameters
    ----------
    incidents : geopandas.GeoDataFrame
        Without duplicates: rows of one reference are different crimes.
    columns : sequence of str
        Where the references stand.
    headings : sequence of str
        All columns of the source, among which that of the year or the station may be.
    codes : numpy.ndarray of int64, optional
        What `reference_codes` returns of these rows, where it is known.

    Returns
    -------
    references : pandas.Series of str
        The earliest crime keeps its reference, so that a later one does not change its name.
    warnings : list of str

    Examples
    --------
    >>> days = pd.to_datetime(["2026-03-01", "2024-03-01"])
    >>> incidents = gpd.GeoDataFrame(
    ...     {"crime_ref": "A1", "occurred_from": days, "occurred_to": days},
    ...     geometry=gpd.points_from_xy([0, 0], [0, 0]))
    >>> told_apart(incidents, ["Ref"])[0].tolist()
    ['A1 (2026-03-01)', 'A1']
    """
    references = incidents["crime_ref"].copy()
    codes = reference_codes(incidents) if codes is None else codes
    shared = (codes >= 0) & pd.Series(codes).duplicated(keep=False).to_numpy()
    if not shared.any():
        return references, []
    crimes = in_content_order(incidents[shared])
    crimes = crimes.assign(key=reference_keys(crimes)).sort_values("key", kind="stable")
    later = crimes[crimes["key"].duplicated()]
    day = later["occurred_from"].dt.strftime("%Y-%m-%d")
    turn = later.groupby([later["key"], day]).cumcount()
    number = ("-" + (turn + 1).astype(str)).where(turn > 0, "")
    references[later.index] = later["crime_ref"].astype(object) + " (" + day + number + ")"
    rows = incidents.index[shared]
    parted = (name for name in headings if _PARTING.search(normalise_name(name)))
    whole = (*columns, next(parted, "..."))
    python, line = ", ".join(f'"{name}"' for name in whole), ",".join(whole)
    return references, [
        f"{count(len(rows), 'row')} share a reference with another that lies more than "
        f"{APART_DAYS} days or {APART_M:,} m away ({name_rows(rows)}): they are different crimes, "
        f"and the later ones got their date, such as {references[later.index[0]]!r}. Where "
        "references are unique only within a year or a station, add its column, e.g. "
        f'columns={{"crime_ref": [{python}]}} (--columns crime_ref="{line}").'
    ]


def as_in_file(reference: str) -> str:
    """Return a reference as it stands in the source, without the date that tells it apart.

    Examples
    --------
    >>> as_in_file("A1 (2026-03-01)"), as_in_file("A1")
    ('A1', 'A1')
    """
    return _DATED.sub("", reference)


def with_references(
    incidents: gpd.GeoDataFrame,
) -> tuple[gpd.GeoDataFrame, list[str], list[str]]:
    """Add a reference to the rows that have none, and list those that say the same.

    Parameters
    ----------
    incidents : geopandas.GeoDataFrame

    Returns
    -------
    incidents : geopandas.GeoDataFrame
    notes, warnings : list of str
    """
    missing = incidents["crime_ref"].isna()
    references = incidents["crime_ref"].copy()
    notes, warnings = [], []
    if missing.any():
        nameless = in_content_order(incidents[missing])
        contents = _contents(nameless)
        made = made_references(contents)
        references.loc[made.index] = made
        notes.append(
            f"{count(len(made), 'row')} without a reference got one made from the row's content "
            f"(such as {made.iloc[0]})."
        )
        again = made.index[contents.duplicated()]
        if len(again):
            warnings.append(
                f"{count(len(again), 'row')} without a reference, the same as an earlier one "
                f"({name_rows(again)}): counted as they stand."
            )
    return incidents.assign(crime_ref=references.astype(str)), notes, warnings


def _contents(incidents: gpd.GeoDataFrame) -> pd.DataFrame:
    """Return what a made reference is made of, in a form that is the same on every machine."""
    # Whole millimetres and seconds: the last digit of a transformed coordinate is not the same
    # everywhere.
    contents: dict[str, Any] = {
        "x": (incidents.geometry.x * 1000).round().astype("int64"),
        "y": (incidents.geometry.y * 1000).round().astype("int64"),
    }
    for name in ("occurred_from", "occurred_to"):
        contents[name] = incidents[name].to_numpy().astype("datetime64[s]").astype("int64")
    for name in ("offence_code", "uprn", "address", "area", "force"):
        if name in incidents:
            contents[name] = incidents[name].astype(object).fillna("")
    return pd.DataFrame(contents)


def made_references(contents: pd.DataFrame) -> pd.Series:
    """Compute references from what rows say, so that their order does not matter.

    Parameters
    ----------
    contents : pandas.DataFrame
        What the reference is made of: numbers and text, nothing missing.

    Returns
    -------
    pandas.Series of str
        Rows that say the same are told apart by a number.

    Examples
    --------
    >>> made_references(pd.DataFrame({"x": [1, 2, 1]}, index=[2, 3, 4])).nunique()
    3
    """
    hashed = pd.util.hash_pandas_object(contents, index=False).to_numpy()
    turn = pd.Series(hashed).groupby(hashed).cumcount().to_numpy()
    texts = [
        f"{MADE}{number:016x}"[: len(MADE) + 12] + (f"-{again + 1}" if again else "")
        for number, again in zip(hashed.tolist(), turn.tolist(), strict=True)
    ]
    return pd.Series(texts, index=contents.index, dtype=object)
