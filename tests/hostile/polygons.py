"""Areas and streets: rings that are none, names, CRS, other kinds of geometry."""

# A case a line, so that a family can be read down.
# fmt: off

import json
from typing import Any

from tests.hostile.bytes_of import data, files, text
from tests.hostile.case import Family, refused, site, used

AREAS = Family("areas", "read_areas {in}/beats.geojson")
STREETS = Family("streets", "read_streets {in}/streets.geojson")
WITHIN = Family("within", "read_outline {in}/area.geojson")
_BNG = {"crs": {"type": "name", "properties": {"name": "EPSG:27700"}}}
X, Y = 451_000, 340_000


def square(n: int, side: float = 90.0) -> list[list[list[float]]]:
    """Return the ring of a square, beside that before it."""
    x = X + 100 * n
    return [[[x, Y], [x + side, Y], [x + side, Y + side], [x, Y + side], [x, Y]]]


def area(n: int, name: Any = ..., **more: Any) -> dict[str, Any]:
    """Return a good area, but for what is told."""
    properties = {"beat": f"Beat {n}" if name is ... else name}
    return {"type": "Feature", "properties": properties, "geometry": {"type": "Polygon", "coordinates": square(n)}} | more


GOOD = [area(n) for n in range(5)]


def layer(features: list[Any], name: str = "beats.geojson", **members: Any):  # type: ignore[no-untyped-def]
    """Return what writes a layer on the British National Grid."""

    def told() -> str:
        head = json.dumps({"type": "FeatureCollection", **_BNG, **members})[:-1]
        rows = ",\n".join(map(json.dumps, features))
        return f'{head}, "features": [\n{rows}\n]}}\n'

    return text(told, name)


def _polygon(*rings: list[list[Any]]) -> dict[str, Any]:
    return {"type": "Polygon", "coordinates": list(rings)}


_NO = refused("beats.geojson")
RING = square(9)[0]
#: Polygons that are none: refused with the row, or mended with a note; never a traceback.
BROKEN = {
    "ring-of-0": _polygon([]),
    "ring-of-1": _polygon(RING[:1]),
    "ring-of-2": _polygon(RING[:2]),
    "ring-of-3-closed": _polygon([RING[0], RING[1], RING[0]]),
    "ring-of-3-points-all-alike": _polygon([RING[0]] * 4),
    "ring-on-a-line": _polygon([[X, Y], [X + 10, Y], [X + 20, Y], [X, Y]]),
    "no-rings": {"type": "Polygon", "coordinates": []},
    "no-polygons": {"type": "MultiPolygon", "coordinates": []},
    "polygons-without-rings": {"type": "MultiPolygon", "coordinates": [[], []]},
    "ring-null": _polygon([[None, None]] * 4),
    "ring-of-texts": _polygon([["a", "b"]] * 4),
    "ring-of-numbers": {"type": "Polygon", "coordinates": [1, 2, 3, 4]},
    "ring-1e300": _polygon([[1e300, 1e300], [-1e300, 1e300], [-1e300, -1e300], [1e300, 1e300]]),
    "ring-one-corner-1e300": _polygon([*RING[:3], [X, 1e300], RING[0]]),
    "ring-one-corner-1e9": _polygon([*RING[:3], [1e9, Y], RING[0]]),
    "parts-one-1e300": {"type": "MultiPolygon", "coordinates": [square(9), [[[1e300, 1e300], [1e300, 2e300], [2e300, 2e300], [1e300, 1e300]]]]},
    "null": None,
    "a-point": {"type": "Point", "coordinates": [X, Y]},
    "a-line": {"type": "LineString", "coordinates": RING},
    "a-collection-of-lines": {"type": "GeometryCollection", "geometries": [{"type": "LineString", "coordinates": RING}]},
    "an-empty-collection": {"type": "GeometryCollection", "geometries": []},
    "a-number": 5,
    "a-text": "POLYGON",
}
for _name, _geometry in BROKEN.items():
    AREAS.add(_name, layer([*GOOD, area(5, geometry=_geometry)]), _NO)
    WITHIN.add(_name, layer([area(5, geometry=_geometry)], "area.geojson"), refused("area.geojson"))
MENDED = {
    "ring-of-3": _polygon(RING[:3]),
    "ring-unclosed": _polygon(RING[:-1]),
    "bow-tie": _polygon([[X, Y + 500], [X + 50, Y + 550], [X + 50, Y + 500], [X, Y + 550], [X, Y + 500]]),
    "spike": _polygon([*RING[:3], [RING[2][0], Y + 90_000], *RING[2:]]),
    "hole-outside": _polygon(RING, square(30)[0]),
    "hole-of-everything": _polygon(RING, RING),
    "holes-that-touch": _polygon(RING, [[X + 910, Y + 10], [X + 950, Y + 10], [X + 910, Y + 50], [X + 910, Y + 10]], [[X + 950, Y + 10], [X + 950, Y + 50], [X + 910, Y + 50], [X + 950, Y + 10]]),
    "ring-inside-out": _polygon(RING[::-1]),
    "ring-twice-round": _polygon(RING + RING[1:]),
    "points-repeated": _polygon([point for point in RING for _ in range(50)]),
    "third-dimension": _polygon([[*point, 55.0] for point in RING]),
    "third-dimension-in-part": _polygon([RING[0], [*RING[1], 5.0], *RING[2:]]),
    "four-dimensions": _polygon([[*point, 1, 2] for point in RING]),
    "many-parts": {"type": "MultiPolygon", "coordinates": [square(n, 5) for n in range(10, 900)]},
    "parts-that-overlap": {"type": "MultiPolygon", "coordinates": [square(9), square(9)]},
    "collection-with-a-polygon": {"type": "GeometryCollection", "geometries": [_polygon(RING), {"type": "Point", "coordinates": [X, Y]}]},
    "20000-corners": _polygon([[X + 900 + n / 1000, Y + (n % 2) * 0.5] for n in range(20_000)] + [[X + 920, Y + 80], [X + 900, Y + 80], [X + 900, Y]]),
    "sliver": _polygon([[X, Y + 500], [X + 900, Y + 500], [X + 900, Y + 500.0000001], [X, Y + 500]]),
}
for _name, _geometry in MENDED.items():
    AREAS.add(_name, layer([*GOOD, area(5, geometry=_geometry)]), used(6), _NO)
    WITHIN.add(_name, layer([area(5, geometry=_geometry)], "area.geojson"), used(1), refused("area.geojson"))
for _word in ("NaN", "Infinity", "-Infinity", "1e999"):
    _said = f'{{"type":"FeatureCollection","crs":{json.dumps(_BNG["crs"])},"features":[\n{json.dumps(area(0))},\n' + json.dumps(area(1)).replace(str(X + 190.0), _word).replace(str(X + 100), _word) + "\n]}"
    AREAS.add(f"corner-{_word}", data(_said.encode(), "beats.geojson"), _NO)
    WITHIN.add(f"corner-{_word}", data(_said.encode(), "area.geojson"), refused("area.geojson"))
AREAS.add("good", layer(GOOD), used(5))
for _name, _called in {"null": None, "blank": "", "spaces": "   ", "nan-word": "nan", "na-word": "N/A", "a-list": [1], "an-object": {"a": 1}}.items():
    AREAS.add(f"name-{_name}", layer([*GOOD, area(5, _called)]), _NO, used(6))
for _name, _called in {
    "a-number": 7, "true": True, "climbs": "../../owned", "device": "CON", "path": "C:\\x/y", "dots": "...", "escape": "\x1b[2J",
    "direction": "\u202eLIVE", "script": "<script>alert(1)</script>", "line-end": "a\nb", "nul": "a\x00b", "long": "N" * 5000,
    "slash": "A/B", "formula": "=1+1", "surrogate": "\ud800",
}.items():
    AREAS.add(f"name-{_name}", layer([*GOOD, area(5, _called)]), used(6), _NO)
AREAS.add("names-all-null", layer([area(n, None) for n in range(5)]), _NO)
_WIDE = {f"c{n}": n for n in range(2000)}
AREAS.add("2000-columns", layer([area(n, properties={"beat": f"b{n}", **_WIDE}) for n in range(5)]), refused("2,001 columns"))
AREAS.add("names-doubled", layer([*GOOD, area(5, "Beat 1")]), used(5))
AREAS.add("names-alike-but-for-case", layer([*GOOD, area(5, "BEAT 1"), area(6, "Beat  1 ")]), used(5), used(6), used(7), _NO)
AREAS.add("no-names", layer([area(n, properties={}) for n in range(5)]), _NO)
AREAS.add("two-columns-of-names", layer([area(n, properties={"beat": f"b{n}", "Beat": f"c{n}", "beat_name": "x"}) for n in range(5)]), used(5), _NO)
AREAS.add("feature-null", layer([*GOOD, None]), _NO)
AREAS.add("feature-number", layer([*GOOD, 5]), _NO)
AREAS.add("feature-properties-null", layer([*GOOD, area(5, properties=None)]), _NO)
AREAS.add("no-features", layer([]), _NO)
AREAS.add("cut", lambda f: (layer(GOOD)(f), (f / "beats.geojson").write_bytes((f / "beats.geojson").read_bytes()[:-200])), _NO)
AREAS.add("damaged-line", lambda f: (layer(GOOD)(f), (f / "beats.geojson").write_text((f / "beats.geojson").read_text().replace('"Beat 2"', '"Beat 2'))), _NO)
AREAS.add("crs-absent-of-metres", layer(GOOD, crs=None), _NO)
AREAS.add("crs-link", lambda f: layer(GOOD, crs={"type": "link", "properties": {"href": site(), "type": "proj4"}})(f), _NO)
AREAS.add("crs-degrees-of-metres", layer(GOOD, crs={"type": "name", "properties": {"name": "EPSG:4326"}}), used(5), _NO)
AREAS.add("crs-local", layer(GOOD, crs={"type": "name", "properties": {"name": 'LOCAL_CS["x"]'}}), _NO)
AREAS.add("crs-grid", layer(GOOD, crs={"type": "name", "properties": {"name": "+proj=longlat +nadgrids=http://127.0.0.1:9/x"}}), _NO)
AREAS.add("on-the-date-line", layer([area(0, geometry=_polygon([[170, -10], [-170, -10], [-170, 10], [170, 10], [170, -10]]))], crs=None), used(1), _NO)
AREAS.add("the-whole-earth", layer([area(0, geometry=_polygon([[-180, -90], [180, -90], [180, 90], [-180, 90], [-180, -90]]))], crs=None), used(1), _NO)
AREAS.add("at-a-pole", layer([area(0, geometry=_polygon([[0, 89], [90, 90], [180, 89], [0, 89]]))], crs=None), used(1), _NO)
AREAS.add("3000-areas", layer([area(n) for n in range(3000)]), used(3000))
AREAS.add("csv", text("beat,wkt\nA,POLYGON\n", "beats.csv"), refused("beats.csv"), command="read_areas {in}/beats.csv")
AREAS.add("csv-of-polygons", text('beat,WKT\nA,"POLYGON ((0 0, 1 0, 1 1, 0 0))"\n', "beats.csv"), refused("beats.csv"), command="read_areas {in}/beats.csv")
AREAS.add("empty", data(b"", "beats.geojson"), refused("empty"))
AREAS.add("missing", lambda f: None, refused("no file"))
AREAS.add("a-folder", files({"beats.geojson/a.txt": "x"}), refused())
AREAS.add("a-folder-of-layers", files({"beats/a.geojson": json.dumps({"type": "FeatureCollection", **_BNG, "features": GOOD}), "beats/b.geojson": "{"}), refused("b.geojson"), command="read_areas {in}/beats")

# Streets
_LINE = {"type": "LineString", "coordinates": [[X, Y], [X + 100, Y]]}


def street(n: int, name: Any = ..., **more: Any) -> dict[str, Any]:
    """Return a good street, but for what is told."""
    return {"type": "Feature", "properties": {"street": f"Street {n}" if name is ... else name}, "geometry": _LINE} | more


_ROADS = [street(n) for n in range(5)]
_SNO = refused("streets.geojson")


def _streets(*more: Any, **members: Any):  # type: ignore[no-untyped-def]
    return layer([*_ROADS, *more], "streets.geojson", **members)


STREETS.add("good", _streets(), used(5))
for _name, _geometry in {
    "null": None,
    "point": {"type": "Point", "coordinates": [X, Y]},
    "polygon": _polygon(RING),
    "line-of-1": {"type": "LineString", "coordinates": [[X, Y]]},
    "line-of-0": {"type": "LineString", "coordinates": []},
    "no-lines": {"type": "MultiLineString", "coordinates": []},
    "line-of-texts": {"type": "LineString", "coordinates": [["a", "b"], ["c", "d"]]},
    "collection": {"type": "GeometryCollection", "geometries": []},
    "number": 5,
}.items():
    # What is no line is told by its row: here the reader must say so, or refuse.
    STREETS.add(f"one-{_name}", _streets(street(5, geometry=_geometry)), used(5, 0, "row"), _SNO)
    STREETS.add(f"all-{_name}", layer([street(n, geometry=_geometry) for n in range(3)], "streets.geojson"), _SNO)
STREETS.add("line-of-no-length", _streets(street(5, geometry={"type": "LineString", "coordinates": [[X, Y], [X, Y]]})), used(6), used(5), _SNO)
STREETS.add("line-1e300", _streets(street(5, geometry={"type": "LineString", "coordinates": [[X, Y], [1e300, 1e300]]})), _SNO)
STREETS.add("line-of-100000", _streets(street(5, geometry={"type": "LineString", "coordinates": [[X + n / 10, Y] for n in range(100_000)]})), used(6))
STREETS.add("feature-null", _streets(None), used(5, 0, "left out"), _SNO)
STREETS.add("feature-number", _streets(7), used(5, 0, "left out"), _SNO)
STREETS.add("2000-columns", layer([street(n, properties={"street": "a", **_WIDE}) for n in range(5)], "streets.geojson"), refused("2,001 columns"))
STREETS.add("name-null", _streets(street(5, None)), used(6))
STREETS.add("names-all-null", layer([street(n, None) for n in range(3)], "streets.geojson"), used(3), _SNO)
STREETS.add("name-escape", _streets(street(5, "\x1b[2J")), used(6))
STREETS.add("name-number", _streets(street(5, 7)), used(6), _SNO)
STREETS.add("name-long", _streets(street(5, "S" * 100_000)), used(6))
STREETS.add("no-names", layer([street(n, properties={}) for n in range(3)], "streets.geojson"), used(3), _SNO)
STREETS.add("no-features", layer([], "streets.geojson"), _SNO)
STREETS.add("crs-link", lambda f: _streets(crs={"type": "link", "properties": {"href": site()}})(f), _SNO)
STREETS.add("crs-absent", _streets(crs=None), _SNO)
STREETS.add("csv", text("street\nMill Lane\n", "streets.csv"), refused("streets.csv"), command="read_streets {in}/streets.csv")
STREETS.add("missing", lambda f: None, refused("no file"))

# Areas by the command line: the words must be fit for a terminal.
DOOR = Family("within-at-the-door", "check {in}/crimes.csv --within {in}/area.geojson")
_CRIMES = "Crime Ref,Date From,Easting,Northing\n" + "".join(f"A{n},{n + 1:02d}/02/2026,{X + 10 * n},{Y + 10}\n" for n in range(20))


def _door(features: list[Any], **members: Any):  # type: ignore[no-untyped-def]
    return lambda f: (text(_CRIMES)(f), layer(features, "area.geojson", **members)(f))


DOOR.add("good", _door([area(0, geometry=_polygon([[X - 1, Y - 1], [X + 900, Y - 1], [X + 900, Y + 900], [X - 1, Y + 900], [X - 1, Y - 1]]))]), used(20))
DOOR.add("half", _door([area(0)]), used(10, 10))
DOOR.add("elsewhere", _door([area(900)]), used(0, 20), refused())
DOOR.add("ring-of-2", _door([area(0, geometry=BROKEN["ring-of-2"])]), refused("area.geojson"))
DOOR.add("null", _door([None, area(0)]), refused("area.geojson"))
DOOR.add("no-features", _door([]), refused("area.geojson"))
DOOR.add("crs-escape", _door(GOOD, crs={"type": "name", "properties": {"name": "\x1b[2J"}}), refused("area.geojson"))
DOOR.add("itself", text(_CRIMES), refused("crimes.csv"), command="check {in}/crimes.csv --within {in}/crimes.csv")
DOOR.add("missing", text(_CRIMES), refused("area.geojson"))
