"""``hotspot check``: what can be used of a file of burglaries, and what cannot and why."""

import argparse
from typing import Any

import hotspot
from hotspot.cli.options import DONE, UNUSABLE, add_json, add_reading, print_json, reading


def add(commands: Any) -> None:
    """Add the command."""
    check = commands.add_parser(
        "check",
        help="read a file of burglaries and say what can be used, and what cannot and why",
        description="Read a file of burglaries and say what can be used, and what cannot and why.",
    )
    add_reading(check)
    check.add_argument("--rejected", metavar="FILE", help="write what cannot be used to a CSV file")
    add_json(check)
    check.set_defaults(run=_check)


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
