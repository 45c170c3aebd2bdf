"""Whatever writes and is killed, before or after any step: the old is there whole, or the new."""

import json
import os
import tempfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import geopandas as gpd
import pytest
import shapely

from hotspot import impact
from hotspot.briefing.folder import PRODUCT, issued_folder
from hotspot.demo import write_sample
from hotspot.maps import public_map, publish_map
from hotspot.output import printing, staging
from hotspot.output.files import replacing_file, replacing_files, sha256
from hotspot.output.printing import print_page
from hotspot.output.result_files import MadeOf, WrittenResult, write_results
from hotspot.sheets import write_targets
from hotspot.visits import VisitLedger
from tests.kill_points import DEAD, Left, killed_runs, seen, tree
from tests.made_targets import made_targets
from tests.test_public_map import town as burgled_squares
from tests.test_results import Counts
from tests.visits_lists import targets, visit

Writer = Callable[[Path, str], object]

SET = ("a.csv", "b.png", "below/c.html")

pytestmark = pytest.mark.skipif(os.name != "posix", reason="asks whether a process still runs")


class Stop(Exception):
    """What stops the next run before it has written anything."""


@pytest.fixture(params=["exchanged", "renamed"])
def both_ways(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """With systems that exchange two names in one step, and with those that cannot."""
    if request.param == "renamed":
        monkeypatch.setattr(staging, "exchange", lambda one, other: False)
    return str(request.param)


def write_set(folder: Path, text: str) -> None:
    """Write files that belong together, one of them in a folder below."""
    files = [folder / "lists" / name for name in SET]
    with replacing_files(files) as places:
        for path in files:
            places[path].write_text(text, encoding="utf-8")


def write_file(folder: Path, text: str) -> None:
    with replacing_file(folder / "list.csv") as place:
        place.write_text(text, encoding="utf-8")


def write_folder(folder: Path, text: str) -> None:
    """Issue a folder and ask its ledger for the visits."""
    ledger = VisitLedger(folder / "visits.db")
    listed = targets((f"V-{text}", 1, "2026-03-03 07:00"))
    issue(folder / "out", text, lambda: ledger.issue(listed))


def issue(place: Path, text: str, then: Callable[[], object] = lambda: None) -> None:
    with issued_folder(place, True, then=then) as building:
        write_set(building, text)
        names = [f"lists/{name}" for name in SET]
        outputs = {name: sha256(building / name) for name in names}
        record = {"product": PRODUCT, "as_of": text, "outputs": outputs}
        (building / "run.json").write_text(json.dumps(record), encoding="utf-8")


def write_counts(folder: Path, text: str) -> None:
    Counts(text).write(folder, files={"map.html": lambda path: path.write_text(text) and None})


def write_several(folder: Path, text: str) -> None:
    """Write two results as one set, as `hotspot impact` writes its operations."""
    made_of = MadeOf(None, {}, {})
    more = {"map.html": lambda path: path.write_text(text) and None}
    both = [WrittenResult(Counts(text), name, made_of, files)
            for name, files in (("one", more), ("two", {}))]  # fmt: skip
    write_results(folder, both, ("csv", "json"))


def write_plan(folder: Path, text: str) -> None:
    """Write a plan that is there once, under a name of its own."""
    ground = gpd.GeoDataFrame({"place": ["A"]}, geometry=[shapely.box(0, 0, 9, 9)], crs=27700)
    impact.write_plan(
        folder / f"{text}.toml", name=text, objective="fewer", success="fewer", treated=ground,
        before=("2024-01-01", "2024-12-31"), after=("2025-01-01", "2025-12-31"),
        review="2026-01-31", made="2024-12-01",
    )  # fmt: skip


def write_doors(folder: Path, text: str) -> None:
    write_targets(made_targets(address=text), folder / "targets", formats=("csv", "html"))


def write_public(folder: Path, text: str) -> None:
    crimes, homes = burgled_squares([[6, 8], [9, 9]])
    drawn = public_map(crimes, addresses=homes, minimum=2, months=1, lag_days=0, as_of="2026-02-28")
    publish_map(drawn, folder / "maps" / f"{text}.html", record=folder / "kept" / "published.json")


def next_runs(base: Path) -> None:
    """Let other runs begin in every folder, and fail before they have written anything."""
    for folder in [base, *(path for path in base.rglob("*") if path.is_dir())]:
        if not any(part.startswith(".") for part in folder.relative_to(base).parts):
            with suppress(Stop), replacing_files([folder / "another"]):
                raise Stop


def states(write: Writer, tmp_path: Path, *, begun: bool) -> tuple[dict, dict, list[Left]]:
    """Return the old state of a folder, the new one, and what is left at each step between."""
    folder, twin = tmp_path / "written", tmp_path / "twin"
    for place in (folder, twin):
        place.mkdir()
        if begun:
            write(place, "old")
    write(twin, "new")
    before = seen(folder)
    left = killed_runs(lambda: write(folder, "new"), folder, tmp_path / "killed")
    assert tree(folder).keys() == seen(folder).keys() == seen(twin).keys()
    return before, seen(folder), left


@pytest.mark.parametrize("begun", [True, False])
@pytest.mark.parametrize("write", [write_set, write_counts, write_several, write_doors])
def test_files_that_belong_together_are_never_mixed_and_are_whole_after_the_next_run(
    write: Writer, begun: bool, tmp_path: Path
) -> None:
    old, new, left = states(write, tmp_path, begun=begun)
    assert len(left) > 10
    whole = 0
    for step, folder in left:
        shown = seen(folder)
        assert shown.items() <= old.items() or shown.items() <= new.items(), step
        next_runs(folder)
        assert tree(folder) in (old, new), step
        whole += tree(folder) == new
    # From the moment on when all is written and out of the way, it comes.
    assert 0 < whole < len(left)
    write(left[len(left) // 2].folder, "new")
    assert tree(left[len(left) // 2].folder).keys() == new.keys()


def test_one_file_is_the_old_or_the_new_at_any_moment(tmp_path: Path) -> None:
    _, _, left = states(write_file, tmp_path, begun=True)
    told = [seen(folder)["list.csv"] for _, folder in left]
    assert told == sorted(told, reverse=True)
    assert set(told) == {b"old", b"new"}
    for step, folder in left:
        write_file(folder, "third")
        assert tree(folder) == {"list.csv": b"third"}, step


@pytest.mark.parametrize("begun", [True, False])
def test_a_folder_is_the_old_or_the_new_and_the_next_run_works(
    begun: bool, both_ways: str, tmp_path: Path
) -> None:
    _, _, left = states(write_folder, tmp_path, begun=begun)
    steps = [step for step, _ in left]
    assert any("do_commit" in step for step in steps)
    missing = []
    for step, folder in left:
        out = folder / "out"
        texts = {path.read_text() for path in out.rglob("*.*") if path.name != "run.json"}
        assert texts in ({"old"}, {"new"}, set()), step
        assert len(seen(out)) in (0, 4), step
        missing += [step] * (begun and not out.exists())
        asked = set(VisitLedger(folder / "visits.db").asked()["visit_id"])
        # The ledger asks for nothing that no team has in its hands.
        assert "V-new" not in asked or texts == {"new"}, step
        with suppress(Stop), issued_folder(out, replace=True):
            assert not begun or len(seen(out)) == 4, step
            raise Stop
        issue(out, "third")
        assert {name for name in tree(folder) if name.startswith(("out/", "."))} == {
            f"out/{name}" for name in tree(out)
        }, step
        assert json.loads((out / "run.json").read_text())["as_of"] == "third"
    # Where two names can be exchanged there is a folder at any moment; else, for one rename, none.
    assert len(missing) == (0 if both_ways == "exchanged" else 2 * begun), missing


def test_the_system_of_these_tests_exchanges_two_names(tmp_path: Path) -> None:
    for name in ("one", "other"):
        (tmp_path / name).mkdir()
        (tmp_path / name / name).touch()
    if not staging.exchange(tmp_path / "one", tmp_path / "other"):
        pytest.skip("this file system cannot")
    assert (tmp_path / "one" / "other").exists()
    assert (tmp_path / "other" / "one").exists()


def test_a_public_map_is_never_there_without_its_record(tmp_path: Path) -> None:
    _, _, left = states(write_public, tmp_path, begun=True)
    locks: list[Path] = []
    for step, folder in left:
        for again in (False, True):
            if again:
                next_runs(folder)
            record = folder / "kept" / "published.json"
            told = record.read_text() if record.exists() else ""
            for page in folder.glob("maps/*.html"):
                assert f'"{page.name}"' in told, (step, again)
        # The system lets go of the lock of a run that was killed: it stops none.
        hidden = {name for name in tree(folder) if "/." in name or name.startswith(".")}
        assert hidden <= {"kept/.published.json.lock"}, step
        locks += [folder] * bool(hidden)
    assert 0 < len(locks) < len(left)
    write_public(locks[len(locks) // 2], "third")
    assert tree(locks[len(locks) // 2]).keys() == seen(locks[len(locks) // 2]).keys()


def test_a_sample_is_there_whole_after_the_next_run(tmp_path: Path) -> None:
    folder = tmp_path / "sample"
    folder.mkdir()
    texts = {"briefing.toml": "a", "b.csv": "b"}
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("hotspot.demo.sample.make_sample", lambda *_: texts)
        left = killed_runs(lambda: write_sample(folder), folder, tmp_path / "killed")
        for step, killed in left:
            # Part of it is there: the same again is no reason to refuse.
            write_sample(killed)
            assert tree(killed).keys() == texts.keys(), step


def test_a_ledger_holds_what_was_there_or_all_that_was_written(tmp_path: Path) -> None:
    folder = tmp_path / "ledger"
    folder.mkdir()
    ledger = VisitLedger(folder / "visits.db")
    listed = targets(*((f"V-{n}", 1, "2026-03-03 07:00") for n in range(3)))
    rows = [visit(f"V-{n}", "no reply", "2026-03-02 18:00") for n in range(3)]

    def state(of: VisitLedger) -> tuple[int, int]:
        return len(of.asked()), len(of.visits())

    steps: list[tuple[Callable[[], object], tuple[int, int], tuple[int, int]]] = [
        (lambda: ledger.issue(listed), (0, 0), (3, 0)),
        (lambda: ledger.record(rows), (3, 0), (3, 3)),
        (lambda: ledger.purge(before="2030-01-01"), (3, 3), (0, 0)),
    ]
    for number, (write, before, after) in enumerate(steps):
        left = killed_runs(write, folder, tmp_path / str(number))
        commits = [killed for killed in left if "do_commit" in killed.step]
        assert commits, number
        found = [state(VisitLedger(killed.folder / "visits.db")) for killed in left]
        assert set(found) == {before, after}, number
        assert found == sorted(found, key=[before, after].index), number


def test_a_stage_of_a_run_that_still_writes_is_left_alone(tmp_path: Path) -> None:
    with replacing_file(tmp_path / "one.csv") as one:
        one.write_text("1")
        with replacing_file(tmp_path / "two.csv") as two:
            two.write_text("2")
        assert one.exists()
    assert tree(tmp_path) == {"one.csv": b"1", "two.csv": b"2"}


def test_what_was_written_since_is_not_overwritten_by_what_a_killed_run_had_ready(
    tmp_path: Path,
) -> None:
    folder = tmp_path / "written"
    folder.mkdir()
    write_set(folder, "old")
    left = killed_runs(lambda: write_set(folder, "new"), folder, tmp_path / "killed")
    ready = [killed.folder for killed in left if "/ready/a.csv" in killed.step]
    assert ready
    for place in ready:
        stages = [path for path in (place / "lists").iterdir() if path.name.startswith(".")]
        for stage in stages:
            # As of another machine, of which nobody knows whether it still writes.
            (stage / ".unfinished").write_text("elsewhere 7")
        write_set(place, "third")
        assert set(seen(place).values()) == {b"third"}
        for stage in stages:
            os.utime(stage / ".unfinished", (0, 0))
        next_runs(place)
        assert set(tree(place).values()) == {b"third"}


def test_a_plan_is_there_whole_or_not_at_all_and_once(tmp_path: Path) -> None:
    folder = tmp_path / "plans"
    folder.mkdir()
    left = killed_runs(lambda: write_plan(folder, "new"), folder, tmp_path / "killed")
    whole = seen(folder)
    for step, killed in left:
        assert seen(killed) in ({}, whole), step
        if not seen(killed):
            write_plan(killed, "new")
        assert impact.read_plan(killed / "new.toml").fingerprint, step
        assert impact.read_plan(killed / "new.toml").cautions() == [], step


def write_print(folder: Path, text: str) -> None:
    """Print a page by a browser that is a script: it writes what it is given, and its profile."""
    browser = folder.parent / "browser"
    browser.write_text(
        "#!/bin/sh\nfor one; do case $one in --print-to-pdf=*) to=${one#*=};; esac; done\n"
        f"mkdir profile; echo secret > profile/cache; printf '%%PDF-{text}' > $to\n"
    )
    browser.chmod(0o700)
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("HOTSPOT_BROWSER", str(browser))
        print_page(f"<html>{text} Mill Lane</html>".encode(), folder / "list.pdf")


def write_workbooks(folder: Path, text: str) -> None:
    """Write workbooks and pages of doors, and the workbook of a result."""
    write_targets(made_targets(address=text), folder / "targets", formats=("xlsx", "csv"))
    write_counts(folder, text)


@pytest.mark.parametrize(
    "write", [write_print, pytest.param(write_workbooks, marks=pytest.mark.slow)]
)
def test_of_what_is_killed_nothing_is_left_in_the_temp_folder_nor_after_the_next_run(
    write: Writer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Whoever asks for the folder for temporary files, which others read, finds none.
    for name in ("TMPDIR", "TMP", "TEMP"):
        monkeypatch.setenv(name, str(tmp_path / "nowhere"))
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "nowhere"))
    folder = tmp_path / "written"
    folder.mkdir()
    write(folder, "1.old")
    old = seen(folder)
    with monkeypatch.context() as patched:
        # Folders of a print tell by the number of its process whether it still runs.
        patched.setattr(printing.os, "getpid", lambda: DEAD)
        left = killed_runs(lambda: write(folder, "2.new"), folder, tmp_path / "killed")
    new = seen(folder)
    assert old.keys() == new.keys()
    assert tree(folder).keys() == new.keys()
    hidden = [len(tree(killed).keys() - new.keys()) for _, killed in left]
    assert max(hidden) > 0
    # Workbooks are of several sets, each whole by itself, and take long to be written.
    for step, killed in left if write is write_print else left[:: len(left) // 2]:
        if write is write_print:
            assert seen(killed) in (old, new), step
        write(killed, "3.next")
        # All that was written is where it belongs: no page, no profile, no part of a workbook.
        assert tree(killed).keys() == new.keys(), step
