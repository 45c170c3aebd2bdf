"""Good files of every format with bytes cut, flipped or doubled: rows add up, or a sentence.

``HOTSPOT_CHANGES=500 pytest -m slow tests/test_hostile_bytes.py`` tries 500 of each format.
"""

import os
import random
from contextlib import suppress
from pathlib import Path

import pytest

from hotspot import DataError, check_incidents
from tests.hostile.changed_bytes import FORMATS, changed, changed_case
from tests.hostile.runner import run_cases

pytestmark = pytest.mark.skipif(os.name == "nt", reason="limits of memory are those of POSIX")

_QUICK = 4
_SLOW = int(os.environ.get("HOTSPOT_CHANGES", "10"))


@pytest.mark.parametrize("name", ["csv", "gzip", "geojson"])
def test_a_few_changed_files_lose_no_row(name: str, tmp_path: Path) -> None:
    # In this process: to start a worker takes ten times as long as what it is asked here.
    for seed in range(_QUICK):
        case = changed_case(f"changed/{name}/{seed}")
        case.write(tmp_path)
        with suppress(DataError):
            check = check_incidents(tmp_path / FORMATS[name].file)
            counts = len(check.accepted), len(check.rejected)
            assert not all(answer.lacks(0, *counts, "") for answer in case.wanted), seed


@pytest.mark.slow
def test_changed_files_lose_no_row_and_fall_over_nowhere() -> None:
    cases = [changed_case(f"changed/{name}/{seed}") for seed in range(_SLOW) for name in FORMATS]
    told = run_cases(cases, processes=2)
    assert [f"{name}: {one['complaints']}" for name, one in told.items() if one["complaints"]] == []


def test_what_is_changed_is_so_by_its_seed():
    good = b"a good file " * 9
    made = {changed(good, random.Random(seed)) for seed in range(40)}
    assert len(made) > 30
    assert made == {changed(good, random.Random(seed)) for seed in range(40)}
