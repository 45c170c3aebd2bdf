"""Set-ups with values that nobody means: each is a sentence, none a traceback or a wall of text."""

import os
from pathlib import Path

import pytest

from hotspot._checks import full_path
from hotspot._errors import ConfigError, DataError, quoted
from hotspot.briefing.config import load_config
from hotspot.briefing.set_up import choose_set_up
from hotspot.reading.databases import connect_arguments, open_database

INCIDENTS = b'[incidents]\npath = "a.csv"\n'


def told(tmp_path: Path, content: bytes) -> str:
    """Return what is said of a set-up, which must be short."""
    (tmp_path / "a.csv").touch()
    (tmp_path / "c.toml").write_bytes(content)
    with pytest.raises(ConfigError) as raised:
        load_config(tmp_path / "c.toml")
    text = str(raised.value)
    assert len(text) < 2000, text[:3000]
    return text


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("[rule]\nwindow_days = 10000000000000000000000", "window_days must be 36,500 or less"),
        (f"[rule]\nwindow_days = {'9' * 5000}", "is not valid TOML"),
        (f"[rule]\nwindow_days = {'9' * 4000}", "or less, not 999"),
        ("[rule]\nwindow_days = 0", "window_days must be 1 or more, not 0."),
        ("[rule]\nwindow_days = -3", "window_days must be 1 or more, not -3."),
        ("[rule]\nwindow_days = 1.5", "window_days must be a whole number"),
        ("[rule]\nwindow_days = true", "window_days must be a whole number"),
        ("[rule]\nwindow_days = {}", "window_days must be a whole number"),
        ("[rule]\ndistance_m = 1e400", "distance_m must be a finite number"),
        ("[rule]\ndistance_m = inf", "distance_m must be a finite number"),
        ("[rule]\ndistance_m = nan", "distance_m must be"),
        ("[rule]\ndistance_m = -0.0", "distance_m must be more than 0"),
        ("[rule]\ndistance_m = 1e300", "distance_m must be 20,000,000 or less"),
        ("[rule.distance_m]\nx = 1", "distance_m must be a number"),
        ("[[rule]]\ndistance_m = 4", "[rule]"),
        ("[density]\narea_share = 1.5", "area_share must be 1 or less"),
        ("[density]\nperiod_days = 1000000000", "period_days must be 36,500 or less"),
        ("[density]\ncell_size_m = 0", "cell_size_m must be more than 0"),
        ("[cocooning]\nmax_visits = -1", "max_visits must be 1 or more"),
        ("[cocooning]\nrevisit_days = 99999999", "revisit_days must be 36,500 or less"),
        ("[cocooning]\nresponse_days = 1e12", "response_days must be 36,500 or less"),
        ("[cocooning]\ntiers = 5", "tiers"),
        ('[cocooning]\ntiers = ["a"]', "tiers"),
        ('[cocooning]\nexclude = "~nosuchuser/x.csv"', "a user that is not known here"),
        (f'[cocooning]\nexclude = "{"a" * 5000}"', "cannot be opened"),
        ('[cocooning]\nexclude = "a\\u0000b.csv"', "it holds a zero byte"),
        ('[cocooning]\nledger = "~nosuchuser/x.db"', "a user that is not known here"),
        ('[output]\nfolder = "~nosuchuser/x"', "a user that is not known here"),
        ("[output]\nseed = -1", "seed must be 0 or more"),
        (f"[output]\nseed = {2**63}", "seed must be less than 9,223"),
        (f'[output]\nmarking = "{"b" * 1_000_000}\\u001b"', "marking must be text on one line"),
        (f'[basemap]\ntiles = {"[" * 15}{"]" * 15}', "tiles must be text"),
        (f'[{"k" * 1_000_000}]\nx = 1', "is not a known"),
        ('["a\\u001b[2J"]\nx = 1', "is not a known"),
        (f'[rule]\nmode = "{"v" * 1_000_000}"', "mode is not a known setting"),
        ("backtest = 1", "backtest must be true or false"),
        ("worth = [true]", "worth must be true or false"),
    ],
)  # fmt: skip
def test_values_that_nobody_means(tmp_path: Path, line: str, words: str) -> None:
    first, _, rest = line.partition("\n")
    content = f"{line}\n".encode() if "[" in first[:1] else f"{first}\n{rest}\n".encode()
    whole = INCIDENTS + content if first.startswith("[") else content + INCIDENTS
    assert words in told(tmp_path, whole)


@pytest.mark.parametrize(
    ("as_of", "words"),
    [
        ("9999-12-31", "must be a date from 1900 to 2199, not 9999-12-31."),
        ("9999-12-31T23:59:59.999999", "must be a date from 1900 to 2199"),
        ("0001-01-01", "must be a date from 1900 to 2199"),
        ('"0001-01-01"', "must be a date from 1900 to 2199"),
        ('"9999-12-31 10:00"', "must be a date from 1900 to 2199"),
        ("07:32:00", "must be a date or a time"),
        ("2026-03-02T08:00:00+01:00", "without a zone"),
        ("inf", "must be a date"),
        ("[2026-03-02]", "must be a date"),
        (f'"{"2" * 100_000}"', "must be a date"),
        ('"2026-02-30"', "there is no '2026-02-30'"),
    ],
)
def test_days_that_nobody_means(tmp_path: Path, as_of: str, words: str) -> None:
    assert words in told(tmp_path, f"as_of = {as_of}\n".encode() + INCIDENTS)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"a = " + b"[" * 100_000, "deep"),
        (b"[" + b"a." * 3000 + b"a]\nb = 1\n", "more than 20 deep"),
        (b"a = " + b"{a = " * 200 + b"1" + b"}" * 200, "more than 20 deep"),
        (b"a = 1\na = 2\n", "is not valid TOML"),
        (b"[rule]\n[rule]\n", "is not valid TOML"),
        (b"\xff\xfe" + "a = 1".encode("utf-16-le"), "not saved as UTF-8"),
        ("a = 1\n".encode("utf-16-le"), "zero bytes"),
        (b"\xef\xbb\xbf\xe9 = 1", "not saved as UTF-8"),
        (b"a = 1\0", "zero bytes"),
        (b'a = "\x1b[2J"', "is not valid TOML"),
        (b"x" * 11_000_000, "bytes, too many for a set-up"),
        (b'a = "C:\\data"', "single quotes"),
        (b"", "[incidents] is missing"),
    ],
)
def test_files_that_are_no_set_up(tmp_path: Path, content: bytes, words: str) -> None:
    assert words in told(tmp_path, content)


def test_a_byte_order_mark_is_no_fault(tmp_path: Path) -> None:
    (tmp_path / "a.csv").touch()
    (tmp_path / "c.toml").write_bytes(b"\xef\xbb\xbf" + INCIDENTS)
    assert load_config(tmp_path / "c.toml").incidents.path == tmp_path / "a.csv"


@pytest.mark.skipif(os.name != "posix", reason="pipes, devices and links as POSIX has them")
def test_what_is_no_file_is_told_and_nothing_hangs(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.toml")
    (tmp_path / "folder.toml").mkdir()
    (tmp_path / "loop.toml").symlink_to("loop.toml")
    (tmp_path / "zero.toml").symlink_to("/dev/zero")
    for name in ("pipe", "folder", "zero"):
        with pytest.raises(ConfigError, match="is no file"):
            choose_set_up(tmp_path / f"{name}.toml", {})
    with pytest.raises(ConfigError, match=r"leads back to itself|no such file|Too many levels"):
        choose_set_up(tmp_path / "loop.toml", {})
    for name in ("~nosuchuser/a.csv", "a" * 5000, "a\0b.csv"):
        for given in (name, [name]):
            with pytest.raises(ConfigError):
                choose_set_up(given, {})


def test_a_path_is_full_and_a_link_followed(tmp_path: Path) -> None:
    assert full_path("b.csv", tmp_path) == tmp_path.resolve() / "b.csv"
    assert full_path("~") == Path.home().resolve()


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("postgresql://u:secret@h:port/x", "is its port a number?"),
        ("postgresql+psycopg://u:secret@h:99999999999/x", "cannot be read"),
        ("nosuch://u:secret@h/x", "cannot be read"),
        ("sqlite:///none.db?table=a", "There is no file none.db"),
        ("://", "cannot be read"),
    ],
)
def test_urls_that_nobody_means(url: str, words: str) -> None:
    with pytest.raises(DataError) as raised:
        open_database(url, None)
    assert words in str(raised.value)
    assert "secret" not in str(raised.value)


def test_a_server_that_does_not_answer_is_not_waited_for_without_end():
    assert connect_arguments("postgresql", 15.4) == {"connect_timeout": 15}
    assert connect_arguments("postgresql", 0.1) == {"connect_timeout": 2}
    assert connect_arguments("sqlite", 0.1) == {"timeout": 0.1}
    assert connect_arguments("oracle", 1.0) == {}


def test_a_value_is_repeated_in_short():
    deep: list[object] = []
    for _ in range(100_000):
        deep = [deep]
    assert quoted(deep) == "this list"
    assert quoted(10**5000) == "this int"
    assert quoted({"a": "b" * 1000}).endswith("...")
    while deep:  # a list in lists without end cannot be dropped at once
        deep = deep[0]  # type: ignore[assignment]
