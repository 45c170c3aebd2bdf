"""GeoJSON, read without a driver: each member of a collection is a row, or is named as none."""

import json
import re
from dataclasses import dataclass
from typing import Any

from pyproj import CRS
from pyproj.exceptions import CRSError

from hotspot._errors import DataError
from hotspot.output.text import clean_text
from hotspot.reading.chunks import Request, Source
from hotspot.reading.crs import WGS84
from hotspot.reading.layer_files import (
    Features,
    LayerFile,
    Layers,
    said_of,
)
from hotspot.reading.shapes import KINDS, DamagedShape, shape_of

_EPSG = re.compile(
    r"(?:urn:(?:x-)?ogc:def:crs:)?epsg:(?:[\d.]*:)?(\d{4,6})"
    r"|https?://www\.opengis\.net/(?:def/crs/epsg/[\d.]+/|gml/srs/epsg\.xml#)(\d{4,6})",
    re.IGNORECASE,
)
_CRS84 = re.compile(
    r"(?:urn:(?:x-)?ogc:def:crs:)?ogc:(?:[\d.]*:)?crs84h?"
    r"|https?://www\.opengis\.net/def/crs/ogc/[\d.]+/crs84h?",
    re.IGNORECASE,
)
_NO_CRS = object()
# More digits than a whole number of 64 bits has are a reference, and kept as they stand.
_MOST_DIGITS = 18
_RECORD_SEPARATOR = "\x1e"


def geojson_layers(file: LayerFile, request: Request) -> Layers:
    """Open the one layer of a GeoJSON file.

    Parameters
    ----------
    file : LayerFile
        A collection, a single feature or geometry, or a feature a line (RFC 8142).
    request : Request

    Returns
    -------
    Layers

    Raises
    ------
    DataError
        If it is no GeoJSON, or names a CRS by anything but its code.

    Notes
    -----
    No driver is asked, for that of GDAL fetches the CRS which an old file links to, and passes
    over what it cannot read. The member "crs" of the withdrawn standard of 2008 is read where it
    is a code; without it coordinates are degrees (RFC 7946).
    """
    text = text_of_json(file.content(), file.name)
    return {file.stem: lambda: features_source(parsed_json(text, file.name), file.name, request)}


def text_of_json(content: bytes, name: str) -> str:
    """Decode a JSON file, which is UTF-8 by its standard, or UTF-16 or 32 with a mark."""
    try:
        return content.decode(json.detect_encoding(content))
    except UnicodeDecodeError as error:
        raise DataError(
            f"{name} is no geographic file that can be read: byte {error.start:,} is not UTF-8, in "
            "which JSON is written. Save it again as UTF-8."
        ) from None


def parsed_json(text: str, name: str, what: str = "geographic file") -> Any:
    """Parse a JSON file, or one that has a feature in each line.

    Parameters
    ----------
    text : str
    name : str
        Of the file.
    what : str
        What it should be.

    Returns
    -------
    object
        What it holds; of a file of lines a collection with None for what is no feature.

    Raises
    ------
    DataError
        If it is no JSON.
    """
    try:
        return _parse(text)
    except (ValueError, RecursionError) as error:
        lines = _features_by_line(text)
        if lines is None:
            raise DataError(f"{name} is no {what} that can be read: {said_of(error)}.") from None
        return lines


def _parse(text: str) -> Any:
    return json.loads(text, parse_int=_whole)


def _whole(digits: str) -> int | str:
    return int(digits) if len(digits) <= _MOST_DIGITS else digits


@dataclass(frozen=True)
class _Damaged:
    """What stands where a feature should."""

    text: str
    reason: str


def _features_by_line(text: str) -> dict[str, Any] | None:
    """Parse a feature from each line; None where none of the first lines is one."""
    lines = text.replace(_RECORD_SEPARATOR, "").splitlines()
    first = [line for line in lines if line.strip()][:2]
    if not any(_is_feature(_line(line)) for line in first):
        return None
    return {"type": "FeatureCollection", "features": [_line(line) for line in lines]}


def _line(text: str) -> Any:
    if not text.strip():
        return _Damaged("", "")
    try:
        return _parse(text)
    except (ValueError, RecursionError) as error:
        return _Damaged(text, f"no whole line of JSON: {said_of(error)}")


def _is_feature(value: Any) -> bool:
    return isinstance(value, dict) and value.get("type") == "Feature"


def is_layer(content: Any) -> bool:
    """Test whether the content of a JSON file is meant as a layer, of GeoJSON or another kind."""
    if not isinstance(content, dict):
        return False
    return (
        content.get("type") in ("FeatureCollection", "Feature", "Topology", *KINDS)
        or "spatialReference" in content
    )


def features_source(content: Any, name: str, request: Request) -> Source:
    """Open the features of a parsed GeoJSON file.

    Parameters
    ----------
    content : object
        As `parsed_json` returns it.
    name : str
        Of the file.
    request : Request
        The extent.

    Returns
    -------
    Source
        Its rows are the numbers of the features, from 1. What is no feature is no record.

    Raises
    ------
    DataError
        If it is no GeoJSON, or its CRS is no code.
    """
    features = _members(content, name)
    own = content.get("crs", _NO_CRS)
    if own is _NO_CRS:
        own = next((crs for crs in map(_own_crs, features) if crs is not _NO_CRS), _NO_CRS)
    crs = crs_of_member(own, name)
    read = Features()
    for number, feature in enumerate(features, 1):
        try:
            _add(read, number, feature, own)
        except DamagedShape as error:
            shown = feature.text if isinstance(feature, _Damaged) else json.dumps(feature)
            reason = clean_text(str(error))
            if reason:
                read.refuse(number, clean_text(shown[:60]), reason)
    return read.source(name, crs, request)


def _members(content: Any, name: str) -> list[Any]:
    """Return the features of a file, or refuse what is no GeoJSON."""
    kind = content.get("type") if isinstance(content, dict) else None
    if kind == "Topology":
        raise DataError(f"{name} is TopoJSON: save it as GeoJSON, which mapshaper and QGIS do.")
    if isinstance(content, dict) and "spatialReference" in content:
        raise DataError(f"{name} is Esri's own JSON: export it as GeoJSON (f=geojson).")
    if kind == "FeatureCollection" and isinstance(content.get("features"), list):
        members: list[Any] = content["features"]
        return members
    if kind == "Feature":
        return [content]
    if kind in KINDS:
        return [{"type": "Feature", "properties": {}, "geometry": content}]
    why = "its features are no list" if kind == "FeatureCollection" else "it holds no features"
    raise DataError(f"{name} is no geographic file that can be read: {why}.")


def _add(read: Features, number: int, feature: Any, crs: Any) -> None:
    """Add a feature, or raise why it is none."""
    if isinstance(feature, _Damaged):
        raise DamagedShape(feature.reason)
    if not _is_feature(feature):
        raise DamagedShape("not a feature")
    properties = feature.get("properties")
    if not isinstance(properties, dict | None):
        raise DamagedShape("its properties are no object")
    own = _own_crs(feature)
    if own is not _NO_CRS and own != crs:
        raise DamagedShape("it names a CRS of its own, other than that of the file")
    record = {plain_value(name): plain_value(text) for name, text in (properties or {}).items()}
    if isinstance(feature.get("id"), str) and "id" not in record:
        record = {"id": plain_value(feature["id"]), **record}
    read.columns.update(dict.fromkeys(record))
    read.add(number, record, *shape_of(feature.get("geometry")))


def _own_crs(feature: Any) -> Any:
    """Return the CRS that a feature or its geometry names, as PostGIS writes it."""
    if not isinstance(feature, dict):
        return _NO_CRS
    geometry = feature.get("geometry")
    inner = geometry.get("crs", _NO_CRS) if isinstance(geometry, dict) else _NO_CRS
    return feature.get("crs", inner)


def plain_value(value: Any) -> Any:
    """Return a value of JSON, one that is itself a list or an object as its text."""
    if isinstance(value, str) and not value.isascii():
        # Half of a pair is no character, and nothing can be written that holds it.
        return value.encode("utf-8", "replace").decode("utf-8")
    return json.dumps(value) if isinstance(value, list | dict) else value


def crs_of_member(member: Any, name: str) -> CRS | None:
    """Read the CRS that a GeoJSON file names.

    Parameters
    ----------
    member : object
        Its member "crs".
    name : str
        Of the file.

    Returns
    -------
    pyproj.CRS or None
        None where it says that there is none.

    Raises
    ------
    DataError
        If it is anything but an EPSG code or CRS84: nothing is fetched to find out.

    Examples
    --------
    >>> code = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::27700"}}
    >>> crs_of_member(code, "beats.geojson").to_epsg()
    27700
    """
    if member is _NO_CRS:
        return WGS84
    if member is None:
        return None
    inner = member.get("properties") if isinstance(member, dict) else None
    values = inner if isinstance(inner, dict) else {}
    if isinstance(member, dict) and str(member.get("type")).lower() == "epsg":
        named = f"EPSG:{values.get('code')}"
    else:
        named = str(values.get("name", ""))
    if _CRS84.fullmatch(named):
        return WGS84
    code = _EPSG.fullmatch(named)
    linked = isinstance(member, dict) and member.get("type") == "link"
    if code is None:
        shown = clean_text(str(values.get("href" if linked else "name", member)))[:60]
        raise DataError(
            f"{name} {'links to' if linked else 'names'} its CRS as {shown!r}, and no EPSG code: "
            'nothing is fetched. Take the member "crs" out of the file, and say what it is in with '
            "crs=."
        )
    try:
        return CRS.from_epsg(int(code[1] or code[2]))
    except CRSError:
        raise DataError(
            f"{name} names the CRS {clean_text(named)}, which does not exist."
        ) from None
