"""``hotspot check``: what can be used of a file of burglaries, and what cannot and why."""

import argparse
from typing import Any

import hotspot
from hotspot.cli.options import (
    DONE,
    JSON,
    UNUSABLE,
    Value,
    add_command,
    add_reading,
    add_values,
    print_json,
    reading,
)


def add(commands: Any) -> None:
    """Add the command."""
    words = "read a file of burglaries and say what can be used, and what cannot and why"
    check = add_command(commands, "check", _check, words, f"{words.capitalize()}.", {})
    add_reading(check)
    rejected = Value("FILE", "write what cannot be used to a CSV file")
    add_values(check, {"--rejected": rejected, "--json": JSON})


def _check(options: argparse.Namespace) -> int:
    check = hotspot.check_incidents(options.file, **reading(options))
    if options.rejected:
        from hotspot.output.tables import write_rejected

        write_rejected(check.rejected, options.rejected)
    if options.json:
        print_json(_content(check))
    else:
        print(check.summary())
    return DONE if len(check.accepted) else UNUSABLE


def _content(check: "hotspot.incidents.IncidentCheck") -> dict[str, Any]:
    """Return what a check found as JSON can hold it."""
    return {
        "source": check.source,
        "headline": check.headline(),
        "rows_read": check.rows_read,
        "accepted": len(check.accepted),
        "rejected": len(check.rejected),
        "reasons": check.rejected["reason"].value_counts().to_dict(),
        "resolution": check.resolution,
        "crs": check.accepted.crs.to_string(),
        "warnings": check.warnings,
        "notes": check.notes,
    }
