"""Good files of every format with bytes cut off, flipped, doubled or zeroed, by a seed.

A case is made of its name, such as ``changed/parquet/17``, so that one that falls short can be run
again: ``python -m tests.hostile --changed 17 parquet``. Whatever was done, every row that the file
still has is accepted or rejected, or the file is refused with a sentence.
"""

import functools
import gzip
import io
import json
import random
import zipfile
from collections.abc import Callable
from typing import NamedTuple

from tests.hostile.bytes_of import data, lines, text, zip_of
from tests.hostile.case import Answer, Case, counted, done, refused

ROWS = 20
REFUSED = (refused(), refused(status=2))


class Format(NamedTuple):
    """A format: its file, the good bytes of it, what reads it, and the rows that a change left."""

    file: str
    good: Callable[[], bytes]
    command: str = "check {in}/FILE"
    answers: Callable[[bytes], tuple[Answer, ...]] = lambda changed: (counted(ROWS), *REFUSED)


def _csv() -> bytes:
    return lines(ROWS).encode()


def _rows_of_text(changed: bytes) -> tuple[Answer, ...]:
    """Return how many rows may be told: those of the lines, where no quotation mark joins some."""
    told = changed.decode("cp1252", "replace")
    if '"' in told or "\x00" in told or told.startswith(("\xff\xfe", "\xfe\xff")):
        return (Answer((0, 1)), *REFUSED)
    # What stands above the header and blank lines count for nothing; a heading may be damaged.
    read = (
        sum(
            bool(line.strip(" ,\t;|\x0b\x0c\x1c\x1d\x1e\xa0"))
            for line in io.StringIO(told, newline=None)
        )
        - 1
    )
    return (*(counted(number) for number in (read, read - 1)), *REFUSED)


def _rows_of_gzip(changed: bytes) -> tuple[Answer, ...]:
    try:
        return _rows_of_text(gzip.decompress(changed))
    except Exception:  # whatever gzip itself makes of it, it is refused
        return REFUSED


def _rows_of_json(changed: bytes) -> tuple[Answer, ...]:
    try:
        layer = json.loads(changed.decode("utf-8"))
    except ValueError:
        # GDAL takes more for JSON than Python: then every feature is there.
        return (counted(ROWS), *REFUSED)
    features = layer.get("features") if isinstance(layer, dict) else layer
    return (counted(len(features)) if isinstance(features, list) else counted(0), *REFUSED)


def _workbook() -> bytes:
    from tests.hostile.workbooks import good_rows, parts, sheet

    return zip_of(parts(sheet(good_rows(ROWS))))


def _geojson() -> bytes:
    from tests.hostile.geojson import collection

    return collection().encode()


def _geopackage() -> bytes:
    from tests.hostile.layer_files import made

    return made("GPKG", "gpkg")["crimes.gpkg"]


def _shapefile() -> bytes:
    from tests.hostile.layer_files import made

    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_STORED) as zipped:
        for name, content in made("ESRI Shapefile", "shp").items():
            zipped.writestr(zipfile.ZipInfo(name), content)
    return packed.getvalue()


def _parquet() -> bytes:
    import pyarrow as pa
    import pyarrow.parquet as pq

    columns = dict(
        zip(
            lines(0).strip().split(","),
            zip(*(line.split(",") for line in lines(ROWS).splitlines()[1:]), strict=True),
            strict=True,
        )
    )
    made = io.BytesIO()
    pq.write_table(pa.table({name: list(values) for name, values in columns.items()}), made)
    return made.getvalue()


def _geoparquet() -> bytes:
    import geopandas as gpd

    made = io.BytesIO()
    frame = gpd.GeoDataFrame(
        {
            "Crime Ref": [f"A{n}" for n in range(ROWS)],
            "Date From": [f"2026-02-{n + 1:02d}" for n in range(ROWS)],
        },
        geometry=gpd.points_from_xy([451_000 + n for n in range(ROWS)], [340_000] * ROWS),
        crs="EPSG:27700",
    )
    frame.to_parquet(made)
    return made.getvalue()


def _kml() -> bytes:
    from tests.hostile.layer_files import made

    return made("KML", "kml")["crimes.kml"]


def _set_up() -> bytes:
    return (
        b'as_of = 2026-02-28\n[incidents]\npath = "crimes.csv"\ncolumns = { crime_ref = "Crime Ref" }\n'
        b'[rule]\ndistance_m = 400\nwindow_days = 42\n[output]\nmarking = "OFFICIAL"\nseed = 7\n'
    )


def _ledger() -> bytes:
    from tests.hostile.ledgers import good

    return good()


def _sheet() -> bytes:
    return (
        "visit_id,result,visited_at\n"
        + "".join(f"V-{n:02d},no reply,2026-03-03 09:{n:02d}\n" for n in range(ROWS))
    ).encode()


def _phone() -> bytes:
    return json.dumps(
        [
            {"visit_id": f"V-{n:02d}", "result": "no reply", "visited_at": "2026-03-03T09:00"}
            for n in range(6)
        ]
    ).encode()


_ANY = (Answer((0, 1)), *REFUSED)
_RECORD = "visits record {in}/FILE --ledger {in}/visits.db"
FORMATS = {
    "csv": Format("crimes.csv", _csv, answers=_rows_of_text),
    "gzip": Format("crimes.csv.gz", lambda: gzip.compress(_csv(), mtime=0), answers=_rows_of_gzip),
    "workbook": Format("crimes.xlsx", _workbook),
    "geojson": Format("crimes.geojson", _geojson, answers=_rows_of_json),
    "geopackage": Format("crimes.gpkg", _geopackage),
    "shapefile": Format("crimes.zip", _shapefile),
    "parquet": Format("crimes.parquet", _parquet),
    "geoparquet": Format("crimes.parquet", _geoparquet),
    "kml": Format("crimes.kml", _kml),
    "zip": Format("crimes.zip", lambda: zip_of({"crimes.csv": lines(ROWS)})),
    "set-up": Format("briefing.toml", _set_up, answers=lambda changed: _ANY),
    "ledger": Format(
        "visits.db",
        _ledger,
        "visits record {in}/sheet.csv --ledger {in}/FILE",
        lambda changed: _ANY,
    ),
    "sheet": Format("sheet.csv", _sheet, _RECORD, lambda changed: _ANY),
    "phone": Format("sheet.json", _phone, _RECORD, lambda changed: _ANY),
}


@functools.cache
def _good(name: str) -> bytes:
    return FORMATS[name].good()


def changed(good: bytes, dice: random.Random) -> bytes:
    """Return bytes of which some are cut off, flipped, doubled, zeroed or taken out."""
    made = bytearray(good)
    for _ in range(dice.choice((1, 1, 1, 2, 4))):
        if not made:
            break
        at = dice.randrange(len(made))
        length = dice.choice((1, 1, 4, 16, 64, 512))
        what = dice.choice(("cut", "flip", "flip", "flip", "double", "zero", "take", "noise"))
        if what == "cut":
            del made[at:]
        elif what == "flip":
            made[at] ^= 1 << dice.randrange(8)
        elif what == "double":
            made[at:at] = made[at : at + length]
        elif what == "take":
            del made[at : at + length]
        else:
            new = bytes(length) if what == "zero" else dice.randbytes(length)
            made[at : at + length] = new[: len(made) - at]
    return bytes(made)


def changed_case(name: str) -> Case:
    """Return the case of a name: the format, and the seed of what is done to its bytes."""
    _, of, seed = name.split("/")
    kind = FORMATS[of]
    told = changed(_good(of), random.Random(f"{of} {seed}"))

    def write(folder) -> None:  # type: ignore[no-untyped-def]
        text(lines(ROWS))(folder) if of == "set-up" else None
        if "visits.db" in kind.command:
            data(_ledger(), "visits.db")(folder)
        if of == "ledger":
            data(_sheet(), "sheet.csv")(folder)
        data(told, kind.file)(folder)

    answers = (done(), *kind.answers(told)) if told == _good(of) else kind.answers(told)
    beside = ("visits.db", "visits.db-journal", "sheet - not recorded.csv")
    return Case(
        name,
        write,
        kind.command.replace("FILE", kind.file),
        answers,
        changes=beside if "visits" in kind.command else (),
    )
