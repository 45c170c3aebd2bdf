"""The command line, whatever goes wrong in it, and whatever data would say to a terminal."""

import contextlib
import errno
import io
import json
import os
import stat
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotspot import cli
from hotspot.cli import check, faults, terminal
from hotspot.cli.option_values import Wrong, moment, number, taken, whole

DATA = "Jane Doe, 4 Quay Street"


@pytest.fixture
def failing(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> Callable[[BaseException], tuple[int, str]]:
    """Run a command that meets an error; return its exit status and what it said."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("LOCALAPPDATA", str(tmp_path / "state"))

    def command(error: BaseException) -> tuple[int, str]:
        def meet(*_given: object) -> None:
            raise error

        monkeypatch.setattr(check, "set_up_of", meet)
        status = cli.main(["check", "none.csv"])
        printed = capsys.readouterr()
        assert printed.out == ""
        return status, printed.err

    return command


def test_windows_says_otherwise_that_a_pipe_is_closed_and_a_path_too_long(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    pipe, long = OSError(errno.EINVAL, "Invalid argument"), tmp_path / ("x" * 250) / "a.csv"
    gone = FileNotFoundError(errno.ENOENT, "No such file", str(long))
    for windows in (False, True):
        monkeypatch.setattr(faults, "_WINDOWS", windows)
        assert faults.is_closed_pipe(pipe) is windows
        assert not faults.is_closed_pipe(OSError(errno.EINVAL, "Invalid argument", "a.csv"))
        assert ("name is too long" in faults.words_of(gone)[0]) is windows
    assert faults.is_closed_pipe(BrokenPipeError())
    assert "no such file" in faults.words_of(FileNotFoundError(errno.ENOENT, "", "a.csv"))[0]


@pytest.mark.parametrize(
    ("words", "added"),
    [
        (
            "No CRS: give crs=. Else columns={'x': 'X'}.",
            " (On the command line crs= is --crs and columns= is --columns. For a file other than "
            "the burglaries it stands in the set-up.)",
        ),
        ("A zone: timezone=.", " (On the command line timezone= is --timezone.)"),
        ("Choose offences (--offence homes) or crs= (crs in a TOML file).", ""),
        ("No option has closed=, and 1 == 1.", ""),
        ("A zone: timezone= or --timezone.", ""),
    ],
)
def test_an_argument_of_python_is_told_as_the_option_that_it_is(
    failing: Callable[[BaseException], tuple[int, str]], words: str, added: str
) -> None:
    status, told = failing(faults.HotspotError(words))

    assert status == 1
    assert told.strip().endswith(f"{words}{added}")


@pytest.mark.parametrize(
    "error", [ValueError(DATA), KeyError(DATA), AssertionError(DATA), ZeroDivisionError(DATA)]
)
def test_a_fault_of_ours_is_a_sentence_a_file_and_status_3(
    failing: Callable[[BaseException], tuple[int, str]], tmp_path: Path, error: Exception
) -> None:
    status, told = failing(error)
    assert status == 3
    assert told.count("\n") == 1
    assert "in check.py" in told
    assert type(error).__name__ in told
    (report,) = tmp_path.rglob("fault-*.txt")
    assert str(report) in told
    text = report.read_text(encoding="utf-8")
    assert "raise error" in text
    assert type(error).__name__ in text
    assert "Jane" not in text + told
    if os.name == "posix":
        assert stat.S_IMODE(report.stat().st_mode) == 0o600


def test_a_report_tells_of_every_error_of_a_chain_once():
    inner, outer = ValueError(DATA), KeyError(DATA)
    outer.__cause__, inner.__context__ = inner, outer
    report = faults._report(outer)
    assert report.index("ValueError") < report.index("KeyError")
    assert report.count("KeyError") == 1
    assert "Jane" not in report


def test_a_fault_without_a_place_for_its_report_is_told_all_the_same(
    failing: Callable[[BaseException], tuple[int, str]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refuse(*_given: object) -> None:
        raise PermissionError

    monkeypatch.setattr(faults.tempfile, "mkstemp", refuse)
    status, told = failing(TypeError(DATA))
    assert status == 3
    assert "Tell whoever looks after hotspot these words." in told


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (MemoryError(), "not enough memory"),
        (RecursionError(), "nested too deeply"),
        (UnicodeDecodeError("utf-8", b"\xff", 0, 1, DATA), "as UTF-8"),
        (UnicodeEncodeError("utf-8", "\ud800", 0, 1, DATA), "as UTF-8"),
        (OSError(errno.ENOSPC, "x", "a.csv"), "a.csv cannot be used: the disk is full"),
        (PermissionError(errno.EACCES, "x", "a.csv"), "a.csv cannot be used: it may not be read"),
        (OSError(errno.ENAMETOOLONG, "x", "a" * 5000), "a cannot be used: its name is too long"),
        (OSError(errno.EROFS, "x"), "A file cannot be used: what it is on can only be read"),
        (IsADirectoryError(errno.EISDIR, "x", "a"), "a cannot be used: it is a folder"),
        (FileNotFoundError(errno.ENOENT, "x", "a"), "a cannot be used: there is no such file"),
        (OSError(errno.ELOOP, "x", "a"), "a cannot be used: its links lead back"),
        (OSError(errno.EIO, "x", b"a"), "a cannot be used: the disk or the network"),
        (OSError(errno.EBUSY, "In use", "a"), "a cannot be used: In use."),
    ],
)
def test_families_of_errors_have_sentences_of_their_own_and_status_1(
    failing: Callable[[BaseException], tuple[int, str]],
    tmp_path: Path,
    error: Exception,
    words: str,
) -> None:
    status, told = failing(error)
    assert status == 1
    assert words in told
    assert len(told) < 500
    assert "Jane" not in told
    assert list(tmp_path.rglob("fault-*")) == []


@pytest.mark.parametrize("sign", ["\x1b[2J", "\x9b31m", "\u202e", "\u2066", "\x07", "\x00", "\x7f"])
def test_what_would_steer_a_terminal_is_told_by_its_number(
    failing: Callable[[BaseException], tuple[int, str]], tmp_path: Path, sign: str
) -> None:
    assert sign[0] not in failing(OSError(errno.ENOENT, "x", f"a{sign}.csv"))[1]
    shown = io.StringIO()
    with (
        contextlib.redirect_stdout(shown),
        contextlib.redirect_stderr(shown),
        terminal.steady_streams(),
    ):
        sys.stdout.writelines([f"North{sign} Quay\n"])
        terminal.print_notes([f"South{sign} Quay"])
    assert sys.stdout.write("") == 0
    assert sign[0] not in shown.getvalue()
    assert f"\\u{ord(sign[0]):04x}" in shown.getvalue()
    assert "Quay\nNote: South" in shown.getvalue()


@given(st.text())
def test_json_stays_json_of_the_same_value(text: str) -> None:
    for written in (json.dumps([text]), json.dumps([text], ensure_ascii=False)):
        shown = terminal.steady(written)
        assert json.loads(shown) == [text] or any(ord(c) > 0xFFFF for c in text)
        assert not {"\x1b", "\x9b", "\u202e", "\x7f"} & set(shown)


def test_bars_of_progress_begin_their_line_anew():
    assert terminal.steady("\r 3/10\r") == "\r 3/10\\u000d"


def test_a_message_has_at_most_20_lines_and_says_what_is_left_out():
    shown = terminal.shortened("\n".join(map(str, range(200_000))))
    assert shown.count("\n") == 19
    assert shown.endswith("18\n... and 199,981 more lines.")
    long = terminal.shortened("a" * 1_000_000)
    assert len(long) < 1100
    assert long.endswith("and 999,000 more letters.")
    assert terminal.shortened("a\nb") == "a\nb"


def test_a_million_letters_as_an_option_are_no_wall_of_text(
    capsys: pytest.CaptureFixture[str],
) -> None:
    for option in ("--as-of", "--columns", "--timezone", "--unknown"):
        with pytest.raises(SystemExit):
            cli.main(["check", "a.csv", option, "a\x1b" * 500_000])
        printed = capsys.readouterr().err
        assert len(printed) < 4000
        assert "\x1b" not in printed


@pytest.mark.parametrize(
    ("read", "text"),
    [
        *((whole(0), text) for text in ("-1", "1.5", "x", "1e3", "9" * 5000, "10000000000", "")),
        *((number(1.0, "a share"), text) for text in ("0", "-1", "nan", "inf", "2", "1e999", "")),
        *((moment, text) for text in ("9999-12-31", "0001-01-01", "31/12/2026 25:00", "soon", "")),
    ],
)
def test_values_of_options_are_refused(read: Callable[[str], object], text: str) -> None:
    problem = taken("--it", read)(text)
    assert isinstance(problem, Wrong)
    assert problem.problem.startswith("argument --it: ")
    assert len(problem.problem) < 300


def test_values_of_options_are_taken():
    assert whole(0)("0") == 0
    assert number(1.0, "a share")("1") == 1.0
    assert str(moment("2026-03-02 08:00")) == "2026-03-02 08:00:00"
