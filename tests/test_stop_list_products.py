"""The stop list by subtraction: a run with it is one in which its burglaries never were."""

import getpass
import json
import platform
import re
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pytest

import hotspot as hs
from hotspot.briefing import Briefing
from hotspot.briefing.burglaries import read_burglaries
from hotspot.briefing.config import load_config
from hotspot.cli import main
from hotspot.output.files import sha256
from hotspot.visits import VisitLedger
from tests.small_town import Burglary, quick_town, uprn, usual, write_burglaries
from tests.test_maps_saving import asks_for_nothing

# One at a home that has others around it within the rule, in the newest week, with a method and
# hours of its own; and one that cannot be used.
HIDDEN = Burglary("STOP/001", "2026-03-01 04:00", "Sea View", 33, mo="KEY FROM PORCH", hours=2)
BROKEN = Burglary("STOP/001", "2026-03-01", "Sea View", 33, cells={"Northing": "x7q"})
UNTOLD = Burglary("STOP/001", "2026-03-01 04:00", "Sea View", 33, mo="KEY FROM PORCH",
                  with_uprn=False)  # fmt: skip
HOME = uprn("Sea View", 33)
KINDS = {"reference": ("stop/001", HIDDEN), "home": (HOME.lstrip("0"), UNTOLD)}
FORMATS = '[output]\nformats = ["xlsx", "csv", "html", "phone", "message", "supervisor"]\n'
OPERATION = (
    '[[operations]]\nname = "Op East"\ntreated = "east.geojson"\ncontrol = "west.geojson"\n'
    "before = [2025-01-01, 2025-08-31]\nafter = [2025-09-01, 2026-03-01]\ndisplacement_m = 5\n"
)
SETTINGS = f'[cocooning]\nexclude = "exclude.csv"\nledger = "visits.db"\n{FORMATS}{OPERATION}'
_TOLD = re.compile(r" ?\d+ rows? of the file (?:is|are) on the stop list: in no figure[^<\"\n.]*\.")


def town(folder: Path, entry: str, rows: Sequence[Burglary]) -> Path:
    """Write a town and a stop list of one."""
    path = quick_town(folder, SETTINGS, [*usual(), *rows])
    (folder / "exclude.csv").write_text(f"reference\n{entry}\n", encoding="utf-8")
    beats = gpd.read_file(folder / "beats.geojson")
    for name in ("East", "West"):
        # Each place apart from the other, so that the ring around one is none of the other.
        ground = beats[beats["beat"] == name].buffer(-20).to_frame("geometry").assign(place=name)
        ground.to_file(folder / f"{name.lower()}.geojson")
    return path


@pytest.fixture(scope="module", params=["reference", pytest.param("home", marks=pytest.mark.slow)])
def both(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Write a town with a burglary on the stop list, and one that it never happened in."""
    entry, burglary = KINDS[request.param]
    place = tmp_path_factory.mktemp("Jane Doe secret")
    stopped = town(place / "quillfeather", entry, [burglary, BROKEN])
    # Nobody is sent to the home of a burglary that is on the list: there it is on it itself.
    never = town(place / "never", HOME, [])
    return stopped, never


def parts(path: Path) -> dict[str, bytes]:
    """Return what is in a file: of a workbook each part."""
    if path.suffix != ".xlsx":
        return {"": path.read_bytes()}
    with zipfile.ZipFile(path) as file:
        return {name: file.read(name) for name in file.namelist()}


def without_own(text: str, folder: Path) -> str:
    """Return a text without the one number that is told, and the hash of the file that differs."""
    digest = sha256(folder / "burglaries.csv")
    text = text.replace(digest, "SHA").replace(digest[:12], "SHA")
    return _TOLD.sub("", text).replace(str(folder), "FOLDER")


def contents(out: Path, folder: Path) -> dict[str, str]:
    """Return every file of a briefing in the form in which two are compared."""
    found = {}
    for path in sorted(out.rglob("*")):
        if path.is_file() and path.name != "run.json":
            for name, content in parts(path).items():
                text = without_own(content.decode("utf-8-sig"), folder)
                found[f"{path.relative_to(out).as_posix()} {name}"] = text
    record = json.loads((out / "run.json").read_text(encoding="utf-8"))
    for own in ("made_at", "outputs"):
        del record[own]
    del record["counts"]["on_stop_list"], record["inputs"]["incidents"]["sha256"]
    found["run.json"] = json.dumps(record, indent=1)
    return found


@pytest.fixture(scope="module")
def briefed(both: tuple[Path, Path]) -> Any:
    return [hs.brief(path) for path in both]


def test_a_briefing_is_that_in_which_the_burglary_never_was_cell_by_cell(
    both: tuple[Path, Path], briefed: list[Briefing]
) -> None:
    stopped, never = (
        contents(made.folder, path.parent) for made, path in zip(briefed, both, strict=True)
    )
    assert stopped.keys() == never.keys()
    assert not [name for name in stopped if stopped[name] != never[name]]
    assert [made.record["counts"]["on_stop_list"] for made in briefed] == [2, 0]


def test_no_product_names_a_folder_a_user_a_machine_or_the_list(
    both: tuple[Path, Path], briefed: list[Briefing]
) -> None:
    secrets = {*both[0].parent.parts[1:], str(Path.home()), "STOP/001", "KEY FROM"}
    secrets |= {platform.node()} if len(platform.node()) > 5 else set()
    secrets |= {getpass.getuser()} if len(getpass.getuser()) > 5 else set()
    secrets -= {"tmp"}
    list_hash = sha256(both[0].parent / "exclude.csv")
    for path in briefed[0].folder.rglob("*.*"):
        for content in parts(path).values():
            text = content.decode("utf-8-sig")
            assert not [secret for secret in secrets if secret in text], path.name
            assert list_hash[:8] not in text, path.name


@pytest.mark.slow
@pytest.mark.parametrize(
    "words",
    [
        ["knox", "--permutations", "49", "--seed", "1"],
        ["density"],
        ["trends"],
        ["cocoon"],
        ["check", "--rejected"],
        ["check", "--json"],
        ["map", "public", "--minimum", "2"],
        ["lookup", "20 Mill Lane, Doggerby"],
        ["impact", "--permutations", "19", "--seed", "1"],
        ["patrol", "--seed", "1"],
        ["cameras", "--days", "3650"],
    ],
    ids=lambda words: " ".join(words[:2]),
)
@pytest.mark.filterwarnings("ignore::hotspot.DataWarning")
def test_no_command_tells_the_burglary_by_what_it_counts(
    both: tuple[Path, Path], tmp_path: Path, capsys: Any, words: list[str]
) -> None:
    told = []
    for number, set_up in enumerate(both):
        out = tmp_path / f"{number}"
        out.mkdir()
        command = list(words)
        if words[0] == "map":
            command += [str(set_up), "--out", str(out / "map.html")]
        elif words[0] == "check":
            command += [str(out / "rejected.csv")] if words[-1] == "--rejected" else []
            command.insert(1, str(set_up))
        elif words[0] == "lookup":
            command.append(str(set_up))
        else:
            command += [str(set_up), "--folder", str(out / "made")]
        if words[0] == "patrol":
            command += ["--shifts", str(tmp_path / "shifts.csv")]
            (tmp_path / "shifts.csv").write_text(
                "start,end\n2026-03-02 00:00,2026-03-02 23:00\n", encoding="utf-8"
            )
            command += ["--places", str(set_up.parent / "beats.geojson")]
        if words[0] == "cameras":
            # One at every door, so that every burglary has some.
            doors = pd.read_csv(set_up.parent / "addresses.csv", dtype=str)
            doors.columns = [name.casefold() for name in doors.columns]
            register = doors[["easting", "northing"]].assign(direction="NNE", retention="31")
            register.to_csv(tmp_path / "cameras.csv", index=False)
            command += ["--cameras", str(tmp_path / "cameras.csv")]
        assert main(command) == 0, command
        said = capsys.readouterr()
        texts = {"out": said.out, "err": said.err}
        for path in sorted(out.rglob("*")):
            # The hashes of the files that were made are of the files that are compared.
            own = path.name in ("run.json", ".hotspot-files.json") or path.suffix == ".png"
            if path.is_file() and not own:
                for name, content in parts(path).items():
                    texts[f"{path.name} {name}"] = content.decode("utf-8-sig", errors="replace")
        told.append(
            {
                name: re.sub(
                    r'"on_stop_list": \d+,?|Note: ?\n|^\n|"",?\s*|Made at [^.<]*|"made_at": "[^"]*"'
                    # When a GeoPackage was made.
                    r"|\d{4}-\d\d-\d\dT[0-9:.]+Z",
                    "",
                    without_own(text, set_up.parent).replace(str(out), "OUT"),
                    flags=re.MULTILINE,
                )
                for name, text in texts.items()
            }
        )
    assert told[0].keys() == told[1].keys()
    assert not [name for name in told[0] if told[0][name] != told[1][name]]


@pytest.mark.filterwarnings("ignore::hotspot.DataWarning")
def test_a_saved_public_map_names_no_victim_and_is_that_in_which_the_burglary_never_was(
    both: tuple[Path, Path], tmp_path: Path
) -> None:
    pages = []
    for set_up in both:
        config = load_config(set_up)
        burglaries = read_burglaries(config)
        addresses = hs.read_addresses(set_up.parent / "addresses.csv")
        drawn = hs.public_map(
            burglaries.known, addresses=addresses, minimum=2, months=12, lag_days=0,
            as_of="2026-03-02",
        )  # fmt: skip
        path = hs.save_map(drawn, tmp_path / f"{len(pages)}.html")
        pages.append(path.read_text(encoding="utf-8"))
        # Everything that a row of the export or of the addresses says of a home or a crime.
        said = {*burglaries.known["crime_ref"], *burglaries.known["uprn"].dropna(), "STOP/001"}
        said |= {*addresses["uprn"], *addresses["address"], "Sea View", "Mill Lane", "PORCH"}
        assert not [text for text in said if text in pages[-1]]
        assert asks_for_nothing(pages[-1])
        assert "default-src 'none'" in pages[-1]
    assert pages[0] == pages[1]


def test_a_call_about_the_home_itself_is_for_the_supervisor(
    both: tuple[Path, Path], capsys: Any
) -> None:
    assert main(["lookup", "33 Sea View, Doggerby", str(both[0])]) == 0
    said = capsys.readouterr()
    assert "Ask the supervisor" in said.out
    assert "STOP/001" not in said.out + said.err


def test_a_ledger_tells_nothing_of_a_burglary_that_came_on_the_list_later(
    tmp_path: Path, capsys: Any
) -> None:
    home, other = uprn("Sea View", 33), uprn("Mill Lane", 20)
    targets = pd.DataFrame(
        {
            "visit_id": ["V-A", "V-B", "V-C"], "ring": [0, 1, 0],
            "uprn": [home, uprn("Sea View", 35), other], "uprns": None,
            "address": ["33 Sea View", "35 Sea View", "20 Mill Lane"],
            "reason": ["Burglary.", "Next door to 33 Sea View, burgled.", "Burglary."],
            "crime_refs": ["STOP/001", "STOP/001", "NEW/001"],
            "act_by": pd.Timestamp("2026-03-03"), "area": "West",
        }
    )  # fmt: skip
    targets.attrs |= {"as_of": "2026-03-02", "with_stop_list": True}
    ledger = VisitLedger(tmp_path / "visits.db")
    ledger.issue(targets)
    ledger.do_not_contact([home, other])
    alone = VisitLedger("sqlite://")
    left = targets.iloc[2:]
    left.attrs |= targets.attrs
    alone.issue(left)
    for stop in (["stop/001"], [home.lstrip("0")]):
        told = ledger.report(as_of="2026-03-05", exclude=stop)
        pd.testing.assert_frame_equal(told.table, alone.report(as_of="2026-03-05").table)
        assert ledger.marks(exclude=stop)["uprn"].tolist() == [other]
        for asked in ("V-A", "V-B", "33 Sea View", "35 Sea View", home):
            for answer in (ledger.explain, ledger.subject):
                with pytest.raises(hs.DataError, match="ask the supervisor"):
                    answer(asked, exclude=stop)
        assert ledger.explain("V-C", exclude=stop).visit_id == "V-C"
    place = ["--ledger", str(tmp_path / "visits.db")]
    (tmp_path / "list.csv").write_text("STOP/001\n", encoding="utf-8")
    for command in (["explain", "V-A"], ["subject", "V-A"], ["marks"], ["notes"]):
        # Who names no list is asked for one, where the lists were made with one.
        assert main(["visits", *command, *place]) == 1
        said = capsys.readouterr()
        assert "made with a stop list" in said.err
        assert "Sea View" not in said.out + said.err
        main(["visits", *command, *place, "--exclude", str(tmp_path / "list.csv")])
        assert "Sea View" not in "".join(capsys.readouterr())
    assert main(["visits", "explain", "V-A", *place, "--no-stop-list"]) == 0
    assert "33 Sea View" in capsys.readouterr().out


def test_a_returned_sheet_names_no_stopped_door_among_those_that_did_not_come_back(
    tmp_path: Path, capsys: Any
) -> None:
    home = uprn("Sea View", 33)
    targets = pd.DataFrame(
        {
            "visit_id": ["V-A", "V-B", "V-C", "V-D"], "ring": [0, 1, 0, 1],
            "uprn": [home, uprn("Sea View", 35), uprn("Mill Lane", 20), uprn("Mill Lane", 22)],
            "uprns": None,
            "address": ["33 Sea View", "35 Sea View", "20 Mill Lane", "22 Mill Lane"],
            "reason": "Burglary.", "crime_refs": ["STOP/001"] * 2 + ["NEW/001"] * 2,
            "act_by": pd.Timestamp("2026-03-03"), "area": "West",
        }
    )  # fmt: skip
    targets.attrs |= {"as_of": "2026-03-02", "with_stop_list": True}
    (tmp_path / "list.csv").write_text("STOP/001\n", encoding="utf-8")
    sheet = tmp_path / "sheet.csv"
    # One row that cannot be used, of a door that is not to be named, and one that edited its id.
    sheet.write_text(
        "visit_id,address,result,visited_at\nV-C,,no reply,2026-03-03 10:00\n"
        "V-B,,banana,2026-03-03 10:05\nV-A,22 Mill Lane,no reply,2026-03-03 10:10\n",
        encoding="utf-8",
    )
    place = ["--ledger", str(tmp_path / "visits.db"), "--rejected"]
    for number, (more, told_of, hidden) in enumerate(
        (
            (["--exclude", str(tmp_path / "list.csv")], ["22 Mill Lane"], True),
            ([], ["none was named"], True),
            (["--no-stop-list"], ["33 Sea View", "22 Mill Lane"], False),
        )
    ):
        (tmp_path / "visits.db").unlink(missing_ok=True)
        with VisitLedger(tmp_path / "visits.db") as ledger:
            ledger.issue(targets)
        left = tmp_path / f"left {number}.csv"
        assert main(["visits", "record", str(sheet), *place, str(left), *more]) == 1
        said = "".join(capsys.readouterr()) + left.read_text(encoding="utf-8")
        assert "1 visit recorded" in said
        assert [words for words in told_of if words not in said] == [], said
        assert ("Sea View" in said) is not hidden
    with VisitLedger("sqlite://") as ledger:
        ledger.issue(targets)
        assert ledger.record(sheet).missing.empty
        assert ledger.record(sheet, exclude=["STOP/001"]).missing["visit_id"].tolist() == ["V-D"]
        wrong = [{"visit_id": one, "result": "banana", "visited_at": "3/3/2026"} for one in "AC"]
        rows = [{**row, "visit_id": f"V-{row['visit_id']}"} for row in wrong]
        for exclude, addresses in (
            (["STOP/001"], [None, "20 Mill Lane"]),
            (None, [None, None]),
            ((), ["33 Sea View", "20 Mill Lane"]),
        ):
            told = ledger.record(rows, exclude=exclude).to_mend["Address"].astype(object)
            assert told.where(told.notna(), None).tolist() == addresses


def test_all_that_is_held_of_a_home_names_no_burglary_of_another(tmp_path: Path) -> None:
    targets = pd.DataFrame(
        {
            "visit_id": ["V-B"], "ring": [1], "uprn": ["12"], "uprns": None,
            "address": ["35 Sea View"], "reason": ["Next door to 33 Sea View, burgled."],
            "crime_refs": ["B1"], "act_by": pd.Timestamp("2026-03-03"), "area": "West",
        }
    )  # fmt: skip
    targets.attrs["as_of"] = "2026-03-02"
    links = pd.DataFrame({"visit_id": ["V-B"], "crime_ref": ["B1"], "link": ["Next door to"],
                          "distance_m": [8.0], "found": pd.Timestamp("2026-03-01"),
                          "recorded": pd.NaT})  # fmt: skip
    with VisitLedger(tmp_path / "visits.db") as ledger:
        ledger.issue(targets, links=links)
        told = json.dumps(ledger.subject("12").to_dict()) + ledger.subject("12").summary()
    assert "B1" not in told
    assert "33 Sea View" not in told
    assert "(of another home)" in told


BAD = {
    "a sentence": (b"STOP/001\nthe house on the corner\n", "Row 2 of the stop list"),
    "two in a row": (b"STOP/001 NEW/001\n", "Row 1 of the stop list"),
    "curly marks": ("“STOP/001”\n".encode(), "Row 1 of the stop list"),
    "an address": (b"33 Sea View, Doggerby\n", "more than one value"),
    "a semicolon": (b"STOP/001;NEW/001\n", "more than one value"),
    "a cut number": (b"9.00E+07\n", "Row 1 of the stop list"),
    "a long number": (b"90000010033900000100\n", "Row 1 of the stop list"),
    "a stray mark": (b'"STOP/001\nNEW/001\n', "opened and never closed"),
    "half a sign of UTF-16": ("STOP/001\nSTOP/2\n".encode("utf-16-be")[:-1], "cut off"),
    "nothing that matches": (b"STOP/777\n", "exclude_may_match_nothing"),
    "nothing at all": (b"", "is blank"),
    "a heading alone": (b"Reference\n", "exclude_may_match_nothing"),
    "a zip": (b"PK\x03\x04" + bytes(50), "workbook"),
    "noise": (zlib.compress(b"x" * 500) * 9, "cannot be read"),
}


@pytest.mark.parametrize("name", BAD)
def test_a_list_that_cannot_be_right_stops_every_run(tmp_path: Path, name: str) -> None:
    content, words = BAD[name]
    path = town(tmp_path, "STOP/001", [HIDDEN])
    (tmp_path / "exclude.csv").write_bytes(content)
    with pytest.raises(hs.ConfigError, match=words) as told:
        hs.brief(path)
    assert "STOP/001" not in str(told.value)
    assert not (tmp_path / "briefing").exists()


@pytest.mark.parametrize("kind", ["folder", "missing", "pipe"])
def test_what_is_no_file_is_no_list(tmp_path: Path, kind: str) -> None:
    path = town(tmp_path, "STOP/001", [HIDDEN])
    (tmp_path / "exclude.csv").unlink()
    if kind == "folder":
        (tmp_path / "exclude.csv").mkdir()
    elif kind == "pipe":
        os = pytest.importorskip("os")
        if not hasattr(os, "mkfifo"):
            pytest.skip("no such thing here")
        os.mkfifo(tmp_path / "exclude.csv")
    with pytest.raises(hs.ConfigError, match=r"exclude"):
        hs.brief(path)


@pytest.mark.usefixtures("plain_products")
@pytest.mark.slow
def test_a_list_is_right_where_that_is_said_and_matched_however_it_is_written(
    tmp_path: Path,
) -> None:
    path = town(tmp_path, "STOP/777", [HIDDEN])
    text = path.read_text(encoding="utf-8")
    right = text.replace("ledger = ", "exclude_may_match_nothing = true\nledger = ")
    path.write_text(right, encoding="utf-8")
    with pytest.warns(hs.DataWarning, match=r"1 entry of the stop list \(row 2 of it\) matches"):
        assert hs.brief(path).record["counts"]["on_stop_list"] == 0
    (tmp_path / "exclude.csv").write_bytes("stop / 001 \r\n".encode("utf-16"))
    assert hs.brief(path, folder=tmp_path / "again").record["counts"]["on_stop_list"] == 1


def test_a_stop_list_among_files_is_never_passed_over(tmp_path: Path) -> None:
    write_burglaries(tmp_path / "burglaries.csv", [*usual(), HIDDEN])
    (tmp_path / "our stop list.txt").write_text("STOP/001\n", encoding="utf-8")
    assert main(["check", str(tmp_path), "--json"]) == 0
    set_up = next(tmp_path.glob("*.toml"))
    assert "our stop list.txt" in set_up.read_text(encoding="utf-8")
    (tmp_path / "exclude.csv").write_text("NEW/001\n", encoding="utf-8")
    with pytest.raises(hs.ConfigError, match="Only one file can be the stop list"):
        hs.brief(tmp_path)
    (tmp_path / "our stop list.txt").unlink()
    lines = set_up.read_text(encoding="utf-8").splitlines(keepends=True)
    set_up.write_text("".join(line for line in lines if "exclude" not in line), encoding="utf-8")
    with pytest.raises(hs.ConfigError, match="lies among the files"):
        hs.brief(tmp_path)


def test_the_hash_of_a_folder_is_without_the_stop_list_in_it(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("1")
    (tmp_path / "exclude.csv").write_text("STOP/001")
    before = sha256(tmp_path, [tmp_path / "exclude.csv"])
    (tmp_path / "exclude.csv").write_text("STOP/002")
    assert sha256(tmp_path, [tmp_path / "exclude.csv"]) == before != sha256(tmp_path)


@pytest.fixture
def no_temporary_files(monkeypatch: pytest.MonkeyPatch) -> None:
    def refusing(maker: Callable[..., Any]) -> Callable[..., Any]:
        def make(*args: Any, dir: str | None = None, **named: Any) -> Any:
            # A folder of its own may be named: numba tries so whether its cache can be written.
            if dir in (None, tempfile.gettempdir()):
                raise AssertionError("a list would stay in the folder for temporary files")
            return maker(*args, dir=dir, **named)

        return make

    makers = ("mkstemp", "mkdtemp", "NamedTemporaryFile", "TemporaryFile", "TemporaryDirectory")
    for name in makers:
        monkeypatch.setattr(tempfile, name, refusing(getattr(tempfile, name)))


@pytest.mark.usefixtures("no_temporary_files")
@pytest.mark.slow
def test_no_writer_uses_the_folder_for_temporary_files(tmp_path: Path) -> None:
    made = hs.brief(quick_town(tmp_path, FORMATS))
    assert list(made.folder.rglob("*.xlsx"))
    with VisitLedger(tmp_path / "visits.db") as ledger:
        assert made.targets is not None
        ledger.issue(made.targets)
        ledger.report().write(tmp_path / "report")
