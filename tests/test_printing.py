"""Printing: a browser of this machine, without a network, whole or not at all."""

import http.server
import os
import re
import stat
import struct
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from hotspot import ConfigError, OutputError
from hotspot.output import printing
from hotspot.output.printing import find_browser, print_page

PAGE = (
    "<!DOCTYPE html><meta charset='utf-8'><title>A page</title>"
    "<style>@page { size: letter; }</style>"
)
needs_browser = pytest.mark.skipif(find_browser() is None, reason="no Chromium, Chrome or Edge")
on_posix = pytest.mark.skipif(sys.platform == "win32", reason="makes a program of a shell script")


def page_in(folder: Path, body: str = "<p>Text", name: str = "page.html") -> Path:
    path = folder / name
    path.write_text(PAGE + body, encoding="utf-8")
    return path


def made_browser(folder: Path, script: str) -> Path:
    """Make a program that stands in for the browser."""
    path = folder / "browser"
    path.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return path


@pytest.fixture
def server() -> Iterator[tuple[int, list[str]]]:
    """Serve on this machine, and note whatever asks it for anything."""
    asked: list[str] = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_: object) -> None: ...

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as running:
        threading.Thread(target=running.serve_forever, daemon=True).start()
        yield running.server_address[1], asked
        running.shutdown()


@needs_browser
def test_a_page_becomes_a_pdf_of_the_paper_asked_for_whatever_the_names(tmp_path):
    folder = tmp_path / "a #b %20 c"
    folder.mkdir()
    page = page_in(folder, "<p>" * 200, "page #1 50%.html")
    out = print_page(page, folder / "out #2 %41.pdf", paper="A3", landscape=True)
    content = out.read_bytes()
    assert content.startswith(b"%PDF-")
    boxes = re.findall(rb"/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]", content)
    assert {(round(float(w)), round(float(h))) for w, h in boxes} == {(1191, 842)}
    assert sorted(folder.iterdir()) == sorted([page, out])


@needs_browser
def test_a_picture_has_the_size_asked_for_and_no_request_leaves_the_page(
    tmp_path, monkeypatch, server
):
    port, asked = server
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(temporary))
    page = page_in(
        tmp_path,
        f"<img src='http://127.0.0.1:{port}/image'><img src='http://localhost:{port}/name'>"
        f"<script>fetch('http://127.0.0.1:{port}/script')</script>",
    )
    out = print_page(page, tmp_path / "picture.png", width=640, height=480, scale=2)
    assert struct.unpack(">II", out.read_bytes()[16:24]) == (1280, 960)
    assert asked == []
    assert list(temporary.iterdir()) == []


def test_without_a_browser_the_message_says_what_to_do(tmp_path, monkeypatch):
    monkeypatch.setattr(printing, "_places", lambda: [])
    monkeypatch.setenv("HOTSPOT_BROWSER", str(tmp_path / "missing"))
    assert find_browser() is None
    with pytest.raises(OutputError, match="no Edge, Chrome or Chromium was found"):
        print_page(page_in(tmp_path), tmp_path / "out.pdf")
    assert [path.name for path in tmp_path.iterdir()] == ["page.html"]


def test_the_browser_is_the_one_that_is_named_else_one_that_is_there(tmp_path, monkeypatch):
    named, other = tmp_path / "named", tmp_path / "other"
    named.touch()
    other.touch()
    monkeypatch.setattr(printing, "_places", lambda: [tmp_path / "missing", other])
    monkeypatch.delenv("HOTSPOT_BROWSER", raising=False)
    assert find_browser() == other
    monkeypatch.setenv("HOTSPOT_BROWSER", str(named))
    assert find_browser() == named


def test_on_windows_programs_are_never_looked_up_by_name(tmp_path, monkeypatch):
    monkeypatch.setattr(printing.sys, "platform", "win32")
    monkeypatch.setattr(printing.shutil, "which", lambda _: pytest.fail("looked up by name"))
    monkeypatch.setenv("PROGRAMFILES(X86)", str(tmp_path))
    monkeypatch.delenv("HOTSPOT_BROWSER", raising=False)
    edge = tmp_path / "Microsoft" / "Edge" / "Application" / "msedge.exe"
    edge.parent.mkdir(parents=True)
    edge.touch()
    assert find_browser() == edge


@on_posix
@pytest.mark.parametrize(
    ("script", "message"),
    [
        ("sleep 600 & wait", "did not print the page within 0.5 seconds"),
        ("echo 'no display' >&2; exit 3", "could not print the page. It said: no display"),
        ('for a; do case "$a" in --print-to-pdf=*) echo half > "${a#*=}";; esac; done',
         "could not print"),
    ],
)  # fmt: skip
def test_a_browser_that_fails_leaves_what_was_there(tmp_path, monkeypatch, script, message):
    monkeypatch.setenv("HOTSPOT_BROWSER", str(made_browser(tmp_path, script)))
    out = tmp_path / "out.pdf"
    out.write_bytes(b"old")
    began = time.monotonic()
    # A browser that ends by itself may take its time to begin.
    timeout_s = 0.5 if "sleep" in script else 120
    with pytest.raises(OutputError, match=message):
        print_page(page_in(tmp_path), out, timeout_s=timeout_s)
    assert time.monotonic() - began < 300
    assert out.read_bytes() == b"old"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["browser", "out.pdf", "page.html"]


@on_posix
def test_a_browser_that_is_given_up_ends_with_all_that_it_started(tmp_path, monkeypatch):
    told = tmp_path / "child"
    script = f"sleep 600 & echo $! > '{told}'; wait"
    monkeypatch.setenv("HOTSPOT_BROWSER", str(made_browser(tmp_path, script)))
    # On a busy machine it may be given up before it started anything: then it is given longer.
    for timeout_s in (1, 5, 25, 125):
        with pytest.raises(OutputError, match="did not print"):
            print_page(page_in(tmp_path), tmp_path / "out.pdf", timeout_s=timeout_s)
        if told.exists() and told.read_text().strip():
            break
    child = int(told.read_text())
    for _ in range(600):
        if not _runs(child):
            return
        time.sleep(0.05)
    pytest.fail("a process of the browser is still there")


def _runs(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    # What has ended stays in the table until its parent asks after it.
    state = Path(f"/proc/{process}/stat")
    return not (state.exists() and state.read_text().rsplit(")", 1)[1].split()[0] == "Z")


@on_posix
def test_only_root_goes_without_the_sandbox_and_no_shell_reads_a_name(tmp_path, monkeypatch):
    told = tmp_path / "told"
    script = f"""printf '%s\\n' "$@" > '{told}'; exit 1"""
    monkeypatch.setenv("HOTSPOT_BROWSER", str(made_browser(tmp_path, script)))
    for user, without in ((0, True), (1000, False)):
        monkeypatch.setattr(printing.os, "geteuid", lambda user=user: user)
        with pytest.raises(OutputError):
            print_page(page_in(tmp_path, name="$(touch x) `y`.html"), tmp_path / "a; b.pdf")
        arguments = told.read_text().splitlines()
        assert ("--no-sandbox" in arguments) is without
        assert "--host-resolver-rules=MAP * ~NOTFOUND" in arguments
        assert arguments[-1].startswith("file:///")


def test_settings_and_missing_pages_are_told(tmp_path):
    with pytest.raises(ConfigError) as told:
        print_page(page_in(tmp_path), tmp_path / "out.doc", paper="A5", width=0)
    assert len(told.value.problems) == 3
    with pytest.raises(OutputError, match="there is no such file"):
        print_page(tmp_path / "missing.html", tmp_path / "out.pdf")


@pytest.mark.parametrize(
    "content", [b"Crime Ref,Date\n1,2\n", b"\x89PNG\r\n", b"%PDF-1.7", b"", b" {}"]
)
def test_no_browser_is_started_on_what_is_no_page(tmp_path, monkeypatch, content):
    monkeypatch.setattr(printing, "_printed", lambda *told: pytest.fail("a browser was started"))
    (tmp_path / "map.html").write_bytes(content)
    for page in (content, tmp_path / "map.html"):
        with pytest.raises(OutputError, match="it is no page"):
            print_page(page, tmp_path / "out.pdf")
    with pytest.raises(OutputError, match="it is no file"):
        print_page(tmp_path, tmp_path / "out.pdf")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes by name")
def test_a_pipe_is_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "map.html")
    with pytest.raises(OutputError, match="it is no file"):
        print_page(tmp_path / "map.html", tmp_path / "out.pdf")
