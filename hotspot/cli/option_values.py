"""What the values of options must be: each is read before any file is, and all faults are told."""

import argparse
import math
from collections.abc import Callable
from typing import Any, NamedTuple

from hotspot._errors import ConfigError, quoted
from hotspot.cli.terminal import shortened
from hotspot.rule import LONGEST_M

_MOST = 10**9
_SHOWN = 60


class Wrong(NamedTuple):
    """A value that cannot be taken, and why: it is told with all others that are wrong."""

    problem: str


class Parser(argparse.ArgumentParser):
    """A parser that repeats no more of what it cannot take than fits a screen."""

    def error(self, message: str) -> Any:
        """Print what is wrong, and exit with status 2."""
        super().error(shortened(message, most_lines=10))


def check_usage(options: argparse.Namespace) -> None:
    """Check the values of all options, and exit with status 2 where one is wrong.

    Parameters
    ----------
    options : Namespace
    """
    values = [one for value in vars(options).values() for one in _each(value)]
    problems = [value.problem for value in values if isinstance(value, Wrong)]
    if problems:
        options.parser.error("\n- ".join(["", *problems]) if problems[1:] else problems[0])


def _each(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def taken(name: str, read: Callable[[str], Any]) -> Callable[[str], Any]:
    """Return what reads the value of an option, or tells why it cannot."""

    def take(text: str) -> Any:
        try:
            return read(text)
        except (argparse.ArgumentTypeError, ConfigError, ValueError, OverflowError) as error:
            ours = isinstance(error, argparse.ArgumentTypeError | ConfigError)
            words = str(error) if ours else f"{quoted(text)} is no value that it takes"
            return Wrong(f"argument {name}: {words}")

    return take


def whole(least: int, most: int = _MOST) -> Callable[[str], int]:
    """Return what reads a whole number from `least` to `most`."""

    def read(text: str) -> int:
        words = f"must be a whole number of {least} or more, not {quoted(text)}"
        # Python reads no number of thousands of digits, and tells so in words of its own.
        if len(text) > _SHOWN:
            raise argparse.ArgumentTypeError(words)
        try:
            value = int(text)
        except ValueError:
            raise argparse.ArgumentTypeError(words) from None
        if value > most:
            words = f"must be {most:,} or less, not {quoted(text)}"
        if not least <= value <= most:
            raise argparse.ArgumentTypeError(words)
        return value

    return read


def number(most: float, words: str) -> Callable[[str], float]:
    """Return what reads a number above 0, and not above `most`."""

    def read(text: str) -> float:
        try:
            value = float(text)
        except ValueError:
            value = math.nan
        if not 0 < value <= most:
            raise argparse.ArgumentTypeError(f"must be {words}, not {quoted(text)}")
        return value

    return read


SEED = whole(0, 2**63 - 1)
metres = number(LONGEST_M, f"a length in metres above 0 and up to {LONGEST_M:,.0f}")
share = number(1.0, "a share above 0 and up to 1, such as 0.01")


def moment(text: str) -> Any:
    """Read a day or a time as all read it alike: 03/04 is two days."""
    from hotspot.dates import moment_of

    return moment_of(text, "it")


def day(text: str) -> Any:
    """Read a day."""
    return moment(text).date()


def zone(text: str) -> str:
    """Read the name of a time zone."""
    from zoneinfo import ZoneInfo

    try:
        ZoneInfo(text)
    except (KeyError, ValueError, OSError):
        raise argparse.ArgumentTypeError(
            f"{quoted(text)} is no time zone: write such as Europe/London"
        ) from None
    return text
