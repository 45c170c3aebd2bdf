"""The reader of fixes: where units were and when, each row used or rejected with its reason."""

import html
import warnings
from dataclasses import dataclass, field
from typing import Any
from zoneinfo import ZoneInfo

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from hotspot._errors import DataError, DataWarning
from hotspot.english import count, name_rows
from hotspot.incidents.check_result import fault_lines, told_lines
from hotspot.patrol.fix_columns import map_columns, read_units
from hotspot.patrol.fix_faults import (
    MOST_SPEED_MPS,
    add_bad_accuracy,
    add_jumps,
    add_no_position,
    add_repeated,
    same_tracks,
)
from hotspot.reading.cells import to_numbers
from hotspot.reading.chunks import Chunk, Source
from hotspot.reading.clock_changes import SECOND_PASS, Flags, Moments, to_local, to_utc, zone_of
from hotspot.reading.columns import PLACE_PAIRS, Given, known_columns, known_names
from hotspot.reading.coordinates import Location, locate
from hotspot.reading.datetimes import read_datetimes
from hotspot.reading.faults import FAULT_COLUMNS, Faults
from hotspot.reading.sources import Readable, no_rows, open_source


@dataclass(frozen=True, repr=False, eq=False)
class PatrolCheck:
    """The outcome of `check_patrols`.

    Parameters
    ----------
    accepted : GeoDataFrame
        The fixes that can be used: ``unit``, ``time`` (local, without a zone), ``geometry`` (in
        metres) and ``accuracy_m`` (NaN where not told); ``second_pass`` where any is of the second
        pass of an hour that the clocks repeat. The index names the row of the source.
    rejected : DataFrame
        ``row``, ``column``, ``value``, ``reason``: a line for each row that is not used.
    warnings, notes : list of str
        What may be wrong with rows that are used, and how the source was read.
    source : str
        What was read.
    timezone : str
        What the times are of.
    """

    accepted: gpd.GeoDataFrame
    rejected: pd.DataFrame
    warnings: list[str]
    notes: list[str] = field(default_factory=list)
    source: str = ""
    timezone: str = "Europe/London"

    @property
    def rows_read(self) -> int:
        """Number of rows of the source; accepted and rejected add up to it."""
        return len(self.accepted) + len(self.rejected)

    def headline(self) -> str:
        """Return in one line how many fixes are used and how many are not.

        Returns
        -------
        str
        """
        units = count(int(self.accepted["unit"].nunique()), "unit")
        fixes = count(len(self.accepted), "fix", "fixes")
        return f"Used {fixes} of {units}. Could not use {len(self.rejected):,}."

    def summary(self) -> str:
        """Describe the whole check in plain text, its headline first.

        Returns
        -------
        str
        """
        told = told_lines(self.warnings, self.notes)
        return "\n".join([self.headline(), *fault_lines(self.rejected), *told])

    def __repr__(self) -> str:
        return f"<PatrolCheck of {self.source}: {self.headline()}>"

    def _repr_html_(self) -> str:
        return f"<pre>{html.escape(self.summary())}</pre>"


def check_patrols(
    source: Readable,
    columns: Given | None = None,
    timezone: str = "Europe/London",
    *,
    crs: Any = None,
    to_crs: Any = None,
    sheet: str | None = None,
    dayfirst: bool = True,
) -> PatrolCheck:
    """Check every fix of a file: whether it can be used, and if not, why.

    Parameters
    ----------
    source, columns, timezone
        As for `read_patrols`.
    crs, to_crs, sheet, dayfirst
        As for `read_patrols`.

    Returns
    -------
    PatrolCheck

    Raises
    ------
    DataError
        If the source cannot be opened, does not tell unit, time and place, or its units are
        persons.
    ConfigError
        If an option can never be right.
    """
    zone = zone_of(timezone)
    known = known_columns("patrols", "places")
    opened = open_source(source, sheet=sheet, known=known_names(known, columns))
    mapped = map_columns(opened, columns)
    rows = opened.read([name for names in mapped.values() for name in names])
    if rows.frame.empty and rows.not_records.empty:
        raise DataError(no_rows(source, opened, "fixes"))
    notes, told = list(opened.notes), list(rows.warnings)
    faults = Faults(rows.frame.index)
    units, more = read_units(rows, mapped["unit"][0], opened.name, faults)
    told += more
    utc, more, noted = _times(rows, mapped, zone, dayfirst, faults)
    told += more
    notes += noted
    location = _locate(opened, rows, mapped, faults, crs, to_crs)
    told += location.warnings
    notes.append(location.transformation)
    accuracy = _accuracy(rows, mapped, faults, told)
    fixes = pd.DataFrame(
        {"unit": units, "utc": utc, "x": location.x, "y": location.y, "accuracy_m": accuracy},
        index=rows.frame.index,
    )
    _add_impossible(faults, fixes, told, notes)
    accepted = _accepted(fixes[~faults.faulty], location, zone, timezone)
    rejected = faults.table()
    if len(rows.not_records):
        rejected = pd.concat([rejected, rows.not_records[list(FAULT_COLUMNS)]], ignore_index=True)
        if all(isinstance(row, int) for row in rejected["row"]):
            rejected = rejected.sort_values("row", kind="stable", ignore_index=True)
    if len(rejected) > len(accepted):
        told.insert(0, f"More fixes cannot be used ({len(rejected):,}) than can "
                       f"({len(accepted):,}).")  # fmt: skip
    return PatrolCheck(accepted, rejected, told, notes, opened.name, timezone)


def read_patrols(
    source: Readable,
    columns: Given | None = None,
    timezone: str = "Europe/London",
    *,
    crs: Any = None,
    to_crs: Any = None,
    sheet: str | None = None,
    dayfirst: bool = True,
) -> gpd.GeoDataFrame:
    """Read fixes of patrols, by unit and never by person, each warning issued as a `DataWarning`.

    Parameters
    ----------
    source : path, str, list of paths or DataFrame
        CSV (gzipped too), GPX, GeoPackage, XLSX and whatever else `read_incidents` takes.
    columns : mapping, optional
        Which column holds which field, where its name does not tell: ``unit``, ``time`` (a date may
        have a time of day in a second column), ``time_utc`` (instead: times in UTC that do not say
        so), ``accuracy_m``, and the coordinates as in `read_incidents`.
    timezone : str
        The zone of the result, and of times that carry no mark of their own. Those that end in Z or
        an offset, and all of GPX, are turned into it.
    crs, to_crs, sheet, dayfirst
        As for `read_incidents`.

    Returns
    -------
    GeoDataFrame
        ``unit``, ``time`` (local, without a zone), ``geometry``, ``accuracy_m``; ``second_pass``
        where any is of the second pass of an hour that the clocks repeat. The index names the row
        of the source, `attrs` the ``timezone``. What was left out, and why, is in `check_patrols`.

    Raises
    ------
    DataError
        If the source cannot be read, its units are persons, or no row can be used.
    ConfigError
        If an option can never be right.

    Warns
    -----
    DataWarning
        How many rows were left out, of times without a mark in summer, of units that are one under
        two names, of steps that are too fast.

    Notes
    -----
    Left out with a reason: fixes without unit, time of day or place; at 0, 0; less exact than
    200 m; in the future; in an hour that the clocks skip or, without a mark, show twice; repeated;
    and jumps there and back at over 60 m/s.

    Examples
    --------
    >>> time = ["2026-03-02 10:00", "2026-03-02 10:01"]
    >>> frame = pd.DataFrame({"unit": ["U1", "U1"], "time": time,
    ...                       "E": [451234, 451240], "N": [340567, 340600]})
    >>> read_patrols(frame)[["unit", "time"]]
      unit                time
    0   U1 2026-03-02 10:00:00
    1   U1 2026-03-02 10:01:00
    """
    check = check_patrols(
        source, columns, timezone, crs=crs, to_crs=to_crs, sheet=sheet, dayfirst=dayfirst
    )
    if check.accepted.empty:
        raise DataError(f"No row of {check.source} can be used. {check.summary()}")
    told = list(check.warnings)
    if len(check.rejected):
        told.append(check.summary().split("\nWarnings:")[0].split("\nNotes:")[0])
    for text in told:
        warnings.warn(text, DataWarning, stacklevel=2)
    return check.accepted


def _times(
    rows: Chunk, mapped: dict[str, tuple[str, ...]], zone: ZoneInfo, dayfirst: bool, faults: Faults
) -> tuple[Moments, list[str], list[str]]:
    """Read the times as UTC, with warnings and notes; what is no moment is a fault."""
    in_utc = "time_utc" in mapped
    names = mapped["time_utc" if in_utc else "time"]
    # Of times with a mark UTC is what all have in common; the others are left as they stand.
    reading = read_datetimes(rows.frame, {"time": names}, dayfirst, "UTC")
    times = reading.times["time"]
    name, cells = names[0], times.cells
    there = ~np.isnat(times.moments)
    faults.add(times.unreadable, name, cells, "not a time")
    faults.add(~there & ~times.unreadable, name, cells, "no time")
    # A fix at midnight sharp is one, where the column holds other times.
    dated = there & ~(times.has_time | times.midnight_held | times.midnight_told)
    faults.add(dated, name, cells, "a date without a time of day")
    utc = times.moments.copy()
    plain = there & ~times.zoned & ~dated
    told: list[str] = []
    if plain.any() and not in_utc:
        found = to_utc(times.moments[plain], zone)
        told = _unmarked_words(plain, found.never, times.moments, zone, name)
        never, twice = np.zeros((2, len(utc)), dtype=bool)
        never[plain], twice[plain] = found.never, found.twice
        faults.add(never, name, cells, "no clock showed this time: the hour was skipped")
        faults.add(twice, name, cells, "the clocks showed this time twice: mark it with its offset")
        utc[plain] = found.moments
    future = ~np.isnat(utc) & (utc > np.datetime64(pd.Timestamp.now() + pd.Timedelta(days=1)))
    faults.add(future, name, cells, "in the future")
    notes = list(reading.notes)
    if in_utc:
        notes.append(f"Times in {name!r} are in UTC: they were turned into {zone.key} time.")
    return utc, [*reading.warnings, *told], notes


def _unmarked_words(
    plain: Flags, never: Flags, local: Moments, zone: ZoneInfo, name: str
) -> list[str]:
    """Ask whether times without a mark are in UTC, wherever that would make a difference."""
    times = local[plain]
    as_utc = to_local(times, zone)[0]
    differ = int((as_utc != times).sum())
    ask = (
        f'If the recorder wrote UTC, as most do, say columns={{"time_utc": {name!r}}} (columns '
        "under [patrol] in a TOML file)."
    )
    if never.any():
        return [
            f"{count(int(never.sum()), 'time')} in {name!r} without a zone, in an hour that clocks "
            f"in {zone.key} skipped: they may all be in UTC. {ask}"
        ]
    if not differ:
        return []
    return [
        f"{count(differ, 'time')} in {name!r} without a zone: read as {zone.key} time. In UTC they "
        f"would be of another hour. {ask}"
    ]


def _locate(
    opened: Source,
    rows: Chunk,
    mapped: dict[str, tuple[str, ...]],
    faults: Faults,
    crs: Any,
    to_crs: Any,
) -> Location:
    """Locate the fixes; those at 0, 0 decide nothing about the rest."""
    columns = {field: mapped[field][0] for pair in PLACE_PAIRS for field in pair if field in mapped}
    frame, geometry = rows.frame, rows.geometry
    if geometry is not None:
        first, second = shapely.get_x(geometry), shapely.get_y(geometry)
        nought = add_no_position(faults, first, second, "geometry")
        geometry = geometry.copy()
        geometry[nought] = None
    else:
        pair = next(pair for pair in PLACE_PAIRS if {*pair} <= columns.keys())
        names = [columns[one] for one in pair]
        degrees = pair[0] == "longitude"
        first, second = (to_numbers(frame[name], degrees)[0] for name in names)
        nought = add_no_position(faults, first, second, ", ".join(names))
        frame = frame.astype(dict.fromkeys(names, object))
        frame.loc[nought, names] = None
    location = locate(
        frame, columns, geometry=geometry, geometry_crs=opened.crs, crs=crs, to_crs=to_crs,
        what=opened.name,
    )  # fmt: skip
    faults.extend(location.faults.without(nought))
    return location


def _accuracy(
    rows: Chunk, mapped: dict[str, tuple[str, ...]], faults: Faults, told: list[str]
) -> np.ndarray:
    """Read how exact the fixes are, in metres; NaN where that is not told."""
    if "accuracy_m" not in mapped:
        return np.full(len(rows.frame), np.nan)
    name = mapped["accuracy_m"][0]
    numbers, unreadable = to_numbers(rows.frame[name])
    numbers = numbers.copy()
    odd = unreadable | (numbers < 0)
    numbers[odd] = np.nan
    if odd.any():
        told.append(
            f"{count(int(odd.sum()), 'accuracy', 'accuracies')} in {name!r} that cannot be: taken "
            f"as not told ({name_rows(rows.frame.index[odd])})."
        )
    add_bad_accuracy(faults, numbers, name)
    return numbers


def _add_impossible(faults: Faults, fixes: pd.DataFrame, told: list[str], notes: list[str]) -> None:
    """Add what fixes of one unit tell of each other: repeats, two places at once, jumps."""
    good = fixes[~faults.faulty]
    behind = good.groupby("unit", sort=False)["utc"].diff() < pd.Timedelta(0)
    if behind.any():
        notes.append(
            f"{count(int(behind.sum()), 'fix', 'fixes')} came after a later one of the unit "
            f"({name_rows(good.index[behind])}): all were put in order of time."
        )
    elsewhere = add_repeated(faults, fixes)
    if elsewhere:
        told.append(
            f"{count(elsewhere, 'fix', 'fixes')} of a unit that was elsewhere at that second left "
            "out: do two devices share one name?"
        )
    left = add_jumps(faults, fixes)
    if left:
        told.append(
            f"{count(left, 'step')} faster than {MOST_SPEED_MPS:g} m/s are left, where nothing "
            "tells which end is wrong: they are counted as unknown, never as presence."
        )
    for one, other, number in same_tracks(fixes[~faults.faulty]):
        told.append(
            f"{one!r} and {other!r} may be one unit under two names: "
            f"{count(number, 'fix', 'fixes')} of both are of the same places and seconds. They "
            "were kept apart and count twice: give it one name if so."
        )


def _accepted(
    fixes: pd.DataFrame, location: Location, zone: ZoneInfo, timezone: str
) -> gpd.GeoDataFrame:
    """Return the fixes in local time."""
    local, second = to_local(fixes["utc"].to_numpy(), zone)
    made = gpd.GeoDataFrame(
        {"unit": fixes["unit"], "time": local},
        geometry=gpd.points_from_xy(fixes["x"], fixes["y"]),
        index=fixes.index,
        crs=location.crs,
    )
    made["accuracy_m"] = fixes["accuracy_m"]
    if second.any():
        made[SECOND_PASS] = second
    made.attrs["timezone"] = timezone
    return made
