"""One chunked opener for all readers: paths, a folder, a frame or a database URL.

To add a file format, write its opener in a module of this room, a function of a path and a
`Request` that returns a `Source`, and add a line with it and the endings of its files to `FORMATS`
below. Everything else follows: which files of a folder are read, what a message lists, and that
incidents, addresses, areas, backdrops and returned sheets can all be of it.
"""

import re
import zipfile
import zlib
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from os import PathLike
from pathlib import Path
from typing import NamedTuple, TypeAlias

import pandas as pd

from hotspot._checks import empty_words
from hotspot._errors import DataError, HotspotError
from hotspot.english import count, some_of
from hotspot.output.text import clean_text
from hotspot.reading.chunks import Chunk, Request, Source
from hotspot.reading.crs import Extent
from hotspot.reading.databases import geopackage_of_url, open_database
from hotspot.reading.joined_sources import join_sources, same_layout
from hotspot.reading.json_lists import open_json
from hotspot.reading.layer_files import refuse_no_file, said_of
from hotspot.reading.layers import (
    ArrowTable,
    open_arrow,
    open_frame,
    open_geopackage,
    open_layer,
    open_tab,
)
from hotspot.reading.parquet_files import open_parquet
from hotspot.reading.text_files import open_text_file, read_text_rows
from hotspot.reading.workbooks import open_workbook
from hotspot.reading.zip_files import open_zip

Paths: TypeAlias = str | PathLike[str] | Sequence[str | PathLike[str]]
Readable: TypeAlias = Paths | pd.DataFrame | ArrowTable

_ZIPPED = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
_ALWAYS_WORKBOOKS = (".xlsx", ".xlsm")
_LONGEST_PATH = 200
_MOST_COLUMNS = 1000
# What lies beside a layer as a part of it, or as what a map program noted of it.
_PARTS = (
    ".shx", ".dbf", ".prj", ".cpg", ".qpj", ".qix", ".sbn", ".sbx", ".shp.xml", ".dat", ".map",
    ".id", ".ind", ".mid", ".qmd", ".qml", "-wal", "-shm",
)  # fmt: skip
_MARKUP = (b"<!doctype", b"<html", b"<table", b"<?xml")


def _open_table(path: Path, request: Request) -> Source:
    """Open text or a workbook by what it is: systems export each under the name of the other."""
    with path.open("rb") as file:
        start = file.read(512)
    if start.startswith(_ZIPPED) or path.suffix.lower() in _ALWAYS_WORKBOOKS:
        return open_workbook(path, request)
    if start.lstrip(b"\xef\xbb\xbf \r\n\t").lower().startswith(_MARKUP):
        raise DataError(
            f"{path.name} is a web page or XML under another name: open it in a spreadsheet and "
            "save it as XLSX."
        )
    return open_text_file(path, request)


class Format(NamedTuple):
    """A format of files: what their names end with, and how they are opened.

    Attributes
    ----------
    endings : tuple of str
        In small letters.
    open : callable
    of_maps : bool
        Whether files of this format hold features, so that a backdrop may be made of them.
    in_folders : bool
        Whether those that lie in a folder are read with it.
    """

    endings: tuple[str, ...]
    open: Callable[[Path, Request], Source]
    of_maps: bool = False
    in_folders: bool = True


FORMATS = (
    Format((".csv", ".txt", ".tsv", ".csv.gz", ".txt.gz", ".tsv.gz"), _open_table),
    Format((".xlsx", ".xlsm", ".xls", ".xlsb", ".ods"), _open_table),
    Format((".gpkg", ".geojson", ".shp", ".fgb", ".mif", ".kml", ".kmz"), open_layer, of_maps=True),
    # Tracks are points, and no backdrop.
    Format((".gpx",), open_layer),
    Format((".tab",), open_tab, of_maps=True),
    Format((".json",), open_json, of_maps=True),
    Format((".parquet", ".geoparquet"), open_parquet, of_maps=True),
    # A zip in a folder of exports is as a rule a copy of what lies beside it.
    Format((".zip",), open_zip, of_maps=True, in_folders=False),
    Format((".pbf", ".osm"), open_layer, of_maps=True, in_folders=False),
)


def endings(*, of_maps: bool = False, in_folders: bool = False) -> tuple[str, ...]:
    """Return what the names of the files that can be read end with.

    Parameters
    ----------
    of_maps, in_folders : bool
        Whether to leave out the formats that are not.

    Returns
    -------
    tuple of str

    Examples
    --------
    >>> ".gpkg" in endings(of_maps=True), ".csv" in endings(of_maps=True)
    (True, False)
    """
    return tuple(
        ending
        for form in FORMATS
        if (form.of_maps or not of_maps) and (form.in_folders or not in_folders)
        for ending in form.endings
    )


def open_source(
    source: Readable,
    *,
    sheet: str | None = None,
    known: Collection[str] = frozenset(),
    extent: Extent | None = None,
) -> Source:
    """Open anything that holds a table, without reading its rows yet.

    Parameters
    ----------
    source : path, str, list of paths or DataFrame
        A file (delimited text, gzipped or not; a workbook; GeoPackage, GeoJSON, Shapefile, MapInfo
        TAB or MIF, KML; Parquet; a zip of those or of texts), several of one layout (a folder, a
        list, a pattern such as ``"2026-*.csv"``), a frame of pandas or any table with
        ``__arrow_c_stream__`` (polars, DuckDB, pyarrow), or a database URL such as
        ``"sqlite:///crimes.db?table=burglaries"``.
    sheet : str, optional
        The sheet of a workbook, layer of a geographic file or table of a database.
    known : collection of str
        Column names that mark a header, as `hotspot.reading.cells.normalise_name` returns them.
    extent : Extent, optional
        Where the features of a geographic file must lie that are read; other sources are read
        whole.

    Returns
    -------
    Source
        `Source.columns` lists the columns; `Source.chunks` and `Source.read` read the rows of
        those wanted.

    Raises
    ------
    DataError
        One sentence on why it cannot be opened: missing, empty, locked, protected by a password,
        of an unknown kind, without a table, or with over 1,000 columns.

    Examples
    --------
    >>> frame = pd.DataFrame({"UPRN": ["0012"], "Notes": ["long"]}, index=["a"])
    >>> source = open_source(frame)
    >>> source.columns
    ('UPRN', 'Notes')
    >>> source.read(["UPRN"]).frame.loc["a", "UPRN"]
    '0012'
    """
    opened = _opened(source, Request(sheet, known, extent))
    # Each is looked at for what it may be, which takes a hundredth of a second: a table of
    # thousands, of a damaged heading as a rule, would seem to hang.
    if len(opened.columns) > _MOST_COLUMNS:
        raise DataError(
            f"{opened.name} has {len(opened.columns):,} columns; a table has {_MOST_COLUMNS:,} at "
            "most. Is its heading damaged, or the table turned on its side? Save the columns that "
            "are needed to a file of their own."
        )
    return opened


def _opened(source: Readable, request: Request) -> Source:
    """Open a source by what it is."""
    if isinstance(source, pd.DataFrame):
        return open_frame(source)
    if isinstance(source, ArrowTable):
        return open_arrow(source)
    if not isinstance(source, str | PathLike | list | tuple):
        kind = type(source).__name__
        lazy = " Call its collect() first." if hasattr(source, "collect") else ""
        raise DataError(
            "A source is a path, a list of paths, a frame (of pandas, polars, DuckDB or Arrow) or "
            f"a database URL, not {kind}.{lazy}"
        )
    if isinstance(source, str) and re.match(r"(https?|ftp)://", source):
        raise DataError(f"Nothing is fetched from a network: download {source} and give the file.")
    if isinstance(source, str) and re.match(r"[a-z][a-z0-9+]*://", source):
        return _open_url(source, request)
    paths, left = _chosen(source)
    if len(paths) > 1:
        opened = _open_together(paths, request)
    else:
        with _errors_in_words(paths[0]):
            opened = _open_file(paths[0], request)
    return replace(opened, notes=(*left, *opened.notes))


def _open_url(url: str, request: Request) -> Source:
    """Open a table of a database; a GeoPackage as the layers that it holds."""
    package = geopackage_of_url(url)
    if package is None:
        return open_database(url, request.sheet)
    path, layer = package
    with _errors_in_words(path), _damage_in_words(path):
        opened = open_geopackage(path, replace(request, sheet=layer or request.sheet))
    return replace(opened, open_chunks=partial(_chunks_of, path, opened))


def read_plain_rows(path: Path, delimiter: str = ",") -> list[list[str]]:
    """Read all rows of a text file that may have no header, with certainty or not at all.

    Parameters
    ----------
    path : pathlib.Path
        Delimited text of any encoding, gzipped or not, whatever its name ends with.
    delimiter : str
        What parts the cells.

    Returns
    -------
    list of list of str
        Blank rows too, so that the place of a row is its number.

    Raises
    ------
    DataError
        If it is no text, or anything in it cannot be read with certainty.
    """
    with _errors_in_words(path):
        refuse_no_file(path)
        with path.open("rb") as file:
            if file.read(4) in _ZIPPED:
                raise DataError(f"{path.name} is a workbook: save it as CSV.")
        return read_text_rows(path, delimiter)


def no_rows(source: Readable, opened: Source, what: str) -> str:
    """Return that a source holds no row, and the usual reason for it.

    Parameters
    ----------
    source : path, str or DataFrame
        As the user gave it.
    opened : Source
    what : str
        What its rows should be, such as "incidents".

    Returns
    -------
    str
    """
    if isinstance(source, pd.DataFrame):
        return empty_words(what)
    return f"{opened.name} holds a header and no row below it."


@contextmanager
def _errors_in_words(path: Path) -> Iterator[None]:
    """Raise what the system says of a file as one sentence."""
    shown = clean_text(str(path))
    shown = shown if len(shown) <= _LONGEST_PATH else f"{shown[:_LONGEST_PATH]}..."
    try:
        yield
    except HotspotError:
        raise
    except FileNotFoundError:
        raise DataError(f"There is no file {shown}.") from None
    except PermissionError:
        raise DataError(
            f"{shown} may not be read: it is locked by another program or not yours to read."
        ) from None
    # A path with a zero in it, or to the home of nobody, is refused before the system sees it.
    except (OSError, RuntimeError, ValueError) as error:
        said = getattr(error, "strerror", None) or said_of(error)
        raise DataError(f"{shown} cannot be read: {said}.") from None


@contextmanager
def _damage_in_words(path: Path) -> Iterator[None]:
    """Raise as one sentence what libraries find damaged, be it in the last rows."""
    try:
        yield
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError) as error:
        raise DataError(
            f"{clean_text(path.name)} is damaged or packed in a way that is not known: "
            f"{said_of(error)}. Unpack it, or copy it again."
        ) from None


def _chunks_of(path: Path, opened: Source, wanted: list[str]) -> Iterator[Chunk]:
    """Iterate over the rows of a file, damage among them told in words."""
    with _damage_in_words(path):
        yield from opened.open_chunks(wanted)


def _open_file(path: Path, request: Request) -> Source:
    """Open a file by its ending."""
    refuse_no_file(path)
    # Opened here, whatever the format, for libraries do not tell locked from damaged.
    with path.open("rb") as file:
        if not file.read(1):
            raise DataError(f"{path.name} is empty (0 bytes).")
    name = path.name.lower()
    for form in FORMATS:
        if name.endswith(form.endings):
            with _damage_in_words(path):
                opened = form.open(path, request)
            return replace(opened, open_chunks=partial(_chunks_of, path, opened))
    raise DataError(
        f"{clean_text(path.name)} is of no kind that can be read: {', '.join(endings())}."
    )


def files_of(source: Paths) -> list[Path]:
    """Return the files that are read together.

    Parameters
    ----------
    source : path or sequence of paths
        Files, folders, and patterns such as ``"exports/2026-*.csv"``.

    Returns
    -------
    list of pathlib.Path
        Each once, those of a folder or a pattern by name. A single file need not exist.

    Raises
    ------
    DataError
        If a folder has no file, or none is given.
    """
    return _chosen(source)[0]


def _chosen(source: Paths) -> tuple[list[Path], list[str]]:
    """Return the files that are read together, and what is told of the others in their folders."""
    given = [source] if isinstance(source, str | PathLike) else list(source)
    if not all(isinstance(each, str | PathLike) for each in given):
        raise DataError("A list of sources holds paths only: join frames with pandas.concat.")
    files: dict[Path, None] = {}
    left = []
    for each in given:
        with _errors_in_words(Path(each)):
            path = Path(each).expanduser()
            if path.is_dir():
                found, told = _files_in(path)
                left += told
            else:
                found = matches_of(path)
        files |= dict.fromkeys(found)
    if not files:
        raise DataError("An empty list of files was given.")
    return list(files), left


def matches_of(path: Path) -> list[Path]:
    """Return the files that a pattern such as ``2026-*.csv`` stands for; another path as it is.

    Parameters
    ----------
    path : pathlib.Path

    Returns
    -------
    list of pathlib.Path
        By name. The path itself where nothing matches, so that it is named as missing.
    """
    # A browser numbers what it saves: "crimes [2].csv" is a file, and no pattern.
    if not set("*?[") & set(str(path)) or path.exists():
        return [path]
    found = Path(path.anchor).glob(str(path.relative_to(path.anchor)))
    return sorted(match for match in found if not match.is_dir()) or [path]


def _files_in(folder: Path) -> tuple[list[Path], list[str]]:
    """List the files of a folder that are read with it, and say which others lie there."""
    there = sorted(path for path in folder.iterdir() if not path.name.startswith((".", "~")))
    files = [
        path
        for path in there
        if path.name.lower().endswith(endings(in_folders=True))
        # A link to nothing is told as the missing file that it is, a pipe as none that is read.
        and not path.is_dir()
    ]
    if not files:
        raise DataError(f"The folder {clean_text(str(folder))} holds no file that can be read.")
    read = {path.stem for path in files if path.name.lower().endswith(endings(of_maps=True))}
    others = [
        f"{clean_text(path.name)}{' (a folder)' * path.is_dir()}"
        for path in there
        if path not in files
        and not (path.name.partition(".")[0] in read and path.name.lower().endswith(_PARTS))
    ]
    if not others:
        return files, []
    return files, [f"Of the folder {clean_text(folder.name)} not read: {some_of(others)}."]


def _open_together(paths: Sequence[Path], request: Request) -> Source:
    """Open several files of one layout as one source, each known by as much as tells it apart."""
    sources: dict[str, Source] = {}
    for label, path in zip(_labels(paths), paths, strict=True):
        with _errors_in_words(path):
            sources[label] = _open_file(path, request)
    (first, like), *others = sources.items()
    for label, source in others:
        if not same_layout(like, source, request.known):
            odd = sorted(set(source.columns) ^ set(like.columns))
            raise DataError(
                f"The files differ in layout: {label} and {first} do not share "
                f"{', '.join(map(repr, odd)) or 'a CRS'}. Read them one by one."
            )
    parents = {path.parent.name for path in paths}
    where = f" of {parents.pop()}" if len(parents) == 1 else ""
    files = count(len(sources), "file")
    joined = join_sources(f"{files}{where}", sources, "file")
    return replace(
        joined, notes=(f"Read {files} together: {some_of(list(sources))}.", *joined.notes)
    )


def _labels(paths: Sequence[Path]) -> list[str]:
    """Return the names of files, with as many folders before them as tell them apart."""
    depth = 1
    while len({path.parts[-depth:] for path in paths}) < len(paths):
        depth += 1
    return ["/".join(path.parts[-depth:]) for path in paths]
