"""A folder is issued whole or not at all, and never costs a user a file."""

import json
import os
import re
import shutil
import time
from pathlib import Path

import pytest

from hotspot._errors import DataWarning, OutputError
from hotspot.briefing import folder as folders
from hotspot.briefing.folder import PRODUCT, issued_folder, sha256
from hotspot.output import staging


def issue(place: Path, text: str = "first", replace: bool = False) -> None:
    """Issue a small folder: a page, and a sheet in a folder of its own."""
    with issued_folder(place, replace) as building:
        (building / "page.html").write_text(text, encoding="utf-8")
        (building / "targets").mkdir()
        (building / "targets" / "North.xlsx").write_text(text, encoding="utf-8")
        names = ["page.html", "targets/North.xlsx"]
        outputs = {name: sha256(building / name) for name in names}
        record = {"product": PRODUCT, "as_of": "2026-03-02", "outputs": outputs}
        (building / "run.json").write_text(json.dumps(record), encoding="utf-8")


def contents(place: Path) -> dict[str, str]:
    return {
        path.relative_to(place).as_posix(): path.read_text(encoding="utf-8")
        for path in place.rglob("*")
        if path.is_file() and path.name != "run.json"
    }


def whole(place: Path, text: str) -> bool:
    """Tell whether the folder is whole and nothing is left beside it."""
    left = {path.name for path in place.parent.iterdir()} - {place.name}
    return contents(place) == {"page.html": text, "targets/North.xlsx": text} and not left


def test_a_folder_is_there_whole(tmp_path: Path) -> None:
    issue(tmp_path / "briefing")
    assert whole(tmp_path / "briefing", "first")


def test_missing_parents_are_made_and_an_empty_folder_is_no_hindrance(tmp_path: Path) -> None:
    place = tmp_path / "a" / "b"
    place.mkdir(parents=True)
    issue(place)
    assert whole(place, "first")


def test_an_issued_folder_is_not_replaced_unasked(tmp_path: Path) -> None:
    issue(tmp_path / "briefing")
    with pytest.raises(
        OutputError, match=r"already holds the briefing of Monday 2 March 2026.*--replace"
    ):
        issue(tmp_path / "briefing", "second")
    assert whole(tmp_path / "briefing", "first")


def test_an_issued_folder_is_replaced_when_asked(tmp_path: Path) -> None:
    issue(tmp_path / "briefing")
    issue(tmp_path / "briefing", "second", replace=True)
    assert whole(tmp_path / "briefing", "second")


def test_a_failure_in_the_middle_leaves_the_old_folder(tmp_path: Path) -> None:
    place = tmp_path / "briefing"
    issue(place)

    def half() -> None:
        with issued_folder(place, replace=True) as building:
            (building / "page.html").write_text("half", encoding="utf-8")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        half()
    assert whole(place, "first")


def test_a_failure_in_the_middle_leaves_nothing_where_nothing_was(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError), issued_folder(tmp_path / "briefing"):
        raise ZeroDivisionError
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("replace", [False, True])
def test_a_folder_of_other_files_is_refused(tmp_path: Path, replace: bool) -> None:
    place = tmp_path / "holiday"
    place.mkdir()
    (place / "photo.jpg").write_text("sea", encoding="utf-8")
    with pytest.raises(OutputError, match=r"did not write \(photo\.jpg\)"):
        issue(place, replace=replace)
    assert contents(place) == {"photo.jpg": "sea"}


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("targets/North.xlsx", r"changed: targets/North\.xlsx"),
        ("notes.txt", r"added: notes\.txt"),
        ("targets/filled in.xlsx", r"added: targets/filled in\.xlsx"),
    ],
)
def test_work_done_in_an_issued_folder_is_never_lost(tmp_path: Path, name: str, told: str) -> None:
    place = tmp_path / "briefing"
    issue(place)
    (place / name).write_text("visited, no answer", encoding="utf-8")
    with pytest.raises(OutputError, match=told):
        issue(place, "second", replace=True)
    assert contents(place)[name] == "visited, no answer"


def test_an_added_folder_counts_as_work(tmp_path: Path) -> None:
    issue(tmp_path / "briefing")
    (tmp_path / "briefing" / "statements").mkdir()
    with pytest.raises(OutputError, match=r"added: statements/"):
        issue(tmp_path / "briefing", "second", replace=True)


def test_a_file_that_appears_while_the_new_folder_is_made_is_kept(tmp_path: Path) -> None:
    place = tmp_path / "briefing"
    issue(place)

    def slow() -> None:
        with issued_folder(place, replace=True) as building:
            (building / "run.json").write_text("{}", encoding="utf-8")
            (place / "late.txt").write_text("late", encoding="utf-8")

    with pytest.raises(OutputError, match=r"late\.txt"):
        slow()
    assert contents(place)["page.html"] == "first"


def test_a_file_that_changes_between_the_last_look_and_the_move_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = tmp_path / "briefing"
    issue(place)
    looked = folders.refuse_taken

    def look_then_type(folder: Path, replace: bool) -> None:
        looked(folder, replace)
        (place / "page.html").write_text("typed", encoding="utf-8")
        monkeypatch.setattr(folders, "refuse_taken", looked)

    def issue_while_someone_types() -> None:
        with issued_folder(place, replace=True) as building:
            (building / "run.json").write_text("{}", encoding="utf-8")
            monkeypatch.setattr(folders, "refuse_taken", look_then_type)

    with pytest.raises(OutputError, match=r"changed: page\.html"):
        issue_while_someone_types()
    assert contents(place)["page.html"] == "typed"


def test_a_sheet_that_is_open_elsewhere_gets_a_sentence(tmp_path: Path) -> None:
    issue(tmp_path / "briefing")
    (tmp_path / "briefing" / "targets" / "~$North.xlsx").write_text("me", encoding="utf-8")
    with pytest.raises(OutputError, match=r"North\.xlsx is open in another program"):
        issue(tmp_path / "briefing", "second", replace=True)


@pytest.mark.parametrize("exchanged", [True, False])
@pytest.mark.parametrize("replaced", [True, False])
def test_where_what_is_done_last_fails_the_old_folder_is_put_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, replaced: bool, exchanged: bool
) -> None:
    place = tmp_path / "briefing"
    if replaced:
        issue(place)
    if not exchanged:
        monkeypatch.setattr(staging, "exchange", lambda one, other: False)

    def fail() -> None:
        assert contents(place) == {"page.html": "second"}
        raise ZeroDivisionError

    def issue_second() -> None:
        with issued_folder(place, replace=True, then=fail) as building:
            (building / "page.html").write_text("second", encoding="utf-8")

    with pytest.raises(ZeroDivisionError):
        issue_second()
    assert whole(place, "first") if replaced else not list(tmp_path.iterdir())


def test_a_folder_that_is_a_link_stays_one(tmp_path: Path) -> None:
    issue(tmp_path / "elsewhere" / "first of March")
    try:
        (tmp_path / "briefing").symlink_to(tmp_path / "elsewhere" / "first of March")
    except OSError:
        pytest.skip("this account may not make links")
    issue(tmp_path / "briefing", "second", replace=True)
    assert (tmp_path / "briefing").is_symlink()
    assert whole(tmp_path / "elsewhere" / "first of March", "second")


@pytest.mark.parametrize("gone", ["page.html", "run.json", "targets"])
def test_what_an_older_version_was_removing_when_it_was_killed_is_removed(
    tmp_path: Path, gone: str
) -> None:
    place, aside = tmp_path / "briefing", tmp_path / ".briefing.replaced"
    issue(place)
    place.rename(aside)
    left = aside / gone
    shutil.rmtree(left) if left.is_dir() else left.unlink()
    (tmp_path / "other").mkdir()
    issue(tmp_path / "other" / "briefing", "second")
    (tmp_path / "other" / "briefing").rename(place)
    (tmp_path / "other").rmdir()
    issue(place, "third", replace=True)
    assert whole(place, "third")


def test_a_folder_of_somebody_under_that_name_is_told(tmp_path: Path) -> None:
    issue(tmp_path / "briefing")
    (tmp_path / ".briefing.replaced").mkdir()
    (tmp_path / ".briefing.replaced" / "mine.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(OutputError, match=r"\.briefing\.replaced is in the way"):
        issue(tmp_path / "briefing", "second", replace=True)


def test_a_failing_rename_puts_the_old_folder_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = tmp_path / "briefing"
    issue(place)
    rename = Path.rename

    def refuse_new(path: Path, target: Path) -> Path:
        if path.parent.name == "new" and target == place:
            raise PermissionError(13, "in use", str(path))
        return rename(path, target)

    monkeypatch.setattr(staging, "exchange", lambda one, other: False)
    monkeypatch.setattr(Path, "rename", refuse_new)
    with pytest.raises(OutputError, match="open in another program"):
        issue(place, "second", replace=True)
    assert whole(place, "first")


def test_a_run_killed_between_the_renames_is_mended_by_the_next(tmp_path: Path) -> None:
    place = tmp_path / "briefing"
    issue(place)
    place.rename(tmp_path / ".briefing.replaced")
    with pytest.raises(OutputError, match="already holds"):
        issue(place, "second")
    assert whole(place, "first")


def test_a_run_killed_before_it_removed_the_old_folder_is_tidied_by_the_next(
    tmp_path: Path,
) -> None:
    place = tmp_path / "briefing"
    issue(place)
    place.rename(tmp_path / ".briefing.replaced")
    (tmp_path / "other").mkdir()
    issue(tmp_path / "other" / "briefing", "second")
    (tmp_path / "other" / "briefing").rename(place)
    (tmp_path / "other").rmdir()
    issue(place, "third", replace=True)
    assert whole(place, "third")


def test_an_old_unfinished_folder_is_tidied_and_a_young_one_is_left(tmp_path: Path) -> None:
    old, young = tmp_path / ".briefing.new-0000", tmp_path / ".briefing.new-1111"
    for left in (old, young):
        left.mkdir()
        (left / ".unfinished").touch()
    long_ago = time.time() - 2 * 24 * 3600
    os.utime(old / ".unfinished", (long_ago, long_ago))
    issue(tmp_path / "briefing")
    assert not old.exists()
    assert young.exists()


def test_an_old_folder_that_cannot_be_removed_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = tmp_path / "briefing"
    issue(place)

    def refuse(path: Path, ignore_errors: bool = False) -> None:
        if not ignore_errors:
            raise PermissionError(13, "in use", str(path))

    monkeypatch.setattr(staging.shutil, "rmtree", refuse)
    with pytest.warns(DataWarning, match="could not be removed"):
        issue(place, "second", replace=True)
    assert contents(place)["page.html"] == "second"


def test_a_file_in_the_way_is_told(tmp_path: Path) -> None:
    (tmp_path / "briefing").write_text("a file", encoding="utf-8")
    with pytest.raises(OutputError, match="a file of that name"):
        issue(tmp_path / "briefing", replace=True)


def test_a_place_below_a_file_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("a file", encoding="utf-8")
    with pytest.raises(OutputError, match=re.escape(str(tmp_path / "file" / "briefing"))):
        issue(tmp_path / "file" / "briefing")


def test_a_fault_of_another_file_is_not_told_as_ours(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError), issued_folder(tmp_path / "briefing"):
        (tmp_path / "elsewhere").read_text(encoding="utf-8")


def test_the_hash_of_a_folder_turns_on_names_and_contents(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("1", encoding="utf-8")
    before = sha256(tmp_path)
    (tmp_path / "a").rename(tmp_path / "b")
    assert sha256(tmp_path) != before


def test_a_whole_drive_is_no_folder_to_issue(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="it is a whole drive"):
        issue(Path(tmp_path.anchor), replace=True)
