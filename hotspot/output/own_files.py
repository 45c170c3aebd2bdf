"""What may be written over: never a file that is read, and only what hotspot wrote itself."""

import json
import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from hotspot._errors import OutputError
from hotspot.english import some_of
from hotspot.output.files import replacing_file, sha256

#: Names, in a folder, the files that hotspot wrote there, with the SHA-256 of each.
NOTE = ".hotspot-files.json"
_KIND = "files that hotspot wrote"
# A program that only looks into these writes to them.
_TOUCHED_BY_LOOKING = (".gpkg",)


def refuse_inputs(outputs: Iterable[Path], inputs: Iterable[Path]) -> None:
    """Raise where a file would be written over one that is read, by whatever name.

    Parameters
    ----------
    outputs : iterable of Path
        Files to be written.
    inputs : iterable of Path
        Files, and folders of files, that are read.

    Raises
    ------
    OutputError
        Naming each of them. A new file in a folder that is read is one, too: it would be read as
        data the next time.

    Notes
    -----
    Files are the same by what they are on the disk: other names, links and, where the disk does not
    tell them apart, capitals make no other file.
    """
    inputs = list(inputs)
    taken = [
        f"{output} is read by this command ({read.name}): it would be lost."
        if is_same(output, read)
        else f"{output} lies in {read.name}, which is read: it would be read as data the next time."
        for output in outputs
        for read in inputs
        if is_same(output, read) or (read.is_dir() and is_same(output.parent, read))
    ]
    if taken:
        raise OutputError([*dict.fromkeys(taken), "Nothing was written. Name another file."])


def refuse_inputs_within(folder: Path, inputs: Iterable[Path]) -> None:
    """Raise where a folder that is to be replaced holds what is read.

    Raises
    ------
    OutputError
    """
    held = [
        read.name
        for read in inputs
        if any(is_same(folder, place) for place in (read, *read.resolve().parents))
    ]
    if held and folder.is_dir() and any(folder.iterdir()):
        raise OutputError(
            f"{folder} holds what is read by this command ({some_of(held, 5)}), which would be "
            "lost: nothing was written. Choose another folder."
        )


def refuse_no_folders(folders: Iterable[Path]) -> None:
    """Raise where a folder to write in is a file, or lies below one, before anything is worked out.

    Raises
    ------
    OutputError
    """
    for folder in folders:
        there = next(place for place in (folder, *folder.parents) if place.exists())
        if not there.is_dir():
            raise OutputError(f"{there} is no folder: nothing was written. Name another.")


def is_same(one: Path, other: Path) -> bool:
    """Return whether two paths lead to one file or folder."""
    with suppress(OSError):
        if one.exists() and other.exists():
            return one.samefile(other)
    return os.path.realpath(one) == os.path.realpath(other)


@contextmanager
def own_files(paths: Iterable[Path]) -> Iterator[None]:
    """Write files that replace only files of ours, and note that they are.

    Parameters
    ----------
    paths : iterable of Path
        The files that the block writes.

    Raises
    ------
    OutputError
        If a file of somebody else stands there, or one of ours that was changed since.

    Notes
    -----
    Which files are ours stands in a hidden note in their folder. While they are written it holds no
    hash of them: a run that is killed meanwhile leaves files that are known as ours, old or new.
    """
    paths = list(paths)
    refuse_foreign(paths)
    before = {folder: _read(folder) for folder in {path.parent for path in paths}}
    _note(paths, {})
    try:
        yield
    except BaseException:
        for folder, known in before.items():
            with suppress(OSError):
                _write(folder, known)
        raise
    _note(paths, {path: sha256(path) for path in paths if _hashed(path)})


def refuse_foreign(paths: Iterable[Path]) -> None:
    """Raise where a file stands that hotspot did not write, or that was changed since.

    Parameters
    ----------
    paths : iterable of Path

    Raises
    ------
    OutputError
        Naming each of them.
    """
    foreign, changed = [], []
    for path in paths:
        if not path.exists() and not path.is_symlink():
            continue
        known = _read(path.parent)
        if path.name not in known or not path.is_file() or path.is_symlink():
            foreign.append(str(path))
        elif known[path.name] is not None and known[path.name] != sha256(path):
            changed.append(str(path))
    problems = []
    if foreign:
        problems.append(f"{some_of(foreign, 5)}: there already, and not written by this hotspot.")
    if changed:
        problems.append(f"{some_of(changed, 5)}: changed since hotspot wrote it.")
    if foreign and not any((Path(path).parent / NOTE).exists() for path in foreign):
        problems.append(
            "If a hotspot before 0.2 wrote that, move it elsewhere this once: what is written from "
            "now on is known again."
        )
    if problems:
        what = "Nothing was written. Move it elsewhere, or name another file or folder."
        raise OutputError([*problems, what])


def _hashed(path: Path) -> bool:
    return path.suffix.lower() not in _TOUCHED_BY_LOOKING and path.is_file()


def _read(folder: Path) -> dict[str, str | None]:
    """Return the files of ours in a folder, with the hash of each where it is known."""
    try:
        note = json.loads((folder / NOTE).read_text(encoding="utf-8"))
        listed = dict(note["outputs"]) if note["product"] == _KIND else {}
    except (OSError, ValueError, KeyError, TypeError):
        return {}
    return {str(name): None if digest is None else str(digest) for name, digest in listed.items()}


def _note(paths: Iterable[Path], digests: Mapping[Path, str]) -> None:
    """Note files as ours, beside those that are noted and still there."""
    by_folder: dict[Path, dict[str, str | None]] = {}
    for path in paths:
        by_folder.setdefault(path.parent, {})[path.name] = digests.get(path)
    for folder, new in by_folder.items():
        known = {name: one for name, one in _read(folder).items() if (folder / name).exists()}
        _write(folder, {**known, **new})


def _write(folder: Path, known: Mapping[str, str | None]) -> None:
    note = folder / NOTE
    if not known:
        note.unlink(missing_ok=True)
        with suppress(OSError):
            # Made for these files alone, where they could not be written.
            folder.rmdir()
        return
    text = json.dumps({"product": _KIND, "outputs": dict(sorted(known.items()))}, indent=1)
    with replacing_file(note) as temporary:
        temporary.write_text(text + "\n", encoding="utf-8", newline="\n")
