"""Tests for workbooks that would abort or exhaust the process: looked at before they are read."""

import zipfile
from collections.abc import Sequence
from pathlib import Path
from xml.etree import ElementTree

import openpyxl
import pytest

import hotspot as hs
from hotspot.reading import sheet_cells, workbook_bounds, workbooks

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
STRICT = "http://purl.oclc.org/ooxml/spreadsheetml/main"
LINKS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006/"
HEAD = ("Crime Ref", "Date From", "Easting", "Northing")


def cell(place: str, value: object) -> str:
    """Return a cell as XML: a number, an error, or text."""
    at = f' r="{place}"' if place else ""
    if isinstance(value, int):
        return f"<c{at}><v>{value}</v></c>"
    if str(value).startswith("#"):
        return f'<c{at} t="e"><v>{value}</v></c>'
    return f'<c{at} t="inlineStr"><is><t>{value}</t></is></c>'


def sheet(rows: Sequence[Sequence[object]], more: str = "", placed: bool = True) -> str:
    """Return a sheet as XML."""
    body = "".join(
        f'<row r="{row}">'
        + "".join(cell(f"{chr(65 + at)}{row}" * placed, each) for at, each in enumerate(cells))
        + "</row>"
        for row, cells in enumerate(rows, 1)
    )
    return f'<worksheet xmlns="{MAIN}"><sheetData>{body}{more}</sheetData></worksheet>'


def crimes(number: int = 9) -> list[list[object]]:
    """Return a header and records."""
    return [
        [*HEAD],
        *([f"A{i}", f"{10 + i}/03/2026", 450000 + 9 * i, 340000 + i] for i in range(number)),
    ]


def book(
    path: Path,
    *sheets: str | bytes,
    settings: str = "",
    doctype: str = "",
    more: dict[str, str] | None = None,
) -> Path:
    """Write the parts of a workbook."""
    at = range(1, len(sheets) + 1)
    listed = "".join(f'<sheet name="Tab {n}" sheetId="{n}" r:id="r{n}"/>' for n in at)
    linked = "".join(
        f'<Relationship Id="r{n}" Type="{LINKS}/worksheet" Target="worksheets/sheet{n}.xml"/>'
        for n in at
    )
    relations = f'<Relationships xmlns="{PACKAGE}relationships">'
    parts: dict[str, str | bytes] = {
        "[Content_Types].xml": f'<Types xmlns="{PACKAGE}content-types"/>',
        "_rels/.rels": f'{relations}<Relationship Id="r1" Type="{LINKS}/officeDocument" '
        'Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'{doctype}<workbook xmlns="{MAIN}" xmlns:r="{LINKS}">{settings}'
        f"<sheets>{listed}</sheets></workbook>",
        "xl/_rels/workbook.xml.rels": f"{relations}{linked}</Relationships>",
        **{f"xl/worksheets/sheet{n}.xml": text for n, text in zip(at, sheets, strict=True)},
        **(more or {}),
    }
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as zipped:
        for name, text in parts.items():
            zipped.writestr(name, text)
    return path


def refused(path: Path) -> str:
    """Return the sentence by which a file is refused."""
    with pytest.raises(hs.DataError) as caught:
        hs.check_incidents(path)
    return str(caught.value)


@pytest.mark.parametrize("placed", [True, False])
def test_a_plain_workbook_is_read(tmp_path: Path, placed: bool) -> None:
    check = hs.check_incidents(book(tmp_path / "a.xlsx", sheet(crimes(), placed=placed)))
    assert (len(check.accepted), len(check.rejected)) == (9, 0)


@pytest.mark.parametrize("place", ["XFD1048576", "ZZZZZ99999999", "AAA999999999999999999"])
def test_a_cell_at_the_end_of_a_sheet_is_named_before_the_process_aborts(
    tmp_path: Path, place: str
) -> None:
    stray = f'<row r="2000"><c r="{place}"><v>1</v></c></row>'
    said = refused(book(tmp_path / "a.xlsx", sheet(crimes(), stray)))
    assert "the sheet 'Tab 1' reaches to row" in said
    assert "Ctrl+End" in said


def test_a_cell_at_the_end_that_holds_no_more_than_a_format_is_passed_over(tmp_path: Path) -> None:
    stray = '<row r="1048576"><c r="XFD1048576" s="0"/></row>'
    check = hs.check_incidents(book(tmp_path / "a.xlsx", sheet(crimes(), stray)))
    assert (len(check.accepted), check.warnings) == (9, [])


def test_a_doctored_dimension_is_no_reason_to_refuse(tmp_path: Path) -> None:
    doctored = sheet(crimes()).replace("<sheetData>", '<dimension ref="A1:XFD1048576"/><sheetData>')
    assert len(hs.check_incidents(book(tmp_path / "a.xlsx", doctored)).accepted) == 9


def test_what_unpacks_to_more_than_memory_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workbook_bounds, "MOST_BESIDE", 1 << 20)
    texts = f'<sst xmlns="{MAIN}">{"<si><t>aaaaaaaaaaaaaaa</t></si>" * 50_000}</sst>'
    path = book(tmp_path / "a.xlsx", sheet(crimes()), more={"xl/sharedStrings.xml": texts})
    assert "unpacks to parts beside the sheets of more than 1 MB" in refused(path)
    # A size that is declared smaller than it is does not help.
    raw = path.read_bytes()
    size = len(texts).to_bytes(4, "little")
    assert raw.count(size) == 2
    path.write_bytes(raw.replace(size, (99).to_bytes(4, "little")))
    assert "it is damaged" in refused(path)
    monkeypatch.setattr(workbook_bounds, "MOST_OF_SHEETS", 1 << 10)
    assert "unpacks to sheets of more than" in refused(book(tmp_path / "b.xlsx", sheet(crimes())))


def test_entities_are_never_expanded(tmp_path: Path) -> None:
    laughs = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 12))
    doctype = f'<!DOCTYPE workbook [<!ENTITY l0 "ha">{laughs}]>'
    said = refused(book(tmp_path / "a.xlsx", sheet(crimes()), doctype=doctype))
    assert "declares entities of XML" in said
    strings = f'{doctype}<sst xmlns="{MAIN}"><si><t>&l11;</t></si></sst>'
    path = book(tmp_path / "b.xlsx", sheet(crimes()), more={"xl/sharedStrings.xml": strings})
    assert "'xl/sharedStrings.xml' in it declares entities" in refused(path)
    path = book(tmp_path / "c.xlsx", sheet(crimes()).encode("utf-16"))
    assert "holds XML in UTF-16" in refused(path)


def test_too_many_sheets_or_parts_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = book(tmp_path / "a.xlsx", *[sheet(crimes(2))] * 4)
    assert len(hs.check_incidents(path).accepted) == 2
    monkeypatch.setattr(workbooks, "_MOST_SHEETS", 3)
    assert "has 4 sheets, more than are looked through" in refused(path)
    assert len(hs.check_incidents(path, sheet="Tab 2").accepted) == 2
    monkeypatch.setattr(workbook_bounds, "_MOST_PARTS", 7)
    assert "has 8 parts" in refused(path)


@pytest.mark.parametrize("name", ["a.xls", "a.xlsb", "a.ods", "a.csv", "a.xlsm"])
def test_a_workbook_under_the_name_of_another_kind_is_read_as_what_it_is(
    tmp_path: Path, name: str
) -> None:
    assert len(hs.check_incidents(book(tmp_path / name, sheet(crimes()))).accepted) == 9


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"\xd0\xcf\x11\xe0" + bytes(600), "is protected by a password, or damaged"),
        (
            b"\xd0\xcf\x11\xe0" + bytes(600) + "EncryptedPackage".encode("utf-16-le"),
            "is protected by a password",
        ),
        (b"PK\x03\x04" + bytes(600), "it is damaged"),
        (b"PK\x05\x06" + bytes(18), "holds nothing"),
        (b"plain text", "it is damaged"),
    ],
)
def test_what_is_no_workbook_gets_one_sentence(tmp_path: Path, content: bytes, said: str) -> None:
    path = tmp_path / "a.xlsx"
    path.write_bytes(content)
    assert said in refused(path)


def test_a_document_and_a_protected_zip_under_the_name_of_a_workbook_are_named(
    tmp_path: Path,
) -> None:
    path = tmp_path / "letter.xlsx"
    with zipfile.ZipFile(path, "w") as zipped:
        zipped.writestr("word/document.xml", "<w/>")
    assert "a zip file that holds 'word/document.xml'" in refused(path)
    raw = bytearray(book(tmp_path / "a.xlsx", sheet(crimes())).read_bytes())
    raw[raw.index(b"PK\x01\x02") + 8] |= 1
    (tmp_path / "a.xlsx").write_bytes(raw)
    assert "protected by a password" in refused(tmp_path / "a.xlsx")


def test_damage_within_a_sheet_is_one_sentence(tmp_path: Path) -> None:
    path = book(tmp_path / "a.xlsx", sheet(crimes())[:-90])
    assert "is no workbook that can be read" in refused(path)


@pytest.mark.parametrize("block", [1 << 20, 37])
def test_rows_of_errors_are_counted_and_named(
    tmp_path: Path, block: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workbook_bounds, "_BLOCK_BYTES", block)
    rows = crimes()
    rows[3] = ["#N/A", "#REF!", "#VALUE!", "#DIV/0!"]
    rows[5][2] = "#NAME?"
    rows.append(["#N/A", "", "", ""])
    check = hs.check_incidents(book(tmp_path / "a.xlsx", sheet(rows)))
    assert len(check.accepted) == 7
    assert check.rejected["row"].tolist() == [4, 6, 11]
    assert check.rejected["value"].tolist()[:2] == ["#REF!", "#NAME?"]
    assert check.rows_read == len(rows) - 1
    assert not any("blank" in warning for warning in check.warnings)


def test_errors_left_of_which_nothing_stands_are_named_where_they_are(tmp_path: Path) -> None:
    opened = openpyxl.Workbook()
    table = opened.active
    assert table is not None
    for at, row in enumerate(crimes(), 3):
        for column, value in enumerate(row, 4):
            table.cell(at, column, value)
    table["E7"] = "#N/A"
    opened.save(tmp_path / "a.xlsx")
    check = hs.check_incidents(tmp_path / "a.xlsx")
    assert check.rejected[["row", "value"]].to_numpy().tolist() == [[7, "#N/A"]]


@pytest.mark.parametrize("space", [MAIN, STRICT])
@pytest.mark.parametrize("told", ["1", "true"])
def test_plain_serials_count_from_1904_where_the_workbook_says_so(
    tmp_path: Path, space: str, told: str
) -> None:
    # 2026-03-02 is day 46,083 from 1899-12-30, and 1,462 days less from 1904.
    rows = [[*HEAD], *([f"A{i}", 44621, 450000 + 9 * i, 340000] for i in range(3))]
    path = book(
        tmp_path / "a.xlsx",
        sheet(rows).replace(MAIN, space),
        settings=f'<workbookPr date1904="{told}"/>',
    )
    check = hs.check_incidents(path)
    assert check.accepted["occurred_from"].dt.strftime("%Y-%m-%d").unique().tolist() == [
        "2026-03-02"
    ]


def test_cells_are_found_by_search_as_by_parsing() -> None:
    text = sheet([*crimes(40), ["#N/A", "", 3, "#REF!"]]).encode()
    for size in (11, 64, 1 << 20):
        blocks = [text[at : at + size] for at in range(0, len(text), size)]
        found, parsed = sheet_cells.search_sheet(blocks), sheet_cells.parse_sheet(blocks)
        assert found.errors == parsed.errors == {(41, 0): "#N/A", (41, 3): "#REF!"}
        assert (found.rows, found.columns, found.placed) == (parsed.rows, parsed.columns, True)
    assert ElementTree.fromstring(text) is not None


def record(kind: int, content: bytes) -> bytes:
    """Return a record of a binary sheet."""
    head = bytes([kind]) if kind < 128 else bytes([kind & 127 | 128, kind >> 7])
    return head + bytes([len(content) & 127 | 128, len(content) >> 7]) + content


def test_a_binary_sheet_tells_how_far_it_reaches_and_its_errors() -> None:
    rows = b"".join(
        record(0, row.to_bytes(4, "little") + bytes(200))
        + record(3, column.to_bytes(4, "little") + bytes(4) + b"\x2a")
        for row, column in ((0, 0), (1_048_575, 16_383))
    )
    for size in (7, 1 << 20):
        blocks = [rows[at : at + size] for at in range(0, len(rows), size)]
        extent = sheet_cells.scan_binary_sheet(blocks)
        assert (extent.rows, extent.columns, extent.cells) == (1_048_576, 16_384, 2)
        assert extent.errors == {(0, 0): "#N/A", (1_048_575, 16_383): "#N/A"}


def test_a_sheet_of_open_document_with_cells_repeated_without_end_is_refused(
    tmp_path: Path,
) -> None:
    content = (
        '<d xmlns:t="t" xmlns:o="o"><t:table t:name="Crimes"><t:table-row '
        't:number-rows-repeated="1048576"><t:table-cell t:number-columns-repeated="16384" '
        'o:value-type="float" o:value="1"/></t:table-row></t:table></d>'
    )
    path = tmp_path / "a.ods"
    with zipfile.ZipFile(path, "w") as zipped:
        zipped.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        zipped.writestr("content.xml", content)
    assert "the sheet 'Crimes' reaches to row 1,048,576 and column 16,384" in refused(path)
