"""Briefings of many set-ups, one by one or on an executor: one that fails stops no other."""

import io
import pickle
import warnings
from collections.abc import Mapping, Sequence
from concurrent.futures import Executor
from contextlib import nullcontext, redirect_stderr
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock
from typing import Any

from hotspot._checks import raise_problems
from hotspot._errors import ConfigError, DataWarning, HotspotError
from hotspot.briefing.issue import brief
from hotspot.briefing.set_up import ChosenSetUp, SetUp, choose_set_up
from hotspot.dates import AsOf
from hotspot.executors import executor_problems, finished_pieces
from hotspot.output.progress_bars import progress_bar
from hotspot.output.results import Shown

# What is warned of, and where it is shown, belongs to a process: of two briefings on threads of one
# each would tell what the other found.
_ONE_IN_A_PROCESS = Lock()


@dataclass(frozen=True)
class BriefedSetUp(Shown):
    """What became of one set-up of many.

    Parameters
    ----------
    set_up : str
        Its TOML file, or its number where it has none.
    folder : Path or None
        Where the briefing is; None where there is none.
    files : tuple of Path
        What was made.
    words : str
        What was found, and where it is, in a few lines.
    record : dict
        What run.json holds.
    warnings : tuple of str
        What the user should know about the data.
    error : Exception or None
        Why there is no briefing.
    """

    set_up: str
    folder: Path | None = None
    files: tuple[Path, ...] = ()
    words: str = ""
    record: dict[str, Any] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()
    error: Exception | None = None

    def summary(self) -> str:
        """Return what was found, or why there is no briefing.

        Returns
        -------
        str
        """
        return f"{self.set_up}: {self.words if self.error is None else self.error}"


def brief_each(
    set_ups: Sequence[SetUp],
    *,
    as_of: AsOf | None = None,
    replace: bool = False,
    dry_run: bool = False,
    executor: Executor | None = None,
) -> list[BriefedSetUp]:
    """Write a briefing of each set-up, into a folder of its own; one that fails stops no other.

    Parameters
    ----------
    set_ups : sequence
        Each as `brief` takes it.
    as_of, replace, dry_run
        As of `brief`, for every one.
    executor : concurrent.futures.Executor, optional
        Runs them: processes, or the workers of a cluster, to which paths must mean the same. One
        process makes one briefing at a time. Default: one after the other.

    Returns
    -------
    list of BriefedSetUp
        In the order of the set-ups.

    Raises
    ------
    ConfigError
        If `executor` is none, or `set_ups` is one set-up and no list.
    """
    alone = isinstance(set_ups, str | Path | Mapping)
    wrong = ["set_ups must be a list of set-ups: brief() takes one alone."] * alone
    raise_problems(arguments=[*wrong, *executor_problems(executor)])
    outcomes: dict[int, BriefedSetUp] = {}
    pieces: dict[int, tuple[ChosenSetUp, str, bool]] = {}
    taken: dict[Path, str] = {}
    for number, one in enumerate(set_ups):
        name = f"set-up {number + 1}"
        try:
            chosen = choose_set_up(one, {})
            name = name if chosen.file is None else str(chosen.file)
            _claim(chosen, name, taken)
            pieces[number] = chosen, name, executor is not None
        except (HotspotError, OSError) as error:
            named = str(one) if isinstance(one, str | Path) else name
            outcomes[number] = BriefedSetUp(named, error=error)
    numbers = list(pieces)
    asked = {"as_of": as_of, "replace": replace, "dry_run": dry_run}
    with progress_bar(len(pieces), "Briefings") if executor else nullcontext() as bar:
        try:
            for at, outcome in finished_pieces(
                _briefed, asked, list(pieces.values()), executor, "Briefings",
                kept="The folders of those that were done are in their places.",
            ):  # fmt: skip
                outcomes[numbers[at]] = outcome
                if bar is not None:
                    bar.update(1)
        except HotspotError as lost:
            for number in pieces.keys() - outcomes.keys():
                outcomes[number] = BriefedSetUp(pieces[number][1], error=lost)
    return [outcomes[number] for number in range(len(set_ups))]


def _claim(chosen: ChosenSetUp, name: str, taken: dict[Path, str]) -> None:
    """Refuse a set-up whose folder is that of another."""
    folder = chosen.config.output.folder.resolve()
    if folder in taken:
        raise ConfigError(
            f"[output] folder is {folder}, as in {taken[folder]}: each set-up needs its own."
        )
    taken[folder] = name


def _briefed(
    asked: dict[str, Any], chosen: ChosenSetUp, name: str, elsewhere: bool
) -> BriefedSetUp:
    """Write one briefing; `elsewhere` than where the user looks its stages are not shown."""
    with (
        _ONE_IN_A_PROCESS,
        redirect_stderr(io.StringIO()) if elsewhere else nullcontext(),
        warnings.catch_warnings(),
    ):
        # They are among what is returned.
        warnings.simplefilter("ignore", DataWarning)
        try:
            made = brief(chosen, **asked)
        except Exception as error:
            return BriefedSetUp(name, error=_sendable(error) if elsewhere else error)
    return BriefedSetUp(name, made.folder, made.files, made.summary(), made.record, made.warnings)


def _sendable(error: Exception) -> Exception:
    """Return an error that reaches another process: one that does not would break its pool."""
    try:
        pickle.loads(pickle.dumps(error))
    except Exception:
        return RuntimeError(type(error).__name__)
    return error
