"""Readers that misbehave on purpose, to see that the runner sees it."""

import contextlib
import os
import subprocess
import sys
import urllib.request
from collections.abc import Callable

from tests.hostile.case import Case, done, site


def _asks() -> int:
    with contextlib.suppress(OSError):
        urllib.request.urlopen(site(), timeout=5)
    return 0


def _asks_by_gdal() -> int:
    import pyogrio

    with contextlib.suppress(Exception):
        pyogrio.read_info(f"/vsicurl/{site()}/a.geojson")
    return 0


def _starts_a_program() -> int:
    subprocess.run([sys.executable, "-c", ""], check=True)
    return 0


def _dies() -> int:
    os.abort()


def _behaves() -> int:
    return 0


READERS: dict[str, Callable[[], int]] = {
    "asks": _asks,
    "asks-by-gdal": _asks_by_gdal,
    "starts-a-program": _starts_a_program,
    "dies": _dies,
    "behaves": _behaves,
}
CASES = {
    f"trials/{name}": Case(f"trials/{name}", lambda folder: None, name, (done(),))
    for name in READERS
}
