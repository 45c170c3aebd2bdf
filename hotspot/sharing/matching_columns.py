"""What each crime puts into a row of the layout for crime matching, and what holds it back."""

import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable
from typing import Literal, NamedTuple
from zoneinfo import ZoneInfo

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from hotspot._errors import quoted
from hotspot.english import count, name_rows, some_of
from hotspot.incidents.free_text import LONGEST_METHOD, is_free_text
from hotspot.incidents.references import MADE, as_in_file
from hotspot.output.text import REMOVED
from hotspot.reading.clock_changes import to_utc
from hotspot.reading.crs import BRITISH_GRID, WGS84, Transformation, place_words, to_degrees
from hotspot.sharing.matching_forces import MatchingForce, find_force
from hotspot.sharing.matching_types import TYPES, Stated, types_of

Suffix = Literal["N", "R", "A"]
Pass = Literal["first", "second"]
Flags = npt.NDArray[np.bool_]
Moments = npt.NDArray[np.datetime64]

#: What stands in a row, in this order; the file has no header.
COLUMNS = (
    "force",
    "type",
    "description",
    "batch",
    "reference",
    "from",
    "to",
    "easting",
    "northing",
    "latitude",
    "longitude",
    "datum",
    "text",
)
#: The longest window that is taken, in hours as they pass.
MOST_HOURS = 12
#: Least and most of each coordinate.
BOUNDS = {
    "easting": (0.0, 600_000.0),
    "northing": (0.0, 1_300_000.0),
    "latitude": (49.5, 61.5),
    "longitude": (-8.5, 2.6),
}
TOO_LONG = f"window over {MOST_HOURS} h"
_ZONE = ZoneInfo("Europe/London")
# Before and after these no time is that of a crime, and some do not fit into nanoseconds.
_FIRST, _LAST = np.datetime64("1900-01-01"), np.datetime64("2200-01-01")
_SECOND = np.timedelta64(1, "s")
# Fewer crimes at midnight may all have happened then.
_FEWEST_MIDNIGHTS = 5
_WINDOW = ("occurred_from", "occurred_to")
_FORMULA_STARTS = ("=", "+", "-", "@")


class Reasons:
    """Why crimes cannot go: for each all that holds it back."""

    def __init__(self, crimes: int) -> None:
        self.of: list[list[str]] = [[] for _ in range(crimes)]
        self.counts: dict[str, int] = {}

    def add(self, which: Flags, kind: str, detail: Callable[[int], str] | None = None) -> None:
        """Add a reason to the crimes chosen, with what is of each of them in brackets."""
        rows = np.flatnonzero(which)
        for row in rows:
            self.of[row].append(kind if detail is None else f"{kind} ({detail(int(row))})")
        if len(rows):
            self.counts[kind] = self.counts.get(kind, 0) + len(rows)

    def add_texts(self, reasons: pd.Series) -> None:
        """Add reasons that are told of each crime, blank where there is none."""
        for row, reason in enumerate(reasons):
            if reason:
                self.of[row].append(reason)
                kind = reason.split(" (")[0].split(":")[0]
                self.counts[kind] = self.counts.get(kind, 0) + 1

    @property
    def none(self) -> Flags:
        """Which crimes nothing holds back."""
        return np.array([not reasons for reasons in self.of], dtype=bool)


class Asked(NamedTuple):
    """What a batch is to be."""

    force: MatchingForce
    batch: str
    types: Stated | None
    text: str | None
    repeated_hour: Pass | None


class Told(NamedTuple):
    """The crimes, which of them may be told of, what is written of each, and what stops it."""

    incidents: gpd.GeoDataFrame
    open: Flags
    rows: pd.DataFrame
    reasons: Reasons
    notes: list[str]
    mixed: Flags

    def put(self, column: str, texts: Iterable[object]) -> None:
        """Write a cell of each row: any text, even one that no encoding has."""
        self.rows[column] = pd.Series([str(one) for one in texts], self.rows.index, dtype=object)


def complete(incidents: gpd.GeoDataFrame) -> Flags:
    """Test which crimes have both times and a point."""
    times = incidents[["occurred_from", "occurred_to"]].notna().all(axis=1).to_numpy()
    points = incidents.geometry.to_numpy()
    there: Flags = times & np.isfinite(shapely.get_x(points)) & np.isfinite(shapely.get_y(points))
    return there


def fill_rows(told: Told, asked: Asked) -> None:
    """Write what each crime puts into its row, and add what holds it back.

    Parameters
    ----------
    told : Told
        Its rows, reasons and notes are added to.
    asked : Asked
    """
    told.put("force", [asked.force.identifier] * len(told.rows))
    told.put("batch", [asked.batch] * len(told.rows))
    _add_types(told, asked)
    _add_references(told)
    _add_forces(told, asked)
    _add_times(told, asked)
    _add_places(told)
    _add_text(told, asked)
    _note(told, asked)


def _add_types(told: Told, asked: Asked) -> None:
    """Write the type of each crime and its words."""
    crimes = told.incidents
    offences = crimes["offence_code"] if "offence_code" in crimes.columns else None
    if offences is not None:
        offences = offences.where(told.open)
    found = types_of(offences, crimes.index, asked.types)
    told.reasons.add_texts(found.reasons.where(told.open, ""))
    told.put("type", found.types)
    told.put("description", [TYPES.get(one, "") for one in found.types])
    told.mixed[:] = found.mixed
    if found.unused:
        named = some_of([quoted(key) for key in found.unused], 5)
        told.notes.append(f"A type was stated for {named}: no crime here is of that offence.")


def _add_references(told: Told) -> None:
    """Write the reference of each crime, which is the force's own and stands once."""
    crimes = told.incidents
    texts = ["" if pd.isna(one) else as_in_file(str(one)).strip() for one in crimes["crime_ref"]]
    made = np.array([one.startswith(MADE) for one in texts], dtype=bool)
    odd, blank = _broken(texts), np.array([not one for one in texts], dtype=bool)
    known = told.open & ~blank
    keys = [one.casefold() if its else None for one, its in zip(texts, known, strict=True)]
    rows_of = Counter(keys)
    number = np.array([rows_of[one] if one is not None else 0 for one in keys], dtype=int)
    told.reasons.add(told.open & blank, "no reference")
    told.reasons.add(
        told.open & made, "no reference of the force: its source had none, this one was made"
    )
    told.reasons.add(told.open & odd, "reference with control characters or line breaks")
    told.reasons.add(
        told.open & (number > 1),
        "reference of several crimes",
        lambda row: f"{quoted(texts[row])}, {number[row]} rows",
    )
    told.put("reference", texts)


def _add_forces(told: Told, asked: Asked) -> None:
    """Refuse crimes that another of the forces recorded; note a force that is not known."""
    if "force" not in told.incidents.columns:
        return
    named = told.incidents["force"].astype(object)
    known = [find_force(one) for one in named]
    other = np.array([one not in (None, asked.force) for one in known], dtype=bool)
    told.reasons.add(
        told.open & other, "recorded by another force", lambda row: quoted(named.iloc[row])
    )


def _add_times(told: Told, asked: Asked) -> None:
    """Write the window of each crime in UTC, where it is known and short enough."""
    start, start_fine = _utc(told, "occurred_from", asked.repeated_hour)
    end, end_fine = _utc(told, "occurred_to", asked.repeated_hour)
    both = start_fine & end_fine & told.open
    # Whole seconds that hold the window: what is cut off would shorten it.
    first = start.astype("datetime64[s]")
    cut = end.astype("datetime64[s]")
    last = np.where(cut < end, cut + _SECOND, cut)
    seconds = np.zeros(len(start), dtype=np.int64)
    seconds[both] = (last[both] - first[both]).astype(np.int64)
    told.reasons.add(both & (end < start), "window that ends before it begins")
    told.reasons.add(
        both & (seconds > MOST_HOURS * 3600), TOO_LONG, lambda row: _hours(seconds[row])
    )
    told.put("from", _compact(first, both))
    told.put("to", _compact(last, both))
    _add_midnights(told)


def _utc(
    told: Told, column: str, repeated_hour: Pass | None
) -> tuple[npt.NDArray[np.datetime64], Flags]:
    """Return the times of a column in UTC, and which are known; refuse those that are not."""
    local = told.incidents[column].to_numpy()
    missing = np.isnat(local)
    told.reasons.add(told.open & missing, f"no {column}")
    far = ~missing & ((local < _FIRST) | (local >= _LAST))
    told.reasons.add(told.open & far, f"{column} outside the years 1900 to 2199")
    nothing = np.array("NaT", dtype=local.dtype)
    known = np.where(missing | far, nothing, local).astype("datetime64[ns]")
    second = None if repeated_hour is None else np.full(len(known), repeated_hour == "second")
    utc = to_utc(known, _ZONE, second)
    words = [
        f"{time:%H:%M on %d %B %Y}" if not pd.isna(time) else "" for time in pd.DatetimeIndex(known)
    ]
    told.reasons.add(
        told.open & utc.twice,
        f"{column} that the clocks showed twice: choose with repeated_hour",
        lambda row: words[row],
    )
    told.reasons.add(
        told.open & utc.never, f"{column} that no clock showed", lambda row: words[row]
    )
    return utc.moments, ~np.isnat(utc.moments)


def _add_midnights(told: Told) -> None:
    """Refuse times where only days are known, which stand as midnights."""
    known = told.open & told.incidents[list(_WINDOW)].notna().all(axis=1).to_numpy()
    if known.sum() >= _FEWEST_MIDNIGHTS and _at_midnight(told.incidents)[known].all():
        told.reasons.add(known, "time of day not known: every crime here is at midnight")


def _add_places(told: Told) -> None:
    """Write one pair of coordinates: on the grid where it reaches, else in degrees."""
    points, crs = told.incidents.geometry.to_numpy(), told.incidents.crs
    x, y = shapely.get_x(points), shapely.get_y(points)
    there = np.isfinite(x) & np.isfinite(y)
    told.reasons.add(told.open & ~there, "no place")
    on_grid = there & (crs == BRITISH_GRID) & _within(x, "easting", 2) & _within(y, "northing", 2)
    longitude, latitude = np.full(len(x), np.nan), np.full(len(x), np.nan)
    if (rest := there & ~on_grid).any():
        longitude[rest], latitude[rest] = to_degrees(crs).transform(x[rest], y[rest])
    in_degrees = _within(longitude, "longitude", 6) & _within(latitude, "latitude", 6)
    told.reasons.add(
        told.open & there & ~on_grid & ~in_degrees,
        "place outside what the layout takes",
        lambda row: place_words(x[row], y[row]),
    )
    for name, values, digits, which in (
        ("easting", x, 2, on_grid),
        ("northing", y, 2, on_grid),
        ("latitude", latitude, 6, in_degrees),
        ("longitude", longitude, 6, in_degrees),
    ):
        pairs = zip(values, which, strict=True)
        told.put(name, [_number(value, digits) if one else "" for value, one in pairs])
    told.put("datum", np.select([on_grid, in_degrees], ["OSGB36", "WGS84"], ""))


def _within(values: npt.NDArray[np.float64], name: str, digits: int) -> Flags:
    """Test which coordinates, as they are written, are taken; none that is not known."""
    least, most = BOUNDS[name]
    written = np.round(values, digits)
    inside: Flags = (written >= least) & (written <= most)
    return inside


def _number(value: float, digits: int) -> str:
    """Return a coordinate without noughts at its end.

    Examples
    --------
    >>> _number(600000.0, 2), _number(512345.678, 2), _number(-0.0, 6), _number(1.25, 6)
    ('600000', '512345.68', '0', '1.25')
    """
    return f"{round(value, digits) + 0.0:.{digits}f}".rstrip("0").rstrip(".")


def _add_text(told: Told, asked: Asked) -> None:
    """Write the text that was asked for, if it is short and of one line."""
    if asked.text is None:
        return
    column = told.incidents[asked.text].astype(object)
    texts = ["" if pd.isna(one) else str(one).strip() for one in column]
    told.reasons.add(told.open & _broken(texts), "text with control characters or line breaks")
    told.reasons.add(
        told.open & is_free_text(pd.Series(texts, dtype=object)),
        f"text of more than {LONGEST_METHOD} characters: free text names people",
    )
    told.put("text", texts)


def _broken(texts: list[str]) -> Flags:
    """Test which texts hold what would end a row or hide in it."""
    return np.array(
        [
            not one.isprintable() and any(unicodedata.category(sign) in REMOVED for sign in one)
            for one in texts
        ],
        dtype=bool,
    )


def _compact(moments: Moments, which: Flags) -> list[str]:
    """Return times as yyyyMMddHHmmss; nothing where they are not known."""
    texts = np.datetime_as_string(moments.astype("datetime64[s]"))
    keep = str.maketrans("", "", "-:T")
    return [
        str(text).translate(keep) if one else "" for text, one in zip(texts, which, strict=True)
    ]


def _hours(seconds: int) -> str:
    """Return a length of time as it is said of a window.

    Examples
    --------
    >>> _hours(13 * 3600), _hours(12 * 3600 + 60), _hours(12 * 3600 + 1)
    ('13 h', '12 h 1 min', '12 h 1 s')
    """
    minutes, rest = divmod(int(seconds), 60)
    parts = ((minutes // 60, "h"), (minutes % 60, "min"), (rest, "s"))
    return " ".join(f"{number:,} {unit}" for number, unit in parts if number) or "0 s"


def _at_midnight(incidents: gpd.GeoDataFrame) -> Flags:
    """Test which crimes begin and end at a midnight."""
    times = [incidents[name] for name in _WINDOW]
    return np.asarray(np.logical_and.reduce([time == time.dt.normalize() for time in times]))


def _note(told: Told, asked: Asked) -> None:
    """Note what should be known of the crimes that go."""
    crimes, rows, went = told.incidents, told.rows, told.reasons.none
    number = {
        "mixed": int((told.mixed & went).sum()),
        "midnight": int((_at_midnight(crimes) & went).sum()),
    }
    if number["mixed"]:
        told.notes.append(
            f"{count(number['mixed'], 'crime')} of a class that holds homes and sheds together: "
            "BIAD. State another type of what is known to be a shed."
        )
    if number["midnight"]:
        told.notes.append(
            f"{count(number['midnight'], 'crime')} at 00:00 exactly: where that is how a day is "
            "written whose time nobody knows, take it out."
        )
    formulas = went & np.array(
        [one.startswith(_FORMULA_STARTS) for one in rows["reference"]], dtype=bool
    )
    if formulas.any():
        told.notes.append(
            f"{count(int(formulas.sum()), 'reference')} that a spreadsheet would take for a "
            f"formula ({name_rows(crimes.index[formulas])}): do not open the file in one."
        )
    named = (
        crimes.loc[went, "force"].dropna()
        if "force" in crimes.columns
        else pd.Series([], dtype=object)
    )
    unknown = [quoted(one) for one in named.unique() if find_force(one) is None]
    if unknown:
        told.notes.append(
            f"The crimes name {some_of(unknown, 3)} as their force, which is none of the 19: they "
            f"go as those of {asked.force.name}."
        )
    degrees = (rows["datum"] == "WGS84").to_numpy() & went
    if degrees.any():
        middle = crimes.geometry[degrees]
        told.notes.append(
            f"{count(int(degrees.sum()), 'crime')} with latitude and longitude. "
            + Transformation(crimes.crs, WGS84).describe(
                (float(middle.x.mean()), float(middle.y.mean()))
            )
        )
