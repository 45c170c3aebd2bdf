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
from typing import Any

import hotspot
from hotspot._errors import DataWarning
from hotspot._kernels import NoCacheWarning
from hotspot.cli import (
    backtest,
    briefing,
    cameras,
    check,
    demo,
    density,
    impact,
    knox,
    lookup,
    maps,
    patrol,
    score,
    series,
    share,
    trends,
    visits,
)
from hotspot.cli.examples import show_examples
from hotspot.cli.faults import in_options, is_closed_pipe, words_of
from hotspot.cli.option_values import Parser, check_usage
from hotspot.cli.options import DONE, STOPPED
from hotspot.cli.standard_input import standard_input
from hotspot.cli.terminal import print_notes, print_problem, spoken, steady_streams

#: In the order in which an analyst comes to need them.
COMMANDS = (
    check, knox, density, trends, impact, patrol, series, backtest, briefing, visits, lookup,
    cameras, score, maps, share, demo,
)  # fmt: skip


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the ``hotspot`` command.

    Parameters
    ----------
    arguments : sequence of str, optional
        Default: those of the command line.

    Returns
    -------
    int
        0 done, 1 the data cannot be used, 2 wrong usage, 3 a fault of hotspot itself, 130 stopped
        by Ctrl-C.
    """
    with steady_streams():
        try:
            with _plain_warnings():
                options = _parser().parse_args(arguments)
                check_usage(options)
                loudness = "quiet" if options.quiet else "verbose" if options.verbose else "plain"
                with spoken(loudness), standard_input(options):
                    status: int = options.run(options)
                sys.stdout.flush()
                return status
        except KeyboardInterrupt:
            print_problem("stopped; no product was left half-written.")
            return STOPPED
        except Exception as error:
            if is_closed_pipe(error):
                # Whoever read our output has seen enough; Python must not complain again at exit.
                os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
                return DONE
            words, status = words_of(error)
            print_problem(in_options(words, getattr(options, "parser", None)))
            return status


@contextmanager
def _plain_warnings() -> Iterator[None]:
    """Show warnings about the data as plain lines, each of them every time."""
    with warnings.catch_warnings():
        shown_else = warnings.showwarning

        def show(message: Warning | str, category: type[Warning], *place: Any, **more: Any) -> None:
            if issubclass(category, DataWarning | NoCacheWarning):
                print_notes([message])
            else:
                shown_else(message, category, *place, **more)

        warnings.showwarning = show
        warnings.simplefilter("always", DataWarning)
        warnings.simplefilter("always", NoCacheWarning)
        yield


class _Version(argparse.Action):
    """Print the version, which is looked up only then."""

    def __call__(self, parser: argparse.ArgumentParser, *_: Any) -> None:
        print(f"hotspot {hotspot.__version__}")
        parser.exit()


def _parser() -> Parser:
    parser = Parser(
        prog="hotspot",
        description="From recorded burglaries to the doors to knock on.",
        epilog="Exit status: 0 done, 1 the data cannot be used, 2 wrong usage, 3 a fault of "
        "hotspot itself: a file that is named tells where, for whoever mends it.",
    )
    words = "show program's version number and exit"
    parser.add_argument("--version", action=_Version, nargs=0, dest=argparse.SUPPRESS, help=words)
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for command in COMMANDS:
        command.add(commands)
    show_examples(parser)
    return parser
