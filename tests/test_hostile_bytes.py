"""Good files of every format with bytes cut, flipped or doubled: rows add up, or a sentence.

``HOTSPOT_CHANGES=500 pytest -m slow tests/test_hostile_bytes.py`` tries 500 of each format.
"""

import os
import random
from collections.abc import Iterable

import pytest

from tests.hostile.changed_bytes import FORMATS, changed, changed_case
from tests.hostile.runner import run_cases

pytestmark = pytest.mark.skipif(os.name == "nt", reason="limits of memory are those of POSIX")

_QUICK = 1
_SLOW = int(os.environ.get("HOTSPOT_CHANGES", "25"))


def _short_of(seeds: range, formats: Iterable[str] = FORMATS, processes: int = 2) -> list[str]:
    cases = [changed_case(f"changed/{name}/{seed}") for seed in seeds for name in formats]
    told = run_cases(cases, processes=processes)
    return [f"{name}: {one['complaints']}" for name, one in told.items() if one["complaints"]]


def test_a_few_changed_files_lose_no_row_and_fall_over_nowhere():
    # One worker: to start another takes longer than these.
    assert _short_of(range(_QUICK), ("csv", "gzip", "geojson", "set-up"), processes=1) == []


@pytest.mark.slow
def test_changed_files_lose_no_row_and_fall_over_nowhere():
    assert _short_of(range(_SLOW)) == []


def test_what_is_changed_is_so_by_its_seed():
    good = b"a good file " * 9
    made = {changed(good, random.Random(seed)) for seed in range(40)}
    assert len(made) > 30
    assert made == {changed(good, random.Random(seed)) for seed in range(40)}
