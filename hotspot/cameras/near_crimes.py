"""The cameras to ask for a crime: those near it, whose footage goes first first."""

from collections.abc import Iterable
from typing import Any, Protocol

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from hotspot._checks import (
    check_incidents_frame,
    frame_problems,
    point_problems,
    positive_problems,
)
from hotspot._errors import ConfigError, DataError, quoted
from hotspot.cameras.camera_consent import listed_at
from hotspot.cameras.camera_list import CameraList
from hotspot.cameras.camera_view import NO, YES, bearings, in_view
from hotspot.cameras.kept_footage import GONE, footage_left
from hotspot.dates import AsOf, as_of_problems, cutoff, known_by
from hotspot.english import count, cut_off, some_of
from hotspot.incidents.stop_list import Exclude, StopList

_NUMBERS = ("direction", "field_of_view", "range_m", "retention_days")
_DATES = ("consent_from", "consent_until", "removed_on")


class Requests(Protocol):
    """What a list reads of a ledger: which cameras were asked; `hotspot.VisitLedger` is one."""

    def cameras_asked(self) -> pd.DataFrame: ...


def cameras_near(
    incidents: gpd.GeoDataFrame,
    cameras: gpd.GeoDataFrame,
    as_of: AsOf,
    distance_m: float = 100,
    *,
    refs: Iterable[str] | None = None,
    retention_days: float | None = None,
    ledger: Requests | None = None,
    exclude: Exclude = (),
) -> CameraList:
    """Find the cameras to ask for each crime, those whose footage goes first first.

    Parameters
    ----------
    incidents : GeoDataFrame
        As `read_incidents` returns them, in a projected CRS in metres.
    cameras : GeoDataFrame
        As `read_cameras` returns them, in the same CRS. Those that were removed, or whose consent
        is missing or has lapsed by the cut-off, are left out and counted.
    as_of : date or time
        The cut-off: crimes known by then, and footage that is left then. A day counts to its end.
    distance_m : float, default 100
        From the crime to the camera, in metres; this far itself counts.
    refs : iterable of str, optional
        References of the crimes to ask for. Default: all that are known by the cut-off.
    retention_days : float, optional
        Assumed of cameras whose retention is not known, and said to be assumed. Without it nothing
        is known of when their footage goes.
    ledger : VisitLedger, optional
        Which cameras were asked already; `VisitLedger.ask_cameras` records it.
    exclude : iterable of str, optional
        The stop list: crimes on it, by reference or UPRN, have no list, and cameras whose id is on
        it are in none.

    Returns
    -------
    CameraList
        ``.table``, a row for each crime and camera: ``crime_ref``, ``camera_id``, ``distance_m``,
        ``bearing`` (from the camera to the crime, in degrees clockwise from grid north),
        ``in_view`` ("yes", "no" or "unknown") and ``why``, ``wanted_from`` and ``wanted_to`` (the
        window and half an hour each side), ``gone_from`` (when the first of that goes),
        ``days_left`` until then, ``left`` ("all", "part", "gone" or "not known") and ``footage`` in
        words, ``retention_days`` and whether that is ``retention_assumed``, the camera's own
        ``direction``, ``field_of_view`` and ``range_m``, and ``asked``, when it was last asked
        for; ``area`` where the crimes have it.

    Raises
    ------
    DataError
        If a frame is not in canonical shape, the dates are months only, or a reference is not known
        by the cut-off.
    ConfigError
        If an argument can never be right.

    Notes
    -----
    Crimes come in the order of their most urgent camera. Of each, footage that is there comes
    first, by when it begins to go, then cameras whose retention is not known, then footage that is
    gone, and last, but never dropped, cameras that by their register look elsewhere. A crime
    without a camera has no row: where a register knows of none, there may be some all the same.

    Examples
    --------
    >>> frame = pd.DataFrame({"crime_ref": ["A"], "occurred_from": ["2026-03-01 09:00"],
    ...     "occurred_to": ["2026-03-01 17:00"]})
    >>> frame[["occurred_from", "occurred_to"]] = frame[
    ...     ["occurred_from", "occurred_to"]].apply(pd.to_datetime)
    >>> crimes = gpd.GeoDataFrame(frame, geometry=gpd.points_from_xy([451200], [340500]),
    ...     crs="EPSG:27700")
    >>> cameras = gpd.GeoDataFrame({"camera_id": ["RS 12"], "retention_days": [14.0]},
    ...     geometry=gpd.points_from_xy([451200], [340470]), crs="EPSG:27700")
    >>> asked = cameras_near(crimes, cameras, "2026-03-02")
    >>> asked.table[["camera_id", "distance_m", "bearing", "in_view", "days_left"]]
      camera_id  distance_m  bearing  in_view  days_left
    0     RS 12        30.0      0.0  unknown         13
    """
    wanted = _checked_refs(refs)
    problems = [*positive_problems(distance_m=distance_m), *as_of_problems(as_of)]
    if retention_days is not None:
        problems += positive_problems(retention_days=retention_days)
    check_incidents_frame(
        incidents,
        *_camera_problems(cameras),
        arguments=problems,
        needs_days="A list of cameras",
        cameras=cameras,
    )
    last, stop = cutoff(as_of), StopList.of(exclude)
    crimes = incidents[known_by(incidents, as_of) & ~stop.hides(incidents)]
    if wanted is not None:
        crimes = _chosen(crimes, wanted, last)
    listed = listed_at(cameras, last)
    usable = cameras[listed.mask & ~stop.matches(cameras["camera_id"])]
    table = _pairs(crimes, usable, last, float(distance_m), retention_days)
    table["asked"] = _asked(table, ledger)
    points = gpd.GeoSeries(gpd.points_from_xy(table.pop("x"), table.pop("y")), crs=incidents.crs)
    return CameraList(
        table=table,
        points=points,
        crimes=len(crimes),
        listed=listed,
        as_of=last,
        distance_m=float(distance_m),
        assumed_days=retention_days,
    )


def _checked_refs(refs: Iterable[str] | None) -> list[str] | None:
    if refs is None:
        return None
    given = [refs] if isinstance(refs, str) else list(refs)
    if not given or not all(isinstance(one, str) and one.strip() for one in given):
        raise ConfigError("refs must be references of crimes, each one text.")
    return list(dict.fromkeys(one.strip() for one in given))


def _camera_problems(cameras: object) -> list[str]:
    """Return what keeps a frame from being cameras as the reader returns them."""
    problems = frame_problems(cameras, "cameras", ("camera_id",))
    if problems or not isinstance(cameras, gpd.GeoDataFrame):
        return problems
    problems = point_problems(cameras, "cameras")
    text = [name for name in _NUMBERS if name in cameras.columns
            and not pd.api.types.is_numeric_dtype(cameras[name].dtype)]  # fmt: skip
    text += [name for name in _DATES if name in cameras.columns
             and not pd.api.types.is_datetime64_dtype(cameras[name].dtype)]  # fmt: skip
    if text:
        problems.append(
            f"The cameras hold {', '.join(text)} as text: read them with read_cameras(frame), "
            "which asks about what cannot be read."
        )
    if not all(isinstance(one, str) for one in cameras["camera_id"]):
        problems.append("The column camera_id of the cameras must be text on every row.")
    return problems


def _chosen(crimes: gpd.GeoDataFrame, refs: list[str], last: pd.Timestamp) -> gpd.GeoDataFrame:
    """Choose the crimes that were named; one that is on the stop list is as unknown as any."""
    known = {*crimes["crime_ref"]}
    unknown = [quoted(one) for one in refs if one not in known]
    if unknown:
        raise DataError(
            f"{count(len(unknown), 'crime')} not known by {cut_off(last)}: {some_of(unknown)}. "
            "Write the reference as the export has it, or ask the supervisor."
        )
    return crimes[crimes["crime_ref"].isin(refs)]


def _pairs(
    crimes: gpd.GeoDataFrame,
    cameras: gpd.GeoDataFrame,
    last: pd.Timestamp,
    distance_m: float,
    assumed: float | None,
) -> pd.DataFrame:
    """Return a row for each crime and camera within the distance, in the order to ask."""
    points = cameras.geometry.to_numpy()
    # A little farther first: distances in whole metres are compared exactly below.
    crime, camera = shapely.STRtree(points).query(
        crimes.geometry.to_numpy(), predicate="dwithin", distance=distance_m * (1 + 1e-9)
    )
    at, of = crimes.geometry.to_numpy()[crime], points[camera]
    dx, dy = shapely.get_x(at) - shapely.get_x(of), shapely.get_y(at) - shapely.get_y(of)
    near = dx * dx + dy * dy <= distance_m * distance_m
    crime, camera, dx, dy = crime[near], camera[near], dx[near], dy[near]
    paired, some = crimes.iloc[crime], cameras.iloc[camera].reset_index(drop=True)
    far, bearing = np.hypot(dx, dy), bearings(dx, dy)
    seen, why = in_view(some, far, bearing)
    told = _column(some, "retention_days")
    kept = told if assumed is None else told.fillna(assumed)
    windows = [paired[name].reset_index(drop=True) for name in ("occurred_from", "occurred_to")]
    footage = footage_left(windows[0], windows[1], kept, last)
    table = pd.DataFrame(
        {
            "crime_ref": paired["crime_ref"].to_numpy(),
            "camera_id": some["camera_id"].to_numpy(),
            "distance_m": np.round(far, 1),
            "bearing": np.round(bearing, 1) % 360.0,
            "in_view": seen,
            "why": why,
            "wanted_from": footage.wanted_from,
            "wanted_to": footage.wanted_to,
            "gone_from": footage.gone_from,
            "days_left": footage.days_left,
            "footage": footage.words,
            "left": footage.state,
            "retention_days": kept,
            "retention_assumed": (told.isna() & kept.notna()).to_numpy(dtype=bool),
            "direction": _column(some, "direction"),
            "field_of_view": _column(some, "field_of_view"),
            "range_m": _column(some, "range_m"),
            "x": shapely.get_x(points[camera]),
            "y": shapely.get_y(points[camera]),
        }
    )
    if "area" in paired.columns:
        table.insert(1, "area", paired["area"].to_numpy())
    return _in_order(table)


def _column(frame: pd.DataFrame, name: str) -> pd.Series:
    """Return a column of numbers; missing where the frame has none."""
    if name not in frame.columns:
        return pd.Series(np.nan, index=frame.index, dtype=float)
    return frame[name].astype(float)


def _in_order(table: pd.DataFrame) -> pd.DataFrame:
    """Sort the rows of each crime by urgency, and the crimes by their most urgent row."""
    keys = pd.DataFrame(
        {
            "no": (table["in_view"] == NO).to_numpy(),
            "gone": (table["left"] == GONE).to_numpy(),
            "untold": table["gone_from"].isna().to_numpy(),
            "gone_from": table["gone_from"],
            "yes": (table["in_view"] != YES).to_numpy(),
        }
    )
    # By all that is told, lest the order of rows in the files decide.
    more = ["distance_m", "camera_id", "direction", "bearing", "x", "y", "crime_ref"]
    keys = keys.join(table[more])
    order = keys.sort_values([*keys.columns], kind="stable").index
    ranked = table.loc[order].reset_index(drop=True)
    first = ranked.groupby("crime_ref", sort=False).ngroup()
    return ranked.loc[first.sort_values(kind="stable").index].reset_index(drop=True)


def _asked(table: pd.DataFrame, ledger: Requests | None) -> pd.Series:
    """Return when each camera was last asked for each crime; NaT where nobody did."""
    times: dict[Any, pd.Timestamp] = {}
    if ledger is not None:
        if not hasattr(ledger, "cameras_asked"):
            raise ConfigError("ledger must be a VisitLedger: VisitLedger('sqlite:///visits.db').")
        asked = ledger.cameras_asked()
        rows = zip(asked["camera_id"], asked["crime_ref"], asked["asked_at"], strict=True)
        for camera, crime, at in rows:
            key = (camera, crime)
            times[key] = max(times.get(key, at), at)
    pairs = zip(table["camera_id"], table["crime_ref"], strict=True)
    return pd.Series(
        [times.get(key, pd.NaT) for key in pairs], index=table.index, dtype="datetime64[ns]"
    )
