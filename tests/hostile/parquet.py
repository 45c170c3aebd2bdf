"""Parquet: geographic metadata, types of columns, damage."""

# A case a line, so that a family can be read down.
# fmt: off

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.hostile.bytes_of import data, text
from tests.hostile.case import Family, counted, refused, used

PQ = Family("parquet", "check {in}/crimes.parquet")
_F = "crimes.parquet"
_NO = refused(_F)
_COUNT = 20


def _columns(**more: Any) -> dict[str, Any]:
    good = {
        "Crime Ref": [f"A{n:03d}" for n in range(_COUNT)],
        "Date From": [f"2026-02-{n + 1:02d}" for n in range(_COUNT)],
        "Easting": [451_000 + 10 * n for n in range(_COUNT)],
        "Northing": [340_000] * _COUNT,
    }
    return good | more


def table(columns: Callable[[], dict[str, Any]] | None = None, **options: Any) -> Callable[[Path], object]:
    """Return what writes a table."""

    def write(folder: Path) -> None:
        import pyarrow as pa
        import pyarrow.parquet as pq

        pq.write_table(pa.table(_columns() if columns is None else columns()), folder / _F, **options)

    return write


def geo(meta: object = None, column: Callable[[], Any] | None = None, rows: int = _COUNT, more: Callable[[], dict[str, Any]] | None = None) -> Callable[[Path], object]:
    """Return what writes a table with geometry; `meta` replaces parts of its metadata, or all."""

    def write(folder: Path) -> None:
        import pyarrow as pa
        import pyarrow.parquet as pq
        import shapely
        from pyproj import CRS

        points = [shapely.to_wkb(shapely.Point(451_000 + n, 340_000)) for n in range(rows)]
        columns = {"Crime Ref": [f"A{n}" for n in range(rows)], "Date From": [f"2026-02-{1 + n % 28:02d}" for n in range(rows)]}
        geometry = pa.array(points, pa.binary()) if column is None else column()
        made = pa.table({**columns, **(more() if more else {}), "geometry": geometry})
        told: dict[str, Any] = {
            "version": "1.0.0",
            "primary_column": "geometry",
            "columns": {"geometry": {"encoding": "WKB", "geometry_types": ["Point"], "crs": CRS(27700).to_json_dict()}},
        }
        if isinstance(meta, dict):
            of_column = meta.pop("column", {}) if "column" in meta else {}
            told = told | meta
            if isinstance(told.get("columns"), dict) and "geometry" in told["columns"]:
                told["columns"]["geometry"] |= of_column
            meta["column"] = of_column
        raw = meta if isinstance(meta, bytes) else json.dumps(told).encode()
        pq.write_table(made.replace_schema_metadata({"geo": raw}), folder / _F)

    return write


PQ.add("good", table(), used(20))
PQ.add("good-with-geometry", geo(), used(20))
# Metadata
for _name, _meta in {
    "no-json": b"{{{{",
    "empty": b"",
    "null": b"null",
    "number": b"5",
    "list": b"[1]",
    "bad-utf-8": b"\xff\xfe",
    "nested": b"[" * 100_000,
    "empty-object": b"{}",
}.items():
    PQ.add(f"geo-{_name}", geo(_meta), _NO)
for _name, _change in {
    "version-99": {"version": "99.0.0"},
    "version-a-number": {"version": 1},
    "version-absent": {"version": None},
    "primary-absent": {"primary_column": None},
    "primary-elsewhere": {"primary_column": "nowhere"},
    "primary-a-text-column": {"primary_column": "Crime Ref"},
    "columns-empty": {"columns": {}},
    "columns-a-list": {"columns": [1]},
    "columns-elsewhere": {"columns": {"nowhere": {"encoding": "WKB"}}},
    "encoding-unknown": {"column": {"encoding": "XYZ"}},
    "encoding-null": {"column": {"encoding": None}},
    "encoding-point": {"column": {"encoding": "point"}},
    "crs-null": {"column": {"crs": None}},
    "crs-number": {"column": {"crs": 27700}},
    "crs-noise": {"column": {"crs": "\x1b[2Jnoise"}},
    "crs-empty": {"column": {"crs": {}}},
    "crs-url": {"column": {"crs": "http://127.0.0.1:9/"}},
    "crs-grid": {"column": {"crs": "+proj=longlat +nadgrids=http://127.0.0.1:9/a.tif"}},
    "crs-local": {"column": {"crs": 'LOCAL_CS["x"]'}},
    "types-noise": {"column": {"geometry_types": 5}},
    "bbox-noise": {"column": {"bbox": ["x", None]}},
    "edges-unknown": {"column": {"edges": "banana"}},
}.items():
    PQ.add(f"geo-{_name}", geo(_change), _NO, used(20))
PQ.add("geo-no-rows", geo(rows=0), _NO)
PQ.add("no-rows", table(lambda: {name: [] for name in _columns()}), _NO)
PQ.add("no-columns", table(dict), _NO)


def _binary(*values: bytes | None) -> Callable[[], Any]:
    def make() -> Any:
        import pyarrow as pa
        import shapely

        points = [shapely.to_wkb(shapely.Point(451_000 + n, 340_000)) for n in range(_COUNT)]
        return pa.array([*values, *points[len(values) :]], pa.binary())

    return make


def _array(values: list[Any], kind: str = "") -> Callable[[], Any]:
    def make() -> Any:
        import pyarrow as pa

        return pa.array(values, getattr(pa, kind)() if kind else None)

    return make


PQ.add("wkb-noise", geo(column=_binary(b"noise")), used(19, 1), _NO)
PQ.add("wkb-empty", geo(column=_binary(b"")), used(19, 1), _NO)
PQ.add("wkb-null", geo(column=_binary(None)), used(19, 1))
PQ.add("wkb-null-all", geo(column=_binary(*[None] * 20)), used(0, 20), _NO)
PQ.add("wkb-cut", geo(column=_binary(b"\x01\x01\x00\x00\x00\x00")), used(19, 1), _NO)
PQ.add("wkb-of-huge-count", geo(column=_binary(b"\x01\x02\x00\x00\x00\xff\xff\xff\x7f")), used(19, 1), _NO)
PQ.add("wkb-nested", geo(column=_binary(b"\x01\x07\x00\x00\x00\x01\x00\x00\x00" * 50_000)), used(19, 1), _NO, heavy=True)
PQ.add("wkb-nan", geo(column=_binary(b"\x01\x01\x00\x00\x00" + b"\x00\x00\x00\x00\x00\x00\xf8\x7f" * 2)), used(19, 1), _NO)
PQ.add("wkb-ring-of-one", geo(column=_binary(b"\x01\x03\x00\x00\x00\x01\x00\x00\x00\x01\x00\x00\x00" + bytes(16))), used(19, 1), _NO)
PQ.add("geometry-of-texts", geo(column=_array(["POINT (1 2)"] * 20)), _NO)
PQ.add("geometry-of-numbers", geo(column=_array(list(range(20)))), _NO)

# Types
_DAYS = list(range(20_500, 20_520))


def _typed(name: str, make: Callable[[], Any]) -> Callable[[], dict[str, Any]]:
    return lambda: _columns(**{name: make()})


def _date_of(kind: str, *args: Any) -> Callable[[], Any]:
    def make() -> Any:
        import pyarrow as pa

        seconds = {"s": 1, "ms": 10**3, "us": 10**6, "ns": 10**9}
        built = getattr(pa, kind)(*args)
        scale = 1 if kind == "date32" else 86_400 * seconds[args[0]] if args else 86_400_000
        return pa.array([day * scale for day in _DAYS], pa.int32() if kind == "date32" else pa.int64()).cast(built)

    return make


for _name, _kind in {"date32": ("date32",), "date64": ("date64",), "s": ("timestamp", "s"), "ms": ("timestamp", "ms"), "us": ("timestamp", "us"), "ns": ("timestamp", "ns")}.items():
    PQ.add(f"date-{_name}", table(_typed("Date From", _date_of(*_kind))), used(20))
PQ.add("date-with-zone", table(_typed("Date From", _date_of("timestamp", "us", "Europe/London"))), used(20))
PQ.add("date-with-a-zone-that-is-none", table(_typed("Date From", _date_of("timestamp", "us", "Mars/Olympus"))), used(20), _NO)
PQ.add("date-beyond-nanoseconds", table(_typed("Date From", lambda: __import__("pyarrow").array([2**33] * 20, __import__("pyarrow").timestamp("s")))), used(0, 20), _NO)
PQ.add("date-one-beyond-nanoseconds", table(_typed("Date From", lambda: __import__("pyarrow").array([1_770_000_000] * 19 + [2**40], __import__("pyarrow").timestamp("s")))), used(19, 1), _NO)
PQ.add("date-as-objects", table(_typed("Date From", _array([{"d": n} for n in range(20)]))), used(0, 20), _NO)
PQ.add("date-as-lists", table(_typed("Date From", _array([[2026, 2, n] for n in range(20)]))), used(0, 20), _NO)
PQ.add("date-as-durations", table(_typed("Date From", lambda: __import__("pyarrow").array(range(20), __import__("pyarrow").duration("s")))), used(0, 20), _NO)
PQ.add("date-as-true", table(_typed("Date From", _array([True] * 20))), used(0, 20), _NO)
PQ.add("date-as-nulls", table(_typed("Date From", _array([None] * 20))), used(0, 20), _NO)
PQ.add("refs-as-objects", table(_typed("Crime Ref", _array([{"a": n} for n in range(20)]))), used(20), _NO)
PQ.add("refs-as-lists", table(_typed("Crime Ref", _array([[n] for n in range(20)]))), used(20), _NO)
PQ.add("refs-as-bytes", table(_typed("Crime Ref", _array([bytes([n, 255]) for n in range(20)]))), used(20), _NO)
PQ.add("refs-as-numbers", table(_typed("Crime Ref", _array(list(range(20))))), used(20))
PQ.add("refs-as-big-numbers", table(_typed("Crime Ref", _array([2**53 + n for n in range(20)]))), used(20))
PQ.add("refs-as-big-numbers-with-a-null", table(_typed("Crime Ref", _array([*(2**53 + n for n in range(19)), None]))), used(20))
PQ.add("refs-as-categories", table(_typed("Crime Ref", lambda: __import__("pyarrow").array([f"A{n}" for n in range(20)]).dictionary_encode())), used(20))
PQ.add("refs-as-decimals", table(_typed("Crime Ref", lambda: __import__("pyarrow").array(list(range(20))).cast(__import__("pyarrow").decimal128(20, 0)))), used(20))
PQ.add("eastings-as-decimals", table(_typed("Easting", lambda: __import__("pyarrow").array([451_000 + n for n in range(20)]).cast(__import__("pyarrow").decimal128(30, 2)))), used(20))
PQ.add("eastings-as-texts", table(_typed("Easting", _array([str(451_000 + n) for n in range(20)]))), used(20))
PQ.add("eastings-as-lists", table(_typed("Easting", _array([[451_000 + n] for n in range(20)]))), used(0, 20), _NO)
PQ.add("eastings-as-halves", table(_typed("Easting", lambda: __import__("pyarrow").array(__import__("numpy").full(20, 451.0, dtype="float16")))), used(0, 20), used(20), _NO)
PQ.add("eastings-infinite", table(_typed("Easting", _array([float("inf"), float("nan"), -1e300, *[451_000.0] * 17]))), used(17, 3))
PQ.add("eastings-as-objects", table(_typed("Easting", _array([{"a": 1}] * 20))), used(0, 20), _NO)
PQ.add("other-columns-of-objects", table(lambda: _columns(a=[{"b": [{"c": 2}]}] * 20, d=[[1]] * 20, e=[b"\xff"] * 20)), used(20))
PQ.add("map-column", table(_typed("m", lambda: __import__("pyarrow").array([[("a", 1)]] * 20, __import__("pyarrow").map_(__import__("pyarrow").string(), __import__("pyarrow").int64())))), used(20))
PQ.add("null-column", table(lambda: _columns(a=[None] * 20)), used(20))
PQ.add("names-of-ours", table(lambda: _columns(row=[1] * 20, geometry=["x"] * 20, marking=["y"] * 20)), used(20), _NO)
PQ.add("names-with-escape", table(lambda: {"\x1b[2J\u202e": [1] * 20, "Date From": ["2026-02-01"] * 20}), _NO)
PQ.add("name-blank", table(lambda: _columns(**{"": [1] * 20})), used(20), _NO)
PQ.add("names-5000", table(lambda: _columns(**{f"c{n}": [n] * 20 for n in range(5000)})), used(20), _NO, heavy=True)
for _codec in ("none", "gzip", "brotli", "zstd", "lz4"):
    PQ.add(f"codec-{_codec}", table(compression=_codec), used(20))
PQ.add("int96", table(_typed("Date From", _date_of("timestamp", "ns")), use_deprecated_int96_timestamps=True), used(20))
PQ.add("groups-of-one-row", table(row_group_size=1), used(20))


def _doubled(geometry: bool = False) -> Callable[[Path], object]:
    def write(folder: Path) -> None:
        import pyarrow as pa
        import pyarrow.parquet as pq

        if geometry:
            geo()(folder)
            made = pq.read_table(folder / _F)
        else:
            made = pa.table(_columns())
        made = made.append_column("Crime Ref", pa.array([f"Z{n}" for n in range(20)]))
        pq.write_table(made, folder / _F)

    return write


PQ.add("names-doubled", _doubled(), used(20), _NO)
PQ.add("names-doubled-with-geometry", _doubled(geometry=True), used(20), _NO)


def _pandas_metadata(meta: bytes) -> Callable[[Path], object]:
    def write(folder: Path) -> None:
        import pyarrow as pa
        import pyarrow.parquet as pq

        pq.write_table(pa.table(_columns()).replace_schema_metadata({b"pandas": meta}), folder / _F)

    return write


PQ.add("pandas-noise", _pandas_metadata(b"noise"), used(20), _NO)
PQ.add("pandas-index-elsewhere", _pandas_metadata(b'{"index_columns": ["nowhere"], "columns": []}'), used(20))
PQ.add("extension-of-pickle", _pandas_metadata(b'{"index_columns": [], "columns": [{"name": "Crime Ref", "pandas_type": "object", "numpy_type": "O", "metadata": {"a": "__reduce__"}}]}'), used(20))

# Damage
PQ.add("empty", data(b"", _F), refused("empty"))
PQ.add("csv-under-this-name", text("Crime Ref,Date From\nA,01/02/2026\n", _F), _NO)
PQ.add("mark-alone", data(b"PAR1", _F), _NO)
PQ.add("marks-alone", data(b"PAR1PAR1", _F), _NO)
PQ.add("footer-length-that-lies", data(b"PAR1" + bytes(40) + b"\xff\xff\xff\x7fPAR1", _F), _NO)
PQ.add("footer-of-noise", data(b"PAR1" + b"\xff" * 400 + (300).to_bytes(4, "little") + b"PAR1", _F), _NO)
PQ.add("protected", data(b"PARE" + bytes(40) + (20).to_bytes(4, "little") + b"PARE", _F), _NO)


def _hurt(write: Callable[[Path], object], change: Callable[[bytes], bytes]) -> Callable[[Path], object]:
    return lambda f: (write(f), (f / _F).write_bytes(change((f / _F).read_bytes())))


for _name, _write in {"plain": table(), "geo": geo()}.items():
    PQ.add(f"{_name}-cut", _hurt(_write, lambda b: b[: len(b) // 2]), _NO)
    PQ.add(f"{_name}-cut-at-the-end", _hurt(_write, lambda b: b[:-3]), _NO)
    PQ.add(f"{_name}-page-damaged", _hurt(_write, lambda b: b[:30] + b"\xff" * 60 + b[90:]), _NO, counted(20))
    PQ.add(f"{_name}-page-zeroed", _hurt(_write, lambda b: b[:8] + bytes(100) + b[108:]), _NO, counted(20))
    PQ.add(f"{_name}-footer-damaged", _hurt(_write, lambda b: b[:-60] + b"\xff" * 40 + b[-20:]), _NO, counted(20))
    PQ.add(f"{_name}-doubled", _hurt(_write, lambda b: b + b), _NO, used(20))
PQ.add("geoparquet-ending", lambda f: (geo()(f), (f / _F).rename(f / "crimes.geoparquet")), used(20), command="check {in}/crimes.geoparquet")
