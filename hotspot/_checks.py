"""Checks that public functions share: every problem is collected, then raised at once."""

import math
import os
import re
import sys
import warnings
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, TypeAlias

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from pyproj import CRS
from pyproj.network import set_network_enabled  # type: ignore[attr-defined]

from hotspot._errors import ConfigError, DataError, DataWarning, HotspotError, quoted
from hotspot.dates import month_only_problems
from hotspot.english import count, name_rows
from hotspot.rule import LONGEST_M, SHORTEST_M

# Some installations have PROJ fetch the grid for the place of each point: a server would learn
# where burglaries were. Whatever is transformed has gone through this module.
set_network_enabled(False)

#: x and y of the points of a frame.
Coordinates: TypeAlias = tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]

INCIDENT_COLUMNS = ("crime_ref", "occurred_from", "occurred_to")

# Of cells it is told which size fits into memory, however small they are to be.
_IN_METRES = re.compile(r"(?<!cell_size)_m(?:\[\d+\])?$")

# Where a system tells nothing of its memory.
_UNKNOWN_BYTES = 4e9


class Problems:
    """Collects sentences about what is wrong and raises them together.

    Examples
    --------
    >>> problems = Problems()
    >>> problems.add("distance_m must be more than 0, not -5.")
    >>> problems.raise_if_any(DataError)
    Traceback (most recent call last):
    ...
    hotspot._errors.DataError: distance_m must be more than 0, not -5.
    """

    def __init__(self) -> None:
        self.found: list[str] = []

    def add(self, problem: str) -> None:
        self.found.append(problem)

    def extend(self, problems: Iterable[str]) -> None:
        self.found.extend(problems)

    def raise_if_any(self, error: type[HotspotError]) -> None:
        if self.found:
            raise error(self.found)


def full_path(path: str | os.PathLike[str], base: str | os.PathLike[str] = ".") -> Path:
    """Return a path in full, links followed; what no file can be called is refused.

    Parameters
    ----------
    path : path
        ``~`` is the user's own folder.
    base : path
        The folder that a relative path starts from.

    Returns
    -------
    Path

    Raises
    ------
    ConfigError
        If there is no such user, its links lead in a circle, or its name is too long or broken.
    """
    name = quoted(os.fspath(path))
    try:
        given = Path(path).expanduser()
    except RuntimeError:
        raise ConfigError(f"{name} is in the folder of a user that is not known here.") from None
    try:
        full = Path(base, given).resolve()
        # A name that is too long is found out by asking for the file alone.
        full.exists()
    except RuntimeError:
        raise ConfigError(f"{name} is a link that leads back to itself.") from None
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it holds a zero byte"
        raise ConfigError(f"{name} cannot be opened ({reason}).") from None
    return full


def given_path(path: str | os.PathLike[str]) -> Path:
    """Return a path as it was given, as messages name it, once `full_path` takes it."""
    full_path(path)
    return Path(path).expanduser()


def free_memory_bytes() -> float:
    """Return how much memory is free, as far as the system tells.

    Returns
    -------
    float
        In bytes. Of Linux what can be had without swapping, of Windows what is free, elsewhere half
        of what there is; never more than this process may take.
    """
    system = next((n for n in (_of_linux(), _of_windows(), _of_others()) if n is not None), None)
    told = [number for number in (system, _of_limits()) if number is not None]
    return min(told, default=_UNKNOWN_BYTES)


def _of_linux() -> float | None:
    found = []
    try:
        lines = Path("/proc/meminfo").read_text(encoding="ascii").splitlines()
        found += [1024.0 * int(line.split()[1]) for line in lines if line.startswith("MemAvail")]
        # A container may have less than its machine.
        group = Path("/sys/fs/cgroup")
        most, used = ((group / f"memory.{one}").read_text() for one in ("max", "current"))
        found += [float(most) - float(used)] if most.strip().isdecimal() else []
    except (OSError, ValueError):
        pass
    return min(found, default=None)


def _of_windows() -> float | None:
    if sys.platform != "win32":
        return None
    import ctypes

    # The record of GlobalMemoryStatusEx: two numbers of 4 bytes, then seven of 8; the second of
    # those is what is free.
    record = (ctypes.c_uint64 * 8)(64)
    done = ctypes.windll.kernel32.GlobalMemoryStatusEx(ctypes.byref(record))
    return float(record[2]) if done else None


def _of_limits() -> float | None:
    if sys.platform == "win32":
        return None
    import resource

    most, _ = resource.getrlimit(resource.RLIMIT_AS)
    if most == resource.RLIM_INFINITY:
        return None
    try:
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
    except (OSError, ValueError):
        pages = 0
    return max(0.0, float(most - pages * resource.getpagesize()))


def _of_others() -> float | None:
    try:
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 2.0
    except (AttributeError, ValueError, OSError):
        return None


def positive_problems(**values: float) -> list[str]:
    """Return which of the values are not finite numbers above 0; metres have a least and a most."""
    problems = []
    for name, value in values.items():
        metres = _IN_METRES.search(name) is not None
        least, most = (SHORTEST_M, LONGEST_M) if metres else (0.0, math.inf)
        if is_number(value) and np.isfinite(value) and value > 0 and least <= value <= most:
            continue
        what = f"of metres from {least:g} to {most:,.0f}" if metres else "above 0"
        problems.append(f"{name} must be a finite number {what}, not {value!r}.")
    return problems


def is_number(value: object) -> bool:
    """Return whether a value is a number; True is one to Python, and never meant as one."""
    number = isinstance(value, (int, float, np.integer, np.floating))
    return number and not isinstance(value, bool)


def integer_problems(least: int, **values: Any) -> list[str]:
    """Return which of the values are not integers of at least `least`, even if whole.

    Examples
    --------
    >>> integer_problems(1, permutations=999, resamples=0)
    ['resamples must be a whole number, 1 or more, not 0.']
    """
    return [
        f"{name} must be a whole number, {least} or more, not {value!r}."
        for name, value in values.items()
        # True is an integer to Python, and never meant as one.
        if isinstance(value, bool) or not isinstance(value, (int, np.integer)) or value < least
    ]


def share_problems(**values: float) -> list[str]:
    """Return which of the values, such as a confidence, do not lie between 0 and 1."""
    return [
        f"{name} must be between 0 and 1, not {value!r}."
        for name, value in values.items()
        if not (is_number(value) and 0 < value < 1)
    ]


def chosen_seed(seed: int | None) -> int:
    """Return a seed as it is, or a fresh one that can be kept and used again.

    Raises
    ------
    ConfigError
        If it is no whole number, 0 or more.
    """
    raise_problems(arguments=seed_problems(seed))
    if seed is None:
        return int(np.random.SeedSequence().generate_state(1, np.uint64)[0]) >> 1
    return int(seed)


def seed_problems(seed: object) -> list[str]:
    """Return what keeps a seed from being one, where other faults are collected too.

    Examples
    --------
    >>> seed_problems(None), seed_problems(-1)
    ([], ['seed must be a whole number, 0 or more, or None, not -1.'])
    """
    whole = isinstance(seed, (int, np.integer)) and not isinstance(seed, bool)
    if seed is None or (whole and int(seed) >= 0):  # type: ignore[call-overload]
        return []
    return [f"seed must be a whole number, 0 or more, or None, not {seed!r}."]


def choice_problems(name: str, value: object, choices: Sequence[str]) -> list[str]:
    """Return the choices where `value` is none of them."""
    if value in choices:
        return []
    listed = ", ".join(repr(choice) for choice in choices)
    return [f"{name} must be one of {listed}, not {value!r}."]


def crs_problems(crs: CRS | None, what: str) -> list[str]:
    """Return what keeps distances from being metres, if anything does."""
    if crs is None:
        return [f"The {what} have no CRS: set it with .set_crs(...), e.g. 'EPSG:27700'."]
    if not crs.is_projected or any(
        axis.unit_name not in ("metre", "meter") for axis in crs.axis_info[:2]
    ):
        return [
            f"The {what} are in {crs.name}, which is not in metres: turn them with "
            ".to_crs(...), e.g. to 'EPSG:27700' in Great Britain."
        ]
    return []


def frame_problems(frame: object, what: str, columns: Iterable[str] = ()) -> list[str]:
    """Return what keeps `frame` from being one of our frames: type, CRS, index, columns."""
    if not isinstance(frame, gpd.GeoDataFrame):
        return [f"The {what} must be a geopandas.GeoDataFrame, not {type(frame).__name__}."]
    problems = []
    missing = [name for name in columns if name not in frame.columns]
    if missing:
        problems.append(
            f"The {what} lack the column{'s' * (len(missing) > 1)} {', '.join(missing)}."
        )
    problems += index_problems(frame, f"the {what}")
    if frame.active_geometry_name is None:
        return [*problems, f"The {what} have no geometry column."]
    return [*problems, *crs_problems(frame.crs, what)]


def index_problems(frame: pd.DataFrame, what: str) -> list[str]:
    """Return which labels of rows stand more than once."""
    if frame.index.is_unique:
        return []
    twice = frame.index[frame.index.duplicated()].unique()
    return [
        f"The index of {what} is not unique ({name_rows(twice)} more than once): "
        "call .reset_index(drop=True) first."
    ]


def coordinates(frame: gpd.GeoDataFrame) -> Coordinates:
    """Return x and y of each row: NaN of anything but a point that is there."""
    geometry = frame.geometry.to_numpy()
    return shapely.get_x(geometry), shapely.get_y(geometry)


def point_problems(
    frame: gpd.GeoDataFrame, what: str, points: Coordinates | None = None
) -> list[str]:
    """Return which rows have no finite point; `points` are theirs, where these were read."""
    x, y = coordinates(frame) if points is None else points
    not_points = ~(np.isfinite(x) & np.isfinite(y))
    if not not_points.any():
        return []
    rows = frame.index[not_points]
    return [f"{count(len(rows), 'row')} of the {what} without a finite point ({name_rows(rows)})."]


def incident_problems(
    incidents: object, columns: Iterable[str] = INCIDENT_COLUMNS, what: str = "incidents"
) -> list[str]:
    """Return what keeps `incidents` from being incidents as the readers return them."""
    problems = frame_problems(incidents, what, columns)
    if problems or not isinstance(incidents, gpd.GeoDataFrame):
        return problems
    problems = point_problems(incidents, what)
    for name in columns:
        if not name.startswith("occurred"):
            continue
        if not pd.api.types.is_datetime64_dtype(incidents[name]):
            problems.append(f"The column {name} of the {what} must be timezone-naive datetime64.")
        elif incidents[name].isna().any():
            rows = incidents.index[incidents[name].isna()]
            problems.append(f"{count(len(rows), 'row')} without {name} ({name_rows(rows)}).")
    return problems


def check_incidents_frame(
    incidents: gpd.GeoDataFrame,
    *data: str,
    arguments: Iterable[str] = (),
    needs_days: str = "",
    needs_rows: bool = False,
    **in_its_crs: Any,
) -> None:
    """Raise every problem with the incidents, and with what else a function was given, at once.

    What asks for sound incidents, their dates and their CRS, is checked after that.

    Parameters
    ----------
    incidents : GeoDataFrame
    *data : str
        Problems of other data.
    arguments : iterable of str
        Problems of arguments.
    needs_days : str
        What takes the day of each burglary, if anything does: "The Knox test".
    needs_rows : bool
        Whether there is no answer without an incident.
    **in_its_crs : GeoDataFrame, Grid or None
        What must be in the CRS of the incidents, by name.

    Raises
    ------
    DataError, ConfigError
        As of `raise_problems`.

    Warns
    -----
    DataWarning
        If there is no incident.
    """
    raise_problems([*incident_problems(incidents), *data], arguments)
    if needs_rows and incidents.empty:
        raise DataError(empty_words())
    if needs_days:
        raise_problems(month_only_problems(incidents, needs_days))
    raise_problems(same_crs_problems(incidents, **in_its_crs))
    warn_if_empty(incidents, stacklevel=4)


def warn_if_empty(incidents: gpd.GeoDataFrame, stacklevel: int = 3) -> None:
    """Warn of incidents without a row, which have an answer that is likely not the one meant.

    Parameters
    ----------
    incidents : GeoDataFrame
    stacklevel : int
        As of `warnings.warn`: by default who called the function that asks.

    Warns
    -----
    DataWarning
    """
    # No pairs, no zones and no doors are true of no burglaries: no error, but never in silence.
    if incidents.empty:
        warnings.warn(empty_words(), DataWarning, stacklevel=stacklevel)


def raise_problems(data: Iterable[str] = (), arguments: Iterable[str] = ()) -> None:
    """Raise all problems at once, if there are any.

    Parameters
    ----------
    data : iterable of str
        What is wrong with the data.
    arguments : iterable of str
        What is wrong with the arguments.

    Raises
    ------
    DataError
        If the data are wrong, whatever else is.
    ConfigError
        If only arguments are.
    """
    data, arguments = list(data), list(arguments)
    if data:
        raise DataError(data + arguments)
    if arguments:
        raise ConfigError(arguments)


def empty_words(what: str = "incidents") -> str:
    """Return that a frame has no rows, and the usual reason for it.

    A column called ``area`` is hidden by the attribute of that name, the sizes of the shapes.
    """
    return (
        f"The {what} are empty: there is no row. To choose those of one area, write "
        f'{what}[{what}["area"] == "..."]: {what}.area is what geopandas calls the size of shapes.'
    )


def same_crs_problems(incidents: gpd.GeoDataFrame, **others: Any) -> list[str]:
    """Return what is not in the CRS of the incidents, and how it is brought there."""
    # A grid has no other form in another CRS: it is laid anew.
    return [
        f"The {name} {'are' if name.endswith('s') else 'is'} in "
        f"{other.crs.name if other.crs else 'no CRS'} but the incidents are in "
        f"{incidents.crs.name}: "
        + (
            f"turn {'them' if name.endswith('s') else 'it'} with .to_crs(incidents.crs)."
            if hasattr(other, "to_crs")
            else "lay it over the incidents, with Grid.over(incidents, ...)."
        )
        for name, other in others.items()
        if other is not None and other.crs != incidents.crs
    ]
