"""The register of cameras of a set-up, read without what no product may name, and its lists."""

from collections.abc import Collection, Iterable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd

from hotspot._errors import ConfigError, DataError
from hotspot.briefing.camera_settings import CameraSettings
from hotspot.cameras import CameraCheck, CameraList, cameras_near, check_cameras
from hotspot.dates import AsOf
from hotspot.incidents.stop_list import StopList, redacted

if TYPE_CHECKING:
    from hotspot.visits import VisitLedger


#: A camera so near to a home of the stop list is taken to be of that home: where it is would tell.
AT_HOME_M = 15.0


def read_register(
    settings: CameraSettings | None,
    to_crs: Any,
    stopped: Collection[str] = (),
    places: gpd.GeoSeries | None = None,
) -> CameraCheck:
    """Read the register of cameras that a set-up names.

    Parameters
    ----------
    settings : CameraSettings or None
    to_crs : CRS or None
        That of the burglaries.
    stopped : collection of str
        What no product may name: a camera of such an id is as if the register had none.
    places : GeoSeries of points, optional
        Of `withheld_places`: so is a camera that stands there.

    Returns
    -------
    CameraCheck

    Raises
    ------
    DataError, ConfigError
        If the register is missing or cannot be used.
    """
    if settings is None or settings.source is None:
        raise ConfigError(
            "Name the register of cameras: --cameras FILE, or path under [cameras] in a set-up."
        )
    check = check_cameras(settings.source, settings.columns, crs=settings.crs, to_crs=to_crs)
    if stopped:
        check = _without(check, stopped, places)
    if check.accepted.empty:
        raise DataError(f"No row of {check.source} can be used. {check.summary()}")
    return check


def _without(
    check: CameraCheck, stopped: Collection[str], places: gpd.GeoSeries | None
) -> CameraCheck:
    """Return a check as if the cameras of the stop list did not stand in the register."""
    hidden = StopList.of(frozenset(stopped)).matches(check.accepted["camera_id"])
    if places is not None and len(places):
        known = places if places.crs == check.accepted.crs else places.to_crs(check.accepted.crs)
        near, _ = known.sindex.query(check.accepted.geometry, "dwithin", distance=AT_HOME_M)
        hidden[near] = True
    values = [str(value) for value in check.rejected["value"]]
    names_one = np.array([redacted(text, stopped) != text for text in values], dtype=bool)
    told = [redacted(text, stopped) for text in check.rejected["reason"]]
    reasons = pd.Series(told, index=check.rejected.index, dtype=object)
    return replace(
        check,
        accepted=check.accepted[~hidden],
        rejected=check.rejected.assign(reason=reasons)[~names_one].reset_index(drop=True),
        warnings=[redacted(text, stopped) for text in check.warnings],
        notes=[redacted(text, stopped) for text in check.notes],
    )


def cameras_for(
    settings: CameraSettings,
    check: CameraCheck,
    crimes: gpd.GeoDataFrame,
    as_of: AsOf,
    ledger: "VisitLedger | None",
    refs: Iterable[str] | None = None,
) -> CameraList:
    """List the cameras to ask for some burglaries, as a set-up says.

    Parameters
    ----------
    settings : CameraSettings
    check : CameraCheck
        Of its register.
    crimes : GeoDataFrame
        Without what is on the stop list.
    as_of : date or time
    ledger : VisitLedger or None
        Which cameras were asked already.
    refs : iterable of str, optional
        For these burglaries alone.

    Returns
    -------
    CameraList
    """
    return cameras_near(
        crimes,
        check.accepted,
        as_of,
        settings.distance_m,
        refs=refs,
        retention_days=settings.retention_days,
        ledger=ledger,
    )
