"""``hotspot brief`` and ``hotspot cocoon``: everything for the teams, or the lists alone."""

import argparse
from typing import Any

import hotspot
from hotspot.cli.options import (
    DONE,
    DRY_RUN,
    JSON,
    Value,
    add_command,
    add_layers,
    add_reading,
    add_values,
    layers_of,
    print_answer,
    set_up_of,
)
from hotspot.cli.terminal import NOTHING_WRITTEN, print_notes


def add(commands: Any) -> None:
    """Add both commands."""
    output = {
        "--folder": Value(None, "where to write, instead of what the set-up says"),
        "--replace": Value(None, "replace a folder that was issued before", False),
        "--dry-run": DRY_RUN,
        "--json": JSON,
    }
    for name, run, words, description in (
        (
            "cocoon",
            _cocoon,
            "make only the lists of doors to knock on",
            "Make only the lists of doors to knock on; they need addresses.",
        ),
        (
            "brief",
            _brief,
            "make the whole briefing: page, map, lists",
            "Make the whole briefing: page, map, lists. Of bare files the set-up is guessed and "
            "written beside them as TOML, ready to edit.",
        ),
    ):
        command = add_command(commands, name, run, words, description, {})
        add_reading(command)
        add_layers(command)
        add_values(command, output)


def _cocoon(options: argparse.Namespace) -> int:
    from hotspot.briefing import issue_lists

    return _issue(issue_lists, options)


def _brief(options: argparse.Namespace) -> int:
    return _issue(hotspot.brief, options)


def _issue(issue: Any, options: argparse.Namespace) -> int:
    chosen = set_up_of(options, layers_of(options))
    print_notes(chosen.notes)
    issued = issue(chosen, folder=options.folder, replace=options.replace, dry_run=options.dry_run)
    print_notes(issued.record["reading"]["notes"])
    files = [str(path) for path in issued.files]
    content = {"folder": str(issued.folder), "files": files, **issued.record}
    content["dry_run"] = options.dry_run
    if options.dry_run:
        print_notes([NOTHING_WRITTEN])
    print_answer(options, content, issued.summary())
    return DONE
