"""Pages on paper: a browser of this machine prints them, with its network cut."""

import os
import platform
import secrets
import shutil
import signal
import subprocess
import sys
import time
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Literal

from hotspot._checks import choice_problems, positive_problems, raise_problems
from hotspot._errors import OutputError
from hotspot.output.files import replacing_file

_ON_THE_PATH = (
    "google-chrome", "google-chrome-stable", "microsoft-edge", "microsoft-edge-stable",
    "chromium", "chromium-browser",
)  # fmt: skip
_ON_WINDOWS = ("Microsoft/Edge/Application/msedge.exe", "Google/Chrome/Application/chrome.exe")
_ON_MACOS = (
    "Google Chrome.app/Contents/MacOS/Google Chrome",
    "Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
    "Chromium.app/Contents/MacOS/Chromium",
)
# Names are not found, and addresses that need no name end at a proxy that is not there.
_NO_NETWORK = (
    "--host-resolver-rules=MAP * ~NOTFOUND",
    "--proxy-server=http://127.0.0.1:9",
    "--proxy-bypass-list=<-loopback>",
)
_QUIETLY = (
    "--headless", "--no-first-run", "--no-default-browser-check", "--disable-gpu",
    "--disable-extensions", "--disable-sync", "--disable-component-update",
    "--disable-background-networking", "--disable-domain-reliability", "--no-pings",
    "--disable-dev-shm-usage", "--hide-scrollbars",
)  # fmt: skip
# A page may take so long, by its own clock, to draw itself: maps fade in.
_SETTLED_MS = 4000
# How the hidden folder of a print ends; its name tells of which machine and process it is.
_WORKPLACE = ".printing"
_HOST = f"{zlib.crc32(platform.node().encode()):08x}"
_STALE_AFTER_S = 24 * 3600
_PAGES_BEGIN = (b"<!doctype html", b"<html", b"<!--")
_BEGINNINGS = {".pdf": b"%PDF-", ".png": b"\x89PNG\r\n"}


def find_browser() -> Path | None:
    """Find Edge, Chrome or Chromium on this machine, without asking any network.

    Returns
    -------
    Path or None
        What the environment variable ``HOTSPOT_BROWSER`` names, where it is set; else the first
        that stands where Windows, macOS or Linux keep them; None where there is none.

    Examples
    --------
    >>> browser = find_browser()
    >>> browser is None or browser.is_file()
    True
    """
    chosen = os.environ.get("HOTSPOT_BROWSER")
    if chosen:
        return Path(chosen) if Path(chosen).is_file() else None
    return next((place for place in _places() if place.is_file()), None)


def print_page(
    page: str | os.PathLike[str] | bytes,
    out: str | os.PathLike[str],
    *,
    paper: Literal["A4", "A3"] = "A4",
    landscape: bool = False,
    width: int = 1600,
    height: int = 1130,
    scale: float = 1.0,
    timeout_s: float = 120.0,
) -> Path:
    """Print a self-contained HTML page to a PDF, or take its picture as a PNG.

    Parameters
    ----------
    page : path or bytes
        An HTML file that needs no other file, or what is in one.
    out : path
        Ends in ``.pdf`` or ``.png``.
    paper : {"A4", "A3"}
    landscape : bool
        Both for the PDF only.
    width, height : int
        Of the page in the picture, in the pixels of a style sheet.
    scale : float
        How many pixels of the picture make one of those: 2 gives sharp text on paper.
    timeout_s : float
        When to give up, in seconds.

    Returns
    -------
    Path

    Raises
    ------
    ConfigError
        If a setting is out of range.
    OutputError
        If there is no browser, it cannot print the page, or the file cannot be written. What
        stood at `out` stays.

    Notes
    -----
    Edge, Chrome or Chromium does the work, in a hidden folder of its own beside `out` that is
    removed afterwards; what a killed run left there is removed by the next. It resolves no name
    and reaches no address; the page's own Content-Security-Policy holds as well, and must allow a
    style in the page, by which the paper is chosen.

    Examples
    --------
    >>> print_page("page.html", "page.doc")
    Traceback (most recent call last):
    ...
    hotspot._errors.ConfigError: The file to print to must end in '.pdf' or '.png', not '.doc'.
    """
    out = Path(out)
    kind = out.suffix.lower()
    problems = choice_problems("paper", paper, ("A4", "A3"))
    if kind not in _BEGINNINGS:
        ending = out.suffix or out.name
        problems.append(f"The file to print to must end in '.pdf' or '.png', not {ending!r}.")
    problems += positive_problems(width=width, height=height, scale=scale, timeout_s=timeout_s)
    raise_problems(arguments=problems)
    content = page if isinstance(page, bytes) else _read_page(Path(page))
    _refuse_no_page(content, "what was given" if isinstance(page, bytes) else str(page))
    if kind == ".pdf":
        size = f"{paper} {'landscape' if landscape else 'portrait'}"
        # At the very end it rules over whatever the page itself says of its paper.
        content += f"<style>@page {{ size: {size} !important; }}</style>".encode()
        wanted = ["--no-pdf-header-footer"]
    else:
        wanted = [f"--window-size={width},{height}", f"--force-device-scale-factor={scale}"]
    with replacing_file(out) as temporary:
        temporary.write_bytes(_printed(content, out, wanted, timeout_s))
    return out


def need_browser() -> Path:
    """Find the browser that prints.

    Returns
    -------
    Path

    Raises
    ------
    OutputError
        If there is none, with what to do about it.
    """
    browser = find_browser()
    if browser is None:
        raise OutputError(
            "Cannot print: no Edge, Chrome or Chromium was found on this machine. Install one, or "
            "name the program in the environment variable HOTSPOT_BROWSER; or open the HTML file "
            "in any browser and print it from there."
        )
    return browser


def _read_page(page: Path) -> bytes:
    """Read what is to be printed, from a file that has an end."""
    try:
        if page.exists() and not page.is_file():
            raise OutputError(f"Cannot print {page}: it is no file.")
        return page.read_bytes()
    except FileNotFoundError:
        raise OutputError(f"Cannot print {page}: there is no such file.") from None
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or error
        raise OutputError(f"Cannot print {page}: {why}.") from None


def _refuse_no_page(content: bytes, name: str) -> None:
    """Refuse what is no page before a browser is started on it: it shows any text or picture."""
    start = content[:1024].removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    if not start.startswith(_PAGES_BEGIN):
        raise OutputError(
            f"Cannot print {name}: it is no page. What is printed is a saved map or another HTML "
            "file."
        )


def _places() -> list[Path]:
    if sys.platform == "win32":
        # Never by name: Windows looks for a program in the current folder first.
        roots = [os.environ.get(name) for name in ("PROGRAMFILES(X86)", "PROGRAMFILES")]
        roots.append(os.environ.get("LOCALAPPDATA"))
        return [Path(root) / place for place in _ON_WINDOWS for root in roots if root]
    on_path = [Path(place) for place in map(shutil.which, _ON_THE_PATH) if place]
    if sys.platform == "darwin":
        folders = (Path("/Applications"), Path.home() / "Applications")
        return [folder / place for place in _ON_MACOS for folder in folders] + on_path
    # A browser in a snap has a folder for temporary files that nobody else sees.
    return sorted(on_path, key=lambda place: "snap" in place.parts)


def _printed(content: bytes, out: Path, wanted: list[str], timeout_s: float) -> bytes:
    """Print in a folder of the browser's own, where no name needs any care."""
    browser, kind = need_browser(), out.suffix.lower()
    with _workplace(out) as folder:
        page, made = folder / "page.html", folder / f"made{kind}"
        page.write_bytes(content)
        # As root, and as nobody else, Chromium starts without a sandbox only.
        sandbox = ["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
        print_to = "--print-to-pdf" if kind == ".pdf" else "--screenshot"
        command = [
            str(browser), *_QUIETLY, *_NO_NETWORK, *sandbox,
            f"--user-data-dir={folder / 'profile'}",
            f"--virtual-time-budget={_SETTLED_MS}", f"{print_to}={made}", *wanted, page.as_uri(),
        ]  # fmt: skip
        last_words = _run(command, timeout_s, folder)
        printed = made.read_bytes() if made.is_file() else b""
    if not printed.startswith(_BEGINNINGS[kind]):
        why = f" It said: {last_words}" if last_words else ""
        raise OutputError(f"{browser} could not print the page.{why}")
    return printed


@contextmanager
def _workplace(out: Path) -> Iterator[Path]:
    """Create a folder beside a file for one print; first remove those that killed runs left there.

    Not the folder for temporary files: others read it, and nobody looks there for a list of homes.
    """
    place = out.resolve().parent
    for left in place.glob(f".*{_WORKPLACE}"):
        if _is_spent(left):
            shutil.rmtree(left, ignore_errors=True)
    name = f".{_HOST}-{os.getpid()}-{secrets.token_hex(2)}{_WORKPLACE}"
    folder = place / name
    folder.mkdir(mode=0o700)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _is_spent(left: Path) -> bool:
    """Test whether a killed run left a folder, or another run prints in it."""
    host, _, rest = left.name[1:].partition("-")
    process = rest.partition("-")[0]
    # Elsewhere asking after a process can end it, and one of another machine cannot be asked.
    if os.name == "posix" and host == _HOST and process.isdecimal():
        try:
            os.kill(int(process), 0)
        except OSError as error:
            # One of another user may not be asked after, and runs.
            return isinstance(error, ProcessLookupError)
        return False
    return time.time() - left.stat().st_mtime > _STALE_AFTER_S


def _run(command: list[str], timeout_s: float, folder: Path) -> str:
    """Run the browser to its end and return its last words; late, end all that it started."""
    # What it writes besides its profile belongs there, too; by the short name, for a socket has
    # room for a hundred letters.
    place = str(folder) if sys.platform == "win32" else "."
    of_its_own = dict.fromkeys(("TMPDIR", "TMP", "TEMP"), place)
    try:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            cwd=folder,
            env={**os.environ, **of_its_own},
            # With its helpers in one session of their own, all of them can be ended, and only they.
            start_new_session=True,
        )
    except OSError as error:
        raise OutputError(
            f"Cannot start {command[0]} to print: {error.strerror or error}."
        ) from None
    try:
        _, errors = process.communicate(timeout=timeout_s)
    except subprocess.TimeoutExpired:
        raise OutputError(
            f"{command[0]} did not print the page within {timeout_s:g} seconds: try again when "
            "the machine is less busy, or print the HTML file from a browser."
        ) from None
    finally:
        _end(process)
    return errors.decode(errors="replace").strip()[-300:]


def _end(process: "subprocess.Popen[bytes]") -> None:
    """Stop what may still run of the browser, and nothing else."""
    if sys.platform == "win32":
        if process.poll() is None:
            process.kill()
    else:
        # The browser leads a session of its own.
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
    process.communicate()
