"""Workbooks: written part by part, so that any part can be wrong."""

# A case a line, so that a family can be read down.
# fmt: off

import io
import zipfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from xml.sax.saxutils import escape

from tests.hostile.bytes_of import HEADINGS, both, data, lines, row, text, zip_of
from tests.hostile.case import Family, counted, refused, site, used

XLSX = Family("workbooks", "check {in}/crimes.xlsx")
_MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
_LINKS = 'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_KINDS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_TYPES = "application/vnd.openxmlformats-officedocument.spreadsheetml"
XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'


def cell(place: str, value: object) -> str:
    """Return a cell: text inline, a number, or XML of a cell as it is."""
    if isinstance(value, bytes):
        return value.decode().replace("PLACE", place)
    if isinstance(value, int | float):
        return f'<c r="{place}"><v>{value}</v></c>'
    return f'<c r="{place}" t="inlineStr"><is><t xml:space="preserve">{escape(str(value))}</t></is></c>'


def sheet(rows: Sequence[Sequence[object]], more: str = "", before: str = "", after: str = "") -> str:
    """Return the XML of a sheet; `more` follows its last row."""
    body = "".join(
        f'<row r="{n}">' + "".join(cell(f"{chr(65 + c)}{n}", value) for c, value in enumerate(cells)) + "</row>"
        for n, cells in enumerate(rows, 1)
    )
    return f"{XML}<worksheet {_MAIN} {_LINKS}>{before}<sheetData>{body}{more}</sheetData>{after}</worksheet>"


def good_rows(count: int = 20, bad: Mapping[int, Mapping[str, object]] | None = None) -> list[list[object]]:
    """Return a heading and good rows, but for the cells that are told."""
    rows: list[list[object]] = [list(HEADINGS)]
    for n in range(count):
        cells: list[object] = list(row(n))
        cells[2:] = [int(str(cells[2])), int(str(cells[3]))]
        for name, value in (bad or {}).get(n, {}).items():
            cells[("ref", "date", "x", "y").index(name)] = value
        rows.append(cells)
    return rows


def parts(
    *sheets: str,
    strings: str | None = None,
    book: str = "",
    names: Sequence[str] = (),
    states: Sequence[str] = (),
) -> dict[str, bytes | str]:
    """Return the parts of a workbook of some sheets."""
    told = [*names, *(f"Sheet{n}" for n in range(len(names) + 1, len(sheets) + 1))]
    shown = [*states, *[""] * len(sheets)]
    listed = "".join(
        f'<sheet name="{escape(name, {chr(34): "&quot;"})}" sheetId="{n}" r:id="rId{n}" {state}/>'
        for n, (name, state, _) in enumerate(zip(told, shown, sheets, strict=False), 1)
    )
    relations = "".join(
        f'<Relationship Id="rId{n}" Type="{_KINDS}/worksheet" Target="worksheets/sheet{n}.xml"/>'
        for n in range(1, len(sheets) + 1)
    )
    overrides = "".join(
        f'<Override PartName="/xl/worksheets/sheet{n}.xml" ContentType="{_TYPES}.worksheet+xml"/>'
        for n in range(1, len(sheets) + 1)
    )
    made: dict[str, bytes | str] = {
        "[Content_Types].xml": f'{XML}<Types xmlns="{_PACKAGE}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{_TYPES}.sheet.main+xml"/>{overrides}</Types>',
        "_rels/.rels": f'{XML}<Relationships xmlns="{_PACKAGE}/relationships">'
        f'<Relationship Id="rId1" Type="{_KINDS}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f"{XML}<workbook {_MAIN} {_LINKS}>{book}<sheets>{listed}</sheets></workbook>",
    }
    made |= {f"xl/worksheets/sheet{n}.xml": content for n, content in enumerate(sheets, 1)}
    if strings is not None:
        made["xl/sharedStrings.xml"] = strings
        relations += f'<Relationship Id="rId99" Type="{_KINDS}/sharedStrings" Target="sharedStrings.xml"/>'
    made["xl/_rels/workbook.xml.rels"] = (
        f'{XML}<Relationships xmlns="{_PACKAGE}/relationships">{relations}</Relationships>'
    )
    return made


def book(made: Mapping[str, bytes | str], name: str = "crimes.xlsx") -> Callable[[Path], object]:
    """Return what writes the parts of a workbook."""
    return data(lambda: zip_of(made), name)


def one(rows: Sequence[Sequence[object]], **more: str) -> Callable[[Path], object]:
    """Return what writes a workbook of one sheet."""
    return book(parts(sheet(rows, **more)))


GOOD = good_rows()
WHOLE = zip_of(parts(sheet(GOOD)))
_AT = 7

XLSX.add("good", one(GOOD), used(20))

# The file
XLSX.add("empty", data(b"", "crimes.xlsx"), refused("empty"))
XLSX.add("cut-in-half", data(WHOLE[: len(WHOLE) // 2], "crimes.xlsx"), refused("crimes.xlsx"))
XLSX.add("cut-before-the-directory", data(WHOLE[:-22], "crimes.xlsx"), refused("crimes.xlsx"))
XLSX.add("bytes-before-it", data(b"MZ" + bytes(500) + WHOLE, "crimes.xlsx"), used(20), refused("crimes.xlsx"))
XLSX.add("bytes-after-it", data(WHOLE + bytes(500), "crimes.xlsx"), used(20), refused("crimes.xlsx"))
XLSX.add("zeros-inside", data(WHOLE[:1500] + bytes(200) + WHOLE[1700:], "crimes.xlsx"), refused("crimes.xlsx"))
XLSX.add("csv-under-this-name", text(lines(20), "crimes.xlsx"), used(20), refused("crimes.xlsx"))
XLSX.add("html-under-this-name", text("<html><table><tr><td>Crime Ref</td></tr></table></html>", "crimes.xlsx"), refused("crimes.xlsx"))
XLSX.add("zip-of-texts-under-this-name", data(zip_of({"a.csv": lines(20)}), "crimes.xlsx"), refused("crimes.xlsx"))
XLSX.add("empty-zip-under-this-name", data(zip_of({}), "crimes.xlsx"), refused("crimes.xlsx"))
XLSX.add("word-under-this-name", data(zip_of({"word/document.xml": "<w/>", "[Content_Types].xml": "<Types/>"}), "crimes.xlsx"), refused("crimes.xlsx"))
XLSX.add("under-csv", data(WHOLE, "crimes.csv"), used(20), command="check {in}/crimes.csv")
XLSX.add("under-xls", data(WHOLE, "crimes.xls"), used(20), command="check {in}/crimes.xls")
XLSX.add("under-ods", data(WHOLE, "crimes.ods"), used(20), refused("crimes.ods"), command="check {in}/crimes.ods")
XLSX.add("under-xlsb", data(WHOLE, "crimes.xlsb"), used(20), refused("crimes.xlsb"), command="check {in}/crimes.xlsb")
_CONTAINER = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
XLSX.add("protected", data(_CONTAINER + bytes(16) + b"\x3e\x00\x03\x00\xfe\xff\x09\x00" + bytes(2000)
         + "EncryptedPackage".encode("utf-16-le") + bytes(3000), "crimes.xlsx"), refused("crimes.xlsx"))
XLSX.add("old-container-of-nothing", data(_CONTAINER + bytes(504), "crimes.xls"), refused("crimes.xls"), command="check {in}/crimes.xls")
XLSX.add("old-container-of-noise", data(_CONTAINER + bytes(range(256)) * 20, "crimes.xls"), refused("crimes.xls"), command="check {in}/crimes.xls")
XLSX.add("old-container-in-a-circle", data(
    _CONTAINER + bytes(16) + b"\x3e\x00\x03\x00\xfe\xff\x09\x00\x06\x00" + bytes(10) + b"\x01\x00\x00\x00" + bytes(4)
    + b"\x00\x00\x00\x00" + bytes(4) + b"\x00\x10\x00\x00\x00\x00\x00\x00" + b"\x01\x00\x00\x00" + b"\x00\x00\x00\x00" * 120
    + b"\x00\x00\x00\x00" * 1024, "crimes.xls"), refused("crimes.xls"), command="check {in}/crimes.xls")


def _protected_entries() -> bytes:
    whole = bytearray(WHOLE)
    for mark, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        start = whole.find(mark)
        while start >= 0:
            whole[start + at] |= 1
            start = whole.find(mark, start + 4)
    return bytes(whole)


XLSX.add("zip-protected", data(_protected_entries(), "crimes.xlsx"), refused("crimes.xlsx"))
XLSX.add("entry-twice", data(zip_of([*parts(sheet(GOOD)).items(), ("xl/worksheets/sheet1.xml", sheet(good_rows(3)))]),
         "crimes.xlsx"), used(20), used(3), refused("crimes.xlsx"))
XLSX.add("entries-that-climb", data(zip_of({**parts(sheet(GOOD)), "../../owned.xml": "x", "/tmp/owned.xml": "x"}), "crimes.xlsx"), used(20))

# Parts
for _part in parts(sheet(GOOD)):
    _slug = _part.strip("[]").replace("/", "-").replace("]", "")
    _rest = {name: content for name, content in parts(sheet(GOOD)).items() if name != _part}
    XLSX.add(f"without-{_slug}", book(_rest), used(20), refused("crimes.xlsx"))
    XLSX.add(f"empty-{_slug}", book({**_rest, _part: ""}), used(20), refused("crimes.xlsx"))
    XLSX.add(f"noise-in-{_slug}", book({**_rest, _part: b"\x00\xff<<<&&" * 50}), used(20), refused("crimes.xlsx"))
_LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 12))
_DTD = f'<!DOCTYPE x [<!ENTITY l0 "ha">{_LAUGHS}<!ENTITY e SYSTEM "file:///etc/passwd">]>'
for _name, _entity in {"laughs": "&l11;", "external": "&e;", "unknown": "&nosuch;", "number": "&#x1b;", "huge-number": "&#99999999999;"}.items():
    _xml = sheet(good_rows(bad={_AT: {"ref": b'<c r="PLACE" t="inlineStr"><is><t>' + _entity.encode() + b"</t></is></c>"}}))
    XLSX.add(f"entity-{_name}", book(parts(_xml.replace(XML, XML + _DTD))), used(20), used(19, 1), refused("crimes.xlsx"))
XLSX.add("strings-out-of-range", book(parts(sheet(good_rows(bad={_AT: {"ref": b'<c r="PLACE" t="s"><v>999999</v></c>'}})),
         strings=f"{XML}<sst {_MAIN}><si><t>A</t></si></sst>")), used(20), used(19, 1), refused("crimes.xlsx"))
XLSX.add("strings-negative", book(parts(sheet(good_rows(bad={_AT: {"ref": b'<c r="PLACE" t="s"><v>-1</v></c>'}})),
         strings=f"{XML}<sst {_MAIN}><si><t>A</t></si></sst>")), used(20), used(19, 1), refused("crimes.xlsx"))
XLSX.add("strings-absent", one(good_rows(bad={_AT: {"ref": b'<c r="PLACE" t="s"><v>0</v></c>'}})), used(20), used(19, 1), refused("crimes.xlsx"))
XLSX.add("strings-that-lie-of-their-number", book(parts(sheet(good_rows(bad={_AT: {"ref": b'<c r="PLACE" t="s"><v>0</v></c>'}})),
         strings=f'{XML}<sst {_MAIN} count="4294967295" uniqueCount="4294967295"><si><t>A</t></si></sst>')),
         used(20), refused("crimes.xlsx"))
XLSX.add("namespace-of-another-kind", book(parts(sheet(GOOD).replace("schemas.openxmlformats.org", "purl.oclc.org/ooxml"))), used(20), refused("crimes.xlsx"))
XLSX.add("link-to-another-book", book({**parts(sheet(GOOD)), "xl/externalLinks/externalLink1.xml":
         f'<externalLink {_MAIN}><externalBook r:id="rId1" {_LINKS}/></externalLink>',
         "xl/externalLinks/_rels/externalLink1.xml.rels": f'<Relationships xmlns="{_PACKAGE}/relationships"><Relationship '
         f'Id="rId1" Type="{_KINDS}/externalLinkPath" Target="http://127.0.0.1:9/x.xlsx" TargetMode="External"/></Relationships>'}),
         used(20))
XLSX.add("sheet-lies-outside", book({**parts(sheet(GOOD)), "xl/_rels/workbook.xml.rels":
         f'{XML}<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="rId1" Type="{_KINDS}/worksheet" '
         'Target="file:///etc/passwd" TargetMode="External"/></Relationships>'}), refused("crimes.xlsx"))
XLSX.add("sheet-lies-above", book({**parts(sheet(GOOD)), "xl/_rels/workbook.xml.rels":
         f'{XML}<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="rId1" Type="{_KINDS}/worksheet" '
         'Target="../../../../../etc/passwd"/></Relationships>'}), refused("crimes.xlsx"))
XLSX.add("macros", data(zip_of({**parts(sheet(GOOD)), "xl/vbaProject.bin": _CONTAINER + bytes(900)}), "crimes.xlsm"),
         used(20), command="check {in}/crimes.xlsm")

# Sheets
XLSX.add("no-sheet", book(parts()), refused("crimes.xlsx"))
XLSX.add("sheet-without-rows", one([]), refused("crimes.xlsx"))
XLSX.add("sheet-of-a-header", one(GOOD[:1]), refused("crimes.xlsx"))
XLSX.add("sheets-of-two-layouts", book(parts(sheet([["Notes"], ["Guidance"]]), sheet(GOOD), sheet([["a", "b"], [1, 2]]))), used(20))
XLSX.add("sheets-300", book(parts(*[sheet(good_rows(1, {0: {"ref": f"S{n}"}})) for n in range(300)])), used(300), refused("crimes.xlsx"))
XLSX.add("sheet-hidden", book(parts(sheet(GOOD), states=['state="hidden"'])), used(20), refused("hidden"))
XLSX.add("sheet-very-hidden-besides", book(parts(sheet(GOOD), sheet(good_rows(5)), states=["", 'state="veryHidden"'])), used(20))
for _name, _called in {"climbs": "../../owned", "escape": "\\x1b[2J", "long": "S" * 5000, "markup": "<b>&", "blank": "", "direction": "\u202eteehS"}.items():
    XLSX.add(f"sheet-named-{_name}", book(parts(sheet(GOOD), names=[_called])), used(20), refused("crimes.xlsx"))
XLSX.add("sheets-of-one-name", book(parts(sheet(GOOD), sheet(good_rows(20, {n: {"ref": f"Z{n}"} for n in range(20)})), names=["A", "A"])),
         used(40), used(20), refused("crimes.xlsx"))
XLSX.add("dimension-lies", one(GOOD, before='<dimension ref="A1:XFD1048576"/>'), used(20))
XLSX.add("dimension-is-noise", one(GOOD, before='<dimension ref="ZZZZZZ99999999999:A0"/>'), used(20), refused("crimes.xlsx"))
XLSX.add("merged-cells-everywhere", one(GOOD, after='<mergeCells><mergeCell ref="A1:XFD1048576"/></mergeCells>'), used(20), counted(20), refused("crimes.xlsx"))
XLSX.add("merged-cells-noise", one(GOOD, after='<mergeCells><mergeCell ref="::"/><mergeCell ref="A0:B-1"/></mergeCells>'), used(20), refused("crimes.xlsx"))
XLSX.add("merged-cells-100000", one(GOOD, after="<mergeCells>" + '<mergeCell ref="H1:H2"/>' * 100_000 + "</mergeCells>"), used(20), refused("crimes.xlsx"))
XLSX.add("rows-unordered", book(parts(sheet(GOOD).replace('<row r="5">', '<row r="99">'))), used(20), refused("crimes.xlsx"))
XLSX.add("rows-of-one-number", book(parts(sheet(GOOD).replace('<row r="5">', '<row r="4">').replace('"A5"', '"A4"').replace('"B5"', '"B4"'))),
         used(20), counted(20), counted(19), refused("crimes.xlsx"))
XLSX.add("row-0", book(parts(sheet(GOOD, more='<row r="0"><c r="A0"><v>1</v></c></row>'))), used(20), used(20, 1), refused("crimes.xlsx"))
XLSX.add("row-negative", book(parts(sheet(GOOD, more='<row r="-5"><c r="A-5"><v>1</v></c></row>'))), used(20), used(20, 1), refused("crimes.xlsx"))
XLSX.add("cell-without-place", one(good_rows(bad={_AT: {"ref": b"<c><v>1</v></c>"}})), used(20), used(19, 1), refused("crimes.xlsx"))
XLSX.add("cell-of-a-wrong-place", one(good_rows(bad={_AT: {"ref": b'<c r="!!"><v>1</v></c>'}})), used(20), used(19, 1), refused("crimes.xlsx"))
XLSX.add("row-cut-mid-xml", book(parts(sheet(GOOD)[:-400])), refused("crimes.xlsx"))

# Cells
_ERROR = b'<c r="PLACE" t="e"><v>#REF!</v></c>'
for _name in ("ref", "date", "x", "y"):
    XLSX.add(f"error-in-{_name}", one(good_rows(bad={_AT: {_name: _ERROR}})), used(19, 1), *([used(20)] if _name == "ref" else []))
XLSX.add("row-of-errors", one(good_rows(bad={_AT: dict.fromkeys(("ref", "date", "x", "y"), _ERROR)})), used(19, 1))
XLSX.add("rows-of-errors-all", one(good_rows(bad={n: dict.fromkeys(("ref", "date", "x", "y"), _ERROR) for n in range(20)})), used(0, 20), refused("crimes.xlsx"))
XLSX.add("last-row-of-errors", one(good_rows(bad={19: dict.fromkeys(("ref", "date", "x", "y"), _ERROR)})), used(19, 1))
XLSX.add("heading-of-errors", one([[_ERROR] * 4, *GOOD[1:]]), refused("crimes.xlsx"))
for _name, _value in {
    "formula-without-value": b'<c r="PLACE"><f>A1+1</f></c>',
    "formula-of-a-web-service": b'<c r="PLACE" t="str"><f>WEBSERVICE("http://127.0.0.1:9/")</f><v>A7</v></c>',
    "formula-of-a-command": b"<c r=\"PLACE\" t=\"str\"><f>cmd|' /C calc'!A0</f><v>A7</v></c>",
    "formula-text": "=cmd|' /C calc'!A0",
    "boolean": b'<c r="PLACE" t="b"><v>1</v></c>',
    "kind-unknown": b'<c r="PLACE" t="zz"><v>1</v></c>',
    "number-noise": b'<c r="PLACE"><v>12abc</v></c>',
    "number-huge": b'<c r="PLACE"><v>1e999</v></c>',
    "iso-date": b'<c r="PLACE" t="d"><v>2026-02-01T00:00:00</v></c>',
    "escape-by-x": "A_x001B_[2J_x0007_",
    "direction": "\u202eLIVE",
    "40000-characters": "x" * 40_000,
    "phonetic": b'<c r="PLACE" t="inlineStr"><is><r><t>A7</t></r><rPh sb="0" eb="1"><t>a</t></rPh></is></c>',
    "blank-inline": b'<c r="PLACE" t="inlineStr"><is></is></c>',
}.items():
    XLSX.add(f"ref-{_name}", one(good_rows(bad={_AT: {"ref": _value}})), used(20), used(19, 1), *([refused("crimes.xlsx")] if _name == "kind-unknown" else []))
for _name, _value in {
    "negative": -1,
    "0": 0,
    "60": 60,
    "2958466": 2_958_466,
    "1e308": 1e308,
    "fraction": 0.5,
    "noise": b'<c r="PLACE"><v>12abc</v></c>',
    "1e999": b'<c r="PLACE"><v>1e999</v></c>',
    "nan": b'<c r="PLACE"><v>NaN</v></c>',
    "boolean": b'<c r="PLACE" t="b"><v>1</v></c>',
    "iso-noise": b'<c r="PLACE" t="d"><v>9999-99-99</v></c>',
}.items():
    XLSX.add(f"date-serial-{_name}", one(good_rows(bad={_AT: {"date": _value}})), used(19, 1), refused("crimes.xlsx"))
_SERIALS = good_rows(bad={n: {"date": 46_054 + n} for n in range(20)})
XLSX.add("dates-all-serials", one(_SERIALS), used(20))
XLSX.add("dates-all-serials-of-1904", book(parts(sheet(good_rows(bad={n: {"date": 44_592 + n} for n in range(20)})), book='<workbookPr date1904="1"/>')),
         used(20, 0, "1904"), used(20), refused("1904"))
XLSX.add("1904-said-by-noise", book(parts(sheet(GOOD), book='<workbookPr date1904="maybe"/>')), used(20), refused("crimes.xlsx"))
XLSX.add("numbers-as-text", one([[*map(str, cells)] for cells in GOOD]), used(20))


# Other kinds
_PLAIN = '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>'
def _ods(table: str, more: Mapping[str, str] | None = None) -> bytes:
    spaces = " ".join(
        f'xmlns:{short}="urn:oasis:names:tc:opendocument:xmlns:{short}:1.0"' for short in ("office", "table", "text")
    )
    content = f"{XML}<office:document-content {spaces}><office:body><office:spreadsheet>{table}</office:spreadsheet></office:body></office:document-content>"
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as zipped:
        zipped.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet", zipfile.ZIP_STORED)
        zipped.writestr("content.xml", content)
        for name, value in {"META-INF/manifest.xml": _PLAIN, **(more or {})}.items():
            zipped.writestr(name, value)
    return made.getvalue()


def _ods_table(rows: Sequence[Sequence[object]], more: str = "") -> str:
    body = "".join(
        "<table:table-row>"
        + "".join(
            f'<table:table-cell office:value-type="string"><text:p>{escape(str(value))}</text:p></table:table-cell>'
            for value in cells
        )
        + "</table:table-row>"
        for cells in rows
    )
    return f'<table:table table:name="S">{body}{more}</table:table>'


def _cell_often(times: int, attribute: str = "columns", value: str = "x") -> str:
    repeat = f'table:number-{attribute}-repeated="{times}"'
    on_row, on_cell = (repeat, "") if attribute == "rows" else ("", repeat)
    return (
        f'<table:table-row {on_row}><table:table-cell office:value-type="string" {on_cell}>'
        f"<text:p>{value}</text:p></table:table-cell></table:table-row>"
    )


_ODS = "check {in}/crimes.ods"
_MANIFEST = '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"><manifest:file-entry manifest:full-path="content.xml"><manifest:encryption-data/></manifest:file-entry></manifest:manifest>'
XLSX.add("ods-good", data(_ods(_ods_table(GOOD)), "crimes.ods"), used(20), command=_ODS)
XLSX.add("ods-cut", data(_ods(_ods_table(GOOD))[:-100], "crimes.ods"), refused("crimes.ods"), command=_ODS)
XLSX.add("ods-without-content", data(zip_of({"mimetype": "application/vnd.oasis.opendocument.spreadsheet"}), "crimes.ods"), refused("crimes.ods"), command=_ODS)
XLSX.add("ods-protected", data(_ods(_ods_table(GOOD), {"META-INF/manifest.xml": _MANIFEST}), "crimes.ods"), used(20), refused("crimes.ods"), command=_ODS)
XLSX.add("ods-blank-rows-to-the-end", data(_ods(_ods_table(GOOD, _cell_often(1_048_000, "rows", ""))), "crimes.ods"), used(20), refused("crimes.ods"), command=_ODS)
XLSX.add("ods-row-repeated-200000-times", data(_ods(_ods_table(GOOD, _cell_often(200_000, "rows"))), "crimes.ods"),
         used(20, 200_000), counted(200_020), refused("crimes.ods"), command=_ODS, heavy=True)
XLSX.add("ods-row-repeated-4-billion-times", data(_ods(_ods_table(GOOD, _cell_often(4_294_967_295, "rows"))), "crimes.ods"), refused("crimes.ods"), command=_ODS, heavy=True)
XLSX.add("ods-cell-repeated-2-billion-times", data(_ods(_ods_table(GOOD, _cell_often(2_147_483_647))), "crimes.ods"), refused("crimes.ods"), command=_ODS, heavy=True)
XLSX.add("ods-cell-repeated-minus-once", data(_ods(_ods_table(GOOD, _cell_often(-1))), "crimes.ods"), used(20, 1), refused("crimes.ods"), command=_ODS, heavy=True)
XLSX.add("ods-noise", data(_ods("<<<&&&"), "crimes.ods"), refused("crimes.ods"), command=_ODS)
XLSX.add("xlsb-noise", data(zip_of({"xl/workbook.bin": bytes(range(256)) * 4, "[Content_Types].xml": "<Types/>"}), "crimes.xlsb"), refused("crimes.xlsb"), command="check {in}/crimes.xlsb")


def _web_query(folder: Path) -> None:
    made = parts(sheet(GOOD))
    made["xl/connections.xml"] = f'<connections {_MAIN}><connection id="1" type="4"><webPr url="{site()}"/></connection></connections>'
    (folder / "crimes.xlsx").write_bytes(zip_of(made))


XLSX.add("web-query", _web_query, used(20))
XLSX.add("beside-its-lock-file", both(data(WHOLE, "crimes.xlsx"), data(b"\x05Jane" + bytes(160), "~$crimes.xlsx")), used(20))
XLSX.add("lock-file-itself", data(b"\x05Jane" + bytes(160), "~$crimes.xlsx"), refused(), command='check "{in}/~$crimes.xlsx"')
