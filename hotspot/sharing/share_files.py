"""The frames of a share in GeoParquet, GeoPackage and XLSX, written and read back."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pyogrio
import shapely
from pyproj import CRS

from hotspot._errors import DataError, HotspotError
from hotspot.english import some_of
from hotspot.output.files import replacing_files
from hotspot.output.text import clean_text
from hotspot.output.workbook_files import (
    FONT,
    GRID,
    HEADING,
    Stamp,
    new_workbook,
    set_page,
    write_about,
)
from hotspot.reading.layer_files import in_words, said_of
from hotspot.reading.sources import open_source
from hotspot.reading.workbooks import sheet_rows
from hotspot.sharing.column_kinds import (
    ColumnKind,
    column_of,
    is_of,
    layer_values,
    plain_values,
    sheet_value,
)
from hotspot.sharing.manifest import SharedFile, SharedFrame

FORMATS: tuple[str, ...] = ("geoparquet", "gpkg", "xlsx")
LAYER_FILE, SHEET_FILE = "share.gpkg", "share.xlsx"
# What a GeoPackage keeps for itself, in small letters.
_TAKEN = ("fid", "ogc_fid", "geom", "geometry", "rowid", "oid", "_rowid_")
# Of a sheet, below its headings.
_MOST_ROWS = 2**20 - 1
_WIDEST, _NARROWEST = 42, 10
_X, _Y, _SHAPE = "point_x", "point_y", "shape_wkb"


def names_in_files(frame: SharedFrame) -> list[str]:
    """Return what the columns are called in a GeoPackage and a workbook, the index first.

    Names that differ by case alone, and those that a GeoPackage keeps for itself, get a number.
    """
    names: list[str] = []
    taken = {*_TAKEN, _X, _Y, _SHAPE}
    for name in [column.name for column in _columns(frame)]:
        unique, number = name, 1
        while unique.casefold() in taken:
            number += 1
            unique = f"{name}_{number}"
        taken.add(unique.casefold())
        names.append(unique)
    return names


def _columns(frame: SharedFrame) -> list[ColumnKind]:
    index = frame.index.column
    return [*([index] if index is not None else []), *frame.columns]


def _series(data: pd.DataFrame, frame: SharedFrame) -> list[pd.Series]:
    """Return the labels, where they are no range, and the columns."""
    labels = [pd.Series(data.index, index=data.index)] if frame.index.column is not None else []
    return [*labels, *(data[column.name] for column in frame.columns)]


def write_frames(
    folder: Path,
    layout: str,
    frames: Sequence[SharedFrame],
    data: Mapping[str, pd.DataFrame],
    about: Sequence[tuple[str, str]],
    stamp: Stamp,
) -> list[tuple[Path, str | None]]:
    """Write frames in one format.

    Parameters
    ----------
    folder : pathlib.Path
    layout : {"geoparquet", "gpkg", "xlsx"}
    frames : sequence of SharedFrame
    data : mapping of str to DataFrame
    about : sequence of (str, str)
        What the workbook says of itself.
    stamp : Stamp

    Returns
    -------
    list of (pathlib.Path, str or None)
        Each file, and which frame is in it where it holds one.
    """
    if layout == "geoparquet":
        made: list[tuple[Path, str | None]] = []
        for frame in frames:
            path = folder / f"{frame.name}.parquet"
            data[frame.name].to_parquet(path)
            made.append((path, frame.name))
        return made
    if layout == "gpkg":
        path = folder / LAYER_FILE
        for frame in frames:
            _write_layer(path, frame, data[frame.name], stamp)
        return [(path, None)]
    path = folder / SHEET_FILE
    _write_workbook(path, frames, data, about, stamp)
    return [(path, None)]


def write_frames_alone(frames: Mapping[Path, pd.DataFrame]) -> list[Path]:
    """Write frames that were read to GeoParquet files of their own, all or none.

    Parameters
    ----------
    frames : mapping of pathlib.Path to DataFrame
        By where each belongs. A file there is replaced.

    Returns
    -------
    list of pathlib.Path

    Raises
    ------
    OutputError
        If a file cannot be written.
    """
    with replacing_files(frames) as places:
        for path, frame in frames.items():
            frame.to_parquet(places[path])
    return list(frames)


def _write_layer(path: Path, frame: SharedFrame, data: pd.DataFrame, stamp: Stamp) -> None:
    pairs = zip(names_in_files(frame), _columns(frame), _series(data, frame), strict=True)
    columns = {name: layer_values(values, of) for name, of, values in pairs}
    options: dict[str, Any] = {}
    plain = pd.DataFrame(columns, index=data.index).reset_index(drop=True)
    if frame.geometry is not None and isinstance(data, gpd.GeoDataFrame):
        shapes = data.geometry.to_numpy()
        plain = gpd.GeoDataFrame(plain, geometry=shapes, crs=data.crs)
        kinds = set(data.geom_type.dropna())
        options["geometry_type"] = kinds.pop() if len(kinds) == 1 else "Unknown"
    elif plain.columns.empty:
        plain["row"] = np.arange(len(plain))
    pyogrio.write_dataframe(
        plain,
        path,
        layer=frame.name,
        driver="GPKG",
        append=path.exists(),
        layer_options={"DESCRIPTION": f"{stamp.marking} | {stamp.title}"},
        **options,
    )


def _write_workbook(
    path: Path,
    frames: Sequence[SharedFrame],
    data: Mapping[str, pd.DataFrame],
    about: Sequence[tuple[str, str]],
    stamp: Stamp,
) -> None:
    with new_workbook(path, stamp) as book:
        heading = book.add_format(HEADING)
        cell = book.add_format({**FONT, **GRID})
        time = book.add_format(
            {**FONT, **GRID, "num_format": "dd/mm/yyyy hh:mm:ss", "align": "left"}
        )
        for frame in frames:
            sheet = book.add_worksheet(frame.name)
            for at, (name, cells) in enumerate(_sheet_columns(frame, data[frame.name])):
                sheet.write_string(0, at, name, heading)
                width = max(_NARROWEST, len(name))
                for line, value in enumerate(cells, start=1):
                    width = max(width, len(str(value)))
                    if value is None:
                        sheet.write_blank(line, at, None, cell)
                    elif isinstance(value, bool):
                        sheet.write_boolean(line, at, value, cell)
                    elif isinstance(value, str):
                        sheet.write_string(line, at, value, cell)
                    elif isinstance(value, int | float):
                        sheet.write_number(line, at, value, cell)
                    else:
                        sheet.write_datetime(line, at, value, time)
                sheet.set_column(at, at, min(width + 2, _WIDEST))
            sheet.freeze_panes(1, 1)
            sheet.autofilter(0, 0, max(frame.rows, 1), max(at, 0))
            sheet.repeat_rows(0)
            set_page(sheet, stamp)
        write_about(book, stamp, about)


def _sheet_columns(frame: SharedFrame, data: pd.DataFrame) -> list[tuple[str, list[Any]]]:
    """Return the columns of a sheet by their headings, those of the geometry last."""
    pairs = zip(names_in_files(frame), _columns(frame), _series(data, frame), strict=True)
    columns = [
        (name, [sheet_value(value, of) for value in plain_values(values, of)])
        for name, of, values in pairs
    ]
    if frame.geometry is None:
        return columns or [("row", list(range(1, frame.rows + 1)))]
    shapes = data[frame.geometry.name].to_numpy()
    if not frame.geometry.points:
        binary = [None if one is None else one.hex() for one in shapely.to_wkb(shapes)]
        text = ColumnKind(name=_SHAPE, kind="text", dtype="object")
        return [*columns, (_SHAPE, [sheet_value(one, text) for one in binary])]
    real = ColumnKind(name=_X, kind="number", dtype="float64")
    for name, numbers in ((_X, shapely.get_x(shapes)), (_Y, shapely.get_y(shapes))):
        values = [None if np.isnan(one) else float(one) for one in numbers]
        columns.append((name, [sheet_value(one, real) for one in values]))
    return columns


def read_frame(folder: Path, frame: SharedFrame, files: Sequence[SharedFile]) -> pd.DataFrame:
    """Read a frame from the file of a share that holds most of it as it was.

    Parameters
    ----------
    folder : pathlib.Path
    frame : SharedFrame
    files : sequence of SharedFile

    Returns
    -------
    DataFrame or GeoDataFrame

    Raises
    ------
    DataError
        If what is in the file is not what the manifest says of it.
    """
    readers: dict[str, Callable[[Path, SharedFrame], tuple[list[list[Any]], Any]]] = {
        "geoparquet": _of_parquet, "gpkg": _of_layer, "xlsx": _of_sheet,
    }  # fmt: skip
    by_layout = {one.layout: one for one in files if one.frame in (None, frame.name)}
    file = next((by_layout[one] for one in FORMATS if one in by_layout), None)
    if file is None:
        raise DataError(f"No file of the share holds {frame.name}: ask for it again.")
    try:
        with in_words(file.name, "file of a share"):
            cells, shapes = readers[file.layout](folder / file.name, frame)
        return _frame_of(frame, cells, shapes, raw=file.layout != "geoparquet")
    except HotspotError:
        raise
    # What a manifest says may contradict its file in as many ways as there are libraries below.
    except Exception as error:
        raise DataError(
            f"What {file.name} holds of {frame.name} is not what the manifest says of it "
            f"({said_of(error)}): ask for the share again."
        ) from None


def _of_parquet(path: Path, frame: SharedFrame) -> tuple[list[list[Any]], Any]:
    told = pq.read_metadata(path)
    if told.num_rows != frame.rows:
        raise DataError(_rows_words(path, frame, told.num_rows))
    read = pd.read_parquet if frame.geometry is None else gpd.read_parquet
    data = read(path)
    shapes = None if frame.geometry is None else data[frame.geometry.name].to_numpy()
    labels = [pd.Series(data.index)] if frame.index.column is not None else []
    series = [*labels, *(data[column.name] for column in frame.columns)]
    pairs = list(zip(series, _columns(frame), strict=True))
    if odd := [of.name for values, of in pairs if not is_of(values, of)]:
        raise ValueError(f"other kinds of values in {clean_text(some_of(odd))}")
    return [plain_values(values, of) for values, of in pairs], shapes


def _of_layer(path: Path, frame: SharedFrame) -> tuple[list[list[Any]], Any]:
    names = names_in_files(frame)
    chunk = open_source(path, sheet=frame.name).read(names)
    if len(chunk.frame) != frame.rows or len(chunk.not_records):
        raise DataError(_rows_words(path, frame, len(chunk.frame)))
    shapes = None if frame.geometry is None else chunk.geometry
    return [chunk.frame[name].tolist() for name in names], shapes


def _of_sheet(path: Path, frame: SharedFrame) -> tuple[list[list[Any]], Any]:
    rows = sheet_rows(path, frame.name)
    names = names_in_files(frame)
    head, *below = rows or [[]]
    if len(below) > frame.rows or frame.rows > _MOST_ROWS:
        raise DataError(_rows_words(path, frame, len(below)))
    # Rows of which nothing is filled are no part of what a workbook says it holds.
    below += [[None] * len(head)] * (frame.rows - len(below))
    at = {str(name): place for place, name in enumerate(head)}

    def cells(name: str) -> list[Any]:
        found = [row[at[name]] if at[name] < len(row) else None for row in below]
        return [None if value == "" else value for value in found]

    columns = [cells(name) for name in names]
    if frame.geometry is None:
        return columns, None
    if frame.geometry.points:
        x, y = (np.array([_number(one) for one in cells(name)]) for name in (_X, _Y))
        shapes = np.asarray(shapely.points(x, y) if len(x) else [], dtype=object)
        shapes[np.isnan(x)] = None
        return columns, shapes
    return columns, shapely.from_wkb([None if one is None else one for one in cells(_SHAPE)])


def _number(cell: Any) -> float:
    return np.nan if cell is None else float(cell)


def _rows_words(path: Path, frame: SharedFrame, found: int) -> str:
    return (
        f"{path.name} holds {found:,} rows of {frame.name}, and the manifest says {frame.rows:,}: "
        "ask for the share again."
    )


def _frame_of(
    frame: SharedFrame, cells: Sequence[Sequence[Any]], shapes: Any, *, raw: bool
) -> pd.DataFrame:
    """Build a frame as it went."""
    index: pd.Index = pd.RangeIndex(frame.rows)
    if frame.index.range is not None:
        index = pd.RangeIndex(*frame.index.range)
        if len(index) != frame.rows:
            raise ValueError("a range of other labels than there are rows")
    columns = list(cells)
    if frame.index.column is not None:
        first, *columns = columns
        index = pd.Index(column_of(first, frame.index.column, index, raw=raw))
    index = index.rename(frame.index.name)
    made: dict[str, Any] = {
        of.name: column_of(values, of, index, raw=raw)
        for of, values in zip(frame.columns, columns, strict=True)
    }
    if frame.geometry is None:
        data = pd.DataFrame(made, index=index, columns=frame.order)
    else:
        name = frame.geometry.name
        crs = CRS.from_user_input(frame.geometry.crs)
        made[name] = gpd.GeoSeries(shapes, index=index, crs=crs)
        data = gpd.GeoDataFrame({one: made[one] for one in frame.order}, geometry=name)
    if frame.resolution is not None:
        data.attrs["resolution"] = frame.resolution
    return data
