"""One way to write a result: whole or not at all, and nothing in it that runs."""

import html
import json
import re
import zipfile
from pathlib import Path

import geopandas as gpd
import openpyxl
import pandas as pd
import pytest

import hotspot as hs
from hotspot.output import PageSection, PageTable, Result, ResultPage
from hotspot.output.pictures import Picture

HOSTILE = '<script>alert(1)</script>{{ 7*7 }}"'


class Counts(Result):
    """The least that a new command has to have."""

    product = "counts"

    def __init__(self, beat: str = "Quay") -> None:
        days = pd.to_datetime(["2026-03-02", None])
        self.table = pd.DataFrame(
            {"beat": [beat, "=1+1"], "doors": [12, 3], "share": [0.8, float("nan")], "day": days}
        )

    def summary(self) -> str:
        return f"15 doors.\n12 of them in {self.table['beat'][0]}."

    def plot(self) -> Picture:
        figure = Picture(figsize=(2, 1))
        figure.subplots().plot([1, 2])
        return figure

    def page(self) -> ResultPage:
        table = PageTable.of([("Beat", "head"), ("Doors", "n")], [[self.table["beat"][0], "12"]])
        return ResultPage(
            title="Doors counted",
            scope="Counted up to Monday 2 March 2026.",
            sentences=self.summary().splitlines(),
            picture_text="A line",
            limits=["It shows places."],
            sections=[PageSection("By beat", tables=[table])],
            settings=[("Seed", 7)],
            as_of=pd.Timestamp("2026-03-02"),
            csv_columns={"counted_until": "2026-03-02"},
        )

    def content(self) -> dict[str, object]:
        return {"doors": 15}


def test_a_result_gets_page_table_picture_workbook_and_record_by_its_protocol(
    tmp_path: Path,
) -> None:
    files = Counts().write(
        tmp_path, marking="OFFICIAL", inputs={"doors.csv": "0" * 64}, basis={"Offences": "homes"}
    )
    assert [path.name for path in files] == [
        "counts.html", "counts.csv", "counts.png", "counts.xlsx", "counts.json",
    ]  # fmt: skip
    assert sorted(tmp_path.iterdir()) == sorted(files)
    page = files[0].read_text(encoding="utf-8")
    for text in ("Doors counted", "Monday 2 March 2026", "15 doors.", "It shows places.", "Seed",
                 "Offences", "homes", "0" * 64, "By beat", "OFFICIAL"):  # fmt: skip
        assert text in page, text
    assert "default-src 'none'" in page
    table = pd.read_csv(files[1])
    assert table["beat"].tolist() == ["Quay", "'=1+1"]
    assert table["marking"].tolist() == ["OFFICIAL", "OFFICIAL"]
    assert table["counted_until"].tolist() == ["2026-03-02", "2026-03-02"]
    assert files[2].read_bytes().startswith(b"\x89PNG")
    book = openpyxl.load_workbook(files[3])
    assert book.sheetnames == ["counts", "About"]
    assert [cell.value for cell in book["counts"][2]] == [
        "Quay", 12, 0.8, pd.Timestamp("2026-03-02").to_pydatetime(),
    ]  # fmt: skip
    assert book["counts"]["A3"].data_type == "s"
    assert book["counts"]["C3"].value is None
    about = {row[0]: row[1] for row in book["About"].iter_rows(values_only=True)}
    assert (about["Marking"], about["Seed"]) == ("OFFICIAL", "7")
    assert about["Offences"] == "homes"
    record = json.loads(files[4].read_text(encoding="utf-8"))
    assert (record["product"], record["marking"], record["doors"]) == (
        "hotspot counts", "OFFICIAL", 15,
    )  # fmt: skip
    assert record["inputs"] == {"doors.csv": "0" * 64}
    assert record["basis"] == {"Offences": "homes"}


def test_a_result_without_a_marking_says_so_in_every_file(tmp_path: Path) -> None:
    page, csv, book = Counts().write(tmp_path, name="mine", formats=("html", "csv", "xlsx"))
    assert page.name == "mine.html"
    assert page.read_text(encoding="utf-8").count("NO MARKING GIVEN") == 2
    assert "NO MARKING GIVEN" in csv.read_text(encoding="utf-8-sig")
    assert "NO MARKING GIVEN" in openpyxl.load_workbook(book)["counts"].oddHeader.center.text


@pytest.mark.parametrize(
    ("marking", "printed"),
    [
        ("A" * 110, "A" * 110),
        ("A" * 111, "A" * 110),
        ("&" * 60, "&&" * 55),
        (f"{'A' * 109}&", "A" * 109),
        (f"{'A' * 108}&", f"{'A' * 108}&&"),
    ],
)
def test_a_long_marking_is_cut_and_never_lost_in_the_header_of_a_workbook(
    tmp_path: Path, marking: str, printed: str
) -> None:
    (path,) = Counts().write(tmp_path, marking=marking, formats="xlsx")
    with zipfile.ZipFile(path) as parts:
        sheet = html.unescape(parts.read("xl/worksheets/sheet1.xml").decode())
    header = re.search("<oddHeader>(.*?)</oddHeader>", sheet)
    assert header is not None
    assert header[1] == f"&LDoors counted&C&B{printed}"


def test_hostile_text_is_only_text_on_the_page_of_a_result(tmp_path: Path) -> None:
    (page,) = Counts(HOSTILE).write(tmp_path, formats="html", marking=f"{HOSTILE}; }} body {{ x")
    text = page.read_text(encoding="utf-8")
    assert "<script" not in text
    assert "&lt;script&gt;" in text
    assert "{{ 7*7 }}" in text
    assert "} body {" not in text.split("</style>")[0].split("@page")[1]


def test_further_files_take_their_place_with_the_rest_or_none_does(tmp_path: Path) -> None:
    result = Counts()
    old = result.write(tmp_path, files={"map.html": lambda path: path.write_text("a map")})
    assert (tmp_path / "map.html").read_text() == "a map"
    before = {path: path.read_bytes() for path in old}

    def fail(path: Path) -> None:
        path.write_text("half")
        raise hs.OutputError("The disk is full.")

    with pytest.raises(hs.OutputError, match="disk is full"):
        Counts("Harbour").write(tmp_path, files={"map.html": fail})
    assert {path: path.read_bytes() for path in tmp_path.iterdir()} == before


@pytest.mark.parametrize("refused", ["counts.html", "counts.png", "counts.json"])
def test_a_file_held_open_puts_back_those_renamed_before_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, refused: str
) -> None:
    """As on Windows, where Excel holds one of the old files."""
    old = Counts().write(tmp_path, formats=("html", "csv", "png"))
    before = {path: path.read_bytes() for path in old}
    rename = Path.replace

    def refuse(self: Path, target: Path) -> Path:
        if refused in (self.name, Path(target).name):
            raise PermissionError(13, "Access is denied", str(self), None, str(target))
        return rename(self, target)

    monkeypatch.setattr(Path, "replace", refuse)
    with pytest.raises(hs.OutputError, match=f"{refused}: it is open in another program"):
        Counts("Harbour").write(tmp_path)
    assert {path: path.read_bytes() for path in tmp_path.iterdir()} == before


@pytest.mark.parametrize("renamed", range(5))
def test_a_run_that_is_stopped_between_two_files_leaves_the_old_ones(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, renamed: int
) -> None:
    old = Counts().write(tmp_path, formats=("html", "csv"))
    before = {path: path.read_bytes() for path in old}
    rename, places = Path.replace, []

    def stop(self: Path, target: Path) -> Path:
        # Two old files go, and three new ones come.
        if len(places) == renamed:
            raise KeyboardInterrupt
        places.append(target)
        return rename(self, target)

    monkeypatch.setattr(Path, "replace", stop)
    with pytest.raises(KeyboardInterrupt):
        Counts("Harbour").write(tmp_path, formats=("html", "csv", "json"))
    assert {path: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_two_files_whose_names_begin_alike_are_two_files(tmp_path: Path) -> None:
    names = [f"{'a' * 60} {number}.txt" for number in (1, 2)]
    files = {name: lambda path, name=name: path.write_text(name) for name in names}
    Counts().write(tmp_path, formats=(), files=files)
    assert [(tmp_path / name).read_text() for name in names] == names


def test_an_unknown_format_is_a_wrong_argument(tmp_path: Path) -> None:
    with pytest.raises(hs.ConfigError, match=r"formats must be one of 'html', 'csv'.*'docx'"):
        Counts().write(tmp_path / "new", formats=("docx", "csv"))
    assert not (tmp_path / "new").exists()


def test_equal_results_are_equal_files(tmp_path: Path) -> None:
    first, second = (Counts().write(tmp_path / name) for name in "ab")
    assert [path.read_bytes() for path in first] == [path.read_bytes() for path in second]


def test_knox_and_density_have_a_page_a_workbook_and_a_record(tmp_path: Path) -> None:
    days = pd.to_datetime(["2026-01-01", "2026-01-02", "2026-01-20"])
    frame = pd.DataFrame({"crime_ref": ["R/1", "R/2", "R/3"], "occurred_from": days})
    incidents = gpd.GeoDataFrame(
        frame.assign(occurred_to=days), geometry=gpd.points_from_xy([0, 9, 900], [0, 0, 0]),
        crs="EPSG:27700",
    )  # fmt: skip
    results = hs.knox_test(incidents, permutations=9, seed=3), hs.density.map_density(incidents)
    for result in results:
        first, *_, book, record = result.write(tmp_path)
        page = first.read_text(encoding="utf-8")
        for sentence in result.summary().splitlines():
            assert sentence in page.replace("&#39;", "'")
        assert openpyxl.load_workbook(book)[result.product].max_row == len(result.table) + 1
        for secret in ("R/1", "900.0"):
            assert secret not in record.read_text(encoding="utf-8")
        assert "table" in result._repr_html_()
