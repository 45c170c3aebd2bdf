"""Test the two workbooks of an area: what a team may read, and what its supervisor must."""

import re
import shutil
import subprocess
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from hotspot import cocooning_targets, write_targets
from hotspot.output.workbook_files import Stamp, write_tables
from hotspot.sheets.workbook import FOR_THE_SUPERVISOR
from hotspot.visits import VisitLedger
from tests.made_targets import Page, made_targets, values
from tests.test_cocooning import join
from tests.test_cocooning_doorstep import burgled, terraces

AS_OF = "2026-03-02"
OFFICE = shutil.which("soffice")


@pytest.fixture(scope="module")
def terrace(tmp_path_factory):
    """Write every product for a burglary of 21 Mill Lane, on terraces of 8 m plots."""
    homes = terraces()
    crime = burgled("Mill Lane/21", homes, recorded_at=pd.to_datetime(["2026-02-27 08:00"]))
    targets = cocooning_targets(crime.assign(area="Harbour"), homes.assign(area="Harbour"), AS_OF)
    folder = tmp_path_factory.mktemp("terrace")
    formats = ("xlsx", "csv", "html", "phone")
    return targets, write_targets(targets, folder, formats=formats).by_area["Harbour"]


def test_a_teams_row_of_a_neighbour_tells_no_burgled_home_distance_day_or_reference(terrace):
    targets, files = terrace
    heading, *rows = values(files["workbook"])
    known = heading[: heading.index("Visited at")]
    assert known == ["No.", "Visit", "Address", "At the door", "Act by"]
    neighbours = [row for row in rows if not row[2].startswith("21 Mill")]
    assert len(neighbours) == len(targets) - 1
    for row in neighbours:
        # Its own address, and a time that counts from when the list went out.
        told = " ".join(map(str, (row[0], row[3])))
        assert not re.search(r"B1|21 Mill|February|\d+ m\b|next|opposite|behind", told)
        assert "Mill Lane/21" not in map(str, row)
    # The street has one time, that of the burgled home, too: a time of its own would point at it.
    assert len({row[4] for row in rows if row[2].endswith("Mill Lane")}) == 1


def test_every_neighbour_of_the_street_looks_alike_in_the_teams_workbook(terrace):
    _, files = terrace
    sheet = openpyxl.load_workbook(files["workbook"])["Doors"]
    looks = {
        tuple((cell.fill.fgColor.rgb, cell.font.b) for cell in row)
        for row in sheet.iter_rows(min_row=2)
    }
    assert len(looks) == 1
    said = {}
    for row in sheet.iter_rows(min_row=2, values_only=True):
        street = row[2].split(maxsplit=1)[1]
        said.setdefault(street, set()).add(row[3])
    assert said == {
        "Mill Lane": {"A burglary on your street this week"},
        "Beck Row": {"A burglary near here this week"},
    }


def test_no_product_of_the_team_holds_the_reference_or_the_reason(terrace):
    targets, files = terrace
    # Nor how many of the doors are burgled ones.
    assert "burgled home" not in files["sheet"].read_text(encoding="utf-8")
    for kind in ("workbook", "sheet", "phone"):
        if kind == "workbook":
            book = openpyxl.load_workbook(files[kind])
            text = " ".join(
                str(cell)
                for sheet in book
                for row in sheet.iter_rows(values_only=True)
                for cell in row
            )
        else:
            text = Page(files[kind]).words
        assert "B1" not in text
        assert not any(reason in text for reason in targets["reason"])
        assert text.count("21 Mill Lane") == 1


def everything_in(path):
    if path.suffix != ".xlsx":
        return path.read_text(encoding="utf-8-sig")
    book = openpyxl.load_workbook(path)
    rows = (row for sheet in book for row in sheet.iter_rows(values_only=True))
    return "\n".join(str(cell) for row in rows for cell in row)


def test_what_is_on_the_stop_list_or_marked_is_in_no_product_of_team_or_supervisor(tmp_path):
    homes = terraces().assign(area="Harbour")
    crimes = join(burgled("Mill Lane/21", homes), burgled("Mill Lane/33", homes))
    crimes = crimes.assign(crime_ref=["SEEN-1", "STOPPED-2"], area="Harbour")
    with VisitLedger("sqlite://") as ledger:
        first = cocooning_targets(crimes[:1], homes, AS_OF, ledger=ledger)
        ledger.issue(first)
        marked = first.set_index("uprn").loc["Mill Lane/19", "visit_id"]
        ledger.record([{"visit_id": marked, "result": None, "do_not_contact": "yes"}])
        targets = cocooning_targets(crimes, homes, AS_OF, ledger=ledger, exclude=["STOPPED-2"])
        written = write_targets(targets, tmp_path, formats=("xlsx", "csv", "html", "phone"))
    assert len(written) == 6
    for path in written:
        text = everything_in(path)
        assert "21 Mill Lane" in text
        # The neighbours of the one on the stop list alone are not listed either.
        for hidden in ("STOPPED", "33 Mill Lane", "Mill Lane/33", "35 Mill Lane", marked):
            assert hidden not in text
        assert not re.search(r"\b19 Mill Lane|Mill Lane/19\b", text)


def test_a_door_has_one_number_on_sheet_phone_and_both_workbooks(terrace):
    targets, files = terrace
    numbers = dict(zip(targets["address"], targets["number"], strict=True))
    for kind in ("workbook", "supervisor workbook"):
        assert {row[2]: row[0] for row in values(files[kind])[1:]} == numbers
    phone = Page(files["phone"])
    badges = [int(text) for text in phone.of("badge")]
    assert badges == sorted(numbers.values())
    sheet = Page(files["sheet"])
    assert dict(zip(sheet.of("address"), map(int, sheet.of("badge")), strict=True)) == numbers


def test_part_of_a_list_keeps_the_numbers_of_the_whole(tmp_path, terrace):
    targets, _ = terrace
    part = targets[targets["number"] > 3].sample(frac=1, random_state=2)
    written = write_targets(part, tmp_path, formats="xlsx").by_area["Harbour"]
    numbers = [row[0] for row in values(written["workbook"])[1:]]
    assert numbers == list(range(4, len(targets) + 1))


def test_the_supervisors_workbook_says_why_for_whom_and_what_is_late_for_the_force(tmp_path):
    recorded = pd.to_datetime(["2026-02-26 20:00", "2026-03-02 09:00", "2026-02-26 20:00", None])
    targets = made_targets(recorded=recorded, force_late=[True, False, True, False])
    written = write_targets(targets, tmp_path, marking="OFFICIAL")
    heading, *rows = values(written.by_area["Harbour"]["supervisor workbook"])
    at = {name: heading.index(name) for name in heading}
    assert [row[at["Late for the force"]] for row in rows] == ["yes", "yes", ""]
    assert rows[0][at["Why this door"]] == "Burgled."
    assert rows[0][at["References"]] == "0926/7; 0926/8"
    assert rows[0][at["Recorded"]] == recorded[0]
    assert not any("visited at" in name.casefold() for name in heading)
    team = values(written.by_area["Harbour"]["workbook"])[0]
    assert not {"Late for the force", "Recorded", "References", "Why this door"} & set(team)
    for path in (written.by_area["Harbour"]["supervisor workbook"], written.overall["workbook"]):
        about = dict(row[:2] for row in values(path, "About")[2:])
        assert about["For"] == f"{FOR_THE_SUPERVISOR}."
        assert about["Marking"] == "OFFICIAL"
    assert set(pd.read_csv(written.overall["csv"])["for_whom"]) == {FOR_THE_SUPERVISOR}


def test_doors_that_left_the_list_unvisited_are_named_to_the_supervisor_alone(tmp_path):
    targets = made_targets()
    targets.attrs["expired"] = [
        {"visit_id": f"V-{area}", "address": f"7 {area} Street", "area": area, "ring": 1,
         "task": "visit", "attempt": 1, "act_by": "2026-02-20 12:00:00",
         "expires": "2026-02-28 23:59:59.999999", "first_as_of": "2026-02-18"}
        for area in ("Harbour", "Elsewhere")
    ]  # fmt: skip
    written = write_targets(targets, tmp_path)
    files = written.by_area["Harbour"]
    gone = values(files["supervisor workbook"], "Not visited in time")
    assert [row[0] for row in gone] == ["Address", "7 Harbour Street"]
    everywhere = values(written.overall["workbook"], "Not visited in time")
    assert [row[0] for row in everywhere] == ["Address", "7 Harbour Street", "7 Elsewhere Street"]
    assert openpyxl.load_workbook(files["workbook"]).sheetnames == ["Doors", "About"]
    assert "7 Harbour Street" not in Page(files["sheet"]).words


def test_what_is_over_is_told_by_the_teams_clock_beside_the_task(tmp_path):
    targets = made_targets(
        task=["visit", "visit", "second visit", "leaflet"],
        overdue=["", "overdue", "overdue", "before start"],
        area="Harbour",
    )
    write_targets(targets, tmp_path, formats="xlsx")
    heading, *rows = values(tmp_path / "Harbour.xlsx")
    told = {row[1]: row[heading.index("Task")] for row in rows}
    assert told == {
        "V-A": "", "V-B": "overdue", "V-C": "second visit; overdue", "V-D": "leaflet",
    }  # fmt: skip


@pytest.mark.parametrize(("tier", "asked"), [(None, False), ("gold", True)])
def test_the_pack_given_is_asked_for_where_the_list_names_packs(tmp_path, tier, asked):
    write_targets(made_targets(tier=tier), tmp_path, formats="xlsx")
    sheet = openpyxl.load_workbook(tmp_path / "Harbour.xlsx")["Doors"]
    heading = [cell.value for cell in sheet[1]]
    assert ("Pack given" in heading) == ("Pack" in heading) == asked
    boxes = [one for one in sheet.data_validations.dataValidation if one.formula1 == '"yes,no"']
    assert len(boxes) == 4 + asked


FULL = {
    "tier": "a pack", "task": "second visit", "overdue": "overdue", "force_late": True,
    "recorded": pd.Timestamp("2026-02-26 20:00"), "uprns": "1; 2",
    "at_the_door": "A burglary on your street in the last two weeks; no reply Tuesday 3 March",
}  # fmt: skip


def test_no_workbook_of_doors_is_printed_below_eight_points(tmp_path):
    for name, columns in {"plain": {}, "full": FULL}.items():
        written = write_targets(made_targets(**columns), tmp_path / name, formats="xlsx")
        for path in written:
            setup = openpyxl.load_workbook(path)["Doors"].page_setup
            assert setup.scale is not None
            assert 10 * setup.scale / 100 >= 8


@pytest.mark.skipif(OFFICE is None, reason="needs LibreOffice")
@pytest.mark.parametrize("columns", [{}, FULL], ids=["plain", "full"])
def test_the_teams_workbook_prints_each_door_on_two_pages_side_by_side(tmp_path, columns):
    write_targets(made_targets(area="Harbour", **columns), tmp_path, formats="xlsx")
    office(tmp_path / "Harbour.xlsx", "pdf")
    pages = re.findall(rb"/Type\s*/Page[^s]", (tmp_path / "Harbour.pdf").read_bytes())
    # And the one that says what it is.
    assert len(pages) == 2 + 1


def office(path: Path, kind: str, folder: Path | None = None) -> Path:
    """Open a file in LibreOffice, as a team does, and save it as another kind."""
    folder = folder or path.parent
    profile = f"-env:UserInstallation=file://{folder / 'profile'}"
    command = [str(OFFICE), profile, "--headless", "--convert-to", kind, "--outdir", str(folder)]
    subprocess.run([*command, str(path)], check=True, capture_output=True)
    return folder / f"{path.stem}.{kind}"


def fill_in(path: Path, told: dict[str, dict[str, str]]) -> None:
    """Fill in the rows of some visits by the headings of the columns, as a team does."""
    book = openpyxl.load_workbook(path)
    sheet = book["Doors"]
    at = {cell.value: cell.column for cell in sheet[1]}
    rows = {sheet.cell(row, 2).value: row for row in range(2, sheet.max_row + 1)}
    for visit, cells in told.items():
        for heading, value in cells.items():
            moment = pd.Timestamp(value).to_pydatetime() if "visited" in heading.lower() else value
            sheet.cell(rows[visit], at[heading]).value = moment
    book.save(path)


TOLD = {
    "V-A": {
        "Visited at": "2026-03-03 09:35", "Result": "no reply",
        "Second visited at": "2026-03-03 11:10", "Second result": "no reply",
        "Third visited at": "2026-03-04 18:20", "Third result": "face to face",
        "Collar number": "0042", "Pack given": "yes", "Do not contact": "no",
    },
    "V-B": {"Visited at": "2026-03-03 09:50", "Result": "refused", "Do not contact": "yes"},
    "V-C": {
        "Visited at": "2026-03-03 10:05", "Result": "no reply",
        "Second visited at": "2026-03-04 18:45", "Second result": "leaflet",
    },
}  # fmt: skip


@pytest.mark.slow
@pytest.mark.skipif(OFFICE is None, reason="needs LibreOffice")
def test_three_calls_at_a_door_come_back_from_a_workbook_saved_by_libreoffice(tmp_path):
    targets = made_targets(area="Harbour", tier="gold")
    write_targets(targets, tmp_path, formats="xlsx")
    fill_in(tmp_path / "Harbour.xlsx", TOLD)
    (tmp_path / "returned").mkdir()
    returned = office(tmp_path / "Harbour.xlsx", "ods", tmp_path / "returned")
    returned = office(returned, "xlsx")
    with VisitLedger("sqlite://") as ledger:
        ledger.issue(targets)
        recorded = ledger.record(returned)
        assert len(recorded.rejected) == 0, recorded.rejected
        visits = ledger.visits().sort_values(["visit_id", "visited_at"])
        kept = list(zip(visits["visit_id"], visits["visited_at"], visits["result"], strict=True))
        assert kept == [
            ("V-A", pd.Timestamp("2026-03-03 09:35"), "no reply"),
            ("V-A", pd.Timestamp("2026-03-03 11:10"), "no reply"),
            ("V-A", pd.Timestamp("2026-03-04 18:20"), "face to face"),
            ("V-B", pd.Timestamp("2026-03-03 09:50"), "refused"),
            ("V-C", pd.Timestamp("2026-03-03 10:05"), "no reply"),
            ("V-C", pd.Timestamp("2026-03-04 18:45"), "leaflet"),
        ]
        assert ledger.record(returned).added == 0


def test_what_a_workbook_says_of_itself_has_room_for_its_lines(tmp_path):
    """LibreOffice prints a long text over the rows below it where none made its row higher."""
    about = [("Short", "OFFICIAL"), ("Long", "word " * 60)]
    path = write_tables(
        {"Table": pd.DataFrame({"n": [1]})}, tmp_path / "x.xlsx", Stamp("T", ""), about
    )
    rows = openpyxl.load_workbook(path)["About"].row_dimensions
    assert rows[3].height is None
    assert rows[4].height >= 4 * 14
