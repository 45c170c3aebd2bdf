"""The command line: read what was asked, call a public function, print what it gave.

To add a command, write a module here with a function ``add(commands)`` and give it its place in
`COMMANDS`. Where its answer is a result (`hotspot.output.results.Result`), it is added by
`options.add_result_command`, and `options.answer` writes it and prints it. Heavy libraries are
loaded when a command runs, never above, so that ``hotspot --help`` is quick.
"""

import argparse
import os
import sys
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, TextIO

import hotspot
from hotspot._errors import DataWarning, HotspotError
from hotspot.cli import backtest, briefing, check, demo, density, knox, lookup, maps, visits
from hotspot.cli.options import DONE, STOPPED, UNUSABLE

#: In the order in which an analyst comes to need them.
COMMANDS = (check, knox, density, backtest, briefing, visits, lookup, maps, demo)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the ``hotspot`` command.

    Parameters
    ----------
    arguments : sequence of str, optional
        Default: those of the command line.

    Returns
    -------
    int
        0 done, 1 the data cannot be used, 2 wrong usage, 130 stopped by Ctrl-C.
    """
    _print_anything(sys.stdout)
    _print_anything(sys.stderr)
    try:
        with _plain_warnings():
            options = _parser().parse_args(arguments)
            status: int = options.run(options)
            sys.stdout.flush()
            return status
    except HotspotError as error:
        print(f"hotspot: {error}", file=sys.stderr)
        return UNUSABLE
    except KeyboardInterrupt:
        print("hotspot: stopped; no product was left half-written.", file=sys.stderr)
        return STOPPED
    except BrokenPipeError:
        # Whoever read our output has seen enough; Python must not complain again at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return DONE


def _print_anything(stream: TextIO) -> None:
    """Set a console without a character to show another instead of failing."""
    reconfigure = getattr(stream, "reconfigure", None)
    if reconfigure is not None:
        reconfigure(errors="replace")


@contextmanager
def _plain_warnings() -> Iterator[None]:
    """Show warnings about the data as plain lines, each of them every time."""
    with warnings.catch_warnings():
        shown_else = warnings.showwarning

        def show(message: Warning | str, category: type[Warning], *place: Any, **more: Any) -> None:
            if issubclass(category, DataWarning):
                print(f"Note: {message}", file=sys.stderr)
            else:
                shown_else(message, category, *place, **more)

        warnings.showwarning = show
        warnings.simplefilter("always", DataWarning)
        yield


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="hotspot",
        description="From recorded burglaries to the doors to knock on.",
        epilog="Exit status: 0 done, 1 the data cannot be used, 2 wrong usage.",
    )
    parser.add_argument("--version", action="version", version=f"hotspot {hotspot.__version__}")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for command in COMMANDS:
        command.add(commands)
    return parser
