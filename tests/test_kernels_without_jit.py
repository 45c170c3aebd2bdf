"""The kernels as plain Python, where each of their lines can be seen to run."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT

KERNELS = ROOT / "hotspot" / "_kernels"
# Measured 99 %. What is left takes one draw of the generator in a hundred million, and such.
LEAST_IN_ALL, LEAST_IN_A_MODULE = 98, 95


def run(folder: Path, *arguments: str) -> str:
    """Run coverage on the kernels, uncompiled: compiled code shows no lines."""
    done = subprocess.run(
        [sys.executable, "-m", "coverage", *arguments],
        cwd=ROOT,
        env={**os.environ, "NUMBA_DISABLE_JIT": "1", "COVERAGE_FILE": str(folder / "lines")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    return done.stdout


@pytest.mark.slow
def test_small_cases_reach_every_kernel_and_agree_uncompiled(tmp_path):
    # splitmix64 is meant to overflow; whole numbers of numpy, unlike compiled ones, warn of it.
    overflows = "ignore:overflow encountered in scalar:RuntimeWarning"
    run(
        tmp_path, "run", "--branch", "--source=hotspot._kernels",
        "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", "-W", overflows,
        "tests/test_kernels.py",
    )  # fmt: skip
    found = json.loads(run(tmp_path, "json", "-q", "-o", "-"))
    share = {Path(name).name: file["summary"] for name, file in found["files"].items()}
    assert set(share) == {path.name for path in KERNELS.glob("*.py")}
    assert found["totals"]["percent_covered"] >= LEAST_IN_ALL
    short = {name: f["percent_covered"] for name, f in share.items()}
    assert not {name: part for name, part in short.items() if part < LEAST_IN_A_MODULE}
