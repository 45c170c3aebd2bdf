"""Geographic files: no network, no other file, no row that vanishes, no traceback."""

import contextlib
import http.server
import json
import os
import re
import shutil
import socket
import sqlite3
import subprocess
import sys
import threading
import warnings
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pyogrio
import pyproj
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import hotspot as hs
from hotspot.areas import read_outline
from hotspot.maps.backdrop import read_backdrop
from hotspot.reading.shapes import shapes_of_binary
from hotspot.reading.sources import open_source
from tests.hostile_layers import (
    IN_ZIPS,
    LAYERS,
    beats,
    collection,
    feature,
    flipped,
    foreign,
    geopackage,
    square,
    zipped,
)
from tests.small_town import quick_town

Hits = list[str]


@pytest.fixture(scope="module")
def listener() -> Iterator[tuple[str, Hits]]:
    """Serve on this machine alone, and count what is asked: GDAL connects without Python."""
    hits: Hits = []

    class Counting(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            hits.append(self.path)
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"EPSG:27700")

        do_HEAD = do_POST = do_GET

        def log_message(self, format: str, *args: Any) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Counting)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}", hits
    server.shutdown()
    server.server_close()
    thread.join()


def standing(folder: Path) -> dict[str, tuple[int, int]]:
    """Return what lies in a folder, with sizes and times."""
    return {
        str(path.relative_to(folder)): (path.stat().st_size, path.stat().st_mtime_ns)
        for path in folder.rglob("*")
    }


def refused(read: Callable[[Path], Any], path: Path, folder: Path) -> str:
    """Return why a file is refused, in one short text without a control character."""
    before = standing(folder)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", hs.DataWarning)
        with pytest.raises(hs.DataError) as caught:
            read(path)
    assert standing(folder) == before
    text = str(caught.value)
    assert len(text) < 1500
    assert text.count("\n") < 20
    assert all(c == "\n" or c.isprintable() for c in text)
    return text


def linked(href: str) -> dict[str, Any]:
    return {"type": "link", "properties": {"href": href, "type": "proj4"}}


def test_the_listener_would_hear_gdal(tmp_path: Path, listener: tuple[str, Hits]) -> None:
    address, hits = listener
    if "HTTP" not in pyogrio.list_drivers():
        pytest.skip("this GDAL knows no network")
    path = tmp_path / "beats.geojson"
    path.write_text(collection(feature(), crs=linked(f"{address}/crs")), encoding="utf-8")
    pyogrio.read_info(path)
    assert hits.pop() == "/crs"
    hits.clear()


@pytest.mark.parametrize("ending", LAYERS)
def test_a_file_that_is_another_than_its_ending_says_is_refused_and_fetches_nothing(
    tmp_path: Path, listener: tuple[str, Hits], ending: str
) -> None:
    address, hits = listener
    for name, content in foreign(address).items():
        path = tmp_path / f"{name}{ending}"
        path.write_bytes(content)
        for part in (".shx", ".dbf", ".mid", ".dat", ".map", ".id"):
            path.with_suffix(part).write_bytes(content)
        refused(hs.read_areas, path, tmp_path)
    assert hits == []


def test_nor_does_it_in_a_zip_file(tmp_path: Path, listener: tuple[str, Hits]) -> None:
    address, hits = listener
    for name, content in foreign(address).items():
        for ending in IN_ZIPS:
            endings = (ending, ".shx", ".dbf", ".mid", ".dat", ".map", ".id")
            path = tmp_path / f"{name}{ending[1:]}.zip"
            path.write_bytes(zipped({f"in/{name}{part}": content for part in endings}))
            refused(hs.read_areas, path, tmp_path)
    assert hits == []


@pytest.mark.parametrize(
    "content",
    [
        b'<osm version="0.6"/><OGRVRTDataSource/>',
        b'<?xml version="1.0"?><osm><!-- <OGRVRTDataSource> --><node id="1"/></osm>',
        b'<osm xmlns:gml="http://www.opengis.net/gml"><gml:Point/></osm>',
    ],
)
def test_openstreetmap_with_anything_of_another_kind_in_it_is_refused(
    tmp_path: Path, content: bytes
) -> None:
    (tmp_path / "a.osm").write_bytes(content)
    assert "begins otherwise" in refused(open_source, tmp_path / "a.osm", tmp_path)


def test_openstreetmap_itself_is_read(tmp_path: Path) -> None:
    nodes = "".join(f'<node id="{at}" lat="52.9" lon="-1.{at}"/>' for at in (1, 2))
    way = '<way id="9"><nd ref="1"/><nd ref="2"/><tag k="highway" v="residential"/></way>'
    path = tmp_path / "a.osm"
    path.write_text(f'<?xml version="1.0"?><osm version="0.6">{nodes}{way}</osm>', "utf-8")
    before = standing(tmp_path)
    assert len(open_source(path, sheet="lines").read(["highway"]).frame) == 1
    assert standing(tmp_path) == before


@pytest.mark.parametrize(
    ("member", "words"),
    [
        (lambda at: linked(f"{at}/crs"), "links to its CRS.*nothing is fetched.*crs="),
        (lambda at: linked("/etc/passwd"), "links to its CRS"),
        (lambda at: {"type": "name", "properties": {"name": f"{at}/crs"}}, "names its CRS"),
        (lambda at: {"type": "name", "properties": {"name": "\x1b[31mred\u202e"}}, r"'\[31mred'"),
        (lambda at: {"type": "name", "properties": {"name": "EPSG:99999"}}, "does not exist"),
        (lambda at: {"type": "name", "properties": {"name": "+proj=longlat"}}, "names its CRS"),
        (lambda at: {"type": "name", "properties": 5}, "names its CRS"),
        (lambda at: "EPSG:27700", "names its CRS"),
        (lambda at: [1], "names its CRS"),
        (lambda at: None, "does not say what its coordinates are in"),
    ],
)
def test_a_crs_is_a_code_or_is_refused(
    tmp_path: Path, listener: tuple[str, Hits], member: Callable[[str], Any], words: str
) -> None:
    address, hits = listener
    path = tmp_path / "beats.geojson"
    inner = {**square(), "crs": member(address)}
    for text in (collection(feature(), crs=member(address)), collection(feature(inner))):
        path.write_text(text, encoding="utf-8")
        assert pd.Series(refused(hs.read_areas, path, tmp_path)).str.contains(words)[0]
    assert hits == []


@pytest.mark.parametrize(
    "member",
    [
        {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::27700"}},
        {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG:6.9:27700"}},
        {"type": "name", "properties": {"name": "epsg:27700"}},
        {"type": "name", "properties": {"name": "http://www.opengis.net/def/crs/EPSG/0/27700"}},
        {"type": "EPSG", "properties": {"code": 27700}},
    ],
)
def test_a_code_may_be_written_in_each_way_that_is_in_use(tmp_path: Path, member: Any) -> None:
    path = tmp_path / "beats.geojson"
    shape = shapely.geometry.mapping(beats().geometry[0])
    path.write_text(collection(feature(shape), crs=member), encoding="utf-8")
    assert hs.read_areas(path).geometry[0].equals(beats().geometry[0])
    for name in ("urn:ogc:def:crs:OGC:1.3:CRS84", "OGC:CRS84"):
        crs = {"type": "name", "properties": {"name": name}}
        path.write_text(collection(feature(), crs=crs), encoding="utf-8")
        assert hs.read_areas(path).crs.to_epsg() == 27700


def test_a_feature_in_another_crs_than_the_rest_is_no_record(tmp_path: Path) -> None:
    own = {"type": "name", "properties": {"name": "EPSG:3857"}}
    path = tmp_path / "beats.geojson"
    crs = {"type": "name", "properties": {"name": "EPSG:4326"}}
    path.write_text(collection(feature(), {**feature(), "crs": own}, crs=crs), encoding="utf-8")
    chunk = open_source(path).read([])
    assert chunk.not_records["row"].tolist() == [2]


ODD = [None, 5, "text", [], {}, True, {"type": "Point", "coordinates": [0, 0]}]


def test_what_is_no_feature_is_counted_and_named(tmp_path: Path) -> None:
    path = tmp_path / "crimes.geojson"
    point = {"type": "Point", "coordinates": [-1.15, 52.95]}
    rows = [feature(point, **{"Crime Ref": f"A{at}", "Date": "2026-03-01"}) for at in range(3)]
    path.write_text(collection(rows[0], *ODD, *rows[1:]), encoding="utf-8")
    check = hs.check_incidents(path)
    assert check.accepted.index.tolist() == [1, 9, 10]
    assert check.rejected["row"].tolist() == list(range(2, 9))
    assert set(check.rejected["reason"]) == {"not a feature"}
    assert len(check.accepted) + len(check.rejected) == 3 + len(ODD)
    path.write_text(collection(feature(), *ODD), encoding="utf-8")
    assert "7 rows of crimes.geojson cannot be read" in refused(hs.read_areas, path, tmp_path)
    assert "7 rows of crimes.geojson cannot be read" in refused(read_outline, path, tmp_path)


def test_a_damaged_or_cut_line_is_named_and_the_others_are_read(tmp_path: Path) -> None:
    path = tmp_path / "crimes.geojson"
    point = {"type": "Point", "coordinates": [-1.15, 52.95]}
    lines = [
        json.dumps(feature(point, **{"Crime Ref": f"A{at}", "Date": "2026-03-01"}))
        for at in range(4)
    ]
    path.write_text("\n".join([*lines[:2], lines[2][:-9], "", lines[3][:40]]), encoding="utf-8")
    check = hs.check_incidents(path)
    assert check.accepted["crime_ref"].tolist() == ["A0", "A1"]
    assert check.rejected["row"].tolist() == [3, 5]
    assert check.rejected["reason"].str.startswith("no whole line of JSON").all()
    path.write_text("".join(f"\x1e{line}\n" for line in lines), encoding="utf-8")
    assert len(hs.read_incidents(path)) == 4
    path.write_text(collection(*(json.loads(line) for line in lines))[:-60], encoding="utf-8")
    assert "no geographic file that can be read" in refused(hs.check_incidents, path, tmp_path)


SHAPES = [
    ("an outline of fewer than three corners", [[[0, 0]]]),
    ("an outline of fewer than three corners", [[[0, 0], [1, 1], [0, 0]]]),
    ("an outline of fewer than three corners", [[]]),
    ("coordinates that are no numbers", [[[0, 0], [1, float("nan")], [0, 1], [0, 0]]]),
    ("coordinates that are no numbers", [[[0, 0], [1, float("inf")], [0, 1], [0, 0]]]),
    ("coordinates that are no numbers", [[["a", "b"], [0, 1], [1, 1], [0, 0]]]),
    ("coordinates that are no numbers", [[[True, 0], [0, 1], [1, 1], [0, 0]]]),
    ("no position", [[[0], [0, 1], [1, 1], [0, 0]]]),
    ("no position", [[5, 6]]),
    ("no positions", [5]),
    ("without coordinates", {"a": 1}),
    ("without coordinates", None),
    ("without a polygon", []),
    ("holds no ground", [[[-1, 52], [-1.1, 52], [-1.2, 52], [-1, 52]]]),
    ("Which CRS is that", [[[0, 0], [1e300, 0], [1e300, 1e300], [0, 0]]]),
]


@pytest.mark.parametrize(("words", "coordinates"), SHAPES)
def test_a_damaged_outline_is_refused_with_its_row(
    tmp_path: Path, words: str, coordinates: Any
) -> None:
    path = tmp_path / "beats.geojson"
    shape = {"type": "Polygon", "coordinates": coordinates}
    path.write_text(collection(feature(shape)), encoding="utf-8")
    assert words in refused(hs.read_areas, path, tmp_path)
    refused(read_outline, path, tmp_path)
    refused(lambda path: hs.addresses.read_streets(path, name="beat"), path, tmp_path)


def nested(depth: int) -> dict[str, Any]:
    shape = square()
    for _ in range(depth):
        shape = {"type": "GeometryCollection", "geometries": [shape]}
    return shape


@pytest.mark.parametrize(
    "shape",
    [
        {"type": "Curve", "coordinates": [[1, 2]]},
        {"type": "GeometryCollection", "geometries": None},
        {"type": "GeometryCollection", "geometries": [None]},
        {"type": "MultiPolygon", "coordinates": [5, [[1]]]},
        {"type": "MultiPoint", "coordinates": 7},
        {"type": "LineString", "coordinates": [[0, 0]]},
        {"type": 7},
        5,
        "POINT (0 0)",
        [0, 0],
        nested(100),
    ],
)
def test_a_damaged_geometry_is_rejected_with_its_reason(tmp_path: Path, shape: Any) -> None:
    path = tmp_path / "a.geojson"
    path.write_text(collection(feature(shape), feature()), encoding="utf-8")
    chunk = open_source(path).read(["beat"])
    assert chunk.frame.index.tolist() == [2]
    assert chunk.not_records["row"].tolist() == [1]
    assert 5 < len(chunk.not_records["reason"][0]) < 100


@pytest.mark.parametrize(
    "content",
    [
        b"[" * 200_000,
        b'{"type":"FeatureCollection","features":' + b"[" * 100_000 + b"]" * 100_000 + b"}",
        json.dumps({"type": "Topology", "objects": {}, "arcs": []}).encode(),
        json.dumps({"spatialReference": {"wkid": 27700}, "features": []}).encode(),
        b"5", b"null", b'"x"', b"[1, 2]", b"{}", bytes(range(256)), b"\xff\xfe", b"\xef\xbb\xbf",
        '{"type": "FeatureCollection", "features": [], "x": "Caf\xe9"}'.encode("latin-1"),
        b'{"type": "FeatureCollection", "features": null}',
        b'{"type": "FeatureCollection", "features": {"a": 1}}',
    ],
)  # fmt: skip
def test_what_is_no_geojson_gets_a_sentence(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "a.geojson"
    path.write_bytes(content)
    refused(hs.read_areas, path, tmp_path)


def test_an_open_outline_is_closed_and_it_is_told(tmp_path: Path) -> None:
    path = tmp_path / "beats.geojson"
    ring = square()["coordinates"][0]
    path.write_text(collection(feature({"type": "Polygon", "coordinates": [ring[:-1]]})), "utf-8")
    with pytest.warns(hs.DataWarning, match=r"1 row of beats.geojson ended .* closed \(row 1\)"):
        area = hs.read_areas(path).geometry[0].area
    path.write_text(collection(feature()), encoding="utf-8")
    assert hs.read_areas(path).geometry[0].area == area


@pytest.mark.parametrize(
    ("beat", "read"),
    [
        ('"\\u202e North\\u001b[31m"', "North [31m"),
        ("9" * 5000, "9" * 5000),
        ('"\\ud800x"', "?x"),
        ('{"a": [1]}', '{"a": [1]}'),
        ("07", None),
    ],
)
def test_names_of_any_kind_are_read_as_they_stand(
    tmp_path: Path, beat: str, read: str | None
) -> None:
    path = tmp_path / "beats.geojson"
    path.write_text(collection(feature(beat="@")).replace('"@"', beat), encoding="utf-8")
    if read is None:
        refused(hs.read_areas, path, tmp_path)
    else:
        assert hs.read_areas(path)["area"].tolist() == [read]


def test_whole_numbers_keep_their_digits_beside_gaps(tmp_path: Path) -> None:
    path = tmp_path / "a.geojson"
    rows = [feature(uprn=value) for value in (100023336956, None, 12345678901234567890, 7)]
    path.write_text(collection(*rows), encoding="utf-8")
    cells = open_source(path).read(["uprn"]).frame["uprn"].tolist()
    assert cells == [100023336956, None, "12345678901234567890", 7]


def test_streets_name_every_row_that_they_leave_out(tmp_path: Path) -> None:
    line = {"type": "LineString", "coordinates": [[-1.1, 52.9], [-1.0, 52.9]]}
    point = {"type": "Point", "coordinates": [-1.1, 52.9]}
    rows = [
        feature(line, name="High Street"),
        feature(point, name="A"),
        {**feature(name="B"), "geometry": None},
        None,
        feature({"type": "LineString", "coordinates": [[0, 0]]}, name="C"),
    ]
    path = tmp_path / "streets.geojson"
    path.write_text(collection(*rows), encoding="utf-8")
    with pytest.warns(hs.DataWarning) as told:
        streets = hs.addresses.read_streets(path)
    assert streets["street"].tolist() == ["High Street"]
    texts = " ".join(str(each.message) for each in told)
    assert "left out 2 rows that are no lines (rows 2 and 3)" in texts
    assert "not a feature (row 4), a line of one point (row 5)" in texts
    with pytest.warns(hs.DataWarning, match="left out 2 rows as no record"):
        read_backdrop(path, streets)


def test_a_study_area_names_what_is_no_part_of_it(tmp_path: Path) -> None:
    path = tmp_path / "area.geojson"
    point = {"type": "Point", "coordinates": [-1.1, 52.9]}
    path.write_text(collection(feature(), feature(point)), encoding="utf-8")
    with pytest.warns(hs.DataWarning, match=r"1 row of area.geojson without a polygon.*\(row 2\)"):
        assert len(read_outline(path)) == 1


GOOD = {".gpkg": None, ".shp": None, ".fgb": "FlatGeobuf", ".tab": "MapInfo File",
        ".mif": "MapInfo File", ".geojson": None, ".parquet": None, ".kml": "LIBKML",
        ".kmz": "LIBKML"}  # fmt: skip


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("good")
    for ending, driver in GOOD.items():
        frame = beats().to_crs(4326) if "km" in ending else beats()
        path = folder / f"beats{ending}"
        frame.to_parquet(path) if ending == ".parquet" else frame.to_file(path, driver=driver)
    return folder


@pytest.mark.parametrize("name", ["plain", "odd!name;1?x#", "it's 50% \u202edone"])
@pytest.mark.parametrize("ending", GOOD)
def test_a_good_file_of_any_name_is_read_and_nothing_is_left_beside_it(
    good: Path, tmp_path: Path, ending: str, name: str
) -> None:
    for part in good.glob("beats.*"):
        shutil.copy(part, tmp_path / f"{name}{part.suffix}")
    before = standing(tmp_path)
    path = tmp_path / f"{name}{ending}"
    # FlatGeobuf orders its features by place.
    assert sorted(hs.read_areas(path)["area"]) == list("abcd")
    assert len(read_outline(path)) == 4
    assert standing(tmp_path) == before


@pytest.mark.parametrize("ending", [".gpkg", ".shp", ".fgb", ".parquet", ".kml", ".geojson"])
def test_flipped_and_cut_bytes_end_in_areas_or_in_a_sentence(
    good: Path, tmp_path: Path, ending: str
) -> None:
    content = (good / f"beats{ending}").read_bytes()
    for part in good.glob("beats.*"):
        shutil.copy(part, tmp_path)
    path = tmp_path / f"beats{ending}"
    cuts = [content[: len(content) * share // 10] for share in (1, 5, 9)]
    for damaged in [*cuts, *(flipped(content, seed) for seed in range(8))]:
        path.write_bytes(damaged)
        before = standing(tmp_path)
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", hs.DataWarning)
                areas = hs.read_areas(path)
        except hs.DataError:
            pass
        else:
            assert (areas.geometry.area > 0).all()
        assert standing(tmp_path) == before


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (("UPDATE g SET geom = ? WHERE fid = 2", (b"GPxxxxxxxxxx",)), r"none of a .*\(row 2\)"),
        (("UPDATE g SET geom = 'POINT(0 0)' WHERE fid = 2", ()), r"none of a .*\(row 2\)"),
        (("UPDATE g SET geom = NULL WHERE fid = 2", ()), r"without a polygon \(row 2\)"),
        (("UPDATE gpkg_contents SET table_name = 'x'", ()), "has no table 'x'"),
        (("DROP TABLE gpkg_contents", ()), "no GeoPackage"),
        (("DROP TABLE gpkg_geometry_columns", ()), "holds no polygons"),
    ],
)
def test_a_damaged_geopackage_is_refused(
    tmp_path: Path, change: tuple[str, tuple[Any, ...]], words: str
) -> None:
    path = geopackage(tmp_path / "beats.gpkg", change)
    assert pd.Series(refused(hs.read_areas, path, tmp_path)).str.contains(words)[0]


def test_a_geopackage_is_counted_against_its_own_count(tmp_path: Path) -> None:
    path = geopackage(tmp_path / "beats.gpkg", "DELETE FROM g WHERE fid = 2")
    with pytest.warns(hs.DataWarning, match="holds 3 rows and says of itself that it has 4"):
        assert len(hs.read_areas(path)) == 3


VIEW = (
    "UPDATE gpkg_contents SET table_name = 'v'",
    "UPDATE gpkg_geometry_columns SET table_name = 'v'",
)


@pytest.mark.parametrize(
    "query",
    [
        "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c) SELECT x AS beat, geom "
        "FROM c, g",
        "SELECT fid, hex(zeroblob(900000000)) AS beat, geom FROM g",
        "SELECT fid, (SELECT count(*) FROM g a, g b, g c, g d, g e) AS beat, geom FROM g",
    ],
)
def test_a_view_runs_no_function_and_has_no_end_of_work(tmp_path: Path, query: str) -> None:
    path = geopackage(tmp_path / "beats.gpkg", f"CREATE VIEW v AS {query}", *VIEW)
    assert "save the layer as a table" in refused(hs.read_areas, path, tmp_path)


def test_a_view_that_only_reads_is_a_layer(tmp_path: Path) -> None:
    view = "CREATE VIEW v AS SELECT fid, beat, geom FROM g WHERE fid > 1"
    path = geopackage(tmp_path / "beats.gpkg", view, *VIEW)
    with pytest.warns(hs.DataWarning, match="not read: 'g'"):
        assert hs.read_areas(path)["area"].tolist() == list("bcd")


def test_a_geopackage_that_is_open_elsewhere_is_refused_and_one_with_a_log_is_read(
    tmp_path: Path,
) -> None:
    path = geopackage(tmp_path / "beats.gpkg")
    content = bytearray(path.read_bytes())
    content[18:20] = b"\x02\x02"
    path.write_bytes(content)
    assert len(hs.read_areas(path)) == 4
    assert sorted(file.name for file in tmp_path.iterdir()) == ["beats.gpkg"]
    (tmp_path / "z.zip").write_bytes(zipped({"a/beats.gpkg": bytes(content)}))
    assert len(hs.read_areas(tmp_path / "z.zip")) == 4
    (tmp_path / "beats.gpkg-wal").write_bytes(b"x" * 50)
    assert "is open in another program" in refused(hs.read_areas, path, tmp_path)


@pytest.mark.parametrize(
    ("part", "change", "words"),
    [
        (".shp", lambda old: old[:-50], "a.shp is cut off"),
        (".dbf", lambda old: old[:-50], "a.dbf is cut off"),
        (".shx", lambda old: old[:-8], "do not belong together"),
        (".shp", lambda old: old[:108] + b"\x4d" + old[109:], r"a damaged shape \(row 1\)"),
        (".prj", lambda old: b"JUNK[", "does not say what its coordinates are in"),
        (".prj", lambda old: b"http://127.0.0.1:9/crs", "does not say what its coordinates"),
        (".shp", lambda old: b"<OGRVRTDataSource/>", "begins otherwise"),
    ],
)
def test_a_damaged_shapefile_is_refused(
    good: Path, tmp_path: Path, part: str, change: Callable[[bytes], bytes], words: str
) -> None:
    members = {}
    for ending in (".shp", ".shx", ".dbf", ".prj", ".cpg"):
        content = (good / f"beats{ending}").read_bytes()
        members[ending] = change(content) if ending == part else content
        (tmp_path / f"a{ending}").write_bytes(members[ending])
    path = tmp_path / "a.zip"
    path.write_bytes(zipped({f"x/a{ending}": content for ending, content in members.items()}))
    for file in (path, tmp_path / "a.shp"):
        assert pd.Series(refused(hs.read_areas, file, tmp_path)).str.contains(words)[0]


def test_deleted_rows_of_a_shapefile_are_told(good: Path, tmp_path: Path) -> None:
    for ending in (".shp", ".shx", ".dbf", ".prj"):
        shutil.copy(good / f"beats{ending}", tmp_path)
    table = bytearray((tmp_path / "beats.dbf").read_bytes())
    table[int.from_bytes(table[8:10], "little")] = ord("*")
    (tmp_path / "beats.dbf").write_bytes(table)
    with pytest.warns(hs.DataWarning) as told:
        assert len(hs.read_areas(tmp_path / "beats.shp")) == 3
    assert [str(each.message) for each in told] == [
        "beats.shp holds 1 row more that is marked as deleted, and not read."
    ]


@pytest.mark.parametrize(
    "text",
    [
        'Definition Table\n Type NATIVE Charset "x"\nbegin_metadata\n"\\IsSeamless" = "TRUE"\n',
        'Open Table "/somewhere/else" Hide\nCreate View v As\n',
        "Definition Table\n Type LINKED\n",
        "Definition Table\n Type DBF\n",
        "! " + "x" * 70_000 + '\nbegin_metadata\n"\\IsSeamless" = "TRUE"\n',
    ],
)
def test_a_table_of_mapinfo_that_stands_for_others_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "a.tab"
    path.write_text(f"!table\n!version 300\n\n{text}", encoding="utf-8")
    assert "tables in other files" in refused(hs.read_areas, path, tmp_path)


PLACE = (
    "<Placemark><name>A</name><Polygon><outerBoundaryIs><LinearRing><coordinates>"
    "-1.1,52.9 -1.09,52.9 -1.09,52.91 -1.1,52.9</coordinates></LinearRing></outerBoundaryIs>"
    "</Polygon></Placemark>"
)


def kml(path: Path, inside: str, before: str = "") -> Path:
    path.write_text(f"{before}<kml><Document>{inside}</Document></kml>", encoding="utf-8")
    return path


def test_links_of_a_kml_are_told_and_not_followed(
    tmp_path: Path, listener: tuple[str, Hits]
) -> None:
    address, hits = listener
    link = f"<NetworkLink><Link><href>{address}/n.kml</href></Link></NetworkLink>"
    path = kml(tmp_path / "a.kml", link)
    assert "which is not followed" in refused(hs.read_areas, path, tmp_path)
    with pytest.warns(hs.DataWarning, match="links to 1 other file, which were not followed"):
        assert len(hs.read_areas(kml(path, link + PLACE))) == 1
    entity = f'<!DOCTYPE kml [<!ENTITY x SYSTEM "{address}/e">]>'
    assert "document type" in refused(hs.read_areas, kml(path, PLACE, entity), tmp_path)
    assert hits == []


def test_marks_of_a_kml_that_are_damaged_are_no_records(tmp_path: Path) -> None:
    odd = ["<Model/>", "<Point><coordinates>a,b</coordinates></Point>",
           "<Point/>", "<MultiGeometry><Model/></MultiGeometry>"]  # fmt: skip
    marks = "".join(f"<Placemark><name>{at}</name>{shape}</Placemark>"
                    for at, shape in enumerate(odd))  # fmt: skip
    chunk = open_source(kml(tmp_path / "a.kml", PLACE + marks)).read(["Name"])
    assert chunk.frame["Name"].tolist() == ["A"]
    assert chunk.not_records["row"].tolist() == [2, 3, 4, 5]


def parquet(path: Path, geo: Any = None, **columns: Any) -> Path:
    table = pa.table(columns)
    if geo is not None:
        told = geo if isinstance(geo, bytes) else json.dumps(geo).encode()
        table = table.replace_schema_metadata({b"geo": told})
    pq.write_table(table, path)
    return path


WKB = [shapely.to_wkb(shape) for shape in beats().geometry]
TOLD = {
    "version": "1.0.0",
    "primary_column": "geometry",
    "columns": {"geometry": {"encoding": "WKB", "crs": pyproj.CRS(27700).to_json_dict()}},
}


@pytest.mark.parametrize(
    ("told", "shapes"),
    [
        (b"{", WKB),
        (b"\xff\xfe", WKB),
        ([1], WKB),
        ({}, WKB),
        ({**TOLD, "primary_column": 5}, WKB),
        ({**TOLD, "primary_column": "x", "columns": {"x": {"encoding": "WKB"}}}, WKB),
        ({**TOLD, "columns": {"geometry": "x"}}, WKB),
        ({**TOLD, "columns": {"geometry": {"encoding": "nonsense"}}}, WKB),
        ({**TOLD, "columns": {"geometry": {"encoding": 5}}}, WKB),
        ({**TOLD, "columns": {"geometry": {"encoding": "polygon"}}}, WKB),
        ({**TOLD, "columns": {"geometry": {"encoding": "WKB", "crs": {"type": "x"}}}}, WKB),
        ({**TOLD, "columns": {"geometry": {"encoding": "WKB", "crs": 7}}}, WKB),
        (TOLD, ["a", "b", "c", "d"]),
        (TOLD, [1, 2, 3, 4]),
        (TOLD, [b"a", *WKB[1:]]),
        (TOLD, [[1]] * 4),
    ],
)
def test_geoparquet_with_bad_metadata_or_shapes_is_refused(
    tmp_path: Path, told: Any, shapes: list[Any]
) -> None:
    path = parquet(tmp_path / "a.parquet", told, beat=list("abcd"), geometry=shapes)
    refused(hs.read_areas, path, tmp_path)


CRIMES = {
    "Crime Ref": ["A1", "A2"],
    "Date": ["2026-03-01", "2026-03-02"],
    "Easting": [451_000.0, 451_100.0],
    "Northing": [340_000.0, 340_100.0],
}


def test_parquet_of_every_odd_kind_is_read_or_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    odd = {"s": [{"a": 1}] * 2, "l": [[1, 2]] * 2, "b": [b"x", b"\xff"]}
    assert len(hs.read_incidents(parquet(path, **CRIMES, **odd))) == 2
    cells = open_source(path).read(["s", "l", "b"]).frame
    assert cells.iloc[1].tolist() == ['{"a": 1}', "[1, 2]", "ff"]
    for name, column in (("Date", [{"a": 1}] * 2), ("Date", pa.nulls(2)), ("Crime Ref", [[1]] * 2)):
        with contextlib.suppress(hs.DataError):
            hs.check_incidents(parquet(path, **{**CRIMES, name: column}))
    pq.write_table(pa.table(CRIMES).slice(0, 0), path)
    assert open_source(path).read(["Date"]).frame.empty
    pq.write_table(pa.table([[1], [2]], names=["a", "a"]), path)
    assert "have one name: a" in refused(open_source, path, tmp_path)
    pq.write_table(pa.table({}), path)
    refused(hs.check_incidents, path, tmp_path)
    text = pa.array([b"\xff\xfe"] * 2, pa.binary()).view(pa.string())
    refused(hs.check_incidents, parquet(path, **{**CRIMES, "Crime Ref": text}), tmp_path)
    for content in (b"PAR1" + bytes(50) + b"PAR1", b"PARE" + bytes(50) + b"PARE"):
        path.write_bytes(content)
        refused(open_source, path, tmp_path)


PIPES = pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes on this system")


@PIPES
@pytest.mark.parametrize("ending", [*LAYERS, ".csv", ".csv.gz", ".xlsx"])
def test_a_pipe_is_refused_and_never_waited_for(tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"a{ending}"
    os.mkfifo(path)
    assert "no file but a pipe" in refused(hs.check_incidents, path, tmp_path)
    refused(lambda path: read_backdrop(path, beats()), path, tmp_path)


@PIPES
def test_a_pipe_beside_a_shapefile_a_socket_and_a_device_are_refused(
    good: Path, tmp_path: Path
) -> None:
    for ending in (".shp", ".shx", ".dbf"):
        shutil.copy(good / f"beats{ending}", tmp_path)
    os.mkfifo(tmp_path / "beats.prj")
    assert "beats.prj is no file" in refused(hs.read_areas, tmp_path / "beats.shp", tmp_path)
    with socket.socket(socket.AF_UNIX) as made:
        made.bind(str(tmp_path / "s.csv"))
    refused(hs.check_incidents, tmp_path / "s.csv", tmp_path)
    refused(hs.check_incidents, Path("/dev/zero"), tmp_path)


def test_a_folder_names_what_is_not_read(tmp_path: Path) -> None:
    pd.DataFrame(CRIMES).to_csv(tmp_path / "a.csv", index=False)
    (tmp_path / "old").mkdir()
    (tmp_path / "notes.docx").write_text("x")
    (tmp_path / ".hidden").write_text("x")
    others = ["copy.zip (a folder)", "notes.docx", "old (a folder)"]
    (tmp_path / "copy.zip").mkdir()
    check = hs.check_incidents(tmp_path)
    assert len(check.accepted) == 2
    assert f"not read: {', '.join(others)}." in check.notes[0]


def test_the_parts_of_a_layer_are_not_named_as_left_out(good: Path, tmp_path: Path) -> None:
    for part in good.glob("beats.*"):
        if part.suffix in (".shp", ".shx", ".dbf", ".prj", ".cpg"):
            shutil.copy(part, tmp_path)
    assert open_source(tmp_path).left_out == ()


def test_paths_that_are_none_get_a_sentence(tmp_path: Path) -> None:
    for path in ("a\0b.csv", "~nosuchuser/a.csv", "x" * 5000, str(tmp_path / "\x1b[31m.csv")):
        refused(open_source, path, tmp_path)  # type: ignore[arg-type]


def test_two_files_of_one_name_in_a_zip_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as made, warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        made.writestr("a.geojson", collection(feature()))
        made.writestr("a.geojson", "<OGRVRTDataSource/>")
    assert "two files of one name" in refused(hs.read_areas, path, tmp_path)


def test_proj_asks_no_network() -> None:
    command = (
        "import pyproj.network as n, hotspot as hs; hs.read_areas; print(n.is_network_enabled())"
    )
    done = subprocess.run(
        [sys.executable, "-c", command], env={**os.environ, "PROJ_NETWORK": "ON"},
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert done.stdout.split() == ["False"]


CELLS = st.one_of(
    st.none(), st.booleans(), st.integers(-(2**40), 2**40), st.text("aé \u202e<'\"", max_size=5)
)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(CELLS, st.integers(0, 6)), min_size=1, max_size=8))
def test_geojson_and_geopackages_are_read_as_gdal_reads_them(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[Any, int]]
) -> None:
    """GDAL is the twin, on files that it writes itself."""
    box = shapely.box(451_000, 340_000, 451_100, 340_100)
    holed = box.difference(box.centroid.buffer(20))
    around = shapely.LineString(box.exterior)
    shapes = [box.centroid, around, box, holed, shapely.MultiPolygon([box]),
              shapely.MultiPoint(around.coords), None]  # fmt: skip
    texts = [None if cell is None else str(cell) for cell, _ in rows]
    numbers = [cell if isinstance(cell, int) else 0 for cell, _ in rows]
    frame = gpd.GeoDataFrame(
        {"text": pd.Series(texts, dtype=object), "number": numbers},
        geometry=[shapes[kind] for _, kind in rows], crs=27700,
    )  # fmt: skip
    folder = tmp_path_factory.mktemp("twins")
    for name, driver in (("a.geojson", "GeoJSON"), ("a.gpkg", "GPKG")):
        path = folder / name
        frame.to_file(path, driver=driver)
        theirs = pyogrio.read_dataframe(path)
        ours = open_source(path).read(["text", "number"])
        for at in ("text", "number"):
            cells = theirs[at].astype(object).where(theirs[at].notna(), None)
            assert ours.frame[at].astype(object).tolist() == cells.tolist()
        assert ours.geometry is not None
        assert np.all(
            shapely.equals(ours.geometry, theirs.geometry.to_numpy())
            | (shapely.is_missing(ours.geometry) & theirs.geometry.isna().to_numpy())
        )
        assert ours.not_records.empty


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("strace") is None, reason="no strace here")
def test_no_process_connects_to_anything(good: Path, tmp_path: Path) -> None:
    address = "http://127.0.0.1:9"
    for part in good.iterdir():
        shutil.copy(part, tmp_path)
    for name, content in foreign(address).items():
        for ending in LAYERS:
            (tmp_path / f"{name}{ending}").write_bytes(content)
    link = collection(feature(), crs=linked(f"{address}/crs"))
    (tmp_path / "link.geojson").write_text(link, encoding="utf-8")
    command = (
        "import sys, pathlib, warnings, hotspot as hs\n"
        "warnings.simplefilter('ignore')\n"
        "for path in sorted(pathlib.Path(sys.argv[1]).iterdir()):\n"
        "    try:\n        print(path.name, len(hs.read_areas(path)))\n"
        "    except hs.DataError:\n        print(path.name)\n"
    )
    trace = tmp_path.parent / "trace.txt"
    done = subprocess.run(
        ["strace", "-f", "-qq", "-e", "trace=connect,sendto", "-o", str(trace), sys.executable,
         "-c", command, str(tmp_path)],
        capture_output=True, text=True, env={**os.environ, "PROJ_NETWORK": "ON"},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "beats.gpkg 4" in done.stdout
    assert "AF_INET" not in trace.read_text(encoding="utf-8")


@pytest.mark.slow
def test_a_beat_of_any_name_gets_its_lists_and_links_to_them(tmp_path: Path) -> None:
    path = quick_town(tmp_path)
    text = (tmp_path / "beats.geojson").read_text(encoding="utf-8")
    odd = {"West": "\\u202e W#?%st\\u001b[31m/..", "East": "7" * 5000}
    for name, other in odd.items():
        text = text.replace(f'"{name}"', f'"{other}"')
    (tmp_path / "beats.geojson").write_text(text, encoding="utf-8")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        made = hs.brief(path)
    page = (made.folder / "briefing.html").read_text(encoding="utf-8")
    links = [unquote(link) for link in re.findall(r'href="([^"#]+)"', page)]
    lists = [link for link in links if link.startswith("targets/")]
    assert len(lists) > 4
    assert all((made.folder / link).is_file() for link in links)
    assert "\u202e" not in page
    assert all(len(file.name.encode()) < 200 for file in made.folder.rglob("*"))


def database(path: Path, *statements: str) -> str:
    connection = sqlite3.connect(path)
    for statement in ("CREATE TABLE crimes (ref TEXT, day DATE, e REAL, n REAL)", *statements):
        connection.execute(statement)
    connection.commit()
    connection.close()
    return f"sqlite:///{path}?table=crimes"


def test_a_database_is_read_as_it_is_and_nothing_is_left_beside_it(tmp_path: Path) -> None:
    rows = "('A1', '01/03/2026', 451000, 340000), ('A2', 'soon', 451000, 340000)"
    url = database(
        tmp_path / "a.db", f"INSERT INTO crimes VALUES {rows}", "PRAGMA journal_mode = WAL"
    )
    before = standing(tmp_path)
    columns = {"crime_ref": "ref", "occurred_from": "day", "easting": "e", "northing": "n"}
    check = hs.check_incidents(url, columns)
    assert (check.accepted.index.tolist(), check.rejected["row"].tolist()) == ([1], [2])
    assert standing(tmp_path) == before


def test_a_database_that_is_damaged_empty_or_no_file_gets_a_sentence(tmp_path: Path) -> None:
    url = database(tmp_path / "a.db")
    assert open_source(url).read(["ref"]).frame.empty
    content = (tmp_path / "a.db").read_bytes()
    for damaged in (b"", b"x" * 999, content[:3000], flipped(content, 1, 400)):
        (tmp_path / "a.db").write_bytes(damaged)
        refused(lambda _: hs.check_incidents(url), tmp_path, tmp_path)
    if hasattr(os, "mkfifo"):
        (tmp_path / "a.db").unlink()
        os.mkfifo(tmp_path / "a.db")
        assert "is no file" in refused(lambda _: open_source(url), tmp_path, tmp_path)


def test_a_zip_file_of_gigabytes_is_refused_before_it_is_unpacked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("hotspot.reading.zip_files._MOST_OF_LAYERS", 1000)
    path = tmp_path / "crimes.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as zipped:
        zipped.writestr(
            "crimes.geojson", '{"type": "FeatureCollection", "features": []}' + " " * 1000
        )
    with pytest.raises(hs.DataError, match=r"crimes\.zip unpacks to 0\.0 GB"):
        open_source(path)


@pytest.mark.parametrize(
    "head", [b"\x01\x07\x00\x00\x00\x01\x00\x00\x00", b"\x00\x00\x00\x00\x07\x00\x00\x00\x01"]
)
def test_collections_within_collections_are_damaged_and_end_no_process(head: bytes):
    many = shapely.MultiPoint([(n, 0) for n in range(5000)])
    shapes, damaged = shapes_of_binary([head * 20_000, shapely.to_wkb(many), b"\x01"])
    assert shapes[1] == many
    assert damaged == {0: "a damaged shape", 2: "a damaged shape"}
