"""Rows of one incident, and points on which rows pile up."""

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hotspot.english import count, name_rows
from hotspot.incidents.content_order import content_order
from hotspot.reading.faults import Faults
from hotspot.reading.text_bytes import TextBytes

_PILE_ROWS, _PILE_SHARE, _PILE_EXCESS = 10, 0.01, 5.0
_MOST_SHOWN = 3
#: How far apart two rows of one reference may lie and be one crime.
APART_DAYS, APART_M = 60, 2_000
_APART_DAYS = np.timedelta64(APART_DAYS, "D")
_MOST_CRIMES = 100
_CAPITALS, _SMALL = slice(ord("A"), ord("Z") + 1), slice(ord("a"), ord("z") + 1)


def duplicate_faults(
    incidents: gpd.GeoDataFrame, column: str, codes: NDArray[np.int64] | None = None
) -> Faults:
    """Find rows that are the crime of another row: the same reference, time and place.

    Parameters
    ----------
    incidents : geopandas.GeoDataFrame
        In metres; rows without a reference are never duplicates, and references of different
        forces are different.
    column : str
        Where the references stand.
    codes : numpy.ndarray of int64, optional
        What `reference_codes` returns of these rows, where it is known.

    Returns
    -------
    Faults

    Notes
    -----
    Rows of one reference whose windows lie more than 60 days apart, or whose points more than
    2,000 m, are different crimes: the numbers begin anew each year, or at each station. One crime
    that is listed at several points, as some cities publish them, lies within some 300 m.

    Examples
    --------
    >>> days = pd.to_datetime(["2026-03-01", "2026-03-01", "2026-03-02", "2027-03-01"])
    >>> incidents = gpd.GeoDataFrame(
    ...     {"crime_ref": ["A1", "A2", "A1", "A1"], "occurred_from": days, "occurred_to": days},
    ...     geometry=gpd.points_from_xy([0, 0, 3, 0], [0, 0, 4, 0]), index=[2, 3, 4, 5])
    >>> duplicate_faults(incidents, "Ref").table()["reason"].tolist()
    ['duplicate of row 2, 5 m away']
    """
    faults = Faults(incidents.index)
    codes = reference_codes(incidents) if codes is None else codes
    start, end = (incidents[name].to_numpy() for name in ("occurred_from", "occurred_to"))
    points = incidents.geometry.x.to_numpy() + 1j * incidents.geometry.y.to_numpy()
    first = np.arange(len(codes))
    left = np.flatnonzero(pd.Series(codes).duplicated(keep=False).to_numpy() & (codes >= 0))
    # What the rows say decides which stands, the most western first, so that a file sorted anew has
    # the same crimes at the same places.
    left = left[content_order(incidents.iloc[left])]
    left = left[np.argsort(points[left], kind="stable")]
    # Each turn finds the rows of one crime of every reference; where a column has far more crimes
    # than references it names none, and the rest counts as it stands.
    for _ in range(_MOST_CRIMES):
        different, at = np.unique(codes[left], return_index=True)
        if not len(different):
            break
        leader = left[at[np.searchsorted(different, codes[left])]]
        gap = np.maximum(start[left], start[leader]) - np.minimum(end[left], end[leader])
        same = (gap <= _APART_DAYS) & (np.abs(points[left] - points[leader]) <= APART_M)
        first[left[same]] = leader[same]
        left = left[~same]
    again = first != np.arange(len(codes))
    apart = np.abs(points[again] - points[first[again]])
    reasons = [
        f"duplicate of row {label}, {distance:,.0f} m away"
        for label, distance in zip(incidents.index[first[again]], apart, strict=True)
    ]
    faults.add(again, column, incidents["crime_ref"], reasons)
    return faults


def reference_keys(incidents: pd.DataFrame) -> pd.Series:
    """Return what names each crime: the reference, and the force where one is known."""
    keys = incidents["crime_ref"].astype(object)
    if "force" not in incidents:
        return keys
    # A unit separator stands in no name, so that "A" of "BC" is not "AB" of "C".
    forces = incidents["force"].fillna("").astype(object)
    return keys.where(keys.isna(), forces + "\x1f" + keys)


def reference_codes(incidents: pd.DataFrame) -> NDArray[np.int64]:
    """Return a number for each of the `reference_keys`, -1 where the reference is missing.

    Examples
    --------
    >>> incidents = pd.DataFrame({"crime_ref": ["A", "B", "A", None], "force": list("ZZYZ")})
    >>> reference_codes(incidents).tolist()
    [0, 1, 2, -1]
    """
    codes = pd.factorize(incidents["crime_ref"])[0].astype(np.int64)
    if "force" not in incidents:
        return codes
    forces, different = pd.factorize(incidents["force"].fillna(""))
    if len(different) < 2:
        return codes
    both = np.where(codes < 0, -1, codes * len(different) + forces)
    return pd.factorize(pd.Series(both).where(both >= 0))[0].astype(np.int64)


def _of_one_case(incidents: pd.DataFrame) -> bool:
    """Test whether no two keys can differ in capital and small letters only, by their bytes."""
    held = TextBytes.of(incidents["crime_ref"])
    if held is None:
        return False
    there = np.bincount(held.data, minlength=256) > 0
    if there[128:].any() or (there[_CAPITALS].any() and there[_SMALL].any()):
        return False
    if "force" not in incidents:
        return True
    forces = incidents["force"].fillna("").unique().tolist()
    return len({str(force).casefold() for force in forces}) == len(forces)


def case_warnings(incidents: pd.DataFrame) -> list[str]:
    """Warn of references that differ from another only in capital and small letters.

    Parameters
    ----------
    incidents : DataFrame
        Missing references are like no other; those of different forces are different.

    Returns
    -------
    list of str

    Examples
    --------
    >>> incidents = pd.DataFrame({"crime_ref": ["A1", "a1", "A1", "B2"]}, index=[2, 3, 4, 5])
    >>> case_warnings(incidents)[0][:69]
    '3 rows have a reference that differs from another only in capital and'
    """
    # Most columns of references have letters of one case, and none of a million can differ so.
    if _of_one_case(incidents):
        return []
    keys = reference_keys(incidents)
    different = pd.Series(keys.dropna().unique(), dtype=object)
    # Each different one once: a column of references repeats few of them.
    alike = different[different.map(str.casefold).duplicated(keep=False)]
    if alike.empty:
        return []
    rows = incidents.index[keys.isin(alike)]
    return [
        f"{count(len(rows), 'row')} have a reference that differs from another only in capital and "
        f"small letters, such as {incidents.loc[rows[0], 'crime_ref']} ({name_rows(rows)}): they "
        "are used as different crimes."
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
    homes = pd.factorize(incidents["uprn"])[0]
    at = np.flatnonzero(pd.Series(homes).duplicated(keep=False).to_numpy() & (homes >= 0))
    start, end = (incidents[name].to_numpy() for name in ("occurred_from", "occurred_to"))
    at = at[np.lexsort([start[at], homes[at]])]
    # Against the latest end so far, not the end of the row before: a long window may hold several.
    latest = pd.Series(end[at]).groupby(homes[at]).cummax().to_numpy()
    overlaps = (homes[at[1:]] == homes[at[:-1]]) & (start[at[1:]] <= latest[:-1])
    if not overlaps.any():
        return []
    together = np.r_[False, overlaps] | np.r_[overlaps, False]
    rows = incidents.index[np.sort(at[together])]
    return [
        f"{count(len(rows), 'row')} of different references at one UPRN with overlapping windows "
        f"({name_rows(rows)}): a shared house? They count as one event in the rule."
    ]
