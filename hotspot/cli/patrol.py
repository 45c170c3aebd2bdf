"""``hotspot patrol``: how much patrol hotspots got, and when they are to be visited next."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from hotspot.cli.option_values import SEED, day, whole
from hotspot.cli.options import (
    Value,
    absolute,
    add_result_command,
    answer_written,
    marking_of,
    refuse_lost,
    set_up_of,
)
from hotspot.cli.terminal import print_notes

if TYPE_CHECKING:
    from hotspot.briefing.burglaries import Burglaries
    from hotspot.briefing.inputs import Inputs
    from hotspot.briefing.patrol_settings import PatrolSettings

    _Asked: TypeAlias = tuple[PatrolSettings, Inputs | None, Burglaries | None]


def add(commands: Any) -> None:
    """Add the command."""
    add_result_command(
        commands,
        "patrol",
        _patrol,
        "how much patrol hotspots or streets got by the fixes of units, and when to go next",
        "Hold the fixes of patrols, by unit and never by person, against hotspots, beats or "
        "streets: visits and minutes by day, what is not known first. FILE is a set-up with "
        "[patrol], or the fixes themselves (CSV, GPX, GeoPackage) beside --places. With shifts, "
        "visits are planned in the hours in which each place is burgled. The stop list is left "
        "out.",
        {
            "--fixes": Value("FILE", "the fixes of patrols, where FILE is of burglaries"),
            "--places": Value("FILE", "hotspots, beats or streets (the hotspots of the set-up)"),
            "--place-name": Value("COLUMN", "which column names a place"),
            "--start": Value("DAY", "the first day (that of the fixes)", kind=day),
            "--end": Value("DAY", "the last day (that of the fixes)", kind=day),
            "--shifts": Value("FILE", "shifts with start and end: plan visits in them"),
            "--visits": Value("N", "visits a place and day (1)", kind=whole(1)),
            "--minutes": Value("N", "minutes a visit (15)", kind=whole(1, 120)),
            "--seed": Value("N", "of the plan (drawn)", kind=SEED),
        },
    )


def _patrol(options: argparse.Namespace) -> int:
    from hotspot.briefing.patrol_products import find_patrols
    from hotspot.output.result_files import MadeOf

    settings, inputs, burglaries = (
        _of_set_up(options) if _has_burglaries(options) else _of_fixes(options)
    )
    found = find_patrols(settings, inputs, (options.start, options.end), options.seed)
    print_notes(found.notes)
    if burglaries is None:
        made_of, read, reading = MadeOf(options.marking, found.inputs, {}), settings.files, {}
    else:
        own = {**burglaries.inputs, **found.inputs}
        made_of = MadeOf(marking_of(options, burglaries), own, burglaries.basis)
        read, reading = tuple(burglaries.config.read_files()), burglaries.record
    return answer_written(found.written(made_of), options, read, {**reading, **found.record})


def _has_burglaries(options: argparse.Namespace) -> bool:
    """Test whether FILE is a set-up or burglaries, and not the fixes themselves."""
    several = len(options.files) > 1 or options.fixes is not None
    return several or Path(options.files[0]).suffix.lower() == ".toml"


def _table(options: argparse.Namespace) -> dict[str, Any]:
    """Return what was asked for as the table of a set-up."""
    asked = {
        "path": absolute(options.fixes),
        "places": absolute(options.places),
        "name": options.place_name,
        "shifts": absolute(options.shifts),
        "visits_per_day": options.visits,
        "minutes": options.minutes,
    }
    return {name: value for name, value in asked.items() if value is not None}


def _of_set_up(
    options: argparse.Namespace,
) -> "_Asked":
    """Read the burglaries of a set-up, and what it says of patrols."""
    from hotspot.briefing.burglaries import Burglaries
    from hotspot.briefing.inputs import read_inputs
    from hotspot.briefing.patrol_settings import PatrolSettings

    chosen = set_up_of(options)
    chosen = chosen.changed(tables={"patrol": _table(options)})
    print_notes(chosen.notes)
    inputs = read_inputs(chosen.config)
    burglaries = Burglaries(chosen.config, inputs.burglaries)
    print_notes([*burglaries.notes, *inputs.alarms])
    settings = chosen.config.patrol or PatrolSettings()
    return settings, inputs, burglaries


def _of_fixes(
    options: argparse.Namespace,
) -> "_Asked":
    """Return what was asked of a file of fixes alone."""
    from hotspot.briefing.config import table_of

    columns = {field: names for fields in options.columns for field, names in fields}
    own = {"columns": columns or None, "crs": options.crs, "timezone": options.timezone}
    asked = {**_table(options), **{name: one for name, one in own.items() if one is not None}}
    settings: PatrolSettings = table_of("patrol", {**asked, "path": absolute(options.files[0])})
    refuse_lost(options, settings.files)
    return settings, None, None
