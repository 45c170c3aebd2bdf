"""``hotspot share matching``: crimes in the layout in which they are matched with tags."""

import argparse
from pathlib import Path
from typing import Any

import hotspot
from hotspot.cli.option_values import day
from hotspot.cli.options import (
    DONE,
    JSON,
    UNUSABLE,
    Value,
    absolute,
    add_command,
    add_reading,
    add_values,
    burglaries_of,
    print_answer,
)


def add(kinds: Any) -> None:
    """Add the command."""
    command = add_command(
        kinds,
        "matching",
        _matching,
        "write crimes for matching with electronic monitoring (Ministry of Justice)",
        "Write crimes in the Ministry of Justice's layout for matching with electronic monitoring: "
        "times in UTC, windows of at most 12 hours, each crime that cannot go with its reason. The "
        "stop list is left out.",
        {},
    )
    add_reading(command)
    add_values(
        command,
        {
            "--force": Value("NAME", "one of the 19 forces that are taken", kind=_force),
            "--batch-date": Value("DAY", "the day of the batch", kind=day),
            "--out": Value("FILE", "the file to write"),
            "--types": Value("OFFENCE=TYPE", "type of an offence: '30C=BOTD' ...", [], kind=_type),
            "--suffix": Value(None, "appended to the id of the batch", choices=("N", "R", "A")),
            "--text": Value("COLUMN", "column of the free text (none: it stays empty)"),
            "--repeated-hour": Value(
                None,
                "which pass of the hour is meant that the clocks show twice in October",
                choices=("first", "second"),
            ),
            "--rejected": Value("FILE", "write the crimes that cannot go, with their reasons"),
            "--json": JSON,
        },
    )


def _force(text: str) -> str:
    """Read the name of a force before anything else is read."""
    from hotspot.sharing.matching_forces import force_problems

    for problem in force_problems(text):
        raise argparse.ArgumentTypeError(problem)
    return text


def _type(text: str) -> tuple[str, str]:
    """Read OFFENCE=TYPE; a type alone is that of every crime."""
    offence, equals, kind = text.rpartition("=")
    return (offence.strip() if equals else "all"), kind.strip()


def _matching(options: argparse.Namespace) -> int:
    import pandas as pd

    from hotspot.english import count
    from hotspot.incidents.check_result import NOT_SELECTED
    from hotspot.output import write_rejected
    from hotspot.output.own_files import own_files

    out = absolute(options.out)
    if None in (options.force, options.batch_date, out):
        options.parser.error("--force, --batch-date and --out are needed")
    burglaries = burglaries_of(options)
    crimes = burglaries.known
    result = hotspot.write_crime_matching(
        crimes,
        out or Path(),
        options.force,
        options.batch_date,
        types=dict(options.types) or None,
        suffix=options.suffix,
        text=options.text,
        repeated_hour=options.repeated_hour,
    )
    unread = burglaries.check.rejected
    unread = unread[unread["reason"] != NOT_SELECTED]
    rejected = absolute(options.rejected)
    if rejected is not None:
        table = pd.concat([unread[["row", "reason"]], result.rejected])[list(result.rejected)]
        with own_files([rejected]):
            write_rejected(table, rejected)
    content = {
        "batch": result.batch,
        "sent": len(result.sent),
        "rejected": len(result.rejected),
        "not_read": len(unread),
        "reasons": result.counts,
        "notes": result.notes,
        "files": [str(path) for path in (result.path, rejected) if path is not None],
    }
    words = (
        [f"Not read as crimes: {count(len(unread), 'row')} (hotspot check)."] if len(unread) else []
    )
    print_answer(options, content, result.summary(), *words)
    return DONE if result.path is not None else UNUSABLE
