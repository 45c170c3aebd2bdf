"""Two columns of coordinates: read as numbers, and chosen where a table has several pairs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from pyproj import CRS

from hotspot._errors import DataError
from hotspot.english import count
from hotspot.reading.areas_of_use import degrees_of
from hotspot.reading.cells import to_numbers
from hotspot.reading.columns import PLACE_PAIRS
from hotspot.reading.crs import (
    BRITISH_GRID,
    Flags,
    Floats,
    crs_name,
    in_great_britain,
    on_british_grid,
)
from hotspot.reading.faults import Faults
from hotspot.reading.settled_crs import degrees_share
from hotspot.reading.stray_points import PairTexts

# What Ordnance Survey calls the British grid in all of its address products, to the letter: "X
# Coordinate" is what cities elsewhere write, whose metres may fit the grid, too.
_OS_NAMES = ("X_COORDINATE", "Y_COORDINATE")
# Longitude and latitude of the same place, rounded or worked out without OSTN15, are this near.
_SAME_PLACE_M = 100.0
# So far apart for most rows, two pairs are not of one place; a rounding is never so coarse.
_OTHER_PLACE_M = 10_000.0
_DEGREE_M = 111_200.0
_SAMPLE = 5_000
_DEGREES = ("longitude", "latitude")


@dataclass(frozen=True)
class Pair:
    """Two coordinates of every row as numbers."""

    first: Floats
    second: Floats
    names: tuple[str, str]
    kind: str
    crs: CRS | None
    faults: Faults
    note: str = ""

    @property
    def texts(self) -> PairTexts:
        geographic = self.crs is not None and self.crs.is_geographic
        return PairTexts(self.names, self.first, self.second, geographic)

    @property
    def usable(self) -> Flags:
        return ~self.faults.faulty

    @property
    def look_like_degrees(self) -> bool:
        """Whether most of the rows could be degrees."""
        return degrees_share(self.first[self.usable], self.second[self.usable]) > 0.5

    @property
    def fits_british_grid(self) -> bool:
        """Whether most of the rows lie on it: those that are off it are faults of their own."""
        usable = self.usable
        on_grid = on_british_grid(self.first[usable], self.second[usable])
        return len(on_grid) > 0 and float(np.mean(on_grid)) > 0.5

    @property
    def has_os_names(self) -> bool:
        return tuple(name.strip().upper() for name in self.names) == _OS_NAMES

    @property
    def middle(self) -> tuple[float, float] | None:
        """The median of the rows that can be used; None where there are none."""
        usable = self.usable
        if not usable.any():
            return None
        return float(np.median(self.first[usable])), float(np.median(self.second[usable]))

    @property
    def called(self) -> str:
        return "the points" if self.kind == "geometry" else " and ".join(self.names)


def pair_of_columns(
    frame: pd.DataFrame, columns: Mapping[str, str], crs: CRS | None
) -> tuple[Pair, list[str]]:
    """Choose the pair of columns to use: the grid before degrees, if both are of one place."""
    pairs = _pairs(frame, columns, crs)
    if not pairs:
        raise DataError("There are no coordinates: neither geometry nor a pair of columns.")
    chosen, notes = _chosen([pair for pair in pairs if pair.usable.any()] or pairs[:1], crs)
    add_number_faults(chosen)
    return chosen, notes


def grid_of_points(points: Pair, frame: pd.DataFrame, columns: Mapping[str, str]) -> Pair | None:
    """Find the grid from which the degrees of points were worked out; None where there is none.

    Files for maps hold degrees, and often the columns of the grid that they came from.
    """
    of_grid = {field: name for field, name in columns.items() if field not in _DEGREES}
    for pair in _pairs(frame, of_grid, None):
        grid = replace(pair, kind="easting", crs=BRITISH_GRID)
        add_number_faults(grid)
        whole = not (points.usable & ~grid.usable).any()
        if not whole or not grid.fits_british_grid:
            continue
        if (_gaps_m(grid, BRITISH_GRID, points) <= _SAME_PLACE_M).all():
            return replace(grid, note=f"{grid.called} are of the places of the points. ")
    return None


def _pairs(frame: pd.DataFrame, columns: Mapping[str, str], crs: CRS | None) -> list[Pair]:
    """Read each pair of columns that there is as numbers."""
    pairs = []
    for fields in PLACE_PAIRS:
        if not all(field in columns for field in fields):
            continue
        names = (columns[fields[0]], columns[fields[1]])
        faults = Faults(frame.index)
        degrees = fields == _DEGREES
        first, bad_first = to_numbers(frame[names[0]], degrees)
        second, bad_second = to_numbers(frame[names[1]], degrees)
        for name, bad in zip(names, (bad_first, bad_second), strict=True):
            faults.add(bad, name, frame[name], "not a number")
        for name, numbers in zip(names, (first, second), strict=True):
            faults.add(np.isnan(numbers) & ~faults.faulty, name, frame[name], "no coordinates")
        pairs.append(Pair(first, second, names, fields[0], crs, faults))
    return pairs


def _chosen(pairs: Sequence[Pair], crs: CRS | None) -> tuple[Pair, list[str]]:
    """Choose among pairs with numbers: a grid before degrees, if both are of one place.

    Degrees are often worked out from the grid by a shift that is metres off, which is next door.
    """
    by_kind = {pair.kind: pair for pair in pairs}
    degrees = by_kind.get("longitude")
    if crs is not None:
        # What the user gave a CRS for comes first: x and y need one, longitude and latitude none.
        order = ("x", "easting", "longitude") if crs.is_projected else ("longitude", "x", "easting")
        chosen = next(by_kind[kind] for kind in order if kind in by_kind)
        if degrees is None or chosen is degrees or chosen.look_like_degrees:
            return chosen, []
        return chosen, _compared(chosen, crs, degrees)
    grid = by_kind.get("easting", by_kind.get("x"))
    if grid is None or (degrees is None and grid.kind == "x" and not grid.has_os_names):
        return pairs[0], []
    if not grid.fits_british_grid:
        if degrees is None or grid.kind == "x":
            return degrees or grid, []
        return degrees, [
            f"{grid.called} do not fit the British National Grid, and nothing says what they are "
            f"in; {degrees.called} were used."
        ]
    british = replace(grid, kind="easting", crs=BRITISH_GRID)
    if grid.kind == "x":
        british = replace(british, note=f"{grid.called} fit the British National Grid. ")
    if degrees is None:
        return british, []
    turned = replace(degrees, first=degrees.second, second=degrees.first)
    if np.median(_gaps_m(grid, BRITISH_GRID, turned)) < _OTHER_PLACE_M:
        return british, [f"{degrees.called} are exchanged, and were not used: {grid.called} were."]
    if np.median(_gaps_m(grid, BRITISH_GRID, degrees)) > _OTHER_PLACE_M:
        west_east, south_north = degrees.middle or (np.nan, np.nan)
        if not in_great_britain(west_east, south_north):
            # As the Irish grid does, whose numbers fit Scotland.
            return degrees, [
                f"{grid.called} are not of the place where {degrees.called} are, and so not on the "
                f"British National Grid; {degrees.called} were used."
            ] * (grid.kind == "easting")
    return british, _compared(grid, BRITISH_GRID, degrees)


def _compared(grid: Pair, crs: CRS, degrees: Pair) -> list[str]:
    """Compare a grid with degrees of the same rows: a question where they are of other places."""
    gaps_m = _gaps_m(grid, crs, degrees)
    apart_m = float(np.median(gaps_m)) if len(gaps_m) else 0.0
    if apart_m > _OTHER_PLACE_M:
        turned = replace(grid, first=grid.second, second=grid.first)
        if np.median(_gaps_m(turned, crs, degrees)) < _OTHER_PLACE_M:
            raise DataError(exchanged_columns(grid, "easting", "northing"))
        raise DataError(
            f"{grid.called}, read in {crs_name(crs)}, lie about {apart_m / 1000:,.0f} km from "
            f"{degrees.called} of the same rows: one of them is not what it seems. If the degrees "
            f"are right, map only them, and leave crs out: {_mapping(degrees)}. Otherwise map only "
            f"{grid.called}, with the right crs."
        )
    if not (gaps_m > _SAME_PLACE_M).any():
        return []
    gaps_m = _gaps_m(grid, crs, degrees, every_row=True)
    apart = int(np.count_nonzero(gaps_m > _SAME_PLACE_M))
    return [
        f"{count(apart, 'row')} of {len(gaps_m):,} with both: {degrees.called} lie more than "
        f"{_SAME_PLACE_M:g} m from {grid.called}, which were used."
    ]


def _gaps_m(grid: Pair, crs: CRS, degrees: Pair, *, every_row: bool = False) -> Floats:
    """Compute how far the two places of a row are apart, of a sample of the rows with both."""
    # The zeros of a missing geocode are no place to compare with.
    both = grid.usable & degrees.usable & ((degrees.first != 0) | (degrees.second != 0))
    at = np.flatnonzero(both & ((grid.first != 0) | (grid.second != 0)))
    at = at if every_row else at[:: max(1, len(at) // _SAMPLE)]
    east, north = degrees_of(grid.first[at], grid.second[at], crs)
    with np.errstate(invalid="ignore"):
        across = (east - degrees.first[at]) * np.cos(np.radians(degrees.second[at]))
        gaps_m = np.hypot(across, north - degrees.second[at]) * _DEGREE_M
    return np.where(np.isfinite(gaps_m), gaps_m, np.inf)


def exchanged_columns(pair: Pair, first: str, second: str) -> str:
    """Return that two columns are exchanged, and how to map them."""
    one, other = pair.middle or (np.nan, np.nan)
    return (
        f"{pair.names[0]} and {pair.names[1]} are exchanged (about {one:,.10g}, {other:,.10g}): "
        f"{exchange_columns(pair, first, second)}."
    )


def exchange_columns(pair: Pair, first: str, second: str) -> str:
    """Return how to map two columns the other way round."""
    turned = replace(pair, names=(pair.names[1], pair.names[0]))
    return f"map {_mapping(turned, first, second)}"


def _mapping(pair: Pair, first: str = "longitude", second: str = "latitude") -> str:
    one, other = pair.names[0], pair.names[1]
    return (
        f'columns={{"{first}": "{one}", "{second}": "{other}"}} (--columns {first}="{one}" '
        f'{second}="{other}" on the command line)'
    )


def add_number_faults(pair: Pair) -> None:
    """Find the numbers that are no place: infinities and the zeros of a missing geocode."""
    texts = pair.texts
    with np.errstate(invalid="ignore"):
        infinite = ~np.isfinite(pair.first) | ~np.isfinite(pair.second)
        zero = (pair.first == 0) & (pair.second == 0)
        # Degrees have an honest 0, the meridian of Greenwich; the British grid has none on land.
        if pair.kind == "easting":
            zero |= (pair.first == 0) | (pair.second == 0)
    pair.faults.add(pair.usable & infinite, texts.column, texts, "infinite coordinates")
    pair.faults.add(pair.usable & zero, texts.column, texts, "zero coordinates")
