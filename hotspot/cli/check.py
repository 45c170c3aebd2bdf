"""``hotspot check``: what can be used of a file of burglaries, and what cannot and why."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hotspot._errors import HotspotError
from hotspot.cli.options import (
    DATABASE,
    DONE,
    JSON,
    UNUSABLE,
    Value,
    add_command,
    add_reading,
    add_values,
    print_json,
    print_lines,
    set_up_of,
    to_database,
)
from hotspot.cli.terminal import print_notes

if TYPE_CHECKING:
    from hotspot.briefing.burglaries import Burglaries
    from hotspot.briefing.config import Config
    from hotspot.cameras import CameraCheck


def add(commands: Any) -> None:
    """Add the command."""
    words = "read a file of burglaries and say what can be used, and what cannot and why"
    check = add_command(commands, "check", _check, words, f"{words.capitalize()}.", {})
    add_reading(check)
    rejected = Value("FILE", "write what cannot be used to a CSV file")
    add_values(check, {"--rejected": rejected, **DATABASE, "--json": JSON})


def _check(options: argparse.Namespace) -> int:
    from hotspot.briefing.burglaries import read_burglaries

    chosen = set_up_of(options)
    try:
        burglaries = read_burglaries(_with_series(chosen.config), usable=False)
        register = _register(burglaries)
    except HotspotError:
        print_notes(chosen.notes)
        raise
    if options.rejected:
        from hotspot.output.own_files import own_files
        from hotspot.output.tables import write_rejected

        rejected = burglaries.check.rejected.assign(marking=burglaries.config.output.marked)
        with own_files([Path(options.rejected)]):
            write_rejected(rejected, options.rejected)
    # Those that are used, and none that is on the stop list.
    frames = {"crimes": burglaries.known}
    config = burglaries.config
    tables = to_database(options, frames, config.output.marked, config.read_files())
    if options.json:
        print_json({**_content(burglaries, register), "tables": tables})
    else:
        said = [*burglaries.left_out, *burglaries.later, *chosen.notes]
        said += [] if register is None else [f"[cameras] {register.summary()}"]
        print_lines(burglaries.check.summary(), *said, *tables)
    return DONE if len(burglaries.check.accepted) else UNUSABLE


def _with_series(config: "Config") -> "Config":
    """Return a set-up that reads the column of series which it names."""
    from hotspot.briefing.series_column import with_series

    return config if config.series is None else with_series(config)[0]


def _register(burglaries: "Burglaries") -> "CameraCheck | None":
    """Check the register of cameras, where the set-up names one."""
    from hotspot.briefing.camera_reading import read_register

    settings, check = burglaries.config.cameras, burglaries.check
    if settings is None or settings.source is None:
        return None
    stopped = burglaries.open.stopped, burglaries.withheld_places
    return read_register(settings, check.accepted.crs, *stopped)


def _content(burglaries: "Burglaries", register: "CameraCheck | None") -> dict[str, Any]:
    """Return what a check found as JSON can hold it."""
    from hotspot.incidents.check_result import reason_kind

    check = burglaries.check
    return {
        **burglaries.record,
        "rows_read": check.rows_read,
        "accepted": len(check.accepted),
        "rejected": len(check.rejected),
        # By kind: of 200,000 duplicates each names another row.
        "reasons": check.rejected["reason"].map(reason_kind).value_counts().to_dict(),
        "crs": check.accepted.crs.to_string(),
        **({} if register is None else {"cameras": _of_register(register)}),
    }


def _of_register(register: "CameraCheck") -> dict[str, Any]:
    return {
        "accepted": len(register.accepted),
        "rejected": len(register.rejected),
        "warnings": register.warnings,
    }
