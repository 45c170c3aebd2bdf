"""Runs the pieces of long work on whatever executor the user has, and tells what became of them.

An executor is any `concurrent.futures.Executor`: threads, processes, or that of a cluster. What it
is handed are functions of modules, so that a process that is started anew finds them, and plain
data; no piece turns on another, so the answer is the same whatever runs it.
"""

import warnings
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import BrokenExecutor, CancelledError, Executor, Future, as_completed
from contextlib import nullcontext
from pickle import PicklingError
from typing import Any

from hotspot._errors import ConfigError, HotspotError
from hotspot.english import count

#: Called with what all pieces share, then with what is the piece's own.
Work = Callable[..., Any]
# Exceptions of an engine's own are told by where they come from: it is not loaded for that.
_ENGINE = "distributed"


def executor_problems(executor: object) -> list[str]:
    """Return what is wrong with an executor that was given.

    Examples
    --------
    >>> executor_problems(4)
    ['executor must be a concurrent.futures.Executor, such as ProcessPoolExecutor(), not 4.']
    """
    if executor is None or isinstance(executor, Executor):
        return []
    if hasattr(executor, "get_executor"):
        return ["executor is a client: give client.get_executor()."]
    return [
        "executor must be a concurrent.futures.Executor, such as ProcessPoolExecutor(), not "
        f"{executor!r}."
    ]


def run_pieces(
    work: Work,
    shared: Any,
    pieces: Sequence[tuple[Any, ...]],
    executor: Executor | None,
    what: str,
    *,
    kept: str = "",
    step: Callable[[int], object] | None = None,
) -> list[Any]:
    """Run ``work(shared, *piece)`` for each piece, and return what each gave, in their order.

    Parameters
    ----------
    work, shared, pieces, executor, what, kept
        As of `finished_pieces`.
    step : callable, optional
        Told 1 for each piece that is done.

    Returns
    -------
    list
    """
    results: list[Any] = [None] * len(pieces)
    for at, result in finished_pieces(work, shared, pieces, executor, what, kept=kept):
        results[at] = result
        if step is not None:
            step(1)
    return results


def finished_pieces(
    work: Work,
    shared: Any,
    pieces: Sequence[tuple[Any, ...]],
    executor: Executor | None,
    what: str,
    *,
    kept: str = "",
) -> Iterator[tuple[int, Any]]:
    """Yield the number of each piece and what ``work(shared, *piece)`` gave, as they are done.

    Parameters
    ----------
    work : callable
        A function of a module: workers that are started anew find it by its name.
    shared : object
        What every piece is given first.
    pieces : sequence of tuple
        What is each piece's own.
    executor : Executor or None
        None: here, one after the other.
    what : str
        What is being done, as a message begins.
    kept : str
        A sentence on where what is done is kept, if it is, and how to go on from there.

    Raises
    ------
    HotspotError
        If workers died, when all that could be done was yielded: how many pieces are lost.
    ConfigError
        If the executor takes no more work.
    """
    if executor is None:
        for at, piece in enumerate(pieces):
            yield at, work(shared, *piece)
        return
    # A worker's death breaks a pool for good, but what was done is still handed out: the rest of
    # the pieces are asked for all the same, and only then it is told.
    futures = _submitted(work, shared, pieces, executor)
    done = 0
    try:
        for future in as_completed(list(futures)):
            at = futures.pop(future)
            try:
                result = future.result()
            except Exception as error:
                if _is_unsendable(error):
                    raise ConfigError(
                        f"{what}: something that was given cannot be sent to another process "
                        f"({error}). Take classes and functions of a module, or threads."
                    ) from None
                if not _is_death(error):
                    raise
                continue
            done += 1
            yield at, result
    finally:
        for future in futures:
            future.cancel()
    if done < len(pieces):
        raise HotspotError(_lost_words(what, done, len(pieces), kept))


def _submitted(
    work: Work, shared: Any, pieces: Sequence[tuple[Any, ...]], executor: Executor
) -> dict[Future[Any], int]:
    """Hand the pieces over, as many as are taken, and return the number of each."""
    futures: dict[Future[Any], int] = {}
    # Which warnings are shown is of the whole process: where threads of it already work, theirs
    # would be put back by ours.
    with warnings.catch_warnings() if _is_of_engine(executor) else nullcontext():
        if _is_of_engine(executor):
            # A cluster would rather have data that lie with its workers: ours are the caller's.
            warnings.filterwarnings("ignore", "Sending large graph", UserWarning)
        for at, piece in enumerate(pieces):
            try:
                futures[executor.submit(work, shared, *piece)] = at
            except BrokenExecutor:
                break
            except RuntimeError as error:
                raise ConfigError(
                    f"The executor takes no work ({error}): give one that was not shut down."
                ) from None
    return futures


def _is_death(error: Exception) -> bool:
    """Test whether an exception tells of the worker, and not of the work."""
    return _is_of_engine(error) or isinstance(error, (BrokenExecutor, CancelledError))


def _is_of_engine(what: object) -> bool:
    return type(what).__module__.partition(".")[0] == _ENGINE


def _is_unsendable(error: Exception) -> bool:
    """Test whether an exception says that an object cannot be written down for another process."""
    said = isinstance(error, (TypeError, AttributeError)) and "pickle" in str(error)
    return said or isinstance(error, PicklingError)


def _lost_words(what: str, done: int, total: int, kept: str) -> str:
    lost = total - done
    # A pool in which every worker dies at once most often cannot load what it was handed.
    why = "Most often memory ran out: take fewer workers or smaller pieces"
    if not done:
        why = (
            "Either memory ran out (take fewer workers or smaller pieces), or what was given, such "
            "as a model, is of a notebook or a script: put it into a module"
        )
    return (
        f"{what}: a worker died or was stopped, and {lost:,} of {count(total, 'piece')} "
        f"{'is' if lost == 1 else 'are'} lost; {done:,} {'was' if done == 1 else 'were'} done. "
        f"{kept or 'Nothing of them is kept.'} {why}, and run again on a new executor."
    )
