"""The command line, as a user's shell sees it."""

import argparse
import contextlib
import json
import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pytest

import hotspot
from hotspot import cli
from hotspot.cli import _parser
from hotspot.rule import RULE
from tests.conftest import ROOT
from tests.small_town import Burglary, quick_town, uprn, usual, write_burglaries, write_town

pytestmark = pytest.mark.usefixtures("plain_products")

HEAVY = (
    "geopandas",
    "pandas",
    "numba",
    "numpy",
    "shapely",
    "folium",
    "matplotlib",
    "xarray",
    "importlib.metadata",
)


@dataclass(frozen=True)
class Done:
    """What a command came to: its exit status, and what it printed."""

    returncode: int
    stdout: str
    stderr: str


Run = Callable[..., Done]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    """Run a command in this process: a start of Python for each would take two minutes."""

    def command(*arguments: object) -> Done:
        try:
            status = cli.main([str(argument) for argument in arguments])
        except SystemExit as stopped:
            status = int(stopped.code or 0)
        printed = capsys.readouterr()
        return Done(status, printed.out, printed.err)

    return command


def test_help_and_version_load_no_heavy_library() -> None:
    code = (
        "import sys\nfrom hotspot.cli import main\n"
        "try:\n    main(['--help'])\nexcept SystemExit:\n    pass\n"
        f"print([name for name in {HEAVY!r} if name in sys.modules], file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stderr.strip() == "[]"
    assert "brief" in done.stdout


def test_the_version_is_printed(run: Run) -> None:
    assert run("--version").stdout.strip() == f"hotspot {hotspot.__version__}"


def test_check_says_what_can_be_used(run: Run, tmp_path: Path) -> None:
    bad = Burglary("BAD/1", "2026-03-01 12:00", cells={"Easting": "=1+1"})
    path = write_burglaries(tmp_path / "b.csv", [*usual(), bad])
    done = run("check", path, "--rejected", tmp_path / "rejected.csv")
    assert done.returncode == 0
    assert done.stdout.startswith("Used 46. Could not use 1.")
    rejected = (tmp_path / "rejected.csv").read_text(encoding="utf-8-sig").splitlines()
    assert rejected[0] == "row,column,value,reason,marking"
    assert rejected[1].startswith("48,")
    assert ",=" not in rejected[1]


def test_check_prints_json_for_programs(run: Run, tmp_path: Path) -> None:
    done = run("check", write_burglaries(tmp_path / "b.csv", usual()), "--json")
    told = json.loads(done.stdout)
    assert (told["accepted"], told["rejected"], told["resolution"]) == (46, 0, "day")
    assert told["crs"] == "EPSG:27700"


def test_check_takes_columns_offences_and_month_first(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "odd.csv"
    path.write_text(
        "wer,wann,um,ost,nord,was\nA1,03/04/2026,10:00,640000,370000,Burglary\n"
        "A2,12/25/2025,11:00,640100,370100,Theft\n",
        encoding="utf-8",
    )
    assert run("check", path).returncode == 1
    mapped = ["crime_ref=wer", "occurred_from=wann,um", "easting=ost", "northing=nord"]
    done = run("check", path, "--columns", *mapped, "offence_code=was", "--month-first",
               "--offence", "burglary", "--json")  # fmt: skip
    told = json.loads(done.stdout)
    assert (told["accepted"], told["rejected"]) == (1, 1)


def test_columns_may_be_one_word_or_several(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "odd.csv"
    path.write_text("wann,um,ost,nord\n03/04/2026,10:00,640000,370000\n", encoding="utf-8")
    done = run(
        "check", path, "--columns", "occurred_from=wann,um,easting=ost", "northing=nord", "--json"
    )
    assert json.loads(done.stdout)["columns"] == {
        "occurred_from": ["wann", "um"], "easting": ["ost"], "northing": ["nord"],
    }  # fmt: skip


def test_every_command_takes_a_set_up_and_says_how_the_file_was_read(
    run: Run, tmp_path: Path
) -> None:
    set_up = quick_town(tmp_path)
    folder = tmp_path / "out"
    for command in (
        ["check"],
        ["knox", "--permutations", "9", "--folder", folder],
        ["density", "--folder", folder],
        ["backtest", "--models", "zones", "--windows", "9", "--folder", folder],
        ["map", "public", "--out", folder / "public.html"],
        ["brief"],
        ["cocoon"],
    ):
        words = [word for word in command if word in ("map", "public")] or command[:1]
        done = run(*words, set_up, *command[len(words) :], "--as-of", "2026-02-27")
        told = done.stdout + done.stderr
        # Of so few burglaries nothing can be told of forecasts.
        assert done.returncode == (words == ["backtest"]), told
        assert "Columns: crime_ref from 'Crime Ref'" in told
        assert "Offences counted: " in told
        assert "1 row left out: not known by the cut-off 2026-02-27" in told or words[0] in (
            "brief", "cocoon"
        )  # fmt: skip
        if words[0] in ("knox", "density"):
            page = (folder / f"{words[0]}.html").read_text(encoding="utf-8")
            assert "Offences counted" in page
            assert "the end of Friday 27 February 2026" in page
            record = json.loads((folder / f"{words[0]}.json").read_text(encoding="utf-8"))
            assert set(record["basis"]) == {"Offences counted", "Cut-off"}


def test_every_command_takes_the_same_options(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "odd.csv"
    rows = [f"{n},2026-0{1 + n % 3}-11T22:30:00Z,{640000 + n},370000,Burglary" for n in range(20)]
    path.write_text("\n".join(["wer,wann,ost,nord,was", *rows]), encoding="utf-8")
    columns = ["crime_ref=wer,occurred_from=wann", "easting=ost", "northing=nord,offence_code=was"]
    asked = ["--columns", *columns, "--crs", "EPSG:27700", "--timezone", "Asia/Tokyo"]
    asked += ["--offence", "burglary", "--as-of", "2026-04-01"]
    folder = ["--folder", tmp_path / "out"]
    for command, *more in (["check"], ["knox", *folder], ["density", *folder]):
        done = run(command, path, *more, *asked)
        assert done.returncode == 0, done.stderr
    told = (tmp_path / "odd.toml").read_text(encoding="utf-8")
    assert 'timezone = "Asia/Tokyo"' in told
    assert 'offences = ["burglary"]' not in told  # what to choose is a question of one run
    done = run("check", path, "--json")
    assert json.loads(done.stdout)["columns"]["occurred_from"] == ["wann"]


def test_what_a_run_chooses_is_kept_by_the_briefing_alone(run: Run, tmp_path: Path) -> None:
    shop = Burglary("SHOP/1", "2026-03-01 12:00", offence="Burglary - Business and Community")
    path = write_burglaries(tmp_path / "b.csv", [*usual(), shop])
    told = json.loads(run("check", path, "--offence", "business", "--json").stdout)
    assert told["accepted"] == 1
    assert json.loads(run("check", path, "--json").stdout)["accepted"] == 46
    done = run("check", path, "--within", tmp_path / "none.geojson")
    assert done.returncode == 1
    assert "[incidents] within names none.geojson, which is not in" in done.stderr
    write_burglaries(tmp_path / "c.csv", [*usual(), shop])
    made = run("brief", tmp_path / "c.csv", "--offence", "burglary", "--json")
    assert json.loads(made.stdout)["counts"]["accepted"] == 47
    assert json.loads(run("check", tmp_path / "c.csv", "--json").stdout)["accepted"] == 47


def test_json_tells_how_the_file_was_read(run: Run, tmp_path: Path) -> None:
    set_up = quick_town(tmp_path)
    knox = ["knox", set_up, "--permutations", "0", "--folder", tmp_path / "out"]
    for command in (knox, ["brief", set_up]):
        read = json.loads(run(*command, "--json").stdout)["reading"]
        assert read["columns"]["occurred_from"] == ["Date From", "Time From"]
        assert any(note.startswith("Columns: ") for note in read["notes"])


def test_what_is_on_the_stop_list_is_named_by_no_command(run: Run, tmp_path: Path) -> None:
    bad = Burglary("BAD/1", "2026-03-01 12:00", cells={"Easting": "BAD/1"})
    set_up = quick_town(tmp_path, '[cocooning]\nexclude = "exclude.csv"\n', [*usual(), bad])
    (tmp_path / "exclude.csv").write_text("Reference\nBAD/1\n", encoding="utf-8")
    rejected = tmp_path / "rejected.csv"
    done = run("check", set_up, "--rejected", rejected)
    assert done.returncode == 0
    told = done.stdout + done.stderr + rejected.read_text(encoding="utf-8-sig")
    assert "1 row of the file is on the stop list" in told
    assert "BAD/1" not in told


def test_a_call_is_answered_by_address_uprn_and_for_programs(run: Run, tmp_path: Path) -> None:
    set_up = quick_town(tmp_path)
    for home in ("20 Mill Lane", uprn("Mill Lane", 20)):
        done = run("lookup", home, set_up)
        assert done.returncode == 0, done.stderr
        assert "found Friday 20 February 2026 (reference NEW/003; this home)" in done.stdout
        assert "check the crime system too" in done.stdout
    found = json.loads(run("lookup", "20 Mill Lane", set_up, "--json").stdout)
    assert {"NEW/001", "NEW/003"} <= {row["crime_ref"] for row in found["here"]}
    done = run("lookup", "1000 Mill Lane", set_up)
    assert done.returncode == 1
    assert "is not among the addresses: is it " in done.stderr


def test_a_call_is_logged_where_there_is_a_ledger_and_never_what_was_asked(
    run: Run, tmp_path: Path
) -> None:
    set_up = quick_town(tmp_path, '[cocooning]\nledger = "visits.db"\n')
    assert run("lookup", "20 Mill Lane", set_up, "--who", "PC 1234").returncode == 0
    with hotspot.VisitLedger(tmp_path / "visits.db") as ledger:
        log = ledger.log()
    assert log[["who", "what"]].values.tolist() == [["PC 1234", "look-up"]]
    assert "Mill Lane" not in log.to_csv()


def test_a_set_up_with_gaps_is_completed_by_options(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "odd crimes.csv"
    path.write_text("Ref,Date A,E,N\nA/1,25/02/2026,640000,370000\n", encoding="utf-8")
    failed = run("knox", path)
    assert failed.returncode == 1
    assert "odd crimes.toml: complete the lines" in failed.stderr
    assert run("check", path, "--columns", "occurred_from=Date A").returncode == 0
    assert run("check", path).returncode == 0


def test_check_takes_a_study_area(run: Run, tmp_path: Path) -> None:
    write_town(tmp_path)
    done = run("check", tmp_path / "burglaries.csv", "--within", tmp_path / "beats.geojson")
    assert done.stdout.startswith("Used 46.")


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["check", "none.csv"], "none.csv"),
        (["brief", "none.toml"], "none.toml"),
        (["brief", "none.xlsx"], "none.xlsx"),
        (["cocoon", "none.toml"], "none.toml"),
    ],
)
def test_data_that_cannot_be_used_are_one_message_and_status_1(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], told: str
) -> None:
    monkeypatch.chdir(tmp_path)
    done = run(*arguments)
    assert done.returncode == 1
    assert done.stderr.startswith("hotspot: ")
    assert told in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""


def test_no_usable_row_is_status_1(run: Run, tmp_path: Path) -> None:
    bad = Burglary("BAD/1", "2026-03-01 12:00", cells={"Easting": "here"})
    assert run("check", write_burglaries(tmp_path / "b.csv", [bad])).returncode == 1


@pytest.mark.parametrize(
    "arguments", [[], ["fly"], ["check"], ["check", "f.csv", "--columns", "crime_ref"], ["brief"]]
)
def test_wrong_usage_is_status_2(run: Run, arguments: list[str]) -> None:
    done = run(*arguments)
    assert done.returncode == 2
    assert "usage: hotspot" in done.stderr


def test_brief_ends_with_the_paths_of_what_it_made(run: Run, tmp_path: Path) -> None:
    long = Burglary("L/1", "2026-03-01 12:00", mo="x" * 50)
    path = write_town(tmp_path, [*usual(), long])
    done = run("brief", path)
    assert done.returncode == 0, done.stderr
    headline, summary, *paths = done.stdout.splitlines()
    assert headline.startswith("Used 47.")
    assert summary.startswith("Found ")
    assert paths[0] == str(tmp_path / "briefing" / "briefing.html")
    assert all(Path(made).is_file() for made in paths)
    # In a pipe no progress is shown: there is nothing but what the user should know of the data.
    notes = done.stderr.splitlines()
    assert any("40 characters" in line for line in notes)
    assert all(line.startswith("Note: ") for line in notes)
    again = run("brief", path)
    assert again.returncode == 1
    assert "--replace" in again.stderr


def test_brief_replaces_where_asked_and_prints_json_for_programs(run: Run, tmp_path: Path) -> None:
    path = quick_town(tmp_path)
    assert run("brief", path).returncode == 0
    done = run("brief", path, "--replace", "--as-of", "2026-02-27", "--json")
    assert done.returncode == 0, done.stderr
    record = json.loads(done.stdout)
    assert record["as_of"].startswith("2026-02-27")
    assert record["files"][0] == str(tmp_path / "briefing" / "briefing.html")


def test_cocoon_makes_only_the_lists(run: Run, tmp_path: Path) -> None:
    path = write_town(tmp_path)
    done = run("cocoon", path)
    assert done.returncode == 0
    made = {Path(line).name for line in done.stdout.splitlines()[2:]}
    assert made >= {"targets.csv", "messages.csv", "West.html", "West.xlsx", "run.json"}
    assert "map.html" not in made
    assert (tmp_path / "briefing-lists" / "run.json").is_file()
    path.write_text('[incidents]\npath = "burglaries.csv"\n', encoding="utf-8")
    done = run("cocoon", path)
    assert done.returncode == 1
    assert "[addresses]" in done.stderr


def test_a_console_of_another_alphabet_is_no_failure(tmp_path: Path) -> None:
    folder = tmp_path / "Ñandú Łódź"
    folder.mkdir()
    path = write_burglaries(folder / "b.csv", usual())
    done = subprocess.run(
        [sys.executable, "-m", "hotspot", "check", str(path), "--json"],
        capture_output=True,
        env={**os.environ, "PYTHONIOENCODING": "ascii"},
    )
    assert done.returncode == 0
    assert json.loads(done.stdout)["accepted"] == 46


def test_ctrl_c_is_told_in_a_word(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stop(*arguments: object, **options: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(hotspot, "brief", stop, raising=False)
    done = run("brief", write_town(tmp_path))
    assert done.returncode == 130
    assert "stopped" in done.stderr


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="pipes close otherwise on Windows")
def test_a_closed_pipe_is_quiet(tmp_path: Path) -> None:
    path = write_burglaries(tmp_path / "b.csv", usual())
    read, write = os.pipe()
    os.close(read)
    done = subprocess.run(
        [sys.executable, "-m", "hotspot", "check", str(path)],
        stdout=write,
        stderr=subprocess.PIPE,
        text=True,
    )
    os.close(write)
    assert done.stderr == ""
    assert done.returncode == 0


_WITHOUT_FOLDER = """
import sys, tempfile
def refuse(*_, **__):
    raise PermissionError(13, "Permission denied")
tempfile.TemporaryFile = refuse  # numba tries its folders by it, and root may write to all
from hotspot.cli import main
sys.exit(main(sys.argv[1:]))
"""


@pytest.mark.slow
def test_an_account_that_may_write_nowhere_waits_and_is_told_why(tmp_path: Path) -> None:
    path = write_burglaries(tmp_path / "b.csv", usual())
    arguments = ["density", str(path), "--bandwidth", "200", "--folder", str(tmp_path / "out")]
    done = subprocess.run(
        [sys.executable, "-c", _WITHOUT_FOLDER, *arguments], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert done.stderr.count("Note: No folder was found in which compiled kernels") == 1
    assert "NUMBA_CACHE_DIR" in done.stderr


def test_knox_prints_table_and_words_and_saves_picture_csv_and_json(
    run: Run, tmp_path: Path
) -> None:
    path = write_burglaries(tmp_path / "b.csv", usual())
    done = run("knox", path, "--permutations", "19", "--seed", "1", "--folder", tmp_path / "out")
    assert done.returncode == 0
    assert "distance_band" in done.stdout
    assert "burglaries counted." in done.stdout
    assert done.stdout.rstrip().endswith("knox.json")
    cells = (tmp_path / "out" / "knox.csv").read_text(encoding="utf-8").splitlines()
    bands = (1 + len(RULE.distance_bands_m)) * len(RULE.time_bands_days)
    assert len(cells) == 1 + bands
    record = json.loads((tmp_path / "out" / "knox.json").read_text(encoding="utf-8"))
    assert (record["seed"], record["permutations"], len(record["cells"])) == (1, 19, bands)
    assert (tmp_path / "out" / "knox.png").read_bytes().startswith(b"\x89PNG")


def test_knox_asked_for_nonsense_says_all_that_is_wrong(run: Run, tmp_path: Path) -> None:
    path = write_burglaries(tmp_path / "b.csv", usual())
    done = run("knox", path, "--distances", "0", "100", "--permutations", "-1")
    assert done.returncode == 2
    assert "--distances: must be a length" in done.stderr
    assert "--permutations: must be a whole number of 0 or more, not '-1'" in done.stderr
    assert run("knox", path, "--distances", "200", "100").returncode == 2
    assert "Traceback" not in done.stderr


def test_density_writes_a_geotiff_a_geopackage_and_a_map(run: Run, tmp_path: Path) -> None:
    path = write_burglaries(tmp_path / "b.csv", usual())
    done = run("density", path, "--bandwidth", "200", "--folder", tmp_path / "out", "--json")
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert (told["bandwidth_m"], told["incidents"]) == (200, 46)
    assert [Path(file).name for file in told["files"]] == [
        "density.html", "density.csv", "density.png", "density.xlsx", "density.json",
        "density.tif", "hotspots.gpkg", "map.html",
    ]  # fmt: skip
    assert all(Path(file).stat().st_size > 100 for file in told["files"])
    wrong = run("density", path, "--kernel", "cosine", "--folder", tmp_path / "none")
    assert wrong.returncode == 2
    assert "argument --kernel: it must be one of" in wrong.stderr
    assert not (tmp_path / "none").exists()


def test_the_smoke_on_other_pythons_runs_every_command():
    run = (ROOT / "tests" / "smoke.py").read_text(encoding="utf-8")
    for words in _commands(_parser()):
        assert '["' + '", "'.join(words) + '"' in run, f"tests/smoke.py lacks {' '.join(words)}"


def _commands(parser: argparse.ArgumentParser) -> Iterator[list[str]]:
    """Yield the words of every command that has none below it."""
    inner = [one for one in parser._actions if isinstance(one, argparse._SubParsersAction)]
    if not inner:
        yield []
    for name, command in (pair for one in inner for pair in one.choices.items()):
        yield from ([name, *words] for words in _commands(command))


def test_a_database_is_read_and_its_password_is_kept(run: Run, tmp_path: Path) -> None:
    path = write_burglaries(tmp_path / "crimes.csv", usual())
    with contextlib.closing(sqlite3.connect(tmp_path / "crimes.db")) as database:
        pd.read_csv(path, dtype=str).to_sql("burglaries", database, index=False)
    url = f"sqlite:///{tmp_path / 'crimes.db'}?table=burglaries"
    told = json.loads(run("check", url, "--json").stdout)
    assert (told["accepted"], told["rejected"]) == (46, 0)
    assert not list(tmp_path.glob("*.toml"))
    set_up = tmp_path / "crimes.toml"
    set_up.write_text(f'backtest = false\n[incidents]\npath = "{url}"\n', encoding="utf-8")
    done = run("brief", set_up, "--json")
    assert done.returncode == 0, done.stderr
    record = json.loads((tmp_path / "briefing" / "run.json").read_text(encoding="utf-8"))
    assert record["parameters"]["incidents"]["path"] == "sqlite"
    assert set(record["inputs"]) == {"set-up"}
