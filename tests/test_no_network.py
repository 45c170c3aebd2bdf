"""Nothing leaves the machine: no command connects, on good files or hostile ones."""

import functools
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.smoke import commands

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


def watch(trace: Path | str) -> list[str]:
    """Return what watches a command for calls by which something would leave."""
    return ["strace", "-f", "--seccomp-bpf", "-qq", "-e", f"trace={_CALLS}", "-o", str(trace)]


def watched(arguments: list[str], folder: Path) -> tuple[int, list[str]]:
    """Run a command; return its exit status, and each call by which something would leave."""
    trace = folder / "calls.txt"
    run = [sys.executable, "-m", "hotspot", *arguments]
    env = {**os.environ, "PYTHONPATH": str(ROOT), "XDG_STATE_HOME": str(folder / "state")}
    done = subprocess.run(
        [*watch(trace), *run], cwd=folder, capture_output=True, env=env, timeout=600
    )
    lines = trace.read_text(encoding="utf-8", errors="replace").splitlines()
    return done.returncode, away(lines)


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
    shutil.copytree(
        ROOT / "sample_data",
        tmp_path / "sample_data",
        ignore=shutil.ignore_patterns("briefing", "*.db"),
    )
    seen = {}
    for arguments in commands(tmp_path):
        # A browser talks to itself; that it reaches nobody is tested with printing.
        if arguments[:2] == ["map", "print"]:
            continue
        status, left = watched(arguments, tmp_path)
        assert status == 0, arguments
        if left:
            seen[" ".join(arguments[:2])] = left[:3]
    assert seen == {}


@pytest.mark.parametrize("name", sorted(HOSTILE))
def test_no_hostile_file_makes_a_command_connect(tmp_path: Path, name: str) -> None:
    for other, text in HOSTILE.items():
        (tmp_path / other).write_text(text, encoding="utf-8")
    status, left = watched(["check", name], tmp_path)
    assert left == []
    assert status in (0, 1)


def test_a_layer_beside_the_burglaries_makes_no_command_connect(tmp_path: Path) -> None:
    for other, text in HOSTILE.items():
        (tmp_path / other).write_text(text, encoding="utf-8")
    shutil.copy(ROOT / "sample_data" / "burglaries.csv", tmp_path)
    layers = ["--areas", "link.geojson", "--streets", "wfs.geojson", "--within", "vrt.gpkg"]
    status, left = watched(["map", "public", "burglaries.csv", *layers], tmp_path)
    assert left == []
    assert status == 1


def test_a_briefing_is_made_where_there_is_no_network(tmp_path: Path) -> None:
    how = _without_network()
    if how is None:
        pytest.skip("no namespace without a network may be made here")
    shutil.copy(ROOT / "sample_data" / "burglaries.csv", tmp_path)
    run = [*how, sys.executable, "-m", "hotspot", "density", "burglaries.csv"]
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(run, cwd=tmp_path, capture_output=True, env=env, text=True, timeout=600)
    assert done.returncode == 0, done.stderr
