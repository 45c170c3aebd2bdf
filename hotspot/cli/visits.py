"""``hotspot visits``: results back in, what they came to, why a door, and the retention rule."""

import argparse
import sys
from typing import TYPE_CHECKING, Any

from hotspot._errors import DataError, OutputError
from hotspot.cli.options import (
    DONE,
    JSON,
    UNUSABLE,
    WRONG_USAGE,
    Run,
    Value,
    Values,
    add_command,
    add_values,
    print_answer,
    print_json,
)

if TYPE_CHECKING:
    from hotspot.visits import Recorded, VisitLedger

_LEDGER = "visits.db"
_WHO = Value("NAME", "in whose name it is logged (that of the login)")


def add(commands: Any) -> None:
    """Add the command with its own commands."""
    visits = commands.add_parser(
        "visits",
        help="keep what was done at the doors: record, report, explain, purge",
        description="Keep what the teams did at the doors, and say what it came to.",
    )
    kinds = visits.add_subparsers(title="commands", metavar="COMMAND", required=True)
    words = "take a returned sheet (XLSX, CSV or the phone sheet's JSON) into the ledger"
    source = Value(None, "where the rows come from (the name of the file)")
    zone = Value("ZONE", "times with a zone become this zone's (that of the set-up)")
    record = _command(kinds, "record", _record, words, {"--source": source, "--timezone": zone})
    record.add_argument("files", nargs="+", metavar="FILE", help="a returned sheet, or several")
    _command(
        kinds,
        "report",
        _report,
        "coverage, contact and timeliness, as page, table and chart",
        {
            "--folder": Value(None, "where to write page, table and chart", "visits"),
            "--as-of": Value("DATE", "what came later does not count"),
            "--marking": Value(None, "protective marking (that of the set-up)"),
        },
    )
    words = "why a door: its burglaries, distances, dates and the rule"
    visit = Value("VISIT", "the id on the list, such as V-AB12CD34EF")
    _command(kinds, "explain", _explain, words, {"visit_id": visit})
    words = "show what is older than a day, ask, and delete it"
    purge = _command(kinds, "purge", _purge, words, {})
    purge.add_argument(
        "--before", required=True, metavar="DATE", help="the first day to keep: 2026-01-31"
    )
    add_values(
        purge,
        {
            "--marks": Value(None, "do-not-contact marks made before go too", False),
            "--dry-run": Value(None, "only show what would go", False),
            "--yes": Value(None, "do not ask: for scripts", False),
            "--who": _WHO,
        },
    )


def _command(
    kinds: Any, name: str, run: Run, words: str, values: Values
) -> argparse.ArgumentParser:
    """Add a command of ``hotspot visits``, which all ask where the ledger is."""
    command = add_command(kinds, name, run, words, f"{words}.", {})
    where = command.add_mutually_exclusive_group()
    where.add_argument(
        "--ledger",
        metavar="URL",
        help=f"database URL or SQLite file of the ledger ({_LEDGER} in this folder)",
    )
    where.add_argument("--config", metavar="TOML", help="the set-up that names the ledger")
    add_values(command, {"--json": JSON, **values})
    return command


def _ledger(options: argparse.Namespace, *, must_exist: bool = True) -> "VisitLedger":
    """Open the ledger that was named."""
    from hotspot.visits import VisitLedger

    url = options.ledger or _LEDGER
    if options.config:
        from hotspot.briefing.config import load_config

        url = load_config(options.config).cocooning.ledger
        if url is None:
            raise DataError(
                f'{options.config} names no ledger: add ledger = "visits.db" under [cocooning].'
            )
    return VisitLedger(url, must_exist=must_exist)


def _record(options: argparse.Namespace) -> int:
    sheets: list[dict[str, Any]] = []
    unusable: list[str] = []
    timezone = options.timezone
    if timezone is None and options.config:
        from hotspot.briefing.config import load_config

        timezone = load_config(options.config).incidents.timezone
    with _ledger(options, must_exist=False) as ledger:
        for place, file in enumerate(options.files):
            try:
                recorded = ledger.record(file, options.source, timezone=timezone)
            except DataError as error:
                # The other sheets are taken all the same; every fault is told at the end.
                unusable += error.problems
                continue
            except OutputError as error:
                # A ledger that cannot be written to is none for the next sheet either.
                left = ", ".join(options.files[place:])
                unusable += [*error.problems, f"Not recorded: {left}."]
                break
            sheets.append(_as_json(file, recorded))
            if not options.json:
                print(recorded.summary())
        listless = bool(sheets) and ledger.started is None
    if options.json:
        print_json({"ledger": repr(ledger), "files": sheets, "unusable": unusable})
    for problem in unusable:
        print(f"hotspot: {problem}", file=sys.stderr)
    if listless:
        print(
            f"hotspot: {ledger!r} holds no list: is it the one meant? See --config and --ledger.",
            file=sys.stderr,
        )
    useless = any(sheet["rejected_rows"] and not sheet["used"] for sheet in sheets)
    return UNUSABLE if unusable or useless else DONE


def _as_json(file: str, recorded: "Recorded") -> dict[str, Any]:
    """Return what became of a sheet as JSON can hold it."""
    return {
        "file": file,
        "rows_read": recorded.rows_read,
        "added": recorded.added,
        "repeated": recorded.repeated,
        "marked": recorded.marked,
        "not_done": recorded.not_done,
        "unknown": recorded.unknown,
        "rejected_rows": recorded.rejected_rows,
        "used": recorded.rows_read - recorded.rejected_rows,
        "rejected": recorded.rejected.astype(str).to_dict("records"),
        "flagged": recorded.flagged.astype(str).to_dict("records"),
        "notes": recorded.notes,
    }


def _report(options: argparse.Namespace) -> int:
    with _ledger(options) as ledger:
        report = ledger.report(as_of=options.as_of)
    marking = options.marking
    if options.config:
        from hotspot.briefing.config import load_config

        marking = load_config(options.config).output.with_marking(marking).marked
    files = [str(path) for path in report.write(options.folder, marking=marking)]
    print_answer(options, {**report.record(marking), "files": files}, report.summary(), *files)
    return DONE


def _explain(options: argparse.Namespace) -> int:
    with _ledger(options) as ledger:
        explanation = ledger.explain(options.visit_id)
    print_answer(options, explanation.to_dict(), explanation.summary())
    return DONE


def _purge(options: argparse.Namespace) -> int:
    with _ledger(options) as ledger:
        purged = ledger.purge(options.before, marks=options.marks, preview=True)
        if purged and not options.yes and not options.dry_run:
            if options.json or not sys.stdin.isatty():
                print_answer(options, purged.to_dict(), purged.summary())
                why = "nobody can be asked here, give --yes to delete it"
                print(f"hotspot: nothing was deleted: {why}.", file=sys.stderr)
                return WRONG_USAGE
            print(purged.summary())
            if not _agreed("Delete it? Type yes: "):
                print("Nothing was deleted.")
                return DONE
        if not options.dry_run:
            purged = ledger.purge(options.before, marks=options.marks, who=options.who)
    print_answer(options, purged.to_dict(), purged.summary())
    return DONE


def _agreed(question: str) -> bool:
    """Ask on a terminal; what is not a clear yes is a no."""
    try:
        return input(question).strip().casefold() == "yes"
    except EOFError:
        return False
