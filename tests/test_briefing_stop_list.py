"""The stop list: read whatever it looks like, matched however it is written."""

import gzip
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest

from hotspot._errors import ConfigError
from hotspot.incidents.references import made_references
from hotspot.incidents.stop_list import StopList, may_be_entry, read_stop_list, redacted


def test_a_header_is_optional_and_blank_rows_do_not_count(tmp_path: Path) -> None:
    path = tmp_path / "exclude.csv"
    path.write_bytes(b"\xef\xbb\xbfReference\r\n A/1 ,\r\n\r\n0012\r\n")
    assert read_stop_list(path) == StopList(("A/1", "0012"), (2, 4), "exclude.csv")
    path.write_text("A/1\n", encoding="utf-8")
    assert read_stop_list(path).entries == ("A/1",)
    path.write_text("Reference\n", encoding="utf-8")
    with pytest.raises(ConfigError, match="is blank"):
        read_stop_list(path)
    assert not read_stop_list(path, may_match_nothing=True)
    assert read_stop_list(None) == StopList()


def test_reasons_and_workbooks_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "exclude.csv"
    path.write_text("A/1,witness\n", encoding="utf-8")
    with pytest.raises(ConfigError, match="no reasons"):
        read_stop_list(path)
    path.write_bytes(b"PK\x03\x04")
    with pytest.raises(ConfigError, match="workbook"):
        read_stop_list(path)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16", "utf-16-le"])
@pytest.mark.parametrize("zipped", [False, True])
def test_every_encoding_gives_the_same_entries(tmp_path: Path, encoding: str, zipped: bool) -> None:
    content = "Reference\r\nCAFÉ/1\r\n0012\r\n".encode(encoding)
    path = tmp_path / "exclude"
    path.write_bytes(gzip.compress(content) if zipped else content)
    assert read_stop_list(path) == StopList(("CAFÉ/1", "0012"), (2, 3), "exclude")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b'"A/1\nB/2\nC/3\n', "opened and never closed"),
        (b'"A/1\nB/2"\nC/3\n', "more than one value in row 1"),
        (b"A/1;B/2\n", "more than one value in row 1"),
        (b"A/1\nB/2\tC/3\n", "more than one value in row 2"),
        (b"A/1\nB/2,witness\nC/3;witness\n", "more than one value in row 2"),
        (b"A/\x81\n", "Row 1 of exclude.csv holds a character that cannot be read"),
        (bytes(range(32)) * 40, "not a text file"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 100, "is a workbook"),
        (gzip.compress(b"A/1\n" * 999, mtime=0)[:-20], "damaged gzip"),
        (b"", "is blank"),
        (b" \r\n\r\n", "is blank"),
    ],
)
def test_what_cannot_be_read_with_certainty_is_refused_not_passed_over(
    tmp_path: Path, content: bytes, words: str
) -> None:
    path = tmp_path / "exclude.csv"
    path.write_bytes(content)
    with pytest.raises(ConfigError, match=words):
        read_stop_list(path)
    with pytest.raises(ConfigError, match="There is no file"):
        read_stop_list(tmp_path / "none.csv")


def test_case_spaces_and_lost_zeros_do_not_let_an_entry_slip() -> None:
    stop = StopList(("dg / 26/1", "12"), (1, 2))
    texts = pd.Series(["DG/26/1", "0012", "012", "112", "DG/26/11", None, float("nan")])
    assert stop.matches(texts).tolist() == [True, True, True, False, False, False, False]


def test_a_frame_is_matched_by_reference_and_uprn() -> None:
    frame = gpd.GeoDataFrame({"crime_ref": ["A", "B", "C"], "uprn": ["1", "02", None]})
    assert StopList(("a", "2"), (1, 2)).hides(frame).tolist() == [True, True, False]
    assert StopList().hides(frame).tolist() == [False, False, False]


def test_entries_are_taken_out_of_texts_whole() -> None:
    assert redacted("rows of A/1 and A/11, a/1.", {"A/1"}) == (
        "rows of (withheld) and A/11, (withheld)."
    )
    assert redacted("as it is", ()) == "as it is"
    assert redacted("A.*", {"A.*"}) == "(withheld)"


@pytest.mark.parametrize("heading", ["reference", "Crime Ref", "crime_ref", "UPRN", "Stop list"])
def test_a_known_heading_is_no_entry(tmp_path: Path, heading: str) -> None:
    path = tmp_path / "exclude.csv"
    path.write_text(f"{heading}\nA/1\n", encoding="utf-8")
    assert read_stop_list(path).entries == ("A/1",)


def test_a_first_entry_without_a_digit_is_not_passed_over_as_a_heading(tmp_path: Path) -> None:
    path = tmp_path / "exclude.csv"
    path.write_text("DG/BX/AA\nA/1\n", encoding="utf-8")
    with pytest.raises(ConfigError, match=r"Row 1 of the stop list exclude\.csv is no crime"):
        read_stop_list(path)


REFERENCES = [
    "DO/00123/25", "DG/26/0001", "dg / 26/1", "LPS 2024 00123", "LPS  2024 00123A", "24 00123",
    "06E1/1234/26", "CRIME26", "A0003", "CAFÉ/1", "АБ/12", "M/2026-02/1", "0V-A", "7/2026",
    "A1/B2/3", "A1/B2", "6B60", "4E0001200", "26/01/0001", "00/13/2026", "MAR/X1", "DEC26",
    "ROW/26/0001", "A.1_2:3",
    "20240012345678", "DG/26/0001 (2026-09-13)", "DG/26/0001 (2026-09-13-2)", "made-0123456789ab",
    "made-abcdefabcdef", "made-abcdefabcdef-2", "7", "100012345678", "000100012345678",
    "1000 1234 5678", "100012345678.0", '="00123"', "'00123", "DG\u00a026", "A" * 63 + "1",
]  # fmt: skip
OTHER_THINGS = [
    "John Smith", "none", "N/A", "*", "DG/26/*", ".", "-", "", "OFFICIAL-SENSITIVE", "A" * 64,
    "A" * 64 + "1", "9" * 5000, "DG//26", "/DG/26", "DG/26/", "12 High Street", "AB1 2CD",
    "+44 7700",
    "01/02/2026", "1.2.26", "2/13/2026", "2026-02-01", "2026-02-01T10:30", "01/02/2026 10:30",
    "1 Feb 2026", "01-feb-26", "Feb-26", "March 2026", "1.00012E+11", "1,5E+11", "1.5e11",
    "DG/1E+11",
    "12.5", "-12", "+12", "Page 1", "Page 1/2", "Page 1 of 2", "Sheet1", "Total: 3", "Printed 1",
    "S1 S2", "S1+S2", "S1 & S2", "S1 and S2", "DG/26/1 DG/26/2", "DG/26/1 / DG/26/2",
    "DG/26/1-DG/26/9", "DG/26/1: DG/26/2", "100012345678 100012345679", "'DG/26/1'", '"DG/26/1"',
    "“DG/26/1”", 'DG/26"1', "DG/26/1\\", "DG/26/1\\n", "DG/26/\u200b1", "\u202eDG/26/1",
    "DG/26\x001",
    "DG/26/1\u2028DG", "DG/26\x0c1", "DG/26\x0b1", "DG/26/\ufffd1", "DG/26/ÿ0002", "DG/26/é0002",
    "DG/26/²1", "DG/26/١", "<b>1</b>", '["DG/26/1"]', "%PDF-1.7", "http://127.0.0.1:9/", "#REF!",
    "\ufeffDG/26/1",
]  # fmt: skip


@pytest.mark.parametrize("text", REFERENCES)
def test_what_may_be_a_reference_or_uprn_is_read(text: str) -> None:
    assert may_be_entry(text)
    assert may_be_entry(f" {text.lower()} ")


@pytest.mark.parametrize("text", OTHER_THINGS, ids=ascii)
def test_what_is_no_reference_or_uprn_is_refused_whatever_the_data_are(text: str) -> None:
    assert not may_be_entry(text)


def test_all_that_have_no_form_are_told_at_once_by_row_and_not_by_what_they_say(
    tmp_path: Path,
) -> None:
    path = tmp_path / "exclude.csv"
    path.write_text("Reference\nA/1\n" + "Jane Doe\n" * 7 + "A/2\n", encoding="utf-8")
    with pytest.raises(ConfigError) as told:
        read_stop_list(path)
    assert str(told.value) == (
        "Rows 3, 4, 5, 6, 7 and 2 more of the stop list exclude.csv are no crime reference and no "
        "UPRN (letters and figures, at least one figure, at most 64 signs, parted by / - _ . or "
        ":): give one a row and nothing else, or take it out. References that look like dates, or "
        "hold ( ) & or #, are listed under the heading crime_ref."
    )


def test_every_made_reference_can_be_listed() -> None:
    made = made_references(pd.DataFrame({"x": [*range(300), 1, 1]}))
    assert made.map(may_be_entry).all()


def test_spaces_around_a_separator_do_not_make_another_form() -> None:
    others = pd.DataFrame({"crime_ref": ["DG/26/0002"]})
    stop = StopList(("dg / 26/1",), (1,))
    assert stop.refuse_unlike(others, may_match_nothing=True) is stop
    with pytest.raises(ConfigError, match="Row 1 of the stop list"):
        StopList(("DG 26/1",), (1,)).refuse_unlike(others, may_match_nothing=True)


def test_a_reference_that_several_crimes_share_hides_each_of_them() -> None:
    stop = StopList(("DG/26/0001",), (1,))
    told_apart = pd.Series(["DG/26/0001", "DG/26/0001 (2026-09-13)", "DG/26/0001 (2026-09-13-2)"])
    assert stop.matches(told_apart).all()


ODD = ["01/02/2024", "23/0001(A)", "A&E/0012/26", "#00123", "2024-02-01", "B(26)0007", "12/(B)/26"]


@pytest.mark.parametrize("odd", ODD)
def test_a_reference_that_looks_like_something_else_is_listed_under_its_heading(
    tmp_path: Path, odd: str
) -> None:
    path = tmp_path / "exclude.csv"
    for heading in ("", "Reference\n", "UPRN\n"):
        path.write_text(f"{heading}{odd}\n", encoding="utf-8")
        with pytest.raises(ConfigError, match="are listed under the heading crime_ref"):
            read_stop_list(path)
    path.write_text(f"crime_ref\n{odd}\n", encoding="utf-8")
    stop = read_stop_list(path)
    assert stop.entries == (odd,)
    # It is on the list where the data have it, written in whatever way.
    crimes = pd.DataFrame({"crime_ref": [odd, "DG/26/0001"]})
    assert stop.refuse_unlike(crimes).hides(crimes).tolist() == [True, False]
    spaced = pd.DataFrame({"crime_ref": [f" {odd.lower()} "]})
    assert stop.hides(spaced).tolist() == [True]
    # Where the data have none, it may be one of a form that stands in them, and no other.
    alike = pd.DataFrame({"crime_ref": [odd.replace("1", "2")]})
    assert stop.refuse_unlike(alike, may_match_nothing=True) is stop
    plain = pd.DataFrame({"crime_ref": ["26/77/0001", "DG/26/0001", "00123", "A/9/9"]})
    for others in (plain, None):
        with pytest.raises(ConfigError, match=r"[Rr]ow 2 of the stop list"):
            stop.refuse_unlike(others, may_match_nothing=True)


@pytest.mark.parametrize(
    "entry",
    ["S1 & S2", "DG/26/0001 & DG/26/0002", "DG/26/0001(DG/26/0002)", "26/1#26/2", "John Smith",
     "DG/26/*", "1.5E+11", "Page 1", "AB1 2CD", "none", "()", "(9", "12 & 13", "=1+1", "<b>1</b>"],
)  # fmt: skip
def test_under_its_heading_too_what_is_no_reference_is_refused(tmp_path: Path, entry: str) -> None:
    path = tmp_path / "exclude.csv"
    path.write_text(f"crime_ref\nDG/26/0001\n{entry}\n", encoding="utf-8")
    known = pd.DataFrame({"crime_ref": ["DG/26/0001", "DG/26/0002", "26/1", "S1", "12", "13"]})
    with pytest.raises(ConfigError, match=r"[Rr]ow 3 of the stop list"):
        read_stop_list(path).refuse_unlike(known)


def test_of_a_part_of_the_data_an_odd_entry_may_be_none_but_no_two_of_them() -> None:
    stop = StopList(("23/0001(A)", "01/02/2024"), (1, 2))
    ledger = pd.DataFrame({"crime_ref": ["DG/26/0001", "26/7"]})
    assert stop.refuse_unlike(ledger, may_match_nothing=True, whole=False) is stop
    two = StopList(("DG/26/0001 & 26/7(B)",), (1,))
    with pytest.raises(ConfigError, match="Row 1 of the stop list"):
        two.refuse_unlike(ledger, may_match_nothing=True, whole=False)
