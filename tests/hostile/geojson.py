"""GeoJSON: features that are none, CRS members, numbers, nesting, cuts."""

# A case a line, so that a family can be read down.
# fmt: off

import json
import random
from pathlib import Path
from typing import Any

from tests.hostile.bytes_of import data
from tests.hostile.case import Answer, Family, counted, refused, site, used

JSON = Family("geojson", "check {in}/crimes.geojson")


def feature(n: int, **more: Any) -> dict[str, Any]:
    """Return a good feature, but for what is told."""
    properties = {"Crime Ref": f"A{n:04d}", "Date From": f"2026-02-{1 + n % 28:02d}"}
    point = {"type": "Point", "coordinates": [round(-1.2 + n / 1000, 6), 52.95]}
    return {"type": "Feature", "properties": properties, "geometry": point} | more


GOOD = [feature(n) for n in range(20)]


def collection(features: list[Any] | None = None, **members: Any) -> str:
    """Return a layer as text, a feature a line as GDAL writes it."""
    head = json.dumps({"type": "FeatureCollection", **members})[:-1]
    told = ",\n".join(json.dumps(one) for one in (GOOD if features is None else features))
    return f'{head}, "features": [\n{told}\n]}}\n'


def layer(content: str | bytes, name: str = "crimes.geojson") -> Any:
    """Return what writes a file of GeoJSON."""
    return data(content.encode("utf-8", "surrogatepass") if isinstance(content, str) else content, name)


WHOLE = collection()
_NO = refused("crimes.geojson")
JSON.add("good", layer(WHOLE), used(20))

# Features that are none: counted, each
for _name, _one in {
    "null": None,
    "number": 7,
    "text": "A7",
    "true": True,
    "list": [1, 2],
    "empty-object": {},
    "of-no-type": {"properties": GOOD[7]["properties"], "geometry": GOOD[7]["geometry"]},
    "of-another-type": {"type": "Crime"},
    "a-bare-point": {"type": "Point", "coordinates": [-1.2, 52.9]},
    "a-collection": {"type": "FeatureCollection", "features": [feature(99)]},
    "geometry-null": feature(7, geometry=None),
    "geometry-missing": {"type": "Feature", "properties": GOOD[7]["properties"]},
    "geometry-a-number": feature(7, geometry=5),
    "geometry-a-text": feature(7, geometry="POINT (1 2)"),
    "geometry-a-list": feature(7, geometry=[1, 2]),
    "geometry-empty": feature(7, geometry={}),
    "geometry-of-no-kind": feature(7, geometry={"type": "Circle", "coordinates": [1, 2]}),
    "geometry-without-coordinates": feature(7, geometry={"type": "Point"}),
    "geometry-collection": feature(7, geometry={"type": "GeometryCollection", "geometries": []}),
    "coordinates-empty": feature(7, geometry={"type": "Point", "coordinates": []}),
    "coordinates-null": feature(7, geometry={"type": "Point", "coordinates": [None, None]}),
    "coordinates-of-one": feature(7, geometry={"type": "Point", "coordinates": [1]}),
    "coordinates-texts": feature(7, geometry={"type": "Point", "coordinates": ["x", "y"]}),
    "coordinates-nested": feature(7, geometry={"type": "Point", "coordinates": [[[-1.2, 52.9]]]}),
    "coordinates-object": feature(7, geometry={"type": "Point", "coordinates": {"x": 1}}),
    "coordinates-1e300": feature(7, geometry={"type": "Point", "coordinates": [1e300, -1e300]}),
    "coordinates-beyond-the-earth": feature(7, geometry={"type": "Point", "coordinates": [500, 95]}),
    "a-line": feature(7, geometry={"type": "LineString", "coordinates": [[-1.2, 52.9], [-1.3, 52.9]]}),
    "a-polygon": feature(7, geometry={"type": "Polygon", "coordinates": [[[-1, 52], [-1, 53], [-2, 53], [-1, 52]]]}),
    "properties-null": feature(7, properties=None),
    "properties-missing": {"type": "Feature", "geometry": GOOD[7]["geometry"]},
    "properties-a-list": feature(7, properties=[1, 2]),
    "properties-a-text": feature(7, properties="x"),
    "date-an-object": feature(7, properties={"Crime Ref": "A7", "Date From": {"$date": 1}}),
    "date-a-list": feature(7, properties={"Crime Ref": "A7", "Date From": [2026, 2, 1]}),
    "date-a-number": feature(7, properties={"Crime Ref": "A7", "Date From": -1e300}),
    "date-true": feature(7, properties={"Crime Ref": "A7", "Date From": True}),
}.items():
    _features = [*GOOD[:7], _one, *GOOD[8:]]
    # One feature of twenty is wrong: it is rejected, or the file is; it never vanishes.
    _extra = [used(19, 1), _NO]
    if _name.startswith(("properties-", "a-collection", "of-no-type", "coordinates-nested")):
        _extra.append(used(20))
    JSON.add(f"feature-{_name}", layer(collection(_features)), *_extra)
for _name, _one in {"null": None, "number": 7, "text": "x", "geometry-null": feature(7, geometry=None)}.items():
    JSON.add(f"features-all-{_name}", layer(collection([_one] * 5)), used(0, 5), _NO)
JSON.add("last-feature-null", layer(collection([*GOOD, None])), used(20, 1), _NO)
JSON.add("first-feature-null", layer(collection([None, *GOOD])), used(20, 1), _NO)
JSON.add("coordinates-of-5", layer(collection([*GOOD[:19], feature(19, geometry={"type": "Point", "coordinates": [-1.2, 52.9, 1, 2, 3]})])), used(20), used(19, 1), _NO)
for _word in ("NaN", "Infinity", "-Infinity", "1e400", "0x10", "+1", "01", "1.", "- 1", "9" * 5000):
    _said = WHOLE.replace(json.dumps(GOOD[7]["geometry"]["coordinates"][0]), _word)
    JSON.add(f"coordinate-{_word[:9]}", layer(_said), used(19, 1), used(20), _NO)

# Shapes of the file
for _name, _content in {
    "a-list": json.dumps(GOOD),
    "a-single-feature": json.dumps(GOOD[0]),
    "a-bare-geometry": json.dumps(GOOD[0]["geometry"]),
    "null": "null",
    "number": "5",
    "text": '"x"',
    "empty-object": "{}",
    "features-null": '{"type":"FeatureCollection","features":null}',
    "features-an-object": '{"type":"FeatureCollection","features":{"a":1}}',
    "features-missing": '{"type":"FeatureCollection"}',
    "features-empty": '{"type":"FeatureCollection","features":[]}',
    "type-missing": json.dumps({"features": GOOD}),
    "type-a-number": json.dumps({"type": 5, "features": GOOD}),
    "topojson": '{"type":"Topology","objects":{"a":{"type":"Point","coordinates":[0,0]}},"arcs":[]}',
    "esri": '{"geometryType":"esriGeometryPoint","spatialReference":{"wkid":27700},"fields":[],"features":[{"attributes":{"Crime Ref":"A"},"geometry":{"x":1,"y":2}}]}',
    "stac": '{"type":"FeatureCollection","stac_version":"1.0.0","links":[{"rel":"next","href":"http://127.0.0.1:9/"}],"features":[]}',
    "spaces": "   \n\n",
    "brace": "{",
    "html": "<html><body>Sign in</body></html>",
    "noise": random.Random(3).randbytes(3000),
    "nuls": bytes(3000),
}.items():
    _wanted: list[Answer] = [_NO]
    if _name in ("a-single-feature",):
        _wanted.append(used(1))
    if _name in ("a-list", "type-missing", "type-a-number"):
        _wanted.append(used(20))
    JSON.add(f"file-{_name}", layer(_content), *_wanted)
JSON.add("utf-8-bom", layer(b"\xef\xbb\xbf" + WHOLE.encode()), used(20))
JSON.add("utf-16", layer(WHOLE.encode("utf-16")), used(20), _NO)
JSON.add("latin-1", layer(collection([*GOOD[:19], feature(19)]).replace("A0019", "é").encode("latin-1")), used(20), used(19, 1), _NO)
JSON.add("nul-in-a-text", layer(WHOLE.replace("A0007", "A\\u0000B")), used(20), used(19, 1), _NO)
JSON.add("nul-as-a-byte", layer(WHOLE.replace("A0007", "A\x00B")), used(20), used(19, 1), _NO)
JSON.add("lone-surrogate", layer(WHOLE.replace("A0007", "A\\ud800")), used(20), used(19, 1), _NO)
JSON.add("escape-in-a-text", layer(WHOLE.replace("2026-02-08", "\\u001b[2J\\u202e")), used(19, 1), _NO)
JSON.add("escape-in-a-name", layer(WHOLE.replace("Date From", "Dat\\u001b[2Je")), refused())
JSON.add("comments", layer("// crimes\n" + WHOLE), used(20), _NO)
JSON.add("trailing-commas", layer(WHOLE.replace("\n]}", ",\n]}")), used(20), _NO)
JSON.add("single-quotes", layer(WHOLE.replace('"', "'")), used(20), _NO)
JSON.add("noise-behind", layer(WHOLE + "}}}}garbage"), used(20), _NO)
JSON.add("twice-in-one-file", layer(WHOLE + WHOLE.replace("A00", "B00")), used(40), _NO)
JSON.add("keys-twice", layer(WHOLE.replace('"Crime Ref": "A0007"', '"Crime Ref": "Z1", "Crime Ref": "A0007"')), used(20), _NO)
JSON.add("features-twice", layer(WHOLE.rstrip()[:-1] + ', "features": ' + json.dumps([feature(99)]) + "}"), used(20), used(1), used(21), _NO)
JSON.add("features-before-the-type", layer(json.dumps({"features": GOOD, "type": "FeatureCollection"})), used(20), _NO)
JSON.add("one-line", layer(WHOLE.replace("\n", "")), used(20))
JSON.add("a-feature-a-line", layer("\n".join(map(json.dumps, GOOD)), "crimes.geojson"), used(20), _NO)
JSON.add("a-feature-a-line-one-damaged", layer("\n".join([*map(json.dumps, GOOD[:7]), '{"type": "Feat', *map(json.dumps, GOOD[8:])])), used(19, 1), _NO)
JSON.add("a-feature-a-line-cut", layer("\n".join(map(json.dumps, GOOD))[:-30]), used(19, 1), _NO)
JSON.add("records-separated", layer("".join(f"\x1e{json.dumps(one)}\n" for one in GOOD)), used(20), _NO)

# Cuts and damaged lines
_LINES = WHOLE.splitlines()
JSON.add("cut-mid-line", layer(WHOLE[: len(WHOLE) // 2]), _NO)
JSON.add("cut-after-a-feature", layer("\n".join(_LINES[:12])), _NO)
JSON.add("cut-before-the-last-brace", layer(WHOLE.rstrip()[:-1]), used(20), _NO)
JSON.add("cut-before-the-last-bracket", layer(WHOLE.rstrip()[:-2]), used(20), _NO)
JSON.add("cut-in-the-last-feature", layer(WHOLE[:-40]), _NO)
JSON.add("damaged-line", layer("\n".join([*_LINES[:8], _LINES[8].replace('"Point"', '"Poi'), *_LINES[9:]])), used(19, 1), _NO)
JSON.add("line-missing-its-comma", layer("\n".join([*_LINES[:8], _LINES[8].rstrip(","), *_LINES[9:]])), used(20), _NO)
JSON.add("line-overwritten", layer("\n".join([*_LINES[:8], "\x00" * len(_LINES[8]), *_LINES[9:]])), used(19), used(19, 1), _NO)
JSON.add("cut-in-many-rows", layer(collection([feature(n) for n in range(3000)])[:-5000]), _NO)

# CRS members
_BNG = [feature(n, geometry={"type": "Point", "coordinates": [451_000 + 10 * n, 340_000]}) for n in range(20)]


def _crs(kind: str, properties: Any) -> dict[str, Any]:
    return {"crs": {"type": kind, "properties": properties}}


JSON.add("crs-epsg", layer(collection(_BNG, **_crs("name", {"name": "EPSG:27700"}))), used(20))
JSON.add("crs-urn", layer(collection(_BNG, **_crs("name", {"name": "urn:ogc:def:crs:EPSG::27700"}))), used(20))
JSON.add("crs-crs84", layer(collection(**_crs("name", {"name": "urn:ogc:def:crs:OGC:1.3:CRS84"}))), used(20))
JSON.add("crs-old-style-number", layer(collection(_BNG, **_crs("EPSG", {"code": 27700}))), used(20), _NO)
JSON.add("crs-null", layer(collection(crs=None)), used(20), _NO)
for _name, _members in {
    "number": {"crs": 27700},
    "text": {"crs": "EPSG:27700"},
    "list": {"crs": [1, 2]},
    "empty": {"crs": {}},
    "unknown-kind": _crs("magic", {"name": "EPSG:27700"}),
    "name-unknown": _crs("name", {"name": "EPSG:99999999"}),
    "name-noise": _crs("name", {"name": "\x1b[2J" * 50}),
    "name-a-number": _crs("name", {"name": 27700}),
    "name-a-list": _crs("name", {"name": ["EPSG:27700"]}),
    "name-missing": _crs("name", {}),
    "name-of-1-mb": _crs("name", {"name": "E" * 1_000_000}),
    "name-a-file": _crs("name", {"name": "/etc/passwd"}),
    "name-a-grid": _crs("name", {"name": "+proj=longlat +nadgrids=/etc/passwd +type=crs"}),
    "name-a-grid-far": _crs("name", {"name": "+proj=longlat +nadgrids=http://127.0.0.1:9/a.tif +type=crs"}),
    "name-a-pipeline": _crs("name", {"name": "+proj=pipeline +step +init=/etc/passwd:1"}),
    "name-init": _crs("name", {"name": "+init=/etc/passwd:root"}),
    "name-import": _crs("name", {"name": "IMPORT:/etc/passwd"}),
    "name-local": _crs("name", {"name": 'LOCAL_CS["nowhere",UNIT["metre",1]]'}),
    "name-engineering": _crs("name", {"name": 'ENGCRS["x",EDATUM["y"],CS[Cartesian,2],AXIS["a",east],AXIS["b",north],LENGTHUNIT["metre",1]]'}),
    "name-vertical": _crs("name", {"name": "EPSG:5701"}),
    "name-moon": _crs("name", {"name": "IAU_2015:30100"}),
}.items():
    JSON.add(f"crs-{_name}", layer(collection(_BNG, **_members)), *([used(20)] if _name == "unknown-kind" else []), _NO)


def _asks(kind: str, key: str, ending: str = "") -> Any:
    def write(folder: Path) -> None:
        members = _crs(kind, {key: f"{site()}{ending}", "type": "proj4"})
        (folder / "crimes.geojson").write_text(collection(_BNG, **members))

    return write


for _kind, _key in (("link", "href"), ("url", "url"), ("name", "name"), ("link", "url"), ("name", "href"), ("EPSG", "code"), ("ogc", "urn")):
    JSON.add(f"crs-asks-{_kind}-{_key}", _asks(_kind, _key), _NO)
JSON.add("crs-asks-opengis", layer(collection(_BNG, **_crs("name", {"name": "http://www.opengis.net/def/crs/EPSG/0/27700"}))), used(20), _NO)
JSON.add("crs-links-to-a-file", layer(collection(_BNG, **_crs("link", {"href": "crs.txt", "type": "proj4"}))), _NO)
JSON.add("crs-links-outside", layer(collection(_BNG, **_crs("link", {"href": "/etc/passwd", "type": "esriwkt"}))), _NO)
JSON.add("crs-of-a-feature", layer(collection([*_BNG[:5], {**_BNG[5], **_crs("link", {"href": "http://127.0.0.1:9/"})}, *_BNG[6:]], **_crs("name", {"name": "EPSG:27700"}))), used(20), used(19, 1), _NO)
JSON.add("crs-twice", layer(collection(_BNG, **_crs("name", {"name": "EPSG:27700"})).replace('"features"', '"crs": {"type": "name", "properties": {"name": "EPSG:4326"}}, "features"')), used(20), _NO)
JSON.add("crs-behind-the-features", layer(json.dumps({"type": "FeatureCollection", "features": _BNG, **_crs("name", {"name": "EPSG:27700"})})), used(20), _NO)
# Only the British National Grid has such numbers here: that is told.
JSON.add("crs-absent-of-metres", layer(collection(_BNG)), used(20), _NO)

# Depth and size
for _depth in (600, 100_000):
    JSON.add(f"nested-lists-{_depth}", layer("[" * _depth + "]" * _depth), _NO)
    JSON.add(f"nested-objects-{_depth}", layer('{"a":' * _depth + "1" + "}" * _depth), _NO)
    JSON.add(f"nested-properties-{_depth}", layer(WHOLE.replace('"A0007"', "[" * _depth + "]" * _depth)), used(20), used(19, 1), _NO)
    JSON.add(f"nested-coordinates-{_depth}", layer(WHOLE.replace(json.dumps(GOOD[7]["geometry"]["coordinates"]), "[" * _depth + "]" * _depth)), used(19, 1), _NO)
    JSON.add(f"nested-unclosed-{_depth}", layer('{"type":"FeatureCollection","features":' + "[" * _depth), _NO)
JSON.add("nested-collections", layer(WHOLE.replace(json.dumps(GOOD[7]["geometry"]), '{"type":"GeometryCollection","geometries":[' * 500 + "]}" * 500)), used(19, 1), _NO)
JSON.add("text-of-10-mb", layer(WHOLE.replace("A0007", "x" * 10_000_000)), used(20), used(19, 1), _NO)
JSON.add("10000-properties", layer(WHOLE.replace('"Crime Ref": "A0007"', '"Crime Ref": "A0007",' + ",".join(f'"p{n}": {n}' for n in range(10_000)))), used(20), _NO)
JSON.add("number-of-5000-digits", layer(WHOLE.replace('"A0007"', "9" * 5000)), used(20), used(19, 1), _NO)
JSON.add("name-of-100000", layer(WHOLE.replace('"Crime Ref": "A0007"', f'"Crime Ref": "A0007", "{"k" * 100_000}": 1')), used(20), _NO)
JSON.add("properties-of-many-kinds", layer(collection([feature(n, properties={**GOOD[n]["properties"], "note": value}) for n, value in enumerate([1, "x", None, [1], {"a": 1}, True, 1.5, "2026-01-01", 2**70, -0.0])])), used(10))
JSON.add("dates-of-many-kinds", layer(collection([feature(n, properties={"Crime Ref": f"A{n}", "Date From": value}) for n, value in enumerate(["2026-02-01", "2026-02-02T10:00:00Z", None, "", 5, "02/02/2026", "2026/02/03"])])), counted(7), _NO)
JSON.add("name-of-geometry", layer(WHOLE.replace('"Crime Ref"', '"geometry": 1, "Crime Ref"')), used(20), _NO)
JSON.add("id-of-many-kinds", layer(collection([feature(n, id=value) for n, value in enumerate([1, "x", None, [1], {"a": 1}, True, 1.5, 2**70])])), used(8), _NO)

# Lists of records
LIST = Family("json-lists", "check {in}/crimes.json")
_RECORDS = [{"Crime Ref": f"A{n}", "Date From": f"2026-02-{n + 1:02d}", "Easting": 451_000, "Northing": 340_000 + n} for n in range(20)]
LIST.add("good", layer(json.dumps(_RECORDS), "crimes.json"), used(20))
LIST.add("in-an-object", layer(json.dumps({"made": "x", "rows": _RECORDS}), "crimes.json"), used(20))
LIST.add("with-others-among-them", layer(json.dumps([*_RECORDS, None, 5, "x", [1]]), "crimes.json"), used(20, 4), refused("crimes.json"))
LIST.add("empty", layer("[]", "crimes.json"), refused("crimes.json"))
LIST.add("of-empty-objects", layer("[{}, {}]", "crimes.json"), refused("crimes.json"))
LIST.add("of-numbers", layer("[1, 2]", "crimes.json"), refused("crimes.json"))
LIST.add("two-lists", layer('{"a": [{"x": 1}], "b": [{"x": 1}]}', "crimes.json"), refused("crimes.json"))
LIST.add("nan", layer(json.dumps([*_RECORDS[:19], {**_RECORDS[19], "Easting": float("nan")}]), "crimes.json"), used(19, 1), refused("crimes.json"))
LIST.add("huge-number", layer(json.dumps(_RECORDS).replace("340007", "9" * 4400), "crimes.json"), used(19, 1), refused("crimes.json"))
LIST.add("nested-100000", layer("[" * 100_000 + "]" * 100_000, "crimes.json"), refused("crimes.json"))
LIST.add("cut", layer(json.dumps(_RECORDS)[:-40], "crimes.json"), refused("crimes.json"))
LIST.add("cells-of-objects", layer(json.dumps([*_RECORDS[:19], {**_RECORDS[19], "Date From": {"a": [1]}}]), "crimes.json"), used(19, 1))
LIST.add("latin-1", layer('[{"Crime Ref": "é"}]'.encode("latin-1"), "crimes.json"), refused("crimes.json"))
LIST.add("utf-16", layer(json.dumps(_RECORDS).encode("utf-16"), "crimes.json"), used(20), refused("crimes.json"))
LIST.add("geojson-under-json", layer(WHOLE, "crimes.json"), used(20))
LIST.add("layer-with-null-under-json", layer(collection([*GOOD[:7], None, *GOOD[8:]]), "crimes.json"), used(19, 1), refused("crimes.json"))
LIST.add("crs-asks-under-json", lambda f: (f / "crimes.json").write_text(collection(_BNG, **_crs("link", {"href": site(), "type": "proj4"}))), refused("crimes.json"))
