"""Zip files: the geographic files or the delimited texts in them, wherever in it they lie."""

import zipfile
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path, PurePosixPath
from typing import IO, cast

from hotspot._errors import DataError
from hotspot.reading.chunks import Request, Source
from hotspot.reading.joined_sources import (
    join_sources,
    left_out_warnings,
    tables_alike,
    which_read,
)
from hotspot.reading.layer_files import LayerFile
from hotspot.reading.layers import layers_of, open_layers
from hotspot.reading.text_files import open_text_file

_LAYERS = (".shp", ".tab", ".mif", ".kml", ".gpkg", ".geojson", ".json", ".fgb")
# The list of all is read anew for each of them.
_MOST_MEMBERS = 500
_MOST_OF_LAYERS = 500_000_000
_TEXTS = (".csv", ".txt", ".tsv")


def open_zip(path: Path, request: Request) -> Source:
    """Open what a zip file holds.

    Parameters
    ----------
    path : pathlib.Path
        The file.
    request : Request
        The layer or the text, by default the first and those of its layout, and the extent.

    Returns
    -------
    Source

    Raises
    ------
    DataError
        If it is damaged, protected by a password, or holds nothing that can be read.
    """
    try:
        with zipfile.ZipFile(path) as zipped:
            members = [one for one in zipped.infolist() if not one.filename.endswith("/")]
    except (zipfile.BadZipFile, OSError, ValueError) as error:
        raise DataError(f"{path.name} is no zip file that can be read: {error}.") from None
    if any(entry.flag_bits & 1 for entry in members):
        raise DataError(f"{path.name} is protected by a password: unpack it first.")
    if len(members) > _MOST_MEMBERS:
        raise DataError(
            f"{path.name} holds {len(members):,} files, of which {_MOST_MEMBERS:,} can be read at "
            "once: unpack it, and give the folder or the files that are meant."
        )
    names = [entry.filename for entry in members]
    if len(set(names)) < len(names):
        raise DataError(
            f"{path.name} holds two files of one name: unpack it and give the one meant."
        )
    places = [PurePosixPath(name) for name in names]
    # A Mac packs a shadow of every file.
    places = [place for place in places if place.name[:1] not in (".", "")]
    layers = [place for place in places if place.suffix.lower() in _LAYERS]
    # A layer is unpacked into memory, and never to more than the zip file says.
    size = max((entry.file_size for entry in members), default=0)
    if layers and size > _MOST_OF_LAYERS:
        raise DataError(
            f"{path.name} unpacks to {size / 1e9:.1f} GB in one file: unpack it first, and give "
            "the file that is meant."
        )
    if layers:
        files = [
            (str(place.with_suffix("")), layers_of(_layer_file(path, place, places), request))
            for place in layers
        ]
        return open_layers(path.name, files, request)
    texts = [place for place in places if place.suffix.lower() in _TEXTS]
    if not texts:
        listed = ", ".join(repr(place.name) for place in places[:6]) or "nothing"
        raise DataError(
            f"{path.name} holds no Shapefile, other layer or CSV file, but {listed}: unpack it and "
            "give the file that is meant."
        )
    return _open_texts(path, texts, request)


def _layer_file(path: Path, place: PurePosixPath, places: list[PurePosixPath]) -> LayerFile:
    """Return a geographic file in a zip, with those of its name beside it."""
    beside = [
        other for other in places if other.parent == place.parent and other.stem == place.stem
    ]
    parts = {
        other.suffix.lower(): partial(_Member(path, other).open, "rb") for other in (*beside, place)
    }
    return LayerFile(str(place), partial(_Member(path, place).open, "rb"), parts)


@dataclass(frozen=True)
class _Member:
    """A text in a zip file, opened as a file is."""

    path: Path
    place: PurePosixPath

    @property
    def name(self) -> str:
        return self.place.name

    def open(self, mode: str) -> IO[bytes]:
        # The zip file stays open until its member is closed.
        with zipfile.ZipFile(self.path) as zipped:
            return zipped.open(str(self.place))


def _open_texts(path: Path, places: list[PurePosixPath], request: Request) -> Source:
    """Open the text asked for, else the first and those of its layout."""
    labels = [str(place) for place in places]
    chosen = [place for place in places if request.sheet in (None, str(place))]
    if not chosen:
        raise DataError(f"{path.name} has no file {request.sheet!r}; it has {', '.join(labels)}.")
    tables = {}
    for place in chosen:
        # No more is asked of a path that text is read from than its name and to be opened.
        member = cast("Path", _Member(path, place))
        tables[str(place)] = open_text_file(member, replace(request, sheet=None))
    alike = tables_alike(tables, request.known, list(tables))
    opened = join_sources(f"{path.name}, {len(alike)} files", alike, "file")
    others = [label for label in labels if label not in alike]
    notes = which_read(path.name, "file", list(alike), others)
    left = {label: tables[label] for label in tables if label not in alike}
    return replace(
        opened,
        notes=(*notes, *opened.notes),
        warnings=(*opened.warnings, *left_out_warnings("file", alike, left, request.known)),
        sheets=tuple(labels),
    )
