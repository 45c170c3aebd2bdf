"""Files for people: whole or not at all, safe names, and nothing in them that runs."""

import csv
import re
import zipfile
from html.parser import HTMLParser
from pathlib import Path, PureWindowsPath

import geopandas as gpd
import numpy as np
import openpyxl
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hotspot import ConfigError, DataError, OutputError, write_targets
from hotspot.exports import clean_text, replacing_file, safe_cell, safe_file_name, write_rejected

HOSTILE = [
    '=HYPERLINK("http://evil.example","x")',
    "+1+1",
    "-2+3",
    "@SUM(A1)",
    "\t=1+1",
    "\r=1",
    "  =1+1",
    "＝1+1",
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "http://evil.example",
    "{{ 7*7 }}",
    "a\u202eb\x00c",
    "00123",
    "1e5",
]


def made_targets(**columns):
    """Make doors of each ring in two beats, in no order."""
    frame = pd.DataFrame(
        {
            "visit_id": ["V-A", "V-B", "V-C", "V-D"],
            "uprn": ["000123", None, "000125", "000126"],
            "address": ["10 Mill Lane", "The Old Forge", "2 Mill Lane", "1 Quay"],
            "number": ["10", None, "2", "1"],
            "street": ["Mill Lane", None, "Mill Lane", "Quay"],
            "ring": [1, 0, 0, 2],
            "reason": ["Next door to 2 Mill Lane", "Burgled.", "Burgled.", "Opposite 2 Mill Lane"],
            "door_note": [
                "burglary within 40 m, reported Thursday 26 February",
                "burgled home, reported Friday 27 February",
                "burgled home, reported Thursday 26 February",
                "burglary within 60 m, reported Thursday 26 February",
            ],
            "act_by": pd.to_datetime(["2026-02-28 08:00", "2026-03-03 09:00"] * 2),
            "expires": pd.to_datetime(["2026-03-12 23:59:59.999999"] * 4),
            "area": ["Harbour", "Harbour", "Harbour", None],
            "crime_refs": ["0926/7", "0926/9", "0926/7; 0926/8", "0926/7"],
            "burglaries_12m": [0, 1, 2, 1],
            "distance_m": [31.0, 0.0, 0.0, 55.5],
            "newest": pd.to_datetime(["2026-02-26 18:00"] * 4),
        }
    ).assign(**columns)
    points = gpd.points_from_xy([0, 1, 2, 3], [0, 0, 0, 0])
    targets = gpd.GeoDataFrame(frame, geometry=points, crs="EPSG:27700")
    targets.attrs.update(
        as_of="2026-03-02",
        parameters={"visit_days": 14, "distance_m": 400.0, "window_days": 42, "max_visits": None},
        notes=["12 other homes get a message."],
    )
    return targets


def cells(path, sheet="Doors"):
    return [list(row) for row in openpyxl.load_workbook(path)[sheet].iter_rows()]


def values(path, sheet="Doors"):
    return [[cell.value for cell in row] for row in cells(path, sheet)]


class Page(HTMLParser):
    """What a browser would see: tags and text, nothing unescaped."""

    def __init__(self, path):
        super().__init__()
        self.tags, self.rows, self.text = [], [], []
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag == "tr":
            self.rows.append([])
        if tag in ("td", "th"):
            self.rows[-1].append("")

    def handle_data(self, data):
        self.text.append(data)
        if self.rows and self.rows[-1]:
            self.rows[-1][-1] += data


# Files


def test_a_file_takes_its_place_only_when_it_is_whole(tmp_path):
    place = tmp_path / "deep" / "list.txt"
    with replacing_file(place) as temporary:
        temporary.write_text("first")
        assert temporary.parent == place.parent
        assert temporary.suffix == ".txt"
        assert not place.exists()
    with pytest.raises(TypeError), replacing_file(place) as temporary:
        temporary.write_text(len("half"))
    assert place.read_text() == "first"
    assert list(place.parent.iterdir()) == [place]


def test_a_file_held_open_by_another_program_gets_a_sentence(tmp_path, monkeypatch):
    place = tmp_path / "list.xlsx"
    place.write_text("old")

    def refuse(self, target):
        raise PermissionError(13, "Access is denied", str(self), None, str(target))

    monkeypatch.setattr(Path, "replace", refuse)
    with pytest.raises(OutputError, match=r"list\.xlsx: it is open in another program"):
        write_rejected(pd.DataFrame({"row": [1]}), place)
    assert place.read_text() == "old"
    assert list(tmp_path.iterdir()) == [place]


def test_a_place_that_cannot_be_written_is_told(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError, match="Cannot write"), replacing_file(tmp_path / "file" / "x"):
        pass
    (tmp_path / "folder").mkdir()
    with (
        pytest.raises(OutputError, match="Cannot write"),
        replacing_file(tmp_path / "folder") as temporary,
    ):
        temporary.write_text("x")


def test_a_fault_of_another_file_is_not_taken_for_ours(tmp_path):
    with (
        pytest.raises(FileNotFoundError),
        replacing_file(tmp_path / "list.txt") as temporary,
    ):
        temporary.write_text((tmp_path / "missing input").read_text())


@settings(deadline=None)
@given(st.text(max_size=300))
def test_any_text_becomes_a_name_and_never_a_path(text):
    name = safe_file_name(text)
    assert name
    assert PureWindowsPath(name).parts == (name,)
    assert not re.search(r'[<>:"/\\|?*\x00-\x1f\u202a-\u202e\u2066-\u2069]', name)
    assert name[0] not in ". -~"
    assert name[-1] not in ". "
    assert len(name.encode()) <= 130
    assert not re.fullmatch(r"(CON|PRN|AUX|NUL|COM\d|LPT\d)", name.split(".")[0], re.IGNORECASE)
    assert safe_file_name(name) == name


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Old Town & Harbour", "Old Town & Harbour"), ("C:\\Windows", "C--Windows"),
        ("..", "unnamed"), ("", "unnamed"), ("NUL.txt", "_NUL.txt"), ("com¹", "_com1"),
        ("Côte/Nord", "Côte-Nord"), ("／etc／passwd", "etc-passwd"), ("St. Mary", "St. Mary"),
        ("a\u202egnp.exe", "agnp.exe"),
    ],
)  # fmt: skip
def test_names_stay_readable(text, name):
    assert safe_file_name(text) == name


@settings(deadline=None)
@given(
    st.lists(st.sampled_from(["Harbour", "harbour", "HARBOUR ", "Ha/rbour", "..", "é", "e\u0301"]))
)
def test_names_are_unique_whatever_their_case(texts):
    taken = []
    for text in texts:
        taken.append(safe_file_name(text, taken))
    assert len({name.casefold() for name in taken}) == len(taken)


@settings(deadline=None)
@given(st.text())
def test_no_cell_starts_a_formula(text):
    cell = safe_cell(text)
    assert not re.match(r"\s*[=+\-@＝＋－＠﹦﹢﹣﹫]", cell)
    assert not re.search(r"[\x00-\x1f\x7f-\x9f]", cell)
    assert cell.lstrip("'") == clean_text(text).lstrip("'")


# Lists


def test_the_files_are_those_of_the_areas_then_the_overall_ones(tmp_path):
    written = write_targets(made_targets(), tmp_path / "targets")
    assert [path.name for path in written] == [
        "Harbour.xlsx", "Harbour.html", "No area.xlsx", "No area.html", "targets.xlsx",
        "targets.csv",
    ]  # fmt: skip
    assert all(path.parent == tmp_path / "targets" for path in written)
    assert sorted(written) == sorted((tmp_path / "targets").iterdir())
    apart = write_targets(
        made_targets(), tmp_path / "a", by=None, formats=("csv",), overall=tmp_path / "b"
    )
    assert apart == [tmp_path / "b" / "targets.csv"]


@pytest.mark.parametrize("area", ["../../etc/passwd", "C:\\x", "CON", "targets", "\u202e/.."])
def test_the_name_of_an_area_never_leaves_the_folder(tmp_path, area):
    inside = tmp_path / "lists"
    written = write_targets(made_targets(area=area), inside, formats=("xlsx", "html"))
    assert {path.parent for path in written} == {inside}
    assert sorted(path.relative_to(tmp_path) for path in tmp_path.rglob("*.*")) == sorted(
        path.relative_to(tmp_path) for path in written
    )
    assert len(written) == 3


def test_areas_that_differ_by_case_have_files_of_their_own(tmp_path):
    areas = ["Harbour", "harbour", "HARBOUR", "Quay"]
    written = write_targets(made_targets(area=areas), tmp_path, formats=("html",))
    assert len({path.name.casefold() for path in written}) == 4


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_only_text_in_every_format(tmp_path, text):
    texts = ["uprn", "address", "street", "number", "reason", "door_note", "crime_refs", "area"]
    targets = made_targets(**dict.fromkeys([*texts, "visit_id"], text))
    messages = targets[["area", "ring", "address", "uprn", "reason", "expires", "geometry"]]
    written = write_targets(
        targets, tmp_path, marking=text, notes=[text], inputs={text: "00"}, messages=messages
    )
    for path in written:
        if path.suffix == ".xlsx":
            for sheet in ("Doors", "About"):
                for row in cells(path, sheet):
                    assert all(cell.data_type != "f" and cell.hyperlink is None for cell in row)
            with zipfile.ZipFile(path) as archive:
                assert not [name for name in archive.namelist() if "externalLink" in name]
            assert clean_text(text) in [value for row in values(path) for value in row]
        elif path.suffix == ".csv":
            with path.open(encoding="utf-8-sig", newline="") as file:
                for row in csv.reader(file):
                    assert not any(re.match(r"\s*[=+\-@＝]", cell) for cell in row)
        else:
            page = Page(path)
            assert {tag for tag, _ in page.tags} <= {
                "html", "head", "meta", "title", "style", "body", "h1", "strong", "table",
                "colgroup", "col", "thead", "tbody", "tfoot", "tr", "th", "td", "span", "p", "ul",
                "li",
            }  # fmt: skip
            assert not any(name.startswith("on") for _, attrs in page.tags for name in attrs)
            assert clean_text(text).strip() in " ".join(page.text)


def test_references_and_uprns_keep_their_zeros(tmp_path):
    write_targets(made_targets(), tmp_path)
    rows = cells(tmp_path / "targets.xlsx")
    heading = [cell.value for cell in rows[0]]
    uprn = [row[heading.index("UPRN")] for row in rows[1:]]
    assert [cell.value for cell in uprn] == ["000125", "000123", None, "000126"]
    assert {cell.number_format for cell in uprn} == {"@"}
    refs = [row[heading.index("References")] for row in rows[1:]]
    assert [cell.value for cell in refs] == ["0926/7; 0926/8", "0926/7", "0926/9", "0926/7"]
    table = pd.read_csv(tmp_path / "targets.csv", dtype=str)
    assert list(table["uprn"].fillna("")) == ["000125", "000123", "", "000126"]
    assert set(table["cut_off"]) == {"end of Monday 2 March 2026"}


def test_rows_are_in_house_order_along_the_streets(tmp_path):
    order = ["12B Mill Lane", "Rose Cottage, Mill Lane", "2 Mill Lane", "12 Mill Lane"]
    flats = ["Flat 10, 4 Beck Row", "Flat 2, 4 Beck Row", "11 Beck Row", "somewhere"]
    targets = pd.concat([made_targets(), made_targets()], ignore_index=True).assign(
        area="Harbour",
        address=order + flats,
        number=["12B", None, "2", "12", "4", "4", "11", None],
        street=["Mill Lane"] * 4 + ["Beck Row"] * 3 + [None],
    )
    write_targets(targets, tmp_path, formats=("xlsx", "html", "csv"))
    expected = [
        "Flat 2, 4 Beck Row", "Flat 10, 4 Beck Row", "11 Beck Row", "2 Mill Lane", "12 Mill Lane",
        "12B Mill Lane", "Rose Cottage, Mill Lane", "somewhere",
    ]  # fmt: skip
    assert [row[3] for row in values(tmp_path / "Harbour.xlsx")[1:]] == expected
    assert list(pd.read_csv(tmp_path / "targets.csv")["address"]) == expected
    printed = [row[0] for row in Page(tmp_path / "Harbour.html").rows if len(row) == 10]
    assert [cell.split("V-")[0].strip() for cell in printed[1:]] == expected


def test_the_workbook_has_dates_frozen_headings_filters_and_its_marking_on_every_page(tmp_path):
    write_targets(made_targets(), tmp_path, marking="OFFICIAL & SENSITIVE")
    book = openpyxl.load_workbook(tmp_path / "Harbour.xlsx")
    assert book.sheetnames == ["Doors", "About"]
    doors = book["Doors"]
    heading = [cell.value for cell in doors[1]]
    assert doors.freeze_panes == "A2"
    assert doors.auto_filter.ref == f"A1:{doors.cell(4, len(heading)).coordinate}"
    assert doors.page_setup.orientation == "landscape"
    assert int(doors.page_setup.paperSize) == 9
    assert doors.sheet_properties.pageSetUpPr.fitToPage
    assert doors.print_title_rows == "$1:$1"
    for sheet in book:
        assert "OFFICIAL && SENSITIVE" in sheet.oddHeader.center.text
        assert "OFFICIAL && SENSITIVE" in sheet.oddFooter.center.text
        assert sheet.oddHeader.right.text == "Cut-off: end of Monday 2 March 2026"
    act_by = doors.cell(2, heading.index("Act by") + 1)
    assert act_by.is_date
    assert act_by.value == pd.Timestamp("2026-02-28 08:00")
    assert "Area" not in heading
    assert "Area" in values(tmp_path / "targets.xlsx")[0]
    about = dict(values(tmp_path / "Harbour.xlsx", "About")[2:])
    assert about["Cut-off"] == "end of Monday 2 March 2026"
    assert about["Raised risk within (m)"] == "400"
    assert "stop, a search or an arrest" in about["What it does not show"]


def test_the_door_sheet_names_no_reference_and_on_a_neighbours_row_no_burgled_address(tmp_path):
    write_targets(made_targets(), tmp_path, marking="OFFICIAL-SENSITIVE")
    page = Page(tmp_path / "Harbour.html")
    whole = (tmp_path / "Harbour.html").read_text(encoding="utf-8")
    assert "0926" not in whole
    assert "Next door to" not in whole
    rows = {row[0].split("V-")[0].strip(): row for row in page.rows if len(row) == 10}
    headings = rows.pop("Address")
    assert [heading.strip() for heading in headings[3:]] == [
        "Result", "Date and time", "Collar number", "Leaflet", "Camera or doorbell",
        "Information for the officer in the case", "Referral",
    ]  # fmt: skip
    assert rows["10 Mill Lane"][1].strip() == (
        "Next door: burglary within 40 m, reported Thursday 26 February"
    )
    assert "2 Mill Lane" not in "".join(rows["10 Mill Lane"][1:])
    assert "2 burglaries here in 12 months" in rows["2 Mill Lane"][1]
    assert rows["10 Mill Lane"][2].split() == ["was", "due", "Sat", "28", "Feb", "08:00"]
    assert rows["The Old Forge"][2].split() == ["by", "Tue", "3", "Mar", "09:00"]
    assert not any(cell.strip() for row in rows.values() for cell in row[3:])
    assert "OFFICIAL-SENSITIVE" in page.rows[0][0]
    assert "It is no ground for a stop, a search or an arrest" in whole


def test_the_door_sheet_fetches_and_runs_nothing(tmp_path):
    write_targets(made_targets(), tmp_path)
    page = Page(tmp_path / "Harbour.html")
    metas = [attrs for tag, attrs in page.tags if tag == "meta"]
    policy = next(m["content"] for m in metas if m.get("http-equiv") == "Content-Security-Policy")
    assert policy.startswith("default-src 'none'; style-src 'unsafe-inline'")
    assert not any(tag in ("script", "link", "img", "iframe") for tag, _ in page.tags)
    assert not any(name in ("src", "href") for _, attrs in page.tags for name in attrs)
    assert "url(" not in (tmp_path / "Harbour.html").read_text(encoding="utf-8")


def test_lists_survive_the_loss_of_attrs_and_of_optional_columns(tmp_path):
    bare = made_targets().drop(
        columns=["number", "street", "door_note", "burglaries_12m", "distance_m", "newest"]
    )
    bare.attrs.clear()
    write_targets(bare, tmp_path, marking=None)
    text = " ".join(Page(tmp_path / "Harbour.html").text)
    assert "not known" in text
    assert "NO MARKING GIVEN" in text
    assert "a burglary nearby" in text
    assert [row[3] for row in values(tmp_path / "Harbour.xlsx")[1:]] == [
        "2 Mill Lane", "10 Mill Lane", "The Old Forge",
    ]  # fmt: skip
    write_targets(bare, tmp_path, as_of="2026-03-02 08:00")
    assert "Monday 2 March 2026, 08:00" in " ".join(Page(tmp_path / "Harbour.html").text)


def test_no_doors_give_overall_files_without_rows(tmp_path):
    written = write_targets(made_targets().iloc[:0], tmp_path)
    assert [path.name for path in written] == ["targets.xlsx", "targets.csv"]
    assert len(values(written[0])) == 1


def test_equal_lists_are_equal_files(tmp_path):
    first = write_targets(made_targets(), tmp_path / "a")
    second = write_targets(made_targets().iloc[::-1], tmp_path / "b")
    for one, other in zip(first, second, strict=True):
        assert one.read_bytes() == other.read_bytes()


def test_unknown_settings_are_told_at_once(tmp_path):
    with pytest.raises(ConfigError) as told:
        write_targets(made_targets(), tmp_path, by="colour", formats=("pdf", "csv"))
    assert "'colour'" in str(told.value)
    assert "'pdf'" in str(told.value)
    assert list(tmp_path.iterdir()) == []


def test_lists_without_their_columns_are_refused(tmp_path):
    with pytest.raises(DataError, match="lack act_by"):
        write_targets(made_targets().drop(columns="act_by"), tmp_path)
    with pytest.raises(DataError, match="GeoDataFrame"):
        write_targets(pd.DataFrame(), tmp_path)


def test_rejected_rows_keep_their_values_as_text(tmp_path):
    rejected = pd.DataFrame(
        {
            "row": [7, 8],
            "column": ["Date From", None],
            "value": ["=1+1", "31/02/2026"],
            "reason": ["no date", "no date"],
        }
    )
    path = write_rejected(rejected, tmp_path / "rejected.csv")
    back = pd.read_csv(path, dtype=str)
    assert list(back["value"]) == ["'=1+1", "31/02/2026"]
    assert list(back["row"]) == ["7", "8"]
    assert np.isnan(back["column"][1])
