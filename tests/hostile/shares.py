"""Shares that were cut, changed, mixed or made to harm, and corrections of them."""

# A case a line, so that a family can be read down.
# fmt: off

import functools
import hashlib
import io
import json
import sqlite3
import tempfile
import zipfile
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

from tests.hostile.bytes_of import text, zip_of
from tests.hostile.case import Answer, Family, refused, site, used

SHARES = Family("shares", "read_share {in}/share")
CORRECTIONS = Family("corrections", "apply_correction {in}/share {in}/correction")
TODAY = "2026-12-02"
_M = "manifest.json"
_FILES = {"geoparquet": "crimes.parquet", "gpkg": "share.gpkg", "xlsx": "share.xlsx"}
Change = Callable[[dict[str, Any]], object]


def read_share(path: str) -> Any:
    """Read a share as of a day on which it may be used."""
    import hotspot as hs

    return hs.read_share(path, today=TODAY)


def apply_correction(share: str, correction: str) -> Any:
    """Apply a correction to a copy of a share, and read that."""
    import shutil

    from hotspot.sharing import apply_correction as apply

    place = Path("applied")
    shutil.copytree(share, place)
    return read_share(str(apply(place, correction, today=TODAY)))


@functools.cache
def _good(layout: str = "", rows: int = 3, kind: str = "share") -> dict[str, bytes]:
    """Return the files of a good share, or of a correction of it, by their names."""
    import geopandas as gpd
    import pandas as pd

    import hotspot as hs
    from hotspot.sharing import write_correction

    days = pd.date_range("2026-01-01 13:05", periods=rows)
    crimes = gpd.GeoDataFrame(
        {"crime_ref": [f"A{k:03d}" for k in range(rows)], "occurred_from": days, "occurred_to": days, "mo": "REAR"},
        geometry=gpd.points_from_xy([451_000.0 + k for k in range(rows)], [340_000.0] * rows), crs="EPSG:27700",
    )
    with tempfile.TemporaryDirectory() as made:
        folder = hs.write_share(
            crimes, Path(made) / "s", "B", "p", ["crime_ref", "occurred_to", "mo"], "M", "2026-12-31",
            [layout] if layout else list(_FILES), gateway="g", regime="Part 3", discloser="d", today="2026-12-01",
        )
        if kind == "correction":
            changed = crimes.iloc[:1].assign(mo="SIDE")
            folder = write_correction(folder, changed, Path(made) / "c", "r", removed=["A002"], today=TODAY)
        return {path.name: path.read_bytes() for path in folder.iterdir()}


def sealed(files: dict[str, bytes], change: Change = lambda told: None) -> dict[str, bytes]:
    """Return files with a manifest that was changed by somebody who knows how its digest is made."""
    told = json.loads(files[_M])
    for one in told["files"]:
        content = files.get(one["name"], b"")
        one.update(sha256=hashlib.sha256(content).hexdigest(), bytes=len(content))
    change(told)
    said = {key: value for key, value in told.items() if key != "digest"}
    told["digest"] = hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()
    return {**files, _M: json.dumps(told).encode()}


def share(change: Callable[[dict[str, bytes]], dict[str, bytes]], layout: str = "", *, under: str = "share") -> Callable[[Path], object]:
    """Return what writes a share of which the files were changed."""

    def write(folder: Path) -> None:
        (folder / under).mkdir()
        for name, content in change(dict(_good(layout))).items():
            (folder / under / name).write_bytes(content)

    return write


def add(slug: str, change: Callable[[dict[str, bytes]], dict[str, bytes]], *wanted: Answer, layout: str = "xlsx", command: str | None = None, heavy: bool = False) -> None:
    SHARES.add(slug, share(change, layout), *(wanted or (refused(),)), command=command, heavy=heavy)


def told(slug: str, change: Change, *wanted: Answer, layout: str = "xlsx", command: str | None = None, heavy: bool = False) -> None:
    """Add a share whose manifest was changed and sealed again."""
    add(slug, lambda files: sealed(files, change), *wanted, layout=layout, command=command, heavy=heavy)


def _with(name: str, change: Callable[[bytes], bytes]) -> Callable[[dict[str, bytes]], dict[str, bytes]]:
    return lambda files: {**files, name: change(files[name])}


add("good", lambda files: files, used(3), layout="")
add("not-as-of-today", lambda files: sealed(files, lambda m: m.update(expires="2026-12-01")), refused("expired on 2026-12-01"))
for _name in (*_FILES.values(), "README.txt", _M):
    add(f"cut-{_name}", _with(_name, lambda b: b[: len(b) // 2]), refused("copied in part" if _name != _M else _M), layout="")
    add(f"one-byte-of-{_name}", _with(_name, lambda b: b[:60] + bytes([b[60] ^ 1]) + b[61:]), refused("changed" if _name != _M else _M), layout="")
    add(f"empty-{_name}", _with(_name, lambda b: b""), refused(_name), layout="")
    add(f"longer-{_name}", _with(_name, lambda b: b + b"\n\n"), *([used(3)] if _name == _M else [refused("changed")]), layout="")
    add(f"without-{_name}", lambda files, _name=_name: {n: b for n, b in files.items() if n != _name}, refused(_name), layout="")
add("manifest-of-another", lambda files: {**files, _M: _good("xlsx", 2)[_M]}, refused("share.xlsx"))
add("manifest-of-a-correction", lambda files: {**files, _M: _good("xlsx", 3, "correction")[_M]}, refused())
add("two-manifests", lambda files: {**files, "manifest (1).json": _good("xlsx", 2)[_M]}, used(3))
add("manifest-twice-in-one", _with(_M, lambda b: b + b), refused(_M))
add("expires-twice", _with(_M, lambda b: b.replace(b'"expires"', b'"expires": "2099-01-01",\n "expires"', 1)), refused("more than once"))
add("file-of-another", lambda files: {**files, "share.xlsx": _good("xlsx", 2)["share.xlsx"]}, refused("share.xlsx"))
add("file-of-another-sealed", lambda files: sealed({**files, "share.xlsx": _good("xlsx", 4)["share.xlsx"]}), refused("the manifest says 3"))

# What a manifest is written in
for _encoding in ("utf-16", "utf-32", "cp037"):
    add(f"manifest-in-{_encoding}", _with(_M, lambda b, _encoding=_encoding: b.decode().encode(_encoding)), refused(_M))
add("manifest-in-latin-1", lambda files: _with(_M, lambda b: b.decode().encode("latin-1"))({**files, _M: json.dumps({**json.loads(files[_M]), "purpose": "\u00e9"}, ensure_ascii=False).encode()}), refused(_M))
add("manifest-with-a-bom", _with(_M, lambda b: b"\xef\xbb\xbf" + b), refused(_M))
add("manifest-of-nuls", _with(_M, lambda b: bytes(len(b))), refused(_M))
add("manifest-of-brackets", _with(_M, lambda b: b"[" * 1_000_000), refused(_M))
add("manifest-of-digits", _with(_M, lambda b: b"9" * 1_000_000), refused(_M))
add("manifest-of-25-mb", _with(_M, lambda b: b + b" " * 25_000_000), refused("too large"))
add("manifest-of-nan", _with(_M, lambda b: b.replace(b'"version": 1', b'"version": NaN')), refused(_M))
add("manifest-of-1e400", _with(_M, lambda b: b.replace(b'"version": 1', b'"version": 1e400')), refused(_M))
add("manifest-of-a-surrogate", lambda files: sealed(files, lambda m: m.update(purpose="\ud800")), refused(_M))

# What a manifest says of its files
for _slug, _path in (
    ("above", "../../x.xlsx"), ("of-a-root", "/etc/passwd"), ("of-a-drive", "C:\\x.xlsx"), ("of-a-server", "\\\\host\\c\\x.xlsx"),
    ("a-url", "https://example.org/x.xlsx"), ("vsicurl", "/vsicurl/https://example.org/x.xlsx"), ("hidden", ".xlsx"), ("itself", ""), ("long", "x" * 300 + ".xlsx"),
    ("with-nul", "a\0.xlsx"), ("with-escape", "\x1b[2J.xlsx"), ("turned", "\u202exslx.exe"), ("in-a-folder", "a/b.xlsx"),
):
    told(f"file-name-{_slug}", lambda m, _path=_path: m["files"][0].update(name=_path), refused(_M))
    told(f"frame-name-{_slug}", lambda m, _path=_path: m["frames"][0].update(name=_path), refused(_M))
told("file-that-asks", lambda m: m["files"][0].update(name=f"{site()}/x.xlsx"), refused(_M))
told("file-twice", lambda m: m["files"].append(m["files"][0]), used(3))
told("files-5000", lambda m: m.update(files=m["files"] * 2500), refused(_M))
told("hash-in-capitals", lambda m: m["files"][0].update(sha256=m["files"][0]["sha256"].upper()), refused(_M))
told("bytes-1e18", lambda m: m["files"][0].update(bytes=10**18), refused("copied in part"))
told("layout-of-another", lambda m: m["files"][0].update(layout="geoparquet"), refused("share.xlsx"))

# What a manifest says of its rows
for _layout, _file in _FILES.items():
    for _rows in (10**7, 10**9, 10**15, 2**63):
        told(f"{_layout}-rows-{_rows:.0e}", lambda m, _rows=_rows: m["frames"][0].update(rows=_rows), refused(_file), refused(_M), layout=_layout)
    told(f"{_layout}-range-1e18", lambda m: m["frames"][0].update(rows=3, index={"name": None, "range": [0, 10**18, 1], "column": None}), refused(_file), layout=_layout)
    told(f"{_layout}-labels-that-are-none", lambda m: m["frames"][0].update(index={"name": "x", "range": None, "column": {"name": "x", "kind": "text", "dtype": "object", "categories": None, "ordered": False, "gap": "none"}}), refused(_file), layout=_layout)
    told(f"{_layout}-other-kind", lambda m: m["frames"][0]["columns"][0].update(kind="duration", dtype="timedelta64[ns]"), refused(_file), layout=_layout)
    told(f"{_layout}-column-that-is-none", lambda m: m["frames"][0]["columns"][0].update(name="y" * 100_000), refused(_M), layout=_layout)
    told(f"{_layout}-crs-that-is-none", lambda m: m["frames"][0]["geometry"].update(crs="+proj=pipeline +step +init=/etc/passwd"), refused(_file), layout=_layout)
    told(f"{_layout}-crs-of-a-grid", lambda m: m["frames"][0]["geometry"].update(crs=f"+proj=longlat +nadgrids={site()}/x.gsb"), refused(_file), used(3), layout=_layout)
    told(f"{_layout}-zone-that-is-a-path", lambda m: m["frames"][0]["columns"][1].update(dtype="datetime64[ns, ../../etc/passwd]"), refused(), layout=_layout)
    told(f"{_layout}-categories-1e5", lambda m: m["frames"][0]["columns"][0].update(categories=[str(k) for k in range(100_000)]), refused(_file), layout=_layout)
told("columns-1e5", lambda m: m["frames"][0].update(columns=m["frames"][0]["columns"] * 33_000, order=["crime_ref"] * 99_000), refused(_M))
told("frames-201", lambda m: m.update(frames=m["frames"] * 201), refused(_M))
told("corrections-1e5", lambda m: m.update(corrections=[{"version": 2, "made": TODAY, "reason": "", "changed": 0, "removed": 0}] * 100_000), refused(_M))

# What a manifest says of itself
told("layout-2", lambda m: m.update(layout=2), refused("use the version of hotspot"))
told("layout-of-text", lambda m: m.update(layout="\x1b[2J" * 1000), refused("use the version of hotspot"))
told("layout-of-lists", lambda m: m.update(layout=[[[]]] * 10_000), refused("use the version of hotspot"))
told("version-1e30", lambda m: m.update(version=10**30), refused(_M))
told("day-that-is-none", lambda m: m.update(expires="2026-02-30"), refused(_M))
told("day-9999", lambda m: m.update(expires="9999-12-31"), used(3))
told("day-10000", lambda m: m.update(expires="10000-01-01"), refused(_M))
told("unknown-key", lambda m: m.update(__class__="x"), refused(_M))
told("purpose-of-1-mb", lambda m: m.update(purpose="x" * 1_000_000), refused(_M))
for _slug, _words in (("escape", "\x1b[2J\x1b]0;owned\x07"), ("script", "<script>alert(1)</script>"), ("turned", "\u202eLAICIFFO"), ("formula", "=HYPERLINK(\"http://x\")"), ("lines", "a\n" * 1900)):
    told(f"terms-of-{_slug}", lambda m, _words=_words: m.update(recipient=_words, purpose=_words, marking=_words, gateway=_words, discloser=_words, handling=[_words]), Answer((0,)), command=f"share read {{in}}/share --today {TODAY}")

# What is in its files
def _workbook(cell: str) -> Callable[[dict[str, bytes]], dict[str, bytes]]:
    """Return what puts a cell in the place of the first reference of the workbook."""

    def change(files: dict[str, bytes]) -> dict[str, bytes]:
        with zipfile.ZipFile(io.BytesIO(files["share.xlsx"])) as book:
            parts = {name: book.read(name) for name in book.namelist()}
        import re

        sheets = [name for name in parts if name.startswith("xl/worksheets/sheet")]
        for name in sheets:
            parts[name] = re.sub(rb'<c r="A2"[^>]*>.*?</c>', cell.encode(), parts[name], count=1)
        return sealed({**files, "share.xlsx": zip_of(parts)})

    return change


add("xlsx-formula", _workbook('<c r="A2" t="str"><f>HYPERLINK("http://x","y")</f><v>A000</v></c>'), used(3), refused("share.xlsx"))
add("xlsx-formula-of-a-program", _workbook('<c r="A2" t="str"><f>cmd|\' /C calc\'!A0</f><v>A000</v></c>'), used(3), refused("share.xlsx"))
add("xlsx-formula-unworked", _workbook('<c r="A2"><f>1+1</f></c>'), used(3), refused("share.xlsx"))
add("xlsx-error-cell", _workbook('<c r="A2" t="e"><v>#REF!</v></c>'), used(3), refused("share.xlsx"))
add("xlsx-number-for-text", _workbook('<c r="A2"><v>1</v></c>'), refused("share.xlsx"))
add("xlsx-text-that-is-no-json", _workbook('<c r="A2" t="inlineStr"><is><t>"cut</t></is></c>'), refused("share.xlsx"))
add("xlsx-far-cell", _workbook('<c r="A2" t="inlineStr"><is><t>A000</t></is></c><c r="XFD2"><v>1</v></c>'), used(3), refused("share.xlsx"))
add("xlsx-that-is-a-gpkg", lambda files: sealed({**files, "share.xlsx": _good("gpkg")["share.gpkg"]}), refused("share.xlsx"))


def _layer(*statements: str) -> Callable[[dict[str, bytes]], dict[str, bytes]]:
    """Return what runs statements in the GeoPackage."""

    def change(files: dict[str, bytes]) -> dict[str, bytes]:
        with tempfile.TemporaryDirectory() as made:
            path = Path(made) / "x.gpkg"
            path.write_bytes(files["share.gpkg"])
            with closing(sqlite3.connect(path)) as file:
                file.create_function("ST_IsEmpty", 1, lambda shape: 0)
                for name in ("ST_MinX", "ST_MaxX", "ST_MinY", "ST_MaxY"):
                    file.create_function(name, 1, lambda shape: 0.0)
                for statement in statements:
                    file.execute(statement)
                file.commit()
            return sealed({**files, "share.gpkg": path.read_bytes()})

    return change


def layer(slug: str, *statements: str, wanted: tuple[Answer, ...] = (used(3), refused("share.gpkg"))) -> None:
    add(f"gpkg-{slug}", _layer(*statements), *wanted, layout="gpkg")


layer("trigger", "CREATE TRIGGER t AFTER UPDATE ON gpkg_contents BEGIN DELETE FROM crimes; END", wanted=(used(3),))
layer("trigger-that-loads", "CREATE TRIGGER t AFTER INSERT ON crimes BEGIN SELECT load_extension('/tmp/x'); END", wanted=(used(3),))
layer("view-for-table", "ALTER TABLE crimes RENAME TO hidden", "CREATE VIEW crimes AS SELECT * FROM hidden")
layer("view-without-end", "ALTER TABLE crimes RENAME TO hidden", "CREATE VIEW crimes AS SELECT hidden.* FROM hidden, (WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n LIMIT 100000000) SELECT x FROM n)", wanted=(refused("share.gpkg"),))
layer("geometry-of-noise", "UPDATE crimes SET geom = x'4750000100'")
layer("geometry-of-text", "UPDATE crimes SET geom = 'POINT(0 0)'")
layer("other-kinds-of-cells", "UPDATE crimes SET occurred_to = 'yesterday'", wanted=(refused("share.gpkg"),))
layer("fewer-rows", "DELETE FROM crimes WHERE fid = 1", wanted=(refused("the manifest says 3"),))
layer("no-table", "DROP TABLE crimes", wanted=(refused("share.gpkg"),))
add("gpkg-that-is-noise", lambda files: sealed({**files, "share.gpkg": bytes(range(256)) * 40}), refused("share.gpkg"), layout="gpkg")
add("parquet-that-is-noise", lambda files: sealed({**files, "crimes.parquet": b"PAR1" + bytes(400) + b"PAR1"}), refused("crimes.parquet"), layout="geoparquet")
add("parquet-of-another", lambda files: sealed({**files, "crimes.parquet": _good("geoparquet", 2)["crimes.parquet"]}), refused("the manifest says 3"), layout="geoparquet")

# Where a share should be
SHARES.add("a-file", text("{}", "share"), refused("a share is a folder"))
SHARES.add("nothing", lambda folder: None, refused("no folder"))
SHARES.add("empty-folder", lambda folder: (folder / "share").mkdir(), refused(_M))
SHARES.add("manifest-that-is-a-folder", lambda folder: (folder / "share" / _M).mkdir(parents=True), refused(_M))
SHARES.add("manifest-that-is-a-link", lambda folder: (share(lambda files: files, "xlsx", under="real")(folder), (folder / "share").mkdir(), (folder / "share" / _M).symlink_to(folder / "real" / _M)), refused(_M))
SHARES.add("file-that-is-a-link", lambda folder: (share(lambda files: files, "xlsx")(folder), (folder / "share" / "share.xlsx").rename(folder / "x"), (folder / "share" / "share.xlsx").symlink_to(folder / "x")), refused("share.xlsx"))
SHARES.add("file-without-end", lambda folder: (share(lambda files: files, "xlsx")(folder), (folder / "share" / "share.xlsx").unlink(), (folder / "share" / "share.xlsx").symlink_to("/dev/zero")), refused("share.xlsx"))

# Corrections
def correction(slug: str, change: Callable[[dict[str, bytes]], dict[str, bytes]], *wanted: Answer, layout: str = "xlsx") -> None:
    """Add a correction of a share, of which the files were changed."""

    def write(folder: Path) -> None:
        share(lambda files: files, layout)(folder)
        (folder / "correction").mkdir()
        for name, content in change(dict(_good(layout, 3, "correction"))).items():
            (folder / "correction" / name).write_bytes(content)

    CORRECTIONS.add(slug, write, *(wanted or (refused(),)))


def corrected(slug: str, change: Change, *wanted: Answer) -> None:
    correction(slug, lambda files: sealed(files, change), *wanted)


correction("good", lambda files: files, used(2))
correction("cut", _with("share.xlsx", lambda b: b[:-100]), refused("copied in part"))
correction("a-share", lambda files: _good("xlsx"), refused("correction is asked for"))
corrected("of-another-share", lambda m: m.update(share="S-000000000000"), refused("is of share"))
corrected("of-version-9", lambda m: m.update(version=9), refused("apply those between first"))
corrected("of-version-1", lambda m: m.update(version=1), refused("already"))
corrected("expired", lambda m: m.update(expires="2026-12-01"), refused("expired"))
corrected("without-removed", lambda m: m.update(frames=m["frames"][:1]), refused("is not what it says"))
corrected("removed-alone", lambda m: m.update(frames=m["frames"][1:]), used(2))
corrected("that-removes-no-table", lambda m: m["frames"][1].update(order=["crime_ref", "table"]), refused("is not what it says"))
corrected("of-another-level", lambda m: m.update(level="area"), refused("is not what it says"))
corrected("of-fewer-columns", lambda m: m["frames"][0].update(columns=m["frames"][0]["columns"][:2], order=["crime_ref", "occurred_to", "geometry"]), refused("is not what it says"))
corrected("without-geometry", lambda m: m["frames"][0].update(geometry=None, order=["crime_ref", "occurred_to", "mo"]), refused("is not what it says"))
corrected("of-another-crs", lambda m: m["frames"][0]["geometry"].update(crs="EPSG:32630"), refused("is not what it says"))
corrected("renamed", lambda m: m["frames"][0].update(name="others"), refused())
correction("of-crimes-that-it-has-not", lambda files: sealed({**files, "share.xlsx": _renamed(files["share.xlsx"], b"A000", b"Z000")}), refused("is not what it says"))
correction("that-removes-what-it-has-not", lambda files: sealed({**files, "share.xlsx": _renamed(files["share.xlsx"], b"A002", b"Z002")}), refused("is not what it says"))


def _renamed(book: bytes, old: bytes, new: bytes) -> bytes:
    with zipfile.ZipFile(io.BytesIO(book)) as zipped:
        return zip_of({name: zipped.read(name).replace(old, new) for name in zipped.namelist()})
