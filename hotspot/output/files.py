"""Files that are there whole or not at all, under names that are safe."""

import hashlib
import os
import sys
import time
import unicodedata
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from hotspot._errors import OutputError
from hotspot.output.staging import concerns_stage, staged_files
from hotspot.output.text import clean_text

_MOST_NAME_BYTES = 120
_RESERVED_NAMES = frozenset(
    ["CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$"]
    + [f"{device}{number}" for device in ("COM", "LPT") for number in range(10)]
)
_FORBIDDEN_IN_NAMES = str.maketrans(dict.fromkeys('<>:"/\\|?*', "-"))


@contextmanager
def replacing_file(path: str | os.PathLike[str]) -> Iterator[Path]:
    """Write a file beside its place and rename it: a reader never sees half of one.

    Parameters
    ----------
    path : path
        Where the file belongs. Missing folders are made.

    Yields
    ------
    Path
        An empty file of the same name, in a hidden folder beside, to write to. It takes the place
        of `path` when the block ends; if anything fails it is removed, and what stood at `path`
        stays.

    Raises
    ------
    OutputError
        If the file cannot be written: open in another program, a read-only folder, a full disk.

    Examples
    --------
    >>> import tempfile
    >>> place = Path(tempfile.mkdtemp()) / "new folder" / "list.csv"
    >>> with replacing_file(place) as temporary:
    ...     _ = temporary.write_text("ready")
    >>> place.read_text()
    'ready'
    """
    path = Path(path)
    with replacing_files([path]) as temporary:
        yield temporary[path]


@contextmanager
def replacing_files(paths: Iterable[Path]) -> Iterator[dict[Path, Path]]:
    """Write files that belong together beside their places, and rename all or none.

    Parameters
    ----------
    paths : iterable of Path
        Where the files belong.

    Yields
    ------
    dict of Path to Path
        For each path an empty file to write to, as of `replacing_file`. They take their places
        together when the block ends: the old ones go before the first new one comes, so that no
        reader sees an old one beside a new one. If one cannot, all that stood there is put back,
        and what a run that was killed had begun is brought to its end, or undone, by the next.

    Raises
    ------
    OutputError
        If a file cannot be written.
    """
    paths = list(paths)
    for path in paths:
        # A rename would put a file in the place of a device of the system.
        if path.exists() and not path.is_file() and not path.is_dir():
            raise OutputError(f"Cannot write {path}: it is a pipe or a device. Name a file.")
    try:
        with staged_files(paths) as beside:
            yield beside
    except OutputError:
        raise
    except OSError as error:
        place = _concerned(error, paths)
        if place is None:
            raise
        raise OutputError(_cannot_write(place, error)) from None


@contextmanager
def locked(path: Path, wait_s: float = 30.0) -> Iterator[None]:
    """Keep other runs from a file while it is read, and written by what was read.

    Parameters
    ----------
    path : Path
        It need not be there. The lock is a hidden file beside it, which the system lets go of where
        a run is killed.
    wait_s : float
        How long to wait for another run, in seconds.

    Raises
    ------
    OutputError
        If another run has it all that time, or no file can be made there.
    """
    lock = path.with_name(f".{path.name}.lock")
    until = time.monotonic() + wait_s
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        while (number := _lock(lock)) is None:
            if time.monotonic() > until:
                raise OutputError(f"{path} is in use by another run: wait for it, and run again.")
            time.sleep(0.05)
    except OSError as error:
        if isinstance(error, OutputError):
            raise
        raise OutputError(_cannot_write(path, error)) from None
    try:
        yield
    finally:
        with suppress(OSError):  # Windows removes no file that is open
            lock.unlink()
        os.close(number)


def _lock(lock: Path) -> int | None:
    """Open and lock a file; None where another has it, or removed it meanwhile."""
    number = os.open(lock, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        if sys.platform == "win32":
            import msvcrt

            msvcrt.locking(number, msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB)
        # Who had it removes the file: what we locked may have no name any more.
        if os.path.samestat(os.fstat(number), lock.stat()):
            return number
    except (BlockingIOError, PermissionError, FileNotFoundError):
        pass
    os.close(number)
    return None


def _concerned(error: OSError, paths: list[Path]) -> Path | None:
    """Return which of our files a fault is of; None where it is of another that the block reads."""
    if error.filename is None:
        return next(iter(paths), None)
    named = Path(os.fsdecode(error.filename))
    for path in paths:
        if named in (path, *path.parents) or (concerns_stage(named) and named.name == path.name):
            return path
    return paths[0] if concerns_stage(named) else None


def _cannot_write(path: Path, error: OSError) -> str:
    """Return what to do about a file that cannot be written."""
    if isinstance(error, PermissionError):
        return (
            f"Cannot write {path}: it is open in another program (Excel?) or the folder may not "
            "be written to. Close the file, or choose another folder, and run again."
        )
    return f"Cannot write {path}: {error.strerror or error}."


def safe_file_name(text: str, taken: Iterable[str] = ()) -> str:
    """Return a file name, without extension, for any text: it can never become a path.

    Parameters
    ----------
    text : str
        For example the name of a beat. A name that is safe stays as it is.
    taken : iterable of str
        Names in use; a name that differs from one of them only by case gets a number, because
        Windows and macOS hold them for the same.

    Returns
    -------
    str
        Without separators, drive letters, control or direction characters, leading or trailing
        dots and spaces; never empty, never one that Windows keeps for a device.

    Examples
    --------
    >>> safe_file_name("North Quay"), safe_file_name("../../etc/passwd"), safe_file_name("con")
    ('North Quay', 'etc-passwd', '_con')
    >>> safe_file_name("harbour", taken=["Harbour"])
    'harbour-2'
    """
    name = clean_text(unicodedata.normalize("NFKC", text)).translate(_FORBIDDEN_IN_NAMES)
    name = _cut(" ".join(name.split()).strip(" .-~"), _MOST_NAME_BYTES) or "unnamed"
    if name.split(".")[0].strip().upper() in _RESERVED_NAMES:
        name = f"_{name}"
    in_use = {_folded(other) for other in taken}
    unique, number = name, 1
    while _folded(unique) in in_use:
        number += 1
        unique = f"{name}-{number}"
    return unique


def sha256(path: Path, without: Collection[Path] = ()) -> str:
    """Return the SHA-256 of a file, or of a folder's files and their names but for some."""
    if path.is_dir():
        digest = hashlib.sha256()
        left_out = {other.resolve() for other in without}
        inside = (inner for inner in path.rglob("*") if inner.resolve() not in left_out)
        for inner in sorted(inner for inner in inside if inner.is_file()):
            digest.update(f"{inner.relative_to(path).as_posix()}\0{sha256(inner)}\n".encode())
        return digest.hexdigest()
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def inputs_of(
    paths: Iterable[str | os.PathLike[str]], without: Collection[Path] = ()
) -> dict[str, str]:
    """Return name and SHA-256 of each file that goes into a product; a database has none."""
    files = [path for path in map(Path, paths) if path.exists() and path not in without]
    return {path.name: sha256(path, without) for path in files}


def _cut(name: str, most_bytes: int) -> str:
    """Return a name cut between characters, since file systems count bytes."""
    return name.encode()[:most_bytes].decode(errors="ignore").rstrip(" .")


def _folded(name: str) -> str:
    return unicodedata.normalize("NFKC", name).casefold()
