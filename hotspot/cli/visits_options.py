"""What the commands of ``hotspot visits`` ask: which ledger, in whose name, whether to go on."""

import argparse
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hotspot._errors import ConfigError, DataError
from hotspot.cli.options import (
    DONE,
    JSON,
    WRONG_USAGE,
    Run,
    Value,
    Values,
    add_command,
    add_values,
    print_answer,
    print_lines,
)
from hotspot.cli.terminal import NOTHING_WRITTEN, print_notes, print_problem

if TYPE_CHECKING:
    from hotspot.briefing.config import Config
    from hotspot.incidents.stop_list import StopList
    from hotspot.visits import VisitLedger

_LEDGER = "visits.db"
WHO = Value("NAME", "in whose name it is logged (that of the login)")
YES = Value(None, "do not ask: for scripts", False)
_STOPS: Values = {
    "--exclude": Value("FILE", "the stop list to heed (that of the set-up)"),
    "--no-stop-list": Value(None, "tell of every door: for the supervisor", False),
}
MARKING = Value(None, "protective marking (that of the set-up)")


def add_visits_command(
    kinds: Any, name: str, run: Run, words: str, values: Values, *, tells: bool = False
) -> argparse.ArgumentParser:
    """Add a command of ``hotspot visits``, which all ask where the ledger is.

    One that `tells` of doors asks for the stop list, too.
    """
    command = add_command(kinds, name, run, words, f"{words}.", {})
    where = command.add_mutually_exclusive_group()
    where.add_argument(
        "--ledger",
        metavar="URL",
        help=f"database URL or SQLite file of the ledger ({_LEDGER} in this folder)",
    )
    where.add_argument("--config", metavar="TOML", help="the set-up that names the ledger")
    add_values(command, {"--json": JSON, **values, **(_STOPS if tells else {})})
    return command


def set_up_of_ledger(options: argparse.Namespace) -> "Config | None":
    """Return the set-up that was named, if one was."""
    if not options.config:
        return None
    from hotspot.briefing.config import load_config

    return load_config(options.config)


def ledger_of(
    options: argparse.Namespace, *, must_exist: bool = True, noted: bool = True
) -> "VisitLedger":
    """Open the ledger that was named; nothing is written to it where that was asked for.

    That is noted, unless the answer tells it by itself.
    """
    from hotspot.visits import VisitLedger

    url = options.ledger or _LEDGER
    if config := set_up_of_ledger(options):
        url = config.cocooning.ledger
        if url is None:
            raise DataError(
                f'{options.config} names no ledger: add ledger = "visits.db" under [cocooning].'
            )
    dry_run = getattr(options, "dry_run", False)
    if dry_run and noted:
        print_notes([NOTHING_WRITTEN])
    return VisitLedger(url, must_exist=must_exist, dry_run=dry_run)


def stop_list_of_ledger(options: argparse.Namespace, ledger: "VisitLedger") -> "StopList":
    """Return what is to be kept out of what is told: never nothing by an oversight.

    Raises
    ------
    DataError
        If lists of the ledger were made with a stop list and none is named.
    """
    from hotspot.incidents.stop_list import StopList

    named = named_stop_list(options)
    if named is None and ledger.with_stop_list:
        raise DataError(
            "Lists of this ledger were made with a stop list: name the set-up (--config) or the "
            "list (--exclude FILE), so that nothing on it is told. --no-stop-list tells of every "
            "door, for the supervisor."
        )
    return StopList() if named is None else named


def named_stop_list(options: argparse.Namespace) -> "StopList | None":
    """Return the stop list that was named, an empty one where every door may be told."""
    from hotspot.incidents.stop_list import StopList, read_stop_list

    if options.no_stop_list:
        if options.exclude:
            raise ConfigError("Give --exclude or --no-stop-list, not both.")
        return StopList()
    config = set_up_of_ledger(options)
    named = None if config is None else config.cocooning.exclude
    if options.exclude:
        named = Path(options.exclude).expanduser()
    if named is None:
        return None
    right = config is not None and config.cocooning.exclude_may_match_nothing
    return read_stop_list(named, may_match_nothing=right)


def marking_of_ledger(options: argparse.Namespace) -> str | None:
    """Return the marking that was asked for, else that of the set-up."""
    config = set_up_of_ledger(options)
    marking: str | None = options.marking
    return config.output.with_marking(marking).marked if config else marking


def free_paths(options: argparse.Namespace, product: str, formats: Iterable[str]) -> list[Path]:
    """Return the files of a result, none of which would be written over what is not ours.

    Raises
    ------
    OutputError
    """
    from hotspot.output.own_files import refuse_foreign, refuse_inputs

    paths = [Path(options.folder, f"{product}.{ending}") for ending in formats]
    refuse_inputs(paths, _read_by(options))
    refuse_foreign(paths)
    return paths


def _read_by(options: argparse.Namespace) -> list[Path]:
    """Return the files that a command of ``hotspot visits`` reads or keeps."""
    from hotspot.reading.databases import file_of_url

    named = [Path(options.exclude).expanduser()] if options.exclude else []
    config = set_up_of_ledger(options)
    if config is not None:
        return [*named, Path(options.config), *config.read_files()]
    ledger = file_of_url(options.ledger or _LEDGER)
    return [*named, ledger] if ledger else named


def not_agreed(
    options: argparse.Namespace, content: Mapping[str, Any], summary: str, question: str
) -> int | None:
    """Show what would be deleted and ask; return the exit status where it stays."""
    # Of what is only tried nobody need be asked.
    if options.yes or getattr(options, "dry_run", False):
        return None
    if options.json or not sys.stdin.isatty():
        print_answer(options, content, summary)
        why = "nobody can be asked here, give --yes to delete it"
        print_problem(f"nothing was deleted: {why}.")
        return WRONG_USAGE
    print_lines(summary)
    try:
        answer = input(f"{question} Type yes: ")
    except EOFError:
        answer = ""
    # What is not a clear yes is a no.
    if answer.strip().casefold() == "yes":
        return None
    print("Nothing was deleted.")
    return DONE
