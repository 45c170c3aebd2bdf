"""Give cases to us one after another in this process, and say what became of each.

Started by `runner`, which writes the names of cases to its standard input and reads a line of JSON
of each from its standard output. Where Linux allows it the process stands in a network of its own,
in which nothing but a listener answers: what asks it is counted.
"""

import contextlib
import hashlib
import json
import os
import shlex
import shutil
import socket
import stat
import sys
import tempfile
import threading
import time
import warnings
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

from tests.hostile import trials
from tests.hostile.case import Case, all_cases
from tests.hostile.changed_bytes import changed_case
from tests.hostile.judge import HEAVY_SECONDS, SECONDS, complaints

#: Bytes of address space that a worker may ask for, far over what any good file needs here.
ADDRESS_SPACE = 8 << 30
_STARTS = ("subprocess.Popen", "os.system", "os.exec", "os.posix_spawn", "os.spawn", "os.startfile")


class Listener:
    """A server of this process that counts who asks it, and what Python asks elsewhere."""

    def __init__(self) -> None:
        self.seen: list[str] = []
        server = socket.create_server(("127.0.0.1", 0))
        self.address = server.getsockname()
        os.environ["HOSTILE_SITE"] = f"http://127.0.0.1:{self.address[1]}"
        threading.Thread(target=self._answer, args=(server,), daemon=True).start()
        sys.addaudithook(self._watch)

    def _answer(self, server: socket.socket) -> None:
        while True:
            asked, _ = server.accept()
            self.seen.append("a connection to the listener")
            with contextlib.suppress(OSError), asked:
                asked.settimeout(2)
                asked.recv(4096)
                asked.sendall(b"HTTP/1.0 404 Not Found\r\nContent-Length: 0\r\n\r\n")

    def _watch(self, event: str, args: tuple[Any, ...]) -> None:
        if event in ("socket.connect", "socket.getaddrinfo", "socket.gethostbyname"):
            self.seen.append(f"{event} {args[-1] if event == 'socket.connect' else args[0]!r}")
        elif event in _STARTS:
            self.seen.append(f"a program was started: {args[0]!r}")

    def taken(self) -> list[str]:
        """Return what was seen since last asked."""
        time.sleep(0.001)
        seen, self.seen = self.seen, []
        return seen


def raise_loopback() -> None:
    """Switch on the loopback of a network of our own, which is born without one."""
    import fcntl
    import struct

    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as link, contextlib.suppress(OSError):
        name = struct.pack("16sH14s", b"lo", 0x1 | 0x40, bytes(14))
        fcntl.ioctl(link, 0x8914, name)  # SIOCSIFFLAGS: up and running


def bound_memory() -> None:
    """Set the most memory that this process may ask for."""
    import resource

    resource.setrlimit(resource.RLIMIT_AS, (ADDRESS_SPACE, ADDRESS_SPACE))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def bound_time(seconds: float) -> None:
    """Set how much more CPU time this process may use; beyond it the system ends it."""
    import resource

    end = int(sum(resource.getrusage(resource.RUSAGE_SELF)[:2]) + seconds) + 1
    resource.setrlimit(resource.RLIMIT_CPU, (end, resource.RLIM_INFINITY))


def _counted(read: Callable[..., Any], *paths: str) -> int:
    """Run a reader as the command line would, and say how many rows it gave."""
    from hotspot import HotspotError

    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        try:
            print(f"Used {len(read(*paths)):,}.")
            status = 0
        except HotspotError as error:
            print(f"hotspot: {error}", file=sys.stderr)
            status = 1
    for warning in told:
        from hotspot import DataWarning

        kind = "Note" if issubclass(warning.category, DataWarning) else warning.category.__name__
        print(f"{kind}: {warning.message}", file=sys.stderr)
    return status


def _readers() -> dict[str, Callable[..., int]]:
    """Return what reads files besides the commands, by name."""
    import hotspot as hs
    from hotspot.addresses import read_streets
    from hotspot.areas import read_outline
    from hotspot.incidents.stop_list import read_stop_list
    from hotspot.visits.sheet_reading import read_returns
    from tests.hostile.rules import merge_forces, read_rule, write_batch
    from tests.hostile.shares import apply_correction, read_share

    def stop_list(path: str) -> Any:
        return read_stop_list(Path(path)).entries

    def returns(path: str) -> Any:
        return read_returns(path).rows

    readers: dict[str, Callable[..., Any]] = {
        "read_areas": hs.read_areas,
        "read_addresses": hs.read_addresses,
        "read_streets": read_streets,
        "read_outline": read_outline,
        "read_stop_list": stop_list,
        "read_returns": returns,
        "read_cameras": hs.read_cameras,
        "read_patrols": hs.read_patrols,
        "read_share": read_share,
        "read_rule": read_rule,
        "merge_forces": merge_forces,
        "write_batch": write_batch,
        "apply_correction": apply_correction,
    }
    counted = {name: partial(_counted, read) for name, read in readers.items()}
    return {**counted, **trials.READERS}


@contextlib.contextmanager
def _told_into(path: Path) -> Iterator[None]:
    """Write everything that this process prints into a file, also what C libraries print."""
    old_out, old_err = sys.stdout, sys.stderr
    saved = [os.dup(1), os.dup(2)]
    with path.open("wb") as file:
        os.dup2(file.fileno(), 1)
        os.dup2(file.fileno(), 2)
    sys.stdout = os.fdopen(1, "w", encoding="utf-8", closefd=False)
    sys.stderr = os.fdopen(2, "w", encoding="utf-8", closefd=False, buffering=1)
    try:
        yield
    finally:
        for stream in (sys.stdout, sys.stderr):
            with contextlib.suppress(ValueError, OSError):
                stream.flush()
        sys.stdout, sys.stderr = old_out, old_err
        for number, copy in zip((1, 2), saved, strict=True):
            os.dup2(copy, number)
            os.close(copy)


def picture_of(folder: Path) -> dict[str, str]:
    """Return what lies in a folder: the kind of each entry, the hash of each file."""
    found = {}
    for path in sorted(folder.rglob("*")):
        mode = path.lstat().st_mode
        if stat.S_ISREG(mode):
            with path.open("rb") as file:
                told = hashlib.file_digest(file, "sha256").hexdigest()
        elif stat.S_ISLNK(mode):
            told = f"link to {path.readlink()}"
        else:
            told = stat.filemode(mode)[0]
        found[str(path.relative_to(folder))] = told
    return found


def _peak_megabytes(*, reset: bool = False) -> float:
    """Return the most memory that was resident since the last reset, where Linux tells."""
    try:
        if reset:
            Path("/proc/self/clear_refs").write_text("5")
    except OSError:
        return 0.0
    return _megabytes("VmHWM")


def _megabytes(what: str) -> float:
    """Return a number of Linux's account of this process."""
    try:
        told = Path("/proc/self/status").read_text()
    except OSError:
        return 0.0
    return int(told.split(f"{what}:")[1].split()[0]) / 1024


def run_case(case: Case, base: Path, listener: Listener) -> dict[str, Any]:
    """Write a case, give it to its reader, and judge what came of it."""
    folders = {name: base / name for name in ("in", "out", "temp")}
    for folder in folders.values():
        folder.mkdir(parents=True)
    case.write(folders["in"])
    before = picture_of(folders["in"])
    tempfile.tempdir = str(folders["temp"])
    os.environ["TMPDIR"] = os.environ["CPL_TMPDIR"] = str(folders["temp"])
    os.environ["XDG_STATE_HOME"] = str(base / "state")  # where faults of ours are reported
    words = [word.replace("{in}", str(folders["in"])) for word in shlex.split(case.command)]
    here = Path.cwd()
    os.chdir(folders["out"])
    listener.taken()
    bound_time(HEAVY_SECONDS if case.heavy else SECONDS)
    memory, started = _peak_megabytes(reset=True), time.process_time()
    try:
        with _told_into(base / "said"):
            status, raised = _run(words)
    finally:
        os.chdir(here)
        tempfile.tempdir = None
    outcome = {
        "status": status,
        "raised": raised,
        "seconds": round(time.process_time() - started, 2),
        "megabytes": round(_peak_megabytes() - memory),
        "said": (base / "said").read_bytes().decode("utf-8", "surrogateescape"),
        "before": before,
        "after": picture_of(folders["in"]),
        "left": sorted(picture_of(folders["temp"])),
        "asked": listener.taken(),
    }
    shutil.rmtree(base, ignore_errors=True)
    told = {"name": case.name, "complaints": complaints(case, outcome), **_short(outcome)}
    return {**told, "address_space": _megabytes("VmSize") * 2**20}


def _run(words: list[str]) -> tuple[int | None, str]:
    """Run a command or a reader; return its exit status and what it raised."""
    from hotspot.cli import main

    try:
        reader = _readers().get(words[0])
        return (main(words) if reader is None else reader(*words[1:])), ""
    except SystemExit as error:
        return (error.code if isinstance(error.code, int) else 1), ""
    except Exception as error:
        import traceback

        place = traceback.extract_tb(error.__traceback__)[-1]
        return None, f"{type(error).__name__}: {error!s:.300} ({place.filename}:{place.lineno})"


def _short(outcome: dict[str, Any]) -> dict[str, Any]:
    """Return what a person wants to see of an outcome."""
    kept = {name: outcome[name] for name in ("status", "seconds", "megabytes")}
    return {**kept, "said": outcome["said"][:1500], "raised": outcome["raised"]}


def _case_of(name: str, cases: dict[str, Case]) -> Case:
    """Return a case of the corpus, or one that is made of its name."""
    return changed_case(name) if name.startswith("changed/") else cases[name]


def main() -> None:
    """Run the cases whose names stand in the standard input."""
    if os.environ.get("HOSTILE_NETWORK") == "own":
        raise_loopback()
    bound_memory()
    listener = Listener()
    cases = all_cases() | trials.CASES
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8", buffering=1)
    # A command that is told to read standard input finds nothing there, and none of these names.
    names = os.fdopen(os.dup(0), encoding="utf-8")
    with Path(os.devnull).open(encoding="utf-8") as nothing:
        os.dup2(nothing.fileno(), 0)
    base = Path(tempfile.mkdtemp(prefix="hostile-"))
    try:
        for number, line in enumerate(names):
            try:
                told = run_case(_case_of(line.strip(), cases), base / str(number), listener)
            except Exception as error:  # a fault of the case itself must not hide the others
                told = {"name": line.strip(), "complaints": [f"the case fell over: {error!r}"]}
            print(json.dumps(told), file=answers, flush=True)
    finally:
        shutil.rmtree(base, ignore_errors=True)


if __name__ == "__main__":
    main()
