"""``hotspot visits``: results back in, what they came to, why a door, and the retention rule."""

import argparse
from typing import Any

from hotspot.cli import visits_homes, visits_record
from hotspot.cli.options import DONE, Value, add_values, print_answer
from hotspot.cli.visits_options import (
    MARKING,
    WHO,
    YES,
    add_visits_command,
    ledger_of,
    marking_of_ledger,
    not_agreed,
)


def add(commands: Any) -> None:
    """Add the command with its own commands."""
    visits = commands.add_parser(
        "visits",
        help="keep what was done at the doors: record, report, explain, marks, notes, purge",
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
            "--as-of": Value("DATE", "what came later does not count"),
            "--marking": MARKING,
        },
    )
    visits_homes.add(kinds)
    words = "show what is older than a day, ask, and delete it"
    purge = add_visits_command(kinds, "purge", _purge, words, {})
    purge.add_argument(
        "--before", required=True, metavar="DATE", help="the first day to keep: 2026-01-31"
    )
    add_values(
        purge,
        {
            "--marks": Value(None, "do-not-contact marks made before go too", False),
            "--dry-run": Value(None, "only show what would go", False),
            "--yes": YES,
            "--who": WHO,
        },
    )


def _report(options: argparse.Namespace) -> int:
    with ledger_of(options) as ledger:
        report = ledger.report(as_of=options.as_of)
    marking = marking_of_ledger(options)
    files = [str(path) for path in report.write(options.folder, marking=marking)]
    print_answer(options, {**report.record(marking), "files": files}, report.summary(), *files)
    return DONE


def _purge(options: argparse.Namespace) -> int:
    with ledger_of(options) as ledger:
        purged = ledger.purge(options.before, marks=options.marks, preview=True)
        if purged and not options.dry_run:
            stays = not_agreed(options, purged.to_dict(), purged.summary(), "Delete it?")
            if stays is not None:
                return stays
        if not options.dry_run:
            purged = ledger.purge(options.before, marks=options.marks, who=options.who)
    print_answer(options, purged.to_dict(), purged.summary())
    return DONE
