"""Made-up patrols whose every minute is known: units that walk in places and drive between them."""

from typing import NamedTuple

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from hotspot._checks import chosen_seed, integer_problems, raise_problems
from hotspot.dates import AsOf, moment_of
from hotspot.patrol.patrolled_places import Places, place_problems

_BEGINS_H, _LONG_H = 14, 8
_WALK_MPS, _DRIVE_MPS, _STEP_S = 1.2, 9.0, 30
# What a receiver scatters, and the share of stretches in which it is silent.
_SCATTER_M, _SILENT = 4.0, 0.04
_VISIT_MIN = (8, 20)


class MadePatrols(NamedTuple):
    """Result of `made_patrols`: made-up fixes, and what is true of them.

    Parameters
    ----------
    fixes : GeoDataFrame
        As `read_patrols` returns them.
    truth : DataFrame
        ``place``, ``day`` and ``officer_minutes`` on foot in the place.
    """

    fixes: gpd.GeoDataFrame
    truth: pd.DataFrame


def made_patrols(
    places: gpd.GeoDataFrame,
    start: AsOf,
    end: AsOf,
    units: int = 4,
    seed: int | None = None,
) -> MadePatrols:
    """Draw patrols of places: a late shift a day of each unit, with a fix every 30 seconds.

    Parameters
    ----------
    places : GeoDataFrame
        Polygons in metres, as of `patrol_dosage`.
    start, end : date
        First and last day.
    units : int
    seed : int, optional

    Returns
    -------
    MadePatrols

    Raises
    ------
    DataError, ConfigError
        If places, days or units cannot be used.

    Examples
    --------
    >>> quay = gpd.GeoDataFrame(
    ...     {"place": ["Quay"]}, geometry=[shapely.box(0, 0, 150, 150)], crs="EPSG:27700")
    >>> made = made_patrols(quay, "2026-03-02", "2026-03-02", units=1, seed=1)
    >>> made.truth["officer_minutes"].item() > 8
    True
    """
    raise_problems(place_problems(places), integer_problems(1, units=units))
    found = Places(places, places.crs)
    shapes = found.frame.geometry.to_numpy()
    first, last = moment_of(start, "start"), moment_of(end, "end")
    days = pd.date_range(first.normalize(), last.normalize(), freq="D")
    drawn, truth = [], []
    seed = chosen_seed(seed)
    for number in range(1, units + 1):
        for day in days:
            random = np.random.default_rng([seed, number, day.toordinal()])
            track, minutes = _shift(shapes, random)
            frame = pd.DataFrame(track, columns=["s", "x", "y"])
            frame["time"] = day + pd.Timedelta(hours=_BEGINS_H) + pd.to_timedelta(frame["s"], "s")
            drawn.append(frame.assign(unit=f"U{number}"))
            truth.append(
                pd.DataFrame({"place": found.names, "day": day, "officer_minutes": minutes})
            )
    rows = pd.concat(drawn, ignore_index=True)
    at = gpd.points_from_xy(rows["x"], rows["y"])
    fixes = gpd.GeoDataFrame(rows[["unit", "time"]], geometry=at, crs=places.crs)
    fixes["accuracy_m"] = 2 * _SCATTER_M
    fixes.attrs["timezone"] = "Europe/London"
    summed = pd.concat(truth).groupby(["place", "day"], sort=False)["officer_minutes"].sum()
    return MadePatrols(fixes, summed.reset_index())


def _shift(
    shapes: npt.NDArray[np.object_], random: np.random.Generator
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Draw the fixes of one shift, and the minutes on foot in each place."""
    # To the whole metre: shapes that differ in a last digit lead nobody elsewhere.
    base = np.round(shapely.get_coordinates(shapely.centroid(shapes)).mean(axis=0))
    where, now, last = base, 0.0, -1
    minutes, parts = np.zeros(len(shapes)), []
    while now < _LONG_H * 3600:
        at = int(random.integers(len(shapes)))
        stay = 60.0 * random.uniform(*_VISIT_MIN)
        middle = shapely.get_coordinates(shapely.point_on_surface(shapes[at]))[0]
        inside = _walk(shapes[at], where if at == last else np.round(middle, 2), stay, random)
        way = float(np.hypot(*(inside[0] - where))) / _DRIVE_MPS
        if now + way + stay > _LONG_H * 3600:
            break
        seconds = np.arange(0, way, _STEP_S)
        share = (seconds / max(way, 1.0))[:, None]
        parts.append(np.column_stack([now + seconds, where + share * (inside[0] - where)]))
        now += way
        parts.append(np.column_stack([now + np.arange(len(inside)) * _STEP_S, inside]))
        now += (len(inside) - 1) * _STEP_S
        # A second stay in one place begins a step after the first, which was there, too.
        minutes[at] += (len(inside) - (at != last)) * _STEP_S / 60
        where, last = inside[-1], at
        now += _STEP_S
    track = np.concatenate(parts) if parts else np.zeros((0, 3))
    track[:, 1:] += random.normal(0, _SCATTER_M / 2, (len(track), 2))
    silent = np.repeat(random.random(len(track) // 20 + 1) < _SILENT, 20)[: len(track)]
    track = track[~silent]
    return np.column_stack([np.round(track[:, 0]), np.round(track[:, 1:], 2)]), minutes


def _walk(
    shape: shapely.Geometry,
    begin: npt.NDArray[np.float64],
    seconds: float,
    random: np.random.Generator,
) -> npt.NDArray[np.float64]:
    """Draw a walk within a place, a point every step."""
    points, way = [begin], random.uniform(0, 2 * np.pi)
    for _ in range(int(seconds // _STEP_S)):
        for _try in range(12):
            step = points[-1] + _WALK_MPS * _STEP_S * np.array([np.cos(way), np.sin(way)])
            # Well within: what scatters is on the right side, too.
            if shapely.intersects_xy(shape, *step):
                break
            way = random.uniform(0, 2 * np.pi)
        else:
            step = points[-1]
        points.append(step)
        way += random.normal(0, 0.4)
    return np.array(points)
