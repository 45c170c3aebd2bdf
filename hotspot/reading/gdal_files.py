"""Shapefiles, tables of MapInfo, FlatGeobuf and OpenStreetMap, through the drivers of GDAL.

GDAL chooses a driver by what it finds in a file, and some drivers fetch what a file names from a
network or open other files. So each file is looked at first: it must begin as its ending says, in
a way that no other driver takes for its own, and name no other file.
"""

import io
import re
import warnings
import zipfile
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import pyogrio
from numpy.typing import NDArray

from hotspot._errors import DataError
from hotspot.english import and_list, count
from hotspot.output.text import clean_text
from hotspot.reading.chunks import Chunk, Request, Source
from hotspot.reading.layer_files import (
    MOST_BYTES,
    LayerFile,
    Layers,
    bounds_of,
    crs_of_definition,
    features_chunk,
    in_words,
)
from hotspot.reading.shapes import shapes_of_binary

_HEAD = 65_536
# The files that make one; of these those that it cannot be read without.
_PARTS = {
    ".shp": (".shp", ".shx", ".dbf", ".prj", ".cpg"),
    ".tab": (".tab", ".dat", ".map", ".id", ".ind"),
    ".mif": (".mif", ".mid"),
}
_NEEDED = {".shp": (".shx", ".dbf"), ".tab": (".dat", ".map", ".id"), ".mif": (".mid",)}
# What pyogrio takes for parts of an address when it stands in a path.
_NO_PLAIN_PATH = re.compile(r"[!;?#]|^\w+://")
_OSM_TAGS = re.compile(rb"<\s*([^\s/<>?!]+)")
_OF_OSM = frozenset(b"osm note meta bounds bound node way relation changeset tag nd member".split())
_MAPINFO_KIND = re.compile(rb"^\s*type\s+(\w+)", re.IGNORECASE | re.MULTILINE)
_MAPINFO_LINKS = re.compile(
    rb"open\s+table|create\s+view|\\isseamless\"?\s*=\s*\"?true", re.IGNORECASE
)


class _Kind(NamedTuple):
    """A kind of file: its driver, and what is wrong with a file that begins otherwise."""

    driver: str
    fault: Callable[[bytes], str]


def _begins(*starts: bytes) -> Callable[[bytes], str]:
    def fault(head: bytes) -> str:
        found = head.lstrip(b"\xef\xbb\xbf \r\n\t").lower()
        return "" if found.startswith(starts) or head.startswith(starts) else _OTHERWISE

    return fault


_OTHERWISE = "it begins otherwise than such a file does"


def _osm_fault(head: bytes) -> str:
    """Return what is wrong with the first bytes of OpenStreetMap's XML."""
    tags = _OSM_TAGS.findall(head)
    if tags[:1] != [b"osm"] or not _OF_OSM.issuperset(tags) or b"<!" in head:
        return _OTHERWISE
    return ""


def _pbf_fault(head: bytes) -> str:
    """Return what is wrong with the first bytes of OpenStreetMap's PBF."""
    return "" if b"OSMHeader" in head[:32] else _OTHERWISE


def _tab_fault(head: bytes) -> str:
    """Return what is wrong with the text of a MapInfo table: it may stand for files elsewhere."""
    if not head.lstrip().lower().startswith(b"!table"):
        return _OTHERWISE
    kinds = {kind.lower() for kind in _MAPINFO_KIND.findall(head)}
    # What it names may stand on any line: a real one has a few dozen.
    if _MAPINFO_LINKS.search(head) or not kinds <= {b"native"} or len(head) == _HEAD:
        return "it stands for tables in other files, which are not opened: give those"
    return ""


_KINDS = {
    ".shp": _Kind("ESRI Shapefile", _begins(b"\x00\x00\x27\x0a")),
    ".fgb": _Kind("FlatGeobuf", _begins(b"fgb\x03fgb")),
    ".mif": _Kind("MapInfo File", _begins(b"version")),
    ".tab": _Kind("MapInfo File", _tab_fault),
    ".pbf": _Kind("OSM", _pbf_fault),
    ".osm": _Kind("OSM", _osm_fault),
}


def gdal_layers(file: LayerFile, request: Request) -> Layers:
    """Open the layers of a file that a driver of GDAL reads.

    Parameters
    ----------
    file : LayerFile
    request : Request

    Returns
    -------
    Layers

    Raises
    ------
    DataError
        If it is not of the kind that its ending says, names other files, is damaged, or a part
        of it is missing.
    """
    kind = _KINDS[file.ending]
    fault = kind.fault(file.start(_HEAD))
    if fault:
        raise DataError(f"{file.name} is no geographic file that can be read: {fault}.")
    _refuse_missing(file)
    if file.ending == ".shp":
        _refuse_cut(file)
    given = _given(file)
    with _said(file.name):
        names = [str(name) for name in pyogrio.list_layers(given)[:, 0]]
    if not names:
        raise DataError(f"{file.name} is no geographic file that can be read: it is cut off.")
    # In memory a file has a name of its own.
    labels = [file.stem] if len(names) == 1 and file.ending in (*_PARTS, ".fgb") else names
    return {
        clean_text(label): partial(_source, file, given, name, kind.driver, request)
        for label, name in zip(labels, names, strict=True)
    }


def _refuse_missing(file: LayerFile) -> None:
    """Refuse a file without the others that make a Shapefile or a table of MapInfo."""
    missing = [part for part in _NEEDED.get(file.ending, ()) if part not in file.parts]
    if missing:
        raise DataError(
            f"{file.name} cannot be read without {and_list([file.stem + part for part in missing])}"
            ", part of it: copy all files of that name together."
        )


def _given(file: LayerFile) -> str | bytes:
    """Return what is handed to GDAL: a path, or what is in memory as a zip file of its own."""
    if file.path is not None:
        path = str(file.path.absolute())
        if not _NO_PLAIN_PATH.search(path):
            return path
    if file.ending not in _PARTS:
        return file.content()
    packed = io.BytesIO()
    size = 0
    with zipfile.ZipFile(packed, "w") as zipped:
        for part in _PARTS[file.ending]:
            if part in file.parts:
                with file.parts[part]() as opened:
                    content = opened.read(MOST_BYTES + 1)
                size += len(content)
                if size > MOST_BYTES:
                    raise DataError(f"{file.name} is too large to be read there: unpack it first.")
                zipped.writestr(f"layer{part}", content)
    return packed.getvalue()


def _said(name: str) -> Any:
    return in_words(name)


def _refuse_cut(file: LayerFile) -> None:
    """Refuse a Shapefile whose parts are shorter than they say, or do not go together."""
    with file.opened() as shapes:
        head = shapes.read(100)
        size = shapes.seek(0, io.SEEK_END)
    said = 2 * int.from_bytes(head[24:28], "big")
    with file.parts[".shx"]() as index:
        entries = (index.seek(0, io.SEEK_END) - 100) // 8
    rows, wanted, held = _size_of_table(file)
    for part, expected, found in ((".shp", said, size), (".dbf", wanted, held)):
        if found < expected:
            raise DataError(
                f"{file.stem}{part} is cut off: it says that it has {expected:,} bytes, and has "
                f"{found:,}. Copy all files of that name again."
            )
    if entries != rows:
        raise DataError(
            f"{file.name} has {count(max(entries, 0), 'shape')} and its table {file.stem}.dbf "
            f"{count(rows, 'row')}: they do not belong together. Copy all files of that name again."
        )


def _size_of_table(file: LayerFile) -> tuple[int, int, int]:
    """Return how many rows a table of dBASE says it has, the bytes of those, and its bytes."""
    with file.parts[".dbf"]() as table:
        head = table.read(32)
        held = table.seek(0, io.SEEK_END)
    if len(head) < 32:
        return 0, 32, held
    rows, start, width = (
        int.from_bytes(head[4:8], "little"),
        int.from_bytes(head[8:10], "little"),
        int.from_bytes(head[10:12], "little"),
    )
    return rows, start + rows * width, held


def _deleted(file: LayerFile) -> int:
    """Count the rows of a Shapefile that are marked as deleted, which no program shows."""
    rows, end, _ = _size_of_table(file)
    with file.parts[".dbf"]() as table:
        content = np.frombuffer(table.read(end), dtype=np.uint8)
    if not rows:
        return 0
    width = int.from_bytes(content[10:12].tobytes(), "little")
    start = int.from_bytes(content[8:10].tobytes(), "little")
    return int(np.count_nonzero(content[start:end:width] == ord("*"))) if width else 0


def _source(
    file: LayerFile, given: str | bytes, layer: str, driver: str, request: Request
) -> Source:
    """Open one layer."""
    with _said(file.name):
        info = pyogrio.read_info(given, layer=layer)
    if info["driver"] != driver:
        raise DataError(f"{file.name} is no geographic file that can be read: {_OTHERWISE}.")
    has_geometry = info["geometry_type"] is not None
    crs = crs_of_definition(str(info["crs"]), file.name) if info["crs"] else None
    fields = tuple(info["fields"].tolist())

    def open_chunks(wanted: list[str]) -> Iterator[Chunk]:
        bounds = bounds_of(file.name, request.extent, crs)
        with _said(file.name), warnings.catch_warnings(record=True) as said:
            warnings.simplefilter("always")
            meta, _, binary, values = pyogrio.raw.read(
                given,
                layer=layer,
                columns=wanted,
                read_geometry=has_geometry,
                force_2d=True,
                # Dates stay text, so that one reading of dates serves all formats.
                datetime_as_string=True,
                bbox=bounds,
            )
        read = dict(zip(meta["fields"].tolist(), values, strict=True))
        length = len(binary) if binary is not None else len(values[0]) if values else 0
        index = pd.RangeIndex(1, length + 1, name="row")
        frame = pd.DataFrame({name: read[name] for name in wanted}, index=index)
        told = _told(file, said, int(info["features"]), length, whole=bounds is None)
        if binary is None:
            yield Chunk(frame, warnings=told)
            return
        shapes, damaged = shapes_of_binary(binary)
        if file.ending == ".shp" and bounds is None:
            damaged |= _lost_shapes(file, shapes)
        yield features_chunk(frame, shapes, damaged, warnings=told)

    of_points = info["geometry_type"] in ("Point", "MultiPoint")
    return Source(file.name, fields, open_chunks, has_geometry, crs, of_points=of_points)


def _told(
    file: LayerFile, said: list[Any], expected: int, rows: int, *, whole: bool
) -> tuple[str, ...]:
    """Return what is to be told of how a layer was read."""
    # What follows the first sentence is how to set GDAL.
    told = [clean_text(str(each.message)).partition(". ")[0][:200] for each in said]
    deleted = _deleted(file) if whole and file.ending == ".shp" else 0
    texts = [f"{file.name}: {text}" for text in dict.fromkeys(told)][:5]
    if whole and expected > rows + deleted:
        texts.append(
            f"{file.name} says of itself that it has {count(expected, 'row')}, and {rows:,} could "
            "be read: is it whole? Save it again from where it came."
        )
    if deleted:
        texts.append(
            f"{file.name} holds {count(deleted, 'row')} more that {'is' if deleted == 1 else 'are'}"
            " marked as deleted, and not read."
        )
    return tuple(texts)


def _lost_shapes(file: LayerFile, shapes: NDArray[np.object_]) -> dict[int, str]:
    """Find the rows of a Shapefile whose shape is there and could not be read."""
    blank = [at for at, shape in enumerate(shapes) if shape is None]
    with file.parts[".shx"]() as index:
        entries = np.frombuffer(index.read()[100:][: 8 * len(shapes)], dtype=">i4")
    if not blank or len(entries) != 2 * len(shapes):
        return {}
    lost = {}
    with file.opened() as content:
        for at in blank:
            content.seek(2 * int(entries[2 * at]) + 8)
            if content.read(4) != b"\x00\x00\x00\x00":
                lost[at] = "a damaged shape"
    return lost
