"""Rows of one incident, and points on which rows pile up."""

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hotspot.english import count, name_rows
from hotspot.reading.faults import Faults

_PILE_ROWS, _PILE_SHARE, _PILE_EXCESS = 10, 0.01, 5.0
_MOST_SHOWN = 3


def duplicate_faults(
    references: pd.Series, forces: pd.Series | None, x: NDArray[np.float64], y: NDArray[np.float64]
) -> Faults:
    """Find rows whose reference stands in an earlier row too.

    Parameters
    ----------
    references : pandas.Series of str
        Rows without one are never duplicates.
    forces : pandas.Series of str or None
        References of different forces are different.
    x, y : numpy.ndarray
        Metres, to say how far apart the two rows lie.

    Returns
    -------
    Faults

    Examples
    --------
    >>> references = pd.Series(["A1", "A2", "A1"], index=[2, 3, 4], name="Ref")
    >>> faults = duplicate_faults(references, None, np.array([0, 0, 3.0]), np.array([0, 0, 4.0]))
    >>> faults.table()["reason"].tolist()
    ['duplicate of row 2, 5 m away']
    """
    faults = Faults(references.index)
    codes, _ = pd.factorize(_keys(references, forces))
    different, at = np.unique(codes, return_index=True)
    first = at[np.searchsorted(different, codes)]
    again = (codes >= 0) & (first != np.arange(len(codes)))
    apart = np.hypot(x[again] - x[first[again]], y[again] - y[first[again]])
    labels = references.index[first[again]]
    reasons = [
        f"duplicate of row {label}, {distance:,.0f} m away"
        for label, distance in zip(labels, apart, strict=True)
    ]
    faults.add(again, str(references.name), references, reasons)
    return faults


def _keys(references: pd.Series, forces: pd.Series | None) -> pd.Series:
    """Return what tells crimes apart: the reference, and the force where one is known."""
    keys = references.astype(object)
    if forces is None:
        return keys
    # A unit separator stands in no name, so that "A" of "BC" is not "AB" of "C".
    return keys.where(keys.isna(), forces.fillna("").astype(object) + "\x1f" + keys)


def case_warnings(references: pd.Series, forces: pd.Series | None) -> list[str]:
    """Warn of references that differ from another only in capital and small letters.

    Parameters
    ----------
    references : pandas.Series of str
        Missing ones are like no other.
    forces : pandas.Series of str or None
        References of different forces are different.

    Returns
    -------
    list of str

    Examples
    --------
    >>> case_warnings(pd.Series(["A1", "a1", "A1", "B2"], index=[2, 3, 4, 5]), None)[0][:69]
    '3 rows have a reference that differs from another only in capital and'
    """
    keys = _keys(references, forces).dropna()
    ways = keys.groupby(keys.str.casefold()).transform("nunique") if len(keys) else keys
    rows = keys.index[ways.to_numpy() > 1] if len(keys) else keys.index
    if rows.empty:
        return []
    return [
        f"{count(len(rows), 'row')} have a reference that differs from another only in capital and "
        f"small letters, such as {references[rows[0]]} ({name_rows(rows)}): they are used as "
        "different crimes."
    ]


def pile_warnings(incidents: gpd.GeoDataFrame) -> list[str]:
    """Warn of points that hold far more incidents than the others do.

    Parameters
    ----------
    incidents : geopandas.GeoDataFrame
        Rows that are accepted.

    Returns
    -------
    list of str

    Notes
    -----
    A pile is ten rows or more and one in a hundred or more, and five times what the fullest
    points commonly hold (their 99th percentile): in block-level data every point is shared, and
    none of them is a pile.
    """
    if incidents.empty:
        return []
    points = incidents.geometry.x.to_numpy() + 1j * incidents.geometry.y.to_numpy()
    codes, _ = pd.factorize(points)
    held = np.bincount(codes)
    usual = np.percentile(held[held < held.max()], 99) if (held < held.max()).any() else 1.0
    least = max(_PILE_ROWS, _PILE_SHARE * len(incidents), _PILE_EXCESS * usual)
    piles = np.flatnonzero(held >= least)
    piles = piles[np.argsort(-held[piles], kind="stable")]
    warnings = []
    for pile in piles[:_MOST_SHOWN]:
        rows = incidents.index[codes == pile]
        warnings.append(
            f"{count(len(rows), 'row')} stand on one point ({name_rows(rows)}): it may be a "
            "geocoder's fallback."
        )
    if len(piles) > _MOST_SHOWN:
        warnings.append(f"{len(piles) - _MOST_SHOWN} more points hold as many.")
    return warnings


def shared_address_warnings(incidents: gpd.GeoDataFrame) -> list[str]:
    """Warn of different references at one UPRN with overlapping windows.

    Parameters
    ----------
    incidents : geopandas.GeoDataFrame
        Rows that are accepted.

    Returns
    -------
    list of str
    """
    if "uprn" not in incidents:
        return []
    columns = ["uprn", "occurred_from", "occurred_to"]
    known = pd.DataFrame(incidents.loc[incidents["uprn"].notna(), columns])
    known = known[known["uprn"].duplicated(keep=False)]
    if known.empty:
        return []
    known = known.sort_values(["uprn", "occurred_from"], kind="stable")
    # Against the latest end so far, not the end of the row before: a long window may hold several.
    latest = known.groupby("uprn")["occurred_to"].cummax()
    same = known["uprn"].eq(known["uprn"].shift())
    overlaps = (same & (known["occurred_from"] <= latest.shift())).to_numpy()
    if not overlaps.any():
        return []
    together = overlaps | np.r_[overlaps[1:], False]
    rows = incidents.index[incidents.index.isin(known.index[together])]
    return [
        f"{count(len(rows), 'row')} of different references at one UPRN with overlapping windows "
        f"({name_rows(rows)}): a shared house? They count as one event in the rule."
    ]
