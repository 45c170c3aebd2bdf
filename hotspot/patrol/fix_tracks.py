"""Fixes as tracks: checked, in UTC, in order of unit and time, each with its place."""

import geopandas as gpd
import numpy as np
import pandas as pd

from hotspot._checks import crs_problems, point_problems
from hotspot._errors import ConfigError, DataError
from hotspot.english import count, name_rows
from hotspot.patrol.patrolled_places import Places
from hotspot.patrol.presence import Tracks
from hotspot.reading.clock_changes import SECOND_PASS, Moments, to_utc, zone_of

_FIX_COLUMNS = ("unit", "time")


def fix_problems(fixes: object) -> list[str]:
    """Return what keeps fixes from being as `read_patrols` returns them.

    Parameters
    ----------
    fixes : object

    Returns
    -------
    list of str
    """
    if not isinstance(fixes, gpd.GeoDataFrame):
        return [
            f"The fixes must be a geopandas.GeoDataFrame, not {type(fixes).__name__}: read them "
            "with read_patrols."
        ]
    if fixes.active_geometry_name is None:
        return ["The fixes have no geometry column."]
    if fixes.empty:
        return ["The fixes are empty: there is no row."]
    missing = [name for name in _FIX_COLUMNS if name not in fixes.columns]
    problems = [f"The fixes lack the column {name}." for name in missing]
    problems += crs_problems(fixes.crs, "fixes") + point_problems(fixes, "fixes")
    for name in set(_FIX_COLUMNS) - set(missing):
        if fixes[name].isna().any():
            rows = fixes.index[fixes[name].isna()]
            problems.append(
                f"{count(len(rows), 'row')} of the fixes without {name} ({name_rows(rows)})."
            )
    if "time" in fixes.columns and not pd.api.types.is_datetime64_any_dtype(fixes["time"]):
        problems.append("The column time of the fixes must be datetime64.")
    return problems


def utc_of(fixes: gpd.GeoDataFrame, timezone: str) -> Moments:
    """Return the times of fixes in UTC.

    Parameters
    ----------
    fixes : GeoDataFrame
        Without `fix_problems`.
    timezone : str

    Returns
    -------
    ndarray of datetime64[ns], shape (n,)

    Raises
    ------
    DataError
        If a local time is none, or two, and nothing tells which.
    """
    times = pd.DatetimeIndex(fixes["time"])
    if times.tz is not None:
        return times.tz_convert("UTC").tz_localize(None).to_numpy().astype("datetime64[ns]")
    second = fixes[SECOND_PASS].to_numpy(dtype=bool) if SECOND_PASS in fixes.columns else None
    found = to_utc(times.to_numpy(), zone_of(timezone), second)
    problems = []
    for mask, what in (
        (found.never, "that no clock showed: the hour was skipped"),
        (found.twice, f"that the clocks showed twice: read them with read_patrols, or add the "
                      f"column {SECOND_PASS}"),
    ):  # fmt: skip
        if mask.any():
            rows = fixes.index[mask]
            problems.append(f"{count(len(rows), 'fix', 'fixes')} at a time in {timezone} {what} "
                            f"({name_rows(rows)}).")  # fmt: skip
    if problems:
        raise DataError(problems)
    return found.moments


def tracks_of(fixes: gpd.GeoDataFrame, utc: Moments, places: Places) -> Tracks:
    """Return fixes in order of unit and time, with the place of each."""
    points = fixes.geometry.to_numpy()
    unit = pd.factorize(fixes["unit"].astype(str).to_numpy(dtype=object), sort=True)[0]
    time = utc.astype("datetime64[us]").astype(np.int64)
    x, y = fixes.geometry.x.to_numpy(), fixes.geometry.y.to_numpy()
    order = np.lexsort((y, x, time, unit))
    accuracy = np.zeros(len(fixes))
    if "accuracy_m" in fixes.columns:
        told = pd.to_numeric(fixes["accuracy_m"], errors="coerce").to_numpy(dtype=np.float64)
        accuracy = np.where(np.isfinite(told) & (told > 0), told, 0.0)
    position = places.position(points)
    return Tracks(
        unit[order].astype(np.int64), time[order], x[order], y[order], accuracy[order],
        position[order],
    )  # fmt: skip


def zone_name(fixes: object, timezone: str | None) -> tuple[str, list[str]]:
    """Return the zone of fixes, and what is wrong with it.

    Parameters
    ----------
    fixes : object
    timezone : str, optional

    Returns
    -------
    name : str
        As given, else as `read_patrols` kept it, else Europe/London.
    problems : list of str
    """
    kept = fixes.attrs.get("timezone") if isinstance(fixes, pd.DataFrame) else None
    name = timezone or kept or "Europe/London"
    try:
        zone_of(name)
    except ConfigError as error:
        return name, error.problems
    return name, []
