"""Runs a kernel over blocks of work, on one thread or many, with one answer."""

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor


def cores() -> int:
    """Count the processors that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def blocks(total: int, size: int) -> list[tuple[int, int]]:
    """Cut ``range(total)`` into runs of `size`; what a block holds never depends on the threads.

    Examples
    --------
    >>> blocks(10, 4)
    [(0, 4), (4, 8), (8, 10)]
    """
    return [(start, min(start + size, total)) for start in range(0, total, size)]


def run_blocks(
    work: Callable[[int, int], None],
    total: int,
    size: int,
    threads: int | None = None,
    step: Callable[[int], object] | None = None,
) -> None:
    """Call ``work(start, stop)`` for each block.

    Parameters
    ----------
    work : callable
        Writes only what belongs to its block, and releases the interpreter lock.
    total, size : int
        Items in all, and items in a block.
    threads : int, optional
        Default: one where there is one block, else one for each processor.
    step : callable, optional
        Told how many items each finished block held.
    """
    runs = blocks(total, size)
    left = iter(runs)

    def work_off() -> None:
        # A future for each block would cost more than most blocks do: each thread takes the next.
        while (run := next(left, None)) is not None:
            start, stop = run
            work(start, stop)
            if step is not None:
                step(stop - start)

    workers = min(threads or cores(), len(runs))
    if workers <= 1:
        work_off()
        return
    # The caller works too: it is there, and to start a thread takes a tenth of a millisecond.
    with ThreadPoolExecutor(workers - 1) as pool:
        others = [pool.submit(work_off) for _ in range(workers - 1)]
        work_off()
        for done in others:
            done.result()
