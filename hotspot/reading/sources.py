"""One chunked opener for all readers: a path, a folder, a frame or a database URL."""

import re
from collections.abc import Callable, Collection, Iterator, Sequence
from os import PathLike
from pathlib import Path
from typing import TypeAlias

import pandas as pd

from hotspot._errors import DataError
from hotspot.english import count
from hotspot.reading.chunks import Chunk, Source
from hotspot.reading.databases import open_database
from hotspot.reading.layers import open_frame, open_layer, open_parquet
from hotspot.reading.text_files import open_text_file
from hotspot.reading.workbooks import open_workbook

__all__ = ["Chunk", "Readable", "Source", "open_source"]

Readable: TypeAlias = str | PathLike[str] | pd.DataFrame

_TEXT = (".csv", ".txt", ".tsv", ".csv.gz", ".txt.gz", ".tsv.gz")
_WORKBOOKS = (".xlsx", ".xlsm", ".xls", ".xlsb", ".ods")
_LAYERS = (".gpkg", ".geojson", ".json", ".shp", ".fgb")
_PARQUET = (".parquet", ".geoparquet")
_MARKUP = (b"<!doctype", b"<html", b"<table", b"<?xml")
_ENDINGS = (*_TEXT, *_WORKBOOKS, *_LAYERS, *_PARQUET)


def open_source(
    source: Readable, *, sheet: str | None = None, known: Collection[str] = frozenset()
) -> Source:
    """Open anything that holds a table, without reading its rows yet.

    Parameters
    ----------
    source : path, str or DataFrame
        A file (delimited text, gzipped or not; a workbook; GeoPackage, GeoJSON, Shapefile;
        Parquet), a folder of files of one layout, a frame, or a database URL such as
        ``"sqlite:///crimes.db?table=burglaries"``.
    sheet : str, optional
        The sheet of a workbook, layer of a geographic file or table of a database.
    known : collection of str
        Column names that mark a header, as `hotspot.reading.cells.normalise_name` gives them.

    Returns
    -------
    Source
        `Source.columns` tells the columns, `Source.chunks` and `Source.read` give the rows of
        those wanted.

    Raises
    ------
    DataError
        One sentence on why it cannot be opened: missing, empty, locked, protected by a password,
        of an unknown kind, or without a table.

    Examples
    --------
    >>> frame = pd.DataFrame({"UPRN": ["0012"], "Notes": ["long"]}, index=["a"])
    >>> source = open_source(frame)
    >>> source.columns
    ('UPRN', 'Notes')
    >>> source.read(["UPRN"]).frame.loc["a", "UPRN"]
    '0012'
    """
    if isinstance(source, pd.DataFrame):
        return open_frame(source)
    if not isinstance(source, str | PathLike):
        kind = type(source).__name__
        raise DataError(f"A source is a path, a frame or a database URL, not {kind}.")
    if isinstance(source, str) and re.match(r"(https?|ftp)://", source):
        raise DataError(f"Nothing is fetched from a network: download {source} and give the file.")
    if isinstance(source, str) and re.match(r"[a-z][a-z0-9+]*://", source):
        return open_database(source, sheet)
    path = Path(source).expanduser()
    try:
        if path.is_dir():
            return _open_folder(path, sheet, known)
        return _open_file(path, sheet, known)
    except FileNotFoundError as error:
        raise DataError(f"There is no file {path}.") from error
    except PermissionError as error:
        raise DataError(
            f"{path} may not be read: it is locked by another program or not yours to read."
        ) from error
    except OSError as error:
        raise DataError(f"{path} cannot be read: {error.strerror or error}.") from error


def _open_file(path: Path, sheet: str | None, known: Collection[str]) -> Source:
    """Choose the reader by the first bytes where they tell, else by the ending."""
    with path.open("rb") as file:
        start = file.read(512)
    if not start:
        raise DataError(f"{path.name} is empty (0 bytes).")
    name = path.name.lower()
    if not name.endswith(_ENDINGS):
        raise DataError(f"{path.name} is of no kind that can be read: {', '.join(_ENDINGS)}.")
    if name.endswith(_PARQUET):
        _refuse_sheet(path, sheet)
        return open_parquet(path)
    if name.endswith(_LAYERS):
        return open_layer(path, sheet)
    if start.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")) or name.endswith(_WORKBOOKS[:2]):
        return open_workbook(path, sheet, known)
    if start.lstrip(b"\xef\xbb\xbf \r\n\t").lower().startswith(_MARKUP):
        raise DataError(
            f"{path.name} is a web page or XML under another name: open it in a spreadsheet and "
            "save it as XLSX."
        )
    # Systems export delimited text under the name .xls; it is read as what it is.
    _refuse_sheet(path, sheet)
    return open_text_file(path, known)


def _refuse_sheet(path: Path, sheet: str | None) -> None:
    """Say that a file of one table has no sheet, lest another one than meant be read."""
    if sheet is not None:
        raise DataError(
            f"{path.name} is no workbook and has no sheet {sheet!r}: leave the sheet out (sheet= "
            "in Python, --sheet on the command line, sheet in a TOML file), or give the workbook."
        )


def _open_folder(folder: Path, sheet: str | None, known: Collection[str]) -> Source:
    """Open all files of a folder as one source; they must have the same columns."""
    paths = sorted(
        path
        for path in folder.iterdir()
        if path.name.lower().endswith(_ENDINGS) and not path.name.startswith((".", "~"))
    )
    if not paths:
        raise DataError(f"The folder {folder} holds no file that can be read.")
    sources = [_open_file(path, sheet, known) for path in paths]
    first = sources[0]
    for path, source in zip(paths, sources, strict=True):
        if set(source.columns) != set(first.columns) or source.crs != first.crs:
            odd = sorted(set(source.columns) ^ set(first.columns))
            raise DataError(
                f"The files of {folder} differ in layout: {path.name} and {paths[0].name} do not "
                f"share {', '.join(map(repr, odd)) or 'a CRS'}. Read them one by one."
            )
    if len(sources) == 1:
        return first
    notes = dict.fromkeys(note for source in sources for note in source.notes)
    return Source(
        name=f"{count(len(sources), 'file')} of {folder.name}",
        columns=first.columns,
        open_chunks=_named_by_file(paths, sources),
        has_geometry=first.has_geometry,
        crs=first.crs,
        notes=tuple(notes),
    )


def _named_by_file(
    paths: Sequence[Path], sources: Sequence[Source]
) -> Callable[[list[str]], Iterator[Chunk]]:
    """Give the chunks of several files, rows named by file and number so that they stay unique."""

    def open_chunks(wanted: list[str]) -> Iterator[Chunk]:
        for path, source in zip(paths, sources, strict=True):
            for chunk in source.chunks(wanted):
                labels = [f"{path.name}:{row}" for row in chunk.frame.index]
                others = chunk.not_records
                yield Chunk(
                    frame=chunk.frame.set_axis(pd.Index(labels, dtype=object, name="row")),
                    geometry=chunk.geometry,
                    not_records=others.assign(row=[f"{path.name}:{row}" for row in others["row"]]),
                    blank_rows=chunk.blank_rows,
                    warnings=tuple(f"{path.name}: {text}" for text in chunk.warnings),
                )

    return open_chunks
