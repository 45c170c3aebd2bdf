"""The stop list: read whatever it looks like, matched however it is written."""

import gzip
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest

from hotspot._errors import ConfigError
from hotspot.incidents.stop_list import StopList, read_stop_list, redacted


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


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
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


def test_a_first_entry_without_a_digit_is_an_entry(tmp_path: Path) -> None:
    path = tmp_path / "exclude.csv"
    path.write_text("DG/BX/AA\nA/1\n", encoding="utf-8")
    assert read_stop_list(path).entries == ("DG/BX/AA", "A/1")


def test_a_reference_that_several_crimes_share_hides_each_of_them() -> None:
    stop = StopList(("DG/26/0001",), (1,))
    told_apart = pd.Series(["DG/26/0001", "DG/26/0001 (2026-09-13)", "DG/26/0001 (2026-09-13-2)"])
    assert stop.matches(told_apart).all()
