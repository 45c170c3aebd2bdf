"""Nothing that is read is written over, and of what stands there only what hotspot wrote."""

import argparse
import json
import os
import re
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from hotspot import cli
from hotspot._errors import OutputError
from hotspot.output import own_files as module
from hotspot.output.files import locked, replacing_file
from hotspot.output.own_files import (
    NOTE,
    is_same,
    own_files,
    refuse_foreign,
    refuse_no_folders,
)
from hotspot.visits import VisitLedger
from tests.small_town import quick_town

#: Options that name what is written. What a new one is must be said here.
WRITTEN = {"--database", "--folder", "--out", "--rejected", "--record", "folder"}
READ = {
    "--addresses", "--areas", "--streets", "--within", "--config", "--exclude", "--ledger", "files",
    "file", "--fixes", "--places", "--shifts", "--cameras", "--boundary", "share", "correction",
    "ours", "theirs", "--rule",
}  # fmt: skip
#: How each command is called so that it would write to a path, `{}`, or below it.
RESULTS = ("knox", "density", "backtest", "trends", "impact", "patrol", "series")
MATCHING = ["share", "matching", "SET-UP", "--force", "Humberside", "--batch-date", "2026-03-02"]
CALLS: dict[tuple[str, str], list[str]] = {
    ("check", "--rejected"): ["check", "SET-UP", "--rejected", "{}"],
    ("map print", "--out"): ["map", "print", "saved.html", "--out", "{}"],
    ("map public", "--out"): ["map", "public", "SET-UP", "--out", "{}"],
    ("map public", "--record"): ["map", "public", "SET-UP", "--out", "new.html", "--record", "{}"],
    ("visits record", "--rejected"): ["visits", "record", "s.csv", "--ledger", "visits.db",
                                      "--rejected", "{}"],
    **{(name, "--folder"): [name, "SET-UP", "--folder", "{}"] for name in RESULTS},
    ("brief", "--folder"): ["brief", "SET-UP", "--replace", "--folder", "{}"],
    ("cocoon", "--folder"): ["cocoon", "SET-UP", "--replace", "--folder", "{}"],
    ("visits report", "--folder"): ["visits", "report", "--config", "SET-UP", "--folder", "{}"],
    ("visits notes", "--folder"): ["visits", "notes", "--config", "SET-UP", "--folder", "{}"],
    ("demo", "folder"): ["demo", "{}"],
    ("share matching", "--out"): [*MATCHING, "--out", "{}"],
    ("share matching", "--rejected"): [*MATCHING, "--out", "new.csv", "--rejected", "{}"],
    # What these may take the place of is not tried here.
    ("share write", "--folder"): [],
    ("share amend", "--folder"): [],
    ("cameras", "--folder"): [],
    ("share merge", "--folder"): [],
    ("share read", "--out"): [],
    # Tables are tried in test_databases_out.
    **{(name, "--database"): [] for name in ("check", "density", "series", "share read")},
}  # fmt: skip


FILES = [key for key in CALLS if key[1] in ("--out", "--rejected", "--record") and CALLS[key]]


def test_every_option_that_writes_is_in_the_table():
    found = set()
    for words, parser in _commands(cli._parser()):
        for action in parser._actions:
            names = [*action.option_strings, action.dest]
            if WRITTEN & set(names):
                found.add((" ".join(words), next(name for name in names if name in WRITTEN)))
            elif action.metavar in ("FILE", "URL", "TOML", "FOLDER"):
                assert READ & set(names), f"{words} {names}: is it read or written?"
    assert found == set(CALLS)


def _commands(
    parser: argparse.ArgumentParser,
) -> Iterator[tuple[list[str], argparse.ArgumentParser]]:
    inner = [one for one in parser._actions if isinstance(one, argparse._SubParsersAction)]
    if not inner:
        yield [], parser
    for name, command in (pair for one in inner for pair in one.choices.items()):
        yield from (([name, *words], last) for words, last in _commands(command))


@pytest.fixture
def town(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Folder of a small town with all that a set-up can name, where we stand."""
    (tmp_path / "exclude.csv").write_text("Reference\nNEW/001\n", encoding="utf-8")
    settings = '[cocooning]\nexclude = "exclude.csv"\nledger = "visits.db"\n'
    operation = (
        '[[operations]]\nname = "Op"\ntreated = "beats.geojson"\n'
        "before = [2025-01-01, 2025-06-30]\nafter = [2025-07-01, 2026-02-28]\n"
    )
    set_up = quick_town(tmp_path, settings + operation)
    VisitLedger(tmp_path / "visits.db").close()
    (tmp_path / "saved.html").write_text("<p>A map</p>", encoding="utf-8")
    (tmp_path / "s.csv").write_text("visit_id,result\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    assert set_up.name == "briefing.toml"
    return tmp_path


@pytest.fixture
def refused(capsys: pytest.CaptureFixture[str]) -> Callable[[list[str], str], None]:
    """Run a command that must write nothing, and look that nothing has changed."""

    def check(call: list[str], path: str) -> None:
        before = _content(Path())
        arguments = ["briefing.toml" if one == "SET-UP" else one.format(path) for one in call]
        status = cli.main(arguments)
        told = capsys.readouterr().err
        assert status == 1, (arguments, told)
        assert "Traceback" not in told
        assert re.search("othing was|not overwritten|Cannot write the folder", told), told
        assert _content(Path()) == before

    return check


def _content(folder: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize("key", FILES)
def test_no_command_writes_over_a_file_that_it_reads(
    town: Path, refused: Callable[[list[str], str], None], key: tuple[str, str]
) -> None:
    named = {
        "map print": ["saved.html"],
        "visits record": ["s.csv", "visits.db"],
    }.get(
        key[0],
        ["burglaries.csv", "addresses.csv", "beats.geojson", "streets.geojson", "exclude.csv",
         "visits.db", "briefing.toml"],
    )  # fmt: skip
    for name in named:
        if key[0] == "map print":
            Path("saved.pdf").hardlink_to("saved.html")
            names = ["saved.pdf"]
        else:
            names = [name, f"../{town.name}/{name}", str(town / name)]
            names += [f"hard-{name}", f"soft-{name}"] if os.name == "posix" else []
        if os.name == "posix" and key[0] != "map print":
            Path(f"hard-{name}").hardlink_to(name)
            Path(f"soft-{name}").symlink_to(name)
        for one in names:
            refused(CALLS[key], one)


@pytest.mark.parametrize("name", RESULTS)
def test_no_result_takes_the_place_of_what_is_read_or_of_others(
    town: Path, refused: Callable[[list[str], str], None], name: str
) -> None:
    Path("burglaries.csv").rename(f"{name}.csv")
    text = Path("briefing.toml").read_text(encoding="utf-8")
    Path("briefing.toml").write_text(text.replace("burglaries.csv", f"{name}.csv"), "utf-8")
    refused(CALLS[name, "--folder"], ".")
    Path("theirs").mkdir()
    for ending in ("html", "csv", "png", "xlsx", "json"):
        Path("theirs", f"{name}.{ending}").write_text("{}", encoding="utf-8")
        refused(CALLS[name, "--folder"], "theirs")
        Path("theirs", f"{name}.{ending}").unlink()
    refused(CALLS[name, "--folder"], "briefing.toml")


@pytest.mark.parametrize("name", ["brief", "cocoon"])
def test_no_briefing_takes_the_place_of_what_it_reads_or_of_others(
    town: Path, refused: Callable[[list[str], str], None], name: str
) -> None:
    for folder in (".", str(town), "briefing.toml", "burglaries.csv"):
        refused(CALLS[name, "--folder"], folder)


@pytest.mark.parametrize("key", [("visits report", "--folder"), ("visits notes", "--folder")])
def test_no_report_takes_the_place_of_others(
    town: Path, refused: Callable[[list[str], str], None], key: tuple[str, str]
) -> None:
    product = "visit_report" if key[0] == "visits report" else "officer_notes"
    for ending in ("html", "csv", "xlsx"):
        Path(f"{product}.{ending}").write_text("theirs", encoding="utf-8")
        refused(CALLS[key], ".")
        Path(f"{product}.{ending}").unlink()
    # What hotspot wrote it may write over, but not where it is named as the stop list.
    write(Path(f"{product}.csv"), "Reference\nNEW/001\n")
    refused([*CALLS[key], "--exclude", f"{product}.csv"], ".")


@pytest.mark.parametrize("key", FILES)
def test_no_file_of_others_is_replaced(
    town: Path, refused: Callable[[list[str], str], None], key: tuple[str, str]
) -> None:
    Path("theirs.pdf").write_text("theirs", encoding="utf-8")
    refused(CALLS[key], "theirs.pdf")


@pytest.mark.slow
def test_a_sample_takes_the_place_of_nothing(
    town: Path, refused: Callable[[list[str], str], None]
) -> None:
    refused(CALLS["demo", "folder"], ".")


def test_a_new_file_in_a_folder_that_is_read_is_refused(
    town: Path, refused: Callable[[list[str], str], None]
) -> None:
    Path("crimes").mkdir()
    Path("burglaries.csv").rename("crimes/burglaries.csv")
    text = Path("briefing.toml").read_text(encoding="utf-8")
    Path("briefing.toml").write_text(text.replace("burglaries.csv", "crimes"), "utf-8")
    refused(CALLS["check", "--rejected"], "crimes/rejected.csv")
    refused(CALLS["knox", "--folder"], "crimes")


@pytest.mark.slow
def test_a_command_run_again_replaces_what_it_wrote_but_no_work_of_others(
    town: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    check = ["check", "briefing.toml", "--rejected", "out/rejected.csv"]
    knox = ["knox", "briefing.toml", "--permutations", "0", "--folder", "out"]
    for _ in range(2):
        assert cli.main(check) == 0, capsys.readouterr().err
        assert cli.main(knox) == 0, capsys.readouterr().err
    note = json.loads(Path("out", NOTE).read_text(encoding="utf-8"))
    assert set(note["outputs"]) == {
        "rejected.csv", "knox.html", "knox.csv", "knox.png", "knox.xlsx", "knox.json",
    }  # fmt: skip
    assert all(note["outputs"].values())
    with Path("out", "knox.csv").open("a", encoding="utf-8") as file:
        file.write("a remark of the analyst's\n")
    capsys.readouterr()
    assert cli.main(knox) == 1
    assert "knox.csv: changed since hotspot wrote it." in capsys.readouterr().err
    assert Path("out", "knox.csv").read_text(encoding="utf-8").endswith("analyst's\n")
    Path("out", "knox.csv").unlink()
    assert cli.main(knox) == 0


def write(path: Path, text: str) -> None:
    with own_files([path]):
        path.write_text(text, encoding="utf-8")


def test_what_fails_leaves_the_note_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "new" / "a.csv"
    with pytest.raises(ZeroDivisionError), own_files([path]):
        raise ZeroDivisionError
    assert not path.parent.exists()
    path.parent.mkdir()
    write(path, "one")
    before = (path.parent / NOTE).read_bytes()
    with pytest.raises(ZeroDivisionError), own_files([path]):
        raise ZeroDivisionError
    assert (path.parent / NOTE).read_bytes() == before


def test_what_a_run_that_was_killed_wrote_is_ours(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.csv"
    write(path, "one")

    def die(_path: Path) -> str:
        raise KeyboardInterrupt

    monkeypatch.setattr(module, "sha256", die)
    module._note([path], {})
    path.write_text("half a run later", encoding="utf-8")
    refuse_foreign([path])


def test_a_geopackage_may_be_looked_at_and_notes_of_others_are_no_notes(tmp_path: Path) -> None:
    path = tmp_path / "a.gpkg"
    write(path, "one")
    path.write_text("looked at", encoding="utf-8")
    write(path, "two")
    for note in ("", "[]", "{}", '{"product": "x", "outputs": {"a.gpkg": null}}', "[" * 10):
        (tmp_path / NOTE).write_text(note, encoding="utf-8")
        with pytest.raises(OutputError, match="not written by this hotspot"):
            write(path, "three")
    assert path.read_text(encoding="utf-8") == "two"


@pytest.mark.skipif(os.name != "posix", reason="links as POSIX has them")
def test_one_file_has_many_names(tmp_path: Path) -> None:
    one = tmp_path / "a.csv"
    one.touch()
    (tmp_path / "hard").hardlink_to(one)
    (tmp_path / "soft").symlink_to(one)
    (tmp_path / "loop").symlink_to("loop")
    assert all(
        is_same(one, tmp_path / name) for name in ("hard", "soft", "../" + tmp_path.name + "/a.csv")
    )
    assert not is_same(one, tmp_path / "loop")
    assert not is_same(one, tmp_path / "b.csv")
    (tmp_path / "target").write_text("theirs", encoding="utf-8")
    (tmp_path / "link.csv").symlink_to("target")
    with pytest.raises(OutputError, match="not written by this hotspot"):
        write(tmp_path / "link.csv", "mine")


def test_of_two_runs_one_has_a_file_at_a_time(tmp_path: Path) -> None:
    counted = tmp_path / "new" / "count.json"

    def add() -> None:
        for _ in range(20):
            with locked(counted):
                number = int(counted.read_text("ascii")) if counted.exists() else 0
                with replacing_file(counted) as beside:
                    beside.write_text(str(number + 1), "ascii")

    with ThreadPoolExecutor(4) as pool:
        for done in [pool.submit(add) for _ in range(4)]:
            done.result()
    assert counted.read_text("ascii") == "80"
    assert [one.name for one in counted.parent.iterdir()] == ["count.json"]
    with (
        locked(counted),
        pytest.raises(OutputError, match="in use by another run"),
        locked(counted, wait_s=0.1),
    ):
        pass


@pytest.mark.skipif(os.name != "posix", reason="pipes as POSIX has them")
def test_no_file_takes_the_place_of_a_device(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.csv")
    with (
        pytest.raises(OutputError, match="a pipe or a device"),
        replacing_file(tmp_path / "pipe.csv"),
    ):
        pass
    assert (tmp_path / "pipe.csv").is_fifo()


@pytest.mark.parametrize("below", ["", "a", "a/b"])
def test_a_folder_that_is_a_file_is_told_before_anything_is_worked_out(
    tmp_path: Path, below: str
) -> None:
    file = tmp_path / "crimes.csv"
    file.touch()
    refuse_no_folders([tmp_path, tmp_path / "new" / "newer"])
    with pytest.raises(OutputError, match=r"crimes\.csv is no folder"):
        refuse_no_folders([file / below])
