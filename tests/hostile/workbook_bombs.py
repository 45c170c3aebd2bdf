"""Workbooks that unpack to far more than they weigh, or stand far out: a limits of their own."""

# A case a line, so that a family can be read down.
# fmt: off

from tests.hostile.bytes_of import data, repeated_deflate, zip_with
from tests.hostile.case import Family, counted, refused, used
from tests.hostile.workbooks import XML, book, good_rows, one, parts, sheet

XLSX = Family("workbook-bombs", "check {in}/crimes.xlsx")
GOOD = good_rows()


def _far(place: str) -> str:
    number = "".join(filter(str.isdigit, place))
    return f'<row r="{number}"><c r="{place}"><v>1</v></c></row>'


for _place in ("XFD1048576", "A1048576", "XFD30", "ZZ500000"):
    XLSX.add(f"far-cell-{_place}", one(GOOD, more=_far(_place)), used(20), used(20, 1), refused("crimes.xlsx"), heavy=True)
XLSX.add("far-cell-A4294967295", one(GOOD, more=_far("A4294967295")), used(20), used(20, 1), refused("crimes.xlsx"), heavy=True)
XLSX.add("far-cell-A99999999999999999999", one(GOOD, more=_far("A99999999999999999999")), used(20), used(20, 1), refused("crimes.xlsx"), heavy=True)
XLSX.add("far-cell-ZZZZZZZ30", one(GOOD, more=_far("ZZZZZZZ30")), used(20), used(20, 1), refused("crimes.xlsx"), heavy=True)
XLSX.add("far-cell-of-a-blank-sheet", book(parts(sheet([], more=_far("XFD1048576")), sheet(GOOD))), used(20), refused("crimes.xlsx"), heavy=True)
XLSX.add("far-cells-in-every-corner", one(GOOD, more="".join(map(_far, ("XFD40", "A900000", "XFD1048576")))), used(20), used(20, 3), counted(23), refused("crimes.xlsx"), heavy=True)


def _bomb(part: str, head: str, block: str, times: int, tail: str) -> bytes:
    """Return a workbook one part of which is a block again and again."""
    others = parts(sheet(good_rows(bad={7: {"ref": b'<c r="PLACE" t="s"><v>0</v></c>'}})), strings="")
    packed = repeated_deflate(head.encode(), block.encode(), times, tail.encode())
    return zip_with(part, packed, {name: content for name, content in others.items() if name != part})


_MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
_STRING = "<si><t>" + "x" * 1000 + "</t></si>"
XLSX.add("strings-of-5-gb", data(lambda: _bomb("xl/sharedStrings.xml", f"{XML}<sst {_MAIN}>", _STRING * 1000, 5000, "</sst>"), "crimes.xlsx"),
         used(20), refused("crimes.xlsx"), heavy=True)
XLSX.add("one-string-of-3-gb", data(lambda: _bomb("xl/sharedStrings.xml", f"{XML}<sst {_MAIN}><si><t>", "x" * 1_000_000, 3000, "</t></si></sst>"), "crimes.xlsx"),
         used(20), refused("crimes.xlsx"), heavy=True)
_HEAD, _TAIL = sheet(GOOD).split("</sheetData>")
XLSX.add("sheet-of-4-gb-of-blank-rows", data(lambda: _bomb("xl/worksheets/sheet1.xml", _HEAD, "<row></row>" * 100_000, 4000, f"</sheetData>{_TAIL}"), "crimes.xlsx"),
         used(20), refused("crimes.xlsx"), heavy=True)
XLSX.add("sheet-of-3-gb-of-spaces", data(lambda: _bomb("xl/worksheets/sheet1.xml", _HEAD, " " * 1_000_000, 3000, f"</sheetData>{_TAIL}"), "crimes.xlsx"),
         used(20), refused("crimes.xlsx"), heavy=True)
XLSX.add("sheet-of-2-gb-of-one-comment", data(lambda: _bomb("xl/worksheets/sheet1.xml", _HEAD + "<!--", "x" * 1_000_000, 2000, f"--></sheetData>{_TAIL}"), "crimes.xlsx"),
         used(20), refused("crimes.xlsx"), heavy=True)
XLSX.add("sheet-of-3-gb-of-cells", data(lambda: _bomb("xl/worksheets/sheet1.xml", _HEAD + '<row r="22">', "<c><v>1</v></c>" * 100_000, 2000, f"</row></sheetData>{_TAIL}"), "crimes.xlsx"),
         used(20), used(20, 1), refused("crimes.xlsx"), heavy=True)
XLSX.add("unread-part-of-5-gb", data(lambda: _bomb("xl/media/image1.bmp", "BM", "x" * 1_000_000, 5000, ""), "crimes.xlsx"), used(20), refused("crimes.xlsx"), heavy=True)
XLSX.add("relations-of-2-gb", data(lambda: _bomb("xl/_rels/workbook.xml.rels", XML, " " * 1_000_000, 2000, "<Relationships/>"), "crimes.xlsx"), refused("crimes.xlsx"), heavy=True)
