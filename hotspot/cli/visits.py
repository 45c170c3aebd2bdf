"""``hotspot visits``: results back in, what they came to, why a door, and the retention rule."""

import argparse
import re
from typing import Any

from hotspot._errors import HotspotError
from hotspot.cli import visits_homes, visits_record
from hotspot.cli.option_values import moment, taken
from hotspot.cli.options import DONE, DRY_RUN, Value, add_values, print_answer, print_json
from hotspot.cli.visits_options import (
    MARKING,
    WHO,
    YES,
    add_visits_command,
    free_paths,
    ledger_of,
    marking_of_ledger,
    not_agreed,
    stop_list_of_ledger,
)

# Arguments of the library that messages name, which are options here.
_ARGUMENT = re.compile(r"\b(?:to_)?visited_at\b|\bto_result\b|(?<=and )result\b|\bwithdraw\b")


def add(commands: Any) -> None:
    """Add the command with its own commands."""
    visits = commands.add_parser(
        "visits",
        help="keep what was done at the doors: record, report, explain, correct, purge and others",
        description="Keep what the teams did at the doors, and say what it came to.",
    )
    kinds = visits.add_subparsers(title="commands", metavar="COMMAND", required=True)
    visits_record.add(kinds)
    add_visits_command(
        kinds,
        "report",
        _report,
        "coverage, contact and timeliness, as page, table and chart",
        {
            "--folder": Value(None, "where to write page, table and chart", "visits"),
            "--as-of": Value("DATE", "what came later does not count", kind=moment),
            "--marking": MARKING,
        },
        tells=True,
    )
    visits_homes.add(kinds)
    words = "change or withdraw a visit; who, when and why are kept beside what had stood"
    add_visits_command(
        kinds,
        "correct",
        _correct,
        words,
        {
            "visit_id": Value("VISIT", "the id on the list, such as V-AB12CD34EF"),
            "--visited-at": Value(
                "TIME", "which visit of the door: 2026-03-03 09:35, or a day", kind=moment
            ),
            "--result": Value("RESULT", "which visit of the door, by its result"),
            "--to-visited-at": Value("TIME", "when it was", kind=moment),
            "--to-result": Value("RESULT", "what came of it"),
            "--withdraw": Value(None, "there was no such visit", False),
            "--why": Value("REASON", "the reason, which is kept", ""),
            "--dry-run": DRY_RUN,
            "--who": WHO,
        },
    )
    words = "who looked, handed over, changed or deleted: never what"
    add_visits_command(kinds, "log", _log, words, {})
    words = "show what is older than a day, ask, and delete it"
    purge = add_visits_command(kinds, "purge", _purge, words, {})
    purge.add_argument(
        "--before",
        required=True,
        metavar="DATE",
        type=taken("--before", moment),
        help="the first day to keep: 2026-01-31",
    )
    add_values(
        purge,
        {
            "--marks": Value(None, "do-not-contact marks made before go too", False),
            "--dry-run": DRY_RUN,
            "--yes": YES,
            "--who": WHO,
        },
    )


def _report(options: argparse.Namespace) -> int:
    from hotspot.output.own_files import own_files
    from hotspot.output.page_parts import FORMATS
    from hotspot.visits.report import VisitReport

    paths = free_paths(options, VisitReport.product, FORMATS)
    with ledger_of(options) as ledger:
        stopped = stop_list_of_ledger(options, ledger)
        report = ledger.report(as_of=options.as_of, exclude=stopped)
    marking = marking_of_ledger(options)
    with own_files(paths):
        files = [str(path) for path in report.write(options.folder, marking=marking)]
    print_answer(options, {**report.record(marking), "files": files}, report.summary(), *files)
    return DONE


def _correct(options: argparse.Namespace) -> int:
    with ledger_of(options) as ledger:
        try:
            corrected = ledger.correct(
                options.visit_id,
                visited_at=options.visited_at,
                result=options.result,
                to_visited_at=options.to_visited_at,
                to_result=options.to_result,
                withdraw=options.withdraw,
                why=options.why,
                who=options.who,
            )
        except HotspotError as error:
            # Here the arguments are called by their dashes.
            problems = [_ARGUMENT.sub(_as_option, problem) for problem in error.problems]
            raise type(error)(problems) from None
    print_answer(options, corrected.to_dict(), corrected.summary())
    return DONE


def _as_option(argument: re.Match[str]) -> str:
    return f"--{argument[0].replace('_', '-')}"


def _log(options: argparse.Namespace) -> int:
    with ledger_of(options) as ledger:
        log = ledger.log()
    log["count"] = log["count"].astype("Int64")
    rows = log.astype(object).where(log.notna(), None).to_dict("records")
    if options.json:
        print_json([{**row, "at": row["at"].isoformat()} for row in rows])
        return DONE
    for row in rows:
        parts = [row["what"], row["who"], row["to_whom"] and f"to {row['to_whom']}", row["count"]]
        told = ", ".join(str(part) for part in parts if part is not None)
        print(f"{row['at']:%Y-%m-%d %H:%M:%S}: {told}")
    return DONE


def _purge(options: argparse.Namespace) -> int:
    with ledger_of(options, noted=False) as ledger:
        purged = ledger.purge(options.before, marks=options.marks, preview=True)
        if purged and not options.dry_run:
            stays = not_agreed(options, purged.to_dict(), purged.summary(), "Delete it?")
            if stays is not None:
                return stays
        if not options.dry_run:
            purged = ledger.purge(options.before, marks=options.marks, who=options.who)
    print_answer(options, purged.to_dict(), purged.summary())
    return DONE
