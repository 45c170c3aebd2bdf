"""Gzip and zip: damage, bombs, members that climb, files within files."""

# A case a line, so that a family can be read down.
# fmt: off

import bz2
import gzip
import lzma
import os
import stat
import zipfile
from collections.abc import Callable
from pathlib import Path

from tests.hostile.bytes_of import (
    HEADINGS,
    both,
    data,
    files,
    gzip_of,
    lines,
    repeated_deflate,
    text,
    zip_of,
    zip_with,
)
from tests.hostile.case import Family, refused, used

GZ = Family("gzip", "check {in}/crimes.csv.gz")
ZIP = Family("zip", "check {in}/crimes.zip")
GOOD = lines(20)
_HEAD = ",".join(HEADINGS) + "\n"
_MORE = "".join(f"{line.replace('A0', 'B0')}\n" for line in GOOD.splitlines()[1:])
_GZ = gzip.compress(GOOD.encode(), mtime=0)


def _gz(content: bytes, name: str = "crimes.csv.gz") -> Callable[[Path], object]:
    return data(content, name)


GZ.add("good", _gz(_GZ), used(20))
GZ.add("under-csv", data(_GZ), used(20), command="check {in}/crimes.csv")
GZ.add("two-members", _gz(_GZ + gzip.compress(_MORE.encode())), used(40))
GZ.add("two-members-the-second-with-a-heading", _gz(_GZ + gzip.compress((_HEAD + _MORE).encode())), used(40, 1))
GZ.add("many-empty-members", _gz(_GZ + gzip.compress(b"") * 2000), used(20))
GZ.add("zeros-behind", _gz(_GZ + bytes(1024)), used(20), refused("gzip"))
GZ.add("noise-behind", _gz(_GZ + b"noise" * 20), refused("gzip"))
GZ.add("cut", _gz(_GZ[:-20]), refused("gzip"))
GZ.add("cut-in-the-trailer", _gz(_GZ[:-3]), refused("gzip"))
GZ.add("cut-in-the-header", _gz(_GZ[:6]), refused("gzip"))
GZ.add("mark-alone", _gz(_GZ[:2]), refused("crimes.csv.gz"))
GZ.add("wrong-crc", _gz(_GZ[:-8] + b"\x00\x00\x00\x00" + _GZ[-4:]), refused("gzip"))
GZ.add("wrong-length", _gz(_GZ[:-4] + b"\xff\xff\xff\xff"), refused("gzip"))
GZ.add("flipped-byte", _gz(_GZ[:60] + bytes([_GZ[60] ^ 0x55]) + _GZ[61:]), refused("crimes.csv.gz"))
GZ.add("unknown-method", _gz(b"\x1f\x8b\x09" + _GZ[3:]), refused("gzip"))
GZ.add("reserved-flags", _gz(_GZ[:3] + b"\xe0" + _GZ[4:]), used(20), refused("crimes.csv.gz"))
GZ.add("name-that-climbs", _gz(_GZ[:3] + b"\x08" + _GZ[4:10] + b"../../../owned.csv\x00" + _GZ[10:]), used(20))
GZ.add("name-without-end", _gz(_GZ[:3] + b"\x08" + _GZ[4:10] + b"x" * 5000), refused("gzip"))
GZ.add("empty", _gz(gzip.compress(b"")), refused("empty"))
GZ.add("of-gzip", _gz(gzip.compress(_GZ)), refused("crimes.csv.gz"))
GZ.add("of-zip", _gz(gzip.compress(zip_of({"a.csv": GOOD}))), refused("crimes.csv.gz"))
GZ.add("of-noise", _gz(gzip.compress(bytes(range(256)) * 30)), refused("crimes.csv.gz"))
GZ.add("of-utf-16", _gz(gzip.compress(GOOD.encode("utf-16"))), used(20))
GZ.add("plain-text-under-this-name", text(GOOD, "crimes.csv.gz"), used(20), refused("crimes.csv.gz"))
GZ.add("bzip-under-this-name", _gz(bz2.compress(GOOD.encode())), refused("crimes.csv.gz"))
GZ.add("xz-under-this-name", _gz(lzma.compress(GOOD.encode())), refused("crimes.csv.gz"))
GZ.add("zstd-under-this-name", _gz(b"\x28\xb5\x2f\xfd" + bytes(range(200))), refused("crimes.csv.gz"))
GZ.add("zip-under-this-name", _gz(zip_of({"a.csv": GOOD})), refused("crimes.csv.gz"))
GZ.add("of-geojson", data(gzip.compress(b'{"type":"FeatureCollection","features":[]}'), "a.geojson.gz"), refused("a.geojson.gz"), command="check {in}/a.geojson.gz")
# Millions of rows are read in time; what counts here is the memory, and that there is an end.
GZ.add("bomb-of-blank-lines-1-gb", lambda f: (f / "crimes.csv.gz").write_bytes(gzip_of(repeated_deflate(GOOD.encode(), b"\n" * 1_000_000, 1000))),
       used(20), refused("crimes.csv.gz"), heavy=True)
GZ.add("bomb-of-one-line-2-gb", lambda f: (f / "crimes.csv.gz").write_bytes(gzip_of(repeated_deflate(GOOD.encode(), b"x" * 1_000_000, 2000))),
       used(20, 1), refused("crimes.csv.gz"), heavy=True)
GZ.add("bomb-of-one-quoted-cell-2-gb", lambda f: (f / "crimes.csv.gz").write_bytes(gzip_of(repeated_deflate((GOOD + '"').encode(), b"x\n" * 500_000, 2000))),
       used(20, 1), refused("crimes.csv.gz"), heavy=True)
GZ.add("bomb-of-commas-1-gb", lambda f: (f / "crimes.csv.gz").write_bytes(gzip_of(repeated_deflate(GOOD.encode(), b"," * 1_000_000, 1000))),
       used(20), used(20, 1), refused("crimes.csv.gz"), heavy=True)
GZ.add("bomb-of-zeros-2-gb", lambda f: (f / "crimes.csv.gz").write_bytes(gzip_of(repeated_deflate(b"", bytes(1_000_000), 2000))),
       refused("crimes.csv.gz"), heavy=True)
GZ.add("bomb-of-a-heading-1-gb", lambda f: (f / "crimes.csv.gz").write_bytes(gzip_of(repeated_deflate(b"Crime Ref,", b"x," * 500_000, 1000))),
       refused("crimes.csv.gz"), heavy=True)
GZ.add("rows-of-one-fault-300000", lambda f: (f / "crimes.csv.gz").write_bytes(gzip_of(repeated_deflate(GOOD.encode(), b"A,never,0,0\n" * 1000, 300))),
       used(20, 300_000), refused("crimes.csv.gz"), heavy=True)

# Zip files
_Z = zip_of({"crimes.csv": GOOD})


def _zip(content: bytes | Callable[[], bytes]) -> Callable[[Path], object]:
    return data(content, "crimes.zip")


ZIP.add("good", _zip(_Z), used(20))
ZIP.add("two-texts", _zip(lambda: zip_of({"a.csv": GOOD, "b.csv": _HEAD + _MORE})), used(40))
ZIP.add("two-layouts", _zip(lambda: zip_of({"a.csv": GOOD, "b.csv": "Station,Cars\nNorth,3\nSouth,4\n"})), used(20))
ZIP.add("two-layouts-the-good-one-second", _zip(lambda: zip_of({"a.csv": "Station,Cars\nNorth,3\nSouth,4\n", "b.csv": GOOD})), used(20))
ZIP.add("one-good-one-empty", _zip(lambda: zip_of({"a.csv": GOOD, "b.csv": ""})), used(20), refused("b.csv"))
ZIP.add("one-good-one-noise", _zip(lambda: zip_of({"a.csv": GOOD, "b.csv": bytes(5000)})), used(20), refused("b.csv"))
ZIP.add("one-good-one-header", _zip(lambda: zip_of({"a.csv": GOOD, "b.csv": _HEAD})), used(20))
ZIP.add("names-that-climb", _zip(lambda: zip_of({"../../owned.csv": GOOD})), used(20), refused("crimes.zip"))
ZIP.add("names-from-the-root", _zip(lambda: zip_of({"/etc/passwd.csv": GOOD})), used(20), refused("crimes.zip"))
ZIP.add("names-with-backslashes", _zip(lambda: zip_of({"a\\..\\..\\owned.csv": GOOD})), used(20), refused("crimes.zip"))
ZIP.add("names-with-braces", _zip(lambda: zip_of({"{a}.csv": GOOD})), used(20))
ZIP.add("names-with-escape", _zip(lambda: zip_of({"\x1b[2J\x07a.csv": GOOD})), used(20), refused("crimes.zip"))
ZIP.add("names-with-escape-of-nothing", _zip(lambda: zip_of({"\x1b[2J\x07a.doc": GOOD, "\u202ecod.exe": "x"})), refused("crimes.zip"))
ZIP.add("names-with-direction-marks", _zip(lambda: zip_of({"\u202eevil.csv": GOOD})), used(20))
ZIP.add("name-of-60000-characters", _zip(lambda: zip_of({"n" * 60_000 + ".csv": GOOD})), used(20), refused("crimes.zip"))
ZIP.add("name-of-nothing", _zip(_Z.replace(b"crimes.csv", b"\x00rimes.csv")), refused("crimes.zip"), used(20))
ZIP.add("name-of-a-dot", _zip(lambda: zip_of({".": GOOD, "..": GOOD})), refused("crimes.zip"))
ZIP.add("names-twice", _zip(lambda: zip_of([("a.csv", GOOD), ("a.csv", _HEAD + _MORE)])), used(20), used(40), refused("crimes.zip"))
ZIP.add("names-twice-but-for-case", _zip(lambda: zip_of([("a.csv", GOOD), ("A.CSV", _HEAD + _MORE)])), used(40))
ZIP.add("shadows-of-a-mac", _zip(lambda: zip_of({"a.csv": GOOD, "__MACOSX/._a.csv": bytes(200), ".DS_Store": bytes(90)})), used(20))
ZIP.add("10000-members", _zip(lambda: zip_of({f"n{n}.txt": "x" for n in range(10_000)})), refused())
ZIP.add("3000-good-members", _zip(lambda: zip_of({f"n{n}.csv": lines(1, {0: {"ref": f"R{n}"}}) for n in range(3000)})), refused("unpack"))
ZIP.add("200-good-members", _zip(lambda: zip_of({f"n{n}.csv": lines(1, {0: {"ref": f"R{n}"}}) for n in range(200)})), used(200), heavy=True)
ZIP.add("empty", _zip(lambda: zip_of({})), refused("crimes.zip"))
ZIP.add("folders-alone", _zip(lambda: zip_of({"a/": "", "b/": ""})), refused("crimes.zip"))
ZIP.add("cut", _zip(_Z[:-30]), refused("crimes.zip"))
ZIP.add("cut-in-a-member", _zip(_Z[:100]), refused("crimes.zip"))
ZIP.add("noise", _zip(b"PK\x03\x04" + bytes(range(256)) * 10), refused("crimes.zip"))
ZIP.add("no-zip", _zip(GOOD.encode()), refused("crimes.zip"))
ZIP.add("bytes-before", _zip(b"#!/bin/sh\n" * 20 + _Z), used(20), refused("crimes.zip"))
ZIP.add("bytes-behind", _zip(_Z + b"x" * 500), used(20), refused("crimes.zip"))
ZIP.add("wrong-crc", _zip(_Z.replace(_Z[14:18], b"\x00\x01\x02\x03")), refused("crimes"))
ZIP.add("flipped-byte", _zip(_Z[:80] + bytes([_Z[80] ^ 0x55]) + _Z[81:]), refused("crimes"))
ZIP.add("within-a-zip", _zip(lambda: zip_of({"inner.zip": _Z})), refused("crimes.zip"))
ZIP.add("of-a-gzip", _zip(lambda: zip_of({"crimes.csv.gz": _GZ})), used(20), refused("crimes.zip"))
ZIP.add("of-a-workbook", _zip(lambda: zip_of({"crimes.xlsx": b"PK"})), refused("crimes.zip"))
ZIP.add("of-a-gzip-under-csv", _zip(lambda: zip_of({"crimes.csv": _GZ})), used(20), refused("crimes"))
ZIP.add("comment-of-60000", _zip(_Z[:-2] + (60_000).to_bytes(2, "little") + b"c" * 60_000), used(20))


def _patched(at_local: int, at_central: int, value: bytes) -> bytes:
    whole = bytearray(_Z)
    central = whole.find(b"PK\x01\x02")
    whole[at_local : at_local + len(value)] = value
    whole[central + at_central : central + at_central + len(value)] = value
    return bytes(whole)


ZIP.add("protected", _zip(_patched(6, 8, b"\x01\x00")), refused("password"))
ZIP.add("method-unknown", _zip(_patched(8, 10, b"\x63\x00")), refused("crimes"))
ZIP.add("method-of-aes", _zip(_patched(8, 10, b"\x63\x00")), refused("crimes"))
ZIP.add("size-that-lies-small", _zip(_patched(22, 24, (5).to_bytes(4, "little"))), refused("crimes"), used(20))
ZIP.add("size-that-lies-large", _zip(_patched(22, 24, (2**31).to_bytes(4, "little"))), refused("crimes"), used(20))
ZIP.add("offset-that-lies", _zip(_Z.replace(b"PK\x01\x02", b"PK\x01\x02") [:-6] + (2**31).to_bytes(4, "little") + _Z[-2:]), refused("crimes.zip"))


def _link(target: str) -> bytes:
    entry = zipfile.ZipInfo("crimes.csv")
    entry.create_system, entry.external_attr = 3, (stat.S_IFLNK | 0o777) << 16
    return zip_of([(entry, target)])


ZIP.add("link-to-a-file", _zip(_link("/etc/passwd")), refused("crimes"))
ZIP.add("bomb-of-one-text", lambda f: (f / "crimes.zip").write_bytes(zip_with("crimes.csv", repeated_deflate(GOOD.encode(), b"\n" * 1_000_000, 1000), {})),
        used(20), refused("crimes"), heavy=True)
ZIP.add("bomb-of-one-layer", lambda f: (f / "crimes.zip").write_bytes(zip_with("crimes.geojson", repeated_deflate(b'{"type":"FeatureCollection","features":[', b" " * 1_000_000, 3000, b"]}"), {})),
        refused("crimes"), heavy=True)
ZIP.add("bomb-of-a-shapefile", lambda f: (f / "crimes.zip").write_bytes(zip_with("a.shp", repeated_deflate(b"\x00\x00\x27\x0a" + bytes(96), bytes(1_000_000), 3000), {"a.shx": b"\x00\x00\x27\x0a" + bytes(96), "a.dbf": bytes(33)})),
        refused("crimes"), heavy=True)
for _name, _content in {
    "vrt": '<OGRVRTDataSource><OGRVRTLayer name="a"><SrcDataSource>/etc/passwd</SrcDataSource></OGRVRTLayer></OGRVRTDataSource>',
    "shp-alone": b"\x00\x00\x27\x0a" + bytes(96),
    "gpkg-noise": b"SQLite format 3\x00" + bytes(500),
    "geojson-noise": "{{{{",
    "kml-link": '<kml><NetworkLink><Link><href>http://127.0.0.1:9/a.kml</href></Link></NetworkLink></kml>',
}.items():
    _ending = {"vrt": "geojson", "shp-alone": "shp", "gpkg-noise": "gpkg", "geojson-noise": "geojson", "kml-link": "kml"}[_name]
    ZIP.add(f"of-{_name}", _zip(zip_of({f"a.{_ending}": _content})), refused("a."), refused("crimes"))

# Folders
FOLDER = Family("folders", "check {in}/folder")
FOLDER.add("good", files({"folder/a.csv": GOOD, "folder/b.csv": _HEAD + _MORE}), used(40), changes=("folder.toml",))
FOLDER.add("other-endings", files({"folder/a.csv": GOOD, "folder/b.dat": _HEAD + _MORE}), used(20, 0, "b.dat"), refused("b.dat"))
FOLDER.add("other-endings-many", files({"folder/a.csv": GOOD, **{f"folder/b{n}.dat": "x" for n in range(500)}}), used(20, 0, "dat"), refused("dat"))
FOLDER.add("within-folders", files({"folder/a.csv": GOOD, "folder/more/b.csv": _HEAD + _MORE}), used(40), used(20, 0, "more"), refused("more"))
FOLDER.add("zip-beside", files({"folder/a.csv": GOOD, "folder/b.zip": _Z}), used(20, 0, "b.zip"), refused("b.zip"))
FOLDER.add("empty", lambda f: (f / "folder").mkdir(), refused("folder"))
FOLDER.add("one-damaged", files({"folder/a.csv": GOOD, "folder/b.csv": bytes(500)}), refused("b.csv"))
FOLDER.add("one-empty", files({"folder/a.csv": GOOD, "folder/b.csv": b""}), refused("b.csv"))
FOLDER.add("one-header", files({"folder/a.csv": GOOD, "folder/b.csv": _HEAD}), used(20))
FOLDER.add("one-of-another-layout", files({"folder/a.csv": GOOD, "folder/b.csv": "Station,Cars\nNorth,3\nSouth,5\n"}), refused("b.csv"))
FOLDER.add("one-twice", files({"folder/a.csv": GOOD, "folder/b.csv": GOOD}), used(20, 20))
FOLDER.add("named-with-escape", files({"folder/a.csv": GOOD, "folder/\x1b[2Jb.csv": _HEAD + _MORE}), used(40))
FOLDER.add("named-with-escape-damaged", files({"folder/a.csv": GOOD, "folder/\x1b[2Jb.csv": bytes(500)}), refused("b.csv"))
FOLDER.add("named-with-line-ends", files({"folder/a\nb.csv": GOOD}), used(20))
FOLDER.add("named-with-direction-marks", files({"folder/\u202evsc.csv": GOOD}), used(20))
FOLDER.add("named-like-a-pattern", files({"folder/a[1].csv": GOOD, "folder/a*.csv": _HEAD + _MORE}), used(40))
FOLDER.add("named-by-bytes", lambda f: ((f / "folder").mkdir(), Path(os.fsdecode(bytes(f) + b"/folder/\xff\xfe.csv")).write_text(GOOD)), used(20), refused())
FOLDER.add("300-files", files({f"folder/f{n}.csv": lines(1, {0: {"ref": f"R{n}"}}) for n in range(300)}), used(300), heavy=True)


def _fifo(folder: Path) -> None:
    (folder / "folder").mkdir()
    (folder / "folder" / "a.csv").write_text(GOOD)
    os.mkfifo(folder / "folder" / "b.csv")


def _loop(folder: Path) -> None:
    (folder / "folder").mkdir()
    (folder / "folder" / "a.csv").write_text(GOOD)
    (folder / "folder" / "b.csv").symlink_to("b.csv")


def _loop_of_folders(folder: Path) -> None:
    (folder / "folder").mkdir()
    (folder / "folder" / "a.csv").write_text(GOOD)
    (folder / "folder" / "more").symlink_to(".")


FOLDER.add("fifo-in-it", _fifo, refused("b.csv"))
FOLDER.add("link-loop-in-it", _loop, refused("b.csv"))
FOLDER.add("folder-loop-in-it", _loop_of_folders, used(20), used(20, 0, "more"), refused("more"))
FOLDER.add("broken-link-in-it", both(files({"folder/a.csv": GOOD}), lambda f: (f / "folder" / "b.csv").symlink_to("nothing")), refused("b.csv"))
FOLDER.add("folder-named-like-a-file", files({"folder/a.csv": GOOD, "folder/b.csv/c.txt": "x"}), refused("b.csv"), used(20, 0, "b.csv"))
