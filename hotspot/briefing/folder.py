"""A folder that is issued whole or not at all, and that never costs a user a file.

The new folder is built beside its place and renamed (`hotspot.output.staging`). An issued folder
lists what is in it, with a hash of each file, in its run.json: only a folder that still is what
was issued is ever replaced.
"""

import json
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pandas as pd

from hotspot._errors import OutputError
from hotspot.english import long_day, some_of
from hotspot.output.files import sha256
from hotspot.output.staging import staged_folder

RUN_FILE = "run.json"
PRODUCT = "hotspot briefing"
# File managers leave these wherever they have been, and a killed run of hotspot 0.1 the last;
# nobody misses them.
_LITTER = frozenset([".DS_Store", "Thumbs.db", "desktop.ini", ".unfinished"])


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
    try:
        _settle_older(folder)
        with staged_folder(
            folder,
            may_replace=lambda: refuse_taken(folder, replace),
            may_lose=lambda old: _refuse_touched(folder, _record(old) or {"outputs": {}}, old),
            then=then,
        ) as building:
            yield building
    except OSError as error:
        if _concerns(error, folder):
            raise _in_words(error, folder) from None
        raise


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
        issued = pd.to_datetime(str(record.get("as_of")), errors="coerce")
        day = "another day" if pd.isna(issued) else long_day(issued)
        raise OutputError(
            f"{folder} already holds the briefing of {day}: nothing was changed. "
            "Give --replace (in Python: replace=True) to replace it, or choose another folder."
        )
    _refuse_touched(folder, record)


def _refuse_touched(folder: Path, record: dict[str, Any], at: Path | None = None) -> None:
    """Raise where a file was added, filled in or is open since the folder was issued.

    It may have been moved to another place since.
    """
    at = folder if at is None else at
    issued = {name: str(digest) for name, digest in record["outputs"].items()}
    parents = {parent for name in issued for parent in Path(name).parents}
    opened, added, changed = [], [], []
    for path in sorted(at.rglob("*")):
        inside = path.relative_to(at)
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


def _settle_older(folder: Path) -> None:
    """Restore or remove what a killed run of hotspot 0.1 had moved aside."""
    aside = folder.with_name(f".{folder.name}.replaced")
    if not aside.exists():
        return
    if not folder.exists():
        aside.rename(folder)
        return
    record, ours = _record(aside), _record(folder) or {"outputs": {}}
    if record is not None:
        _refuse_touched(aside, record)
    elif not _names(aside) <= {Path(name).parts[0] for name in [*ours["outputs"], RUN_FILE]}:
        raise OutputError(f"{aside} is in the way: look into it and move it elsewhere.")
    # Where only its record is gone, it was being removed.
    shutil.rmtree(aside)


def _names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()} - _LITTER


def _concerns(error: OSError, folder: Path) -> bool:
    """Test whether a fault is of our folder, not of some other file that the block reads."""
    if error.filename is None:
        return True
    named = Path(os.fsdecode(error.filename))
    beside = f".{folder.name}."
    return named in folder.parents or any(
        place == folder or place.name.startswith(beside) for place in (named, *named.parents)
    )


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
