"""KML and KMZ: the places of each folder as a layer, without following any link."""

import io
import zipfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any
from xml.etree import ElementTree

from hotspot._errors import DataError
from hotspot.english import count
from hotspot.output.text import clean_text
from hotspot.reading.chunks import Request, Source
from hotspot.reading.crs import WGS84
from hotspot.reading.layer_files import MOST_BYTES, Features, LayerFile, Layers, said_of
from hotspot.reading.shapes import DamagedShape, shape_of

_PATHS = {"Point": "Point", "LineString": "LineString", "LinearRing": "LineString"}
_GEOMETRIES = (*_PATHS, "Polygon", "MultiGeometry", "Model", "Track", "MultiTrack")
_FOLDERS = ("Document", "Folder")
# What a place says of itself, and what its column is called.
_TEXTS = {"name": "Name", "description": "description", "address": "address"}
_TIMES = {"when": "timestamp", "begin": "begin", "end": "end"}


class _NoDoctype(ElementTree.TreeBuilder):
    """Builds a tree, and refuses the declarations by which texts grow or other files are read."""

    def doctype(self, name: str, pubid: str | None, system: str | None) -> None:
        """Refuse a document type."""
        raise ElementTree.ParseError("it declares a document type, as no KML does")


def kml_layers(file: LayerFile, request: Request) -> Layers:
    """Open the folders of a KML or KMZ file.

    Parameters
    ----------
    file : LayerFile
    request : Request

    Returns
    -------
    Layers
        A folder, or the document, for each that holds places of its own.

    Raises
    ------
    DataError
        If it is no KML, or holds only links to other files, which are not followed.
    """
    content = file.content()
    parts = _unpacked(content, file.name) if content[:2] == b"PK" else {file.name: content}
    roots = [_root(part, file.name) for part in parts.values()]
    folders = dict(_folders(roots, file.stem))
    links = {link for root in roots for link in _links(root)} - set(parts)
    if links and not folders:
        raise DataError(
            f"{file.name} holds no places but a link to another file, which is not followed: open "
            "it in a map program and save what it shows."
        )
    told = (
        f"{file.name} links to {count(len(links), 'other file')}, which were not followed: what "
        "those hold is not read.",
    ) * bool(links)

    def opener(places: list[ElementTree.Element]) -> Callable[[], Source]:
        return lambda: replace(_source(places, file.name, request), warnings=told)

    return {label: opener(places) for label, places in folders.items()}


def _links(root: ElementTree.Element) -> Iterator[str]:
    """Find what the document links to."""
    for link in root.iter():
        if _tag(link) == "NetworkLink":
            yield next((_text(part) or "" for part in link.iter() if _tag(part) == "href"), "")


def _unpacked(content: bytes, name: str) -> dict[str, bytes]:
    """Return the KML files in a KMZ, by their names."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as zipped:
            entries = [
                entry for entry in zipped.infolist() if entry.filename.lower().endswith(".kml")
            ]
            parts = {}
            for entry in entries:
                with zipped.open(entry) as member:
                    parts[entry.filename] = member.read(MOST_BYTES)
    # zlib.error is none of the others.
    except Exception as error:
        raise DataError(f"{name} is no KMZ file that can be read: {said_of(error)}.") from None
    if not parts:
        raise DataError(f"{name} is no KMZ file that can be read: no KML file lies in it.")
    return parts


def _root(content: bytes, name: str) -> ElementTree.Element:
    """Parse XML, or say what is wrong with it."""
    fault = f"{name} is no geographic file that can be read"
    try:
        root = ElementTree.fromstring(content, ElementTree.XMLParser(target=_NoDoctype()))
    except (ElementTree.ParseError, ValueError, LookupError) as error:
        raise DataError(f"{fault}: {said_of(error)}.") from None
    if _tag(root) != "kml" and _tag(root) not in _FOLDERS:
        raise DataError(f"{fault}: it is XML but no KML ({clean_text(_tag(root))[:40]}).")
    return root


def _tag(element: ElementTree.Element) -> str:
    return element.tag.rpartition("}")[2]


def _child(element: ElementTree.Element, tag: str) -> ElementTree.Element | None:
    return next((child for child in element if _tag(child) == tag), None)


def _text(element: ElementTree.Element | None) -> str | None:
    return None if element is None else (element.text or "").strip() or None


def _folders(
    roots: Sequence[ElementTree.Element], stem: str
) -> Iterator[tuple[str, list[ElementTree.Element]]]:
    """Find the folders with places of their own; those of one name are told apart."""
    seen: dict[str, int] = {}
    for folder in (element for root in roots for element in root.iter()):
        places = [child for child in folder if _tag(child) == "Placemark"]
        if not places:
            continue
        label = clean_text(_text(_child(folder, "name")) or stem)
        seen[label] = seen.get(label, 0) + 1
        yield (label if seen[label] == 1 else f"{label} ({seen[label]})"), places


def _source(places: list[ElementTree.Element], name: str, request: Request) -> Source:
    """Read the places of a folder."""
    read = Features()
    for number, place in enumerate(places, 1):
        try:
            shapes = [_geometry(child) for child in place if _tag(child) in _GEOMETRIES]
            geometry = shapes[0] if len(shapes) == 1 else _collection(shapes) if shapes else None
            read.add(number, _record(place), *shape_of(geometry))
        except DamagedShape as error:
            read.refuse(number, (_text(_child(place, "name")) or "")[:60], clean_text(str(error)))
    return read.source(name, WGS84, request)


def _record(place: ElementTree.Element) -> dict[str, str | None]:
    """Return what a place says of itself, and of its extended data those that are not blank."""
    record = {column: _text(_child(place, tag)) for tag, column in _TEXTS.items()}
    for element in place.iter():
        tag = _tag(element)
        if tag in _TIMES and _TIMES[tag] not in record:
            record[_TIMES[tag]] = _text(element)
        elif tag in ("Data", "SimpleData"):
            # As GDAL calls the column, so that a set-up written for it still fits.
            column = element.get("name", "").strip().replace(" ", "_")
            record[column] = _text(_child(element, "value") if tag == "Data" else element)
    return {column: text for column, text in record.items() if column and text is not None}


def _geometry(element: ElementTree.Element) -> dict[str, Any]:
    """Return a geometry of KML as GeoJSON has it."""
    tag = _tag(element)
    if tag in _PATHS:
        positions = _positions(element)
        if tag == "Point" and len(positions) != 1:
            raise DamagedShape(f"a point of {len(positions)} positions")
        coordinates = positions[0] if tag == "Point" else positions
        return {"type": _PATHS[tag], "coordinates": coordinates}
    if tag == "Polygon":
        sides = [child for child in element if _tag(child) == "outerBoundaryIs"]
        sides += [child for child in element if _tag(child) == "innerBoundaryIs"]
        rings = [_positions(ring) for side in sides for ring in side if _tag(ring) == "LinearRing"]
        return {"type": "Polygon", "coordinates": rings}
    if tag == "MultiGeometry":
        return _collection([_geometry(part) for part in element if _tag(part) in _GEOMETRIES])
    raise DamagedShape(f"a {clean_text(tag)}, which is no point, line or polygon")


def _collection(parts: list[dict[str, Any]]) -> dict[str, Any]:
    """Return several geometries as one, of their kind where they are of one."""
    kinds = {part["type"] for part in parts}
    if len(kinds) == 1 and (kind := kinds.pop()) in ("Point", "LineString", "Polygon"):
        return {"type": f"Multi{kind}", "coordinates": [part["coordinates"] for part in parts]}
    return {"type": "GeometryCollection", "geometries": parts}


def _positions(element: ElementTree.Element) -> list[list[float]]:
    """Read "longitude,latitude,height" apart by blanks."""
    text = _text(_child(element, "coordinates")) or ""
    try:
        return [[float(number) for number in place.split(",")[:2]] for place in text.split()]
    except ValueError:
        raise DamagedShape(f"coordinates that are no numbers: {text[:40]}") from None
