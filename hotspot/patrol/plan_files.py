"""The readers of what a plan is made from: places to patrol, and shifts."""

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from hotspot._errors import DataError
from hotspot.addresses import read_streets
from hotspot.areas import read_areas
from hotspot.english import count, name_rows
from hotspot.patrol.patrolled_places import are_lines
from hotspot.reading.cells import to_numbers, to_text, without_missing_words
from hotspot.reading.columns import Given, given_columns, known_columns, match_columns
from hotspot.reading.datetimes import read_datetimes
from hotspot.reading.sources import Readable, no_rows, open_source

_SHIFT_FIELDS = ("start", "end", "shift", "units")


def read_places(source: Readable, name: str | None = None) -> gpd.GeoDataFrame:
    """Read hotspots, beats or other areas, or streets, to hold patrols against.

    Parameters
    ----------
    source : path, URL or GeoDataFrame
        GeoPackage, GeoJSON, Shapefile, KML, ... of polygons or of lines.
    name : str, optional
        Column with the names. Default: the first that is known to hold them, else ``rank`` as of
        `hotspots`.

    Returns
    -------
    GeoDataFrame
        ``place``, ``geometry`` and, where the source has it, ``asked``: visits asked for a day.

    Raises
    ------
    DataError
        As `read_areas` and `read_streets` do.
    """
    opened = open_source(source)
    if not opened.has_geometry:
        raise DataError(f"{opened.name} holds no polygons or lines: places come as GeoPackage or "
                        "GeoJSON.")  # fmt: skip
    shapes = np.asarray(opened.read([]).geometry, dtype=object)
    if len(shapes) and are_lines(shapes[~shapely.is_missing(shapes)]):
        return read_streets(source, name).rename(columns={"street": "place"})
    ranked = name is None and "rank" in opened.columns and "area" not in opened.columns
    places = read_areas(source, "rank" if ranked else name)
    places = places.rename(columns={"area": "place"})
    if ranked:
        places["place"] = "Hotspot " + places["place"]
    if "asked" in opened.columns:
        rows = opened.read(["asked"]).frame
        asked, bad = to_numbers(rows["asked"])
        if bad.any() or (asked < 0).any():
            wrong = rows.index[bad | (asked < 0)]
            raise DataError(f"{count(len(wrong), 'row')} of {opened.name} with visits asked that "
                            f"are no number ({name_rows(wrong)}).")  # fmt: skip
        if len(asked) == len(places):
            places["asked"] = asked
    return places


def read_shifts(source: Readable, columns: Given | None = None) -> pd.DataFrame:
    """Read shifts, for `patrol_plan`.

    Parameters
    ----------
    source : path, URL or frame
        CSV, XLSX and whatever else `read_incidents` takes.
    columns : mapping, optional
        Which column holds which of ``start``, ``end``, ``shift`` and ``units``, where its name does
        not tell.

    Returns
    -------
    DataFrame
        ``start`` and ``end`` in local time, ``shift`` and ``units`` where they are told.

    Raises
    ------
    DataError
        If a start or an end is missing or cannot be read, or units are no number: which rows.
    """
    opened = open_source(source)
    given = given_columns(opened.columns, columns or {}, _SHIFT_FIELDS, opened.name)
    taken = [name for names in given.values() for name in names]
    found = match_columns(opened.columns, known_columns("shifts"), taken)
    mapped = {**{field: (name,) for field, name in found.items()}, **given}
    missing = [name for name in ("start", "end") if name not in mapped]
    if missing:
        raise DataError(
            f"{opened.name} does not tell the {' and the '.join(missing)} of shifts. Found: "
            f"{', '.join(map(repr, opened.columns))}."
        )
    rows = opened.read([name for names in mapped.values() for name in names])
    if rows.frame.empty:
        raise DataError(no_rows(source, opened, "shifts"))
    reading = read_datetimes(rows.frame, {name: mapped[name] for name in ("start", "end")})
    read = pd.DataFrame({name: times.moments for name, times in reading.times.items()},
                        index=rows.frame.index)  # fmt: skip
    problems = [
        f"{count(len(bad), 'row')} of {opened.name} without {name} that is a time "
        f"({name_rows(bad)})."
        for name in ("start", "end")
        if len(bad := read.index[read[name].isna()])
    ]
    if "shift" in mapped:
        read["shift"] = without_missing_words(to_text(rows.frame[mapped["shift"][0]]))
    if "units" in mapped:
        read["units"], unreadable = to_numbers(rows.frame[mapped["units"][0]])
        if unreadable.any():
            bad = read.index[unreadable]
            problems.append(f"{count(len(bad), 'row')} of {opened.name} with units that are no "
                            f"number ({name_rows(bad)}).")  # fmt: skip
    if problems:
        raise DataError(problems)
    return read
