"""Geographic files of other kinds, damaged: GeoPackage, Shapefile, MapInfo, KML, FlatGeobuf."""

# A case a line, so that a family can be read down.
# fmt: off

import contextlib
import functools
import sqlite3
import struct
import tempfile
from collections.abc import Callable
from pathlib import Path

from tests.hostile.bytes_of import data, files, text, zip_of
from tests.hostile.case import Family, counted, refused, site, used

GPKG = Family("geopackage", "check {in}/crimes.gpkg")
SHP = Family("shapefile", "check {in}/crimes.shp")
KML = Family("kml", "check {in}/crimes.kml")
TAB = Family("mapinfo", "check {in}/crimes.tab")
FGB = Family("flatgeobuf", "check {in}/crimes.fgb")


@functools.cache
def made(driver: str, ending: str) -> dict[str, bytes]:
    """Return the files of a good layer, by name."""
    import geopandas as gpd

    frame = gpd.GeoDataFrame(
        {"Crime Ref": [f"A{n:03d}" for n in range(20)], "Date From": [f"2026-02-{1 + n:02d}" for n in range(20)]},
        geometry=gpd.points_from_xy([451_000 + 10 * n for n in range(20)], [340_000] * 20),
        crs="EPSG:27700",
    )
    if driver == "KML":
        frame = frame.to_crs(4326)
    with tempfile.TemporaryDirectory() as folder:
        frame.to_file(Path(folder) / f"crimes.{ending}", driver=driver)
        return {path.name: path.read_bytes() for path in sorted(Path(folder).iterdir())}


def whole(driver: str, ending: str, change: Callable[[dict[str, bytes]], object] | None = None):  # type: ignore[no-untyped-def]
    """Return what writes a good layer after something was done to its files."""

    def write(folder: Path) -> None:
        made_files = dict(made(driver, ending))
        if change is not None:
            change(made_files)
        files(made_files)(folder)

    return write


def _sql(*statements: str):  # type: ignore[no-untyped-def]
    """Return what writes a GeoPackage that was changed by SQL."""

    def write(folder: Path) -> None:
        whole("GPKG", "gpkg")(folder)
        with contextlib.closing(sqlite3.connect(folder / "crimes.gpkg")) as base:
            triggers = base.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall()
            for (name,) in triggers:
                base.execute(f'DROP TRIGGER "{name}"')
            for statement in statements:
                base.execute(statement)
            base.commit()

    return write


def _cut(name: str, length: int):  # type: ignore[no-untyped-def]
    return lambda f: f.__setitem__(name, f[name][:length])


def _damaged(name: str, start: int, length: int, byte: bytes = b"\xff"):  # type: ignore[no-untyped-def]
    def change(f: dict[str, bytes]) -> None:
        f[name] = f[name][:start] + byte * length + f[name][start + length :]

    return change


_G = "crimes.gpkg"
_NO = refused(_G)
GPKG.add("good", whole("GPKG", "gpkg"), used(20))
GPKG.add("empty", data(b"", _G), refused("empty"))
GPKG.add("header-alone", data(b"SQLite format 3\x00", _G), _NO)
GPKG.add("no-sqlite", text("not a database", _G), _NO)
GPKG.add("sqlite-without-tables", lambda f: contextlib.closing(sqlite3.connect(f / _G)).__enter__().executescript("CREATE TABLE a (b)"), _NO)
for _length in (100, 1024, 4096, 20_000, 60_000):
    GPKG.add(f"cut-at-{_length}", whole("GPKG", "gpkg", _cut(_G, _length)), _NO)
for _start in (16, 24, 100, 1000, 4096, 8192, 30_000, 60_000, 90_000):
    GPKG.add(f"damaged-at-{_start}", whole("GPKG", "gpkg", _damaged(_G, _start, 300)), _NO, counted(20))
GPKG.add("cell-of-a-row-damaged", _sql("UPDATE crimes SET geom = x'4750' WHERE fid = 7"), used(19, 1), _NO)
GPKG.add("geometry-noise", _sql("UPDATE crimes SET geom = x'475000010000000001ffffffffffffffff' WHERE fid = 7"), used(19, 1), _NO)
GPKG.add("geometry-text", _sql("UPDATE crimes SET geom = 'POINT (1 2)' WHERE fid = 7"), used(19, 1), _NO)
GPKG.add("geometry-null", _sql("UPDATE crimes SET geom = NULL WHERE fid = 7"), used(19, 1))
GPKG.add("geometry-null-all", _sql("UPDATE crimes SET geom = NULL"), used(0, 20), _NO)
GPKG.add("geometry-of-huge-count", _sql("UPDATE crimes SET geom = x'4750000100000000' || x'0102000000ffffff7f' WHERE fid = 7"), used(19, 1), _NO)
GPKG.add("geometry-nan", _sql("UPDATE crimes SET geom = x'47500001346c0000' || x'0101000000000000000000f87f000000000000f87f' WHERE fid = 7"), used(19, 1), _NO)
GPKG.add("date-blob", _sql("UPDATE crimes SET \"Date From\" = x'00ff00ff' WHERE fid = 7"), used(19, 1), _NO)
GPKG.add("date-number", _sql('UPDATE crimes SET "Date From" = 9e999 WHERE fid = 7'), used(19, 1), _NO)
GPKG.add("ref-of-bad-utf-8", _sql("UPDATE crimes SET \"Crime Ref\" = CAST(x'41ff42' AS TEXT) WHERE fid = 7"), used(20), used(19, 1), _NO)
GPKG.add("ref-of-1-mb", _sql('UPDATE crimes SET "Crime Ref" = hex(zeroblob(500000)) WHERE fid = 7'), used(20), used(19, 1))
GPKG.add("ref-with-nul", _sql("UPDATE crimes SET \"Crime Ref\" = 'A' || char(0) || 'B' WHERE fid = 7"), used(20), used(19, 1), _NO)
GPKG.add("no-rows", _sql("DELETE FROM crimes"), _NO)
GPKG.add("contents-gone", _sql("DELETE FROM gpkg_contents"), _NO, used(20))
GPKG.add("geometry-columns-gone", _sql("DELETE FROM gpkg_geometry_columns"), _NO)
GPKG.add("table-gone", _sql("DROP TABLE crimes"), _NO)
GPKG.add("table-a-view", _sql("ALTER TABLE crimes RENAME TO b", "CREATE VIEW crimes AS SELECT * FROM b"), used(20), _NO)
GPKG.add("table-a-view-of-endless-rows", _sql("ALTER TABLE crimes RENAME TO b", 'CREATE VIEW crimes AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i AS fid, geom, "Crime Ref", "Date From" FROM b, n'), _NO, heavy=True)
GPKG.add("table-a-view-of-itself", _sql("ALTER TABLE crimes RENAME TO b", "CREATE VIEW crimes AS SELECT * FROM c", "CREATE VIEW c AS SELECT * FROM crimes"), _NO)
GPKG.add("view-that-loads", _sql("ALTER TABLE crimes RENAME TO b", "CREATE VIEW crimes AS SELECT fid, geom, load_extension('/tmp/owned.so') AS \"Crime Ref\", \"Date From\" FROM b"), _NO)
GPKG.add("view-that-makes-a-geometry", _sql("ALTER TABLE crimes RENAME TO b", "CREATE VIEW crimes AS SELECT fid, ogr_geocode('x') AS geom, \"Crime Ref\", \"Date From\" FROM b"), _NO)
GPKG.add("virtual-table-of-gdal", _sql("ALTER TABLE crimes RENAME TO b", "PRAGMA writable_schema = 1", "INSERT INTO sqlite_master VALUES ('table', 'crimes', 'crimes', 0, 'CREATE VIRTUAL TABLE crimes USING VirtualOGR(''/etc/passwd'')')"), _NO)
GPKG.add("rtree-gone", _sql('DROP TABLE IF EXISTS "rtree_crimes_geom"'), used(20), _NO)
GPKG.add("trigger-that-writes", _sql("CREATE TRIGGER t AFTER INSERT ON crimes BEGIN DELETE FROM crimes; END"), used(20))
GPKG.add("srs-undefined", _sql("UPDATE gpkg_geometry_columns SET srs_id = -1"), _NO)
GPKG.add("srs-zero", _sql("UPDATE gpkg_geometry_columns SET srs_id = 0"), _NO)
GPKG.add("srs-unknown", _sql("PRAGMA foreign_keys = 0", "UPDATE gpkg_geometry_columns SET srs_id = 987654"), _NO)
GPKG.add("srs-noise", _sql("UPDATE gpkg_spatial_ref_sys SET definition = 'noise', organization = 'NONE', organization_coordsys_id = 5 WHERE srs_id = 27700"), _NO, used(20))
GPKG.add("srs-a-grid-far", _sql("UPDATE gpkg_spatial_ref_sys SET definition = '+proj=longlat +nadgrids=http://127.0.0.1:9/a.tif', organization = 'NONE' WHERE srs_id = 27700"), _NO, used(20))
GPKG.add("srs-named-escape", _sql("UPDATE gpkg_spatial_ref_sys SET organization = 'NONE', organization_coordsys_id = 1, definition = replace(definition, 'OSGB', char(27) || '[2J' || char(8238))"), _NO, used(20))
GPKG.add("layer-named-escape", _sql("UPDATE gpkg_contents SET identifier = char(27) || '[2J'", "UPDATE gpkg_contents SET table_name = 'crimes'"), used(20), _NO)
GPKG.add("column-named-escape", _sql('ALTER TABLE crimes RENAME COLUMN "Date From" TO "Dat\x1b[2Je"'), refused())
GPKG.add("column-of-geometry-named-quotes", _sql('ALTER TABLE crimes ADD COLUMN "a""; DROP TABLE crimes; --" TEXT'), used(20), _NO)
GPKG.add("fids-negative", _sql("UPDATE crimes SET fid = -fid"), used(20), _NO)
GPKG.add("fids-huge", _sql("UPDATE crimes SET fid = fid + 9223372036854775700"), used(20), _NO)
GPKG.add("metadata-of-html", _sql("UPDATE gpkg_contents SET description = '<script>alert(1)</script>'"), used(20))
GPKG.add("journal-beside", lambda f: (whole("GPKG", "gpkg")(f), (f / "crimes.gpkg-journal").write_bytes(b"\xd9\xd5\x05\xf9\x20\xa1\x63\xd7" + bytes(600))), used(20), _NO)
GPKG.add("wal-beside", lambda f: (whole("GPKG", "gpkg")(f), (f / "crimes.gpkg-wal").write_bytes(b"\x37\x7f\x06\x82" + bytes(600))), used(20), _NO)
GPKG.add("wal-mode", _sql("PRAGMA journal_mode = WAL"), used(20), _NO)
GPKG.add("named-with-escape", lambda f: (f / "\x1b[2J.gpkg").write_bytes(b"SQLite format 3\x00"), refused(), command="check {in}/\x1b[2J.gpkg")


# Shapefile
def _without(*names: str) -> Callable[[dict[str, bytes]], object]:
    return lambda f: [f.pop(f"crimes.{name}") for name in names]


def _put(name: str, content: bytes) -> Callable[[dict[str, bytes]], object]:
    return lambda f: f.__setitem__(f"crimes.{name}", content)


_S, _SNO = "ESRI Shapefile", refused("crimes")
SHP.add("good", whole(_S, "shp"), used(20))
for _part in ("shx", "dbf"):
    SHP.add(f"without-{_part}", whole(_S, "shp", _without(_part)), _SNO)
    SHP.add(f"empty-{_part}", whole(_S, "shp", _put(_part, b"")), _SNO)
    SHP.add(f"noise-{_part}", whole(_S, "shp", _put(_part, b"\xff" * 500)), _SNO)
    SHP.add(f"cut-{_part}", whole(_S, "shp", _cut(f"crimes.{_part}", 150)), _SNO, counted(20))
SHP.add("without-prj", whole(_S, "shp", _without("prj")), used(20), _SNO)
for _name, _prj in {"empty": b"", "noise": b"\xff\xfe noise [[[", "unknown": b'PROJCS["Nowhere"]', "local": b'LOCAL_CS["x"]', "url": b"http://127.0.0.1:9/", "import": b"IMPORT:/etc/passwd", "escape": b'GEOGCS["\x1b[2J"]', "grid": b"+proj=longlat +nadgrids=http://127.0.0.1:9/a.tif", "huge": b"x" * 2_000_000}.items():
    SHP.add(f"prj-{_name}", whole(_S, "shp", _put("prj", _prj)), used(20), _SNO)
for _name, _cpg in {"unknown": b"KLINGON", "noise": b"\xff\x00\xff", "url": b"http://127.0.0.1:9/"}.items():
    SHP.add(f"cpg-{_name}", whole(_S, "shp", _put("cpg", _cpg)), used(20), _SNO)
for _length in (50, 100, 300):
    SHP.add(f"cut-at-{_length}", whole(_S, "shp", _cut("crimes.shp", _length)), _SNO, used(0, 20), counted(20))
SHP.add("kind-31", whole(_S, "shp", _damaged("crimes.shp", 32, 1, b"\x1f")), _SNO, counted(20))
SHP.add("kind-unknown", whole(_S, "shp", _damaged("crimes.shp", 32, 4)), _SNO, counted(20))
SHP.add("record-noise", whole(_S, "shp", _damaged("crimes.shp", 128, 28)), used(19, 1), _SNO)
SHP.add("record-null", whole(_S, "shp", _damaged("crimes.shp", 136, 4, b"\x00")), used(18, 2), used(19, 1), _SNO)
SHP.add("index-noise", whole(_S, "shp", _damaged("crimes.shx", 100, 80)), _SNO, counted(20))
SHP.add("index-of-huge-offsets", whole(_S, "shp", lambda f: f.__setitem__("crimes.shx", f["crimes.shx"][:100] + struct.pack(">2i", 2**30, 10) * 20)), _SNO, counted(20))
SHP.add("dbf-of-huge-count", whole(_S, "shp", lambda f: f.__setitem__("crimes.dbf", f["crimes.dbf"][:4] + b"\xff\xff\xff\x7f" + f["crimes.dbf"][8:])), _SNO, used(20))
SHP.add("dbf-of-fewer-rows", whole(_S, "shp", lambda f: f.__setitem__("crimes.dbf", f["crimes.dbf"][:4] + b"\x05\x00\x00\x00" + f["crimes.dbf"][8:])), _SNO, counted(20))
SHP.add("dbf-rows-deleted", whole(_S, "shp", lambda f: f.__setitem__("crimes.dbf", f["crimes.dbf"].replace(b" A", b"*A"))), used(20), counted(20), _SNO)
SHP.add("date-noise", whole(_S, "shp", lambda f: f.__setitem__("crimes.dbf", f["crimes.dbf"].replace(b"2026-02-08", b"\xff\x00\xff\x1b[2J\x9b\x80\x81"))), used(19, 1), _SNO)
SHP.add("endings-in-capitals", whole(_S, "shp", lambda f: [f.__setitem__(n.upper(), f.pop(n)) for n in list(f)]), used(20), command="check {in}/CRIMES.SHP")
SHP.add("dbf-alone", whole(_S, "shp", _without("shp", "shx")), refused("crimes.dbf"), command="check {in}/crimes.dbf")

# MapInfo
_M = "MapInfo File"
TAB.add("good", whole(_M, "tab"), used(20))
for _part in ("dat", "map", "id"):
    TAB.add(f"without-{_part}", whole(_M, "tab", _without(_part)), refused("crimes"))
    TAB.add(f"noise-{_part}", whole(_M, "tab", _put(_part, b"\xff" * 3000)), refused("crimes"), counted(20))
    TAB.add(f"cut-{_part}", whole(_M, "tab", _cut(f"crimes.{_part}", 60)), refused("crimes"), counted(20))
TAB.add("text-by-tabs", text("Crime Ref\tDate From\tEasting\tNorthing\nA1\t01/02/2026\t451000\t340000\nA2\t02/02/2026\t451000\t340000\n", "crimes.tab"), used(2))
TAB.add("header-alone", text("!table\n!version 300\n", "crimes.tab"), refused("crimes"))
TAB.add("view-of-another-table", text('!table\n!version 100\n\nOpen Table "/etc/passwd" Hide\n\nCreate View a As Select * From b\n', "crimes.tab"), refused("crimes"))
TAB.add("raster", text('!table\n!version 300\nDefinition Table\n  File "/etc/passwd"\n  Type "RASTER"\n', "crimes.tab"), refused("crimes"))
TAB.add("huge-field-count", whole(_M, "tab", lambda f: f.__setitem__("crimes.tab", f["crimes.tab"].replace(b"Fields 2", b"Fields 999999999"))), refused("crimes"), used(20))
TAB.add("mif-alone", text("VERSION 300\nColumns 1\n  Ref Char(9)\nData\nPOINT 1 2\n", "crimes.mif"), refused("crimes.mif"), command="check {in}/crimes.mif")
TAB.add("mif-noise", files({"crimes.mif": "Version 300\nColumns 99999999\nData\nPoint x y\n", "crimes.mid": "a\n"}), refused("crimes.mif"), command="check {in}/crimes.mif")
TAB.add("mif-of-fewer-texts", files({"crimes.mif": 'Version 300\nCharset "Neutral"\nDelimiter ","\nCoordSys Earth Projection 8, 79, "m", -2, 49, 0.9996012717, 400000, -100000\nColumns 2\n  Crime_Ref Char(9)\n  Date_From Char(10)\nData\nPoint 451000 340000\nPoint 451010 340000\n', "crimes.mid": '"A1","01/02/2026"\n'}), counted(2), refused("crimes.mif"), command="check {in}/crimes.mif")


# KML
def _kml(body: str, head: str = "") -> Callable[[Path], object]:
    return text(f'<?xml version="1.0" encoding="UTF-8"?>{head}<kml xmlns="http://www.opengis.net/kml/2.2"><Document><name>a</name>{body}</Document></kml>', "crimes.kml")


def _mark(n: int, more: str = "", point: str | None = None) -> str:
    point = f"-1.2{n:03d},52.9" if point is None else point
    return (
        f'<Placemark><name>x</name>{more}<ExtendedData><Data name="Crime Ref"><value>A{n}</value></Data>'
        f'<Data name="Date From"><value>2026-02-{1 + n:02d}</value></Data></ExtendedData><Point><coordinates>{point}</coordinates></Point></Placemark>'
    )


_MARKS = "".join(map(_mark, range(20)))
_KNO = refused("crimes.kml")
KML.add("good", _kml(_MARKS), used(20))
KML.add("empty-document", _kml(""), _KNO)
KML.add("cut", lambda f: (_kml(_MARKS)(f), (f / "crimes.kml").write_bytes((f / "crimes.kml").read_bytes()[:-500])), _KNO)
KML.add("coordinates-noise", _kml(_MARKS + _mark(20, point="x,y")), used(20, 1), _KNO)
KML.add("coordinates-blank", _kml(_MARKS + _mark(20, point="")), used(20, 1), _KNO)
KML.add("coordinates-nan", _kml(_MARKS + _mark(20, point="nan,inf")), used(20, 1), _KNO)
KML.add("without-point", _kml(_MARKS + "<Placemark><name>x</name></Placemark>"), used(20, 1), _KNO)
KML.add("links-besides", lambda f: _kml(_MARKS + f"<NetworkLink><Link><href>{site()}</href></Link></NetworkLink>")(f), used(20), _KNO)
KML.add("ground-overlay", lambda f: _kml(_MARKS + f"<GroundOverlay><Icon><href>{site()}</href></Icon></GroundOverlay>")(f), used(20), _KNO)
KML.add("style-far", lambda f: _kml(_mark(0, f"<styleUrl>{site()}</styleUrl>"))(f), used(1), _KNO)
KML.add("description-of-html", _kml(_mark(0, "<description><![CDATA[<script>alert(1)</script>]]></description>")), used(1))
_LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 11))
KML.add("laughs", _kml(_mark(0, "<description>&l10;</description>"), f'<!DOCTYPE kml [<!ENTITY l0 "ha">{_LAUGHS}]>'), _KNO, used(1), used(0, 1), heavy=True)
KML.add("entity-outside", _kml(_mark(0, "<description>&e;</description>"), '<!DOCTYPE kml [<!ENTITY e SYSTEM "file:///etc/passwd">]>'), _KNO, used(1))
KML.add("dtd-far", lambda f: _kml(_mark(0), f'<!DOCTYPE kml SYSTEM "{site()}/a.dtd">')(f), _KNO, used(1))
KML.add("folders-nested-5000", _kml("<Folder>" * 5000 + _mark(0) + "</Folder>" * 5000), _KNO, used(1), heavy=True)
KML.add("layers-500", _kml("".join(f"<Folder><name>f{n}</name>{_mark(n % 20)}</Folder>" for n in range(500))), _KNO, counted(500), heavy=True)
KML.add("layers-named-escape", _kml("<Folder><name>&#x9b;31m\u202e</name>" + _MARKS + "</Folder>"), used(20), _KNO)
KML.add("kmz-good", lambda f: (_kml(_MARKS)(f), (f / "crimes.kmz").write_bytes(zip_of({"doc.kml": (f / "crimes.kml").read_bytes()}))), used(20), command="check {in}/crimes.kmz")
KML.add("kmz-noise", data(b"PK\x03\x04" + bytes(300), "crimes.kmz"), refused("crimes.kmz"), command="check {in}/crimes.kmz")
KML.add("kmz-that-climbs", lambda f: (_kml(_MARKS)(f), (f / "crimes.kmz").write_bytes(zip_of({"../../doc.kml": (f / "crimes.kml").read_bytes()}))), used(20), refused("crimes.kmz"), command="check {in}/crimes.kmz")
KML.add("gml-under-gml", text("<gml/>", "crimes.gml"), refused("crimes.gml"), command="check {in}/crimes.gml")
KML.add("vrt-under-vrt", text("<OGRVRTDataSource/>", "crimes.vrt"), refused("crimes.vrt"), command="check {in}/crimes.vrt")

# FlatGeobuf
_F = "crimes.fgb"
FGB.add("good", whole("FlatGeobuf", "fgb"), used(20))
FGB.add("mark-alone", data(b"fgb\x03fgb\x00", _F), refused(_F))
for _length in (20, 200, 1000, 2500):
    FGB.add(f"cut-at-{_length}", whole("FlatGeobuf", "fgb", _cut(_F, _length)), refused(_F))
for _start in (8, 12, 60, 700, 1500, 2000):
    FGB.add(f"damaged-at-{_start}", whole("FlatGeobuf", "fgb", _damaged(_F, _start, 40)), refused(_F), counted(20))
FGB.add("count-that-lies", whole("FlatGeobuf", "fgb", _damaged(_F, 8, 4, b"\x7f")), refused(_F), heavy=True)
FGB.add("osm-pbf-noise", data(b"\x00\x00\x00\x0d\x0a\x09OSMHeader\x18\xff\xff\xff\x7f" + bytes(50), "crimes.pbf"), refused("crimes.pbf"), command="check {in}/crimes.pbf")
FGB.add("osm-noise", text("<osm><node id='x' lat='nan' lon='inf'/>", "crimes.osm"), refused("crimes.osm"), command="check {in}/crimes.osm")
