"""Files for people: whole or not at all, safe names, and nothing in them that runs."""

import csv
import re
import zipfile
from pathlib import Path, PureWindowsPath

import geopandas as gpd
import numpy as np
import openpyxl
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hotspot import ConfigError, DataError, OutputError, write_targets
from hotspot.output.files import replacing_file, safe_file_name
from hotspot.output.tables import table_bytes, write_rejected
from hotspot.output.text import clean_text, safe_cell
from hotspot.sheets.asked_back import ASKED
from hotspot.sheets.message_texts import BLANKS, MessageTexts
from hotspot.sheets.printable_doors import printable_rows, with_ages
from hotspot.visits import RESULTS, VisitLedger
from tests import naive
from tests.made_targets import HOSTILE, Page, cells, made_targets, values

# Files


def test_a_file_takes_its_place_only_when_it_is_whole(tmp_path):
    place = tmp_path / "deep" / "list.txt"
    with replacing_file(place) as temporary:
        temporary.write_text("first")
        assert place.parent in temporary.parents
        assert temporary.name == place.name
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


_AWKWARD = ["", "=1+1", "＝1", " -2", 'a "b"', "a,b", "a\nb", "a\rb", "é", "'", " ", "a" * 90]


@settings(deadline=None)
@given(st.lists(st.one_of(st.none(), st.sampled_from(_AWKWARD), st.text()), max_size=30))
def test_any_table_is_what_the_csv_module_writes(texts):
    numbers = pd.Series(range(len(texts)), dtype=float)
    times = pd.Timestamp("2026-03-02 08:05:59") + pd.to_timedelta(numbers % 3, unit="D")
    mixed = [text if nth % 3 else [True, 2.5, 3][nth % 9 // 3] for nth, text in enumerate(texts)]
    columns = {
        "text, quoted": pd.Series(texts, dtype="str"),
        "=object": pd.Series(texts, dtype=object),
        "mixed": pd.Series(mixed, dtype=object),
        "float": numbers.where(numbers % 2 == 0) / 3,
        "int": numbers.astype("int64"),
        "bool": numbers > 2,
        "time": times.where(numbers % 4 > 0),
        "": times.dt.tz_localize("Europe/London"),
    }
    for table in (
        pd.DataFrame(columns),
        *(pd.DataFrame({name: columns[name]}) for name in columns),
    ):
        assert table_bytes(table).decode("utf-8-sig") == naive.csv_text(table)


def test_a_long_table_and_one_without_columns_are_what_the_csv_module_writes():
    for table in (pd.DataFrame({"a": range(20_001), "b": "x,y"}), pd.DataFrame(index=range(3))):
        assert table_bytes(table).decode("utf-8-sig") == naive.csv_text(table)


# Lists


def test_the_files_are_those_of_the_areas_then_the_overall_ones(tmp_path):
    written = write_targets(made_targets(), tmp_path / "targets")
    assert [path.name for path in written] == [
        "Harbour.xlsx", "Harbour - supervisor.xlsx", "Harbour.html", "No area.xlsx",
        "No area - supervisor.xlsx", "No area.html", "targets.xlsx", "targets.csv",
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
    assert len(written) == 4


def test_areas_that_differ_by_case_have_files_of_their_own(tmp_path):
    areas = ["Harbour", "harbour", "HARBOUR", "Quay"]
    written = write_targets(made_targets(area=areas), tmp_path, formats=("html",))
    assert len({path.name.casefold() for path in written}) == 4


# Each of these would be taken for another by the beginning of its name, or by its safe name.
ALIKE = [
    "North", "North Cliff", "North - supervisor", "North phone", "A/B", "A-B", None, "targets"
]  # fmt: skip


def test_each_area_is_told_its_own_files_however_alike_the_names_are(tmp_path):
    targets = pd.concat([made_targets()] * 2, ignore_index=True).assign(area=ALIKE)
    targets.attrs.update(made_targets().attrs)
    messages = targets.assign(area=[*ALIKE[:7], "South"])
    written = write_targets(
        targets, tmp_path, formats=("xlsx", "csv", "html", "phone", "message"), messages=messages
    )
    named = ["A-B", "A/B", "North", "North Cliff", "North phone", "North - supervisor", "South",
             "targets", "No area"]  # fmt: skip
    assert list(written.by_area) == named
    assert written.by_area["South"].keys() == {"leaflets", "leaflet round", "message (en)"}
    assert written.overall == {
        "workbook": tmp_path / "targets.xlsx",
        "csv": tmp_path / "targets.csv",
        "messages": tmp_path / "messages.csv",
    }
    for area, files in written.by_area.items():
        titles = {}
        for kind, path in files.items():
            if path.suffix == ".txt":
                assert path.parent.name == "messages"
                assert f" in {area}." in path.read_text("utf-8") or area == "No area"
            elif "workbook" in kind:
                titles[kind] = values(path, "About")[0][0]
            else:
                titles[kind] = re.search("<title>(.*?)</title>", path.read_text("utf-8"))[1]
        doors = dict.fromkeys(["workbook", "sheet", "phone"], f"Doors to visit: {area}")
        doors["supervisor workbook"] = f"Doors to visit: {area} (supervisor)"
        leaflets = {"leaflets": f"Leaflets: {area}", "leaflet round": f"Leaflet round: {area}"}
        assert titles == (leaflets if area == "South" else doors | leaflets)
    in_areas = [path for files in written.by_area.values() for path in files.values()]
    assert written.files == list(written) == [*in_areas, *written.overall.values()]
    assert sorted(written) == sorted(path for path in tmp_path.rglob("*") if path.is_file())


def test_what_is_the_same_area_in_print_is_one_area(tmp_path):
    written = write_targets(
        made_targets(area=["North", "North\u202e", "North", None]), tmp_path, formats="html"
    )
    assert list(written.by_area) == ["North", "No area"]
    assert len(Page(written.by_area["North"]["sheet"]).of("address")) == 3


def test_hostile_text_is_only_text_in_every_format(tmp_path):
    texts = ["uprn", "uprns", "address", "street", "house_number", "reason", "at_the_door"]
    texts += ["crime_refs", "visit_id", "task", "tier", "overdue"]
    targets = pd.concat([made_targets()] * 4, ignore_index=True).iloc[: len(HOSTILE)]
    targets.attrs.update(made_targets().attrs)
    targets = targets.assign(
        **dict.fromkeys(texts, HOSTILE), area=HOSTILE[:1] * 8 + HOSTILE[8:9] * 7
    )
    kept = ["area", "ring", "address", "uprn", "reason", "expires", "street", "geometry"]
    hostile_text = "\n\n".join(text for text in HOSTILE if "{" not in text)
    hostile_text += "".join(f" {{{name}}}" for name in BLANKS)
    written = write_targets(
        targets,
        tmp_path,
        formats=("xlsx", "csv", "html", "phone", "message"),
        marking=HOSTILE[9],
        notes=HOSTILE,
        inputs=dict.fromkeys(HOSTILE, "00"),
        messages=pd.concat([targets[kept]] * 5, ignore_index=True),
        message=MessageTexts({"en": hostile_text}, link=HOSTILE[11], contact=HOSTILE[9]),
        streets=targets[["street", "geometry"]].set_geometry(targets.buffer(30).boundary),
    )
    assert len(written) == 17
    for path in written:
        if path.suffix == ".xlsx":
            _only_text_in_workbook(path)
        elif path.suffix == ".csv":
            with path.open(encoding="utf-8-sig", newline="") as file:
                for row in csv.reader(file):
                    assert not any(re.match(r"\s*[=+\-@＝]", cell) for cell in row)
        elif path.suffix == ".txt":
            assert not set(path.read_text(encoding="utf-8")) & set("\u202e\x00\r")
        else:
            _only_text_in_page(path)


def _only_text_in_workbook(path):
    for sheet in ("Doors", "About"):
        for row in cells(path, sheet):
            assert all(cell.data_type != "f" and cell.hyperlink is None for cell in row)
    with zipfile.ZipFile(path) as archive:
        assert not [name for name in archive.namelist() if "externalLink" in name]
    told = {value for row in values(path) for value in row}
    texts = {clean_text(text) for text in HOSTILE}
    assert len(texts & told) >= (len(texts) if path.name == "targets.xlsx" else 7)


def _only_text_in_page(path):
    page = Page(path)
    phone = {"script", "input", "nav", "select", "option"} if "phone" in path.name else set()
    assert {tag for tag, _ in page.tags} <= _OUR_TAGS | phone
    assert sum(tag == "script" for tag, _ in page.tags) == ("phone" in path.name)
    assert not any(name.startswith("on") for _, attrs in page.tags for name in attrs)
    for text in HOSTILE:
        assert " ".join(clean_text(text).split()).lstrip("- ") in page.words


# fmt: off
_OUR_TAGS = {
    "html", "head", "meta", "title", "style", "body", "header", "main", "footer", "section",
    "article", "h1", "h2", "h3", "p", "div", "span", "strong", "em", "b", "i", "table", "thead",
    "tbody", "tfoot", "tr", "th", "td", "ul", "li", "fieldset", "legend", "label", "button",
    "textarea", "svg", "g", "rect", "path", "circle", "text",
}
# fmt: on


def letter_of(heading, name):
    return openpyxl.utils.get_column_letter(heading.index(name) + 1)


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
        house_number=["12B", None, "2", "12", "4", "4", "11", None],
        street=["Mill Lane"] * 4 + ["Beck Row"] * 3 + [None],
    )
    write_targets(targets, tmp_path, formats=("xlsx", "html", "csv"))
    expected = [
        "Flat 2, 4 Beck Row", "Flat 10, 4 Beck Row", "11 Beck Row", "2 Mill Lane", "12 Mill Lane",
        "12B Mill Lane", "Rose Cottage, Mill Lane", "somewhere",
    ]  # fmt: skip
    in_workbook = values(tmp_path / "Harbour.xlsx")
    assert [row[in_workbook[0].index("Address")] for row in in_workbook[1:]] == expected
    assert [row[0] for row in in_workbook] == ["No.", *range(1, 9)]
    assert list(pd.read_csv(tmp_path / "targets.csv")["address"]) == expected
    printed = Page(tmp_path / "Harbour.html")
    assert printed.of("address") == expected
    assert printed.of("badge") == [str(number) for number in range(1, 9)]


def test_the_street_that_begins_nearest_to_the_end_of_the_last_is_next(tmp_path):
    streets = {"Acre Row": (0, 10), "Beck Row": (500, 510), "Cross Row": (20, 30), None: (5, 6)}
    targets = pd.concat([made_targets()] * 2, ignore_index=True).assign(
        area="Harbour",
        street=[street for street in streets for _ in range(2)],
        house_number=["1", "2"] * 4,
        address=[f"{number} {street}" for street in streets for number in (1, 2)],
    )
    targets = targets.set_geometry(
        gpd.points_from_xy([x for pair in streets.values() for x in pair], [0.0] * 8), crs=27700
    )
    write_targets(targets, tmp_path, formats="html")
    assert [address.split(" ", 1)[1] for address in Page(tmp_path / "Harbour.html").of("address")][
        ::2
    ] == ["Acre Row", "Cross Row", "Beck Row", "None"]


def test_the_workbook_has_dates_frozen_headings_filters_and_its_marking_on_every_page(tmp_path):
    write_targets(made_targets(), tmp_path, marking="OFFICIAL & SENSITIVE")
    book = openpyxl.load_workbook(tmp_path / "Harbour.xlsx")
    assert book.sheetnames == ["Doors", "About"]
    doors = book["Doors"]
    heading = [cell.value for cell in doors[1]]
    # The headings stay in sight, and so does which door it is.
    assert doors.freeze_panes == "D2"
    assert heading[:3] == ["No.", "Visit", "Address"]
    assert doors.auto_filter.ref == f"A1:{doors.cell(4, len(heading)).coordinate}"
    assert doors.page_setup.orientation == "landscape"
    assert int(doors.page_setup.paperSize) == 9
    assert doors.print_title_rows == "$1:$1"
    assert doors.print_title_cols == "$A:$C"
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


def test_the_workbook_asks_the_results_back_with_drop_downs_and_checked_dates(tmp_path):
    write_targets(made_targets(), tmp_path)
    doors = openpyxl.load_workbook(tmp_path / "Harbour.xlsx")["Doors"]
    heading = [cell.value for cell in doors[1]]
    assert heading[-len(ASKED) - 4 :] == [
        "Visited at", "Result", "Second visited at", "Second result", "Third visited at",
        "Third result", "Collar number", "Leaflet left", "Camera or doorbell", "Referral",
        "Do not contact", "For the officer in the case",
    ]  # fmt: skip
    for name in ("Visited at", "Second visited at", "Third visited at"):
        # As wide as the date and the time that it asks for.
        assert doors.column_dimensions[letter_of(heading, name)].width > len("02/03/2026 18:05")
    allowed = {}
    for validation in doors.data_validations.dataValidation:
        place = str(validation.sqref)
        column = heading[doors[place[: place.index(":")]].column - 1]
        assert [doors[place][0][0].row, doors[place][-1][0].row] == [2, 4]
        assert validation.errorStyle in (None, "stop")
        allowed[column] = validation
    for name in ("Result", "Second result", "Third result"):
        assert allowed[name].formula1 == f'"{",".join(RESULTS)}"'
    assert {allowed[name].formula1 for name in heading[-5:-1]} == {'"yes,no"'}
    assert allowed["Visited at"].type == "date"
    first, last = (
        pd.Timestamp("1899-12-30") + pd.Timedelta(days=int(day))
        for day in (allowed["Visited at"].formula1, allowed["Visited at"].formula2)
    )
    assert first < pd.Timestamp("2026-02-01") < pd.Timestamp("2026-12-01") < last
    cell = doors.cell(2, heading.index("Visited at") + 1)
    assert cell.value is None
    assert cell.number_format == "dd/mm/yyyy hh:mm"
    # Typed into, a collar number keeps its zeros.
    assert doors.cell(2, heading.index("Collar number") + 1).number_format == "@"


def test_a_filled_in_workbook_is_taken_back_as_it_is(tmp_path):
    write_targets(made_targets(), tmp_path)
    path = tmp_path / "Harbour.xlsx"
    book = openpyxl.load_workbook(path)
    doors = book["Doors"]
    at = {cell.value: cell.column for cell in doors[1]}
    told = {
        "Result": "no reply", "Visited at": pd.Timestamp("2026-03-03 18:05").to_pydatetime(),
        "Collar number": "0042", "Leaflet left": "yes", "For the officer in the case": "=1+1",
    }  # fmt: skip
    for heading, value in told.items():
        doors.cell(3, at[heading]).value = value
    doors.cell(3, at["For the officer in the case"]).data_type = "s"
    book.save(path)
    with VisitLedger("sqlite://") as ledger:
        ledger.issue(made_targets())
        recorded = ledger.record(path)
        assert (recorded.added, len(recorded.rejected)) == (1, 0)
        visit = ledger.visits().iloc[0]
    assert (visit["visit_id"], visit["result"]) == ("V-A", "no reply")
    assert visit["visited_at"] == pd.Timestamp("2026-03-03 18:05")
    assert visit["collar_number"] == "0042"


def test_task_attempt_pack_and_overdue_are_told_where_there_is_something_to_tell(tmp_path):
    told = ["Task", "Attempt", "Pack", "Overdue", "UPRNs of the building"]
    write_targets(made_targets(), tmp_path / "plain")
    assert not set(told) & set(values(tmp_path / "plain" / "targets.xlsx")[0])
    assert "task" not in pd.read_csv(tmp_path / "plain" / "targets.csv")
    targets = made_targets(
        task=["visit", "leaflet", "visit", "second visit"],
        attempt=[1, 3, 1, 2],
        tier=[None, "gold", None, None],
        overdue=["", "", "before start", "overdue"],
        uprns=["000123", None, "000125; 000127", "000126"],
        expected=[0.123456, 0.2, 0.3, 0.4],
    )
    write_targets(targets, tmp_path / "told", formats=("xlsx", "csv", "html", "phone"))
    rows = values(tmp_path / "told" / "targets.xlsx")
    at = [rows[0].index(name) for name in told]
    assert [[row[column] for column in at] for row in rows[1:]] == [
        ["visit", 1, None, "before start", "000125; 000127"], ["visit", 1, None, "", "000123"],
        ["leaflet", 3, "gold", "", None], ["second visit", 2, None, "overdue", "000126"],
    ]  # fmt: skip
    table = pd.read_csv(tmp_path / "told" / "targets.csv", dtype=str)
    assert list(table["expected"]) == ["0.3", "0.123456", "0.2", "0.4"]
    assert list(table["uprns"].fillna("")) == ["000125; 000127", "000123", "", "000126"]
    for path in (tmp_path / "told").iterdir():
        if path.suffix == ".html":
            assert "0.123456" not in path.read_text(encoding="utf-8")
            words = Page(path).words
            wanted = "Second visit (attempt 2)" if "No area" in path.name else "Gold pack"
            assert wanted in words
            assert ("overdue" in words.casefold()) == ("No area" in path.name)


def test_the_age_of_the_newest_burglary_is_told_in_colours(tmp_path):
    targets = made_targets(newest=pd.to_datetime(["2026-02-26", "2026-02-01", None, "2026-02-16"]))
    targets.attrs["parameters"]["age_bands_days"] = [7, 14]
    write_targets(targets, tmp_path)
    rows = cells(tmp_path / "targets.xlsx")
    column = [cell.value for cell in rows[0]].index("Leading burglary found")
    colours = [row[column].fill.fgColor.rgb for row in rows[1:]]
    assert [colour[2:] for colour in colours] == ["FCE8D8", "A63603", "FCE8D8", "FDAE6B"]


@pytest.mark.parametrize(("days", "band"), [(0, 0), (7, 0), (8, 1), (14, 1), (15, -1), (-1, -1)])
def test_a_door_is_as_old_as_the_last_day_of_its_age(days, band):
    newest = pd.Timestamp("2026-03-02 00:00") - pd.Timedelta(days=days)
    rows = printable_rows(made_targets(newest=newest))
    aged = with_ages(rows, pd.Timestamp("2026-03-02 23:59"), [7, 14])
    assert set(aged["age_band"]) == {band}


@pytest.mark.parametrize(
    ("act_by", "words"),
    [
        ("2026-03-02 07:59:59", "was due"),
        ("2026-03-02 08:00", "was due"),
        ("2026-03-02 08:01", "by"),
    ],
)
def test_a_visit_that_ends_with_the_cut_off_was_due(tmp_path, act_by, words):
    targets = made_targets(act_by=pd.Timestamp(act_by))
    write_targets(targets, tmp_path, formats="html", as_of="2026-03-02 08:00")
    assert Page(tmp_path / "Harbour.html").of("when")[0] == words


def test_a_time_to_act_by_at_midnight_is_written_as_a_time(tmp_path):
    write_targets(made_targets(act_by=pd.Timestamp("2026-03-03")), tmp_path, formats="html")
    assert Page(tmp_path / "Harbour.html").of("when")[1] == "Tue 3 Mar 00:00"


def test_a_workbook_takes_visits_of_two_months_before_to_a_year_after_its_list(tmp_path):
    write_targets(made_targets(), tmp_path, formats="xlsx", as_of="2026-03-02 08:00")
    doors = openpyxl.load_workbook(tmp_path / "Harbour.xlsx")["Doors"]
    allowed, *more = [one for one in doors.data_validations.dataValidation if one.type == "date"]
    assert {(one.formula1, one.formula2) for one in more} == {(allowed.formula1, allowed.formula2)}
    day_zero = pd.Timestamp("1899-12-30")
    limits = [day_zero + pd.Timedelta(days=float(day)) for day in
              (allowed.formula1, allowed.formula2)]  # fmt: skip
    assert limits == [pd.Timestamp("2025-12-30"), pd.Timestamp("2027-03-03")]


@pytest.mark.parametrize("letters", [119, 120, 121])
def test_the_name_of_a_file_has_120_bytes_at_most(letters):
    assert len(safe_file_name("a" * letters)) == min(letters, 120)
    # A letter of two bytes is in whole or not at all.
    assert safe_file_name("a" * (letters - 2) + "é").endswith("é") == (letters <= 120)


def test_the_files_of_an_area_tell_no_totals_of_all_areas(tmp_path):
    targets = made_targets()
    messages = targets[["area", "ring", "address", "uprn", "reason", "expires", "geometry"]]
    formats = ("xlsx", "html", "phone")
    write_targets(targets, tmp_path, formats=formats, messages=messages)
    for name in ("Harbour.html", "Harbour phone.html"):
        words = Page(tmp_path / name).words
        assert "12 other homes" not in words
        assert "Harbour: 3 other homes near a burglary" in words
    about = [row[1] for row in values(tmp_path / "Harbour.xlsx", "About")]
    assert "Harbour: 3 other homes near a burglary: a message, never a visit." in about
    assert not any("12 other homes" in (text or "") for text in about)
    everything = [row[1] for row in values(tmp_path / "targets.xlsx", "About")]
    assert "All areas: 12 other homes get a message." in everything


def test_the_door_sheet_names_no_reference_and_on_a_neighbours_row_no_burgled_address(tmp_path):
    write_targets(made_targets(), tmp_path, marking="OFFICIAL-SENSITIVE")
    page = Page(tmp_path / "Harbour.html")
    whole = (tmp_path / "Harbour.html").read_text(encoding="utf-8")
    assert "0926" not in whole
    assert "Next door to" not in whole
    assert page.of("address") == ["2 Mill Lane", "10 Mill Lane", "The Old Forge"]
    assert page.words.count("2 Mill Lane") == 1
    assert "A burglary on your street this week" in page.of("note")
    assert page.of("when") == [
        "was due", "Sat 28 Feb 08:00", "was due", "Sat 28 Feb 08:00", "by", "Tue 3 Mar 09:00",
    ]  # fmt: skip
    assert page.of("marking") == ["OFFICIAL-SENSITIVE"] * 2
    assert "It is no ground for a stop, a search or an arrest" in whole
    for result in RESULTS:
        assert page.of("boxes").count(result.capitalize()) == 1


def test_the_door_sheet_fetches_and_runs_nothing(tmp_path):
    write_targets(made_targets(), tmp_path, formats=("html", "message"))
    for name in ("Harbour.html", "Harbour message.html"):
        page = Page(tmp_path / name)
        assert page.policy().startswith("default-src 'none'; style-src 'unsafe-inline'")
        assert not any(tag in ("script", "link", "img", "iframe") for tag, _ in page.tags)
        assert not any(name in ("src", "href") for _, attrs in page.tags for name in attrs)
        assert "url(" not in (tmp_path / name).read_text(encoding="utf-8")


def test_lists_survive_the_loss_of_attrs_and_of_optional_columns(tmp_path):
    bare = made_targets().drop(
        columns=["house_number", "street", "at_the_door", "burglaries_12m", "distance_m", "newest"]
    )
    bare.attrs.clear()
    write_targets(bare, tmp_path, marking=None)
    text = Page(tmp_path / "Harbour.html").words
    assert "not known" in text
    assert "NO MARKING GIVEN" in text
    assert "A visit about burglary" in text
    assert [row[2] for row in values(tmp_path / "Harbour.xlsx")[1:]] == [
        "2 Mill Lane", "10 Mill Lane", "The Old Forge",
    ]  # fmt: skip
    write_targets(bare, tmp_path, as_of="2026-03-02 08:00")
    assert "Monday 2 March 2026, 08:00" in Page(tmp_path / "Harbour.html").words


@pytest.mark.parametrize("kinds", [{}, dict.fromkeys(["newest", "act_by", "ring"], object)])
def test_no_doors_give_overall_files_without_rows(tmp_path, kinds):
    made = made_targets()
    targets = made.iloc[:0].astype(kinds)
    # Set whole: older versions of geopandas lose attrs on the way.
    targets.attrs = {**made.attrs, "parameters": {"age_bands_days": [7, 14]}}
    formats = ("xlsx", "csv", "html", "phone", "message")
    written = write_targets(targets, tmp_path, formats=formats)
    assert [path.name for path in written] == ["targets.xlsx", "targets.csv"]
    assert len(values(written[0])) == 1


def test_equal_lists_are_equal_files(tmp_path):
    first = write_targets(made_targets(), tmp_path / "a")
    second = write_targets(made_targets().iloc[::-1], tmp_path / "b")
    for one, other in zip(first, second, strict=True):
        assert one.read_bytes() == other.read_bytes()


def test_unknown_settings_are_told_at_once(tmp_path):
    with pytest.raises(ConfigError) as told:
        write_targets(made_targets(), tmp_path, by="colour", formats=("docx", "csv"))
    assert "'colour'" in str(told.value)
    assert "'docx'" in str(told.value)
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
    (path,) = write_rejected(rejected, tmp_path / "rejected.csv")
    back = pd.read_csv(path, dtype=str)
    assert list(back["value"]) == ["'=1+1", "31/02/2026"]
    assert list(back["row"]) == ["7", "8"]
    assert np.isnan(back["column"][1])
