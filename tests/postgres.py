"""A PostgreSQL of the tests' own: started on loopback in a temporary folder, stopped at the end."""

import contextlib
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

# The superuser of the cluster; no password, since only loopback is listened to.
USER = "hotspot"


def find_binaries() -> Path | None:
    """Where initdb and postgres are: the newest version that the distribution put there."""
    found = sorted(
        Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: float(path.parts[-3])
    )
    if found:
        return found[-1].parent
    on_path = shutil.which("initdb")
    return Path(on_path).parent if on_path else None


@contextlib.contextmanager
def running_postgres(binaries: Path) -> Iterator[str]:
    """Run a server and give the URL of its database."""
    folder = Path(tempfile.mkdtemp(prefix="hotspot-pg-"))
    data, prefix = folder / "data", _as_postgres(folder)
    log = folder / "log"
    initdb = [binaries / "initdb", "-D", data, "-U", USER, "-A", "trust", "-E", "UTF8", "--no-sync"]
    control = [*prefix, binaries / "pg_ctl", "-D", data, "-w"]
    try:
        subprocess.run([*prefix, *initdb], check=True, capture_output=True, cwd=folder)
        # Another process may take the port that was free a moment ago.
        for last in (False, False, True):
            port = _free_port()
            options = f"-p {port} -h 127.0.0.1 -k {folder}"
            start = [*control, "-l", log, "-o", options, "start"]
            begun = subprocess.run(start, check=last, stdout=subprocess.DEVNULL, cwd=folder)
            if begun.returncode == 0:
                break
        yield f"postgresql://{USER}@127.0.0.1:{port}/postgres"
    finally:
        stop = [*control, "-m", "immediate", "stop"]
        subprocess.run(stop, check=False, capture_output=True, cwd=folder)
        shutil.rmtree(folder, ignore_errors=True)


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def _as_postgres(folder: Path) -> list[str]:
    """Run as the distribution's postgres user where we are root, which initdb refuses."""
    if os.geteuid() != 0:
        return []
    user = pwd.getpwnam("postgres")
    os.chown(folder, user.pw_uid, user.pw_gid)
    ids = [f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--clear-groups"]
    return ["setpriv", *ids]
