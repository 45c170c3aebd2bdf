"""What every command has: an example, checked values, a dry run, and how much it says."""

import argparse
import contextlib
import io
import json
import shlex
import sys
from pathlib import Path

import pandas as pd
import pytest

from hotspot import cli
from hotspot.cli.examples import EXAMPLES, commands_of
from hotspot.cli.terminal import print_notes, spoken
from hotspot.visits import VisitLedger
from tests.small_town import quick_town, usual, write_burglaries
from tests.visits_lists import targets, visit

COMMANDS = dict(commands_of(cli._parser()))


def run(*arguments: object) -> int:
    try:
        return cli.main([str(argument) for argument in arguments])
    except SystemExit as stopped:
        return int(stopped.code or 0)


@pytest.mark.parametrize("words", EXAMPLES)
def test_help_shows_examples_on_lines_of_their_own_that_the_parser_takes(words: str) -> None:
    lines = COMMANDS[words].format_help().splitlines()
    for example in EXAMPLES[words]:
        assert f"example: hotspot {example}" in lines
        options = cli._parser().parse_args(shlex.split(example))
        cli.check_usage(options)
        assert options.parser.prog == f"hotspot {words}"


@pytest.mark.parametrize("words", COMMANDS)
def test_every_command_answers_programs_and_says_more_or_less(words: str) -> None:
    taken = set(COMMANDS[words]._option_string_actions)
    assert {"--json", "--quiet", "--verbose"} <= taken


def _typed(command: argparse.ArgumentParser) -> list[str]:
    """Return the options whose values are read, and not any text."""
    free = (*("--rejected", "--out", "--folder", "--record"), "--columns")
    return [
        action.option_strings[0]
        for action in command._actions
        if action.option_strings and action.option_strings[0] not in free
        and getattr(action.type, "__name__", "") == "take" and not action.choices
    ]  # fmt: skip


@pytest.mark.parametrize("words", EXAMPLES)
def test_wrong_values_are_told_at_once_before_anything_is_read(
    words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    options = _typed(COMMANDS[words])
    asked = [part for option in options for part in (option, "\x00nonsense")]
    with contextlib.redirect_stdout(io.StringIO()):
        # No file of an example is there: it would be missed if it were looked for.
        status = run(*shlex.split(EXAMPLES[words][0]), *asked)
    told = capsys.readouterr().err
    checked = [option for option in options if f"argument {option}: " in told]
    assert status == (2 if checked else 1)
    assert set(checked) >= set(options) & {"--as-of", "--seed", "--timezone", "--start", "--cell"}


def _standard_input(monkeypatch: pytest.MonkeyPatch, content: bytes) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(content)))


@pytest.mark.parametrize("kind", ["csv", "xlsx", "parquet"])
def test_a_file_is_read_from_standard_input(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    kind: str,
) -> None:
    path = write_burglaries(tmp_path / "b.csv", usual())
    table = pd.read_csv(path, dtype=str, encoding="utf-8-sig")
    if kind == "xlsx":
        table.to_excel(path := tmp_path / "b.xlsx", index=False)
    elif kind == "parquet":
        table.to_parquet(path := tmp_path / "b.parquet", index=False)
    content = path.read_bytes()
    monkeypatch.chdir(tmp_path)
    before = sorted(tmp_path.iterdir())
    _standard_input(monkeypatch, content)
    assert run("check", "-", "--json") == 0
    assert json.loads(capsys.readouterr().out)["accepted"] == 46
    assert sorted(tmp_path.iterdir()) == before


def test_standard_input_is_read_once_and_nothing_is_written_where_it_would_be_lost(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    _standard_input(monkeypatch, b"")
    assert run("check", "-", "--within", "-") == 2
    assert "can be read as one file only" in capsys.readouterr().err
    assert run("brief", "-") == 2
    assert "--folder must say where to write" in capsys.readouterr().err
    assert run("visits", "record", "-") == 2
    assert "--rejected must say where to write" in capsys.readouterr().err


def test_notes_are_left_out_or_told_whole(capsys: pytest.CaptureFixture[str]) -> None:
    note = "x" * 2000
    for loudness, letters in (("quiet", 0), ("plain", 994), ("verbose", 2000)):
        with spoken(loudness):
            capsys.readouterr()
            print_notes([note])
        assert capsys.readouterr().err.count("x") == letters
    with spoken("verbose"):
        assert "hotspot-cocoon" in capsys.readouterr().err


def test_a_quiet_command_says_its_answer_and_no_more(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = write_burglaries(tmp_path / "b.csv", usual())
    folder = ["--permutations", "0", "--folder", tmp_path / "out"]
    assert run("knox", path, "--quiet", *folder) == 0
    told = capsys.readouterr()
    assert "burglaries counted" in told.out
    assert told.err == ""
    assert run("knox", path, "--quiet", "--verbose") == 2


@pytest.mark.slow
def test_a_list_that_is_tried_writes_neither_a_folder_nor_to_the_ledger(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    set_up = quick_town(tmp_path, '[cocooning]\nledger = "visits.db"\n')
    before = sorted(tmp_path.iterdir())
    assert run("cocoon", set_up, "--dry-run", "--json") == 0
    told = capsys.readouterr()
    tried = json.loads(told.out)
    assert "Nothing was written (--dry-run)" in told.err
    assert (tried["dry_run"], tried["files"]) == (True, [])
    assert sorted(tmp_path.iterdir()) == before
    # What would be asked for is what is asked for then.
    assert run("cocoon", set_up) == 0
    asked = capsys.readouterr().out.splitlines()[1]
    held = (tmp_path / "visits.db").read_bytes()
    assert run("cocoon", set_up, "--dry-run", "--folder", tmp_path / "new") == 0
    again = capsys.readouterr().out
    assert "(0 newly asked for in the ledger)" in again
    assert "(0 newly" not in asked
    assert (tmp_path / "visits.db").read_bytes() == held
    assert not (tmp_path / "new").exists()
    # What would be refused is refused.
    assert run("cocoon", set_up, "--dry-run") == 1
    assert "--replace" in capsys.readouterr().err


def test_visits_that_are_tried_leave_the_ledger_as_it_was(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "visits.db"
    ledger = VisitLedger(file)
    ledger.issue(targets(("V-A", 0, "2026-03-03 07:00")))
    ledger.record([visit("V-A", "leaflet", "2026-03-02 18:00")])
    rows = [visit("V-A", "no reply", "03/03/2026 18:05"), visit("V-B", "wrong", "nonsense")]
    pd.DataFrame(rows).to_csv(tmp_path / "back.csv", index=False)
    held = file.read_bytes()
    right = ["--to-result", "no reply", "--why", "wrong row"]
    for command, said in (
        (["record", tmp_path / "back.csv"], "1 visit recorded"),
        (["correct", "V-A", *right], "no reply"),
        (["purge", "--before", "2030-01-01"], ""),
        (["subject", "V-A", "--erase"], "1 of visits"),
        (["notes", "--acknowledge-all"], ""),
    ):
        capsys.readouterr()
        status = run("visits", *command, "--ledger", file, "--dry-run")
        assert status == (command[0] == "record")
        assert said in capsys.readouterr().out
        assert file.read_bytes() == held
    assert [path.name for path in sorted(tmp_path.iterdir())] == ["back.csv", "visits.db"]
    # What is shown is logged: a dry run is no way around that.
    for command in (["subject", "V-A"], ["notes"], ["notes", "--acknowledge-all", "--folder", "x"]):
        assert run("visits", *command, "--ledger", file, "--dry-run") == 1
        assert "--dry-run tries --" in capsys.readouterr().err
    none = tmp_path / "none.db"
    assert run("visits", "record", tmp_path / "back.csv", "--ledger", none, "--dry-run") == 1
    assert not none.exists()
