"""What a hostile case is, the answers that can be wanted of it, and the list of all of them."""

import importlib
import itertools
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

#: Modules of this folder that add cases.
FAMILIES = (
    "csv_bytes",
    "csv_cells",
    "csv_shapes",
    "workbooks",
    "workbook_bombs",
    "compressed",
    "geojson",
    "disguises",
    "layer_files",
    "parquet",
    "polygons",
    "set_ups",
    "stop_lists",
    "ledgers",
    "returned_sheets",
    "cameras",
    "patrols",
    "doors",
    "shares",
    "rules",
)
Write: TypeAlias = Callable[[Path], object]


@dataclass(frozen=True)
class Answer:
    """What is wanted: the exit statuses, what is counted, and words of which each is said."""

    statuses: tuple[int, ...]
    accepted: int | None = None
    rejected: int | None = None
    read: int | None = None
    words: tuple[str, ...] = ()

    def lacks(
        self, status: int | None, accepted: int | None, rejected: int | None, said: str
    ) -> str:
        """Return what is not as wanted, or nothing."""
        if status not in self.statuses:
            return f"exit status {status}, wanted {' or '.join(map(str, self.statuses))}"
        for what, wanted, got in (
            ("accepted", self.accepted, accepted),
            ("rejected", self.rejected or None, rejected or None),
            ("read", self.read, (accepted or 0) + (rejected or 0)),
        ):
            if wanted is not None and wanted != got:
                return f"{what} {got}, wanted {wanted}"
        missing = [word for word in self.words if word.casefold() not in said.casefold()]
        return f"does not say {missing}" if missing else ""


def used(accepted: int, rejected: int = 0, *words: str) -> Answer:
    """Want so many rows accepted and rejected, and nothing lost."""
    return Answer((0,) if accepted else (1,), accepted, rejected, words=words)


def counted(read: int, *words: str) -> Answer:
    """Want some rows accepted and the others rejected, so many in all."""
    return Answer((0, 1), read=read, words=words)


def refused(*words: str, status: int = 1) -> Answer:
    """Want a sentence that holds the words, and nothing else."""
    return Answer((status,), words=words)


def done(*words: str) -> Answer:
    """Want exit status 0."""
    return Answer((0,), words=words)


#: Either way is right, as long as it is one sentence and nothing falls over.
EITHER = Answer((0, 1, 2))


@dataclass(frozen=True)
class Case:
    """A hostile input: how it is written, what reads it, and the answer wanted.

    Attributes
    ----------
    name : str
        The family, a slash, and what is wrong with it.
    write : callable
        Writes the input into the folder that it is given.
    command : str
        Words, as a shell reads them, of ``hotspot``, or a reader of `worker.READERS` and its arguments; ``{in}`` is the
        folder of the input.
    wanted : tuple of Answer
        Any of them.
    heavy : bool
        Whether it may need much memory or time, or abort.
    changes : tuple of str
        Files of the input that the command is asked to change, or to write beside it.
    """

    name: str
    write: Write
    command: str
    wanted: tuple[Answer, ...]
    heavy: bool = False
    changes: tuple[str, ...] = ()

    @property
    def family(self) -> str:
        return self.name.partition("/")[0]


CASES: dict[str, Case] = {}


class Family:
    """Cases of one kind, read by one command unless one says otherwise."""

    def __init__(self, name: str, command: str) -> None:
        self.name, self.command = name, command

    def add(
        self,
        slug: str,
        write: Write,
        *wanted: Answer,
        command: str | None = None,
        heavy: bool = False,
        changes: tuple[str, ...] = (),
    ) -> None:
        """Add a case; several answers are each right."""
        name = f"{self.name}/{slug}"
        assert name not in CASES, name
        assert wanted, name
        CASES[name] = Case(name, write, command or self.command, wanted, heavy, changes)


def all_cases() -> dict[str, Case]:
    """Return every case, by name."""
    for family in FAMILIES:
        importlib.import_module(f"tests.hostile.{family}")
    return CASES


_turn = itertools.count()


def site() -> str:
    """Return a URL of the listener that counts who asks it, another one every time."""
    return f"{os.environ.get('HOSTILE_SITE', 'http://127.0.0.1:9')}/{next(_turn)}"
