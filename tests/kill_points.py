"""Stop a writer by name: before and after each step at which files change names or rows are kept.

What a process leaves that is killed at such a moment is what the disk holds then. So the writer
runs once, its folder is copied at each of its steps, and every copy is a run that was killed there.
"""

import os
import platform
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, NamedTuple
from unittest.mock import patch

from sqlalchemy.engine.default import DefaultDialect

from hotspot.output import staging

_STEPS = [
    (os, "mkdir"), (os, "rename"), (os, "replace"), (os, "unlink"), (os, "rmdir"),
    (staging, "exchange"), (DefaultDialect, "do_commit"),
]  # fmt: skip
# No process of any machine has this number.
DEAD = 99_999_999


class Left(NamedTuple):
    """What a run left that was killed: at which step, and a copy of its folder."""

    step: str
    folder: Path


def killed_runs(write: Callable[[], object], folder: Path, copies: Path) -> list[Left]:
    """Run a writer and return what it would have left in a folder, killed at each of its steps."""
    left: list[Left] = []
    looking = [False]

    def look(step: str) -> None:
        looking[0] = True
        place = copies / str(len(left)) / folder.name
        shutil.copytree(folder, place, symlinks=True)
        left.append(Left(f"{len(left)}: {step}", place))
        looking[0] = False

    def watched(name: str, step: Callable[..., Any]) -> Callable[..., Any]:
        def stepping(*given: Any, **named: Any) -> Any:
            if looking[0]:
                return step(*given, **named)
            said = f"{name} {' to '.join(str(one) for one in given[:2])}"
            look(f"before {said}")
            try:
                return step(*given, **named)
            finally:
                look(f"after {said}")

        return stepping

    with ExitStack() as patches, run_of(DEAD):
        for owner, name in _STEPS:
            patches.enter_context(patch.object(owner, name, watched(name, getattr(owner, name))))
        write()
    return left


@contextmanager
def run_of(process: int) -> Iterator[None]:
    """Let what is written be that of another process."""
    owner = f"{platform.node() or '?'} {process}"
    with patch.object(staging, "_this_run", lambda: owner):
        yield


def tree(folder: Path) -> dict[str, bytes]:
    """Return the files of a folder by their names, and hidden folders that are empty."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() if path.is_file() else b"a folder"
        for path in folder.rglob("*")
        if path.is_file() or (path.name.startswith(".") and not any(path.iterdir()))
    }


def seen(folder: Path) -> dict[str, bytes]:
    """Return what a reader sees of a folder: the files that are not in hidden folders."""
    return {
        name: content
        for name, content in tree(folder).items()
        if not any(part.startswith(".") for part in name.split("/"))
    }
