"""What reaches a terminal: nothing that would steer it, and no more than a person reads."""

import re
import sys
import unicodedata
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from contextvars import ContextVar
from typing import Any, TextIO

from hotspot.output.text import REMOVED

#: How much is told beside the answer: "quiet", "plain" or "verbose".
_LOUDNESS = ContextVar("loudness", default="plain")
#: Said where `--dry-run` was given.
NOTHING_WRITTEN = "Nothing was written (--dry-run) but a guessed set-up: this is what would be."
#: A message has at most so many lines, and each at most so many letters.
MOST_LINES = 20
_MOST_LETTERS = 1000
# What is between these is printable, whatever else is in a text.
_ODD = re.compile(r"[^\n\t -~]")


@contextmanager
def steady_streams() -> Iterator[None]:
    """Show on standard output and error, whoever writes to them, no character that steers."""
    for stream in (sys.stdout, sys.stderr):
        # A console without a character shows another instead of failing.
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    # A stream of ours has all that a text stream has, by the one below it.
    out: Any = _Steady(sys.stdout)
    err: Any = _Steady(sys.stderr)
    with redirect_stdout(out), redirect_stderr(err):
        yield


@contextmanager
def spoken(loudness: str) -> Iterator[None]:
    """Print as much beside the answer as was asked for.

    Parameters
    ----------
    loudness : str
        "quiet": no notes and no progress; "plain"; or "verbose": what runs, too, and notes whole.
    """
    before = _LOUDNESS.set(loudness)
    try:
        if loudness == "verbose":
            from importlib.metadata import version

            ours = ("hotspot-cocoon", "numpy", "pandas", "geopandas", "numba", "folium")
            told = ", ".join(f"{name} {version(name)}" for name in ours)
            print_notes([f"{told}; Python {sys.version.split()[0]} on {sys.platform}."])
        yield
    finally:
        _LOUDNESS.reset(before)


class _Steady:
    """A stream that shows what would steer a terminal by its number."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        self._stream.write(steady(text))
        return len(text)

    def writelines(self, lines: Iterable[str]) -> None:
        for line in lines:
            self.write(line)

    def isatty(self) -> bool:
        # Progress is shown on a terminal only.
        return _LOUDNESS.get() != "quiet" and self._stream.isatty()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


def steady(text: str) -> str:
    r"""Return text in which control, direction and broken characters are told by their numbers.

    Parameters
    ----------
    text : str

    Returns
    -------
    str
        JSON stays JSON of the same value. A carriage return at the beginning stays: bars of
        progress are drawn by it.

    Examples
    --------
    >>> print(steady("North\x1b[2J \u202e\x9b Quay"))
    North\u001b[2J \u202e\u009b Quay
    """
    begins = text[:1] == "\r"
    return text[:begins] + _ODD.sub(_by_number, text[begins:])


def _by_number(found: re.Match[str]) -> str:
    character = found[0]
    if unicodedata.category(character) not in REMOVED:
        return character
    code = ord(character)
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def shortened(text: str, most_lines: int = MOST_LINES) -> str:
    r"""Return a message that fits a screen, with how much of it is left out.

    Parameters
    ----------
    text : str
    most_lines : int

    Returns
    -------
    str

    Examples
    --------
    >>> print(shortened("a\nb\nc\nd", most_lines=3))
    a
    b
    ... and 2 more lines.
    """
    lines = text.split("\n")
    over = len(lines) - most_lines
    if over > 0:
        lines[most_lines - 1 :] = [f"... and {over + 1:,} more lines."]
    return "\n".join(map(_short_line, lines))


def _short_line(line: str) -> str:
    over = len(line) - _MOST_LETTERS
    return line if over <= 0 else f"{line[:_MOST_LETTERS]} ... and {over:,} more letters."


def print_problem(text: object) -> None:
    """Print what is wrong, and what to do."""
    print(shortened(f"hotspot: {text}"), file=sys.stderr)


def print_notes(notes: Iterable[object]) -> None:
    """Print what a person is to know, apart from what a program reads."""
    loudness = _LOUDNESS.get()
    for note in notes if loudness != "quiet" else ():
        text = f"Note: {note}"
        print(text if loudness == "verbose" else shortened(text), file=sys.stderr)
