"""Whatever the format, the same rows come out, numbered as a person sees them."""

import datetime as dt
import gzip
import json
import sqlite3
import zipfile
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import geopandas as gpd
import numpy as np
import openpyxl
import pandas as pd
import pyproj
import pytest
import shapely

import hotspot as hs
from hotspot._errors import DataError
from hotspot.reading import chunks, databases, sources
from hotspot.reading import headings as rows
from hotspot.reading.chunks import Chunk, Request, Source
from hotspot.reading.columns import known_columns, known_names
from hotspot.reading.crs import Extent
from hotspot.reading.sources import open_source

KNOWN = known_names(known_columns("incidents", "places"), None)
HEADER = ["Crime Ref", "Date From", "Easting", "Northing", "Address"]
RECORDS = [
    ["0012", "05/03/2026", "640100", "370100", "1 Fore Street, Café"],
    ["0013", "06/03/2026", "640200", "370200", "2 Fore Street; £5"],
    ["0014", "17/03/2026", "640300", "370300", '"The Elms", Back Lane'],
]


def as_text(records: list[list[str]], delimiter: str = ",") -> str:
    def quoted(cell: str) -> str:
        return '"' + cell.replace('"', '""') + '"'

    return "".join(delimiter.join(map(quoted, record)) + "\r\n" for record in records)


def read_all(source: object, **options: object) -> chunks.Chunk:
    opened = open_source(source, known=KNOWN, **options)
    return opened.read(opened.columns)


def cells(chunk: chunks.Chunk) -> list[list[str]]:
    return chunk.frame.astype(object).to_numpy().tolist()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
@pytest.mark.parametrize("zipped", [False, True])
def test_every_encoding_gives_the_same_text(tmp_path: Path, encoding: str, zipped: bool) -> None:
    data = as_text([HEADER, *RECORDS]).encode(encoding)
    path = tmp_path / ("crimes.csv.gz" if zipped else "crimes.csv")
    path.write_bytes(gzip.compress(data, mtime=0) if zipped else data)
    chunk = read_all(path)
    assert list(chunk.frame.columns) == HEADER
    assert cells(chunk) == RECORDS
    assert chunk.frame.index.tolist() == [2, 3, 4]
    assert chunk.frame.index.name == "row"


def test_windows_1252_is_told(tmp_path: Path) -> None:
    path = tmp_path / "crimes.csv"
    path.write_bytes(as_text([HEADER, *RECORDS]).encode("cp1252"))
    assert any("Windows-1252" in note for note in open_source(path, known=KNOWN).notes)


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_delimiter_is_found(tmp_path: Path, delimiter: str) -> None:
    path = tmp_path / "crimes.txt"
    path.write_text(as_text([HEADER, *RECORDS], delimiter), encoding="utf-8", newline="")
    assert cells(read_all(path)) == RECORDS


def test_banner_footer_and_blank_rows_are_passed_over_with_their_numbers(tmp_path: Path) -> None:
    lines = [
        ["Burglary extract"],
        ["Run by", "J Smith"],
        [],
        HEADER,
        RECORDS[0],
        ["", " ", "", "", ""],
        RECORDS[1],
        [],
        ["Total records: 2"],
        ["End of report"],
    ]
    path = tmp_path / "crimes.csv"
    path.write_text(as_text(lines), encoding="utf-8", newline="")
    opened = open_source(path, known=KNOWN)
    chunk = opened.read(opened.columns)
    assert any("row 4" in note and "Run by J Smith" in note for note in opened.notes)
    assert cells(chunk) == [RECORDS[0], RECORDS[1]]
    assert chunk.frame.index.tolist() == [5, 7]
    assert chunk.blank_rows == 2
    assert chunk.not_records["row"].tolist() == [9, 10]
    assert set(chunk.not_records["reason"]) == {"not a record: looks like a footer"}


def test_a_row_with_cells_too_many_is_named_and_a_short_one_padded(tmp_path: Path) -> None:
    path = tmp_path / "crimes.csv"
    lines = [HEADER, [*RECORDS[0], "slipped"], RECORDS[1][:4], [*RECORDS[2], "", ""], HEADER]
    path.write_text(as_text(lines), encoding="utf-8", newline="")
    chunk = read_all(path)
    assert cells(chunk) == [[*RECORDS[1][:4], ""], RECORDS[2]]
    assert chunk.not_records[["row", "value"]].to_numpy().tolist() == [
        [2, "slipped"],
        [5, "Crime Ref"],
    ]
    assert "more cells than the header" in chunk.not_records["reason"][0]
    assert chunk.not_records["reason"][1] == "not a record: the header again"


def test_columns_without_or_with_the_same_name_are_told_apart(tmp_path: Path) -> None:
    path = tmp_path / "crimes.csv"
    path.write_text("Easting,Northing,Date,,Date\n1,2,3,4,5\n", encoding="utf-8")
    assert open_source(path, known=KNOWN).columns == (
        "Easting",
        "Northing",
        "Date",
        "column 4",
        "Date (2)",
    )


def test_chunks_are_the_whole_file_in_order(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rows, "ROWS_PER_CHUNK", 20)
    lines = [HEADER, *([f"R{i}", *RECORDS[0][1:]] for i in range(45)), ["Total"]]
    path = tmp_path / "crimes.csv"
    path.write_text(as_text(lines), encoding="utf-8", newline="")
    opened = open_source(path, known=KNOWN)
    parts = list(opened.chunks(["Crime Ref"]))
    assert [len(part.frame) for part in parts] == [20, 25]
    whole = opened.read(["Crime Ref"])
    assert whole.frame["Crime Ref"].tolist() == [f"R{i}" for i in range(45)]
    assert whole.frame.index.tolist() == list(range(2, 47))
    assert whole.not_records["row"].tolist() == [47]


def workbook(path: Path) -> Path:
    """Write a workbook as forces send it: notes first, merged banner, dates, numbers, footer."""
    book = openpyxl.Workbook()
    about = book.active
    about.title = "About"
    about["A1"] = "Produced by the analysis unit"
    sheet = book.create_sheet("Crimes")
    sheet["B2"] = "OFFICIAL - burglaries"
    sheet.merge_cells("B2:F2")
    for column, name in enumerate(["Crime Ref", "Date From", "Easting", "Northing", "UPRN"], 2):
        sheet.cell(4, column, name)
    for row, (reference, when) in enumerate(
        [("0012", dt.datetime(2026, 3, 5, 9, 30)), (10012345, 46087.25), ("0014", "17/03/2026")], 5
    ):
        for column, value in enumerate([reference, when, 640100 + row, 370100.5, 100012345678], 2):
            sheet.cell(row, column, value)
    sheet["H6"] = "a remark beside the table"
    sheet["B9"] = "Total: 3"
    book.save(path)
    return path


def test_a_workbook_is_read_from_the_sheet_that_holds_crimes(tmp_path: Path) -> None:
    opened = open_source(workbook(tmp_path / "crimes.xlsx"), known=KNOWN)
    chunk = opened.read(["Crime Ref", "Date From", "UPRN"])
    assert "Crimes" in opened.name
    assert any("not read: 'About'" in note for note in opened.notes)
    assert chunk.frame.index.tolist() == [5, 6, 7]
    assert chunk.frame["Crime Ref"].tolist() == ["0012", 10012345.0, "0014"]
    assert chunk.frame["Date From"].tolist() == [
        dt.datetime(2026, 3, 5, 9, 30),
        46087.25,
        "17/03/2026",
    ]
    assert chunk.not_records["row"].tolist() == [9]
    assert chunk.blank_rows == 1


def test_a_sheet_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"no sheet 'Wrong'; it has 'About', 'Crimes'"):
        open_source(workbook(tmp_path / "crimes.xlsx"), sheet="Wrong", known=KNOWN)


@pytest.mark.parametrize("suffix", ["gpkg", "geojson", "parquet"])
def test_geographic_files_carry_geometry_and_numbers_from_one(tmp_path: Path, suffix: str) -> None:
    frame = gpd.GeoDataFrame(
        {"Crime Ref": ["0012", "0013"], "Date": ["05/03/2026", "06/03/2026"]},
        geometry=gpd.points_from_xy([-1.1, -1.2], [52.9, 53.0]),
        crs="EPSG:4326",
        index=[7, 9],
    )
    path = tmp_path / f"crimes.{suffix}"
    frame.to_parquet(path) if suffix == "parquet" else frame.to_file(path)
    opened = open_source(path)
    chunk = opened.read(["Crime Ref"])
    assert opened.has_geometry
    assert opened.crs == "EPSG:4326"
    assert chunk.frame["Crime Ref"].tolist() == ["0012", "0013"]
    assert chunk.frame.index.tolist() == [1, 2]
    assert [point.x for point in chunk.geometry] == [-1.1, -1.2]


def test_plain_parquet_is_read_in_batches(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hotspot.reading.parquet_files.ROWS_PER_CHUNK", 2)
    path = tmp_path / "crimes.parquet"
    pd.DataFrame(RECORDS, columns=HEADER).to_parquet(path)
    opened = open_source(path)
    assert len(list(opened.chunks(HEADER))) == 2
    chunk = opened.read(HEADER)
    assert cells(chunk) == RECORDS
    assert chunk.frame.index.tolist() == [1, 2, 3]


def test_a_large_geopackage_is_read_in_chunks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hotspot.reading.geopackages.ROWS_PER_CHUNK", 4)
    frame = gpd.GeoDataFrame(
        {"ref": [f"R{i}" for i in range(10)]},
        geometry=gpd.points_from_xy(range(10), range(10)),
        crs="EPSG:27700",
    )
    frame.to_file(tmp_path / "crimes.gpkg")
    opened = open_source(tmp_path / "crimes.gpkg")
    assert [len(chunk.frame) for chunk in opened.chunks(["ref"])] == [4, 4, 2]
    whole = opened.read(["ref"])
    assert whole.frame["ref"].tolist() == [f"R{i}" for i in range(10)]
    assert whole.frame.index.tolist() == list(range(1, 11))
    assert [point.x for point in whole.geometry] == list(range(10))


def test_a_frame_keeps_its_index_and_is_not_changed() -> None:
    frame = pd.DataFrame({"UPRN": ["0012", "7"], "x": [1.0, np.nan]}, index=["a", "b"])
    before = frame.copy()
    chunk = open_source(frame).read(["UPRN"])
    assert chunk.frame.index.tolist() == ["a", "b"]
    chunk.frame.loc["a", "UPRN"] = "changed"
    pd.testing.assert_frame_equal(frame, before)


def test_a_frame_with_an_index_that_is_not_unique_is_refused() -> None:
    with pytest.raises(DataError, match=r"not unique \(row 4 more than once\)"):
        open_source(pd.DataFrame({"a": [1, 2]}, index=[4, 4]))


def test_a_folder_is_one_source_and_names_the_file_of_each_row(tmp_path: Path) -> None:
    for name, record in zip(["b.csv", "a.csv"], RECORDS, strict=False):
        text = as_text([HEADER, record, ["End of report"]])
        (tmp_path / name).write_text(text, encoding="utf-8", newline="")
    (tmp_path / "~$lock.xlsx").write_bytes(b"x")
    (tmp_path / "readme.md").write_text("not data", encoding="utf-8")
    chunk = read_all(tmp_path)
    assert chunk.frame.index.tolist() == ["a.csv:2", "b.csv:2"]
    assert cells(chunk) == [RECORDS[1], RECORDS[0]]
    assert chunk.not_records["row"].tolist() == ["a.csv:3", "b.csv:3"]


def test_a_folder_of_two_layouts_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("Date,E,N\n1,2,3\n", encoding="utf-8")
    (tmp_path / "b.csv").write_text("Date,E,M\n1,2,3\n", encoding="utf-8")
    with pytest.raises(
        DataError, match=r"differ in layout: b\.csv and a\.csv do not share 'M', 'N'"
    ):
        open_source(tmp_path, known=KNOWN)


def database(path: Path) -> str:
    with sqlite3.connect(path) as connection:
        connection.execute("create table burglaries (id integer primary key, ref text, e real)")
        rows = [(2, "0013", 640200.0), (1, "'; drop table burglaries; --", 640100.0)]
        connection.executemany("insert into burglaries values (?, ?, ?)", rows)
        connection.execute("create table other (id integer)")
    connection.close()
    return f"sqlite:///{path}"


def test_a_database_is_closed_however_far_it_is_read(
    tmp_path: Path, still_open: Callable[[], int]
) -> None:
    url = database(tmp_path / "crimes.db")
    with pytest.raises(DataError, match="needs a table"):
        open_source(url)
    opened = open_source(f"{url}?table=burglaries")
    assert still_open() == 0
    opened.read(["ref"])
    assert still_open() == 0


def test_a_database_table_is_read_and_its_text_stays_text(tmp_path: Path) -> None:
    url = database(tmp_path / "crimes.db")
    opened = open_source(f"{url}?table=burglaries")
    assert opened.columns == ("id", "ref", "e")
    for _ in range(2):
        chunk = opened.read(["ref"])
        assert chunk.frame["ref"].tolist() == ["'; drop table burglaries; --", "0013"]
        assert chunk.frame.index.tolist() == [1, 2]


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("", "needs a table: add .*Tables there: 'burglaries', 'other'"),
        ("?table=burglaries;drop", "has no table 'burglaries;drop'"),
    ],
)
def test_a_table_that_is_not_there_is_named(tmp_path: Path, query: str, message: str) -> None:
    with pytest.raises(DataError, match=message):
        open_source(database(tmp_path / "crimes.db") + query)


def test_a_missing_database_is_not_made(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no file"):
        open_source(f"sqlite:///{tmp_path / 'none.db'}?table=a")
    assert not (tmp_path / "none.db").exists()


def test_a_password_in_a_url_is_never_shown() -> None:
    with pytest.raises(DataError) as caught:
        open_source("postgresql+nodriver://user:secret@host/db?table=a")
    assert "secret" not in str(caught.value)


ENCRYPTED = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 1000


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("crimes.csv", b"", r"crimes.csv is empty \(0 bytes\)"),
        ("crimes.csv", b"\r\n \r\n", "is empty"),
        ("crimes.xlsx", b"hello", "no workbook that can be read"),
        ("crimes.xlsx", ENCRYPTED, "protected by a password"),
        ("crimes.csv", bytes(range(32)) * 40, "not a text file"),
        ("crimes.pdf", b"%PDF-1.7", "of no kind that can be read"),
        ("crimes.gpkg", b"hello", "no geographic file that can be read"),
        ("crimes.geojson", b"{}", "no geographic file that can be read"),
        ("crimes.parquet", b"hello", "no Parquet file that can be read"),
        ("crimes.csv.gz", gzip.compress(b"Date,E,N\n" * 99, mtime=0)[:-20], "damaged gzip"),
        ("crimes.csv", b"1,2,3\n4,5,6\n", "no row of column names"),
        ("crimes.xls", b"<html><table><tr><td>1</td></tr></table></html>", "a web page"),
        ("crimes.csv", b'Date,E,N\n1,2,"3\n' + b"words\n" * 200, "line 2 goes on to line 101"),
    ],
)
def test_what_cannot_be_read_gets_one_sentence(
    tmp_path: Path, name: str, content: bytes, message: str
) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(DataError, match=message) as caught:
        read_all(path)
    assert len(caught.value.problems) == 1


def test_what_is_not_there_gets_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="There is no file"):
        open_source(tmp_path / "none.csv")
    with pytest.raises(DataError, match="holds no file that can be read"):
        open_source(tmp_path)
    with pytest.raises(DataError, match="not int"):
        open_source(1)


def test_a_locked_file_gets_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "crimes.csv"
    path.write_text("Date,E,N\n", encoding="utf-8")

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "denied")

    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(DataError, match="locked by another program"):
        open_source(path)


def test_a_workbook_under_the_name_csv_is_read_as_what_it_is(tmp_path: Path) -> None:
    path = workbook(tmp_path / "crimes.xlsx").rename(tmp_path / "crimes.csv")
    assert len(read_all(path).frame) == 3


def test_text_under_the_name_xls_is_read_as_what_it_is(tmp_path: Path) -> None:
    path = tmp_path / "crimes.xls"
    path.write_text(as_text([HEADER, *RECORDS], "\t"), encoding="utf-8", newline="")
    assert cells(read_all(path)) == RECORDS


def test_only_columns_that_exist_can_be_asked_for(tmp_path: Path) -> None:
    path = tmp_path / "crimes.csv"
    path.write_text(as_text([HEADER, *RECORDS]), encoding="utf-8", newline="")
    with pytest.raises(DataError, match="has no column 'Colour'"):
        open_source(path, known=KNOWN).chunks(["Colour"])


def numbered(rows: int) -> list[list[str]]:
    return [[f"R{i}", "05/03/2026", "640100", "370100", f"{i} Fore St"] for i in range(2, rows + 2)]


def plain(records: list[list[str]]) -> str:
    return "".join(",".join(record) + "\n" for record in [HEADER, *records])


@pytest.mark.parametrize("row", [2, 8, 61])
def test_a_stray_quotation_mark_swallows_no_row(tmp_path: Path, row: int) -> None:
    records = numbered(60)
    records[row - 2][4] = '"The Cottage'
    path = tmp_path / "crimes.csv"
    path.write_text(plain(records), encoding="utf-8")
    chunk = read_all(path)
    records[row - 2][4] = "The Cottage"
    assert cells(chunk) == records
    assert chunk.frame.index.tolist() == list(range(2, 62))
    assert len(chunk.not_records) == chunk.blank_rows == 0
    (told,) = chunk.warnings
    assert told.startswith(f"1 quotation mark is opened and never closed (row {row}, line {row})")


@pytest.mark.parametrize("column", [0, 3, 4])
@pytest.mark.parametrize("later", ['"9, Back Lane"', 'The Mill"', '""', '"The Mill"'])
@pytest.mark.parametrize("at", [9, 10, 30])
def test_a_stray_mark_swallows_no_row_though_marks_follow(
    tmp_path: Path, column: int, later: str, at: int
) -> None:
    records = numbered(60)
    records[8 - 2][column] = '"The Cottage'
    records[at - 2][column] = later
    path = tmp_path / "crimes.csv"
    path.write_text(plain(records), encoding="utf-8")
    chunk = read_all(path)
    assert len(chunk.frame) + len(chunk.not_records) == 60
    assert chunk.frame.index.tolist() == list(range(2, 62))
    untouched = [i for i in range(60) if i not in (6, at - 2)]
    assert [cells(chunk)[i] for i in untouched] == [records[i] for i in untouched]
    assert "(row 8, line 8" in chunk.warnings[0]


def test_a_stray_mark_above_the_header_hides_no_header(tmp_path: Path) -> None:
    path = tmp_path / "crimes.csv"
    path.write_text('"Burglary extract\n' + plain(numbered(60)), encoding="utf-8")
    opened = open_source(path, known=KNOWN)
    assert opened.columns == tuple(HEADER)
    assert cells(opened.read(HEADER)) == numbered(60)


@pytest.mark.parametrize("column", range(5))
@pytest.mark.parametrize(
    "cell",
    ["Flat 2\n1 Fore St", "Flat 2, The Elms, Back Lane\nTown, Notts, NG1 1AA, UK, x\n", "\n\n"],
)
def test_cells_of_several_lines_stay_whole(tmp_path: Path, column: int, cell: str) -> None:
    records = numbered(20)
    for record in records[::2]:
        record[column] = f"{cell}x"
    path = tmp_path / "crimes.csv"
    path.write_text(as_text([HEADER, *records]), encoding="utf-8", newline="")
    chunk = read_all(path)
    assert cells(chunk) == records
    assert chunk.frame.index.tolist() == list(range(2, 22))
    assert chunk.warnings == ()


def test_a_stray_mark_after_a_cell_of_several_lines_is_named_by_row_and_line(
    tmp_path: Path,
) -> None:
    records = numbered(200)
    records[0][4] = '"Flat 2\n1 Fore St"'
    records[150][4] = '"The Cottage'
    records[151][1] = '"Flat 3\n2 Fore St"'
    (tmp_path / "a.csv").write_text(plain(records), encoding="utf-8")
    chunk = read_all(tmp_path / "a.csv")
    assert len(chunk.frame) == 200
    assert chunk.frame["Date From"].iloc[151] == "Flat 3\n2 Fore St"
    assert "(row 152, line 153)" in chunk.warnings[0]
    (tmp_path / "b.csv").write_text(plain(numbered(3)), encoding="utf-8")
    told, copies = read_all(tmp_path).warnings
    assert "2 rows of b.csv stand in a.csv too" in copies
    assert told.startswith("a.csv: 1 quotation mark")


def test_a_sheet_is_refused_where_there_are_none(tmp_path: Path) -> None:
    path = tmp_path / "crimes.csv"
    path.write_text(plain(numbered(3)), encoding="utf-8")
    with pytest.raises(DataError, match="has no sheet 'Crimes': leave the sheet out"):
        open_source(path, sheet="Crimes", known=KNOWN)


def open_ini(path: Path, request: Request) -> Source:
    """Open a made-up format, a line a cell."""
    request.refuse_sheet(path)
    cells = path.read_text(encoding="utf-8").split()

    def open_chunks(wanted: list[str]) -> Iterator[Chunk]:
        frame = pd.DataFrame({"Date": cells, "E": "640000", "N": "370000"})
        yield Chunk(frame[wanted].set_axis(range(1, len(cells) + 1)))

    return Source(path.name, ("Date", "E", "N"), open_chunks)


def test_a_format_is_added_by_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "crimes.ini"
    path.write_text("2026-03-01\n2026-03-02\n", encoding="utf-8")
    with pytest.raises(DataError, match=r"of no kind that can be read: \.csv"):
        open_source(path)
    added = sources.Format((".ini",), open_ini)
    monkeypatch.setattr(sources, "FORMATS", (*sources.FORMATS, added))
    assert len(hs.read_incidents(path)) == 2
    assert open_source(tmp_path).read(["Date"]).frame["Date"].tolist() == [
        "2026-03-01",
        "2026-03-02",
    ]
    assert sources.endings()[-1] == ".ini"
    assert ".ini" not in sources.endings(of_maps=True)


def test_a_list_of_objects_in_json_is_a_table(tmp_path: Path) -> None:
    path = tmp_path / "crimes.json"
    rows = [{"Date": "2026-03-01", "E": 640_000, "N": 370_000}, 7, {"Date": None, "E": [1], "X": 1}]
    path.write_text(json.dumps({"made": "today", "rows": rows}), encoding="utf-8-sig")
    source = open_source(path)
    assert source.columns == ("Date", "E", "N", "X")
    chunk = source.read(["Date", "E"])
    assert chunk.frame.index.tolist() == [1, 3]
    assert chunk.frame["E"].tolist() == [640_000, "[1]"]
    assert chunk.not_records.to_dict("records") == [
        {"row": 2, "column": "", "value": "7", "reason": "not a record: no object"}
    ]
    for content, words in (
        ("{}", "no layer of a map, and no list"),
        ("[1", "no JSON file that can be read"),
        ("[" * 200_000, "no JSON file that can be read"),
    ):
        path.write_text(content, encoding="utf-8")
        with pytest.raises(DataError, match=words):
            open_source(path)


def test_a_zipped_shapefile_is_read_but_not_with_the_folder_it_lies_in(tmp_path: Path) -> None:
    crimes = gpd.GeoDataFrame(
        {"Date": ["2026-03-01"]}, geometry=[shapely.Point(640_000, 370_000)], crs="EPSG:27700"
    )
    crimes.to_file(tmp_path / "crimes.shp")
    with zipfile.ZipFile(tmp_path / "copy.zip", "w") as zipped:
        for part in tmp_path.glob("crimes.*"):
            zipped.write(part, part.name)
    assert len(hs.read_incidents(tmp_path / "copy.zip")) == 1
    assert len(hs.read_incidents(tmp_path)) == 1


def test_only_what_lies_in_an_extent_is_read(tmp_path: Path) -> None:
    points = gpd.points_from_xy([0, 100, 101], [0, 100, 0])
    layer = gpd.GeoDataFrame({"a": ["x", "y", "z"]}, geometry=points, crs="EPSG:27700")
    extent = Extent((0, 0, 100, 100), pyproj.CRS("EPSG:27700"))
    for name in ("a.gpkg", "a.geojson", "a.parquet"):
        path = tmp_path / name
        layer.to_parquet(path) if name == "a.parquet" else layer.to_file(path)
        chunk = open_source(path, extent=extent).read(["a"])
        assert chunk.frame["a"].tolist() == ["x", "y"]
    layer.set_crs(None, allow_override=True).to_parquet(path)
    with pytest.raises(DataError, match="does not say what its coordinates are in"):
        open_source(path, extent=extent).read(["a"])


def test_sheets_and_the_cells_of_formulas_are_listed(tmp_path: Path) -> None:
    path = workbook(tmp_path / "crimes.xlsx")
    book = openpyxl.load_workbook(path)
    book["Crimes"]["C6"] = "=1+1"
    book.save(path)
    source = open_source(path, known=KNOWN)
    assert source.sheets == ("About", "Crimes")
    assert source.formulas() == [(6, "Date From")]
    assert open_source(pd.DataFrame({"a": [1]})).formulas() == []


@pytest.mark.parametrize("column", ["C", "F"])
def test_formulas_without_their_values_are_told(tmp_path: Path, column: str) -> None:
    path = workbook(tmp_path / "crimes.xlsx")
    book = openpyxl.load_workbook(path)
    heading = book["Crimes"][f"{column}4"].value
    for row in (5, 6, 7):
        book["Crimes"][f"{column}{row}"] = f"=Z{row}"
    book.save(path)
    check = hs.check_incidents(path)
    assert any(
        f"'{heading}', read as" in text and "it holds formulas without their values" in text
        for text in check.warnings
    )


def test_formulas_without_their_values_are_told_of_addresses(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.append(["UPRN", "Address", "Postcode", "Easting", "Northing"])
    book.active.append([1, "1 High Street", "=Z1", 451000, 340000])
    book.active.append([2, "2 High Street", "=Z2", 451010, 340000])
    book.save(tmp_path / "homes.xlsx")
    with pytest.warns(
        hs.DataWarning, match="'Postcode', read as postcode, is blank throughout: it"
    ):
        hs.read_addresses(tmp_path / "homes.xlsx")


@pytest.mark.parametrize("what", ["i", "count(*)"])
def test_a_view_that_never_ends_is_refused(tmp_path, monkeypatch, what):
    loop = f"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT {what} AS a"
    joins = ", ".join(f"t t{n}" for n in range(30))
    with closing(sqlite3.connect(tmp_path / "a.db")) as connection:
        connection.execute("CREATE TABLE t (i INTEGER)")
        connection.executemany("INSERT INTO t VALUES (?)", [(n,) for n in range(50)])
        connection.execute(f"CREATE VIEW loop AS {loop} FROM n")
        connection.execute(f"CREATE VIEW joins AS SELECT count(*) AS a FROM {joins}")
        connection.execute("CREATE VIEW fine AS SELECT upper(i) || date('now') AS a FROM t")
        connection.commit()
    monkeypatch.setattr(databases, "_STEPS_AT_A_TIME", 100_000)
    url = f"sqlite:///{tmp_path / 'a.db'}?table="
    assert len(open_source(f"{url}fine").read(["a"]).frame) == 50
    for view in ("loop", "joins"):
        with pytest.raises(hs.DataError, match="a view in it takes work without end"):
            open_source(f"{url}{view}").read(["a"])
    monkeypatch.setattr(databases, "_MOST_ROWS", 49)
    with pytest.raises(hs.DataError, match="has more than 49 rows"):
        open_source(f"{url}t").read(["i"])
