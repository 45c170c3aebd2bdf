"""Where risk is raised at a date: the live circles of the near-repeat rule."""

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from hotspot._checks import frame_problems, raise_problems, same_crs_problems
from hotspot._kernels.arrays import Ints
from hotspot.dates import AsOf, ages_days, cutoff, known_by
from hotspot.geo import area_positions
from hotspot.incidents.offence_counts import of_homes
from hotspot.near_repeat.events import check_rule, distinct_events
from hotspot.rule import RULE, AgeBands

# Straight sides to a quarter circle: at 400 m the circle is at most 0.03 m too small.
_QUARTER_SIDES = 64


def near_repeat_zones(
    incidents: gpd.GeoDataFrame,
    as_of: AsOf,
    distance_m: float = RULE.distance_m,
    window_days: int = RULE.window_days,
    streets: gpd.GeoDataFrame | None = None,
) -> gpd.GeoDataFrame:
    """Draw where the rule says that risk is raised at a date: the live circles, by age.

    Parameters
    ----------
    incidents : GeoDataFrame, n rows
        As `read_incidents` returns them, in a projected CRS in metres. Where ``offence_kind`` tells
        kinds apart and none was chosen by name, those of homes count; a warning tells the rest.
    as_of : date or time
        The cut-off. What ended or was recorded after it is not known yet and not counted.
    distance_m : float
        Radius of a circle, in metres.
    window_days : int
        Days for which a circle lives, counted from ``occurred_to``: an empty house is found when
        its people come home.
    streets : GeoDataFrame, optional
        As `read_streets` returns them: names the streets of each zone.

    Returns
    -------
    GeoDataFrame
        A row per zone, the newest first: ``age_band`` (such as "0-7 days", the last to the end of
        the window), ``crimes`` whose circles it joins, ``newest`` (datetime64), ``newest_days``
        (its age), ``days_left`` until the newest circle ends, ``streets`` (names, the longest
        stretch first, joined by ", ") and ``geometry``. Circles are dissolved within a band of
        age; bands may overlap. `attrs` holds ``as_of``, ``distance_m`` and ``window_days``.

    Raises
    ------
    DataError
        If a frame is not in canonical shape or in another CRS, or dates are months only.

    Notes
    -----
    A zone shows places near recent recorded burglaries, not that another will follow. It counts
    one event where several references at one UPRN overlap.

    References
    ----------
    College of Policing: guidance on near-repeat victimisation and "super cocooning". Chainey, S.
    and da Silva, B. F. A. (2016). Examining the extent of repeat and near repeat victimisation of
    domestic burglaries in Belo Horizonte, Brazil. Crime Science 5, 1.

    Examples
    --------
    >>> frame = pd.DataFrame({
    ...     "crime_ref": ["A", "B"], "occurred_to": pd.to_datetime(["2026-02-27", "2026-02-28"])})
    >>> frame["occurred_from"] = frame["occurred_to"]
    >>> incidents = gpd.GeoDataFrame(
    ...     frame, geometry=gpd.points_from_xy([0, 500], [0, 0]), crs="EPSG:27700")
    >>> zones = near_repeat_zones(incidents, "2026-03-02", distance_m=400, window_days=42)
    >>> zones[["age_band", "crimes", "days_left"]]
       age_band  crimes  days_left
    0  0-7 days       2         40
    """
    incidents = of_homes(incidents)
    check_rule(incidents, distance_m, window_days)
    if streets is not None:
        raise_problems(frame_problems(streets, "streets", ("street",)))
        raise_problems(same_crs_problems(incidents, streets=streets))
    ages = ages_days(incidents, as_of)
    live = known_by(incidents, as_of) & (ages <= window_days) & distinct_events(incidents)
    zones = _dissolved(
        incidents.geometry[live],
        incidents["occurred_to"].to_numpy()[live],
        ages[live],
        distance_m,
        window_days,
    )
    zones.insert(4, "days_left", window_days - zones["newest_days"])
    zones.insert(5, "streets", _street_names(zones, streets))
    zones.attrs.update(
        as_of=cutoff(as_of).isoformat(), distance_m=float(distance_m), window_days=int(window_days)
    )
    return zones


def _dissolved(
    points: gpd.GeoSeries,
    ends: npt.NDArray[np.datetime64],
    ages: Ints,
    distance_m: float,
    window_days: int,
) -> gpd.GeoDataFrame:
    """Join the circles of each band of age, and count what each part holds."""
    bands = AgeBands.within(window_days)
    band = bands.of(ages)
    centres = points.to_numpy()
    circles = shapely.buffer(centres, distance_m, quad_segs=_QUARTER_SIDES)
    joined = [shapely.union_all(circles[band == number]) for number in range(len(bands.labels))]
    parts, part_band = shapely.get_parts(joined, return_index=True)
    part = np.empty(len(centres), dtype=np.int64)
    # Within a band alone: circles of another age overlap these and are zones of their own.
    for number in range(len(bands.labels)):
        own = np.flatnonzero(part_band == number)
        part[band == number] = own[area_positions(centres[band == number], parts[own])]
    # Each circle is counted in the one part that holds its centre, so that parts add up to all
    # crimes.
    members = pd.DataFrame({"part": part, "end": ends, "age": ages}).groupby("part")
    zones = gpd.GeoDataFrame(
        {
            "age_band": np.array(bands.labels, dtype=object)[part_band],
            "crimes": members.size(),
            "newest": members["end"].max(),
            "newest_days": members["age"].min(),
        },
        geometry=parts,
        crs=points.crs,
    )
    # The newest band first, in it the newest zone, then the one of most crimes.
    order = np.lexsort((-zones["crimes"], -zones["newest"].astype("int64"), part_band))
    return zones.iloc[order].reset_index(drop=True)


def _street_names(zones: gpd.GeoDataFrame, streets: gpd.GeoDataFrame | None) -> pd.Series:
    """Return the names of the streets of each zone, the longest stretch first."""
    names = pd.Series("", index=zones.index, dtype=object)
    if streets is None or zones.empty:
        return names
    named = streets[streets["street"].notna()]
    zone, street = named.sindex.query(zones.geometry, predicate="intersects")
    within = zones.geometry.to_numpy()[zone]
    inside = shapely.intersection(within, named.geometry.to_numpy()[street])
    stretches = pd.DataFrame({"zone": zone, "street": named["street"].to_numpy()[street]})
    # Pieces of one name are added up: a long street is often drawn as many short lines.
    by_name = stretches.assign(length_m=shapely.length(inside)).groupby(["zone", "street"]).sum()
    by_name = by_name.reset_index().sort_values(
        ["zone", "length_m", "street"], ascending=[True, False, True]
    )
    joined = by_name.groupby("zone")["street"].agg(", ".join)
    names.loc[joined.index] = joined
    return names
