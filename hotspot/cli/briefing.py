"""``hotspot brief`` and ``hotspot cocoon``: everything for the teams, or the lists alone."""

import argparse
from typing import Any

import hotspot
from hotspot.cli.options import DONE, JSON, Value, add_command, print_answer


def add(commands: Any) -> None:
    """Add both commands."""
    output = {
        "--as-of": Value("DATE", "the cut-off: a day or a time"),
        "--folder": Value(None, "where to write, instead of what the set-up says"),
        "--replace": Value(None, "replace a folder that was issued before", False),
        "--json": JSON,
    }
    add_command(
        commands,
        "cocoon",
        _cocoon,
        "make only the lists of doors to knock on",
        "Make only the lists of doors to knock on, from a set-up with addresses.",
        {"config": Value(None, "the TOML file of the set-up"), **output},
    )
    add_command(
        commands,
        "brief",
        _brief,
        "make the whole briefing: page, map, lists",
        "Make the whole briefing: page, map, lists. From a bare file of burglaries the "
        "set-up is guessed and written beside it as TOML, ready to edit.",
        {"config": Value(None, "the TOML file of the set-up, or a file of burglaries"), **output},
    )


def _cocoon(options: argparse.Namespace) -> int:
    from hotspot.briefing import issue_lists

    return _issue(issue_lists, options)


def _brief(options: argparse.Namespace) -> int:
    return _issue(hotspot.brief, options)


def _issue(issue: Any, options: argparse.Namespace) -> int:
    issued = issue(
        options.config, as_of=options.as_of, folder=options.folder, replace=options.replace
    )
    files = [str(path) for path in issued.files]
    content = {"folder": str(issued.folder), "files": files, **issued.record}
    print_answer(options, content, issued.summary())
    return DONE
