"""Frames made ready to be tables of a database: names, kinds of columns and one kind of shape."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from pyproj import CRS

from hotspot import __version__
from hotspot._checks import raise_problems
from hotspot._errors import DataError, quoted
from hotspot.english import name_rows
from hotspot.output.handling import shown_marking
from hotspot.output.text import clean_text
from hotspot.sharing.column_kinds import ColumnKind, kind_of

#: The column that numbers the rows, as a GeoPackage calls it.
ROW = "fid"
# What PostgreSQL cuts a name to, in bytes; other databases take more.
_LONGEST_NAME = 63
_MOST_INT64 = 2**63 - 1
_MULTI: Mapping[str, Callable[[list[Any]], Any]] = {
    "Point": shapely.MultiPoint,
    "LineString": shapely.MultiLineString,
    "Polygon": shapely.MultiPolygon,
}


@dataclass(frozen=True)
class LayerTable:
    """A frame that any database can hold.

    Attributes
    ----------
    name : str
        Of the table, with its schema or not.
    columns : mapping of str to ColumnKind
    data : DataFrame
        Those columns, with rows from 0.
    place : str or None
        The column of the shapes; None where there are none.
    shapes : ndarray of geometry
    kind : str
        Of what kind the shapes are, as the OGC names it, with Z where they have heights.
    crs : pyproj.CRS or None
    about : str
        What the table says of itself, as JSON: marking, cut-off, and what made it.
    """

    name: str
    columns: Mapping[str, ColumnKind]
    data: pd.DataFrame
    place: str | None
    shapes: npt.NDArray[np.object_]
    kind: str
    crs: CRS | None
    about: str


def layer_table(name: str, frame: pd.DataFrame, marking: str | None) -> LayerTable:
    """Return a frame as a table that any database can hold.

    Parameters
    ----------
    name : str
        Of the table.
    frame : DataFrame or GeoDataFrame
        Its index is left out, and it is not changed.
    marking : str or None
        Protective marking.

    Returns
    -------
    LayerTable

    Raises
    ------
    DataError
        Naming each column that a database cannot hold as it is, and shapes without a CRS.
    """
    place = frame.active_geometry_name if isinstance(frame, gpd.GeoDataFrame) else None
    labels = [label for label in frame.columns if label != place]
    problems = _name_problems([*labels, *([place] if place is not None else [])])
    kinds: dict[str, ColumnKind] = {}
    for label in dict.fromkeys(labels) if not problems else ():
        try:
            kinds[label] = _kind(frame[label], label)
        except DataError as error:
            problems.append(str(error))
    crs: CRS | None = None
    kind = ""
    shapes = np.empty(0, dtype=object)
    if place is not None:
        shapes, kind = _alike(np.asarray(frame.geometry.array, dtype=object))
        crs = None if frame.crs is None else CRS(frame.crs)
        if crs is None:
            problems.append("The shapes have no CRS: set it with .set_crs(...), e.g. 'EPSG:27700'.")
        if not kind:
            problems.append(
                "Some shapes have heights and others none: take the heights off with "
                "shapely.force_2d."
            )
    raise_problems([f"Table {quoted(name)}: {one}" for one in problems])
    about = {
        "marking": shown_marking(marking),
        "as_of": frame.attrs.get("as_of"),
        "resolution": frame.attrs.get("resolution"),
        "made_by": f"hotspot {__version__}",
    }
    told = {key: str(value) for key, value in about.items() if value is not None}
    data = pd.DataFrame(frame)[list(kinds)].reset_index(drop=True)
    return LayerTable(name, kinds, data, place, shapes, kind, crs, json.dumps(told))


def name_problem(name: object) -> str | None:
    """Return what keeps a name from being that of a table, a schema or a column, if anything."""
    if not isinstance(name, str) or not name.strip() or name != name.strip():
        return f"{quoted(name)} is no name: give text without spaces at its ends."
    if clean_text(name) != name:
        return f"The name {quoted(name)} holds characters that no name has."
    if len(name.encode()) > _LONGEST_NAME:
        return (
            f"The name {quoted(name)} is longer than {_LONGEST_NAME} bytes, which PostgreSQL would "
            "cut: shorten it."
        )
    return None


def _name_problems(names: Sequence[Any]) -> list[str]:
    problems = [problem for name in names if (problem := name_problem(name))]
    folded: dict[str, Any] = {ROW: None}
    for name in [] if problems else names:
        key = name.casefold()
        if key in folded:
            other = folded[key]
            told = f"and {quoted(other)} are one name to a database" if other else (
                "is the name that the rows are numbered by"
            )  # fmt: skip
            problems.append(f"The column {quoted(name)} {told}: rename it.")
        folded[key] = name
    return problems


def _kind(column: pd.Series, name: str) -> ColumnKind:
    """Find what a column holds, and refuse what no database holds."""
    kind = kind_of(column, name)
    if kind.kind == "duration":
        raise DataError(
            f"The column {name!r} holds durations, which databases count each in their way: give "
            "hours or days as a number."
        )
    filled = column.dropna()
    odd: pd.Index = pd.Index([])
    if kind.kind == "text":
        odd = filled.index[["\0" in text for text in filled.astype(object)]]
    elif kind.kind == "whole number" and column.dtype in (object, "uint64", "UInt64"):
        odd = filled.index[[abs(int(number)) > _MOST_INT64 for number in filled]]
    if len(odd):
        what = "a character (NUL)" if kind.kind == "text" else "numbers"
        raise DataError(
            f"The column {name!r} holds {what} that no database takes ({name_rows(odd)}): clean it."
        )
    return kind


def _alike(shapes: npt.NDArray[np.object_]) -> tuple[npt.NDArray[np.object_], str]:
    """Return shapes and their one kind: single ones become multiple where both are there."""
    filled = shapes[~shapely.is_missing(shapes)]
    heights = set(shapely.has_z(filled[~shapely.is_empty(filled)]).tolist())
    if len(heights) == 2:
        return shapes, ""
    z = "Z" if True in heights else ""
    kinds = {shape.geom_type for shape in filled}
    if len(kinds) == 1:
        return shapes, f"{kinds.pop()}{z}"
    for single, multiple in _MULTI.items():
        if kinds == {single, f"Multi{single}"}:
            made = [
                multiple([one]) if one is not None and one.geom_type == single else one
                for one in shapes
            ]
            lifted = np.empty(len(made), dtype=object)
            lifted[:] = made
            return lifted, f"Multi{single}{z}"
    return shapes, f"Geometry{z}"
