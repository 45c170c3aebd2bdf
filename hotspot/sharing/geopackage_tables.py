"""Layers of a GeoPackage, written beside those that are there, in one transaction."""

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from io import BytesIO
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pyogrio

from hotspot._errors import OutputError
from hotspot.output.files import replacing_file
from hotspot.reading.layer_files import said_of
from hotspot.sharing.column_kinds import layer_values
from hotspot.sharing.layer_tables import ROW, LayerTable
from hotspot.sharing.server_tables import HOW_TO_REPLACE, refuse_ledger

_WAIT_S = 15.0
# Where a GeoPackage registers its tables (OGC 12-128, and GDAL's counts), last of all the contents,
# to which the others refer.
_REGISTERS = (
    "gpkg_geometry_columns", "gpkg_extensions", "gpkg_ogr_contents", "gpkg_data_columns",
    "gpkg_metadata_reference", "gpkg_contents",
)  # fmt: skip
_SRS = "gpkg_spatial_ref_sys"


def write_geopackage_tables(path: Path, tables: Sequence[LayerTable], *, replace: bool) -> None:
    """Write layers to a GeoPackage, which is made where there is none: all, or none.

    Parameters
    ----------
    path : pathlib.Path
    tables : sequence of LayerTable
    replace : bool
        Whether a layer of the same name is replaced. Other layers stay as they are.

    Raises
    ------
    OutputError
        If a layer is there already, or the file is none, is in use, or cannot be written. Whatever
        stood there then stands there as it was.

    Notes
    -----
    GDAL makes the layers in memory; SQLite copies them into the file in one transaction, which
    a kill or a full disk undoes when the file is opened next. Times are kept to the millisecond.
    """
    try:
        with closing(sqlite3.connect(":memory:", isolation_level=None)) as made:
            first, *others = tables
            made.deserialize(_content(first))
            for table in others:
                _copy(made, _content(table), [table.name], path.name, replace=False)
            content = made.serialize()
        if not path.exists():
            with replacing_file(path) as temporary:
                temporary.write_bytes(content)
            return
        uri = f"{path.absolute().as_uri()}?mode=rw"
        with closing(sqlite3.connect(uri, timeout=_WAIT_S, uri=True, isolation_level=None)) as kept:
            kept.execute("PRAGMA trusted_schema = OFF")
            names = [table.name for table in tables]
            _copy(kept, content, names, path.name, replace=replace)
    except sqlite3.Error as error:
        said = said_of(error)
        if "locked" in said:
            said = "another program is writing to it, e.g. QGIS: close it there"
        raise OutputError(f"{path} was not written to: {said}.") from None


def _content(table: LayerTable) -> bytes:
    """Return a GeoPackage of one layer."""
    columns = {}
    for name, of in table.columns.items():
        column = table.data[name]
        # To the millisecond, as a GeoPackage counts: what is finer would be no time there.
        column = column.dt.floor("ms") if of.kind == "moment" else column
        columns[name] = column if of.kind == "text" else layer_values(column, of)
    plain = pd.DataFrame(columns, index=table.data.index)
    options: dict[str, str] = {}
    if table.place is not None:
        plain = gpd.GeoDataFrame(plain, geometry=table.shapes, crs=table.crs)
        kind = table.kind.replace("Geometry", "Unknown")
        options["geometry_type"] = f"{kind[:-1]} Z" if kind.endswith("Z") else kind
    file = BytesIO()
    pyogrio.write_dataframe(
        plain,
        file,
        layer=table.name,
        driver="GPKG",
        layer_options={"DESCRIPTION": table.about, "FID": ROW},
        **options,
    )
    return file.getvalue()


def _copy(
    kept: sqlite3.Connection, content: bytes, names: Sequence[str], file: str, *, replace: bool
) -> None:
    """Copy layers of a GeoPackage into another, in one transaction."""
    kept.execute("ATTACH ':memory:' AS made")
    kept.deserialize(content, name="made")
    kept.execute("BEGIN IMMEDIATE")
    try:
        there = {str(name).casefold(): name for (name,) in kept.execute(
            "SELECT name FROM main.sqlite_master WHERE type IN ('table', 'view')")}  # fmt: skip
        if "gpkg_contents" not in there:
            raise OutputError(f"{file} is no GeoPackage: nothing was written. Name another file.")
        for name in names:
            if name.casefold() in there:
                _remove(kept, there[name.casefold()], file, replace)
        _copy_references(kept, file)
        for name in names:
            _copy_layer(kept, name)
        kept.execute("COMMIT")
    except BaseException:
        kept.execute("ROLLBACK")
        raise
    finally:
        kept.execute("DETACH made")


def _remove(kept: sqlite3.Connection, name: str, file: str, replace: bool) -> None:
    """Remove a layer, with its index and what is registered of it."""
    kind = kept.execute("SELECT type FROM main.sqlite_master WHERE name = ?", (name,)).fetchone()[0]
    if kind == "view":
        raise OutputError(
            f"{file} has a view {name} already. Nothing was written: name another table."
        )
    refuse_ledger(name, file)
    if not replace:
        raise OutputError(f"{file} has a table {name} already. {HOW_TO_REPLACE}")
    for (index,) in kept.execute(
        "SELECT name FROM main.sqlite_master WHERE sql LIKE 'CREATE VIRTUAL TABLE%USING rtree%'"
        " AND name IN (SELECT 'rtree_' || table_name || '_' || column_name"
        " FROM main.gpkg_geometry_columns WHERE lower(table_name) = lower(?))",
        (name,),
    ).fetchall():
        kept.execute(f"DROP TABLE main.{_quoted(index)}")
    kept.execute(f"DROP TABLE main.{_quoted(name)}")
    for register in _REGISTERS:
        if _columns(kept, "main", register):
            kept.execute(f"DELETE FROM main.{register} WHERE lower(table_name) = lower(?)", (name,))


def _copy_references(kept: sqlite3.Connection, file: str) -> None:
    """Copy the reference systems that are not there, and refuse another of the same number."""
    told = "srs_id, upper(organization), organization_coordsys_id, definition"
    known = {row[0]: row[1:] for row in kept.execute(f"SELECT {told} FROM main.{_SRS}")}
    for number, *new in kept.execute(f"SELECT {told} FROM made.{_SRS}").fetchall():
        if number not in known:
            _insert(kept, _SRS, "srs_id", number)
        # Of one code each version of a program writes the definition in its way.
        elif number > 0 and known[number][: 2 if new[0] == "EPSG" else 3] != tuple(
            new[: 2 if new[0] == "EPSG" else 3]
        ):
            raise OutputError(
                f"{file} has another CRS by the number {number}: nothing was written. Turn the "
                "frame to a CRS with an EPSG code, or name another file."
            )


def _copy_layer(kept: sqlite3.Connection, name: str) -> None:
    """Copy a layer: its table, its index, what is registered of it, then its triggers."""
    tables = kept.execute(
        "SELECT name, sql FROM made.sqlite_master WHERE type = 'table' AND (name = ?1 OR (name IN"
        " (SELECT 'rtree_' || table_name || '_' || column_name FROM made.gpkg_geometry_columns"
        " WHERE table_name = ?1)))",
        (name,),
    ).fetchall()
    for table, sql in tables:
        # As GDAL wrote them, of names that were checked: they name no database, and so are of ours.
        kept.execute(sql)
        kept.execute(f"INSERT INTO main.{_quoted(table)} SELECT * FROM made.{_quoted(table)}")
    for register in reversed(_REGISTERS):
        if not _columns(kept, "made", register):
            continue
        if not _columns(kept, "main", register):
            kept.execute(
                *kept.execute("SELECT sql FROM made.sqlite_master WHERE name = ?", (register,))
                .fetchone()
            )  # fmt: skip
        _insert(kept, register, "table_name", name)
    triggers = "SELECT sql FROM made.sqlite_master WHERE type = 'trigger' AND tbl_name = ?"
    for (sql,) in kept.execute(triggers, (name,)).fetchall():
        kept.execute(sql)


def _insert(kept: sqlite3.Connection, table: str, key: str, value: object) -> None:
    """Copy the rows of a table whose key is a value, in the columns that both have."""
    both = [one for one in _columns(kept, "made", table) if one in _columns(kept, "main", table)]
    listed = ", ".join(map(_quoted, both))
    kept.execute(
        f"INSERT INTO main.{table} ({listed}) SELECT {listed} FROM made.{table} WHERE {key} = ?",
        (value,),
    )


def _columns(kept: sqlite3.Connection, database: str, table: str) -> list[str]:
    return [row[1] for row in kept.execute(f"PRAGMA {database}.table_info({_quoted(table)})")]


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
