"""``hotspot demo``: Doggerby in a folder of the user's, and its briefing."""

import argparse
from typing import Any

import hotspot
from hotspot.cli.option_values import SEED
from hotspot.cli.options import (
    DONE,
    JSON,
    Value,
    add_command,
    add_values,
    print_answer,
)
from hotspot.cli.terminal import print_notes


def add(commands: Any) -> None:
    """Add the command."""
    description = (
        "Make the sample, a town in the North Sea with five years of its burglaries, and brief it: "
        "page, map and lists to look at before any data of your own are ready. No file that is "
        "there is overwritten."
    )
    command = add_command(
        commands, "demo", _demo, "make a made-up town to try everything on", description, {}
    )
    command.add_argument(
        "folder", nargs="?", default="doggerby", metavar="FOLDER", help="where (./doggerby)"
    )
    add_values(
        command,
        {"--seed": Value("N", "a number draws another town", kind=SEED), "--json": JSON},
    )


def _demo(options: argparse.Namespace) -> int:
    from hotspot.demo import write_sample

    chosen = {} if options.seed is None else {"seed": options.seed}
    set_up = write_sample(options.folder, **chosen)[0]
    issued = hotspot.brief(set_up)
    print_notes(issued.record["reading"]["notes"])
    files = [str(path) for path in issued.files]
    content = {"folder": str(issued.folder), "files": files, **issued.record}
    print_answer(
        options, content, f"{issued.summary()}\nBriefed from {set_up}: nothing in it is real."
    )
    return DONE
