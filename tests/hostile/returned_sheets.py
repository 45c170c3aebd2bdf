"""Sheets that come back from the doors: what no door, no result and no time is."""

# A case a line, so that a family can be read down.
# fmt: off

import gzip
import json
import os
from pathlib import Path
from typing import Any

from tests.hostile.bytes_of import data, text, zip_of
from tests.hostile.case import Answer, Family, done, refused
from tests.hostile.ledgers import good
from tests.hostile.workbooks import one, parts, sheet

SHEET = Family("returned-sheets", "visits record {in}/sheet.csv --ledger {in}/visits.db")
_HEAD = "visit_id,result,visited_at,note\n"
_CHANGES = ("visits.db", "sheet - not recorded.csv")
_SOME = refused()


def add(slug: str, content: Any, *wanted: Answer, name: str = "sheet.csv") -> None:
    """Add a sheet beside a good ledger. Rows that cannot be used go beside it, as promised."""

    def write(folder: Path) -> None:
        (folder / "visits.db").write_bytes(good())
        if callable(content):
            content(folder)
        else:
            told = content.encode("utf-8", "surrogatepass") if isinstance(content, str) else content
            (folder / name).write_bytes(told)

    SHEET.add(slug, write, *(wanted or (_SOME,)), command=f"visits record {{in}}/{name} --ledger {{in}}/visits.db", changes=_CHANGES)


def _row(*cells: str) -> str:
    return _HEAD + "V-01,no reply,2026-03-03 09:00,\n" + ",".join(cells) + "\nV-03,face to face,2026-03-03 09:20,\n"


add("good", _row("V-02", "no reply", "2026-03-03 09:10", ""), done())
for _name, _cell in {
    "unknown": "V-ZZZZZZZZZZ", "blank": "", "formula": "=1+1", "escape": "\x1b[2J", "direction": "\u202eV-02", "nul": "V\x00-02", "long": "V-" + "9" * 5000, "huge": "V" * 300_000, "sql": "'; DROP TABLE visits_asked; --", "number": "2", "nan": "nan", "script": "<script>",
}.items():
    add(f"id-{_name}", _row(_cell, "no reply", "2026-03-03 09:10", ""), _SOME, done())
for _name, _cell in {"unknown": "abducted by aliens", "blank": "", "number": "7", "formula": "=A1", "escape": "\x1b[2J", "long": "x" * 100_000, "nul": "no\x00reply", "two": "no reply / face to face", "c1": "\x9b31m"}.items():
    add(f"result-{_name}", _row("V-02", _cell, "2026-03-03 09:10", ""), _SOME, done())
for _name, _cell in {
    "31-february": "2026-02-31 10:00", "year-1": "0001-01-01", "year-9999": "9999-12-31 10:00", "future": "2199-01-01 10:00", "before-all-lists": "1999-01-01 10:00", "words": "yesterday", "hour-25": "2026-03-03 25:00", "huge": "9" * 5000, "formula": "=NOW()", "escape": "\x1b[2J",
    "zone": "2026-03-03T10:00:00+99:99", "serial": "46084.4", "nan": "nan", "infinite": "inf",
}.items():
    add(f"time-{_name}", _row("V-02", "no reply", _cell, ""), _SOME, done())
for _name, _cell in {"formula": "=cmd|' /C calc'!A0", "escape": "\x1b]0;owned\x07", "long": "x" * 200_000, "script": "<script>alert(1)</script>", "direction": "\u202eeton", "nul": "a\x00b"}.items():
    add(f"note-{_name}", _row("V-02", "no reply", "2026-03-03 09:10", _cell), done(), _SOME)
add("empty", b"")
add("header-alone", _HEAD, _SOME, done("0 rows"))
add("no-ids", "result,visited_at\nno reply,2026-03-03\n")
add("no-results", "visit_id,visited_at\nV-01,2026-03-03\n")
add("headings-doubled", "visit_id,visit_id,result,visited_at\nV-01,V-02,no reply,2026-03-03\n", _SOME, done("not kept"))
add("headings-escape", "visit_id,result,\x1b[2J\nV-01,no reply,x\n", _SOME, done())
add("rows-twice", _HEAD + "V-01,no reply,2026-03-03 09:00,\n" * 2, done(), _SOME)
add("rows-100000-unknown", _HEAD + "".join(f"V-X{n},no reply,2026-03-03 09:00,\n" for n in range(50_000)), _SOME, done())
add("columns-2000", "visit_id,result,visited_at" + ",x" * 2000 + "\nV-01,no reply,2026-03-03 09:00" + ",y" * 2000 + "\n", done(), _SOME)
add("noise", bytes(range(256)) * 20)
add("nuls", bytes(3000))
add("html", "<html><table></table></html>")
add("utf-16", _row("V-02", "no reply", "2026-03-03 09:10", "").encode("utf-16"), done())
add("latin-1", _row("V-02", "no reply", "2026-03-03 09:10", "caf@").encode().replace(b"@", b"\xe9"), done())
add("bad-bytes", _row("V-02", "no reply", "2026-03-03 09:10", "@").encode().replace(b"@", b"\x81\x8d"), done(), _SOME)
add("quote-stray", _row('"V-02', "no reply", "2026-03-03 09:10", ""), _SOME, done("3 rows", "quotation mark"))
add("cut", _row("V-02", "no reply", "2026-03-03 09:10", "")[:-20], _SOME, done())
add("gzip-cut", gzip.compress(_row("V-02", "no reply", "2026-03-03 09:10", "").encode())[:-9])
add("crimes", "Crime Ref,Date From,Easting,Northing\nA,01/02/2026,1,2\n")
# The phone's file
_PHONE = [{"visit_id": f"V-{n:02d}", "result": "no reply", "visited_at": "2026-03-03T09:00"} for n in range(3)]


def phone(slug: str, content: str | bytes, *wanted: Answer) -> None:
    add(f"phone-{slug}", content, *wanted, name="sheet.json")


phone("good", json.dumps(_PHONE), done())
phone("in-an-object", json.dumps({"rows": _PHONE, "made": 1}), done(), _SOME)
phone("with-others", json.dumps([*_PHONE, None, 5, "x", [1], {}]), _SOME)
phone("ids-of-objects", json.dumps([{"visit_id": {"a": 1}, "result": ["x"], "visited_at": 5}]))
phone("times-of-numbers", json.dumps([{**_PHONE[0], "visited_at": 1e300}]), _SOME)
phone("times-huge", '[{"visit_id": "V-01", "result": "no reply", "visited_at": ' + "9" * 5000 + "}]")
phone("nested", "[" * 100_000)
phone("empty-list", "[]", _SOME, done("0 rows"))
phone("null", "null")
phone("cut", json.dumps(_PHONE)[:-20])
phone("noise", bytes(range(256)) * 5)
phone("geojson", '{"type": "FeatureCollection", "features": []}')
phone("asks", '{"type": "FeatureCollection", "crs": {"type": "link", "properties": {"href": "http://127.0.0.1:9/"}}, "features": [{"type":"Feature","geometry":null,"properties":{"visit_id":"V-01","result":"no reply"}}]}', _SOME, done())
phone("escape", json.dumps([{**_PHONE[0], "\x1b[2J": 1, "note": "\x1b[2J"}]), done(), _SOME)
phone("vrt", "<OGRVRTDataSource/>")
# Workbooks
_ROWS = [["visit_id", "result", "visited_at"], ["V-01", "no reply", "2026-03-03 09:00"], ["V-02", "no reply", "2026-03-03 09:10"]]


def book(slug: str, write: Any, *wanted: Answer) -> None:
    add(f"workbook-{slug}", lambda f: (write(f), (f / "crimes.xlsx").rename(f / "sheet.xlsx")), *wanted, name="sheet.xlsx")


book("good", one(_ROWS), done())
book("formula", one([*_ROWS, [b'<c r="PLACE" t="str"><f>A2</f><v>V-03</v></c>', "no reply", "2026-03-03 09:20"]]), done(), _SOME)
book("formula-of-a-web-service", one([*_ROWS, [b'<c r="PLACE" t="str"><f>WEBSERVICE("http://127.0.0.1:9/")</f><v>V-03</v></c>', "no reply", "2026-03-03 09:20"]]), done(), _SOME)
book("errors", one([*_ROWS, [b'<c r="PLACE" t="e"><v>#REF!</v></c>'] * 3]), _SOME)
book("row-of-errors-in-ids", one([*_ROWS, [b'<c r="PLACE" t="e"><v>#N/A</v></c>', "no reply", "2026-03-03 09:20"]]), _SOME, done("look at"))
book("time-noise", one([*_ROWS, ["V-03", "no reply", 1e300]]), _SOME)
book("cut", data(zip_of(parts(sheet(_ROWS)))[:-60], "crimes.xlsx"), _SOME)
SHEET.add("workbook-far-cell", lambda f: (data(good(), "visits.db")(f), one(_ROWS, more='<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>')(f)), _SOME, done(), command="visits record {in}/crimes.xlsx --ledger {in}/visits.db", changes=(*_CHANGES, "crimes - not recorded.csv"), heavy=True)
# No files
for _name, _make in {"folder": lambda f: (f / "sheet.csv").mkdir(), "fifo": lambda f: os.mkfifo(f / "sheet.csv"), "link-loop": lambda f: (f / "sheet.csv").symlink_to("sheet.csv"), "missing": lambda f: None, "null-device": lambda f: (f / "sheet.csv").symlink_to("/dev/null"), "zero-device": lambda f: (f / "sheet.csv").symlink_to("/dev/zero")}.items():
    add(_name, _make)
add("rejected-onto-the-sheet", _row("V-99", "x", "x", ""))
SHEET.add("rejected-is-the-sheet", lambda f: (data(good(), "visits.db")(f), text(_row("V-99", "x", "x", ""), "sheet.csv")(f)), refused(), refused(status=2), command="visits record {in}/sheet.csv --ledger {in}/visits.db --rejected {in}/sheet.csv", changes=("visits.db",))
SHEET.add("rejected-is-the-ledger", lambda f: (data(good(), "visits.db")(f), text(_row("V-99", "x", "x", ""), "sheet.csv")(f)), refused(), refused(status=2), command="visits record {in}/sheet.csv --ledger {in}/visits.db --rejected {in}/visits.db")
