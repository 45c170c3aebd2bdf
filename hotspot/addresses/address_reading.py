"""The readers of addresses and streets: columns by name, parts joined, no row lost unnamed."""

import hashlib
import warnings
from collections.abc import Sequence
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from hotspot._errors import DataError, DataWarning
from hotspot.addresses.address_columns import with_model
from hotspot.english import count, name_rows
from hotspot.reading.cells import reference_keys, to_text, without_missing_words
from hotspot.reading.chunks import left_out_words, reasons_of
from hotspot.reading.columns import (
    PLACE_FIELDS,
    Given,
    given_columns,
    known_columns,
    known_names,
    match_columns,
)
from hotspot.reading.contents import Contents, blank_columns
from hotspot.reading.coordinates import locate
from hotspot.reading.settled_crs import ask_for_crs, in_metres, settle_layer
from hotspot.reading.sources import Readable, no_rows, open_source

_PARTS = tuple(known_columns("addresses"))
#: What `columns=` may map.
FIELDS = (*_PARTS, *PLACE_FIELDS)
_RESULT_FIELDS = (
    "uprn", "address", "unit", "building", "number", "street", "dependent_street", "locality",
    "town", "postcode", "usrn", "parent_uprn", "classification",
)  # fmt: skip
NO_ADDRESS = "(no address given)"


def read_addresses(
    source: Readable, columns: Given | None = None, *, crs: Any = None, to_crs: Any = None
) -> gpd.GeoDataFrame:
    """Read addresses with their points.

    Parameters
    ----------
    source : path, URL or frame
        CSV (gzipped too), XLSX, GeoPackage, GeoJSON, Parquet, a database URL or a frame.
    columns : mapping, optional
        Field to column, for what is not found by its name: ``uprn``, ``address``, ``unit``,
        ``housename``, ``number``, ``street``, ``place``, ``locality``, ``town``, ``usrn``,
        ``postcode``,
        ``parent_uprn``, ``classification``, and the coordinates as in `read_incidents`.
    crs, to_crs : CRS, optional
        As in `read_incidents`.

    Returns
    -------
    GeoDataFrame
        A row per address: ``uprn`` (the source's own id where it has no UPRN, else one made from
        address and place), ``address`` (put together from its parts where the source has no full
        one), ``number``, ``street``, ``usrn``, ``postcode``, ``parent_uprn`` and
        ``classification`` where the source has them, ``geometry``. All text, leading zeros kept.
        Number and street are taken out of the address where they have no columns of their own.

    Raises
    ------
    DataError
        If neither an address nor a street is found, there are no coordinates, or no row is left.
    ConfigError
        If `columns` maps an unknown field, `crs` is none, or `to_crs` none in metres.

    Warns
    -----
    DataWarning
        Of the rows that cannot be used: without coordinates or off the map, and those whose UPRN
        stands in an earlier row.

    Examples
    --------
    >>> frame = pd.DataFrame({
    ...     "UPRN": ["0012"], "Address": ["12A High Street"], "E": [530000], "N": [180000]})
    >>> read_addresses(frame)[["uprn", "number", "street"]].to_dict("records")
    [{'uprn': '0012', 'number': '12A', 'street': 'High Street'}]
    """
    known = known_columns("addresses", "places")
    opened = open_source(source, known=known_names(known, columns))
    given = given_columns(opened.columns, columns or {}, FIELDS, opened.name)
    mapped = {field: names[0] for field, names in given.items()}
    # What the user says goes before what is known.
    mapped = {**match_columns(opened.columns, known, list(mapped.values())), **mapped}
    parts_known = mapped.keys() & {"address", "street", "gazetteer_street", "dependent_street"}
    # OS Open UPRN has a UPRN and a point of each home, and no other column.
    points_alone = "uprn" in mapped and len(mapped) == len(opened.columns)
    if not parts_known and not points_alone:
        raise DataError(
            f"{opened.name} has no column with addresses that is known by its name. Found: "
            f"{', '.join(map(repr, opened.columns))}. Say which, e.g. columns={{'address': '...'}} "
            "(columns under [addresses] in a TOML file)."
        )
    chunk = opened.read(list(mapped.values()))
    if chunk.frame.empty and chunk.not_records.empty:
        raise DataError(no_rows(source, opened, "addresses"))
    if points_alone and not parts_known:
        warnings.warn(
            f"{opened.name} holds UPRNs and points without addresses: homes are named by UPRN, and "
            "who is next door is told by distance.",
            DataWarning,
            stacklevel=2,
        )
    columns_of = {field: (name,) for field, name in mapped.items()}
    unsaved = blank_columns(opened, Contents(chunk.frame), columns_of, computed_only=True)
    for warning in (*opened.left_out, *chunk.warnings, *unsaved):
        warnings.warn(warning, DataWarning, stacklevel=2)
    location = locate(
        chunk.frame, mapped, geometry=chunk.geometry, geometry_crs=opened.crs, crs=crs,
        to_crs=to_crs, what=opened.name,
    )  # fmt: skip
    for warning in location.warnings:
        warnings.warn(warning, DataWarning, stacklevel=2)
    texts = {
        field: without_missing_words(to_text(chunk.frame[mapped[field]]))
        for field in _PARTS
        if field in mapped
    }
    table = _full_addresses(pd.DataFrame(texts, index=chunk.frame.index))
    addresses = gpd.GeoDataFrame(table, geometry=location.points)
    unplaced = addresses.index[location.faults.faulty]
    addresses = addresses[~location.faults.faulty]
    if addresses.empty:
        raise DataError(f"{opened.name} holds no address with usable coordinates.")
    return _one_row_each(_with_ids(addresses), unplaced, chunk.not_records, opened.name)


def read_streets(
    source: Readable, name: str | None = None, *, crs: Any = None, to_crs: Any = None
) -> gpd.GeoDataFrame:
    """Read streets as lines with names: the backdrop of maps.

    Parameters
    ----------
    source : path or GeoDataFrame
        GeoPackage, GeoJSON, Shapefile, GeoParquet or a frame.
    name : str, optional
        Column with the names. Default: the first that is known to hold them.
    crs, to_crs : CRS, optional
        As in `read_areas`.

    Returns
    -------
    GeoDataFrame
        ``street`` (None where a line has no name) and ``geometry``.

    Raises
    ------
    DataError
        If there are no lines, no CRS or no column of names, or `crs` contradicts the source.
    ConfigError
        If `crs` is none, or `to_crs` none in metres.

    Examples
    --------
    >>> high_street = gpd.GeoSeries.from_wkt(["LINESTRING (0 0, 9 9)"], crs="EPSG:27700")
    >>> lines = gpd.GeoDataFrame({"name": ["High Street"]}, geometry=high_street)
    >>> read_streets(lines)["street"].tolist()
    ['High Street']
    """
    opened = open_source(source)
    if not opened.has_geometry:
        raise DataError(f"{opened.name} holds no lines: streets come as GeoPackage or GeoJSON.")
    column = _street_column(opened.columns, name, opened.name)
    chunk = opened.read([column])
    if chunk.frame.empty and chunk.not_records.empty:
        raise DataError(no_rows(source, opened, "streets"))
    shapes = np.asarray(chunk.geometry, dtype=object)
    shapes, source_crs = settle_layer(shapes, opened.crs, crs, opened.name, chunk.frame.index)
    if source_crs is None:
        raise DataError(ask_for_crs(shapes, opened.name))
    streets = gpd.GeoDataFrame(
        {"street": to_text(chunk.frame[column])}, geometry=shapes, crs=source_crs
    )
    lines = streets.geom_type.isin(["LineString", "MultiLineString"]) & ~streets.is_empty
    if not lines.any():
        damaged = f" {reasons_of(chunk.not_records)}." if len(chunk.not_records) else ""
        raise DataError(f"{opened.name} holds no lines.{damaged}")
    others = streets.index[~lines]
    told = [*opened.left_out, *chunk.warnings, *left_out_words(chunk.not_records, opened.name)]
    if len(others):
        told.append(
            f"{opened.name}: left out {count(len(others), 'row')} that "
            f"{'is no line' if len(others) == 1 else 'are no lines'} ({name_rows(others)})."
        )
    for text in told:
        warnings.warn(text, DataWarning, stacklevel=2)
    return in_metres(streets[lines], to_crs, "streets")


def _street_column(headings: Sequence[str], name: str | None, source: str) -> str:
    """Find the column of street names: as the user says, else by its heading."""
    if name:
        return given_columns(headings, {"street": name}, ("street",), source)["street"][0]
    matched = match_columns(headings, known_columns("streets"))
    if "street" not in matched:
        listed = ", ".join(map(repr, headings))
        raise DataError(
            f"Which column of {source} holds the street names? Give name= (name under [basemap] in "
            f"a TOML file); it has {listed}."
        )
    return matched["street"]


def _full_addresses(parts: pd.DataFrame) -> pd.DataFrame:
    """Build the columns of addresses from those that the source has; none that is empty."""
    table = with_model(parts)
    if "uprn" not in table.columns:
        table["uprn"] = None
    named = "UPRN " + table["uprn"] if "address" not in parts else NO_ADDRESS
    table["address"] = table["address"].where(table["address"].notna(), named)
    table["address"] = table["address"].fillna(NO_ADDRESS)
    kept = ("uprn", "address", "number", "street")
    return table[[name for name in _RESULT_FIELDS if name in kept or _holds_any(table, name)]]


def _holds_any(table: pd.DataFrame, name: str) -> bool:
    return name in table.columns and bool(table[name].notna().any())


def _with_ids(addresses: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Add an id made of address and place to each row that has none."""
    nameless = addresses["uprn"].isna()
    if not nameless.any():
        return addresses
    # To the decimetre: the last digit of a transformed coordinate is not the same everywhere.
    made = [
        "made-" + hashlib.sha256(f"{text}|{point.x:.1f}|{point.y:.1f}".encode()).hexdigest()[:12]
        for text, point in zip(
            addresses["address"][nameless], addresses.geometry[nameless], strict=True
        )
    ]
    uprn = addresses["uprn"].astype(object)
    uprn[nameless] = made
    return addresses.assign(uprn=uprn)


def _one_row_each(
    addresses: gpd.GeoDataFrame, unplaced: pd.Index, not_records: pd.DataFrame, source: str
) -> gpd.GeoDataFrame:
    """Keep the first row of each id, with a warning of the rows left out and why."""
    twice = pd.Series(reference_keys(addresses["uprn"]), index=addresses.index).duplicated()
    left_out = [
        (list(unplaced), "without usable coordinates"),
        (list(addresses.index[twice]), "whose UPRN stands in an earlier row"),
    ]
    for rows, what in left_out:
        if rows:
            warnings.warn(
                f"{source}: left out {count(len(rows), 'row')} {what} ({name_rows(rows)}).",
                DataWarning,
                stacklevel=3,
            )
    for text in left_out_words(not_records, source):
        warnings.warn(text, DataWarning, stacklevel=3)
    return addresses[~twice]
