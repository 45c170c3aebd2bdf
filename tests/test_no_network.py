"""Nothing leaves the machine: no command connects, on good files or hostile ones."""

import functools
import json
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.conftest import ROOT

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="system calls are watched on Linux"),
]
#: What opens a way to another machine, or sends something along one.
_CALLS = "connect,sendto,sendmsg,sendmmsg"
# Within the machine; the last is how libraries ask which cards there are.
_WITHIN = re.compile(r"AF_UNIX|AF_LOCAL|AF_NETLINK|AF_UNSPEC")
_AWAY = re.compile(r"(?:connect|sendto|sendmsg|sendmmsg)\(.*(?:sa_family=)?AF_\w+")
VRT = """<OGRVRTDataSource><OGRVRTLayer name="x"><SrcDataSource>/vsicurl/http://192.0.2.1/a.csv
</SrcDataSource></OGRVRTLayer></OGRVRTDataSource>"""
LINK = (
    '{"type": "FeatureCollection", "crs": {"type": "link", "properties": {"href": '
    '"http://192.0.2.1/crs", "type": "proj4"}}, "features": []}'
)
WFS = "<OGRWFSDataSource><URL>http://192.0.2.1/wfs</URL></OGRWFSDataSource>"
HOSTILE = {
    "vrt.geojson": VRT,
    "vrt.gpkg": VRT,
    "link.geojson": LINK,
    "wfs.geojson": WFS,
    "wfs.gpkg": WFS,
    "wfs.csv": "WFS:http://192.0.2.1/wfs\n",
    "url.csv": "ref,Date,Easting,Northing\nhttp://192.0.2.1/,2026-03-02,640000,370000\n",
    "entity.gml": '<!DOCTYPE a [<!ENTITY b SYSTEM "http://192.0.2.1/b">]><a>&b;</a>',
    "entity.kml": '<!DOCTYPE a [<!ENTITY b SYSTEM "http://192.0.2.1/b">]><kml>&b;</kml>',
    "entity.gpx": '<!DOCTYPE a [<!ENTITY b SYSTEM "http://192.0.2.1/b">]><gpx>&b;</gpx>',
    "dtd.gpx": '<!DOCTYPE gpx SYSTEM "http://192.0.2.1/gpx.dtd"><gpx/>',
    "gdalg.geojson": '{"type": "gdal_streamed_alg", "command_line": "gdal vector read '
    '/vsicurl/http://192.0.2.1/a.csv"}',
    "names.toml": '[incidents]\npath = "/vsicurl/http://192.0.2.1/a.csv"\n',
    "tiles.toml": '[incidents]\npath = "url.csv"\n[basemap]\nstreets = "wfs.geojson"\n',
}


# One process for all: it tells where a command begins by a call to a place within the machine at
# which nobody listens, so that each call of the trace is of a command.
_RUN = """
import contextlib, json, socket, sys
from pathlib import Path
from hotspot.cli import main
from tests import smoke
given = json.loads(sys.argv[1])
for number, words in enumerate(smoke.commands(Path.cwd()) if given is None else given):
    with socket.socket(socket.AF_UNIX) as way, contextlib.suppress(OSError):
        way.connect(f"/begins/{number}")
    try:
        status = main(words)
    except SystemExit as end:
        status = end.code
    with open("told.txt", "a", encoding="utf-8") as told:
        print(json.dumps([words, status or 0]), file=told)
"""
_BEGINS = re.compile(r"/begins/\d+")


def watch(trace: Path | str) -> list[str]:
    """Return what watches a command for calls by which something would leave."""
    return ["strace", "-f", "--seccomp-bpf", "-qq", "-e", f"trace={_CALLS}", "-o", str(trace)]


@dataclass
class Watched:
    """What a command gave back, and each call by which something would have left."""

    words: list[str]
    status: int
    left: list[str]


def watched(commands: list[list[str]] | None, folder: Path) -> list[Watched]:
    """Run commands one after another, or all that there are, and watch them."""
    trace = folder / "calls.txt"
    run = [sys.executable, "-c", _RUN, json.dumps(commands)]
    env = {**os.environ, "PYTHONPATH": str(ROOT), "XDG_STATE_HOME": str(folder / "state")}
    # Without a browser on the path: `map print` starts one, which talks to itself; that it
    # reaches nobody is tested with printing.
    env["PATH"] = str(Path(sys.executable).parent)
    strace = shutil.which("strace")
    assert strace is not None
    done = subprocess.run(
        [strace, *watch(trace)[1:], *run], cwd=folder, capture_output=True, env=env, text=True
    )
    assert done.returncode == 0, done.stderr[-4000:]
    before, *parts = _BEGINS.split(trace.read_text(encoding="utf-8", errors="replace"))
    assert away(before.splitlines()) == []
    told = [json.loads(line) for line in (folder / "told.txt").read_text("utf-8").splitlines()]
    return [
        Watched(words, status, away(part.splitlines()))
        for (words, status), part in zip(told, parts, strict=True)
    ]


def away(lines: list[str]) -> list[str]:
    """Return the calls that are not within the machine."""
    return [line for line in lines if _AWAY.search(line) and not _WITHIN.search(line)]


@functools.cache
def _can_watch() -> bool:
    if shutil.which("strace") is None:
        return False
    return (
        subprocess.run([*watch(os.devnull), "true"], capture_output=True, check=False).returncode
        == 0
    )


@functools.cache
def _without_network() -> list[str] | None:
    """Return how a command is run where there is no network; None where that is not allowed."""
    for how in (["unshare", "-n"], ["unshare", "-r", "-n"]):
        if shutil.which("unshare"):
            tried = subprocess.run([*how, "true"], capture_output=True, check=False)
            if tried.returncode == 0:
                return how
    return None


@pytest.fixture(scope="module", autouse=True)
def _watching() -> None:
    if not _can_watch():
        pytest.skip("strace is not here, or may not watch")


def test_a_call_that_leaves_is_seen(tmp_path: Path) -> None:
    trace = tmp_path / "calls.txt"
    code = (
        "import socket\nfor kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):\n"
        " s = socket.socket(socket.AF_INET, kind); s.settimeout(0.2)\n"
        " try: s.connect(('127.0.0.1', 9))\n except OSError: pass\n"
    )
    subprocess.run([*watch(trace), sys.executable, "-c", code], check=True)
    assert len(away(trace.read_text(encoding="utf-8").splitlines())) == 2


def test_no_command_connects_to_anything(tmp_path: Path) -> None:
    told = watched(None, tmp_path)
    assert len(told) > 30
    assert [one for one in told if one.status or one.left] == []


@pytest.fixture(scope="module")
def hostile_answers(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Watched]:
    """Return what came of a check of each hostile file."""
    folder = tmp_path_factory.mktemp("hostile")
    for other, text in HOSTILE.items():
        (folder / other).write_text(text, encoding="utf-8")
    return {one.words[1]: one for one in watched([["check", name] for name in HOSTILE], folder)}


@pytest.mark.parametrize("name", sorted(HOSTILE))
def test_no_hostile_file_makes_a_command_connect(
    hostile_answers: dict[str, Watched], name: str
) -> None:
    assert hostile_answers[name].left == []
    assert hostile_answers[name].status in (0, 1)


def test_what_a_command_calls_is_told_of_that_command(tmp_path: Path) -> None:
    url = "postgresql+psycopg://nobody@127.0.0.1:9/none"
    told = watched([["--version"], ["visits", "log", "--ledger", url], ["--version"]], tmp_path)
    assert [bool(one.left) for one in told] == [False, True, False]


def test_a_layer_beside_the_burglaries_makes_no_command_connect(tmp_path: Path) -> None:
    for other, text in HOSTILE.items():
        (tmp_path / other).write_text(text, encoding="utf-8")
    shutil.copy(ROOT / "sample_data" / "burglaries.csv", tmp_path)
    layers = ["--areas", "link.geojson", "--streets", "wfs.geojson", "--within", "vrt.gpkg"]
    (told,) = watched([["map", "public", "burglaries.csv", *layers]], tmp_path)
    assert told.left == []
    assert told.status == 1


def test_a_briefing_is_made_where_there_is_no_network(tmp_path: Path) -> None:
    how = _without_network()
    if how is None:
        pytest.skip("no namespace without a network may be made here")
    shutil.copy(ROOT / "sample_data" / "burglaries.csv", tmp_path)
    run = [*how, sys.executable, "-m", "hotspot", "density", "burglaries.csv"]
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(run, cwd=tmp_path, capture_output=True, env=env, text=True, timeout=600)
    assert done.returncode == 0, done.stderr
