"""Hostile inputs of our own: each is answered as wanted, in a process without a network."""

import os
from typing import Any

import pytest

from tests.hostile.awaited import AWAITED
from tests.hostile.case import Case, all_cases
from tests.hostile.judge import complaints
from tests.hostile.runner import network_of_own, run_cases

pytestmark = pytest.mark.skipif(os.name == "nt", reason="limits of memory are those of POSIX")

CASES = all_cases()
#: A few of every family, for the quick run; all of them are under the slow mark.
_EACH = 40
QUICK = {
    name
    for number, (name, case) in enumerate(CASES.items())
    if number % _EACH == 0 and not case.heavy and name not in AWAITED
}


def _params(names: set[str]) -> list[Any]:
    return [
        pytest.param(
            CASES[name],
            id=name,
            marks=[pytest.mark.xfail(strict=True, reason=AWAITED[name])] if name in AWAITED else [],
        )
        for name in CASES
        if name in names
    ]


@pytest.fixture(scope="module")
def answers() -> dict[str, dict[str, Any]]:
    """Return what became of the cases of the quick run."""
    return run_cases((CASES[name] for name in QUICK), processes=1)


@pytest.fixture(scope="module")
def all_answers() -> dict[str, dict[str, Any]]:
    """Return what became of every case."""
    return run_cases(CASES.values(), processes=2)


@pytest.mark.parametrize("case", _params(QUICK))
def test_a_hostile_input_of_a_few(case: Case, answers: dict[str, dict[str, Any]]):
    assert answers[case.name]["complaints"] == [], answers[case.name]


@pytest.mark.slow
@pytest.mark.parametrize("case", _params(set(CASES)))
def test_a_hostile_input(case: Case, all_answers: dict[str, dict[str, Any]]):
    assert all_answers[case.name]["complaints"] == [], all_answers[case.name]


def test_there_are_many_of_every_family():
    families = {case.family for case in CASES.values()}
    assert len(CASES) >= 300
    assert len(families) >= 15
    assert AWAITED.keys() <= CASES.keys()


def test_the_judge_sees_what_is_wrong():
    case = next(case for case in CASES.values() if case.name == "csv-bytes/empty")
    good: dict[str, Any] = {
        "status": 1, "raised": "", "seconds": 0.1, "megabytes": 1, "said": "crimes.csv is empty.",
        "before": {"crimes.csv": "a"}, "after": {"crimes.csv": "a"}, "left": [], "asked": [],
    }  # fmt: skip
    assert complaints(case, good) == []
    for change in (
        {"status": 0},
        {"status": 3},
        {"raised": "KeyError: 'x' (a.py:1)"},
        {"said": "It is full."},
        {"said": "crimes.csv is empty.\x1b[2J"},
        {"said": "crimes.csv is empty.\u202e"},
        {"said": "crimes.csv is empty.\n" * 30},
        {"said": "crimes.csv is empty.\nRuntimeWarning: overflow"},
        {"said": "crimes.csv is empty.\nTraceback (most recent call last):"},
        {"after": {"crimes.csv": "b"}},
        {"after": {}},
        {"after": {"crimes.csv": "a", "crimes.gfs": "b"}},
        {"left": ["list.xml"]},
        {"asked": ["a connection to the listener"]},
        {"megabytes": 5000},
    ):
        assert complaints(case, good | change), change


def test_the_runner_sees_what_asks_a_network_and_what_dies():
    from tests.hostile import trials

    told = run_cases(trials.CASES.values(), processes=1)
    assert "asked" in told["trials/asks"]["complaints"][0]
    assert "asked" in told["trials/asks-by-gdal"]["complaints"][0]
    assert "program was started" in told["trials/starts-a-program"]["complaints"][0]
    assert "died" in told["trials/dies"]["complaints"][0]
    assert told["trials/behaves"]["complaints"] == []
    if not network_of_own():
        pytest.skip("no network of one's own is allowed here: the listener alone counts")
