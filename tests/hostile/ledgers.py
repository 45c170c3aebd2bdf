"""Ledgers that are damaged, foreign or none: nothing is acknowledged that is not kept."""

# A case a line, so that a family can be read down.
# fmt: off

import contextlib
import functools
import os
import random
import sqlite3
import tempfile
from collections.abc import Callable
from pathlib import Path

from tests.hostile.bytes_of import lines, text
from tests.hostile.case import EITHER, Answer, Family, done, refused, used

LEDGER = Family("ledgers", "visits record {in}/sheet.csv --ledger {in}/visits.db")
_SHEET = "visit_id,result,visited_at\n" + "".join(f"V-{n:02d},no reply,2026-03-03 09:{n:02d}\n" for n in range(6))
_NO = (refused(), refused(status=2))


@functools.cache
def good() -> bytes:
    """Return a ledger with some visits in it."""
    from hotspot.visits import VisitLedger
    from tests.visits_lists import targets, visit

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "visits.db"
        with VisitLedger(path) as ledger:
            ids = [f"V-{n:02d}" for n in range(40)]
            ledger.issue(targets(*((one, n % 4, "2026-03-05") for n, one in enumerate(ids))))
            import pandas as pd

            ledger.record(pd.DataFrame([visit(one, "no reply", "2026-03-02 18:00") for one in ids[20:]]))
        with contextlib.closing(sqlite3.connect(path)) as base:
            base.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        return path.read_bytes()


def add(slug: str, change: Callable[[bytes], bytes] | None, *wanted: Answer, command: str | None = None, changes: tuple[str, ...] | None = None) -> None:
    """Add a ledger that something was done to; it is left as it was where it is refused."""

    def write(folder: Path) -> None:
        (folder / "sheet.csv").write_text(_SHEET)
        if change is not None:
            (folder / "visits.db").write_bytes(change(good()))

    LEDGER.add(slug, write, *(wanted or _NO), command=command, changes=changes or ())


_MAY_CHANGE = ("visits.db", "visits.db-journal", "visits.db-wal", "visits.db-shm")
add("good", bytes, done(), changes=_MAY_CHANGE)
add("good-report", bytes, done(), command="visits report --ledger {in}/visits.db", changes=_MAY_CHANGE)
for _seed in range(8):

    def _noise(whole: bytes, seed: int = _seed) -> bytes:
        # Within the pages of the tables, where SQLite need not look to add a row.
        dice = random.Random(seed)
        at = dice.randrange(4096, len(whole) - 700)
        return whole[:at] + dice.randbytes(600) + whole[at + 600 :]

    # Half of a small ledger is room for more: damage there is no harm, and nobody can see it.
    add(f"600-bytes-damaged-{_seed}", _noise, *_NO, done(), changes=_MAY_CHANGE)
add("zeros-in-the-middle", lambda b: b[: len(b) // 2] + bytes(4096) + b[len(b) // 2 + 4096 :])
add("page-swapped", lambda b: b[:8192] + b[12288:16384] + b[8192:12288] + b[16384:])
add("cut-in-half", lambda b: b[: len(b) // 2 // 4096 * 4096])
add("cut-of-its-last-page", lambda b: b[:-4096])
add("cut-in-a-page", lambda b: b[:-1000])
add("bytes-behind", lambda b: b + bytes(4096), *_NO, done(), changes=_MAY_CHANGE)
add("header-alone", lambda b: b[:100])
add("mark-alone", lambda b: b[:16])
add("mark-damaged", lambda b: b"SQLite format 9\x00" + b[16:])
add("page-size-damaged", lambda b: b[:16] + b"\x00\x07" + b[18:])
# Bytes 150 to 750 are free space of the first page: nothing that the ledger holds is changed.
add("schema-damaged", lambda b: b[:150] + b"\xff" * 600 + b[750:], *_NO, done(), changes=_MAY_CHANGE)
add("text-under-this-name", lambda b: _SHEET.encode())
add("noise-under-this-name", lambda b: random.Random(9).randbytes(9000))
add("empty-file", lambda b: b"", *_NO, done(), changes=_MAY_CHANGE)
add("zeros-under-this-name", lambda b: bytes(8192))
for _verb in ("report", "log", "marks", "notes"):
    add(f"damaged-for-{_verb}", lambda b: b[: len(b) // 2] + b"\xff" * 4096 + b[len(b) // 2 + 4096 :], *_NO, done(), command=f"visits {_verb} --ledger {{in}}/visits.db", changes=_MAY_CHANGE)
    add(f"text-for-{_verb}", lambda b: b"not a ledger", command=f"visits {_verb} --ledger {{in}}/visits.db")
    add(f"missing-for-{_verb}", None, command=f"visits {_verb} --ledger {{in}}/visits.db")


def _sql(slug: str, *statements: str, wanted: tuple[Answer, ...] = _NO, start: bool = True, changes: tuple[str, ...] = (), command: str | None = None) -> None:
    """Add a ledger that was changed by SQL, or a database of somebody else."""

    def write(folder: Path) -> None:
        (folder / "sheet.csv").write_text(_SHEET)
        if start:
            (folder / "visits.db").write_bytes(good())
        with contextlib.closing(sqlite3.connect(folder / "visits.db")) as base:
            for statement in statements:
                base.execute(statement)
            base.commit()
            base.execute("PRAGMA journal_mode = DELETE")

    LEDGER.add(slug, write, *wanted, changes=changes, command=command)


_sql("foreign", "CREATE TABLE accounts (id INTEGER, name TEXT)", "INSERT INTO accounts VALUES (1, 'Jane')", start=False)
_sql("foreign-report", "CREATE TABLE accounts (id INTEGER, name TEXT)", start=False, command="visits report --ledger {in}/visits.db")
_sql("foreign-with-our-names", "CREATE TABLE visits_meta (a TEXT)", "CREATE TABLE visits_lists (b TEXT)", start=False)
_sql("foreign-meta-alone", "CREATE TABLE visits_meta (name TEXT PRIMARY KEY, value TEXT)", start=False, wanted=(*_NO, done()), changes=_MAY_CHANGE)
_sql("of-a-newer-version", "UPDATE visits_meta SET value = '999' WHERE name = 'schema_version'")
_sql("of-no-version", "DELETE FROM visits_meta", wanted=(*_NO, done()), changes=_MAY_CHANGE)
for _name, _version in {"text": "two", "negative": "-1", "huge": "9" * 5000, "blank": "", "fraction": "1.5", "escape": "\x1b[2J"}.items():
    _sql(f"of-version-{_name}", f"UPDATE visits_meta SET value = '{_version}' WHERE name = 'schema_version'")
_sql("started-noise", "UPDATE visits_meta SET value = 'noon' WHERE name = 'started'", wanted=(EITHER,), changes=_MAY_CHANGE)
_sql("started-noise-report", "UPDATE visits_meta SET value = 'noon' WHERE name = 'started'", command="visits report --ledger {in}/visits.db")
_sql("table-gone", "DROP TABLE visits_asked")
_sql("column-gone", "ALTER TABLE visits_asked DROP COLUMN address", wanted=_NO)
_sql("with-a-table-of-others", "CREATE TABLE other (a)", wanted=(done(),), changes=_MAY_CHANGE)
_sql("times-noise", "UPDATE visits_asked SET act_by = 'soon', first_as_of = 'x'", wanted=_NO, command="visits report --ledger {in}/visits.db")
_sql("rings-noise", "UPDATE visits_asked SET ring = 'x'", wanted=(EITHER,), command="visits report --ledger {in}/visits.db")
_sql("addresses-blobs", "UPDATE visits_asked SET address = x'ff00ff'", wanted=(EITHER,), command="visits explain V-01 --ledger {in}/visits.db", changes=_MAY_CHANGE)
_sql("addresses-escape", "UPDATE visits_asked SET address = char(27) || '[2J' || char(8238), area = char(155) || '31m'", wanted=(EITHER,), command="visits explain V-01 --ledger {in}/visits.db", changes=_MAY_CHANGE)
_sql("areas-escape-report", "UPDATE visits_asked SET area = char(27) || '[2J' || char(8238)", wanted=(done(),), command="visits report --ledger {in}/visits.db")
_sql("parameters-noise", "UPDATE visits_lists SET parameters = '{{{'", wanted=(EITHER,), command="visits explain V-01 --ledger {in}/visits.db", changes=_MAY_CHANGE)
_sql("trigger-without-end", "CREATE TRIGGER t AFTER INSERT ON visits_made BEGIN UPDATE visits_meta SET value = (WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n); END", wanted=_NO)
_sql("trigger-that-deletes", "CREATE TRIGGER t AFTER INSERT ON visits_made BEGIN DELETE FROM visits_made; END", wanted=_NO)
_sql("trigger-of-another-program", "CREATE TABLE other (a)", "CREATE TRIGGER t AFTER INSERT ON other BEGIN DELETE FROM other; END", wanted=(done(),), changes=_MAY_CHANGE)
_sql("table-a-view-without-end", "DROP TABLE visits_do_not_contact", "CREATE VIEW visits_do_not_contact AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i AS uprn FROM n", wanted=_NO)
_sql("table-a-view-of-an-older-version", "UPDATE visits_meta SET value = '1' WHERE name = 'schema_version'", "DROP TABLE visits_made", "CREATE VIEW visits_made AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) AS visit_id FROM n", wanted=_NO)
LEDGER.add("folder", lambda f: (text(_SHEET, "sheet.csv")(f), (f / "visits.db").mkdir()), *_NO)
LEDGER.add("fifo", lambda f: (text(_SHEET, "sheet.csv")(f), os.mkfifo(f / "visits.db")), *_NO)
LEDGER.add("null-device", lambda f: (text(_SHEET, "sheet.csv")(f), (f / "visits.db").symlink_to("/dev/null")), *_NO)
LEDGER.add("zero-device", lambda f: (text(_SHEET, "sheet.csv")(f), (f / "visits.db").symlink_to("/dev/zero")), *_NO)
LEDGER.add("link-loop", lambda f: (text(_SHEET, "sheet.csv")(f), (f / "visits.db").symlink_to("visits.db")), *_NO)
LEDGER.add("in-no-folder", text(_SHEET, "sheet.csv"), *_NO, command="visits record {in}/sheet.csv --ledger {in}/nowhere/visits.db")
LEDGER.add("is-the-sheet", text(_SHEET, "sheet.csv"), *_NO, command="visits record {in}/sheet.csv --ledger {in}/sheet.csv")
LEDGER.add("is-a-geopackage", lambda f: (text(_SHEET, "sheet.csv")(f), _geopackage(f / "visits.db")), *_NO)
for _name, _url in {
    "unknown-scheme": "magic://a", "no-driver": "oracle://a/b", "port-noise": "postgresql://127.0.0.1:notaport/x", "long": "x" * 5000 + ".db", "nul": "sqlite:///a%00b.db", "blank": "", "no-ending": "visits", "escape": "\x1b[2J.db",
    "no-user": "~nosuchuser/visits.db", "mode-noise": "sqlite:///file:visits.db?mode=banana&uri=true", "colon": "://", "http": "http://127.0.0.1:9/visits.db",
}.items():
    # A blank name is the usual one, and a file may be called whatever it likes.
    LEDGER.add(f"url-{_name}", text(_SHEET, "sheet.csv"), *_NO, *([done()] if _name in ("blank", "escape") else []), command=f"visits record {{in}}/sheet.csv --ledger '{_url}'")


def _geopackage(path: Path) -> None:
    from tests.hostile.layer_files import made

    path.write_bytes(made("GPKG", "gpkg")["crimes.gpkg"])


# Burglaries out of a database
BASE = Family("databases", "check {in}/briefing.toml")


def base(slug: str, *statements: str, wanted: tuple[Answer, ...] = _NO, query: str = "?table=crimes", raw: bytes | None = None, heavy: bool = False) -> None:
    """Add a database of burglaries."""

    def write(folder: Path) -> None:
        path = folder / "crimes.db"
        if raw is not None:
            path.write_bytes(raw)
        else:
            with contextlib.closing(sqlite3.connect(path)) as connection:
                connection.execute('CREATE TABLE crimes ("Crime Ref" TEXT, "Date From" TEXT, Easting, Northing)')
                rows = [line.split(",") for line in lines(20).splitlines()[1:]]
                connection.executemany("INSERT INTO crimes VALUES (?, ?, ?, ?)", rows)
                for statement in statements:
                    connection.execute(statement)
                connection.commit()
        (folder / "briefing.toml").write_text(f'[incidents]\npath = "sqlite:///{path}{query}"\n')

    BASE.add(slug, write, *wanted, heavy=heavy)


base("good", wanted=(used(20),))
base("table-missing", query="?table=nothing")
base("table-with-quotes", query="?table=a%22;DROP%20TABLE%20crimes;--")
base("table-unsaid-of-two", "CREATE TABLE b (a)", query="")
base("blobs", "UPDATE crimes SET \"Date From\" = x'ff00' WHERE rowid = 7", wanted=(used(19, 1), *_NO))
base("texts-of-bad-utf-8", "UPDATE crimes SET \"Crime Ref\" = CAST(x'41ff' AS TEXT) WHERE rowid = 7", wanted=(used(20), used(19, 1), *_NO))
base("infinite", "UPDATE crimes SET Easting = 9e999 WHERE rowid = 7", wanted=(used(19, 1),))
base("view-endless", "CREATE VIEW v AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 300000) SELECT i AS \"Crime Ref\", 'x' AS \"Date From\", 1 AS Easting, 2 AS Northing FROM n", query="?table=v")
base("view-endless-in-one-row", "CREATE VIEW v AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) AS \"Crime Ref\", 'x' AS \"Date From\", 1 AS Easting, 2 AS Northing FROM n", query="?table=v")
base("view-of-too-many-joins", "CREATE VIEW v AS SELECT count(*) AS \"Crime Ref\", 'x' AS \"Date From\", 1 AS Easting, 2 AS Northing FROM " + ", ".join(f"crimes t{n}" for n in range(30)), query="?table=v", heavy=True)
base("view-of-functions", 'CREATE VIEW v AS SELECT upper("Crime Ref") AS "Crime Ref", "Date From", abs(Easting) AS Easting, Northing FROM crimes', query="?table=v", wanted=(used(20),))
base("view-broken", "CREATE VIEW v AS SELECT * FROM nowhere", query="?table=v")
base("no-rows", "DELETE FROM crimes")
base("noise", raw=random.Random(4).randbytes(5000))
base("text", raw=b"not a database")
base("empty", raw=b"")
base("column-named-escape", 'ALTER TABLE crimes RENAME COLUMN "Date From" TO "\x1b[2J"')
