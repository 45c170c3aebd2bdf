"""Tests for texts that are damaged, hostile or odd: no row is lost, and no two become one."""

import gzip
import io
import random
import zipfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import hotspot as hs
from hotspot.reading import (
    headings,
    open_quotes,
    row_stretches,
    sources,
    text_encoding,
    text_tables,
)
from tests.test_workbook_bounds import HEAD, book, crimes, sheet

TEXT = "".join(
    ",".join(map(str, row)) + "\n"
    for row in [[*HEAD, "MO"], *([*row, "x"] for row in crimes(9)[1:])]
)


def written(path: Path, content: str | bytes, encoding: str = "utf-8") -> Path:
    """Write a file."""
    path.write_bytes(content if isinstance(content, bytes) else content.encode(encoding))
    return path


def read(path: Path) -> list[list[str]]:
    """Read all cells."""
    opened = sources.open_source(path)
    return opened.read(opened.columns).frame.astype(object).to_numpy().tolist()


def refused(path: Path) -> str:
    """Return the sentence by which a file is refused."""
    with pytest.raises(hs.DataError) as caught:
        read(path)
    return str(caught.value)


PLAIN = [line.split(",") for line in TEXT.splitlines()[1:]]


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_wide_encodings_are_known_with_and_without_their_mark(
    tmp_path: Path, encoding: str, mark: str
) -> None:
    assert read(written(tmp_path / "a.csv", mark + TEXT, encoding)) == PLAIN
    # Cut within a character, it is no longer what its mark says.
    cut = written(tmp_path / "b.csv", (mark + TEXT).encode(encoding)[:-1])
    assert "damaged or cut off" in refused(cut)


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("pair", [(b"\xe9", b"\xe8"), (b"\x81", b"\x8d"), (b"\x90", b"\x9d")])
def test_references_of_latin_letters_stay_different(
    tmp_path: Path, mark: bytes, pair: tuple[bytes, bytes]
) -> None:
    content = mark + TEXT.encode()
    for old, new in zip((b"A2,", b"A3,"), pair, strict=True):
        content = content.replace(old, b"A" + new + b",")
    check = hs.check_incidents(written(tmp_path / "a.csv", content))
    assert check.accepted["crime_ref"].nunique() == len(PLAIN)
    assert "Windows-1252" in check.notes[0]


def test_a_mark_of_utf16_before_latin_text_is_refused(tmp_path: Path) -> None:
    content = b"\xff\xfe" + TEXT.replace("A2", "A\xe9").encode("latin-1")
    with pytest.raises(hs.DataError):
        hs.check_incidents(written(tmp_path / "a.csv", content))


@pytest.mark.parametrize("end", ["\r", "\r\n", "\n", "\r\r\n"])
def test_every_line_end_gives_the_same_rows(tmp_path: Path, end: str) -> None:
    assert read(written(tmp_path / "a.csv", TEXT.replace("\n", end))) == PLAIN


def test_line_ends_may_be_mixed(tmp_path: Path) -> None:
    lines = TEXT.splitlines()
    mixed = "".join(line + ("\n", "\r\n", "\r")[at % 3] for at, line in enumerate(lines))
    assert read(written(tmp_path / "a.csv", mixed)) == PLAIN


@pytest.mark.parametrize("size", [131_072, 131_073, 200_000, 1_000_000])
@pytest.mark.parametrize("quoted", [False, True])
def test_a_long_cell_is_no_mark_left_open(tmp_path: Path, size: int, quoted: bool) -> None:
    cell = "y" * size
    shown = f'"{cell}, ""z""\n{cell}"' if quoted else cell
    content = TEXT.replace(",x\n", f",{shown}\n", 3)
    rows = read(written(tmp_path / "a.csv", content))
    assert [row[:4] for row in rows] == [row[:4] for row in PLAIN]
    assert rows[0][4] == (f'{cell}, "z"\n{cell}' if quoted else cell)


@pytest.mark.parametrize("sign", ["y", "\u00e9", "\u20ac", "\U0001f600"])
@pytest.mark.parametrize("above", [0, 1, 5_000])
def test_a_block_with_a_long_cell_is_not_read_at_once(sign: str, above: int) -> None:
    shortest = -(-131_072 // len(sign.encode()))
    for size, plain in ((shortest - 1, True), (shortest, False)):
        text = "a,b\n" * above + f"c,{sign * size}\n" + "d,e\n"
        assert (row_stretches.plain_table(text, ",", 2) is not None) == plain


def test_a_mark_left_open_before_a_long_cell_swallows_no_row(tmp_path: Path) -> None:
    lines = TEXT.splitlines(keepends=True)
    lines[2] = lines[2].replace(",x", ',"x')
    lines[5] = lines[5].replace(",x", "," + "y" * 200_000)
    rows = read(written(tmp_path / "a.csv", "".join(lines)))
    assert [row[0] for row in rows] == [row[0] for row in PLAIN]


@given(st.lists(st.text('ab",\n ', max_size=6), min_size=1, max_size=5))
@settings(max_examples=60, deadline=None)
def test_cells_are_split_as_the_csv_module_does(cells: list[str]) -> None:
    line = ",".join(
        '"' + cell.replace('"', '""') + '"' if set(cell) & set('",\n') else cell for cell in cells
    )
    long = '"' + "y" * 131_073 + '"'
    assert open_quotes.split_cells(f"{line},{long}\n", ",") == [*cells, long.strip('"')]


LINES = st.one_of(
    st.text('ab",\n ', max_size=6),
    st.sampled_from(
        ["c,c", "c,c", '"a,b",', '"x""y",c', '"q\nr",c', 'a"b,"a"b', "é,\r", '"", "a"']
    ),
)


@given(st.lists(st.tuples(LINES, st.sampled_from(["\n", "\n", "\r\n"])), max_size=30), st.data())
@settings(max_examples=200, deadline=None)
def test_rows_read_by_the_block_are_those_read_line_by_line(
    lines: list[tuple[str, str]], data: st.DataObject
) -> None:
    text = "".join(line + end for line, end in lines)
    sizes = {
        "_BLOCK": data.draw(st.sampled_from([10, 60, 1000])),
        "_SMALL_BLOCK": data.draw(st.sampled_from([1, 20])),
        "_LINES_ONE_BY_ONE": data.draw(st.sampled_from([1, 3])),
    }
    slow = open_quotes.TextRows(iter(io.StringIO(text, newline="")), ",", 2, "a.csv")
    header = headings.Header(data.draw(st.integers(0, 1)), (), ("a", "b"), ())
    with pytest.MonkeyPatch.context() as patch:
        for name, size in sizes.items():
            patch.setattr(text_tables, name, size)
        table = text_tables.TextTable(io.StringIO(text, newline=""), "a.csv", (",", 2), header)
        rows = [row for stretch in table for row in row_stretches.rows_of(stretch)]
    assert rows == list(slow)
    assert table.stray == slow.stray


def test_a_line_without_an_end_does_not_fill_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(text_tables, "MOST_OF_A_LINE", 500)
    path = written(tmp_path / "a.csv", TEXT + "z" * 501 + "\n")
    assert f"Line {len(PLAIN) + 2} of a.csv has 500 characters or more" in refused(path)


@pytest.mark.parametrize("zipped", [False, True])
def test_what_unpacks_to_too_many_rows_is_refused_before_it_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, zipped: bool
) -> None:
    def path(content: bytes) -> Path:
        return written(tmp_path / "a.csv", gzip.compress(content) if zipped else content)

    monkeypatch.setattr(text_encoding, "MOST_LINES", 1000)
    assert len(read(path(TEXT.encode() + b"\n" * 900))) == len(PLAIN)
    assert "holds more than 1,000 lines" in refused(path(TEXT.encode() + b"\n" * 1000))
    assert "holds more than 1,000 lines" in refused(path(TEXT.encode() + b"\r" * 1001))
    monkeypatch.setattr(text_encoding, "MOST_BYTES", 1 << 20)
    assert "holds more than 1 MB of text" in refused(path(TEXT.encode() + b"z" * (1 << 20)))


def test_gzip_of_several_members_and_padding_is_whole(tmp_path: Path) -> None:
    half = len(TEXT) // 2
    members = gzip.compress(TEXT[:half].encode()) + gzip.compress(TEXT[half:].encode())
    assert read(written(tmp_path / "a.csv.gz", members)) == PLAIN
    assert read(written(tmp_path / "b.csv.gz", members + bytes(512))) == PLAIN
    for name, damaged in {"c": members[:-9], "d": members + b"what follows"}.items():
        assert "is a damaged gzip file" in refused(written(tmp_path / f"{name}.csv.gz", damaged))


def test_thousands_of_columns_of_one_name_are_told_apart() -> None:
    names = headings._unique_names(["Date"] * 3000 + ["Date (7)", "", "Date"])
    assert len(set(names)) == len(names)
    assert names[:3] == ("Date", "Date (2)", "Date (3)")
    assert names[2999] == "Date (3000)"


@pytest.mark.parametrize("cut", [3, 8, 14, 20])
def test_a_file_cut_in_its_last_row_is_told(tmp_path: Path, cut: int) -> None:
    # A reference, a date, easting and northing: without them the row would be short of cells.
    plain = "".join(",".join(map(str, row)) + "\n" for row in crimes())
    check = hs.check_incidents(written(tmp_path / "a.csv", plain[:-cut]))
    assert any("has no end" in note for note in check.notes)
    assert check.rows_read == len(crimes()) - 1
    if cut == 3:
        # The last cell alone is shorter than any other.
        assert any("shorter than any other" in warning for warning in check.warnings)
    else:
        assert check.rejected["row"].tolist() == [10]
        assert check.rejected["reason"].str.contains("ends in the middle of this row").all()


def test_a_whole_last_row_without_a_line_end_is_used(tmp_path: Path) -> None:
    check = hs.check_incidents(written(tmp_path / "a.csv", TEXT.rstrip("\n")))
    assert len(check.accepted) == len(PLAIN)
    assert check.warnings == []


WIDE = [*HEAD, *(f"Note {n}" for n in range(8))]


@pytest.mark.parametrize("reference", ["Total Fitness 7", "Official-77", "Page 3", "Crimes: 9"])
@pytest.mark.parametrize("place", [3, -1])
def test_a_record_that_begins_as_a_footer_does_is_a_record_wherever_it_stands(
    tmp_path: Path, reference: str, place: int
) -> None:
    records = [[*map(str, row), *["seen"] * 8] for row in crimes()[1:]]
    records[place][0] = reference
    records[place][4:] = [""] * 8
    text = "".join(",".join(row) + "\n" for row in [WIDE, *records])
    check = hs.check_incidents(written(tmp_path / "a.csv", text))
    assert len(check.accepted) == len(records)
    # And so in a list of addresses, which has no dates.
    ahead = "".join(
        ",".join(row[:1] + row[2:]) + "\n" for row in [["Address", *WIDE[1:]], *records]
    )
    assert len(hs.read_addresses(written(tmp_path / "b.csv", ahead))) == len(records)


@pytest.mark.parametrize(
    "footer", ["Total,,4500000,3400000", "Total,9", "Printed,02/03/2026", "Page 1"]
)
def test_a_footer_is_no_record(tmp_path: Path, footer: str) -> None:
    records = [[*map(str, row), *["seen"] * 8] for row in crimes()[1:]]
    text = "".join(",".join(row) + "\n" for row in [WIDE, *records]) + footer + "\n"
    check = hs.check_incidents(written(tmp_path / "a.csv", text))
    assert len(check.accepted) == len(records)
    assert check.rejected["row"].tolist() == [len(records) + 2]


def test_a_summary_lists_kinds_of_faults_not_rows(tmp_path: Path) -> None:
    lines = [",".join(map(str, row)) for row in crimes()]
    again = [lines[1 + at % 9] for at in range(3000)]
    check = hs.check_incidents(written(tmp_path / "a.csv", "\n".join([*lines, *again]) + "\n"))
    assert len(check.rejected) == 3000
    assert len(check.summary().splitlines()) <= 20, check.summary()
    assert len(check.summary()) < 3000


ODD = (
    *("31/12/9999", "01/01/0000", "0000-01-01", "12/12/9998", "9" * 400, "-5", "1e400", "2958465"),
    *(
        "1e300",
        "9999999999999",
        "-0.0",
        "inf",
        "-inf",
        "nan",
        "0001-01-01T00:00:00",
        "1E5",
        "1e308",
    ),
)


@pytest.mark.parametrize("column", [1, 2, 3])
def test_no_date_and_no_number_is_too_odd_to_be_told(tmp_path: Path, column: int) -> None:
    rows = [[*HEAD], *([f"A{n}", "13/03/2026", f"{450000 + n}", "340000"] for n in range(60))]
    for row, value in zip(rows[1:], ODD, strict=False):
        row[column] = value
    text = "".join(",".join(row) + "\n" for row in rows)
    check = hs.check_incidents(written(tmp_path / "a.csv", text))
    assert check.rejected["row"].tolist() == list(range(2, 2 + len(ODD)))
    assert len(check.accepted) == 60 - len(ODD)


def test_odd_references_stay_as_they_are_or_are_told(tmp_path: Path) -> None:
    odd = [
        "9" * 400,
        "9" * 399 + "8",
        "-0",
        "0",
        "1E5",
        "100000",
        "12E4",
        "120000",
        "nan",
        "1.5E+31",
    ]
    rows = [[*HEAD], *([ref, "13/03/2026", f"{450000 + n}", "340000"] for n, ref in enumerate(odd))]
    text = "".join(",".join(row) + "\n" for row in rows)
    check = hs.check_incidents(written(tmp_path / "a.csv", text))
    # "nan" is none, and 1.5E+31 was many: each gets a name of its own.
    assert check.accepted["crime_ref"].tolist()[:8] == odd[:8]
    assert check.accepted["crime_ref"].nunique() == len(odd)
    assert any("rounded by a spreadsheet" in warning for warning in check.warnings)


def good_files() -> dict[str, bytes]:
    """Return a good file of each format that is read here."""
    text = TEXT.encode()
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as zipped:
        zipped.writestr("crimes.csv", text)
    return {"a.csv": text, "a.csv.gz": gzip.compress(text), "a.zip": packed.getvalue()}


@pytest.mark.slow
@pytest.mark.parametrize("name", ["a.csv", "a.csv.gz", "a.zip", "a.xlsx"])
@given(seed=st.integers(0, 10**9), how=st.sampled_from(["cut", "flip", "double", "drop"]))
@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_a_damaged_file_loses_no_row_unsaid(tmp_path: Path, name: str, seed: int, how: str) -> None:
    if name == "a.xlsx":
        content = book(tmp_path / name, sheet(crimes())).read_bytes()
    else:
        content = good_files()[name]
    chance = random.Random(seed)
    at = chance.randrange(1, len(content))
    end = min(len(content), at + chance.randrange(1, 40))
    damaged = {
        "cut": content[:at],
        "flip": content[:at]
        + bytes([content[at] ^ (1 << chance.randrange(8))])
        + content[at + 1 :],
        "double": content[:end] + content[at:],
        "drop": content[:at] + content[end:],
    }[how]
    path = written(tmp_path / name, damaged)
    said = ""
    try:
        check = hs.check_incidents(path)
    except hs.DataError as error:
        said = str(error)
    if said:
        assert path.name in said or "crimes.csv" in said
        return
    assert len(check.accepted) + len(check.rejected) == check.rows_read
    if name == "a.csv":
        # Each line below the header is a row that is told of, blank ones in a warning.
        lines = damaged.decode("latin-1").replace("\r\n", "\n").replace("\r", "\n").split("\n")
        quoted = any('"' in line for line in lines)
        header = next((n for n, line in enumerate(lines) if line.startswith("Crime Ref")), None)
        if header is not None and not quoted:
            blank = sum(not line.strip() for line in lines[header + 1 :])
            assert check.rows_read == len(lines) - header - 1 - blank
