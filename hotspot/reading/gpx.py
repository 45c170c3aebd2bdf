"""GPX: the points of tracks with their times, read as a stream and without following any link."""

from dataclasses import replace
from xml.etree import ElementTree

import shapely

from hotspot._errors import DataError
from hotspot.english import count
from hotspot.output.text import clean_text
from hotspot.reading.chunks import Request, Source
from hotspot.reading.crs import WGS84
from hotspot.reading.layer_files import Features, LayerFile, Layers, said_of

# A shift of fixes a second is some 5 MB; a year of a whole force comes in another format.
_MOST_BYTES, _AT_A_TIME = 500_000_000, 1 << 20
# Nothing in a GPX stands deeper than extensions of a point of a track.
_MOST_DEPTH, _LONGEST_TEXT = 64, 200
_TRACK, _POINT = "trk", "trkpt"
# Points that stand for places and plans: nobody was there at a time.
_OTHERS = ("wpt", "rtept")


class _Tracks:
    """What a parser of XML finds: points of tracks, and nothing that is declared in a document."""

    def __init__(self, stem: str) -> None:
        self.read = Features()
        self.others = 0
        self.root = ""
        self._stem = stem
        self._open: list[str] = []
        self._tracks = 0
        self._name = ""
        self._point: dict[str, str] | None = None
        self._text: list[str] = []
        self._length = 0
        self._number = 0

    def doctype(self, name: str, pubid: str | None, system: str | None) -> None:
        """Refuse the declarations by which texts grow or other files are read."""
        raise ElementTree.ParseError("it declares a document type, as no GPX does")

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        """Begin an element."""
        name = tag.rpartition("}")[2]
        self._open.append(name)
        if len(self._open) > _MOST_DEPTH:
            raise ElementTree.ParseError(f"its elements stand over {_MOST_DEPTH} deep")
        self.root = self.root or name
        self._text, self._length = [], 0
        if name == _TRACK:
            self._tracks += 1
            self._name = f"{self._stem} {self._tracks}"
        elif name == _POINT:
            self._point = {key: attributes.get(key, "") for key in ("lat", "lon")}
        elif name in _OTHERS:
            self.others += 1

    def data(self, text: str) -> None:
        """Add to the text of an element, as far as any that is read is long."""
        if self._length < _LONGEST_TEXT:
            self._text.append(text)
            self._length += len(text)

    def end(self, _tag: str) -> None:
        """End an element."""
        name = self._open.pop()
        within = self._open[-1] if self._open else ""
        text = "".join(self._text).strip()
        if name == "name" and within == _TRACK and text:
            self._name = clean_text(text)[:_LONGEST_TEXT]
        elif self._point is not None and within == _POINT and name in ("time", "hdop"):
            self._point[name] = text
        elif name == _POINT and self._point is not None:
            self._add(self._point)
            self._point = None
        self._text, self._length = [], 0

    def close(self) -> None:
        """End the document."""

    def _add(self, point: dict[str, str]) -> None:
        self._number += 1
        try:
            longitude, latitude = float(point["lon"]), float(point["lat"])
        except ValueError:
            shown = clean_text(f"{point['lat']}, {point['lon']}")[:60]
            self.read.refuse(self._number, shown, "a point without latitude and longitude")
            return
        time = point.get("time", "")
        # The standard has all times in UTC; some writers leave the mark out.
        marked = time and (time[-1:] in "Zz" or "+" in time or time.rfind("-") > time.find(":") > 0)
        record = {"track": self._name, "time": f"{time}Z" if time and not marked else time or None}
        self.read.add(self._number, record, shapely.Point(longitude, latitude), False)


def gpx_layers(file: LayerFile, request: Request) -> Layers:
    """Open the tracks of a GPX file.

    Parameters
    ----------
    file : LayerFile
    request : Request

    Returns
    -------
    Layers
        One, "tracks": a row per point with ``track`` (its name, else a number) and ``time``.

    Raises
    ------
    DataError
        If it is no GPX, holds no track, or is too large.

    Notes
    -----
    GPX 1.1 (Topografix): WGS84 degrees and times in UTC. A document type is refused, so that no
    entity grows and nothing else is opened; the file is read as a stream.
    """
    return {"tracks": lambda: _source(file, request)}


def _source(file: LayerFile, request: Request) -> Source:
    """Read all tracks, or say what is wrong with the file."""
    fault = f"{file.name} is no GPX file that can be read"
    found = _Tracks(file.stem)
    parser = ElementTree.XMLParser(target=found)
    read = 0
    try:
        with file.opened() as opened:
            while block := opened.read(_AT_A_TIME):
                read += len(block)
                if read > _MOST_BYTES:
                    raise DataError(
                        f"{file.name} is larger than {_MOST_BYTES / 1e6:g} MB: give the fixes as "
                        "CSV or GeoPackage."
                    )
                parser.feed(block)
        parser.close()
    except (ElementTree.ParseError, ValueError, LookupError) as error:
        if isinstance(error, DataError):
            raise
        raise DataError(f"{fault}: {said_of(error)}.") from None
    if found.root != "gpx":
        raise DataError(f"{fault}: it is XML but no GPX ({clean_text(found.root)[:40]}).")
    return _with_columns(found, file.name, request)


def _with_columns(found: _Tracks, name: str, request: Request) -> Source:
    """Return the points of tracks as a source, with what was passed over."""
    found.read.columns.update(dict.fromkeys(("track", "time")))
    opened = found.read.source(name, WGS84, request)
    if not found.others:
        return opened
    note = (
        f"{name}: {count(found.others, 'point')} of routes and places not read: only tracks tell "
        "where a unit was."
    )
    return replace(opened, notes=(note,))
