"""Registers of cameras that are none, or that want to be read for more than they say."""

# A case a line, so that a family can be read down.
# fmt: off

import zlib
from collections.abc import Callable
from pathlib import Path

from tests.hostile.bytes_of import data, text
from tests.hostile.case import Answer, Family, refused, used

CAMERAS = Family("cameras", "read_cameras {in}/cameras.csv")
_HEAD = "Camera ID,E,N,Direction,FOV,Range,Retention,Removed,Owner\n"
_GOOD = "".join(f"K{n},{451000 + 20 * n},340000,NNE,90,30,31,,\n" for n in range(3))


def register(*bad: str, head: str = _HEAD) -> Callable[[Path], object]:
    """Return what writes three good cameras, and then bad ones."""
    return text(head + _GOOD + "".join(row + "\n" for row in bad), "cameras.csv")


def one(slug: str, row: str, *wanted: Answer) -> None:
    """Add a bad camera among good ones: used, and asked about, where nothing else is wanted."""
    CAMERAS.add(slug, register(row), *(wanted or (used(4, 0, "cannot be read with certainty"),)))


one("direction-360", "X,451500,340000,360,90,30,31,,")
one("direction-of-letters", "X,451500,340000," + "N" * 100_000 + ",90,30,31,,")
one("direction-1e308", "X,451500,340000,1e308,90,30,31,,")
one("direction-nan", "X,451500,340000,nan,90,30,31,,", used(4))
one("direction-of-dashes", "X,451500,340000," + "-" * 50_000 + "N,90,30,31,,")
one("field-infinite", "X,451500,340000,N,inf,30,31,,")
one("range-in-words", "X,451500,340000,N,90,to the gate,31,,")
one("range-with-formula", "X,451500,340000,N,90,=1+1,31,,")
one("retention-for-ever", "X,451500,340000,N,90,30,for ever,,")
one("retention-1e9-months", "X,451500,340000,N,90,30,1000000000 months,,")
one("removed-perhaps", "X,451500,340000,N,90,30,31,perhaps,", used(4, 0, "listed nowhere"))
one("at-nowhere", "X,,,N,90,30,31,,", used(3, 0, "no coordinates"))
one("at-1e300", "X,1e300,1e300,N,90,30,31,,", used(3))
one("id-with-escape", "K\x1b[2J,451500,340000,N,90,30,31,,", used(4))
one("id-with-formula", "=cmd|' /C calc'!A0,451500,340000,N,90,30,31,,", used(4))
one("id-very-long", "K" * 100_000 + ",451500,340000,N,90,30,31,,", used(4))
one("id-of-a-person", "Mrs Jane Smith,451500,340000,N,90,30,31,,", used(4, 0, "names a person"))
one("id-an-email", "jane@mail.uk,451500,340000,N,90,30,31,,", used(4, 0, "names a person"))
_CAMERA = '<node id="1" lat="52.9" lon="-1.2" version="1"><tag k="man_made" v="surveillance"/><tag k="camera:direction" v="NNE"/></node>'


def osm(nodes: str, head: str = "") -> Callable[[Path], object]:
    return text(f'<?xml version="1.0"?>{head}<osm version="0.6">{nodes}</osm>', "cameras.osm")


def register_as(name: str) -> Callable[[Path], object]:
    return text(_HEAD + _GOOD, name)


def _field(number: int, value: bytes | int) -> bytes:
    """Return a field of a protocol buffer."""
    if isinstance(value, int):
        return _varint(number << 3) + _varint(value)
    return _varint(number << 3 | 2) + _varint(len(value)) + value


def _varint(number: int) -> bytes:
    told = b""
    while number > 127:
        told, number = told + bytes([number & 127 | 128]), number >> 7
    return told + bytes([number])


def _blob(kind: bytes, length: int, size: int | None = None) -> bytes:
    """Return a block of OpenStreetMap's PBF that unpacks to so many noughts."""
    packer = zlib.compressobj(9)
    packed = b"".join(packer.compress(bytes(min(length - k, 10**6))) for k in range(0, length, 10**6)) + packer.flush()
    body = _field(2, length if size is None else size) + _field(3, packed)
    head = _field(1, kind) + _field(3, len(body))
    return len(head).to_bytes(4, "big") + head + body


CAMERAS.add("no-place", text("Camera ID,Owner\nK1,Jane Smith\n", "cameras.csv"), refused("does not tell where the cameras are"))
CAMERAS.add("header-alone", text(_HEAD, "cameras.csv"), refused("no row"))
CAMERAS.add("noise", data(bytes(range(256)) * 40, "cameras.csv"), refused())

# OpenStreetMap
_PBF = "read_cameras {in}/cameras.pbf"
CAMERAS.add("pbf-noise", data(b"\x00\x00\x00\x0d\x0a\x09OSMHeader\x18\xff\xff\xff\x7f" + bytes(50), "cameras.pbf"), refused("cameras.pbf"), command=_PBF)
CAMERAS.add("pbf-empty", data(b"", "cameras.pbf"), refused("cameras.pbf"), command=_PBF)
CAMERAS.add("pbf-that-is-a-table", register_as("cameras.pbf"), refused("cameras.pbf"), command=_PBF)
CAMERAS.add("pbf-that-is-none", lambda folder: None, refused("cameras.pbf"), command=_PBF)
CAMERAS.add("pbf-that-unpacks-to-2-gb", data(lambda: _blob(b"OSMHeader", 2_000_000_000), "cameras.pbf"), refused("cameras.pbf"), command=_PBF)
CAMERAS.add("pbf-that-says-a-size-it-has-not", data(lambda: _blob(b"OSMHeader", 10, size=2**31 - 1), "cameras.pbf"), refused("cameras.pbf"), command=_PBF)
CAMERAS.add("osm-of-one-camera", osm(_CAMERA), used(1), command="read_cameras {in}/cameras.osm")
CAMERAS.add("osm-without-a-camera", osm('<node id="1" lat="52.9" lon="-1.2" version="1"/>'), refused(), command="read_cameras {in}/cameras.osm")
CAMERAS.add("osm-with-an-entity", osm(_CAMERA, '<!DOCTYPE osm [<!ENTITY e SYSTEM "file:///etc/passwd">]>'), refused(), used(1), command="read_cameras {in}/cameras.osm")
CAMERAS.add("osm-at-nowhere", osm(_CAMERA.replace("52.9", "nan")), refused(), command="read_cameras {in}/cameras.osm")
