"""What becomes of an error: a sentence with what to do, and an exit status."""

import argparse
import errno
import os
import re
import sys
import tempfile
import traceback
from datetime import datetime
from pathlib import Path

import hotspot
from hotspot._errors import HotspotError
from hotspot.cli.options import FAULT, UNUSABLE

_WINDOWS = os.name == "nt"
# Of a path on Windows, where long ones are not switched on; a folder leaves room for a file's name.
_MOST_LETTERS = 248
# An argument of a function of ours, as messages name it.
_ARGUMENT = re.compile(r"\b([a-z][a-z_]*)=(?!=)")
_OF_BURGLARIES = ("columns", "crs", "sheet")
_NO_MEMORY = (
    "There is not enough memory for this: close other programs, take larger cells, fewer "
    "burglaries or fewer permutations, and run again."
)
_TOO_DEEP = (
    "A file is nested too deeply to be read (tables in tables, or brackets in brackets): save it "
    "anew from the program that it is from, or leave it out."
)
_NOT_TEXT = (
    "Some text cannot be read or written as Unicode: save the file as UTF-8 (in Excel: CSV UTF-8), "
    "and see that the names of files hold no broken characters."
)
_WHAT_TO_DO = {
    errno.ENOSPC: "the disk is full: free some space, or write to another disk.",
    errno.EACCES: "it may not be read or written: close it in other programs, ask whoever keeps it "
    "for the right to it, or choose another place.",
    errno.EROFS: "what it is on can only be read: choose another place.",
    errno.ENAMETOOLONG: "its name is too long: choose a shorter one.",
    errno.ENOENT: "there is no such file or folder: is the name right, and the drive connected?",
    errno.ENOTDIR: "part of its path is a file, no folder: is the name right?",
    errno.EISDIR: "it is a folder: name a file.",
    errno.ELOOP: "its links lead back to themselves: name the file itself.",
    errno.EMFILE: "too many files are open: close other programs and run again.",
    errno.EIO: "the disk or the network does not answer as it should: copy the file to a disk of "
    "this computer and run again.",
}
_WHAT_TO_DO[errno.EPERM] = _WHAT_TO_DO[errno.EACCES]
_WHAT_TO_DO[getattr(errno, "EDQUOT", errno.ENOSPC)] = _WHAT_TO_DO[errno.ENOSPC]


def words_of(error: Exception) -> tuple[str, int]:
    """Return what to tell of an error, and the exit status.

    Parameters
    ----------
    error : Exception

    Returns
    -------
    str, int
        Status 1 where the user can put it right; 3 where nobody foresaw it: that is a fault of
        ours, of which a file is written for whoever mends it.
    """
    if isinstance(error, HotspotError):
        return str(error), UNUSABLE
    if isinstance(error, MemoryError):
        return _NO_MEMORY, UNUSABLE
    if isinstance(error, RecursionError):
        return _TOO_DEEP, UNUSABLE
    if isinstance(error, UnicodeError):
        return _NOT_TEXT, UNUSABLE
    if isinstance(error, OSError) and error.errno is not None:
        # A path that is too long would hide what to do.
        place = os.fsdecode(error.filename)[-200:] if _is_path(error.filename) else "A file"
        reason = error.strerror or type(error).__name__
        code = errno.ENAMETOOLONG if _is_too_long_for_windows(error) else error.errno
        todo = _WHAT_TO_DO.get(code, f"{reason}. Is the drive connected, and its disk full?")
        return f"{place} cannot be used: {todo}", UNUSABLE
    return _fault_words(error), FAULT


def is_closed_pipe(error: Exception) -> bool:
    """Test whether an error says that nobody reads our output any longer, as ``| more`` ends.

    Windows says of a closed pipe that an argument is invalid, and names no file.
    """
    if isinstance(error, BrokenPipeError):
        return True
    told = isinstance(error, OSError) and error.errno == errno.EINVAL and error.filename is None
    return told and _WINDOWS


def _is_too_long_for_windows(error: OSError) -> bool:
    """Test whether a path has more letters than Windows takes, of which it says: not there."""
    if not _WINDOWS or error.errno != errno.ENOENT or not _is_path(error.filename):
        return False
    return len(str(Path(os.fsdecode(error.filename)).absolute())) >= _MOST_LETTERS


def in_options(words: str, command: argparse.ArgumentParser | None) -> str:
    """Return what is told of an error, with the options that its arguments of Python are.

    Parameters
    ----------
    words : str
        A message of the library, which names arguments as ``crs=``.
    command : ArgumentParser, optional
        That of the command which was asked.

    Returns
    -------
    str
        As it was where it names no argument that is an option, or says itself where its users
        stand: with the option, or a key of a set-up.

    Examples
    --------
    >>> command = argparse.ArgumentParser()
    >>> _ = command.add_argument("--to-crs")
    >>> in_options("Metres are needed: give to_crs=.", command)
    'Metres are needed: give to_crs=. (On the command line to_crs= is --to-crs.)'
    """
    if command is None or "in a TOML file" in words:
        return words
    taken = command._option_string_actions
    named = {name: f"--{name.replace('_', '-')}" for name in _ARGUMENT.findall(words)}
    told = [
        f"{name}= is {option}"
        for name, option in named.items()
        if option in taken and option not in words
    ]
    # English loads pandas, which help and wrong usage do without.
    from hotspot.english import and_list

    if not told:
        return words
    # Areas, addresses and streets have a CRS and columns of their own, which no option names.
    own = " For a file other than the burglaries it stands in the set-up." * any(
        named.get(name) in taken for name in _OF_BURGLARIES
    )
    return f"{words} (On the command line {and_list(told)}.{own})"


def _is_path(name: object) -> bool:
    return isinstance(name, str | bytes | os.PathLike)


def _fault_words(error: Exception) -> str:
    """Return that hotspot failed, where, and which file tells more."""
    frames = traceback.extract_tb(error.__traceback__)
    if not frames:
        # Where it went wrong stayed in the process in which it did.
        return (
            f"Something went wrong in hotspot itself ({type(error).__name__}), which is no fault "
            "of yours. What stood before was not touched. Run it alone: a file then tells where."
        )
    ours = [frame for frame in frames if f"{os.sep}hotspot{os.sep}" in frame.filename]
    last = (ours or frames)[-1]
    where = f"{type(error).__name__} in {Path(last.filename).name}, line {last.lineno}"
    sentence = (
        f"Something went wrong in hotspot itself ({where}), which is no fault of yours. What stood "
        "before was not touched."
    )
    file = _write_report(_report(error))
    if file is None:
        return f"{sentence} Tell whoever looks after hotspot these words."
    return (
        f"{sentence} Send {file} to whoever looks after hotspot: it names lines of the program "
        "and holds nothing of your data."
    )


def _report(error: BaseException) -> str:
    """Return where it went wrong, without a message: those of others repeat what data say."""
    parts = []
    cause: BaseException | None = error
    seen: set[int] = set()
    while cause is not None and id(cause) not in seen:
        seen.add(id(cause))
        kind = f"{type(cause).__module__}.{type(cause).__qualname__}"
        parts.append("".join([*traceback.format_tb(cause.__traceback__), kind, "\n"]))
        cause = cause.__cause__ or (None if cause.__suppress_context__ else cause.__context__)
    about = f"hotspot {hotspot.__version__}, Python {sys.version.split()[0]} on {sys.platform}\n"
    return about + "\nwhile this was dealt with:\n".join(reversed(parts))


def _write_report(text: str) -> Path | None:
    """Write a report where the user keeps such things, readable by nobody else."""
    name = f"fault-{datetime.now():%Y-%m-%d-%H%M%S}-"
    for folder in (_state_folder(), Path(tempfile.gettempdir())):
        try:
            folder.mkdir(parents=True, exist_ok=True)
            # It makes a new file that only its owner may read.
            number, place = tempfile.mkstemp(".txt", name, folder)
            with os.fdopen(number, "w", encoding="utf-8", errors="backslashreplace") as file:
                file.write(text)
        except (OSError, RuntimeError):
            continue
        return Path(place)
    return None


def _state_folder() -> Path:
    """Return the folder of the user's in which programs keep their records."""
    if os.name == "nt":
        return Path(os.environ.get("LOCALAPPDATA") or tempfile.gettempdir(), "hotspot")
    if sys.platform == "darwin":
        return Path("~/Library/Logs/hotspot").expanduser()
    return Path(os.environ.get("XDG_STATE_HOME") or "~/.local/state", "hotspot").expanduser()
