"""``hotspot brief`` and ``hotspot cocoon``: everything for the teams, or the lists alone."""

import argparse
from typing import Any

import hotspot
from hotspot.cli.options import DONE, add_json, print_json


def add(commands: Any) -> None:
    """Add both commands."""
    _add_cocoon(commands)
    _add_brief(commands)


def _add_cocoon(commands: Any) -> None:
    cocoon = commands.add_parser(
        "cocoon",
        help="make only the lists of doors to knock on",
        description="Make only the lists of doors to knock on, from a set-up with addresses.",
    )
    cocoon.add_argument("config", help="the TOML file of the set-up")
    _add_output(cocoon)
    cocoon.set_defaults(run=_cocoon)


def _add_brief(commands: Any) -> None:
    brief = commands.add_parser(
        "brief",
        help="make the whole briefing: page, map, lists",
        description=(
            "Make the whole briefing: page, map, lists. From a bare file of burglaries the "
            "set-up is guessed and written beside it as TOML, ready to edit."
        ),
    )
    brief.add_argument("config", help="the TOML file of the set-up, or a file of burglaries")
    _add_output(brief)
    brief.set_defaults(run=_brief)


def _add_output(command: argparse.ArgumentParser) -> None:
    command.add_argument("--as-of", metavar="DATE", help="the cut-off: a day or a time")
    command.add_argument("--folder", help="where to write, instead of what the set-up says")
    command.add_argument(
        "--replace", action="store_true", help="replace a folder that was issued before"
    )
    add_json(command)


def _cocoon(options: argparse.Namespace) -> int:
    from hotspot.briefing import issue_lists

    return _issue(issue_lists, options)


def _brief(options: argparse.Namespace) -> int:
    return _issue(hotspot.brief, options)


def _issue(issue: Any, options: argparse.Namespace) -> int:
    issued = issue(
        options.config, as_of=options.as_of, folder=options.folder, replace=options.replace
    )
    if options.json:
        files = [str(path) for path in issued.files]
        print_json({"folder": str(issued.folder), "files": files, **issued.record})
    else:
        print(issued.summary())
    return DONE
