"""Times contenders, each in a fresh process of its own, and prints ratios to ours."""

import multiprocessing
import resource
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

Work = Callable[[], object]


@dataclass
class Race:
    """Contenders for one piece of work; the first is ours.

    Parameters
    ----------
    title : str
        What the work is.
    runs : dict
        Name to a function that prepares the work and gives a callable that does it. The callable
        is run once to warm up, where `repeats` is more than 1, then timed.
    repeats : int
        Times that quick ones are timed; the least is told.
    """

    title: str
    runs: dict[str, tuple[Callable[[], Work], int]] = field(default_factory=dict)

    def add(self, name: str, prepare: Callable[[], Work], repeats: int = 5) -> None:
        self.runs[name] = (prepare, repeats)

    def run(self) -> None:
        print(f"\n{self.title}")
        print(f"  {'':46}{'seconds':>10}{'times ours':>12}{'peak MB':>9}")
        ours = None
        context = multiprocessing.get_context("spawn")
        for name, (prepare, repeats) in self.runs.items():
            with context.Pool(1) as pool:
                seconds, peak = pool.apply(_timed, (prepare, repeats))
                pool.close()
                pool.join()
            ours = ours or seconds
            print(f"  {name:46}{seconds:>10.4f}{seconds / ours:>12.1f}{peak:>9.0f}", flush=True)


def _timed(prepare: Callable[[], Work], repeats: int) -> tuple[float, float]:
    """Least wall time of the work, and the peak memory of the process in megabytes."""
    work = prepare()
    if repeats > 1:
        work()
    taken = []
    for _ in range(repeats):
        start = time.perf_counter()
        _keep(work())
        taken.append(time.perf_counter() - start)
    return min(taken), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _keep(result: Any) -> None:
    """Hold the result until the clock has stopped, so that nothing is skipped as unused."""
    del result
