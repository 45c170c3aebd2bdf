"""A real browser with its network cut, for tests of pages that people open."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")

_NAMES = ("chromium", "chromium-browser", "google-chrome", "msedge")
_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
LAPTOP = (1366, 768)
PHONE = (390, 844)


@pytest.fixture(scope="module")
def browser(started_browser: "playwright.Browser") -> Iterator["playwright.Browser"]:
    """One browser for all modules; what a module opened in it is closed after it."""
    yield started_browser
    for context in started_browser.contexts:
        context.close()


@contextmanager
def running_browser() -> Iterator["playwright.Browser"]:
    """Start Chromium, Chrome or Edge; skip where none is installed."""
    program = next(filter(None, map(shutil.which, _NAMES)), None)
    if program is None:
        pytest.skip("no Chromium, Chrome or Edge is on the path")
    with playwright.sync_playwright() as driver:
        started = driver.chromium.launch(executable_path=program, args=_ARGUMENTS)
        yield started
        started.close()


@dataclass
class Opened:
    """A page and all that it did which a page of ours must not do."""

    page: "playwright.Page"
    requests: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)


def open_file(browser: "playwright.Browser", path: Path, size: tuple[int, int] = LAPTOP) -> Opened:
    """Open a file as a double click would, with no network, and listen to it."""
    width, height = size
    phone = size == PHONE
    context = browser.new_context(
        viewport={"width": width, "height": height}, offline=True, is_mobile=phone, has_touch=phone
    )
    opened = Opened(context.new_page())
    page = opened.page
    page.on("request", lambda request: _note_request(opened, request.url))
    page.on(
        "console",
        lambda message: (
            opened.complaints.append(message.text) if message.type in ("error", "warning") else None
        ),
    )
    page.on("pageerror", lambda error: opened.complaints.append(str(error)))
    page.goto(path.resolve().as_uri())
    page.wait_for_load_state("load")
    return opened


def wait_until(opened: Opened, is_so: Callable[[], object]) -> None:
    """Wait until something that the page tells is so, however busy the machine; fail if never."""
    for _ in range(1500):
        if is_so():
            return
        # What a page tells is heard while its driver is asked something.
        opened.page.wait_for_timeout(20)
    pytest.fail(f"it never came: {opened.requests}, {opened.complaints}")


def wait_for_frames(opened: Opened) -> None:
    """Wait until what was asked to be drawn is drawn, and every picture came or failed."""
    opened.page.evaluate(
        """async () => {
            for (const picture of document.images) await picture.decode().catch(() => 0);
            // An event of a picture that failed, and a drawing, come before the second frame.
            for (let n = 0; n < 2; n++) await new Promise((done) => requestAnimationFrame(done));
        }"""
    )


def _note_request(opened: Opened, address: str) -> None:
    if not address.startswith(("file:", "data:")):
        opened.requests.append(address)


def has_arial(opened: Opened) -> bool:
    """Test whether text of a page is as wide as in Arial, or wider, as without its like."""
    width = """() => {
      const drawn = document.createElement("canvas").getContext("2d");
      drawn.font = "100px Arial";
      return drawn.measureText("abcdefghijklmnopqrstuvwxyz").width;
    }"""
    return float(opened.page.evaluate(width)) < 1300
