"""What is written takes its place whole or not at all, also where a run is killed.

Files and folders are written in a stage, a hidden folder beside their place, and moved by renames::

    .briefing.new-1a2b3c4d/     the stage of a folder; that of files is .hotspot.set-1a2b3c4d
        .unfinished             the machine and the process that write it
        new/                    what is written
        ready/                  the same, once every old file of a set is out of the way
        old/                    what stood there
        gone/                   the same, once nothing may be put back

At any moment the names alone tell what is to be done with the stage of a run that was killed:
`_settle` does it, also where a run fails. A reader sees of a folder the old or the new one (where
the system cannot exchange two names, for the time of one rename none), and of a single file the old
or the new; of a set of files the old ones go before the first new one comes, so that an old one
never stands beside a new one.
"""

import ctypes
import os
import platform
import secrets
import shutil
import sys
import time
import warnings
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from hotspot._errors import DataWarning

_UNFINISHED = ".unfinished"
_STALE_AFTER_S = 24 * 3600
_OF_FILES = ".hotspot.set-"
_NEW, _READY, _OLD, _GONE = "new", "ready", "old", "gone"
_ATTEMPTS = 5
# Of Linux: paths are seen from the current folder, and two names change what they name.
_FROM_HERE, _EXCHANGE = -100, 2
# Of macOS.
_SWAP = 2


@contextmanager
def staged_folder(
    folder: Path,
    may_replace: Callable[[], object],
    may_lose: Callable[[Path], object],
    then: Callable[[], object],
) -> Iterator[Path]:
    """Write a folder beside its place; it takes that when the block ends well.

    Parameters
    ----------
    folder : Path
        Where it belongs. What stands there is replaced.
    may_replace : callable
        Raises where what stands there may not be replaced: asked before the work and after it.
    may_lose : callable
        Raises where the old folder, whose path it is given, may not be removed after all: asked
        when nobody can reach it by its name any more.
    then : callable
        What is done when the folder is in its place. If it fails, what stood there is put back.

    Yields
    ------
    Path
        An empty folder to write to.

    Raises
    ------
    OSError
        If it cannot be written or moved. What stood there stays.
    """
    # A folder that is a link elsewhere stays one.
    place = Path(os.path.realpath(folder)) if folder.is_symlink() else folder
    beginning = _of_one(place)
    _mend(place.parent, beginning)
    may_replace()
    place.parent.mkdir(parents=True, exist_ok=True)
    with _stage(place.parent, beginning) as stage:
        new = stage / _NEW / place.name
        new.mkdir()
        yield new
        _write_through(new)
        may_replace()
        _change_folders(new, place, stage / _OLD / place.name, may_lose, then)


@contextmanager
def staged_files(paths: Iterable[Path]) -> Iterator[dict[Path, Path]]:
    """Write files beside their places; they take those together when the block ends well.

    Parameters
    ----------
    paths : iterable of Path
        In whatever folders; missing ones are made. On a machine that is killed, those of the first
        folder are in their places before those of the next.

    Yields
    ------
    dict of Path to Path
        For each path an empty file of the same name to write to.

    Raises
    ------
    OSError
        If one cannot be written or moved. What stood there stays.
    """
    paths = list(dict.fromkeys(paths))
    if all(map(_is_in_stage, paths)):
        # What they are part of takes its place as a whole.
        for path in paths:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(b"")
        yield {path: path for path in paths}
        return
    beside: dict[Path, Path] = {}
    with ExitStack() as stages:
        sets: dict[Path, list[tuple[Path, Path]]] = {}
        for base, members in _by_folder(paths).items():
            base.mkdir(parents=True, exist_ok=True)
            _mend(base, _OF_FILES)
            stage = stages.enter_context(_stage(base, _OF_FILES))
            sets[stage] = [(path.relative_to(base), path) for path in members]
            for inside, path in sets[stage]:
                path.parent.mkdir(parents=True, exist_ok=True)
                beside[path] = stage / _NEW / inside
                beside[path].parent.mkdir(parents=True, exist_ok=True)
                # Made here, so that a folder that refuses is told before any work is done.
                beside[path].touch(exist_ok=False)
        yield beside
        for stage in sets:
            _write_through(stage / _NEW)
        _change_files(sets)


@contextmanager
def staged_beside(path: Path) -> Iterator[Path]:
    """Find room in a stage for a file that the block itself moves to its place.

    Parameters
    ----------
    path : Path
        Where it belongs, in a folder that is there.

    Yields
    ------
    Path
        Where nothing is. What is there when the block ends is removed.

    Raises
    ------
    OSError
        If no stage can be made there.
    """
    beginning = _of_one(path)
    _mend(path.parent, beginning)
    with _stage(path.parent, beginning) as stage:
        yield stage / _NEW / path.name


def clear_stages(path: Path) -> None:
    """Remove what killed runs left beside a file of `staged_beside`, where that can be done."""
    with suppress(OSError):
        _mend(path.parent, _of_one(path))


def _of_one(place: Path) -> str:
    """Return what the stages of one file or folder begin with."""
    return f".{place.name}.new-"


def _is_in_stage(path: Path) -> bool:
    """Test whether a file is written in a stage of this run already."""
    return any(
        parent.name in (_NEW, _READY) and _owner(parent.parent) == _this_run()
        for parent in path.parents
    )


def _by_folder(paths: list[Path]) -> dict[Path, list[Path]]:
    """Return files by the uppermost of their folders: below one of them all are one set."""
    folders = {path.parent for path in paths}
    sets: dict[Path, list[Path]] = {}
    for path in paths:
        uppermost = [folder for folder in path.parents if folder in folders][-1]
        sets.setdefault(uppermost, []).append(path)
    return sets


def concerns_stage(path: Path) -> bool:
    """Return whether a path is a stage of files, or lies in one."""
    return any(part.startswith(_OF_FILES) for part in path.parts)


@contextmanager
def _stage(base: Path, beginning: str) -> Iterator[Path]:
    """Create a stage, and settle it, however the block ends."""
    stage = _begin(base, beginning)
    try:
        yield stage
    finally:
        _settle(stage, base)
    if stage.exists():
        warnings.warn(
            f"What was replaced could not be removed: it is in {stage}, which may be deleted.",
            DataWarning,
            stacklevel=2,
        )


def _mend(base: Path, beginning: str) -> None:
    """Settle what killed runs left in a folder."""
    try:
        left_there = sorted(path for path in base.iterdir() if path.name.startswith(beginning))
    except FileNotFoundError:
        return
    for left in left_there:
        # Another run may be mending it, too.
        with suppress(FileNotFoundError):
            if left.is_dir() and _is_spent(left):
                _settle(left, base)


def _begin(base: Path, beginning: str) -> Path:
    for attempt in range(1, _ATTEMPTS + 1):
        stage = base / f"{beginning}{secrets.token_hex(4)}"
        try:
            stage.mkdir()
            (stage / _UNFINISHED).write_text(_this_run(), encoding="utf-8")
            (stage / _NEW).mkdir()
        except FileNotFoundError:
            # Another run may have taken it, while it was empty, for one that was left.
            if attempt == _ATTEMPTS or not base.is_dir():
                raise
        else:
            return stage
    raise AssertionError("the last attempt returns or raises")


def _settle(stage: Path, base: Path) -> None:
    """Finish a change that was stopped, or undo it, and remove the stage."""
    of_files = stage.name.startswith(_OF_FILES)
    ready, old = stage / _READY, stage / _OLD
    if ready.is_dir():
        waiting = list(_files(ready))
        # A place that is taken was written to since, by a run that knew nothing of this one.
        if not any((base / path.relative_to(ready)).exists() for path in waiting):
            for path in waiting:
                (base / path.relative_to(ready)).parent.mkdir(parents=True, exist_ok=True)
                path.rename(base / path.relative_to(ready))
    elif old.is_dir():
        for path in list(_files(old) if of_files else old.iterdir()):
            place = base / path.relative_to(old)
            if not place.exists():
                path.rename(place)
    _leave(stage)


def _leave(stage: Path) -> None:
    """Remove a stage of which nothing is needed any more; what cannot be removed stays hidden."""
    with suppress(OSError):
        if (stage / _OLD).is_dir():
            # Half removed it must not be put back.
            (stage / _OLD).rename(stage / _GONE)
        for name in (_GONE, _NEW, _READY):
            shutil.rmtree(stage / name, ignore_errors=True)
        if [path.name for path in stage.iterdir()] == [_UNFINISHED]:
            # Last, so that what is left of a stage is known for what it is.
            (stage / _UNFINISHED).unlink()
        stage.rmdir()


def _change_folders(
    new: Path,
    place: Path,
    old: Path,
    may_lose: Callable[[Path], object],
    then: Callable[[], object],
) -> None:
    """Move a new folder to its place, and the old one out of it, or leave the old one there."""
    replaced = place.exists()
    exchanged = replaced and exchange(new, place)
    old.parent.mkdir()
    if exchanged:
        new.rename(old)
    else:
        if replaced:
            place.rename(old)
        new.rename(place)
    try:
        if replaced:
            may_lose(old)
        then()
    except BaseException:
        if not (replaced and exchange(old, place)):
            # The old one is put back when the stage is settled.
            place.rename(new)
        raise


def _change_files(sets: dict[Path, list[tuple[Path, Path]]]) -> None:
    """Move new files to their places, all or none."""
    members = [(stage, inside, path) for stage, some in sets.items() for inside, path in some]
    if len(members) == 1:
        # One rename needs no other: what stood there stands there until it is done.
        ((stage, inside, path),) = members
        (stage / _NEW / inside).replace(path)
        return
    for stage, inside, path in members:
        if path.is_dir() and not path.is_symlink():
            raise IsADirectoryError(21, "a folder of that name is there", str(path))
        if path.exists() or path.is_symlink():
            (stage / _OLD / inside).parent.mkdir(parents=True, exist_ok=True)
            # Refused where another program has it open: before any new one is to be seen.
            path.replace(stage / _OLD / inside)
    placed: list[tuple[Path, Path]] = []
    try:
        for stage in sets:
            (stage / _NEW).rename(stage / _READY)
        for stage, inside, path in members:
            (stage / _READY / inside).replace(path)
            placed.append((path, stage / _READY / inside))
    except BaseException:
        for path, before in reversed(placed):
            path.rename(before)
        for stage in sets:
            if (stage / _READY).is_dir():
                (stage / _READY).rename(stage / _NEW)
        raise


def exchange(one: Path, other: Path) -> bool:
    """Exchange what two names stand for, in one step that no reader can fall into.

    Returns
    -------
    bool
        Whether it was done: Windows and some network drives cannot.
    """
    if sys.platform not in ("linux", "darwin"):
        return False
    system = ctypes.CDLL(None, use_errno=True)
    names = os.fsencode(one), os.fsencode(other)
    try:
        if sys.platform == "linux":
            failed = system.renameat2(_FROM_HERE, names[0], _FROM_HERE, names[1], _EXCHANGE)
        else:
            failed = system.renamex_np(*names, _SWAP)
    except AttributeError:
        # A C library that does not offer it.
        return False
    return not failed


def _files(folder: Path) -> Iterator[Path]:
    return (path for path in sorted(folder.rglob("*")) if path.is_symlink() or not path.is_dir())


def _this_run() -> str:
    return f"{platform.node() or '?'} {os.getpid()}"


def _owner(stage: Path) -> str | None:
    """Return the machine and the process that write a stage; None where it does not tell."""
    try:
        return (stage / _UNFINISHED).read_text(encoding="utf-8")
    except (OSError, ValueError):
        return None


def _is_spent(left: Path) -> bool:
    """Test whether a killed run left a stage, or another run is writing it."""
    owner = _owner(left)
    if owner is None and not any(left.iterdir()):
        return True
    host, _, process = (owner or "").partition(" ")
    # Elsewhere asking after a process can end it, and one of another machine cannot be asked.
    if os.name == "posix" and host == platform.node() and process.isdecimal():
        return not _is_running(int(process))
    marker = left / _UNFINISHED
    begun = (marker if marker.exists() else left).stat().st_mtime
    return time.time() - begun > _STALE_AFTER_S


def _is_running(process: int) -> bool:
    try:
        os.kill(process, 0)
    except OSError as error:
        # One of another user may not be asked after, and runs.
        return not isinstance(error, ProcessLookupError)
    return True


def _write_through(folder: Path) -> None:
    """Write files to the disk: a name that is there before its bytes is an empty file after all."""
    for path in _files(folder):
        if path.is_file():
            with path.open("r+b") as file:
                os.fsync(file.fileno())
