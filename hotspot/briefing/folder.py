"""A folder that is issued whole or not at all, and that never costs a user a file.

The new folder is built beside its place under a name of its own and renamed. An issued folder
lists what is in it, with a hash of each file, in its run.json: only a folder that still is what
was issued is ever replaced.
"""

import json
import os
import platform
import secrets
import shutil
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from hotspot._errors import DataWarning, OutputError
from hotspot.english import some_of
from hotspot.output.files import sha256

RUN_FILE = "run.json"
PRODUCT = "hotspot briefing"
# Marks a folder under construction, so that one left by a killed run is known for what it is.
_UNFINISHED = ".unfinished"
_STALE_AFTER_S = 24 * 3600
# File managers leave these wherever they have been; nobody misses them.
_LITTER = frozenset([".DS_Store", "Thumbs.db", "desktop.ini", _UNFINISHED])


@contextmanager
def issued_folder(
    folder: Path, replace: bool = False, then: Callable[[], object] = lambda: None
) -> Iterator[Path]:
    """Build a folder beside its place; it takes its place only if the block ends well.

    Parameters
    ----------
    folder : Path
        Where it belongs.
    replace : bool
        Whether a folder issued before may be replaced. Even then one that holds a file that was
        changed or added since is refused.
    then : callable
        What is done when the folder is in its place. If it fails, what stood there is put back.

    Yields
    ------
    Path
        An empty folder to write to. The block must leave a run.json in it whose ``product`` is
        `PRODUCT` and whose ``outputs`` give the SHA-256 of every other file.

    Raises
    ------
    OutputError
        If the place is taken or cannot be written to. What stood there stays.
    """
    refuse_root(folder)
    aside = folder.with_name(f".{folder.name}.replaced")
    try:
        _recover(folder, aside)
        refuse_taken(folder, replace)
        building = _begin(folder)
    except OSError as error:
        raise _in_words(error, folder) from error
    try:
        yield building
        _finish(building)
        refuse_taken(folder, replace)
        _swap(building, folder, aside, then)
    except OSError as error:
        if _concerns(error, building, folder, aside):
            raise _in_words(error, folder) from error
        raise
    finally:
        shutil.rmtree(building, ignore_errors=True)


def refuse_root(folder: Path) -> None:
    """Raise where a folder is a whole drive, beside which nothing can be built.

    Raises
    ------
    OutputError
    """
    if not folder.name:
        raise OutputError(f"Cannot write to {folder}: it is a whole drive. Name a folder on it.")


def refuse_taken(folder: Path, replace: bool) -> None:
    """Raise where a folder may not be written: before the work is done, and again after it.

    Parameters
    ----------
    folder : Path
    replace : bool

    Raises
    ------
    OutputError
        If something other than an untouched issued folder is there, or `replace` is not given.
    """
    if not folder.exists() and not folder.is_symlink():
        return
    if not folder.is_dir():
        raise OutputError(f"Cannot write the folder {folder}: a file of that name is there.")
    if not any(folder.iterdir()):
        return
    record = _record(folder)
    if record is None:
        names = sorted(path.name for path in folder.iterdir())
        raise OutputError(
            f"{folder} holds files that hotspot did not write ({some_of(names, 5)}): nothing was "
            "changed. Choose another folder."
        )
    if not replace:
        raise OutputError(
            f"{folder} already holds the briefing of {record.get('as_of')}: nothing was changed. "
            "Give --replace (in Python: replace=True) to replace it, or choose another folder."
        )
    _refuse_touched(folder, record)


def _refuse_touched(folder: Path, record: dict[str, Any]) -> None:
    """Raise where a file was added, filled in or is open since the folder was issued."""
    issued = {name: str(digest) for name, digest in record["outputs"].items()}
    parents = {parent for name in issued for parent in Path(name).parents}
    opened, added, changed = [], [], []
    for path in sorted(folder.rglob("*")):
        inside = path.relative_to(folder)
        name = inside.as_posix()
        if path.name.startswith(("~$", ".~lock.")):
            opened.append(path.name.removeprefix("~$").removeprefix(".~lock.").rstrip("#"))
        elif path.is_dir() and not path.is_symlink():
            added.extend([f"{name}/"] * (inside not in parents))
        elif name == RUN_FILE or path.name in _LITTER:
            continue
        elif name not in issued or path.is_symlink():
            added.append(name)
        elif sha256(path) != issued[name]:
            changed.append(name)
    if opened:
        raise OutputError(
            f"Cannot replace {folder}: {some_of(opened, 5)} is open in another program. Close it "
            "and run again."
        )
    if added or changed:
        work = [f"added: {some_of(added, 5)}"] * bool(added)
        work += [f"changed: {some_of(changed, 5)}"] * bool(changed)
        raise OutputError(
            f"{folder} holds work that was done after it was issued ({'; '.join(work)}): nothing "
            "was changed. Move those files elsewhere, or choose another folder."
        )


def _record(folder: Path) -> dict[str, Any] | None:
    """Read the run.json of a folder that was issued; None where it is none of ours."""
    try:
        record = json.loads((folder / RUN_FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    ours = isinstance(record, dict) and record.get("product") == PRODUCT
    return record if ours and isinstance(record.get("outputs"), dict) else None


def _recover(folder: Path, aside: Path) -> None:
    """Restore what a killed run moved aside, and remove what it left unfinished."""
    for left in folder.parent.glob(f".{folder.name}.new-*"):
        if _is_spent(left):
            shutil.rmtree(left, ignore_errors=True)
    if not aside.exists():
        return
    if not folder.exists():
        aside.rename(folder)
        return
    record = _record(aside)
    if record is None:
        raise OutputError(f"{aside} is in the way: look into it and move it elsewhere.")
    _refuse_touched(aside, record)
    shutil.rmtree(aside)


def _is_spent(left: Path) -> bool:
    """Test whether a killed run left a folder, or another run is building it."""
    marker = left / _UNFINISHED
    try:
        host, process = marker.read_text(encoding="utf-8").split()
    except (OSError, ValueError):
        host, process = "", ""
    # Elsewhere asking after a process can end it, and one of another machine cannot be asked.
    if os.name == "posix" and host == platform.node() and process.isdecimal():
        return not _is_running(int(process))
    begun = (marker if marker.exists() else left).stat().st_mtime
    return time.time() - begun > _STALE_AFTER_S


def _is_running(process: int) -> bool:
    try:
        os.kill(process, 0)
    except OSError as error:
        # One of another user may not be asked after, and runs.
        return not isinstance(error, ProcessLookupError)
    return True


def _begin(folder: Path) -> Path:
    folder.parent.mkdir(parents=True, exist_ok=True)
    building = folder.with_name(f".{folder.name}.new-{secrets.token_hex(4)}")
    building.mkdir()
    builder = f"{platform.node() or '?'} {os.getpid()}"
    (building / _UNFINISHED).write_text(builder, encoding="utf-8")
    return building


def _finish(building: Path) -> None:
    """Write the files through to the disk before their folder gets its name."""
    for path in building.rglob("*"):
        if path.is_file():
            with path.open("r+b") as file:
                os.fsync(file.fileno())


def _swap(building: Path, folder: Path, aside: Path, then: Callable[[], object]) -> None:
    """Replace the old folder by the new one, or leave the old one there."""
    if folder.exists() and not any(folder.iterdir()):
        folder.rmdir()
    replaced = folder.exists()
    if replaced:
        folder.rename(aside)
    try:
        if replaced:
            # Looked at again where nobody can reach it by its name any more.
            _refuse_touched(aside, _record(aside) or {"outputs": {}})
        building.rename(folder)
        # Until now it kept other runs from taking the folder for one that was left.
        (folder / _UNFINISHED).unlink()
        then()
    except BaseException:
        if folder.exists():
            folder.rename(building)
        if replaced:
            aside.rename(folder)
        raise
    if not replaced:
        return
    try:
        shutil.rmtree(aside)
    except OSError as error:
        warnings.warn(
            f"The briefing that was replaced could not be removed: {aside} ({error.strerror}).",
            DataWarning,
            stacklevel=2,
        )


def _concerns(error: OSError, *places: Path) -> bool:
    """Test whether a fault is of our folder, not of some other file that the block reads."""
    if error.filename is None:
        return True
    named = Path(os.fsdecode(error.filename))
    return any(named == place or place in named.parents for place in places)


def _in_words(error: OSError, folder: Path) -> OSError:
    """Return a fault of the file system as a sentence."""
    if isinstance(error, OutputError):
        return error
    if isinstance(error, PermissionError):
        return OutputError(
            f"Cannot write {folder}: a file in it is open in another program (Excel?), or the "
            "folder may not be written to. Close the file, or choose another folder, and run again."
        )
    return OutputError(f"Cannot write {folder}: {error.strerror or error}.")
